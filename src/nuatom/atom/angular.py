"""Angular factors and tables of spherical Bessel functions (compiled kernels)."""

from __future__ import annotations

import numpy as np

from nuatom.atom.compiled import kernel

_LOG_FACTORIAL = np.zeros(6001)
_LOG_FACTORIAL[1:] = np.cumsum(np.log(np.arange(1.0, 6001.0)))


@kernel
def three_j_zero_squared(l1, l2, l3):
    """(l1 l2 l3; 0 0 0)², from its closed form; zero unless l1+l2+l3 is even and the triangle closes."""
    total = l1 + l2 + l3
    if total % 2 or l3 > l1 + l2 or l3 < abs(l1 - l2):
        return 0.0
    g = total // 2
    f = _LOG_FACTORIAL
    log_delta = f[total - 2 * l1] + f[total - 2 * l2] + f[total - 2 * l3] - f[total + 1]
    return np.exp(log_delta + 2 * (f[g] - f[g - l1] - f[g - l2] - f[g - l3]))


@kernel
def three_j_half_squared(kappa1, J, kappa2):
    """(j₁ J j₂; ½ 0 −½)² of the reduced matrix element |⟨κ₁||C^J||κ₂⟩|² = (2j₁+1)(2j₂+1)(j₁ J j₂; ½ 0 −½)².

    Recoupling the spin away gives one (l₁ J l₂; 000) and one 6j symbol with an argument ½, both in closed form, so
    there is no alternating sum and no loss of accuracy at high J.  It depends on the j alone, not on parity.
    """
    a = abs(kappa1)  # j₁ + ½
    b = abs(kappa2)
    if J > a + b - 1 or J < abs(a - b):
        return 0.0
    if (a + b - 1 + J) % 2:  # j₁ + j₂ + J odd: l = j − ½ on both sides
        l1, l2 = a - 1, b - 1
        s = J + a + b - 1
        six = (s + 1) * (s - 2 * J) / ((2 * b - 1) * (2 * b) * (2 * a - 1) * (2 * a))
    else:  # even: l₁ = j₁ − ½, l₂ = j₂ + ½
        l1, l2 = a - 1, b
        s = J + l1 + l2
        six = (s - 2 * l1) * (s - 2 * l2 + 1) / ((2 * l1 + 1) * (2 * l1 + 2) * (2 * l2) * (2 * l2 + 1))
    return (2 * l1 + 1) * (2 * l2 + 1) * three_j_zero_squared(l1, l2, J) * six


@kernel
def bessel_table(r, momentum, J_max, table, shifted):
    """Spherical Bessel functions j_J(Q r), J = 0 … J_max, by downward recurrence for each argument.

    Args:
        r: radii, shape (nr,).
        momentum: Q, shape (nQ,), in the inverse unit of r.
        J_max: highest order.
        table: filled, shape (J_max + 1, nr, nQ); below 1e-14 of its maximum a function is set to zero.
        shifted: filled with j_0 − 1 without cancellation, shape (nr, nQ).
    """
    nQ = momentum.size
    column = np.empty(J_max + 2)
    block = np.empty((J_max + 1, nQ))
    for i in range(r.size):
        for k in range(nQ):
            x = r[i] * momentum[k]
            if x < 1e-8:
                block[:, k] = 0.0
                block[0, k] = 1.0
                if J_max > 0:
                    block[1, k] = x / 3
                shifted[i, k] = -x * x / 6
                continue
            j0 = np.sin(x) / x
            if x < 0.5:
                y = x * x
                shifted[i, k] = -y / 6 * (1 - y / 20 * (1 - y / 42 * (1 - y / 72 * (1 - y / 110))))
                j1 = x / 3 * (1 - y / 10 * (1 - y / 28 * (1 - y / 54 * (1 - y / 88))))
            else:
                shifted[i, k] = j0 - 1
                j1 = (j0 - np.cos(x)) / x
            inverse = 1 / x
            if x > J_max + 0.5:
                # Upward recurrence is stable while J < x.
                block[0, k] = j0
                previous, current = j0, j1
                for J in range(1, J_max + 1):
                    block[J, k] = current
                    previous, current = current, (2 * J + 1) * inverse * current - previous
                continue
            top = int(x + 9.0 * x ** (1 / 3) + 14)
            above, current = 0.0, 1e-250
            for J in range(top, -1, -1):
                if J <= J_max:
                    column[J] = current
                above, current = current, (2 * J + 1) * inverse * current - above
            scale = j0 / column[0] if abs(j0) > abs(j1) or J_max == 0 else j1 / column[1]
            for J in range(min(top, J_max) + 1):
                block[J, k] = column[J] * scale
            for J in range(top + 1, J_max + 1):
                block[J, k] = 0.0
        for J in range(J_max + 1):
            for k in range(nQ):
                table[J, i, k] = block[J, k]

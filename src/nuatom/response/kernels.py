"""Compiled kernels of the partial-wave sum: radial integrals with Bessel functions, squared and weighted.

For a bound orbital (P, F, κ) and a final one (P', F', κ'), with x = Qr and w = q (2J+1)(2j'+1)(j' J j; ½ 0 −½)²,

    normal parity, l+l'+J even:    S += w C²,   R += w E² (J+1)/2J,   V33 += w L²
    abnormal parity:               R += w M² (J+1)/2J

    C = ∫ (P'P + F'F) j_J dr
    L = ∫ [ (P'F − F'P) j_J' − (κ'−κ)(P'F + F'P) j_J/x ] dr
    E = ∫ [ −(κ'−κ)/(J+1) (P'F + F'P)(j_J' + j_J/x) + J (P'F − F'P) j_J/x ] dr
    M = (κ'+κ)/(J+1) ∫ (P'F + F'P) j_J dr.

The axial currents are the same integrals with the bound orbital replaced by its γ5 image (κ → −κ, P → F, F → −P),
marked ₅, which exchanges the parities:

    abnormal parity:   A00 += w C₅²,   A33 += w L₅²,   A03 += w C₅ L₅,   A_T += w E₅² (J+1)/2J
    normal parity:     A_T += w M₅² (J+1)/2J
    interference:      VA += w (E M₅ − M E₅)(J+1)/2J,

and the scalar and pseudoscalar densities need no integral of their own: D = ∫(P'P − F'F) j_J for normal and
∫(P'F + F'P) j_J for abnormal parity; the scalar's interference with the charge is w D C.  A03 and VA have the signs
that make both positive for a free electron at rest.

Written with j_{J±1} instead of derivatives, each integral is a row of densities times a table of Bessel functions, so
that all final states of one J are one matrix product, and the sum runs at the speed of BLAS.
"""

from __future__ import annotations

import numpy as np

from nuatom.atom.angular import three_j_half_squared
from nuatom.atom.compiled import kernel
from nuatom.atom.dirac import continuum_wave
from nuatom.functions import ALL, Function

CHARGE = ALL.index(Function.CHARGE)
CURRENT = ALL.index(Function.CURRENT)
AXIAL_CHARGE = ALL.index(Function.AXIAL_CHARGE)
AXIAL_LONGITUDINAL = ALL.index(Function.AXIAL_LONGITUDINAL)
AXIAL_CURRENT = ALL.index(Function.AXIAL_CURRENT)
AXIAL_MIXED = ALL.index(Function.AXIAL_MIXED)
VECTOR_AXIAL = ALL.index(Function.VECTOR_AXIAL)
SCALAR = ALL.index(Function.SCALAR)
PSEUDOSCALAR = ALL.index(Function.PSEUDOSCALAR)
SCALAR_CHARGE = ALL.index(Function.SCALAR_CHARGE)
LONGITUDINAL = len(ALL)
FUNCTIONS = len(ALL) + 1
VA_SIGN = 1.0
A03_SIGN = -1.0


@kernel
def continuum_waves(kappas, energy, r, dr, V, tail, matches, keep):
    """Energy-normalised waves of several κ on the first `keep` points, shape (nw, keep), and their first points.

    Args:
        kappas: quantum numbers, shape (nw,).
        energy: photoelectron energy [Hartree].
        r, dr, V: grid, weights and potential up to the largest matching index.
        tail: V = −tail/r at the matching points.
        matches: index at which each wave is normalised, shape (nw,).
        keep: number of points wanted.
    """
    P = np.zeros((kappas.size, keep))
    F = np.zeros((kappas.size, keep))
    starts = np.empty(kappas.size, dtype=np.int64)
    p = np.zeros(r.size)
    f = np.zeros(r.size)
    for w in range(kappas.size):
        starts[w] = continuum_wave(p, f, kappas[w], energy, r, dr, V, tail, matches[w])
        n = min(keep, matches[w] + 1)
        P[w, :n] = p[:n]
        F[w, :n] = f[:n]
    return P, F, starts


@kernel
def _first_point(J, Q_max, r, size):
    """Index below which j_J(Qr) is less than about 1e-11 for all Q up to Q_max."""
    if J < 2:
        return 0
    smallest = 0.735 * J * 10.0 ** (-11.0 / J) / Q_max
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        if r[middle] < smallest:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _add_product(total, weight, a, b):
    for k in range(total.size):
        total[k] += weight * a[k] * b[k]


@kernel
def multipole_sum(
    P,
    F,
    kappa,
    occupancy,
    waves_P,
    waves_F,
    kappas,
    r,
    dr,
    momentum,
    table,
    shifted,
    shift_below,
    J_max,
    axial,
    longitudinal,
):
    """The structure functions of one subshell for each final state.

    Args:
        P, F: the bound orbital on the first nr points of the grid.
        kappa, occupancy: its quantum number and electrons.
        waves_P, waves_F: final states, shape (nw, ≥ nr).
        kappas: their quantum numbers, shape (nw,).
        r, dr: radii and quadrature weights, shape (≥ nr,).
        momentum: Q, ascending, shape (nQ,).
        table: j_J(Qr), shape (≥ J_max + 2, ≥ nr, nQ).
        shifted: j_0 − 1, shape (≥ nr, nQ); used in place of j_0 (exact because orbitals are orthogonal) for the
            first `shift_below` momenta, where j_0 ≈ 1 would lose the answer by cancellation.
        J_max: highest multipole.
        axial: whether to compute more than S and R.
        longitudinal: whether to compute V33.

    Returns:
        shape (FUNCTIONS, nw, nQ), the first axis in the order of `functions.ALL`, and V33 last.
    """
    nr = P.size
    nw = kappas.size
    nQ = momentum.size
    out = np.zeros((FUNCTIONS, nw, nQ))
    rows = 5 if axial else 3
    space = np.empty((rows, nw * nr))
    member = np.empty(nw, dtype=np.int64)
    a = abs(kappa)
    l = kappa if kappa > 0 else -kappa - 1
    highest = 0
    for w in range(nw):
        highest = max(highest, abs(kappas[w]))
    for J in range(min(J_max, highest + a - 1) + 1):
        # j_{J−1} reaches furthest in; below `first` every row is multiplied by nothing.
        first = _first_point(J - 1, momentum[nQ - 1], r, nr)
        m = nr - first
        if m < 2:
            break
        here = table[J, first:nr]
        lower = table[max(J - 1, 0), first:nr]
        upper = table[J + 1, first:nr]
        for normal in (True, False):
            count = 0
            for w in range(nw):
                b = abs(kappas[w])
                if J > a + b - 1 or J < abs(a - b):
                    continue
                lw = kappas[w] if kappas[w] > 0 else -kappas[w] - 1
                if ((l + lw + J) % 2 == 0) != normal:
                    continue
                if not normal and not axial and (J == 0 or kappas[w] + kappa == 0):
                    continue
                member[count] = w
                count += 1
            if count == 0:
                continue
            size = count * m
            row0 = space[0, :size].reshape((count, m))
            row1 = space[1, :size].reshape((count, m))
            row2 = space[2, :size].reshape((count, m))
            row3 = space[rows - 2, :size].reshape((count, m))
            row4 = space[rows - 1, :size].reshape((count, m))
            norm = 1.0 / (2 * J + 1)
            for c in range(count):
                w = member[c]
                if normal:
                    # C; below and above of E; ∫(F'F − P'P) j_J
                    d = float(kappas[w] - kappa)
                    for i in range(m):
                        n = first + i
                        pp = dr[n] * waves_P[w, n] * P[n]
                        ff = dr[n] * waves_F[w, n] * F[n]
                        row0[c, i] = pp + ff
                        if axial:
                            row3[c, i] = ff - pp
                    if J > 0:
                        for i in range(m):
                            n = first + i
                            u = dr[n] * waves_P[w, n] * F[n]
                            v = dr[n] * waves_F[w, n] * P[n]
                            row1[c, i] = norm * (J * (u - v) - d * (u + v))
                            row2[c, i] = norm * J * (u - v + d / (J + 1) * (u + v))
                else:
                    # ∫(P'F + F'P) j_J; C₅; what L₅ and E₅ have with j_{J−1} in common; L₅ and E₅ with j_{J+1}
                    s = float(kappas[w] + kappa)
                    for i in range(m):
                        n = first + i
                        u = dr[n] * waves_P[w, n] * F[n]
                        v = dr[n] * waves_F[w, n] * P[n]
                        row0[c, i] = u + v
                        if axial:
                            row1[c, i] = u - v
                    if axial:
                        for i in range(m):
                            n = first + i
                            pp = dr[n] * waves_P[w, n] * P[n]
                            ff = dr[n] * waves_F[w, n] * F[n]
                            row2[c, i] = -norm * (J * (pp + ff) + s * (ff - pp))
                            row3[c, i] = norm * ((J + 1) * (pp + ff) - s * (ff - pp))
                            row4[c, i] = norm * J * (s / (J + 1) * (ff - pp) - (pp + ff))
            direct = np.dot(row0, here)
            if normal:
                if J == 0 and shift_below > 0:
                    direct[:, :shift_below] = np.dot(row0, shifted[first:nr])[:, :shift_below]
                if J > 0:
                    electric = np.dot(row1, lower) + np.dot(row2, upper)
                if axial:
                    density = np.dot(row3, here)
                    if J == 0 and shift_below > 0:
                        # F'F − P'P = 2F'F − (P'P + F'F), the second without its vanishing part
                        for c in range(count):
                            for i in range(m):
                                row3[c, i] = row3[c, i] + row0[c, i]
                        exact = np.dot(row3, here)
                        density[:, :shift_below] = exact[:, :shift_below] - direct[:, :shift_below]
            elif axial:
                charge5 = np.dot(row1, here)
                common = np.dot(row2, lower) if J > 0 else np.zeros((count, nQ))
                along5 = common + np.dot(row3, upper)
                electric5 = common + np.dot(row4, upper)
            for c in range(count):
                w = member[c]
                weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                transverse = weight * (J + 1) / (2 * J) if J > 0 else 0.0
                if normal:
                    _add_product(out[CHARGE, w], weight, direct[c], direct[c])
                    if J > 0:
                        _add_product(out[CURRENT, w], transverse, electric[c], electric[c])
                    if axial:
                        magnetic = (kappas[w] - kappa) / (J + 1)
                        _add_product(out[SCALAR, w], weight, density[c], density[c])
                        # density is ∫(F'F − P'P) j_J: minus the scalar's
                        _add_product(out[SCALAR_CHARGE, w], -weight, density[c], direct[c])
                        if J > 0:
                            _add_product(out[AXIAL_CURRENT, w], transverse * magnetic**2, density[c], density[c])
                            _add_product(out[VECTOR_AXIAL, w], VA_SIGN * transverse * magnetic, electric[c], density[c])
                else:
                    magnetic = (kappas[w] + kappa) / (J + 1)
                    _add_product(out[CURRENT, w], transverse * magnetic**2, direct[c], direct[c])
                    if axial:
                        _add_product(out[PSEUDOSCALAR, w], weight, direct[c], direct[c])
                        _add_product(out[AXIAL_CHARGE, w], weight, charge5[c], charge5[c])
                        _add_product(out[AXIAL_LONGITUDINAL, w], weight, along5[c], along5[c])
                        _add_product(out[AXIAL_MIXED, w], A03_SIGN * weight, charge5[c], along5[c])
                        _add_product(out[AXIAL_CURRENT, w], transverse, electric5[c], electric5[c])
                        _add_product(out[VECTOR_AXIAL, w], -VA_SIGN * transverse * magnetic, direct[c], electric5[c])
            if longitudinal and normal:
                for c in range(count):
                    w = member[c]
                    d = float(kappas[w] - kappa)
                    for i in range(m):
                        n = first + i
                        u = dr[n] * waves_P[w, n] * F[n]
                        v = dr[n] * waves_F[w, n] * P[n]
                        row1[c, i] = norm * (J * (u - v) - d * (u + v))
                        row2[c, i] = norm * (-(J + 1) * (u - v) - d * (u + v))
                along = np.dot(row2, upper)
                if J > 0:
                    along += np.dot(row1, lower)
                for c in range(count):
                    w = member[c]
                    weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                    _add_product(out[LONGITUDINAL, w], weight, along[c], along[c])
    return out

"""Compiled kernels: one radial Dirac equation, integrated outward and inward, in atomic units.

With ψ = (1/r)(iP Ω_κ, Q Ω_−κ) and the energy ε counted from the rest mass the radial equations are

    P' = −κ P/r + B Q,     Q' = +κ Q/r − A P,     A = (ε − V)/c,  B = A + 2c.

They are integrated in the grid index with the implicit Adams–Moulton formula of eighth order, whose linear
2×2 step is solved exactly.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from nuatom.atom.compiled import kernel
from nuatom.units import SPEED_OF_LIGHT_AU

C = SPEED_OF_LIGHT_AU
STEPS = 7
"""Back values of the Adams–Moulton formula; its order is STEPS + 1."""


def _adams_moulton(steps):
    """Weights of f_{i}, f_{i−1}, … f_{i−steps} in ∫_{i−1}^{i} f, exact for polynomials of degree `steps`."""
    weights = []
    for j in range(steps + 1):
        poly = [Fraction(1)]  # Lagrange polynomial that is 1 at s = −j and 0 at the other nodes, s from 0 to −steps
        for k in range(steps + 1):
            if k == j:
                continue
            scale = Fraction(1, k - j)
            shifted = [Fraction(0), *poly]
            for power, coefficient in enumerate(poly):
                shifted[power] += coefficient * k
            poly = [value * scale for value in shifted]
        weights.append(float(sum(c * -(Fraction(-1) ** (p + 1)) / (p + 1) for p, c in enumerate(poly))))
    return np.array(weights)


AM = _adams_moulton(STEPS)


@kernel
def integrate(P, Q, start, stop, direction, kappa, energy, r, dr, V):
    """Continue (P, Q) from STEPS given values to index `stop`.

    The values at start, start+direction, … (STEPS of them) are given; the rest up to and including `stop` is
    filled.  direction is +1 outward, −1 inward.
    """
    h = float(direction)
    # The slopes of the last seven points, the latest in p1 and q1: in registers, since this loop is most of the work.
    slopes = np.empty((2, STEPS))
    for n in range(STEPS):
        i = start + direction * n
        A = (energy - V[i]) / C
        slopes[0, n] = h * dr[i] * (-kappa / r[i] * P[i] + (A + 2 * C) * Q[i])
        slopes[1, n] = h * dr[i] * (kappa / r[i] * Q[i] - A * P[i])
    p7, p6, p5, p4, p3, p2, p1 = slopes[0]
    q7, q6, q5, q4, q3, q2, q1 = slopes[1]
    w0, w1, w2, w3, w4, w5, w6, w7 = AM
    i = start + direction * (STEPS - 1)
    y, z = P[i], Q[i]
    while i != stop:
        i += direction
        A = (energy - V[i]) / C
        step = h * dr[i]
        m11 = -step * kappa / r[i]
        m12 = step * (A + 2 * C)
        m21 = -step * A
        # (1 − w0 M) y = sum, M = [[m11, m12], [m21, −m11]]; the determinant is 1 − w0² (m11² + m12 m21)
        scale = 1 / (1 - w0 * w0 * (m11 * m11 + m12 * m21))
        d = scale * (1 + w0 * m11)
        b = scale * w0 * m12
        a = scale * (1 - w0 * m11)
        c = scale * w0 * m21
        # The oldest first: only the last terms have to wait for the point before.
        y += ((w7 * p7 + w6 * p6) + (w5 * p5 + w4 * p4)) + (w3 * p3 + w2 * p2) + w1 * p1
        z += ((w7 * q7 + w6 * q6) + (w5 * q5 + w4 * q4)) + (w3 * q3 + w2 * q2) + w1 * q1
        y, z = d * y + b * z, a * z + c * y
        P[i] = y
        Q[i] = z
        p7, p6, p5, p4, p3, p2 = p6, p5, p4, p3, p2, p1
        q7, q6, q5, q4, q3, q2 = q6, q5, q4, q3, q2, q1
        p1 = m11 * y + m12 * z
        q1 = m21 * y - m11 * z


@kernel
def regular_start(P, Q, kappa, energy, r, V, turning):
    """Fill STEPS values of the solution regular at the origin; return the index of the first.

    For high |κ| the wave starts where it is about 1e-25 of its value at the turning radius.  Locally the
    equation in ln r has constant coefficients; the growing eigenvector is the start, and what it contains of the
    other solution dies out as r^(−2|κ|).
    """
    radius = r[0]
    if turning > 0:
        radius = max(r[0], r[turning] * 10.0 ** (-25.0 / abs(kappa)))
    start = 0
    while r[start] < radius:
        start += 1
    start = min(start, r.size - STEPS - 2)
    scale = 1e-20
    for n in range(STEPS):
        i = start + n
        A = r[i] * (energy - V[i]) / C
        B = A + 2 * C * r[i]
        gamma = np.sqrt(max(kappa * kappa - A * B, 0.01))
        if n > 0:
            scale *= (r[i] / r[i - 1]) ** gamma
        # Eigenvector of [[−κ, B], [−A, κ]] for +γ, without cancellation for either sign of κ.
        if kappa < 0:
            P[i] = scale
            Q[i] = -A / (gamma - kappa) * scale
        else:
            P[i] = B / (gamma + kappa) * scale
            Q[i] = scale
    return start


@kernel
def bound_state(n, kappa, guess, r, dr, V, tolerance):
    """One bound state by shooting outward and inward to the classical turning point.

    Returns:
        (energy, P, Q, last, status): P and Q normalised to ∫(P²+Q²)dr = 1, zero beyond index `last`;
        status 0 converged, 1 not converged, 2 no such bound state on this grid.
    """
    size = r.size
    P = np.zeros(size)
    Q = np.zeros(size)
    l = kappa if kappa > 0 else -kappa - 1
    wanted = n - l - 1
    # The largest charge seen anywhere is the nucleus's, also where the nucleus has a size.
    low = -1.5 * np.max(-V * r) ** 2 / n**2 - 10.0
    high = 0.0
    energy = guess
    last = size - 1
    for _ in range(200):
        if not (low < energy < high):
            energy = 0.5 * (low + high)
        if high - low < 1e-12 * abs(low):
            return energy, P, Q, last, 2
        turning = size - 1
        while turning > 0 and energy - V[turning] - 0.5 * l * (l + 1) / r[turning] ** 2 < 0:
            turning -= 1
        if turning < 2 * STEPS + 2:
            low = energy
            energy = 0.5 * (low + high)
            continue
        if turning > size - 4 * STEPS:
            # Too loosely bound for the grid; an overshoot unless the true energy is up there too.
            high = energy
            energy = 0.5 * (low + high)
            continue
        # Practical infinity: the decay exponent from the turning point reaches 40.
        last = turning
        exponent = 0.0
        while last < size - 1 and exponent < 40.0:
            last += 1
            gap = V[last] + 0.5 * l * (l + 1) / r[last] ** 2 - energy
            exponent += np.sqrt(2 * max(gap, 0.0)) * dr[last]
        start = regular_start(P, Q, kappa, energy, r, V, turning)
        P[:start] = 0.0
        Q[:start] = 0.0
        match = turning
        if match <= start + STEPS:
            match = start + STEPS + 1
        integrate(P, Q, start, match, 1, kappa, energy, r, dr, V)
        nodes = 0
        for i in range(start + 1, match + 1):
            if P[i] * P[i - 1] < 0:
                nodes += 1
        P_out = P[match]
        Q_out = Q[match]
        if nodes > wanted:
            high = energy
            energy = 0.5 * (low + high)
            continue
        if nodes < wanted:
            low = energy
            energy = 0.5 * (low + high)
            continue
        for k in range(STEPS):
            i = last - k
            lam = np.sqrt(-energy * (2 + energy / C**2))
            P[i] = np.exp(-lam * (r[i] - r[last])) * 1e-30
            Q[i] = -lam / (2 * C + energy / C) * P[i]
        integrate(P, Q, last, match, -1, kappa, energy, r, dr, V)
        scale = P_out / P[match]
        Q_in = Q[match] * scale
        for i in range(match, last + 1):
            P[i] *= scale
            Q[i] *= scale
        P[match] = P_out
        Q[match] = 0.5 * (Q_out + Q_in)
        P[last + 1 :] = 0.0
        Q[last + 1 :] = 0.0
        norm = 0.0
        for i in range(start, last + 1):
            norm += (P[i] ** 2 + Q[i] ** 2) * dr[i]
        change = C * P_out * (Q_out - Q_in) / norm
        scale = 1 / np.sqrt(norm)
        for i in range(start, last + 1):
            P[i] *= scale
            Q[i] *= scale
        if abs(change) < tolerance * abs(energy):
            return energy + change, P, Q, last, 0
        if change > 0:
            low = energy
        else:
            high = energy
        energy += change
    return energy, P, Q, last, 1


@kernel
def _wave_number_squared(radius, kappa, energy, tail):
    """F of X'' = −F X for X = P/√B in the potential −tail/r."""
    A = (energy + tail / radius) / C
    B = A + 2 * C
    B1 = -tail / (C * radius**2) / B
    B2 = 2 * tail / (C * radius**3) / B
    return A * B - kappa * (kappa + 1) / radius**2 - kappa * B1 / radius - 0.75 * B1**2 + 0.5 * B2


@kernel
def phase_derivative(radius, kappa, energy, tail):
    """φ' and φ'' of X = N sin φ/√φ' by two iterations of φ'² = F + √φ' (1/√φ')''.

    Returns:
        (φ', φ'', relative size of the last correction); the last is 1 where the iteration is not usable.
    """
    step = 0.04 * radius
    F = np.empty(9)
    for j in range(9):
        F[j] = _wave_number_squared(radius + (j - 4) * step, kappa, energy, tail)
        if F[j] <= 0:
            return 0.0, 0.0, 1.0
    first = np.empty(5)
    for j in range(5):
        u0, u1, u2, u3, u4 = (
            F[j] ** -0.25,
            F[j + 1] ** -0.25,
            F[j + 2] ** -0.25,
            F[j + 3] ** -0.25,
            F[j + 4] ** -0.25,
        )
        second = (-u0 + 16 * u1 - 30 * u2 + 16 * u3 - u4) / (12 * step**2)
        first[j] = F[j + 2] + second / u2
        if first[j] <= 0:
            return 0.0, 0.0, 1.0
    u = first**-0.25
    second = (-u[0] + 16 * u[1] - 30 * u[2] + 16 * u[3] - u[4]) / (12 * step**2)
    squared = F[4] + second / u[2]
    if squared <= 0:
        return 0.0, 0.0, 1.0
    root = np.sqrt(squared)
    slope = (first[0] ** 0.5 - 8 * first[1] ** 0.5 + 8 * first[3] ** 0.5 - first[4] ** 0.5) / (12 * step)
    return root, slope, abs(squared - first[2]) / squared


@kernel
def matching_radius(kappa, energy, tail, nearest, accuracy):
    """The smallest radius ≥ nearest, in steps of 10 %, where the phase derivative is accurate enough."""
    radius = nearest
    for _ in range(200):
        _root, _slope, error = phase_derivative(radius, kappa, energy, tail)
        if error < accuracy:
            return radius
        radius *= 1.1
    return -1.0


@kernel
def continuum_wave(P, Q, kappa, energy, r, dr, V, tail, match):
    """The regular wave at energy > 0, normalised on the energy scale (one state per Hartree).

    At infinity P → √[(ε+2c²)/(πc²p)] sin(pr + …), p = √[ε(ε+2c²)]/c.  P and Q are filled up to index `match`,
    which must lie where V = −tail/r and `phase_derivative` is accurate.

    Returns:
        start: index below which the wave is zero to working accuracy.
    """
    turning = 0
    for i in range(r.size):
        A = (energy - V[i]) / C
        if r[i] ** 2 * A * (A + 2 * C) > kappa * kappa:
            turning = i
            break
    start = regular_start(P, Q, kappa, energy, r, V, turning)
    P[:start] = 0.0
    Q[:start] = 0.0
    integrate(P, Q, start, match, 1, kappa, energy, r, dr, V)
    i = match
    root, slope, _ = phase_derivative(r[i], kappa, energy, tail)
    B = (energy + tail / r[i]) / C + 2 * C
    B1 = -tail / (C * r[i] ** 2) / B
    X = P[i] / np.sqrt(B)
    dX = (-kappa / r[i] * P[i] + B * Q[i]) / np.sqrt(B) - 0.5 * B1 * X
    amplitude = np.sqrt(X**2 * root + (dX / np.sqrt(root) + 0.5 * X * slope / root**1.5) ** 2)
    scale = 1.0 / (np.sqrt(np.pi * C) * amplitude)
    for j in range(start, match + 1):
        P[j] *= scale
        Q[j] *= scale
    return start

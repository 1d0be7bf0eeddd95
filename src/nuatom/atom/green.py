"""Compiled kernels: the Green's function of the radial Dirac equation, in two factors.

    (ε − h) G = 1,     G(r, r') = u(r_<) v(r_>)ᵀ,

u = (P, Q) regular at the origin.  Below the series limit v decays at infinity and the product is divided by c times
the Wronskian P_u Q_v − Q_u P_v.  Above it u is normalised on the energy scale, the irregular w runs a quarter of a
wave ahead of it, and G with outgoing waves is −π u (w + i u)ᵀ.  In atomic units, as everything here.
"""

from __future__ import annotations

import numpy as np

from nuatom.atom.compiled import kernel
from nuatom.atom.dirac import STEPS, C, integrate, matching_radius, phase_derivative, regular_start

_FAR = 30.0
"""A decaying wave is begun where it has fallen by e^−30 from where it is wanted."""


@kernel
def _turning(kappa, energy, r, V):
    """The first index where the wave oscillates, 0 if nowhere."""
    inverse = 1 / C
    for i in range(r.size):
        A = (energy - V[i]) * inverse
        if A < 0 and energy < 0:
            break  # V rises towards zero: it is forbidden from here on
        if r[i] * r[i] * A * (A + 2 * C) > kappa * kappa:
            return i
    return 0


@kernel
def outgoing(P, Q, Pw, Qw, kappa, energy, r, dr, V, tail, match):
    """Regular and irregular wave at energy > 0, filled up to index match + STEPS; V = −tail/r from `match` on.

    In phase and amplitude X = P/√B is N sin φ/√φ' and the irregular wave N cos φ/√φ'; it is known at the last STEPS
    points and integrated inward, the direction in which it grows.

    Returns:
        index below which both are zero to working accuracy.
    """
    start = regular_start(P, Q, kappa, energy, r, V, _turning(kappa, energy, r, V))
    P[:start] = 0.0
    Q[:start] = 0.0
    last = match + STEPS
    integrate(P, Q, start, last, 1, kappa, energy, r, dr, V)
    scale = 0.0
    for n in range(STEPS):
        i = last - n
        root, slope, _ = phase_derivative(r[i], kappa, energy, tail)
        B = (energy + tail / r[i]) / C + 2 * C
        B1 = -tail / (C * r[i] ** 2) / B
        X = P[i] / np.sqrt(B)
        dX = (-kappa / r[i] * P[i] + B * Q[i]) / np.sqrt(B) - 0.5 * B1 * X
        sine = X * np.sqrt(root)
        cosine = (dX + 0.5 * X * slope / root) / np.sqrt(root)
        if n == 0:
            scale = 1.0 / (np.sqrt(np.pi * C) * np.sqrt(sine**2 + cosine**2))
        Y = scale * cosine / np.sqrt(root)
        dY = -scale * sine * np.sqrt(root) - 0.5 * Y * slope / root
        Pw[i] = Y * np.sqrt(B)
        Qw[i] = ((dY + 0.5 * B1 * Y) * np.sqrt(B) + kappa / r[i] * Pw[i]) / B
    for i in range(start, last + 1):
        P[i] *= scale
        Q[i] *= scale
    integrate(Pw, Qw, last, start, -1, kappa, energy, r, dr, V)
    Pw[:start] = 0.0
    Qw[:start] = 0.0
    return start


@kernel
def decaying(P, Q, Pv, Qv, kappa, energy, r, dr, V, keep):
    """Regular and decaying wave at energy < 0, filled up to index `keep`; the second over c times the Wronskian.

    Returns:
        index below which both are zero to working accuracy.
    """
    start = regular_start(P, Q, kappa, energy, r, V, _turning(kappa, energy, r, V))
    P[:start] = 0.0
    Q[:start] = 0.0
    l = kappa if kappa > 0 else -kappa - 1
    # V rises towards zero: beyond V = energy nothing is allowed, whatever l.
    low, last = 0, r.size - 1
    while last - low > 1:
        middle = (low + last) // 2
        if V[middle] < energy:
            low = middle
        else:
            last = middle
    last = max(last, keep)
    while last > keep and (energy - V[last]) * r[last] * r[last] < 0.5 * l * (l + 1):
        last -= 1
    exponent = 0.0
    while last < r.size - 1 and (exponent < _FAR or last < start + 2 * STEPS):
        last += 1
        gap = V[last] + 0.5 * l * (l + 1) / r[last] ** 2 - energy
        exponent += np.sqrt(2 * max(gap, 0.0)) * dr[last]
    integrate(P, Q, start, max(keep, start + STEPS), 1, kappa, energy, r, dr, V)
    rate = np.sqrt(-energy * (2 + energy / C**2))
    for k in range(STEPS):
        i = last - k
        Pv[i] = np.exp(-rate * (r[i] - r[last])) * 1e-30
        Qv[i] = -rate / (2 * C + energy / C) * Pv[i]
    integrate(Pv, Qv, last, start, -1, kappa, energy, r, dr, V)
    Pv[:start] = 0.0
    Qv[:start] = 0.0
    middle = max((start + keep) // 2, start)
    wronskian = C * (P[middle] * Qv[middle] - Q[middle] * Pv[middle])
    for i in range(start, keep + 1):
        Pv[i] /= wronskian
        Qv[i] /= wronskian
    return start


@kernel
def matching_radii(kappas, energies, tail, nearest, accuracy):
    """`matching_radius` of several waves, shape (n,): each beyond its own nearest radius; −1 where there is none."""
    found = np.empty(kappas.size)
    for k in range(kappas.size):
        found[k] = matching_radius(kappas[k], energies[k], tail, nearest[k], accuracy)
    return found


@kernel
def green_factors(kappas, energies, is_open, r, dr, V, tail, matches, keeps, stride, points):
    """The factors of many Green's functions, on every stride-th point of the grid.

    Args:
        kappas, energies: of each, shape (n,).
        is_open: whether the energy is above the series limit.
        r, dr, V: grid, weights and potential.
        tail: V = −tail/r at the matching points.
        matches: where each open wave is normalised.
        keeps: the last point wanted of each; the factors are zero beyond.
        stride: of the coarse grid.
        points: size of the coarse grid.

    Returns:
        P and Q of u, then of v (closed) or w (open), shape (4, n, points).
    """
    out = np.zeros((4, kappas.size, points))
    waves = np.zeros((4, r.size))
    for k in range(kappas.size):
        if is_open[k]:
            outgoing(
                waves[0], waves[1], waves[2], waves[3],
                kappas[k], energies[k], r, dr, V, tail, max(matches[k], keeps[k]),
            )  # fmt: skip
        else:
            decaying(waves[0], waves[1], waves[2], waves[3], kappas[k], energies[k], r, dr, V, keeps[k])
        for j in range(min(points, keeps[k] // stride + 1)):
            for c in range(4):
                out[c, k, j] = waves[c, j * stride]
    return out

"""Compiled kernels of the partial-wave sum: radial integrals with Bessel functions, squared and weighted.

For a bound orbital (P, F, κ) and a final one (P', F', κ'), with x = Qr and w = q (2J+1)(2j'+1)(j' J j; ½ 0 −½)²,

    normal parity, l+l'+J even:    S += w C²,   R += w E² (J+1)/2J,   V33 += w L²
    abnormal parity:               R += w M² (J+1)/2J

    C = ∫ (P'P + F'F) j_J dr
    L = ∫ [ (P'F − F'P) j_J' − (κ'−κ)(P'F + F'P) j_J/x ] dr
    E = ∫ [ −(κ'−κ)/(J+1) (P'F + F'P)(j_J' + j_J/x) + J (P'F − F'P) j_J/x ] dr
    M = (κ'+κ)/(J+1) ∫ (P'F + F'P) j_J dr.

Written with j_{J±1} instead of derivatives, each is a row of densities times a table of Bessel functions, so that all
final states of one J are one matrix product, and the sum runs at the speed of BLAS.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from nuatom.atom.angular import three_j_half_squared
from nuatom.atom.dirac import continuum_wave


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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
    longitudinal,
):
    """S, R and V33 of one subshell for each final state.

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
        longitudinal: whether to compute V33.

    Returns:
        (S, R, V33), each of shape (nw, nQ).
    """
    nr = P.size
    nw = kappas.size
    nQ = momentum.size
    S = np.zeros((nw, nQ))
    R = np.zeros((nw, nQ))
    L = np.zeros((nw, nQ))
    space = np.empty((3, nw * nr))
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
        # Normal parity needs one row with j_J and one each with j_{J±1}; abnormal parity one with j_J.
        for normal in (True, False):
            count = 0
            for w in range(nw):
                b = abs(kappas[w])
                if J > a + b - 1 or J < abs(a - b):
                    continue
                lw = kappas[w] if kappas[w] > 0 else -kappas[w] - 1
                if ((l + lw + J) % 2 == 0) != normal:
                    continue
                if not normal and (J == 0 or kappas[w] + kappa == 0):
                    continue
                member[count] = w
                count += 1
            if count == 0:
                continue
            direct = space[0, : count * m].reshape((count, m))
            below = space[1, : count * m].reshape((count, m))
            above = space[2, : count * m].reshape((count, m))
            for c in range(count):
                w = member[c]
                d = float(kappas[w] - kappa)
                if normal:
                    ca = -d / (2 * J + 1)
                    cb = J / (2 * J + 1)
                    cc = J * d / ((J + 1) * (2 * J + 1))
                    for i in range(m):
                        n = first + i
                        direct[c, i] = dr[n] * (waves_P[w, n] * P[n] + waves_F[w, n] * F[n])
                    if J > 0:
                        for i in range(m):
                            n = first + i
                            u = dr[n] * waves_P[w, n] * F[n]
                            v = dr[n] * waves_F[w, n] * P[n]
                            below[c, i] = ca * (u + v) + cb * (u - v)
                            above[c, i] = cc * (u + v) + cb * (u - v)
                else:
                    factor = (kappas[w] + kappa) / (J + 1)
                    for i in range(m):
                        n = first + i
                        direct[c, i] = factor * dr[n] * (waves_P[w, n] * F[n] + waves_F[w, n] * P[n])
            values = np.dot(direct, table[J, first:nr])
            if normal and J == 0 and shift_below > 0:
                values[:, :shift_below] = np.dot(direct, shifted[first:nr])[:, :shift_below]
            for c in range(count):
                w = member[c]
                weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                if normal:
                    for k in range(nQ):
                        S[w, k] += weight * values[c, k] ** 2
                else:
                    for k in range(nQ):
                        R[w, k] += weight * (J + 1) / (2 * J) * values[c, k] ** 2
            if normal and J > 0:
                electric = np.dot(below, table[J - 1, first:nr]) + np.dot(above, table[J + 1, first:nr])
                for c in range(count):
                    w = member[c]
                    weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                    for k in range(nQ):
                        R[w, k] += weight * (J + 1) / (2 * J) * electric[c, k] ** 2
            if longitudinal and normal:
                for c in range(count):
                    w = member[c]
                    d = float(kappas[w] - kappa)
                    for i in range(m):
                        n = first + i
                        u = dr[n] * waves_P[w, n] * F[n]
                        v = dr[n] * waves_F[w, n] * P[n]
                        below[c, i] = (J * (u - v) - d * (u + v)) / (2 * J + 1)
                        above[c, i] = (-(J + 1) * (u - v) - d * (u + v)) / (2 * J + 1)
                along = np.dot(above, table[J + 1, first:nr])
                if J > 0:
                    along += np.dot(below, table[J - 1, first:nr])
                for c in range(count):
                    w = member[c]
                    weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                    for k in range(nQ):
                        L[w, k] += weight * along[c, k] ** 2
    return S, R, L

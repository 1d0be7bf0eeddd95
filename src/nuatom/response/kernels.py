"""Compiled kernels of the partial-wave sum: radial integrals with Bessel functions, squared and weighted.

For a bound orbital (P, F, κ) and a final one (P', F', κ'), with x = Qr and w = q (2J+1)(2j'+1)(j' J j; ½ 0 −½)²,

    normal parity, l+l'+J even:    S += w C²,   R += w E² (J+1)/2J,   V33 += w L²
    abnormal parity:               R += w M² (J+1)/2J

    C = ∫ (P'P + F'F) j_J dr
    L = ∫ [ (P'F − F'P) j_J' − (κ'−κ)(P'F + F'P) j_J/x ] dr
    E = ∫ [ −(κ'−κ)/(J+1) (P'F + F'P)(j_J' + j_J/x) + J (P'F − F'P) j_J/x ] dr
    M = (κ'+κ)/(J+1) ∫ (P'F + F'P) j_J dr.

Written with j_{J±1} instead of derivatives, each is a row times a table of Bessel functions, so all final states of
one J are one matrix product.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from nuatom.atom.angular import three_j_half_squared


@njit(cache=True, nogil=True)
def multipole_sum(P, F, kappa, occupancy, waves_P, waves_F, kappas, dr, table, shifted, shift_below, with_longitudinal):
    """S, R and V33 of one subshell for each final state.

    Args:
        P, F: the bound orbital on the first nr points of the grid.
        kappa, occupancy: its quantum number and electrons.
        waves_P, waves_F: final states, shape (nw, ≥ nr).
        kappas: their quantum numbers, shape (nw,).
        dr: quadrature weights.
        table: j_J(Qr), shape (J_max + 2, ≥ nr, nQ) so that J up to J_max can be formed.
        shifted: j_0 − 1; used in place of j_0 (exact because orbitals are orthogonal) for the first
            `shift_below` momenta, where j_0 ≈ 1 would lose the answer by cancellation.
        with_longitudinal: whether to compute V33.

    Returns:
        (S, R, V33), each of shape (nw, nQ).
    """
    nr = P.size
    nw = kappas.size
    nQ = table.shape[2]
    J_max = table.shape[0] - 2
    S = np.zeros((nw, nQ))
    R = np.zeros((nw, nQ))
    L = np.zeros((nw, nQ))
    direct = np.empty((nw, nr))
    below = np.empty((nw, nr))
    above = np.empty((nw, nr))
    member = np.empty(nw, dtype=np.int64)
    a = abs(kappa)
    l = kappa if kappa > 0 else -kappa - 1
    highest = 0
    for w in range(nw):
        highest = max(highest, abs(kappas[w]))
    for J in range(min(J_max, highest + a - 1) + 1):
        # Abnormal parity: the magnetic multipoles, one row with j_J; normal parity: one with j_J, one each with j_{J±1}.
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
                d = float(kappas[w] - kappa)
                if normal:
                    for i in range(nr):
                        direct[count, i] = dr[i] * (waves_P[w, i] * P[i] + waves_F[w, i] * F[i])
                    if J > 0:
                        ca = -d / (2 * J + 1)
                        cb = J / (2 * J + 1)
                        cc = J * d / ((J + 1) * (2 * J + 1))
                        for i in range(nr):
                            u = dr[i] * waves_P[w, i] * F[i]
                            v = dr[i] * waves_F[w, i] * P[i]
                            below[count, i] = ca * (u + v) + cb * (u - v)
                            above[count, i] = cc * (u + v) + cb * (u - v)
                else:
                    factor = (kappas[w] + kappa) / (J + 1)
                    for i in range(nr):
                        direct[count, i] = factor * dr[i] * (waves_P[w, i] * F[i] + waves_F[w, i] * P[i])
                count += 1
            if count == 0:
                continue
            values = np.dot(direct[:count], table[J, :nr])
            if normal and J == 0 and shift_below > 0:
                replaced = np.dot(direct[:count], shifted[:nr])
                values[:, :shift_below] = replaced[:, :shift_below]
            if normal and J > 0:
                electric = np.dot(below[:count], table[J - 1, :nr]) + np.dot(above[:count], table[J + 1, :nr])
            for c in range(count):
                w = member[c]
                weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                if normal:
                    for k in range(nQ):
                        S[w, k] += weight * values[c, k] ** 2
                    if J > 0:
                        transverse = weight * (J + 1) / (2 * J)
                        for k in range(nQ):
                            R[w, k] += transverse * electric[c, k] ** 2
                else:
                    transverse = weight * (J + 1) / (2 * J)
                    for k in range(nQ):
                        R[w, k] += transverse * values[c, k] ** 2
            if with_longitudinal and normal:
                for c in range(count):
                    w = member[c]
                    d = float(kappas[w] - kappa)
                    for i in range(nr):
                        u = dr[i] * waves_P[w, i] * F[i]
                        v = dr[i] * waves_F[w, i] * P[i]
                        below[c, i] = (J * (u - v) - d * (u + v)) / (2 * J + 1)
                        above[c, i] = (-(J + 1) * (u - v) - d * (u + v)) / (2 * J + 1)
                longitudinal = np.dot(above[:count], table[J + 1, :nr])
                if J > 0:
                    longitudinal += np.dot(below[:count], table[J - 1, :nr])
                for c in range(count):
                    w = member[c]
                    weight = occupancy * (2 * J + 1) * 2 * abs(kappas[w]) * three_j_half_squared(kappas[w], J, kappa)
                    for k in range(nQ):
                        L[w, k] += weight * longitudinal[c, k] ** 2
    return S, R, L

"""Radiative rates: a vacancy is filled by an outer electron and a photon leaves.

With one vacancy in i, q_f electrons in f and the photon's energy ω, all multipoles together,

    Γ(i ← f) = 4 (ω/c) q_f Σ_J (2J+1) (j_f J j_i; ½ 0 −½)² (J+1)/(2J) × { E_J², normal parity;  M_J², abnormal }

with the radial integrals of the transverse current at Q = ω/c, the same as those of the structure function R: the
golden rule with R for the absorption, turned round by detailed balance.  Adding the longitudinal current, which the
charge determines, takes the lowest Bessel function out of E_J and leaves the length form,

    E_J → ∫ [ (P_f Q_i − Q_f P_i) + (κ_f − κ_i)(P_f Q_i + Q_f P_i)/(J+1) ] j_{J+1} dr − ∫ (P_f P_i + Q_f Q_i) j_J dr.

Both agree where ω is the difference of two energies of one local potential, and their difference otherwise says how
much a rate depends on that.

Source: I. P. Grant, J. Phys. B 7 (1974) 1458; J. H. Scofield, Phys. Rev. 179 (1969) 9.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuatom.atom.field import Solution
from nuatom.atom.grid import Array
from nuatom.elements import Shell
from nuatom.units import SPEED_OF_LIGHT_AU as C

_HIGHEST = 3
"""Multipoles up to E3 and M3."""


def rates(
    solution: Solution, shells: Sequence[Shell], initial: int, final: Sequence[int], energies: Sequence[float]
) -> tuple[Array, Array]:
    """Γ of one vacancy per electron in each outer shell, in velocity and in length form, each (final,) [Hartree].

    Args:
        solution: the field of the ion.
        shells: its shells.
        initial: index of the shell with the vacancy.
        final: indices of the shells the electrons come from.
        energies: ω of each, > 0 [Hartree].
    """
    velocity, length = np.zeros(len(final)), np.zeros(len(final))
    for n, (f, energy) in enumerate(zip(final, energies, strict=True)):
        for J in range(1, _HIGHEST + 1):
            found = _multipole(solution, shells, initial, f, J, energy / C)
            velocity[n] += 4 * energy / C * found[0]
            length[n] += 4 * energy / C * found[1]
    return velocity, length


def _multipole(
    solution: Solution, shells: Sequence[Shell], initial: int, final: int, J: int, momentum: float
) -> tuple[float, float]:
    """The sum over one J, in both forms."""
    from scipy.special import spherical_jn

    from nuatom.atom.angular import three_j_half_squared

    i, f = shells[initial], shells[final]
    angular = (2 * J + 1) * float(three_j_half_squared(f.kappa, J, i.kappa)) * (J + 1) / (2 * J)
    if angular == 0.0:
        return 0.0, 0.0
    grid = solution.grid
    x = momentum * grid.r
    P, Q, p, q = solution.P[final], solution.Q[final], solution.P[initial], solution.Q[initial]
    here = spherical_jn(J, x)
    u, v = P * q * grid.dr, Q * p * grid.dr
    if (i.l + f.l + J) % 2:
        M = (f.kappa + i.kappa) / (J + 1) * float((u + v) @ here)
        return angular * M * M, angular * M * M
    d = f.kappa - i.kappa
    above = spherical_jn(J + 1, x)
    # j_J/x and j_J' + j_J/x by recurrence, which has no 0/0 at the origin.
    below = spherical_jn(J - 1, x)
    over = (below + above) / (2 * J + 1)
    slope = below - J * over
    velocity = float(-d / (J + 1) * ((u + v) @ slope) + J * ((u - v) @ over))
    charge = float((P * p + Q * q) * grid.dr @ here)
    length = float((u - v + d / (J + 1) * (u + v)) @ above) - charge
    return angular * velocity * velocity, angular * length * length

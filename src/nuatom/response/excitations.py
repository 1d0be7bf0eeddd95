"""Discrete excitations of a central field: from each shell to every level with a vacancy.

A level (n', κ') of the atom's own field takes the place of the continuum wave in the radial integrals, normalised to
one instead of per energy, and the strengths come out as functions of Q.  A partly filled level counts by its vacancy.
Rydberg series are resolved up to an effective quantum number n* = ζ/√(−2ε) of `LAST`; what is above goes on as n*⁻³
and is kept as one line, so that no strength is lost at the threshold.  Atomic units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuatom.atom.field import Solution
from nuatom.atom.grid import Array, Grid, Indices
from nuatom.elements import Shell, label
from nuatom.functions import ALL, VECTOR, Function
from nuatom.response.impulse import DensityMoments
from nuatom.response.partial_waves import PartialWaves

LAST = 10.0
HIGHEST_L = 9
_NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Level:
    """An orbital that is not full.

    Attributes:
        n, kappa: quantum numbers.
        energy: < 0 [Hartree].
        vacancy: the fraction that is empty.
        P, Q: radial functions on the grid of `levels`.
        tail: sum of the strengths of all higher levels of the series over this one's; 0 but for the last.
    """

    n: int
    kappa: int
    energy: float
    vacancy: float
    P: Array
    Q: Array
    tail: float


@dataclass(frozen=True)
class Excitations:
    """Lines in atomic units: energy, and strengths in S and R on a grid of Q.

    Attributes:
        shell: shell that loses the electron, shape (line,).
        final: label of the level.
        transfer: T, ascending, shape (line,) [Hartree].
        momentum: Q, shape (nQ,) [1/Bohr].
        values: strengths, shape (function, line, nQ).
    """

    shell: Indices
    final: tuple[str, ...]
    transfer: Array
    momentum: Array
    values: Array


def levels(solution: Solution, shells: tuple[Shell, ...]) -> tuple[Grid, list[Level]]:
    """Every level that can take an electron, up to n* = LAST and l = HIGHEST_L, and the grid they are on."""
    from scipy.special import zeta

    from nuatom.atom.dirac import bound_state

    occupied = {(s.n, s.kappa): s for s in shells}
    extent = 3.0 * (LAST + 2) ** 2 / solution.tail
    grid = Grid(solution.grid.first, extent, 0.025, 0.2 / solution.tail)
    potential = solution.potential_on(grid.r)
    found = []
    for l in range(HIGHEST_L + 1):
        for kappa in (-1,) if l == 0 else (l, -l - 1):
            n, guess, series = l, -0.05 * solution.tail**2, []
            while True:
                n += 1
                shell = occupied.get((n, kappa))
                vacancy = 1.0 if shell is None else shell.vacancy
                if vacancy < 1e-12:
                    continue
                energy, P, Q, _, status = bound_state(n, kappa, guess, grid.r, grid.dr, potential, 1e-11)
                effective = solution.tail / np.sqrt(-2 * energy)
                if status or effective > LAST + 0.6:
                    break
                guess = energy / 2
                if shell is not None:
                    # An open shell of the atom: lines start from its energy on the field's grid, and end there too.
                    energy = solution.energies[shells.index(shell)]
                series.append(Level(n, kappa, float(energy), vacancy, P, Q, 0.0))
            if series:
                last = series[-1]
                effective = solution.tail / np.sqrt(-2 * last.energy)
                rest = float(effective**3 * zeta(3, effective + 1))
                series[-1] = Level(last.n, kappa, last.energy, last.vacancy, last.P, last.Q, rest)
            found += series
    return grid, found


def excitations(
    waves: PartialWaves, moments: tuple[DensityMoments, ...], functions: tuple[Function, ...] = VECTOR
) -> Excitations:
    """All lines of an atom, weak ones (below 1e-6 of their shell's) left out.

    Args:
        waves: the field and its numerical settings.
        moments: momentum densities of the shells, for the largest Q worth having.
        functions: the structure functions wanted.
    """
    solution, shells = waves.solution, waves.shells
    level_grid, found = levels(solution, shells)
    index = np.arange(level_grid.size, dtype=np.int64)
    momentum = np.geomspace(2e-4, 12 * max(m.scale for m in moments), 170)
    rows: list[tuple[float, int, str, Array]] = []
    order = [ALL.index(function) for function in functions]
    for i, binding in enumerate(-solution.energies):
        own = shells[i].n, shells[i].kappa
        reachable = [level for level in found if level.energy + binding > 0 and (level.n, level.kappa) != own]
        if not reachable:
            continue
        kappas = np.array([level.kappa for level in reachable], dtype=np.int64)
        ascending = np.argsort(np.where(kappas > 0, kappas, -kappas - 1), kind="stable")
        reachable = [reachable[j] for j in ascending]
        Q = momentum[momentum <= 12 * moments[i].scale]
        found_here = waves.discrete(i, index, level_grid, reachable, Q, axial=len(functions) > len(VECTOR))[order]
        vacancy = np.array([level.vacancy for level in reachable])
        padded = np.zeros((len(functions), len(reachable), momentum.size))
        padded[:, :, : Q.size] = found_here * vacancy[:, None]
        # The greatest strength of each line in each function; a line counts if it counts in one of them.
        strength = np.max(np.abs(padded) / momentum**2, axis=2)
        kept = np.any(strength > _NEGLIGIBLE * strength.sum(axis=1, keepdims=True), axis=0)
        for level, values, counts in zip(reachable, np.moveaxis(padded, 1, 0), kept, strict=True):
            if not counts:
                continue
            name = label(level.n, level.kappa)
            rows.append((level.energy + binding, i, name, values))
            if level.tail:
                rows.append((_tail_energy(level, solution.tail) + binding, i, ">" + name, values * level.tail))
    rows.sort(key=lambda row: row[0])
    return Excitations(
        shell=np.array([row[1] for row in rows], dtype=np.int64),
        final=tuple(row[2] for row in rows),
        transfer=np.array([row[0] for row in rows]),
        momentum=momentum,
        values=np.stack([row[3] for row in rows], axis=1) if rows else np.zeros((len(functions), 0, momentum.size)),
    )


def _tail_energy(level: Level, charge: float) -> float:
    """Mean energy of the series above a level, weighted with n*⁻³."""
    from scipy.special import zeta

    effective = charge / np.sqrt(-2 * level.energy)
    return float(-0.5 * charge**2 * zeta(5, effective + 1) / zeta(3, effective + 1))

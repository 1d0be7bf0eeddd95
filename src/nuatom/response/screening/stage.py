"""What the random-phase response stands on and that does not depend on T: grids, orbitals, levels, interaction.

Waves are integrated on a fine radial grid; densities and interactions are matrices on every fourth point of it.  Bound
orbitals and levels are solved anew on the fine grid, so that they are poles of its Green's functions to the last digit
and can be taken out of them.  Atomic units.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from nuatom.atom.exchange import Exchange
from nuatom.atom.field import Solution
from nuatom.atom.grid import Array, Grid, Indices
from nuatom.elements import Shell
from nuatom.response.excitations import levels
from nuatom.response.partial_waves import wave_number
from nuatom.response.screening.interaction import Interaction, Medium

LAST_RESOLVED, OUTSIDE = 8.3, 5.3
"""Rydberg levels up to this effective quantum number are lines one by one; those above are one line.  The second is of
l > 3, which are outside the atom and hardly respond."""
FAR = 320.0
"""Where waves that start or end near a threshold are followed to [Bohr]."""


@dataclass(frozen=True)
class StageSettings:
    """How finely the response is computed.

    Attributes:
        multipoles: the highest J that is screened.
        electric: the highest J whose electric current is; above, where Q ≫ T, the current hardly counts.
        stride: fine points, on which waves are integrated, per coarse point, on which densities are.
        log_step: relative radial step near the nucleus, fine.
        wave_step: radial step, coarse, times the sum of the largest wave number and the largest Q.
        outside: fraction of a shell's density left outside the grid.
    """

    multipoles: int = 8
    electric: int = 3
    stride: int = 4
    log_step: float = 0.025
    wave_step: float = 1.8
    outside: float = 1e-8

    def doubled(self) -> StageSettings:
        """Twice the coarse points."""
        return replace(self, stride=max(self.stride // 2, 1), wave_step=self.wave_step / 2, outside=self.outside / 100)


@dataclass(frozen=True)
class Widths:
    """The width of lines in the continuum, full at half maximum: the larger of a fraction of T and a floor.

    Attributes:
        relative: Γ/T.
        least: the floor [Hartree].
    """

    relative: float
    least: float

    def half(self, energy: Array | float) -> Array:
        """Γ/2 of a line at an energy [Hartree]."""
        return np.asarray(0.5 * np.maximum(self.relative * np.asarray(energy), self.least))


@dataclass(frozen=True)
class Transition:
    """From a shell to a level above it.

    Attributes:
        shell, level: indices.
        kappa: of the level.
        energy: ε_level − ε_shell > 0 [Hartree].
        share: of the strength, what is not blocked by electrons in the level.
        tail: strength of all higher levels of the series over that of this one; 0 but for the last.
    """

    shell: int
    level: int
    kappa: int
    energy: float
    share: float
    tail: float


@dataclass(frozen=True)
class Levels:
    """Levels that can take an electron.

    Attributes:
        names: (n, κ) of each.
        energies: < 0, shape (level,) [Hartree].
        P, F: on the coarse grid, shape (level, N).
        tails: see `Transition`.
    """

    names: tuple[tuple[int, int], ...]
    energies: Array
    P: Array
    F: Array
    tails: Array


@dataclass(frozen=True)
class Stage:
    """Everything that does not depend on T: a radial grid and what stands on it.

    Attributes:
        solution, shells: the field.
        interaction: K.
        exchange: that of the ground state.
        settings: numerical settings.
        largest: the largest transfer it is fine enough for [Hartree].
    """

    solution: Solution
    shells: tuple[Shell, ...]
    interaction: Interaction
    exchange: Exchange
    settings: StageSettings
    largest: float
    _kernels: dict[int, tuple[Array, Array | None]] = field(default_factory=dict, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    @cached_property
    def extent(self) -> Array:
        """Radius of each shell [Bohr]."""
        return np.array([self.solution.extent(i, self.settings.outside) for i in range(len(self.shells))])

    @cached_property
    def grid(self) -> Grid:
        """The fine grid."""
        step = self.settings.wave_step / (3 * max(wave_number(self.largest), 0.8)) / 4
        first = 1e-3 / self.solution.nuclear_charge
        return Grid(first, max(FAR, 1.3 * float(self.extent.max())), self.settings.log_step, min(step, 0.075))

    @cached_property
    def points(self) -> int:
        """Size of the coarse grid."""
        return int(self.grid.index(float(self.extent.max()))) // self.settings.stride + 2

    @cached_property
    def potential(self) -> Array:
        """V on the fine grid [Hartree]."""
        return self.solution.potential_on(self.grid.r)

    @cached_property
    def medium(self) -> Medium:
        """The orbitals on the coarse grid."""
        s = self.settings.stride
        P, F = self.orbitals[1:]
        r, weights = (a[: self.points * s : s] for a in (self.grid.r, self.grid.dr * s))
        return Medium(r, weights, P, F, self.shells, self.exchange)

    @cached_property
    def orbitals(self) -> tuple[Array, Array, Array]:
        """Energies (shell,), P and F (shell, N) of the shells on this very grid, so that they are poles of its G."""
        found = [
            self._bound(shell.n, shell.kappa, float(self.solution.energies[i])) for i, shell in enumerate(self.shells)
        ]
        energies, P, F = zip(*found, strict=True)
        return np.array(energies), np.array(P), np.array(F)

    def _bound(self, n: int, kappa: int, guess: float) -> tuple[float, Array, Array]:
        from nuatom.atom.dirac import bound_state

        energy, P, Q, _, status = bound_state(n, kappa, guess, self.grid.r, self.grid.dr, self.potential, 1e-11)
        if status:
            raise RuntimeError(f"the level n = {n}, kappa = {kappa} near {guess:.4g} Hartree was not found again")
        keep = slice(0, self.points * self.settings.stride, self.settings.stride)
        return float(energy), P[keep].copy(), Q[keep].copy()

    @cached_property
    def levels(self) -> Levels:
        """Levels with a vacancy, up to `LAST_RESOLVED`."""
        from scipy.special import zeta

        charge = self.solution.tail
        names, rows, tails = [], [], []
        for level in levels(self.solution, self.shells)[1]:
            effective = charge / np.sqrt(-2 * level.energy)
            l = level.kappa if level.kappa > 0 else -level.kappa - 1
            if effective <= (LAST_RESOLVED if l <= 3 else OUTSIDE):
                names.append((level.n, level.kappa))
                rows.append(self._bound(level.n, level.kappa, level.energy))
                tails.append(float(effective**3 * zeta(3, effective + 1)))
        last = {kappa: k for k, (_, kappa) in enumerate(names)}
        tail = np.array([value if last[names[k][1]] == k else 0.0 for k, value in enumerate(tails)])
        energies, P, F = zip(*rows, strict=True)
        return Levels(tuple(names), np.array(energies), np.array(P), np.array(F), tail)

    @cached_property
    def kappas(self) -> Indices:
        """κ of the shells."""
        return np.array([shell.kappa for shell in self.shells], dtype=np.int64)

    def filled(self, shell: int) -> float:
        """The occupied fraction of a shell."""
        return self.shells[shell].occupancy / self.shells[shell].degeneracy

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        """Transitions from every shell to every level above it."""
        energies = self.orbitals[0]
        occupied = {(s.n, s.kappa): i for i, s in enumerate(self.shells)}
        known = self.levels
        found = []
        for i in range(len(self.shells)):
            for k, name in enumerate(known.names):
                gap = known.energies[k] - energies[i]
                share = 1.0 - (self.filled(occupied[name]) / self.filled(i) if name in occupied else 0.0)
                if gap > 0 and share > 0 and occupied.get(name) != i:
                    found.append(Transition(i, k, name[1], float(gap), min(share, 1.0), float(known.tails[k])))
        return tuple(found)

    def kernel(self, J: int) -> Array:
        """K_J, computed once."""
        return self._kernel(J)[0]

    def potential_of(self, J: int, densities: Array) -> Array:
        """K_J on densities times their weights, shape (N, columns)."""
        from nuatom.atom.coulomb import coulomb_potential

        matrix, diagonal = self._kernel(J)
        if diagonal is None:
            return np.asarray(matrix @ densities)
        return np.asarray(coulomb_potential(J, self.medium.r, np.ascontiguousarray(densities), diagonal))

    def _kernel(self, J: int) -> tuple[Array, Array | None]:
        """K_J, and what it has on the diagonal beside Coulomb's if it has nothing else: its products are then cheap."""
        with self._lock:
            if J not in self._kernels:
                matrix = self.interaction.matrix(J, self.medium)
                rest = matrix - self.medium.coulomb(J)
                diagonal = np.diag(rest).copy()
                local = np.array_equal(rest, np.diag(diagonal))
                self._kernels[J] = matrix, diagonal if local else None
            return self._kernels[J]

    def prepare(self) -> Stage:
        """Compute what threads share, before there are threads."""
        _ = self.transitions, self.medium, self.potential
        for J in range(self.settings.multipoles + 1):
            self.kernel(J)
        return self

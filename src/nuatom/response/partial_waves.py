"""Structure functions of a central field by partial waves: exact within the independent-particle model.

For one photoelectron energy ε' all shells share their continuum waves; for one (shell, J) all final states are one
matrix product.  What the caller gives is physics (field, shells, ε', Q); the grid and the number of partial waves
follow from it:

* the radial step resolves the local wave number and the largest Q, so that the plain sum converges exponentially;
* a shell reaches to where 1e-12 of its density is left (what is cut off spoils current conservation in proportion
  to its square root);
* l' runs to the largest r·k(r) inside the shell plus a margin: beyond it a wave cannot enter the shell;
* J runs to where j_J(Qr) cannot reach the shell.

All in atomic units.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from nuatom.atom.field import Solution
from nuatom.atom.grid import Array, Grid, Indices
from nuatom.elements import Shell
from nuatom.functions import ALL, Function
from nuatom.units import SPEED_OF_LIGHT_AU as C

_BLOCK = 32  # momenta per table of Bessel functions: small enough to stay near the cache, large enough for BLAS


@dataclass(frozen=True)
class Discretisation:
    """How finely the partial-wave sum is done; the defaults hold 1e-3 and are doubled by convergence tests.

    Attributes:
        log_step: relative radial step near the nucleus.
        wave_step: radial step times the asymptotic wave number.
        momentum_step: radial step times the largest Q.
        waves: factor on the number of partial waves.
        density_outside: fraction of a shell's density left outside the radial grid.
    """

    log_step: float = 0.03
    wave_step: float = 0.25
    momentum_step: float = 2.0
    waves: float = 1.0
    density_outside: float = 1e-12

    def doubled(self) -> Discretisation:
        """Twice the points and twice the partial waves."""
        return Discretisation(self.log_step / 2, self.wave_step / 2, self.momentum_step / 2, 2 * self.waves, 1e-14)


@dataclass(frozen=True)
class ShellResponse:
    """One shell at one photoelectron energy.

    Attributes:
        momentum: Q, shape (nQ,) [1/Bohr].
        values: the structure functions in the order of `ALL`, and V33, shape (function, nQ) [1/Hartree]; those not
            asked for are zero.
        truncation: the part of S in the two highest l', shape (nQ,) [1/Hartree]: what the cut in l' may cost.
    """

    momentum: Array
    values: Array
    truncation: Array

    def of(self, function: Function) -> Array:
        """One structure function, shape (nQ,) [1/Hartree]."""
        return np.asarray(self.values[ALL.index(function)])

    @property
    def charge(self) -> Array:
        """S, shape (nQ,) [1/Hartree]."""
        return self.of(Function.CHARGE)

    @property
    def current(self) -> Array:
        """R, shape (nQ,) [1/Hartree]."""
        return self.of(Function.CURRENT)

    @property
    def longitudinal(self) -> Array:
        """V33, shape (nQ,) [1/Hartree]."""
        return np.asarray(self.values[-1])


def wave_number(energy: float) -> float:
    """p of a free electron with kinetic energy ε [1/Bohr]."""
    return float(np.sqrt(energy * (energy + 2 * C * C)) / C)


@dataclass(frozen=True)
class PartialWaves:
    """Partial waves in one central field.

    Args:
        solution: the field.
        shells: its shells.
        resolution: numerical settings.
    """

    solution: Solution
    shells: tuple[Shell, ...]
    resolution: Discretisation = Discretisation()

    @cached_property
    def extents(self) -> tuple[float, ...]:
        """Radius of each shell's radial integrals [Bohr]."""
        outside = self.resolution.density_outside
        return tuple(self.solution.extent(i, outside) for i in range(len(self.shells)))

    @cached_property
    def _reach(self) -> tuple[float, ...]:
        # What lies further out than this adds less than 1e-5 to S and decides no l'.
        return tuple(self.solution.extent(i, 1e-5) for i in range(len(self.shells)))

    def highest_l(self, shell: int, energy: float) -> int:
        """The l' beyond which continuum waves of this energy do not enter the shell."""
        r = self.solution.grid.r
        inside = r <= self._reach[shell]
        A = (energy - self.solution.potential[inside]) / C
        reach = float(np.max(r[inside] * np.sqrt(np.maximum(A * (A + 2 * C), 0.0))))
        return int(np.ceil(self.resolution.waves * (reach + 7 + 1.5 * np.cbrt(reach))))

    def continuum(
        self,
        energy: float,
        shells: Sequence[int],
        momenta: Sequence[Array],
        l_limit: Sequence[int | None],
        axial: bool = False,
        longitudinal: bool = False,
    ) -> list[ShellResponse]:
        """Structure functions of several shells for one photoelectron energy.

        Args:
            energy: ε' > 0 [Hartree]; the transfer is T = ε' + binding energy of the shell.
            shells: indices of shells.
            momenta: for each its Q, ascending, shape (nQ,) [1/Bohr].
            l_limit: for each an upper limit on l', or None for the whole sum.
            axial: whether to compute more than S and R.
            longitudinal: whether to compute V33 too.
        """
        if not energy > 0:
            raise ValueError(f"a continuum wave needs a photoelectron energy > 0, got {energy!r} Hartree")
        out: dict[int, ShellResponse] = {}
        for group in self._groups(shells):
            limits = [l_limit[s] for s in group]
            tops = [self.highest_l(shells[s], energy) for s in group]
            tops = [top if limit is None else min(top, limit) for top, limit in zip(tops, limits, strict=True)]
            parts = self._group(
                energy, [shells[s] for s in group], [momenta[s] for s in group], tops, axial, longitudinal
            )
            out.update(zip(group, parts, strict=True))
        return [out[s] for s in range(len(shells))]

    def _groups(self, shells: Sequence[int]) -> list[list[int]]:
        """Positions of shells of like size, which share a radial grid.

        One grid for all would need the step of the innermost shell out to the radius of the outermost.
        """
        order = sorted(range(len(shells)), key=lambda s: self.extents[shells[s]])
        groups: list[list[int]] = []
        for s in order:
            if groups and self.extents[shells[s]] < 1.8 * self.extents[shells[groups[-1][0]]]:
                groups[-1].append(s)
            else:
                groups.append([s])
        return groups

    def _group(
        self, energy: float, shells: list[int], momenta: list[Array], tops: list[int], axial: bool, longitudinal: bool
    ) -> list[ShellResponse]:
        from nuatom.atom.dirac import matching_radius
        from nuatom.response.kernels import continuum_waves

        solution, settings = self.solution, self.resolution
        kappas = _kappas(max(tops))
        radius = max(self.extents[i] for i in shells)
        step = min(
            settings.wave_step / max(wave_number(energy), 0.5),
            settings.momentum_step / max(float(q[-1]) for q in momenta),
        )
        nearest = max(solution.latter, radius, 1e-3)
        radii = np.array([matching_radius(k, energy, solution.tail, nearest, 1e-5) for k in kappas])
        grid = Grid(2e-4 / solution.nuclear_charge, float(radii.max()), settings.log_step, step)
        keep = int(grid.index(radius)) + 2
        matches = np.minimum(np.ceil(grid.index(radii)).astype(np.int64), grid.size - 1)
        matches = np.maximum(matches, keep)
        if matches.max() >= grid.size:
            grid = Grid(grid.first, float(grid.r[-1]) + 3 * step, settings.log_step, step)
        V = solution.potential_on(grid.r)
        P, F, _ = continuum_waves(kappas, energy, grid.r, grid.dr, V, solution.tail, matches, keep)
        with one_blas_thread():
            sums = self._sums(grid, shells, momenta, tops, kappas, P, F, axial, longitudinal)
        out = []
        for momentum, top, values in zip(momenta, tops, sums, strict=True):
            last = (kappas == top) | (kappas == -top - 1) | (kappas == top - 1) | (kappas == -top)
            S = values[ALL.index(Function.CHARGE)]
            out.append(ShellResponse(momentum, values.sum(axis=1), S[last[: len(S)]].sum(axis=0)))
        return out

    def discrete(
        self, shell: int, index: Indices, level_grid: Grid, levels: Sequence[Any], momentum: Array, axial: bool = False
    ) -> Array:
        """Strengths of the transitions from a shell to bound levels, as of `ALL` and V33, shape (function, level, nQ).

        Args:
            shell: index of the shell.
            index: 0 … N−1, the points of the grid the levels are on.
            level_grid: that grid.
            levels: objects with `kappa`, `P` and `Q`, ascending in l.
            momentum: Q, ascending [1/Bohr].
            axial: whether to compute more than S and R.
        """
        from scipy.interpolate import CubicSpline

        radius = self.extents[shell]
        grid = Grid(
            2e-4 / self.solution.nuclear_charge, radius, self.resolution.log_step,
            min(0.1, self.resolution.momentum_step / float(momentum[-1])),
        )  # fmt: skip
        at = np.clip(level_grid.index(grid.r), 0, level_grid.size - 1)
        P = CubicSpline(index, np.array([level.P for level in levels]), axis=1)(at)
        F = CubicSpline(index, np.array([level.Q for level in levels]), axis=1)(at)
        kappas = np.array([level.kappa for level in levels], dtype=np.int64)
        top = int(_l(kappas).max())
        with one_blas_thread():
            (values,) = self._sums(grid, [shell], [momentum], [top], kappas, P, F, axial, False)
        return values

    def _sums(
        self,
        grid: Grid,
        shells: Sequence[int],
        momenta: Sequence[Array],
        tops: Sequence[int],
        kappas: Indices,
        waves_P: Array,
        waves_F: Array,
        axial: bool,
        longitudinal: bool,
    ) -> list[Array]:
        """All functions and V33 per final state, (function, final, nQ); `kappas` ascend in l', shell i to tops[i]."""
        from nuatom.atom.angular import bessel_table
        from nuatom.response.kernels import FUNCTIONS, multipole_sum

        keep = waves_P.shape[1]
        r, dr = grid.r[:keep], grid.dr[:keep]
        P, F = self.solution.orbitals_on(r)
        sizes = [min(int(grid.index(self.extents[i])) + 2, keep) for i in shells]
        used = [int(np.count_nonzero(_l(kappas) <= top)) for top in tops]
        out = [np.zeros((FUNCTIONS, n, q.size)) for n, q in zip(used, momenta, strict=True)]
        # One table of Bessel functions serves all shells: the union of their momenta, in blocks.
        union = np.unique(np.concatenate(list(momenta)))
        places = [np.searchsorted(union, q) for q in momenta]
        for begin in range(0, union.size, _BLOCK):
            block = union[begin : begin + _BLOCK]
            inside = [(p >= begin) & (p < begin + block.size) for p in places]
            active = [s for s in range(len(shells)) if inside[s].any()]
            # j_J(Qr) is nothing beyond J ≈ Qr + 5 (Qr)^{1/3}.
            limits = []
            for s in range(len(shells)):
                x = block[-1] * self.extents[shells[s]]
                limits.append(min(int(x + 5 * np.cbrt(x) + 8), tops[s] + abs(self.shells[shells[s]].kappa)))
            J_max = max(limits[s] for s in active)
            size = max(sizes[s] for s in active)
            table, shifted = _workspace(J_max + 2, size, block.size)
            bessel_table(r[:size], block, J_max + 1, table, shifted)
            for s in active:
                i, n = shells[s], sizes[s]
                shift_below = int(np.searchsorted(block * self._reach[i], 1.0))
                # Waves with l' beyond J_max + l do not couple.
                coupled = limits[s] + abs(self.shells[i].kappa)
                waves = min(used[s], int(np.count_nonzero(_l(kappas) <= coupled)))
                sums = multipole_sum(
                    P[i, :n], F[i, :n], self.shells[i].kappa, self.shells[i].occupancy,
                    waves_P[:waves], waves_F[:waves], kappas[:waves], r, dr, block, table, shifted,
                    shift_below, limits[s], axial, longitudinal,
                )  # fmt: skip
                where = np.flatnonzero(inside[s])
                out[s][:, :waves, where] = sums[:, :, places[s][where] - begin]
        return out


def _kappas(top: int) -> Indices:
    """κ in ascending l: −1; 1, −2; 2, −3; …"""
    return np.array([k for l in range(top + 1) for k in ((-1,) if l == 0 else (l, -l - 1))], dtype=np.int64)


def _l(kappas: Indices) -> Indices:
    return np.asarray(np.where(kappas > 0, kappas, -kappas - 1))


def one_blas_thread() -> AbstractContextManager[object]:
    """Keep BLAS to one thread: its products here are small, and two threads of it take many times as long."""
    limited: AbstractContextManager[object] = _blas().limit(limits=1)
    return limited


@cache
def _blas() -> Any:
    import scipy.linalg  # noqa: F401 - the BLAS of compiled kernels, which has to be loaded to be limited
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


_local = threading.local()


def _workspace(orders: int, points: int, momenta: int) -> tuple[Array, Array]:
    """Memory for a Bessel table, kept per thread: touching fresh pages would cost more than filling them."""
    wanted = orders * points * momenta
    if getattr(_local, "size", 0) < wanted:
        _local.memory, _local.size = np.empty(wanted), wanted
    table = _local.memory[:wanted].reshape(orders, points, momenta)
    return table, np.empty((points, momenta))

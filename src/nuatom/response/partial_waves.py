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
_LARGEST_TABLE = 16e6  # values in a table of Bessel functions, but for four momenta: 128 MB per thread
WINDOW_END = 7.5
"""A `window` of scale σ is nothing beyond this many σ."""


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


@dataclass(frozen=True)
class _Task:
    """One shell: its momenta [1/Bohr], highest l', the radius of its integrals and the scale of its window [Bohr]."""

    shell: int
    momentum: Array
    top: int
    radius: float
    sigma: float = np.inf


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

    def highest_l(self, shell: int, energy: float, radius: float = np.inf) -> int:
        """The l' beyond which continuum waves of this energy do not enter the shell, or what lies within a radius."""
        r = self.solution.grid.r
        inside = r <= min(self._reach[shell], radius)
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
        windows: Sequence[float] | None = None,
    ) -> list[ShellResponse]:
        """Structure functions of several shells for one photoelectron energy.

        Args:
            energy: ε' > 0 [Hartree]; the transfer is T = ε' + binding energy of the shell.
            shells: indices of shells.
            momenta: for each its Q, ascending, shape (nQ,) [1/Bohr].
            l_limit: for each an upper limit on l', or None for the whole sum.
            axial: whether to compute more than S and R.
            longitudinal: whether to compute V33 too.
            windows: for each the scale σ of the `window` its radial integrals are cut off with, for momenta far beyond
                the ridge; by default they are whole [Bohr].
        """
        if not energy > 0:
            raise ValueError(f"a continuum wave needs a photoelectron energy > 0, got {energy!r} Hartree")
        sigmas = [np.inf] * len(shells) if windows is None else list(windows)
        radii = [min(self.extents[i], WINDOW_END * sigma) for i, sigma in zip(shells, sigmas, strict=True)]
        out: dict[int, ShellResponse] = {}
        for group in _groups(radii):
            tops = [self.highest_l(shells[s], energy, radii[s]) for s in group]
            limits = [l_limit[s] for s in group]
            tops = [top if limit is None else min(top, limit) for top, limit in zip(tops, limits, strict=True)]
            parts = self._group(
                energy,
                [_Task(shells[s], momenta[s], top, radii[s], sigmas[s]) for s, top in zip(group, tops, strict=True)],
                axial,
                longitudinal,
            )
            out.update(zip(group, parts, strict=True))
        return [out[s] for s in range(len(shells))]

    def _group(self, energy: float, tasks: list[_Task], axial: bool, longitudinal: bool) -> list[ShellResponse]:
        from nuatom.atom.dirac import matching_radius
        from nuatom.response.kernels import continuum_waves

        solution, settings = self.solution, self.resolution
        momenta, tops = [task.momentum for task in tasks], [task.top for task in tasks]
        kappas = _kappas(max(tops))
        radius = max(task.radius for task in tasks)
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
            sums = self._sums(grid, tasks, kappas, P, F, axial, longitudinal)
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
            (values,) = self._sums(grid, [_Task(shell, momentum, top, radius)], kappas, P, F, axial, False)
        return values

    def _sums(
        self,
        grid: Grid,
        tasks: Sequence[_Task],
        kappas: Indices,
        waves_P: Array,
        waves_F: Array,
        axial: bool,
        longitudinal: bool,
    ) -> list[Array]:
        """All functions and V33 per final state, (function, final, nQ); `kappas` ascend in l'."""
        from nuatom.atom.angular import bessel_table
        from nuatom.response.kernels import FUNCTIONS, multipole_sum

        keep = waves_P.shape[1]
        r, dr = grid.r[:keep], grid.dr[:keep]
        P, F = self.solution.orbitals_on(r)
        sizes = [min(int(grid.index(task.radius)) + 2, keep) for task in tasks]
        used = [int(np.count_nonzero(_l(kappas) <= task.top)) for task in tasks]
        out = [np.zeros((FUNCTIONS, n, task.momentum.size)) for n, task in zip(used, tasks, strict=True)]
        # One table of Bessel functions serves all shells: the union of their momenta, in blocks.
        union = np.unique(np.concatenate([task.momentum for task in tasks]))
        places = [np.searchsorted(union, task.momentum) for task in tasks]
        orders = max(self._highest_J(task, union[-1]) for task in tasks) + 2
        block_size = int(np.clip(_LARGEST_TABLE / (orders * max(sizes)), 4, _BLOCK))
        for begin in range(0, union.size, block_size):
            block = union[begin : begin + block_size]
            inside = [(p >= begin) & (p < begin + block.size) for p in places]
            active = [s for s in range(len(tasks)) if inside[s].any()]
            limits = [self._highest_J(task, block[-1]) for task in tasks]
            J_max = max(limits[s] for s in active)
            size = max(sizes[s] for s in active)
            table, shifted = _workspace(J_max + 2, size, block.size)
            bessel_table(r[:size], block, J_max + 1, table, shifted)
            for s in active:
                task, n = tasks[s], sizes[s]
                shell, cut = self.shells[task.shell], window(r[:n], task.sigma)
                shift_below = int(np.searchsorted(block * self._reach[task.shell], 1.0))
                # Waves with l' beyond J_max + l do not couple.
                waves = min(used[s], int(np.count_nonzero(_l(kappas) <= limits[s] + abs(shell.kappa))))
                sums = multipole_sum(
                    P[task.shell, :n] * cut, F[task.shell, :n] * cut, shell.kappa, shell.occupancy,
                    waves_P[:waves], waves_F[:waves], kappas[:waves], r, dr, block, table, shifted,
                    shift_below, limits[s], axial, longitudinal,
                )  # fmt: skip
                where = np.flatnonzero(inside[s])
                out[s][:, :waves, where] = sums[:, :, places[s][where] - begin]
        return out

    def _highest_J(self, task: _Task, momentum: float) -> int:
        # j_J(Qr) is nothing beyond J ≈ Qr + 5 (Qr)^{1/3}.
        x = momentum * task.radius
        return min(int(x + 5 * np.cbrt(x) + 8), task.top + abs(self.shells[task.shell].kappa))


def window(r: Array, sigma: float) -> Array:
    """½ erfc((r − 3σ)/σ): what the radial integrals are cut off with at momenta far beyond the ridge.

    So large a momentum comes from where the orbital and the wave are not smooth, the nucleus.  All that lies further
    out adds is their Fourier transform at Q, smooth functions' and hence nothing; a window that is smooth itself adds
    e^{−(σΔ)²/4} of the whole, Δ the distance from the ridge.
    """
    from scipy.special import erfc

    return np.asarray(0.5 * erfc(r / sigma - 3.0)) if np.isfinite(sigma) else np.ones_like(r)


def _groups(radii: Sequence[float]) -> list[list[int]]:
    """Positions of shells of like size, which share a radial grid.

    One grid for all would need the step of the innermost shell out to the radius of the outermost.
    """
    groups: list[list[int]] = []
    for s in sorted(range(len(radii)), key=lambda s: radii[s]):
        if groups and radii[s] < 1.8 * radii[groups[-1][0]]:
            groups[-1].append(s)
        else:
            groups.append([s])
    return groups


def momentum_grid(
    ranges: Sequence[tuple[float, float]], widths: Sequence[tuple[float, float]], rate: float, largest: float = 0.3
) -> Array:
    """One grid of Q for several shells, in each range as fine as the finest ridge there needs.

    Args:
        ranges: least and largest Q of each [1/Bohr].
        widths: of each the momentum of its ridge [1/Bohr] and the width of it in ln Q.
        rate: steps in ln Q are this times √(width² + (distance from the ridge)²).
        largest: and at most this.
    """
    low = min(r[0] for r in ranges)
    high = max(r[1] for r in ranges)
    x = np.arange(np.log(low), np.log(high) + 0.004, 0.004)
    density = np.full(x.size, 3.0)
    for (first, last), (Q_r, width) in zip(ranges, widths, strict=True):
        y = x - np.log(Q_r)
        step = np.minimum(rate * np.sqrt(width**2 + y**2), largest)
        inside = (x >= np.log(first)) & (x <= np.log(last))
        density[inside] = np.maximum(density[inside], 1 / step[inside])
    count = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * 0.004)])
    return np.asarray(np.exp(np.interp(np.linspace(0, count[-1], int(np.ceil(count[-1])) + 1), count, x)))


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

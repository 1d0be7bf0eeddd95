"""The table a CentralField is evaluated from: partial waves on a grid that follows the Bethe ridge.

For each shell the logarithms of the structure functions (of the two that are interferences, the ratio to their bound)
are tabulated against ln ε' (photoelectron energy) and

    y = ln Q/Q_r(T),    Q_r = √(T² + 2mT),    y_j = A sinh t_j with t_j uniform,

so that the ridge stands still at y = 0 while T runs, with the finest steps there.  Energies are added where the
table, interpolated, misses a newly computed energy by more than the tolerance: convergence is measured, not assumed.

Up to a kinetic energy well above the shell's own, the whole range of y is computed.  Above, the impulse limit takes
over at the ridge, corrected for what the field still does to the photoelectron (`approach`), and partial waves are
computed on either side of it, for y < `LOW_SIDE` and y > `HIGH_SIDE`, where few of them are needed and the impulse
limit fails: there the nucleus gives the photoelectron its momentum, or takes it.  Momenta far above the ridge come from
small radii; the integrals are cut off beyond, which makes them cheap up to `FAR`.  Atomic units.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.grid import Array
from nuatom.functions import MIXED, VECTOR, Function
from nuatom.response.approach import NODES as APPROACH_NODES
from nuatom.response.approach import Approach, anchors, column
from nuatom.response.excitations import Excitations, excitations
from nuatom.response.impulse import Moments, all_moments, least_momentum
from nuatom.response.impulse import structure as impulse_structure
from nuatom.response.interpolation import joined, split
from nuatom.response.partial_waves import PartialWaves, ShellResponse, momentum_grid, one_blas_thread, wave_number
from nuatom.units import HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU, eV, keV

WIDTH = 0.08
"""A of y = A sinh t: the scale on which steps are finest."""
POINTS = 110
NEAR = 10.0
"""Up to this many root-mean-square momenta of the shell above the ridge the radial integrals are whole."""
FAR = 2000 * keV / MOMENTUM_AU
"""The table ends here, or at the end of what is near if that is later [1/Bohr]."""
WINDOW = 8.5
"""The scale of the window on radial integrals of far momenta, over the inverse of their distance from the ridge."""
LOWEST = -7.0
LOW_SIDE = (-0.7, -0.4)
"""Above the hand-over in T, the table fades into the corrected impulse limit between these y, …"""
HIGH_SIDE = (0.5, 0.8)
"""… and out of it between these."""
_MARGIN = 0.15
HAND_OVER = (18.0, 27.0)
"""In T over the larger of the shell's binding and mean kinetic energy, the table fades into the impulse limit there."""
GRID_ERROR = 3e-4
"""What the grids in r and Q may cost: found by comparing tables with partial waves on finer ones."""
PHOTON_TOP = 300 * keV / HARTREE
"""Largest transfer at which the low side is computed; beyond it Q ≥ T implies y > −0.74 [Hartree]."""
LOWEST_ENERGY = 0.001 * eV / HARTREE
_TINY = 1e-280

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ResponseTable:
    """Tabulated partial waves of all shells.

    Attributes:
        binding: calculated binding energies, > 0, shape (shell,) [Hartree].
        energies: ε', ascending, shape (nE,) [Hartree].
        t: sinh coordinate of the nodes in y, shape (shell, ny); uniform in the second axis.
        functions: the structure functions in the table.
        values: ln of each, or its ratio to √(product) of the two functions that bound it for those in
            `model.MIXED`, shape (function, shell, nE, ny) [1/Hartree]; nan where it is not needed.
        relative_error: estimated error of ∫S dQ²/Q², shape (shell, nE).
        deviation: estimated relative error of S at each node, signed, so that errors which cancel in an integral do so
            in its estimate, shape (shell, nE, ny).
        moments: momentum densities, for the impulse limit.
        approach: what partial waves are over the impulse limit, to correct it with.
        hand_over_error: |∫S dQ²/Q² of partial waves over that of the corrected impulse limit − 1| where the one has
            faded into the other, shape (shell,).
        excitations: the discrete lines.
    """

    binding: Array
    energies: Array
    t: Array
    functions: tuple[Function, ...]
    values: Array
    relative_error: Array
    deviation: Array
    moments: tuple[Moments, ...]
    approach: Approach
    hand_over_error: Array
    excitations: Excitations

    @property
    def y(self) -> Array:
        """ln Q/Q_r at the nodes, shape (shell, ny)."""
        return WIDTH * np.sinh(self.t)


def ridge(transfer: Array | float) -> Array:
    """Q_r(T) = √(T² + 2mT), with T in Hartree [1/Bohr]."""
    T = np.asarray(transfer) / SPEED_OF_LIGHT_AU
    return np.sqrt(T * (T + 2 * SPEED_OF_LIGHT_AU))


def hand_over(binding: float, moments: Moments) -> tuple[float, float]:
    """The transfers between which a shell's table fades into the impulse limit [Hartree]."""
    scale = max(binding, 0.5 * moments.scale**2)
    return HAND_OVER[0] * scale, HAND_OVER[1] * scale


@dataclass(frozen=True)
class _Column:
    """The table at one energy: values (function, shell, ny), truncation error of ∫S dQ²/Q² (shell,)."""

    values: Array
    truncation: Array


@dataclass(frozen=True)
class _Builder:
    waves: PartialWaves
    binding: Array
    moments: tuple[Moments, ...]
    t: Array
    functions: tuple[Function, ...]

    def shells_at(self, energy: float) -> tuple[list[int], list[bool]]:
        """The shells to compute at ε', and for each whether over the whole range of y."""
        which, whole = [], []
        for i, binding in enumerate(self.binding):
            full = energy + binding <= hand_over(binding, self.moments[i])[1] * 1.3
            if full or energy + binding <= PHOTON_TOP * 1.3:
                which.append(i)
                whole.append(bool(full))
        return which, whole

    def anchors(self) -> dict[float, list[int]]:
        """The energies at which the approach to the impulse limit is computed, the dearest first, and their shells."""
        plan: dict[float, list[int]] = {}
        for i, (binding, moments) in enumerate(zip(self.binding, self.moments, strict=True)):
            for energy in anchors(float(binding), hand_over(binding, moments)[0], self.waves.solution.nuclear_charge):
                plan.setdefault(energy, []).append(i)
        return {energy: plan[energy] for energy in sorted(plan, reverse=True)}

    def approach(self, plan: dict[float, list[int]], columns: Sequence[Array]) -> Approach:
        """The table of the approach from what was computed."""
        shape = (len(self.functions), self.binding.size, len(plan), APPROACH_NODES)
        values = np.full(shape, np.nan)
        for n, (shells, found) in enumerate(zip(plan.values(), columns, strict=True)):
            values[:, shells, -1 - n] = found
        return Approach(np.array(sorted(plan)), self.functions, values)

    def compute(self, energy: float) -> _Column:
        """The table at one ε'."""
        shells, whole = self.shells_at(energy)
        T = energy + self.binding[shells]
        ridges = [float(Q) for Q in ridge(T)]
        near, far, widths, windows = [], [], [], []
        for i, full, t, Q_r in zip(shells, whole, T, ridges, strict=True):
            end = max(Q_r + NEAR * self.moments[i].scale, Q_r * np.exp(HIGH_SIDE[0] - _MARGIN))
            begin = end if full else Q_r * np.exp(HIGH_SIDE[0] - _MARGIN)
            near.append((Q_r * np.exp(LOWEST), end if full else Q_r * np.exp(LOW_SIDE[1] + _MARGIN)))
            far.append((begin, max(FAR, 1.2 * begin)))
            widths.append((Q_r, float(np.clip(0.5 * np.sqrt(self.binding[i] / t), WIDTH, 0.6)) if full else 0.6))
            windows.append(WINDOW / (begin - Q_r))
        limits = [None if full else _low_side_l(energy) for full in whole]
        axial = len(self.functions) > len(VECTOR)
        below = self.waves.continuum(energy, shells, _momenta(near, widths, 0.25), limits, axial=axial)
        # The orbitals' own nodes show far above the ridge: steps are finer there than what a power law would need.
        above = self.waves.continuum(
            energy, shells, _momenta(far, widths, 0.12), [None] * len(shells), axial=axial, windows=windows
        )
        values = np.full((len(self.functions), *self.t.shape), np.nan)
        error = np.zeros(self.t.shape[0])
        for i, full, Q_r, low, high in zip(shells, whole, ridges, below, above, strict=True):
            y = WIDTH * np.sinh(self.t[i])
            side = outer(y)
            for f, function in enumerate(self.functions):
                values[f, i] = _at_nodes(np.log(Q_r) + y, low, high, function)
                if not full:
                    values[f, i, ~side] = np.nan
            if full:
                total = np.trapezoid(low.charge, np.log(low.momentum))
                error[i] = np.trapezoid(low.truncation, np.log(low.momentum)) / total
        return _Column(values, error)


def outer(y: Array) -> NDArray[np.bool_]:
    """The nodes on either side of the ridge that are computed above the hand-over too."""
    return np.asarray((y <= LOW_SIDE[1] + _MARGIN - 0.01) | (y >= HIGH_SIDE[0] - _MARGIN + 0.01))


def _low_side_l(energy: float) -> int:
    """Enough partial waves where the shell must give the photoelectron most of its momentum: they come from small r."""
    return 28 + int(0.15 * wave_number(energy))


def _momenta(ranges: list[tuple[float, float]], widths: list[tuple[float, float]], largest: float) -> list[Array]:
    """The parts of one grid of Q that cover each range, and one point beyond each end: no node is extrapolated."""
    union = momentum_grid(ranges, widths, 0.11, largest)
    return [
        union[max(np.searchsorted(union, low, "right") - 1, 0) : np.searchsorted(union, high) + 1]
        for low, high in ranges
    ]


def _at_nodes(target: Array, near: ShellResponse, far: ShellResponse, function: Function) -> Array:
    """What is tabulated, at ln Q of the nodes: each from the part that has it, beyond both a power law."""
    lower, upper = np.log(near.momentum), np.log(far.momentum)
    # The first point of the far part lies before its beginning, where the window has no say but is not yet nothing.
    out = _interpolate(lower, _encoded(near, function), target, function)
    beyond = target > min(lower[-1], upper[1])
    out[beyond] = _interpolate(upper, _encoded(far, function), target[beyond], function)
    if np.any(target > upper[-1]):
        known = target <= upper[-1]
        out[~known] = _continue(target, out, known, function)
    return out


def _encoded(response: ShellResponse, function: Function) -> Array:
    """What is interpolated: the logarithm of a positive function, the correlation of an interference."""
    values = response.of(function)
    if function not in MIXED:
        return np.asarray(np.log(np.maximum(values, _TINY)))
    first, second = (np.maximum(response.of(bound), _TINY) for bound in MIXED[function])
    return np.asarray(np.clip(values / np.sqrt(first * second), -1.0, 1.0))


def _interpolate(log_Q: Array, values: Array, target: Array, function: Function) -> Array:
    """Cubic in ln Q; the lowest node is the beginning of the grid."""
    from scipy.interpolate import CubicSpline

    at = np.clip(target, log_Q[0], log_Q[-1])
    if function in MIXED:
        return np.asarray(CubicSpline(log_Q, values)(at))
    return joined(*(CubicSpline(log_Q, part)(at) for part in split(values)))


def _continue(target: Array, values: Array, known: NDArray[np.bool_], function: Function) -> Array:
    """Beyond the largest computed Q, a power law with the last slope, at most −5: nothing is left there."""
    last = np.flatnonzero(known)[-1]
    if function in MIXED:
        return np.full(np.count_nonzero(~known), values[last])
    slope = (values[last] - values[last - 3]) / (target[last] - target[last - 3])
    return np.asarray(values[last] + min(slope, -5.0) * (target[~known] - target[last]))


def build(
    waves: PartialWaves,
    tolerance: float,
    functions: tuple[Function, ...] = VECTOR,
    progress: Progress | None = None,
    threads: int | None = None,
) -> ResponseTable:
    """Compute the table, adding energies until the interpolation is good to the tolerance.

    Args:
        waves: the field and its numerical settings.
        tolerance: wanted relative error of ∫S dQ²/Q², ∫S dQ², ∫R dQ²/Q² and of R at the photon point.
        functions: the structure functions wanted.
        progress: called with (energies done, energies known to be needed).
        threads: worker threads; by default one per core.
    """
    from concurrent.futures import ThreadPoolExecutor

    binding = -waves.solution.energies
    density = all_moments(waves.solution, waves.shells)
    t = np.array([_nodes(b, m) for b, m in zip(binding, density, strict=True)])
    builder = _Builder(waves, binding, density, t, functions)
    done: dict[float, _Column] = {}
    pending = _first_energies(builder)
    plan = builder.anchors()
    with one_blas_thread(), ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        try:
            columns: list[Array] = []
            for found in pool.map(lambda e: column(waves, e, plan[e], binding, density, functions), plan):
                columns.append(found)
                if progress is not None:
                    progress(len(columns), len(plan) + len(pending))
            while pending:
                total = len(plan) + len(done) + len(pending)
                # The dearest first, so that no thread is left with one at the end.
                order = sorted(pending, reverse=True)
                for energy, result in zip(order, pool.map(builder.compute, order), strict=True):
                    done[energy] = result
                    if progress is not None:
                        progress(min(len(plan) + len(done), total), total)
                pending = _refine(builder, done, pending, tolerance)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        lines = excitations(waves, density, functions)
    energies = np.array(sorted(done))
    near = builder.approach(plan, columns)
    return ResponseTable(
        binding=binding,
        energies=energies,
        t=t,
        functions=functions,
        values=np.stack([done[e].values for e in energies], axis=2),
        relative_error=_errors(builder, done),
        deviation=np.stack([_deviation(builder, done, e) for e in energies], axis=1),
        moments=density,
        approach=near,
        hand_over_error=_hand_over_errors(builder, done, near),
        excitations=lines,
    )


def _hand_over_errors(builder: _Builder, done: dict[float, _Column], near: Approach) -> Array:
    out = []
    for i, (binding, moments) in enumerate(zip(builder.binding, builder.moments, strict=True)):
        end = hand_over(binding, moments)[1]
        energy = max((e for e in done if np.all(np.isfinite(done[e].values[0, i])) and e + binding < end), default=None)
        if energy is None:
            raise RuntimeError(f"no tabulated energy below the hand-over of {builder.waves.shells[i].label}")
        T = np.array((energy + binding) / SPEED_OF_LIGHT_AU)
        Q = float(ridge(energy + binding)) * np.exp(WIDTH * np.sinh(builder.t[i]))
        limit = impulse_structure(moments, T, Q[None])
        p_z = least_momentum(T, Q[None])
        free = near.of_shell(i, moments).corrected(np.array([energy]), p_z, limit, VECTOR)[Function.CHARGE][0]
        slope = np.cosh(builder.t[i])
        bound = np.exp(done[energy].values[0, i]) / builder.waves.shells[i].occupancy
        out.append(abs(float(np.sum(slope * bound) / np.sum(slope * free)) - 1))
    return np.array(out)


def _nodes(binding: float, moments: Moments) -> Array:
    lowest_ridge = float(ridge(binding))
    top = np.log(max(FAR, lowest_ridge + NEAR * moments.scale) / lowest_ridge)
    return np.linspace(-np.arcsinh(-LOWEST / WIDTH), np.arcsinh(top / WIDTH), POINTS)


def _first_energies(builder: _Builder) -> list[float]:
    """Photoelectron energies to begin with: denser where atoms have resonances."""
    full = max(hand_over(b, m)[1] * 1.3 - b for b, m in zip(builder.binding, builder.moments, strict=True))
    # The last energy must still have a shell to compute.
    top = max(full, PHOTON_TOP * 1.3 - float(builder.binding.min()))
    energies, energy = [], LOWEST_ENERGY
    while energy < top:
        energies.append(energy)
        in_eV = energy * HARTREE / eV
        energy *= 2.5 if in_eV < 0.3 else 1.6 if in_eV < 1 else 1.35 if in_eV < 200 else 1.5
    return [*energies, top * 0.9999]


def _summaries(builder: _Builder, energy: float, log_S: Array, log_R: Array) -> Array:
    """ln of ∫S dQ²/Q², ∫S dQ², ∫R dQ²/Q² and R(Q = T), shape (shell, 4); nan for shells not computed whole."""
    T = energy + builder.binding
    out = np.full((builder.binding.size, 4), np.nan)
    slope = WIDTH * np.cosh(builder.t)
    y = WIDTH * np.sinh(builder.t)
    photon = np.log(T / SPEED_OF_LIGHT_AU / ridge(T))
    for i in range(builder.binding.size):
        ok = np.isfinite(log_S[i])
        if not ok.any():
            continue
        if ok.all():
            S, R = np.exp(log_S[i]) * slope[i], np.exp(log_R[i]) * slope[i]
            out[i, :3] = np.log([S.sum(), (S * np.exp(2 * y[i])).sum(), R.sum()])
        if photon[i] < y[i, ok][-1]:
            out[i, 3] = np.interp(photon[i], y[i, ok], log_R[i, ok])
    return out


def _without(builder: _Builder, done: dict[float, _Column], energy: float) -> tuple[Array, ...] | None:
    """ln S and ln R at one energy as the others, interpolated, have them; None at the ends."""
    energies = np.array(sorted(done))
    n = int(np.searchsorted(energies, energy))
    if n in (0, energies.size - 1):
        return None
    x = np.log(energies)
    others = np.array([m for m in range(max(0, n - 3), min(energies.size, n + 4)) if m != n])
    # S and R, the first two, stand for all: the others are made of the same waves.
    neighbours = np.stack([done[energies[m]].values[:2] for m in others], axis=2)
    known = done[energy].values[:2]
    return tuple(_predict(x[others], values, one, x[n]) for values, one in zip(neighbours, known, strict=True))


def _missed(builder: _Builder, done: dict[float, _Column], energy: float) -> Array:
    """By how much the other energies, interpolated, miss the summaries at one, relative, shape (shell, 4)."""
    predicted = _without(builder, done, energy)
    if predicted is None:
        return np.zeros((builder.binding.size, 4))
    actual = _summaries(builder, energy, *done[energy].values[:2])
    estimate = _summaries(builder, energy, *predicted)
    return np.abs(np.expm1(np.nan_to_num(estimate - actual)))


def _deviation(builder: _Builder, done: dict[float, _Column], energy: float) -> Array:
    """Estimated error of S at each node: a left-out energy over 4, as in `_errors`, shape (shell, node)."""
    predicted = _without(builder, done, energy)
    if predicted is None:
        return np.zeros(builder.t.shape)
    missed = np.expm1(np.clip(np.nan_to_num(predicted[0] - done[energy].values[0]), -1.0, 1.0))
    return np.asarray(missed / 4)


def _refine(builder: _Builder, done: dict[float, _Column], fresh: list[float], tolerance: float) -> list[float]:
    """The midpoints to compute next: around energies which the others, interpolated, do not predict."""
    energies = sorted(done)
    new: set[float] = set()
    # Left out, a point is missed about sixteen times worse than a midpoint between its neighbours will be; midpoints
    # themselves were predicted by what is now their neighbourhood, and are held to the tolerance itself.
    allowed = tolerance * (8.0 if len(fresh) == len(done) else 1.0)
    for energy in energies:
        missed = _missed(builder, done, energy)
        # Whatever is fresh, no energy may keep an estimated error above the tolerance.
        if (energy in fresh and missed.max() > allowed) or missed[:, 0].max() / 4 > 0.8 * tolerance:
            n = energies.index(energy)
            new |= {
                float(np.sqrt(energies[m] * energies[m + 1]))
                for m in (n - 1, n)
                if energies[m + 1] > 1.02 * energies[m]
            }
    return sorted(new)


def _predict(x: Array, values: Array, known: Array, at: float) -> Array:
    """Interpolate (shell, nx, ny) to one x; nan where the value itself is not known or too few neighbours are."""
    out = np.full(known.shape, np.nan)
    for i in range(len(known)):
        rows = np.isfinite(values[i, :, 0])
        columns = np.isfinite(known[i]) & np.all(np.isfinite(values[i, rows]), axis=0)
        if np.count_nonzero(rows) >= 4:
            parts = split(values[i, rows][:, columns], contiguous(columns))
            out[i, columns] = joined(*(_lagrange(x[rows], part, at) for part in parts))
    return out


def contiguous(columns: NDArray[np.bool_]) -> list[slice]:
    """The runs of adjacent nodes among those chosen, as places in the chosen ones."""
    gaps = np.flatnonzero(np.diff(np.flatnonzero(columns)) > 1) + 1
    edges = [0, *gaps.tolist(), int(np.count_nonzero(columns))]
    return [slice(a, b) for a, b in pairwise(edges)]


def _lagrange(nodes: Array, values: Array, x: float) -> Array:
    """Polynomial through the four nodes nearest to x."""
    nearest = np.sort(np.argsort(np.abs(nodes - x))[:4])
    nodes, values = nodes[nearest], values[nearest]
    weights = [
        np.prod([(x - nodes[k]) / (nodes[j] - nodes[k]) for k in range(nodes.size) if k != j])
        for j in range(nodes.size)
    ]
    return np.asarray(np.array(weights) @ values)


def _errors(builder: _Builder, done: dict[float, _Column]) -> Array:
    """Estimated relative error of ∫S dQ²/Q²: interpolation (left-out points over 4), truncation in l', the grids."""
    energies = sorted(done)
    missed = np.array([_missed(builder, done, e)[:, 0] for e in energies]).T / 4
    truncation = np.array([done[e].truncation for e in energies]).T
    return np.asarray(np.minimum(missed + truncation, 1.0) + GRID_ERROR)

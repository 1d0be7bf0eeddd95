"""The table a CentralField is evaluated from: partial waves on a grid that moves with the Bethe ridge.

For each shell the logarithms of the structure functions (of those that are interferences, the ratio to their bound)
are tabulated against ln ε' (photoelectron energy) and

    p = (Q² − Q_r²)/2Q = Q_r sinh y,   y = ln Q/Q_r,   Q_r(T) = √(T² + 2mT),   p_j = w sinh t_j with t_j uniform.

Up to small terms −p is the momentum along Q which an electron must have to be hit there; so the ridge stands still at
p = 0 while T runs, and its lobes where an orbital has inner nodes stand still too.  Energies are added where the table,
interpolated, misses a newly computed energy by more than the tolerance: convergence is measured, not assumed.

Up to a kinetic energy well above the shell's own, partial waves give the whole range of p.  Above, the ridge is that
of the impulse limit, corrected for what the field still does to the photoelectron (`approach`), and partial waves give
what is on either side of it, where few of them are needed and the impulse limit fails: there the nucleus gives the
photoelectron its momentum, or takes it.  Momenta far above the ridge come from small radii; the integrals are cut off
beyond, which makes them cheap up to `FAR`.  Atomic units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nuatom.atom.grid import Array
from nuatom.functions import VECTOR, Function
from nuatom.response.approach import NODES as APPROACH_NODES
from nuatom.response.approach import Approach, ShellApproach, anchors, column
from nuatom.response.excitations import Excitations, excitations
from nuatom.response.impulse import DensityMoments, all_moments
from nuatom.response.interpolation import joined, split
from nuatom.response.partial_waves import PartialWaves, one_blas_thread, wave_number
from nuatom.response.sampling import at_nodes, encode, momenta, widened
from nuatom.response.tabulate import tabulate
from nuatom.units import HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU, eV, keV

POINTS = 160
NEAR = 10.0
"""Up to this many root-mean-square momenta of the shell above the ridge the radial integrals are whole."""
FAR = 2000 * keV / MOMENTUM_AU
"""The table ends here, or at the end of what is near if that is later [1/Bohr]."""
WINDOW = 8.5
"""The scale of the window on radial integrals of far momenta, over the inverse of their distance from the ridge."""
LOWEST = 500.0
"""The table begins at p of −this or −`LOWEST_RIDGES` times the least Q_r; the photon point is p = −m [1/Bohr]."""
LOWEST_RIDGES = 100.0
HAND_OVER = 20.0
"""Above this T over the larger of the shell's binding and mean kinetic energy the corrected impulse limit gives …"""
MIDDLE = (0.12, 0.3)
"""… what is as near to the ridge as this times Q_r: `NEAR` root-mean-square momenta, between these limits."""
LOW_SIDE = -0.55
"""Below this y integrals are whole above the hand-over, too."""
GRID_ERROR = 3e-4
"""What the grids in r and Q may cost: found by comparing tables with partial waves on finer ones."""
PHOTON_TOP = 300 * keV / HARTREE
"""Largest transfer at which the low side is computed; beyond it Q ≥ T implies y > −0.74 [Hartree]."""
LOWEST_ENERGY = 0.001 * eV / HARTREE

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ResponseTable:
    """Tabulated partial waves of all shells.

    Attributes:
        binding: calculated binding energies, > 0, shape (shell,) [Hartree].
        energies: ε', ascending, shape (nE,) [Hartree].
        t: sinh coordinate of the nodes in p, shape (shell, node); uniform in the second axis.
        width: w of p = w sinh t, shape (shell,) [1/Bohr].
        functions: the structure functions in the table.
        values: ln of each, or its ratio to √(product) of the two functions that bound it for those in
            `functions.MIXED`, shape (function, shell, nE, node) [1/Hartree]; nan where it is not needed.
        relative_error: estimated error of ∫S dQ²/Q², shape (shell, nE).
        deviation: estimated relative error of S at each node, signed, so that errors which cancel in an integral do so
            in its estimate, shape (shell, nE, node).
        moments: momentum densities, for the impulse limit.
        approach: what partial waves are over the impulse limit, to correct it with.
        hand_over_error: |∫S dQ²/Q² of partial waves over that of the corrected impulse limit − 1| where the one hands
            over to the other, shape (shell,).
        excitations: the discrete lines.
    """

    binding: Array
    energies: Array
    t: Array
    width: Array
    functions: tuple[Function, ...]
    values: Array
    relative_error: Array
    deviation: Array
    moments: tuple[DensityMoments, ...]
    approach: Approach
    hand_over_error: Array
    excitations: Excitations

    def log_ratio(self, shell: int, transfer: float) -> Array:
        """y = ln Q/Q_r at the nodes of a shell, shape (node,)."""
        return np.asarray(np.arcsinh(self.width[shell] * np.sinh(self.t[shell]) / ridge(transfer)))

    def end(self, shell: int) -> float:
        """The transfer up to which a shell is tabulated; 1.2 times as much can be interpolated [Hartree]."""
        return max(PHOTON_TOP, hand_over(float(self.binding[shell]), self.moments[shell]))


def ridge(transfer: Array | float) -> Array:
    """Q_r(T) = √(T² + 2mT), with T in Hartree [1/Bohr]."""
    T = np.asarray(transfer) / SPEED_OF_LIGHT_AU
    return np.sqrt(T * (T + 2 * SPEED_OF_LIGHT_AU))


def hand_over(binding: float, moments: DensityMoments) -> float:
    """The transfer above which a shell's ridge is that of the corrected impulse limit [Hartree]."""
    return HAND_OVER * max(binding, 0.5 * moments.scale**2)


@dataclass(frozen=True)
class _Column:
    """The table at one energy.

    Attributes:
        values: shape (function, shell, node).
        truncation: estimated error of ∫S dQ²/Q² from the cut in l', shape (shell,).
        deviation: of S where it is that of the impulse limit, shape (shell, node).
    """

    values: Array
    truncation: Array
    deviation: Array


@dataclass(frozen=True)
class _Builder:
    waves: PartialWaves
    binding: Array
    moments: tuple[DensityMoments, ...]
    t: Array
    width: Array
    functions: tuple[Function, ...]
    near: tuple[ShellApproach, ...] = ()

    def log_ratio(self, transfer: Array) -> Array:
        """y at the nodes, shape (shell, node), with T of each shell."""
        return np.asarray(np.arcsinh(self.width[:, None] * np.sinh(self.t) / ridge(transfer)[:, None]))

    def shells_at(self, energy: float) -> tuple[list[int], list[bool]]:
        """The shells to compute at ε', and for each whether the ridge too."""
        which, whole = [], []
        for i, binding in enumerate(self.binding):
            end = hand_over(binding, self.moments[i])
            # Energies are 1.5 apart there, and 1.25 of the end is interpolated to.
            if energy <= 1.9 * max(end, PHOTON_TOP):
                which.append(i)
                # Beyond the largest T at which the photon point is wanted it comes so near to the ridge that the
                # impulse limit, which has none, would reach it.
                whole.append(bool(energy + binding <= end or end > PHOTON_TOP))
        return which, whole

    def anchors(self) -> dict[float, list[int]]:
        """The energies at which the approach to the impulse limit is computed, the dearest first, and their shells."""
        plan: dict[float, list[int]] = {}
        for i, (binding, moments) in enumerate(zip(self.binding, self.moments, strict=True)):
            for energy in anchors(float(binding), hand_over(binding, moments), self.waves.solution.nuclear_charge):
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
        y = self.log_ratio(energy + self.binding)
        ridges = ridge(energy + self.binding)
        near, far, windows, limits = [], [], [], []
        for i, full in zip(shells, whole, strict=True):
            Q_r, reach = float(ridges[i]), NEAR * self.moments[i].scale
            bottom, top = (float(Q_r * np.exp(y[i, n])) for n in (0, -1))
            if full:
                near.append((bottom, Q_r + 1.05 * reach))
                far.append([(Q_r + reach, max(top, 1.2 * (Q_r + reach)))])
            else:
                low, reach = Q_r * np.exp(LOW_SIDE), float(np.clip(reach, MIDDLE[0] * Q_r, MIDDLE[1] * Q_r))
                # The impulse limit is none beyond the momenta that its density is tabulated at.
                reach = min(reach, 0.9 * float(self.moments[i].momentum[-1]))
                near.append((bottom, 1.1 * low))
                far.append([(low, Q_r - reach), (Q_r + reach, top)])
            windows.append(WINDOW / reach)
            # What gives the photoelectron its momentum, or takes it, is at small r: few partial waves are there.
            limits.append(None if full else 28 + int(0.15 * wave_number(energy)))
        axial = len(self.functions) > len(VECTOR)
        widths = [
            (float(ridges[i]), float(np.clip(0.5 * self.moments[i].scale / ridges[i], 0.02, 0.6))) for i in shells
        ]
        broad = [(Q_r, max(width, 0.08) if full else 0.6) for (Q_r, width), full in zip(widths, whole, strict=True)]
        below = self.waves.continuum(energy, shells, momenta([[r] for r in near], broad, 0.25), limits, axial=axial)
        tops = [self.waves.highest_l(i, energy, 2 * sigma) for i, sigma in zip(shells, windows, strict=True)]
        # The orbitals' own nodes show far above the ridge: steps are finer there than what a power law would need.
        wider = [[widened(*r, Q_r) for r in ranges] for ranges, (Q_r, _) in zip(far, widths, strict=True)]
        above = self.waves.continuum(energy, shells, momenta(wider, widths, 0.12), tops, axial=axial, windows=windows)
        values = np.full((len(self.functions), *self.t.shape), np.nan)
        error, deviation = np.zeros(self.t.shape[0]), np.zeros(self.t.shape)
        for i, full, low, high, ranges in zip(shells, whole, below, above, far, strict=True):
            log_Q = np.log(ridges[i]) + y[i]
            for f, function in enumerate(self.functions):
                values[f, i] = at_nodes(log_Q, low, high, ranges, float(ridges[i]), function)
            if not full:
                middle = (log_Q > np.log(ranges[0][1])) & (log_Q < np.log(ranges[1][0]))
                values[:, i, middle], deviation[i, middle] = self._quasi_free(i, energy, y[i, middle])
            else:
                total = np.trapezoid(low.charge, np.log(low.momentum))
                error[i] = np.trapezoid(low.truncation, np.log(low.momentum)) / total
        return _Column(values, error, deviation)

    def _quasi_free(self, shell: int, energy: float, y: Array) -> tuple[Array, Array]:
        """The corrected impulse limit, as it is tabulated, and the estimated error of S."""
        T = energy + float(self.binding[shell])
        Q = float(ridge(T)) * np.exp(y)[None]
        occupancy = self.waves.shells[shell].occupancy
        found = self.near[shell].structure(np.array([T]), np.array([energy]), Q, self.functions)
        encoded = [encode({f: v[0] * occupancy for f, v in found.items()}, function) for function in self.functions]
        return np.array(encoded), self.near[shell].deviation(np.array([energy]), Q, np.array([T])).sum(axis=0)[0]


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
    binding = -waves.solution.energies
    density = all_moments(waves.solution, waves.shells)
    width, t = (np.array(x) for x in zip(*(_nodes(b, m) for b, m in zip(binding, density, strict=True)), strict=True))
    builder = _Builder(waves, binding, density, t, width, functions)
    first = _first_energies(builder)
    plan = builder.anchors()
    # At the ridge the outermost part of a shell is worth little: 2e-4, found with finer steps and all of it.
    outside, step = 1e5 * waves.resolution.density_outside, 1.1 * waves.resolution.wave_step
    shorter = replace(waves, resolution=replace(waves.resolution, density_outside=outside, wave_step=step))

    def counted(before: int, after: int) -> Progress | None:
        """Progress of one of two steps, with what is done and to be done in the other."""
        return None if progress is None else lambda done, total: progress(before + done, before + total + after)

    at_anchors = tabulate(
        plan,
        lambda energy: column(shorter, energy, plan[energy], binding, density, functions),
        lambda known, fresh: (),
        counted(0, len(first)),
        threads,
    )
    near = builder.approach(plan, [at_anchors[energy] for energy in plan])
    builder = replace(builder, near=tuple(near.of_shell(i, moments) for i, moments in enumerate(density)))

    def refine(known: Mapping[float, _Column], fresh: Sequence[float]) -> list[float]:
        return _refine(builder, known, fresh, tolerance)

    done = tabulate(first, builder.compute, refine, counted(len(plan), 0), threads)
    with one_blas_thread():
        lines = excitations(waves, density, functions)
    energies = np.array(sorted(done))
    return ResponseTable(
        binding=binding,
        energies=energies,
        t=t,
        width=width,
        functions=functions,
        values=np.stack([done[e].values for e in energies], axis=2),
        relative_error=_errors(builder, done),
        deviation=np.stack([_deviation(builder, done, e) for e in energies], axis=1),
        moments=density,
        approach=near,
        hand_over_error=_hand_over_errors(builder, done),
        excitations=lines,
    )


def node(waves: PartialWaves, table: ResponseTable, index: int) -> Array:
    """The values of a table at one photoelectron energy, computed again, shape (function, shell, node).

    Args:
        waves: the field the table is of.
        table: of which the nodes in Q, the momentum densities and the approach to the impulse limit are taken.
        index: of the energy.
    """
    near = tuple(table.approach.of_shell(i, moments) for i, moments in enumerate(table.moments))
    builder = _Builder(waves, table.binding, table.moments, table.t, table.width, table.functions, near)
    with one_blas_thread():
        return builder.compute(float(table.energies[index])).values


def _hand_over_errors(builder: _Builder, done: Mapping[float, _Column]) -> Array:
    out = []
    for i, (binding, moments) in enumerate(zip(builder.binding, builder.moments, strict=True)):
        energy = max((e for e in done if e + binding <= hand_over(binding, moments)), default=None)
        if energy is None:
            raise RuntimeError(f"no tabulated energy below the hand-over of {builder.waves.shells[i].label}")
        T = energy + binding
        y = np.arcsinh(builder.width[i] * np.sinh(builder.t[i]) / ridge(T))
        slope = np.cosh(builder.t[i]) / np.cosh(y) * (np.abs(y) < MIDDLE[1])
        Q = ridge(T) * np.exp(y)[None]
        limit = builder.near[i].structure(np.array([T]), np.array([energy]), Q, VECTOR)[Function.CHARGE][0]
        bound = np.exp(done[energy].values[0, i]) / builder.waves.shells[i].occupancy
        out.append(abs(float(np.sum(slope * bound) / np.sum(slope * limit)) - 1))
    return np.array(out)


def _nodes(binding: float, moments: DensityMoments) -> tuple[float, Array]:
    """w and the nodes in t: fine enough for the binding momentum, and far enough at both ends."""
    lowest = float(ridge(binding))
    width = 0.6 * np.sqrt(min(moments.scale, np.sqrt(2 * binding)) * moments.scale)
    # p of Q far above Q_r is Q/2; the last cells are beyond what is wanted.
    bottom, top = max(LOWEST, LOWEST_RIDGES * lowest), 0.55 * max(FAR, lowest + NEAR * moments.scale)
    return float(width), np.linspace(-np.arcsinh(bottom / width), np.arcsinh(top / width), POINTS)


def _first_energies(builder: _Builder) -> list[float]:
    """Photoelectron energies to begin with: denser where atoms have resonances."""
    full = max(1.3 * hand_over(b, m) - b for b, m in zip(builder.binding, builder.moments, strict=True))
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
    y = builder.log_ratio(T)
    slope = np.cosh(builder.t) / np.cosh(y)
    photon = np.log(T / SPEED_OF_LIGHT_AU / ridge(T))
    for i in np.flatnonzero(np.isfinite(log_S).all(axis=1)):
        S, R = np.exp(log_S[i]) * slope[i], np.exp(log_R[i]) * slope[i]
        out[i, :3] = np.log([S.sum(), (S * np.exp(2 * y[i])).sum(), R.sum()])
        out[i, 3] = np.interp(photon[i], y[i], log_R[i])
    return out


def _without(builder: _Builder, done: Mapping[float, _Column], energy: float) -> tuple[Array, ...] | None:
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


def _missed(builder: _Builder, done: Mapping[float, _Column], energy: float) -> Array:
    """By how much the other energies, interpolated, miss the summaries at one, relative, shape (shell, 4)."""
    predicted = _without(builder, done, energy)
    if predicted is None:
        return np.zeros((builder.binding.size, 4))
    actual = _summaries(builder, energy, *done[energy].values[:2])
    estimate = _summaries(builder, energy, *predicted)
    return np.abs(np.expm1(np.nan_to_num(estimate - actual)))


def _deviation(builder: _Builder, done: Mapping[float, _Column], energy: float) -> Array:
    """Estimated error of S at each node: a left-out energy over 4, as in `_errors`, shape (shell, node)."""
    predicted = _without(builder, done, energy)
    if predicted is None:
        return done[energy].deviation
    missed = np.expm1(np.clip(np.nan_to_num(predicted[0] - done[energy].values[0]), -1.0, 1.0))
    return np.asarray(missed / 4 + done[energy].deviation)


def _refine(builder: _Builder, done: Mapping[float, _Column], fresh: Sequence[float], tolerance: float) -> list[float]:
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
    for i in np.flatnonzero(np.isfinite(known[:, 0])):
        rows = np.isfinite(values[i, :, 0])
        if np.count_nonzero(rows) >= 4:
            out[i] = joined(*(_lagrange(x[rows], part, at) for part in split(values[i, rows])))
    return out


def _lagrange(nodes: Array, values: Array, x: float) -> Array:
    """Polynomial through the four nodes nearest to x."""
    nearest = np.sort(np.argsort(np.abs(nodes - x))[:4])
    nodes, values = nodes[nearest], values[nearest]
    weights = [
        np.prod([(x - nodes[k]) / (nodes[j] - nodes[k]) for k in range(nodes.size) if k != j])
        for j in range(nodes.size)
    ]
    return np.asarray(np.array(weights) @ values)


def _errors(builder: _Builder, done: Mapping[float, _Column]) -> Array:
    """Estimated relative error of ∫S dQ²/Q²: interpolation (left-out points over 4), truncation in l', the grids."""
    energies = sorted(done)
    missed = np.array([_missed(builder, done, e)[:, 0] for e in energies]).T / 4
    truncation = np.array([done[e].truncation for e in energies]).T
    return np.asarray(np.minimum(missed + truncation, 1.0) + GRID_ERROR)

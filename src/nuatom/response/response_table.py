"""The table a CentralField is evaluated from: partial waves on a grid that follows the Bethe ridge.

For each shell the logarithms of the structure functions (of the two that are interferences, the ratio to their bound)
are tabulated against ln ε' (photoelectron energy) and

    y = ln Q/Q_r(T),    Q_r = √(T² + 2mT),    y_j = A sinh t_j with t_j uniform,

so that the ridge stands still at y = 0 while T runs, with the finest steps there.  Energies are added where the
table, interpolated, misses a newly computed energy by more than the tolerance: convergence is measured, not assumed.

Up to a kinetic energy well above the shell's own, the whole range of y is computed.  Above, the impulse limit takes
over at the ridge, and partial waves are computed for y < `LOW_SIDE` only, where few of them are needed and the impulse
limit fails (the photon point is there).  Atomic units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.functions import MIXED, VECTOR, Function
from nuatom.response.excitations import Excitations, excitations
from nuatom.response.impulse import DensityMoments, all_moments
from nuatom.response.impulse import structure as impulse_structure
from nuatom.response.partial_waves import PartialWaves, ShellResponse, one_blas_thread, wave_number
from nuatom.response.tabulate import tabulate
from nuatom.store import Bits, Multiples, Packing, Store, Table, Variable
from nuatom.units import HARTREE, SPEED_OF_LIGHT_AU, eV, keV

WIDTH = 0.08
"""A of y = A sinh t: the scale on which steps are finest."""
POINTS = 104
LARGEST = 16.0
"""The table ends this many root-mean-square momenta of the shell above the ridge, where it has none left to give."""
LOWEST = -7.0
LOW_SIDE = (-0.7, -0.4)
"""Above the hand-over in T, the table fades into the impulse limit between these y."""
HAND_OVER = (26.0, 52.0)
"""In T over the larger of the shell's binding and mean kinetic energy, the table fades into the impulse limit."""
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
        moments: momentum densities, for the impulse limit.
        hand_over_error: |∫S dQ²/Q² of partial waves over that of the impulse limit − 1| where the one has
            faded into the other, shape (shell,).
        excitations: the discrete lines.
    """

    binding: Array
    energies: Array
    t: Array
    functions: tuple[Function, ...]
    values: Array
    relative_error: Array
    moments: tuple[DensityMoments, ...]
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


def hand_over(binding: float, moments: DensityMoments) -> tuple[float, float]:
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
    moments: tuple[DensityMoments, ...]
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

    def compute(self, energy: float) -> _Column:
        """The table at one ε'."""
        shells, whole = self.shells_at(energy)
        ranges, widths = [], []
        for i, full in zip(shells, whole, strict=True):
            T = energy + self.binding[i]
            Q_r = float(ridge(T))
            top = min(Q_r + LARGEST * self.moments[i].scale, Q_r * np.exp(WIDTH * np.sinh(self.t[i, -1])))
            ranges.append((Q_r * np.exp(LOWEST), top if full else Q_r * np.exp(LOW_SIDE[1] + 0.15)))
            widths.append((Q_r, float(np.clip(0.5 * np.sqrt(self.binding[i] / T), WIDTH, 0.6)) if full else 0.6))
        union = _momentum_grid(ranges, widths)
        # One point beyond each end, so that no node is extrapolated.
        momenta = [
            union[max(np.searchsorted(union, low, "right") - 1, 0) : np.searchsorted(union, high) + 1]
            for low, high in ranges
        ]
        limits = [None if full else _low_side_l(energy) for full in whole]
        responses = self.waves.continuum(energy, shells, momenta, limits, axial=len(self.functions) > len(VECTOR))
        values = np.full((len(self.functions), *self.t.shape), np.nan)
        error = np.zeros(self.t.shape[0])
        for i, full, response in zip(shells, whole, responses, strict=True):
            target = np.log(ridge(energy + self.binding[i])) + WIDTH * np.sinh(self.t[i])
            log_Q = np.log(response.momentum)
            wanted = target <= log_Q[-1] if full else WIDTH * np.sinh(self.t[i]) <= LOW_SIDE[1] + 0.14
            for f, function in enumerate(self.functions):
                values[f, i, wanted] = _interpolate(log_Q, _encoded(response, function), target[wanted])
                if full:
                    values[f, i, ~wanted] = _continue(target, values[f, i], wanted, function)
            total = np.trapezoid(response.charge, log_Q)
            error[i] = np.trapezoid(response.truncation, log_Q) / total if full else 0.0
        return _Column(values, error)


def _low_side_l(energy: float) -> int:
    """Enough partial waves where the shell must give the photoelectron most of its momentum: they come from small r."""
    return 28 + int(0.15 * wave_number(energy))


def _momentum_grid(ranges: Sequence[tuple[float, float]], widths: Sequence[tuple[float, float]]) -> Array:
    """One grid of Q for all shells, in each range as fine as the finest ridge there needs."""
    low = min(r[0] for r in ranges)
    high = max(r[1] for r in ranges)
    x = np.arange(np.log(low), np.log(high) + 0.004, 0.004)
    density = np.full(x.size, 3.0)
    for (first, last), (Q_r, width) in zip(ranges, widths, strict=True):
        y = x - np.log(Q_r)
        step = np.minimum(0.13 * np.sqrt(width**2 + y**2), 0.3)
        inside = (x >= np.log(first)) & (x <= np.log(last))
        density[inside] = np.maximum(density[inside], 1 / step[inside])
    count = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * 0.004)])
    return np.asarray(np.exp(np.interp(np.linspace(0, count[-1], int(np.ceil(count[-1])) + 1), count, x)))


def _encoded(response: ShellResponse, function: Function) -> Array:
    """What is interpolated: the logarithm of a positive function, the correlation of an interference."""
    values = response.of(function)
    if function not in MIXED:
        return np.asarray(np.log(np.maximum(values, _TINY)))
    first, second = (np.maximum(response.of(bound), _TINY) for bound in MIXED[function])
    return np.asarray(np.clip(values / np.sqrt(first * second), -1.0, 1.0))


def _interpolate(log_Q: Array, values: Array, target: Array) -> Array:
    """Cubic in ln Q; the lowest node is the beginning of the grid."""
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(log_Q, values)(np.clip(target, log_Q[0], log_Q[-1])))


def _continue(target: Array, values: Array, known: NDArray[np.bool_], function: Function) -> Array:
    """Beyond the largest computed Q, a power law with the last slope (at most −8): nothing is left there."""
    last = np.flatnonzero(known)[-1]
    if function in MIXED:
        return np.full(np.count_nonzero(~known), values[last])
    slope = (values[last] - values[last - 3]) / (target[last] - target[last - 3])
    return np.asarray(values[last] + min(slope, -8.0) * (target[~known] - target[last]))


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
    t = np.array([_nodes(b, m) for b, m in zip(binding, density, strict=True)])
    builder = _Builder(waves, binding, density, t, functions)

    def refine(known: Mapping[float, _Column], fresh: Sequence[float]) -> list[float]:
        return _refine(builder, known, fresh, tolerance)

    done = tabulate(_first_energies(builder), builder.compute, refine, progress, threads)
    with one_blas_thread():
        lines = excitations(waves, density, functions)
    energies = np.array(sorted(done))
    return ResponseTable(
        binding=binding,
        energies=energies,
        t=t,
        functions=functions,
        values=np.stack([done[e].values for e in energies], axis=2),
        relative_error=_errors(builder, done),
        moments=density,
        hand_over_error=_hand_over_errors(builder, done),
        excitations=lines,
    )


def _hand_over_errors(builder: _Builder, done: dict[float, _Column]) -> Array:
    out = []
    for i, (binding, moments) in enumerate(zip(builder.binding, builder.moments, strict=True)):
        end = hand_over(binding, moments)[1]
        energy = max((e for e in done if np.all(np.isfinite(done[e].values[0, i])) and e + binding < end), default=None)
        if energy is None:
            raise RuntimeError(f"no tabulated energy below the hand-over of {builder.waves.shells[i].label}")
        T = energy + binding
        y = WIDTH * np.sinh(builder.t[i])
        Q = float(ridge(T)) * np.exp(y)
        free = impulse_structure(moments, np.array(T / SPEED_OF_LIGHT_AU), Q)[Function.CHARGE]
        slope = np.cosh(builder.t[i])
        bound = np.exp(done[energy].values[0, i]) / builder.waves.shells[i].occupancy
        out.append(abs(float(np.sum(slope * bound) / np.sum(slope * free)) - 1))
    return np.array(out)


def _nodes(binding: float, moments: DensityMoments) -> Array:
    lowest_ridge = float(ridge(binding))
    top = np.log1p(LARGEST * moments.scale / lowest_ridge)
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


def _missed(builder: _Builder, done: Mapping[float, _Column], energy: float) -> Array:
    """By how much the other energies, interpolated, miss the summaries at one, relative, shape (shell, 4)."""
    energies = np.array(sorted(done))
    n = int(np.searchsorted(energies, energy))
    if n in (0, energies.size - 1):
        return np.zeros((builder.binding.size, 4))
    x = np.log(energies)
    others = np.array([m for m in range(max(0, n - 3), min(energies.size, n + 4)) if m != n])
    # S and R, the first two, stand for all: the others are made of the same waves.
    log_S, log_R = done[energy].values[:2]
    neighbours = np.stack([done[energies[m]].values[:2] for m in others], axis=2)
    predicted = [
        _predict(x[others], values, known, x[n]) for values, known in zip(neighbours, (log_S, log_R), strict=True)
    ]
    actual = _summaries(builder, energy, log_S, log_R)
    estimate = _summaries(builder, energy, *predicted)
    return np.abs(np.expm1(np.nan_to_num(estimate - actual)))


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
    for i in range(len(known)):
        rows = np.isfinite(values[i, :, 0])
        columns = np.isfinite(known[i]) & np.all(np.isfinite(values[i, rows]), axis=0)
        if np.count_nonzero(rows) >= 4:
            out[i, columns] = _lagrange(x[rows], values[i, rows][:, columns], at)
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


def _errors(builder: _Builder, done: dict[float, _Column]) -> Array:
    """Estimated relative error of ∫S dQ²/Q²: interpolation (left-out points over 4), truncation in l', the grids."""
    energies = sorted(done)
    missed = np.array([_missed(builder, done, e)[:, 0] for e in energies]).T / 4
    truncation = np.array([done[e].truncation for e in energies]).T
    return np.asarray(np.minimum(missed + truncation, 1.0) + GRID_ERROR)


# --- on disk ---------------------------------------------------------------------------------------


def fetch_table(
    atom: Atom, tolerance: float, functions: tuple[Function, ...] = VECTOR, progress: Progress | None = None
) -> ResponseTable:
    """The table of an atom from the store, or computed and stored.

    Thresholds are no part of it: an atom with measured edges shares the table of the calculated one.
    """

    def compute() -> Table:
        return _to_table(build(PartialWaves(atom.solution, atom.calculated_shells), tolerance, functions, progress))

    parameters = {**atom.parameters, "tolerance": tolerance, "functions": [f.value for f in functions]}
    return _from_table(Store().fetch("response", parameters, compute))


_VARIABLES = {
    "binding": (("shell",), "hartree", "calculated binding energies"),
    "energies": (("photoelectron",), "hartree", "photoelectron energies"),
    "t": (("shell", "node"), "", "sinh coordinate: ln(Q/Q_ridge) = 0.08 sinh(t)"),
    "values": (
        ("function", "shell", "photoelectron", "node"),
        "",
        "ln of each structure function in 1/hartree; for axial_mixed and vector_axial the ratio to their bounds",
    ),
    "relative_error": (("shell", "photoelectron"), "", "estimated relative error of the integral of S/Q^2"),
    "hand_over_error": (("shell",), "", "mismatch with the impulse limit where it takes over"),
}
_MOMENTS = {
    "momentum": (("shell", "p"), "1/bohr", "momentum grid of the shell"),
    "density": (("shell", "p"), "bohr", "momentum density 4 pi p^2 n(p) per electron"),
    "log_moments": (("shell", "moment", "p"), "", "ln of the impulse moments L_0, L_1, L_2"),
    "scale": (("shell",), "1/bohr", "root-mean-square momentum"),
}
_LINES = {
    "shell": (("line",), "", "index of the shell that loses the electron"),
    "final": (("line",), "", "level excited to"),
    "transfer": (("line",), "hartree", "excitation energy"),
    "momentum": (("line_momentum",), "1/bohr", "momenta of the line strengths"),
    "values": (("function", "line", "line_momentum"), "", "strengths in each structure function"),
}
_PACKED: dict[str, Packing] = {"values": Multiples(2**-15), "lines_values": Bits(13)}
"""Errors of 1.5e-5 in a logarithm, or of a bound, and of 6e-5 in a strength; both at one node, and of either sign."""


def _to_table(table: ResponseTable) -> Table:
    variables = {}
    for name, (dims, units, text) in _VARIABLES.items():
        variables[name] = Variable(dims, np.asarray(getattr(table, name)), units, text, _PACKED.get(name))
    for name, (dims, units, text) in _MOMENTS.items():
        values = np.array([getattr(m, name) for m in table.moments])
        variables[f"moments_{name}"] = Variable(dims, values, units, text)
    for name, (dims, units, text) in _LINES.items():
        values = np.asarray(getattr(table.excitations, name))
        variables[f"lines_{name}"] = Variable(dims, values, units, text, _PACKED.get(f"lines_{name}"))
    names = np.array([function.value for function in table.functions])
    variables["functions"] = Variable(("function",), names, "", "names of the structure functions")
    return Table(variables)


def _from_table(table: Table) -> ResponseTable:
    data = {name: variable.data for name, variable in table.variables.items()}
    moments = tuple(
        DensityMoments(momentum, density, log_moments, float(scale))
        for momentum, density, log_moments, scale in zip(*(data[f"moments_{name}"] for name in _MOMENTS), strict=True)
    )
    lines = {name: data[f"lines_{name}"] for name in _LINES if name != "final"}
    found = Excitations(final=tuple(str(label) for label in data["lines_final"]), **lines)
    functions = tuple(Function(str(name)) for name in data["functions"])
    return ResponseTable(
        **{name: data[name] for name in _VARIABLES}, functions=functions, moments=moments, excitations=found
    )

"""CentralField: an atom of independent electrons, right from the optical limit to far above the Bethe ridge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array, fade
from nuatom.elements import Shell
from nuatom.functions import ALL, MIXED, VECTOR, Function, with_vector
from nuatom.response import impulse
from nuatom.response.model import Lines, Measure, StructureFunctions, checked_limits, checked_momentum, checked_transfer
from nuatom.response.response_table import (
    GRID_ERROR,
    LOW_SIDE,
    PHOTON_TOP,
    WIDTH,
    ResponseTable,
    fetch_table,
    hand_over,
    ridge,
)
from nuatom.units import HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU

_NOTHING = -700.0
"""The logarithm of less than nothing: of no consequence, and without underflow."""


@dataclass(frozen=True)
class CentralField:
    """Independent electrons in an atom's self-consistent field: a response model.

    S(T,Q) and R(T,Q) are summed over partial waves where binding matters and joined to the impulse limit, in which
    the electrons keep the momentum distribution of their shell, far above it.  The number of partial waves and all
    grids follow from the physics.  Evaluation interpolates a table that is computed once per atom and kept in the
    store; its error is estimated where it was computed and returned with every answer.

    Args:
        atom: the atom; its `binding` decides where the thresholds are.
        tolerance: wanted relative accuracy of integrals over Q, from 1e-4 to 0.1.
        progress: called with (done, total) photoelectron energies while a table is computed.

    Raises:
        ValueError: for a tolerance out of range.
    """

    atom: Atom
    tolerance: float = 5e-3
    progress: Callable[[int, int], None] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.atom, Atom):
            raise ValueError(f'CentralField needs an Atom, not {self.atom!r}: write CentralField(Atom("Xe"))')
        if not (isinstance(self.tolerance, float | int) and 1e-4 <= self.tolerance <= 0.1):
            raise ValueError(f"tolerance must be between 1e-4 and 0.1, not {self.tolerance!r}")

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells of the atom, with the energies at which they open."""
        return self.atom.shells

    @property
    def photon_limit(self) -> float:
        """Largest energy at which R is computed at the photon point Q = T [energy]."""
        return float(PHOTON_TOP * HARTREE)

    def build(self) -> CentralField:
        """Make sure the table is there, from the store or computed; returns the model."""
        _ = self.table
        return self

    @cached_property
    def table(self) -> ResponseTable:
        """The tabulated S and R, in atomic units."""
        return fetch_table(self.atom, self.tolerance, VECTOR, self.progress)

    @cached_property
    def full_table(self) -> ResponseTable:
        """The tabulated structure functions, all of them, in atomic units; computed when first needed."""
        return fetch_table(self.atom, self.tolerance, ALL, self.progress)

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = ALL
    ) -> StructureFunctions:
        """S(T,Q), R(T,Q) and the other structure functions of the continuum, shell by shell.

        Args:
            transfer: T ≥ 0, shape (nT,) [energy]; below a shell's threshold all are exactly zero.
            momentum: Q > 0, shape (nQ,) or (nT, nQ) [energy].
            functions: which ones; S and R come with any.

        Raises:
            ValueError: for values that are not finite or out of range.
        """
        T = checked_transfer(transfer)
        Q = checked_momentum(momentum, T)
        if np.any((T[:, None] > self.photon_limit) & (Q <= T[:, None])):
            raise ValueError(
                f"S and R at Q ≤ T are computed up to T = {self.photon_limit:.3g} MeV, not up to {T.max():.3g} MeV: "
                "lower the transfer, or ask for Q > T"
            )
        wanted = with_vector(functions)
        values = {function: np.zeros((len(self.shells), *Q.shape)) for function in wanted}
        error = np.zeros((len(self.shells), T.size))
        for i, shell in enumerate(self._responses(wanted)):
            is_open = T > self.shells[i].binding_energy
            if is_open.any():
                shifted = self._shifted(i, T[is_open])
                found = shell.values(shifted, Q[is_open] / MOMENTUM_AU, wanted)
                for function in wanted:
                    values[function][i, is_open] = found[function] / HARTREE
                error[i, is_open] = shell.error(shifted)
        return StructureFunctions(values, self.shells, T, Q, error)

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Nodes and weights of ∫dQ² between two momenta for each transfer.

        Args:
            transfer: T, shape (n,) [energy].
            lower: least Q, shape (n,) [energy].
            upper: largest Q, shape (n,), may be infinite [energy].
            functions: which structure functions; S and R come with any.

        Raises:
            ValueError: for values that are not finite or out of range.
        """
        T = checked_transfer(transfer)
        low, high = checked_limits(lower, upper, T)
        wanted = with_vector(functions)
        shape = (len(self.shells), T.size, 2 * impulse.FRACTION.size)
        # Closed rows keep their nodes at Q = T, with no weight.
        momentum = np.array(np.broadcast_to(np.maximum(T, 1e-12)[:, None], shape))
        values = {function: np.zeros(shape) for function in wanted}
        error = np.zeros(shape[:2])
        unit = MOMENTUM_AU**2 / HARTREE
        for i, shell in enumerate(self._responses(wanted)):
            is_open = (T > self.shells[i].binding_energy) & (high > low)
            if is_open.any():
                shifted = self._shifted(i, T[is_open])
                limits = low[is_open] / MOMENTUM_AU, high[is_open] / MOMENTUM_AU
                Q, found = shell.measure(shifted, *limits, wanted)
                momentum[i, is_open] = Q * MOMENTUM_AU
                for function in wanted:
                    values[function][i, is_open] = found[function] * unit
                error[i, is_open] = shell.error(shifted)
        return Measure(values, momentum, error)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """The discrete excitations, at the atom's calculated energies shifted like its thresholds.

        With measured edges a shell is shifted both where it loses and where it takes an electron; lines whose energy
        is then not positive are left out.
        """
        wanted = with_vector(functions)
        table = self._table_with(wanted)
        found = table.excitations
        shift = np.array([s.binding_energy for s in self.shells]) - table.binding * HARTREE
        of_level = dict(zip((s.label for s in self.shells), shift, strict=True))
        taken = np.array([of_level.get(level, 0.0) for level in found.final])
        transfer = found.transfer * HARTREE + shift[found.shell] - taken
        order = np.argsort(transfer, kind="stable")
        order = order[transfer[order] > 0]
        strengths = {f: found.values[table.functions.index(f)][order] for f in wanted}
        return Lines(
            values=strengths,
            shell=found.shell[order],
            final=tuple(found.final[j] for j in order),
            transfer=transfer[order],
            momentum=found.momentum * MOMENTUM_AU,
        )

    def _table_with(self, functions: tuple[Function, ...]) -> ResponseTable:
        return self.table if functions == VECTOR else self.full_table

    def _shifted(self, shell: int, transfer: Array) -> Array:
        """T of the calculated field for a photoelectron of the same energy [Hartree]."""
        shift = self.atom.calculated_shells[shell].binding_energy - self.shells[shell].binding_energy
        return np.asarray((transfer + shift) / HARTREE)

    def _responses(self, functions: tuple[Function, ...]) -> tuple[_ShellTable, ...]:
        return self._vector_responses if functions == VECTOR else self._full_responses

    @cached_property
    def _vector_responses(self) -> tuple[_ShellTable, ...]:
        return tuple(_ShellTable(self.table, i, shell.occupancy) for i, shell in enumerate(self.shells))

    @cached_property
    def _full_responses(self) -> tuple[_ShellTable, ...]:
        return tuple(_ShellTable(self.full_table, i, shell.occupancy) for i, shell in enumerate(self.shells))


@dataclass(frozen=True)
class _ShellTable:
    """One shell's table, interpolated, and its join to the impulse limit; atomic units."""

    table: ResponseTable
    index: int
    occupancy: float

    @cached_property
    def _edges(self) -> tuple[float, float]:
        return hand_over(self.table.binding[self.index], self.moments)

    @property
    def moments(self) -> impulse.DensityMoments:
        return self.table.moments[self.index]

    @cached_property
    def _nodes(self) -> Array:
        return np.asarray(self.table.t[self.index])

    @cached_property
    def _splines(self) -> tuple[Any, Any, int]:
        """The tabulated values against ln ε': over all of y, over its low side, and how many nodes that has."""
        from scipy.interpolate import CubicSpline

        values = np.moveaxis(self.table.values[:, self.index], 0, -1)
        x = np.log(self.table.energies)
        whole = np.all(np.isfinite(values), axis=(1, 2))
        some = np.isfinite(values[:, 0, 0])
        low = int(np.count_nonzero(np.all(np.isfinite(values[some]), axis=(0, 2))))
        return CubicSpline(x[whole], values[whole]), CubicSpline(x[some], values[some][:, :low]), low

    def error(self, transfer: Array) -> Array:
        """Estimated relative error of ∫S dQ²/Q²; far above the hand-over, what was left of binding there."""
        energy = np.maximum(transfer - self.table.binding[self.index], self.table.energies[0])
        tabulated = np.interp(energy, self.table.energies, self.table.relative_error[self.index])
        end = self._edges[1]
        beyond = GRID_ERROR + self.table.hand_over_error[self.index] * np.minimum(end / transfer, 1.0)
        joined = np.maximum(np.where(transfer < end, tabulated, 0.0), beyond)
        return np.asarray(np.where(transfer > self._edges[0], joined, tabulated))

    def share_of_impulse(self, transfer: Array, y: Array) -> Array:
        """How much of the answer is the impulse limit's, from 0 to 1; broadcast over T and y."""
        start, end = self._edges
        in_T = _smooth_step(np.log(transfer), np.log(start), np.log(end))
        in_y = _smooth_step(y, *LOW_SIDE)
        top = _smooth_step(np.log(transfer), np.log(PHOTON_TOP), np.log(1.2 * PHOTON_TOP))
        return np.asarray(in_T * (in_y + (1 - in_y) * top))

    def _rows(self, transfer: Array) -> Array:
        """The tabulated values at the nodes in y for each transfer, shape (nT, ny, function).

        Where only the impulse limit counts they are those of nothing.
        """
        whole, side, low = self._splines
        x = np.log(np.maximum(transfer - self.table.binding[self.index], self.table.energies[0]))
        end = self._edges[1]
        nothing = [0.0 if function in MIXED else _NOTHING for function in self.table.functions]
        out = np.tile(np.array(nothing), (transfer.size, self._nodes.size, 1))
        below = transfer < end
        out[below] = whole(x[below])
        above = ~below & (transfer < 1.2 * PHOTON_TOP)
        out[above, :low] = side(x[above])
        return out

    def values(self, transfer: Array, momentum: Array, functions: tuple[Function, ...]) -> dict[Function, Array]:
        """Structure functions at transfers (nT,) and momenta (nT, nQ)."""
        y = np.log(momentum / ridge(transfer)[:, None])
        share = self.share_of_impulse(transfer[:, None], y)
        found = self._tabulated(transfer, y, functions)
        out = {function: (1 - share) * found[function] for function in functions}
        if np.any(share > 0):
            T = transfer[:, None] / SPEED_OF_LIGHT_AU
            free = impulse.structure(self.moments, T, momentum, functions)
            for function in functions:
                out[function] = out[function] + self.occupancy * share * free[function]
        return out

    def measure(
        self, transfer: Array, lower: Array, upper: Array, functions: tuple[Function, ...]
    ) -> tuple[Array, dict[Function, Array]]:
        """Q and the functions times dQ², at nodes that resolve the table and then at nodes for the impulse limit."""
        Q_r = ridge(transfer)
        start, end = self._nodes[0], self._nodes[-1]
        with np.errstate(divide="ignore"):
            low = np.clip(np.arcsinh(np.log(lower / Q_r) / WIDTH), start, end)
            high = np.clip(np.arcsinh(np.log(upper / Q_r) / WIDTH), start, end)
        span = (high - low)[:, None]
        t = low[:, None] + span * impulse.FRACTION
        y = WIDTH * np.sinh(t)
        share = self.share_of_impulse(transfer[:, None], y)
        Q = Q_r[:, None] * np.exp(y)
        dQ2 = 2 * Q**2 * WIDTH * np.cosh(t) * span * impulse.SHARE * (1 - share)
        found = self._tabulated(transfer, y, functions)
        Q_free, free = self._impulse_measure(transfer, lower, upper, functions)
        both = {f: np.concatenate([found[f] * dQ2, free[f]], axis=1) for f in functions}
        return np.concatenate([Q, Q_free], axis=1), both

    def _impulse_measure(
        self, transfer: Array, lower: Array, upper: Array, functions: tuple[Function, ...]
    ) -> tuple[Array, dict[Function, Array]]:
        """The share of the impulse limit: zero at transfers below the hand-over."""
        Q = np.ones((transfer.size, impulse.FRACTION.size))
        out = {function: np.zeros_like(Q) for function in functions}
        used = transfer > self._edges[0]
        if used.any():
            T = transfer[used] / SPEED_OF_LIGHT_AU
            low = np.maximum(lower[used], T)
            q, dQ2 = impulse.nodes(self.moments, T, low, np.maximum(upper[used], low))
            free = impulse.structure(self.moments, T[:, None], q, functions)
            y = np.log(q / ridge(transfer[used])[:, None])
            weight = dQ2 * self.share_of_impulse(transfer[used][:, None], y) * self.occupancy
            Q[used] = q
            for function in functions:
                out[function][used] = free[function] * weight
        return Q, out

    def _tabulated(self, transfer: Array, y: Array, functions: tuple[Function, ...]) -> dict[Function, Array]:
        """The table's functions at y (nT, m): cubic in t, power laws outside the nodes."""
        unique, place = np.unique(transfer, return_inverse=True)
        rows = self._rows(unique)
        nodes = self._nodes
        step = nodes[1] - nodes[0]
        inside = np.clip(np.arcsinh(y / WIDTH), nodes[0], nodes[-1])
        cell = np.minimum(((inside - nodes[0]) / step).astype(np.intp), nodes.size - 2)
        u = (inside - nodes[0]) / step - cell
        w = 1 - u
        below = np.minimum(y - WIDTH * np.sinh(nodes[0]), 0.0)
        above = np.maximum(y - WIDTH * np.sinh(nodes[-1]), 0.0)
        row = place[:, None]

        def interpolated(function: Function) -> Array:
            # Cubic Hermite with fourth-order slopes: the nodes are uniform in t, so this is all a spline would add.
            table = rows[:, :, self.table.functions.index(function)]
            slope = _slopes(table)
            f0, f1 = table[row, cell], table[row, cell + 1]
            s0, s1 = slope[row, cell], slope[row, cell + 1]
            return np.asarray(w * w * (1 + 2 * u) * f0 + u * u * (3 - 2 * u) * f1 + u * w * (w * s0 - u * s1))

        squares = {f for function in functions for f in MIXED.get(function, (function,))}
        out = {}
        for function in squares:
            power = 2.0 if function is Function.CHARGE else 0.0
            logged = interpolated(function) + power * below - 8.0 * above
            out[function] = np.exp(np.maximum(logged, _NOTHING))
        for function in functions:
            if function in MIXED:
                first, second = MIXED[function]
                out[function] = np.clip(interpolated(function), -1, 1) * np.sqrt(out[first] * out[second])
        return out


def _slopes(values: Array) -> Array:
    """Derivatives along the second axis in units of its uniform step, fourth order inside."""
    out = np.empty_like(values)
    out[:, 2:-2] = (values[:, :-4] - 8 * values[:, 1:-3] + 8 * values[:, 3:-1] - values[:, 4:]) / 12
    out[:, 1] = 0.5 * (values[:, 2] - values[:, 0])
    out[:, -2] = 0.5 * (values[:, -1] - values[:, -3])
    out[:, 0] = -1.5 * values[:, 0] + 2 * values[:, 1] - 0.5 * values[:, 2]
    out[:, -1] = 1.5 * values[:, -1] - 2 * values[:, -2] + 0.5 * values[:, -3]
    return out


def _smooth_step(x: Array, start: float, end: float) -> Array:
    """0 below start, 1 above end, with two continuous derivatives."""
    return 1 - fade((np.asarray(x) - start) / (end - start))

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
from nuatom.response.approach import ShellApproach, between
from nuatom.response.interpolation import hermite, split
from nuatom.response.model import Lines, Measure, StructureFunctions, checked_limits, checked_momentum, checked_transfer
from nuatom.response.response_table import (
    GRID_ERROR,
    PHOTON_TOP,
    ResponseTable,
    hand_over,
    ridge,
)
from nuatom.response.table_file import fetch_table
from nuatom.units import HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU

_NOTHING = -700.0
"""The logarithm of less than nothing: of no consequence, and without underflow."""
_LEAST = 1e-6
"""No function is taken to be less of its running mean."""


@dataclass(frozen=True)
class CentralField:
    """Independent electrons in an atom's self-consistent field: a response model.

    S(T,Q) and R(T,Q) are summed over partial waves where binding matters and joined, far above it, to the impulse
    limit, in which the electrons keep the momentum distribution of their shell, corrected for what the atom's field
    still does to them.  The number of partial waves and all
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

    def build(self, functions: Iterable[Function] = VECTOR) -> CentralField:
        """Make sure the table of these functions is there, from the store or computed; returns the model."""
        _ = self._table_with(with_vector(functions))
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
                Q, found, uncertain = shell.measure(shifted, *limits, wanted)
                momentum[i, is_open] = Q * MOMENTUM_AU
                for function in wanted:
                    values[function][i, is_open] = found[function] * unit
                error[i, is_open] = uncertain
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

    @property
    def moments(self) -> impulse.DensityMoments:
        return self.table.moments[self.index]

    @cached_property
    def _nodes(self) -> Array:
        return np.asarray(self.table.t[self.index])

    @cached_property
    def _end(self) -> float:
        return self.table.end(self.index)

    @cached_property
    def _hand_over(self) -> float:
        return hand_over(float(self.table.binding[self.index]), self.moments)

    @cached_property
    def _approach(self) -> ShellApproach:
        return self.table.approach.of_shell(self.index, self.moments)

    @cached_property
    def _spline(self) -> Any:
        """B and r of the table against ln ε', of interferences 0 and themselves: (node, function, 2)."""
        from scipy.interpolate import CubicSpline

        values = self.table.values[:, self.index]
        known = np.isfinite(values[0, :, 0])
        out = np.zeros((*values[:, known].shape, 2))
        for function, one, target in zip(self.table.functions, values[:, known], out, strict=True):
            target[..., 0], target[..., 1] = (0.0, one) if function in MIXED else split(one)
        return CubicSpline(np.log(self.table.energies[known]), np.moveaxis(out, 0, 2))

    def _energy(self, transfer: Array) -> Array:
        """ε', not below the lowest tabulated one."""
        return np.asarray(np.maximum(transfer - self.table.binding[self.index], self.table.energies[0]))

    def _coordinate(self, transfer: Array, momentum: Array) -> Array:
        """t of the table at T (nT,) and Q (nT, nQ), infinite where Q is."""
        Q_r = ridge(transfer)[:, None]
        with np.errstate(divide="ignore"):
            p = 0.5 * (momentum - Q_r**2 / momentum)
        return np.asarray(np.arcsinh(p / self.table.width[self.index]))

    def error(self, transfer: Array) -> Array:
        """Estimated relative error of ∫S dQ²/Q² over all Q; above the table, of its end."""
        energy = self._energy(np.minimum(transfer, self._end))
        tabulated = np.interp(energy, self.table.energies, self.table.relative_error[self.index])
        return np.asarray(np.maximum(tabulated, self._grid_error(transfer)))

    def _grid_error(self, transfer: Array) -> Array:
        """What no node by itself can tell: the grids, and the seam of the hand-over."""
        seam = self.table.hand_over_error[self.index] * self._hand_over / transfer
        return np.asarray(GRID_ERROR + np.where(transfer > self._hand_over, seam, 0.0))

    def _share_of_impulse(self, transfer: Array) -> Array:
        """How much of the answer is not the table's but the corrected impulse limit's, from 0 to 1."""
        return _smooth_step(np.log(transfer), np.log(self._end), np.log(1.2 * self._end))

    def values(self, transfer: Array, momentum: Array, functions: tuple[Function, ...]) -> dict[Function, Array]:
        """Structure functions at transfers (nT,) and momenta (nT, nQ)."""
        share = self._share_of_impulse(transfer)
        found = self._tabulated(transfer, momentum, functions)
        used = share > 0
        if used.any():
            free = self._quasi_free(transfer[used], momentum[used], functions)
            for function in functions:
                part = share[used, None]
                found[function][used] = (1 - part) * found[function][used] + part * free[function]
        return found

    def _quasi_free(self, transfer: Array, momentum: Array, functions: tuple[Function, ...]) -> dict[Function, Array]:
        """The corrected impulse limit at transfers (nT,) and momenta (nT, nQ)."""
        found = self._approach.structure(transfer, self._energy(transfer), momentum, functions)
        return {function: self.occupancy * found[function] for function in functions}

    def measure(
        self, transfer: Array, lower: Array, upper: Array, functions: tuple[Function, ...]
    ) -> tuple[Array, dict[Function, Array], Array]:
        """Q, the functions times dQ², and the estimated relative error of ∫S dQ²/Q² between the limits.

        The nodes resolve the table first and the impulse limit then.
        """
        Q_r = ridge(transfer)[:, None]
        first, last = self._nodes[0], self._nodes[-1]
        low, high = (np.clip(self._coordinate(transfer, q[:, None]), first, last) for q in (lower, upper))
        t = low + (high - low) * impulse.FRACTION
        width = self.table.width[self.index]
        p = width * np.sinh(t)
        E = np.hypot(p, Q_r)
        # p + √(p² + Q_r²), without loss where p < 0.
        Q = np.where(p > 0, p + E, Q_r**2 / (E - np.minimum(p, 0.0)))
        dQ2 = 2 * Q**2 * width * np.cosh(t) / E * (high - low) * impulse.SHARE
        dQ2 *= 1 - self._share_of_impulse(transfer)[:, None]
        found = {f: values * dQ2 for f, values in self._tabulated(transfer, Q, functions).items()}
        Q_free, free = self._impulse_measure(transfer, lower, upper, functions)
        weight = found[Function.CHARGE] / Q**2, free[Function.CHARGE] / Q_free**2
        error = self._partial_error(transfer, t, Q_free, *weight)
        both = {f: np.concatenate([found[f], free[f]], axis=1) for f in functions}
        return np.concatenate([Q, Q_free], axis=1), both, error

    def _partial_error(self, transfer: Array, t: Array, Q_free: Array, tabulated: Array, free: Array) -> Array:
        """The relative error of ∫S dQ²/Q² over what part of the ridge was asked for, shape (nT,).

        Estimated errors of S at the nodes are signed and so add up as they do in S; those of the energies on either
        side do not know of each other, and their sums are interpolated without their signs.
        """
        energy = self._energy(transfer)
        row, fraction = between(self.table.energies, energy)
        position = (t - self._nodes[0]) / (self._nodes[1] - self._nodes[0])
        deviation = self.table.deviation[self.index]
        wrong = np.zeros(transfer.size)
        for step, part in ((0, 1 - fraction), (1, fraction)):
            wrong += part * np.abs(np.sum(hermite(deviation, (row + step)[:, None], position) * tabulated, axis=1))
        used = transfer > self._end
        if used.any():
            for deviations in self._approach.deviation(energy[used], Q_free[used], transfer[used]):
                wrong[used] += np.abs(np.sum(deviations * free[used], axis=1))
        total = np.sum(tabulated, axis=1) + np.sum(free, axis=1)
        relative = np.divide(wrong, total, out=np.zeros_like(wrong), where=total > 0)
        return np.asarray(np.minimum(relative, 1.0) + self._grid_error(transfer))

    def _impulse_measure(
        self, transfer: Array, lower: Array, upper: Array, functions: tuple[Function, ...]
    ) -> tuple[Array, dict[Function, Array]]:
        """The share of the corrected impulse limit: zero at transfers in the table."""
        Q = np.ones((transfer.size, impulse.FRACTION.size))
        out = {function: np.zeros_like(Q) for function in functions}
        used = transfer > self._end
        if used.any():
            T = transfer[used] / SPEED_OF_LIGHT_AU
            low = np.maximum(lower[used], T)
            Q[used], dQ2 = impulse.nodes(self.moments, T, low, np.maximum(upper[used], low))
            free = self._quasi_free(transfer[used], Q[used], functions)
            for function in functions:
                out[function][used] = free[function] * dQ2 * self._share_of_impulse(transfer[used])[:, None]
        return Q, out

    def _tabulated(self, transfer: Array, momentum: Array, functions: tuple[Function, ...]) -> dict[Function, Array]:
        """The table's functions at T (nT,) and Q (nT, nQ): cubic in t, power laws outside the nodes."""
        unique, place = np.unique(np.minimum(transfer, 1.25 * self._end), return_inverse=True)
        rows = self._spline(np.log(self._energy(unique)))
        nodes = self._nodes
        position = (self._coordinate(transfer, momentum) - nodes[0]) / (nodes[1] - nodes[0])
        y = np.log(momentum / ridge(transfer)[:, None])
        ends = self.table.width[self.index] * np.sinh(nodes[[0, -1]])
        first, last = (np.arcsinh(p / ridge(transfer))[:, None] for p in ends)
        below, above = np.minimum(y - first, 0.0), np.maximum(y - last, 0.0)

        def interpolated(function: Function, part: int) -> Array:
            return hermite(rows[:, :, self.table.functions.index(function), part], place[:, None], position)

        squares = {f for function in functions for f in MIXED.get(function, (function,))}
        out = {}
        for function in squares:
            power = 2.0 if function is Function.CHARGE else 0.0
            mean = interpolated(function, 0) + power * below - 8.0 * above
            out[function] = np.exp(np.maximum(mean, _NOTHING)) * np.maximum(interpolated(function, 1), _LEAST)
        for function in functions:
            if function in MIXED:
                first_bound, second_bound = MIXED[function]
                correlation = np.clip(interpolated(function, 1), -1, 1)
                out[function] = correlation * np.sqrt(out[first_bound] * out[second_bound])
        return {function: out[function] for function in functions}


def _smooth_step(x: Array, start: float, end: float) -> Array:
    """0 below start, 1 above end, with two continuous derivatives."""
    return 1 - fade((np.asarray(x) - start) / (end - start))

"""A table of structure functions, interpolated: shell by shell, and joined to the impulse limit far above."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakValueDictionary

import numpy as np

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array, fade
from nuatom.functions import ALL, MIXED, Function
from nuatom.response import impulse
from nuatom.response.approach import ShellApproach, between
from nuatom.response.interpolation import Cubic, hermite, spline, split, used_nodes
from nuatom.response.response_table import GRID_ERROR, Progress, ResponseTable, hand_over, ridge
from nuatom.response.table_file import fetch_table, table_parameters
from nuatom.store import Store, key
from nuatom.units import SPEED_OF_LIGHT_AU

_NOTHING = -700.0
"""The logarithm of less than nothing: of no consequence, and without underflow."""
_LEAST = 1e-6
"""No function is taken to be less of its running mean."""


class TabulatedAtom:
    """The table of an atom, and that of each of its shells, ready to be asked.

    Args:
        table: of all shells.
        occupancies: the electrons of each shell, shape (shell,).
    """

    def __init__(self, table: ResponseTable, occupancies: tuple[float, ...]) -> None:
        self.table = table
        self.shells = tuple(TabulatedShell(table, i, occupancy) for i, occupancy in enumerate(occupancies))


_alive: WeakValueDictionary[tuple[str, str], TabulatedAtom] = WeakValueDictionary()
"""Tables that a model of this process holds, by folder and key: they are not read, nor prepared, a second time."""


def tabulated(
    atom: Atom, tolerance: float, functions: tuple[Function, ...], progress: Progress | None = None
) -> TabulatedAtom:
    """The table of an atom with at least the functions wanted: one that is in use, from the store, or computed.

    Args:
        atom: thresholds are no part of its table.
        tolerance: of the table.
        functions: `VECTOR` or `ALL`.
        progress: called with (done, total) photoelectron energies while a table is computed.
    """
    folder = str(Store().folder)
    for wanted in (ALL, functions):
        found = _alive.get((folder, key("response", table_parameters(atom, tolerance, wanted))))
        if found is not None:
            return found
    table = fetch_table(atom, tolerance, functions, progress)
    found = TabulatedAtom(table, tuple(shell.occupancy for shell in atom.calculated_shells))
    _alive[folder, key("response", table_parameters(atom, tolerance, table.functions))] = found
    return found


@dataclass(frozen=True, eq=False)
class TabulatedShell:
    """One shell's table, interpolated, and its join to the impulse limit; atomic units."""

    table: ResponseTable
    index: int
    occupancy: float
    _splines: dict[Function, Cubic] = field(default_factory=dict, init=False, repr=False)

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

    def _rows(self, function: Function, transfer: Array, part: slice) -> Array:
        """B and r, or for an interference itself alone, at T and some of the nodes, shape (nT, node, 1 or 2)."""
        if function not in self._splines:
            values = self.table.values[self.table.functions.index(function), self.index]
            known = np.isfinite(values[:, 0])
            both = (values[known],) if function in MIXED else split(values[known])
            self._splines[function] = spline(np.log(self.table.energies[known]), np.stack(both, axis=-1))
        return self._splines[function](np.log(self._energy(transfer)), part)

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
        nodes = self._nodes
        position = (self._coordinate(transfer, momentum) - nodes[0]) / (nodes[1] - nodes[0])
        part = used_nodes(position, nodes.size)
        y = np.log(momentum / ridge(transfer)[:, None])
        ends = self.table.width[self.index] * np.sinh(nodes[[0, -1]])
        first, last = (np.arcsinh(p / ridge(transfer))[:, None] for p in ends)
        below, above = np.minimum(y - first, 0.0), np.maximum(y - last, 0.0)

        squares = {f for function in functions for f in MIXED.get(function, (function,))}
        out = {}
        for function in squares:
            rows = self._rows(function, unique, part)
            mean, ratio = (hermite(rows[:, :, n], place[:, None], position - part.start) for n in (0, 1))
            power = 2.0 if function is Function.CHARGE else 0.0
            exponent = np.maximum(mean + power * below - 8.0 * above, _NOTHING)
            out[function] = np.exp(exponent) * np.maximum(ratio, _LEAST)
        for function in functions:
            if function in MIXED:
                first_bound, second_bound = MIXED[function]
                rows = self._rows(function, unique, part)[:, :, 0]
                correlation = np.clip(hermite(rows, place[:, None], position - part.start), -1, 1)
                out[function] = correlation * np.sqrt(out[first_bound] * out[second_bound])
        return {function: out[function] for function in functions}


def _smooth_step(x: Array, start: float, end: float) -> Array:
    """0 below start, 1 above end, with two continuous derivatives."""
    return 1 - fade((np.asarray(x) - start) / (end - start))

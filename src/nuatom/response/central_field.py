"""CentralField: an atom of independent electrons, right from the optical limit to far above the Bethe ridge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.elements import Shell
from nuatom.response import impulse
from nuatom.response.model import (
    Lines,
    Measure,
    StructureFunctions,
    checked_limits,
    checked_momentum,
    checked_transfer,
)
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
        if not 1e-4 <= self.tolerance <= 0.1:
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
        """The tabulated partial waves, in atomic units."""
        return fetch_table(self.atom, self.tolerance, self.progress)

    def structure(self, transfer: ArrayLike, momentum: ArrayLike) -> StructureFunctions:
        """S(T,Q) and R(T,Q) of the continuum, shell by shell.

        Args:
            transfer: T ≥ 0, shape (nT,) [energy]; below a shell's threshold its S and R are exactly zero.
            momentum: Q > 0, shape (nQ,) or (nT, nQ) [energy].

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
        charge = np.zeros((len(self.shells), *Q.shape))
        current = np.zeros_like(charge)
        error = np.zeros((len(self.shells), T.size))
        for i, shell in enumerate(self._responses):
            is_open = T > self.shells[i].binding_energy
            if is_open.any():
                q = Q[is_open] / MOMENTUM_AU
                charge[i, is_open], current[i, is_open] = shell.values(self._shifted(i, T[is_open]), q)
                error[i, is_open] = shell.error(self._shifted(i, T[is_open]))
        return StructureFunctions(self.shells, T, Q, charge / HARTREE, current / HARTREE, error)

    def measure(self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Measure:
        """Nodes and weights of ∫dQ² between two momenta for each transfer.

        Args:
            transfer: T, shape (n,) [energy].
            lower: least Q, shape (n,) [energy].
            upper: largest Q, shape (n,), may be infinite [energy].

        Raises:
            ValueError: for values that are not finite or out of range.
        """
        T = checked_transfer(transfer)
        low, high = checked_limits(lower, upper, T)
        shape = (len(self.shells), T.size, 2 * impulse.FRACTION.size)
        # Closed rows keep their nodes at Q = T, with no weight.
        momentum = np.array(np.broadcast_to(np.maximum(T, 1e-12)[:, None], shape))
        charge, current, error = np.zeros(shape), np.zeros(shape), np.zeros(shape[:2])
        unit = MOMENTUM_AU**2 / HARTREE
        for i, shell in enumerate(self._responses):
            is_open = (T > self.shells[i].binding_energy) & (high > low)
            if is_open.any():
                shifted = self._shifted(i, T[is_open])
                Q, S, R = shell.measure(shifted, low[is_open] / MOMENTUM_AU, high[is_open] / MOMENTUM_AU)
                momentum[i, is_open] = Q * MOMENTUM_AU
                charge[i, is_open], current[i, is_open] = S * unit, R * unit
                error[i, is_open] = shell.error(shifted)
        return Measure(momentum, charge, current, error)

    def lines(self) -> Lines:
        """The discrete excitations, at the atom's calculated energies shifted like its thresholds."""
        found = self.table.excitations
        shift = np.array([s.binding_energy for s in self.shells]) - self.table.binding * HARTREE
        transfer = found.transfer * HARTREE + shift[found.shell]
        order = np.argsort(transfer, kind="stable")
        order = order[transfer[order] > 0]
        return Lines(
            shell=found.shell[order],
            final=tuple(found.final[j] for j in order),
            transfer=transfer[order],
            momentum=found.momentum * MOMENTUM_AU,
            charge=found.charge[order],
            current=found.current[order],
        )

    def _shifted(self, shell: int, transfer: Array) -> Array:
        """T of the calculated field for a photoelectron of the same energy [Hartree]."""
        shift = self.table.binding[shell] - self.shells[shell].binding_energy / HARTREE
        return np.asarray(transfer / HARTREE + shift)

    @cached_property
    def _responses(self) -> tuple[_ShellTable, ...]:
        occupancy = [shell.occupancy for shell in self.shells]
        return tuple(_ShellTable(self.table, i, q) for i, q in enumerate(occupancy))


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
    def moments(self) -> impulse.Moments:
        return self.table.moments[self.index]

    @cached_property
    def _nodes(self) -> Array:
        return np.asarray(self.table.t[self.index])

    @cached_property
    def _splines(self) -> tuple[Any, Any, int]:
        """ln S and ln R against ln ε': over all of y, over its low side, and how many nodes that has."""
        from scipy.interpolate import CubicSpline

        both = np.stack([self.table.log_charge[self.index], self.table.log_current[self.index]], axis=-1)
        x = np.log(self.table.energies)
        whole = np.all(np.isfinite(both), axis=(1, 2))
        some = np.isfinite(both[:, 0, 0])
        low = int(np.count_nonzero(np.all(np.isfinite(both[some]), axis=(0, 2))))
        return CubicSpline(x[whole], both[whole]), CubicSpline(x[some], both[some][:, :low]), low

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

    def _log_table(self, transfer: Array) -> Array:
        """ln S and ln R at the nodes in y for each transfer, shape (nT, ny, 2); −∞ where only the impulse counts."""
        whole, side, low = self._splines
        x = np.log(np.maximum(transfer - self.table.binding[self.index], self.table.energies[0]))
        end = self._edges[1]
        out = np.full((transfer.size, self._nodes.size, 2), -np.inf)
        below = transfer < end
        out[below] = whole(x[below])
        above = ~below & (transfer < 1.2 * PHOTON_TOP)
        out[above, :low] = side(x[above])
        return np.asarray(out)

    def values(self, transfer: Array, momentum: Array) -> tuple[Array, Array]:
        """S and R at transfers (nT,) and momenta (nT, nQ)."""
        y = np.log(momentum / ridge(transfer)[:, None])
        share = self.share_of_impulse(transfer[:, None], y)
        unique, place = np.unique(transfer, return_inverse=True)
        S, R = self._interpolate(self._log_table(unique), place, y)
        S, R = (1 - share) * S, (1 - share) * R
        if np.any(share > 0):
            T = transfer[:, None] / SPEED_OF_LIGHT_AU
            impulse_S, impulse_R = impulse.structure(self.moments, T, momentum)
            S, R = S + self.occupancy * share * impulse_S, R + self.occupancy * share * impulse_R
        return S, R

    def measure(self, transfer: Array, lower: Array, upper: Array) -> tuple[Array, Array, Array]:
        """Q, S dQ² and R dQ² at nodes that resolve the table, then at nodes that resolve the impulse limit."""
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
        unique, place = np.unique(transfer, return_inverse=True)
        S, R = self._interpolate(self._log_table(unique), place, y)
        parts = [(Q, S * dQ2, R * dQ2), self._impulse_measure(transfer, lower, upper)]
        Q, charge, current = (np.concatenate(pair, axis=1) for pair in zip(*parts, strict=True))
        return Q, charge, current

    def _impulse_measure(self, transfer: Array, lower: Array, upper: Array) -> tuple[Array, Array, Array]:
        """The share of the impulse limit: zero at transfers below the hand-over."""
        Q = np.ones((transfer.size, impulse.FRACTION.size))
        S, R = np.zeros_like(Q), np.zeros_like(Q)
        used = transfer > self._edges[0]
        if used.any():
            T = transfer[used] / SPEED_OF_LIGHT_AU
            low = np.maximum(lower[used], T)
            q, dQ2, values_S, values_R = impulse.nodes(self.moments, T, low, np.maximum(upper[used], low))
            y = np.log(q / ridge(transfer[used])[:, None])
            weight = dQ2 * self.share_of_impulse(transfer[used][:, None], y) * self.occupancy
            Q[used], S[used], R[used] = q, values_S * weight, values_R * weight
        return Q, S, R

    def _interpolate(self, logs: Array, place: NDArray[np.intp], y: Array) -> tuple[Array, Array]:
        """S and R at y (n, m) from tables (nT, ny, 2), row place[i] for y[i]; cubic in t, power laws outside."""
        nodes = self._nodes
        step = nodes[1] - nodes[0]
        t = np.arcsinh(y / WIDTH)
        inside = np.clip(t, nodes[0], nodes[-1])
        cell = np.minimum(((inside - nodes[0]) / step).astype(np.intp), nodes.size - 2)
        u = (inside - nodes[0]) / step - cell
        y_low, y_high = WIDTH * np.sinh(nodes[0]), WIDTH * np.sinh(nodes[-1])
        below, above = np.minimum(y - y_low, 0.0), np.maximum(y - y_high, 0.0)
        out = []
        row = place[:, None]
        for component, low_power in ((0, 2.0), (1, 0.0)):
            table = logs[:, :, component]
            finite = np.where(np.isfinite(table), table, -700.0)
            # Cubic Hermite with fourth-order slopes: the nodes are uniform in t, so this is all a spline would add.
            slope = _slopes(finite)
            f0, f1 = finite[row, cell], finite[row, cell + 1]
            s0, s1 = slope[row, cell], slope[row, cell + 1]
            w = 1 - u
            logged = w * w * (1 + 2 * u) * f0 + u * u * (3 - 2 * u) * f1 + u * w * (w * s0 - u * s1)
            out.append(np.exp(np.maximum(logged + low_power * below - 8.0 * above, -700.0)))
        return out[0], out[1]


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
    s = np.clip((np.asarray(x) - start) / (end - start), 0.0, 1.0)
    return np.asarray(s**3 * (10 - 15 * s + 6 * s * s))

"""Screened: an atom whose electrons move together, by the random-phase response.

Below a few keV a charge moved in one shell is felt by all: in xenon independent electrons miss the absorption of the
4d shell by up to ten times.  Here the structure functions are

    screened(T, Q) = independent electrons(T, Q) × ratio(T, Q) + lines in the continuum,

with the ratio from `nuatom.response.screening`, so that far from where screening matters nothing is added to the
errors of `CentralField`.  Between two thirds of `highest` and `highest` the ratio fades into one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.atom.field import Atom, Binding
from nuatom.atom.grid import Array, fade
from nuatom.elements import Shell
from nuatom.functions import ALL, MIXED, VECTOR, Function, with_vector
from nuatom.response import impulse
from nuatom.response.central_field import CentralField
from nuatom.response.interpolation import Cubic, monotone, used_nodes
from nuatom.response.model import Lines, Measure, StructureFunctions, checked_limits, checked_momentum, checked_transfer
from nuatom.response.response_table import ridge
from nuatom.response.screening.interaction import Interaction, LocalExchange
from nuatom.response.screening.random_phase import DRESSED
from nuatom.response.screening.stage import StageSettings, Widths
from nuatom.response.screening.table import ScreeningTable, fetch
from nuatom.units import HARTREE, MOMENTUM_AU, eV, keV

FADE = 2 / 3
"""Of `highest`: where the fading of the ratio begins."""
SCREENING_ERROR = 3e-3
"""Numerical error of the screening in ∫S dQ²/Q²: what twice the grid and twice the multipoles change (docs/screening).
"""
LEAST_WIDTH = 0.25 * eV / HARTREE
"""Of a line in the continuum [Hartree]."""
_UNRESOLVED = 8
_LOCAL = LocalExchange()


@dataclass(frozen=True)
class Screened:
    """Electrons that screen one another, in the random-phase approximation: a response model.

    S, the electric part of R, and the scalar density are screened, for every multipole that matters; the magnetic
    part of R and the axial functions, which move no charge, are those of `CentralField`.  An atom or ion of one
    electron has nothing to screen with and is exactly `CentralField`.

    Excitations below the first threshold are `lines`; those of inner shells, which lie in the continuum of outer
    ones, are part of the continuum with a width that keeps their strength and depends on no grid.

    With `binding="measured"` the response is computed in the atom's own field at the same T, which keeps sum rules
    and gauge invariance, and a shell opens at its measured edge: what its continuum has below is given as lines
    named "below 4d5/2", and its lines move with the edge.  (Shifting the photoelectron's energy, as for independent
    electrons, would move the resonances of other shells along.)

    Args:
        atom: the atom.
        interaction: `LocalExchange()`, `AveragedExchange()`, `CoulombOnly()` or `NoInteraction()`.
        width: full width of lines in the continuum over their energy, 1e-3 to 0.1, and at least 0.25 eV.
        highest: the largest T with screening, 0.5 to 10 keV [energy].
        multipoles: the highest J that is screened, 2 to 20.
        tolerance: of the underlying `CentralField`.
        progress: called with (done, total) transfers while the table is computed.

    Raises:
        ValueError: for an argument out of range.
    """

    atom: Atom
    interaction: Interaction = _LOCAL
    width: float = 5e-3
    highest: float = 3 * keV
    multipoles: int = 8
    tolerance: float = 5e-3
    progress: Callable[[int, int], None] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.atom, Atom):
            raise ValueError(f'Screened needs an Atom, not {self.atom!r}: write Screened(Atom("Xe"))')
        if not hasattr(self.interaction, "matrix") or isinstance(self.interaction, type):
            raise ValueError(f"interaction must be a choice object such as LocalExchange(), not {self.interaction!r}")
        if not 1e-3 <= self.width <= 0.1:
            raise ValueError(f"width is a fraction of T between 1e-3 and 0.1, not {self.width!r}")
        if not 0.5 * keV <= self.highest <= 10 * keV:
            raise ValueError(f"highest must be between 0.5 and 10 keV, not {self.highest / keV:.4g} keV")
        if isinstance(self.multipoles, bool) or self.multipoles not in range(2, 21):
            raise ValueError(f"multipoles must be a whole number from 2 to 20, not {self.multipoles!r}")
        _ = self._measured  # its checks of the tolerance

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells of the atom, with the energies at which they open."""
        return self.atom.shells

    @property
    def photon_limit(self) -> float:
        """Largest energy at which R is computed at the photon point Q = T [energy]."""
        return self._measured.photon_limit

    @cached_property
    def _measured(self) -> CentralField:
        """Independent electrons with the atom's thresholds: what is left far above."""
        return CentralField(self.atom, self.tolerance, self.progress)

    @cached_property
    def _field(self) -> CentralField:
        """Independent electrons at the thresholds of the field."""
        if self.atom.binding is Binding.CALCULATED:
            return self._measured
        atom = self.atom
        return CentralField(
            Atom(atom.symbol, atom.exchange, atom.nucleus, Binding.CALCULATED, atom.charge),
            self.tolerance,
            self.progress,
        )

    @property
    def independent(self) -> CentralField:
        """The same electrons, each on its own, at the thresholds of the field: what screening is computed from."""
        return self._field

    @property
    def _widths(self) -> Widths:
        return Widths(self.width, LEAST_WIDTH)

    @property
    def _alone(self) -> bool:
        return sum(shell.occupancy for shell in self.atom.calculated_shells) < 1.5

    def build(self, functions: Iterable[Function] = VECTOR) -> Screened:
        """Make sure the tables of these functions are there, from the store or computed; returns the model."""
        wanted = with_vector(functions)
        self._measured.build(wanted)
        if not self._alone:
            self._field.build(wanted)
            _ = self.table
        return self

    @cached_property
    def table(self) -> ScreeningTable:
        """The tabulated screening, in atomic units, from the store or computed."""
        settings = StageSettings(multipoles=self.multipoles)
        return fetch(
            self._field.atom,
            self._field,
            self.interaction,
            settings,
            self._widths,
            self.highest / HARTREE,
            self.progress,
        )

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = ALL
    ) -> StructureFunctions:
        """S(T,Q), R(T,Q) and the other structure functions of the continuum, shell by shell.

        Args:
            transfer: T ≥ 0, shape (nT,) [energy]; below the first threshold all are exactly zero.
            momentum: Q > 0, shape (nQ,) or (nT, nQ) [energy].
            functions: which ones; S and R come with any.

        Raises:
            ValueError: for values that are not finite or out of range.
        """
        T = checked_transfer(transfer)
        Q = checked_momentum(momentum, T)
        wanted = with_vector(functions)
        if self._alone:
            return self._measured.structure(T, Q, wanted)
        share = self._share(T)
        shape = (len(self.shells), *Q.shape)
        out = {f: np.zeros(shape) for f in wanted}
        error = np.zeros((len(self.shells), T.size))
        (above,), (below,) = np.nonzero(share < 1), np.nonzero(share > 0)
        if above.size:
            plain = self._measured.structure(T[above], Q[above], wanted)
            for f in wanted:
                out[f][:, above] = (1 - share[above])[:, None] * plain[f]
            error[:, above] = plain.relative_error
        if below.size:
            base = self._field.structure(T[below], Q[below], wanted)
            y = np.log(Q[below] / MOMENTUM_AU / ridge(np.maximum(T[below], 1e-12) / HARTREE)[:, None])
            values = self._dressed({f: base[f] for f in wanted}, T[below], np.broadcast_to(y, (shape[0], *y.shape)))
            is_open = self._is_open(T[below])
            lines = self._lines_in_continuum(T[below], y, wanted)
            for f in wanted:
                out[f][:, below] += share[below][:, None] * (values[f] * is_open + lines[f])
            error[:, below] = np.maximum(error[:, below], base.relative_error) + SCREENING_ERROR * share[below]
        return StructureFunctions(_bounded(out), self.shells, T, Q, error)

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
        share = self._share(T)[:, None]
        if self._alone or not np.any(share > 0):
            return self._measured.measure(T, low, high, wanted)
        # Where only one of the two counts, the other one's interval is empty.
        base = self._field.measure(T, low, np.where(share[:, 0] > 0, high, low), wanted)
        y = np.log(base.momentum / MOMENTUM_AU / ridge(np.maximum(T, 1e-12) / HARTREE)[:, None])
        values = self._dressed({f: base[f] for f in wanted}, T, y)
        is_open = self._is_open(T)
        Q_lines, lines = self._measure_of_lines(T, low, high, wanted)
        parts = [
            (base.momentum, {f: share * is_open * values[f] for f in wanted}),
            (np.broadcast_to(Q_lines, (len(self.shells), *Q_lines.shape)), {f: share * lines[f] for f in wanted}),
        ]
        error = base.relative_error
        if np.any(share < 1):
            plain = self._measured.measure(T, low, np.where(share[:, 0] < 1, high, low), wanted)
            parts.append((plain.momentum, {f: (1 - share) * plain[f] for f in wanted}))
            error = np.maximum(error, plain.relative_error)
        joined = _bounded({f: np.concatenate([part[f] for _, part in parts], axis=-1) for f in wanted})
        error = error + SCREENING_ERROR * share[:, 0]
        return Measure(joined, np.concatenate([Q for Q, _ in parts], axis=-1), error)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """The discrete excitations below the first threshold.

        Those that move charge are where the interaction puts them; those of the axial current, which it leaves
        alone, are where independent electrons have them, as lines of their own.  With measured edges, what the
        continuum of a shell has below its edge is here too.
        """
        wanted = with_vector(functions)
        if self._alone:
            return self._measured.lines(wanted)
        found = self.table.discrete
        momentum = self.table.momentum * MOMENTUM_AU
        rows: list[tuple[float, int, str, dict[Function, Array]]] = [
            (
                self._moved(float(found.transfer[k]) * HARTREE, int(found.shell[k]), final),
                int(found.shell[k]),
                final,
                {f: found.values[DRESSED.index(f), k] for f in wanted if f in DRESSED},
            )
            for k, final in enumerate(found.final)
        ]
        rows += self._below_edges(momentum, wanted)
        if any(f not in DRESSED for f in wanted):
            rows += self._axial_lines(momentum, wanted)
        rows = sorted((row for row in rows if row[0] > 0), key=lambda row: row[0])
        nothing = np.zeros(momentum.size)
        strengths = {f: np.array([row[3].get(f, nothing) for row in rows]).reshape(-1, momentum.size) for f in wanted}
        return Lines(
            values=strengths,
            shell=np.array([row[1] for row in rows], dtype=np.intp),
            final=tuple(row[2] for row in rows),
            transfer=np.array([row[0] for row in rows]),
            momentum=momentum,
        )

    # --- parts -----------------------------------------------------------------------------------

    @cached_property
    def _thresholds(self) -> tuple[Array, Array]:
        """The edges at which shells open, and those of the field [energy]."""
        calculated = np.array([shell.binding_energy for shell in self._field.shells])
        return np.array([shell.binding_energy for shell in self.shells]), calculated

    @cached_property
    def _shift(self) -> Array:
        """By how much the edges are above those of the field [energy]."""
        return np.asarray(self._thresholds[0] - self._thresholds[1])

    def _moved(self, transfer: float, shell: int, final: str) -> float:
        """The energy of a line, moved with the edge of its shell and of that which takes the electron."""
        taken = [self._shift[i] for i, other in enumerate(self.shells) if other.label == final.lstrip("≥>")]
        return transfer + float(self._shift[shell]) - float(sum(taken))

    def _is_open(self, transfer: Array) -> Array:
        """Where a shell has a continuum, shape (shell, nT, 1)."""
        return np.asarray((transfer > self._thresholds[0][:, None])[:, :, None], dtype=float)

    def _share(self, transfer: Array) -> Array:
        """How much of the answer is screened: one below the fading, zero above."""
        with np.errstate(divide="ignore"):
            return fade(1 - np.log(transfer / self.highest) / np.log(FADE))

    @cached_property
    def _cubics(self) -> dict[tuple[Function, int, bool], Cubic | None]:
        """What `_ratio` and `_of_lines` made, by function and shell."""
        return {}

    def _ratio(self, function: Function, shell: int) -> Cubic | None:
        """ln ratio, or the shift of an interference, of one shell against ln T; None where it is not open."""
        name = (function, shell, False)
        if name not in self._cubics:
            table = self.table
            used = table.transfer * HARTREE > self._thresholds[1][shell]
            if function is Function.VECTOR_AXIAL:
                values = table.shift[shell, used]
            else:
                values = np.log(table.ratio[DRESSED.index(function), shell, used])
            x = np.log(table.transfer[used])
            self._cubics[name] = monotone(x, values) if x.size > 1 else None
        return self._cubics[name]

    def _of_lines(self, function: Function, shell: int) -> Cubic:
        """The lines in the continuum of one shell, against ln T."""
        name = (function, shell, True)
        found = self._cubics.get(name)
        if found is None:
            found = monotone(np.log(self.table.transfer), self.table.lines[DRESSED.index(function), shell])
            self._cubics[name] = found
        return found

    def _dressed(self, values: dict[Function, Array], transfer: Array, y: Array) -> dict[Function, Array]:
        """Values of independent electrons at (shell, nT, m), screened; y has one row for all shells or one of each."""
        own = [
            self._dressed_shell(i, {f: of_all[i] for f, of_all in values.items()}, transfer, y[min(i, len(y) - 1)])
            for i in range(len(self.shells))
        ]
        return {f: np.stack([of_shell[f] for of_shell in own]) for f in values}

    def _dressed_shell(
        self, shell: int, values: dict[Function, Array], transfer: Array, y: Array
    ) -> dict[Function, Array]:
        """The same of one shell, (nT, m)."""
        out = dict(values)
        unique, place = np.unique(transfer, return_inverse=True)
        log_T = np.log(np.maximum(unique, 1e-12) / HARTREE)
        for f in DRESSED:
            known = self._ratio(f, shell) if f in values and np.any(unique > 0) else None
            if known is None:
                continue
            factor = self._in_y(partial(known, np.clip(log_T, known.x[0], known.x[-1])), place, y)
            if f is Function.VECTOR_AXIAL:
                out[f] = values[f] + factor * np.sqrt(values[Function.CHARGE] * values[Function.CURRENT])
            else:
                out[f] = values[f] * np.exp(factor)
        return _bounded(out)

    def _in_y(self, rows_of: Callable[[slice], Array], place: NDArray[np.intp], y: Array) -> Array:
        """Row place[k] of the rows at some nodes, at y (nT, m): cubic, constant below, dying out as 1/Q² above."""
        nodes = self.table.y
        step = nodes[1] - nodes[0]
        inside = np.clip(y, nodes[0], nodes[-1])
        cell = np.minimum(((inside - nodes[0]) / step).astype(np.intp), nodes.size - 2)
        u = (inside - nodes[0]) / step - cell
        w = 1 - u
        part = used_nodes(cell, nodes.size)
        rows = rows_of(part)
        slope = np.gradient(rows, axis=1)
        row, cell = place[:, None], cell - part.start
        f0, f1, s0, s1 = rows[row, cell], rows[row, cell + 1], slope[row, cell], slope[row, cell + 1]
        value = w * w * (1 + 2 * u) * f0 + u * u * (3 - 2 * u) * f1 + u * w * (w * s0 - u * s1)
        return np.asarray(value * np.exp(-2 * np.maximum(y - nodes[-1], 0.0)))

    def _lines_in_continuum(self, transfer: Array, y: Array, functions: tuple[Function, ...]) -> dict[Function, Array]:
        """Lines with a width at T (nT,) and y (nT, m), shape (shell, nT, m) [1/energy]; none below the first edge."""
        out = {f: np.zeros((len(self.shells), *y.shape)) for f in functions}
        (used,) = np.nonzero((transfer > self._thresholds[0].min()) & (transfer <= self.highest))
        if not used.size:
            return out
        unique, place = np.unique(transfer[used], return_inverse=True)
        own = self.table.transfer * HARTREE
        moved = np.log(np.clip(unique - self._shift[:, None], own[0], own[-1]) / HARTREE)
        nodes, at = self.table.y, y[used]
        # Powers of Q outside the nodes: Q² below, nothing left above.
        outside = np.exp(2 * np.minimum(at - nodes[0], 0.0) - 6 * np.maximum(at - nodes[-1], 0.0)) / HARTREE
        at = np.clip(at, nodes[0], nodes[-1])
        for f in functions:
            axial = None if f in DRESSED else self._axial_rows(f, unique)
            for i, log_T in enumerate(moved):
                rows = partial(self._of_lines(f, i), log_T) if axial is None else partial(_columns, axial[i])
                values = self._in_y(rows, place, at)
                out[f][i, used] = (values if f in MIXED else np.maximum(values, 0.0)) * outside
        return out

    def _axial_rows(self, function: Function, transfer: Array) -> Array:
        """Lines of independent electrons above the first threshold with their width, (shell, nT, ny) [1/Hartree]."""
        table = self._field.full_table
        found = table.excitations
        T = np.maximum(transfer, 1e-12) / HARTREE
        center = found.transfer + self._shift[found.shell] / HARTREE
        half = self._widths.half(found.transfer)
        above = found.transfer > -self._field.atom.solution.energies.max()
        profile = half / np.pi / ((T[:, None] - center) ** 2 + half**2) * above
        # Lines of which next to nothing is left do not count.
        profile = np.where(profile > 1e-3 * profile.max(axis=1, keepdims=True, initial=1e-30), profile, 0.0)
        values = found.values[table.functions.index(function)]
        log_Q = np.log(found.momentum)
        at = np.log(ridge(T))[:, None] + self.table.y
        position = np.clip(np.searchsorted(log_Q, at, side="right") - 1, 0, log_Q.size - 2)
        u = np.clip((at - log_Q[position]) / (log_Q[position + 1] - log_Q[position]), 0.0, 1.0)
        below = at <= log_Q[-1]
        row = np.arange(T.size)[:, None]
        out = np.zeros((len(self.shells), T.size, self.table.y.size))
        for shell in np.unique(found.shell):
            own = found.shell == shell
            at_grid = profile[:, own] @ values[own]
            out[shell] = below * ((1 - u) * at_grid[row, position] + u * at_grid[row, position + 1])
        return out

    def _measure_of_lines(
        self, transfer: Array, lower: Array, upper: Array, functions: tuple[Function, ...]
    ) -> tuple[Array, dict[Function, Array]]:
        """Q (nT, m) and lines in the continuum times dQ², (shell, nT, m)."""
        Q_r = ridge(np.maximum(transfer, 1e-12) / HARTREE) * MOMENTUM_AU
        with np.errstate(divide="ignore"):
            low, high = (np.clip(np.log(edge / Q_r), -12.0, 3.0) for edge in (lower, upper))
        span = np.maximum(high - low, 0.0)[:, None]
        y = low[:, None] + span * impulse.FRACTION
        Q = Q_r[:, None] * np.exp(y)
        dQ2 = 2 * Q**2 * span * impulse.SHARE
        values = self._lines_in_continuum(transfer, y, functions)
        return Q, {f: values[f] * dQ2 for f in functions}

    def _below_edges(
        self, momentum: Array, functions: tuple[Function, ...]
    ) -> list[tuple[float, int, str, dict[Function, Array]]]:
        """What shells have between the edge of the field and a higher measured one, at Gauss–Legendre points."""
        node, weight = np.polynomial.legendre.leggauss(_UNRESOLVED)
        rows = []
        for i, (edge, own) in enumerate(zip(*self._thresholds, strict=True)):
            if not (own < edge and own < FADE * self.highest):
                continue
            T = 0.5 * (edge + own) + 0.5 * (edge - own) * node
            values = self._field.of_shell(i, T, momentum, functions)
            y = np.log(momentum / MOMENTUM_AU / ridge(T / HARTREE)[:, None])
            values = self._dressed_shell(i, values, T, y)
            for k in range(_UNRESOLVED):
                dT = 0.5 * (edge - own) * weight[k]
                strengths = {f: values[f][k] * dT for f in functions}
                rows.append((float(T[k]), i, f"below {self.shells[i].label}", strengths))
        return rows

    def _axial_lines(
        self, momentum: Array, functions: tuple[Function, ...]
    ) -> list[tuple[float, int, str, dict[Function, Array]]]:
        """Lines of independent electrons below the first threshold, in what is not screened."""
        table = self._field.full_table
        found = table.excitations
        log_Q, at = np.log(found.momentum), np.log(momentum / MOMENTUM_AU)
        first = -self._field.atom.solution.energies.max()
        rows = []
        for k in np.flatnonzero(found.transfer < first):
            strengths = {
                f: np.interp(at, log_Q, found.values[table.functions.index(f), k], right=0.0)
                for f in functions
                if f not in DRESSED
            }
            transfer = self._moved(float(found.transfer[k]) * HARTREE, int(found.shell[k]), found.final[k])
            rows.append((transfer, int(found.shell[k]), found.final[k], strengths))
        return rows


def _columns(rows: Array, columns: slice) -> Array:
    return rows[:, columns]


def _bounded(values: dict[Function, Array]) -> dict[Function, Array]:
    """Interferences within the geometric mean of what they are of, which interpolation and rounding may exceed."""
    out = dict(values)
    for f, (first, second) in MIXED.items():
        if f in values and first in values and second in values:
            bound = np.sqrt(values[first] * values[second])
            out[f] = np.clip(values[f], -bound, bound)
    return out

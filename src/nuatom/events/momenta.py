"""Tables from which Q is drawn: for each row (a shell at one T, or a line) its measure in few cells.

A cell keeps the integral of every structure function over a piece of Q², at the mean of y of what is in it,

    y = ½ ln(X/2mT),      X = Q² − T²,

which is 0 for a free electron at rest.  Times the average of the weights over the flux it is the probability of the
cell.  Cells are narrow where much happens at the largest energy of the source, and narrower still at both ends; how
steep the weights are inside of a cell is taken from that energy too.  Within a cell y is taken to be even.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import MIXED, Array, Function
from nuatom.neutrino import Coupling
from nuatom.rates.weights import Beam, averaged, openings
from nuatom.response.impulse import FRACTION, SHARE
from nuatom.response.model import Lines, Measure
from nuatom.scattering import line_strengths
from nuatom.units import ELECTRON_MASS

CELLS = 64
_LEVELS = np.sin(np.linspace(0, np.pi / 2, CELLS + 1)) ** 2
_LINE_STEPS = 4 * CELLS
_ROWS = 512
_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(32)
_PHOTON, _PHOTON_SHARE = (1 + _GAUSS) / 2, _GAUSS_WEIGHTS / 2
"""The rule of `InMedium` for the photon line."""
_CLOSEST = 1e-14
"""The least X in units of T²: closer to the photon line than numbers tell."""


def coordinate(transfer: Array, momentum: Array) -> Array:
    """y of T and Q ≥ T."""
    X = np.maximum((momentum - transfer) * (momentum + transfer), _CLOSEST * transfer**2)
    return np.asarray(0.5 * np.log(X / (2 * ELECTRON_MASS * transfer)))


def momentum_at(transfer: Array, y: Array) -> Array:
    """Q of T and y [energy]."""
    return np.sqrt(transfer**2 + 2 * ELECTRON_MASS * transfer * np.exp(2 * y))


@dataclass(frozen=True)
class Cells:
    """The measure of many rows in cells of y.

    Attributes:
        transfer: T of each row, shape (row,) [energy].
        edges: y at the edges, ascending, shape (row, CELLS + 1).
        middle: y at the mean of what is in the cell, shape (row, CELLS).
        strengths: every structure function times dQ², shape (row, CELLS) [energy].
        steepness: the mean of the weights at the largest energy over those in the middle, shape (row, CELLS).
    """

    transfer: Array
    edges: Array
    middle: Array
    strengths: Mapping[Function, Array]
    steepness: Array

    @property
    def momentum(self) -> Array:
        """Q in the middle, shape (row, CELLS) [energy]."""
        return momentum_at(self.transfer[:, None], self.middle)

    def rows(self, at: NDArray[np.intp]) -> Cells:
        """Some of the rows."""
        strengths = {f: v[at] for f, v in self.strengths.items()}
        return Cells(self.transfer[at], self.edges[at], self.middle[at], strengths, self.steepness[at])

    @staticmethod
    def none(functions: tuple[Function, ...]) -> Cells:
        """No rows."""
        empty = np.zeros((0, CELLS))
        return Cells(np.zeros(0), np.zeros((0, CELLS + 1)), empty, dict.fromkeys(functions, empty), empty)

    @staticmethod
    def joined(parts: list[Cells]) -> Cells:
        """All rows of several, in their order."""
        strengths = {f: np.concatenate([part.strengths[f] for part in parts]) for f in parts[0].strengths}
        return Cells(
            np.concatenate([part.transfer for part in parts]),
            np.concatenate([part.edges for part in parts]),
            np.concatenate([part.middle for part in parts]),
            strengths,
            np.concatenate([part.steepness for part in parts]),
        )


@dataclass(frozen=True)
class Largest:
    """The weights of all kinds of neutrinos at the largest energy of a source, to measure momenta by.

    Attributes:
        beams: of the source.
    """

    beams: tuple[Beam, ...]

    @property
    def energy(self) -> float:
        """E [energy]."""
        return self.beams[0].most

    @property
    def parts(self) -> tuple[Coupling, ...]:
        """The parts of the coupling of all beams."""
        return tuple(part for beam in self.beams for part in beam.parts.values())

    def events(self, transfer: Array, momentum: Array, values: Mapping[Function, Array]) -> Array:
        """Σ_f w_f f, not negative, at T (row,) and Q (row, node)."""
        total = np.zeros(momentum.shape)
        for part in self.parts:
            weights = part.weights(self.energy, transfer[:, None], momentum).values
            total += sum((w * values[f] for f, w in weights.items()), np.zeros(momentum.shape))
        return np.maximum(total, 0.0)


def of_measure(
    measures: Sequence[Measure], shell: int, transfer: Array, functions: tuple[Function, ...], largest: Largest
) -> Cells:
    """The cells of one shell at transfers (row,), from its measures in one or more intervals of Q."""
    parts = [m.momentum[shell if len(m.momentum) > 1 else 0] for m in measures]
    runs: list[NDArray[np.intp]] = []
    for part in parts:
        first = sum(run.size for run in runs)
        runs += [first + run for run in _runs(coordinate(transfer[:, None], part))]
    values = {f: np.concatenate([m[f][shell] for m in measures], axis=1) for f in functions}
    return _cells(transfer, np.concatenate(parts, axis=1), values, largest, runs)


def of_lines(
    found: Lines, line: NDArray[np.intp], top: Array, functions: tuple[Function, ...], largest: Largest
) -> Cells:
    """The cells of some lines, up to the largest Q, shape (line,) [energy]."""
    T = found.transfer[line]
    high = np.minimum(top, found.momentum[-1])
    fraction = (np.arange(_LINE_STEPS) + 0.5) / _LINE_STEPS
    # X = Q² − T² is what weights are steep in, next to the photon line too.
    low = 1e-6 * T**2
    span = np.log(np.maximum((high - T) * (high + T), 2 * low) / low)
    X = low[:, None] * np.exp(span[:, None] * fraction)
    Q = np.sqrt(X + T[:, None] ** 2)
    dQ2 = X * span[:, None] / _LINE_STEPS
    values = {f: line_strengths(found.momentum, found[f][line], Q, signed=f in MIXED) * dQ2 for f in functions}
    return _cells(T, Q, values, largest, [np.arange(Q.shape[1])])


def _cells(
    transfer: Array,
    momentum: Array,
    values: Mapping[Function, Array],
    largest: Largest,
    runs: list[NDArray[np.intp]],
) -> Cells:
    y = coordinate(transfer[:, None], momentum)
    reference = largest.events(transfer, momentum, values)
    unit = reference.sum(axis=1, keepdims=True)
    closed = unit[:, 0] <= 0
    reference[closed], unit[closed] = 1.0, y.shape[1]
    reference /= unit
    # Integrals from below, at the borders between nodes, of each run of nodes by itself.
    wanted = np.stack([reference, reference * y, *values.values()])
    edges = np.empty((len(y), CELLS + 1))
    found = np.zeros((len(wanted), len(y), CELLS + 1))
    every_border = [_borders(y[:, run]) for run in runs]
    for row in range(len(y)):
        borders = [found_borders[row] for found_borders in every_border]
        sums = [np.concatenate([np.zeros((len(wanted), 1)), np.cumsum(wanted[:, row, run], axis=1)], 1) for run in runs]
        every = np.sort(np.concatenate(borders))
        total = sum(np.interp(every, at, part[0]) for at, part in zip(borders, sums, strict=True))
        edges[row] = np.interp(_LEVELS, total, every)
        for at, part in zip(borders, sums, strict=True):
            for k, values_at in enumerate(part):
                found[k, row] += np.interp(edges[row], at, values_at)
    inside = np.diff(found, axis=2)
    if y.shape[1] == 1:  # an electron at rest has one momentum
        edges[:] = y
        inside[:] = wanted / CELLS
    some = inside[0] > 0
    centre = np.where(some, inside[1] / np.where(some, inside[0], 1.0), (edges[:, 1:] + edges[:, :-1]) / 2)
    middle = np.clip(centre, edges[:, :-1], edges[:, 1:])
    strengths = dict(zip(values, inside[2:], strict=True))
    central = largest.events(transfer, momentum_at(transfer[:, None], middle), strengths)
    steepness = np.where(central > 0, inside[0] * unit / np.where(central > 0, central, 1.0), 0.0)
    return Cells(transfer, edges, middle, strengths, steepness)


def _runs(y: Array) -> list[NDArray[np.intp]]:
    """Columns of one rule each, in ascending order: a measure may be a sum of several, each with its nodes.

    The models of an atom have rules of as many nodes as `FRACTION`, after those of the photon line in matter; others
    are told apart where they turn.
    """
    size = y.shape[1]
    if size == 1:
        return [np.array([0])]
    head = size % FRACTION.size
    if size >= FRACTION.size and head in (0, _PHOTON.size):
        starts = [*([0] if head else []), *range(head, size, FRACTION.size)]
        return [np.arange(a, b) for a, b in zip(starts, [*starts[1:], size], strict=True)]
    turn = np.sign(np.sign(np.diff(y, axis=1)).sum(axis=0))
    found, start = [], 0
    for column in range(1, size - 1):
        # The step from one run to the next belongs to neither.
        if turn[column] != turn[start] and column > start:
            found.append(np.arange(start, column + 1))
            start = column + 1
    found.append(np.arange(start, size))
    return [run if run.size == 1 or turn[run[0]] >= 0 else run[::-1] for run in found]


def _borders(y: Array) -> Array:
    """Where the share of one node of a run ends and that of the next begins, shape (row, node + 1).

    Of the rules that models integrate with it is where their weights add up to; else half way.
    """
    from scipy.interpolate import CubicSpline

    y = np.maximum.accumulate(y, axis=1)
    if y.shape[1] == 1:
        return np.repeat(y, 2, axis=1)
    for fraction, share in ((FRACTION, SHARE), (_PHOTON, _PHOTON_SHARE)):
        if y.shape[1] == fraction.size:
            at = np.concatenate([[0.0], np.cumsum(share)])
            found = np.clip(CubicSpline(fraction, y, axis=1)(at), y[:, :1] - 1.0, y[:, -1:] + 1.0)
            return np.maximum.accumulate(found, axis=1)
    low, high = y[:, :1] - 0.25 * (y[:, 1:2] - y[:, :1]), y[:, -1:] + 0.25 * (y[:, -1:] - y[:, -2:-1])
    return np.concatenate([low, (y[:, 1:] + y[:, :-1]) / 2, high], axis=1)


def probabilities(cells: Cells, beams: tuple[Beam, ...], components: int) -> Array:
    """Σ w̄ f of every cell by component, shape (row, component, CELLS), negative values zero."""
    out = np.zeros((len(cells.transfer), components, CELLS))
    for start in range(0, len(cells.transfer), _ROWS):
        rows = slice(start, start + _ROWS)
        T, Q = cells.transfer[rows], cells.momentum[rows]
        for beam in beams:
            for part in beam.parts.values():
                minimum = openings(part, T, Q, beam.most)
                above = beam.above(minimum)
                for function, w in averaged(part, beam, T, Q, minimum, above).items():
                    added = w * cells.strengths[function][rows]
                    out[rows, beam.members] += np.moveaxis(added, 0, 1)
    return np.maximum(out, 0.0) * cells.steepness[:, None]


__all__ = ["CELLS", "Cells", "Largest", "coordinate", "momentum_at", "of_lines", "of_measure", "probabilities"]

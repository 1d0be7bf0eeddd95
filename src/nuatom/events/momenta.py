"""Tables from which Q is drawn: for each row (a shell at one T, or a line) its measure in few cells.

A cell keeps the integral of every structure function over a piece of Q², at the mean ln Q of what is in it.  Averaged
over the flux at these momenta it is the probability of the cell; within a cell ln Q is taken to be even.  Cells are
narrow where much is, for each of the measures S dQ²/Q⁴, S dQ²/Q² and S dQ² that couplings weigh with, and narrower still
at both ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import MIXED, Array, Function
from nuatom.rates.weights import Beam, averaged, openings
from nuatom.response.model import Lines, Measure
from nuatom.scattering import line_strengths
from nuatom.units import ELECTRON_MASS

CELLS = 64
_LEVELS = np.sin(np.linspace(0, np.pi / 2, CELLS + 1)) ** 2
_LINE_STEPS = 4 * CELLS
_ROWS = 512


def ridge(transfer: Array) -> Array:
    """Q of a free electron at rest that takes T, √(T² + 2mT) [energy]."""
    return np.sqrt(transfer * (transfer + 2 * ELECTRON_MASS))


@dataclass(frozen=True)
class Cells:
    """The measure of many rows in cells of y = ln(Q/Q_r).

    Attributes:
        transfer: T of each row, shape (row,) [energy].
        edges: y at the edges, ascending, shape (row, CELLS + 1).
        middle: y at the mean of what is in the cell, shape (row, CELLS).
        strengths: every structure function times dQ², shape (row, CELLS) [energy].
    """

    transfer: Array
    edges: Array
    middle: Array
    strengths: Mapping[Function, Array]

    @property
    def momentum(self) -> Array:
        """Q in the middle, shape (row, CELLS) [energy]."""
        return ridge(self.transfer)[:, None] * np.exp(self.middle)

    @staticmethod
    def joined(parts: list[Cells]) -> Cells:
        """All rows of several, in their order."""
        strengths = {f: np.concatenate([part.strengths[f] for part in parts]) for f in parts[0].strengths}
        return Cells(
            np.concatenate([part.transfer for part in parts]),
            np.concatenate([part.edges for part in parts]),
            np.concatenate([part.middle for part in parts]),
            strengths,
        )


def of_measure(measure: Measure, shell: int, transfer: Array, functions: tuple[Function, ...]) -> Cells:
    """The cells of one shell at transfers (row,)."""
    Q = measure.momentum[shell if len(measure.momentum) > 1 else 0]
    return _cells(transfer, Q, {f: measure[f][shell] for f in functions})


def of_lines(found: Lines, line: NDArray[np.intp], top: Array, functions: tuple[Function, ...]) -> Cells:
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
    values = {
        f: line_strengths(found.momentum, found[f][line], Q, signed=f in MIXED) * dQ2 for f in functions
    }
    return _cells(T, Q, values)


def _cells(transfer: Array, momentum: Array, values: Mapping[Function, Array]) -> Cells:
    order = np.argsort(momentum, axis=1, kind="stable")
    Q = np.take_along_axis(momentum, order, axis=1)
    sorted_values = {f: np.take_along_axis(v, order, axis=1) for f, v in values.items()}
    y = np.log(Q / ridge(transfer)[:, None])
    size = sum(np.abs(v) for f, v in sorted_values.items() if f not in MIXED)
    virtual = np.maximum((Q - transfer[:, None]) * (Q + transfer[:, None]), 1e-12 * Q**2)
    reference = np.zeros_like(y)
    for power in (0.0, 1.0, 2.0):
        share = size * virtual**-power
        reference += share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
    total = reference.sum(axis=1, keepdims=True)
    reference /= np.where(total > 0, total, 1.0)
    reference[total[:, 0] <= 0] = 1.0 / y.shape[1]
    after = np.cumsum(reference, axis=1)
    centre = after - reference / 2
    cell = np.clip(np.searchsorted(_LEVELS, centre.ravel(), side="right") - 1, 0, CELLS - 1).reshape(centre.shape)
    rows = np.arange(len(y))[:, None]
    flat = (rows * CELLS + cell).ravel()
    shape = (len(y), CELLS)

    def gathered(weights: Array) -> Array:
        return np.bincount(flat, weights.ravel(), len(y) * CELLS).reshape(shape)

    weight = gathered(reference)
    edges = _quantiles(after, y)
    middle = np.where(
        weight > 0, gathered(reference * y) / np.where(weight > 0, weight, 1.0), (edges[:, 1:] + edges[:, :-1]) / 2
    )
    return Cells(transfer, edges, middle, {f: gathered(v) for f, v in sorted_values.items()})


def _quantiles(after: Array, y: Array) -> Array:
    """y at the levels of every row, by linear interpolation of the running sum."""
    out = np.empty((len(y), CELLS + 1))
    for row in range(len(y)):
        # The node carries its weight around it: up to half way to the next one.
        half = np.concatenate([y[row, :1], (y[row, 1:] + y[row, :-1]) / 2, y[row, -1:]])
        out[row] = np.interp(_LEVELS, np.concatenate([[0.0], after[row]]), half)
    return np.maximum.accumulate(out, axis=1)


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
    return np.maximum(out, 0.0)


__all__ = ["CELLS", "Cells", "of_lines", "of_measure", "probabilities", "ridge"]

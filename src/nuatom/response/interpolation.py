"""Cubic interpolation in rows of values at uniform nodes, and of functions that dip between lobes.

A structure function falls over many orders of magnitude, so that its logarithm has to be interpolated; and where an
orbital has inner nodes it dips to nearly nothing between lobes, where the logarithm is all but singular and the
function itself a parabola.  So ln F is split into its running mean B over a few nodes and r = F/e^B, and both are
interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuatom.atom.grid import Array, Indices

_SPREAD = 2.5
"""Standard deviation of the running mean, in nodes."""
_REACH = 7


def split(values: Array) -> tuple[Array, Array]:
    """B and r = F/e^B of ln F at nodes along the last axis, shape (..., node), each of the same shape."""
    mean = _running_mean(values)
    return mean, np.exp(np.clip(values - mean, -60.0, 60.0))


def joined(mean: Array, ratio: Array) -> Array:
    """ln F from interpolated B and r."""
    return np.asarray(mean + np.log(np.maximum(ratio, 1e-6)))


def _running_mean(values: Array) -> Array:
    """With Gaussian weights; beyond the ends the values go on in straight lines."""
    reach = min(_REACH, values.shape[-1] - 1)
    steps = np.arange(1, reach + 1)
    first, last = values[..., :1], values[..., -1:]
    before = first + (first - values[..., 1:2]) * steps[::-1]
    after = last + (last - values[..., -2:-1]) * steps
    padded = np.concatenate([before, values, after], axis=-1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SPREAD) ** 2)
    weights /= weights.sum()
    size = values.shape[-1]
    return np.asarray(sum(weight * padded[..., n : n + size] for n, weight in enumerate(weights)))


def used_nodes(position: Array, count: int) -> slice:
    """Those of uniform nodes that `hermite` needs for positions in units of nodes from the first one."""
    inside = np.clip(position, 0, count - 1)
    first, last = (int(inside.min()), int(inside.max())) if inside.size else (0, 0)
    return slice(max(first - 2, 0), min(last + 4, count))


def hermite(values: Array, row: Indices, position: Array) -> Array:
    """Cubic Hermite interpolation with fourth-order slopes: on uniform nodes this is all a spline would add.

    Args:
        values: at the nodes, shape (nrow, node).
        row: which row, shape (n, 1).
        position: where in it, in units of nodes from the first one, clipped to what there is, shape (n, m).

    Returns:
        shape (n, m).
    """
    slope = _slopes(values)
    position = np.clip(position, 0, values.shape[1] - 1)
    cell = np.minimum(position.astype(np.intp), values.shape[1] - 2)
    u = position - cell
    w = 1 - u
    f0, f1 = values[row, cell], values[row, cell + 1]
    s0, s1 = slope[row, cell], slope[row, cell + 1]
    return np.asarray(w * w * (1 + 2 * u) * f0 + u * u * (3 - 2 * u) * f1 + u * w * (w * s0 - u * s1))


def _slopes(values: Array) -> Array:
    """Derivatives along the second axis in units of its uniform step, fourth order inside."""
    out = np.empty_like(values)
    out[:, 2:-2] = (values[:, :-4] - 8 * values[:, 1:-3] + 8 * values[:, 3:-1] - values[:, 4:]) / 12
    out[:, 1] = 0.5 * (values[:, 2] - values[:, 0])
    out[:, -2] = 0.5 * (values[:, -1] - values[:, -3])
    out[:, 0] = -1.5 * values[:, 0] + 2 * values[:, 1] - 0.5 * values[:, 2]
    out[:, -1] = 1.5 * values[:, -1] - 2 * values[:, -2] + 0.5 * values[:, -3]
    return out


@dataclass(frozen=True, eq=False)
class Cubic:
    """A piecewise cubic along the first axis of an array of values, of which some columns can be had alone.

    Tables are asked for a few columns out of hundreds, thousands of times, and by commands that want to answer before
    `scipy.interpolate` is loaded.

    Attributes:
        x: ascending, shape (n,).
        values, slopes: there, shape (n, ...).
    """

    x: Array
    values: Array
    slopes: Array

    def __call__(self, at: Array, columns: slice = slice(None)) -> Array:
        """Values at some points (m,), of some places along the second axis, shape (m, ...); the ends go on."""
        cell = np.clip(np.searchsorted(self.x, at, side="right") - 1, 0, self.x.size - 2)
        own = (slice(None), *[None] * (self.values.ndim - 1))
        h = np.diff(self.x)[cell][own]
        u = ((at - self.x[cell])[own]) / h
        w = 1 - u
        some = (slice(None), columns) if self.values.ndim > 1 else slice(None)
        values, slopes = self.values[some], self.slopes[some]
        ends = w * w * (1 + 2 * u) * values[cell] + u * u * (3 - 2 * u) * values[cell + 1]
        return np.asarray(ends + h * u * w * (w * slopes[cell] - u * slopes[cell + 1]))


def spline(x: Array, values: Array) -> Cubic:
    """The cubic spline without a knot at the second and the last but one of four or more points (n,)."""
    h = np.diff(x)
    own = (slice(None), *[None] * (values.ndim - 1))
    chord = np.diff(values, axis=0) / h[own]
    if x.size < 4:  # the parabola or straight line through all
        bend = np.diff(chord, axis=0) / (x[2:] - x[:-2])[own] if x.size == 3 else np.zeros_like(chord)
        return Cubic(x, values, np.concatenate([chord[:1] - bend * h[0], chord + bend * h[own]]))
    matrix, right = np.zeros((x.size, x.size)), np.empty_like(values)
    inner = np.arange(1, x.size - 1)
    matrix[inner, inner - 1], matrix[inner, inner], matrix[inner, inner + 1] = h[1:], 2 * (h[1:] + h[:-1]), h[:-1]
    right[1:-1] = 3 * (h[1:][own] * chord[:-1] + h[:-1][own] * chord[1:])
    first, last = x[2] - x[0], x[-1] - x[-3]
    matrix[0, :2], matrix[-1, -2:] = (h[1], first), (last, h[-2])
    right[0] = ((h[0] + 2 * first) * h[1] * chord[0] + h[0] ** 2 * chord[1]) / first
    right[-1] = (h[-1] ** 2 * chord[-2] + (2 * last + h[-1]) * h[-2] * chord[-1]) / last
    slopes = np.linalg.solve(matrix, right.reshape(x.size, -1))
    return Cubic(x, values, np.asarray(slopes.reshape(values.shape)))


def monotone(x: Array, values: Array) -> Cubic:
    """The cubic that stays between neighbouring values (F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5
    (1984) 300), of two or more points (n,).
    """
    own = (slice(None), *[None] * (values.ndim - 1))
    h = np.diff(x)[own]
    chord = np.diff(values, axis=0) / h
    if x.size == 2:
        return Cubic(x, values, np.concatenate([chord, chord]))
    before, after = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    alike = chord[1:] * chord[:-1] > 0
    steep = np.where(alike, chord[1:], 1.0), np.where(alike, chord[:-1], 1.0)
    inner = np.where(alike, (before + after) / (before / steep[1] + after / steep[0]), 0.0)
    ends = [_end(h[i], h[j], chord[i], chord[j])[None] for i, j in ((0, 1), (-1, -2))]
    return Cubic(x, values, np.concatenate([ends[0], inner, ends[1]]))


def _end(h: Array, further: Array, chord: Array, next_chord: Array) -> Array:
    """The slope of a parabola at the end, of the sign of the chord and at most three times it where that turns."""
    slope = ((2 * h + further) * chord - h * next_chord) / (h + further)
    slope = np.where(np.sign(slope) != np.sign(chord), 0.0, slope)
    turns = (np.sign(chord) != np.sign(next_chord)) & (np.abs(slope) > 3 * np.abs(chord))
    return np.asarray(np.where(turns, 3 * chord, slope))

"""Cubic interpolation in rows of values at uniform nodes, and of functions that dip between lobes.

A structure function falls over many orders of magnitude, so that its logarithm has to be interpolated; and where an
orbital has inner nodes it dips to nearly nothing between lobes, where the logarithm is all but singular and the
function itself a parabola.  So ln F is split into its running mean B over a few nodes and r = F/e^B, and both are
interpolated.
"""

from __future__ import annotations

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

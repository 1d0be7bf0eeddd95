"""Cubic interpolation in rows of values at uniform nodes."""

from __future__ import annotations

import numpy as np

from nuatom.atom.grid import Array, Indices


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

"""The measure of an atom, reduced to as few momenta as smooth weights need.

A model's measure may have hundreds of nodes in Q, other ones for every shell.  A weight averaged over a flux is
smooth between known edges, so that in a panel it is as good as its polynomial through a few points Q_i,

    Σ_k w(Q_k) f_k = Σ_i w(Q_i) f̃_i,      f̃_i = Σ_k ℓ_i(Q_k) f_k,

with ℓ_i the Lagrange polynomials of Gauss's points in ln X, X = Q² − T² (in X itself next to X = 0).  The weights are
then needed at the Q_i only, which all shells share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array, Function
from nuatom.response.model import Measure

_ORDER = 10
_RATIO = 8.0  # of X across a panel
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(_ORDER)
_LEGENDRE = np.polynomial.legendre.legvander(_NODE, _ORDER - 1)
# From Σ_k P_j(x_k) f_k to f̃_i.
_TO_NODES = ((np.arange(_ORDER) + 0.5) * _LEGENDRE * _WEIGHT[:, None]).T


@dataclass(frozen=True)
class Nodes:
    """∫dQ² w f at some transfers as sums over nodes, in rows of neighbouring momenta.

    Attributes:
        owner: index of the transfer a row belongs to, shape (row,).
        transfer: T of the row, shape (row,) [energy].
        momentum: Q, ascending in a row, shape (row, node) [energy].
        strengths: every structure function times dQ², shape (shell, row, node) [energy].
    """

    owner: NDArray[np.intp]
    transfer: Array
    momentum: Array
    strengths: Mapping[Function, Array]


def panel_edges(transfer: Array, inner: Array, top: Array) -> Array:
    """Edges in X of the panels of every transfer, ascending, shape (nT, panel + 1); panels may be empty [energy²].

    Args:
        transfer: T, shape (nT,) [energy].
        inner: momenta where weights have edges, in any order, shape (nT, n) [energy].
        top: largest momenta, shape (nT,) [energy].
    """
    T = transfer[:, None]
    X = np.maximum((inner - T) * (inner + T), 0.0)
    most = np.maximum((top - transfer) * (top + transfer), 0.0)[:, None]
    # Below its first edge, or X = T², a weight is a polynomial in X; above, it varies like powers.
    first = np.minimum(np.min(np.where(X > 0, X, np.inf), axis=1, initial=np.inf, keepdims=True), T**2)
    steps = int(np.ceil(np.log(np.max(most / first, initial=1.0)) / np.log(_RATIO))) + 1
    ladder = first * _RATIO ** np.arange(steps)
    edges = np.concatenate([np.zeros_like(T), X, ladder, most], axis=1)
    return np.sort(np.minimum(edges, most), axis=1)


def panel_nodes(transfer: Array, edges: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """Gauss–Legendre points of all panels that are not empty.

    Args:
        transfer: T, shape (nT,) [energy].
        edges: as from `panel_edges`, shape (nT, panel + 1) [energy²].

    Returns:
        the index of the transfer (row,), Q (row, node) [energy] and dQ² (row, node) [energy²].
    """
    owner, panel = np.nonzero(edges[:, 1:] > edges[:, :-1])
    X, slope = _points(edges[owner, panel], edges[owner, panel + 1])
    return owner, np.sqrt(transfer[owner, None] ** 2 + X), slope * _WEIGHT


def reduced(
    measure: Measure, functions: tuple[Function, ...], owner: NDArray[np.intp], transfer: Array, edges: Array
) -> Nodes:
    """The nodes of a measure as they are, if they are few, and otherwise those of panels.

    Args:
        measure: of a model, one row for each interval of each transfer.
        functions: those wanted.
        owner: index of the transfer of each row of the measure, shape (row,).
        transfer: T, shape (nT,) [energy].
        edges: of the panels, shape (nT, panel + 1) [energy²].
    """
    values = np.stack([measure[f] for f in functions])
    if len(measure.momentum) == 1 and values.shape[-1] <= _ORDER:
        (some,) = np.nonzero(np.any(values != 0, axis=(0, 1, 3)))
        strengths = {f: values[i][:, some] for i, f in enumerate(functions)}
        order = np.argsort(measure.momentum[0][some], axis=1)
        Q = np.take_along_axis(measure.momentum[0][some], order, axis=1)
        sorted_strengths = {f: np.take_along_axis(v, order[None], axis=2) for f, v in strengths.items()}
        return Nodes(owner[some], transfer[owner[some]], Q, sorted_strengths)
    return _gathered(measure.momentum, values, functions, owner, transfer, edges)


def _gathered(
    momentum: Array,
    values: Array,
    functions: tuple[Function, ...],
    owner: NDArray[np.intp],
    transfer: Array,
    edges: Array,
) -> Nodes:
    """The f̃ of all panels in which there is something; values are of shape (function, shell, row, node)."""
    shells, panels = values.shape[1], edges.shape[1] - 1
    shell, row, node = np.nonzero(np.any(values != 0, axis=0))
    at = owner[row]
    Q, T = momentum[shell if len(momentum) > 1 else np.zeros_like(shell), row, node], transfer[at]
    X = np.maximum((Q - T) * (Q + T), 0.0)
    panel = np.zeros(X.size, dtype=np.intp)
    for inner in range(1, panels):
        panel += X >= edges[:, inner][at]
    x = _local(X, edges[at, panel], edges[at, panel + 1])
    # Only panels that hold something become rows.
    filled = np.unique(at * panels + panel)
    place = np.searchsorted(filled, at * panels + panel) + shell * filled.size
    found = values[:, shell, row, node]
    moments = np.empty((len(functions), shells * filled.size, _ORDER))
    before, now = np.zeros_like(x), np.ones_like(x)
    for j in range(_ORDER):
        for i in range(len(functions)):
            moments[i, :, j] = np.bincount(place, found[i] * now, minlength=shells * filled.size)
        before, now = now, ((2 * j + 1) * x * now - j * before) / (j + 1)
    strengths = (moments @ _TO_NODES).reshape(len(functions), shells, filled.size, _ORDER)
    rows, own = filled // panels, filled % panels
    X_row, _ = _points(edges[rows, own], edges[rows, own + 1])
    T_row = transfer[rows]
    return Nodes(rows, T_row, np.sqrt(T_row[:, None] ** 2 + X_row), dict(zip(functions, strengths, strict=True)))


def _points(low: Array, high: Array) -> tuple[Array, Array]:
    """X at the nodes of panels, and dX/dx, each of shape (panel, node)."""
    low, high = low[:, None], high[:, None]
    is_log = low > 0
    span = np.log(high / np.where(is_log, low, high)) / 2
    x = (1 + _NODE) / 2
    X = np.where(is_log, low * np.exp(2 * span * x), high * x)
    return X, np.where(is_log, X * span, np.broadcast_to(high / 2, X.shape))


def _local(X: Array, low: Array, high: Array) -> Array:
    """Where X is in its panel, −1 to 1."""
    is_log = (low > 0) & (high > low)
    bottom = np.where(is_log, low, 1.0)
    span = np.log(np.where(is_log, high, 2.0) / bottom)
    share = np.where(is_log, np.log(np.maximum(X, bottom) / bottom) / span, X / np.where(high > 0, high, 1.0))
    return np.asarray(np.clip(2 * share - 1, -1.0, 1.0))

"""Transfers between nodes: dR/dT is taken as a power of T in every cell, so that T is drawn from it exactly.

Where one end of a cell is zero it is a straight line.  A cell is halved until that changes less than a small part of
the rate of all; what is left in all cells together makes totals too low, by 1 to 3e-4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array

PER_DECADE = 40
"""Nodes in a decade of T to begin with."""
BESIDE = 1e-7
"""Distance of nodes at both sides of a step, as a fraction."""
_GENERATIONS = 8
_NARROW = 1e-5
Ints = NDArray[np.intp]


def cell_rates(low: Array, high: Array, f_low: Array, f_high: Array) -> Array:
    """∫ dT of dR/dT over cells of the last axis, from what it is at their ends."""
    both = (f_low > 0) & (f_high > 0)
    span = np.log(high / low)
    x = np.log(np.where(both, f_high, 1.0) / np.where(both, f_low, 1.0)) + span
    # (e^x − 1)/x without a loss near x = 0.
    mean = np.where(np.abs(x) > 1e-8, np.expm1(x) / np.where(np.abs(x) > 1e-8, x, 1.0), 1 + x / 2)
    return np.where(both, f_low * low * span * mean, (f_low + f_high) / 2 * (high - low))


def within(low: Array, high: Array, f_low: Array, f_high: Array, u: Array) -> Array:
    """T in cells, one for each, at even fractions u of what is in them."""
    both = (f_low > 0) & (f_high > 0)
    span = np.log(high / low)
    x = np.log(np.where(both, f_high, 1.0) / np.where(both, f_low, 1.0)) + span
    small = np.abs(x) < 1e-8
    safe = np.where(small, 1.0, x)
    power = low * np.exp(span * np.where(small, u, np.log1p(u * np.expm1(safe)) / safe))
    # A straight line from or to zero.
    straight = low + (high - low) * np.where(f_low > 0, 1 - np.sqrt(1 - u), np.sqrt(u))
    return np.where(both, power, straight)


def refined(evaluate: Callable[[Array], Array], nodes: Array, goal: float) -> tuple[Array, Array]:
    """Nodes between which dR/dT is a power of T, and what it is there.

    Args:
        evaluate: dR/dT at T (node,), not negative, shape (..., node).
        nodes: to begin with, ascending, with all steps between two of them.
        goal: what halving a cell may change, as a fraction of the rate of all.
    """
    density = evaluate(nodes)
    todo = np.flatnonzero(nodes[1:] > nodes[:-1] * (1 + _NARROW))
    for _ in range(_GENERATIONS):
        if not todo.size:
            break
        low, high = nodes[todo], nodes[todo + 1]
        middle = np.sqrt(low * high)
        found = evaluate(middle)
        f_low, f_high = density[..., todo], density[..., todo + 1]
        halves = cell_rates(low, middle, f_low, found) + cell_rates(middle, high, found, f_high)
        miss = np.abs(halves - cell_rates(low, high, f_low, f_high)).reshape(-1, todo.size).sum(axis=0)
        total = cell_rates(nodes[:-1], nodes[1:], density[..., :-1], density[..., 1:]).sum()
        split = miss > goal * total
        order = np.argsort(np.concatenate([nodes, middle[split]]), kind="stable")
        is_new = order >= nodes.size
        nodes = np.concatenate([nodes, middle[split]])[order]
        density = np.concatenate([density, found[..., split]], axis=-1)[..., order]
        (at,) = np.nonzero(is_new)
        todo = np.unique(np.concatenate([at - 1, at]))
        todo = todo[nodes[todo + 1] > nodes[todo] * (1 + _NARROW)]
    return nodes, density


def first_nodes(low: float, high: float, steps: list[float]) -> Array:
    """Nodes even in ln T, and two beside every step."""
    count = 2 + int(PER_DECADE * np.log10(high / low))
    at = [low, high, *np.geomspace(low, high, count)]
    for step in steps:
        at += [step * (1 - BESIDE), step * (1 + BESIDE)]
    return np.unique([T for T in at if low <= T <= high])


def bias_factors(nodes: Array, rate: Array, bias: str | None) -> Array:
    """How much more often a cell is drawn than its rate (..., cell) says, shape (cell,)."""
    each = rate.reshape(-1, nodes.size - 1).sum(axis=0)
    if bias != "log":
        return np.ones(each.size)
    span = np.where(each > 0, np.log(nodes[1:] / nodes[:-1]), 0.0)
    return np.asarray(span / span.sum() * each.sum() / np.where(each > 0, each, 1.0))

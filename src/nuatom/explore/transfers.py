"""At which transfers a page needs a shell's table, and how it goes from one of them to the next.

Where electrons move together, a shell that is still closed answers by its discrete lines, which lie in the continuum of
the others, and every open shell has structure there, as narrow as the lines.  A shell has therefore *pieces*, none of
which crosses an edge: one or more below its own, over ln T, where its lines are, and those above it, over ln(T − ε).
Between transfers a cubic joins the values, with slopes of parabolas, which where points crowd are held to three times
the secant of the longer gap, so that a step does not swing on beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array
from nuatom.response.model import ResponseModel
from nuatom.response.screened import LEAST_WIDTH, Screened
from nuatom.units import HARTREE, eV

FIRST = 0.02 * eV
"""Above its edge, where a shell's table begins."""
_SIDES = 1e-6
"""Of an edge, over its energy, where pieces end and begin."""
_LINES = 0.85
"""Of its edge, from where on a shell's lines count, or from 15 eV below."""
_NEAR = np.array([-0.2, -0.14, -0.08, -0.03, 0.03, 0.1]) * eV
"""Of an edge, where levels are closer than the nodes of a model."""
_NEAREST = 1e-7
"""Of transfers, over themselves, that are one."""
UNEVEN, STEEPEST = 3.0, 3.0
"""Gaps over one another from where on points crowd, and slopes there over the secant of the longer gap."""


@dataclass(frozen=True)
class Candidates:
    """The transfers that are tried.

    Attributes:
        transfer: of all shells, ascending, shape (nT,) [energy].
        of_shell: which of them are for a shell, by shell.
        edges: that no piece crosses, ascending [energy].
    """

    transfer: Array
    of_shell: tuple[NDArray[np.bool_], ...]
    edges: Array


def candidates(model: ResponseModel, per_decade: int, largest: float) -> Candidates:
    """Transfers evenly in ln T, of each shell in ln(T − ε) near its edge, and where a screened model has its nodes.

    Args:
        model: of bound electrons.
        per_decade: transfers in a decade of T; half as many in one of T − ε, or a third with nodes among them.
        largest: transfer [energy].
    """
    binding = np.array([shell.binding_energy for shell in model.shells])
    least = float(binding.min())
    every = np.geomspace(least + FIRST, largest, int(per_decade * np.log10(largest / least)))
    screened = isinstance(model, Screened) and sum(shell.occupancy for shell in model.shells) > 1.5
    nodes, beside, edges = np.empty(0), np.empty(0), np.empty(0)
    shift, width = np.zeros(binding.size), 0.0
    if screened and isinstance(model, Screened):
        nodes = model.table.transfer * HARTREE
        width = model.width
        nodes = _denser(nodes, width, {0.3: [0.5]}, 2.5)
        field = np.array([shell.binding_energy for shell in model.independent.shells])
        shift = binding - field
        edges = np.unique(np.concatenate([binding, field]))  # nature's, and those at which the field's shells open
        edges = edges[(edges > least) & (edges < nodes[-1])]
        beside = (edges[:, None] * (1 + _SIDES * np.array([-1, 1]))).ravel()
        nodes = np.unique(np.concatenate([nodes, beside, (edges[:, None] + _NEAR).ravel()]))
    highest = float(nodes[-1]) if nodes.size else 0.0
    wanted = []
    for epsilon, moved in zip(binding, shift, strict=True):
        top, share = min(max(epsilon, 20 * eV), largest - epsilon), 2
        if epsilon + 20 * eV < highest:
            top, share = 20 * eV, 3  # the nodes are dense enough farther above
        above = epsilon + np.geomspace(FIRST, top, int(np.ceil(per_decade / share * np.log10(top / FIRST))))
        lines = np.empty(0)
        if least < epsilon < highest:
            start, end = min(_LINES * epsilon, epsilon - 15 * eV), epsilon * (1 - _SIDES)
            start = max(least * (1 + _SIDES), start)
            lines = np.unique(np.concatenate([nodes + moved, beside, [end]]))
            lines = _denser(lines[(lines >= start) & (lines <= end)], width, {0.1: [0.5], 0.8: [0.25, 0.75]}, 10.0)
        far = every[every > above[-1] * 1.01]
        wanted.append(np.concatenate([lines, above, far, nodes[(nodes > epsilon + FIRST) & (nodes < largest)]]))
    transfer = np.unique(np.concatenate(wanted))
    transfer = transfer[np.append(True, np.diff(transfer) > _NEAREST * transfer[1:])]
    places = [np.searchsorted(transfer, each * (1 - 0.6 * _NEAREST)) for each in wanted]
    return Candidates(transfer, tuple(_mask(place, transfer.size) for place in places), edges)


def _denser(nodes: Array, width: float, shares: dict[float, list[float]], most: float) -> Array:
    """With points between those that are apart by about the width of a line, and not by much more.

    Args:
        nodes: ascending, shape (n,) [energy].
        width: of lines over their energy, which is no less than that of `Screened` either.
        shares: of a gap, where points are put, by the widths of the least gap that has them.
        most: widths of the largest.
    """
    gap = np.diff(nodes)
    apart = gap / np.maximum(width * nodes[1:], LEAST_WIDTH * HARTREE)
    found = [nodes]
    for least, places in shares.items():
        wide = (apart > least) & (apart < most)
        found += [nodes[:-1][wide] + share * gap[wide] for share in places]
    return np.sort(np.concatenate(found))


def _mask(place: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    found = np.zeros(size, dtype=bool)
    found[np.minimum(place, size - 1)] = True
    return found


def pieces(
    mine: NDArray[np.intp], transfer: Array, binding: float, edges: Array, seen: Array
) -> Iterator[NDArray[np.intp]]:
    """The transfers of a shell by piece: below its edge where it is seen, and above it from edge to edge.

    Args:
        mine: which transfers are the shell's, ascending.
        transfer: all [energy].
        binding: of the shell [energy].
        edges: that no piece crosses [energy].
        seen: whether the shell answers enough to be seen, of all transfers.
    """
    zone = np.searchsorted(edges, transfer[mine]) * 2 + (transfer[mine] > binding)
    use = np.logical_or(transfer[mine] > binding, seen[mine])
    start = 0
    for k in range(1, mine.size + 1):
        if k == mine.size or zone[k] != zone[start] or use[k] != use[start]:
            if use[start] and k - start > 1:
                yield mine[start:k]
            start = k


def joined(x: Array, rows: Array, at: Array) -> Array:
    """Rows (row, n) over x, at other places within them; the page interpolates so too.

    Args:
        x: ascending, shape (n,), two or more.
        rows: values, shape (row, n).
        at: where, shape (m,).
    """
    h = np.diff(x)
    secant = np.diff(rows, axis=1) / h
    slope = np.empty_like(rows)
    slope[:, 0], slope[:, -1] = secant[:, 0], secant[:, -1]
    if x.size > 2:
        inner = (secant[:, :-1] * h[1:] + secant[:, 1:] * h[:-1]) / (h[1:] + h[:-1])
        crowded = np.maximum(h[1:] / h[:-1], h[:-1] / h[1:]) > UNEVEN
        longer = np.where(h[1:] > h[:-1], secant[:, 1:], secant[:, :-1])
        most = np.where(crowded, STEEPEST * np.abs(longer), np.inf)
        slope[:, 1:-1] = np.clip(inner, -most, most)
    cell = np.clip(np.searchsorted(x, at, side="right") - 1, 0, x.size - 2)
    u = (at - x[cell]) / h[cell]
    w = 1 - u
    value = w * w * (1 + 2 * u) * rows[:, cell] + u * u * (3 - 2 * u) * rows[:, cell + 1]
    return np.asarray(value + u * w * h[cell] * (w * slope[:, cell] - u * slope[:, cell + 1]))

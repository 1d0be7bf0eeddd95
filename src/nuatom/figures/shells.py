"""Shells in a figure: their curves, their edges and their names, so that none touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nuatom.elements import Shell
from nuatom.figures.style import BY_L, BY_N, draw_curve
from nuatom.functions import Array
from nuatom.units import keV

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTERS = "spdfghi"
_BESIDE = 1e-6  # how far from a threshold there is a point on either side, of its energy
_GAP = 0.035  # least distance of two labels, in heights of the axes


@dataclass(frozen=True)
class ShellGroup:
    """The subshells nl₋ and nl₊, drawn as one curve."""

    n: int
    l: int
    edge: float
    values: Array

    @property
    def label(self) -> str:
        return f"{self.n}{_LETTERS[self.l]}"

    @property
    def colour(self) -> str:
        return BY_N[min(self.n, len(BY_N)) - 1]

    @property
    def line(self) -> str | tuple[int, tuple[float, ...]]:
        return BY_L[min(self.l, len(BY_L) - 1)]


def with_edges(x: Array, shells: Sequence[Shell]) -> Array:
    """Energies with a point on both sides of every threshold between them, in which a curve makes a step.

    Args:
        x: energies, shape (n,) [energy].
        shells: with the thresholds.

    Returns:
        shape (m,), m ≥ n, ascending; as they are where there is no threshold between them [energy].
    """
    edges = np.array([shell.binding_energy for shell in shells])
    inside = edges[(edges > x.min() * (1 + 2 * _BESIDE)) & (edges < x.max() * (1 - 2 * _BESIDE))]
    if not inside.size:
        return x
    beside = np.concatenate([inside * (1 - _BESIDE), inside * (1 + _BESIDE)])
    return np.unique(np.concatenate([x, beside]))


def grouped(shells: Sequence[Shell], values: Array) -> list[ShellGroup]:
    """The shells by n and l, deepest first, with the sum of their curves."""
    keys = sorted({(shell.n, shell.l) for shell in shells})
    result = []
    for n, l in keys:
        own = [i for i, shell in enumerate(shells) if (shell.n, shell.l) == (n, l)]
        edge = min(shells[i].binding_energy for i in own) / keV
        result.append(ShellGroup(n, l, edge, np.asarray(values[own].sum(axis=0))))
    return result


def draw_shells(axes: Axes, x: Array, groups: Sequence[ShellGroup]) -> None:
    """Thin curves of the shells, each labelled where it begins."""
    low, high = np.log10(axes.get_ylim())
    starts: list[tuple[float, float, ShellGroup]] = []
    for group in groups:
        visible = np.flatnonzero(group.values > 10**low)
        if len(visible) == 0:
            continue
        draw_curve(axes, x, group.values, color=group.colour, ls=group.line, lw=0.9)
        first = visible[0]
        # An outer shell's curve falls off the axes: it begins at the left end, like those below.
        starts.append((float(x[first]), float((np.log10(group.values[first]) - low) / (high - low)), group))
    at_left = [start for start in starts if start[0] <= x[0]]
    heights = spread_apart([height for _, height, _ in at_left], _GAP)
    placed = [(0.012, height, group, "left") for height, (_, _, group) in zip(heights, at_left, strict=True)]
    span = np.log10(x[-1] / x[0])
    for position, height, group in starts:
        if position > x[0]:
            placed.append((float(np.log10(position / x[0]) / span) - 0.006, height, group, "right"))
    for across, height, group, side in placed:
        axes.text(
            across,
            min(max(height, 0.015), 0.985),
            group.label,
            color=group.colour,
            fontsize=7.5,
            ha=side,
            va="center",
            transform=axes.transAxes,
            zorder=6,
            bbox={"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )


def draw_edges(axes: Axes, x: Array, shells: Sequence[Shell]) -> None:
    """A short stroke down from the top at every threshold."""
    for shell in shells:
        edge = shell.binding_energy / keV
        if x[0] < edge < x[-1]:
            colour = BY_N[min(shell.n, len(BY_N)) - 1]
            axes.axvline(edge, ymin=0.96, ymax=1.0, color=colour, lw=1.1)


def name_edges(axes: Axes, x: Array, groups: Sequence[ShellGroup]) -> None:
    """The name of each shell below its stroke; s, p, d, f have rows of their own, so that none touch."""
    span = np.log10(x[-1] / x[0])
    for group in groups:
        across = float(np.log10(group.edge / x[0]) / span) if group.edge > 0 else -1.0
        if 0 < across < 1:
            axes.text(
                min(max(across, 0.02), 0.98),
                0.945 - 0.035 * group.l,
                group.label,
                color=group.colour,
                fontsize=7.5,
                ha="center",
                va="center",
                transform=axes.transAxes,
            )


def spread_apart(heights: Sequence[float], gap: float) -> list[float]:
    """The heights moved as little as keeps them a gap apart, in the order given."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    moved = [heights[i] for i in order]
    for _ in range(200):
        for k in range(1, len(moved)):
            short = gap - (moved[k] - moved[k - 1])
            if short > 1e-9:
                moved[k - 1] -= short / 2
                moved[k] += short / 2
    result = [0.0] * len(heights)
    for place, value in zip(order, moved, strict=True):
        result[place] = value
    return result

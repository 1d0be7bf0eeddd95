"""What an experiment allows of two parameters together, and how far one has to look for that."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from nuatom.choices import Parameter
from nuatom.config.setup import Array

if TYPE_CHECKING:
    from nuatom import limit as statistics

_POINTS = 61  # along each parameter, of a region that fills its window
_MOST_POINTS = 241
_ACROSS = 5  # points across the narrow side of a region, of which its lines are made
_MARGIN = 0.15  # of a region, beyond each of its ends
_LARGER = 3  # times that a window is doubled

Span = tuple[float, float]
"""Ends of what is looked at, in public units."""


@dataclass(frozen=True)
class Region:
    """What is allowed of two parameters, in public units.

    Attributes:
        first, second: the parameters.
        contour: −2 ln L over both, in the units of the fit.
        confidence: the confidence level.
    """

    first: Parameter
    second: Parameter
    contour: statistics.Contour
    confidence: float

    @property
    def values(self) -> tuple[Array, Array]:
        """The values of each, (n,) and (m,)."""
        return _public(self.first, self.contour.first), _public(self.second, self.contour.second)

    @property
    def best(self) -> tuple[float, float]:
        """The best fit."""
        return self.first.value(self.contour.best[0]), self.second.value(self.contour.best[1])

    @property
    def spans(self) -> tuple[Span, Span]:
        """From where to where each parameter is allowed, whatever the other one is."""
        inside = self.contour.inside(self.confidence)
        edges = [*self.contour.lines(self.confidence), np.array([self.contour.best])]
        found = []
        for axis, (parameter, grid) in enumerate(
            ((self.first, self.contour.first), (self.second, self.contour.second))
        ):
            own = np.concatenate([*(line[:, axis] for line in edges), grid[inside.any(axis=1 - axis)]])
            found.append((parameter.value(float(own.min())), parameter.value(float(own.max()))))
        return found[0], found[1]

    @property
    def across(self) -> float:
        """How many points there are across the narrow side of the region, by its area and its longer side."""
        inside = self.contour.inside(self.confidence)
        longer = max(int(inside.any(axis=k).sum()) for k in (0, 1))
        return float(inside.sum()) / longer if longer else 0.0

    @property
    def is_whole(self) -> bool:
        """Whether the region ends within the values; that of a moment may begin at zero."""
        inside = self.contour.inside(self.confidence)
        ends = [inside[-1], inside[:, -1]]
        ends += [row for row, p in ((inside[0], self.first), (inside[:, 0], self.second)) if not p.squared]
        return not any(row.any() for row in ends)


def span(likelihood: statistics.Likelihood, parameter: Parameter, confidence: float) -> Span:
    """How far the region of this confidence reaches in one of its two parameters, and some more."""
    from nuatom import limit as statistics

    # A region of two parameters reaches to where the profile of one rises by the quantile for two.
    alone = erf(sqrt(statistics.contour_level(confidence) / 2))
    ends = statistics.intervals(likelihood, parameter.fitted, alone)
    low, high = (parameter.value(float(end[0])) for end in ends[:2])
    more = _MARGIN * (high - low)
    return (0.0 if parameter.squared else low - more), high + more


def region(
    likelihood: statistics.Likelihood,
    first: Parameter,
    second: Parameter,
    confidence: float,
    spans: tuple[Span, Span],
    points: int = _POINTS,
) -> Region:
    """What is allowed of two parameters within these spans, or within larger ones if it does not end there.

    A region that is narrow, as of two parameters that can make up for one another, gets more points, so that its edge
    is smooth.

    Args:
        likelihood: one data set.
        first, second: the parameters.
        confidence: the confidence level.
        spans: what to look at, in public units.
        points: along each parameter, at least.

    Raises:
        RuntimeError: if it ends nowhere.
    """
    from nuatom import limit as statistics

    larger = 0
    while True:
        grids = [_grid(p, ends, points) for p, ends in zip((first, second), spans, strict=True)]
        contour = statistics.contour(likelihood, (first.fitted, grids[0]), (second.fitted, grids[1]))
        found = Region(first, second, contour, confidence)
        if found.is_whole and (found.across >= _ACROSS or points >= _MOST_POINTS):
            return found
        if found.is_whole:
            wanted = 1.1 * points * _ACROSS / max(found.across, 1.0)
            points = min(_MOST_POINTS, max(2 * points - 1, int(wanted)))
            continue
        if larger == _LARGER:
            break
        larger += 1
        spans = _doubled(first, spans[0]), _doubled(second, spans[1])
    raise RuntimeError(
        f"{first.part} and {second.part} are not limited together: −2 ln L stays below its limit along some line; "
        "fit one of them, or bins that tell them apart"
    )


def _grid(parameter: Parameter, ends: Span, points: int) -> Array:
    """Values in the units of the fit, even in public ones."""
    return np.array([parameter.to_fit(value) for value in np.linspace(ends[0], ends[1], points)])


def _doubled(parameter: Parameter, ends: Span) -> Span:
    middle, size = 0.5 * (ends[0] + ends[1]), ends[1] - ends[0]
    return (0.0, 2 * ends[1]) if parameter.squared else (middle - size, middle + size)


def _public(parameter: Parameter, fitted: Array) -> Array:
    return np.array([parameter.value(float(value)) for value in fitted])

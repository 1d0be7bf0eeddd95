"""What a flux has above an energy: tails, from which averages of all weights are made.

Whatever E-dependence the weight of a coupling has, most of it is a + b/E + c/E², so that all that a rate needs of a
component of the source, arriving with the probability P, is

    m_k(E_min) = flux · ∫_{E > E_min} φ(E) P(E) E^{−k} dE,      k = 0, 1, 2.

A continuous spectrum is cut into cells, at its breaks and then in halves until the Gauss rule of every cell agrees
with that of its halves; inside a cell the integral of the rule's polynomial is exact at both ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nuatom.functions import Array
from nuatom.source import Component, Continuous, LineSpectrum, Source, Tabulated

POWERS = 3
"""The powers of 1/E: 1, 1/E, 1/E²."""
Probability = Callable[[Array], Array]

_ORDER = 10
_TOLERANCE, _FLOOR = 1e-9, 1e-13  # of what lies above the cell, and of all there is
_GENERATIONS = 40
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(_ORDER)
_LEGENDRE = np.polynomial.legendre.legvander(_NODE, _ORDER - 1)
# From the values at the nodes to the coefficients of Legendre polynomials.
_TO_SERIES = _LEGENDRE * _WEIGHT[:, None] * (np.arange(_ORDER) + 0.5)


class Tail(Protocol):
    """m_k above given energies."""

    def __call__(self, minimum: Array) -> Array:
        """m_k, shape (k,) + minimum.shape [1/(area time energy^k)]; exactly 0 above the end of the spectrum."""
        ...


@dataclass(frozen=True)
class LineTail:
    """The tail of lines.

    Attributes:
        energies: ascending, shape (line,) [energy].
        above: m_k of the lines from each on, and 0 last, shape (k, line + 1).
    """

    energies: Array
    above: Array

    def __call__(self, minimum: Array) -> Array:
        """Lines at E ≤ E_min do not count."""
        return np.asarray(self.above[:, np.searchsorted(self.energies, minimum, side="right")])


@dataclass(frozen=True)
class CellTail:
    """The tail of a continuous spectrum.

    Attributes:
        edges: of the cells, ascending, shape (cell + 1,) [energy].
        above: m_k above every cell, shape (k, cell).
        series: Legendre coefficients of the integrand in every cell, times half its width, shape (k, cell, order).
    """

    edges: Array
    above: Array
    series: Array

    def __call__(self, minimum: Array) -> Array:
        """m_k; below the first edge it is that of the whole spectrum."""
        E = np.asarray(np.clip(minimum, self.edges[0], self.edges[-1]), dtype=float)
        cell = np.clip(np.searchsorted(self.edges, E, side="right") - 1, 0, self.edges.size - 2)
        low, high = self.edges[cell], self.edges[cell + 1]
        x = np.clip((2 * E - low - high) / (high - low), -1.0, 1.0)
        # ∫_x^1 P_j = (P_{j−1} − P_{j+1})/(2j + 1), and 1 − x for j = 0: summed by recurrence.
        total = self.above[:, cell] + self.series[:, cell, 0] * (1 - x)
        before, now = np.ones_like(x), x
        for j in range(1, _ORDER):
            after = ((2 * j + 1) * x * now - j * before) / (j + 1)
            total = total + self.series[:, cell, j] * ((before - after) / (2 * j + 1))
            before, now = now, after
        return np.asarray(np.where(minimum >= self.edges[-1], 0.0, total))


def checked_components(source: Source) -> tuple[Component, ...]:
    """The components of a source.

    Raises:
        ValueError: for something that is no source, or a source without components.
    """
    found = getattr(source, "components", None)
    if isinstance(source, type) or not isinstance(found, tuple):
        raise ValueError(f"expected a source such as Solar('B16-GS98') or Reactor(…), got {source!r}")
    if not found:
        raise ValueError(f"the source {source.name!r} has no components: there is nothing to scatter")
    return found


def endpoint(components: Sequence[Component]) -> float:
    """The largest energy of a neutrino [energy]."""
    return max(component.shape.support[1] for component in components)


def is_line(component: Component) -> bool:
    """Whether a component is one of discrete energies."""
    return isinstance(component.shape, LineSpectrum)


def tail(component: Component, probability: Probability, least: float) -> Tail:
    """The tail of one component.

    Args:
        component: of a source.
        probability: P(E), of the flavours that count.
        least: the least energy it will be asked for, > 0 [energy].

    Raises:
        ValueError: for probabilities outside [0, 1].
        RuntimeError: for a spectrum too rough to integrate.
    """

    def powers(energy: Array) -> Array:
        P = np.asarray(probability(energy), dtype=float)
        if not np.all((P >= 0) & (P <= 1 + 1e-9)):
            raise ValueError(f"the probabilities of {component.name} must be between 0 and 1; they are not")
        return np.asarray(component.flux * P * energy ** -np.arange(POWERS).reshape(-1, *[1] * energy.ndim))

    shape = component.shape
    if isinstance(shape, LineSpectrum):
        strength = shape.intensities * powers(shape.energies)
        above = np.concatenate([np.cumsum(strength[:, ::-1], axis=1)[:, ::-1], np.zeros((POWERS, 1))], axis=1)
        return LineTail(shape.energies, above)
    low, high = shape.support
    low = max(low, least)
    if low >= high:
        return LineTail(np.zeros(0), np.zeros((POWERS, 1)))
    return _cells(component.name, lambda E: shape(E) * powers(E), _first_edges(component, low, high))


def _first_edges(component: Component, low: float, high: float) -> Array:
    """The breaks of a spectrum, and between them so many edges that powers of E vary little in a cell."""
    shape = component.shape
    breaks: Sequence[float] | Array = ()
    if isinstance(shape, Continuous):
        breaks = shape.breaks
    elif isinstance(shape, Tabulated):
        breaks = shape.energies
    inner = [edge for edge in breaks if low < edge < high]
    ladder = np.geomspace(low, high, 2 + int(2 * np.log2(high / low)))[1:-1]
    return np.unique(np.concatenate([[low, high], inner, ladder]))


def _cells(name: str, integrand: Callable[[Array], Array], edges: Array) -> CellTail:
    """Cells, halved until the integrals of all are good to the tolerance."""
    values = _integrals(integrand, edges)
    for _ in range(_GENERATIONS):
        middle = (edges[:-1] + edges[1:]) / 2
        finer = np.sort(np.concatenate([edges, middle]))
        halves = _integrals(integrand, finer)
        error = np.abs(halves[:, ::2] + halves[:, 1::2] - values)
        above = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
        bad = np.any(error > _TOLERANCE * above + _FLOOR * above[:, :1], axis=0)
        if not bad.any():
            half = np.diff(edges) / 2
            at = (edges[1:, None] + edges[:-1, None]) / 2 + half[:, None] * _NODE
            series = half[:, None] * (integrand(at) @ _TO_SERIES)
            return CellTail(edges, np.concatenate([above[:, 1:], np.zeros((POWERS, 1))], axis=1), series)
        edges = np.sort(np.concatenate([edges, middle[bad]]))
        values = _integrals(integrand, edges)
    raise RuntimeError(f"the spectrum of {name} is too rough to integrate: give its breaks, or a table")


def _integrals(integrand: Callable[[Array], Array], edges: Array) -> Array:
    """The integral over every cell, shape (k, cell)."""
    half = np.diff(edges)[:, None] / 2
    at = (edges[1:, None] + edges[:-1, None]) / 2 + half * _NODE
    return np.asarray((integrand(at) * half) @ _WEIGHT)

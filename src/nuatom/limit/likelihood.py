"""Extended likelihoods of binned and unbinned data, for many data sets at a time.

Binned, with the constraints (a − a₀)² of the nuisance parameters and relative to the saturated model (Baker and
Cousins, Nucl. Instrum. Meth. 221 (1984) 437):

    D = −2 ln L = 2 Σ_b [λ_b − n_b + n_b ln(n_b/λ_b)] + (a − a₀)ᵀ C⁻¹ (a − a₀);

unbinned, D = 2 [∫λ dx − Σ_i ln λ(x_i)] + (a − a₀)ᵀ C⁻¹ (a − a₀), with C the correlations of the a₀, most often none.
All data sets of an ensemble are evaluated together, with the analytic gradient, which is what makes toys cheap.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.limit.model import Model
from nuatom.limit.polynomial import Array

_PER_INTERVAL = 4  # points of the Asimov data set between two nodes of an unbinned model


@dataclass(frozen=True)
class Derivatives:
    """D of n data sets and how it changes.

    Attributes:
        deviance: D, shape (n,); infinite where an expectation is negative, or zero where there are events.
        gradient: ∂D/∂parameter, (n, parameter).
        curvature: second derivatives, (n, parameter, parameter); of those of λ itself only the ones in the parameters
            of interest, and of these what is positive, so that the matrix has no negative eigenvalue.
        scale: the diagonal one expects of it, (n, parameter); positive where D depends on the parameter at all.
    """

    deviance: Array
    gradient: Array
    curvature: Array
    scale: Array


@dataclass(frozen=True, eq=False)
class Likelihood(ABC):
    """A model and n data sets: one observation, or an ensemble of toys.

    Attributes:
        model: what is expected.
        auxiliary: a₀, the measurements that constrain nuisance parameters, shape (n, constrained).
    """

    model: Model
    auxiliary: Array

    @property
    def number(self) -> int:
        """The number of data sets n."""
        return len(self.auxiliary)

    @abstractmethod
    def select(self, rows: NDArray[np.intp]) -> Self:
        """The data sets of these numbers, which may repeat."""

    @abstractmethod
    def toys(self, values: Array, number: int, generator: np.random.Generator) -> Self:
        """Data sets drawn at one parameter point (parameter,), the auxiliary measurements with them."""

    @abstractmethod
    def asimov(self, values: Array) -> Self:
        """The expectation itself as data, at points (n, parameter); a₀ = a (Cowan et al. 2011, section 3.2)."""

    @abstractmethod
    def _data(self, values: Array) -> Array:
        """D without constraints."""

    @abstractmethod
    def _data_derivatives(self, values: Array) -> Derivatives:
        """The same with derivatives."""

    @property
    def measure(self) -> Array:
        """What an expectation is multiplied with for a number of events, shape (bin,)."""
        return np.ones(self.model.bins)

    def deviance(self, values: Array) -> Array:
        """D of each data set at its own parameter point, values (n, parameter), shape (n,)."""
        pull = values[:, list(self.model.constrained)] - self.auxiliary
        return np.asarray(self._data(values) + np.sum(pull * (pull @ self.model.precision), axis=1))

    def derivatives(self, values: Array) -> Derivatives:
        """D with its derivatives at points (n, parameter)."""
        found = self._data_derivatives(values)
        which = list(self.model.constrained)
        pull, precision = values[:, which] - self.auxiliary, self.model.precision
        slope = pull @ precision
        found.gradient[:, which] += 2 * slope
        found.curvature[:, np.array(which, dtype=int)[:, None], which] += 2 * precision
        found.scale[:, which] += 2 * np.diag(precision)
        constraint = np.sum(pull * slope, axis=1)
        return Derivatives(found.deviance + constraint, found.gradient, found.curvature, found.scale)

    def at(self, **values: float) -> float:
        """D of a single data set, at parameters given by name; those not named are at their start.

        Raises:
            ValueError: an unknown parameter, a value out of bounds, or more than one data set.
        """
        self.require_single()
        return float(self.deviance(self.model.point(values)[None, :])[0])

    def require_single(self) -> None:
        """Raise ValueError unless this is one data set."""
        if self.number != 1:
            raise ValueError(f"expected one data set, got {self.number} of them; take one with select")

    def _draw_auxiliary(self, values: Array, number: int, generator: np.random.Generator) -> Array:
        which = list(self.model.constrained)
        drawn = generator.standard_normal((number, len(which)))
        if self.model.correlations:
            drawn = drawn @ np.linalg.cholesky(self.model.covariance).T
        return np.asarray(values[which] + drawn)

    def _nominal_auxiliary(self, values: Array) -> Array:
        return np.array(values[:, list(self.model.constrained)])


@dataclass(frozen=True, eq=False)
class Binned(Likelihood):
    """Counts in bins, Poisson distributed.

    Attributes:
        counts: n, shape (n, bin).
    """

    counts: Array

    @staticmethod
    def of(model: Model, counts: ArrayLike) -> Binned:
        """The likelihood of one observation.

        Args:
            model: what is expected.
            counts: observed events by bin, shape (bin,); not necessarily whole.

        Raises:
            ValueError: the wrong number of bins, or counts that are negative or not finite.
        """
        values = np.asarray(counts, dtype=float)
        if values.shape != (model.bins,):
            raise ValueError(
                f"the counts have shape {values.shape}: expected ({model.bins},), one per bin of the model"
            )
        bad = ~np.isfinite(values) | (values < 0)
        if bad.any():
            raise ValueError(f"the counts must be finite and ≥ 0, got {values[bad][0]} in bin {int(np.argmax(bad))}")
        return Binned(model, model.start[None, list(model.constrained)], values[None, :])

    def select(self, rows: NDArray[np.intp]) -> Binned:
        """The data sets of these numbers, which may repeat."""
        return Binned(self.model, self.auxiliary[rows], self.counts[rows])

    def toys(self, values: Array, number: int, generator: np.random.Generator) -> Binned:
        """Data sets drawn at one parameter point (parameter,), the auxiliary measurements with them."""
        counts = generator.poisson(_possible(self.model.expected(values[None, :])), (number, self.model.bins))
        return Binned(self.model, self._draw_auxiliary(values, number, generator), counts.astype(float))

    def asimov(self, values: Array) -> Binned:
        """The expectation itself as data, at points (n, parameter); a₀ = a (Cowan et al. 2011, section 3.2)."""
        return Binned(self.model, self._nominal_auxiliary(values), _possible(self.model.expected(values)))

    def _data(self, values: Array) -> Array:
        return self._baker_cousins(self.model.expected(values))

    def _data_derivatives(self, values: Array) -> Derivatives:
        expected, slope = self.model.jacobian(values)
        seen = self.counts > 0
        weight = np.divide(self.counts, expected**2, out=np.zeros_like(expected), where=seen)
        # 1 − n/λ; written so, it would be rounding where λ and n are large.
        excess = np.divide(expected - self.counts, expected, out=np.ones_like(expected), where=seen)
        curvature = 2 * (slope * weight[:, None, :]) @ slope.transpose(0, 2, 1)
        _add_bend(curvature, self.model.bend(values, excess))
        return Derivatives(
            self._baker_cousins(expected),
            2 * np.einsum("npb,nb->np", slope, excess),
            curvature,
            # Half a count more, so that an empty bin does not count as known without error.
            2 * np.einsum("npb,nb->np", slope**2, 1 / (np.abs(expected) + 0.5)),
        )

    def _baker_cousins(self, expected: Array) -> Array:
        n = self.counts
        possible = (expected > 0) | ((expected == 0) & (n == 0))
        safe = np.where(possible & (expected > 0), expected, 1.0)
        terms = expected - n + n * np.log(np.where(n > 0, n, 1.0) / safe)
        # Of near neighbours this is the rounding of n, 0.001 for 1e12 events: there as n (x − ln(1+x)), x = λ/n − 1.
        near = np.abs(expected - n) < 0.1 * n
        x = np.divide(expected - n, n, out=np.zeros_like(expected), where=near)
        terms = np.where(near, n * (x - np.log1p(x)), terms)
        return np.where(possible.all(axis=1), 2 * np.sum(np.where(possible, terms, 0.0), axis=1), np.inf)


@dataclass(frozen=True, eq=False)
class Unbinned(Likelihood):
    """Events at positions x; the "bins" of the model are nodes of a grid, its counts densities there.

    Between nodes the density is linear, so that its integral is the trapezoid rule exactly.

    Attributes:
        grid: the nodes, ascending, shape (bin,).
        positions: x of the events, data set by data set, shape (event,).
        weights: 1 for an event; other weights are those of the Asimov data, shape (event,).
        sizes: the number of events of each data set, shape (n,).
    """

    grid: Array
    positions: Array
    weights: Array
    sizes: NDArray[np.intp]

    @staticmethod
    def of(model: Model, grid: ArrayLike, positions: ArrayLike) -> Unbinned:
        """The likelihood of one observation.

        Args:
            model: what is expected, as densities [1/(unit of x)] at the nodes.
            grid: the nodes, as many as the model has bins; their first and last are the window of the analysis.
            positions: x of each event.

        Raises:
            ValueError: a grid that does not fit the model or does not ascend, an event that is not finite or outside.
        """
        nodes, x = np.asarray(grid, dtype=float), np.asarray(positions, dtype=float)
        if nodes.shape != (model.bins,) or len(nodes) < 2:
            raise ValueError(
                f"the grid has shape {nodes.shape}: expected ({model.bins},), one node per bin of the model"
            )
        if not np.all(np.isfinite(nodes)) or np.any(np.diff(nodes) <= 0):
            raise ValueError("the nodes of the grid must be finite and ascend")
        if x.ndim != 1:
            raise ValueError(f"the positions of the events have shape {x.shape}: expected a list of numbers")
        bad = ~((x >= nodes[0]) & (x <= nodes[-1]))
        if bad.any():
            raise ValueError(
                f"an event at {x[bad][0]} is outside the window {nodes[0]} to {nodes[-1]}; cut the data to it"
            )
        sizes = np.array([len(x)], dtype=np.intp)
        return Unbinned(model, model.start[None, list(model.constrained)], nodes, x, np.ones(len(x)), sizes)

    def select(self, rows: NDArray[np.intp]) -> Unbinned:
        """The data sets of these numbers, which may repeat."""
        sizes = self.sizes[rows]
        first = np.concatenate([[0], np.cumsum(self.sizes)])[rows]
        events = np.repeat(first - np.concatenate([[0], np.cumsum(sizes)])[:-1], sizes) + np.arange(sizes.sum())
        return Unbinned(
            self.model, self.auxiliary[rows], self.grid, self.positions[events], self.weights[events], sizes
        )

    def toys(self, values: Array, number: int, generator: np.random.Generator) -> Unbinned:
        """Data sets drawn at one parameter point (parameter,), the auxiliary measurements with them."""
        density = _possible(self.model.expected(values[None, :]))[0]
        shares = np.concatenate([[0.0], np.cumsum((density[:-1] + density[1:]) / 2 * np.diff(self.grid))])
        sizes = generator.poisson(shares[-1], number).astype(np.intp)
        events = int(sizes.sum())
        interval = np.searchsorted(shares, shares[-1] * generator.random(events), side="right") - 1
        interval = np.minimum(interval, len(density) - 2)
        low, high, u = density[interval], density[interval + 1], generator.random(events)
        # The inverse of the distribution function of a linear density, in the form without cancellation.
        inside = u * (low + high) / (low + np.sqrt(low**2 + u * (high**2 - low**2)))
        positions = self.grid[interval] + inside * np.diff(self.grid)[interval]
        auxiliary = self._draw_auxiliary(values, number, generator)
        return Unbinned(self.model, auxiliary, self.grid, positions, np.ones(events), sizes)

    def asimov(self, values: Array) -> Unbinned:
        """The expectation as weighted events, at points (n, parameter); a₀ = a (Cowan et al. 2011, section 3.2)."""
        density = _possible(self.model.expected(values))
        inside = (np.arange(_PER_INTERVAL) + 0.5) / _PER_INTERVAL
        positions = (self.grid[:-1, None] + inside * np.diff(self.grid)[:, None]).ravel()
        width = np.repeat(np.diff(self.grid) / _PER_INTERVAL, _PER_INTERVAL)
        weights = np.array([np.interp(positions, self.grid, row) for row in density]) * width
        sizes = np.full(len(values), len(positions), dtype=np.intp)
        everywhere = np.tile(positions, len(values))
        return Unbinned(self.model, self._nominal_auxiliary(values), self.grid, everywhere, weights.ravel(), sizes)

    @cached_property
    def _places(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
        """Of each event its data set, the node below it, and how far it is towards the next."""
        node = np.clip(np.searchsorted(self.grid, self.positions, side="right") - 1, 0, len(self.grid) - 2)
        share = (self.positions - self.grid[node]) / np.diff(self.grid)[node]
        return np.repeat(np.arange(self.number), self.sizes), node, share

    @cached_property
    def _trapezoid(self) -> Array:
        step = np.diff(self.grid)
        return np.asarray((np.append(step, 0.0) + np.insert(step, 0, 0.0)) / 2)

    @property
    def measure(self) -> Array:
        """The widths that the nodes stand for."""
        return self._trapezoid

    def _data(self, values: Array) -> Array:
        expected = self.model.expected(values)
        return self._deviance(expected, self._at_events(expected))

    def _data_derivatives(self, values: Array) -> Derivatives:
        expected, slope = self.model.jacobian(values)
        density = self._at_events(expected)
        toy, node, share = self._places
        safe = np.where(density > 0, density, 1.0)
        at_events = slope[toy, :, node] * (1 - share[:, None]) + slope[toy, :, node + 1] * share[:, None]
        relative = at_events / safe[:, None]
        total = slope @ self._trapezoid
        count = slope.shape[1]
        gradient, curvature = 2 * total, np.zeros((self.number, count, count))
        for p in range(count):
            weighted = self.weights * relative[:, p]
            gradient[:, p] -= 2 * np.bincount(toy, weighted, self.number)
            for q in range(p + 1):
                curvature[:, p, q] = 2 * np.bincount(toy, weighted * relative[:, q], self.number)
                curvature[:, q, p] = curvature[:, p, q]
        _add_bend(curvature, self.model.bend(values, self._trapezoid - self._at_nodes(self.weights / safe)))
        scale = 2 * np.einsum("npb,nb,b->np", slope**2, 1 / (np.abs(expected) + _half(expected)), self._trapezoid)
        return Derivatives(self._deviance(expected, density), gradient, curvature, scale)

    def _at_events(self, expected: Array) -> Array:
        toy, node, share = self._places
        return np.asarray(expected[toy, node] * (1 - share) + expected[toy, node + 1] * share)

    def _at_nodes(self, events: Array) -> Array:
        """Weights of events dealt out to the nodes about each, shape (n, bin); the transpose of `_at_events`."""
        toy, node, share = self._places
        bins = len(self.grid)
        place, shape = toy * bins + node, self.number * bins
        below, above = (np.bincount(place + k, events * s, shape) for k, s in ((0, 1 - share), (1, share)))
        return np.asarray((below + above).reshape(self.number, bins), dtype=float)

    def _deviance(self, expected: Array, density: Array) -> Array:
        logarithms = self.weights * np.log(np.where(density > 0, density, 1.0))
        sums = np.bincount(self._places[0], logarithms, self.number)
        hopeless = np.bincount(self._places[0], (density <= 0) & (self.weights > 0), self.number) > 0
        impossible = hopeless | (expected < 0).any(axis=1)
        return np.asarray(np.where(impossible, np.inf, 2 * (expected @ self._trapezoid - sums)))


def _add_bend(curvature: Array, bend: Array) -> None:
    """Add what is positive of 2 Σ_b w_b ∂²λ_b/∂x_i∂x_j.

    At the vertex of a square λ has no slope, and without this no curvature: Newton's step there would have no length.
    """
    if not bend.any():
        return
    count = bend.shape[1]
    if count == 1:
        curvature[:, :1, :1] += 2 * np.maximum(bend, 0.0)
        return
    # Parameters have different units, in which the eigenvalues would have no meaning.
    size = np.sqrt(np.abs(np.einsum("npp->np", bend)))
    size = np.where(size > 0, size, 1.0)
    unit = size[:, :, None] * size[:, None, :]
    value, vector = np.linalg.eigh(bend / unit)
    curvature[:, :count, :count] += 2 * unit * ((vector * np.maximum(value, 0.0)[:, None, :]) @ vector.mT)


def _half(expected: Array) -> Array:
    """A density that is small beside the mean one, to keep an empty stretch from counting as known without error."""
    return np.asarray(0.01 * np.mean(np.abs(expected), axis=1, keepdims=True) + 1e-300)


def _possible(expected: Array) -> Array:
    if not np.all(expected >= 0):
        raise ValueError(
            f"the expected counts are {np.nanmin(expected):.3g} in some bin: expected ≥ 0; change the parameters, or "
            f"bound them where the interference makes the signal negative"
        )
    return expected


def values_by_name(model: Model, values: Array) -> Mapping[str, float]:
    """One parameter point (parameter,) as a mapping from names."""
    return dict(zip(model.parameters, map(float, values), strict=True))

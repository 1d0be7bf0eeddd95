"""The expected counts as a function of all parameters, for many parameter points at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.limit.nuisance import Factor, Morphing
from nuatom.limit.polynomial import Array, Signal

UNBOUNDED = (-np.inf, np.inf)
NOT_NEGATIVE = (0.0, np.inf)


@dataclass(frozen=True, eq=False)
class Model:
    """λ_b(x, a) = Σ_c S_cb(x, a_band) Π_k F_k(a_k) + Σ_j B_jb Π_k F_k(a_k).

    Attributes:
        signal: S, a polynomial in the parameters of interest x.
        backgrounds: B, the nominal counts of each background by bin.
        factors: nuisance parameters that scale components and backgrounds.
        bands: nuisance parameters that morph the signal.
        bounds: least and largest value of each parameter of interest; (0, inf) for a square such as μ_ν².
            Unbounded where not given.
        measured: parameters of the signal that are no parameters of interest, in units of the error of a measurement of
            them, which is at zero: sin²θ_W, which the rate is a polynomial of.
        correlations: of the measurements that constrain nuisances, by pairs of names; zero where not given.

    Raises:
        ValueError: names that repeat or are not known, bins that do not match, a background that is negative or not
            finite, bounds that are no interval, correlations that no measurements have.
    """

    signal: Signal
    backgrounds: Mapping[str, ArrayLike] = field(default_factory=dict)
    factors: tuple[Factor, ...] = ()
    bands: tuple[Morphing, ...] = ()
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    measured: tuple[str, ...] = ()
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, counts in self.backgrounds.items():
            values = np.asarray(counts, dtype=float)
            if values.shape != (self.bins,):
                raise ValueError(
                    f"background {name!r} has shape {values.shape}: expected ({self.bins},), as the signal"
                )
            if not np.all(np.isfinite(values)) or np.any(values < 0):
                raise ValueError(f"background {name!r} must be finite and ≥ 0 in every bin")
        for names, noun in ((self.samples, "components and backgrounds"), (self.parameters, "parameters")):
            double = sorted({name for name in names if names.count(name) > 1})
            if double:
                raise ValueError(f"two {noun} have the name {double[0]!r}; give each its own")
        for nuisance in self.factors:
            unknown = sorted(set(nuisance.of) - set(self.samples))
            if unknown:
                raise ValueError(f"nuisance {nuisance.name!r} scales {unknown[0]!r}: expected one of {self.samples}")
            size = nuisance.factor(np.array([nuisance.start]))[0].shape[1]
            if size not in (1, self.bins):
                raise ValueError(f"nuisance {nuisance.name!r} has errors for {size} bins: expected 1 or {self.bins}")
        for band in self.bands:
            for position, other in band.variants.items():
                same = (other.parameters, other.components) == (self.signal.parameters, self.signal.components)
                if not same or other.bins != self.bins:
                    raise ValueError(
                        f"the variant at {position} of band {band.name!r} must have the parameters, components and "
                        f"bins of the nominal signal"
                    )
        for name, (low, high) in self.bounds.items():
            if name not in self.signal.parameters:
                raise ValueError(f"bounds for {name!r}: expected one of the parameters {self.signal.parameters}")
            if not low < high:
                raise ValueError(f"the bounds of {name!r} must ascend, got {low} and {high}")
        for name in self.measured:
            if name not in self.signal.parameters or name in self.bounds:
                raise ValueError(f"{name!r} is measured: expected an unbounded one of {self.signal.parameters}")
        _ = self.covariance

    @property
    def bins(self) -> int:
        """The number of bins."""
        return self.signal.bins

    @property
    def samples(self) -> tuple[str, ...]:
        """Names of all that adds up to the expectation: components of the signal, then backgrounds."""
        return (*self.signal.components, *self.backgrounds)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters: those of interest, then factors, then bands."""
        return (*self.signal.parameters, *(f.name for f in self.factors), *(b.name for b in self.bands))

    @cached_property
    def start(self) -> Array:
        """Where a fit starts and what it measures from: no signal (or its least), nominal nuisances."""
        interest = [min(max(0.0, low), high) for low, high in (self._limits(n) for n in self.signal.parameters)]
        return np.array([*interest, *(f.start for f in self.factors), *(0.0 for _ in self.bands)])

    @cached_property
    def limits(self) -> Array:
        """Least and largest value of every parameter, shape (2, parameter)."""
        pairs = [*(self._limits(n) for n in self.signal.parameters), *(f.bounds for f in self.factors)]
        return np.array([*pairs, *(UNBOUNDED for _ in self.bands)]).reshape(-1, 2).T

    @cached_property
    def constrained(self) -> tuple[int, ...]:
        """Which parameters have an auxiliary measurement."""
        first = len(self.signal.parameters)
        measured = sorted(self.signal.parameters.index(name) for name in self.measured)
        factors = [first + i for i, nuisance in enumerate(self.factors) if nuisance.constrained]
        return (*measured, *factors, *range(first + len(self.factors), len(self.parameters)))

    @cached_property
    def covariance(self) -> Array:
        """C of the auxiliary measurements, all of unit error, shape (constrained, constrained)."""
        names = [self.parameters[i] for i in self.constrained]
        found = np.eye(len(names))
        for pair, value in self.correlations.items():
            for name in pair:
                if name not in names:
                    raise ValueError(f"a correlation of {name!r}, which is not measured: expected one of {names}")
            i, j = (names.index(name) for name in pair)
            if i == j or found[i, j] or not -1 < value < 1:  # nan is not either
                raise ValueError(
                    f"the correlation of {pair[0]!r} and {pair[1]!r}: expected a number between -1 and 1, once for "
                    f"each pair of two, got {value}"
                )
            found[i, j] = found[j, i] = value
        least = float(np.linalg.eigvalsh(found)[0]) if names else 1.0
        if not least > 1e-9:
            raise ValueError(
                f"the correlations of {', '.join(names)} contradict each other: their matrix has the eigenvalue "
                f"{least:.3g}"
            )
        return found

    @cached_property
    def precision(self) -> Array:
        """C⁻¹, which makes the constraint (a − a₀)ᵀ C⁻¹ (a − a₀)."""
        return np.asarray(np.linalg.inv(self.covariance)) if self.correlations else np.eye(len(self.constrained))

    def index(self, parameter: str) -> int:
        """The position of a parameter among all.

        Raises:
            ValueError: there is none of that name.
        """
        if parameter not in self.parameters:
            raise ValueError(f"unknown parameter {parameter!r}: expected one of {self.parameters}")
        return self.parameters.index(parameter)

    def point(self, values: Mapping[str, float]) -> Array:
        """All parameters as an array, those not named at their start, shape (parameter,).

        Raises:
            ValueError: an unknown name, or a value that is not finite or outside its bounds.
        """
        point = self.start.copy()
        for name, value in values.items():
            i = self.index(name)
            low, high = self.limits[:, i]
            if not (np.isfinite(value) and low <= value <= high):
                raise ValueError(f"{name} = {value} is not between its bounds {low} and {high}")
            point[i] = value
        return point

    def expected(self, values: Array) -> Array:
        """λ for parameter points (n, parameter), shape (n, bin)."""
        return np.asarray(self._by_sample(values)[0].sum(axis=1))

    def by_sample(self, values: Mapping[str, float]) -> dict[str, Array]:
        """The counts of each component and background at one point, by name, each (bin,)."""
        return dict(zip(self.samples, self._by_sample(self.point(values)[None, :])[0][0], strict=True))

    def jacobian(self, values: Array) -> tuple[Array, Array]:
        """λ (n, bin) and ∂λ/∂parameter (n, parameter, bin) for points (n, parameter)."""
        counts, bare, factors = self._by_sample(values)
        n, first = len(values), len(self.signal.parameters)
        slope = np.zeros((n, len(self.parameters), self.bins))
        parts = len(self.signal.components)
        scaled = factors[:, :parts]
        monomials, slopes = self.signal.monomials(values[:, :first]), self.signal.slopes(values[:, :first])
        weights = [band.weights(values[:, first + len(self.factors) + k]) for k, band in enumerate(self.bands)]
        for i in range(first):
            shape = self._morphed(slopes[i], [w for w, _ in weights])
            slope[:, i] = np.sum(shape * scaled, axis=1)
        for k, (change, others) in enumerate(self._changes(values)):
            slope[:, first + k] = np.sum(bare[:, self._masks[k]] * others, axis=1) * change
        for k, (_, derivative) in enumerate(weights):
            for v, difference in enumerate(self._differences[k]):
                shape = np.tensordot(monomials * derivative[:, v, None], difference, axes=1)
                slope[:, first + len(self.factors) + k] += np.sum(shape * scaled, axis=1)
        return np.asarray(counts.sum(axis=1)), slope

    def bend(self, values: Array, weight: Array) -> Array:
        """Σ_b w_b ∂²λ_b/∂x_i∂x_j of the parameters of interest, for points (n, parameter) and weights (n, bin).

        The shape is (n, parameter of interest, parameter of interest).
        """
        first, parts = len(self.signal.parameters), len(self.signal.components)
        found = np.zeros((len(values), first, first))
        bends = self.signal.bends(values[:, :first])
        if bends:
            scaled = self._factors(values)[:, :parts] * weight[:, None, :]
            weights = [band.weights(values[:, first + len(self.factors) + k])[0] for k, band in enumerate(self.bands)]
            for (i, j), monomials in bends.items():
                found[:, i, j] = np.einsum("ncb,ncb->n", self._morphed(monomials, weights), scaled)
                found[:, j, i] = found[:, i, j]
        return found

    def _by_sample(self, values: Array) -> tuple[Array, Array, Array]:
        """Counts with factors, without them, and the factors, each (n, sample, bin)."""
        first = len(self.signal.parameters)
        weights = [band.weights(values[:, first + len(self.factors) + k])[0] for k, band in enumerate(self.bands)]
        signal = self._morphed(self.signal.monomials(values[:, :first]), weights)
        fixed = np.broadcast_to(self._fixed, (len(values), *self._fixed.shape))
        bare = np.concatenate([signal, fixed], axis=1)
        factors = self._factors(values)
        return bare * factors, bare, factors

    def _morphed(self, monomials: Array, weights: list[Array]) -> Array:
        found = np.tensordot(monomials, self._nominal, axes=1)
        for weight, differences in zip(weights, self._differences, strict=True):
            for k, difference in enumerate(differences):
                found = found + np.tensordot(monomials * weight[:, k, None], difference, axes=1)
        return np.asarray(found)

    def _factors(self, values: Array) -> Array:
        first = len(self.signal.parameters)
        found = np.ones((len(values), len(self.samples), self.bins))
        for k, nuisance in enumerate(self.factors):
            found[:, self._masks[k]] *= nuisance.factor(values[:, first + k])[0][:, None, :]
        return found

    def _changes(self, values: Array) -> list[tuple[Array, Array]]:
        """Of each factor its derivative, and the product of the others on the samples that it scales.

        The product of the others is made of those before and those after it; it is no quotient, because a factor may be
        zero.
        """
        first, shape = len(self.signal.parameters), (len(values), len(self.samples), self.bins)
        pairs = [nuisance.factor(values[:, first + k]) for k, nuisance in enumerate(self.factors)]
        after = [np.ones(shape)]
        for k in range(len(pairs) - 1, 0, -1):
            following = after[-1].copy()
            following[:, self._masks[k]] *= pairs[k][0][:, None, :]
            after.append(following)
        before, found = np.ones(shape), []
        for k, (factor, change) in enumerate(pairs):
            mask = self._masks[k]
            found.append((change, before[:, mask] * after[len(pairs) - 1 - k][:, mask]))
            before[:, mask] *= factor[:, None, :]
        return found

    @cached_property
    def _masks(self) -> list[NDArray[np.bool_]]:
        """Which samples each factor scales."""
        return [np.array([sample in nuisance.of for sample in self.samples]) for nuisance in self.factors]

    @cached_property
    def _nominal(self) -> Array:
        return self.signal.coefficients

    @cached_property
    def _differences(self) -> tuple[tuple[Array, ...], ...]:
        """Of each band, coefficients of each variant less the nominal ones, in the terms of the nominal signal."""
        return tuple(
            tuple(_in_terms_of(self.signal, other) - self.signal.coefficients for other in band.variants.values())
            for band in self.bands
        )

    @cached_property
    def _fixed(self) -> Array:
        return np.array([np.asarray(counts, dtype=float) for counts in self.backgrounds.values()]).reshape(
            -1, self.bins
        )

    def _limits(self, name: str) -> tuple[float, float]:
        return self.bounds.get(name, UNBOUNDED)


def _in_terms_of(signal: Signal, other: Signal) -> Array:
    """The coefficients of another signal in the order of terms of this one."""
    rows = {tuple(powers): row for row, powers in enumerate(signal.exponents.tolist())}
    found = np.zeros_like(signal.coefficients)
    for powers, coefficient in zip(other.exponents.tolist(), other.coefficients, strict=True):
        if tuple(powers) not in rows:
            raise ValueError(f"a variant has the term with exponents {powers}, which the nominal signal lacks")
        found[rows[tuple(powers)]] += coefficient
    return found

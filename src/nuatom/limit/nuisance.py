"""What is not known exactly: normalisations, efficiencies, and the spread between models of the atom.

Each nuisance parameter a acts on expected counts.  Unless it is free it is constrained by a measurement a₀ of it with
unit error, which adds (a − a₀)² to −2 ln L.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.limit.polynomial import Array, Signal

_FLOOR = 1e-6  # how near to zero a Gaussian normalisation may come


class Factor(Protocol):
    """A nuisance parameter that multiplies the counts of some components and backgrounds."""

    @property
    def name(self) -> str:
        """The name of the parameter."""

    @property
    def of(self) -> tuple[str, ...]:
        """The components and backgrounds that it scales."""

    @property
    def constrained(self) -> bool:
        """Whether an auxiliary measurement adds (a − a₀)² to −2 ln L."""

    @property
    def start(self) -> float:
        """The nominal value, where the factor is 1."""

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest value."""

    def factor(self, value: Array) -> tuple[Array, Array]:
        """The factor and its derivative for values (n,), each of shape (n, 1) or (n, bin)."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A factor 1 + σa with a ~ N(0, 1): a flux, a background, or an efficiency by bin.

    Attributes:
        name: of the parameter a.
        of: the components and backgrounds it scales.
        sigma: relative error σ, a number, or one per bin (an efficiency with its band, all bins moving together).

    Raises:
        ValueError: an error that is not finite and ≥ 0, or nothing to scale.
    """

    name: str
    of: tuple[str, ...]
    sigma: ArrayLike

    def __post_init__(self) -> None:
        _check(self.name, self.of, self.sigma)

    constrained = True
    start = 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """No factor is negative."""
        sigma = float(np.max(self.sigma))
        return (-(1 - _FLOOR) / sigma if sigma > 0 else -np.inf), np.inf

    def factor(self, value: Array) -> tuple[Array, Array]:
        """1 + σa and σ."""
        sigma = np.atleast_1d(np.asarray(self.sigma, dtype=float))
        return 1 + sigma * value[:, None], np.broadcast_to(sigma, (len(value), len(sigma)))


@dataclass(frozen=True, eq=False)
class LogNormal:
    """A factor (1 + σ)^a with a ~ N(0, 1), never negative: for errors of some 20 % and more.

    Attributes:
        name: of the parameter a.
        of: the components and backgrounds it scales.
        sigma: relative error σ of one standard deviation upwards, a number, or one per bin.

    Raises:
        ValueError: an error that is not finite and ≥ 0, or nothing to scale.
    """

    name: str
    of: tuple[str, ...]
    sigma: ArrayLike

    def __post_init__(self) -> None:
        _check(self.name, self.of, self.sigma)

    constrained = True
    start = 0.0
    bounds = (-np.inf, np.inf)

    def factor(self, value: Array) -> tuple[Array, Array]:
        """(1 + σ)^a and its derivative."""
        power = np.log1p(np.atleast_1d(np.asarray(self.sigma, dtype=float)))
        # The exponent is bounded so that a trial step of the fit cannot overflow.
        factor = np.exp(np.clip(power * value[:, None], -300.0, 300.0))
        return factor, power * factor


@dataclass(frozen=True)
class Free:
    """A factor f ≥ 0 that only the data constrain: a background of known shape and unknown size.

    Attributes:
        name: of the parameter f, 1 where the counts are as given.
        of: the components and backgrounds it scales.

    Raises:
        ValueError: nothing to scale.
    """

    name: str
    of: tuple[str, ...]

    def __post_init__(self) -> None:
        _check(self.name, self.of, 0.0)

    constrained = False
    start = 1.0
    bounds = (0.0, np.inf)

    def factor(self, value: Array) -> tuple[Array, Array]:
        """The value itself and 1."""
        return value[:, None], np.ones((len(value), 1))


@dataclass(frozen=True, eq=False)
class Morphing:
    """The spread between models of the atom: the signal of one morphs into that of another.

    S(a) = S₀ + Σ_k ℓ_k(a) (S_k − S₀), ℓ_k the Lagrange polynomials of the positions {0, a_k}, continued along
    the tangent outside them; a ~ N(0, 1).  Two models give a line, and three at −1, 0, 1 a parabola.

    Attributes:
        name: of the parameter a.
        variants: the signal of another model, by its position a_k in standard deviations (not 0, which is nominal).

    Raises:
        ValueError: no variant, or a position that is 0 or not finite.
    """

    name: str
    variants: Mapping[float, Signal]

    def __post_init__(self) -> None:
        if not self.name or not self.variants:
            raise ValueError(f"band {self.name!r} needs a name and at least one variant, such as {{1.0: signal}}")
        for position in self.variants:
            if not np.isfinite(position) or position == 0:
                raise ValueError(f"band {self.name!r} has a variant at {position}: expected a position that is not 0")

    def weights(self, value: Array) -> tuple[Array, Array]:
        """ℓ_k(a) and ℓ_k'(a) for a of shape (n,), each of shape (n, variant)."""
        knots = np.array([0.0, *self.variants])
        inside = np.clip(value, knots.min(), knots.max())
        found, slope = np.empty((2, len(value), len(self.variants)))
        for k, position in enumerate(self.variants):
            others = np.delete(knots, k + 1)
            basis = np.poly1d(others, r=True) / float(np.prod(position - others))
            slope[:, k] = basis.deriv()(inside)
            found[:, k] = basis(inside) + slope[:, k] * (value - inside)
        return found, slope


def _check(name: str, of: tuple[str, ...], sigma: ArrayLike) -> None:
    if not name or isinstance(of, str) or not of:
        raise ValueError(f"nuisance {name!r} needs a name, and a tuple of the components that it scales, got {of!r}")
    values = np.asarray(sigma, dtype=float)
    if values.ndim > 1 or not np.all(np.isfinite(values)) or np.any(values < 0):
        raise ValueError(
            f"the relative error of {name!r} must be finite and ≥ 0, a number or one per bin, got {values}"
        )

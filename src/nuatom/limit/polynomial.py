"""The expected counts as a polynomial of the parameters of interest, which for a rate is exact.

A cross section is bilinear in the amplitudes: linear in μ_ν² and quadratic in a millicharge or a charge radius, with
cross terms between them and the weak amplitude.  So a handful of computed spectra give the counts everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_NEGLIGIBLE = 1e-11  # a term below this share of the largest, at the scale of its parameters, is rounding
_AGREEMENT = 1e-6  # how well the polynomial must give the function at a point it was not made from
_CHECK = (0.37, -0.61, 0.83, 0.29, -0.71, 0.53)  # that point, in scales; none of the points it was made from


@dataclass(frozen=True, eq=False)
class Signal:
    """Expected counts by component, a polynomial in parameters: S_cb(x) = Σ_t C_tcb Π_i x_i^{e_ti}.

    Attributes:
        parameters: names of x.
        components: names of the parts that a nuisance may scale apart, such as the components of a flux.
        exponents: e, shape (term, parameter), 0, 1 or 2.
        coefficients: C, shape (term, component, bin); counts, or a density in an unbinned fit.

    Raises:
        ValueError: for names that repeat, shapes that do not fit together, or coefficients that are not finite.
    """

    parameters: tuple[str, ...]
    components: tuple[str, ...]
    exponents: NDArray[np.int64]
    coefficients: Array

    def __post_init__(self) -> None:
        _distinct("parameters", self.parameters)
        _distinct("components", self.components)
        shape = (len(self.exponents), len(self.parameters))
        if self.exponents.shape != shape or self.coefficients.shape[:2] != (shape[0], len(self.components)):
            raise ValueError(
                f"a signal of parameters {self.parameters} and components {self.components} needs exponents (term, "
                f"{shape[1]}) and coefficients (term, {len(self.components)}, bin), got {self.exponents.shape} and "
                f"{self.coefficients.shape}"
            )
        if np.any(self.exponents < 0) or np.any(self.exponents > 2):
            raise ValueError("the exponents of a signal must be 0, 1 or 2: a rate is bilinear in the amplitudes")
        if not np.all(np.isfinite(self.coefficients)):
            raise ValueError("a signal has a coefficient that is not finite; check the spectra it is made from")

    @property
    def bins(self) -> int:
        """The number of bins."""
        return int(self.coefficients.shape[2])

    @staticmethod
    def of(
        degree: Mapping[str, int],
        function: Callable[..., ArrayLike],
        *,
        scale: Mapping[str, float] | None = None,
        components: Sequence[str] = ("signal",),
    ) -> Signal:
        """Make the polynomial from a function by evaluating it at as few points as determine it, and at one more.

        Along each parameter of degree 2 the points are 0 and ±scale, of degree 1 they are 0 and scale; each pair of
        parameters takes one more point for its cross term, which is dropped where it turns out to be zero.

        Args:
            degree: the parameters and their degree, 1 (μ_ν²) or 2 (millicharge, charge radius).
            function: the counts for values of the parameters given by keyword, shape (bin,) or (component, bin).
            scale: a typical value of each parameter, 1 where it has none; its size matters for rounding alone.
            components: names of the parts.

        Raises:
            ValueError: the function is no such polynomial, returns other shapes than it should, or what is not finite.
        """
        names = tuple(degree)
        _distinct("parameters", names)
        for name, power in degree.items():
            if power not in (1, 2):
                raise ValueError(
                    f"the degree of {name!r} must be 1 or 2, got {power}: a rate is bilinear in amplitudes"
                )
        steps = {name: float((scale or {}).get(name, 1.0)) for name in names}
        if not all(np.isfinite(step) and step > 0 for step in steps.values()):
            raise ValueError(f"the scales of the parameters must be finite and > 0, got {steps}")
        strangers = sorted(set(scale or {}) - set(names))
        if strangers:
            raise ValueError(f"scale names {strangers[0]!r}, which is not a parameter: expected one of {names}")

        def at(**units: float) -> Array:
            values = np.array(function(**{n: units.get(n, 0.0) * steps[n] for n in names}), dtype=float)
            values = values[None, :] if values.ndim == 1 else values
            if values.ndim != 2 or len(values) != len(components):
                raise ValueError(
                    f"the signal function must return (bin,) or ({len(components)}, bin), got shape {values.shape}"
                )
            if not np.all(np.isfinite(values)):
                raise ValueError(f"the signal function returned what is not finite at {units or 'zero'} (in scales)")
            return values

        constant = at()
        terms: dict[tuple[int, ...], Array] = {_powers(names): constant}
        for name in names:
            plus = at(**{name: 1.0}) - constant
            if degree[name] == 2:
                minus = at(**{name: -1.0}) - constant
                terms[_powers(names, name, name)] = (plus + minus) / 2
                plus = (plus - minus) / 2
            terms[_powers(names, name)] = plus
        separable = dict(terms)
        for a, b in combinations(names, 2):
            corner = sum(value for key, value in separable.items() if _only(key, names, a, b))
            terms[_powers(names, a, b)] = at(**{a: 1.0, b: 1.0}) - corner
        largest = max(float(np.max(np.abs(value), initial=0.0)) for value in terms.values())
        kept = {
            key: value for key, value in terms.items() if np.max(np.abs(value), initial=0.0) > _NEGLIGIBLE * largest
        }
        kept.setdefault(_powers(names), constant)
        exponents = np.array(list(kept), dtype=np.int64).reshape(len(kept), len(names))
        units = np.array([steps[name] for name in names])
        coefficients = np.array(
            [value / np.prod(units**powers) for powers, value in zip(exponents, kept.values(), strict=True)]
        )
        made = Signal(names, tuple(components), exponents, coefficients)
        _check(made, at, degree, steps, largest)
        return made

    def monomials(self, values: Array) -> Array:
        """Π_i x_i^{e_ti} for values of shape (n, parameter), shape (n, term)."""
        return np.asarray(np.prod(values[:, None, :] ** self.exponents, axis=2))

    def slopes(self, values: Array) -> Array:
        """∂/∂x_i of the monomials, shape (parameter, n, term)."""
        found = np.empty((len(self.parameters), len(values), len(self.exponents)))
        for i in range(len(self.parameters)):
            power = self.exponents[:, i]
            lowered = self.exponents.copy()
            lowered[:, i] = np.maximum(power - 1, 0)
            found[i] = power * np.prod(values[:, None, :] ** lowered, axis=2)
        return found

    def bends(self, values: Array) -> dict[tuple[int, int], Array]:
        """∂²/∂x_i∂x_j of the monomials by i ≤ j, each of shape (n, term); without those that are zero everywhere."""
        found: dict[tuple[int, int], Array] = {}
        for i, j in combinations_with_replacement(range(len(self.parameters)), 2):
            lowered = self.exponents.copy()
            lowered[:, i] -= 1
            factor = self.exponents[:, i] * np.maximum(lowered[:, j], 0)
            lowered[:, j] -= 1
            if factor.any():
                found[i, j] = factor * np.prod(values[:, None, :] ** np.maximum(lowered, 0), axis=2)
        return found

    def __call__(self, **values: float) -> Array:
        """The counts for the values of the parameters, zero where not given; shape (component, bin)."""
        strangers = sorted(set(values) - set(self.parameters))
        if strangers:
            raise ValueError(f"unknown parameter {strangers[0]!r}: expected one of {self.parameters}")
        point = np.array([[values.get(name, 0.0) for name in self.parameters]])
        return np.asarray(np.einsum("t,tcb->cb", self.monomials(point)[0], self.coefficients))

    def label(self, term: int) -> str:
        """A name for a term: "1", "magnetic_moment_squared", "millicharge^2", "millicharge*charge_radius"."""
        factors = [
            name if power == 1 else f"{name}^{power}"
            for name, power in zip(self.parameters, self.exponents[term], strict=True)
            if power
        ]
        return "*".join(factors) or "1"


def _check(
    signal: Signal, at: Callable[..., Array], degree: Mapping[str, int], steps: dict[str, float], large: float
) -> None:
    # Parameters of degree 1 may be squares, which have no negative values.
    units = {
        name: _CHECK[i % len(_CHECK)] if degree[name] == 2 else abs(_CHECK[i % len(_CHECK)])
        for i, name in enumerate(signal.parameters)
    }
    expected = at(**units)
    found = signal(**{name: unit * steps[name] for name, unit in units.items()})
    worst = float(np.max(np.abs(found - expected), initial=0.0))
    if worst > _AGREEMENT * large:
        raise ValueError(
            f"the signal is no polynomial of the degrees {dict(degree)}: at {units} (in scales) it is off by "
            f"{worst:.3g} counts of {large:.3g}; give each amplitude degree 2 and each square degree 1"
        )


def _powers(names: tuple[str, ...], *factors: str) -> tuple[int, ...]:
    return tuple(factors.count(name) for name in names)


def _only(key: tuple[int, ...], names: tuple[str, ...], *allowed: str) -> bool:
    return all(power == 0 or name in allowed for name, power in zip(names, key, strict=True))


def _distinct(noun: str, names: Sequence[str]) -> None:
    for name in names:
        if not name or list(names).count(name) > 1:
            raise ValueError(f"the {noun} must have distinct names that are not empty, got {tuple(names)}")

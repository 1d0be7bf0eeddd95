"""One fit with Minuit, likelihood scans, and contours of two parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.limit.likelihood import Likelihood, values_by_name
from nuatom.limit.minimise import minimise
from nuatom.limit.polynomial import Array

_IMPOSSIBLE = 1e30  # what Minuit is told where D is infinite
_DIFFERENCE = 1e-3  # of an error, the step of numeric second derivatives
_SINGULAR = 1e-10  # least eigenvalue, of a matrix whose diagonal is one
_SMOOTH, _ENOUGH = 8, 61  # points of a smooth contour for each of its own, fewer where these are many
_AGREEMENT = 1e-2  # in D, between Minuit and the start it was given


@dataclass(frozen=True)
class Fit:
    """The best fit of one data set.

    Attributes:
        values: every parameter, by name.
        errors: standard errors from the curvature at the minimum, as if there were no bound; 0 for what is fixed.
        covariance: of the parameters in the order of ``values``; None where the curvature is not positive.
        deviance: D at the minimum; for binned data about χ² of the bins and constraints.
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    covariance: Array | None
    deviance: float


@dataclass(frozen=True)
class Scan:
    """D along one parameter, all others at their best.

    Attributes:
        parameter: its name.
        values: where it was held, shape (point,).
        rise: D less its least, shape (point,).
        others: every parameter at each point, by name, shape (point,).
    """

    parameter: str
    values: Array
    rise: Array
    others: Mapping[str, Array]


@dataclass(frozen=True)
class Contour:
    """D over two parameters, all others at their best.

    Attributes:
        parameters: their names.
        first: values of the first, shape (n,).
        second: values of the second, shape (m,).
        rise: D less its least, shape (n, m).
        best: the best fit of both.
    """

    parameters: tuple[str, str]
    first: Array
    second: Array
    rise: Array
    best: tuple[float, float]

    def inside(self, confidence: float) -> NDArray[np.bool_]:
        """Which points are in the region of this confidence: D rises by no more than χ²₂'s quantile.

        Wilks' theorem; at a bound and for parameters that enter squared the region covers more than it says.
        """
        return np.asarray(self.rise <= contour_level(confidence))

    def lines(self, confidence: float) -> list[Array]:
        """The edge of that region as polygons, each of shape (point, 2), through a spline between the points."""
        from contourpy import contour_generator

        first, second, rise = smooth(self.first, self.second, self.rise)
        generator = contour_generator(first, second, rise.T)
        return [np.asarray(line) for line in generator.lines(contour_level(confidence))]


def smooth(first: Array, second: Array, rise: Array) -> tuple[Array, Array, Array]:
    """D over two parameters at points close enough for lines without corners: a cubic spline of both.

    D is nearly a parabola, which a spline follows however narrow its valley is; straight lines between its points would
    cut a narrow region to pieces.

    Args:
        first, second: values of the parameters, shapes (n,) and (m,).
        rise: D less its least, shape (n, m).

    Returns:
        The same at more values; as they are where D is not finite, or has fewer than four values along a parameter.
    """
    from scipy.interpolate import RectBivariateSpline

    if min(rise.shape) < 4 or not np.all(np.isfinite(rise)):
        return first, second, rise
    finer = [
        np.interp(np.linspace(0, len(x) - 1, _SMOOTH * (len(x) - 1) // max(1, len(x) // _ENOUGH) + 1), range(len(x)), x)
        for x in (first, second)
    ]
    spline = RectBivariateSpline(first, second, rise)
    return finer[0], finer[1], np.maximum(spline(*finer), 0.0)


def contour_level(confidence: float) -> float:
    """−2 ln(1 − CL), the quantile of χ² with two degrees of freedom: 4.61 for 90 %.

    Raises:
        ValueError: a confidence that is not between 0 and 1.
    """
    check_confidence(confidence)
    return float(-2 * np.log(1 - confidence))


def check_confidence(confidence: float) -> None:
    """Raise ValueError unless the confidence is between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence level must be between 0 and 1, such as 0.9, got {confidence}")


def fit(likelihood: Likelihood, fixed: Mapping[str, float] | None = None) -> Fit:
    """The best fit with Minuit (James and Roos 1975) and its errors.

    Args:
        likelihood: one data set.
        fixed: parameters to hold, with their values.

    Raises:
        ValueError: an unknown parameter, a value out of bounds, or more than one data set.
        RuntimeError: Minuit did not converge.
    """
    from iminuit import Minuit

    likelihood.require_single()
    model = likelihood.model
    model.point(fixed or {})
    start = minimise(likelihood, fixed)

    def deviance(values: Array) -> float:
        return float(min(likelihood.deviance(np.array(values)[None, :])[0], _IMPOSSIBLE))

    def gradient(values: Array) -> Array:
        found = likelihood.derivatives(np.array(values)[None, :])
        return np.asarray(np.nan_to_num(found.gradient[0]))

    minuit = Minuit(deviance, start.values[0], grad=gradient, name=model.parameters)
    minuit.errordef = Minuit.LEAST_SQUARES  # D is twice −ln L, so an error is where it rises by 1
    curvature = likelihood.derivatives(start.values)
    size = np.maximum(np.einsum("npp->np", curvature.curvature), curvature.scale)[0]
    minuit.errors = np.where(size > 0, np.sqrt(2 / np.where(size > 0, size, 1.0)), 0.1)
    minuit.limits = [(low, high) for low, high in model.limits.T]
    for name in fixed or {}:
        minuit.fixed[name] = True
    if all(minuit.fixed):
        values = values_by_name(model, start.values[0])
        return Fit(values, dict.fromkeys(values, 0.0), None, float(start.deviance[0]))
    minuit.migrad()
    if minuit.fval is None or minuit.fval > start.deviance[0] + _AGREEMENT:
        raise RuntimeError(f"Minuit did not converge: it ended at D = {minuit.fval}, above {start.deviance[0]:.6g}")
    # At a bound the minimum of the other method is exact, where Minuit only comes near to it.
    best = start.values[0] if start.deviance[0] <= minuit.fval else np.array(minuit.values)
    covariance = _covariance(likelihood, best, np.array(minuit.fixed), np.array(minuit.errors))
    sigma = np.array(minuit.errors) if covariance is None else np.sqrt(np.diag(covariance))
    errors = np.where(minuit.fixed, 0.0, sigma)
    return Fit(
        values_by_name(model, best),
        values_by_name(model, errors),
        covariance,
        float(min(minuit.fval, start.deviance[0])),
    )


def _covariance(likelihood: Likelihood, best: Array, fixed: NDArray[np.bool_], sizes: Array) -> Array | None:
    """2 (∂²D)⁻¹, from differences of the exact gradient; zero for what is fixed, None where it is not positive.

    Minuit's own comes through its transformation of bounded parameters and is wrong near a bound.
    """
    count = len(best)
    steps = np.where(np.isfinite(sizes) & (sizes > 0), sizes, 1.0) * _DIFFERENCE
    many = likelihood.select(np.zeros(2 * count, dtype=np.intp))
    # Beyond a bound there is no model to ask; there the difference is one-sided.
    low, high = likelihood.model.limits
    points = np.clip(np.concatenate([best + np.diag(steps), best - np.diag(steps)]), low, high)
    gradient = many.derivatives(points).gradient
    width = np.diag(points[:count] - points[count:])
    hessian = (gradient[:count] - gradient[count:]) / np.where(width > 0, width, 1.0)[:, None]
    free = np.ix_(~fixed, ~fixed)
    symmetric = ((hessian + hessian.T) / 2)[free]
    if not np.all(np.isfinite(symmetric)) or np.any(np.linalg.eigvalsh(_scaled(symmetric)) <= _SINGULAR):
        return None
    covariance = np.zeros((count, count))
    covariance[free] = 2 * np.linalg.inv(symmetric)
    return covariance


def _scaled(matrix: Array) -> Array:
    """The matrix in units in which its diagonal is one, where that is not zero."""
    size = np.sqrt(np.abs(np.diag(matrix)))
    size = np.where(size > 0, size, 1.0)
    return np.asarray(matrix / np.outer(size, size))


def scan(likelihood: Likelihood, parameter: str, values: ArrayLike) -> Scan:
    """D along one parameter, all others at their best.

    Args:
        likelihood: one data set.
        parameter: the one to hold.
        values: where, shape (point,).

    Raises:
        ValueError: an unknown parameter, or values out of its bounds.
    """
    points = _points(likelihood, parameter, values)
    best = minimise(likelihood)
    many = likelihood.select(np.zeros(len(points), dtype=np.intp))
    conditional = minimise(many, {parameter: points})
    others = dict(zip(likelihood.model.parameters, conditional.values.T, strict=True))
    return Scan(parameter, points, _above_least(conditional.deviance, best.deviance), others)


def contour(likelihood: Likelihood, first: tuple[str, ArrayLike], second: tuple[str, ArrayLike]) -> Contour:
    """D over two parameters, all others at their best.

    Args:
        likelihood: one data set.
        first: name and values of one parameter.
        second: name and values of another.

    Raises:
        ValueError: an unknown parameter, the same one twice, or values out of bounds.
    """
    if first[0] == second[0]:
        raise ValueError(f"a contour needs two parameters, got {first[0]!r} twice")
    x, y = (_points(likelihood, name, values) for name, values in (first, second))
    best = minimise(likelihood)
    many = likelihood.select(np.zeros(len(x) * len(y), dtype=np.intp))
    held: dict[str, float | Array] = {first[0]: np.repeat(x, len(y)), second[0]: np.tile(y, len(x))}
    found = _above_least(minimise(many, held).deviance, best.deviance).reshape(len(x), len(y))
    model = likelihood.model
    at_best = (float(best.values[0, model.index(first[0])]), float(best.values[0, model.index(second[0])]))
    return Contour((first[0], second[0]), x, y, found, at_best)


def _above_least(deviance: Array, best: Array) -> Array:
    # A held fit may come upon a better minimum than the free one found, and then that is the least.
    return np.asarray(deviance - min(float(best[0]), float(deviance.min())))


def _points(likelihood: Likelihood, parameter: str, values: ArrayLike) -> Array:
    likelihood.require_single()
    points = np.asarray(values, dtype=float)
    if points.ndim != 1 or not len(points):
        raise ValueError(f"the values of {parameter!r} must be a list of numbers, got shape {points.shape}")
    for value in points:
        likelihood.model.point({parameter: value})
    return points

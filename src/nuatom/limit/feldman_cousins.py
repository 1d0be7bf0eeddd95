"""Confidence intervals from toys, ordered by the likelihood ratio (Feldman and Cousins, Phys. Rev. D 57 (1998) 3873).

At each value of the parameter, toys drawn there (nuisance parameters at their conditional best fit to the data,
auxiliary measurements drawn too) say how large t = D(value) − D(best physical fit) becomes; the value is in the
interval when the data's t is no larger than the toys' quantile.  Nothing is assumed about the distribution of t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuatom.limit.asymptotic import Interval
from nuatom.limit.fit import check_confidence
from nuatom.limit.likelihood import Likelihood
from nuatom.limit.minimise import minimise, rise
from nuatom.limit.polynomial import Array

_TIE = 1e-6  # t of discrete data that differ by less are equal
FEWEST_TOYS = 50
"""The quantile of fewer means nothing."""


@dataclass(frozen=True)
class Belt:
    """The confidence belt along one parameter, and where the data are in it.

    Attributes:
        parameter: its name.
        values: where toys were made, ascending, shape (point,).
        statistic: t of the data, shape (point,).
        critical: t that a share CL of the toys does not exceed, shape (point,).
        confidence: the confidence level CL.
        best: best fit to the data.
        bound: the lower bound of the parameter.
    """

    parameter: str
    values: Array
    statistic: Array
    critical: Array
    confidence: float
    best: float
    bound: float

    @property
    def interval(self) -> Interval:
        """The interval, from its first to its last accepted value, its ends interpolated linearly between points.

        Raises:
            ValueError: no value is accepted, or an end lies outside of the values; give values around it.
        """
        low, high = _ends(self.values, self.statistic - self.critical, self.bound, self.parameter)
        return Interval(self.parameter, low, high, self.best, self.confidence)

    def limits(self, likelihood: Likelihood) -> Array:
        """Upper ends of the intervals of n other data sets, such as toys without a signal, shape (n,).

        Their quantiles are the expected limit and its bands; the critical values are those of this belt.

        Raises:
            ValueError: as for ``interval``.
        """
        best = minimise(likelihood)
        excess = [
            rise(likelihood, best, {self.parameter: value})[0] - critical
            for value, critical in zip(self.values, self.critical, strict=True)
        ]
        columns = np.array(excess).T
        return np.array([_ends(self.values, column, self.bound, self.parameter)[1] for column in columns])


def belt(
    likelihood: Likelihood,
    parameter: str,
    values: ArrayLike,
    confidence: float = 0.9,
    *,
    toys: int = 1000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Belt:
    """The confidence belt along one parameter by toys.

    Each value has its own stream of random numbers, set by the seed and the value's place, so the result does not
    depend on how the work is divided.

    Args:
        likelihood: one data set.
        parameter: the one to enclose.
        values: where to make toys, ascending; the first one at the bound if the interval may reach it.
        confidence: the confidence level.
        toys: how many at each value.
        seed: the same seed gives the same belt.
        progress: called with the number of values done and their total.

    Raises:
        ValueError: an unknown parameter, values that do not ascend or are out of bounds, or too few toys.
    """
    check_confidence(confidence)
    likelihood.require_single()
    points = np.asarray(values, dtype=float)
    if points.ndim != 1 or len(points) < 2 or np.any(~(np.diff(points) > 0)):
        raise ValueError(f"the values of {parameter!r} must be at least two and ascend")
    for value in points:
        likelihood.model.point({parameter: value})
    best = minimise(likelihood)
    statistic, critical = np.empty((2, len(points)))
    for i, value in enumerate(points):
        t, conditional = rise(likelihood, best, {parameter: value})
        statistic[i] = t[0]
        ensemble = statistics(likelihood, conditional.values[0], parameter, toys=toys, seed=(seed, i))
        # The least value that a share CL does not exceed: discrete data are covered at least as often as stated.
        critical[i] = np.quantile(ensemble, confidence, method="inverted_cdf") + _TIE
        if progress is not None:
            progress(i + 1, len(points))
    index = likelihood.model.index(parameter)
    bound = float(likelihood.model.limits[0, index])
    return Belt(parameter, points, statistic, critical, confidence, float(best.values[0, index]), bound)


def statistics(
    likelihood: Likelihood, truth: Array, parameter: str, *, toys: int, seed: int | tuple[int, ...]
) -> Array:
    """t of toys at their own true parameter point, shape (toys,).

    Args:
        likelihood: its model is used, its data are not.
        truth: the parameters that the toys are drawn at, shape (parameter,).
        parameter: the one whose true value is tested.
        toys: how many, at least 50.
        seed: sets the random numbers.

    Raises:
        ValueError: too few toys, or an unknown parameter.
    """
    if toys < FEWEST_TOYS:
        raise ValueError(f"{toys} toys are too few for a quantile: expected at least {FEWEST_TOYS}, better 1000")
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    ensemble = likelihood.toys(truth, toys, generator)
    best = minimise(ensemble)
    return rise(ensemble, best, {parameter: float(truth[likelihood.model.index(parameter)])})[0]


def counting_interval(observed: int, background: float, confidence: float = 0.9, *, step: float = 0.005) -> Interval:
    """The interval of a signal s ≥ 0 over a known background b in a counting experiment, without toys.

    Acceptance regions in n by the ratio P(n|s+b)/P(n|max(0, n−b)+b), summed exactly (Feldman and Cousins, section IV).
    Because n is discrete the upper end is not monotonic in b; the published tables replace it by its largest value
    over all backgrounds ≥ b, which changes little but for few events (b = 3, n = 0: 1.08 for 0.95).

    Args:
        observed: the number of events.
        background: the expected background b.
        confidence: the confidence level.
        step: of s; the ends are found on this grid.

    Raises:
        ValueError: a negative number of events or background, or a step that is not positive.
    """
    check_confidence(confidence)
    if observed < 0 or not (np.isfinite(background) and background >= 0) or not step > 0:
        raise ValueError(f"expected observed ≥ 0, background ≥ 0 and step > 0, got {observed}, {background} and {step}")
    from scipy.stats import poisson

    largest = observed + 10 * np.sqrt(observed + background + 1) + 10
    signals = np.arange(0.0, largest, step)
    n = np.arange(int(largest + background + 10 * np.sqrt(largest + background)) + 10)
    accepted = np.zeros(len(signals), dtype=bool)
    best = poisson.pmf(n, np.maximum(n, background))
    for first in range(0, len(signals), 500):
        part = slice(first, first + 500)
        probability = poisson.pmf(n, signals[part, None] + background)
        order = np.argsort(-probability / best, axis=1, kind="stable")
        sums = np.cumsum(np.take_along_axis(probability, order, axis=1), axis=1)
        # The first ordered n with which the sum reaches the confidence level is the last accepted one.
        last = np.sum(sums < confidence, axis=1)
        rank = np.argmax(order == observed, axis=1)
        accepted[part] = rank <= last
    inside = signals[accepted]
    return Interval("signal", float(inside[0]), float(inside[-1]), max(0.0, observed - background), confidence)


def _ends(values: Array, excess: Array, bound: float, parameter: str) -> tuple[float, float]:
    inside = np.flatnonzero(excess <= 0)
    if not len(inside):
        raise ValueError(
            f"no {parameter} among {len(values)} values is in the interval: use values closer to each other"
        )
    first, last = int(inside[0]), int(inside[-1])
    if last == len(values) - 1:
        raise ValueError(f"the interval reaches {parameter} = {values[-1]}, the last value: give larger ones as well")
    if first == 0 and values[0] > bound:
        raise ValueError(f"the interval reaches {parameter} = {values[0]}, the first value: give smaller ones as well")
    low = float(values[0]) if first == 0 else _crossing(values, excess, first - 1)
    return low, _crossing(values, excess, last)


def _crossing(values: Array, excess: Array, i: int) -> float:
    # Where the data cannot come from a value, as without a signal, t is infinite: the other one is the end.
    if np.isinf(excess[i]) or np.isinf(excess[i + 1]):
        return float(values[i if np.isinf(excess[i + 1]) else i + 1])
    share = excess[i] / (excess[i] - excess[i + 1])
    return float(values[i] + share * (values[i + 1] - values[i]))

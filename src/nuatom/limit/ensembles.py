"""Limits from toys, for any procedure: the p-values of the data and of experiments without a signal, counted.

At each of a row of values μ toys are drawn, with the nuisance parameters at their conditional best fit to the data and
the auxiliary measurements drawn anew.  The p-value there is the probability of toys that are no better than the data,
in the order of the procedure; between the values its logarithm is linear.  Toys without a signal are judged in the same
way, and the quantiles of their limits are the expected limit and its bands.

A tail may have few toys in it.  The toys at μ and those without a signal, as many, are one sample of the mean of both
densities, in which each has the weight p_μ/(½ p_μ + ½ p_0) for one tail and p_0/(½ p_μ + ½ p_0) for the other: for data
below the background, where CL_s is a ratio of two small tails, those without a signal see both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nuatom.limit.asymptotic import BANDS, Interval, Sensitivity, asymptotic_sensitivity, held_up, intervals
from nuatom.limit.feldman_cousins import FEWEST_TOYS
from nuatom.limit.likelihood import Likelihood
from nuatom.limit.minimise import Minimum, minimise, rise
from nuatom.limit.polynomial import Array
from nuatom.limit.procedures import Procedure, Unified, upper_tail

TOYS = 2000
"""Toys at each value unless asked for otherwise: some 1 % in the limit on a square, half of that in its root."""

_VALUES = 17  # in the range of the data, and as many in that of what is expected
_BEYOND = 1.3  # how far values reach, in asymptotic limits, and by how much they are extended
_EXTENSIONS = 12
_FURTHER = 6  # values of an extension
_FINER = 3  # values put between two that an end of the data lies between
_BESIDE = 0.01  # of the first step, how far from the bound a limit is first tested
_TIE = 1e-6
_EXPECTED = 1000  # experiments without a signal that are judged, at most

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ToyLimits:
    """What toys say.

    Attributes:
        interval: from the first to the last value that is not excluded; both at the bound where all are.
        sensitivity: the ends of experiments without a signal.
    """

    interval: Interval
    sensitivity: Sensitivity


def toy_limits(
    likelihood: Likelihood,
    parameter: str,
    confidence: float,
    procedure: Procedure,
    *,
    toys: int = TOYS,
    seed: int = 0,
    without: Array,
    progress: Progress | None = None,
) -> ToyLimits:
    """The limits of one data set by toys, and those expected without a signal.

    Args:
        likelihood: one data set.
        parameter: the one to limit.
        confidence: the confidence level.
        procedure: how data are ordered.
        toys: how many at each value.
        seed: the same seed gives the same limits.
        without: the parameters of experiments without a signal, shape (parameter,).
        progress: called with the number of values done and of all.

    Raises:
        ValueError: too few toys, or an unknown parameter.
        RuntimeError: the data do not limit the parameter.
    """
    if toys < FEWEST_TOYS:
        raise ValueError(f"{toys} toys are too few for a quantile: expected at least {FEWEST_TOYS}, better {TOYS}")
    judge = _Judge(likelihood, parameter, procedure, toys, seed, without)
    bounds = likelihood.model.limits[:, judge.index]
    values = _values(likelihood, parameter, confidence, without)
    if not procedure.two_ends:
        # At the bound itself t is 0 for all data below it: whether all is excluded is told beside it.
        values[0] += _BESIDE * (values[1] - values[0])
    allowed = 1 - confidence
    found = np.array([judge.p_values(value, i) for i, value in _told(values, progress)])
    for _ in range(_EXTENSIONS):
        # Whoever still allows the last value has an end beyond it; of experiments, all but a thousandth matter.
        ends_there = ((-1, found[0], np.isfinite(bounds[0])), (1, found[-1], values[-1] == bounds[1]))
        more = [
            side
            for side, row, is_bound in ends_there
            if not is_bound and (row[0] > allowed or np.mean(row[1:] > allowed) > 1e-3)
        ]
        if not more:
            break
        for side in more:
            width = (_BEYOND - 1) * (values[-1] - values[0])
            further = side * width * np.arange(1, _FURTHER + 1) / 2
            further = np.unique(np.clip((values[0] if side < 0 else values[-1]) + further, *bounds))
            values, found = _joined(judge, values, found, further, progress)
    else:
        raise RuntimeError(f"the data do not limit {parameter}: toys still allow {values[-1]:.3g}")
    # The p-value of few events is a staircase: about the ends of the data it is looked at more closely.
    edges = np.flatnonzero(np.diff(found[:, 0] > allowed))
    finer = [np.linspace(values[i], values[i + 1], _FINER + 2)[1:-1] for i in {*edges[:1], *edges[-1:]}]
    if finer:
        values, found = _joined(judge, values, found, np.concatenate(finer), progress)
    bottom = float(bounds[0]) if np.isfinite(bounds[0]) else float(values[0])
    ends = np.array([_ends(values, column, allowed, toys, bottom) for column in found.T])
    low, high = ends[1:].T
    shares = upper_tail(-np.array(BANDS, dtype=float))
    upper, lower = (
        dict(zip(BANDS, map(float, np.quantile(side, shares, method="inverted_cdf")), strict=True))
        for side in (high, low)
    )
    upper = held_up(upper, procedure)
    top = float(ends[0, 1])
    if procedure.least_band is not None:
        top = max(top, upper[procedure.least_band])
    bounded = np.isfinite(bounds[0])
    return ToyLimits(
        Interval(parameter, float(ends[0, 0]), top, judge.fitted, confidence),
        Sensitivity(parameter, confidence, upper, None if bounded else lower),
    )


def _joined(judge: _Judge, values: Array, found: Array, more: Array, progress: Progress | None) -> tuple[Array, Array]:
    """Values and p-values with some more of them."""
    rows = np.array([judge.p_values(value, len(values) + i) for i, value in _told(more, progress)])
    both = np.concatenate([values, more])
    order = np.argsort(both, kind="stable")
    return both[order], np.concatenate([found, rows])[order]


class _Judge:
    """The p-values of the data and of experiments without a signal, at one value after the other."""

    def __init__(
        self, likelihood: Likelihood, parameter: str, procedure: Procedure, toys: int, seed: int, without: Array
    ) -> None:
        likelihood.require_single()
        self._likelihood, self._parameter, self._procedure = likelihood, parameter, procedure
        self._toys, self._seed, self._without = toys, seed, without
        self.index = likelihood.model.index(parameter)
        self._best = minimise(likelihood)
        self.fitted = float(self._best.values[0, self.index])
        generator = np.random.default_rng(np.random.SeedSequence((seed, 0)))
        self._nothing = likelihood.toys(without, toys, generator)
        self._nothing_best = minimise(self._nothing)

    def p_values(self, value: float, place: int) -> Array:
        """Those of the data, and of the experiments after it, shape (1 + experiment,)."""
        data, conditional = self._order(self._likelihood, self._best, value)
        truth = conditional.values[0]
        generator = np.random.default_rng(np.random.SeedSequence((self._seed, place + 1)))
        toys = self._likelihood.toys(truth, self._toys, generator)
        with_signal = self._order(toys, minimise(toys), value)[0]
        nothing = self._order(self._nothing, self._nothing_best, value)[0]
        judged = np.concatenate([data, nothing[:_EXPECTED]])
        orders = np.concatenate([with_signal, nothing])
        # ln p_0/p_μ of each toy: D is −2 ln p, and infinite without a signal where only that explains an event.
        ratio = np.concatenate([self._ratio(toys, truth), self._ratio(self._nothing, truth)])
        tails = [_tail(orders, 1 / (1 + np.exp(np.clip(sign * ratio, -700, 700))), judged) for sign in (1, -1)]
        return self._procedure.from_tails(*tails)

    def _ratio(self, toys: Likelihood, truth: Array) -> Array:
        at_truth, without = (toys.deviance(np.tile(point, (toys.number, 1))) for point in (truth, self._without))
        with np.errstate(invalid="ignore"):
            return np.asarray((at_truth - without) / 2)

    def _order(self, likelihood: Likelihood, best: Minimum, value: float) -> tuple[Array, Minimum]:
        t, conditional = rise(likelihood, best, {self._parameter: value})
        return self._procedure.order(t, best.values[:, self.index] > value), conditional


def _tail(orders: Array, weights: Array, judged: Array) -> Array:
    """The probability of an order as great or greater, in a sample with weights."""
    places = np.argsort(orders, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(weights[places])])
    size = np.where(np.isfinite(judged), judged, 0.0)
    first = np.searchsorted(orders[places], judged - _TIE - 1e-9 * size)
    return np.asarray(np.maximum(1 - below[first] / below[-1], 0.0))


def _told(values: Array, progress: Progress | None) -> Iterator[tuple[int, float]]:
    """Values one by one, with the word that one is done."""
    for i, value in enumerate(map(float, values)):
        yield i, value
        if progress is not None:
            progress(i + 1, len(values))


def _values(likelihood: Likelihood, parameter: str, confidence: float, without: Array) -> Array:
    """Where toys are made: evenly over what is expected and over what the data say, from closed forms."""
    model = likelihood.model
    index = model.index(parameter)
    bound, most = model.limits[:, index]
    low, high, best = (float(x[0]) for x in intervals(likelihood, parameter, confidence))
    data = best + _BEYOND * (low - best), best + _BEYOND * (high - best)
    if np.isfinite(bound):
        named = dict(zip(model.parameters, map(float, without), strict=True))
        top = asymptotic_sensitivity(likelihood, parameter, confidence, Unified(), named).bands[2]
        expected = bound, bound + _BEYOND * (top - bound)
    else:
        first, last, middle = (
            float(x[0]) for x in intervals(likelihood.asimov(without[None, :]), parameter, confidence)
        )
        expected = middle + 2 * (first - middle), middle + 2 * (last - middle)
    rows = [np.linspace(max(a, bound), min(b, most), _VALUES) for a, b in (expected, data)]
    values: Array = np.unique(np.concatenate(rows))
    # Values that all but coincide would be interpolated between for nothing.
    apart: Array = values[np.append(True, np.diff(values) > 1e-3 * (values[-1] - values[0]))]
    return apart


def _ends(values: Array, p: Array, allowed: float, toys: int, bottom: float) -> tuple[float, float]:
    """First and last value that is not excluded; both at the bottom where all are."""
    inside = np.flatnonzero(p > allowed)
    if not inside.size:
        return bottom, bottom
    logarithm = np.log(np.maximum(p, 0.5 / toys) / allowed)

    def crossing(i: int, j: int) -> float:
        share = logarithm[i] / (logarithm[i] - logarithm[j])
        return float(values[i] + share * (values[j] - values[i]))

    first, last = int(inside[0]), int(inside[-1])
    low = float(values[0]) if first == 0 else crossing(first, first - 1)
    high = float(values[-1]) if last == len(values) - 1 else crossing(last, last + 1)
    return low, high

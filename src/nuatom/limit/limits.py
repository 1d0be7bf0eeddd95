"""Limits, intervals and sensitivities, by closed forms where there are many events, and counted where there are few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nuatom.limit.asymptotic import (
    BANDS,
    Interval,
    Sensitivity,
    asymptotic_sensitivity,
    ends_above,
    intervals,
    lower_bound,
    upper_limits,
)
from nuatom.limit.counting import count_interval, count_sensitivity, is_a_count
from nuatom.limit.ensembles import TOYS, toy_limits
from nuatom.limit.few import FEW, deciding_events
from nuatom.limit.fit import check_confidence
from nuatom.limit.likelihood import Likelihood
from nuatom.limit.minimise import minimise
from nuatom.limit.polynomial import Array
from nuatom.limit.procedures import OneSided, Procedure, Unified, upper_tail

METHODS = ("auto", "asymptotic", "toys")
"""How a limit may be found; "auto" takes closed forms if there are many events, and counts them if not."""
_AROUND, _PLACES = 2.5, 31  # how far, in expected half widths, and at how many values they are looked for
_FLUCTUATED = 100  # experiments without a signal whose intervals are the bands of one without a bound

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Exclusion:
    """What the data exclude, beside what was to be expected of them.

    Attributes:
        interval: what is left; of an upper limit its lower end is the bound.
        expected: the ends of experiments without a signal, by the same procedure and method.
        method: "asymptotic", "exact counting", or the number of toys and their seed.
    """

    interval: Interval
    expected: Sensitivity
    method: str

    @property
    def fluctuated_down(self) -> bool:
        """Whether the limit is stronger than that of five in six experiments without a signal: below the −1σ band."""
        bands, low = self.expected.bands, self.expected.lower
        own, weakest = self.interval.high, bands[-1]
        if low is not None:
            own, weakest = self.interval.high - self.interval.low, bands[-1] - low[1]
        return own < weakest * (1 - 1e-6)


def exclusion(
    likelihood: Likelihood,
    parameter: str,
    confidence: float = 0.9,
    procedure: Procedure | None = None,
    *,
    method: str = "auto",
    toys: int = TOYS,
    seed: int = 0,
    values: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Exclusion:
    """The limit or interval of a parameter, beside the median and the bands that are expected without a signal.

    Closed forms are used if 30 events or more are expected without a signal in the bins that decide
    (`deciding_events`).  With fewer, a single count over a known background is summed exactly, and for everything else
    there are toys.  What is expected has the nuisance parameters where the data fit them without a signal.

    Args:
        likelihood: one data set.
        parameter: the one to limit.
        confidence: the confidence level.
        procedure: `Unified()`, the default, which has two ends, or `OneSided()`, `Cls()`, `PowerConstrained()`, which
            have an upper one and need a lower bound.
        method: "auto", "asymptotic" whatever the number of events, or "toys".
        toys: how many at each value, if there are toys.
        seed: of the toys.
        values: parameters of what is expected that are not where the data have them.
        progress: called with the number of values done and of all, if there are toys.

    Raises:
        ValueError: an unknown parameter or method, one without the lower bound that the procedure needs, too few toys.
        RuntimeError: the data do not limit the parameter.
    """
    check_confidence(confidence)
    likelihood.require_single()
    chosen = Unified() if procedure is None else procedure
    low = -np.inf if chosen.two_ends else lower_bound(likelihood, parameter)
    without = _without(likelihood, parameter, values)
    if not _is_counted(likelihood, parameter, confidence, method):
        found = _asymptotic(likelihood, parameter, confidence, chosen)
        expected = _expected(likelihood, parameter, confidence, chosen, without, seed)
        if chosen.least_band is not None:
            found = replace(found, high=max(found.high, expected.bands[chosen.least_band]))
        return Exclusion(found, expected, "asymptotic")
    if method == "auto" and is_a_count(likelihood, parameter):
        return Exclusion(
            count_interval(likelihood, parameter, confidence, chosen),
            count_sensitivity(likelihood, parameter, confidence, chosen),
            "exact counting",
        )
    judged = toy_limits(
        likelihood, parameter, confidence, chosen, toys=toys, seed=seed, without=without, progress=progress
    )
    found = judged.interval
    if not chosen.two_ends:
        found = replace(found, low=low)
    return Exclusion(found, judged.sensitivity, f"{toys} toys a value, seed {seed}")


def upper_limit(
    likelihood: Likelihood,
    parameter: str,
    confidence: float = 0.9,
    procedure: Procedure | None = None,
    *,
    method: str = "auto",
    toys: int = TOYS,
    seed: int = 0,
    progress: Progress | None = None,
) -> float:
    """The upper limit of a parameter with a lower bound; `OneSided` unless another procedure is given.

    Args:
        likelihood: one data set.
        parameter: the one to limit, such as μ_ν², bounded from below.
        confidence: the confidence level.
        procedure: `OneSided()`, `Cls()`, `PowerConstrained()`, or `Unified()`.
        method, toys, seed, progress: as of `exclusion`.

    Raises:
        ValueError: an unknown parameter, one without a lower bound, or data that exclude every value.
        RuntimeError: the data do not limit the parameter.
    """
    low, chosen = lower_bound(likelihood, parameter), OneSided() if procedure is None else procedure
    likelihood.require_single()
    if chosen.least_band is not None or _is_counted(likelihood, parameter, confidence, method):
        found = exclusion(
            likelihood, parameter, confidence, chosen, method=method, toys=toys, seed=seed, progress=progress
        ).interval.high
    else:
        found = float(upper_limits(likelihood, parameter, confidence, chosen)[0])
    if found <= low:
        raise ValueError(everything_excluded(parameter, confidence))
    return found


def everything_excluded(parameter: str, confidence: float) -> str:
    """What is said where a procedure leaves no value."""
    return (
        f"the data exclude every {parameter} at {confidence:.4g} confidence, 0 included: they lie below the expected "
        "background; take the procedure unified, cls or pcl, which always leave something"
    )


def interval(
    likelihood: Likelihood,
    parameter: str,
    confidence: float = 0.9,
    *,
    method: str = "auto",
    toys: int = TOYS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Interval:
    """The unified interval of a parameter; see `Unified`.

    Without a bound it is, in closed form, where t rises by less than χ²₁'s quantile: where D has two minima the
    connected piece around the better one; see the scan.

    Args:
        likelihood: one data set.
        parameter: the one to enclose.
        confidence: the confidence level.
        method, toys, seed, progress: as of `exclusion`.

    Raises:
        ValueError: an unknown parameter, or more than one data set.
        RuntimeError: the data do not limit the parameter.
    """
    likelihood.require_single()
    if not _is_counted(likelihood, parameter, confidence, method):
        return _asymptotic(likelihood, parameter, confidence, Unified())
    return exclusion(
        likelihood, parameter, confidence, Unified(), method=method, toys=toys, seed=seed, progress=progress
    ).interval


def sensitivity(
    likelihood: Likelihood,
    parameter: str,
    confidence: float = 0.9,
    procedure: Procedure | None = None,
    values: Mapping[str, float] | None = None,
    *,
    method: str = "auto",
    toys: int = TOYS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Sensitivity:
    """The median upper limit expected without a signal, and its bands.

    Args:
        likelihood: its model is used, its data are not.
        parameter: the one to limit, bounded from below.
        confidence: the confidence level.
        procedure: `OneSided()` unless another is given.
        values: parameters of the expectation that are not at their start, such as fluxes fitted elsewhere.
        method, toys, seed, progress: as of `exclusion`.

    Raises:
        ValueError: an unknown parameter, or one without a lower bound.
        RuntimeError: the experiment does not limit the parameter.
    """
    without = likelihood.model.point({**(values or {}), parameter: lower_bound(likelihood, parameter)})
    asimov = likelihood.asimov(without[None, :])
    found = exclusion(
        asimov,
        parameter,
        confidence,
        OneSided() if procedure is None else procedure,
        method=method,
        toys=toys,
        seed=seed,
        values=values or {},
        progress=progress,
    )
    return found.expected


def _is_counted(likelihood: Likelihood, parameter: str, confidence: float, method: str) -> bool:
    """Whether limits are counted, and not in closed form."""
    check_confidence(confidence)
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}: expected one of {', '.join(METHODS)}")
    if method == "auto":
        return deciding_events(likelihood, parameter, confidence) < FEW
    return method == "toys"


def _without(likelihood: Likelihood, parameter: str, values: Mapping[str, float] | None) -> Array:
    """The parameters without a signal: nuisances as given, or as the data have them."""
    model = likelihood.model
    index = model.index(parameter)
    start = model.start.copy()
    if values is not None:
        return model.point({**values, parameter: float(start[index])})
    found = minimise(likelihood, {parameter: float(start[index])})
    # No nuisances make data possible that only a signal explains; then they are where they were.
    return np.array(found.values[0]) if np.isfinite(found.deviance[0]) else start


def _asymptotic(likelihood: Likelihood, parameter: str, confidence: float, procedure: Procedure) -> Interval:
    if procedure.two_ends:
        low, high, best = (float(x[0]) for x in intervals(likelihood, parameter, confidence))
        return Interval(parameter, low, high, best, confidence)
    high = float(ends_above(likelihood, parameter, confidence, procedure)[0])
    best = float(minimise(likelihood).values[0, likelihood.model.index(parameter)])
    return Interval(parameter, lower_bound(likelihood, parameter), high, best, confidence)


def _expected(
    likelihood: Likelihood, parameter: str, confidence: float, procedure: Procedure, without: Array, seed: int
) -> Sensitivity:
    """The bands in closed form, or of a parameter without a bound those of the intervals of some experiments."""
    model = likelihood.model
    if np.isfinite(model.limits[0, model.index(parameter)]):
        values = dict(zip(model.parameters, map(float, without), strict=True))
        return asymptotic_sensitivity(likelihood, parameter, confidence, procedure, values)
    generator = np.random.default_rng(np.random.SeedSequence((seed, 1)))
    data = likelihood.toys(without, _FLUCTUATED, generator)
    low, high = _some_intervals(data, parameter, without, confidence)
    shares = upper_tail(-np.array(BANDS, dtype=float))
    upper, lower = (dict(zip(BANDS, map(float, np.quantile(side, shares)), strict=True)) for side in (high, low))
    return Sensitivity(parameter, confidence, upper, lower)


def _some_intervals(likelihood: Likelihood, parameter: str, without: Array, confidence: float) -> tuple[Array, Array]:
    """About the intervals of data sets, from fits at a row of values: where t is below the quantile, around its least.

    Bands need no more, and looking for each end by itself would take a hundred times as long.
    """
    from scipy.stats import chi2

    asimov = likelihood.asimov(without[None, :])
    low, high, _ = (float(x[0]) for x in intervals(asimov, parameter, confidence))
    middle, reach = 0.5 * (low + high), _AROUND * 0.5 * (high - low)
    values = np.linspace(middle - reach, middle + reach, _PLACES)
    places = np.repeat(np.arange(likelihood.number), _PLACES)
    held = minimise(likelihood.select(places), {parameter: np.tile(values, likelihood.number)}, strict=False).deviance
    rises = held.reshape(-1, _PLACES)
    best = np.minimum(minimise(likelihood, strict=False).deviance, rises.min(axis=1))
    level = float(chi2.ppf(confidence, 1))
    ends = np.empty((2, likelihood.number))
    for row, rise in enumerate(rises - best[:, None] - level):
        centre = int(np.argmin(rise))
        for k, side in enumerate((-1, 1)):
            i = centre
            while 0 <= i + side < _PLACES and rise[i + side] <= 0:
                i += side
            beyond = i + side
            share = 0.0
            if 0 <= beyond < _PLACES and rise[i] < 0:
                share = rise[i] / (rise[i] - rise[beyond])
            ends[k, row] = values[i] + side * share * (values[1] - values[0])
    return ends[0], ends[1]

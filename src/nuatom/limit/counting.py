"""One count over a known background, without approximation: probabilities are summed.

The signal is linear in the parameter, s = c x, and nothing else is unknown.  All outcomes m = 0, 1, 2, … are ordered as
the procedure orders them, and the probability of those that are no better than the observed one is their sum at s + b.
One-sided this is P(m ≤ n | s + b), the textbook limit (2.30 for n = b = 0 at 90 %); in the order of Feldman and Cousins
it is their interval.
"""

from __future__ import annotations

import numpy as np

from nuatom.limit.asymptotic import BANDS, Interval, Sensitivity, held_up
from nuatom.limit.likelihood import Binned, Likelihood
from nuatom.limit.polynomial import Array
from nuatom.limit.procedures import Procedure, upper_tail

_STEP = 0.01  # of s, per root of the events, on which the ends are looked for
_HALVINGS = 40
_TIE = 1e-9  # two outcomes whose order differs by less are equally good


def is_a_count(likelihood: Likelihood, parameter: str) -> bool:
    """Whether a likelihood is one bin, linear in this one parameter that is not negative, and nothing else unknown."""
    model = likelihood.model
    if not isinstance(likelihood, Binned) or model.bins != 1 or model.parameters != (parameter,):
        return False
    return bool(np.all(model.signal.exponents <= 1)) and model.limits[0, 0] == 0.0 and _slope(likelihood) > 0


def count_interval(likelihood: Likelihood, parameter: str, confidence: float, procedure: Procedure) -> Interval:
    """What is allowed, from its first to its last value; both at zero where every value is excluded."""
    assert isinstance(likelihood, Binned)
    background, slope = _background(likelihood), _slope(likelihood)
    observed = float(likelihood.counts[0, 0])
    low, high = _ends(observed, background, confidence, procedure)
    if procedure.least_band is not None:
        high = max(high, _limits(background, confidence, procedure)[procedure.least_band])
    return Interval(parameter, low / slope, high / slope, max(0.0, observed - background) / slope, confidence)


def count_sensitivity(likelihood: Likelihood, parameter: str, confidence: float, procedure: Procedure) -> Sensitivity:
    """Limits of the counts that are the quantiles of the background, m with P(≤ m | b) ≥ Φ(N)."""
    slope = _slope(likelihood)
    found = _limits(_background(likelihood), confidence, procedure)
    return Sensitivity(
        parameter, confidence, held_up({band: value / slope for band, value in found.items()}, procedure)
    )


def _limits(background: float, confidence: float, procedure: Procedure) -> dict[int, float]:
    from scipy.stats import poisson

    counts = {band: float(poisson.ppf(float(upper_tail(np.array(-band))), background)) for band in BANDS}
    limits = {n: _ends(n, background, confidence, procedure)[1] for n in set(counts.values())}
    return {band: limits[n] for band, n in counts.items()}


def _ends(observed: float, background: float, confidence: float, procedure: Procedure) -> tuple[float, float]:
    """First and last s that is not excluded."""
    reach = max(observed, background)
    scale = np.sqrt(reach + 1.0)
    signals = np.arange(0.0, max(observed - background, 0.0) + 6 * scale + 8, _STEP * scale)
    # Far off neither end is: a limit at 99.9 % and more asks for more room.
    while _p_value(signals[-1:], observed, background, procedure)[0] > 1 - confidence:
        signals = np.append(signals, signals[-1] + _STEP * scale * np.arange(1, len(signals) + 1))
    inside = np.flatnonzero(_p_value(signals, observed, background, procedure) > 1 - confidence)
    # At zero itself t is 0 for all counts below the background: one-sided it is no value that is left.
    if not inside.size or (inside[-1] == 0 and not procedure.two_ends):
        return 0.0, 0.0
    first, last = int(inside[0]), int(inside[-1])

    def edge(accepted: float, excluded: float) -> float:
        for _ in range(_HALVINGS):
            middle = 0.5 * (accepted + excluded)
            allowed = _p_value(np.array([middle]), observed, background, procedure)[0] > 1 - confidence
            accepted, excluded = (middle, excluded) if allowed else (accepted, middle)
        return accepted

    low = 0.0 if first == 0 else edge(signals[first], signals[first - 1])
    return float(low), float(edge(signals[last], signals[last + 1]))


def _p_value(signals: Array, observed: float, background: float, procedure: Procedure) -> Array:
    from scipy.stats import poisson

    largest = max(observed, background + float(signals[-1]))
    outcomes = np.arange(int(largest + 10 * np.sqrt(largest + 1)) + 20, dtype=float)
    found = np.empty(len(signals))
    for first in range(0, len(signals), 1000):
        part = slice(first, first + 1000)
        mean = signals[part, None] + background

        def order(n: Array, mean: Array = mean) -> Array:
            best = np.maximum(n, background)
            t = np.maximum(_deviance(n, mean) - _deviance(n, best), 0.0)
            return procedure.order(t, best > mean)

        with np.errstate(invalid="ignore"):
            worse = order(outcomes) >= order(np.array([observed])) - _TIE
        tails = [np.sum(worse * poisson.pmf(outcomes, at), axis=1) for at in (mean, background)]
        found[part] = procedure.from_tails(*tails)
    return found


def _deviance(n: Array, mean: Array) -> Array:
    """2 (λ − n ln λ), infinite where there are events and none expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(2 * (mean - np.where(n > 0, n * np.log(mean), 0.0)))


def _background(likelihood: Likelihood) -> float:
    return float(likelihood.model.expected(np.zeros((1, 1)))[0, 0])


def _slope(likelihood: Likelihood) -> float:
    model = likelihood.model
    return float(model.expected(np.ones((1, 1)))[0, 0] - model.expected(np.zeros((1, 1)))[0, 0])

"""How many events decide a limit: what tells whether closed forms are to be trusted.

A bin votes for a signal with the weight a_b = Δ_b/λ_b, Δ_b what a signal at the expected limit adds to its expectation
and λ_b the sum.  The score Σ a_b n_b has the variance V = Σ a_b² λ_b and the third cumulant K = Σ a_b³ λ_b, so that it
is as skewed as a single Poisson count of

    N = V³/K²

events; the share of them that is there without a signal is Σ a_b² β_b/V, with β_b the expectation without one.  Of one
bin this is its background.  What decides is what the experiment is, and not what it saw, so that the choice of a method
does not depend on the data.
"""

from __future__ import annotations

import numpy as np

from nuatom.limit.asymptotic import asymptotic_sensitivity, intervals
from nuatom.limit.likelihood import Likelihood
from nuatom.limit.polynomial import Array
from nuatom.limit.procedures import Unified

FEW = 30.0
"""Expected events without a signal, in the bins that decide, below which closed forms are not used."""


def deciding_events(likelihood: Likelihood, parameter: str, confidence: float = 0.9) -> float:
    """The expected number of events without a signal in the bins that decide a limit.

    Args:
        likelihood: its model is used, its data are not.
        parameter: the one to limit.
        confidence: the confidence level.

    Raises:
        ValueError: an unknown parameter.
        RuntimeError: the experiment does not limit the parameter.
    """
    model = likelihood.model
    index = model.index(parameter)
    nothing = model.start[None, :]
    if np.isfinite(model.limits[0, index]):
        ends = [asymptotic_sensitivity(likelihood, parameter, confidence, Unified(), bands=(0,)).median]
    else:
        low, high, _ = intervals(likelihood.asimov(nothing), parameter, confidence)
        ends = [float(low[0]), float(high[0])]
    found = []
    for end in ends:
        there = nothing.copy()
        there[0, index] = end
        found.append(_events(model.expected(nothing)[0], model.expected(there)[0], likelihood.measure))
    return min(found)


def _events(without: Array, total: Array, measure: Array) -> float:
    seen = total > 0
    weight = np.divide(total - without, total, out=np.zeros_like(total), where=seen)
    variance, third = (float(np.sum(np.abs(weight) ** k * total * measure)) for k in (2, 3))
    if not third > 0:
        return np.inf
    share = float(np.sum(weight**2 * without * measure)) / variance
    return variance**3 / third**2 * share

"""Limits from the asymptotic distributions of the profile likelihood ratio, with a physical boundary.

With t_μ = D(μ) − D(best physical fit), Wald's approximation t = (μ − μ̂)²/σ² and μ̂ Gaussian about the true value give
the distribution of t in closed form also where the boundary at μ₀ cuts μ̂ off (Cowan, Cranmer, Gross and Vitells, Eur.
Phys. J. C 71 (2011) 1554, arXiv:1007.1727, called CCGV below).  σ comes from the Asimov data set without a signal:
(μ − μ₀)²/σ² = q_A, the rise of D from μ₀ to μ in it.  At μ = μ₀ this is Chernoff's ½δ(t) + ½χ²₁ (Ann. Math. Stat. 25
(1954) 573).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.limit.fit import check_confidence
from nuatom.limit.likelihood import Likelihood
from nuatom.limit.minimise import Minimum, minimise, rise
from nuatom.limit.polynomial import Array
from nuatom.limit.procedures import OneSided, Procedure, Unified

_LARGEST_Z = 30.0
_EXPANSIONS = 60
_ROOT_STEPS = 60
_NEAREST = 3e-3  # standard deviations from the best fit where a search starts; nearer, t is lost in rounding
_ROOT_TOLERANCE = 1e-5  # relative to the distance of the limit from the best fit or the boundary
BANDS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True)
class Interval:
    """What a parameter can be.

    Attributes:
        parameter: its name.
        low: lower end; the parameter's bound where the data do not exclude that.
        high: upper end.
        best: best fit.
        confidence: the confidence level.
    """

    parameter: str
    low: float
    high: float
    best: float
    confidence: float


@dataclass(frozen=True)
class Sensitivity:
    """The upper limit that an experiment without a signal expects.

    Attributes:
        parameter: its name.
        confidence: the confidence level.
        bands: the limit where the data fluctuate by −2, −1, 0, 1 and 2 standard deviations.
        lower: the same of the lower end, of a parameter without a bound; None for others.
    """

    parameter: str
    confidence: float
    bands: Mapping[int, float]
    lower: Mapping[int, float] | None = None

    @property
    def median(self) -> float:
        """The median expected limit."""
        return self.bands[0]


def upper_limits(
    likelihood: Likelihood, parameter: str, confidence: float = 0.9, procedure: Procedure | None = None
) -> Array:
    """The asymptotic upper limits of n data sets, shape (n,); the lower bound itself where every value is excluded.

    Closed forms whatever the number of events, as ensembles want them; `upper_limit` counts where events are few.

    Args:
        likelihood: n data sets.
        parameter: the one to limit, such as μ_ν², bounded from below.
        confidence: the confidence level.
        procedure: `OneSided()` unless another is given.

    Raises:
        ValueError: an unknown parameter, or one without a lower bound.
        RuntimeError: the data do not limit the parameter.
    """
    chosen = procedure if procedure is not None else OneSided()
    found = ends_above(likelihood, parameter, confidence, chosen)
    band = chosen.least_band
    if band is not None:
        least = asymptotic_sensitivity(likelihood, parameter, confidence, chosen, bands=(band,)).bands[band]
        found = np.maximum(found, least)
    return found


def ends_above(likelihood: Likelihood, parameter: str, confidence: float, procedure: Procedure) -> Array:
    """The same, whatever the least limit is that the procedure reports."""
    return _Inversion(likelihood, parameter, confidence, procedure, needs_bound=True).end(+1)


def intervals(likelihood: Likelihood, parameter: str, confidence: float = 0.9) -> tuple[Array, Array, Array]:
    """Lower ends, upper ends and best fits of the asymptotic unified intervals of n data sets, each (n,).

    Where D has two minima it is the connected piece around the better one; see the scan.

    Args:
        likelihood: n data sets.
        parameter: the one to enclose.
        confidence: the confidence level.

    Raises:
        ValueError: an unknown parameter.
        RuntimeError: the data do not limit the parameter.
    """
    problem = _Inversion(likelihood, parameter, confidence, Unified(), needs_bound=False)
    return problem.end(-1), problem.end(+1), problem.fitted


def significance(likelihood: Likelihood, parameter: str) -> float:
    """Z = √t of no signal, in standard deviations; its p-value is 1 − Φ(Z) (Chernoff; CCGV 52, 53).

    Args:
        likelihood: one data set.
        parameter: the one that is at its lower bound without a signal.

    Raises:
        ValueError: an unknown parameter, or one without a lower bound.
    """
    likelihood.require_single()
    low = lower_bound(likelihood, parameter)
    statistic, _ = rise(likelihood, minimise(likelihood), {parameter: low})
    return float(np.sqrt(statistic[0]))


def asymptotic_sensitivity(
    likelihood: Likelihood,
    parameter: str,
    confidence: float = 0.9,
    procedure: Procedure | None = None,
    values: Mapping[str, float] | None = None,
    bands: Sequence[int] = BANDS,
) -> Sensitivity:
    """The median upper limit expected without a signal, and its bands, from the Asimov data set (CCGV section 4.3).

    In Wald's approximation an experiment N standard deviations off has t = (r − N)² (r² − 2rN where N < 0) at the μ
    with √q_A(μ) = r, so that the limit is where q_A(μ) = r_N², with r_N a number that the procedure sets: 1.28 + N for
    a one-sided limit at 90 %.

    The arguments and errors are those of `sensitivity`; ``bands`` are those that are wanted.
    """
    check_confidence(confidence)
    chosen = procedure if procedure is not None else OneSided()
    low = lower_bound(likelihood, parameter)
    asimov = likelihood.asimov(likelihood.model.point({**(values or {}), parameter: low})[None, :])
    best = minimise(asimov)

    def expected(band: int) -> float:
        def excluded(r: Array) -> Array:
            t = (r - band) ** 2 if band >= 0 else r**2 - 2 * r * band
            return _z(chosen.p_value(t, r < band, r**2)) - _z(1 - confidence)

        first = np.array([max(float(band), 0.0) + 1e-9])
        if excluded(first)[0] >= 0:
            return low
        r = _root(excluded, first, first + 1.0)
        first = _reach(asimov, parameter, low)
        return float(_root(lambda x: np.sqrt(rise(asimov, best, {parameter: x})[0]) - r, np.array([low]), first)[0])

    return Sensitivity(parameter, confidence, held_up({band: expected(band) for band in bands}, chosen))


def held_up(bands: Mapping[int, float], procedure: Procedure) -> dict[int, float]:
    """Bands of expected limits, none of them below the least one that the procedure reports."""
    least = -np.inf if procedure.least_band is None else bands.get(procedure.least_band, -np.inf)
    return {band: max(value, least) for band, value in bands.items()}


class _Inversion:
    """The p-value of n data sets as a function of the parameter, and where it crosses 1 − CL."""

    def __init__(
        self, likelihood: Likelihood, parameter: str, confidence: float, procedure: Procedure, *, needs_bound: bool
    ) -> None:
        check_confidence(confidence)
        model = likelihood.model
        self._index = model.index(parameter)
        self._low, self._high = model.limits[:, self._index]
        if needs_bound:
            lower_bound(likelihood, parameter)
        self._likelihood, self._parameter, self._procedure = likelihood, parameter, procedure
        self._target = _z(1 - confidence)
        self._best: Minimum = minimise(likelihood)
        self.fitted = self._best.values[:, self._index]
        self._asimov: tuple[Likelihood, Minimum] | None = None
        if np.isfinite(self._low):
            without = minimise(likelihood, {parameter: self._low})
            data = likelihood.asimov(without.values)
            self._asimov = data, Minimum(without.values, data.deviance(without.values))

    def excluded(self, values: Array) -> Array:
        """How far beyond the limit values are, in standard deviations; negative where they are allowed."""
        statistic, _ = rise(self._likelihood, self._best, {self._parameter: values})
        asimov = np.full(len(values), np.inf)
        if self._asimov is not None:
            asimov, _ = rise(*self._asimov, {self._parameter: values})
        return _z(self._procedure.p_value(statistic, self.fitted > values, asimov)) - self._target

    def end(self, side: int) -> Array:
        """The end of the allowed values above (+1) or below (−1) the best fit."""
        if side > 0:
            start = self.fitted + _NEAREST * (self._reach() - self.fitted)
            bound = self._high
        else:
            start, bound = self.fitted, self._low
        found = np.empty(len(start))
        # Nothing to look for where the bound itself is allowed, or the first value already is not.
        gone = self.excluded(start) >= 0
        open_end = np.zeros(len(start), dtype=bool)
        if np.isfinite(bound):
            open_end = self.excluded(np.full(len(start), bound)) <= 0
        if side < 0:
            gone |= self.fitted <= bound
        found[gone], found[open_end] = self.fitted[gone], bound
        rows = np.flatnonzero(~(gone | open_end))
        if len(rows):
            part = self._select(rows)
            first = part.fitted + side * (self._reach()[rows] - part.fitted)
            found[rows] = _root(part.excluded, start[rows], np.clip(first, self._low, self._high))
        return found

    def _reach(self) -> Array:
        return _reach(self._likelihood, self._parameter, self.fitted)

    def _select(self, rows: NDArray[np.intp]) -> _Inversion:
        part = copy(self)
        part._likelihood = self._likelihood.select(rows)
        part._best = Minimum(self._best.values[rows], self._best.deviance[rows])
        part.fitted = self.fitted[rows]
        if self._asimov is not None:
            data, best = self._asimov
            part._asimov = data.select(rows), Minimum(best.values[rows], best.deviance[rows])
        return part


def _reach(likelihood: Likelihood, parameter: str, values: Array | float) -> Array:
    """Values about one standard deviation above others, where a search for a limit begins."""
    model = likelihood.model
    i = model.index(parameter)
    base = minimise(likelihood, {parameter: values}).values
    found = likelihood.derivatives(base)
    size = np.maximum(found.curvature[:, i, i], found.scale[:, i])
    step = np.sqrt(2 / np.where(size > 0, size, 2.0))
    return np.asarray(np.minimum(base[:, i] + step, model.limits[1, i]))


def _root(function: Callable[[Array], Array], start: Array, first: Array) -> Array:
    """Where a rising function of many values is zero, by false position from a start where it is negative.

    Raises:
        RuntimeError: it does not become positive however far one goes.
    """
    a, b = start.copy(), first.astype(float)
    fa, fb = function(a), function(b)
    for _ in range(_EXPANSIONS):
        short = fb < 0
        if not short.any():
            break
        step = b - a
        a, fa = np.where(short, b, a), np.where(short, fb, fa)
        b = np.where(short, b + 2 * step, b)
        fb = function(b)
    else:
        raise RuntimeError(f"the data do not limit the parameter: it is still allowed at {b[fb < 0][0]:.3g}")
    scale = np.abs(b - start)
    middle = b
    for _ in range(_ROOT_STEPS):
        wide = np.abs(b - a) > _ROOT_TOLERANCE * scale
        if not wide.any():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            middle = np.where(fb - fa > 0, b - fb * (b - a) / (fb - fa), (a + b) / 2)
        # A guard keeps the point off the ends, so that the bracket shrinks from both sides.
        guard = 0.1 * _ROOT_TOLERANCE * scale * np.sign(b - a)
        middle = np.where(np.abs(b - a) > 4 * np.abs(guard), _between(middle, a + 2 * guard, b - 2 * guard), middle)
        fm = function(middle)
        up = fm >= 0
        # Illinois: the end that stays counts half, or it would stay for ever.
        fa, fb = np.where(up, fa / 2, fm), np.where(up, fm, fb / 2)
        a, b = np.where(up, a, middle), np.where(up, middle, b)
    return np.asarray(np.where(np.abs(fa) < np.abs(fb), a, b))


def _between(values: Array, one: Array, other: Array) -> Array:
    return np.asarray(np.clip(values, np.minimum(one, other), np.maximum(one, other)))


def lower_bound(likelihood: Likelihood, parameter: str) -> float:
    """The lower bound of a parameter; raises a ValueError if it has none."""
    low = float(likelihood.model.limits[0, likelihood.model.index(parameter)])
    if not np.isfinite(low):
        raise ValueError(
            f"{parameter} has no lower bound, and an upper limit needs one, such as (0, inf); an interval works without"
        )
    return low


def _z(p_value: Array | float) -> Array:
    """The p-value in standard deviations, bounded so that its differences stay finite."""
    from scipy.special import ndtri

    return np.asarray(np.clip(-ndtri(np.clip(p_value, 1e-300, 1.0)), -_LARGEST_Z, _LARGEST_Z))

"""Limits where few events decide: textbook counts, published tables, and closed forms.

A one-sided limit on a count is P(≤ n | s + b) = 1 − CL, at 90 % 2.30 for n = b = 0 and 6.68 for n = 3, b = 0 (Particle
Data Group, Statistics, table of Poisson limits); with b = 3 the latter is 3.68.  CL_s has the sums
Σ_{m≤n} (s+b)^m e^{−s−b}/m! over the same at s = 0 (G. Zech, Nucl. Instrum. Meth. A 277 (1989) 608).  Unified: Feldman
and Cousins, Phys. Rev. D 57 (1998) 3873, Table IV.
"""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from nuatom import limit
from nuatom.limit import Binned, Cls, Model, OneSided, PowerConstrained, Signal, Unified


def counting(observed, background, scale=1.0) -> Binned:
    """Bins of signal s·scale over known backgrounds."""
    b = np.atleast_1d(np.asarray(background, dtype=float))
    signal = Signal.of({"s": 1}, lambda s: s * scale * np.ones(len(b)))
    return Binned.of(Model(signal, {"flat": b}, bounds={"s": (0.0, np.inf)}), np.atleast_1d(observed))


def one_sided(n: int, b: float, cl: float = 0.9) -> float:
    return float(brentq(lambda s: poisson.cdf(n, s + b) - (1 - cl), 0, 200))


def cls(n: int, b: float, cl: float = 0.9) -> float:
    return float(brentq(lambda s: poisson.cdf(n, s + b) / poisson.cdf(n, b) - (1 - cl), 0, 200))


@pytest.mark.parametrize(("n", "b", "high"), [(0, 0.0, 2.303), (3, 0.0, 6.681), (3, 3.0, 3.681)])
def test_one_sided_limits_of_counts(n: int, b: float, high: float) -> None:
    assert limit.upper_limit(counting(n, b), "s") == pytest.approx(high, abs=1e-3)
    assert high == pytest.approx(one_sided(n, b), abs=1e-3)  # the table itself


@pytest.mark.slow
@pytest.mark.parametrize(("n", "b"), [(0, 0.0), (3, 0.0), (3, 3.0), (0, 3.0), (6, 3.0), (20, 25.0)])
def test_cls_limits_of_counts(n: int, b: float) -> None:
    """Without events it is 2.303 whatever the background."""
    found = limit.upper_limit(counting(n, b), "s", procedure=Cls())
    assert found == pytest.approx(cls(n, b), abs=1e-4)
    if n == 0:
        assert found == pytest.approx(2.3026, abs=1e-4)


@pytest.mark.parametrize(
    ("n", "b", "low", "high"), [(0, 0.0, 0.0, 2.44), (3, 0.0, 1.10, 7.42), (3, 3.0, 0.0, 4.42), (6, 3.0, 0.15, 8.47)]
)
def test_unified_intervals_of_counts(n: int, b: float, low: float, high: float) -> None:
    found = limit.exclusion(counting(n, b), "s")
    assert found.method == "exact counting"
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=0.006)


@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_a_limit_scales_with_the_signal(scale: float) -> None:
    found = limit.upper_limit(counting(3, 3.0, scale), "s", 0.95)
    assert found * scale == pytest.approx(one_sided(3, 3.0, 0.95), abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "b"), [(0, 3.0), (6, 3.0)])
@pytest.mark.parametrize(
    "procedure", [OneSided(), Cls(), Unified(), PowerConstrained()], ids=lambda p: type(p).__name__
)
def test_toys_are_as_good_as_sums(procedure: limit.Procedure, n: int, b: float) -> None:
    """2000 toys a value know a p-value of 0.1 to 5 %, and a limit of some counts to 0.15 of one; the staircase of
    Feldman and Cousins, which is followed between values, to 0.25.
    """
    data = counting(n, b)
    exact, toys = (limit.exclusion(data, "s", 0.9, procedure, method=m, seed=5) for m in ("auto", "toys"))
    assert exact.method == "exact counting" and toys.method == "2000 toys a value, seed 5"
    assert toys.interval.high == pytest.approx(exact.interval.high, abs=0.25)
    for band in (-1, 0, 1):
        assert toys.expected.bands[band] == pytest.approx(exact.expected.bands[band], abs=0.3)


@pytest.mark.slow
def test_bins_without_background_are_one_without_background() -> None:
    """Two empty bins with half the signal each are one count of it: toys for what was exact."""
    found = limit.exclusion(counting([0, 0], [0.0, 0.0], 0.5), "s", 0.9, OneSided(), seed=2)
    assert "toys" in found.method
    assert found.interval.high == pytest.approx(2.303, abs=0.06)
    assert found.interval.high == limit.upper_limit(counting([0, 0], [0.0, 0.0], 0.5), "s", seed=2)


# --- empty bins with events ----------------------------------------------------------------------


@pytest.mark.slow
def test_an_event_where_nothing_is_expected_is_data() -> None:
    """s + 2 and s with 2 and 1 events: the fit solves 2/(s + 2) + 1/s = 2, and 0 is excluded with certainty."""
    data = counting([2, 1], [2.0, 0.0])
    found = limit.exclusion(data, "s", seed=1)
    best = brentq(lambda s: 2 / (s + 2) + 1 / s - 2, 0.1, 5)
    assert found.interval.best == pytest.approx(best, rel=1e-4)
    assert 0 < found.interval.low < best < found.interval.high
    for procedure in (OneSided(), Cls()):
        high = limit.upper_limit(data, "s", procedure=procedure, seed=1)
        # The second bin alone allows 3.89 at n = 1; together it is less, and at least its own fit.
        assert best < high < 3.89
    assert limit.upper_limit(data, "s", method="asymptotic") > best
    rise = limit.scan(data, "s", [0.0, 0.5, best]).rise
    assert np.isinf(rise[0]) and rise[1] > 0 and rise[2] == pytest.approx(0.0, abs=1e-6)


def test_events_that_nothing_explains_are_an_error() -> None:
    signal = Signal.of({"s": 1}, lambda s: np.array([s, 0.0]))
    data = Binned.of(Model(signal, {"flat": [2.0, 0.0]}, bounds={"s": (0.0, np.inf)}), [2, 1])
    with pytest.raises(RuntimeError, match="no parameters make the data possible"):
        limit.upper_limit(data, "s")


# --- what decides ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("background", [0.0, 3.0, 29.0, 31.0, 400.0])
def test_what_decides_a_count_is_its_background(background: float) -> None:
    data = counting(5, background)
    assert limit.deciding_events(data, "s") == pytest.approx(background, rel=1e-6, abs=1e-9)
    assert (limit.exclusion(data, "s").method == "asymptotic") == (background > limit.FEW)


def test_what_decides_is_where_the_signal_is() -> None:
    """A thousand events beside an empty bin do not help it, and an empty bin without signal does no harm."""
    assert limit.deciding_events(counting([0, 0], [1000.0, 0.0]), "s") < 1
    signal = Signal.of({"s": 1}, lambda s: s * np.array([100.0, 1e-9]))
    model = Model(signal, {"flat": [1e4, 0.0]}, bounds={"s": (0.0, np.inf)})
    assert limit.deciding_events(Binned.of(model, [1e4, 0]), "s") == pytest.approx(1e4, rel=1e-3)
    # Ten bins of ten events are a hundred.
    assert limit.deciding_events(counting(np.full(10, 10), np.full(10, 10.0)), "s") == pytest.approx(100, rel=1e-3)


# --- the power-constrained limit ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("best", [-2.5, -1.5, -0.5, 0.0, 1.0])
def test_power_constrained_limit_of_a_gaussian(best: float) -> None:
    """arXiv:1105.3166: the greater of x + 1.2816 and its −1σ band, 1.2816 − 1."""
    signal = Signal.of({"x": 1}, lambda x: x * np.array([1e5]))
    data = Binned.of(Model(signal, {"flat": [1e10]}, bounds={"x": (0.0, np.inf)}), [1e10 + 1e5 * best])
    q = norm.ppf(0.9)
    found = limit.exclusion(data, "x", 0.9, PowerConstrained())
    assert found.interval.high == pytest.approx(max(best, -1.0) + q, abs=1e-3)
    assert found.expected.bands == pytest.approx({k: max(k, -1) + q for k in (-2, -1, 0, 1, 2)}, abs=1e-3)
    assert not found.fluctuated_down
    plain = limit.exclusion(data, "x", 0.9, OneSided())
    assert plain.fluctuated_down == (best < -1)


@pytest.mark.slow
def test_power_constrained_limit_of_a_count() -> None:
    """b = 3: the −1σ band is that of n = 1, 0.890; no events would exclude everything one-sided."""
    data = counting(0, 3.0)
    with pytest.raises(ValueError, match=r"the data exclude every s .* unified, cls or pcl"):
        limit.upper_limit(data, "s")
    assert limit.upper_limit(data, "s", procedure=PowerConstrained()) == pytest.approx(one_sided(1, 3.0), abs=1e-3)
    assert limit.upper_limit(counting(4, 3.0), "s", procedure=PowerConstrained()) == pytest.approx(
        one_sided(4, 3.0), abs=1e-3
    )


def test_expected_limits_of_a_count() -> None:
    """Quantiles of the background: of b = 3 the counts 0, 1, 3, 5 and 7."""
    found = limit.sensitivity(counting(9, 3.0), "s", procedure=Cls())
    assert found.bands == pytest.approx(
        {band: cls(n, 3.0) for band, n in zip((-2, -1, 0, 1, 2), (0, 1, 3, 5, 7), strict=True)}, abs=1e-3
    )


def test_bands_of_what_has_a_sign() -> None:
    """A Gaussian with two sides: ends at N ± 1.645, from 100 experiments."""
    signal = Signal.of({"x": 1}, lambda x: 1e6 + x * np.array([1e3]))
    found = limit.exclusion(Binned.of(Model(signal), [1e6 + 300.0]), "x")
    assert found.method == "asymptotic"
    assert (found.interval.low, found.interval.high) == pytest.approx((0.3 - 1.645, 0.3 + 1.645), abs=2e-3)
    assert found.expected.lower is not None
    # The expectation is that of x = 0: the data do not move it.
    for band in (-1, 0, 1):
        assert found.expected.bands[band] == pytest.approx(band + 1.645, abs=0.4)
        assert found.expected.lower[band] == pytest.approx(band - 1.645, abs=0.4)
    assert not found.fluctuated_down

"""Limits against published tables, closed forms, pyhf, and their own promise: the coverage.

Toys are cheap because `minimise` fits all of an ensemble together, by Newton steps with the analytic gradient: some ten
to hundred microseconds per toy, so that 2000 toys at three true values, twice, take a second.
A confidence set covers the truth when it does not exclude the true value, so coverage needs t at the truth alone.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from nuatom import limit
from nuatom.limit import Binned, Free, Gaussian, LogNormal, Model, Morphing, Signal, Unbinned
from nuatom.units import keV

SHAPE = np.array([30.0, 20.0, 10.0, 5.0, 3.0])
TOYS = 4000


def spectrum_likelihood(background: float = 20.0, sigma: float = 0.1) -> Binned:
    """A magnetic-moment-like signal over a flat background that is known to 10 %, with an efficiency error of 5 %."""
    signal = Signal.of({"moment": 1}, lambda moment: moment * SHAPE)
    factors = (Gaussian("rate", ("flat",), sigma), LogNormal("efficiency", ("signal",), 0.05))
    model = Model(signal, {"flat": np.full(5, background)}, factors, bounds={"moment": (0.0, np.inf)})
    return Binned.of(model, np.full(5, background))


def gaussian_likelihood(best: float) -> Binned:
    """One bin of so many events that it is Gaussian: the estimate is ``best`` in units of its error."""
    signal = Signal.of({"x": 1}, lambda x: x * np.array([1e5]))
    return Binned.of(Model(signal, {"flat": [1e10]}, bounds={"x": (0.0, np.inf)}), [1e10 + 1e5 * best])


# --- published numbers and closed forms -----------------------------------------------------------


@pytest.mark.parametrize(
    ("background", "ends"),
    [
        (0.0, [(0.0, 2.44), (0.11, 4.36), (0.53, 5.91), (1.10, 7.42), (1.47, 8.60), (1.84, 9.99), (2.21, 11.47)]),
        (3.0, [None, (0.0, 1.88), (0.0, 3.04), (0.0, 4.42), (0.0, 5.60), (0.0, 6.99), (0.15, 8.47)]),
    ],
)
def test_counting_intervals_of_feldman_and_cousins(background: float, ends: list) -> None:
    """Phys. Rev. D 57 (1998) 3873, Table IV, 90 %: within its rounding and the step of 0.005 of our scan."""
    for observed, expected in enumerate(ends):
        if expected is not None:
            found = limit.counting_interval(observed, background)
            assert (found.low, found.high) == pytest.approx(expected, abs=0.0125)


def test_counting_interval_without_events_over_background() -> None:
    """The same table, n = 0, b = 3: 1.08.  The table takes the largest upper end for any greater background."""
    largest = max(limit.counting_interval(0, b).high for b in np.arange(3.4, 3.6, 0.02))
    assert largest == pytest.approx(1.08, abs=0.01)


def test_toys_give_the_intervals_of_the_tables() -> None:
    """n = 6, b = 3: [0.15, 8.47].  The belt of a discrete count is a staircase, seen through toys on a grid."""
    signal = Signal.of({"s": 1}, lambda s: np.array([s]))
    model = Model(signal, {"flat": [3.0]}, bounds={"s": (0.0, np.inf)})
    values = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 8.2, 8.35, 8.6, 8.8])
    found = limit.belt(Binned.of(model, [6]), "s", values, toys=20000, seed=3)
    assert found.interval.low == pytest.approx(0.15, abs=0.1)
    assert found.interval.high == pytest.approx(8.47, abs=0.2)


@pytest.mark.parametrize(
    ("best", "high"), [(-3.0, 0.26), (-2.0, 0.40), (-1.0, 0.81), (-0.5, 1.19), (0.0, 1.64), (0.5, 2.14), (1.0, 2.64)]
)
def test_unified_limit_of_a_bounded_gaussian(best: float, high: float) -> None:
    """The same paper, Table X, 90 %: upper ends for a Gaussian of unit width and a mean that is not negative."""
    found = limit.interval(gaussian_likelihood(best), "x")
    assert found.low == 0.0
    assert found.high == pytest.approx(high, abs=0.006)


@pytest.mark.parametrize("best", [-1.0, 0.0, 0.7, 3.0])
def test_gaussian_limits_are_the_known_formulas(best: float) -> None:
    """One-sided: x + 1.2816; CLs: x + Φ⁻¹(1 − 0.1 Φ(x)) (Cowan et al. 2011; Read 2002)."""
    from scipy.stats import norm

    likelihood = gaussian_likelihood(best)
    assert limit.upper_limit(likelihood, "x") == pytest.approx(best + norm.ppf(0.9), abs=1e-3)
    cls = best + norm.ppf(1 - 0.1 * norm.cdf(best))
    assert limit.upper_limit(likelihood, "x", procedure=limit.Cls()) == pytest.approx(cls, abs=1e-3)


def test_gaussian_sensitivity_is_the_known_formula() -> None:
    """Bands of the one-sided limit: N + 1.2816 (zero below); of CLs: N + Φ⁻¹(1 − 0.1 Φ(N))."""
    from scipy.stats import norm

    likelihood = gaussian_likelihood(0.0)
    plain = limit.sensitivity(likelihood, "x").bands
    cls = limit.sensitivity(likelihood, "x", procedure=limit.Cls()).bands
    for band in (-2, -1, 0, 1, 2):
        assert plain[band] == pytest.approx(max(0.0, band + norm.ppf(0.9)), abs=1e-3)
        assert cls[band] == pytest.approx(band + norm.ppf(1 - 0.1 * norm.cdf(band)), abs=1e-3)


def test_two_sided_interval_without_a_bound() -> None:
    """Wilks: ±1.645 about the best fit."""
    bounded = gaussian_likelihood(0.3)
    likelihood = Binned.of(Model(bounded.model.signal, bounded.model.backgrounds), bounded.counts[0])
    found = limit.interval(likelihood, "x")
    assert (found.low, found.high) == pytest.approx((0.3 - 1.6449, 0.3 + 1.6449), abs=1e-3)


def test_significance_of_a_count() -> None:
    """Cowan et al. (2011) eq. 97: √(2((s+b) ln(1 + s/b) − s)), exactly."""
    signal = Signal.of({"s": 1}, lambda s: np.array([s]))
    likelihood = Binned.of(Model(signal, {"flat": [3.0]}, bounds={"s": (0.0, np.inf)}), [9.0])
    expected = np.sqrt(2 * (9 * np.log(3) - 6))
    assert limit.significance(likelihood, "s") == pytest.approx(expected, rel=1e-6)


def test_profiled_background_of_two_counts() -> None:
    """On and off counts with a free background (Li and Ma, Astrophys. J. 272 (1983) 317, eq. 17)."""
    on, off, tau = 25.0, 30.0, 2.0
    signal = Signal.of({"s": 1}, lambda s: np.array([s, 0.0]))
    model = Model(signal, {"sky": [10.0, 10.0 * tau]}, (Free("level", ("sky",)),), bounds={"s": (0.0, np.inf)})
    alpha = 1 / tau
    known = 2 * (on * np.log((1 + alpha) / alpha * on / (on + off)) + off * np.log((1 + alpha) * off / (on + off)))
    assert limit.significance(Binned.of(model, [on, off]), "s") == pytest.approx(np.sqrt(known), rel=1e-5)


# --- coverage -------------------------------------------------------------------------------------


def truths(likelihood: Binned | Unbinned) -> list[float]:
    """No signal, the limit one expects, and twice that."""
    expected = limit.sensitivity(likelihood, "moment").median
    return [0.0, expected, 2 * expected]


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1, 2], ids=["no signal", "at the limit", "above it"])
@pytest.mark.parametrize("background", [20.0, 0.6], ids=["many events", "few events"])
def test_feldman_cousins_covers(place: int, background: float) -> None:
    """90 % of 4000 toys, with nuisance parameters, within four binomial errors of both ensembles.

    With few events t takes few values, and one of them may carry more than the error: then the coverage is higher.
    """
    likelihood = spectrum_likelihood(background)
    point = likelihood.model.point({"moment": truths(likelihood)[place]})
    made, judged = (limit.statistics(likelihood, point, "moment", toys=TOYS, seed=(11, k)) for k in (0, 1))
    critical = np.quantile(made, 0.9, method="inverted_cdf") + 1e-6
    coverage = float(np.mean(judged <= critical))
    error = np.sqrt(2 * 0.9 * 0.1 / TOYS)
    excess = np.mean(np.abs(judged - critical) < 1e-5)  # the toys that tie with the critical one
    assert 0.9 - 4 * error < coverage < 0.9 + 4 * error + excess


@pytest.mark.slow
def test_interval_by_toys_covers() -> None:
    """The whole way: belts of 20 data sets; 90 % of them, at least 13, contain the truth (probability 0.9996)."""
    likelihood = spectrum_likelihood()
    truth = truths(likelihood)[1]
    data = likelihood.toys(likelihood.model.point({"moment": truth}), 20, np.random.default_rng(12))
    inside = 0
    for row in range(20):
        one = data.select(np.array([row]))
        found = limit.belt(one, "moment", np.linspace(0.0, 6 * truth, 9), toys=200, seed=row).interval
        inside += found.low <= truth <= found.high
    assert inside >= 13


@pytest.mark.slow
@pytest.mark.parametrize(
    "procedure", [limit.OneSided(), limit.Unified(), limit.Cls()], ids=["one-sided", "unified", "CLs"]
)
@pytest.mark.parametrize("place", [1, 2], ids=["at the limit", "above it"])
def test_asymptotic_coverage(procedure: limit.Procedure, place: int) -> None:
    """At some hundred events the asymptotic limits cover 90 % to two per cent; CLs more, as it must.

    The upper end of a unified interval fails on one side only, so far above the bound it covers 95 %.
    """
    likelihood = spectrum_likelihood()
    truth = truths(likelihood)[place]
    toys = likelihood.toys(likelihood.model.point({"moment": truth}), TOYS, np.random.default_rng(13 + place))
    coverage = float(np.mean(limit.upper_limits(toys, "moment", procedure=procedure) >= truth))
    error = np.sqrt(0.09 / TOYS)
    assert coverage > 0.88 - 3 * error
    if isinstance(procedure, limit.OneSided):
        assert coverage < 0.92 + 3 * error


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1, 2], ids=["no signal", "at the limit", "above it"])
def test_asymptotic_unified_coverage(place: int) -> None:
    """Both ends of the unified interval, from the closed-form distribution of t with its boundary."""
    likelihood = spectrum_likelihood()
    point = likelihood.model.point({"moment": truths(likelihood)[place]})
    statistic = limit.statistics(likelihood, point, "moment", toys=TOYS, seed=14)
    asimov = likelihood.asimov(likelihood.model.start[None, :])
    root, _ = limit.rise(asimov, limit.minimise(asimov), {"moment": point[0]})
    p = limit.Unified().p_value(statistic, np.zeros(TOYS, dtype=bool), np.full(TOYS, root[0]))
    assert np.mean(p >= 0.1) == pytest.approx(0.9, abs=0.02)


def test_chernoff_at_the_boundary() -> None:
    """Without a signal half the toys have t = 0, and the rest is χ²₁ (Chernoff 1954): 5 % exceed 2.706.

    The half is of the Gaussian limit: at 20 000 events per bin the skewness moves it by less than a per cent.
    """
    likelihood = spectrum_likelihood(20000.0, 0.01)
    statistic = limit.statistics(likelihood, likelihood.model.start, "moment", toys=TOYS, seed=15)
    assert np.mean(statistic < 1e-6) == pytest.approx(0.5, abs=0.01 + 4 * np.sqrt(0.25 / TOYS))
    assert np.mean(statistic > 2.706) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / TOYS))


@pytest.mark.slow
def test_unbinned_coverage() -> None:
    """The one-sided asymptotic limit of some hundred events with a free background, 600 toys."""
    grid = np.linspace(0.0, 10.0, 41)
    signal = Signal.of({"moment": 1}, lambda moment: moment * 30.0 / (1 + grid))
    model = Model(signal, {"flat": np.full(41, 5.0)}, (Free("rate", ("flat",)),), bounds={"moment": (0.0, np.inf)})
    likelihood = Unbinned.of(model, grid, [])
    truth = truths(likelihood)[1]
    toys = likelihood.toys(model.point({"moment": truth}), 600, np.random.default_rng(16))
    covered = np.mean(limit.upper_limits(toys, "moment") >= truth)
    assert covered == pytest.approx(0.9, abs=0.02 + 3 * np.sqrt(0.09 / 600))


@pytest.mark.slow
def test_asimov_sensitivity_is_the_median_of_toys() -> None:
    """The Asimov limit and its bands against those of 2000 toys without a signal, at some hundred events."""
    likelihood = spectrum_likelihood(100.0)
    expected = limit.sensitivity(likelihood, "moment", procedure=limit.Cls()).bands
    toys = likelihood.toys(likelihood.model.start, 2000, np.random.default_rng(17))
    found = limit.upper_limits(toys, "moment", procedure=limit.Cls())
    for band, share in ((-1, 0.1587), (0, 0.5), (1, 0.8413)):
        assert np.quantile(found, share) == pytest.approx(expected[band], rel=0.06)


# --- other programs -------------------------------------------------------------------------------


def exportable_likelihood() -> Binned:
    """Every nuisance that pyhf has a form for."""
    nominal = Signal.of(
        {"moment": 1}, lambda moment: np.array([4 + moment * SHAPE, 2 + 0 * SHAPE]), components=("pp", "Be")
    )
    up, down = (
        Signal(nominal.parameters, nominal.components, nominal.exponents, nominal.coefficients * change)
        for change in (np.linspace(1.1, 0.9, 5), np.linspace(0.95, 1.02, 5))
    )
    model = Model(
        nominal,
        {"flat": np.full(5, 20.0), "slope": np.linspace(1, 9, 5)},
        (
            LogNormal("pp flux", ("pp",), 0.1),
            Gaussian("flat error", ("flat",), 0.2),
            LogNormal("exposure", ("pp", "Be", "slope"), 0.25),
            Free("flat rate", ("flat",)),
            Gaussian("efficiency", ("slope",), np.linspace(0.05, 0.1, 5)),
        ),
        (Morphing("binding", {1.0: up, -1.0: down}),),
        {"moment": (0.0, np.inf)},
    )
    return Binned.of(model, [31.0, 25.0, 30.0, 31.0, 29.0])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pyhf_has_the_same_likelihood() -> None:
    """−2 ln L of pyhf differs from ours by a constant, everywhere in parameter space, and so does the best fit."""
    pyhf = pytest.importorskip("pyhf")
    likelihood = exportable_likelihood()
    content = json.loads(json.dumps(limit.pyhf_workspace(likelihood, "moment")))
    workspace = pyhf.Workspace(content)
    model = workspace.model(modifier_settings=limit.PYHF_SETTINGS)
    data = workspace.data(model)
    generator = np.random.default_rng(18)

    def theirs(values: dict[str, float]) -> float:
        point = [values[name] for name in model.config.par_order]
        return float(-2 * np.asarray(model.logpdf(point, data))[0])

    differences = []
    for _ in range(30):
        pulls = generator.uniform(-0.99, 0.99, len(likelihood.model.parameters))
        values = dict(zip(likelihood.model.parameters, pulls, strict=True))
        values["moment"], values["flat rate"] = abs(values["moment"]), 1 + 0.5 * values["flat rate"]
        differences.append(theirs(values) - likelihood.at(**values))
    np.testing.assert_allclose(differences, differences[0], atol=1e-8)
    ours = limit.fit(likelihood)
    _, least = pyhf.infer.mle.fit(data, model, return_fitted_val=True)
    assert float(least) - ours.deviance == pytest.approx(differences[0], abs=1e-3)


@pytest.mark.filterwarnings("ignore")
def test_inference_interface_reads_the_templates(tmp_path: Path) -> None:
    """What alea reads its templates with."""
    interface = pytest.importorskip("inference_interface")
    path = tmp_path / "nu.ii.h5"
    limit.write_inference_templates(path, spectrum_likelihood().model, np.arange(6.0) * keV)
    found = interface.template_to_multihist(str(path))
    assert set(found) == {"signal: moment", "signal: 1", "flat"}
    np.testing.assert_allclose(found["signal: moment"].histogram, SHAPE)
    np.testing.assert_allclose(found["flat"].bin_edges[0], np.arange(6.0))


@pytest.mark.slow
def test_a_background_that_can_be_the_signal_leaves_only_the_counts() -> None:
    """Signal 10x (1, 2, 3) over a free background of the same shape: only that it cannot exceed the counts is known.

    The background at zero and all 6000 counts signal is x = 100, and a Poisson fluctuation of 90 % one-sided confidence
    is 1.28 √6000 / 60 = 1.65 above it.
    """
    shape = np.array([1.0, 2.0, 3.0])
    signal = Signal.of({"x": 1}, lambda x: [10 * x * shape])
    model = Model(
        signal, backgrounds={"flat": 1000 * shape}, factors=(Free("size", ("flat",)),), bounds={"x": (0.0, np.inf)}
    )
    data = Binned.of(model, 1000 * shape)
    for procedure in (limit.OneSided(), limit.Cls(), limit.Unified()):
        found = limit.upper_limit(data, "x", 0.9, procedure)
        value = float(getattr(found, "high", found))
        assert value == pytest.approx(101.65, rel=0.01)
    assert limit.sensitivity(data, "x", 0.9, limit.OneSided()).median == pytest.approx(101.65, rel=0.01)

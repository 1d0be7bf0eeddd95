"""Limits: the algebra of signals and models, the fits against independent ones, errors, files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limit_models import GRID, JOINT, SHAPE, amplitudes, density_model, rich_model, spectrum_model
from nuatom import limit
from nuatom.limit import Binned, Free, Gaussian, LogNormal, Model, Morphing, Signal, Unbinned

# --- signals --------------------------------------------------------------------------------------


@given(st.floats(-9, 9), st.floats(-9, 9), st.floats(0, 9))
def test_signal_is_the_function_it_was_made_from(charge: float, radius: float, moment: float) -> None:
    np.testing.assert_allclose(
        JOINT(charge=charge, radius=radius, moment=moment), amplitudes(charge, radius, moment), rtol=1e-10, atol=1e-9
    )


def test_signal_keeps_the_terms_there_are() -> None:
    labels = {JOINT.label(t) for t in range(len(JOINT.exponents))}
    assert labels == {"1", "charge", "charge^2", "radius", "radius^2", "charge*radius", "moment"}


def test_signal_takes_the_fewest_evaluations_and_a_check() -> None:
    calls = []

    def counted(a: float, b: float) -> np.ndarray:
        calls.append((a, b))
        return np.array([1 + a + b * b + a * b])

    Signal.of({"a": 1, "b": 2}, counted)
    assert len(calls) == 1 + 1 + 2 + 1 + 1


def test_signal_of_tiny_parameters() -> None:
    made = Signal.of({"mu2": 1}, lambda mu2: 3.0 + mu2 * 1e23 * SHAPE, scale={"mu2": 1e-22})
    np.testing.assert_allclose(made(mu2=2e-22)[0], 3.0 + 20 * SHAPE, rtol=1e-12)


@pytest.mark.parametrize(
    ("degree", "function", "words"),
    [
        ({"a": 2}, lambda a: np.array([np.exp(a)]), "no polynomial"),
        ({"a": 1}, lambda a: np.array([a * a]), "no polynomial"),
        ({"a": 3}, lambda a: np.array([a**3]), "must be 1 or 2"),
        ({"a": 1}, lambda a: np.array([np.nan]), "not finite"),
        ({"a": 1}, lambda a: np.ones((3, 2)), r"\(bin,\)"),
    ],
)
def test_signal_refuses(degree: dict, function: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Signal.of(degree, function)  # type: ignore[arg-type]


# --- models and derivatives -----------------------------------------------------------------------


@pytest.mark.slow
@given(st.lists(st.floats(-1.5, 1.5), min_size=7, max_size=7))
def test_derivatives_are_those_of_the_deviance(point: list[float]) -> None:
    model = rich_model()
    values = np.array([point])
    values[0, [1, 5]] = np.abs(values[0, [1, 5]]) + 0.1  # those that are not negative
    # Away from the ends of the band, where the second derivative jumps.
    values[0, 6] = np.clip(values[0, 6], -0.9, 0.9)
    likelihood = Binned.of(model, [9.0, 12.0, 5.0])
    step = 1e-5 * np.eye(7)
    numeric = [(likelihood.deviance(values + h) - likelihood.deviance(values - h))[0] / 2e-5 for h in step]
    found = likelihood.derivatives(values)
    np.testing.assert_allclose(found.gradient[0], numeric, rtol=1e-5, atol=1e-4)
    assert found.deviance == pytest.approx(likelihood.deviance(values))


@given(st.floats(0.01, 3), st.floats(0.2, 3))
def test_unbinned_derivatives(moment: float, rate: float) -> None:
    likelihood = Unbinned.of(density_model(), GRID, [0.3, 1.0, 2.2, 10.0])
    values = np.array([[moment, rate]])
    numeric = [(likelihood.deviance(values + h) - likelihood.deviance(values - h))[0] / 2e-6 for h in 1e-6 * np.eye(2)]
    np.testing.assert_allclose(likelihood.derivatives(values).gradient[0], numeric, rtol=1e-5, atol=1e-4)


def test_band_goes_through_its_models_and_on_along_the_tangent() -> None:
    model = rich_model()
    at = lambda a: sum(model.by_sample({"moment": 1.0, "binding": a})[c] for c in ("pp", "Be"))  # noqa: E731
    np.testing.assert_allclose(at(1.0), at(0.0) * [1.1, 1.0, 0.9], rtol=1e-12)
    np.testing.assert_allclose(at(-1.0), at(0.0) * [0.95, 1.02, 1.0], rtol=1e-12)
    np.testing.assert_allclose(at(3.0) - at(2.0), at(2.0) - at(1.0), rtol=1e-10)
    # Smooth where the parabola ends.
    np.testing.assert_allclose(at(1.0) - at(1 - 1e-6), at(1 + 1e-6) - at(1.0), rtol=1e-4, atol=1e-12)


def test_unbinned_toys_follow_the_density() -> None:
    model = density_model()
    toys = Unbinned.of(model, GRID, []).toys(model.point({"moment": 1.0}), 2000, np.random.default_rng(5))
    total = np.trapezoid(30 / (1 + GRID) + 5.0, GRID)
    assert toys.sizes.mean() == pytest.approx(total, abs=4 * np.sqrt(total / 2000))
    seen, _ = np.histogram(toys.positions, GRID)
    density = 30 / (1 + GRID) + 5.0
    expected = 2000 * (density[1:] + density[:-1]) / 2 * np.diff(GRID)
    assert np.sum((seen - expected) ** 2 / expected) < 40 + 4 * np.sqrt(80)


def test_unbinned_is_the_limit_of_narrow_bins() -> None:
    model = density_model()
    events = Unbinned.of(model, GRID, []).toys(model.point({"moment": 1.0}), 1, np.random.default_rng(6)).positions
    edges = np.linspace(0, 10, 1001)
    centre = (edges[1:] + edges[:-1]) / 2
    signal = Signal.of({"moment": 1}, lambda moment: moment * np.interp(centre, GRID, 30 / (1 + GRID)) * 0.01)
    binned = Model(signal, {"flat": np.full(1000, 0.05)}, model.factors, bounds=model.bounds)
    narrow = limit.fit(Binned.of(binned, np.histogram(events, edges)[0]))
    exact = limit.fit(Unbinned.of(model, GRID, events))
    assert exact.values["moment"] == pytest.approx(narrow.values["moment"], rel=5e-3)
    assert exact.errors["moment"] == pytest.approx(narrow.errors["moment"], rel=5e-3)


# --- fits -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_profile_agrees_with_an_independent_minimiser() -> None:
    """The whole likelihood written out again, and given to scipy without derivatives."""
    from scipy.optimize import minimize

    counts = np.array([24.0, 22.0, 8.0])
    moment = 0.4

    def deviance(p: np.ndarray) -> float:
        charge, pp, be, efficiency, rate, a = p
        morph = np.ones(3) + (np.array([1.1, 1.0, 0.9]) - np.array([0.95, 1.02, 1.0])) / 2 * a
        morph += ((np.array([1.1, 1.0, 0.9]) + np.array([0.95, 1.02, 1.0])) / 2 - 1) * a * a
        first, second = amplitudes(charge, 0.1, moment)
        scale = 1 + np.array([0.1, 0.05, 0.02]) * efficiency
        signal = (first * (1 + 0.1 * pp) + second * 1.3**be) * morph * scale
        expected = signal + 3.0 * rate + np.array([0.0, 4.0, 0.0]) * scale
        if rate < 0 or np.any(expected <= 0):
            return 1e9
        chi = 2 * np.sum(expected - counts + counts * np.log(counts / expected))
        return float(chi + pp**2 + be**2 + efficiency**2 + a**2)

    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 20000, "maxfev": 20000, "adaptive": True}
    starts = ([0.5, 0, 0, 0, 1.0, 0], [-0.5, 0, 0, 0, 1.0, 0], [3.0, 0, 0, 0, 1.0, 0])
    runs = [minimize(deviance, start, method="Nelder-Mead", options=options) for start in starts]
    again = [minimize(deviance, run.x, method="Nelder-Mead", options=options) for run in runs]
    ours = limit.minimise(Binned.of(rich_model(), counts), {"moment": moment})
    assert ours.deviance[0] == pytest.approx(min(run.fun for run in again), abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("counts", [[24.0, 22.0, 8.0], [5.0, 9.0, 4.0], [0.0, 3.0, 1.0]])
def test_batched_minimum_is_that_of_minuit(counts: list[float]) -> None:
    likelihood = Binned.of(rich_model(), counts)
    batched = limit.minimise(likelihood)
    assert limit.fit(likelihood).deviance == pytest.approx(batched.deviance[0], abs=1e-4)
    # The point it reports has the deviance it reports.
    assert likelihood.deviance(batched.values) == pytest.approx(batched.deviance)


def test_errors_are_those_of_linear_least_squares_at_high_counts() -> None:
    """Gaussian regime: the covariance is the inverse of Jᵀ diag(1/λ) J plus the constraint."""
    model = spectrum_model(rate=0.05)
    big = Model(
        Signal.of({"moment": 1}, lambda moment: 1e4 * moment * SHAPE),
        {"flat": np.full(5, 2e5)},
        model.factors,
        bounds={},
    )
    likelihood = Binned.of(big, big.expected(big.point({"moment": 1.0})[None, :])[0])
    expected = 2e5 + 1e4 * SHAPE
    jacobian = np.array([1e4 * SHAPE, np.full(5, 0.05 * 2e5)])
    covariance = np.linalg.inv(jacobian / expected @ jacobian.T + np.diag([0.0, 1.0]))
    found = limit.fit(likelihood)
    assert found.values["moment"] == pytest.approx(1.0, abs=1e-4)
    assert found.errors["moment"] == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-4)
    assert found.covariance is not None
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-3)


def test_errors_near_a_bound_are_those_without_it() -> None:
    counts = np.array([22.0, 21.0, 20.0, 20.0, 20.0])
    bounded = spectrum_model(rate=0.05)
    open_model = Model(bounded.signal, bounded.backgrounds, bounded.factors)
    near, free = (limit.fit(Binned.of(model, counts)) for model in (bounded, open_model))
    assert near.errors == pytest.approx(free.errors, rel=1e-3)
    assert near.errors["moment"] > near.values["moment"]  # so the bound is near
    assert limit.fit(Binned.of(bounded, counts), {"rate": 0.0}).errors["rate"] == 0


def test_both_minima_of_a_square_are_found() -> None:
    """A millicharge alone enters squared, and zero is a maximum of the likelihood there."""
    square = Signal.of({"charge": 2}, lambda charge: charge**2 * SHAPE)
    likelihood = Binned.of(Model(square, {"flat": np.full(5, 20.0)}), 20 + 4 * SHAPE)
    assert abs(limit.fit(likelihood).values["charge"]) == pytest.approx(2.0, rel=1e-4)
    lopsided = Signal.of({"charge": 2}, lambda charge: (1 - 0.1 * charge) ** 2 * SHAPE)
    likelihood = Binned.of(Model(lopsided, {"flat": np.full(5, 20.0)}), 20 + SHAPE)
    found = limit.scan(likelihood, "charge", np.array([-1.0, 0.0, 10.0, 20.0]))
    np.testing.assert_allclose(found.rise[[1, 3]], 0.0, atol=1e-6)
    assert min(found.rise[0], found.rise[2]) > 1


def charge_model(**noise: float) -> Model:
    """A charge: weak, interference and square in 21 falling bins over a free background, and factors on the signal."""
    place = np.linspace(0.0, 1.0, 21)
    weak, mixed, square = 50 * np.exp(-9 * place), -0.3 - 0.2 * place, 150 * np.exp(-3 * place)
    signal = Signal.of({"charge": 2}, lambda charge: weak + charge * mixed + charge**2 * square)
    factors = tuple(LogNormal(name, ("signal",), sigma) for name, sigma in noise.items())
    return Model(signal, {"flat": np.full(21, 130.0)}, (*factors, Free("flat rate", ("flat",))))


@pytest.mark.parametrize("charge", [-6.0, -5.5, 6.0])
def test_fit_tens_of_errors_from_the_data(charge: float) -> None:
    """The first step of a search for an end is far out, where D bends twice as much as the slopes of λ say.

    The factor of the flux is then pulled by some fifty errors; Newton's steps went to and fro across that valley.
    """
    from scipy.optimize import minimize

    model = charge_model(flux=0.04)
    likelihood = Binned.of(model, model.expected(model.start[None, :])[0])
    found = limit.minimise(likelihood, {"charge": charge})
    assert found.values[0, 1] < -30
    options = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000, "maxfev": 4000}
    run = minimize(
        lambda p: likelihood.deviance(np.array([[charge, *p]]))[0], [-50.0, 1.0], method="Nelder-Mead", options=options
    )
    assert found.deviance[0] == pytest.approx(run.fun, abs=1e-7)


def test_fits_at_the_vertex_of_a_square() -> None:
    """Where counts fluctuate down the best charge is at the vertex, and there λ has no slope.

    At a minimum D rises to both sides in every parameter, and Minuit finds none that is lower.
    """
    model = charge_model(flux=0.03, efficiency=0.03)
    toys = Binned.of(model, np.zeros(21)).toys(model.start, 40, np.random.default_rng(19))
    found = limit.minimise(toys)
    vertex = np.abs(found.values[:, 0]) < 0.01
    assert 5 < vertex.sum() < 35  # so both kinds are there
    for step in 1e-3 * np.eye(len(model.parameters)):
        for side in (-1, 1):
            assert np.all(toys.deviance(found.values + side * step) > found.deviance)
    for row in np.flatnonzero(vertex)[:3]:
        one = toys.select(np.array([row]))
        assert limit.fit(one).deviance == pytest.approx(found.deviance[row], abs=1e-6)


def test_unbinned_fits_at_the_vertex_of_a_square() -> None:
    shape = 1 / (1 + GRID)
    signal = Signal.of({"charge": 2}, lambda charge: 100 + 10 * charge * shape + 100 * charge**2 * shape**2)
    model = Model(signal, {"flat": np.full(41, 100.0)}, (LogNormal("flux", ("signal",), 0.1), Free("rate", ("flat",))))
    toys = Unbinned.of(model, GRID, []).toys(model.start, 12, np.random.default_rng(1))
    found = limit.minimise(toys)
    for step in 1e-2 * np.eye(3):
        for side in (-1, 1):
            assert np.all(toys.deviance(found.values + side * step) > found.deviance)


@pytest.mark.parametrize("background", [1e8, 1e12, 1e16])
@pytest.mark.parametrize("systematic", [0.0, 0.02])
def test_limits_scale_with_the_root_of_any_background(background: float, systematic: float) -> None:
    """λ − n + n ln(n/λ) written so is rounding from 1e11 counts on; the limit is in units of √n."""

    def at(size: float) -> tuple[float, float, float]:
        factors = (Gaussian("level", ("flat",), systematic),) if systematic else ()
        signal = Signal.of({"moment": 1}, lambda moment: moment * SHAPE)
        flat = size * np.array([1.0, 1.1, 1.2, 1.1, 1.0])
        model = Model(signal, {"flat": flat}, factors, bounds={"moment": limit.NOT_NEGATIVE})
        counts = flat + np.sqrt(flat) * [1.0, -0.5, 0.2, -1.3, 0.4]
        data = Binned.of(model, counts)
        found = limit.fit(data)
        root = np.sqrt(size)
        return found.values["moment"] / root, found.errors["moment"] / root, limit.upper_limit(data, "moment") / root

    # Poisson's skewness is what is left, 1/√n of the least of them.
    np.testing.assert_allclose(at(background), at(1e9), rtol=5e-4, atol=2e-4)


def test_fit_ends_where_another_step_is_lost_in_rounding() -> None:
    """At 10¹¹ counts a bin, D has rounding errors of some 10⁻⁵: nothing may wait for a decrease of 10⁻⁸."""
    scale = 1e10
    signal = Signal.of({"x": 2}, lambda x: scale * (1 + 0.01 * x * SHAPE + 0.02 * x * x * SHAPE))
    factors = (LogNormal("flux", ("signal",), 0.1), Free("level", ("flat",)))
    model = Model(signal, {"flat": np.full(5, 20 * scale)}, factors)
    held = np.linspace(-3.0, 3.0, 13)
    likelihood = Binned.of(model, model.expected(model.start[None, :])[0]).select(np.zeros(13, dtype=np.intp))
    found = limit.minimise(likelihood, {"x": held})
    for step in np.diag([0.0, 1e-3, 1e-6])[1:]:
        for side in (-1, 1):
            assert np.all(likelihood.deviance(found.values + side * step) > found.deviance)


@pytest.mark.slow
@pytest.mark.parametrize("fluctuated", [False, True], ids=["expected", "fluctuated, with a band"])
def test_interval_of_a_charge(fluctuated: bool) -> None:
    """Wilks: at both ends D is 2.706 above its least, with log-normal factors and a parameter of two signs."""
    model = charge_model(flux=0.03, efficiency=0.03)
    counts = model.expected(model.start[None, :])[0]
    if fluctuated:
        nominal = model.signal
        coefficients = nominal.coefficients * np.linspace(0.7, 1.0, 21)
        softer = Signal(nominal.parameters, nominal.components, nominal.exponents, coefficients)
        model = Model(nominal, model.backgrounds, model.factors, (Morphing("binding", {1.0: softer}),))
        counts = np.random.default_rng(20).poisson(counts)
    likelihood = Binned.of(model, counts)
    found = limit.interval(likelihood, "charge")
    assert found.low < found.best < found.high
    rise = limit.scan(likelihood, "charge", [found.low, found.high]).rise
    np.testing.assert_allclose(rise, 2.7055, atol=1e-3)


def test_curvature_of_the_parameters_of_interest() -> None:
    """Where every count is below λ, D bends as its gradient says, at the vertex too; and it never bends down."""
    values = np.array([[0.1, -0.2, 0.3]])
    likelihood = Binned.of(Model(JOINT, {"flat": np.full(3, 9.0)}), np.zeros(3))
    step = 1e-5 * np.eye(3)
    numeric = [
        (likelihood.derivatives(values + h).gradient - likelihood.derivatives(values - h).gradient)[0] for h in step
    ]
    np.testing.assert_allclose(
        likelihood.derivatives(values).curvature[0], np.array(numeric) / 2e-5, rtol=1e-6, atol=1e-6
    )
    for counts in ([0.0, 0.0, 0.0], [90.0, 1.0, 5.0], [90.0, 90.0, 90.0]):
        found = Binned.of(likelihood.model, counts).derivatives(values).curvature[0]
        assert np.linalg.eigvalsh(found).min() > -1e-9 * np.abs(found).max()
    density = Model(Signal.of({"charge": 2}, lambda charge: charge**2 / (1 + GRID)), {"flat": np.full(41, 5.0)})
    events = Unbinned.of(density, GRID, [0.3, 2.2, 10.0])
    ends = [events.derivatives(np.array([[c]])).gradient[0, 0] for c in (0.2 - 1e-5, 0.2 + 1e-5)]
    assert events.derivatives(np.array([[0.2]])).curvature[0, 0, 0] == pytest.approx(
        (ends[1] - ends[0]) / 2e-5, rel=1e-6
    )


def test_contour_of_two_parameters() -> None:
    """A Gaussian likelihood has an ellipse, its area π·4.61·√det of the covariance at 90 %."""
    signal = Signal.of(
        {"a": 1, "b": 1}, lambda a, b: 1e5 + 300 * a * np.array([1.0, 0.5]) + 300 * b * np.array([0.2, 1.0])
    )
    likelihood = Binned.of(Model(signal), [1e5, 1e5])
    axis = np.linspace(-5, 5, 61)
    found = limit.contour(likelihood, ("a", axis), ("b", axis))
    jacobian = 300 * np.array([[1.0, 0.5], [0.2, 1.0]]) / np.sqrt(1e5)
    area = np.pi * 4.605 / abs(np.linalg.det(jacobian))
    (line,) = found.lines(0.9)
    x, y = line.T
    assert abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2 == pytest.approx(area, rel=0.01)
    assert found.inside(0.9).sum() * (10 / 60) ** 2 == pytest.approx(area, rel=0.05)


# --- toys -----------------------------------------------------------------------------------------


def test_a_seed_reproduces_and_progress_is_told() -> None:
    likelihood = Binned.of(spectrum_model(rate=0.1), [21, 25, 19, 17, 22])
    values, told = np.linspace(0, 1, 5), []
    first, second, other = (
        limit.belt(likelihood, "moment", values, toys=100, seed=seed, progress=lambda *p: told.append(p))
        for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(first.critical, second.critical)
    assert np.any(first.critical != other.critical)
    assert told[:5] == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    # A value's toys depend on its place alone.
    part = limit.belt(likelihood, "moment", values[:3], toys=100, seed=7)
    np.testing.assert_array_equal(part.critical, first.critical[:3])


def test_belt_says_when_its_values_do_not_reach() -> None:
    likelihood = Binned.of(spectrum_model(rate=0.1), [51, 45, 29, 22, 22])
    with pytest.raises(ValueError, match="give larger"):
        _ = limit.belt(likelihood, "moment", [0.0, 0.9, 1.0], toys=100).interval
    with pytest.raises(ValueError, match="give smaller"):
        _ = limit.belt(likelihood, "moment", [0.9, 1.0, 3.0], toys=100).interval


def test_limit_that_excludes_everything_is_an_error() -> None:
    likelihood = Binned.of(spectrum_model(), [5, 5, 9, 9, 9])
    with pytest.raises(ValueError, match="exclude every moment"):
        limit.upper_limit(likelihood, "moment")
    for procedure in (limit.Cls(), limit.Unified()):
        assert limit.upper_limit(likelihood, "moment", procedure=procedure) > 0


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [[1, 2, np.nan, 4, 5], [1, 2, -1, 4, 5], [1, 2, 3], [1, 2, np.inf, 4, 5]])
def test_bad_counts(counts: list[float]) -> None:
    with pytest.raises(ValueError, match=r"the counts (must|have)"):
        Binned.of(spectrum_model(), counts)


def test_bad_events() -> None:
    for events in ([11.0], [np.nan], [-0.1]):
        with pytest.raises(ValueError, match="outside the window"):
            Unbinned.of(density_model(), GRID, events)
    with pytest.raises(ValueError, match="ascend"):
        Unbinned.of(density_model(), GRID[::-1], [1.0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"backgrounds": {"flat": [1.0, 2.0]}}, "shape"),
        ({"backgrounds": {"flat": [1.0, np.nan, 1, 1, 1]}}, "finite"),
        ({"backgrounds": {"signal": np.ones(5)}}, "name 'signal'"),
        ({"factors": (Gaussian("x", ("flux",), 0.1),)}, "scales 'flux'"),
        ({"factors": (Gaussian("moment", ("signal",), 0.1),)}, "name 'moment'"),
        ({"factors": (Gaussian("x", ("signal",), [0.1, 0.2]),)}, "2 bins"),
        ({"bounds": {"mu": (0, 1)}}, "bounds for 'mu'"),
        ({"bounds": {"moment": (1, 1)}}, "ascend"),
        ({"bands": (Morphing("b", {1.0: JOINT}),)}, "variant at 1.0"),
    ],
)
def test_models_that_do_not_fit_together(changes: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Model(Signal.of({"moment": 1}, lambda moment: moment * SHAPE), **changes)


@pytest.mark.parametrize("sigma", [-0.1, np.nan, np.inf])
def test_bad_errors(sigma: float) -> None:
    for kind in (Gaussian, LogNormal):
        with pytest.raises(ValueError, match="finite and ≥ 0"):
            kind("x", ("signal",), sigma)


def test_bad_questions() -> None:
    likelihood = Binned.of(spectrum_model(), [21, 25, 19, 17, 22])
    with pytest.raises(ValueError, match="unknown parameter 'mu'"):
        limit.upper_limit(likelihood, "mu")
    with pytest.raises(ValueError, match="between 0 and 1"):
        limit.upper_limit(likelihood, "moment", 90)
    with pytest.raises(ValueError, match="bounds"):
        limit.scan(likelihood, "moment", [-1.0, 1.0])
    with pytest.raises(ValueError, match="too few"):
        limit.belt(likelihood, "moment", [0.0, 1.0], toys=3)
    unbounded = Model(likelihood.model.signal, likelihood.model.backgrounds)
    with pytest.raises(ValueError, match="no lower bound"):
        limit.upper_limit(Binned.of(unbounded, [21, 25, 19, 17, 22]), "moment")
    blind = Model(
        Signal.of({"moment": 1}, lambda moment: 0 * SHAPE), {"flat": np.ones(5)}, bounds={"moment": (0, np.inf)}
    )
    with pytest.raises(RuntimeError, match="do not limit"):
        limit.upper_limit(Binned.of(blind, np.ones(5)), "moment")

"""Fluxes that are correlated, the luminosity of the Sun, and sin²θ_W: what fits have in common."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

import nuatom as na
from nuatom import limit
from nuatom.config import ConfigError, Experiment, Joint, parse
from nuatom.limit import Binned, LogNormal, Model, Signal
from nuatom.limit.joint import joint_model
from nuatom.source import Solar
from nuatom.source.luminosity import light
from nuatom.units import MeV, cm2, keV, s

SUN = """
[source]
kind = "solar"
[target]
material = "Xe"
[detector]
exposure = "20 tonne year"
[[background]]
name = "flat"
kind = "flat"
rate = "2/(tonne year keV)"
uncertainty = 0
[bins]
edges = "1:61keV:5:lin"
[model]
response = "free"
[neutrino]
"""


def sun(source: str = "", neutrino: str = "") -> Experiment:
    return parse(SUN.replace('kind = "solar"', f'kind = "solar"\n{source}') + neutrino)


def line(neutrino: str, exposure: float = 20) -> Experiment:
    """Neutrinos of one energy, which cost less."""
    source = 'kind = "mono-energetic"\nenergy = "0.8 MeV"\nflux = "1e11/(cm2 s)"\nuncertainty = 0.03'
    return parse(SUN.replace('kind = "solar"', source).replace("20 tonne", f"{exposure} tonne") + neutrino)


# --- correlated measurements -----------------------------------------------------------------------

COUNTS = np.array([31, 18, 14, 9])
SHAPES = np.array([[12.0, 5.0, 2.0, 1.0], [2.0, 4.0, 5.0, 3.0], [1.0, 1.0, 1.0, 1.0]])
SIGMA, RHO = (0.2, 0.3, 0.25), {("a", "b"): -0.7, ("b", "c"): 0.4}
MATRIX = np.array([[1.0, -0.7, 0.0], [-0.7, 1.0, 0.4], [0.0, 0.4, 1.0]])


def correlated() -> Model:
    """A signal of one component on two others, three errors, two of which go against each other."""
    signal = Signal.of({"x": 1}, lambda x: np.array([x * SHAPES[0], SHAPES[1], SHAPES[2]]), components=("1", "2", "3"))
    factors = tuple(LogNormal(name, (of,), size) for name, of, size in zip("abc", "123", SIGMA, strict=True))
    return Model(signal, {"flat": np.full(4, 6.0)}, factors, (), {"x": limit.NOT_NEGATIVE}, (), RHO)


def deviance(x: float, a: np.ndarray) -> float:
    """−2 ln L written out: Poisson, and a normal distribution of three numbers by another program."""
    scale = np.power(1 + np.array(SIGMA), a)
    mean = x * SHAPES[0] * scale[0] + SHAPES[1] * scale[1] + SHAPES[2] * scale[2] + 6.0
    normal = multivariate_normal([0, 0, 0], MATRIX)
    constraint = -2 * (normal.logpdf(a) - normal.logpdf([0, 0, 0]))
    return float(2 * np.sum(mean - COUNTS + COUNTS * np.log(COUNTS / mean)) + constraint)


@pytest.mark.parametrize("seed", range(3))
def test_the_likelihood_has_the_correlations(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, a = float(random.uniform(0, 3)), random.normal(size=3)
    data = Binned.of(correlated(), COUNTS)
    assert data.at(x=x, **dict(zip("abc", a, strict=True))) == pytest.approx(deviance(x, a), rel=1e-12)
    point = np.array([[x, *a]])
    found = data.derivatives(point)
    for i in range(4):
        step = np.zeros((1, 4))
        step[0, i] = 1e-5
        slope = (data.deviance(point + step) - data.deviance(point - step)) / 2e-5
        assert found.gradient[0, i] == pytest.approx(float(slope[0]), rel=1e-6, abs=1e-6)


def test_the_profile_is_that_of_brute_force() -> None:
    values = np.array([0.0, 0.6, 1.4, 2.5])
    scan = limit.scan(Binned.of(correlated(), COUNTS), "x", values)
    best = []
    for x in values:
        found = minimize(lambda a, x=x: deviance(x, a), np.zeros(3), method="BFGS", options={"gtol": 1e-9})
        best.append(found.fun)
    np.testing.assert_allclose(np.diff(scan.rise), np.diff(best), rtol=0, atol=1e-6)
    independent = Model(*[getattr(correlated(), n) for n in ("signal", "backgrounds", "factors", "bands", "bounds")])
    other = limit.scan(Binned.of(independent, COUNTS), "x", values)
    assert np.max(np.abs(other.rise - scan.rise)) > 0.02  # they matter


def test_toys_have_them() -> None:
    data = Binned.of(correlated(), COUNTS)
    point = data.model.point({"x": 1.0, "a": 0.5})
    toys = data.toys(point, 20_000, np.random.default_rng(3))
    np.testing.assert_allclose(np.cov(toys.auxiliary.T), MATRIX, atol=0.03)
    np.testing.assert_allclose(toys.auxiliary.mean(axis=0), point[1:], atol=0.03)


def test_a_joint_model_has_them_once() -> None:
    """All three shared by two experiments, and all three each one's own."""
    one = correlated()
    both, apart = (joint_model({"A": one, "B": one}, shared) for shared in (("a", "b", "c"), ()))
    assert both.parameters == ("x", "a", "b", "c")
    a = np.array([0.7, -0.4, 1.1])
    values = dict(zip("abc", a, strict=True))
    constraint = float(a @ np.linalg.inv(MATRIX) @ a)
    alone = Binned.of(one, COUNTS).at(x=1.2, **values)
    twice = np.concatenate([COUNTS, COUNTS])
    assert Binned.of(both, twice).at(x=1.2, **values) == pytest.approx(2 * alone - constraint, rel=1e-12)
    own = {f"{name}: {key}": value for name in "AB" for key, value in values.items()}
    assert Binned.of(apart, twice).at(x=1.2, **own) == pytest.approx(2 * alone, rel=1e-12)


@pytest.mark.slow
def test_a_joint_limit_with_correlations_covers() -> None:
    """2000 toys of two experiments with three errors in common, two of them against each other, at a signal.

    Within three errors of 90 %, and one percent for closed forms with some tens of events.
    """
    one = correlated()
    data = Binned.of(joint_model({"A": one, "B": one}, ("a", "b", "c")), np.concatenate([COUNTS, COUNTS]))
    toys = data.toys(data.model.point({"x": 1.0}), 2000, np.random.default_rng(11))
    low, high, _ = limit.intervals(toys, "x", 0.9)
    share = np.mean((low <= 1.0) & (1.0 <= high))
    assert abs(share - 0.9) < 3 * np.sqrt(0.9 * 0.1 / 2000) + 0.01


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ({("a", "z"): 0.1}, "which is not measured"),
        ({("a", "b"): 1.0}, "expected a number between -1 and 1"),
        ({("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}, "contradict each other"),
    ],
)
def test_correlations_that_cannot_be(pairs: dict[tuple[str, str], float], said: str) -> None:
    one = correlated()
    with pytest.raises(ValueError, match=said):
        Model(one.signal, one.backgrounds, one.factors, (), one.bounds, (), pairs)


# --- the light of the Sun ----------------------------------------------------------------------------


def test_energies_of_light_are_those_of_the_literature() -> None:
    """J. N. Bahcall, Phys. Rev. C 65 (2002) 025801, table I; of CNO the sum, because it counts a step elsewhere.

    Mean energies of ⁷Be and ⁸B are others here: 12.55 follows from its lines, and the spectrum of ⁸B is a newer one.
    """
    found = {name: value / MeV for name, value in light(Solar().components).items()}
    for name, value, tolerance in (
        ("pp", 13.0987, 1e-4),
        ("pep", 11.9193, 1e-3),
        ("hep", 3.7370, 2e-3),
        ("7Be", 12.6008, 5e-3),
        ("8B", 6.6305, 6e-3),
    ):
        assert found[name] == pytest.approx(value, rel=tolerance), name
    assert found["13N"] + found["15O"] == pytest.approx(3.4577 + 21.5706, rel=1e-4)


def test_the_fluxes_make_the_light_of_the_sun() -> None:
    """1361 W/m² at the Earth (the models have L = 3.842e33 erg/s, 0.4 % more than is measured today)."""
    components = Solar().components
    energies = light(components)
    total = sum(energies[c.name] * c.flux for c in components) / (MeV / (cm2 * s))
    assert total * 1.602176634e-13 * 1e4 == pytest.approx(1361.0, rel=5e-3)


def test_the_luminosity_is_a_constraint() -> None:
    """(a)ᵀ C⁻¹ (a) is Σ a_i² of all but pp, and [Σ w_i δ_i / σ]² of the light, written out."""
    found = sun("luminosity = 0.003").fluxes
    components = Solar().components
    energies = light(components)
    power = np.array([energies[c.name] * c.flux for c in components])
    share = power / power.sum()
    own = np.array([c.uncertainty for c in components])
    random = np.random.default_rng(5)
    for _ in range(4):
        delta = random.normal(size=len(components)) * own
        others = np.delete(delta / own, 0)
        by_hand = np.sum(others**2) + (share @ delta / 0.003) ** 2
        a = delta / found.errors
        assert a @ np.linalg.inv(found.correlation) @ a == pytest.approx(by_hand, rel=1e-7)
    # The model has its own error of pp from its luminosity, too.
    assert sun("luminosity = 0.003").fluxes.error("pp") == pytest.approx(own[0], rel=0.1)


def test_a_model_of_the_sun_has_correlations() -> None:
    light_alone = sun("luminosity = 0.004").model
    assert light_alone.correlations["flux pp", "flux 7Be"] == pytest.approx(-0.73, abs=0.02)
    given = sun("correlations = { 7Be = { pp = -0.8 }, 13N = { 15O = 0.9 } }")
    assert given.model.correlations == {("flux pp", "flux 7Be"): -0.8, ("flux 13N", "flux 15O"): 0.9}
    error = 0.1
    both = sun(f"luminosity = {error}\ncorrelations = {{ 7Be = {{ 8B = 0.9 }} }}").fluxes
    assert both.pairs(("7Be", "8B")) == {("7Be", "8B"): pytest.approx(0.9)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("luminosity = 0.004\nuncertainty = 0.02", "source.luminosity: source.uncertainty is one error"),
        (
            "correlations = { pp = { 7Li = 0.1 } }",
            "source.correlations.pp.7Li: 'B16-GS98' has no '7Li'; expected one of",
        ),
        ("correlations = { pp = { 7Be = 1.5 } }", "source.correlations.pp.7Be: expected a number between -1 and 1"),
        ("correlations = { pp = { 7Be = 0.9 }, 8B = { pp = 0.9, 7Be = -0.9 } }", "they contradict each other"),
        ("luminosity = 0.004\ncorrelations = { pp = { 7Be = 0.1 } }", "those of pp are what source.luminosity says"),
        ("luminosity = 0", "source.luminosity: expected"),
    ],
)
def test_what_cannot_be_of_fluxes(words: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sun(words)
    assert said in caught.value.problems[0]


def test_a_reactor_is_no_sun() -> None:
    text = SUN.replace('kind = "solar"', 'kind = "reactor"\nflux = "1e13/(cm2 s)"\nluminosity = 0.01')
    with pytest.raises(ConfigError, match=r"source\.luminosity: '235U' is no component of the Sun"):
        parse(text)


# --- sin²θ_W -----------------------------------------------------------------------------------------

ERROR = 0.02


def test_the_rate_is_the_polynomial_of_the_weak_angle() -> None:
    """At 2.3 standard deviations with another parameter on, against weak couplings given by their numbers."""
    one = line(f'sin2_theta_uncertainty = {ERROR}\nfit = ["charge_radius"]')
    assert one.signal.parameters == ("charge_radius", "sin2_theta")
    a, radius = -2.3, 2e-32 * cm2
    (parameter,) = one.parameters
    found = one.signal(charge_radius=parameter.to_fit(radius), sin2_theta=a).sum(axis=0)
    vector, axial = na.Weak("e").couplings()
    neutrino = na.Neutrino(weak=na.Weak(g_V=vector + 2 * ERROR * a, g_A=axial), charge_radius=radius)
    total = one.detector.expected(one.source, neutrino, na.FreeElectrons("Xe"), one.edges).total
    np.testing.assert_allclose(found, total, rtol=1e-6)


def test_a_limit_with_the_weak_angle_is_that_of_brute_force() -> None:
    """A measurement at zero of unit width, and the profile over it by another minimiser."""
    text = f'sin2_theta_uncertainty = {ERROR}\nfit = ["charge_radius"]'
    one = line(text).with_settings(source={"uncertainty": 0})
    assert one.model.parameters == ("charge_radius", "sin2_theta")
    seen = one.asimov.counts[0] + np.array([4.0, -3.0, 5.0, -2.0])
    data = Binned.of(one.model, seen)
    background = one.backgrounds["flat"]

    def written_out(x: float, a: float) -> float:
        mean = one.signal(charge_radius=x, sin2_theta=a).sum(axis=0) + background
        return float(2 * np.sum(mean - seen + seen * np.log(seen / mean)) + a**2)

    values = np.array([-2.0, -0.5, 0.5, 1.5])
    scan = limit.scan(data, "charge_radius", values)
    best = [
        minimize(lambda a, x=x: written_out(x, a[0]), [0.0], method="BFGS", options={"gtol": 1e-9}).fun for x in values
    ]
    np.testing.assert_allclose(np.diff(scan.rise), np.diff(best), rtol=0, atol=1e-6)
    held = line('fit = ["charge_radius"]').with_settings(source={"uncertainty": 0})
    low, high, _ = limit.intervals(data, "charge_radius", 0.9)
    one_low, one_high, _ = limit.intervals(Binned.of(held.model, seen), "charge_radius", 0.9)
    assert high - low > 1.05 * (one_high - one_low)


def test_recoils_have_the_weak_angle() -> None:
    """g_V of a proton is ½ − 2 sin²θ_W, in the shift as in the whole."""
    at = np.array([0.1, 0.5]) * keV
    tree, shifted = (
        na.coherent.cross_section(weak, "Ge", 10 * MeV, at)
        for weak in (na.Weak("e", sin2_theta=0.25), na.Weak("e", sin2_theta=0.24, sin2_shift=0.01))
    )
    np.testing.assert_allclose(shifted, tree, rtol=1e-12)


def test_experiments_share_it() -> None:
    text = f"sin2_theta_uncertainty = {ERROR}"
    first, second = line(text), line(text, 5)
    both = Joint({"one": first, "two": second})
    assert both.shared == ("sin2_theta", "flux")
    values = {"magnetic_moment_squared": 0.3, "sin2_theta": 0.8, "flux": -0.5}
    counts = [np.round(one.asimov.counts[0]) + 1 for one in (first, second)]
    alone = sum(Binned.of(one.model, n).at(**values) for one, n in zip((first, second), counts, strict=True))
    constraint = 0.8**2 + 0.5**2
    together = Binned.of(both.model, np.concatenate(counts)).at(**values)
    assert together == pytest.approx(alone - constraint, rel=1e-11)
    with pytest.raises(ConfigError, match="expected the same in all, as sin²θ_W is"):
        Joint({"one": first, "two": line("")})


def test_experiments_share_the_band_of_their_atom() -> None:
    """One constraint on it for two detectors of helium; one of argon has its own."""
    table = {"target": {"material": "He"}, "model": {"band": ["stepping"]}}
    first, second = (line("", exposure).with_settings(**table) for exposure in (20, 5))
    both = Joint({"one": first, "two": second})
    assert both.shared == ("flux", "binding")
    counts = [np.round(one.asimov.counts[0]) + 1 for one in (first, second)]
    values = {"magnetic_moment_squared": 0.5, "flux": 0.4, "binding": -0.7}
    alone = sum(Binned.of(one.model, n).at(**values) for one, n in zip((first, second), counts, strict=True))
    together = Binned.of(both.model, np.concatenate(counts)).at(**values)
    assert together == pytest.approx(alone - 0.4**2 - 0.7**2, rel=1e-11)
    argon = second.with_settings(target={"material": "Ar"})
    assert Joint({"one": first, "two": argon}).shared == ("flux",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("weak = false\nsin2_theta_uncertainty = 0.01", "the weak interaction is off, and nothing depends on it"),
        ("g_V = 0.9\nsin2_theta_uncertainty = 0.01", "g_V is given, and nothing depends on it"),
        ("sin2_theta_uncertainty = -0.01", "neutrino.sin2_theta_uncertainty: expected"),
    ],
)
def test_what_cannot_be_of_the_weak_angle(words: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sun(neutrino=words)
    assert said in caught.value.problems[0]


def test_pyhf_has_no_form_for_them() -> None:
    data = Binned.of(correlated(), COUNTS)
    with pytest.raises(ValueError, match="no form for correlated measurements"):
        limit.pyhf_workspace(data, "x")

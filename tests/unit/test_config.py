"""Configurations: what they make, and that whatever is wrong with one is an error that names its key."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from configurations import TEXT, changed
from nuatom import config, limit
from nuatom.config import ConfigError, Experiment, load, parse, presets
from nuatom.config.inputs import named_files
from nuatom.detector import ErfEfficiency, FanoResolution, Lindhard, TabulatedEfficiency
from nuatom.units import cm2, day, eV, keV, kg, s, tonne, year


def problems(text: str, folder: Path = Path()) -> tuple[str, ...]:
    """What is wrong with a configuration, found before any rate is asked for."""
    with pytest.raises(ConfigError) as caught:
        parse(text, folder)
    assert all("\n" not in line for line in caught.value.problems)
    return caught.value.problems


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return parse(TEXT)


@pytest.fixture(autouse=True)
def nothing_computed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """No rate is computed by a test whose name says that it is about what is refused."""
    if "refused" in request.node.name:
        monkeypatch.setattr("nuatom.rates.rate_spectrum", None)
        monkeypatch.setattr("nuatom.rates.nuclear_rate_spectrum", None)


# --- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('"1000 kg day"', '"-5 kg day"', "detector.exposure", "'-5 kg day' is negative"),
        ('"1000 kg day"', '"0 kg day"', "detector.exposure", "more than zero, got '0 kg day'"),
        ('"1000 kg day"', "1000", "detector.exposure", 'such as "1.16 tonne year", got 1000'),
        ('"1000 kg day"', '"1000"', "detector.exposure", "has no unit"),
        ('"1000 kg day"', '"1000 kg"', "detector.exposure", "a mass alone is of a burst; expected an exposure"),
        ('"1000 kg day"', '"1000 kg dya"', "detector.exposure", "unknown unit 'dya'"),
        ('"1000 kg day"', '"nan kg day"', "detector.exposure", "not finite"),
        ('exposure = "1000 kg day"\n', "", "detector.exposure", 'missing; expected an exposure such as "1.16'),
        ("efficiency = 0.9", "efficiency = 1.2", "detector.efficiency", "from 0 to 1, got 1.2"),
        ("efficiency = 0.9", "efficiency = nan", "detector.efficiency", "from 0 to 1, got nan"),
        ("efficiency = 0.9", "efficiency = true", "detector.efficiency", "from 0 to 1, got true"),
        ("efficiency = 0.9", "eficiency = 0.9", "detector.eficiency", "unknown key; did you mean efficiency?"),
        ("efficiency = 0.9", 'efficiency = "none.csv"', "detector.efficiency", "No such file"),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "erf", position = "1keV", width = "0keV" }',
            "detector.efficiency.width",
            "more than zero",
        ),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "erf", position = "1keV", width = "1keV", plateau = 2 }',
            "detector.efficiency.plateau",
            "from 0 to 1, got 2",
        ),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "points", energy = ["1keV", "2keV", "3keV"], efficiency = [0, 1] }',
            "detector.efficiency",
            "as many energies as values, got 3 and 2",
        ),
        (
            '"0.1 keV"',
            '{ kind = "fano", noise = "1eV", fano = 0.1 }',
            "detector.resolution.pair_energy",
            "missing; expected an energy",
        ),
        ('"0.1 keV"', '{ kind = "fan", noise = "1eV" }', "detector.resolution.kind", "did you mean fano?"),
        ('"0.1 keV"', "0.1", "detector.resolution", "expected an energy with its unit"),
        ('"0.1 keV"', '"-0.1 keV"', "detector.resolution", "is negative"),
        ('"1 keV"', '"20 MeV"', "detector.threshold", "above the endpoint"),
        ('"1 keV"', '"20 keV"', "detector.threshold", "20 keV is above the last edge of the bins, 10 keV"),
        ('"2:10keV:5:lin"', '"20:40MeV:5"', "bins.edges", "above the endpoint"),
        ('"2:10keV:5:lin"', '["1keV", "3keV", "2keV"]', "bins.edges", "do not overlap, but 2 keV follows 3 keV"),
        ('"2:10keV:5:lin"', '["1keV", "1keV"]', "bins.edges", "do not overlap"),
        ('"2:10keV:5:lin"', '"2:10:5:lin"', "bins.edges", "'10' has no unit"),
        ('"2:10keV:5:lin"', "[1.0, 2.0]", "bins.edges", "expected edges such as"),
        ('[bins]\nedges = "2:10keV:5:lin"', "", "bins", "missing"),
        ("[bins]", "[binz]", "binz", "unknown key; did you mean bins?"),
        ('kind = "reactor"', 'kind = "reactr"', "source.kind", "unknown 'reactr'; did you mean reactor?"),
        ('kind = "reactor"\n', "", "source.kind", "missing; expected solar, reactor"),
        ('"2.7e13/(cm2 s)"', '"2.7e13"', "source.flux", "has no unit: expected a flux"),
        ('flux = "2.7e13/(cm2 s)"', 'power = "3 GW"', "source", "a power and a distance, or a flux"),
        ('flux = "2.7e13/(cm2 s)"', 'activity = "3 GW"', "source.activity", "unknown key"),
        ('"Ge"', '"Gx"', "target.material", "unknown element 'Gx'"),
        ('[target]\nmaterial = "Ge"', "", "target", "missing; expected a table with material"),
        ("uncertainty = 0.05", "", "background.flat.uncertainty", 'such as 0.05, or "free"'),
        ("uncertainty = 0.05", "uncertainty = -0.05", "background.flat.uncertainty", "got -0.05"),
        ("uncertainty = 0.05", 'uncertainty = "fre"', "background.flat.uncertainty", 'or "free"'),
        ('"2/(kg day keV)"', '"2/(kg day)"', "background.flat.rate", "expected 1/(kg day keV)"),
        ('rate = "2/(kg day keV)"', "", "background.flat.rate", "missing; expected a rate per mass and energy"),
        ('response = "free"', 'response = "fre"', "model.response", "did you mean free?"),
        ('response = "free"', "tolerance = 0", "model.tolerance", "from 0.0001 to 0.1, got 0"),
        ('response = "free"', "tolerance = nan", "model.tolerance", "got nan"),
        ('response = "free"', "tolerance = 0.2", "model.tolerance", "from 0.0001 to 0.1, got 0.2"),
        (
            'response = "free"',
            'response = "free"\ninteraction = "averaged"',
            "model.interaction",
            "a choice of the response 'screened', not of 'free': leave it out, or take response = \"screened\"",
        ),
        ('response = "free"', "width = 0.01", "model.width", "of the response 'screened', not of 'recommended'"),
        (
            'response = "free"',
            'response = "screened"\ninteraction = "avrged"',
            "model.interaction",
            "expected 'local', 'averaged', 'coulomb' or 'none', got 'avrged'; did you mean averaged?",
        ),
        ('response = "free"', 'response = "screened"\nwidth = 0.2', "model.width", "from 0.001 to 0.1, got 0.2"),
        ('response = "free"', 'response = "screened"\nwidth = nan', "model.width", "from 0.001 to 0.1, got nan"),
        ('response = "free"', 'response = "free"\nband = "free"', "model.band", "'free' is the response already"),
        ('response = "free"', 'band = "kli"', "model.band", "'kli' is the exchange already"),
        ('response = "free"', 'response = "screened"\nband = "local"', "model.band", "is the interaction already"),
        ('response = "free"', 'band = "averaged"', "model.band", "'averaged' is an interaction of the response 'scr"),
        ('response = "free"', 'band = ["free", "free"]', "model.band", "'free' is there twice"),
        ("efficiency = 0.9", "efficiency = 0", "detector.efficiency", "more than zero, got 0"),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "erf", position = "1keV", width = "1keV", plateau = 0 }',
            "detector.efficiency.plateau",
            "more than zero, got 0",
        ),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "step", position = "1keV", above = 0 }',
            "detector.efficiency",
            "above 0 on one side",
        ),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "points", energy = ["1keV", "2keV"], efficiency = [0, 0] }',
            "detector.efficiency",
            "above 0 at one energy at least",
        ),
        ('name = "flat"', 'name = "235U"', "background[1].name", "'235U' is a component of the source 'reactor'"),
        ('name = "flat"', 'name = " "', "background[1].name", "it is empty"),
        (
            "efficiency = 0.9",
            'channels = ["electrons", "electrons"]',
            "detector.channels",
            "'electrons' is there twice",
        ),
        ("[model]", "[limit]\ntoys = 49\n[model]", "limit.toys", "0 for none, or at least 50, got 49"),
        (
            "[model]",
            '[neutrino]\nfit = ["millicharge"]\n[limit]\nprocedure = "cls"\n[model]',
            "limit.procedure",
            "millicharge may have either sign",
        ),
        (
            "[model]",
            '[neutrino]\nfit = ["magnetic_moment", "millicharge"]\n[limit]\nprocedure = "one-sided"\n[model]',
            "limit.procedure",
            "'one-sided' sets the upper limit of what is not negative; millicharge may have either sign",
        ),
        (
            "efficiency = 0.9",
            'efficiency = { kind = "step", position = "10 keV" }',
            "detector.efficiency",
            "it is 0 in all bins, from 2 to 10 keV",
        ),
        ("efficiency = 0.9", "quenching = 0", "detector.quenching", "more than zero, got 0"),
        ("[model]", "[limit]\nconfidence = 90\n[model]", "limit.confidence", "from 0 to 1, got 90"),
        ("[model]", "[limit]\nconfidence = 1.0\n[model]", "limit.confidence", "between 0 and 1"),
        ("[model]", "[limit]\ntoys = -1\n[model]", "limit.toys", "at least 0, got -1"),
        ("[model]", "[limit]\ntoys = 1.5\n[model]", "limit.toys", "whole number, got 1.5"),
        ("[model]", '[limit]\nprocedure = "one"\n[model]', "limit.procedure", "'one-sided', 'cls', 'unified' or 'pcl'"),
        ("[model]", "[neutrino]\nfit = []\n[model]", "neutrino.fit", "at least 1 values"),
        ("[model]", '[neutrino]\nfit = ["moment"]\n[model]', "neutrino.fit[1]", "expected 'magnetic_moment'"),
        ("[model]", '[neutrino]\nweak = "yes"\n[model]', "neutrino.weak", "true or false, got 'yes'"),
        ("[model]", "[neutrino]\nmagnetic_moment = 1e-11\n[model]", "neutrino.magnetic_moment", "cannot be held too"),
        (
            "[model]",
            '[neutrino]\nfit = ["millicharge", "millicharge"]\n[model]',
            "neutrino.fit",
            "'millicharge' is there twice",
        ),
        (
            "[model]",
            '[neutrino]\nfit = ["anapole", "charge_radius"]\n[model]',
            "neutrino.fit",
            "the same as a charge radius",
        ),
        ("[model]", "[data]\ncounts = [1, 2, nan, 4]\n[model]", "data.counts[3]", "finite number ≥ 0, got nan"),
        ("[model]", "[data]\ncounts = [1, 2, -3, 4]\n[model]", "data.counts[3]", "finite number ≥ 0, got -3"),
        ("[model]", "[data]\ncounts = [1, 2]\n[model]", "data.counts", "4 values, one per bin, got 2"),
        ("[model]", '[data]\ncounts = ["a"]\n[model]', "data.counts[1]", "expected a number, got 'a'"),
        ("[model]", "[data]\ncounts = 1\n[model]", "data.counts", "expected a list, got 1"),
        ("[model]", "[data]\n[model]", "data", "either counts or events"),
        ("[model]", '[data]\ncounts = "none.csv"\n[model]', "data.counts", "No such file"),
        ("[model]", '[data]\nevents = ["nan keV"]\n[model]', "data.events[1]", "is not finite"),
        ("efficiency = 0.9", 'channels = ["recoils"]', "detector.quenching", "missing; recoils need one"),
        ("efficiency = 0.9", 'channels = ["ions"]', "detector.channels[1]", "'electrons' or 'recoils', got 'ions'"),
    ],
)
def test_refused_with_its_key(old: str, new: str, key: str, said: str) -> None:
    (line,) = problems(changed(old, new))
    assert line.startswith(f"{key}: "), line
    assert said in line


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("efficiency", "expected an efficiency above 0 at one energy at least, got 0 at all of them in zero.csv"),
        ("true_efficiency", "expected an efficiency above 0 at one energy at least"),
        ("quenching", "quenching is 0 at all energies: expected a fraction above 0"),
    ],
)
def test_refused_file_of_zeros(key: str, said: str, tmp_path: Path) -> None:
    name = key.removeprefix("true_")
    (tmp_path / "zero.csv").write_text(f"energy [keV], {name} [%]\n0, 0\n20, 0\n")
    (line,) = problems(changed("efficiency = 0.9", f'{key} = "zero.csv"'), tmp_path)
    assert line.startswith(f"detector.{key}: ")
    assert said in line


@pytest.mark.slow
def test_an_efficiency_of_some_bins_is_one() -> None:
    """Zero in all bins but a part of the last."""
    step = 'efficiency = { kind = "step", position = "9.9 keV" }'
    assert parse(changed("efficiency = 0.9", step)).limit().high > 0


def test_refused_text_is_no_toml() -> None:
    (line,) = problems("[source\nkind = 1")
    assert "not a TOML file" in line


def test_refused_with_all_errors_at_once() -> None:
    text = changed('"1000 kg day"', '"-1 kg day"', changed("efficiency = 0.9", "efficiency = 2", TEXT))
    assert [line.split(":")[0] for line in problems(text)] == ["detector.exposure", "detector.efficiency"]
    with pytest.raises(ConfigError, match=r"configuration has 2 errors:\n  detector\.exposure"):
        parse(text)
    # What makes no sense together is listed at once too.
    both = changed('"Ge"', '"Gx"', changed('"2:10keV:5:lin"', '["2keV", "1keV"]', TEXT))
    assert {line.split(":")[0] for line in problems(both)} == {"target.material", "bins.edges"}


def test_refused_with_two_backgrounds_of_a_name() -> None:
    again = '[[background]]\nname = "flat"\nkind = "flat"\nrate = "1/(kg day keV)"\nuncertainty = "free"\n[bins]'
    (line,) = problems(changed("[bins]", again))
    assert line.startswith("background[2].name: there is another 'flat'")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,2,nan", "expected a finite number, got 'nan'"),
        ("1,3,5\n2,4,5", "bins 1 and 2 overlap"),
        ("1,2,-5", "expected counts ≥ 0"),
        ("2,1,5", "expected low < high"),
    ],
)
def test_refused_data_in_a_file(rows: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(f"low [keV], high [keV], counts\n{rows}\n")
    text = changed('[bins]\nedges = "2:10keV:5:lin"', '[data]\ncounts = "data.csv"')
    (line,) = problems(text, tmp_path)
    assert line.startswith("data.counts: ")
    assert said in line


def test_refused_bins_beside_those_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("low [keV], high [keV], counts\n1,2,5\n")
    (line,) = problems(changed("[model]", '[data]\ncounts = "data.csv"\n[model]'), tmp_path)
    assert line.startswith("bins.edges: ")


def test_refused_names() -> None:
    with pytest.raises(ValueError, match=r"unknown preset 'gema': .*did you mean gemma\?"):
        load("gema")
    with pytest.raises(ValueError, match=r"cannot read 'none\.toml'"):
        load("none.toml")


def test_refused_settings_in_a_change(experiment: Experiment) -> None:
    with pytest.raises(ValueError, match=r"model\.response"):
        experiment.with_response("bound")
    with pytest.raises(ConfigError, match=r"modell: unknown key; did you mean model\?"):
        experiment.with_settings(modell={})
    with pytest.raises(ValueError, match="'millicharge' is not fitted: expected one of magnetic_moment"):
        experiment.parameter("millicharge")


# --- what it makes -------------------------------------------------------------------------------


def test_parts_are_those_of_the_file(experiment: Experiment) -> None:
    assert experiment.title == "a test"
    assert sum(c.flux for c in experiment.source.components) == pytest.approx(2.7e13 / (cm2 * s))
    assert experiment.detector.exposure == pytest.approx(1000 * kg * day)
    assert experiment.detector.threshold == pytest.approx(1 * keV)
    np.testing.assert_allclose(experiment.detector.resolution(np.array([5 * keV])), 0.1 * keV)
    np.testing.assert_allclose(experiment.edges, np.array([2, 4, 6, 8, 10]) * keV)
    np.testing.assert_allclose(experiment.backgrounds["flat"], 4000.0)
    assert experiment.counts is None
    assert [element.symbol for element, _, _ in experiment.material().parts] == ["Ge"]


def test_parts_of_other_kinds() -> None:
    text = changed("efficiency = 0.9", 'efficiency = { kind = "erf", position = "1 keV", width = "50 eV" }')
    text = changed('"0.1 keV"', '{ kind = "fano", noise = "80 eV", fano = 0.11, pair_energy = "2.96 eV" }', text)
    text = changed('threshold = "1 keV"', 'quenching = { kind = "lindhard", element = "Ge", k = 0.162 }', text)
    detector = parse(text).detector
    assert detector.efficiency == ErfEfficiency(1 * keV, 50 * eV)
    assert detector.resolution == FanoResolution(80 * eV, 0.11, 2.96 * eV)
    assert detector.quenching == Lindhard(0.162, 32)


def test_relative_resolution_is_given_at_an_energy() -> None:
    text = changed('"0.1 keV"', '{ kind = "relative", stochastic = 0.31, at = "1 keV", constant = 0.0015 }')
    sigma = parse(text).detector.resolution(np.array([1 * keV, 4 * keV]))
    np.testing.assert_allclose(sigma / keV, [0.3115, 4 * (0.155 + 0.0015)])


def test_points_of_an_efficiency_go_on_beyond_their_ends() -> None:
    text = changed(
        "efficiency = 0.9", 'efficiency = { kind = "points", energy = ["1keV", "2keV"], efficiency = [0.2, 0.8] }'
    )
    efficiency = parse(text).detector.efficiency
    assert isinstance(efficiency, TabulatedEfficiency)
    np.testing.assert_allclose(efficiency(np.array([0.0, 0.5, 1.5, 2.0, 1e4]) * keV), [0.2, 0.2, 0.5, 0.8, 0.8])


def test_files_are_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "eff.csv").write_text("energy [keV], efficiency [%]\n0, 50\n20, 100\n")
    (tmp_path / "flux.csv").write_text("energy[MeV],antinue[1/(cm2 s MeV)]\n1,1e12\n2,1e12\n3,1e12\n")
    text = changed("efficiency = 0.9", 'efficiency = "eff.csv"')
    text = changed('kind = "reactor"\nflux = "2.7e13/(cm2 s)"', 'kind = "csv"\nfile = "flux.csv"', text)
    (tmp_path / "mine.toml").write_text(text)
    experiment = load(tmp_path / "mine.toml")
    np.testing.assert_allclose(experiment.detector.efficiency(np.array([10 * keV])), 0.75)
    assert experiment.source.components[0].flux == pytest.approx(2e12 / (cm2 * s))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ('kind = "solar"\nmodel = "B16-AGSS09met"', "B16-AGSS09met"),
        ('kind = "cr51"\nactivity = "3 MCi"\ndistance = "1 m"', "51Cr"),
        ('kind = "tritium"\nactivity = "1 PBq"\nsphere = { outer = "1 m", inner = "10 cm" }', "3H"),
        ('kind = "stopped-pion"\nflux = "1e7/(cm2 s)"', "stopped pions"),
        ('kind = "reactor"\npower = "3 GW"\ndistance = "13.9 m"\nfractions = { 235U = 1.0 }', "reactor"),
    ],
)
def test_sources(words: str, name: str) -> None:
    text = changed('kind = "reactor"\nflux = "2.7e13/(cm2 s)"', words)
    text = changed('edges = "2:10keV:5:lin"', 'edges = "1:1.2keV:3:lin"', changed('"1 keV"', '"0.5 keV"', text))
    assert parse(text).source.name == name


def test_power_and_distance_are_about_the_published_flux() -> None:
    text = changed('flux = "2.7e13/(cm2 s)"', 'power = "3 GW"\ndistance = "13.9 m"')
    # The flux that GEMMA quotes for its reactor, with the captures in 238U that some leave out.
    assert sum(c.flux for c in parse(text).source.components) == pytest.approx(2.7e13 / (cm2 * s), rel=0.1)


# --- what follows --------------------------------------------------------------------------------


def test_signal_is_the_expectation_of_the_detector(experiment: Experiment) -> None:
    for moment in (0.0, 3e-11):
        coupling = na.Neutrino(magnetic_moment=moment)
        direct = experiment.detector.expected(
            experiment.source, coupling, na.FreeElectrons("Ge"), experiment.edges
        ).total
        squared = (moment / 1e-11) ** 2
        np.testing.assert_allclose(experiment.signal(magnetic_moment_squared=squared).sum(axis=0), direct, rtol=1e-6)


def test_parts_of_one_spectrum_are_the_polynomial() -> None:
    """A charge interferes with the weak interaction: the terms of one spectrum against spectra of their own."""
    one = parse(changed("[model]", '[neutrino]\nfit = ["millicharge"]\n[model]'))
    for charge in (-0.7e-12, 0.0, 1.3e-12):
        direct = one.expected(na.Neutrino(millicharge=charge)).total
        np.testing.assert_allclose(one.signal(millicharge=charge / 1e-12).sum(axis=0), direct, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "fitted", "value", "unit"),
    [
        ("charge_radius", 3.0, 3e-32 * cm2, "cm2"),
        ("anapole", -0.5, -0.5e-32 * cm2, "cm2"),
        ("millicharge", 2, 2e-12, "e"),
    ],
)
@pytest.mark.parametrize("weak", [True, False])
def test_units_of_the_fit(name: str, fitted: float, value: float, unit: str, weak: bool) -> None:
    one = parse(changed("[model]", f'[neutrino]\nfit = ["{name}"]\nweak = {str(weak).lower()}\n[model]'))
    direct = one.expected(na.Neutrino(weak=weak, **{name: value})).total
    np.testing.assert_allclose(one.signal(**{name: fitted}).sum(axis=0), direct, rtol=1e-6)
    assert one.parameter(name).value(fitted) == pytest.approx(value)
    assert one.parameter(name).to_fit(value) == pytest.approx(fitted)
    assert one.parameter(name).label == unit


def test_what_is_held_is_part_of_the_signal() -> None:
    one = parse(changed("[model]", '[neutrino]\ncharge_radius = "-2e-32 cm2"\nmillicharge = 1e-13\n[model]'))
    direct = one.expected(na.Neutrino(magnetic_moment=2e-11, charge_radius=-2e-32 * cm2, millicharge=1e-13)).total
    np.testing.assert_allclose(one.signal(magnetic_moment_squared=4.0).sum(axis=0), direct, rtol=1e-6)


@pytest.mark.slow
def test_two_parameters_have_a_cross_term() -> None:
    both = parse(changed("[model]", '[neutrino]\nfit = ["millicharge", "charge_radius"]\n[model]'))
    direct = both.expected(na.Neutrino(millicharge=0.5e-12, charge_radius=3e-32 * cm2)).total
    np.testing.assert_allclose(both.signal(millicharge=0.5, charge_radius=3.0).sum(axis=0), direct, rtol=1e-5)
    assert {tuple(powers) for powers in both.signal.exponents.tolist()} >= {(0, 0), (1, 1), (2, 0), (0, 2)}
    found = both.limit("charge_radius")
    assert found.low < 0 < found.high
    assert found.low / cm2 > -1e-29


@pytest.mark.slow
def test_limit_without_data_is_the_median_sensitivity(experiment: Experiment) -> None:
    found, expected = experiment.limit(), experiment.sensitivity()
    assert not found.observed
    assert found.high == pytest.approx(expected.high, rel=1e-3)
    assert expected.bands is not None
    assert expected.bands[-1] < expected.bands[0] == expected.high < expected.bands[2]


def test_limit_of_a_counting_experiment_by_hand() -> None:
    """One bin, a known background: 90 % is where the signal is 1.2816 √(background) in the Gaussian regime."""
    text = changed('"2:10keV:5:lin"', '"2:10keV:2:lin"', changed("uncertainty = 0.05", "uncertainty = 0"))
    text = changed("uncertainty = 0.02", "uncertainty = 0", text)
    found = parse(changed("[model]", "[neutrino]\nweak = false\n[model]", text))
    per_unit = float(found.signal.coefficients[1].sum())
    background = 16000.0
    assert found.sensitivity().high == pytest.approx(1e-11 * np.sqrt(1.2816 * np.sqrt(background) / per_unit), rel=2e-3)


@pytest.mark.slow
def test_data_move_the_limit(experiment: Experiment) -> None:
    asimov = experiment.asimov.counts[0]
    more = asimov + 3 * experiment.signal.coefficients[1].sum(axis=0)
    text = changed("[model]", f"[data]\ncounts = {[float(n) for n in more]}\n[model]")
    found = parse(text).limit()
    assert found.observed
    assert found.high > experiment.limit().high
    unified = parse(changed("[model]", '[limit]\nprocedure = "unified"\n[model]', text)).limit()
    assert unified.best == pytest.approx(np.sqrt(3) * 1e-11, rel=1e-3)


def test_events_are_counted_in_the_bins(experiment: Experiment) -> None:
    text = changed("[model]", '[data]\nevents = ["1.5keV", "2.5keV", "3keV", "9keV", "10keV"]\n[model]')
    found = parse(text)
    np.testing.assert_array_equal(found.counts, [2, 0, 0, 2])
    assert found.events_outside == 1
    assert experiment.events_outside == 0


def test_the_whole_file_of_the_documentation(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    block, *_ = re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (tmp_path / "events.csv").write_text("energy [keV]\n2.9\n3.1\n60\n")
    found = parse(block, tmp_path)
    assert found.title == "a detector at a reactor"
    assert found.counts is not None
    assert found.counts.sum() == 2
    assert found.events_outside == 1
    assert found.settings.model.band == ["stepping"]


def test_cls_is_of_a_magnetic_moment() -> None:
    assert parse(changed("[model]", '[limit]\nprocedure = "cls"\n[model]')).settings.limit.procedure == "cls"


def test_refused_flux_file_that_is_not_there() -> None:
    (line,) = problems(changed('kind = "reactor"\nflux = "2.7e13/(cm2 s)"', 'kind = "csv"\nfile = "none.csv"'))
    assert line.startswith("source: cannot read 'none.csv': ")


def test_nuisances_are_those_of_the_file(experiment: Experiment) -> None:
    assert experiment.model.parameters == ("magnetic_moment_squared", "flux", "background flat")
    text = changed("uncertainty = 0.02\n", "", changed("uncertainty = 0.05", 'uncertainty = "free"\nmeasured = false'))
    other = parse(changed("efficiency = 0.9", "efficiency = 0.9\nefficiency_uncertainty = 0.1", text))
    names = other.model.parameters
    assert names[1:] == (*(f"flux {c.name}" for c in other.source.components), "background flat", "efficiency")
    assert isinstance(other.model.factors[-2], limit.Free)
    np.testing.assert_allclose(other.backgrounds["flat"], 0.9 * 4000)
    assert "flat" in other.model.factors[-1].of


@pytest.mark.slow
def test_band_morphs_into_another_response() -> None:
    banded = parse(changed('response = "free"', 'response = "stepping"\nband = "free"'))
    model = banded.model
    points = [model.point({"binding": pull, "magnetic_moment_squared": 9.0}) for pull in (0.0, 1.0)]
    nominal, shifted = model.expected(np.array(points))
    free = banded.with_response("free")
    np.testing.assert_allclose(nominal - 4000, banded.signal(magnetic_moment_squared=9.0).sum(axis=0))
    np.testing.assert_allclose(shifted - 4000, free.signal(magnetic_moment_squared=9.0).sum(axis=0))
    assert free.model.bands == ()
    assert banded.limit().high > free.limit().high


def test_screened_has_its_interaction_and_width() -> None:
    """Hydrogen has nothing to screen with, so that no table is made."""
    hydrogen = changed('"Ge"', '"H"\nmatter = false')
    words = 'response = "screened"\ninteraction = "averaged"\nwidth = 0.01\nexchange = "kohn-sham"'
    one = parse(changed('response = "free"', words, hydrogen))
    atom = na.Atom("H", exchange=na.KohnSham())

    def model_of(experiment: Experiment) -> na.ResponseModel:
        ((_, _, model),) = experiment.material().parts
        return model

    assert model_of(one) == na.Screened(atom, na.AveragedExchange(), 0.01)
    own = parse(changed('response = "free"', 'response = "screened"\nexchange = "kohn-sham"', hydrogen))
    assert model_of(own) == na.Screened(atom)
    assert model_of(one.with_response("central-field")) == na.CentralField(atom)
    assert model_of(one.with_response("screened", interaction="coulomb")) == na.Screened(atom, na.CoulombOnly(), 0.01)


@pytest.mark.slow
def test_a_band_may_be_of_interactions() -> None:
    text = changed('response = "free"', 'response = "screened"\nband = ["averaged", "free"]', changed('"Ge"', '"H"'))
    banded = parse(text)
    other = banded.with_settings(model={"interaction": "averaged", "band": []})
    (band,) = banded.model.bands
    np.testing.assert_allclose(band.variants[1.0].coefficients, other.signal.coefficients)
    free = banded.with_response("free").signal
    np.testing.assert_allclose(band.variants[-1.0].coefficients, free.coefficients)


@pytest.mark.slow
def test_recoils_are_components_of_their_own() -> None:
    text = changed("efficiency = 0.9", 'channels = ["electrons", "recoils"]\nquenching = 0.2\ncutoff = "10 eV"')
    text = changed(
        '"2:10keV:5:lin"', '"0.2:0.6keV:5:lin"', changed('threshold = "1 keV"', 'threshold = "0.2 keV"', text)
    )
    both = parse(changed('"0.1 keV"', '"0.01 keV"', text))
    counts = dict(zip(both.signal.components, both.signal.coefficients[0].sum(axis=1), strict=True))
    assert len(counts) == 2 * len(both.source.components)
    direct = both.detector.expected(both.source, na.Neutrino(), "Ge", both.edges, recoils=True)
    assert counts["235U recoils"] == pytest.approx(direct.by_component["235U"].sum(), rel=1e-9)
    assert counts["235U recoils"] > 100 * counts["235U"]


@pytest.mark.slow
def test_toys_repeat_with_their_seed_and_agree_with_the_closed_form(experiment: Experiment) -> None:
    steps: list[tuple[int, int]] = []
    first, belt = experiment.toys(toys=300, seed=7, progress=lambda done, total: steps.append((done, total)))
    again, _ = experiment.toys(toys=300, seed=7)
    other, _ = experiment.toys(toys=300, seed=8)
    assert first == again != other
    assert steps[-1] == (25, 25)
    assert belt.values[0] == 0
    unified = experiment.with_settings(limit={"procedure": "unified"}).sensitivity()
    # 300 toys know a 90 % quantile to some 10 %, and the limit of μ to a quarter of that of t.
    assert first.high == pytest.approx(unified.high, rel=0.08)


@pytest.mark.slow
def test_a_change_of_settings_keeps_the_rest(experiment: Experiment) -> None:
    found = experiment.with_settings(limit={"confidence": 0.95})
    assert found.settings.limit.confidence == 0.95
    assert found.settings.detector == experiment.settings.detector
    assert found.limit().high > experiment.limit().high
    more = experiment.with_settings(detector={"exposure": "10 tonne year"})
    assert more.detector.exposure == pytest.approx(10 * tonne * year)
    assert more.detector.threshold == experiment.detector.threshold


def test_scan_is_lowest_without_a_signal(experiment: Experiment) -> None:
    scan = experiment.scan()
    assert scan.values[0] == 0
    assert scan.rise[0] == pytest.approx(0.0, abs=1e-6)
    assert np.all(np.diff(scan.rise[1:]) > 0)


# --- presets -------------------------------------------------------------------------------------


def test_presets_are_these() -> None:
    assert presets() == tuple(sorted((*SKETCHES, *MEASURED)))


preset = cache(load)
MEASURED = ("lz-2022", "lz-2024", "pandax-4t", "xenonnt")
SKETCHES = ("conus-plus", "darwin", "gemma", "nugen", "texono")


@pytest.mark.parametrize("name", presets())
def test_what_a_preset_fits_can_be_changed(name: str) -> None:
    """No preset names a procedure, which would be refused for what has a sign."""
    other = preset(name).with_settings(neutrino={"fit": ["millicharge"]})
    assert other.settings.limit.procedure is None
    assert other.procedure_word == ("unified" if name in MEASURED else "one-sided")


@pytest.mark.parametrize("name", MEASURED)
def test_preset_with_data_says_what_it_is_from(name: str) -> None:
    """Its files come with the package, wherever its text is copied to, and name their source."""
    text = config.text(name)
    assert "APPROXIMATE" not in text
    experiment = preset(name)
    assert experiment.settings.note.startswith("from published data: ")
    assert experiment.counts is not None
    assert experiment.weak_in_background
    assert parse(text, "/nowhere").settings == experiment.settings
    files = list(named_files(experiment.settings, experiment.folder))
    assert len(files) >= 3
    assert all(
        "arXiv" in path.read_text(encoding="utf-8").split("\n")[0] for path, _ in files if "resol" not in path.name
    )


@pytest.mark.parametrize("name", SKETCHES)
def test_preset_says_what_it_is(name: str) -> None:
    text = config.text(name)
    assert "APPROXIMATE" in text
    assert "guess" in text
    experiment = preset(name)
    assert "-like" in experiment.title
    assert "approximate" in experiment.settings.note
    assert experiment.name == name
    assert parse(text).settings == experiment.settings


@pytest.mark.slow
@pytest.mark.parametrize(("name", "published"), [("gemma", 2.9e-11)])
@pytest.mark.parametrize("response", ["stepping", "free"])
def test_preset_comes_near_to_what_was_published(name: str, published: float, response: str) -> None:
    """Within a factor of 1.5: backgrounds and efficiencies are sketches, and data fluctuate about a median."""
    experiment = preset(name)
    assert experiment.settings.published is not None
    assert experiment.settings.published.magnetic_moment == published
    found = experiment.with_response(response).sensitivity()
    assert published / 1.5 < found.high < 1.5 * published


@pytest.mark.slow
def test_conus_plus_sees_as_many_recoils_as_were_predicted() -> None:
    """347 ± 59 were predicted, for three detectors of 160 to 180 eV (arXiv:2501.05206); here all have 160 eV."""
    signal = preset("conus-plus").with_response("free").signal
    recoils = [i for i, name in enumerate(signal.components) if name.endswith("recoils")]
    assert 347 - 59 < signal.coefficients[0][recoils].sum() < 347 + 2 * 59

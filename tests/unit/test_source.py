"""Sources: quadratures, normalisations, geometry, oscillation identities, files, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, pi
from pathlib import Path

import numpy as np
import pytest
from hepunits import gigawatt
from hypothesis import given
from hypothesis import strategies as st

from nuatom.neutrino import Flavour, Mixing
from nuatom.neutrino import mass_probabilities as from_survival
from nuatom.source import (
    SPECTRA,
    AroundSphere,
    Chromium51,
    Component,
    Continuous,
    Distance,
    Emission,
    Emitter,
    Lepton,
    LineSpectrum,
    MonoEnergetic,
    OnAxis,
    Reactor,
    Shape,
    Solar,
    SolarModel,
    Source,
    StoppedPion,
    Tabulated,
    TabulatedFlux,
    Tritium,
    allowed_spectrum,
    fermi_function,
    isotope,
    mixed_spectrum,
    pure,
)
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, MeV, cm2, day, keV, m, mm, s

SOURCES: list[Emitter] = [
    Solar("B16-GS98"),
    Solar("B16-AGSS09met", oscillated=False),
    Reactor(power=3 * gigawatt, distance=14 * m),
    Reactor(flux=2.7e13 / cm2 / s, fractions={"235U": 1.0}, captures=0.0),
    Chromium51(1e17 / s, distance=1 * m),
    Tritium(1e15 / s, AroundSphere(outer=1 * m)),
    StoppedPion(flux=1e7 / cm2 / s),
    MonoEnergetic(1 * MeV, 1 / cm2 / s, "mu", antineutrino=True),
]
COMPONENTS = [component for source in SOURCES for component in source.components]
CONTINUOUS = [component for component in COMPONENTS if not isinstance(component.shape, LineSpectrum)]


def name_of(item: Emitter | Component) -> str:
    return item.name


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("component", COMPONENTS, ids=name_of)
def test_shape_has_the_integral_one_and_keeps_the_protocol(component: Component) -> None:
    shape = component.shape
    assert isinstance(shape, Shape)
    energy, weight = shape.nodes(0.0)
    assert weight.sum() == pytest.approx(1, rel=1e-7)
    low, high = shape.support
    assert np.all(weight >= 0)
    assert np.all((energy >= low) & (energy <= high))
    assert weight.size <= 140


@pytest.mark.parametrize("component", CONTINUOUS, ids=name_of)
@pytest.mark.parametrize("share", [0.003, 0.1, 0.5, 0.97])
@pytest.mark.parametrize("power", [-2, 0, 1])
def test_nodes_are_exact_to_1e_5_above_a_minimum(component: Component, share: float, power: int) -> None:
    """Against 450 panels of 8 points, for functions that are 1 at the minimum and for one that rises from 0 there."""
    shape = component.shape
    low = share * shape.support[1]

    def function(energy: np.ndarray) -> np.ndarray:
        return energy / low - 1 if power == 1 else (energy / low) ** power

    x, w = np.polynomial.legendre.leggauss(8)
    breaks = np.array(getattr(shape, "breaks", [0.0]))
    edges = np.unique(np.concatenate([np.linspace(low, shape.support[1], 400), breaks[breaks > low]]))
    # much closer towards the end, where positrons have a square root
    end = shape.support[1] - (shape.support[1] - low) * np.linspace(0, 0.5, 60) ** 4
    edges = np.unique(np.concatenate([edges, end]))
    half = np.diff(edges)[:, None] / 2
    at = edges[:-1, None] + half * (1 + x)
    reference = np.sum(half * w * shape(at) * function(at))
    energy, weight = shape.nodes(low)
    assert np.sum(weight * function(energy)) == pytest.approx(reference, rel=1e-5)


@given(minimum=st.floats(-1, 3))
def test_nodes_broadcast_and_are_empty_beyond_the_end(minimum: float) -> None:
    shape = allowed_spectrum(1.2 * MeV, 6, 13, Lepton.POSITRON)
    energy, weight = shape.nodes(np.full((2, 3), minimum))
    assert energy.shape == weight.shape == (2, 3, 24)
    alone = shape.nodes(minimum)
    np.testing.assert_array_equal(energy[1, 2], alone[0])
    np.testing.assert_array_equal(weight[1, 2], alone[1])
    if minimum >= 1.2:
        assert not weight.any()
    elif minimum > 0:
        assert np.all(energy[weight > 0] >= minimum)


def test_lines_count_only_above_the_minimum_and_have_no_density() -> None:
    shape = LineSpectrum([2.0, 1.0], [1.0, 3.0])
    energy, weight = shape.nodes([0.5, 1.0, 2.0])
    np.testing.assert_array_equal(energy, [[1, 2]] * 3)
    np.testing.assert_array_equal(weight, [[0.75, 0.25], [0, 0.25], [0, 0]])
    with pytest.raises(ValueError, match="no density"):
        shape(1.0)


def test_a_fine_table_needs_few_panels_and_gives_its_moments() -> None:
    energy = np.linspace(0, 10, 1001)
    shape = Tabulated(energy, energy**2 * np.sqrt(10 - energy))
    at, weight = shape.nodes(2.5)
    assert at.size < 200
    x = np.linspace(2.5, 10, 7_501)
    exact = np.sum(np.diff(x) * (shape(x) * x)[:-1] / 2 + np.diff(x) * (shape(x) * x)[1:] / 2)
    assert np.sum(weight * at) == pytest.approx(exact, rel=2e-5)
    assert np.array_equal(shape([-1.0, 11.0]), [0, 0])


def test_a_table_of_two_points_is_a_straight_line() -> None:
    shape = Tabulated([1.0, 3.0], [0.0, 5.0])
    assert shape.total == 5
    at, weight = shape.nodes(2.0)
    assert weight.sum() == pytest.approx(0.75, rel=1e-12)
    assert np.sum(weight * at) == pytest.approx((27 - 8) / 6 - (9 - 4) / 4, rel=1e-12)


def test_continuous_refuses_a_wrong_integral_and_divides_on_request() -> None:
    with pytest.raises(ValueError, match="integral 1"):
        Continuous(lambda E: 2 * np.ones_like(E), (0.0, 1.0))
    shape = Continuous.normalised(lambda E: 2 * E, (0.0, 2.0))
    np.testing.assert_allclose(shape([-0.1, 1.0, 2.1]), [0, 0.5, 0])


# --- β spectra ------------------------------------------------------------------------------------


def test_fermi_function_is_one_without_charge_and_sommerfelds_factor_with_little() -> None:
    momentum = np.array([0.001, 0.1, 1.0]) * MeV
    np.testing.assert_allclose(fermi_function(0, 1, Lepton.ELECTRON, momentum), 1, rtol=1e-14)
    for lepton in Lepton:
        eta = lepton.value * FINE_STRUCTURE * np.hypot(momentum, ELECTRON_MASS) / momentum
        factor = 2 * pi * eta / -np.expm1(-2 * pi * eta)
        np.testing.assert_allclose(fermi_function(1, 2, lepton, momentum), factor, rtol=1e-3)


def test_tritium_ends_in_a_step_and_a_positron_spectrum_softly() -> None:
    tritium = allowed_spectrum(18.59 * keV, 2, 3, Lepton.ELECTRON)
    assert tritium(18.58999 * keV) > 0.5 * tritium(18 * keV)
    soft = allowed_spectrum(1.2 * MeV, 6, 13, Lepton.POSITRON)
    assert soft(1.1999 * MeV) < 0.01 * soft(1.1 * MeV)
    assert tritium(18.6 * keV) == soft(1.2001 * MeV) == 0


def test_two_equal_branches_are_one_and_branches_add() -> None:
    one = allowed_spectrum(1.0, 94, 239, Lepton.ELECTRON)
    energy = np.linspace(0.01, 0.99, 9)
    twice = mixed_spectrum([(1.0, 2), (1.0, 1)], 94, 239, Lepton.ELECTRON)
    np.testing.assert_allclose(twice(energy), one(energy), rtol=1e-6)
    half = allowed_spectrum(0.5, 94, 239, Lepton.ELECTRON)
    both = mixed_spectrum([(1.0, 3), (0.5, 1)], 94, 239, Lepton.ELECTRON)
    np.testing.assert_allclose(both(energy), 0.75 * one(energy) + 0.25 * half(energy), rtol=1e-6)


# --- sources --------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_probabilities_add_up_to_one_and_the_flux_to_the_total(source: Emitter) -> None:
    plain: Source = source
    assert plain.name
    for component in source.components:
        energy = np.linspace(*component.shape.support, 7)
        shares = [share.probability(energy) for share in component.composition]
        assert all(np.all((share >= 0) & (share <= 1)) for share in shares)
        np.testing.assert_allclose(sum(shares), 1, rtol=1e-12)
    assert set(source.flux(0.1)) | set(source.lines()) == {component.name for component in source.components}
    assert source.endpoint == max(component.shape.support[1] for component in source.components)


def test_flux_of_flavours_adds_up() -> None:
    sun = Solar()
    energy = np.array([0.1, 0.3, 5.0])
    parts = [sun.flux(energy, flavour)["8B"] for flavour in Flavour]
    np.testing.assert_allclose(sum(parts), sun.flux(energy)["8B"])
    assert sun.flux(energy)["pp"][2] == 0
    one = sun.only("8B", "7Be")
    assert [component.name for component in one.components] == ["8B", "7Be"]
    with pytest.raises(ValueError, match=r"no component '9B'.*8B"):
        sun.only("9B")


def test_oscillated_sun_agrees_with_its_mass_states_and_its_limits() -> None:
    sun = Solar()
    energy = np.array([0.0, 0.3, 10.0])
    masses = sun.mass_probabilities("8B", energy)
    np.testing.assert_allclose(masses.sum(axis=-1), 1, rtol=1e-14)
    for at, expected in zip(energy, masses, strict=True):
        np.testing.assert_allclose(from_survival(float(sun.probability("8B", "e", at))), expected, atol=1e-12)
    # E → 0 is the average of vacuum oscillation, E → ∞ the heavier state
    u2 = np.abs(sun.mixing.matrix) ** 2
    assert sun.probability("pp", "e", 0.0) == pytest.approx(np.sum(u2[0] ** 2), rel=1e-12)
    assert sun.probability("8B", "e", 1e6) == pytest.approx((1 - u2[0, 2]) * u2[0, 1] + u2[0, 2] ** 2, rel=1e-3)
    maximal = Solar(mixing=Mixing(sin2_23=0.5, sin2_13=0.0))
    assert maximal.probability("pp", "mu", 0.3) == pytest.approx(maximal.probability("pp", "tau", 0.3))


def test_reactor_by_power_and_by_flux_are_the_same_shape() -> None:
    first = Reactor(power=3 * gigawatt, distance=14 * m)
    second = Reactor(flux=first.total)
    for a, b in zip(first.components, second.components, strict=True):
        assert a.flux == pytest.approx(b.flux, rel=1e-12)
    near = Reactor(power=3 * gigawatt, distance=7 * m)
    assert near.total == pytest.approx(4 * first.total, rel=1e-12)
    assert Reactor(flux=1.0).total == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("name", ["235U", "238U", "239Pu", "241Pu"])
@pytest.mark.parametrize("spectra", SPECTRA)
def test_reactor_spectrum_is_continuous_at_every_join(name: str, spectra: str) -> None:
    shape = isotope(name, spectra).shape
    for at in shape.breaks[1:-1]:
        assert shape(at * (1 - 1e-9)) == pytest.approx(float(shape(at * (1 + 1e-9))), rel=1e-6)
    assert shape.nodes(8 * MeV)[1].sum() < (2e-3 if spectra == "summation" else 4e-4)


def test_spectra_of_isotopes_are_read_from_files(tmp_path: Path) -> None:
    """One of its own, the others as they are; a rectangle of 6 per fission up to 1 MeV."""
    (tmp_path / "u235.csv").write_text("energy [MeV],neutrinos [1/MeV]\n0,6\n1,6\n")
    fractions = {"235U": 0.5, "239Pu": 0.5}
    found = Reactor(flux=1.0, fractions=fractions, captures=0.0, spectra={"235U": tmp_path / "u235.csv"})
    first, second = found.components
    assert first.flux / second.flux == pytest.approx(6 / isotope("239Pu").yield_per_fission)
    assert first.shape.support == (0.0, 1 * MeV)
    with pytest.raises(ValueError, match="unknown isotope '235u'"):
        Reactor(flux=1.0, spectra={"235u": tmp_path / "u235.csv"})
    with pytest.raises(
        ValueError, match="unknown spectra 'daya' of a reactor: expected huber-mueller, summation, vogel-engel"
    ):
        Reactor(flux=1.0, spectra="daya")


def test_geometries_against_sums_over_the_volume() -> None:
    """The midpoint rule in r and z, good to 1e-4 with 1000 × 1000 cells where the source is outside."""
    r = (np.arange(1000) + 0.5) / 1000 * 300 * mm
    z = 500 * mm + ((np.arange(1000) + 0.5) / 1000 - 0.5) * 400 * mm
    mean = np.average(1 / (4 * pi * (r[:, None] ** 2 + z**2)), weights=np.broadcast_to(r[:, None], (1000, 1000)))
    assert OnAxis(300 * mm, 400 * mm, 500 * mm).mean_inverse_area == pytest.approx(mean, rel=1e-5)
    small = OnAxis(1 * mm, 1 * mm, 1000 * mm).mean_inverse_area
    assert small == pytest.approx(Distance(1000 * mm).mean_inverse_area, rel=1e-5)
    assert AroundSphere(1000 * mm, 999.999 * mm).mean_inverse_area == pytest.approx(
        Distance(1000 * mm).mean_inverse_area, rel=1e-5
    )
    # a sphere fits into the cylinder around it and holds the nearer part of it
    assert OnAxis(1.0, 2.0).mean_inverse_area < AroundSphere(1.0).mean_inverse_area


def test_a_source_around_which_one_stands_has_the_inverse_square_flux() -> None:
    source = Chromium51(1e17 / s, distance=2 * m)
    assert source.total == pytest.approx(1e17 / s / (4 * pi * (2 * m) ** 2))
    energy, flux = source.lines()["51Cr"]
    assert flux.sum() == pytest.approx(source.total)
    assert energy.max() == pytest.approx(752 * keV)


# --- files ----------------------------------------------------------------------------------------

TABLE = """# a comment
energy[keV],nue[1/(cm2 s MeV)],antinumu[1/(m2 day keV)],nutau[1/(cm2 s MeV)]
100,0,1,0
200,10,1,0

300,0,1,0
"""


def test_a_table_is_read_with_its_units(tmp_path: Path) -> None:
    path = tmp_path / "beam.csv"
    path.write_text(TABLE, encoding="utf-8")
    source = TabulatedFlux(path, uncertainty=0.1)
    assert source.name == "beam"
    nue, antinumu = source.components  # the column of zeros is left out
    assert (nue.name, nue.antineutrino, nue.composition[0].flavour) == ("nue", False, Flavour.E)
    assert (antinumu.name, antinumu.antineutrino, antinumu.composition[0].flavour) == ("antinumu", True, Flavour.MU)
    assert nue.flux == pytest.approx(10 / cm2 / s / MeV * 100 * keV)
    assert antinumu.flux == pytest.approx(200 / m**2 / day)
    assert nue.uncertainty == 0.1
    assert source.flux(150 * keV)["nue"] == pytest.approx(5 / cm2 / s / MeV)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "energy[keV]",
            "energy",
            r"line 2: the unit of the column 'energy' is missing: write it as",
        ),
        ("energy[keV]", "nue[keV]", r"line 2: the first column must be energy"),
        ("energy[keV]", "energy[furlong]", r"line 2, column 'energy': unknown unit 'furlong'"),
        ("nutau[", "nusterile[", r"line 2: unknown column 'nusterile'"),
        ("nutau[", "nue[", r"line 2: 2 columns 'nue'"),
        ("1/(cm2 s MeV)", "1/(cm2 MeV)", r"columns of different kinds, .*1/\(cm2 MeV\)"),
        ("1/(cm2 s MeV)", "1/(kg MeV)", r"line 2: the column 'nue' is in '1/\(kg MeV\)': expected a unit such"),
        ("1/(cm2 s MeV)", "1/(acre s MeV)", r"line 2, column 'nue': unknown unit 'acre'"),
        ("200,10", "200,ten", r"line 4, column 'nue': 'ten' is not a number"),
        ("200,10", "200,-1", r"line 4, column 'nue': expected a finite number ≥ 0, got '-1'"),
        ("200,10", "200,nan", r"line 4, column 'nue': expected a finite number ≥ 0"),
        ("200,10,1", "200,10", r"line 4: expected 4 columns, got 3"),
        ("300", "200", r"line 6, column 'energy': energies must ascend"),
        ("10,1,0", "0,0,0", None),
    ],
)
def test_a_bad_table_is_named_by_line_and_column(tmp_path: Path, old: str, new: str, message: str | None) -> None:
    path = tmp_path / "beam.csv"
    assert old in TABLE
    path.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    if message is None:
        assert [c.name for c in TabulatedFlux(path).components] == ["antinumu"]
        return
    with pytest.raises(ValueError, match=message) as caught:
        TabulatedFlux(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no rows"),
        (b"energy[MeV],nue[1/(cm2 s MeV)]\n1,0\n", "two rows at least, got 1"),
        (b"energy[MeV],nue[1/(cm2 s MeV)]\n1,0\n2,0\n", "every flux in it is zero"),
        (b"energy[MeV]\n1\n2\n", "no flux beside the energy"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
    ],
)
def test_a_file_without_a_flux_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "beam.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        TabulatedFlux(path)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Solar("BP04"), "unknown solar model 'BP04': expected B16-GS98 or B16-AGSS09met"),
        (lambda: Solar(SolarModel("mine", {"9B": 1.0}, {})), "unknown component '9B'"),
        (lambda: Solar(SolarModel("mine", {"8B": -1.0}, {})), "flux of 8B"),
        (lambda: Solar(mixing=Mixing(splitting_21=0.0)), "Δm²₂₁"),
        (lambda: Solar().mass_probabilities("9B", 1.0), "unknown solar component '9B'"),
        (lambda: Reactor(), "power and a distance, or a flux"),
        (lambda: Reactor(power=1.0), "power and a distance, or a flux"),
        (lambda: Reactor(power=1.0, distance=1.0, flux=1.0), "not both"),
        (lambda: Reactor(flux=-1.0), "flux of a reactor"),
        (lambda: Reactor(power=nan, distance=1.0), "power of a reactor"),
        (lambda: Reactor(power=1.0, distance=0.0), "distance to a reactor"),
        (lambda: Reactor(flux=1.0, fractions={"235U": 0.5}), "add up to 1, got 0.5"),
        (lambda: Reactor(flux=1.0, fractions={"235U": 1.5, "238U": -0.5}), "fraction of 235U must be from 0 to"),
        (lambda: Reactor(flux=1.0, fractions={"232Th": 1.0}), "unknown isotope '232Th'"),
        (lambda: Reactor(flux=1.0, captures=-0.1), "captures per fission"),
        (lambda: Chromium51(1.0), "geometry or a distance"),
        (lambda: Chromium51(1.0, AroundSphere(1.0), distance=1.0), "not both"),
        (lambda: Chromium51(-1.0, distance=1.0), "activity"),
        (lambda: Chromium51(1.0, distance=inf), "distance to a source"),
        (lambda: Tritium(1.0, distance=1.0, endpoint=0.0), "endpoint"),
        (lambda: AroundSphere(1.0, 1.0), "inner radius"),
        (lambda: OnAxis(1.0, -1.0), "height"),
        (lambda: OnAxis(1.0, 1.0, nan), "distance to the centre"),
        (lambda: StoppedPion(), "either a flux, or a rate"),
        (lambda: StoppedPion(flux=1.0, rate=1.0), "either a flux, or a rate"),
        (lambda: StoppedPion(flux=1.0, distance=1.0), "no geometry"),
        (lambda: StoppedPion(rate=1.0), "geometry or a distance"),
        (lambda: MonoEnergetic(0.0, 1.0), "energy of a line"),
        (lambda: MonoEnergetic(1.0, 0.0), "flux of a source"),
        (lambda: MonoEnergetic(1.0, 1.0, "sterile"), "a flavour is"),
        (lambda: LineSpectrum([1.0, 2.0], [1.0]), "one intensity each"),
        (lambda: Tabulated([1.0], [1.0]), "two or more points"),
        (lambda: Tabulated([1.0, 1.0], [1.0, 1.0]), "ascend"),
        (lambda: Tabulated([1.0, 2.0], [1.0, nan]), "finite and from 0 to"),
        (lambda: Tabulated([1.0, 2.0], [0.0, 0.0]), "all zero"),
        (lambda: Continuous(np.ones_like, (1.0, 0.0)), "ascend"),
        (lambda: Continuous(np.ones_like, (-1.0, 0.0)), "from 0 to"),
        (lambda: Continuous.normalised(np.zeros_like, (0.0, 1.0)), "positive"),
        (lambda: mixed_spectrum([], 1, 1, Lepton.ELECTRON), "one branch"),
        (lambda: Component("x", 1.0, LineSpectrum(1.0), ()), "no flavour"),
        (lambda: Component("x", 1.0, LineSpectrum(1.0), pure("e"), uncertainty=-1.0), "uncertainty of x"),
        (lambda: Emission("x", ()), "different names"),
    ],
)
def test_bad_input_is_one_clear_line(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)

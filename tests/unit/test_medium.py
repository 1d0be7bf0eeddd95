"""Atoms in matter: permittivity, and what it dresses."""

from math import pi

import numpy as np
import pytest
from scipy.integrate import quad

import nuatom as na
from central_fields import central_field
from nuatom.conformance import check_response
from nuatom.functions import ALL
from nuatom.neutrino.strip import strip_share
from nuatom.rates import Material, matter_density
from nuatom.response.permittivity import Complex, Permittivity
from nuatom.units import BOHR_RADIUS, ELECTRON_MASS, HBARC, MeV, cm, eV, g, keV

HYDROGEN = na.Hydrogenic(1, 0, 1)
INNER = na.Hydrogenic(1, 0, 10)
DENSITY = 0.07 * g / cm**3
NUMBER = 0.04e24 / cm**3
TRANSFER = np.array([14.0, 16.0, 30.0, 100.0, 1000.0]) * eV


class Plasma(Permittivity):
    """ε = 1 − ω_p²/T² at all T, and no screening of S: what a photon mass stands for."""

    frequency = 30 * eV
    inverse_distance = 1e-9  # type: ignore[assignment]

    def __call__(self, transfer: object) -> Complex:
        return np.asarray(1 - (self.frequency / np.asarray(transfer, dtype=float)) ** 2 + 0j)


@pytest.mark.parametrize("T", [20 * eV, 55 * eV, 700 * eV])
def test_dispersion_relation_by_another_quadrature(T: float) -> None:
    matter = Permittivity(((HYDROGEN, NUMBER),))
    edge = HYDROGEN.binding_energy

    def absorbed(omega: float) -> float:
        return float(NUMBER * HBARC * na.photoabsorption(HYDROGEN, omega))

    def above(u: float) -> float:
        omega = float(np.exp(u))
        return absorbed(omega) * omega / (omega**2 - T**2)

    # Cauchy's principal value of h/(ω + T) · 1/(ω − T), and what is above.
    near, _ = quad(lambda w: absorbed(w) / (w + T), edge * (1 + 1e-9), 3 * T, weight="cauchy", wvar=T, limit=400)
    far, _ = quad(above, np.log(3 * T), np.log(1.0), limit=200)
    found = matter(T) - matter._lines(np.array([T])).sum(axis=0)
    assert found[0].real - 1 == pytest.approx(2 / pi * (near + far), rel=3e-4)
    assert found[0].imag == pytest.approx(absorbed(T) / T, rel=1e-4)


def test_hydrogen_has_its_polarisability_and_its_electron() -> None:
    matter = Permittivity(((HYDROGEN, NUMBER),))
    # 4.5 atomic units, the exact static polarisability of hydrogen.
    assert matter(0.0)[0].real - 1 == pytest.approx(4 * pi * NUMBER * 4.5 * BOHR_RADIUS**3, rel=3e-3)
    assert matter.strength == pytest.approx(matter.plasma_energy**2, rel=1e-3)
    far = 50 * keV
    assert (1 - matter(far)[0].real) * far**2 == pytest.approx(matter.plasma_energy**2, rel=2e-3)
    assert np.all(matter(np.geomspace(1 * eV, 100 * keV, 200)).imag > 0)


@pytest.mark.slow
def test_energy_loss_sum_rule() -> None:
    matter = Permittivity(((HYDROGEN, NUMBER),))
    T = np.geomspace(0.3 * eV, 3.0, 12000)
    loss = np.trapezoid(T * (-1 / matter(T)).imag, T)
    assert loss == pytest.approx(pi / 2 * matter.plasma_energy**2, rel=2e-3)


def test_compounds_add() -> None:
    both = Permittivity(((HYDROGEN, NUMBER), (INNER, 2 * NUMBER)))
    apart = Permittivity(((HYDROGEN, NUMBER),))(TRANSFER) + Permittivity(((INNER, 2 * NUMBER),))(TRANSFER) - 1
    np.testing.assert_allclose(both(TRANSFER), apart, rtol=0, atol=3e-4 * np.abs(apart - 1).max())


def test_it_is_a_response_model() -> None:
    check_response(na.InMedium(HYDROGEN, DENSITY))


@pytest.mark.slow
def test_all_functions_keep_their_bounds() -> None:
    check_response(na.InMedium(central_field("He"), 0.125 * g / cm**3), ALL)


def test_photon_line_is_resolved() -> None:
    """∫R dX/X and ∫S dQ²/Q⁴ from nodes are those of a brute quadrature in ln X, through Q → T."""
    model = na.InMedium(HYDROGEN, DENSITY)
    T = TRANSFER
    X_low, X_high = 1e-6 * T**2, 40 * ELECTRON_MASS * T
    edges = np.sqrt(T[:, None] ** 2 + np.stack([X_low, 1e-4 * T**2, 1e-2 * T**2, T**2, X_high], axis=1))
    R, S = np.zeros(T.size), np.zeros(T.size)
    for low, high in zip(edges.T[:-1], edges.T[1:], strict=True):
        found = model.measure(T, low, high)
        Q = found.momentum[0]
        X = np.maximum((Q - T[:, None]) * (Q + T[:, None]), 1e-12 * X_low[:, None])
        R += np.sum(found.current[0] / X, axis=-1)
        S += np.sum(found.charge[0] / Q**4, axis=-1)
    u = np.log(X_low)[:, None] + np.log(X_high / X_low)[:, None] * np.linspace(0, 1, 8001)
    X = np.exp(u)
    Q = np.sqrt(T[:, None] ** 2 + X)
    brute = model.structure(T, Q)
    np.testing.assert_allclose(R, np.trapezoid(brute.current[0], u, axis=1), rtol=1e-5)
    np.testing.assert_allclose(S, np.trapezoid(brute.charge[0] * X / Q**4, u, axis=1), rtol=1e-5)


@pytest.mark.parametrize("energy", [0.3 * MeV, 3 * MeV])
def test_plasma_is_a_photon_mass(energy: float) -> None:
    medium = na.InMedium(INNER, Plasma(((INNER, NUMBER),)))
    T = np.array([1.5, 2.0, 4.99, 5.01, 10.0, 60.0]) * keV
    dressed = na.spectrum(na.Millicharge(1e-12), medium, energy, T).transverse
    massive = na.spectrum(na.Millicharge(1e-12, photon_mass=Plasma.frequency), INNER, energy, T).transverse
    np.testing.assert_allclose(dressed, massive, rtol=1e-3)


def test_rates_are_those_of_cross_sections() -> None:
    """What a rate makes of the nodes of a medium is what a cross section makes of them."""
    from nuatom.source import MonoEnergetic

    T = TRANSFER[1:]
    material = Material.of("H", lambda _: HYDROGEN, DENSITY)
    flux = 1e10 / cm**2 / 1e9
    found = na.rate(MonoEnergetic(1 * MeV, flux, "e"), na.Millicharge(1e-12), material, T)
    model = material.parts[0][2]
    expected = flux * material.units_per_mass * na.cross_section(na.Millicharge(1e-12), model, 1 * MeV, T)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    alone = flux * material.units_per_mass * na.cross_section(na.Millicharge(1e-12), HYDROGEN, 1 * MeV, T)
    np.testing.assert_array_less(found, alone)
    assert np.all(found[:2] < 0.5 * alone[:2])


def test_moments_hardly_feel_it() -> None:
    model = na.InMedium(HYDROGEN, DENSITY)
    T = np.array([100.0, 1000.0]) * eV
    ratio = na.cross_section(na.MagneticMoment(1e-11), model, 1.0, T) / na.cross_section(
        na.MagneticMoment(1e-11), HYDROGEN, 1.0, T
    )
    np.testing.assert_allclose(ratio, 1, atol=2e-3)
    assert np.all(np.abs(ratio - 1) > 1e-9)


def test_strength_of_a_line_alone_moves_and_stays() -> None:
    """A line far from all else is not screened by itself; by others it is."""
    model = na.InMedium(HYDROGEN, DENSITY)
    lines, alone = model.lines(), HYDROGEN.lines()
    assert len(lines) == len(alone)
    small = np.searchsorted(lines.momentum, alone.momentum[0])
    epsilon = model.matter.at_lines(alone.transfer)
    np.testing.assert_allclose(
        lines.charge[:, small], alone.charge[:, 0] / np.abs(epsilon) ** 2, rtol=1e-3, atol=1e-300
    )


def test_photons_in_matter_are_absorbed_by_atoms() -> None:
    model = na.InMedium(HYDROGEN, DENSITY)
    np.testing.assert_array_equal(na.photoabsorption(model, TRANSFER), na.photoabsorption(HYDROGEN, TRANSFER))


def test_strip_ends_below_the_plasma() -> None:
    T = np.geomspace(1 * eV, 300 * keV, 500)
    delta = strip_share(T)
    assert np.all(delta[T <= 500 * eV] == 1e-4)
    assert np.all((delta * T**2) <= 25.1 * eV**2)


def test_densities_of_detectors() -> None:
    unit = g / cm**3
    found = {word: matter_density(word) / unit for word in ("Xe", "xenon", "Ar", "Ge", "Si", "NaI", "CsI", "CaWO4")}
    assert found == pytest.approx(
        {"Xe": 2.86, "xenon": 2.86, "Ar": 1.40, "Ge": 5.323, "Si": 2.33, "NaI": 3.67, "CsI": 4.51, "CaWO4": 6.06},
        rel=1e-3,
    )
    # As many atoms in a volume.
    weights = na.element("Ge").atomic_weight, na.target("Ge-76").composition[0][0].atomic_weight
    assert matter_density("Ge-76") / matter_density("Ge") == pytest.approx(weights[1] / weights[0])
    with pytest.raises(ValueError, match="the density of CdTe is not tabulated: give it"):
        matter_density("CdTe")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: na.InMedium("Xe", 1.0), "InMedium needs a response model, not 'Xe'"),  # type: ignore[arg-type]
        (lambda: na.InMedium(HYDROGEN, 0.0), "expected a density > 0"),
        (lambda: na.InMedium(HYDROGEN, np.nan), "expected a density > 0"),
        (lambda: na.InMedium(na.InMedium(HYDROGEN, 1.0), 1.0), "in a medium already"),
        (lambda: na.InMedium(na.Hydrogenic(2, 0, 3), 1.0), "does not say which element it is of"),
        (lambda: na.InMedium(na.FreeElectrons("Xe"), DENSITY).permittivity([1.0]), "FreeElectrons|δ function"),
        (lambda: Permittivity(()), "a permittivity needs atoms"),
        (lambda: Permittivity(((HYDROGEN, -1.0),)), "expected atoms per volume > 0, got -1.0"),
        (lambda: Material.of("H", lambda _: HYDROGEN, -1.0), "H: expected a density > 0"),
    ],
)
def test_errors_say_what_to_do(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


CONFIGURATION = """
[source]
kind = "solar"
[target]
material = "He"
matter = {matter}
[detector]
exposure = "1 kg year"
[neutrino]
fit = ["magnetic_moment"]
[model]
response = "{response}"
[bins]
edges = "20,50,100eV"
"""


@pytest.mark.parametrize("response", ["central-field", "free"])
def test_configurations_say_whether(response: str) -> None:
    """Free electrons absorb no photons and stay alone, so that they can be compared with."""
    from nuatom.config import parse

    dense, alone = (
        parse(CONFIGURATION.format(matter=word, response=response)).material() for word in ("true", "false")
    )
    is_dressed = [isinstance(material.parts[0][2], na.InMedium) for material in (dense, alone)]
    assert is_dressed == [response == "central-field", False]
    if response == "central-field":
        again = parse(CONFIGURATION.format(matter="true", response=response)).material()
        assert again is dense


@pytest.mark.parametrize(
    ("changes", "density"),
    [
        ([], 0.1249),
        ([("matter = {matter}", 'density = "2.5 kg/m3"')], 0.0025),
        ([("matter = {matter}", 'matter = false\ndensity = "2.5 kg/m3"')], None),
        ([("{response}", "free")], None),
        ([('"He"', '"CO2"')], None),
        ([('["magnetic_moment"]', '["millicharge"]\nphoton_mass = "20 eV"')], None),
        ([('["magnetic_moment"]', '["millicharge"]\nphoton_mass = "0 eV"')], 0.1249),
    ],
)
def test_targets_are_in_matter_where_its_density_is_known(changes: list[tuple[str, str]], density: float) -> None:
    from nuatom.config import parse

    text = CONFIGURATION
    for old, new in changes:
        text = text.replace(old, new)
    text = text.replace("matter = {matter}", "").replace("{response}", "central-field")
    found = parse(text).density
    assert (found if found is None else found / (g / cm**3)) == pytest.approx(density)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([('"He"', '"CO2"')], r"target\.matter: the density of CO2 is not tabulated: give it"),
        (
            [('["magnetic_moment"]', '["millicharge"]\nphoton_mass = "20 eV"')],
            r"target\.matter: .*leave photon_mass out",
        ),
        ([("matter = true", 'density = "3 g"')], r"target\.density: unknown unit 'g' .*expected kg/m3, g/cm3"),
        ([("matter = true", 'density = "0 g/cm3"')], r"target\.density: expected more than zero"),
    ],
)
def test_matter_that_cannot_be_is_refused(changes: list[tuple[str, str]], message: str) -> None:
    from nuatom.config import ConfigError, parse

    text = CONFIGURATION.format(matter="true", response="central-field")
    for old, new in changes:
        text = text.replace(old, new)
    with pytest.raises(ConfigError, match=message):
        parse(text)


@pytest.mark.slow
def test_rate_command_says_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    from nuatom.cli import main

    line = "rate H --source solar --transfer 20,100eV --millicharge 1e-12 --model"
    found = {}
    for option in ("--matter", "--isolated"):
        assert main([*line.split(), "hydrogenic", option]) == 0
        out = capsys.readouterr().out
        assert ("# model: hydrogenic, in matter of 0.0708 g/cm³\n" in out) == (option == "--matter")
        found[option] = [float(row.split()[1]) for row in out.splitlines() if row[0].isdigit()]
    ratio = np.array(found["--matter"]) / found["--isolated"]
    assert np.all((ratio > 0.3) & (ratio < 0.95))
    assert main([*line.split(), "hydrogenic"]) == 0
    out = capsys.readouterr().out
    assert "# model: hydrogenic, in matter of 0.0708 g/cm³\n" in out
    assert main([*line.split(), "hydrogenic", "--density", "0.0354 g/cm3"]) == 0
    out = capsys.readouterr().out
    assert "# model: hydrogenic, in matter of 0.0354 g/cm³\n" in out
    for words, message in (
        (("hydrogenic", "--density", "1"), "--density: '1' has no unit"),
        (("hydrogenic", "--density", "0 g/cm3"), "--density: expected more than zero"),
        (("hydrogenic", "--density", "1g/cm3", "--isolated"), "--density is that of matter, and --isolated"),
        (("hydrogenic", "--photon-mass", "10eV", "--matter"), "leave photon_mass out"),
        (("free", "--density", "1g/cm3"), "--density: the model free absorbs no photons"),
    ):
        assert main([*line.split(), *words]) == 2
        assert message in capsys.readouterr().err.replace("\n", " ")
    assert main([*line.split(), "free", "--matter"]) != 0
    assert "--matter: the model free absorbs no photons" in capsys.readouterr().err.replace("\n", " ")


def test_momenta_of_lines_are_apart_however_thin_matter_is() -> None:
    for density in (1e-12, 1e-6, 1.0):
        Q = na.InMedium(HYDROGEN, density * g / cm**3).lines().momentum
        assert np.all(np.diff(Q) > 5e-8 * Q[1:])
        assert Q[0] == HYDROGEN.lines().momentum[0] and Q[-1] == HYDROGEN.lines().momentum[-1]


@pytest.mark.slow
def test_deep_lines_in_matter_are_those_of_the_atom() -> None:
    """Far above what makes ε nothing changes; between crowded momenta a K line was once a million times too strong."""
    model = central_field("Ar")
    alone, dense = (
        na.lines(na.MagneticMoment(1e-11), m, 0.4 * MeV) for m in (model, na.InMedium(model, 1.4 * g / cm**3))
    )
    deep = alone.transfer > 2 * keV
    assert np.count_nonzero(deep) > 20
    np.testing.assert_allclose(dense.area[deep], alone.area[deep], rtol=2e-3)

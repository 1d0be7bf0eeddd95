"""Rates: shapes, sums, additivity, kinematics and what is refused."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from central_fields import central_field
from comparison import approx
from nuatom import (
    HeavyLepton,
    IncoherentSum,
    MagneticMoment,
    Millicharge,
    Neutrino,
    Weak,
    cross_section,
    element,
    lines,
)
from nuatom.approximations import FrozenPhoton, Stepping
from nuatom.coherent import cross_section as coherent_cross_section
from nuatom.coherent import greatest_recoil, nuclides
from nuatom.elements import Shell
from nuatom.functions import Function
from nuatom.neutrino import Coupling, Flavour, StructureWeights
from nuatom.rates import Material, RateSpectrum, nuclear_rate_spectrum, rate, rate_spectrum
from nuatom.rates.flux import tail
from nuatom.response.free import FreeElectrons
from nuatom.response.hydrogenic import Hydrogenic
from nuatom.response.model import ResponseModel
from nuatom.source import Component, Constant, Continuous, Emission, LineSpectrum, MonoEnergetic, Share, Tabulated, pure
from nuatom.units import MeV, cm2, eV, keV, s

FLUX = 1e10 / cm2 / s
ONE = MagneticMoment(1e-11)
EVERYTHING = Neutrino(magnetic_moment=1e-11, millicharge=1e-13, charge_radius=1e-32 * cm2)
HYDROGEN = Hydrogenic(1, 0, 1)
MIXED = (Share(Flavour.E, Constant(0.5)), Share(Flavour.MU, Constant(0.3)), Share(Flavour.TAU, Constant(0.2)))


def hill(energy: np.ndarray) -> np.ndarray:
    """A smooth spectrum between 0.1 and 1 MeV that jumps at its end."""
    return (energy - 0.1) * np.exp(-energy)


SMOOTH = Continuous.normalised(hill, (0.1, 1.0))
LINE = Component("line", FLUX, LineSpectrum([0.3, 0.6], [1.0, 3.0]), MIXED)
HILL = Component("hill", 2 * FLUX, SMOOTH, pure("e"))
ANTI = Component("anti", FLUX, SMOOTH, pure("e"), antineutrino=True)
SOURCE = Emission("three", (LINE, HILL, ANTI))
TRANSFER = np.geomspace(1 * eV, 0.95 * MeV, 25)


def folded(source: Emission, coupling: object, model: ResponseModel, transfer: np.ndarray) -> np.ndarray:
    """The flux times `cross_section`, component by component, shape (component, nT) [1/(time energy)]."""
    x, w = np.polynomial.legendre.leggauss(12)
    found = np.zeros((len(source.components), len(transfer)))
    for i, component in enumerate(source.components):
        for j, T in enumerate(transfer):
            if isinstance(component.shape, LineSpectrum):
                E, dE = component.shape.energies, component.shape.intensities
            else:
                low, high = component.shape.support
                if high <= T:
                    continue
                edges = np.linspace(max(low, T), high, 30)
                half = np.diff(edges)[:, None] / 2
                E = (edges[1:, None] - half + half * x).ravel()
                dE = (half * w).ravel() * component.shape(E)
            for share in component.composition:
                own = coupling.with_flavour(share.flavour, component.antineutrino)  # type: ignore[arg-type]
                sigma = cross_section(own, model, E, [T])[:, 0]
                found[i, j] += component.flux * np.sum(dE * share.probability(E) * sigma)
    return found


# --- the number itself -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "coupling",
    [ONE, *(pytest.param(c, marks=pytest.mark.slow) for c in (Millicharge(1e-13), HeavyLepton(1e-9, 0.05)))],
    ids=lambda c: c.name,
)
@pytest.mark.parametrize("model", [HYDROGEN, FrozenPhoton(HYDROGEN)], ids=["bound", "shared nodes"])
def test_bound_electrons_are_the_flux_times_the_cross_section(coupling: object, model: ResponseModel) -> None:
    T = np.array([15 * eV, 100 * eV, 3 * keV, 50 * keV])
    expected = folded(SOURCE, coupling, model, T)
    got = rate_spectrum(SOURCE, coupling, model, T).density.sum(axis=(1, 2))  # type: ignore[arg-type]
    # Both are quadratures good to some 1e-5; the sum in `folded` is the coarser one where the ridge is narrow.
    np.testing.assert_allclose(got / Material.from_model(model).units_per_mass, expected, rtol=3e-4)


@pytest.mark.slow
def test_all_structure_functions_and_flavours() -> None:
    T = np.array([30 * eV, 1 * keV, 100 * keV])
    model = central_field("He")
    got = rate_spectrum(SOURCE, Weak(), model, T).density.sum(axis=(1, 2))
    np.testing.assert_allclose(
        got / Material.from_model(model).units_per_mass, folded(SOURCE, Weak(), model, T), rtol=2e-4
    )


@pytest.mark.parametrize("coupling", [ONE, Weak(), EVERYTHING, HeavyLepton(1e-9, 0.1)], ids=lambda c: type(c).__name__)
def test_one_energy_is_the_cross_section(coupling: object) -> None:
    source = MonoEnergetic(0.4, FLUX, "mu", antineutrino=True)
    own = coupling.with_flavour("mu", antineutrino=True)  # type: ignore[arg-type]
    model = FreeElectrons("Ge")
    expected = FLUX * cross_section(own, model, 0.4, TRANSFER) * Material.from_model(model).units_per_mass
    np.testing.assert_allclose(rate(source, coupling, model, TRANSFER), expected, rtol=1e-11)  # type: ignore[arg-type]
    assert expected.max() > 0


def test_the_flavour_is_the_sources() -> None:
    model = FreeElectrons("Ge")
    np.testing.assert_allclose(
        rate(SOURCE, Weak("tau", antineutrino=True), model, TRANSFER), rate(SOURCE, Weak(), model, TRANSFER), rtol=1e-14
    )


def test_neutrinos_that_do_not_arrive_do_not_count() -> None:
    half = Component("half", FLUX, SMOOTH, (Share(Flavour.E, Constant(0.5)),))
    whole = Component("whole", FLUX, SMOOTH, pure("e"))
    found = rate_spectrum(Emission("both", (half, whole)), Weak(), FreeElectrons("Ge"), TRANSFER).by_component
    np.testing.assert_allclose(2 * found["half"], found["whole"], rtol=1e-13)


def test_a_table_and_the_function_it_is_of_agree() -> None:
    E = np.linspace(0.1, 1.0, 2001)
    source = Emission("both", (HILL, Component("table", 2 * FLUX, Tabulated(E, hill(E)), pure("e"))))
    found = rate_spectrum(source, ONE, FreeElectrons("Ge"), np.geomspace(1e-5, 0.5, 8)).by_component
    np.testing.assert_allclose(found["table"], found["hill"], rtol=1e-5)


@given(st.floats(-6, 0.1), st.sampled_from([LINE, HILL]))
def test_tails_are_the_integrals_above(log_energy: float, component: Component) -> None:
    minimum = 10**log_energy
    low, high = component.shape.support
    if isinstance(component.shape, LineSpectrum):
        at, weight = component.shape.nodes(minimum)
    else:
        x, w = np.polynomial.legendre.leggauss(20)
        edges = np.linspace(min(max(low, minimum), high), high, 11)
        half = np.diff(edges)[:, None] / 2
        at = edges[1:, None] - half + half * x
        weight = half * w * component.shape(at)
    expected = [component.flux * np.sum(weight * at**-k) for k in (0, 1, 2)]
    got = tail(component, Constant(), 1e-6)(np.array(minimum))
    assert got == approx(expected, rel=1e-9, abs=1e-12 * component.flux)


# --- sums --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> RateSpectrum:
    return rate_spectrum(SOURCE, EVERYTHING, FreeElectrons("Xe"), TRANSFER)


def test_shapes_and_names(found: RateSpectrum) -> None:
    assert found.components == ("line", "hill", "anti")
    assert found.parts == ("weak", "millicharge", "charge radius", "magnetic moment", "interference")
    assert found.shells[:2] == ("Xe 1s1/2", "Xe 2s1/2")
    assert found.density.shape == (3, 5, 17, 25)
    assert found.relative_error.shape == found.total.shape == (25,)
    assert found.line_rate.shape == (3, 5, 0)


def test_sums_are_the_total(found: RateSpectrum) -> None:
    for parts in (found.by_component, found.by_part, found.by_shell):
        np.testing.assert_allclose(sum(parts.values()), found.total, rtol=1e-12)
    whole = rate(SOURCE, EVERYTHING, FreeElectrons("Xe"), TRANSFER)
    np.testing.assert_allclose(whole, found.total, rtol=1e-9)
    by_shell = rate(SOURCE, EVERYTHING, FreeElectrons("Xe"), TRANSFER, by_shell=True)
    np.testing.assert_allclose(by_shell, list(found.by_shell.values()), rtol=1e-9)
    assert np.all(found.total >= 0)


def test_components_are_sources_of_their_own(found: RateSpectrum) -> None:
    for name in found.components:
        alone = rate(SOURCE.only(name), EVERYTHING, FreeElectrons("Xe"), TRANSFER)
        np.testing.assert_allclose(alone, found.by_component[name], rtol=1e-9)


def test_parts_are_couplings_of_their_own(found: RateSpectrum) -> None:
    for coupling in (Weak(), ONE, Millicharge(1e-13)):
        alone = rate(SOURCE, coupling, FreeElectrons("Xe"), TRANSFER)
        np.testing.assert_allclose(alone, found.by_part[coupling.name], rtol=1e-9)
    both = rate_spectrum(SOURCE, IncoherentSum((Weak(), ONE, ONE)), FreeElectrons("Xe"), TRANSFER)
    assert both.parts == ("weak", "magnetic moment", "magnetic moment 2")
    np.testing.assert_allclose(both.by_part["magnetic moment 2"], found.by_part["magnetic moment"], rtol=1e-12)


def test_rates_have_the_shape_of_the_transfers() -> None:
    model = FreeElectrons("Xe")
    grid = TRANSFER[:24].reshape(2, 3, 4)
    assert rate(SOURCE, ONE, model, 1e-3).shape == ()
    assert rate(SOURCE, ONE, model, grid).shape == (2, 3, 4)
    assert rate(SOURCE, ONE, model, grid, by_shell=True).shape == (17, 2, 3, 4)
    assert rate(SOURCE, ONE, model, []).shape == (0,)
    flat = rate(SOURCE, ONE, model, TRANSFER[:24])
    np.testing.assert_allclose(rate(SOURCE, ONE, model, grid).ravel(), flat, rtol=1e-12)
    assert rate(SOURCE, ONE, model, TRANSFER[7]) == approx(flat[7], rel=1e-9)


def test_compounds_add() -> None:
    compound = Material.of("CaWO4", FreeElectrons)
    parts = {symbol: Material.of(symbol, FreeElectrons) for symbol in ("Ca", "W", "O")}
    number = {"Ca": 1, "W": 1, "O": 4}
    per_atom = {symbol: rate(SOURCE, ONE, part, TRANSFER) / part.units_per_mass for symbol, part in parts.items()}
    expected = sum(number[symbol] * value for symbol, value in per_atom.items()) * compound.units_per_mass
    got = rate_spectrum(SOURCE, ONE, compound, TRANSFER)
    np.testing.assert_allclose(got.total, expected, rtol=1e-13)
    np.testing.assert_allclose(rate(SOURCE, ONE, compound, TRANSFER), expected, rtol=1e-13)
    assert {name.split()[0] for name in got.shells} == {"Ca", "W", "O"}
    assert compound.electrons_per_mass == approx((20 + 74 + 4 * 8) * compound.units_per_mass)


def test_a_mixture_may_have_different_models() -> None:
    iodine, caesium = FreeElectrons("I"), FreeElectrons("Cs")
    material = Material("CsI", ((element("Cs"), 1.0, caesium), (element("I"), 1.0, iodine)))
    same = Material.of("CsI", FreeElectrons)
    np.testing.assert_array_equal(rate(SOURCE, ONE, material, TRANSFER), rate(SOURCE, ONE, same, TRANSFER))


# --- excitations -------------------------------------------------------------------------------------


@pytest.mark.parametrize("coupling", [ONE, Millicharge(1e-13)], ids=lambda c: c.name)
def test_lines_of_one_energy_are_those_of_the_cross_section(coupling: object) -> None:
    source = MonoEnergetic(0.4, FLUX)
    got = rate_spectrum(source, coupling, HYDROGEN, [1e-3])  # type: ignore[arg-type]
    expected = lines(coupling, HYDROGEN, 0.4)  # type: ignore[arg-type]
    np.testing.assert_allclose(got.line_transfer, expected.transfer)
    area = got.line_total / FLUX / Material.from_model(HYDROGEN).units_per_mass
    # Two quadratures over strengths that are interpolated with kinks in their third derivative.
    np.testing.assert_allclose(area, expected.area, rtol=1e-3)
    assert area.sum() == approx(expected.area.sum(), rel=1e-4)
    assert got.line_final == expected.final


def test_lines_of_a_real_atom_with_all_functions() -> None:
    source, model = MonoEnergetic(0.4, FLUX), central_field("He")
    got = rate_spectrum(source, Weak(), model, [1e-3])
    expected = lines(Weak("e"), model, 0.4)
    area = got.line_total / FLUX / Material.from_model(model).units_per_mass
    assert area.sum() == approx(expected.area.sum(), rel=3e-4)
    assert np.all(np.diff(got.line_transfer) >= 0)
    assert [got.shells[i] for i in got.line_shell] == [f"He {shell.label}" for shell in expected.shell]


def test_lines_of_a_compound_know_their_shells() -> None:
    material = Material("H2", ((element("H"), 2.0, HYDROGEN), (element("H"), 1.0, Hydrogenic(2, 0, 1))))
    found = rate_spectrum(SOURCE, ONE, material, [1e-3])
    assert np.all(np.diff(found.line_transfer) >= 0)
    assert set(found.line_shell) == {0, 1}
    assert found.line_rate.shape == (3, 1, len(found.line_final))


# --- kinematics --------------------------------------------------------------------------------------


@given(st.floats(1.0, 1e3), st.sampled_from([FreeElectrons("Ge"), HYDROGEN]))
@settings(max_examples=20)
def test_nothing_above_the_endpoint(ratio: float, model: ResponseModel) -> None:
    found = rate_spectrum(SOURCE, ONE, model, [ratio * 1.0 * MeV, 0.0])
    assert np.all(found.density == 0)
    assert np.all(found.relative_error == 0)


@pytest.mark.slow
@given(st.floats(1 + 1e-9, 3))
@settings(max_examples=20)
def test_every_component_ends_where_its_free_electrons_do(ratio: float) -> None:
    def end(energy: float) -> float:
        return 2 * energy**2 / (0.51099895 + 2 * energy)

    T = ratio * np.array([end(0.6), end(1.0)])
    found = rate_spectrum(SOURCE, EVERYTHING, FreeElectrons("Ge"), T)
    assert np.all(found.density[0, :, :, 0] == 0)
    assert np.all(found.density[..., 1] == 0)


def test_the_edge_of_a_line_is_sharp() -> None:
    end = 2 * 0.3**2 / (0.51099895 + 0.6)
    T = end * np.array([1 - 1e-9, 1 + 1e-9])
    below, above = rate_spectrum(SOURCE.only("line"), ONE, FreeElectrons("Ge"), T).total
    # A quarter of the flux has 0.3 MeV: at its end (1/T − 1/E) of it is lost at once.
    share = 0.25 * (1 / end - 1 / 0.3) / (0.25 * (1 / end - 1 / 0.3) + 0.75 * (1 / end - 1 / 0.6))
    assert 1 - above / below == approx(share, rel=1e-6)


@given(st.floats(1e-12, 1e-9), st.floats(0.1, 10))
@settings(max_examples=20)
def test_quadratic_in_the_moment_and_linear_in_the_flux(moment: float, factor: float) -> None:
    model, T = FreeElectrons("Ge"), TRANSFER[:20:5]
    one = rate(SOURCE.only("hill"), MagneticMoment(moment), model, T)
    more = Emission("more", (Component("hill", factor * HILL.flux, SMOOTH, pure("e")),))
    assert np.all(one > 0)
    np.testing.assert_allclose(rate(more, MagneticMoment(moment), model, T), factor * one, rtol=1e-12)
    np.testing.assert_allclose(rate(SOURCE.only("hill"), MagneticMoment(3 * moment), model, T), 9 * one, rtol=1e-12)


def test_no_flux_is_no_rate() -> None:
    dark = Emission("dark", (Component("dark", 0.0, SMOOTH, pure("e")),))
    assert np.all(rate(dark, ONE, HYDROGEN, TRANSFER) == 0)


def test_stepping_is_free_electrons_above_their_edges() -> None:
    atom = SimpleNamespace(shells=(Shell("1s1/2", 1, -1, 2.0, 1e-2), Shell("2s1/2", 2, -1, 2.0, 1e-4)))
    T = np.array([1e-5, 1e-3, 2e-2])
    stepping, free = (Material.from_model(model, "Be") for model in (Stepping(atom), FreeElectrons(atom)))
    found = rate(SOURCE, ONE, stepping, T) / rate(SOURCE, ONE, free, T)
    assert found == approx([0, 0.5, 1], rel=1e-12)


# --- whole atoms -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "coupling", [Weak("e"), ONE, Millicharge(1e-13), HeavyLepton(1e-10, 1.0)], ids=lambda c: c.name
)
def test_recoils_of_one_energy_are_the_cross_section(coupling: object) -> None:
    energy = 5 * MeV
    T = np.geomspace(1 * eV, 1.2 * float(greatest_recoil("Ge", energy)), 20)
    found = nuclear_rate_spectrum(MonoEnergetic(energy, FLUX), coupling, "Ge", T)
    kinds = nuclides("Ge")
    per_mass = Material.of("Ge", FreeElectrons).units_per_mass
    expected = FLUX * per_mass * coherent_cross_section(coupling, "Ge", energy, T)
    # The atomic weight and the masses of the isotopes are not from one table.
    np.testing.assert_allclose(found.total, expected, rtol=1e-4)
    assert found.shells == tuple(f"Ge-{kind.mass_number}" for kind in kinds)
    assert found.total[-1] == 0


def test_recoils_of_a_continuum_and_their_sums() -> None:
    T = np.geomspace(1 * eV, 20 * eV, 5)
    found = nuclear_rate_spectrum(SOURCE, EVERYTHING, Material.of("CsI", FreeElectrons), T)
    assert found.parts == ("weak", "magnetic moment", "millicharge", "charge radius", "interference")
    np.testing.assert_allclose(sum(found.by_part.values()), found.total, rtol=1e-12)
    at, weight = SMOOTH.nodes(0.0)
    E, dE = np.asarray(at), np.asarray(weight)
    own = EVERYTHING.with_flavour("e")
    direct = HILL.flux * dE @ coherent_cross_section(own, "CsI", E, T[:1])[:, 0]
    assert found.by_component["hill"][0] == approx(direct * Material.of("CsI", FreeElectrons).units_per_mass, rel=3e-3)


def test_couplings_of_recoils_are_named() -> None:
    both = nuclear_rate_spectrum(SOURCE, IncoherentSum((Weak(), ONE, ONE)), "Ge", [1 * eV])
    assert both.parts == ("weak", "magnetic moment", "magnetic moment 2")
    assert nuclear_rate_spectrum(SOURCE, Neutrino(), "Ge-76", [1 * eV]).parts == ("weak",)
    assert np.all(nuclear_rate_spectrum(SOURCE, Weak(), "Ge", [0.0, 1 * MeV]).density == 0)


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("transfer", [[np.nan], [1e-3, np.inf], [-1e-3]])
def test_bad_transfers(transfer: list[float]) -> None:
    for function in (rate, rate_spectrum):
        with pytest.raises(ValueError, match="transfer must be finite and ≥ 0"):
            function(SOURCE, ONE, HYDROGEN, transfer)
    with pytest.raises(ValueError, match="transfer must be finite and ≥ 0"):
        nuclear_rate_spectrum(SOURCE, ONE, "Ge", transfer)


def test_a_spectrum_has_one_axis() -> None:
    with pytest.raises(ValueError, match=r"shape \(nT,\), got \(1, 2\)"):
        rate_spectrum(SOURCE, ONE, HYDROGEN, [[1e-3, 1e-2]])


def test_bad_sources() -> None:
    empty = SimpleNamespace(name="nothing", components=())
    with pytest.raises(ValueError, match="'nothing' has no components"):
        rate(empty, ONE, HYDROGEN, 1e-3)
    with pytest.raises(ValueError, match="expected a source"):
        rate("sun", ONE, HYDROGEN, 1e-3)  # type: ignore[arg-type]
    wrong = Emission("wrong", (Component("x", FLUX, SMOOTH, (Share(Flavour.E, Constant(1.5)),)),))
    with pytest.raises(ValueError, match="probabilities of x must be between 0 and 1"):
        rate(wrong, ONE, HYDROGEN, 1e-3)


def test_bad_materials() -> None:
    with pytest.raises(ValueError, match="unknown element 'Qq'"):
        Material.of("Qq", FreeElectrons)
    with pytest.raises(ValueError, match=r"write CentralField\(Atom\('Xe'\)\)"):
        rate(SOURCE, ONE, "Xe", 1e-3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="has no elements"):
        Material("nothing", ())
    with pytest.raises(ValueError, match="number of H atoms > 0"):
        Material("H", ((element("H"), 0.0, HYDROGEN),))
    shells = SimpleNamespace(shells=(Shell("1s1/2", 1, -1, 1.5, 0.0),))
    with pytest.raises(ValueError, match=r"does not say which element it is of, and 1\.5 electrons do not either"):
        rate(SOURCE, ONE, FreeElectrons(shells), 1e-3)


def test_a_model_that_lacks_functions_says_so() -> None:
    with pytest.raises(ValueError, match="Hydrogenic has no axial_charge"):
        rate(SOURCE, Weak(), HYDROGEN, 1e-3)


# --- couplings of a user, and of several kinematics ----------------------------------------------------


class Mine(Coupling):
    """A user's coupling that knows flavours by itself."""

    def __init__(self, weak: Weak) -> None:
        self.weak = weak

    @property
    def functions(self) -> tuple[Function, ...]:
        return self.weak.functions

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        return self.weak.weights(energy, transfer, momentum)

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> "Mine":
        return Mine(self.weak.with_flavour(flavour, antineutrino))


def test_a_users_coupling_is_asked_for_its_flavour() -> None:
    model = FreeElectrons("Ge")
    T = np.array([1 * keV, 100 * keV])
    expected = rate(SOURCE, Weak(), model, T)
    # Its own flavour does not count where a source sends others.
    for own in (Weak("e"), Weak("tau", True)):
        np.testing.assert_allclose(rate(SOURCE, Mine(own), model, T), expected, rtol=1e-12)


@pytest.mark.parametrize("mass", [0.02, 0.1])
def test_parts_with_kinematics_of_their_own_add_up(mass: float) -> None:
    parts = (MagneticMoment(1e-11), HeavyLepton(3e-11, mass), Millicharge(1e-13))
    T = np.array([50 * eV, 1 * keV, 30 * keV])
    for model in (HYDROGEN, FreeElectrons("H")):
        apart = sum(rate(SOURCE, part, model, T) for part in parts)
        np.testing.assert_allclose(rate(SOURCE, IncoherentSum(parts), model, T), apart, rtol=1e-4)
        by_part = rate_spectrum(SOURCE, IncoherentSum(parts), model, T)
        assert by_part.parts == ("magnetic moment", "heavy lepton", "millicharge")
        np.testing.assert_allclose(by_part.density.sum(axis=(0, 1, 2)), apart, rtol=1e-4)
        lines = [rate_spectrum(SOURCE, part, model, T).line_rate.sum() for part in parts]
        assert by_part.line_rate.sum() == approx(sum(lines), rel=1e-3)

"""Doors to targets, models, couplings and sources: what does not belong is refused, and zero is zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

import nuatom as na
from nuatom import coherent
from nuatom.atom.field import Atom
from nuatom.bounds import LARGEST, check_flag, check_number, check_positive
from nuatom.detector import (
    ConstantResolution,
    Detector,
    FanoResolution,
    FlatBackground,
    LinearScale,
    PowerLawBackground,
    StepEfficiency,
)
from nuatom.elements import Shell, element
from nuatom.rates.material import own_element
from nuatom.response.central_field import CentralField
from nuatom.response.free import FreeElectrons
from nuatom.response.hydrogenic import Hydrogenic
from nuatom.response.model import Lines, ResponseModel
from nuatom.source import AroundSphere, Component, Distance, LineSpectrum, OnAxis, TabulatedFlux
from nuatom.source.model import pure
from nuatom.units import cm2, day, keV, kg, m

MOMENT = na.MagneticMoment(1e-11)
SOURCE = na.MonoEnergetic(1.0, 1.0)
FREE = FreeElectrons("Ge")
ATOM = Atom("Xe")


@dataclass(frozen=True)
class Valence:
    """The four valence electrons of germanium, free: what a model of one's own may be."""

    shells: tuple[Shell, ...] = FREE.shells[-3:]

    def structure(self, *arguments: object) -> object:
        raise NotImplementedError

    def measure(self, transfer: object, lower: object, upper: object, functions: object = ()) -> object:
        return FreeElectrons(SimpleNamespace(shells=self.shells)).measure(transfer, lower, upper)  # type: ignore[arg-type]

    def lines(self, functions: object = ()) -> Lines:
        return Lines.none()


VALENCE: ResponseModel = Valence()  # type: ignore[assignment]


# --- the element of a model --------------------------------------------------------------------------


def test_electrons_do_not_say_which_element_a_model_is_of() -> None:
    """Four valence electrons are not beryllium, one electron in the charge 10 is not hydrogen."""
    assert sum(shell.occupancy for shell in VALENCE.shells) == pytest.approx(4)
    for model in (VALENCE, Hydrogenic(n=1, l=0, Z=10)):
        with pytest.raises(ValueError, match=r"does not say which element.*Material\.from_model\(model, 'Xe'\)"):
            na.Material.from_model(model)
        with pytest.raises(ValueError, match="does not say which element"):
            na.rate(SOURCE, MOMENT, model, keV)
    given = na.Material.from_model(VALENCE, "Ge")
    assert given.target.atoms == {"Ge": 1.0}
    whole, part = na.rate(SOURCE, MOMENT, FREE, keV), na.rate(SOURCE, MOMENT, given, keV)
    assert part / whole == pytest.approx(4 / 32, rel=1e-12)


def test_a_model_of_an_atom_knows_its_element() -> None:
    for model in (FREE, FreeElectrons(Atom("Ge")), CentralField(Atom("Ge")), na.CoherentSumRule("Ge")):
        assert own_element(model) is element("Ge")
        assert na.Material.from_model(model).formula == "Ge"
    assert own_element(na.FrozenPhoton(CentralField(Atom("Ge")))) is element("Ge")
    assert own_element(Hydrogenic(n=1, l=0, Z=1)) is element("H")
    heavy = na.Material.from_model(FREE, "Ge-76")
    assert heavy.units_per_mass == pytest.approx(na.target("Ge-76").units_per_mass, rel=1e-15)


def test_a_model_and_an_element_must_not_contradict() -> None:
    with pytest.raises(ValueError, match="the model of Xe is one of Ge"):
        na.Material.from_model(FREE, "Xe")
    with pytest.raises(ValueError, match="the model of Cs is one of Ge"):
        na.Material.of("CsI", lambda symbol: FREE)
    bare = FreeElectrons(SimpleNamespace(shells=FREE.shells))
    with pytest.raises(ValueError, match="has 32 electrons, and Be only 4"):
        na.Material.from_model(bare, "Be")


# --- what is no model, and no coupling ---------------------------------------------------------------

MODEL_DOORS: dict[str, Callable[[object], object]] = {
    "cross_section": lambda model: na.cross_section(MOMENT, model, 1.0, keV),  # type: ignore[arg-type]
    "spectrum": lambda model: na.spectrum(MOMENT, model, 1.0, keV),  # type: ignore[arg-type]
    "components": lambda model: na.components(MOMENT, model, 1.0, keV),  # type: ignore[arg-type]
    "lines": lambda model: na.lines(MOMENT, model, 1.0),  # type: ignore[arg-type]
    "total": lambda model: na.total_cross_section(MOMENT, model, 1.0, keV),  # type: ignore[arg-type]
    "photoabsorption": lambda model: na.photoabsorption(model, keV),  # type: ignore[arg-type]
    "rate": lambda model: na.rate(SOURCE, MOMENT, model, keV),  # type: ignore[arg-type]
    "rate_spectrum": lambda model: na.rate_spectrum(SOURCE, MOMENT, model, [keV]),  # type: ignore[arg-type]
    "material": lambda model: na.Material("Xe", ((element("Xe"), 1.0, model),)),  # type: ignore[arg-type]
}
COUPLING_DOORS: dict[str, Callable[[object], object]] = {
    "cross_section": lambda coupling: na.cross_section(coupling, FREE, 1.0, keV),  # type: ignore[arg-type]
    "spectrum": lambda coupling: na.spectrum(coupling, FREE, 1.0, keV),  # type: ignore[arg-type]
    "components": lambda coupling: na.components(coupling, FREE, 1.0, keV),  # type: ignore[arg-type]
    "lines": lambda coupling: na.lines(coupling, FREE, 1.0),  # type: ignore[arg-type]
    "total": lambda coupling: na.total_cross_section(coupling, FREE, 1.0, keV),  # type: ignore[arg-type]
    "rate": lambda coupling: na.rate(SOURCE, coupling, FREE, keV),  # type: ignore[arg-type]
    "rate_spectrum": lambda coupling: na.rate_spectrum(SOURCE, coupling, FREE, [keV]),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("door", MODEL_DOORS)
@pytest.mark.parametrize(
    "wrong", [ATOM, "Xe", 54, None, 1.0, CentralField], ids=["atom", "str", "int", "None", "1", "class"]
)
def test_what_is_no_response_model(door: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"expected a response model, got .*write CentralField\(Atom\("):
        MODEL_DOORS[door](wrong)


def test_an_atom_is_told_apart_without_solving_its_field() -> None:
    atom = Atom("Xe")
    with pytest.raises(ValueError, match=r"which is an atom.*CentralField\(Atom\('Xe'\)\)"):
        na.cross_section(MOMENT, atom, 1.0, keV)  # type: ignore[arg-type]
    assert "solution" not in vars(atom)


@pytest.mark.parametrize("door", COUPLING_DOORS)
@pytest.mark.parametrize("wrong", [1e-11, None, "weak", na.Weak, FREE], ids=["float", "None", "str", "class", "model"])
def test_what_is_no_coupling(door: str, wrong: object) -> None:
    with pytest.raises(ValueError, match="expected a coupling, got"):
        COUPLING_DOORS[door](wrong)


# --- nothing is zero ---------------------------------------------------------------------------------

NOTHING = {
    "moment": na.MagneticMoment(0.0),
    "millicharge": na.Millicharge(0.0),
    "radius": na.ChargeRadius(0.0),
    "anapole": na.Anapole(0.0),
    "vector": na.VectorMediator(keV, 0.0, 1.0),
    "axial": na.AxialMediator(keV, 1.0, 0.0),
    "scalar": na.ScalarMediator(keV, 0.0, 1.0),
    "lepton": na.HeavyLepton(0.0, keV),
    "neutrino": na.Neutrino("e", weak=False),
    "other flavour": na.Neutrino("e", weak=False, nsi=na.NonStandard(np.diag([0.0, 0.1, 0.0]))),
    "sum": na.IncoherentSum((na.Millicharge(0.0), na.Neutrino("e", weak=False))),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_coupling_of_zero_gives_zero(name: str) -> None:
    coupling, T = NOTHING[name], np.array([0.0, keV, 10 * keV])
    model = Hydrogenic(n=1, l=0, Z=1) if name != "scalar" and name != "axial" else FREE
    assert np.all(na.cross_section(coupling, model, 1.0, T) == 0)
    assert all(np.all(part == 0) for part in na.components(coupling, model, 1.0, T).values())
    assert np.all(na.lines(coupling, model, 1.0).area == 0)
    assert na.total_cross_section(coupling, model, 1.0, keV) == 0
    assert np.all(na.rate(SOURCE, coupling, model, T) == 0)
    found = na.rate_spectrum(SOURCE, coupling, model, T)
    assert np.all(found.total == 0) and np.all(found.line_total == 0) and np.all(found.relative_error >= 0)
    assert found.parts
    expected = Detector(exposure=kg * day).expected(SOURCE, coupling, model, [keV, 2 * keV])
    assert np.all(expected.total == 0)
    if name not in ("scalar", "lepton"):  # these have no coherent amplitude
        assert np.all(coherent.cross_section(coupling, "Ge", 1.0, [1e-6]) == 0)
        assert np.all(na.nuclear_rate_spectrum(SOURCE, coupling, "Ge", [1e-6]).total == 0)


# --- numbers -----------------------------------------------------------------------------------------

NUMBERS: dict[str, Callable[[object], object]] = {
    "a magnetic moment": lambda x: na.MagneticMoment(x),  # type: ignore[arg-type]
    "a magnetic moment of a Neutrino": lambda x: na.Neutrino("e", magnetic_moment=x),  # type: ignore[arg-type]
    "a millicharge": lambda x: na.Millicharge(x),  # type: ignore[arg-type]
    "neutrino_mass": lambda x: na.Millicharge(1e-12, neutrino_mass=x),  # type: ignore[arg-type]
    "photon_mass": lambda x: na.Millicharge(1e-12, photon_mass=x),  # type: ignore[arg-type]
    "a charge radius": lambda x: na.ChargeRadius(x),  # type: ignore[arg-type]
    "an anapole": lambda x: na.Anapole(x),  # type: ignore[arg-type]
    "the mass of a mediator": lambda x: na.VectorMediator(x, 1e-6, 1e-6),  # type: ignore[arg-type]
    "the coupling of a mediator to the neutrino": lambda x: na.AxialMediator(keV, x, 1e-6),  # type: ignore[arg-type]
    "the coupling of a mediator to the electron": lambda x: na.ScalarMediator(keV, 1e-6, x),  # type: ignore[arg-type]
    "g_V": lambda x: na.Weak("e", g_V=x, g_A=0.5),  # type: ignore[arg-type]
    "g_A": lambda x: na.Weak("e", g_V=0.5, g_A=x),  # type: ignore[arg-type]
    "sin2_theta": lambda x: na.Weak("e", sin2_theta=x),  # type: ignore[arg-type]
    "a transition moment": lambda x: na.HeavyLepton(x, keV),  # type: ignore[arg-type]
    "the mass of a heavy lepton": lambda x: na.HeavyLepton(1e-11, x),  # type: ignore[arg-type]
    "sin2_12": lambda x: na.Mixing(sin2_12=x),  # type: ignore[arg-type]
    "splitting_21": lambda x: na.Mixing(splitting_21=x),  # type: ignore[arg-type]
    "the energy of a line": lambda x: na.MonoEnergetic(x, 1.0),  # type: ignore[arg-type]
    "the flux of a source": lambda x: na.MonoEnergetic(1.0, x),  # type: ignore[arg-type]
    "the activity of a source": lambda x: na.Chromium51(x, distance=m),  # type: ignore[arg-type]
    "the distance to a source": lambda x: Distance(x),  # type: ignore[arg-type]
    "the outer radius": lambda x: AroundSphere(x),  # type: ignore[arg-type]
    "the inner radius": lambda x: AroundSphere(1.0, x),  # type: ignore[arg-type]
    "the height": lambda x: OnAxis(1.0, x),  # type: ignore[arg-type]
    "the distance to the centre": lambda x: OnAxis(1.0, 1.0, x),  # type: ignore[arg-type]
    "the power of a reactor": lambda x: na.Reactor(power=x, distance=m),  # type: ignore[arg-type]
    "the flux of a reactor": lambda x: na.Reactor(flux=x),  # type: ignore[arg-type]
    "captures": lambda x: na.Reactor(flux=1.0, captures=x),  # type: ignore[arg-type]
    "the fraction of 235U": lambda x: na.Reactor(flux=1.0, fractions={"235U": x}),  # type: ignore[dict-item]
    "the flux of x": lambda x: Component("x", x, LineSpectrum(1.0), pure("e")),  # type: ignore[arg-type]
    "the uncertainty of x": lambda x: Component("x", 1.0, LineSpectrum(1.0), pure("e"), uncertainty=x),  # type: ignore[arg-type]
    "exposure": lambda x: Detector(exposure=x),  # type: ignore[arg-type]
    "threshold": lambda x: Detector(exposure=1.0, threshold=x),  # type: ignore[arg-type]
    "sigma": lambda x: ConstantResolution(x),  # type: ignore[arg-type]
    "noise": lambda x: FanoResolution(x, 0.1, keV),  # type: ignore[arg-type]
    "position": lambda x: StepEfficiency(x),  # type: ignore[arg-type]
    "gain": lambda x: LinearScale(x),  # type: ignore[arg-type]
    "offset": lambda x: LinearScale(1.0, x),  # type: ignore[arg-type]
    "rate": lambda x: FlatBackground(x),  # type: ignore[arg-type]
    "index": lambda x: PowerLawBackground(1.0, x, keV),  # type: ignore[arg-type]
}
NO_NUMBERS = {
    "str": "3e-11",
    "None": None,
    "array": np.array([1e-11, 2e-11]),
    "list": [1e-11],
    "bool": True,
    "nan": math.nan,
    "inf": math.inf,
    "1e140": 1e140,
    "1e300": 1e300,
    "complex": 1e-11 + 1j,
}


@pytest.mark.parametrize("what", NUMBERS)
@pytest.mark.parametrize("wrong", NO_NUMBERS)
def test_what_is_no_number_is_refused_by_name(what: str, wrong: str) -> None:
    optional = {"g_V", "g_A", "sin2_theta", "the power of a reactor", "the flux of a reactor"}
    if wrong == "None" and what in optional:
        return  # it is left out
    if wrong in ("array", "list") and what == "the energy of a line":
        return  # a source may have several lines
    with pytest.raises(ValueError, match=f"{what.split(' of a Neutrino')[0]}.* must be") as caught:
        NUMBERS[what](NO_NUMBERS[wrong])
    assert "\n" not in str(caught.value)
    assert "got" in str(caught.value)


@pytest.mark.parametrize(
    "wrong", ["x", None, [[1.0]], np.eye(2), np.full((3, 3), 1e140), np.full((3, 3), "a"), np.eye(3) > 0]
)
def test_what_is_no_matrix_is_refused(wrong: object) -> None:
    for make in (na.FlavourMatrix, na.Moments, na.NonStandard):
        with pytest.raises(ValueError, match=r"must be"):
            make(wrong)  # type: ignore[arg-type]


def test_the_greatest_numbers_that_are_allowed_give_finite_answers() -> None:
    greatest = [
        na.MagneticMoment(1e6),
        na.Millicharge(1e6),
        na.Millicharge(1e6, neutrino_mass=1e9, photon_mass=1e9),
        na.Millicharge(1e6, neutrino_mass=5e-324),
        na.ChargeRadius(1e4 * cm2),
        na.Anapole(-1e4 * cm2),
        na.VectorMediator(1e9, 1e6, 1e6),
        na.VectorMediator(5e-324, 1e6, 1e6),
        na.AxialMediator(1e-9, 1e6, -1e6),
        na.ScalarMediator(1e-9, 1e6, 1e6),
        na.PseudoscalarMediator(1e9, 1e6, 1e6),
        na.HeavyLepton(1e6, 1e9),
        na.HeavyLepton(1e6, 0.1),
        na.Weak("e", g_V=1e6, g_A=-1e6),
        na.Neutrino("e", nsi=na.NonStandard(np.eye(3) * 1e6)),
    ]
    with np.errstate(over="raise", invalid="raise"):
        for coupling in greatest:
            for E, T in ((1.0, [1e-9, 1e-3, 0.5]), (1e9, [1e-3, 1.0, 1e8])):
                assert np.all(np.isfinite(na.cross_section(coupling, FREE, E, T))), coupling
            assert np.all(np.isfinite(na.rate(SOURCE, coupling, FREE, [1e-6, 1e-3]))), coupling


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: na.Chromium51(1.0, 1 * m), r"geometry of a source.*got 1000\.0.*distance=5 \* m"),  # type: ignore[arg-type]
        (lambda: na.Tritium(1.0, AroundSphere), "geometry of a source"),  # type: ignore[arg-type]
        (lambda: na.StoppedPion(rate=1.0, geometry="1m"), "geometry of a source"),  # type: ignore[arg-type]
        (lambda: na.Reactor(flux=1.0, fractions="235U"), "fractions are numbers by isotope"),  # type: ignore[arg-type]
        (lambda: na.Solar(3), "a solar model is B16-GS98 or B16-AGSS09met"),  # type: ignore[arg-type]
        (lambda: na.Solar(mixing=0.3), "the mixing of solar neutrinos is a Mixing"),  # type: ignore[arg-type]
        (lambda: na.Weak("e", "no"), "antineutrino must be True or False, got 'no'"),  # type: ignore[arg-type]
        (lambda: na.MonoEnergetic(1.0, 1.0, "e", "no"), "must be True or False"),  # type: ignore[arg-type]
        (lambda: na.Weak(1.0), 'a flavour is "e", "mu" or "tau"'),  # type: ignore[arg-type]
        (lambda: na.cross_section(MOMENT, FREE, 1e200, keV), "at most 1e\\+09 MeV"),
        (lambda: na.rate(SOURCE, MOMENT, FREE, 1e200), "at most 1e\\+09 MeV"),
        (lambda: coherent.cross_section(MOMENT, "Ge", 1e200, keV), "at most 1e\\+09 MeV"),
        (lambda: coherent.Helm(radius=1e200), "radius must be"),
        (lambda: na.Material("Ge", ((element("Ge"), 1e300, FREE),)), "number of Ge atoms"),
    ],
)
def test_other_slips_are_one_clear_line(make: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()


def test_a_flux_from_a_file_has_the_same_bounds(tmp_path: object) -> None:
    path = tmp_path / "flux.csv"  # type: ignore[operator]
    path.write_text("energy[MeV],nue[1/(cm2 s MeV)]\n1,1\n2,1e300\n")
    with pytest.raises(ValueError, match=f"from 0 to {LARGEST:g}".replace("+", r"\+")):
        TabulatedFlux(path)


def test_numbers_of_numpy_are_numbers() -> None:
    for value in (np.float64(0.5), np.float32(0.5), np.int64(1), 1, 0.5):
        check_number("x", value, 0.0, 1.0)
        check_positive("x", value)
    check_positive("x", np.array([1.0, 2.0]))
    for flag in (True, np.bool_(False)):
        check_flag("x", flag)
    with pytest.raises(ValueError, match=r"x must be greater than zero and at most 2 m, got 0\.0"):
        check_number("x", 0.0, 0.0, 2.0, above=True, unit="m")

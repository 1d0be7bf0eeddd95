"""The recommended model: what it is made of, for every way to write a target."""

import numpy as np
import pytest

import nuatom as na
from nuatom.atom.field import Binding
from nuatom.choices.responses import MODELS, How, response_options
from nuatom.elements import element
from nuatom.functions import ALL
from nuatom.recommendation import recommended_atom
from nuatom.units import MeV, eV, keV


@pytest.mark.parametrize("target", ["Xe", "xenon", 54, "54", element("Xe"), na.Atom("Xe")])
def test_every_way_to_write_an_element_is_its_model(target: object) -> None:
    model = na.recommended(target)
    assert model == na.Screened(na.Atom("Xe", exchange=na.KriegerLiIafrate(), binding="measured"))
    assert isinstance(model, na.ResponseModel)


def test_a_compound_is_a_material_of_recommended_atoms() -> None:
    material = na.recommended("CsI")
    assert isinstance(material, na.Material) and material.formula == "CsI"
    assert [(part.symbol, count) for part, count, _ in material.parts] == [("Cs", 1), ("I", 1)]
    assert [model for *_, model in material.parts] == [na.recommended("Cs"), na.recommended("I")]
    assert material == na.Material.of("CsI", na.recommended)
    (isotope,) = na.recommended("Ge-76").parts
    assert isotope[0].label == "Ge-76" and isotope[2] == na.recommended("Ge")


def test_nucleus_and_charge_of_an_atom_are_kept() -> None:
    ion = na.Atom("He", nucleus=na.UniformNucleus(), charge=1)
    model = na.recommended(ion, tolerance=0.01)
    # Ions have no measured edges.
    assert model.atom == na.Atom("He", na.KriegerLiIafrate(), na.UniformNucleus(), Binding.CALCULATED, 1)
    assert model.tolerance == 0.01


@pytest.mark.parametrize("target", ["Xz", 0, 101, "Cs2I("])
def test_what_is_no_target_is_said_so(target: object) -> None:
    with pytest.raises(ValueError, match=r"element|formula|atomic number|101|0"):
        na.recommended(target)


def test_one_electron_is_exact_at_its_measured_edge() -> None:
    model = na.recommended("H")
    assert model.shells[0].binding_energy == pytest.approx(13.5984 * eV, rel=1e-5)
    exact = na.Hydrogenic(n=1, l=0, Z=1)
    T = np.array([0.1, 1.0]) * keV
    found, wanted = (na.cross_section(na.MagneticMoment(1e-11), m, 1 * MeV, T) for m in (model, exact))
    # The edge is 0.05 % below that of a nucleus that does not recoil.
    np.testing.assert_allclose(found, wanted, rtol=5e-3)


def test_it_has_all_functions_and_lines() -> None:
    model = na.recommended("H")
    found = model.structure([0.1 * keV], [5 * keV], ALL)
    assert all(np.all(np.isfinite(found[f])) for f in ALL)
    assert model.lines(ALL).transfer.size > 5


def test_the_word_takes_the_element_the_nucleus_and_no_other_exchange() -> None:
    make = MODELS["recommended"].make
    atom = na.Atom("H", nucleus=na.UniformNucleus())
    assert make(atom, How()) == recommended_atom(atom)
    with pytest.raises(ValueError, match="the model recommended has exact exchange"):
        make(na.Atom("H", exchange=na.KohnSham()), How())
    # A choice of the interaction would make it one of screened.
    with pytest.raises(ValueError, match="interaction"):
        response_options("recommended", {"interaction": "local"})

"""The grammar of targets: every element by its words, isotopes, mixtures, compounds, and slips."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuatom as na
from nuatom.coherent import nuclides
from nuatom.elements import ATOMIC_MASS_UNIT, Element, Isotope, element, enriched, known_isotopes
from nuatom.response.free import FreeElectrons
from nuatom.targets import compounds, single, target
from nuatom.units import g

ELEMENTS = st.integers(1, 100).map(element)
NATURAL = [(element(Z), isotope) for Z in range(1, 101) for isotope in element(Z).isotopes]
approx = pytest.approx


@st.composite
def mixtures(draw: st.DrawFn) -> Element:
    """An element of two or more of its known isotopes."""
    atom = draw(ELEMENTS.filter(lambda one: len(known_isotopes(one.Z)) > 1))
    chosen = draw(st.lists(st.sampled_from(sorted(known_isotopes(atom.Z))), min_size=2, max_size=5, unique=True))
    parts = [draw(st.floats(0.01, 1.0)) for _ in chosen]
    return enriched(atom.symbol, {A: part / sum(parts) for A, part in zip(chosen, parts, strict=True)})


# --- words that stand for one atom -------------------------------------------------------------------


@pytest.mark.parametrize("Z", range(1, 101))
def test_every_element_has_a_symbol_a_name_and_a_number(Z: int) -> None:
    known = element(Z)
    words = [known.symbol, known.name, known.name.title(), known.name.upper(), known.symbol.lower(), str(Z), Z, known]
    for word in words:
        assert target(word).composition == ((known, 1.0),)
        assert single(word) is known
        assert target(word).formula == known.symbol


def test_a_symbol_in_capitals_is_read_where_it_can_be_nothing_else() -> None:
    assert single("XE") is element("Xe")
    assert single("GE") is element("Ge")


@pytest.mark.parametrize(("atom", "isotope"), NATURAL, ids=lambda item: getattr(item, "symbol", None))
def test_every_isotope_is_read_back(atom: Element, isotope: Isotope) -> None:
    A = isotope.mass_number
    for word in (f"{atom.symbol}-{A}", f"{atom.name}-{A}", f"{atom.name.title()}-{A}", f"{A}{atom.symbol}"):
        found = target(word)
        assert found.formula == f"{atom.symbol}-{A}"
        assert found.mass_fractions == {f"{atom.symbol}-{A}": 1.0}
        assert found.molar_mass / g == approx(isotope.mass / ATOMIC_MASS_UNIT, rel=1e-14)
    assert target(f"{atom.symbol}[{A}]") == target(f"{atom.symbol}-{A}")
    # The mass of a nuclide is its mass number to within the binding energy, 0.1 u.
    assert abs(isotope.mass / ATOMIC_MASS_UNIT - A) < 0.11


@given(mixtures())
def test_a_mixture_is_read_back_and_weighs_what_its_isotopes_do(mixed: Element) -> None:
    found = target(mixed.label)
    assert found.composition == ((mixed, 1.0),)
    assert target(found.formula) == found
    masses = [isotope.mass / ATOMIC_MASS_UNIT for isotope in mixed.mixture]
    assert min(masses) * (1 - 1e-12) <= found.molar_mass / g <= max(masses) * (1 + 1e-12)
    assert sum(found.mass_fractions.values()) == approx(1.0, rel=1e-12)
    # The heaviest isotope has more of the mass than of the atoms, the lightest less.
    shares = list(found.mass_fractions.values())
    assert shares[-1] >= mixed.mixture[-1].abundance * (1 - 1e-12)
    assert shares[0] <= mixed.mixture[0].abundance * (1 + 1e-12)


@given(mixtures())
def test_nuclei_of_a_mixture_are_those_that_are_written(mixed: Element) -> None:
    kinds = nuclides(mixed.label)
    assert [(kind.mass_number, kind.count) for kind in kinds] == [
        (isotope.mass_number, approx(isotope.abundance, rel=1e-12)) for isotope in mixed.mixture
    ]


def test_enriched_germanium_by_hand() -> None:
    """0.88 of the atoms are Ge-76 of 75.9214 u, the rest Ge-74 of 73.9212 u (AME 2020)."""
    found = target("Ge[76:0.88, 74:0.12]")
    mean = 0.88 * 75.9214 + 0.12 * 73.9212
    assert found.formula == "Ge[74:0.12,76:0.88]"
    assert found.molar_mass / g == approx(mean, rel=1e-6)
    assert found.mass_fractions == approx({"Ge-74": 0.12 * 73.9212 / mean, "Ge-76": 0.88 * 75.9214 / mean}, rel=1e-6)
    natural = target("Ge")
    assert found.density is not None and natural.density is not None
    assert found.density / natural.density == approx(found.molar_mass / natural.molar_mass, rel=1e-14)


def test_published_fractions_are_made_to_add_up() -> None:
    rounded = target("Ge[74:0.1201,76:0.8803]")
    assert sum(part.abundance for part in rounded.composition[0][0].mixture) == approx(1.0, rel=1e-15)


# --- compounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", compounds())
def test_every_known_compound_is_read_by_formula_and_name(formula: str) -> None:
    found = target(formula)
    assert found.formula == formula
    for name in compounds()[formula].names:
        assert target(name) == target(name.upper()) == found
    assert sum(found.mass_fractions.values()) == approx(1.0, rel=1e-14)


def test_isotopes_in_a_compound() -> None:
    heavy, natural = target("Li[6]F"), target("LiF")
    assert heavy.atoms == natural.atoms
    lithium = known_isotopes(3)[6] / ATOMIC_MASS_UNIT
    assert heavy.molar_mass / g == approx(lithium + element("F").atomic_weight, rel=1e-12)
    assert list(heavy.mass_fractions) == ["Li-6", "F"]
    assert heavy.density is not None and natural.density is not None
    assert heavy.density / natural.density == approx(heavy.molar_mass / natural.molar_mass, rel=1e-12)
    assert [kind.mass_number for kind in nuclides("Li[6]F")] == [6, 19]


@pytest.mark.parametrize(
    "formula", ["CO2", "H2O", "CO", "NO", "HF", "H2", "O2", "N2", "Xe2", "C60", "CH4", "C12H22O11"]
)
def test_molecules_are_what_they_look_like(formula: str) -> None:
    atoms = re.findall(r"([A-Z][a-z]?)([0-9]*)", formula)
    assert target(formula).atoms == {symbol: float(count or 1) for symbol, count in atoms}


# --- slips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["NaI(Tl)", "CsI(Tl)", "CsI(Na)", "CsI:Na", "CaF2(Eu)", "LaBr3(Ce)", "LaBr3:Ce"])
def test_dopants_are_not_atoms_of_the_formula(word: str) -> None:
    host = re.split(r"[(:]", word)[0]
    with pytest.raises(ValueError, match=rf"dopants are not part of the formula.*take {host}"):
        target(word)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("CSI", "CsI"),
        ("PBWO4", "PbWO4"),
        ("SIO2", "SiO2"),
        ("SI", "Si"),
        ("CS", "Cs"),
        ("HO", "Ho"),
        ("Co2", "CO2"),
        ("csi", "CsI"),
        ("Nai", "NaI"),
        ("NAI", "NaI"),
        ("cawo4", "CaWO4"),
        ("germanum", "germanium"),
        ("sodium iodid", "sodium iodide"),
    ],
)
def test_look_alikes_and_misspellings_say_what_was_probably_meant(word: str, meant: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"did you mean {meant}?")):
        target(word)


@pytest.mark.parametrize("word", ["CSI", "PBWO4", "SI", "HO", "Co2", "SIO2"])
def test_who_means_a_look_alike_is_told_how_to_write_it(word: str) -> None:
    with pytest.raises(ValueError, match="If not, write ") as caught:
        target(word)
    other = str(caught.value).split("write ")[-1]
    atoms = re.findall(r"([A-Z][a-z]?)([0-9]*)", word)
    assert target(other).atoms == {symbol: float(count or 1) for symbol, count in atoms}


@pytest.mark.parametrize(("atom", "isotope"), NATURAL, ids=lambda item: getattr(item, "symbol", None))
def test_a_mass_number_is_no_count(atom: Element, isotope: Isotope) -> None:
    A = isotope.mass_number
    if A <= 2:
        return  # H1 is an atom and H2 a molecule
    for word in (f"{atom.symbol}{A}", f"{atom.symbol.lower()}{A}", f"{atom.name}{A}", f"{atom.symbol} {A}"):
        with pytest.raises(ValueError, match=f"did you mean the isotope {atom.symbol}-{A}"):
            target(word)
    assert target(f"({atom.symbol}){A}").atoms == {atom.symbol: A}


def test_nor_is_it_in_a_compound_of_heavy_atoms() -> None:
    with pytest.raises(ValueError, match=r"did you mean the isotope, Ge\[76\]"):
        target("Ge76O2")


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("Ge-99", "germanium has no isotope 99: expected A from 58 to 86"),
        ("Ge[76:0.5]", "add up to 1, got 0.5"),
        ("Ge[76:0.9,74:0.2]", "add up to 1, got 1.1"),
        ("Ge[76:1.2,74:-0.2]", "must be above 0"),
        ("Ge[76:nan]", "fraction of Ge-76"),
        ("Ge[76:0.5,76:0.5]", "the isotope 76 is twice"),
        ("Ge[]", "cannot read the isotopes"),
        ("Ge[76:much]", "expected mass numbers and fractions"),
        ("Li[6]Li", "two kinds of isotopes"),
        ("Li-6F", r"in brackets, as in Li\[6\]F"),
        ("Xq-12", "unknown element 'Xq'"),
        ("H99999", "more than 10000 atoms"),
        ("H" + "9" * 400, "more than 10000 atoms"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_read(word: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        target(word)


@pytest.mark.parametrize("word", [None, 54.0, True, ("Xe",), b"Xe"])
def test_what_is_no_word(word: object) -> None:
    with pytest.raises(ValueError, match="a target is a word such as Xe, Ge-76 or CsI, or an atomic number"):
        target(word)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "atoms"), [("CsI", "Cs or I"), ("CO", "C or O; cobalt is written Co"), ("water", "H or O"), ("O2", "O")]
)
def test_several_atoms_are_not_one(word: str, atoms: str) -> None:
    with pytest.raises(ValueError, match=f"not a single atom: take one of its atoms, {atoms}$"):
        single(word)


# --- the same words everywhere -----------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Ge-76", "Ge[74:0.12,76:0.88]", "germanium-76"])
def test_a_material_of_isotopes_has_their_mass_and_the_same_electrons(word: str) -> None:
    found, natural = na.Material.of(word, FreeElectrons), na.Material.of("Ge", FreeElectrons)
    ratio = target("Ge").molar_mass / target(word).molar_mass
    assert found.units_per_mass / natural.units_per_mass == approx(ratio, rel=1e-14)
    source = na.MonoEnergetic(1.0, 1.0)
    rates = [na.rate(source, na.MagneticMoment(1e-11), material, 1e-3) for material in (found, natural)]
    assert rates[0] / rates[1] == approx(ratio, rel=1e-12)
    assert na.nuclear_rate_spectrum(source, na.Weak("e"), found, 1e-6).shells == tuple(
        f"Ge-{kind.mass_number}" for kind in nuclides(word)
    )


def test_recoils_of_a_mixture_are_those_of_its_isotopes() -> None:
    """Per mass, the share of each isotope is its share of the mass."""
    source, coupling, T = na.MonoEnergetic(5.0, 1.0), na.Weak("e"), [1e-5, 1e-4]
    mixed = na.nuclear_rate_spectrum(source, coupling, "Ge[74:0.12,76:0.88]", T).total
    alone = {A: na.nuclear_rate_spectrum(source, coupling, f"Ge-{A}", T).total for A in (74, 76)}
    share = target("Ge[74:0.12,76:0.88]").mass_fractions
    assert mixed == approx(share["Ge-74"] * alone[74] + share["Ge-76"] * alone[76], rel=1e-10)

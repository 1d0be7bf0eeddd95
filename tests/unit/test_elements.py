"""Elements, configurations, edges and formulas: identities that hold for every entry."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuatom.elements import (
    EdgeOrigin,
    Shell,
    configuration,
    element,
    label,
    measured_edges,
    quantum_numbers,
)
from nuatom.targets import target
from nuatom.units import cm, eV, g

ALL = range(1, 101)
CAPACITY = {"s": 2, "p": 6, "d": 10, "f": 14}


@st.composite
def subshells(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 21))
    return n, draw(st.integers(-n, n - 1).filter(bool))


@st.composite
def ions(draw: st.DrawFn) -> tuple[int, int]:
    Z = draw(st.integers(1, 100))
    return Z, draw(st.integers(0, Z - 1))


def occupations(shells: tuple[Shell, ...]) -> dict[str, float]:
    """Electrons by "4d", the two members of a doublet together."""
    total: dict[str, float] = {}
    for shell in shells:
        total[shell.label[:2]] = total.get(shell.label[:2], 0.0) + shell.occupancy
    return total


# --- elements ------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["Xe", "xe", "XE", " xenon ", "Xenon", "54", 54])
def test_element_takes_symbol_name_and_number(spec: str | int) -> None:
    assert element(spec).Z == 54
    assert element(spec) is element("Xe")


def test_every_symbol_and_name_is_its_own_element() -> None:
    for Z in ALL:
        item = element(Z)
        assert item.Z == Z
        assert element(item.symbol) is element(item.name) is item
    assert len({element(Z).symbol.casefold() for Z in ALL} | {element(Z).name for Z in ALL}) == 200


def test_other_spellings() -> None:
    assert element("aluminum") is element("aluminium") is element(13)
    assert element("cesium") is element("caesium") is element(55)
    assert element("sulphur") is element("sulfur") is element(16)


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ("Xn", "did you mean Xe, Ne?"),
        ("xenom", "xenon"),
        ("Germanum", "germanium"),
        ("X", "Xe"),
        ("irn", "iron"),
    ],
)
def test_a_typo_is_answered_with_what_was_meant(spec: str, meant: str) -> None:
    with pytest.raises(ValueError, match="unknown element") as caught:
        element(spec)
    assert meant in str(caught.value)


@pytest.mark.parametrize("spec", ["", "J", "54.0", "-1", "+54", "5 4"])
def test_what_resembles_nothing_says_what_is_expected(spec: str) -> None:
    with pytest.raises(ValueError, match="expected a symbol such as Xe"):
        element(spec)


@pytest.mark.parametrize("spec", ["Ge-76", "Ge76", "NaI(Tl)", "H2O"])
def test_what_is_a_target_and_no_element(spec: str) -> None:
    with pytest.raises(ValueError, match=r"isotopes and compounds are read by nuatom\.target"):
        element(spec)


@pytest.mark.parametrize("spec", [0, -1, 101, "0", "101"])
def test_atomic_number_out_of_range(spec: str | int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        element(spec)


@pytest.mark.parametrize("spec", [54.0, None, ("Xe",), True])
def test_element_of_another_type(spec: object) -> None:
    with pytest.raises(ValueError, match="symbol, a name or an atomic number"):
        element(spec)  # type: ignore[arg-type]


def test_an_element_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        element("Xe").Z = 53  # type: ignore[misc]


def test_every_element_has_a_mass() -> None:
    for Z in ALL:
        assert Z <= element(Z).atomic_weight < 3 * Z
        assert element(Z).density is None or 0.05 < element(Z).density * cm**3 / g < 23
        assert sum(isotope.abundance for isotope in element(Z).isotopes) in (0, pytest.approx(1.0, abs=1e-4))
    assert element("Fr").density is None
    assert element("Tc").isotopes == ()


# --- labels --------------------------------------------------------------------------------------


@given(subshells())
def test_a_label_says_n_and_kappa(subshell: tuple[int, int]) -> None:
    n, kappa = subshell
    assert quantum_numbers(label(n, kappa)) == subshell
    assert label(n, kappa).endswith(f"{2 * abs(kappa) - 1}/2")
    assert label(n, kappa).startswith(str(n))


@given(st.integers(1, 20))
def test_a_doublet_shares_its_letter(l: int) -> None:
    lower, upper = label(l + 1, l), label(l + 1, -l - 1)
    letter = str(l + 1)
    assert lower.removeprefix(letter)[0] == upper.removeprefix(letter)[0]
    assert lower != upper


def test_known_labels() -> None:
    assert [label(1, -1), label(2, 1), label(2, -2), label(4, -3), label(4, 3), label(5, -5)] == [
        "1s1/2",
        "2p1/2",
        "2p3/2",
        "4d5/2",
        "4f5/2",
        "5g9/2",
    ]


@pytest.mark.parametrize(("n", "kappa"), [(0, -1), (1, 0), (1, 1), (2, -3), (-1, -1)])
def test_no_such_subshell(n: int, kappa: int) -> None:
    with pytest.raises(ValueError, match="no subshell"):
        label(n, kappa)


def test_letters_end() -> None:
    assert label(21, -21).startswith("21z")
    with pytest.raises(ValueError, match="no letter"):
        label(22, -22)


@pytest.mark.parametrize("text", ["", "4d", "4d5", "4d9/2", "4d1/2", "1p1/2", "2s-1/2", "0s1/2", "4D5/2", "K", "2j3/2"])
def test_not_a_label(text: str) -> None:
    with pytest.raises(ValueError, match="expected the label"):
        quantum_numbers(text)


# --- configurations ------------------------------------------------------------------------------


@given(ions())
def test_electrons_of_an_ion_add_up(ion: tuple[int, int]) -> None:
    Z, charge = ion
    assert sum(shell.occupancy for shell in configuration(Z, charge)) == pytest.approx(Z - charge, rel=1e-14)


def test_electrons_of_every_neutral_atom_add_up() -> None:
    for Z in ALL:
        assert sum(shell.occupancy for shell in configuration(Z)) == pytest.approx(Z, rel=1e-14)
        assert configuration(Z) == configuration(element(Z).symbol)


@given(ions())
def test_shells_are_split_statistically_and_in_order(ion: tuple[int, int]) -> None:
    shells = configuration(*ion)
    assert [(s.n, s.l, s.degeneracy) for s in shells] == sorted((s.n, s.l, s.degeneracy) for s in shells)
    fill: dict[str, set[float]] = {}
    for shell in shells:
        assert shell.label == label(shell.n, shell.kappa)
        assert 0.0 < shell.occupancy <= shell.degeneracy
        assert shell.binding_energy == 0.0
        fill.setdefault(shell.label[:2], set()).add(round(shell.vacancy, 12))
    assert all(len(vacancies) == 1 for vacancies in fill.values())
    # Both members of every doublet are there, so the capacities are those of (n, l).
    for name in fill:
        assert sum(s.degeneracy for s in shells if s.label[:2] == name) == CAPACITY[name[1]]


@given(ions().filter(lambda ion: ion[1] > 0))
def test_an_ion_is_the_one_before_less_one_electron(ion: tuple[int, int]) -> None:
    Z, charge = ion
    before, after = occupations(configuration(Z, charge - 1)), occupations(configuration(Z, charge))
    lost = {name: q - after.get(name, 0.0) for name, q in before.items()}
    assert sorted(round(q, 12) for q in lost.values()) == [0.0] * (len(lost) - 1) + [1.0]
    assert after.keys() <= before.keys()


def test_the_last_electron_is_1s() -> None:
    for Z in ALL:
        (shell,) = configuration(Z, Z - 1)
        assert (shell.label, shell.occupancy) == ("1s1/2", 1.0)


@pytest.mark.parametrize("charge", [-1, 54, 55])
def test_charge_out_of_range(charge: int) -> None:
    with pytest.raises(ValueError, match="0 to 53 for Xe"):
        configuration(54, charge)


def test_charge_is_a_whole_number() -> None:
    configuration(54, 1)
    with pytest.raises(ValueError, match="integer"):
        configuration(54, 1.0)  # type: ignore[arg-type]


# --- edges ---------------------------------------------------------------------------------------


def test_every_edge_is_of_an_occupied_shell_and_above_the_first_ionisation() -> None:
    for Z in ALL:
        edges, shells = measured_edges(Z), configuration(Z)
        assert edges.keys() <= {shell.label for shell in shells}
        outermost = max((shell for shell in shells), key=lambda shell: (shell.n, shell.l, shell.degeneracy))
        first = edges[outermost.label]
        assert first.origin is EdgeOrigin.FREE_ATOM
        assert all(edge.energy >= first.energy > 3 * eV for edge in edges.values())
        assert all(edge.reference for edge in edges.values())


def test_one_member_of_a_doublet_is_never_missing() -> None:
    """Radon's 6p1/2 has no value; every other doublet is there as a whole or not at all."""
    single = [
        (Z, name)
        for Z in ALL
        for name in measured_edges(Z)
        for n, kappa in [quantum_numbers(name)]
        if (n, kappa) != (n, -1) and label(n, -kappa - 1) not in measured_edges(Z)
    ]
    assert single == [(86, "6p3/2")]


def test_deeper_shells_are_more_bound() -> None:
    inverted = set()
    for Z in ALL:
        known = [(*quantum_numbers(name), edge.energy) for name, edge in measured_edges(Z).items()]
        for n, kappa, energy in known:
            for other_n, other_kappa, other in known:
                l, other_l = (k if k > 0 else -k - 1 for k in (kappa, other_kappa))
                same_wave = kappa == other_kappa and n < other_n
                same_shell = n == other_n and (l, abs(kappa)) < (other_l, abs(other_kappa))
                if (same_wave or same_shell) and energy < other:
                    inverted.add((Z, label(n, kappa), label(other_n, other_kappa)))
    # As published: the doublets of metallic sodium and cobalt are not resolved within their errors.
    assert inverted == {(11, "2p1/2", "2p3/2"), (27, "3p1/2", "3p3/2")}


def test_gases_count_from_the_vacuum_level() -> None:
    rare = {"He", "Ne", "Ar", "Kr", "Xe", "Rn"}
    for Z in ALL:
        origins = {edge.origin for edge in measured_edges(Z).values()}
        symbol = element(Z).symbol
        if symbol in rare | {"H"}:
            assert origins == {EdgeOrigin.FREE_ATOM}
        elif symbol in {"N", "O", "F", "Cl"}:
            assert origins == {EdgeOrigin.FREE_ATOM, EdgeOrigin.MOLECULE}
        else:
            assert origins == {EdgeOrigin.FREE_ATOM, EdgeOrigin.SOLID}


def test_edges_are_shared_and_read_only() -> None:
    assert measured_edges("xe") is measured_edges(54)
    with pytest.raises(TypeError):
        measured_edges(54)["1s1/2"] = measured_edges(54)["2s1/2"]  # type: ignore[index]


# --- compounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "atoms"),
    [
        ("CsI", {"Cs": 1, "I": 1}),
        ("CaWO4", {"Ca": 1, "W": 1, "O": 4}),
        ("C3F8", {"C": 3, "F": 8}),
        ("Ge", {"Ge": 1}),
        ("CO", {"C": 1, "O": 1}),
        ("Co", {"Co": 1}),
        ("co", {"Co": 1}),
        ("xenon", {"Xe": 1}),
        ("CH3OH", {"C": 1, "H": 4, "O": 1}),
        ("Ca(NO3)2", {"Ca": 1, "N": 2, "O": 6}),
        ("Al2(Si(O2)2)3", {"Al": 2, "Si": 3, "O": 12}),
        ("Na0.99Tl0.01I", {"Na": 0.99, "Tl": 0.01, "I": 1}),
    ],
)
def test_formulas(formula: str, atoms: dict[str, float]) -> None:
    assert target(formula).atoms == pytest.approx(atoms)
    assert list(target(formula).atoms) == list(atoms)


# A count that is a mass number is taken for a slip where the element is heavy: the lightest argon is Ar-30.
@given(st.dictionaries(st.integers(1, 100).map(lambda Z: element(Z).symbol), st.integers(1, 29), min_size=2))
def test_a_written_formula_is_read_back(atoms: dict[str, int]) -> None:
    flat = "".join(f"{symbol}{count}" for symbol, count in atoms.items())
    assert target(flat).atoms == atoms
    assert target(f"({flat})3").atoms == {symbol: 3 * count for symbol, count in atoms.items()}
    assert target(flat).electrons == sum(element(symbol).Z * count for symbol, count in atoms.items())


@pytest.mark.parametrize(
    ("formula", "complaint"),
    [
        ("", "empty"),
        ("csi", "capital"),
        ("Csi", "did you mean Cs"),
        ("Xx2", "unknown element 'Xx'"),
        ("Cs I", "unexpected ' '"),
        ("2HCl", "unexpected '2'"),
        ("H-", "unexpected '-'"),
        ("H0", "zero atoms"),
        ("H)", r"a \) without its \("),
        ("(H2", r"a \( without its \)"),
        ("Ge(", r"a \( without its \)"),
        ("Ge()2", "nothing between"),
        ("(2H)", "unexpected '2'"),
        ("C(2)", "unexpected"),
    ],
)
def test_what_is_no_formula(formula: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        target(formula)


def test_density_is_that_of_the_element_the_table_or_the_caller() -> None:
    assert target("Ge").density == element("Ge").density
    assert target("ICs").density == target("CsI").density == pytest.approx(4.51 * g / cm**3)
    assert target("C3F8").density is None
    assert target("C3F8", density=1.4 * g / cm**3).density == 1.4 * g / cm**3


@pytest.mark.parametrize("density", [0.0, -1.0, float("nan"), float("inf")])
def test_density_must_be_positive(density: float) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        target("CsI", density=density)


def test_configurations_and_edges_need_no_heavy_import() -> None:
    """Symbols, shells and edges are read without periodictable, numpy or scipy."""
    code = (
        "import sys, nuatom.elements as e; e.measured_edges('Xe'); e.configuration(92, 3); e.element('Xe')\n"
        "heavy = {'periodictable', 'numpy', 'scipy', 'numba', 'matplotlib', 'pandas'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Tables outlive the source they were computed by, so what would make them wrong raises a version in their keys."""

import subprocess
import sys
from pathlib import Path

import pytest

import nuatom as na
from central_fields import screened
from nuatom import choices
from nuatom.atom import field
from nuatom.atom.field import Atom, PointNucleus, UniformNucleus
from nuatom.elements import element
from nuatom.response.central_field import CentralField
from nuatom.response.screening.interaction import AveragedExchange, CoulombOnly, LocalExchange, NoInteraction
from nuatom.response.screening.stage import StageSettings
from nuatom.store import PHYSICS, SCHEMA, Bits, Multiples, Packing, Store
from nuatom.store.identity import identity
from physics_numbers import Number, configurations, moved, numbers, recorded

HOW = (
    "If they are to be other numbers, raise PHYSICS in src/nuatom/store/keys.py, so that no older table is read, and "
    "record: python tests/physics_numbers.py.  If they are not, something broke them."
)


@pytest.mark.slow
def test_the_numbers_are_those_of_this_version_of_the_physics() -> None:
    version, _, before = recorded()
    if version != PHYSICS:
        pytest.fail(f"numbers are recorded for PHYSICS = {version}: run python tests/physics_numbers.py and commit")
    found = moved(before, numbers())
    assert not found, "\n".join([f"{len(found)} numbers of tables moved by more than their errors:", *found[:20], HOW])


def test_the_configurations_are_those_of_this_version_of_the_physics() -> None:
    assert recorded()[1] == configurations(), f"an atom or ion has other electrons than were recorded.  {HOW}"


def test_what_moved_is_seen() -> None:
    before = {"a": Number(1.0, 1e-3), "b": Number(-2.0, 1e-3), "c": Number(0.0, 0.0)}
    assert moved(before, before) == []
    assert moved(before, {**before, "a": Number(1.0009, 1.0)}) == []
    assert moved(before, {**before, "a": Number(1.0011, 1.0)}) == ["a: 1 ± 0.001 was recorded, 1.0011 came"]
    assert moved(before, {**before, "c": Number(1e-300, 1.0)}) == ["c: 0 ± 0 was recorded, 1e-300 came"]
    assert moved(before, {**before, "b": Number(float("nan"), 1.0)}) == ["b: -2 ± 0.001 was recorded, nan came"]
    assert moved(before, {"a": before["a"], "c": before["c"]}) == ["b is gone"]


def test_every_number_could_fail() -> None:
    """No error is as large as what it belongs to, but for interferences, whose error is of their bound."""
    _, _, before = recorded()
    loose = [name for name, number in before.items() if number.error > 0.01 * abs(number.value)]
    assert all("mixed" in name or "vector_axial" in name or "scalar_charge" in name for name in loose), loose
    assert len(loose) < 0.1 * len(before)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["atom", "response", "screening"])
def test_the_variables_are_those_of_this_schema(kind: str) -> None:
    """What a reader expects in a file: a table with other variables must not have the key of one without."""
    _ = Atom("Be").solution, CentralField(Atom("He")).table, screened("He").table
    table = next(
        found for entry in Store().entries() if entry.kind == kind and (found := Store().load(kind, entry.key))
    )
    layout = {name: (variable.dims, variable.units, variable.packing) for name, variable in table.variables.items()}
    assert (SCHEMA, layout, sorted(table.attributes)) == (2, *LAYOUTS[kind]), (
        f"the variables of a {kind} table changed: raise SCHEMA in src/nuatom/store/keys.py if one with the old ones "
        "was ever released, and write the new ones down here"
    )


@pytest.mark.parametrize(
    "choice",
    [
        *(na.Slater(), na.Slater(0.7), na.KohnSham(), na.KriegerLiIafrate(), PointNucleus(), UniformNucleus()),
        *(LocalExchange(), AveragedExchange(), CoulombOnly(), NoInteraction(), StageSettings(multipoles=3)),
    ],
)
def test_the_package_s_own_choices_print_all_they_are(choice: object) -> None:
    assert identity(choice) == repr(choice)
    again = eval(repr(choice), {type(choice).__name__: type(choice)})
    assert again == choice
    assert vars(again) == vars(choice)


def test_every_registered_choice_is_keyed_by_what_it_prints() -> None:
    for registry in (choices.EXCHANGES, choices.NUCLEI, choices.INTERACTIONS):
        made = {word: identity(registry.choose(word)()) for word in registry}
        assert len(set(made.values())) == len(made), made


def test_the_weight_is_a_parameter_where_it_enters() -> None:
    assert "atomic_weight" not in Atom("Ge").parameters
    assert Atom("Ge", nucleus=UniformNucleus()).parameters["atomic_weight"] == element("Ge").atomic_weight


def test_measured_edges_enter_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be revised in a release without a table becoming wrong."""

    def refuse(Z: int) -> None:
        raise AssertionError("asked for edges")

    measured = Atom("Ne", binding="measured")
    assert measured.parameters == Atom("Ne").parameters
    monkeypatch.setattr(field, "measured_edges", refuse)
    with pytest.raises(AssertionError, match="asked for edges"):
        _ = measured.shells
    assert measured._solve().energies.size == 4
    assert CentralField(Atom("He", binding="measured")).table.binding.size == 1


@pytest.mark.slow
def test_other_source_with_the_same_physics_reads_the_same_tables(tmp_path: Path) -> None:
    """A release that changed a comment reads what the one before it wrote."""
    import nuatom

    package = Path(nuatom.__file__).parent
    other = tmp_path / "other" / "nuatom"
    for path in package.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".csv"):
            (other / path.relative_to(package)).parent.mkdir(parents=True, exist_ok=True)
            (other / path.relative_to(package)).write_bytes(path.read_bytes())
    with (other / "atom" / "field.py").open("a") as file:
        file.write("\n# a remark\n")
    (other / "__init__.py").write_text(
        (other / "__init__.py").read_text(encoding="utf-8").replace(f'"{nuatom.__version__}"', '"99.0.0"'),
        encoding="utf-8",
    )
    _ = Atom("Be").solution
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import nuatom, nuatom.atom.field as field, nuatom.store as store\n"
        "def no(*arguments): raise AssertionError('computed')\n"
        "field.self_consistent_field = no\n"
        "print(nuatom.__version__, nuatom.Atom('Be').solution.energies[0], store.fingerprint())"
    )
    run = subprocess.run([sys.executable, "-c", script, str(other.parent)], capture_output=True, text=True, check=True)
    version, energy, source = run.stdout.split()
    assert version == "99.0.0"
    assert float(energy) == Atom("Be").solution.energies[0]
    assert source != na.store.fingerprint()


LAYOUTS: dict[str, tuple[dict[str, tuple[tuple[str, ...], str, Packing | None]], list[str]]] = {
    "atom": (
        {
            "r": (("point",), "bohr", None),
            "smooth": (("point",), "hartree bohr", None),
            "energy": (("shell",), "hartree", None),
            "P": (("shell", "point"), "bohr^-1/2", None),
            "Q": (("shell", "point"), "bohr^-1/2", None),
        },
        ["first", "iterations", "last", "latter", "linear_step", "log_step", "own", "residual", "tail"],
    ),
    "response": (
        {
            "binding": (("shell",), "hartree", None),
            "energies": (("photoelectron",), "hartree", None),
            "t": (("shell", "node"), "", None),
            "width": (("shell",), "1/bohr", None),
            "values": (("function", "shell", "photoelectron", "node"), "", Multiples(2**-13)),
            "relative_error": (("shell", "photoelectron"), "", None),
            "deviation": (("shell", "photoelectron", "node"), "", Bits(4)),
            "hand_over_error": (("shell",), "", None),
            "approach_energies": (("anchor",), "hartree", None),
            "approach_values": (("function", "shell", "anchor", "p_z"), "", Bits(14)),
            "moments_momentum": (("shell", "p"), "1/bohr", None),
            "moments_density": (("shell", "p"), "bohr", None),
            "moments_log_moments": (("shell", "moment", "p"), "", None),
            "moments_scale": (("shell",), "1/bohr", None),
            "lines_shell": (("line",), "", None),
            "lines_final": (("line",), "", None),
            "lines_transfer": (("line",), "hartree", None),
            "lines_momentum": (("line_momentum",), "1/bohr", None),
            "lines_values": (("function", "line", "line_momentum"), "", Bits(13)),
            "functions": (("function",), "", None),
        },
        [],
    ),
    "screening": (
        {
            "transfer": (("transfer",), "hartree", None),
            "y": (("y",), "1", None),
            "momentum": (("momentum",), "1/bohr", None),
            "line_shell": (("line",), "1", None),
            "line_transfer": (("line",), "hartree", None),
            "screening_charge": (("shell", "transfer", "y"), "1", Bits(12)),
            "lines_charge": (("shell", "transfer", "y"), "1/hartree", Bits(13)),
            "strength_charge": (("line", "momentum"), "1", Bits(13)),
            "screening_current": (("shell", "transfer", "y"), "1", Bits(12)),
            "lines_current": (("shell", "transfer", "y"), "1/hartree", Bits(13)),
            "strength_current": (("line", "momentum"), "1", Bits(13)),
            "screening_scalar": (("shell", "transfer", "y"), "1", Bits(12)),
            "lines_scalar": (("shell", "transfer", "y"), "1/hartree", Bits(13)),
            "strength_scalar": (("line", "momentum"), "1", Bits(13)),
            "screening_scalar_charge": (("shell", "transfer", "y"), "1", Bits(12)),
            "lines_scalar_charge": (("shell", "transfer", "y"), "1/hartree", Bits(13)),
            "strength_scalar_charge": (("line", "momentum"), "1", Bits(13)),
            "screening_vector_axial": (("shell", "transfer", "y"), "1", Multiples(2**-13)),
            "lines_vector_axial": (("shell", "transfer", "y"), "1/hartree", Bits(13)),
            "strength_vector_axial": (("line", "momentum"), "1", Bits(13)),
        },
        ["line_final"],
    ),
}

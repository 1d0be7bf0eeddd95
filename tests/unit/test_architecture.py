"""Imports run one way, the core stays light, and a file is one idea."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"

# The layers, lowest first: a module imports from its own layer and from those before it, never from a
# later one.  Within a layer of several modules, none may need itself by a detour.
LAYERS = (
    "units",
    "functions",
    "bounds",
    "columns",
    "files",
    "store",
    "elements",
    "targets",
    "atom",
    "response",
    "neutrino",
    "probe",
    "conformance",
    "scattering",
    "measured",
    "approximations",
    "band",
    "coherent",
    "observables",
    "source",
    "rates",
    "events",
    "recommendation",
    "factors",
    "atlas",
    "detector",
    "limit",
    "certificate",
)
EDGES = {
    "quantities": {"units", "columns"},
    "choices": {*LAYERS, "quantities"},
    "config": {*LAYERS, "quantities", "choices"},
    "figures": {*LAYERS},
    "output": {*LAYERS, "choices"},
    "explore": {*LAYERS},
    "cli": {*LAYERS, "quantities", "choices", "config", "figures", "output", "explore"},
    "__main__": {"cli"},
}
SIBLINGS = ({"response", "neutrino"}, {"response", "probe"}, {"neutrino", "probe"})
"""Layers that stand beside each other: neither knows the other."""
RANK = {name: rank for rank, name in enumerate(LAYERS)}

FRONT_ENDS = {"matplotlib", "xarray", "pandas", "typer", "rich"}
SLOW = {"numba", "scipy", "h5py", "h5netcdf"}
# Compiled code lives here and nowhere else.
KERNELS = {
    "nuatom.atom.angular",
    "nuatom.atom.compiled",
    "nuatom.atom.dirac",
    "nuatom.atom.coulomb",
    "nuatom.atom.green",
    "nuatom.atom.relaxation.cascade",
    "nuatom.response.kernels",
}
LONGEST_FILE = 500
# Names that two classes still have; no name is added here, and each goes with the second class.
TWICE = {"Chosen", "Exchange", "Isotope", "Model", "_Part"}


@dataclass(frozen=True)
class Import:
    """One imported module; at_top when importing the importing module imports it."""

    module: str
    at_top: bool


def modules() -> dict[str, Path]:
    """Every module of the package and its file."""
    found = {}
    for path in sorted((SOURCE / "nuatom").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports_in(source: str, module: str, known: set[str], *, is_package: bool = False) -> Iterator[Import]:
    """The imports of a module, wherever they stand in it."""

    def walk(node: ast.AST, at_top: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                stem = package[: len(package) - node.level + 1]
                base = ".".join([*stem, base] if base else stem)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield Import(full if full in known else base, at_top)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or is_type_checking(node)
            for child in ast.iter_child_nodes(node):
                yield from walk(child, at_top and not inside)

    yield from walk(ast.parse(source), True)


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports_of(module: str) -> list[Import]:
    path = MODULES[module]
    source = path.read_text(encoding="utf-8")
    return list(imports_in(source, module, set(MODULES), is_package=path.name == "__init__.py"))


def layer(module: str) -> str:
    """The layer of a module: "nuatom.atom.field" is in "atom"; the façade itself is ""."""
    return module.split(".")[1] if "." in module else ""


def faults(module: str, imports: list[Import]) -> list[str]:
    """What is wrong with the imports of a module, one line each."""
    own = layer(module)
    wrong = []
    for item in imports:
        top = item.module.split(".")[0]
        if item.at_top and top in FRONT_ENDS and own not in ("figures", "cli"):
            wrong.append(f"{module} imports {top} at its top; import it late, in the function that needs it")
        if item.at_top and top in SLOW and not (top == "numba" and module in KERNELS):
            wrong.append(f"{module} imports {top} at its top; import it late, in the function that needs it")
        if top != "nuatom":
            continue
        to = layer(item.module)
        if to == "" and own != "":
            # The version is a constant of the façade; every other name has a home to import it from.
            continue
        if own == "":
            allowed = to in RANK or to == "choices"  # the registries are open to everybody
        elif own in EDGES:
            allowed = to in EDGES[own] or to == own
        else:
            allowed = to in RANK and RANK[to] <= RANK[own]
            allowed &= own == to or not any({own, to} <= pair for pair in SIBLINGS)
        if not allowed:
            wrong.append(f"{module} imports {item.module}: imports run one way, {' → '.join(LAYERS)} → edges")
    return wrong


# --- the rules, each over all modules --------------------------------------------------------------


def test_modules_have_a_place_in_the_order() -> None:
    places = {"", *LAYERS, *EDGES}
    homeless = [module for module in MODULES if layer(module) not in places]
    assert homeless == [], f"give them a layer in {Path(__file__).name}"


@pytest.mark.slow
def test_imports_run_one_way_and_stay_light() -> None:
    assert [fault for module in MODULES for fault in faults(module, imports_of(module))] == []


@pytest.mark.slow
def test_only_the_version_comes_from_the_facade() -> None:
    wrong = []
    for module in MODULES:
        for node in ast.walk(tree_of(module)) if module != "nuatom" else ():
            if isinstance(node, ast.Import) and "nuatom" in [alias.name for alias in node.names]:
                wrong.append(f"{module}:{node.lineno} imports nuatom")
            if isinstance(node, ast.ImportFrom) and node.module == "nuatom":
                names = {alias.name for alias in node.names if f"nuatom.{alias.name}" not in MODULES}
                wrong += [f"{module}:{node.lineno} takes {name} from nuatom" for name in names - {"__version__"}]
    assert wrong == []


@pytest.mark.slow
def test_no_two_modules_need_each_other() -> None:
    needs = {
        name: {item.module for item in imports_of(name) if item.module in MODULES} - {"nuatom", name}
        for name in MODULES
        if name != "nuatom"
    }
    while needs:
        free = [name for name, wanted in needs.items() if not wanted & needs.keys()]
        assert free, f"these modules import each other in a circle: {sorted(needs)}"
        for name in free:
            del needs[name]


def test_files_are_one_idea_each() -> None:
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    long = {module: length for module, length in lengths.items() if length > LONGEST_FILE}
    assert long == {}, "these are two ideas, make them two files"


@pytest.mark.slow
def test_no_two_classes_have_one_name() -> None:
    homes: dict[str, list[str]] = {}
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(module)
    assert {name: where for name, where in homes.items() if len(where) > 1 and name not in TWICE} == {}


# --- the rules on examples -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("nuatom.units", "from nuatom.elements import Shell"),
        ("nuatom.elements", "def late():\n    from nuatom.atom.field import Atom"),
        ("nuatom.atom.field", "from ..response import model"),
        ("nuatom.response.free", "from nuatom import scattering"),
        ("nuatom.neutrino.weak", "from nuatom.response import model"),
        ("nuatom.probe.photon", "from nuatom.response import model"),
        ("nuatom.probe.photon", "from nuatom.neutrino import coupling"),
        ("nuatom.scattering", "from nuatom.quantities import parse_range"),
        ("nuatom.quantities", "from nuatom.elements import element"),
        ("nuatom.figures", "import nuatom.cli"),
        ("nuatom", "from nuatom.cli import main"),
        ("nuatom.scattering", "import xarray as xr"),
        ("nuatom.store", "try:\n    import h5py\nexcept ImportError:\n    raise"),
        ("nuatom.atom.field", "from numba import njit"),
        ("nuatom.atom.dirac", "from scipy.special import gamma"),
    ],
)
def test_the_rules_catch_what_they_forbid(module: str, source: str) -> None:
    known = {"nuatom.response.model", "nuatom.scattering"}
    assert len(faults(module, list(imports_in(source, module, known)))) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("nuatom.atom.dirac", "from numba import njit"),
        (
            "nuatom.atom.field",
            "from . import grid\nfrom .dirac import outward\nfrom nuatom.store import Store",
        ),
        ("nuatom.scattering", "def plot():\n    import matplotlib.pyplot"),
        ("nuatom.scattering", "if TYPE_CHECKING:\n    import xarray"),
        ("nuatom.store", "from nuatom import __version__"),
        ("nuatom.cli", "import typer\nfrom nuatom.quantities import parse_range\nfrom nuatom import figures"),
    ],
)
def test_the_rules_let_pass_what_they_allow(module: str, source: str) -> None:
    known = {"nuatom.atom.grid", "nuatom.figures"}
    assert faults(module, list(imports_in(source, module, known))) == []

"""The names users build on, and what it costs to get them."""

import ast
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import hepunits
import pytest

import nuatom

MODULES = ("choices", "coherent", "conformance", "detector", "limit", "probe", "source", "units")
PUBLIC = [
    "Anapole",
    "Atom",
    "AveragedExchange",
    "AxialMediator",
    "Band",
    "Basis",
    "CentralField",
    "ChargeRadius",
    "Chromium51",
    "CoherentSumRule",
    "CoulombOnly",
    "Coupling",
    "Detector",
    "EquivalentPhoton",
    "EventGenerator",
    "Events",
    "Flavour",
    "FlavourMatrix",
    "FreeElectrons",
    "FrozenPhoton",
    "Function",
    "HeavyLepton",
    "HelicityConserving",
    "Hydrogenic",
    "Impulse",
    "InMedium",
    "IncoherentSum",
    "KohnSham",
    "KriegerLiIafrate",
    "Lines",
    "LocalExchange",
    "MagneticMoment",
    "MagneticMoments",
    "Material",
    "Measure",
    "Millicharge",
    "Mixing",
    "Moments",
    "MonoEnergetic",
    "Neutrino",
    "NonStandard",
    "Part",
    "PointNucleus",
    "PseudoscalarMediator",
    "Reactor",
    "RecoilGenerator",
    "Relaxation",
    "ResponseModel",
    "ScalarMediator",
    "Screened",
    "Shell",
    "Slater",
    "Solar",
    "Stepping",
    "StoppedPion",
    "Store",
    "StructureFunctions",
    "StructureWeights",
    "Supernova",
    "TabulatedFlux",
    "Tritium",
    "UniformNucleus",
    "VectorMediator",
    "Weak",
    "__version__",
    "choices",
    "coherent",
    "components",
    "compton_spectrum",
    "conformance",
    "cross_section",
    "dark_matter_rate",
    "density_response",
    "detector",
    "effective_moment",
    "element",
    "generate",
    "generate_recoils",
    "henke_photoabsorption",
    "incoherent_cross_section",
    "incoherent_function",
    "limit",
    "lines",
    "mean_excitation_energy",
    "nuclear_rate_spectrum",
    "photoabsorption",
    "probe",
    "rate",
    "rate_spectrum",
    "recommended",
    "refuse_others",
    "solar_moment",
    "source",
    "spectrum",
    "stopping_power",
    "target",
    "total_cross_section",
    "units",
    "write_events",
]
HEAVY = {
    "matplotlib",
    "xarray",
    "pandas",
    "typer",
    "rich",
    "numba",
    "scipy",
    "h5py",
    "h5netcdf",
    "periodictable",
}
ROOT = Path(__file__).parents[2]


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def loaded_by(statement: str) -> set[str]:
    """The top-level packages a fresh interpreter has loaded after a statement."""
    printed = run(f"import json, sys\n{statement}\nprint(json.dumps(list(sys.modules)))")
    return {name.split(".")[0] for name in json.loads(printed)}


def test_public_names_are_these() -> None:
    # Adding a name is a line here and one in the changelog; taking one away breaks somebody's script.
    assert sorted(nuatom.__all__) == PUBLIC


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_public_name_is_there_and_documented(name: str) -> None:
    thing = getattr(nuatom, name)
    assert inspect.getdoc(thing), f"{name} has no docstring"
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert thing.__name__ == name
        assert thing.__module__.startswith("nuatom.")


def test_dir_lists_the_public_names() -> None:
    assert dir(nuatom) == sorted(PUBLIC)


def test_unknown_name_says_which_there_are() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Molecule'; public names: Anapole, Atom, AveragedExchange"):
        _ = nuatom.Molecule  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(nuatom.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    seen: dict[str, str | None] = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        seen |= {alias.name: node.module for alias in node.names}
    for module in MODULES:
        assert seen.pop(module) == "nuatom"
    assert seen == nuatom._HOME
    assert {*seen, *MODULES, "__version__"} == set(PUBLIC)


def test_import_loads_nothing_heavy() -> None:
    loaded = loaded_by("import nuatom")
    assert "nuatom" in loaded
    assert not loaded & (HEAVY | {"numpy"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "module",
    [
        "units",
        "quantities",
        "elements",
        "store",
        "response.model",
        "response.free",
        "neutrino",
        "probe",
        "scattering",
        "measured",
        "approximations",
        "band",
    ],
)
def test_core_module_loads_nothing_heavy(module: str) -> None:
    assert not loaded_by(f"import nuatom.{module}") & HEAVY


def test_version_is_the_same_everywhere() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:\.dev\d+|(?:a|b|rc)\d+)?", nuatom.__version__)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {nuatom.__version__}\n" in citation
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == nuatom.__version__


def test_quick_start_is_two_commands_and_the_second_is_what_ci_runs() -> None:
    # Each works alone, on a fresh clone: it makes the environment it needs.
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quick_start = readme.split("## Quick start")[1].split("\n## ")[0]
    first, second = re.findall(r"```sh\n(.*?)\n```", quick_start, re.DOTALL)
    assert "\n" not in first + second
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install ") for command in (first, second))
    assert first.endswith("nuatom dcs Ge --energy 1MeV --transfer 0.05:15keV:40 --mu-nu 3.2e-11")
    tests = second.split("/bin/")[-1]
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").endswith(f"\n{tests}\n")


def test_a_star_brings_no_name_of_one_letter() -> None:
    # It would overwrite somebody's mass m or index s.
    names: dict[str, object] = {}
    exec("from nuatom.units import *", names)
    assert [name for name in names if len(name) == 1] == []
    assert {"keV", "cm2", "kg", "day"} <= names.keys()
    assert (nuatom.units.m, nuatom.units.g, nuatom.units.s) == (hepunits.m, hepunits.g, hepunits.s)

"""The recipes of docs/extending.md: each is one file, and then known to Python, the command line and configurations."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.conformance import check_coupling, check_response
from nuatom.units import MeV, keV

RECIPES = Path(__file__).parents[2] / "examples" / "extensions"
FILES = [RECIPES / f"{name}.py" for name in ("l_mu_tau", "tabulated_response", "thermal", "markdown")]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line with all four recipes, in a process of its own: what they add must not stay."""
    monkeypatch.setenv("NUATOM_EXTENSIONS", ",".join(map(str, FILES)))

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "nuatom", *words], capture_output=True, text=True, cwd=tmp_path, check=False
        )

    return call


def python(code: str, folder: Path) -> str:
    """What a script prints that loads all four recipes."""
    head = "from nuatom.choices import extensions\nextensions.load()\n"
    done = subprocess.run([sys.executable, "-c", head + code], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_recipe_is_one_file() -> None:
    assert {path.name for path in RECIPES.glob("*.py")} == {path.name for path in FILES}
    page = (RECIPES.parents[1] / "docs" / "extending.md").read_text(encoding="utf-8")
    for path in FILES:
        assert f"examples/extensions/{path.name}" in page
        assert len(path.read_text(encoding="utf-8").splitlines()) < 160


@pytest.mark.slow
def test_a_coupling(run: Run, tmp_path: Path) -> None:
    command = "dcs", "H", "--energy", "0.4MeV", "--transfer", "1,10keV", "--model", "free", "--weak", "--flavour"
    alone = run(*command, "mu")
    parts = run(*command, "mu", "--l-mu-tau", "10MeV:5e-4")
    other = run(*command, "tau", "--l-mu-tau", "10MeV:5e-4")
    untouched = run(*command, "e", "--l-mu-tau", "10MeV:5e-4")
    for done in (alone, parts, other, untouched):
        assert done.returncode == 0, done.stderr
    assert "l_mu_tau" in parts.stdout or "L_mu" in parts.stdout
    assert "--l-mu-tau" in run("dcs", "--help").stdout
    wrong = run(*command, "mu", "--l-mu-tau", "10MeV")
    assert wrong.returncode == 2
    assert "expected MASS:G, such as 10MeV:5e-4" in wrong.stderr
    lines = [
        '[source]\nkind = "solar"',
        '[target]\nmaterial = "Xe"',
        '[detector]\nexposure = "1 tonne year"\nthreshold = "1keV"',
        '[bins]\nedges = "1:30keV:5"',
        '[model]\nresponse = "free"',
        '[neutrino]\nweak = true\nfit = ["magnetic_moment"]',
        'l_mu_tau = { mass = "10 MeV", coupling = 5e-4 }\n',
    ]
    (tmp_path / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    told = python("import nuatom.config as c\nprint(c.load('config.toml').settings.neutrino.given.values)", tmp_path)
    assert "'l_mu_tau': [(10.0, 0.0005)]" in told.replace("((10.0, 0.0005),)", "[(10.0, 0.0005)]")


def test_the_coupling_is_right_and_conforms() -> None:
    scope: dict[str, object] = {}
    source = FILES[0].read_text(encoding="utf-8").split("choices.COUPLINGS.add")[0]
    exec(compile(source, str(FILES[0]), "exec"), scope)
    made = scope["LMuTau"]
    boson = made(10 * MeV, 5e-4)  # type: ignore[operator]
    check_coupling(boson, flavour="mu")
    # A vector mediator with g_e = −ε e, ε = g/69: the loops' 1/12π² times ln(m_τ²/m_μ²) times e.
    mixing = np.sqrt(4 * np.pi / 137.036) / (12 * np.pi**2) * np.log((1776.86 / 105.658) ** 2)
    assert 1 / mixing == pytest.approx(69, abs=1)
    T, free = 2 * keV, na.FreeElectrons("H")
    plain = na.VectorMediator(10 * MeV, 5e-4, -mixing * 5e-4 * np.sqrt(4 * np.pi / 137.036))
    for flavour, sign in (("mu", 1), ("tau", -1)):
        both = na.Neutrino(flavour, parts=(boson,))
        same = na.Neutrino(flavour, mediators=(na.VectorMediator(plain.mass, sign * plain.neutrino, plain.electron),))
        got, expected = (na.cross_section(x, free, 0.4, T) for x in (both, same))
        assert got == pytest.approx(expected, rel=1e-5)
        assert list(na.components(both, free, 0.4, T)) == ["weak", "L_mu - L_tau", "interference"]
    assert na.cross_section(boson.with_flavour("e"), free, 0.4, T) == 0


@pytest.mark.slow
def test_a_response(run: Run, tmp_path: Path) -> None:
    # Hydrogen's own S, tabulated finely, is what hydrogen gives.
    hydrogen = na.Hydrogenic(n=1, l=0, Z=1)
    T, Q = np.geomspace(0.05, 2, 60) * keV, np.geomspace(0.05, 200, 400) * keV
    S = hydrogen.structure(T, Q).charge[0]
    rows = ["transfer[keV],momentum[keV],S[1/keV]"]
    for t, row in zip(T / keV, S * keV, strict=True):
        rows += [f"{t:.17g},{q:.17g},{s:.17g}" for q, s in zip(Q / keV, row, strict=True)]
    file = tmp_path / "s.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = run("dcs", "H", "--energy", "0.1MeV", "--transfer", "0.1,0.5,1keV", "--millicharge", "1e-12", "--model",
               "tabulated", "--file", "s.csv", "-o", "out.csv")  # fmt: skip
    assert done.returncode == 0, done.stderr
    wanted = na.spectrum(na.Millicharge(1e-12), hydrogen, 0.1, np.array([0.1, 0.5, 1]) * keV).longitudinal.sum(axis=0)
    text = [line for line in (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    column = text[0].split(",").index("dsigma_dT")
    got = np.array([float(line.split(",")[column]) for line in text[1:]])
    assert got / got[0] == pytest.approx(wanted / wanted[0], rel=0.01)
    missing = run("dcs", "H", "--energy", "0.1MeV", "--transfer", "1keV", "--model", "tabulated")
    assert missing.returncode == 2
    assert "tabulated needs" in missing.stderr
    scope: dict[str, object] = {}
    exec(compile(FILES[1].read_text(encoding="utf-8").split("choices.MODELS.add")[0], str(FILES[1]), "exec"), scope)
    model = scope["Tabulated"](na.Atom("H"), file)  # type: ignore[operator]
    check_response(model, transfer=np.geomspace(0.06, 1.9, 7) * keV, tolerance=2e-2)


@pytest.mark.slow
def test_a_source(run: Run) -> None:
    hot = "--source", "thermal", "--flux", "1e6/cm2/s", "--temperature", "4MeV"
    done = run("rate", "Ge", *hot, "--model", "free", "--weak", "--transfer", "100,1000keV")
    assert done.returncode == 0, done.stderr
    assert "anti-tau" in done.stdout
    again = run("rate", "Ge", "--source", "thermal", "--flux", "1e6/cm2/s", "--weak", "--transfer", "1keV")
    assert again.returncode == 2
    assert "the source thermal needs --temperature" in again.stderr


@pytest.mark.slow
def test_a_form_of_files(run: Run, tmp_path: Path) -> None:
    done = run("dcs", "Ge", "--energy", "1MeV", "--transfer", "1,5keV", "--model", "free", "-o", "ge.md")
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "ge.md").read_text(encoding="utf-8").splitlines()
    assert table[0].startswith("| transfer [keV] | ")
    assert table[1].startswith("| --- | ")
    assert len(table) == 4
    wrong = run("dcs", "Ge", "--energy", "1MeV", "--transfer", "1,5keV", "--model", "free", "-o", "ge.mdx")
    assert wrong.returncode == 2
    assert ".md" in wrong.stderr

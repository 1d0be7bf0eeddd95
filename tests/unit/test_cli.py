"""The command line: what it prints and writes, and what it says when it cannot."""

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import nuatom as na
import nuatom.certificate
from nuatom import choices
from nuatom.certificate import Picture, Status, Trace
from nuatom.cli import (
    application,
    atom,
    check,
    coherent,
    dcs,
    groups,
    main,
    options,
    photo,
    probe,
    screen,
    table,
)
from nuatom.functions import VECTOR, Array, Function
from nuatom.neutrino import Coupling
from nuatom.response.model import Lines, Measure, StructureFunctions
from nuatom.units import MeV, cm2, eV, keV

NEON = na.Atom("Ne", binding="measured")
"""What the default model is of."""
DCS = "dcs Ne --energy 1MeV --transfer 0.05:15keV:5"


@dataclass(frozen=True)
class Quick:
    """In the place of models with tables, which take a minute: stepping, less a tenth, with two lines."""

    atom: na.Atom

    @property
    def shells(self) -> tuple[na.Shell, ...]:
        return self.atom.shells

    def structure(self, transfer: Array, momentum: Array, functions: Iterable[Function] = VECTOR) -> StructureFunctions:
        T = np.asarray(transfer)
        Q = np.broadcast_to(momentum, (len(T), np.shape(momentum)[-1]))
        edge = np.array([shell.binding_energy for shell in self.shells])[:, None, None]
        S = np.where(T[:, None] > edge, (Q / edge) ** 2, 0.0)
        return StructureFunctions({f: S for f in VECTOR}, self.shells, T, Q, np.full(S.shape[:2], 1e-3))

    def measure(self, transfer: Array, lower: Array, upper: Array, functions: Iterable[Function] = VECTOR) -> Measure:
        free = na.Stepping(self.atom).measure(transfer, lower, upper, functions)
        values = {**free.values, Function.CHARGE: 0.9 * free.charge}
        return replace(free, values=values, relative_error=free.relative_error + 1e-3)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        momentum = np.geomspace(1 * eV, 1 * MeV, 30)
        strength = np.stack([momentum**2, momentum**2]) * np.exp(-momentum / keV)
        last = len(self.shells) - 1
        return Lines(
            shell=np.array([last, 0]),
            final=("3s1/2", ">9p3/2"),
            transfer=np.array([0.5, 0.99]) * [s.binding_energy for s in (self.shells[last], self.shells[0])],
            momentum=momentum,
            values={
                **{f: 0.1 * strength for f in functions},
                Function.CHARGE: strength,
                Function.CURRENT: 0 * strength,
            },
        )


SCREENED = choices.MODELS["screened"]


def put(
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    make: Callable[[na.Atom, choices.How], na.ResponseModel],
    tables: Callable[[na.ResponseModel, bool], object] = lambda model, axial: None,
) -> None:
    """Let a word stand for another model."""
    other = replace(choices.MODELS[word], make=make, tables=tables)
    monkeypatch.setitem(choices.MODELS, word, other)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("central-field", "screened", "recommended"):
        put(monkeypatch, word, lambda atom, how: Quick(atom))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it in the test: stdout is then a terminal of 80 columns without colours."""

    def begin() -> None:
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("TERM", "dumb")
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    return begin


Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line, expect an exit code, and give what it printed: stdout, or stderr if it failed."""

    def call(line: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert found == code, err
        assert "Traceback" not in err
        return out if code == 0 else err

    return call


def columns(out: str, block: int = 0) -> dict[str, list[str]]:
    """The columns of a block that was printed for programs, by name."""
    lines = out.split("\n\n\n")[block].strip().split("\n")
    header = next(line for line in reversed(lines) if line.startswith("#")).removeprefix("# ").split()
    # Only the last column may have blanks in it.
    rows = [line.split(maxsplit=len(header) - 1) for line in lines if not line.startswith("#")]
    return dict(zip(header, zip(*rows, strict=True), strict=True))  # type: ignore[arg-type]


def numbers(out: str, name: str, block: int = 0) -> Array:
    return np.array([float(cell) for cell in columns(out, block)[name]])


# --- dcs -----------------------------------------------------------------------------------------


def test_dcs_prints_the_numbers_of_the_library_with_all_digits(run: Run) -> None:
    out = run(DCS)
    atom = NEON
    T = np.geomspace(0.05, 15, 5) * keV
    coupling = na.MagneticMoment(3.2e-11)
    found = na.spectrum(coupling, Quick(atom), 1 * MeV, T)
    free = na.cross_section(coupling, na.FreeElectrons("Ne"), 1 * MeV, T)
    stepping = na.cross_section(coupling, na.Stepping(atom), 1 * MeV, T)
    unit = cm2 / keV
    np.testing.assert_allclose(numbers(out, "T[keV]"), T / keV, rtol=1e-15)
    np.testing.assert_allclose(numbers(out, "dsigma/dT[cm2/keV]"), found.total / unit, rtol=1e-15)
    np.testing.assert_allclose(numbers(out, "free[cm2/keV]"), free / unit, rtol=1e-15)
    np.testing.assert_allclose(numbers(out, "stepping[cm2/keV]"), stepping / unit, rtol=1e-15)
    np.testing.assert_allclose(numbers(out, "bound/free"), found.total / free, rtol=1e-14)
    np.testing.assert_allclose(numbers(out, "relative_error"), found.relative_error, rtol=1e-14)
    parts = numbers(out, "longitudinal[cm2/keV]") + numbers(out, "transverse[cm2/keV]")
    np.testing.assert_allclose(parts, found.total / unit, rtol=1e-14)


def test_dcs_says_what_it_computed(run: Run) -> None:
    out = run(DCS)
    assert f"# command: nuatom {DCS}\n" in out
    assert "# atom: Ne (neon, Z = 10), [He] 2s2 2p6\n" in out
    assert "# model: recommended, tolerance 0.005\n" in out
    assert "# field: kli exchange, point nucleus\n" in out
    assert "# edges: 4 measured (free atom)" in out
    assert "# thresholds: 1s1/2 8" in out
    assert "2p3/2 → 3s1/2" in out.split("# first_excitation: ")[1].split("\n")[0]
    assert "# discrete_lines: 2 up to" in out


def test_what_is_printed_is_read_by_numpy(run: Run) -> None:
    data = np.loadtxt(run(f"{DCS} --by-shell").splitlines())
    assert data.shape == (5, 8 + 4)


def test_shares_of_subshells_are_percent_of_the_whole(run: Run) -> None:
    out = run(f"{DCS} --by-shell")
    shares = [numbers(out, f"{label}[%]") for label in ("1s1/2", "2s1/2", "2p1/2", "2p3/2")]
    np.testing.assert_allclose(np.sum(shares, axis=0), 100.0)
    assert shares[0][0] == 0.0  # 50 eV is below the K edge of neon


def test_a_closed_transfer_is_zero_and_has_no_ratio(run: Run) -> None:
    out = run("dcs Ne --energy 1keV --transfer 0.5,2keV --by-shell")
    assert columns(out)["dsigma/dT[cm2/keV]"][1] == "0.0"
    assert [columns(out)[name][1] for name in ("bound/free", "1s1/2[%]")] == ["-", "-"]


def test_lines_are_a_block_of_their_own(run: Run) -> None:
    out = run(f"{DCS} --lines")
    expected = na.lines(na.MagneticMoment(3.2e-11), Quick(NEON), 1 * MeV)
    np.testing.assert_allclose(numbers(out, "line[keV]", 1), expected.transfer / keV)
    np.testing.assert_allclose(numbers(out, "area[cm2]", 1), expected.area / cm2)
    assert list(columns(out, 1)["from"]) == [shell.label for shell in expected.shell]
    assert list(columns(out, 1)["to"]) == list(expected.final)


def test_unit_is_that_of_energies_on_the_screen(run: Run) -> None:
    np.testing.assert_allclose(numbers(run(f"{DCS} --unit eV"), "T[eV]")[[0, -1]], [50, 15000])


def test_the_moment_enters_squared(run: Run) -> None:
    one, two = (numbers(run(f"{DCS} --mu-nu {mu}"), "dsigma/dT[cm2/keV]") for mu in ("1e-11", "2e-11"))
    np.testing.assert_allclose(two, 4 * one, rtol=1e-14)


@pytest.mark.parametrize("model", ["free", "stepping", "impulse", "frozen-photon", "coherent-sum-rule"])
def test_other_models_take_the_place_of_the_first(model: str, run: Run) -> None:
    out = run(f"{DCS} --model {model}")
    assert f"# model: {model}\n" in out
    assert np.all(numbers(out, "dsigma/dT[cm2/keV]") > 0)
    if model in ("free", "stepping"):
        own = numbers(out, f"{model}[cm2/keV]")
        np.testing.assert_allclose(numbers(out, "dsigma/dT[cm2/keV]"), own)


def test_hydrogenic_is_hydrogen(run: Run) -> None:
    out = run("dcs H --energy 1MeV --transfer 10eV,10keV --model hydrogenic")
    assert numbers(out, "bound/free")[0] == 0.0
    assert numbers(out, "bound/free")[1] == pytest.approx(1.0, abs=2e-3)


def test_edges_are_told(run: Run) -> None:
    assert "# edges: calculated" in run(f"{DCS} --model central-field")
    out = run(f"{DCS} --model central-field --binding measured")
    assert "(free atom)" in out.split("# edges: ")[1].split("\n")[0]
    assert "870" in out.split("# thresholds: ")[1].split(",")[0]  # the K edge of neon, 870 eV


def test_the_exchange_changes_the_thresholds(run: Run) -> None:
    slater, kohn_sham = (run(f"{DCS} --model central-field --exchange {name}") for name in ("slater", "kohn-sham"))
    assert "# field: kohn-sham exchange, point nucleus\n" in kohn_sham
    thresholds = [out.split("# thresholds: ")[1].split("\n")[0] for out in (slater, kohn_sham)]
    assert thresholds[0] != thresholds[1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("kli", "point", "calculated"), na.Atom("Xe")),
        (
            ("kohn-sham", "uniform", "measured"),
            na.Atom("Xe", na.KohnSham(), na.UniformNucleus(), binding="measured"),
        ),
    ],
)
def test_words_become_the_atom(words: tuple[str, str, str], expected: na.Atom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(na.Atom, "shells", ())  # not solved here
    assert options.make_atom("xenon", *words) == expected


# --- couplings -----------------------------------------------------------------------------------

SUM = "--weak --mu-nu 1e-11 --charge-radius -1e-32cm2 --mediator vector:10keV:2e-7:-1e-7 --antineutrino"
RADIUS = -1e-32 * cm2
E_TO_MU = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
VECTOR_10 = na.VectorMediator(10 * keV, 2e-7, -1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "coupling"),
    [
        ("", na.MagneticMoment(3.2e-11)),
        ("--flavour mu", na.MagneticMoment(3.2e-11)),
        ("--weak", na.Weak("e")),
        ("--weak --flavour mu --antineutrino", na.Weak("mu", True)),
        ("--weak --sin2-theta 0.24 --flavour tau", na.Weak("tau", sin2_theta=0.24)),
        ("--millicharge -1e-12", na.Millicharge(-1e-12)),
        ("--charge-radius -1e-32cm2", na.ChargeRadius(RADIUS)),
        ("--anapole 1e-9barn", na.Anapole(1e-33 * cm2)),
        ("--mediator vector:10keV:2e-7:-1e-7", VECTOR_10),
        ("--mediator axial:1MeV:1e-6:1e-6", na.AxialMediator(1 * MeV, 1e-6, 1e-6)),
        ("--mediator scalar:1eV:1e-6:1e-6", na.ScalarMediator(1 * eV, 1e-6, 1e-6)),
        ("--mediator pseudoscalar:1eV:1e-6:1e-6", na.PseudoscalarMediator(1 * eV, 1e-6, 1e-6)),
        ("--heavy-lepton 100keV:1e-10", na.HeavyLepton(1e-10, 100 * keV)),
        (
            "--nsi emu:0.1:-0.05 --flavour mu",
            na.Neutrino("mu", weak=False, nsi=na.NonStandard.chiral(0.1 * E_TO_MU, -0.05 * E_TO_MU)),
        ),
        (
            SUM,
            na.Neutrino("e", True, magnetic_moment=1e-11, charge_radius=RADIUS, mediators=(VECTOR_10,)),
        ),
        ("--mu-nu 1e-11 --millicharge 1e-12", na.Neutrino(magnetic_moment=1e-11, millicharge=1e-12, weak=False)),
        (
            "--weak --sin2-theta 0.24 --anapole 1e-33cm2",
            na.Neutrino("e", anapole=1e-33 * cm2, weak=na.Weak(sin2_theta=0.24)),
        ),
    ],
)
def test_options_become_the_coupling(words: str, coupling: Coupling, run: Run) -> None:
    out = run(f"{DCS} {words}")
    T = np.geomspace(0.05, 15, 5) * keV
    model = Quick(NEON)
    expected = na.cross_section(coupling, model, 1 * MeV, T) / (cm2 / keV)
    assert np.all(expected > 0)
    np.testing.assert_allclose(numbers(out, "dsigma/dT[cm2/keV]"), expected, rtol=1e-12)
    free = na.cross_section(coupling, na.FreeElectrons("Ne"), 1 * MeV, T) / (cm2 / keV)
    np.testing.assert_allclose(numbers(out, "free[cm2/keV]"), free, rtol=1e-12)
    area = na.lines(coupling, model, 1 * MeV).area.sum() / cm2
    assert f"{area:.3e} cm² together" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("", "magnetic moment 3.2e-11 Bohr magnetons"),
        ("--antineutrino", r"$\bar\nu_{e}$, magnetic moment 3.2e-11 Bohr magnetons"),
        ("--weak --flavour mu --mu-nu 1e-11", r"$\nu_{\mu}$, weak + magnetic moment"),
        ("--mu-nu 1e-11 --millicharge 1e-12", r"$\nu_{e}$, magnetic moment 1e-11 Bohr magnetons + millicharge 1e-12 e"),
    ],
)
def test_figures_say_what_was_computed(
    words: str, title: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from nuatom import figures

    titles: list[str] = []
    draw = figures.spectrum_figure
    monkeypatch.setattr(
        figures, "spectrum_figure", lambda *a, title, **k: (titles.append(title), draw(*a, title=title, **k))[1]
    )
    run(f"{DCS} {words} -o a.png")
    assert titles == [f"Ne, {title}, $E$ = 1MeV, recommended"]


def test_several_couplings_have_a_column_each_and_add_up(run: Run) -> None:
    out = run(f"{DCS} {SUM}")
    names = ["weak", "charge_radius", "vector_mediator", "magnetic_moment", "interference"]
    assert list(columns(out))[1:8] == [f"{name}[cm2/keV]" for name in ("dsigma/dT", *names, "free")]
    parts = {name: numbers(out, f"{name}[cm2/keV]") for name in names}
    np.testing.assert_allclose(sum(parts.values()), numbers(out, "dsigma/dT[cm2/keV]"), rtol=1e-12)
    alone = numbers(run(f"{DCS} --mu-nu 1e-11"), "dsigma/dT[cm2/keV]")
    np.testing.assert_allclose(parts["magnetic_moment"], alone, rtol=1e-12)
    # g_V > 0, and both the radius and the mediator lower it.
    assert np.all(parts["interference"] < 0)


def test_without_two_that_interfere_there_is_no_interference(run: Run) -> None:
    assert "interference[cm2/keV]" not in columns(run(f"{DCS} --weak --mu-nu 1e-11"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [("--millicharge 1e-12", True), ("--mu-nu 1e-11 --anapole 1e-33cm2", True), ("--weak", False), (SUM, False)],
)
def test_longitudinal_and_transverse_are_shown_where_they_are_all(words: str, expected: bool, run: Run) -> None:
    found = columns(run(f"{DCS} {words}"))
    assert ("longitudinal[cm2/keV]" in found, "transverse[cm2/keV]" in found) == (expected, expected)


def test_a_coupling_of_nothing_is_zero(run: Run) -> None:
    assert np.all(numbers(run(f"{DCS} --millicharge 0"), "dsigma/dT[cm2/keV]") == 0)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("", ["coupling: magnetic moment 3.2e-11 Bohr magnetons"]),
        (
            "--weak --mu-nu 6e-12",
            [
                "coupling: weak, g_V = 0.9521, g_A = 0.4938 (with radiative corrections); "
                "magnetic moment 6e-12 Bohr magnetons",
                "neutrino: electron neutrino (no --flavour given: e)",
            ],
        ),
        (
            "--weak --flavour mu --antineutrino --sin2-theta 0.25",
            ["coupling: weak, g_V = 0, g_A = -0.5 (tree level, sin²θ_W = 0.25)", "neutrino: muon antineutrino"],
        ),
        ("--charge-radius -1e-32cm2", ["coupling: charge radius ⟨r²⟩ = -1e-32 cm²"]),
        ("--mediator scalar:10keV:1e-6:2e-6", ["coupling: scalar mediator of 10keV, g_ν = 1e-06, g_e = 2e-06"]),
        ("--nsi ee:0.1:0", ["coupling: non-standard, ε^L_ee = 0.1, ε^R_ee = 0"]),
        (
            "--heavy-lepton 100keV:1e-10",
            ["coupling: heavy lepton of 100keV, transition moment 1e-10 Bohr magnetons"],
        ),
        ("--flavour tau", ["neutrino: tau neutrino, like any other to this coupling"]),
    ],
)
def test_couplings_are_told_with_their_numbers(words: str, lines: list[str], run: Run) -> None:
    out = run(f"{DCS} {words}")
    for line in lines:
        assert f"# {line}\n" in out
    assert out.count("# coupling: ") == 1


def test_the_flavour_is_told_where_it_matters_or_was_asked_for(run: Run) -> None:
    assert "# neutrino: " not in run(f"{DCS} --mu-nu 1e-11")
    assert "# neutrino: " not in run(f"{DCS} --mediator axial:1keV:1e-6:1e-6")
    assert "# neutrino: electron neutrino (no --flavour given: e)\n" in run(f"{DCS} --nsi ee:0.1:0")


def test_the_axial_table_is_made_only_for_couplings_that_need_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    put(monkeypatch, "recommended", lambda atom, how: Quick(atom), lambda model, axial: asked.append(axial))
    for words in ("", "--millicharge 1e-12", "--weak", "--mediator scalar:1keV:1e-6:1e-6"):
        run(f"{DCS} {words}")
    assert asked == [False, False, True, True]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--weak --flavour x", "unknown flavour 'x': expected e, mu, tau"),
        ("--weak --sin2-theta 2", "--sin2-theta: expected a number from 0 to 1, got 2"),
        ("--sin2-theta 0.2", "--sin2-theta is a number of the coupling weak: add --weak"),
        ("--mediator vector:-10keV:1:1", "--mediator vector:-10keV:1:1: '-10keV' is negative"),
        ("--mediator vector:0eV:1:1", "the mass of a mediator must be greater than zero"),
        ("--mediator vectr:10keV:1:1", "unknown kind 'vectr': expected vector, axial, scalar, pseudoscalar; did you"),
        ("--mediator vector:10:1:1", "'10' has no unit: expected an energy"),
        ("--mediator vector:10keV:1", "expected KIND:MASS:G_NU:G_E, such as vector:10keV:1e-6:1e-6"),
        ("--mediator vector:10keV:x:1", "expected a finite number such as 1e-6, got 'x'"),
        ("--mediator vector:10keV:1:nan", "expected a finite number such as 1e-6, got 'nan'"),
        ("--charge-radius 1e-33", "--charge-radius: '1e-33' has no unit: expected an area in barn, cm2"),
        ("--anapole 1e-33m2", "--anapole: unknown unit 'm2'"),
        ("--millicharge inf", "--millicharge: expected a finite number such as 1e-13, got 'inf'"),
        ("--nsi ex:1:1", "expected two of e, mu, tau, such as ee or emu, got 'ex'"),
        ("--nsi ee:1", "expected FLAVOURS:EPS_L:EPS_R"),
        ("--heavy-lepton 100keV", "expected MASS:MOMENT, such as 100keV:1e-10"),
        ("--heavy-lepton 1keV:-1", "--heavy-lepton 1keV:-1: expected at least 0, got -1"),
        ("--heavy-lepton 1keV:1e-10 --weak", "give it alone, and add the cross sections"),
        (
            "--weak --model coherent-sum-rule",
            "has S and R only, and this coupling needs axial charge,",
        ),
        (
            "--mediator scalar:1keV:1e-6:1e-6 --model frozen-photon",
            "needs scalar: take one of recommended, ",
        ),
    ],
)
def test_a_coupling_that_cannot_be_is_one_line_before_anything_is_computed(
    words: str, message: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbuilt(monkeypatch)
    err = run(f"{DCS} {words}", code=2)
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_components_are_written(run: Run, tmp_path: Path) -> None:
    out = run(f"{DCS} {SUM} -o a.csv -o a.json -o a.nc -o a.png")
    interference = numbers(out, "interference[cm2/keV]").tolist()
    text = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    assert [float(row["dsigma_dT_by_component[interference]"]) for row in rows] == interference
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["variables"]["dsigma_dT_by_component"]["data"][-1] == interference
    assert content["attributes"]["neutrino"] == "electron antineutrino (no --flavour given: e)"
    with xr.open_dataset(tmp_path / "a.nc") as data:
        parts = data["dsigma_dT_by_component"]
        assert parts.sel(component="interference").values.tolist() == interference
        np.testing.assert_allclose(parts.sum("component"), data["dsigma_dT"], rtol=1e-12)
        assert "longitudinal" not in data
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_hydrogen_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the central field
    out = run("dcs H --energy 1MeV --transfer 1,10keV --weak --millicharge 1e-13 --flavour mu")
    # Far above the threshold an electron is free, but for the photon line of the millicharge.
    np.testing.assert_allclose(numbers(out, "bound/free"), 1.0, atol=0.05)
    parts = [numbers(out, f"{name}[cm2/keV]") for name in ("weak", "millicharge", "interference")]
    np.testing.assert_allclose(sum(parts), numbers(out, "dsigma/dT[cm2/keV]"), rtol=1e-3)
    # g_V of a muon neutrino is negative, and a positive charge lowers it.
    assert np.all(parts[2] > 0)


# --- coherent ------------------------------------------------------------------------------------

COHERENT = "coherent Ne --energy 10MeV --transfer 0.1eV:1keV:5"


@pytest.mark.parametrize(
    ("words", "coupling"),
    [
        ("", na.MagneticMoment(3.2e-11)),
        ("--weak --flavour mu", na.Weak("mu")),
        (
            "--weak --mu-nu 1e-11 --millicharge 1e-12",
            na.Neutrino("e", magnetic_moment=1e-11, millicharge=1e-12),
        ),
    ],
)
def test_coherent_has_the_numbers_of_the_library(words: str, coupling: object, run: Run) -> None:
    out = run(f"{COHERENT} {words}")
    T = np.geomspace(0.1, 1000, 5) * eV
    whole, bare = (na.coherent.cross_section(coupling, "Ne", 10 * MeV, T, electrons) for electrons in (True, False))
    np.testing.assert_allclose(numbers(out, "T[eV]"), T / eV, rtol=1e-14)
    np.testing.assert_allclose(numbers(out, "dsigma/dT[cm2/keV]"), whole / (cm2 / keV), rtol=1e-13)
    np.testing.assert_allclose(numbers(out, "nucleus[cm2/keV]"), bare / (cm2 / keV), rtol=1e-13)
    np.testing.assert_allclose(numbers(out, "atom/nucleus"), whole / bare, rtol=1e-13)


def test_coherent_says_what_it_computed(run: Run) -> None:
    out = run(f"{COHERENT} --weak")
    assert "# target: Ne, of 0.9048 Ne-20, 0.0027 Ne-21, 0.0925 Ne-22\n" in out
    assert "# form_factors: nucleus helm; electrons of the self-consistent atom, kli exchange\n" in out
    assert "# greatest_recoil: 10.7" in out  # 2E²/(M + 2E) with M = 20 · 0.9315 GeV
    assert "# neutrino: electron neutrino (no --flavour given: e)\n" in out


def test_a_closed_recoil_is_zero_and_has_no_ratio(run: Run) -> None:
    out = run("coherent Ne --energy 10MeV --transfer 1,20keV")
    assert columns(out)["dsigma/dT[cm2/keV]"][1] == "0.0"
    assert columns(out)["atom/nucleus"][1] == "-"


def test_without_electrons_no_atom_is_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the atom was solved")

    monkeypatch.setattr(na.coherent.recoil, "missing_charge", refuse)
    out = run("coherent CsI --energy 30MeV --transfer 1:20keV:4 --weak --no-electrons --form-factor point")
    assert list(columns(out)) == ["T[eV]", "nucleus[cm2/keV]"]
    T = np.geomspace(1, 20, 4) * keV
    expected = na.coherent.cross_section(
        na.Weak("e"), "CsI", 30 * MeV, T, electrons=False, nucleus=na.coherent.PointLike()
    )
    np.testing.assert_allclose(numbers(out, "nucleus[cm2/keV]"), expected / (cm2 / keV), rtol=1e-13)


@pytest.mark.slow
def test_coherent_is_written_and_drawn(run: Run, tmp_path: Path) -> None:
    out = run(f"{COHERENT} --weak -o a.nc -o a.csv -o a.png")
    with xr.open_dataset(tmp_path / "a.nc") as data:
        assert data["dsigma_dT"].values.tolist() == numbers(out, "dsigma/dT[cm2/keV]").tolist()
        assert data["dsigma_dT_nucleus"].attrs["units"] == "cm2/keV"
        assert data.attrs["target"].startswith("Ne, of ")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("coherent Xq --energy 1MeV --transfer 1eV", "unknown element 'Xq'"),
        ("coherent Tc --energy 1MeV --transfer 1eV", "technetium has no natural isotopes: name one"),
        (f"{COHERENT} --mediator scalar:1keV:1e-6:1e-6", "ScalarMediator has no coherent amplitude"),
        (f"{COHERENT} --form-factor gauss", "unknown form factor 'gauss': expected helm, klein-nystrand, point"),
        (f"{COHERENT} --exchange none", "unknown exchange 'none'"),
        (f"{COHERENT} --heavy-lepton 1keV", "--heavy-lepton"),
        ("coherent Ne --energy 1MeV --transfer 1eV -o a.png", "a figure needs two or more transfers"),
        ("coherent Ne --energy 1MeV --transfer 0eV", "transfer must be finite and > 0"),
    ],
)
def test_coherent_input_that_cannot_be(words: str, message: str, run: Run) -> None:
    err = run(words, code=2)
    assert message in err
    assert err.count("\n") == 1


# --- options given twice -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (f"{DCS} --mu-nu 1e-11 --mu-nu 2e-11", "--mu-nu is given twice, --mu-nu 1e-11 and --mu-nu 2e-11: it has one"),
        (f"{DCS} --mu-nu=1e-11 --mu-nu 2e-11", "--mu-nu is given twice, --mu-nu=1e-11 and --mu-nu 2e-11: it has one"),
        (f"{DCS} --energy 2MeV", "--energy is given twice, --energy 1MeV and --energy 2MeV"),
        (f"{DCS} --model free --model stepping", "--model is given twice, --model free and --model stepping"),
        (f"{DCS} --by-shell --total", "--by-shell is given twice, --by-shell and --total"),
        (f"{DCS} --model screened --width 0.01 --width 0.02", "--width is given twice"),
        (f"{DCS} --nsi ee:0.1:0 --nsi ee:0.2:0", "--nsi: ee:0.1:0 and ee:0.2:0 are both about ε_ee: give one of them"),
        (f"{DCS} --nsi emu:0.1:0 --nsi mue:0:0.1", "--nsi: emu:0.1:0 and mue:0:0.1 are both about ε_emu"),
        (f"{DCS} --heavy-lepton 1keV:1e-11 --heavy-lepton 2keV:1e-11", "--heavy-lepton is given twice"),
        ("rate Ge --source solar --transfer 1keV --flux 1/cm2/s --flux 2/cm2/s", "--flux is given twice"),
        ("rate Ge --source solar --source reactor", "--source is given twice, --source solar and --source reactor"),
        ("limit gemma --confidence 0.9 --confidence 0.95", "--confidence is given twice"),
        ("coherent Ne --energy 1MeV --transfer 1eV --form-factor helm --form-factor point", "--form-factor is given"),
        ("photo Ne --energy 1keV --energy 2keV", "--energy is given twice, --energy 1keV and --energy 2keV"),
        ("atom Ne --exchange kli --exchange slater", "--exchange is given twice"),
        ("check Ne --figures a --figures b", "--figures is given twice, --figures a and --figures b"),
        ("table build Ne --tolerance 0.01 --tolerance 0.02", "--tolerance is given twice"),
        ("table clear --yes -y", "--yes is given twice, --yes and -y"),
    ],
)
def test_an_option_of_one_value_is_given_once(
    words: str, message: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbuilt(monkeypatch)
    err = run(words, code=2)
    assert message in err
    assert err.count("\n") == 1


def test_what_may_be_given_several_times_may(run: Run) -> None:
    out = run(f"{DCS} --nsi ee:0.1:0 --nsi emu:0.1:0 --mediator vector:1keV:1e-7:1e-7 --mediator axial:1keV:1e-7:1e-7")
    assert "ε^L_ee = 0.1, ε^R_ee = 0, ε^L_emu = 0.1, ε^R_emu = 0" in out
    assert "axial_mediator[cm2/keV]" in columns(out)


@pytest.mark.parametrize(
    ("words", "coupling"),
    [
        ("--weak --g-v 0.5 --g-a 0.25", na.Weak("e", g_V=0.5, g_A=0.25)),
        ("--weak --g-v 0.5 --sin2-theta 0.24", na.Weak("e", g_V=0.5, sin2_theta=0.24)),
        ("--millicharge 1e-12 --photon-mass 1keV", na.Millicharge(1e-12, photon_mass=1 * keV)),
    ],
)
def test_details_are_those_of_their_coupling(words: str, coupling: Coupling, run: Run) -> None:
    T = np.geomspace(0.05, 15, 5) * keV
    expected = na.cross_section(coupling, Quick(NEON), 1 * MeV, T) / (cm2 / keV)
    np.testing.assert_allclose(numbers(run(f"{DCS} {words}"), "dsigma/dT[cm2/keV]"), expected, rtol=1e-12)


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_run_writes_every_form(run: Run, tmp_path: Path) -> None:
    out = run(f"{DCS} -o a.csv -o a.json -o a.nc -o a.png -o a.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.json", "a.nc", "a.pdf", "a.png"]
    total = numbers(out, "dsigma/dT[cm2/keV]")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    assert [float(row["dsigma_dT"]) for row in rows] == total.tolist()
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["variables"]["dsigma_dT"]["data"] == total.tolist()
    assert content["attributes"]["command"] == f"nuatom {DCS} -o a.csv -o a.json -o a.nc -o a.png -o a.pdf"
    with xr.open_dataset(tmp_path / "a.nc") as data:
        assert data["dsigma_dT"].values.tolist() == total.tolist()
        assert data["dsigma_dT_by_shell"].dims == ("shell", "transfer")
        assert data.attrs["nuatom_version"] == na.__version__
        assert data["line_final"].values.tolist() == ["3s1/2", ">9p3/2"]


def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr(options, "make_atom", refuse)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (f"{DCS} -o a.xls", "expected one of .csv, .json, .nc, .png, .pdf"),
        (f"{DCS} -o a.csv -o a", "it has no suffix"),
        (f"{DCS} -o none/a.csv", "does not exist; make it first"),
        ("dcs Ne --energy 1MeV --transfer 1keV -o a.png", "a figure needs two or more transfers, got '1keV'"),
        ("photo Ne --energy 1keV -o a.pdf", "a figure needs two or more energies, got '1keV'"),
        ("photo Ne --energy 1keV -o a.txt", "expected one of .csv, .json, .nc, .png, .pdf"),
        ("atom Ne -o a.png", "expected one of .csv, .json, .nc"),
        (f"{DCS} --model fre", "unknown model 'fre': expected recommended, central-field, screened, free,"),
        (f"{DCS} --unit kev", "unknown unit 'kev': expected eV, keV, MeV; did you mean keV?"),
        (f"{DCS} --mu-nu -1", "--mu-nu: expected at least 0, got -1"),
        ("dcs Ne --energy 1 --transfer 1keV", "'1' has no unit"),
        ("dcs Ne --energy 1MeV --transfer 5:1keV:9", "does not ascend"),
    ],
)
def test_what_cannot_be_is_found_before_anything_is_computed(
    words: str, message: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unbuilt(monkeypatch)
    err = run(words, code=2)
    assert message in err
    assert list(tmp_path.iterdir()) == []


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("dcs Xn --energy 1MeV --transfer 1keV", "unknown element 'Xn': did you mean Xe"),
        ("atom xenin", "unknown element 'xenin': did you mean xenon?"),
        ("atom Ne --exchange slatr", "unknown exchange 'slatr': expected kli, slater, kohn-sham; did you mean slater?"),
        ("atom Ne --nucleus round", "unknown nucleus 'round': expected point, uniform"),
        (f"{DCS} --model central-field --binding guessed", "unknown binding 'guessed': expected calculated, measured"),
        (f"{DCS} --model hydrogenic", "use it with H, or take central-field"),
        (
            "photo Ne --energy 1keV --model free",
            "unknown model 'free': expected recommended, central-field, screened, hydrogenic",
        ),
        ("dcs Ne --energy 1MeV", "Missing option '--transfer'. (try nuatom dcs --help)"),
        (f"{DCS} --bogus", "No such option: --bogus"),
        (f"{DCS} --mu-nu much", "'--mu-nu'"),
        ("dsc Ne", "No such command 'dsc'"),
        ("table", "(try nuatom table --help)"),
    ],
)
def test_bad_input_is_one_line_and_code_2(words: str, message: str, run: Run) -> None:
    err = run(words, code=2)
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ValueError("bad\nnews"), 2, "Error: bad news\n"),
        (RuntimeError("did not converge"), 1, "Error: did not converge\n"),
        (na.store.StoreError("cannot write"), 1, "Error: cannot write\n"),  # type: ignore[attr-defined]
        (MemoryError(), 1, "Error: out of memory; ask for fewer transfers at a time\n"),
        (KeyError("x"), 1, "Error: internal error, KeyError: 'x'; NUATOM_DEBUG=1 shows where\n"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was written\n"),
    ],
)
def test_what_fails_in_a_computation_is_one_line(
    error: BaseException, code: int, message: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> Quick:
        raise error

    put(monkeypatch, "recommended", fail)
    assert run(f"{DCS} -o a.csv", code=code) == message
    assert list(tmp_path.iterdir()) == []


def test_debugging_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUATOM_DEBUG", "1")
    with pytest.raises(ValueError, match="unknown element"):
        main(["atom", "Xn"])


def test_an_unusable_store_is_code_1(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path / "file"))
    assert "NUATOM_CACHE" in run("atom Ne", code=1)


def test_a_warning_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    import warnings

    from nuatom.cli import _warnings_in_one_line

    with _warnings_in_one_line(), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("a table was\ndamaged", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "Warning: a table was damaged\n"


# --- in a process of its own ---------------------------------------------------------------------


def process(words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; from nuatom.cli import main; sys.exit(main())", *shlex.split(words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error_and_files_are_written(tmp_path: Path) -> None:
    words = "dcs Ne --energy 1MeV --transfer 0.05:15keV:5000 --model stepping -o a.csv"
    with process(words) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith("# command")
        running.stdout.close()
        err = running.stderr.read()
        assert running.wait(timeout=60) == 0
    assert err == "wrote a.csv\n"
    assert len((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()) > 5000


def test_help_to_a_reader_that_goes_away() -> None:
    with process("--help") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
        running.wait(timeout=60)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_an_interrupt_ends_a_run_quietly(tmp_path: Path) -> None:
    code = (
        # A shell starts what it runs in the background with interrupts ignored, and children inherit that.
        "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from nuatom import choices\n"
        "from nuatom.cli import main\n"
        "def wait(*_): print('waiting', flush=True); time.sleep(60)\n"
        "choices.MODELS['recommended'] = choices.ResponseEntry('', wait)\n"
        f"sys.exit(main({[*shlex.split(DCS), '-o', 'a.csv']!r}))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "waiting\n"
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.strip() == "interrupted; nothing was written"
    assert list(tmp_path.iterdir()) == []


def test_help_loads_nothing_heavy_and_computes_nothing() -> None:
    code = (
        "import sys\nfrom nuatom.cli import main\nmain(['--help'])\n"
        "heavy = {'numpy', 'scipy', 'numba', 'h5py', 'matplotlib', 'xarray', 'pandas'} & set(sys.modules)\n"
        "print(*heavy, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == []


# --- on a terminal -------------------------------------------------------------------------------


def test_a_wide_table_goes_on_below_with_its_first_column_again(run: Run, terminal: Callable[[], None]) -> None:
    terminal()
    out = run(f"{DCS} --by-shell")
    assert max(len(line) for line in out.splitlines()) <= 80
    assert out.count(" 0.20809 ") == out.count("┏") >= 2  # the second transfer, once in each part
    for title in ("longitudinal", "stepping", "relative", "1s1/2", "2p3/2"):
        assert title in out
    assert "first excitation" in out


def test_a_terminal_shows_rounded_numbers(run: Run, terminal: Callable[[], None]) -> None:
    terminal()
    cells = [cell.strip() for line in run(DCS).splitlines() if "│" in line for cell in line.split("│")]
    assert "0.20809" in cells
    assert max(len(cell) for cell in cells) == len("1.2345e-44")


def test_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with screen.progress("computing") as report:
        assert report is None
    for name, value in {"COLUMNS": "100", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with screen.progress("computing") as report:
        assert report is not None
        report(3, 7)
        report(1, 5)
    err = capsys.readouterr().err
    assert "3/7" in err or "1/5" in err
    assert "computing, table 2" in err


# --- atom, photo ---------------------------------------------------------------------------------


def test_atom_lists_shells_energies_edges_and_radii(run: Run) -> None:
    out = run("atom Ne")
    neon = na.Atom("Ne")
    assert columns(out)["shell"] == tuple(shell.label for shell in neon.shells)
    expected = [shell.binding_energy / eV for shell in neon.calculated_shells]
    np.testing.assert_allclose(numbers(out, "calculated[eV]"), expected, rtol=1e-14)
    assert numbers(out, "measured[eV]")[0] == pytest.approx(870, abs=1)
    assert set(columns(out)["measured_on"]) == {"free atom"}
    assert "# configuration: [He] 2s2 2p6" in out


def test_the_mean_radius_of_hydrogen_is_three_halves(run: Run) -> None:
    # ⟨r⟩ = 3/2 Bohr for 1s, less about α²/2 of it in the Dirac theory.
    assert numbers(run("atom H"), "<r>[Bohr]")[0] == pytest.approx(1.5, rel=1e-4)


def test_atom_is_written_with_references(run: Run, tmp_path: Path) -> None:
    run("atom Ne -o ne.json")
    content = json.loads((tmp_path / "ne.json").read_text(encoding="utf-8"))
    assert all(content["variables"]["edge_reference"]["data"])
    assert content["variables"]["calculated_energy"]["units"] == "eV"


def test_photo_in_megabarn_and_per_gram(run: Run) -> None:
    out = run("photo Ne --energy 0.1,2keV")
    total = numbers(out, "total[Mb]")
    by_shell = [numbers(out, f"{label}[Mb]") for label in ("1s1/2", "2s1/2", "2p1/2", "2p3/2")]
    np.testing.assert_allclose(np.sum(by_shell, axis=0), total)
    # 1 Mb = 10⁻¹⁸ cm² per atom of 20.18 u, and a gram has 6.022e23/20.18 of them.
    np.testing.assert_allclose(numbers(out, "total[cm2/g]"), total * 1e-18 * 6.02214e23 / 20.1797, rtol=1e-4)
    assert "1s1/2[Mb]" not in columns(run("photo Ne --energy 0.1,2keV --total"))


def test_photo_of_hydrogen_is_6_3_megabarn_at_threshold(run: Run) -> None:
    out = run("photo H --energy 13.606eV --model hydrogenic")
    assert numbers(out, "total[Mb]")[0] == pytest.approx(6.30, abs=0.02)


@pytest.mark.slow
def test_photo_writes_table_and_figure(run: Run, tmp_path: Path) -> None:
    run("photo Ne --energy 0.05:10keV:9 -o ne.nc -o ne.png")
    with xr.open_dataset(tmp_path / "ne.nc") as data:
        assert data["area_by_shell"].dims == ("shell", "energy")
        assert data["area_per_mass"].attrs["units"] == "cm2/g"
    assert (tmp_path / "ne.png").read_bytes().startswith(b"\x89PNG")


# --- check ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FakeCheck:
    name: str
    passed: bool
    detail: str = "at 1 keV"
    value: float = 0.999
    reference: float = 1.0
    deviation: float = -0.001
    tolerance: float = 0.01
    source: str = "Bethe 1930"

    @property
    def failed(self) -> bool:
        return not self.passed

    @property
    def status(self) -> Status:
        return Status.PASSED if self.passed else Status.FAILED


@dataclass(frozen=True)
class FakeCertificate:
    checks: tuple[FakeCheck, ...]

    @property
    def passed(self) -> bool:
        return all(item.passed for item in self.checks)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return (Picture("sum-rule", "a rule", "Q", "deviation", (Trace("1s", np.ones(2), np.ones(2)),)),)


@pytest.fixture
def certified(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def with_results(*passed: bool) -> None:
        checks = tuple(FakeCheck(f"rule {number}", good) for number, good in enumerate(passed))
        for name in ("certify", "certify_screening"):
            monkeypatch.setattr(nuatom.certificate, name, lambda what, progress=None: FakeCertificate(checks))

    return with_results


def test_check_passes(run: Run, certified: Callable[..., None], tmp_path: Path) -> None:
    certified(True, True)
    out = run("check Ne --figures drawn -o ne.csv")
    assert "# result: 2 of 2 checks passed, 0 failed" in out
    assert out.count("\npassed ") == 2
    assert "at 1 keV [Bethe 1930]" in out
    assert (tmp_path / "drawn" / "sum-rule.png").exists()
    text = (tmp_path / "ne.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    assert [row["passed"] for row in rows] == ["1", "1"]


def test_a_failed_check_is_named_and_code_1(certified: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    certified(True, False)
    assert main(["check", "Ne"]) == 1
    out, err = capsys.readouterr()
    assert "\nFAILED " in out
    assert err == "Failed: rule 1\n"


def test_check_of_screening_is_a_certificate_of_its_own(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The true model, of one electron: one check, and no table.
    monkeypatch.setitem(choices.MODELS, "screened", SCREENED)  # type: ignore[arg-type]
    out = run("check H --model screened --interaction averaged --width 0.01 -o h.json")
    assert "# model: screened, averaged interaction, width 0.01\n" in out
    assert "# result: 1 of 1 checks passed, 0 failed" in out
    content = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))
    assert content["variables"]["check"]["data"] == ["one electron"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "--model screend",
            "unknown model 'screend': expected recommended, central-field, screened; did you mean screened?",
        ),
        ("--model free", "unknown model 'free': expected recommended, central-field, screened"),
        ("--interaction local", "--interaction is a choice of the model screened, not of central-field: add --model"),
        ("--width 0.01", "--width is a choice of the model screened, not of central-field: add --model"),
        ("--model screened --interaction locl", "unknown interaction 'locl'"),
        ("--model screened --width 0.5", "--width: expected a number from 0.001 to 0.1, got 0.5"),
    ],
)
def test_check_says_what_cannot_be_before_anything_is_computed(
    words: str, message: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr(options, "make_atom", refuse)
    assert message in run(f"check Xe {words}", code=2)


# --- table ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> na.Store:
    """A store with the atom He in it."""
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr("nuatom.store.SHIPPED", tmp_path_factory.mktemp("nothing shipped"))
    _ = na.Atom("He").shells
    return na.Store()


def test_list_shows_name_size_and_contents(run: Run, store: na.Store) -> None:
    (entry,) = store.entries()
    out = run("table list")
    assert f"# folder: {store.folder}" in out
    assert out.splitlines()[-1].split()[:2] == [entry.path.stem, "atom"]
    assert "symbol=He" in out


def test_an_empty_store_lists_nothing(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path))
    monkeypatch.setattr("nuatom.store.SHIPPED", tmp_path / "nothing shipped")
    assert "# tables: 0, 0.00 MB" in run("table list")


@pytest.mark.usefixtures("store")
def test_build_tells_what_is_new(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert "symbol=Ne" in run("table build Ne")
    assert main(["table", "build", "Ne"]) == 0
    assert "are there already" in capsys.readouterr().err.replace("\n", " ")


def test_export_copies_the_file(run: Run, store: na.Store, tmp_path: Path) -> None:
    (entry,) = store.entries()
    run(f"table export {entry.path.stem[:9]} he.nc")
    assert (tmp_path / "he.nc").read_bytes() == entry.path.read_bytes()
    with xr.open_dataset(tmp_path / "he.nc") as data:
        assert data["P"].attrs["units"] == "bohr^-1/2"


def test_export_of_none_or_many_says_so(run: Run, store: na.Store, tmp_path: Path) -> None:
    _ = na.Atom("H").shells
    assert "2 tables have names that begin with 'atom'" in run("table export atom he.nc", code=2)
    assert "no table has a name that begins with 'x'" in run("table export x he.nc", code=2)
    assert "expected one of .nc" in run("table export atom he.csv", code=2)
    assert list(tmp_path.iterdir()) == []


def test_clear_asks_and_removes(run: Run, store: na.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert "add --yes" in run("table clear", code=2)
    run("table clear --outdated")
    assert len(store.entries()) == 1
    run("table clear --yes")
    assert store.entries() == []


# --- help ----------------------------------------------------------------------------------------


def test_no_words_is_help(run: Run) -> None:
    assert run("") == run("--help")
    assert "Usage: nuatom" in run("-h")


def test_version(run: Run) -> None:
    assert run("--version") == f"nuatom {na.__version__}\n"


COMMANDS = [dcs.dcs, coherent.coherent, photo.photo, atom.atom, check.check]
TABLES = [table.build, table.list_tables, table.clear, table.export]
PROBES = [probe.photon, probe.electron, probe.proton, probe.dark_matter]


def examples(function: Callable[..., None]) -> list[str]:
    return [line.strip() for line in (function.__doc__ or "").splitlines() if line.strip().startswith("nuatom ")]


@pytest.mark.parametrize("function", [*COMMANDS, *TABLES, *PROBES])
def test_help_has_two_examples(function: Callable[..., None], run: Run) -> None:
    assert len(examples(function)) == 2
    words = examples(function)[0].split()
    command = " ".join(words[1:3] if words[1] in ("table", "probe") else words[1:2])
    assert f"Usage: nuatom {command}" in run(f"{command} --help")


@pytest.mark.slow
@pytest.mark.parametrize("words", [line.removeprefix("nuatom ") for f in COMMANDS for line in examples(f)])
def test_the_examples_run(words: str, run: Run, certified: Callable[..., None]) -> None:
    certified(True)
    # Neon is solved already, and is as good an example as any.
    _, symbol, *_ = words.split()
    assert run(words.replace(f" {symbol}", " Ne", 1))


def test_help_flows_whatever_the_width() -> None:
    helps: Sequence[str | None] = [command.help for command in application().registered_commands]
    # Besides rate, limit, events, explore and export, which have files of their own.
    assert len(helps) == len(COMMANDS) + 5
    assert all(text and "\n" not in text.replace("\n\n", "") for text in helps)


@pytest.mark.parametrize("among", [choices.MODELS, choices.EXCHANGES, choices.FLAVOURS, choices.FORM_FACTORS])
def test_completion_offers_the_choices(among: dict[str, object]) -> None:
    word = next(iter(among))
    assert word in groups.completion(among)(word[:2])

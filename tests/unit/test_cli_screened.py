"""The screened model, measured photoabsorption and the band of models on the command line."""

import csv
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import nuatom as na
from nuatom import choices
from nuatom.cli import main, options
from nuatom.functions import Array
from nuatom.measured import compare_photoabsorption
from nuatom.response import screened
from nuatom.response.screening.interaction import AveragedExchange, CoulombOnly, LocalExchange, NoInteraction
from nuatom.units import MeV, barn, cm2, eV, keV

MEGABARN = 1e6 * barn
PHOTO = "photo He --energy 30,50,100,300eV --model screened"
RATE = "rate H --source reactor --flux 2.7e13/cm2/s --transfer 30,300eV --isolated"
DCS = "dcs He --energy 1MeV --transfer 30:300eV:5"


@dataclass(frozen=True)
class Small(na.Screened):
    """With a table that takes seconds."""

    highest: float = 0.5 * keV
    multipoles: int = 2


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(screened, "Screened", Small)
    monkeypatch.chdir(tmp_path)
    of = na.Band.of
    monkeypatch.setattr(na.Band, "of", lambda atom, **words: of(atom, highest=0.5 * keV, multipoles=2, **words))


Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line, expect an exit code, and give stdout, or stderr if it failed."""

    def call(line: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert found == code, err
        return out if code == 0 else err

    return call


def columns(out: str) -> dict[str, list[float]]:
    """The columns of what was printed for programs, by name."""
    lines = out.strip().split("\n")
    header = next(line for line in reversed(lines) if line.startswith("#")).removeprefix("# ").split()
    rows = [[np.nan if c == "-" else float(c) for c in line.split()] for line in lines if not line.startswith("#")]
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


def rows_of(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


# --- the model -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_screened_is_the_model_of_the_library(run: Run) -> None:
    out = run(PHOTO)
    assert "# model: screened, local interaction, width 0.005, tolerance 0.005\n" in out
    expected = na.photoabsorption(Small(na.Atom("He")), np.array([30, 50, 100, 300]) * eV)
    np.testing.assert_allclose(columns(out)["total[Mb]"], expected / MEGABARN, rtol=1e-12)


@pytest.mark.slow
def test_without_interaction_electrons_are_independent(run: Run) -> None:
    out = run(f"{PHOTO} --interaction none")
    assert "# model: screened, none interaction, width 0.005" in out
    alone = na.photoabsorption(na.CentralField(na.Atom("He")), np.array([30, 50, 100, 300]) * eV)
    # The tolerance both were computed with.
    np.testing.assert_allclose(columns(out)["total[Mb]"], alone / MEGABARN, rtol=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "interaction"),
    [
        ("local", LocalExchange()),
        ("averaged", AveragedExchange()),
        ("coulomb", CoulombOnly()),
        ("none", NoInteraction()),
    ],
)
def test_words_become_the_interaction_and_the_width(word: str, interaction: object) -> None:
    chosen = options.choose_model("screened", choices.MODELS, {"interaction": word, "width": 0.02})
    # Hydrogen has nothing to screen with: no table.
    model = options.make_model(chosen, na.Atom("H"), 0.01)
    assert model == Small(na.Atom("H"), interaction, 0.02, tolerance=0.01)  # type: ignore[arg-type]


def test_the_own_values_are_those_of_the_library() -> None:
    model = options.make_model(options.choose_model("screened", choices.PHOTO_MODELS), na.Atom("H"), 5e-3)
    assert model == Small(na.Atom("H"))


@pytest.mark.slow
def test_dcs_takes_it_for_couplings_of_every_kind(run: Run) -> None:
    out = run("dcs H --energy 1MeV --transfer 30,300eV --model screened --interaction averaged --weak --mu-nu 1e-11")
    assert "# model: screened, averaged interaction, width 0.005, tolerance 0.005\n" in out
    alone = run("dcs H --energy 1MeV --transfer 30,300eV --weak --mu-nu 1e-11 --model central-field")
    name = "dsigma/dT[cm2/keV]"
    np.testing.assert_allclose(columns(out)[name], columns(alone)[name], rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (f"{DCS} --interaction local", "--interaction is a choice of the model screened, not of recommended: add"),
        (f"{DCS} --model free --width 0.01", "--width is a choice of the model screened, not of free"),
        (f"{PHOTO.replace('screened', 'central-field')} --width 0.01", "--width is a choice of the model screened"),
        (f"{PHOTO} --interaction locl", "unknown interaction 'locl': expected local, averaged, coulomb, none; did you"),
        (f"{PHOTO} --width 0.5", "--width: expected a number from 0.001 to 0.1, got 0.5"),
        (f"{PHOTO} --width 5%", "'--width'"),
        (f"{RATE} --interaction local", "--interaction is a choice of the model screened, not of recommended: add"),
        (f"{RATE} --model screened --interaction locl", "unknown interaction 'locl': expected local, averaged"),
        (f"{RATE} --recoils --width 0.01", "--width: of the electrons of an atom"),
        ("limit gemma --interaction averaged", "--interaction is a choice of the model screened, not of recommended"),
        ("limit gemma --model free --width 0.01", "--width is a choice of the model screened, not of free"),
        ("table build He --interaction averaged", "--interaction is a choice of the model screened"),
        ("table build He --model free", "unknown model 'free': expected recommended, central-field"),
        ("photo He --model screened", "no photon energies: give --energy, such as"),
        ("photo He --compare --energy 5,50eV", "compiled from 10 eV to 30 keV, not at 0.005 keV"),
        ("photo Pu --compare", "plutonium (Z = 94) has not been compiled"),
        ("photo He --compare --energy 50eV -o he.png", "a figure needs two or more energies"),
        (f"{DCS} --band --model impulse", "--band is of models of the bound atom, and impulse is none: take central"),
    ],
)
def test_what_cannot_be_is_one_line_before_anything_is_computed(
    words: str, message: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr(options, "make_atom", refuse)
    err = run(words, code=2)
    assert message in err
    assert err.count("\n") == 1


CONFIG = """
[source]
kind = "reactor"
flux = "2.7e13/(cm2 s)"
[target]
material = "H"
matter = false
[detector]
exposure = "1000 kg day"
[[background]]
kind = "flat"
rate = "2/(kg day keV)"
uncertainty = 0.05
[bins]
edges = "0.1:0.4keV:4:lin"
[model]
response = "screened"
interaction = "averaged"
width = 0.01
"""


@pytest.mark.slow
def test_rate_has_both_and_takes_them_from_a_configuration(run: Run, tmp_path: Path) -> None:
    words = "--model screened --interaction coulomb --width 0.02"
    out = run(f"{RATE} {words}")
    assert "# model: screened, coulomb interaction, width 0.02, kli exchange, calculated thresholds, isolated" in out
    alone = run(f"{RATE} --model central-field")
    name = "dR/dT[1/(kg_day_keV)]"
    np.testing.assert_allclose(columns(out)[name], columns(alone)[name], rtol=1e-12)
    (tmp_path / "h.toml").write_text(CONFIG)
    assert "# model: screened, averaged interaction, width 0.01, kli" in run("rate h.toml")
    assert "# model: screened, local interaction, width 0.01, kli" in run("rate h.toml --interaction local")
    assert "# model: stepping, kli exchange" in run("rate h.toml --model stepping")
    assert "of the electrons of an atom" in run("rate h.toml --recoils --weak --interaction local", code=2)


@pytest.mark.slow
def test_limit_has_both(run: Run, tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text(CONFIG)
    for words, said in (
        ("", "averaged interaction, width 0.01"),
        ("--interaction coulomb", "coulomb interaction, width 0.01"),
        ("--model screened --width 0.02", "averaged interaction, width 0.02"),
    ):
        out = run(f"limit h.toml --sensitivity {words}")
        assert f"# response: screened, {said}, kli exchange, calculated thresholds, isolated atoms\n" in out
        # What it is compared with has neither.
        assert [line.split()[0] for line in out.splitlines() if line[0] != "#"] == ["screened", "stepping", "free"]
    assert "not of central-field: add" in run("limit h.toml --model central-field --interaction local", code=2)


@pytest.mark.slow
def test_tables_can_be_built_ahead(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path / "tables"))
    assert "CoulombOnly" in run("table build He --model screened --interaction coulomb")
    monkeypatch.setattr("nuatom.response.screening.table.build", None)  # all there is to compute is there
    assert na.photoabsorption(Small(na.Atom("He"), CoulombOnly()), np.array([50]) * eV) > 0
    assert run("table build He --model screened --interaction coulomb") == ""


# --- compared with what was measured --------------------------------------------------------------


@pytest.mark.slow
def test_compare_sets_measurement_and_independent_electrons_beside_it(run: Run) -> None:
    out = run(f"{PHOTO} --compare")
    E = np.array([30, 50, 100, 300]) * eV
    found = columns(out)
    assert list(found) == [
        "energy[keV]", "total[Mb]", "total[cm2/g]", "independent[Mb]", "measured[Mb]", "deviation[%]",
    ]  # fmt: skip
    model, alone = Small(na.Atom("He")), na.CentralField(na.Atom("He"))
    np.testing.assert_allclose(found["measured[Mb]"], na.henke_photoabsorption("He", E) / MEGABARN)
    np.testing.assert_allclose(found["independent[Mb]"], na.photoabsorption(alone, E) / MEGABARN)
    expected = compare_photoabsorption("He", model, E)
    np.testing.assert_allclose(found["deviation[%]"], 100 * expected.deviation)
    assert expected.median is not None
    assert f"# screened_deviation: median {100 * expected.median:.1f} %; off by more than 30 %: 0 of 4 points\n" in out
    assert "# independent_electrons_deviation: median " in out
    assert "# measured: Henke, Gullikson and Davis (1993)" in out


def test_compare_begins_where_the_compilation_does_and_ends_there(run: Run) -> None:
    found = columns(run("photo H --model hydrogenic --compare --by-shell"))
    assert len(found["energy[keV]"]) == 200
    assert (found["energy[keV]"][0], found["energy[keV]"][-1]) == pytest.approx((0.01, 30))
    assert "independent[Mb]" not in found
    (shell,) = found.keys() - {"energy[keV]", "total[Mb]", "total[cm2/g]", "measured[Mb]", "deviation[%]"}
    assert found[shell] == found["total[Mb]"]
    # Below its threshold the model is zero, and no percentage.
    np.testing.assert_array_equal(np.isnan(found["deviation[%]"]), np.array(found["total[Mb]"]) == 0)


def test_a_comparison_that_counts_no_point_says_so(run: Run) -> None:
    assert "# hydrogenic_deviation: no point above the first edge" in run(
        "photo H --model hydrogenic --compare --energy 11,12eV"
    )


@pytest.mark.slow
def test_comparison_is_written_in_every_form(run: Run, tmp_path: Path) -> None:
    out = run("photo H --model screened --compare --energy 12:200eV:9 -o h.csv -o h.json -o h.nc -o h.png -o h.pdf")
    measured = columns(out)["measured[Mb]"]
    assert [float(row["area_measured"]) for row in rows_of(tmp_path / "h.csv")] == measured
    content = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))
    assert content["variables"]["area_independent"]["data"] == columns(out)["independent[Mb]"]
    with xr.open_dataset(tmp_path / "h.nc") as data:
        np.testing.assert_allclose(data["deviation"], data["area"] / data["area_measured"] - 1, rtol=1e-12)
        assert set(data["counted"].values.tolist()) == {0, 1}
        assert data["deviation_independent"].dims == ("energy",)
        assert "Henke" in data.attrs["measured"]
    assert (tmp_path / "h.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "h.pdf").read_bytes().startswith(b"%PDF")


# --- the band --------------------------------------------------------------------------------------


def values(out: str, name: str) -> Array:
    return np.array(columns(out)[f"{name}[cm2/keV]"])


@pytest.mark.slow
def test_band_is_the_span_of_the_models(run: Run, tmp_path: Path) -> None:
    out = run(f"{DCS} --band --total --model screened -o he.csv -o he.nc -o he.png")
    T = np.geomspace(30, 300, 5) * eV
    found = na.Band.of(na.Atom("He")).cross_section(na.MagneticMoment(3.2e-11), 1 * MeV, T)
    np.testing.assert_allclose(values(out, "lower"), found.lower / (cm2 / keV), rtol=1e-12)
    np.testing.assert_allclose(values(out, "upper"), found.upper / (cm2 / keV), rtol=1e-12)
    assert np.all(values(out, "lower") <= values(out, "dsigma/dT"))
    assert np.all(values(out, "dsigma/dT") <= values(out, "upper"))
    assert f"# band: least and greatest of {'; '.join(found.by_model)}\n" in out
    rows = rows_of(tmp_path / "he.csv")
    assert [float(row["band_upper"]) for row in rows] == values(out, "upper").tolist()
    independent = "dsigma_dT_by_model[independent, slater]"
    np.testing.assert_allclose(
        [float(row[independent]) for row in rows], found.by_model["independent, slater"] / (cm2 / keV), rtol=1e-12
    )
    with xr.open_dataset(tmp_path / "he.nc") as data:
        np.testing.assert_array_equal(data["dsigma_dT_by_model"].max("response_model"), data["band_upper"])
    assert (tmp_path / "he.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_model_that_is_not_in_the_band_joins_it(run: Run) -> None:
    out = run(f"{DCS.replace('He', 'H')} --band --model screened --interaction coulomb")
    assert "# band: least and greatest of chosen, screened; screened, kli; screened, slater; " in out


def test_without_it_there_is_no_band(run: Run) -> None:
    out = run(DCS.replace("He", "H"))
    assert "# band: " not in out
    assert "lower[cm2/keV]" not in columns(out)

"""The command ``events``, and ``atom --relaxation``: what they print and write, and what they refuse."""

import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import trapezoid

import nuatom as na
from nuatom.cli import main
from nuatom.units import cm2, day, keV, kg, s

EVENTS = "events Ne --source mono-energetic --energy 0.3MeV --flux 1e10/cm2/s --model free --lowest 1keV -n 500"
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in a folder of its own; stdout, or stderr if it is to fail."""
    monkeypatch.chdir(tmp_path)

    def call(line: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert found == code, err
        return out if code == 0 else err

    return call


def test_events_are_those_of_the_library(run: Run, tmp_path: Path) -> None:
    out = run(f"{EVENTS} --mu-nu 1e-11 --seed 3 -o events.csv")
    assert "# events: 500, seed 3" in out
    rows = [row for row in (tmp_path / "events.csv").read_text().splitlines() if not row.startswith("#")]
    header, first = rows[0].split(","), rows[1].split(",")
    source = na.MonoEnergetic(0.3, 1e10 / cm2 / s)
    wanted = na.generate(source, na.MagneticMoment(1e-11), na.FreeElectrons("Ne"), 500, 3, lowest=1 * keV)
    assert len(rows) == 501
    assert float(first[header.index("transfer")]) * keV == pytest.approx(wanted.transfer[0], rel=1e-12)
    rate = float(next(line for line in out.splitlines() if line.startswith("# rate: ")).split()[2])
    assert rate == pytest.approx(wanted.metadata["total_rate_per_kg_day"], rel=1e-5)
    shares = [float(line.split()[1]) for line in out.splitlines() if line.startswith("Ne_")]
    assert sum(shares) == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--mu-nu 1e-11 -o events.root", "events are written to files that end in .parquet"),
        ("--mu-nu 1e-11 -n 1.5", "-n must be a whole number from 1 to 1e+10"),
        ("--mu-nu 1e-11 --bias flat", "bias must be None or 'log', got 'flat'"),
        ("--mu-nu 1e-11 --toward up", "--toward must be three numbers with commas"),
        ("--mu-nu 1e-11 --seed -1", "--seed must be ≥ 0, got -1"),
        ("--mu-nu 1e-11 --highest 0.5keV", "no transfer lies between --lowest = 1 keV and --highest = 0.5 keV\n"),
        ("--mu-nu 1e-11 --highest 3", "--highest: '3' has no unit"),
        ("--mu-nu 1e-11 --highest ''", "--highest: "),
        ("--mu-nu 1e-11 --highest 0keV", "--highest must be greater than zero"),
        ("--weak --recoils --no-cascade", "--no-cascade: of the electrons of an atom"),
        ("--weak --recoils --isolated", "--isolated: of the electrons of an atom"),
    ],
)
def test_what_events_refuse(run: Run, tmp_path: Path, words: str, message: str) -> None:
    line = EVENTS.replace("-n 500", "") if "-n" in words.split() else EVENTS
    assert message in run(f"{line} {words}", 2)
    assert list(tmp_path.iterdir()) == []


def test_recoils_are_those_of_the_library(run: Run, tmp_path: Path) -> None:
    line = "events CsI --source stopped-pion --flux 4e7/cm2/s --weak --recoils --lowest 1keV -n 300 --seed 5"
    out = run(f"{line} -o recoils.csv")
    source = na.source.StoppedPion(flux=4e7 / (cm2 * s))
    wanted = na.generate_recoils(source, na.Weak(), "CsI", 300, 5, lowest=1 * keV)
    rows = [row for row in (tmp_path / "recoils.csv").read_text().splitlines() if not row.startswith("#")]
    header, first = rows[0].split(","), rows[1].split(",")
    assert float(first[header.index("transfer")]) * keV == pytest.approx(wanted.transfer[0], rel=1e-12)
    rate = float(next(line for line in out.splitlines() if line.startswith("# rate: ")).split()[2])
    assert rate == pytest.approx(wanted.metadata["total_rate_per_kg_day"], rel=1e-5)
    means = {row.split()[0]: float(row.split()[2]) for row in out.splitlines() if row.startswith(("Cs-133", "I-127"))}
    assert means["I-127"] == pytest.approx(wanted.transfer[wanted.shell == 1].mean() / keV, rel=1e-3)
    assert "--model, --isolated: of the electrons of an atom, and --recoils" in run(
        f"{line} --model free --isolated", 2
    )


@pytest.mark.slow
def test_events_are_as_many_as_the_rate_says(run: Run) -> None:
    """Of a millicharge, which feels the matter around; the model is the recommended one, as it is of ``rate``."""
    words = "Ar --source mono-energetic --energy 0.3MeV --flux 1e10/cm2/s --millicharge 1e-12"
    out = run(f"events {words} --lowest 30eV --highest 60eV -n 500 --no-cascade")
    told = run(f"rate {words} --transfer 30:60eV:61")
    model = next(line for line in told.splitlines() if line.startswith("# model: "))
    assert model in out.splitlines()
    assert "in matter of 1.4 g/cm³" in model
    rows = [row.split()[:2] for row in told.splitlines() if not row.startswith("#")]
    T, density = np.array(rows, dtype=float).T
    rate = float(next(line for line in out.splitlines() if line.startswith("# rate: ")).split()[2])
    assert rate == pytest.approx(float(trapezoid(density * T, np.log(T))), rel=5e-3)
    source = na.MonoEnergetic(0.3, 1e10 / cm2 / s)
    alone = na.rate(source, na.Millicharge(1e-12), na.recommended("Ar"), T * keV) * kg * day
    # Atoms alone have twice as many.
    assert float(trapezoid(alone * T * keV, np.log(T))) > 1.5 * rate


def test_matter_of_events(run: Run) -> None:
    assert "absorbs no photons" in run(f"{EVENTS} --mu-nu 1e-11 --matter", 2)
    assert "isolated atoms are in none" in run(f"{EVENTS} --mu-nu 1e-11 --isolated --density 1g/cm3", 2).replace(
        "--", ""
    )


def test_relaxation_is_shown_and_saved(run: Run, tmp_path: Path) -> None:
    out = run("atom Ar --relaxation -o ar.json")
    lines = out.splitlines()
    (header,) = [n for n, line in enumerate(lines) if line.startswith("# vacancy")]
    first = lines[header + 1].split()
    model = na.Relaxation(na.Atom("Ar", binding="measured"))
    assert first[0] == "1s1/2"
    assert float(first[2]) == pytest.approx(model.fluorescence_yield("1s1/2"))
    assert float(first[4]) == pytest.approx(4.0, abs=0.3)
    rows = [line.split() for line in lines[header + 1 : header + 8]]
    assert rows[1][0] == "2s1/2" and float(rows[1][3]) > 0.9
    assert all(float(row[2]) <= 1 and float(row[3]) <= 1 + 1e-12 for row in rows)
    assert float(first[1]) * 1e-6 == pytest.approx(model.width("1s1/2"))
    assert "mean_charge" in (tmp_path / "ar.json").read_text()
    assert "vacancy" not in run("atom Ar")


def test_events_of_a_burst_are_told_per_burst(run: Run) -> None:
    line = "events Al --source supernova --weak --recoils --lowest 1keV -n 10"
    told = [run(f"{line} --window {window}") for window in ("10s", "20s")]
    rates = [next(row for row in out.splitlines() if row.startswith("# rate: ")) for out in told]
    assert rates[0] == rates[1]
    assert rates[0].endswith(" per kg, of the burst")

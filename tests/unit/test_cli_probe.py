"""The commands ``probe``: the numbers of Python, in words and files, and what they refuse."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from hepunits.constants import Avogadro

import nuatom as na
from nuatom.cli import main
from nuatom.observables.stopping import bethe_stopping
from nuatom.probe import ChargedParticle, DarkMatter, Photon
from nuatom.units import MeV, cm2, day, eV, keV, kg

MODEL = "--model hydrogenic"
HYDROGEN = na.Hydrogenic(1, 0, 1)


def variables(line: str, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    path = folder / "found.json"
    assert main([*shlex.split(line), "-o", str(path)]) == 0
    found = json.loads(path.read_text())
    return {name: np.array(one["data"]) for name, one in found["variables"].items()}, found["attributes"]


@pytest.mark.parametrize(
    ("word", "probe"),
    [("photon", Photon()), ("electron", ChargedParticle.electron()), ("proton", ChargedParticle.proton())],
)
def test_cross_sections_are_those_of_python(word: str, probe: na.probe.Probe, tmp_path: Path) -> None:
    found, words = variables(f"probe {word} H --energy 30keV --transfer 0.02,0.1keV {MODEL}", tmp_path)
    T = found["transfer"] * keV
    expected = na.cross_section(probe, HYDROGEN, 30 * keV, T) / (cm2 / keV)
    np.testing.assert_allclose(found["dsigma_dT"], expected, rtol=1e-12)
    assert words["probe"] == word


def test_an_angle_is_a_spectrum(tmp_path: Path) -> None:
    found, _ = variables(f"probe photon H --energy 30keV --angle 90 --transfer 1.5,1.7keV {MODEL}", tmp_path)
    expected = na.compton_spectrum(HYDROGEN, 30 * keV, np.pi / 2, found["transfer"] * keV) / (cm2 / keV)
    np.testing.assert_allclose(found["d2sigma_dOmega_dT"], expected, rtol=1e-12)


def test_stopping_is_told(tmp_path: Path) -> None:
    _, words = variables(f"probe proton H --energy 10MeV --transfer 1keV --stopping {MODEL}", tmp_path)
    assert words["mean_excitation_energy"] == "14.992 eV"
    # Bethe's formula per gram; shell corrections are 0.1 % here.
    atoms = float(Avogadro) / na.element("H").atomic_weight
    expected = bethe_stopping(ChargedParticle.proton(), 1, 14.992 * eV, 10 * MeV) * atoms / (MeV * cm2)
    assert float(words["stopping_power"].split()[0]) == pytest.approx(expected, rel=3e-3)
    assert words["stopping_power"].endswith("MeV cm²/g")


def test_dark_matter_is_a_rate(tmp_path: Path) -> None:
    line = f"probe dark-matter H --mass 50MeV --mediator light --reference 1e-37cm2 --transfer 15,30eV {MODEL}"
    found, words = variables(line, tmp_path)
    particle = DarkMatter(50 * MeV, "light", 1e-37 * cm2)
    expected = na.dark_matter_rate(particle, HYDROGEN, np.array([15, 30]) * eV) * (kg * day * keV)
    np.testing.assert_allclose(found["rate"], expected, rtol=1e-12)
    assert "light mediator" in words["probe"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("photon H --energy 30keV --angle 200 --transfer 1keV", "--angle must be above 0 and at most 180 degrees"),
        ("photon H --energy 30keV --angle 90 --transfer 1keV --model free", "which the model free has not"),
        ("proton H --energy 3MeV --transfer 1keV --stopping --model stepping", "--stopping needs bound electrons"),
        ("dark-matter H --mass 50MeV --transfer 15eV --mediator dark", "unknown mediator 'dark'"),
        ("dark-matter H --mass 50MeV --transfer 15eV --reference 3keV", "expected barn, cm2"),
        ("electron H --energy 1keV --transfer 20eV --model hydrogen", "unknown model 'hydrogen'"),
        ("electron H --energy 1keV --transfer 20eV -o a.png", "expected one of"),
    ],
)
def test_what_cannot_be_is_one_line(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", *shlex.split(line)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1

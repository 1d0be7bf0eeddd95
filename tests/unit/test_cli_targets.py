"""Targets on the command line and in configurations."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from nuatom.cli import main
from nuatom.config import load
from nuatom.elements import element
from nuatom.targets import target

RATE = "--source reactor --flux 2.7e13/cm2/s --transfer 1,5keV --model free"
MIXED = "Ge[74:0.12,76:0.88]"


def attributes(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text())["attributes"]
    return found


def values(path: Path, name: str) -> list[float]:
    found: list[float] = json.loads(path.read_text())["variables"][name]["data"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("word", ["Ge-76", "germanium-76", "76Ge", "Ge[76]", MIXED])
def test_a_rate_is_per_mass_of_the_isotopes(word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, one in (("natural", "Ge"), ("chosen", word)):
        assert main(["rate", one, *shlex.split(RATE), "-o", str(tmp_path / f"{name}.json")]) == 0
    assert "# mass_fractions: Ge-7" in capsys.readouterr().out
    natural, chosen = (values(tmp_path / f"{name}.json", "rate") for name in ("natural", "chosen"))
    ratio = target("Ge").molar_mass / target(word).molar_mass
    assert chosen == pytest.approx([ratio * rate for rate in natural], rel=1e-12)


@pytest.mark.slow
def test_the_shares_of_the_mass_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "csi.json"
    assert main(["rate", "caesium iodide", *shlex.split(RATE), "-o", str(path)]) == 0
    whole = element("Cs").atomic_weight + element("I").atomic_weight
    shares = [float(part.split()[1]) for part in str(attributes(path)["mass_fractions"]).split(", ")]
    assert shares == pytest.approx([element(one).atomic_weight / whole for one in ("Cs", "I")], rel=1e-4)


def test_coherent_takes_the_same_words(tmp_path: Path) -> None:
    for name, word in (("a", "Ge-74"), ("b", "Ge-76"), ("mixed", MIXED)):
        line = f"coherent '{word}' --energy 10MeV --transfer 100eV --weak --no-electrons -o {tmp_path / name}.json"
        assert main(shlex.split(line)) == 0
    a, b, mixed = (values(tmp_path / f"{name}.json", "dsigma_dT_nucleus")[0] for name in ("a", "b", "mixed"))
    assert mixed == pytest.approx(0.12 * a + 0.88 * b, rel=1e-12)
    assert str(attributes(tmp_path / "mixed.json")["mass_fractions"]).startswith("Ge-74 0.117")


@pytest.mark.parametrize("command", ["atom {}", "dcs {} --energy 1MeV --transfer 1keV --model free"])
def test_an_isotope_has_the_electrons_of_its_atom(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for word in ("H", "H-2"):
        assert main(command.format(word).split()) == 0
        shown.append(capsys.readouterr().out)
    assert "# target: H-2, with the electrons of the atom H\n" in shown[1]
    assert [line for line in shown[1].splitlines() if line[:8] not in ("# target", "# comman")] == [
        line for line in shown[0].splitlines() if line[:8] != "# comman"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "atom {}",
        "dcs {} --energy 1MeV --transfer 1keV",
        "photo {} --energy 1keV",
        "check {}",
        "table build {}",
        "rate {} " + RATE,
        "coherent {} --energy 10MeV --transfer 100eV",
    ],
)
@pytest.mark.parametrize(
    ("word", "meant"),
    [("NaI(Tl)", "take NaI"), ("CSI", "did you mean CsI?"), ("Ge76", "the isotope Ge-76?"), ("xenom", "mean xenon?")],
)
def test_every_command_refuses_the_same_slips(
    command: str, word: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(shlex.split(command.format(f"'{word}'"))) == 2
    assert meant in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("command", ["atom {}", "dcs {} --energy 1MeV --transfer 1keV", "photo {} --energy 1keV"])
def test_one_atom_is_no_compound(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command.format("CsI").split()) == 2
    assert "not a single atom: take one of its atoms, Cs or I" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "coupling", ["--millicharge 0", "--nsi mumu:0.1:0", "--mu-nu 0 --millicharge 0", "--charge-radius 0cm2"]
)
@pytest.mark.parametrize("command", ["rate H " + RATE, f"rate H {RATE.replace('--model free', '--recoils')}"])
def test_a_rate_of_nothing_is_zero(coupling: str, command: str, tmp_path: Path) -> None:
    for suffix in ("csv", "json", "nc"):
        assert main([*shlex.split(f"{command} {coupling}"), "-o", str(tmp_path / f"zero.{suffix}")]) == 0
    assert values(tmp_path / "zero.json", "rate") == [0.0, 0.0]


def test_a_configuration_takes_them_too() -> None:
    natural = load("gemma")
    for word in ("Ge-76", MIXED, "germanium-76"):
        chosen = natural.with_settings(target={"material": word})
        assert chosen.target == target(word).formula
        assert target(chosen.target).molar_mass == target(word).molar_mass
    for word, meant in (("NaI(Tl)", "take NaI"), ("CSI", "did you mean CsI"), ("Ge76", "Ge-76")):
        with pytest.raises(ValueError, match=rf"target\.material: .*{meant}"):
            natural.with_settings(target={"material": word})

"""The recommended model: what it is made of, for every way to write a target."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import nuatom as na
from nuatom.atom.field import Binding
from nuatom.choices.responses import MODELS, How, response_options
from nuatom.cli import main
from nuatom.config import ConfigError, load, presets
from nuatom.elements import element
from nuatom.functions import ALL
from nuatom.rates import matter_density
from nuatom.recommendation import recommended_atom
from nuatom.units import MeV, eV, keV


@pytest.mark.parametrize("target", ["Xe", "xenon", 54, "54", element("Xe"), na.Atom("Xe")])
def test_every_way_to_write_an_element_is_its_model(target: object) -> None:
    model = na.recommended(target)
    assert model == na.Screened(na.Atom("Xe", exchange=na.KriegerLiIafrate(), binding="measured"))
    assert isinstance(model, na.ResponseModel)


def test_a_compound_is_a_material_of_recommended_atoms() -> None:
    material = na.recommended("CsI")
    assert isinstance(material, na.Material) and material.formula == "CsI"
    assert [(part.symbol, count) for part, count, _ in material.parts] == [("Cs", 1), ("I", 1)]
    assert [model for *_, model in material.parts] == [na.recommended("Cs"), na.recommended("I")]
    assert material == na.Material.of("CsI", na.recommended)
    (isotope,) = na.recommended("Ge-76").parts
    assert isotope[0].label == "Ge-76" and isotope[2] == na.recommended("Ge")


def test_nucleus_and_charge_of_an_atom_are_kept() -> None:
    ion = na.Atom("He", nucleus=na.UniformNucleus(), charge=1)
    model = na.recommended(ion, tolerance=0.01)
    # Ions have no measured edges.
    assert model.atom == na.Atom("He", na.KriegerLiIafrate(), na.UniformNucleus(), Binding.CALCULATED, 1)
    assert model.tolerance == 0.01


@pytest.mark.parametrize("target", ["Xz", 0, 101, "Cs2I("])
def test_what_is_no_target_is_said_so(target: object) -> None:
    with pytest.raises(ValueError, match=r"element|formula|atomic number|101|0"):
        na.recommended(target)


def test_one_electron_is_exact_at_its_measured_edge() -> None:
    model = na.recommended("H")
    assert model.shells[0].binding_energy == pytest.approx(13.5984 * eV, rel=1e-5)
    exact = na.Hydrogenic(n=1, l=0, Z=1)
    T = np.array([0.1, 1.0]) * keV
    found, wanted = (na.cross_section(na.MagneticMoment(1e-11), m, 1 * MeV, T) for m in (model, exact))
    # The edge is 0.05 % below that of a nucleus that does not recoil.
    np.testing.assert_allclose(found, wanted, rtol=5e-3)


def test_it_has_all_functions_and_lines() -> None:
    model = na.recommended("H")
    found = model.structure([0.1 * keV], [5 * keV], ALL)
    assert all(np.all(np.isfinite(found[f])) for f in ALL)
    assert model.lines(ALL).transfer.size > 5


def test_the_word_takes_the_element_the_nucleus_and_no_other_exchange() -> None:
    make = MODELS["recommended"].make
    atom = na.Atom("H", nucleus=na.UniformNucleus())
    assert make(atom, How()) == recommended_atom(atom)
    with pytest.raises(ValueError, match="the model recommended has exact exchange"):
        make(na.Atom("H", exchange=na.KohnSham()), How())
    # A choice of the interaction would make it one of screened.
    with pytest.raises(ValueError, match="interaction"):
        response_options("recommended", {"interaction": "local"})


# --- its field is its own: the command line and configurations ------------------------------------------

RATE = "rate H --source reactor --flux 2.7e13/cm2/s --transfer 100,300eV --isolated"
COMMANDS = [
    "dcs H --energy 1MeV --transfer 100,300eV",
    "photo H --energy 100,300eV",
    "check H",
    "table build H",
    RATE,
]
IN_WORDS = "kli exchange and measured thresholds of its own"
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command line, expect an exit code, and give stdout, or stderr if it failed."""
    monkeypatch.chdir(tmp_path)

    def call(line: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert found == code, err
        return out if code == 0 else " ".join(err.split())

    return call


def written(tmp_path: Path, model: str, name: str = "own.toml") -> Path:
    """A configuration with a target of hydrogen and these lines of its table of the model."""
    path = tmp_path / name
    path.write_text(
        """
        [source]
        kind = "mono-energetic"
        energy = "1MeV"
        flux = "1e13/cm2/s"

        [target]
        material = "H"
        matter = false

        [detector]
        exposure = "1kg*day"

        [neutrino]
        fit = ["magnetic_moment"]

        [bins]
        edges = "0.1,0.2,0.4keV"

        [model]
        """
        + model,
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("typed", ["--exchange kohn-sham", "--binding calculated", "--exchange slater"])
def test_an_exchange_or_binding_that_is_typed_is_refused(run: Run, command: str, typed: str) -> None:
    err = run(f"{command} --model recommended {typed}", 2)
    assert f"the model recommended has {IN_WORDS}: leave {typed} out, or take --model screened {typed}" in err


@pytest.mark.slow
def test_both_are_named_and_a_nucleus_is_not_refused(run: Run, tmp_path: Path) -> None:
    err = run(f"{COMMANDS[0]} --model recommended --exchange slater --binding calculated", 2)
    assert "or take --model screened --exchange slater --binding calculated" in err
    assert "field: kli exchange, uniform nucleus" in run(f"{COMMANDS[0]} --model recommended --nucleus uniform")


def test_what_is_told_is_what_was_used(run: Run, tmp_path: Path) -> None:
    out = run(f"{COMMANDS[0]} --model recommended -o a.json")
    assert "# field: kli exchange, point nucleus\n" in out
    assert "# edges: 1 measured" in out
    attributes = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["attributes"]
    assert attributes["field"] == "kli exchange, point nucleus" and attributes["edges"].startswith("1 measured")
    thresholds = out.split("# thresholds: ")[1].split("\n")[0]
    assert thresholds == "1s1/2 13.598eV"
    assert "field: kli exchange" in run(f"{COMMANDS[1]} --model recommended")
    assert "# model: recommended, kli exchange, measured thresholds, isolated atoms\n" in run(
        f"{RATE} --model recommended"
    )


@pytest.mark.slow
def test_it_is_what_commands_and_configurations_take(run: Run, tmp_path: Path) -> None:
    for command in [*COMMANDS[:2], RATE]:
        rows = [
            [line for line in run(f"{command} {how}").splitlines() if not line.startswith("# command")]
            for how in ("", "--model recommended")
        ]
        assert rows[0] == rows[1] and any(line.startswith("# model: recommended") for line in rows[0])
    assert load(written(tmp_path, "")).settings.model.response == "recommended"
    for name in presets():
        preset = load(name)
        assert preset.settings.model.response == "recommended" and preset.settings.model.field.exchange == "kli"
        assert preset.density == pytest.approx(matter_density(preset.target))


def test_photons_beyond_the_tables_are_left_out(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [line for line in run("photo H --energy 0.1,400keV,200keV").splitlines() if not line.startswith("#")]
    assert [float(row.split()[0]) for row in rows] == [0.1, 200.0]
    assert main(shlex.split("photo H --energy 0.1,400keV")) == 0
    assert "goes up to 300keV: left out 400keV" in capsys.readouterr().err.replace("\n", " ")
    assert "goes up to 300keV, not to 400keV: take lower" in run("photo H --energy 400keV", 2)


@pytest.mark.slow
def test_a_comparison_with_any_model_is_written(run: Run, tmp_path: Path) -> None:
    for model in ("recommended", "central-field"):
        run(f"photo H --model {model} --compare --energy 12:200eV:5 -o h.nc -o h.png")
        with xr.open_dataset(tmp_path / "h.nc") as data:
            assert data.attrs[f"{model.replace('-', '_')}_deviation"].startswith("median ")


def test_screened_with_its_words_is_the_same_number(run: Run) -> None:
    rows = [
        [line for line in run(f"{RATE} {how}").splitlines() if not line.startswith("#")]
        for how in ("--model recommended", "--model screened --exchange kli --binding measured")
    ]
    assert rows[0] == rows[1] and rows[0]


@pytest.mark.parametrize("key", ['exchange = "slater"', 'binding = "calculated"', 'exchange = "kli"'])
def test_a_configuration_cannot_set_what_is_its_own(tmp_path: Path, key: str) -> None:
    path = written(tmp_path, f'response = "recommended"\n{key}')
    with pytest.raises(ConfigError, match="the model recommended has kli exchange") as caught:
        load(path)
    assert f'leave {key} out, or take response = "screened" {key}' in str(caught.value)


def test_a_configuration_has_its_field(tmp_path: Path) -> None:
    one = load(written(tmp_path, 'response = "recommended"\nnucleus = "uniform"'))
    assert one.settings.model.field == ("kli", "uniform", "measured")
    ((_, _, model),) = one.material().parts
    assert model == na.recommended(na.Atom("H", nucleus=na.UniformNucleus()))
    # What is set beside it stands on the same edges.
    ((_, _, stepping),) = one.with_response("stepping").material().parts
    assert stepping.shells == model.shells
    other = load(written(tmp_path, 'response = "central-field"\nexchange = "kohn-sham"'))
    assert other.settings.model.field == ("kohn-sham", "point", "calculated")
    ((_, _, taken),) = other.with_response("recommended").material().parts
    assert taken == na.recommended("H")
    with pytest.raises(ConfigError, match=r'an exchange, and the response .recommended. has .* response = "screened"'):
        load(written(tmp_path, 'response = "recommended"\nband = "kohn-sham"'))
    with pytest.raises(ConfigError, match="'kli' is the exchange already"):
        load(written(tmp_path, 'response = "recommended"\nband = "kli"'))


@pytest.mark.slow
def test_commands_on_a_configuration_tell_its_field(run: Run, tmp_path: Path) -> None:
    written(tmp_path, 'response = "recommended"')
    told = "recommended, kli exchange, measured thresholds, isolated atoms"
    assert f"# model: {told}\n" in run("rate own.toml --mu-nu 1e-11")
    assert f"# response: {told}\n" in run("limit own.toml --alone --sensitivity")
    for command in ("rate", "limit"):
        err = run(f"{command} own.toml --binding calculated", 2)
        assert "leave --binding calculated out, or take --model screened --binding calculated" in err
    written(tmp_path, 'response = "central-field"\nexchange = "kohn-sham"')
    assert f"# model: {told}\n" in run("rate own.toml --mu-nu 1e-11 --model recommended")
    assert f"# response: {told}\n" in run("limit own.toml --alone --sensitivity --model recommended")
    assert "--model screened --exchange slater" in run("limit own.toml --model recommended --exchange slater", 2)

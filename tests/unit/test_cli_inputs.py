"""No command writes over what it reads: refused before anything is computed, whatever names the file."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import nuatom as na
from nuatom.cli import main
from nuatom.config import load, presets, read_by
from nuatom.store import Table

CONFIG = """
[source]
kind = "csv"
file = "flux.csv"
[target]
material = "Ge"
[detector]
exposure = "1000 kg day"
resolution = "sigma.csv"
efficiency = "eff.csv"
quenching = "quench.csv"
scale = "scale.csv"
channels = ["electrons", "recoils"]
[[background]]
name = "flat"
kind = "csv"
file = "back.csv"
uncertainty = 0.05
[data]
counts = "counts.csv"
[model]
response = "stepping"
"""
FILES = {
    "flux.csv": "energy[MeV],antinue[1/(cm2 s MeV)]\n1,1e12\n2,1e12\n3,1e12\n",
    "sigma.csv": "energy [keV], sigma [keV]\n0, 0.1\n100, 0.2\n",
    "eff.csv": "energy [keV], efficiency [%]\n0, 50\n100, 100\n",
    "quench.csv": "energy [keV], quenching [%]\n0, 20\n100, 30\n",
    "scale.csv": "energy [keV], reconstructed [keV]\n0, 0\n100, 100\n",
    "back.csv": "energy [keV], rate [1/(kg day keV)]\n0, 2\n100, 2\n",
    "counts.csv": "low [keV], high [keV], counts\n1, 2, 9\n2, 3, 4\n",
}
KEYS = {
    "flux.csv": "source",
    "sigma.csv": "detector.resolution",
    "eff.csv": "detector.efficiency",
    "quench.csv": "detector.quenching",
    "scale.csv": "detector.scale",
    "back.csv": r"background\[1\]",
    "counts.csv": "data.counts",
}

Refused = Callable[[str], str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """What a command line says that must fail before any rate is computed and leave the folder as it was."""
    monkeypatch.chdir(tmp_path)
    for name, text in {**FILES, "mine.toml": CONFIG, "mine.json": CONFIG}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "deep").mkdir()
    (tmp_path / "link.csv").symlink_to("eff.csv")

    def nothing_computed(*_: object, **__: object) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr("nuatom.rates.rate_spectrum", nothing_computed)
    monkeypatch.setattr("nuatom.rates.nuclear_rate_spectrum", nothing_computed)

    def call(line: str) -> str:
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        capsys.readouterr()
        code = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert (code, out) == (2, "")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
        return " ".join(err.split())

    return call


def test_every_file_of_the_configuration_is_known(refused: Refused, tmp_path: Path) -> None:
    found = {path.name: what for path, what in read_by("mine.toml", load("mine.toml"))}
    keys = {name: f"what {key} of the configuration names".replace("\\", "") for name, key in KEYS.items()}
    assert found == {"mine.toml": "the configuration", **keys}
    # What a preset reads is the package's own.
    package = Path(na.__file__).parent
    assert all(path.is_relative_to(package) for name in presets() for path, _ in read_by(name, load(name)))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["limit mine.toml -o", "limit mine.toml -o a.csv --export", "rate mine.toml -o"])
def test_a_file_of_the_configuration_is_kept(command: str, name: str, refused: Refused) -> None:
    said = refused(f"{command} {name}")
    assert f"cannot write '{name}': it is what {KEYS[name]} of the configuration names".replace("\\", "") in said


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("name", ["./eff.csv", "deep/../eff.csv", "link.csv"])
@pytest.mark.parametrize("command", ["limit mine.toml -o", "rate mine.toml -o"])
def test_a_link_or_another_path_is_the_same_file(command: str, name: str, refused: Refused) -> None:
    assert "it is what detector.efficiency of the configuration names" in refused(f"{command} {name}")


def test_the_configuration_is_kept(refused: Refused) -> None:
    assert "cannot write 'mine.json': it is the configuration; give another name" in refused(
        "limit mine.json -o mine.json"
    )


@pytest.mark.parametrize("name", ["flux.csv", "./flux.csv"])
def test_the_flux_of_a_rate_is_kept(name: str, refused: Refused) -> None:
    assert "it is the flux of --source" in refused(f"rate Ge --source flux.csv --transfer 1:5keV:5 -o {name}")


def test_two_options_do_not_write_one_file(refused: Refused) -> None:
    assert "it is what --export writes" in refused("limit mine.toml -o scan.csv --export ./scan.csv")


def test_a_table_is_not_exported_onto_itself(refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path / "deep"))
    monkeypatch.setattr("nuatom.store.SHIPPED", tmp_path / "nothing shipped")
    store = na.Store()
    store.save("atom", store.key("atom", {}), Table({}))
    (entry,) = store.entries()
    assert "it is the table itself" in refused(f"table export atom-{entry.key[:8]} {entry.path}")

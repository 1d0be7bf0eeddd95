"""A parameter at many masses: the same as one by one, and less work."""

from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.config import Joint, ladder, parse
from nuatom.limit import Signal

TEXT = """
[source]
kind = "mono-energetic"
energy = "0.4 MeV"
flux = "6e10/(cm2 s)"
flavour = "mu"
uncertainty = 0.02
[target]
material = "Xe"
[detector]
exposure = "1 tonne year"
resolution = "0.3 keV"
[[background]]
name = "flat"
kind = "flat"
rate = "16/(tonne year keV)"
uncertainty = 0.05
[bins]
edges = "2:30keV:9"
[model]
response = "free"
"""
ONE = parse(TEXT)


def same(one: Signal, other: Signal) -> None:
    assert one.exponents.tolist() == other.exponents.tolist()
    for mine, yours in zip(one.coefficients, other.coefficients, strict=True):
        np.testing.assert_allclose(mine, yours, rtol=1e-9, atol=1e-9 * np.abs(yours).max())


@pytest.mark.parametrize("word", ["mediator:vector", "mediator:pseudoscalar", "heavy_lepton"])
def test_many_masses_are_what_each_is(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of them, of which two go together at once."""
    monkeypatch.setattr(ladder, "_TOGETHER", 2)
    names = [f"{word}:{mass}keV" for mass in (2, 20, 60)]
    together = ONE.fitting_each(names)
    assert [found.parameters[0].name for found in together] == names
    assert all("signal" in found.__dict__ for found in together)
    for i in (1, 2):
        same(together[i].signal, ONE.with_settings(neutrino={"fit": [names[i]]}).signal)


def test_the_atom_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    plain = na.FreeElectrons.measure

    def counted(self: na.FreeElectrons, *args: object) -> object:
        asked.append(1)
        return plain(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(na.FreeElectrons, "measure", counted)
    _ = ONE.with_settings(neutrino={"fit": ["mediator:vector:5keV"]}).signal
    single = len(asked)
    asked.clear()
    ONE.fitting_each([f"mediator:vector:{mass}keV" for mass in (1, 5, 25)])
    assert len(asked) <= 1.5 * single


def test_what_else_is_held_is_computed_each_by_itself() -> None:
    held = parse(f"{TEXT}[neutrino]\nmillicharge = 1e-13")
    for found in held.fitting_each(["mediator:vector:5keV", "mediator:vector:6keV"]):
        assert "signal" not in found.__dict__


def test_several_experiments_scan_together() -> None:
    other = parse(TEXT.replace("1 tonne year", "3 tonne year"))
    done: list[tuple[int, int]] = []
    names = ["heavy_lepton:5keV", "heavy_lepton:20keV"]
    each = Joint({"one": ONE, "other": other}).fitting_each(names, lambda at, total: done.append((at, total)))
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for name, both in zip(names, each, strict=True):
        assert [p.name for p in both.parameters] == [name]
    own, triple = (one.signal for one in each[1].experiments.values())
    np.testing.assert_allclose(triple.coefficients, 3 * own.coefficients, rtol=1e-9)


@pytest.mark.slow
def test_a_scan_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a file and a figure: the limit on a heavy lepton rises where its mass closes the kinematics."""
    from nuatom.cli import main

    config, table, picture = tmp_path / "mine.toml", tmp_path / "scan.csv", tmp_path / "scan.pdf"
    config.write_text(TEXT, encoding="utf-8")
    scan = ["--fit", "heavy_lepton:1keV", "--scan", "mass=1:100keV:3"]
    assert main(["limit", str(config), *scan, "-o", str(table), "-o", str(picture)]) == 0
    assert f"wrote {table}" in capsys.readouterr().err
    assert picture.read_bytes().startswith(b"%PDF")
    rows = [line for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    names, *values = (row.split(",") for row in rows)
    masses, high = (np.array([float(row[i]) for row in values]) for i in (0, 1))
    assert names[0].startswith("mass") and names[1].startswith("high")
    np.testing.assert_allclose(masses, [1, 10, 100], rtol=1e-9)
    assert high[0] < high[1] < high[2]
    alone = ONE.with_settings(neutrino={"fit": ["heavy_lepton:10keV"]}, limit={"method": "asymptotic"}).limit().high
    assert high[1] == pytest.approx(alone, rel=1e-6)


def test_a_scan_has_a_mass_in_its_errors(capsys: pytest.CaptureFixture[str]) -> None:
    from nuatom.cli import main

    assert main(["limit", "xenonnt", "--model", "free", "--fit", "magnetic_moment", "--scan", "mass=1:10keV:3"]) == 2
    assert "magnetic_moment has no mass" in capsys.readouterr().err

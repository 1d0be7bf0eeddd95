"""Counts in reconstructed energy, and several experiments, on the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from configurations import TEXT
from nuatom.cli import main
from nuatom.config import Joint, joint, parse

Run = Callable[..., str]
GERMANIUM = ["rate", "Ge", "--source", "reactor", "--flux", "2.7e13/cm2/s", "--model", "free"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; what it prints, or what it says when it is to fail."""

    def call(arguments: list[str], code: int = 0) -> str:
        capsys.readouterr()
        found = main(arguments)
        out, err = capsys.readouterr()
        assert found == code, err
        return out if code == 0 else err

    return call


def rows(text: str) -> np.ndarray:
    """The numbers of a table in a pipe."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return np.array([[float(cell) for cell in line] for line in lines])


def test_counts_of_a_configuration_are_those_of_the_experiment(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT, encoding="utf-8")
    found = run(["rate", str(path), "--detected", "--mu-nu", "3e-11"])
    experiment = parse(TEXT)
    from nuatom import Neutrino

    expected = experiment.expected(Neutrino(magnetic_moment=3e-11, weak=False)).total
    table = rows(found)
    np.testing.assert_allclose(table[:, 0], [2, 4, 6, 8])
    np.testing.assert_allclose(table[:, 2], expected, rtol=1e-9)


def test_counts_of_a_detector_that_is_typed(run: Run, tmp_path: Path) -> None:
    """A half of the efficiency is a half of the counts, and ten times the exposure ten times."""
    eff = tmp_path / "eff.csv"
    eff.write_text("energy [keV],efficiency\n0,0.5\n20,0.5\n", encoding="utf-8")
    detector = ["--resolution", "150eV", "--threshold", "0.5keV", "--bins", "1:5keV:5:lin"]
    whole = run([*GERMANIUM, "--exposure", "1 kg year", *detector])
    half = run([*GERMANIUM, "--exposure", "10 kg year", *detector, "--efficiency", str(eff)])
    np.testing.assert_allclose(rows(half)[:, 2], 5 * rows(whole)[:, 2], rtol=1e-6)
    assert "# counts: " in whole


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--threshold", "1keV"], "counts need --exposure"),
        (["--exposure", "1 kg year"], "counts need --bins"),
        (
            ["--exposure", "1 kg year", "--bins", "1:5keV:5", "--transfer", "1keV"],
            "--transfer is of the energy deposited",
        ),
        (["--exposure", "1 kg", "--bins", "1:5keV:5"], "detector.exposure"),
    ],
)
def test_what_is_missing_of_a_detector_is_named(run: Run, options: list[str], message: str) -> None:
    assert message in run([*GERMANIUM, *options], 2)


SEVERAL = """
[neutrino]
fit = ["magnetic_moment"]

[[experiment]]
of = "one.toml"
name = "first"
data = { counts = [70, 72, 71, 69] }

[[experiment]]
of = "one.toml"
name = "second"
detector = { exposure = "500 kg day" }
data = { counts = [36, 34, 35, 37] }
"""


def written(folder: Path) -> Path:
    (folder / "one.toml").write_text(TEXT, encoding="utf-8")
    (folder / "both.toml").write_text(SEVERAL, encoding="utf-8")
    return folder / "both.toml"


@pytest.mark.slow
def test_a_file_with_several_experiments(run: Run, tmp_path: Path) -> None:
    """The error of the flux is one; the limit together is that of the joint likelihood, and better than either."""
    both = joint(written(tmp_path))
    assert isinstance(both, Joint)
    assert list(both.experiments) == ["first", "second"]
    assert both.shared == ("flux",)
    point = both.model.start
    single = [one.log_prob({}) for one in both.experiments.values()]
    assert both.log_prob(point) == pytest.approx(sum(single), rel=1e-12)
    assert both.log_prob({"magnetic_moment_squared": -1.0}) == -np.inf
    limits = [one.sensitivity().high for one in both.experiments.values()]
    assert both.sensitivity().high < min(limits)
    found = run(["limit", str(tmp_path / "both.toml")])
    words = [line.split()[0] for line in found.splitlines() if line and not line.startswith("#")]
    assert words == ["together", "first", "second"]
    assert "# shared_nuisances: flux" in found


def test_what_cannot_be_fitted_together_is_told(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text()
    for old, new, message in (
        ("data = { counts = [36, 34, 35, 37] }", "", "second: no data, and others have some"),
        ('name = "second"', 'name = "first"', r"another 'first'"),
        ("[neutrino]", "[neutrno]", "neutrno: unknown beside"),
        ('of = "one.toml"\nname = "second"', 'of = "two.toml"\nname = "second"', r"experiment\[2\]\.of: cannot read"),
    ):
        path.write_text(text.replace(old, new))
        with pytest.raises(ValueError, match=message):
            joint(path)
    with pytest.raises(ValueError, match="is there twice"):
        joint(tmp_path / "one.toml", tmp_path / "one.toml")


@pytest.mark.slow
def test_a_limit_against_the_mass_of_a_mediator(run: Run, tmp_path: Path) -> None:
    """One row per mass, each the limit of a fit at that mass; a heavy one couples less."""
    path = tmp_path / "one.toml"
    path.write_text(TEXT, encoding="utf-8")
    fit = ["limit", str(path), "--fit", "mediator:scalar:10keV"]
    table = rows(run([*fit, "--scan", "mass=10keV:1MeV:2"]))
    np.testing.assert_allclose(table[:, 0], [10, 1000])
    assert table[1, 1] > 10 * table[0, 1]
    changed = {"neutrino": {"fit": ["mediator:scalar:1000keV"]}, "limit": {"method": "asymptotic"}}
    assert table[1, 1] == pytest.approx(parse(TEXT).with_settings(**changed).limit().high, rel=1e-6)
    assert "magnetic_moment has no mass" in run(["limit", str(path), "--scan", "mass=10keV:1MeV:2"], 2)

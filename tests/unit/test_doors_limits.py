"""What a user meets first: options, messages, figures and files of limits and rates, each with its fault once found."""

import json
import shlex
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import nuatom as na
from nuatom import limit as statistics
from nuatom.choices import PARAMETERS
from nuatom.cli import main
from nuatom.cli.exclusions import results
from nuatom.cli.screen import Column, show
from nuatom.config import load, parse
from nuatom.config.regions import region
from nuatom.detector import Detector, NestYields, RelativeResolution, TabulatedEfficiency, folding
from nuatom.limit import Binned, Model, Signal
from nuatom.source import TabulatedFlux
from nuatom.units import MeV, cm2, keV, s, tonne, year

CONFIG = """
title = "mine"
[source]
kind = "reactor"
flux = "2.7e13/(cm2 s)"
uncertainty = 0.02
[target]
material = "Ge"
[detector]
exposure = "1000 kg day"
resolution = "0.1 keV"
[[background]]
name = "flat"
kind = "flat"
rate = "2/(kg day keV)"
uncertainty = 0.05
[bins]
edges = "2:10keV:5:lin"
[model]
response = "stepping"
"""
DATA = "[data]\ncounts = [3850, 4100, 3950, 4020]\n"
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in a folder that has mine.toml, without and seen.toml, with data."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(CONFIG)
    (tmp_path / "seen.toml").write_text(CONFIG + DATA)

    def call(line: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert found == code, err
        assert "Traceback" not in err
        return out if code == 0 else err

    return call


def columns(out: str) -> dict[str, tuple[str, ...]]:
    lines = out.strip().split("\n")
    header = next(line for line in reversed(lines) if line.startswith("#")).removeprefix("# ").split()
    rows = [line.split(maxsplit=len(header) - 1) for line in lines if not line.startswith("#")]
    return dict(zip(header, zip(*rows, strict=True), strict=True))


# --- limits as the field sets them ----------------------------------------------------------------


@pytest.mark.slow
def test_data_are_judged_unified_unless_something_else_is_said(run: Run) -> None:
    assert "# procedure: unified\n" in run("limit seen.toml --alone")
    assert "# procedure: one-sided\n" in run("limit mine.toml --alone")
    assert columns(run("limit seen.toml --alone --procedure cls"))["method"] == ("asymptotic, cls",)
    experiment = load("seen.toml")
    assert experiment.limit().method == "asymptotic, unified"
    assert experiment.limit().high == experiment.with_settings(limit={"procedure": "unified"}).limit().high


@pytest.mark.slow
def test_every_limit_stands_beside_what_was_expected(run: Run) -> None:
    out = run("limit seen.toml --alone -o l.nc -o l.json")
    found = load("seen.toml").limit()
    shown, data = columns(out), xr.open_dataset("l.nc")
    for name, band in (("minus1sigma", -1), ("median", 0), ("plus1sigma", 1)):
        assert float(shown[f"{name}[Bohr_magnetons]"][0]) == pytest.approx(found.bands[band])
        assert float(data[name][0]) == pytest.approx(found.bands[band])
    assert found.fluctuated_down
    assert "# remark: a downward fluctuation: the limit on magnetic moment with stepping lies below the −1σ band" in out
    high = CONFIG + "[data]\ncounts = [4080, 4020, 3990, 4010]\n"
    assert not parse(high).limit().fluctuated_down


@pytest.mark.slow
def test_few_events_are_counted(run: Run, tmp_path: Path) -> None:
    text = CONFIG.replace("1000 kg day", "1 kg day").replace("uncertainty = 0.02", "uncertainty = 0")
    text = text.replace("uncertainty = 0.05", "uncertainty = 0").replace("2:10keV:5:lin", "2,10keV")
    (tmp_path / "one.toml").write_text(text + "[data]\ncounts = [14]\n[neutrino]\nweak = false\n")
    out = columns(run("limit one.toml --alone --procedure one-sided"))
    assert out["method"] == ("exact counting, one-sided",)
    experiment = load("one.toml")
    # P(≤ 14 | 16 + s) = 0.1: 20.13 events (Particle Data Group), 4.13 over the background.
    signal = float(experiment.signal.coefficients[1].sum())
    assert float(out["high[Bohr_magnetons]"][0]) == pytest.approx(1e-11 * np.sqrt(4.128 / signal), rel=2e-3)
    (tmp_path / "four.toml").write_text(text.replace("2,10keV", "2:10keV:5:lin") + "[data]\ncounts = [4, 3, 5, 2]\n")
    again = [columns(run("limit four.toml --alone --method auto --toys 100 --seed 3"))["method"][0] for _ in range(2)]
    assert again == ["100 toys a value, seed 3, unified"] * 2
    assert "asymptotic" in run("limit four.toml --alone --method asymptotic")


@pytest.mark.slow
def test_sensitivity_writes_the_expected_scan(run: Run) -> None:
    run("limit seen.toml --alone --sensitivity -o e.nc -o e.pdf")
    run("limit seen.toml --alone -o d.nc")
    expected, data = xr.open_dataset("e.nc"), xr.open_dataset("d.nc")
    experiment = load("seen.toml")
    own = experiment.scan(values=(expected.value.values / 1e-11) ** 2, expected=True).rise
    np.testing.assert_allclose(expected.rise[0], own, rtol=1e-6, atol=1e-9)
    at = 0.8 * float(data.value[-1])
    # The data lie below, and exclude more.
    assert np.interp(at, data.value, data.rise[0]) > 1.2 * np.interp(at, expected.value, expected.rise[0])
    assert "expected without a signal" in str(expected.rise.attrs)
    assert "of the data" in str(data.rise.attrs)


@pytest.mark.slow
def test_options_of_limit_change_the_configuration(run: Run) -> None:
    out = run("limit mine.toml --alone --procedure pcl --exchange kohn-sham --binding measured --tolerance 0.01")
    assert "# response: stepping, kohn-sham exchange, measured thresholds\n" in out
    assert "# procedure: pcl\n" in out
    for words, said in (
        ("--procedure feldman", "unknown --procedure 'feldman': expected one-sided, cls, unified, pcl"),
        ("--exchange slatr", "unknown --exchange 'slatr': expected kli, slater, kohn-sham; did you mean slater?"),
        ("--binding some", "unknown --binding 'some'"),
        ("--tolerance 0.5", "--tolerance: expected a number from 0.0001 to 0.1, got 0.5"),
        ("--method toy", "unknown --method 'toy'"),
    ):
        assert said in run(f"limit mine.toml {words}", 2)


@pytest.mark.slow
def test_messages_name_keys_and_no_classes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "low.toml").write_text(CONFIG + "[data]\ncounts = [3000, 3000, 4000, 4000]\n")
    err = run("limit low.toml --alone --procedure one-sided", 2)
    assert "limit.procedure: with 'one-sided' the data exclude every value of magnetic moment" in err
    assert "take 'unified', 'cls', 'pcl', or look at the data" in err and "()" not in err
    (tmp_path / "signed.toml").write_text(CONFIG + '[neutrino]\nfit = ["millicharge"]\n')
    assert "--procedure cls: it sets the upper limit of what is not negative" in run(
        "limit signed.toml --procedure cls", 2
    )


@pytest.mark.slow
def test_an_empty_bin_with_events_is_no_error(run: Run, tmp_path: Path) -> None:
    """A signal alone explains an event where no background is: −2 ln L is infinite without it, and not in files."""
    (tmp_path / "rate.csv").write_text("low [keV],high [keV],rate [1/(kg day keV)]\n2,4,0\n4,6,1\n6,8,1\n8,10,1\n")
    text = CONFIG.replace('kind = "flat"\nrate = "2/(kg day keV)"', 'kind = "histogram"\nfile = "rate.csv"')
    text = text.replace("1000 kg day", "1 kg day") + "[data]\ncounts = [1, 2, 2, 2]\n[neutrino]\nweak = false\n"
    (tmp_path / "empty.toml").write_text(text)
    out = run("limit empty.toml --alone --toys 100 -o e.json -o e.pdf")
    assert float(columns(out)["high[Bohr_magnetons]"][0]) > 0
    rise = json.loads(Path("e.json").read_text())["variables"]["rise"]["data"][0]
    assert np.all(np.isfinite(rise)) and rise[0] > 1


# --- figures and regions --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("words", ["", "--procedure cls", "--sensitivity", "--procedure one-sided"])
def test_the_limit_is_inside_its_figure(words: str, run: Run) -> None:
    experiment = load("seen.toml").with_settings(data={"counts": [3960.0, 4010.0, 4000.0, 4020.0]})
    if "--procedure" in words:
        experiment = experiment.with_settings(limit={"procedure": words.split()[1]})
    expected = words == "--sensitivity"
    found = experiment.sensitivity() if expected else experiment.limit()
    parameter = experiment.parameter()
    made = results({"stepping": experiment}, parameter, [(parameter, "stepping", found)], {}, expected)
    assert made.figure is not None
    counts, scan = made.figure().axes
    assert scan.get_xlim()[0] <= 0 < found.high < 0.95 * scan.get_xlim()[1]
    rise = np.interp(found.high, made.table.variables["value"].data, made.table.variables["rise"].data[0])
    assert rise < scan.get_ylim()[1]
    for axes in (counts, scan):
        assert "[" in axes.get_xlabel() or "keV" in axes.get_xlabel()
        assert axes.get_ylabel()
    labels = counts.get_legend_handles_labels()[1]
    assert ("data" in labels) == (not expected)


@pytest.mark.slow
def test_a_narrow_region_is_smooth() -> None:
    """Two parameters that all but make up for one another: an ellipse of area π·4.61·√det, without corners."""
    first, second = np.array([1.0, 1.0, 1.0, 1.0]), np.array([1.0, 1.1, 0.9, 1.15])
    signal = Signal.of(
        {"millicharge": 1, "charge_radius": 1},
        lambda millicharge, charge_radius: 1e6 + 1e4 * (millicharge * first + charge_radius * second),
    )
    data = Binned.of(Model(signal), np.full(4, 1e6))
    charge, radius = PARAMETERS["millicharge"], PARAMETERS["charge_radius"]
    ends = []
    for parameter in (charge, radius):
        low, high, _ = statistics.intervals(data, parameter.fitted, 0.97)
        ends.append((1.3 * parameter.value(float(low[0])), 1.3 * parameter.value(float(high[0]))))
    found = region(data, charge, radius, 0.9, (ends[0], ends[1]))
    (line,) = found.contour.lines(0.9)
    x, y = line.T
    area = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2
    jacobian = 1e4 * np.array([first, second]) / 1e3
    assert area == pytest.approx(np.pi * 4.605 / np.sqrt(np.linalg.det(jacobian @ jacobian.T)), rel=0.02)


# --- detectors and sources ------------------------------------------------------------------------


@pytest.mark.parametrize("field", [0.0, 1e-6, float("nan")])
def test_nest_without_a_field_is_refused(field: float) -> None:
    """NEST itself gives no photons at 0 V/cm and nan at 1e-6."""
    with pytest.raises(ValueError, match="field must be at least 1, in V/cm"):
        NestYields(field=field)


def test_a_histogram_of_flux_is_one(tmp_path: Path) -> None:
    """500 keV bins: every integral is that of the bins, and the rate that of a fine table of the same steps."""
    edges, heights = np.arange(0.0, 4.1, 0.5), np.array([9.0, 7.0, 5.0, 3.5, 2.5, 1.5, 0.8, 0.2])
    rows = "\n".join(f"{a},{b},{h}e12" for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True))
    path = tmp_path / "flux.csv"
    path.write_text(f"low[MeV],high[MeV],antinue[1/(cm2 s MeV)]\n{rows}\n")
    found = TabulatedFlux(path)
    unit = 1e12 / (cm2 * s)
    assert found.total == pytest.approx(0.5 * heights.sum() * unit, rel=1e-9)
    assert found.flux(np.array([0.3, 0.7, 3.9]) * MeV)["antinue"] == pytest.approx(np.array([9, 7, 0.2]) * unit / MeV)
    at, weight = found.components[0].shape.nodes(np.array([1.25 * MeV]))
    above = 0.25 * 5.0 + 0.5 * heights[3:].sum()
    assert weight.sum() == pytest.approx(above / (0.5 * heights.sum()), rel=1e-9)
    assert np.sum(weight * at) / np.sum(weight) == pytest.approx(
        (0.25 * 5.0 * 1.375 + 0.5 * np.sum(heights[3:] * (edges[3:-1] + 0.25))) / above * MeV, rel=1e-9
    )
    fine = "\n".join(
        f"{a + 1e-7},{h}e12\n{b - 1e-7},{h}e12" for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True)
    )
    (tmp_path / "fine.csv").write_text(f"energy[MeV],antinue[1/(cm2 s MeV)]\n{fine}\n")
    T = np.array([1.0, 10.0, 300.0]) * keV
    one, other = (
        na.rate(source, na.MagneticMoment(1e-11), na.FreeElectrons("Ge"), T)
        for source in (found, TabulatedFlux(tmp_path / "fine.csv"))
    )
    np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,1,2\n2,3,1", "bins leave a gap between bins 1 and 2: expected bins that join"),
        ("0,1,2\n1,1,1", "bin 2 is empty: it ends at or below its start"),
        ("0,1,0", "every flux in it is zero"),
    ],
)
def test_bad_histograms_of_flux(rows: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "flux.csv").write_text(f"low[MeV],high[MeV],nue[1/(cm2 s MeV)]\n{rows}\n")
    with pytest.raises(ValueError, match=said):
        TabulatedFlux(tmp_path / "flux.csv")


def efficiency(energy: np.ndarray) -> np.ndarray:
    return 0.9 / (1 + np.exp(-(energy / keV - 2) / 0.3))


@pytest.mark.parametrize("noise", [0.0, 0.01], ids=["smooth", "scattered"])
def test_an_efficiency_of_20000_rows(noise: float) -> None:
    """As many rows cost as little as few; what is seen of scatter much finer than the resolution is its mean."""
    E = np.linspace(0.0, 40.0, 20001) * keV
    values = efficiency(E) * (1 + noise * np.random.default_rng(1).standard_normal(E.size))
    values[0] = 0.0
    edges, T = np.linspace(1, 30, 30) * keV, np.geomspace(0.5, 33, 1500) * keV

    def detector(one: TabulatedEfficiency) -> Detector:
        return Detector(1 * tonne * year, RelativeResolution(0.3 * np.sqrt(keV), 0.004), one)

    many = detector(TabulatedEfficiency(E, values))
    # Where rows lie on a line they are one piece.
    assert noise or all(len(ends) < 2000 for ends in many._pieces(edges))
    found = many.matrix(T, edges)
    coarse = np.append(np.linspace(0, 8, 801), np.linspace(8, 40, 33)[1:]) * keV
    exact = detector(TabulatedEfficiency.of(efficiency, coarse)).matrix(T, edges)
    np.testing.assert_allclose(found, exact, atol=3e-5 + 0.1 * noise)


def test_fewer_pieces_keep_what_must_stay() -> None:
    ends = np.linspace(0.0, 10.0, 2001)
    left, right = np.sin(ends[:-1]), np.sin(ends[1:])
    right[999] += 0.5  # a step at 5
    found, low, high = folding.fewer(ends, left, right, np.array([3.0]), 1e-4)
    assert found.size < 400 and {3.0, 5.0} <= set(found.tolist())
    inside = ends[:-1] + 1e-9
    place = np.searchsorted(found, inside, side="right") - 1
    share = (inside - found[place]) / np.diff(found)[place]
    line = low[place] + share * (high - low)[place]
    before = (inside < 4.99) | (inside > 5.0)
    np.testing.assert_allclose(line[before], np.sin(inside)[before], atol=1.1e-4)


# --- configurations and messages ------------------------------------------------------------------


def test_a_mark_before_toml_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "bom.toml").write_text(CONFIG, encoding="utf-8-sig")
    assert load(tmp_path / "bom.toml").title == parse("\ufeff" + CONFIG).title == "mine"


@pytest.mark.slow
def test_out_of_memory_asks_for_what_runs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nuatom.config.Experiment.toys", full)
    assert "out of memory; ask for fewer toys (--toys)" in run("limit mine.toml --alone --toys 100", 1)
    monkeypatch.setattr("nuatom.rates.rate_spectrum", full)
    assert "out of memory; ask for fewer transfers" in run("rate mine.toml --model free", 1)


@pytest.mark.slow
def test_rate_honours_all_of_a_configuration(run: Run, tmp_path: Path) -> None:
    text = (
        CONFIG + "[neutrino]\nweak = true\nmillicharge = 2e-13\n[published]\nreference = 'x'\nmagnetic_moment = 6e-12\n"
    )
    (tmp_path / "both.toml").write_text(text)
    out = run("rate both.toml")
    line = next(row for row in out.splitlines() if row.startswith("# coupling: "))
    assert "weak, g_V" in line and "magnetic moment 6e-12 Bohr magnetons" in line and "millicharge 2e-13" in line
    experiment = load("both.toml")
    T = np.array([float(cell) for cell in columns(out)["T[keV]"]]) * keV
    assert T[[0, -1]] / keV == pytest.approx([2, 10])
    coupling = experiment.coupling(magnetic_moment=6e-12)
    expected = na.rate(experiment.source, coupling, experiment.material(), T)
    shown = np.array([float(cell) for cell in columns(out)["dR/dT[1/(kg_day_keV)]"]])
    np.testing.assert_allclose(shown, expected * na.units.kg * na.units.day * keV, rtol=1e-9)
    only = run("rate both.toml --mu-nu 1e-11")
    assert "# coupling: magnetic moment 1e-11 Bohr magnetons\n" in only


def test_rate_of_recoils_has_the_energies_of_the_bins(run: Run, tmp_path: Path) -> None:
    text = CONFIG.replace('resolution = "0.1 keV"', 'channels = ["recoils"]\nquenching = 0.25\nresolution = "10 eV"')
    (tmp_path / "nuclei.toml").write_text(text.replace("2:10keV:5:lin", "50:200eV:5:lin"))
    out = run("rate nuclei.toml")
    T = [float(cell) for cell in columns(out)["T[keV]"]]
    assert (T[0], T[-1]) == pytest.approx((0.2, 0.8), rel=1e-3)
    assert "# model: nuclear recoils" in out


@pytest.mark.slow
def test_events_of_negative_energy_are_outside_with_a_word(run: Run, tmp_path: Path) -> None:
    text = CONFIG.replace("1000 kg day", "1 kg day")
    events = '[data]\nevents = ["-0.2keV", "3keV", "5keV", "11keV"]\n'
    (tmp_path / "list.toml").write_text(text + events)
    (tmp_path / "events.csv").write_text("energy [keV]\n-0.2\n3\n5\n11\n")
    (tmp_path / "file.toml").write_text(text + '[data]\nevents = "events.csv"\n')
    for name in ("list.toml", "file.toml"):
        out = run(f"limit {name} --alone --model free --method asymptotic")
        assert "# data: 2 events in the bins, 2 outside of them left out, 1 of them of negative energy\n" in out


def test_bins_below_the_threshold_are_told() -> None:
    blind = CONFIG.replace('resolution = "0.1 keV"', 'resolution = "0.1 keV"\nthreshold = "6 keV"')
    with pytest.warns(UserWarning, match=r"bins.edges: 2 bins lie below detector.threshold, 6 keV"):
        parse(blind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse(blind.replace('"6 keV"', '"3 keV"'))  # in the middle of a bin


@pytest.mark.slow
def test_exports_say_their_units(run: Run) -> None:
    run("limit mine.toml --alone --export t.nc --export t.csv --export w.json --export t.ii.h5")
    unit = "(1e-11 Bohr magnetons)^2"
    assert xr.open_dataset("t.nc").attrs["unit_of_magnetic_moment_squared"] == unit
    assert f"# unit_of_magnetic_moment_squared: {unit}\n" in Path("t.csv").read_text()
    assert json.loads(Path("w.json").read_text())["measurements"][0]["name"] == f"magnetic_moment_squared in {unit}"
    h5py = pytest.importorskip("h5py")
    with h5py.File("t.ii.h5") as file:
        assert file.attrs["unit_of_magnetic_moment_squared"] == unit
    assert PARAMETERS["charge_radius"].fitted_unit == "1e-32 cm2"


@pytest.mark.slow
def test_numbers_are_written_as_people_write_them(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    show({}, [Column("x", "x", [6.8999999999999995e-12, 0.1 + 0.2, 1 / 3])])
    assert capsys.readouterr().out.split() == ["#", "x", "6.9e-12", "0.3", repr(1 / 3)]
    run("rate mine.toml --model free --transfer 2.8,5.6keV --mu-nu 3e-11 -o r.csv -o r.json")
    rows = [line for line in Path("r.csv").read_text().splitlines() if not line.startswith("#")]
    assert [row.split(",")[0] for row in rows[1:]] == ["2.8", "5.6"]
    assert json.loads(Path("r.json").read_text())["variables"]["transfer"]["data"] == [2.8, 5.6]


@pytest.mark.slow
def test_names_are_the_same_in_pipes_and_files(run: Run) -> None:
    out = run("limit seen.toml --alone -o l.nc")
    shown = {name.partition("[")[0] for name in columns(out)}
    assert {"low", "high", "minus1sigma", "median", "plus1sigma", "method"} - {"low"} <= shown
    assert {"low", "high", "minus1sigma", "median", "plus1sigma", "method"} <= set(xr.open_dataset("l.nc").variables)
    out = run("rate mine.toml --mu-nu 3e-11 -o r.nc")
    written = xr.open_dataset("r.nc").relative_error.values
    np.testing.assert_allclose([float(cell) for cell in columns(out)["relative_error"]], written, rtol=1e-9)

"""The commands ``rate`` and ``limit``: what they print and write, and what they say when they cannot."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import nuatom as na
from configurations import changed
from nuatom.cli import limit, main, options, rate
from nuatom.config import load, parse, presets
from nuatom.figures import Counts, limit_figure, rate_figure
from nuatom.units import cm2, day, keV, kg, s, tonne, year

RATE = "rate Ge --source reactor --flux 2.7e13/cm2/s --transfer 1:50keV:5 --model free"
CONFIG = changed('title = "a test"', 'title = "mine"', changed('response = "free"', 'response = "stepping"'))
CONFIG = changed('threshold = "1 keV"\n', "", changed("efficiency = 0.9\n", "", CONFIG))

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in a folder of its own that has mine.toml; stdout, or stderr if it is to fail."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(CONFIG)

    def call(line: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(shlex.split(line))
        out, err = capsys.readouterr()
        assert found == code, err
        assert "Traceback" not in err
        return out if code == 0 else err

    return call


def columns(out: str) -> dict[str, list[str]]:
    """The columns of a table that was printed for programs, by name."""
    lines = out.strip().split("\n")
    header = next(line for line in reversed(lines) if line.startswith("#")).removeprefix("# ").split()
    rows = [line.split(maxsplit=len(header) - 1) for line in lines if not line.startswith("#")]
    return dict(zip(header, zip(*rows, strict=True), strict=True))  # type: ignore[arg-type]


def numbers(out: str, name: str) -> np.ndarray:
    return np.array([float(cell) for cell in columns(out)[name]])


# --- rate ----------------------------------------------------------------------------------------


def test_rate_prints_the_numbers_of_the_library(run: Run) -> None:
    out = run(f"{RATE} --mu-nu 3e-11 --weak")
    T = np.geomspace(1, 50, 5) * keV
    coupling = na.Neutrino(magnetic_moment=3e-11)
    found = na.rate_spectrum(na.Reactor(flux=2.7e13 / (cm2 * s)), coupling, na.FreeElectrons("Ge"), T)
    unit = kg * day * keV
    np.testing.assert_allclose(numbers(out, "T[keV]"), T / keV)
    np.testing.assert_allclose(numbers(out, "dR/dT[1/(kg_day_keV)]"), found.total * unit)
    for name, values in {**found.by_part, **found.by_component}.items():
        np.testing.assert_allclose(numbers(out, f"{name.replace(' ', '_')}[1/(kg_day_keV)]"), values * unit)
    np.testing.assert_allclose(numbers(out, "free[1/(kg_day_keV)]"), found.total * unit)
    assert np.all(numbers(out, "stepping[1/(kg_day_keV)]") <= numbers(out, "free[1/(kg_day_keV)]"))
    assert "# coupling: weak, " in out


def test_rate_without_a_coupling_is_that_of_the_moment(run: Run) -> None:
    assert "# coupling: magnetic moment 3.2e-11 Bohr magnetons\n" in run(RATE)


def test_rate_of_a_compound_by_shell_in_tonne_years(run: Run) -> None:
    out = run("rate CsI --source solar:B16-AGSS09met --transfer 1,5keV --model free --per tonne-year --by-shell")
    found = na.rate_spectrum(
        na.Solar("B16-AGSS09met"),
        na.MagneticMoment(3.2e-11),
        na.Material.of("CsI", na.FreeElectrons),
        np.array([1, 5]) * keV,
    )
    np.testing.assert_allclose(numbers(out, "dR/dT[1/(tonne_year_keV)]"), found.total * tonne * year * keV)
    share = 100 * found.by_shell["I 1s1/2"] / found.total
    np.testing.assert_allclose(numbers(out, "I_1s1/2[%]"), share)
    assert "B16-AGSS09met" in out


def test_rate_of_recoils(run: Run) -> None:
    out = run("rate CsI --source stopped-pion --flux 4e7/cm2/s --weak --recoils --transfer 1:20keV:3")
    source = na.source.StoppedPion(flux=4e7 / (cm2 * s))
    found = na.nuclear_rate_spectrum(source, na.Weak(), "CsI", np.geomspace(1, 20, 3) * keV)
    np.testing.assert_allclose(numbers(out, "dR/dT[1/(kg_day_keV)]"), found.total * kg * day * keV)
    assert "free" not in columns(out)


def test_rate_of_a_configuration(run: Run) -> None:
    out = run("rate mine.toml --mu-nu 3e-11")
    experiment = load("mine.toml")
    T = numbers(out, "T[keV]") * keV
    assert T[[0, -1]] / keV == pytest.approx([2, 10])
    direct = na.rate(experiment.source, na.MagneticMoment(3e-11), experiment.material(), T)
    np.testing.assert_allclose(numbers(out, "dR/dT[1/(kg_day_keV)]"), direct * kg * day * keV)
    assert "# model: stepping, kli exchange, calculated thresholds\n" in out
    assert "# model: free" in run("rate mine.toml --model free --transfer 2,3keV")


def test_rate_takes_the_couplings_of_a_configuration(run: Run, tmp_path: Path) -> None:
    held = 'mediator = { kind = "vector", mass = "10 keV", neutrino = 1e-6, electron = 1e-7 }'
    published = '[published]\nreference = "X"\nmillicharge = 1e-13'
    (tmp_path / "held.toml").write_text(f'{CONFIG}\n[neutrino]\nfit = ["millicharge"]\n{held}\n{published}')
    out = run("rate held.toml --transfer 2,3keV")
    coupling = na.Neutrino(millicharge=1e-13, mediators=(na.VectorMediator(10 * keV, 1e-6, 1e-7),))
    experiment = load("held.toml")
    direct = na.rate(experiment.source, coupling, experiment.material(), np.array([2, 3]) * keV)
    np.testing.assert_allclose(numbers(out, "dR/dT[1/(kg_day_keV)]"), direct * kg * day * keV)
    assert "; millicharge 1e-13 e; vector mediator of 10keV, g_ν = 1e-06, g_e = 1e-07\n" in out
    assert "# coupling: millicharge 1e-12 e\n" in run("rate held.toml --transfer 2,3keV --millicharge 1e-12")


def test_rate_tells_the_field_where_it_matters(run: Run) -> None:
    assert "# model: free\n" in run(RATE)
    assert "# model: stepping, kohn-sham exchange, calculated thresholds\n" in run(
        "rate He --source reactor --flux 1e13/cm2/s --transfer 1,2keV --model stepping --exchange kohn-sham"
    )


def test_rate_takes_the_tolerance_of_a_configuration(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    make = options.make_model

    def noted(how, atom, tolerance, functions):  # type: ignore[no-untyped-def]
        seen.append(tolerance)
        return make(how, atom, tolerance, functions)

    monkeypatch.setattr(options, "make_model", noted)
    (tmp_path / "rough.toml").write_text(CONFIG + "tolerance = 0.02\n")
    run("rate rough.toml --transfer 2,3keV")
    run("rate rough.toml --transfer 2,3keV --tolerance 0.01")
    assert seen == [0.02, 0.01]


def test_rate_tells_the_weak_couplings_of_the_flavours_that_arrive(run: Run) -> None:
    def told(line: str) -> str:
        out = run(f"rate Ge {line} --transfer 1,2keV --weak")
        return next(row for row in out.splitlines() if row.startswith("# coupling: "))

    muon = told("--source mono-energetic --energy 1MeV --flux 1/cm2/s --flavour mu --model free --mu-nu 1e-11")
    g_V, g_A = na.Weak("mu").couplings()
    assert f"g_V = {g_V:.6g} and g_A = {g_A:.6g} of mu (with" in muon
    assert " of e" not in muon
    assert muon.endswith("; magnetic moment 1e-11 Bohr magnetons")
    pions = told("--source stopped-pion --flux 4e7/cm2/s --model free")
    assert " of e, " in pions and " of mu " in pions and " of tau" not in pions
    assert "g_V" not in told("--source stopped-pion --flux 4e7/cm2/s --recoils")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("--source reactor --power 3GW --distance 13.9m", "reactor"),
        ("--source cr51 --activity 3MCi --distance 1m", "51Cr"),
        ("--source tritium --activity 1PBq --distance 20cm", "3H"),
        ("--source mono-energetic --energy 1MeV --flux 1e10/cm2/s --flavour mu", "one energy"),
    ],
)
def test_rate_of_other_sources(words: str, name: str, run: Run) -> None:
    out = run(f"rate Ge {words} --transfer 0.5,1keV --model free")
    assert f"# source: {name}" in out
    assert np.all(numbers(out, "dR/dT[1/(kg_day_keV)]") > 0)


def test_rate_of_a_flux_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "flux.csv").write_text("energy[MeV],antinue[1/(cm2 s MeV)]\n1,1e12\n2,1e12\n3,1e12\n")
    assert "# source: flux, antinue 2e+12 per cm² and s\n" in run(
        "rate Ge --source flux.csv --transfer 1,2keV --model free"
    )


@pytest.mark.slow
def test_rate_writes_what_it_shows(run: Run, tmp_path: Path) -> None:
    out = run(f"{RATE} --weak --mu-nu 3e-11 -o r.csv -o r.json -o r.nc -o r.pdf -o r.png")
    data = xr.open_dataset(tmp_path / "r.nc")
    np.testing.assert_allclose(data.rate, numbers(out, "dR/dT[1/(kg_day_keV)]"))
    assert data.rate.units == "1/(kg day keV)"
    np.testing.assert_allclose(data.rate_by_component.sum("component"), data.rate)
    np.testing.assert_allclose(data.rate_by_part.sum("part"), data.rate)
    np.testing.assert_allclose(data.rate_by_shell.sum("shell"), data.rate)
    content = json.loads((tmp_path / "r.json").read_text())
    np.testing.assert_allclose(content["variables"]["free"]["data"], data.free)
    assert (tmp_path / "r.csv").read_text().startswith("# nuatom_version")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rate Ge --transfer 1,2keV", "no source: give --source"),
        ("rate Ge --source reactor --flux 1e13/cm2/s", "no energy transfers: give --transfer"),
        ("rate Ge --source reactr --transfer 1,2keV", "unknown source 'reactr'"),
        ("rate Ge --source reactor --transfer 1,2keV", "a power and a distance, or a flux"),
        ("rate Ge --source reactor --flux 1e13 --transfer 1,2keV", "--flux: '1e13' has no unit"),
        ("rate Ge --source reactor --flux 1e13/cm2/s --energy 1MeV --transfer 1,2keV", "--energy says nothing about"),
        ("rate Ge --source cr51 --distance 1m --transfer 1,2keV", "the source cr51 needs --activity"),
        ("rate Ge --source solar:B17 --transfer 1,2keV", "unknown model 'B17': expected B16-GS98, B16-AGSS09met"),
        (
            "rate Ge --source reactor:B17 --flux 1e13/cm2/s --transfer 1,2keV",
            "nothing follows reactor after a colon; expected reactor, or solar:…",
        ),
        ("rate Ge --source solar --antineutrino --transfer 1,2keV", "--antineutrino says nothing about"),
        ("rate Gx --source solar --transfer 1,2keV", "unknown element 'Gx'"),
        ("rate Ge --source solar --transfer 1,2keV --per kg", "unknown --per 'kg'"),
        ("rate Ge --source solar --transfer 1keV -o r.pdf", "a figure needs two or more transfers"),
        ("rate Ge --source solar --transfer 1,2keV -o r.txt", "its suffix is '.txt'"),
        ("rate gemma --source solar", "--source: the configuration gemma has a source"),
        ("rate none.toml", "cannot read 'none.toml'"),
        ("rate mine.toml --flavour mu", "--flavour: the configuration mine.toml has a source"),
        ("rate mine.toml --antineutrino", "--antineutrino: the configuration mine.toml has a source"),
        ("rate mine.toml --recoils --weak --model free", "--model: of the electrons of an atom"),
        ("rate mine.toml --recoils --exchange slater --tolerance 0.01", "--exchange, --tolerance: of the electrons"),
        ("rate mine.toml --recoils --binding measured", "--binding: of the electrons"),
        ("rate gema", "did you mean the preset gemma?"),
        ("rate missing.csv", "given with --source missing.csv"),
        ("rate Ge --source missing.csv --transfer 1,2keV", "cannot read 'missing.csv'"),
        ("rate Ge --source cr51 --activity 3MCi --transfer 1,2keV", "the source cr51 needs --distance"),
    ],
)
def test_rate_says_what_is_wrong(line: str, said: str, run: Run) -> None:
    err = run(line, 2)
    assert said in err
    assert err.count("\n") == 1


def test_figures_of_nothing() -> None:
    source = na.Reactor(flux=1e13 / (cm2 * s))
    above = na.rate_spectrum(source, na.MagneticMoment(1e-11), na.FreeElectrons("Ge"), np.array([20.0, 30.0]))
    with pytest.raises(ValueError, match="the rate is zero at all these transfers"):
        rate_figure(above, 1.0, "kg day keV")
    one = na.rate_spectrum(source, na.MagneticMoment(1e-11), na.FreeElectrons("Ge"), np.array([1 * keV]))
    with pytest.raises(ValueError, match="two or more transfers"):
        rate_figure(one, 1.0, "kg day keV")


# --- limit ---------------------------------------------------------------------------------------


def test_limit_lists_and_shows_presets(run: Run) -> None:
    assert tuple(columns(run("limit --list"))["preset"]) == presets()
    shown = run("limit gemma --show")
    assert parse(shown).settings == load("gemma").settings
    assert shown.startswith("# GEMMA")


@pytest.mark.slow
def test_limit_prints_the_responses_side_by_side(run: Run) -> None:
    out = run("limit mine.toml")
    assert columns(out)["response"] == ("stepping", "free")
    experiment = load("mine.toml")
    expected = [experiment.limit().high, experiment.with_response("free").limit().high]
    np.testing.assert_allclose(numbers(out, "high[Bohr_magnetons]"), expected)
    np.testing.assert_allclose(numbers(out, "ratio"), np.array(expected) / expected[0])
    assert "# limit: expected without a signal, 0.9 confidence\n" in out
    assert "# nuisances: flux, background flat\n" in out
    assert columns(run("limit mine.toml --alone --model free"))["response"] == ("free",)


@pytest.mark.slow
def test_limit_compares_a_bound_response_with_two(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "COMPARED", ("stepping", "free", "impulse"))
    assert columns(run("limit mine.toml"))["response"] == ("stepping", "free", "impulse")


@pytest.mark.slow
def test_limit_has_bands(run: Run) -> None:
    out = run("limit mine.toml --sensitivity --confidence 0.95 --alone")
    bands = load("mine.toml").with_settings(limit={"confidence": 0.95}).sensitivity().bands
    assert bands is not None
    assert numbers(out, "plus1sigma[Bohr_magnetons]")[0] == pytest.approx(bands[1])
    assert numbers(out, "minus1sigma[Bohr_magnetons]")[0] == pytest.approx(bands[-1])


@pytest.mark.slow
def test_limit_has_no_band_where_nothing_is_allowed(run: Run) -> None:
    out = run("limit mine.toml --sensitivity --alone")
    bands = load("mine.toml").sensitivity().bands
    assert bands is not None
    assert bands[-2] == 0
    assert columns(out)["minus2sigma[Bohr_magnetons]"] == ("-",)
    assert "\n# bands: – where the data" in out
    assert "# bands" not in run("limit mine.toml --alone")


@pytest.mark.slow
def test_bands_are_written_where_there_are_any(run: Run, tmp_path: Path) -> None:
    run("limit mine.toml --sensitivity -o s.nc -o s.json -o s.csv")
    experiment = load("mine.toml")
    runs = [experiment, experiment.with_response("free")]
    data = xr.open_dataset(tmp_path / "s.nc")
    for band, name in ((-1, "minus1sigma"), (1, "plus1sigma"), (2, "plus2sigma")):
        bands = [one.sensitivity().bands for one in runs]
        np.testing.assert_allclose(data[name], [found[band] for found in bands if found is not None])
        assert data[name].dims == ("response",)
    # Where nothing is allowed there is nothing, and no 0.
    assert "minus2sigma" not in data
    assert "minus2sigma" not in json.loads((tmp_path / "s.json").read_text())["variables"]
    assert "minus2sigma" not in (tmp_path / "s.csv").read_text()
    run("limit mine.toml -o l.nc")
    beside = xr.open_dataset(tmp_path / "l.nc")
    assert "plus2sigma" not in beside
    np.testing.assert_allclose(beside.plus1sigma, data.plus1sigma)


def test_limit_tells_of_events_outside_the_bins(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seen.toml").write_text(CONFIG + '[data]\nevents = ["1keV", "3keV", "5keV", "11keV", "12keV"]\n')
    out = run("limit seen.toml --alone --model free --sensitivity")
    assert "# data: 2 events in the bins, 3 outside of them left out\n" in out


def test_figure_shows_what_a_signal_takes_away() -> None:
    edges = np.array([1.0, 2.0, 3.0, 4.0]) * keV
    counts = Counts(edges, np.array([9.0, 9.0, 9.0]), np.array([2.0, -3.0, 0.0]), None)
    values = np.linspace(-1, 1, 5)
    figure = limit_figure(counts, values, {"free": values**2}, {"free": (-0.9, 0.9)}, "q")
    labels = figure.axes[0].get_legend_handles_labels()
    shown = dict(zip(labels[1], labels[0], strict=True))
    taken = shown["−signal at the limit (takes away)"]
    np.testing.assert_array_equal(taken.get_data().values, [np.nan, 3.0, np.nan])
    assert taken.get_linestyle() == ":"
    np.testing.assert_array_equal(shown["signal at the limit (upper end)"].get_data().values, [2.0, np.nan, np.nan])


@pytest.mark.slow
def test_limit_by_toys_repeats_with_its_seed(run: Run) -> None:
    first, again, other = (run(f"limit mine.toml --alone --toys 60 --seed {seed}") for seed in (1, 1, 2))
    value = [numbers(out, "high[Bohr_magnetons]")[1] for out in (first, again, other)]
    assert value[0] == value[1] != value[2]
    assert columns(first)["method"][1].startswith("Feldman and Cousins, 60 toys")


@pytest.mark.slow
def test_limit_on_what_has_a_sign_is_an_interval(run: Run, tmp_path: Path) -> None:
    (tmp_path / "both.toml").write_text(CONFIG + '[neutrino]\nfit = ["millicharge", "charge_radius"]\n')
    out = run("limit both.toml --alone -o both.csv -o both.pdf")
    charge, radius = out.split("\n\n\n")
    low, high = numbers(charge, "low[e]")[0], numbers(charge, "high[e]")[0]
    assert -1e-10 < low < 0 < high < 1e-10
    assert numbers(radius, "low[cm2]")[0] < 0 < numbers(radius, "high[cm2]")[0]
    only = run("limit both.toml --alone --parameter charge_radius")
    assert "low[e]" not in only
    assert numbers(only, "high[cm2]")[0] == pytest.approx(numbers(radius, "high[cm2]")[0])


TWO = CONFIG + '[neutrino]\nfit = ["millicharge", "charge_radius"]\n'


@pytest.mark.slow
def test_limit_on_two_parameters_together(run: Run, tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(TWO)
    out = run("limit two.toml --contour millicharge,charge_radius -o c.csv -o c.nc -o c.json -o c.pdf --export t.csv")
    assert "0.9 confidence, of millicharge and charge radius together\n" in out
    charge, radius = out.split("\n\n\n")
    experiment = load("two.toml")
    data = xr.open_dataset(tmp_path / "c.nc")
    runs = {"stepping": experiment, "free": experiment.with_response("free")}
    assert columns(charge)["response"] == tuple(runs)
    # The same values for both, which those of one alone are not: as good as the interpolation between them.
    spans = np.array([one.region("millicharge", "charge_radius").spans for one in runs.values()])
    np.testing.assert_allclose(numbers(charge, "low[e]"), spans[:, 0, 0], rtol=3e-3)
    np.testing.assert_allclose(numbers(charge, "high[e]"), spans[:, 0, 1], rtol=3e-3)
    np.testing.assert_allclose(numbers(radius, "high[cm2]") * cm2, spans[:, 1, 1], rtol=3e-3)
    np.testing.assert_allclose(data.charge_radius_low, numbers(radius, "low[cm2]"))
    assert data.rise.dims == ("response", "point")
    inside = data.rise.sel(response="free").values <= -2 * np.log(0.1)
    assert data.millicharge.values[inside].max() == pytest.approx(numbers(charge, "high[e]")[1], rel=0.05)
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    assert {"c.csv", "c.json", "t.csv"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("millicharge", "--contour: expected two different ones such as millicharge,charge_radius, got 'millicharge'"),
        ("anapole,anapole", "expected two different ones"),
        ("millicharge,anapole", "'anapole' is not fitted: expected two of millicharge, charge_radius"),
        ("millicharge,charge_radius --parameter millicharge", "--parameter is for limits on one parameter"),
        ("millicharge,charge_radius --toys 100", "--toys are for limits on one parameter"),
    ],
)
def test_a_contour_that_cannot_be(words: str, said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(TWO)
    err = run(f"limit two.toml --contour {words}", 2)
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_limit_writes_scans_figures_and_exports(run: Run, tmp_path: Path) -> None:
    out = run(
        "limit mine.toml -o s.csv -o s.nc -o s.json -o s.pdf "
        "--export w.json --export t.ii.h5 --export t.csv --export t.nc"
    )
    data = xr.open_dataset(tmp_path / "s.nc")
    assert list(data.response.values) == ["stepping", "free"]
    np.testing.assert_allclose(data.high, numbers(out, "high[Bohr_magnetons]"))
    # One-sided at 90 %: the likelihood rises by 1.2816² at the limit.
    for response in data.response.values:
        one = data.sel(response=response)
        assert np.interp(float(one.high), data.value, one.rise) == pytest.approx(1.2816**2, rel=0.02)
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")
    workspace = json.loads((tmp_path / "w.json").read_text())
    assert workspace["measurements"][0]["config"]["poi"] == "magnetic_moment_squared"
    assert "template" in xr.open_dataset(tmp_path / "t.nc")
    assert (tmp_path / "t.ii.h5").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_workspace_is_read_by_pyhf(run: Run, tmp_path: Path) -> None:
    pyhf = pytest.importorskip("pyhf")
    run("limit mine.toml --alone --export w.json")
    workspace = pyhf.Workspace(json.loads((tmp_path / "w.json").read_text()))
    model = workspace.model(modifier_settings=na.limit.PYHF_SETTINGS)
    expected = model.expected_actualdata(model.config.suggested_init())
    experiment = load("mine.toml")
    start = experiment.model.start[None, :]
    np.testing.assert_allclose(np.array(expected)[:4], experiment.model.expected(start)[0], rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("limit", "nuatom limit --list"),
        ("limit gema", "did you mean gemma?"),
        ("limit none.toml", "cannot read 'none.toml'"),
        ("limit mine.toml --model fre", "unknown model 'fre'"),
        ("limit mine.toml --confidence 90", "--confidence: expected a number between 0 and 1, such as 0.9, got 90"),
        ("limit mine.toml --parameter millicharge", "'millicharge' is not fitted"),
        ("limit mine.toml --export w.root", "expected a name that ends in .json (pyhf)"),
        ("limit mine.toml -o s.txt", "its suffix is '.txt'"),
        ("limit mine.toml --toys 10", "10 toys are too few"),
        (
            "limit mine.toml --sensitivity --confidence 0.4",
            "limit.confidence: at 0.4 half of all experiments without a signal exclude every value of magnetic moment",
        ),
    ],
)
def test_limit_says_what_is_wrong(line: str, said: str, run: Run) -> None:
    err = run(line, 2)
    assert said in err
    assert err.count("\n") == 1


def test_limit_lists_all_that_is_wrong_with_a_configuration(run: Run, tmp_path: Path) -> None:
    text = CONFIG.replace('"1000 kg day"', '"-1 kg day"').replace('"0.1 keV"', "0.1").replace("[bins]", "[binz]")
    (tmp_path / "bad.toml").write_text(text)
    head, *lines = run("limit bad.toml -o s.csv", 2).rstrip("\n").split("\n")
    assert head == "Error: bad.toml has 3 errors:"
    assert [line.split(":")[0].strip() for line in lines] == ["detector.exposure", "detector.resolution", "binz"]
    assert not (tmp_path / "s.csv").exists()


def test_what_cannot_be_exported_leaves_no_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuatom.config.Experiment.limit", None)  # refused before anything is computed
    (tmp_path / "charge.toml").write_text(CONFIG + '[neutrino]\nfit = ["millicharge"]\n')
    assert "pyhf has no parameter that enters squared" in run("limit charge.toml --alone -o s.csv --export w.json", 2)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.toml", "charge.toml"}


@pytest.mark.slow
def test_interrupt_leaves_no_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nuatom.config.Experiment.scan", stop)
    assert "interrupted; nothing was written" in run("limit mine.toml -o s.csv --export w.json", 130)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.toml"}


def examples(function: Callable[..., None]) -> list[str]:
    lines = (line.strip() for line in (function.__doc__ or "").splitlines())
    return [line.removeprefix("nuatom ") for line in lines if line.startswith("nuatom ")]


@pytest.mark.slow
@pytest.mark.parametrize("line", [*examples(rate.rate), *examples(limit.limit)])
def test_the_examples_run(line: str, run: Run) -> None:
    line, _, kept = line.partition(" > ")
    quick = "" if "--recoils" in line or "--list" in line else " --model free"
    out = run(line.replace("--toys 1000", "--toys 50") + quick)
    assert out
    assert all(Path(word).exists() for word in line.split() if word.endswith((".pdf", ".csv", ".json")))
    assert not kept or parse(out)


@pytest.mark.parametrize("command", ["rate", "limit"])
def test_help_teaches(command: str, run: Run) -> None:
    out = run(f"{command} --help")
    assert f"Usage: nuatom {command}" in out
    assert "For example:" in out

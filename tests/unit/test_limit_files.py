"""What limits are read from and written to."""

import json
from pathlib import Path

import numpy as np
import pytest

from limit_models import SHAPE, rich_model, spectrum_model
from nuatom import limit
from nuatom.limit import Binned, Gaussian, LogNormal, Model, Signal
from nuatom.output import Results, save
from nuatom.units import keV


def test_counts_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("# a comment\nlow [keV], high [keV], counts\n1, 2, 7\n2, 3.5, 0\n")
    found = limit.read_counts(path)
    np.testing.assert_allclose(found.edges, np.array([1, 2, 3.5]) * keV)
    np.testing.assert_array_equal(found.counts, [7, 0])
    path.write_text("energy [eV]\n1500\n2000\n")
    np.testing.assert_allclose(limit.read_events(path), np.array([1.5, 2.0]) * keV)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("low, high [keV], counts\n1,2,3", "unit of the column 'low'"),
        ("low [keV], high [keV], counts\n1,2,nan", "column 'counts'.*finite"),
        ("low [keV], high [keV], counts\n1,2,-3", "expected counts ≥ 0"),
        ("low [keV], high [keV], counts\n1,2,3\n1.5,3,4", "bins 1 and 2 overlap"),
        ("low [keV], high [keV], counts\n1,2,3\n2.5,3,4", "gap between bins 1 and 2"),
        ("low [keV], high [keV], counts\n2,1,3", "low < high"),
        ("low [keV], high [kg], counts\n1,2,3", "column 'high'"),
        ("low [keV], counts\n1,2", "'high'"),
    ],
)
def test_bad_csv_names_the_file_and_the_column(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=words) as caught:
        limit.read_counts(path)
    assert "data.csv" in str(caught.value)


def test_templates_and_scans_are_written(tmp_path: Path) -> None:
    import xarray

    model = spectrum_model(rate=0.1)
    edges = np.arange(6.0) * keV
    paths = [tmp_path / "templates.csv", tmp_path / "templates.nc"]
    save(Results(limit.templates(model, edges)), paths)
    with xarray.open_dataset(paths[1]) as stored:
        np.testing.assert_allclose(stored["counts"].sel(template="signal: moment"), SHAPE)
        np.testing.assert_allclose(stored["counts"].sel(template="flat"), 20.0)
    likelihood = Binned.of(model, [21, 25, 19, 17, 22])
    scan = limit.scan(likelihood, "moment", np.linspace(0, 1, 5))
    contour = limit.contour(likelihood, ("moment", [0.0, 0.1]), ("rate", [-1.0, 0.0, 1.0]))
    save(Results(limit.scan_table(scan)), [tmp_path / "scan.csv"])
    save(Results(limit.contour_table(contour)), [tmp_path / "contour.csv"])
    rows = [line for line in (tmp_path / "scan.csv").read_text().splitlines() if not line.startswith("#")]
    assert rows[0] == "value,rise,best[moment],best[rate]"
    assert [float(row.split(",")[1]) for row in rows[1:]] == pytest.approx(scan.rise)
    assert len([line for line in (tmp_path / "contour.csv").read_text().splitlines() if line[0] != "#"]) == 7
    with pytest.raises(ValueError, match="6 ascending edges"):
        limit.templates(model, edges[:-1])


def test_inference_templates_have_the_layout(tmp_path: Path) -> None:
    """bins/0 with the name of its axis, and one data set per template."""
    import h5py

    path = tmp_path / "nu.ii.h5"
    limit.write_inference_templates(path, spectrum_model(), np.arange(6.0) * keV)
    with h5py.File(path) as file:
        np.testing.assert_allclose(file["bins/0"], np.arange(6.0))
        assert file["bins/0"].attrs["name"] == "energy_keV"
        np.testing.assert_allclose(file["templates/signal: moment"], SHAPE)
    assert [p.name for p in tmp_path.iterdir()] == ["nu.ii.h5"]
    with pytest.raises(ValueError, match=r"\.ii\.h5"):
        limit.write_inference_templates(tmp_path / "nu.h5", spectrum_model(), np.arange(6.0))


def test_workspace_refuses_what_pyhf_has_no_form_for() -> None:
    counts = [9.0, 12.0, 5.0]
    with pytest.raises(ValueError, match="squared"):
        limit.pyhf_workspace(Binned.of(rich_model(), counts), "moment")
    two = Model(
        Signal.of({"moment": 1}, lambda moment: moment * np.ones(3)),
        {"flat": np.ones(3)},
        (Gaussian("e", ("flat",), [0.1, 0.2, 0.3]), Gaussian("f", ("flat",), [0.1, 0.2, 0.3])),
    )
    with pytest.raises(ValueError, match="pyhf adds"):
        limit.pyhf_workspace(Binned.of(two, counts), "moment")
    by_bin = Model(two.signal, two.backgrounds, (LogNormal("e", ("flat",), [0.1, 0.2, 0.3]),))
    with pytest.raises(ValueError, match="LogNormal"):
        limit.pyhf_workspace(Binned.of(by_bin, counts), "moment")
    assert json.dumps(limit.pyhf_workspace(Binned.of(spectrum_model(rate=0.1), np.ones(5)), "moment"))

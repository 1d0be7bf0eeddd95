"""Results as files: what is written is what was computed, whole or not at all."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import nuatom as na
from nuatom import output
from nuatom.scattering import ExcitationLines, Spectrum, lines, spectrum
from nuatom.store import Table, Variable
from nuatom.units import MeV, barn, cm2, eV, g, keV

TRANSFER = np.geomspace(0.02, 5, 7) * keV
COUPLING = na.MagneticMoment(3.2e-11)
MODEL = na.Hydrogenic(n=1, l=0, Z=2)


@pytest.fixture(scope="module")
def result() -> Spectrum:
    return spectrum(COUPLING, MODEL, 1 * MeV, TRANSFER)


@pytest.fixture(scope="module")
def excited() -> ExcitationLines:
    return lines(COUPLING, MODEL, 1 * MeV)


@pytest.fixture
def table(result: Spectrum, excited: ExcitationLines) -> Table:
    free = na.cross_section(COUPLING, na.FreeElectrons("H"), 1 * MeV, TRANSFER)
    return output.spectrum_table(
        result, free=free, stepping=free, lines=excited, attributes={"command": "nuatom dcs …", "tolerance": 0.5}
    )


def rows_of(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """The # lines of a csv file, and its rows."""
    text = content.decode()
    comments = [line for line in text.splitlines() if line.startswith("#")]
    rest = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("#"))
    return comments, list(csv.DictReader(io.StringIO(rest)))


# --- the forms -----------------------------------------------------------------------------------


def test_csv_keeps_every_digit_and_says_what_its_columns_are(table: Table, result: Spectrum) -> None:
    comments, rows = rows_of(output.encoded(output.Results(table), ".csv"))
    assert len(rows) == len(TRANSFER)
    for name in ("transfer", "dsigma_dT", "longitudinal", "transverse", "relative_error", "free_electrons"):
        assert [float(row[name]) for row in rows] == table.variables[name].data.tolist()
        unit = table.variables[name].units
        assert any(line.startswith(f"# column {name} [{unit}]: ") for line in comments)
    own = [float(row["dsigma_dT_by_shell[1s]"]) for row in rows]
    assert own == pytest.approx((result.by_shell[0] / (cm2 / keV)).tolist(), rel=1e-15)
    assert f"# nuatom_version: {na.__version__}" in comments
    assert "# command: nuatom dcs …" in comments
    assert "# neutrino_energy [keV], neutrino energy E: 1000.0" in comments
    assert any(line.startswith("# line_area [cm2]") for line in comments)


def test_json_has_units_and_the_same_numbers(table: Table) -> None:
    content = json.loads(output.encoded(output.Results(table), ".json"))
    assert content["attributes"]["tolerance"] == 0.5
    assert content["attributes"]["nuatom_version"] == na.__version__
    assert content["dimensions"] == table.lengths
    for name, variable in table.variables.items():
        found = content["variables"][name]
        assert found["data"] == variable.data.tolist()
        assert (tuple(found["dimensions"]), found["units"]) == (variable.dims, variable.units)


@pytest.mark.slow
def test_netcdf_is_read_by_xarray(table: Table, result: Spectrum, tmp_path: Path) -> None:
    output.save(output.Results(table), [tmp_path / "x.nc"])
    with xr.open_dataset(tmp_path / "x.nc") as data:
        assert data["dsigma_dT_by_shell"].dims == ("shell", "transfer")
        assert data["dsigma_dT_by_shell"].attrs["units"] == "cm2/keV"
        assert data.coords["shell"].values.tolist() == ["1s"]
        assert data.attrs["command"] == "nuatom dcs …"
        assert data.attrs["nuatom_version"] == na.__version__
        total = data["dsigma_dT_by_shell"].sum("shell").values
        np.testing.assert_allclose(total, result.total / (cm2 / keV), rtol=1e-14)
        np.testing.assert_allclose(data["transfer"].values, TRANSFER / keV, rtol=1e-15)


def test_lines_are_written_in_keV_and_cm2(table: Table, excited: ExcitationLines) -> None:
    assert table.variables["line_transfer"].data[0] == pytest.approx(excited.transfer[0] / keV)
    assert table.variables["line_transfer"].data[0] * keV == pytest.approx(4 * 10.2 * eV, rel=1e-3)
    assert table.variables["line_area"].data.tolist() == (excited.area / cm2).tolist()
    assert table.variables["line_final"].data.tolist() == list(excited.final)


def test_a_model_without_lines_has_no_line_variables() -> None:
    free = spectrum(COUPLING, na.FreeElectrons("Ge"), 1 * MeV, TRANSFER)
    nothing = lines(COUPLING, na.FreeElectrons("Ge"), 1 * MeV)
    assert not [name for name in output.spectrum_table(free, lines=nothing).variables if "line" in name]


def test_components_are_written_by_name() -> None:
    both, model = na.Neutrino("e", charge_radius=-1e-32 * cm2), na.FreeElectrons("He")
    whole, parts = spectrum(both, model, 1 * MeV, TRANSFER), na.components(both, model, 1 * MeV, TRANSFER)
    table = output.spectrum_table(whole, components=parts)
    assert table.variables["component"].data.tolist() == ["weak", "charge radius", "interference"]
    by_component = table.variables["dsigma_dT_by_component"]
    assert (by_component.dims, by_component.units) == (("component", "transfer"), "cm2/keV")
    np.testing.assert_allclose(by_component.data.sum(axis=0), table.variables["dsigma_dT"].data, rtol=1e-12)
    # The axial current is in it too: S and R would not add up to it.
    assert not {"longitudinal", "transverse", "transverse_by_shell"} & set(table.variables)
    _, rows = rows_of(output.encoded(output.Results(table), ".csv"))
    assert all(float(row["dsigma_dT_by_component[interference]"]) < 0 for row in rows)


def test_coherent_scattering_with_and_without_electrons() -> None:
    T, values = np.array([1.0, 2.0]) * eV, np.array([3.0, 4.0]) * cm2 / keV
    table = output.coherent_table(T, values, 10 * MeV, atom=0.5 * values, attributes={"target": "Ge"})
    assert list(table.variables) == ["transfer", "dsigma_dT", "dsigma_dT_nucleus", "neutrino_energy"]
    assert table.variables["transfer"].data.tolist() == pytest.approx([1e-3, 2e-3])
    assert table.variables["dsigma_dT"].data.tolist() == pytest.approx([1.5, 2.0])
    assert table.attributes["target"] == "Ge"
    assert "dsigma_dT" not in output.coherent_table(T, values, 10 * MeV).variables


def test_photoabsorption_per_atom_and_per_mass() -> None:
    area = np.array([[1.0, 2.0], [3.0, 4.0]]) * 1e6 * barn
    shells = na.FreeElectrons("He").shells * 2
    table = output.photoabsorption_table(shells, np.array([1.0, 2.0]) * keV, area, 2.0 * g)
    assert table.variables["area"].data.tolist() == pytest.approx([4.0, 6.0])
    # 1 Mb is 10⁻¹⁸ cm².
    assert table.variables["area_per_mass"].data.tolist() == pytest.approx([2e-18, 3e-18])
    assert table.variables["area_by_shell"].data.ravel().tolist() == pytest.approx([1, 2, 3, 4])


def test_a_spectrum_of_many_energies_is_no_table() -> None:
    many = spectrum(COUPLING, MODEL, [1.0, 2.0], TRANSFER)
    with pytest.raises(ValueError, match="one neutrino energy and a row of transfers, got the shapes"):
        output.spectrum_table(many)


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(arrays(np.float64, st.integers(1, 6), elements=finite))
def test_every_float_survives_csv_and_json(values: np.ndarray) -> None:
    table = Table({"x": Variable(("x",), values, "keV", "anything")})
    _, rows = rows_of(output.encoded(output.Results(table), ".csv"))
    assert [float(row["x"]) for row in rows] == values.tolist()
    content = json.loads(output.encoded(output.Results(table), ".json"))
    assert content["variables"]["x"]["data"] == values.tolist()


def test_a_line_break_in_an_attribute_stays_in_its_comment() -> None:
    table = Table({"x": Variable(("x",), np.ones(1))}, {"note": "one\ntwo"})
    comments, rows = rows_of(output.encoded(output.Results(table), ".csv"))
    assert "# note: one two" in comments
    assert len(rows) == 1


# --- before computing ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.xls", "x", "x.csv.gz", ".csv"])
def test_an_unknown_suffix_lists_the_choices(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected one of \.csv, \.json, \.nc, \.png, \.pdf"):
        output.check([tmp_path / name])


def test_suffixes_may_be_capital(tmp_path: Path, table: Table) -> None:
    output.check([tmp_path / "X.CSV"])
    output.save(output.Results(table), [tmp_path / "X.CSV"])
    assert (tmp_path / "X.CSV").read_bytes().startswith(b"# nuatom_version")


def test_a_folder_that_is_not_there_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist; make it first"):
        output.check([tmp_path / "none" / "x.csv"])
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is not a folder"):
        output.check([tmp_path / "file" / "x.csv"])
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(ValueError, match="it is a folder"):
        output.check([tmp_path / "x.csv"])


def test_a_folder_that_cannot_be_written_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ValueError, match=r"cannot write in the folder .*: Permission denied"):
        output.check([tmp_path / "x.csv"])


def test_a_check_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    output.check([tmp_path / "old.csv", tmp_path / "new.csv"])
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]
    assert (tmp_path / "old.csv").read_text() == "old"


def test_check_folder_makes_it(tmp_path: Path) -> None:
    output.check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="cannot make the folder"):
        output.check_folder(tmp_path / "file")


# --- whole or not at all -------------------------------------------------------------------------


def test_nothing_is_written_if_one_form_fails(tmp_path: Path, table: Table) -> None:
    with pytest.raises(ValueError, match=r"there is no figure; expected \.csv, \.json, \.nc"):
        output.save(output.Results(table), [tmp_path / "a.csv", tmp_path / "a.png"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_figures_are_drawn_when_asked_for(suffix: str, start: bytes, tmp_path: Path, table: Table) -> None:
    from matplotlib.figure import Figure

    output.save(output.Results(table, Figure), [tmp_path / f"x{suffix}"])
    assert (tmp_path / f"x{suffix}").read_bytes().startswith(start)

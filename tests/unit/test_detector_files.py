"""Csv files of detectors: their units, the parts they become, and what is refused by line and column."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from nuatom.columns import ENERGY, NUMBER, SPECTRAL_RATE, read, unit
from nuatom.detector import (
    HistogramBackground,
    TabulatedBackground,
    TabulatedEfficiency,
    TabulatedQuenching,
    TabulatedResolution,
    TabulatedScale,
)
from nuatom.detector.curve import Curve
from nuatom.units import cm2, day, eV, keV, kg, s, tonne, year

EXPOSURE = 2.5 * kg * day
PER = 1.0 / (kg * day * keV)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("keV", keV),
        ("1/(kg day keV)", PER),
        ("1/kg/day/keV", PER),
        ("kg^-1 day^-1 keV**-1", PER),
        ("events/(t yr keV)", 1 / (tonne * year * keV)),
        ("counts / (kg*d*keV)", PER),
        ("%", 0.01),
        ("1", 1.0),
        ("cm2 s", cm2 * s),
        ("1/(m2.day.keV)", 1e-4 / (cm2 * day * keV)),
        ("mm2", 0.01 * cm2),
    ],
)
def test_units_are_read(text, value):
    assert_allclose(unit(text)[0], value, rtol=1e-14)


@pytest.mark.parametrize("text", ["", "furlong", "keV)", "1/(kg", "1/", "keV^x", "keV^", "k$"])
def test_units_that_are_none(text):
    with pytest.raises(ValueError, match="unit"):
        unit(text)


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_files_become_parts_of_a_detector(tmp_path):
    path = written(tmp_path, "# a comment\nSigma [eV], other, energy[keV]\n\n60, x, 0.5\n90, y, 2\n")
    table = TabulatedResolution.read(path)
    assert_allclose(table(1.25 * keV), 75 * eV)
    path = written(tmp_path, "energy [keV],efficiency [%]\n0.5,0\n2,80\n")
    assert_allclose(TabulatedEfficiency.read(path)(1.25 * keV), 0.4)
    path = written(tmp_path, "energy [keV],quenching\n0.5,0.1\n2,0.2\n")
    assert_allclose(TabulatedQuenching.read(path)(1.25 * keV), 0.15)
    path = written(tmp_path, "energy [keV],reconstructed [keV]\n1,1.1\n2,2.2\n")
    assert_allclose(TabulatedScale.read(path)(1.5 * keV), 1.65 * keV)
    path = written(tmp_path, "energy [keV],rate [1/(kg day keV)]\n1,2\n2,4\n")
    background = TabulatedBackground.read(path, "lead")
    assert background.name == "lead"
    assert_allclose(background.expected([1 * keV, 2 * keV], EXPOSURE), 3 * 2.5)
    path = written(tmp_path, "low [keV],high [keV],rate [1/(t y keV)]\n1,2,10\n2,4,20\n")
    assert_allclose(HistogramBackground.read(path).expected([1 * keV, 3 * keV], tonne * year), 30)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("energy,sigma [keV]\n1,2\n2,3\n", r"unit of the column 'energy'.*is missing.*'energy \[keV\]'"),
        ("energy [keV],sigma [kg]\n1,2\n2,3\n", "column 'sigma'.*is in 'kg': expected a unit such as keV"),
        ("energy [keV],sigma [foo]\n1,2\n2,3\n", "unknown unit 'foo'"),
        ("energy [keV],width [keV]\n1,2\n2,3\n", "no column 'sigma'"),
        ("sigma [keV],sigma [keV],energy [keV]\n1,2,3\n", "2 columns 'sigma'"),
        ("energy [keV],sigma [keV]\n1,nan\n2,3\n", "line 2, column 'sigma': expected a finite number, got 'nan'"),
        ("energy [keV],sigma [keV]\n1,2\n# x\n2,many\n", "line 4, column 'sigma': 'many' is not a number"),
        ("energy [keV],sigma [keV]\n1,2\n2\n", "line 3: expected 2 columns, got 1"),
        ("energy [keV],sigma [keV]\n1,\n2,3\n", "line 2, column 'sigma': no value"),
        ("energy [keV],sigma [keV]\n1,2\n2,1,5\n", "line 3: expected 2 columns, got 3"),
        ("energy [keV],sigma [foo]\n1,2\n2,3\n", "line 1, column 'sigma': unknown unit 'foo'"),
        ("energy [keV],sigma [keV]\n", "has no rows"),
        (
            "energy [keV],sigma [keV]\n1,1\n3,1\n2,1\n",
            "energies must ascend or descend .*, but 2 keV stands next to 3 keV",
        ),
        ("energy [keV],sigma [keV]\n1,1\n", "two or more energies"),
    ],
)
def test_bad_csv_is_refused_by_line_and_column(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        TabulatedResolution.read(written(tmp_path, text))


def test_unreadable_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"cannot read .*none\.csv"):
        read(tmp_path / "none.csv", {"energy": ENERGY})
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="UTF-8"):
        read(tmp_path / "x.csv", {"energy": ENERGY})


@pytest.mark.parametrize(
    ("rows", "message"), [("1,2,1\n1.5,3,1\n", "overlap"), ("1,2,1\n3,4,1\n", "leave a gap"), ("2,1,1\n", "is empty")]
)
def test_histograms_in_csv_must_be_whole(tmp_path, rows, message):
    with pytest.raises(ValueError, match=message):
        HistogramBackground.read(written(tmp_path, f"low [keV],high [keV],rate [1/(kg day keV)]\n{rows}"))


def test_columns_come_in_the_order_asked_for(tmp_path):
    path = written(tmp_path, "a [1],energy [MeV],r [1/(kg d keV)]\n1,2,3\n")
    rate, energy, a = read(path, {"r": SPECTRAL_RATE, "energy": ENERGY, "a": NUMBER})
    assert_allclose([rate[0] / PER, energy[0], a[0]], [3, 2, 1])


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=10))
def test_a_curve_goes_through_its_points(values):
    energy = np.arange(1.0, len(values) + 1.0)
    curve = Curve(energy, np.array(values), "curve")
    assert_allclose(curve(energy), values, atol=1e-15)
    assert_allclose(curve(energy[:-1] + 0.5), 0.5 * (np.array(values[1:]) + values[:-1]), atol=1e-15)

"""The page "compared with other codes": its numbers, through what draws it, and the tests that it names."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import compared
import nuatom as na
from nuatom.measured import compare_photoabsorption
from nuatom.units import eV, keV

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "compared.md"


def test_every_row_names_tests_that_exist() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    files = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    for row in rows:
        file = ""
        named = re.findall(r"`(test_\w+\.py)?::(test_\w+)`", row)
        assert named, row
        for given, function in named:
            file = given or file
            tree = ast.parse(files[file].read_text(encoding="utf-8"))
            assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, function)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["Ge", "Xe"])
def test_stepping_is_good_from_two_keV_on(symbol: str) -> None:
    # Away from edges: at 2 keV germanium is 0.6 keV above its L edges, and 1.5 % low.  Contact interactions get 1 %
    # more from the motion of the electrons (docs/weak_xenon).
    far = compared.COUNTED >= 2 * keV
    for coupling in compared.COUPLINGS.values():
        over_free, over_stepping = compared.counting(symbol, coupling)
        np.testing.assert_allclose(over_stepping[far], 1, atol=0.016)
        assert np.all(over_free[~far] < 0.75)
        assert np.abs(over_stepping[compared.COUNTED < 0.3 * keV] - 1).max() > 0.1


@pytest.mark.slow
def test_solar_neutrinos_in_xenon_are_not_suppressed() -> None:
    T = np.array(compared.TRANSFERS)
    found = compared.solar(T * keV)
    # A contact interaction: what moving electrons have more, 1 % at most; screening takes up to 4.5 % below 2 keV.
    assert np.all((found[T >= 3] > 1) & (found[T >= 3] < 1.01))
    assert np.all((found[T < 2] > 0.95) & (found[T < 2] < 0.99))
    assert np.all(np.array(compared.PUBLISHED) < 0.9)


# Medians in per cent with the tables of the package, 60 energies; docs/screening has those of 80.
@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["He", "Ar", "Ge", "I", "Xe", "Cs"])
def test_photoabsorption_of_the_recommended_model(symbol: str) -> None:
    energy = np.geomspace(10, 29900, 60) * eV
    found = compare_photoabsorption(symbol, compared.model(symbol), energy)
    alone = compare_photoabsorption(symbol, compared.alone(symbol), energy)
    assert found.median is not None and alone.median is not None
    assert found.median < 0.05
    assert found.median < 0.8 * alone.median


def test_the_resonance_of_xenon_needs_screening() -> None:
    pytest.importorskip("xraylib", reason="the optional xraylib has Kissel's tables")
    E = np.array([80.0]) * eV
    measured = na.henke_photoabsorption("Xe", E)
    assert na.photoabsorption(compared.model("Xe"), E) / measured == pytest.approx(1, abs=0.05)
    # Measured here: 6.8 and 3.9.
    assert compared.kissel(54, E) / measured > 6
    assert na.photoabsorption(compared.alone("Xe"), E) / measured > 3.5

"""Measured photoabsorption, and models set beside it."""

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuatom as na
from nuatom.measured import away_from_edges, compare_photoabsorption
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2, barn, cm2, eV, g, keV

MEGABARN = 1e6 * barn


@pytest.mark.parametrize(
    ("energy", "expected"),
    [
        (20, 35.0),
        (40, 2.09),
        (80, 15.5),
        (90, 24.4),
        (100, 26.9),
        (120, 15.8),
        (300, 1.68),
        (600, 0.788),
        (1000, 2.065),
    ],
)
def test_xenon_has_the_giant_resonance_where_it_was_measured(energy: float, expected: float) -> None:
    # The f2 of the compilation by way of another program, rounded to three digits; so is the tolerance.
    assert na.henke_photoabsorption("Xe", energy * eV) / MEGABARN == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("element", "expected"), [("Fe", 170.6), ("Cu", 215.9), ("Pb", 130.6)])
def test_absorption_at_10_keV_is_that_of_another_compilation(element: str, expected: float) -> None:
    # J. H. Hubbell and S. M. Seltzer, NISTIR 5632 (1995), cm²/g with scattering, which is up to 2 % at 10 keV; the
    # two compilations claim 1 to 5 %.
    per_mass = na.henke_photoabsorption(element, 10 * keV) * na.target(element).units_per_mass / (cm2 / g)
    assert per_mass == pytest.approx(expected, rel=0.05)


def test_helium_has_its_oscillator_strength() -> None:
    # ∫σ dE = 2π²α(ħc)²/m · f, and the continuum of helium has f = 2 less 0.42 in discrete lines (J. A. R. Samson et
    # al., J. Phys. B 27 (1994) 887); 3 % is the error of the measurement and of the steps at the edge.
    E = np.geomspace(10, 3e4, 20_000) * eV
    strength = (
        np.trapezoid(na.henke_photoabsorption("He", E), E) * ELECTRON_MASS / (2 * pi**2 * FINE_STRUCTURE * HBARC2)
    )
    assert strength == pytest.approx(1.58, rel=0.03)


@given(st.integers(1, 92), st.floats(0.01, 30.0))
def test_it_is_positive_and_finite_at_every_energy_of_every_element(Z: int, energy: float) -> None:
    area = na.henke_photoabsorption(Z, energy * keV)
    assert np.isfinite(area)
    assert area > 0


def test_both_ends_are_in_it_whatever_their_rounding() -> None:
    ends = np.array([10 * eV, 0.01 * keV, 1e-5, 30 * keV, 3e4 * eV, 0.03])
    assert np.all(na.henke_photoabsorption("Ne", ends) > 0)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_the_shape_of_energies_is_kept(shape: tuple[int, ...]) -> None:
    E = np.full(shape, 1 * keV)
    assert na.henke_photoabsorption("xenon", E).shape == shape


@pytest.mark.parametrize("energy", [9.99 * eV, 30.01 * keV, 0.0, -1.0, np.nan, np.inf])
def test_energies_out_of_range_are_refused(energy: float) -> None:
    with pytest.raises(ValueError, match="compiled from 10 eV to 30 keV, not at"):
        na.henke_photoabsorption("Xe", [1 * keV, energy])


def test_elements_that_were_not_compiled_are_refused() -> None:
    with pytest.raises(ValueError, match=r"plutonium \(Z = 94\) has not been compiled: expected Z = 1 to 92"):
        na.henke_photoabsorption("Pu", 1 * keV)
    with pytest.raises(ValueError, match="unknown element"):
        na.henke_photoabsorption("Xq", 1 * keV)


# --- comparison ----------------------------------------------------------------------------------

HYDROGEN = na.Hydrogenic(n=1, l=0, Z=1)


def test_hydrogen_is_what_was_measured() -> None:
    # The compilation has the exact cross section for the atom near its edge and a molecule's tail above: within 15 %.
    found = compare_photoabsorption("H", HYDROGEN, np.geomspace(17, 100, 30) * eV)
    assert found.median is not None
    assert found.median < 0.15
    np.testing.assert_allclose(found.computed, na.photoabsorption(HYDROGEN, found.energy))
    np.testing.assert_allclose(found.deviation, found.computed / found.measured - 1)


def test_what_is_near_an_edge_or_below_the_first_does_not_count() -> None:
    energy = np.array([10.0, 13.5, 13.7, 16.0, 16.4, 20.0]) * eV  # 1.2 × 13.598 is 16.3
    found = compare_photoabsorption("H", HYDROGEN, energy)
    assert found.counted.tolist() == [False, False, False, False, True, True]
    assert found.first == pytest.approx(13.598 * eV, rel=1e-3)
    assert compare_photoabsorption("H", HYDROGEN, [10 * eV]).median is None


def test_points_that_are_off_are_those_beyond_30_percent() -> None:
    ion = na.Hydrogenic(n=1, l=0, Z=2)  # another atom than was measured
    found = compare_photoabsorption("H", ion, [20 * eV, 60 * eV, 100 * eV])
    assert found.off.tolist() == [E for E, d in zip(found.energy, found.deviation, strict=True) if abs(d) > 0.3]
    assert len(found.off) > 0


@given(st.floats(0.1, 10.0))
def test_away_from_edges_is_two_percent(ratio: float) -> None:
    (away,) = away_from_edges(np.array([ratio * keV]), [1 * keV, 100 * keV])
    assert away == (abs(ratio - 1) > 0.02 or abs(abs(ratio - 1) - 0.02) < 1e-12)

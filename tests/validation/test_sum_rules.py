"""Sum rules of whole atoms, lines included: nothing of the response is missing or counted twice."""

import numpy as np
import pytest

from central_fields import atoms, central_field
from nuatom import Atom, FreeElectrons, Hydrogenic, Stepping
from nuatom.response.sum_rules import (
    bethe_sum,
    closure_sum,
    continuum_moments,
    line_moments,
    trk_sum,
)
from nuatom.units import ELECTRON_MASS, MOMENTUM_AU, keV

MOMENTA = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0]) * keV
ATOMS = pytest.mark.parametrize("symbol", atoms("Ar", "Ge", "Xe"))


@pytest.mark.slow
@ATOMS
def test_bethe(symbol: str) -> None:
    found = bethe_sum(central_field(symbol), MOMENTA)
    assert np.all(np.abs(found.deviation) < 1e-2)
    # The field's Q²/2m: relativity takes 5⟨p²⟩/6m², up to 1.5 % of all electrons of xenon, at small Q.
    share = found.total_expected[0] / (found.momentum[0] ** 2 / (2 * ELECTRON_MASS)) / central_field(symbol).atom.Z
    assert 0.98 < share < 1


@pytest.mark.slow
@ATOMS
def test_bethe_shell_by_shell(symbol: str) -> None:
    model = central_field(symbol)
    found = bethe_sum(model, MOMENTA)
    unit = np.array([shell.occupancy for shell in model.shells])[:, None] * found.momentum**2 / (2 * ELECTRON_MASS)
    # Q²/2m per electron as the scale: a shell's own sum is less where it may not be excited to occupied ones.
    assert np.all(np.abs(found.computed - found.expected) < 1.5e-2 * unit)


@pytest.mark.slow
@ATOMS
def test_closure(symbol: str) -> None:
    found = closure_sum(central_field(symbol), MOMENTA)
    assert np.all(np.abs(found.deviation) < 1e-2)
    # All electrons respond at large Q, but for the negative energies' share (E'−m)/2E'.
    Z = central_field(symbol).atom.Z
    energy = np.hypot(ELECTRON_MASS, 0.3)
    assert found.total_expected[-1] == pytest.approx(Z * (energy + ELECTRON_MASS) / (2 * energy), rel=2e-2)


@pytest.mark.slow
@ATOMS
def test_closure_shell_by_shell(symbol: str) -> None:
    model = central_field(symbol)
    found = closure_sum(model, MOMENTA)
    occupancy = np.array([shell.occupancy for shell in model.shells])[:, None]
    assert np.all(np.abs(found.computed - found.expected) < 1e-2 * occupancy)


@ATOMS
def test_thomas_reiche_kuhn(symbol: str) -> None:
    model = central_field(symbol)
    found = trk_sum(model)
    assert abs(found.deviation[0]) < 5e-3
    assert found.total[0] == pytest.approx(model.atom.Z, rel=2e-2)
    # Lines belong to it: without them it fails.
    assert found.lines.sum() > 0.01 * found.total[0]


@pytest.mark.slow
@pytest.mark.parametrize("symbol", atoms("H", "Xe"))
def test_integrals_over_transfer_are_converged(symbol: str) -> None:
    model = central_field(symbol)
    coarse, fine = (continuum_moments(model, MOMENTA, refine=refine) for refine in (1, 2))
    for a, b in zip(coarse, fine, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def test_integrals_meet_the_exact_sums_of_hydrogen() -> None:
    model = Hydrogenic(1, 0, 1)
    Q = np.array([0.3, 1.0, 2.5]) * MOMENTUM_AU
    zeroth, first = (a + b for a, b in zip(continuum_moments(model, Q), line_moments(model, Q), strict=True))
    # Without relativity: Q²/2m and 1 − (1 + (Qa/2)²)⁻⁴; the quadrature over T is all that is inexact.
    np.testing.assert_allclose(first[0], Q**2 / (2 * ELECTRON_MASS), rtol=1e-5)
    np.testing.assert_allclose(zeroth[0], 1 - (1 + (Q / MOMENTUM_AU / 2) ** 2) ** -4, rtol=1e-5)


def test_sums_of_models_that_have_none() -> None:
    assert not line_moments(FreeElectrons("Ar"), [1 * keV])[0].any()
    with pytest.raises(ValueError, match="thresholds > 0"):
        continuum_moments(FreeElectrons("Ar"), [1 * keV])
    with pytest.raises(ValueError, match="δ functions"):
        continuum_moments(Stepping(Atom("Ar")), [1 * keV])


@pytest.mark.parametrize("bad", [[0.0], [np.nan], [[1e-3]], [-1.0]])
def test_refuses_impossible_momenta(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="momentum must be"):
        bethe_sum(central_field("H"), bad)

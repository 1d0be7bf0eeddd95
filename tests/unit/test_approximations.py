"""Approximations take the place of the real model and do what they say."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import approx
from nuatom.approximations import (
    CoherentSumRule,
    EquivalentPhoton,
    FreeSumRule,
    FrozenPhoton,
    Stepping,
    thomas_fermi_momentum,
)
from nuatom.elements import Shell
from nuatom.neutrino import MagneticMoment, Weak
from nuatom.response.free import FreeElectrons
from nuatom.response.hydrogenic import Hydrogenic
from nuatom.response.model import ResponseModel
from nuatom.scattering import cross_section, photoabsorption, spectrum
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2, MOMENTUM_AU, eV, keV

NEON = SimpleNamespace(
    shells=(
        Shell("1s1/2", 1, -1, 2.0, 870 * eV),
        Shell("2s1/2", 2, -1, 2.0, 48 * eV),
        Shell("2p3/2", 2, -2, 6.0, 21.6 * eV),
    )
)
ONE = MagneticMoment(1.0)
HYDROGEN = Hydrogenic(1, 0, 1)
INFINITE = np.array([np.inf])


@pytest.mark.parametrize(
    "model",
    [
        Stepping(NEON),
        CoherentSumRule("Xe"),
        FreeSumRule(NEON),
        FrozenPhoton(HYDROGEN),
        EquivalentPhoton(HYDROGEN),
    ],
)
def test_each_is_a_response_model(model: ResponseModel) -> None:
    assert isinstance(model, ResponseModel)
    assert np.isfinite(cross_section(ONE, model, [1.0, 2.0], [1e-6, 1e-3, 3.0])).all()
    assert cross_section(ONE, model, 1.0, 1.0) == 0


@pytest.mark.parametrize(
    ("transfer", "electrons"),
    [(10 * eV, 0), (21.6 * eV, 0), (30 * eV, 6), (100 * eV, 8), (869 * eV, 8), (871 * eV, 10)],
)
def test_stepping_counts_the_electrons_bound_less_than_the_transfer(transfer: float, electrons: int) -> None:
    got = cross_section(ONE, Stepping(NEON), 1.0, transfer)
    free = cross_section(ONE, FreeElectrons(NEON), 1.0, transfer)
    assert got == approx(electrons / 10 * free, rel=1e-14)


@pytest.mark.parametrize("transfer", [30 * eV, 1 * keV])
def test_stepping_has_all_structure_functions(transfer: float) -> None:
    share = cross_section(ONE, Stepping(NEON), 1.0, transfer) / cross_section(ONE, FreeElectrons(NEON), 1.0, transfer)
    got = cross_section(Weak("e"), Stepping(NEON), 1.0, transfer)
    assert got == approx(share * cross_section(Weak("e"), FreeElectrons(NEON), 1.0, transfer), rel=1e-12)


@pytest.mark.parametrize(
    "model", [FreeSumRule(NEON), CoherentSumRule("Xe"), FrozenPhoton(HYDROGEN), EquivalentPhoton(HYDROGEN)]
)
def test_what_knows_the_vector_current_only_refuses_the_axial_one(model: ResponseModel) -> None:
    with pytest.raises(ValueError, match=rf"{type(model).__name__} has no axial_charge.*use CentralField"):
        cross_section(Weak("e"), model, 1.0, 1e-3)


def test_stepping_needs_binding_energies() -> None:
    with pytest.raises(ValueError, match=r"2s1/2 has none: pass an Atom"):
        Stepping(SimpleNamespace(shells=(Shell("1s1/2", 1, -1, 2.0, 1e-3), Shell("2s1/2", 2, -1, 1.0))))


def test_stepping_keeps_the_deltas_to_itself() -> None:
    model = Stepping(NEON)
    with pytest.raises(ValueError, match="of Stepping are δ functions"):
        model.structure(np.array([1.0]), np.array([1.0]))
    assert model.factors(1.0).charge == FreeElectrons(NEON).factors(1.0).charge
    assert len(model.lines()) == 0


@given(st.floats(1e-6, 10))
def test_sum_rules_are_z_and_z_squared_over_t(transfer: float) -> None:
    T = np.array([transfer])
    for model, expected in ((FreeSumRule("Ar"), 18), (CoherentSumRule("Ar"), 18**2)):
        measure = model.measure(T, np.zeros(1), INFINITE)
        assert np.sum(measure.charge / measure.momentum**2) == approx(expected / transfer, rel=1e-12)
        assert not measure.current.any()


def test_sum_rules_have_no_values_at_a_point() -> None:
    with pytest.raises(ValueError, match="CoherentSumRule knows"):
        CoherentSumRule("Ar").structure(np.ones(1), np.ones(1))
    assert len(FreeSumRule("Ar").lines()) == 0


def test_coherent_enhancement_of_the_cross_section_is_z() -> None:
    ratio = cross_section(ONE, CoherentSumRule("Ar"), 1.0, 1 * keV) / cross_section(
        ONE, FreeSumRule("Ar"), 1.0, 1 * keV
    )
    assert ratio == approx(18, rel=1e-12)


def test_frozen_photon_is_the_model_at_the_photon_line_and_grows_from_there() -> None:
    T = HYDROGEN.binding_energy * np.array([1.5, 10.0])
    Q = T[:, None] * np.array([1.0, 30.0])
    real, frozen = HYDROGEN.structure(T, Q), FrozenPhoton(HYDROGEN).structure(T, Q)
    np.testing.assert_array_equal(real.charge, frozen.charge)
    np.testing.assert_allclose(frozen.current[:, :, 0], real.current[:, :, 0], rtol=1e-14)
    np.testing.assert_allclose(frozen.current[:, :, 1], 900 * frozen.current[:, :, 0], rtol=1e-14)


def test_frozen_photon_transverse_share_in_closed_form() -> None:
    E, T = 1.0, 2 * HYDROGEN.binding_energy
    got = spectrum(ONE, FrozenPhoton(HYDROGEN), E, T)
    # ∫dQ² (1/Q²)[1 − Q²/Q_max²] Q² R_γ/T² = (R_γ/T²)(Q_max² − T²)²/2Q_max², R_γ = σ_γ T/4π²α.
    photon = photoabsorption(HYDROGEN, T) * T / (4 * np.pi**2 * FINE_STRUCTURE * HBARC2)
    top = 2 * E - T
    scale = np.pi * FINE_STRUCTURE**2 / ELECTRON_MASS**2 * HBARC2 * (top / (2 * E)) ** 2
    expected = scale * photon / T**2 * (top**2 - T**2) ** 2 / (2 * top**2)
    assert got.transverse.sum() == approx(expected, rel=1e-9)
    real = spectrum(ONE, HYDROGEN, E, T)
    np.testing.assert_allclose(got.longitudinal, real.longitudinal, rtol=1e-12)
    # The spurious enhancement: orders of magnitude above the real transverse share and the total.
    assert got.transverse.sum() > 1e3 * real.total


def test_equivalent_photon_is_right_at_long_wavelength() -> None:
    T = HYDROGEN.binding_energy * np.array([1.5, 4.0])
    Q = T[:, None] * np.array([1.0, 2.0, 5.0])
    real, photon = HYDROGEN.structure(T, Q), EquivalentPhoton(HYDROGEN).structure(T, Q)
    # Corrections of order (Q a)², with Q up to 10 αε/p₀ ~ 0.07.
    np.testing.assert_allclose(photon.charge, real.charge, rtol=0.02)
    np.testing.assert_allclose(photon.current, real.current, rtol=0.02)


def test_equivalent_photon_measure_integrates_its_structure() -> None:
    T, top = np.array([3e-5]), np.array([1e-2])
    model = EquivalentPhoton(HYDROGEN)
    measure = model.measure(T, T, top)
    photon = HYDROGEN.structure(T, T[:, None]).current[0, 0, 0]
    for power in (-4.0, -2.0, 0.0):
        weights = measure.momentum**power
        x = power / 2 + 1  # ∫ dy y^{x−1} and ∫ dy y^x, y = Q²
        current = np.log(top**2 / T**2) if x == 0 else (top ** (2 * x) - T ** (2 * x)) / x
        charge = np.log(top**2 / T**2) if x == -1 else (top ** (2 * x + 2) - T ** (2 * x + 2)) / (x + 1)
        assert np.sum(weights * measure.current) == approx((photon * current).item(), rel=1e-10)
        assert np.sum(weights * measure.charge) == approx((photon * charge / T**2).item(), rel=1e-10)


@pytest.mark.parametrize("model", [FrozenPhoton(HYDROGEN), EquivalentPhoton(HYDROGEN)])
def test_photon_like_responses_refuse_integrals_that_diverge(model: ResponseModel) -> None:
    one = np.array([1e-3])
    with pytest.raises(ValueError, match="finite upper limit"):
        model.measure(one, one, INFINITE)
    with pytest.raises(ValueError, match="lower > 0"):
        model.measure(one, np.zeros(1), one)


@pytest.mark.parametrize("model", [FrozenPhoton(HYDROGEN), EquivalentPhoton(HYDROGEN)])
def test_photon_like_responses_are_closed_below_threshold_and_on_empty_intervals(
    model: ResponseModel,
) -> None:
    edge = HYDROGEN.binding_energy
    T = np.array([0.5 * edge, 2 * edge])
    measure = model.measure(T, np.array([T[0], 1.0]), np.array([1.0, 0.5]))
    assert not measure.charge.any()
    assert not measure.current.any()


def test_lines_of_the_photon_like_responses() -> None:
    assert len(FrozenPhoton(HYDROGEN).lines()) == len(HYDROGEN.lines())
    assert len(EquivalentPhoton(HYDROGEN).lines()) == 0


def test_thomas_fermi_momentum() -> None:
    assert thomas_fermi_momentum(27) == approx(3 * MOMENTUM_AU, rel=1e-15)
    with pytest.raises(ValueError, match="Z > 0"):
        thomas_fermi_momentum(0)

"""Couplings: weights of the magnetic moment and the Standard Model's moment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import approx
from nuatom.neutrino import MagneticMoment, standard_model_moment
from nuatom.units import eV, keV


@given(st.floats(1e-6, 100), st.floats(1e-12, 1), st.floats(0, 1))
def test_weights_are_never_negative_and_vanish_at_their_end(energy: float, t: float, share: float) -> None:
    T = t * energy
    Q = T + share * 2 * (energy - T)
    weights = MagneticMoment(1.0).weights(energy, T, Q)
    assert weights.charge >= 0
    assert weights.current >= 0
    assert np.isfinite(weights.charge)
    assert np.isfinite(weights.current)


def test_charge_vanishes_at_the_photon_line_and_current_at_backward_scattering() -> None:
    E, T = 1.0, 0.25
    weights = MagneticMoment(1.0).weights(E, T, np.array([T, 0.5, 2 * E - T]))
    assert weights.charge[0] == 0
    assert weights.current[0] > 0
    assert weights.current[2] == 0
    assert weights.charge[2] > 0
    # Between the two, (1 − T²/Q²) against [1 − Q²/(2E−T)²].
    assert weights.charge[1] / weights.current[1] == approx((1 - 0.25) / (1 - (0.5 / 1.75) ** 2))


@pytest.mark.parametrize(
    ("energy", "transfer", "momentum"),
    [(1.0, 1.0, 1.0), (1.0, 1.5, 1.0), (1.0, 0.5, 0.4), (1.0, 0.5, 1.6), (1.0, 0.0, 0.0), (1.0, 3.0, -1.0)],
)
def test_closed_kinematics_are_exact_zeros(energy: float, transfer: float, momentum: float) -> None:
    weights = MagneticMoment(1.0).weights(energy, transfer, momentum)
    assert weights.charge == 0
    assert weights.current == 0


def test_weights_broadcast() -> None:
    weights = MagneticMoment(1.0).weights(np.ones((2, 1, 1)), np.full((3, 1), 0.1), np.full(4, 0.5))
    assert weights.charge.shape == weights.current.shape == (2, 3, 4)


@given(st.floats(0, 1e-6), st.floats(0, 10))
def test_quadratic_in_the_moment(moment: float, factor: float) -> None:
    one = MagneticMoment(moment).weights(1.0, 1 * keV, 10 * keV)
    other = MagneticMoment(factor * moment).weights(1.0, 1 * keV, 10 * keV)
    assert other.charge == approx(factor**2 * one.charge, rel=1e-12)
    assert other.current == approx(factor**2 * one.current, rel=1e-12)


@pytest.mark.parametrize("bad", [-1e-12, float("nan"), float("inf")])
def test_refuses_impossible_moments(bad: float) -> None:
    with pytest.raises(ValueError, match="magnetic moment must be from 0 to"):
        MagneticMoment(bad)
    with pytest.raises(ValueError, match="neutrino mass must be from 0 to"):
        standard_model_moment(bad)


def test_standard_model_moment() -> None:
    # (K 1): 3.2e-19 μ_B per eV, two digits.
    assert standard_model_moment(1 * eV) == approx(3.2e-19, rel=0.005)
    assert standard_model_moment(2 * eV) == approx(2 * standard_model_moment(1 * eV), rel=1e-15)
    assert standard_model_moment(0.0) == 0

"""Mixing, matrices of moments, and the moments that a detector sees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import approx
from nuatom.neutrino import (
    NUFIT,
    Basis,
    Flavour,
    FlavourMatrix,
    Mixing,
    Moments,
    averaged_moment,
    effective_moment,
    mass_probabilities,
    solar_moment,
)
from nuatom.units import GeV, eV, m

KM = 1000 * m
entries = st.lists(st.floats(-1, 1), min_size=18, max_size=18)
mixings = st.builds(Mixing, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(-np.pi, np.pi))


def hermitian(values: list[float]) -> np.ndarray:
    a = np.reshape(values[:9], (3, 3)) + 1j * np.reshape(values[9:], (3, 3))
    return (a + a.conj().T) / 2


def antisymmetric(values: list[float]) -> np.ndarray:
    a = np.reshape(values[:9], (3, 3)) + 1j * np.reshape(values[9:], (3, 3))
    return (a - a.T) / 2


@given(mixings)
def test_mixing_is_unitary(mixing: Mixing) -> None:
    np.testing.assert_allclose(mixing.matrix @ mixing.matrix.conj().T, np.eye(3), atol=1e-14)


def test_mixing_has_the_standard_elements() -> None:
    U = Mixing(0.3, 0.02, 0.5, delta=1.0).matrix
    assert abs(U[0, 2]) ** 2 == approx(0.02)
    assert abs(U[0, 1] / U[0, 0]) ** 2 == approx(0.3 / 0.7)
    assert abs(U[1, 2] / U[2, 2]) ** 2 == approx(1.0)
    assert np.angle(U[0, 2]) == approx(-1.0)
    # The Jarlskog invariant, J = c12 s12 c23 s23 c13² s13 sin δ.
    J = (U[0, 0] * U[1, 1] * U[0, 1].conj() * U[1, 0].conj()).imag
    assert J == approx(np.sqrt(0.3 * 0.7 * 0.25 * 0.02) * 0.98 * np.sin(1.0))


@given(entries, mixings, st.sampled_from(Flavour), st.booleans())
def test_unitarity_makes_the_sum_over_flavours_the_trace(
    values: list[float], mixing: Mixing, flavour: Flavour, anti: bool
) -> None:
    moments = Moments(hermitian(values), electric=hermitian(values[::-1]))
    ratio = 295 * KM / (0.6 * GeV)
    found = [effective_moment(moments, f, ratio, antineutrino=anti, mixing=mixing) ** 2 for f in Flavour]
    assert sum(found) == approx((np.abs(moments.transition) ** 2).sum(), rel=1e-10, abs=1e-14)


@pytest.mark.slow
@given(entries, mixings, st.sampled_from(Flavour), st.booleans())
def test_short_baseline_is_a_column_in_the_flavour_basis(
    values: list[float], mixing: Mixing, flavour: Flavour, majorana: bool
) -> None:
    moments = Moments((antisymmetric if majorana else hermitian)(values), Basis.FLAVOUR, majorana)
    expected = np.sqrt((np.abs(moments.matrix[:, flavour.value]) ** 2).sum())
    for anti in (False, True):
        got = effective_moment(moments, flavour, mixing=mixing, antineutrino=anti)
        assert got == approx(expected, rel=1e-10, abs=1e-14)


@given(entries, mixings)
def test_bases_go_there_and_back(values: list[float], mixing: Mixing) -> None:
    for moments in (Moments(hermitian(values)), Moments(antisymmetric(values), majorana=True)):
        there = moments.in_basis(Basis.FLAVOUR, mixing)
        assert there.basis is Basis.FLAVOUR
        np.testing.assert_allclose(there.in_basis(Basis.MASS, mixing).matrix, moments.matrix, atol=1e-14)
    charges = FlavourMatrix(hermitian(values), Basis.MASS)
    back = charges.in_basis(Basis.FLAVOUR, mixing).in_basis(Basis.MASS, mixing)
    np.testing.assert_allclose(back.matrix, charges.matrix, atol=1e-14)


def test_universal_moments_do_not_oscillate() -> None:
    found = effective_moment(Moments(3e-11 * np.eye(3)), "mu", np.linspace(0, 1e6, 50) * KM / GeV)
    np.testing.assert_allclose(found, 3e-11, rtol=1e-12)


def test_one_transition_oscillates_with_the_usual_phase() -> None:
    # ν_e alone has a moment, and turns into ν_μ, which has none.
    mixing = Mixing(sin2_12=0.3, sin2_13=0.0, sin2_23=0.0)
    matrix = np.zeros((3, 3))
    matrix[0, 2] = matrix[2, 0] = 1.0
    ratio = np.linspace(0, 50, 11)
    found = effective_moment(Moments(matrix, Basis.FLAVOUR), "e", ratio * KM / (1e-3 * GeV), mixing=mixing)
    # 1.26693 is Δm² L/4E for eV², km and GeV, to six digits.
    survival = 1 - 4 * 0.3 * 0.7 * np.sin(1.26693 * mixing.splitting_21 / eV**2 * ratio / 1e-3) ** 2
    np.testing.assert_allclose(found**2, survival, rtol=1e-4)
    assert found.min() < 0.9


def test_electric_and_magnetic_moments_interfere_and_cp_turns_the_sign() -> None:
    magnetic, electric = np.zeros((3, 3), dtype=complex), np.zeros((3, 3), dtype=complex)
    magnetic[0, 1] = magnetic[1, 0] = 1.0
    electric[0, 1], electric[1, 0] = -1j, 1j
    moments = Moments(magnetic, electric=electric)
    # λ_12 = 1 − i(−i) = 0 and λ_21 = 1 − i(i) = 2: only the first mass state has a moment.
    np.testing.assert_allclose(np.abs(moments.transition[:2, :2]), [[0, 0], [2, 0]])
    found = effective_moment(moments, "e")
    assert found == approx(2 * abs(NUFIT.matrix[0, 0]))
    assert effective_moment(moments, "e", antineutrino=True) == approx(found)


def test_antineutrinos_are_the_cp_image() -> None:
    rng = np.random.default_rng(2)
    values = hermitian(list(rng.uniform(-1, 1, 18)))
    ratio = np.linspace(100, 3000, 30) * KM / GeV
    here, there = Mixing(delta=1.2), Mixing(delta=-1.2)
    anti = effective_moment(Moments(values), "mu", ratio, antineutrino=True, mixing=here)
    image = effective_moment(Moments(values.conj()), "mu", ratio, mixing=there)
    np.testing.assert_allclose(anti, image, rtol=1e-12)
    # CP is broken: the neutrinos of the same source have another moment, by more than 1 %.
    assert np.max(np.abs(anti / effective_moment(Moments(values), "mu", ratio, mixing=here) - 1)) > 0.01


def test_a_charge_of_one_mass_state_in_the_flavour_basis() -> None:
    mixing = Mixing(delta=1.2)
    found = FlavourMatrix(np.diag([0.0, 0.0, 1.0]), Basis.MASS).in_basis(Basis.FLAVOUR, mixing)
    third = mixing.matrix[:, 2]
    # ν_α = Σ U_αk ν_k makes ν̄_3 ν_3 = Σ ν̄_α U_α3 U*_β3 ν_β.
    np.testing.assert_allclose(found.matrix, np.outer(third, third.conj()), atol=1e-15)
    assert found.amplitudes(Flavour.MU) == approx(tuple(third[k] * third[1].conj() for k in (1, 0, 2)), abs=1e-15)


@given(entries, st.floats(0.34, 0.65))
def test_solar_average(values: list[float], survival: float) -> None:
    moments = Moments(hermitian(values))
    P = mass_probabilities(survival)
    assert P.sum() == approx(1.0, abs=1e-14)
    assert P @ np.abs(NUFIT.matrix[0]) ** 2 == approx(survival, rel=1e-12)
    expected = sum(P[k] * abs(moments.matrix[j, k]) ** 2 for j in range(3) for k in range(3))
    assert solar_moment(moments, survival) ** 2 == approx(expected, rel=1e-10, abs=1e-16)


def test_vacuum_average_is_the_average_over_many_oscillations() -> None:
    rng = np.random.default_rng(1)
    moments = Moments(hermitian(list(rng.uniform(-1, 1, 18))))
    ratio = rng.uniform(1e5, 1e7, 20000) * KM / (1e-3 * GeV)
    mean = (effective_moment(moments, "e", ratio) ** 2).mean()
    shares = np.abs(NUFIT.matrix[0]) ** 2
    # 20000 random phases: a standard error of about 0.5 %.
    assert mean == approx(averaged_moment(moments, shares) ** 2, rel=0.02)
    # P_ee of averaged vacuum oscillation gives the same shares back.
    np.testing.assert_allclose(mass_probabilities(float((shares**2).sum())), shares, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Moments(np.diag([1, 2, 3]), majorana=True), "Majorana neutrinos must be antisymmetric"),
        (lambda: Moments([[0, 1, 0], [-1, 0, 0], [0, 0, 0]]), "Dirac neutrinos must be hermitian"),
        (lambda: Moments(np.eye(3), electric=[[0, 1, 0], [0, 0, 0], [0, 0, 0]]), "electric moments of Dirac"),
        (lambda: Moments(np.full((3, 3), np.nan)), "must be finite"),
        (lambda: Moments([1.0, 2.0]), r"of shape \(3, 3\)"),
        (lambda: FlavourMatrix(np.eye(3), Basis.MASS, majorana=True), "antisymmetric"),
        (lambda: Mixing(sin2_12=1.2), "sin2_12, a sin², must be from 0 to 1"),
        (lambda: Mixing(delta=np.inf), "delta must be from"),
        (lambda: effective_moment(Moments(np.eye(3)), "x"), "a flavour is"),
        (lambda: effective_moment(Moments(np.eye(3)), "e", -1.0), "must be from 0 to"),
        (lambda: averaged_moment(Moments(np.eye(3)), [0.5, 0.2, 0.2]), "add up to 1"),
        (lambda: solar_moment(Moments(np.eye(3)), 0.9), "P_ee must be between"),
        (lambda: mass_probabilities(0.5, Mixing(sin2_12=0.5)), "maximal mixing"),
    ],
)
def test_meaningless_matrices_are_clear_errors(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]

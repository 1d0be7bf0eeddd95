"""The radial Dirac equation against the closed forms of a Coulomb field and of no field."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nuatom.atom.dirac import AM, STEPS, bound_state, continuum_wave, integrate, matching_radius, phase_derivative
from nuatom.atom.grid import Grid
from nuatom.units import SPEED_OF_LIGHT_AU as C

Array = NDArray[np.float64]


def exact_energy(Z: float, n: int, kappa: int) -> float:
    """Energy of a Dirac electron at a point charge, without its rest energy, free of cancellation [Hartree]."""
    radial = n - abs(kappa)
    exponent = np.sqrt(kappa**2 - (Z / C) ** 2)
    x = (Z / C) ** 2 / (radial**2 + 2 * radial * exponent + kappa**2)
    return float(-(C**2) * x / (1 + np.sqrt(1 - x)))


def coulomb(Z: float, n: int = 1) -> tuple[Grid, Array]:
    grid = Grid(first=1e-5 / Z, last=(40 + 5 * n**2) / Z, log_step=0.025, linear_step=0.1 / Z)
    return grid, -Z / grid.r


LEVELS = [(n, k) for n in range(1, 6) for k in range(-n, n) if k != 0]


@pytest.mark.parametrize("Z", [1, 20, 54, 92])
def test_bound_energies_are_exact(Z: int) -> None:
    for n, kappa in LEVELS:
        grid, V = coulomb(Z, n)
        energy, P, Q, last, status = bound_state(n, kappa, -0.5 * Z**2 / n**2, grid.r, grid.dr, V, 1e-12)
        assert status == 0
        # Eighth order with 40 points per e-fold: measured below 1e-10 up to n = 5.
        assert energy == pytest.approx(exact_energy(Z, n, kappa), rel=1e-9), (n, kappa)
        assert grid.integrate(P**2 + Q**2) == pytest.approx(1, rel=1e-13)
        l = kappa if kappa > 0 else -kappa - 1
        large = P[np.abs(P) > 1e-8 * np.abs(P).max()]
        assert np.count_nonzero(large[1:] * large[:-1] < 0) == n - l - 1
        assert not P[last + 1 :].any() and not Q[last + 1 :].any()


@pytest.mark.parametrize("Z", [1, 54, 92])
def test_ground_orbital_is_the_closed_form(Z: int) -> None:
    grid, V = coulomb(Z)
    _, P, Q, _, _ = bound_state(1, -1, -0.5 * Z**2, grid.r, grid.dr, V, 1e-12)
    exponent = np.sqrt(1 - (Z / C) ** 2)
    shape = grid.r**exponent * np.exp(-Z * grid.r)
    shape /= np.sqrt(grid.integrate(shape**2))
    # With this phase of the small component Q/P = −(1−γ)/(Zα), constant.
    np.testing.assert_allclose(P, shape * np.sqrt((1 + exponent) / 2), atol=1e-9 * P.max())
    np.testing.assert_allclose(Q, -shape * np.sqrt((1 - exponent) / 2), atol=1e-9 * P.max())


@given(st.integers(1, 100), st.sampled_from([(1, -1), (2, 1), (2, -2), (3, 2), (4, -1)]), st.floats(0.1, 5.0))
def test_a_bad_guess_finds_the_same_state(Z: int, level: tuple[int, int], factor: float) -> None:
    n, kappa = level
    grid, V = coulomb(Z, n)
    guess = -0.5 * Z**2 / n**2 * factor
    energy, *_, status = bound_state(n, kappa, guess, grid.r, grid.dr, V, 1e-12)
    assert status == 0
    assert energy == pytest.approx(exact_energy(Z, n, kappa), rel=1e-9)


def test_a_state_that_does_not_exist_is_said_so() -> None:
    grid = Grid(first=1e-5, last=60.0, log_step=0.025, linear_step=0.1)
    well = np.where(grid.r < 1, -0.1, 0.0)  # too shallow for any state: V r² < π²/8
    *_, status = bound_state(1, -1, -0.05, grid.r, grid.dr, well, 1e-10)
    assert status != 0


def test_a_bound_state_of_an_extended_nucleus_is_found() -> None:
    # V is finite at the origin, where −r V vanishes: the search must not take the depth of the well from there.
    grid, point = coulomb(20)
    radius = 8.5e-5  # 4.5 fm
    x = grid.r / radius
    V = np.where(x < 1, -20 * (3 - x**2) / (2 * radius), point)
    energy, *_, status = bound_state(1, -1, -200.0, grid.r, grid.dr, V, 1e-12)
    assert status == 0
    # Shift 0.0142 eV of 5.5 keV.
    assert 1e-6 < energy / exact_energy(20, 1, -1) * -1 + 1 < 5e-6


def test_the_formula_is_exact_for_polynomials_of_its_degree() -> None:
    back = -np.arange(STEPS + 1.0)
    for power in range(STEPS + 1):
        # ∫_{−1}^0 s^p ds = (−1)^p/(p+1)
        assert AM @ back**power == pytest.approx((-1) ** power / (power + 1), abs=1e-11)
    assert AM @ back ** (STEPS + 1) != pytest.approx((-1) ** (STEPS + 1) / (STEPS + 2), rel=1e-2)


@pytest.mark.slow
def test_integration_is_of_eighth_order() -> None:
    def error(steps: int) -> float:
        # Free motion, κ = −1: P = sin pr, Q = (cos pr − sin(pr)/(pr)) p/B.
        r = np.linspace(1.0, 9.0, steps + 1)
        dr = np.full_like(r, 8.0 / steps)
        energy = 2.0
        A = energy / C
        p = np.sqrt(A * (A + 2 * C))
        P = np.sin(p * r)
        Q = (p * np.cos(p * r) - np.sin(p * r) / r) / (A + 2 * C)
        exact = P.copy()
        P[STEPS:] = Q[STEPS:] = 0.0
        integrate(P, Q, 0, steps, 1, -1, energy, r, dr, np.zeros_like(r))
        return float(np.max(np.abs(P - exact)))

    assert np.log2(error(160) / error(320)) == pytest.approx(8, abs=0.4)


def test_inward_undoes_outward() -> None:
    r = np.linspace(1.0, 9.0, 801)
    dr = np.full_like(r, 0.01)
    V = -3 / r * np.exp(-r)
    # The first values of one solution, by an integration that starts further in and is forgotten.
    near = np.linspace(0.5, 1.06, 57)
    P0, Q0 = np.ones_like(near), np.zeros_like(near)
    integrate(P0, Q0, 0, 56, 1, 2, 1.5, near, np.full_like(near, 0.01), -3 / near * np.exp(-near))
    P, Q = np.zeros_like(r), np.zeros_like(r)
    P[:STEPS], Q[:STEPS] = P0[50:], Q0[50:]
    start = P[:STEPS].copy()
    integrate(P, Q, 0, 800, 1, 2, 1.5, r, dr, V)
    P[: 801 - STEPS] = Q[: 801 - STEPS] = 0.0
    integrate(P, Q, 800, 0, -1, 2, 1.5, r, dr, V)
    np.testing.assert_allclose(P[:STEPS], start, rtol=1e-8)


# --- normalisation -----------------------------------------------------------------------------------


@given(st.floats(1e-3, 1e5), st.floats(1.0, 1e3))
def test_phase_of_a_free_s_wave_is_that_of_a_sine(energy: float, radius: float) -> None:
    root, slope, error = phase_derivative(radius, -1, energy, 0.0)
    # κ(κ+1) = 0 and a constant B leave X'' = −p² X: φ' = p, but for the rounding of second differences over
    # (0.04 r)², 1e-13/(pr)².
    p = np.sqrt(energy * (2 + energy / C**2))
    allowed = 1e-13 + 1e-12 / (p * radius) ** 2
    assert root == pytest.approx(p, rel=allowed)
    assert abs(slope) * radius < 100 * allowed * root
    assert error < allowed


@given(st.integers(-30, 30).filter(bool), st.floats(1e-2, 1e4), st.floats(1.0, 100.0))
def test_matching_radius_is_beyond_the_turning_point(kappa: int, energy: float, tail: float) -> None:
    radius = matching_radius(kappa, energy, tail, 0.5, 1e-5)
    assert radius >= 0.5
    assert 2 * energy + 2 * tail / radius > kappa * (kappa + 1) / radius**2 * 0.99
    assert phase_derivative(radius, kappa, energy, tail)[2] < 1e-5
    assert matching_radius(kappa, energy, tail, 3 * radius, 1e-5) >= 3 * radius


@pytest.mark.parametrize("kappa", [-1, 1, -2, 2, -3, 5, -20])
@pytest.mark.parametrize("energy", [0.01, 1.0, 100.0, 2e4])
def test_free_waves_are_spherical_bessel_functions(kappa: int, energy: float) -> None:
    from scipy.special import spherical_jn

    p = np.sqrt(energy * (2 + energy / C**2))
    B = energy / C + 2 * C
    radius = matching_radius(kappa, energy, 0.0, 1.0, 1e-5)
    grid = Grid(min(1e-4, 1e-3 / p), radius * 1.05 + 1, 0.03, 0.25 / max(p, 0.5))
    match = int(np.ceil(grid.index(radius)))
    P, Q = np.zeros(grid.size), np.zeros(grid.size)
    continuum_wave(P, Q, kappa, energy, grid.r, grid.dr, np.zeros(grid.size), 0.0, match)
    x = p * grid.r[: match + 1]
    l = kappa if kappa > 0 else -kappa - 1
    small = l - 1 if kappa > 0 else l + 1
    norm = np.sqrt(B / (np.pi * C * p)) * x
    # Energy-normalised free waves.  The normalisation is held to 1e-5 by the choice of the matching radius.
    scale = np.abs(P[: match + 1]).max()
    np.testing.assert_allclose(P[: match + 1], norm * spherical_jn(l, x), atol=2e-5 * scale)
    sign = 1 if kappa > 0 else -1
    wanted = sign * norm * p / B * spherical_jn(small, x)
    np.testing.assert_allclose(Q[: match + 1], wanted, atol=2e-5 * scale * p / B)

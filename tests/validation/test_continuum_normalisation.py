"""Continuum waves in a Coulomb field against closed forms evaluated in arbitrary precision.

Dirac: M. E. Rose, Relativistic Electron Theory (1961), §29, normalised here to one state per energy; Schrödinger: the
regular Coulomb function F_l of mpmath times √(2/πk).  Waves are made as `PartialWaves` makes them: its grid, its
matching radius.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from nuatom.atom.dirac import matching_radius
from nuatom.atom.grid import Grid
from nuatom.response.kernels import continuum_waves
from nuatom.response.partial_waves import Discretisation, wave_number
from nuatom.units import HARTREE, eV
from nuatom.units import SPEED_OF_LIGHT_AU as C

mpmath = pytest.importorskip("mpmath")
Array = NDArray[np.float64]
FINE = Discretisation(log_step=0.008, wave_step=0.05)
KAPPAS = [-1, 1, -2, 2, -3, 3, -4, 4, -5]  # l = 0 … 4


def wave(
    Z: int, kappa: int, energy: float, resolution: Discretisation, accuracy: float = 1e-5
) -> tuple[Array, Array, Array]:
    """r, P and Q of our wave out to its matching point, at the points given."""
    radius = matching_radius(kappa, energy, float(Z), 1.0, accuracy)
    step = resolution.wave_step / max(wave_number(energy), 0.5)
    grid = Grid(2e-4 / Z, radius + 3 * step, resolution.log_step, step)
    match = int(np.ceil(grid.index(radius)))
    V = -Z / grid.r
    P, Q, _ = continuum_waves(np.array([kappa]), energy, grid.r, grid.dr, V, float(Z), np.array([match]), match + 1)
    return grid.r[: match + 1], P[0], Q[0]


def some(r: Array, first: float) -> Array:
    """A few indices between a radius and the end; the last is the matching point."""
    return np.unique(np.searchsorted(r, np.geomspace(first, r[-1], 10)).clip(0, r.size - 1))


def dirac_coulomb(Z: float, kappa: int, energy: float, radii: Array) -> tuple[Array, Array]:
    """The exact regular wave, P > 0 at the origin."""
    W = 1 + energy / C**2
    p = mpmath.mpf(wave_number(energy))
    charge = Z / C
    gamma = mpmath.sqrt(kappa**2 - charge**2)
    eta = Z * W / p
    phase = mpmath.sqrt(-(kappa - 1j * eta / W) / (gamma + 1j * eta))
    norm = mpmath.sqrt((energy + 2 * C**2) / (mpmath.pi * C**2 * p))
    norm *= mpmath.exp(mpmath.pi * eta / 2) * abs(mpmath.gamma(gamma + 1j * eta)) / mpmath.gamma(2 * gamma + 1)
    small = mpmath.sqrt(energy / (energy + 2 * C**2))
    P, Q = [], []
    for r in radii:
        x = p * r
        f = phase * mpmath.exp(-1j * x) * (gamma + 1j * eta) * (2 * x) ** gamma
        f *= norm * mpmath.hyp1f1(gamma + 1 + 1j * eta, 2 * gamma + 1, 2j * x)
        P.append(float(f.real))
        Q.append(float(-small * f.imag))
    return np.array(P), np.array(Q)


def aligned(exact: tuple[Array, Array], P: Array) -> tuple[Array, Array]:
    """The closed form with the sign of ours; one sign for both components."""
    sign = np.sign(exact[0] @ P)
    return sign * exact[0], sign * exact[1]


@pytest.mark.parametrize("Z", [1, 54])
@pytest.mark.parametrize("kappa", [-1, 1, -3])
def test_the_closed_form_is_normalised_and_solves_the_equation(Z: int, kappa: int) -> None:
    energy = 10.0
    p, B = wave_number(energy), energy / C + 2 * C
    # Far out P² + (B/p)² Q² is the square of the amplitude, √[(ε+2c²)/(πc²p)], up to 1/(pr).
    far = np.array([1e6, 1.3e6]) / p
    P, Q = dirac_coulomb(Z, kappa, energy, far)
    np.testing.assert_allclose(P**2 + (B / p * Q) ** 2, B / (np.pi * C * p), rtol=1e-4)
    h = 1e-4 / Z
    r = 0.7 / Z + h * np.arange(-2, 3)
    P, Q = dirac_coulomb(Z, kappa, energy, r)
    slope = (P[0] - 8 * P[1] + 8 * P[3] - P[4]) / (12 * h)
    local = (energy + Z / r[2]) / C + 2 * C
    assert slope == pytest.approx(-kappa / r[2] * P[2] + local * Q[2], rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("energy", [0.1, 1.0, 10.0, 1e3, 1e4, 1e5])
@pytest.mark.parametrize("Z", [1, 54, 92])
def test_waves_are_those_of_dirac_and_coulomb(Z: int, energy: float) -> None:
    E = energy * eV / HARTREE
    for kappa in KAPPAS:
        for resolution, accuracy, allowed in (
            # The default matches where the phase derivative is good to 1e-5; slow waves in a strong long tail, as
            # here, have the coarsest steps.  Typically 1e-6.
            (Discretisation(), 1e-5, 2e-5),
            # The errors fall with the settings, so none is of principle; a fast wave (100 keV) keeps (p r₀)² of its
            # start at a finite radius r₀.
            (FINE, 1e-8, 1e-6 if energy < 1e5 else 3e-6),
        ):
            r, P, Q = wave(Z, kappa, E, resolution, accuracy)
            at = some(r, 1e-2 / Z)
            exact_P, exact_Q = aligned(dirac_coulomb(Z, kappa, E, r[at]), P[at])
            np.testing.assert_allclose(P[at], exact_P, atol=allowed * np.abs(P).max(), err_msg=f"κ = {kappa}")
            np.testing.assert_allclose(Q[at], exact_Q, atol=allowed * np.abs(Q).max(), err_msg=f"κ = {kappa}")


@pytest.mark.parametrize("energy", [1.0, 100.0, 1e4])
def test_waves_in_the_field_of_xenon_are_normalised_to_1e_6(energy: float) -> None:
    E = energy * eV / HARTREE
    for kappa in (-1, 1, -2, 2, -3):
        r, P, Q = wave(54, kappa, E, Discretisation())
        at = some(r, 2e-4)
        exact_P, exact_Q = aligned(dirac_coulomb(54, kappa, E, r[at]), P[at])
        np.testing.assert_allclose(P[at], exact_P, atol=1.5e-6 * np.abs(P).max())
        np.testing.assert_allclose(Q[at], exact_Q, atol=1.5e-6 * np.abs(Q).max())


@pytest.mark.parametrize("Z", [1, 2])
@pytest.mark.parametrize("energy", [0.1, 1.0, 10.0, 1e3])
def test_slow_waves_are_those_of_schroedinger(Z: int, energy: float) -> None:
    """P → √(2/πk) F_l(−Z/k, kr), up to the spin–orbit interaction, which is of order (Zα)².

    At 1 keV the relativistic momentum alone, (1 + ε/4mc²)k, shifts the phase by 5e-4 kr.  It is kinematics; with it in
    k and in Z W/k, what is left is of order (Zα)² = 5e-5 Z²: measured up to 1.5e-4 at Z = 1 and 4e-4 at Z = 2, in p
    waves.
    """
    E = energy * eV / HARTREE
    k = wave_number(E)
    eta = -Z * (1 + E / C**2) / k
    norm = np.sqrt((E + 2 * C**2) / (np.pi * C**2 * k))
    for kappa in KAPPAS:
        l = kappa if kappa > 0 else -kappa - 1
        r, P, _ = wave(Z, kappa, E, Discretisation())
        at = some(r, 0.02)
        exact = norm * np.array([float(mpmath.coulombf(l, eta, k * x)) for x in r[at]])
        np.testing.assert_allclose(P[at], exact, atol=4 * (Z / C) ** 2 * np.abs(P).max(), err_msg=f"κ = {kappa}")

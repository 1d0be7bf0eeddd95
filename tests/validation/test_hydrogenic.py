"""Hydrogenic against closed forms, the tables of the hydrogen atom, and partial waves done by other means."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import eval_legendre, spherical_jn

from nuatom.response.hydrogenic import Hydrogenic
from nuatom.response.hydrogenic import continuum_density as density
from nuatom.response.hydrogenic import level_strength as strength
from nuatom.scattering import photoabsorption
from nuatom.units import ELECTRON_MASS, MOMENTUM_AU, barn


def closed_form(ratio: np.ndarray) -> np.ndarray:
    """T ∫S dQ²/Q² = (1/2m) ∫S dQ² of the hydrogen-like 1s electron, at T/ε.

    K. A. Kouzakov, A. I. Studenikin and M. B. Voloshin, Phys. Rev. D 83 (2011) 113001.
    """
    k = np.sqrt(ratio - 1)
    inside = np.exp(-4 / k * np.arctan(k)) * (k**4 - 2 * k**2 + 7 / 3) / (1 + k**2) ** 2
    return (1 - inside) / -np.expm1(-2 * np.pi / k)


@pytest.mark.parametrize("Z", [1, 54])
def test_integrals_of_1s_meet_the_closed_form(Z: int) -> None:
    model = Hydrogenic(1, 0, Z)
    ratio = np.array([1 + 1e-12, 1 + 1e-6, 1.01, 1.3, 2.0, 10.0, 26.0, 1e3, 1e5])
    T = ratio * model.binding_energy
    measure = model.measure(T, 0 * T, np.full_like(T, np.inf))
    # Both are exact: what is left is the quadrature.
    expected = closed_form(ratio)
    np.testing.assert_allclose(T * np.sum(measure.charge / measure.momentum**2, -1)[0], expected, rtol=1e-9)
    np.testing.assert_allclose(measure.charge.sum(-1)[0] / (2 * ELECTRON_MASS), expected, rtol=1e-9)
    # The closed form itself: its threshold value, and how it tends to one.
    assert expected[0] == pytest.approx(1 - 7 / 3 * np.exp(-4), rel=1e-9)
    assert expected[5] == pytest.approx(0.99953, abs=5e-6)
    assert expected[6] == pytest.approx(0.99994, abs=5e-6)


def test_density_of_1s_is_the_bethe_formula() -> None:
    # H. Bethe, Ann. Phys. (Leipzig) 5 (1930) 325: df/dW with x = q², W = T/ε.
    random = np.random.default_rng(1)
    k, q = 10 ** random.uniform(-5, 2, 500), 10 ** random.uniform(-2, 2, 500)
    x, W = q**2, 1 + k**2
    angle = np.arctan2(2 * k, x - k**2 + 1)
    oscillator = 2**7 * W * (x + W / 3) * np.exp(-2 * angle / k)
    oscillator /= ((x - k**2 + 1) ** 2 + 4 * k**2) ** 3 * -np.expm1(-2 * np.pi / k)
    # ε = 1/2 in scaled units.  At q ≪ k the digits of the orthogonality to 1s are lost, here at most four.
    np.testing.assert_allclose(density(1, 0, k, q)[0], 2 * x / W * oscillator, rtol=1e-11)


@pytest.mark.parametrize("final", [2, 3, 10, 30])
def test_strengths_from_1s_are_the_bethe_formula(final: int) -> None:
    # M. Inokuti, Rev. Mod. Phys. 43 (1971) 297, generalised oscillator strengths of hydrogen.
    q = np.geomspace(1e-3, 20, 50)
    x, f = q**2, float(final)
    expected = 2**8 * f**7 * x * ((f**2 - 1) / 3 + f**2 * x)
    expected *= ((f - 1) ** 2 + f**2 * x) ** (f - 3) / ((f + 1) ** 2 + f**2 * x) ** (f + 3)
    np.testing.assert_allclose(strength(1, 0, final, q)[0], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("n", "l", "final", "table"),
    [
        (1, 0, 2, 0.4162),
        (1, 0, 3, 0.0791),
        (2, 0, 3, 0.4349),
        (2, 1, 3, 0.0136 + 0.6958),
        (2, 1, 4, 0.0030 + 0.1218),
        (3, 0, 4, 0.4847),
        (3, 1, 4, 0.0322 + 0.6183),
        (3, 2, 4, 0.0110 + 1.0175),
    ],
)
def test_optical_oscillator_strengths(n: int, l: int, final: int, table: float) -> None:
    # H. A. Bethe and E. E. Salpeter, Quantum Mechanics of One- and Two-Electron Atoms, table 13, summed
    # over l' = l ± 1.
    q = np.array([1e-3])
    charge, current = strength(n, l, final, q)
    gap = 0.5 / n**2 - 0.5 / final**2
    # Four digits in the table for each term.
    assert (2 * gap * charge / q**2).item() == pytest.approx(table, abs=1.1e-4)
    assert (2 * current / gap).item() == pytest.approx(table, abs=1.1e-4)


def test_photoionisation_of_hydrogen_at_threshold() -> None:
    # Bethe and Salpeter, section 71: 6.30 Mb.
    model = Hydrogenic(1, 0, 1)
    threshold = photoabsorption(model, model.binding_energy * (1 + 1e-9))
    assert threshold / (1e6 * barn) == pytest.approx(6.30, abs=0.006)


# --- partial waves: an integrated radial equation instead of closed forms --------------------------------


def wave(l: int, k: float, r: np.ndarray) -> np.ndarray:
    """√(2/πk) F_l(−1/k, kr), the energy-normalised wave, from the radial equation."""
    # Of a high wave nothing is near the nucleus, and its powers of r would be below what a float holds.
    start = max(float(r[0]) / 2, 0.02 * l)
    far = r > start
    # u = r^{l+1} (1 − r/(l+1) + …) near the nucleus; the scale is set by the library function at the end.
    head = [1.0, -1 / (l + 1)]
    for j in range(2, 12):
        head.append((-2 * head[j - 1] - k**2 * head[j - 2]) / (j * (j + 2 * l + 1)))
    powers = start ** np.arange(len(head))
    u = np.dot(head, powers) * start
    du = np.dot((l + 1 + np.arange(len(head))) * head, powers)

    def slope(x: float, y: np.ndarray) -> list[float]:
        return [y[1], (l * (l + 1) / x**2 - 2 / x - k**2) * y[0]]

    solved = solve_ivp(slope, (start, r[-1]), [u, du], method="DOP853", t_eval=r[far], rtol=1e-11, atol=1e-14 * abs(u))
    at_end = float(mpmath.coulombf(l, -1 / k, k * r[-1]).real)
    found = np.zeros_like(r)
    found[far] = np.sqrt(2 / (np.pi * k)) * at_end * solved.y[0] / solved.y[0, -1]
    return found


def quadrature(top: float) -> tuple[np.ndarray, np.ndarray]:
    node, weight = np.polynomial.legendre.leggauss(260)
    return top * ((node + 1) / 2) ** 2, top * (node + 1) / 2 * weight


def three_j_squared(a: int, b: int, c: int) -> float:
    """(a b c; 0 0 0)² as half the integral of three Legendre polynomials."""
    node, weight = np.polynomial.legendre.leggauss(40)
    return float(sum(weight * np.prod([eval_legendre(j, node) for j in (a, b, c)], axis=0)) / 2)


ORBITALS = {
    (2, 0): lambda r: (2 - r) * np.exp(-r / 2) / np.sqrt(8),
    (2, 1): lambda r: r * np.exp(-r / 2) / np.sqrt(24),
    (3, 1): lambda r: 8 / (27 * np.sqrt(6)) * r * (1 - r / 6) * np.exp(-r / 3),
    (4, 3): lambda r: r**3 * np.exp(-r / 4) / (768 * np.sqrt(35)),
}


@pytest.mark.slow
@pytest.mark.parametrize(("k", "q"), [(0.3, 0.2), (0.5, 0.7)])
def test_charge_agrees_with_partial_waves(k: float, q: float) -> None:
    r, dr = quadrature(100.0)
    waves = [wave(final, k, r) for final in range(34)]
    bessel = [spherical_jn(J, q * r) for J in range(34 + 3)]
    for (n, l), orbital_of in ORBITALS.items():
        inside = r <= 25.0 * n
        orbital = orbital_of(r) * inside
        assert np.sum(dr * r**2 * orbital**2) == pytest.approx(1.0, rel=1e-6)
        total = 0.0
        for final, u in enumerate(waves):
            for J in range(abs(final - l), final + l + 1, 2):
                radial = np.sum(dr * r * u * bessel[J] * orbital)
                total += (2 * J + 1) * (2 * final + 1) * three_j_squared(final, J, l) * radial**2
        expected, _ = density(n, l, np.array([k]), np.array([q]))
        # The cut of the orbital at 25 n and the integration of the wave leave 1e-7.
        assert total == pytest.approx(expected.item(), rel=1e-6), (n, l)


@pytest.mark.slow
@pytest.mark.parametrize(("k", "q"), [(0.3, 0.5), (1.0, 1.2)])
def test_convection_current_of_1s_agrees_with_partial_waves(k: float, q: float) -> None:
    # p_e acts on e^{−r} as i r̂_e, and sinθ e^{iqr cosθ} = (i/qr) Σ (2J+1) i^J j_J dP_J/dθ.
    r, dr = quadrature(25.0)
    total = 0.0
    for J in range(1, 20):
        radial = np.sum(dr * wave(J, k, r) * spherical_jn(J, q * r) / q * 2 * np.exp(-r))
        total += J * (J + 1) * (2 * J + 1) / 2 * radial**2
    _, expected = density(1, 0, np.array([k]), np.array([q]))
    assert total == pytest.approx(expected.item(), rel=1e-6)


def test_momentum_unit_of_the_ridge() -> None:
    # The ridge of hydrogen at T = 400 ε lies at Q = √(2mT − …) ≈ 20 αm.
    model = Hydrogenic(1, 0, 1)
    Q = np.linspace(15, 25, 2001) * MOMENTUM_AU
    charge = model.structure(np.array([400 * model.binding_energy]), Q).charge[0, 0]
    assert Q[np.argmax(charge)] / MOMENTUM_AU == pytest.approx(20.0, abs=0.1)

"""F(E, Q) of the paper against a resolvent that knows nothing of lines and continua, and its dispersion relation."""

from math import atan, exp, pi

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import eval_genlaguerre, gammaln, spherical_jn

import nuatom as na
from central_fields import atoms, central_field, screened
from nuatom.coherent.electrons import electron_form_factor
from nuatom.functions import Array
from nuatom.observables.density import convection, static_part
from nuatom.observables.spectral import Panels, strengths
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HARTREE, MOMENTUM_AU, eV, keV

HYDROGEN = na.Hydrogenic(1, 0, 1)


def resolvent(transfers: Array, q: float, l_max: int = 8, size: int = 40, angle: float = 0.3) -> NDArray[np.complex128]:
    """⟨0|ρ† (E₀ + T − H − i0)⁻¹ ρ|0⟩ of hydrogen 1s in a basis of Sturmians, radii turned into the complex plane.

    The rotation makes waves that go out square-integrable, so that lines and continuum need no names (atomic units).
    """
    x, w = np.polynomial.legendre.leggauss(400)
    r = 80 * ((1 + x) / 2) ** 2
    dr = 80 * w * (1 + x) / 2
    u = np.exp(1j * angle)
    n = np.arange(size)
    total = np.zeros(transfers.size, dtype=complex)
    for l in range(l_max + 1):
        norm = np.exp(-0.5 * (gammaln(n + 2 * l + 2) - gammaln(n + 1)))
        wave = np.array(
            [c * (2 * r) ** (l + 1) * np.exp(-r) * eval_genlaguerre(k, 2 * l + 1, 2 * r) for k, c in enumerate(norm)]
        )
        overlap, coulomb = (wave * dr) @ wave.T, (wave * dr / r) @ wave.T
        # (−½d² + l(l+1)/2r²) of a Sturmian is (−½ + (n+l+1)/r) times it.
        kinetic = -0.5 * overlap + coulomb * (n + l + 1)
        turned = r * u
        bessel = np.array([spherical_jn(l, q * z) for z in turned])
        source = (wave * dr) @ (bessel * 2 * turned * np.exp(-turned)) * np.sqrt(u)
        for k, T in enumerate(transfers):
            matrix = (T - 0.5) * overlap - kinetic * u**-2 + coulomb / u
            total[k] += (2 * l + 1) * source @ np.linalg.solve(matrix, source)
    return np.conj(total)  # radii turned up are E + i0, and F has −i0


@pytest.mark.parametrize("q", [0.1, 1.0])
def test_hydrogen_is_the_resolvent_below_and_above_the_threshold(q: float) -> None:
    T = np.array([0.2, 0.46, 0.6, 1.5])
    found = na.density_response(HYDROGEN, T * HARTREE, [q * MOMENTUM_AU]).total[:, 0] * HARTREE
    # 1e-5 is what the lines' grid in Q leaves at q = 1; at 0.1 they agree to 1e-7.
    np.testing.assert_allclose(found, resolvent(T, q), rtol=3e-5)
    assert np.all((found.imag > 0) == (T > 0.5))


@pytest.mark.slow
def test_the_imaginary_part_is_the_structure_factor() -> None:
    T, Q = np.array([0.02, 0.5]) * keV, np.array([1.0, 20.0]) * keV
    model = central_field("Ne")
    found = na.density_response(model, T, Q)
    np.testing.assert_allclose(found.structure, model.structure(T, Q).charge, rtol=1e-12)
    # The real part by another route: the integral over ω without the principal value, at T + iγ, S being flat over γ.
    panels = Panels.of(model, float(Q[0]), refine=6)
    gamma = 0.002 * keV
    smeared = np.sum(panels.charge[0] * panels.weight / (T[1] - panels.transfer - 1j * gamma))
    lines = model.lines()
    own = strengths(lines, Q[:1])[lines.shell == 0, 0] / (T[1] - lines.transfer[lines.shell == 0])
    assert found.by_shell[0, 1, 0].real == pytest.approx(smeared.real + own.sum(), rel=1e-4)


@pytest.mark.slow
def test_panels_are_fine_enough() -> None:
    T, Q = np.array([0.03, 0.9, 5.0]) * keV, np.array([2.0, 60.0]) * keV
    model = central_field("Ne")
    once, twice = (na.density_response(model, T, Q, refine=r).total for r in (1, 2))
    np.testing.assert_allclose(once, twice, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", atoms("He", "Ar"))
def test_electrons_that_screen_have_it_too(symbol: str) -> None:
    # Lines in the continuum are as narrow as 0.5 % of T, and the panels go with them.
    model = screened(symbol)
    T, Q = np.array([0.06, 0.4]) * keV, np.array([1.0, 8.0]) * keV
    found, twice = (na.density_response(model, T, Q, refine=r) for r in (1, 2))
    np.testing.assert_allclose(found.structure, model.structure(T, Q).charge, rtol=1e-12)
    np.testing.assert_allclose(found.by_shell.sum(axis=0), twice.by_shell.sum(axis=0), rtol=1e-4)
    # What screens is the same ground state.
    np.testing.assert_array_equal(found.elastic, na.density_response(central_field(symbol), T, Q).elastic)


def test_far_above_all_energies_the_sum_rules_are_what_is_left() -> None:
    # F → [Σ|⟨n|ρ|0⟩|²]/T + [Bethe's sum]/T² + …: the static structure factor, elastic part included, and Q²Z/2m.
    Q, T = np.array([3.0]) * keV, 400 * keV
    response = na.density_response(HYDROGEN, [T], Q).total[0, 0].real
    assert response * T == pytest.approx(1 + Q[0] ** 2 / (2 * ELECTRON_MASS) / T, rel=1e-6)


@pytest.mark.parametrize(("n", "l"), [(1, 0), (2, 0), (2, 1), (3, 1)])
def test_hydrogenic_states_are_complete(n: int, l: int) -> None:
    # 3e-5: the sum of the Rydberg series above n' = 30 and the lines' grid.
    model = na.Hydrogenic(n, l, 2)
    for q in (0.1, 1.0, 4.0):
        Q = np.array([q * 2 * MOMENTUM_AU])
        bound = sum(float(s[0]) for _, s in static_part(model, Q)) + strengths(model.lines(), Q).sum()
        assert bound + Panels.of(model, float(Q[0])).integral()[0] == pytest.approx(1, abs=5e-5)


def test_the_ground_state_answers_with_all_electrons() -> None:
    Q = np.array([1e-3, 5.0]) * keV
    found = na.density_response(central_field("Ne"), [0.1 * keV], Q)
    expected = electron_form_factor("Ne", Q, exchange=central_field("Ne").atom.exchange) ** 2 / (0.1 * keV)
    np.testing.assert_allclose(found.elastic[0], expected, rtol=1e-12)
    assert found.elastic[0, 0] * 0.1 * keV == pytest.approx(100, rel=1e-6)


# --- the dispersion relation (K 13) ---------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "expected"), [(1.05, 0.960), (2.0, 0.987), (4.0, 0.997), (10.0, 0.9995)])
def test_the_dispersion_relation_of_one_electron_is_nearly_true(ratio: float, expected: float) -> None:
    # (1/π)∫ Im F dQ'²/Q'² over Re F at Q → 0, which is 1/T: from the closed form of the integral, and as computed here.
    T = ratio * HYDROGEN.binding_energy
    measure = HYDROGEN.measure([T], [0.0], [np.inf])
    right = float(np.sum(measure.charge / measure.momentum**2))
    left = float(na.density_response(HYDROGEN, [T], [1e-3 * MOMENTUM_AU]).total[0, 0].real)
    kappa = np.sqrt(ratio - 1)
    bracket = (kappa**4 - 2 * kappa**2 + 7 / 3) / (1 + kappa**2) ** 2
    closed = (1 - exp(-4 / kappa * atan(kappa)) * bracket) / (1 - exp(-2 * pi / kappa))
    assert right / left == pytest.approx(closed, rel=1e-5)
    assert right / left == pytest.approx(expected, abs=5e-4)


def test_of_an_atom_it_fails_by_its_number_of_electrons() -> None:
    # Re F(E, 0) = Z²/T, of which the cross terms of independent electrons have no imaginary part: Z/T is left.
    model = central_field("Ne")
    T = np.array([5.0, 20.0]) * keV
    measure = model.measure(T, np.zeros(2), np.full(2, np.inf))
    right = np.sum(measure.charge / measure.momentum**2, axis=(0, 2))
    left = na.density_response(model, T, [1e-3 * keV]).total[:, 0].real
    np.testing.assert_allclose(left * T, 100, rtol=1e-4)
    # The K shell is at 0.86 keV; what binding leaves is 1e-2 at 6 and 1e-3 at 23 times that.
    np.testing.assert_allclose(right / left, 0.1, rtol=1e-2)


# --- the convection current (K 5) -----------------------------------------------------------------


def test_the_convection_current_is_a_quarter_of_hydrogens_transverse_share() -> None:
    # At 0.1 keV the share is 1.33e-4, of which 0.98e-4 is spin, T/2m; v² of the electron is 0.53e-4.
    T = np.array([0.1 * keV])
    measure = HYDROGEN.measure(T, T, np.array([2 * 1.0 - T[0]]))
    Q = measure.momentum[0]
    own = convection(HYDROGEN, T, Q)
    dQ2 = measure.current[0] / HYDROGEN.structure(T, Q).current[0]
    longitudinal = np.sum(measure.charge[0] / Q**2)
    share = np.sum(measure.current[0] / Q**2) / longitudinal
    of_convection = np.sum(own * dQ2 / Q**2) / longitudinal
    assert share == pytest.approx(1.33e-4, abs=0.005e-4)
    assert of_convection == pytest.approx(0.35e-4, abs=0.005e-4)
    assert share - of_convection == pytest.approx(T[0] / (2 * ELECTRON_MASS), rel=0.02)
    # And at the photon point it is the whole of R: the spin is of higher order in T/m.
    photon = T[:, None]
    ratio = convection(HYDROGEN, T, photon) / HYDROGEN.structure(T, photon).current[0]
    assert float(ratio[0, 0]) == pytest.approx(1, abs=T[0] / ELECTRON_MASS)
    assert of_convection < FINE_STRUCTURE**2


def test_what_has_no_answer_is_refused() -> None:
    line = float(HYDROGEN.lines().transfer[0])
    with pytest.raises(ValueError, match="F has a pole at T"):
        na.density_response(HYDROGEN, [line], [1 * keV])
    with pytest.raises(ValueError, match="transfer must be greater than zero"):
        na.density_response(HYDROGEN, [0.0], [1 * keV])
    with pytest.raises(ValueError, match="no ground state that is known"):
        na.density_response(na.FreeElectrons("H"), [10 * eV], [1 * keV])
    with pytest.raises(ValueError, match="is that of a Hydrogenic, not of FreeElectrons"):
        convection(na.FreeElectrons("H"), [10 * eV], [1 * keV])  # type: ignore[arg-type]

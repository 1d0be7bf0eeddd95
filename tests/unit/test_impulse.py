"""The impulse limit: momentum densities, kinematics, the electron at rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central_fields import slater
from nuatom import Atom
from nuatom.functions import ALL, Function
from nuatom.response.impulse import (
    DensityMoments,
    Impulse,
    all_moments,
    free_sum_rules,
    least_momentum,
    moments,
    momentum_of,
    nodes,
    structure,
)
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HARTREE
from nuatom.units import SPEED_OF_LIGHT_AU as C


@pytest.fixture(scope="module")
def hydrogen() -> DensityMoments:
    return moments(Atom("H").solution, 0, -1)


def moments_of(symbol: str) -> tuple[DensityMoments, ...]:
    """Those of all shells, for which no table is needed."""
    atom = slater(symbol)
    return all_moments(atom.solution, atom.calculated_shells)


def test_momentum_density_of_hydrogen(hydrogen: DensityMoments) -> None:
    p = hydrogen.momentum
    chosen = p < 5
    exact = 32 * p**2 / (np.pi * (1 + p**2) ** 4)
    # Relativity enhances the 1s density like α²p at high p: 1e-3 at p = 8.
    np.testing.assert_allclose(hydrogen.density[chosen], exact[chosen], rtol=1e-3)
    assert hydrogen.average(np.ones_like(p)) == pytest.approx(1, abs=1e-6)
    assert hydrogen.mean_square() == pytest.approx(1, rel=3e-4)
    assert hydrogen.scale == pytest.approx(1, rel=1e-4)


def test_first_moment_is_the_compton_profile_of_hydrogen(hydrogen: DensityMoments) -> None:
    p_z = np.array([0.01, 0.3, 1.0, 3.0])
    exact = 8 / (3 * np.pi * (1 + p_z**2) ** 3)
    np.testing.assert_allclose(C * hydrogen.at(-p_z)[0], exact, rtol=1e-3)
    assert not hydrogen.at(np.array([1e4])).any()


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "shell"), [("Ar", 0), ("Ar", 3), ("Xe", 1), ("Xe", 13), ("Xe", 16)])
def test_densities_are_normalised_and_moments_decrease(symbol: str, shell: int) -> None:
    found = moments_of(symbol)[shell]
    # Beyond 40 times its root mean square momentum an orbital has less than 1e-5 of its density.
    assert found.average(np.ones_like(found.momentum)) == pytest.approx(1, abs=2e-5)
    # Each is an integral of something positive from p_z on.
    assert np.all(np.diff(found.log_moments, axis=1) < 1e-12)
    assert np.all(found.log_moments[0, -1] < found.log_moments[0, 0] - 10)


@given(st.floats(0.01, 1e4), st.floats(-0.999, 50))
def test_momentum_and_least_momentum_are_inverse(transfer: float, p_z: float) -> None:
    T = np.array([transfer / C])
    Q, slope = momentum_of(np.array([p_z]), T)
    back = least_momentum(T, Q)
    # Far from the ridge two large numbers leave p_z: allow for their rounding.
    assert back[0] == pytest.approx(p_z, rel=1e-6, abs=1e-9 * (1 + Q[0] + T[0] * C / Q[0]))
    # The slope against a difference quotient, where p_z is not so large that rounding wins.
    step = 1e-4 * (1 + abs(p_z))
    near = [momentum_of(np.array([p_z + s]), T)[0][0] for s in (step, -step)]
    assert abs(near[0] - near[1]) / (2 * step) == pytest.approx(slope[0], rel=1e-3, abs=1e-6)


def test_nothing_is_absorbed_at_momenta_up_to_the_transfer(hydrogen: DensityMoments) -> None:
    T = np.array([3.0])
    for values in structure(hydrogen, T, np.array([0.1, 2.99, 3.0]), ALL).values():
        assert not values.any()
    assert least_momentum(T, T)[0] == np.inf


def test_an_electron_all_but_at_rest_is_the_free_one() -> None:
    # Hydrogen squeezed in momentum space: the density of a wide 1s orbital, moments by quadrature.
    scale = 1e-3
    p = scale * np.geomspace(1e-4, 40, 2000)
    density = 32 * p**2 / scale**3 / (np.pi * (1 + (p / scale) ** 2) ** 4)
    integrand = density / (2 * np.hypot(C, p))
    tail = np.array([np.trapezoid(integrand[j:], np.log(p[j:])) for j in range(1900)])
    kinetic = p[:1900] ** 2 / (2 * C)
    # L_1 and L_2 are of relative order p²/C and (p²/C)²: their size matters, their digits do not.
    logs = np.log([tail, tail * kinetic.max() * 1e-6, tail * kinetic.max() ** 2 * 1e-6])
    found = DensityMoments(p[:1900], density[:1900], logs, scale)
    for T_keV in (1.0, 100.0):
        T = np.array([T_keV * 1e-3 / HARTREE / C])
        Q, dQ2 = nodes(found, T, T, np.array([np.inf]))
        values = structure(found, T[:, None], Q, ALL)
        energy = T[0] + C
        # ∫S dQ² = E' + m and ∫R dQ² = T; in these units S dQ² has a factor 1/C.
        Q_r = np.sqrt(T[0] * (T[0] + 2 * C))
        for functions, expected in (
            (
                (
                    Function.CHARGE,
                    Function.AXIAL_LONGITUDINAL,
                    Function.AXIAL_CURRENT,
                    Function.SCALAR,
                    Function.SCALAR_CHARGE,
                ),
                energy + C,
            ),
            ((Function.CURRENT, Function.AXIAL_CHARGE, Function.PSEUDOSCALAR), T[0]),
            ((Function.AXIAL_MIXED, Function.VECTOR_AXIAL), Q_r),
        ):
            for function in functions:
                assert np.sum(values[function] * dQ2) * C == pytest.approx(expected, rel=1e-4), function


@pytest.mark.slow
def test_sum_rules_at_small_and_large_momentum() -> None:
    deep = moments_of("Xe")[13]
    Q = np.array([1e-2])
    first, zeroth = free_sum_rules(deep, Q)
    mean = deep.mean_square() / C**2
    # Next order: ⟨p⁴⟩/m⁴, some ten times ⟨p²⟩²/m⁴ = 4e-6 for the 4d shell.
    assert 1 - first[0] / (Q[0] ** 2 / 2) == pytest.approx(5 * mean / 6, rel=5e-2)
    assert zeroth[0] == pytest.approx(1, abs=1e-6)
    (light,) = moments_of("H")
    Q = np.array([0.5, 2.0]) * C
    energy = np.hypot(C, Q)
    first, zeroth = free_sum_rules(light, Q)
    # ⟨p²⟩/m² = α² of hydrogen.
    np.testing.assert_allclose(first, Q**2 * C / (2 * energy), rtol=3 * FINE_STRUCTURE**2)
    np.testing.assert_allclose(zeroth, (energy + C) / (2 * energy), rtol=3 * FINE_STRUCTURE**2)


def test_as_a_model_it_opens_at_thresholds_and_keeps_the_free_integral() -> None:
    model = Impulse(Atom("Ar"))
    edge = model.shells[0].binding_energy
    T = np.array([0.999 * edge, 1.001 * edge, 30 * edge])
    found = model.measure(T, T, np.full(3, np.inf))
    assert not found.charge[0, 0].any()
    assert found.charge[0, 1].sum() > 0
    sum_rule = np.sum(found.charge / found.momentum**2, axis=-1)[:, 2] * T[2]
    occupancy = np.array([s.occupancy for s in model.shells])
    # ∫S dQ²/Q² = 1/T for electrons in motion too, up to what lies beyond 40 p_rms and at Q < T.
    np.testing.assert_allclose(sum_rule, occupancy, rtol=1e-4)
    total = found.charge[:, 2].sum(axis=-1) / occupancy / (2 * ELECTRON_MASS + T[2])
    assert np.all(total > 1)
    assert np.all(total < 1 + 0.02)

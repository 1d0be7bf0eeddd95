"""Hydrogenic: sum rules, limits and the quadrature in Q."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuatom.functions import Function
from nuatom.response.hydrogenic import Hydrogenic, _angular_integrals, _rydberg_tail
from nuatom.response.hydrogenic import continuum_density as density
from nuatom.response.hydrogenic import level_strength as strength
from nuatom.response.model import ResponseModel
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HARTREE, MOMENTUM_AU

ALL = [(n, l) for n in range(1, 5) for l in range(n)]
LAST = 30


def sums(n: int, l: int, q: float) -> tuple[float, float, float]:
    """Σ S, Σ T S and Σ R over all levels, those below nl included, and the continuum; scaled units."""
    at = np.array([q])
    total = np.zeros(3)

    def add(energy: float, charge: float, current: float) -> None:
        total[:] += charge, energy * charge, current

    for final in range(1, LAST + 1):
        s, r = strength(n, l, final, at)
        add(0.5 / n**2 - 0.5 / final**2, s[0], r[0])
    energy, (s, r) = _rydberg_tail(n, l, LAST, at)
    add(energy, s[0], r[0])
    node, weight = np.polynomial.legendre.leggauss(20)
    edges = np.concatenate([np.linspace(0, q + 2, 40), np.geomspace(q + 2, 3000, 30)[1:]])
    half, centre = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    k, dk = (centre + half * node).ravel(), (half * weight).ravel()
    s, r = density(n, l, k, np.full_like(k, q))
    energies = 0.5 / n**2 + k**2 / 2
    total += [np.sum(k * dk * s), np.sum(k * dk * energies * s), np.sum(k * dk * r)]
    return float(total[0]), float(total[1]), float(total[2])


@pytest.mark.slow
@pytest.mark.parametrize(("n", "l"), ALL)
@pytest.mark.parametrize("q", [0.05, 0.5, 2.0])
def test_closure_bethe_and_velocity_sum_rules(n: int, l: int, q: float) -> None:
    closure, bethe, current = sums(n, l, q)
    # All states are a complete set: ⟨1⟩ = 1, [[H, e^{iqr}], e^{−iqr}]/2 = q²/2, ⟨p_⊥²⟩ = ⟨p²⟩/3 = 1/3n².
    # What is not exact is the Rydberg tail, linear in energy above n' = 30: worst for n = 4 at small q.
    worst = {1: 1e-8, 2: 2e-7, 3: 2e-6, 4: 1e-5}[n]
    assert closure == pytest.approx(1.0, abs=worst)
    assert bethe == pytest.approx(q**2 / 2, rel=worst)
    assert current == pytest.approx(1 / (3 * n**2), rel=worst)


@pytest.mark.parametrize(("n", "l"), ALL)
def test_both_sets_of_variables_agree_where_they_meet(n: int, l: int) -> None:
    k, q = np.full(40, 0.5 + 0j), np.geomspace(1e-2, 10, 40)
    near, far = (_angular_integrals(n, l, k, q, near=choice) for choice in (True, False))
    np.testing.assert_allclose(near[0], far[0], rtol=1e-11)
    np.testing.assert_allclose(near[1], far[1], rtol=1e-11)


@pytest.mark.parametrize(("n", "l"), ALL)
def test_dipole_limit_is_the_same_in_length_and_velocity(n: int, l: int) -> None:
    k = np.array([1e-6, 0.01, 0.3, 0.7, 2.0, 8.0])
    q = np.full_like(k, 1e-5)
    charge, current = density(n, l, k, q)
    energy = 0.5 / n**2 + k**2 / 2
    # Corrections are of order (q n²)², and rounding of S ∝ q² costs digits: 1e-16/q.
    np.testing.assert_allclose(current, energy**2 * charge / q**2, rtol=1e-6)


@pytest.mark.parametrize(("n", "l"), ALL)
def test_discrete_strength_joins_the_continuum_at_threshold(n: int, l: int) -> None:
    q = np.array([0.03, 0.3, 1.0])
    # n'³ × strength is linear in −1/2n'² ; the limit from two levels must meet k → 0.
    below = [np.array(strength(n, l, final, q)) * final**3 for final in (60, 120)]
    limit = below[1] + (below[1] - below[0]) / 3
    np.testing.assert_allclose(limit, np.array(density(n, l, np.zeros(3), q)), rtol=2e-4)


@pytest.mark.parametrize(("n", "l"), ALL)
def test_threshold_is_closed_below_and_smooth_above(n: int, l: int) -> None:
    model = Hydrogenic(n, l, 10)
    edge = model.binding_energy
    assert edge == pytest.approx(100 * HARTREE / (2 * n**2), rel=1e-15)
    T = edge * np.array([0.0, 0.5, 1.0, 1 + 1e-14, 1 + 1e-9, 1 + 1e-6])
    result = model.structure(T, np.array([0.0, 1e-3, 1e-2, 10.0]))
    assert np.all(result.charge[0, :3] == 0)
    assert np.all(result.current[0, :3] == 0)
    assert np.all(result.charge[0, 3:, 1:] > 0)
    np.testing.assert_allclose(result.charge[0, 3, 1:3], result.charge[0, 5, 1:3], rtol=1e-4)
    np.testing.assert_allclose(result.current[0, 3, 1:3], result.current[0, 5, 1:3], rtol=1e-4)


@given(st.sampled_from(ALL), st.floats(1.0, 1e6), st.floats(0, 1e5), st.floats(0.5, 90))
def test_always_finite_and_never_negative(nl: tuple[int, int], ratio: float, q: float, Z: float) -> None:
    model = Hydrogenic(*nl, Z)
    result = model.structure(np.array([ratio * model.binding_energy]), np.array([q * Z * MOMENTUM_AU]))
    for values in (result.charge, result.current):
        assert np.all(np.isfinite(values))
        assert np.all(values >= 0)


@pytest.mark.slow
@given(st.sampled_from(ALL), st.floats(1.01, 50), st.floats(0.05, 20), st.floats(2, 60))
def test_charge_scales_with_the_nucleus(nl: tuple[int, int], ratio: float, q: float, Z: float) -> None:
    one, other = Hydrogenic(*nl, 1), Hydrogenic(*nl, Z)
    a = one.structure(np.array([ratio * one.binding_energy]), np.array([q * MOMENTUM_AU]))
    b = other.structure(np.array([ratio * other.binding_energy]), np.array([q * Z * MOMENTUM_AU]))
    # S ∝ 1/energy and R ∝ velocity²/energy.
    np.testing.assert_allclose(b.charge * Z**2, a.charge, rtol=1e-9)
    np.testing.assert_allclose(b.current, a.current, rtol=1e-9)


def test_far_above_threshold_it_is_a_free_electron() -> None:
    model = Hydrogenic(2, 1, 1)
    T = np.array([3000 * model.binding_energy])
    measure = model.measure(T, np.array([0.0]), np.array([np.inf]))
    # The binding takes O(ε/T) away from S, and the momentum of the bound electron adds to R.
    assert measure.charge.sum() == pytest.approx(2 * ELECTRON_MASS, rel=1e-3)
    spin = np.sum(measure.charge * (measure.momentum / (2 * ELECTRON_MASS)) ** 2)
    free = 2 * ELECTRON_MASS * T[0] / (2 * ELECTRON_MASS)
    assert spin == pytest.approx(free, rel=2e-3)
    assert measure.current.sum() > spin


def test_current_of_the_electron_at_rest_is_all_spin() -> None:
    # With Zα → 0 at fixed T the convection current, of order (Zα)², vanishes.
    T = 1e-3
    model = Hydrogenic(1, 0, 0.02)
    Q = np.sqrt(2 * ELECTRON_MASS * T)
    result = model.structure(np.array([T]), np.array([Q]))
    expected = T / (2 * ELECTRON_MASS) * result.charge
    np.testing.assert_allclose(result.current, expected, rtol=1e-3)


def test_convection_is_of_the_order_of_the_velocity_squared() -> None:
    model = Hydrogenic(1, 0, 1)
    T = np.array([100 * model.binding_energy])
    measure = model.measure(T, np.array([0.0]), np.array([np.inf]))
    spin = np.sum(measure.charge * (measure.momentum / (2 * ELECTRON_MASS)) ** 2)
    # ⟨p_⊥²⟩/m² = α²/3 per electron, most of it in the ridge far above threshold.
    convection = (measure.current.sum() - spin) / measure.charge.sum()
    assert convection == pytest.approx(FINE_STRUCTURE**2 / 3, rel=0.05)


@pytest.mark.parametrize(("n", "l"), ALL)
def test_clipped_measures_add_up(n: int, l: int) -> None:
    model = Hydrogenic(n, l, 3)
    T = model.binding_energy * np.array([1.0001, 1.5, 20.0, 300.0])
    ridge = np.sqrt(2 * ELECTRON_MASS * T)
    cuts = [T, 0.3 * ridge, 0.99 * ridge, 1.01 * ridge, np.full(4, np.inf)]

    def moments(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        m = model.measure(T, low, high)
        return np.stack(
            [np.sum(f * m.momentum**p, -1)[0] for f, p in [(m.charge, -2), (m.charge, -4), (m.current, -2)]]
        )

    parts = sum(moments(low, high) for low, high in pairwise(cuts))
    np.testing.assert_allclose(parts, moments(cuts[0], cuts[-1]), rtol=1e-9)


def test_measure_agrees_with_brute_force() -> None:
    model = Hydrogenic(3, 1, 5)
    T = np.array([4 * model.binding_energy])
    low, high = T[0], 2.0
    node, weight = np.polynomial.legendre.leggauss(400)
    span = np.log(high / low)
    Q = low * np.exp(span * (node + 1) / 2)
    values = model.structure(T, Q)
    dQ2 = 2 * Q**2 * weight * span / 2
    measure = model.measure(T, np.array([low]), np.array([high]))
    for name in ("charge", "current"):
        expected = np.sum(getattr(values, name)[0, 0] * dQ2 / Q**2)
        got = np.sum(getattr(measure, name) / measure.momentum**2)
        assert got == pytest.approx(expected, rel=1e-10)


def test_measure_of_a_closed_interval_is_exactly_zero() -> None:
    model = Hydrogenic(2, 0, 1)
    T = model.binding_energy * np.array([0.9, 1.0, 2.0, 2.0, 2.0])
    low = np.array([0.0, 0.0, 1e-3, 1e-3, 1e3])
    high = np.array([1.0, 1.0, 1e-3, 0.0, np.inf])
    measure = model.measure(T, low, high)
    assert not measure.charge.any()
    assert not measure.current.any()
    assert np.all(measure.momentum > 0)


@pytest.mark.parametrize(("n", "l"), [(1, 0), (2, 1), (4, 0)])
def test_lines_are_ascending_excitations_of_the_one_shell(n: int, l: int) -> None:
    model = Hydrogenic(n, l, 2)
    lines = model.lines()
    assert len(lines) == LAST - n + 1
    assert lines.final[0] == f"n={n + 1}"
    assert lines.final[-1] == f">n={LAST}"
    assert np.all(np.diff(lines.transfer) > 0)
    assert np.all((lines.transfer > 0) & (lines.transfer < model.binding_energy))
    assert np.all(lines.charge > 0)
    assert np.all(lines.current > 0)
    assert lines.momentum[0] < lines.transfer[0]
    assert set(lines.shell.tolist()) == {0}


def test_is_a_response_model() -> None:
    model = Hydrogenic(3, 2, 26)
    assert isinstance(model, ResponseModel)
    (shell,) = model.shells
    assert (shell.label, shell.n, shell.l, shell.occupancy) == ("3d", 3, 2, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 0, 1), "n from 1 to 4"),
        ((0, 0, 1), "n from 1 to 4"),
        ((2, 2, 1), "l from 0 to 1"),
        ((2, -1, 1), "l from 0 to 1"),
        ((1, 0, 0), "finite charge Z > 0"),
        ((1, 0, float("nan")), "finite charge Z > 0"),
    ],
)
def test_refuses_impossible_orbitals(arguments: tuple[int, int, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Hydrogenic(*arguments)


@settings(max_examples=20)
@given(st.sampled_from([np.nan, -1.0, np.inf]))
def test_refuses_impossible_arguments(bad: float) -> None:
    model = Hydrogenic(1, 0, 1)
    good, wrong = np.array([1e-4]), np.array([bad])
    with pytest.raises(ValueError, match="transfer must be finite"):
        model.structure(wrong, good)
    with pytest.raises(ValueError, match="momentum must be finite"):
        model.structure(good, wrong)
    with pytest.raises(ValueError, match="lower must be finite"):
        model.measure(good, wrong, good)


def test_refuses_shapes_that_do_not_match() -> None:
    model = Hydrogenic(1, 0, 1)
    with pytest.raises(ValueError, match=r"expected transfer \(nT,\)"):
        model.structure(np.ones(2), np.ones((3, 4)))
    with pytest.raises(ValueError, match="got nan"):
        model.measure(np.ones(1), np.ones(1), np.array([np.nan]))


def test_refuses_the_functions_it_lacks() -> None:
    model = Hydrogenic(1, 0, 1)
    one = np.ones(1)
    with pytest.raises(ValueError, match="Hydrogenic has no scalar: it gives charge, current"):
        model.measure(one, one, 2 * one, [Function.SCALAR])
    with pytest.raises(ValueError, match="Hydrogenic has no axial_charge"):
        model.structure(one, one, [Function.CHARGE, Function.AXIAL_CHARGE])
    with pytest.raises(ValueError, match="Hydrogenic has no vector_axial"):
        model.lines([Function.VECTOR_AXIAL])
    assert len(model.lines([Function.CHARGE])) > 0

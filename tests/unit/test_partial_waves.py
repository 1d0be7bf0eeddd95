"""Partial waves: identities of the sum, independence of how it is asked for, closed forms of hydrogen."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from central_fields import slater
from nuatom.atom.dirac import bound_state
from nuatom.atom.exchange import Slater
from nuatom.atom.field import Atom, UniformNucleus
from nuatom.atom.grid import Grid
from nuatom.response.partial_waves import Discretisation, PartialWaves, wave_number
from nuatom.units import SPEED_OF_LIGHT_AU as C

Array = NDArray[np.float64]


@cache
def waves(symbol: str, doubled: bool = False, charge: int = 0) -> PartialWaves:
    atom = slater(symbol, charge=charge)
    resolution = Discretisation().doubled() if doubled else Discretisation()
    return PartialWaves(atom.solution, atom.calculated_shells, resolution)


def shell_of(model: PartialWaves, label: str) -> int:
    return [shell.label for shell in model.shells].index(label)


def bethe(ratio: float, q: Array) -> Array:
    """S of the non-relativistic hydrogen 1s electron at T/ε and Q in 1/Bohr [1/Hartree]: H. Bethe (1930)."""
    k = np.sqrt(ratio - 1)
    x = q**2
    angle = np.arctan2(2 * k, x - k**2 + 1)
    out = 2**7 * ratio * (x + ratio / 3) * np.exp(-2 * angle / k)
    out /= ((x - k**2 + 1) ** 2 + 4 * k**2) ** 3 * -np.expm1(-2 * np.pi / k)
    return np.asarray(2 * x / ratio * out)


@pytest.mark.parametrize("ratio", [1.001, 1.2, 3.0, 20.0, 100.0])
def test_hydrogen_is_that_of_bethe(ratio: float) -> None:
    model = waves("H")
    binding = -model.solution.energies[0]
    T = ratio * binding
    ridge = np.sqrt(2 * T)
    Q = ridge * np.array([0.05, 0.2, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0])
    (response,) = model.continuum(T - binding, [0], [Q], [None])
    # The formula is the limit of c → ∞.  Relativity is a few times α² = 5e-5, and moves the ridge by T/4mc² of its
    # place, where S goes as up to the 25th power of Q.
    allowed = 2e-4 + 15 * T / (2 * C**2)
    np.testing.assert_allclose(response.charge, bethe(ratio, Q), rtol=allowed)


@pytest.mark.parametrize("Z", [1, 2])
def test_relativity_fades_as_the_square_of_the_charge(Z: int) -> None:
    model = waves("H") if Z == 1 else waves("He", charge=1)
    binding = -model.solution.energies[0]
    Q = Z * np.array([0.5, 1.0, 2.0])
    (response,) = model.continuum(2 * binding, [0], [Q], [None])
    deviation = response.charge * Z**2 / bethe(3.0, Q / Z) - 1
    # Of order (Zα)² with a coefficient of order one, at each Q.
    assert np.all(np.abs(deviation) < 5 * (Z / C) ** 2)


def test_discrete_strengths_of_hydrogen_are_exact() -> None:
    """1s → 2s and 2p: 2¹⁷Q⁴/(9+4Q²)⁶ and 9·2¹⁵Q²/(9+4Q²)⁶ (M. Inokuti, Rev. Mod. Phys. 43 (1971) 297)."""
    model = waves("H")
    grid = Grid(1e-7, 80.0, 0.025, 0.08)
    V = -1 / grid.r
    levels = []
    for kappa in (-1, 1, -2):
        energy, P, Q, _, status = bound_state(2, kappa, -0.12, grid.r, grid.dr, V, 1e-12)
        assert status == 0
        levels.append(SimpleNamespace(kappa=kappa, energy=energy, P=P, Q=Q))
    momentum = np.array([1e-3, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0])
    S, R, *_ = model.discrete(0, np.arange(grid.size), grid, levels, momentum)
    below = (9 + 4 * momentum**2) ** 6
    # 2s at the smallest Q is 1e-14: only its absolute size counts.
    np.testing.assert_allclose(S[0], 2**17 * momentum**4 / below, rtol=5e-4, atol=1e-11)
    np.testing.assert_allclose(S[1] + S[2], 9 * 2**15 * momentum**2 / below, rtol=5e-4)
    np.testing.assert_allclose(S[2, :3] / S[1, :3], 2, rtol=1e-3)  # 2j+1
    # Siegert: the transverse strength at long waves is (T/Q)² of the charge one.
    T = levels[1].energy - model.solution.energies[0]
    np.testing.assert_allclose(R[1, :2] * momentum[:2] ** 2 / S[1, :2], (T / C) ** 2, rtol=1e-3)


@pytest.mark.parametrize("label", ["1s1/2", "3d5/2", "4d3/2", "5p3/2"])
def test_answers_do_not_depend_on_what_else_is_asked(label: str) -> None:
    model = waves("Xe")
    i = shell_of(model, label)
    energy = 3.0
    Q = np.geomspace(0.05, 12, 40)
    (alone,) = model.continuum(energy, [i], [Q], [None])
    others = [j for j in (0, 5, 12, 16) if j != i]
    momenta = [np.geomspace(0.3, 20, 25) for _ in others]
    first, *_ = model.continuum(energy, [i, *others], [Q, *momenta], [None] * (1 + len(others)))
    # Another radial grid and another place in the table of Bessel functions: the difference is the error of the
    # grid, 1e-3 at most by the promise of `Discretisation`, and 1e-5 in fact.
    np.testing.assert_allclose(first.charge, alone.charge, rtol=2e-4)
    np.testing.assert_allclose(first.current, alone.current, rtol=2e-4)
    (few,) = model.continuum(energy, [i], [Q[7:30:3]], [None])
    np.testing.assert_allclose(few.charge, alone.charge[7:30:3], rtol=2e-4)


@pytest.mark.slow
@given(st.floats(-1.5, 3.0), st.sampled_from(["1s1/2", "2p1/2", "3d5/2", "4s1/2", "4d5/2", "5p3/2"]))
@settings(max_examples=25)
def test_structure_functions_are_positive_and_finite(log_energy: float, label: str) -> None:
    model = waves("Xe")
    i = shell_of(model, label)
    energy = 10**log_energy
    T = energy - model.solution.energies[i]
    Q = np.sqrt(2 * T) * np.geomspace(1e-3, 3, 30)
    (r,) = model.continuum(energy, [i], [Q], [None], longitudinal=True)
    for values in (r.charge, r.current, r.longitudinal):
        assert np.all(np.isfinite(values)) and np.all(values > 0)
    assert np.all((r.truncation >= 0) & (r.truncation <= r.charge))


@pytest.mark.parametrize("label", ["1s1/2", "3p3/2", "5p3/2"])
def test_charge_is_quadratic_at_long_waves(label: str) -> None:
    model = waves("Xe")
    i = shell_of(model, label)
    size = model.solution.extent(i, 0.5)
    Q = np.array([1e-3, 1e-2, 3e-2]) / size
    (r,) = model.continuum(2.0, [i], [Q], [None])
    # Orthogonality of bound and continuum states is used, not hoped for: no 1/Q² is left of it.
    assert r.charge[0] / Q[0] ** 2 == pytest.approx(r.charge[1] / Q[1] ** 2, rel=1e-3)
    assert r.charge[2] / Q[2] ** 2 == pytest.approx(r.charge[1] / Q[1] ** 2, rel=0.02)
    assert r.current[0] == pytest.approx(r.current[1], rel=1e-3)


def test_more_partial_waves_add_and_then_add_nothing() -> None:
    model = waves("Ar")
    i = shell_of(model, "3p3/2")
    T = 30.0
    energy = T + model.solution.energies[i]
    Q = np.array([np.sqrt(2 * T)])
    top = model.highest_l(i, energy)
    sums = [model.continuum(energy, [i], [Q], [l])[0].charge[0] for l in (0, 2, 5, 9, top - 4, top, top + 50)]
    assert np.all(np.diff(sums[:4]) > 0)
    assert sums[-2] == sums[-1]  # the limit is an upper one
    assert sums[-3] == pytest.approx(sums[-1], rel=1e-4)
    (r,) = model.continuum(energy, [i], [Q], [None])
    (cut,) = model.continuum(energy, [i], [Q], [9])
    # What is said about the truncation is of the size of what is missing.
    assert r.truncation[0] / r.charge[0] < 1e-5
    assert 0.05 < cut.truncation[0] / (sums[-1] - cut.charge[0]) < 20


def test_response_is_proportional_to_the_occupancy() -> None:
    from dataclasses import replace

    model = waves("Ne")
    half = PartialWaves(model.solution, tuple(replace(s, occupancy=s.occupancy / 2) for s in model.shells))
    Q = np.array([0.5, 2.0])
    for a, b in zip(
        model.continuum(2.0, [1, 3], [Q, Q], [None, None], longitudinal=True),
        half.continuum(2.0, [1, 3], [Q, Q], [None, None], longitudinal=True),
        strict=True,
    ):
        for name in ("charge", "current", "longitudinal"):
            np.testing.assert_allclose(getattr(a, name), 2 * getattr(b, name), rtol=1e-13)


def test_highest_l_follows_the_momentum_times_the_size() -> None:
    model = waves("Xe")
    energies = [0.1, 10.0, 1e3]
    for i in range(len(model.shells)):
        tops = [model.highest_l(i, e) for e in energies]
        assert tops == sorted(tops)
        assert tops[2] > wave_number(energies[2]) * model.solution.extent(i, 1e-5)
    assert waves("Xe", doubled=True).highest_l(3, 10.0) >= 2 * model.highest_l(3, 10.0) - 1


def test_longitudinal_part_is_only_computed_when_asked_for() -> None:
    model = waves("Ne")
    Q = np.array([1.0])
    assert not model.continuum(1.0, [0], [Q], [None])[0].longitudinal.any()
    assert model.continuum(1.0, [0], [Q], [None], longitudinal=True)[0].longitudinal.all()


def test_doubled_resolution_is_twice_as_fine() -> None:
    once, twice = Discretisation(), Discretisation().doubled()
    for name in ("log_step", "wave_step", "momentum_step"):
        assert getattr(twice, name) == getattr(once, name) / 2
    assert twice.waves == 2 * once.waves
    assert twice.density_outside < once.density_outside


@pytest.mark.parametrize("symbol", ["Ne", "Xe", "U"])
def test_an_extended_nucleus_changes_little_and_conserves_the_current(symbol: str) -> None:
    atom = Atom(symbol, Slater(), UniformNucleus())
    model, point = PartialWaves(atom.solution, atom.calculated_shells), waves(symbol)
    for i in range(3):
        T = -1.5 * model.solution.energies[i]
        Q = np.array([1.0, 3.0]) * T / C
        a, b = (m.continuum(T + m.solution.energies[i], [i], [Q], [None], longitudinal=True)[0] for m in (model, point))
        np.testing.assert_allclose(a.longitudinal / ((T / C / Q) ** 2 * a.charge), 1, atol=1e-4)
        # The nucleus is 1e-4 of the size of a K shell of neon and 1e-2 of that of uranium.
        np.testing.assert_allclose(a.charge, b.charge, rtol=0.01)
        np.testing.assert_allclose(a.current, b.current, rtol=0.01)

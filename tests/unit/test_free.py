"""Free electrons at rest: one node, exact weights."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import approx
from nuatom.elements import Shell
from nuatom.functions import ALL, MIXED, VECTOR, Function
from nuatom.response.free import FreeElectrons
from nuatom.response.model import ResponseModel
from nuatom.units import ELECTRON_MASS, keV

HELIUM = SimpleNamespace(shells=(Shell("1s1/2", 1, -1, 2.0, 24.6e-6),))


def test_keeps_occupancies_and_drops_bindings() -> None:
    model = FreeElectrons(HELIUM)
    assert [shell.occupancy for shell in model.shells] == [2.0]
    assert [shell.binding_energy for shell in model.shells] == [0.0]
    assert isinstance(model, ResponseModel)
    assert len(model.lines()) == 0


@pytest.mark.parametrize("atom", ["Xe", 54, np.int64(54)])
def test_element_by_symbol_or_number(atom: str | int) -> None:
    assert sum(shell.occupancy for shell in FreeElectrons(atom).shells) == approx(54)


@given(st.floats(1e-9, 1e3))
def test_factors_meet_kinematics_and_sum_to_one(transfer: float) -> None:
    at = FreeElectrons(HELIUM).factors(transfer)
    energy = np.hypot(ELECTRON_MASS, at.momentum)
    # Energy conservation, to the digits that E' − m leaves of a small T.
    assert energy - ELECTRON_MASS == approx(transfer, rel=1e-12, abs=1e-15)
    assert at.charge + at.current == approx(1.0, rel=1e-15)
    assert at.jacobian == approx(2 * energy, rel=1e-14)


def test_nonrelativistic_limit_is_the_spin_current() -> None:
    at = FreeElectrons(HELIUM).factors(1e-9)
    assert at.current == approx((at.momentum / (2 * ELECTRON_MASS)) ** 2, rel=1e-8)
    assert at.charge == approx(1.0, rel=1e-8)


def test_measure_is_one_node_with_the_weights_of_all_electrons() -> None:
    T = np.array([1 * keV, 1.0])
    measure = FreeElectrons(HELIUM).measure(T, 0 * T, np.full(2, np.inf))
    assert measure.momentum.shape == (1, 2, 1)
    np.testing.assert_allclose(measure.momentum[0, :, 0], np.sqrt(T**2 + 2 * ELECTRON_MASS * T), rtol=1e-15)
    np.testing.assert_allclose(measure.charge[0, :, 0], 2 * (2 * ELECTRON_MASS + T), rtol=1e-15)
    np.testing.assert_allclose(measure.current[0, :, 0], 2 * T, rtol=1e-15)


def test_measure_is_zero_when_the_node_is_outside() -> None:
    T = np.full(4, 1 * keV)
    Q = float(np.sqrt(T[0] ** 2 + 2 * ELECTRON_MASS * T[0]))
    low = np.array([0.0, 1.01 * Q, 0.5 * Q, 1.2 * Q])
    high = np.array([0.99 * Q, 5 * Q, 2 * Q, 0.8 * Q])
    measure = FreeElectrons(HELIUM).measure(T, low, high)
    assert (measure.charge[0, :, 0] > 0).tolist() == [False, False, True, False]
    assert (measure.current[0, :, 0] > 0).tolist() == [False, False, True, False]


def test_structure_says_what_to_use_instead() -> None:
    with pytest.raises(ValueError, match=r"δ functions.*\.measure.*\.factors"):
        FreeElectrons(HELIUM).structure(np.array([1.0]), np.array([1.0]))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_refuses_impossible_transfers(bad: float) -> None:
    with pytest.raises(ValueError, match="transfer must be finite"):
        FreeElectrons(HELIUM).measure(np.array([bad]), np.array([0.0]), np.array([1.0]))


def test_refuses_nan_limits() -> None:
    with pytest.raises(ValueError, match="got nan"):
        FreeElectrons(HELIUM).measure(np.array([1.0]), np.array([np.nan]), np.array([1.0]))


@pytest.mark.parametrize("unknown", ["Xx", 0, 1.5])
def test_refuses_what_is_no_element(unknown: str | int) -> None:
    with pytest.raises(ValueError, match=r"element|atomic number"):
        FreeElectrons(unknown)


@given(st.floats(1e-9, 1e3))
def test_all_functions_saturate_their_bounds(transfer: float) -> None:
    # One electron with one final momentum: interference is complete, in magnitude.
    at = FreeElectrons(HELIUM).factors(transfer)
    for mixed, (first, second) in MIXED.items():
        assert at.of(mixed) ** 2 == approx(at.of(first) * at.of(second), rel=1e-12)
    assert at.of(Function.SCALAR) + at.of(Function.PSEUDOSCALAR) == approx(1.0, rel=1e-15)
    # Current conservation of the vector part, V33 = (T/Q)² S, and the axial divergence, of the order of the mass.
    T, Q, m = transfer, float(at.momentum), ELECTRON_MASS
    divergence = T**2 * at.of(Function.AXIAL_CHARGE) - 2 * T * Q * at.of(Function.AXIAL_MIXED)
    divergence += Q**2 * at.of(Function.AXIAL_LONGITUDINAL)
    # q_μ ψ̄γ^μγ5ψ = 2m ψ̄iγ5ψ up to a phase.
    assert divergence == approx(4 * m**2 * at.of(Function.PSEUDOSCALAR), rel=1e-9)


def test_measure_gives_the_functions_asked_for_and_no_others() -> None:
    T, low, high = np.array([1 * keV]), np.zeros(1), np.full(1, np.inf)
    everything = FreeElectrons(HELIUM).measure(T, low, high, ALL)
    assert all(getattr(everything, function.value).shape == (1, 1, 1) for function in ALL)
    some = FreeElectrons(HELIUM).measure(T, low, high, [Function.SCALAR])
    assert set(some.values) == {Function.SCALAR, *VECTOR}
    with pytest.raises(AttributeError, match="axial_charge: it was not asked for"):
        _ = some.axial_charge
    with pytest.raises(ValueError, match=r"no axial_charge in this Measure, which has charge, current, scalar"):
        _ = some[Function.AXIAL_CHARGE]

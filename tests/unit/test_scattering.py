"""Cross sections: the free limit in closed form, shapes, kinematics, lines and totals."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import approx
from nuatom import scattering
from nuatom.elements import Shell
from nuatom.functions import MIXED, VECTOR, Function
from nuatom.neutrino import MagneticMoment, Neutrino, StructureWeights, Weak
from nuatom.neutrino.coupling import Coupling
from nuatom.response.free import FreeElectrons
from nuatom.response.hydrogenic import Hydrogenic
from nuatom.response.model import Lines, ResponseModel
from nuatom.scattering import components, cross_section, lines, photoabsorption, spectrum, total_cross_section
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2, cm2, eV, keV

NEON = SimpleNamespace(
    shells=(
        Shell("1s1/2", 1, -1, 2.0, 870e-6),
        Shell("2s1/2", 2, -1, 2.0, 48e-6),
        Shell("2p3/2", 2, -2, 6.0, 21.6e-6),
    )
)
PREFACTOR = np.pi * FINE_STRUCTURE**2 / ELECTRON_MASS**2 * HBARC2
ONE = MagneticMoment(1.0)
HYDROGEN = Hydrogenic(1, 0, 1)


def greatest(energy: float) -> float:
    """The greatest transfer to a free electron at rest."""
    return 2 * energy**2 / (ELECTRON_MASS + 2 * energy)


def test_prefactor() -> None:
    assert PREFACTOR / cm2 == approx(2.49467e-25, rel=2e-6)


@pytest.mark.slow
@given(st.floats(-3, 2), st.floats(1e-6, 1 - 1e-6), st.floats(1e-12, 1e-6))
def test_free_electrons_give_the_textbook_formula(log_energy: float, share: float, moment: float) -> None:
    energy = 10**log_energy
    transfer = share * greatest(energy)
    got = cross_section(MagneticMoment(moment), FreeElectrons(NEON), energy, transfer)
    expected = 10 * PREFACTOR * moment**2 * (1 / transfer - 1 / energy)
    assert got == approx(expected, rel=1e-12)


@given(st.floats(-3, 2), st.floats(1 + 1e-9, 5))
def test_free_electrons_have_a_greatest_transfer(log_energy: float, share: float) -> None:
    energy = 10**log_energy
    assert cross_section(ONE, FreeElectrons(NEON), energy, share * greatest(energy)) == 0


@given(st.floats(-4, 1), st.floats(1, 100), st.sampled_from([FreeElectrons(NEON), HYDROGEN]))
def test_no_transfer_beyond_the_energy(log_energy: float, ratio: float, model: ResponseModel) -> None:
    energy = 10**log_energy
    assert cross_section(ONE, model, energy, ratio * energy) == 0


def test_no_transfer_is_no_scattering() -> None:
    assert cross_section(ONE, FreeElectrons(NEON), 1.0, 0.0) == 0


@pytest.mark.slow
@given(st.floats(-2, 1), st.floats(-5, -2), st.floats(0, 100))
def test_positive_and_quadratic_in_the_moment(log_energy: float, log_transfer: float, factor: float) -> None:
    E, T = 10**log_energy, 10**log_transfer
    one, other = cross_section(ONE, HYDROGEN, E, T), cross_section(MagneticMoment(factor), HYDROGEN, E, T)
    assert np.isfinite(one)
    assert one >= 0
    assert (one > 0) == (HYDROGEN.binding_energy < T < E)
    assert other == approx(factor**2 * one, rel=1e-12)


def test_shapes_are_energy_then_transfer() -> None:
    model = FreeElectrons(NEON)
    E, T = np.array([1.0, 2.0]), np.geomspace(1e-3, 0.1, 6).reshape(2, 3)
    assert cross_section(ONE, model, 1.0, 1e-3).shape == ()
    assert cross_section(ONE, model, E, 1e-3).shape == (2,)
    assert cross_section(ONE, model, 1.0, T).shape == (2, 3)
    everything = cross_section(ONE, model, energy=E, transfer=T, by_shell=True)
    assert everything.shape == (3, 2, 2, 3)
    np.testing.assert_allclose(everything.sum(axis=0), cross_section(ONE, model, E, T), rtol=1e-15)
    single = cross_section(ONE, model, E[1], T[1, 2])
    assert cross_section(ONE, model, E, T)[1, 1, 2] == approx(single, rel=1e-14)
    assert cross_section(ONE, model, [1.0, 2.0], []).shape == (2, 0)


def test_chunks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    E, T = np.geomspace(1e-4, 1, 7), np.geomspace(1e-5, 1e-2, 9)
    whole = spectrum(ONE, HYDROGEN, E, T)
    monkeypatch.setattr(scattering, "_CHUNK", 4)
    parts = spectrum(ONE, HYDROGEN, E, T)
    np.testing.assert_allclose(parts.longitudinal, whole.longitudinal, rtol=1e-8)
    np.testing.assert_allclose(parts.transverse, whole.transverse, rtol=1e-8)


def test_spectrum_splits_longitudinal_and_transverse() -> None:
    E, T = 1.0, 1e-2
    result = spectrum(ONE, FreeElectrons(NEON), E, T)
    Q2, top2 = T * (T + 2 * ELECTRON_MASS), (2 * E - T) ** 2
    common = 10 * PREFACTOR * top2 / (4 * E**2) / Q2
    longitudinal = common * (1 - T**2 / Q2) * (2 * ELECTRON_MASS + T)
    assert result.longitudinal.sum() == approx(longitudinal, rel=1e-12)
    assert result.transverse.sum() == approx(common * (1 - Q2 / top2) * T, rel=1e-12)
    np.testing.assert_allclose(result.by_shell, result.longitudinal + result.transverse, rtol=1e-15)
    assert result.total == approx(result.by_shell.sum(), rel=1e-15)
    assert [shell.label for shell in result.shells] == ["1s1/2", "2s1/2", "2p3/2"]


def test_relative_error_is_the_models() -> None:
    @dataclass(frozen=True)
    class Doubtful:
        shells: tuple[Shell, ...]

        def measure(self, transfer: np.ndarray, lower: np.ndarray, upper: np.ndarray, functions: object) -> object:
            exact = FreeElectrons(NEON).measure(transfer, lower, upper)
            return replace(exact, relative_error=np.full(exact.relative_error.shape, 0.03))

    result = spectrum(ONE, Doubtful(NEON.shells), 1.0, [1e-3, 2.0])  # type: ignore[arg-type]
    assert result.relative_error == approx([0.03, 0.0])


def test_a_model_is_asked_for_what_the_coupling_needs_and_no_more() -> None:
    asked = []

    @dataclass(frozen=True)
    class Listening:
        shells: tuple[Shell, ...]

        def measure(self, transfer: np.ndarray, lower: np.ndarray, upper: np.ndarray, functions: object) -> object:
            asked.append(functions)
            return FreeElectrons(NEON).measure(transfer, lower, upper, functions)

    model = Listening(NEON.shells)
    cross_section(ONE, model, 1.0, 1e-3)  # type: ignore[arg-type]
    cross_section(Weak(g_V=1.0, g_A=0.0), model, 1.0, 1e-3)  # type: ignore[arg-type]
    cross_section(Weak(g_V=0.0, g_A=1.0), model, 1.0, 1e-3)  # type: ignore[arg-type]
    axial = (
        Function.AXIAL_CHARGE,
        Function.AXIAL_LONGITUDINAL,
        Function.AXIAL_CURRENT,
        Function.AXIAL_MIXED,
    )
    assert asked == [VECTOR, VECTOR, axial]
    with pytest.raises(ValueError, match=r"Hydrogenic has no axial_charge"):
        cross_section(Weak("e"), HYDROGEN, 1.0, 1e-3)


def test_shares_add_up_and_know_their_functions() -> None:
    result = spectrum(Weak("e"), FreeElectrons(NEON), [1.0, 2.0], [1e-3, 0.1, 5.0])
    spinless = {Function.SCALAR, Function.PSEUDOSCALAR, Function.SCALAR_CHARGE}
    assert set(result.shares) == set(Function) - spinless
    assert all(share.shape == (3, 2, 3) for share in result.shares.values())
    np.testing.assert_allclose(sum(result.shares.values()), result.by_shell, rtol=1e-15)
    np.testing.assert_array_equal(result.longitudinal, result.shares[Function.CHARGE])
    axial_only = spectrum(Weak(g_V=0.0, g_A=1.0), FreeElectrons(NEON), 1.0, 0.1)
    assert axial_only.longitudinal.shape == (3,)
    assert not axial_only.longitudinal.any()
    assert axial_only.total > 0


def test_components_add_up_to_the_whole() -> None:
    coupling = Neutrino("e", magnetic_moment=1e-11, charge_radius=1e-32 * cm2, millicharge=1e-12)
    found = components(coupling, FreeElectrons(NEON), [1.0, 2.0], [1e-3, 0.1])
    assert set(found) == {"weak", "millicharge", "charge radius", "magnetic moment", "interference"}
    whole = cross_section(coupling, FreeElectrons(NEON), [1.0, 2.0], [1e-3, 0.1])
    np.testing.assert_allclose(sum(found.values()), whole, rtol=1e-12)
    alone = components(ONE, FreeElectrons(NEON), 1.0, 1e-3)
    assert alone == {"magnetic moment": approx(cross_section(ONE, FreeElectrons(NEON), 1.0, 1e-3))}


def test_far_above_threshold_hydrogen_is_a_free_electron() -> None:
    T = 26 * HYDROGEN.binding_energy
    ratio = cross_section(ONE, HYDROGEN, 1.0, T) / cross_section(ONE, FreeElectrons("H"), 1.0, T)
    # The longitudinal deficit of 6e-5 at 26 ε, and a transverse share of order 1e-4.
    assert ratio == approx(1.0, abs=2e-4)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_refuses_impossible_arguments(bad: float) -> None:
    model = FreeElectrons(NEON)
    with pytest.raises(ValueError, match="energy must be finite and > 0"):
        cross_section(ONE, model, [1.0, bad], 1e-3)
    with pytest.raises(ValueError, match="transfer must be finite and ≥ 0"):
        cross_section(ONE, model, 1.0, [1e-3, bad])
    with pytest.raises(ValueError, match="energy must be finite and > 0"):
        photoabsorption(HYDROGEN, bad)
    with pytest.raises(ValueError, match="energy must be finite and > 0"):
        lines(ONE, HYDROGEN, bad)
    with pytest.raises(ValueError, match="threshold must be finite and > 0"):
        total_cross_section(ONE, model, 1.0, bad)


def test_refuses_zero_energy() -> None:
    with pytest.raises(ValueError, match="energy must be finite and > 0"):
        cross_section(ONE, FreeElectrons(NEON), 0.0, 1e-3)


def test_photoabsorption_shapes_and_threshold() -> None:
    energy = HYDROGEN.binding_energy * np.array([[0.5, 1.0], [1.5, 3.0]])
    area = photoabsorption(HYDROGEN, energy)
    assert area.shape == (2, 2)
    assert area[0].tolist() == [0, 0]
    assert area[1, 0] > area[1, 1] > 0
    assert photoabsorption(HYDROGEN, energy, by_shell=True).shape == (1, 2, 2)
    with pytest.raises(ValueError, match="δ functions"):
        photoabsorption(FreeElectrons(NEON), 1 * keV)


# --- lines -------------------------------------------------------------------------------------------


class ConstantWeights(Coupling):
    """Weights 1 on S and 2 on R between T and 2E − T."""

    name = "constant"
    functions = VECTOR

    def weights(self, energy: np.ndarray, transfer: np.ndarray, momentum: np.ndarray) -> StructureWeights:
        one = np.ones(np.broadcast(energy, transfer, momentum).shape)
        return StructureWeights({Function.CHARGE: one, Function.CURRENT: 2 * one})


def model_with_lines(charge: np.ndarray, current: np.ndarray, grid: np.ndarray) -> object:
    values = {Function.CHARGE: charge[None], Function.CURRENT: current[None]}
    found = Lines(values, np.array([1], dtype=np.intp), ("3p",), np.array([1e-4]), grid)
    return SimpleNamespace(shells=NEON.shells, lines=lambda functions: found)


def test_lines_integrate_powers_exactly_and_continue_them_below_the_grid() -> None:
    grid = np.geomspace(1e-3, 1e3, 60)
    model = model_with_lines(grid**2, 3.0 + 0 * grid, grid)
    result = lines(ConstantWeights(), model, [1e-5, 1.0])  # type: ignore[arg-type]
    low, high = 1e-4**2, (2 - 1e-4) ** 2
    assert result.area.shape == (1, 2)
    assert result.area[0, 0] == 0
    assert result.area[0, 1] == approx((high**2 - low**2) / 2 + 6 * (high - low), rel=1e-10)
    assert result.shell[0].label == "2s1/2"
    assert result.final == ("3p",)
    assert len(result) == 1


def test_lines_that_do_not_exist_have_no_area() -> None:
    grid = np.geomspace(1e-3, 1e3, 60)
    result = lines(ConstantWeights(), model_with_lines(0 * grid, 0 * grid, grid), 1.0)  # type: ignore[arg-type]
    assert result.area.shape == (1,)
    assert result.area[0] == 0
    nothing = lines(ONE, FreeElectrons(NEON), [1.0, 2.0])
    assert nothing.area.shape == (0, 2)


def test_lines_of_all_functions_with_signs() -> None:
    grid = np.geomspace(1e-3, 1e3, 60)
    # A line that answers like a free electron would, with VA and A03 negative: powers of Q throughout.
    powers = {f: 1.0 if f in VECTOR else 0.0 for f in Function}
    values = {f: grid ** powers[f] for f in Function if f not in MIXED}
    for mixed, (a, b) in MIXED.items():
        values[mixed] = -0.5 * np.sqrt(values[a] * values[b])
    found = Lines(
        {function: array[None] for function, array in values.items()},
        np.array([1], dtype=np.intp),
        ("3p",),
        np.array([1e-4]),
        grid,
    )
    asked = []

    def give(functions: object) -> Lines:
        asked.append(functions)
        return found

    model = SimpleNamespace(shells=NEON.shells, lines=give)
    E, T, coupling = 1.0, 1e-4, Weak("e")
    got = lines(coupling, model, E).area[0]  # type: ignore[arg-type]
    node, weight = np.polynomial.legendre.leggauss(400)
    span = np.log((2 * E - T) / T)
    Q = T * np.exp(span * (node + 1) / 2)
    power = {f: Q ** powers[f] for f in powers}
    for mixed, (a, b) in MIXED.items():
        power[mixed] = -0.5 * np.sqrt(power[a] * power[b])
    weights = coupling.weights(E, T, Q).values
    expected = np.sum(sum(w * power[f] for f, w in weights.items()) * Q**2 * span * weight)
    # The two interferences are cubic in ln Q between the points of this grid, not powers: some 1e-6.
    assert got == approx(expected, rel=2e-6)
    assert set(asked[0]) == set(Weak("e").functions)


def test_lines_of_hydrogen_agree_with_direct_quadrature() -> None:
    from nuatom.response.hydrogenic import level_strength
    from nuatom.units import MOMENTUM_AU

    E = 1.0
    result = lines(ONE, HYDROGEN, E)
    T = result.transfer[0]
    node, weight = np.polynomial.legendre.leggauss(600)
    span = np.log((2 * E - T) / T)
    Q = T * np.exp(span * (node + 1) / 2)
    charge, convection = level_strength(1, 0, 2, Q / MOMENTUM_AU)
    current = convection * FINE_STRUCTURE**2 + charge * (Q / (2 * ELECTRON_MASS)) ** 2
    at = ONE.weights(E, T, Q)
    expected = np.sum((at.charge * charge + at.current * current) * Q**2 * weight * span)
    # The line's strengths are splined in 240 points over seven decades of Q.
    assert result.area[0] == approx(expected, rel=1e-5)


def test_lines_and_continuum_join_at_threshold() -> None:
    # n'³ σ(n') of a high level is the area per unit of n'^-2/2, which is dσ/dT at threshold.
    edge = HYDROGEN.binding_energy
    result = lines(ONE, HYDROGEN, 1.0)
    density = result.area[-2] * 30**3 / (2 * edge)
    assert density == approx(cross_section(ONE, HYDROGEN, 1.0, edge * (1 + 1e-9)), rel=0.01)


# --- totals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("energy", [10 * keV, 1.0, 20.0])
def test_total_of_free_electrons_is_the_closed_form(energy: float) -> None:
    threshold = 1e-3 * greatest(energy)
    end = greatest(energy)
    expected = 10 * PREFACTOR * (np.log(end / threshold) - (end - threshold) / energy)
    got = total_cross_section(ONE, FreeElectrons(NEON), energy, threshold)
    assert got == approx(expected, rel=1e-5)


def test_total_adds_the_lines_above_the_threshold() -> None:
    edge = HYDROGEN.binding_energy
    E = np.array([1 * keV, 10 * keV])
    above = total_cross_section(ONE, HYDROGEN, E, edge)
    found = lines(ONE, HYDROGEN, E)
    some = total_cross_section(ONE, HYDROGEN, E, 11 * eV)
    kept = found.transfer >= 11 * eV
    assert 0 < kept.sum() < len(found)
    np.testing.assert_allclose(some - above, found.area[kept].sum(axis=0), rtol=1e-4)


def test_total_is_zero_where_nothing_can_happen() -> None:
    assert total_cross_section(ONE, FreeElectrons(NEON), 1.0, 1.5) == 0
    assert total_cross_section(ONE, FreeElectrons(NEON), 1.0, 0.9) == 0


def test_total_says_when_it_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noise(Coupling):
        name = "noise"
        functions = VECTOR

        def weights(self, energy: np.ndarray, transfer: np.ndarray, momentum: np.ndarray) -> StructureWeights:
            values = np.sin(1e14 * (momentum + transfer + 0 * energy)) ** 2
            return StructureWeights({Function.CHARGE: values, Function.CURRENT: 0 * values})

    monkeypatch.setattr(scattering, "_GENERATIONS", 4)
    with pytest.raises(RuntimeError, match="did not reach the tolerance"):
        total_cross_section(Noise(), FreeElectrons(NEON), 1.0, 1e-3)


def test_energies_beyond_reason_are_refused_not_overflowed() -> None:
    with pytest.raises(ValueError, match="at most 1e"):
        cross_section(ONE, FreeElectrons(NEON), 1e300, 1e-3)
    with pytest.raises(ValueError, match="magnetic moment"):
        MagneticMoment(1e300)


def test_a_model_that_does_not_give_what_it_is_asked_for_is_refused() -> None:
    class Deaf:
        """It gives S and R, whatever it is asked for."""

        shells = HYDROGEN.shells

        def structure(self, transfer: np.ndarray, momentum: np.ndarray, functions: object = VECTOR) -> object:
            return HYDROGEN.structure(transfer, momentum)

        def measure(
            self, transfer: np.ndarray, lower: np.ndarray, upper: np.ndarray, functions: object = VECTOR
        ) -> object:
            return HYDROGEN.measure(transfer, lower, upper)

        def lines(self, functions: object = VECTOR) -> object:
            return HYDROGEN.lines()

    assert cross_section(ONE, Deaf(), 1.0, 1e-3) > 0  # type: ignore[arg-type]
    for ask in (cross_section, lambda c, m, E, T: lines(c, m, E)):
        with pytest.raises(ValueError, match=r"no axial_charge in this (Measure|Lines), which has charge, current"):
            ask(Weak("e"), Deaf(), 1.0, 1e-3)  # type: ignore[arg-type]

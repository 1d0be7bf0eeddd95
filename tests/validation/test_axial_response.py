"""The axial, scalar and pseudoscalar functions of atoms: exact laws, convergence, and the impulse limit.

What a bound electron is compared with is the Dirac equation itself: its current iψ̄γ5ψ is the divergence of the axial
current in any local potential, so that for every transition

    T A0 − Q A3 = ±2mi P      →      T² A00 − 2TQ A03 + Q² A33 = 4m² · pseudoscalar

ties four functions, of which only the last has no power of Q or T in front.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import nuatom as na
from central_fields import central_field, index, kinetic_scale
from comparison import approx
from nuatom.functions import ALL, MIXED, Function
from nuatom.response import impulse
from nuatom.response.partial_waves import Discretisation, PartialWaves, ShellResponse
from nuatom.scattering import spectrum
from nuatom.units import HARTREE, MOMENTUM_AU, eV, keV
from nuatom.units import SPEED_OF_LIGHT_AU as C

pytestmark = pytest.mark.slow

Array = NDArray[np.float64]
POSITIVE = tuple(f for f in ALL if f not in MIXED)
LITTLE_CUT = Discretisation(density_outside=1e-16)
"""Less of a shell's tail left out than by default: it is all that spoils the divergence."""


@cache
def waves(symbol: str, resolution: Discretisation = Discretisation()) -> PartialWaves:  # noqa: B008 - it is frozen
    atom = na.Atom(symbol)
    return PartialWaves(atom.solution, atom.calculated_shells, resolution)


def shell_of(symbol: str, label: str) -> tuple[int, float]:
    """Index and calculated binding energy of a shell [Hartree]."""
    of = waves(symbol)
    i = [s.label for s in of.shells].index(label)
    return i, -float(of.solution.energies[i])


def ridge(T: float) -> float:
    """Q of a free electron at rest that absorbs T [Hartree → 1/Bohr]."""
    return float(np.sqrt(T / C * (T / C + 2 * C)))


def continuum(
    symbol: str,
    label: str,
    multiple: float,
    Q: Array,
    resolution: Discretisation = Discretisation(),  # noqa: B008
) -> ShellResponse:
    """A shell at an energy of the electron of so many binding energies, at multiples Q of the free momentum."""
    i, binding = shell_of(symbol, label)
    energy = multiple * binding
    momenta = Q * ridge(energy + binding)
    (found,) = waves(symbol, resolution).continuum(energy, [i], [momenta], [None], axial=True)
    return found


SHELLS = [
    ("H", "1s1/2"), ("Ne", "1s1/2"), ("Ne", "2s1/2"), ("Ne", "2p1/2"), ("Ne", "2p3/2"),
    ("Xe", "1s1/2"), ("Xe", "2p3/2"), ("Xe", "3d5/2"), ("Xe", "4d3/2"), ("Xe", "5s1/2"), ("Xe", "5p3/2"),
]  # fmt: skip


# --- the divergence of the axial current ----------------------------------------------------------------------


def divergence(symbol: str, label: str, multiple: float, Q: Array, resolution: Discretisation) -> Array:
    """(T² A00 − 2TQ A03 + Q² A33)/(4m² pseudoscalar)."""
    found = continuum(symbol, label, multiple, Q, resolution)
    T, q = (1 + multiple) * shell_of(symbol, label)[1] / C, found.momentum
    A00, A03, A33 = (found.of(f) for f in (Function.AXIAL_CHARGE, Function.AXIAL_MIXED, Function.AXIAL_LONGITUDINAL))
    return (T**2 * A00 - 2 * T * q * A03 + q**2 * A33) / (4 * C**2 * found.of(Function.PSEUDOSCALAR))


@pytest.mark.parametrize("multiple", [0.5, 5.0, 30.0])
@pytest.mark.parametrize(("symbol", "label"), SHELLS)
def test_divergence_of_the_axial_current_is_the_pseudoscalar_density(symbol: str, label: str, multiple: float) -> None:
    # Exact in a local potential but for the tail of the shell that is cut off: 1e-12 of its density by default, found
    # to be worth 1e-4 where Q > 0.1 Q_r.  Far below, the pseudoscalar density is a difference of large and
    # small components that cancel (it is 1e-7 of A33), and 1e-12 is worth 3 % in H and Xe 5s: there less is cut.
    near, far = np.geomspace(0.1, 1.5, 9), np.geomspace(0.02, 0.09, 4)
    assert divergence(symbol, label, multiple, near, Discretisation()) == approx(np.ones(9), rel=2e-4)
    assert divergence(symbol, label, multiple, near, LITTLE_CUT) == approx(np.ones(9), rel=1e-4)
    slack = 1e-2 if label == "5s1/2" else 1e-3
    assert divergence(symbol, label, multiple, far, LITTLE_CUT) == approx(np.ones(4), rel=slack)


def test_the_divergence_is_no_small_part_of_its_terms_everywhere() -> None:
    # At Q of 2 % of the ridge's all three terms of hydrogen are as large as their sum: A00, A03 and A33 are all tested.
    Q = np.array([0.02])
    found = continuum("H", "1s1/2", 30.0, Q, LITTLE_CUT)
    T, q = 31 * shell_of("H", "1s1/2")[1] / C, found.momentum
    terms = T**2 * found.of(ALL[2]), 2 * T * q * found.of(ALL[5]), q**2 * found.of(ALL[3])
    total = 4 * C**2 * found.of(Function.PSEUDOSCALAR)
    assert [f.value for f in (ALL[2], ALL[5], ALL[3])] == ["axial_charge", "axial_mixed", "axial_longitudinal"]
    assert all(float((term / total)[0]) > 0.4 for term in terms)


def test_the_table_keeps_the_divergence() -> None:
    # Interpolation in the table: half its tolerance of 5e-3.
    model = central_field("Ne")
    for i, shell in enumerate(model.shells):
        for multiple in (1.5, 6.0, 20.0):
            T = multiple * shell.binding_energy
            Q = np.geomspace(0.3, 1.4, 12) * ridge(T / HARTREE) * MOMENTUM_AU
            at = model.structure([T], Q, ALL)
            A00, A03, A33, P = (
                getattr(at, name)[i, 0]
                for name in ("axial_charge", "axial_mixed", "axial_longitudinal", "pseudoscalar")
            )
            m = C * MOMENTUM_AU
            assert T**2 * A00 - 2 * T * Q * A03 + Q**2 * A33 == approx(4 * m**2 * P, rel=2.5e-3), shell.label


# --- inequalities ---------------------------------------------------------------------------------------------

GRIDS = {
    "H": (np.geomspace(14 * eV, 30 * keV, 24), 40),
    "Ne": (np.geomspace(25 * eV, 200 * keV, 24), 40),
    "Xe": (np.geomspace(12.5 * eV, 280 * keV, 9), 16),
}


@pytest.mark.parametrize("symbol", GRIDS)
def test_positivity_and_schwarz_through_table_and_impulse_limit(symbol: str) -> None:
    T, count = GRIDS[symbol]
    model = central_field(symbol)
    free = np.sqrt(T * (T + 2 * C * MOMENTUM_AU))
    Q = free[:, None] * np.geomspace(0.02, 20, count)
    Q = np.maximum(Q, T[:, None])  # below Q = T there is no kinematics
    at = model.structure(T, Q, ALL)
    for function in POSITIVE:
        values = getattr(at, function.value)
        assert np.all(np.isfinite(values))
        assert np.all(values >= 0), function
    for function, bounds in MIXED.items():
        values, first, second = (getattr(at, f.value) for f in (function, *bounds))
        assert np.all(values**2 <= first * second * (1 + 1e-9) + 1e-300), function
    # Something is tested: everywhere open on the ridge.
    assert np.all(at.axial_current.sum(axis=0)[:, count // 2] > 0)


@pytest.mark.parametrize("multiple", [0.1, 2.0, 20.0])
@pytest.mark.parametrize(("symbol", "label"), SHELLS)
def test_schwarz_of_the_partial_waves_themselves(symbol: str, label: str, multiple: float) -> None:
    # Nothing enforces it here: the table clips, the sums do not.
    found = continuum(symbol, label, multiple, np.geomspace(0.05, 3, 16))
    for function in POSITIVE:
        assert np.all(found.of(function) > 0), function
    for function, (first, second) in MIXED.items():
        correlation = found.of(function) / np.sqrt(found.of(first) * found.of(second))
        assert np.all(np.abs(correlation) < 1 + 1e-12)
        assert np.abs(correlation).max() > 0.5  # and the sign is not lost in noise
    # The spin is flipped or not: A33 + 2 A_T counts the three components of Σ, 3 S without relativity.
    spins = found.of(Function.AXIAL_LONGITUDINAL) + 2 * found.of(Function.AXIAL_CURRENT)
    if symbol != "Xe" and multiple < 3:  # in xenon spin and orbit are coupled
        assert spins == approx(3 * found.charge, rel=2e-2)


COUPLINGS = st.floats(-3, 3)


@settings(max_examples=25)
@given(COUPLINGS, COUPLINGS, st.booleans(), st.floats(0.03, 3), st.sampled_from(["H", "Ne"]))
def test_weak_cross_section_is_never_negative(
    g_V: float, g_A: float, antineutrino: bool, energy: float, symbol: str
) -> None:
    model = central_field(symbol)
    top = min(energy, 0.25)
    T = np.concatenate([np.geomspace(5 * eV, 0.95 * top, 30), [s.binding_energy * (1 + 1e-6) for s in model.shells]])
    found = spectrum(na.Weak(g_V=g_V, g_A=g_A, antineutrino=antineutrino), model, energy, T)
    size = sum(np.abs(share) for share in found.shares.values())
    assert np.all(found.by_shell >= -1e-9 * size)


# --- numbers --------------------------------------------------------------------------------------------------


def limits(model: na.CentralField, shell: int, T: float) -> tuple[float, float]:
    """Q = T, and the ridge and 12 root-mean-square momenta of the shell [energy]."""
    scale = np.sqrt(2 * model.atom.solution.kinetic_energy(shell))
    return T, float(ridge(T / HARTREE) + 12 * scale) * MOMENTUM_AU


def integrals(model: na.CentralField | na.Impulse, shell: int, T: float, ends: tuple[float, float]) -> Array:
    """∫dQ² of all functions."""
    found = model.measure(np.array([T]), *np.array(ends)[:, None], ALL)
    return np.array([getattr(found, f.value)[shell, 0].sum() for f in ALL])


def direct_integrals(model: na.CentralField, shell: int, T: float, ends: tuple[float, float]) -> Array:
    """∫dQ² of all functions by partial waves alone, with a quadrature of their own."""
    solution, width = model.atom.solution, 0.06
    of = PartialWaves(solution, model.atom.calculated_shells)
    at = ridge(T / HARTREE)
    first, last = np.arcsinh(np.log(np.array(ends) / MOMENTUM_AU / at) / width)
    t = first + (last - first) * impulse.FRACTION
    Q = at * np.exp(width * np.sinh(t))
    (found,) = of.continuum(T / HARTREE + float(solution.energies[shell]), [shell], [Q], [None], axial=True)
    dQ2 = 2 * Q**2 * width * np.cosh(t) * (last - first) * impulse.SHARE
    return np.array([np.sum(found.of(f) * dQ2) for f in ALL]) * MOMENTUM_AU**2 / HARTREE


TABULATED = [("H", "1s1/2"), ("Ne", "1s1/2"), ("Ne", "2s1/2"), ("Ne", "2p3/2"), ("Xe", "4d5/2"), ("Xe", "4s1/2")]


@pytest.mark.parametrize("multiple", [1.3, 5.0, 25.0])
@pytest.mark.parametrize(("symbol", "label"), TABULATED)
def test_table_is_what_partial_waves_give(symbol: str, label: str, multiple: float) -> None:
    model = central_field(symbol)
    i = index(model, label)
    T = multiple * model.shells[i].binding_energy
    ends = limits(model, i, T)
    ratio = integrals(model, i, T, ends) / direct_integrals(model, i, T, ends)
    # Asked of S and R only, its tolerance of 5e-3 holds for the others: found 3e-3 in R of 4s and 1.2e-3 else.  It does
    # not for the pseudoscalar function near the edge of an s shell with inner nodes, an integral over fast electrons.
    slack = np.full(len(ALL), 5e-3)
    slack[ALL.index(Function.PSEUDOSCALAR)] = 2e-2 if label == "4s1/2" else 5e-3
    assert np.all(np.abs(ratio - 1) < slack), ratio


FAR = [("H", "1s1/2"), ("Ne", "1s1/2"), ("Ne", "2p3/2"), ("Xe", "4d5/2"), ("Ge", "3d5/2")]


@pytest.mark.parametrize(("symbol", "label"), FAR)
def test_far_above_the_shell_they_are_those_of_moving_electrons(symbol: str, label: str) -> None:
    model = central_field(symbol)
    i = index(model, label)
    # 30 mean kinetic energies: partial waves against momentum densities, nothing in common.  1e-3 was wanted; A00, for
    # which the small components matter, approaches most slowly: 5e-4 in H.
    T = 30 * kinetic_scale(model, i)
    ends = limits(model, i, T)
    assert direct_integrals(model, i, T, ends) == approx(integrals(na.Impulse(model.atom), i, T, ends), rel=1e-3)


@pytest.mark.parametrize("multiple", [0.3, 4.0, 20.0])
@pytest.mark.parametrize(("symbol", "label"), SHELLS)
def test_twice_the_grid_and_partial_waves_change_nothing(symbol: str, label: str, multiple: float) -> None:
    # 0.3 % wanted on the ridge; found: see the tolerance.
    Q = np.array([0.7, 0.9, 1.0, 1.1, 1.4])
    coarse, fine = (continuum(symbol, label, multiple, Q, r) for r in (Discretisation(), Discretisation().doubled()))
    for function in ALL:
        scale = np.sqrt(np.prod([fine.of(f) for f in MIXED.get(function, (function, function))], axis=0))
        assert np.all(np.abs(coarse.of(function) - fine.of(function)) < 1e-3 * scale), function

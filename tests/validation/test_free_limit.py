"""Far above its binding an electron is free: shell by shell, and the atom as a whole."""

import numpy as np
import pytest

from central_fields import central_field, direct, index, kinetic_scale
from nuatom import CentralField, MagneticMoment, cross_section
from nuatom.response.impulse import Impulse
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2, SPEED_OF_LIGHT_AU

pytestmark = pytest.mark.slow


def ratios_to_free(model: CentralField | Impulse, shell: int, transfer: float) -> np.ndarray:
    """T∫S dQ²/Q² and ∫S dQ²/(E'+m) per electron: 1 for a free electron at rest, exactly."""
    T = np.array([transfer])
    measure = model.measure(T, 0 * T, np.array([np.inf]))
    S, Q = measure.charge[shell, 0], measure.momentum[shell, 0]
    occupancy = model.shells[shell].occupancy
    return np.array([np.sum(S / Q**2) * transfer, np.sum(S) / (2 * ELECTRON_MASS + transfer)]) / occupancy


# What the criterion "0.5 % at 50 binding energies" misses, in ∫S dQ²/Q²: outer shells with inner nodes, whose electrons
# are fast near the nucleus, ⟨p²⟩/2m = 5 to 9 binding energies.  Verified with twice the partial waves and grid below.
MISSING = {
    "Ge": {},
    "Xe": {"1s1/2": 0.006, "5s1/2": 0.007, "5p1/2": 0.011, "5p3/2": 0.011},
}


@pytest.mark.parametrize("symbol", ["Ge", "Xe"])
def test_slow_shells_are_free_at_fifty_binding_energies(symbol: str) -> None:
    model = central_field(symbol)
    tested = 0
    for i, shell in enumerate(model.shells):
        if model.table.moments[i].mean_square() / SPEED_OF_LIGHT_AU**2 > 3e-3:
            continue
        tested += 1
        found = ratios_to_free(model, i, 50 * shell.binding_energy)
        most = MISSING[symbol].get(shell.label, 5e-3)
        assert np.all(np.abs(found - 1) < most), (shell.label, found)
        if shell.label in MISSING[symbol]:
            # It does miss: if this fails the list above is out of date.
            assert np.abs(found - 1).max() > 5e-3, (shell.label, found)
            assert kinetic_scale(model, i) > 5 * shell.binding_energy
        later = ratios_to_free(model, i, 100 * shell.binding_energy)
        assert np.all(np.abs(later - 1) < 5e-3), (shell.label, later)
    assert tested >= 7


@pytest.mark.parametrize("symbol", ["Ge", "Xe"])
def test_slow_shells_are_free_on_the_scale_of_their_own_motion(symbol: str) -> None:
    # Binding is felt as ε/T, the shell's potential as (⟨p²⟩/2m)/T: the second is the larger.
    model = central_field(symbol)
    for i, shell in enumerate(model.shells):
        if model.table.moments[i].mean_square() / SPEED_OF_LIGHT_AU**2 > 3e-3:
            continue
        for multiple in (10.0, 20.0, 50.0):
            found = ratios_to_free(model, i, multiple * kinetic_scale(model, i))
            assert np.all(np.abs(found - 1) < 5e-3), (shell.label, multiple, found)


@pytest.mark.parametrize("symbol", ["Ge", "Xe"])
def test_deep_shells_are_free_electrons_in_motion(symbol: str) -> None:
    # ⟨p²⟩/m² of up to 0.2: the free electron at rest is no limit, the average over the momentum distribution is.
    model = central_field(symbol)
    moving = Impulse(model.atom)
    for i, shell in enumerate(model.shells):
        for T in (50 * shell.binding_energy, 10 * kinetic_scale(model, i)):
            ratio = ratios_to_free(model, i, T) / ratios_to_free(moving, i, T)
            slack = MISSING[symbol].get(shell.label, 5e-3)
            assert np.all(np.abs(ratio - 1) < slack), (shell.label, T, ratio)


@pytest.mark.parametrize("label", ["5s1/2", "5p1/2", "5p3/2"])
def test_the_slow_approach_of_outer_shells_is_converged(label: str) -> None:
    # Partial waves alone, no table; twice the grid and twice the partial waves change nothing.
    model = central_field("Xe")
    i = index(model, label)
    shell = model.shells[i]
    result = []
    for finer in (False, True):
        found = direct(model, i, 50 * shell.binding_energy, finer=finer)
        result.append(found.transfer * np.sum(found.charge * found.dQ2 / found.momentum**2) / shell.occupancy)
    assert result[0] == pytest.approx(result[1], rel=1e-5)
    assert 5e-3 < 1 - result[1] < MISSING["Xe"][label]
    # The table says the same.
    assert ratios_to_free(model, i, 50 * shell.binding_energy)[0] == pytest.approx(result[1], abs=5e-4)


@pytest.mark.parametrize("symbol", ["Ge", "Xe"])
@pytest.mark.parametrize("energy", [0.3, 1.0, 5.0])
def test_whole_atom_at_half_the_endpoint(symbol: str, energy: float) -> None:
    model = central_field(symbol)
    T = energy**2 / (ELECTRON_MASS + 2 * energy)
    free = np.pi * (FINE_STRUCTURE * 1e-11 / ELECTRON_MASS) ** 2 * HBARC2 * (1 / T - 1 / energy)
    found = cross_section(MagneticMoment(1e-11), model, energy, T)
    # Z(1/T − 1/E) to 1 %: of 54 electrons 2 have ⟨p²⟩/m² = 0.2 and their share is smeared over T.
    assert found == pytest.approx(model.atom.Z * free, rel=1e-2)

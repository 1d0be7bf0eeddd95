"""From partial waves to the impulse limit: the join is seamless in what is integrated over Q."""

import numpy as np
import pytest

from central_fields import Direct, central_field, direct, kinetic_scale
from nuatom import MagneticMoment, spectrum
from nuatom.functions import VECTOR
from nuatom.response.response_table import HAND_OVER, hand_over
from nuatom.units import HARTREE

pytestmark = pytest.mark.slow

ENERGY = 20.0  # far above every T here, so that nothing but the response bends the curve
COUPLING = MagneticMoment(1e-11)
XENON = range(17)
POINTS = (17.0, 21.0, 30.0, 51.0)
"""T over the shell's own scale: below and above the hand-over."""


def shares(found: Direct) -> np.ndarray:
    """Longitudinal and total dσ/dT of a shell from partial waves alone."""
    weights = COUPLING.weights(ENERGY, found.transfer, found.momentum)
    longitudinal = np.sum(weights.charge * found.charge * found.dQ2)
    return np.array([longitudinal, longitudinal + np.sum(weights.current * found.current * found.dQ2)])


def table_shares(shell: int, transfer: np.ndarray) -> np.ndarray:
    """The same from the model, shape (2, nT)."""
    found = spectrum(COUPLING, central_field("Xe"), ENERGY, transfer)
    return np.array([found.longitudinal[shell], found.by_shell[shell]])


@pytest.mark.parametrize("shell", XENON)
def test_cross_section_of_a_shell_is_that_of_partial_waves(shell: int) -> None:
    model = central_field("Xe")
    for multiple in POINTS:
        T = multiple * kinetic_scale(model, shell)
        ratio = table_shares(shell, np.array([T]))[:, 0] / shares(direct(model, shell, T)) - 1
        # 0.5 % is the promise.
        assert np.all(np.abs(ratio) < 5e-3), (model.shells[shell].label, multiple, ratio)


@pytest.mark.parametrize("shell", XENON)
def test_no_kink_in_the_cross_section(shell: int) -> None:
    model = central_field("Xe")
    middle = hand_over(model.table.binding[shell], model.table.moments[shell]) * HARTREE
    assert middle == pytest.approx(HAND_OVER * kinetic_scale(model, shell), rel=1e-6)
    start, end = 0.7 * middle, 1.4 * middle
    T = np.geomspace(0.5 * start, 2.0 * end, 60)
    for values in table_shares(shell, T):
        smooth = np.log(values * T)
        # A smooth curve through the points away from it must pass through those beside it.
        x = np.log(T)
        outside = (start > T) | (end < T)
        fit = np.polynomial.Polynomial.fit(x[outside], smooth[outside], 5)
        assert np.max(np.abs(smooth - fit(x))) < 5e-3, model.shells[shell].label


@pytest.mark.parametrize("shell", [1, 8, 13, 16])
def test_the_ridge_is_that_of_partial_waves_point_by_point(shell: int) -> None:
    model = central_field("Xe")
    T = 2.6 * HAND_OVER * kinetic_scale(model, shell)
    found = direct(model, shell, T)
    values = model.structure(np.array([T]), found.momentum[None], VECTOR)
    S = values.charge[shell, 0]
    # The final state's potential shifts the ridge by a fraction of its width, which the impulse limit does not have: it
    # is off by a tenth of the maximum.
    assert np.max(np.abs(S - found.charge)) < 5e-3 * found.charge.max()
    centre, reference = (np.average(found.momentum, weights=s * found.dQ2) for s in (S, found.charge))
    assert centre == pytest.approx(reference, rel=1e-3)

"""CentralField of hydrogen against closed forms: the one atom whose response is known exactly."""

import numpy as np
import pytest

from central_fields import central_field, direct
from nuatom import Hydrogenic, photoabsorption
from nuatom.functions import VECTOR
from nuatom.response.sum_rules import bethe_sum, closure_sum, trk_sum
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, MOMENTUM_AU, barn, keV

RATIOS = np.array([1.01, 1.05, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 18.0, 26.0])


def closed_form(ratio: np.ndarray) -> np.ndarray:
    """T∫S dQ²/Q² = ∫S dQ²/2m of the 1s electron, T = ratio·ε, without relativity.

    The Bethe generalised oscillator strength (H. Bethe, Ann. Phys. 397 (1930) 325) integrated over Q.
    """
    k = np.sqrt(ratio - 1)
    bracket = np.exp(-4 / k * np.arctan(k)) * (k**4 - 2 * k**2 + 7 / 3) / (1 + k**2) ** 2
    return np.asarray((1 - bracket) / (1 - np.exp(-2 * np.pi / k)))


def test_closed_form_at_threshold() -> None:
    assert closed_form(np.array([1 + 1e-9]))[0] == pytest.approx(1 - 7 / 3 * np.exp(-4), abs=1e-8)


def test_partial_waves_meet_the_closed_form() -> None:
    model = central_field("H")
    edge = model.shells[0].binding_energy
    for ratio in (1.2, 3.0, 26.0):
        found = direct(model, 0, ratio * edge)
        # From Q = T on; below it lies (T/Q_r)² ~ 1e-5 of the integral.  Relativity is of order α² = 5e-5.
        value = found.transfer * np.sum(found.charge * found.dQ2 / found.momentum**2)
        assert value == pytest.approx(closed_form(np.array([ratio]))[0], rel=1e-4)


def test_integrals_over_momentum() -> None:
    model = central_field("H")
    T = RATIOS * model.shells[0].binding_energy
    measure = model.measure(T, 0 * T, np.full(T.size, np.inf))
    S, Q = measure.charge[0], measure.momentum[0]
    expected = closed_form(RATIOS)
    # Relativity: 5e-5; interpolation of the table: 1e-5.  At 26 ε the corrected impulse limit has taken over.
    assert np.all(np.abs(T * np.sum(S / Q**2, axis=-1) / expected - 1) < 1e-4)
    # ∫S dQ² is (E'+m) for a free electron, (1 + T/2m) times its non-relativistic value: 3.5e-4 at 26 ε.
    value = np.sum(S, axis=-1) / (2 * ELECTRON_MASS + T)
    np.testing.assert_allclose(value, expected, rtol=3e-4)
    nonrelativistic = np.sum(S, axis=-1) / (2 * ELECTRON_MASS)
    assert nonrelativistic[-1] / expected[-1] - 1 == pytest.approx(T[-1] / (2 * ELECTRON_MASS), abs=1.5e-4)


def test_pointwise_against_the_exact_solution() -> None:
    model, exact = central_field("H"), Hydrogenic(1, 0, 1)
    edge = model.shells[0].binding_energy
    Q = np.geomspace(0.01, 8, 40) * MOMENTUM_AU
    T = edge * np.array([1.01, 1.5, 3.0, 8.0, 11.9, 15.0])
    a, b = model.structure(T, Q, VECTOR), exact.structure(T * exact.binding_energy / edge, Q, VECTOR)
    largest = b.charge[0].max(axis=-1, keepdims=True)
    # Interpolation in ε' and p.  Further up relativity shifts the flanks: `test_flanks` allows for it.
    assert np.all(np.abs(a.charge[0] - b.charge[0]) < 2e-3 * largest)
    near = b.charge[0] > 0.01 * largest
    np.testing.assert_allclose(a.charge[0][near], b.charge[0][near], rtol=3e-3)
    # R is small and its relative corrections are of order α²; what remains is interpolation.
    np.testing.assert_allclose(a.current[0][near], b.current[0][near], rtol=3e-3)


@pytest.mark.parametrize("Q", [0.3, 1.0, 3.0, 10.0, 30.0])
def test_sum_rules_with_lines(Q: float) -> None:
    model = central_field("H")
    bethe, closure = bethe_sum(model, [Q * keV]), closure_sum(model, [Q * keV])
    assert abs(bethe.deviation[0]) < 1e-3
    assert abs(closure.deviation[0]) < 1e-3
    nonrelativistic = (Q * keV) ** 2 / (2 * ELECTRON_MASS)
    assert bethe.total_expected[0] == pytest.approx(nonrelativistic, rel=2e-3)
    # |⟨1s|e^{iqr}|1s⟩|² = (1 + (Qa/2)²)⁻⁴.
    elastic = (1 + (Q * keV / MOMENTUM_AU / 2) ** 2) ** -4
    assert closure.total_expected[0] == pytest.approx(1 - elastic, abs=1e-3)


def test_thomas_reiche_kuhn() -> None:
    found = trk_sum(central_field("H"))
    # The table's interpolation limits this.
    assert found.total[0] == pytest.approx(1, abs=1e-3)
    # 0.5650 of it is in the lines (Bethe and Salpeter, table 13).
    assert found.lines.sum() == pytest.approx(0.5650, abs=3e-4)


def test_photoabsorption() -> None:
    model = central_field("H")
    edge = model.shells[0].binding_energy
    ratio = np.array([1.0001, 1.01, 1.05, 1.3, 2.0, 5.0, 20.0, 100.0, 400.0])
    k = np.sqrt(ratio - 1)
    # M. Stobbe, Ann. Phys. 399 (1930) 661: 2⁹π²/3 α a² (ε/T)⁴ e^{−4 arccot(n)·n}/(1 − e^{−2πn}), n = 1/k.
    radius2 = (MOMENTUM_AU**-1) ** 2 * 197.3269804e-12**2  # ħc in MeV·mm
    exact = (
        512 * np.pi**2 / 3 * FINE_STRUCTURE * radius2 * ratio**-4.0
        * np.exp(-4 / k * np.arctan(k)) / (1 - np.exp(-2 * np.pi / k))
    )  # fmt: skip
    found = photoabsorption(model, ratio * edge)
    assert exact[0] == pytest.approx(6.304e6 * barn, rel=1e-3)
    # S and R are kept constant below a photoelectron energy of 0.02 eV: 0.4 % at the edge itself.
    np.testing.assert_allclose(found[0], exact[0], rtol=5e-3)
    # The formula is of the dipole approximation and without relativity: both change it by v²/c² ~ α² T/ε.
    assert np.all(np.abs(found[1:] / exact[1:] - 1) < 1e-4 + 0.2 * FINE_STRUCTURE**2 * ratio[1:])

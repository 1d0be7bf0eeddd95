"""The table under a CentralField: its grid, its estimates, and what it says against partial waves done afresh."""

from pathlib import Path

import numpy as np
import pytest

from central_fields import atoms, central_field, direct, kinetic_scale
from nuatom import Atom, CentralField
from nuatom.functions import VECTOR
from nuatom.response.response_table import (
    FAR,
    HAND_OVER,
    LOWEST,
    POINTS,
    ResponseTable,
    hand_over,
    ridge,
)
from nuatom.response.table_file import fetch_table
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU, eV


def test_ridge_is_the_free_electrons_momentum() -> None:
    T = np.array([1e-5, 1e-3, 0.1, 3.0])
    expected = np.sqrt(T * (T + 2 * ELECTRON_MASS))
    np.testing.assert_allclose(ridge(T / HARTREE) * MOMENTUM_AU, expected, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", atoms("H", "Xe"))
def test_grid_of_the_table(symbol: str) -> None:
    table = central_field(symbol).table
    assert np.all(np.diff(table.energies) > 0)
    np.testing.assert_allclose(
        np.diff(table.t, axis=1), np.diff(table.t, axis=1)[:, :1] * np.ones(POINTS - 1), rtol=1e-9
    )
    p = table.width[:, None] * np.sinh(table.t)
    # From well below the photon point, p = −m, to 2 MeV, where p is half of Q.
    assert LOWEST > 3 * SPEED_OF_LIGHT_AU
    assert np.all(p[:, 0] <= -LOWEST * (1 - 1e-12))
    assert np.all(2 * p[:, -1] >= FAR * (1 - 1e-12))
    # Finest at the ridge, a tenth of the width of the momentum distribution and finer.
    for i, moments in enumerate(table.moments):
        assert np.diff(p[i]).min() < 0.1 * moments.scale
        T = 3.0 * table.binding[i]
        Q = float(ridge(T)) * np.exp(table.log_ratio(i, T))
        np.testing.assert_allclose((Q**2 - ridge(T) ** 2) / (2 * Q), p[i], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("symbol", atoms("H", "Ar", "Ge", "Xe"))
def test_every_number_is_there_where_it_is_used(symbol: str) -> None:
    table = central_field(symbol).table
    for i, (binding, moments) in enumerate(zip(table.binding, table.moments, strict=True)):
        assert hand_over(binding, moments) == pytest.approx(HAND_OVER * max(binding, 0.5 * moments.scale**2))
        T, end = table.energies + binding, 1.25 * table.end(i)
        for values in table.values[:, i]:
            assert np.all(np.isfinite(values[end >= T]))
            assert np.all(values[end >= T] > -600)
        # There must be something to interpolate to beyond the end, and anchors on both sides of the hand-over.
        assert np.any(np.isfinite(table.values[0, i, end < T]))
        anchors = table.approach.energies[np.isfinite(table.approach.values[0, i, :, 0])] + binding
        assert anchors[0] < hand_over(binding, moments) < anchors[2]


@pytest.mark.parametrize("symbol", atoms("H", "Ar", "Ge", "Xe"))
def test_estimated_errors_are_within_the_tolerance(symbol: str) -> None:
    model = central_field(symbol)
    assert np.all(model.table.relative_error >= 2e-4)
    assert np.all(model.table.relative_error < model.tolerance)
    assert np.all(model.table.hand_over_error < model.tolerance)


def test_stored_and_read_back_it_is_the_same_table() -> None:
    first = central_field("H").table
    calls: list[tuple[int, int]] = []
    second = fetch_table(Atom("H"), 5e-3, progress=lambda *done: calls.append(done))
    assert not calls
    for name in ("binding", "energies", "t", "width", "values", "relative_error", "deviation"):
        np.testing.assert_array_equal(getattr(second, name), getattr(first, name))
    np.testing.assert_array_equal(second.moments[0].log_moments, first.moments[0].log_moments)
    np.testing.assert_array_equal(second.approach.values, first.approach.values)
    assert second.excitations.final == first.excitations.final
    assert isinstance(second, ResponseTable)


@pytest.mark.slow
def test_progress_counts_up_to_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path))  # where nothing is known yet
    calls: list[tuple[int, int]] = []
    model = CentralField(Atom("H"), tolerance=0.05, progress=lambda *done: calls.append(done)).build()
    assert len(calls) == len(model.table.energies) + len(model.table.approach.energies)
    assert all(done <= total for done, total in calls)
    assert calls[-1][0] == calls[-1][1]
    # A looser tolerance needs no more energies than the default one.
    assert len(model.table.energies) <= len(central_field("H").table.energies)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", atoms("Ge", "Xe"))
def test_table_against_partial_waves_at_random_transfers(symbol: str) -> None:
    model = central_field(symbol)
    random = np.random.default_rng(20240607)
    for i, shell in enumerate(model.shells):
        top = HAND_OVER * kinetic_scale(model, i) - shell.binding_energy
        for energy in np.exp(random.uniform(np.log(0.3 * eV), np.log(top), 3)):
            found = direct(model, i, shell.binding_energy + energy)
            T = np.array([found.transfer])
            measure = model.measure(T, T, found.momentum[-1:])
            Q = measure.momentum[i, 0]
            longitudinal = np.sum(measure.charge[i, 0] / Q**2) / np.sum(found.charge * found.dQ2 / found.momentum**2)
            transverse = np.sum(measure.current[i, 0] / Q**2) / np.sum(found.current * found.dQ2 / found.momentum**2)
            whole = np.sum(measure.charge[i, 0]) / np.sum(found.charge * found.dQ2)
            where = f"{symbol} {shell.label} at T = {found.transfer / eV:.5g} eV"
            # The estimate is the error of a left-out energy over 16, at tabulated energies: right for fourth order at a
            # midpoint, too small by up to a factor 4 where a resonance is still being resolved.
            assert abs(longitudinal - 1) < 6 * measure.relative_error[i, 0], where
            assert abs(longitudinal - 1) < model.tolerance, where
            assert abs(transverse - 1) < model.tolerance, where
            assert abs(whole - 1) < model.tolerance, where
            # Pointwise, in units of the largest S at that T, which is what an integral with a smooth weight sees.
            values = model.structure(T, found.momentum[None], VECTOR)
            assert np.max(np.abs(values.charge[i, 0] - found.charge)) < 5e-3 * found.charge.max(), where


@pytest.mark.slow
@pytest.mark.parametrize("label", ["1s1/2", "3d5/2", "4d5/2", "5p3/2"])
def test_the_low_end_of_the_table_is_the_optical_limit(label: str) -> None:
    # S ∝ Q² and R constant hold from well inside the table, y = −5, to beyond its end.
    model = central_field("Xe")
    i = [s.label for s in model.shells].index(label)
    T = np.array([1.5, 3.0]) * model.shells[i].binding_energy
    Q = np.sqrt(T * (T + 2 * ELECTRON_MASS))[:, None] * np.exp([-9.0, -7.0, -6.7, -6.3, -5.7, -5.0])
    found = model.structure(T, Q, VECTOR)
    scaled = found.charge[i] / Q**2
    # Corrections are of order (Qr)², 1e-3 at y = −5 for the outer shells; in the last cell, of length 0.64 in y, the
    # slope at its end is a first difference, which costs 1 %.
    np.testing.assert_allclose(scaled / scaled[:, -1:], 1, rtol=1.5e-2)
    np.testing.assert_allclose(found.current[i] / found.current[i][:, -1:], 1, rtol=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("label", "ratio"), [("1s1/2", 3.0), ("3d5/2", 1.2), ("5p3/2", 40.0)])
def test_partial_waves_are_converged(label: str, ratio: float) -> None:
    model = central_field("Xe")
    i = [s.label for s in model.shells].index(label)
    T = ratio * model.shells[i].binding_energy
    default, finer = (direct(model, i, T, finer=finer) for finer in (False, True))
    weight = default.dQ2 / default.momentum**2
    for name in ("charge", "current"):
        a, b = getattr(default, name), getattr(finer, name)
        assert np.sum(a * weight) == pytest.approx(np.sum(b * weight), rel=1e-4)
        np.testing.assert_allclose(a, b, atol=1e-3 * b.max())

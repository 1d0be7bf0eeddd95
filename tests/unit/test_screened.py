"""Screened: exact limits, thresholds, tables, and what it refuses."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from central_fields import atoms, central_field, screened, screened_at, slater, stage
from nuatom import Atom, CentralField, Screened, photoabsorption
from nuatom.functions import ALL, MIXED, VECTOR, Function
from nuatom.response.model import Measure
from nuatom.response.response_table import ridge
from nuatom.response.screened import FADE, SCREENING_ERROR
from nuatom.response.screening.interaction import AveragedExchange, LocalExchange, NoInteraction
from nuatom.response.screening.random_phase import DRESSED
from nuatom.response.screening.stage import StageSettings
from nuatom.response.screening.table import _from_table, _to_table
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU, eV, keV

Array = NDArray[np.float64]
MOMENTA = np.array([0.05, 1.0, 5.0, 20.0, 60.0]) * keV
FEW: dict[str, Any] = {"multipoles": 3, "highest": 1 * keV}
"""As little of a table as a test needs."""


def whole(measure: Measure, power: int = -2) -> Array:
    """∫dQ² Q^power S by shell, shape (shell, nT)."""
    return np.asarray(np.sum(measure.charge * measure.momentum**power, axis=-1))


# --- one electron ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "charge"), [("H", 0), ("He", 1)])
@pytest.mark.parametrize("interaction", [LocalExchange(), AveragedExchange(), NoInteraction()])
def test_one_electron_screens_nothing(symbol: str, charge: int, interaction: object) -> None:
    """No self-interaction: exactly the central field, which is that of the nucleus alone."""
    atom = Atom(symbol, charge=charge)
    model, exact = Screened(atom, interaction), CentralField(atom)  # type: ignore[arg-type]
    T = model.shells[0].binding_energy * np.array([0.5, 1.01, 2.0, 10.0, 300.0])
    found, wanted = model.structure(T, MOMENTA, VECTOR), exact.structure(T, MOMENTA, VECTOR)
    for f in VECTOR:
        np.testing.assert_array_equal(getattr(found, f.value), getattr(wanted, f.value))
    np.testing.assert_array_equal(found.relative_error, wanted.relative_error)
    top = np.full(T.size, np.inf)
    np.testing.assert_array_equal(whole(model.measure(T, T, top)), whole(exact.measure(T, T, top)))
    lines, known = model.lines(), exact.lines()
    assert lines.final == known.final
    np.testing.assert_array_equal(lines.charge, known.charge)
    np.testing.assert_array_equal(photoabsorption(model, T[1:]), photoabsorption(exact, T[1:]))


@pytest.mark.slow
def test_without_interaction_the_ratio_is_one() -> None:
    model = Screened(Atom("He"), NoInteraction(), highest=0.5 * keV, multipoles=2)
    np.testing.assert_allclose(model.table.ratio, 1, rtol=0, atol=1e-12)
    # The interference has rounding of two sums.
    np.testing.assert_allclose(model.table.shift, 0, atol=1e-12)
    T = np.array([25.0, 40.0, 100.0, 300.0, 450.0, 2000.0]) * eV
    found, wanted = model.structure(T, MOMENTA, VECTOR), central_field("He").structure(T, MOMENTA, VECTOR)
    # Helium's lines are below its one threshold: above it there is only what their width carries there.
    assert np.all(found.charge >= wanted.charge * (1 - 1e-12))
    np.testing.assert_allclose(found.charge[:, 1:], wanted.charge[:, 1:], rtol=0.02)
    np.testing.assert_allclose(found.charge[:, -1:], wanted.charge[:, -1:], rtol=1e-12)


# --- thresholds, lines, the join ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("symbol", atoms("He", "Ar"))
def test_closed_below_the_first_threshold(symbol: str) -> None:
    model = screened(symbol)
    first = min(shell.binding_energy for shell in model.shells)
    T = first * np.array([0.01, 0.5, 0.999, 1.0])
    found = model.structure(T, MOMENTA, VECTOR)
    for f in VECTOR:
        assert not getattr(found, f.value).any()
    measure = model.measure(T, T, np.full(T.size, np.inf))
    assert not measure.charge.any() and not measure.current.any()
    assert np.all(model.lines().transfer < first)


def test_at_no_transfer_there_is_nothing() -> None:
    assert not screened("He").structure(np.array([0.0, 1.0]) * eV, MOMENTA, VECTOR).charge.any()


@pytest.mark.slow
def test_shells_open_one_by_one_but_for_lines_in_the_continuum() -> None:
    model = screened("Ar")
    i = [shell.label for shell in model.shells].index("2p3/2")
    edge = model.shells[i].binding_energy
    T = np.array([0.3, 0.6, 0.99, 1.01]) * edge
    found = model.structure(T, np.array([1.0]) * keV, VECTOR).charge[i, :, 0]
    # Below the edge there is the flank of the 2p → 4s, 3d lines, (Γ/2)/π(T − T_k)² with Γ = 5e-3 T_k, which ends at
    # 200 half widths, half of T_k.
    assert found[0] == 0 < found[1] < 2e-3 * found[3]
    assert found[2] > 10 * found[1]


@pytest.mark.parametrize("symbol", atoms("He", "Ar"))
def test_no_jump_and_no_kink_where_screening_ends(symbol: str) -> None:
    model, plain = screened(symbol), central_field(symbol)
    for place in (model.highest, FADE * model.highest):
        step = 1e-3
        T = place * (1 + step * np.array([-3.0, -2.0, -1.0, -1e-6, 1e-6, 1.0, 2.0, 3.0]))
        top = np.full(T.size, np.inf)
        relative = whole(model.measure(T, T, top)).sum(axis=0) / whole(plain.measure(T, T, top)).sum(axis=0)
        photons = photoabsorption(model, T) / photoabsorption(plain, T)
        for ratio in (relative, photons):
            assert abs(ratio[4] / ratio[3] - 1) < 1e-5
            left, right = (ratio[2] - ratio[0]) / 2, (ratio[7] - ratio[5]) / 2
            # The slope changes by less than 1 % of the cross section per unit of ln T.
            assert abs(right - left) < 1e-2 * step * 10
    above = np.array([1.0, 1.3, 10.0]) * model.highest
    found, wanted = model.structure(above, MOMENTA, VECTOR), plain.structure(above, MOMENTA, VECTOR)
    np.testing.assert_array_equal(found.charge, wanted.charge)
    np.testing.assert_array_equal(found.current, wanted.current)
    np.testing.assert_array_equal(found.relative_error, wanted.relative_error)


@pytest.mark.slow
def test_lines_carry_their_shell_level_and_functions() -> None:
    model = screened("Ar")
    lines = model.lines(ALL)
    labels = [shell.label for shell in model.shells]
    assert {labels[k] for k in lines.shell} <= set(labels)
    assert "4s1/2" in lines.final and any(final.startswith("≥") for final in lines.final)
    vector = model.lines()
    assert len(vector) == model.table.discrete.transfer.size < len(lines)
    # Lines of the axial current stay where independent electrons have them and move no charge.
    axial = lines.axial_current.sum(axis=1) > 0
    assert axial.any() and not lines.charge[axial].any()
    assert lines.charge.sum() == pytest.approx(vector.charge.sum(), rel=1e-12)


# --- what is screened and what is not ------------------------------------------------------------------


@pytest.mark.slow
def test_functions_that_move_no_charge_are_those_of_independent_electrons() -> None:
    model, plain = screened("Ar"), central_field("Ar")
    T = np.array([60.0, 150.0]) * eV  # away from lines
    found, wanted = model.structure(T, MOMENTA, ALL), plain.structure(T, MOMENTA, ALL)
    for f in set(ALL) - set(DRESSED):
        a, b = getattr(found, f.value), getattr(wanted, f.value)
        # Independent lines with their width are all that is added: flanks of 3s → np and 2p → ns, nd.
        np.testing.assert_allclose(a, b, rtol=0.02, atol=2e-3 * np.abs(b).max())
    assert np.abs(found.charge[:, :, 0].sum(axis=0) / wanted.charge[:, :, 0].sum(axis=0) - 1).max() > 0.05
    for mixed, (first, second) in MIXED.items():
        limit = np.sqrt(found[first] * found[second])
        assert np.all(np.abs(found[mixed]) <= limit * (1 + 1e-9))
    # The scalar density is screened as the charge is, and so is their interference.
    dressed = found.charge[:, :, 0].sum(axis=0) / wanted.charge[:, :, 0].sum(axis=0)
    mixed_too = found.scalar_charge[:, :, 0].sum(axis=0) / wanted.scalar_charge[:, :, 0].sum(axis=0)
    np.testing.assert_allclose(mixed_too, dressed, rtol=0.02)


@pytest.mark.slow
def test_structure_does_not_depend_on_what_else_is_asked() -> None:
    model = screened("Ar")
    T = np.array([20.0, 60.0, 400.0]) * eV
    together, again = model.structure(T, MOMENTA, VECTOR), model.structure(T[1:2], MOMENTA[2:3], VECTOR)
    assert together.charge[:, 1, 2] == pytest.approx(again.charge[:, 0, 0], rel=1e-12)
    each = model.structure(T, np.broadcast_to(MOMENTA, (3, MOMENTA.size)), VECTOR)
    np.testing.assert_array_equal(each.current, together.current)
    np.testing.assert_allclose(model.structure(T, MOMENTA, ALL).charge, together.charge, rtol=1e-6)


@pytest.mark.slow
def test_the_error_of_screening_is_added_where_there_is_screening() -> None:
    model, plain = screened("Ar"), central_field("Ar")
    T = np.array([0.1, 0.3, 5.0]) * keV
    found, known = (m.structure(T, MOMENTA, VECTOR).relative_error for m in (model, plain))
    np.testing.assert_allclose(found - known, np.array([SCREENING_ERROR, SCREENING_ERROR, 0]) * np.ones((7, 1)))


# --- the table -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_table_survives_storage() -> None:
    table = screened("Ar").table
    again = _from_table(_to_table(table))
    for name in ("transfer", "y", "ratio", "shift", "lines", "momentum"):
        np.testing.assert_array_equal(getattr(again, name), getattr(table, name))
    assert again.discrete.final == table.discrete.final
    np.testing.assert_array_equal(again.discrete.values, table.discrete.values)
    np.testing.assert_array_equal(again.discrete.shell, table.discrete.shell)


def test_the_table_is_computed_once_and_progress_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from nuatom.response.screening import table as module

    calls = []
    model = screened("He")
    _ = model.table
    # From the store: nothing is computed.
    monkeypatch.setattr(module, "build", lambda *_: pytest.fail("computed again"))
    other = replace(model, progress=lambda done, total: calls.append((done, total)))
    np.testing.assert_array_equal(other.table.ratio, model.table.ratio)
    assert calls == []


@pytest.mark.slow
def test_between_nodes_the_table_is_the_response_itself() -> None:
    model = Screened(slater("Ar"), **FEW)
    plain, table = model.independent, model.table
    between = np.sqrt(table.transfer[1:] * table.transfer[:-1])[::9]
    stages = [stage("Ar", top * eV, StageSettings(multipoles=model.multipoles)) for top in (60, 300, 1000)]
    deviation = []
    for T in between:
        on = next(s for s in stages if s.largest >= T)
        if (
            np.min(np.abs(np.array([t.energy for t in on.transitions]) - T)) < 3e-4
            or T * HARTREE > FADE * model.highest
        ):
            continue
        Q = float(ridge(T)) * np.exp(table.y[::8])
        found = screened_at(on, T * HARTREE, Q)
        base = plain.structure(T * HARTREE, Q * MOMENTUM_AU, VECTOR).charge[:, 0] * HARTREE
        wanted = np.sum(base + found.dressed[0] - found.bare[0] + found.lines[0], axis=0)
        value = model.structure(T * HARTREE, Q * MOMENTUM_AU, VECTOR).charge[:, 0].sum(axis=0) * HARTREE
        deviation.append(np.abs(value / wanted - 1).max())
    assert len(deviation) > 12
    # Measured over all gaps: median 4e-4; 1 to 2.4 % between the nodes on lines at 26–28 and 243–248 eV.
    assert np.median(deviation) < 1e-3
    assert np.max(deviation) < 0.03


@pytest.mark.slow
def test_ratios_are_finite_positive_and_one_where_a_shell_is_closed() -> None:
    model = screened("Ar")
    table = model.table
    assert np.all(np.isfinite(table.ratio)) and np.all(table.ratio > 0)
    assert np.all(np.isfinite(table.shift)) and np.all(np.isfinite(table.lines)) and np.all(table.lines[:3] >= 0)
    assert np.all(np.diff(table.transfer) > 0)
    for i, shell in enumerate(model.shells):
        closed = table.transfer * HARTREE < shell.binding_energy
        assert np.all(table.ratio[:, i, closed] == 1) and not table.shift[i, closed].any()


# --- measured edges ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_measured_edges_move_thresholds_and_keep_the_strength() -> None:
    # In Slater's field, whose outer shells open below their measured edges.
    own, moved = (Screened(slater("Ar", binding=binding), **FEW) for binding in ("calculated", "measured"))
    assert moved.shells != own.shells
    np.testing.assert_array_equal(moved.table.ratio, own.table.ratio)  # of one field, one table
    edges, fields = (np.array([s.binding_energy for s in m.shells]) for m in (moved, own))
    i = int(np.argmax(edges / fields * (fields < 0.1 * keV)))  # an outer shell that opens later than the field says
    assert edges[i] > fields[i]
    T = np.linspace(fields[i], edges[i], 5)[1:-1]
    strict = np.array([T[0], edges[i] * 1.05])
    a, b = own.structure(strict, MOMENTA, VECTOR).charge[i], moved.structure(strict, MOMENTA, VECTOR).charge[i]
    y = np.log(MOMENTA / MOMENTUM_AU / ridge(strict / HARTREE)[:, None])
    lines_only = moved._lines_in_continuum(strict, y, VECTOR)[Function.CHARGE][i]
    np.testing.assert_allclose(b[0], lines_only[0], rtol=1e-9)
    np.testing.assert_allclose(a[1], b[1], rtol=1e-9)
    lines = moved.lines()
    names = [f"below {moved.shells[k].label}" for k in range(len(moved.shells))]
    mine = np.array([final == names[i] for final in lines.final])
    assert mine.any()
    assert np.all((lines.transfer[mine] > fields[i]) & (lines.transfer[mine] < edges[i]))
    # What they carry is the integral over the gap, here by another rule.
    node, weight = np.polynomial.legendre.leggauss(20)
    gap = 0.5 * (edges[i] - fields[i])
    at = fields[i] + gap * (1 + node)
    k = int(np.argmin(np.abs(lines.momentum - 1 * keV)))
    Q = lines.momentum[k : k + 1]
    continuum = own.structure(at, Q, VECTOR).charge[i, :, 0]
    y = np.log(Q / MOMENTUM_AU / ridge(at / HARTREE)[:, None])
    broad = own._lines_in_continuum(at, y, VECTOR)[Function.CHARGE][i, :, 0]
    assert np.sum(lines.charge[mine, k]) == pytest.approx(np.sum((continuum - broad) * weight) * gap, rel=0.01)


# --- errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interaction": LocalExchange}, "interaction must be a choice object such as LocalExchange"),
        ({"interaction": "local"}, "interaction must be a choice object"),
        ({"width": 1e-4}, "width is a fraction of T between"),
        ({"width": 0.2}, "width is a fraction of T between"),
        ({"width": float("nan")}, "width is a fraction of T between"),
        ({"highest": 0.1 * keV}, "highest must be between 0.5 and 10 keV, not 0.1 keV"),
        ({"highest": 20 * keV}, "highest must be between"),
        ({"highest": float("nan")}, "highest must be between"),
        ({"multipoles": 1}, "multipoles must be a whole number from 2 to 20"),
        ({"multipoles": 21}, "multipoles must be a whole number"),
        ({"multipoles": 2.5}, "multipoles must be a whole number"),
        ({"multipoles": True}, "multipoles must be a whole number"),
        ({"tolerance": 1.0}, "tolerance must be between"),
    ],
)
def test_refuses_arguments_out_of_range(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Screened(Atom("Ar"), **arguments)  # type: ignore[arg-type]


def test_refuses_what_is_no_atom() -> None:
    with pytest.raises(ValueError, match=r'write Screened\(Atom\("Xe"\)\)'):
        Screened("Xe")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("transfer", "momentum", "message"),
    [
        ([np.nan], [1e-3], "transfer must be"),
        ([-1.0], [1e-3], "transfer must be"),
        ([1e-3], [0.0], "greater than zero"),
        ([1e-3], [np.inf], "momentum must be finite"),
        ([0.4], [0.3], "computed up to T = 0.3"),
    ],
)
def test_refuses_points_out_of_range(transfer: object, momentum: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        screened("He").structure(transfer, momentum, VECTOR)  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [([np.nan], [1.0]), ([-1.0], [1.0]), ([0.0], [np.nan])])
def test_refuses_limits_out_of_range(low: object, high: object) -> None:
    with pytest.raises(ValueError):
        screened("He").measure([1e-4], low, high)  # type: ignore[arg-type]


def test_equal_models_are_equal() -> None:
    assert Screened(Atom("Ar")) == Screened(Atom("Ar"), LocalExchange(), progress=print)
    assert Screened(Atom("Ar")) != Screened(Atom("Ar"), AveragedExchange())
    assert Screened(Atom("Ar")).photon_limit == CentralField(Atom("Ar")).photon_limit
    assert Screened(Atom("Ar")).shells == Atom("Ar").shells


def test_far_above_nothing_is_screened_and_every_electron_counts() -> None:
    model = screened("He")
    T = np.array([10 * keV])
    measure = model.measure(T, T, np.array([np.inf]))
    assert whole(measure)[0, 0] * T[0] == pytest.approx(2, rel=3e-3)
    assert whole(measure, 0)[0, 0] == pytest.approx(2 * (2 * ELECTRON_MASS + T[0]), rel=5e-3)

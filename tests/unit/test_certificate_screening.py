"""The certificate of screening passes a good atom, and every verdict in it fails for what it is there to find."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuatom as na
from central_fields import slater, with_values
from nuatom.certificate import Certificate, Outcome, certify_screening
from nuatom.certificate.screening import (
    check_absorption,
    check_below_edges,
    check_f_sum,
    check_gauge,
    check_one_electron,
    check_positive,
    check_screening_end,
)
from nuatom.certificate.screening_numerics import (
    Direct,
    _check_width,
    check_channels,
    check_independent,
    check_screening_convergence,
    check_screening_table,
)
from nuatom.figures import certificate_figures
from nuatom.functions import VECTOR, Function
from nuatom.response.model import StructureFunctions
from nuatom.response.screening.interaction import Medium
from nuatom.response.screening.random_phase import DRESSED
from nuatom.response.screening.stage import StageSettings
from nuatom.units import keV

pytestmark = pytest.mark.slow

SMALL = {"multipoles": 4, "highest": 0.5 * keV}
"""With them the table of helium takes two seconds, and its certificate four."""


def small(**choices: Any) -> na.Screened:
    return na.Screened(slater("He", binding=choices.pop("binding", "calculated")), **{**SMALL, **choices})


@cache
def helium() -> na.Screened:
    return small().build()


@cache
def certificate() -> Certificate:
    return certify_screening(helium())


def tampered(model: na.Screened | None = None, **changes: Any) -> na.Screened:
    """Helium with something else in its table."""
    other = replace(model or helium())
    other.__dict__["table"] = replace(helium().table, **changes)
    return other


def failures(outcome: Outcome) -> set[str]:
    assert outcome.checks
    return {check.name for check in outcome.checks if check.failed}


# --- good atoms ----------------------------------------------------------------------------------------


def test_helium_passes_with_every_check() -> None:
    found = certificate()
    assert [(check.name, check.deviation) for check in found.checks if check.failed] == []
    assert found.passed
    names = [check.name for check in found.checks]
    assert len(names) == len(set(names))
    assert {
        "positivity", "channels", "independent electrons", "Schwarz's inequality", "screened f-sum, Q → 0",
        "length and velocity, continuum", "length and velocity, with lines", "length and velocity, lines",
        "screening, grid", "screening, multipoles", "screening table, median", "end of screening", "beyond screening",
        "measured photoabsorption",
    } <= set(names)  # fmt: skip
    for check in found.checks:
        assert math.isfinite(check.value) and math.isfinite(check.reference) and check.tolerance > 0
        assert check.detail and check.source


def test_figures_are_drawn(tmp_path: Path) -> None:
    drawn = certificate_figures(certificate(), tmp_path / "he")
    assert {path.stem.removeprefix("screening-") for path in drawn} == {
        "absorption", "convergence", "end", "gauge", "table",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


@pytest.mark.parametrize(("symbol", "charge"), [("H", 0), ("He", 1)])
def test_one_electron_has_one_check(symbol: str, charge: int) -> None:
    seen: list[tuple[int, int]] = []
    found = certify_screening(
        na.Screened(na.Atom(symbol, charge=charge)), lambda done, total: seen.append((done, total))
    )
    assert [check.name for check in found.checks] == ["one electron"]
    assert found.passed and found.checks[0].value == 0
    assert seen[-1] == (1, 1)


def test_what_has_no_screening_is_refused() -> None:
    with pytest.raises(ValueError, match=r"try certify\(atom\)"):
        certify_screening(na.CentralField(na.Atom("He")))  # type: ignore[arg-type]


# --- faulty models ---------------------------------------------------------------------------------------


def test_one_electron_that_screens_is_found() -> None:
    @dataclass(frozen=True)
    class Wrong(na.Screened):
        def structure(self, transfer: Any, momentum: Any, functions: Any = VECTOR) -> StructureFunctions:
            found = super().structure(transfer, momentum, functions)
            return with_values(found, {Function.CHARGE: found.charge * (1 + 1e-15)})

    assert failures(check_one_electron(Wrong(na.Atom("H")))) == {"one electron"}


@pytest.mark.parametrize("value", [0.0, 1e-6, -1.0, math.nan])
def test_a_response_that_is_not_positive_is_found(value: float) -> None:
    ratio = helium().table.ratio.copy()
    ratio[1, 0, 20, 3] = value
    assert failures(check_positive(tampered(ratio=ratio))) == {"positivity"}


@pytest.mark.parametrize("value", [-1e-9, math.nan])
def test_a_negative_line_is_found(value: float) -> None:
    lines = helium().table.lines.copy()
    lines[0, 0, 20, 3] = value
    assert failures(check_positive(tampered(lines=lines))) == {"positivity"}


@dataclass(frozen=True)
class Lopsided:
    """An interaction in which one of two electrons feels the other more than the other way about."""

    def matrix(self, J: int, medium: Medium) -> Any:
        return medium.coulomb(J) * (1 + 0.1 * np.tanh(medium.r)[:, None])


def test_an_interaction_that_is_not_symmetric_loses_what_channels_gain() -> None:
    assert failures(check_channels(Direct.of(small(interaction=Lopsided())))) == {"channels"}


def test_strength_that_is_lost_breaks_the_sum_rule() -> None:
    found = helium().table.discrete
    without = tampered(discrete=replace(found, values=0.9 * found.values))
    assert failures(check_f_sum(without)) == {"screened f-sum, Q → 0", "screened f-sum, Q = 1 keV"}
    more = tampered(ratio=1.1 * helium().table.ratio)
    assert len(failures(check_f_sum(more))) == 3


def test_a_current_that_is_not_screened_as_the_charge_is_found() -> None:
    table = helium().table
    ratio = table.ratio.copy()
    ratio[1] = 1.0
    assert failures(check_gauge(tampered(ratio=ratio))) == {
        "length and velocity, continuum",
        "length and velocity, with lines",
    }
    values = table.discrete.values.copy()
    values[1] *= 1.01
    assert failures(check_gauge(tampered(discrete=replace(table.discrete, values=values)))) == {
        "length and velocity, lines"
    }


def test_flanks_of_lines_that_break_gauge_invariance_are_found() -> None:
    table = helium().table
    lines = table.lines.copy()
    lines[1, 0] += 0.1 * table.lines[1, 0].max() + 1e-3
    assert failures(check_gauge(tampered(lines=lines))) == {"length and velocity, with lines"}


def test_screening_that_ends_in_a_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tampered(ratio=1.1 * helium().table.ratio)
    assert failures(check_screening_end(model)) == set()
    monkeypatch.setattr(na.Screened, "_share", lambda self, T: (T < 0.9 * self.highest).astype(float))
    assert failures(check_screening_end(model)) == {"end of screening"}
    monkeypatch.setattr(na.Screened, "_share", lambda self, T: np.full(T.shape, 0.5))
    assert "beyond screening" in failures(check_screening_end(model))


def test_absorption_that_is_not_natures_is_found() -> None:
    assert failures(check_absorption(tampered(ratio=1.5 * helium().table.ratio))) == {"measured photoabsorption"}


@pytest.mark.parametrize("atom", [na.Atom("Ne", charge=1), na.Atom("Pu")])
def test_what_has_not_been_measured_is_not_compared(atom: na.Atom) -> None:
    assert check_absorption(na.Screened(atom)).checks == ()


def test_strength_below_a_measured_edge_that_is_lost_is_found() -> None:
    moved = small(binding="measured")
    assert moved.shells[0].binding_energy > helium().shells[0].binding_energy
    assert failures(check_below_edges(helium(), moved)) == set()

    @dataclass(frozen=True)
    class Lossy(na.Screened):
        def lines(self, functions: Any = VECTOR) -> Any:
            found = super().lines(functions)
            return with_values(found, {Function.CHARGE: 0.9 * found.charge})

    lossy = Lossy(moved.atom, **SMALL)
    assert failures(check_below_edges(helium(), lossy)) == {"strength below measured edges"}
    found = certify_screening(moved)
    assert found.passed and "strength below measured edges" in {check.name for check in found.checks}


# --- faulty numerics -------------------------------------------------------------------------------------


def test_too_few_multipoles_are_found() -> None:
    assert failures(check_screening_convergence(Direct.of(small(multipoles=2)))) == {"screening, multipoles"}


def test_a_coarse_grid_is_found() -> None:
    coarse = replace(Direct.of(helium()), settings=StageSettings(multipoles=4, stride=16, outside=1e-4))
    assert {"screening, grid", "screening, grid, Q → 0"} <= failures(check_screening_convergence(coarse))
    assert failures(check_independent(coarse)) == {"independent electrons"}


def test_interference_that_is_too_large_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    at = Direct.at

    def louder(self: Direct, transfer: float, momentum: Any) -> Any:
        found = at(self, transfer, momentum)
        dressed = found.dressed.copy()
        dressed[len(DRESSED) - 1] *= 2
        return replace(found, dressed=dressed)

    monkeypatch.setattr(Direct, "at", louder)
    assert failures(check_independent(Direct.of(helium()))) == {"Schwarz's inequality"}


def test_lines_whose_strength_depends_on_their_width_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    direct = Direct.of(na.Screened(slater("Ar"), **SMALL))
    at = Direct.at

    def stronger(self: Direct, transfer: float, momentum: Any) -> Any:
        found = at(self, transfer, momentum)
        return replace(found, lines=found.lines * self.widths.relative / direct.widths.relative)

    assert [check.passed for check in _check_width(direct)] == [True]
    monkeypatch.setattr(Direct, "at", stronger)
    assert [check.failed for check in _check_width(direct)] == [True]


def test_a_table_that_is_not_what_was_computed_is_found() -> None:
    good = helium().table
    assert failures(check_screening_table(Direct.of(tampered(ratio=1.05 * good.ratio)))) == {
        "screening table, median",
        "screening table, worst",
    }
    # One node in a while: the median does not see it.
    ratio = good.ratio.copy()
    ratio[:, :, ::7] *= 1.2
    assert "screening table, worst" in failures(check_screening_table(Direct.of(tampered(ratio=ratio))))

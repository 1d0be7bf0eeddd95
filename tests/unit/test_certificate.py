"""A certificate passes a good atom, and every verdict in it fails for what it is there to find."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuatom as na
from central_fields import slater, with_values
from nuatom.certificate import (
    Certificate,
    Outcome,
    Status,
    certify,
    check_convergence,
    check_current_conservation,
    check_dipole_limit,
    check_free_limit,
    check_interpolation,
    check_join,
    check_orbitals,
    check_photoionisation,
    check_sum_rules,
    check_thresholds,
    judge,
    skipped,
)
from nuatom.figures import certificate_figures
from nuatom.functions import VECTOR, Function
from nuatom.response.central_field import CentralField
from nuatom.response.model import Measure, StructureFunctions
from nuatom.response.partial_waves import Discretisation, PartialWaves
from nuatom.response.shell_table import TabulatedAtom
from nuatom.units import eV, keV

pytestmark = pytest.mark.slow  # tables of helium, neon and sodium in Slater's field, which Kissel's are of

ENERGIES = (0.2 * keV, 2 * keV)


@dataclass(frozen=True)
class Scaled(CentralField):
    """A faulty model: S and R two per cent too large, or any other factor of T and Q."""

    factor: Callable[[Any, Any], Any] = lambda T, Q: 1.02

    def structure(self, transfer: Any, momentum: Any, functions: Any = VECTOR) -> StructureFunctions:
        found = super().structure(transfer, momentum, functions)
        factor = self.factor(found.transfer[:, None], found.momentum)
        return with_values(found, {Function.CHARGE: found.charge * factor, Function.CURRENT: found.current * 1.02})

    def measure(self, transfer: Any, lower: Any, upper: Any, functions: Any = VECTOR) -> Measure:
        found = super().measure(transfer, lower, upper, functions)
        factor = self.factor(np.asarray(transfer)[:, None], found.momentum)
        return with_values(found, {Function.CHARGE: found.charge * factor})


@pytest.fixture(scope="module")
def helium() -> CentralField:
    return CentralField(slater("He")).build()


@pytest.fixture(scope="module")
def neon() -> CentralField:
    return CentralField(slater("Ne")).build()


@pytest.fixture(scope="module")
def sodium() -> CentralField:
    return CentralField(slater("Na")).build()


def waves_of(symbol: str, resolution: Discretisation | None = None) -> PartialWaves:
    atom = slater(symbol)
    return PartialWaves(atom.solution, atom.calculated_shells, resolution or Discretisation())


def altered(symbol: str, **changes: Any) -> na.Atom:
    """An atom whose field has been tampered with."""
    atom = slater(symbol)
    atom.__dict__["solution"] = replace(slater(symbol).solution, **changes)
    return atom


def failures(outcome: Outcome) -> set[str]:
    assert outcome.checks
    return {check.name for check in outcome.checks if check.failed}


def named(certificate: Certificate) -> set[str]:
    return {check.name for check in certificate.checks}


# --- good atoms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("atom", "present", "absent"),
    [
        (slater("H"), {"energy of one electron"}, {"self-consistency", "photoionisation"}),
        (slater("He"), {"self-consistency"}, {"energy of one electron", "photoionisation"}),
        (slater("Li", charge=2), {"energy of one electron"}, {"self-consistency"}),
        (na.Atom("He", exchange=na.KohnSham()), {"self-consistency"}, {"measured thresholds"}),
        (na.Atom("He", binding="measured"), {"measured thresholds"}, {"photoionisation"}),
    ],
    ids=["H", "He", "Li2+", "He Kohn-Sham", "He measured"],
)
def test_light_atoms_pass_with_the_checks_that_apply(atom: na.Atom, present: set[str], absent: set[str]) -> None:
    certificate = certify(atom)
    assert [check for check in certificate.checks if check.failed] == []
    assert certificate.passed
    assert present <= named(certificate)
    assert not absent & named(certificate)
    assert len(named(certificate)) == len(certificate.checks)
    for check in certificate.checks:
        assert math.isfinite(check.value) and math.isfinite(check.reference) and check.tolerance > 0
        assert check.detail and check.source


def test_an_atom_with_many_shells_and_measured_thresholds_passes() -> None:
    pytest.importorskip("xraylib")
    certificate = certify(slater("Ne", binding="measured"))
    assert [(check.name, check.deviation) for check in certificate.checks if check.failed] == []
    assert {"photoionisation", "measured thresholds", "dipole limit"} <= named(certificate)


def test_an_alkali_passes_though_its_outer_shell_has_a_cooper_minimum(sodium: CentralField) -> None:
    pytest.importorskip("xraylib")
    for check in (check_dipole_limit, check_free_limit, check_sum_rules, check_photoionisation):
        outcome = check(sodium)
        assert failures(outcome) == set()
    # The minimum is where the dipole limit is tested: there the ratio of its sides is one of two small numbers.
    (outer,) = (i for i, shell in enumerate(sodium.shells) if shell.label == "3s1/2")
    threshold = sodium.shells[outer].binding_energy
    found = sodium.structure(np.array([1.2, 5.0]) * threshold, np.array([1e-3]) * keV, VECTOR)
    assert found.current[outer, 0, 0] < 0.05 * found.current[outer, 1, 0]


def test_an_atom_in_another_configuration_than_kissels_is_not_compared() -> None:
    pytest.importorskip("xraylib")
    (check,) = check_photoionisation(CentralField(slater("Ce"))).checks
    assert check.status is Status.SKIPPED
    assert "Kissel's configuration differs: 4f has 2 electrons, here 1, 5d has 0 electrons, here 1" in check.detail


def test_an_ion_is_not_compared_with_the_tables_of_neutral_atoms() -> None:
    ion = CentralField(slater("Ne", charge=1))
    assert check_photoionisation(ion).checks == ()


def test_progress_ends_at_its_total() -> None:
    seen: list[tuple[int, int]] = []
    certify(slater("He"), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 5


def test_figures_are_drawn_into_a_new_folder(tmp_path: Path) -> None:
    drawn = certificate_figures(certify(slater("He")), tmp_path / "deep" / "check")
    assert {path.name for path in drawn} == {"sum-rules.png", "partial-waves.png", "join.png"}
    for path in drawn:
        assert path.read_bytes().startswith(b"\x89PNG")


# --- faulty fields -------------------------------------------------------------------------------------


def test_good_orbitals_pass() -> None:
    assert failures(check_orbitals(slater("Ne"))) == set()


def test_wrong_norm_is_found() -> None:
    P = slater("Ne").solution.P * (1 + 1e-5)
    assert failures(check_orbitals(altered("Ne", P=P))) >= {"orthonormal orbitals", "number of electrons"}


def test_mixed_orbitals_are_found() -> None:
    solution = slater("Ne").solution
    P = solution.P.copy()
    P[1] += 1e-4 * P[0]  # some 1s in 2s: the norm stays 1 to 1e-8
    assert failures(check_orbitals(altered("Ne", P=P))) >= {"orthonormal orbitals", "energy spread"}


def test_wrong_energies_are_found() -> None:
    energies = slater("Ne").solution.energies * (1 + 1e-3)
    assert failures(check_orbitals(altered("Ne", energies=energies))) == {"energy spread"}


def test_unconverged_potential_is_found() -> None:
    solution = slater("Ne").solution
    smooth = solution.smooth * (1 + 1e-5 * np.exp(-solution.grid.r))
    assert "self-consistency" in failures(check_orbitals(altered("Ne", smooth=smooth)))


def test_lost_charge_is_found() -> None:
    smooth = slater("Ne").solution.smooth + 1e-3
    assert "charge seen from afar" in failures(check_orbitals(altered("Ne", smooth=smooth)))


def test_wrong_energy_of_one_electron_is_found() -> None:
    energies = slater("H").solution.energies * (1 + 1e-8)
    assert "energy of one electron" in failures(check_orbitals(altered("H", energies=energies)))


# --- faulty responses ----------------------------------------------------------------------------------


def test_scaled_response_breaks_the_sum_rules(helium: CentralField) -> None:
    assert failures(check_sum_rules(helium)) == set()
    found = failures(check_sum_rules(Scaled(helium.atom)))
    assert {"f-sum, Q = 1 keV", "f-sum, Q = 100 keV", "closure, Q = 100 keV"} <= found


def test_missing_lines_break_the_sum_rule(helium: CentralField) -> None:
    @dataclass(frozen=True)
    class Lineless(CentralField):
        def lines(self, functions: Any = VECTOR) -> Any:
            found = super().lines(functions)
            return with_values(found, {Function.CHARGE: 0 * found.charge})

    # A sixth of the strength of helium is in its lines.
    assert failures(check_sum_rules(Lineless(helium.atom))) >= {"f-sum, Q → 0", "f-sum, Q = 1 keV"}


def test_wrong_power_of_small_momenta_breaks_the_dipole_limit(helium: CentralField) -> None:
    def too_steep(T: Any, Q: Any) -> Any:
        return np.where(Q < 0.1 * keV, 1.1, 1.0)

    assert failures(check_dipole_limit(helium)) == set()
    assert failures(check_dipole_limit(Scaled(helium.atom, factor=too_steep))) == {"dipole limit"}


def test_transfers_beyond_the_photon_limit_are_left_out_of_the_dipole_limit(helium: CentralField) -> None:
    @dataclass(frozen=True)
    class Limited(CentralField):
        reach: float = 3.0

        @property
        def photon_limit(self) -> float:
            return self.reach * self.shells[0].binding_energy

    assert failures(check_dipole_limit(Limited(helium.atom))) == set()
    assert check_dipole_limit(Limited(helium.atom, reach=1.1)).checks == ()


def test_scaled_response_misses_the_free_limit(helium: CentralField) -> None:
    assert failures(check_free_limit(helium)) == set()
    assert failures(check_free_limit(Scaled(helium.atom))) == {"free limit, 1/Q²", "free limit, dQ²"}


def test_half_the_ridge_misses_the_free_limit(helium: CentralField) -> None:
    def cut(T: Any, Q: Any) -> Any:
        return Q**2 < 2 * 0.511 * T * 1.5

    assert failures(check_free_limit(Scaled(helium.atom, factor=cut))) == {"free limit, 1/Q²", "free limit, dQ²"}


def test_scaled_response_is_not_kissels(neon: CentralField) -> None:
    pytest.importorskip("xraylib")
    assert failures(check_photoionisation(neon)) == set()
    assert failures(check_photoionisation(Scaled(neon.atom))) == {"photoionisation"}


def test_scaled_response_is_not_that_of_its_partial_waves(helium: CentralField) -> None:
    assert failures(check_interpolation(helium, waves_of("He"))) == set()
    # Where the table is checked, and nowhere passed.
    found = check_interpolation(Scaled(helium.atom), waves_of("He"))
    assert failures(found) == {check.name for check in found.checks} - {"stated error"}


def test_a_table_that_admits_a_large_error_fails(helium: CentralField) -> None:
    model = CentralField(helium.atom)
    error = np.full_like(helium.table.relative_error, 0.02)
    occupancies = tuple(shell.occupancy for shell in helium.shells)
    model.__dict__["_of_vector"] = TabulatedAtom(replace(helium.table, relative_error=error), occupancies)
    assert failures(check_interpolation(model, waves_of("He"))) == {"stated error"}


def test_thresholds_moved_without_their_response_are_found(helium: CentralField) -> None:
    measured = CentralField(slater("He", binding="measured"))
    assert failures(check_thresholds(helium, measured)) == set()

    @dataclass(frozen=True)
    class Unmoved(CentralField):
        def structure(self, transfer: Any, momentum: Any, functions: Any = VECTOR) -> StructureFunctions:
            return helium.structure(transfer, momentum, functions)

    assert failures(check_thresholds(helium, Unmoved(measured.atom))) == {
        "measured thresholds",
        "closed below threshold",
    }


# --- faulty partial waves ------------------------------------------------------------------------------


def test_truncated_partial_waves_are_found(neon: CentralField) -> None:
    assert failures(check_convergence(waves_of("Ne"), ENERGIES)) == set()
    short = waves_of("Ne", Discretisation(waves=0.35))
    assert failures(check_convergence(short, ENERGIES)) == {"partial waves, 0.2 keV", "partial waves, 2 keV"}
    assert failures(check_join(neon, short)) == {"join with the impulse limit"}
    assert failures(check_join(neon, waves_of("Ne"))) == set()


def test_coarse_radial_grid_is_found() -> None:
    coarse = waves_of("Ne", Discretisation(log_step=0.15, wave_step=1.5, momentum_step=6.0))
    assert failures(check_convergence(coarse, (0.2 * keV,))) == {"partial waves, 0.2 keV"}


def test_cut_off_orbitals_do_not_conserve_current() -> None:
    assert failures(check_current_conservation(waves_of("Ne"), ENERGIES)) == set()
    cut = waves_of("Ne", Discretisation(density_outside=1e-7))
    assert failures(check_current_conservation(cut, ENERGIES)) == {
        "current conservation, 0.2 keV",
        "current conservation, 2 keV",
    }


def test_no_shell_in_reach_is_no_check() -> None:
    assert check_convergence(waves_of("H"), (20 * keV,)).checks == ()
    assert check_current_conservation(waves_of("H"), (1 * eV,)).checks == ()


# --- verdicts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "reference", "status"),
    [
        (1.01, 1.0, Status.PASSED),
        (0.99, 1.0, Status.PASSED),
        (1.03, 1.0, Status.FAILED),
        (0.97, 1.0, Status.FAILED),
        (-0.01, 0.0, Status.PASSED),
        (-0.03, 0.0, Status.FAILED),
        (-1.0, 1.0, Status.FAILED),
        (math.nan, 1.0, Status.FAILED),
        (math.inf, 1.0, Status.FAILED),
    ],
)
def test_verdict(value: float, reference: float, status: Status) -> None:
    check = judge("name", "detail", value, reference, 0.02, "source")
    assert check.status is status
    assert (check.passed, check.failed) == (status is Status.PASSED, status is Status.FAILED)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, math.inf, math.nan])
def test_a_tolerance_that_decides_nothing_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        judge("name", "detail", 1.0, 1.0, tolerance, "source")


def test_a_skipped_check_neither_passes_nor_fails(monkeypatch: pytest.MonkeyPatch, neon: CentralField) -> None:
    monkeypatch.setitem(sys.modules, "xraylib", None)
    (check,) = check_photoionisation(neon).checks
    assert check.status is Status.SKIPPED and not check.passed and not check.failed
    assert check.detail == "skipped: xraylib is not installed"
    good = judge("good", "", 1.0, 1.0, 0.1, "")
    bad = judge("bad", "", 2.0, 1.0, 0.1, "")
    assert Certificate((good, check)).passed
    assert not Certificate((good, check, bad)).passed
    assert not Certificate((skipped("only", "nothing to do", ""),)).passed
    assert not Certificate(()).passed

"""The certificate of an atom: exact laws, finer calculations and numbers from outside, each with a verdict.

    from nuatom.certificate import certify, certify_screening

    certificate = certify(Atom("Xe"))
    certificate.passed
    nuatom.figures.certificate_figures(certificate, "xe-check")
    certify_screening(Screened(Atom("Xe"))).passed

Every check has a value, a reference with its source, a deviation, and a tolerance whose reason is a comment beside
its number.  A check that does not apply to an atom is not there; one that applies but cannot be made is marked skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nuatom.atom.field import Atom, Binding
from nuatom.certificate.identities import (
    check_current_conservation,
    check_dipole_limit,
    check_free_limit,
    check_sum_rules,
)
from nuatom.certificate.numerics import check_convergence, check_interpolation, check_join
from nuatom.certificate.orbitals import check_orbitals
from nuatom.certificate.photo import check_photoionisation
from nuatom.certificate.pictures import Picture, Trace
from nuatom.certificate.probes import check_compton, check_excitation
from nuatom.certificate.report import Certificate, Check, Outcome, Status, carried_out, judge, skipped
from nuatom.certificate.screening import certify_screening
from nuatom.functions import VECTOR
from nuatom.response.central_field import CentralField
from nuatom.response.partial_waves import PartialWaves
from nuatom.units import ELECTRON_MASS, keV

__all__ = [
    "Certificate",
    "Check",
    "Outcome",
    "Picture",
    "Status",
    "Trace",
    "certify",
    "certify_screening",
    "check_compton",
    "check_convergence",
    "check_current_conservation",
    "check_dipole_limit",
    "check_excitation",
    "check_free_limit",
    "check_interpolation",
    "check_join",
    "check_orbitals",
    "check_photoionisation",
    "check_sum_rules",
    "check_thresholds",
    "judge",
    "skipped",
]

Progress = Callable[[int, int], None]

RIDGE = (0.2 * keV, 2 * keV, 20 * keV)
"""Photoelectron energies at which partial waves are checked for convergence and current conservation."""


def certify(atom: Atom, tolerance: float = 5e-3, progress: Progress | None = None) -> Certificate:
    """Check an atom, its field and its response, and say for each check whether it passed.

    With measured thresholds the laws are checked at the calculated ones, for which they hold (the table is the same),
    and one check more compares the shifted response with the unshifted.

    Args:
        atom: any atom or ion.
        tolerance: relative accuracy asked of the response, from 1e-4 to 0.1; the table is computed to it.
        progress: called with (done, total), first while a table is computed and then check by check.

    Raises:
        ValueError: for a tolerance out of range.
        SelfConsistencyError: if the field does not converge.
    """
    plain = replace(atom, binding=Binding.CALCULATED)
    model = CentralField(plain, tolerance, progress).build()
    waves = PartialWaves(plain.solution, plain.calculated_shells)
    steps: list[Callable[[], Outcome]] = [
        lambda: check_orbitals(plain),
        lambda: check_sum_rules(model),
        lambda: check_dipole_limit(model),
        lambda: check_free_limit(model),
        lambda: check_current_conservation(waves, RIDGE),
        lambda: check_photoionisation(model),
        lambda: check_compton(model),
        lambda: check_convergence(waves, RIDGE),
        lambda: check_interpolation(model, waves),
        lambda: check_join(model, waves),
    ]
    if atom.binding is Binding.MEASURED:
        steps.append(lambda: check_thresholds(model, CentralField(atom, tolerance)))
    return carried_out(steps, progress)


def check_thresholds(calculated: CentralField, measured: CentralField) -> Outcome:
    """S with measured thresholds is S with calculated ones at the same energy of the photoelectron.

    Args:
        calculated, measured: models of one atom that differ in the thresholds.
    """
    worst, label = 1.0, measured.shells[0].label
    closed = 0.0
    for i, (plain, shell) in enumerate(zip(calculated.shells, measured.shells, strict=True)):
        photoelectron = 0.7 * plain.binding_energy
        # Q far below any ridge, where S depends on T through the photoelectron alone.
        Q = np.array([0.1 * np.sqrt(2 * ELECTRON_MASS * plain.binding_energy)])
        found, expected = (
            float(model.structure(np.array([s.binding_energy + photoelectron]), Q, VECTOR).charge[i, 0, 0])
            for model, s in ((measured, shell), (calculated, plain))
        )
        if not abs(found / expected - 1) <= abs(worst - 1):
            worst, label = found / expected, shell.label
        below = measured.structure(np.array([shell.binding_energy * (1 - 1e-9)]), Q, VECTOR)
        closed = max(closed, float(below.charge[i, 0, 0]))
    source = "the thresholds alone are moved"
    return Outcome(
        (
            judge(
                "measured thresholds",
                f"S at one photoelectron energy over that with calculated thresholds; worst {label}",
                worst,
                1.0,
                1e-9,  # rounding of T − ε
                source,
            ),
            judge(
                "closed below threshold",
                "largest S of a shell just below its threshold",
                closed,
                0.0,
                float(np.finfo(float).tiny),
                source,
            ),
        )
    )

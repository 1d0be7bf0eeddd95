"""Checks of a response against exact laws: sum rules, the dipole limit, free electrons, current conservation."""

from __future__ import annotations

import numpy as np

from nuatom.atom.grid import Array
from nuatom.certificate.pictures import Picture, Trace
from nuatom.certificate.report import Outcome, judge
from nuatom.functions import VECTOR
from nuatom.response.central_field import CentralField
from nuatom.response.impulse import DensityMoments
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import ridge
from nuatom.response.sum_rules import bethe_sum, closure_sum, trk_sum
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU, keV

C = SPEED_OF_LIGHT_AU

SUM_MOMENTA = (1 * keV, 10 * keV, 100 * keV)
# A sum rule holds Q fixed and crosses the zone in T where partial waves fade into the impulse limit.  The impulse limit
# is right to first order in √(ε/T) only after integration over Q: at fixed T it is too large on one side of the ridge
# and too small on the other.  In hydrogen, where one shell is all there is, up to 0.4 % of the sum is left of it, at
# Q = 22 keV, where the ridge is in that zone.
SUM_RULES = 2.0  # times the tolerance of the table
# The Thomas–Reiche–Kuhn sum rule and the dipole limit see no impulse limit, only the table and the lines.
DIPOLE = 1.0  # times the tolerance of the table
DIPOLE_TRANSFERS = (1.2, 2.0, 5.0)  # over the binding energy of each shell
# At 25 times max(ε, ⟨p²⟩/2m), just below where the impulse limit begins to take over, the closed form of hydrogen is
# 6e-5 below the free electron.  An outer s shell, whose ⟨p²⟩ is mostly its few turns in the core, is still bound to it
# by more: 2e-3 to 2.9e-3 in K, Cs, Ba, Ce and Gd.  That is physics and no error, and is left room here.
FREE_ABOVE, FREE = 25.0, 4e-3
# The right side of ∫S dQ² is an energy, and that of a bound electron is its free one only up to a part of ε: for 1s of
# uranium, ε = 116 keV, the two sides differ by 34 keV (0.6 %) at 25 times its scale and by less at 5.  For all but the
# innermost shells of heavy atoms this is far below 1e-3 of 2E + T.
FREE_BINDING = 0.25  # of ε over the right side
# Exact in a local potential but for what is cut off a shell's tail: √(1e-12) of its norm, in some shells ten times
# that.
CURRENT = 5e-5


def check_sum_rules(model: CentralField) -> Outcome:
    """The f-sum rules of Bethe and of Thomas, Reiche and Kuhn, and closure; lines included.

    Args:
        model: with calculated thresholds, for which the rules hold.
    """
    checks = []
    dipole = trk_sum(model)
    checks.append(
        judge(
            "f-sum, Q → 0",
            f"Σf + ∫(df/dT)dT at Q = {dipole.momentum[0] / keV:.2g} keV, in electrons",
            float(dipole.total[0]),
            float(dipole.total_expected[0]),
            DIPOLE * model.tolerance,
            "Thomas, Reiche and Kuhn (1925), with relativistic ⟨p²⟩ term",
        )
    )
    momenta = np.array(SUM_MOMENTA)
    bethe, closure = bethe_sum(model, momenta), closure_sum(model, momenta)
    for k, momentum in enumerate(momenta):
        unit = momentum**2 / (2 * ELECTRON_MASS)
        checks.append(
            judge(
                f"f-sum, Q = {momentum / keV:g} keV",
                "∫S T dT + lines, over Q²/2m, in electrons",
                float(bethe.total[k] / unit),
                float(bethe.total_expected[k] / unit),
                SUM_RULES * model.tolerance,
                "H. Bethe, Ann. Phys. 397 (1930) 325, for positive energies of the Dirac theory",
            )
        )
    for k, momentum in enumerate(momenta):
        checks.append(
            judge(
                f"closure, Q = {momentum / keV:g} keV",
                "∫S dT + lines, in electrons",
                float(closure.total[k]),
                float(closure.total_expected[k]),
                SUM_RULES * model.tolerance,
                "completeness: Z − Σ|⟨i|exp(iQr)|j⟩|², for positive energies of the Dirac theory",
            )
        )
    return Outcome(tuple(checks), (_sums_picture(model),))


def _sums_picture(model: CentralField) -> Picture:
    momentum = np.geomspace(0.3, 300, 19) * keV
    return Picture(
        "sum-rules",
        f"{model.atom.symbol}: f-sum rule and closure",
        "Q [keV]",
        "computed / expected − 1",
        (
            Trace("∫S T dT (Bethe)", momentum / keV, bethe_sum(model, momentum).deviation),
            Trace("∫S dT (closure)", momentum / keV, closure_sum(model, momentum).deviation),
        ),
        level=0.0,
        band=SUM_RULES * model.tolerance,
    )


def check_dipole_limit(model: CentralField) -> Outcome:
    """S T²/Q² → R as Q → 0: without a direction of q, longitudinal and transverse electric dipole are one.

    With current conservation, V33 = (T/Q)² S, this is Siegert's theorem, and it holds shell by shell.  Transfers beyond
    `CentralField.photon_limit` are left out, and shells that have no other.

    Args:
        model: with calculated thresholds.
    """
    worst = (1.0, "")
    for i, shell in enumerate(model.shells):
        T = np.array(DIPOLE_TRANSFERS) * shell.binding_energy
        T = T[model.photon_limit >= T]
        if not T.size:
            continue
        # (Qr)² with r ~ 1/p of the shell is 1e-6 here: less than the law is checked to.
        Q = 1e-3 * np.sqrt(2 * ELECTRON_MASS * shell.binding_energy)
        found = model.structure(T, np.array([Q]), VECTOR)
        longitudinal, transverse = found.charge[i, :, 0] * (T / Q) ** 2, found.current[i, :, 0]
        # At a Cooper minimum, as in the outer shell of an alkali just above its threshold, dipole strength all but
        # vanishes, and what is left of it is the table's error and not the law's.  So the two sides are compared in
        # units of the shell's largest strength, which is never less than the local one.
        differences = (longitudinal - transverse) / np.max(transverse)
        k = int(np.argmax(np.abs(differences)))
        if not abs(differences[k]) <= abs(worst[0] - 1):
            worst = (1 + float(differences[k]), f"{shell.label} at T = {T[k] / shell.binding_energy:.3g} ε")
    if not worst[1]:
        return Outcome(())
    return Outcome(
        (
            judge(
                "dipole limit",
                f"1 + (S T²/Q² − R)/largest R of the shell, at Q → 0; worst {worst[1]}",
                worst[0],
                1.0,
                DIPOLE * model.tolerance,
                "A. J. F. Siegert, Phys. Rev. 52 (1937) 787",
            ),
        )
    )


def check_free_limit(model: CentralField) -> Outcome:
    """Far above a shell its electrons are free ones in motion: T∫S dQ²/Q² = q, ∫S dQ² = q⟨2E + T − 2p²/3E⟩.

    Both are exact for free electrons of any momentum density, after integration over the directions of p: the first
    does not know of the motion at all.  (Integrate [(E+E')² − Q²]/4EE' · E'/2pQ from Q = p'−p to p'+p.)

    Args:
        model: with calculated thresholds.
    """
    table = model.table
    scale = [max(b, 0.5 * m.scale**2) for b, m in zip(table.binding, table.moments, strict=True)]
    T = FREE_ABOVE * np.array(scale) * HARTREE
    measure = model.measure(T, np.zeros_like(T), np.full_like(T, np.inf))
    momentum = np.broadcast_to(measure.momentum, measure.charge.shape)
    first, second, binding = [], [], []
    for i, (shell, density) in enumerate(zip(model.shells, table.moments, strict=True)):
        charge, Q = measure.charge[i, i], momentum[i, i]
        first.append(T[i] * np.sum(charge / Q**2) / shell.occupancy)
        expected = _recoil_mass(density) + T[i]
        second.append(np.sum(charge) / shell.occupancy / expected)
        binding.append(FREE_BINDING * shell.binding_energy / expected)
    checks = []
    for name, law, values, tolerances in (
        ("free limit, 1/Q²", "T∫S dQ²/Q² per electron", first, np.full(len(first), FREE)),
        ("free limit, dQ²", "∫S dQ² over that of free electrons in motion", second, FREE + np.array(binding)),
    ):
        i = int(np.argmax(np.abs(np.array(values) - 1) / tolerances))
        checks.append(
            judge(
                name,
                f"{law} at T = {FREE_ABOVE:g} max(ε, ⟨p²⟩/2m) of each shell; worst {model.shells[i].label} at "
                f"{T[i] / keV:.3g} keV",
                values[i],
                1.0,
                float(tolerances[i]),
                "exact kinematics of free Dirac electrons, averaged over the shell's momenta",
            )
        )
    return Outcome(tuple(checks))


def _recoil_mass(density: DensityMoments) -> float:
    """⟨2E − 2p²/3E⟩ [energy], 2m for electrons at rest."""
    E = np.sqrt(C**2 + density.momentum**2)
    norm = density.average(np.ones_like(E))
    return density.average(2 * E - 2 * density.momentum**2 / (3 * E)) / norm * MOMENTUM_AU


def check_current_conservation(waves: PartialWaves, energies: tuple[float, ...]) -> Outcome:
    """V33 = (T/Q)² V00 on the Bethe ridge: ∇·j + ∂ρ/∂t = 0 between orbitals of one local potential.

    Args:
        waves: partial waves of the field.
        energies: of the photoelectron [energy].
    """
    checks = []
    for energy in energies:
        shells = shells_in_reach(waves, energy)
        if not shells:
            continue
        transfers = [energy / HARTREE - waves.solution.energies[i] for i in shells]
        momenta = [float(ridge(T)) * np.exp(np.linspace(-0.8, 0.5, 14)) for T in transfers]
        responses = waves.continuum(energy / HARTREE, shells, momenta, [None] * len(shells), longitudinal=True)
        worst, label = 1.0, waves.shells[shells[0]].label
        for i, T, found in zip(shells, transfers, responses, strict=True):
            ratio = found.longitudinal / ((T / C / found.momentum) ** 2 * found.charge)
            # Off the ridge there is nothing to conserve: rounding over rounding.
            seen = found.charge > 1e-4 * found.charge.max()
            candidate = float(ratio[seen][np.argmax(np.abs(ratio[seen] - 1))])
            if not abs(candidate - 1) <= abs(worst - 1):
                worst, label = candidate, waves.shells[i].label
        checks.append(
            judge(
                f"current conservation, {energy / keV:g} keV",
                f"V33/((T/Q)² V00) on the ridge, shells checked: {len(shells)}; worst {label}",
                worst,
                1.0,
                CURRENT,
                "continuity equation in a local potential",
            )
        )
    return Outcome(tuple(checks))


def shells_in_reach(waves: PartialWaves, energy: float) -> list[int]:
    """The shells that lie between threshold and the impulse limit at a transfer [energy]: partial waves count there."""
    binding: Array = -waves.solution.energies
    T = energy / HARTREE
    found = []
    for i, threshold in enumerate(binding):
        kinetic = waves.solution.kinetic_energy(i)
        if threshold < T < FREE_ABOVE * max(float(threshold), kinetic):
            found.append(i)
    return found

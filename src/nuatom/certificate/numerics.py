"""Checks of the numerics: finer grids and more partial waves, the table between its nodes, the impulse limit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuatom.atom.grid import Array
from nuatom.certificate.identities import shells_in_reach
from nuatom.certificate.pictures import Picture, Trace
from nuatom.certificate.report import Check, Outcome, judge
from nuatom.functions import VECTOR
from nuatom.response.central_field import CentralField
from nuatom.response.partial_waves import PartialWaves, ShellResponse
from nuatom.response.response_table import hand_over, ridge
from nuatom.units import HARTREE, MOMENTUM_AU, eV, keV

# The table counts 3e-4 of error for its grids in r and Q and the number of partial waves (`response_table.GRID_ERROR`);
# this holds the part of it that comes from the grid in r and the partial waves to two thirds.
CONVERGENCE = 2e-4
# The tolerance is promised for integrals over Q.  With eight points per cell the s shells of xenon are off by up to
# 1.3e-3 in ∫S dQ² and 2e-4 in ∫S dQ²/Q², with one point per cell, as here, by much the same; with fewer points the sums
# are no integrals.  At single points, near the dips of S beyond the ridge, the table is off by up to 5e-3 of the peak.
INTERPOLATION = 1.0  # times the tolerance of the table
# The correction of the impulse limit is interpolated between a few energies.
JOIN = 1.0  # times the tolerance of the table

BETWEEN_NODES = (1 * eV, 10 * eV, 100 * eV, 1 * keV, 10 * keV)


def check_convergence(waves: PartialWaves, energies: tuple[float, ...]) -> Outcome:
    """S and R on the Bethe ridge against twice the radial points and twice the partial waves.

    Args:
        waves: partial waves at the resolution to be checked.
        energies: of the photoelectron [energy].
    """
    finer = PartialWaves(waves.solution, waves.shells, waves.resolution.doubled())
    checks: list[Check] = []
    curves: list[Trace] = []
    for energy in energies:
        shells = shells_in_reach(waves, energy)
        if not shells:
            continue
        momenta = _ridges(waves, energy, shells, 24)
        coarse = waves.continuum(energy / HARTREE, shells, momenta, [None] * len(shells))
        fine = finer.continuum(energy / HARTREE, shells, momenta, [None] * len(shells))
        worst, where = 1.0, waves.shells[shells[0]].label
        for i, a, b in zip(shells, coarse, fine, strict=True):
            for name, rough, exact in (("S", a.charge, b.charge), ("R", a.current, b.current)):
                largest = float(exact.max())
                k = int(np.argmax(np.abs(rough - exact)))
                candidate = 1 + float(rough[k] - exact[k]) / largest
                if not abs(candidate - 1) <= abs(worst - 1):
                    worst, where = candidate, f"{name} of {waves.shells[i].label}"
        checks.append(
            judge(
                f"partial waves, {energy / keV:g} keV",
                f"1 + largest change over the peak when grid and l' are doubled, on the ridge, shells checked: "
                f"{len(shells)}; worst {where}",
                worst,
                1.0,
                CONVERGENCE,
                "a finer calculation",
            )
        )
        curves.append(_partial_sums(waves, energy, shells, momenta, coarse))
    picture = Picture(
        "partial-waves",
        "What is missing of ∫S dQ²/Q² when the sum ends at l'",
        "highest l'",
        "1 − sum/total",
        tuple(curves),
        level=CONVERGENCE,
        log_y=True,
    )
    return Outcome(tuple(checks), (picture,) if curves else ())


def _ridges(waves: PartialWaves, energy: float, shells: Sequence[int], points: int) -> list[Array]:
    y = np.linspace(-0.8, 0.6, points)
    return [float(ridge(energy / HARTREE - waves.solution.energies[i])) * np.exp(y) for i in shells]


def _partial_sums(
    waves: PartialWaves, energy: float, shells: list[int], momenta: list[Array], whole: list[ShellResponse]
) -> Trace:
    """Share of the most extended shell's ∫S dQ²/Q² beyond l', for l' up to its end."""
    widest = max(range(len(shells)), key=lambda s: waves.highest_l(shells[s], energy / HARTREE))
    shell, Q = shells[widest], momenta[widest]
    top = waves.highest_l(shell, energy / HARTREE)
    total = float(np.sum(whole[widest].charge))
    ends = np.unique(np.geomspace(2, max(top - 1, 3), 12).astype(int))
    missing = []
    for end in ends:
        (part,) = waves.continuum(energy / HARTREE, [shell], [Q], [int(end)])
        missing.append(max(1 - float(np.sum(part.charge)) / total, 1e-10))
    label = f"{waves.shells[shell].label}, {energy / keV:g} keV"
    return Trace(label, np.asarray(ends, dtype=float), np.array(missing))


def check_interpolation(model: CentralField, waves: PartialWaves) -> Outcome:
    """The model between the nodes of its table, in energy and in Q, against partial waves computed there.

    Args:
        model: with calculated thresholds.
        waves: partial waves of its field.
    """
    table = model.table
    starts = [hand_over(float(b), m) for b, m in zip(table.binding, table.moments, strict=True)]
    checks = []
    for target in BETWEEN_NODES:
        n = int(np.clip(np.searchsorted(table.energies, target / HARTREE), 1, table.energies.size - 1))
        energy = float(np.sqrt(table.energies[n - 1] * table.energies[n]))
        shells = [i for i, b in enumerate(table.binding) if energy + b < starts[i]]
        if not shells:
            continue
        momenta = []
        for i in shells:
            Q_r = float(ridge(energy + table.binding[i]))
            # Halfway between two nodes cubic interpolation is at its worst.
            y = table.log_ratio(i, energy + float(table.binding[i]))
            middle = Q_r * np.exp(0.5 * (y[1:] + y[:-1]))
            momenta.append(middle[middle < Q_r + 8 * table.moments[i].scale])
        worst, where = 1.0, model.shells[shells[0]].label
        for i, direct in zip(shells, waves.continuum(energy, shells, momenta, [None] * len(shells)), strict=True):
            T = (energy + table.binding[i]) * HARTREE
            found = model.structure(np.array([T]), direct.momentum * MOMENTUM_AU, VECTOR)
            S, R = found.charge[i, 0] * HARTREE, found.current[i, 0] * HARTREE
            for name, inter, exact, power in (
                ("∫S dQ²/Q²", S, direct.charge, 0),
                ("∫S dQ²", S, direct.charge, 2),
                ("∫R dQ²/Q²", R, direct.current, 0),
            ):
                measure = np.log(direct.momentum)
                weight = direct.momentum**power
                candidate = float(np.trapezoid(inter * weight, measure) / np.trapezoid(exact * weight, measure))
                if not abs(candidate - 1) <= abs(worst - 1):
                    worst, where = candidate, f"{name} of {model.shells[i].label}"
        checks.append(
            judge(
                f"table, photoelectron of {energy * HARTREE / eV:.3g} eV",
                f"integrals over Q of the table between its nodes over those of partial waves, shells "
                f"checked: {len(shells)}; worst {where}",
                worst,
                1.0,
                INTERPOLATION * model.tolerance,
                "partial waves computed at the same points",
            )
        )
    return Outcome((*checks, _stated_error(model)))


def _stated_error(model: CentralField) -> Check:
    """The error the table states for itself, where its shells are resolved by partial waves."""
    table = model.table
    i, n = np.unravel_index(int(np.argmax(table.relative_error)), table.relative_error.shape)
    return judge(
        "stated error",
        f"largest relative error of ∫S dQ²/Q² the table gives itself; {model.shells[i].label}, photoelectron of "
        f"{table.energies[n] * HARTREE / eV:.3g} eV",
        float(table.relative_error[i, n]),
        0.0,
        model.tolerance,
        "energies left out of the table and interpolated",
    )


def check_join(model: CentralField, waves: PartialWaves) -> Outcome:
    """Partial waves against the impulse limit where it has taken over, shell by shell.

    Args:
        model: with calculated thresholds.
        waves: partial waves of its field.
    """
    table = model.table
    ratios = []
    for i, (binding, moments) in enumerate(zip(table.binding, table.moments, strict=True)):
        T = 1.3 * hand_over(float(binding), moments)
        # The ridge is as wide as the momenta of the shell; eight of them hold all of it.
        Q_r = float(ridge(T))
        reach = min(float(np.log1p(8 * moments.scale / Q_r)), 2.0)
        width = float(np.clip(moments.scale / Q_r, 0.02, 0.5))
        edge = np.arcsinh(reach / (0.3 * width))
        Q = Q_r * np.exp(0.3 * width * np.sinh(np.linspace(-edge, edge, 90)))
        (found,) = waves.continuum(T - binding, [i], [Q], [None])
        limit = model.structure(np.array([T * HARTREE]), Q * MOMENTUM_AU, VECTOR).charge[i, 0] * HARTREE
        ratios.append(float(np.trapezoid(found.charge, np.log(Q)) / np.trapezoid(limit, np.log(Q))))
    deviations = np.array(ratios) - 1
    worst = int(np.argmax(np.abs(deviations)))
    check = judge(
        "join with the impulse limit",
        f"∫S dQ²/Q² of partial waves over the corrected impulse limit where it has taken over, shells checked: "
        f"{len(ratios)}; worst {model.shells[worst].label}",
        ratios[worst],
        1.0,
        JOIN * model.tolerance,
        "both are exact far above the shell; R. Ribberfors, Phys. Rev. B 12 (1975) 2067",
    )
    picture = Picture(
        "join",
        f"{model.atom.symbol}: partial waves over the impulse limit at the join",
        "shell",
        "ratio − 1",
        (Trace("∫S dQ²/Q²", np.arange(len(ratios), dtype=float), deviations),),
        level=0.0,
        band=JOIN * model.tolerance,
        ticks=tuple(shell.label for shell in model.shells),
    )
    return Outcome((check,), (picture,))

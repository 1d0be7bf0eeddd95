"""Checks of how screening is computed: channels, finer grids, more multipoles, other widths, the table between nodes.

They compute the random-phase response anew at single transfers, as the table of a `Screened` does at its nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nuatom.atom.grid import Array
from nuatom.certificate.pictures import Picture, Trace
from nuatom.certificate.report import Check, Outcome, judge
from nuatom.functions import VECTOR, Function
from nuatom.response.central_field import CentralField
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import ridge
from nuatom.response.screened import FADE, LEAST_WIDTH, SCREENING_ERROR, Screened
from nuatom.response.screening import random_phase
from nuatom.response.screening.independent import blocked, green, with_lines
from nuatom.response.screening.random_phase import (
    DRESSED,
    Response,
    absorbing,
    amplitudes_of,
    multipole_fields,
    screened,
    susceptibility,
)
from nuatom.response.screening.stage import Stage, StageSettings, Widths
from nuatom.response.screening.table import HIGHEST, LOWEST, STEP
from nuatom.units import HARTREE, MOMENTUM_AU, eV

# A theorem for a real, symmetric interaction, whatever the grid: what is left is the rounding of a linear system of 400
# equations, 1e-12 to 1e-10.
CHANNELS = 1e-8
# Without interaction the Green's functions must give the electrons of the partial waves, which are converged to 2e-4:
# what is left is the coarser grid here, which is in the error that `Screened` states.
INDEPENDENT = SCREENING_ERROR
# What `Screened` adds to its error in ∫S dQ²/Q²: nothing that is asked to be finer may change more.
CONVERGED = SCREENING_ERROR
# Nothing is promised of a single momentum but the tolerance of the whole: at T ≫ ε length is sensitive to where the
# tail of a shell ends, up to 3.5e-3 in helium at 1 keV.
LONG = 5e-3
# The strength of a line is the same whatever its width, and that of the whole window, but for what is beyond its ends:
# lines near the first threshold are in part below it, as in the sum rule, which has the same tolerance.
WIDTH = 1e-2
# The median gap is as good as the convergence.  Nodes on lines are half a width apart, where a cubic misses up to 2.5 %
# of the line; the integral over the line keeps the sign of neither.
BETWEEN, BETWEEN_WORST = SCREENING_ERROR, 3e-2
# VA² ≤ R A_T, with R and VA screened and A_T from partial waves on other grids: they agree to 3e-3.
SCHWARZ = 5e-3

GAPS = 24
"""Gaps of the table that are looked into."""
_TOPS = np.array([60.0, 300.0, 1000.0]) * eV / HARTREE
_BESIDE_LINE = 2.0  # full widths
_BESIDE_EDGE = 0.6 * eV / HARTREE  # Rydberg lines are nearer


@dataclass(frozen=True)
class Direct:
    """The response of a model at single transfers, without its table.

    Attributes:
        model: with calculated thresholds.
        settings: numerical settings.
        widths: of lines in the continuum.
    """

    model: Screened
    settings: StageSettings
    widths: Widths
    _stages: dict[float, Stage] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, model: Screened) -> Direct:
        """As the table of a model is computed."""
        return cls(model, StageSettings(multipoles=model.multipoles), Widths(model.width, LEAST_WIDTH))

    @cached_property
    def field(self) -> CentralField:
        """Independent electrons."""
        return CentralField(self.model.atom, self.model.tolerance)

    def stage(self, transfer: float) -> Stage:
        """What is fine enough for a transfer [Hartree]."""
        top = float(min((top for top in _TOPS if top >= transfer), default=self.model.highest / HARTREE * 1.001))
        if top not in self._stages:
            atom, interaction = self.model.atom, self.model.interaction
            largest = max(top, transfer)
            stage = Stage(atom.solution, atom.calculated_shells, interaction, atom.exchange, self.settings, largest)
            self._stages[top] = stage.prepare()
        return self._stages[top]

    def at(self, transfer: float, momentum: Array) -> Response:
        """All shells at one T [Hartree] and Q, ascending [1/Bohr]."""
        return random_phase.response(self.stage(transfer), transfer, momentum, self.widths)

    def charge(self, transfer: float, momentum: Array, found: Response) -> Array:
        """S of all shells: independent electrons, all multipoles, and what screening changes, shape (nQ,)."""
        known = self.field.structure(transfer * HARTREE, momentum * MOMENTUM_AU, VECTOR).charge[:, 0] * HARTREE
        return np.asarray(np.sum(known + found.dressed[0] - found.bare[0] + found.lines[0], axis=0))

    def clear(self, transfer: float) -> float:
        """The next T from here that is off all lines and thresholds [Hartree]."""
        stage = self.stage(transfer)
        lines = np.array([t.energy for t in stage.transitions])
        reach = 2 * _BESIDE_LINE * self.widths.half(lines)
        edges = -stage.orbitals[0]
        while np.any(np.abs(transfer - lines) < reach) or np.any(np.abs(transfer - edges) < _BESIDE_EDGE):
            transfer *= 1.005
        return transfer


def transfers(direct: Direct) -> Array:
    """Four T from twice the first threshold to a third of where screening ends, off lines and thresholds [Hartree]."""
    first = min(shell.binding_energy for shell in direct.model.shells)
    wanted = np.geomspace(2 * first, direct.model.highest / 3, 4) / HARTREE
    return np.array([direct.clear(float(T)) for T in wanted])


def momenta(transfer: float, step: float = STEP) -> Array:
    """Q over the ridge at one T, as a table has them [1/Bohr]."""
    return np.asarray(float(ridge(transfer)) * np.exp(np.arange(LOWEST, HIGHEST + 1e-9, step)))


def check_channels(direct: Direct) -> Outcome:
    """Σ over channels and lines = −(1/π)(2J+1)² Im⟨j_J|χ_J|j_J⟩, the optical theorem of the random-phase response.

    Args:
        direct: the response to be checked.
    """
    worst, where = 1.0, transfers(direct)[0]
    for T in transfers(direct):
        stage = direct.stage(T)
        w = stage.medium.weights[:, None]
        Q = float(ridge(T)) * np.exp(np.array([-5.0, -2.0, 0.0]))
        functions = green(stage, T)
        poles = with_lines(blocked(stage, T), stage, T, direct.widths)
        opened, lost = np.zeros(Q.size), np.zeros(Q.size)
        # The first multipoles are all that count at these Q, and the others are no different.
        for J, fields in enumerate(multipole_fields(stage, Q)[:4]):
            channels = absorbing(functions, poles, J)
            plain = amplitudes_of(stage, J, channels.shell, channels.kappa, channels.rows, fields)
            felt = screened(functions, poles, channels, J, fields, plain).charge
            # All lines that have a width absorb, those counted with the discrete ones too.
            opened += (2 * J + 1) ** 2 * (-channels.loss / np.pi) @ np.abs(felt) ** 2
            # The whole field, from the complex system in full.
            chi = susceptibility(functions, poles, J) * w.T
            whole = np.linalg.solve(np.eye(len(w)) - (stage.kernel(J) * w.T) @ chi, fields.charge)
            lost -= (2 * J + 1) ** 2 / np.pi * np.sum(w * fields.charge * (chi @ whole), axis=0).imag
        ratio = opened / lost
        candidate = float(ratio[np.argmax(np.abs(ratio - 1))])
        if not abs(candidate - 1) <= abs(worst - 1):
            worst, where = candidate, T
    check = judge(
        "channels",
        f"sum over channels and lines over −(2J+1)²/π Im⟨j|χ|j⟩; worst at T = {where * HARTREE / eV:.4g} eV",
        worst,
        1.0,
        CHANNELS,
        "optical theorem, exact for a real and symmetric interaction",
    )
    return Outcome((check,))


def check_independent(direct: Direct) -> Outcome:
    """The Green's functions without interaction against partial waves; and Schwarz's inequality with it.

    Args:
        direct: the response to be checked.
    """
    worst, where = 1.0, transfers(direct)[0]
    largest, place = 0.0, ""
    atom = direct.model.atom
    waves = PartialWaves(atom.solution, atom.calculated_shells)
    for T in transfers(direct):
        Q = float(ridge(T)) * np.exp(np.array([-5.0]))
        whole = sum(
            float(waves.continuum(T + float(waves.solution.energies[i]), [i], [Q], [None])[0].current[0])
            for i in _opened(waves, T)
        )
        candidate = float(direct.at(T, Q).bare[DRESSED.index(Function.CURRENT)].sum()) / whole
        if not abs(candidate - 1) <= abs(worst - 1):
            worst, where = candidate, T
        for label, size in _interference(direct, waves, T):
            if not size <= largest:
                largest, place = size, f"{label} at T = {T * HARTREE / eV:.4g} eV"
    return Outcome(
        (
            judge(
                "independent electrons",
                "R of the Green's functions at long waves, without interaction, over that of partial waves; worst at "
                f"T = {where * HARTREE / eV:.4g} eV",
                worst,
                1.0,
                INDEPENDENT,
                "partial waves, another method in the same field",
            ),
            judge(
                "Schwarz's inequality",
                f"what |VA|/√(R A_T) of a screened shell exceeds 1 by; largest ratio {largest:.3g}, {place}",
                # Not max(), which would make 0 of a nan.
                0.0 if largest <= 1 else largest - 1,
                0.0,
                SCHWARZ,
                "VA and R are products of the same amplitudes",
            ),
        )
    )


def _opened(waves: PartialWaves, transfer: float) -> list[int]:
    """The shells that are open at T [Hartree]."""
    return [i for i, energy in enumerate(waves.solution.energies) if transfer + energy > 0]


def _interference(direct: Direct, waves: PartialWaves, transfer: float) -> list[tuple[str, float]]:
    """The largest |VA|/√(R A_T) of every open shell at one T [Hartree], screened."""
    Q = float(ridge(transfer)) * np.exp(np.array([-2.0, -1.0, -0.5, 0.0]))
    found = direct.at(transfer, Q)
    change = found.dressed - found.bare
    rows = []
    for i in _opened(waves, transfer):
        (whole,) = waves.continuum(transfer + float(waves.solution.energies[i]), [i], [Q], [None], axial=True)
        R = whole.current + change[DRESSED.index(Function.CURRENT), i]
        VA = whole.of(Function.VECTOR_AXIAL) + change[DRESSED.index(Function.VECTOR_AXIAL), i]
        rows.append((waves.shells[i].label, float(np.max(np.abs(VA) / np.sqrt(R * whole.of(Function.AXIAL_CURRENT))))))
    return rows


def check_screening_convergence(direct: Direct) -> Outcome:
    """∫S dQ²/Q² with twice the grid, with twice the multipoles, and ∫S dT over lines with twice the width.

    Args:
        direct: the response to be checked.
    """
    settings = direct.settings
    finer = {
        "grid": ("twice the radial points", replace(direct, settings=settings.doubled(), _stages={})),
        "multipoles": (
            f"multipoles up to J = {2 * settings.multipoles}",
            replace(direct, settings=replace(settings, multipoles=2 * settings.multipoles), _stages={}),
        ),
    }
    T = transfers(direct)
    coarse = np.array([_whole_and_long(direct, t) for t in T])
    checks: list[Check] = []
    curves: list[Trace] = []
    for name, (text, other) in finer.items():
        fine = np.array([_whole_and_long(other, t) for t in T])
        # Long waves are all dipole, whatever the number of multipoles.
        for column, what, tolerance in ((0, "", CONVERGED), (1, ", Q → 0", LONG))[: 2 if name == "grid" else 1]:
            ratio = coarse[:, column] / fine[:, column]
            k = int(np.argmax(np.abs(ratio - 1)))
            quantity = "screened over independent S at long waves" if column else "∫S dQ²/Q²"
            checks.append(
                judge(
                    f"screening, {name}{what}",
                    f"{quantity} over that with {text}; worst at T = {T[k] * HARTREE / eV:.4g} eV",
                    float(ratio[k]),
                    1.0,
                    tolerance,
                    "a finer calculation",
                )
            )
            if not column:
                curves.append(Trace(text, T * HARTREE / eV, ratio - 1))
    picture = Picture(
        "screening-convergence",
        f"{direct.model.atom.symbol}: ∫S dQ²/Q² over that of a finer calculation",
        "T [eV]",
        "ratio − 1",
        tuple(curves),
        level=0.0,
        band=CONVERGED,
    )
    return Outcome((*checks, *_check_width(direct)), (picture,))


def _whole_and_long(direct: Direct, transfer: float) -> tuple[float, float]:
    """∫S dQ²/Q², from every other node of a table, and what multiplies S at its least momentum."""
    Q = momenta(transfer, 2 * STEP)
    found = direct.at(transfer, Q)
    return float(direct.charge(transfer, Q, found).sum()), float(
        found.dressed[0, :, 0].sum() / found.bare[0, :, 0].sum()
    )


def _check_width(direct: Direct) -> tuple[Check, ...]:
    """The dipole strength in a window of T around the lines of one inner shell, with the width and with twice it."""
    dipole = replace(direct, settings=StageSettings(multipoles=1), _stages={})
    low = dipole.stage(0.0)
    edges = np.sort(-low.orbitals[0])
    found = [
        (shell, min(t.energy for t in low.transitions if t.shell == shell))
        for shell in sorted({t.shell for t in low.transitions})
        if -low.orbitals[0][shell] < FADE * direct.model.highest / HARTREE / 1.5
    ]
    # The outermost shell whose lines all lie so far above the first threshold that nothing of them is below.
    found = [(s, energy) for s, energy in found if energy > edges[0] + 20 * direct.widths.half(energy)]
    if not found:
        return ()
    shell = min(found, key=lambda row: row[1])[0]
    threshold = float(-low.orbitals[0][shell])
    # From the first threshold on: the flank of every stronger line below the window would come into it.
    window = 1.02 * float(edges[0]), 1.5 * threshold
    inside = edges[(edges > window[0]) & (edges < window[1])]
    cuts = [np.geomspace(*window, 12), inside, inside * 1.01]
    for i in {t.shell for t in low.transitions}:
        energies = [t.energy for t in low.transitions if t.shell == i]
        half = float(direct.widths.half(min(energies)))
        cuts.append(np.arange(min(energies) - 8 * half, -float(low.orbitals[0][i]), 2 * half))
    ends = np.unique(np.concatenate(cuts))
    ends = ends[(ends >= window[0]) & (ends <= window[1])]
    node, weight = np.polynomial.legendre.leggauss(3)
    widths = 0.5 * np.diff(ends)[:, None]
    T, dT = (ends[:-1, None] + widths * (1 + node)).ravel(), (widths * weight).ravel()
    poles = np.array([t.energy for t in low.transitions])
    double = replace(dipole, widths=Widths(2 * direct.widths.relative, 2 * direct.widths.least))
    sums = []
    for one in (dipole, double):
        values = []
        for t in T:
            at = float(t) + (3e-4 if np.min(np.abs(poles - t)) < 2e-4 else 0.0)
            Q = float(ridge(at)) * np.exp(np.array([LOWEST]))
            response = one.at(at, Q)
            values.append(at * float((response.dressed + response.lines)[0].sum() / Q[0] ** 2))
        sums.append(float(np.sum(np.array(values) * dT)))
    label = direct.model.shells[shell].label
    return (
        judge(
            "screening, width",
            f"dipole strength from {window[0] * HARTREE / eV:.4g} to {window[1] * HARTREE / eV:.4g} eV, where the "
            f"lines of {label} are, with twice the width over that with once",
            sums[1] / sums[0],
            1.0,
            WIDTH,
            "a line keeps its strength",
        ),
    )


def check_screening_table(direct: Direct) -> Outcome:
    """The model between the nodes of its table against the response computed there.

    Not where a threshold is between: the table has no nodes from 0.23 eV below to 0.01 eV above one, where Rydberg
    lines are closer than their width, and bridges what they do.

    Args:
        direct: the response to be checked.
    """
    nodes = direct.model.table.transfer
    nodes = nodes[nodes * HARTREE <= FADE * direct.model.highest]
    chosen = np.unique(np.linspace(0, nodes.size - 2, GAPS).astype(int))
    ratios, at = [], []
    stage = direct.stage(float(nodes[0]))
    poles, thresholds = np.array([t.energy for t in stage.transitions]), -stage.orbitals[0]
    for k in chosen:
        T = float(np.sqrt(nodes[k] * nodes[k + 1]))
        if np.min(np.abs(poles - T)) < 2e-4 or np.any((nodes[k] < thresholds) & (thresholds < nodes[k + 1])):
            continue
        Q = momenta(T)
        found = direct.model.structure(T * HARTREE, Q * MOMENTUM_AU, VECTOR).charge[:, 0].sum() * HARTREE
        ratios.append(found / direct.charge(T, Q, direct.at(T, Q)).sum())
        at.append(T * HARTREE / eV)
    deviation = np.array(ratios) - 1
    worst = int(np.argmax(np.abs(deviation)))
    source = "the response computed at the same points"
    picture = Picture(
        "screening-table",
        f"{direct.model.atom.symbol}: the table between its nodes",
        "T [eV]",
        "∫S dQ²/Q² over computed − 1",
        (Trace("table", np.array(at), deviation),),
        level=0.0,
        band=BETWEEN_WORST,
    )
    return Outcome(
        (
            judge(
                "screening table, median",
                f"median |1 − ∫S dQ²/Q² over computed| halfway between nodes, gaps: {len(ratios)}",
                float(np.median(np.abs(deviation))),
                0.0,
                BETWEEN,
                source,
            ),
            judge(
                "screening table, worst",
                f"∫S dQ²/Q² over computed halfway between nodes; worst at T = {at[worst]:.4g} eV",
                1 + float(deviation[worst]),
                1.0,
                BETWEEN_WORST,
                source,
            ),
        ),
        (picture,),
    )

"""The stored table of screening: by what it multiplies the structure functions of independent electrons.

On nodes in T that follow the thresholds and the lines, and in y = ln Q/Q_r(T), Q_r = √(T² + 2mT), for every shell:

    ratio = 1 + (screened − bare) / (independent electrons, all multipoles)      of S, R and the scalar density,
    shift = (screened − bare) / √(S R)                                           of the interference VA,

and the lines in the continuum, which independent electrons have not, as they are.  Far above the multipoles and the
transfers that are screened the ratio is one, and positivity cannot be lost.  Atomic units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.response.central_field import CentralField
from nuatom.response.partial_waves import one_blas_thread
from nuatom.response.response_table import ridge
from nuatom.response.screening.discrete import Discrete, discrete
from nuatom.response.screening.independent import FIRST
from nuatom.response.screening.interaction import Interaction
from nuatom.response.screening.random_phase import DRESSED, response
from nuatom.response.screening.stage import Stage, StageSettings, Widths
from nuatom.response.tabulate import tabulate
from nuatom.store import Bits, Multiples, Store, Table, Variable, rounded_to_share
from nuatom.store.identity import identity
from nuatom.units import HARTREE, MOMENTUM_AU, eV

LOWEST, HIGHEST, STEP = -6.0, 0.72, 0.12
"""The nodes in y: below, S and R are powers of Q; above, nothing is screened."""
COARSE = 0.04
"""Relative step in T far from thresholds and lines."""
ABOVE, BELOW = 0.01 * eV / HARTREE, 0.23 * eV / HARTREE
"""No node is nearer to a threshold, where slow waves are and Rydberg levels closer than lines are wide [Hartree]."""
_SERIES = (0.24, 0.33, 0.43, 0.55)
"""Distances of nodes from a threshold above, off the levels −13.6/n² that are not lines one by one [eV]."""
_BESIDE = 2e-4
_STAGES = np.array([60.0, 300.0, 1000.0]) * eV / HARTREE
_NAMES = tuple(function.value for function in DRESSED)
_RATIOS = (0, 1, 2, 3)
_SHIFT = 4
LEAST = 1e-6
"""The least ratio."""
_ROUNDS = 4
"""Of computing; before each but the first, gaps that are too wide are halved."""
_NEIGHBOURS = 3
_MISSED = 0.03
"""Of ∫S dQ²/Q² at a node, by the curve through its neighbours; in the gaps, half as wide, an eighth of it is left."""
_NARROWEST = 0.1 * eV / HARTREE

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ScreeningTable:
    """What screening does to an atom, in atomic units.

    Attributes:
        transfer: T, ascending, shape (nT,) [Hartree].
        y: ln Q/Q_r, uniform, shape (nQ,).
        ratio: of S, R, the scalar density and its interference with the charge, shape (4, shell, nT, nQ); one where a
            shell is closed.
        shift: of VA, shape (shell, nT, nQ).
        lines: lines in the continuum in the functions of `DRESSED`, shape (5, shell, nT, nQ) [1/Hartree].
        momentum: Q of the discrete lines, shape (nq,) [1/Bohr].
        discrete: lines below the first threshold.
    """

    transfer: Array
    y: Array
    ratio: Array
    shift: Array
    lines: Array
    momentum: Array
    discrete: Discrete


def nodes(stage: Stage, widths: Widths, highest: float) -> Array:
    """T from the first threshold to the highest: dense above thresholds and where lines are [Hartree]."""
    thresholds = np.sort(-stage.orbitals[0])
    first = thresholds[0]
    wanted = [np.exp(np.arange(np.log(first + 12 * ABOVE), np.log(highest) + COARSE, COARSE))]
    for threshold in thresholds[thresholds < highest]:
        steps = ABOVE * np.concatenate([[1, 5], 12 * 1.5 ** np.arange(40)])
        wanted.append(threshold + steps[steps < max(COARSE * threshold * 4, 13 * ABOVE)])
        wanted.append(threshold - np.array(_SERIES) * eV / HARTREE)
    for i, threshold in enumerate(-stage.orbitals[0]):
        energy = [t.energy for t in stage.transitions if t.shell == i and t.energy > FIRST * first]
        if threshold < highest and energy:
            half = float(widths.half(threshold))
            wanted.append(np.arange(min(energy) - 3 * half, threshold, half))
    T = np.unique(np.concatenate(wanted))
    T = T[(T > first) & (T <= highest * 1.0001)]
    T = T[~_at_threshold(T, stage)]
    # Nodes of several rules may fall together; and none may lie on a pole.
    apart = np.concatenate([[True], np.diff(T) > np.minimum(0.2 * widths.half(T[1:]), 0.01 * T[1:])])
    poles = _poles(stage)
    return np.array([_off(t, poles) for t in T[apart]])


def _at_threshold(transfer: Array, stage: Stage) -> NDArray[np.bool_]:
    """Whether T is too near to a threshold."""
    gap = transfer[:, None] + stage.orbitals[0]
    return np.asarray(np.any((gap > -BELOW) & (gap < 0.999 * ABOVE), axis=1))


def _poles(stage: Stage) -> Array:
    """Energies of transitions, to vacancies and between shells."""
    energies = stage.orbitals[0]
    return np.concatenate([[t.energy for t in stage.transitions], np.abs(energies[:, None] - energies).ravel()])


def _off(transfer: float, poles: Array) -> float:
    while np.min(np.abs(poles - transfer)) < _BESIDE:
        transfer += _BESIDE
    return transfer


def build(
    atom: Atom,
    reference: CentralField,
    interaction: Interaction,
    settings: StageSettings,
    widths: Widths,
    highest: float,
    progress: Progress | None = None,
    threads: int | None = None,
) -> ScreeningTable:
    """Compute the table.

    Args:
        atom: the atom, at its calculated thresholds.
        reference: independent electrons in its field.
        interaction: what screens.
        settings: numerical settings.
        widths: of lines in the continuum.
        highest: the largest T [Hartree].
        progress: called with (done, total) transfers.
        threads: worker threads; by default one per core.
    """
    _ = reference.table
    tops = [*_STAGES[_STAGES < 0.8 * highest], highest * 1.001]
    stages = [
        Stage(atom.solution, atom.calculated_shells, interaction, atom.exchange, settings, float(top)) for top in tops
    ]
    y = np.arange(LOWEST, HIGHEST + 1e-9, STEP)

    def compute(transfer: float) -> _Ratios:
        return _column(stages[int(np.searchsorted(tops, transfer))], reference, transfer, y, widths)

    def refine(known: Mapping[float, _Ratios], fresh: Sequence[float]) -> Sequence[float]:
        return [float(T) for T in halves(list(known.values()), stages[0], widths)]

    first = nodes(stages[0], widths, highest)
    momentum = np.geomspace(2e-3, 12 * float(ridge(first[0])), 80)
    with one_blas_thread():
        for stage in stages:
            stage.prepare()
        columns = tabulate(first.tolist(), compute, refine, progress, threads, rounds=_ROUNDS)
        found = discrete(stages[0], momentum)
    names = ("ratio", "shift", "lines")
    ratio, shift, lines = (np.stack([getattr(one, name) for one in columns.values()], axis=-2) for name in names)
    return ScreeningTable(np.array(list(columns)), y, ratio, shift, lines, momentum, found)


@dataclass(frozen=True)
class _Ratios:
    """Ratio, shift and lines of the table at one T, and S of independent electrons there, shape (shell, nQ)."""

    transfer: float
    ratio: Array
    shift: Array
    lines: Array
    charge: Array


def _column(stage: Stage, reference: CentralField, transfer: float, y: Array, widths: Widths) -> _Ratios:
    Q = float(ridge(transfer)) * np.exp(y)
    found = response(stage, transfer, Q, widths)
    known = reference.structure(transfer * HARTREE, Q * MOMENTUM_AU, ())
    S, R = known.charge[:, 0] * HARTREE, known.current[:, 0] * HARTREE
    change = found.dressed - found.bare
    # The multipoles computed here are a part of the whole, but for what the two grids differ by.
    with np.errstate(divide="ignore", invalid="ignore"):
        scalars = np.maximum(S * found.bare[2:4] / found.bare[0], found.bare[2:4])
        whole = np.stack([np.maximum(S, found.bare[0]), np.maximum(R, found.bare[1]), *scalars])
        ratio = 1 + change[list(_RATIOS)] / whole
        shift = change[_SHIFT] / np.sqrt(S * R)
    is_open = (transfer > -stage.orbitals[0])[:, None]
    ratio = np.where(is_open & np.isfinite(ratio), np.maximum(ratio, LEAST), 1.0)
    return _Ratios(transfer, ratio, np.where(is_open & np.isfinite(shift), shift, 0.0), found.lines, S * is_open)


def halves(columns: Sequence[_Ratios], stage: Stage, widths: Widths) -> Array:
    """T in the middle of the gaps that are too wide: a node beside them is not what the others make of it.

    Resonances that no rule foresees are found so: where a wave is caught behind its centrifugal barrier, as f waves are
    some 4 eV above every threshold of caesium.

    Args:
        columns: what has been computed, in order of T.
        stage: for thresholds and lines.
        widths: of lines in the continuum.
    """
    T = np.array([column.transfer for column in columns])
    off = np.array([_missed(columns, k, -stage.orbitals[0]) for k in range(T.size)]) > _MISSED
    wide = off[1:] | off[:-1]
    middle = np.array([_off(t, _poles(stage)) for t in 0.5 * (T[1:] + T[:-1])])
    wide &= np.diff(T) > np.maximum(widths.half(middle), _NARROWEST)
    return np.asarray(middle[wide & ~_at_threshold(middle, stage)])


def _missed(columns: Sequence[_Ratios], k: int, thresholds: Array) -> float:
    """By how much ∫S dQ²/Q² at a node is missed by a curve through its neighbours, over the integral."""
    from scipy.interpolate import PchipInterpolator

    here = columns[k]
    near = [i for i in range(max(k - _NEIGHBOURS, 0), min(k + _NEIGHBOURS + 1, len(columns))) if i != k]
    x = np.log([columns[i].transfer for i in near])
    at = np.log(here.transfer)
    if not x[0] < at < x[-1]:
        return 0.0
    change = PchipInterpolator(x, [columns[i].lines[0] for i in near])(at) - here.lines[0]
    for shell, threshold in enumerate(thresholds):
        used = np.exp(x) > threshold
        if here.transfer > threshold and np.any(used & (x < at)):
            known = [np.log(columns[i].ratio[0, shell]) for i in np.array(near)[used]]
            ratio = np.exp(PchipInterpolator(x[used], known)(at))
            change[shell] += here.charge[shell] * (ratio - here.ratio[0, shell])
    whole = np.sum(here.charge * here.ratio[0] + here.lines[0])
    return float(np.sum(np.abs(np.sum(change, axis=0))) / whole)


def fetch(
    atom: Atom,
    reference: CentralField,
    interaction: Interaction,
    settings: StageSettings,
    widths: Widths,
    highest: float,
    progress: Progress | None = None,
) -> ScreeningTable:
    """The table from the store, or computed and put there; arguments as of `build`."""
    parameters = {
        **atom.parameters,
        "reference": reference.tolerance,
        "interaction": identity(interaction),
        "settings": repr(settings),
        "width": widths.relative,
        "least_width": widths.least,
        "highest": highest,
    }

    def compute() -> Table:
        return _to_table(build(atom, reference, interaction, settings, widths, highest, progress))

    return _from_table(Store().fetch("screening", parameters, compute))


_RATIO, _STRENGTH, _OF_BOUND = Bits(12), Bits(13), Multiples(2**-13)
"""Errors of 1.2e-4 in a ratio, 6e-5 in a strength and of √(S R); at one node, and of either sign."""


def _to_table(table: ScreeningTable) -> Table:
    variables = {
        "transfer": Variable(("transfer",), table.transfer, "hartree", "energy transfer"),
        "y": Variable(("y",), table.y, "1", "ln Q/Q_r(T)"),
        "momentum": Variable(("momentum",), table.momentum, "1/bohr", "momenta of the discrete lines"),
        "line_shell": Variable(("line",), table.discrete.shell, "1", "shell that loses the electron"),
        "line_transfer": Variable(("line",), table.discrete.transfer, "hartree", "excitation energies"),
    }
    dims = ("shell", "transfer", "y")
    for k, name in enumerate(_NAMES):
        values = table.shift if k == _SHIFT else table.ratio[k]
        text = "change of VA over sqrt(S R)" if k == _SHIFT else f"screened over independent, {name}"
        variables[f"screening_{name}"] = Variable(dims, values, "1", text, _OF_BOUND if k == _SHIFT else _RATIO)
        text = f"lines in the continuum, {name}"
        lines = rounded_to_share(table.lines[k], np.abs(table.lines[k]).sum(axis=0), 14)
        variables[f"lines_{name}"] = Variable(dims, lines, "1/hartree", text, _STRENGTH)
        text = f"strengths of discrete lines, {name}"
        variables[f"strength_{name}"] = Variable(("line", "momentum"), table.discrete.values[k], "1", text, _STRENGTH)
    return Table(variables=variables, attributes={"line_final": " ".join(table.discrete.final)})


def _from_table(table: Table) -> ScreeningTable:
    data = {name: np.asarray(variable.data) for name, variable in table.variables.items()}
    return ScreeningTable(
        transfer=data["transfer"],
        y=data["y"],
        ratio=np.stack([data[f"screening_{name}"] for name in _NAMES[:_SHIFT]]),
        shift=data[f"screening_{_NAMES[_SHIFT]}"],
        lines=np.stack([data[f"lines_{name}"] for name in _NAMES]),
        momentum=data["momentum"],
        discrete=Discrete(
            shell=data["line_shell"].astype(np.int64),
            final=tuple(str(table.attributes["line_final"]).split()),
            transfer=data["line_transfer"],
            values=np.stack([data[f"strength_{name}"] for name in _NAMES]),
        ),
    )

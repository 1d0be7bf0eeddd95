"""What a page needs of an atom: its structure functions, small enough to be sent and fine enough to be integrated.

Nodes in Q follow the Bethe ridge, Q_r = √(T² + 2mT), at every transfer T,

    y = ln Q/Q_r,    t(y) = asinh(y/W) + y/2,    W = √(2mε_least)/2Q_r,

uniform in t from the photon point Q = T to the ridge, and from there to 16 momenta √(2mε_largest) above it, so that a
node stays where it is on the ridge while T runs.  Of every shell what varies slowly is kept, at the transfers that
interpolation needs (`nuatom.explore.transfers`): the logarithms of S, R, A_T and of the one combination of axial charge
and longitudinal current that a conserved neutrino current leaves, A_L = (A00 − 2(T/Q) A03 + (T/Q)² A33)/2, and the
ratio VA/√(R A_T).  Each is rounded to 14 bits of its range, which is 1.1·10⁻³ at most, at
random from node to node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.elements import Shell
from nuatom.explore.transfers import candidates, joined, pieces
from nuatom.functions import ALL, VECTOR, Array, Function
from nuatom.response.model import ResponseModel
from nuatom.units import ELECTRON_MASS, keV

SIDE = 56
"""Steps between nodes in Q on either side of the ridge."""
NODES = 2 * SIDE + 1
REACH = 16.0
"""Momenta of the innermost shell above the ridge at which the nodes end."""
LARGEST_TRANSFER = 290 * keV
"""Above it the photon point is in no table, and electrons are as good as free."""
NAMES = ("charge", "current", "axial_longitudinal", "axial_current", "vector_axial")
"""What is kept of a model with an axial current; of another one the first two."""
DEPTH = 36.0
"""Natural logarithms below the largest value of a function at which it has ended."""
_LEVELS = 2**14 - 1
_PER_DECADE = 40
_TOLERANCE = 1.5e-3
_CHUNK = 64
_TINY = 1e-280
_FAR = 30.0
"""Logarithms above the largest value at which an interpolation is far off, by whatever."""
_SEEN, _LOOSER = 22.0, 6.0
"""How far down single nodes are checked, in logarithms, and how much less strictly than integrals."""
_SHARE = 3e-4
"""Of all shells together, from which on the lines of a closed one are kept."""
_LESSER = 1.5
"""How much less strict it may be about a shell that others outshine; screening moves all of them together."""


@dataclass(frozen=True)
class ShellTable:
    """One shell at the transfers it needs.

    Attributes:
        shell: which.
        transfer: T, ascending, shape (nT,) [energy].
        starts: where among them a piece begins that nothing is interpolated out of, ascending, the first 0.
        low: the lowest level of each function, shape (function,).
        step: one of the levels above it, shape (function,).
        levels: which, shape (function, nT, node).
    """

    shell: Shell
    transfer: Array
    starts: tuple[int, ...]
    low: Array
    step: Array
    levels: NDArray[np.uint16]


@dataclass(frozen=True)
class ExportedAtom:
    """All shells of an atom.

    Attributes:
        names: the functions, in the order of the first axis of the shells' levels.
        shells: one each.
    """

    names: tuple[str, ...]
    shells: tuple[ShellTable, ...]


def momentum_nodes(transfer: Array, least: float, largest: float) -> Array:
    """Q at the nodes of each transfer, shape (nT, node) [energy].

    Args:
        transfer: T > 0, shape (nT,) [energy].
        least, largest: binding energies of the outermost and the innermost shell [energy].
    """
    ridge = np.sqrt(transfer * (transfer + 2 * ELECTRON_MASS))
    width = 0.5 * np.sqrt(2 * ELECTRON_MASS * least) / ridge
    low = np.log(transfer / ridge)
    high = np.log1p(REACH * np.sqrt(2 * ELECTRON_MASS * largest) / ridge)
    t_low, t_high = (np.arcsinh(y / width) + y / 2 for y in (low, high))
    share = np.arange(SIDE + 1) / SIDE
    t = np.concatenate([t_low[:, None] * (1 - share[:-1]), t_high[:, None] * share], axis=1)
    return np.asarray(ridge[:, None] * np.exp(_inverse(t, width[:, None])))


def _inverse(t: Array, width: Array) -> Array:
    """Y with asinh(y/W) + y/2 = t: Newton's method in u = asinh(y/W), which is monotone and convex on either side."""
    u = np.clip(t, -np.arcsinh(2 * np.abs(t) / width), np.arcsinh(2 * np.abs(t) / width))
    for _ in range(60):
        step = (u + width * np.sinh(u) / 2 - t) / (1 + width * np.cosh(u) / 2)
        u = u - step
        if np.all(np.abs(step) < 1e-13 * (1 + np.abs(u))):
            break
    return np.asarray(width * np.sinh(u))


def export(model: ResponseModel, per_decade: int = _PER_DECADE, tolerance: float = _TOLERANCE) -> ExportedAtom:
    """The table of a model.

    Args:
        model: the atom's response; one with values at points, not δ functions.
        per_decade: transfers tried in a decade of T − ε.
        tolerance: by how much integrals over Q may be missed between the transfers that are kept.

    Raises:
        ValueError: for a model whose shells are not bound, or that has no values at points.
    """
    shells = model.shells
    loose = [shell.label for shell in shells if not shell.binding_energy > 0]
    if loose:
        raise ValueError(
            f"a page shows bound electrons, and {', '.join(loose)} has no binding energy: give an atom's model"
        )
    binding = np.array([shell.binding_energy for shell in shells])
    tried = candidates(model, per_decade, LARGEST_TRANSFER)
    T = tried.transfer
    Q = momentum_nodes(T, float(binding.min()), float(binding.max()))
    names, values = _values(model, T, Q)
    whole = _integrals(_logarithms(values.sum(axis=1)), Q)
    tables = []
    for i, shell in enumerate(shells):
        mine = np.flatnonzero(tried.of_shell[i])
        below = whole - _integrals(_logarithms(values[:, i]), Q)
        seen = np.asarray(np.any(below < -np.log(_SHARE), axis=0))
        lenient = np.exp(np.clip(below, 0, np.log(_LESSER)))
        kept: list[NDArray[np.intp]] = []
        for piece in pieces(mine, T, shell.binding_energy, tried.edges, seen):
            x = np.log(T[piece] - shell.binding_energy if T[piece[0]] > shell.binding_energy else T[piece])
            kept.append(piece[_kept(x, values[:, i, piece], Q[piece], tolerance * lenient[:, piece])])
        tables.append(_encoded(shell, T, kept, values[:, i]))
    return ExportedAtom(names, tuple(tables))


def _values(model: ResponseModel, transfer: Array, Q: Array) -> tuple[tuple[str, ...], Array]:
    """The functions kept, shape (function, shell, nT, node)."""
    try:
        wanted: tuple[Function, ...] = ALL
        model.structure(transfer[:1], Q[:1], wanted)
    except ValueError:
        wanted = VECTOR  # a model without an axial current
    parts = []
    for start in range(0, transfer.size, _CHUNK):
        T, q = transfer[start : start + _CHUNK], Q[start : start + _CHUNK]
        f = model.structure(T, q, wanted)
        own = [f.charge, f.current]
        if wanted is ALL:
            r = T[:, None] / q
            longitudinal = (f.axial_charge - 2 * r * f.axial_mixed + r**2 * f.axial_longitudinal) / 2
            bound = np.sqrt(np.maximum(f.current * f.axial_current, _TINY))
            own += [longitudinal, f.axial_current, np.clip(f.vector_axial / bound, -1, 1)]
        parts.append(np.stack(own))
    return NAMES[: len(parts[0])], np.concatenate(parts, axis=2)


def _logarithms(values: Array) -> Array:
    """Of the functions that have any, (4 or 2, nT, node), not deeper than they are kept."""
    logs = np.log(np.maximum(values[:4], _TINY))
    return np.asarray(np.maximum(logs, logs.max(axis=(1, 2), keepdims=True) - DEPTH))


def _kept(x: Array, values: Array, Q: Array, tolerance: Array) -> NDArray[np.intp]:
    """The indices of x that are needed for nothing to be missed by more than the tolerance in between.

    Args:
        x: what a piece is interpolated over, ascending, shape (nT,).
        values: of the functions of one shell, shape (function, nT, node).
        Q: the nodes, shape (nT, node).
        tolerance: relative, of each integral at each transfer, shape (what, nT).
    """
    logs = _logarithms(values)
    seen = logs > logs.max(axis=(1, 2), keepdims=True) - _SEEN
    flat = np.moveaxis(logs, 1, -1).reshape(-1, x.size)
    true = _integrals(logs, Q)
    kept = np.unique(np.append(np.arange(0, x.size, 16), x.size - 1))
    while kept.size < x.size:
        rows = joined(x[kept], flat[:, kept], x).reshape(len(logs), Q.shape[1], x.size)
        found = np.moveaxis(rows, -1, 1)
        missed = (np.abs(_integrals(found, Q) - true) / tolerance).max(axis=0)
        # Single nodes less strictly: they are all that is left where the energy ends the integral below the ridge.
        single = np.abs(found - logs)[:, :, :SIDE]
        single = np.where(seen[:, :, :SIDE], single, 0.0).max(axis=(0, 2)) / _LOOSER
        missed = np.maximum(missed, single / tolerance.min(axis=0))
        if missed.max() <= 1:
            break
        # The worst of every gap.
        gap = np.searchsorted(kept, np.arange(x.size), side="right")
        worst = [int(part[np.argmax(missed[part])]) for part in (np.flatnonzero(gap == g) for g in np.unique(gap))]
        kept = np.unique(np.concatenate([kept, [k for k in worst if missed[k] > 1]])).astype(np.intp)
    return kept


def _integrals(logs: Array, Q: Array) -> Array:
    """Logarithms of ∫f dQ²/Q² and ∫f dQ² of every function and of f at Q = T, shape (what, nT)."""
    log_Q = np.log(Q)
    top = logs.max(axis=(1, 2), keepdims=True)
    f = np.exp(np.minimum(logs - top, _FAR))
    found = [np.trapezoid(f * Q**power, np.broadcast_to(log_Q, f.shape), axis=-1) for power in (0, 2)]
    whole = [np.log(np.maximum(part, _TINY)) + top[..., 0] for part in found]
    return np.concatenate([*whole, logs[:, :, 0]])


def _encoded(shell: Shell, transfer: Array, kept: list[NDArray[np.intp]], values: Array) -> ShellTable:
    starts = tuple(int(n) for n in np.cumsum([0, *(piece.size for piece in kept[:-1])]))
    use = np.concatenate(kept)
    low, step, levels = [], [], []
    for name, f in zip(NAMES, values[:, use], strict=False):
        if name == "vector_axial":
            least, most, code = -1.0, 1.0, f
        else:
            code = np.log(np.maximum(f, _TINY))
            most = float(code.max())
            least = most - DEPTH
        low.append(least)
        step.append((most - least) / _LEVELS)
        levels.append(np.rint(np.clip((code - least) / step[-1], 0, _LEVELS)).astype(np.uint16))
    return ShellTable(shell, transfer[use], starts, np.array(low), np.array(step), np.stack(levels))

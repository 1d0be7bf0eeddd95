"""What a page needs of an atom: its structure functions, small enough to be sent and fine enough to be integrated.

Nodes in Q follow the Bethe ridge, Q_r = √(T² + 2mT), at every transfer T,

    y = ln Q/Q_r,    t(y) = asinh(y/W) + y/2,    W = √(2mε_least)/2Q_r,

uniform in t from the photon point Q = T to the ridge, and from there to 16 momenta √(2mε_largest) above it, so that a
node stays where it is on the ridge while T runs.  Of every shell what varies slowly is kept, at the transfers that
cubic interpolation in ln(T − ε) needs: the logarithms of S, R, A_T and of the one combination of axial charge and
longitudinal current that a conserved neutrino current leaves, A_L = (A00 − 2(T/Q) A03 + (T/Q)² A33)/2, and the ratio
VA/√(R A_T).  Each is rounded to 16 bits of its range, which is 3·10⁻⁴ at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.elements import Shell
from nuatom.functions import ALL, VECTOR, Array, Function
from nuatom.response.model import ResponseModel
from nuatom.units import ELECTRON_MASS, eV, keV

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
_LEVELS = 65535
_FIRST = 0.02 * eV
_PER_DECADE = 40
_TOLERANCE = 1.5e-3
_CHUNK = 64
_TINY = 1e-280
_FAR = 30.0
"""Logarithms above the largest value at which an interpolation is far off, by whatever."""
_SEEN, _LOOSER = 22.0, 6.0
"""How far down single nodes are checked, in logarithms, and how much less strictly than integrals."""


@dataclass(frozen=True)
class ShellTable:
    """One shell at the transfers it needs.

    Attributes:
        shell: which.
        transfer: T, ascending, shape (nT,) [energy].
        low: of the 16 bits of each function, shape (function,).
        step: one of the levels above it, shape (function,).
        levels: which, shape (function, nT, node).
    """

    shell: Shell
    transfer: Array
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
    every, own = _transfers(binding, per_decade)
    transfer = np.unique(np.concatenate([every, *own]))
    Q = momentum_nodes(transfer, float(binding.min()), float(binding.max()))
    names, values = _values(model, transfer, Q)
    tables = []
    for i, shell in enumerate(shells):
        # Not the dense ones near the edges of others: a cubic through points that crowd is a poor one.
        far = np.concatenate([own[i], every[every > own[i][-1] * 1.01]])
        mine = np.flatnonzero(np.isin(transfer, far))
        kept = mine[_kept(np.log(transfer[mine] - binding[i]), values[:, i, mine], Q[mine], tolerance)]
        tables.append(_encoded(shell, transfer[kept], values[:, i, kept]))
    return ExportedAtom(names, tuple(tables))


def _transfers(binding: Array, per_decade: int) -> tuple[Array, list[Array]]:
    """The transfers to try: evenly in the logarithm for all shells, and of each in that of T − ε near its edge."""
    lowest = binding.min()
    every = np.geomspace(lowest + _FIRST, LARGEST_TRANSFER, int(per_decade * np.log10(LARGEST_TRANSFER / lowest)))
    own = []
    for epsilon in binding:
        top = min(max(epsilon, 20 * eV), LARGEST_TRANSFER - epsilon)
        above = epsilon + np.geomspace(_FIRST, top, int(np.ceil(per_decade / 2 * np.log10(top / _FIRST))))
        own.append(above)
    return every, own


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


def _kept(x: Array, values: Array, Q: Array, tolerance: float) -> NDArray[np.intp]:
    """The indices of x that are needed for nothing to be missed by more than the tolerance in between.

    Args:
        x: ln(T − ε), ascending, shape (nT,).
        values: of the functions of one shell, shape (function, nT, node).
        Q: the nodes, shape (nT, node).
        tolerance: relative, of integrals.
    """
    logs = np.log(np.maximum(values[:4], _TINY))
    logs = np.maximum(logs, logs.max(axis=(1, 2), keepdims=True) - DEPTH)
    seen = logs > logs.max(axis=(1, 2), keepdims=True) - _SEEN
    flat = np.moveaxis(logs, 1, -1).reshape(-1, x.size)
    true = _integrals(logs, Q)
    kept = np.unique(np.append(np.arange(0, x.size, 16), x.size - 1))
    while True:
        rows = _cubic(x[kept], flat[:, kept], x).reshape(len(logs), Q.shape[1], x.size)
        found = np.moveaxis(rows, -1, 1)
        missed = np.abs(_integrals(found, Q) - true).max(axis=0)
        # Single nodes less strictly: they are all that is left where the energy ends the integral below the ridge.
        single = np.abs(found - logs)[:, :, :SIDE]
        missed = np.maximum(missed, np.where(seen[:, :, :SIDE], single, 0.0).max(axis=(0, 2)) / _LOOSER)
        if missed.max() <= tolerance or kept.size == x.size:
            return kept
        # The worst of every gap.
        gap = np.searchsorted(kept, np.arange(x.size), side="right")
        worst = [int(part[np.argmax(missed[part])]) for part in (np.flatnonzero(gap == g) for g in np.unique(gap))]
        kept = np.unique(np.concatenate([kept, [k for k in worst if missed[k] > tolerance]])).astype(np.intp)


def _integrals(logs: Array, Q: Array) -> Array:
    """Logarithms of ∫f dQ²/Q² and ∫f dQ² of every function and of f at Q = T, shape (what, nT)."""
    log_Q = np.log(Q)
    top = logs.max(axis=(1, 2), keepdims=True)
    f = np.exp(np.minimum(logs - top, _FAR))
    found = [np.trapezoid(f * Q**power, np.broadcast_to(log_Q, f.shape), axis=-1) for power in (0, 2)]
    whole = [np.log(np.maximum(part, _TINY)) + top[..., 0] for part in found]
    return np.concatenate([*whole, logs[:, :, 0]])


def _cubic(x: Array, rows: Array, at: Array) -> Array:
    """Lagrange's cubic through the four points around each of ``at``; the page interpolates so too."""
    if x.size < 4:
        return np.stack([np.interp(at, x, row) for row in rows])
    first = np.clip(np.searchsorted(x, at) - 2, 0, x.size - 4)
    total = np.zeros((len(rows), at.size))
    for a in range(4):
        weight = np.ones(at.size)
        for b in range(4):
            if a != b:
                weight *= (at - x[first + b]) / (x[first + a] - x[first + b])
        total += weight * rows[:, first + a]
    return total


def _encoded(shell: Shell, transfer: Array, values: Array) -> ShellTable:
    low, step, levels = [], [], []
    for name, f in zip(NAMES, values, strict=False):
        if name == "vector_axial":
            least, most, code = -1.0, 1.0, f
        else:
            code = np.log(np.maximum(f, _TINY))
            most = float(code.max())
            least = most - DEPTH
        low.append(least)
        step.append((most - least) / _LEVELS)
        levels.append(np.rint(np.clip((code - least) / step[-1], 0, _LEVELS)).astype(np.uint16))
    return ShellTable(shell, transfer, np.array(low), np.array(step), np.stack(levels))

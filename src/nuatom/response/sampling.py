"""From partial waves on grids of Q to the nodes of a table: which momenta to compute, and what is between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.grid import Array
from nuatom.functions import MIXED, Function
from nuatom.response.approach import needed
from nuatom.response.interpolation import joined, split
from nuatom.response.partial_waves import ShellResponse, momentum_grid

_TINY = 1e-280

Range = tuple[float, float]


def momenta(ranges: Sequence[Sequence[Range]], widths: Sequence[Range], largest: float) -> list[Array]:
    """The parts of one grid of Q that cover the ranges of each shell, and one point beyond each end."""
    flat = [(r, width) for of_shell, width in zip(ranges, widths, strict=True) for r in of_shell]
    union = momentum_grid([r for r, _ in flat], [width for _, width in flat], 0.11, largest)
    return [np.unique(np.concatenate([_covering(union, *r) for r in of_shell])) for of_shell in ranges]


def _covering(union: Array, low: float, high: float) -> Array:
    return union[max(np.searchsorted(union, low, "right") - 1, 0) : np.searchsorted(union, high) + 1]


def widened(low: float, high: float, Q_r: float) -> Range:
    """A range on one side of the ridge, and a tenth of the distance from the ridge more at either end."""
    return low - 0.1 * abs(Q_r - low), high + 0.1 * abs(Q_r - high)


def at_nodes(
    target: Array, near: ShellResponse, far: ShellResponse, ranges: Sequence[Range], Q_r: float, function: Function
) -> Array:
    """What is tabulated, at ln Q of the nodes, from the part that has it; beyond all a power law.

    Args:
        target: ln Q of the nodes, shape (node,).
        near: whole integrals, up to the ridge or its lower flank.
        far: integrals with a window, in each of the ranges.
        ranges: of Q.
        Q_r: the momentum of the ridge.
        function: which one.
    """
    out = _interpolate(near, slice(None), target, function)
    for low, high in ranges:
        used = (target >= np.log(low)) & (target <= np.log(high) + 1e-9)
        # A few points lie before the beginning and beyond the end, so that interpolation is as good there as inside;
        # the next one may be far away.
        first, last = widened(low, high, Q_r)
        # Far up steps are longer than what a range is widened by; there is no other range then to keep off.
        end = None if high == ranges[-1][1] else np.searchsorted(far.momentum, last, "right")
        part = slice(np.searchsorted(far.momentum, first), end)
        if used.any():
            out[used] = _interpolate(far, part, target[used], function)
    known = target <= np.log(far.momentum[-1])
    if not known.all():
        out[~known] = _continue(target, out, known, function)
    return out


def encode(values: dict[Function, Array], function: Function) -> Array:
    """What is interpolated: the logarithm of a positive function, the correlation of an interference."""
    if function not in MIXED:
        return np.asarray(np.log(np.maximum(values[function], _TINY)))
    # The product of two that are next to nothing is less than a float holds.
    first, second = (np.sqrt(np.maximum(values[bound], _TINY)) for bound in MIXED[function])
    return np.asarray(np.clip(values[function] / first / second, -1.0, 1.0))


def _interpolate(response: ShellResponse, part: slice, target: Array, function: Function) -> Array:
    """Cubic in ln Q; what lies beyond the ends has their values."""
    from scipy.interpolate import CubicSpline

    log_Q = np.log(response.momentum[part])
    values = encode({f: response.of(f)[part] for f in needed(function)}, function)
    at = np.clip(target, log_Q[0], log_Q[-1])
    if function in MIXED:
        return np.asarray(CubicSpline(log_Q, values)(at))
    return joined(*(CubicSpline(log_Q, one)(at) for one in split(values)))


def _continue(target: Array, values: Array, known: NDArray[np.bool_], function: Function) -> Array:
    """Beyond the largest computed Q, a power law with the last slope, at most −5: nothing is left there."""
    last = np.flatnonzero(known)[-1]
    if function in MIXED:
        return np.full(np.count_nonzero(~known), values[last])
    slope = (values[last] - values[last - 3]) / (target[last] - target[last - 3])
    return np.asarray(values[last] + min(slope, -5.0) * (target[~known] - target[last]))

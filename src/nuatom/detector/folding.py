"""Arithmetic of folding: a Gaussian over bins, grids of the transfer, and integrals of a response over them.

A spectrum is known at nodes T_j and smooth between breaks: a break is a pair of nodes within one part in 10⁵, one on
each side of where the spectrum steps or bends.  Between breaks T dR/dT is a cubic spline in ln T, so that

    ∫ P(T) (dR/dT) dT = Σ_j w_j (dR/dT)_j

with weights that depend on the response P alone, which is as sharp as it likes: it is integrated in panels of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array

BREAK = 1e-6
"""Half the relative distance of the two nodes at a break."""
_ORDER = 6  # Gauss–Legendre points per panel
_SAME = 1e-12  # what is relatively narrower has no width


# --- a Gaussian over bins ------------------------------------------------------------------------


def straight(mean: Array, sigma: Array, ends: Array, left: Array, right: Array) -> Array:
    """Integrals of a Gaussian times straight pieces, ∫ [a + s(E − E_0)] N(E; mean, σ) dE over each piece.

        = [a + s(mean − E_0)] [Φ(z_1) − Φ(z_0)] + s σ [φ(z_0) − φ(z_1)],   z = (E − mean)/σ

    Args:
        mean, sigma: of the Gaussian, shape (nT,) [energy]; with σ = 0, or next to nothing, it is a delta function.
        ends: ends of the pieces, ascending, shape (n + 1,) [energy].
        left, right: values at the ends of each piece, shape (n,).

    Returns:
        shape (n, nT).
    """
    from scipy.special import ndtr

    E0, E1 = ends[:-1, None], ends[1:, None]
    slope = ((right - left) / np.diff(ends))[:, None]
    height = left[:, None] + slope * (mean - E0)
    exact = sigma <= _SAME * np.maximum(mean, ends[-1])
    width = np.where(exact, 1.0, sigma)
    z0, z1 = (E0 - mean) / width, (E1 - mean) / width
    # On the upper side differences of Φ(−z), which keep their digits in the tail.
    flip = z0 > 0.0
    inside = ndtr(np.where(flip, -z0, z1)) - ndtr(np.where(flip, -z1, z0))
    slanted = (np.exp(-0.5 * z0**2) - np.exp(-0.5 * z1**2)) / np.sqrt(2.0 * np.pi) * width
    smeared = np.maximum(height * inside + slope * slanted, 0.0)
    return np.where(exact, np.where((E0 <= mean) & (mean < E1), height, 0.0), smeared)


def fewer(ends: Array, left: Array, right: Array, kept: Array, tolerance: float) -> tuple[Array, Array, Array]:
    """Straight pieces that join, in the place of runs of shorter ones that are within a tolerance of them.

    A table may have tens of thousands of rows, and each costs a Gaussian integral for every transfer.  A run grows as
    long as one line from its first end passes within the tolerance of all its ends (a cone of slopes that narrows).

    Args:
        ends: ends of the pieces, ascending, shape (n + 1,) [energy].
        left, right: values at the ends of each piece, shape (n,).
        kept: ends that must stay [energy].
        tolerance: how far values may be off.

    Returns:
        ends, left and right of fewer pieces.
    """
    fixed = np.isin(ends, kept)
    fixed[1:-1] |= right[:-1] != left[1:]  # a step
    at, low, high = ends.tolist(), left.tolist(), right.tolist()
    starts, first = [0], 0
    least, most = -np.inf, np.inf
    for j in range(1, len(at)):
        width = at[j] - at[first]
        slope = (high[j - 1] - low[first]) / width
        if not least <= slope <= most:
            first = j - 1
            starts.append(first)
            width = at[j] - at[first]
            slope = (high[j - 1] - low[first]) / width
            least, most = -np.inf, np.inf
        if fixed[j]:
            first = j
            starts.append(j)
            least, most = -np.inf, np.inf
            continue
        least, most = max(least, slope - tolerance / width), min(most, slope + tolerance / width)
    places = np.unique(np.array([*starts, len(at) - 1]))
    return ends[places], left[places[:-1]], right[places[1:] - 1]


def cells(ends: Array, left: Array, right: Array, kept: Array, width: float) -> tuple[Array, Array, Array]:
    """Straight pieces no wider than they need be, with the integral and the first moment of the many they stand for.

    Seen through a Gaussian much wider than a cell, what is left of the difference is the second moment.

    Args:
        ends, left, right: the many pieces, as of `straight`.
        kept: ends that must stay [energy].
        width: of a cell, about [energy].

    Returns:
        ends, left and right of the cells.
    """
    number = np.floor((ends - ends[0]) / width)
    first = np.flatnonzero(np.append(True, np.diff(number) > 0) | np.isin(ends, kept))
    places = np.unique(np.append(first, ends.size - 1))
    edges = ends[places]
    step, middle = np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    owner = np.repeat(np.arange(places.size - 1), np.diff(places))
    size, centre = np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    mean = 0.5 * (left + right)
    count = places.size - 1
    height = np.bincount(owner, mean * step, count) / size
    moment = mean * step * (middle - centre[owner]) + (right - left) * step**2 / 12
    half = 6 * np.bincount(owner, moment, count) / size**2
    return edges, height - half, height + half


# --- grids ---------------------------------------------------------------------------------------


def nodes(low: float, high: float, breaks: Sequence[float], refinement: int = 1) -> Array:
    """A grid of transfers from low to high: Chebyshev–Lobatto nodes in ln T, in panels of an octave or less.

    Args:
        low, high: 0 < low < high [energy].
        breaks: where the spectrum may step or bend [energy]; those within 10⁻⁵ of another count once.
        refinement: 1, 2, …: how many times as many nodes.

    Returns:
        ascending, shape (nT,) [energy].
    """
    inner: list[float] = []
    for value in sorted(breaks):
        previous = inner[-1] if inner else low
        if value > previous * (1.0 + 10.0 * BREAK) and value * (1.0 + 10.0 * BREAK) < high:
            inner.append(value)
    starts = [low, *(value * (1.0 + BREAK) for value in inner)]
    stops = [*(value * (1.0 - BREAK) for value in inner), high]
    grid: list[float] = []
    for start, stop in zip(starts, stops, strict=True):
        # Above an edge the spectrum varies on the scale of what is left to the electron: short panels first.
        ends = [start, *(x for x in (1.1 * start, 1.35 * start) if 1.05 * x < stop)]
        ends += np.geomspace(ends[-1], stop, int(np.ceil(np.log2(stop / ends[-1]))) + 1)[1:].tolist()
        for first, last in pairwise(ends):
            # An even number of intervals: every other node makes a coarser grid with the same ends.
            n = refinement * (4 + 2 * int(np.ceil(3.0 * np.log2(last / first) - 1e-9)))
            share = 0.5 - 0.5 * np.cos(np.pi * np.arange(n + 1) / n)
            piece = first * (last / first) ** share
            piece[[0, -1]] = first, last
            grid += piece.tolist() if not grid or first != grid[-1] else piece[1:].tolist()
    return np.array(grid)


def panels(transfer: Array) -> Iterator[slice]:
    """The runs of nodes between breaks, as slices."""
    at = np.flatnonzero(np.diff(transfer) <= 3.0 * BREAK * transfer[1:]) + 1
    yield from (slice(int(a), int(b)) for a, b in zip((0, *at), (*at, transfer.size), strict=True))


def invert(function: Callable[[Array], Array], values: Array, low: float, high: float) -> Array:
    """Where a rising function has values, by bisection between low and high; values out of reach are left out."""
    ends = function(np.array([low, high]))
    wanted = values[(values > ends[0]) & (values < ends[1])]
    a, b = np.full(wanted.shape, low), np.full(wanted.shape, high)
    for _ in range(90):
        middle = np.sqrt(a * b)
        above = function(middle) >= wanted
        a, b = np.where(above, a, middle), np.where(above, middle, b)
    return b


# --- weights -------------------------------------------------------------------------------------


def weights(
    transfer: Array, response: Callable[[Array], Array], marks: Array, low: float, high: float
) -> tuple[Array, Array]:
    """Weights of an integral of a response over a spectrum, on all nodes and on every other of them.

    Args:
        transfer: T_j > 0, ascending, shape (nT,) [energy].
        response: function of T (n,) that gives (nb, n).
        marks: transfers between which the response is smooth [energy].
        low, high: the response is nil below and above [energy].

    Returns:
        w, of shape (nb, nT) [energy], such that the integral is w @ density, and the same from every other node.
    """
    x, w = np.polynomial.legendre.leggauss(_ORDER)
    fine = coarse = np.zeros((0, transfer.size))
    for run in panels(transfer):
        T = transfer[run]
        if T.size < 2:
            continue  # a node alone says that there is nothing beyond the break
        # From one break to the next, and not only from node to node.
        first = 0.5 * (transfer[max(run.start - 1, 0)] + T[0])
        last = 0.5 * (T[-1] + transfer[min(run.stop, transfer.size - 1)])
        first, last = max(first, low), min(last, high)
        if not first < last:
            continue
        inner = np.concatenate((T, marks))
        ends = np.unique(np.concatenate(([first, last], inner[(inner > first) & (inner < last)])))
        ends = ends[np.concatenate(([True], np.diff(ends) > _SAME * ends[1:]))]
        half = 0.5 * np.diff(ends)[:, None]
        t = (0.5 * (ends[1:] + ends[:-1])[:, None] + half * x).ravel()
        weighted = response(t) * (half * w).ravel()
        if not fine.size:
            fine, coarse = (np.zeros((weighted.shape[0], transfer.size)) for _ in range(2))
        every = np.arange(T.size)
        fine[:, run] += weighted @ _cardinal(T, every, t)
        other = np.unique(np.append(every[::2], every[-1]))
        coarse[:, run][:, other] += weighted @ _cardinal(T, other, t)
    return fine, coarse


def _cardinal(nodes: Array, chosen: NDArray[np.intp], at: Array) -> Array:
    """What each chosen node gives to the density at T, shape (n, chosen): T f(T) is a spline in ln T."""
    from scipy.interpolate import CubicSpline

    T = nodes[chosen]
    spline = CubicSpline(np.log(T), np.eye(T.size))
    return np.asarray(spline(np.log(at)) * T / at[:, None])

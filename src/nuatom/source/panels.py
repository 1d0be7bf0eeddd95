"""Gauss–Legendre panels of spectra, clipped at the least energy that is asked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

TABLE_ORDER = 4
"""Gauss points in a panel of a table."""
_TABLE_TOLERANCE = 1e-6  # of the whole, when two pieces of a table become one panel
_MOMENTS = np.arange(4)


def panels(edges: Array, minimum: ArrayLike, order: int, root_end: bool) -> tuple[Array, Array]:
    """Gauss–Legendre points and weights of ∫_{E>minimum} dE, in panels clipped at the minimum.

    Args:
        edges: of the panels, shape (p + 1,) [energy].
        minimum: any shape [energy].
        order: points of each panel.
        root_end: spread the points of the last panel evenly in √(end − E).

    Returns:
        E and dE, each of shape minimum.shape + (p · order,) [energy].
    """
    x, w = np.polynomial.legendre.leggauss(order)
    x, w = (1 + x) / 2, w / 2
    low = np.asarray(minimum, dtype=float)[..., None]
    high = edges[1:]
    start = np.clip(low, edges[:-1], high)
    width = (high - start)[..., None]
    at = start[..., None] + width * x
    weight = width * w
    if root_end:
        u = x[::-1]
        at[..., -1, :] = high[-1] - width[..., -1, :] * u**2
        weight[..., -1, :] = width[..., -1, :] * 2 * u * w[::-1]
    shape = (*low.shape[:-1], high.size * order)
    return at.reshape(shape), weight.reshape(shape)


def integral(function: Callable[[Array], Array], breaks: tuple[float, ...], order: int, root_end: bool) -> float:
    """∫ function dE between the breaks."""
    at, width = panels(np.asarray(breaks, dtype=float), breaks[0], order, root_end)
    return float(np.sum(width * function(at)))


def merged(energies: Array, densities: Array) -> Array:
    """Edges of as few panels as give the first moments of a piecewise linear spectrum.

    A table may have hundreds of points; a panel of four Gauss points serves several pieces as long as it gives
    the moments of each run of them.
    """
    x, w = np.polynomial.legendre.leggauss(TABLE_ORDER)
    x, w = (1 + x) / 2, w / 2
    scale = energies[-1]
    low, high = energies[:-1, None], energies[1:, None]
    at = low + (high - low) * x
    exact = np.zeros((energies.size, _MOMENTS.size))
    piece = np.einsum(
        "pk,pkm->pm", (high - low) * w * np.interp(at, energies, densities), (at / scale)[..., None] ** _MOMENTS
    )
    np.cumsum(piece, axis=0, out=exact[1:])
    edges, first = [0], 0
    while first < energies.size - 1:
        last = first + 1
        for trial in range(first + 2, energies.size):
            points = energies[first] + (energies[trial] - energies[first]) * x
            weights = (energies[trial] - energies[first]) * w * np.interp(points, energies, densities)
            found = weights @ (points / scale)[:, None] ** _MOMENTS
            if np.max(np.abs(found - (exact[trial] - exact[first]))) > _TABLE_TOLERANCE:
                break
            last = trial
        edges.append(last)
        first = last
    return energies[edges]

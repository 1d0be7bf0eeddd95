"""The structure function over (T, Q), as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nuatom.figures.style import new_axes, set_ticks
from nuatom.functions import VECTOR, Array
from nuatom.response.model import ResponseModel
from nuatom.units import ELECTRON_MASS, keV

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROWS, _COLUMNS = 180, 220  # of the structure map


def structure_map(
    model: ResponseModel,
    *,
    transfer: Array | None = None,
    momentum: Array | None = None,
    title: str = "",
) -> Figure:
    """S(T,Q), summed over shells, as a map in colours over T and Q.

    The full line is the Bethe ridge Q² = T² + 2mT, where free electrons are; the dashed one, Q = T, is the
    real photon, below which no neutrino can go.

    Args:
        model: a response with values of S at a point.
        transfer: T ascending, shape (nT,) [energy]; by default around the thresholds.
        momentum: Q ascending, shape (nQ,) [energy]; by default from below the photon line to above the ridge.
        title: above the figure.

    Raises:
        ValueError: for a response that is a δ function, or zero in the whole range.
    """
    from matplotlib.colors import LogNorm
    from matplotlib.patheffects import withStroke

    edges = [shell.binding_energy for shell in model.shells if shell.binding_energy > 0]
    if transfer is None:
        if not edges:
            raise ValueError("no shell has a threshold to choose transfers by: pass transfer and momentum")
        transfer = np.geomspace(0.5 * min(edges), 10 * max(edges), _COLUMNS)
    T = np.asarray(transfer, dtype=float)
    if momentum is None:
        momentum = np.geomspace(0.5 * T[0], 3 * _ridge(T[-1]), _ROWS)
    Q = np.asarray(momentum, dtype=float)
    S = model.structure(T, Q, VECTOR).charge.sum(axis=0) * keV
    greatest = float(S.max())
    if not greatest > 0:
        raise ValueError("S is zero in the whole range: nothing to draw; try transfers above a threshold")
    with new_axes(6.0, 4.8) as (figure, axes):
        shown = np.ma.masked_less_equal(S.T, 0.0)
        # Many decades below the top it is the tail of the orbitals, of no weight in anything.
        mesh = axes.pcolormesh(
            T / keV,
            Q / keV,
            shown,
            norm=LogNorm(greatest * 1e-8, greatest),
            cmap="cividis",
            shading="nearest",
            rasterized=True,
        )
        axes.set_facecolor("0.85")  # closed: no shell can answer
        outline = [withStroke(linewidth=3.0, foreground="black")]  # white alone is lost on the bright ridge
        for line, style, name in (
            (_ridge(T), "-", r"Bethe ridge $Q^2 = T^2 + 2mT$"),
            (T, "--", "photon $Q = T$"),
        ):
            axes.plot(T / keV, line / keV, color="white", lw=1.3, ls=style, label=name, path_effects=outline)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(T[0] / keV, T[-1] / keV)
        axes.set_ylim(Q[0] / keV, Q[-1] / keV)
        set_ticks(axes.xaxis, T[-1] / T[0])
        set_ticks(axes.yaxis, Q[-1] / Q[0])
        bar = figure.colorbar(mesh, ax=axes, extend="min", pad=0.02)
        bar.set_label(r"$S(T,Q)$  [keV$^{-1}$ per atom]")
        axes.set_xlabel("energy transfer  $T$  [keV]")
        axes.set_ylabel("momentum transfer  $Q$  [keV]")
        axes.legend(loc="lower right", frameon=True, facecolor="0.25", edgecolor="none", labelcolor="white")
        axes.set_title(title, fontsize=9)
    return figure


def _ridge(transfer: Array) -> Array:
    """Q of a free electron at rest."""
    return np.asarray(np.sqrt(transfer * (transfer + 2 * ELECTRON_MASS)))

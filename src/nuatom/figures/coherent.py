"""The figure of coherent scattering: recoil of the atom as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nuatom.figures.style import BLACK, VERMILION, draw_curve, new_axes, set_limits
from nuatom.functions import Array
from nuatom.units import cm2, eV, keV

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def coherent_figure(transfer: Array, nucleus: Array, *, atom: Array | None = None, title: str = "") -> Figure:
    """dσ/dT of coherent scattering against the recoil energy, of the neutral atom and of its nucleus alone.

    Args:
        transfer: recoil energies, shape (nT,) with nT ≥ 2 [energy].
        nucleus: dσ/dT on the bare nucleus, the same shape [area/energy].
        atom: dσ/dT on the neutral atom, the same shape [area/energy].
        title: above the figure.

    Raises:
        ValueError: for fewer than two transfers, or none at which dσ/dT > 0.
    """
    if transfer.ndim != 1 or len(transfer) < 2:
        raise ValueError(f"a figure needs a row of two or more recoil energies, got the shape {transfer.shape}")
    order = np.argsort(transfer)
    T = transfer[order] / eV
    curves = [values[order] / (cm2 / keV) for values in (nucleus, *(() if atom is None else (atom,)))]
    if not any(np.any(values > 0) for values in curves):
        raise ValueError("dσ/dT is zero at all these recoil energies: nothing to draw; try lower ones")
    with new_axes(6.4, 4.8) as (figure, axes):
        if atom is not None:
            draw_curve(axes, T, curves[1], color=BLACK, lw=2.2, label="atom, with its electrons", zorder=4)
        draw_curve(axes, T, curves[0], color=VERMILION, lw=1.5, ls="--", label="nucleus alone", zorder=5)
        set_limits(axes, T, curves, decades=7)
        axes.set_xlabel("recoil energy  $T$  [eV]")
        axes.set_ylabel(r"$\mathrm{d}\sigma/\mathrm{d}T$  [cm$^2$ keV$^{-1}$]")
        axes.legend(loc="lower left")
        axes.set_title(title, fontsize=9)
    return figure

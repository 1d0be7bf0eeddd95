"""A limit on a coupling against the mass of what carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nuatom.figures.style import BLUE, GREY, VERMILION, new_axes
from nuatom.functions import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def mass_figure(
    masses: Array,
    high: Array,
    label: str,
    *,
    low: Array | None = None,
    band: tuple[Array, Array, Array] | None = None,
    what: str = "excluded above",
    title: str = "",
) -> Figure:
    """The limit at each mass, with what is expected without a signal; both axes logarithmic.

    Args:
        masses: ascending, shape (mass,) [keV].
        high: upper ends, or limits, shape (mass,).
        label: the parameter with its unit, for its axis.
        low: lower ends of what may have either sign, drawn with their sign changed.
        band: −1σ, median and +1σ of the upper ends, each (mass,); what is not positive is left out.
        what: what the curve is, for the legend.
        title: above the figure.
    """
    with new_axes(6.0, 4.2) as (figure, axes):
        if band is not None:
            below, middle, above = (np.where(curve > 0, curve, np.nan) for curve in band)
            axes.fill_between(masses, below, above, color=GREY, alpha=0.25, linewidth=0, label="expected, 68 %")
            axes.plot(masses, middle, color=GREY, linestyle="--", linewidth=1, label="expected, median")
        axes.plot(masses, np.where(high > 0, high, np.nan), color=BLUE, label=what)
        if low is not None:
            axes.plot(masses, np.where(low < 0, -low, np.nan), color=VERMILION, linestyle="-.", label="negative, below")
        axes.set(xscale="log", yscale="log", xlabel="mass [keV]", ylabel=label, xlim=(masses[0], masses[-1]))
        axes.set_title(title, fontsize=9)
        axes.legend()
    return figure

"""The figure of dσ/dT, with its shells or the parts of the coupling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nuatom.band import BandResult
from nuatom.figures.shells import draw_edges, draw_shells, grouped
from nuatom.figures.style import (
    BLACK,
    CURVE_COLOURS,
    DECADES,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    draw_curve,
    new_axes,
    set_limits,
)
from nuatom.functions import VECTOR, Array
from nuatom.scattering import Spectrum
from nuatom.units import cm2, keV

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INTERFERENCE = "interference"
"""The one component of a coupling that may be negative."""
_DECADES_OF_PARTS = 6.0  # the same where couplings are compared


def spectrum_figure(
    spectrum: Spectrum,
    *,
    components: Mapping[str, Array] | None = None,
    free: Array | None = None,
    stepping: Array | None = None,
    band: BandResult | None = None,
    title: str = "",
) -> Figure:
    """dσ/dT against T: the total, what it is made of, and approximations dashed.

    One coupling is taken apart into shells, from their edges up, and into the parts of S and R where it sees nothing
    else.  Several couplings are taken apart into each of them; their interference is dashed where it adds and dotted,
    with its sign changed, where it takes away.

    Args:
        spectrum: at one neutrino energy and a row of ascending transfers.
        components: dσ/dT of each part of the coupling at the same transfers, by name [area/energy].
        free: dσ/dT of free electrons at the same transfers [area/energy].
        stepping: dσ/dT of the stepping approximation [area/energy].
        band: dσ/dT of several models at the same transfers, whose span is shaded.
        title: above the figure.

    Raises:
        ValueError: if there is not one neutrino energy, fewer than two transfers, or none at which dσ/dT > 0.
    """
    if spectrum.energy.ndim or spectrum.transfer.ndim != 1 or len(spectrum.transfer) < 2:
        raise ValueError(
            "a figure of dσ/dT needs one neutrino energy and a row of two or more transfers, got the shapes "
            f"{spectrum.energy.shape} and {spectrum.transfer.shape}; for a range write e.g. 0.05:15keV:40"
        )
    order = np.argsort(spectrum.transfer)
    T = spectrum.transfer[order] / keV

    def scaled(values: Array) -> Array:
        return values[..., order] / (cm2 / keV)

    total = scaled(spectrum.total)
    if not np.any(total > 0):
        raise ValueError("dσ/dT is zero at all these transfers: nothing to draw; try transfers above a threshold")
    parts = {name: scaled(values) for name, values in (components or {}).items()}
    with new_axes(6.4, 4.8) as (figure, axes):
        draw_curve(axes, T, total, color=BLACK, lw=2.6, label="bound electrons", zorder=4)
        shown = [total]
        if band is not None:
            lower, upper = scaled(band.lower), scaled(band.upper)
            shown.append(upper)
            # A model that is closed has no logarithm: the band then begins below the axes.
            floor = np.where(lower > 0, lower, 1e-9 * np.where(upper > 0, upper, np.nan))
            axes.fill_between(T, floor, upper, color=ORANGE, alpha=0.45, lw=0, label="spread of models", zorder=2)
        groups = grouped(spectrum.shells, scaled(spectrum.by_shell))
        if parts:
            _components(axes, T, parts)
            shown += [np.abs(values) for values in parts.values() if np.any(values)]
        elif set(spectrum.shares) <= set(VECTOR):
            longitudinal, transverse = (
                scaled(part.sum(axis=0)) for part in (spectrum.longitudinal, spectrum.transverse)
            )
            draw_curve(axes, T, longitudinal, color=SKY, lw=1.0, label="longitudinal, $S$", zorder=5)
            draw_curve(axes, T, transverse, color=BLACK, lw=1.3, ls="-.", label="transverse, $R$")
            shown.append(transverse)
        else:
            shown += [group.values for group in groups if np.any(group.values > 0)]
        if free is not None:
            shown.append(scaled(free))
            draw_curve(axes, T, shown[-1], color=GREY, lw=1.6, ls="--", label="free electrons", zorder=3)
        if stepping is not None:
            steps = {"color": GREY if parts else VERMILION, "lw": 1.0 if parts else 1.5, "ls": (0, (2, 2))}
            draw_curve(axes, T, scaled(stepping), label="stepping", zorder=3 if parts else 6, **steps)
        set_limits(axes, T, shown, decades=_DECADES_OF_PARTS if parts else DECADES)
        if not parts:
            draw_shells(axes, T, groups)
        draw_edges(axes, T, spectrum.shells)
        axes.set_xlabel("energy transfer  $T$  [keV]")
        axes.set_ylabel(r"$\mathrm{d}\sigma/\mathrm{d}T$  [cm$^2$ keV$^{-1}$ per atom]")
        axes.legend(loc="best", bbox_to_anchor=(0.0, 0.0, 1.0, 0.95))  # below the strokes of the edges
        axes.set_title(title, fontsize=9)
    return figure


def _components(axes: Axes, x: Array, parts: Mapping[str, Array]) -> None:
    """A curve for each part of a coupling; the interference has one where it adds and one where it takes away."""
    colours = CURVE_COLOURS
    floor = max(float(np.abs(values).max()) for values in parts.values()) / 10**_DECADES_OF_PARTS
    alone = [name for name in parts if name != INTERFERENCE]
    for k, name in enumerate(alone):
        label = name if np.any(parts[name] > floor) else f"{name} (below)"
        draw_curve(axes, x, parts[name], color=colours[k % len(colours)], lw=1.5, label=label, zorder=5)
    values = parts.get(INTERFERENCE)
    if values is not None:
        # A logarithmic axis has no sign: the style of the line has it.
        for sign, style, label in ((1, "--", "interference"), (-1, ":", "−interference (takes away)")):
            if np.any(sign * values > 0):
                draw_curve(axes, x, sign * values, color=PURPLE, lw=1.8, ls=style, label=label, zorder=6)

"""Photoabsorption: by shell, and computed beside measured, with what is left between them below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nuatom.elements import Shell
from nuatom.figures.shells import draw_edges, grouped, name_edges
from nuatom.figures.style import BLACK, BLUE, GREEN, GREY, STYLE, draw_curve, new_axes, set_limits, set_ticks
from nuatom.functions import Array
from nuatom.measured import NEAR_EDGE, PhotoComparison
from nuatom.units import barn, keV

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The first is the model, in front; what it is compared with stands back.
_MODEL_STYLES: tuple[Mapping[str, Any], ...] = (
    {"color": BLUE, "lw": 1.8, "zorder": 5},
    {"color": GREY, "lw": 1.3, "ls": "--", "zorder": 3},
    {"color": GREEN, "lw": 1.3, "ls": "-.", "zorder": 4},
)
_LINEAR = 10.0  # percent; beyond, the axis of deviations is logarithmic
_AREA_DECADES = 12.0  # helium spans ten, from its threshold to 30 keV
_CIRCLES = 100  # at most; more run into a line
_GUESS = 5.0  # percent, of the error of the compilation away from edges


def photoabsorption_figure(shells: Sequence[Shell], energy: Array, by_shell: Array, *, title: str = "") -> Figure:
    """The photoionisation cross section against photon energy, the total and the shells.

    Args:
        shells: the shells, in the order of the first axis of by_shell.
        energy: photon energies, shape (nE,) with nE ≥ 2 [energy].
        by_shell: cross sections per atom, shape (shell, nE) [area].
        title: above the figure.

    Raises:
        ValueError: for fewer than two energies, or none at which the atom absorbs.
    """
    if energy.ndim != 1 or len(energy) < 2:
        raise ValueError(f"a figure needs a row of two or more photon energies, got the shape {energy.shape}")
    order = np.argsort(energy)
    photon = energy[order] / keV
    areas = by_shell[:, order] / (1e6 * barn)
    total = areas.sum(axis=0)
    if not np.any(total > 0):
        raise ValueError("the atom absorbs at none of these energies: nothing to draw; try higher ones")
    with new_axes(6.4, 4.8) as (figure, axes):
        draw_curve(axes, photon, total, color=BLACK, lw=2.0, label="all shells", zorder=4)
        set_limits(axes, photon, [total], decades=7, headroom=12)
        groups = grouped(shells, areas)
        for group in groups:
            draw_curve(axes, photon, group.values, color=group.colour, ls=group.line, lw=1.0)
        draw_edges(axes, photon, shells)
        name_edges(axes, photon, groups)
        axes.set_xlabel("photon energy  [keV]")
        axes.set_ylabel("photoionisation cross section  [Mb per atom]")
        axes.legend(loc="lower left")
        axes.set_title(title, fontsize=9)
    return figure


def comparison_figure(compared: Mapping[str, PhotoComparison], shells: Sequence[Shell], *, title: str = "") -> Figure:
    """Photoabsorption against photon energy: models, what was measured, and below how far they are from it.

    The deviation is linear to 10 % and logarithmic beyond; the grey band is ±5 %, about what the compilation is known
    to.  Deviations are thin where they do not count, below 1.2 × the first ionisation energy and within 2 % of an edge.

    Args:
        compared: models by name, all at the same two or more energies; the first is the one that matters.
        shells: those of the first model, whose edges are marked.
        title: above the figure.

    Raises:
        ValueError: for no model, different energies, fewer than two, or a first model that absorbs at none.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    if not 1 <= len(compared) <= len(_MODEL_STYLES):
        raise ValueError(f"a comparison is of 1 to {len(_MODEL_STYLES)} models, got {len(compared)}")
    first = next(iter(compared.values()))
    if len(first.energy) < 2 or any(not np.array_equal(one.energy, first.energy) for one in compared.values()):
        raise ValueError("a figure needs a row of two or more photon energies, the same for every model")
    if not np.any(first.computed > 0):
        raise ValueError("the atom absorbs at none of these energies: nothing to draw; try higher ones")
    order = np.argsort(first.energy)
    photon = first.energy[order] / keV

    def scaled(area: Array) -> Array:
        return np.asarray(area[order] / (1e6 * barn))

    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 5.8), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1))
        measured = scaled(first.measured)
        circles = {"marker": "o", "ms": 3.6, "mec": BLACK, "mew": 0.7, "mfc": "white", "ls": "none"}
        # Below the first edge the compilation has a trace, which it does not mean.
        shown = photon > (1 + NEAR_EDGE) * first.first / keV
        above.plot(
            photon[shown], measured[shown], markevery=-(-len(photon) // _CIRCLES), label="measured", zorder=2, **circles
        )
        for (name, one), style in zip(compared.items(), _MODEL_STYLES, strict=False):
            draw_curve(above, photon, scaled(one.computed), label=name, **style)
        computed = [scaled(one.computed) for one in compared.values()]
        set_limits(
            above, photon, [measured[shown] if shown.any() else measured, *computed], decades=_AREA_DECADES, headroom=12
        )
        draw_edges(above, photon, shells)
        name_edges(above, photon, grouped(shells, np.zeros((len(shells), len(photon)))))
        above.set_ylabel("photoabsorption  [Mb per atom]")
        above.legend(loc="lower left")
        above.set_title(title, fontsize=9)
        _deviations(below, photon, order, compared)
        for shell in shells:
            if photon[0] < shell.binding_energy / keV < photon[-1]:
                below.axvline(shell.binding_energy / keV, color="0.8", lw=0.6, zorder=0)
        below.set_xlabel("photon energy  [keV]")
        below.set_ylabel("deviation  [%]")
        set_ticks(below.xaxis, photon[-1] / photon[0])
    return figure


def _deviations(axes: Axes, photon: Array, order: Any, compared: Mapping[str, PhotoComparison]) -> None:
    """Deviations in percent, strong where they count and thin where they do not."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.axhspan(-_GUESS, _GUESS, color="0.88", lw=0, zorder=-1)
    axes.axhline(0.0, color=BLACK, lw=0.6, zorder=1)
    largest = _LINEAR
    for one, style in zip(compared.values(), _MODEL_STYLES, strict=False):
        deviation = 100 * np.where(one.computed > 0, one.deviation, np.nan)[order]
        counted = one.counted[order]
        axes.plot(photon, deviation, **{**style, "lw": 0.5, "ls": "-", "alpha": 0.6})
        axes.plot(photon, np.where(counted, deviation, np.nan), **style)
        largest = max(largest, float(np.abs(deviation[counted]).max(initial=0.0)))
    axes.set_yscale("symlog", linthresh=_LINEAR, linscale=1.0)
    # A cross section is at most 100 % too small.
    axes.set_ylim(-min(1.3 * largest, 130.0), 1.3 * largest)
    ticks = [0.0, *(sign * size for size in (5.0, 10.0, 30.0, 100.0, 300.0, 1000.0) for sign in (-1, 1))]
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if abs(tick) <= 1.3 * largest and tick >= -100]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0"))
    axes.yaxis.set_minor_locator(NullLocator())

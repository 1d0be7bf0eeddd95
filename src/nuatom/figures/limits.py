"""Limits: the counts they come from, −2 ln L along a parameter, and what is allowed of two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nuatom.figures.style import BLACK, CURVE_COLOURS, CURVE_LINES, GREY, STYLE, VERMILION, set_ticks
from nuatom.functions import Array
from nuatom.units import keV

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Counts:
    """What is in the bins of an experiment.

    Attributes:
        edges: edges of the bins, shape (bin + 1,) [energy].
        background: counts without a signal, shape (bin,).
        signal: counts with the parameter at its limit, or at the upper end of its interval, less those, shape (bin,);
            a bin may be negative, and is shown dotted with its sign changed.
        observed: what was counted, shape (bin,); None where there are no data.
    """

    edges: Array
    background: Array
    signal: Array
    observed: Array | None


def limit_figure(
    counts: Counts,
    values: Array,
    rises: Mapping[str, Array],
    ends: Mapping[str, tuple[float, float]],
    label: str,
    *,
    title: str = "",
    expected: tuple[float, float, float] | None = None,
) -> Figure:
    """The counts with the signal at the limit, and beside them −2 ln L along the parameter, for each response.

    Args:
        counts: what is in the bins.
        values: of the parameter, ascending, shape (point,).
        rises: −2 ln L less its least, by response, each of shape (point,).
        ends: lower and upper ends of what is allowed, by response; marked.
        label: the parameter with its unit, for its axis.
        title: above the figure.
        expected: −1σ, median and +1σ of the limit without a signal, with the first response; shaded.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        _counts(left, counts)
        if expected is not None:
            right.axvspan(expected[0], expected[2], color=GREY, alpha=0.2, lw=0, label="limit expected, ±1σ")
            right.axvline(expected[1], color=GREY, lw=0.8, ls=":")
        for k, (name, rise) in enumerate(rises.items()):
            colour = CURVE_COLOURS[k % len(CURVE_COLOURS)]
            right.plot(values, rise, color=colour, ls=CURVE_LINES[k % len(CURVE_LINES)], lw=1.6, label=name)
            for end in ends.get(name, ()):
                if end and values[0] < end:
                    right.axvline(end, color=colour, ls=CURVE_LINES[k % len(CURVE_LINES)], lw=0.8)
        first = 0.0 if 0.0 < values[0] < 0.1 * values[-1] else values[0]
        right.set_xlim(first, max(values[-1], *(1.1 * each[1] for each in ends.values())))
        right.set_ylim(0.0, max(6.0, *(float(np.interp(e[1], values, rises[n])) * 1.5 for n, e in ends.items())))
        right.set_xlabel(label)
        right.set_ylabel(r"$-2\,\Delta\ln L$")
        right.legend(loc="best")
        figure.suptitle(title, fontsize=9)
    return figure


def contour_figure(
    values: tuple[Array, Array],
    rises: Mapping[str, Array],
    best: Mapping[str, tuple[float, float]],
    confidence: float,
    labels: tuple[str, str],
    *,
    title: str = "",
) -> Figure:
    """What is allowed of two parameters together, for each response, and its best fit.

    Args:
        values: of each parameter, ascending, shapes (n,) and (m,).
        rises: −2 ln L less its least, by response, each of shape (n, m).
        best: the best fit, by response; a cross.
        confidence: of the regions, by Wilks' theorem.
        labels: the parameters with their units, for the axes.
        title: above the figure.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from nuatom.limit import contour_level, smooth

    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.4), layout="constrained")
        axes = figure.subplots()
        for k, (name, rise) in enumerate(rises.items()):
            colour, style = CURVE_COLOURS[k % len(CURVE_COLOURS)], CURVE_LINES[k % len(CURVE_LINES)]
            level = [contour_level(confidence)]
            first, second, finer = smooth(*values, rise)
            axes.contour(first, second, finer.T, level, colors=[colour], linestyles=[style], linewidths=1.6)
            axes.plot([], [], color=colour, ls=style, lw=1.6, label=name)  # for the legend
            axes.plot(*best[name], "+", color=colour, ms=7, clip_on=False)
        axes.set_xlim(values[0][0], values[0][-1])
        axes.set_ylim(values[1][0], values[1][-1])
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        # Beside the axes: a legend does not see contours, and would cover them.
        figure.legend(loc="outside right upper", title=f"{confidence:.4g} confidence")
        figure.suptitle(title, fontsize=9)
    return figure


def _counts(axes: Axes, counts: Counts) -> None:
    edges, width = counts.edges / keV, np.diff(counts.edges) / keV
    background, signal = counts.background / width, counts.signal / width
    axes.stairs(background, edges, baseline=None, color=GREY, lw=1.6, label="without a signal")
    # A logarithmic axis has no sign: the style of the line has it.
    styles = ((1, "-", "signal at the limit (upper end)"), (-1, ":", "−signal at the limit (takes away)"))
    for sign, style, text in styles:
        if np.any(sign * signal > 0):
            own = np.where(sign * signal > 0, sign * signal, np.nan)
            axes.stairs(own, edges, baseline=None, color=VERMILION, lw=1.6, ls=style, label=text)
    if counts.observed is not None:
        middle, error = 0.5 * (edges[1:] + edges[:-1]), np.sqrt(counts.observed) / width
        axes.errorbar(middle, counts.observed / width, error, fmt=".", color=BLACK, ms=4, lw=0.8, label="data")
    axes.set_yscale("log")
    shown = np.concatenate([background, np.abs(signal)])
    if np.any(shown > 0):
        top, least = 4.0 * float(shown.max()), float(shown[shown > 0].min())
        axes.set_ylim(max(0.5 * least, top / 1e6), top)
    if edges[0] > 0:
        axes.set_xscale("log")
        set_ticks(axes.xaxis, edges[-1] / edges[0])
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel("reconstructed energy  [keV]")
    axes.set_ylabel("events per keV")
    axes.legend(loc="best")

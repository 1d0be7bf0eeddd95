"""Figures of events: rates with what they are made of, and limits with the counts they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nuatom.plot import (
    _BLACK,
    _BLUE,
    _GREEN,
    _GREY,
    _ORANGE,
    _SKY,
    _STYLE,
    _VERMILION,
    _WINE,
    _axes,
    _curve,
    _limits,
    _ticks,
)
from nuatom.rates import RateSpectrum
from nuatom.response.model import Array
from nuatom.units import keV

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = (_BLUE, _VERMILION, _GREEN, _ORANGE, _SKY, _WINE)
_LINES: tuple[Any, ...] = ("-", "--", (0, (2, 2)), "-.")


def rate_figure(
    spectrum: RateSpectrum,
    unit: float,
    label: str,
    *,
    others: Mapping[str, Array] | None = None,
    title: str = "",
) -> Figure:
    """dR/dT against T: the total, the parts of the coupling or else the components of the source, and other models.

    Args:
        spectrum: at two or more transfers.
        unit: of mass, time and energy together, in which the rate is shown [mass time energy].
        label: that unit in words, such as "kg day keV".
        others: dR/dT of other models at the same transfers, dashed, by name [1/(mass time energy)].
        title: above the figure.

    Raises:
        ValueError: for fewer than two transfers, or none at which the rate is positive.
    """
    if len(spectrum.transfer) < 2:
        raise ValueError("a figure of a rate needs two or more transfers")
    order = np.argsort(spectrum.transfer)
    T = spectrum.transfer[order] / keV

    def scaled(values: Array) -> Array:
        return np.asarray(values[order] * unit)

    total = scaled(spectrum.total)
    if not np.any(total > 0):
        raise ValueError("the rate is zero at all these transfers: nothing to draw; try transfers above a threshold")
    parts = {name: scaled(values) for name, values in spectrum.by_part.items()}
    made_of = parts if len(parts) > 1 else {name: scaled(v) for name, v in spectrum.by_component.items()}
    shown = [total]
    with _axes(6.4, 4.8) as (figure, axes):
        _curve(axes, T, total, color=_BLACK, lw=2.4, label="total", zorder=4)
        if len(made_of) > 1:
            for k, (name, values) in enumerate(made_of.items()):
                sign = -1.0 if np.all(values <= 0) and np.any(values < 0) else 1.0
                if not np.any(sign * values > 1e-4 * total.max()):
                    continue
                text = name if sign > 0 else f"−{name} (takes away)"
                style = {"color": _COLOURS[k % len(_COLOURS)], "ls": _LINES[k // len(_COLOURS) % len(_LINES)]}
                _curve(axes, T, sign * values, lw=1.3, label=text, **style)
                shown.append(np.abs(values))
        for k, (name, values) in enumerate((others or {}).items()):
            shown.append(scaled(values))
            _curve(axes, T, shown[-1], color=_GREY, lw=1.4, ls=_LINES[1 + k % 3], label=name, zorder=3)
        _limits(axes, T, shown, decades=6.0)
        axes.set_xlabel("energy transfer  $T$  [keV]")
        axes.set_ylabel(rf"$\mathrm{{d}}R/\mathrm{{d}}T$  [1/({label})]")
        axes.legend(loc="best")
        axes.set_title(title, fontsize=9)
    return figure


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

    with rc_context(_STYLE):
        figure = Figure(figsize=(9.6, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        _counts(left, counts)
        if expected is not None:
            right.axvspan(expected[0], expected[2], color=_GREY, alpha=0.2, lw=0, label="limit expected, ±1σ")
            right.axvline(expected[1], color=_GREY, lw=0.8, ls=":")
        for k, (name, rise) in enumerate(rises.items()):
            colour = _COLOURS[k % len(_COLOURS)]
            right.plot(values, rise, color=colour, ls=_LINES[k % len(_LINES)], lw=1.6, label=name)
            for end in ends.get(name, ()):
                if end and values[0] < end:
                    right.axvline(end, color=colour, ls=_LINES[k % len(_LINES)], lw=0.8)
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

    with rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 4.4), layout="constrained")
        axes = figure.subplots()
        for k, (name, rise) in enumerate(rises.items()):
            colour, style = _COLOURS[k % len(_COLOURS)], _LINES[k % len(_LINES)]
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
    axes.stairs(background, edges, baseline=None, color=_GREY, lw=1.6, label="without a signal")
    # A logarithmic axis has no sign: the style of the line has it.
    styles = ((1, "-", "signal at the limit (upper end)"), (-1, ":", "−signal at the limit (takes away)"))
    for sign, style, text in styles:
        if np.any(sign * signal > 0):
            own = np.where(sign * signal > 0, sign * signal, np.nan)
            axes.stairs(own, edges, baseline=None, color=_VERMILION, lw=1.6, ls=style, label=text)
    if counts.observed is not None:
        middle, error = 0.5 * (edges[1:] + edges[:-1]), np.sqrt(counts.observed) / width
        axes.errorbar(middle, counts.observed / width, error, fmt=".", color=_BLACK, ms=4, lw=0.8, label="data")
    axes.set_yscale("log")
    shown = np.concatenate([background, np.abs(signal)])
    if np.any(shown > 0):
        top, least = 4.0 * float(shown.max()), float(shown[shown > 0].min())
        axes.set_ylim(max(0.5 * least, top / 1e6), top)
    if edges[0] > 0:
        axes.set_xscale("log")
        _ticks(axes.xaxis, edges[-1] / edges[0])
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel("reconstructed energy  [keV]")
    axes.set_ylabel("events per keV")
    axes.legend(loc="best")

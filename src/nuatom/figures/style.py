"""The style of all figures: colours, axes, and curves on logarithmic scales.

Colours are told apart by colour-blind readers (Okabe and Ito), and shells by line style as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from nuatom.functions import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

BLACK, ORANGE, BLUE, GREEN = "#000000", "#E69F00", "#0072B2", "#009E73"
VERMILION, PURPLE, SKY, GREY, WINE = "#D55E00", "#CC79A7", "#56B4E9", "#777777", "#882255"
BY_N = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, WINE, GREY)
"""Colours of the shells n = 1, 2, …; no curve of the whole atom has one of them but in dashes."""
BY_L = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)))
"""Line styles of s, p, d, f."""
CURVE_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, WINE)
"""Colours of curves that are told apart, in this order."""
CURVE_LINES: tuple[Any, ...] = ("-", "--", (0, (2, 2)), "-.")
"""Line styles of curves that are told apart."""
STYLE: Any = {  # the type of matplotlib's parameters is another in each of its versions
    "font.size": 9,
    "axes.labelsize": 10,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "axes.linewidth": 0.8,
}
DECADES = 4.5  # of dσ/dT shown below its greatest value, at most
_DECADES_OF_FIRST = 9.0  # of the curve that the figure is about, shown however far it lies below others


@contextmanager
def new_axes(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of one pair of axes, in the style of all, which stays with it when it is drawn."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def draw_curve(axes: Axes, x: Array, y: Array, **style: Any) -> None:
    """A curve where it is positive; a closed process is zero, which a logarithm cannot show."""
    axes.plot(x, np.where(y > 0, y, np.nan), **style)


def set_limits(
    axes: Axes, x: Array, curves: Sequence[Array], *, decades: float = DECADES, headroom: float = 2.0
) -> None:
    """Logarithmic axes that show what matters of these curves, and some decades of the first in any case."""
    greatest = max(float(curve.max()) for curve in curves)
    least = min(float(curve[curve > 0].min()) for curve in curves if np.any(curve > 0))
    first = curves[0][curves[0] > 0]
    bottom = max(least / 2, greatest / 10**decades)
    if first.size:
        bottom = min(bottom, max(float(first.min()) / 2, float(first.max()) / 10**_DECADES_OF_FIRST))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(bottom, greatest * headroom)
    set_ticks(axes.xaxis, x[-1] / x[0])


def set_ticks(axis: Axis, ratio: float) -> None:
    """Energies as plain numbers; where a logarithmic axis has few decades, 2 and 5 have theirs too."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    def number(value: float, _: int | None) -> str:
        return f"{value:g}"

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if ratio < 300 else (1.0,)))
    axis.set_major_formatter(FuncFormatter(number))
    axis.set_minor_formatter(NullFormatter())

"""Curves behind the verdicts of a certificate, and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nuatom.functions import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, told apart by colour-blind readers; then the same again with other line styles.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_STYLES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Curve:
    """One line of a picture: y against x, with what it is."""

    label: str
    x: Array
    y: Array


@dataclass(frozen=True)
class Picture:
    """What is drawn into one file.

    Attributes:
        name: of the file, without suffix.
        title: above the axes.
        x_label, y_label: of the axes; x is logarithmic.
        curves: the lines.
        level: the exact value, drawn as a line across, or None.
        band: half the width of the tolerated band around the level, or None.
        log_y: whether y is logarithmic.
        ticks: labels of x = 0, 1, 2 … instead of a logarithmic axis, if there are any.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    level: float | None = None
    band: float | None = None
    log_y: bool = False
    ticks: tuple[str, ...] = ()


def draw(picture: Picture, folder: Path) -> Path:
    """Draw a picture into ``folder / (name + ".png")`` and return that path.

    Args:
        picture: what to draw.
        folder: exists and can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _fill(axes, picture)
    path = folder / f"{picture.name}.png"
    figure.savefig(path, dpi=150)
    return path


def _fill(axes: Axes, picture: Picture) -> None:
    for index, curve in enumerate(picture.curves):
        colour = _COLOURS[index % len(_COLOURS)]
        # Points side by side that have no order are not joined by a line.
        style = "" if picture.ticks else _STYLES[index // len(_COLOURS) % len(_STYLES)]
        axes.plot(curve.x, curve.y, style, color=colour, marker="o", ms=2.5, lw=1.2, label=curve.label)
    if picture.level is not None:
        axes.axhline(picture.level, color="#777777", lw=0.8)
        if picture.band is not None:
            axes.axhspan(picture.level - picture.band, picture.level + picture.band, color="#777777", alpha=0.12, lw=0)
    if picture.ticks:
        axes.set_xticks(range(len(picture.ticks)), picture.ticks, rotation=60)
    else:
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        if high < 20 * low:  # too short for powers of ten
            axes.xaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_minor_formatter("{x:g}")
    if picture.log_y:
        axes.set_yscale("log")
    axes.set(title=picture.title, xlabel=picture.x_label, ylabel=picture.y_label)
    if len(picture.curves) > 1:
        axes.legend(fontsize=7, ncols=2 if len(picture.curves) > 8 else 1, frameon=False)

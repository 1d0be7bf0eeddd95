"""Curves behind the verdicts of a certificate."""

from __future__ import annotations

from dataclasses import dataclass

from nuatom.functions import Array


@dataclass(frozen=True)
class Trace:
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
    curves: tuple[Trace, ...]
    level: float | None = None
    band: float | None = None
    log_y: bool = False
    ticks: tuple[str, ...] = ()

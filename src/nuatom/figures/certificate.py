"""The pictures of a certificate: one file each, with the curves behind its verdicts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from nuatom.files import write_files

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nuatom.certificate import Certificate, Picture

# Okabe and Ito's colours, told apart by colour-blind readers; then the same again with other line styles.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_STYLES = ("-", "--", ":", "-.")


def certificate_figures(certificate: Certificate, folder: str | Path) -> list[Path]:
    """Draw the comparisons of a certificate as PNG files into a folder, which is made if it is not there.

    Args:
        certificate: as `nuatom.certificate.certify` or `certify_screening` gives it.
        folder: where to.

    Returns:
        The files.

    Raises:
        OSError: if the folder cannot be made or written.
    """
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    drawn = []
    for picture in certificate.pictures:
        image = io.BytesIO()
        picture_figure(picture).savefig(image, format="png", dpi=150)
        drawn.append((into / f"{picture.name}.png", image.getvalue()))
    write_files(drawn)
    return [path for path, _ in drawn]


def picture_figure(picture: Picture) -> Figure:
    """One picture of a certificate."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    _fill(figure.add_subplot(), picture)
    return figure


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

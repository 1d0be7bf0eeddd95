"""Observed data from csv files: counts in bins, or the energies of events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuatom.columns import ENERGY, HEADER, NUMBER, Layout, Sheet, bins, read
from nuatom.limit.polynomial import Array


@dataclass(frozen=True, eq=False)
class Observed:
    """Counts in bins that join.

    Attributes:
        edges: edges of the bins, ascending, shape (bin + 1,) [energy].
        counts: shape (bin,).
    """

    edges: Array
    counts: Array


def read_counts(path: str | Path, layout: Layout = HEADER) -> Observed:
    """Counts from a file with the columns ``low [keV], high [keV], counts``, one row per bin in order.

    In the place of low and high there may be ``energy [keV]``, the centres of bins of one width.

    Args:
        path: of the file.
        layout: how its columns are to be taken, if not as the header says.

    Raises:
        ValueError: the file, a column, its unit or a number is missing or wrong (a nan is), counts are negative, or
            bins are empty, overlap or leave a gap; the message names the file.
    """
    layout.check(("low", "high", "energy", "counts"))
    sheet = Sheet.read(path, layout)
    edges, rows = bins(sheet)
    counts = sheet.column("counts", NUMBER)[rows]
    if np.any(counts < 0):
        row = int(np.argmax(counts < 0))
        raise ValueError(f"{path}, column 'counts': {counts[row]:g} in bin {row + 1}: expected counts ≥ 0")
    return Observed(edges, counts)


def read_events(path: str | Path, layout: Layout = HEADER) -> Array:
    """Energies of events from a file with the column ``energy [keV]``, shape (event,) [energy].

    Args:
        path: of the file.
        layout: how its columns are to be taken, if not as the header says.

    Raises:
        ValueError: the file, the column, its unit or a number is missing or wrong; the message names the file.
    """
    (energy,) = read(path, {"energy": ENERGY}, layout)
    return energy

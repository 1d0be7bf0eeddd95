"""Observed data from csv files: counts in bins, or the energies of events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuatom.columns import ENERGY, NUMBER, read
from nuatom.limit.polynomial import Array

_ROUNDING = 1e-9  # relative; edges that differ by less are the same


@dataclass(frozen=True, eq=False)
class Observed:
    """Counts in bins that join.

    Attributes:
        edges: edges of the bins, ascending, shape (bin + 1,) [energy].
        counts: shape (bin,).
    """

    edges: Array
    counts: Array


def read_counts(path: str | Path) -> Observed:
    """Counts from a csv file with the columns ``low [keV], high [keV], counts``, one row per bin in ascending order.

    Raises:
        ValueError: the file, a column, its unit or a number is missing or wrong (a nan is), counts are negative, or
            bins are empty, overlap or leave a gap; the message names the file.
    """
    low, high, counts = read(path, {"low": ENERGY, "high": ENERGY, "counts": NUMBER})
    if np.any(counts < 0):
        row = int(np.argmax(counts < 0))
        raise ValueError(f"{path}, column 'counts': {counts[row]:g} in bin {row + 1}: expected counts ≥ 0")
    if np.any(low >= high):
        row = int(np.argmax(low >= high))
        raise ValueError(f"{path}: bin {row + 1} ends at or below its start: expected low < high")
    tolerance = _ROUNDING * high[-1]
    if np.any(low[1:] < high[:-1] - tolerance):
        row = int(np.argmax(low[1:] < high[:-1] - tolerance))
        raise ValueError(f"{path}: bins {row + 1} and {row + 2} overlap; expected bins that join, in ascending order")
    if np.any(low[1:] > high[:-1] + tolerance):
        row = int(np.argmax(low[1:] > high[:-1] + tolerance))
        raise ValueError(f"{path}: a gap between bins {row + 1} and {row + 2}; expected bins that join")
    return Observed(np.append(low, high[-1]), counts)


def read_events(path: str | Path) -> Array:
    """Energies of events from a csv file with the column ``energy [keV]``, shape (event,) [energy].

    Raises:
        ValueError: the file, the column, its unit or a number is missing or wrong; the message names the file.
    """
    (energy,) = read(path, {"energy": ENERGY})
    return energy

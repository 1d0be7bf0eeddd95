"""The points of a curve in a file: rows in either order, steps, points or bins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuatom import units
from nuatom.columns.dimensions import ENERGY, Quantity
from nuatom.columns.layout import HEADER, Layout
from nuatom.columns.sheet import Sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nuatom.columns.sheet import Array

    Rows = NDArray[np.intp]

_STEP = 1e-9  # relative, from one side of a step to the other
_ROUNDING = 1e-9  # relative; edges that differ by less are the same
_EVEN = 1e-3  # relative, of the spacing of centres of bins: they are rounded


def read_curve(path: str | Path, name: str, quantity: Quantity, layout: Layout = HEADER) -> tuple[Array, Array]:
    """The points of a curve, their energies ascending.

    Columns ``energy`` and the value; or ``low``, ``high`` and the value, which is then the same all over a bin.  Rows
    may descend, and an energy that is there twice is a step.

    Args:
        path: of the file.
        name: of the column with the values.
        quantity: what they are.
        layout: how the columns are to be taken.

    Returns:
        Energies and values, each of shape (point,).

    Raises:
        ValueError: as `Sheet.column`, for rows in no order, or for bins that do not join.
    """
    import numpy as np

    layout.check(("energy", "low", "high", name))
    sheet = Sheet.read(path, layout)
    if sheet.has("low") and not sheet.has("energy"):
        edges, rows = bins(sheet)
        values = sheet.column(name, quantity)[rows]
        energy, values = np.repeat(edges, 2)[1:-1], np.repeat(values, 2)
    else:
        energy, values = sheet.column("energy", ENERGY), sheet.column(name, quantity)
    energy, values = _ascending(sheet, energy, values)
    if layout.constant:
        energy, values = _continued(energy, values)
    return energy, values


def bins(sheet: Sheet) -> tuple[Array, Rows]:
    """Edges of the bins of a table, shape (bin + 1,) [energy], and the rows in the order of the bins.

    Columns ``low`` and ``high``, or ``energy`` for the centres of bins of the same width.

    Raises:
        ValueError: for bins that are empty, overlap or leave a gap, or centres that are not evenly spaced.
    """
    import numpy as np

    path = sheet.path
    if not sheet.has("low") and not sheet.has("high") and sheet.has("energy"):
        centres = sheet.column("energy", ENERGY)
        rows = np.argsort(centres, kind="stable")
        ordered = centres[rows]
        steps = np.diff(ordered)
        if len(ordered) < 2 or not np.all(np.abs(steps - steps.mean()) < _EVEN * abs(steps.mean())):
            raise ValueError(
                f"{path}, column 'energy': centres of bins that are not evenly spaced do not say where the bins end: "
                "give columns low and high"
            )
        step = (ordered[-1] - ordered[0]) / (len(ordered) - 1)
        return ordered[0] + step * (np.arange(len(ordered) + 1) - 0.5), rows
    low, high = sheet.column("low", ENERGY), sheet.column("high", ENERGY)
    rows = np.argsort(low, kind="stable") if len(low) > 1 and np.all(np.diff(low) < 0) else np.arange(len(low))
    low, high = low[rows], high[rows]
    if np.any(low >= high):
        row = int(np.argmax(low >= high))
        raise ValueError(f"{path}: bin {row + 1} is empty: it ends at or below its start; expected low < high")
    tolerance = _ROUNDING * high[-1]
    if np.any(low[1:] < high[:-1] - tolerance):
        row = int(np.argmax(low[1:] < high[:-1] - tolerance))
        raise ValueError(f"{path}: bins {row + 1} and {row + 2} overlap; expected bins that join, in ascending order")
    if np.any(low[1:] > high[:-1] + tolerance):
        row = int(np.argmax(low[1:] > high[:-1] + tolerance))
        raise ValueError(f"{path}: the bins leave a gap between bins {row + 1} and {row + 2}: expected bins that join")
    return np.append(low, high[-1]), rows


def _ascending(sheet: Sheet, energy: Array, values: Array) -> tuple[Array, Array]:
    """Points in order; an energy that is there twice is the two sides of a step."""
    import numpy as np

    if len(energy) > 1 and energy[0] > energy[-1]:
        energy, values = energy[::-1].copy(), values[::-1].copy()
    steps = np.diff(energy)
    if np.any(steps < 0):
        k = int(np.argmax(steps < 0))
        first, second = (x / units.keV for x in energy[k : k + 2])
        raise ValueError(
            f"{sheet.path}, column 'energy': energies must ascend or descend from row to row, but {second:g} keV "
            f"stands next to {first:g} keV"
        )
    same = np.flatnonzero(steps == 0)
    if np.any(np.diff(same) == 1):
        at = energy[same[int(np.argmax(np.diff(same) == 1))]] / units.keV
        raise ValueError(f"{sheet.path}, column 'energy': {at:g} keV is there more than twice; a step has two rows")
    energy = energy.copy()
    drop = [k if energy[k] == 0 else k + 1 for k in same.tolist() if energy[k] == 0 or values[k] == values[k + 1]]
    for k in same.tolist():
        energy[k + 1] *= 1 + _STEP
    keep = np.ones(len(energy), dtype=bool)
    keep[drop] = False
    return energy[keep], values[keep]


def _continued(energy: Array, values: Array) -> tuple[Array, Array]:
    """The points, and the ends held from no energy to that of any detector here."""
    import numpy as np

    if energy[0] > 0:
        energy, values = np.append(0.0, energy), np.append(values[0], values)
    far = max(float(units.GeV), 2 * float(energy[-1]))
    return np.append(energy, far), np.append(values, values[-1])

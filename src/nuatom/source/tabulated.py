"""A source from a csv file with units in its header.

    # comments are allowed
    energy[MeV],nue[1/(cm2 s MeV)],antinumu[1/(cm2 s MeV)]
    0.1,2.0e6,0
    0.2,3.5e6,1.0e5

The first column is the energy, each other one dφ/dE of a flavour at the detector, linear between the rows and nothing
outside them.  A histogram has the edges of its bins in the place of the energy, and the same dφ/dE all over a bin:

    low[MeV],high[MeV],antinue[1/(cm2 s MeV)]
    0.0,0.5,3.1e11
    0.5,1.0,2.4e11
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuatom.columns import ENERGY, Quantity, Sheet
from nuatom.neutrino.flavour import Flavour
from nuatom.source.model import Array, Component, Continuous, Emitter, Shape, Tabulated, pure

_FLAVOURS = {"nue": Flavour.E, "numu": Flavour.MU, "nutau": Flavour.TAU}
_COLUMNS = {name: (flavour, False) for name, flavour in _FLAVOURS.items()} | {
    f"anti{name}": (flavour, True) for name, flavour in _FLAVOURS.items()
}
_ORDER = 4  # Gauss points of a bin of a histogram
_DENSITY = Quantity((-1, 0, -1, -2), "1/(cm2 s MeV)")


@dataclass(frozen=True, init=False)
class TabulatedFlux(Emitter):
    """A source from a csv file: the format of this module's head.

    Columns: ``energy[unit]``, or ``low[unit]`` and ``high[unit]`` for a histogram, then any of nue, numu, nutau,
    antinue, antinumu, antinutau with a unit of the dimension 1/(area time energy), such as ``[1/(cm2 s MeV)]``.
    A column of zeros is left out.

    Args:
        path: of the file.
        uncertainty: relative, of each column.

    Raises:
        ValueError: naming file, line and column for a column or unit that is unknown or there twice, a row of another
            length, a number that cannot be read, is negative or not finite, energies that do not ascend, or bins that
            do not join; or a file that cannot be read.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(self, path: str | Path, uncertainty: float = 0.0) -> None:
        sheet = Sheet.read(path)
        names, where = sheet.names, f"{path}, line {sheet.header}"
        binned = names[:2] == ("low", "high")
        if names[0] != "energy" and not binned:
            raise ValueError(
                f"{where}: the first column must be energy, or the first two low and high, got {names[0]!r}"
            )
        columns = names[2 if binned else 1 :]
        if unknown := [name for name in columns if name not in _COLUMNS]:
            raise ValueError(f"{where}: unknown column {unknown[0]!r}: expected one of {', '.join(_COLUMNS)}")
        if not columns:
            raise ValueError(f"{where}: no flux beside the energy: expected one of {', '.join(_COLUMNS)}")
        if len(sheet.rows) < 2 and not binned:
            raise ValueError(f"{path}: a flux needs two rows at least, got {len(sheet.rows)}")
        energy = _edges(sheet) if binned else _points(sheet)
        made = []
        for name in columns:
            density = sheet.column(name, _DENSITY, least=0.0)
            if not density.any():
                continue
            flavour, antineutrino = _COLUMNS[name]
            shape, total = _histogram(energy, density) if binned else _table(energy, density)
            made.append(Component(name, total, shape, pure(flavour), antineutrino, uncertainty))
        if not made:
            raise ValueError(f"{path}: every flux in it is zero")
        object.__setattr__(self, "name", Path(path).stem)
        object.__setattr__(self, "components", tuple(made))


def _points(sheet: Sheet) -> Array:
    energy = sheet.column("energy", ENERGY, least=0.0)
    wrong = np.flatnonzero(np.diff(energy) <= 0)
    if wrong.size:
        raise ValueError(f"{sheet.where(int(wrong[0]) + 1, 'energy')}: energies must ascend from row to row")
    return energy


def _edges(sheet: Sheet) -> Array:
    """Edges of bins that join."""
    low, high = (sheet.column(name, ENERGY, least=0.0) for name in ("low", "high"))
    empty = np.flatnonzero(high <= low)
    if empty.size:
        raise ValueError(f"{sheet.where(int(empty[0]), 'high')}: the bin is empty: expected more than low")
    apart = np.flatnonzero(~np.isclose(low[1:], high[:-1], rtol=1e-9, atol=0.0))
    if apart.size:
        raise ValueError(
            f"{sheet.where(int(apart[0]) + 1, 'low')}: bins must join: expected the high of the row before"
        )
    return np.append(low, high[-1])


def _table(energy: Array, density: Array) -> tuple[Shape, float]:
    shape = Tabulated(energy, density)
    return shape, shape.total


def _histogram(edges: Array, density: Array) -> tuple[Shape, float]:
    """The same density all over each bin: a function that is smooth between the edges."""
    total = float(np.sum(density * np.diff(edges)))

    def height(energy: Array) -> Array:
        place = np.searchsorted(edges, energy, side="right") - 1
        return np.asarray(density[np.clip(place, 0, density.size - 1)])

    some = np.flatnonzero(density)
    own = edges[some[0] : some[-1] + 2]  # nothing is asked for where there is nothing
    return Continuous.normalised(height, tuple(own.tolist()), _ORDER), total

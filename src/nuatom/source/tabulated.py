"""A source from a csv file with units in its header.

    # comments are allowed
    energy[MeV],nue[1/(cm2 s MeV)],antinumu[1/(cm2 s MeV)]
    0.1,2.0e6,0
    0.2,3.5e6,1.0e5

The first column is the energy, each other one dφ/dE of a flavour at the detector, linear between the rows and nothing
outside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuatom.columns import ENERGY, Quantity, Sheet
from nuatom.neutrino.flavour import Flavour
from nuatom.source.model import Component, Emitter, Tabulated, pure

_FLAVOURS = {"nue": Flavour.E, "numu": Flavour.MU, "nutau": Flavour.TAU}
_COLUMNS = {name: (flavour, False) for name, flavour in _FLAVOURS.items()} | {
    f"anti{name}": (flavour, True) for name, flavour in _FLAVOURS.items()
}
_DENSITY = Quantity((-1, 0, -1, -2), "1/(cm2 s MeV)")


@dataclass(frozen=True, init=False)
class TabulatedFlux(Emitter):
    """A source from a csv file: the format of this module's head.

    Columns: ``energy[unit]``, then any of nue, numu, nutau, antinue, antinumu, antinutau with a unit of the dimension
    1/(area time energy), such as ``[1/(cm2 s MeV)]``.  A column of zeros is left out.

    Args:
        path: of the file.
        uncertainty: relative, of each column.

    Raises:
        ValueError: naming file, line and column for a column or unit that is unknown or there twice, a row of another
            length, a number that cannot be read, is negative or not finite, or energies that do not ascend; or a file
            that cannot be read.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(self, path: str | Path, uncertainty: float = 0.0) -> None:
        sheet = Sheet.read(path)
        names, where = sheet.names, f"{path}, line {sheet.header}"
        if names[0] != "energy":
            raise ValueError(f"{where}: the first column must be energy, got {names[0]!r}")
        if unknown := [name for name in names[1:] if name not in _COLUMNS]:
            raise ValueError(f"{where}: unknown column {unknown[0]!r}: expected one of {', '.join(_COLUMNS)}")
        if len(names) < 2:
            raise ValueError(f"{where}: no flux beside the energy: expected one of {', '.join(_COLUMNS)}")
        if len(sheet.rows) < 2:
            raise ValueError(f"{path}: a flux needs two rows at least, got {len(sheet.rows)}")
        energy = sheet.column("energy", ENERGY, least=0.0)
        wrong = np.flatnonzero(np.diff(energy) <= 0)
        if wrong.size:
            raise ValueError(f"{sheet.where(int(wrong[0]) + 1, 'energy')}: energies must ascend from row to row")
        made = []
        for name in names[1:]:
            density = sheet.column(name, _DENSITY, least=0.0)
            if not density.any():
                continue
            flavour, antineutrino = _COLUMNS[name]
            shape = Tabulated(energy, density)
            made.append(Component(name, shape.total, shape, pure(flavour), antineutrino, uncertainty))
        if not made:
            raise ValueError(f"{path}: every flux in it is zero")
        object.__setattr__(self, "name", Path(path).stem)
        object.__setattr__(self, "components", tuple(made))

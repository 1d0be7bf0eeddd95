"""A source from a csv file with units in its header.

    # comments are allowed
    energy[MeV],nue[1/(cm2 s MeV)],antinumu[1/(cm2 s MeV)]
    0.1,2.0e6,0
    0.2,3.5e6,1.0e5

The first column is the energy, each other one dφ/dE of a flavour at the detector, linear between the rows and nothing
outside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from nuatom import units
from nuatom.neutrino.flavour import Flavour
from nuatom.source.model import Component, Emitter, Tabulated, pure

_FLAVOURS = {"nue": Flavour.E, "numu": Flavour.MU, "nutau": Flavour.TAU}
_COLUMNS = {name: (flavour, False) for name, flavour in _FLAVOURS.items()} | {
    f"anti{name}": (flavour, True) for name, flavour in _FLAVOURS.items()
}
_ENERGIES = ("eV", "keV", "MeV", "GeV")
_AREAS = {"cm2": units.cm2, "m2": units.m**2, "mm2": units.mm**2}
_TIMES = {"s": units.s, "day": units.day, "year": units.year}
_HEADING = re.compile(r"\s*([A-Za-z]+)\s*\[\s*([^\]]*?)\s*\]\s*")
_DENSITY = re.compile(r"1\s*/\s*\(\s*(\w+)[\s*.]+(\w+)[\s*.]+(\w+)\s*\)")


@dataclass(frozen=True, init=False)
class TabulatedFlux(Emitter):
    """A source from a csv file: the format of this module's head.

    Columns: ``energy[unit]`` with eV, keV, MeV or GeV, then any of nue, numu, nutau, antinue, antinumu, antinutau with
    ``[1/(area time energy)]``, an area of cm2, m2 or mm2 and a time of s, day or year.  A column of zeros is left out.

    Args:
        path: of the file.
        uncertainty: relative, of each column.

    Raises:
        ValueError: naming file, line and column for a column or unit that is unknown or there twice, a number that
            cannot be read, is negative or not finite, or energies that do not ascend; or a file that cannot be
            read.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(self, path: str | Path, uncertainty: float = 0.0) -> None:
        file = Path(path)
        lines = [
            (number, line)
            for number, line in enumerate(_text(file).splitlines(), start=1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        if len(lines) < 3:
            raise ValueError(f"{file}: a flux needs a header and two rows at least, found {len(lines)} lines in all")
        (header, heading), *rest = lines
        columns, scales = _columns(f"{file}, line {header}", heading)
        values = np.array([_row(f"{file}, line {number}", line, columns) for number, line in rest]) * scales
        energy = values[:, 0]
        for i in range(1, len(rest)):
            if not energy[i] > energy[i - 1]:
                raise ValueError(f"{file}, line {rest[i][0]}, column energy: energies must ascend from row to row")
        made = []
        for name, density in zip(columns[1:], values.T[1:], strict=True):
            if not density.any():
                continue
            flavour, antineutrino = _COLUMNS[name]
            shape = Tabulated(energy, density)
            made.append(Component(name, shape.total, shape, pure(flavour), antineutrino, uncertainty))
        if not made:
            raise ValueError(f"{file}: every flux in it is zero")
        object.__setattr__(self, "name", file.stem)
        object.__setattr__(self, "components", tuple(made))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file}: not a text file in UTF-8, expected a csv file") from None
    except OSError as error:
        raise ValueError(f"cannot read {str(file)!r}: {error.strerror or error}") from None


def _columns(where: str, heading: str) -> tuple[list[str], list[float]]:
    """The names of the columns, and their units as numbers."""
    names: list[str] = []
    scales: list[float] = []
    for cell in heading.split(","):
        match = _HEADING.fullmatch(cell)
        if match is None:
            raise ValueError(f"{where}: column {cell.strip()!r} has no unit: expected such as energy[MeV]")
        name, unit = match.groups()
        if not names and name != "energy":
            raise ValueError(f"{where}: the first column must be energy[…], got {name!r}")
        if names and name not in _COLUMNS:
            raise ValueError(f"{where}: unknown column {name!r}: expected one of {', '.join(_COLUMNS)}")
        if name in names:
            raise ValueError(f"{where}: column {name!r} is there twice")
        scales.append(_density_unit(where, name, unit) if names else _energy_unit(where, name, unit))
        names.append(name)
    if len(names) < 2:
        raise ValueError(f"{where}: no flux beside the energy: expected one of {', '.join(_COLUMNS)}")
    return names, scales


def _energy_unit(where: str, name: str, unit: str) -> float:
    if unit not in _ENERGIES:
        raise ValueError(f"{where}, column {name}: unknown energy {unit!r}: expected {', '.join(_ENERGIES)}")
    return float(getattr(units, unit))


def _density_unit(where: str, name: str, unit: str) -> float:
    match = _DENSITY.fullmatch(unit)
    if match is None or match[1] not in _AREAS or match[2] not in _TIMES:
        raise ValueError(
            f"{where}, column {name}: unknown unit {unit!r}: expected 1/(area time energy), such as 1/(cm2 s MeV)"
        )
    return float(1 / (_AREAS[match[1]] * _TIMES[match[2]] * _energy_unit(where, name, match[3])))


def _row(where: str, line: str, columns: list[str]) -> list[float]:
    cells = line.split(",")
    if len(cells) != len(columns):
        raise ValueError(f"{where}: expected {len(columns)} columns, got {len(cells)}")
    values = []
    for name, cell in zip(columns, cells, strict=True):
        try:
            value = float(cell)
        except ValueError:
            raise ValueError(f"{where}, column {name}: cannot read {cell.strip()!r} as a number") from None
        if not (isfinite(value) and value >= 0):
            raise ValueError(f"{where}, column {name}: expected a finite number ≥ 0, got {cell.strip()}")
        values.append(value)
    return values

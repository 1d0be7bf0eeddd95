"""Columns of csv files with their units in the header, and units as products of powers.

    # anything after a hash is a comment
    energy [keV], sigma [eV]
    0.5, 62
    1.0, 66

A unit is a product of powers: "keV", "1/(kg day keV)", "events/t/yr/keV", "cm^-2 s^-1"; a pure number has "1" or "%".
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nuatom import units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Powers = tuple[int, int, int, int]
"""Powers of energy, mass, time and length."""

_NUMBER, _ENERGY, _MASS, _TIME, _LENGTH = (0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
_UNITS: Mapping[str, tuple[float, Powers]] = {
    "1": (1.0, _NUMBER),
    "%": (0.01, _NUMBER),
    **dict.fromkeys(("count", "counts", "event", "events"), (1.0, _NUMBER)),
    **{name: (float(getattr(units, name)), _ENERGY) for name in ("eV", "keV", "MeV", "GeV")},
    **{name: (float(getattr(units, name)), _MASS) for name in ("g", "kg")},
    **dict.fromkeys(("t", "tonne"), (float(units.tonne), _MASS)),
    "s": (float(units.s), _TIME),
    **dict.fromkeys(("h", "hour"), (3600.0 * float(units.s), _TIME)),
    **dict.fromkeys(("d", "day"), (float(units.day), _TIME)),
    **dict.fromkeys(("y", "yr", "year"), (float(units.year), _TIME)),
    **{name: (float(getattr(units, name)), _LENGTH) for name in ("mm", "cm", "m")},
    **{
        f"{name}{power}": (float(getattr(units, name)) ** power, (0, 0, 0, power))
        for name in ("mm", "cm", "m")
        for power in (2, 3)
    },
}
_TOKEN = re.compile(r"\s*(\*\*|[A-Za-z]+[23]?|%|[-+]?\d+|[/*.^()])")
_COLUMN = re.compile(r"(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]*)\])?")


@dataclass(frozen=True)
class Quantity:
    """What a column holds.

    Attributes:
        powers: its dimension, as powers of energy, mass, time and length.
        example: a unit of that dimension, for messages.
    """

    powers: Powers
    example: str


NUMBER = Quantity(_NUMBER, "1")
ENERGY = Quantity(_ENERGY, "keV")
SPECTRAL_RATE = Quantity((-1, -1, -1, 0), "1/(kg day keV)")


# --- units ---------------------------------------------------------------------------------------


def unit(text: str) -> tuple[float, Powers]:
    """The size and the dimension of a unit, such as "1/(kg day keV)".

    Args:
        text: a product of powers of units, with blanks, "*" or "." between them; "/" divides by the next factor alone,
            parentheses group.

    Returns:
        Its value in the units of `nuatom.units`, and its powers of energy, mass, time and length.

    Raises:
        ValueError: it cannot be read, or has a unit that is not known.
    """
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"cannot read the unit {text!r} at {text[position:].strip()!r}")
        tokens.append(match[1])
        position = match.end()
    value, powers = _product(tokens, text)
    if tokens:
        raise ValueError(f"cannot read the unit {text!r}: unexpected {tokens[0]!r}")
    return value, powers


def _product(tokens: list[str], text: str) -> tuple[float, Powers]:
    """Factors up to the end or a closing parenthesis; takes what it reads off the front of tokens."""
    if not tokens or tokens[0] == ")":
        raise ValueError(f"cannot read the unit {text!r}: something is missing; expected one such as 1/(kg day keV)")
    value, powers, sign = 1.0, _NUMBER, 1
    while tokens and tokens[0] != ")":
        if tokens[0] in "/*.":
            sign = -1 if tokens.pop(0) == "/" else 1
        factor, exponent = _factor(tokens, text)
        value *= factor**sign
        powers = tuple(a + sign * b for a, b in zip(powers, exponent, strict=True))  # type: ignore[assignment]
        sign = 1
    return value, powers


def _factor(tokens: list[str], text: str) -> tuple[float, Powers]:
    name = tokens.pop(0) if tokens else ""
    if name == "(":
        value, powers = _product(tokens, text)
        if not tokens:
            raise ValueError(f"cannot read the unit {text!r}: a ( without its )")
        tokens.pop(0)
    elif name in _UNITS:
        value, powers = _UNITS[name]
    else:
        raise ValueError(f"unknown unit {name!r} in {text!r}: expected some of {', '.join(_UNITS)}")
    if tokens and tokens[0] in ("^", "**"):
        tokens.pop(0)
        if not tokens or not re.fullmatch(r"[-+]?\d+", tokens[0]):
            raise ValueError(f"cannot read the unit {text!r}: a power must be a whole number")
        power = int(tokens.pop(0))
        return value**power, tuple(power * p for p in powers)  # type: ignore[return-value]
    return value, powers


# --- files ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """A csv file: lines that begin with # are skipped, the first other line names the columns.

    Attributes:
        path: where it was read.
        header: the number of the line with the names.
        names: of the columns, in small letters.
        units: as they are written; None for a column without.
        lines: the number of the line of each row.
        rows: the cells of each row, as many as there are names.
    """

    path: Path
    header: int
    names: tuple[str, ...]
    units: tuple[str | None, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]

    @staticmethod
    def read(path: str | Path) -> Sheet:
        """The cells of a file.

        Raises:
            ValueError: the file cannot be read, or has no rows or one of another length than its header.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise ValueError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise ValueError(f"cannot read {str(path)!r}: it is no text in UTF-8") from error
        lines = [
            (number, [cell.strip() for cell in next(csv.reader([line]))])
            for number, line in enumerate(text.splitlines(), start=1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        if len(lines) < 2:
            raise ValueError(f"{str(path)!r} has no rows: expected a line of column names with units, then numbers")
        (header, names), *rest = lines
        cells = [_COLUMN.fullmatch(cell) for cell in names]
        for number, row in rest:
            while len(row) > len(names) and not row[-1]:  # a comma at the end of a line
                row.pop()
            if len(row) != len(names):
                raise ValueError(f"{path}, line {number}: expected {len(names)} columns, got {len(row)}")
        return Sheet(
            Path(path),
            header,
            tuple(cell["name"].strip().lower() if cell else whole for cell, whole in zip(cells, names, strict=True)),
            tuple(cell["unit"] if cell else None for cell in cells),
            tuple(number for number, _ in rest),
            tuple(tuple(row) for _, row in rest),
        )

    def where(self, row: int, name: str) -> str:
        """A cell, as the beginning of a message."""
        return f"{self.path}, line {self.lines[row]}, column {name!r}"

    def column(self, name: str, quantity: Quantity, least: float = -math.inf) -> Array:
        """The numbers of a column in the units of `nuatom.units`, shape (row,).

        Args:
            name: of the column, in small letters.
            quantity: what it should hold; pure numbers need no unit.
            least: the least number that it may hold.

        Raises:
            ValueError: naming file, line and column, for one that is not there or there twice, a unit that is missing
                or another quantity's, or a number that cannot be read, is not finite, or too small.
        """
        import numpy as np

        place, scale = self._place(name, quantity)
        expected = "a finite number" if least == -math.inf else f"a finite number ≥ {least:g}"
        values = np.empty(len(self.rows))
        for i, row in enumerate(self.rows):
            try:
                values[i] = float(row[place])
            except ValueError:
                what = f"{row[place]!r} is not a number" if row[place] else "no value"
                raise ValueError(f"{self.where(i, name)}: {what}") from None
            if not (math.isfinite(values[i]) and values[i] >= least):
                raise ValueError(f"{self.where(i, name)}: expected {expected}, got {row[place]!r}")
        return values * scale

    def _place(self, name: str, quantity: Quantity) -> tuple[int, float]:
        """Where a column stands, and what its numbers are multiplied with."""
        where, wanted = f"{self.path}, line {self.header}", f"{name} [{quantity.example}]"
        places = [i for i, own in enumerate(self.names) if own == name]
        if len(places) != 1:
            what = "no column" if not places else f"{len(places)} columns"
            raise ValueError(f"{where}: {what} {name!r}: expected {wanted!r} once, got {', '.join(self.names)!r}")
        text = self.units[places[0]]
        if text is None:
            if quantity is NUMBER:
                return places[0], 1.0
            raise ValueError(f"{where}: the unit of the column {name!r} is missing: write it as in {wanted!r}")
        try:
            scale, powers = unit(text)
        except ValueError as error:
            raise ValueError(f"{where}, column {name!r}: {error}") from None
        if powers != quantity.powers:
            raise ValueError(f"{where}: the column {name!r} is in {text!r}: expected a unit such as {quantity.example}")
        return places[0], scale


def read(path: str | Path, columns: Mapping[str, Quantity]) -> tuple[Array, ...]:
    """Some columns of a csv file, converted to the units of `nuatom.units`.

    Args:
        path: the file.  Its columns stand in any order, and others are ignored.
        columns: names of the columns wanted and what they hold.

    Returns:
        One array of shape (row,) per column, in the order asked for.

    Raises:
        ValueError: as `Sheet.read` and `Sheet.column`.
    """
    sheet = Sheet.read(path)
    return tuple(sheet.column(name, quantity) for name, quantity in columns.items())

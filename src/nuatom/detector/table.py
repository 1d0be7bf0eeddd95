"""Tables as csv files with the units in their header, and the curves through them.

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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from nuatom import units
from nuatom.response.model import Array

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
    "cm2": (float(units.cm2), (0, 0, 0, 2)),
}
_TOKEN = re.compile(r"\s*(\*\*|[A-Za-z]+2?|%|[-+]?\d+|[/*^()])")
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
RATE = Quantity((0, -1, -1, 0), "1/(kg day)")
SPECTRAL_RATE = Quantity((-1, -1, -1, 0), "1/(kg day keV)")


# --- units ---------------------------------------------------------------------------------------


def unit(text: str) -> tuple[float, Powers]:
    """The size and the dimension of a unit, such as "1/(kg day keV)".

    Args:
        text: a product of powers of units; "/" divides by the next factor alone, parentheses group.

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
        if tokens[0] in "/*":
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


def read(path: str | Path, columns: Mapping[str, Quantity]) -> tuple[Array, ...]:
    """The columns of a csv file, converted to the units of `nuatom.units`.

    Args:
        path: the file: lines that begin with # are skipped, the first other line names the columns with their
            units, as in ``energy [keV], sigma [eV]``.  Columns stand in any order, and others are ignored.
        columns: names of the columns wanted and what they hold.

    Returns:
        One array of shape (rows,) per column, in the order asked for.

    Raises:
        ValueError: the file cannot be read; a column, its unit or a number is missing, or is not what it should be.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"cannot read {str(path)!r}: it is no text in UTF-8") from error
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if len(lines) < 2:
        raise ValueError(f"{str(path)!r} has no rows: expected a line of column names with units, then numbers")
    rows = list(csv.reader(line for _, line in lines))
    places = [_column(str(path), rows[0], name, quantity) for name, quantity in columns.items()]
    table = np.empty((len(columns), len(rows) - 1))
    for row, (number, _), values in zip(rows[1:], lines[1:], table.T, strict=True):
        for k, (name, (place, scale)) in enumerate(zip(columns, places, strict=True)):
            values[k] = _number(row, place, f"{path}, line {number}, column {name!r}") * scale
    return tuple(table)


def _column(path: str, header: Sequence[str], name: str, quantity: Quantity) -> tuple[int, float]:
    """Where a column stands, and what its numbers are multiplied with."""
    wanted = f"{name} [{quantity.example}]"
    found = [_COLUMN.fullmatch(cell.strip()) for cell in header]
    places = [i for i, cell in enumerate(found) if cell and cell["name"].strip().lower() == name]
    if len(places) != 1:
        what = "no column" if not places else f"{len(places)} columns"
        raise ValueError(f"{path!r} has {what} {name!r}: expected {wanted!r} in the header, got {', '.join(header)!r}")
    cell = found[places[0]]
    text = cell["unit"] if cell else None
    if text is None:
        if quantity is NUMBER:
            return places[0], 1.0
        raise ValueError(f"the unit of the column {name!r} of {path!r} is missing: write it as in {wanted!r}")
    scale, powers = unit(text)
    if powers != quantity.powers:
        raise ValueError(f"the column {name!r} of {path!r} is in {text!r}: expected a unit such as {quantity.example}")
    return places[0], scale


def _number(row: Sequence[str], place: int, where: str) -> float:
    if place >= len(row):
        raise ValueError(f"{where}: no value")
    try:
        value = float(row[place])
    except ValueError:
        raise ValueError(f"{where}: {row[place].strip()!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{where}: expected a finite number, got {row[place].strip()!r}")
    return value


# --- curves --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Curve:
    """Straight lines through points.

    Attributes:
        energy: where the points are, ascending, shape (n,) with n ≥ 2 [energy].
        value: their values, shape (n,).
        name: what the curve is, for messages.
        ends: whether it is zero beyond an end where it has come to zero; beyond any other end it is unknown.

    Raises:
        ValueError: for points that are not finite or whose energies do not ascend.
    """

    energy: Array
    value: Array
    name: str
    ends: bool = False

    def __post_init__(self) -> None:
        for field in ("energy", "value"):
            array = np.array(getattr(self, field), dtype=float)
            array.flags.writeable = False
            object.__setattr__(self, field, array)
        if self.energy.ndim != 1 or self.energy.size < 2 or self.energy.shape != self.value.shape:
            raise ValueError(
                f"{self.name}: expected two or more energies and as many values, "
                f"got the shapes {self.energy.shape} and {self.value.shape}"
            )
        if not (np.all(np.isfinite(self.energy)) and np.all(np.isfinite(self.value))):
            raise ValueError(f"{self.name}: energies and values must be finite numbers")
        if np.any(np.diff(self.energy) <= 0.0):
            k = int(np.argmax(np.diff(self.energy) <= 0.0))
            first, second = (x / units.keV for x in self.energy[k : k + 2])
            raise ValueError(f"{self.name}: energies must ascend, but {second:g} keV follows {first:g} keV")

    def __call__(self, energy: ArrayLike) -> Array:
        """The value at energies of any shape.

        Raises:
            ValueError: for an energy outside of the points, unless the curve has come to zero there and so ends.
        """
        E = np.asarray(energy, dtype=float)
        low, high = self.energy[0], self.energy[-1]
        unknown = np.zeros(E.shape, dtype=bool)
        if not (self.ends and self.value[0] == 0.0):
            unknown |= E < low * (1.0 - 1e-12)
        if not (self.ends and self.value[-1] == 0.0):
            unknown |= E > high * (1.0 + 1e-12)
        if np.any(unknown):
            wrong = float(E[unknown].flat[0])
            raise ValueError(
                f"{self.name} is given from {low / units.keV:.6g} to {high / units.keV:.6g} keV, "
                f"but is needed at {wrong / units.keV:.6g} keV: add rows to it, or narrow the bins"
            )
        return np.asarray(np.interp(E, self.energy, self.value))

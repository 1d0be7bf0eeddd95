"""Quantities with units, read from and written to text, for the command line and configurations.

``"2.8keV"`` is an energy, ``"0.05:15keV:40"`` a range of forty, ``"1.16 tonne year"`` an exposure.  Everything here
turns a string into a float or an array in the units of `nuatom.units` (MeV = 1), or raises a one-line ValueError that
says what was expected, what came, and what to try.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hepunits import becquerel, curie, erg, ms, us, watt

from nuatom import columns, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_MAX_COUNT = 1_000_000


@dataclass(frozen=True)
class Dimension:
    """What a quantity measures.

    Attributes:
        noun: the dimension in words, with its article.
        example: a quantity of this dimension, as one writes it.
        units: the units it may be written in, smallest first.
        powers: of energy, mass, time and length, where any product of powers of units with these will do as well, in
            the form of the header of a csv file: "1/(kg day keV)", "events/t/yr/keV"; None if only the units will.
    """

    noun: str
    example: str
    units: tuple[str, ...]
    powers: tuple[int, int, int, int] | None = None


ENERGY = Dimension("an energy", "2.8keV", ("eV", "keV", "MeV", "GeV"))
AREA = Dimension("an area", "1e-33cm2", ("barn", "cm2"))
LENGTH = Dimension("a length", "13.9m", ("mm", "cm", "m", "km", "pc", "kpc", "Mpc"))
POWER = Dimension("a power", "3GW", ("W", "kW", "MW", "GW"))
ACTIVITY = Dimension("an activity", "3MCi", ("Bq", "kBq", "MBq", "GBq", "TBq", "PBq", "Ci", "kCi", "MCi"))
EXPOSURE = Dimension("an exposure", "1.16 tonne year", ("kg day", "kg year", "tonne day", "tonne year"), (0, 1, 1, 0))
DENSITY = Dimension("a density", "5.323g/cm3", ("kg/m3", "g/cm3"), (0, 1, 0, -3))
FLUX = Dimension("a flux", "2.7e13/(cm2 s)", ("1/(cm2 s)",), (0, 0, -1, -2))
FLUENCE = Dimension("a fluence", "1e12/cm2", ("1/cm2",), (0, 0, 0, -2))
RELEASED = Dimension("the energy that a star sets free", "3e53erg", ("MeV", "erg"))
TIME = Dimension("a time", "10s", ("ns", "us", "ms", "s", "day", "year"), (0, 0, 1, 0))
MASS = Dimension("a mass", "40 tonne", ("g", "kg", "tonne"), (0, 1, 0, 0))
RATE = Dimension("a rate per mass", "2.5/(kg day)", ("1/(kg day)", "1/(tonne year)"), (0, -1, -1, 0))
SPECTRAL_RATE = Dimension(
    "a rate per mass and energy", "2.5/(kg day keV)", ("1/(kg day keV)", "1/(tonne year keV)"), (-1, -1, -1, 0)
)
SPECTRAL_SLOPE = Dimension(
    "a change of a rate with energy",
    "-0.1/(kg day keV^2)",
    ("1/(kg day keV^2)", "1/(tonne year keV^2)"),
    (-2, -1, -1, 0),
)

# What `nuatom.units` does not have, because only quantities that are typed need it.
_MORE = {
    "km": 1e3 * units.m,
    "pc": units.PARSEC,
    "us": us,
    "ms": ms,
    "erg": erg,
    "W": watt,
    "Bq": becquerel,
    "Ci": curie,
}
_PREFIXES = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}


def as_written(value: float) -> float:
    """A number as one would write it: 2.8 for 2.8000000000000003, which is but the rounding of a change of units.

    Only the last two digits of a double decide it; every other number stays what it is, to the last bit.
    """
    short = float(f"{value:.12g}")
    return short if abs(short - value) <= 4 * math.ulp(value) else value


def parse_quantity(text: str, dimension: Dimension = ENERGY, *, signed: bool = False) -> float:
    """Read one quantity with its unit, such as ``"2.8keV"``, ``"1 MeV"`` or ``"1e3eV"``.

    Args:
        text: a number and a unit, with or without a blank between them.
        dimension: what the quantity measures.
        signed: whether it may be negative, as a charge radius ⟨r²⟩ may.

    Returns:
        The value in the units of `nuatom.units`; finite, and not negative unless signed.

    Raises:
        ValueError: no number, no unit, an unknown unit, or a value that is nan, infinite or, unless signed, negative.
    """
    return _parse(text, dimension, signed=signed)[0]


def parse_range(text: str, dimension: Dimension = ENERGY) -> NDArray[np.float64]:
    """Read a range ``start:stop:count[:lin|log]``, a comma list, or a single quantity.

    ``"10eV:15keV:40"`` is forty values from 10 eV to 15 keV, both included, evenly spaced in the logarithm
    unless a fourth part says ``lin``.  A start without a unit takes that of the stop: ``"0.05:15keV:40"``
    begins at 0.05 keV.  In a comma list, a value without a unit takes that of the last: ``"1,2,5keV"``.

    Args:
        text: the range.
        dimension: what the quantities measure.

    Returns:
        The values in the units of `nuatom.units`, ascending for a range, in the order given for a list.

    Raises:
        ValueError: a part cannot be read; the range runs backwards or has fewer than two values; or a
            logarithmic range starts at zero.
    """
    import numpy as np

    if ":" in text and "," in text:
        raise ValueError(f"{text!r} mixes a range and a list: expected start:stop:count or a,b,c")
    if ":" not in text:
        return np.array(_parse_list(text, dimension))
    parts = [part.strip() for part in text.split(":")]
    if len(parts) not in (3, 4):
        raise ValueError(f"{text!r} has {len(parts)} parts: expected start:stop:count, such as 0.05:15keV:40")
    stop, unit = _parse(parts[1], dimension)
    start, _ = _parse(parts[0], dimension, unit)
    count = _parse_count(parts[2], text)
    spacing = parts[3] if len(parts) == 4 else "log"
    if spacing not in ("lin", "log"):
        raise ValueError(f"unknown spacing {spacing!r} in {text!r}: expected lin or log")
    if not start < stop:
        raise ValueError(f"range {text!r} does not ascend: its start must be below its stop; swap them")
    if spacing == "lin":
        return np.linspace(start, stop, count)
    if start == 0.0:
        raise ValueError(f"logarithmic range {text!r} starts at zero: use a start above zero, or end it in :lin")
    return np.geomspace(start, stop, count)


def format_energy(value: float, digits: int = 6) -> str:
    """Write an energy with the unit that keeps it at or above one: ``format_energy(0.0028)`` is ``"2.8keV"``.

    Args:
        value: the energy [energy].
        digits: significant digits, at least 1; 17 digits read back to the same value within rounding.

    Raises:
        ValueError: the value is nan, infinite or negative, or digits is below 1.
    """
    if not math.isfinite(value) or value < 0.0:
        raise ValueError(f"cannot write {value!r} as an energy: expected a finite number, not negative")
    if digits < 1:
        raise ValueError(f"digits must be at least 1, got {digits}")
    names = ENERGY.units
    name = names[0]
    for candidate in names:
        # Rounding first, so that 999.9999999 eV is written as 1keV and not as 1000eV.
        if float(f"{value / _scale(candidate):.{digits}g}") >= 1.0:
            name = candidate
    return f"{value / _scale(name):.{digits}g}{name}"


def _parse(text: str, dimension: Dimension, default: str | None = None, *, signed: bool = False) -> tuple[float, str]:
    """The value of one quantity and its unit, which is the default one when it has none of its own."""
    number, own = _split(text, dimension)
    unit = own or default
    if unit is None:
        raise ValueError(
            f"{text.strip()!r} has no unit: expected {dimension.noun} in {_choices(dimension)}, "
            f"such as {dimension.example}"
        )
    return _value(text, number, unit, signed), unit


def _split(text: str, dimension: Dimension) -> tuple[float, str | None]:
    """The number and the unit, the latter None when nothing follows the number."""
    stripped = text.strip()
    match = _NUMBER.match(stripped)
    if match is None:
        if _WORD.match(stripped):
            raise ValueError(f"{stripped!r} is not finite: expected {dimension.noun} such as {dimension.example}")
        raise ValueError(f"cannot read {stripped!r} as {dimension.noun}: expected one such as {dimension.example}")
    unit = stripped[match.end() :].strip()
    if not unit:
        return float(match.group()), None
    if unit not in dimension.units and not _is_product(stripped, unit, dimension):
        raise ValueError(_unknown_unit(stripped, unit, dimension))
    return float(match.group()), unit


def _is_product(text: str, unit: str, dimension: Dimension) -> bool:
    """Whether a unit is a product of powers of units with the powers of the dimension."""
    if dimension.powers is None:
        return False
    try:
        powers = columns.unit(unit)[1]
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}; expected {dimension.noun} such as {dimension.example}") from None
    return powers == dimension.powers


def _unknown_unit(text: str, unit: str, dimension: Dimension) -> str:
    """The message for a unit that does not exist, with the nearest one that does."""
    known = {name.lower(): name for name in dimension.units}
    near = difflib.get_close_matches(unit.lower(), known, n=1)
    hint = f"; did you mean {known[near[0]]}?" if near else ""
    return f"unknown unit {unit!r} in {text!r}: expected {_choices(dimension)}{hint}"


def _value(text: str, number: float, unit: str, signed: bool) -> float:
    """The quantity, when it is one that exists."""
    value = number * _scale(unit)
    if not math.isfinite(value):
        raise ValueError(f"{text.strip()!r} is too large to be a number")
    if math.copysign(1.0, number) < 0.0 and not signed:
        raise ValueError(f"{text.strip()!r} is negative: expected zero or more")
    return value


def _parse_list(text: str, dimension: Dimension) -> list[float]:
    """The values of a comma list, the last of which has the unit for those without."""
    *others, last = text.split(",")
    value, unit = _parse(last, dimension)
    return [*(_parse(part, dimension, unit)[0] for part in others), value]


def _parse_count(text: str, whole: str) -> int:
    """The number of values of a range."""
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(f"cannot read the count {text!r} in {whole!r}: expected a whole number such as 40")
    count = int(text)
    if not 2 <= count <= _MAX_COUNT:
        raise ValueError(f"a range of {count} values in {whole!r}: expected 2 to {_MAX_COUNT}; write one value alone")
    return count


def _scale(unit: str) -> float:
    """The size of a unit in the units of the package."""
    if hasattr(units, unit):
        return float(getattr(units, unit))
    if unit in _MORE:
        return float(_MORE[unit])
    if unit[1:] in _MORE and unit[0] in _PREFIXES:
        return float(_PREFIXES[unit[0]] * _MORE[unit[1:]])
    return columns.unit(unit)[0]


def _choices(dimension: Dimension) -> str:
    """The units of a dimension, for messages."""
    return ", ".join(dimension.units)

"""Units as products of powers, and the dimensions that columns have.

A unit is a product of powers: "keV", "1/(kg day keV)", "events/t/yr/keV", "cm^-2 s^-1", "cm-2 s-1"; a pure number has
"1" or "%".  A number in front says how many: "13.7 eV", for one electron that is counted.  Energies are also written in
keVee (electron equivalent) and keVnr (of a recoiling nucleus).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nuatom import units

Powers = tuple[int, int, int, int]
"""Powers of energy, mass, time and length."""

_NUMBER, _ENERGY, _MASS, _TIME, _LENGTH = (0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
_UNITS: Mapping[str, tuple[float, Powers]] = {
    "1": (1.0, _NUMBER),
    "%": (0.01, _NUMBER),
    **dict.fromkeys(("count", "counts", "event", "events", "evts"), (1.0, _NUMBER)),
    **dict.fromkeys(("neutrino", "neutrinos", "fission", "fissions", "decay", "decays"), (1.0, _NUMBER)),
    **{
        f"{name}{of}": (float(getattr(units, name)), _ENERGY)
        for of in ("", "ee", "nr", "_ee", "_nr")
        for name in ("eV", "keV", "MeV", "GeV")
    },
    **{name: (float(getattr(units, name)), _MASS) for name in ("g", "kg")},
    **dict.fromkeys(("t", "ton", "tonne", "tonnes"), (float(units.tonne), _MASS)),
    "s": (float(units.s), _TIME),
    **dict.fromkeys(("h", "hour", "hours"), (3600.0 * float(units.s), _TIME)),
    **dict.fromkeys(("d", "day", "days"), (float(units.day), _TIME)),
    **dict.fromkeys(("y", "yr", "year", "years"), (float(units.year), _TIME)),
    **{name: (float(getattr(units, name)), _LENGTH) for name in ("mm", "cm", "m")},
    **{
        f"{name}{power}": (float(getattr(units, name)) ** power, (0, 0, 0, power))
        for name in ("mm", "cm", "m")
        for power in (2, 3)
    },
}
_ENERGIES = {name.lower(): name for name, (_, powers) in _UNITS.items() if powers == _ENERGY}  # [KEV], as in HEPData
_TOKEN = re.compile(r"\s*(\*\*|[A-Za-z]+(?:_[a-z]+)?[23]?|%|[-+]?\d+|[/*.^()])")
_SIZE = re.compile(r"\s*(\d+\.?\d*(?:[eE][-+]?\d+)?)\s*[ *]\s*(?=[A-Za-z])")
_PLAIN = str.maketrans({"²": "^2", "³": "^3", "⁻": "^-", "¹": "1", "·": " ", "$": " "})


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
    plain = text.translate(_PLAIN).replace("^-^", "^-").rstrip()
    size = _SIZE.match(plain)
    tokens, position = [], size.end() if size else 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None:
            raise ValueError(f"cannot read the unit {text!r} at {plain[position:].strip()!r}")
        tokens.append(match[1])
        position = match.end()
    value, powers = _product(tokens, text)
    if tokens:
        raise ValueError(f"cannot read the unit {text!r}: unexpected {tokens[0]!r}")
    return (float(size[1]) if size else 1.0) * value, powers


def is_recoil(text: str | None) -> bool:
    """Whether a unit is that of the energy of a recoiling nucleus, keVnr."""
    return text is not None and re.search(r"V_?nr\b", text, re.IGNORECASE) is not None


def is_electron(text: str | None) -> bool:
    """Whether a unit is that of an electron-equivalent energy, keVee."""
    return text is not None and re.search(r"V_?ee\b", text, re.IGNORECASE) is not None


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
    elif (known := name if name in _UNITS else _ENERGIES.get(name.lower())) is not None:
        value, powers = _UNITS[known]
    else:
        usual = ", ".join(word for word in _UNITS if not word.endswith(("_ee", "_nr")))
        raise ValueError(f"unknown unit {name!r} in {text!r}: expected some of {usual}")
    if tokens and (tokens[0] in ("^", "**") or (name != "1" and re.fullmatch(r"[-+]\d+", tokens[0]))):
        if tokens[0] in ("^", "**"):
            tokens.pop(0)
        if not tokens or not re.fullmatch(r"[-+]?\d+", tokens[0]):
            raise ValueError(f"cannot read the unit {text!r}: a power must be a whole number")
        power = int(tokens.pop(0))
        return value**power, tuple(power * p for p in powers)  # type: ignore[return-value]
    return value, powers

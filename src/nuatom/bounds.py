"""Numbers that come from outside, checked: what is no number, not finite, or so large that its square overflows.

Bounds are physically generous: what lies beyond is a slip, of a unit or of a sign in an exponent.
"""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

LARGEST_ENERGY = 1e9
"""No neutrino has more, and squares of squares stay far from overflow [MeV]."""
LARGEST = 1e60
"""Of any other quantity in the units of `nuatom.units`: products of a few of its squares do not overflow."""
SMALLEST = 1e-60
"""Of a quantity that something is divided by."""


def check_number(
    name: str,
    value: object,
    least: float = -LARGEST,
    most: float = LARGEST,
    *,
    above: bool = False,
    unit: str = "",
    hint: str = "",
) -> None:
    """Raise a ValueError unless a value is one finite number between two bounds.

    Args:
        name: what it is, for the message.
        value: what came; an int, float or numpy scalar, and no truth value, text or array.
        least, most: the bounds, which belong to what is allowed.
        above: whether the lower bound does not belong to it.
        unit: of the value and the bounds, for the message.
        hint: the end of the message.
    """
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        number = float(value)
        if least <= number <= most and not (above and number == least):
            return
    kind = "" if isinstance(value, Real) and not isinstance(value, bool) else "a number "
    lower = "greater than zero and at most" if (above and least == 0) or least == SMALLEST else f"from {least:g} to"
    raise ValueError(f"{name} must be {kind}{lower} {most:g}{' ' if unit else ''}{unit}, got {value!r}{hint}")


def check_positive(name: str, values: object, most: float = LARGEST, unit: str = "") -> None:
    """Raise a ValueError unless a number, or all of an array of them, is above 0 and not out of range."""
    array = np.asarray(values)
    if array.ndim == 0:
        check_number(name, array.item() if isinstance(values, np.ndarray) else values, SMALLEST, most, unit=unit)
        return
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be numbers, got {values!r}")
    for value in array.ravel():
        check_number(name, value, SMALLEST, most, unit=unit)


def check_flag(name: str, value: object) -> None:
    """Raise a ValueError unless a value is True or False."""
    if type(value).__name__ not in ("bool", "bool_"):
        raise ValueError(f"{name} must be True or False, got {value!r}")

"""The values of a configuration: quantities with units, fractions, names; each says what it expected and what came.

A quantity is a string such as ``"1.16 tonne year"``; a bare number is an error, because nobody remembers its unit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticKnownError

from nuatom import quantities
from nuatom.quantities import Dimension, parse_quantity


class Section(BaseModel):
    """A table of a configuration: its keys are those that are known, its values of the types that are expected."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _quantity(dimension: Dimension, *, signed: bool = False) -> BeforeValidator:
    def read(value: Any) -> float:
        if not isinstance(value, str):
            raise ValueError(f'expected {dimension.noun} with its unit, in quotes, such as "{dimension.example}"')
        return parse_quantity(value, dimension, signed=signed)

    return BeforeValidator(read)


class Mass(float):
    """An exposure that is a mass alone: that of a burst, which comes once."""


def _exposure_or_mass(value: Any) -> float:
    """What was typed, as a `Mass` where it has no time."""
    if not isinstance(value, str):
        dimension = quantities.EXPOSURE
        raise ValueError(f'expected {dimension.noun} with its unit, in quotes, such as "{dimension.example}"')
    try:
        return Mass(parse_quantity(value, quantities.MASS))
    except ValueError:
        return parse_quantity(value, quantities.EXPOSURE)


def _positive(value: float) -> float:
    if not value > 0:
        raise ValueError("expected more than zero")
    return value


def _fraction(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError("expected a number from 0 to 1")


def _error(value: Any) -> Any:
    if value == "free":
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
        return float(value)
    raise ValueError('expected a relative error such as 0.05, or "free"')


def shorthand(
    make: Callable[[Any], Any], complete: Callable[[dict[str, Any]], Any] = lambda table: table
) -> BeforeValidator:
    """What a value that is no table stands for: "80eV" for a table with this σ, 0.9 for a constant efficiency.

    Args:
        make: the table of a value that is none.
        complete: a table with what follows from its other keys.
    """
    return BeforeValidator(lambda value: complete(value) if isinstance(value, dict) else make(value))


def word_of(choices: Collection[str]) -> BeforeValidator:
    """One of these words, such as those of a registry; an error is that of a Literal of them."""

    def known(value: Any) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        raise PydanticKnownError("literal_error", {"expected": expected(choices)})

    return BeforeValidator(known)


def expected(choices: Collection[str]) -> str:
    """Words in quotes, as the error of a Literal has them."""
    *others, last = (f"'{word}'" for word in choices)
    return f"{', '.join(others)} or {last}" if others else last


Positive = AfterValidator(_positive)
Energy = Annotated[float, _quantity(quantities.ENERGY), quantities.ENERGY]
SignedEnergy = Annotated[float, _quantity(quantities.ENERGY, signed=True), quantities.ENERGY]
PositiveEnergy = Annotated[float, _quantity(quantities.ENERGY), Positive, quantities.ENERGY]
SignedArea = Annotated[float, _quantity(quantities.AREA, signed=True), quantities.AREA]
Length = Annotated[float, _quantity(quantities.LENGTH), Positive, quantities.LENGTH]
NotNegativeLength = Annotated[float, _quantity(quantities.LENGTH), quantities.LENGTH]
Power = Annotated[float, _quantity(quantities.POWER), Positive, quantities.POWER]
Activity = Annotated[float, _quantity(quantities.ACTIVITY), Positive, quantities.ACTIVITY]
Exposure = Annotated[Any, BeforeValidator(_exposure_or_mass), Positive, quantities.EXPOSURE]
Density = Annotated[float, _quantity(quantities.DENSITY), Positive, quantities.DENSITY]
Flux = Annotated[float, _quantity(quantities.FLUX), Positive, quantities.FLUX]
Rate = Annotated[float, _quantity(quantities.RATE), quantities.RATE]
SpectralRate = Annotated[float, _quantity(quantities.SPECTRAL_RATE), quantities.SPECTRAL_RATE]
SpectralSlope = Annotated[float, _quantity(quantities.SPECTRAL_SLOPE, signed=True), quantities.SPECTRAL_SLOPE]
Number = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(allow_inf_nan=False, ge=0)]
PositiveNumber = Annotated[float, Field(allow_inf_nan=False, gt=0)]
Fraction = Annotated[float, BeforeValidator(_fraction)]
PositiveFraction = Annotated[float, BeforeValidator(_fraction), Positive]
Uncertainty = Annotated[float | str, BeforeValidator(_error)]

"""What can be fitted, and how numbers of the fit become numbers of physics.

The fit has units in which everything is of order one.  What interferes with nothing enters through its square, and it
is the square that is fitted; what has a sign is fitted as it is, and enters linearly and squared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from nuatom.choices.keys import Key


@dataclass(frozen=True)
class Parameter:
    """A property of the neutrino that is fitted.

    Attributes:
        name: in a configuration: the word of its coupling, and what else must be said, after colons:
            "magnetic_moment", "mediator:vector:10keV".
        fitted: its name in the fit.
        unit: one in the fit, in public units; of a square, of its root.
        label: that unit in words.
        scale: one of the label's unit in public units: 1 for Bohr magnetons, cm² for areas.
        short: the same in short, for the head of a column.
        symbol: for a figure.
        squared: whether it is fitted through its square, which is not negative.
        part: the name of its part of a coupling; by default the name, with blanks.
        values: from its value in public units to the values of the keys of its coupling; by default the value itself.
    """

    name: str
    fitted: str
    unit: float
    label: str
    scale: float
    short: str
    symbol: str
    squared: bool = False
    part: str = ""
    values: Callable[[float], tuple[Any, ...]] = field(default=lambda value: (value,), compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.part:
            object.__setattr__(self, "part", self.name.replace("_", " "))

    def value(self, fitted: float) -> float:
        """From the fit to public units; the root, where it is the square that is fitted."""
        return self.unit * sqrt(max(fitted, 0.0)) if self.squared else self.unit * fitted

    def to_fit(self, value: float) -> float:
        """From public units to the fit."""
        return (value / self.unit) ** 2 if self.squared else value / self.unit

    @property
    def fitted_unit(self) -> str:
        """What one in the fit is, in words: "(1e-11 Bohr magnetons)^2"."""
        one = f"{self.unit / self.scale:.6g} {self.label}"
        return f"({one})^2" if self.squared else one

    @property
    def coupling(self) -> str:
        """The word of its coupling."""
        return self.name.partition(":")[0]


@dataclass(frozen=True)
class Fitted:
    """How the number of a coupling is fitted.

    Attributes:
        make: the parameter, from the values of the keys.
        keys: what has to be said with it, after colons in its name: kind and mass of a mediator.
    """

    make: Callable[..., Parameter]
    keys: tuple[Key, ...] = ()

    def form(self, word: str) -> str:
        """How its name is written: "mediator:KIND:MASS"."""
        return ":".join((word, *(key.metavar for key in self.keys)))

    def named(self, word: str, texts: tuple[str, ...]) -> Parameter:
        """The parameter of a name.

        Raises:
            ValueError: for too few or too many parts, or one that cannot be read.
        """
        name = ":".join((word, *texts))
        if len(texts) != len(self.keys):
            example = ":".join((word, *(key.example for key in self.keys)))
            such = f", such as {example}" if self.keys else ", with nothing after it"
            raise ValueError(f"{name!r}: expected {self.form(word)}{such}")
        values = []
        for key, text in zip(self.keys, texts, strict=True):
            try:
                values.append(key.read_typed(text.strip()))
            except ValueError as error:
                raise ValueError(f"{name!r}: {error}") from None
        return self.make(*values)

"""What a number, a quantity or a word of a choice is called, and how it is read: in a configuration, where it is typed.

A `Key` is declared once, with the choice that it belongs to.  It is then a key of that choice's table in TOML, an
option of the command line or a part of one, a line of the help, and an error that names it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nuatom.choices.registry import choose

if TYPE_CHECKING:
    from nuatom.quantities import Dimension

REQUIRED: Any = ...
"""The default of a key that has to be given."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A value with a name: a subclass says how it is read, or `reader` does.

    Attributes:
        name: in a configuration, and as an argument in Python: "distance".
        what: what it is, for the help: a sentence.
        default: what it is if it is not given; `REQUIRED` if it has to be.
        metavar: what stands for it in the help: "LENGTH".
        example: as one writes it: "13.9m".
        typed: whether the command line has it, as ``--name`` with dashes.
        reader: from what stands in a configuration to the value; raises ValueError saying what was expected.
    """

    name: str
    what: str = ""
    default: Any = REQUIRED
    metavar: str = "VALUE"
    example: str = ""
    typed: bool = True
    reader: Callable[[Any], Any] | None = None

    @property
    def option(self) -> str:
        """Its option on the command line."""
        return f"--{self.name.replace('_', '-').lower()}"

    @property
    def type(self) -> type:
        """As what the command line reads it: float, bool, or str for all that needs more."""
        return str

    def read(self, value: Any) -> Any:
        """The value of what stands in a configuration.

        Raises:
            ValueError: saying what was expected; the key and what came are told by the caller.
        """
        return value if self.reader is None else self.reader(value)

    def read_typed(self, text: Any) -> Any:
        """The value of what was typed.

        Raises:
            ValueError: saying what was expected, and what came.
        """
        return self.read(text)

    def tell(self, value: Any) -> str:
        """The value in words."""
        return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, kw_only=True)
class TextKey(Key):
    """A text; of a file, which is looked for beside the configuration.

    Attributes:
        is_file: whether it names a file.
    """

    metavar: str = "TEXT"
    is_file: bool = False

    def read(self, value: Any) -> Any:
        """The text."""
        if not isinstance(value, str):
            raise ValueError("expected a text in quotes")
        return super().read(value)


@dataclass(frozen=True, kw_only=True)
class FilesKey(Key):
    """Files by name, which are looked for beside the configuration, or a word in their place.

    A file is a text, or a table with the key ``file`` and what its header does not say.
    """

    @staticmethod
    def files(value: Any) -> dict[str, str]:
        """The names of the files of a value, by name; none of a word."""
        if not isinstance(value, Mapping):
            return {}
        return {name: one if isinstance(one, str) else one["file"] for name, one in value.items()}

    @staticmethod
    def moved(value: Any, locate: Callable[[str], str]) -> Any:
        """The value with its files where they are."""
        if not isinstance(value, Mapping):
            return value
        return {
            name: locate(one) if isinstance(one, str) else {**one, "file": locate(one["file"])}
            for name, one in value.items()
        }


@dataclass(frozen=True, kw_only=True)
class FlagKey(Key):
    """Yes or no."""

    default: Any = False

    @property
    def type(self) -> type:
        """A switch."""
        return bool

    def read(self, value: Any) -> Any:
        """Whether it is on."""
        if not isinstance(value, bool):
            raise ValueError("expected true or false")
        return super().read(value)


@dataclass(frozen=True, kw_only=True)
class NumberKey(Key):
    """A finite number.

    Attributes:
        least, most: its bounds; None if it has none.
    """

    metavar: str = "X"
    example: str = "1e-6"
    least: float | None = None
    most: float | None = None

    @property
    def type(self) -> type:
        """A number."""
        return float

    def read(self, value: Any) -> Any:
        """The number."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError("expected a number")
        if self.least is not None and self.most is not None:
            if not self.least <= value <= self.most:  # nan is not either
                raise ValueError(f"expected a number from {self.least:g} to {self.most:g}")
        elif not math.isfinite(value):
            raise ValueError("expected a finite number")
        elif self.least is not None and not value >= self.least:
            raise ValueError(f"expected at least {self.least:g}")
        return super().read(float(value))

    def read_typed(self, text: Any) -> Any:
        """The number of what was typed."""
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"expected a finite number such as {self.example}, got {str(text)!r}")
        try:
            return self.read(number)
        except ValueError as error:
            raise ValueError(f"{error}, got {number:g}") from None


@dataclass(frozen=True, kw_only=True)
class QuantityKey(Key):
    """A number with its unit, in the units of `nuatom.units` when it has been read.

    Attributes:
        dimension: the name of a `nuatom.quantities.Dimension`: "ENERGY".
        signed: whether it may be negative.
        above_zero: whether it must be more than zero.
    """

    dimension: str = "ENERGY"
    signed: bool = False
    above_zero: bool = False

    @property
    def measures(self) -> Dimension:
        """What it measures."""
        from nuatom import quantities

        found: Dimension = getattr(quantities, self.dimension)
        return found

    def read(self, value: Any) -> Any:
        """The number in the units of the package."""
        from nuatom.quantities import parse_quantity

        if not isinstance(value, str):
            known = self.measures
            raise ValueError(f'expected {known.noun} with its unit, in quotes, such as "{known.example}"')
        number = parse_quantity(value, self.measures, signed=self.signed)
        if self.above_zero and not number > 0:
            raise ValueError("expected more than zero")
        return super().read(number)

    def read_typed(self, text: Any) -> Any:
        """The number of what was typed."""
        try:
            return self.read(text)
        except ValueError as error:
            told = str(error)
            raise ValueError(told if repr(text) in told else f"{told}, got {text!r}") from None

    def tell(self, value: Any) -> str:
        """The value with a unit."""
        from nuatom import units
        from nuatom.quantities import format_energy

        if self.dimension == "ENERGY":
            return format_energy(value)
        unit = self.measures.units[-1]
        return f"{value / getattr(units, unit):g} {'cm²' if unit == 'cm2' else unit}"


@dataclass(frozen=True, kw_only=True)
class WordKey(Key):
    """One of several words.

    Attributes:
        among: the words, such as a registry.
    """

    among: Mapping[str, Any]

    def read(self, value: Any) -> Any:
        """The word."""
        if not isinstance(value, str) or value not in self.among:
            *others, last = (f"'{word}'" for word in self.among)
            near = difflib.get_close_matches(str(value), self.among, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"expected {', '.join(others)}{' or ' if others else ''}{last}, got {value!r}{hint}")
        return super().read(value)

    def read_typed(self, text: Any) -> Any:
        """The word of what was typed."""
        choose(self.name.replace("_", " "), text, self.among)
        return self.read(text)


@dataclass(frozen=True, kw_only=True)
class RecordKey(Key):
    """A table of its own in a configuration; it cannot be typed.

    Attributes:
        keys: of the table.
        make: from the values, by name, to the value; the values themselves, as a dict, if there is none.
    """

    keys: tuple[Key, ...]
    make: Callable[..., Any] | None = None
    typed: bool = False

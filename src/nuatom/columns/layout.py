"""What a file says in its own words: which of its columns is what, in which unit, and how its energies are meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from nuatom.bounds import LARGEST


@dataclass(frozen=True, eq=False)
class Layout:
    """How the columns of a file are to be taken; by default as their header says.

    Attributes:
        columns: which column of the file is which, by its name or by its number from 1.
        units: of columns, where the file does not say or says it otherwise: "keV", or "13.7 eV" for what is counted in
            electrons.
        factors: what the numbers of columns are multiplied with.
        table: which of several tables of a file, from 1.
        constant: whether a curve goes on beyond its ends with the values that it has there.
        recoils: whether its energies are those of recoiling nuclei.
        quenching: Q(T), by which keVnr become electron-equivalent energies; None where there is none.

    Raises:
        ValueError: for a column that is neither a name nor a number, or a factor that is no finite number.
    """

    columns: Mapping[str, int | str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    table: int | None = None
    constant: bool = False
    recoils: bool = False
    quenching: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        for name, place in self.columns.items():
            if isinstance(place, bool) or not isinstance(place, int | str) or (isinstance(place, int) and place < 1):
                raise ValueError(f"columns.{name}: expected the name of a column, or its number from 1, got {place!r}")
        for name, unit in self.units.items():
            if not isinstance(unit, str):
                raise ValueError(f"units.{name}: expected a unit in quotes, such as 'keV', got {unit!r}")
        for name, factor in self.factors.items():
            is_number = isinstance(factor, int | float) and not isinstance(factor, bool)
            if not (is_number and 0 < abs(factor) <= LARGEST):
                raise ValueError(f"factors.{name}: expected a finite number other than 0, got {factor!r}")

    def check(self, known: Collection[str]) -> None:
        """Raise ValueError for a column that the reader of a file has no use for: it names those that it has."""
        for key, given in (("columns", self.columns), ("units", self.units), ("factors", self.factors)):
            for name in given:
                if name not in known:
                    raise ValueError(f"{key}.{name}: unknown; expected one of {', '.join(known)}")


HEADER = Layout()
"""As the header of the file says."""

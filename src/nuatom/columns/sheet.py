"""Tables of numbers in text files, as they are published: any separator, any names, any order of the rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nuatom.columns.dimensions import ENERGY, NUMBER, Quantity, is_electron, is_recoil, unit
from nuatom.columns.layout import HEADER, Layout
from nuatom.columns.text import Title, tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sheet:
    """The cells of a table in a file.

    Attributes:
        path: where it was read.
        header: the number of the line with the names.
        titles: of the columns; none if the file does not name them.
        lines: the number of the line of each row.
        rows: the cells of each row, equally many.
        layout: how its columns are to be taken.
    """

    path: Path
    header: int
    titles: tuple[Title, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    layout: Layout = HEADER

    @staticmethod
    def read(path: str | Path, layout: Layout = HEADER) -> Sheet:
        """The cells of a file.

        Raises:
            ValueError: the file cannot be read, has no rows or one of another length than its header, or several tables
                of which none is named.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise ValueError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise ValueError(f"cannot read {str(path)!r}: it is no text in UTF-8") from error
        found = tables(text, str(path))
        if not found:
            raise ValueError(f"{str(path)!r} has no rows: expected a line of column names with units, then numbers")
        which = layout.table
        if which is None and len(found) > 1:
            raise ValueError(f"{str(path)!r} has {len(found)} tables: say which one with table = 1, 2, …")
        if which is not None and not 1 <= which <= len(found):
            raise ValueError(f"table: expected a number from 1 to {len(found)}, got {which}")
        table = found[(which or 1) - 1]
        return Sheet(Path(path), table.header, table.titles, table.lines, table.rows, layout)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in small letters."""
        return tuple(title.name for title in self.titles)

    def where(self, row: int, name: str) -> str:
        """A cell, as the beginning of a message."""
        return f"{self.path}, line {self.lines[row]}, column {name!r}"

    def has(self, name: str) -> bool:
        """Whether there is a column of this name, in the file or in its layout."""
        return name in self.layout.columns or bool(self._places(name))

    def unit(self, name: str) -> str | None:
        """The unit of a column, as the layout has it or else the file; None if neither says."""
        place = self._place(name, "1")
        return self.layout.units.get(name, self.titles[place].unit if self.titles else None)

    def column(self, name: str, quantity: Quantity, least: float = -math.inf) -> Array:
        """The numbers of a column in the units of `nuatom.units`, shape (row,).

        Energies in keVnr become electron-equivalent ones with the quenching of the layout, unless the table is about
        recoils itself.

        Args:
            name: of the column, in small letters.
            quantity: what it should hold; pure numbers need no unit.
            least: the least number that it may hold.

        Raises:
            ValueError: naming file, line and column, for one that is not there or there twice, a unit that is missing
                or another quantity's, or a number that cannot be read, is not finite, or too small.
        """
        import numpy as np

        place = self._place(name, quantity.example)
        scale = self._scale(name, place, quantity)
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
        return self._as_meant(name, values * scale, quantity)

    def _as_meant(self, name: str, values: Array, quantity: Quantity) -> Array:
        """Energies of nuclei as electrons of that energy would be seen, unless nuclei are what is meant."""
        import numpy as np

        text, layout = self.unit(name), self.layout
        if quantity != ENERGY:
            if is_recoil(text) and not layout.recoils:
                raise ValueError(
                    f"{self.path}, column {name!r}: {text!r} is per energy of a nucleus, which cannot be converted row "
                    "by row: give it per keVee"
                )
            return values
        if is_recoil(text) and not layout.recoils:
            if layout.quenching is None:
                raise ValueError(
                    f"{self.path}, column {name!r}: {text!r} are energies of nuclei, and there is no "
                    "detector.quenching that makes them energies that are seen"
                )
            at = np.maximum(values, 0.0)
            some = at > 0
            at[some] *= np.asarray(layout.quenching(at[some]), dtype=float)
            return at
        if is_electron(text) and layout.recoils:
            raise ValueError(f"{self.path}, column {name!r}: expected energies of nuclei, keVnr, got {text!r}")
        return values

    def _places(self, name: str) -> list[int]:
        """The columns of a name; the edges of a bin may have the name of what is binned in front."""
        exact = [i for i, title in enumerate(self.titles) if title.is_called(name)]
        if exact or name not in ("low", "high"):
            return exact
        return [i for i, title in enumerate(self.titles) if title.name.endswith(f" {name}")]

    def _place(self, name: str, example: str) -> int:
        """Where a column stands."""
        where, wanted = f"{self.path}, line {self.header}", f"{name} [{example}]"
        chosen = self.layout.columns.get(name)
        width = len(self.rows[0])
        if isinstance(chosen, int):
            if chosen > width:
                raise ValueError(f"columns.{name}: {self.path} has {width} columns, and none with the number {chosen}")
            return chosen - 1
        if not self.titles:
            raise ValueError(
                f"{self.path}: no line with the names of its {width} columns: say which one is {name!r}, with "
                f"columns = {{ {name} = 1 }} and units = {{ {name} = {example!r} }}"
            )
        places = self._places(chosen or name)
        if len(places) != 1:
            what = "no column" if not places else f"{len(places)} columns"
            hint = f", or say which it is: columns = {{ {name} = 1 }}" if chosen is None else ""
            raise ValueError(
                f"{where}: {what} {chosen or name!r}: expected {wanted!r} once, got {', '.join(self.names)!r}{hint}"
            )
        return places[0]

    def _scale(self, name: str, place: int, quantity: Quantity) -> float:
        """What the numbers of a column are multiplied with."""
        where, wanted = f"{self.path}, line {self.header}", f"{name} [{quantity.example}]"
        factor = self.layout.factors.get(name, 1.0)
        text = self.unit(name)
        if text is None:
            if quantity == NUMBER:
                return factor
            raise ValueError(
                f"{where}: the unit of the column {name!r} is missing: write it as in {wanted!r}, or say it with "
                f"units = {{ {name} = {quantity.example!r} }}"
            )
        try:
            scale, powers = unit(text)
        except ValueError as error:
            hint = ""
            if quantity == ENERGY and name not in self.layout.units:
                hint = f'; say what one of them is, such as units = {{ {name} = "13.7 eV" }}'
            raise ValueError(f"{where}, column {name!r}: {error}{hint}") from None
        if powers != quantity.powers:
            raise ValueError(f"{where}: the column {name!r} is in {text!r}: expected a unit such as {quantity.example}")
        return factor * scale


def read(path: str | Path, columns: Mapping[str, Quantity], layout: Layout = HEADER) -> tuple[Array, ...]:
    """Some columns of a file, converted to the units of `nuatom.units`.

    Args:
        path: the file.  Its columns stand in any order, and others are ignored.
        columns: names of the columns wanted and what they hold.
        layout: how its columns are to be taken.

    Returns:
        One array of shape (row,) per column, in the order asked for.

    Raises:
        ValueError: as `Sheet.read` and `Sheet.column`.
    """
    layout.check(columns)
    sheet = Sheet.read(path, layout)
    return tuple(sheet.column(name, quantity) for name, quantity in columns.items())

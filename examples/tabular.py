"""Tables of the examples: text in a terminal, a table of the page in a notebook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Tabular:
    """Columns of words and numbers under their names."""

    title: str
    columns: Mapping[str, Iterable[object]]

    def __str__(self) -> str:
        texts = [[name, *map(_cell, values)] for name, values in self.columns.items()]
        widths = [max(map(len, text)) for text in texts]
        rows = zip(*texts, strict=True)
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([*(["", self.title] if self.title else []), *lines])

    def _repr_html_(self) -> str:
        names = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        rows = [[_cell(value) for value in values] for values in self.columns.values()]
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in zip(*rows, strict=True)
        )
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        return f'<table class="docutils numbers">{caption}<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'


def show(title: str, columns: Mapping[str, Iterable[object]]) -> None:
    """Show columns under a title: displayed in a notebook, printed elsewhere."""
    table = Tabular(title, columns)
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(table)
        return
    if get_ipython() is None:
        print(table)
    else:
        display(table)


def _cell(value: object) -> str:
    """Four digits of a number, a dash for what is not there, a word as it is."""
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return "–" if math.isnan(number) else f"{number:.4g}"

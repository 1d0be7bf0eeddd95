"""The forms in which results are written: one entry for each suffix of a file.

A form of your own is one function, from results to the bytes of a file, and one entry:

    from nuatom import choices

    def markdown(results):
        names = list(results.table.variables)
        ...
        return text.encode()

    choices.FORMATS.add(".md", choices.FormatEntry("Markdown", markdown))

Every command with ``-o`` then writes it, and names it in its help and errors.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nuatom import __version__
from nuatom.choices.registry import Registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from nuatom.store import Table, Variable


@dataclass(frozen=True)
class Results:
    """What a computation gives to be written.

    Attributes:
        table: the numbers; its first variable is the one that numbers the rows of a csv file.
        figure: draws the figure; None if there is none.
    """

    table: Table
    figure: Callable[[], Figure] | None = None


@dataclass(frozen=True)
class FormatEntry:
    """A form of a file that a suffix stands for.

    Attributes:
        what: what it is, for the help: no other form is described so.
        write: from results to the bytes of a file; a form with ``is_figure`` is asked only where there is a figure.
        is_figure: whether it holds the figure, and not the numbers.
    """

    what: str
    write: Callable[[Results], bytes]
    is_figure: bool = False


def header() -> dict[str, str | int]:
    """Who wrote a file, and when."""
    from datetime import UTC, datetime

    return {"nuatom_version": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")}


def _csv(results: Results) -> bytes:
    """Rows along the dimension of the first variable; everything else stands in # lines before them."""
    import csv

    table = results.table
    rows = next(iter(table.variables.values())).dims[0]
    lines = [f"{name}: {value}" for name, value in {**header(), **table.attributes}.items()]
    columns: list[tuple[str, list[Any]]] = []
    for name, variable in table.variables.items():
        unit = f" [{variable.units}]" if variable.units else ""
        if rows not in variable.dims:
            values = ", ".join(str(value) for value in _written(variable.data.ravel()))
            lines.append(f"{name}{unit}, {variable.description}: {values}")
            continue
        lines.append(f"column {name}{unit}: {variable.description}")
        columns += _columns(table, name, variable, rows)
    buffer = io.StringIO()
    buffer.writelines(f"# {' '.join(line.split())}\n" for line in lines)
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows(zip(*(values for _, values in columns), strict=True))
    return buffer.getvalue().encode()


def _columns(table: Table, name: str, variable: Variable, rows: str) -> Iterator[tuple[str, list[Any]]]:
    """A variable as columns: one, or one for each value of its other dimension."""
    if variable.dims == (rows,):
        yield name, _written(variable.data)
        return
    other, last = variable.dims
    if last != rows:
        raise ValueError(f"{name} has the dimensions {variable.dims}: in a csv file {rows!r} must be the last")
    for label, values in zip(table.variables[other].data.tolist(), variable.data, strict=True):
        yield f"{name}[{label}]", _written(values)


def _written(values: NDArray[Any]) -> list[Any]:
    """Numbers as one writes them: 2.8 and not 2.8000000000000003, a rounding of its unit."""
    if values.dtype.kind != "f":
        return list(values.tolist())
    import numpy as np

    from nuatom.quantities import as_written

    written = np.array([as_written(value) for value in values.ravel().tolist()]).reshape(values.shape)
    found: list[Any] = written.tolist()
    return found


def _json(results: Results) -> bytes:
    import json

    table = results.table
    content = {
        "attributes": {**header(), **table.attributes},
        "dimensions": table.lengths,
        "variables": {
            name: {
                "dimensions": list(variable.dims),
                "units": variable.units,
                "description": variable.description,
                "data": _written(variable.data),
            }
            for name, variable in table.variables.items()
        },
    }
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _netcdf(results: Results) -> bytes:
    from nuatom.store.table import encode

    return encode(results.table, header())


def _drawn(form: str) -> Callable[[Results], bytes]:
    """A writer of the figure in a form that matplotlib knows."""

    def write(results: Results) -> bytes:
        from matplotlib import rc_context

        assert results.figure is not None
        buffer = io.BytesIO()
        with rc_context({"pdf.fonttype": 42}):  # TrueType: text stays text, as journals ask
            results.figure().savefig(buffer, format=form, dpi=200)
        return buffer.getvalue()

    return write


class Formats(Registry[FormatEntry]):
    """The registry of forms, whose words are suffixes."""

    def add(self, word: str, entry: FormatEntry) -> FormatEntry:
        """Let a suffix stand for a form.

        Raises:
            ValueError: for one that is taken, that does not begin with a dot, or that has capitals.
        """
        if not word.startswith(".") or word != word.lower() or "." in word[1:]:
            raise ValueError(f"{word!r} cannot be a suffix: it begins with a dot and has small letters, as .csv")
        return super().add(word, entry)


FORMATS: Formats = Formats(
    "suffix",
    {
        ".csv": FormatEntry("columns of numbers", _csv),
        ".json": FormatEntry("all variables with their units", _json),
        ".nc": FormatEntry("netCDF", _netcdf),
        ".png": FormatEntry("a picture of the figure", _drawn("png"), is_figure=True),
        ".pdf": FormatEntry("the figure, to print", _drawn("pdf"), is_figure=True),
    },
)
"""All forms of files, by suffix in small letters."""
DATA: Mapping[str, FormatEntry] = FORMATS.where(lambda form: not form.is_figure)
"""Those that hold numbers."""
FIGURES: Mapping[str, FormatEntry] = FORMATS.where(lambda form: form.is_figure)
"""Those that hold a figure."""


def forms_in_words() -> str:
    """The suffixes, for the help of what writes files."""
    data, figures = (_listed([word[1:] for word in forms]) for forms in (DATA, FIGURES))
    return f"its suffix picks {data}, and {figures} where there is a figure"


def _listed(words: list[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)

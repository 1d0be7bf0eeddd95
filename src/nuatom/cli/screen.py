"""What is shown: tables on a terminal, plain columns in a pipe; progress and errors on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

Side = Literal["left", "right"]
Cell = float | int | str | None
Progress = Callable[[int, int], None]
"""Called with the number of steps done and of all steps."""

_PADDING = 3  # of a column on a terminal, with the line between two


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: for a terminal; a line break puts the unit on a line of its own.
        name: for a pipe, one word.
        cells: the values; None where there is none.
        form: format of a number on a terminal; in a pipe it has twelve digits.
    """

    title: str
    name: str
    cells: Sequence[Cell]
    form: str = ".4e"

    def shown(self, index: int) -> str:
        """A cell on a terminal."""
        cell = self.cells[index]
        if cell is None:
            return "–"
        return cell if isinstance(cell, str) else "0" if cell == 0 else format(cell, self.form)

    @property
    def width(self) -> int:
        """Characters it takes on a terminal."""
        titles = self.title.split("\n")
        return max(len(text) for text in (*titles, *(self.shown(i) for i in range(len(self.cells)))))

    @property
    def is_text(self) -> bool:
        """Whether there are words in it."""
        return any(isinstance(cell, str) for cell in self.cells)


def show(about: Mapping[str, Cell], *tables: Sequence[Column], fold: bool = True) -> None:
    """Print what was computed and its tables, for people or for programs.

    On a terminal a table that is wider than it goes on below, beginning with its first column again.  In a
    pipe every table is one block of columns, all else begins with #, and two empty lines part the blocks.

    Args:
        about: what was computed, by name.
        tables: columns of equal length.
        fold: whether a table may go on below; otherwise its cells are wrapped.
    """
    try:
        if sys.stdout.isatty():
            _show_rich(about, tables, fold)
        else:
            _show_plain(about, tables)
        sys.stdout.flush()
    except BrokenPipeError:
        mute()


def _show_plain(about: Mapping[str, Cell], tables: Sequence[Sequence[Column]]) -> None:
    for name, value in about.items():
        print(f"# {name}: {value}")
    for number, columns in enumerate(tables):
        if number:
            print("\n")
        block = [[f"# {columns[0].name}", *(column.name for column in columns[1:])]]
        for i in range(len(columns[0].cells)):
            block.append([_plain(column.cells[i], last=column is columns[-1]) for column in columns])
        widths = [max(len(row[k]) for row in block) for k in range(len(columns))]
        for row in block:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _plain(cell: Cell, *, last: bool) -> str:
    """One word for a program to read; only the last column may be a sentence."""
    if cell is None or cell == "":
        return "-"
    if isinstance(cell, str):
        return cell if last else "_".join(cell.split())
    if not isinstance(cell, float):
        return repr(cell)
    from nuatom.quantities import as_written

    return repr(as_written(cell))


def _show_rich(about: Mapping[str, Cell], tables: Sequence[Sequence[Column]], fold: bool) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    summary = Table.grid(padding=(0, 2))
    for name, value in about.items():
        summary.add_row(Text(name.replace("_", " "), style="cyan"), Text(str(value)))
    if about:
        console.print(Padding(summary, (0, 0, 1, 0)))
    for columns in tables:
        for part in _folded(columns, console.width) if fold else [columns]:
            table = Table(header_style="bold")
            for column in part:
                side: Side = "left" if column.is_text else "right"
                table.add_column(Text(column.title, justify=side), justify=side, no_wrap=fold)
            for i in range(len(columns[0].cells)):
                table.add_row(*(Text(column.shown(i)) for column in part))
            console.print(table)


def _folded(columns: Sequence[Column], width: int) -> Iterator[Sequence[Column]]:
    """The columns in groups that fit the width, the first column in front of each."""
    first, *others = columns
    part: list[Column] = [first]
    used = first.width + _PADDING + 1
    for column in others:
        if used + column.width + _PADDING > width and len(part) > 1:
            yield part
            part, used = [first], first.width + _PADDING + 1
        part.append(column)
        used += column.width + _PADDING
    yield part


# --- stderr --------------------------------------------------------------------------------------


def error(message: str, *, name: str = "Error", style: str = "bold red") -> None:
    """One line on stderr."""
    from rich.text import Text

    line = " ".join(message.split())
    text = Text.assemble((f"{name}: ", style) if name else "", line)
    _stderr().print(text, soft_wrap=True)


def note(message: str) -> None:
    """One line on stderr for people: what was written, what was removed."""
    from rich.text import Text

    _stderr().print(Text(message, style="green"), soft_wrap=True)


def written(paths: Sequence[Path]) -> None:
    """Say which files were written."""
    if paths:
        note(f"wrote {', '.join(str(path) for path in dict.fromkeys(paths))}")


@contextmanager
def progress(task: str) -> Iterator[Progress | None]:
    """A bar on stderr while the block runs, and what moves it; None where stderr is no terminal.

    Args:
        task: what is being done, in a few words; a count that begins anew is of the next table, and said to be.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Bar(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=_stderr(), transient=True) as bar:
        only = bar.add_task(task, total=None)
        state = {"table": 1, "done": 0}

        def report(done: int, total: int) -> None:
            if done < state["done"]:
                state["table"] += 1
                bar.update(only, description=f"{task}, table {state['table']}")
            state["done"] = done
            bar.update(only, completed=done, total=total)

        yield report


@contextmanager
def told_progress(task: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """As `progress`, for what also tells what is going on: it is called with that as third argument."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Bar(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=_stderr(), transient=True) as bar:
        only = bar.add_task(task, total=None)
        yield lambda done, total, what: bar.update(only, completed=done, total=total, description=f"{task}: {what}")


def _stderr() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False)


# --- streams -------------------------------------------------------------------------------------


def prepare() -> None:
    """Let no character that a stream's encoding lacks be an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def mute() -> None:
    """Send stdout nowhere: who read it has gone, and the flush at the end must not complain."""
    with suppress(OSError, ValueError):  # a stream that is no file, such as one a test puts there
        descriptor = sys.stdout.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)

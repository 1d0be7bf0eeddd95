"""Text files with tables in them: where a table begins, what separates its cells, and what its columns are called."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nuatom.columns.dimensions import unit

_COMMENT = ("#", "%")
_BLANKS = " "
_ERROR = re.compile(r"\s*(?:±|\+/-|\+-)\s*[0-9.eE+-]+")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?")
_SQUARE = re.compile(r"(?P<name>[^\[\]]*?)\s*\[(?P<unit>[^\[\]]*)\]\s*(?P<rest>[^\[\]]*)")
_ROUND = re.compile(r"(?P<name>.*?)\s*\((?P<unit>.*)\)\s*")
_ENDING = re.compile(r"(?P<name>.*?)[_/ ](?P<unit>[kMG]?eV(?:_?ee|_?nr)?)")


@dataclass(frozen=True)
class Title:
    """What stands above a column.

    Attributes:
        text: as it is written.
        name: without the unit, in small letters.
        unit: None if there is none.
    """

    text: str
    name: str
    unit: str | None

    @staticmethod
    def of(text: str) -> Title:
        """The title of a cell: "energy [keV]", "Energy (keV)", "energy_keV", "E [KEV] LOW"."""
        plain = text.strip().strip("$").strip()
        if found := _SQUARE.fullmatch(plain):
            name = " ".join(part for part in (found["name"].strip(), found["rest"].strip()) if part)
            return Title(text, name.lower(), found["unit"])
        for pattern in (_ROUND, _ENDING):
            found = pattern.fullmatch(plain)
            if found and found["name"].strip() and _is_unit(found["unit"]):
                return Title(text, found["name"].strip().lower(), found["unit"])
        return Title(text, plain.lower(), None)

    def is_called(self, name: str) -> bool:
        """Whether this is the column of a name, with its unit or without."""
        return name.strip().lower() in (self.name, self.text.strip().lower())


@dataclass(frozen=True)
class TextTable:
    """One table of a file.

    Attributes:
        header: the number of the line with the names, or of the first row.
        titles: of the columns; none if they have no names.
        lines: the number of the line of each row.
        rows: the cells of each row, equally many.
    """

    header: int
    titles: tuple[Title, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(text: str, path: str) -> list[TextTable]:
    """The tables of a text: lines of numbers, below lines of words.

    Args:
        text: of the file.
        path: of the file, for messages.

    Raises:
        ValueError: for rows of different lengths.
    """
    lines = [(number, line.strip("\r\n")) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    found: list[TextTable] = []
    position = 0
    while position < len(lines):
        words: list[tuple[int, str]] = []
        comments: list[tuple[int, str]] = []
        while position < len(lines) and not _is_row(lines[position][1]):
            (comments if _is_comment(lines[position][1]) else words).append(lines[position])
            position += 1
        rows = []
        while position < len(lines) and (_is_comment(lines[position][1]) or _is_row(lines[position][1])):
            if not _is_comment(lines[position][1]):
                rows.append(lines[position])
            position += 1
        if position < len(lines) and not any(_is_row(line) for _, line in lines[position:]):
            # Words with no numbers below them are no other table, but a row that is wrong.
            rows += [one for one in lines[position:] if not _is_comment(one[1])]
            position = len(lines)
        if rows:
            found.append(_table(words, comments, rows, path))
    return found


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(_COMMENT)


def _is_row(line: str) -> bool:
    """Whether a line has a number in it, as a cell of its own."""
    return not _is_comment(line) and any(_is_number(cell) for cell in _split(_ERROR.sub("", line), _separator(line)))


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return cell.strip().lower() not in ("nan", "inf", "infinity")


def _is_unit(text: str) -> bool:
    try:
        unit(text)
    except ValueError:
        return False
    return True


def _separator(line: str) -> str:
    """What separates the cells of a line: the first of tab, semicolon and comma that is there, or blanks."""
    bare = re.sub(r"\"[^\"]*\"|\[[^\]]*\]", "", line)
    return next((mark for mark in ("\t", ";", ",") if mark in bare), _BLANKS)


def _split(line: str, separator: str) -> list[str]:
    if separator != _BLANKS:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]
    else:
        cells = _words(line)
    if separator in (";", "\t"):
        cells = [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]
    return cells


def _words(line: str) -> list[str]:
    """Cells between blanks; quotes and brackets keep theirs, and a bracket belongs to the word before it."""
    found: list[str] = []
    depth, quoted, glued = 0, False, False
    for mark in line.strip():
        if mark == '"':
            quoted = not quoted
            continue
        depth += (mark in "[(") - (mark in "])")
        if mark.isspace() and not depth and not quoted:
            glued = False
        elif mark in "[(" and depth == 1 and not glued and found:
            found[-1] += f" {mark}"
            glued = True
        elif glued:
            found[-1] += mark
        else:
            found.append(mark)
            glued = True
    return found


def _table(
    words: Sequence[tuple[int, str]], comments: Sequence[tuple[int, str]], lines: Sequence[tuple[int, str]], path: str
) -> TextTable:
    separator = _separator(lines[0][1])
    if separator == _BLANKS and words:
        # One column alone has no separator, and a blank in its name none either.
        others = _separator(words[-1][1])
        separator = others if others != _BLANKS else separator
    cells = [_split(_ERROR.sub("", line), separator) for _, line in lines]
    width = min(len(row) for row in cells)
    header, titles = lines[0][0], tuple[Title, ...]()
    if words:
        header = words[-1][0]
        titles = _titles([line for _, line in words], separator, width)
        if not titles:
            names = _split(words[-1][1], separator)
            if separator != _BLANKS:
                width = len(names)
    elif comments:
        titles = _titles([comments[-1][1].lstrip("".join(_COMMENT) + " \t")], separator, width)
        header = comments[-1][0] if titles else header
    width = len(titles) or width
    for (number, _), row in zip(lines, cells, strict=True):
        while len(row) > width and not row[-1]:  # a comma at the end of a line
            row.pop()
        if len(row) != width:
            raise ValueError(f"{path}, line {number}: expected {width} columns, got {len(row)}")
    return TextTable(header, titles, tuple(number for number, _ in lines), tuple(tuple(row) for row in cells))


def _titles(lines: Sequence[str], separator: str, width: int) -> tuple[Title, ...]:
    """The titles in the last of some lines, with the units of a line of their own; none if they do not fit."""

    def fitting(line: str) -> list[str]:
        for mark in dict.fromkeys((separator, _separator(line))):
            cells = _split(line, mark)
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if len(cells) == width or (mark == separator != _BLANKS):
                return cells
        return [line.strip()] if width == 1 else []

    names = fitting(lines[-1])
    own = [cell.strip("()[] ") for cell in names]
    if len(lines) > 1 and names and all(not cell or _is_unit(cell) for cell in own):
        above = fitting(lines[-2])
        if len(above) == len(names):
            titles = [Title.of(cell) for cell in above]
            return tuple(Title(t.text, t.name, cell or t.unit) for t, cell in zip(titles, own, strict=True))
    return tuple(Title.of(cell) for cell in names)

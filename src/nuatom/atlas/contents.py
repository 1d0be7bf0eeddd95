"""What is in an atlas, from the headers of its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nuatom.atlas.manifest import AtlasError, table_files
from nuatom.store import PHYSICS, SCHEMA, SHIPPED
from nuatom.store.table import DamagedError, decode_header


@dataclass(frozen=True)
class Row:
    """One file: name, element, kind, bytes, the version that wrote it, when, and whether this one reads it."""

    name: str
    symbol: str
    kind: str
    size: int
    version: str
    created: str
    current: bool


@dataclass(frozen=True)
class Contents:
    """The folder of an atlas and its files."""

    folder: Path
    rows: list[Row]


def contents(folder: Path | str) -> Contents:
    """The tables of a folder, or of the package if it is "shipped", by element and kind.

    Raises:
        AtlasError: if there is no such folder, or a file in it is damaged.
    """
    place = SHIPPED if str(folder) == "shipped" else Path(folder).expanduser().absolute()
    if not place.is_dir():
        raise AtlasError(f"there is no folder {place}")
    rows = []
    for path in table_files(place):
        sealed = path.read_bytes()
        try:
            header = decode_header(sealed)
        except DamagedError as damage:
            raise AtlasError(f"{path} is damaged: {damage}") from damage
        symbol = str(json.loads(header["parameters"] or "{}").get("symbol", "-"))
        current = (header["schema"], header["physics"]) == (SCHEMA, PHYSICS)
        made = str(header["nuatom_version"]), str(header["created"])
        rows.append(Row(path.name, symbol, header["kind"], len(sealed), *made, current))
    return Contents(place, sorted(rows, key=lambda row: (row.symbol, row.kind, row.name)))

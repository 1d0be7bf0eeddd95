"""The list of the files of an atlas: names, sizes, SHA-256, and what each is of."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuatom import __version__
from nuatom.files import write_file
from nuatom.store import PHYSICS, SCHEMA
from nuatom.store.table import DamagedError, decode_header

MANIFEST = "manifest.json"
TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*-[0-9a-f]{16}\.nc")
"""The only names of files that an atlas has."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AtlasError(RuntimeError):
    """An atlas cannot be built, read or fetched; the message says what to do."""


@dataclass(frozen=True)
class Listed:
    """One file of an atlas as its manifest has it.

    Attributes:
        sha256: of all its bytes.
        size: in bytes.
        kind: of the table.
        symbol: of the element.
    """

    sha256: str
    size: int
    kind: str
    symbol: str


def write_manifest(folder: Path) -> dict[str, Listed]:
    """List the whole tables of a folder in its manifest; damaged ones are left out."""
    found = {}
    for path in table_files(folder):
        sealed = path.read_bytes()
        try:
            header = decode_header(sealed)
        except DamagedError:
            continue
        symbol = str(json.loads(header["parameters"] or "{}").get("symbol", ""))
        found[path.name] = Listed(hashlib.sha256(sealed).hexdigest(), len(sealed), header["kind"], symbol)
    content: dict[str, Any] = {
        "nuatom_version": __version__,
        "schema": SCHEMA,
        "physics": PHYSICS,
        "files": {name: vars(one) for name, one in found.items()},
    }
    write_file(folder / MANIFEST, (json.dumps(content, indent=1) + "\n").encode())
    return found


def table_files(folder: Path) -> list[Path]:
    """The files of a folder that have names of tables."""
    return sorted(path for path in folder.iterdir() if TABLE_NAME.fullmatch(path.name))


def read_manifest(text: str, where: str) -> dict[str, Listed]:
    """The files in the text of a manifest, which may come from anywhere.

    Raises:
        AtlasError: if it is no manifest, or has a name that is not that of a table: no path, and nothing else.
    """
    try:
        files = json.loads(text)["files"]
        found = {str(name): Listed(**one) for name, one in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AtlasError(f"{where} is no manifest of an atlas: {error!r}") from error
    for name, one in found.items():
        if not TABLE_NAME.fullmatch(name):
            raise AtlasError(f"{where} has the name {name!r}, which is not that of a table: nothing was fetched")
        if not (isinstance(one.sha256, str) and _SHA256.fullmatch(one.sha256)):
            raise AtlasError(f"{where} has no SHA-256 of {name}, but {one.sha256!r}: nothing was fetched")
    return found

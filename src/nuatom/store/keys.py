"""What a stored table is known by: what it is and what it was computed from, not the text of the program.

    key = SHA-256 of the canonical JSON of (kind, parameters, SCHEMA, PHYSICS)

A table outlives releases: two versions of the package that compute the same numbers share it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA = 2
"""Version of what is in a file and how; part of every key.

Raised when the layout of files changes, or the variables of any kind of table: one that is new, gone, renamed, or has
other dimensions, units or packing.  tests/unit/test_physics.py holds the list.
"""

PHYSICS = 1
"""Version of the numbers in tables; part of every key.

Raised by hand when numbers change by more than a table's own error: other physics, a mended fault, another
configuration of an element, another constant of nature.  Not for what is quicker or the same within the errors, and
not for what a key has as a parameter.  tests/unit/test_physics.py computes some again and fails when they have moved
and this has not.
"""

_KIND = re.compile(r"[a-z][a-z0-9_]*")
# What numbers come from: the code, and of the data what an atom is made of.
_SOURCES = (
    "units.py",
    "elements.py",
    "functions.py",
    "data/edges.csv",
    "data/elements.csv",
    "store/table.py",
    "store/packing.py",
    "atom/*.py",
    "response/**/*.py",
)


def key(kind: str, parameters: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of kind, parameters, `SCHEMA` and `PHYSICS`, in hexadecimal.

    The order of a mapping does not matter; every value does, to the last bit of a float, and so does its
    type: 1, 1.0 and True are three values.  A tuple is the same as a list.

    Args:
        kind: what the table is: small letters, digits and underscores.
        parameters: everything the numbers depend on besides what `PHYSICS` stands for; str, int, finite float, bool,
            None, and lists and mappings of these.

    Raises:
        ValueError: for a nan, an infinity, or anything else that is not JSON.
    """
    check_kind(kind)
    everything = json.dumps([kind, canonical(parameters), SCHEMA, PHYSICS])
    return hashlib.sha256(everything.encode()).hexdigest()


@functools.cache
def fingerprint() -> str:
    """SHA-256 of the source of the package files that determine numbers, at the first call.

    It keys machine code, which is made from source, and is written into tables to say where they come from.
    """
    return fingerprint_of(Path(__file__).parents[1])


def fingerprint_of(root: Path) -> str:
    """The fingerprint of a package in a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _SOURCES for path in root.glob(pattern)):
        text = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()


def check_kind(kind: str) -> None:
    """Raise ValueError if it cannot be part of a file's name."""
    if not _KIND.fullmatch(kind):
        raise ValueError(f"expected a kind of small letters, digits and underscores, got {kind!r}")


def canonical(parameters: Any) -> str:
    """Parameters as text: the same for the same values."""
    _check_json(parameters, "parameters")
    # json writes a float with repr, which is the shortest text that gives the same float back.
    return json.dumps(parameters, sort_keys=True, separators=(",", ":"), allow_nan=False, default=dict)


def _check_json(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if not isinstance(name, str):  # json would make "1" of 1, and two keys one
                raise ValueError(f"{where}: expected names of type str, got {name!r}")
            _check_json(item, f"{where}[{name!r}]")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _check_json(item, f"{where}[{index}]")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where}: expected a finite number, got {value}; use None or a string instead")
    elif value is not None and not isinstance(value, (str, int)):
        raise ValueError(
            f"{where}: expected str, int, float, bool, None, list or mapping, got {type(value).__name__};"
            " convert it first, e.g. with .tolist()"
        )

"""Reads the small tables of the package that sources are made of."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from nuatom.source.model import Array

_DATA = Path(__file__).parents[1] / "data"


@cache
def rows(name: str) -> tuple[MappingProxyType[str, str], ...]:
    """The rows of a table of `nuatom/data`, by column."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return tuple(MappingProxyType(row) for row in csv.DictReader(lines))


def column(name: str, key: str) -> Array:
    """One column of numbers."""
    return np.array([float(row[key]) for row in rows(name)])

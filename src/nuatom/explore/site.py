"""The explorer as a folder of files: the page, its index, the sources, and one file for each element."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom import __version__
from nuatom.elements import element
from nuatom.explore import tables
from nuatom.explore.atoms import atom_file
from nuatom.explore.kept import kept
from nuatom.explore.packing import pack
from nuatom.explore.sources import exported_sources
from nuatom.files import write_file
from nuatom.neutrino.electromagnetic import NEUTRINO_MASS, RADIUS_TO_VECTOR
from nuatom.neutrino.weak import CORRECTED
from nuatom.response.model import ResponseModel
from nuatom.targets import compounds, target
from nuatom.units import ELECTRON_MASS, FERMI_CONSTANT, FINE_STRUCTURE, HBARC2, barn, cm2, day, keV, kg, s

PAGE = "page"
"""The folder of the package with the page's own files."""


@dataclass(frozen=True)
class Shown:
    """An element of the page.

    Attributes:
        symbol: of it.
        model: its response.
        words: what that is, for people ("name"), for Python ("python") and for the command line ("cli").
    """

    symbol: str
    model: ResponseModel
    words: Mapping[str, str]


def write_site(
    folder: Path | str,
    shown: list[Shown],
    progress: Callable[[str], None] | None = None,
    before: Path | None = None,
) -> list[Path]:
    """Write the explorer with some elements into a folder, which is made, and return what was written.

    Args:
        folder: where to; files of the same names are replaced, and others stay.
        shown: one or more elements.
        progress: called with the name of each file before it is made.
        before: a folder in which files of elements are kept, for the next time; without it nothing is.

    Raises:
        ValueError: for no element at all, one twice, or a model that cannot be shown.
        OSError: for a folder that cannot be written.
    """
    symbols = [element(one.symbol).symbol for one in shown]
    if not symbols or len(set(symbols)) < len(symbols):
        raise ValueError(f"the explorer needs elements, each once, got {', '.join(symbols) or 'none'}")
    root = Path(folder)
    listed, written = [], []

    def write(name: str, data: bytes) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data)
        written.append(path)

    for one in shown:
        if progress is not None:
            progress(f"{one.symbol}, {one.words['name']}")
        make = partial(atom_file, one.symbol, one.model, dict(one.words))
        data = make() if before is None else kept(before, one.symbol, one.model, one.words, make)
        known = element(one.symbol)
        write(f"data/{known.symbol}.bin", data)
        listed.append(
            {
                "symbol": known.symbol,
                "name": known.name,
                "Z": known.Z,
                "per_kg": target(known.symbol).units_per_mass * kg,
                "size": len(data),
            }
        )
    write("data/sources.bin", _sources())
    write("data/index.json", json.dumps(_index(listed), ensure_ascii=False, indent=1).encode())
    for path, data in page_files().items():
        write(path, data)
    return written


def page_files() -> dict[str, bytes]:
    """The page's own files by their path, as they are in the package."""
    found = {}
    waiting = [("", files("nuatom.explore") / PAGE)]
    while waiting:
        path, place = waiting.pop()
        for entry in sorted(place.iterdir(), key=lambda one: one.name):
            if entry.is_dir():
                waiting.append((f"{path}{entry.name}/", entry))
            else:
                found[f"{path}{entry.name}"] = entry.read_bytes()
    return found


def _index(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page must know before it has any element: constants, elements, and compounds that they make."""
    there = {one["symbol"] for one in listed}
    known = sorted({c.formula for c in compounds().values()})
    return {
        "version": __version__,
        "nodes": tables.NODES,
        "reach": tables.REACH,
        "largest_transfer": tables.LARGEST_TRANSFER,
        "constants": {
            "electron_mass": ELECTRON_MASS,
            "fine_structure": FINE_STRUCTURE,
            "fermi": FERMI_CONSTANT,
            "hbarc2": HBARC2,
            "neutrino_mass": NEUTRINO_MASS,
            "radius_to_vector": RADIUS_TO_VECTOR,
            "weak": {flavour.name.lower(): list(pair) for flavour, pair in CORRECTED.items()},
            "keV": keV,
            "cm2": cm2,
            "barn": barn,
            "per_day_keV": 1 / (day * keV),
            "per_cm2_s": 1 / (cm2 * s),
        },
        "elements": sorted(listed, key=lambda one: one["Z"]),
        "compounds": [formula for formula in known if set(target(formula).atoms) <= there],
    }


def _sources() -> bytes:
    header: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    for word, source in exported_sources().items():
        header[word] = {
            "name": source.name,
            "antineutrino": source.antineutrino,
            "lines": source.lines,
            "flavours": list(source.tails),
        }
        arrays[f"{word}_energy"] = np.asarray(source.energy)
        for flavour, tails in source.tails.items():
            arrays[f"{word}_{flavour}"] = np.asarray(tails)
    return pack({"sources": header}, arrays)

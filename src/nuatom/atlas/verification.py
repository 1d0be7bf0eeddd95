"""Whether an atlas is what it says: seals, the manifest, and numbers computed again."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuatom.atlas.manifest import MANIFEST, AtlasError, read_manifest, table_files
from nuatom.atlas.task import RESPONSES
from nuatom.functions import ALL, MIXED
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import ResponseTable, node
from nuatom.response.screened import Screened
from nuatom.response.table_file import from_table, table_parameters
from nuatom.store import PHYSICS, SCHEMA, collected, key
from nuatom.store.table import DamagedError, decode

ALLOWED = 5e-4
"""By what a logarithm may differ, a tenth of the tolerance of a table: it is rounded to 6e-5, and other processors
round otherwise."""
DEPTH = 12.0
"""Numbers are compared down to e^−12 of the largest of a shell and function: what is less is of no consequence."""


@dataclass(frozen=True)
class Finding:
    """What was found of one file.

    Attributes:
        name: of the file.
        fault: what is wrong with it; empty if nothing.
        nodes: photoelectron energies that were computed again.
        worst: the largest difference of a logarithm there.
    """

    name: str
    fault: str = ""
    nodes: int = 0
    worst: float = 0.0


def verify(
    folder: Path | str,
    nodes: int = 1,
    seed: int = 1,
    report: Callable[[int, int, str], None] | None = None,
) -> list[Finding]:
    """Check every file of an atlas, and compute nodes of its response tables again, from the field of the atom on.

    Args:
        folder: the atlas.
        nodes: photoelectron energies of each response table to be computed again, chosen at random; 0 for seals only.
        seed: of the choice.
        report: called with (files done, files, what is going on).

    Raises:
        AtlasError: if there is no table, or no folder.
    """
    folder = Path(folder).expanduser().absolute()
    if not folder.is_dir():
        raise AtlasError(f"there is no folder {folder}")
    manifest, listed = folder / MANIFEST, None
    if manifest.exists():
        listed = read_manifest(manifest.read_text(encoding="utf-8"), str(manifest))
    paths = table_files(folder)
    if not paths:
        raise AtlasError(f"there is no table in {folder}")
    found = []
    for number, path in enumerate(paths):
        if report is not None:
            report(number, len(paths), path.name)
        one = None if listed is None else listed.get(path.name)
        found.append(_found(path, listed is not None, one.sha256 if one else None, nodes, seed))
    missing = set(listed or ()) - {path.name for path in paths}
    return [*found, *(Finding(name, "it is in the manifest and not there") for name in sorted(missing))]


def _found(path: Path, has_manifest: bool, sha256: str | None, nodes: int, seed: int) -> Finding:
    sealed = path.read_bytes()
    try:
        table, header = decode(sealed)
    except DamagedError as damage:
        return Finding(path.name, str(damage))
    if path.name != f"{header['kind']}-{header['key'][:16]}.nc":
        return Finding(path.name, f"it holds {header['kind']} {header['key'][:16]}")
    if (header["schema"], header["physics"]) != (SCHEMA, PHYSICS):
        return Finding(path.name, f"it is of schema {header['schema']} and physics {header['physics']}")
    if has_manifest and sha256 is None:
        return Finding(path.name, "it is not in the manifest")
    if has_manifest and hashlib.sha256(sealed).hexdigest() != sha256:
        return Finding(path.name, "its bytes are not those of the manifest")
    if header["kind"] != "response" or not nodes:
        return Finding(path.name)
    waves = _waves(header)
    if waves is None:
        return Finding(path.name)
    response = from_table(table)
    chosen = np.random.default_rng(seed).permutation(response.energies.size)[:nodes]
    worst = max(deviation(waves, response, int(index)) for index in chosen)
    fault = f"a logarithm differs by {worst:.2g} from what it is computed to be" if worst > ALLOWED else ""
    return Finding(path.name, fault, len(chosen), worst)


def _waves(header: dict[str, object]) -> PartialWaves | None:
    """The partial waves of the model a response table is of, with its field solved anew; None for a user's own."""
    import json

    symbol = str(json.loads(str(header["parameters"]) or "{}").get("symbol", ""))
    for make in RESPONSES.values():
        model = make(symbol)
        base = model.independent if isinstance(model, Screened) else model
        if key("response", table_parameters(base.atom, base.tolerance, ALL)) == header["key"]:
            with tempfile.TemporaryDirectory() as empty, collected(Path(empty), alone=True):
                return PartialWaves(base.atom.solution, base.atom.calculated_shells)
    return None


def deviation(waves: PartialWaves, table: ResponseTable, index: int) -> float:
    """The largest difference of a logarithm, or of a ratio, between a table and its node computed again."""
    again, known = node(waves, table, index), table.values[:, :, index]
    worst = 0.0
    for f, function in enumerate(table.functions):
        bounds = [table.functions.index(one) for one in MIXED.get(function, (function,))]
        size = np.mean(known[bounds], axis=0)
        counts = size > np.nanmax(np.where(np.isfinite(size), size, -np.inf), axis=1, keepdims=True) - DEPTH
        if np.any(counts & ~np.isfinite(again[f])):
            return float("inf")
        worst = max(worst, float(np.max(np.abs(again[f] - known[f])[counts], initial=0.0)))
    return worst

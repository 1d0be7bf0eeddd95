"""Parquet: one row for every event, particles in columns of lists, metadata in that of the schema.

Energies and momenta are in keV.  pandas, polars, awkward and pyarrow read it; to ROOT it goes through awkward and
uproot.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from nuatom.events.events import Events
from nuatom.units import keV

LIBRARY = "pyarrow"


def write(path: Path, first: Events, chunks: Iterable[Events]) -> int:
    """Write chunks to a path; returns the number of events."""
    import pyarrow.parquet as parquet

    schema = _table(first, 0).schema.with_metadata({name: str(value) for name, value in first.metadata.items()})
    count = 0
    with parquet.ParquetWriter(path, schema) as file:
        for chunk in chunks:
            file.write_table(_table(chunk, count).replace_schema_metadata(schema.metadata))
            count += len(chunk)
    return count


def _table(chunk: Events, start: int) -> Any:
    import pyarrow as pa

    parts = chunk.particles
    offsets = np.searchsorted(parts.event, np.arange(len(chunk) + 1)).astype(np.int32)

    def lists(values: Any) -> Any:
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.ascontiguousarray(values)))

    def names(index: Any, known: tuple[str, ...]) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(list(known)))

    columns: dict[str, Any] = {
        "event": np.arange(start, start + len(chunk), dtype=np.int64),
        "weight": chunk.weight,
        "component": names(chunk.component, chunk.components),
        "neutrino": chunk.neutrino,
        "neutrino_energy": chunk.neutrino_energy / keV,
        "transfer": chunk.transfer / keV,
        "momentum": chunk.momentum / keV,
        "shell": names(chunk.shell, chunk.shells),
        "line": chunk.line,
        "charge": chunk.charge,
        "remaining": chunk.remaining / keV,
    }
    for name, vectors in (("incoming", chunk.incoming), ("outgoing", chunk.outgoing), ("recoil", chunk.recoil / keV)):
        for axis, values in zip("xyz", vectors.T, strict=True):
            columns[f"{name}_{axis}"] = np.ascontiguousarray(values)
    columns["particle_code"] = lists(parts.code)
    columns["particle_origin"] = lists(parts.origin)
    columns["particle_energy"] = lists(parts.energy / keV)
    for axis, values in zip("xyz", parts.direction.T, strict=True):
        columns[f"particle_{axis}"] = lists(values)
    return pa.table(columns)

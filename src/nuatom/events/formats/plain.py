"""A plain table: lines of metadata that begin with #, a line of names, and one line for every event.

Energies and momenta are in keV.  The last column has the particles, separated by blanks, each as
code:origin:energy:x:y:z with the PDG code, the origin (0 hit, 1 Auger, 2 fluorescence, 3 recoil) and the direction.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from nuatom.events.events import Events
from nuatom.units import keV

COLUMNS = (
    "event", "weight", "neutrino", "component", "neutrino_energy", "transfer", "momentum", "shell", "line",
    "incoming_x", "incoming_y", "incoming_z", "outgoing_x", "outgoing_y", "outgoing_z", "charge", "remaining",
    "recoil_x", "recoil_y", "recoil_z", "particles",
)  # fmt: skip


def write(path: Path, first: Events, chunks: Iterable[Events]) -> int:
    """Write chunks to a path; returns the number of events."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for name, value in first.metadata.items():
            file.write(f"# {name}: {value}\n")
        file.write(",".join(COLUMNS) + "\n")
        for chunk in chunks:
            file.writelines(_lines(chunk, count))
            count += len(chunk)
    return count


def _lines(chunk: Events, start: int) -> list[str]:
    parts = chunk.particles
    each = [
        f"{code}:{origin}:{energy!r}:{x:.9g}:{y:.9g}:{z:.9g}"
        for code, origin, energy, (x, y, z) in zip(
            parts.code.tolist(), parts.origin.tolist(), (parts.energy / keV).tolist(), parts.direction.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    offsets = np.searchsorted(parts.event, np.arange(len(chunk) + 1)).tolist()
    numbers = np.column_stack([chunk.neutrino_energy / keV, chunk.transfer / keV, chunk.momentum / keV]).tolist()
    vectors = np.column_stack([chunk.incoming, chunk.outgoing]).tolist()
    recoil = (chunk.recoil / keV).tolist()
    out = []
    for i in range(len(chunk)):
        E, T, Q = numbers[i]
        cells = [
            str(start + i), repr(float(chunk.weight[i])), str(int(chunk.neutrino[i])),
            chunk.components[chunk.component[i]], repr(E), repr(T), repr(Q), chunk.shells[chunk.shell[i]],
            str(int(chunk.line[i])), *(f"{x:.9g}" for x in vectors[i]), str(int(chunk.charge[i])),
            repr(float(chunk.remaining[i] / keV)), *(f"{x:.9g}" for x in recoil[i]),
            " ".join(each[offsets[i] : offsets[i + 1]]),
        ]  # fmt: skip
        out.append(",".join(cells) + "\n")
    return out

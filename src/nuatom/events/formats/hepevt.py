"""HEPEVT as text in the layout of HepMC3: E number particles, then for each particle a line of its HEPEVT columns

    status  code  mothers (2)  daughters (2)  px  py  pz  E  m      [GeV]

and a line of its vertex, the origin.  Lines of metadata at the head begin with #, and readers pass over them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nuatom.events.events import Events
from nuatom.events.formats.record import Collision, collisions
from nuatom.units import GeV

_VERTEX = " 0.0 0.0 0.0 0.0\n"


def write(path: Path, first: Events, chunks: Iterable[Events]) -> int:
    """Write chunks to a path; returns the number of events."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for name, value in first.metadata.items():
            file.write(f"# {name}: {value}\n")
        for chunk in chunks:
            file.writelines(_text(collision) for collision in collisions(chunk, count))
            count += len(chunk)
    return count


def _text(collision: Collision) -> str:
    bodies = [*collision.before, *collision.after]
    lines = [f"E {collision.number} {len(bodies)}\n"]
    last = len(bodies)
    for n, body in enumerate(bodies):
        first = n < 2
        status, mothers, daughters = (4, "0 0", f"3 {last}") if first else (1, "1 2", "0 0")
        numbers = " ".join(f"{x / GeV:.15e}" for x in (*body.momentum, body.mass))
        lines.append(f"{status} {body.code} {mothers} {daughters} {numbers}\n{_VERTEX}")
    return "".join(lines)

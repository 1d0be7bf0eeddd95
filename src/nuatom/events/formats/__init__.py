"""Files of events, by the end of the name: .parquet, .hepmc3, .hepevt and .csv.

Events are written chunk by chunk, so that a file may be larger than memory.  What all formats need of an event as a
collision, its four-vectors, is in `record`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import ModuleType

from nuatom.events.events import Events

FORMATS = {
    ".parquet": ("nuatom.events.formats.parquet", "Parquet: one row an event, its particles in lists"),
    ".hepmc3": ("nuatom.events.formats.hepmc", "HepMC3 by the conventions of NuHepMC"),
    ".hepevt": ("nuatom.events.formats.hepevt", "HEPEVT as text, as HepMC3 reads it"),
    ".csv": ("nuatom.events.formats.plain", "a plain table, one line an event"),
}
"""Ends of names, the module that writes such a file, and what it is."""


def write_events(path: str | Path, events: Events | Iterable[Events]) -> int:
    """Write events to a file and return how many they were.

    Args:
        path: ends in .parquet, .hepmc3, .hepevt or .csv; a file that is there is replaced.
        events: all of them, or chunks of one run, such as `EventGenerator.chunks` gives.

    Raises:
        ValueError: for another end, or no events at all.
        ModuleNotFoundError: if the library of the format is not installed.
    """
    target = Path(path)
    writer = _writer(target)
    chunks = iter((events,) if isinstance(events, Events) else events)
    first = next(chunks, None)
    if first is None:
        raise ValueError(f"no events were given for {target}")
    partial = target.with_name(f".{target.name}.part")
    try:
        count = int(writer.write(partial, first, chain((first,), chunks)))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return count


def check_path(path: str | Path) -> None:
    """Raise what `write_events` would raise for a path, before any event is made."""
    _writer(Path(path))


def _writer(path: Path) -> ModuleType:
    if path.suffix not in FORMATS:
        known = ", ".join(f"{end} ({what})" for end, (_, what) in FORMATS.items())
        raise ValueError(f"events are written to files that end in {known}, not to {path.name!r}")
    module = import_module(FORMATS[path.suffix][0])
    library = getattr(module, "LIBRARY", None)
    if library is not None:
        try:
            import_module(library)
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                f"{path.suffix} files need {library}: pip install 'nuatom[events]'", name=library
            ) from error
    return module


__all__ = ["FORMATS", "check_path", "write_events"]

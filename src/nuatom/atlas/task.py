"""The work for one element: all tables of its response, in a folder that several may be filling."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nuatom.atom.field import Atom
from nuatom.functions import ALL
from nuatom.recommendation import recommended_atom
from nuatom.response.central_field import CentralField
from nuatom.response.screened import Screened
from nuatom.store import collected

RESPONSES: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "recommended": lambda symbol: recommended_atom(Atom(symbol)),
        "screened": lambda symbol: Screened(Atom(symbol)),
        "central-field": lambda symbol: CentralField(Atom(symbol)),
    }
)
"""The models whose tables can be built, by the words of the command line."""


@dataclass(frozen=True)
class TaskOutcome:
    """What became of one element.

    Attributes:
        symbol: of the element.
        state: "built", "there" if nothing was missing, "busy" if another builder has it, or "failed".
        files: names of the files that were written.
        processor: processor time [s].
        seconds: time that passed [s].
        peak: the most memory the process had so far [MB].
        message: why it failed.
    """

    symbol: str
    state: str
    files: tuple[str, ...] = ()
    processor: float = 0.0
    seconds: float = 0.0
    peak: float = 0.0
    message: str = ""


def build_element(symbol: str, into: str, response: str = "recommended", wait: bool = True) -> TaskOutcome:
    """Make sure that all tables of an element's response are in a folder, computing in one thread what is not.

    What the atlas of this process has is copied.  An element is held by a lock, which the system opens if the process
    dies, so that no other builder works on it.

    Args:
        symbol: of the element.
        into: the folder.
        response: one of `RESPONSES`.
        wait: for another builder that has the element; otherwise it is "busy".
    """
    from filelock import FileLock, Timeout

    start, used = time.perf_counter(), time.process_time()

    def outcome(state: str, files: tuple[str, ...] = (), message: str = "") -> TaskOutcome:
        spent = time.process_time() - used, time.perf_counter() - start
        return TaskOutcome(symbol, state, files, *spent, _peak(), message)

    folder = Path(into)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(folder / f".atlas-{symbol}.lock", timeout=-1 if wait else 0),
            collected(folder) as files,
            _one_thread(),
        ):
            RESPONSES[response](symbol).build(ALL)
    except Timeout:
        return outcome("busy")
    except Exception as error:  # of one element; the others go on
        return outcome("failed", message=f"{type(error).__name__}: {error}")
    return outcome("built" if files else "there", tuple(path.name for path in files))


@contextmanager
def _one_thread() -> Iterator[None]:
    before = os.environ.get("NUATOM_THREADS")
    os.environ["NUATOM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["NUATOM_THREADS"]
        else:
            os.environ["NUATOM_THREADS"] = before


def _peak() -> float:
    try:
        import resource
    except ImportError:  # not on Windows
        return 0.0
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1e6 if sys.platform == "darwin" else 1e3)

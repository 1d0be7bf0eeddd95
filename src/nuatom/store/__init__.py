"""Tables on disk: computed once, kept under a key of everything they depend on, checked when read.

A response table or an atom takes seconds to minutes to compute and milliseconds to read.  The store
knows no physics: it keeps a `Table` under a key, which is the hash of what the table is and of everything it was
computed from, see `nuatom.store.keys`.

Files are netCDF-4, see `nuatom.store.table`; anything but a whole, unchanged file is noticed and built again.
"""

from __future__ import annotations

import json
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nuatom import __version__
from nuatom.files import probe, write_file
from nuatom.store import keys
from nuatom.store.keys import PHYSICS, SCHEMA, fingerprint, key
from nuatom.store.packing import Bits, Multiples, Packing, rounded_to_share
from nuatom.store.table import DamagedError, Table, Variable, decode, decode_header, encode

_DAY = 86400.0
_KEY = re.compile(r"[0-9a-f]{64}")
_STEM = r"[a-z][a-z0-9_]*-[0-9a-f]{16}"
_TABLE_FILE = re.compile(rf"{_STEM}\.nc")
_ASIDE_FILE = re.compile(rf"{_STEM}\.damaged")
_TEMPORARY_FILE = re.compile(rf"\.({_STEM}(\.nc)?|probe)\.[0-9a-f]+\.tmp")
_LOCK_FILE = re.compile(rf"\.{_STEM}\.lock")
SHIPPED = Path(__file__).parents[1] / "atlas_tables"
"""Tables that come with the package."""
_REMEDY = "set the environment variable NUATOM_CACHE to a folder you can write"
_warned: set[str] = set()
_collecting: _Collection | None = None

__all__ = [
    "PHYSICS",
    "SCHEMA",
    "SHIPPED",
    "Bits",
    "Entry",
    "Multiples",
    "Packing",
    "Store",
    "StoreError",
    "StoreWarning",
    "Table",
    "Variable",
    "collected",
    "fingerprint",
    "key",
    "rounded_to_share",
]


class StoreError(OSError):
    """The folder of the store cannot be used; the message names it and says what to do."""


class StoreWarning(UserWarning):
    """A table could not be kept or a file was damaged; the numbers returned are good all the same."""


@dataclass(frozen=True)
class Entry:
    """What is known of one stored table without its numbers.

    Attributes:
        path: the file.
        kind: what the table is, e.g. "response".
        key: the full key, 64 hexadecimal digits.
        size: of the file, in bytes.
        created: when it was written, UTC.
        parameters: the parameters of its key, or None if it was saved without them.
        current: whether this version of the package can read it under its key: its numbers and its layout are those
            of `PHYSICS` and `SCHEMA`.
        own: whether it is in the folder of the store, and not in one of the atlas.
    """

    path: Path
    kind: str
    key: str
    size: int
    created: datetime
    parameters: Mapping[str, Any] | None
    current: bool
    own: bool = True


@dataclass(frozen=True)
class _Collection:
    """A folder that tables are collected in, and the files that were put there."""

    folder: Path
    alone: bool
    files: list[Path] = field(default_factory=list)


@contextmanager
def collected(folder: Path, alone: bool = False) -> Iterator[list[Path]]:
    """Make this the folder of every `Store` of this process that names none; what the atlas has is copied there.

    Args:
        folder: where all tables are to be that are asked for in the block.
        alone: do not look into the atlas: what is not in the folder is computed.

    Yields:
        the files that were put there, as they come.
    """
    global _collecting
    before = _collecting
    _collecting = _Collection(Path(folder).expanduser().absolute(), alone)
    try:
        yield _collecting.files
    finally:
        _collecting = before


# --- Files ---------------------------------------------------------------------------------------


def _decode(sealed: bytes, kind: str, key: str) -> Table:
    """The table in a file, or `DamagedError` if it is not whole or not the one of this kind and key."""
    table, header = decode(sealed)
    if (header["kind"], header["key"]) != (kind, key):
        raise DamagedError(f"it holds {header['kind']} {header['key']}, not {kind} {key}")
    return table


def _entry(path: Path, own: bool) -> Entry:
    sealed = path.read_bytes()
    header = decode_header(sealed)
    return Entry(
        path=path,
        kind=header["kind"],
        key=header["key"],
        size=len(sealed),
        created=datetime.fromisoformat(header["created"]),
        parameters=json.loads(header["parameters"]),
        current=(header["schema"], header.get("physics")) == (keys.SCHEMA, keys.PHYSICS),
        own=own,
    )


def _warn(message: str, once: bool = False) -> None:
    if once and message in _warned:
        return
    if once:
        _warned.add(message)
    warnings.warn(message, StoreWarning, stacklevel=3)


def _default_folder() -> tuple[Path, bool]:
    """The folder, and whether the user named it."""
    named = os.environ.get("NUATOM_CACHE")
    if named is None:
        from platformdirs import user_cache_path

        return user_cache_path("nuatom", appauthor=False), False
    if not named.strip():
        raise StoreError(f"NUATOM_CACHE is set but empty; unset it or {_REMEDY}")
    return Path(named), True


def _atlas() -> tuple[Path, ...]:
    """The folders that are read before anything is computed: those that NUATOM_ATLAS names, and that of the package."""
    named = [
        Path(part).expanduser().absolute() for part in os.environ.get("NUATOM_ATLAS", "").split(os.pathsep) if part
    ]
    for folder in named:
        if not folder.is_dir():
            raise StoreError(f"NUATOM_ATLAS names {folder}, which is no folder; correct it or unset it")
    return (*named, *([SHIPPED] if SHIPPED.is_dir() else []))


class Store:
    """A folder of tables, one file ``{kind}-{key[:16]}.nc`` each.

    Any number of processes may share a folder: files appear whole or not at all, and a table that several
    want at once is built by one of them.  Reading needs no permission to write.  A table that is not there is looked
    for in the folders of the atlas, which are only read: those that NUATOM_ATLAS names, separated like those of PATH,
    in their order, and then the one that comes with the package.

    Args:
        folder: where the tables are; by default the environment variable NUATOM_CACHE, else the user's
            cache folder of the platform.

    Raises:
        StoreError: if NUATOM_CACHE is empty, NUATOM_ATLAS names what is no folder, or a folder that was named cannot be
            made.  The platform's
            folder was chosen by nobody: if that one fails, `fetch` warns and still returns its table.
    """

    key = staticmethod(key)

    def __init__(self, folder: Path | str | None = None) -> None:
        collection = _collecting if folder is None else None
        if collection is not None:
            folder = collection.folder
        path, self._named = _default_folder() if folder is None else (Path(folder), True)
        try:
            self.folder = path.expanduser().absolute()
            if self._named:
                self.folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError) as error:  # RuntimeError: ~somebody who is not there
            raise _unusable(path, error) from error
        alone = collection is not None and collection.alone
        self.atlas = () if alone else tuple(folder for folder in _atlas() if folder != self.folder)

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"

    def path(self, kind: str, key: str) -> Path:
        """The file of a table, whether it exists or not.

        Raises:
            ValueError: if kind or key is not of the form that `key` takes and gives.
        """
        keys.check_kind(kind)
        if not _KEY.fullmatch(key):
            raise ValueError(f"expected a key of 64 hexadecimal digits as given by store.key, got {key!r}")
        return self.folder / f"{kind}-{key[:16]}.nc"

    def load(self, kind: str, key: str) -> Table | None:
        """The table stored under a key, in the folder or in the atlas, or None.

        A damaged file is reported in a `StoreWarning`, renamed to end in ``.damaged`` unless it is in the atlas, and
        counts as none.
        """
        table = self._load_own(kind, key)
        return self._load_atlas(kind, key) if table is None else table

    def _load_atlas(self, kind: str, key: str) -> Table | None:
        for folder in self.atlas:
            path = folder / self.path(kind, key).name
            try:
                sealed = path.read_bytes()
                table = _decode(sealed, kind, key)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, DamagedError) as error:
                reason = _reason(error) if isinstance(error, OSError) else str(error)
                _warn(f"the table {path} of the atlas is not used: {reason}", once=True)
                continue
            if _collecting is not None and _collecting.folder == self.folder:
                self._write(self.path(kind, key), sealed)
            return table
        return None

    def _load_own(self, kind: str, key: str) -> Table | None:
        path = self.path(kind, key)
        try:
            return _decode(path.read_bytes(), kind, key)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            _warn(f"cannot read the table {path}: {_reason(error)}", once=True)
        except DamagedError as damage:
            aside = path.with_suffix(".damaged")
            try:
                path.replace(aside)  # before the warning, which may be an error
                what = f"set aside as {aside.name}"
            except OSError as error:
                what = f"not set aside: {_reason(error)}"
            _warn(f"the table {path} is damaged: {damage} ({what})")
        return None

    def save(self, kind: str, key: str, table: Table, parameters: Mapping[str, Any] | None = None) -> None:
        """Store a table under a key, replacing what was there in one step.

        Args:
            kind: what the table is.
            key: as given by `key`.
            table: the table.
            parameters: those of the key, kept in the file to be read by people.

        Raises:
            StoreError: if the file cannot be written; then nothing is left of it.
        """
        path = self.path(kind, key)
        header: dict[str, str | int] = {
            "kind": kind,
            "key": key,
            "parameters": keys.canonical(parameters),
            "nuatom_version": __version__,
            "fingerprint": fingerprint(),
            "schema": keys.SCHEMA,
            "physics": keys.PHYSICS,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._write(path, encode(table, header))

    def _write(self, path: Path, sealed: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            write_file(path, sealed)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        if _collecting is not None and _collecting.folder == self.folder:
            _collecting.files.append(path)

    def fetch(self, kind: str, parameters: Mapping[str, Any], build: Callable[[], Table]) -> Table:
        """The stored table of these parameters, or else the one that build() makes, which is then stored.

        If other processes ask for the same table meanwhile, they wait for this one.  If the table cannot
        be stored, it is returned all the same, and a `StoreWarning` says why, once.

        Args:
            kind: what the table is.
            parameters: everything the numbers depend on, see `key`.
            build: computes the table.

        Raises:
            StoreError: before anything is computed, if the folder was named by the user, in the call or in
                NUATOM_CACHE, the table is not there and the folder cannot be written.
            ValueError: if the parameters are not JSON.
        """
        name = key(kind, parameters)
        path = self.path(kind, name)
        with suppress(OSError, DamagedError):  # neither is reported before the lock is held: another may
            return _decode(path.read_bytes(), kind, name)  # be replacing the file at this moment
        known = self._load_atlas(kind, name)
        if known is not None:
            return known
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe(self.folder)
        except OSError as error:
            if self._named:
                raise _unusable(self.folder, error) from error
            self._load_own(kind, name)  # only to report the damage, if there is any
            _warn(f"{_unusable(self.folder, error)}; tables are computed but not kept", once=True)
            return build()
        with self._lock(path):
            table = self._load_own(kind, name)  # another process may have stored it while this one waited
            if table is None:
                table = build()
                try:
                    self.save(kind, name, table, parameters)
                except StoreError as error:
                    _warn(f"{error}; the table was computed but not kept", once=True)
        return table

    def entries(self) -> list[Entry]:
        """What is stored, here and in the atlas, by kind and time; a damaged file is left out with a `StoreWarning`."""
        found = []
        every = [path for folder in (self.folder, *self.atlas) for path in _files(folder, _TABLE_FILE)]
        for path in every:
            try:
                found.append(_entry(path, path.parent == self.folder))
            except FileNotFoundError:
                continue  # removed by another process since it was listed
            except (OSError, DamagedError) as error:
                reason = _reason(error) if isinstance(error, OSError) else str(error)
                _warn(f"the table {path} is left out: {reason}")
        return sorted(found, key=lambda entry: (entry.kind, entry.created, entry.key))

    def clear(self, outdated_only: bool = False) -> int:
        """Remove the stored tables and return how many they were; other files, and the atlas, are not touched.

        Args:
            outdated_only: keep those which this version of the package can still read.

        Raises:
            StoreError: if a file cannot be removed.
        """
        keep = {entry.path for entry in self.entries() if entry.current} if outdated_only else set()
        tables = [path for path in self._files(_TABLE_FILE) if path not in keep]
        try:
            for path in (*tables, *self._files(_ASIDE_FILE)):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        self._sweep()
        from filelock import FileLock

        for path in self._files(_LOCK_FILE):
            # A lock in use is left alone, and one that cannot be removed does no harm.
            with suppress(OSError), FileLock(path).acquire(timeout=0):
                path.unlink()
        return len(tables)

    def _files(self, pattern: re.Pattern[str]) -> list[Path]:
        return _files(self.folder, pattern)

    def _sweep(self) -> None:
        """Remove what processes that were killed while writing left behind more than a day ago."""
        with suppress(OSError):
            for path in self._files(_TEMPORARY_FILE):
                if time.time() - path.stat().st_mtime > _DAY:
                    path.unlink()

    @contextmanager
    def _lock(self, path: Path) -> Iterator[None]:
        from filelock import FileLock

        lock = FileLock(path.with_name(f".{path.stem}.lock"))
        try:
            lock.acquire()
        except (OSError, NotImplementedError) as error:  # some network file systems have no locks
            # Files still appear whole; all that is lost is that two processes may compute the same.
            _warn(f"cannot lock files in {self.folder}: {_reason(error)}", once=True)
        try:
            yield
        finally:
            lock.release()


def _files(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _reason(error: BaseException) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def _unusable(folder: Path, error: BaseException) -> StoreError:
    return StoreError(f"cannot write tables in the folder {folder}: {_reason(error)}; {_REMEDY}")

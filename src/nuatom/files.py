"""Files that appear whole or not at all, and never in the place of what was read.

Every file the package writes is written here: under another name in the same folder, to the disk, and then renamed,
which no reader and no interrupt can catch half-way.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


def write_files(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write files: all of them under other names first, then renamed one after the other.

    Args:
        files: names and contents; a file that is there is replaced, and of a link what it points to.

    Raises:
        OSError: if one cannot be written, as on a full disk; it names the file, and none is touched.
    """
    planned = [(path, _beside(path.resolve()), content) for path, content in files]
    try:
        for path, temporary, content in planned:
            with _naming(path), temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # else a power cut may leave the new name on empty data
        for path, temporary, _ in planned:
            with _naming(path):
                temporary.replace(path.resolve())
    finally:
        for _, temporary, _ in planned:
            with suppress(OSError):  # it was renamed or never made, or there is nothing to be done
                temporary.unlink()


def write_file(path: Path, content: bytes) -> None:
    """Write one file whole or not at all, as `write_files` does.

    Raises:
        OSError: if it cannot be written; what was there before is there still.
    """
    write_files([(path, content)])


def probe(folder: Path) -> None:
    """Find out whether files can be written in a folder, by making an empty one and removing it.

    Raises:
        OSError: if they cannot.
    """
    temporary = _beside(folder / "probe")
    try:
        temporary.open("xb").close()
    finally:
        with suppress(OSError):
            temporary.unlink()


def keep_apart(paths: Iterable[Path], taken: Iterable[tuple[Path, str]]) -> None:
    """Refuse to write a file in the place of another that is needed.

    Args:
        paths: the files to be written.
        taken: files that stay, each with what it is, such as "the configuration".

    Raises:
        ValueError: if one is the same file, also by a link or another way of writing its path; it names both.
    """
    others = list(taken)
    for path in paths:
        for other, what in others:
            if _is_same(path, other):
                where = "" if path == other else f", {str(other)!r}"
                raise ValueError(f"cannot write {str(path)!r}: it is {what}{where}; give another name")


def _is_same(first: Path, second: Path) -> bool:
    with suppress(OSError):  # one of them is not there
        return first.samefile(second)
    return first.expanduser().resolve() == second.expanduser().resolve()


def _beside(path: Path) -> Path:
    # In the same folder: a rename within one cannot fail half-way.
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Errors in the block name the file that was to be written, and not the one beside it, or none."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error

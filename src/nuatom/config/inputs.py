"""The files that a configuration names: what is read, and must not be written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from nuatom.choices import FilesKey
from nuatom.config.settings import Settings
from nuatom.config.tabulated import located


def named_files(settings: Settings, folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file that the settings name, with its key.

    A table names a file by its key `file`, and several by a key of the kind `FilesKey`.

    Args:
        settings: of a configuration.
        folder: where its files are.
    """
    for key, name in _names(settings, ""):
        yield located(folder, name), key


def _names(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            yield from _names(item, f"{key}[{number}]")
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            inner = getattr(value, name)
            own = f"{key}.{name}".lstrip(".")
            if any(isinstance(note, FilesKey) for note in field.metadata):
                yield from ((f"{own}.{one}", file) for one, file in FilesKey.files(inner).items())
            elif isinstance(inner, str) and name == "file":
                yield key, inner
            else:
                yield from _names(inner, own)

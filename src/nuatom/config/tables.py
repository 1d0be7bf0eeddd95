"""Tables of a configuration whose keys are those of a registry's entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, create_model

from nuatom.choices import REQUIRED, FilesKey, Key, RecordKey, TextKey
from nuatom.config.fields import Section
from nuatom.config.tabulated import located


def field_of(key: Key, default: Any = REQUIRED) -> tuple[Any, Any]:
    """What pydantic needs to know of a key: how it is read, and its default.

    Args:
        key: of an entry.
        default: instead of its own, if that is required.
    """
    chosen = default if key.default is REQUIRED else key.default
    if isinstance(key, RecordKey):
        inner = table_of(f"{key.name.capitalize()}Table", key.keys)
        make = key.make
        made = AfterValidator(lambda table: dict(table) if make is None else make(**dict(table)))
        return Annotated[inner, made], chosen
    return Annotated[Any, BeforeValidator(key.read), key], chosen


def table_of(name: str, keys: Sequence[Key], base: type[Section] = Section, kind: str | None = None) -> type[Section]:
    """The table of these keys.

    Args:
        name: of the class.
        keys: of the entry.
        base: what it has beside them.
        kind: the word of the entry, where it is the value of the key ``kind``.
    """
    fields: dict[str, Any] = {} if kind is None else {"kind": (Literal[kind], ...)}
    fields |= {key.name: field_of(key) for key in keys}
    made: type[Section] = create_model(name, __base__=base, **fields)
    return made


def found_files(keys: Sequence[Key], values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Values with the names of files as paths from where the program runs: they are beside the configuration."""
    found = dict(values)
    for key in keys:
        value = values.get(key.name)
        if isinstance(key, TextKey) and key.is_file and value is not None:
            found[key.name] = str(located(folder, value))
        elif isinstance(key, FilesKey):
            found[key.name] = key.moved(value, lambda name: str(located(folder, name)))
    return found

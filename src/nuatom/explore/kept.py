"""Files of elements that were made before: a page is there at once when it is asked for again.

A file is kept under the hash of what it shows, of the model with its choices, and of the source of the package that
determines numbers or makes the file, so that none outlives a change of any.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from nuatom.files import write_file
from nuatom.response.model import ResponseModel
from nuatom.store import fingerprint, key
from nuatom.store.identity import identity

FOLDER = "explorer"
"""In the folder of stored tables."""


def kept(folder: Path, symbol: str, model: ResponseModel, words: Mapping[str, str], make: Callable[[], bytes]) -> bytes:
    """The bytes of an element's file, from a folder, or else made, and kept there if it can be written to.

    Args:
        folder: of kept files; it is made.
        symbol: of the element.
        model: its response.
        words: what the model is called.
        make: makes the file.
    """
    try:
        parameters = {"symbol": symbol, "model": identity(_choices(model)), "words": dict(words), "source": _source()}
    except ValueError:  # a model of which cannot be told what it is
        return make()
    path = folder / f"{symbol}-{key(FOLDER, parameters)[:16]}.bin"
    try:
        return path.read_bytes()
    except OSError:
        data = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, data)
    except OSError:
        pass  # it is made again next time
    return data


def _choices(model: ResponseModel) -> ResponseModel:
    """The model without what takes no part in it, such as a display of progress."""
    if not dataclasses.is_dataclass(model) or isinstance(model, type):
        return model
    idle = [field for field in dataclasses.fields(model) if not field.compare and field.init]
    defaults = {field.name: field.default for field in idle if field.default is not dataclasses.MISSING}
    return dataclasses.replace(model, **defaults)


@functools.cache
def _source() -> str:
    """The source that a file depends on, as digits."""
    digest = hashlib.sha256(fingerprint().encode())
    root = Path(__file__).parents[1]
    for path in sorted([*Path(__file__).parent.glob("*.py"), root / "measured.py", *(root / "atom").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]

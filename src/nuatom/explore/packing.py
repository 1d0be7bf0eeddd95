"""One file for a page: a header in JSON and arrays behind it, compressed; `site/load.js` reads it.

    4 bytes: length of the header, little endian;  header;  arrays, one after the other

Arrays of 16 bits are kept as differences along their last axis, low bytes before high ones, which compresses to half.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes of a file.

    Args:
        header: what JSON can hold, without the key "arrays".
        arrays: by name; float64, float32 or uint16.

    Raises:
        ValueError: for an array of another kind, or one that is not finite.
    """
    body, listed = [], {}
    for name, array in arrays.items():
        if array.dtype == np.uint16:
            kind, data = "u2", _planes(array)
        elif array.dtype in (np.float64, np.float32):
            if not np.all(np.isfinite(array)):
                raise ValueError(f"{name} of the page's data is not finite everywhere")
            kind = "f8" if array.dtype == np.float64 else "f4"
            data = array.astype(f"<{kind}").tobytes()
        else:
            raise ValueError(f"{name}: expected float64, float32 or uint16, got {array.dtype}")
        listed[name] = {"kind": kind, "shape": list(array.shape)}
        body.append(data)
    head = json.dumps({**header, "arrays": listed}, ensure_ascii=False, allow_nan=False).encode()
    # No time in the file: the same numbers are the same bytes.
    return gzip.compress(b"".join([len(head).to_bytes(4, "little"), head, *body]), 9, mtime=0)


def _planes(array: NDArray[np.uint16]) -> bytes:
    step = np.diff(array.astype(np.int32), axis=-1, prepend=0).astype(np.uint16)
    return (step & 0xFF).astype(np.uint8).tobytes() + (step >> 8).astype(np.uint8).tobytes()

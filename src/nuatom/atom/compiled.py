"""How kernels are compiled: with numba, once per version of the source.

Numba's own cache of machine code looks at the file a function is in, and not at the files of the functions and
constants that were inlined into it: after an upgrade it may run old code.  Here the folder of the cache bears the
fingerprint of all source that determines numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import config

from nuatom.store.keys import fingerprint


def _folder() -> Path:
    base = os.environ.get("NUMBA_CACHE_DIR")
    if base:
        return Path(base) / f"nuatom-{fingerprint()[:16]}"
    from platformdirs import user_cache_path

    return user_cache_path("nuatom") / "kernels" / fingerprint()[:16]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function on first use, release the GIL in it, and keep the machine code on disk.

    A product and a sum may become one instruction, which rounds once; nothing else is reordered.
    Where the folder cannot be written numba falls back to the one beside the source.
    """
    given = getattr(config, "CACHE_DIR")  # noqa: B009 - made at run time, unknown to type checkers
    # Numba reads the setting when it decorates; other packages' kernels are to keep theirs.
    setattr(config, "CACHE_DIR", str(_folder()))  # noqa: B010
    try:
        return numba.njit(cache=True, nogil=True, fastmath={"contract"})(function)
    finally:
        setattr(config, "CACHE_DIR", given)  # noqa: B010

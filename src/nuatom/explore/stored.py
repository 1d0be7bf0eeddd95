"""Which elements have their tables on disk, so that the explorer shows them without computing anything."""

from __future__ import annotations

from collections.abc import Iterable

from nuatom.elements import element
from nuatom.functions import ALL
from nuatom.store import Store


def stored_elements(exchange: str, *, screened: bool, store: Store | None = None) -> list[str]:
    """The symbols of neutral atoms with stored tables of all functions, by their atomic number.

    Args:
        exchange: of the field, as it prints, such as "Slater(factor=1.0)".
        screened: whether tables of screening are wanted too.
        store: where to look; by default the user's own.
    """
    entries = [entry for entry in (store or Store()).entries() if entry.current and entry.parameters]
    # A model asks for tables of its own settings when it is used; here it is enough that there are some.
    kinds: Iterable[str] = ("response", "screening") if screened else ("response",)
    found = [
        {
            str(p["symbol"])
            for p in (entry.parameters for entry in entries if entry.kind == kind)
            if p and p.get("exchange") == exchange and p.get("charge") == 0 and _whole(p.get("functions"))
        }
        for kind in kinds
    ]
    return sorted(set.intersection(*found), key=lambda symbol: element(symbol).Z)


def _whole(functions: object) -> bool:
    """Whether a table has all functions; one that does not list them serves all."""
    return functions is None or (isinstance(functions, list | tuple) and set(functions) >= {f.value for f in ALL})

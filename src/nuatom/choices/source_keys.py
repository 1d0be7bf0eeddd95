"""Values of sources that are more than a number: several quantities in one, windows of time, tables by name.

A list in a configuration is a text with commas, or ``start:stop``, where it is typed.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SPECTRA = ("huber-mueller", "summation", "vogel-engel")
"""Spectra of fissile isotopes that a word stands for."""
LAYOUT = ("columns", "units", "factors", "table")
"""What a table says of a file beside its name."""


def by_name(value: Any) -> dict[str, Any]:
    """A table by the names of columns."""
    if not isinstance(value, dict):
        raise ValueError("expected a table by the names of columns, such as { energy = 1 }")
    return dict(value)


def spectra(value: Any) -> Any:
    """A word for the spectra of a reactor, or files by isotope."""
    if isinstance(value, dict) and value and all(_is_file(file) for file in value.values()):
        return dict(value)
    if not isinstance(value, str) or value not in SPECTRA:
        near = difflib.get_close_matches(str(value), SPECTRA, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join(map(repr, SPECTRA))
        raise ValueError(f"expected {known}, or files by isotope, such as {{ 235U = 'u235.csv' }}, got {value!r}{hint}")
    return value


def _is_file(value: Any) -> bool:
    if isinstance(value, str):
        return True
    return isinstance(value, dict) and isinstance(value.get("file"), str) and set(value) <= {"file", *LAYOUT}


def fractions(value: Any) -> dict[str, float]:
    """Shares of fissions by isotope."""
    if not isinstance(value, dict) or not all(
        isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1 for share in value.values()
    ):
        raise ValueError("expected a table of isotopes and their shares, numbers from 0 to 1, such as { 235U = 1.0 }")
    return {str(name): float(share) for name, share in value.items()}


def window(value: Any) -> tuple[float, float]:
    """From when to when: ["0.5 us", "6 us"], or 0.5:6us where it is typed."""
    if isinstance(value, str) and value.count(":") == 1:
        value = _with_unit(value.split(":"))
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(end, str) for end in value):
        raise ValueError('expected a start and a stop with their units, such as ["0.5 us", "6 us"], or 0.5:6us')
    start, stop = (_time(end) for end in value)
    return start, stop


def times(value: Any) -> tuple[float, ...]:
    """Several times: ["0 ns", "325 ns"]."""
    if not isinstance(value, list) or not value or not all(isinstance(at, str) for at in value):
        raise ValueError('expected times with their units, such as ["0 ns", "325 ns"]')
    return tuple(_time(at) for at in value)


def _time(text: str) -> float:
    from nuatom.quantities import TIME, parse_quantity

    return parse_quantity(text, TIME, signed=True)


def quantities(names: Sequence[str], dimension: str, example: str) -> Callable[[Any], tuple[float, ...]]:
    """What reads one quantity for each name: a table, a list, a text with commas, or one for all."""

    def read(value: Any) -> tuple[float, ...]:
        from nuatom import quantities as known

        measures: known.Dimension = getattr(known, dimension)
        texts = _listed(value, names)
        if isinstance(texts, str):
            found = [float(x) for x in known.parse_range(texts, measures)] if ":" not in texts else []
        elif texts is not None and all(isinstance(text, str) for text in texts):
            found = [known.parse_quantity(text, measures) for text in texts]
        else:
            raise ValueError(
                f"expected {measures.noun} with its unit for each of {', '.join(names)}, such as {example}"
            )
        return _as_many(found, names, example)

    return read


def numbers(names: Sequence[str], example: str, least: float, most: float) -> Callable[[Any], tuple[float, ...]]:
    """What reads one number for each name: a table, a list, a text with commas, or one for all."""

    def read(value: Any) -> tuple[float, ...]:
        given = _listed(value if isinstance(value, str | list | dict) else [value], names)
        texts = given.split(",") if isinstance(given, str) else given or []
        try:
            found = [float("nan") if isinstance(text, bool) else float(text) for text in texts]
        except (TypeError, ValueError):
            found = []
        if not all(least <= number <= most for number in found):  # nan is not either
            raise ValueError(f"expected numbers from {least:g} to {most:g}, such as {example}")
        return _as_many(found, names, example)

    return read


def _listed(value: Any, names: Sequence[str]) -> list[Any] | str | None:
    """The values in the order of the names; a text as it is."""
    if isinstance(value, Mapping):
        if set(value) != set(names):
            raise ValueError(f"expected a table with {', '.join(names)}, got {', '.join(map(str, value)) or 'none'}")
        return [value[name] for name in names]
    if isinstance(value, str):
        return value
    return list(value) if isinstance(value, list) else None


def _as_many(found: Sequence[float], names: Sequence[str], example: str) -> tuple[float, ...]:
    if len(found) == 1:
        return tuple(found) * len(names)
    if len(found) != len(names):
        raise ValueError(f"expected {len(names)} of {', '.join(names)}, such as {example}")
    return tuple(found)


def _with_unit(parts: Sequence[str]) -> list[str]:
    """Two ends, the first with the unit of the second where it has none."""
    start, stop = (part.strip() for part in parts)
    unit = stop.lstrip("+-0123456789.eE ")
    try:
        float(start)
    except ValueError:
        return [start, stop]
    return [f"{start} {unit}", stop]

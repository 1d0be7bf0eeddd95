"""From the text of a configuration to its settings, and from what is wrong with it to lines that name the keys."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nuatom.choices import QuantityKey, extensions
from nuatom.config.settings import Settings, schema
from nuatom.quantities import Dimension

Place = tuple[str | int, ...]

_TYPES = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}


class ConfigError(ValueError):
    """All that is wrong with a configuration.

    Attributes:
        problems: one line each, beginning with the key.
    """

    problems: tuple[str, ...]

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        head = f"{name}: " if len(problems) == 1 else f"{name} has {len(problems)} errors:\n  "
        super().__init__(head + "\n  ".join(problems))


def read_content(text: str, name: str) -> dict[str, Any]:
    """The tables of a configuration in TOML, as they are written.

    Args:
        text: of the file.
        name: what to call it in messages.

    Raises:
        ConfigError: for text that is no TOML.
    """
    try:
        # Editors on Windows put a mark before the text, which is no part of it.
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(name, [f"not a TOML file: {error}"]) from None


def read_settings(content: Mapping[str, Any], name: str) -> Settings:
    """The settings of a configuration.

    Args:
        content: its tables, as they are written.
        name: what to call it in messages.

    Raises:
        ExtensionError: for an extension that cannot be loaded.
        ConfigError: for keys that are unknown or missing, and values that are not what they should be; all of them at
            once.
    """
    extensions.load()
    raw = dict(content)
    try:
        return schema().model_validate(raw)
    except ValidationError as error:
        lines = [_line(raw, found) for found in error.errors(include_url=False)]
        raise ConfigError(name, list(dict.fromkeys(lines))) from None


def _line(raw: dict[str, Any], error: Any) -> str:
    """One error as one line: the key as it is written, what was expected, and what came."""
    kind, context = error["type"], error.get("ctx", {})
    key, value = _written(raw, error["loc"], kind in ("missing", "union_tag_not_found"))
    got = f", got {_shown(value)}"
    if kind == "extra_forbidden":
        known = _fields(error["loc"][:-1])
        return f"{key}: unknown key{_near(str(error['loc'][-1]), known)}; expected {', '.join(known)}"
    if kind == "missing":
        return f"{key}: missing{_example(error['loc'])}"
    if kind == "union_tag_not_found":
        return f"{key}.kind: missing; expected {_kinds(error['loc'])}"
    if kind == "union_tag_invalid":
        tag = str(context["tag"])
        return f"{key}.kind: unknown {tag!r}{_near(tag, _words(error['loc']))}; expected {_kinds(error['loc'])}"
    if kind == "literal_error":
        choices = context["expected"]
        words = choices.replace(" or ", ", ").replace("'", "").split(", ")
        return f"{key}: expected {choices}{got}{_near(str(value), words)}"
    if kind == "value_error":
        message = str(context["error"])
        return (
            f"{key}: {message}" if "'" in message else f"{key}: {message}{got}"
        )  # quantities say themselves what came
    if kind in ("greater_than", "greater_than_equal"):
        least = context.get("gt", context.get("ge"))
        return f"{key}: expected {'more than' if kind == 'greater_than' else 'at least'} {least:g}{got}"
    if kind in ("too_short", "too_long"):
        return f"{key}: expected {'at least' if kind == 'too_short' else 'at most'} {_length(context)} values{got}"
    expected = _TYPES.get(kind)
    return f"{key}: expected {expected}{got}" if expected else f"{key}: {error['msg']}{got}"


def _length(context: Any) -> int:
    return int(context.get("min_length", context.get("max_length", 0)))


def _written(raw: Any, place: Place, is_missing: bool) -> tuple[str, Any]:
    """The key as it stands in the file, and its value; tags of alternatives are no part of it."""
    words: list[str] = []
    value: Any = raw
    for position, part in enumerate(place):
        if _is_tag(place[:position], part):
            continue
        if isinstance(value, dict) and part in value:
            words.append(f".{part}")
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
            own = value.get("name") if isinstance(value, dict) else None
            words.append(f".{own}" if isinstance(own, str) else f"[{part + 1}]")
        elif is_missing and position == len(place) - 1 and isinstance(value, dict):
            words.append(f".{part}")
    return "".join(words).lstrip(".") or "the file", value


def _shown(value: Any) -> str:
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) < 60 else f"{text[:56]}..."


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


# --- what the schema has at a place --------------------------------------------------------------


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables that an annotation has in it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _tags(model: type[BaseModel]) -> tuple[str, ...]:
    field = model.model_fields.get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return tuple(get_args(field.annotation))


def _at(place: Place) -> list[type[BaseModel]]:
    """The tables that may stand at a place."""
    found: list[type[BaseModel]] = [schema()]
    for part in place:
        if isinstance(part, int):
            continue
        if len(found) > 1:  # alternatives, and this the tag of one
            found = [model for model in found if part in _tags(model)]
            continue
        fields = [model.model_fields[part] for model in found if part in model.model_fields]
        found = [model for field in fields for model in _models(field.annotation)]
    return found


def _is_tag(place: Place, part: str | int) -> bool:
    """Whether a part of a place is the tag of one of several alternatives, and no key."""
    found = _at(place)
    return len(found) > 1 and any(part in _tags(model) for model in found)


def _fields(place: Place) -> list[str]:
    return list(dict.fromkeys(name for model in _at(place) for name in model.model_fields))


def _words(place: Place) -> list[str]:
    return [tag for model in _at(place) for tag in _tags(model)]


def _kinds(place: Place) -> str:
    return ", ".join(_words(place))


def _example(place: Place) -> str:
    """What is expected of a key that is missing."""
    for model in _at(place[:-1]):
        field = model.model_fields.get(str(place[-1]))
        for note in field.metadata if field is not None else ():
            item = note.measures if isinstance(note, QuantityKey) else note
            if isinstance(item, Dimension):
                return f'; expected {item.noun} such as "{item.example}"'
        if field is not None and place[-1] == "uncertainty":
            return '; expected a relative error such as 0.05, or "free"'
        if field is not None and (tables := list(_models(field.annotation))):
            keys = [name for name, inner in tables[0].model_fields.items() if inner.is_required()]
            return f"; expected a table with {', '.join(keys)}"
    return ""

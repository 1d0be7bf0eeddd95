"""What an object is, in words that key stored tables: not only how it prints, but what it does.

The package's own choices print as all they are, and `nuatom.store.keys.PHYSICS` stands for what they do.  A user's
class prints the same after an edit, or like another class of its name, and NumPy prints long arrays with dots; so it is
known by its module and name, by the code of its methods and of the functions of that module that they call, and by its
data.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from types import CodeType, FunctionType
from typing import Any

_PACKAGE = __name__.split(".")[0]
_PLAIN = (bool, int, float, str, Enum, type(None))


def identity(choice: Any) -> str:
    """A text that is the same for two objects only if they compute the same: for the keys of tables.

    Args:
        choice: an object of this package, or of a user's class: a dataclass, or one whose attributes are numbers, text,
            arrays, functions, and collections and such objects of these.

    Raises:
        ValueError: for an object with data that cannot be told, such as an open file.
    """
    kind = type(choice)
    if _prints_all(choice):
        return repr(choice)
    digest = hashlib.sha256()
    for text in (*_of_class(kind), *_of_data(choice, f"{kind.__qualname__}", [])):
        digest.update(f"{len(text)}:".encode() + text)
    return f"{kind.__module__}.{kind.__qualname__}-{digest.hexdigest()[:32]}"


def _prints_all(choice: Any) -> bool:
    """Whether it is one of the package's choices, of plain values, all of which it prints."""
    if type(choice).__module__.split(".")[0] != _PACKAGE or not dataclasses.is_dataclass(choice):
        return False
    fields = dataclasses.fields(choice)
    plain = all(isinstance(getattr(choice, field.name), _PLAIN) for field in fields)
    return plain and all(field.repr for field in fields)


def _of_class(kind: type) -> Iterator[bytes]:
    """Names and code of a class and of its bases outside this package and Python."""
    for base in kind.__mro__:
        if base.__module__ == "builtins":
            continue
        yield f"{base.__module__}.{base.__qualname__}".encode()
        if base.__module__.split(".")[0] in (_PACKAGE, "typing", "abc"):
            continue
        for name, member in sorted(vars(base).items()):
            for function in _functions_in(member):
                yield name.encode()
                yield from _of_function(function, set())


def _functions_in(member: Any) -> Iterator[FunctionType]:
    """The functions of a member of a class: a method, or those of a property, a static or a class method."""
    found = [getattr(member, name, None) for name in ("fget", "__func__", "func", "__wrapped__")]
    for function in (member, *found):
        if isinstance(function, FunctionType):
            yield function


def _of_function(function: FunctionType, seen: set[CodeType]) -> Iterator[bytes]:
    """The code of a function, of those of its module that it names, and what it closes over."""
    if function.__code__ in seen:
        return
    seen.add(function.__code__)
    yield from _of_code(function.__code__)
    yield from _of_data((function.__defaults__, function.__kwdefaults__), function.__qualname__, [])
    for cell in function.__closure__ or ():
        try:
            yield from _of_value(cell.cell_contents, function.__qualname__, seen)
        except ValueError:
            continue  # an empty cell, or what cannot be told apart anyway: the class's own, for super()
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            value = function.__globals__[name]
            if inspect.ismodule(value) or inspect.isclass(value):
                continue
            if isinstance(value, FunctionType) and value.__module__ != function.__module__:
                continue
            yield name.encode()
            try:
                yield from _of_value(value, name, seen)
            except ValueError:
                continue


def _of_value(value: Any, where: str, seen: set[CodeType]) -> Iterator[bytes]:
    if isinstance(value, FunctionType):
        yield from _of_function(value, seen)
    elif isinstance(value, type):  # the class itself, for super()
        yield f"{value.__module__}.{value.__qualname__}".encode()
    else:
        yield from list(_of_data(value, where, []))


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def _of_code(code: CodeType) -> Iterator[bytes]:
    """Instructions and constants, without file names and line numbers."""
    yield code.co_code
    yield repr(code.co_names).encode()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _of_code(constant)
        else:
            yield repr(constant).encode()


def _of_data(value: Any, where: str, within: list[Any]) -> Iterator[bytes]:
    """The data of an object, to the last bit."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, Enum):
        yield f"{type(value).__qualname__}.{value.name}".encode()
    elif isinstance(value, FunctionType):
        yield from _of_function(value, set())
    elif isinstance(value, type):
        yield from _of_class(value)
    elif hasattr(value, "tobytes") and hasattr(value, "dtype"):
        yield f"{value.dtype.str} {value.shape}".encode()
        yield value.tobytes()
    elif any(value is outer for outer in within):
        yield b"itself"
    elif isinstance(value, Mapping):
        for key, item in sorted(value.items(), key=lambda pair: repr(pair[0])):
            yield repr(key).encode()
            yield from _of_data(item, f"{where}[{key!r}]", [*within, value])
    elif isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        for index, item in enumerate(ordered):
            yield from _of_data(item, f"{where}[{index}]", [*within, value])
    elif hasattr(value, "__dict__") or hasattr(value, "__slots__"):
        if _prints_all(value):
            yield repr(value).encode()
            return
        yield from _of_class(type(value))
        for name, item in _attributes(value):
            yield name.encode()
            yield from _of_data(item, f"{where}.{name}", [*within, value])
    else:
        raise ValueError(
            f"{where} is {value!r}, and what that is cannot be told, so no table could be kept of it: "
            "use numbers, text, arrays or functions"
        )


def _attributes(value: Any) -> list[tuple[str, Any]]:
    """By name: the fields of a dataclass, else all attributes; values kept by `cached_property` do not count."""
    if dataclasses.is_dataclass(value):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    slots = [name for base in type(value).__mro__ for name in getattr(base, "__slots__", ())]
    named = {name: getattr(value, name) for name in slots if hasattr(value, name)} | getattr(value, "__dict__", {})
    return sorted(named.items())

"""A registry: words and what they stand for, open to entries from outside.

One table for each kind of choice.  An entry that is added to one is known to Python, the command line, configurations,
their help and their errors; nothing else has to be edited.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(MutableMapping[str, T]):
    """Words of one kind and what they stand for, in the order in which they were added.

    It is a mapping: ``registry["word"]`` is an entry, ``for word in registry`` goes through the words.  A part of your
    own becomes one more word with `add`,

        from nuatom import choices
        choices.EXCHANGES.add("mine", choices.Choice("an exchange of my own", MyExchange))

    in a module that is found through ``NUATOM_EXTENSIONS`` or the entry-point group ``nuatom.extensions`` (see
    `nuatom.choices.extensions`).  An assignment, ``registry["word"] = entry``, replaces an entry that is there.

    Args:
        noun: what a word of it is called in errors: "exchange".
        entries: those that the package has.
    """

    def __init__(self, noun: str, entries: Mapping[str, T] | None = None) -> None:
        self.noun = noun
        self.version = 0  # how often it has changed: what is made from the registry is then made anew
        self._entries: dict[str, T] = {}
        for word, entry in (entries or {}).items():
            self.add(word, entry)

    def add(self, word: str, entry: T) -> T:
        """Let a new word stand for an entry, which is returned.

        Raises:
            ValueError: for a word that is taken, or that could not be typed: empty, with a blank, a colon or a comma.
        """
        if word in self._entries:
            raise ValueError(f"there is another {self.noun} {word!r} already: give yours a word of its own")
        if not word or any(sign.isspace() or sign in ":,|" for sign in word):
            raise ValueError(f"{word!r} cannot be the word of a {self.noun}: no blanks, colons, commas or bars in it")
        self[word] = entry
        return entry

    def choose(self, word: str) -> T:
        """What a word stands for; an error names the words there are.

        Raises:
            ValueError: for a word that is not there.
        """
        return choose(self.noun, word, self)

    def where(self, holds: Callable[[T], bool]) -> Mapping[str, T]:
        """Those entries for which something holds: a view, which follows the registry."""
        return View(self, holds)

    def __getitem__(self, word: str) -> T:
        return self._entries[word]

    def __setitem__(self, word: str, entry: T) -> None:
        self._entries[word] = entry
        self.version += 1

    def __delitem__(self, word: str) -> None:
        del self._entries[word]
        self.version += 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class View(Mapping[str, T]):
    """The entries of a registry for which something holds, now and whenever it is looked at."""

    def __init__(self, registry: Mapping[str, T], holds: Callable[[T], bool]) -> None:
        self._registry = registry
        self._holds = holds

    def __getitem__(self, word: str) -> T:
        entry = self._registry[word]
        if not self._holds(entry):
            raise KeyError(word)
        return entry

    def __iter__(self) -> Iterator[str]:
        return (word for word, entry in self._registry.items() if self._holds(entry))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Choice(Generic[T]):
    """An entry that needs nothing but its word: ``choice()`` is what the word stands for.

    Attributes:
        what: what it is, for the help; it begins with a small letter, ends without a full stop, and no other choice of
            the registry is described so.
        make: makes the object.  Import what it needs inside of it, so that the help of the command line stays quick.
    """

    what: str
    make: Callable[[], T]

    def __call__(self) -> T:
        """What the word stands for."""
        return self.make()


def choose(noun: str, word: str, choices: Mapping[str, T]) -> T:
    """What a word stands for.

    Args:
        noun: what a word of these is called: "exchange".
        word: that was asked for.
        choices: the words there are.

    Raises:
        ValueError: for a word that is not among the choices, which are named.
    """
    if word in choices:
        return choices[word]
    near = difflib.get_close_matches(word, choices, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"unknown {noun} {word!r}: expected {', '.join(choices)}{hint}")

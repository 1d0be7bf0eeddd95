"""What an entry of the registry of couplings is: how a coupling is asked for, what it makes, and how it is fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from nuatom.choices.keys import FlagKey, Key
from nuatom.choices.parameters import Fitted, Parameter
from nuatom.choices.registry import Registry

if TYPE_CHECKING:
    from nuatom.neutrino import Coupling

T = TypeVar("T")
Values = tuple[Any, ...]
"""The values of the keys of a coupling, in their order; none of one that is only on or off."""


@dataclass(frozen=True, kw_only=True)
class CouplingEntry:
    """A coupling that a word stands for, which is its key in a configuration and its name in Python.

    A coupling of your own:

        from nuatom import choices

        def make(mass, mixing):
            from mine import DarkPhoton  # imported when it is made, not when the help is shown
            return DarkPhoton(mass, mixing)

        choices.COUPLINGS.add("dark_photon", choices.CouplingEntry(
            what="A dark photon, such as 10MeV:1e-4.",
            keys=(choices.QuantityKey(name="mass", metavar="MASS", example="10MeV"),
                  choices.NumberKey(name="mixing", metavar="EPS", example="1e-4")),
            make=make))

    is ``--dark-photon 10MeV:1e-4`` on the command line and ``dark_photon = { mass = "10 MeV", mixing = 1e-4 }`` in the
    table [neutrino] of a configuration.

    Attributes:
        what: what it is, for the help: sentences; no other coupling is described so.
        keys: what it is told.  One key has the name of the coupling, and its value stands behind the option and the
            name; several are parts with colons on the command line, and a table in a configuration.
        make: the coupling by itself, from the values of the keys and, by name, those of its details.
        arguments: what it is in a `Neutrino`, from the same values: arguments of `Neutrino` by name.  Tuples
            ("mediators", "parts") are put together with those of others; by default what `make` gives is one of the
            "parts", which has to keep the helicity then.
        details: keys that are about this coupling, each an option and a key of its own: sin²θ_W of the weak
            interaction.
        words: the coupling in words, from the same values and, if it is ``flavoured``, the keyword flavour, which is
            None where the source has it; by default made of the keys.
        part: the name of its part, as `Coupling.components` has it; by default the name of what `make` gives.
        option: on the command line; by default made of the word.
        repeatable: whether it may be given several times.
        together: whether all that are given make one coupling: `make`, `arguments` and `words` then take tuples of
            values.
        twice: of what is repeatable, what must not be the same in two of them, in words.
        alone: whether it has another final state, so that rates add: then there are no `arguments`.
        flavoured: whether it depends on the flavour of the neutrino even by itself.
        standard: whether a configuration has it unless it says otherwise.
        flips: with what it interferes among all that flips the helicity, by a name, from its values: "scalar"; ""
            for nothing.
        describes: the property of the neutrino that it is one of several ways to describe: "magnetic moment"; "" if
            there is no other.
        details_of: another coupling whose details are about this one, too.
        fitted: how its number is fitted; None if it cannot be.
    """

    what: str
    keys: tuple[Key, ...]
    make: Callable[..., Coupling]
    arguments: Callable[..., Mapping[str, Any]] | None = None
    details: tuple[Key, ...] = ()
    words: Callable[..., str] | None = None
    part: str = ""
    option: str | None = None
    repeatable: bool = False
    together: bool = False
    twice: Callable[..., str] | None = None
    alone: bool = False
    flavoured: bool = False
    standard: bool = False
    flips: Callable[..., str] = lambda *values: ""
    describes: str = ""
    details_of: str = ""
    fitted: Fitted | None = None

    @property
    def is_switch(self) -> bool:
        """Whether it is only on or off."""
        return len(self.keys) == 1 and isinstance(self.keys[0], FlagKey)

    @property
    def form(self) -> str:
        """How its values are typed: "MASS:MOMENT"."""
        return ":".join(key.metavar for key in self.keys)

    @property
    def example(self) -> str:
        """As one types them: "100keV:1e-10"."""
        return ":".join(key.example for key in self.keys)

    def typed(self, word: str, given: Any) -> list[Values]:
        """The values of what was typed for it: nothing, one value, or a list of them.

        Raises:
            ValueError: beginning with the option.
        """
        if given is None or given is False:
            return []
        if self.is_switch:
            return [()]
        option = self.option_of(word)
        values = [self._typed(option, one) for one in given] if self.repeatable else [self._typed(option, given)]
        self.check(values, given, option)
        return values

    def _typed(self, option: str, text: Any) -> Values:
        if len(self.keys) == 1:
            return (with_name(option, lambda: self.keys[0].read_typed(text)),)
        parts = [part.strip() for part in text.split(":")]
        if len(parts) != len(self.keys):
            raise ValueError(f"{option} {text}: expected {self.form}, such as {self.example}")
        pairs = zip(self.keys, parts, strict=True)
        return with_name(f"{option} {text}", lambda: tuple(key.read_typed(part) for key, part in pairs))

    def check(self, values: Sequence[Values], given: Sequence[Any], name: str) -> None:
        """Find out whether two of what is repeatable say the same thing.

        Raises:
            ValueError: beginning with the name, and with both of them.
        """
        if self.twice is None:
            return
        first: dict[str, Any] = {}
        for one, text in zip(values, given, strict=True):
            said = self.twice(*one)
            if said in first:
                raise ValueError(f"{name}: {first[said]} and {text} are both about {said}: give one of them")
            first[said] = text

    def option_of(self, word: str) -> str:
        """Its option on the command line."""
        return self.option or f"--{word.replace('_', '-').lower()}"

    def told(self, word: str, values: Values, details: Mapping[str, Any], flavour: str | None) -> str:
        """The coupling in words, of a flavour if that is known."""
        if self.words is not None:
            return self.words(*values, **details, **({"flavour": flavour} if self.flavoured else {}))
        name = word.replace("_", " ")
        if len(self.keys) == 1:
            return f"{name} {self.keys[0].tell(values[0])}" if values else name
        return ", ".join([name, *(f"{k.name} = {k.tell(v)}" for k, v in zip(self.keys, values, strict=True))])


class Couplings(Registry[CouplingEntry]):
    """The registry of couplings, which has no two keys and no two options of one name."""

    def __setitem__(self, word: str, entry: CouplingEntry) -> None:
        """Let a word stand for a coupling.

        Raises:
            ValueError: for a word or an option that is taken, one key with another name, or what cannot be together.
        """
        problem = self._problem(word, entry)
        if problem:
            raise ValueError(f"the coupling {word!r}: {problem}")
        super().__setitem__(word, entry)

    def _problem(self, word: str, entry: CouplingEntry) -> str:
        if not word.isidentifier():
            return "its word is a name in Python: letters, digits and _"
        if len(entry.keys) == 1 and entry.keys[0].name != word:
            return f"its one key has to be called so too, not {entry.keys[0].name!r}"
        if not entry.keys:
            return "it has no keys: give it a FlagKey of its name, if it is only on or off"
        taken = {name: other for other, one in self.items() if other != word for name in _names(other, one)}
        for name in _names(word, entry):
            if name in taken:
                return f"{name} is taken by {taken[name]!r}"
            if name in _RESERVED:
                return f"{name} says something else beside the couplings"
        return ""

    def details(self) -> dict[str, str]:
        """The coupling that each detail is about, by name."""
        return {key.name: word for word, entry in self.items() for key in entry.details}

    def detailed(self, word: str) -> list[str]:
        """The couplings that the details of one are about: itself, and those that share them."""
        return [word, *(other for other, entry in self.items() if entry.details_of == word)]


_RESERVED = ("fit", "sin2_theta_uncertainty", "flavour", "antineutrino", "--flavour", "--antineutrino")


def _names(word: str, entry: CouplingEntry) -> list[str]:
    names = [word, entry.option_of(word)]
    for key in entry.details:
        names += [key.name, key.option]
    return names


@dataclass(frozen=True)
class Given:
    """What was given of couplings.

    Attributes:
        values: by word, the values of each that was given.
        details: by name.
    """

    values: Mapping[str, Sequence[Values]]
    details: Mapping[str, Any]

    def with_parameter(self, parameter: Parameter, value: float) -> Given:
        """The same and what a parameter adds at a value in public units; nothing at zero."""
        if value == 0:
            return self
        own = [*self.values.get(parameter.coupling, ()), parameter.values(value)]
        return Given({**self.values, parameter.coupling: own}, self.details)


def with_name(name: str, make: Callable[[], T]) -> T:
    """What is made; an error begins with the name of the option or key it is about."""
    try:
        return make()
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None

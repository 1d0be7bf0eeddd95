"""From what was given of couplings to the coupling itself: one alone, or all of them as one neutrino."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nuatom.choices.coupling_entry import Given
from nuatom.choices.couplings import COUPLINGS
from nuatom.choices.parameters import Parameter

if TYPE_CHECKING:
    from nuatom.neutrino import Coupling, Neutrino


@dataclass(frozen=True)
class CouplingPart:
    """One thing that is on.

    Attributes:
        word: of its entry.
        name: of the part, as `Coupling.components` has it.
        text: in words, with its numbers.
        coupling: by itself.
        arguments: what it is in a `Neutrino`.
    """

    word: str
    name: str
    text: str
    coupling: Coupling
    arguments: Mapping[str, Any]


def parts(given: Given, flavour: str | None = None, antineutrino: bool = False) -> list[CouplingPart]:
    """All that is on, in the order of the registry, for a neutrino of this flavour or of any that the source has.

    Raises:
        ValueError: for numbers out of range, or two descriptions of one property.
    """
    found = []
    described: dict[str, str] = {}
    for word, entry in COUPLINGS.items():
        several = given.values.get(word, ())
        if not several:
            continue
        if entry.describes and (other := described.setdefault(entry.describes, word)) != word:
            raise ValueError(f"{other} and {word} both say what the {entry.describes} is: take one of them out")
        keys = (*entry.details, *(COUPLINGS[entry.details_of].details if entry.details_of else ()))
        details = {key.name: given.details[key.name] for key in keys if key.name in given.details}
        for values in [tuple(several)] if entry.together else several:
            made = entry.make(*values, **details)
            name = entry.part or str(getattr(made, "name", word.replace("_", " ")))
            if entry.flavoured and flavour is not None:
                made = made.with_flavour(flavour, antineutrino)
            if entry.alone:
                arguments: Mapping[str, Any] = {}
            elif entry.arguments is None:
                arguments = {"parts": (made,)}
            else:
                arguments = entry.arguments(*values, **details)
            text = entry.told(word, values, details, flavour)
            found.append(CouplingPart(word, name, text, made, arguments))
    return found


def neutrino(given: Sequence[CouplingPart], flavour: str | None = None, antineutrino: bool = False) -> Neutrino:
    """All parts as one neutrino; its flavour is left to the source unless it is given.

    Raises:
        ValueError: for two that are the same property of a neutrino, or what a `Neutrino` refuses.
    """
    from nuatom.neutrino import Neutrino

    together: dict[str, Any] = {"weak": False}
    for part in given:
        for name, value in part.arguments.items():
            if isinstance(value, tuple):
                together[name] = (*together.get(name, ()), *value)
            elif name in together and name != "weak":
                raise ValueError(f"{part.name}: another coupling is the {name.replace('_', ' ')} of the neutrino too")
            else:
                together[name] = value
    return Neutrino(flavour, antineutrino, **together)


def couplings(given: Sequence[CouplingPart]) -> tuple[Coupling, ...]:
    """Parts as couplings whose rates add: one neutrino, and each that leads to another final state.

    Raises:
        ValueError: for two that are the same property of a neutrino, or what a `Neutrino` refuses.
    """
    together = [part for part in given if not COUPLINGS[part.word].alone]
    alone = [part.coupling for part in given if COUPLINGS[part.word].alone]
    return (*([neutrino(together)] if together else ()), *alone)


# --- what is fitted ------------------------------------------------------------------------------


def parameter(text: str) -> Parameter:
    """The parameter of a name such as "millicharge", "mediator:vector:10keV", "nsi:emu:L" or "heavy_lepton:100keV".

    Raises:
        ValueError: for a name that is none; the message has those there are.
    """
    word, *others = text.split(":")
    entry = COUPLINGS.get(word)
    if entry is None or entry.fitted is None:
        forms = [f"'{form}'" for form in parameter_forms()]
        raise ValueError(f"expected {', '.join(forms[:-1])} or {forms[-1]}, got {text!r}")
    try:
        return entry.fitted.named(word, tuple(others))
    except ValueError as error:
        finer = [
            one.fitted.form(other)
            for other, one in COUPLINGS.items()
            if others and one.fitted is not None and one.fitted.keys and entry.describes == one.describes != ""
        ]
        hint = f"; by flavour or mass state it is {', '.join(finer)}" if finer and not entry.fitted.keys else ""
        raise ValueError(f"{error}{hint}") from None


def parameter_forms() -> list[str]:
    """How the names of all parameters are written."""
    return [entry.fitted.form(word) for word, entry in COUPLINGS.items() if entry.fitted is not None]


class Parameters(Mapping[str, Parameter]):
    """The parameters whose name is one word: those of couplings that are one number."""

    def __getitem__(self, word: str) -> Parameter:
        entry = COUPLINGS[word]
        if entry.fitted is None or entry.fitted.keys:
            raise KeyError(word)
        return entry.fitted.make()

    def __iter__(self) -> Iterator[str]:
        return (word for word, entry in COUPLINGS.items() if entry.fitted is not None and not entry.fitted.keys)

    def __len__(self) -> int:
        return sum(1 for _ in self)


PARAMETERS: Mapping[str, Parameter] = Parameters()
"""The parameters whose name is one word, as the registry of couplings has them."""

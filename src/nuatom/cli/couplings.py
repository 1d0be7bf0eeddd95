"""What the neutrino couples with: the options that the registry of couplings declares, and what they stand for.

An option that is given switches its coupling on, and only what is given is on; without any, it is the magnetic moment.
A new coupling is one entry of `nuatom.choices.COUPLINGS`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuatom.choices import COUPLINGS, DEFAULT_MOMENT, FLAVOURS, CouplingEntry, Given
from nuatom.choices import neutrinos as making
from nuatom.choices.coupling_entry import with_name
from nuatom.cli.groups import OptionGroup, completion, option, option_of_key

if TYPE_CHECKING:
    from nuatom.neutrino import Coupling

_LONGEST = 60  # characters of couplings above a figure
_PANEL = "Couplings (what is given is on)"


@dataclass(frozen=True)
class ChosenCoupling:
    """A coupling and what it is in words.

    Attributes:
        coupling: the sum of all that is on.
        names: of the parts.
        text: the parts with their numbers, on one line.
        neutrino: flavour, and whether it is an antineutrino; empty where neither was given or matters.
        symbol: of the neutrino, for a figure; empty where `neutrino` is.
    """

    coupling: Coupling
    names: tuple[str, ...]
    text: str
    neutrino: str
    symbol: str = ""

    @property
    def title(self) -> str:
        """The neutrino and its couplings, with numbers where they are short enough to stand above a figure."""
        text = self.text.replace("; ", " + ")
        coupling = text if len(text) < _LONGEST else " + ".join(self.names)
        return f"{self.symbol}, {coupling}" if self.symbol else coupling

    @property
    def about(self) -> dict[str, str]:
        """For the summary and the attributes of files."""
        return {"coupling": self.text, **({"neutrino": self.neutrino} if self.neutrino else {})}


def read(typed: Mapping[str, Any]) -> Given:
    """What the options say, by the words of the registry.

    Args:
        typed: options as they were typed, by the names of couplings and of their details.

    Raises:
        ValueError: for a value that cannot be, or a detail of a coupling that is not on.
    """
    values = {word: entry.typed(word, typed.get(word)) for word, entry in COUPLINGS.items()}
    details = {}
    for word, entry in COUPLINGS.items():
        for key in entry.details:
            text = typed.get(key.name)
            if text is None:
                continue
            if not any(values[other] for other in COUPLINGS.detailed(word)):
                name, option_of = word.replace("_", " "), entry.option_of(word)
                raise ValueError(f"{key.option} is a number of the coupling {name}: add {option_of}")
            details[key.name] = with_name(key.option, lambda key=key, text=text: key.read_typed(text))  # type: ignore[misc]
    return Given(values, details)


def make_coupling(given: Given, flavour: str | None = None, antineutrino: bool = False) -> ChosenCoupling:
    """The coupling of what was given: one alone, or all of them as one `Neutrino`; the magnetic moment of nothing.

    Args:
        given: what the options say (`read`), or a configuration.
        flavour: as it was typed; e unless it is given.
        antineutrino: whether it is one.

    Raises:
        ValueError: for a word, a number or a combination that cannot be.
    """
    used = "e" if flavour is None else flavour
    FLAVOURS.choose(used)
    if not any(given.values.values()):
        given = Given({**given.values, "magnetic_moment": [(DEFAULT_MOMENT,)]}, given.details)
    parts = making.parts(given, used, antineutrino)
    alone = [part for part in parts if COUPLINGS[part.word].alone]
    if alone and len(parts) > 1:
        raise ValueError(
            f"{COUPLINGS[alone[0].word].option_of(alone[0].word)} has a final state of its own: give it alone, and add "
            "the cross sections"
        )
    matters = len(parts) > 1 or COUPLINGS[parts[0].word].flavoured  # one alone has no flavour, but for some
    coupling = parts[0].coupling if len(parts) == 1 else making.neutrino(parts, used, antineutrino)
    return ChosenCoupling(
        coupling,
        tuple(part.name for part in parts),
        "; ".join(part.text for part in parts),
        _neutrino_in_words(flavour, antineutrino) if matters else _given_in_words(flavour, antineutrino),
        _symbol(used, antineutrino) if matters or flavour is not None or antineutrino else "",
    )


def _symbol(flavour: str, antineutrino: bool) -> str:
    index = {"e": "e"}.get(flavour, rf"\{flavour}")
    return rf"$\bar\nu_{{{index}}}$" if antineutrino else rf"$\nu_{{{index}}}$"


def _neutrino_in_words(flavour: str | None, antineutrino: bool) -> str:
    kind = "antineutrino" if antineutrino else "neutrino"
    default = " (no --flavour given: e)" if flavour is None else ""
    return f"{FLAVOURS['e' if flavour is None else flavour].what} {kind}{default}"


def _given_in_words(flavour: str | None, antineutrino: bool) -> str:
    """The neutrino where it makes no difference: only if somebody asked for it."""
    if flavour is None and not antineutrino:
        return ""
    return f"{_neutrino_in_words(flavour, antineutrino)}, like any other to this coupling"


# --- how they are asked for, and explained -------------------------------------------------------


def _options() -> list[inspect.Parameter]:
    found = []
    for word, entry in COUPLINGS.items():
        found.append(_option(word, entry))
        found += [option_of_key(key, _PANEL) for key in entry.details]
    return found


def _option(word: str, entry: CouplingEntry) -> inspect.Parameter:
    name = entry.option_of(word)
    if entry.is_switch:
        return option(word, name, bool, False, None, entry.what, _PANEL)
    kind: Any = list[str] if entry.repeatable else entry.keys[0].type if len(entry.keys) == 1 else str
    return option(word, name, kind | None, None, entry.form, entry.what, _PANEL)


Options = Annotated[Mapping[str, Any], OptionGroup(_options)]
"""All couplings and their details."""
FlavourOption = Annotated[
    str | None,
    typer.Option(
        "--flavour",
        metavar="|".join(FLAVOURS),
        autocompletion=completion(FLAVOURS),
        help="Flavour of the neutrino where it reaches the atom; it matters to the weak interaction and to ε; "
        "by default e.",
        rich_help_panel="Neutrino",
    ),
]
AntineutrinoOption = Annotated[
    bool,
    typer.Option(
        "--antineutrino",
        help="It is an antineutrino, as from a reactor: the product of vector and axial coupling changes sign.",
        rich_help_panel="Neutrino",
    ),
]

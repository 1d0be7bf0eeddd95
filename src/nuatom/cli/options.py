"""The options that commands share, and the objects their words stand for.

What the words of physics stand for is in `nuatom.choices`, and what the neutrino couples with is in `couplings`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuatom import choices
from nuatom.choices.coupling_entry import with_name
from nuatom.choices.formats import forms_in_words
from nuatom.cli import screen
from nuatom.cli.groups import OptionGroup, completion, described, option_of_key

if TYPE_CHECKING:
    from nuatom.atom.field import Atom
    from nuatom.functions import Function
    from nuatom.response.model import ResponseModel

UNITS: Mapping[str, str] = {"eV": "eV", "keV": "keV", "MeV": "MeV"}
NOTHING: Mapping[str, Any] = MappingProxyType({})
"""No option of a group was given."""
_STANDING = choices.FieldWords()


# --- what words make -----------------------------------------------------------------------------


def in_matter(density: float | None, model: str) -> str:
    """Words for what the atoms of a target are in, after those of their response; none where it cannot be chosen."""
    from nuatom.units import cm, g

    if density is not None:
        return f", in matter of {density / (g / cm**3):.4g} g/cm³"
    return ", isolated atoms" if choices.MODELS[model].photons else ""


def matter_of(matter: bool | None, density: str | None, model: str) -> tuple[bool | None, float | None]:
    """What --matter or --isolated and --density say, the latter as a number.

    Raises:
        ValueError: for a density that cannot be read or stands beside --isolated, and for matter of a model that has no
            permittivity.
    """
    from nuatom.quantities import DENSITY, parse_quantity

    if density is None and not matter:
        return matter, None
    if density is not None and matter is False:
        raise ValueError("--density is that of matter, and --isolated atoms are in none: leave one of them out")
    if not choices.MODELS[model].photons:
        able = ", ".join(choices.PHOTO_MODELS)
        option = "--matter" if matter else "--density"
        raise ValueError(
            f"{option}: the model {model} absorbs no photons, of which the permittivity is made: take one of {able}, "
            "or --isolated"
        )
    if density is None:
        return matter, None
    number = with_name("--density", lambda: parse_quantity(density, DENSITY))
    if not number > 0:
        raise ValueError(f"--density: expected more than zero, such as {DENSITY.example}, got {density!r}")
    return True, number


def keys_of_matter(matter: bool | None, density: str | None, model: str) -> dict[str, Any]:
    """What --matter, --isolated and --density say, as keys of the target in a configuration; errors as `matter_of`."""
    asked, number = matter_of(matter, density, model)
    keys: dict[str, Any] = {} if asked is None else {"matter": asked}
    return keys if number is None else {**keys, "density": density}


@dataclass(frozen=True)
class ChosenResponse:
    """A response model as it was asked for.

    Attributes:
        word: of the model.
        options: its own, by name; those that were not given are its own default.
    """

    word: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def entry(self) -> choices.ResponseEntry:
        """What the word stands for."""
        return choices.MODELS[self.word]

    def of(
        self, atom: Atom, tolerance: float = choices.How.tolerance, progress: screen.Progress | None = None
    ) -> ResponseModel:
        """The model of an atom."""
        return choices.model(self.word, atom, tolerance, progress, **self.options)

    def in_words(self, tolerance: float | None = None) -> str:
        """The model and the numbers it depends on, the tolerance if that is to be told."""
        words = [self.word, *self.entry.told(self.options)]
        if tolerance is not None and self.entry.tables is not None and self.entry.axial:
            words.append(f"tolerance {tolerance:g}")
        return ", ".join(words)

    def in_field(self, words: choices.FieldWords) -> str:
        """The model, and the field of the atom where that matters to it."""
        field_of_atom = f", {words.exchange} exchange, {words.binding} thresholds" if self.entry.in_field else ""
        return f"{self.in_words()}{field_of_atom}"


def choose_model(
    word: str,
    among: Mapping[str, choices.ResponseEntry],
    typed: Mapping[str, Any] = NOTHING,
    configured: Mapping[str, Any] = NOTHING,
) -> ChosenResponse:
    """The model of this word, with the options that are its own.

    Args:
        word: of the model.
        among: the models there are.
        typed: options of models as they were typed, by name; None for one that was not.
        configured: values of its options that a configuration has, unless they are typed.

    Raises:
        ValueError: for an unknown word, an option of another model, or a value that cannot be.
    """
    entry = choices.choose("model", word, among)
    own = {key.name: key for key in entry.options}
    values = dict(configured)
    for name, text in typed.items():
        if text is None:
            continue
        if name not in own:
            owners = " and ".join(choices.MODELS.owners(name))
            declared = choices.MODELS.options()[name].option
            raise ValueError(f"{declared} is a choice of the model {owners}, not of {word}: add --model {owners}")
        values[name] = with_name(own[name].option, lambda name=name, text=text: own[name].read_typed(text))  # type: ignore[misc]
    for name, key in own.items():
        if key.default is choices.REQUIRED and name not in values:
            raise ValueError(f"the model {word} needs {key.option}{f', such as {key.example}' if key.example else ''}")
    return ChosenResponse(word, values)


def typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    found = context.get_parameter_source(name)
    return found is not None and found.name == "COMMANDLINE"


def option_as_typed(name: str, word: str) -> str:
    """An option with a word, as one types it."""
    return f"--{name} {word}"


def field_of(
    context: typer.Context,
    word: str,
    exchange: str,
    nucleus: str,
    binding: str,
    standing: choices.FieldWords = _STANDING,
) -> choices.FieldWords:
    """The field of the atoms of a model: the model's own, what was typed, and what stands for the rest.

    Args:
        context: of the command, which knows what was typed.
        word: of the model.
        exchange, nucleus, binding: values of the options.
        standing: what stands for options that were not typed.

    Raises:
        ValueError: for an option that was typed and of which the model has its own.
    """
    values = choices.FieldWords(exchange, nucleus, binding)._asdict()
    given = {name: value if typed(context, name) else None for name, value in values.items()}
    return choices.field_words(word, given, standing, option_as_typed)


def make_atom(symbol: str, exchange: str, nucleus: str, binding: str) -> Atom:
    """The atom these words describe, with its field solved.

    Raises:
        ValueError: for an unknown element or choice.
        SelfConsistencyError: if its field does not converge.
    """
    atom = choices.atom(symbol, exchange, nucleus, binding)
    with screen.progress(f"solving the field of {atom.symbol}"):
        _ = atom.shells
    return atom


def check_model(word: str, functions: Iterable[Function]) -> None:
    """Find out, before anything is computed, whether a model has what a coupling asks for.

    Raises:
        ValueError: if it has not.
    """
    from nuatom.functions import VECTOR

    lacking = [function.value.replace("_", " ") for function in functions if function not in VECTOR]
    if word not in choices.RESPONSES and lacking:
        raise ValueError(
            f"the model {word} has S and R only, and this coupling needs {', '.join(lacking)}: "
            f"take one of {', '.join(choices.RESPONSES)}"
        )


def make_model(
    chosen: ChosenResponse, atom: Atom, tolerance: float, functions: Iterable[Function] = ()
) -> ResponseModel:
    """The response model of an atom, its table of these functions (of S and R in any case) built.

    Raises:
        ValueError: for a tolerance out of range, or a model this atom has not.
    """
    from nuatom.functions import VECTOR

    tables = choices.MODELS[chosen.word].tables
    axial = any(function not in VECTOR for function in functions)
    what = "all functions" if axial else "S and R"
    with screen.progress(f"computing {what} of {atom.symbol}, {chosen.word}") as report:
        made = chosen.of(atom, tolerance, report)
        if tables is not None:
            tables(made, axial)
    return made


# --- how they are asked for, and explained -------------------------------------------------------

_ATOM, _OUTPUT = "Atom and model", "Output"


def teaching(function: Callable[..., None]) -> str:
    """The docstring of a command as its help: each paragraph flows, whatever the width."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _words(among: Mapping[str, object]) -> str:
    return "|".join(among)


def explained(among: Mapping[str, Any], text: str = "") -> str:
    """What an option is, and what each of its words is."""
    return " ".join([text, *(f"{word}: {what}." for word, what in described(among).items())]).strip()


def _own_options() -> list[inspect.Parameter]:
    """The options of all models that are their own."""
    return [option_of_key(key, _ATOM) for key in choices.MODELS.options().values() if key.typed]


WORDS_OF_TARGETS = (
    "An element (Xe, xenon, 54), an isotope (Ge-76), an enriched mixture by fractions of the atoms "
    "(Ge[74:0.12,76:0.88]) or a compound (CsI, water)"
)
"""The grammar of `nuatom.targets` in short."""
Symbol = Annotated[
    str,
    typer.Argument(
        metavar="ATOM",
        help="An atom by symbol, name or number: Xe, xenon, 54; an isotope such as Ge-76 has the same electrons.",
    ),
]
Model = Annotated[
    str,
    typer.Option(
        metavar="MODEL",
        autocompletion=completion(choices.MODELS),
        help=explained(choices.MODELS),
        rich_help_panel=_ATOM,
    ),
]
PhotoModel = Annotated[
    str,
    typer.Option(
        "--model",
        metavar=_words(choices.PHOTO_MODELS),
        autocompletion=completion(choices.PHOTO_MODELS),
        help=explained(choices.PHOTO_MODELS),
        rich_help_panel=_ATOM,
    ),
]
OwnOptions = Annotated[Mapping[str, Any], OptionGroup(_own_options)]
"""The options of single models, by name."""
ExchangeName = Annotated[
    str,
    typer.Option(
        "--exchange",
        metavar=_words(choices.EXCHANGES),
        autocompletion=completion(choices.EXCHANGES),
        help=explained(choices.EXCHANGES, "Exchange potential of the field."),
        rich_help_panel=_ATOM,
    ),
]
NucleusName = Annotated[
    str,
    typer.Option(
        "--nucleus",
        metavar=_words(choices.NUCLEI),
        autocompletion=completion(choices.NUCLEI),
        help=explained(choices.NUCLEI, "Charge distribution of the nucleus."),
        rich_help_panel=_ATOM,
    ),
]
BindingName = Annotated[
    str,
    typer.Option(
        "--binding",
        metavar=_words(choices.BINDINGS),
        autocompletion=completion(choices.BINDINGS),
        help=explained(choices.BINDINGS, "Thresholds."),
        rich_help_panel=_ATOM,
    ),
]
Tolerance = Annotated[
    float,
    typer.Option(metavar="FRACTION", help="Wanted relative accuracy of the response.", rich_help_panel=_ATOM),
]
Matter = Annotated[
    bool | None,
    typer.Option(
        "--matter/--isolated",
        help="Atoms that screen each other with the density that the target has as a detector (where that is known and "
        "the model absorbs photons), or each alone.",
        rich_help_panel=_ATOM,
    ),
]
Density = Annotated[
    str | None,
    typer.Option(
        metavar="DENSITY",
        help="Of the target, such as 5.323g/cm3, instead of the one that is known; noble gases are liquid.",
        rich_help_panel=_ATOM,
    ),
]
Unit = Annotated[
    str,
    typer.Option(
        metavar=_words(UNITS),
        autocompletion=completion(UNITS),
        help="Unit of energies on the screen; files are in keV.",
        rich_help_panel=_OUTPUT,
    ),
]
ByShell = Annotated[
    bool,
    typer.Option(
        "--by-shell/--total", help="Show the share of every subshell, or the atom only.", rich_help_panel=_OUTPUT
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help=f"Write a file; {forms_in_words()}. May be given several times.",
        rich_help_panel=_OUTPUT,
    ),
]

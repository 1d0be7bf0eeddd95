"""The options that commands share, and the objects their words stand for.

What the words of physics stand for is in `nuatom.choices`, and what the neutrino couples with is in `couplings`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import screen

if TYPE_CHECKING:
    from nuatom.atom.field import Atom
    from nuatom.functions import Function
    from nuatom.response.model import ResponseModel

UNITS: Mapping[str, str] = {"eV": "eV", "keV": "keV", "MeV": "MeV"}


# --- what words make -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """A response model as it was asked for.

    Attributes:
        word: of the model.
        interaction: through which it is screened; None for its own.
        width: of lines in the continuum; None for its own.
    """

    word: str
    interaction: str | None = None
    width: float | None = None

    def of(
        self, atom: Atom, tolerance: float = choices.How.tolerance, progress: screen.Progress | None = None
    ) -> ResponseModel:
        """The model of an atom."""
        return choices.model(self.word, atom, tolerance, self.interaction, self.width, progress)

    def in_words(self, tolerance: float | None = None) -> str:
        """The model and the numbers it depends on, the tolerance if that is to be told."""
        words = [self.word]
        if self.word == choices.SCREENED:
            from nuatom.response.screened import Screened

            width = Screened.width if self.width is None else self.width
            words += [f"{self.interaction or next(iter(choices.INTERACTIONS))} interaction", f"width {width:g}"]
        if tolerance is not None and self.word in choices.TABULATED:
            words.append(f"tolerance {tolerance:g}")
        return ", ".join(words)


def choose_model(
    word: str, among: Mapping[str, choices.Model], interaction: str | None = None, width: float | None = None
) -> Chosen:
    """The model of this word, screened through this interaction with lines of this width.

    Raises:
        ValueError: for an unknown word, or an interaction or a width out of range or of a model that has none.
    """
    choices.choose("model", word, among)
    given = {"--interaction": interaction, "--width": width}
    if name := choices.misplaced(word, given):
        raise ValueError(f"{name} is a choice of the model screened, not of {word}: add --model screened")
    if interaction is not None:
        choices.choose("interaction", interaction, choices.INTERACTIONS)
    if width is not None:
        from nuatom.atom.field import Atom
        from nuatom.response.screened import Screened

        Screened(Atom("He"), width=width)  # its check of the width, before an atom is solved
    return Chosen(word, interaction, width)


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


def make_model(chosen: Chosen, atom: Atom, tolerance: float, functions: Iterable[Function] = ()) -> ResponseModel:
    """The response model of an atom, its table of these functions (of S and R in any case) built.

    Raises:
        ValueError: for a tolerance out of range, or a model this atom has not.
    """
    from nuatom.functions import VECTOR

    tables = choices.MODELS[chosen.word].tables
    axial = any(function not in VECTOR for function in functions)
    with screen.progress(f"computing the response of {atom.symbol}") as report:
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


def _explained(among: Mapping[str, choices.Model]) -> str:
    return " ".join(f"{word}: {model.what}." for word, model in among.items())


def completion(among: Mapping[str, object]) -> Callable[[str], list[str]]:
    """What completes a word of these choices in a shell."""

    def complete(incomplete: str) -> list[str]:  # typer goes by the name of the argument
        return [word for word in among if word.startswith(incomplete)]

    return complete


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
        help=_explained(choices.MODELS),
        rich_help_panel=_ATOM,
    ),
]
PhotoModel = Annotated[
    str,
    typer.Option(
        "--model",
        metavar=_words(choices.PHOTO_MODELS),
        autocompletion=completion(choices.PHOTO_MODELS),
        help=_explained(choices.PHOTO_MODELS),
        rich_help_panel=_ATOM,
    ),
]
InteractionName = Annotated[
    str | None,
    typer.Option(
        "--interaction",
        metavar=_words(choices.INTERACTIONS),
        autocompletion=completion(choices.INTERACTIONS),
        help="What the electrons of --model screened feel of one another. local (taken if nothing is given): Coulomb "
        "and local exchange, of the field where that is local. averaged: Coulomb and orbital-averaged exchange, free "
        "of self-interaction. coulomb: no exchange. none: nothing, as a test.",
        rich_help_panel=_ATOM,
    ),
]
Width = Annotated[
    float | None,
    typer.Option(
        "--width",
        metavar="FRACTION",
        help="Full width of excitations of inner shells in --model screened, over their energy, 0.001 to 0.1; 0.005 if "
        "nothing is given. It spreads a line and keeps its strength.",
        rich_help_panel=_ATOM,
    ),
]
ExchangeName = Annotated[
    str,
    typer.Option(
        "--exchange",
        metavar=_words(choices.EXCHANGES),
        autocompletion=completion(choices.EXCHANGES),
        help="Exchange potential of the field. slater: averaged, as in EADL and EPDL. kohn-sham: two thirds of it. "
        "kli: exact exchange after Krieger, Li and Iafrate, without self-interaction; with --binding measured the "
        "nearest to measured photoabsorption.",
        rich_help_panel=_ATOM,
    ),
]
NucleusName = Annotated[
    str,
    typer.Option(
        "--nucleus",
        metavar=_words(choices.NUCLEI),
        autocompletion=completion(choices.NUCLEI),
        help="Charge distribution of the nucleus.",
        rich_help_panel=_ATOM,
    ),
]
BindingName = Annotated[
    str,
    typer.Option(
        "--binding",
        metavar=_words(choices.BINDINGS),
        autocompletion=completion(choices.BINDINGS),
        help="Thresholds: energies of the orbitals, or measured edges where there are any.",
        rich_help_panel=_ATOM,
    ),
]
Tolerance = Annotated[
    float,
    typer.Option(metavar="FRACTION", help="Wanted relative accuracy of the response.", rich_help_panel=_ATOM),
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
        help="Write a file; its suffix picks csv, json or nc (netCDF), and png or pdf where there is a "
        "figure. May be given several times.",
        rich_help_panel=_OUTPUT,
    ),
]

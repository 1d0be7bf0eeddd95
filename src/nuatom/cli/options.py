"""The options that commands share, and the objects their words stand for.

Every choice is one small table of words and what they make; a new model or exchange is one line here.  What the
neutrino couples with is in `couplings`.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from nuatom.cli import screen
from nuatom.cli.screen import Progress

if TYPE_CHECKING:
    from nuatom.atom.exchange import Exchange
    from nuatom.atom.field import Atom, Nucleus
    from nuatom.response.model import Function, ResponseModel
    from nuatom.response.screening.interaction import Interaction

T = TypeVar("T")
Make = Callable[["Atom", float, Progress | None, bool], "ResponseModel"]
"""A response model of an atom: tolerance, what to call about progress, and if more than S and R is wanted of it."""


# --- what words make -----------------------------------------------------------------------------


def _central_field(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.response.central_field import CentralField

    model = CentralField(atom, tolerance=tolerance, progress=progress)
    _ = model.full_table if axial else model.table  # from the disk, or computed now
    return model


def _screened(interaction: Interaction | None = None, width: float | None = None) -> Make:
    """What makes the screened model with this interaction and this width, or with its own."""

    def make(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
        from nuatom.response.model import ALL, VECTOR
        from nuatom.response.screened import Screened
        from nuatom.units import keV

        own = {"interaction": interaction, "width": width}
        model = Screened(
            atom,
            tolerance=tolerance,
            progress=progress,
            **{name: value for name, value in own.items() if value is not None},  # type: ignore[arg-type]
        )
        model.structure([keV], [10 * keV], ALL if axial else VECTOR)  # every table, from the disk or computed now
        return model

    return make


def _free(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.response.free import FreeElectrons

    return FreeElectrons(atom)


def _stepping(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.approximations import Stepping

    return Stepping(atom)


def _impulse(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.response.impulse import Impulse

    return Impulse(atom)


def _hydrogenic(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.response.hydrogenic import Hydrogenic

    if atom.Z != 1:
        raise ValueError(
            f"the model hydrogenic is of one electron in a bare charge, and {atom.symbol} has {atom.Z}: "
            "use it with H, or take central-field"
        )
    return Hydrogenic(n=1, l=0, Z=1)


def _frozen_photon(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.approximations import FrozenPhoton

    return FrozenPhoton(MODELS["central-field"](atom, tolerance, progress, axial))


def _coherent(atom: Atom, tolerance: float, progress: Progress | None, axial: bool) -> ResponseModel:
    from nuatom.approximations import CoherentSumRule

    return CoherentSumRule(atom)


def _slater() -> Exchange:
    from nuatom.atom.exchange import Slater

    return Slater()


def _kohn_sham() -> Exchange:
    from nuatom.atom.exchange import KohnSham

    return KohnSham()


def _point() -> Nucleus:
    from nuatom.atom.field import PointNucleus

    return PointNucleus()


def _uniform() -> Nucleus:
    from nuatom.atom.field import UniformNucleus

    return UniformNucleus()


def _local() -> Interaction:
    from nuatom.response.screening.interaction import LocalExchange

    return LocalExchange()


def _averaged() -> Interaction:
    from nuatom.response.screening.interaction import AveragedExchange

    return AveragedExchange()


def _coulomb() -> Interaction:
    from nuatom.response.screening.interaction import CoulombOnly

    return CoulombOnly()


def _none() -> Interaction:
    from nuatom.response.screening.interaction import NoInteraction

    return NoInteraction()


MODELS: Mapping[str, Make] = {
    "central-field": _central_field,
    "screened": _screened(),
    "free": _free,
    "stepping": _stepping,
    "impulse": _impulse,
    "hydrogenic": _hydrogenic,
    "frozen-photon": _frozen_photon,
    "coherent": _coherent,
}
PHOTO_MODELS: Mapping[str, Make] = {word: MODELS[word] for word in ("central-field", "screened", "hydrogenic")}
"""Those that absorb photons."""
VECTOR_MODELS = ("hydrogenic", "frozen-photon", "coherent")
"""Those that answer with S and R only, the charge and the transverse current."""
INTERACTIONS: Mapping[str, Callable[[], Interaction]] = {
    "local": _local,
    "averaged": _averaged,
    "coulomb": _coulomb,
    "none": _none,
}
EXCHANGES: Mapping[str, Callable[[], Exchange]] = {"slater": _slater, "kohn-sham": _kohn_sham}
NUCLEI: Mapping[str, Callable[[], Nucleus]] = {"point": _point, "uniform": _uniform}
BINDINGS: Mapping[str, str] = {"calculated": "calculated", "measured": "measured"}
UNITS: Mapping[str, str] = {"eV": "eV", "keV": "keV", "MeV": "MeV"}


def choose(what: str, word: str, choices: Mapping[str, T]) -> T:
    """What a word stands for.

    Raises:
        ValueError: for a word that is not among the choices, which are named.
    """
    if word in choices:
        return choices[word]
    near = difflib.get_close_matches(word, choices, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"unknown {what} {word!r}: expected {', '.join(choices)}{hint}")


def choose_model(word: str, choices: Mapping[str, Make], interaction: str | None, width: float | None) -> Make:
    """What makes the model of this word, screened through this interaction with lines of this width.

    Raises:
        ValueError: for an unknown word, or an interaction or a width out of range or of a model that has none.
    """
    make = choose("model", word, choices)
    if interaction is None and width is None:
        return make
    if word != "screened":
        given = "--interaction" if interaction is not None else "--width"
        raise ValueError(f"{given} is a choice of the model screened, not of {word}: add --model screened")
    from nuatom.atom.field import Atom
    from nuatom.response.screened import Screened

    chosen = None if interaction is None else choose("interaction", interaction, INTERACTIONS)()
    if width is not None:
        Screened(Atom("He"), width=width)  # its check of the width, before an atom is solved
    return _screened(chosen, width)


def model_in_words(word: str, tolerance: float, interaction: str | None, width: float | None) -> str:
    """A model and the numbers it depends on."""
    if word == "screened":
        from nuatom.response.screened import Screened

        width = Screened.width if width is None else width
        return f"screened, {interaction or 'local'} interaction, width {width:g}, tolerance {tolerance:g}"
    return f"{word}, tolerance {tolerance:g}" if word == "central-field" else word


def make_atom(symbol: str, exchange: str, nucleus: str, binding: str) -> Atom:
    """The atom these words describe, with its field solved.

    Raises:
        ValueError: for an unknown element or choice.
        SelfConsistencyError: if its field does not converge.
    """
    from nuatom.atom.field import Atom

    atom = Atom(
        symbol,
        exchange=choose("exchange", exchange, EXCHANGES)(),
        nucleus=choose("nucleus", nucleus, NUCLEI)(),
        binding=choose("binding", binding, BINDINGS),
    )
    with screen.progress(f"solving the field of {atom.symbol}"):
        _ = atom.shells
    return atom


def check_model(word: str, functions: Iterable[Function]) -> None:
    """Find out, before anything is computed, whether a model has what a coupling asks for.

    Raises:
        ValueError: if it has not.
    """
    from nuatom.response.model import VECTOR

    lacking = [function.value.replace("_", " ") for function in functions if function not in VECTOR]
    if word in VECTOR_MODELS and lacking:
        others = ", ".join(model for model in MODELS if model not in VECTOR_MODELS)
        raise ValueError(
            f"the model {word} has S and R only, and this coupling needs {', '.join(lacking)}: take one of {others}"
        )


def make_model(make: Make, atom: Atom, tolerance: float, functions: Iterable[Function] = ()) -> ResponseModel:
    """The response model of an atom, its table of these functions (of S and R in any case) built.

    Raises:
        ValueError: for a tolerance out of range, or a model this atom has not.
    """
    from nuatom.response.model import VECTOR

    axial = any(function not in VECTOR for function in functions)
    with screen.progress(f"computing the response of {atom.symbol}") as report:
        return make(atom, tolerance, report, axial)


# --- how they are asked for, and explained -------------------------------------------------------

_ATOM, _OUTPUT = "Atom and model", "Output"


def teaching(function: Callable[..., None]) -> str:
    """The docstring of a command as its help: each paragraph flows, whatever the width."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _words(choices: Mapping[str, object]) -> str:
    return "|".join(choices)


def completion(choices: Mapping[str, object]) -> Callable[[str], list[str]]:
    """What completes a word of these choices in a shell."""

    def complete(incomplete: str) -> list[str]:  # typer goes by the name of the argument
        return [word for word in choices if word.startswith(incomplete)]

    return complete


Symbol = Annotated[str, typer.Argument(metavar="ATOM", help="Symbol, name or atomic number: Xe, xenon, 54.")]
Model = Annotated[
    str,
    typer.Option(
        metavar="MODEL",
        autocompletion=completion(MODELS),
        help="central-field: bound electrons, each on its own. screened: they move together, which matters below some "
        "keV. free, stepping, impulse: the usual approximations. hydrogenic: closed forms (H only). frozen-photon, "
        "coherent: claims from the literature, known to be wrong.",
        rich_help_panel=_ATOM,
    ),
]
PhotoModel = Annotated[
    str,
    typer.Option(
        "--model",
        metavar=_words(PHOTO_MODELS),
        autocompletion=completion(PHOTO_MODELS),
        help="central-field: the self-consistent atom, each electron on its own. screened: its electrons move "
        "together, up to ten times better below some keV. hydrogenic: closed forms (H only).",
        rich_help_panel=_ATOM,
    ),
]
InteractionName = Annotated[
    str | None,
    typer.Option(
        "--interaction",
        metavar=_words(INTERACTIONS),
        autocompletion=completion(INTERACTIONS),
        help="What the electrons of --model screened feel of one another. local (taken if nothing is given): Coulomb "
        "and the exchange of the ground state's field. averaged: Coulomb and orbital-averaged exchange, free of "
        "self-interaction. coulomb: no exchange. none: nothing, as a test.",
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
        metavar=_words(EXCHANGES),
        autocompletion=completion(EXCHANGES),
        help="Local exchange potential.",
        rich_help_panel=_ATOM,
    ),
]
NucleusName = Annotated[
    str,
    typer.Option(
        "--nucleus",
        metavar=_words(NUCLEI),
        autocompletion=completion(NUCLEI),
        help="Charge distribution of the nucleus.",
        rich_help_panel=_ATOM,
    ),
]
BindingName = Annotated[
    str,
    typer.Option(
        "--binding",
        metavar=_words(BINDINGS),
        autocompletion=completion(BINDINGS),
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

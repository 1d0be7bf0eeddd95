"""The words for response models: how the electrons of an atom answer when they are hit.

A response of your own is one entry, and the options that are its own travel with it:

    from nuatom import choices

    def make(atom, how):
        from mine import Tabulated  # imported when it is made, not when the help is shown
        return Tabulated(atom, how.options["file"])

    choices.MODELS.add("tabulated", choices.ResponseEntry(
        "S from a file", make, axial=False, options=(choices.TextKey(name="file", what="With S.", is_file=True),)))

The word is then known to ``--model``, to ``response =`` of a configuration, to their help and errors; and so is the
option: ``--model tabulated --file s.csv``, and ``file = "s.csv"`` beside the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from nuatom.choices.atoms import FieldWords
from nuatom.choices.keys import REQUIRED, Key, NumberKey, WordKey
from nuatom.choices.registry import Choice, Registry

if TYPE_CHECKING:
    from nuatom.atom.field import Atom
    from nuatom.response.model import ResponseModel
    from nuatom.response.screening.interaction import Interaction

Progress = Callable[[int, int], None]
"""What is called with the number of steps done and of all."""
_STANDING = FieldWords()
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class How:
    """What a response model is made with, beside its atom.

    Attributes:
        tolerance: wanted relative accuracy, of models that have one.
        options: the values of the options that are the model's own, by name; those with a default are always there,
            and of the others those that were given.
        progress: called while a table is computed.
    """

    tolerance: float = 5e-3
    options: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress | None = None


@dataclass(frozen=True)
class OwnField:
    """The field of the atom of a model that leaves no choice of it.

    Attributes:
        words: those of it that cannot be chosen, by name: "exchange", "nucleus", "binding".
        instead: the word of a model of which they can.
    """

    words: Mapping[str, str]
    instead: str

    def told(self) -> str:
        """It in words."""
        nouns = {"binding": "thresholds"}
        return " and ".join(f"{word} {nouns.get(name, name)}" for name, word in self.words.items())


@dataclass(frozen=True)
class ResponseEntry:
    """A response model that a word stands for.

    Attributes:
        what: what it is, for the help: no other entry is described so.
        make: the model of an atom.
        tables: has the tables it needs read or computed, of S and R or of all functions; None if it has none.
        photons: whether it absorbs real photons.
        axial: whether it has all functions, and not S and R only.
        in_field: whether its numbers depend on the field of the atom: on exchange, nucleus and thresholds.
        own_field: what of that field is its own, so that nobody can choose it; None if all can be chosen.
        options: what it can be told that others cannot.  A default of None is left to the model.
        words: the values of the options in words, one phrase each; by default made of those that were given.
    """

    what: str
    make: Callable[[Atom, How], ResponseModel]
    tables: Callable[[ResponseModel, bool], object] | None = None
    photons: bool = False
    axial: bool = True
    in_field: bool = True
    own_field: OwnField | None = None
    options: tuple[Key, ...] = ()
    words: Callable[[Mapping[str, Any]], list[str]] | None = None

    def told(self, given: Mapping[str, Any]) -> list[str]:
        """The options in words, with what was given of them."""
        if self.words is not None:
            return self.words(given)
        known = {key.name: key for key in self.options}
        return [f"{name} {known[name].tell(value)}" for name, value in given.items() if value is not None]


class Responses(Registry[ResponseEntry]):
    """The registry of response models, which has no two options of one name that are not the same."""

    def __setitem__(self, word: str, entry: ResponseEntry) -> None:
        """Let a word stand for a response model.

        Raises:
            ValueError: for an option that another model has with another meaning, or one that all models share.
        """
        for key in entry.options:
            others = [
                w for w, e in self.items() if w != word and any(o.name == key.name and o != key for o in e.options)
            ]
            if others:
                raise ValueError(f"the response {word!r}: {others[0]!r} has another option {key.name!r}: rename it")
            if key.name in _SHARED:
                raise ValueError(f"the response {word!r}: the option {key.name!r} is one of all models: rename it")
        super().__setitem__(word, entry)

    def options(self) -> dict[str, Key]:
        """The options of all models, by name."""
        return {key.name: key for entry in self.values() for key in entry.options}

    def owners(self, option: str) -> list[str]:
        """The words of the models that have an option."""
        return [word for word, entry in self.items() if any(key.name == option for key in entry.options)]


_SHARED = ("response", "model", "exchange", "nucleus", "binding", "tolerance", "band", "output", "unit", "progress")


# --- what the words make -------------------------------------------------------------------------


def _interaction() -> ModuleType:
    from nuatom.response.screening import interaction

    return interaction


def _central_field(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.central_field import CentralField

    return CentralField(atom, tolerance=how.tolerance, progress=how.progress)


def _screened(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.screened import Screened

    given = dict(how.options)
    if "interaction" in given:
        given["interaction"] = INTERACTIONS.choose(given["interaction"])()
    return Screened(atom, tolerance=how.tolerance, progress=how.progress, **given)


def _screened_in_words(given: Mapping[str, Any]) -> list[str]:
    from nuatom.response.screened import Screened

    width = Screened.width if given.get("width") is None else given["width"]
    return [f"{given.get('interaction') or next(iter(INTERACTIONS))} interaction", f"width {width:g}"]


def _recommended(atom: Atom, how: How) -> ResponseModel:
    from nuatom.recommendation import recommended_atom

    own = recommended_atom(atom, how.tolerance, how.progress)
    if atom.exchange != own.atom.exchange:
        raise ValueError(
            f"the model recommended has exact exchange, not {atom.exchange!r}: leave the exchange out, or take screened"
        )
    return own


def _free(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.free import FreeElectrons

    return FreeElectrons(atom.symbol)  # of the symbol: no field has to be solved


def _stepping(atom: Atom, how: How) -> ResponseModel:
    from nuatom.approximations import Stepping

    return Stepping(atom)


def _impulse(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.impulse import Impulse

    return Impulse(atom)


def _hydrogenic(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.hydrogenic import Hydrogenic

    if atom.Z != 1:
        raise ValueError(
            f"the model hydrogenic is of one electron in a bare charge, and {atom.symbol} has {atom.Z}: "
            "use it with H, or take central-field"
        )
    return Hydrogenic(n=1, l=0, Z=1)


def _frozen_photon(atom: Atom, how: How) -> ResponseModel:
    from nuatom.approximations import FrozenPhoton

    return FrozenPhoton(MODELS["central-field"].make(atom, how))


def _coherent(atom: Atom, how: How) -> ResponseModel:
    from nuatom.approximations import CoherentSumRule

    return CoherentSumRule(atom)


def _tables(model: ResponseModel, axial: bool) -> None:
    """Have the tables of a model read or computed; one that stands on another asks for a value of it."""
    from nuatom.functions import ALL, VECTOR
    from nuatom.response.central_field import CentralField
    from nuatom.response.screened import Screened
    from nuatom.units import keV

    functions = ALL if axial else VECTOR
    if isinstance(model, CentralField | Screened):
        model.build(functions)
    else:
        model.structure([keV], [10 * keV], functions)


# --- the tables ----------------------------------------------------------------------------------

INTERACTIONS: Registry[Choice[Interaction]] = Registry(
    "interaction",
    {
        "local": Choice(
            "Coulomb and local exchange, of the field where that is local; taken if nothing is given",
            lambda: _interaction().LocalExchange(),
        ),
        "averaged": Choice(
            "Coulomb and orbital-averaged exchange, free of self-interaction", lambda: _interaction().AveragedExchange()
        ),
        "coulomb": Choice("no exchange", lambda: _interaction().CoulombOnly()),
        "none": Choice("nothing, as a test", lambda: _interaction().NoInteraction()),
    },
)
"""Through what electrons screen one another."""
_INTERACTION = WordKey(
    name="interaction",
    among=INTERACTIONS,
    default=None,
    what="What the electrons of --model screened feel of one another.",
)
_WIDTH = NumberKey(
    name="width",
    metavar="FRACTION",
    least=0.001,
    most=0.1,
    example="0.005",
    default=None,
    what="Full width of excitations of inner shells in --model screened, over their energy, 0.001 to 0.1; 0.005 if "
    "nothing is given. It spreads a line and keeps its strength.",
)
MODELS: Responses = Responses(
    "model",
    {
        "recommended": ResponseEntry(
            "the best there is: electrons that move together, in exact exchange and with measured edges; it takes no "
            "--exchange and no --binding",
            _recommended,
            _tables,
            photons=True,
            own_field=OwnField({"exchange": "kli", "binding": "measured"}, "screened"),
        ),
        "central-field": ResponseEntry("bound electrons, each on its own", _central_field, _tables, photons=True),
        "screened": ResponseEntry(
            "they move together, which matters below some keV",
            _screened,
            _tables,
            photons=True,
            options=(_INTERACTION, _WIDTH),
            words=_screened_in_words,
        ),
        "free": ResponseEntry("not bound and at rest", _free, in_field=False),
        "stepping": ResponseEntry("free above their thresholds", _stepping),
        "impulse": ResponseEntry("free, with the momenta that bound ones have", _impulse),
        "hydrogenic": ResponseEntry("closed forms (H only)", _hydrogenic, photons=True, axial=False, in_field=False),
        "frozen-photon": ResponseEntry(
            "a claim from the literature, known to be wrong: R as of a real photon at all momenta",
            _frozen_photon,
            _tables,
            axial=False,
        ),
        "coherent-sum-rule": ResponseEntry(
            "another claim known to be wrong: all electrons hit as one", _coherent, axial=False
        ),
    },
)
"""All response models."""
PHOTO_MODELS: Mapping[str, ResponseEntry] = MODELS.where(lambda model: model.photons)
"""Those that absorb real photons."""
RESPONSES: Mapping[str, ResponseEntry] = MODELS.where(lambda model: model.axial)
"""Those that have all functions: the weak interaction, which an experiment sees, asks for all of them."""
TABULATED: Mapping[str, ResponseEntry] = MODELS.where(lambda model: model.axial and model.tables is not None)
"""Those of them with tables that are kept on disk."""


def response_options(word: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a model's own options, with the defaults of those that were not given.

    Args:
        word: of the model.
        given: values by name; None for one that was not given.

    Raises:
        ValueError: for one that the model has not, or one that it needs.
    """
    known = {key.name: key for key in MODELS.choose(word).options}
    values = {name: value for name, value in given.items() if value is not None}
    for name in values:
        if name not in known:
            owners = MODELS.owners(name)
            whose = f"a choice of the model {' and '.join(owners)}, not of {word}" if owners else "no option of a model"
            raise ValueError(f"{name} is {whose}")
    for name, key in known.items():
        if name not in values and key.default is REQUIRED:
            raise ValueError(f"the model {word} needs {name}{f', such as {key.example}' if key.example else ''}")
    defaults = {name: key.default for name, key in known.items() if key.default not in (None, REQUIRED)}
    return {**defaults, **values}


def field_words(
    word: str,
    given: Mapping[str, str | None],
    standing: FieldWords = _STANDING,
    spelled: Callable[[str, str], str] = "{}={!r}".format,
) -> FieldWords:
    """The words for the field of the atoms of a model: the model's own, those asked for, and what stands for the rest.

    Args:
        word: of the model.
        given: those that were asked for, by name; None for one that was not.
        standing: what stands for those that were not.
        spelled: how somebody writes a choice, for the error: of its name and word.

    Raises:
        ValueError: for one that was asked for of which the model has its own.
    """
    entry = MODELS.choose(word)
    values = {name: value for name, value in given.items() if value is not None}
    if entry.own_field is None:
        return standing._replace(**values)
    own = entry.own_field
    refused = [spelled(name, value) for name, value in values.items() if name in own.words]
    if refused:
        wanted = " ".join([spelled("model", own.instead), *refused])
        raise ValueError(
            f"the model {word} has {own.told()} of its own: leave {' '.join(refused)} out, or take {wanted}"
        )
    return standing._replace(**{**values, **own.words})


def model(
    word: str, atom: Atom, tolerance: float = How.tolerance, progress: Progress | None = None, **options: Any
) -> ResponseModel:
    """The response model these words describe, its tables not yet asked for.

    Args:
        word: of the model.
        atom: whose response it is.
        tolerance: wanted relative accuracy, of models that have one.
        progress: called with (done, total) while a table is computed.
        options: the model's own: ``interaction="averaged"``, ``width=0.01``; None is as if it were not there.

    Raises:
        ValueError: for an unknown model or option, a value out of range, or a model this atom has not.
    """
    return MODELS.choose(word).make(atom, How(tolerance, response_options(word, options), progress))

"""The words for choices of physics and what they stand for, on the command line and in configurations alike.

One table for each kind of choice: a new exchange, nucleus, interaction or response model is one entry here, and is
then known to every command, every configuration, their help and their errors.  What a word stands for is imported
when it is made, so that help and completion cost nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from nuatom.atom.exchange import Exchange
    from nuatom.atom.field import Atom, Nucleus
    from nuatom.limit import Procedure
    from nuatom.response.model import ResponseModel
    from nuatom.response.screening.interaction import Interaction

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""What is called with the number of steps done and of all."""


# --- where the objects are -----------------------------------------------------------------------


def _exchange() -> ModuleType:
    from nuatom.atom import exchange

    return exchange


def _field() -> ModuleType:
    from nuatom.atom import field

    return field


def _interaction() -> ModuleType:
    from nuatom.response.screening import interaction

    return interaction


def _limit() -> ModuleType:
    from nuatom import limit

    return limit


# --- response models -----------------------------------------------------------------------------


@dataclass(frozen=True)
class How:
    """What a response model is made with, beside its atom.

    Attributes:
        tolerance: wanted relative accuracy, of models that have one.
        interaction: through what electrons screen, and
        width: that of lines in the continuum; both of the model screened, whose own they are unless given.
        progress: called while a table is computed.
    """

    tolerance: float = 5e-3
    interaction: Interaction | None = None
    width: float | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Model:
    """A response model that a word stands for.

    Attributes:
        what: what it is, for the help.
        make: the model of an atom.
        tables: has the tables it needs read or computed, of S and R or of all functions; None if it has none.
        photons: whether it absorbs real photons.
        axial: whether it has all functions, and not S and R only.
    """

    what: str
    make: Callable[[Atom, How], ResponseModel]
    tables: Callable[[ResponseModel, bool], object] | None = None
    photons: bool = False
    axial: bool = True


def _central_field(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.central_field import CentralField

    return CentralField(atom, tolerance=how.tolerance, progress=how.progress)


def _screened(atom: Atom, how: How) -> ResponseModel:
    from nuatom.response.screened import Screened

    own = {"interaction": how.interaction, "width": how.width}
    given = {name: value for name, value in own.items() if value is not None}
    return Screened(atom, tolerance=how.tolerance, progress=how.progress, **given)  # type: ignore[arg-type]


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
    """Ask for one value of a model in the range of its tables, which has them read or computed."""
    from nuatom.functions import ALL, VECTOR
    from nuatom.units import keV

    model.structure([keV], [10 * keV], ALL if axial else VECTOR)


# --- the tables ----------------------------------------------------------------------------------

_CLAIM = "a claim from the literature, known to be wrong"
MODELS: Mapping[str, Model] = {
    "central-field": Model("bound electrons, each on its own", _central_field, _tables, photons=True),
    "screened": Model("they move together, which matters below some keV", _screened, _tables, photons=True),
    "free": Model("not bound and at rest", _free),
    "stepping": Model("free above their thresholds", _stepping),
    "impulse": Model("free, with the momenta that bound ones have", _impulse),
    "hydrogenic": Model("closed forms (H only)", _hydrogenic, photons=True, axial=False),
    "frozen-photon": Model(_CLAIM, _frozen_photon, _tables, axial=False),
    "coherent": Model(_CLAIM, _coherent, axial=False),
}
EXCHANGES: Mapping[str, Callable[[], Exchange]] = {
    "slater": lambda: _exchange().Slater(),
    "kohn-sham": lambda: _exchange().KohnSham(),
    "kli": lambda: _exchange().KriegerLiIafrate(),
}
NUCLEI: Mapping[str, Callable[[], Nucleus]] = {
    "point": lambda: _field().PointNucleus(),
    "uniform": lambda: _field().UniformNucleus(),
}
BINDINGS: Mapping[str, str] = {"calculated": "calculated", "measured": "measured"}
INTERACTIONS: Mapping[str, Callable[[], Interaction]] = {
    "local": lambda: _interaction().LocalExchange(),
    "averaged": lambda: _interaction().AveragedExchange(),
    "coulomb": lambda: _interaction().CoulombOnly(),
    "none": lambda: _interaction().NoInteraction(),
}
PROCEDURES: Mapping[str, Callable[[], Procedure]] = {
    "one-sided": lambda: _limit().OneSided(),
    "cls": lambda: _limit().Cls(),
    "unified": lambda: _limit().Unified(),
    "pcl": lambda: _limit().PowerConstrained(),
}
METHODS: Mapping[str, str] = {
    "auto": "closed forms where many events decide, counted where few do",
    "asymptotic": "closed forms, however few events there are",
    "toys": "toys, however many events there are",
}
SCREENED = "screened"
"""The one model that has an interaction, the first of them unless another is asked for, and a width."""
PHOTO_MODELS: Mapping[str, Model] = {word: model for word, model in MODELS.items() if model.photons}
"""Those that absorb real photons."""
RESPONSES: Mapping[str, Model] = {word: model for word, model in MODELS.items() if model.axial}
"""Those that have all functions: the weak interaction, which an experiment sees, asks for all of them."""
TABULATED: Mapping[str, Model] = {word: model for word, model in RESPONSES.items() if model.tables is not None}
"""Those of them with tables that are kept on disk."""


# --- what words make -----------------------------------------------------------------------------


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


def atom(symbol: str, exchange: str = "slater", nucleus: str = "point", binding: str = "calculated") -> Atom:
    """The atom these words describe; its field is solved when it is first asked for.

    Args:
        symbol: a target that is one atom; an isotope has the electrons of its element.
        exchange, nucleus, binding: words of the tables above.

    Raises:
        ValueError: for an unknown element or choice, or a target of several atoms.
    """
    from nuatom.atom.field import Atom
    from nuatom.targets import single

    return Atom(
        single(symbol).symbol,
        exchange=choose("exchange", exchange, EXCHANGES)(),
        nucleus=choose("nucleus", nucleus, NUCLEI)(),
        binding=choose("binding", binding, BINDINGS),
    )


def model(
    word: str,
    atom: Atom,
    tolerance: float = How.tolerance,
    interaction: str | None = None,
    width: float | None = None,
    progress: Progress | None = None,
) -> ResponseModel:
    """The response model these words describe, its tables not yet asked for.

    Raises:
        ValueError: for an unknown model or interaction, a number out of range, or a model this atom has not.
    """
    through = None if interaction is None else choose("interaction", interaction, INTERACTIONS)()
    return choose("model", word, MODELS).make(atom, How(tolerance, through, width, progress))


def misplaced(word: str, given: Mapping[str, object]) -> str | None:
    """The name of a choice that was given and that only the model screened has; None if there is none.

    Args:
        word: the model they are given with.
        given: the choices by the names they were given under, such as "--width"; None for one that was not given.
    """
    return None if word == SCREENED else next((name for name, value in given.items() if value is not None), None)

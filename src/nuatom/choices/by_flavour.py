"""The words for moments, charges and radii by flavour, and for moments of mass states."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nuatom.choices.coupling_entry import CouplingEntry
from nuatom.choices.keys import Key, NumberKey, QuantityKey, WordKey
from nuatom.choices.parameters import Fitted, Parameter
from nuatom.choices.sources import FLAVOURS

if TYPE_CHECKING:
    from nuatom.neutrino import Coupling, FlavourMatrix

MOMENT, CHARGE, RADIUS = "magnetic moment", "millicharge", "charge radius"
"""Properties of a neutrino that more than one word describes."""

# --- what is read ----------------------------------------------------------------------------------

_ELEMENT = re.compile(r"(e|mu|tau)(e|mu|tau)")  # of a matrix in the flavour basis, as in "emu"


def element(value: Any) -> str:
    """An element of a matrix, the one above the diagonal of the two that are conjugate: "mue" is "emu"."""
    named = _ELEMENT.fullmatch(value) if isinstance(value, str) else None
    if named is None:
        raise ValueError(f"expected two of e, mu, tau, such as ee or emu, got {value!r}")
    words = list(FLAVOURS)
    return "".join(sorted(named.groups(), key=words.index))


def flavours_of(name: str) -> tuple[int, int]:
    """The row and the column of an element."""
    named = _ELEMENT.fullmatch(name)
    assert named is not None
    words = list(FLAVOURS)
    first, second = (words.index(word) for word in named.groups())
    return first, second


def _element_or_flavour(value: Any) -> str:
    """The same, and one flavour for an element on the diagonal: "e" is "ee"."""
    return element(2 * value if isinstance(value, str) and value in FLAVOURS else value)


def _states(count: int) -> Callable[[Any], str]:
    told = "one of 1, 2, 3" if count == 1 else "two of 1, 2, 3, such as 11 or 12"

    def read(value: Any) -> str:
        text = str(value)
        if isinstance(value, bool) or len(text) != count or not set(text) <= set("123"):
            raise ValueError(f"expected {told}, got {value!r}")
        return "".join(sorted(text))

    return read


# --- what is made ----------------------------------------------------------------------------------


def _by_flavour(*elements: tuple[str, float]) -> tuple[float, ...]:
    given = dict(elements)
    return tuple(given.get(flavour, 0.0) for flavour in FLAVOURS)


def _matrix(*elements: tuple[str, float]) -> FlavourMatrix:
    """Real elements of a hermitian matrix in the flavour basis; of one that is there twice the sum."""
    import numpy as np

    from nuatom.neutrino import FlavourMatrix

    found = np.zeros((3, 3))
    for name, value in elements:
        i, j = flavours_of(name)
        found[i, j] += value
        if i != j:
            found[j, i] += value
    return FlavourMatrix(found)


def _alone(argument: str, make: Callable[..., Any]) -> Callable[..., Coupling]:
    def made(*elements: tuple[str, float], **details: Any) -> Coupling:
        from nuatom.neutrino import Neutrino

        return Neutrino(weak=False, **{argument: make(*elements)}, **details)

    return made


def _argument(argument: str, make: Callable[..., Any]) -> Callable[..., Mapping[str, Any]]:
    return lambda *elements, **details: {argument: make(*elements), **details}


def _of_masses(kind: str) -> Callable[..., Coupling]:
    def made(*elements: tuple[str, float]) -> Coupling:
        from nuatom.neutrino import MagneticMoments

        found: Coupling = getattr(MagneticMoments, kind)(dict(elements))
        return found

    return made


def _told(symbol: str, unit: Callable[[float], str]) -> Callable[..., str]:
    def words(*elements: tuple[str, float], **_: object) -> str:
        return ", ".join(f"{symbol}_{name} = {unit(value)}" for name, value in elements)

    return words


def _bohr(value: float) -> str:
    return f"{value:g} Bohr magnetons"


def _charge(value: float) -> str:
    return f"{value:g} e"


def _area(value: float) -> str:
    from nuatom.units import cm2

    return f"{value / cm2:g} cm²"


def _lower(name: str) -> str:
    return name.replace("mu", r"\mu").replace("tau", r"\tau ")


# --- how they are fitted -----------------------------------------------------------------------------


def _fitted_moment(word: str, symbol: str) -> Callable[[str], Parameter]:
    """Fitted through its square, which the rate is linear in."""

    def make(name: str) -> Parameter:
        head = rf"{symbol}_{{{_lower(name)}}}"
        return Parameter(
            f"{word}:{name}",
            f"{word}_{name}_squared",
            1e-11,
            "Bohr magnetons",
            1.0,
            "μ_B",
            head,
            squared=True,
            part=MOMENT,
            values=lambda value: (name, value),
        )

    return make


def _fitted_charge(name: str) -> Parameter:
    return Parameter(
        f"flavour_millicharge:{name}",
        f"flavour_millicharge_{name}",
        1e-12,
        "e",
        1.0,
        "e",
        rf"q_{{{_lower(name)}}}",
        part=CHARGE,
        values=lambda value: (name, value),
    )


def _fitted_radius(name: str) -> Parameter:
    from nuatom.units import cm2

    return Parameter(
        f"flavour_charge_radius:{name}",
        f"flavour_charge_radius_{name}",
        1e-32 * cm2,
        "cm2",
        cm2,
        "cm²",
        rf"\langle r^2\rangle_{{{_lower(name)}}}",
        part=RADIUS,
        values=lambda value: (name, value),
    )


# --- the table ---------------------------------------------------------------------------------------

_MOMENT = NumberKey(name="moment", metavar="MU", least=0.0, example="3e-11")
_FLAVOUR = WordKey(name="flavour", among=FLAVOURS, metavar="FLAVOUR", example="e")
_FLAVOURS = Key(name="flavours", metavar="FLAVOURS", example="emu", reader=_element_or_flavour)
_INDEX = Key(name="index", metavar="I", example="1", reader=_states(1))
_PAIR = Key(name="states", metavar="JK", example="12", reader=_states(2))

BY_FLAVOUR: Mapping[str, CouplingEntry] = {
    "flavour_moment": CouplingEntry(
        what="Magnetic moment (effective) of one flavour, such as e:3e-11, in Bohr magnetons; the others "
        "have none unless it is given for them too. May be given several times.",
        keys=(_FLAVOUR, _MOMENT),
        make=_alone("magnetic_moment", _by_flavour),
        arguments=_argument("magnetic_moment", _by_flavour),
        words=lambda *elements, flavour=None: "magnetic moment, " + _told("μ", _bohr)(*elements),
        part=MOMENT,
        repeatable=True,
        together=True,
        twice=lambda flavour, *_: f"ν_{flavour}",
        flavoured=True,
        flips=lambda flavour, *_: f"scalar:{flavour}",
        describes=MOMENT,
        fitted=Fitted(_fitted_moment("flavour_moment", r"\mu"), (_FLAVOUR,)),
    ),
    "majorana_moment": CouplingEntry(
        what="Transition moment Λ_i of Majorana neutrinos, Λ_1 between the mass states 2 and 3 and so on, such as "
        "1:3e-11, in Bohr magnetons; real. May be given several times; alone.",
        keys=(_INDEX, _MOMENT),
        make=_of_masses("majorana"),
        words=lambda *elements, flavour=None: "Majorana moments, " + _told("Λ", _bohr)(*elements),
        part=MOMENT,
        repeatable=True,
        together=True,
        twice=lambda index, *_: f"Λ_{index}",
        alone=True,
        flavoured=True,
        describes=MOMENT,
        fitted=Fitted(_fitted_moment("majorana_moment", r"\Lambda"), (_INDEX,)),
    ),
    "dirac_moment": CouplingEntry(
        what="Moment μ_jk of Dirac neutrinos between two mass states, or of one, such as 12:3e-11 or 11:3e-11, in Bohr "
        "magnetons; real. May be given several times; alone.",
        keys=(_PAIR, _MOMENT),
        make=_of_masses("dirac"),
        words=lambda *elements, flavour=None: "Dirac moments, " + _told("μ", _bohr)(*elements),
        part=MOMENT,
        repeatable=True,
        together=True,
        twice=lambda states, *_: f"μ_{states}",
        alone=True,
        flavoured=True,
        describes=MOMENT,
        fitted=Fitted(_fitted_moment("dirac_moment", r"\mu"), (_PAIR,)),
    ),
    "flavour_millicharge": CouplingEntry(
        what="Electric charge by flavour in units of e, such as e:1e-13, or a transition charge, emu:1e-13, which "
        "changes the flavour; masses as of --millicharge. May be given several times.",
        keys=(_FLAVOURS, NumberKey(name="charge", metavar="Q", example="1e-13")),
        make=_alone("millicharge", _matrix),
        arguments=_argument("millicharge", _matrix),
        words=lambda *elements, flavour=None, **_: "millicharge, " + _told("q", _charge)(*elements),
        part=CHARGE,
        repeatable=True,
        together=True,
        twice=lambda name, *_: f"q_{name}",
        flavoured=True,
        describes=CHARGE,
        details_of="millicharge",
        fitted=Fitted(_fitted_charge, (_FLAVOURS,)),
    ),
    "flavour_charge_radius": CouplingEntry(
        what="Charge radius ⟨r²⟩ by flavour, such as mu:1e-32cm2, on top of the Standard Model's, or one that changes "
        "the flavour, emu:1e-32cm2. May be given several times.",
        keys=(
            _FLAVOURS,
            QuantityKey(name="area", dimension="AREA", metavar="AREA", example="1e-32cm2", signed=True),
        ),
        make=_alone("charge_radius", _matrix),
        arguments=_argument("charge_radius", _matrix),
        words=lambda *elements, flavour=None: "charge radius, " + _told("⟨r²⟩", _area)(*elements),
        part=RADIUS,
        repeatable=True,
        together=True,
        twice=lambda name, *_: f"⟨r²⟩_{name}",
        flavoured=True,
        describes=RADIUS,
        fitted=Fitted(_fitted_radius, (_FLAVOURS,)),
    ),
}
"""Entries of the registry of couplings."""

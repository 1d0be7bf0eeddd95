"""What the neutrino couples with: the options that say so, and the coupling that their words stand for.

An option that is given switches its coupling on, and only what is given is on; without any, it is the magnetic moment.
A new coupling is an option here, a field of `Words`, and some lines of `_parts`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from nuatom.choices import choose
from nuatom.cli.options import completion

if TYPE_CHECKING:
    from nuatom.neutrino import Coupling, Neutrino, NonStandard, Weak

T = TypeVar("T")
DEFAULT_MOMENT = 3.2e-11
"""The magnetic moment if nothing is said [Bohr magnetons]."""
FLAVOURS: Mapping[str, str] = {"e": "electron", "mu": "muon", "tau": "tau"}
MEDIATORS: Mapping[str, str] = {
    "vector": "VectorMediator",
    "axial": "AxialMediator",
    "scalar": "ScalarMediator",
    "pseudoscalar": "PseudoscalarMediator",
}
_ELEMENT = re.compile(r"(e|mu|tau)(e|mu|tau)")  # of ε, as in "emu"


@dataclass(frozen=True)
class Words:
    """The options of the neutrino as they were typed; None or nothing where one was not."""

    weak: bool = False
    flavour: str | None = None
    antineutrino: bool = False
    sin2_theta: float | None = None
    mu_nu: float | None = None
    millicharge: float | None = None
    charge_radius: str | None = None
    anapole: str | None = None
    mediators: Sequence[str] = ()
    nsi: Sequence[str] = ()
    heavy_lepton: str | None = None


@dataclass(frozen=True)
class Chosen:
    """A coupling and what it is in words.

    Attributes:
        coupling: the sum of all that is on.
        names: of the parts.
        text: the parts with their numbers, on one line.
        neutrino: flavour, and whether it is an antineutrino; empty where neither was given or matters.
    """

    coupling: Coupling
    names: tuple[str, ...]
    text: str
    neutrino: str

    @property
    def title(self) -> str:
        """Short enough to stand above a figure."""
        return self.text if len(self.names) == 1 and len(self.text) < 60 else " + ".join(self.names)

    @property
    def about(self) -> dict[str, str]:
        """For the summary and the attributes of files."""
        return {"coupling": self.text, **({"neutrino": self.neutrino} if self.neutrino else {})}


@dataclass(frozen=True)
class _Part:
    """One thing that is on: by itself, in words, and as an argument of `Neutrino`."""

    name: str
    text: str
    coupling: Coupling
    argument: str
    value: Any


def make_coupling(words: Words) -> Chosen:
    """The coupling that the options describe: one alone, or all of them as one `Neutrino`.

    Raises:
        ValueError: for a word, a number or a combination that cannot be.
    """
    flavour = words.flavour if words.flavour is not None else "e"
    choose("flavour", flavour, FLAVOURS)
    if words.sin2_theta is not None and not words.weak:
        raise ValueError("--sin2-theta is a number of the weak interaction: add --weak")
    if words.heavy_lepton is not None:
        return _heavy_lepton(words)
    parts = _parts(words, flavour)
    matters = words.weak or bool(words.nsi) or len(parts) > 1  # one alone has no flavour, but for these
    return Chosen(
        parts[0].coupling if len(parts) == 1 else _sum(parts, flavour, words.antineutrino),
        tuple(part.name for part in parts),
        "; ".join(part.text for part in parts),
        _neutrino_in_words(words, flavour) if matters else _given_in_words(words, flavour),
    )


def _sum(parts: Sequence[_Part], flavour: str, antineutrino: bool) -> Neutrino:
    """All parts as one neutrino; there may be several mediators, and one of everything else."""
    from nuatom.neutrino import Neutrino

    values: dict[str, Any] = {"weak": False}
    values |= {part.argument: part.value for part in parts if part.argument != "mediators"}
    mediators = [part.value for part in parts if part.argument == "mediators"]
    return Neutrino(flavour, antineutrino, mediators=mediators, **values)


def _parts(words: Words, flavour: str) -> list[_Part]:
    """All that is on, in the order in which it is told."""
    from nuatom.neutrino import Anapole, ChargeRadius, MagneticMoment, Millicharge, Neutrino, Weak

    found = []
    if words.weak:
        weak = Weak(flavour, words.antineutrino, sin2_theta=words.sin2_theta)
        found.append(_Part(weak.name, _weak_in_words(weak), weak, "weak", weak))
    if words.mu_nu is not None:
        moment = MagneticMoment(words.mu_nu)
        text = f"magnetic moment {words.mu_nu:g} Bohr magnetons"
        found.append(_Part(moment.name, text, moment, "magnetic_moment", words.mu_nu))
    if words.millicharge is not None:
        charge = Millicharge(words.millicharge)
        found.append(_Part(charge.name, f"millicharge {words.millicharge:g} e", charge, "millicharge", charge.charge))
    if words.charge_radius is not None:
        area, shown = _area("--charge-radius", words.charge_radius)
        radius = ChargeRadius(area)
        found.append(_Part(radius.name, f"charge radius ⟨r²⟩ = {shown}", radius, "charge_radius", area))
    if words.anapole is not None:
        area, shown = _area("--anapole", words.anapole)
        anapole = Anapole(area)
        found.append(_Part(anapole.name, f"anapole a = {shown}", anapole, "anapole", area))
    for typed in words.mediators:
        mediator, text = _mediator(typed)
        found.append(_Part(mediator.name, text, mediator, "mediators", mediator))
    if words.nsi:
        interactions, text = _nsi(words.nsi)
        only = Neutrino(flavour, words.antineutrino, nsi=interactions, weak=False)
        found.append(_Part("non-standard", text, only, "nsi", interactions))
    return found or _parts(Words(mu_nu=DEFAULT_MOMENT), flavour)


# --- one by one ----------------------------------------------------------------------------------


def _heavy_lepton(words: Words) -> Chosen:
    from nuatom.neutrino import HeavyLepton
    from nuatom.quantities import format_energy

    if _other_couplings(words):
        raise ValueError(
            "--heavy-lepton has another final state and other limits of Q: give it alone, and add the cross sections"
        )
    mass, moment = _split("--heavy-lepton", words.heavy_lepton or "", "MASS:MOMENT", "100keV:1e-10")
    option = f"--heavy-lepton {words.heavy_lepton}"
    coupling = HeavyLepton(_number(option, moment), _energy(option, mass))
    text = f"heavy lepton of {format_energy(coupling.mass)}, transition moment {coupling.moment:g} Bohr magnetons"
    return Chosen(coupling, (coupling.name,), text, _given_in_words(words, words.flavour or "e"))


def _other_couplings(words: Words) -> bool:
    single = (words.mu_nu, words.millicharge, words.charge_radius, words.anapole)
    return words.weak or any(value is not None for value in single) or bool(words.mediators) or bool(words.nsi)


def _weak_in_words(weak: Weak) -> str:
    g_V, g_A = weak.couplings()
    how = "with radiative corrections" if weak.sin2_theta is None else f"tree level, sin²θ_W = {weak.sin2_theta:g}"
    return f"weak, g_V = {g_V:.6g}, g_A = {g_A:.6g} ({how})"


def _area(option: str, text: str) -> tuple[float, str]:
    """An area of either sign, and how it is told."""
    from nuatom.quantities import AREA, parse_quantity
    from nuatom.units import cm2

    area = _with_option(option, lambda: parse_quantity(text, AREA, signed=True))
    return area, f"{area / cm2:g} cm²"


def _mediator(text: str) -> tuple[Any, str]:
    from nuatom import neutrino
    from nuatom.quantities import format_energy

    option = f"--mediator {text}"
    kind, mass, first, second = _split("--mediator", text, "KIND:MASS:G_NU:G_E", "vector:10keV:1e-6:1e-6")
    name = _with_option(option, lambda: choose("kind", kind, MEDIATORS))
    numbers = _energy(option, mass), _number(option, first), _number(option, second)
    made: Any = _with_option(option, lambda: getattr(neutrino, name)(*numbers))
    told = f"{kind} mediator of {format_energy(made.mass)}, g_ν = {made.neutrino:g}, g_e = {made.electron:g}"
    return made, told


def _nsi(texts: Sequence[str]) -> tuple[NonStandard, str]:
    """ε of the left- and the right-handed electron; both ends of an element off the diagonal."""
    import numpy as np

    from nuatom.neutrino import Flavour, NonStandard

    left, right = np.zeros((3, 3)), np.zeros((3, 3))
    told = []
    for text in texts:
        option = f"--nsi {text}"
        element, *values = _split("--nsi", text, "FLAVOURS:EPS_L:EPS_R", "emu:0.1:-0.05")
        named = _ELEMENT.fullmatch(element)
        if named is None:
            raise ValueError(f"{option}: expected two of e, mu, tau, such as ee or emu, got {element!r}")
        pair = tuple(Flavour.of(name).value for name in named.groups())
        for matrix, value in zip((left, right), values, strict=True):
            matrix[pair] = matrix[pair[::-1]] = _number(option, value)
        told.append(f"ε^L_{element} = {left[pair]:g}, ε^R_{element} = {right[pair]:g}")
    interactions: NonStandard = _with_option("--nsi", lambda: NonStandard.chiral(left, right))
    return interactions, f"non-standard, {', '.join(told)}"


def _neutrino_in_words(words: Words, flavour: str) -> str:
    kind = "antineutrino" if words.antineutrino else "neutrino"
    default = " (no --flavour given: e)" if words.flavour is None else ""
    return f"{FLAVOURS[flavour]} {kind}{default}"


def _given_in_words(words: Words, flavour: str) -> str:
    """The neutrino where it makes no difference: only if somebody asked for it."""
    if words.flavour is None and not words.antineutrino:
        return ""
    return f"{_neutrino_in_words(words, flavour)}, like any other to this coupling"


# --- reading -------------------------------------------------------------------------------------


def _split(option: str, text: str, form: str, example: str) -> list[str]:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != form.count(":") + 1:
        raise ValueError(f"{option} {text}: expected {form}, such as {example}")
    return parts


def _number(option: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{option}: expected a finite number such as 1e-6, got {text!r}")
    return number


def _energy(option: str, text: str) -> float:
    from nuatom.quantities import parse_quantity

    return _with_option(option, lambda: parse_quantity(text))


def _with_option(option: str, make: Callable[[], T]) -> T:
    """What is made; an error says which option it is about."""
    try:
        return make()
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from None


# --- how they are asked for, and explained -------------------------------------------------------

_COUPLINGS = "Couplings (what is given is on)"

WeakOption = Annotated[
    bool,
    typer.Option(
        "--weak",
        help="The weak interaction of the flavour, by Z and, for e, W: g_V and g_A with radiative corrections, which "
        "hold the Standard Model's charge radius.",
        rich_help_panel=_COUPLINGS,
    ),
]
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
Sin2ThetaOption = Annotated[
    float | None,
    typer.Option(
        "--sin2-theta",
        metavar="X",
        help="sin²θ_W for the weak couplings at tree level, g_V = 2 sin²θ_W ± 1/2 and g_A = ± 1/2, + for e, instead "
        "of the corrected ones.",
        rich_help_panel=_COUPLINGS,
    ),
]
MuNuOption = Annotated[
    float | None,
    typer.Option(
        "--mu-nu",
        metavar="MU",
        help="Magnetic moment (effective, ≥ 0) in Bohr magnetons; it flips the helicity and adds without "
        f"interference; {DEFAULT_MOMENT:g} if no coupling is given.",
        rich_help_panel=_COUPLINGS,
    ),
]
MillichargeOption = Annotated[
    float | None,
    typer.Option(
        "--millicharge",
        metavar="Q",
        help="Electric charge of the neutrino (minus that of the antineutrino) in units of e > 0, of either sign; "
        "a positive one lowers g_V. Photons that it radiates are limited by a neutrino mass of 0.05 eV.",
        rich_help_panel=_COUPLINGS,
    ),
]
ChargeRadiusOption = Annotated[
    str | None,
    typer.Option(
        "--charge-radius",
        metavar="AREA",
        help="Charge radius ⟨r²⟩ = 6 df/dq² at q² = 0, such as 1e-32cm2, of either sign, on top of the Standard "
        "Model's (-8.3e-33cm2 for e); a positive one raises g_V, by √2πα⟨r²⟩/3G_F. Texts with twice that shift have "
        "half this ⟨r²⟩.",
        rich_help_panel=_COUPLINGS,
    ),
]
AnapoleOption = Annotated[
    str | None,
    typer.Option(
        "--anapole",
        metavar="AREA",
        help="Anapole moment a, such as 1e-33cm2, of either sign; the same as a charge radius ⟨r²⟩ = -6a.",
        rich_help_panel=_COUPLINGS,
    ),
]
MediatorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mediator",
        metavar="KIND:MASS:G_NU:G_E",
        help=f"A new particle between neutrino and electron, {', '.join(MEDIATORS)}, with its mass and its couplings "
        "to the neutrino and to the electron, such as vector:10keV:1e-6:1e-6; g_ν g_e > 0 raises g_V (lowers g_A, if "
        "axial). May be given several times.",
        rich_help_panel=_COUPLINGS,
    ),
]
NsiOption = Annotated[
    list[str] | None,
    typer.Option(
        "--nsi",
        metavar="FLAVOURS:EPS_L:EPS_R",
        help="Non-standard interaction ε with the left- and the right-handed electron, such as ee:0.1:0 or "
        "emu:0.1:-0.05: ε_L + ε_R adds to g_V and ε_L - ε_R to g_A; with two flavours it changes one into the other. "
        "May be given several times.",
        rich_help_panel=_COUPLINGS,
    ),
]
HeavyLeptonOption = Annotated[
    str | None,
    typer.Option(
        "--heavy-lepton",
        metavar="MASS:MOMENT",
        help="The neutrino turns into a lepton of this mass by a transition moment in Bohr magnetons (twice the d of "
        "the dipole portal), such as 100keV:1e-10; alone.",
        rich_help_panel=_COUPLINGS,
    ),
]

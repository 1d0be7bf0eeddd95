"""The words for what a neutrino couples with, one entry for each: see `CouplingEntry` for one of your own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import log10
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nuatom.choices.by_flavour import BY_FLAVOUR, CHARGE, MOMENT, RADIUS, element, flavours_of
from nuatom.choices.coupling_entry import CouplingEntry, Couplings
from nuatom.choices.keys import FlagKey, Key, NumberKey, QuantityKey, WordKey
from nuatom.choices.parameters import Fitted, Parameter
from nuatom.choices.registry import Choice, Registry

if TYPE_CHECKING:
    from nuatom.neutrino import Coupling, NonStandard, Weak
    from nuatom.neutrino.mediators import Mediator


DEFAULT_MOMENT = 3.2e-11
"""The magnetic moment if nothing is said on the command line [Bohr magnetons]."""


def _neutrino() -> ModuleType:
    from nuatom import neutrino

    return neutrino


MEDIATORS: Registry[Choice[Callable[..., Mediator]]] = Registry(
    "kind",
    {
        "vector": Choice("with the electron's vector current", lambda: _neutrino().VectorMediator),
        "axial": Choice("with its axial current", lambda: _neutrino().AxialMediator),
        "scalar": Choice("with its scalar density", lambda: _neutrino().ScalarMediator),
        "pseudoscalar": Choice("with its pseudoscalar density", lambda: _neutrino().PseudoscalarMediator),
    },
)
"""Particles between neutrino and electron."""
_HANDS: Registry[Choice[str]] = Registry(
    "hand", {"L": Choice("left-handed electrons", lambda: "L"), "R": Choice("right-handed electrons", lambda: "R")}
)


# --- numbers of the neutrino itself --------------------------------------------------------------


def _weak(flavour: str | None = None, **details: float) -> Weak:
    made: Weak = _neutrino().Weak(flavour, **details)
    return made


def _weak_in_words(flavour: str | None = None, **details: float) -> str:
    couplings = "" if flavour is None else "g_V = {:.6g}, g_A = {:.6g} ".format(*_weak(flavour, **details).couplings())
    return f"weak, {couplings}({how_weak(details)})"


def how_weak(details: Mapping[str, float]) -> str:
    """Where g_V and g_A come from, in words."""
    given = [name for name in ("g_V", "g_A") if name in details]
    told = [f"{' and '.join(given)} as given"] if given else []
    if "sin2_theta" in details:
        told.insert(0, f"tree level, sin²θ_W = {details['sin2_theta']:g}")
    elif len(given) < 2:
        told.insert(0, "with radiative corrections")
    return ", ".join(told)


def _millicharge(charge: float, **details: float) -> Coupling:
    made: Coupling = _neutrino().Millicharge(charge, **details)
    return made


def _area_in_words(area: float) -> str:
    from nuatom.units import cm2

    return f"{area / cm2:g} cm²"


def _fitted_area(name: str, symbol: str) -> Fitted:
    def make() -> Parameter:
        from nuatom.units import cm2

        return Parameter(name, name, 1e-32 * cm2, "cm2", cm2, "cm²", symbol)

    return Fitted(make)


# --- mediators -----------------------------------------------------------------------------------


def _mediator(kind: str, mass: float, neutrino: float, electron: float) -> Mediator:
    return MEDIATORS[kind]()(mass, neutrino, electron)


def _mediator_in_words(kind: str, mass: float, neutrino: float, electron: float) -> str:
    from nuatom.quantities import format_energy

    return f"{kind} mediator of {format_energy(mass)}, g_ν = {neutrino:g}, g_e = {electron:g}"


def _flipping(kind: str, *_: Any) -> str:
    """A scalar interferes with other scalars and with a magnetic moment, a pseudoscalar with others of its kind."""
    return kind if kind in ("scalar", "pseudoscalar") else ""


def _fitted_mediator(kind: str, mass: float) -> Parameter:
    """g_ν g_e of one mass: of a vector or axial one with its sign, of a scalar or pseudoscalar one its square."""
    from nuatom.quantities import format_energy
    from nuatom.units import FERMI_CONSTANT, keV

    # About where it moves g_V by one at Q = 100 keV, as a power of ten.
    unit = 10.0 ** round(log10(2**0.5 * FERMI_CONSTANT * (mass**2 + (100 * keV) ** 2)))
    squared, at = bool(_flipping(kind)), format_energy(mass)
    return Parameter(
        f"mediator:{kind}:{at}",
        _identifier(f"{kind}_mediator_{at}" + ("_squared" if squared else "")),
        unit,
        "1",
        1.0,
        "g_ν g_e",
        r"g_\nu g_e",
        squared,
        f"{kind} mediator",
        lambda product: (kind, mass, product, 1.0),
    )


def _identifier(text: str) -> str:
    return re.sub(r"\W", "_", text)


# --- non-standard interactions -------------------------------------------------------------------


def _epsilon(*elements: tuple[str, float, float]) -> NonStandard:
    """ε of the left- and the right-handed electron; both ends of an element off the diagonal."""
    import numpy as np

    from nuatom.neutrino import NonStandard

    left, right = np.zeros((3, 3)), np.zeros((3, 3))
    for name, *values in elements:
        i, j = flavours_of(name)
        for matrix, value in zip((left, right), values, strict=True):
            matrix[i, j] += value
            if i != j:
                matrix[j, i] += value
    return NonStandard.chiral(left, right)


def _only_epsilon(*elements: tuple[str, float, float]) -> Coupling:
    made: Coupling = _neutrino().Neutrino(nsi=_epsilon(*elements), weak=False)
    return made


def _epsilon_in_words(*elements: tuple[str, float, float], **_: object) -> str:
    told = (f"ε^L_{name} = {left:g}, ε^R_{name} = {right:g}" for name, left, right in elements)
    return f"non-standard, {', '.join(told)}"


def _fitted_epsilon(element: str, hand: str) -> Parameter:
    """One real element of ε_L or ε_R; off the diagonal it changes the flavour, and its sign does not matter."""
    lower = element.replace("mu", r"\mu").replace("tau", r"\tau")
    return Parameter(
        f"nsi:{element}:{hand}",
        f"nsi_{element}_{hand}",
        1.0,
        "1",
        1.0,
        f"ε^{hand}_{element}",
        rf"\varepsilon^{hand}_{{{lower}}}",
        part="non-standard",
        values=lambda value: (element, value, 0.0) if hand == "L" else (element, 0.0, value),
    )


# --- the heavy lepton ----------------------------------------------------------------------------


def _heavy_lepton(mass: float, moment: float) -> Coupling:
    made: Coupling = _neutrino().HeavyLepton(moment, mass)
    return made


def _heavy_lepton_in_words(mass: float, moment: float) -> str:
    from nuatom.quantities import format_energy

    return f"heavy lepton of {format_energy(mass)}, transition moment {moment:g} Bohr magnetons"


def _fitted_heavy_lepton(mass: float) -> Parameter:
    from nuatom.quantities import format_energy

    at = format_energy(mass)
    return Parameter(
        f"heavy_lepton:{at}",
        _identifier(f"heavy_lepton_{at}_squared"),
        1e-11,
        "Bohr magnetons",
        1.0,
        "μ_B",
        r"\mu_N",
        squared=True,
        part="heavy lepton",
        values=lambda moment: (mass, moment),
    )


# --- the table -----------------------------------------------------------------------------------

_KIND = WordKey(name="kind", among=MEDIATORS, metavar="KIND", example="vector")
_MASS = QuantityKey(name="mass", metavar="MASS", example="10keV")
_FLAVOURS = Key(name="flavours", metavar="FLAVOURS", example="emu", reader=element)


def _about_element(element: str, *_: float) -> str:
    return f"ε_{element}"


def _photon_argument(charge: float, **details: float) -> Mapping[str, Any]:
    return {"millicharge": charge, **details}


COUPLINGS: Couplings = Couplings(
    "coupling",
    {
        "weak": CouplingEntry(
            what="The weak interaction of the flavour, by Z and, for e, W: g_V and g_A with radiative corrections, "
            "which hold the Standard Model's charge radius.",
            keys=(FlagKey(name="weak"),),
            make=_weak,
            arguments=lambda **details: {"weak": _weak(**details) if details else True},
            details=(
                NumberKey(
                    name="sin2_theta",
                    least=0.0,
                    most=1.0,
                    default=None,
                    example="0.2386",
                    what="sin²θ_W for the weak couplings at tree level, g_V = 2 sin²θ_W ± 1/2 and g_A = ± 1/2, + for "
                    "e, instead of the corrected ones.",
                ),
                NumberKey(
                    name="g_V", default=None, example="0.95", what="This g_V in weak scattering, of every flavour."
                ),
                NumberKey(
                    name="g_A", default=None, example="0.49", what="This g_A in weak scattering, of every flavour."
                ),
            ),
            words=_weak_in_words,
            flavoured=True,
            standard=True,
        ),
        "magnetic_moment": CouplingEntry(
            what="Magnetic moment (effective, ≥ 0) in Bohr magnetons; it flips the helicity and "
            f"interferes with scalar mediators only; {DEFAULT_MOMENT:g} if no coupling is given.",
            keys=(NumberKey(name="magnetic_moment", metavar="MU", least=0.0, example="3e-11"),),
            option="--mu-nu",
            make=lambda moment: _neutrino().MagneticMoment(moment),
            arguments=lambda moment: {"magnetic_moment": moment},
            words=lambda moment: f"magnetic moment {moment:g} Bohr magnetons",
            flips=lambda *_: "scalar",
            describes=MOMENT,
            fitted=Fitted(
                lambda: Parameter(
                    "magnetic_moment",
                    "magnetic_moment_squared",
                    1e-11,
                    "Bohr magnetons",
                    1.0,
                    "μ_B",
                    r"\mu_\nu",
                    squared=True,
                )
            ),
        ),
        "millicharge": CouplingEntry(
            what="Electric charge of the neutrino (minus that of the antineutrino) in units of e > 0, of either sign; "
            "a positive one lowers g_V. Photons that it radiates are limited by a neutrino mass of 0.05 eV.",
            keys=(NumberKey(name="millicharge", metavar="Q", example="1e-13"),),
            make=_millicharge,
            arguments=_photon_argument,
            details=(
                QuantityKey(
                    name="neutrino_mass",
                    metavar="MASS",
                    example="0.05eV",
                    default=None,
                    above_zero=True,
                    what="Mass of the neutrino in the logarithm of the photon line of a millicharge, instead of "
                    "0.05 eV.",
                ),
                QuantityKey(
                    name="photon_mass",
                    metavar="MASS",
                    example="1eV",
                    default=None,
                    what="Mass of the photon in an exchange between a millicharge and electrons, instead of 0: of a "
                    "plasma, say.",
                ),
            ),
            words=lambda charge, **_: f"millicharge {charge:g} e",
            describes=CHARGE,
            fitted=Fitted(lambda: Parameter("millicharge", "millicharge", 1e-12, "e", 1.0, "e", r"q_\nu")),
        ),
        "charge_radius": CouplingEntry(
            what="Charge radius ⟨r²⟩ = 6 df/dq² at q² = 0, such as 1e-32cm2, of either sign, on top of the Standard "
            "Model's (-8.3e-33cm2 for e); a positive one raises g_V, by √2πα⟨r²⟩/3G_F. Texts with twice that shift "
            "have half this ⟨r²⟩.",
            keys=(
                QuantityKey(name="charge_radius", dimension="AREA", metavar="AREA", example="1e-32cm2", signed=True),
            ),
            make=lambda area: _neutrino().ChargeRadius(area),
            arguments=lambda area: {"charge_radius": area},
            words=lambda area: f"charge radius ⟨r²⟩ = {_area_in_words(area)}",
            describes=RADIUS,
            fitted=_fitted_area("charge_radius", r"\langle r^2\rangle"),
        ),
        "anapole": CouplingEntry(
            what="Anapole moment a, such as 1e-33cm2, of either sign; the same as a charge radius ⟨r²⟩ = -6a.",
            keys=(QuantityKey(name="anapole", dimension="AREA", metavar="AREA", example="1e-33cm2", signed=True),),
            make=lambda area: _neutrino().Anapole(area),
            arguments=lambda area: {"anapole": area},
            words=lambda area: f"anapole a = {_area_in_words(area)}",
            fitted=_fitted_area("anapole", r"a_\nu"),
        ),
        **BY_FLAVOUR,
        "mediator": CouplingEntry(
            what=f"A new particle between neutrino and electron, {', '.join(MEDIATORS)}, with its mass and its "
            "couplings to the neutrino and to the electron, such as vector:10keV:1e-6:1e-6; g_ν g_e > 0 raises g_V "
            "(lowers g_A, if axial). May be given several times.",
            keys=(
                _KIND,
                _MASS,
                NumberKey(name="neutrino", metavar="G_NU", example="1e-6"),
                NumberKey(name="electron", metavar="G_E", example="1e-6"),
            ),
            make=_mediator,
            arguments=lambda *values: {"mediators": (_mediator(*values),)},
            words=_mediator_in_words,
            repeatable=True,
            flips=_flipping,
            fitted=Fitted(_fitted_mediator, (_KIND, _MASS)),
        ),
        "nsi": CouplingEntry(
            what="Non-standard interaction ε with the left- and the right-handed electron, such as ee:0.1:0 or "
            "emu:0.1:-0.05: ε_L + ε_R adds to g_V and ε_L - ε_R to g_A; with two flavours it changes one into the "
            "other. May be given several times.",
            keys=(
                _FLAVOURS,
                NumberKey(name="left", metavar="EPS_L", example="0.1", default=0.0),
                NumberKey(name="right", metavar="EPS_R", example="-0.05", default=0.0),
            ),
            make=_only_epsilon,
            arguments=lambda *elements: {"nsi": _epsilon(*elements)},
            words=_epsilon_in_words,
            part="non-standard",
            repeatable=True,
            together=True,
            twice=_about_element,
            flavoured=True,
            fitted=Fitted(_fitted_epsilon, (_FLAVOURS, WordKey(name="hand", among=_HANDS, metavar="L|R", example="L"))),
        ),
        "heavy_lepton": CouplingEntry(
            what="The neutrino turns into a lepton of this mass by a transition moment in Bohr magnetons (twice the d "
            "of the dipole portal), such as 100keV:1e-10; alone.",
            keys=(
                QuantityKey(name="mass", metavar="MASS", example="100keV"),
                NumberKey(name="moment", metavar="MOMENT", least=0.0, example="1e-10"),
            ),
            make=_heavy_lepton,
            words=_heavy_lepton_in_words,
            alone=True,
            fitted=Fitted(_fitted_heavy_lepton, (QuantityKey(name="mass", metavar="MASS", example="100keV"),)),
        ),
    },
)
"""All couplings, by the word that is their key in a configuration and their name in Python."""

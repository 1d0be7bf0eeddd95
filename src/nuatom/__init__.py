"""Neutrino-atom collisions with bound electrons, from first principles.

A neutrino coupling gives weights, an atom gives structure functions, and a cross section is the
integral of their product.  Everything a user needs is a name of this package::

    import nuatom as na
    from nuatom.units import MeV, keV

    model = na.CentralField(na.Atom("Ge"))
    na.cross_section(na.MagneticMoment(3.2e-11), model, energy=1 * MeV, transfer=[1 * keV, 10 * keV])

A name is imported when it is first used, so that ``import nuatom`` itself costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# Where each public name lives.  The block under TYPE_CHECKING says the same to type checkers and
# editors, which cannot follow __getattr__; a test keeps the two and __all__ equal.
_MODULES = ("choices", "coherent", "conformance", "detector", "limit", "probe", "source", "units")
_HOME = {
    "Anapole": "nuatom.neutrino",
    "Atom": "nuatom.atom.field",
    "AveragedExchange": "nuatom.response.screening.interaction",
    "AxialMediator": "nuatom.neutrino",
    "Band": "nuatom.band",
    "Basis": "nuatom.neutrino",
    "CentralField": "nuatom.response.central_field",
    "ChargeRadius": "nuatom.neutrino",
    "Chromium51": "nuatom.source",
    "CoherentSumRule": "nuatom.approximations",
    "CoulombOnly": "nuatom.response.screening.interaction",
    "Coupling": "nuatom.neutrino",
    "Detector": "nuatom.detector",
    "EquivalentPhoton": "nuatom.approximations",
    "EventGenerator": "nuatom.events",
    "Events": "nuatom.events",
    "Flavour": "nuatom.neutrino",
    "FlavourMatrix": "nuatom.neutrino",
    "FreeElectrons": "nuatom.response.free",
    "FrozenPhoton": "nuatom.approximations",
    "Function": "nuatom.functions",
    "HeavyLepton": "nuatom.neutrino",
    "HelicityConserving": "nuatom.neutrino",
    "Hydrogenic": "nuatom.response.hydrogenic",
    "Impulse": "nuatom.response.impulse",
    "InMedium": "nuatom.response.medium",
    "IncoherentSum": "nuatom.neutrino",
    "KohnSham": "nuatom.atom.exchange",
    "KriegerLiIafrate": "nuatom.atom.exchange",
    "Lines": "nuatom.response.model",
    "LocalExchange": "nuatom.response.screening.interaction",
    "MagneticMoment": "nuatom.neutrino",
    "MagneticMoments": "nuatom.neutrino",
    "Material": "nuatom.rates",
    "Measure": "nuatom.response.model",
    "Millicharge": "nuatom.neutrino",
    "Mixing": "nuatom.neutrino",
    "Moments": "nuatom.neutrino",
    "MonoEnergetic": "nuatom.source",
    "Neutrino": "nuatom.neutrino",
    "NonStandard": "nuatom.neutrino",
    "Part": "nuatom.neutrino",
    "PointNucleus": "nuatom.atom.field",
    "PseudoscalarMediator": "nuatom.neutrino",
    "Reactor": "nuatom.source",
    "RecoilGenerator": "nuatom.events",
    "Relaxation": "nuatom.atom.relaxation.model",
    "ResponseModel": "nuatom.response.model",
    "ScalarMediator": "nuatom.neutrino",
    "Screened": "nuatom.response.screened",
    "Shell": "nuatom.elements",
    "Slater": "nuatom.atom.exchange",
    "Solar": "nuatom.source",
    "Stepping": "nuatom.approximations",
    "StoppedPion": "nuatom.source",
    "Store": "nuatom.store",
    "StructureFunctions": "nuatom.response.model",
    "StructureWeights": "nuatom.neutrino",
    "Supernova": "nuatom.source",
    "TabulatedFlux": "nuatom.source",
    "Tritium": "nuatom.source",
    "UniformNucleus": "nuatom.atom.field",
    "VectorMediator": "nuatom.neutrino",
    "Weak": "nuatom.neutrino",
    "components": "nuatom.scattering",
    "compton_spectrum": "nuatom.observables.compton",
    "cross_section": "nuatom.scattering",
    "dark_matter_rate": "nuatom.observables.dark_matter",
    "density_response": "nuatom.observables.density",
    "effective_moment": "nuatom.neutrino",
    "element": "nuatom.elements",
    "generate": "nuatom.events",
    "generate_recoils": "nuatom.events",
    "henke_photoabsorption": "nuatom.measured",
    "incoherent_cross_section": "nuatom.observables.compton",
    "incoherent_function": "nuatom.observables.compton",
    "lines": "nuatom.scattering",
    "mean_excitation_energy": "nuatom.observables.stopping",
    "nuclear_rate_spectrum": "nuatom.rates",
    "photoabsorption": "nuatom.scattering",
    "rate": "nuatom.rates",
    "rate_spectrum": "nuatom.rates",
    "recommended": "nuatom.recommendation",
    "refuse_others": "nuatom.functions",
    "solar_moment": "nuatom.neutrino",
    "spectrum": "nuatom.scattering",
    "stopping_power": "nuatom.observables.stopping",
    "target": "nuatom.targets",
    "total_cross_section": "nuatom.scattering",
    "write_events": "nuatom.events.formats",
}

if TYPE_CHECKING:
    from nuatom import choices, coherent, conformance, detector, limit, probe, source, units
    from nuatom.approximations import CoherentSumRule, EquivalentPhoton, FrozenPhoton, Stepping
    from nuatom.atom.exchange import KohnSham, KriegerLiIafrate, Slater
    from nuatom.atom.field import Atom, PointNucleus, UniformNucleus
    from nuatom.atom.relaxation.model import Relaxation
    from nuatom.band import Band
    from nuatom.detector import Detector
    from nuatom.elements import Shell, element
    from nuatom.events import EventGenerator, Events, RecoilGenerator, generate, generate_recoils
    from nuatom.events.formats import write_events
    from nuatom.functions import Function, refuse_others
    from nuatom.measured import henke_photoabsorption
    from nuatom.neutrino import (
        Anapole,
        AxialMediator,
        Basis,
        ChargeRadius,
        Coupling,
        Flavour,
        FlavourMatrix,
        HeavyLepton,
        HelicityConserving,
        IncoherentSum,
        MagneticMoment,
        MagneticMoments,
        Millicharge,
        Mixing,
        Moments,
        Neutrino,
        NonStandard,
        Part,
        PseudoscalarMediator,
        ScalarMediator,
        StructureWeights,
        VectorMediator,
        Weak,
        effective_moment,
        solar_moment,
    )
    from nuatom.observables.compton import compton_spectrum, incoherent_cross_section, incoherent_function
    from nuatom.observables.dark_matter import dark_matter_rate
    from nuatom.observables.density import density_response
    from nuatom.observables.stopping import mean_excitation_energy, stopping_power
    from nuatom.rates import Material, nuclear_rate_spectrum, rate, rate_spectrum
    from nuatom.recommendation import recommended
    from nuatom.response.central_field import CentralField
    from nuatom.response.free import FreeElectrons
    from nuatom.response.hydrogenic import Hydrogenic
    from nuatom.response.impulse import Impulse
    from nuatom.response.medium import InMedium
    from nuatom.response.model import Lines, Measure, ResponseModel, StructureFunctions
    from nuatom.response.screened import Screened
    from nuatom.response.screening.interaction import AveragedExchange, CoulombOnly, LocalExchange
    from nuatom.scattering import components, cross_section, lines, photoabsorption, spectrum, total_cross_section
    from nuatom.source import Chromium51, MonoEnergetic, Reactor, Solar, StoppedPion, Supernova, TabulatedFlux, Tritium
    from nuatom.store import Store
    from nuatom.targets import target

__all__ = [
    "Anapole",
    "Atom",
    "AveragedExchange",
    "AxialMediator",
    "Band",
    "Basis",
    "CentralField",
    "ChargeRadius",
    "Chromium51",
    "CoherentSumRule",
    "CoulombOnly",
    "Coupling",
    "Detector",
    "EquivalentPhoton",
    "EventGenerator",
    "Events",
    "Flavour",
    "FlavourMatrix",
    "FreeElectrons",
    "FrozenPhoton",
    "Function",
    "HeavyLepton",
    "HelicityConserving",
    "Hydrogenic",
    "Impulse",
    "InMedium",
    "IncoherentSum",
    "KohnSham",
    "KriegerLiIafrate",
    "Lines",
    "LocalExchange",
    "MagneticMoment",
    "MagneticMoments",
    "Material",
    "Measure",
    "Millicharge",
    "Mixing",
    "Moments",
    "MonoEnergetic",
    "Neutrino",
    "NonStandard",
    "Part",
    "PointNucleus",
    "PseudoscalarMediator",
    "Reactor",
    "RecoilGenerator",
    "Relaxation",
    "ResponseModel",
    "ScalarMediator",
    "Screened",
    "Shell",
    "Slater",
    "Solar",
    "Stepping",
    "StoppedPion",
    "Store",
    "StructureFunctions",
    "StructureWeights",
    "Supernova",
    "TabulatedFlux",
    "Tritium",
    "UniformNucleus",
    "VectorMediator",
    "Weak",
    "__version__",
    "choices",
    "coherent",
    "components",
    "compton_spectrum",
    "conformance",
    "cross_section",
    "dark_matter_rate",
    "density_response",
    "detector",
    "effective_moment",
    "element",
    "generate",
    "generate_recoils",
    "henke_photoabsorption",
    "incoherent_cross_section",
    "incoherent_function",
    "limit",
    "lines",
    "mean_excitation_energy",
    "nuclear_rate_spectrum",
    "photoabsorption",
    "probe",
    "rate",
    "rate_spectrum",
    "recommended",
    "refuse_others",
    "solar_moment",
    "source",
    "spectrum",
    "stopping_power",
    "target",
    "total_cross_section",
    "units",
    "write_events",
]


if not TYPE_CHECKING:  # hidden from type checkers, which would take it to mean that any name exists

    def __getattr__(name: str) -> object:
        """Import a public name from its home on first use."""
        if name in _MODULES:
            return import_module(f"nuatom.{name}")
        if name not in _HOME:
            raise AttributeError(f"module 'nuatom' has no attribute {name!r}; public names: {', '.join(__all__)}")
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value  # the next look-up does not come here
        return value


def __dir__() -> list[str]:
    return sorted(__all__)

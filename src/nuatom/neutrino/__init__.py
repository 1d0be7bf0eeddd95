"""Neutrino couplings: what a neutrino of energy E demands of an atom's structure functions at (T, Q).

A coupling is a set of weights (`coupling`).  Those that keep the neutrino's helicity share one equation (`amplitude`):
weak (`weak`), millicharge, charge radius and anapole (`electromagnetic`), vector and axial mediators (`mediators`).
Magnetic moments and spinless mediators flip it (`flip`).  All of these are parts (`part`) of a neutrino (`total`);
`heavy` turns the neutrino into something else, and `mass_basis` has
moments of mass states.
"""

from nuatom.neutrino.amplitude import Amplitude, same
from nuatom.neutrino.coupling import Coupling, StructureWeights
from nuatom.neutrino.electromagnetic import (
    Anapole,
    ChargeRadius,
    MagneticMoment,
    Millicharge,
    standard_model_charge_radius,
    standard_model_moment,
)
from nuatom.neutrino.flavour import NUFIT, Basis, Flavour, FlavourMatrix, Mixing
from nuatom.neutrino.flip import FlipAmplitude
from nuatom.neutrino.heavy import HeavyLepton
from nuatom.neutrino.mass_basis import MagneticMoments
from nuatom.neutrino.mediators import AxialMediator, PseudoscalarMediator, ScalarMediator, VectorMediator
from nuatom.neutrino.moments import Moments, averaged_moment, effective_moment, mass_probabilities, solar_moment
from nuatom.neutrino.part import HelicityConserving, Part
from nuatom.neutrino.total import IncoherentSum, Neutrino
from nuatom.neutrino.weak import NonStandard, Weak

__all__ = [
    "NUFIT",
    "Amplitude",
    "Anapole",
    "AxialMediator",
    "Basis",
    "ChargeRadius",
    "Coupling",
    "Flavour",
    "FlavourMatrix",
    "FlipAmplitude",
    "HeavyLepton",
    "HelicityConserving",
    "IncoherentSum",
    "MagneticMoment",
    "MagneticMoments",
    "Millicharge",
    "Mixing",
    "Moments",
    "Neutrino",
    "NonStandard",
    "Part",
    "PseudoscalarMediator",
    "ScalarMediator",
    "StructureWeights",
    "VectorMediator",
    "Weak",
    "averaged_moment",
    "effective_moment",
    "mass_probabilities",
    "same",
    "solar_moment",
    "standard_model_charge_radius",
    "standard_model_moment",
]

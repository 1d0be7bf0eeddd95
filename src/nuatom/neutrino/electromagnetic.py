"""Electromagnetic properties of neutrinos: moments, millicharge, charge radius, anapole.

The vertex of a neutrino that emits a photon of momentum q, e > 0 and the electron of charge −e (C. Giunti and
A. Studenikin, Rev. Mod. Phys. 87 (2015) 531),

    Λ_μ = (γ_μ − q_μ q̸/q²)[f_Q(q²) + f_A(q²) q² γ5] − iσ_μν q^ν [f_M + i f_E γ5],
    f_Q = q_ν + q² ⟨r²⟩/6 + …,   f_A(0) = a,   ⟨r²⟩ = 6 df_Q/dq²|₀.

For left-handed neutrinos γ5 = −1: charge radius and anapole come as ⟨r²⟩ − 6a only.  The photon's propagator is
1/q² = −1/X with X = Q² − T², so that all of it moves the weak g_V by

    Δg_V = (√2πα/G_F) [ (⟨r²⟩ − 6a)/3 − 2 q_ν/X ],

for antineutrinos too: theirs is the same left-handed field.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt
from typing import ClassVar

from nuatom.bounds import LARGEST_ENERGY, check_number
from nuatom.neutrino.amplitude import Amplitude, same
from nuatom.neutrino.flavour import Flavour
from nuatom.neutrino.flip import FlipAmplitude
from nuatom.neutrino.part import HelicityConserving, Part
from nuatom.units import ELECTRON_MASS, FERMI_CONSTANT, FINE_STRUCTURE, HBARC2, GeV, MeV, cm2, eV

W_MASS = 80.377 * GeV
"""Mass of the W boson [energy] (Particle Data Group 2022)."""
LEPTON_MASSES = {Flavour.E: ELECTRON_MASS, Flavour.MU: 105.6583755 * MeV, Flavour.TAU: 1776.86 * MeV}
"""Masses of the charged leptons [energy] (Particle Data Group 2022)."""
NEUTRINO_MASS = 0.05 * eV
"""Mass assumed where a cross section depends on its logarithm: the square root of the larger splitting [energy]."""
RADIUS_TO_VECTOR = sqrt(2.0) * pi * FINE_STRUCTURE / (3 * FERMI_CONSTANT * HBARC2)
"""Δg_V per ⟨r²⟩ [1/area]."""

LARGEST_STRENGTH = 1e6
"""Of a moment in Bohr magnetons and of a charge in units of e: what is larger is a slip."""
LARGEST_AREA = 1e4 * cm2
"""Of a charge radius or an anapole: what is larger is a slip [area]."""


@dataclass(frozen=True)
class MagneticMoment(Part):
    """A (diagonal or effective) magnetic moment: helicity flips, so it adds incoherently to weak scattering.

        dσ/dT = (πα²μ²/m²) (2E−T)²/4E² ∫_{T²}^{(2E−T)²} (dQ²/Q²) { (1 − T²/Q²) S + [1 − Q²/(2E−T)²] R }

    Kouzakov and Studenikin, (K 6–8): the first term is the longitudinal, the second the transverse share.

    Args:
        moment: μ in Bohr magnetons, from 0 to 10⁶.

    Raises:
        ValueError: for another moment.
    """

    name: ClassVar[str] = "magnetic moment"

    moment: float

    def __post_init__(self) -> None:
        check_number("a magnetic moment", self.moment, 0.0, LARGEST_STRENGTH, unit="Bohr magnetons")

    def flips(self) -> tuple[FlipAmplitude, ...]:
        """The moment."""
        return (FlipAmplitude(moment=self.moment),)


@dataclass(frozen=True)
class Millicharge(HelicityConserving):
    """An electric charge of the neutrino, alone: Δg_V = −2√2πα q_ν/(G_F X).

    Free electrons at T ≪ m, E: 2πα² q_ν²/(mT²).  On bound electrons the transverse part is a photon that the atom
    absorbs, and grows with the logarithm of X at its lower end.  That end is set by the mass of the neutrino, or in
    matter by the photon's effective mass, which is far greater: 1/X → 1/(X + ω_p²).

    Args:
        charge: q_ν, in units of e > 0, of either sign.
        neutrino_mass: m_ν > 0 [energy].
        photon_mass: ω_p ≥ 0, the plasma energy of the medium; 0 for an atom alone [energy].

    Raises:
        ValueError: for values that are not numbers or out of range.
    """

    name: ClassVar[str] = "millicharge"

    charge: float
    neutrino_mass: float = NEUTRINO_MASS
    photon_mass: float = 0.0

    def __post_init__(self) -> None:
        check_number("a millicharge", self.charge, -LARGEST_STRENGTH, LARGEST_STRENGTH, unit="e")
        check_photon_line(self.neutrino_mass, self.photon_mass)

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """The photon."""
        return (Amplitude(vector=same(millicharge_amplitude(self.charge)), mass=self.photon_mass),)


@dataclass(frozen=True)
class ChargeRadius(HelicityConserving):
    """A charge radius, alone: Δg_V = (√2πα/G_F) ⟨r²⟩/3, a contact term.

    ⟨r²⟩ is what comes on top of the Standard Model's, which is inside the default g_V of `Weak`.  Positive values raise
    g_V: sin²θ_W → sin²θ_W (1 + M_W²⟨r²⟩/3).

    Args:
        mean_square: ⟨r²⟩ = 6 df_Q/dq²|₀, of either sign [area].

    Raises:
        ValueError: if it is not a number, or beyond 10⁴ cm².
    """

    name: ClassVar[str] = "charge radius"

    mean_square: float

    def __post_init__(self) -> None:
        check_area("a charge radius ⟨r²⟩", self.mean_square)

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """One contact term."""
        return (Amplitude(vector=same(RADIUS_TO_VECTOR * self.mean_square)),)


@dataclass(frozen=True)
class Anapole(HelicityConserving):
    """An anapole moment, alone: that of a charge radius ⟨r²⟩ = −6a, from which it cannot be told.

    It is the one diagonal electromagnetic property that a Majorana neutrino has.

    Args:
        moment: a = f_A(0), of either sign [area].

    Raises:
        ValueError: if it is not a number, or beyond 10⁴ cm².
    """

    name: ClassVar[str] = "anapole"

    moment: float

    def __post_init__(self) -> None:
        check_area("an anapole moment", self.moment)

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """One contact term."""
        return (Amplitude(vector=same(-6 * RADIUS_TO_VECTOR * self.moment)),)


def millicharge_amplitude(charge: complex) -> complex:
    """c_V = g_ν g_e = −4πα q_ν of the photon: the electron's charge is −e."""
    return -4 * pi * FINE_STRUCTURE * charge


def check_photon_line(neutrino_mass: float, photon_mass: float) -> None:
    """Raise a ValueError unless the masses that limit X from below are meaningful."""
    hint = ": a massless charge would radiate without limit along its direction"
    check_number("neutrino_mass", neutrino_mass, 0.0, LARGEST_ENERGY, above=True, unit="MeV", hint=hint)
    check_number("photon_mass", photon_mass, 0.0, LARGEST_ENERGY, unit="MeV")


def check_area(name: str, value: object) -> None:
    """Raise a ValueError unless a value is an area, of either sign, that is not a slip."""
    check_number(name, value, -LARGEST_AREA, LARGEST_AREA, unit="mm²")


def standard_model_moment(mass: float) -> float:
    """Magnetic moment of a Dirac neutrino with the Standard Model's charged currents only, in Bohr magnetons.

        μ_ν = 3 e G_F m_ν/(8√2 π²) = 3 G_F m m_ν/(4√2 π²) μ_B ≈ 3.2·10⁻¹⁹ μ_B (m_ν/eV)            (K 1)

    Args:
        mass: m_ν [energy].

    Raises:
        ValueError: for a mass that is not finite or negative.
    """
    check_number("a neutrino mass", mass, 0.0, LARGEST_ENERGY, unit="MeV")
    return 3 * FERMI_CONSTANT * ELECTRON_MASS * mass / (4 * sqrt(2.0) * pi**2)


def standard_model_charge_radius(flavour: Flavour | str) -> float:
    """The Standard Model's charge radius in the convention of `ChargeRadius` [area].

        ⟨r²⟩ = −(G_F/2√2π²) [3 − 2 ln(m_l²/M_W²)]: −8.3, −4.8 and −3.0 · 10⁻³³ cm² for e, μ and τ

    J. Bernabéu et al., Phys. Rev. D 62 (2000) 113012, times −2: their charge radius is half of 6 df_Q/dq² with the
    other sign.  The default couplings of `Weak` contain it already.

    Args:
        flavour: of the neutrino.

    Raises:
        ValueError: for an unknown flavour.
    """
    mass = LEPTON_MASSES[Flavour.of(flavour)]
    return -FERMI_CONSTANT * HBARC2 / (2 * sqrt(2.0) * pi**2) * (3 - 2 * log(mass**2 / W_MASS**2))

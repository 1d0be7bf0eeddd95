"""Neutrino couplings: what a neutrino of energy E demands of an atom's structure functions at (T, Q).

A coupling is a set of weights w such that, for T ≤ Q ≤ 2E − T,

    dσ/dT = ∫dQ² Σ_f w_f(E, T, Q) f(T, Q),   f = S, R, …

with the weights in area/energy², so that dσ/dT is an area per energy.  Massless neutrinos throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, pi, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.response.model import Array
from nuatom.units import ELECTRON_MASS, FERMI_CONSTANT, FINE_STRUCTURE, HBARC2, eV


@dataclass(frozen=True)
class StructureWeights:
    """Weights on the structure functions; each field has the name of the function it multiplies.

    A cross section runs over the fields of this class, so a further structure function is a further field,
    None (no weight, and not asked of the atom) unless a coupling sets it.

    Attributes:
        charge: weight of S, the broadcast shape of (E, T, Q) [area/energy²].
        current: weight of R, the same shape [area/energy²].
    """

    charge: Array
    current: Array


class Coupling(Protocol):
    """How a neutrino couples to electrons."""

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """Weights at neutrino energy E, transfer T and momentum Q, broadcast together [energy].

        Exactly zero where T ≥ E or Q is outside [T, 2E − T].
        """
        ...


@dataclass(frozen=True)
class MagneticMoment:
    """A (diagonal or effective) magnetic moment: helicity flips, so it adds incoherently to weak scattering.

        dσ/dT = (πα²μ²/m²) (2E−T)²/4E² ∫_{T²}^{(2E−T)²} (dQ²/Q²) { (1 − T²/Q²) S + [1 − Q²/(2E−T)²] R }

    Kouzakov and Studenikin, (K 6–8): the first term is the longitudinal, the second the transverse share.

    Args:
        moment: μ in Bohr magnetons, finite and ≥ 0.

    Raises:
        ValueError: for another moment.
    """

    moment: float

    def __post_init__(self) -> None:
        if not (isfinite(self.moment) and self.moment >= 0):
            raise ValueError(f"a magnetic moment is finite and ≥ 0 Bohr magnetons, got {self.moment}")

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """w_S and w_R of (K 6–8) at E, T, Q, broadcast together [energy] → [area/energy²]."""
        E, T, Q = (np.asarray(x, dtype=float) for x in (energy, transfer, momentum))
        most = 2 * E - T  # E + E', the greatest Q
        is_open = (T < E) & (Q >= T) & (most >= Q) & (Q > 0)
        Q = np.where(is_open, Q, 1.0)  # any number that does no harm where the weight is zero
        most = np.where(is_open, most, 1.0)
        scale = pi * (FINE_STRUCTURE * self.moment / ELECTRON_MASS) ** 2 * HBARC2
        common = np.where(is_open, scale * (most / (2 * E)) ** 2 / Q**2, 0.0)
        # (Q−T)(Q+T) keeps its digits where T → Q
        charge = common * (Q - T) * (Q + T) / Q**2
        current = common * (most - Q) * (most + Q) / most**2
        return StructureWeights(charge=charge, current=current)


def standard_model_moment(mass: float) -> float:
    """Magnetic moment of a Dirac neutrino with the Standard Model's charged currents only, in Bohr magnetons.

        μ_ν = 3 e G_F m_ν/(8√2 π²) = 3 G_F m m_ν/(4√2 π²) μ_B ≈ 3.2·10⁻¹⁹ μ_B (m_ν/eV)            (K 1)

    Args:
        mass: m_ν [energy].

    Raises:
        ValueError: for a mass that is not finite or negative.
    """
    if not (isfinite(mass) and mass >= 0):
        raise ValueError(f"a neutrino mass is finite and ≥ 0, got {mass / eV} eV")
    return 3 * FERMI_CONSTANT * ELECTRON_MASS * mass / (4 * sqrt(2.0) * pi**2)

"""A photon scattered by bound electrons: Compton scattering."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import check_flag
from nuatom.functions import Array, Function
from nuatom.probe.base import Probe, Weights
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2

RADIUS2 = (FINE_STRUCTURE / ELECTRON_MASS) ** 2 * HBARC2
"""r_e², the classical radius of the electron squared [area]."""


@dataclass(frozen=True)
class Photon(Probe):
    """Inelastic scattering of a photon by the electrons' A² term, joined to free Dirac electrons.

        dσ/dT = (π r_e²/ω²) ∫dQ² ½ [1 + cos²θ + (1 − cos θ)² ωω'/m²] / (1 + T/2m) S(T, Q),
        Q² = ω² + ω'² − 2ωω' cos θ,   ω' = ω − T

    For ω ≪ m the rest of the bracket and the denominator are 1 and this is the A² term, exact but for the p·A terms,
    which count where ω or T is near an edge (resonant Raman scattering) and are left out.  With an electron at rest
    it is Klein and Nishina's formula at every ω, because on the free line (1 − cos θ)² ωω'/m² = T²/ωω'.  Between the
    two it is the relativistic impulse approximation to first order in the electron's velocity, which drops out of
    spectra to that order (R. Ribberfors, Phys. Rev. B 12 (1975) 2067, has the next one).  Absorption is another
    process: `nuatom.photoabsorption`.

    Args:
        relativistic: False leaves the A² term alone, ½(1 + cos²θ).

    Raises:
        ValueError: for what is not True or False.
    """

    name: ClassVar[str] = "photon"

    relativistic: bool = True

    def __post_init__(self) -> None:
        check_flag("relativistic", self.relativistic)

    @property
    def functions(self) -> tuple[Function, ...]:
        """S alone."""
        return (Function.CHARGE,)

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> Weights:
        """w_S at ω, T, Q, broadcast together [energy] → [area/energy²]; 0 outside T ≤ Q ≤ 2ω − T."""
        E, T, Q = (np.asarray(x, dtype=float) for x in (energy, transfer, momentum))
        is_open = (T < E) & (T >= 0) & (Q >= T) & (2 * E - T >= Q) & (Q > 0)
        product = np.where(is_open, E * (E - T), 1.0)
        # 1 − cos θ keeps its digits in the forward direction.
        turn = np.where(is_open, (Q - T) * (Q + T), 0.0) / (2 * product)
        return Weights(
            {Function.CHARGE: np.where(is_open, pi * RADIUS2 / E**2 * self._polarisation(product, turn, T), 0.0)}
        )

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """T and 2ω − T, shape (pair, 2) [energy]."""
        return np.stack([transfer, 2 * energy - transfer], axis=-1)

    def angular(self, energy: ArrayLike, angle: ArrayLike, transfer: ArrayLike) -> tuple[Array, Array]:
        """Q and d²σ/dΩdT over S(T, Q) at photon energy ω, angle θ and T, broadcast together.

        Args:
            energy: ω > 0 [energy].
            angle: θ from 0 to π, in radians.
            transfer: T, 0 ≤ T < ω [energy].

        Returns:
            Q [energy] and r_e² (ω'/ω) ½[…]/(1 + T/2m) [area per steradian]; 0 where T is closed.
        """
        E, theta, T = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (energy, angle, transfer)))
        is_open = (T < E) & (T >= 0)
        product = np.where(is_open, E * (E - T), 1.0)
        turn = 2 * np.sin(theta / 2) ** 2
        Q = np.sqrt(T**2 + 2 * product * turn)
        factor = RADIUS2 * (E - T) / E * self._polarisation(product, turn, T)
        return Q, np.where(is_open, factor, 0.0)

    def _polarisation(self, product: Array, turn: Array, transfer: Array) -> Array:
        """½[…]/(1 + T/2m) from ωω', 1 − cos θ and T."""
        bare = 0.5 * (1 + (1 - turn) ** 2)
        if not self.relativistic:
            return np.asarray(bare)
        return np.asarray((bare + 0.5 * turn**2 * product / ELECTRON_MASS**2) / (1 + transfer / (2 * ELECTRON_MASS)))

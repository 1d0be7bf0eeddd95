"""A charged particle: ionisation and excitation in first Born approximation."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST_ENERGY, SMALLEST, check_number
from nuatom.functions import VECTOR, Array, Function, vector
from nuatom.probe.base import Probe, Weights, least_momentum, momenta
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2

PROTON_MASS = 938.27208816
"""Mass of the proton [energy] (CODATA 2018)."""
_PER_INTERVAL = 60.0  # the factor of X that one interval spans at most, of those that follow its powers


@dataclass(frozen=True)
class ChargedParticle(Probe):
    """A particle of mass M, charge z and spin ½ that exchanges one photon with the atom.

        dσ/dT = (πα²z²/p²) ∫_{(p−p')²}^{(p+p')²} dQ² { [(2E−T)² − Q²] S/Q⁴ + [4p_⊥² + 2X] R/X² },   X = Q² − T²,
        4Q²p_⊥² = [(p+p')² − Q²][Q² − (p−p')²]

    with E = M + kinetic energy: the longitudinal and the transverse part of U. Fano, Annu. Rev. Nucl. Sci. 13 (1963)
    1, here with the particle's recoil and spin.  For M ≫ T and slow particles it is (4πα²z²/v²) ∫dQ² S/Q⁴.  In matter,
    with `InMedium`, the transverse part has the density effect.  First Born: z α ≪ v, and v above that of the
    electrons hit.

    A projectile electron cannot be told from the one it hits.  Whoever integrates counts the slower of the two, T up to
    half of the energy and of what binds; above, dσ/dT is of the same pairs again.  Both parts are multiplied by what
    exchange does to free electrons (C. Møller, Ann. Phys. 406 (1932) 531),

        [1 + x² − (2γ−1)/γ² x + b ε²] / [1 − β²ε + bε²/2],   x = ε/(1−ε),   b = (γ−1)²/γ²,

    where ε = k/(k + E_kin − T), k = X/2m, is T/E_kin on the Bethe ridge, and vanishes for the distant collisions that
    do not exchange anything, as in V. I. Ochkur, Sov. Phys. JETP 18 (1964) 503.  Beyond ε = ½ it stays as it is there.

    Args:
        mass: M > 0 [energy].
        charge: z in units of e, not 0.
        exchange: whether it is an electron like those of the atom.

    Raises:
        ValueError: for values that are no numbers or out of range, and exchange with what is no electron.
    """

    name: ClassVar[str] = "charged particle"

    mass: float
    charge: float = 1.0
    exchange: bool = False

    def __post_init__(self) -> None:
        check_number("the mass of a charged particle", self.mass, SMALLEST, LARGEST_ENERGY, unit="MeV")
        check_number("the charge of a particle", self.charge, -200.0, 200.0, unit="e")
        if self.exchange and (self.mass != ELECTRON_MASS or self.charge != -1):
            raise ValueError(
                f"only an electron exchanges with electrons, not a mass of {self.mass:g} MeV and a charge of "
                f"{self.charge:g}: take ChargedParticle.electron(), or leave exchange out"
            )

    @staticmethod
    def electron() -> ChargedParticle:
        """One electron, of charge −1, with exchange."""
        return ChargedParticle(ELECTRON_MASS, -1.0, exchange=True)

    @staticmethod
    def proton() -> ChargedParticle:
        """One proton."""
        return ChargedParticle(PROTON_MASS, 1.0)

    @property
    def functions(self) -> tuple[Function, ...]:
        """S and R."""
        return VECTOR

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> Weights:
        """w_S and w_R at kinetic energy, T, Q, broadcast together [energy] → [area/energy²]."""
        K, T, Q = (np.asarray(x, dtype=float) for x in (energy, transfer, momentum))
        least, most = least_momentum(self.mass, K, T)
        is_open = (T < K) & (T > 0) & (Q >= least) & (Q <= most)
        Q = np.where(is_open, Q, 1.0 + np.broadcast_to(T, is_open.shape))
        p2 = np.where(K > 0, momenta(self.mass, K, T)[0] ** 2, 1.0)
        twice = 2 * (K + self.mass) - T
        X = (Q - T) * (Q + T)
        across = (most - Q) * (most + Q) * (Q - least) * (Q + least) / Q**2
        common = np.where(is_open, pi * (FINE_STRUCTURE * self.charge) ** 2 * HBARC2 / p2, 0.0)
        if self.exchange:
            common = common * _exchange(K, T, X)
        return Weights(vector(common * (twice - Q) * (twice + Q) / Q**4, common * (across + 2 * X) / X**2))

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """From p − p' to p + p', with cuts that follow the powers of X from its least value."""
        least, most = least_momentum(self.mass, energy, transfer)
        low = np.maximum((least - transfer) * (least + transfer), 1e-12 * transfer**2)
        # Half of what a free electron takes: its node is on no edge, where it would count twice.
        high = np.maximum(10 * low, ELECTRON_MASS * transfer)
        span = float(np.max(high / low, initial=10.0))
        count = max(2, int(np.ceil(np.log(span) / np.log(_PER_INTERVAL))))
        X = low[:, None] * (high / low)[:, None] ** (np.arange(1, count + 1) / count)
        inner = np.clip(np.sqrt(transfer[:, None] ** 2 + X), least[:, None], most[:, None])
        return np.concatenate([least[:, None], inner, most[:, None]], axis=1)


def _exchange(energy: Array, transfer: Array, X: Array) -> Array:
    """Møller's cross section over that of two electrons which can be told apart."""
    gamma = 1 + energy / ELECTRON_MASS
    beta2, b = 1 - gamma**-2, ((gamma - 1) / gamma) ** 2
    kinetic = np.maximum(X, 0.0) / (2 * ELECTRON_MASS)
    part = np.minimum(kinetic / (kinetic + np.maximum(energy - transfer, SMALLEST)), 0.5)
    x = part / (1 - part)
    both = 1 + x**2 - (2 * gamma - 1) / gamma**2 * x + b * part**2
    return np.asarray(both / (1 - beta2 * part + b * part**2 / 2))

"""Dark matter that scatters off electrons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST, LARGEST_ENERGY, SMALLEST, check_number
from nuatom.functions import Array, Function
from nuatom.probe.base import Probe, Weights, least_momentum
from nuatom.probe.halo import StandardHalo
from nuatom.units import ELECTRON_MASS, MOMENTUM_AU, cm2


class MediatorKind(Enum):
    """What is exchanged, by its form factor F(Q): heavy, F = 1, or light, F = (αm/Q)²."""

    HEAVY = "heavy"
    LIGHT = "light"


@dataclass(frozen=True)
class DarkMatter(Probe):
    """A non-relativistic particle χ that couples to the electrons' charge density.

        dσ/dT = σ̄/(4μ²v²) ∫dQ² F(Q)² S(T, Q),   μ the reduced mass of χ and an electron

    σ̄ is the cross section on a free electron at Q = αm, as in R. Essig, J. Mardon and T. Volansky, Phys. Rev. D 85
    (2012) 076007; their |f_ion|² is 4E' S with the photoelectron's energy E'.

    Args:
        mass: of χ [energy].
        mediator: "heavy" or "light", or a `MediatorKind`.
        reference: σ̄ [area].

    Raises:
        ValueError: for values out of range or another mediator.
    """

    name: ClassVar[str] = "dark matter"

    mass: float
    mediator: MediatorKind | str = MediatorKind.HEAVY
    reference: float = 1e-40 * cm2

    def __post_init__(self) -> None:
        check_number("the mass of dark matter", self.mass, SMALLEST, LARGEST_ENERGY, unit="MeV")
        check_number("the reference cross section", self.reference, 0.0, LARGEST, unit="mm²")
        words = ", ".join(repr(one.value) for one in MediatorKind)
        if self.mediator not in [one.value for one in MediatorKind] and not isinstance(self.mediator, MediatorKind):
            raise ValueError(f"mediator must be one of {words}, got {self.mediator!r}")
        object.__setattr__(self, "mediator", MediatorKind(self.mediator))

    @property
    def functions(self) -> tuple[Function, ...]:
        """S alone."""
        return (Function.CHARGE,)

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> Weights:
        """w_S at kinetic energy, T, Q, broadcast together [energy] → [area/energy²]."""
        K, T, Q = (np.asarray(x, dtype=float) for x in (energy, transfer, momentum))
        least, most = least_momentum(self.mass, K, T)
        is_open = (T < K) & (T > 0) & (Q >= least) & (Q <= most)
        # Of a kinetic energy, so that nothing depends on how v is defined beyond v² ≪ 1.
        v2 = np.where(K > 0, 2 * K / self.mass, 1.0)
        return Weights({Function.CHARGE: np.where(is_open, self.per_speed(np.where(is_open, Q, 1.0)) / v2, 0.0)})

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """p − p' and p + p', shape (pair, 2) [energy]."""
        return np.stack(least_momentum(self.mass, energy, transfer), axis=-1)

    def per_speed(self, momentum: Array) -> Array:
        """v² w_S, the weight without the speed, at Q [energy] → [area/energy²]."""
        reduced = self.mass * ELECTRON_MASS / (self.mass + ELECTRON_MASS)
        light = self.mediator is MediatorKind.LIGHT
        form = (MOMENTUM_AU / momentum) ** 4 if light else np.ones(np.shape(momentum))
        return np.asarray(self.reference / (4 * reduced**2) * form)

    def averaged(self, transfer: ArrayLike, momentum: ArrayLike, halo: StandardHalo) -> Array:
        """⟨v w_S⟩ over the halo, σ̄/(4μ²) F² ⟨1/v⟩ above v_min = T/Q + Q/2M; broadcast [energy] → [area/energy²]."""
        T, Q = np.asarray(transfer, dtype=float), np.asarray(momentum, dtype=float)
        return self.per_speed(Q) * halo.mean_inverse_speed(T / Q + Q / (2 * self.mass))

    def limits(self, transfer: Array, halo: StandardHalo) -> tuple[Array, Array]:
        """Least and greatest Q with v_min below the halo's largest speed; equal where there is none [energy]."""
        v = halo.largest_speed
        root = np.sqrt(np.maximum(v**2 - 2 * transfer / self.mass, 0.0))
        most = self.mass * (v + root)
        # (v − root)(v + root) = 2T/M
        return np.where(root > 0, 2 * transfer / np.where(most > 0, most / self.mass, 1.0), most), most

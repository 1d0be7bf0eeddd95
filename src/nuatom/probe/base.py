"""What a probe is: weights on an atom's structure functions at (E, T, Q), as those of a neutrino coupling."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.functions import Array, ByFunction, Function


class Probe(Protocol):
    """What hits an atom: dσ/dT = ∫dQ² Σ_f w_f(E, T, Q) f(T, Q), and E is its kinetic energy.

    Every neutrino coupling is one (`nuatom.Coupling`, which knows of flavours besides).  A probe of your own is a
    subclass with three members, `functions`, `weights` and `intervals`.
    """

    @property
    @abstractmethod
    def functions(self) -> tuple[Function, ...]:
        """The structure functions it has weights on."""
        ...

    @abstractmethod
    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> ByFunction:
        """Weights at E, T, Q, broadcast together [energy] → [area/energy²]; zero where the kinematics are closed."""
        ...

    @abstractmethod
    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Ascending edges in Q of the intervals to integrate over one by one, shape (pair, edges) [energy]."""
        ...

    def components(self) -> Mapping[str, Probe]:
        """What it is the sum of, by name, by default itself."""
        return {getattr(self, "name", type(self).__name__): self}


class Weights(ByFunction):
    """Weights on the structure functions, of the broadcast shape of (E, T, Q) [area/energy²]."""


def momenta(mass: float, energy: Array, transfer: Array) -> tuple[Array, Array]:
    """|p| before and after, of a particle with the kinetic energy E that gives away T; 0 after it has given all.

    Args:
        mass: M ≥ 0 [energy].
        energy, transfer: E and T, broadcast together [energy].
    """
    rest = np.maximum(energy - transfer, 0.0)
    before = np.sqrt(energy * (energy + 2 * mass))
    return before, np.sqrt(rest * (rest + 2 * mass))


def least_momentum(mass: float, energy: Array, transfer: Array) -> tuple[Array, Array]:
    """p − p', without cancellation, and p + p': the limits of Q [energy]."""
    before, after = momenta(mass, energy, transfer)
    together = before + after
    least = transfer * (2 * energy - transfer + 2 * mass) / np.where(together > 0, together, 1.0)
    return np.where(transfer < energy, least, together), together

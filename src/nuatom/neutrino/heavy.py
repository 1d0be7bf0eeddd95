"""Up-scattering into a heavy neutral lepton through a transition magnetic moment."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST_ENERGY, check_number
from nuatom.functions import VECTOR, Array, Function, vector
from nuatom.neutrino.coupling import Coupling, StructureWeights
from nuatom.neutrino.electromagnetic import LARGEST_STRENGTH
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2

_INNER = 4  # intervals that follow the powers of X from its least value


@dataclass(frozen=True)
class HeavyLepton(Coupling):
    """A neutrino turns into a lepton N of mass M through L = −½ μ N̄ σ_μν ν_L F^μν + h.c. (the dipole portal).

    With V·q = 0 the current is ū'V̸k̸'u = ū'(2V·k' − M V̸)u, whose square is 4X|V·k|² − M²(X+M²)V·V*, and so

        dσ/dT = (πα²μ²/m²)(1/4E²) ∫dQ² { (4k_⊥² + X + M²)/Q² S + [4k_⊥²/X + 2M²(X+M²)/X²] R },
        4Q²k_⊥² = X Y − 2M²(Q² + T(2E−T)) − M⁴,      E − |k'| ≤ Q ≤ E + |k'|,   |k'|² = (E−T)² − M²,

    which for M = 0 is (K 6–8).  Free electrons (V. Brdar, A. Greljo, J. Kopp and T. Opferkuch, JCAP 01 (2021) 039):
    (πα²μ²/m²)[1/T − 1/E + M²(T−2E−m)/(4E²Tm) + M⁴(T−m)/(8E²T²m²)].  Neutrino and antineutrino scatter alike.

    Args:
        moment: μ ≥ 0 in Bohr magnetons; the coupling d of L = d ν̄_L σ_μν F^μν N + h.c. is μ/2.
        mass: M ≥ 0 [energy].

    Raises:
        ValueError: for values that are no numbers or out of range.
    """

    name: ClassVar[str] = "heavy lepton"

    moment: float
    mass: float

    def __post_init__(self) -> None:
        check_number("a transition moment", self.moment, 0.0, LARGEST_STRENGTH, unit="Bohr magnetons")
        check_number("the mass of a heavy lepton", self.mass, 0.0, LARGEST_ENERGY, unit="MeV")

    @property
    def functions(self) -> tuple[Function, ...]:
        """S and R."""
        return VECTOR

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """w_S and w_R at E, T, Q, broadcast together [energy] → [area/energy²]; 0 outside the limits of Q."""
        E, T, Q = (np.asarray(x, dtype=float) for x in (energy, transfer, momentum))
        M2 = self.mass**2
        low, high = self._limits(E, T)
        is_open = (E - T >= self.mass) & (T < E) & (T >= 0) & (Q > T) & (Q >= low) & (Q <= high)
        X = np.where(is_open, (Q - T) * (Q + T), 1.0)
        Q2 = np.where(is_open, Q, 1.0) ** 2
        # 4Q²k_⊥² as a product: it keeps its digits at the limits of Q.
        across = (Q - low) * (Q + low) * (high - Q) * (high + Q)
        four = across / Q2
        scale = pi * (FINE_STRUCTURE * self.moment / ELECTRON_MASS) ** 2 * HBARC2
        common = np.where(is_open, scale / (2 * E) ** 2, 0.0)
        current = common * (four / X + 2 * M2 * (X + M2) / X**2)
        return StructureWeights(vector(common * (four + X + M2) / Q2, current))

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """From E − |k'| to E + |k'|, with cuts that follow the powers of X from its least value."""
        least, most = self._limits(energy, transfer)
        low = np.maximum(np.maximum(least**2 - transfer**2, 0.0), 1e-4 * transfer**2)
        high = np.maximum(transfer**2, 10 * low)
        X = low[:, None] * (high / low)[:, None] ** (np.arange(1, _INNER + 1) / _INNER)
        inner = np.clip(np.sqrt(transfer[:, None] ** 2 + X), least[:, None], most[:, None])
        return np.concatenate([least[:, None], inner, most[:, None]], axis=1)

    def _limits(self, energy: Array, transfer: Array) -> tuple[Array, Array]:
        """E − |k'|, without cancellation, and E + |k'|; the two are equal where N is too heavy."""
        rest = energy - transfer
        out = np.sqrt(np.maximum((rest - self.mass) * (rest + self.mass), 0.0))
        closed = (rest < self.mass) | (rest <= 0)
        least = transfer + self.mass**2 / np.where(closed, 1.0, rest + out)
        return least, np.where(closed, least, energy + out)

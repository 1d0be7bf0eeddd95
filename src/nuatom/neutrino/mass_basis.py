"""Magnetic moments of three neutrinos as a coupling: what arrives says which of them count.

A source near by sends a flavour, a coherent sum of mass states, and a detector sees μ_eff of `moments` with L = 0.  The
Sun sends an incoherent mixture of mass states, of which each has its own,

    μ_k² = Σ_j |λ_jk|²,      dR/dT ∝ Σ_k P_k(E) μ_k².

A Dirac neutrino has λ_jk = μ_jk, hermitian; a Majorana neutrino λ_jk = Σ_i ε_jki Λ_i, so that μ_k² = Σ_{i≠k} |Λ_i|²
(W. Grimus and T. Schwetz, Nucl. Phys. B 587 (2000) 45).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import check_flag
from nuatom.functions import VECTOR, Function
from nuatom.neutrino.coupling import Coupling, StructureWeights
from nuatom.neutrino.electromagnetic import MagneticMoment
from nuatom.neutrino.flavour import NUFIT, Basis, Flavour, Mixing
from nuatom.neutrino.moments import Moments, effective_moment


@dataclass(frozen=True)
class MagneticMoments(Coupling):
    """Magnetic moments of three neutrinos, alone: the head of this module.

    Rates of it add to those of other couplings; it is no part of a `Neutrino`, whose flavour is all it knows.

    Args:
        moments: of the three neutrinos, in either basis.
        mixing: of flavours and masses.
        flavour: a `Flavour` or its name; None leaves it to the source.
        antineutrino: whether it is an antineutrino.

    Raises:
        ValueError: for what is no `Moments`, or an unknown flavour.
    """

    name: ClassVar[str] = MagneticMoment.name

    moments: Moments
    mixing: Mixing = NUFIT
    flavour: Flavour | str | None = None
    antineutrino: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.moments, Moments) or not isinstance(self.mixing, Mixing):
            raise ValueError(f"expected Moments and a Mixing, got {self.moments!r} and {self.mixing!r}")
        check_flag("antineutrino", self.antineutrino)
        object.__setattr__(self, "flavour", None if self.flavour is None else Flavour.of(self.flavour))

    @staticmethod
    def dirac(elements: Mapping[str, float], mixing: Mixing = NUFIT) -> MagneticMoments:
        """Of a Dirac neutrino with real moments.

        Args:
            elements: μ_jk by its two mass states, such as {"12": 1e-11} [Bohr magnetons].
            mixing: of flavours and masses.

        Raises:
            ValueError: for what is not two of 1, 2, 3.
        """
        matrix = np.zeros((3, 3))
        for name, value in elements.items():
            j, k = _states(name, 2)
            matrix[j, k] = matrix[k, j] = value
        return MagneticMoments(Moments(matrix, Basis.MASS), mixing)

    @staticmethod
    def majorana(elements: Mapping[str, float], mixing: Mixing = NUFIT) -> MagneticMoments:
        """Of a Majorana neutrino with real transition moments Λ_1 = λ_23, Λ_2 = λ_31, Λ_3 = λ_12.

        Args:
            elements: Λ_i by its index, such as {"1": 1e-11} [Bohr magnetons].
            mixing: of flavours and masses.

        Raises:
            ValueError: for what is not one of 1, 2, 3.
        """
        matrix = np.zeros((3, 3))
        for name, value in elements.items():
            (i,) = _states(name, 1)
            j, k = (i + 1) % 3, (i + 2) % 3
            matrix[j, k], matrix[k, j] = value, -value
        return MagneticMoments(Moments(matrix, Basis.MASS, majorana=True), mixing)

    @property
    def functions(self) -> tuple[Function, ...]:
        """S and R."""
        return VECTOR

    @property
    def effective(self) -> MagneticMoment:
        """The moment of the flavour, at its source.

        Raises:
            ValueError: if the flavour was not given.
        """
        if self.flavour is None:
            raise ValueError("the flavour comes from the source; give one, as in MagneticMoments(…, flavour='e')")
        found = effective_moment(self.moments, self.flavour, antineutrino=self.antineutrino, mixing=self.mixing)
        return MagneticMoment(float(found))

    @property
    def interfere(self) -> bool:
        """Whether more than one number of the matrix acts on a flavour, so that their phases matter."""
        moments = self.moments.in_basis(Basis.MASS, self.mixing)
        return int(np.count_nonzero(np.triu(np.abs(moments.transition)))) > 1

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """Those of the moment of the flavour."""
        return self.effective.weights(energy, transfer, momentum)

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> MagneticMoments:
        """The same for the neutrinos of a source near by."""
        return replace(self, flavour=Flavour.of(flavour), antineutrino=antineutrino)

    def with_mass_state(self, state: int) -> MagneticMoment:
        """What a neutrino of one mass has, μ_k."""
        column = self.moments.in_basis(Basis.MASS, self.mixing).transition[:, state]
        return MagneticMoment(sqrt(float(np.sum(np.abs(column) ** 2))))


def _states(name: str, count: int) -> list[int]:
    found = [int(mark) - 1 for mark in str(name) if mark in "123"]
    if len(found) != count or len(str(name)) != count:
        raise ValueError(f"expected {'two' if count == 2 else 'one'} of 1, 2, 3, got {name!r}")
    return found

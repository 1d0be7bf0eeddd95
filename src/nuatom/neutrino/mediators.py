"""Light mediators between neutrinos and electrons, of mass M and any Lorentz structure.

    vector         L = −Z'_μ [ g_ν ν̄_L γ^μ ν_L + g_e ē γ^μ e ]          Δg_V = + g_ν g_e/[√2 G_F (X + M²)]
    axial          L = −Z'_μ [ g_ν ν̄_L γ^μ ν_L + g_e ē γ^μ γ5 e ]       Δg_A = − g_ν g_e/[√2 G_F (X + M²)]
    scalar         L = −φ [ g_ν ν̄ ν + g_e ē e ]
    pseudoscalar   L = −φ [ g_ν ν̄ iγ5 ν + g_e ē iγ5 e ]

The first two keep the neutrino's helicity and interfere with the weak interaction; the term q_μ q_ν/M² of the
propagator vanishes on the conserved current of massless neutrinos.  The last two flip it,

    dσ/dT = (1/16πE²) ∫dQ² X |Σ g_ν g_e/(X + M²)|² F,    F the scalar or the pseudoscalar structure function,

and add incoherently to all that conserves helicity.  Two scalars interfere with each other; a scalar and a pseudoscalar
do not, by the parity of the atom, nor does a pseudoscalar with a magnetic moment.  A SCALAR DOES INTERFERE WITH A
MAGNETIC
MOMENT: both flip the helicity of a Dirac neutrino, the lepton currents are proportional (Gordon's identity for massless
neutrinos: ū'iσ^{μν}q_νu = −(k+k')^μ ū'u), and the electron's part is Re Σ_n ⟨ψ̄ψ⟩⟨ψ†ψ⟩*, which is about S.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from typing import ClassVar

from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST_ENERGY, check_number
from nuatom.neutrino.coupling import Kinematics, Single, StructureWeights
from nuatom.neutrino.exchange import Exchange, HelicityConserving, Strip, exchange_intervals, same
from nuatom.response.model import Array, Function
from nuatom.units import HBARC2

_LARGEST = 1e6  # of a coupling: beyond a few, perturbation theory says nothing


@dataclass(frozen=True)
class VectorMediator(HelicityConserving):
    """A vector mediator, alone.

    Free electrons at T ≪ m, E: g_ν² g_e² m/[2π (2mT + M²)²].

    Args:
        mass: M > 0 [energy].
        neutrino: g_ν, of left-handed neutrinos.
        electron: g_e.

    Raises:
        ValueError: for a mass or a coupling that is no number or out of range.
    """

    name: ClassVar[str] = "vector mediator"

    mass: float
    neutrino: float
    electron: float

    def __post_init__(self) -> None:
        _check(self.mass, self.neutrino, self.electron)

    def exchanges(self) -> tuple[Exchange, ...]:
        """The mediator."""
        return (Exchange(vector=same(self.neutrino * self.electron), mass=self.mass),)


@dataclass(frozen=True)
class AxialMediator(HelicityConserving):
    """A mediator with the electron's axial current, alone; arguments and errors as for `VectorMediator`."""

    name: ClassVar[str] = "axial mediator"

    mass: float
    neutrino: float
    electron: float

    def __post_init__(self) -> None:
        _check(self.mass, self.neutrino, self.electron)

    def exchanges(self) -> tuple[Exchange, ...]:
        """The mediator; the sign is that of −g_A γ5."""
        return (Exchange(axial=same(-self.neutrino * self.electron), mass=self.mass),)


@dataclass(frozen=True)
class Spinless(Single, ABC):
    """What scalar and pseudoscalar have in common; a concrete one says which structure function is its own.

    Args:
        mass: M > 0 [energy].
        neutrino: g_ν of a Dirac neutrino.
        electron: g_e.

    Raises:
        ValueError: for a mass or a coupling that is no number or out of range.
    """

    mass: float
    neutrino: float
    electron: float

    def __post_init__(self) -> None:
        _check(self.mass, self.neutrino, self.electron)

    @property
    @abstractmethod
    def function(self) -> Function:
        """The structure function it couples to."""

    @property
    def functions(self) -> tuple[Function, ...]:
        """The one structure function."""
        return (self.function,)

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The weight at E, T, Q, broadcast together [energy] → [area/energy²]."""
        return flip_weights(self.function, [((self,), (self,))], Kinematics.of(energy, transfer, momentum))

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Edges in Q, more of them near Q = T; see `Coupling`."""
        return exchange_intervals(True, energy, transfer)


class ScalarMediator(Spinless):
    """A scalar mediator, alone.  Free electrons: g_ν² g_e² mT (2m+T)/[8πE² (2mT+M²)²].

    Args:
        mass: M > 0 [energy].
        neutrino: g_ν of a Dirac neutrino.
        electron: g_e.

    Raises:
        ValueError: for a mass or a coupling that is no number or out of range.
    """

    name: ClassVar[str] = "scalar mediator"

    @property
    def function(self) -> Function:
        """The scalar structure function."""
        return Function.SCALAR


class PseudoscalarMediator(Spinless):
    """A pseudoscalar mediator, alone.  Free electrons: g_ν² g_e² mT²/[8πE² (2mT+M²)²].

    Args:
        mass: M > 0 [energy].
        neutrino: g_ν of a Dirac neutrino.
        electron: g_e.

    Raises:
        ValueError: for a mass or a coupling that is no number or out of range.
    """

    name: ClassVar[str] = "pseudoscalar mediator"

    @property
    def function(self) -> Function:
        """The pseudoscalar structure function."""
        return Function.PSEUDOSCALAR


Mediator = VectorMediator | AxialMediator | Spinless


def flip_weights(
    function: Function, pairs: Sequence[tuple[Sequence[Spinless], Sequence[Spinless]]], at: Kinematics
) -> StructureWeights:
    """The weight of mediators of one kind, X Σ_pairs (Σ_a g g/(X+M²))(Σ_b g g/(X+M²))/16πE²."""
    masses = tuple(sorted({x.mass for pair in pairs for part in pair for x in part}))

    def product(X: Array) -> Array:
        def amplitude(part: Sequence[Spinless]) -> Array:
            total: Array = sum(((x.neutrino * x.electron) / (X + x.mass**2) for x in part), 0.0 * X)
            return total

        total: Array = sum((amplitude(a) * amplitude(b) for a, b in pairs), 0.0 * X)
        return total

    scale = at.closed(HBARC2 / (16 * pi) / at.energy**2)
    return StructureWeights.of({function: scale * Strip(at, masses, 0.0).moment(1, product)})


def _check(mass: float, neutrino: float, electron: float) -> None:
    hint = "; a massless one that couples to charge is a Millicharge"
    check_number("the mass of a mediator", mass, 0.0, LARGEST_ENERGY, above=True, unit="MeV", hint=hint)
    for name, value in (("neutrino", neutrino), ("electron", electron)):
        check_number(f"the coupling of a mediator to the {name}", value, -_LARGEST, _LARGEST)

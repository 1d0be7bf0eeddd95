"""Couplings whose amplitudes add: what a `Neutrino` is the sum of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from nuatom.functions import Array, Function, in_order
from nuatom.neutrino.amplitude import Amplitude, bilinear_functions, bilinear_weights
from nuatom.neutrino.coupling import Coupling, Kinematics, StructureWeights, added
from nuatom.neutrino.flavour import Flavour
from nuatom.neutrino.flip import FlipAmplitude, flip_functions, flip_weights
from nuatom.neutrino.strip import exchange_intervals


class Part(Coupling):
    """A coupling that is a coherent sum of amplitudes: those that keep the helicity, and those that flip it.

    Alone it is a coupling; as a part of a `Neutrino` its amplitudes add to those of the other parts.  A part of your
    own gives `amplitudes` or `flips` or both, a ``name``, and, if they depend on the flavour, `with_flavour`.
    """

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """Those that keep the helicity, by default none."""
        return ()

    def flips(self) -> tuple[FlipAmplitude, ...]:
        """Those that flip the helicity, by default none."""
        return ()

    @property
    def antineutrino(self) -> bool:
        """Whether it is an antineutrino that scatters."""
        return False

    @property
    def neutrino_mass(self) -> float:
        """m_ν, which limits X from below where something massless is exchanged [energy]."""
        return 0.0

    @property
    def functions(self) -> tuple[Function, ...]:
        """Those on which the products of its amplitudes have weights."""
        return Products.square(self).functions

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The weights of `amplitude` and `flip` at E, T, Q, broadcast together [energy] → [area/energy²]."""
        at = Kinematics.of(energy, transfer, momentum)
        return Products.square(self).weights(at, antineutrino=self.antineutrino, neutrino_mass=self.neutrino_mass)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Edges in Q, more of them near Q = T if something light is exchanged; see `Coupling`."""
        return exchange_intervals(is_light([self]), energy, transfer)

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> Coupling:
        """The same for the neutrinos of a source; here a flavour makes no difference, and an antineutrino may."""
        if antineutrino == self.antineutrino or not _ODD & set(self.functions):
            return self
        name = str(getattr(self, "name", type(self).__name__))
        return FixedPart(name, self.amplitudes(), self.flips(), antineutrino, self.neutrino_mass)


_ODD = {Function.VECTOR_AXIAL, Function.SCALAR_CHARGE}
"""Whose weights have another sign for antineutrinos."""


class HelicityConserving(Part):
    """A part all of which keeps the helicity."""

    @abstractmethod
    def amplitudes(self) -> tuple[Amplitude, ...]:
        """The exchanges whose amplitudes add."""
        ...


@dataclass(frozen=True)
class FixedPart(Part):
    """Amplitudes as they are.

    Attributes:
        name: of the part.
        kept: those that keep the helicity.
        flipped: those that flip it.
        antineutrino, neutrino_mass: as of `Part`.
    """

    name: str
    kept: tuple[Amplitude, ...] = ()
    flipped: tuple[FlipAmplitude, ...] = ()
    antineutrino: bool = False
    neutrino_mass: float = 0.0

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """As given."""
        return self.kept

    def flips(self) -> tuple[FlipAmplitude, ...]:
        """As given."""
        return self.flipped


@dataclass(frozen=True)
class Products:
    """Products of the amplitudes of two parts, for a number of pairs (a, b), symmetric in a and b, times a factor."""

    pairs: tuple[tuple[Part, Part], ...]
    factor: float = 1.0

    @staticmethod
    def square(part: Part) -> Products:
        """|amplitude|²."""
        return Products(((part, part),))

    @staticmethod
    def interference(parts: Sequence[Part]) -> Products:
        """Every product of two different parts, twice: for (a, b) and (b, a)."""
        return Products(tuple((a, b) for i, a in enumerate(parts) for b in parts[i + 1 :]), 2.0)

    @property
    def functions(self) -> tuple[Function, ...]:
        """The structure functions they have weights on."""
        kept = bilinear_functions([(a.amplitudes(), b.amplitudes()) for a, b in self.pairs])
        return in_order({*kept, *flip_functions([(a.flips(), b.flips()) for a, b in self.pairs])})

    def weights(self, at: Kinematics, *, antineutrino: bool, neutrino_mass: float) -> StructureWeights:
        """Their weights [area/energy²]."""
        kept = [(a.amplitudes(), b.amplitudes()) for a, b in self.pairs]
        flipped = [(a.flips(), b.flips()) for a, b in self.pairs]
        found = added(
            [
                bilinear_weights(kept, at, antineutrino=antineutrino, neutrino_mass=neutrino_mass),
                flip_weights(flipped, at, antineutrino=antineutrino),
            ]
        )
        if self.factor == 1:
            return found
        return StructureWeights({function: self.factor * weight for function, weight in found.values.items()})


def is_light(parts: Sequence[Part]) -> bool:
    """Whether something is exchanged that is not a contact term, and varies next to the photon line."""
    kept = any(amplitude.mass is not None for part in parts for amplitude in part.amplitudes())
    return kept or any(flip.mass is not None for part in parts for flip in part.flips())

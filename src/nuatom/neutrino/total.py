"""Everything one neutrino does at once: amplitudes that keep the helicity add, those that flip it are apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import ClassVar

from numpy.typing import ArrayLike

from nuatom.neutrino.coupling import (
    Coupling,
    Kinematics,
    Single,
    StructureWeights,
    added,
    in_order,
)
from nuatom.neutrino.electromagnetic import (
    NEUTRINO_MASS,
    RADIUS_TO_VECTOR,
    MagneticMoment,
    check_photon_line,
    millicharge_amplitude,
)
from nuatom.neutrino.exchange import (
    Amplitudes,
    Exchange,
    HelicityConserving,
    Pair,
    bilinear_functions,
    bilinear_weights,
    exchange_intervals,
    same,
)
from nuatom.neutrino.flavour import Flavour, FlavourMatrix
from nuatom.neutrino.heavy import HeavyLepton
from nuatom.neutrino.mediators import (
    AxialMediator,
    Mediator,
    PseudoscalarMediator,
    ScalarMediator,
    Spinless,
    VectorMediator,
    flip_weights,
)
from nuatom.neutrino.weak import NonStandard, Weak
from nuatom.response.model import Array, Function

_PHOTON = {"millicharge": "millicharge", "charge radius": "charge_radius", "anapole": "anapole"}


@dataclass(frozen=True, init=False)
class Neutrino:
    """A neutrino with weak, electromagnetic and new interactions, interference included.

    All that keeps the helicity is one coherent sum (see `exchange`): weak, millicharge, charge radius, anapole,
    vector and
    axial mediators, non-standard interactions; of these, transitions to other flavours add incoherently.  What
    flips the helicity adds to it incoherently: the magnetic moment, scalar and pseudoscalar mediators.

    Args:
        flavour: a `Flavour` or its name; None leaves it to the source.
        antineutrino: whether it is an antineutrino.
        magnetic_moment: effective μ ≥ 0 in Bohr magnetons; see `effective_moment` for matrices.
        millicharge: q_ν in units of e, or a hermitian matrix of them in the flavour basis.
        charge_radius: ⟨r²⟩ on top of the Standard Model's [area], or a matrix.
        anapole: a [area], or a matrix.
        mediators: light mediators.
        nsi: non-standard interactions.
        weak: False to leave the weak interaction out, or a `Weak` with couplings of its own.
        neutrino_mass, photon_mass: as for `Millicharge` [energy].

    Raises:
        ValueError: for values that are not finite or out of range, and for a magnetic moment together with a scalar
            mediator: those interfere through a structure function that is not among the nine.
    """

    flavour: Flavour | None
    antineutrino: bool
    magnetic_moment: float
    millicharge: float | FlavourMatrix
    charge_radius: float | FlavourMatrix
    anapole: float | FlavourMatrix
    mediators: tuple[Mediator, ...]
    nsi: NonStandard | None
    weak: bool | Weak
    neutrino_mass: float
    photon_mass: float

    def __init__(
        self,
        flavour: Flavour | str | None = None,
        antineutrino: bool = False,
        magnetic_moment: float = 0.0,
        millicharge: float | FlavourMatrix = 0.0,
        charge_radius: float | FlavourMatrix = 0.0,
        anapole: float | FlavourMatrix = 0.0,
        mediators: Sequence[Mediator] = (),
        nsi: NonStandard | None = None,
        weak: bool | Weak = True,
        neutrino_mass: float = NEUTRINO_MASS,
        photon_mass: float = 0.0,
    ) -> None:
        MagneticMoment(magnetic_moment)
        check_photon_line(neutrino_mass, photon_mass)
        for name, value in (("millicharge", millicharge), ("charge_radius", charge_radius), ("anapole", anapole)):
            if not isinstance(value, FlavourMatrix) and not isfinite(value):
                raise ValueError(f"{name} must be finite, got {value}")
        wrong = [m for m in mediators if not isinstance(m, Mediator)]
        if wrong:
            raise ValueError(f"mediators are Vector-, Axial-, Scalar- or PseudoscalarMediator, got {wrong[0]!r}")
        if magnetic_moment and any(isinstance(m, ScalarMediator) for m in mediators):
            raise ValueError(
                "a scalar mediator and a magnetic moment interfere, through a structure function that no model "
                "gives; if they lead to different final states add them as IncoherentSum((one, other))"
            )
        object.__setattr__(self, "flavour", None if flavour is None else Flavour.of(flavour))
        object.__setattr__(self, "antineutrino", bool(antineutrino))
        object.__setattr__(self, "magnetic_moment", magnetic_moment)
        object.__setattr__(self, "millicharge", millicharge)
        object.__setattr__(self, "charge_radius", charge_radius)
        object.__setattr__(self, "anapole", anapole)
        object.__setattr__(self, "mediators", tuple(mediators))
        object.__setattr__(self, "nsi", nsi)
        object.__setattr__(self, "weak", weak)
        object.__setattr__(self, "neutrino_mass", neutrino_mass)
        object.__setattr__(self, "photon_mass", photon_mass)

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> Neutrino:
        """The same for the neutrinos of a source."""
        return replace(self, flavour=Flavour.of(flavour), antineutrino=antineutrino)

    @property
    def functions(self) -> tuple[Function, ...]:
        """What its components need together."""
        return in_order({function for part in self.components().values() for function in part.functions})

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The weights of all of it at E, T, Q, broadcast together [energy] → [area/energy²]."""
        at = Kinematics.of(energy, transfer, momentum)
        everything = tuple(exchange for part in self._coherent().values() for exchange in part)
        parts = [self._bilinear([(everything, everything)], at)]
        if self.magnetic_moment:
            parts.append(MagneticMoment(self.magnetic_moment).weights(energy, transfer, momentum))
        for kind in self._spinless().values():
            parts.append(flip_weights(kind[0].function, [(kind, kind)], at))
        return added(parts)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Edges in Q, more of them near Q = T if something light is exchanged; see `Coupling`."""
        exchanges = (exchange for part in self._coherent().values() for exchange in part)
        is_light = bool(self._spinless()) or any(exchange.mass is not None for exchange in exchanges)
        return exchange_intervals(is_light, energy, transfer)

    def components(self) -> Mapping[str, Coupling]:
        """Each interaction alone, by name, and their "interference"; the weights add up to those of the whole."""
        coherent = self._coherent()
        found: dict[str, Coupling] = {
            name: _Part(part, self.antineutrino, self.neutrino_mass) for name, part in coherent.items()
        }
        if self.magnetic_moment:
            found["magnetic moment"] = MagneticMoment(self.magnetic_moment)
        flips = self._spinless()
        for kind in flips.values():
            for mediator, name in zip(kind, _numbered([m.name for m in kind]), strict=True):
                found[name] = mediator
        if len(coherent) > 1 or any(len(kind) > 1 for kind in flips.values()):
            found["interference"] = _Interference(self)
        return found

    def _coherent(self) -> dict[str, tuple[Exchange, ...]]:
        """The exchanges that keep the helicity, by the name of what makes them."""
        found: dict[str, tuple[Exchange, ...]] = {}
        if self.weak is not False:
            weak = Weak() if self.weak is True else self.weak
            if self.flavour is not None:
                weak = weak.with_flavour(self.flavour, self.antineutrino)
            found[Weak.name] = weak.exchanges()
        scales = {"millicharge": millicharge_amplitude(1.0), "charge radius": RADIUS_TO_VECTOR}
        scales["anapole"] = -6 * RADIUS_TO_VECTOR
        for name, scale in scales.items():
            vector = self._amplitudes(getattr(self, _PHOTON[name]), scale)
            if any(vector):
                found[name] = (Exchange(vector=vector, mass=self.photon_mass if name == "millicharge" else None),)
        if self.nsi is not None:
            found["non-standard"] = (self.nsi.exchange(self._known_flavour()),)
        spinning = [m for m in self.mediators if isinstance(m, VectorMediator | AxialMediator)]
        for mediator, name in zip(spinning, _numbered([m.name for m in spinning]), strict=True):
            found[name] = mediator.exchanges()
        return found

    def _amplitudes(self, value: float | FlavourMatrix, scale: complex) -> Amplitudes:
        if not isinstance(value, FlavourMatrix):
            return same(scale * value)
        first, second, third = value.amplitudes(self._known_flavour())
        return scale * first, scale * second, scale * third

    def _known_flavour(self) -> Flavour:
        if self.flavour is None:
            raise ValueError('the flavour comes from the source; give one, Neutrino("e", …), to use matrices without')
        return self.flavour

    def _spinless(self) -> dict[type[Spinless], list[Spinless]]:
        found: dict[type[Spinless], list[Spinless]] = {}
        for kind in (ScalarMediator, PseudoscalarMediator):
            same_kind: list[Spinless] = [m for m in self.mediators if isinstance(m, kind)]
            if same_kind:
                found[kind] = same_kind
        return found

    def _bilinear(self, pairs: Sequence[Pair], at: Kinematics) -> StructureWeights:
        return bilinear_weights(pairs, at, antineutrino=self.antineutrino, neutrino_mass=self.neutrino_mass)


@dataclass(frozen=True)
class _Part(HelicityConserving):
    """One coherent part of a neutrino, by itself."""

    name: ClassVar[str] = "helicity conserving"

    parts: tuple[Exchange, ...]
    antineutrino: bool = False
    neutrino_mass: float = NEUTRINO_MASS

    def exchanges(self) -> tuple[Exchange, ...]:
        return self.parts


@dataclass(frozen=True)
class _Interference(Single):
    """What a neutrino's coherent sums have beyond the sum of their parts: twice every product of two parts."""

    name: ClassVar[str] = "interference"

    neutrino: Neutrino

    def _pairs(self) -> list[Pair]:
        parts = list(self.neutrino._coherent().values())
        # Each product counts twice, for (a, b) and (b, a).
        return [(a, b) for i, a in enumerate(parts) for j, b in enumerate(parts) if i != j]

    def _flips(self) -> Iterator[list[Spinless]]:
        return (kind for kind in self.neutrino._spinless().values() if len(kind) > 1)

    @property
    def functions(self) -> tuple[Function, ...]:
        return in_order({*bilinear_functions(self._pairs()), *(kind[0].function for kind in self._flips())})

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        at = Kinematics.of(energy, transfer, momentum)
        parts = [self.neutrino._bilinear(self._pairs(), at)]
        for kind in self._flips():
            pairs = [([a], [b]) for a in kind for b in kind if a is not b]
            parts.append(flip_weights(kind[0].function, pairs, at))
        return added(parts)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        return self.neutrino.intervals(energy, transfer)


@dataclass(frozen=True)
class IncoherentSum:
    """Couplings that lead to different final states: their cross sections add.

    Args:
        parts: the couplings; all but `HeavyLepton`, whose momentum transfers have other limits.

    Raises:
        ValueError: for a heavy lepton, or nothing at all.
    """

    parts: tuple[Coupling, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        if not self.parts:
            raise ValueError("a sum of couplings needs at least one")
        if any(isinstance(part, HeavyLepton) for part in self.parts):
            raise ValueError("a heavy lepton has kinematics of its own: add its cross section instead")

    @property
    def functions(self) -> tuple[Function, ...]:
        """What its parts need together."""
        return in_order({function for part in self.parts for function in part.functions})

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The sum of the weights."""
        return added([part.weights(energy, transfer, momentum) for part in self.parts])

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """The finest intervals that a part asks for."""
        return max((part.intervals(energy, transfer) for part in self.parts), key=lambda edges: edges.shape[-1])

    def components(self) -> Mapping[str, Coupling]:
        """The components of every part."""
        items = [item for part in self.parts for item in part.components().items()]
        return dict(zip(_numbered([name for name, _ in items]), (part for _, part in items), strict=True))


def with_flavour(coupling: Coupling, flavour: Flavour | str, antineutrino: bool = False) -> Coupling:
    """A coupling for the neutrinos of a source; one that does not know about flavours is returned as it is."""
    if isinstance(coupling, Weak | Neutrino):
        return coupling.with_flavour(flavour, antineutrino)
    if isinstance(coupling, IncoherentSum):
        return IncoherentSum(tuple(with_flavour(part, flavour, antineutrino) for part in coupling.parts))
    return coupling


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, made different: a second "x" is "x 2"."""
    return [name if (n := names[:i].count(name)) == 0 else f"{name} {n + 1}" for i, name in enumerate(names)]

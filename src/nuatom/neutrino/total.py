"""Everything one neutrino does at once: amplitudes that keep its helicity add, and so do those that flip it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import check_flag, check_number
from nuatom.functions import Array, Function, in_order
from nuatom.neutrino.amplitude import Amplitude, ByFlavour, same
from nuatom.neutrino.coupling import Coupling, Kinematics, StructureWeights, added, joined_intervals
from nuatom.neutrino.electromagnetic import (
    LARGEST_STRENGTH,
    NEUTRINO_MASS,
    RADIUS_TO_VECTOR,
    MagneticMoment,
    check_area,
    check_photon_line,
    millicharge_amplitude,
)
from nuatom.neutrino.flavour import Flavour, FlavourMatrix
from nuatom.neutrino.part import FixedPart, Part, Products, is_light
from nuatom.neutrino.strip import HEAVY, exchange_intervals
from nuatom.neutrino.weak import NonStandard, Weak


@dataclass(frozen=True, init=False)
class Neutrino(Coupling):
    """A neutrino with weak, electromagnetic and new interactions, interference included.

    It is a sum of parts.  All that keeps the helicity is one coherent sum (see `amplitude`): weak, millicharge, charge
    radius, anapole, vector and axial mediators, non-standard interactions; of these, transitions to other flavours add
    incoherently.  What flips the helicity is another (see `flip`): the magnetic moment, scalar and pseudoscalar
    mediators, of a Dirac neutrino with one right-handed state; the two sums add incoherently.

    Args:
        flavour: a `Flavour` or its name; None leaves it to the source.
        antineutrino: whether it is an antineutrino.
        magnetic_moment: effective μ ≥ 0 in Bohr magnetons, or three of them, of ν_e, ν_μ and ν_τ; see `MagneticMoments`
            for matrices.
        millicharge: q_ν in units of e, or a hermitian matrix of them in the flavour basis.
        charge_radius: ⟨r²⟩ on top of the Standard Model's [area], or a matrix.
        anapole: a [area], or a matrix.
        mediators: light mediators.
        nsi: non-standard interactions.
        parts: further parts, any `Part`.
        weak: False to leave the weak interaction out, or a `Weak` with couplings of its own.
        neutrino_mass, photon_mass: as for `Millicharge` [energy].

    Raises:
        ValueError: for values that are not finite or out of range, and mediators or parts that are no `Part`.
    """

    flavour: Flavour | None
    antineutrino: bool
    magnetic_moment: float | tuple[float, float, float]
    millicharge: float | FlavourMatrix
    charge_radius: float | FlavourMatrix
    anapole: float | FlavourMatrix
    mediators: tuple[Part, ...]
    nsi: NonStandard | None
    weak: bool | Weak
    neutrino_mass: float
    photon_mass: float
    parts: tuple[Part, ...]

    def __init__(
        self,
        flavour: Flavour | str | None = None,
        antineutrino: bool = False,
        magnetic_moment: float | Sequence[float] = 0.0,
        millicharge: float | FlavourMatrix = 0.0,
        charge_radius: float | FlavourMatrix = 0.0,
        anapole: float | FlavourMatrix = 0.0,
        mediators: Sequence[Part] = (),
        nsi: NonStandard | None = None,
        weak: bool | Weak = True,
        neutrino_mass: float = NEUTRINO_MASS,
        photon_mass: float = 0.0,
        parts: Sequence[Part] = (),
    ) -> None:
        moments = _moments(magnetic_moment)
        check_photon_line(neutrino_mass, photon_mass)
        check_flag("antineutrino", antineutrino)
        if not isinstance(millicharge, FlavourMatrix):
            check_number("millicharge", millicharge, -LARGEST_STRENGTH, LARGEST_STRENGTH, unit="e")
        for name, value in (("charge_radius", charge_radius), ("anapole", anapole)):
            if not isinstance(value, FlavourMatrix):
                check_area(name, value)
        if not isinstance(weak, bool | Weak):
            raise ValueError(f"weak must be True, False or a Weak, got {weak!r}")
        if not (nsi is None or isinstance(nsi, NonStandard)):
            raise ValueError(f"nsi must be a NonStandard or None, got {nsi!r}")
        for name, given in (("mediators", mediators), ("parts", parts)):
            wrong = [part for part in given if not isinstance(part, Part)]
            if wrong:
                raise ValueError(
                    f"{name} are parts of a neutrino such as VectorMediator(mass, neutrino, electron), got {wrong[0]!r}"
                )
        if weak is not False and any(isinstance(part, Weak) for part in (*mediators, *parts)):
            raise ValueError("the weak interaction is there already: give a Weak as weak=…, not as a part")
        object.__setattr__(self, "flavour", None if flavour is None else Flavour.of(flavour))
        object.__setattr__(self, "antineutrino", bool(antineutrino))
        object.__setattr__(self, "magnetic_moment", moments)
        object.__setattr__(self, "millicharge", millicharge)
        object.__setattr__(self, "charge_radius", charge_radius)
        object.__setattr__(self, "anapole", anapole)
        object.__setattr__(self, "mediators", tuple(mediators))
        object.__setattr__(self, "nsi", nsi)
        object.__setattr__(self, "weak", weak)
        object.__setattr__(self, "neutrino_mass", neutrino_mass)
        object.__setattr__(self, "photon_mass", photon_mass)
        object.__setattr__(self, "parts", tuple(parts))

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> Neutrino:
        """The same for the neutrinos of a source."""
        return replace(self, flavour=Flavour.of(flavour), antineutrino=antineutrino)

    @property
    def functions(self) -> tuple[Function, ...]:
        """What its components need together."""
        return in_order({function for part in self.components().values() for function in part.functions})

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The weights of all of it at E, T, Q, broadcast together [energy] → [area/energy²]."""
        return self._products(Products.square(_everything(self._named())), energy, transfer, momentum)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Edges in Q, more of them near Q = T if something light is exchanged; see `Coupling`."""
        return exchange_intervals(is_light(list(self._named().values())), energy, transfer)

    def components(self) -> Mapping[str, Coupling]:
        """Each interaction alone, by name, and their "interference"; the weights add up to those of the whole."""
        named = self._named()
        found: dict[str, Coupling] = {
            name: FixedPart(name, part.amplitudes(), part.flips(), self.antineutrino, self._least_mass(named))
            for name, part in named.items()
        }
        if Products.interference(list(named.values())).functions:
            found[_Interference.name] = _Interference(self)
        return found

    @property
    def moment(self) -> float:
        """The effective magnetic moment of its flavour [Bohr magnetons].

        Raises:
            ValueError: if the moments depend on a flavour that was not given.
        """
        own = self.magnetic_moment
        return own[self._known_flavour().value] if isinstance(own, tuple) else own

    def _products(
        self, products: Products, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike
    ) -> StructureWeights:
        at = Kinematics.of(energy, transfer, momentum)
        least = self._least_mass(self._named())
        return products.weights(at, antineutrino=self.antineutrino, neutrino_mass=least)

    def _least_mass(self, named: Mapping[str, Part]) -> float:
        """m_ν where something light is exchanged, and 0 where it would only make weights depend on the energy."""
        masses = [one.mass for part in named.values() for one in part.amplitudes() if one.mass is not None]
        return 0.0 if masses and min(masses) > HEAVY else self.neutrino_mass

    def _named(self) -> dict[str, Part]:
        """All parts by name, as they are for this flavour."""
        weak = () if self.weak is False else (Weak() if self.weak is True else self.weak,)
        moment = (MagneticMoment(own),) if (own := self.moment) else ()
        nsi = () if self.nsi is None else (FixedPart("non-standard", (self.nsi.amplitude(self._known_flavour()),)),)
        every: list[Part] = [*weak, *self._of_photon(), *nsi, *moment, *self.mediators, *self.parts]
        told = [part if self.flavour is None else self._for_flavour(part) for part in every]
        told.sort(key=lambda part: not part.amplitudes())  # first those that keep the helicity
        names = _numbered([str(getattr(part, "name", type(part).__name__)) for part in told])
        return dict(zip(names, told, strict=True))

    def _for_flavour(self, part: Part) -> Part:
        own = part.with_flavour(self._known_flavour(), self.antineutrino)
        if not isinstance(own, Part):
            raise ValueError(f"{type(part).__name__}.with_flavour must return a part, got {own!r}")
        return own

    def _of_photon(self) -> list[Part]:
        """What the neutrino's electric charge, charge radius and anapole add, those that are there."""
        found: list[Part] = []
        for name, value, scale, mass in (
            ("millicharge", self.millicharge, millicharge_amplitude(1.0), self.photon_mass),
            ("charge radius", self.charge_radius, RADIUS_TO_VECTOR, None),
            ("anapole", self.anapole, -6 * RADIUS_TO_VECTOR, None),
        ):
            vector = self._amplitudes(value, scale)
            if any(vector):
                found.append(FixedPart(name, (Amplitude(vector=vector, mass=mass),)))
        return found

    def _amplitudes(self, value: float | FlavourMatrix, scale: complex) -> ByFlavour:
        if not isinstance(value, FlavourMatrix):
            return same(scale * value)
        first, second, third = value.amplitudes(self._known_flavour())
        return scale * first, scale * second, scale * third

    def _known_flavour(self) -> Flavour:
        if self.flavour is None:
            raise ValueError('the flavour comes from the source; give one, Neutrino("e", …), to use matrices without')
        return self.flavour


def _moments(given: float | Sequence[float]) -> float | tuple[float, float, float]:
    """One moment, or one of each flavour."""
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray) or np.ndim(given) == 0:
        MagneticMoment(given)  # type: ignore[arg-type]  # which refuses what is no number
        return given  # type: ignore[return-value]
    if len(given) != 3:
        raise ValueError(f"a magnetic moment must be one number, or three of them by flavour, got {given!r}")
    for value in given:
        MagneticMoment(value)
    first, second, third = (float(value) for value in given)
    return first, second, third


def _everything(named: Mapping[str, Part]) -> Part:
    """All parts as one."""
    return FixedPart(
        "all",
        tuple(amplitude for part in named.values() for amplitude in part.amplitudes()),
        tuple(flip for part in named.values() for flip in part.flips()),
    )


@dataclass(frozen=True)
class _Interference(Coupling):
    """What a neutrino's coherent sums have beyond the sum of their parts: twice every product of two parts."""

    name: ClassVar[str] = "interference"

    neutrino: Neutrino

    @property
    def functions(self) -> tuple[Function, ...]:
        return self._products.functions

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        return self.neutrino._products(self._products, energy, transfer, momentum)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        return self.neutrino.intervals(energy, transfer)

    @property
    def _products(self) -> Products:
        return Products.interference(list(self.neutrino._named().values()))


@dataclass(frozen=True)
class IncoherentSum(Coupling):
    """Couplings that lead to different final states: their cross sections add.

    Args:
        parts: the couplings, one or more.

    Raises:
        ValueError: for none at all.
    """

    parts: tuple[Coupling, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        if not self.parts:
            raise ValueError("a sum of couplings needs at least one")

    @property
    def functions(self) -> tuple[Function, ...]:
        """What its parts need together."""
        return in_order({function for part in self.parts for function in part.functions})

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The sum of the weights."""
        return added(part.weights(energy, transfer, momentum) for part in self.parts)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """The union of the intervals of its parts."""
        return joined_intervals(self.parts, energy, transfer)

    def components(self) -> Mapping[str, Coupling]:
        """The components of every part."""
        items = [item for part in self.parts for item in part.components().items()]
        return dict(zip(_numbered([name for name, _ in items]), (part for _, part in items), strict=True))

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> IncoherentSum:
        """The same for the neutrinos of a source: every part's; itself where that changes none."""
        own = tuple(part.with_flavour(flavour, antineutrino) for part in self.parts)
        return self if all(new is old for new, old in zip(own, self.parts, strict=True)) else IncoherentSum(own)


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, made different: a second "x" is "x 2"."""
    return [name if (n := names[:i].count(name)) == 0 else f"{name} {n + 1}" for i, name in enumerate(names)]

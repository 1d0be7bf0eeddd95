"""What a source is: components, each a flux with a spectrum and the flavours it arrives with.

    dφ_f/dE = Σ_components flux · shape(E) · P_f(E),        ∫ shape dE = 1

A rate needs ∫_{E > E_min} φ(E) f(E) dE for very many lower limits at once, with an f that may start abruptly at the
limit (the kinematic edge of a free electron is one).  So a shape gives its quadrature above given limits, by
Gauss–Legendre panels between the breaks of the spectrum, each clipped at the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.bounds import LARGEST, LARGEST_ENERGY, SMALLEST, check_flag, check_number, check_positive
from nuatom.neutrino.coupling import Coupling
from nuatom.neutrino.flavour import Flavour
from nuatom.source.panels import TABLE_ORDER, integral, merged, panels

Array = NDArray[np.float64]

_NORMALISED = 1e-3  # how far the integral of a shape may be from one


@runtime_checkable
class Shape(Protocol):
    """A normalised spectrum."""

    @property
    def support(self) -> tuple[float, float]:
        """The least and the largest E [energy]."""
        ...

    def __call__(self, energy: ArrayLike) -> Array:
        """The density at E, the shape of energy [1/energy]; exactly 0 outside the support."""
        ...

    def nodes(self, minimum: ArrayLike) -> tuple[Array, Array]:
        """Energies and weights with ∫_{E>minimum} φ f dE = Σ_n weight_n f(E_n), each of shape minimum.shape + (n,).

        Weights are exactly 0 where nothing lies above the minimum; the energies are inside the support always.
        """
        ...


@dataclass(frozen=True, init=False, eq=False)
class LineSpectrum:
    """Discrete energies.

    Args:
        energies: of the lines, in any order, > 0 [energy].
        intensities: their relative strengths, > 0; they are divided by their sum.

    Raises:
        ValueError: for lists of different lengths, none at all, or values that are not finite and positive.
    """

    energies: Array
    intensities: Array

    def __init__(self, energies: ArrayLike, intensities: ArrayLike = 1.0) -> None:
        check_positive("the energy of a line", energies, LARGEST_ENERGY, "MeV")
        check_positive("the intensity of a line", intensities)
        at = np.atleast_1d(np.asarray(energies, dtype=float))
        strength = np.atleast_1d(np.asarray(intensities, dtype=float))
        if at.ndim != 1 or at.shape != strength.shape or not at.size:
            raise ValueError(f"lines need one intensity each, got shapes {at.shape} and {strength.shape}")
        order = np.argsort(at)
        object.__setattr__(self, "energies", _frozen(at[order]))
        object.__setattr__(self, "intensities", _frozen(strength[order] / strength.sum()))

    @property
    def support(self) -> tuple[float, float]:
        """The lowest and the highest line [energy]."""
        return float(self.energies[0]), float(self.energies[-1])

    def __call__(self, energy: ArrayLike) -> Array:
        """Lines have no density.

        Raises:
            ValueError: always; the lines are in `energies` and `intensities`.
        """
        raise ValueError("a line spectrum has no density: use its energies and intensities, or its nodes")

    def nodes(self, minimum: ArrayLike) -> tuple[Array, Array]:
        """The lines themselves, with weight 0 where E ≤ minimum; see `Shape.nodes`."""
        low = np.asarray(minimum, dtype=float)[..., None]
        at = np.broadcast_to(self.energies, (*low.shape[:-1], self.energies.size))
        return at, np.where(at > low, self.intensities, 0.0)


@dataclass(frozen=True, eq=False)
class Continuous:
    """A spectrum given by a function.

    Args:
        function: the density at E, vectorised [1/energy]; smooth between the breaks.
        breaks: ascending energies, the ends of the support included, between which the function is smooth [energy].
        order: Gauss points of each panel.
        root_end: whether the last panel ends like a square root, as the spectrum of neutrinos that come with a
            positron does; the points are then spread evenly in the root.

    Raises:
        ValueError: for breaks that do not ascend, or a function whose integral is not 1.
    """

    function: Callable[[Array], Array]
    breaks: tuple[float, ...]
    order: int = 12
    root_end: bool = False

    def __post_init__(self) -> None:
        edges = np.asarray(self.breaks, dtype=float)
        if edges.ndim != 1 or edges.size < 2 or not np.all(np.isfinite(edges)) or not np.all(np.diff(edges) > 0):
            raise ValueError(f"the breaks of a spectrum must be finite and ascend, got {self.breaks!r}")
        if edges[0] < 0 or edges[-1] > LARGEST_ENERGY:
            raise ValueError(
                f"the energies of a spectrum must be from 0 to {LARGEST_ENERGY:g} MeV, "
                f"got {edges[0]:g} to {edges[-1]:g}"
            )
        total = self.integral()
        if not abs(total - 1) < _NORMALISED:
            raise ValueError(f"a shape must have the integral 1, got {total:.6g}: use Continuous.normalised(…)")

    @classmethod
    def normalised(
        cls, function: Callable[[Array], Array], breaks: tuple[float, ...], order: int = 12, root_end: bool = False
    ) -> Self:
        """The shape of a function with any integral, and its integral divided out.

        Raises:
            ValueError: if the integral is not positive and finite.
        """
        total = integral(function, breaks, order, root_end)
        if not (isfinite(total) and total > 0):
            raise ValueError(f"the integral of a spectrum must be positive, got {total!r}")
        return cls(Scaled(function, 1 / total), breaks, order, root_end)

    @property
    def support(self) -> tuple[float, float]:
        """The first and the last break [energy]."""
        return self.breaks[0], self.breaks[-1]

    def __call__(self, energy: ArrayLike) -> Array:
        """The density at E, the shape of energy [1/energy]; exactly 0 outside the support."""
        at = np.asarray(energy, dtype=float)
        inside = (at >= self.breaks[0]) & (at <= self.breaks[-1])
        return np.where(inside, self.function(np.where(inside, at, self.breaks[-1])), 0.0)

    def nodes(self, minimum: ArrayLike) -> tuple[Array, Array]:
        """Panels between the breaks, each clipped at the minimum; see `Shape.nodes`."""
        at, width = panels(np.asarray(self.breaks), minimum, self.order, self.root_end)
        return at, width * self.function(at)

    def integral(self) -> float:
        """∫ φ dE, which is 1."""
        return integral(self.function, self.breaks, self.order, self.root_end)


@dataclass(frozen=True, init=False, eq=False)
class Tabulated:
    """A spectrum that is linear between tabulated points, and nothing outside them.

    Args:
        energies: ascending, ≥ 0, at least two [energy].
        densities: ≥ 0, in any unit; they are divided by their integral.

    Raises:
        ValueError: for lists of different lengths, energies that do not ascend, densities that are negative or not
            finite, or nothing but zeros.
    """

    energies: Array
    densities: Array
    total: float = field(repr=False)
    _edges: Array = field(repr=False)

    def __init__(self, energies: ArrayLike, densities: ArrayLike) -> None:
        at, density = np.array(energies, dtype=float), np.array(densities, dtype=float)
        if at.ndim != 1 or at.shape != density.shape or at.size < 2:
            raise ValueError(
                f"a table needs two or more points and one density each, got shapes {at.shape} and {density.shape}"
            )
        if not np.all(np.isfinite(at)) or at[0] < 0 or not np.all(np.diff(at) > 0):
            raise ValueError("the energies of a table must be finite, ≥ 0 and ascend")
        if at[-1] > LARGEST_ENERGY:
            raise ValueError(f"the energies of a table must be at most {LARGEST_ENERGY:g} MeV, got {at[-1]:g}")
        if not np.all((density >= 0) & (density <= LARGEST)):
            raise ValueError(f"the densities of a table must be finite and from 0 to {LARGEST:g}")
        total = float(np.sum(np.diff(at) * (density[1:] + density[:-1]) / 2))
        if not (isfinite(total) and total > 0):
            raise ValueError("the densities of a table are all zero")
        object.__setattr__(self, "energies", _frozen(at))
        object.__setattr__(self, "densities", _frozen(density / total))
        object.__setattr__(self, "total", total)
        object.__setattr__(self, "_edges", merged(at, density / total))

    @property
    def support(self) -> tuple[float, float]:
        """The first and the last tabulated energy [energy]."""
        return float(self.energies[0]), float(self.energies[-1])

    def __call__(self, energy: ArrayLike) -> Array:
        """The density at E, the shape of energy [1/energy]; exactly 0 outside the table."""
        return np.asarray(
            np.interp(np.asarray(energy, dtype=float), self.energies, self.densities, left=0.0, right=0.0)
        )

    def nodes(self, minimum: ArrayLike) -> tuple[Array, Array]:
        """Panels of one or several pieces of the table, each clipped at the minimum; see `Shape.nodes`."""
        at, width = panels(self._edges, minimum, TABLE_ORDER, False)
        return at, width * self(at)


@dataclass(frozen=True)
class Scaled:
    """A function times a number."""

    function: Callable[[Array], Array]
    factor: float

    def __call__(self, energy: Array) -> Array:
        return self.factor * self.function(energy)


@dataclass(frozen=True)
class Constant:
    """A probability that does not depend on the energy."""

    value: float = 1.0

    def __call__(self, energy: Array) -> Array:
        return np.full(np.shape(energy), self.value)


@dataclass(frozen=True)
class Share:
    """The part of a component that arrives with a flavour.

    Attributes:
        flavour: at the detector.
        probability: P(E), vectorised, 0 to 1.
    """

    flavour: Flavour
    probability: Callable[[Array], Array]


def pure(flavour: Flavour | str) -> tuple[Share, ...]:
    """The composition of a component that arrives with the flavour it was made with: a short baseline."""
    return (Share(Flavour.of(flavour), Constant()),)


@dataclass(frozen=True)
class Component:
    """One line or continuum of a source.

    Attributes:
        name: e.g. "pp" or "235U".
        flux: of all flavours and energies, ≥ 0 [1/(area time)].
        shape: the spectrum.
        composition: the flavours at the detector; the probabilities add up to at most 1.
        antineutrino: whether they are antineutrinos.
        uncertainty: relative standard deviation of the flux.
        masses: P_k(E) of the three mass states, where these arrive as an incoherent mixture, as from the Sun; none
            where flavours do.

    Raises:
        ValueError: for a flux or uncertainty that is negative or not finite, or an empty composition.
    """

    name: str
    flux: float
    shape: Shape
    composition: tuple[Share, ...]
    antineutrino: bool = False
    uncertainty: float = 0.0
    masses: tuple[Callable[[Array], Array], ...] = ()

    def __post_init__(self) -> None:
        for what in ("flux", "uncertainty"):
            check_number(f"the {what} of {self.name}", getattr(self, what), 0.0)
        check_flag(f"antineutrino of {self.name}", self.antineutrino)
        if not self.composition:
            raise ValueError(f"{self.name} arrives with no flavour at all: give it a composition, such as pure('e')")

    def arriving(self, coupling: Coupling) -> tuple[tuple[Flavour | int, Coupling, Callable[[Array], Array]], ...]:
        """The kinds of neutrinos that arrive: which, what a coupling is to them, and P(E) of them.

        Kinds are flavours, or mass states of a mixture for a coupling that has a `with_mass_state`.

        Raises:
            ValueError: for a sum of couplings of which some ask for flavours and some for mass states.
        """
        by_mass = [coupling.with_mass_state(k) for k in range(len(self.masses))]
        found = [(k, own, P) for k, (own, P) in enumerate(zip(by_mass, self.masses, strict=True)) if own is not None]
        if found:
            return tuple(found)
        told = [
            (s.flavour, coupling.with_flavour(s.flavour, self.antineutrino), s.probability) for s in self.composition
        ]
        for _, own, _ in told if self.masses else ():
            if any(part.with_mass_state(0) is not None for part in own.components().values() if part is not own):
                raise ValueError(
                    f"{self.name} arrives as a mixture of mass states, whose moments are no part of a sum with what "
                    "depends on the flavour: take them alone, and add the rates"
                )
        return tuple(told)

    def density(self, energy: ArrayLike, flavour: Flavour | str | None = None) -> Array:
        """dφ/dE at E, of one flavour or of all, the shape of energy [1/(area time energy)].

        Raises:
            ValueError: for a component of lines.
        """
        at = np.asarray(energy, dtype=float)
        wanted = None if flavour is None else Flavour.of(flavour)
        shares = [s.probability(at) for s in self.composition if wanted in (None, s.flavour)]
        return np.asarray(self.flux * self.shape(at) * sum(shares, np.zeros(at.shape)))


class Source(Protocol):
    """Where neutrinos come from."""

    @property
    def name(self) -> str:
        """What to call it."""
        ...

    @property
    def components(self) -> tuple[Component, ...]:
        """What it emits, as it arrives at the detector."""
        ...


class Emitter:
    """What every source of components can say about itself.

    Attributes:
        name: what to call it.
        components: what it emits, as it arrives at the detector.
        burst: for what comes once, the time over which its fluxes are means: fluxes and rates times this are those of
            the whole burst [time].  None for a source that goes on.
        duty: the share of all time in which it is looked at, by which steady backgrounds become less; None if that is
            not known.
    """

    name: str
    components: tuple[Component, ...]
    burst: float | None = None
    duty: float | None = 1.0

    @property
    def total(self) -> float:
        """The flux of all components [1/(area time)]."""
        return sum(component.flux for component in self.components)

    @property
    def endpoint(self) -> float:
        """The largest energy of all components [energy]."""
        return max(component.shape.support[1] for component in self.components)

    def flux(self, energy: ArrayLike, flavour: Flavour | str | None = None) -> Mapping[str, Array]:
        """dφ/dE of every continuous component, by name, the shape of energy [1/(area time energy)].

        Args:
            energy: E, any shape [energy].
            flavour: of the neutrinos at the detector; all together by default.
        """
        return {c.name: c.density(energy, flavour) for c in self.components if not isinstance(c.shape, LineSpectrum)}

    def lines(self) -> Mapping[str, tuple[Array, Array]]:
        """Energies [energy] and fluxes [1/(area time)] of every component of lines, by name."""
        return {
            c.name: (c.shape.energies, c.flux * c.shape.intensities)
            for c in self.components
            if isinstance(c.shape, LineSpectrum)
        }

    def only(self, *names: str) -> Emission:
        """Some of the components, by name.

        Raises:
            ValueError: for a name that is not there.
        """
        known = {component.name: component for component in self.components}
        for name in names:
            if name not in known:
                raise ValueError(f"{self.name} has no component {name!r}: it has {', '.join(known)}")
        return Emission(self.name, tuple(known[name] for name in names), self.burst, self.duty)


@dataclass(frozen=True)
class Emission(Emitter):
    """A source from its components.

    Args:
        name: what to call it.
        components: at least one, with different names.
        burst, duty: as of an `Emitter`.

    Raises:
        ValueError: for none, or two of one name, or a burst or duty that is not positive.
    """

    name: str
    components: tuple[Component, ...]
    burst: float | None = None
    duty: float | None = 1.0

    def __post_init__(self) -> None:
        if self.burst is not None:
            require_positive("the time of a burst", self.burst)
        if self.duty is not None:
            check_number("the duty of a source", self.duty, SMALLEST, 1.0)
        names = [component.name for component in self.components]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"a source needs components of different names, got {', '.join(names) or 'none'}")


def burst_of(source: Source) -> float | None:
    """The time over which the fluxes of what comes once are means [time], None for a source that goes on."""
    burst: float | None = getattr(source, "burst", None)
    return burst


def require_positive(what: str, value: float) -> None:
    """Raise a ValueError unless a value is a positive number within reason."""
    check_number(what, value, SMALLEST)


def _frozen(values: Array) -> Array:
    values.setflags(write=False)
    return values

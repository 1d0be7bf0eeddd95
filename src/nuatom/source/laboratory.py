"""Sources of the laboratory: electron capture, tritium, stopped pions, a single energy.

None of them oscillates on the way: the detectors are meters to tens of meters away.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, log, pi
from typing import Protocol

import numpy as np

from nuatom.bounds import check_number
from nuatom.neutrino.flavour import Flavour
from nuatom.source.beta import Lepton, allowed_spectrum
from nuatom.source.model import Array, Component, Continuous, Emitter, LineSpectrum, pure, require_positive
from nuatom.source.pulse import Pulse
from nuatom.units import MeV, keV

_CHARGED_PION = 139.57039 * MeV
_MUON = 105.6583755 * MeV


class Geometry(Protocol):
    """Where a small source is, as seen from the detector."""

    @property
    def mean_inverse_area(self) -> float:
        """⟨1/(4πr²)⟩ over the volume of the detector [1/area]."""
        ...


@dataclass(frozen=True)
class Distance:
    """A detector that is small compared with its distance.

    Args:
        distance: r > 0 [length].

    Raises:
        ValueError: for a distance that is not finite and positive.
    """

    distance: float

    def __post_init__(self) -> None:
        require_positive("the distance to a source", self.distance)

    @property
    def mean_inverse_area(self) -> float:
        """1/(4πr²) [1/area]."""
        return 1 / (4 * pi * self.distance**2)


@dataclass(frozen=True)
class AroundSphere:
    """A spherical shell of target around the source.

    Args:
        outer: the outer radius [length].
        inner: the radius of the hole for the source, < outer [length].

    Raises:
        ValueError: for radii that are not finite, or do not leave a shell.
    """

    outer: float
    inner: float = 0.0

    def __post_init__(self) -> None:
        require_positive("the outer radius of a detector", self.outer)
        check_number("the inner radius of a detector", self.inner, 0.0)
        if not self.inner < self.outer:
            raise ValueError(f"the inner radius must be from 0 to below the outer {self.outer:g}, got {self.inner!r}")

    @property
    def mean_inverse_area(self) -> float:
        """3 / 4π(a² + ab + b²) between radii a and b [1/area]."""
        return 3 / (4 * pi * (self.outer**2 + self.outer * self.inner + self.inner**2))


@dataclass(frozen=True)
class OnAxis:
    """A cylinder of target with the source on its axis: in its centre, or above or below it.

    Args:
        radius, height: of the cylinder, > 0 [length].
        distance: from the source to the centre of the cylinder, ≥ 0 [length].

    Raises:
        ValueError: for lengths that are not finite, or a radius or height that is not positive.
    """

    radius: float
    height: float
    distance: float = 0.0

    def __post_init__(self) -> None:
        require_positive("the radius of a detector", self.radius)
        require_positive("the height of a detector", self.height)
        check_number("the distance to the centre of a detector", self.distance, 0.0)

    @property
    def mean_inverse_area(self) -> float:
        """(1/4πR²H) ∫ ln(1 + R²/z²) dz over the height [1/area]."""
        top, bottom = self.distance + self.height / 2, self.distance - self.height / 2
        return (self._primitive(top) - self._primitive(bottom)) / (4 * pi * self.radius**2 * self.height)

    def _primitive(self, z: float) -> float:
        """∫₀^z ln(1 + R²/z²) dz."""
        return 0.0 if z == 0 else z * log(1 + (self.radius / z) ** 2) + 2 * self.radius * atan(z / self.radius)


@dataclass(frozen=True, init=False)
class Chromium51(Emitter):
    """⁵¹Cr, four lines of ν_e from electron capture.

    To the ground state of ⁵¹V 747 keV (81.6 %, K) and 752 keV (8.5 %, L), to its level at 320 keV 427 keV (9.0 %)
    and 432 keV (0.9 %) (J. N. Abdurashitov et al., Phys. Rev. C 59 (1999) 2246).

    Args:
        activity: mean over the measurement [1/time]; 1 MCi is 3.7e16/s.
        geometry: where the source is; or give a distance.
        distance: of a small detector [length].
        uncertainty: relative, of the activity; 1 % by calorimetry.

    Raises:
        ValueError: for both or neither of geometry and distance, or values that are not finite and positive.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(
        self,
        activity: float,
        geometry: Geometry | None = None,
        *,
        distance: float | None = None,
        uncertainty: float = 0.01,
    ) -> None:
        shape = LineSpectrum(np.array([747, 427, 752, 432]) * keV, [0.816, 0.090, 0.085, 0.009])
        flux = _mean_flux(activity, geometry, distance)
        _set(self, "51Cr", Component("51Cr", flux, shape, pure(Flavour.E), False, uncertainty))


@dataclass(frozen=True, init=False)
class Tritium(Emitter):
    """³H → ³He, an allowed β spectrum of antineutrinos that ends at 18.59 keV.

    Args:
        activity: mean over the measurement [1/time]; 1 g has 3.56e14/s.
        geometry: where the source is; or give a distance.
        distance: of a small detector [length].
        endpoint: of the neutrinos [energy]; the atomic mass difference.  Decay to the molecule and its excitation take
            away a few tens of eV, which is not here.
        uncertainty: relative, of the activity.

    Raises:
        ValueError: for both or neither of geometry and distance, or values that are not finite and positive.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(
        self,
        activity: float,
        geometry: Geometry | None = None,
        *,
        distance: float | None = None,
        endpoint: float = 18.59 * keV,
        uncertainty: float = 0.01,
    ) -> None:
        shape = allowed_spectrum(endpoint, 2, 3, Lepton.ELECTRON)
        flux = _mean_flux(activity, geometry, distance)
        _set(self, "3H", Component("3H", flux, shape, pure(Flavour.E), True, uncertainty))


@dataclass(frozen=True, init=False)
class StoppedPion(Emitter):
    """π⁺ and then μ⁺ at rest: a line of ν_μ at 29.8 MeV, and ν_e and ν̄_μ of the muon up to 52.8 MeV.

        ν_e: (192/M) x² (½ − x),      ν̄_μ: (64/M) x² (¾ − x),      x = E/M,   M the mass of the muon

    Pions and muons in flight, π⁻ and the nuclear capture of μ⁻ are not here: below a percent at a spallation source.

    Args:
        flux: of each of the three flavours at the detector, a mean over all time [1/(area time)]; or a rate and where
            the source is.
        rate: pions stopped per time [1/time].
        geometry: where the source is; or give a distance.
        distance: of a small detector [length].
        uncertainty: relative, of the yield of pions; 10 % is usual.
        pulse: in which protons hit the target; without one, all of them at the time 0.
        window: from when to when after the pulse is looked at [time]; the fluxes are then of what arrives within, see
            `nuatom.source.pulse`.  Without one, always.

    Raises:
        ValueError: for a flux together with a rate, neither, values that are not finite and positive, a pulse without a
            window, or a window that does not ascend, is longer than the period or has nothing in it.
    """

    name: str
    components: tuple[Component, ...]
    duty: float | None

    def __init__(
        self,
        *,
        flux: float | None = None,
        rate: float | None = None,
        geometry: Geometry | None = None,
        distance: float | None = None,
        uncertainty: float = 0.10,
        pulse: Pulse | None = None,
        window: tuple[float, float] | None = None,
    ) -> None:
        if (flux is None) == (rate is None):
            raise ValueError("stopped pions need either a flux, or a rate with a geometry or distance")
        if flux is not None and not (geometry is None and distance is None):
            raise ValueError("stopped pions of a given flux have no geometry or distance: the flux is at the detector")
        if flux is None:
            assert rate is not None
            flux = _mean_flux(rate, geometry, distance, "rate")
        require_positive("the flux of stopped pions", flux)
        if window is None and pulse is not None:
            raise ValueError("stopped pions with a pulse need a window of time in which they are looked at")
        pulse = Pulse() if pulse is None else pulse
        if not isinstance(pulse, Pulse):
            raise ValueError(f"the pulse of stopped pions is a Pulse, got {pulse!r}")
        early, late = (1.0, 1.0) if window is None else pulse.fractions(window)
        object.__setattr__(self, "duty", 1.0 if window is None else pulse.duty(window))
        prompt = LineSpectrum((_CHARGED_PION**2 - _MUON**2) / (2 * _CHARGED_PION))
        breaks = (0.0, _MUON / 4, _MUON / 2)
        electron, muon = Continuous(_michel_electron, breaks), Continuous(_michel_muon, breaks)
        _set(
            self,
            "stopped pions",
            Component("prompt", early * flux, prompt, pure(Flavour.MU), False, uncertainty),
            Component("delayed ν_e", late * flux, electron, pure(Flavour.E), False, uncertainty),
            Component("delayed ν̄_μ", late * flux, muon, pure(Flavour.MU), True, uncertainty),
        )


@dataclass(frozen=True, init=False)
class MonoEnergetic(Emitter):
    """Neutrinos of one energy.

    Args:
        energy: E > 0 [energy].
        flux: > 0 [1/(area time)].
        flavour: "e", "mu" or "tau".
        antineutrino: whether they are antineutrinos.
        uncertainty: relative, of the flux.

    Raises:
        ValueError: for an unknown flavour, or an energy or flux that is not finite and positive.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(
        self,
        energy: float,
        flux: float,
        flavour: Flavour | str = Flavour.E,
        antineutrino: bool = False,
        uncertainty: float = 0.0,
    ) -> None:
        require_positive("the flux of a source", flux)
        component = Component("line", flux, LineSpectrum(energy), pure(flavour), antineutrino, uncertainty)
        _set(self, "one energy", component)


def _set(source: Emitter, name: str, *components: Component) -> None:
    object.__setattr__(source, "name", name)
    object.__setattr__(source, "components", components)


def _mean_flux(activity: float, geometry: Geometry | None, distance: float | None, what: str = "activity") -> float:
    require_positive(f"the {what} of a source", activity)
    if (geometry is None) == (distance is None):
        raise ValueError("a source in the laboratory needs a geometry or a distance, and not both")
    if geometry is None:
        assert distance is not None
        geometry = Distance(distance)
    if isinstance(geometry, type) or not hasattr(geometry, "mean_inverse_area"):
        raise ValueError(
            "the geometry of a source is an object such as Distance(5 * m) or AroundSphere(0.7 * m), "
            f"got {geometry!r}: a distance alone is given by name, distance=5 * m"
        )
    mean = geometry.mean_inverse_area
    require_positive("the mean of 1/4πr² of a geometry", mean)
    return activity * mean


def _michel_electron(energy: Array) -> Array:
    x = energy / _MUON
    return np.asarray(192 / _MUON * x**2 * (0.5 - x))


def _michel_muon(energy: Array) -> Array:
    x = energy / _MUON
    return np.asarray(64 / _MUON * x**2 * (0.75 - x))

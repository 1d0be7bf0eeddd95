"""Antineutrinos of a reactor core.

    dN/dE = Σ_i f_i S_i(E) per fission,      flux = P / (4πd² Σ_i f_i e_i) · ∫ dN/dE dE

with f_i the fractions of fissions, e_i the energies they set free, and S_i(E) those of `nuatom.source.fission`.

Beside fission, ²³⁸U captures neutrons, and ²³⁹U and ²³⁹Np decay with two antineutrinos below 1.3 MeV: 0.6 captures per
fission in a power reactor, 1.2 of its 7.2 antineutrinos per fission (H. T. Wong et al., Phys. Rev. D 75 (2007) 012001).
Their spectra are sums over all branches (L. Périssé et al., Phys. Rev. C 108 (2023) 055501).
A detector at a reactor is too near for its neutrinos to oscillate: nothing of that is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import pi
from pathlib import Path
from types import MappingProxyType

import numpy as np

from nuatom.bounds import check_number
from nuatom.neutrino.flavour import Flavour
from nuatom.source.beta import Lepton, mixed_spectrum
from nuatom.source.fission import SPECTRA, Fissile, isotope, own_isotope
from nuatom.source.model import Array, Component, Continuous, Emitter, Shape, pure, require_positive
from nuatom.source.table import column
from nuatom.units import MeV, keV

TYPICAL = MappingProxyType({"235U": 0.58, "238U": 0.08, "239Pu": 0.29, "241Pu": 0.05})
"""Fractions of fissions in the middle of a cycle of a pressurised-water reactor."""

# Endpoints [MeV] and intensities, rounded; what is below a percent is left out (Nuclear Data Sheets 122 (2014) 293).
# They go with the spectra of Vogel and Engel.  Beside the tables, which have all branches, 5 % of the neutrinos of
# ²³⁹Np have too much energy, and a tenth of those of ²³⁹U below 0.3 MeV is missing.
_CAPTURE = {
    "239U": ((1.253, 0.27), (1.188, 0.73)),
    "239Np": ((0.715, 0.04), (0.437, 0.46), (0.392, 0.10), (0.331, 0.38), (0.211, 0.02)),
}
_CAPTURE_UNCERTAINTY = 0.05
_BIN = 25 * keV  # of the table
_FRACTIONS = 0.01  # how far from 1 fractions may add up to, for rounding


@dataclass(frozen=True, eq=False)
class _Decays:
    """The published spectrum of a decay, like E² below the middle of its first bin, and linear between the others."""

    name: str

    @cached_property
    def energy(self) -> Array:
        """The middles of bins, and the end of the last [energy]."""
        at = column("source_captures.csv", "energy_MeV")[: self._number] * MeV
        return np.append(at, at[-1] + _BIN / 2)

    @cached_property
    def _number(self) -> int:
        """How many bins have anything."""
        return int(np.count_nonzero(column("source_captures.csv", self.name)))

    @cached_property
    def density(self) -> Array:
        """At these energies, 0 at the last."""
        return np.append(column("source_captures.csv", self.name)[: self._number], 0.0)

    def __call__(self, energy: Array) -> Array:
        first = self.energy[0]
        rising = self.density[0] * (np.minimum(energy, first) / first) ** 2
        return np.asarray(np.where(energy < first, rising, np.interp(energy, self.energy, self.density)))


@cache
def _capture(name: str, rounded: bool) -> Shape:
    """Of one of the decays after a capture: a sum over its branches as published, or over the few above."""
    if not rounded:
        summed = _Decays(name)
        return Continuous.normalised(
            summed, tuple(sorted({0.0, 5 * keV, 18 * keV, 26 * keV, *summed.energy.tolist()})), 3
        )
    branches = [(endpoint * MeV, intensity) for endpoint, intensity in _CAPTURE[name]]
    return mixed_spectrum(branches, 93 if name == "239U" else 94, 239, Lepton.ELECTRON)


@dataclass(frozen=True, init=False)
class Reactor(Emitter):
    """A reactor core; one component for each isotope, and "239U" and "239Np" from capture.

    Args:
        power: thermal [energy/time]; 1 GW is `hepunits.gigawatt`.
        distance: from the core to the detector [length].
        fractions: of the fissions, by isotope; they add up to 1.
        flux: at the detector, all energies and captures included, in the place of power and distance
            [1/(area time)]: published fluxes such as 2.7e13/(cm² s) are of this kind.
        captures: neutrons caught by ²³⁸U per fission; 0 leaves ²³⁹U and ²³⁹Np out.
        uncertainty: relative, of every component; by default that of the isotopes.
        spectra: of the isotopes, one of `nuatom.source.SPECTRA`; or files by isotope, as of
            `nuatom.source.own_isotope`, or what that gives, the others as by default.

    Raises:
        ValueError: for a flux together with power or distance, neither, unknown isotopes or spectra, or numbers out of
            range.
    """

    name: str
    components: tuple[Component, ...]

    def __init__(
        self,
        *,
        power: float | None = None,
        distance: float | None = None,
        fractions: Mapping[str, float] = TYPICAL,
        flux: float | None = None,
        captures: float = 0.6,
        uncertainty: float | None = None,
        spectra: str | Mapping[str, str | Path | Fissile] = "huber-mueller",
    ) -> None:
        burnt = _checked(fractions)
        check_number("captures per fission", captures, 0.0)
        isotopes = _isotopes(burnt, spectra)
        yields = {name: part * isotopes[name].yield_per_fission for name, part in burnt.items()}
        if captures:
            yields |= dict.fromkeys(_CAPTURE, captures)
        if flux is not None:
            if power is not None or distance is not None:
                raise ValueError("a reactor has a flux, or a power and a distance, not both")
            require_positive("the flux of a reactor", flux)
            fissions = flux / sum(yields.values())
        else:
            if power is None or distance is None:
                raise ValueError("a reactor needs a power and a distance, or a flux at the detector")
            require_positive("the power of a reactor", power)
            require_positive("the distance to a reactor", distance)
            energy = sum(part * isotopes[name].energy_per_fission for name, part in burnt.items())
            fissions = power / energy / (4 * pi * distance**2)
        made = []
        for name, count in yields.items():
            shape = _capture(name, spectra == "vogel-engel") if name in _CAPTURE else isotopes[name].shape
            error = _CAPTURE_UNCERTAINTY if name in _CAPTURE else isotopes[name].uncertainty
            error = error if uncertainty is None else uncertainty
            made.append(Component(name, fissions * count, shape, pure(Flavour.E), True, error))
        object.__setattr__(self, "name", "reactor")
        object.__setattr__(self, "components", tuple(made))


def _isotopes(names: Iterable[str], spectra: str | Mapping[str, str | Path | Fissile]) -> dict[str, Fissile]:
    """The isotopes with their spectra, from tables of the package or from files."""
    if isinstance(spectra, str):
        return {name: isotope(name, spectra) for name in names}
    if not isinstance(spectra, Mapping) or not all(isinstance(one, str | Path | Fissile) for one in spectra.values()):
        raise ValueError(
            f"spectra of a reactor are {', '.join(SPECTRA)}, or files or Fissile by isotope, got {spectra!r}"
        )
    for name in spectra:
        isotope(name)
    own = {name: one if isinstance(one, Fissile) else own_isotope(name, one) for name, one in spectra.items()}
    return {name: own[name] if name in own else isotope(name) for name in names}


def _checked(fractions: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(fractions, Mapping):
        raise ValueError(f"fractions are numbers by isotope, such as {{'235U': 1.0}}, got {fractions!r}")
    for name, part in fractions.items():
        isotope(name)
        check_number(f"the fraction of {name}", part, 0.0, 1.0 + _FRACTIONS)
    total = sum(fractions.values())
    if not abs(total - 1) < _FRACTIONS:
        raise ValueError(f"the fractions of fissions must add up to 1, got {total:.4g}")
    return {name: part / total for name, part in fractions.items() if part}

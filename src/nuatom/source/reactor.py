"""Antineutrinos of a reactor core.

    dN/dE = Σ_i f_i S_i(E) per fission,      flux = P / (4πd² Σ_i f_i e_i) · ∫ dN/dE dE

with f_i the fractions of fissions and e_i the energies they set free.  S_i(E) in pieces:

- below 7.8 keV ∝ E², as every β spectrum begins; up to 31.2 keV the logarithm of the table of Vogel and Engel linear in
  ln E, because its numbers follow E² there; up to 2 MeV the table linear in E;
- 2 to 8 MeV Huber (²³⁵U, ²³⁹Pu, ²⁴¹Pu) and Mueller et al. (²³⁸U);
- 8 to 10 MeV an exponential that continues value and slope at 8 MeV, and nothing above: at most 4e-4 of the flux.

The two meet at 2 MeV in this way: the last entry of the table is replaced by Huber–Mueller, that is multiplied by 1.049
(²³⁵U), 0.929 (²³⁸U), 1.009 (²³⁹Pu) and 0.956 (²⁴¹Pu), so that the table is changed between 1.5 and 2 MeV only.

Beside fission, ²³⁸U captures neutrons, and ²³⁹U and ²³⁹Np decay with two antineutrinos below 1.3 MeV: 0.6 captures per
fission in a power reactor, 1.2 of its 7.2 antineutrinos per fission (H. T. Wong et al., Phys. Rev. D 75 (2007) 012001).
A detector at a reactor is too near for its neutrinos to oscillate: nothing of that is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import pi
from types import MappingProxyType

import numpy as np

from nuatom.bounds import check_number
from nuatom.neutrino.flavour import Flavour
from nuatom.source.beta import Lepton, mixed_spectrum
from nuatom.source.model import Array, Component, Continuous, Emitter, integral, pure, require_positive
from nuatom.source.table import column, rows
from nuatom.units import MeV, keV

TYPICAL = MappingProxyType({"235U": 0.58, "238U": 0.08, "239Pu": 0.29, "241Pu": 0.05})
"""Fractions of fissions in the middle of a cycle of a pressurised-water reactor."""

_JOIN, _FITTED, _LAST = 2 * MeV, 8 * MeV, 10 * MeV
_RISING = 31.2 * keV
_DENSE = 401
# Endpoints [MeV] and intensities, rounded; what is below a percent is left out (Nuclear Data Sheets 122 (2014) 293).
_CAPTURE = {
    "239U": ((1.253, 0.27), (1.188, 0.73)),
    "239Np": ((0.715, 0.04), (0.437, 0.46), (0.392, 0.10), (0.331, 0.38), (0.211, 0.02)),
}
_CAPTURE_UNCERTAINTY = 0.05
_FRACTIONS = 0.01  # how far from 1 fractions may add up to, for rounding


@dataclass(frozen=True, eq=False)
class _Fission:
    """S_i(E) of one isotope, antineutrinos per fission and energy."""

    energy: Array
    table: Array
    polynomial: Array

    def __call__(self, energy: Array) -> Array:
        at = np.asarray(energy, dtype=float)
        found = np.asarray(np.interp(at, self.energy, self.table))
        high = at > _JOIN
        found[high] = huber_mueller(self.polynomial, at[high])
        return found


def _low_table(energy: Array, values: Array) -> tuple[Array, Array]:
    """The table below 2 MeV, with many points where it rises like E², so that it is linear between its points."""
    first = energy[0] * np.linspace(0, 1, _DENSE)
    rising = energy <= _RISING
    steps = [np.geomspace(a, b, _DENSE)[1:] for a, b in pairwise(energy[rising])]
    second = np.concatenate(steps)
    interpolated = np.exp(np.interp(np.log(second), np.log(energy), np.log(values)))
    below = values[0] * (first / energy[0]) ** 2
    return np.concatenate([first, second, energy[~rising]]), np.concatenate([below, interpolated, values[~rising]])


def huber_mueller(polynomial: Array, energy: Array) -> Array:
    """exp(Σ a_k E^k) with E in MeV, continued as an exponential above 8 MeV, the shape of energy [1/energy]."""
    fit = np.polynomial.Polynomial(polynomial)
    inside = np.minimum(energy, _FITTED) / MeV
    tail = fit.deriv()(_FITTED / MeV) * np.maximum(energy - _FITTED, 0) / MeV
    return np.asarray(np.exp(fit(inside) + tail) / MeV)


@dataclass(frozen=True)
class Fissile:
    """One fissile isotope.

    Attributes:
        name: e.g. "235U".
        yield_per_fission: antineutrinos of all energies.
        energy_per_fission: set free in the core [energy].
        uncertainty: relative, of the antineutrinos that are detected by inverse β decay; below 2 MeV nobody has
            measured them, and the tables may be wrong by more.
        shape: their normalised spectrum.
    """

    name: str
    yield_per_fission: float
    energy_per_fission: float
    uncertainty: float
    shape: Continuous


@cache
def isotope(name: str) -> Fissile:
    """The antineutrinos of "235U", "238U", "239Pu" or "241Pu".

    Raises:
        ValueError: for another name.
    """
    table = {row["isotope"]: row for row in rows("source_huber_mueller.csv")}
    if name not in table:
        raise ValueError(f"unknown isotope {name!r} in a reactor: expected {', '.join(table)}")
    polynomial = np.array([float(table[name][f"a{k}"]) for k in range(6)])
    energy = column("source_vogel_engel.csv", "energy_keV") * keV
    values = column("source_vogel_engel.csv", name) / MeV
    values[-1] = huber_mueller(polynomial, energy[-1])
    function = _Fission(*_low_table(energy, values), polynomial)
    # Panels of the table are smooth, so few points of each do.
    breaks = (0.0, *energy.tolist(), 3.5 * MeV, 5.0 * MeV, 6.5 * MeV, _FITTED, _LAST)
    order = 5
    total = integral(function, breaks, order, False)
    return Fissile(
        name,
        total,
        float(table[name]["energy_per_fission"]) * MeV,
        float(table[name]["uncertainty"]),
        Continuous.normalised(function, breaks, order),
    )


@cache
def _capture(name: str) -> Continuous:
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

    Raises:
        ValueError: for a flux together with power or distance, neither, unknown isotopes, or numbers out of range.
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
    ) -> None:
        burnt = _checked(fractions)
        check_number("captures per fission", captures, 0.0)
        yields = {name: part * isotope(name).yield_per_fission for name, part in burnt.items()}
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
            energy = sum(part * isotope(name).energy_per_fission for name, part in burnt.items())
            fissions = power / energy / (4 * pi * distance**2)
        made = []
        for name, count in yields.items():
            shape = _capture(name) if name in _CAPTURE else isotope(name).shape
            error = _CAPTURE_UNCERTAINTY if name in _CAPTURE else isotope(name).uncertainty
            error = error if uncertainty is None else uncertainty
            made.append(Component(name, fissions * count, shape, pure(Flavour.E), True, error))
        object.__setattr__(self, "name", "reactor")
        object.__setattr__(self, "components", tuple(made))


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

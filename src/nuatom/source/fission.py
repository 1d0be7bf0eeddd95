"""Antineutrinos of single fissile isotopes per fission, S_i(E), from measured electrons or from sums over decays.

Below 2 MeV nobody has measured them, and above there are two kinds of spectra:

    "huber-mueller"  sums over decays below 2 MeV; above the conversion of measured electrons, P. Huber and
                     T. A. Mueller et al.
    "summation"      sums over decays everywhere
    "vogel-engel"    the older sums of P. Vogel and J. Engel below 2 MeV, Huber and Mueller et al. above

The sums over decays (L. Périssé et al., Phys. Rev. C 108 (2023) 055501) rise like E² below the middle of their first
bin at 12.5 keV, are linear between their points up to 2 MeV and exponential between those above, and end at 12.4 MeV.
Where Huber and Mueller follow, they are multiplied by a factor that goes from 1 at 1.5 MeV to 1.060 (²³⁵U), 0.926
(²³⁸U), 1.031 (²³⁹Pu) and 0.987 (²⁴¹Pu) at 2 MeV, so that the two meet.  Huber and Mueller go to 8 MeV; from there to
10 MeV it is an exponential that continues value and slope, and nothing above: at most 4e-4 of the flux.

The table of Vogel and Engel is ∝ E² below 7.8 keV; up to 31.2 keV its logarithm is linear in ln E, because its numbers
follow E² there; up to 2 MeV it is linear.  Its last entry is replaced by Huber–Mueller, that is multiplied by 1.049
(²³⁵U), 0.929 (²³⁸U), 1.009 (²³⁹Pu) and 0.956 (²⁴¹Pu).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from nuatom.columns import HEADER, Layout, Quantity, read_curve
from nuatom.source.model import Array, Continuous, Shape, Tabulated
from nuatom.source.panels import integral
from nuatom.source.table import column, rows
from nuatom.units import MeV, keV

SPECTRA = ("huber-mueller", "summation", "vogel-engel")
"""The spectra of fissile isotopes there are."""
_JOIN, _FITTED, _LAST = 2 * MeV, 8 * MeV, 10 * MeV
_BLENDED = 1.5 * MeV  # from here to 2 MeV sums over decays are moved to what follows
_RISING = 31.2 * keV
_DENSE = 401
_PER_ENERGY = Quantity((-1, 0, 0, 0), "1/MeV")


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
    shape: Shape


@dataclass(frozen=True, eq=False)
class _Summed:
    """S_i(E) of one isotope as a sum over decays, up to 2 MeV followed by a polynomial or not."""

    energy: Array
    values: Array
    polynomial: Array | None

    def __call__(self, energy: Array) -> Array:
        at = np.asarray(energy, dtype=float)
        first, last = self.energy[0], self.energy[-1]
        found = np.interp(at, self.energy, self.values)
        found = np.where(at < first, self.values[0] * (at / first) ** 2, found)
        if self.polynomial is None:
            falling = np.exp(np.interp(at, self.energy, np.log(self.values)))
            found = np.where(at > self.energy[self.energy > _JOIN][0], falling, found)
            return np.where(at > last, 0.0, found)
        high = at > _JOIN
        end = huber_mueller(self.polynomial, np.array(_JOIN)) / np.interp(_JOIN, self.energy, self.values)
        share = np.clip((at - _BLENDED) / (_JOIN - _BLENDED), 0.0, 1.0)
        found = np.asarray(found * (1.0 + (end - 1.0) * share))
        found[high] = huber_mueller(self.polynomial, at[high])
        return found


@cache
def isotope(name: str, spectra: str = "huber-mueller") -> Fissile:
    """The antineutrinos of "235U", "238U", "239Pu" or "241Pu".

    Args:
        name: of the isotope.
        spectra: one of `SPECTRA`.

    Raises:
        ValueError: for another name, or other spectra.
    """
    table = {row["isotope"]: row for row in rows("source_huber_mueller.csv")}
    if name not in table:
        raise ValueError(f"unknown isotope {name!r} in a reactor: expected {', '.join(table)}")
    if spectra not in SPECTRA:
        raise ValueError(f"unknown spectra {spectra!r} of a reactor: expected {', '.join(SPECTRA)}")
    polynomial = np.array([float(table[name][f"a{k}"]) for k in range(6)])
    function: Callable[[Array], Array]
    if spectra == "vogel-engel":
        energy = column("source_vogel_engel.csv", "energy_keV") * keV
        values = column("source_vogel_engel.csv", name) / MeV
        values[-1] = huber_mueller(polynomial, energy[-1])
        function = _Fission(*_low_table(energy, values), polynomial)
        breaks: tuple[float, ...] = (0.0, *energy.tolist(), 3.5 * MeV, 5.0 * MeV, 6.5 * MeV, _FITTED, _LAST)
    else:
        energy, values = column("source_summation.csv", "energy_MeV") * MeV, column("source_summation.csv", name) / MeV
        function = _Summed(energy, values, polynomial if spectra == "huber-mueller" else None)
        low = energy[energy < _JOIN].tolist()
        above = (*(np.arange(2.5, 8.0, 0.5) * MeV).tolist(), _FITTED, 9.0 * MeV, _LAST)
        if spectra == "summation":
            above = tuple(energy[energy > _JOIN].tolist())
        breaks = tuple(sorted({0.0, 25 * keV, 50 * keV, 75 * keV, *low, _BLENDED, _JOIN, *above}))
    # Panels of the table are smooth, so few points of each do.
    order = 5 if spectra == "vogel-engel" else 3
    total = integral(function, breaks, order, False)
    return Fissile(
        name,
        total,
        float(table[name]["energy_per_fission"]) * MeV,
        float(table[name]["uncertainty"]),
        Continuous.normalised(function, breaks, order),
    )


def own_isotope(name: str, path: str | Path, layout: Layout = HEADER) -> Fissile:
    """The antineutrinos of an isotope from a file with the columns ``energy [MeV], neutrinos [1/MeV]``, per fission.

    Args:
        name: of the isotope, for the energy that its fission sets free.
        path: of the file.
        layout: how the columns are to be taken, if not as the header says.

    Raises:
        ValueError: as `nuatom.columns.read_curve`, or for an unknown isotope.
    """
    known = isotope(name)
    shape = Tabulated(*read_curve(path, "neutrinos", _PER_ENERGY, layout))
    return Fissile(name, shape.total, known.energy_per_fission, known.uncertainty, shape)

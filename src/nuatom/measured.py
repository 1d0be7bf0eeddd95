"""Measured photoabsorption, and how far a response is from it.

A real photon is one point of the response, Q = T, and the only one that has been measured for nearly every element
at nearly every energy: what a model misses there, it misses for neutrinos of the same transfer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.elements import element as find_element
from nuatom.elements import measured_edges
from nuatom.functions import Array
from nuatom.response.model import ResponseModel
from nuatom.scattering import photoabsorption
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2, eV, keV

LOWEST, HIGHEST = 10 * eV, 30 * keV
"""Where the compilation begins and ends."""
NEAR_EDGE = 0.02
"""Relative distance from an edge within which a comparison is left out: there a small shift is a large deviation."""
FIRST = 1.2
"""Of the first ionisation energy: where a comparison begins."""
FAR_OFF = 0.3
"""The relative deviation that makes a point one that is off."""
_ROUNDING = 1e-9


def henke_photoabsorption(element: str | int, energy: ArrayLike) -> Array:
    """Measured photoabsorption cross section per atom, from the compilation of Henke, Gullikson and Davis.

        σ(E) = 2 r_e λ f₂(E) = 4π α (ħc)² f₂ / (m E)

    The source is B. L. Henke, E. M. Gullikson and J. C. Davis, At. Data Nucl. Data Tables 54 (1993) 181, with the
    later updates of the Center for X-ray Optics, as `periodictable` carries it: f₂ from 10 eV to 30 keV for
    Z = 1 to 92, interpolated here in log f₂ against log E.

    It is a compilation: measured where it matters, and between measurements a smooth curve guided by theory and by
    neighbouring elements.  Some 5 % is a fair guess of its error away from edges, and more below 50 eV and within a few
    percent of an edge, where narrow structure is not resolved.  Noble gases and some vapours were measured as atoms.
    Most other elements were solids (Na, Si, Ge, I, Cs), and below some 50 eV their bands are no property of an atom.

    Args:
        element: symbol, name or atomic number, Z = 1 to 92.
        energy: photon energy from 10 eV to 30 keV, any shape [energy].

    Returns:
        of the shape of energy [area].

    Raises:
        ValueError: for an element the compilation does not have, or an energy out of its range.
    """
    import periodictable

    known = find_element(element)
    photon = np.asarray(energy, dtype=float)
    # Rounding of 10 eV in other units must not put it outside.
    inside = (photon >= LOWEST * (1 - _ROUNDING)) & (photon <= HIGHEST * (1 + _ROUNDING))
    if not np.all(inside):
        raise ValueError(
            f"photoabsorption has been compiled from {LOWEST / eV:g} eV to {HIGHEST / keV:g} keV, not at "
            f"{photon[~inside].ravel()[0] / keV:.6g} keV: ask for energies between"
        )
    table = periodictable.elements[known.Z].xray.sftable
    if table is None:
        raise ValueError(
            f"the photoabsorption of {known.name} (Z = {known.Z}) has not been compiled: expected Z = 1 to 92"
        )
    log_energy, log_f2 = np.log(table[0] * keV), np.log(table[2])
    f2 = np.exp(np.interp(np.log(photon), log_energy, log_f2))
    return np.asarray(4 * pi * FINE_STRUCTURE * HBARC2 * f2 / (ELECTRON_MASS * photon))


@dataclass(frozen=True)
class PhotoComparison:
    """Computed photoabsorption beside measured.

    Attributes:
        energy: photon energies, shape (n,) [energy].
        computed: cross section per atom, shape (n,) [area].
        measured: the same from `henke_photoabsorption`, shape (n,) [area].
        counted: whether a point is above 1.2 × the first ionisation energy and farther than 2 % from every edge,
            computed or measured, shape (n,).
        first: the first ionisation energy, measured if it has been [energy].
    """

    energy: Array
    computed: Array
    measured: Array
    counted: NDArray[np.bool_]
    first: float

    @property
    def deviation(self) -> Array:
        """computed / measured − 1, shape (n,)."""
        return np.asarray(self.computed / self.measured - 1)

    @property
    def median(self) -> float | None:
        """The median of |deviation| over the points counted; None if there is none."""
        return float(np.median(np.abs(self.deviation[self.counted]))) if np.any(self.counted) else None

    @property
    def off(self) -> Array:
        """The energies counted at which |deviation| exceeds 30 % [energy]."""
        return self.energy[self.counted & (np.abs(self.deviation) > FAR_OFF)]


def compare_photoabsorption(element: str | int, model: ResponseModel, energy: ArrayLike) -> PhotoComparison:
    """The photoabsorption of a model beside the measured one.

    Args:
        element: what the model is a model of: symbol, name or atomic number.
        model: the atom's response.
        energy: photon energies from 10 eV to 30 keV, shape (n,) [energy].

    Raises:
        ValueError: for an element or energies that `henke_photoabsorption` does not have.
    """
    photon = np.asarray(energy, dtype=float).ravel()
    measured = henke_photoabsorption(element, photon)
    known = [edge.energy for edge in measured_edges(element).values()]
    calculated = [shell.binding_energy for shell in model.shells]
    first = min(known or calculated)
    counted = (photon > FIRST * first) & away_from_edges(photon, [*known, *calculated])
    return PhotoComparison(photon, photoabsorption(model, photon), measured, counted, first)


def away_from_edges(energy: Array, edges: Sequence[float], distance: float = NEAR_EDGE) -> NDArray[np.bool_]:
    """Whether energies (n,) are farther than this fraction from every edge, shape (n,)."""
    ratio = energy[:, None] / np.asarray(edges, dtype=float)
    return np.asarray(np.all(np.abs(ratio - 1) > distance, axis=1))

"""What a detector is asked for, checked: bins, absorption edges, spectra."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST, SMALLEST, check_number
from nuatom.functions import Array
from nuatom.response.model import ResponseModel
from nuatom.units import ELECTRON_MASS, day, keV, kg

if TYPE_CHECKING:
    from nuatom.rates import Material, RateSpectrum
    from nuatom.source.model import Source

_NO_SHELLS = "{0!r} has no shells: expected a model such as CentralField(Atom({0!r}))"


class TooFewTransfersError(ValueError):
    """A spectrum varies too much between the transfers it is given at."""


def checked_exposure(exposure: float) -> None:
    """Raise a ValueError unless an exposure is a finite mass times a time, greater than zero."""
    is_number = isinstance(exposure, Real) and not isinstance(exposure, bool)
    check_number("exposure", exposure / (kg * day) if is_number else exposure, SMALLEST, unit="kg day")


def checked_edges(edges: ArrayLike, threshold: float = 0.0) -> Array:
    """Edges of bins as an array of shape (nb + 1,).

    Raises:
        ValueError: fewer than two, not finite, negative, descending or equal edges, or a threshold above them all.
    """
    bins = np.array(edges, dtype=float, ndmin=1)
    if bins.ndim != 1 or bins.size < 2:
        raise ValueError(f"edges: expected a row of two or more energies, got the shape {bins.shape}")
    if not np.all((bins >= 0.0) & (bins <= LARGEST)):
        raise ValueError(f"edges must be finite energies that are not negative, and at most {LARGEST:g} MeV")
    if np.any(np.diff(bins) <= 0.0):
        k = int(np.argmax(np.diff(bins) <= 0.0))
        raise ValueError(
            f"edges must ascend, so that bins do not overlap, "
            f"but {bins[k + 1] / keV:g} keV follows {bins[k] / keV:g} keV"
        )
    if threshold >= bins[-1]:
        raise ValueError(
            f"threshold of {threshold / keV:.6g} keV is above the last edge of the bins, {bins[-1] / keV:.6g} keV"
        )
    return bins


def thresholds(material: Material | ResponseModel | Sequence[float] | str) -> Array:
    """The energies where shells open: of a material, a model, or as given; 0 for electrons that are free.

    Raises:
        ValueError: for energies that are negative or not finite, or the name of an element.
    """
    if isinstance(material, str):
        raise ValueError(_NO_SHELLS.format(material))
    if hasattr(material, "parts"):
        found = [shell.binding_energy for _, _, model in material.parts for shell in model.shells]
    elif hasattr(material, "shells"):
        found = [shell.binding_energy for shell in material.shells]
    else:
        found = [float(value) for value in material]
    opens = np.unique(np.array(found, dtype=float))
    if not np.all(np.isfinite(opens) & (opens >= 0.0)):
        raise ValueError("absorption edges must be finite energies that are not negative")
    return opens


def electron_ends(source: Source) -> list[float]:
    """Where the spectrum of free electrons at rest ends, 2E²/(m + 2E), for each line and each endpoint of a source."""
    return [_greatest(ELECTRON_MASS, E) for E in _greatest_energies(source)]


def recoil_ends(source: Source, material: Material | ResponseModel | str) -> list[float]:
    """Where the spectrum of recoils ends, 2E²/(M + 2E), for each isotope, line and endpoint."""
    from nuatom.coherent import nuclides

    target = recoiling(material)
    kinds = nuclides(target if isinstance(target, str) else target.target)
    return [_greatest(kind.mass, E) for kind in kinds for E in _greatest_energies(source)]


def recoiling(material: Material | ResponseModel | str) -> Material | str:
    """What recoils: a material, that of a single model, or a symbol or formula."""
    from nuatom.rates.material import as_material

    return material if isinstance(material, str) else as_material(material)


def with_shells(material: Material | ResponseModel | str) -> Material | ResponseModel:
    """What has electrons to be hit; raises a ValueError for a mere name."""
    if isinstance(material, str):
        raise ValueError(_NO_SHELLS.format(material))
    return material


def _greatest(mass: float, energy: float) -> float:
    return 2.0 * energy**2 / (mass + 2.0 * energy)


def _greatest_energies(source: Source) -> list[float]:
    from nuatom.source.model import LineSpectrum

    found: set[float] = set()
    for component in source.components:
        shape = component.shape
        found |= set(shape.energies.tolist()) if isinstance(shape, LineSpectrum) else {float(shape.support[1])}
    return sorted(found)


def checked_probability(name: str, values: ArrayLike) -> Array:
    """An efficiency as an array; raises a ValueError with its name unless it is from 0 to 1."""
    array = np.asarray(values, dtype=float)
    if not np.all((array >= 0.0) & (array <= 1.0)):
        raise ValueError(f"{name} must be from 0 to 1 at every energy")
    return array


def checked_spectrum(spectrum: RateSpectrum) -> Array:
    """The transfers of a spectrum, (nT,); raises a ValueError unless they ascend and all rates are finite."""
    T = np.asarray(spectrum.transfer, dtype=float)
    if T.ndim != 1 or T.size < 2 or not np.all(np.isfinite(T) & (T > 0.0)) or np.any(np.diff(T) <= 0.0):
        raise ValueError("transfer must be two or more energies that ascend, all greater than zero")
    if not (np.all(np.isfinite(spectrum.density)) and np.all(np.isfinite(spectrum.line_rate))):
        raise ValueError("the rates of the spectrum must be finite numbers")
    return T


def too_short(verb: str, at: float, direction: str, needed: float) -> str:
    """The message for transfers that do not reach far enough."""
    return (
        f"the transfers {verb} at {at / keV:.6g} keV where the rate is not nil, but deposits {direction} to "
        f"{needed / keV:.6g} keV are seen in the bins: take Detector.transfers(edges, material)"
    )

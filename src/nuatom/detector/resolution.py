"""Energy resolution: the standard deviation σ of the reconstructed energy, as a function of its mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import check_number
from nuatom.columns import ENERGY, HEADER, Layout, read_curve
from nuatom.detector.curve import Curve
from nuatom.functions import Array

FWHM = 2.0 * math.sqrt(2.0 * math.log(2.0))
"""Full width at half maximum of a Gaussian, in units of its σ."""


class Resolution(Protocol):
    """σ of a Gaussian as a function of its mean E; any function of E will do."""

    def __call__(self, energy: Array) -> Array:
        """σ ≥ 0 at mean energies E ≥ 0, the same shape [energy]; 0 is no smearing at all."""
        ...


def not_negative(field: str, value: float) -> None:
    """Raise a ValueError that names the field unless its value is a finite number ≥ 0 and within reason."""
    check_number(field, value, 0.0)


@dataclass(frozen=True)
class ConstantResolution:
    """The same σ at all energies; ``ConstantResolution()`` is a perfect detector.

    Attributes:
        sigma: σ ≥ 0 [energy]; a full width at half maximum is 2.3548 of it, the constant ``FWHM``.

    Raises:
        ValueError: for a σ that is negative or not finite.
    """

    sigma: float = 0.0

    def __post_init__(self) -> None:
        not_negative("sigma", self.sigma)

    def __call__(self, energy: ArrayLike) -> Array:
        return np.full(np.shape(energy), self.sigma)


@dataclass(frozen=True)
class FanoResolution:
    """Electronic noise and the statistics of charge carriers, σ² = σ0² + F ε E.

    Attributes:
        noise: σ0 ≥ 0 [energy].
        fano: F ≥ 0, some 0.11 in germanium.
        pair_energy: ε > 0, mean energy per pair of carriers [energy]; 2.96 eV in germanium at 77 K.

    Raises:
        ValueError: for a value that is negative or not finite.
    """

    noise: float
    fano: float
    pair_energy: float

    def __post_init__(self) -> None:
        for field in ("noise", "fano", "pair_energy"):
            not_negative(field, getattr(self, field))

    def __call__(self, energy: ArrayLike) -> Array:
        E = np.maximum(np.asarray(energy, dtype=float), 0.0)
        return np.asarray(np.sqrt(self.noise**2 + self.fano * self.pair_energy * E))


@dataclass(frozen=True)
class RelativeResolution:
    """σ/E = a/√E + b, as liquid xenon detectors are fitted.

    Attributes:
        stochastic: a ≥ 0 [energy^½], for instance 0.3 * sqrt(keV).
        constant: b ≥ 0.

    Raises:
        ValueError: for a value that is negative or not finite.
    """

    stochastic: float
    constant: float = 0.0

    def __post_init__(self) -> None:
        for field in ("stochastic", "constant"):
            not_negative(field, getattr(self, field))

    def __call__(self, energy: ArrayLike) -> Array:
        E = np.maximum(np.asarray(energy, dtype=float), 0.0)
        return np.asarray(self.stochastic * np.sqrt(E) + self.constant * E)


@dataclass(frozen=True, eq=False)
class TabulatedResolution:
    """σ at given energies, straight lines between them and an error outside.

    Attributes:
        energy: ascending, shape (n,) with n ≥ 2 [energy].
        sigma: σ ≥ 0, shape (n,) [energy].

    Raises:
        ValueError: for points that are not finite, do not ascend or have a negative σ.
    """

    energy: Array
    sigma: Array

    def __post_init__(self) -> None:
        curve = Curve(self.energy, self.sigma, "resolution")
        if np.any(curve.value < 0.0):
            raise ValueError("resolution: sigma must not be negative")
        object.__setattr__(self, "energy", curve.energy)
        object.__setattr__(self, "sigma", curve.value)

    @staticmethod
    def read(path: str | Path, layout: Layout = HEADER) -> TabulatedResolution:
        """A file with the columns ``energy [keV], sigma [keV]``, in any unit of energy.

        Args:
            path: of the file.
            layout: how its columns are to be taken, if not as the header says.

        Raises:
            ValueError: as `nuatom.columns.read_curve` and the constructor.
        """
        return TabulatedResolution(*read_curve(path, "sigma", ENERGY, layout))

    def __call__(self, energy: ArrayLike) -> Array:
        return Curve(self.energy, self.sigma, "resolution")(energy)

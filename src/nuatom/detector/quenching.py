"""Quenching and energy scale: from an energy deposited to the mean energy that is reconstructed.

A recoiling nucleus gives part of its energy to other nuclei, and only the rest Q(T) T makes charge or light as an
electron of that energy would: the electron-equivalent energy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import SMALLEST, check_number
from nuatom.columns import ENERGY, HEADER, NUMBER, Layout, read_curve
from nuatom.detector.curve import Curve
from nuatom.elements import element
from nuatom.functions import Array
from nuatom.units import keV


class Quenching(Protocol):
    """The fraction of a nuclear recoil's energy that is seen; any function of T will do."""

    def __call__(self, transfer: Array) -> Array:
        """Q(T) at recoil energies T > 0, the same shape [dimensionless]; Q(T) T must rise with T."""
        ...


class Scale(Protocol):
    """The mean reconstructed energy; any rising function will do."""

    def __call__(self, energy: Array) -> Array:
        """Mean reconstructed energy at electron-equivalent energies, the same shape [energy]."""
        ...


@dataclass(frozen=True)
class Lindhard:
    """Lindhard's theory of a nucleus that slows down in its own element (Mat. Fys. Medd. 33 (1963) 10).

        Q = k g/(1 + k g),   g = 3 ε^0.15 + 0.7 ε^0.6 + ε,   ε = 11.5 Z^{−7/3} T/keV

    Below some hundred electronvolts it is an extrapolation: measurements scatter there, and k is often fitted.

    Attributes:
        k: strength of the electronic stopping, > 0.
        Z: atomic number.

    Raises:
        ValueError: for a k that is not positive, or an atomic number that is not from 1 to 100.
    """

    k: float
    Z: int

    def __post_init__(self) -> None:
        check_number("k", self.k, SMALLEST, hint="; Lindhard's own is 0.133 Z^(2/3)/A^(1/2)")
        if isinstance(self.Z, bool) or not isinstance(self.Z, int):
            raise ValueError(f"Z must be a whole number, got {self.Z!r}")
        element(self.Z)

    @staticmethod
    def of(symbol: str | int) -> Lindhard:
        """With Lindhard's own k = 0.133 Z^{2/3} A^{−1/2}, which is 0.157 for germanium.

        Raises:
            ValueError: for an unknown element.
        """
        atom = element(symbol)
        return Lindhard(0.133 * atom.Z ** (2 / 3) / math.sqrt(atom.atomic_weight), atom.Z)

    def __call__(self, transfer: ArrayLike) -> Array:
        epsilon = 11.5 * self.Z ** (-7 / 3) * np.maximum(np.asarray(transfer, dtype=float), 0.0) / keV
        g = 3.0 * epsilon**0.15 + 0.7 * epsilon**0.6 + epsilon
        return np.asarray(self.k * g / (1.0 + self.k * g))


@dataclass(frozen=True)
class ConstantQuenching:
    """The same fraction at all energies.

    Attributes:
        fraction: 0 to 1, not 0.

    Raises:
        ValueError: for another fraction.
    """

    fraction: float

    def __post_init__(self) -> None:
        if not 0.0 < self.fraction <= 1.0:
            raise ValueError(f"fraction must be greater than 0 and at most 1, got {self.fraction!r}")

    def __call__(self, transfer: ArrayLike) -> Array:
        return np.full(np.shape(transfer), self.fraction)


@dataclass(frozen=True, eq=False)
class TabulatedQuenching:
    """Q at given recoil energies, straight lines between them and an error outside.

    Attributes:
        energy: recoil energies T, ascending, shape (n,) with n ≥ 2 [energy].
        quenching: Q, 0 to 1, shape (n,).

    Raises:
        ValueError: for points that are not finite, do not ascend, are not from 0 to 1 or all 0, or with Q T not rising.
    """

    energy: Array
    quenching: Array

    def __post_init__(self) -> None:
        curve = Curve(self.energy, self.quenching, "quenching")
        if np.any((curve.value < 0.0) | (curve.value > 1.0)):
            raise ValueError("quenching must be from 0 to 1")
        if not np.any(curve.value > 0.0):
            raise ValueError("quenching is 0 at all energies: expected a fraction above 0, or nothing would be seen")
        # Between two points Q T is a parabola; it rises if it does at both ends.
        slope = np.diff(curve.value) / np.diff(curve.energy)
        ends = (curve.value[:-1] + slope * curve.energy[:-1], curve.value[1:] + slope * curve.energy[1:])
        if np.any(np.minimum(*ends) <= 0.0):
            raise ValueError("quenching: the energy seen, quenching times energy, must rise with the energy")
        object.__setattr__(self, "energy", curve.energy)
        object.__setattr__(self, "quenching", curve.value)

    @staticmethod
    def read(path: str | Path, layout: Layout = HEADER) -> TabulatedQuenching:
        """A file with the columns ``energy [keV], quenching [%]``, the latter with the unit 1, % or none.

        Args:
            path: of the file.
            layout: how its columns are to be taken, if not as the header says; its energies are those of nuclei.

        Raises:
            ValueError: as `nuatom.columns.read_curve` and the constructor.
        """
        return TabulatedQuenching(*read_curve(path, "quenching", NUMBER, replace(layout, recoils=True)))

    def __call__(self, transfer: ArrayLike) -> Array:
        return Curve(self.energy, self.quenching, "quenching")(transfer)


@dataclass(frozen=True)
class LinearScale:
    """The mean reconstructed energy is gain · E + offset; the default is a perfect calibration.

    Attributes:
        gain: > 0.
        offset: [energy].

    Raises:
        ValueError: for a gain that is not positive, or values that are not finite.
    """

    gain: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        check_number("gain", self.gain, SMALLEST)
        check_number("offset", self.offset)

    def __call__(self, energy: ArrayLike) -> Array:
        return np.asarray(self.gain * np.asarray(energy, dtype=float) + self.offset)


@dataclass(frozen=True, eq=False)
class TabulatedScale:
    """The mean reconstructed energy at given energies, straight lines between them and an error outside.

    Attributes:
        energy: electron-equivalent energies, ascending, shape (n,) with n ≥ 2 [energy].
        reconstructed: mean reconstructed energies, ascending, shape (n,) [energy].

    Raises:
        ValueError: for points that are not finite or do not ascend.
    """

    energy: Array
    reconstructed: Array

    def __post_init__(self) -> None:
        curve = Curve(self.energy, self.reconstructed, "scale")
        if np.any(np.diff(curve.value) <= 0.0):
            raise ValueError("scale: reconstructed energies must ascend")
        object.__setattr__(self, "energy", curve.energy)
        object.__setattr__(self, "reconstructed", curve.value)

    @staticmethod
    def read(path: str | Path, layout: Layout = HEADER) -> TabulatedScale:
        """A file with the columns ``energy [keV], reconstructed [keV]``, in any unit of energy.

        Args:
            path: of the file.
            layout: how its columns are to be taken, if not as the header says.

        Raises:
            ValueError: as `nuatom.columns.read_curve` and the constructor.
        """
        return TabulatedScale(*read_curve(path, "reconstructed", ENERGY, layout))

    def __call__(self, energy: ArrayLike) -> Array:
        return Curve(self.energy, self.reconstructed, "scale")(energy)

"""Efficiencies: the probability that an event is kept, as a function of an energy.

The same classes serve for both energies that an efficiency may be a function of: `Detector.efficiency` is one of the
reconstructed energy, `Detector.true_efficiency` one of the energy deposited.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import SMALLEST, check_number
from nuatom.columns import HEADER, NUMBER, Layout, read_curve
from nuatom.detector.curve import Curve
from nuatom.functions import Array

_STEPS = 400  # straight pieces of a smooth step, over ±6 widths: within 3e-5 of it
_WIDTHS = 6.0


class Efficiency(Protocol):
    """A probability as a function of energy, made of straight pieces."""

    @property
    def knots(self) -> Array:
        """Where the pieces meet, or step, ascending, shape (n,) [energy]; possibly none."""
        ...

    def __call__(self, energy: Array) -> Array:
        """Probability, 0 to 1, at energies of any shape; at a step the value above it."""
        ...


def probability(field: str, value: float) -> None:
    """Raise a ValueError that names the field unless its value is from 0 to 1."""
    check_number(field, value, 0.0, 1.0)


def _finite(field: str, value: float) -> None:
    check_number(field, value)


@dataclass(frozen=True)
class ConstantEfficiency:
    """The same at all energies.

    Attributes:
        efficiency: 0 to 1.

    Raises:
        ValueError: for an efficiency that is not from 0 to 1.
    """

    efficiency: float = 1.0

    def __post_init__(self) -> None:
        probability("efficiency", self.efficiency)

    @property
    def knots(self) -> Array:
        return np.zeros(0)

    def __call__(self, energy: ArrayLike) -> Array:
        return np.full(np.shape(energy), self.efficiency)


@dataclass(frozen=True)
class StepEfficiency:
    """One value below an energy, another at and above it.

    Attributes:
        position: where the step is [energy].
        above, below: 0 to 1.

    Raises:
        ValueError: for a position that is not finite, or values that are not from 0 to 1.
    """

    position: float
    above: float = 1.0
    below: float = 0.0

    def __post_init__(self) -> None:
        _finite("position", self.position)
        probability("above", self.above)
        probability("below", self.below)

    @property
    def knots(self) -> Array:
        return np.array([self.position])

    def __call__(self, energy: ArrayLike) -> Array:
        return np.where(np.asarray(energy, dtype=float) >= self.position, self.above, self.below)


@dataclass(frozen=True)
class ErfEfficiency:
    """A smooth step, ε(E) = ε_max ½ [1 + erf((E − E_½)/(√2 w))], as of a trigger on a noisy signal.

    In integrals 400 straight pieces stand for it, which are within 3e-5 of it.

    Attributes:
        position: E_½, where it is half of its plateau [energy].
        width: w > 0, the σ of the noise [energy].
        plateau: ε_max, 0 to 1.

    Raises:
        ValueError: for a width that is not positive, or a plateau that is not from 0 to 1.
    """

    position: float
    width: float
    plateau: float = 1.0

    def __post_init__(self) -> None:
        _finite("position", self.position)
        probability("plateau", self.plateau)
        check_number("width", self.width, SMALLEST, hint="; for none use StepEfficiency")

    @property
    def knots(self) -> Array:
        return self.position + self.width * np.linspace(-_WIDTHS, _WIDTHS, _STEPS + 1)

    def __call__(self, energy: ArrayLike) -> Array:
        from scipy.special import ndtr

        return np.asarray(self.plateau * ndtr((np.asarray(energy, dtype=float) - self.position) / self.width))


@dataclass(frozen=True, eq=False)
class TabulatedEfficiency:
    """Straight lines through points; zero beyond an end where it is zero, an error beyond one where it is not.

    Attributes:
        energy: ascending, shape (n,) with n ≥ 2 [energy].
        efficiency: 0 to 1, shape (n,).

    Raises:
        ValueError: for points that are not finite, do not ascend, or are not from 0 to 1.
    """

    energy: Array
    efficiency: Array

    def __post_init__(self) -> None:
        curve = Curve(self.energy, self.efficiency, "efficiency")
        if np.any((curve.value < 0.0) | (curve.value > 1.0)):
            worst = curve.value[np.argmax(np.abs(curve.value - 0.5))]
            raise ValueError(f"efficiency must be from 0 to 1, got {worst:g}")
        object.__setattr__(self, "energy", curve.energy)
        object.__setattr__(self, "efficiency", curve.value)

    @staticmethod
    def read(path: str | Path, layout: Layout = HEADER) -> TabulatedEfficiency:
        """A file with the columns ``energy [keV], efficiency [%]``, the latter with the unit 1, % or none.

        Args:
            path: of the file.
            layout: how its columns are to be taken, if not as the header says.

        Raises:
            ValueError: as `nuatom.columns.read_curve` and the constructor.
        """
        return TabulatedEfficiency(*read_curve(path, "efficiency", NUMBER, layout))

    @staticmethod
    def of(function: Callable[[Array], ArrayLike], energy: ArrayLike) -> TabulatedEfficiency:
        """Any function, taken at energies close enough for straight lines between them.

        Raises:
            ValueError: as the constructor.
        """
        E = np.asarray(energy, dtype=float)
        return TabulatedEfficiency(E, np.broadcast_to(np.asarray(function(E), dtype=float), E.shape))

    @property
    def knots(self) -> Array:
        return self.energy

    def __call__(self, energy: ArrayLike) -> Array:
        return Curve(self.energy, self.efficiency, "efficiency", ends=True)(energy)

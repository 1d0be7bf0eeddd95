"""Straight lines through the points of a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuatom import units
from nuatom.bounds import LARGEST
from nuatom.functions import Array


@dataclass(frozen=True, eq=False)
class Curve:
    """Straight lines through points.

    Attributes:
        energy: where the points are, ascending, shape (n,) with n ≥ 2 [energy].
        value: their values, shape (n,).
        name: what the curve is, for messages.
        ends: whether it is zero beyond an end where it has come to zero; beyond any other end it is unknown.

    Raises:
        ValueError: for points that are not finite or whose energies do not ascend.
    """

    energy: Array
    value: Array
    name: str
    ends: bool = False

    def __post_init__(self) -> None:
        for field in ("energy", "value"):
            array = np.array(getattr(self, field), dtype=float)
            array.flags.writeable = False
            object.__setattr__(self, field, array)
        if self.energy.ndim != 1 or self.energy.size < 2 or self.energy.shape != self.value.shape:
            raise ValueError(
                f"{self.name}: expected two or more energies and as many values, "
                f"got the shapes {self.energy.shape} and {self.value.shape}"
            )
        if not (np.all(np.abs(self.energy) <= LARGEST) and np.all(np.abs(self.value) <= LARGEST)):
            raise ValueError(f"{self.name}: energies and values must be finite numbers, at most {LARGEST:g}")
        if np.any(np.diff(self.energy) <= 0.0):
            k = int(np.argmax(np.diff(self.energy) <= 0.0))
            first, second = (x / units.keV for x in self.energy[k : k + 2])
            raise ValueError(f"{self.name}: energies must ascend, but {second:g} keV follows {first:g} keV")

    def __call__(self, energy: ArrayLike) -> Array:
        """The value at energies of any shape.

        Raises:
            ValueError: for an energy outside of the points, unless the curve has come to zero there and so ends.
        """
        E = np.asarray(energy, dtype=float)
        low, high = self.energy[0], self.energy[-1]
        unknown = np.zeros(E.shape, dtype=bool)
        if not (self.ends and self.value[0] == 0.0):
            unknown |= E < low * (1.0 - 1e-12)
        if not (self.ends and self.value[-1] == 0.0):
            unknown |= E > high * (1.0 + 1e-12)
        if np.any(unknown):
            wrong = float(E[unknown].flat[0])
            raise ValueError(
                f"{self.name} is given from {low / units.keV:.6g} to {high / units.keV:.6g} keV, "
                f"but is needed at {wrong / units.keV:.6g} keV: add rows to it, narrow the bins, or hold it "
                'constant beyond its ends with { file = "…", beyond = "constant" }'
            )
        return np.asarray(np.interp(E, self.energy, self.value))

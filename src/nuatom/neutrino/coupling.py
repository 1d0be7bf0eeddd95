"""What a coupling is: lepton weights on an atom's structure functions at (E, T, Q).

    dσ/dT = ∫dQ² Σ_f w_f(E, T, Q) f(T, Q),   f = S, R, A00, …

with the weights in area/energy², so that dσ/dT is an area per energy.  Between massless neutrinos T ≤ Q ≤ 2E − T, and
everything is made of three positive combinations,

    X = Q² − T²  (the virtuality −q²),   Y = (2E−T)² − Q²,   s = 2E − T.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.response.model import Array, Function


@dataclass(frozen=True)
class StructureWeights:
    """Weights on the structure functions; each field has the name of the function it multiplies.

    A field is None where the coupling has no such weight, and the function is then not asked of the atom.

    Attributes:
        charge: weight of S, the broadcast shape of (E, T, Q) [area/energy²].
        current: weight of R, the same shape [area/energy²], and so on for every `Function`.
    """

    charge: Array | None = None
    current: Array | None = None
    axial_charge: Array | None = None
    axial_longitudinal: Array | None = None
    axial_current: Array | None = None
    axial_mixed: Array | None = None
    vector_axial: Array | None = None
    scalar: Array | None = None
    pseudoscalar: Array | None = None

    def given(self) -> dict[Function, Array]:
        """The weights that are there, by function."""
        found = {function: getattr(self, function.value) for function in Function}
        return {function: weight for function, weight in found.items() if weight is not None}

    @staticmethod
    def of(weights: Mapping[Function, Array]) -> StructureWeights:
        """The weights from a mapping: the inverse of `given`."""
        return StructureWeights(**{function.value: weight for function, weight in weights.items()})


class Coupling(Protocol):
    """How a neutrino couples to electrons."""

    @property
    def functions(self) -> tuple[Function, ...]:
        """The structure functions it has weights on: all that a model needs to give."""
        ...

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """Weights at neutrino energy E, transfer T and momentum Q, broadcast together [energy].

        Exactly zero where the kinematics are closed.
        """
        ...

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Ascending edges in Q of the intervals to integrate over one by one, shape (pair, edges) [energy].

        The first and the last are the kinematic limits; those between are where the weights change fast.

        Args:
            energy, transfer: E and T, each of shape (pair,), T < E [energy].
        """
        ...

    def components(self) -> Mapping[str, Coupling]:
        """What it is the sum of, by name; the weights of the parts add up to its own."""
        ...


class Single:
    """What couplings that are one thing share: massless kinematics, and themselves as their only part."""

    name: ClassVar[str]

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """T and 2E − T, shape (pair, 2) [energy]."""
        return massless_interval(energy, transfer)

    def components(self: Coupling) -> Mapping[str, Coupling]:
        """Itself."""
        return {type(self).name: self}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Kinematics:
    """A massless neutrino of energy E that gives away (T, Q); harmless numbers where that is closed.

    Attributes:
        is_open: where T < E and T ≤ Q ≤ 2E − T, the broadcast shape of all three.
        energy, transfer: E and T as given, not broadcast [energy].
        momentum: Q [energy].
        most: s = 2E − T, the greatest Q [energy].
        virtuality: X = Q² − T² ≥ 0 [energy²].
        backward: Y = (2E−T)² − Q² ≥ 0 [energy²].
    """

    is_open: NDArray[np.bool_]
    energy: Array
    transfer: Array
    momentum: Array
    most: Array
    virtuality: Array
    backward: Array

    @staticmethod
    def of(energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> Kinematics:
        """The kinematics at E, T, Q, broadcast together."""
        E, T, Q = (np.asarray(x, dtype=float) for x in (energy, transfer, momentum))
        most = 2 * E - T
        is_open = np.asarray((T < E) & (Q >= T) & (most >= Q) & (Q > 0) & (T >= 0))
        Q = np.where(is_open, Q, 1.0)
        most = np.where(is_open, most, 2.0)
        # Products of sums and differences keep their digits where T → Q.
        X = np.where(is_open, (Q - T) * (Q + T), 1.0)
        return Kinematics(is_open, E, T, Q, most, X, (most - Q) * (most + Q))

    def closed(self, values: ArrayLike) -> Array:
        """The values where the kinematics are open, and exact zeros elsewhere."""
        return np.where(self.is_open, values, 0.0)


def massless_interval(energy: Array, transfer: Array) -> Array:
    """T and 2E − T, shape (pair, 2) [energy]."""
    return np.stack([transfer, 2 * energy - transfer], axis=-1)


def added(parts: list[StructureWeights]) -> StructureWeights:
    """The sum of weights, function by function."""
    total: dict[Function, Array] = {}
    for part in parts:
        for function, weight in part.given().items():
            total[function] = total[function] + weight if function in total else weight
    return StructureWeights.of(total)


def in_order(functions: set[Function]) -> tuple[Function, ...]:
    """Functions in the order of `Function`."""
    return tuple(function for function in Function if function in functions)

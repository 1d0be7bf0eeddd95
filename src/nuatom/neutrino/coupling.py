"""What a coupling is: lepton weights on an atom's structure functions at (E, T, Q).

    dσ/dT = ∫dQ² Σ_f w_f(E, T, Q) f(T, Q),   f = S, R, A00, …

with the weights in area/energy², so that dσ/dT is an area per energy.  Between massless neutrinos T ≤ Q ≤ 2E − T, and
everything is made of three positive combinations,

    X = Q² − T²  (the virtuality −q²),   Y = (2E−T)² − Q²,   s = 2E − T.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.functions import Array, ByFunction, Function
from nuatom.neutrino.flavour import Flavour


@dataclass(frozen=True)
class StructureWeights(ByFunction):
    """Weights on the structure functions.

    Attributes:
        values: by `Function`, the broadcast shape of (E, T, Q) [area/energy²]; a function without a weight is not
            asked of the atom.  ``.charge``, ``.current`` and so on read them.
    """


class Coupling(Protocol):
    """How a neutrino couples to electrons.

    A coupling of your own is a subclass with two members, `functions` and `weights`; the others have defaults that
    are right for one massless neutrino scattering into another, whatever its flavour.  `nuatom.conformance` tells
    whether it does what it must.
    """

    @property
    @abstractmethod
    def functions(self) -> tuple[Function, ...]:
        """The structure functions it has weights on: all that a model needs to give."""
        ...

    @abstractmethod
    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """Weights at neutrino energy E, transfer T and momentum Q, broadcast together [energy].

        Exactly zero where the kinematics are closed.
        """
        ...

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Ascending edges in Q of the intervals to integrate over one by one, shape (pair, edges) [energy].

        The first and the last are the kinematic limits, by default T and 2E − T; those between, by default none, are
        where the weights change fast.

        Args:
            energy, transfer: E and T, each of shape (pair,), T < E [energy].
        """
        return massless_interval(energy, transfer)

    def components(self) -> Mapping[str, Coupling]:
        """What it is the sum of, by name, by default itself; the weights of the parts add up to its own."""
        return {getattr(self, "name", type(self).__name__): self}

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> Coupling:
        """The same for the neutrinos that a source sends; by default itself, which scatters all alike.

        A coupling that depends on the flavour, or has another sign for antineutrinos, returns a copy that knows them.
        """
        return self

    def with_mass_state(self, state: int) -> Coupling | None:
        """What it is to a neutrino of mass state 0, 1 or 2, where a source sends a mixture of these.

        None, by default, for what asks for flavours.
        """
        return None


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


def joined_intervals(couplings: Iterable[Coupling], energy: Array, transfer: Array) -> Array:
    """The union of the intervals of several couplings: all their edges, ascending, shape (pair, edges) [energy].

    A coupling that is closed at a pair has no say in it there.

    Args:
        couplings: one or more.
        energy, transfer: E and T, each of shape (pair,) [energy].
    """
    every = [coupling.intervals(energy, transfer) for coupling in couplings]
    if all(np.array_equal(every[0], edges) for edges in every[1:]):
        return every[0]
    is_open = np.stack([edges[:, -1] > edges[:, 0] for edges in every])
    anyway = np.where(is_open.any(axis=0), is_open, True)  # where all are closed, so is their union
    low = np.min([np.where(use, edges[:, 0], np.inf) for use, edges in zip(anyway, every, strict=True)], axis=0)
    high = np.max([np.where(use, edges[:, -1], -np.inf) for use, edges in zip(anyway, every, strict=True)], axis=0)
    inner = [np.where(use[:, None], edges, low[:, None]) for use, edges in zip(anyway, every, strict=True)]
    edges = np.sort(np.clip(np.concatenate(inner, axis=1), low[:, None], high[:, None]), axis=1)
    # An edge that all pairs have twice is kept once.
    repeated = np.all(edges[:, 1:] == edges[:, :-1], axis=0)
    return edges[:, np.concatenate([[True], ~repeated])] if edges.shape[1] - repeated.sum() > 1 else edges[:, [0, -1]]


def added(parts: Iterable[StructureWeights]) -> StructureWeights:
    """The sum of weights, function by function."""
    total: dict[Function, Array] = {}
    for part in parts:
        for function, weight in part.values.items():
            total[function] = total[function] + weight if function in total else weight
    return StructureWeights(total)

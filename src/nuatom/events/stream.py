"""Events in chunks: each has random numbers of its own, which follow from the seed and its place alone."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST_ENERGY, check_number
from nuatom.events.events import Events
from nuatom.units import keV

CHUNK = 10_000
"""Events that share a stream of random numbers."""
BIASES = (None, "log")


class Stream(ABC):
    """What gives events chunk by chunk: whoever computes them, in whatever order, gets the same."""

    @abstractmethod
    def chunk(self, index: int, seed: int = 1) -> Events:
        """The chunk at a place, which depends on that and the seed alone: `CHUNK` events."""

    def sample(self, n: int, seed: int = 1) -> Events:
        """n events at once."""
        return Events.joined(list(self.chunks(n, seed)))

    def chunks(self, n: int, seed: int = 1) -> Iterator[Events]:
        """n events in chunks of `CHUNK`, of which one at a time is in memory."""
        number = _count(n)
        for index in range(-(-number // CHUNK)):
            found = self.chunk(index, seed)
            yield found if number >= (index + 1) * CHUNK else found.first(number - index * CHUNK)


def random_of(index: int, seed: int) -> np.random.Generator:
    """The random numbers of a chunk."""
    return np.random.default_rng(np.random.SeedSequence(int(seed), spawn_key=(int(index),)))


def check_bias(bias: str | None) -> None:
    """Raise a ValueError for an unknown bias."""
    if bias not in BIASES:
        raise ValueError(f"bias must be None or 'log', got {bias!r}")


def checked_limits(what: str, lowest: float, highest: float | None, most: float) -> tuple[float, float]:
    """Least and largest T as they are asked for, the latter not above what the source can give.

    Args:
        what: that has T, for the message: "recoil".
        lowest, highest: what was asked for, the latter None if nothing was [energy].
        most: of the source [energy].

    Raises:
        ValueError: for what is no energy above zero, or limits with nothing between.
    """
    check_number("lowest", lowest, 0.0, LARGEST_ENERGY, above=True, unit="MeV")
    if highest is not None:
        check_number("highest", highest, 0.0, LARGEST_ENERGY, above=True, unit="MeV")
    high = most if highest is None else min(float(highest), most)
    if not high > lowest:
        told = ", the most that the source can give" if high == most else ""
        raise ValueError(f"no {what} lies between lowest = {lowest / keV:g} keV and highest = {high / keV:g} keV{told}")
    return float(lowest), high


def unit_vector(toward: ArrayLike | None) -> tuple[float, float, float] | None:
    """A direction of length 1, or None.

    Raises:
        ValueError: for what is no direction.
    """
    if toward is None:
        return None
    try:
        vector = np.asarray(toward, dtype=float)
    except (TypeError, ValueError):
        vector = np.empty(0)
    if vector.shape != (3,) or not np.all(np.isfinite(vector)) or not np.linalg.norm(vector) > 0:
        raise ValueError(f"toward must be three numbers, not all zero, got {toward!r}")
    x, y, z = (vector / np.linalg.norm(vector)).tolist()
    return x, y, z


def _count(n: int) -> int:
    try:
        number = operator.index(n)
    except TypeError:
        raise ValueError(f"n must be an integer ≥ 1, got {n!r}") from None
    if number < 1:
        raise ValueError(f"n must be an integer ≥ 1, got {n!r}")
    return number

"""How the numbers of a variable are kept in fewer bytes: rounded where a table is made, so that all see the same ones.

A table of a heavy atom has millions of numbers in 8 bytes each, and an error of 1e-3.  Rounded to what they are good
for, in 4 bytes, most of whose bits are then alike, they go into a fifth of the space with filters that every HDF5 has.
What is rounded is rounded when a `Variable` is made and not when it is written: a table that was just computed and one
that was read are equal to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BITS_ATTRIBUTE = "_QuantizeBitRoundNumberOfSignificantBits"
"""The name that the netCDF library gives the number of bits of its own rounding of this kind."""
_MISSING = np.int32(-(2**31))


class Packing(Protocol):
    """A way to keep numbers in 4 bytes."""

    def rounded(self, data: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is left of numbers, as float64; what is rounded already stays as it is."""
        ...

    def stored(self, data: NDArray[np.float64]) -> NDArray[Any]:
        """Rounded numbers as they are in the file."""
        ...

    def read(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """The numbers again, to the last bit."""
        ...

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What a variable says of it in the file, besides its fill value."""
        ...

    @property
    def fill(self) -> Any:
        """The value in the file that stands for nan, or None if nan has one of its own."""
        ...


@dataclass(frozen=True)
class Multiples:
    """Whole multiples of a step, as int32 with the CF attributes `scale_factor` and `_FillValue`: an absolute error.

    For logarithms, ratios and the like.  An error of at most step/2.

    Args:
        step: a power of two, so that nothing is lost when the numbers are multiplied by it.

    Raises:
        ValueError: for another step; when it rounds, for an infinity, or for numbers that need more than 32 bits.
    """

    step: float

    def __post_init__(self) -> None:
        if not (0 < self.step < math.inf and math.frexp(self.step)[0] == 0.5):
            raise ValueError(f"the step of packed numbers must be a power of two, such as 2**-15, not {self.step!r}")

    def rounded(self, data: NDArray[np.float64]) -> NDArray[np.float64]:
        """The nearest multiples."""
        whole = np.rint(data / self.step)
        if np.any(np.abs(whole) > 2**31 - 1):  # also an infinity
            largest = np.nanmax(np.abs(data))
            raise ValueError(f"numbers up to {largest:.3g} in steps of {self.step:.3g} need more than 32 bits")
        return np.asarray(whole * self.step + 0.0)  # no negative zeros, which integers have not

    def stored(self, data: NDArray[np.float64]) -> NDArray[np.int32]:
        """The multiples, int32."""
        missing = np.isnan(data)
        whole = np.where(missing, 0.0, data / self.step).astype(np.int32)
        whole[missing] = _MISSING
        return whole

    def read(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """Multiples times the step."""
        data: NDArray[np.float64] = np.multiply(stored, self.step, dtype=np.float64)
        return np.where(stored == _MISSING, np.nan, data)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The CF scale."""
        return {"scale_factor": np.float64(self.step)}

    @property
    def fill(self) -> Any:
        """The least integer."""
        return _MISSING


@dataclass(frozen=True)
class Bits:
    """Numbers rounded to so many bits behind the leading one, as float32: a relative error.

    For what ranges over orders of magnitude.  An error of at most 2^−(count+1) of each number; below 1e-38 all is lost.

    Args:
        count: from 1 to 23, which is all that float32 has.

    Raises:
        ValueError: for another count; when it rounds, for numbers beyond float32.
    """

    count: int

    def __post_init__(self) -> None:
        if isinstance(self.count, bool) or self.count not in range(1, 24):
            raise ValueError(f"the bits of packed numbers must be from 1 to 23, not {self.count!r}")

    def rounded(self, data: NDArray[np.float64]) -> NDArray[np.float64]:
        """The nearest numbers with that many bits; halfway, to even."""
        mantissa, exponent = np.frexp(data)
        scale = 2.0 ** (self.count + 1)
        near = np.ldexp(np.rint(mantissa * scale) / scale, exponent)
        near = np.where(np.abs(near) < np.finfo(np.float32).tiny, 0.0, near)
        if np.any(np.isfinite(data) & (np.abs(near) > np.finfo(np.float32).max)):
            raise ValueError(f"numbers up to {np.nanmax(np.abs(data)):.3g} are beyond float32: change their units")
        return np.asarray(near + 0.0)

    def stored(self, data: NDArray[np.float64]) -> NDArray[np.float32]:
        """The same as float32, which is exact."""
        return data.astype(np.float32)

    def read(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """The same as float64."""
        return stored.astype(np.float64)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The count, under the netCDF library's name for it."""
        return {BITS_ATTRIBUTE: np.int32(self.count)}

    @property
    def fill(self) -> Any:
        """None: a float may be nan."""
        return None


def rounded_to_share(values: NDArray[np.float64], whole: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Numbers rounded to multiples of a power of two, between 2^−bits and 2^−(bits+1) of the whole they are a part of.

    What is next to nothing of the whole becomes zero, or a number of few digits, and takes next to no space.

    Args:
        values: any shape.
        whole: ≥ 0, broadcast to the same shape; where it is zero, values stay as they are.
        bits: the part of the whole that counts.
    """
    step = np.ldexp(1.0, np.frexp(np.where(whole > 0, whole, 1.0))[1] - 1 - bits)
    return np.asarray(np.where(whole > 0, np.rint(values / step) * step, values))


def packing_of(attributes: Mapping[str, Any]) -> Packing | None:
    """How a variable of a file with these attributes is packed."""
    if "scale_factor" in attributes:
        return Multiples(np.asarray(attributes["scale_factor"]).item())
    if BITS_ATTRIBUTE in attributes:
        return Bits(np.asarray(attributes[BITS_ATTRIBUTE]).item())
    return None

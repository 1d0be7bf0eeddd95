"""Histograms as other programs take them: the protocol PlottableHistogram of `uhi`, with nothing to be installed.

`mplhep`, `hist` and `uproot` know a histogram by its ``kind``, ``axes``, ``values()``, ``variances()`` and
``counts()``; `hist.Hist` and `boost_histogram.Histogram` are made of one by ``_to_boost_histogram_``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from nuatom.functions import Array

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Traits:
    """What kind of an axis it is: `discrete` for names, and never `circular`."""

    discrete: bool
    circular: bool = False


@dataclass(frozen=True, eq=False)
class EnergyAxis(Sequence[tuple[float, float]]):
    """Bins of an energy.

    Attributes:
        edges: ascending, shape (bin + 1,), in the unit.
        name: what it is, in one word.
        label: what it is, for the axis of a figure.
        unit: of the edges.
    """

    edges: Array
    name: str
    label: str
    unit: str = "keV"

    @property
    def traits(self) -> Traits:
        """Of a continuous axis."""
        return Traits(discrete=False)

    @overload
    def __getitem__(self, index: int) -> tuple[float, float]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[float, float]]: ...

    def __getitem__(self, index: int | slice) -> Any:
        """The edges of a bin."""
        pairs = list(zip(self.edges[:-1].tolist(), self.edges[1:].tolist(), strict=True))
        return pairs[index]

    def __len__(self) -> int:
        """The number of bins."""
        return len(self.edges) - 1

    def __eq__(self, other: object) -> bool:
        """Whether it has the same bins of the same thing."""
        return isinstance(other, EnergyAxis) and self.label == other.label and np.array_equal(self.edges, other.edges)

    def __hash__(self) -> int:
        """Of the bins."""
        return hash((self.label, self.edges.tobytes()))


@dataclass(frozen=True)
class NameAxis(Sequence[str]):
    """One bin for each name.

    Attributes:
        labels: the names.
        name: what they are of, in one word.
        label: what they are of, for a figure.
    """

    labels: tuple[str, ...]
    name: str
    label: str

    @property
    def traits(self) -> Traits:
        """Of an axis of names."""
        return Traits(discrete=True)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> Any:
        """The name of a bin."""
        return self.labels[index]

    def __len__(self) -> int:
        """The number of names."""
        return len(self.labels)

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self.labels)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Expected numbers in bins, as the protocol PlottableHistogram wants them.

    Numbers of events are those that would be counted on average: their variance is themselves.  Where one is negative,
    as an interference may be, or where they are rates, there is none.

    Attributes:
        axes: the energy, or names and the energy.
        numbers: in each bin, shape (bin,) or (name, bin), in the unit.
        unit: of the numbers: "1" for events.
    """

    axes: tuple[NameAxis | EnergyAxis, ...]
    numbers: Array
    unit: str = "1"

    @property
    def kind(self) -> str:
        """COUNT: numbers of events, and no means."""
        return "COUNT"

    def values(self) -> Array:
        """The numbers, shape of the axes."""
        return self.numbers

    def variances(self) -> Array | None:
        """Of events that are counted, the numbers themselves; None where that makes no sense."""
        return self.numbers if self.unit == "1" and bool(np.all(self.numbers >= 0)) else None

    def counts(self) -> Array | None:
        """Of events, the numbers themselves; None where that makes no sense."""
        return self.variances()

    def to_xarray(self) -> xarray.DataArray:
        """The numbers with their axes and units."""
        import xarray

        energy = self.axes[-1]
        assert isinstance(energy, EnergyAxis)
        units = {"units": energy.unit}
        coordinates: dict[str, Any] = {
            "energy": ("energy", (energy.edges[1:] + energy.edges[:-1]) / 2, {**units, "long_name": energy.label}),
            "low": ("energy", energy.edges[:-1], {**units, "long_name": "lower edge of the bin"}),
            "high": ("energy", energy.edges[1:], {**units, "long_name": "upper edge of the bin"}),
        }
        for axis in self.axes[:-1]:
            coordinates[axis.name] = (axis.name, list(axis), {"long_name": axis.label})
        what = "events" if self.unit == "1" else "rate"
        names = [axis.name for axis in self.axes]
        return xarray.DataArray(
            self.numbers, coordinates, names, name=what, attrs={"units": self.unit, "long_name": what}
        )

    def _to_boost_histogram_(self) -> Any:
        """For `boost_histogram.Histogram(…)` and `hist.Hist(…)`."""
        import boost_histogram

        kinds = boost_histogram.axis
        axes: list[Any] = []
        for axis in self.axes:
            if isinstance(axis, EnergyAxis):
                axes.append(kinds.Variable(axis.edges.tolist(), underflow=False, overflow=False))
            else:
                axes.append(kinds.StrCategory(list(axis.labels)))
            axes[-1].name, axes[-1].label = axis.name, axis.label
        made = boost_histogram.Histogram(*axes)
        made.view()[...] = self.numbers
        return made


def energy_axis(edges_in_keV: Array, what: str) -> EnergyAxis:
    """Bins in keV of an energy, "reconstructed energy"."""
    return EnergyAxis(np.asarray(edges_in_keV, dtype=float), "energy", f"{what} [keV]")


def of_groups(
    axis: EnergyAxis, total: Array, groups: dict[str, tuple[str, Any]], by: str | None, unit: str = "1"
) -> Histogram:
    """A histogram of the sum, or of one way in which it is divided.

    Args:
        axis: of the energy.
        total: the sum, shape (bin,).
        groups: for each way what its names are of, and the numbers by name.
        by: which; None for the sum.
        unit: of the numbers.

    Raises:
        ValueError: for another way.
    """
    if by is None:
        return Histogram((axis,), total, unit)
    if by not in groups:
        raise ValueError(f"a histogram is by {', '.join(groups)}, or of the sum (None), got {by!r}")
    text, found = groups[by]
    return Histogram((NameAxis(tuple(found), by, text), axis), np.stack(list(found.values())), unit)

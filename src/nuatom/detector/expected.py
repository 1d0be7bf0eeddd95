"""Counts in bins, by component of the source, part of the coupling and shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nuatom.functions import Array
from nuatom.rates.histogram import Histogram, energy_axis, of_groups
from nuatom.units import day, keV, kg

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class Expected:
    """What a detector is expected to count.

    Attributes:
        edges: edges of the bins in reconstructed energy, ascending, shape (nb + 1,) [energy].
        components: of the source, e.g. "pp".
        parts: of the coupling, e.g. "weak".
        shells: that lose the electron, e.g. "Xe 4d5/2".
        counts: mean numbers of events, shape (component, part, shell, nb); an interference may be negative.
        exposure: that they are for [mass time].
        relative_error: estimated relative error of ``total``, of the rate and of the folding, shape (nb,).
    """

    edges: Array
    components: tuple[str, ...]
    parts: tuple[str, ...]
    shells: tuple[str, ...]
    counts: Array
    exposure: float
    relative_error: Array

    @property
    def total(self) -> Array:
        """Mean number of events, shape (nb,)."""
        return np.asarray(self.counts.sum(axis=(0, 1, 2)))

    @property
    def by_component(self) -> Mapping[str, Array]:
        """The same by component of the source, each of shape (nb,)."""
        return dict(zip(self.components, self.counts.sum(axis=(1, 2)), strict=True))

    @property
    def by_part(self) -> Mapping[str, Array]:
        """The same by part of the coupling, each of shape (nb,)."""
        return dict(zip(self.parts, self.counts.sum(axis=(0, 2)), strict=True))

    @property
    def by_shell(self) -> Mapping[str, Array]:
        """The same by shell, each of shape (nb,)."""
        return dict(zip(self.shells, self.counts.sum(axis=(0, 1)), strict=True))

    @property
    def rate(self) -> Array:
        """Events per exposure and reconstructed energy, shape (nb,) [1/(mass time energy)]."""
        return np.asarray(self.total / (self.exposure * np.diff(self.edges)))

    def histogram(self, by: str | None = None) -> Histogram:
        """The counts as `hist`, `mplhep` and others take them, over the reconstructed energy in keV.

        Args:
            by: "component", "part" or "shell", which is then the first axis; None for the sum.

        Raises:
            ValueError: for another word.
        """
        groups = {
            "component": ("component of the source", self.by_component),
            "part": ("part of the coupling", self.by_part),
            "shell": ("shell that loses the electron", self.by_shell),
        }
        return of_groups(energy_axis(self.edges / keV, "reconstructed energy"), self.total, groups, by)

    def to_xarray(self) -> xarray.Dataset:
        """The counts as an xarray dataset with units, labels and the edges of the bins."""
        import xarray

        def energies(values: Array, what: str) -> tuple[str, Array, dict[str, str]]:
            return "bin", values / keV, {"units": "keV", "long_name": what}

        low, high = self.edges[:-1], self.edges[1:]
        return xarray.Dataset(
            {
                "counts": (
                    ("component", "part", "shell", "bin"),
                    self.counts,
                    {"units": "1", "long_name": "expected events"},
                ),
                "relative_error": (
                    ("bin",),
                    self.relative_error,
                    {"units": "1", "long_name": "estimated relative error of the sum"},
                ),
            },
            coords={
                "component": ("component", list(self.components), {"long_name": "component of the source"}),
                "part": ("part", list(self.parts), {"long_name": "part of the coupling"}),
                "shell": ("shell", list(self.shells), {"long_name": "shell that loses the electron"}),
                "energy": energies(0.5 * (low + high), "reconstructed energy, centre of the bin"),
                "low": energies(low, "lower edge of the bin"),
                "high": energies(high, "upper edge of the bin"),
            },
            attrs={"exposure": self.exposure / (kg * day), "exposure_units": "kg day"},
        )

"""RateSpectrum: events per mass, time and energy, by component of the source, part of the coupling, and shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.bounds import LARGEST_ENERGY
from nuatom.functions import Array
from nuatom.rates.histogram import Histogram, energy_axis, of_groups
from nuatom.units import day, keV, kg

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class RateSpectrum:
    """dR/dT, and the rates of discrete excitations beside it.

    Attributes:
        transfer: T, shape (nT,) [energy].
        components: names of the components of the source.
        parts: names of the parts of the coupling; "interference" may be negative, the others are not.
        shells: "Xe 4d5/2" and so on; of nuclear recoils the nuclides, "Xe-131".
        density: dR/dT, shape (component, part, shell, nT) [1/(mass time energy)].
        line_transfer: energies of the excitations, ascending, shape (line,) [energy].
        line_rate: their rates, shape (component, part, line) [1/(mass time)].
        line_shell: index of the shell that loses the electron, shape (line,).
        line_final: label of the level excited to, one per line.
        relative_error: estimated relative error of `total` that is the model's, shape (nT,).
    """

    transfer: Array
    components: tuple[str, ...]
    parts: tuple[str, ...]
    shells: tuple[str, ...]
    density: Array
    line_transfer: Array
    line_rate: Array
    line_shell: NDArray[np.intp]
    line_final: tuple[str, ...]
    relative_error: Array

    @property
    def total(self) -> Array:
        """dR/dT of the continuum, shape (nT,) [1/(mass time energy)]."""
        return np.asarray(self.density.sum(axis=(0, 1, 2)))

    @property
    def by_component(self) -> Mapping[str, Array]:
        """dR/dT by component of the source, each of shape (nT,) [1/(mass time energy)]."""
        return dict(zip(self.components, self.density.sum(axis=(1, 2)), strict=True))

    @property
    def by_part(self) -> Mapping[str, Array]:
        """dR/dT by part of the coupling, each of shape (nT,) [1/(mass time energy)]."""
        return dict(zip(self.parts, self.density.sum(axis=(0, 2)), strict=True))

    @property
    def by_shell(self) -> Mapping[str, Array]:
        """dR/dT by shell, each of shape (nT,) [1/(mass time energy)]."""
        return dict(zip(self.shells, self.density.sum(axis=(0, 1)), strict=True))

    @property
    def line_total(self) -> Array:
        """Rates of the excitations, shape (line,) [1/(mass time)]."""
        return np.asarray(self.line_rate.sum(axis=(0, 1)))

    def histogram(self, edges: ArrayLike, by: str | None = None) -> Histogram:
        """Rates in bins of the energy transfer in keV, per kg and day, as `hist`, `mplhep` and others take them.

        dR/dT is taken for straight between the transfers, and the excitations are in the bins of their energies.  What
        a detector sees is `Expected.histogram`.

        Args:
            edges: of the bins, ascending, within the transfers, shape (bin + 1,) [energy].
            by: "component", "part" or "shell", which is then the first axis; None for the sum.

        Raises:
            ValueError: for edges that do not ascend or are beyond the transfers, transfers that do not ascend, or
                another word.
        """
        ends, T = np.asarray(edges, dtype=float), self.transfer
        if ends.ndim != 1 or ends.size < 2 or not np.all(np.diff(ends) > 0):
            raise ValueError("the edges of a histogram must ascend, and be two at least")
        if T.size < 2 or not np.all(np.diff(T) > 0) or ends[0] < T[0] or ends[-1] > T[-1]:
            raise ValueError(
                f"the edges of a histogram of a rate must be within its transfers, which ascend: got edges from "
                f"{ends[0] / keV:.6g} to {ends[-1] / keV:.6g} keV, and {T.size} transfers"
            )
        at = np.unique(np.concatenate([T, ends]))
        density = np.stack([np.interp(at, T, row) for row in self.density.reshape(-1, T.size)])
        pieces = np.diff(at) * (density[:, 1:] + density[:, :-1]) / 2
        until = np.concatenate([np.zeros((len(density), 1)), np.cumsum(pieces, axis=1)], axis=1)
        rates = np.diff(until[:, np.searchsorted(at, ends)], axis=1).reshape(*self.density.shape[:3], -1)
        place = np.searchsorted(ends, self.line_transfer, side="right") - 1
        for line in np.flatnonzero((place >= 0) & (place < ends.size - 1)):
            rates[:, :, self.line_shell[line], place[line]] += self.line_rate[:, :, line]
        rates = rates * kg * day
        named = {
            "component": ("component of the source", self.components, (1, 2)),
            "part": ("part of the coupling", self.parts, (0, 2)),
            "shell": ("shell, or nuclide that recoils", self.shells, (0, 1)),
        }
        groups = {
            name: (text, dict(zip(names, rates.sum(axis=axes), strict=True)))
            for name, (text, names, axes) in named.items()
        }
        total = np.asarray(rates.sum(axis=(0, 1, 2)))
        return of_groups(energy_axis(ends / keV, "energy transfer"), total, groups, by, "1/(kg day)")

    def to_xarray(self) -> xarray.Dataset:
        """The rates as an xarray dataset with units and labels, per kg, day and keV."""
        import xarray

        unit, lines = kg * day * keV, kg * day
        dimensions = ("component", "part", "shell", "transfer")
        return xarray.Dataset(
            {
                "rate": (dimensions, self.density * unit, {"units": "1/(kg day keV)", "long_name": "dR/dT, continuum"}),
                "relative_error": (
                    ("transfer",),
                    self.relative_error,
                    {"units": "1", "long_name": "estimated relative error of the sum"},
                ),
                "line_rate": (
                    ("component", "part", "line"),
                    self.line_rate * lines,
                    {"units": "1/(kg day)", "long_name": "rate of a discrete excitation"},
                ),
            },
            coords={
                "component": ("component", list(self.components), {"long_name": "component of the source"}),
                "part": ("part", list(self.parts), {"long_name": "part of the coupling"}),
                "shell": ("shell", list(self.shells), {"long_name": "shell, or nuclide that recoils"}),
                "transfer": ("transfer", self.transfer / keV, {"units": "keV", "long_name": "energy transfer"}),
                "line_transfer": (
                    "line",
                    self.line_transfer / keV,
                    {"units": "keV", "long_name": "energy of a discrete excitation"},
                ),
                "line_shell": ("line", [self.shells[k] for k in self.line_shell], {"long_name": "shell of it"}),
                "line_final": ("line", list(self.line_final), {"long_name": "level excited to"}),
            },
        )


def checked_transfers(transfer: ArrayLike) -> Array:
    """T as an array of any shape.

    Raises:
        ValueError: if it is not finite, or negative.
    """
    T = np.asarray(transfer, dtype=float)
    good = (T >= 0) & (T <= LARGEST_ENERGY)
    if not np.all(good):
        raise ValueError(
            f"transfer must be finite and ≥ 0 [MeV], and at most {LARGEST_ENERGY:g} MeV, got {T[~good].ravel()[0]}"
        )
    return T

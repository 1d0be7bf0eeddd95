"""Backgrounds: events per exposure and reconstructed energy.

A density is of the reconstructed energy, the resolution in it.  Whether it was measured, after the efficiency, or is
known before it, is up to the use: `Background.expected` takes it as it stands, and `Detector.background` applies the
threshold and the efficiency.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import LARGEST, SMALLEST, check_number
from nuatom.columns import HEADER, NUMBER, RATE, SPECTRAL_RATE, Layout, Sheet, bins, read_curve, unit
from nuatom.detector.checks import checked_edges, checked_exposure
from nuatom.detector.curve import Curve
from nuatom.detector.resolution import not_negative
from nuatom.functions import Array
from nuatom.units import keV


class Background(Protocol):
    """A named density of events in reconstructed energy."""

    @property
    def name(self) -> str:
        """What it is, e.g. "214Pb"; fits name its normalisation after it."""
        ...

    @property
    def breaks(self) -> Array:
        """Energies between which the density is smooth, shape (n,) [energy]."""
        ...

    def density(self, energy: Array) -> Array:
        """Events per exposure and energy at energies of any shape [1/(mass time energy)]."""
        ...

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        """Events in bins, shape (nb,), for edges (nb + 1,) [energy] and an exposure [mass time]."""
        ...


_LARGEST_INDEX = 100.0  # of a power law
_FAR = 1e3  # MeV; beyond what any bin here has


def _per_bin(text: str | None) -> bool:
    """Whether a unit is that of a rate in a whole bin."""
    try:
        return text is not None and unit(text)[1] == RATE.powers
    except ValueError:
        return False  # told where the column is read


def _bins(edges: ArrayLike, exposure: float) -> Array:
    checked_exposure(exposure)
    return checked_edges(edges)


def _finite(field: str, value: float) -> None:
    check_number(field, value)


def _positive(field: str, value: float) -> None:
    check_number(field, value, SMALLEST)


@dataclass(frozen=True)
class FlatBackground:
    """The same at all energies.

    Attributes:
        rate: ≥ 0 [1/(mass time energy)].
        name: what it is.

    Raises:
        ValueError: for a rate that is negative or not finite.
    """

    rate: float
    name: str = "flat"

    def __post_init__(self) -> None:
        not_negative("rate", self.rate)

    @property
    def breaks(self) -> Array:
        return np.zeros(0)

    def density(self, energy: ArrayLike) -> Array:
        return np.full(np.shape(energy), self.rate)

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        return exposure * self.rate * np.diff(_bins(edges, exposure))


@dataclass(frozen=True)
class LinearBackground:
    """A straight line, rate + slope (E − reference).

    Attributes:
        rate: at the reference, ≥ 0 [1/(mass time energy)].
        slope: [1/(mass time energy²)].
        reference: [energy].
        name: what it is.

    Raises:
        ValueError: for a rate that is negative or values that are not finite; in use where it is negative.
    """

    rate: float
    slope: float
    reference: float = 0.0
    name: str = "linear"

    def __post_init__(self) -> None:
        not_negative("rate", self.rate)
        _finite("slope", self.slope)
        not_negative("reference", self.reference)

    @property
    def breaks(self) -> Array:
        return np.zeros(0)

    def density(self, energy: ArrayLike) -> Array:
        E = np.asarray(energy, dtype=float)
        value = self.rate + self.slope * (E - self.reference)
        if np.any(value < 0.0):
            wrong = float(E[value < 0.0].flat[0])
            raise ValueError(f"slope of the background {self.name!r}: it is negative at {wrong / keV:.6g} keV")
        return np.asarray(value)

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        bins = _bins(edges, exposure)
        at_edges = self.density(bins)
        return np.asarray(exposure * np.diff(bins) * 0.5 * (at_edges[1:] + at_edges[:-1]))


@dataclass(frozen=True)
class PowerLawBackground:
    """rate (E/reference)^index.

    Attributes:
        rate: at the reference, ≥ 0 [1/(mass time energy)].
        index: the power, negative for a falling one.
        reference: > 0 [energy].
        name: what it is.

    Raises:
        ValueError: for values that are not finite or of the wrong sign; in use at E = 0 with an index ≤ −1.
    """

    rate: float
    index: float
    reference: float
    name: str = "power law"

    def __post_init__(self) -> None:
        not_negative("rate", self.rate)
        check_number("index", self.index, -_LARGEST_INDEX, _LARGEST_INDEX)
        _positive("reference", self.reference)

    @property
    def breaks(self) -> Array:
        return np.zeros(0)

    def density(self, energy: ArrayLike) -> Array:
        E = np.asarray(energy, dtype=float)
        if self.index < 0.0 and np.any(E <= 0.0):
            raise ValueError(f"index of the background {self.name!r} is {self.index}: it has no value at zero energy")
        return np.asarray(self.rate * (E / self.reference) ** self.index)

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        x = _bins(edges, exposure) / self.reference
        power = self.index + 1.0
        if power <= 0.0 and x[0] == 0.0:
            raise ValueError(f"index of the background {self.name!r} is {self.index}: it diverges in a bin from zero")
        # ∫x^(p−1) dx = a^p (e^{pL} − 1)/p with L = ln(b/a), which is good at p = 0 also.
        if x[0] == 0.0:
            integral = np.diff(x**power) / power
        else:
            length = np.diff(np.log(x))
            integral = x[:-1] ** power * (np.expm1(power * length) / power if power else length)
        return np.asarray(exposure * self.rate * self.reference * integral)


@dataclass(frozen=True)
class PeakBackground:
    """A Gaussian peak.

    Attributes:
        rate: events per exposure in the whole peak, ≥ 0 [1/(mass time)].
        energy: where it is, ≥ 0 [energy].
        sigma: its width σ > 0 [energy].
        name: what it is.

    Raises:
        ValueError: for values that are not finite or of the wrong sign.
    """

    rate: float
    energy: float
    sigma: float
    name: str = "peak"

    def __post_init__(self) -> None:
        not_negative("rate", self.rate)
        not_negative("energy", self.energy)
        _positive("sigma", self.sigma)

    @property
    def breaks(self) -> Array:
        return self.energy + self.sigma * np.linspace(-8.0, 8.0, 17)

    def density(self, energy: ArrayLike) -> Array:
        z = (np.asarray(energy, dtype=float) - self.energy) / self.sigma
        return np.asarray(self.rate * np.exp(-0.5 * z**2) / (math.sqrt(2.0 * math.pi) * self.sigma))

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        from scipy.special import ndtr

        z = (_bins(edges, exposure) - self.energy) / self.sigma
        upper = z[:-1] > 0.0  # differences of what is small
        share = ndtr(np.where(upper, -z[:-1], z[1:])) - ndtr(np.where(upper, -z[1:], z[:-1]))
        return np.asarray(exposure * self.rate * share)


@dataclass(frozen=True, eq=False)
class TabulatedBackground:
    """Straight lines through points of a spectrum, an error outside.

    Attributes:
        energy: ascending, shape (n,) with n ≥ 2 [energy].
        rate: ≥ 0, shape (n,) [1/(mass time energy)].
        name: what it is.

    Raises:
        ValueError: for points that are not finite, do not ascend, or are negative.
    """

    energy: Array
    rate: Array
    name: str = "tabulated"

    def __post_init__(self) -> None:
        curve = Curve(self.energy, self.rate, f"background {self.name!r}")
        if np.any(curve.value < 0.0):
            raise ValueError(f"rate of the background {self.name!r} must not be negative")
        object.__setattr__(self, "energy", curve.energy)
        object.__setattr__(self, "rate", curve.value)

    @staticmethod
    def read(path: str | Path, name: str = "tabulated", layout: Layout = HEADER) -> TabulatedBackground:
        """A file with the columns ``energy [keV], rate [1/(kg day keV)]``, in any such units.

        Args:
            path: of the file.
            name: what the background is.
            layout: how its columns are to be taken, if not as the header says.

        Raises:
            ValueError: as `nuatom.columns.read_curve` and the constructor.
        """
        return TabulatedBackground(*read_curve(path, "rate", SPECTRAL_RATE, layout), name)

    @property
    def breaks(self) -> Array:
        return self.energy

    def density(self, energy: ArrayLike) -> Array:
        return Curve(self.energy, self.rate, f"background {self.name!r}")(energy)

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        bins = _bins(edges, exposure)
        inner = self.energy[(self.energy > bins[0]) & (self.energy < bins[-1])]
        E = np.union1d(bins, inner)
        value = self.density(E)
        rising = np.concatenate(([0.0], np.cumsum(0.5 * np.diff(E) * (value[1:] + value[:-1]))))
        return np.asarray(exposure * np.diff(rising[np.searchsorted(E, bins)]))


@dataclass(frozen=True, eq=False)
class HistogramBackground:
    """A histogram: the same rate all over each bin, an error outside.

    Attributes:
        edges: edges of the histogram, ascending, shape (n + 1,) [energy].
        rate: ≥ 0, shape (n,) [1/(mass time energy)].
        name: what it is.

    Raises:
        ValueError: for edges that do not ascend, or rates that are negative, not finite or not as many as bins.
    """

    edges: Array
    rate: Array
    name: str = "histogram"

    def __post_init__(self) -> None:
        edges, rate = checked_edges(self.edges), np.array(self.rate, dtype=float)
        if rate.shape != (edges.size - 1,):
            raise ValueError(
                f"rate of the background {self.name!r}: expected {edges.size - 1} values, got {rate.shape}"
            )
        if not np.all((rate >= 0.0) & (rate <= LARGEST)):
            raise ValueError(
                f"rate of the background {self.name!r} must be finite, not negative and at most {LARGEST:g}"
            )
        for field, array in (("edges", edges), ("rate", rate)):
            array.flags.writeable = False
            object.__setattr__(self, field, array)

    @staticmethod
    def read(
        path: str | Path, name: str = "histogram", layout: Layout = HEADER, exposure: float | None = None
    ) -> HistogramBackground:
        """A file with the columns ``low [keV], high [keV], rate [1/(kg day keV)]``, in any such units.

        In the place of low and high there may be ``energy``, the centres of bins of one width; in that of a rate per
        energy ``rate [1/(kg day)]`` for a whole bin, or ``counts`` in the bins of an experiment.

        Args:
            path: of the file.
            name: what the background is.
            layout: how its columns are to be taken, if not as the header says.
            exposure: of the experiment that the counts are of [mass time].

        Raises:
            ValueError: as `nuatom.columns.read` and the constructor, if bins overlap or leave a gap, or for counts
                without an exposure.
        """
        layout.check(("low", "high", "energy", "rate", "counts"))
        sheet = Sheet.read(path, layout)
        edges, rows = bins(sheet)
        if sheet.has("counts") and not sheet.has("rate"):
            if exposure is None:
                raise ValueError(f"{str(path)!r} has counts, which are a rate only with the exposure of an experiment")
            rate = sheet.column("counts", NUMBER) / exposure
        elif sheet.has("rate") and _per_bin(sheet.unit("rate")):
            rate = sheet.column("rate", RATE)
        else:
            rate = sheet.column("rate", SPECTRAL_RATE) * np.diff(edges)[np.argsort(rows)]
        rate = rate[rows] / np.diff(edges)
        if layout.constant:
            edges = edges.copy()
            edges[0], edges[-1] = min(0.0, float(edges[0])), max(_FAR, 2 * float(edges[-1]))
        return HistogramBackground(edges, rate, name)

    @property
    def breaks(self) -> Array:
        return self.edges

    def _inside(self, energy: Array) -> None:
        wrong = (energy < self.edges[0] * (1 - 1e-12)) | (energy > self.edges[-1] * (1 + 1e-12))
        if np.any(wrong):
            raise ValueError(
                f"background {self.name!r} is given from {self.edges[0] / keV:.6g} to {self.edges[-1] / keV:.6g} keV, "
                f"but is needed at {float(energy[wrong].flat[0]) / keV:.6g} keV: add rows to it, narrow the bins, or "
                'hold it constant beyond its ends with beyond = "constant"'
            )

    def density(self, energy: ArrayLike) -> Array:
        E = np.asarray(energy, dtype=float)
        self._inside(E)
        return np.asarray(self.rate[np.clip(np.searchsorted(self.edges, E, side="right") - 1, 0, self.rate.size - 1)])

    def expected(self, edges: ArrayLike, exposure: float) -> Array:
        bins = _bins(edges, exposure)
        self._inside(bins)
        rising = np.concatenate(([0.0], np.cumsum(self.rate * np.diff(self.edges))))
        return np.asarray(exposure * np.diff(np.interp(bins, self.edges, rising)))

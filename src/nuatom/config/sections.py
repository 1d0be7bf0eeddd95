"""The tables of the parts of a detector and of backgrounds, and the objects they describe.

What a value may be is said by its type; what several of them mean together is found out by the objects themselves,
when `make` builds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from nuatom.config.fields import (
    Energy,
    Fraction,
    NotNegative,
    Number,
    PositiveEnergy,
    PositiveFraction,
    PositiveNumber,
    Rate,
    Section,
    SignedEnergy,
    SpectralRate,
    SpectralSlope,
    Uncertainty,
    shorthand,
)

if TYPE_CHECKING:
    from nuatom.detector import Background, Efficiency, Quenching, Resolution, Scale

# --- parts of a detector -------------------------------------------------------------------------


class Sigma(Section):
    """The same σ at all energies, or the same full width at half maximum."""

    kind: Literal["constant"]
    sigma: Energy | None = None
    fwhm: Energy | None = None

    def make(self, folder: Path) -> Resolution:
        """σ as a function of energy."""
        from nuatom.detector import FWHM, ConstantResolution

        if (self.sigma is None) == (self.fwhm is None):
            raise ValueError("expected either sigma or fwhm")
        return ConstantResolution(self.sigma if self.sigma is not None else (self.fwhm or 0.0) / FWHM)


class Fano(Section):
    """σ² = noise² + F ε E."""

    kind: Literal["fano"]
    noise: Energy
    fano: NotNegative
    pair_energy: PositiveEnergy

    def make(self, folder: Path) -> Resolution:
        """σ as a function of energy."""
        from nuatom.detector import FanoResolution

        return FanoResolution(self.noise, self.fano, self.pair_energy)


class Relative(Section):
    """σ/E = stochastic √(at/E) + constant."""

    kind: Literal["relative"]
    stochastic: NotNegative
    at: PositiveEnergy
    constant: NotNegative = 0.0

    def make(self, folder: Path) -> Resolution:
        """σ as a function of energy."""
        from math import sqrt

        from nuatom.detector import RelativeResolution

        return RelativeResolution(self.stochastic * sqrt(self.at), self.constant)


class ResolutionFile(Section):
    """σ from a csv file."""

    kind: Literal["csv"]
    file: str

    def make(self, folder: Path) -> Resolution:
        """σ as a function of energy."""
        from nuatom.detector import TabulatedResolution

        return TabulatedResolution.read(folder / self.file)


def _sigma(value: Any) -> Any:
    is_file = isinstance(value, str) and value.endswith(".csv")
    return {"kind": "csv", "file": value} if is_file else {"kind": "constant", "sigma": value}


ResolutionSection = Annotated[Sigma | Fano | Relative | ResolutionFile, Field(discriminator="kind"), shorthand(_sigma)]


def _above_zero(what: str, values: Iterable[float], where: str = "") -> None:
    """Raise ValueError for what is zero at all energies: nothing would be seen."""
    if not any(values):
        raise ValueError(f"expected {what} above 0 at one energy at least, got 0 at all of them{where}")


class FlatEfficiency(Section):
    """The same efficiency at all energies."""

    kind: Literal["constant"]
    value: PositiveFraction

    def make(self, folder: Path) -> Efficiency:
        """The efficiency as a function of energy."""
        from nuatom.detector import ConstantEfficiency

        return ConstantEfficiency(self.value)


class Step(Section):
    """A step."""

    kind: Literal["step"]
    position: Energy
    above: Fraction = 1.0
    below: Fraction = 0.0

    def make(self, folder: Path) -> Efficiency:
        """The efficiency as a function of energy."""
        from nuatom.detector import StepEfficiency

        if not (self.above or self.below):
            raise ValueError("expected an efficiency above 0 on one side of the step at least, got 0 and 0")
        return StepEfficiency(self.position, self.above, self.below)


class Erf(Section):
    """A smooth step."""

    kind: Literal["erf"]
    position: Energy
    width: PositiveEnergy
    plateau: PositiveFraction = 1.0

    def make(self, folder: Path) -> Efficiency:
        """The efficiency as a function of energy."""
        from nuatom.detector import ErfEfficiency

        return ErfEfficiency(self.position, self.width, self.plateau)


class Points(Section):
    """Straight lines through points; the first and the last value go on beyond them."""

    kind: Literal["points"]
    energy: Annotated[list[Energy], Field(min_length=2)]
    efficiency: Annotated[list[Fraction], Field(min_length=2)]

    def make(self, folder: Path) -> Efficiency:
        """The efficiency as a function of energy."""
        from nuatom.detector import TabulatedEfficiency
        from nuatom.units import GeV

        if len(self.energy) != len(self.efficiency):
            raise ValueError(f"expected as many energies as values, got {len(self.energy)} and {len(self.efficiency)}")
        _above_zero("an efficiency", self.efficiency)
        at, values = list(self.energy), list(self.efficiency)
        if values[0] > 0 and at[0] > 0:
            at, values = [0.0, *at], [values[0], *values]
        if values[-1] > 0:
            at, values = [*at, max(GeV, 2 * at[-1])], [*values, values[-1]]
        return TabulatedEfficiency(at, values)  # type: ignore[arg-type]  # lists become arrays there


class EfficiencyFile(Section):
    """An efficiency from a csv file."""

    kind: Literal["csv"]
    file: str

    def make(self, folder: Path) -> Efficiency:
        """The efficiency as a function of energy."""
        from nuatom.detector import TabulatedEfficiency

        table = TabulatedEfficiency.read(folder / self.file)
        _above_zero("an efficiency", table.efficiency, f" in {self.file}")
        return table


def _efficiency(value: Any) -> Any:
    if isinstance(value, str):
        return {"kind": "csv", "file": value}
    return {"kind": "constant", "value": value}


EfficiencySection = Annotated[
    FlatEfficiency | Step | Erf | Points | EfficiencyFile, Field(discriminator="kind"), shorthand(_efficiency)
]


class LindhardSection(Section):
    """Lindhard's theory; without k its own value for the element."""

    kind: Literal["lindhard"]
    element: str
    k: PositiveNumber | None = None

    def make(self, folder: Path) -> Quenching:
        """The fraction of a recoil's energy that is seen."""
        from nuatom.detector import Lindhard

        own = Lindhard.of(self.element)
        return own if self.k is None else Lindhard(self.k, own.Z)


class ConstantFraction(Section):
    """The same fraction at all energies."""

    kind: Literal["constant"]
    value: PositiveFraction

    def make(self, folder: Path) -> Quenching:
        """The fraction of a recoil's energy that is seen."""
        from nuatom.detector import ConstantQuenching

        return ConstantQuenching(self.value)


class QuenchingFile(Section):
    """Fractions from a csv file."""

    kind: Literal["csv"]
    file: str

    def make(self, folder: Path) -> Quenching:
        """The fraction of a recoil's energy that is seen."""
        from nuatom.detector import TabulatedQuenching

        return TabulatedQuenching.read(folder / self.file)


QuenchingSection = Annotated[
    LindhardSection | ConstantFraction | QuenchingFile, Field(discriminator="kind"), shorthand(_efficiency)
]


class Linear(Section):
    """gain · E + offset."""

    kind: Literal["linear"]
    gain: PositiveNumber = 1.0
    offset: SignedEnergy = 0.0

    def make(self, folder: Path) -> Scale:
        """The mean reconstructed energy."""
        from nuatom.detector import LinearScale

        return LinearScale(self.gain, self.offset)


class ScaleFile(Section):
    """A calibration from a csv file."""

    kind: Literal["csv"]
    file: str

    def make(self, folder: Path) -> Scale:
        """The mean reconstructed energy."""
        from nuatom.detector import TabulatedScale

        return TabulatedScale.read(folder / self.file)


ScaleSection = Annotated[
    Linear | ScaleFile, Field(discriminator="kind"), shorthand(lambda value: {"kind": "csv", "file": value})
]

# --- backgrounds ---------------------------------------------------------------------------------


class _Background(Section):
    """What every background has: a name, the error of its size, and whether the detector has already acted on it."""

    name: str = "background"
    uncertainty: Uncertainty
    measured: bool = True


class Flat(_Background):
    """The same at all energies."""

    kind: Literal["flat"]
    rate: SpectralRate

    def make(self, folder: Path) -> Background:
        """The background of this table."""
        from nuatom.detector import FlatBackground

        return FlatBackground(self.rate, self.name)


class LinearShape(_Background):
    """A straight line."""

    kind: Literal["linear"]
    rate: SpectralRate
    slope: SpectralSlope
    reference: Energy = 0.0

    def make(self, folder: Path) -> Background:
        """The background of this table."""
        from nuatom.detector import LinearBackground

        return LinearBackground(self.rate, self.slope, self.reference, self.name)


class PowerLaw(_Background):
    """rate (E/reference)^index."""

    kind: Literal["power-law"]
    rate: SpectralRate
    index: Number
    reference: PositiveEnergy

    def make(self, folder: Path) -> Background:
        """The background of this table."""
        from nuatom.detector import PowerLawBackground

        return PowerLawBackground(self.rate, self.index, self.reference, self.name)


class Peak(_Background):
    """A Gaussian peak."""

    kind: Literal["peak"]
    rate: Rate
    energy: Energy
    sigma: PositiveEnergy

    def make(self, folder: Path) -> Background:
        """The background of this table."""
        from nuatom.detector import PeakBackground

        return PeakBackground(self.rate, self.energy, self.sigma, self.name)


class BackgroundFile(_Background):
    """A spectrum from a csv file, points or a histogram."""

    kind: Literal["csv", "histogram"]
    file: str

    def make(self, folder: Path) -> Background:
        """The background of the file."""
        from nuatom.detector import HistogramBackground, TabulatedBackground

        reader = TabulatedBackground if self.kind == "csv" else HistogramBackground
        return reader.read(folder / self.file, self.name)


BackgroundSection = Annotated[Flat | LinearShape | PowerLaw | Peak | BackgroundFile, Field(discriminator="kind")]

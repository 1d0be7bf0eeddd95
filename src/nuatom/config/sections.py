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
from nuatom.config.tabulated import CurveSection, FileSection, located

if TYPE_CHECKING:
    from nuatom.detector import Background, Efficiency, Quenching, Resolution, Scale

_FILES = (".csv", ".txt", ".dat", ".tsv")
"""How the names of files end where a text may be something else."""

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


class ResolutionFile(CurveSection):
    """σ from a file."""

    kind: Literal["csv"]

    def make(self, folder: Path, **meant: Any) -> Resolution:
        """σ as a function of energy."""
        from nuatom.detector import TabulatedResolution

        return TabulatedResolution.read(located(folder, self.file), self.layout(**meant))


def _sigma(value: Any) -> Any:
    is_file = isinstance(value, str) and value.endswith(_FILES)
    return {"kind": "csv", "file": value} if is_file else {"kind": "constant", "sigma": value}


def _file(value: dict[str, Any]) -> dict[str, Any]:
    """A table that has a file and no kind is about that file."""
    return {"kind": "csv", **value} if "file" in value else value


ResolutionSection = Annotated[
    Sigma | Fano | Relative | ResolutionFile, Field(discriminator="kind"), shorthand(_sigma, _file)
]


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


class EfficiencyFile(CurveSection):
    """An efficiency from a file."""

    kind: Literal["csv"]

    def make(self, folder: Path, **meant: Any) -> Efficiency:
        """The efficiency as a function of energy."""
        from nuatom.detector import TabulatedEfficiency

        table = TabulatedEfficiency.read(located(folder, self.file), self.layout(**meant))
        _above_zero("an efficiency", table.efficiency, f" in {self.file}")
        return table


def _efficiency(value: Any) -> Any:
    if isinstance(value, str):
        return {"kind": "csv", "file": value}
    return {"kind": "constant", "value": value}


EfficiencySection = Annotated[
    FlatEfficiency | Step | Erf | Points | EfficiencyFile, Field(discriminator="kind"), shorthand(_efficiency, _file)
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


class QuenchingFile(CurveSection):
    """Fractions from a file."""

    kind: Literal["csv"]

    def make(self, folder: Path) -> Quenching:
        """The fraction of a recoil's energy that is seen."""
        from nuatom.detector import TabulatedQuenching

        return TabulatedQuenching.read(located(folder, self.file), self.layout())


QuenchingSection = Annotated[
    LindhardSection | ConstantFraction | QuenchingFile, Field(discriminator="kind"), shorthand(_efficiency, _file)
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


class ScaleFile(FileSection):
    """A calibration from a file."""

    kind: Literal["csv"]

    def make(self, folder: Path, **meant: Any) -> Scale:
        """The mean reconstructed energy."""
        from nuatom.detector import TabulatedScale

        return TabulatedScale.read(located(folder, self.file), self.layout(**meant))


ScaleSection = Annotated[
    Linear | ScaleFile, Field(discriminator="kind"), shorthand(lambda value: {"kind": "csv", "file": value}, _file)
]

# --- backgrounds ---------------------------------------------------------------------------------


class _Background(Section):
    """What every background has: a name, the error of its size, and what is in it already.

    It is measured if the detector has acted on it, and one that was fitted may have the weak scattering in it of the
    neutrinos that are the signal here.  One that is steady becomes less in the window of a pulsed source, unless its
    rate is that in the window already.
    """

    name: str = "background"
    uncertainty: Uncertainty
    measured: bool = True
    includes_weak: bool = False
    in_window: bool = False


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


class BackgroundFile(_Background, CurveSection):
    """A spectrum from a file, points or a histogram."""

    kind: Literal["csv", "histogram"]

    def make(self, folder: Path, exposure: float | None = None, **meant: Any) -> Background:
        """The background of the file, whose counts are those of this exposure."""
        from nuatom.detector import HistogramBackground, TabulatedBackground

        path, layout = located(folder, self.file), self.layout(**meant)
        if self.kind == "csv":
            return TabulatedBackground.read(path, self.name, layout)
        return HistogramBackground.read(path, self.name, layout, exposure)


BackgroundSection = Annotated[Flat | LinearShape | PowerLaw | Peak | BackgroundFile, Field(discriminator="kind")]

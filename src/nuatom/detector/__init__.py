"""Detectors: from energies deposited to counts in bins of reconstructed energy.

`model` has the `Detector` and the counts it expects; its parts are in `resolution`, `efficiency`, `quenching` (with the
energy scale) and `background`, `nest` has the yields of liquid xenon, `table` reads csv files with units, and
`folding` is the arithmetic.
"""

from nuatom.detector.background import (
    Background,
    FlatBackground,
    HistogramBackground,
    LinearBackground,
    PeakBackground,
    PowerLawBackground,
    TabulatedBackground,
)
from nuatom.detector.efficiency import (
    ConstantEfficiency,
    Efficiency,
    ErfEfficiency,
    StepEfficiency,
    TabulatedEfficiency,
)
from nuatom.detector.expected import Expected
from nuatom.detector.model import Detector
from nuatom.detector.nest import Deposit, NestYields
from nuatom.detector.quenching import (
    ConstantQuenching,
    Lindhard,
    LinearScale,
    Quenching,
    Scale,
    TabulatedQuenching,
    TabulatedScale,
)
from nuatom.detector.resolution import (
    FWHM,
    ConstantResolution,
    FanoResolution,
    RelativeResolution,
    Resolution,
    TabulatedResolution,
)

__all__ = [
    "FWHM",
    "Background",
    "ConstantEfficiency",
    "ConstantQuenching",
    "ConstantResolution",
    "Deposit",
    "Detector",
    "Efficiency",
    "ErfEfficiency",
    "Expected",
    "FanoResolution",
    "FlatBackground",
    "HistogramBackground",
    "Lindhard",
    "LinearBackground",
    "LinearScale",
    "NestYields",
    "PeakBackground",
    "PowerLawBackground",
    "Quenching",
    "RelativeResolution",
    "Resolution",
    "Scale",
    "StepEfficiency",
    "TabulatedBackground",
    "TabulatedEfficiency",
    "TabulatedQuenching",
    "TabulatedResolution",
    "TabulatedScale",
]

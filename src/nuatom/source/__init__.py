"""Sources of neutrinos: components, each with a flux, a spectrum and the flavours it arrives with.

What a source is (`model`), the Sun (`solar`) by day and through the `earth`, reactors (`reactor`), the laboratory
(`laboratory`) with its pulses (`pulse`), a collapsing star (`supernova`), a table from a file (`tabulated`), and the
spectra of allowed β decay (`beta`).
"""

from nuatom.source.beta import Lepton, allowed_spectrum, fermi_function, mixed_spectrum
from nuatom.source.fission import SPECTRA, Fissile, isotope, own_isotope
from nuatom.source.laboratory import (
    AroundSphere,
    Chromium51,
    Distance,
    Geometry,
    MonoEnergetic,
    OnAxis,
    StoppedPion,
    Tritium,
)
from nuatom.source.model import (
    Component,
    Constant,
    Continuous,
    Emission,
    Emitter,
    LineSpectrum,
    Shape,
    Share,
    Source,
    Tabulated,
    burst_of,
    pure,
)
from nuatom.source.pulse import Pulse
from nuatom.source.reactor import TYPICAL, Reactor
from nuatom.source.solar import Solar, SolarModel, b16_agss09met, b16_gs98
from nuatom.source.supernova import Supernova, pinched_spectrum
from nuatom.source.tabulated import TabulatedFlux

__all__ = [
    "SPECTRA",
    "TYPICAL",
    "AroundSphere",
    "Chromium51",
    "Component",
    "Constant",
    "Continuous",
    "Distance",
    "Emission",
    "Emitter",
    "Fissile",
    "Geometry",
    "Lepton",
    "LineSpectrum",
    "MonoEnergetic",
    "OnAxis",
    "Pulse",
    "Reactor",
    "Shape",
    "Share",
    "Solar",
    "SolarModel",
    "Source",
    "StoppedPion",
    "Supernova",
    "Tabulated",
    "TabulatedFlux",
    "Tritium",
    "allowed_spectrum",
    "b16_agss09met",
    "b16_gs98",
    "burst_of",
    "fermi_function",
    "isotope",
    "mixed_spectrum",
    "own_isotope",
    "pinched_spectrum",
    "pure",
]

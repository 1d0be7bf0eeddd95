"""Rates: a flux times a cross section, as events per mass, time and energy.

`electrons` has what hits the electrons of a `Material`, `nuclear` the recoils of whole atoms; both give a
`RateSpectrum`.  `flux`, `weights` and `nodes` are the three factors of the integral, in that order.
"""

from nuatom.rates.electrons import rate, rate_spectrum
from nuatom.rates.histogram import Histogram
from nuatom.rates.material import Material
from nuatom.rates.matter import matter_density
from nuatom.rates.nuclear import nuclear_rate_spectrum
from nuatom.rates.spectrum import RateSpectrum

__all__ = ["Histogram", "Material", "RateSpectrum", "matter_density", "nuclear_rate_spectrum", "rate", "rate_spectrum"]

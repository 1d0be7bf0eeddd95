"""Coherent scattering: the atom recoils as a whole and is left in its ground state.

`cross_section` is dσ/dT in the recoil energy T, with the electrons' amplitude added to that of the nucleus.
`amplitudes` says what a coupling amounts to, `nuclei` has isotopes and nuclear form factors, `electrons` the form
factor of the self-consistent atom, and `recoil` the cross sections.
"""

from nuatom.coherent.amplitudes import Channel, channels
from nuatom.coherent.electrons import electron_form_factor
from nuatom.coherent.nuclei import FormFactor, Helm, KleinNystrand, Nuclide, PointLike, nuclides
from nuatom.coherent.recoil import cross_section, greatest_recoil, least_energy, momentum, total_cross_section

__all__ = [
    "Channel",
    "FormFactor",
    "Helm",
    "KleinNystrand",
    "Nuclide",
    "PointLike",
    "channels",
    "cross_section",
    "electron_form_factor",
    "greatest_recoil",
    "least_energy",
    "momentum",
    "nuclides",
    "total_cross_section",
]

"""Units and physical constants: MeV = mm = ns = 1, ħ = c = 1 in every energy and momentum.

A public quantity is a float in these units, so one writes ``2.8 * keV`` to make a quantity and
``sigma / (cm2 / keV)`` to read one.  Energies, momenta and masses are all in MeV; an area is in mm²,
so a cross section per energy transfer is in mm²/MeV.  The numerical values of the units are those of
`hepunits`; the constants are CODATA 2018.

Inside ``nuatom.atom`` and the partial-wave code everything is in Hartree atomic units; the factors
between the two live here and nowhere else.
"""

from hepunits import GeV, MeV, barn, cm, cm2, day, eV, hbarc, keV, kg, mm, ns, year

# Not in __all__: a star must not overwrite somebody's mass m or index s.  Ask for them by name.
from hepunits import g as g
from hepunits import m as m
from hepunits import s as s

tonne = 1000.0 * kg
PARSEC = 3.0856775814913673e16 * m
"""Where an astronomical unit is seen under an angle of a second [length]."""

# --- CODATA 2018 -------------------------------------------------------------------------------
FINE_STRUCTURE = 7.2973525693e-3
"""α, the fine-structure constant."""
ELECTRON_MASS = 0.51099895000 * MeV
"""m, the rest energy of the electron [energy]."""
FERMI_CONSTANT = 1.1663787e-5 / GeV**2
"""G_F, the Fermi constant [1/energy²] (from the muon lifetime)."""
WEAK_MIXING = 0.23857
"""sin²θ_W at zero momentum transfer, MS-bar (Erler and Ferroni-Hernández 2018)."""
HBARC = hbarc
"""ħc [energy · length]; an area in 1/MeV² becomes mm² when multiplied by its square."""
HBARC2 = hbarc * hbarc

# --- Hartree atomic units ------------------------------------------------------------------------
SPEED_OF_LIGHT_AU = 1.0 / FINE_STRUCTURE
"""c in atomic units, 1/α."""
HARTREE = FINE_STRUCTURE**2 * ELECTRON_MASS
"""The atomic unit of energy, α²m [energy]."""
MOMENTUM_AU = FINE_STRUCTURE * ELECTRON_MASS
"""The atomic unit of momentum (times c), αm [energy]."""
BOHR_RADIUS = HBARC / MOMENTUM_AU
"""The atomic unit of length, ħ/(αmc) [length]."""

__all__ = [
    "BOHR_RADIUS",
    "ELECTRON_MASS",
    "FERMI_CONSTANT",
    "FINE_STRUCTURE",
    "HARTREE",
    "HBARC",
    "HBARC2",
    "MOMENTUM_AU",
    "PARSEC",
    "SPEED_OF_LIGHT_AU",
    "WEAK_MIXING",
    "GeV",
    "MeV",
    "barn",
    "cm",
    "cm2",
    "day",
    "eV",
    "keV",
    "kg",
    "mm",
    "ns",
    "tonne",
    "year",
]

"""Columns of text files with their units, as files are published, and units as products of powers.

    # anything after a hash is a comment
    energy [keV], sigma [eV]
    0.5, 62
    1.0, 66

Cells are separated by commas, semicolons, tabs or blanks; `Layout` says what the header does not.
"""

from nuatom.columns.curve import bins, read_curve
from nuatom.columns.dimensions import ENERGY, NUMBER, RATE, SPECTRAL_RATE, Powers, Quantity, unit
from nuatom.columns.layout import HEADER, Layout
from nuatom.columns.sheet import Sheet, read

__all__ = [
    "ENERGY",
    "HEADER",
    "NUMBER",
    "RATE",
    "SPECTRAL_RATE",
    "Layout",
    "Powers",
    "Quantity",
    "Sheet",
    "bins",
    "read",
    "read_curve",
    "unit",
]

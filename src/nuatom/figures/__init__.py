"""Figures: dσ/dT with its shells, the structure function over (T, Q), photoabsorption, rates, limits, certificates.

Every function but `certificate_figures` returns a `matplotlib.figure.Figure` that belongs to no window;
``figure.savefig("name.pdf")`` writes it.
"""

from nuatom.figures.certificate import certificate_figures, picture_figure
from nuatom.figures.coherent import coherent_figure
from nuatom.figures.cross_sections import spectrum_figure
from nuatom.figures.limits import Counts, contour_figure, limit_figure
from nuatom.figures.masses import mass_figure
from nuatom.figures.photoabsorption import comparison_figure, photoabsorption_figure
from nuatom.figures.rates import rate_figure
from nuatom.figures.shells import with_edges
from nuatom.figures.structure import structure_map

__all__ = [
    "Counts",
    "certificate_figures",
    "coherent_figure",
    "comparison_figure",
    "contour_figure",
    "limit_figure",
    "mass_figure",
    "photoabsorption_figure",
    "picture_figure",
    "rate_figure",
    "spectrum_figure",
    "structure_map",
    "with_edges",
]

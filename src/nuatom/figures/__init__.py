"""Figures: dσ/dT with its shells, the structure function over (T, Q), photoabsorption, rates, limits, certificates.

Every function but `certificate_figures` returns a `matplotlib.figure.Figure` that belongs to no window;
``figure.savefig("name.pdf")`` writes it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nuatom.figures.certificate import certificate_figures, picture_figure
    from nuatom.figures.coherent import coherent_figure
    from nuatom.figures.cross_sections import spectrum_figure
    from nuatom.figures.limits import Counts, contour_figure, limit_figure
    from nuatom.figures.masses import mass_figure
    from nuatom.figures.photoabsorption import comparison_figure, photoabsorption_figure
    from nuatom.figures.rates import rate_figure
    from nuatom.figures.shells import with_edges
    from nuatom.figures.structure import structure_map

_HOME = {
    "Counts": "limits",
    "certificate_figures": "certificate",
    "coherent_figure": "coherent",
    "comparison_figure": "photoabsorption",
    "contour_figure": "limits",
    "limit_figure": "limits",
    "mass_figure": "masses",
    "photoabsorption_figure": "photoabsorption",
    "picture_figure": "certificate",
    "rate_figure": "rates",
    "spectrum_figure": "cross_sections",
    "structure_map": "structure",
    "with_edges": "shells",
}

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

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a figure from its home on first use: a command that draws nothing need not load them."""
        if name not in _HOME:
            raise AttributeError(f"module 'nuatom.figures' has no attribute {name!r}; public names: {', '.join(_HOME)}")
        value = getattr(import_module(f"nuatom.figures.{_HOME[name]}"), name)
        globals()[name] = value
        return value

"""The best response of an atom or compound that the package has, as one model; for what it is in words, docs/models.md.

Electrons in the field of exact exchange, which open at measured edges, move together up to 3 keV and each on its own
above.  Cheaper and historical models are asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nuatom.atom.exchange import KriegerLiIafrate
from nuatom.atom.field import Atom, Binding
from nuatom.response.screened import Screened

if TYPE_CHECKING:
    from nuatom.elements import Element
    from nuatom.targets import Target

Progress = Callable[[int, int], None]


def recommended(
    target: str | int | Element | Target | Atom, tolerance: float = 5e-3, progress: Progress | None = None
) -> Any:
    """The recommended model of an atom, or the material of a compound whose atoms are recommended models.

    ``recommended("Xe")`` is a `ResponseModel`, `Screened`, for `cross_section`, `spectrum`, `lines`, `photoabsorption`
    and `rate`; ``recommended("CsI")`` is a `Material`, for `rate` and `rate_spectrum`, and ``recommended("CsI").parts``
    are its elements and their models.  An element as it is found in nature is a model however it is written, "Xe",
    "xenon" or 54; an isotope, "Ge-76", is a material, which knows its mass.

    Args:
        target: as for `nuatom.target`, or an `Atom`, whose nucleus and charge are kept.
        tolerance: of the `CentralField` underneath.
        progress: called with (done, total) while a table is computed.

    Raises:
        ValueError: for an unknown element, a formula that cannot be read, or a tolerance out of range.
    """
    from nuatom.rates import Material
    from nuatom.targets import target as read

    if isinstance(target, Atom):
        return recommended_atom(target, tolerance, progress)
    found = read(target)
    (part, count), *others = found.composition
    if not others and count == 1 and part.label == part.symbol:
        return recommended_atom(Atom(part.symbol), tolerance, progress)
    return Material.of(found, lambda symbol: recommended_atom(Atom(symbol), tolerance, progress))


def recommended_atom(atom: Atom, tolerance: float = 5e-3, progress: Progress | None = None) -> Screened:
    """The recommended model of an atom or ion: exact exchange and, of a neutral atom, measured edges.

    Args:
        atom: of which the element, nucleus and charge are kept.
        tolerance: of the `CentralField` underneath.
        progress: called with (done, total) while a table is computed.

    Raises:
        ValueError: for a tolerance out of range.
    """
    return Screened(
        Atom(atom.symbol, KriegerLiIafrate(), atom.nucleus, binding_of(atom), atom.charge),
        tolerance=tolerance,
        progress=progress,
    )


def binding_of(atom: Atom) -> Binding:
    """Measured edges, which ions have not."""
    return Binding.CALCULATED if atom.charge else Binding.MEASURED

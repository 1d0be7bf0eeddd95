"""Which element a response model is of."""

from __future__ import annotations

from nuatom.elements import Element, element
from nuatom.response.model import ResponseModel


def own_element(model: ResponseModel) -> Element | None:
    """The element a model was made for; None where it does not say.

    It is its ``element``, that of its ``atom``, or of the ``model`` it is made from; or it has the charge ``Z`` of a
    nucleus and as many electrons.
    """
    for owner in (model, getattr(model, "atom", None)):
        found = getattr(owner, "element", None)
        if isinstance(found, Element):
            return found
    charge = getattr(model, "Z", None)
    if isinstance(charge, int | float) and charge in range(1, 101) and electrons_of(model) == charge:
        return element(int(charge))
    inner = getattr(model, "model", None)
    return None if inner is None or inner is model else own_element(inner)


def electrons_of(model: ResponseModel) -> float:
    """The electrons of a model, which may be those of some shells of an atom only."""
    return sum(shell.occupancy for shell in model.shells)

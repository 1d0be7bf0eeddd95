"""What is hit: elements with their response models, as many atoms of each as a formula says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from nuatom.elements import Element, Target, element, target
from nuatom.response.model import ResponseModel


@dataclass(frozen=True)
class Material:
    """A target whose atoms scatter independently of each other.

    Attributes:
        formula: what to call it, e.g. "CsI".
        parts: element, atoms per formula unit and response model, one of each.

    Raises:
        ValueError: for nothing at all, a number of atoms that is not positive, or a model that is none.
    """

    formula: str
    parts: tuple[tuple[Element, float, ResponseModel], ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError(f"the material {self.formula!r} has no elements: write Material.of(formula, model)")
        for part, count, model in self.parts:
            if not (isfinite(count) and count > 0):
                raise ValueError(f"{self.formula} needs a number of {part.symbol} atoms > 0, got {count!r}")
            _require_model(model, part.symbol)

    @staticmethod
    def of(formula: str, model: Callable[[str], ResponseModel]) -> Material:
        """A material from its formula and a function that gives the model of an element.

        ``Material.of("CsI", lambda symbol: CentralField(Atom(symbol)))``, or ``Material.of("CsI", FreeElectrons)``.

        Args:
            formula: of an element or compound.
            model: called with the symbol of every element.

        Raises:
            ValueError: for a formula that cannot be read or an unknown element.
        """
        found = target(formula)
        return Material(found.formula, tuple((part, n, model(part.symbol)) for part, n in found.composition))

    @staticmethod
    def from_model(model: ResponseModel) -> Material:
        """The element of a single model: that of its ``atom``, or else the neutral atom with as many electrons.

        Raises:
            ValueError: for something that is no response model, or electrons that are not those of a neutral atom.
        """
        _require_model(model)
        own = getattr(getattr(model, "atom", None), "element", None)
        if isinstance(own, Element):
            return Material(own.symbol, ((own, 1.0, model),))
        electrons = sum(shell.occupancy for shell in model.shells)
        nearest = round(electrons)
        if abs(electrons - nearest) > 1e-6 or not 1 <= nearest <= 100:
            raise ValueError(
                f"{type(model).__name__} has {electrons:g} electrons, which no neutral atom has: say what they belong "
                "to, as in Material('Xe', ((element('Xe'), 1.0, model),))"
            )
        found = element(nearest)
        return Material(found.symbol, ((found, 1.0, model),))

    @property
    def target(self) -> Target:
        """Its composition without the models."""
        return Target(self.formula, tuple((part, count) for part, count, _ in self.parts))

    @property
    def units_per_mass(self) -> float:
        """Formula units per mass [1/mass]."""
        return self.target.units_per_mass

    @property
    def electrons_per_mass(self) -> float:
        """Electrons of the models per mass [1/mass]."""
        per_unit = sum(n * sum(shell.occupancy for shell in model.shells) for _, n, model in self.parts)
        return self.units_per_mass * per_unit


def as_material(material: Material | ResponseModel) -> Material:
    """A material as it is, a model as the material of its atoms.

    Raises:
        ValueError: for anything else, and as `Material.from_model`.
    """
    return material if isinstance(material, Material) else Material.from_model(material)


def _require_model(model: object, symbol: str = "Xe") -> None:
    if isinstance(model, type) or not isinstance(model, ResponseModel):
        name = model if isinstance(model, str) else symbol
        raise ValueError(
            f"expected a response model, got {model!r}: write CentralField(Atom({name!r})) or FreeElectrons({name!r})"
        )

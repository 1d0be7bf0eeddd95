"""What is hit: elements with their response models, as many atoms of each as a formula says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from nuatom.elements import Element
from nuatom.rates.matter import matter_density
from nuatom.response.medium import InMedium
from nuatom.response.model import ResponseModel
from nuatom.response.owner import electrons_of, own_element
from nuatom.response.permittivity import Permittivity
from nuatom.scattering import require_model
from nuatom.targets import Target, single, target

_MOST_ATOMS = 1e9


@dataclass(frozen=True)
class Material:
    """A target whose atoms scatter independently of each other.

    Attributes:
        formula: what to call it, e.g. "CsI".
        parts: element, atoms per formula unit and response model, one of each.

    Raises:
        ValueError: for nothing at all, a number of atoms that is not positive, a model that is none, or one of another
            element.
    """

    formula: str
    parts: tuple[tuple[Element, float, ResponseModel], ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError(f"the material {self.formula!r} has no elements: write Material.of(formula, model)")
        for part, count, model in self.parts:
            if not (isfinite(count) and 0 < count <= _MOST_ATOMS):
                raise ValueError(
                    f"{self.formula} needs a number of {part.symbol} atoms > 0 and at most {_MOST_ATOMS:.0e}, "
                    f"got {count!r}"
                )
            require_model(model, part.symbol)
            _require_same(part, model)

    @staticmethod
    def of(
        formula: str | int | Element | Target, model: Callable[[str], ResponseModel], density: float | None = None
    ) -> Material:
        """A material from its formula and a function that gives the model of an element.

        ``Material.of("CsI", lambda symbol: CentralField(Atom(symbol)))``, or ``Material.of("CsI", FreeElectrons)``.

        Args:
            formula: as for `nuatom.target`: an element, an isotope, an enriched mixture or a compound.
            model: called with the symbol of every element; isotopes have the same electrons.
            density: of the matter that its atoms are in, as for `in_matter` [mass/volume]; by default they are alone.

        Raises:
            ValueError: for a formula that cannot be read, an unknown element, the model of another one, or a density
                that is not a positive number.
        """
        found = target(formula)
        alone = Material(found.formula, tuple((part, n, model(part.symbol)) for part, n in found.composition))
        return alone if density is None else alone.in_matter(density)

    @staticmethod
    def from_model(model: ResponseModel, of: str | int | Element | None = None) -> Material:
        """The material of a single model.

        Args:
            model: the response.
            of: what it is the response of: an element, an isotope or an enriched mixture.  A model that was made
                from an atom or a symbol knows its element; another one does not, and its number of electrons does not
                say it, because a model may be of some of them only.

        Raises:
            ValueError: for something that is no response model, no element, or two different ones.
        """
        require_model(model)
        own = own_element(model)
        if of is not None:
            part = single(of)
        elif own is not None:
            part = own
        else:
            raise ValueError(
                f"{type(model).__name__} does not say which element it is of, and {electrons_of(model):g} electrons do "
                "not either: write Material.from_model(model, 'Xe')"
            )
        return Material(part.label, ((part, 1.0, model),))

    def in_matter(self, density: float | None = None) -> Material:
        """The same with every atom `InMedium`, in a permittivity to which all of them add.

        Args:
            density: [mass/volume]; by default `matter_density`.

        Raises:
            ValueError: for matter of unknown density, a density that is not a positive number, or atoms that are in a
                medium already.
        """
        known = matter_density(self.target) if density is None else density
        if not (isfinite(known) and known > 0):
            raise ValueError(f"{self.formula}: expected a density > 0, such as 5.323 * g / cm**3, got {known!r}")
        units = known * self.units_per_mass
        medium = Permittivity(tuple((model, count * units) for _, count, model in self.parts))
        return Material(
            self.formula, tuple((part, count, InMedium(model, medium)) for part, count, model in self.parts)
        )

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
        per_unit = sum(n * electrons_of(model) for _, n, model in self.parts)
        return self.units_per_mass * per_unit


def as_material(material: Material | ResponseModel) -> Material:
    """A material as it is, a model as the material of its atoms.

    Raises:
        ValueError: for anything else, and as `Material.from_model`.
    """
    return material if isinstance(material, Material) else Material.from_model(material)


def _require_same(part: Element, model: ResponseModel) -> None:
    """Raise a ValueError for the model of another element, or of more electrons than the element has."""
    own = own_element(model)
    if own is not None and own.Z != part.Z:
        raise ValueError(f"the model of {part.symbol} is one of {own.symbol}: {type(model).__name__} is of {own.name}")
    if electrons_of(model) > part.Z + 1e-6:
        raise ValueError(
            f"{type(model).__name__} has {electrons_of(model):g} electrons, and {part.symbol} only {part.Z}: "
            "it is of another element"
        )

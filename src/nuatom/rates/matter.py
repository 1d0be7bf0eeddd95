"""The density of a target as detectors have it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from nuatom.elements import Element, element, table_rows
from nuatom.targets import Target, target
from nuatom.units import cm, g


@functools.cache
def _liquids() -> Mapping[str, float]:
    """Densities of nuatom/data/matter.csv by symbol [mass/volume]."""
    rows = table_rows("matter.csv")
    return MappingProxyType({symbol: float(density) * g / cm**3 for symbol, density, _ in rows})


def matter_density(spec: str | int | Element | Target) -> float:
    """The density of an element or compound as a detector: noble gases are liquid, xenon with 2.86 g/cm³.

    Of isotopes there are as many atoms in a volume.

    Args:
        spec: as for `nuatom.target`; a `Target` of a compound or a solid keeps the density it has.

    Returns:
        [mass/volume]

    Raises:
        ValueError: for what cannot be read, and matter whose density is not tabulated.
    """
    found = target(spec)
    (part, count), *others = found.composition
    if not others and count == 1 and part.symbol in _liquids():
        return _liquids()[part.symbol] * part.atomic_weight / element(part.symbol).atomic_weight
    density = found.density or target(found.formula).density
    if density is None:
        raise ValueError(
            f"the density of {found.formula} is not tabulated: give it, such as density = 4.2 * g / cm**3, or take its "
            "atoms as isolated"
        )
    return density

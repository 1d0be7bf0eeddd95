"""The table of a source, one class for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from nuatom.config.fields import (
    Activity,
    Flux,
    Fraction,
    Length,
    NotNegative,
    NotNegativeLength,
    PositiveEnergy,
    Power,
    Section,
)

if TYPE_CHECKING:
    from nuatom.source import Geometry, Source


class Sphere(Section):
    """A shell of target around the source."""

    outer: Length
    inner: NotNegativeLength = 0.0


class Cylinder(Section):
    """A cylinder of target with the source on its axis."""

    radius: Length
    height: Length
    distance: NotNegativeLength = 0.0


class _Placed(Section):
    """Where a small source is: far away, inside a sphere, or on the axis of a cylinder."""

    distance: Length | None = None
    sphere: Sphere | None = None
    cylinder: Cylinder | None = None

    def geometry(self) -> Geometry:
        """The geometry; a ValueError unless there is one and only one."""
        from nuatom.source import AroundSphere, Distance, OnAxis

        given = [name for name in ("distance", "sphere", "cylinder") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected one of distance, sphere and cylinder, got {' and '.join(given) or 'none'}")
        if self.sphere is not None:
            return AroundSphere(self.sphere.outer, self.sphere.inner)
        if self.cylinder is not None:
            return OnAxis(self.cylinder.radius, self.cylinder.height, self.cylinder.distance)
        assert self.distance is not None
        return Distance(self.distance)


class SolarSource(Section):
    """The Sun."""

    kind: Literal["solar"]
    model: Literal["B16-GS98", "B16-AGSS09met"] = "B16-GS98"
    oscillated: bool = True
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The neutrinos of this table."""
        from nuatom.source import Solar

        return Solar(self.model, oscillated=self.oscillated)


class ReactorSource(Section):
    """A reactor, by its flux at the detector, or by its power and distance."""

    kind: Literal["reactor"]
    flux: Flux | None = None
    power: Power | None = None
    distance: Length | None = None
    fractions: dict[str, Fraction] | None = None
    captures: NotNegative = 0.6
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The antineutrinos of this table."""
        from nuatom.source import TYPICAL, Reactor

        fractions = TYPICAL if self.fractions is None else self.fractions
        return Reactor(
            power=self.power, distance=self.distance, fractions=fractions, flux=self.flux, captures=self.captures
        )


class Chromium(_Placed):
    """⁵¹Cr."""

    kind: Literal["cr51"]
    activity: Activity
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The neutrinos of this table."""
        from nuatom.source import Chromium51

        return Chromium51(self.activity, self.geometry())


class TritiumSource(_Placed):
    """³H."""

    kind: Literal["tritium"]
    activity: Activity
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The antineutrinos of this table."""
        from nuatom.source import Tritium

        return Tritium(self.activity, self.geometry())


class PionSource(Section):
    """Stopped pions, by the flux of each of the three flavours at the detector."""

    kind: Literal["stopped-pion"]
    flux: Flux
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The neutrinos of this table."""
        from nuatom.source import StoppedPion

        return StoppedPion(flux=self.flux)


class LineSource(Section):
    """Neutrinos of one energy."""

    kind: Literal["mono-energetic"]
    energy: PositiveEnergy
    flux: Flux
    flavour: Literal["e", "mu", "tau"] = "e"
    antineutrino: bool = False
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The neutrinos of this table."""
        from nuatom.source import MonoEnergetic

        return MonoEnergetic(self.energy, self.flux, self.flavour, antineutrino=self.antineutrino)


class FileSource(Section):
    """A flux from a csv file."""

    kind: Literal["csv"]
    file: str
    uncertainty: NotNegative | None = None

    def make(self, folder: Path) -> Source:
        """The neutrinos of the file."""
        from nuatom.source import TabulatedFlux

        return TabulatedFlux(folder / self.file)


SourceSection = Annotated[
    SolarSource | ReactorSource | Chromium | TritiumSource | PionSource | LineSource | FileSource,
    Field(discriminator="kind"),
]

_SOURCES: TypeAdapter[Any] = TypeAdapter(SourceSection)


def make_source(words: Mapping[str, Any], folder: Path) -> Source:
    """The source of a table that does not stand in a file, such as ``{"kind": "reactor", "flux": "1e13/(cm2 s)"}``.

    Args:
        words: keys and values as in a configuration.
        folder: where its files are.

    Raises:
        ValidationError: of pydantic, for keys and values that are not what they should be.
        ValueError: for what does not make sense together.
    """
    made: Source = _SOURCES.validate_python(dict(words)).make(folder)
    return made

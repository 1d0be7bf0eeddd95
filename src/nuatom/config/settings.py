"""A whole configuration: the tables of which an experiment is made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from nuatom import choices
from nuatom.config.fields import (
    Energy,
    Exposure,
    Fraction,
    NotNegative,
    Number,
    PositiveNumber,
    Section,
    SignedArea,
    SignedEnergy,
    word_of,
)
from nuatom.config.sections import (
    BackgroundSection,
    EfficiencySection,
    QuenchingSection,
    ResolutionSection,
    ScaleSection,
)
from nuatom.config.sources import SourceSection
from nuatom.limit.feldman_cousins import FEWEST_TOYS
from nuatom.quantities import parse_range

ParameterName = Literal["magnetic_moment", "millicharge", "charge_radius", "anapole"]


class TargetSection(Section):
    """What is hit."""

    material: str


class DetectorSection(Section):
    """What sees it."""

    exposure: Exposure
    threshold: Energy = 0.0
    cutoff: Energy = 0.0
    resolution: ResolutionSection | None = None
    efficiency: EfficiencySection | None = None
    true_efficiency: EfficiencySection | None = None
    efficiency_uncertainty: NotNegative = 0.0
    scale: ScaleSection | None = None
    quenching: QuenchingSection | None = None
    channels: Annotated[
        list[Literal["electrons", "recoils"]], Field(min_length=1, default_factory=lambda: ["electrons"])
    ]


class NeutrinoSection(Section):
    """What the neutrino couples with: the parameters that are fitted, and those that are held."""

    fit: Annotated[list[ParameterName], Field(min_length=1, default_factory=lambda: ["magnetic_moment"])]
    weak: bool = True
    magnetic_moment: NotNegative = 0.0
    millicharge: Number = 0.0
    charge_radius: SignedArea = 0.0
    anapole: SignedArea = 0.0


def _edges(value: Any) -> Any:
    if isinstance(value, str):
        return [float(edge) for edge in parse_range(value)]
    if not isinstance(value, list) or not all(isinstance(edge, str) for edge in value):
        raise ValueError('expected edges such as "2.8:10keV:20:lin", "1,2,5keV" or ["1keV", "2keV"]')
    return [float(parse_range(edge)[0]) for edge in value]


class BinsSection(Section):
    """The bins of reconstructed energy."""

    edges: Annotated[list[float], BeforeValidator(_edges)]


def _file_or_list(value: Any) -> str:
    return "file" if isinstance(value, str) else "list"


_File = Annotated[str, Tag("file")]


class DataSection(Section):
    """What was seen: counts by bin, or energies of events; without either, what is expected without a signal."""

    counts: Annotated[_File | Annotated[list[float], Tag("list")], Discriminator(_file_or_list)] | None = None
    events: Annotated[_File | Annotated[list[SignedEnergy], Tag("list")], Discriminator(_file_or_list)] | None = None


def _tolerance(value: float) -> float:
    if not 1e-4 <= value <= 0.1:  # nan is not either
        raise ValueError("expected a number from 0.0001 to 0.1")
    return value


def _width(value: float) -> float:
    if not 1e-3 <= value <= 0.1:
        raise ValueError("expected a number from 0.001 to 0.1")
    return value


class ResponseSection(Section):
    """How the target answers."""

    response: Annotated[str, word_of(choices.RESPONSES)] = "central-field"
    interaction: Annotated[str, word_of(choices.INTERACTIONS)] | None = None
    width: Annotated[float, AfterValidator(_width)] | None = None
    exchange: Annotated[str, word_of(choices.EXCHANGES)] = "slater"
    nucleus: Annotated[str, word_of(choices.NUCLEI)] = "point"
    binding: Annotated[str, word_of(choices.BINDINGS)] = "calculated"
    tolerance: Annotated[float, AfterValidator(_tolerance)] = 0.005


class ModelSection(ResponseSection):
    """How the target answers, and what else it might: one or two variants that are one standard deviation away."""

    band: Annotated[
        list[Annotated[str, word_of((*choices.RESPONSES, *choices.INTERACTIONS, *choices.EXCHANGES))]],
        Field(max_length=2, default_factory=list),
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    ]


def _toys(value: int) -> int:
    if 0 < value < FEWEST_TOYS:
        raise ValueError(f"expected 0 for none, or at least {FEWEST_TOYS}")
    return value


class LimitSection(Section):
    """What is asked."""

    confidence: Fraction = 0.9
    procedure: Annotated[str, word_of(choices.PROCEDURES)] | None = None
    method: Annotated[str, word_of(choices.METHODS)] = "auto"
    toys: Annotated[int, Field(ge=0), AfterValidator(_toys)] = 0
    seed: Annotated[int, Field(ge=0)] = 0


class PublishedSection(Section):
    """What the experiment itself has published, for comparison."""

    reference: str
    magnetic_moment: PositiveNumber | None = None
    millicharge: PositiveNumber | None = None


class Settings(Section):
    """A configuration."""

    title: str = ""
    note: str = ""
    source: SourceSection
    target: TargetSection
    detector: DetectorSection
    neutrino: Annotated[NeutrinoSection, Field(default_factory=lambda: NeutrinoSection.model_validate({}))]
    background: Annotated[list[BackgroundSection], Field(default_factory=list)]
    bins: BinsSection | None = None
    data: DataSection | None = None
    model: Annotated[ModelSection, Field(default_factory=lambda: ModelSection.model_validate({}))]
    limit: LimitSection = LimitSection()
    published: PublishedSection | None = None

"""A whole configuration: the tables of which an experiment is made."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, create_model
from pydantic_core import PydanticKnownError

from nuatom import choices
from nuatom.config.fields import (
    Density,
    Energy,
    Exposure,
    Fraction,
    NotNegative,
    Section,
    SignedEnergy,
    expected,
    word_of,
)
from nuatom.config.neutrino import NeutrinoSection, PublishedSection, neutrino_type
from nuatom.config.sections import (
    BackgroundSection,
    EfficiencySection,
    QuenchingSection,
    ResolutionSection,
    ScaleSection,
)
from nuatom.config.sources import SourceSection, source_type
from nuatom.config.tables import field_of
from nuatom.config.tabulated import FileSection
from nuatom.limit.feldman_cousins import FEWEST_TOYS
from nuatom.quantities import parse_range


class TargetSection(Section):
    """What is hit; its atoms screen each other, with the density that the material has as a detector or a given one.

    Without `matter` they do so where the response absorbs photons, the density is known, and no mass of the photon
    stands for it.
    """

    material: str
    matter: bool | None = None
    density: Density | None = None


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
    return "file" if isinstance(value, str | dict | FileSection) else "list"


_File = Annotated[
    FileSection, BeforeValidator(lambda value: {"file": value} if isinstance(value, str) else value), Tag("file")
]


class DataSection(Section):
    """What was seen: counts by bin, or energies of events; without either, what is expected without a signal."""

    counts: Annotated[_File | Annotated[list[float], Tag("list")], Discriminator(_file_or_list)] | None = None
    events: Annotated[_File | Annotated[list[SignedEnergy], Tag("list")], Discriminator(_file_or_list)] | None = None


def _tolerance(value: float) -> float:
    if not 1e-4 <= value <= 0.1:  # nan is not either
        raise ValueError("expected a number from 0.0001 to 0.1")
    return value


def _as_key(name: str, word: str) -> str:
    return f'{"response" if name == "model" else name} = "{word}"'


class ResponseSection(Section):
    """How the target answers; the options of single responses are further keys, see `schema`."""

    response: Annotated[str, word_of(choices.RESPONSES)] = "recommended"
    exchange: Annotated[str, word_of(choices.EXCHANGES)] = "kli"
    nucleus: Annotated[str, word_of(choices.NUCLEI)] = "point"
    binding: Annotated[str, word_of(choices.BINDINGS)] = "calculated"
    tolerance: Annotated[float, AfterValidator(_tolerance)] = 0.005

    @property
    def field(self) -> choices.FieldWords:
        """The words for the field of the atoms, as far as the response leaves them to be chosen.

        Raises:
            ValueError: for a key of which the response has its own.
        """
        given = {name: getattr(self, name) for name in choices.FieldWords._fields if name in self.model_fields_set}
        return choices.field_words(self.response, given, spelled=_as_key)

    def options(self) -> dict[str, Any]:
        """The options of single responses that are there, by name."""
        found = {name: getattr(self, name, None) for name in choices.MODELS.options()}
        return {name: value for name, value in found.items() if value is not None}


def variants() -> dict[str, str]:
    """The words that a band may have, and the key of the table "model" that each changes."""
    found = dict.fromkeys(choices.RESPONSES, "response")
    for key in choices.MODELS.options().values():
        if isinstance(key, choices.WordKey):
            found = {**dict.fromkeys(key.among, key.name), **found}
    return {**found, **dict.fromkeys(choices.EXCHANGES, "exchange")}


def _band(value: Any) -> str:
    known = variants()
    if not isinstance(value, str) or value not in known:
        raise PydanticKnownError("literal_error", {"expected": expected(known)})
    return value


class ModelSection(ResponseSection):
    """How the target answers, and what else it might: one or two variants that are one standard deviation away."""

    band: Annotated[
        list[Annotated[str, BeforeValidator(_band)]],
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


class Settings(Section):
    """A configuration; `schema` is the class with all keys, which registries know."""

    title: str = ""
    note: str = ""
    source: SourceSection
    target: TargetSection
    detector: DetectorSection
    neutrino: NeutrinoSection
    background: Annotated[list[BackgroundSection], Field(default_factory=list)]
    bins: BinsSection | None = None
    data: DataSection | None = None
    model: ModelSection
    limit: LimitSection = LimitSection()
    published: PublishedSection | None = None


def schema() -> type[Settings]:
    """A configuration with the sources, the couplings and the options of responses that there are."""
    return _schema(choices.SOURCES.version, choices.COUPLINGS.version, choices.MODELS.version)


@lru_cache(maxsize=4)
def _schema(*versions: int) -> type[Settings]:
    neutrino = neutrino_type()
    keys = choices.MODELS.options().values()
    own: dict[str, Any] = {key.name: (field_of(key)[0], None) for key in keys}
    model = create_model("ModelTable", __base__=ModelSection, **own)
    fields: dict[str, Any] = {
        "source": (source_type(), ...),
        "neutrino": (neutrino, Field(default_factory=lambda: neutrino.model_validate({}))),
        "model": (model, Field(default_factory=lambda: model.model_validate({}))),
    }
    made: type[Settings] = create_model("Configuration", __base__=Settings, **fields)
    return made

"""The table of a source, one class for each entry of the registry of sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Union

from pydantic import BeforeValidator, Field, TypeAdapter

from nuatom.choices import SOURCES
from nuatom.config.fields import NotNegative, Section
from nuatom.config.tables import found_files, table_of

if TYPE_CHECKING:
    from nuatom.source import Source


def _correlation(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1 < value < 1:  # nan is not either
        raise ValueError("expected a number between -1 and 1")
    return float(value)


class SourceSection(Section):
    """What every source has: its kind, and one error of all its components, or what those of each have in common."""

    word: ClassVar[str]

    uncertainty: NotNegative | None = None
    luminosity: Annotated[float, Field(gt=0, lt=1)] | None = None
    correlations: Annotated[
        dict[str, dict[str, Annotated[float, BeforeValidator(_correlation)]]], Field(default_factory=dict)
    ]

    def make(self, folder: Path) -> Source:
        """The neutrinos of this table, its files beside a configuration in this folder."""
        entry = SOURCES[self.word]
        values = {key.name: getattr(self, key.name) for key in entry.keys}
        return entry.make(**found_files(entry.keys, values, folder))


def source_type() -> Any:
    """The type of the table: any one of the sources there are, by its kind."""
    return _source_type(SOURCES.version)


@lru_cache(maxsize=4)
def _source_type(version: int) -> Any:
    sections = []
    for word, entry in SOURCES.items():
        name = f"{''.join(part.capitalize() for part in word.split('-'))}Source"
        section = table_of(name, entry.keys, SourceSection, word)
        section.word = word  # type: ignore[attr-defined]
        sections.append(section)
    return Annotated[Union[tuple(sections)], Field(discriminator="kind")]  # noqa: UP007  # of a tuple


def make_source(words: Mapping[str, Any], folder: Path) -> Source:
    """The source of a table that does not stand in a file, such as ``{"kind": "reactor", "flux": "1e13/(cm2 s)"}``.

    Args:
        words: keys and values as in a configuration.
        folder: where its files are.

    Raises:
        ValidationError: of pydantic, for keys and values that are not what they should be.
        ValueError: for what does not make sense together.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(source_type())
    made: Source = adapter.validate_python(dict(words)).make(folder)
    return made

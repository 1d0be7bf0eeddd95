"""A file with columns, as a table of a configuration: its name, and what its header does not say."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from nuatom.columns import Layout
from nuatom.config.fields import Section

_OWN = "nuatom:"
"""What begins the name of a file that comes with the package."""


def located(folder: Path, name: str) -> Path:
    """Where a file is that a configuration names: beside it, or with the package, "nuatom:xenonnt-counts.csv".

    Args:
        folder: of the configuration.
        name: of the file.
    """
    if name.startswith(_OWN):
        return Path(str(resources.files("nuatom") / "data" / "experiments" / name.removeprefix(_OWN)))
    return folder / name


class FileSection(Section):
    """A file, which column of it is which, and what their numbers are.

    A column is named or has a number from 1; a unit is one as in a header, or what one of the numbers is ("13.7 eV").
    """

    file: str
    columns: Annotated[dict[str, int | str], Field(default_factory=dict)]
    units: Annotated[dict[str, str], Field(default_factory=dict)]
    factors: Annotated[dict[str, float | int], Field(default_factory=dict)]
    table: Annotated[int, Field(ge=1)] | None = None

    def layout(self, *, recoils: bool = False, quenching: Callable[[Any], Any] | None = None) -> Layout:
        """How the columns are to be taken.

        Args:
            recoils: whether the energies are those of nuclei.
            quenching: by which energies of nuclei become those that are seen.
        """
        constant = getattr(self, "beyond", None) == "constant"
        return Layout(self.columns, self.units, self.factors, self.table, constant, recoils, quenching)


class CurveSection(FileSection):
    """A curve in a file, which may go on beyond its ends with the values that it has there."""

    beyond: Literal["constant"] | None = None

"""The table of what the neutrino couples with, its keys those of the registry of couplings; and published limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, create_model, model_validator

from nuatom.choices import COUPLINGS, CouplingEntry, Given, Parameter, parameter
from nuatom.choices.coupling_entry import Values
from nuatom.config.fields import Section
from nuatom.config.tables import field_of, table_of


def _parameter(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected the name of a parameter, in quotes")
    return parameter(value).name


class NeutrinoSection(Section):
    """What the neutrino couples with: the parameters that are fitted, and what is held."""

    fit: Annotated[
        list[Annotated[str, BeforeValidator(_parameter)]],
        Field(min_length=1, default_factory=lambda: ["magnetic_moment"]),
    ]
    sin2_theta_uncertainty: Annotated[float, Field(gt=0, lt=0.1)] | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those that are fitted."""
        return tuple(parameter(name) for name in self.fit)

    @property
    def given(self) -> Given:
        """What is held: all that is there and not zero, and the details of what is there or fitted."""
        values: dict[str, list[Values]] = {}
        for word, entry in COUPLINGS.items():
            found = getattr(self, word)
            if entry.is_switch:
                values[word] = [()] if found else []
            elif found is None:
                values[word] = []
            elif len(entry.keys) == 1:
                several = found if entry.repeatable else [found]
                values[word] = [(one,) for one in several if one != 0]
            else:
                several = found if entry.repeatable else [found]
                values[word] = [tuple(getattr(one, key.name) for key in entry.keys) for one in several]
        named = {key.name: getattr(self, key.name) for entry in COUPLINGS.values() for key in entry.details}
        return Given(values, {name: value for name, value in named.items() if value is not None})


def neutrino_type() -> type[NeutrinoSection]:
    """The table with the keys of all couplings there are."""
    return _neutrino_type(COUPLINGS.version)


@lru_cache(maxsize=4)
def _neutrino_type(version: int) -> type[NeutrinoSection]:
    fields: dict[str, Any] = {}
    for word, entry in COUPLINGS.items():
        fields[word] = _field(word, entry)
        fields |= {key.name: field_of(key) for key in entry.details}
    made: type[NeutrinoSection] = create_model("NeutrinoTable", __base__=NeutrinoSection, **fields)
    return made


def _field(word: str, entry: CouplingEntry) -> tuple[Any, Any]:
    if entry.is_switch:
        return field_of(entry.keys[0])[0], entry.standard
    if len(entry.keys) == 1:
        one: Any = field_of(entry.keys[0])[0]
    else:
        one = table_of(f"{''.join(part.capitalize() for part in word.split('_'))}Table", entry.keys)
    if entry.repeatable:
        # One of them needs no brackets.
        several = BeforeValidator(lambda value: value if isinstance(value, list) else [value])
        return Annotated[list[one] | None, several], None
    return one | None if len(entry.keys) > 1 else one, None


class PublishedSection(Section):
    """What the experiment itself has published, for comparison: a reference, and a limit on each parameter."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    reference: str

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: one if name == "reference" else _limit(name, one) for name, one in value.items()}

    @property
    def limits(self) -> Mapping[str, float]:
        """The limits, by the name of the parameter, in public units."""
        return dict(self.model_extra or {})


def _limit(name: str, value: Any) -> float:
    """A published limit, as the value of its parameter is written."""
    found = parameter(name)
    key = COUPLINGS[found.coupling].keys[-1]  # the number comes last
    try:
        number = float(key.read(value))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name}: {error}, got {value!r}") from None
    if isinstance(value, bool) or not 0 < number < float("inf"):
        raise ValueError(f"{name}: expected more than zero, got {value!r}")
    return number

"""A source on the command line: its options, what they make, and what is told of it."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuatom import choices
from nuatom.choices.sources import parse_source, source_words, typed_source_keys
from nuatom.cli.groups import option_of_key

if TYPE_CHECKING:
    from nuatom.config import Experiment
    from nuatom.source import Source

PANEL = "Source"
"""What the help puts the options of a source under."""
_NEUTRINO = ("flavour", "antineutrino")


def complete(incomplete: str) -> list[str]:
    """Words for sources that begin so."""
    return [word for word in source_words() if word.startswith(incomplete)]


def described() -> str:
    """What --source may be."""
    told = [f"{word}: {entry.what}" for word, entry in choices.SOURCES.items() if entry.suffix is None]
    files = [f"a file that ends in {entry.suffix}: {entry.what}" for entry in choices.SOURCES.values() if entry.suffix]
    return f"{'. '.join([*told, *files])}."


def source_options() -> list[inspect.Parameter]:
    """The keys of all sources that are options, but for those of the neutrino."""
    keys = typed_source_keys()
    return [option_of_key(key, PANEL) for name, key in keys.items() if name not in _NEUTRINO]


def check_target(target: str) -> None:
    """An element or a compound; an error says what else may stand there."""
    from nuatom.config import presets
    from nuatom.targets import target as parse_target

    try:
        parse_target(target)
    except ValueError as error:
        hint = ""
        if near := difflib.get_close_matches(target.lower(), presets(), n=1):
            hint = f"; did you mean the preset {near[0]}?"
        elif target.endswith(".csv"):
            hint = f"; a configuration ends in .toml, and the file of a flux is given with --source {target}"
        raise ValueError(f"{error}{hint}") from None


def words_of_source(given: Mapping[str, Any]) -> dict[str, Any]:
    """The table of the source that the options describe."""
    word = given["source"]
    if word is None:
        files = [f"a {entry.suffix[1:]} file" for entry in choices.SOURCES.values() if entry.suffix]
        raise ValueError(f"no source: give --source, one of {', '.join([*source_words(), *files])}")
    keys: dict[str, Any] = {name: value for name, value in given.items() if name != "source" and value is not None}
    return {**keys, **parse_source(word)}


def make_source(given: Mapping[str, Any]) -> Source:
    """The source that the options describe, in the words of a configuration."""
    from pydantic import ValidationError

    from nuatom.config.sources import make_source as configured_source

    word, keys = given["source"], words_of_source(given)
    entry = choices.SOURCES[keys["kind"]]
    for name in entry.needs:
        if name not in keys:
            raise ValueError(f"the source {word} needs --{name}; only a configuration has other shapes of the target")
    own = {key.name: key for key in entry.keys}
    for name, value in keys.items():
        if isinstance(key := own.get(name), choices.WordKey):
            key.read_typed(value)
    try:
        return configured_source(keys, Path())
    except ValidationError as error:
        raise ValueError(_explained(word, error.errors(include_url=False)[0])) from None


def read_by_source(word: str | None) -> list[Path]:
    """The file that a word for a source names, if it does."""
    found = parse_source(word) if word else {}
    return [Path(found["file"])] if "file" in found else []


def _explained(word: str, error: Any) -> str:
    """One line about an option of a source."""
    name, kind = str(error["loc"][-1]).replace("_", "-"), error["type"]
    if kind == "extra_forbidden":
        return f"--{name} says nothing about the source {word}"
    if kind == "missing":
        return f"the source {word} needs --{name}"
    return f"--{name}: {error['ctx']['error'] if 'ctx' in error and 'error' in error['ctx'] else error['msg']}"


def source_in_words(source: Source) -> str:
    """Its components with their fluxes, of a burst their fluences."""
    unit, text = _per_area(source)
    parts = [f"{c.name} {c.flux * unit:.4g}" for c in source.components]
    return f"{source.name}, {', '.join(parts)} {text}"


def total_in_words(source: Source) -> str:
    """Its flux of all components, of a burst the fluence."""
    unit, text = _per_area(source)
    return f"{source.name}, {sum(c.flux for c in source.components) * unit:.4g} {text}"


def exposure_in_words(experiment: Experiment) -> str:
    """Mass and time; of a burst the mass."""
    from nuatom.source import burst_of
    from nuatom.units import day, kg

    exposure, burst = experiment.detector.exposure, burst_of(experiment.source)
    return f"{exposure / (kg * day):.6g} kg day" if burst is None else f"{exposure / burst / kg:.6g} kg, one burst"


def _per_area(source: Source) -> tuple[float, str]:
    """What a flux is multiplied with to be told, and the unit that it then has."""
    from nuatom.source import burst_of
    from nuatom.units import cm2, s

    burst = burst_of(source)
    return (cm2 * s, "per cm² and s") if burst is None else (cm2 * burst, "per cm², all of the burst")


def coupling_in_words(text: str, source: Source, details: Mapping[str, Any], recoils: bool) -> str:
    """The coupling with the weak part, which comes first, told for the flavours that the source has."""
    from nuatom.choices.couplings import how_weak
    from nuatom.neutrino import Weak

    own = {key.name: details[key.name] for key in choices.COUPLINGS["weak"].details if key.name in details}
    if recoils:
        weak = f"weak, of the nucleus ({how_weak(own)})"
    else:
        flavours = {share.flavour: None for c in source.components if c.flux > 0 for share in c.composition}
        told = []
        for flavour in sorted(flavours, key=lambda one: one.value):
            g_V, g_A = Weak(flavour, **own).couplings()
            told.append(f"g_V = {g_V:.6g} and g_A = {g_A:.6g} of {flavour.name.lower()}")
        weak = f"weak, {', '.join(told)} ({how_weak(own)})"
    return "; ".join([weak, *text.split("; ")[1:]])

"""The words for sources of neutrinos.

A source of your own is one entry: its keys, and what makes it of their values.

    from nuatom import choices

    def make(fluence, temperature):
        from mine import Supernova
        return Supernova(fluence, temperature)

    choices.SOURCES.add("supernova", choices.SourceEntry(
        "a collapsing star, integrated over its burst",
        keys=(choices.QuantityKey(name="fluence", dimension="FLUX", ...), choices.QuantityKey(name="temperature", ...)),
        make=make))

It is then ``nuatom rate --source supernova --fluence … --temperature …`` and, in a configuration, ``[source]`` with
``kind = "supernova"`` and the same keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nuatom.choices.keys import FlagKey, Key, NumberKey, QuantityKey, RecordKey, TextKey, WordKey
from nuatom.choices.registry import Choice, Registry, choose

if TYPE_CHECKING:
    from nuatom.source import Geometry, Source

FLAVOURS: Registry[Choice[str]] = Registry(
    "flavour",
    {
        "e": Choice("electron", lambda: "e"),
        "mu": Choice("muon", lambda: "mu"),
        "tau": Choice("tau", lambda: "tau"),
    },
)
"""Flavours of a neutrino."""


@dataclass(frozen=True)
class SourceEntry:
    """A source that a word stands for.

    Attributes:
        what: what it is, for the help: no other source is described so.
        keys: what it is made of; those that are ``typed`` are options of the command line too.
        make: the source, from the values of the keys by name.
        detail: the name of the key that may follow the word after a colon: "model" for solar:B16-AGSS09met.
        suffix: a word that ends so, such as ".csv", names a file of this source, which is its key "file".
        needs: keys that the command line asks for although a configuration has others instead.
    """

    what: str
    keys: tuple[Key, ...]
    make: Callable[..., Source]
    detail: str | None = None
    suffix: str | None = None
    needs: tuple[str, ...] = ()


# --- what the words make -------------------------------------------------------------------------


def _source() -> ModuleType:
    from nuatom import source

    return source


def _solar(model: str, oscillated: bool) -> Source:
    made: Source = _source().Solar(model, oscillated=oscillated)
    return made


def _reactor(
    flux: float | None,
    power: float | None,
    distance: float | None,
    fractions: Mapping[str, float] | None,
    captures: float,
    spectra: str | Mapping[str, str],
) -> Source:
    shares = _source().TYPICAL if fractions is None else fractions
    made: Source = _source().Reactor(
        power=power, distance=distance, fractions=shares, flux=flux, captures=captures, spectra=spectra
    )
    return made


def _chromium(activity: float, **placed: Any) -> Source:
    made: Source = _source().Chromium51(activity, _geometry(**placed))
    return made


def _tritium(activity: float, **placed: Any) -> Source:
    made: Source = _source().Tritium(activity, _geometry(**placed))
    return made


def _geometry(distance: float | None, sphere: Geometry | None, cylinder: Geometry | None) -> Geometry:
    """Where a small source is; a ValueError unless that is said once and only once."""
    places = {"distance": distance, "sphere": sphere, "cylinder": cylinder}
    given = [name for name, place in places.items() if place is not None]
    if len(given) != 1:
        raise ValueError(f"expected one of distance, sphere and cylinder, got {' and '.join(given) or 'none'}")
    if distance is not None:
        away: Geometry = _source().Distance(distance)
        return away
    around = sphere or cylinder
    assert around is not None
    return around


def _pions(flux: float) -> Source:
    made: Source = _source().StoppedPion(flux=flux)
    return made


def _line(energy: float, flux: float, flavour: str, antineutrino: bool) -> Source:
    made: Source = _source().MonoEnergetic(energy, flux, flavour, antineutrino=antineutrino)
    return made


def _file(
    file: str,
    total: float | None,
    power: float | None,
    distance: float | None,
    window: float | None,
    table: float | None,
    columns: Mapping[str, int | str],
    units: Mapping[str, str],
    factors: Mapping[str, float],
) -> Source:
    from nuatom.columns import Layout

    which = None if table is None else int(table)
    made: Source = _source().TabulatedFlux(
        file, total=total, power=power, distance=distance, window=window, layout=Layout(columns, units, factors, which)
    )
    return made


def _by_name(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("expected a table by the names of columns, such as { energy = 1 }")
    return dict(value)


_SPECTRA = ("huber-mueller", "summation", "vogel-engel")


def _spectra(value: Any) -> Any:
    if isinstance(value, dict) and all(isinstance(file, str) for file in value.values()):
        return dict(value)
    if not isinstance(value, str) or value not in _SPECTRA:
        near = difflib.get_close_matches(str(value), _SPECTRA, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join(map(repr, _SPECTRA))
        raise ValueError(f"expected {known}, or files by isotope, such as {{ 235U = 'u235.csv' }}, got {value!r}{hint}")
    return value


def _fractions(value: Any) -> dict[str, float]:
    if not isinstance(value, dict) or not all(
        isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1 for share in value.values()
    ):
        raise ValueError("expected a table of isotopes and their shares, numbers from 0 to 1, such as { 235U = 1.0 }")
    return {str(name): float(share) for name, share in value.items()}


# --- the tables ----------------------------------------------------------------------------------

SOLAR_MODELS: Registry[Choice[str]] = Registry(
    "solar model",
    {
        "B16-GS98": Choice("the Sun with much metal", lambda: "B16-GS98"),
        "B16-AGSS09met": Choice("the Sun with little metal", lambda: "B16-AGSS09met"),
    },
)
"""Models of the Sun."""
_FLUX = QuantityKey(
    name="flux",
    dimension="FLUX",
    above_zero=True,
    metavar="FLUX",
    example="2.7e13/cm2/s",
    what="At the detector, such as 2.7e13/cm2/s.",
)
_DISTANCE = QuantityKey(
    name="distance",
    dimension="LENGTH",
    above_zero=True,
    metavar="LENGTH",
    example="13.9m",
    default=None,
    what="From a reactor or a small source: 13.9m.",
)
_POWER = QuantityKey(
    name="power",
    dimension="POWER",
    above_zero=True,
    metavar="POWER",
    example="3GW",
    default=None,
    what="Thermal power of a reactor: 3GW.",
)
_ACTIVITY = QuantityKey(
    name="activity",
    dimension="ACTIVITY",
    above_zero=True,
    metavar="ACTIVITY",
    example="3MCi",
    what="Of cr51 or tritium: 3MCi.",
)


def _length(name: str, default: Any = ..., above_zero: bool = True) -> QuantityKey:
    return QuantityKey(name=name, dimension="LENGTH", example="1m", default=default, above_zero=above_zero)


_PLACES = (
    _DISTANCE,
    RecordKey(
        name="sphere",
        keys=(_length("outer"), _length("inner", 0.0, False)),
        default=None,
        make=lambda outer, inner: _source().AroundSphere(outer, inner),
    ),
    RecordKey(
        name="cylinder",
        keys=(_length("radius"), _length("height"), _length("distance", 0.0, False)),
        default=None,
        make=lambda radius, height, distance: _source().OnAxis(radius, height, distance),
    ),
)
SOURCES: Registry[SourceEntry] = Registry(
    "source",
    {
        "solar": SourceEntry(
            "the Sun; solar:B16-AGSS09met is that with little metal",
            (
                WordKey(name="model", among=SOLAR_MODELS, default="B16-GS98", typed=False),
                FlagKey(name="oscillated", default=True, typed=False),
            ),
            _solar,
            detail="model",
        ),
        "reactor": SourceEntry(
            "a reactor, by its flux, or by its power and distance",
            (
                replace(_FLUX, default=None),
                _POWER,
                _DISTANCE,
                Key(name="fractions", reader=_fractions, default=None, typed=False),
                NumberKey(name="captures", least=0.0, default=0.6, typed=False),
                Key(
                    name="spectra",
                    reader=_spectra,
                    default="huber-mueller",
                    metavar="|".join(_SPECTRA),
                    example="summation",
                    what="Of a reactor below 2 MeV and above: huber-mueller, summation or vogel-engel.",
                ),
            ),
            _reactor,
        ),
        "cr51": SourceEntry("a small source of ⁵¹Cr", (_ACTIVITY, *_PLACES), _chromium, needs=("distance",)),
        "tritium": SourceEntry("a small source of ³H", (_ACTIVITY, *_PLACES), _tritium, needs=("distance",)),
        "stopped-pion": SourceEntry("pions at rest, by the flux of each of three flavours", (_FLUX,), _pions),
        "mono-energetic": SourceEntry(
            "neutrinos of one energy",
            (
                QuantityKey(
                    name="energy",
                    above_zero=True,
                    metavar="ENERGY",
                    example="1MeV",
                    what="Of a mono-energetic source: 1MeV.",
                ),
                _FLUX,
                WordKey(name="flavour", among=FLAVOURS, default="e"),
                FlagKey(name="antineutrino"),
            ),
            _line,
        ),
        "csv": SourceEntry(
            "a csv file with a flux",
            (
                TextKey(name="file", is_file=True, typed=False),
                QuantityKey(
                    name="total", dimension="FLUX", example="2.7e13/cm2/s", above_zero=True, default=None, typed=False
                ),
                replace(_POWER, typed=False),
                replace(_DISTANCE, typed=False),
                QuantityKey(name="window", dimension="TIME", example="10s", above_zero=True, default=None, typed=False),
                NumberKey(name="table", least=1.0, default=None, typed=False),
                *(Key(name=name, reader=_by_name, default={}, typed=False) for name in ("columns", "units", "factors")),
            ),
            _file,
            suffix=".csv",
        ),
    },
)
"""All sources, by the word that is ``kind`` in a configuration."""


def typed_source_keys() -> dict[str, Key]:
    """The keys of all sources that are options of the command line, by name; of several the first."""
    found: dict[str, Key] = {}
    for entry in SOURCES.values():
        for key in entry.keys:
            if key.typed:
                found.setdefault(key.name, key)
    return found


def source_words() -> list[str]:
    """What may be typed for a source: the words, and those with a detail after a colon."""
    words = []
    for word, entry in SOURCES.items():
        if entry.suffix is not None:
            continue
        words.append(word)
        for key in entry.keys:
            if key.name == entry.detail and isinstance(key, WordKey):
                words += [f"{word}:{detail}" for detail in key.among]
    return words


def parse_source(text: str) -> dict[str, str]:
    """The table of a source as it was typed: its kind, and what follows a colon or the name of a file.

    Raises:
        ValueError: for an unknown word, or a detail that its source has not.
    """
    for word, entry in SOURCES.items():
        if entry.suffix is not None and text.endswith(entry.suffix):
            return {"kind": word, "file": text}
    kind, _, detail = text.partition(":")
    words = SOURCES.where(lambda entry: entry.suffix is None)
    entry = choose("source", kind, words)
    if not detail:
        return {"kind": kind}
    if entry.detail is None:
        others = ", ".join(f"{word}:…" for word, other in words.items() if other.detail is not None)
        raise ValueError(f"--source {text}: nothing follows {kind} after a colon; expected {kind}, or {others}")
    return {"kind": kind, entry.detail: detail}

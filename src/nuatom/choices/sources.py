"""The words for sources of neutrinos.

A source of your own is one entry: its keys, and what makes it of their values.

    from nuatom import choices

    def make(flux, temperature):
        from mine import thermal
        return thermal(flux, temperature)

    choices.SOURCES.add("thermal", choices.SourceEntry(
        "neutrinos of a hot body, by their flux",
        keys=(choices.QuantityKey(name="flux", dimension="FLUX", ...), choices.QuantityKey(name="temperature", ...)),
        make=make))

It is then ``nuatom rate --source thermal --flux … --temperature …`` and, in a configuration, ``[source]`` with
``kind = "thermal"`` and the same keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nuatom.choices import source_keys
from nuatom.choices.keys import FilesKey, FlagKey, Key, NumberKey, QuantityKey, RecordKey, TextKey, WordKey
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


def _solar(model: str, oscillated: bool, when: str, latitude: float | None) -> Source:
    made: Source = _source().Solar(model, oscillated=oscillated, when=when, latitude=latitude)
    return made


def _reactor(
    flux: float | None,
    power: float | None,
    distance: float | None,
    fractions: Mapping[str, float] | None,
    captures: float,
    spectra: str | Mapping[str, str | Mapping[str, Any]],
) -> Source:
    from nuatom.columns import Layout

    if not isinstance(spectra, str):
        told = {name: {"file": one} if isinstance(one, str) else dict(one) for name, one in spectra.items()}
        spectra = {name: _source().own_isotope(name, one.pop("file"), Layout(**one)) for name, one in told.items()}
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


def _pions(
    flux: float,
    window: tuple[float, float] | None,
    pulse: float | None,
    pulse_shape: str | None,
    period: float | None,
    bunches: tuple[float, ...] | None,
) -> Source:
    given = {"width": pulse, "shape": pulse_shape, "period": period, "bunches": bunches}
    known = {name: value for name, value in given.items() if value is not None}
    if window is None and known:
        raise ValueError("pulse, pulse_shape, period and bunches are of a window of time: give a window")
    if pulse_shape is not None and pulse is None:
        raise ValueError("pulse_shape says nothing without the width of a pulse, pulse")
    made: Source = _source().StoppedPion(
        flux=flux, window=window, pulse=_source().Pulse(**known) if window is not None else None
    )
    return made


def _supernova(**given: Any) -> Source:
    made: Source = _source().Supernova(**{name: value for name, value in given.items() if value is not None})
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


# --- the tables ----------------------------------------------------------------------------------

SOLAR_MODELS: Registry[Choice[str]] = Registry(
    "solar model",
    {
        "B16-GS98": Choice("the Sun with much metal", lambda: "B16-GS98"),
        "B16-AGSS09met": Choice("the Sun with little metal", lambda: "B16-AGSS09met"),
    },
)
"""Models of the Sun."""
TIMES: Registry[Choice[str]] = Registry(
    "time",
    {
        "day": Choice("the Earth is not in the way", lambda: "day"),
        "night": Choice("a mean over the nights of a year, through the Earth", lambda: "night"),
        "average": Choice("half of each", lambda: "average"),
    },
)
"""When the Sun is seen."""
ORDERINGS: Registry[Choice[str]] = Registry(
    "ordering",
    {
        "normal": Choice("the third neutrino is the heaviest", lambda: "normal"),
        "inverted": Choice("it is the lightest", lambda: "inverted"),
        "none": Choice("flavours stay what they were", lambda: "none"),
    },
)
"""How the flavours of a supernova are converted."""
PULSES: Registry[Choice[str]] = Registry(
    "pulse shape",
    {
        "square": Choice("the same all over its width", lambda: "square"),
        "gaussian": Choice("the width is that at half of the maximum", lambda: "gaussian"),
    },
)
"""Shapes of pulses of protons."""
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
    what="From a reactor, a small source or a supernova: 13.9m, 10kpc.",
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
_OF_BURST = ("nue", "antinue", "nux")
_WINDOW = QuantityKey(
    name="window",
    dimension="TIME",
    example="10s",
    above_zero=True,
    default=None,
    metavar="TIME|START:STOP",
    what="In which a supernova or a fluence is looked at: 10s; of stopped pions from when to when after the pulse: "
    "0.5:6us.",
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
_LIKE = {".csv": (".dat", ".tsv", ".txt")}  # other names of files of numbers
SOURCES: Registry[SourceEntry] = Registry(
    "source",
    {
        "solar": SourceEntry(
            "the Sun; solar:B16-AGSS09met is that with little metal",
            (
                WordKey(name="model", among=SOLAR_MODELS, default="B16-GS98", typed=False),
                FlagKey(name="oscillated", default=True, typed=False),
                WordKey(name="when", among=TIMES, default="day", metavar="TIME", what="When the Sun is seen."),
                NumberKey(
                    name="latitude",
                    least=-90.0,
                    most=90.0,
                    default=None,
                    metavar="DEGREES",
                    example="36.4",
                    what="Of the detector, for the Sun at night; 42.45 if nothing is said: 36.4.",
                ),
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
                Key(name="fractions", reader=source_keys.fractions, default=None, typed=False),
                NumberKey(name="captures", least=0.0, default=0.6, typed=False),
                FilesKey(
                    name="spectra",
                    reader=source_keys.spectra,
                    default="huber-mueller",
                    metavar="|".join(source_keys.SPECTRA),
                    example="summation",
                    what="Of a reactor below 2 MeV and above: huber-mueller, summation or vogel-engel.",
                ),
            ),
            _reactor,
        ),
        "cr51": SourceEntry("a small source of ⁵¹Cr", (_ACTIVITY, *_PLACES), _chromium, needs=("distance",)),
        "tritium": SourceEntry("a small source of ³H", (_ACTIVITY, *_PLACES), _tritium, needs=("distance",)),
        "stopped-pion": SourceEntry(
            "pions at rest, by the flux of each of three flavours",
            (
                _FLUX,
                Key(
                    name="window",
                    reader=source_keys.window,
                    default=None,
                    metavar=_WINDOW.metavar,
                    example="0.5:6us",
                    what=_WINDOW.what,
                ),
                QuantityKey(
                    name="pulse",
                    dimension="TIME",
                    example="350ns",
                    default=None,
                    metavar="TIME",
                    what="Width of the pulse of protons of stopped pions: 350ns.",
                ),
                WordKey(
                    name="pulse_shape", among=PULSES, default=None, metavar="SHAPE", what="Of the pulse of protons."
                ),
                QuantityKey(
                    name="period",
                    dimension="TIME",
                    above_zero=True,
                    example="16.67ms",
                    default=None,
                    metavar="TIME",
                    what="From one pulse to the next: 16.67ms.",
                ),
                Key(name="bunches", reader=source_keys.times, default=None, typed=False),
            ),
            _pions,
        ),
        "supernova": SourceEntry(
            "the burst of a collapsing star, all events of it",
            (
                _DISTANCE,
                QuantityKey(
                    name="released",
                    dimension="RELEASED",
                    above_zero=True,
                    example="3e53erg",
                    default=None,
                    metavar="ENERGY",
                    what="What a supernova sets free in all neutrinos: 3e53erg.",
                ),
                Key(
                    name="mean_energies",
                    reader=source_keys.quantities(_OF_BURST, "ENERGY", "10,12,15MeV"),
                    default=None,
                    metavar="E,E,E",
                    example="10,12,15MeV",
                    what="Mean energies of ν_e, ν̄_e and each other kind of a supernova, or one: 10,12,15MeV.",
                ),
                Key(
                    name="pinching",
                    reader=source_keys.numbers(_OF_BURST, "2.5 or 2.8,3,2.3", 0.0, 20.0),
                    default=None,
                    metavar="A,A,A",
                    example="2.5",
                    what="α of their spectra, or one: 2.5.",
                ),
                Key(
                    name="shares",
                    reader=source_keys.numbers(_OF_BURST, "0.2,0.16,0.16", 0.0, 1.0),
                    default=None,
                    metavar="S,S,S",
                    example="0.2,0.16,0.16",
                    what="Of the energy, of ν_e, ν̄_e and each of four others: 0.2,0.16,0.16.",
                ),
                WordKey(
                    name="ordering",
                    among=ORDERINGS,
                    default=None,
                    metavar="ORDERING",
                    what="Of the masses, in a supernova.",
                ),
                Key(
                    name="survival",
                    reader=source_keys.numbers(_OF_BURST[:2], "0.3,0.7", 0.0, 1.0),
                    default=None,
                    metavar="P,P",
                    example="0.3,0.7",
                    what="Of ν_e and ν̄_e of a supernova, in the place of an ordering: 0.3,0.7.",
                ),
                _WINDOW,
            ),
            _supernova,
        ),
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
                    name="total",
                    dimension="FLUX",
                    example="2.7e13/cm2/s",
                    above_zero=True,
                    default=None,
                    metavar="FLUX",
                    what="Of all columns of a file together: 2.7e13/cm2/s.",
                ),
                replace(_POWER, typed=False),
                replace(_DISTANCE, typed=False),
                _WINDOW,
                NumberKey(name="table", least=1.0, default=None, typed=False),
                *(
                    Key(name=name, reader=source_keys.by_name, default={}, typed=False)
                    for name in ("columns", "units", "factors")
                ),
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
        if entry.suffix is not None and text.endswith((entry.suffix, *_LIKE.get(entry.suffix, ()))):
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

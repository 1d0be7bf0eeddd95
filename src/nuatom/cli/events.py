"""``nuatom events``: events of a source on a target, for the simulation of a detector."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from nuatom import choices
from nuatom.choices.coupling_entry import with_name
from nuatom.cli import couplings, options, screen
from nuatom.cli.describe import About, command, mass_fractions_in_words
from nuatom.cli.groups import OptionGroup
from nuatom.cli.screen import Column
from nuatom.cli.sources import (
    PANEL,
    check_target,
    coupling_in_words,
    described,
    make_source,
    read_by_source,
    source_in_words,
    source_options,
)

if TYPE_CHECKING:
    from nuatom.events import EventGenerator, Events, RecoilGenerator
    from nuatom.rates import Material

_T = TypeVar("_T")
_EVENTS = "Events"
_MOST = 10**10
_OF_ELECTRONS = ("model", "exchange", "nucleus", "binding", "tolerance", "matter", "density", "cascade")
_OFF = {"matter": "isolated", "cascade": "no-cascade"}
_ABOUT_T = re.compile(r"\b(lowest|highest|bias|toward)(?= = | must )")


def events(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="TARGET", help=f"{options.WORDS_OF_TARGETS}.")],
    number: Annotated[
        str,
        typer.Option("-n", "--number", metavar="N", help="How many events, such as 1e6.", rich_help_panel=_EVENTS),
    ] = "1e4",
    seed: Annotated[int, typer.Option(metavar="SEED", help="Of the random numbers, ≥ 0.", rich_help_panel=_EVENTS)] = 1,
    lowest: Annotated[
        str | None,
        typer.Option(metavar="ENERGY", help="Least transfer; by default the first threshold.", rich_help_panel=_EVENTS),
    ] = None,
    highest: Annotated[
        str | None,
        typer.Option(
            metavar="ENERGY", help="Largest transfer; by default that of the source.", rich_help_panel=_EVENTS
        ),
    ] = None,
    bias: Annotated[
        str | None,
        typer.Option(
            metavar="log", help="log: as many events in every interval of ln T, with weights.", rich_help_panel=_EVENTS
        ),
    ] = None,
    cascade: Annotated[
        bool, typer.Option("--cascade/--no-cascade", help="Whether vacancies relax.", rich_help_panel=_EVENTS)
    ] = True,
    toward: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y,Z",
            help="Where neutrinos fly to; by default they come from everywhere.",
            rich_help_panel=_EVENTS,
        ),
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="SOURCE", help=described(), rich_help_panel=PANEL)] = None,
    origin: Annotated[Mapping[str, Any], OptionGroup(source_options)] = options.NOTHING,
    flavour: couplings.FlavourOption = None,
    antineutrino: couplings.AntineutrinoOption = False,
    typed: couplings.Options = options.NOTHING,
    recoils: Annotated[
        bool,
        typer.Option("--recoils", help="Atoms that recoil as a whole, instead of electrons.", rich_help_panel=_EVENTS),
    ] = False,
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    matter: options.Matter = None,
    density: options.Density = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the events: .parquet, .hepmc3, .hepevt or .csv. May be given several times.",
            rich_help_panel="Output",
        ),
    ] = None,
) -> None:
    """Events of a source on the electrons or nuclei of a target, one by one, for the simulation of a detector.

    Each has a neutrino before and after, the transfer T and momentum Q, the shell that was hit, the electron that
    leaves, and the electrons and photons that the vacancy emits until no decay is left; the energies of all these and
    what the ion keeps add up to T. They are unweighted, drawn from the same rates that nuatom rate tells, unless --bias
    is given; as there, the atoms are in the matter of a detector unless they are --isolated.

    With --recoils whole atoms recoil, each isotope by its abundance, and no electron leaves: direction and energy are
    those of two bodies, and the least recoil is 1 eV unless --lowest is given.

    The same seed gives the same events, and the first of more are those of fewer. Files are written as events are made,
    so that they may be larger than memory. What a rate is set by, the rate of all events, is told and is in the files;
    of a supernova and other bursts it is the number of all events per kg.

    For example:

    nuatom events Xe --source solar --mu-nu 1e-11 -n 1e6 -o events.parquet

    nuatom events Ge --source reactor --flux 2.7e13/cm2/s --weak --lowest 100eV -o ge.hepmc3

    nuatom events CsI --source stopped-pion --flux 4e7/cm2/s --weak --recoils --lowest 1keV -o csi.parquet
    """
    from nuatom.events import EventGenerator, RecoilGenerator
    from nuatom.events.formats import check_path, write_events
    from nuatom.files import keep_apart
    from nuatom.quantities import parse_quantity

    paths = output or []
    for path in paths:
        check_path(path)
    count = _number(number)
    if seed < 0:
        raise ValueError(f"--seed must be ≥ 0, got {seed}")
    neutrino = {"flavour": flavour, "antineutrino": True if antineutrino else None}
    of_electrons = [_as_typed(context, name) for name in _OF_ELECTRONS if options.typed(context, name)]
    of_electrons += [choices.MODELS.options()[name].option for name, value in own.items() if value is not None]
    if recoils and of_electrons:
        raise ValueError(f"{', '.join(of_electrons)}: of the electrons of an atom, and --recoils is about whole atoms")
    how = options.choose_model(model, choices.MODELS, own)
    words = options.field_of(context, model, exchange, nucleus, binding)
    check_target(target)
    emitted, read = make_source({"source": source, **origin, **neutrino}), read_by_source(source)
    keep_apart(paths, [(path, "the flux of --source") for path in read])
    given = couplings.read(typed)
    chosen = couplings.make_coupling(given)
    asked: dict[str, Any] = {}
    for name, text in (("lowest", lowest), ("highest", highest)):
        if text is not None:
            asked[name] = with_name(f"--{name}", partial(parse_quantity, text))
    asked |= {"bias": bias, "toward": _direction(toward)}
    generator: EventGenerator | RecoilGenerator
    if recoils:
        generator = _with_options(lambda: RecoilGenerator(emitted, chosen.coupling, target, **asked))
        in_words = "recoils of whole atoms, the deposit before quenching"
    else:
        options.check_model(how.word, chosen.coupling.functions)
        wanted, number_density = options.matter_of(matter, density, how.word)
        dense = _density(target, how.word, wanted, number_density, bool(given.details.get("photon_mass")))
        material = _material(target, how, words, tolerance, chosen.coupling.functions)
        material = material if dense is None else material.in_matter(dense)
        generator = _with_options(lambda: EventGenerator(emitted, chosen.coupling, material, cascade=cascade, **asked))
        in_words = how.in_field(words) + options.in_matter(dense, how.word)
    with screen.progress(f"computing rates in {target}"):
        _with_options(lambda: generator.channels)
    has_weak = bool(given.values["weak"])
    about: About = {
        "command": command(context),
        "source": source_in_words(emitted),
        "target": target,
        "mass_fractions": mass_fractions_in_words(target),
        "coupling": coupling_in_words(chosen.text, emitted, given.details, recoils) if has_weak else chosen.text,
        "model": in_words,
        "events": f"{count}, seed {seed}",
        "rate": _rate_in_words(generator.metadata),
    }
    tally = _Tally()
    with screen.progress(f"drawing events in {target}") as report:
        if paths:
            write_events(paths[0], tally.of(_reported(generator, count, seed, report)))
        else:
            for _ in tally.of(_reported(generator, count, seed, report)):
                pass
        for path in paths[1:]:
            write_events(path, generator.chunks(count, seed))
    screen.show(about, tally.columns(recoils))
    screen.written(paths)


def _as_typed(context: typer.Context, name: str) -> str:
    """An option that was typed, a switch as it was set."""
    return f"--{_OFF[name] if name in _OFF and not context.params[name] else name}"


def _with_options(make: Callable[[], _T]) -> _T:
    """What is made; an error names options in the place of arguments."""
    try:
        return make()
    except ValueError as error:
        raise ValueError(_ABOUT_T.sub(r"--\1", str(error))) from None


def _rate_in_words(metadata: Mapping[str, str | int | float]) -> str:
    if (events := metadata.get("total_events_per_kg_burst")) is not None:
        return f"{events:.6g} per kg, of the burst"
    return f"{metadata['total_rate_per_kg_day']:.6g} per kg and day, of all events"


def _number(text: str) -> int:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (1 <= value <= _MOST and value == int(value)):
        raise ValueError(f"-n must be a whole number from 1 to {_MOST:.0e}, such as 1e6, got {text!r}")
    return int(value)


def _direction(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise ValueError(f"--toward must be three numbers with commas, such as 0,0,1, got {text!r}") from None


def _density(target: str, model: str, matter: bool | None, density: float | None, massive: bool) -> float | None:
    """The density of the matter that the atoms are in, or None if each is alone, as ``nuatom rate`` has it."""
    from nuatom.config.responses import density_of_matter

    try:
        return density_of_matter(target, model, matter, density, massive)
    except ValueError as error:
        raise ValueError(f"{error} (--density, --isolated)") from None


def _material(
    target: str, how: options.ChosenResponse, words: choices.FieldWords, tolerance: float, functions: Any
) -> Material:
    from nuatom.rates import Material
    from nuatom.targets import target as parse_target

    symbols = [element.symbol for element, _ in parse_target(target).composition]
    made = {
        symbol: options.make_model(how, options.make_atom(symbol, *words), tolerance, functions) for symbol in symbols
    }
    return Material.of(target, lambda symbol: made[symbol])


def _reported(
    generator: EventGenerator | RecoilGenerator, count: int, seed: int, report: screen.Progress | None
) -> Iterator[Events]:
    done = 0
    for chunk in generator.chunks(count, seed):
        done += len(chunk)
        if report is not None:
            report(done, count)
        yield chunk


class _Tally:
    """Shares of shells or nuclides, and means of what they give, added up chunk by chunk."""

    def __init__(self) -> None:
        self.shells: tuple[str, ...] = ()
        self.sums: Any = None

    def of(self, chunks: Iterable[Events]) -> Iterator[Events]:
        """The chunks as they come, counted."""
        import numpy as np

        for chunk in chunks:
            self.shells = chunk.shells
            energies = (chunk.electron_energy, chunk.photon_energy, chunk.remaining, chunk.nuclear_energy)
            values = np.stack([np.ones(len(chunk)), *energies, chunk.charge])
            size = len(chunk.shells)
            each = np.stack([np.bincount(chunk.shell, row * chunk.weight, size) for row in values])
            self.sums = each if self.sums is None else self.sums + each
            yield chunk

    def columns(self, recoils: bool) -> list[Column]:
        """The table that is shown."""
        from nuatom.units import keV

        total = self.sums[0].sum()

        def mean(row: Any, scale: float) -> list[Any]:
            return [float(x / n / scale) if n > 0 else None for x, n in zip(row, self.sums[0], strict=True)]

        columns = [
            Column("nuclide", "nuclide", list(self.shells)) if recoils else Column("shell", "shell", list(self.shells)),
            Column("events\n%", "events[%]", [float(100 * n / total) for n in self.sums[0]], ".3f"),
        ]
        if recoils:
            return [*columns, Column("recoil\nkeV", "recoil[keV]", mean(self.sums[4], keV), ".4g")]
        for name, row in zip(("electrons", "photons", "ion"), self.sums[1:4], strict=True):
            columns.append(Column(f"{name}\nkeV", f"{name}[keV]", mean(row, keV), ".4g"))
        columns.append(Column("mean\ncharge", "mean_charge", mean(self.sums[5], 1.0), ".3f"))
        return columns

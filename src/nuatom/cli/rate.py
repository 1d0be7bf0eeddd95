"""``nuatom rate``: events per mass, time and energy, from a source on a target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuatom import choices
from nuatom.cli import couplings, detected, options, rate_tables, screen
from nuatom.cli.describe import About, command, mass_fractions_in_words
from nuatom.cli.groups import OptionGroup, completion
from nuatom.cli.sources import (
    PANEL,
    check_target,
    complete,
    coupling_in_words,
    described,
    make_source,
    read_by_source,
    source_in_words,
    source_options,
    words_of_source,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuatom.config import Experiment
    from nuatom.elements import Shell
    from nuatom.functions import Array
    from nuatom.neutrino.coupling import Coupling
    from nuatom.rates import Material, RateSpectrum
    from nuatom.source import Source

_Rate = Callable[["Array", "screen.Progress | None"], "tuple[RateSpectrum, dict[str, Array]]"]
"""What gives a rate at some transfers, and others beside it by name."""
_TARGET, _DETECTOR, _OUTPUT = "Atom and model", "Detector", "Output"
_OF_ELECTRONS = ("model", "exchange", "nucleus", "binding", "tolerance")
_USUAL = {"magnetic_moment": choices.DEFAULT_MOMENT}
_POINTS = 40


def rate(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help=f"{options.WORDS_OF_TARGETS}; or a configuration: a .toml file or a preset."
        ),
    ],
    transfer: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE",
            help="Energy transfers: start:stop:count, a list with commas, or one; by default those of the bins of a "
            "configuration.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            autocompletion=complete,
            help=described(),
            rich_help_panel=PANEL,
        ),
    ] = None,
    origin: Annotated[Mapping[str, Any], OptionGroup(source_options)] = options.NOTHING,
    flavour: couplings.FlavourOption = None,
    antineutrino: couplings.AntineutrinoOption = False,
    typed: couplings.Options = options.NOTHING,
    recoils: Annotated[
        bool,
        typer.Option("--recoils", help="Nuclei that recoil, instead of electrons.", rich_help_panel=_TARGET),
    ] = False,
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    matter: options.Matter = None,
    density: options.Density = None,
    seen: Annotated[
        bool,
        typer.Option(
            "--detected",
            help="Counts in bins of reconstructed energy, of a configuration or of the detector that options describe.",
            rich_help_panel=_DETECTOR,
        ),
    ] = False,
    exposure: Annotated[
        str | None,
        typer.Option(
            metavar="MASS TIME",
            help="Of the detector: '1 kg year', or of a burst '40 tonne'.",
            rich_help_panel=_DETECTOR,
        ),
    ] = None,
    resolution: Annotated[
        str | None, typer.Option(metavar="SIGMA|FILE", help="σ, or a file with it: 150eV.", rich_help_panel=_DETECTOR)
    ] = None,
    threshold: Annotated[
        str | None, typer.Option(metavar="ENERGY", help="Least reconstructed energy.", rich_help_panel=_DETECTOR)
    ] = None,
    efficiency: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER|FILE", help="Of the reconstructed energy: 0.9, or a file.", rich_help_panel=_DETECTOR
        ),
    ] = None,
    bins: Annotated[
        str | None,
        typer.Option(metavar="RANGE", help="Edges of the bins: 0.2:10keV:50:lin.", rich_help_panel=_DETECTOR),
    ] = None,
    per: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(rate_tables.PER),
            autocompletion=completion(rate_tables.PER),
            help="Rates are per this and keV, on the screen and in files; by default kg-day, of a burst tonne-burst.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    by_shell: options.ByShell = False,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Events per mass, time and energy, of a source on the bound electrons of a target.

    The flux is averaged over the cross section: every component of the source with its spectrum and the flavours it
    arrives with, which decide how it scatters weakly. A compound is the sum of its atoms. What couples is what is
    given; without any, the magnetic moment. --flavour and --antineutrino are for a mono-energetic source only.

    The rate is that of the energy deposited, before any detector; discrete excitations are not in it, but in files
    besides. A burst, as of a supernova, comes once: what is told is per burst, and its exposure is a mass. Of
    several components or couplings each has a column; beside them stand free electrons and stepping.

    The atoms screen each other as they do in the liquid or crystal, unless they are --isolated. A millicharge feels
    that below some keV; for the magnetic moment and the weak interaction it is nothing.

    In the place of a target a configuration may stand, which then gives the source, the target, the model, and, unless
    couplings are given, those: the weak interaction, what is held, and what is fitted at its published limit. The
    transfers are those of its bins; its recoils, if it has electrons as well, come with --recoils.

    For example:

    nuatom rate Ge --source reactor --flux 2.7e13/cm2/s --transfer 1:50keV:30 --mu-nu 3e-11

    nuatom rate Xe --source solar --transfer 1:30keV:30 --weak --mu-nu 6e-12 --per tonne-year -o xe.csv -o xe.pdf

    nuatom rate CsI --source stopped-pion --flux 4e7/cm2/s --weak --recoils --transfer 1:50keV:30

    nuatom rate gemma --mu-nu 3e-11

    With --detected, or with --exposure and --bins, counts in bins of reconstructed energy are shown instead:

    nuatom rate xenonnt --detected

    nuatom rate Ge --source reactor --flux 2.7e13/cm2/s --exposure '1 kg year' --resolution 50eV --bins 1:10keV:50
    """
    from nuatom import figures, units
    from nuatom import output as files
    from nuatom.config import read_by
    from nuatom.files import keep_apart
    from nuatom.quantities import parse_range
    from nuatom.source import burst_of

    paths = output or []
    files.check(paths)
    scale = float(getattr(units, choices.choose("unit", unit, options.UNITS)))
    if per is not None:
        choices.choose("--per", per, rate_tables.PER)
    neutrino = {"flavour": flavour, "antineutrino": True if antineutrino else None}
    given = {"source": source, **origin, **neutrino}
    experiment = _configured(target, given)
    if experiment is not None and experiment.settings.detector.channels == ["recoils"]:
        recoils = True
    of_electrons = [f"--{name}" for name in _OF_ELECTRONS if options.typed(context, name)]
    of_electrons += [choices.MODELS.options()[name].option for name, value in own.items() if value is not None]
    if recoils and of_electrons:
        raise ValueError(f"{', '.join(of_electrons)}: of the electrons of an atom, and --recoils is about its nucleus")
    typed_detector = {"exposure": exposure, "resolution": resolution, "threshold": threshold, "efficiency": efficiency}
    if seen or bins is not None or any(value is not None for value in typed_detector.values()):
        if transfer is not None:
            raise ValueError("--transfer is of the energy deposited; counts are in the bins of --bins")
        asked = {name: context.params[name] for name in _OF_ELECTRONS if options.typed(context, name)}
        asked |= {name: value for name, value in own.items() if value is not None}
        if "model" in asked:
            asked["response"] = asked.pop("model")
        elif experiment is None:
            asked["response"] = model
        table = {} if experiment is not None else words_of_source(given)
        standard = model if experiment is None else experiment.settings.model.response
        in_matter = options.keys_of_matter(matter, density, asked.get("response", standard))
        one = detected.experiment(experiment, target, table, typed_detector, bins, asked, in_matter, recoils)
        keep_apart(paths, read_by(target, one) if experiment is not None else _detector_files(typed_detector, source))
        _show_detected(context, one, couplings.read(typed), experiment is not None, recoils, paths)
        return
    configured: Mapping[str, Any] = options.NOTHING
    standing = choices.FieldWords()
    if experiment is None:
        check_target(target)
        T, emitted, read = _transfers(transfer), make_source(given), read_by_source(source)
        keep_apart(paths, [(path, "the flux of --source") for path in read])
    else:
        keep_apart(paths, read_by(target, experiment))
        T = parse_range(transfer) if transfer else _default_transfers(experiment, recoils)
        emitted, target = experiment.source, experiment.target
        given_model = experiment.settings.model
        if not options.typed(context, "model"):
            model = given_model.response
        if not options.typed(context, "tolerance"):
            tolerance = given_model.tolerance
        if model == given_model.response:
            configured = experiment.response_options
        standing = given_model.field
    per, burst = rate_tables.checked_per(per, burst_of(emitted))
    names = rate_tables.PER[per]
    rate_unit = math.prod(float(getattr(units, name)) for name in names) * (burst or 1.0)
    how = options.choose_model(model, choices.MODELS, own, configured)
    words = options.field_of(context, model, exchange, nucleus, binding, standing)
    files.check_points(paths, len(T), f"transfers, got {transfer!r}", "1:50keV:30")
    given_couplings = couplings.read(typed)
    if experiment is not None and not any(given_couplings.values.values()):
        given_couplings = _configured_couplings(experiment)
    chosen = couplings.make_coupling(given_couplings)
    has_weak = bool(given_couplings.values["weak"])
    if recoils and (matter is not None or density is not None):
        raise ValueError(
            "--matter, --isolated, --density: of the electrons of an atom, and --recoils is about its nucleus"
        )
    wanted, number = options.matter_of(matter, density, how.word)
    about: About = {
        "command": command(context),
        "source": source_in_words(emitted),
        "target": target,
        "mass_fractions": mass_fractions_in_words(target),
        "coupling": coupling_in_words(chosen.text, emitted, given_couplings.details, recoils)
        if has_weak
        else chosen.text,
    }
    shells: list[Shell] = []
    if recoils:
        about["model"] = "nuclear recoils, the deposit before quenching"
        compute: _Rate = partial(_recoils, emitted, chosen.coupling, target)
    else:
        massive = bool(given_couplings.details.get("photon_mass"))
        dense = _density(target, how.word, wanted, number, experiment, massive)
        about["model"] = how.in_field(words) + options.in_matter(dense, how.word)
        compute, shells = _electrons(emitted, chosen.coupling, target, how, words, tolerance, dense)
    with screen.progress(f"computing the rate in {target}") as report:
        result, others = compute(T, report)
    unit_text = " ".join(names)
    coupling_title = " + ".join(chosen.names) if has_weak else chosen.title  # g_V and g_A are those of one flavour
    told = rate_tables.PER_TIME if burst is None else rate_tables.PER_BURST
    screen.show(about, rate_tables.columns(result, others, rate_unit, unit_text, unit, scale, by_shell, told))

    def draw() -> Figure:
        fine = figures.with_edges(T, shells)
        drawn, beside = compute(fine, None) if len(fine) > len(T) else (result, others)
        title = f"{target}, {emitted.name}, {coupling_title}"
        return figures.rate_figure(drawn, rate_unit, unit_text, others=beside, title=title, quantity=told.symbol)

    files.save(files.Results(rate_tables.table(result, others, rate_unit, unit_text, about, told), draw), paths)
    screen.written(paths)


def _show_detected(
    context: typer.Context, one: Experiment, given: choices.Given, configured: bool, recoils: bool, paths: list[Path]
) -> None:
    """Counts of what was typed, or else of what the configuration has."""
    has_own = any(given.values.values())
    made = couplings.make_coupling(given if has_own or not configured else _configured_couplings(one))
    about: About = {
        "command": command(context),
        "source": source_in_words(one.source),
        "target": one.target,
        "coupling": made.text,
        "model": one.settings.model.response
        if not recoils
        else f"nuclear recoils{'' if configured else ', no quenching'}",
    }
    detected.show(about, one, made.coupling, recoils, paths)


def _detector_files(typed: Mapping[str, str | None], source: str | None) -> list[tuple[Path, str]]:
    """The files that options name."""
    own = [(Path(text), f"what --{name} names") for name, text in typed.items() if text and Path(text).is_file()]
    return [*own, *((path, "the flux of --source") for path in read_by_source(source))]


# --- what words make -----------------------------------------------------------------------------


def _configured(target: str, given: Mapping[str, Any]) -> Experiment | None:
    """The experiment that stands in the place of a target, if one does."""
    from nuatom.config import load, presets

    if target not in presets() and not target.endswith(".toml"):
        return None
    wrong = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: the configuration {target} has a source; copy it to change that")
    return load(target)


def _transfers(transfer: str | None) -> Array:
    from nuatom.quantities import parse_range

    if transfer is None:
        raise ValueError("no energy transfers: give --transfer, such as --transfer 1:50keV:30")
    return parse_range(transfer)


def _default_transfers(experiment: Experiment, recoils: bool) -> Array:
    """Those of the bins; of recoils the energies of nuclei, before quenching, that are seen in them."""
    import numpy as np

    edges = experiment.edges
    first, last = float(edges[0]), float(edges[-1])
    if recoils and experiment.detector.quenching is not None:
        energy = np.geomspace(1e-3 * last, 1e3 * last, 4000)
        seen = experiment.detector.mean(energy, recoils=True)
        first, last = (float(np.interp(edge, seen, energy)) for edge in (first, last))
    return np.geomspace(max(first, 1e-3 * last), last, _POINTS)


def _configured_couplings(experiment: Experiment) -> choices.Given:
    """What the neutrino couples with in a configuration.

    What is fitted has no value: it stands at the published limit, or else where this command has it anyway.
    """
    given, published = experiment.settings.neutrino.given, experiment.settings.published
    limits = {} if published is None else published.limits
    for parameter in experiment.parameters:
        given = given.with_parameter(
            parameter, limits.get(parameter.name) or _USUAL.get(parameter.name, parameter.unit)
        )
    return given


def _electrons(
    source: Source,
    coupling: Coupling,
    target: str,
    how: options.ChosenResponse,
    words: choices.FieldWords,
    tolerance: float,
    density: float | None,
) -> tuple[_Rate, list[Shell]]:
    """What gives the rate on electrons, and that of free electrons and of stepping; and all shells of the target."""
    from nuatom.approximations import Stepping
    from nuatom.rates import Material, rate_spectrum
    from nuatom.rates import rate as total_rate
    from nuatom.response.free import FreeElectrons
    from nuatom.targets import target as parse_target

    options.check_model(how.word, coupling.functions)
    elements = [element.symbol for element, _ in parse_target(target).composition]
    atoms = {symbol: options.make_atom(symbol, *words) for symbol in elements}
    made = {symbol: options.make_model(how, atom, tolerance, coupling.functions) for symbol, atom in atoms.items()}
    alone = Material.of(target, lambda symbol: made[symbol])
    material = alone if density is None else alone.in_matter(density)
    others: dict[str, Material] = {
        rate_tables.FREE: Material.of(target, lambda symbol: FreeElectrons(atoms[symbol])),
        rate_tables.STEPPING: Material.of(target, lambda symbol: Stepping(atoms[symbol])),
    }

    def compute(transfer: Array, report: screen.Progress | None) -> tuple[RateSpectrum, dict[str, Array]]:
        found = rate_spectrum(source, coupling, material, transfer, progress=report)
        return found, {name: total_rate(source, coupling, other, transfer) for name, other in others.items()}

    return compute, [shell for model in made.values() for shell in model.shells]


def _density(
    target: str, model: str, matter: bool | None, density: float | None, experiment: Experiment | None, massive: bool
) -> float | None:
    """The density of the matter that the atoms of a target are in, or None if each is alone."""
    from nuatom.config.responses import density_of_matter

    if experiment is not None:
        configured = experiment.settings.target
        density = configured.density if density is None else density
        matter = configured.matter if matter is None else matter
    try:
        return density_of_matter(target, model, matter, density, massive)
    except ValueError as error:
        raise ValueError(f"{error} (--density, --isolated)") from None


def _recoils(
    source: Source, coupling: Coupling, target: str, transfer: Array, report: screen.Progress | None
) -> tuple[RateSpectrum, dict[str, Array]]:
    from nuatom.rates import nuclear_rate_spectrum

    return nuclear_rate_spectrum(source, coupling, target, transfer), {}

"""``nuatom rate``: events per mass, time and energy, from a source on a target."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuatom import choices
from nuatom.cli import couplings, options, screen
from nuatom.cli.describe import About, command, mass_fractions_in_words
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.config import Experiment
    from nuatom.functions import Array
    from nuatom.neutrino.coupling import Coupling
    from nuatom.rates import Material, RateSpectrum
    from nuatom.source import Source
    from nuatom.store import Table

PER: Mapping[str, tuple[str, str, str]] = {"kg-day": ("kg", "day", "keV"), "tonne-year": ("tonne", "year", "keV")}
"""Units of mass, time and energy in which a rate is told."""
SOURCES = ("solar", "reactor", "cr51", "tritium", "stopped-pion", "mono-energetic")
_FREE, _STEPPING = "free", "stepping"
_SOURCE, _TARGET, _OUTPUT = "Source", "Atom and model", "Output"
_OF_ELECTRONS = ("model", "interaction", "width", "exchange", "nucleus", "binding", "tolerance")
_COUPLINGS = (
    "weak",
    "sin2_theta",
    "mu_nu",
    "millicharge",
    "charge_radius",
    "anapole",
    "mediator",
    "nsi",
    "heavy_lepton",
)
_USUAL = {"magnetic_moment": couplings.DEFAULT_MOMENT}
_PLACED = ("cr51", "tritium")
_POINTS = 40


def _complete(incomplete: str) -> list[str]:
    return [word for word in (*SOURCES, "solar:B16-GS98", "solar:B16-AGSS09met") if word.startswith(incomplete)]


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
            rich_help_panel=_SOURCE,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            autocompletion=_complete,
            help=f"{', '.join(SOURCES)}, a csv file with a flux; solar:B16-AGSS09met is the Sun with little metal.",
            rich_help_panel=_SOURCE,
        ),
    ] = None,
    flux: Annotated[
        str | None,
        typer.Option(metavar="FLUX", help="At the detector, such as 2.7e13/cm2/s.", rich_help_panel=_SOURCE),
    ] = None,
    power: Annotated[
        str | None,
        typer.Option(metavar="POWER", help="Thermal power of a reactor: 3GW.", rich_help_panel=_SOURCE),
    ] = None,
    activity: Annotated[
        str | None,
        typer.Option(metavar="ACTIVITY", help="Of cr51 or tritium: 3MCi.", rich_help_panel=_SOURCE),
    ] = None,
    distance: Annotated[
        str | None,
        typer.Option(metavar="LENGTH", help="From a reactor or a small source: 13.9m.", rich_help_panel=_SOURCE),
    ] = None,
    energy: Annotated[
        str | None,
        typer.Option(metavar="ENERGY", help="Of a mono-energetic source: 1MeV.", rich_help_panel=_SOURCE),
    ] = None,
    flavour: couplings.FlavourOption = None,
    antineutrino: couplings.AntineutrinoOption = False,
    weak: couplings.WeakOption = False,
    sin2_theta: couplings.Sin2ThetaOption = None,
    mu_nu: couplings.MuNuOption = None,
    millicharge: couplings.MillichargeOption = None,
    charge_radius: couplings.ChargeRadiusOption = None,
    anapole: couplings.AnapoleOption = None,
    mediator: couplings.MediatorOption = None,
    nsi: couplings.NsiOption = None,
    heavy_lepton: couplings.HeavyLeptonOption = None,
    recoils: Annotated[
        bool,
        typer.Option("--recoils", help="Nuclei that recoil, instead of electrons.", rich_help_panel=_TARGET),
    ] = False,
    model: options.Model = "central-field",
    interaction: options.InteractionName = None,
    width: options.Width = None,
    exchange: options.ExchangeName = "slater",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    per: Annotated[
        str,
        typer.Option(
            metavar="|".join(PER),
            autocompletion=options.completion(PER),
            help="Rates are per this and keV, on the screen and in files.",
            rich_help_panel=_OUTPUT,
        ),
    ] = "kg-day",
    by_shell: options.ByShell = False,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Events per mass, time and energy, of a source on the bound electrons of a target.

    The flux is averaged over the cross section: every component of the source with its spectrum and the flavours it
    arrives with, which decide how it scatters weakly. A compound is the sum of its atoms. What couples is what is
    given; without any, the magnetic moment. --flavour and --antineutrino are for a mono-energetic source only.

    The rate is that of the energy deposited, before any detector; discrete excitations are not in it, but in files
    besides. Of several components or couplings each has a column; beside them stand free electrons and stepping.

    In the place of a target a configuration may stand, which then gives the source, the target, the model, and, unless
    couplings are given, those: the weak interaction, what is held, and what is fitted at its published limit. The
    transfers are those of its bins; its recoils, if it has electrons as well, come with --recoils.

    For example:

    nuatom rate Ge --source reactor --flux 2.7e13/cm2/s --transfer 1:50keV:30 --mu-nu 3e-11

    nuatom rate Xe --source solar --transfer 1:30keV:30 --weak --mu-nu 6e-12 --per tonne-year -o xe.csv -o xe.pdf

    nuatom rate CsI --source stopped-pion --flux 4e7/cm2/s --weak --recoils --transfer 1:50keV:30

    nuatom rate gemma --mu-nu 3e-11
    """
    from nuatom import figures, units
    from nuatom import output as files
    from nuatom.config import read_by
    from nuatom.files import keep_apart
    from nuatom.quantities import parse_range

    paths = output or []
    files.check(paths)
    scale = float(getattr(units, choices.choose("unit", unit, options.UNITS)))
    names = choices.choose("--per", per, PER)
    rate_unit = float(getattr(units, names[0]) * getattr(units, names[1]) * getattr(units, names[2]))
    given = {
        "source": source,
        "flux": flux,
        "power": power,
        "activity": activity,
        "distance": distance,
        "energy": energy,
    }
    neutrino = {"flavour": flavour, "antineutrino": "yes" if antineutrino else None}
    experiment = _configured(target, {**given, **neutrino})
    if experiment is not None and experiment.settings.detector.channels == ["recoils"]:
        recoils = True
    if recoils and (typed := [f"--{name}" for name in _OF_ELECTRONS if _typed(context, name)]):
        raise ValueError(f"{', '.join(typed)}: of the electrons of an atom, and --recoils is about its nucleus")
    if experiment is None:
        _check_target(target)
        keep_apart(paths, [(Path(source), "the flux of --source")] if source and source.endswith(".csv") else [])
        T, origin = _transfers(transfer), _source(given, flavour, antineutrino)
    else:
        keep_apart(paths, read_by(target, experiment))
        T = parse_range(transfer) if transfer else _default_transfers(experiment, recoils)
        origin, target = experiment.source, experiment.target
        given_model = experiment.settings.model
        if not _typed(context, "model"):
            model = given_model.response
        if not _typed(context, "tolerance"):
            tolerance = given_model.tolerance
        if model == choices.SCREENED:
            interaction = interaction or given_model.interaction
            width = given_model.width if width is None else width
        exchange, nucleus, binding = (
            word if _typed(context, name) else getattr(given_model, name)
            for name, word in (("exchange", exchange), ("nucleus", nucleus), ("binding", binding))
        )
        if not any(_typed(context, name) for name in _COUPLINGS):
            weak, own = _configured_coupling(experiment)
            mu_nu, millicharge = own.get("magnetic_moment"), own.get("millicharge")
            charge_radius, anapole = own.get("charge_radius"), own.get("anapole")
    how = options.choose_model(model, choices.MODELS, interaction, width)
    files.check_points(paths, len(T), f"transfers, got {transfer!r}", "1:50keV:30")
    chosen = couplings.make_coupling(
        couplings.Words(
            weak=weak,
            sin2_theta=sin2_theta,
            mu_nu=mu_nu,
            millicharge=millicharge,
            charge_radius=charge_radius,
            anapole=anapole,
            mediators=mediator or (),
            nsi=nsi or (),
            heavy_lepton=heavy_lepton,
        )
    )
    about: About = {
        "command": command(context),
        "source": _source_in_words(origin),
        "target": target,
        "mass_fractions": mass_fractions_in_words(target),
        "coupling": _coupling_in_words(chosen.text, origin, sin2_theta, recoils) if weak else chosen.text,
    }
    others: dict[str, Array] = {}
    if recoils:
        about["model"] = "nuclear recoils, the deposit before quenching"
        with screen.progress(f"computing the recoils of {target}"):
            result = _recoils(origin, chosen.coupling, target, T)
    else:
        about["model"] = f"{how.in_words()}, {exchange} exchange, {binding} thresholds"
        result, others = _electrons(origin, chosen.coupling, target, T, how, exchange, nucleus, binding, tolerance)
    unit_text = " ".join(names)
    coupling_title = " + ".join(chosen.names) if weak else chosen.title  # g_V and g_A are those of one flavour
    screen.show(about, _columns(result, others, rate_unit, unit_text, unit, scale, by_shell))
    results = files.Results(
        _table(result, others, rate_unit, unit_text, about),
        lambda: figures.rate_figure(
            result, rate_unit, unit_text, others=others, title=f"{target}, {origin.name}, {coupling_title}"
        ),
    )
    files.save(results, paths)
    screen.written(paths)


# --- what words make -----------------------------------------------------------------------------


def _typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    found = context.get_parameter_source(name)
    return found is not None and found.name == "COMMANDLINE"


def _configured(target: str, given: Mapping[str, str | None]) -> Experiment | None:
    """The experiment that stands in the place of a target, if one does."""
    from nuatom.config import load, presets

    if target not in presets() and not target.endswith(".toml"):
        return None
    wrong = [f"--{name}" for name, value in given.items() if value is not None]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: the configuration {target} has a source; copy it to change that")
    return load(target)


def _check_target(target: str) -> None:
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


def _configured_coupling(experiment: Experiment) -> tuple[bool, dict[str, Any]]:
    """Whether the weak interaction is in a configuration, and its numbers as options have them.

    What is fitted has no value: it stands at the published limit, or else where this command has it anyway.
    """
    from nuatom.config import PARAMETERS
    from nuatom.units import cm2

    given = experiment.settings.neutrino
    found: dict[str, Any] = {}
    for name, parameter in PARAMETERS.items():
        value = getattr(given, name)
        if name in given.fit:
            value = getattr(experiment.settings.published, name, None) or _USUAL.get(name, parameter.unit)
        if value:
            found[name] = f"{value / cm2:.12g}cm2" if parameter.scale != 1.0 else value
    return given.weak, found


def _source(given: Mapping[str, str | None], flavour: str | None, antineutrino: bool) -> Source:
    """The source that the options describe, in the words of a configuration."""
    from pydantic import ValidationError

    from nuatom.config.sources import make_source

    word = given["source"]
    if word is None:
        raise ValueError(f"no source: give --source, one of {', '.join(SOURCES)}, or a csv file")
    keys: dict[str, Any] = {name: value for name, value in given.items() if name != "source" and value is not None}
    kind, _, detail = word.partition(":")
    if word.endswith(".csv"):
        keys |= {"kind": "csv", "file": word}
    else:
        keys["kind"] = choices.choose("source", kind, dict.fromkeys(SOURCES)) or kind
        if detail and kind == "solar":
            keys["model"] = detail
        elif detail:
            raise ValueError(f"--source {word}: only solar has models, such as solar:B16-AGSS09met")
    if keys["kind"] in _PLACED and given["distance"] is None:
        raise ValueError(f"the source {word} needs --distance; only a configuration has other shapes of the target")
    if flavour is not None:
        choices.choose("flavour", flavour, couplings.FLAVOURS)
        keys["flavour"] = flavour
    if antineutrino:
        keys["antineutrino"] = True
    try:
        return make_source(keys, Path())
    except ValidationError as error:
        raise ValueError(_explained(word, error.errors(include_url=False)[0])) from None


def _explained(word: str, error: Any) -> str:
    """One line about an option of a source."""
    name, kind = str(error["loc"][-1]), error["type"]
    if kind == "extra_forbidden":
        return f"--{name} says nothing about the source {word}"
    if kind == "missing":
        return f"the source {word} needs --{name}"
    if kind == "literal_error":
        return f"--source {word}: expected {error['ctx']['expected']}"
    return f"--{name}: {error['ctx']['error'] if 'ctx' in error and 'error' in error['ctx'] else error['msg']}"


def _source_in_words(source: Source) -> str:
    from nuatom.units import cm2, s

    parts = [f"{c.name} {c.flux * cm2 * s:.4g}" for c in source.components]
    return f"{source.name}, {', '.join(parts)} per cm² and s"


def _coupling_in_words(text: str, source: Source, sin2_theta: float | None, recoils: bool) -> str:
    """The coupling with the weak part, which comes first, told for the flavours that the source has."""
    from nuatom.neutrino import Weak

    how = "with radiative corrections" if sin2_theta is None else f"tree level, sin²θ_W = {sin2_theta:g}"
    if recoils:
        weak = f"weak, of the nucleus ({how})"
    else:
        flavours = {share.flavour: None for c in source.components if c.flux > 0 for share in c.composition}
        told = []
        for flavour in sorted(flavours, key=lambda one: one.value):
            g_V, g_A = Weak(flavour, sin2_theta=sin2_theta).couplings()
            told.append(f"g_V = {g_V:.6g} and g_A = {g_A:.6g} of {flavour.name.lower()}")
        weak = f"weak, {', '.join(told)} ({how})"
    return "; ".join([weak, *text.split("; ")[1:]])


def _electrons(
    source: Source,
    coupling: Coupling,
    target: str,
    transfer: Array,
    how: options.Chosen,
    exchange: str,
    nucleus: str,
    binding: str,
    tolerance: float,
) -> tuple[RateSpectrum, dict[str, Array]]:
    """The rate on electrons, and that of free electrons and of stepping."""
    from nuatom.approximations import Stepping
    from nuatom.rates import Material, rate_spectrum
    from nuatom.rates import rate as total_rate
    from nuatom.response.free import FreeElectrons
    from nuatom.targets import target as parse_target

    options.check_model(how.word, coupling.functions)
    elements = [element.symbol for element, _ in parse_target(target).composition]
    atoms = {symbol: options.make_atom(symbol, exchange, nucleus, binding) for symbol in elements}
    made = {symbol: options.make_model(how, atom, tolerance, coupling.functions) for symbol, atom in atoms.items()}
    material = Material.of(target, lambda symbol: made[symbol])
    others: dict[str, Material] = {
        _FREE: Material.of(target, lambda symbol: FreeElectrons(atoms[symbol])),
        _STEPPING: Material.of(target, lambda symbol: Stepping(atoms[symbol])),
    }
    with screen.progress(f"computing the rate in {target}"):
        found = rate_spectrum(source, coupling, material, transfer)
        return found, {name: total_rate(source, coupling, other, transfer) for name, other in others.items()}


def _recoils(source: Source, coupling: Coupling, target: str, transfer: Array) -> RateSpectrum:
    from nuatom.rates import nuclear_rate_spectrum

    return nuclear_rate_spectrum(source, coupling, target, transfer)


# --- what is shown -------------------------------------------------------------------------------


def _columns(
    result: RateSpectrum,
    others: Mapping[str, Array],
    rate_unit: float,
    unit_text: str,
    unit: str,
    scale: float,
    by_shell: bool,
) -> list[Column]:
    name = f"[1/({unit_text.replace(' ', '_')})]"

    def column(title: str, values: Array) -> Column:
        return Column(f"{title}\n1/({unit_text})", f"{title.replace(' ', '_')}{name}", (values * rate_unit).tolist())

    columns = [Column(f"T\n{unit}", f"T[{unit}]", (result.transfer / scale).tolist(), ".6g")]
    columns.append(column("dR/dT", result.total))
    for group in (result.by_part, result.by_component):
        if len(group) > 1:
            columns += [column(title, values) for title, values in group.items()]
    columns += [column(title, values) for title, values in others.items()]
    if others:
        free = others[_FREE].tolist()
        ratio = [b / f if f > 0 else None for b, f in zip(result.total.tolist(), free, strict=True)]
        columns.append(Column("bound/\nfree", "bound/free", ratio, ".5f"))
        columns.append(Column("relative\nerror", "relative_error", result.relative_error.tolist(), ".2g"))
    if by_shell:
        total = result.total.tolist()
        for shell, values in result.by_shell.items():
            share = [100 * own / all_ if all_ > 0 else None for own, all_ in zip(values.tolist(), total, strict=True)]
            columns.append(Column(f"{shell}\n%", f"{shell.replace(' ', '_')}[%]", share, ".2f"))
    return columns


def _table(result: RateSpectrum, others: Mapping[str, Array], rate_unit: float, unit_text: str, about: About) -> Table:
    """dR/dT over the dimensions transfer, component, part, shell and line, in keV and the unit asked for."""
    import numpy as np

    from nuatom.store import Table, Variable
    from nuatom.units import keV

    units = f"1/({unit_text})"

    def group(name: str, values: Mapping[str, Array], text: str) -> dict[str, Variable]:
        return {
            name: Variable((name,), np.array(list(values)), "", text),
            f"rate_by_{name}": Variable(
                (name, "transfer"), np.stack(list(values.values())) * rate_unit, units, f"dR/dT by {text}"
            ),
        }

    variables = {
        "transfer": Variable(("transfer",), result.transfer / keV, "keV", "energy transfer T"),
        "rate": Variable(("transfer",), result.total * rate_unit, units, "dR/dT, continuum"),
        "relative_error": Variable(("transfer",), result.relative_error, "1", "estimated relative error of rate"),
    }
    for name, values in others.items():
        variables[name] = Variable(("transfer",), values * rate_unit, units, f"dR/dT, {name}")
    variables |= group("part", result.by_part, "part of the coupling")
    variables |= group("component", result.by_component, "component of the source")
    variables |= group("shell", result.by_shell, "shell, or nuclide that recoils")
    if result.line_transfer.size:
        text = "rate of a discrete excitation"
        per_mass = units.removesuffix(" keV)") + ")"
        variables |= {
            "line_transfer": Variable(("line",), result.line_transfer / keV, "keV", "energy of a discrete excitation"),
            "line_rate": Variable(("line",), result.line_total * rate_unit / keV, per_mass, text),
        }
    return Table(variables, about)

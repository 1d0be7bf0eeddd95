"""``nuatom limit``: what an experiment excludes, with the binding of its electrons and without."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuatom import choices
from nuatom.choices.neutrinos import parameter_forms
from nuatom.cli import contour as pairs
from nuatom.cli import exclusions, options, screen, together
from nuatom.cli import masses as mass_scan
from nuatom.cli.describe import About, command
from nuatom.cli.groups import completion
from nuatom.cli.screen import Column
from nuatom.cli.sources import exposure_in_words, total_in_words

if TYPE_CHECKING:
    from nuatom.config import Experiment, Limit, Parameter
    from nuatom.config.analysis import Analysis
    from nuatom.output import Results

COMPARED = ("stepping", "free")
"""Responses that every limit is compared with."""
_WHAT, _HOW, _OUTPUT = "Experiment", "Limit", "Output"
_PYHF, _INFERENCE, _TEMPLATES = ".json", ".ii.h5", (".csv", ".nc")


def _presets(incomplete: str) -> list[str]:
    from nuatom.config import presets

    return [name for name in presets() if name.startswith(incomplete)]


def limit(
    context: typer.Context,
    configs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CONFIG...",
            autocompletion=_presets,
            help="A TOML file, or a preset such as gemma; see --list. Several are fitted together.",
        ),
    ] = None,
    list_presets: Annotated[
        bool, typer.Option("--list", help="List the presets and stop.", rich_help_panel=_WHAT)
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--show", help="Print the configuration, to copy and change, and stop.", rich_help_panel=_WHAT),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            autocompletion=completion(choices.RESPONSES),
            help=f"Response of the target instead of the configuration's: {', '.join(choices.RESPONSES)}.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    own: options.OwnOptions = options.NOTHING,
    exchange: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(choices.EXCHANGES),
            autocompletion=completion(choices.EXCHANGES),
            help="Exchange potential instead of the configuration's.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    binding: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(choices.BINDINGS),
            autocompletion=completion(choices.BINDINGS),
            help="Thresholds instead of the configuration's.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="FRACTION",
            help="Relative accuracy of the response instead of the configuration's.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    matter: options.Matter = None,
    density: options.Density = None,
    compare: Annotated[
        bool,
        typer.Option("--compare/--alone", help="Also with stepping and with free electrons.", rich_help_panel=_WHAT),
    ] = True,
    fit: Annotated[
        list[str] | None,
        typer.Option(
            "--fit",
            metavar="NAME",
            help=f"What is fitted instead of the configuration's neutrino.fit: {', '.join(parameter_forms())}. May be "
            "given several times.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    parameter: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One of those that are fitted; by default all.", rich_help_panel=_HOW),
    ] = None,
    scan: Annotated[
        str | None,
        typer.Option(
            "--scan",
            metavar="mass=RANGE",
            help="The limit at each of these masses of what is fitted, such as mass=1keV:1MeV:30.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    contour: Annotated[
        str | None,
        typer.Option(
            "--contour",
            metavar="FIRST,SECOND",
            help="What is allowed of two of them together, instead of limits on each.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="What is expected without a signal, with its bands.", rich_help_panel=_HOW),
    ] = False,
    confidence: Annotated[
        float | None,
        typer.Option(metavar="CL", help="Confidence level instead of the configuration's.", rich_help_panel=_HOW),
    ] = None,
    procedure: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(choices.PROCEDURES),
            autocompletion=completion(choices.PROCEDURES),
            help="How the limit on a magnetic moment is set, instead of the configuration's. unified (taken from data "
            "if nothing is said): Feldman and Cousins' ordering. one-sided (without data). cls. pcl: one-sided, not "
            "below the -1σ band.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(choices.METHODS),
            autocompletion=completion(choices.METHODS),
            help="Closed forms where many events decide, counted where few do (auto), or always the one or the other.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    toys: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Feldman–Cousins interval too, from N toys at each of 25 values. Where limits are counted with toys, "
            "N is also their number (2000 unless given).",
            rich_help_panel=_HOW,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Of the toys; the same gives the same.", rich_help_panel=_HOW),
    ] = None,
    export: Annotated[
        list[Path] | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write the model for other tools; the name picks what: .json a pyhf workspace, .ii.h5 templates for "
            "alea, .csv or .nc templates. May be given several times.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    output: options.Files = None,
) -> None:
    """What an experiment excludes, with the electrons bound and as if they were not.

    The configuration says what the source is, the target, the detector, its backgrounds and its data, and which
    property of the neutrino is fitted. Without data the limit is the one that is expected. Everything is checked
    before anything is computed, and every error names its key.

    A magnetic moment enters squared and is not negative: from data it has the interval of Feldman and Cousins
    (unified), which decides itself whether there is a lower end, and without data an upper limit, one-sided, unless
    the configuration or --procedure says otherwise. A charge or a radius has an interval. Where less than 30 events
    decide, they are counted exactly or with toys. Beside every limit stand the median and the ±1σ band that are
    expected without a signal, and beside the response that the configuration names stepping and free electrons.

    --contour asks for two parameters together, all others at their best: its region is where -2 ln L rises by no
    more than 4.61 (at 90 %), and its ends are those of either whatever the other one is. Where an amplitude has a sign,
    a second piece may lie far away.

    Several experiments are fitted together: fluxes of the same source are one nuisance, and so is the band of the same
    atom; backgrounds and efficiencies are each experiment's own.

    Files written with -o have the likelihood along the first parameter, and figures the counts beside it.

    For example:

    nuatom limit --list

    nuatom limit gemma --sensitivity

    nuatom limit gemma --show > mine.toml

    nuatom limit xenonnt lz-2022 pandax-4t --fit magnetic_moment

    nuatom limit xenonnt --fit mediator:vector:10keV --scan mass=1keV:1MeV:13

    nuatom limit mine.toml --toys 1000 --seed 1 -o scan.csv -o limit.pdf --export workspace.json
    """
    from nuatom import config as configuration
    from nuatom import output as files
    from nuatom.files import keep_apart
    from nuatom.limit.feldman_cousins import FEWEST_TOYS

    if list_presets:
        names = configuration.presets()
        titles = [configuration.load(name).title for name in names]
        screen.show({}, [Column("preset", "preset", names), Column("what", "what", titles)], fold=False)
        return
    if not configs:
        raise ValueError("no configuration: give a TOML file or a preset; nuatom limit --list lists them")
    config = configs[0]
    if show:
        if len(configs) > 1:
            raise ValueError("--show prints one configuration: name one")
        typer.echo(configuration.text(config), nl=False)
        return
    paths, exports = output or [], export or []
    files.check(paths)
    _check_exports(exports)
    if toys is not None and 0 < toys < FEWEST_TOYS:
        raise ValueError(f"--toys: {toys} toys are too few, expected 0 for none, or at least {FEWEST_TOYS}")
    if tolerance is not None and not 1e-4 <= tolerance <= 0.1:
        raise ValueError(f"--tolerance: expected a number from 0.0001 to 0.1, got {tolerance:g}")
    for option, word, among in (
        ("--procedure", procedure, choices.PROCEDURES),
        ("--method", method, choices.METHODS),
        ("--exchange", exchange, choices.EXCHANGES),
        ("--binding", binding, choices.BINDINGS),
    ):
        if word is not None:
            choices.choose(option, word, among)
    masses = None if scan is None else mass_scan.values(scan)

    def changed(one: Experiment) -> Experiment:
        one = one.with_settings(neutrino={"fit": fit}) if fit else one
        one = _changed(
            one,
            model,
            own,
            {"exchange": exchange, "binding": binding, "tolerance": tolerance},
            {"confidence": confidence, "procedure": procedure, "method": method, "toys": toys, "seed": seed},
        )
        target = options.keys_of_matter(matter, density, one.settings.model.response)
        return one.with_settings(target=target) if target else one

    if len(configs) > 1 or configuration.is_joint(config):
        if exports:
            raise ValueError("--export is for one experiment, not for several together: leave it out")
        if options.typed(context, "compare") and compare:
            raise ValueError("--compare is for one experiment; --model stepping fits several with another response")
        joint = configuration.joint(*configs).each(changed)
        for name, one in joint.experiments.items():
            keep_apart(paths, configuration.read_by(name, one))
        head: About = {"command": command(context)}
        these = [joint.parameter(parameter)] if parameter else list(joint.parameters)
        if contour is not None:
            together.regions(head, joint, _pair(contour, joint, parameter, joint.asked.toys), sensitivity, paths)
        elif masses is not None:
            mass_scan.scan({**head, "experiments": joint.title}, joint, these[0], masses, sensitivity, paths)
        else:
            together.limits(head, joint, these, sensitivity, (joint.asked.toys, joint.asked.seed), paths)
        return
    experiment = changed(configuration.load(config))
    keep_apart([*paths, *exports], configuration.read_by(config, experiment))
    keep_apart(paths, [(path, "what --export writes") for path in exports])
    _check_linear(experiment, exports)
    chosen = [experiment.parameter(parameter)] if parameter else list(experiment.parameters)
    settings = experiment.settings
    toys, seed = settings.limit.toys, settings.limit.seed
    both = None if contour is None else _pair(contour, experiment, parameter, toys)
    if masses is not None:
        if both is not None or exports:
            raise ValueError("--scan is for limits on one parameter: leave --contour and --export out")
        mass_scan.names(chosen[0], masses)
        about = _about(context, experiment, sensitivity)
        mass_scan.scan(about, experiment, chosen[0], masses, sensitivity, paths)
        return
    runs: dict[str, Experiment] = {settings.model.response: experiment}
    if compare:
        runs |= {word: experiment.with_response(word) for word in COMPARED if word not in runs}
    rows: list[tuple[Parameter, str, Limit]] = []
    for word, one in runs.items():
        with screen.progress(f"{word}: computing the response of {one.target}") as report:
            one.material(report)
            _ = one.model
        if both is not None:
            continue
        for p in chosen:
            with screen.progress(f"{word}: limits on {p.part}") as report:
                found = (one.sensitivity if sensitivity else one.limit)(p.name, report)
            rows.append((p, word, found))
        if toys and one is experiment:
            for p in chosen:
                with screen.progress(f"{toys} toys at each value of {p.part}") as report:
                    rows.append((p, word, one.toys(p.name, toys, seed, report)[0]))

    about = _about(context, experiment, sensitivity)
    if both is not None:
        with screen.progress("fitting at every point of the two parameters") as report:
            regions = pairs.regions(runs, both, sensitivity, report)
        about["limit"] = f"{about['limit']}, of {both[0].part} and {both[1].part} together"
        screen.show(about, *pairs.columns(regions))
        _write(paths, lambda: pairs.results(regions, about, experiment.title), experiment, chosen[0], exports)
        return
    about |= exclusions.remarks(rows, sensitivity)
    known = {} if settings.published is None else settings.published.limits
    of_each = [[row for row in rows if row[0] is p] for p in chosen]
    told = [exclusions.columns(own, sensitivity, known.get(own[0][0].name)) for own in of_each]
    screen.show(about, *told)
    _write(paths, lambda: exclusions.results(runs, chosen[0], rows, about, sensitivity), experiment, chosen[0], exports)


def _pair(contour: str, experiment: Analysis, parameter: str | None, toys: int) -> tuple[Parameter, Parameter]:
    """The two parameters of a contour, with which options of limits on one would do nothing."""
    if parameter is not None:
        raise ValueError("--parameter is for limits on one parameter, and --contour names two: leave one of them out")
    if toys:
        raise ValueError("--toys are for limits on one parameter, not for a --contour: add --toys 0, or leave it out")
    return pairs.pair(contour, experiment)


def _changed(
    experiment: Experiment,
    model: str | None,
    own: Mapping[str, Any],
    field: dict[str, Any],
    limit: dict[str, Any],
) -> Experiment:
    """The experiment with what options say in the place of its keys."""
    confidence = limit["confidence"]
    if confidence is not None and not 0 < confidence < 1:
        raise ValueError(f"--confidence: expected a number between 0 and 1, such as 0.9, got {confidence:g}")
    procedure = limit["procedure"]
    signed = next((p.part for p in experiment.parameters if not p.squared), None)
    if procedure not in (None, "unified") and signed:
        raise ValueError(
            f"--procedure {procedure}: it sets the upper limit of what is not negative; {signed} may have either sign "
            "and has an interval: leave it out, or take unified"
        )
    given = _given(limit)
    if given:
        experiment = experiment.with_settings(limit=given)
    configured = experiment.settings.model
    changes = {**_settable(own), **_given(field)}
    asked = {name: word for name, word in field.items() if name in choices.FieldWords._fields}
    if model is not None:
        options.choose_model(model, choices.RESPONSES, own)
        choices.field_words(model, asked, spelled=options.option_as_typed)
        return experiment.with_response(model, **changes)
    options.choose_model(configured.response, choices.RESPONSES, own, configured.options())
    choices.field_words(configured.response, asked, spelled=options.option_as_typed)
    return experiment.with_settings(model=changes) if changes else experiment


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _settable(own: Mapping[str, Any]) -> dict[str, Any]:
    """Options of models as keys of a configuration; a file that was typed is not looked for beside it."""
    known = choices.MODELS.options()
    files = {name for name, key in known.items() if isinstance(key, choices.TextKey) and key.is_file}
    return {
        name: str(Path(value).absolute()) if name in files else value
        for name, value in own.items()
        if value is not None
    }


# --- what is shown -------------------------------------------------------------------------------


def _about(context: typer.Context, experiment: Experiment, sensitivity: bool) -> About:
    from nuatom.quantities import format_energy

    settings, edges = experiment.settings, experiment.edges
    what = "expected without a signal" if sensitivity or experiment.counts is None else "from the data"
    model = settings.model
    how = options.ChosenResponse(model.response, model.options())
    response = how.in_field(model.field)
    response += options.in_matter(experiment.density, model.response)
    band = f", band to {' and '.join(model.band)}" if model.band else ""
    about: About = {"command": command(context), "experiment": experiment.title}
    if settings.note:
        about["note"] = settings.note
    about |= {
        "source": total_in_words(experiment.source),
        "target": f"{experiment.target}, {exposure_in_words(experiment)}",
        "bins": f"{len(edges) - 1} from {format_energy(float(edges[0]))} to {format_energy(float(edges[-1]))}",
        "response": response + band,
        "nuisances": ", ".join(experiment.model.parameters[len(experiment.parameters) :]) or "none",
        "limit": f"{what}, {settings.limit.confidence:.4g} confidence",
        "procedure": experiment.procedure_word if experiment.parameters[0].squared else "unified",
    }
    if settings.data is not None and settings.data.events is not None:
        outside = experiment.events_outside
        inside = int(experiment.counts.sum()) if experiment.counts is not None else 0
        negative = experiment.events_negative
        which = f", {negative} of them of negative energy" if negative else ""
        about["data"] = f"{inside} events in the bins, {outside} outside of them left out{which}"
    if settings.published is not None:
        limits = settings.published.limits
        own = [
            f"{p.name} {limits[p.name] / p.scale:g}{'' if p.scale == 1 else f' {p.short}'}"
            for p in experiment.parameters
            if p.name in limits
        ]
        about["published"] = f"{', '.join(own) or 'no limit on this'} ({settings.published.reference})"
    return about


# --- files ---------------------------------------------------------------------------------------


def _check_exports(paths: list[Path]) -> None:
    from nuatom.output import check

    for path in paths:
        if not path.name.endswith((_PYHF, _INFERENCE, *_TEMPLATES)):
            raise ValueError(
                f"--export {path}: expected a name that ends in .json (pyhf), .ii.h5 (alea), .csv or .nc (templates)"
            )
    check(paths, [_PYHF, ".h5", *_TEMPLATES])


def _check_linear(experiment: Experiment, paths: list[Path]) -> None:
    """A workspace of pyhf is linear in what is fitted, which a charge or a radius is not."""
    wrong = next((p.part for p in experiment.parameters if not p.squared), None)
    for path in paths:
        if wrong and path.name.endswith(_PYHF):
            raise ValueError(
                f"--export {path}: pyhf has no parameter that enters squared or in a product, as {wrong} does; "
                "export templates instead, .csv or .nc"
            )


def _write(
    paths: list[Path],
    results: Callable[[], Results],
    experiment: Experiment,
    parameter: Parameter,
    exports: list[Path],
) -> None:
    """Write what was computed and what is for other tools, and say so."""
    from nuatom.files import write_files
    from nuatom.output import encoded

    contents = []
    if paths:
        made = results()
        contents = [(path, encoded(made, path.suffix)) for path in dict.fromkeys(paths)]
    contents += _exported(experiment, parameter, exports)
    write_files(contents)
    screen.written([*paths, *exports])


def _exported(experiment: Experiment, parameter: Parameter, paths: list[Path]) -> list[tuple[Path, bytes]]:
    """What the files for other tools hold."""
    from nuatom import limit as statistics
    from nuatom.limit.export import inference_templates
    from nuatom.output import Results, encoded

    found = []
    for path in paths:
        if path.name.endswith(_TEMPLATES):
            table = statistics.templates(experiment.model, experiment.edges, _units(experiment))
            found.append((path, encoded(Results(table), path.suffix)))
        elif path.name.endswith(_PYHF):
            workspace = statistics.pyhf_workspace(experiment.likelihood, parameter.fitted, unit=parameter.fitted_unit)
            found.append((path, (json.dumps(workspace, indent=1) + "\n").encode()))
        else:
            found.append((path, inference_templates(experiment.model, experiment.edges, units=_units(experiment))))
    return found


def _units(experiment: Experiment) -> dict[str, str]:
    return {p.fitted: p.fitted_unit for p in experiment.parameters}

"""``nuatom dcs``: dσ/dT of an atom for one neutrino energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import couplings, options, screen
from nuatom.cli.describe import About, atom_in_words, command, isotopes_in_words
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from nuatom.atom.field import Atom
    from nuatom.band import Band, BandResult
    from nuatom.functions import Array
    from nuatom.response.model import ResponseModel
    from nuatom.scattering import ExcitationLines, Spectrum


def dcs(
    context: typer.Context,
    atom: options.Symbol,
    energy: Annotated[
        str, typer.Option(metavar="ENERGY", help="Neutrino energy, such as 1MeV.", rich_help_panel="Neutrino")
    ],
    transfer: Annotated[
        str,
        typer.Option(
            metavar="RANGE",
            help="Energy transfers: start:stop:count (in the logarithm; a fourth part lin spaces evenly), "
            "a list with commas, or one.",
            rich_help_panel="Neutrino",
        ),
    ],
    flavour: couplings.FlavourOption = None,
    antineutrino: couplings.AntineutrinoOption = False,
    typed: couplings.Options = options.NOTHING,
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    by_shell: options.ByShell = True,
    band: Annotated[
        bool,
        typer.Option(
            "--band",
            help="Add the least and the greatest dσ/dT of six models, screened and not, in fields with three "
            "exchanges. Each has a table of its own to build, once.",
            rich_help_panel="Output",
        ),
    ] = False,
    list_lines: Annotated[
        bool,
        typer.Option("--lines", help="List the discrete excitations.", rich_help_panel="Output"),
    ] = False,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Cross section dσ/dT of a neutrino on an atom, with its electrons bound.

    A free electron takes the energy T at one momentum Q only; a bound one has a spread of momenta and opens
    at its threshold, and far above that is as good as free. dσ/dT is the integral over Q² of the coupling's
    weights times the atom's responses: S to charge (longitudinal), R to the transverse current, and for weak
    scattering and some mediators those to the electrons' axial current, density and pseudo-density.

    What couples is what is given; without any, it is the magnetic moment. Of several, each has a column of its
    own and so has their interference, which may be negative; dσ/dT is the sum. The parts of S and R are shown
    where the coupling sees nothing else.

    dσ/dT is in cm²/keV per atom, continuum only. Discrete excitations are lines, each with an area in cm²
    (--lines). Beside it stand free electrons and stepping, free above the threshold, for the same coupling. A
    share of a subshell is in percent of dσ/dT.

    --band shows how far reasonable models differ: screened electrons in the fields of exact exchange, of Slater's
    and of Kohn and Sham's, with averaged exchange, and independent electrons in the latter two fields. It is a spread
    of models and no confidence interval.

    For example:

    nuatom dcs Ge --energy 1MeV --transfer 0.05:15keV:40 --total

    nuatom dcs Xe --energy 0.4MeV --transfer 0.1,1,5keV --weak --charge-radius 1e-32cm2 -o xe.csv -o xe.pdf
    """
    from nuatom import figures, units
    from nuatom import output as files
    from nuatom.approximations import Stepping
    from nuatom.quantities import format_energy, parse_quantity, parse_range
    from nuatom.response.free import FreeElectrons
    from nuatom.scattering import components, cross_section, lines, spectrum

    paths = output or []
    files.check(paths)
    E, T = parse_quantity(energy), parse_range(transfer)
    scale = float(getattr(units, choices.choose("unit", unit, options.UNITS)))
    files.check_points(paths, len(T), f"transfers, got {transfer!r}", "0.05:15keV:40")
    chosen = couplings.make_coupling(couplings.read(typed), flavour, antineutrino)
    coupling = chosen.coupling
    chosen_model = options.choose_model(model, choices.MODELS, own)
    options.check_model(model, coupling.functions)
    if band and model not in _BANDED:
        raise ValueError(f"--band is of models of the bound atom, and {model} is none: take {' or '.join(_BANDED)}")
    words = options.field_of(context, chosen_model.word, exchange, nucleus, binding)
    known = options.make_atom(atom, *words)
    response = options.make_model(chosen_model, known, tolerance, coupling.functions)

    result = spectrum(coupling, response, E, T)
    discrete = lines(coupling, response, E)

    def parts_at(transfer: Array) -> dict[str, Array]:
        return components(coupling, response, E, transfer) if len(coupling.components()) > 1 else {}

    parts = parts_at(T)
    free, stepping = (cross_section(coupling, m, E, T) for m in (FreeElectrons(known), Stepping(known)))
    models, spread = None, None
    if band:
        with screen.progress(f"computing the models of a band of {known.symbol}") as report:
            models = _band(model, response, known, tolerance, own.get("width"), report)
            spread = models.cross_section(coupling, E, T)

    about: About = {
        "command": command(context),
        **isotopes_in_words(atom),
        **atom_in_words(known, words),
        "model": chosen_model.in_words(tolerance),
        **chosen.about,
        "energy": format_energy(E),
        **({} if spread is None else {"band": f"least and greatest of {'; '.join(spread.by_model)}"}),
        **_lines_in_words(discrete),
    }
    tables = [_columns(result, parts, free, stepping, spread, unit, scale) + (_shares(result) if by_shell else [])]
    if list_lines:
        tables.append(_line_columns(discrete, unit, scale))
    screen.show(about, *tables)

    def draw() -> Figure:
        fine = figures.with_edges(T, response.shells)
        return figures.spectrum_figure(
            spectrum(coupling, response, E, fine),
            components=parts_at(fine),
            free=cross_section(coupling, FreeElectrons(known), E, fine),
            stepping=cross_section(coupling, Stepping(known), E, fine),
            band=None if models is None else models.cross_section(coupling, E, fine),
            title=f"{known.symbol}, {chosen.title}, $E$ = {format_energy(E)}, {model}",
        )

    results = files.Results(
        files.spectrum_table(
            result, components=parts, free=free, stepping=stepping, lines=discrete, band=spread, attributes=about
        ),
        draw,
    )
    files.save(results, paths)
    screen.written(paths)


_BANDED = ("central-field", "screened", "recommended")
"""Models that stand in a band."""


def _band(
    word: str,
    response: ResponseModel,
    atom: Atom,
    tolerance: float,
    width: float | None,
    progress: screen.Progress | None,
) -> Band:
    """The band of an atom, with the chosen model as it is or as one more."""
    from nuatom.band import Band
    from nuatom.response.screened import Screened

    width = Screened.width if width is None else width
    models = Band.of(atom, width=width, tolerance=tolerance, progress=progress).models
    same = [name for name, model in models.items() if model == response]
    # What has been built already is not built again.
    return Band({**models, same[0]: response} if same else {f"chosen, {word}": response, **models})


def _columns(
    result: Spectrum,
    parts: Mapping[str, Array],
    free: Array,
    stepping: Array,
    spread: BandResult | None,
    unit: str,
    scale: float,
) -> list[Column]:
    """T, dσ/dT and what it is the sum of, the approximations, and how good they are."""
    from nuatom.functions import VECTOR
    from nuatom.units import cm2, keV

    def rate(title: str, name: str, values: Array) -> Column:
        return Column(f"{title}\ncm²/keV", f"{name}[cm2/keV]", (values / (cm2 / keV)).tolist())

    total = result.total
    ratio = [b / f if f > 0 else None for b, f in zip(total.tolist(), free.tolist(), strict=True)]
    columns = [Column(f"T\n{unit}", f"T[{unit}]", (result.transfer / scale).tolist(), ".6g")]
    columns.append(rate("dσ/dT", "dsigma/dT", total))
    if spread is not None:
        columns += [rate("least", "lower", spread.lower), rate("greatest", "upper", spread.upper)]
    columns += [rate(name, name.replace(" ", "_"), values) for name, values in parts.items()]
    if set(result.shares) <= set(VECTOR):
        columns.append(rate("longitudinal", "longitudinal", result.longitudinal.sum(axis=0)))
        columns.append(rate("transverse", "transverse", result.transverse.sum(axis=0)))
    return [
        *columns,
        rate("free electrons", "free", free),
        rate("stepping", "stepping", stepping),
        Column("bound/\nfree", "bound/free", ratio, ".5f"),
        Column("relative\nerror", "relative_error", result.relative_error.tolist(), ".2g"),
    ]


def _shares(result: Spectrum) -> list[Column]:
    """What each subshell contributes to dσ/dT, in percent."""
    total = result.total.tolist()
    return [
        Column(
            f"{shell.label}\n%",
            f"{shell.label}[%]",
            [100 * own / all_ if all_ > 0 else None for own, all_ in zip(values.tolist(), total, strict=True)],
            ".2f",
        )
        for shell, values in zip(result.shells, result.by_shell, strict=True)
    ]


def _line_columns(discrete: ExcitationLines, unit: str, scale: float) -> list[Column]:
    """The discrete excitations, one a row."""
    from nuatom.units import cm2

    return [
        Column(f"line at T\n{unit}", f"line[{unit}]", (discrete.transfer / scale).tolist(), ".6g"),
        Column("area\ncm²", "area[cm2]", (discrete.area / cm2).tolist()),
        Column("from", "from", [shell.label for shell in discrete.shell]),
        Column("to", "to", list(discrete.final)),
    ]


def _lines_in_words(discrete: ExcitationLines) -> About:
    """The first discrete excitation, and how many there are."""
    from nuatom.quantities import format_energy
    from nuatom.units import cm2

    if not len(discrete):
        return {"discrete_lines": "none in this model"}
    first = f"{format_energy(float(discrete.transfer[0]))}, {discrete.shell[0].label} → {discrete.final[0]}"
    last = format_energy(float(discrete.transfer[-1]))
    area = float(discrete.area.sum()) / cm2
    return {
        "first_excitation": first,
        "discrete_lines": f"{len(discrete)} up to {last}, {area:.3e} cm² together; --lines lists them",
    }

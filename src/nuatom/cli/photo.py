"""``nuatom photo``: photoabsorption, the same response hit by a real photon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command, isotopes_in_words
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuatom.atom.field import Atom
    from nuatom.functions import Array
    from nuatom.measured import PhotoComparison
    from nuatom.response.model import ResponseModel

_MEASURED = "10eV:30keV:200"
"""Energies of a comparison if none are given: all that were compiled."""


def photo(
    context: typer.Context,
    atom: options.Symbol,
    energy: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE",
            help=f"Photon energies: start:stop:count, a list with commas, or one; {_MEASURED} if there is --compare. "
            "Models with tables go up to 300keV.",
        ),
    ] = None,
    model: options.PhotoModel = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Set measured absorption beside it, 10 eV to 30 keV.", rich_help_panel="Output"),
    ] = False,
    by_shell: Annotated[
        bool | None,
        typer.Option(
            "--by-shell/--total",
            help="Show every subshell, or the atom only; subshells if there is no --compare.",
            rich_help_panel="Output",
        ),
    ] = None,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Photoionisation cross section of an atom, by subshell.

    A real photon is the limit Q = T of the transverse current's response R, σ = 4π²αT R(T,Q)/Q². It has been
    measured, so it says how good the atom is: --compare sets beside it the compilation of Henke, Gullikson and Davis
    (1993), and independent electrons beside screened ones. Its summary leaves out what is below 1.2 times the first
    ionisation energy or within 2 % of an edge.

    The total is in Mb (10⁻¹⁸ cm²) per atom and in cm²/g; the subshells are in Mb.

    For example:

    nuatom photo Xe --compare -o xe.pdf

    nuatom photo Ge --energy 1.2,2,5keV --total --model central-field -o ge.png -o ge.csv
    """
    from nuatom import figures, units
    from nuatom import output as files
    from nuatom.measured import compare_photoabsorption, henke_photoabsorption
    from nuatom.quantities import parse_range
    from nuatom.response.screened import Screened
    from nuatom.scattering import photoabsorption
    from nuatom.store import Table
    from nuatom.targets import target

    paths = output or []
    files.check(paths)
    if energy is None and not compare:
        raise ValueError("no photon energies: give --energy, such as --energy 0.02:100keV:50, or add --compare")
    photon = parse_range(energy or _MEASURED)
    scale = float(getattr(units, choices.choose("unit", unit, options.UNITS)))
    files.check_points(paths, len(photon), f"energies, got {energy!r}", "0.02:100keV:50")
    chosen = options.choose_model(model, choices.PHOTO_MODELS, own)
    if compare:
        henke_photoabsorption(atom, photon)  # whether all of it has been measured
    words = options.field_of(context, chosen.word, exchange, nucleus, binding)
    known = options.make_atom(atom, *words)
    photon = _in_reach(photon, chosen, known, tolerance)
    files.check_points(paths, len(photon), f"energies, got {energy!r}", "0.02:100keV:50")
    response = options.make_model(chosen, known, tolerance)

    areas = photoabsorption(response, photon, by_shell=True)
    mass = 1.0 / target(atom).units_per_mass
    models: dict[str, ResponseModel] = {}
    if compare:
        models[model] = response
        if isinstance(response, Screened):
            models[_ALONE] = options.make_model(options.ChosenResponse("central-field"), known, tolerance)
    compared = {name: compare_photoabsorption(known.symbol, one, photon) for name, one in models.items()}
    table = files.photoabsorption_table(response.shells, photon, areas, mass)
    about: About = {
        "command": command(context),
        **isotopes_in_words(atom),
        **atom_in_words(known, words),
        "model": chosen.in_words(tolerance),
        **_in_words(compared),
    }
    numbers = {name: variable.data for name, variable in table.variables.items()}
    columns = [
        Column(f"energy\n{unit}", f"energy[{unit}]", (photon / scale).tolist(), ".6g"),
        Column("total\nMb", "total[Mb]", numbers["area"].tolist()),
        Column("total\ncm²/g", "total[cm2/g]", numbers["area_per_mass"].tolist()),
        *_columns(compared),
    ]
    if by_shell or (by_shell is None and not compare):
        columns += [
            Column(f"{shell.label}\nMb", f"{shell.label}[Mb]", row.tolist(), ".3e")
            for shell, row in zip(response.shells, numbers["area_by_shell"], strict=True)
        ]
    screen.show(about, columns)
    variables = table.variables
    if compare:
        others = {name: one for name, one in compared.items() if name != model}
        variables = {**variables, **files.comparison_variables(compared[model], others.get(_ALONE))}

    def draw() -> Figure:
        title, fine = f"{known.symbol}, photoabsorption, {model}", figures.with_edges(photon, response.shells)
        if compare:
            again = {name: compare_photoabsorption(known.symbol, one, fine) for name, one in models.items()}
            return figures.comparison_figure(again, response.shells, title=title)
        fine_areas = photoabsorption(response, fine, by_shell=True)
        return figures.photoabsorption_figure(response.shells, fine, fine_areas, title=title)

    files.save(files.Results(Table(variables, about), draw), paths)
    screen.written(paths)


_ALONE = "independent electrons"


def _in_reach(photon: Array, chosen: options.ChosenResponse, atom: Atom, tolerance: float) -> Array:
    """The energies that the tables of a model reach; those beyond are left out, and said to be.

    Raises:
        ValueError: if none is left.
    """
    from nuatom.quantities import format_energy

    limit = float(getattr(chosen.of(atom, tolerance), "photon_limit", float("inf")))
    beyond = photon[photon > limit]
    if not beyond.size:
        return photon
    reach = f"photoabsorption of the model {chosen.word} goes up to {format_energy(limit)}"
    told = ", ".join(format_energy(float(value), 4) for value in beyond[:3]) + (", …" if beyond.size > 3 else "")
    if beyond.size == photon.size:
        raise ValueError(f"{reach}, not to {told}: take lower energies")
    screen.error(f"{reach}: left out {told}", name="Warning", style="yellow")
    return photon[photon <= limit]


def _word(name: str) -> str:
    """The name of a model in that of an attribute, which has no hyphens and no blanks."""
    return name.replace(" ", "_").replace("-", "_")


def _columns(compared: dict[str, PhotoComparison]) -> list[Column]:
    """What was measured, independent electrons where they are not the model, and how far each is off."""
    from nuatom.units import barn

    if not compared:
        return []
    megabarn = 1e6 * barn
    first, *others = compared.values()
    columns = [Column("independent\nMb", "independent[Mb]", (one.computed / megabarn).tolist()) for one in others]
    deviation = [
        100 * off if area > 0 else None  # closed in the model
        for off, area in zip(first.deviation.tolist(), first.computed.tolist(), strict=True)
    ]
    return [
        *columns,
        Column("measured\nMb", "measured[Mb]", (first.measured / megabarn).tolist()),
        Column("deviation\n%", "deviation[%]", deviation, "+.1f"),
    ]


def _in_words(compared: dict[str, PhotoComparison]) -> About:
    """How far the models are from what was measured."""
    from nuatom.quantities import format_energy

    about: About = {}
    for name, one in compared.items():
        about["measured"] = "Henke, Gullikson and Davis (1993), σ = 2 r_e λ f2, through periodictable"
        if one.median is None:
            about[f"{_word(name)}_deviation"] = "no point above the first edge and away from all"
            continue
        off = ", ".join(format_energy(float(value), 3) for value in one.off[:8])
        more = ", …" if len(one.off) > 8 else ""
        about[f"{_word(name)}_deviation"] = (
            f"median {100 * one.median:.1f} %; off by more than 30 %: {len(one.off)} of {int(one.counted.sum())} points"
            + (f" ({off}{more})" if off else "")
        )
    return about

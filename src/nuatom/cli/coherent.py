"""``nuatom coherent``: the atom recoils as a whole, its electrons with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import couplings, options, screen
from nuatom.cli.describe import About, command, mass_fractions_in_words
from nuatom.cli.groups import completion
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.functions import Array


def coherent(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="TARGET", help=f"{options.WORDS_OF_TARGETS}.")],
    energy: Annotated[
        str, typer.Option(metavar="ENERGY", help="Neutrino energy, such as 10MeV.", rich_help_panel="Neutrino")
    ],
    transfer: Annotated[
        str,
        typer.Option(
            metavar="RANGE",
            help="Recoil energies: start:stop:count, a list with commas, or one.",
            rich_help_panel="Neutrino",
        ),
    ],
    flavour: couplings.FlavourOption = None,
    antineutrino: couplings.AntineutrinoOption = False,
    typed: couplings.Options = options.NOTHING,
    electrons: Annotated[
        bool,
        typer.Option(
            "--electrons/--no-electrons",
            help="The neutral atom and its nucleus, or the nucleus alone.",
            rich_help_panel="Atom and model",
        ),
    ] = True,
    form_factor: Annotated[
        str,
        typer.Option(
            metavar="|".join(choices.FORM_FACTORS),
            autocompletion=completion(choices.FORM_FACTORS),
            help=options.explained(choices.FORM_FACTORS, "Form factor of the nucleus."),
            rich_help_panel="Atom and model",
        ),
    ] = "helm",
    exchange: options.ExchangeName = "kli",
    unit: options.Unit = "eV",
    output: options.Files = None,
) -> None:
    """Coherent scattering: the atom stays in its ground state and recoils with the energy T.

    The amplitudes of the nucleus and of the electrons add before they are squared. A moment or a charge of the
    neutrino sees a neutral atom, nothing at small momenta; to the weak interaction the electrons are a small
    correction above some eV. New mediators couple to electrons alone here; scalar ones have no coherent amplitude.

    dσ/dT is in cm²/keV per atom, or per formula unit of a compound, with natural isotopes unless others are chosen.
    Beside it stand the nucleus alone and the ratio of the two. What couples is what is given; without any, the
    magnetic moment.

    For example:

    nuatom coherent Ge --energy 10MeV --transfer 1eV:1keV:30 --weak

    nuatom coherent CsI --energy 30MeV --transfer 1:20keV:20 --weak --flavour mu --no-electrons -o csi.pdf
    """
    from nuatom import coherent as physics
    from nuatom import figures, units
    from nuatom import output as files
    from nuatom.quantities import format_energy, parse_quantity, parse_range

    paths = output or []
    files.check(paths)
    E, T = parse_quantity(energy), parse_range(transfer)
    scale = float(getattr(units, choices.choose("unit", unit, options.UNITS)))
    files.check_points(paths, len(T), f"transfers, got {transfer!r}", "1eV:1keV:30")
    chosen = couplings.make_coupling(couplings.read(typed), flavour, antineutrino)
    physics.channels(chosen.coupling)  # an error, if it has no coherent amplitude
    nucleus = choices.FORM_FACTORS.choose(form_factor)()
    potential = choices.EXCHANGES.choose(exchange)()
    about: About = {
        "command": command(context),
        "target": _isotopes(target),
        "mass_fractions": mass_fractions_in_words(target),
        "form_factors": f"nucleus {form_factor}; "
        + (f"electrons of the self-consistent atom, {exchange} exchange" if electrons else "no electrons"),
        **chosen.about,
        "energy": format_energy(E),
        "greatest_recoil": format_energy(float(physics.greatest_recoil(target, E))),
    }

    bare = physics.cross_section(chosen.coupling, target, E, T, electrons=False, nucleus=nucleus)
    whole = None
    if electrons:
        with screen.progress(f"solving the field of {target}"):
            whole = physics.cross_section(chosen.coupling, target, E, T, nucleus=nucleus, exchange=potential)

    screen.show(about, _columns(T, whole, bare, unit, scale))
    title = f"{target}, coherent, {chosen.title}, $E$ = {format_energy(E)}"
    results = files.Results(
        files.coherent_table(T, bare, E, atom=whole, attributes=about),
        lambda: figures.coherent_figure(T, bare, atom=whole, title=title),
    )
    files.save(results, paths)
    screen.written(paths)


def _columns(transfer: Array, whole: Array | None, bare: Array, unit: str, scale: float) -> list[Column]:
    from nuatom.units import cm2, keV

    def rate(title: str, name: str, values: Array) -> Column:
        return Column(f"{title}\ncm²/keV", f"{name}[cm2/keV]", (values / (cm2 / keV)).tolist())

    columns = [Column(f"T\n{unit}", f"T[{unit}]", (transfer / scale).tolist(), ".6g")]
    if whole is None:
        return [*columns, rate("nucleus alone", "nucleus", bare)]
    ratio = [a / n if n > 0 else None for a, n in zip(whole.tolist(), bare.tolist(), strict=True)]
    return [
        *columns,
        rate("dσ/dT", "dsigma/dT", whole),
        rate("nucleus alone", "nucleus", bare),
        Column("atom/\nnucleus", "atom/nucleus", ratio, ".6g"),
    ]


def _isotopes(target: str) -> str:
    """What is in a target, isotope by isotope."""
    from nuatom.coherent import nuclides

    parts = [f"{part.count:.4g} {part.element.symbol}-{part.mass_number}" for part in nuclides(target)]
    return f"{target}, of {', '.join(parts)}"

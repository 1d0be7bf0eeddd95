"""``nuatom dcs``: dσ/dT of an atom for one neutrino energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.response.model import Array
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
    mu_nu: options.MuNu = 3.2e-11,
    model: options.Model = "central-field",
    exchange: options.ExchangeName = "slater",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    by_shell: options.ByShell = False,
    list_lines: Annotated[
        bool,
        typer.Option("--lines", help="List the discrete excitations.", rich_help_panel="Output"),
    ] = False,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Cross section dσ/dT of a neutrino's magnetic moment on an atom, with its electrons bound.

    A free electron takes the energy T at one momentum Q only; a bound one has a spread of momenta and opens
    at its threshold, and far above that is as good as free. dσ/dT is the integral over Q² of the coupling's
    weight times the atom's response: of its charge, S (longitudinal part), and of its transverse current, R.

    dσ/dT is in cm²/keV per atom, continuum only. Discrete excitations are lines, each with an area in cm²
    (--lines). Beside it stand free electrons, (πα²μ²/m²)(1/T − 1/E) for each, and stepping: free above the
    threshold. A share of a subshell (--by-shell) is in percent of dσ/dT.

    For example:

    nuatom dcs Ge --energy 1MeV --transfer 0.05:15keV:40 --by-shell

    nuatom dcs Xe --energy 0.4MeV --transfer 1,2,5keV --mu-nu 6e-12 -o xe.csv -o xe.pdf
    """
    from nuatom import output as files
    from nuatom import plot, units
    from nuatom.approximations import Stepping
    from nuatom.quantities import format_energy, parse_quantity, parse_range
    from nuatom.response.free import FreeElectrons
    from nuatom.scattering import cross_section, lines, spectrum

    paths = output or []
    files.check(paths)
    E, T = parse_quantity(energy), parse_range(transfer)
    scale = float(getattr(units, options.choose("unit", unit, options.UNITS)))
    if any(path.suffix.lower() in files.FIGURES for path in paths) and len(T) < 2:
        raise ValueError(f"a figure needs two or more transfers, got {transfer!r}: try 0.05:15keV:40")
    chosen = options.make_coupling(mu_nu=mu_nu)
    make = options.choose("model", model, options.MODELS)
    known = options.make_atom(atom, exchange, nucleus, binding)
    response = options.make_model(make, known, tolerance)

    result = spectrum(chosen.coupling, response, E, T)
    free = cross_section(chosen.coupling, FreeElectrons(known), E, T)
    stepping = cross_section(chosen.coupling, Stepping(known), E, T)
    discrete = lines(chosen.coupling, response, E)

    about: About = {
        "command": command(context),
        **atom_in_words(known, exchange, nucleus),
        "model": f"{model}, tolerance {tolerance:g}" if model == "central-field" else model,
        "coupling": chosen.text,
        "energy": format_energy(E),
        **_lines_in_words(discrete),
    }
    tables = [_columns(result, free, stepping, unit, scale) + (_shares(result) if by_shell else [])]
    if list_lines:
        tables.append(_line_columns(discrete, unit, scale))
    screen.show(about, *tables)
    title = f"{known.symbol}, {chosen.text}, $E$ = {format_energy(E)}, {model}"
    results = files.Results(
        files.spectrum_table(result, free=free, stepping=stepping, lines=discrete, attributes=about),
        lambda: plot.spectrum_figure(result, free=free, stepping=stepping, title=title),
    )
    files.save(results, paths)
    screen.written(paths)


def _columns(result: Spectrum, free: Array, stepping: Array, unit: str, scale: float) -> list[Column]:
    """T, dσ/dT and its parts, the approximations, and how good they are."""
    from nuatom.units import cm2, keV

    def rate(title: str, name: str, values: Array) -> Column:
        return Column(f"{title}\ncm²/keV", f"{name}[cm2/keV]", (values / (cm2 / keV)).tolist())

    total = result.total
    ratio = [b / f if f > 0 else None for b, f in zip(total.tolist(), free.tolist(), strict=True)]
    return [
        Column(f"T\n{unit}", f"T[{unit}]", (result.transfer / scale).tolist(), ".6g"),
        rate("dσ/dT", "dsigma/dT", total),
        rate("longitudinal", "longitudinal", result.longitudinal.sum(axis=0)),
        rate("transverse", "transverse", result.transverse.sum(axis=0)),
        rate("free electrons", "free", free),
        rate("stepping", "stepping", stepping),
        Column("bound/\nfree", "bound/free", ratio, ".5f"),
        Column("est. error\n%", "error[%]", (100 * result.relative_error).tolist(), ".2g"),
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

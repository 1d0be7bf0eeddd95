"""``nuatom dcs``: dσ/dT of an atom for one neutrino energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            help="Energy transfers: start:stop:count (in the logarithm; a fourth part lin spaces evenly), a list "
            "with commas, or one.",
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

    Electrons that are bound cannot take any energy T at any momentum Q as free ones do: a shell opens at its
    threshold, and is as good as free far above it. dσ/dT is the integral over Q² of the coupling's weight times the
    atom's response: its charge (longitudinal part) and its transverse current.

    dσ/dT is in cm²/keV per atom, continuum only. Discrete excitations are lines, each with an area in cm² (--lines).
    Beside it stand free electrons, (πα²μ²/m²)(1/T − 1/E) for each, and stepping: free above the threshold.

    Examples:

    nuatom dcs Ge --energy 1MeV --transfer 0.05:15keV:40 --by-shell

    nuatom dcs Xe --energy 0.4MeV --transfer 1,2,5keV --mu-nu 6e-12 -o xe.csv -o xe.pdf
    """
    from pathlib import Path  # noqa: F401 - see below

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
    options.choose("model", model, options.MODELS)
    known = options.make_atom(atom, exchange, nucleus, binding)
    response = options.make_model(model, known, tolerance)

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
    tables = [_columns(result, free, stepping, unit, scale)]
    if by_shell:
        tables.append(_shares(result, tables[0][0]))
    if list_lines:
        tables.append(_line_columns(discrete, unit, scale))
    screen.show(about, *tables)
    title = f"{known.symbol}, {chosen.text}, $E$ = {format_energy(E)}, {model}"
    results = files.Results(
        files.spectrum_table(result, free=free, stepping=stepping, lines=discrete, attributes=about),
        lambda: plot.spectrum_figure(result, free=free, stepping=stepping, title=title),
    )
    deliver(results, paths)

"""``nuatom photo``: photoabsorption, the same response hit by a real photon."""

from __future__ import annotations

from typing import Annotated

import typer

from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command
from nuatom.cli.screen import Column


def photo(
    context: typer.Context,
    atom: options.Symbol,
    energy: Annotated[
        str,
        typer.Option(metavar="RANGE", help="Photon energies: start:stop:count, a list with commas, or one."),
    ],
    model: options.PhotoModel = "central-field",
    exchange: options.ExchangeName = "slater",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    by_shell: Annotated[
        bool,
        typer.Option("--by-shell/--total", help="Show every subshell, or the atom only.", rich_help_panel="Output"),
    ] = True,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Photoionisation cross section of an atom, by subshell.

    A real photon is the limit Q = T of the transverse current's response R, σ = 4π²αT R(T,Q)/Q². It has been
    measured, so it says how good the atom is.

    The total is in Mb (10⁻¹⁸ cm²) per atom and in cm²/g; the subshells are in Mb.

    For example:

    nuatom photo Xe --energy 0.02:100keV:50

    nuatom photo Ge --energy 1.2,2,5keV --total --binding measured -o ge.png -o ge.csv
    """
    from nuatom import output as files
    from nuatom import plot, units
    from nuatom.elements import target
    from nuatom.quantities import parse_range
    from nuatom.scattering import photoabsorption
    from nuatom.store import Table

    paths = output or []
    files.check(paths)
    photon = parse_range(energy)
    scale = float(getattr(units, options.choose("unit", unit, options.UNITS)))
    files.check_points(paths, len(photon), f"energies, got {energy!r}", "0.02:100keV:50")
    make = options.choose("model", model, options.PHOTO_MODELS)
    known = options.make_atom(atom, exchange, nucleus, binding)
    response = options.make_model(make, known, tolerance)

    areas = photoabsorption(response, photon, by_shell=True)
    mass = 1.0 / target(known.symbol).units_per_mass
    table = files.photoabsorption_table(response.shells, photon, areas, mass)
    about: About = {
        "command": command(context),
        **atom_in_words(known, exchange, nucleus),
        "model": f"{model}, tolerance {tolerance:g}" if model == "central-field" else model,
    }
    numbers = {name: variable.data for name, variable in table.variables.items()}
    columns = [
        Column(f"energy\n{unit}", f"energy[{unit}]", (photon / scale).tolist(), ".6g"),
        Column("total\nMb", "total[Mb]", numbers["area"].tolist()),
        Column("total\ncm²/g", "total[cm2/g]", numbers["area_per_mass"].tolist()),
    ]
    if by_shell:
        columns += [
            Column(f"{shell.label}\nMb", f"{shell.label}[Mb]", row.tolist(), ".3e")
            for shell, row in zip(response.shells, numbers["area_by_shell"], strict=True)
        ]
    screen.show(about, columns)
    results = files.Results(
        Table(table.variables, about),
        lambda: plot.photoabsorption_figure(
            response.shells, photon, areas, title=f"{known.symbol}, photoabsorption, {model}"
        ),
    )
    files.save(results, paths)
    screen.written(paths)

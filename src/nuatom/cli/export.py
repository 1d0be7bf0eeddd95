"""``nuatom export``: atomic factors of ionisation for other codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nuatom import choices
from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command, isotopes_in_words

WIMPRATES = ".pkl"
_FORMS = (".csv", ".nc", ".json")


def export(
    context: typer.Context,
    atom: options.Symbol,
    output: Annotated[
        list[Path],
        typer.Option("--output", "-o", metavar="FILE", help="csv, nc, json, or pkl for wimprates (f_ion only)."),
    ],
    form: Annotated[
        str,
        typer.Option("--format", metavar="f_ion|K|S", help="|f_ion|² = 4E'S, K = E_H S, or S itself in 1/keV."),
    ] = "f_ion",
    energy: Annotated[
        str,
        typer.Option("--energy", metavar="RANGE", help="Of the photoelectron for f_ion; transfers for K and S."),
    ] = "0.11eV:10keV:120",
    momentum: Annotated[
        str, typer.Option("--momentum", metavar="RANGE", help="Momentum transfers, times c.")
    ] = "1keV:1MeV:120",
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "slater",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
) -> None:
    """Ionisation factors of an atom, by subshell, over energy and momentum, for other people's codes.

    The energy that the atom absorbs is that of the photoelectron and the binding, which is in the file. The header
    has the convention, the field, the model with its screening, the thresholds and the version.

    For example:

    nuatom export Xe --format f_ion -o xe.nc

    nuatom export Xe --format f_ion -o xe-wimprates.pkl

    nuatom export Ge --format K --energy 0.1:10keV:60 --momentum 1:100keV:60 -o ge.csv
    """
    from nuatom import factors
    from nuatom import output as files
    from nuatom.files import write_files
    from nuatom.quantities import parse_range

    if form not in factors.FACTORS:
        raise ValueError(f"--format must be one of {', '.join(factors.FACTORS)}, not {form!r}")
    files.check(output, [*_FORMS, WIMPRATES])
    if form != "f_ion" and any(path.suffix.lower() == WIMPRATES for path in output):
        raise ValueError(f"a file {WIMPRATES} is for wimprates, which reads f_ion and not {form}: take --format f_ion")
    E, Q = parse_range(energy), parse_range(momentum)
    chosen = options.choose_model(model, choices.MODELS, own)
    words = options.field_of(context, chosen.word, exchange, nucleus, binding)
    known = options.make_atom(atom, *words)
    response = options.make_model(chosen, known, tolerance)
    about: About = {
        "command": command(context),
        **isotopes_in_words(atom),
        **atom_in_words(known, words),
        "response": chosen.in_words(tolerance),
    }
    told = {name: str(value) for name, value in about.items()}
    contents = []
    results = None
    for path in dict.fromkeys(output):
        if path.suffix.lower() == WIMPRATES:
            contents.append((path, factors.for_wimprates(response, E, Q, told)))
        else:
            results = results or files.Results(factors.factor_table(form, response, E, Q, told))
            contents.append((path, files.encoded(results, path.suffix)))
    write_files(contents)
    screen.written(output)

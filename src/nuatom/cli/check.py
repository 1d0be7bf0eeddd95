"""``nuatom check``: the certificate of an atom, each test with number, reference and tolerance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command, isotopes_in_words
from nuatom.cli.groups import completion
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.atom.field import Atom
    from nuatom.certificate import Certificate
    from nuatom.store import Table


CheckedModel = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="|".join(choices.TABULATED),
        autocompletion=completion(choices.TABULATED),
        help="central-field: the atom and its independent electrons. screened: what their moving together changes, a "
        "certificate of its own: sum rule, gauge, convergence, measured photoabsorption.",
        rich_help_panel="Atom and model",
    ),
]


def check(
    context: typer.Context,
    atom: options.Symbol,
    model: CheckedModel = "central-field",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    figures: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Draw the comparisons into this folder.", rich_help_panel="Output"),
    ] = None,
    output: options.Files = None,
) -> None:
    """Compare an atom and its response with exact laws and with numbers from outside.

    The response of any atom obeys sum rules, becomes that of free electrons far above the thresholds, and
    absorbs photons as has been measured. Each line is one such test: value, reference, deviation and the
    tolerance, in the unit the test names.

    Electrons that screen one another (--model screened) are those of the central field times a ratio, so they have
    two certificates: this one without --model for what is multiplied, and one for the ratio. It must move strength and
    add none, be the same in length and velocity, and stay when grid, multipoles and widths are changed.

    The exit code is 0 if all tests pass and 1 if one fails.

    For example:

    nuatom check Ge --figures ge-check -o ge-check.json

    nuatom check Xe --model screened --figures xe-screened
    """
    from nuatom import output as files
    from nuatom.figures import certificate_figures

    paths = output or []
    files.check(paths, files.DATA)
    if figures is not None:
        files.check_folder(figures)
    chosen = options.choose_model(model, choices.TABULATED, own)
    words = options.field_of(context, chosen.word, exchange, nucleus, binding)
    known = options.make_atom(atom, *words)
    with screen.progress(f"checking {known.symbol}") as report:
        certificate = _certified(chosen, known, report)
    passed = sum(item.passed for item in certificate.checks)
    failed = sum(item.failed for item in certificate.checks)
    about: About = {
        "command": command(context),
        **isotopes_in_words(atom),
        **atom_in_words(known, words),
        "model": chosen.in_words(),
        "result": f"{passed} of {len(certificate.checks)} checks passed, {failed} failed",
    }
    screen.show(about, _columns(certificate), fold=False)
    files.save(files.Results(_table(certificate, about)), paths)
    drawn = [] if figures is None else certificate_figures(certificate, figures)
    screen.written([*paths, *drawn])
    if not certificate.passed:
        names = ", ".join(item.name for item in certificate.checks if item.failed)
        screen.error(names, name="Failed")
        raise typer.Exit(1)


def _certified(chosen: options.ChosenResponse, atom: Atom, report: screen.Progress | None) -> Certificate:
    from nuatom.certificate import certify, certify_screening
    from nuatom.response.screened import Screened

    model = chosen.of(atom)
    if isinstance(model, Screened):
        return certify_screening(model, progress=report)
    return certify(atom, progress=report)


def _columns(certificate: Certificate) -> list[Column]:
    checks = certificate.checks
    return [
        Column("", "status", [item.status.value.upper() if item.failed else item.status.value for item in checks]),
        Column("check", "check", [item.name for item in checks]),
        Column("value", "value", [float(item.value) for item in checks], ".5g"),
        Column("reference", "reference", [float(item.reference) for item in checks], ".5g"),
        Column("deviation", "deviation", [float(item.deviation) for item in checks], ".2g"),
        Column("tolerance", "tolerance", [float(item.tolerance) for item in checks], ".2g"),
        Column("what, and source", "what", [f"{item.detail} [{item.source}]" for item in checks]),
    ]


def _table(certificate: Certificate, about: About) -> Table:
    """The checks as a table over the dimension check."""
    import numpy as np

    from nuatom.store import Table, Variable

    checks = certificate.checks

    def words(values: list[str], text: str) -> Variable:
        return Variable(("check",), np.array(values), "", text)

    def numbers(values: list[float], text: str) -> Variable:
        return Variable(("check",), np.array(values, dtype=float), "", text)

    passed = np.array([int(item.passed) for item in checks], dtype=np.int64)
    return Table(
        {
            "check": words([item.name for item in checks], "name of the check"),
            "passed": Variable(("check",), passed, "1", "1 if the deviation is within the tolerance"),
            "value": numbers([item.value for item in checks], "what was computed"),
            "reference": numbers([item.reference for item in checks], "what it should be"),
            "deviation": numbers([item.deviation for item in checks], "how far it is off"),
            "tolerance": numbers([item.tolerance for item in checks], "how far it may be off"),
            "detail": words([item.detail for item in checks], "what was checked"),
            "source": words([item.source for item in checks], "where the reference is from"),
        },
        about,
    )

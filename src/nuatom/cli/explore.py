"""``nuatom explore``: the page for a browser, as files or at once."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import options, screen
from nuatom.cli.groups import completion

if TYPE_CHECKING:
    from nuatom.explore.site import Shown

_PYTHON = {"central-field": "na.CentralField", "screened": "na.Screened"}


def explore(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Write the page into this folder, for any file server, instead of showing it.",
            rich_help_panel="Output",
        ),
    ] = None,
    elements: Annotated[
        str | None,
        typer.Option(
            metavar="SYMBOLS",
            help="Elements of the page, with commas, or compounds for theirs; by default those with stored tables.",
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            metavar="|".join(choices.TABULATED),
            autocompletion=completion(choices.TABULATED),
            help=options.explained(choices.TABULATED),
            rich_help_panel="Atom and model",
        ),
    ] = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    port: Annotated[int, typer.Option(metavar="PORT", help="Of the page on this computer; 0 is any that is free.")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser, or say where it is only.")
    ] = True,
) -> None:
    """Show cross sections, rates, edges and lines on a page in the browser.

    One chooses an element or a compound, couplings, an energy or a source, and sees dσ/dT or the rate with bound and
    free electrons and stepping, shell by shell. The page computes by itself, from tables of the elements that are
    written beside it: with -o it is a folder for any file server, and needs neither this program nor a network then.

    Without -o it is served on the loopback address, for a browser on this computer, until Ctrl-C.  What the
    page needs of an element takes half a minute the first time, and is kept beside the tables.

    For example:

    nuatom explore --elements Xe,CsI

    nuatom explore -o site --elements Ge --model central-field
    """
    from nuatom.explore import write_site
    from nuatom.explore.serving import address, server

    words = options.field_of(context, model, exchange, nucleus, binding)
    chosen = options.choose_model(model, choices.TABULATED, own)
    symbols = _symbols(elements) if elements is not None else _stored(chosen.word, words)
    # What is some model's own is said by its name.
    own_field = chosen.entry.own_field
    arguments = _arguments(words, () if own_field is None else own_field.words)

    def shown(symbol: str) -> Shown:
        from nuatom.explore.site import Shown
        from nuatom.functions import ALL

        made = options.make_model(chosen, options.make_atom(symbol, *words), tolerance, ALL)
        maker = _PYTHON.get(chosen.word)
        call = f'na.recommended("{symbol}")' if maker is None else f'{maker}(na.Atom("{symbol}"{arguments.python}))'
        name = chosen.in_words()
        return Shown(symbol, made, {"name": name, "python": call, "cli": f"--model {chosen.word}{arguments.cli}"})

    def write(where: Path) -> list[Path]:
        from nuatom.explore.kept import FOLDER
        from nuatom.store import Store

        made = [shown(symbol) for symbol in symbols]
        return write_site(where, made, lambda what: screen.note(f"tables of {what}"), Store().folder / FOLDER)

    if folder is not None:
        files = write(folder)
        size = sum(path.stat().st_size for path in files)
        screen.note(f"wrote {len(files)} files, {size / 1e6:.1f} MB, into {folder}: open it through a file server")
        return
    with TemporaryDirectory() as scratch:
        write(Path(scratch))
        with server(scratch, port) as running:
            where = address(running)
            screen.note(f"the explorer is at {where} until Ctrl-C")
            if browser:
                import webbrowser

                webbrowser.open(where)
            running.serve_forever()


class _Arguments:
    """What differs from an atom as it stands, in Python and on the command line."""

    def __init__(self) -> None:
        self.python = ""
        self.cli = ""


def _arguments(words: choices.FieldWords, own: Collection[str]) -> _Arguments:
    found = _Arguments()
    for key, value in words._asdict().items():
        if key in own or value == choices.FieldWords._field_defaults[key]:
            continue
        if key == "binding":
            found.python += f', binding="{value}"'
        else:
            made = choices.EXCHANGES.choose(value)() if key == "exchange" else choices.NUCLEI.choose(value)()
            found.python += f", {key}=na.{made!r}"
        found.cli += f" --{key} {value}"
    return found


def _symbols(text: str) -> list[str]:
    """The elements of a list of targets, each once."""
    from nuatom.targets import target

    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise ValueError(f"--elements: expected elements with commas, such as Xe,Ar, got {text!r}")
    return list(dict.fromkeys(symbol for name in names for symbol in target(name).atoms))


def _stored(word: str, words: choices.FieldWords) -> list[str]:
    """The elements whose tables are there.

    Raises:
        ValueError: for none.
    """
    from nuatom.explore.stored import stored_elements

    exchange = repr(choices.EXCHANGES.choose(words.exchange)())
    found = stored_elements(exchange, screened=word != "central-field")
    if not found:
        raise ValueError(f"no tables of the model {word} are stored yet: name elements to compute, --elements Ar")
    return found

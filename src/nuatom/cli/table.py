"""``nuatom table``: the tables on disk; build one ahead, list, clear, export."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuatom import choices
from nuatom.cli import options, screen
from nuatom.cli.describe import About, isotopes_in_words
from nuatom.cli.groups import OnceCommand, completion, expanded
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.store import Entry, Store


def build(
    context: typer.Context,
    atom: options.Symbol,
    model: Annotated[
        str,
        typer.Option(
            metavar="|".join(choices.TABULATED),
            autocompletion=completion(choices.TABULATED),
            help="Whose tables; those of screened are on top of those of central-field.",
            rich_help_panel="Atom and model",
        ),
    ] = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    axial: Annotated[
        bool,
        typer.Option("--axial", help="All functions, which --weak and some mediators need, and not S and R only."),
    ] = False,
) -> None:
    """Compute the response table of an atom, S and R over T (energy) and Q (momentum), unless it is there.

    Other commands do so themselves when they need it; this is to have it ready, on a node without users, say.

    For example:

    nuatom table build Xe

    nuatom table build Ge --model screened --exchange kohn-sham --axial
    """
    from nuatom.functions import Function
    from nuatom.store import Store

    chosen = options.choose_model(model, choices.TABULATED, own)
    words = options.field_of(context, chosen.word, exchange, nucleus, binding)
    store = Store()
    before = {entry.path for entry in store.entries()}
    known = options.make_atom(atom, *words)
    functions = tuple(Function) if axial else ()
    options.make_model(chosen, known, tolerance, functions)
    new = [entry for entry in store.entries() if entry.path not in before]
    about: About = {
        "folder": str(store.folder),
        "built": f"{len(new)} of {known.symbol}",
        **isotopes_in_words(atom),
    }
    if new:
        screen.show(about, _columns(new), fold=False)
    else:
        places = [str(folder) for folder in (store.folder, *store.atlas)]
        screen.note(f"the tables of {known.symbol} are there already, in {' or '.join(places)}")


def list_tables() -> None:
    """List the tables on disk: name, kind, size in kB, age in hours, place, if this version can read it, contents.

    The place is cache, the folder where tables are put, or atlas: a folder of NUATOM_ATLAS, or that of the package.

    For example:

    nuatom table list

    nuatom table list | awk '$4 > 24 {print $1}'
    """
    from nuatom.store import Store

    store = Store()
    entries = store.entries()
    total = sum(entry.size for entry in entries)
    about: About = {
        "folder": str(store.folder),
        **({"atlas": ", ".join(map(str, store.atlas))} if store.atlas else {}),
        "tables": f"{len(entries)}, {total / 1e6:.2f} MB",
    }
    screen.show(about, *([_columns(entries)] if entries else []), fold=False)


def clear(
    outdated: Annotated[
        bool,
        typer.Option("--outdated", help="Only those of another layout or physics, which are never read."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove the tables on disk; they are computed again when they are needed.

    Only files that nuatom wrote are removed.

    For example:

    nuatom table clear --outdated

    nuatom table clear --yes
    """
    from nuatom.store import Store

    store = Store()
    if not yes and not outdated:
        if not sys.stdin.isatty():
            raise ValueError("clearing every table asks first, and nobody is there to answer: add --yes")
        if not typer.confirm(f"Remove every table in {store.folder}?", err=True):
            screen.note("nothing was removed")
            return
    count = store.clear(outdated_only=outdated)
    screen.note(f"removed {count} table{'' if count == 1 else 's'} from {store.folder}")


def export(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="Name as in nuatom table list, or its beginning.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; its suffix is nc (netCDF).")],
) -> None:
    """Copy a table to a file, to be read with xarray or any other netCDF tool.

    Every variable carries its unit, and the attributes say what it was computed from.

    For example:

    nuatom table export atom-0f3a ge-orbitals.nc

    nuatom table export response-71 ~/xe-response.nc
    """
    from nuatom import output as files
    from nuatom.files import keep_apart, write_file
    from nuatom.store import Store

    files.check([path], [".nc"])
    entry = _named(Store(), name)
    keep_apart([path], [(entry.path, "the table itself")])
    write_file(path, entry.path.read_bytes())
    screen.written([path])


def _named(store: Store, name: str) -> Entry:
    """The one table whose name begins so."""
    found = [entry for entry in store.entries() if entry.path.stem.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(entry.path.stem for entry in found[:4])
        raise ValueError(f"{len(found)} tables have names that begin with {name!r}: {names}; write more of it")
    raise ValueError(f"no table has a name that begins with {name!r}; nuatom table list shows them")


def _columns(entries: list[Entry]) -> list[Column]:
    now = datetime.now(UTC)
    hours = [(now - entry.created).total_seconds() / 3600 for entry in entries]
    return [
        Column("name", "name", [entry.path.stem for entry in entries]),
        Column("kind", "kind", [entry.kind for entry in entries]),
        Column("size\nkB", "size[kB]", [entry.size / 1000 for entry in entries], ".1f"),
        Column("age\nhours", "age[h]", [round(age, 2) for age in hours], ".1f"),
        Column("place", "place", ["cache" if entry.own else "atlas" for entry in entries]),
        Column("current", "current", ["yes" if entry.current else "no" for entry in entries]),
        Column("contents", "contents", [_flat(entry.parameters or {}) for entry in entries]),
    ]


def _flat(parameters: Mapping[str, Any]) -> str:
    """Parameters on one line."""
    parts = []
    for name, value in parameters.items():
        parts.append(f"{name}=({_flat(value)})" if isinstance(value, Mapping) else f"{name}={value}")
    return " ".join(parts)


def app() -> typer.Typer:
    """The commands about tables."""
    made = typer.Typer(
        rich_markup_mode="rich",
        help="The tables on disk: build one ahead, list, clear, export.\n\nAn atom or a response is computed "
        "once and kept in a folder, NUATOM_CACHE if that is set. Other releases read it, too, while they compute the "
        "same numbers.\n\n"
        "For example:\n\nnuatom table build Xe\n\nnuatom table list",
    )
    for name, command in (("build", build), ("list", list_tables), ("clear", clear), ("export", export)):
        made.command(name, cls=OnceCommand, help=options.teaching(command))(expanded(command))
    return made

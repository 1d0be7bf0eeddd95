"""The command ``nuatom``: words and quantities with units in, tables and files out.

Nothing here computes.  A command reads its options, asks the library, and shows the answer: as a table on a
terminal, in plain columns in a pipe, and in files with ``-o``.  What goes wrong is one line on stderr.  The
exit code is 0, or 1 for a computation that failed, 2 for input that cannot be, 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import shlex
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Annotated

import typer

from nuatom import __version__
from nuatom.choices import extensions
from nuatom.cli import screen

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nuatom {__version__}")
        raise typer.Exit


def nuatom(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Neutrinos scattering off the bound electrons of an atom, from first principles.

    A neutrino of energy E leaves the energy T in an atom. Its coupling says how hard it hits, the atom says
    how it can answer, and dσ/dT is the integral of the product over the momentum transfer.

    Quantities carry their unit: [bold]2.8keV[/bold], [bold]1MeV[/bold]. A range is start:stop:count, spaced
    in the logarithm: [bold]0.05:15keV:40[/bold]; a fourth part :lin spaces it evenly; a list has commas:
    [bold]1,2,5keV[/bold].

    For example:

    nuatom dcs Ge --energy 1MeV --transfer 0.05:15keV:40 --weak --mu-nu 3.2e-11

    nuatom coherent Ge --energy 10MeV --transfer 1eV:1keV:30 --weak

    nuatom rate Ge --source reactor --flux 2.7e13/cm2/s --transfer 1:50keV:30 --mu-nu 3e-11

    nuatom events Xe --source solar --mu-nu 1e-11 -n 1e6 -o events.parquet

    nuatom limit gemma --sensitivity

    nuatom explore --elements Xe
    """


@cache
def application() -> typer.Typer:
    """The command line, made once: with the options that the registries declare, those of extensions among them.

    Raises:
        ExtensionError: for an extension that cannot be loaded.
        ValueError: for two options of one name.
    """
    extensions.load()
    # Not before: the words of their options are those of the registries.
    from nuatom.cli import (
        atlas,
        atom,
        check,
        coherent,
        dcs,
        events,
        explore,
        export,
        groups,
        limit,
        options,
        photo,
        probe,
        rate,
        table,
    )

    app = typer.Typer(
        name="nuatom",
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,  # an error is one line, see main
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=options.teaching(nuatom))(nuatom)
    atoms = (dcs.dcs, coherent.coherent, photo.photo, rate.rate, events.events)
    for one in (*atoms, limit.limit, atom.atom, export.export, check.check, explore.explore):
        app.command(cls=groups.OnceCommand, help=options.teaching(one))(groups.expanded(one))
    app.add_typer(probe.app(), name="probe")
    app.add_typer(table.app(), name="table")
    app.add_typer(atlas.app(), name="atlas")
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; never a traceback unless NUATOM_DEBUG is 1.

    Args:
        arguments: the words after ``nuatom``; by default those the program was called with.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    screen.prepare()
    try:
        with _warnings_in_one_line():
            code = application()(
                words or ["--help"],
                prog_name="nuatom",
                standalone_mode=False,
                obj=shlex.join(["nuatom", *words]),
            )
            sys.stdout.flush()
    except BrokenPipeError:
        screen.mute()  # the reader has what it wants
        return 0
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("NUATOM_DEBUG") == "1":
            raise
        message, code = _explained(error, words[0] if words else "")
        # A configuration may have several errors, one to a line; any other message is one line.
        head, *others = message.splitlines() if hasattr(error, "problems") else [message]
        screen.error(head)
        for line in others:
            screen.error(line, name="")
    if code == INTERRUPTED:
        screen.error("interrupted; nothing was written", name="")
    return code if isinstance(code, int) else 0


_LESS = {
    "limit": "fewer toys (--toys), one response (--alone), or wider bins (bins.edges)",
    "photo": "fewer energies at a time",
    "check": "a lighter atom",
    "table": "a lighter atom",
    "atlas": "fewer workers",
    "atom": "a lighter atom",
    "explore": "fewer elements at a time",
}
"""What asks for less memory, by command; of the others it is fewer transfers."""


def _explained(error: Exception, name: str) -> tuple[str, int]:
    """One line for an exception of a command, and the exit code."""
    if hasattr(error, "format_message"):  # typer's own, about the words of the command line
        context = getattr(error, "ctx", None)
        hint = f" (try {context.command_path} --help)" if context is not None else ""
        return f"{error.format_message()}{hint}", BAD_INPUT
    if isinstance(error, ValueError):
        return str(error), BAD_INPUT
    if isinstance(error, RuntimeError | OSError):
        return str(error), FAILED
    if isinstance(error, MemoryError):
        return f"out of memory; ask for {_LESS.get(name, 'fewer transfers at a time')}", FAILED
    return f"internal error, {type(error).__name__}: {error}; NUATOM_DEBUG=1 shows where", FAILED


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    def show(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
        screen.error(str(message), name="Warning", style="yellow")

    before = warnings.showwarning
    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before

"""``nuatom atlas``: folders of tables for many; build, verify, describe, fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nuatom.cli import options, screen
from nuatom.cli.describe import About
from nuatom.cli.groups import OnceCommand, expanded
from nuatom.cli.screen import Column

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the atlas.")]
Into = Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder; it is made if it is not there.")]


def build(
    elements: Annotated[
        str, typer.Option("--elements", metavar="LIST", help="Symbols, names or numbers and ranges: Xe,Ge or 1-36,54.")
    ],
    into: Into,
    response: Annotated[
        str, typer.Option("--response", metavar="recommended|screened|central-field", help="Whose tables.")
    ] = "recommended",
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Processes on this computer, of one thread each.")
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster that is there: tcp://host:8786."),
    ] = None,
) -> None:
    """Compute all tables of many elements, one task each on a worker of Dask, unless they are in the folder.

    It may be interrupted and called again, and several may fill one folder: nothing is computed twice. At the end the
    folder has a manifest.json of all its files.

    For example:

    nuatom atlas build --elements 1-36,Xe --workers 2 --into atlas

    nuatom atlas build --elements 1-100 --scheduler tcp://login1:8786 --into /shared/atlas
    """
    from nuatom import atlas

    with screen.told_progress("building") as report:
        outcomes = atlas.build(read_elements(elements), into, response, workers, scheduler, report)
    about: About = {
        "folder": str(into),
        "elements": f"{len(outcomes)}, {sum(one.state == 'built' for one in outcomes)} of them built",
        "processor_time": f"{sum(one.processor for one in outcomes):.1f} s",
    }
    screen.show(
        about,
        [
            Column("element", "element", [one.symbol for one in outcomes]),
            Column("state", "state", [one.state for one in outcomes]),
            Column("files", "files", [len(one.files) for one in outcomes], "d"),
            Column("processor\ns", "processor[s]", [round(one.processor, 2) for one in outcomes], ".1f"),
            Column("time\ns", "time[s]", [round(one.seconds, 2) for one in outcomes], ".1f"),
            Column("memory\nMB", "memory[MB]", [round(one.peak) for one in outcomes], "d"),
            Column("message", "message", [one.message for one in outcomes]),
        ],
        fold=False,
    )
    failed = [one.symbol for one in outcomes if one.state == "failed"]
    if failed:
        raise RuntimeError(f"{', '.join(failed)} failed, see the last column; what was built is in {into}")


def verify(
    folder: Folder,
    nodes: Annotated[
        int, typer.Option("--nodes", min=0, help="Energies of each response table to compute again; 0 for seals only.")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of their choice.")] = 1,
) -> None:
    """Check the files of an atlas: seals, manifest, versions, and numbers computed again from nothing.

    For example:

    nuatom atlas verify atlas --nodes 2
    """
    from nuatom import atlas

    with screen.told_progress("verifying") as report:
        findings = atlas.verify(folder, nodes, seed, report)
    bad = [one for one in findings if one.fault]
    screen.show(
        {"folder": str(folder), "tables": len(findings), "faults": len(bad)},
        [
            Column("name", "name", [one.name for one in findings]),
            Column("nodes", "nodes", [one.nodes for one in findings], "d"),
            Column("worst", "worst", [one.worst for one in findings], ".1e"),
            Column("fault", "fault", [one.fault for one in findings]),
        ],
        fold=False,
    )
    if bad:
        raise RuntimeError(
            f"{len(bad)} of {len(findings)} tables of {folder} are faulty: {bad[0].name}, {bad[0].fault}"
        )


def info(
    folder: Annotated[str, typer.Argument(metavar="DIR|shipped", help="A folder, or the one of the package.")],
) -> None:
    """What is in an atlas: by element and kind the number of tables, sizes, and versions that wrote them.

    For example:

    nuatom atlas info shipped
    """
    from nuatom import atlas

    found = atlas.contents(folder)
    screen.show(
        {
            "folder": str(found.folder),
            "tables": f"{len(found.rows)}, {sum(row.size for row in found.rows) / 1e6:.2f} MB",
        },
        [
            Column("element", "element", [row.symbol for row in found.rows]),
            Column("kind", "kind", [row.kind for row in found.rows]),
            Column("size\nkB", "size[kB]", [row.size / 1000 for row in found.rows], ".1f"),
            Column("current", "current", ["yes" if row.current else "no" for row in found.rows]),
            Column("version", "version", [row.version for row in found.rows]),
            Column("created", "created", [row.created for row in found.rows]),
            Column("name", "name", [row.name for row in found.rows]),
        ],
        fold=False,
    )


def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="Of the folder on a server: https://…")],
    into: Into,
) -> None:
    """Download an atlas, each file checked with the SHA-256 of its manifest; what is there is not fetched again.

    For example:

    nuatom atlas fetch https://example.org/atlas --into atlas
    """
    from nuatom import atlas

    with screen.told_progress("fetching") as report:
        fresh = atlas.fetch(url, into, report)
    screen.note(f"fetched {len(fresh)} tables into {into}; NUATOM_ATLAS={into} has them read")


def read_elements(text: str) -> list[str | int]:
    """Elements of a list such as "1-36,Xe".

    Raises:
        ValueError: for an empty part, or a range that runs backwards or leaves 1 to 100.
    """
    found: list[str | int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if dash and first.isdigit() and last.isdigit():
            if not 1 <= int(first) <= int(last) <= 100:
                raise ValueError(f"--elements: {part.strip()!r} is no range of atomic numbers from 1 to 100")
            found += range(int(first), int(last) + 1)
        elif not part.strip():
            raise ValueError(f"--elements: a part of {text!r} is empty; expected a list such as 1-36,Xe")
        else:
            found.append(int(first) if first.isdigit() and not dash else part.strip())
    return found


def app() -> typer.Typer:
    """The commands about atlases."""
    made = typer.Typer(
        rich_markup_mode="rich",
        help="Folders of tables for many: build them on many processes, verify, describe, fetch.\n\n"
        "NUATOM_ATLAS names folders that are read before anything is computed.\n\n"
        "For example:\n\nnuatom atlas build --elements Xe,Ge --workers 2 --into atlas\n\nnuatom atlas info shipped",
    )
    for name, command in (("build", build), ("verify", verify), ("info", info), ("fetch", fetch)):
        made.command(name, cls=OnceCommand, help=options.teaching(command))(expanded(command))
    return made

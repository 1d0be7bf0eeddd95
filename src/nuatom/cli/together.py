"""``nuatom limit`` of several experiments: each alone, and all of them in one fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuatom.cli import contour as pairs
from nuatom.cli import exclusions, screen

if TYPE_CHECKING:
    from nuatom.cli.describe import About
    from nuatom.config import Joint, Limit, Parameter
    from nuatom.config.analysis import Analysis

TOGETHER = "together"
"""The row of all experiments."""


def limits(
    about: About, joint: Joint, chosen: list[Parameter], sensitivity: bool, toys: tuple[int, int], paths: list[Path]
) -> None:
    """Show the limits of all experiments together and of each, and write the likelihoods.

    Args:
        about: what was typed.
        joint: the experiments.
        chosen: the parameters.
        sensitivity: whether what is expected is asked for.
        toys: of Feldman and Cousins, and their seed; none of them for no toys.
        paths: of the files.
    """
    from nuatom.output import save

    rows: list[tuple[Parameter, str, Limit]] = []
    runs: dict[str, Analysis] = {TOGETHER: joint, **joint.experiments}
    _prepare(joint)
    for p in chosen:
        for name, one in runs.items():
            with screen.progress(f"{name}: limits on {p.part}") as report:
                rows.append((p, name, (one.sensitivity if sensitivity else one.limit)(p.name, report)))
        if toys[0]:
            with screen.progress(f"{toys[0]} toys at each value of {p.part}") as report:
                rows.append((p, TOGETHER, joint.toys(p.name, *toys, report)[0]))
    told = {**about, **_about(joint, sensitivity), **exclusions.remarks(rows, sensitivity)}
    screen.show(told, *(exclusions.columns([row for row in rows if row[0] is p], sensitivity) for p in chosen))
    if paths:
        save(exclusions.results(runs, chosen[0], rows, told, sensitivity, of="experiment"), paths)
        screen.written(paths)


def regions(
    about: About, joint: Joint, both: tuple[Parameter, Parameter], sensitivity: bool, paths: list[Path]
) -> None:
    """Show what is allowed of two parameters together, and write it.

    The arguments are those of `limits`, with the two parameters.
    """
    from nuatom.output import save

    _prepare(joint)
    with screen.progress("fitting at every point of the two parameters"):
        found = pairs.regions({TOGETHER: joint, **joint.experiments}, both, sensitivity)
    told = {**about, **_about(joint, sensitivity)}
    told["limit"] = f"{told['limit']}, of {both[0].part} and {both[1].part} together"
    screen.show(told, *pairs.columns(found))
    if paths:
        save(pairs.results(found, told, joint.title), paths)
        screen.written(paths)


def _prepare(joint: Joint) -> None:
    """Compute what every experiment expects."""
    for name, one in joint.experiments.items():
        with screen.progress(f"{name}: computing the response of {one.target}") as report:
            one.material(report)
            _ = one.model


def _about(joint: Joint, sensitivity: bool) -> About:
    what = "expected without a signal" if sensitivity or joint.counts is None else "from the data"
    about: About = {"experiments": joint.title}
    for name, one in joint.experiments.items():
        published = one.settings.published
        if published is not None and (known := [p for p in joint.parameters if p.name in published.limits]):
            told = ", ".join(f"{p.name} {published.limits[p.name] / p.scale:g}" for p in known)
            about[f"published_{_plain(name)}"] = f"{told} ({published.reference})"
    own = [name for name in joint.model.parameters[len(joint.parameters) :] if name not in joint.shared]
    return {
        **about,
        "response": ", ".join(dict.fromkeys(one.settings.model.response for one in joint.experiments.values())),
        "shared_nuisances": ", ".join(joint.shared) or "none",
        "nuisances": ", ".join(own) or "none",
        "limit": f"{what}, {joint.asked.confidence:.4g} confidence",
        "procedure": joint.procedure_word if joint.parameters[0].squared else "unified",
    }


def _plain(name: str) -> str:
    """A name as what is written in files may have it."""
    return "".join(mark if mark.isascii() and mark.isalnum() else "_" for mark in name)

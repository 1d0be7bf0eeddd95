"""``nuatom rate --detected``: counts in bins of reconstructed energy, as a detector sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuatom.cli import screen
from nuatom.cli.screen import Column
from nuatom.cli.sources import exposure_in_words

if TYPE_CHECKING:
    from nuatom.cli.describe import About
    from nuatom.config import Experiment
    from nuatom.functions import Array
    from nuatom.neutrino.coupling import Coupling

KEYS = ("exposure", "resolution", "threshold", "efficiency")
"""What of a detector may be typed."""


def experiment(
    configured: Experiment | None,
    target: str,
    source: Mapping[str, Any],
    detector: Mapping[str, str | None],
    bins: str | None,
    model: Mapping[str, Any],
    in_matter: Mapping[str, Any],
    recoils: bool,
) -> Experiment:
    """The experiment that the options describe, or a configuration with what they change.

    Args:
        configured: a configuration that stands in the place of a target.
        target: what is hit.
        source: the table of the source, as in a configuration.
        detector: what was typed of the detector, by key.
        bins: their edges, as typed.
        model: the table of the response: what was typed.
        in_matter: keys of the target: what was typed of the matter that its atoms are in.
        recoils: whether nuclei are asked for.

    Raises:
        ConfigError: for what does not make sense, by its key.
        ValueError: for a missing exposure or missing bins.
    """
    from nuatom.config import Experiment

    given = {name: _value(name, text) for name, text in detector.items() if text is not None}
    if configured is None:
        for option, value in (("exposure", detector["exposure"]), ("bins", bins)):
            if value is None:
                example = "1 kg year" if option == "exposure" else "0.2:10keV:50"
                raise ValueError(f"counts need --{option}, such as --{option} {example!r}")
        seen = {"channels": ["recoils"], "quenching": 1.0} if recoils else {}
        content: dict[str, Any] = {
            "source": dict(source),
            "target": {"material": target, **in_matter},
            "detector": {**given, **seen},
            "bins": {"edges": bins},
            "model": dict(model),
        }
        return Experiment(content, Path(), "the command line")
    one = configured
    if given or in_matter:
        one = one.with_settings(detector=given, target=dict(in_matter))
    if bins is not None:
        content = {**{key: table for key, table in one.content.items() if key != "data"}, "bins": {"edges": bins}}
        one = Experiment(content, one.folder, one.name)
    words = dict(model)
    if response := words.pop("response", None):
        return one.with_response(response, **words)
    return one.with_settings(model=words) if words else one


def _value(name: str, text: str) -> Any:
    """What was typed as in a configuration: an efficiency is a number, or a file; files are where one is."""
    if name == "efficiency":
        try:
            return float(text)
        except ValueError:
            return str(Path(text).absolute())
    if name == "resolution" and Path(text).suffix in (".csv", ".txt", ".dat", ".tsv"):
        return str(Path(text).absolute())
    return text


def show(about: About, one: Experiment, coupling: Coupling, recoils: bool, paths: list[Path]) -> None:
    """Show and write the counts in each bin.

    Args:
        about: what was typed.
        one: the experiment.
        coupling: of the neutrino.
        recoils: whether nuclei are asked for.
        paths: of the files.
    """
    import numpy as np

    from nuatom.output import Results, save
    from nuatom.quantities import format_energy
    from nuatom.store import Table, Variable
    from nuatom.units import keV

    with screen.progress(f"computing the counts in {one.target}") as report:
        if not recoils:
            one.material(report)
        found = one.expected_recoils(coupling) if recoils else one.expected(coupling)
    edges = one.edges / keV
    groups: dict[str, Mapping[str, Array]] = {"part": found.by_part, "component": found.by_component}
    if one.backgrounds:
        groups["background"] = one.backgrounds
    total = found.total
    told: About = {
        **about,
        "detector": f"{exposure_in_words(one)}, threshold {format_energy(one.detector.threshold)}",
        "counts": f"{float(total.sum()):.6g} in the bins, from {edges[0]:g} to {edges[-1]:g} keV",
    }
    above = one.edges[:-1] >= one.detector.threshold * (1 - 1e-9)
    if not above.all():
        told["above_threshold"] = f"{float(total[above].sum()):.6g}"
    if one.backgrounds:
        told["background"] = f"{float(sum(np.sum(counts) for counts in one.backgrounds.values())):.6g} in the bins"
    columns = [
        Column("from\nkeV", "low[keV]", edges[:-1].tolist(), ".6g"),
        Column("to\nkeV", "high[keV]", edges[1:].tolist(), ".6g"),
        Column("counts", "counts", total.tolist(), ".4g"),
    ]
    variables = {
        "low": Variable(("bin",), edges[:-1], "keV", "lower edge of the reconstructed energy"),
        "high": Variable(("bin",), edges[1:], "keV", "upper edge of the reconstructed energy"),
        "counts": Variable(("bin",), total, "1", "counts of the neutrinos"),
        "relative_error": Variable(
            ("bin",), np.asarray(found.relative_error), "1", "estimated relative error of counts"
        ),
    }
    for kind, group in groups.items():
        if len(group) > 1 or kind == "background":
            columns += [
                Column(f"{name}\n({kind})", f"{kind}:{name}".replace(" ", "_"), counts.tolist(), ".4g")
                for name, counts in group.items()
            ]
        variables[kind] = Variable((kind,), np.array(list(group)), "", kind)
        variables[f"counts_by_{kind}"] = Variable(
            (kind, "bin"), np.stack(list(group.values())), "1", f"counts by {kind}"
        )
    screen.show(told, columns)
    save(Results(Table(variables, told)), paths)
    screen.written(paths)

"""``nuatom limit --contour``: what is allowed of two parameters together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nuatom.cli import screen
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.cli.describe import About
    from nuatom.config import Experiment, Parameter
    from nuatom.config.analysis import Analysis
    from nuatom.config.regions import Region
    from nuatom.output import Results


def pair(text: str, experiment: Analysis) -> tuple[Parameter, Parameter]:
    """The two parameters of ``FIRST,SECOND``.

    Raises:
        ValueError: for another number of them, one twice, or one that is not fitted.
    """
    names = [name.strip() for name in text.split(",")]
    fitted = [parameter.name for parameter in experiment.parameters]
    if len(fitted) < 2:
        raise ValueError(f"--contour needs two parameters, and {fitted[0]} alone is fitted: name more in neutrino.fit")
    if len(names) != 2 or names[0] == names[1] or not all(names):
        raise ValueError(f"--contour: expected two different ones such as millicharge,charge_radius, got {text!r}")
    for name in names:
        if name not in fitted:
            raise ValueError(
                f"--contour: {name!r} is not fitted: expected two of {', '.join(fitted)}; neutrino.fit of the "
                "configuration says what is"
            )
    first, second = (experiment.parameter(name) for name in names)
    return first, second


def regions(
    runs: Mapping[str, Experiment] | Mapping[str, Analysis],
    chosen: tuple[Parameter, Parameter],
    sensitivity: bool,
    report: screen.Progress | None = None,
) -> dict[str, Region]:
    """The region of each response, all over the same values; how many are done is reported."""
    import numpy as np

    names = chosen[0].name, chosen[1].name
    spans = [one.window(*names, expected=sensitivity) for one in runs.values()]
    common = tuple((min(s[i][0] for s in spans), max(s[i][1] for s in spans)) for i in (0, 1))
    points: int | None = None
    while True:
        found: dict[str, Region] = {}
        for word, one in runs.items():
            if report is not None:
                report(len(found), len(runs))
            found[word] = one.region(*names, (common[0], common[1]), expected=sensitivity, points=points)
        grids = [region.values for region in found.values()]
        largest = tuple((min(g[i][0] for g in grids), max(g[i][-1] for g in grids)) for i in (0, 1))
        if all(np.array_equal(g[i], grids[0][i]) for g in grids for i in (0, 1)):
            return found
        common = largest  # one of them needed more than the others
        points = max(len(g[0]) for g in grids)


def columns(found: Mapping[str, Region]) -> list[list[Column]]:
    """A table for each parameter: its best fit and its span, a row for each response."""
    tables = []
    first = next(iter(found.values()))
    for i, parameter in enumerate((first.first, first.second)):
        unit, name = parameter.short, parameter.label.replace(" ", "_")
        numbers = [(one.best[i], *one.spans[i]) for one in found.values()]
        best, low, high = ([value / parameter.scale for value in row] for row in zip(*numbers, strict=True))
        tables.append(
            [
                Column(parameter.part, "response", list(found)),
                Column(f"best fit\n{unit}", f"best[{name}]", best, ".3g"),
                Column(f"from\n{unit}", f"low[{name}]", low, ".3g"),
                Column(f"to\n{unit}", f"high[{name}]", high, ".3g"),
            ]
        )
    return tables


def results(found: Mapping[str, Region], about: About, title: str) -> Results:
    """−2 ln L over both parameters for each response, one row per point, and the regions as a figure."""
    import numpy as np

    from nuatom import figures
    from nuatom.output import Results
    from nuatom.store import Table, Variable

    region = next(iter(found.values()))
    both = (region.first, region.second)
    values = [grid / p.scale for grid, p in zip(region.values, both, strict=True)]
    points = np.meshgrid(*values, indexing="ij")
    text = "-2 ln L less its least, the other parameters at their best"
    variables = {p.name: Variable(("point",), at.ravel(), p.label, p.part) for p, at in zip(both, points, strict=True)}
    variables["rise"] = Variable(
        ("response", "point"), np.stack([one.contour.rise.ravel() for one in found.values()]), "1", text
    )
    variables["response"] = Variable(("response",), np.array(list(found)), "", "response of the target")
    for i, p in enumerate(both):
        rows = {"best": [one.best[i] for one in found.values()]}
        rows |= {end: [one.spans[i][k] for one in found.values()] for k, end in enumerate(("low", "high"))}
        for name, row in rows.items():
            said = "best fit" if name == "best" else f"{name}er end of the region"
            variables[f"{p.name}_{name}"] = Variable(("response",), np.array(row) / p.scale, p.label, said)
    labels = [rf"${p.symbol}$  [{p.label}]" for p in both]
    return Results(
        Table(variables, about),
        lambda: figures.contour_figure(
            (values[0], values[1]),
            {word: one.contour.rise for word, one in found.items()},
            {word: (one.best[0] / both[0].scale, one.best[1] / both[1].scale) for word, one in found.items()},
            region.confidence,
            (labels[0], labels[1]),
            title=title,
        ),
    )

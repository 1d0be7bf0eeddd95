"""What ``nuatom limit`` shows and writes of limits on one parameter, beside what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuatom.cli.describe import About
    from nuatom.config import Experiment, Limit, Parameter
    from nuatom.config.analysis import Analysis
    from nuatom.figures import Counts
    from nuatom.functions import Array
    from nuatom.output import Results

Row = tuple["Parameter", str, "Limit"]
"""A parameter, the word of a response, and the limit with it."""
_TITLES = {-2: "−2σ", -1: "−1σ", 0: "median", 1: "+1σ", 2: "+2σ"}
_NAMES = {-2: "minus2sigma", -1: "minus1sigma", 0: "median", 1: "plus1sigma", 2: "plus2sigma"}
_MARGIN = 1.15  # of a figure, beyond the largest limit


def remarks(rows: list[Row], sensitivity: bool) -> About:
    """What has to be said of the limits beside their numbers."""
    about: About = {}
    shown = _shown(sensitivity)
    if any(_is_empty(found.bands[band]) for _, _, found in rows if found.bands for band in shown):
        about["bands"] = "– where the data would fluctuate so low that no value is left, 0 included; not in files"
    low = [f"{parameter.part} with {word}" for parameter, word, found in rows if found.fluctuated_down]
    if low:
        about["remark"] = (
            f"a downward fluctuation: the limit on {', '.join(low)} lies below the −1σ band, and is stronger than that "
            "of 84 % of such experiments without a signal"
        )
    return about


def columns(rows: list[Row], sensitivity: bool, published: float | None = None) -> list[Column]:
    """The limits on one parameter, a row for each response and method.

    Args:
        rows: the limits.
        sensitivity: whether they are what is expected.
        published: the limit that the experiment itself has, in public units.
    """
    parameter = rows[0][0]
    unit, name = parameter.short, parameter.label.replace(" ", "_")
    limits = [found for _, _, found in rows]

    def column(title: str, own: str, values: list[float | None]) -> Column:
        cells = [None if value is None else value / parameter.scale for value in values]
        return Column(f"{title}\n{unit}", f"{own}[{name}]", cells, ".3g")

    def band(found: Limit, which: int, *, low: bool = False) -> float | None:
        bands = found.low_bands if low else found.bands
        value = None if bands is None else bands[which]
        return None if value is None or (parameter.squared and _is_empty(value)) else value

    made = [Column(parameter.part, "response", [word for _, word, _ in rows])]
    if not parameter.squared or any(found.low > 0 for found in limits):
        made.append(column("low", "low", [found.low for found in limits]))
    made.append(column("high", "high", [found.high for found in limits]))
    for low in (True, False):
        own = [found for found in limits if (found.low_bands if low else found.bands)]
        for which in _shown(sensitivity) if own else ():
            prefix = "low_" if low else "high_" if not parameter.squared else ""
            title = f"{prefix.replace('_', ' ')}{_TITLES[which]}"
            made.append(column(title, f"{prefix}{_NAMES[which]}", [band(found, which, low=low) for found in limits]))
    first = limits[0].high
    if parameter.squared:
        ratios: list[float | None] = [found.high / first if first else None for found in limits]
        made.append(Column("ratio to\nthe first", "ratio", ratios, ".4f"))
    if published is not None:
        over: list[float | None] = [max(-found.low, found.high) / published for found in limits]
        made.append(Column("over\npublished", "over_published", over, ".3f"))
    return [*made, Column("method", "method", [found.method for found in limits])]


def results(
    runs: Mapping[str, Experiment] | Mapping[str, Analysis],
    parameter: Parameter,
    rows: list[Row],
    about: About,
    sensitivity: bool,
    of: str = "response",
) -> Results:
    """The likelihood along a parameter for each response, of the data or of what is expected, and its figure.

    Args:
        runs: by the word of a row.
        parameter: along which.
        rows: the limits.
        about: what was computed.
        sensitivity: whether they are what is expected.
        of: what the rows are of: responses, or experiments, of which there is no figure.
    """
    import numpy as np

    from nuatom import figures
    from nuatom.config import Experiment
    from nuatom.output import Results
    from nuatom.store import Table, Variable

    own: dict[str, Limit] = {}
    for which, word, found in rows:  # of several methods for one response, the first
        if which is parameter:
            own.setdefault(word, found)
    first = next(iter(runs.values()))
    everything = [found for which, _, found in rows if which is parameter]
    fitted = _along(first, parameter, everything, sensitivity)
    rises = {word: one.scan(parameter.name, fitted, expected=sensitivity).rise for word, one in runs.items()}
    # Data that only a signal explains are impossible without one: −2 ln L is infinite there, and begins beside it.
    there = np.all([np.isfinite(rise) for rise in rises.values()], axis=0)
    fitted, rises = fitted[there], {word: rise[there] for word, rise in rises.items()}
    values = np.array([parameter.value(value) / parameter.scale for value in fitted])
    unit = parameter.label

    def of_all(numbers: list[float], text: str) -> Variable:
        return Variable((of,), np.array(numbers) / parameter.scale, unit, text)

    what = "expected without a signal" if sensitivity or first.counts is None else "of the data"
    variables = {
        "value": Variable(("value",), values, unit, parameter.part),
        "rise": Variable(
            (of, "value"),
            np.stack(list(rises.values())),
            "1",
            f"-2 ln L less its least, the other parameters at their best, {what}",
        ),
        of: Variable((of,), np.array(list(rises)), "", "response of the target" if of == "response" else of),
        "low": of_all([own[w].low for w in rises], "lower end of the interval"),
        "high": of_all([own[w].high for w in rises], "upper end, or the limit"),
    }
    for low in (True, False):
        for band in _shown(sensitivity):
            bands = [own[w].low_bands if low else own[w].bands for w in rises]
            numbers = [each[band] for each in bands if each is not None]
            if len(numbers) < len(rises) or (parameter.squared and any(map(_is_empty, numbers))):
                continue
            prefix = "low_" if low else "high_" if not parameter.squared else ""
            end = "lower end" if low else "upper end" if not parameter.squared else "limit"
            text = f"{end} expected without a signal, {_NAMES[band].replace('1', ' 1 ').replace('2', ' 2 ')}"
            variables[f"{prefix}{_NAMES[band]}"] = of_all(numbers, text)
    variables["method"] = Variable((of,), np.array([own[w].method for w in rises]), "", "how it was found")
    ends = {word: (own[word].low / parameter.scale, own[word].high / parameter.scale) for word in rises}
    label = rf"${parameter.symbol}$  [{unit}]"
    head = own[next(iter(rises))]
    usual: tuple[float, float, float] | None = None
    if head.bands is not None and head.low_bands is None:
        below, middle, above = (head.bands[k] / parameter.scale for k in (-1, 0, 1))
        usual = below, middle, above

    def figure() -> Figure:
        assert isinstance(first, Experiment)
        return figures.limit_figure(
            _counts(first, parameter, head, sensitivity), values, rises, ends, label, title=first.title, expected=usual
        )

    return Results(Table(variables, about), figure if of == "response" else None)


def _shown(sensitivity: bool) -> tuple[int, ...]:
    """Which bands are told: all of them where they are the question, and otherwise those that a limit is judged by."""
    return (-2, -1, 0, 1, 2) if sensitivity else (-1, 0, 1)


def _is_empty(limit: float) -> bool:
    """Whether a one-sided limit is the 0 that stands for no value at all that is allowed."""
    return limit == 0


def _along(experiment: Analysis, parameter: Parameter, limits: list[Limit], sensitivity: bool) -> Array:
    """Values of the fit that reach beyond every limit, and beyond the band of those that were expected."""
    import numpy as np

    values = experiment.scan(parameter.name, expected=sensitivity).values
    ends = [parameter.to_fit(end) for found in limits for end in (found.low, found.high)]
    ends += [parameter.to_fit(found.bands[1]) for found in limits if found.bands is not None]
    if parameter.squared:
        return np.linspace(0.0, max(float(values[-1]), _MARGIN**2 * max(ends)), len(values))
    first, last = min(float(values[0]), min(ends)), max(float(values[-1]), max(ends))
    more = 0.5 * (_MARGIN - 1) * (last - first)
    return np.linspace(first - more, last + more, len(values))


def _counts(experiment: Experiment, parameter: Parameter, found: Limit, sensitivity: bool) -> Counts:
    from nuatom.figures import Counts

    model = experiment.model

    def at(value: float) -> Array:
        expected: Array = model.expected(model.point({parameter.fitted: value})[None, :])[0]
        return expected

    without = at(0.0)
    observed = None if sensitivity else experiment.counts
    return Counts(experiment.edges, without, at(parameter.to_fit(found.high)) - without, observed)

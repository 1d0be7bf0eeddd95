"""What ``nuatom rate`` shows and writes of a rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from nuatom.cli.describe import About
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.functions import Array
    from nuatom.rates import RateSpectrum
    from nuatom.store import Table

FREE, STEPPING = "free", "stepping"
"""What a rate is compared with."""


PER: Mapping[str, tuple[str, ...]] = {
    "kg-day": ("kg", "day", "keV"),
    "tonne-year": ("tonne", "year", "keV"),
    "kg-burst": ("kg", "keV"),
    "tonne-burst": ("tonne", "keV"),
}
"""Units of mass, time and energy in which a rate is told; a burst, which comes once, has no time."""


class Told(NamedTuple):
    """What a rate is called: its symbol, and its name in files."""

    symbol: str
    name: str


PER_TIME, PER_BURST = Told("dR/dT", "rate"), Told("dN/dT per burst", "events_per_burst")
"""Of a source that goes on, and of one that comes once."""


def checked_per(per: str | None, burst: float | None) -> tuple[str, float | None]:
    """What a rate is told per: a burst comes once, and any other source goes on."""
    if per is None:
        per = "kg-day" if burst is None else "tonne-burst"
    if per.endswith("-burst") != (burst is not None):
        known = ", ".join(word for word in PER if word.endswith("-burst") == (burst is not None))
        raise ValueError(f"--per {per}: the source is {'no' if burst is None else 'a'} burst; expected {known}")
    return per, burst


def columns(
    result: RateSpectrum,
    others: Mapping[str, Array],
    rate_unit: float,
    unit_text: str,
    unit: str,
    scale: float,
    by_shell: bool,
    told: Told = PER_TIME,
) -> list[Column]:
    """The columns on the screen: transfers, the rate and its parts, and what it is compared with."""
    name = f"[1/({unit_text.replace(' ', '_')})]"

    def column(title: str, values: Array) -> Column:
        return Column(f"{title}\n1/({unit_text})", f"{title.replace(' ', '_')}{name}", (values * rate_unit).tolist())

    columns = [Column(f"T\n{unit}", f"T[{unit}]", (result.transfer / scale).tolist(), ".6g")]
    columns.append(column(told.symbol, result.total))
    for group in (result.by_part, result.by_component):
        if len(group) > 1:
            columns += [column(title, values) for title, values in group.items()]
    columns += [column(title, values) for title, values in others.items()]
    if others:
        free = others[FREE].tolist()
        ratio = [b / f if f > 0 else None for b, f in zip(result.total.tolist(), free, strict=True)]
        columns.append(Column("bound/\nfree", "bound/free", ratio, ".5f"))
        columns.append(Column("relative\nerror", "relative_error", result.relative_error.tolist(), ".2g"))
    if by_shell:
        total = result.total.tolist()
        for shell, values in result.by_shell.items():
            share = [100 * own / all_ if all_ > 0 else None for own, all_ in zip(values.tolist(), total, strict=True)]
            columns.append(Column(f"{shell}\n%", f"{shell.replace(' ', '_')}[%]", share, ".2f"))
    return columns


def table(
    result: RateSpectrum,
    others: Mapping[str, Array],
    rate_unit: float,
    unit_text: str,
    about: About,
    told: Told = PER_TIME,
) -> Table:
    """dR/dT, or of a burst dN/dT, by transfer, component, part, shell and line, in keV and the unit asked for."""
    import numpy as np

    from nuatom.store import Table, Variable
    from nuatom.units import keV

    units = f"1/({unit_text})"

    def group(name: str, values: Mapping[str, Array], text: str) -> dict[str, Variable]:
        return {
            name: Variable((name,), np.array(list(values)), "", text),
            f"{told.name}_by_{name}": Variable(
                (name, "transfer"), np.stack(list(values.values())) * rate_unit, units, f"{told.symbol} by {text}"
            ),
        }

    variables = {
        "transfer": Variable(("transfer",), result.transfer / keV, "keV", "energy transfer T"),
        told.name: Variable(("transfer",), result.total * rate_unit, units, f"{told.symbol}, continuum"),
        "relative_error": Variable(
            ("transfer",), result.relative_error, "1", f"estimated relative error of {told.name}"
        ),
    }
    for name, values in others.items():
        variables[name] = Variable(("transfer",), values * rate_unit, units, f"{told.symbol}, {name}")
    variables |= group("part", result.by_part, "part of the coupling")
    variables |= group("component", result.by_component, "component of the source")
    variables |= group("shell", result.by_shell, "shell, or nuclide that recoils")
    if result.line_transfer.size:
        text = "rate of a discrete excitation"
        mass_and_time = unit_text.removesuffix(" keV")
        per_mass = f"1/({mass_and_time})" if " " in mass_and_time else f"1/{mass_and_time}"
        text += "" if told == PER_TIME else ", per burst"
        variables |= {
            "line_transfer": Variable(("line",), result.line_transfer / keV, "keV", "energy of a discrete excitation"),
            "line_rate": Variable(("line",), result.line_total * rate_unit / keV, per_mass, text),
        }
    return Table(variables, about)

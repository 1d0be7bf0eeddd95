"""``nuatom limit --scan``: the limit on a coupling against the mass of what carries it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuatom.cli import screen
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuatom.cli.describe import About
    from nuatom.config import Experiment, Joint, Limit, Parameter
    from nuatom.functions import Array

_FEWEST = 2


def values(text: str) -> Array:
    """The masses of ``mass=1keV:1MeV:30``.

    Raises:
        ValueError: for another word, or a range that cannot be read.
    """
    from nuatom.quantities import parse_range

    word, equals, spread = text.partition("=")
    if word.strip() != "mass" or not equals:
        raise ValueError(f"--scan: expected masses such as mass=1keV:1MeV:30, got {text!r}")
    found = parse_range(spread)
    if len(found) < _FEWEST:
        raise ValueError(f"--scan: expected two masses at least, such as mass=1keV:1MeV:30, got {text!r}")
    return found


def names(parameter: Parameter, masses: Array) -> list[str]:
    """The names of a parameter at each mass, which is the last of what stands after its colons.

    Raises:
        ValueError: for a parameter without a mass.
    """
    from nuatom.units import keV

    head, colon, last = parameter.name.rpartition(":")
    if not colon or not last.rstrip().endswith("eV"):
        raise ValueError(
            f"--scan: {parameter.name} has no mass; fit one that has, such as --fit mediator:vector:10keV or "
            "--fit heavy_lepton:100keV"
        )
    return [f"{head}:{mass / keV:.9g}keV" for mass in masses]


def scan(
    about: About,
    analysis: Experiment | Joint,
    parameter: Parameter,
    masses: Array,
    sensitivity: bool,
    paths: list[Path],
) -> None:
    """Show and write the limit at each mass, observed and expected.

    Args:
        about: what was typed, and of what.
        analysis: what is fitted.
        parameter: at any mass.
        masses: those of the scan [energy].
        sensitivity: whether only what is expected is asked for.
        paths: of the files.
    """
    import numpy as np

    from nuatom.output import Results, save
    from nuatom.store import Table, Variable
    from nuatom.units import keV

    if analysis.asked.method == "auto":
        # Counted where few events decide, one mass would take minutes.
        analysis = analysis.with_settings(limit={"method": "asymptotic"})
        about = {**about, "method": "closed forms; --method toys counts where few events decide"}
    found: list[Limit] = []
    with screen.progress(f"spectra of {parameter.part} at {len(masses)} masses") as report:
        each = analysis.fitting_each(names(parameter, masses), report)
    with screen.progress(f"limits on {parameter.part} at {len(masses)} masses") as report:
        for number, one in enumerate(each):
            found.append((one.sensitivity if sensitivity else one.limit)())
            if report is not None:
                report(number + 1, len(masses))
    at, unit = masses / keV, parameter.label

    def ends(low: bool, band: int | None = None) -> Array:
        bands = [one.low_bands if low else one.bands for one in found]
        rows = [
            (one.low if low else one.high) if band is None else (own[band] if own is not None else np.nan)
            for one, own in zip(found, bands, strict=True)
        ]
        return np.array(rows) / parameter.scale

    columns = {"low": ends(True)} if not parameter.squared else {}
    columns |= {
        "high": ends(False),
        "minus1sigma": ends(False, -1),
        "median": ends(False, 0),
        "plus1sigma": ends(False, 1),
    }
    shown = [Column("mass\nkeV", "mass[keV]", at.tolist(), ".4g")]
    shown += [
        Column(f"{title}\n{parameter.short}", f"{title}[{unit}]", row.tolist(), ".3g") for title, row in columns.items()
    ]
    screen.show(about, *[shown])

    def figure() -> Figure:
        from nuatom.figures import mass_figure

        unit_of_axis = "" if parameter.label == "1" else f"  [{parameter.label}]"
        order = np.argsort(at)
        return mass_figure(
            at[order],
            columns["high"][order],
            rf"${parameter.symbol}$ of the {parameter.part}{unit_of_axis}",
            low=columns["low"][order] if "low" in columns else None,
            band=(columns["minus1sigma"][order], columns["median"][order], columns["plus1sigma"][order]),
            what="expected limit" if sensitivity or analysis.counts is None else "excluded above",
            title=analysis.title,
        )

    if paths:
        text = {"low": "lower end", "high": "upper end, or the limit"}
        variables = {"mass": Variable(("mass",), at, "keV", "mass")}
        for title, row in columns.items():
            variables[title] = Variable(
                ("mass",), row, unit, text.get(title, f"{title} of what is expected without a signal")
            )
        save(Results(Table(variables, about), figure), paths)
        screen.written(paths)

"""Results as files: csv, json and netCDF of the same named arrays, with units, and figures as png and pdf.

What is written is a `Table`: arrays over named dimensions with their units, and attributes that say what was
computed.  `check` finds out before a computation whether a file can be written after it; `save` writes all
files or none, each under its final name only when it is whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from nuatom.band import BandResult
from nuatom.choices.formats import DATA as DATA
from nuatom.choices.formats import FIGURES as FIGURES
from nuatom.choices.formats import FORMATS
from nuatom.choices.formats import Results as Results
from nuatom.elements import Shell
from nuatom.files import probe, write_files
from nuatom.functions import VECTOR, Array
from nuatom.measured import PhotoComparison
from nuatom.scattering import ExcitationLines, Spectrum
from nuatom.store import Table, Variable
from nuatom.units import cm2, keV


def check(paths: Sequence[Path], suffixes: Collection[str] = FORMATS) -> None:
    """Find out whether files of these names can be written, by writing an empty file beside each.

    Args:
        paths: the files to be written later.
        suffixes: those to choose from, in lower case.

    Raises:
        ValueError: for a suffix that is not one of these, a folder that is missing or cannot be written, or a
            name that is a folder's.
    """
    for path in paths:
        if path.suffix.lower() not in suffixes:
            what = f"its suffix is {path.suffix!r}" if path.suffix else "it has no suffix"
            raise ValueError(f"cannot write {str(path)!r}: {what}; expected one of {', '.join(suffixes)}")
        folder = path.absolute().parent
        if path.is_dir():
            raise ValueError(f"cannot write {str(path)!r}: it is a folder")
        if not folder.is_dir():
            why = "is not a folder" if folder.exists() else "does not exist; make it first"
            raise ValueError(f"cannot write {str(path)!r}: the folder {str(folder)!r} {why}")
        _probe(folder)


def check_points(paths: Sequence[Path], points: int, what: str, example: str) -> None:
    """Find out whether there are points enough for the figures among the files.

    Args:
        paths: the files to be written later.
        points: how many there are.
        what: what they are and how they were given, for the message.
        example: a range that would do.

    Raises:
        ValueError: for a figure of fewer than two.
    """
    if points < 2 and any(path.suffix.lower() in FIGURES for path in paths):
        raise ValueError(f"a figure needs two or more {what}: try {example}")


def check_folder(folder: Path) -> None:
    """Make a folder if there is none, and find out whether files can be written in it.

    Raises:
        ValueError: if it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot make the folder {str(folder)!r}: {error.strerror or error}") from error
    _probe(folder.absolute())


def _probe(folder: Path) -> None:
    try:
        probe(folder)
    except OSError as error:
        raise ValueError(f"cannot write in the folder {str(folder)!r}: {error.strerror or error}") from error


def save(results: Results, paths: Sequence[Path]) -> None:
    """Write results to files, in the form that the suffix of each names: all of them, or none.

    Args:
        results: the numbers and the figure.
        paths: where to; a file that is there is replaced.

    Raises:
        ValueError: for an unknown suffix, or a figure where there is none.
        OSError: if a file cannot be written; then every file is as it was before.
    """
    paths = list(dict.fromkeys(paths))
    for path in paths:
        if path.suffix.lower() in FIGURES and results.figure is None:
            raise ValueError(f"cannot write {str(path)!r}: there is no figure; expected {', '.join(DATA)}")
    write_files([(path, encoded(results, path.suffix)) for path in paths])


def encoded(results: Results, suffix: str) -> bytes:
    """The bytes of a file of these results.

    Args:
        results: the numbers and the figure.
        suffix: one of the words of `nuatom.choices.FORMATS`.

    Raises:
        ValueError: for another suffix, or a figure where there is none.
    """
    form = suffix.lower()
    possible = FORMATS if results.figure is not None else DATA
    if form not in possible:
        raise ValueError(f"cannot write a file {suffix!r} of this: expected one of {', '.join(possible)}")
    return FORMATS[form].write(results)


# --- results as tables ---------------------------------------------------------------------------


def spectrum_table(
    spectrum: Spectrum,
    *,
    components: Mapping[str, Array] | None = None,
    free: Array | None = None,
    stepping: Array | None = None,
    lines: ExcitationLines | None = None,
    band: BandResult | None = None,
    attributes: Mapping[str, str | int | float] | None = None,
) -> Table:
    """dσ/dT as a table over the dimensions transfer, component, shell and line, in keV and cm².

    The longitudinal and the transverse share are in it where S and R are all that the coupling sees.

    Args:
        spectrum: at one neutrino energy and transfers of shape (nT,).
        components: dσ/dT of each part of the coupling at the same transfers, by name [area/energy].
        free: dσ/dT of free electrons at the same transfers [area/energy].
        stepping: dσ/dT of the stepping approximation [area/energy].
        lines: discrete excitations at the same energy.
        band: dσ/dT of several models at the same transfers.
        attributes: what else to say of the whole.

    Raises:
        ValueError: if there is not one neutrino energy, or the transfers are not a row.
    """
    if spectrum.energy.ndim or spectrum.transfer.ndim != 1:
        raise ValueError(
            "a table needs one neutrino energy and a row of transfers, got the shapes "
            f"{spectrum.energy.shape} and {spectrum.transfer.shape}"
        )
    per_energy = cm2 / keV

    def rate(values: Array, text: str, *dims: str) -> Variable:
        return Variable((*dims, "transfer"), values / per_energy, "cm2/keV", text)

    variables = {
        "transfer": Variable(("transfer",), spectrum.transfer / keV, "keV", "energy transfer T"),
        "dsigma_dT": rate(spectrum.total, "dσ/dT per atom, continuum"),
        "relative_error": Variable(
            ("transfer",), spectrum.relative_error, "1", "estimated relative error of dsigma_dT"
        ),
    }
    is_vector = set(spectrum.shares) <= set(VECTOR)
    if is_vector:
        longitudinal, transverse = (part.sum(axis=0) for part in (spectrum.longitudinal, spectrum.transverse))
        variables["longitudinal"] = rate(longitudinal, "share of the charge response S")
        variables["transverse"] = rate(transverse, "share of the transverse current response R")
    if free is not None:
        variables["free_electrons"] = rate(free, "dσ/dT per atom of free electrons at rest")
    if stepping is not None:
        variables["stepping"] = rate(stepping, "dσ/dT per atom of electrons free above their thresholds")
    if band is not None:
        variables |= {
            "band_lower": rate(band.lower, "least dσ/dT of several models: a spread, no confidence interval"),
            "band_upper": rate(band.upper, "greatest dσ/dT of the same models"),
            "response_model": Variable(("response_model",), np.array(list(band.by_model)), "", "one of these models"),
            "dsigma_dT_by_model": rate(np.stack(list(band.by_model.values())), "its dσ/dT per atom", "response_model"),
        }
    if components:
        variables["component"] = Variable(("component",), np.array(list(components)), "", "part of the coupling")
        variables["dsigma_dT_by_component"] = rate(
            np.stack(list(components.values())), "dσ/dT per atom, by part of the coupling", "component"
        )
    variables |= shell_variables(spectrum.shells)
    variables["dsigma_dT_by_shell"] = rate(spectrum.by_shell, "dσ/dT per atom, by subshell", "shell")
    if is_vector:
        variables["transverse_by_shell"] = rate(spectrum.transverse, "transverse share, by subshell", "shell")
    variables["neutrino_energy"] = Variable((), np.asarray(spectrum.energy / keV), "keV", "neutrino energy E")
    if lines is not None and len(lines):
        initial = np.array([shell.label for shell in lines.shell])
        variables |= {
            "line_transfer": Variable(("line",), lines.transfer / keV, "keV", "energy of a discrete excitation"),
            "line_area": Variable(("line",), lines.area / cm2, "cm2", "its cross section per atom"),
            "line_shell": Variable(("line",), initial, "", "the subshell that loses the electron"),
            "line_final": Variable(("line",), np.array(lines.final), "", "the level excited to"),
        }
    return Table(variables, attributes or {})


def shell_variables(shells: Sequence[Shell]) -> dict[str, Variable]:
    """The labels, occupancies and thresholds of shells, over the dimension shell."""
    return {
        "shell": Variable(("shell",), np.array([shell.label for shell in shells]), "", "subshell"),
        "occupancy": Variable(
            ("shell",),
            np.array([float(shell.occupancy) for shell in shells]),
            "1",
            "electrons in the subshell",
        ),
        "threshold": Variable(
            ("shell",),
            np.array([shell.binding_energy / keV for shell in shells]),
            "keV",
            "energy it opens at",
        ),
    }


def photoabsorption_table(
    shells: Sequence[Shell],
    energy: Array,
    by_shell: Array,
    mass: float,
    attributes: Mapping[str, str | int | float] | None = None,
) -> Table:
    """Photoionisation cross sections as a table over the dimensions energy and shell.

    Args:
        shells: the shells, in the order of the first axis of by_shell.
        energy: photon energies, shape (nE,) [energy].
        by_shell: cross sections per atom, shape (shell, nE) [area].
        mass: of one atom [mass].
        attributes: what else to say of the whole.
    """
    from nuatom.units import barn, g

    megabarn = 1e6 * barn
    total = by_shell.sum(axis=0)
    variables = {
        "energy": Variable(("energy",), energy / keV, "keV", "photon energy"),
        "area": Variable(("energy",), total / megabarn, "Mb", "photoionisation cross section per atom"),
        "area_per_mass": Variable(("energy",), total / mass / (cm2 / g), "cm2/g", "the same per mass"),
        **shell_variables(shells),
        "area_by_shell": Variable(("shell", "energy"), by_shell / megabarn, "Mb", "the same by subshell"),
    }
    return Table(variables, attributes or {})


def comparison_variables(
    comparison: PhotoComparison, independent: PhotoComparison | None = None
) -> dict[str, Variable]:
    """Measured photoabsorption and how far a model is from it, over the dimension energy.

    Args:
        comparison: of the model, at photon energies (nE,).
        independent: of independent electrons at the same energies, where they are not the model.
    """
    from nuatom.units import barn

    megabarn = 1e6 * barn

    def column(values: Array, units: str, text: str) -> Variable:
        return Variable(("energy",), values, units, text)

    variables = {
        "area_measured": column(
            comparison.measured / megabarn, "Mb", "measured photoabsorption cross section per atom"
        ),
        "deviation": column(comparison.deviation, "1", "area / area_measured − 1"),
        "counted": column(
            comparison.counted.astype(np.int64), "", "1 above the first edge and away from all, where models are judged"
        ),
    }
    if independent is not None:
        variables["area_independent"] = column(
            independent.computed / megabarn, "Mb", "the same of independent electrons"
        )
        variables["deviation_independent"] = column(independent.deviation, "1", "area_independent / area_measured − 1")
    return variables


def coherent_table(
    transfer: Array,
    nucleus: Array,
    energy: float,
    *,
    atom: Array | None = None,
    attributes: Mapping[str, str | int | float] | None = None,
) -> Table:
    """dσ/dT of coherent scattering as a table over the dimension transfer, in keV and cm².

    Args:
        transfer: recoil energies, shape (nT,) [energy].
        nucleus: dσ/dT on the bare nucleus, shape (nT,) [area/energy].
        energy: of the neutrino [energy].
        atom: dσ/dT on the neutral atom, the same shape [area/energy].
        attributes: what else to say of the whole.
    """

    def rate(values: Array, text: str) -> Variable:
        return Variable(("transfer",), values / (cm2 / keV), "cm2/keV", text)

    variables = {"transfer": Variable(("transfer",), transfer / keV, "keV", "recoil energy T")}
    if atom is not None:
        variables["dsigma_dT"] = rate(atom, "dσ/dT with the electrons")
    variables["dsigma_dT_nucleus"] = rate(nucleus, "dσ/dT on the nucleus alone")
    variables["neutrino_energy"] = Variable((), np.asarray(energy / keV), "keV", "neutrino energy E")
    return Table(variables, attributes or {})

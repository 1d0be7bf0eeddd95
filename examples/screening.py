#!/usr/bin/env python3
"""What screening does: photoabsorption beside measurement, and neutrinos on xenon, argon and germanium below 2 keV.

Prints the tables of the documentation's page "Screening" and writes its figures:

    python examples/screening.py --output figures

The tables of the atoms are computed once, in about a minute each, and kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

import nuatom as na
from nuatom.atom.exchange import Exchange
from nuatom.measured import compare_photoabsorption, henke_photoabsorption
from nuatom.response.model import ResponseModel
from nuatom.response.partial_waves import one_blas_thread
from nuatom.response.screening.interaction import Interaction
from nuatom.response.screening.random_phase import response
from nuatom.response.screening.stage import Stage, StageSettings, Widths
from nuatom.units import BOHR_RADIUS, FINE_STRUCTURE, HARTREE, MeV, barn, eV, keV
from style import STYLE
from tabular import show

Array = NDArray[np.float64]

MEGABARN = 1e6 * barn
ATOMS = ("Xe", "Ar", "Ge")
COUPLINGS = {
    "magnetic moment": na.MagneticMoment(1e-11),
    "millicharge": na.Millicharge(1e-12),
    "weak, $\\nu_e$": na.Weak("e"),
}
ENERGY = {"magnetic moment": 1 * MeV, "millicharge": 1 * MeV, "weak, $\\nu_e$": 0.4 * MeV}
INTERACTIONS = (na.LocalExchange(), na.AveragedExchange(), na.CoulombOnly())
WIDTHS = Widths(5e-3, 0.25 * eV / HARTREE)
# Okabe and Ito's colours, distinct to the colour-blind.
COLOURS = ("#0072B2", "#D55E00", "#009E73")


@cache
def screened(symbol: str) -> na.Screened:
    """The screened atom."""
    return na.Screened(na.Atom(symbol))


@cache
def best(symbol: str) -> na.Screened:
    """The screened atom in the field of exact exchange, with measured edges: the nearest to nature."""
    return na.Screened(na.Atom(symbol, exchange=na.KriegerLiIafrate(), binding="measured"))


@cache
def independent(symbol: str) -> na.CentralField:
    """The same without screening."""
    return na.CentralField(na.Atom(symbol))


# --- photoabsorption -----------------------------------------------------------------------------


def photo_figure(symbol: str = "Xe") -> Figure:
    """Photoabsorption: screened, independent and measured, and the ratio to the measured."""
    energy = np.geomspace(12.5, 2000, 700) * eV
    measured = henke_photoabsorption(symbol, energy)
    rows = {
        "screened, exact exchange": best(symbol),
        "screened, Slater's exchange": screened(symbol),
        "independent electrons": independent(symbol),
    }
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 6), layout="constrained")
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        top.loglog(energy / eV, measured / MEGABARN, "k.", ms=2, label="measured (Henke et al.)")
        for (name, model), colour in zip(rows.items(), COLOURS, strict=True):
            area = na.photoabsorption(model, energy)
            top.loglog(energy / eV, area / MEGABARN, color=colour, lw=1.3, label=name)
            bottom.semilogx(energy / eV, area / measured, color=colour, lw=1.3)
        top.set(ylabel="σ$_γ$  [Mb]", ylim=(0.2, 300), title=f"{symbol}, photoabsorption")
        top.legend()
        bottom.axhspan(0.9, 1.1, color="0.9", lw=0)
        bottom.set(xlabel="photon energy  [eV]", ylabel="over measured", yscale="log", ylim=(0.05, 20))
    return figure


def dipole(symbol: str, energy: Array, interaction: Interaction, exchange: Exchange) -> Array:
    """Photoabsorption at a few energies without a table, from σ = 4π²αT S/Q² at Q → 0 [area]."""
    atom = na.Atom(symbol, exchange=exchange)
    found = np.zeros(len(energy))
    low = 0.0
    for top in (60 * eV, 300 * eV, 3 * keV):
        stage = Stage(
            atom.solution, atom.calculated_shells, interaction, exchange, StageSettings(multipoles=1), top / HARTREE
        )
        for k in np.flatnonzero((energy > low) & (energy <= top)):
            T = float(energy[k] / HARTREE)
            Q = 1e-4 * np.sqrt(2 * T)
            with one_blas_thread():
                part = response(stage, T, np.array([Q]), WIDTHS)
            strength = (part.dressed[0] + part.lines[0]).sum() / Q**2
            found[k] = 4 * np.pi**2 * FINE_STRUCTURE * T * strength * BOHR_RADIUS**2
        low = top
    return found


def table_interactions(symbol: str = "Xe") -> None:
    """σ_γ in Mb from different interactions and ground states, beside the measured."""
    energy = np.array([20, 40, 80, 85, 90, 100, 110, 120, 150, 300, 600, 1000]) * eV
    columns = {"T [eV]": energy / eV, "measured": henke_photoabsorption(symbol, energy) / MEGABARN}
    columns["independent"] = na.photoabsorption(independent(symbol), energy) / MEGABARN
    for interaction in INTERACTIONS:
        name = {"LocalExchange": "local", "AveragedExchange": "averaged", "CoulombOnly": "Coulomb"}
        columns[name[type(interaction).__name__]] = dipole(symbol, energy, interaction, na.Slater()) / MEGABARN
    columns["local, Kohn-Sham"] = dipole(symbol, energy, na.LocalExchange(), na.KohnSham()) / MEGABARN
    columns["local, exact"] = dipole(symbol, energy, na.LocalExchange(), na.KriegerLiIafrate()) / MEGABARN
    show(f"{symbol}, photoabsorption in Mb", columns)


# --- neutrinos -----------------------------------------------------------------------------------


def ratio_figure() -> Figure:
    """dσ/dT screened over independent, for three couplings and three atoms."""
    transfer = np.geomspace(15, 2500, 500) * eV
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 7.5), layout="constrained")
        axes = figure.subplots(len(COUPLINGS), 1, sharex=True)
        for axis, name in zip(axes, COUPLINGS, strict=True):
            for symbol, colour in zip(ATOMS, COLOURS, strict=True):
                axis.semilogx(transfer / eV, ratio(symbol, name, transfer), color=colour, lw=1.2, label=symbol)
            axis.axhline(1, color="0.7", lw=0.8, zorder=0)
            axis.set(ylabel=f"screened / independent\n{name}")
        axes[0].legend(ncols=3)
        axes[1].set(yscale="log")
        axes[-1].set(xlabel="energy transfer T  [eV]")
    return figure


def ratio(symbol: str, name: str, transfer: Array) -> Array:
    """dσ/dT of the screened atom over that of independent electrons; nan where the latter are all closed."""
    with_it, without = (
        na.cross_section(COUPLINGS[name], model, ENERGY[name], transfer)
        for model in (screened(symbol), independent(symbol))
    )
    return np.divide(with_it, without, out=np.full(transfer.shape, np.nan), where=without > 0)


def table_ratios(symbol: str) -> None:
    """The ratio by coupling at a few T."""
    transfer = np.array([15, 20, 30, 50, 80, 100, 150, 300, 500, 1000, 1500, 2000]) * eV
    ratios = {name.split(",")[0]: ratio(symbol, name, transfer) for name in COUPLINGS}
    show(f"{symbol}: dσ/dT of screened over that of independent electrons", {"T [eV]": transfer / eV, **ratios})


def table_shells(symbol: str, name: str, shells: Sequence[str]) -> None:
    """The ratio by shell at a few T."""
    transfer = np.array([20, 50, 80, 100, 150, 300, 1000]) * eV
    labels = [shell.label for shell in screened(symbol).shells]
    parts = [
        na.cross_section(COUPLINGS[name], model, ENERGY[name], transfer, by_shell=True)
        for model in (screened(symbol), independent(symbol))
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(parts[1] > 0, parts[0] / parts[1], np.nan)
    title = f"{symbol}, {name}: screened over independent electrons by shell"
    show(title, {"T [eV]": transfer / eV, **{label: ratios[labels.index(label)] for label in shells}})


# --- convergence ---------------------------------------------------------------------------------


def table_convergence(symbol: str = "Xe") -> None:
    """What the grid, the multipoles and the width change in ∫S dQ²/Q², in percent."""
    field = independent(symbol)
    base = StageSettings()
    variants = {
        "grid x 2 [%]": (replace(base, stride=2, log_step=0.7 * base.log_step, wave_step=0.5 * base.wave_step), WIDTHS),
        "J to 4 [%]": (replace(base, multipoles=4), WIDTHS),
        "J to 6 [%]": (replace(base, multipoles=6), WIDTHS),
        "J to 12 [%]": (replace(base, multipoles=12), WIDTHS),
        "width x 2 [%]": (base, Widths(2 * WIDTHS.relative, 2 * WIDTHS.least)),
    }
    transfer = np.array([20, 50, 100, 300, 1000]) * eV

    def integral(settings: StageSettings, widths: Widths, T: float) -> float:
        y = np.arange(-5, 0.7, 0.1)
        q = np.sqrt(2 * T / HARTREE) * np.exp(y)
        top = max(T * 1.01, 60 * eV) / HARTREE
        atom = field.atom
        stage = Stage(atom.solution, atom.calculated_shells, na.LocalExchange(), atom.exchange, settings, top)
        with one_blas_thread():
            part = response(stage, T / HARTREE, q, widths)
        plain = field.structure(T, q * HARTREE / FINE_STRUCTURE, ()).charge[:, 0] * HARTREE
        return float((plain + part.dressed[0] - part.bare[0] + part.lines[0]).sum())

    columns = {"T [eV]": transfer / eV}
    reference = np.array([integral(base, WIDTHS, float(T)) for T in transfer])
    for name, (settings, widths) in variants.items():
        values = np.array([integral(settings, widths, float(T)) for T in transfer])
        columns[name] = 100 * (values / reference - 1)
    show(f"{symbol}: change of ∫S dQ²/Q² with the numerics", columns)


def table_measured(symbols: Sequence[str] = ATOMS) -> None:
    """The median deviation from measured photoabsorption and the points off by more than 30 %, to 30 keV."""
    rows = []
    for symbol in symbols:
        energy = np.geomspace(12.5, 29_999, 80) * eV
        models: dict[str, ResponseModel] = {"screened": screened(symbol), "independent": independent(symbol)}
        if symbol == "Xe":
            models["screened, exact exchange"] = best(symbol)
        for name, model in models.items():
            found = compare_photoabsorption(symbol, model, energy)
            off = ", ".join(f"{T / eV:.0f}" for T in found.off) or "none"
            rows.append((symbol, name, f"{100 * (found.median or 0):.1f}", off))
    names = ("atom", "response", "median [%]", "off by > 30 % at [eV]")
    show("Deviation from measured photoabsorption", dict(zip(names, zip(*rows, strict=True), strict=True)))


def main() -> None:
    """Print everything and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path(), help="folder for the figures")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    table_measured()
    table_interactions()
    for symbol in ATOMS:
        table_ratios(symbol)
    table_shells("Xe", "millicharge", ("4p3/2", "4d3/2", "4d5/2", "5s1/2", "5p1/2", "5p3/2"))
    table_convergence()
    photo_figure().savefig(folder / "screening_photo.pdf")
    ratio_figure().savefig(folder / "screening_ratio.pdf")


if __name__ == "__main__":
    main()

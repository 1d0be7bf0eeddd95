#!/usr/bin/env python3
"""The package beside what others have computed and measured: the table and the figures of docs/compared.

xraylib has the subshell tables of Kissel; the other numbers come with the package and its tests:

    python examples/compared.py --output figures
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

import nuatom as na
from cut_sums import PUBLISHED, TRANSFERS
from nuatom.units import ELECTRON_MASS, HARTREE, MeV, barn, eV, keV
from style import STYLE
from tabular import show

Array = NDArray[np.float64]

BLACK, GREY, BLUE, VERMILION, GREEN, ORANGE = "#000000", "#777777", "#0072B2", "#D55E00", "#009E73", "#E69F00"
HARTREE_FOCK = Path(__file__).resolve().parents[1] / "tests" / "validation" / "data" / "xenon_hartree_fock.csv"
COUPLINGS: dict[str, na.Coupling] = {"magnetic moment": na.MagneticMoment(1e-11), "weak": na.Weak("e")}
ENERGY = 1 * MeV
COUNTED = np.array([0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]) * keV
MEGABARN = 1e6 * barn


@cache
def model(symbol: str) -> na.Screened:
    """The recommended response of an element."""
    return na.recommended(symbol)


@cache
def alone(symbol: str) -> na.CentralField:
    """Its electrons, each on its own, in the same field with the same edges."""
    return na.CentralField(model(symbol).atom)


# --- free electrons and stepping ----------------------------------------------------------------------


def counting(symbol: str, coupling: na.Coupling) -> tuple[Array, Array]:
    """Bound electrons over free ones and over stepping at `COUNTED`, neutrinos of 1 MeV."""
    others = na.FreeElectrons(symbol), na.Stepping(model(symbol).atom)
    bound, free, stepping = (na.cross_section(coupling, one, ENERGY, COUNTED) for one in (model(symbol), *others))
    return bound / free, bound / stepping


def table_counting(*symbols: str) -> None:
    """Both ratios, of two couplings."""
    columns: dict[str, Array] = {"T [keV]": COUNTED / keV}
    for symbol in symbols:
        for name, coupling in COUPLINGS.items():
            over_free, over_stepping = counting(symbol, coupling)
            columns[f"{symbol}, {name}: over free"] = over_free.round(3)
            columns[f"{symbol}, {name}: over stepping"] = over_stepping.round(3)
    show("", columns)


# --- solar neutrinos on xenon ---------------------------------------------------------------------------


def solar(transfer: Array) -> Array:
    """The rate of the Sun's electron neutrinos in xenon, by the weak interaction, over that of stepping."""
    sun, weak = na.Solar("B16-GS98"), na.Weak("e")
    bound, stepping = (na.rate(sun, weak, one, transfer) for one in (model("Xe"), na.Stepping(model("Xe").atom)))
    return np.asarray(bound / stepping)


def figure_solar() -> Figure:
    """That ratio here and as published."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        T = np.array(TRANSFERS)
        axes.semilogx(T, solar(T * keV), "o-", ms=4, color=BLACK, label="here, all multipoles, screened below 3 keV")
        axes.semilogx(T, PUBLISHED, "s--", ms=4, color=VERMILION, label="random phase, arXiv:1610.04177, read off")
        axes.axhline(1, color=GREY, lw=0.8)
        axes.set(xlabel="T [keV]", ylabel="rate over stepping", ylim=(0.6, 1.1), xlim=(0.7, 32))
        axes.set_xticks([1, 3, 10, 30], labels=["1", "3", "10", "30"])
        axes.legend(loc="lower left")
    return figure


# --- Hartree and Fock ---------------------------------------------------------------------------------------


def factor(transfer: float, momentum: Array) -> Array:
    """The ionisation factor K = E_H ΣS of xenon, electrons on their own."""
    return np.asarray(HARTREE * alone("Xe").structure([transfer], momentum).charge.sum(axis=0)[0])


def figure_factors() -> Figure:
    """Ionisation factors of xenon beside those of a relativistic Hartree–Fock code, and the ratio."""
    known = np.genfromtxt(HARTREE_FOCK, delimiter=",", names=True, skip_header=2)
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 5.2), layout="constrained")
        top, low = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        shown = np.unique(known["T"])[::2]
        for T, colour in zip(shown, (BLACK, BLUE, VERMILION, GREEN, ORANGE), strict=False):
            rows = known[known["T"] == T]
            ridge = float(np.sqrt(T * eV * (T * eV + 2 * ELECTRON_MASS)))
            Q = np.geomspace(rows["Q"].min() * keV, 1.5 * ridge, 160)
            top.loglog(Q / keV, factor(T * eV, Q), color=colour, label=f"{T / 1e3:.2g} keV")
            top.loglog(rows["Q"], rows["charge"], "o", ms=4, color=colour, mfc="none")
            low.semilogx(rows["Q"], factor(T * eV, rows["Q"] * keV) / rows["charge"], "o-", ms=3, color=colour)
        top.set(ylabel="$K = E_H\\,S$")
        top.legend(title="T", loc="lower right")
        low.axhline(1, color=GREY, lw=0.8)
        low.set(xlabel="Q [keV]", ylabel="here / Hartree–Fock", ylim=(0.93, 1.07))
    return figure


# --- photons --------------------------------------------------------------------------------------------------


def kissel(Z: int, energy: Array) -> Array:
    """Photoabsorption of Kissel's subshells together [area]; as `xraylib` carries them."""
    import xraylib

    return np.array([xraylib.CSb_Photo_Total(Z, float(E / keV)) for E in energy]) * barn


def figure_photo() -> Figure:
    """Photoabsorption of xenon: measured, of electrons on their own, and here."""
    E = np.geomspace(13, 2.9e4, 240) * eV
    Z = na.element("Xe").Z
    tabulated = E[E > 0.0125 * keV]  # where the tables begin
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.9), layout="constrained")
        axes = figure.subplots()
        ours = {one: na.photoabsorption(one, E) / MEGABARN for one in (alone("Xe"), model("Xe"))}
        axes.loglog(E / keV, na.henke_photoabsorption("Xe", E) / MEGABARN, color=VERMILION, lw=2.5, label="measured")
        axes.loglog(E / keV, ours[alone("Xe")], color=GREY, ls=":", label="here, on their own")
        axes.loglog(tabulated / keV, kissel(Z, tabulated) / MEGABARN, color=BLUE, ls="--", label="Kissel, on their own")
        axes.loglog(E / keV, ours[model("Xe")], color=BLACK, label="here, recommended")
        axes.set(xlabel="photon energy [keV]", ylabel="σ [Mb]", ylim=(1e-3, 300))
        axes.legend()
    return figure


FIGURES = {"solar": figure_solar, "factors": figure_factors, "photo": figure_photo}


def main() -> None:
    """Print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("figures"), help="folder of the figures")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    table_counting("Ge", "Xe")
    for name, figure in FIGURES.items():
        figure().savefig(folder / f"compared_{name}.png", dpi=150)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Photons, charged particles and dark matter on the electrons that neutrinos hit, and the density response F(E, Q).

The tables and figures of two pages of the documentation; those of Compton scattering need xraylib to compare with:

    python examples/probes.py --output figures
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
from nuatom.observables.density import convection
from nuatom.observables.stopping import bethe_stopping
from nuatom.probe import ChargedParticle, DarkMatter, Photon
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU, MeV, barn, cm2, day, eV, keV, kg
from style import STYLE
from tabular import show

Array = NDArray[np.float64]

BLACK, GREY, BLUE, VERMILION, GREEN, ORANGE = "#000000", "#777777", "#0072B2", "#D55E00", "#009E73", "#E69F00"
KEV_ANGSTROM = 12.39841984
ICRU = {"He": 41.8, "Ne": 137.0, "Ar": 188.0, "Xe": 482.0}
HYDROGEN = na.Hydrogenic(1, 0, 1)


@cache
def response(symbol: str) -> na.CentralField:
    """Independent electrons in the default field."""
    return na.CentralField(na.Atom(symbol))


# --- the density response ---------------------------------------------------------------------------


def table_hydrogen() -> None:
    """The dispersion relation (K 13) of hydrogen at Q = 0, and the convection current alone (K 5)."""
    ratios = (1.05, 2, 4, 10, 100)
    found = []
    for ratio in ratios:
        T = ratio * HYDROGEN.binding_energy
        left = na.density_response(HYDROGEN, [T], [1e-3 * MOMENTUM_AU]).total[0, 0].real
        found.append(integral(HYDROGEN, T) / left)
    show("", {"T/ε": ratios, "right side of (K 13) over Re F(E, 0)": found})
    T = np.array([0.1 * keV])
    measure = HYDROGEN.measure(T, T, 2 * MeV - T)
    Q = measure.momentum[0]
    own = convection(HYDROGEN, T, Q) / HYDROGEN.structure(T, Q).charge[0] * measure.charge[0]
    longitudinal = np.sum(measure.charge[0] / Q**2)
    share, moving = np.sum(measure.current[0] / Q**2) / longitudinal, np.sum(own / Q**2) / longitudinal
    print(
        f"\nT = 0.1 keV: transverse share {share:.3g}, of which convection {moving:.2g} and spin {share - moving:.2g}"
    )


def table_atoms() -> None:
    """T∫S dQ²/Q² over what (K 13) with (K 14) makes of it, Z², and over Z."""
    rows = []
    for symbol in ("Ge", "Xe"):
        model = response(symbol)
        for T in (0.1, 1.0, 10.0, 100.0):
            found = T * keV * integral(model, T * keV)
            rows.append((symbol, T, found, found / model.atom.Z**2, found / model.atom.Z))
    show("", dict(zip(("", "T [keV]", "T ∫S dQ²/Q²", "over Z²", "over Z"), zip(*rows, strict=True), strict=True)))


def integral(model: na.ResponseModel, transfer: float) -> float:
    """∫S dQ²/Q² over all momenta."""
    measure = model.measure(np.array([transfer]), np.zeros(1), np.full(1, np.inf))
    return float(np.sum(measure.charge / measure.momentum**2))


def figure_response() -> Figure:
    """F of hydrogen, and of neon with its parts."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9.5, 3.9), layout="constrained")
        left, right = figure.subplots(1, 2)
        T = np.linspace(0.02, 1.6, 397)
        F = na.density_response(HYDROGEN, T * HARTREE, [1.0 * MOMENTUM_AU]).total[:, 0] * HARTREE
        left.plot(T, np.where(np.abs(F.real) < 8, F.real, np.nan), color=BLACK, label="Re F")
        left.plot(T, F.imag, color=VERMILION, label="Im F = πS")
        left.set(xlabel="T [Hartree]", ylabel="F [1/Hartree]", ylim=(-3, 4), title="hydrogen 1s, Q = 1 a.u.")
        left.axvline(0.5, color=GREY, lw=0.8)
        left.legend()
        model, Q = response("Ne"), np.geomspace(0.3, 100, 60) * keV
        found = na.density_response(model, [2 * keV], Q)
        Z = model.atom.Z
        right.loglog(Q / keV, found.elastic[0] * 2 * keV, color=BLUE, label="ground state, $F_e^2$")
        moved = np.abs(found.by_shell.sum(axis=0)[0]) * 2 * keV
        right.loglog(Q / keV, moved, color=VERMILION, label="lines and continuum, |…|")
        for level, name in ((Z**2, "$Z^2$"), (Z, "$Z$")):
            right.axhline(level, color=GREY, lw=0.8, ls=":")
            right.text(0.32, level * 1.1, name, color=GREY)
        right.set(xlabel="Q [keV]", ylabel="T F", title="neon, T = 2 keV", ylim=(1e-3, 200))
        right.legend(loc="lower left")
    return figure


# --- photons ----------------------------------------------------------------------------------------


def table_incoherent() -> None:
    """The incoherent scattering function at x = sin(θ/2)/λ, and dσ/dΩ by 2.5 radians, over those of xraylib."""
    import xraylib

    x, energies = np.array([0.1, 0.3, 1, 2, 4]), (20.0, 60.0, 200.0, 500.0)
    columns: dict[str, list[object]] = {"": [], **{f"S, x = {v:g}/Å": [] for v in x}}
    columns |= {f"dσ/dΩ, {energy:g} keV": [] for energy in energies}
    for symbol in ("Ne", "Ar", "Ge", "Xe"):
        model, Z = response(symbol), na.element(symbol).Z
        ours = na.incoherent_function(model, 2 * KEV_ANGSTROM * x * keV)
        row = list(ours / [xraylib.SF_Compt(Z, float(v)) for v in x])
        per_gram = na.element(symbol).atomic_weight / 0.602214076
        for energy in energies:
            found = na.incoherent_cross_section(model, energy * keV, 2.5) / barn
            row.append(found / (xraylib.DCS_Compt(Z, energy, 2.5) * per_gram))
        for column, value in zip(columns.values(), [symbol, *(f"{value:.3f}" for value in row)], strict=True):
            column.append(value)
    show("", columns)


def figure_compton() -> Figure:
    """A Compton spectrum of germanium with its edges, and what a table of profiles makes of it."""
    import xraylib

    model, energy, angle = response("Ge"), 60 * keV, np.radians(150)
    edges = [shell.binding_energy / keV * np.array([0.9999, 1.0001]) for shell in model.shells]
    T = np.unique(np.concatenate([np.geomspace(0.05, 25, 300), np.linspace(9, 13, 161), *edges]))
    T = T[T >= 0.05]
    spectrum = na.compton_spectrum(model, energy, angle, T * keV) / (barn / keV)
    Q, factor = Photon().angular(energy, angle, T * keV)
    X = (Q - T * keV) * (Q + T * keV)
    p_z = (-Q / 2 + T * keV / 2 * np.sqrt(1 + 4 * ELECTRON_MASS**2 / X)) / MOMENTUM_AU
    J = np.array([xraylib.ComptonProfile(32, float(min(abs(p), 99))) for p in p_z])
    table = factor * J * (ELECTRON_MASS + T * keV / 2) / Q / MOMENTUM_AU / (barn / keV)
    with rc_context(STYLE):
        figure = Figure(figsize=(9.5, 3.9), layout="constrained")
        left, right = figure.subplots(1, 2)
        for axes in (left, right):
            axes.plot(T, spectrum, color=BLACK, label="nuatom", zorder=3)
            axes.plot(T, table, color=VERMILION, ls="--", label="profiles of Biggs et al.")
            axes.set(xlabel="T [keV]", ylabel="d²σ/dΩdT [barn keV$^{-1}$ sr$^{-1}$]")
        left.set(xlim=(4, 20), ylim=(0, None), title="germanium, 60 keV, 150°")
        right.set(xscale="log", yscale="log", xlim=(0.05, 25), ylim=(1e-4, 1), title="all of it")
        right.legend(loc="upper left")
    return figure


# --- stopping ---------------------------------------------------------------------------------------


def figure_stopping() -> Figure:
    """Stopping power of protons over Bethe's formula with ICRU's mean excitation energies."""
    proton = ChargedParticle.proton()
    energies = np.geomspace(1, 300, 7)
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        axes = figure.subplots()
        for symbol, colour in (("He", BLUE), ("Ne", GREEN), ("Ar", VERMILION)):
            model, Z = response(symbol), na.element(symbol).Z
            lost = np.array([na.stopping_power(proton, model, float(K)) for K in energies])
            bethe = [bethe_stopping(proton, Z, ICRU[symbol] * eV, float(K)) for K in energies]
            axes.semilogx(energies, lost / bethe, "o-", ms=4, color=colour, label=symbol)
        axes.axhline(1, color=GREY, lw=0.8)
        axes.set(xlabel="proton energy [MeV]", ylabel="first Born / Bethe with ICRU's I", ylim=(0.84, 1.06))
        axes.legend(loc="lower right")
    return figure


# --- dark matter ------------------------------------------------------------------------------------


def figure_dark_matter() -> Figure:
    """Events of dark matter of 100 MeV in xenon, by shell."""
    model = response("Xe")
    T = np.geomspace(11, 400, 200) * eV
    with rc_context(STYLE):
        figure = Figure(figsize=(9.5, 3.9), layout="constrained")
        for axes, mediator in zip(figure.subplots(1, 2), ("heavy", "light"), strict=True):
            probe = DarkMatter(100 * MeV, mediator, 1e-40 * cm2)
            by_shell = na.dark_matter_rate(probe, model, T, by_shell=True) * (kg * day * keV)
            axes.loglog(T / eV, by_shell.sum(axis=0), color=BLACK, lw=2, label="Xe")
            for label, colour in (("5p", BLUE), ("5s", GREEN), ("4d", VERMILION), ("4p", ORANGE)):
                own = [i for i, shell in enumerate(model.shells) if shell.label.startswith(label)]
                axes.loglog(T / eV, by_shell[own].sum(axis=0), color=colour, label=label)
            top = by_shell.sum(axis=0).max()
            axes.set(xlabel="T [eV]", ylabel="events kg$^{-1}$ day$^{-1}$ keV$^{-1}$")
            axes.set(xlim=(11, 400), ylim=(top * 1e-6, 3 * top))
            axes.set_title(f"100 MeV, {mediator} mediator, $\\bar\\sigma_e = 10^{{-40}}$ cm²", fontsize=10)
        axes.legend()
    return figure


FIGURES = {
    "response": figure_response,
    "compton": figure_compton,
    "stopping": figure_stopping,
    "dark-matter": figure_dark_matter,
}


def main() -> None:
    """Print the tables and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("figures"), help="folder of the figures")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    for table in (table_hydrogen, table_atoms, table_incoherent):
        table()
    for name, draw in FIGURES.items():
        draw().savefig(folder / f"{name}.png", dpi=150)
        print(f"wrote {folder / name}.png")


if __name__ == "__main__":
    main()

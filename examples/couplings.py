#!/usr/bin/env python3
"""What binding does to every coupling of a neutrino, on germanium and xenon.

Prints the tables of the documentation's pages "Gallery" and "Weak scattering on xenon", and writes the figures:

    python examples/couplings.py --output figures

The tables of the atoms are computed once, in about a minute each, and kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

import nuatom as na
from nuatom.functions import VECTOR, Function
from nuatom.response.model import Lines, Measure, StructureFunctions
from nuatom.units import ELECTRON_MASS, MeV, cm2, eV, keV
from style import STYLE
from tabular import show

Array = NDArray[np.float64]
Columns = dict[str, Array]

ENERGY = 1 * MeV
PER_KEV = cm2 / keV
DCS = "dσ/dT  [cm$^2$ keV$^{-1}$ per atom]"
COUPLINGS = {
    "weak, $\\bar\\nu_e$": na.Weak("e", antineutrino=True),
    "magnetic moment, $10^{-11}\\,\\mu_B$": na.MagneticMoment(1e-11),
    "millicharge, $10^{-12}\\,e$": na.Millicharge(1e-12),
    "charge radius, $10^{-31}$ cm$^2$": na.ChargeRadius(1e-31 * cm2),
    "vector, 10 keV, $g_\\nu g_e = 10^{-13}$": na.VectorMediator(10 * keV, 1e-13, 1.0),
    "scalar, 10 keV, $g_\\nu g_e = 10^{-12}$": na.ScalarMediator(10 * keV, 1e-12, 1.0),
    "pseudoscalar, 10 keV, $g_\\nu g_e = 10^{-11}$": na.PseudoscalarMediator(10 * keV, 1e-11, 1.0),
}
# Okabe and Ito's colours, distinct to the colour-blind.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#777777", "#009E73", "#E69F00", "#CC79A7")


@cache
def response(symbol: str, exchange: na.Slater | na.KohnSham = na.Slater(), binding: str = "calculated"):  # noqa: B008
    """The atom's response; each is tabulated once and kept."""
    return na.CentralField(na.Atom(symbol, exchange=exchange, binding=binding))


@dataclass(frozen=True)
class Part:
    """A response with momenta from `low` to `high` times those of a free electron at rest, Q_r = √(T² + 2mT)."""

    model: na.ResponseModel
    low: float = 0.0
    high: float = np.inf

    @property
    def shells(self) -> tuple[na.Shell, ...]:
        """The shells of the model."""
        return self.model.shells

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Those of the model."""
        return self.model.structure(transfer, momentum, functions)

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """That of the model between the stricter of the limits."""
        T = np.asarray(transfer, dtype=float)
        ridge = np.sqrt(T * (T + 2 * ELECTRON_MASS))
        low, high = (np.clip(Q, np.maximum(self.low * ridge, T), self.high * ridge) for Q in (lower, upper))
        return self.model.measure(T, np.minimum(low, high), high, functions)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """Those of the model."""
        return self.model.lines(functions)


def transfers(model: na.ResponseModel, low: float, high: float, count: int = 160) -> Array:
    """T from low to high, even in the logarithm, with a point on either side of each edge [energy]."""
    edges = np.array([shell.binding_energy for shell in model.shells])
    beside = np.outer(edges, [1 - 1e-6, 1 + 1e-6]).ravel()
    T = np.concatenate([np.geomspace(low, high, count), beside[(beside > low) & (beside < high)]])
    return np.unique(T)


# --- tables ------------------------------------------------------------------------------------------


# --- all couplings -------------------------------------------------------------------------------------


def table_couplings(symbol: str) -> None:
    """Bound over free, for every coupling at E = 1 MeV."""
    model, free = response(symbol), na.FreeElectrons(symbol)
    T = np.array([0.1, 0.3, 1, 3, 10, 30, 100]) * keV
    columns: dict[str, Sequence[object] | Array] = {"coupling": [f"{t / keV:g} keV" for t in T]}
    for name, coupling in COUPLINGS.items():
        short = name.split(",")[0]
        columns[short] = na.cross_section(coupling, model, ENERGY, T) / na.cross_section(coupling, free, ENERGY, T)
    show(f"{symbol}: dσ/dT of bound electrons over that of as many free ones, E = 1 MeV", columns)


def figure_couplings() -> Figure:
    """Every coupling on Ge and Xe, bound and free."""
    with rc_context(STYLE):
        figure = Figure(figsize=(11, 5.6), layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for axis, symbol in zip(axes, ("Ge", "Xe"), strict=True):
            model, free = response(symbol), na.FreeElectrons(symbol)
            T = transfers(model, 0.03 * keV, 300 * keV)
            for (name, coupling), colour in zip(COUPLINGS.items(), COLOURS, strict=True):
                bound, at_rest = (na.cross_section(coupling, m, ENERGY, T) / PER_KEV for m in (model, free))
                axis.loglog(T / keV, bound, color=colour, lw=1.6, label=name)
                axis.loglog(T / keV, at_rest, color=colour, lw=0.9, ls=(0, (4, 2)))
            axis.set(xlabel="energy transfer $T$  [keV]", xlim=(0.03, 300), ylim=(5e-49, 1e-39))
            axis.text(0.97, 0.95, symbol, transform=axis.transAxes, ha="right", va="top", size=14)
        axes[0].set_ylabel(DCS)
        handles, labels = axes[0].get_legend_handles_labels()
        handles += [Line2D([], [], color="#000000", lw=1.6), Line2D([], [], color="#000000", lw=0.9, ls=(0, (4, 2)))]
        figure.legend(handles, [*labels, "bound", "free, at rest"], loc="outside lower center", ncols=3)
    return figure


# --- millicharge ---------------------------------------------------------------------------------------

PHOTON_END = 0.5
"""Q/Q_r at which the photon's part of a millicharge is told from the ridge."""


def millicharge(symbol: str, transfer: ArrayLike) -> Columns:
    """dσ/dT of a millicharge of 10⁻¹² e: its parts, its approximations and free electrons [area/energy]."""
    model = response(symbol)
    models = {
        "photon": Part(model, high=PHOTON_END),
        "ridge": Part(model, low=PHOTON_END),
        "bound": model,
        "equivalent photon": na.EquivalentPhoton(model),
        "free": na.FreeElectrons(symbol),
        "stepping": na.Stepping(model.atom),
    }
    return {name: na.cross_section(na.Millicharge(1e-12), m, ENERGY, transfer) for name, m in models.items()}


def table_millicharge(symbol: str) -> None:
    """The parts of a millicharge's cross section, over that of free electrons."""
    T = np.array([0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5]) * keV
    found = millicharge(symbol, T)
    parts = {
        name: found[name] / found["free"] for name in ("photon", "ridge", "bound", "equivalent photon", "stepping")
    }
    show(
        f"{symbol}: millicharge, over free electrons (dσ/dT of 10⁻¹² e on them in the last column, cm²/keV)",
        {"T [keV]": T / keV, **parts, "free": found["free"] / PER_KEV},
    )


def figure_millicharge() -> Figure:
    """The millicharge on Ge and Xe: photon's part, ridge, equivalent photons, over free electrons."""
    lines = {
        "bound": ("#000000", "-", 2.0),
        "photon's part, $Q < Q_r/2$": ("#D55E00", "-", 1.3),
        "ridge, $Q > Q_r/2$": ("#0072B2", "-", 1.3),
        "equivalent photon": ("#E69F00", "--", 1.3),
        "stepping": ("#777777", ":", 1.3),
    }
    keys = ("bound", "photon", "ridge", "equivalent photon", "stepping")
    with rc_context(STYLE):
        figure = Figure(figsize=(10, 4.6), layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for axis, symbol in zip(axes, ("Ge", "Xe"), strict=True):
            T = transfers(response(symbol), 0.03 * keV, 40 * keV)
            found = millicharge(symbol, T)
            for key, (label, (colour, style, width)) in zip(keys, lines.items(), strict=True):
                axis.loglog(T / keV, found[key] / found["free"], color=colour, ls=style, lw=width, label=label)
            axis.axhline(1, color="#777777", lw=0.6)
            axis.set(xlabel="energy transfer $T$  [keV]", xlim=(0.03, 40), ylim=(0.1, 80))
            axis.text(0.96, 0.95, symbol, transform=axis.transAxes, ha="right", va="top", size=14)
        axes[0].set_ylabel("dσ/dT over free electrons")
        axes[0].legend(loc="lower right")
    return figure


# --- weak scattering on xenon --------------------------------------------------------------------------

CHOICES = {
    "Slater": (na.Slater(), "calculated"),
    "Slater, measured": (na.Slater(), "measured"),
    "Kohn-Sham": (na.KohnSham(), "calculated"),
    "Kohn-Sham, measured": (na.KohnSham(), "measured"),
}
WEAK_TRANSFERS = np.array([1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30]) * keV


def table_weak_xenon(flavour: str) -> None:
    """Bound over stepping, for three energies and four choices of the atom."""
    for energy in (0.2 * MeV, 0.3 * MeV, 0.42 * MeV):
        columns: dict[str, Sequence[object] | Array] = {"T [keV]": WEAK_TRANSFERS / keV}
        for name, (exchange, binding) in CHOICES.items():
            model = response("Xe", exchange, binding)
            found = na.spectrum(na.Weak(flavour), model, energy, WEAK_TRANSFERS)
            stepping = na.cross_section(na.Weak(flavour), na.Stepping(model.atom), energy, WEAK_TRANSFERS)
            columns[name] = found.total / stepping
            if name == "Slater":
                error = found.relative_error
        columns["error"] = error
        show(f"ν_{flavour}, E = {energy / MeV:g} MeV: bound over stepping, and the error of the first", columns)


def table_weak_shells(flavour: str, energy: float = 0.3 * MeV) -> None:
    """Bound over stepping shell by shell."""
    model = response("Xe")
    by_shell, stepping = (
        na.cross_section(na.Weak(flavour), m, energy, WEAK_TRANSFERS, by_shell=True)
        for m in (model, na.Stepping(model.atom))
    )
    ratio = np.divide(by_shell, stepping, out=np.zeros_like(by_shell), where=stepping > 0)
    columns: dict[str, Sequence[object] | Array] = {
        "shell": [s.label for s in model.shells],
        "edge [eV]": [f"{s.binding_energy / eV:.1f}" for s in model.shells],
    }
    for j, T in enumerate(WEAK_TRANSFERS):
        columns[f"{T / keV:g}"] = [f"{x:.3f}" if x else "-" for x in ratio[:, j]]
    show(f"ν_{flavour}, E = {energy / MeV:g} MeV: bound over stepping by shell, at T in keV", columns)


def main() -> None:
    """Print everything and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("figures"), help="folder for the figures")
    folder: Path = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    for symbol in ("Ge", "Xe"):
        table_couplings(symbol)
        table_millicharge(symbol)
    for flavour in ("e", "mu"):
        table_weak_xenon(flavour)
        table_weak_shells(flavour)
    for name, figure in (("couplings", figure_couplings()), ("millicharge", figure_millicharge())):
        figure.savefig(folder / f"{name}.png", dpi=160)
        print(f"wrote {folder / name}.png")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The statements of a paper on neutrinos and bound electrons, computed one by one.

K. A. Kouzakov and A. I. Studenikin, "Electromagnetic neutrino-atom collisions: the role of electron binding"
(NOW 2010); at length in Phys. Lett. B 696 (2011) 252 and, with M. B. Voloshin, Phys. Rev. D 83 (2011) 113001.
(K n) is an equation of the first.  Prints a table for every statement and writes its figure:

    python examples/kouzakov_studenikin.py --output figures

Germanium takes two atomic tables, hydrogen and xenon one each; they are computed once, in about a minute.
"""

from __future__ import annotations

import argparse
from functools import cache
from math import pi
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import ArrayLike, NDArray

import nuatom as na
from nuatom.approximations import FreeSumRule, thomas_fermi_momentum
from nuatom.functions import VECTOR
from nuatom.neutrino import standard_model_moment
from nuatom.units import ELECTRON_MASS, FERMI_CONSTANT, HBARC2, MeV, cm2, day, eV, keV, kg, s
from style import STYLE
from tabular import show

Array = NDArray[np.float64]
Columns = dict[str, Array]

ENERGY = 1 * MeV
MOMENT = 3.2e-11  # Bohr magnetons: the limit of GEMMA when the paper was written
FLUX = 1e13 / (cm2 * s)
WEAK_E = (0.9521, 0.4938)  # g_V and g_A of ν_e on an electron, with radiative corrections
PER_KEV = cm2 / keV
DCS = "dσ/dT  [cm$^2$ keV$^{-1}$ per atom]"

BLACK, GREY, BLUE, VERMILION = "#000000", "#777777", "#0072B2", "#D55E00"
GREEN, ORANGE, PURPLE, SKY = "#009E73", "#E69F00", "#CC79A7", "#56B4E9"
SYMBOLS = {"H": BLUE, "Ge": BLACK, "Xe": VERMILION}


# --- what is computed ------------------------------------------------------------------------------


@cache
def response(symbol: str, exchange: na.Slater | na.KohnSham = na.Slater(), binding: str = "calculated"):  # noqa: B008
    """The atom's response; each is tabulated once and kept."""
    return na.CentralField(na.Atom(symbol, exchange=exchange, binding=binding))


def transfers(model: na.ResponseModel, low: float, high: float, count: int = 300) -> Array:
    """T from low to high, even in the logarithm, with a point on either side of each edge [energy]."""
    edges = np.array([shell.binding_energy for shell in model.shells])
    beside = np.outer(edges, [1 - 1e-6, 1 + 1e-6]).ravel()
    T = np.concatenate([np.geomspace(low, high, count), beside[(beside > low) & (beside < high)]])
    return np.unique(T)


def magnetic(model: na.ResponseModel, transfer: ArrayLike, moment: float = MOMENT) -> Array:
    """dσ/dT of the magnetic moment at E = 1 MeV, per atom [area/energy]."""
    return na.cross_section(na.MagneticMoment(moment), model, ENERGY, transfer)


def transverse_share(model: na.ResponseModel, transfer: ArrayLike) -> Array:
    """(a) The share of the transverse term, that of R, in dσ/dT."""
    found = na.spectrum(na.MagneticMoment(MOMENT), model, ENERGY, transfer)
    total = found.total
    return np.divide(found.transverse.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)


def frozen_photon(transfer: ArrayLike, symbol: str = "Ge") -> Columns:
    """(b) dσ/dT, and what it would be if R/Q² kept its photon value up to Q = 2E − T [area/energy]."""
    model = response(symbol)
    true, frozen = magnetic(model, transfer), magnetic(na.FrozenPhoton(model), transfer)
    return {"true": true, "frozen": frozen, "factor": frozen / true}


def photon_fall(transfer: float, momentum: Array, symbol: str = "Ge") -> Array:
    """(b) R(T,Q)/Q² over its value at the photon point Q = T; frozen, it is 1."""
    model, T = response(symbol), np.array([transfer])
    current = model.structure(T, np.concatenate([T, momentum]), VECTOR).current.sum(axis=0)[0]
    return current[1:] / current[0] * (transfer / momentum) ** 2


def longitudinal_integral(model: na.ResponseModel, transfer: ArrayLike) -> Array:
    """(c) T ∫S dQ²/Q² over the momenta of a 1 MeV neutrino, T² ≤ Q² ≤ (2E−T)², a number of electrons."""
    T = np.asarray(transfer, dtype=float)
    nodes = model.measure(T, T, 2 * ENERGY - T)
    return T * np.sum(nodes.charge / nodes.momentum**2, axis=(0, 2))


def open_electrons(model: na.ResponseModel, transfer: ArrayLike) -> Array:
    """(c) Electrons bound less than T."""
    T = np.asarray(transfer, dtype=float)
    return np.sum([shell.occupancy * (shell.binding_energy < T) for shell in model.shells], axis=0)


def weak_free_electron(transfer: ArrayLike, energy: float = ENERGY, *, antineutrino: bool = True) -> Array:
    """(d) dσ/dT of ν_e on ONE FREE electron by the weak interaction alone: the textbook formula [area/energy].

        dσ/dT = (G_F² m/2π) [(g_V+g_A)² + (g_V−g_A)²(1−T/E)² − (g_V²−g_A²) mT/E²],   g_A → −g_A for ν̄

    the textbook formula, beside nuatom's own `Weak`: it knows nothing of binding, which is the point here.
    """
    T = np.asarray(transfer, dtype=float)
    g_V, g_A = WEAK_E[0], WEAK_E[1] * (-1 if antineutrino else 1)
    shape = (g_V + g_A) ** 2 + (g_V - g_A) ** 2 * (1 - T / energy) ** 2
    shape = shape - (g_V**2 - g_A**2) * ELECTRON_MASS * T / energy**2
    scale = FERMI_CONSTANT**2 * ELECTRON_MASS / (2 * pi) * HBARC2
    return np.where(T < 2 * energy**2 / (2 * energy + ELECTRON_MASS), scale * shape, 0.0)


def weak_stepping(model: na.ResponseModel, transfer: ArrayLike) -> Array:
    """(d) The free weak formula for every electron bound less than T, antineutrinos of 1 MeV [area/energy]."""
    return open_electrons(model, transfer) * weak_free_electron(transfer)


def crossing(moment: float, symbol: str = "Ge") -> float:
    """(d) The T above which the weak cross section exceeds that of a magnetic moment [energy]."""
    from scipy.optimize import brentq

    model = response(symbol)

    def excess(log_T: float) -> float:
        T = np.array([np.exp(log_T)])
        return float(np.log(magnetic(model, T, moment) / weak_stepping(model, T))[0])

    return float(np.exp(brentq(excess, np.log(0.1 * keV), np.log(300 * keV))))


def events(cross_section: Array, symbol: str = "Ge") -> Array:
    """(f) Events per (kg day keV) for 10¹³ neutrinos of 1 MeV per cm² and s, from dσ/dT per atom."""
    return FLUX * na.target(symbol).units_per_mass * cross_section * (kg * day * keV)


def shell_opening(above: ArrayLike, symbol: str = "Ge") -> dict[str, Array]:
    """(f) dσ/dT of each inner shell over that of as many free electrons, at T = (1 + above)·ε."""
    model, free = response(symbol), na.FreeElectrons(symbol)
    result = {}
    for i, shell in enumerate(model.shells):
        if shell.n <= 2:
            T = shell.binding_energy * (1 + np.asarray(above, dtype=float))
            moment = na.MagneticMoment(MOMENT)
            bound = na.cross_section(moment, model, ENERGY, T, by_shell=True)[i]
            result[shell.label] = bound / na.cross_section(moment, free, ENERGY, T, by_shell=True)[i]
    return result


def spread(transfer: ArrayLike, symbol: str = "Ge") -> Columns:
    """(g) dσ/dT for two exchanges and two sets of edges, over the one with Slater's and calculated edges."""
    choices = {
        "Slater, measured edges": response(symbol, binding="measured"),
        "Kohn-Sham": response(symbol, na.KohnSham()),
        "Kohn-Sham, measured edges": response(symbol, na.KohnSham(), "measured"),
    }
    standard = magnetic(response(symbol), transfer)
    return {name: magnetic(model, transfer) / standard for name, model in choices.items()}


def away_from_edges(transfer: Array, margin: float = 0.1, symbol: str = "Ge") -> NDArray[np.bool_]:
    """(g) Where T is further than the margin from every edge of any of the four choices."""
    edges = [
        shell.binding_energy
        for exchange in (na.Slater(), na.KohnSham())
        for binding in ("calculated", "measured")
        for shell in response(symbol, exchange, binding).shells
    ]
    return np.all(np.abs(np.log(transfer[:, None] / np.array(edges))) > np.log(1 + margin), axis=1)


# --- tables, at round transfers ---------------------------------------------------------------------


def table_transverse() -> None:
    T = np.array([0.02, 0.05, 0.1, 0.3, 1, 3, 10, 30, 100]) * keV
    shares = {symbol: transverse_share(response(symbol), T) for symbol in SYMBOLS}
    free = transverse_share(na.FreeElectrons("H"), T)
    show("(a) transverse share of dσ/dT", {"T [keV]": T / keV, **shares, "free electron": free})
    speed = [thomas_fermi_momentum(na.element(symbol).Z) / ELECTRON_MASS for symbol in SYMBOLS]
    show("(a) squared Thomas-Fermi velocity (Z^⅓ α)²", {"atom": list(SYMBOLS), "v²": np.square(speed)})


def table_frozen() -> None:
    T = np.array([0.1, 0.2, 0.5, 1, 1.5, 2, 5, 10, 12, 20]) * keV
    found = frozen_photon(T)
    free = magnetic(na.FreeElectrons("Ge"), T)
    areas = {name: found[name] / PER_KEV for name in ("true", "frozen")}
    ratios = {"frozen/true": found["factor"], "true/free": found["true"] / free}
    title = "(b) Ge, dσ/dT [cm²/keV]: R/Q² frozen at the photon point against the truth"
    show(title, {"T [keV]": T / keV, **areas, **ratios})


def table_sum_rule() -> None:
    T = np.array([0.02, 0.08, 0.1, 0.3, 1, 3, 10, 30, 100]) * keV
    for symbol in SYMBOLS:
        models = (FreeSumRule(symbol), na.CoherentSumRule(symbol))
        single, coherent = (longitudinal_integral(model, T) for model in models)
        computed = longitudinal_integral(response(symbol), T)
        rules = {"Z": single, "Z² (K 15)": coherent, "open": open_electrons(response(symbol), T)}
        columns = {"computed": computed, **rules, "computed/Z": computed / single}
        show(f"(c) {symbol}, T ∫S dQ²/Q² [electrons]", {"T [keV]": T / keV, **columns})


def table_weak() -> None:
    T = np.array([0.1, 0.3, 1, 3, 10, 30]) * keV
    model = response("Ge")
    bound, weak = magnetic(model, T), weak_stepping(model, T)
    columns = {"magnetic": bound / PER_KEV, "weak": weak / PER_KEV, "ratio": bound / weak}
    show(f"(d) Ge, dσ/dT [cm²/keV], {MOMENT:g} μ_B against weak ν̄_e", {"T [keV]": T / keV, **columns})
    moments = np.array([3.2e-11, 1e-11])
    found = [crossing(float(moment)) / keV for moment in moments]
    show("(d) above this T the weak cross section is the larger", {"μ [μ_B]": moments, "T [keV]": found})


def table_moment() -> None:
    mass = np.array([0.05, 0.45, 1.0]) * eV
    moment = np.array([standard_model_moment(float(m)) for m in mass])
    ratio = {f"rate over that of {MOMENT:g}": (moment / MOMENT) ** 2}
    show("(e) the Standard Model with a Dirac mass (K 1)", {"mass [eV]": mass / eV, "μ [μ_B]": moment, **ratio})


def table_edges() -> None:
    model = response("Ge")
    T = np.array([1.0, 1.2, 1.23, 1.3, 1.5, 2, 10.5, 11.0, 11.1, 11.5, 12.5]) * keV
    bound = magnetic(model, T)
    free, stepping = (magnetic(other, T) for other in (na.FreeElectrons("Ge"), na.Stepping(model)))
    rates = {"events": events(bound), "free": events(free), "stepping": events(stepping)}
    ratios = {"bound/free": bound / free, "bound/stepping": bound / stepping}
    unit = f"events per kg, day and keV in {FLUX * cm2 * s:g} neutrinos of 1 MeV per cm² and s"
    title = f"(f) Ge at its L and K edges, {MOMENT:g} μ_B; {unit}"
    show(title, {"T [keV]": T / keV, "[cm²/keV]": bound / PER_KEV, **rates, **ratios})
    above = np.array([1e-3, 0.01, 0.03, 0.1, 0.3, 1])
    show("(f) a shell over free electrons, at T = (1+x)ε", {"x": above, **shell_opening(above)})


def table_spread() -> None:
    choices = {
        "Slater": response("Ge"),
        "Kohn-Sham": response("Ge", na.KohnSham()),
        "measured": response("Ge", binding="measured"),
    }
    edges = {name: [f"{x.binding_energy / eV:.1f}" for x in m.shells] for name, m in choices.items()}
    origins = choices["measured"].atom.edge_origins
    show("(g) Ge, edges [eV]", {"shell": list(origins), **edges, "from": list(origins.values())})
    T = np.array([0.05, 0.07, 0.1, 0.15, 0.3, 0.5, 1, 1.5, 3, 10, 15]) * keV
    show("(g) Ge, dσ/dT over that of Slater, calculated edges", {"T [keV]": T / keV, **spread(T)})
    T = transfers(response("Ge"), 0.05 * keV, 15 * keV)
    T = T[away_from_edges(T)]
    largest = np.max([np.abs(ratio - 1) for ratio in spread(T).values()], axis=0)
    limits = np.array([0.05, 0.1, 0.2, 0.5, 1, 2]) * keV
    found = [largest[limit < T].max() for limit in limits]
    show("(g) largest deviation above T, off the edges by > 10 %", {"T [keV]": limits / keV, "deviation": found})


# --- figures ---------------------------------------------------------------------------------------

styled = rc_context(STYLE)


def panels(width: float = 6.4, height: float = 4.4, **options) -> tuple[Figure, list[Axes]]:
    """An empty figure and its axes, read from left to right."""
    drawn = Figure(figsize=(width, height), layout="constrained")
    return drawn, list(np.ravel(drawn.subplots(**options)))


def plain_numbers(axes: Axes) -> None:
    """Energies in keV as plain numbers on a logarithmic axis."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("energy transfer  $T$  [keV]")


@styled
def figure_transverse() -> Figure:
    drawn, [axes] = panels()
    for symbol, colour in SYMBOLS.items():
        T = transfers(response(symbol), 0.02 * keV, 100 * keV)
        axes.plot(T / keV, transverse_share(response(symbol), T), color=colour, label=symbol)
    free = transverse_share(na.FreeElectrons("H"), T)
    axes.plot(T / keV, free, color=GREY, ls="--", label="free electrons")
    axes.set(ylabel="transverse share of dσ/dT", yscale="log", xlim=(0.02, 100))
    plain_numbers(axes)
    axes.legend()
    return drawn


@styled
def figure_frozen() -> Figure:
    drawn, [left, right] = panels(9.6, 4.2, ncols=2)
    model = response("Ge")
    T = transfers(model, 0.1 * keV, 20 * keV)
    found = frozen_photon(T)
    left.plot(T / keV, found["frozen"] / PER_KEV, color=VERMILION, label="$R/Q^2$ frozen at the photon point")
    left.plot(T / keV, magnetic(na.FreeElectrons("Ge"), T) / PER_KEV, color=GREY, ls="--", label="free electrons")
    left.plot(T / keV, found["true"] / PER_KEV, color=BLACK, label="true")
    left.set(yscale="log", ylabel=DCS, xlim=(0.1, 20))
    plain_numbers(left)
    left.legend()
    for energy, colour in ((0.2 * keV, GREEN), (1 * keV, BLUE), (5 * keV, PURPLE)):
        Q = np.geomspace(energy, 2 * ENERGY - energy, 400)
        right.plot(Q / keV, photon_fall(energy, Q), color=colour, label=f"$T$ = {energy / keV:g} keV")
        ridge = np.sqrt(energy * (energy + 2 * ELECTRON_MASS))
        right.plot(ridge / keV, photon_fall(energy, np.array([ridge])), "o", color=colour)
    right.axhline(1, color=VERMILION)
    right.text(1500, 1.4, "frozen", color=VERMILION, ha="right")
    right.set(yscale="log", ylim=(1e-9, 8), ylabel="$R/Q^2$ over its photon value", xlim=(0.2, 2000))
    plain_numbers(right)
    right.set_xlabel("momentum transfer  $Q$  [keV]")
    right.legend(title="dots: a free electron's $Q$", loc="lower left")
    return drawn


@styled
def figure_sum_rule() -> Figure:
    drawn, [axes] = panels()
    for symbol, colour in SYMBOLS.items():
        model = response(symbol)
        T = transfers(model, 0.02 * keV, 100 * keV, 500)
        Z = longitudinal_integral(FreeSumRule(symbol), T)
        axes.plot(T / keV, longitudinal_integral(model, T) / Z, color=colour, label=symbol)
        axes.plot(T / keV, open_electrons(model, T) / Z, color=colour, lw=0.8, ls=":")
        if symbol != "H":
            axes.axhline(Z[0], color=colour, lw=0.9, ls="--")
            axes.text(90, Z[0] * 1.06, f"$Z^2$, coherent (K 15), {symbol}", color=colour, ha="right")
    axes.axhline(1, color=GREY, lw=0.9, ls="--", zorder=0)
    axes.text(0.022, 1.08, "$Z$, one by one", color=GREY)
    axes.set(ylabel=r"$T\int S\,\mathrm{d}Q^2/Q^2$  over  $Z$", yscale="log", xlim=(0.02, 100), ylim=(0.03, 120))
    plain_numbers(axes)
    axes.legend(title="computed (dotted: open shells)", loc="lower right")
    return drawn


@styled
def figure_weak() -> Figure:
    drawn, [axes] = panels()
    model = response("Ge")
    T = transfers(model, 0.05 * keV, 100 * keV)
    for moment, colour in ((3.2e-11, BLACK), (1e-11, BLUE)):
        label = rf"magnetic, {moment * 1e11:g}$\times10^{{-11}}\,\mu_\mathrm{{B}}$"
        axes.plot(T / keV, magnetic(model, T, moment) / PER_KEV, color=colour, label=label)
        at = crossing(moment)
        height = weak_stepping(model, [at])[0] / PER_KEV
        axes.plot(at / keV, height, "o", color=colour)
        axes.text(at / keV * 1.1, height * 1.2, f"{at / keV:.1f} keV", color=colour)
    weak = weak_stepping(model, T) / PER_KEV
    axes.plot(T / keV, weak, color=VERMILION, label="weak, free-electron formula, stepping")
    axes.set(yscale="log", ylabel=DCS, xlim=(0.05, 100))
    plain_numbers(axes)
    axes.legend()
    return drawn


@styled
def figure_edges() -> Figure:
    drawn, both = panels(9.6, 4.2, ncols=2)
    model = response("Ge")
    for axes, (low, high), name in zip(both, ((0.9, 2.0), (10, 13)), ("L", "K"), strict=True):
        T = transfers(model, low * keV, high * keV, 400)
        for other, colour, style, label in (
            (model, BLACK, "-", "bound"),
            (na.FreeElectrons("Ge"), GREY, "--", "free electrons"),
            (na.Stepping(model), VERMILION, ":", "stepping"),
        ):
            axes.plot(T / keV, magnetic(other, T) / PER_KEV * 1e45, color=colour, ls=style, label=label, lw=1.6)
        unit = float(events(np.array(1e-45 * PER_KEV)))
        second = axes.secondary_yaxis("right", functions=(lambda y, u=unit: y * u, lambda y, u=unit: y / u))
        second.set_ylabel("events  [(kg day keV)$^{-1}$]")
        axes.tick_params(right=False)
        axes.set(xlim=(low, high), xlabel="energy transfer  $T$  [keV]")
        axes.set_ylabel("dσ/dT  [$10^{-45}$ cm$^2$ keV$^{-1}$ per atom]")
        axes.set_title(f"germanium, {name} edges", fontsize=10)
    both[0].legend()
    return drawn


@styled
def figure_spread() -> Figure:
    drawn, [axes] = panels(6.8, 4.2)
    T = transfers(response("Ge"), 0.05 * keV, 15 * keV, 600)
    ratios = spread(T)
    stacked = np.array([np.ones_like(T), *ratios.values()])
    axes.fill_between(T / keV, stacked.min(axis=0), stacked.max(axis=0), color=SKY, alpha=0.35, lw=0)
    styles = ((BLACK, "-"), (BLUE, "--"), (VERMILION, ":"))
    for (name, ratio), (colour, style) in zip(ratios.items(), styles, strict=True):
        axes.plot(T / keV, ratio, color=colour, ls=style, lw=1.1, label=name.replace("-", "–"))
    axes.axhline(1, color=GREY, lw=0.8)
    axes.set(xlim=(0.05, 15), ylabel="dσ/dT over that of Slater, calculated edges")
    plain_numbers(axes)
    axes.legend()
    return drawn


@styled
def figure_ge_mu() -> Figure:
    """The whole of it in one picture: dσ/dT of germanium, its parts and shells, over free electrons below."""
    drawn, [axes, ratio] = panels(7.4, 6.6, nrows=2, sharex=True, height_ratios=(2.4, 1))
    model = response("Ge")
    T = transfers(model, 0.05 * keV, 15 * keV, 500)
    found = na.spectrum(na.MagneticMoment(MOMENT), model, ENERGY, T)
    total = found.total
    free, stepping = (magnetic(other, T) for other in (na.FreeElectrons("Ge"), na.Stepping(model)))
    x = T / keV

    def draw(values: Array, **style) -> None:
        axes.plot(x, np.where(values > 0, values / PER_KEV, np.nan), **style)

    draw(free, color=GREY, lw=1.6, ls="--", label="free electrons")
    draw(total, color=BLACK, lw=3.2, label="bound electrons, total")
    draw(found.longitudinal.sum(axis=0), color=SKY, lw=1.2, label="longitudinal part")
    draw(stepping, color=VERMILION, lw=1.6, ls=(0, (2, 1.5)), label="stepping", zorder=4)
    draw(found.transverse.sum(axis=0), color=BLACK, lw=1.6, ls="-.", label="transverse part")
    colours = {1: BLUE, 2: ORANGE, 3: GREEN, 4: PURPLE}
    shells: dict[str, Array] = {}
    edges: dict[str, float] = {}
    for shell, values in zip(found.shells, found.by_shell, strict=True):
        name = shell.label[:2]
        shells[name] = shells.get(name, 0.0) + values
        edges[name] = min(edges.get(name, np.inf), shell.binding_energy / keV)
    for name, values in shells.items():
        style = {"s": "-", "p": (0, (4, 1.5)), "d": (0, (1, 1))}[name[1]]
        draw(values, color=colours[int(name[0])], lw=1.0, ls=style)
        if edges[name] > x[0]:
            first = np.flatnonzero(values)[0]
            at = x[first] * 0.985, values[first] / PER_KEV
            axes.text(*at, name, color=colours[int(name[0])], ha="right", va="center", fontsize=9)
    for name, factor, side in (("3d", 1.06, "bottom"), ("4s, 4p", 0.82, "top")):
        height = factor * np.interp(0.062, x, shells[name[:2]]) / PER_KEV
        axes.text(0.062, height, name, color=colours[int(name[0])], ha="center", va=side, fontsize=9)
    for name, edge in edges.items():
        if edge > x[0]:
            for panel in (axes, ratio):
                panel.axvline(
                    edge, ymax=0.75 if panel is axes else 1, color=colours[int(name[0])], lw=0.6, alpha=0.5, zorder=0
                )
    axes.set(yscale="log", ylim=(5e-48, 3e-43), ylabel=DCS)
    axes.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")
    title = r"germanium,  $E_\nu$ = 1 MeV,  $\mu_\nu$ = 3.2$\times$10$^{-11}\,\mu_\mathrm{B}$"
    axes.set_title(title, fontsize=11)
    ratio.plot(x, total / free, color=BLACK, lw=2.4)
    ratio.plot(x, stepping / free, color=VERMILION, lw=1.6, ls=(0, (2, 1.5)))
    ratio.axhline(1, color=GREY, lw=1.6, ls="--")
    ratio.set(ylim=(0, 1.12), ylabel="over free electrons", xlim=(x[0], x[-1]))
    plain_numbers(ratio)
    axes.set_xlabel("")
    return drawn


DRAW = (figure_transverse, figure_frozen, figure_sum_rule, figure_weak, figure_edges, figure_spread, figure_ge_mu)
FIGURES = {draw.__name__.removeprefix("figure_"): draw for draw in DRAW}
TABLES = (table_transverse, table_frozen, table_sum_rule, table_weak, table_moment, table_edges, table_spread)


def write(name: str, folder: Path) -> Path:
    """Draw one figure into a folder; ``write("ge_mu", Path("docs/_static"))`` is the picture of the README."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    FIGURES[name]().savefig(path, dpi=180)
    return path


def main() -> None:
    """Print all tables and write all figures."""
    parser = argparse.ArgumentParser(description="The statements of Kouzakov and Studenikin, computed.")
    parser.add_argument("--output", type=Path, default=Path(), metavar="FOLDER", help="where the figures go")
    folder = parser.parse_args().output
    for table in TABLES:
        table()
    for name in FIGURES:
        print(write(name, folder))


if __name__ == "__main__":
    main()

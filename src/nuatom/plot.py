"""Figures: dσ/dT with its shells, the structure function over (T, Q), photoabsorption.

Every function returns a `matplotlib.figure.Figure` that belongs to no window; ``figure.savefig("name.pdf")``
writes it.  Colours are told apart by colour-blind readers (Okabe and Ito), and shells by line style as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nuatom.band import BandResult
from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array
from nuatom.response.model import ResponseModel
from nuatom.scattering import Spectrum
from nuatom.units import ELECTRON_MASS, barn, cm2, eV, keV

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

_BLACK, _ORANGE, _BLUE, _GREEN = "#000000", "#E69F00", "#0072B2", "#009E73"
_VERMILION, _PURPLE, _SKY, _GREY, _WINE = "#D55E00", "#CC79A7", "#56B4E9", "#777777", "#882255"
_BY_N = (_BLUE, _VERMILION, _GREEN, _PURPLE, _ORANGE, _WINE, _GREY)
"""Colours of the shells n = 1, 2, …; no curve of the whole atom has one of them but in dashes."""
_BY_L = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)))
"""Line styles of s, p, d, f."""
_STYLE: Any = {  # the type of matplotlib's parameters is another in each of its versions
    "font.size": 9,
    "axes.labelsize": 10,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "axes.linewidth": 0.8,
}
_LETTERS = "spdfghi"
INTERFERENCE = "interference"
"""The one component of a coupling that may be negative."""
_DECADES = 4.5  # of dσ/dT shown below its greatest value, at most
_DECADES_OF_PARTS = 6.0  # the same where couplings are compared
_GAP = 0.035  # least distance of two labels, in heights of the axes
_ROWS, _COLUMNS = 180, 220  # of the structure map


@dataclass(frozen=True)
class _Group:
    """The subshells nl₋ and nl₊, drawn as one curve."""

    n: int
    l: int
    edge: float
    values: Array

    @property
    def label(self) -> str:
        return f"{self.n}{_LETTERS[self.l]}"

    @property
    def colour(self) -> str:
        return _BY_N[min(self.n, len(_BY_N)) - 1]

    @property
    def line(self) -> str | tuple[int, tuple[float, ...]]:
        return _BY_L[min(self.l, len(_BY_L) - 1)]


def spectrum_figure(
    spectrum: Spectrum,
    *,
    components: Mapping[str, Array] | None = None,
    free: Array | None = None,
    stepping: Array | None = None,
    band: BandResult | None = None,
    title: str = "",
) -> Figure:
    """dσ/dT against T: the total, what it is made of, and approximations dashed.

    One coupling is taken apart into shells, from their edges up, and into the parts of S and R where it sees nothing
    else.  Several couplings are taken apart into each of them; their interference is dashed where it adds and dotted,
    with its sign changed, where it takes away.

    Args:
        spectrum: at one neutrino energy and a row of ascending transfers.
        components: dσ/dT of each part of the coupling at the same transfers, by name [area/energy].
        free: dσ/dT of free electrons at the same transfers [area/energy].
        stepping: dσ/dT of the stepping approximation [area/energy].
        band: dσ/dT of several models at the same transfers, whose span is shaded.
        title: above the figure.

    Raises:
        ValueError: if there is not one neutrino energy, fewer than two transfers, or none at which dσ/dT > 0.
    """
    if spectrum.energy.ndim or spectrum.transfer.ndim != 1 or len(spectrum.transfer) < 2:
        raise ValueError(
            "a figure of dσ/dT needs one neutrino energy and a row of two or more transfers, got the shapes "
            f"{spectrum.energy.shape} and {spectrum.transfer.shape}; for a range write e.g. 0.05:15keV:40"
        )
    order = np.argsort(spectrum.transfer)
    T = spectrum.transfer[order] / keV

    def scaled(values: Array) -> Array:
        return values[..., order] / (cm2 / keV)

    total = scaled(spectrum.total)
    if not np.any(total > 0):
        raise ValueError("dσ/dT is zero at all these transfers: nothing to draw; try transfers above a threshold")
    parts = {name: scaled(values) for name, values in (components or {}).items()}
    with _axes(6.4, 4.8) as (figure, axes):
        _curve(axes, T, total, color=_BLACK, lw=2.6, label="bound electrons", zorder=4)
        shown = [total]
        if band is not None:
            lower, upper = scaled(band.lower), scaled(band.upper)
            shown.append(upper)
            # A model that is closed has no logarithm: the band then begins below the axes.
            floor = np.where(lower > 0, lower, 1e-9 * np.where(upper > 0, upper, np.nan))
            axes.fill_between(T, floor, upper, color=_ORANGE, alpha=0.45, lw=0, label="spread of models", zorder=2)
        groups = _groups(spectrum.shells, scaled(spectrum.by_shell))
        if parts:
            _components(axes, T, parts)
            shown += [np.abs(values) for values in parts.values() if np.any(values)]
        elif set(spectrum.shares) <= set(VECTOR):
            longitudinal, transverse = (
                scaled(part.sum(axis=0)) for part in (spectrum.longitudinal, spectrum.transverse)
            )
            _curve(axes, T, longitudinal, color=_SKY, lw=1.0, label="longitudinal, $S$", zorder=5)
            _curve(axes, T, transverse, color=_BLACK, lw=1.3, ls="-.", label="transverse, $R$")
            shown.append(transverse)
        else:
            shown += [group.values for group in groups if np.any(group.values > 0)]
        if free is not None:
            shown.append(scaled(free))
            _curve(axes, T, shown[-1], color=_GREY, lw=1.6, ls="--", label="free electrons", zorder=3)
        if stepping is not None:
            steps = {"color": _GREY if parts else _VERMILION, "lw": 1.0 if parts else 1.5, "ls": (0, (2, 2))}
            _curve(axes, T, scaled(stepping), label="stepping", zorder=3 if parts else 6, **steps)
        _limits(axes, T, shown, decades=_DECADES_OF_PARTS if parts else _DECADES)
        if not parts:
            _shells(axes, T, groups)
        _edges(axes, T, spectrum.shells)
        axes.set_xlabel("energy transfer  $T$  [keV]")
        axes.set_ylabel(r"$\mathrm{d}\sigma/\mathrm{d}T$  [cm$^2$ keV$^{-1}$ per atom]")
        axes.legend(loc="best", bbox_to_anchor=(0.0, 0.0, 1.0, 0.95))  # below the strokes of the edges
        axes.set_title(title, fontsize=9)
    return figure


def coherent_figure(transfer: Array, nucleus: Array, *, atom: Array | None = None, title: str = "") -> Figure:
    """dσ/dT of coherent scattering against the recoil energy, of the neutral atom and of its nucleus alone.

    Args:
        transfer: recoil energies, shape (nT,) with nT ≥ 2 [energy].
        nucleus: dσ/dT on the bare nucleus, the same shape [area/energy].
        atom: dσ/dT on the neutral atom, the same shape [area/energy].
        title: above the figure.

    Raises:
        ValueError: for fewer than two transfers, or none at which dσ/dT > 0.
    """
    if transfer.ndim != 1 or len(transfer) < 2:
        raise ValueError(f"a figure needs a row of two or more recoil energies, got the shape {transfer.shape}")
    order = np.argsort(transfer)
    T = transfer[order] / eV
    curves = [values[order] / (cm2 / keV) for values in (nucleus, *(() if atom is None else (atom,)))]
    if not any(np.any(values > 0) for values in curves):
        raise ValueError("dσ/dT is zero at all these recoil energies: nothing to draw; try lower ones")
    with _axes(6.4, 4.8) as (figure, axes):
        if atom is not None:
            _curve(axes, T, curves[1], color=_BLACK, lw=2.2, label="atom, with its electrons", zorder=4)
        _curve(axes, T, curves[0], color=_VERMILION, lw=1.5, ls="--", label="nucleus alone", zorder=5)
        _limits(axes, T, curves, decades=7)
        axes.set_xlabel("recoil energy  $T$  [eV]")
        axes.set_ylabel(r"$\mathrm{d}\sigma/\mathrm{d}T$  [cm$^2$ keV$^{-1}$]")
        axes.legend(loc="lower left")
        axes.set_title(title, fontsize=9)
    return figure


def photoabsorption_figure(shells: Sequence[Shell], energy: Array, by_shell: Array, *, title: str = "") -> Figure:
    """The photoionisation cross section against photon energy, the total and the shells.

    Args:
        shells: the shells, in the order of the first axis of by_shell.
        energy: photon energies, shape (nE,) with nE ≥ 2 [energy].
        by_shell: cross sections per atom, shape (shell, nE) [area].
        title: above the figure.

    Raises:
        ValueError: for fewer than two energies, or none at which the atom absorbs.
    """
    if energy.ndim != 1 or len(energy) < 2:
        raise ValueError(f"a figure needs a row of two or more photon energies, got the shape {energy.shape}")
    order = np.argsort(energy)
    photon = energy[order] / keV
    areas = by_shell[:, order] / (1e6 * barn)
    total = areas.sum(axis=0)
    if not np.any(total > 0):
        raise ValueError("the atom absorbs at none of these energies: nothing to draw; try higher ones")
    with _axes(6.4, 4.8) as (figure, axes):
        _curve(axes, photon, total, color=_BLACK, lw=2.0, label="all shells", zorder=4)
        _limits(axes, photon, [total], decades=7, headroom=12)
        groups = _groups(shells, areas)
        for group in groups:
            _curve(axes, photon, group.values, color=group.colour, ls=group.line, lw=1.0)
        _edges(axes, photon, shells)
        _names_of_edges(axes, photon, groups)
        axes.set_xlabel("photon energy  [keV]")
        axes.set_ylabel("photoionisation cross section  [Mb per atom]")
        axes.legend(loc="lower left")
        axes.set_title(title, fontsize=9)
    return figure


def structure_map(
    model: ResponseModel,
    *,
    transfer: Array | None = None,
    momentum: Array | None = None,
    title: str = "",
) -> Figure:
    """S(T,Q), summed over shells, as a map in colours over T and Q.

    The full line is the Bethe ridge Q² = T² + 2mT, where free electrons are; the dashed one, Q = T, is the
    real photon, below which no neutrino can go.

    Args:
        model: a response with values of S at a point.
        transfer: T ascending, shape (nT,) [energy]; by default around the thresholds.
        momentum: Q ascending, shape (nQ,) [energy]; by default from below the photon line to above the ridge.
        title: above the figure.

    Raises:
        ValueError: for a response that is a δ function, or zero in the whole range.
    """
    from matplotlib.colors import LogNorm
    from matplotlib.patheffects import withStroke

    edges = [shell.binding_energy for shell in model.shells if shell.binding_energy > 0]
    if transfer is None:
        if not edges:
            raise ValueError("no shell has a threshold to choose transfers by: pass transfer and momentum")
        transfer = np.geomspace(0.5 * min(edges), 10 * max(edges), _COLUMNS)
    T = np.asarray(transfer, dtype=float)
    if momentum is None:
        momentum = np.geomspace(0.5 * T[0], 3 * _ridge(T[-1]), _ROWS)
    Q = np.asarray(momentum, dtype=float)
    S = model.structure(T, Q, VECTOR).charge.sum(axis=0) * keV
    greatest = float(S.max())
    if not greatest > 0:
        raise ValueError("S is zero in the whole range: nothing to draw; try transfers above a threshold")
    with _axes(6.0, 4.8) as (figure, axes):
        shown = np.ma.masked_less_equal(S.T, 0.0)
        # Many decades below the top it is the tail of the orbitals, of no weight in anything.
        mesh = axes.pcolormesh(
            T / keV,
            Q / keV,
            shown,
            norm=LogNorm(greatest * 1e-8, greatest),
            cmap="cividis",
            shading="nearest",
            rasterized=True,
        )
        axes.set_facecolor("0.85")  # closed: no shell can answer
        outline = [withStroke(linewidth=3.0, foreground="black")]  # white alone is lost on the bright ridge
        for line, style, name in (
            (_ridge(T), "-", r"Bethe ridge $Q^2 = T^2 + 2mT$"),
            (T, "--", "photon $Q = T$"),
        ):
            axes.plot(T / keV, line / keV, color="white", lw=1.3, ls=style, label=name, path_effects=outline)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(T[0] / keV, T[-1] / keV)
        axes.set_ylim(Q[0] / keV, Q[-1] / keV)
        _ticks(axes.xaxis, T[-1] / T[0])
        _ticks(axes.yaxis, Q[-1] / Q[0])
        bar = figure.colorbar(mesh, ax=axes, extend="min", pad=0.02)
        bar.set_label(r"$S(T,Q)$  [keV$^{-1}$ per atom]")
        axes.set_xlabel("energy transfer  $T$  [keV]")
        axes.set_ylabel("momentum transfer  $Q$  [keV]")
        axes.legend(loc="lower right", frameon=True, facecolor="0.25", edgecolor="none", labelcolor="white")
        axes.set_title(title, fontsize=9)
    return figure


# --- parts ---------------------------------------------------------------------------------------


@contextmanager
def _axes(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of one pair of axes, in the style of all, which stays with it when it is drawn."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def _curve(axes: Axes, x: Array, y: Array, **style: Any) -> None:
    """A curve where it is positive; a closed process is zero, which a logarithm cannot show."""
    axes.plot(x, np.where(y > 0, y, np.nan), **style)


def _components(axes: Axes, x: Array, parts: Mapping[str, Array]) -> None:
    """A curve for each part of a coupling; the interference has one where it adds and one where it takes away."""
    colours = (_BLUE, _VERMILION, _GREEN, _ORANGE, _SKY, _WINE)
    floor = max(float(np.abs(values).max()) for values in parts.values()) / 10**_DECADES_OF_PARTS
    alone = [name for name in parts if name != INTERFERENCE]
    for k, name in enumerate(alone):
        label = name if np.any(parts[name] > floor) else f"{name} (below)"
        _curve(axes, x, parts[name], color=colours[k % len(colours)], lw=1.5, label=label, zorder=5)
    values = parts.get(INTERFERENCE)
    if values is not None:
        # A logarithmic axis has no sign: the style of the line has it.
        for sign, style, label in ((1, "--", "interference"), (-1, ":", "−interference (takes away)")):
            if np.any(sign * values > 0):
                _curve(axes, x, sign * values, color=_PURPLE, lw=1.8, ls=style, label=label, zorder=6)


def _limits(axes: Axes, x: Array, curves: Sequence[Array], *, decades: float = _DECADES, headroom: float = 2.0) -> None:
    """Logarithmic axes that show what matters of these curves."""
    greatest = max(float(curve.max()) for curve in curves)
    least = min(float(curve[curve > 0].min()) for curve in curves if np.any(curve > 0))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(max(least / 2, greatest / 10**decades), greatest * headroom)
    _ticks(axes.xaxis, x[-1] / x[0])


def _ticks(axis: Axis, ratio: float) -> None:
    """Energies as plain numbers; where a logarithmic axis has few decades, 2 and 5 have theirs too."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    def number(value: float, _: int | None) -> str:
        return f"{value:g}"

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if ratio < 300 else (1.0,)))
    axis.set_major_formatter(FuncFormatter(number))
    axis.set_minor_formatter(NullFormatter())


def _groups(shells: Sequence[Shell], values: Array) -> list[_Group]:
    """The shells by n and l, deepest first, with the sum of their curves."""
    keys = sorted({(shell.n, shell.l) for shell in shells})
    result = []
    for n, l in keys:
        own = [i for i, shell in enumerate(shells) if (shell.n, shell.l) == (n, l)]
        edge = min(shells[i].binding_energy for i in own) / keV
        result.append(_Group(n, l, edge, np.asarray(values[own].sum(axis=0))))
    return result


def _shells(axes: Axes, x: Array, groups: Sequence[_Group]) -> None:
    """Thin curves of the shells, each labelled where it begins."""
    low, high = np.log10(axes.get_ylim())
    starts: list[tuple[float, float, _Group]] = []
    for group in groups:
        visible = np.flatnonzero(group.values > 10**low)
        if len(visible) == 0:
            continue
        _curve(axes, x, group.values, color=group.colour, ls=group.line, lw=0.9)
        first = visible[0]
        # An outer shell's curve falls off the axes: it begins at the left end, like those below.
        starts.append((float(x[first]), float((np.log10(group.values[first]) - low) / (high - low)), group))
    at_left = [start for start in starts if start[0] <= x[0]]
    heights = _spread([height for _, height, _ in at_left], _GAP)
    placed = [(0.012, height, group, "left") for height, (_, _, group) in zip(heights, at_left, strict=True)]
    span = np.log10(x[-1] / x[0])
    for position, height, group in starts:
        if position > x[0]:
            placed.append((float(np.log10(position / x[0]) / span) - 0.006, height, group, "right"))
    for across, height, group, side in placed:
        axes.text(
            across,
            min(max(height, 0.015), 0.985),
            group.label,
            color=group.colour,
            fontsize=7.5,
            ha=side,
            va="center",
            transform=axes.transAxes,
            zorder=6,
            bbox={"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )


def _edges(axes: Axes, x: Array, shells: Sequence[Shell]) -> None:
    """A short stroke down from the top at every threshold."""
    for shell in shells:
        edge = shell.binding_energy / keV
        if x[0] < edge < x[-1]:
            colour = _BY_N[min(shell.n, len(_BY_N)) - 1]
            axes.axvline(edge, ymin=0.96, ymax=1.0, color=colour, lw=1.1)


def _names_of_edges(axes: Axes, x: Array, groups: Sequence[_Group]) -> None:
    """The name of each shell below its stroke; s, p, d, f have rows of their own, so that none touch."""
    span = np.log10(x[-1] / x[0])
    for group in groups:
        across = float(np.log10(group.edge / x[0]) / span) if group.edge > 0 else -1.0
        if 0 < across < 1:
            axes.text(
                min(max(across, 0.02), 0.98),
                0.945 - 0.035 * group.l,
                group.label,
                color=group.colour,
                fontsize=7.5,
                ha="center",
                va="center",
                transform=axes.transAxes,
            )


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """The heights moved as little as keeps them a gap apart, in the order given."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    moved = [heights[i] for i in order]
    for _ in range(200):
        for k in range(1, len(moved)):
            short = gap - (moved[k] - moved[k - 1])
            if short > 1e-9:
                moved[k - 1] -= short / 2
                moved[k] += short / 2
    result = [0.0] * len(heights)
    for place, value in zip(order, moved, strict=True):
        result[place] = value
    return result


def _ridge(transfer: Array) -> Array:
    """Q of a free electron at rest."""
    return np.asarray(np.sqrt(transfer * (transfer + 2 * ELECTRON_MASS)))

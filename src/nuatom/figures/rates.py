"""The figure of a rate, with what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nuatom.figures.style import BLACK, CURVE_COLOURS, CURVE_LINES, GREY, draw_curve, new_axes, set_limits
from nuatom.functions import Array
from nuatom.rates import RateSpectrum
from nuatom.units import keV

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def rate_figure(
    spectrum: RateSpectrum,
    unit: float,
    label: str,
    *,
    others: Mapping[str, Array] | None = None,
    title: str = "",
    quantity: str = "dR/dT",
) -> Figure:
    """dR/dT against T: the total, the parts of the coupling or else the components of the source, and other models.

    Args:
        spectrum: at two or more transfers.
        unit: of mass, time and energy together, in which the rate is shown [mass time energy].
        label: that unit in words, such as "kg day keV".
        others: dR/dT of other models at the same transfers, dashed, by name [1/(mass time energy)].
        title: above the figure.
        quantity: what the rate is called, beside its axis.

    Raises:
        ValueError: for fewer than two transfers, or none at which the rate is positive.
    """
    if len(spectrum.transfer) < 2:
        raise ValueError("a figure of a rate needs two or more transfers")
    order = np.argsort(spectrum.transfer)
    T = spectrum.transfer[order] / keV

    def scaled(values: Array) -> Array:
        return np.asarray(values[order] * unit)

    total = scaled(spectrum.total)
    if not np.any(total > 0):
        raise ValueError("the rate is zero at all these transfers: nothing to draw; try transfers above a threshold")
    parts = {name: scaled(values) for name, values in spectrum.by_part.items()}
    made_of = parts if len(parts) > 1 else {name: scaled(v) for name, v in spectrum.by_component.items()}
    shown = [total]
    with new_axes(6.4, 4.8) as (figure, axes):
        draw_curve(axes, T, total, color=BLACK, lw=2.4, label="total", zorder=4)
        if len(made_of) > 1:
            for k, (name, values) in enumerate(made_of.items()):
                sign = -1.0 if np.all(values <= 0) and np.any(values < 0) else 1.0
                if not np.any(sign * values > 1e-4 * total.max()):
                    continue
                text = name if sign > 0 else f"−{name} (takes away)"
                style = {
                    "color": CURVE_COLOURS[k % len(CURVE_COLOURS)],
                    "ls": CURVE_LINES[k // len(CURVE_COLOURS) % len(CURVE_LINES)],
                }
                draw_curve(axes, T, sign * values, lw=1.3, label=text, **style)
                shown.append(np.abs(values))
        for k, (name, values) in enumerate((others or {}).items()):
            shown.append(scaled(values))
            draw_curve(axes, T, shown[-1], color=GREY, lw=1.4, ls=CURVE_LINES[1 + k % 3], label=name, zorder=3)
        set_limits(axes, T, shown, decades=6.0)
        axes.set_xlabel("energy transfer  $T$  [keV]")
        symbol, _, rest = quantity.partition(" ")
        name = symbol.replace("d", r"\mathrm{d}")
        axes.set_ylabel(f"${name}$ {rest} [1/({label})]")
        axes.legend(loc="best")
        axes.set_title(title, fontsize=9)
    return figure

#!/usr/bin/env python3
"""What GEMMA could exclude, with free, stepping, bound and screened electrons.

The ready-made experiment "gemma" has the flux, the detector and the backgrounds; here the spectrum with the reactor off
is fitted together with the one with the reactor on, as the experiment did.  Prints the 90 % limits on the magnetic
moment that it expects without a signal:

    python examples/gemma.py

Germanium takes two tables, with and without screening, of a minute each; they are computed once and kept.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nuatom import limit
from nuatom.config import Experiment, load
from nuatom.units import keV
from tabular import show

OFF = 4487 / 18134  # hours with the reactor off over hours with it on
FLUX_ERROR = 0.05
MOMENT = "magnetic_moment_squared"
RESPONSES = {"free": "free", "stepping": "stepping", "bound": "central-field", "screened": "recommended"}


def with_reactor_off(
    signal: limit.Signal, backgrounds: Mapping[str, NDArray[np.float64]], off: float = OFF
) -> limit.Binned:
    """Asimov data of both spectra: the signal is in the first half of the bins, the backgrounds are in both.

    The size of each background is left to the fit, its shape is known.
    """
    nothing = np.zeros_like(signal.coefficients)
    both = limit.Signal(
        signal.parameters, signal.components, signal.exponents, np.concatenate([signal.coefficients, nothing], axis=2)
    )
    counts = {name: np.concatenate([values, off * values]) for name, values in backgrounds.items()}
    factors: tuple[limit.Factor, ...] = (
        limit.LogNormal("flux", signal.components, FLUX_ERROR),
        *(limit.Free(f"size of {name}", (name,)) for name in counts),
    )
    model = limit.Model(both, counts, factors, bounds={MOMENT: limit.NOT_NEGATIVE})
    return limit.Binned.of(model, model.expected(model.start[None, :])[0])


def moment(likelihood: limit.Binned, procedure: limit.Procedure | None = None) -> float:
    """The 90 % limit on the magnetic moment [Bohr magnetons]; its square is fitted in units of (10⁻¹¹ μ_B)².

    From Asimov data it is the median that is expected without a signal.
    """
    return 1e-11 * float(np.sqrt(limit.upper_limit(likelihood, MOMENT, procedure=procedure)))


def shapes(experiment: Experiment) -> dict[str, dict[str, NDArray[np.float64]]]:
    """What one may assume about the background, from most to least; its size is always left to the fit."""
    total = np.sum(list(experiment.backgrounds.values()), axis=0)
    centre = 0.5 * (experiment.edges[1:] + experiment.edges[:-1])
    x = (centre - centre[0]) / (centre[-1] - centre[0])
    line = {"left": total * (1 - x), "right": total * x}
    low = np.flatnonzero(centre < 10 * keV)
    alone = {f"bin {i}": total * (np.arange(len(total)) == i) for i in low}
    return {
        "flat": {"flat": total},
        "a straight line": line,
        "a straight line and 1/E": {**line, "1/E": total * centre[0] / centre},
        "any shape below 10 keV": {**alone, "above": total * (centre >= 10 * keV)},
    }


def main() -> None:
    """Print the limits."""
    experiment = load("gemma")
    published = experiment.settings.published
    limits = {}
    for name, response in RESPONSES.items():
        one = experiment.with_response(response)
        limits[name] = moment(with_reactor_off(one.signal, one.backgrounds)) / 1e-11
    if published is not None and published.magnetic_moment is not None:
        limits[f"published ({published.reference})"] = published.magnetic_moment / 1e-11
    show("", {"electrons": limits, "90 % limit [1e-11 Bohr magnetons]": [f"{x:.2f}" for x in limits.values()]})


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What XENONnT could exclude with solar neutrinos, with free, stepping and bound electrons.

The sketch in xenonnt.toml has the Sun, the detector and a flat background; here the double beta decay of ¹³⁶Xe, which
rises with energy, is taken out of the flat part, and the size is known as well as published.  Prints the 90 % limits on
the effective magnetic moment that it expects without a signal; what was counted is in ``nuatom limit xenonnt``.

    python examples/xenonnt.py

Xenon takes a table of a minute; it is computed once and kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nuatom import limit
from nuatom.config import Experiment, load
from nuatom.detector import FlatBackground, TabulatedBackground
from nuatom.units import ELECTRON_MASS, keV, tonne, year
from tabular import show

PER = 1 / (tonne * year * keV)
MEAN, MEAN_ERROR = 15.8 * PER, 1.3 / 15.8  # published, from 1 to 30 keV, everything together
HALF_LIFE, ABUNDANCE, Q_VALUE = 2.165e21 * year, 0.0886, 2458 * keV  # of ¹³⁶Xe
MOMENT = "magnetic_moment_squared"
RESPONSES = {"free": "free", "stepping": "stepping", "bound": "central-field"}


def sketch() -> Experiment:
    """The experiment of xenonnt.toml."""
    return load(Path(__file__).with_name("xenonnt.toml"))


def double_beta(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Events of two-neutrino double beta decay at the sum energy K of the electrons [1/(mass time energy)].

    dN/dK ∝ K (Q − K)⁵ (1 + 2K + 4K²/3 + K³/3 + K⁴/30), K and Q in electron masses (Primakoff and Rosen 1959).
    """
    atoms = ABUNDANCE * 6.02214076e26 / 131.293 / (1e-3 * tonne)

    def shape(K: NDArray[np.float64]) -> NDArray[np.float64]:
        q = Q_VALUE / ELECTRON_MASS
        return K * (q - K) ** 5 * (1 + 2 * K + 4 * K**2 / 3 + K**3 / 3 + K**4 / 30)

    all_of_it = np.linspace(0, Q_VALUE / ELECTRON_MASS, 2001)
    normalised = shape(energy / ELECTRON_MASS) / np.trapezoid(shape(all_of_it), all_of_it) / ELECTRON_MASS
    return np.asarray(atoms * np.log(2) / HALF_LIFE * normalised)


def likelihood(experiment: Experiment) -> limit.Binned:
    """Asimov data: solar neutrinos, double beta decay, and a flat rest that makes the mean the published one."""
    detector, edges, signal = experiment.detector, experiment.edges, experiment.signal
    energy = np.linspace(float(edges[0]), float(edges[-1]), 60)
    rising = TabulatedBackground(energy, double_beta(energy), name="double beta")
    weak = signal(**{MOMENT: 0.0}).sum()
    # What the whole would be if flat, less what is known, is the flat part.
    whole = detector.background(FlatBackground(MEAN), edges)
    known = detector.background(rising, edges)
    rest = whole * (1 - (known.sum() + weak) / whole.sum())
    factors = (
        *(f for f in experiment.model.factors if set(f.of) <= set(signal.components)),
        limit.LogNormal("flat", ("flat",), MEAN_ERROR),
        limit.LogNormal("double beta", ("double beta",), 0.05),
    )
    model = replace(experiment.model, backgrounds={"flat": rest, "double beta": known}, factors=factors)
    return limit.Binned.of(model, model.expected(model.start[None, :])[0])


def moment(data: limit.Binned, procedure: limit.Procedure | None = None, band: int = 0) -> float:
    """The 90 % limit on the magnetic moment that data fluctuating by ``band`` standard deviations give [μ_B]."""
    return 1e-11 * float(np.sqrt(limit.sensitivity(data, MOMENT, procedure=procedure).bands[band]))


def main() -> None:
    """Print the limits."""
    experiment = sketch()
    published = experiment.settings.published
    rows = []
    for name, response in RESPONSES.items():
        data = likelihood(experiment.with_response(response))
        low, median, high = (moment(data, band=band) / 1e-12 for band in (-1, 0, 1))
        rows.append((name, f"{median:.2f}", f"{low:.2f} to {high:.2f}"))
    if published is not None and published.magnetic_moment is not None:
        rows.append((f"published ({published.reference})", f"{published.magnetic_moment / 1e-12:.2f}", ""))
    names = ("electrons", "90 % limit [1e-12 Bohr magnetons]", "in 68 % of experiments")
    show("", dict(zip(names, zip(*rows, strict=True), strict=True)))


if __name__ == "__main__":
    main()

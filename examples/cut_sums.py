#!/usr/bin/env python3
"""What a sum over multipoles that stops at J keeps of xenon: ∫S dQ² cut and in full, beside published curves.

python examples/cut_sums.py            # some minutes
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

import nuatom as na
from nuatom.response import kernels
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import ridge
from nuatom.units import HARTREE, MOMENTUM_AU, keV
from tabular import show

Array = NDArray[np.float64]

TRANSFERS = (0.8, 1.3, 3.0, 4.6, 6.0, 10.0, 15.0, 20.0, 28.0)
PUBLISHED = (0.862, 0.862, 0.890, 0.881, 0.846, 0.813, 0.774, 0.740, 0.688)
"""Rate over stepping of solar neutrinos at these T [keV], read off arXiv:1610.04177."""


@contextmanager
def stopping_at(J: int) -> Iterator[None]:
    """Partial-wave sums that end with the multipole J."""
    whole = kernels.multipole_sum

    def cut(*arguments: object) -> object:
        *others, J_max, axial, longitudinal = arguments
        return whole(*others, min(J_max, J), axial, longitudinal)

    kernels.multipole_sum = cut
    try:
        yield
    finally:
        kernels.multipole_sum = whole


def cut_integral(waves: PartialWaves, transfer: float, J: int, points: int = 48) -> float:
    """½∫S dQ² over all Q of multipoles up to J, over the electron mass: electrons on the ridge."""
    T = transfer / HARTREE
    t, step = np.linspace(-np.arcsinh(2.2 / 0.08), np.arcsinh(1.2 / 0.08), points, retstep=True)
    Q = float(ridge(T)) * np.exp(0.08 * np.sinh(t))
    dQ2 = 2 * Q**2 * 0.08 * np.cosh(t) * step
    total = 0.0
    with stopping_at(J):
        for i, energy in enumerate(T + waves.solution.energies):
            if energy > 0:
                l = waves.shells[i].l
                found = waves.continuum(float(energy), [i], [Q], [J + l])[0]
                total += float(dQ2 @ found.charge)
    return total / 2


def whole_integral(model: na.CentralField, transfer: float) -> float:
    """½∫S dQ² of all multipoles, in atomic units."""
    measure = model.measure(np.array([transfer]), np.zeros(1), np.full(1, np.inf))
    return float(np.sum(measure.charge)) / 2 * HARTREE / MOMENTUM_AU**2


def main() -> None:
    """Print the table."""
    model = na.CentralField(na.Atom("Xe"))
    waves = PartialWaves(model.atom.solution, model.atom.calculated_shells)
    rows = []
    for T, published in zip(TRANSFERS, PUBLISHED, strict=True):
        whole = whole_integral(model, T * keV)
        cut = [cut_integral(waves, T * keV, J) / whole for J in (24, 6)]
        rows.append((T, f"{whole:.2f}", *(f"{share:.3f}" for share in (*cut, published))))
    names = ("T [keV]", "½∫S dQ²", "J ≤ 24 over it", "J ≤ 6 over it", "published rate over stepping")
    show("", dict(zip(names, zip(*rows, strict=True), strict=True)))


if __name__ == "__main__":
    main()

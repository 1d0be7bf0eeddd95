"""The standard halo: speeds of dark matter in the laboratory."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import check_number
from nuatom.functions import Array
from nuatom.units import GeV, cm

KM_PER_S = 1e3 / 299792458.0
"""One km/s over the speed of light."""


@dataclass(frozen=True)
class StandardHalo:
    """An isothermal halo cut off at the escape speed, seen from a laboratory that moves through it.

        f(v) ∝ exp(−|v + v_E|²/v_0²) where |v + v_E| < v_esc

    The defaults are those that direct searches agreed on (D. Baxter et al., Eur. Phys. J. C 81 (2021) 907):
    0.3 GeV/cm³, v_0 = 238, v_esc = 544 km/s, and the year's mean of the laboratory's speed, 254 km/s.

    Args:
        density: ρ of dark matter near the Sun [mass/volume].
        v_0, v_escape, v_laboratory: speeds over that of light.

    Raises:
        ValueError: for values that are not positive numbers, or a laboratory that is faster than what is bound.
    """

    density: float = 0.3 * GeV / cm**3
    v_0: float = 238.0 * KM_PER_S
    v_escape: float = 544.0 * KM_PER_S
    v_laboratory: float = 254.0 * KM_PER_S

    def __post_init__(self) -> None:
        check_number("the density of dark matter", self.density, 0.0, unit="MeV/mm³", above=True)
        for name in ("v_0", "v_escape", "v_laboratory"):
            check_number(name, getattr(self, name), 0.0, 0.1, unit="of the speed of light", above=True)
        if self.v_laboratory >= self.v_escape:
            raise ValueError(f"v_laboratory must be below v_escape = {self.v_escape:g}, got {self.v_laboratory:g}")

    @property
    def largest_speed(self) -> float:
        """v_esc + v_E, over that of light."""
        return self.v_escape + self.v_laboratory

    def mean_inverse_speed(self, least: ArrayLike) -> Array:
        """η(v_min) = ∫_{v > v_min} f(v)/v d³v, in closed form (J. Lewin and P. Smith, Astropart. Phys. 6 (1996) 87).

        Args:
            least: v_min ≥ 0 over the speed of light, any shape.

        Returns:
            the same shape, in units of the inverse speed of light; exactly 0 beyond the largest speed.
        """
        from scipy.special import erf as array_erf

        x, y, z = (np.asarray(v) / self.v_0 for v in (least, self.v_laboratory, self.v_escape))
        norm = erf(float(z)) - 2 / sqrt(pi) * float(z) * exp(-(float(z) ** 2))
        edge = np.exp(-(z**2))
        # Where v + v_E reaches the cut-off, the upper limit of the one-dimensional integral ends there.
        upper = np.minimum(x + y, z)
        inside = sqrt(pi) / 2 * (array_erf(upper) - array_erf(x - y)) - (upper - (x - y)) * edge
        return np.asarray(np.where(x < y + z, np.maximum(inside, 0.0) / (sqrt(pi) * norm * y * self.v_0), 0.0))

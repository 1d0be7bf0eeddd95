"""The electrons' form factor, of the same self-consistent atom that ionisation is computed from."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from nuatom.atom.exchange import Exchange, KriegerLiIafrate
from nuatom.atom.field import Atom
from nuatom.functions import Array
from nuatom.units import MOMENTUM_AU

EXACT = KriegerLiIafrate()
"""The exchange potential unless another is asked for."""

_CHUNK = 1000  # momenta treated at a time; 20 MB on the 2300 points of an atom's grid
# The integrand is faded out around qr = 100, over a width of 12: before the grid (spacing 0.025 r) ceases to
# resolve the sine, at qr = 120, and so slowly that what is cut off contributes e^{−12²/4} ≈ 1e−16 of its size.
_FADE_AT, _FADE_WIDTH = 100.0, 12.0


def electron_form_factor(symbol: str | int, momentum: ArrayLike, *, exchange: Exchange = EXACT) -> Array:
    """F_e(q), the Fourier transform of the density of a neutral atom's electrons.

        F_e(q) = ∫ρ(r) sin(qr)/(qr) dr,   ρ = Σ_i q_i (P_i² + Q_i²),   F_e(0) = Z

    Args:
        symbol: the element.
        momentum: q ≥ 0, any shape [energy].
        exchange: the exchange potential of the self-consistent field.

    Raises:
        ValueError: for an unknown element, or momenta that are negative or not finite.
    """
    q = np.asarray(momentum, dtype=float)
    if not np.all(np.isfinite(q) & (q >= 0)):
        raise ValueError("momenta must be finite and ≥ 0")
    atom = Atom(symbol, exchange)
    return np.asarray(atom.Z - missing_charge(atom, q))


def missing_charge(atom: Atom, momentum: Array) -> Array:
    """Z − F_e(q) = ∫ρ (1 − sin(qr)/(qr)) dr, which keeps its digits down to q = 0, where it is ∝ q².

    Args:
        atom: the neutral atom.
        momentum: q ≥ 0, any shape [energy].
    """
    from scipy.special import erfc

    r, electrons = _density(atom)
    q = momentum.ravel() / MOMENTUM_AU
    result = np.empty(q.size)
    for start in range(0, q.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        x = q[part, None] * r
        small = x < 0.1
        y = np.where(small, 1.0, x)
        series = x**2 / 6 * (1 - x**2 / 20 * (1 - x**2 / 42 * (1 - x**2 / 72)))
        fade = 0.5 * erfc((x - _FADE_AT) / _FADE_WIDTH)
        result[part] = np.where(small, series, 1 - fade * np.sin(y) / y) @ electrons
    return result.reshape(momentum.shape)


@lru_cache(maxsize=32)
def _density(atom: Atom) -> tuple[Array, Array]:
    """Radii [Bohr] and the electrons each stands for, Σ = Z."""
    solution = atom.solution
    occupancy = np.array([shell.occupancy for shell in atom.shells])
    electrons = occupancy @ (solution.P**2 + solution.Q**2) * solution.grid.dr
    return solution.grid.r, electrons

"""Directions: of the neutrino before and after, of the momentum it gives, and of the electron that leaves.

The neutrino's momentum falls from k to k', |k − k'| = Q:  cos(k, q) = (k² + Q² − k'²)/2kQ, the azimuth even.

An electron that is hit is between two limits.  Where Q is large against its momenta in the shell it was quasi-free: it
had a momentum p before, distributed as in the shell with p ≥ |p_z| (see `nuatom.response.impulse`), so that

    cos(p', q) = (p_∥ + Q)/p',      p_∥ = p_z + (T/Q)(E_p − E_{p_z}),      p'² = (E_p + T)² − m².

Where Q is small the dipole rules: about q the distribution is 1 + β P₂(cos), β = 2 for s shells and (l+2)/(2l+1) where
the wave with l + 1 has all of the strength, which is what it mostly has.  In between one of the two is drawn, the first
with the probability Q²/(Q² + p_s²), p_s the shell's root-mean-square momentum.  That is a model of what lies between,
not a calculation; the energies do not depend on it.

Source: J. Cooper and R. N. Zare, J. Chem. Phys. 48 (1968) 942.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuatom.functions import Array
from nuatom.response.impulse import DensityMoments
from nuatom.units import ELECTRON_MASS, MOMENTUM_AU


@dataclass(frozen=True)
class ShellMomenta:
    """The momenta of one shell, to draw from.

    Attributes:
        scale: root-mean-square momentum; 0 for an electron at rest [energy].
        l: orbital angular momentum.
        momentum: p, ascending; empty where they are those of a 1s orbital, ∝ 1/(p² + scale²)⁴ [energy].
        beyond: ∫_p^∞ p n(p)/E dp, falling, to any unit.
    """

    scale: float
    l: int
    momentum: Array
    beyond: Array

    @staticmethod
    def of(moments: DensityMoments, l: int) -> ShellMomenta:
        """From the moments of the impulse limit."""
        return ShellMomenta(
            moments.scale * MOMENTUM_AU, l, moments.momentum * MOMENTUM_AU, np.exp(moments.log_moments[0])
        )

    def draw(self, least: Array, fraction: Array) -> Array:
        """p above |p_z|, at fractions of what is above [energy]."""
        if self.scale == 0:
            return least
        if not self.momentum.size:
            return np.asarray(np.sqrt((least**2 + self.scale**2) * (1 - fraction) ** (-1 / 3) - self.scale**2))
        x, y = np.log(self.momentum), np.log(self.beyond)
        start = np.interp(np.log(np.maximum(least, self.momentum[0])), x, y)
        wanted = start + np.log(1 - fraction)
        return np.asarray(np.maximum(np.exp(np.interp(-wanted, -y, x)), least))


def isotropic(u: Array, v: Array) -> Array:
    """Unit vectors from two even fractions, shape (n, 3)."""
    cosine = 2 * u - 1
    sine = np.sqrt(np.maximum(1 - cosine**2, 0.0))
    return np.stack([sine * np.cos(2 * np.pi * v), sine * np.sin(2 * np.pi * v), cosine], axis=-1)


def around(axis: Array, cosine: Array, azimuth: Array) -> Array:
    """Unit vectors at an angle to others, the azimuth as a fraction of a turn, shape (n, 3)."""
    # A basis without a branch on the pole but for the sign of z (Duff et al. 2017).
    x, y, z = axis.T
    sign = np.copysign(1.0, z)
    a = -1.0 / (sign + z)
    b = x * y * a
    first = np.stack([1.0 + sign * x * x * a, sign * b, -sign * x], axis=-1)
    second = np.stack([b, sign + y * y * a, -y], axis=-1)
    sine = np.sqrt(np.maximum(1 - cosine**2, 0.0))
    angle = 2 * np.pi * azimuth
    part = first * np.cos(angle)[:, None] + second * np.sin(angle)[:, None]
    return np.asarray(cosine[:, None] * axis + sine[:, None] * part)


def transfer_cosine(before: Array, after: Array, momentum: Array) -> Array:
    """cos(k, q) from |k|, |k'| and Q."""
    return np.clip(((before - after) * (before + after) + momentum**2) / (2 * before * momentum), -1.0, 1.0)


def electron_cosine(shell: ShellMomenta, transfer: Array, momentum: Array, u: Array) -> Array:
    """cos of the electron's direction to q.

    Args:
        shell: it comes from.
        transfer, momentum: T and Q, shape (n,) [energy].
        u: even fractions, shape (2, n).
    """
    T, Q = transfer, momentum
    X = np.maximum((Q - T) * (Q + T), 1e-12 * Q**2)
    m = ELECTRON_MASS
    least = np.abs(-0.5 * Q + 0.5 * T * np.sqrt(1 + 4 * m**2 / X))
    sign = np.sign(-0.5 * Q + 0.5 * T * np.sqrt(1 + 4 * m**2 / X))
    reachable = least <= (shell.momentum[-1] if shell.momentum.size else np.inf)
    p = shell.draw(np.where(reachable, least, 0.0), u[1])
    E, E_z = np.sqrt(m**2 + p**2), np.sqrt(m**2 + least**2)
    along = sign * least + T / Q * (E - E_z)
    outgoing = np.sqrt((E + T) ** 2 - m**2)
    quasi_free = np.clip((along + Q) / outgoing, -1.0, 1.0)
    if shell.scale == 0:
        return np.asarray(quasi_free)
    share = Q**2 / (Q**2 + shell.scale**2)
    first = (u[0] < share) & reachable
    beta = 2.0 if shell.l == 0 else (shell.l + 2) / (2 * shell.l + 1)
    return np.asarray(np.where(first, quasi_free, _dipole(beta, u[1])))


def _dipole(beta: float, fraction: Array) -> Array:
    """cos from ½ [1 + β P₂], whose running integral is a cubic, by Cardano's formula."""
    # (1 − β/2)/2 c + β/4 c³ = f − ½, with one real root where β ≤ 2.
    p = (1 - beta / 2) / 2 / (beta / 4)
    q = (0.5 - fraction) / (beta / 4)
    root = np.sqrt(q * q / 4 + p**3 / 27)
    return np.asarray(np.clip(np.cbrt(-q / 2 + root) + np.cbrt(-q / 2 - root), -1.0, 1.0))

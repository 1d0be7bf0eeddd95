"""Neutrino spectra of allowed β decay.

    dN/dE ∝ E² p W F(±Z, W),      W = Q + m − E,   p² = W² − m²

E is the energy of the neutrino, Q the largest it can have, W and p energy and momentum of the electron or positron, and
F the factor by which the daughter's charge changes its density at the nucleus (E. Fermi, Z. Phys. 88 (1934) 161),

    F = 2(1+γ) (2pR)^{2(γ−1)} e^{πη} |Γ(γ+iη)|² / Γ(2γ+1)²,    γ² = 1 − (αZ)²,   η = ±αZW/p,

+ for electrons and − for positrons.  Screening by the atom's electrons, radiative corrections, weak magnetism and the
recoil of the nucleus are left out: below a percent for the nuclei used here, but for the last few keV of positrons.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from nuatom.source.model import Array, Continuous, require_positive
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC

_GRID = 4001
_SLOWEST = 1e-9  # of the electron's mass; the factor p F is finite there [1]
_FERMI = 1e-12  # mm


class Lepton(Enum):
    """What comes with the neutrino; the value is the sign of its attraction to the nucleus."""

    ELECTRON = 1
    POSITRON = -1


def fermi_function(charge: int, mass_number: int, lepton: Lepton, momentum: Array) -> Array:
    """F(±Z, W): the equation at the head of this module.

    Args:
        charge: Z of the daughter, ≥ 0; for 0 the result is 1.
        mass_number: A, for the radius R = 1.2 fm A^{1/3} of the nucleus.
        lepton: what is emitted.
        momentum: p > 0, any shape [energy].
    """
    from scipy.special import gamma as gamma_function
    from scipy.special import loggamma

    strength = FINE_STRUCTURE * charge
    root = np.sqrt(1 - strength**2)
    eta = lepton.value * strength * np.hypot(momentum, ELECTRON_MASS) / momentum
    radius = 1.2 * _FERMI * mass_number ** (1 / 3) / HBARC
    exponent = np.pi * eta + 2 * loggamma(root + 1j * eta).real + 2 * (root - 1) * np.log(2 * momentum * radius)
    return np.asarray(2 * (1 + root) / gamma_function(2 * root + 1) ** 2 * np.exp(exponent))


@dataclass(frozen=True, eq=False)
class _Branch:
    """E² W · pF, with pF from a fine table in √(1 − E/Q), where it is smooth; not normalised."""

    endpoint: float
    root: Array
    momentum_factor: Array

    def __call__(self, energy: Array) -> Array:
        rest = np.maximum(1 - energy / self.endpoint, 0)
        factor = np.interp(np.sqrt(rest), self.root, self.momentum_factor)
        return np.asarray(np.where(rest > 0, energy**2 * (self.endpoint * rest + ELECTRON_MASS) * factor, 0.0))


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Σ_i intensity_i · branch_i."""

    branches: tuple[_Branch, ...]
    intensities: tuple[float, ...]

    def __call__(self, energy: Array) -> Array:
        parts = (x * branch(energy) for x, branch in zip(self.intensities, self.branches, strict=True))
        return np.asarray(sum(parts, np.zeros(np.shape(energy))))


def allowed_spectrum(endpoint: float, charge: int, mass_number: int, lepton: Lepton) -> Continuous:
    """The spectrum of the neutrinos of one allowed β transition: the equation at the head of this module.

    Args:
        endpoint: Q, the largest energy of the neutrino, > 0 [energy].
        charge: Z of the daughter.
        mass_number: A.
        lepton: whether the decay is β⁻ or β⁺.

    Raises:
        ValueError: for an endpoint that is not finite and positive.
    """
    return mixed_spectrum([(endpoint, 1.0)], charge, mass_number, lepton)


def mixed_spectrum(branches: list[tuple[float, float]], charge: int, mass_number: int, lepton: Lepton) -> Continuous:
    """The spectrum of several allowed transitions of one nucleus.

    Args:
        branches: endpoint [energy] and intensity of each; the intensities are divided by their sum.
        charge, mass_number, lepton: as of `allowed_spectrum`.

    Raises:
        ValueError: for no branch, or endpoints or intensities that are not finite and positive.
    """
    if not branches:
        raise ValueError("a β spectrum needs one branch at least, an endpoint and an intensity")
    for endpoint, intensity in branches:
        require_positive("the endpoint of a β spectrum", endpoint)
        require_positive("the intensity of a β branch", intensity)
    endpoints = sorted({endpoint for endpoint, _ in branches})
    parts, weights = [], []
    for endpoint, intensity in branches:
        part = _branch(endpoint, charge, mass_number, lepton)
        found = Continuous.normalised(part, (0.0, 0.5 * endpoint, endpoint), root_end=True)
        parts.append(part)
        weights.append(intensity * float(found(np.array(0.5 * endpoint)) / part(np.array(0.5 * endpoint))))
    # Smooth in the root of the distance to the end; an electron's spectrum ends in a step of that, and for a heavy
    # nucleus it is smooth in the energy itself, so that the ends of the other branches need no more than a break.
    breaks = (0.0, 0.5 * endpoints[0], *endpoints)
    order = 12 if len(endpoints) == 1 else 8
    return Continuous.normalised(_Mixture(tuple(parts), tuple(weights)), breaks, order, root_end=True)


def _branch(endpoint: float, charge: int, mass_number: int, lepton: Lepton) -> _Branch:
    root = np.linspace(0, 1, _GRID)
    kinetic = endpoint * root**2
    momentum = np.sqrt(kinetic * (kinetic + 2 * ELECTRON_MASS))
    momentum = np.maximum(momentum, _SLOWEST * ELECTRON_MASS)
    return _Branch(endpoint, root, momentum * fermi_function(charge, mass_number, lepton, momentum))

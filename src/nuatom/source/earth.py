"""What the Earth makes of solar neutrinos that come through it at night.

Neutrinos of the Sun arrive as mass states, which are no eigenstates in matter: ν_k becomes ν_α with

    P(ν_k→ν_α) = |Σ_β V_αβ S_βγ W_γk|²,     U = V W,     V = R23 R13,  W = R12,

where S propagates the two states that mix with θ12, in the potential c13² V_e, through shells of constant density, and
leaves the third alone; it lies 30 times higher, and the potential moves it by less than 1e-3.  The shells are those of
the preliminary reference Earth model (A. M. Dziewonski and D. L. Anderson, Phys. Earth Planet. Inter. 25 (1981) 297),
cut into some of constant density, with 0.495 electrons per nucleon in the mantle and 0.467 in the core.  The
probabilities are averaged over the nights of a year at a latitude, for an orbit that is a circle.
"""

from __future__ import annotations

from functools import lru_cache
from math import pi, radians, sqrt

import numpy as np
from hepunits.constants import Avogadro

from nuatom.neutrino.flavour import Mixing
from nuatom.source.model import Array
from nuatom.units import FERMI_CONSTANT, HBARC, MeV, cm, m

RADIUS = 6371e3 * m
_OBLIQUITY = radians(23.44)
# Radii [km], electrons per nucleon, and the density [g/cm³] as a polynomial in r over the radius of the Earth.
_SHELLS = (
    (0.0, 1221.5, 0.467, (13.0885, 0.0, -8.8381)),
    (1221.5, 3480.0, 0.467, (12.5815, -1.2638, -3.6426, -5.5281)),
    (3480.0, 5701.0, 0.495, (7.9565, -6.4761, 5.5283, -3.0807)),
    (5701.0, 5771.0, 0.495, (5.3197, -1.4836)),
    (5771.0, 5971.0, 0.495, (11.2494, -8.0298)),
    (5971.0, 6151.0, 0.495, (7.1089, -3.8045)),
    (6151.0, 6346.6, 0.495, (2.6910, 0.6924)),
    (6346.6, 6371.0, 0.495, (2.7,)),  # the crust, without the ocean
)
_THICKEST = 300.0  # of a shell of constant density [km]
_ENERGIES = np.geomspace(0.05, 20.0, 301) * MeV  # of the table of probabilities, linear between in ln E
_NADIRS = 600
_UNEVEN = 1.2  # intervals of one length would all have the same phase at some energies


def shells() -> tuple[Array, Array]:
    """The outer radii of shells of constant density, ascending [length], and their electrons [1/volume]."""
    outer, electrons = [], []
    for first, last, fraction, polynomial in _SHELLS:
        edges = np.linspace(first, last, 1 + int(np.ceil((last - first) / _THICKEST)))
        middle = (edges[1:] + edges[:-1]) / 2 / 6371.0
        outer += (edges[1:] * 1e3 * m).tolist()
        electrons += (fraction * np.polynomial.Polynomial(polynomial)(middle) * Avogadro / cm**3).tolist()
    return np.array(outer), np.array(electrons)


def nadirs(latitude: float, number: int = _NADIRS) -> tuple[Array, Array]:
    """Cosines of the nadir angle of the Sun at night, and the share of the nights of a year that each has.

    Args:
        latitude: of the detector [degrees].
        number: of intervals of the cosine, of which these are the middles; they are longer where it is larger.
    """
    longitude = (np.arange(720) + 0.5) / 720 * 2 * pi
    hour = (np.arange(1440) + 0.5) / 1440 * 2 * pi
    sine = np.sin(_OBLIQUITY) * np.sin(longitude)
    at = radians(latitude)
    height = np.sin(at) * sine[:, None] + np.cos(at) * np.sqrt(1 - sine**2)[:, None] * np.cos(hour)
    counts, edges = np.histogram(-height[height < 0], np.linspace(0.0, 1.0, number + 1) ** _UNEVEN)
    return (edges[1:] + edges[:-1]) / 2, counts / counts.sum()


def propagated(energy: Array, cosine: Array, mixing: Mixing) -> tuple[Array, Array]:
    """The amplitudes S₁₁ and S₂₁ of a path through the Earth, in the basis of flavours; S is unitary of determinant 1.

    Args:
        energy: E, shape (n,) [energy].
        cosine: of the nadir angle, shape (c,).
        mixing: angles and Δm²₂₁.

    Returns:
        Two complex arrays of shape (n, c).
    """
    outer, electrons = shells()
    half = np.sqrt(np.maximum(outer[:, None] ** 2 - RADIUS**2 * (1 - cosine**2), 0.0))
    chord = np.diff(half, axis=0, prepend=0.0)  # of each shell, on one side of the middle
    first = np.ones((energy.size, cosine.size), dtype=complex)
    second = np.zeros_like(first)
    double = np.array([1 - 2 * mixing.sin2_12, 2 * sqrt(mixing.sin2_12 * (1 - mixing.sin2_12))])
    order = [*range(outer.size - 1, -1, -1), *range(outer.size)]
    for shell in order:
        potential = sqrt(2) * FERMI_CONSTANT * electrons[shell] * HBARC**3 * (1 - mixing.sin2_13)
        # H = ½ [[V − ω cos2θ, ω sin2θ], [ω sin2θ, ω cos2θ − V]] without its trace, ω = Δm²/2E.
        omega = mixing.splitting_21 / (2 * energy[:, None])
        along, across = potential - omega * double[0], omega * double[1]
        size = np.hypot(along, across)
        phase = size * chord[shell] / (2 * HBARC)
        turn = -1j * np.sin(phase) / size
        same, other = np.cos(phase) + turn * along, turn * across
        first, second = same * first + other * second, other * first + np.conj(same) * second
    return first, second


def night(energy: Array, mixing: Mixing, latitude: float) -> Array:
    """⟨P(ν_k→ν_α)⟩ of the nights of a year.

    Args:
        energy: E, any shape [energy]; below 0.05 MeV it is that of 0.05 MeV, above 20 MeV that of 20 MeV.
        mixing: angles and Δm²₂₁.
        latitude: of the detector [degrees].

    Returns:
        Shape energy.shape + (flavour, mass).
    """
    table = _table(mixing, abs(latitude))
    at = np.log(np.clip(np.asarray(energy, dtype=float), _ENERGIES[0], _ENERGIES[-1]))
    place = np.clip(np.searchsorted(np.log(_ENERGIES), at) - 1, 0, _ENERGIES.size - 2)
    low, high = np.log(_ENERGIES)[place], np.log(_ENERGIES)[place + 1]
    share = ((at - low) / (high - low))[..., None, None]
    return np.asarray(table[place] * (1 - share) + table[place + 1] * share)


def through(energy: Array, cosine: Array, mixing: Mixing) -> Array:
    """P(ν_k→ν_α) of paths through the Earth, shape (energy, nadir, flavour, mass); as `propagated`."""
    first, second = propagated(energy, cosine, mixing)
    passed = np.zeros((*first.shape, 3, 3), dtype=complex)
    passed[..., 0, 0], passed[..., 1, 0] = first, second
    passed[..., 0, 1], passed[..., 1, 1] = -np.conj(second), np.conj(first)
    passed[..., 2, 2] = 1.0  # with a phase that is fast, and averages out
    sine, cosine_12 = sqrt(mixing.sin2_12), sqrt(1 - mixing.sin2_12)
    inner = np.array([[cosine_12, sine, 0], [-sine, cosine_12, 0], [0, 0, 1]])
    whole: Array = np.abs(mixing.matrix @ inner.T @ passed @ inner) ** 2
    return whole


@lru_cache(maxsize=8)
def _table(mixing: Mixing, latitude: float) -> Array:
    cosine, share = nadirs(latitude)
    table: Array = np.einsum("ecfk,c->efk", through(_ENERGIES, cosine, mixing), share)
    return table

"""Exchanges that keep the neutrino's helicity: their amplitudes add, and this is the square of the sum.

In units of the weak interaction, with the electron's current on the right,

    L = −(G_F/√2) [ν̄_β γ^μ(1−γ5) ν_α] [ē γ_μ (G_V − G_A γ5) e],
    G(X) = Σ_contact g + Σ_exchanged c/[√2 G_F (X + M²)],      X = Q² − T² = −q²,

where L = −Z'_μ [g_ν ν̄_L γ^μ ν_L + ē γ^μ (g_e − g_e5 γ5) e] is what gives c_V = g_ν g_e and c_A = g_ν g_e5.  Different
final flavours β do not interfere.  Massless neutrinos conserve their current, which makes the lepton tensor short:

    dσ/dT = (G_F²/4πE²) ∫dQ² Σ_β { |G_V|² [ (Y X²/2Q⁴) S + 2L_T R ]
              + |G_A|² [ (Y/2)(A00 − 2(T/Q) A03 + (T/Q)² A33) + 2L_T A_T ] ± 4 Re(G_V G_A*) L_A VA },

    2L_T = X (s² + Q²)/2Q²,   4L_A = 2 s X/Q,   Y = s² − Q²,   s = 2E − T,

+ for neutrinos, − for antineutrinos.  The brackets are squares, and L_T ≥ L_A because (s − Q)² ≥ 0, so dσ/dT ≥ 0.

Near the photon line, Q → T, a light exchange varies as a power of X while the atom does not vary at all.  Within
X < δT² the weights therefore carry the mean of X^k |G|² over that strip, which a model with a few nodes there
integrates
exactly to O(δ).  A massless exchange (a millicharge) needs the neutrino's own mass there: X ≥ X_min = m_ν²T²/EE', and
k_⊥² ∝ X − X_min.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.neutrino.coupling import Kinematics, Single, StructureWeights, in_order, massless_interval
from nuatom.response.model import Array, Function
from nuatom.units import FERMI_CONSTANT, HBARC2

Amplitudes = tuple[complex, complex, complex]
"""One amplitude for each final flavour: first the one that came in, then the other two."""
_STRIP = 1e-4
"""δ: the strip X < δT² next to the photon line, over which weights are averaged."""
_CUTS = (_STRIP, 1e-2, 1.0)
"""Edges in X/T² of the intervals in Q that a light exchange is integrated over."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


@dataclass(frozen=True)
class Exchange:
    """One helicity-conserving exchange between neutrino and electron.

    Attributes:
        vector: what it adds to G_V for each final flavour: g for a contact term, c for an exchanged mass.
        axial: what it adds to G_A, likewise.
        mass: M [energy], or None for a contact term.
    """

    vector: Amplitudes = (0.0, 0.0, 0.0)
    axial: Amplitudes = (0.0, 0.0, 0.0)
    mass: float | None = None


def same(value: complex) -> Amplitudes:
    """An amplitude that keeps the flavour."""
    return (value, 0.0, 0.0)


class HelicityConserving(Single, ABC):
    """A coupling that is a coherent sum of exchanges."""

    @abstractmethod
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges whose amplitudes add."""

    @property
    def antineutrino(self) -> bool:
        """Whether it is an antineutrino that scatters."""
        return False

    @property
    def neutrino_mass(self) -> float:
        """m_ν, which limits X from below [energy]."""
        return 0.0

    @property
    def functions(self) -> tuple[Function, ...]:
        """S and R for a vector part, the axial functions for an axial part, VA if there are both."""
        return bilinear_functions([(self.exchanges(), self.exchanges())])

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The weights of this module's equation at E, T, Q, broadcast together [energy] → [area/energy²]."""
        own = self.exchanges()
        at = Kinematics.of(energy, transfer, momentum)
        return bilinear_weights([(own, own)], at, antineutrino=self.antineutrino, neutrino_mass=self.neutrino_mass)

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """Edges in Q, more of them near Q = T if something light is exchanged; see `Coupling`."""
        return exchange_intervals(any(e.mass is not None for e in self.exchanges()), energy, transfer)


class _Kind(Enum):
    """A product of two amplitudes."""

    VV = "vector, vector"
    AA = "axial, axial"
    VA = "vector, axial"


Pair = tuple[Sequence[Exchange], Sequence[Exchange]]


def bilinear_functions(pairs: Sequence[Pair]) -> tuple[Function, ...]:
    """The structure functions on which the products of the amplitudes of pairs have weights."""
    wanted: set[Function] = set()
    for a, b in pairs:
        for beta in range(3):
            vector = [any(e.vector[beta] for e in part) for part in (a, b)]
            axial = [any(e.axial[beta] for e in part) for part in (a, b)]
            if all(vector):
                wanted |= {Function.CHARGE, Function.CURRENT}
            if all(axial):
                wanted |= {
                    Function.AXIAL_CHARGE,
                    Function.AXIAL_MIXED,
                    Function.AXIAL_LONGITUDINAL,
                    Function.AXIAL_CURRENT,
                }
            if (vector[0] and axial[1]) or (vector[1] and axial[0]):
                wanted.add(Function.VECTOR_AXIAL)
    return in_order(wanted)


def bilinear_weights(
    pairs: Sequence[Pair], at: Kinematics, *, antineutrino: bool, neutrino_mass: float
) -> StructureWeights:
    """Σ over pairs (a, b) of the weights with |G|² replaced by Re(G_a G_b*), symmetric in a and b.

    A coherent sum is the one pair (all, all); the interference of two parts is twice the pair (one, other).
    """
    wanted = bilinear_functions(pairs)
    E, T, Q, s = at.energy, at.transfer, at.momentum, at.most
    scale = at.closed(FERMI_CONSTANT**2 / (4 * pi) * HBARC2 / E**2)
    masses = {e.mass for pair in pairs for part in pair for e in part if e.mass is not None}
    strip = Strip(at, tuple(sorted(masses)), neutrino_mass)

    def moment(kind: _Kind, power: int) -> Array:
        return strip.moment(power, lambda X: _product(pairs, kind, X))

    transverse = scale * (s**2 + Q**2) / (2 * Q**2)
    found = {}
    if Function.CHARGE in wanted:
        found[Function.CHARGE] = scale * at.backward / (2 * Q**4) * moment(_Kind.VV, 2)
        found[Function.CURRENT] = transverse * moment(_Kind.VV, 1)
    if Function.AXIAL_CHARGE in wanted:
        longitudinal = scale * at.backward / 2 * moment(_Kind.AA, 0)
        found[Function.AXIAL_CHARGE] = longitudinal
        found[Function.AXIAL_MIXED] = -2 * T / Q * longitudinal
        found[Function.AXIAL_LONGITUDINAL] = (T / Q) ** 2 * longitudinal
        found[Function.AXIAL_CURRENT] = transverse * moment(_Kind.AA, 1)
    if Function.VECTOR_AXIAL in wanted:
        sign = -1 if antineutrino else 1
        found[Function.VECTOR_AXIAL] = sign * scale * 2 * s / Q * moment(_Kind.VA, 1)
    return StructureWeights.of({function: found[function] for function in wanted})


def exchange_intervals(is_light: bool, energy: Array, transfer: Array) -> Array:
    """T, the edges of the strips near the photon line if something light is exchanged, and 2E − T."""
    ends = massless_interval(energy, transfer)
    if not is_light:
        return ends
    inner = transfer[:, None] * np.sqrt(1 + np.array(_CUTS))
    return np.concatenate([ends[:, :1], np.minimum(inner, ends[:, 1:]), ends[:, 1:]], axis=1)


@dataclass(frozen=True)
class Strip:
    """The strip X < δT² next to the photon line, for exchanges of given masses.

    Attributes:
        at: the kinematics.
        masses: the exchanged masses; if there are none there is nothing to average, and no strip [energy].
        neutrino_mass: m_ν [energy].
    """

    at: Kinematics
    masses: tuple[float, ...]
    neutrino_mass: float

    def moment(self, power: int, function: Callable[[Array], Array]) -> Array:
        """X^power f(X) outside the strip, and the mean of it inside: (X − X_min) f(X) for power 1."""
        X = self.at.virtuality
        if not self.masses:
            return np.asarray(X**power * function(X))
        # One mean per (E, T), however many momenta there are.
        E, T = np.broadcast_arrays(self.at.energy, self.at.transfer)
        T = np.where((T < E) & (T > 0), T, 0.5 * np.abs(E))
        top = _STRIP * T**2
        least = np.minimum(self.neutrino_mass**2 * T**2 / (E * (E - T)), top)
        # Below a small share of the lightest mass squared nothing is left of the integrals.
        start = np.clip(np.maximum(least, 1e-12 * min(self.masses) ** 2), 1e-30 * top, top)
        span = np.log(top / start)[..., None]
        node = start[..., None] * np.exp(span * (_NODES + 1) / 2)
        weight = node * span * _WEIGHTS / 2
        factor = node - least[..., None] if power == 1 else node**power
        mean = (factor * function(node) * weight).sum(axis=-1) / top
        inside = self.at.virtuality < top
        return np.where(inside, mean, X**power * function(np.where(inside, top, X)))


def _product(pairs: Sequence[Pair], kind: _Kind, X: Array) -> Array:
    """Σ over pairs and final flavours of Re(G_a G_b*), symmetrised for VA."""
    total = np.zeros(np.shape(X))
    for a, b in pairs:
        for beta in range(3):
            V = [_amplitude([(e.vector[beta], e.mass) for e in part], X) for part in (a, b)]
            A = [_amplitude([(e.axial[beta], e.mass) for e in part], X) for part in (a, b)]
            match kind:
                case _Kind.VV:
                    total = total + np.real(V[0] * np.conj(V[1]))
                case _Kind.AA:
                    total = total + np.real(A[0] * np.conj(A[1]))
                case _Kind.VA:
                    total = total + 0.5 * np.real(V[0] * np.conj(A[1]) + V[1] * np.conj(A[0]))
    return total


def _amplitude(terms: Sequence[tuple[complex, float | None]], X: Array) -> NDArray[Any] | complex:
    """G_V or G_A to one final flavour."""
    total: NDArray[Any] | complex = 0.0
    for value, mass in terms:
        if value:
            total = total + (value if mass is None else value / (sqrt(2.0) * FERMI_CONSTANT) / (X + mass**2))
    return total

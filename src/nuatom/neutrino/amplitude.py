"""What keeps the neutrino's helicity: amplitudes that add, and this is the square of the sum.

In units of the weak interaction, with the electron's current on the right,

    L = −(G_F/√2) [ν̄_β γ^μ(1−γ5) ν_α] [ē γ_μ (G_V − G_A γ5) e],
    G(X) = Σ_contact g + Σ_exchanged c/[√2 G_F (X + M²)],      X = Q² − T² = −q²,

where L = −Z'_μ [g_ν ν̄_L γ^μ ν_L + ē γ^μ (g_e − g_e5 γ5) e] is what gives c_V = g_ν g_e and c_A = g_ν g_e5.  Different
final flavours β do not interfere.  Massless neutrinos conserve their current, which makes the lepton tensor short:

    dσ/dT = (G_F²/4πE²) ∫dQ² Σ_β { |G_V|² [ (Y X²/2Q⁴) S + 2L_T R ]
              + |G_A|² [ (Y/2)(A00 − 2(T/Q) A03 + (T/Q)² A33) + 2L_T A_T ] ± 4 Re(G_V G_A*) L_A VA },

    2L_T = X (s² + Q²)/2Q²,   4L_A = 2 s X/Q,   Y = s² − Q²,   s = 2E − T,

+ for neutrinos, − for antineutrinos.  The brackets are squares, and L_T ≥ L_A because (s − Q)² ≥ 0, so dσ/dT ≥ 0.

Where Q → T the weights of light exchanges are averages over a strip (`strip`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array, Function, in_order
from nuatom.neutrino.coupling import Kinematics, StructureWeights
from nuatom.neutrino.strip import Strip
from nuatom.units import FERMI_CONSTANT, HBARC2

ByFlavour = tuple[complex, complex, complex]
"""One number for each final flavour: first the one that came in, then the other two."""


@dataclass(frozen=True)
class Amplitude:
    """One helicity-conserving exchange between neutrino and electron.

    Attributes:
        vector: what it adds to G_V for each final flavour: g for a contact term, c for an exchanged mass.
        axial: what it adds to G_A, likewise.
        mass: M [energy], or None for a contact term.
    """

    vector: ByFlavour = (0.0, 0.0, 0.0)
    axial: ByFlavour = (0.0, 0.0, 0.0)
    mass: float | None = None


def same(value: complex) -> ByFlavour:
    """An amplitude that keeps the flavour."""
    return (value, 0.0, 0.0)


class _Kind(Enum):
    """A product of two amplitudes."""

    VV = "vector, vector"
    AA = "axial, axial"
    VA = "vector, axial"


Pair = tuple[Sequence[Amplitude], Sequence[Amplitude]]


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
    return StructureWeights({function: found[function] for function in wanted})


def _product(pairs: Sequence[Pair], kind: _Kind, X: Array) -> Array:
    """Σ over pairs and final flavours of Re(G_a G_b*), symmetrised for VA."""
    total = np.zeros(np.shape(X))
    for a, b in pairs:
        for beta in range(3):
            V = [_summed([(e.vector[beta], e.mass) for e in part], X) for part in (a, b)]
            A = [_summed([(e.axial[beta], e.mass) for e in part], X) for part in (a, b)]
            match kind:
                case _Kind.VV:
                    total = total + np.real(V[0] * np.conj(V[1]))
                case _Kind.AA:
                    total = total + np.real(A[0] * np.conj(A[1]))
                case _Kind.VA:
                    total = total + 0.5 * np.real(V[0] * np.conj(A[1]) + V[1] * np.conj(A[0]))
    return total


def _summed(terms: Sequence[tuple[complex, float | None]], X: Array) -> NDArray[Any] | complex:
    """G_V or G_A to one final flavour."""
    total: NDArray[Any] | complex = 0.0
    for value, mass in terms:
        if value:
            total = total + (value if mass is None else value / (sqrt(2.0) * FERMI_CONSTANT) / (X + mass**2))
    return total

"""The random-phase response of an atom at one transfer: radial, one multipole at a time.

An external field f_J(r) moves the electrons, their density moves with it and adds the field of its own,

    φ = f + K_J χ⁰_J φ,
    χ⁰_J(r,r') = 1/(2J+1) Σ_i q_i/(2j_i+1) Σ_κ' |⟨κ'||C^J||κ_i⟩|² u_iᵀ(r) [G_κ'(ε_i+T) + G_κ'(ε_i−T)†] u_i(r'),

with u = (P, F) and G the Green's function of the atom's own field, so that all final states, bound or free, of either
sign of the energy, are summed exactly.  Since K is real, the response divides into channels,

    S = Σ_c (2J+1) w_c |∫ u_i·u_c φ dr|²,    w = q (2j'+1) (j' J j; ½ 0 −½)²,

one open channel c for every shell i and κ'; the sum over the channels of a shell is that shell's share.  Transitions
between occupied shells, which cancel in χ⁰ between the one and the other, are taken out of both.

An excited level of energy ε_p above the threshold of another shell is a line in the continuum.  Its term in G is
given the width Γ, 1/(E − ε_p) → 1/(E − ε_p + iΓ/2): a line of Lorentzian shape with all its strength, whatever the
grid, while thresholds stay sharp.  On its flanks the electric multipoles are those of the line times T/(ε_p − ε_i), so
that current and charge obey continuity at the energy T and not at that of the line.

The operators of the electric multipoles move the same density, and are dressed by it,

    φ_E = K χ⁰_E + K χ⁰ φ_E,     amplitude = E_J + ∫ u_i·u_c φ_E dr,

with χ⁰_E the same sum with the current at one end; the current changes sign with time, and so does the second term.
In a local potential with an instantaneous interaction that makes length and velocity equal.  The scalar density
ψ̄ψ, which is the charge but for (v/c)², induces what the charge does.  Multipoles of the other parity (magnetic, and
the axial charge) move no density, and the spin does so by the spin–orbit interaction only: they are left as they are.
Atomic units.

Sources: M. J. Stott and E. Zaremba, Phys. Rev. A 21 (1980) 12; A. Zangwill and P. Soven, Phys. Rev. A 21 (1980) 1561;
D. A. Liberman and A. Zangwill, Comput. Phys. Commun. 32 (1984) 75.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.grid import Array, Indices
from nuatom.functions import Function
from nuatom.response.screening.independent import Green, Poles, Rows, blocked, green, with_lines
from nuatom.response.screening.stage import Stage, Widths

Complex = NDArray[np.complexfloating[Any, Any]]

DRESSED = (Function.CHARGE, Function.CURRENT, Function.SCALAR, Function.SCALAR_CHARGE, Function.VECTOR_AXIAL)
"""What screening changes, in the order of every array here."""
_BLOCK = 80
"""Columns of a triangular product that are computed together."""


@dataclass(frozen=True)
class Response:
    """Structure functions of `DRESSED` from the multipoles that are screened, shape (function, shell, nQ) [1/Hartree].

    Attributes:
        bare: open channels, independent electrons, without M_J.
        dressed: open channels, screened.
        lines: lines with a width, screened.
    """

    bare: Array
    dressed: Array
    lines: Array


@dataclass(frozen=True)
class Fields:
    """j_J(Qr) and what the electric multipoles are made of, each of shape (N, nQ)."""

    charge: Array
    scalar: Array
    first: Array  # j' + j/x
    second: Array  # j/x


def response(stage: Stage, transfer: float, momentum: Array, widths: Widths) -> Response:
    """Shares of all shells in the structure functions `DRESSED` at one T, from J = 0 to the stage's multipoles.

    Args:
        stage: grid and field.
        transfer: T above the first ionisation threshold, off the lines and thresholds [Hartree].
        momentum: Q, ascending, shape (nQ,) [1/Bohr].
        widths: the width of lines in the continuum.
    """
    functions = green(stage, transfer)
    poles = with_lines(blocked(stage, transfer), stage, transfer, widths)
    shape = (len(DRESSED), len(stage.shells), momentum.size)
    bare, dressed, lines = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for J, fields in enumerate(multipole_fields(stage, momentum)):
        channels = absorbing(functions, poles, J)
        plain = amplitudes_of(stage, J, channels.shell, channels.kappa, channels.rows, fields)
        plain = replace(plain, electric=channels.flank[:, None] * plain.electric)
        felt = screened(functions, poles, channels, J, fields, plain)
        for into, amplitudes, weight in (
            (bare, plain, channels.open_weight),
            (dressed, felt, channels.open_weight),
            (lines, felt, channels.line_weight),
        ):
            into += summed(stage, J, channels.shell, weight, amplitudes)
    return Response(bare, dressed, lines)


def multipole_fields(stage: Stage, momentum: Array) -> list[Fields]:
    """The external fields of all multipoles."""
    from nuatom.atom.angular import bessel_table

    r, top = stage.medium.r, stage.settings.multipoles
    table = np.empty((top + 2, r.size, momentum.size))
    shifted = np.empty(table.shape[1:])
    bessel_table(r, momentum, top + 1, table, shifted)
    found = []
    for J in range(top + 1):
        below = table[J - 1] if J else np.zeros_like(shifted)
        ratio = (below + table[J + 1]) / (2 * J + 1)  # j_J/x for J > 0
        slope = (J * below - (J + 1) * table[J + 1]) / (2 * J + 1)
        # A constant moves nothing; without it j_0 keeps its digits at small Q.
        found.append(Fields(shifted if J == 0 else table[J], table[J], slope + ratio, ratio))
    return found


# --- one multipole -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Channels:
    """What a multipole can be lost to at T: open channels first, then the transitions of `Poles`.

    Attributes:
        shell, kappa: of each, shape (n,).
        rows: u_i against the final state.
        loss: coefficient of d(r) d(r')ᵀ in the imaginary part of χ⁰.
        flank: what the current is multiplied by.
        open_weight: q (2j'+1)(3j)² of open channels, 0 of lines.
        line_weight: 0 of open channels, the same times their strength of lines.
    """

    shell: Indices
    kappa: Indices
    rows: Rows
    loss: Array
    flank: Array
    open_weight: Array
    line_weight: Array


def absorbing(functions: Green, poles: Poles, J: int) -> Channels:
    """The channels of one multipole."""
    stage = functions.stage
    weight, pole_weight = functions.weights(J), poles.weights(stage, J)
    opened, lined = np.flatnonzero((weight > 0) & functions.is_open), np.flatnonzero(pole_weight)
    weight, pole_weight = weight[opened], pole_weight[lined]
    return Channels(
        np.concatenate([functions.shell[opened], poles.shell[lined]]),
        np.concatenate([functions.kappa[opened], poles.kappa[lined]]),
        functions.inner.take(opened).joined(poles.rows.take(lined)),
        np.concatenate([-np.pi * weight, pole_weight * poles.even[lined].imag]) / (2 * J + 1),
        np.concatenate([np.ones(opened.size), poles.flank[lined]]),
        np.concatenate([weight, np.zeros(lined.size)]),
        np.concatenate([np.zeros(opened.size), pole_weight * poles.strength[lined]]),
    )


def screened(
    functions: Green, poles: Poles, channels: Channels, J: int, fields: Fields, plain: Amplitudes
) -> Amplitudes:
    """The amplitudes of all channels in the screened fields.

    With χ⁰ = X + i dᵀΔd, X real, only the rows d of the channels are wanted, and one real system gives them:

        (1 − KX)ᵀ y = dᵀ,     B = yᵀK dᵀ,     dφ = (1 − iBΔ)⁻¹ [yᵀf + yᵀK ρ],

    with ρ = ρ_X + i dᵀΔE what the bare current induces.
    """
    stage = functions.stage
    w = stage.medium.weights[:, None]
    d = channels.rows.charge.T * w
    matrix = stage.potential_of(J, real_susceptibility(functions, poles, J) * w) * -w.T
    matrix[np.diag_indices_from(matrix)] += 1
    y = np.asarray(np.linalg.solve(matrix.T, d), dtype=float)
    felt = stage.potential_of(J, y)
    among = felt.T @ d
    sources: list[Array | Complex] = [y.T @ fields.charge]
    dressed = 0 < J <= stage.settings.electric
    if dressed:
        bare = plain.electric.real
        real = felt.T @ (w * moved_by_current(functions, poles, J, fields))
        sources.append(real + 1j * among @ (channels.loss[:, None] * bare))
    found = np.linalg.solve(np.eye(len(among)) - 1j * among * channels.loss, np.concatenate(sources, axis=1))
    nQ = fields.charge.shape[1]
    charge = found[:, :nQ]
    electric = plain.electric + found[:, nQ:] if dressed else plain.electric
    return Amplitudes(charge, electric, plain.scalar + charge - plain.charge, plain.magnetic)


def screen(functions: Green, poles: Poles, J: int, fields: Fields, densities: Array | None = None) -> Complex:
    """(1 − Kχ⁰)⁻¹ on: the external field, K times what the current induces (if any), and K times given densities.

    Of real χ⁰, as it is below all thresholds.

    Returns:
        shape (N, nQ [+ nQ] [+ densities]): the columns one after the other.
    """
    stage = functions.stage
    w = stage.medium.weights[:, None]
    induced = [real_susceptibility(functions, poles, J) * w.T]
    if 0 < J <= stage.settings.electric:
        induced.append(moved_by_current(functions, poles, J, fields))
    if densities is not None:
        induced.append(densities)
    # One product with K for all that it acts on.
    potentials = stage.potential_of(J, np.concatenate(induced, axis=1) * w)
    matrix = np.eye(len(w)) - potentials[:, : len(w)]
    return np.asarray(np.linalg.solve(matrix, np.concatenate([fields.charge, potentials[:, len(w) :]], axis=1)))


def susceptibility(functions: Green, poles: Poles, J: int) -> Complex:
    """χ⁰ between densities."""
    channels = absorbing(functions, poles, J)
    d = channels.rows.charge
    return np.asarray(real_susceptibility(functions, poles, J) + 1j * ((d.T * channels.loss) @ d))


def real_susceptibility(functions: Green, poles: Poles, J: int) -> Array:
    """The real part of χ⁰ between densities."""
    stage = functions.stage
    used, weight, real = _real_part(functions, J)
    pole_weight = poles.weights(stage, J) / (2 * J + 1)
    lined = np.flatnonzero(pole_weight)
    d = poles.rows.take(lined).charge
    coefficient = np.concatenate([real, (pole_weight * poles.even.real)[lined]])
    inner, outer = (np.concatenate([rows.take(used).charge, d]) for rows in (functions.inner, functions.outer))
    found = _upper(inner * coefficient[:, None], outer)
    found += np.triu(found, 1).T
    # The kink of G at r = r', where the plain sum goes too low (Euler–Maclaurin): w/6 u_i² for each.
    P = stage.medium.P[functions.shell[used]]
    found[np.diag_indices_from(found)] += stage.medium.weights / 6 * (weight @ P**2)
    return found


def moved_by_current(functions: Green, poles: Poles, J: int, fields: Fields) -> Array:
    """The density that the current of E_J moves, in phase with it, shape (N, nQ)."""
    stage = functions.stage
    w = stage.medium.weights[:, None]
    used, _, real = _real_part(functions, J)
    jump = (functions.kappa[used] - stage.kappas[functions.shell[used]]) / (J + 1)
    found = np.zeros_like(fields.first)
    inside, outside = functions.inner.take(used), functions.outer.take(used)
    a, b = inside.charge, outside.charge
    for name, factor, operator in (("plus", -jump, fields.first), ("minus", float(J), fields.second)):
        scaled = (real * functions.sign[used] * factor)[:, None]
        inner, outer = getattr(inside, name), getattr(outside, name)
        part = _upper(a * scaled, outer) + _upper(inner, b * scaled).T
        # The current jumps at r = r': the mean of both sides.
        part[np.diag_indices_from(part)] *= 0.5
        found += part @ (w * operator)
    pole_weight = poles.weights(stage, J) / (2 * J + 1)
    lined = np.flatnonzero(pole_weight)
    rows = poles.rows.take(lined)
    electric = electric_of(stage, J, poles.shell[lined], poles.kappa[lined], rows, fields)
    return np.asarray(found + rows.charge.T @ ((pole_weight * poles.odd.real)[lined, None] * electric))


def _real_part(functions: Green, J: int) -> tuple[Indices, Array, Array]:
    """The Green's functions of a multipole, their weights, and those of u v below the limit or −π u w above it."""
    weight = functions.weights(J)
    used = np.flatnonzero(weight)
    weight = weight[used] / (2 * J + 1)
    return used, weight, np.where(functions.is_open[used], -np.pi, 1.0) * weight


def _upper(a: Array, b: Array) -> Array:
    """Σ_k a_k(r) b_k(r') for r ≤ r', and 0 for r > r', shape (N, N)."""
    size = a.shape[1]
    found = np.zeros((size, size))
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        found[:end, start:end] = a[:, :end].T @ b[:, start:end]
        found[start:end, start:end] = np.triu(found[start:end, start:end])
    return found


@dataclass(frozen=True)
class Amplitudes:
    """C_J, E_J, ∫(P'P − F'F) j_J and M₅ of transitions, each of shape (n, nQ)."""

    charge: Array | Complex
    electric: Array | Complex
    scalar: Array | Complex
    magnetic: Array

    def take(self, which: Indices) -> Amplitudes:
        """Some of them."""
        return Amplitudes(self.charge[which], self.electric[which], self.scalar[which], self.magnetic[which])


def amplitudes_of(stage: Stage, J: int, shell: Indices, kappa: Indices, rows: Rows, fields: Fields) -> Amplitudes:
    """Bare amplitudes of transitions."""
    w = stage.medium.weights
    jump = (kappa - stage.kappas[shell])[:, None] / (J + 1)
    scalar = (rows.scalar * w) @ fields.scalar
    # M₅ is (κ'−κ)/(J+1) times ∫(F'F − P'P) j_J.
    electric = electric_of(stage, J, shell, kappa, rows, fields)
    return Amplitudes((rows.charge * w) @ fields.charge, electric, scalar, -jump * scalar)


def electric_of(stage: Stage, J: int, shell: Indices, kappa: Indices, rows: Rows, fields: Fields) -> Array:
    """Bare amplitudes E_J."""
    w = stage.medium.weights
    jump = (kappa - stage.kappas[shell])[:, None] / (J + 1)
    return np.asarray(-jump * ((rows.plus * w) @ fields.first) + J * ((rows.minus * w) @ fields.second))


def summed(stage: Stage, J: int, shell: Indices, weight: Array, of: Amplitudes) -> Array:
    """The structure functions of `DRESSED` by shell, (function, shell, nQ)."""
    along = (2 * J + 1) * weight[:, None]
    across = along * (J + 1) / (2 * J) if J else np.zeros_like(along)
    squares = (along * abs(of.charge) ** 2, across * abs(of.electric) ** 2, along * abs(of.scalar) ** 2)
    interference = along * np.real(of.charge * np.conj(of.scalar))
    values = np.stack([*squares, interference, across * of.electric.real * of.magnetic])
    owner = np.arange(len(stage.shells))[:, None] == shell
    return np.asarray(owner @ values)

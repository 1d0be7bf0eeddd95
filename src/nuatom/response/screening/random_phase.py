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
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.grid import Array, Indices
from nuatom.functions import Function
from nuatom.response.screening.stage import Stage, Transition, Widths

Complex = NDArray[np.complexfloating[Any, Any]]
Real = NDArray[np.floating[Any]]

DRESSED = (Function.CHARGE, Function.CURRENT, Function.SCALAR, Function.SCALAR_CHARGE, Function.VECTOR_AXIAL)
"""What screening changes, in the order of every array here."""
_CLOSED = -0.02
_DEEP = 30.0
FIRST = 0.9
"""Lines from this fraction of the first threshold on have a width: the interaction may move them above it."""


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
class Rows:
    """Rows, one per Green's function or state: u_i against (P', F') with each operator, shape (n, N)."""

    charge: Array
    plus: Array  # F_i P' + P_i F'
    minus: Array  # F_i P' − P_i F'
    scalar: Array  # P_i P' − F_i F'

    def take(self, which: Indices) -> Rows:
        """Some of them."""
        return Rows(self.charge[which], self.plus[which], self.minus[which], self.scalar[which])


def rows_of(P: Array, F: Array, P_other: Array, F_other: Array) -> Rows:
    pp, ff, fp, pf = P * P_other, F * F_other, F * P_other, P * F_other
    return Rows(pp + ff, fp + pf, fp - pf, pp - ff)


@dataclass(frozen=True)
class Fields:
    """j_J(Qr) and what the electric multipoles are made of, each of shape (N, nQ)."""

    charge: Array
    scalar: Array
    first: Array  # j' + j/x
    second: Array  # j/x


@dataclass(frozen=True)
class Green:
    """The Green's functions of one transfer, all multipoles."""

    stage: Stage
    shell: Indices
    kappa: Indices
    sign: Array
    is_open: NDArray[np.bool_]
    inner: Rows
    outer: Rows

    def weights(self, J: int) -> Array:
        """q (2j'+1)(j' J j; ½ 0 −½)², 0 for abnormal parity."""
        return weights(self.stage, self.shell, self.kappa, J)


def green(stage: Stage, transfer: float) -> Green:
    """Solve for all Green's functions at a transfer T [Hartree], for multipoles up to the stage's."""
    from nuatom.atom.dirac import STEPS, matching_radius
    from nuatom.atom.green import green_factors

    settings, grid, solution = stage.settings, stage.grid, stage.solution
    shells, kappas, signs = [], [], []
    for i in np.flatnonzero(_responding(stage, transfer)):
        shell = stage.shells[i]
        for l in range(shell.l + settings.multipoles + 1):
            for kappa in (-1,) if l == 0 else (l, -l - 1):
                for sign in (1.0, -1.0):
                    shells.append(i)
                    kappas.append(kappa)
                    signs.append(sign)
    shell_of, kappa_of = np.array(shells, dtype=np.int64), np.array(kappas, dtype=np.int64)
    sign_of = np.array(signs)
    energy = stage.orbitals[0][shell_of] + sign_of * transfer
    is_open = energy > 0
    extent = np.ceil(grid.index(stage.extent)).astype(np.int64) + 1
    keeps = np.minimum(extent, stage.points * settings.stride - 1)[shell_of]
    matches = np.zeros_like(keeps)
    for k in np.flatnonzero(is_open):
        nearest = max(solution.latter, float(grid.r[keeps[k]]))
        radius = matching_radius(kappa_of[k], energy[k], solution.tail, nearest, 1e-5)
        matches[k] = int(np.ceil(grid.index(radius))) if radius > 0 else grid.size
        if matches[k] + STEPS >= grid.size:
            # A slow wave of high l: it does not enter the atom, where its G is that just below the series limit.
            is_open[k], energy[k], matches[k] = False, _CLOSED, 0
    factors = green_factors(
        kappa_of, energy, is_open, grid.r, grid.dr, stage.potential, solution.tail, matches, keeps,
        settings.stride, stage.points,
    )  # fmt: skip
    P, F = stage.medium.P[shell_of], stage.medium.F[shell_of]
    return Green(
        stage, shell_of, kappa_of, sign_of, is_open,
        rows_of(P, F, factors[0], factors[1]), rows_of(P, F, factors[2], factors[3]),
    )  # fmt: skip


def _responding(stage: Stage, transfer: float) -> NDArray[np.bool_]:
    """The shells that are not too deep to move at T."""
    return np.asarray(-stage.orbitals[0] <= _DEEP * transfer)


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
        screened = screen(functions, poles, J, fields)
        weight = functions.weights(J)
        opened = np.flatnonzero((weight > 0) & functions.is_open)
        rows = functions.inner.take(opened)
        amplitudes = amplitudes_of(stage, J, functions.shell[opened], functions.kappa[opened], rows, fields)
        bare += summed(stage, J, functions.shell[opened], weight[opened], amplitudes)
        dressed += summed(stage, J, functions.shell[opened], weight[opened], amplitudes.induced(rows, screened, stage))
        weight = poles.weights(stage, J) * poles.strength
        lined = np.flatnonzero(weight)
        rows = poles.rows.take(lined)
        amplitudes = amplitudes_of(stage, J, poles.shell[lined], poles.kappa[lined], rows, fields)
        amplitudes = replace(amplitudes, electric=poles.flank[lined, None] * amplitudes.electric)
        lines += summed(stage, J, poles.shell[lined], weight[lined], amplitudes.induced(rows, screened, stage))
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


@cache
def _coefficient(kappa: int, own: int, J: int) -> float:
    """(2j'+1)(j' J j; ½ 0 −½)² for normal parity, 0 otherwise."""
    from nuatom.atom.angular import three_j_half_squared

    l, l_own = (k if k > 0 else -k - 1 for k in (kappa, own))
    return 0.0 if (l + l_own + J) % 2 else float(2 * abs(kappa) * three_j_half_squared(kappa, J, own))


def weights(stage: Stage, shell: Indices, kappa: Indices, J: int) -> Array:
    """q (2j'+1)(j' J j; ½ 0 −½)² of transitions from shells to κ', 0 for abnormal parity."""
    own, occupancy = [s.kappa for s in stage.shells], [s.occupancy for s in stage.shells]
    return np.array(
        [occupancy[i] * _coefficient(k, own[i], J) for i, k in zip(shell.tolist(), kappa.tolist(), strict=True)]
    )


@dataclass(frozen=True)
class Poles:
    """Terms weight · even(T) d(r) d(r')ᵀ that are added to χ⁰; those with a strength are lines.

    Attributes:
        shell, kappa: of each transition, shape (n,).
        even: coefficient between charges, both signs of the energy.
        odd: coefficient with a current at one end.
        strength: the line's share of S at T.
        flank: T over the energy of a line, which its current is multiplied by; 1 for others.
        rows: u_i against the other state.
    """

    shell: Indices
    kappa: Indices
    even: Complex
    odd: Complex
    strength: Array
    flank: Array
    rows: Rows

    def weights(self, stage: Stage, J: int) -> Array:
        """As of `Green`."""
        return weights(stage, self.shell, self.kappa, J)

    def joined(self, others: Poles) -> Poles:
        """Both."""
        rows = Rows(
            *(np.concatenate([getattr(self.rows, f), getattr(others.rows, f)]) for f in Rows.__dataclass_fields__)
        )
        return Poles(
            np.concatenate([self.shell, others.shell]),
            np.concatenate([self.kappa, others.kappa]),
            np.concatenate([self.even, others.even]),
            np.concatenate([self.odd, others.odd]),
            np.concatenate([self.strength, others.strength]),
            np.concatenate([self.flank, others.flank]),
            rows,
        )


def blocked(stage: Stage, transfer: float) -> Poles:
    """Transitions to levels with electrons, taken out: of a pair, the lower shell keeps what is not blocked."""
    energies, P, F = stage.orbitals
    n = len(stage.shells)
    filled = np.array([stage.filled(i) for i in range(n)])
    lower, other = (a.ravel() for a in np.indices((n, n)))
    moving = np.flatnonzero(_responding(stage, transfer)[lower])
    lower, other = lower[moving], other[moving]
    gap = energies[other] - energies[lower]
    share = np.where(gap > 0, np.minimum(filled[other] / filled[lower], 1.0), 1.0)
    forward, backward = share / (transfer - gap), share / (-transfer - gap)
    kappa = stage.kappas[other]
    return Poles(
        lower, kappa, -(forward + backward) + 0j, -(forward - backward) + 0j, np.zeros(lower.size),
        np.ones(lower.size), rows_of(P[lower], F[lower], P[other], F[other]),
    )  # fmt: skip


def with_lines(poles: Poles, stage: Stage, transfer: float, widths: Widths) -> Poles:
    """Lines in the continuum are given their width.

    Those just below the first threshold are too, lest they be spikes where the interaction moves them above it; their
    strength is with the discrete ones.
    """
    first = -float(stage.orbitals[0].max())
    chosen = [t for t in stage.transitions if t.energy > FIRST * first]
    energy, share, tail = (np.array([getattr(t, name) for t in chosen]) for name in ("energy", "share", "tail"))
    x = transfer - energy
    wide = 1 / (x + 1j * widths.half(energy))
    change = share * (wide - 1 / x + 1j * tail * wide.imag)
    strength = np.where(energy > first, -share * (1 + tail) * wide.imag / np.pi, 0.0)
    flank = transfer / energy
    rows = transition_rows(stage, chosen)
    return poles.joined(Poles(*_indices(chosen), change, flank * change, strength, flank, rows))


def _indices(chosen: list[Transition]) -> tuple[Indices, Indices]:
    return np.array([t.shell for t in chosen], dtype=np.int64), np.array([t.kappa for t in chosen], dtype=np.int64)


def without(stage: Stage, chosen: list[Transition], transfer: float) -> Poles:
    """Transitions taken out altogether, with the rest of their series."""
    gap, share, tail = (np.array([getattr(t, name) for t in chosen]) for name in ("energy", "share", "tail"))
    forward, backward = share * (1 + tail) / (transfer - gap), share * (1 + tail) / (-transfer - gap)
    zeros, ones = np.zeros(len(chosen)), np.ones(len(chosen))
    even, odd = -(forward + backward) + 0j, -(forward - backward) + 0j
    return Poles(*_indices(chosen), even, odd, zeros, ones, transition_rows(stage, chosen))


def transition_rows(stage: Stage, chosen: list[Transition]) -> Rows:
    """u_i against the levels of transitions."""
    _, P, F = stage.orbitals
    shell, level = [t.shell for t in chosen], [t.level for t in chosen]
    return rows_of(P[shell], F[shell], stage.levels.P[level], stage.levels.F[level])


# --- one multipole -------------------------------------------------------------------------------


def screen(functions: Green, poles: Poles, J: int, fields: Fields, densities: Array | None = None) -> Complex:
    """(1 − Kχ⁰)⁻¹ on: the external field, K times what the current induces (if any), and K times given densities.

    Returns:
        shape (N, nQ [+ nQ] [+ densities]): the columns one after the other.
    """
    stage = functions.stage
    w = stage.medium.weights[:, None]
    chi, currents = susceptibilities(functions, poles, J)
    induced: list[Array | Complex] = [chi * w.T]
    if currents:
        induced.append(currents[0] @ (w * fields.first) + currents[1] @ (w * fields.second))
    if densities is not None:
        induced.append(densities)
    # One product with K for all that it acts on.
    stacked = np.concatenate(induced, axis=1)
    K = stage.kernel(J) * w.T
    potentials = K @ stacked.real + 1j * (K @ stacked.imag)
    matrix = np.eye(len(w)) - potentials[:, : len(w)]
    sources = np.concatenate([fields.charge, potentials[:, len(w) :]], axis=1)
    return np.asarray(np.linalg.solve(matrix, sources))


def susceptibilities(functions: Green, poles: Poles, J: int) -> tuple[Complex, tuple[Complex, ...]]:
    """χ⁰ between densities, and from the two currents of E_J to densities if they are dressed."""
    stage = functions.stage
    weight = functions.weights(J)
    rows = np.flatnonzero(weight)
    weight = weight[rows] / (2 * J + 1)
    is_open, sign = functions.is_open[rows], functions.sign[rows]
    a, b = functions.inner.charge[rows], functions.outer.charge[rows]
    # Real part of G: u v below the limit, −π u w above it; imaginary part above it: −π u u.
    real = np.where(is_open, -np.pi, 1.0) * weight
    loss = a[is_open].T * (-np.pi * weight[is_open])
    pole_weight = poles.weights(stage, J) / (2 * J + 1)
    used = np.flatnonzero(pole_weight)
    pole_weight, pole_rows = pole_weight[used], poles.rows.take(used)
    d = pole_rows.charge

    def with_poles(re: Array, im: Array, row: Array, coefficient: Complex) -> Complex:
        scaled = d.T * (pole_weight * coefficient.real), d.T * (pole_weight * coefficient.imag)
        return np.asarray(re + scaled[0] @ row + 1j * (im + scaled[1] @ row))

    upper = np.triu((a.T * real) @ b)
    even = upper + np.triu(upper, 1).T
    # The kink of G at r = r', where the plain sum goes too low (Euler–Maclaurin): w/6 u_i² for each.
    P = stage.medium.P[functions.shell[rows]]
    even[np.diag_indices_from(even)] += stage.medium.weights / 6 * (weight @ P**2)
    chi = with_poles(even, loss @ a[is_open], d, poles.even[used])
    if not 0 < J <= stage.settings.electric:
        return chi, ()
    jump = (functions.kappa[rows] - stage.kappas[functions.shell[rows]]) / (J + 1)
    pole_jump = (poles.kappa - stage.kappas[poles.shell])[used] / (J + 1)
    currents = []
    for name, factor, pole_factor in (("plus", -jump, -pole_jump), ("minus", float(J), float(J))):
        inner, outer = getattr(functions.inner, name)[rows], getattr(functions.outer, name)[rows]
        scaled = real * sign * factor
        part = np.triu((a.T * scaled) @ outer) + np.tril((b.T * scaled) @ inner)
        # The current jumps at r = r': the mean of both sides.
        part[np.diag_indices_from(part)] *= 0.5
        lost = (loss * (sign * factor)[is_open]) @ inner[is_open]
        currents.append(with_poles(part, lost, getattr(pole_rows, name), poles.odd[used] * pole_factor))
    return chi, tuple(currents)


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

    def induced(self, rows: Rows, screened: Real | Complex, stage: Stage) -> Amplitudes:
        """The same in the screened fields that `screen` returns."""
        nQ = self.magnetic.shape[1]
        felt = (rows.charge * stage.medium.weights) @ screened
        electric = self.electric + felt[:, nQ : 2 * nQ] if felt.shape[1] > nQ else self.electric
        return Amplitudes(felt[:, :nQ], electric, self.scalar + felt[:, :nQ] - self.charge, self.magnetic)


def amplitudes_of(stage: Stage, J: int, shell: Indices, kappa: Indices, rows: Rows, fields: Fields) -> Amplitudes:
    """Bare amplitudes of transitions."""
    w = stage.medium.weights
    jump = (kappa - stage.kappas[shell])[:, None] / (J + 1)
    electric = -jump * ((rows.plus * w) @ fields.first) + J * ((rows.minus * w) @ fields.second)
    scalar = (rows.scalar * w) @ fields.scalar
    # M₅ is (κ'−κ)/(J+1) times ∫(F'F − P'P) j_J.
    return Amplitudes((rows.charge * w) @ fields.charge, electric, scalar, -jump * scalar)


def summed(stage: Stage, J: int, shell: Indices, weight: Array, of: Amplitudes) -> Array:
    """The structure functions of `DRESSED` by shell, (function, shell, nQ)."""
    along = (2 * J + 1) * weight[:, None]
    across = along * (J + 1) / (2 * J) if J else np.zeros_like(along)
    squares = (along * abs(of.charge) ** 2, across * abs(of.electric) ** 2, along * abs(of.scalar) ** 2)
    interference = along * np.real(of.charge * np.conj(of.scalar))
    values = np.stack([*squares, interference, across * of.electric.real * of.magnetic])
    owner = np.arange(len(stage.shells))[:, None] == shell
    return np.asarray(owner @ values)

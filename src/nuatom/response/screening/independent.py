"""Independent electrons at one transfer: their Green's functions, and transitions that are treated on their own.

With u = (P, F) of a shell, everything is products of u with another state, in *rows*: one for the inner and one for
the outer factor of every Green's function, one for every transition.  Atomic units.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.grid import Array, Indices
from nuatom.response.screening.stage import Stage, Transition, Widths

Complex = NDArray[np.complexfloating[Any, Any]]

_CLOSED = -0.02
_DEEP = 30.0
_REACH = 200.0
"""Half widths from a line within which it has its width: beyond are 0.3 % of a Lorentzian."""
FIRST = 0.9
"""Lines from this fraction of the first threshold on have a width: the interaction may move them above it."""


@dataclass(frozen=True)
class Rows:
    """One row per Green's function or state: u_i against (P', F'), each of shape (n, N); products when asked for."""

    P: Array
    F: Array
    P_other: Array
    F_other: Array

    @property
    def charge(self) -> Array:
        """P_i P' + F_i F'."""
        return self.P * self.P_other + self.F * self.F_other

    @property
    def plus(self) -> Array:
        """F_i P' + P_i F'."""
        return self.F * self.P_other + self.P * self.F_other

    @property
    def minus(self) -> Array:
        """F_i P' − P_i F'."""
        return self.F * self.P_other - self.P * self.F_other

    @property
    def scalar(self) -> Array:
        """P_i P' − F_i F'."""
        return self.P * self.P_other - self.F * self.F_other

    def take(self, which: Indices) -> Rows:
        """Some of them."""
        return Rows(self.P[which], self.F[which], self.P_other[which], self.F_other[which])

    def joined(self, others: Rows) -> Rows:
        """Both."""
        return Rows(*(np.concatenate([getattr(self, f), getattr(others, f)]) for f in Rows.__dataclass_fields__))


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
    from nuatom.atom.dirac import STEPS
    from nuatom.atom.green import green_factors, matching_radii

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
    # Where waves are normalised: in the Coulomb tail, outside their shell.
    radius = np.zeros(keeps.size)
    radius[is_open] = matching_radii(
        kappa_of[is_open], energy[is_open], solution.tail, np.maximum(solution.latter, grid.r[keeps[is_open]]), 1e-5
    )
    matches = np.where(radius > 0, np.ceil(grid.index(np.maximum(radius, grid.first))), grid.size).astype(np.int64)
    # A slow wave of high l: it does not enter the atom, where its G is that just below the series limit.
    slow = is_open & (matches + STEPS >= grid.size)
    is_open, energy = is_open & ~slow, np.where(slow, _CLOSED, energy)
    factors = green_factors(
        kappa_of, energy, is_open, grid.r, grid.dr, stage.potential, solution.tail, matches, keeps,
        settings.stride, stage.points,
    )  # fmt: skip
    P, F = stage.medium.P[shell_of], stage.medium.F[shell_of]
    return Green(
        stage, shell_of, kappa_of, sign_of, is_open,
        Rows(P, F, factors[0], factors[1]), Rows(P, F, factors[2], factors[3]),
    )  # fmt: skip


def _responding(stage: Stage, transfer: float) -> NDArray[np.bool_]:
    """The shells that are not too deep to move at T."""
    return np.asarray(-stage.orbitals[0] <= _DEEP * transfer)


@cache
def _coefficients(J: int, top: int) -> Array:
    """(2j'+1)(j' J j; ½ 0 −½)² for normal parity, 0 otherwise, by κ + top and κ' + top."""
    from nuatom.atom.angular import three_j_half_squared

    found = np.zeros((2 * top + 1, 2 * top + 1))
    kappas = [kappa for kappa in range(-top, top + 1) if kappa]
    for own in kappas:
        for kappa in kappas:
            l, l_own = (k if k > 0 else -k - 1 for k in (kappa, own))
            if (l + l_own + J) % 2 == 0:
                found[own + top, kappa + top] = 2 * abs(kappa) * three_j_half_squared(kappa, J, own)
    return found


def weights(stage: Stage, shell: Indices, kappa: Indices, J: int) -> Array:
    """q (2j'+1)(j' J j; ½ 0 −½)² of transitions from shells to κ', 0 for abnormal parity."""
    own, occupancy = stage.kappas[shell], np.array([s.occupancy for s in stage.shells])[shell]
    top = int(max(np.abs(own).max(initial=1), np.abs(kappa).max(initial=1)))
    return np.asarray(occupancy * _coefficients(J, top)[own + top, kappa + top])


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
        return Poles(
            np.concatenate([self.shell, others.shell]),
            np.concatenate([self.kappa, others.kappa]),
            np.concatenate([self.even, others.even]),
            np.concatenate([self.odd, others.odd]),
            np.concatenate([self.strength, others.strength]),
            np.concatenate([self.flank, others.flank]),
            self.rows.joined(others.rows),
        )


def blocked(stage: Stage, transfer: float) -> Poles:
    """Transitions to levels with electrons, taken out: of a pair, the lower shell keeps what is not blocked.

    Where both shells of a pair respond and the upper has no larger share of its electrons, what is taken out of the
    one is what is taken out of the other, with the other sign: nothing has to be done.
    """
    energies, P, F = stage.orbitals
    n = len(stage.shells)
    filled = np.array([stage.filled(i) for i in range(n)])
    responding = _responding(stage, transfer)
    lower, other = (a.ravel() for a in np.indices((n, n)))
    gap = energies[other] - energies[lower]
    cancels = responding[other] & (np.where(gap > 0, filled[other] <= filled[lower], filled[lower] <= filled[other]))
    moving = np.flatnonzero(responding[lower] & ~cancels)
    lower, other, gap = lower[moving], other[moving], gap[moving]
    share = np.where(gap > 0, np.minimum(filled[other] / filled[lower], 1.0), 1.0)
    forward, backward = share / (transfer - gap), share / (-transfer - gap)
    kappa = stage.kappas[other]
    return Poles(
        lower, kappa, -(forward + backward) + 0j, -(forward - backward) + 0j, np.zeros(lower.size),
        np.ones(lower.size), Rows(P[lower], F[lower], P[other], F[other]),
    )  # fmt: skip


def with_lines(poles: Poles, stage: Stage, transfer: float, widths: Widths) -> Poles:
    """Lines in the continuum are given their width.

    Those just below the first threshold are too, lest they be spikes where the interaction moves them above it; their
    strength is with the discrete ones.
    """
    first = -float(stage.orbitals[0].max())
    moving = _responding(stage, transfer)
    chosen = [
        t
        for t in stage.transitions
        if t.energy > FIRST * first
        and moving[t.shell]
        and abs(transfer - t.energy) < _REACH * float(widths.half(t.energy))
    ]
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
    return Rows(P[shell], F[shell], stage.levels.P[level], stage.levels.F[level])

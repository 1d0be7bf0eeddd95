"""Sum rules of the charge response: what ∫S dT and ∫S T dT must be, and what a model gives.

Over a complete set of final states of positive energy, with independent electrons in one local potential,

    ∫S_i T dT = q_i [ F_i(Q) − Σ_j n_ij (ε_j − ε_i) M_ij(Q) ],        Bethe                           (1)
    ∫S_i dT   = q_i [ C_i(Q) − Σ_j n_ij M_ij(Q) ],                    closure                         (2)
    M_ij = (1/g_i) Σ_{m m'} |⟨j m'|e^{iQ·r}|i m⟩|².

The sum over j is over the occupied subshells, of whose g_j = 2j+1 states q_j are taken: n_ij = q_j/g_j.  Where
ε_j ≤ ε_i no energy is absorbed, so even the vacancies of j are no part of S at T > 0, and n_ij = 1.  (An altogether
empty subshell below an occupied one is not looked for; the aufbau order has none.)  g_i M_ij is symmetric, so in an
atom of closed shells the second term of (1) cancels in the sum over shells, which is that of free electrons.

F_i and C_i are the sums of a free electron with the shell's momentum distribution, `impulse.free_sum_rules`: Q²/2m
and 1 without relativity, Q²/2m (1 − 5⟨p²⟩/6m² + …) and 1 − O(Q²/4m²) in the Dirac theory, where final states of
negative energy are missing (for the first: J. S. Levinger, M. L. Rustgi and K. Okamoto, Phys. Rev. 106 (1957) 1191).
The field changes which states have positive energy by a higher order in (Zα)²; that is the only approximation here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array
from nuatom.response.central_field import CentralField
from nuatom.response.impulse import free_sum_rules
from nuatom.response.model import Lines, ResponseModel
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU

_ORDER = 6
_REACH = 7.0  # in v of p_z = core · sinh v: ± 550 core
_BLOCK = 32  # momenta per table of Bessel functions


@dataclass(frozen=True)
class SumRuleCheck:
    """A sum rule at several momenta: what the model gives and what it must be.

    Attributes:
        shells: the shells, in the order of the first axis.
        momentum: Q, shape (nQ,) [energy].
        computed: ∫dT over the continuum plus the lines, shape (shell, nQ).
        expected: what it must be, shape (shell, nQ).
        lines: the share of the lines in `computed`, shape (shell, nQ).
    """

    shells: tuple[Shell, ...]
    momentum: Array
    computed: Array
    expected: Array
    lines: Array

    @property
    def total(self) -> Array:
        """The computed sum over shells, shape (nQ,)."""
        return np.asarray(self.computed.sum(axis=0))

    @property
    def total_expected(self) -> Array:
        """The expected sum over shells, shape (nQ,)."""
        return np.asarray(self.expected.sum(axis=0))

    @property
    def deviation(self) -> Array:
        """Computed over expected, minus one, of the whole atom, shape (nQ,)."""
        return self.total / self.total_expected - 1

    @property
    def shell_deviation(self) -> Array:
        """Computed minus expected of each shell over the size of the expected, shape (shell, nQ).

        For an outer shell at small Q the expected sum can be negative or nearly zero (transitions to inner shells are
        blocked); compare `computed` with `expected` there.
        """
        return (self.computed - self.expected) / np.abs(self.expected)


def bethe_sum(model: CentralField, momentum: ArrayLike) -> SumRuleCheck:
    """The energy-weighted sum ∫S T dT, lines included, against (1) of this module.

    With measured thresholds the model's T are not the field's, and the sum deviates by as much as they are shifted.

    Args:
        model: independent electrons in a central field.
        momentum: Q > 0, shape (nQ,) [energy].

    Returns:
        The sums in units of energy.

    Raises:
        ValueError: for momenta that are not finite or not positive.
    """
    Q = _momenta(momentum)
    smooth, discrete = continuum_moments(model, Q)[1], line_moments(model, Q)[1]
    free = np.array([free_sum_rules(m, Q / MOMENTUM_AU)[0] for m in model.table.moments]) * HARTREE
    overlap, share = _overlaps(model, Q)
    energies = -model.table.binding * HARTREE
    gap = energies[None, :] - energies[:, None]
    blocked = np.einsum("ij,ijq->iq", share * gap, overlap)
    return SumRuleCheck(model.shells, Q, smooth + discrete, _occupancies(model) * (free - blocked), discrete)


def closure_sum(model: CentralField, momentum: ArrayLike) -> SumRuleCheck:
    """The sum ∫S dT, lines included, against (2) of this module; arguments and errors as in `bethe_sum`.

    Returns:
        The sums, dimensionless; at large Q they are the numbers of electrons, less the negative energies' share.
    """
    Q = _momenta(momentum)
    smooth, discrete = continuum_moments(model, Q)[0], line_moments(model, Q)[0]
    free = np.array([free_sum_rules(m, Q / MOMENTUM_AU)[1] for m in model.table.moments])
    overlap, share = _overlaps(model, Q)
    blocked = np.einsum("ij,ijq->iq", share, overlap)
    return SumRuleCheck(model.shells, Q, smooth + discrete, _occupancies(model) * (free - blocked), discrete)


def trk_sum(model: CentralField) -> SumRuleCheck:
    """Thomas, Reiche and Kuhn: the number of electrons as Σf + ∫(df/dT)dT, f = 2mT S/Q² at Q → 0, against (1).

    Q is taken so small, a hundredth of the outermost shell's √(2mε), that corrections are of order 1e-4.

    Returns:
        The sums as numbers of electrons, at the one momentum used.
    """
    least = min(shell.binding_energy for shell in model.shells)
    Q = np.array([0.01 * np.sqrt(2 * ELECTRON_MASS * least)])
    found = bethe_sum(model, Q)
    unit = Q**2 / (2 * ELECTRON_MASS)
    return SumRuleCheck(model.shells, Q, found.computed / unit, found.expected / unit, found.lines / unit)


def continuum_moments(model: ResponseModel, momentum: ArrayLike, refine: int = 1) -> tuple[Array, Array]:
    """∫S dT and ∫S T dT of the continuum at fixed Q, by shell.

    Gauss–Legendre panels begin anew at every threshold, follow the ridge T(Q, p_z) on the scale of the outermost
    shell's momenta, and are logarithmic elsewhere.  Where a model has a largest T at Q ≤ T, as
    `CentralField.photon_limit`, the integral ends at the larger of it and Q; what is beyond is less than 1e-4.

    Args:
        model: any response whose S has values.
        momentum: Q > 0, shape (nQ,) [energy].
        refine: factor on the number of panels, to test convergence with.

    Returns:
        ∫S dT [dimensionless] and ∫S T dT [energy], each of shape (shell, nQ).

    Raises:
        ValueError: for momenta that are not finite or not positive, for shells without a threshold, and from models
            whose S is a δ function.
    """
    Q = _momenta(momentum)
    if any(shell.binding_energy <= 0 for shell in model.shells):
        raise ValueError("an integral over T needs thresholds > 0; electrons at rest have neither them nor an S(T, Q)")
    limit = float(getattr(model, "photon_limit", np.inf))
    zeroth, first = [], []
    for q in Q:
        T, dT = _transfers(model.shells, float(q), max(limit, float(q)), refine)
        weighted = model.structure(T, np.full((T.size, 1), q), VECTOR).charge[:, :, 0] * dT
        zeroth.append(weighted.sum(axis=1))
        first.append(weighted @ T)
    return np.array(zeroth).T, np.array(first).T


def line_moments(model: ResponseModel, momentum: ArrayLike) -> tuple[Array, Array]:
    """ΣS and ΣS T of the lines, by shell.

    Args:
        model: any response.
        momentum: Q > 0, shape (nQ,) [energy].

    Returns:
        ΣS [dimensionless] and ΣS T [energy], each of shape (shell, nQ).

    Raises:
        ValueError: for momenta that are not finite or not positive.
    """
    Q = _momenta(momentum)
    found = model.lines()
    zeroth, first = np.zeros((2, len(model.shells), Q.size))
    if len(found):
        strength = _strengths(found, Q)
        np.add.at(zeroth, found.shell, strength)
        np.add.at(first, found.shell, strength * found.transfer[:, None])
    return zeroth, first


def _strengths(lines: Lines, momentum: Array) -> Array:
    """S of every line, shape (line, nQ): S/Q² splined in ln Q, constant below the grid and zero above."""
    from scipy.interpolate import CubicSpline

    x = np.log(lines.momentum)
    at = np.log(momentum)
    spline = CubicSpline(x, lines.charge / lines.momentum**2, axis=1)
    inside = spline(np.clip(at, x[0], x[-1])) * momentum**2
    return np.asarray(np.where(at > x[-1], 0.0, np.maximum(inside, 0.0)))


def _transfers(shells: tuple[Shell, ...], momentum: float, limit: float, refine: int) -> tuple[Array, Array]:
    """Nodes T and weights dT of ∫dT from the first threshold to where no S is left, or to the limit."""
    thresholds = np.unique([shell.binding_energy for shell in shells])
    slow, fast = np.sqrt(2 * ELECTRON_MASS * thresholds[[0, -1]])
    p_z = 0.1 * slow * np.sinh(np.linspace(-_REACH, _REACH, 28 * refine + 1))
    ridge = _transfer_of(p_z, momentum)
    top = min(max(400 * thresholds[-1], float(_transfer_of(20 * fast, momentum))), limit)
    behind = 1 + np.concatenate([[0.0], np.geomspace(1e-3, 0.4, 9 * refine)])
    cuts = np.concatenate(
        [
            np.outer(thresholds, behind).ravel(),
            ridge[(ridge > thresholds[0]) & (ridge < top)],
            np.geomspace(thresholds[0], top, refine * int(np.ceil(4 * np.log(top / thresholds[0])))),
            [top],
        ]
    )
    cuts = np.log(np.unique(cuts[cuts <= top]))
    node, weight = np.polynomial.legendre.leggauss(_ORDER)
    half = 0.5 * np.diff(cuts)[:, None]
    T = np.exp(cuts[:-1, None] + half * (1 + node))
    return T.ravel(), (T * half * weight).ravel()


def _transfer_of(p_z: Array | float, momentum: float) -> Array:
    """T = √(m² + (p_z+Q)²) − √(m² + p_z²), what an electron of momentum p_z along Q absorbs [energy]."""
    start, end = np.hypot(ELECTRON_MASS, p_z), np.hypot(ELECTRON_MASS, np.asarray(p_z) + momentum)
    return np.asarray(momentum * (2 * np.asarray(p_z) + momentum) / (start + end))


def _overlaps(model: CentralField, momentum: Array) -> tuple[Array, Array]:
    """M_ij(Q), shape (shell, shell, nQ), and the blocked share n_ij, shape (shell, shell), of (1) and (2)."""
    from nuatom.atom.angular import bessel_table
    from nuatom.atom.grid import Grid
    from nuatom.response.kernels import CHARGE, multipole_sum

    solution, shells = model.atom.solution, model.atom.calculated_shells
    order = np.argsort(momentum)
    Q = momentum[order] / MOMENTUM_AU
    extent = max(solution.extent(i, 1e-12) for i in range(len(shells)))
    grid = Grid(solution.grid.first, extent, 0.02, min(0.05, 1.5 / Q[-1]))
    P, F = solution.orbitals_on(grid.r)
    kappas = np.array([shell.kappa for shell in shells], dtype=np.int64)
    J_max = 2 * int(np.abs(kappas).max()) - 1
    overlap = np.zeros((len(shells), len(shells), Q.size))
    for begin in range(0, Q.size, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        table = np.empty((J_max + 2, grid.size, Q[part].size))
        shifted = np.empty(table.shape[1:])
        bessel_table(grid.r, Q[part], J_max + 1, table, shifted)
        for i, kappa in enumerate(kappas):
            # No shift of j_0 by one: the overlap of a shell with itself is wanted as it is.
            found = multipole_sum(
                P[i], F[i], kappa, 1.0, P, F, kappas, grid.r, grid.dr, Q[part], table, shifted, 0, J_max, False, False
            )
            overlap[i, :, order[part]] = found[CHARGE].T
    energies = np.asarray(solution.energies)
    filled = np.array([shell.occupancy / shell.degeneracy for shell in shells])
    share = np.where(energies[None, :] > energies[:, None], filled[None, :], 1.0)
    return overlap, share


def _occupancies(model: ResponseModel) -> Array:
    return np.array([shell.occupancy for shell in model.shells])[:, None]


def _momenta(momentum: ArrayLike) -> Array:
    Q = np.atleast_1d(np.asarray(momentum, dtype=float))
    if Q.ndim != 1 or not np.all(np.isfinite(Q)) or np.any(Q <= 0):
        raise ValueError(f"momentum must be one-dimensional, finite and greater than zero, in MeV: got {momentum!r}")
    return Q

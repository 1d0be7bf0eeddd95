"""The impulse limit: a shell's electrons are hit as free ones that move with the shell's momentum density.

A free electron of momentum p and energy E = √(m²+p²) that absorbs (T, Q) answers with the spin-averaged product of two
plane waves, normalised to u†u = 1.  With E' = E + T, X = Q² − T² = 2(p·p' − m²) and p_∥ along Q, times 2EE':

    S    2EE' − X/2                 A00  2EE' − X/2 − 2m²           VA     E p'_∥ − E' p_∥
    R    p_⊥² + X/2   (p_⊥² of one  A33  2p_∥p'_∥ + X/2 + 2m²       scalar        X/2 + 2m²
         direction, averaged)       A_T  p_⊥² + X/2 + 2m²           pseudoscalar  X/2
                                    A03  E p'_∥ + E' p_∥            scalar-charge m (E + E')

Averaged over the density n(p) of a shell and integrated over the direction of p with δ(T + E − E'), each is a
one-dimensional integral (1/2Q) 2π∫ (p n(p)/E) […] dp from the least momentum |p_z| that conserves energy,

    p_z = −Q/2 + (T/2) √(1 + 4m²/X),      p_∥ = p_z + (T/Q) Δ,   Δ = E − E_z,   E_z = √(m²+p_z²),

and every […] is a quadratic polynomial in Δ.  So all of it is made of three moments of the shell,

    L_k(|p_z|) = 2π∫_{|p_z|}^∞ p n(p) Δ^k/E dp,   k = 0, 1, 2,

the relativistic Compton profile among them; no difference of large numbers is left.  At rest it is exactly the free
electron.

The idea is that of the relativistic impulse approximation (R. Ribberfors, Phys. Rev. B 12 (1975) 2067); the reduction
above is ours.  Atomic units; energies are written as momenta E/c.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

import numpy as np
from numpy.typing import ArrayLike

from nuatom.atom.field import Atom, Solution
from nuatom.atom.grid import Array, Grid, cumulative
from nuatom.elements import Shell
from nuatom.functions import VECTOR, Function, with_vector
from nuatom.response.model import Lines, Measure, StructureFunctions, checked_limits, checked_momentum, checked_transfer
from nuatom.units import HARTREE, MOMENTUM_AU
from nuatom.units import SPEED_OF_LIGHT_AU as C

_POINTS = 480
_TOP = 40.0
"""Largest tabulated momentum in units of the shell's root-mean-square one."""
_CORE = 0.044
_INFINITE = 1e12
_SMALLEST = 1e-12

_PANELS, _ORDER = 14, 8
_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(_ORDER)
FRACTION: Array = ((np.arange(_PANELS)[:, None] + 0.5 * (1 + _GAUSS)) / _PANELS).ravel()
"""Nodes of the composite Gauss–Legendre rule on [0, 1] that integrals over Q are done with."""
SHARE: Array = np.tile(0.5 * _GAUSS_WEIGHTS / _PANELS, _PANELS)
"""Its weights."""


@dataclass(frozen=True)
class DensityMoments:
    """Momentum density of one shell and its moments, per electron, in atomic units.

    Attributes:
        momentum: p, log-spaced, shape (np,) [1/Bohr].
        density: 4πp² n(p), ∫ dp of which is 1, shape (np,) [Bohr].
        log_moments: ln L_k at |p_z| = p, shape (3, np).
        scale: root-mean-square momentum from the kinetic energy [1/Bohr].
    """

    momentum: Array
    density: Array
    log_moments: Array
    scale: float

    @cached_property
    def _spline(self) -> Any:
        from scipy.interpolate import CubicSpline

        return CubicSpline(np.log(self.momentum), self.log_moments, axis=1)

    def at(self, p_z: Array) -> Array:
        """L_0, L_1, L_2 at |p_z|, shape (3,) + p_z.shape; zero beyond the tabulated momenta."""
        size = np.abs(p_z)
        clipped = np.clip(size, self.momentum[0], self.momentum[-1])
        return np.where(size <= self.momentum[-1], np.exp(self._spline(np.log(clipped))), 0.0)

    def mean_square(self) -> float:
        """⟨p²⟩ [1/Bohr²]."""
        return float(np.trapezoid(self.density * self.momentum**3, np.log(self.momentum)))

    def average(self, values: Array) -> float:
        """⟨f(p)⟩ of values at the tabulated momenta."""
        return float(np.trapezoid(self.density * self.momentum * values, np.log(self.momentum)))


def moments(solution: Solution, shell: int, kappa: int) -> DensityMoments:
    """Momentum density of an orbital, χ(p) = √(2/π) ∫ P(r) pr j_l(pr) dr for each component, and its moments."""
    from nuatom.atom.angular import bessel_table

    scale = float(np.sqrt(2 * solution.kinetic_energy(shell)))
    p = scale * np.geomspace(1e-4, _TOP, _POINTS)
    # The radial step must resolve the largest momentum or the plain sum would alias it.
    grid = Grid(min(1e-5, 1e-3 / p[-1]), solution.extent(shell, 1e-15), 0.025, 1.5 / p[-1])
    P, Q = (component[shell] for component in solution.orbitals_on(grid.r))
    l = kappa if kappa > 0 else -kappa - 1
    l_small = l - 1 if kappa > 0 else l + 1
    chi = np.empty((2, p.size))
    for begin in range(0, p.size, 40):
        part = slice(begin, begin + 40)
        table = np.empty((max(l, l_small) + 1, grid.size, p[part].size))
        bessel_table(grid.r, p[part], max(l, l_small), table, np.empty((grid.size, p[part].size)))
        weight = np.sqrt(2 / np.pi) * grid.r * grid.dr
        chi[0, part] = p[part] * ((P * weight) @ table[l])
        chi[1, part] = p[part] * ((Q * weight) @ table[l_small])
    density = chi[0] ** 2 + chi[1] ** 2
    step = float(np.log(p[1] / p[0]))
    energy = np.sqrt(C**2 + p**2)
    kinetic = p**2 / (energy + C)
    # ∫_{p_z}^∞ of (p n/E) τ^k, τ = E − m; then binomially shifted to Δ = τ − τ_z.
    raw = [cumulative((0.5 * density / energy * kinetic**k * step)[::-1])[::-1] for k in range(3)]
    shifted = np.array([raw[0], raw[1] - kinetic * raw[0], raw[2] - 2 * kinetic * raw[1] + kinetic**2 * raw[0]])
    # The running integrals start at the last point; the few beside it have too little behind them.
    kept = slice(0, _POINTS - 12)
    tiny = np.finfo(float).tiny
    return DensityMoments(p[kept], density[kept], np.log(np.maximum(shifted[:, kept], tiny)), scale)


def structure(
    moments: DensityMoments, transfer: Array, momentum: Array, functions: Iterable[Function] = VECTOR
) -> dict[Function, Array]:
    """Structure functions per electron in the impulse limit.

    Args:
        moments: of the shell.
        transfer, momentum: T/c and Q, broadcastable, Q > T/c [1/Bohr].
        functions: which ones.

    Returns:
        each [1/Hartree]; zero where Q ≤ T/c, which no free electron can absorb.
    """
    T, Q = np.broadcast_arrays(transfer, momentum)
    X = Q**2 - T**2
    allowed = X > 0
    X = np.where(allowed, X, 1.0)
    p_z = -0.5 * Q + 0.5 * T * np.sqrt(1 + 4 * C**2 / X)
    E = np.sqrt(C**2 + p_z**2)
    scale = np.where(allowed, 0.5 / (Q * C), 0.0)
    L = moments.at(p_z)
    out = {}
    for function in functions:
        b0, b1, b2 = _polynomial(function, p_z, E, T, Q, X)
        out[function] = scale * (b0 * L[0] + b1 * L[1] + b2 * L[2])
    return out


def _polynomial(
    function: Function, p_z: Array, E: Array, T: Array, Q: Array, X: Array
) -> tuple[Array | float, Array | float, Array | float]:
    """Coefficients of 1, Δ, Δ² in the numerators […] of the module's docstring; E is E_z."""
    a = T / Q
    slow = 2 * (E - a * p_z), X / Q**2  # of p_⊥² in Δ and Δ²
    match function:
        case Function.CHARGE:
            return 2 * E * (E + T) - 0.5 * X, 4 * E + 2 * T, 2.0
        case Function.CURRENT:
            return 0.5 * X, *slow
        case Function.AXIAL_CHARGE:
            return 2 * p_z**2 + 2 * E * T - 0.5 * X, 4 * E + 2 * T, 2.0
        case Function.AXIAL_LONGITUDINAL:
            return 2 * p_z * (p_z + Q) + 0.5 * X + 2 * C**2, 2 * a * (2 * p_z + Q), 2 * a**2
        case Function.AXIAL_CURRENT:
            return 0.5 * X + 2 * C**2, *slow
        case Function.AXIAL_MIXED:
            return E * (p_z + Q) + (E + T) * p_z, 2 * p_z + Q + a * (2 * E + T), 2 * a
        case Function.VECTOR_AXIAL:
            return E * Q - T * p_z, Q - a * T, 0.0
        case Function.SCALAR:
            return 0.5 * X + 2 * C**2, 0.0, 0.0
        case Function.PSEUDOSCALAR:
            return 0.5 * X, 0.0, 0.0
        case Function.SCALAR_CHARGE:
            return C * (2 * E + T), 2 * C, 0.0
        case _:
            assert_never(function)


def momentum_of(p_z: Array, transfer: Array) -> tuple[Array, Array]:
    """Q and |dQ/dp_z| at which an electron with least momentum p_z absorbs the transfer T/c [1/Bohr]."""
    E = np.sqrt(C**2 + p_z**2)
    outgoing = np.sqrt((E + transfer) ** 2 - C**2)
    return outgoing - p_z, np.abs((E + transfer) * p_z / (E * outgoing) - 1)


def least_momentum(transfer: Array, momentum: Array) -> Array:
    """p_z(Q): the inverse of `momentum_of`; +∞ where Q ≤ T/c [1/Bohr]."""
    X = momentum**2 - transfer**2
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inside = -0.5 * momentum + 0.5 * transfer * np.sqrt(1 + 4 * C**2 / X)
    return np.where(X > 0, inside, np.inf)


def nodes(moments: DensityMoments, transfer: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Momenta that resolve the ridge of a shell, and their dQ².

    The nodes are Gauss–Legendre in v, p_z = core · sinh v, so they are dense where |p_z| is small.

    Args:
        moments: of the shell.
        transfer, lower, upper: T/c and the limits on Q, each of shape (nT,), upper ≥ lower ≥ T/c [1/Bohr].

    Returns:
        Q and dQ², each of shape (nT, nQ).
    """
    core = _CORE * moments.scale
    reach = np.arcsinh(_TOP / _CORE)
    first, last = (
        np.clip(np.arcsinh(least_momentum(transfer, np.minimum(q, _INFINITE)) / core), -reach, reach)
        for q in (upper, lower)
    )
    span = (last - first)[:, None]
    v = first[:, None] + span * FRACTION
    Q, slope = momentum_of(core * np.sinh(v), transfer[:, None])
    return Q, 2 * Q * slope * core * np.cosh(v) * span * SHARE


def free_sum_rules(moments: DensityMoments, momentum: Array) -> tuple[Array, Array]:
    """∫S T dT and ∫S dT per electron of a free electron with the shell's momentum distribution.

    These are the positive-energy sum rules of the Dirac theory: the first is Q²/2m (1 − 5⟨p²⟩/6m² + …) at low Q,
    and for an electron at rest Q²/2√(m²+Q²); the second is less than one by the share of negative energies,
    (E'+m)/2E' at rest.

    Args:
        moments: of the shell.
        momentum: Q, shape (nQ,) [1/Bohr].

    Returns:
        ∫S T dT [Hartree], ∫S dT [dimensionless], each of shape (nQ,).
    """
    cosine, weight = np.polynomial.legendre.leggauss(64)
    p = moments.momentum[:, None]
    E = np.sqrt(C**2 + p**2)
    first, zeroth = [], []
    for Q in np.atleast_1d(momentum):
        shift = Q**2 + 2 * p * Q * cosine
        outgoing = np.sqrt(E**2 + shift)
        factor = ((E + outgoing) ** 2 - Q**2) / (4 * E * outgoing)
        transfer = shift / (E + outgoing)
        zeroth.append(moments.average(0.5 * (factor @ weight)))
        first.append(moments.average(0.5 * ((factor * transfer) @ weight)) * C)
    return np.array(first), np.array(zeroth)


def all_moments(solution: Solution, shells: tuple[Shell, ...]) -> tuple[DensityMoments, ...]:
    """`DensityMoments` of every shell."""
    return tuple(moments(solution, i, shell.kappa) for i, shell in enumerate(shells))


@dataclass(frozen=True)
class Impulse:
    """The impulse approximation at every energy: a response model, for comparison.

    The electrons of a shell are free but move with its momentum distribution; they answer only above the shell's
    threshold.  It has no optical limit and no lines.  `CentralField` joins it where it is right.

    Args:
        atom: the atom.
    """

    atom: Atom

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells of the atom."""
        return self.atom.shells

    @cached_property
    def _moments(self) -> tuple[DensityMoments, ...]:
        return all_moments(self.atom.solution, self.atom.calculated_shells)

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Structure functions of the continuum at T (nT,) and Q (nQ,) or (nT, nQ) [energy]."""
        T = checked_transfer(transfer)
        Q = checked_momentum(momentum, T)
        wanted = with_vector(functions)
        parts = [structure(m, T[:, None] / MOMENTUM_AU, Q / MOMENTUM_AU, wanted) for m in self._moments]
        weights = self._open_electrons(T)[:, :, None] / HARTREE
        values = {f: weights * np.array([part[f] for part in parts]) for f in wanted}
        return StructureFunctions(values, self.shells, T, Q, np.zeros(weights.shape[:2]))

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Nodes and weights of ∫dQ² between two momenta for each transfer, each of shape (n,) [energy]."""
        T = np.maximum(checked_transfer(transfer), _SMALLEST)  # at T = 0 every shell is closed
        low, high = checked_limits(lower, upper, T)
        low = np.maximum(low, T)
        limits = T / MOMENTUM_AU, low / MOMENTUM_AU, np.maximum(high, low) / MOMENTUM_AU
        wanted = with_vector(functions)
        at = [nodes(m, *limits) for m in self._moments]
        parts = [structure(m, limits[0][:, None], Q, wanted) for m, (Q, _) in zip(self._moments, at, strict=True)]
        weights = self._open_electrons(T)[:, :, None] * np.array([dQ2 for _, dQ2 in at]) * MOMENTUM_AU**2 / HARTREE
        values = {f: weights * np.array([part[f] for part in parts]) for f in wanted}
        momentum = np.array([Q for Q, _ in at]) * MOMENTUM_AU
        return Measure(values, momentum, np.zeros(weights.shape[:2]))

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """None: a free electron has no levels."""
        return Lines.none()

    def _open_electrons(self, transfer: Array) -> Array:
        return np.array([s.occupancy * (transfer > s.binding_energy) for s in self.shells])

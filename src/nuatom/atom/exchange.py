"""Exchange potentials: the local field that keeps an electron from acting on itself and on its like.

`Slater` and `KohnSham` take exchange from the density at a point.  `KriegerLiIafrate` takes it from the orbitals: it
is nearly the best local potential there is for exact (Fock) exchange, leaves no electron in its own field, and ends
as −1/r by itself.

A potential is asked for as r·V_x [Hartree · Bohr].  Atomic units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Protocol

import numpy as np

from nuatom.atom.grid import Array, Grid, cumulative, fade
from nuatom.elements import Shell

_EMPTY = 1e-280
_PAIRS = 32
"""Orbital products taken at once: a megabyte or so, which stays in the cache of the processor."""
_OUTSIDE = 1e-9
"""Electrons beyond the radius from which an orbital-dependent potential is led into −1/r."""


@dataclass(frozen=True)
class Electrons:
    """The electrons of an atom on a radial grid.

    Attributes:
        grid: the grid.
        shells: the subshells.
        P, Q: their radial functions, ∫(P²+Q²)dr = 1, shape (shell, N) [Bohr^−½].
    """

    grid: Grid
    shells: Sequence[Shell]
    P: Array
    Q: Array

    @cached_property
    def occupancy(self) -> Array:
        """Electrons of each subshell."""
        return np.array([shell.occupancy for shell in self.shells])

    @cached_property
    def density(self) -> Array:
        """4πr² n [1/Bohr]."""
        return np.asarray(self.occupancy @ (self.P**2 + self.Q**2))

    @cached_property
    def hartree(self) -> Array:
        """r·∫ n(r')/|r−r'| d³r' [Hartree · Bohr]."""
        r, dr = self.grid.r, self.grid.dr
        outside = cumulative(self.density / r * dr)
        return np.asarray(cumulative(self.density * dr) + r * (outside[-1] - outside))


class Exchange(Protocol):
    """A local exchange potential."""

    def potential(self, electrons: Electrons) -> Array:
        """r·V_x on the grid, shape (N,) [Hartree · Bohr]."""
        ...

    def slope(self, n: Array) -> Array:
        """dV_x/dn where V_x is taken from the density n > 0 [1/Bohr³] at a point, for a local interaction."""
        ...

    def own(self, electrons: Electrons) -> float:
        """The radius [Bohr] beyond which V is kept at or below −1/r, and not before: the Latter tail."""
        ...


class _OfDensity:
    """Exchange that depends on the density at a point, a multiple of Slater's."""

    factor: float

    def __post_init__(self) -> None:
        if not (isfinite(self.factor) and self.factor >= 0):
            raise ValueError(f"the factor of an exchange must be finite and ≥ 0, not {self.factor!r}")

    def potential(self, electrons: Electrons) -> Array:
        """r·V_x = −(3/2) factor (3n/π)^{1/3} r."""
        r = electrons.grid.r
        return np.asarray(-1.5 * self.factor * np.cbrt(3 * electrons.density / (4 * np.pi**2 * r**2)) * r)

    def slope(self, n: Array) -> Array:
        """dV_x/dn = V_x/3n."""
        return np.asarray(-0.5 * self.factor * np.cbrt(3 / (np.pi * n**2)))

    def own(self, electrons: Electrons) -> float:
        """Nowhere is it its own: 0."""
        return 0.0


@dataclass(frozen=True)
class Slater(_OfDensity):
    """Slater's averaged exchange, V_x = −(3/2)(3n/π)^{1/3}: the model of EADL, EPDL and Scofield's tables."""

    factor: float = 1.0


@dataclass(frozen=True)
class KohnSham(_OfDensity):
    """The exchange of density-functional theory, V_x = −(3n/π)^{1/3}: two thirds of Slater's."""

    factor: float = 2.0 / 3.0


@dataclass(frozen=True)
class KriegerLiIafrate:
    """Exact exchange as a local potential, in the approximation of Krieger, Li and Iafrate.

        V_x = Σ_a q_a ρ_a (u_a + c_a) / n,     c_a = ∫ρ_a (V_x − u_a) dr,

    c = 0 for the orbital of largest mean radius, where q_a ρ_a u_a = ½ P_a δE_x/δP_a + ½ Q_a δE_x/δQ_a, with the
    exchange energy of the averaged configuration

        E_x = −½ Σ_ab X_ab Σ_k (j_a k j_b; ½ 0 −½)² G^k(ab) − ½ Σ_ab D_ab F⁰(ab).

    X = q_a q_b between different (n, l).  Within a shell (n, l) of N electrons in M places, which are split between
    j = l ± ½ statistically, X = (2j_a+1)(2j_b+1) N(N−1)/(M(M−1)) and D = (2j_a+1)(2j_b+1) N(M−N)/(M²(M−1)): pairs of
    different electrons only.  One electron is free of itself, and two in one orbital are in the field of Hartree and
    Fock.  Orbital energies of the outermost electrons come close to ionisation energies.

    Source: J. B. Krieger, Y. Li and G. J. Iafrate, Phys. Rev. A 45 (1992) 101; relativistic: T. Kreibich, E. K. U.
    Gross and E. Engel, Phys. Rev. A 57 (1998) 138.
    """

    def potential(self, electrons: Electrons) -> Array:
        """r·V_x, led into −1 where next to no electron is left."""
        grid, occupancy = electrons.grid, electrons.occupancy
        changes = _changes(electrons)
        total = np.maximum(electrons.density, _EMPTY)
        density = electrons.P**2 + electrons.Q**2
        share = density / total
        averaged = np.sum(changes, axis=0) / total
        own = changes @ grid.dr / occupancy
        # Where levels all but coincide, as 4f and 6s do, their order in energy would depend on the choice.
        outermost = int(np.argmax(_radii(electrons)))
        inner = np.flatnonzero(np.arange(len(occupancy)) != outermost)
        constants = np.zeros(len(occupancy))
        if inner.size:
            overlap = (density[inner] * grid.dr) @ (share[inner] * occupancy[inner, None]).T
            wanted = (density[inner] * grid.dr) @ averaged - own[inner]
            constants[inner] = np.linalg.solve(np.eye(inner.size) - overlap, wanted)
        potential = grid.r * (averaged + (occupancy * constants) @ share)
        return np.asarray(-1.0 + (potential + 1.0) * _taper(electrons))

    def slope(self, n: Array) -> Array:
        """That of Kohn and Sham, which is the local approximation to exact exchange."""
        return KohnSham().slope(n)

    def own(self, electrons: Electrons) -> float:
        """The mean radius of the outermost orbital.

        Between two shells V may be above −1/r, by up to 0.06/r in an alkali atom.  Far out it is only where an open d
        or f shell reaches beyond the s shell that c is counted from, which is no barrier in nature.
        """
        return float(_radii(electrons).max())


def _radii(electrons: Electrons) -> Array:
    """Mean radii of the orbitals, shape (shell,) [Bohr]."""
    return np.asarray((electrons.P**2 + electrons.Q**2) @ (electrons.grid.r * electrons.grid.dr))


def _taper(electrons: Electrons) -> Array:
    """One where electrons are, zero beyond one and a half times the radius that holds all but a trace of them."""
    r = electrons.grid.r
    beyond = cumulative((electrons.density * electrons.grid.dr)[::-1])[::-1]
    edge = r[np.flatnonzero(beyond > _OUTSIDE)[-1]]
    return fade(2 * (r / edge - 1))


def _changes(electrons: Electrons) -> Array:
    """q_a ρ_a u_a, shape (shell, N)."""
    from nuatom.atom.angular import three_j_half_squared

    grid, shells, P, Q = electrons.grid, electrons.shells, electrons.P, electrons.Q
    found = np.zeros_like(P)
    # Multipole by multipole: k, and for each pair a ≥ b its weight.
    exchanged: dict[int, list[tuple[int, int, float]]] = {}
    for a, one in enumerate(shells):
        for b, other in enumerate(shells[: a + 1]):
            weight, direct = _pairs(one, other, shells)
            for k in range(abs(one.l - other.l), one.l + other.l + 1, 2):
                angular = three_j_half_squared(one.kappa, k, other.kappa)
                if weight * angular:
                    exchanged.setdefault(k, []).append((a, b, weight * angular))
            if direct:
                density = P[[a, b]] ** 2 + Q[[a, b]] ** 2
                each = direct * density * _coulomb(density[::-1], 0, grid)
                found[a] -= each[0]
                found[b] -= each[1] if a != b else 0.0
    for k, pairs in exchanged.items():
        first, second, weights = (np.array(column) for column in zip(*pairs, strict=True))
        for block in np.array_split(np.arange(len(pairs)), -(-len(pairs) // _PAIRS)):
            rows, others = first[block], second[block]
            product = P[rows] * P[others] + Q[rows] * Q[others]
            each = weights[block, None] * product * _coulomb(product, k, grid)
            two = rows != others
            np.subtract.at(found, rows, each)
            np.subtract.at(found, others[two], each[two])
    return found


def _pairs(one: Shell, other: Shell, shells: Sequence[Shell]) -> tuple[float, float]:
    """X and D of two subshells."""
    if (one.n, one.l) != (other.n, other.l):
        return one.occupancy * other.occupancy, 0.0
    electrons = sum(shell.occupancy for shell in shells if (shell.n, shell.l) == (one.n, one.l))
    places = 4 * one.l + 2
    both = one.degeneracy * other.degeneracy
    exchanged = electrons * (electrons - 1) / (places * (places - 1))
    direct = electrons * (places - electrons) / (places**2 * (places - 1))
    return both * exchanged, both * direct


def _coulomb(density: Array, k: int, grid: Grid) -> Array:
    """∫ r_<^k/r_>^{k+1} ρ(r') dr' of densities (..., N) [Hartree]; the outer part is summed from outside, where it is
    small.
    """
    rise = grid.r**k
    inside = cumulative(density * (rise * grid.dr)) / (rise * grid.r)
    outside = cumulative((density * (grid.dr / (rise * grid.r)))[..., ::-1])[..., ::-1]
    return np.asarray(inside + rise * outside)

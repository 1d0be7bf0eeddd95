"""Through what the electrons of an atom screen: interactions between the densities they move, multipole by multipole.

A density δn_J(r) of electrons makes another one feel the potential ∫ K_J(r, r') δn_J(r') dr'.  The Coulomb part is

    K_J = r_<^J / r_>^{J+1};

exchange, which makes an electron not feel itself and feel its like less, adds a term that depends on how it is
treated.  Every choice is real, symmetric and without delay: so the response stays positive, keeps the f-sum and is
gauge invariant.  Atomic units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from nuatom.atom.exchange import Exchange
from nuatom.atom.grid import Array
from nuatom.elements import Shell

_EMPTY = 1e-30


@dataclass(frozen=True)
class Medium:
    """The electrons that screen, on a radial grid.

    Attributes:
        r, weights: points and quadrature weights, shape (N,) [Bohr].
        P, F: radial orbitals, shape (shell, N).
        shells: the subshells.
        exchange: that of the ground state.
    """

    r: Array
    weights: Array
    P: Array
    F: Array
    shells: Sequence[Shell]
    exchange: Exchange

    @cached_property
    def density(self) -> Array:
        """4πr² n, shape (N,) [1/Bohr]."""
        occupancy = np.array([shell.occupancy for shell in self.shells])
        return np.asarray(occupancy @ (self.P**2 + self.F**2))

    def coulomb(self, J: int) -> Array:
        """r_<^J / r_>^{J+1}, shape (N, N)."""
        less, more = np.minimum.outer(self.r, self.r), np.maximum.outer(self.r, self.r)
        return np.asarray((less / more) ** J / more)

    @cached_property
    def hole(self) -> dict[int, Array]:
        """The multipoles B_L of the exchange hole over both densities, each of shape (N, N).

        Tr γ(r,r')γ(r',r) / (n n') = Σ_L (2L+1) B_L P_L(cos θ), with γ the density matrix of the ground state.
        """
        from nuatom.atom.angular import three_j_half_squared

        relative = np.maximum(self.density, _EMPTY)
        found = {}
        for L in range(2 * max(shell.l for shell in self.shells) + 1):
            rows, weights = [], []
            for a, one in enumerate(self.shells):
                for b, other in enumerate(self.shells):
                    if (one.l + other.l + L) % 2:
                        continue
                    angular = three_j_half_squared(one.kappa, L, other.kappa)
                    if angular:
                        rows.append((self.P[a] * self.P[b] + self.F[a] * self.F[b]) / relative)
                        weights.append(one.occupancy * other.occupancy * angular)
            if rows:
                product = np.array(rows)
                found[L] = (product.T * np.array(weights)) @ product
        return found


class Interaction(Protocol):
    """An interaction between densities."""

    def matrix(self, J: int, medium: Medium) -> Array:
        """K_J at the points of the medium, shape (N, N) [Hartree]; δ(r−r') is 1/weight on the diagonal."""
        ...


@dataclass(frozen=True)
class LocalExchange:
    """Coulomb and the exchange that the ground state has: the time-dependent local-density approximation.

        K_J = r_<^J/r_>^{J+1} + (2J+1)/(4πr²) (dV_x/dn) δ(r−r'),     dV_x/dn = V_x/3n

    Being the derivative of the ground state's own potential it is consistent with it (A. Zangwill and P. Soven,
    Phys. Rev. A 21 (1980) 1561); in the field of exact exchange it is the derivative of Kohn and Sham's, the local
    approximation to it.  At high frequency a local exchange without delay screens somewhat too much.
    """

    def matrix(self, J: int, medium: Medium) -> Array:
        """K_J, shape (N, N)."""
        area = 4 * np.pi * medium.r**2
        n = np.maximum(medium.density, _EMPTY) / area
        slope = medium.exchange.slope(n)
        return medium.coulomb(J) + np.diag((2 * J + 1) * slope / area / medium.weights)


@dataclass(frozen=True)
class AveragedExchange:
    """Coulomb and exchange averaged over orbitals, free of self-interaction.

        K(r, r') = [ 1 − Tr γ(r,r')γ(r',r) / n(r)n(r') ] / |r − r'|

    It is what Slater's potential before its local approximation changes by, and exact for two electrons, where it
    halves the Coulomb interaction (M. Petersilka, U. J. Gossmann and E. K. U. Gross, Phys. Rev. Lett. 76 (1996)
    1212).
    """

    def matrix(self, J: int, medium: Medium) -> Array:
        """K_J, shape (N, N)."""
        from nuatom.atom.angular import three_j_zero_squared

        total = medium.coulomb(J)
        for L, hole in medium.hole.items():
            for k in range(abs(L - J), L + J + 1):
                angular = three_j_zero_squared(L, k, J)
                if angular:
                    total = total - (2 * J + 1) * (2 * L + 1) * angular * hole * medium.coulomb(k)
        return total


@dataclass(frozen=True)
class CoulombOnly:
    """Coulomb without exchange: K_J = r_<^J/r_>^{J+1}, the random-phase approximation in its oldest form."""

    def matrix(self, J: int, medium: Medium) -> Array:
        """K_J, shape (N, N)."""
        return medium.coulomb(J)


@dataclass(frozen=True)
class NoInteraction:
    """Nothing: independent electrons again, to test the machinery with."""

    def matrix(self, J: int, medium: Medium) -> Array:
        """Zeros, shape (N, N)."""
        return np.zeros((medium.r.size, medium.r.size))

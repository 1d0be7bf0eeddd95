"""The self-consistent relativistic central field of an atom: orbitals, energies, density, potential.

Every electron moves in the same local potential, the Dirac–Slater model or its like

    V(r) = V_nuc(r) + ∫ n(r')/|r−r'| d³r' + V_x(r),     V(r) → min(V(r), −(charge+1)/r)   (Latter tail),

with n the density of all electrons.  Because one potential serves bound and continuum states they are mutually
orthogonal, the current is conserved channel by channel, and sum rules hold exactly.  Atomic units inside;
the public energies of `Atom` are in MeV.

Sources: D. Liberman, D. T. Cromer and J. T. Waber, Comput. Phys. Commun. 2 (1971) 107; R. Latter, Phys. Rev.
99 (1955) 510; J. C. Slater, Phys. Rev. 81 (1951) 385; W. Kohn and L. J. Sham, Phys. Rev. 140 (1965) A1133.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from nuatom.atom.exchange import Electrons, Exchange, KriegerLiIafrate
from nuatom.atom.grid import Array, Grid, fade
from nuatom.elements import Element, Shell, configuration, element, measured_edges
from nuatom.store import Store, Table, Variable
from nuatom.store.identity import identity
from nuatom.units import BOHR_RADIUS, HARTREE, mm

FEMTOMETRE = 1e-12 * mm / BOHR_RADIUS
_ROUNDING = 1e-10
"""Of r·V where a potential ends as −1/r by itself [Hartree · Bohr]."""


_EXACT = KriegerLiIafrate()


class SelfConsistencyError(RuntimeError):
    """The self-consistent field did not converge; the message carries the residual."""


# --- physics choices -----------------------------------------------------------------------------


class Nucleus(Protocol):
    """A nuclear charge distribution."""

    def potential(self, r: Array, Z: int, mass_number: float) -> Array:
        """r·V_nuc(r) [Hartree · Bohr]."""
        ...


@dataclass(frozen=True)
class PointNucleus:
    """A point charge: V = −Z/r."""

    def potential(self, r: Array, Z: int, mass_number: float) -> Array:
        """r·V_nuc(r) = −Z."""
        return np.full_like(r, -float(Z))


@dataclass(frozen=True)
class UniformNucleus:
    """A uniformly charged sphere with the root-mean-square radius 0.836 A^{1/3} + 0.57 fm.

    V = −Z(3 − r²/R²)/2R inside R = √(5/3) r_rms.  The radius formula is that of W. R. Johnson and G. Soff,
    At. Data Nucl. Data Tables 33 (1985) 405, good to about 0.05 fm for A > 9.
    """

    def potential(self, r: Array, Z: int, mass_number: float) -> Array:
        """r·V_nuc(r)."""
        radius = np.sqrt(5 / 3) * (0.836 * mass_number ** (1 / 3) + 0.57) * FEMTOMETRE
        x = r / radius
        return np.where(x < 1, -0.5 * Z * x * (3 - x**2), -float(Z))


class Binding(Enum):
    """Which energies the thresholds are put at."""

    CALCULATED = "calculated"
    MEASURED = "measured"


# --- the solution --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Solution:
    """A converged central field, in atomic units.

    Attributes:
        grid: the radial grid.
        smooth: r·V before the Latter tail, shape (N,) [Hartree · Bohr].
        tail: the charge the outermost electron sees; V = −tail/r beyond `latter`.
        latter: radius beyond which the tail holds exactly [Bohr].
        own: radius within which V may be above −tail/r; from there to 1.6 times as far it loses the liberty [Bohr].
        energies: orbital energies (< 0), shape (shell,) [Hartree].
        P, Q: radial functions, ∫(P²+Q²)dr = 1, shape (shell, N) [Bohr^−½].
        residual: max |r·V_out − r·V_in| at the last iteration [Hartree · Bohr].
        iterations: iterations taken.
    """

    grid: Grid
    smooth: Array
    tail: float
    latter: float
    own: float
    energies: Array
    P: Array
    Q: Array
    residual: float
    iterations: int

    @cached_property
    def potential(self) -> Array:
        """V on the grid [Hartree]."""
        return self.bounded(self.smooth) / self.grid.r

    def bounded(self, smooth: Array) -> Array:
        """r·V on the grid, with the Latter tail."""
        return _bounded(smooth, self.tail, _liberty(self.grid.r, self.own))

    @cached_property
    def _splines(self) -> tuple[Any, Any]:
        from scipy.interpolate import CubicSpline

        index = np.arange(self.grid.size)
        return CubicSpline(index, self.smooth), CubicSpline(index, np.stack([self.P, self.Q]), axis=2)

    def potential_on(self, r: Array) -> Array:
        """V at any radii [Hartree]; the smooth part is splined and the Latter tail applied after."""
        inside = np.clip(self.grid.index(r), 0, self.grid.size - 1)
        smooth = self._splines[0](inside)
        return np.where(r >= self.latter, -self.tail, _bounded(smooth, self.tail, _liberty(r, self.own))) / r

    def orbitals_on(self, r: Array) -> tuple[Array, Array]:
        """P and Q of every shell at any radii, shape (shell, len(r)); zero beyond the grid."""
        index = self.grid.index(r)
        inside = index <= self.grid.size - 1
        both = np.where(inside, self._splines[1](np.clip(index, 0, self.grid.size - 1)), 0.0)
        return both[0], both[1]

    @property
    def nuclear_charge(self) -> float:
        """Z, the largest charge −r·V seen anywhere."""
        return float(-self.smooth.min())

    def extent(self, shell: int, outside: float) -> float:
        """The radius beyond which a fraction `outside` of a shell's density lies [Bohr]."""
        density = (self.P[shell] ** 2 + self.Q[shell] ** 2) * self.grid.dr
        beyond = np.cumsum(density[::-1])[::-1]
        return float(self.grid.r[min(np.flatnonzero(beyond > outside)[-1] + 1, self.grid.size - 1)])

    def kinetic_energy(self, shell: int) -> float:
        """⟨ε − V⟩ of a shell, which is ⟨p²⟩/2 for a slow electron [Hartree]."""
        density = self.P[shell] ** 2 + self.Q[shell] ** 2
        return self.grid.integrate((self.energies[shell] - self.potential) * density)


def self_consistent_field(
    Z: int, shells: tuple[Shell, ...], exchange: Exchange, nucleus: Nucleus, mass_number: float, charge: int
) -> Solution:
    """Iterate orbitals and potential to self-consistency (Anderson mixing of r·V).

    A single electron feels the nucleus alone.  An iteration that loses an orbital on the way (open d and f shells
    do when the first potentials swing) is begun again with more damping.

    Raises:
        SelfConsistencyError: with the residual, when it does not reach 1e-8 Z.
    """
    grid = Grid(first=1e-7, last=110.0, log_step=0.025, linear_step=0.08)
    nuclear = nucleus.potential(grid.r, Z, mass_number)
    if Z - charge == 1:
        P, Q, energies = _orbitals(grid, shells, np.minimum(nuclear, 0.0) / grid.r, np.array([-0.5 * Z**2]), 1e-12)
        latter = float(grid.r[np.flatnonzero(nuclear > -Z)[-1] + 1]) if np.any(nuclear > -Z) else 0.0
        return Solution(grid, nuclear, float(Z), latter, 0.0, energies, P, Q, residual=0.0, iterations=1)
    failure = SelfConsistencyError()
    for step in (0.5, 0.2, 0.07):
        try:
            return _iterate(grid, Z, shells, exchange, nuclear, charge + 1.0, step)
        except SelfConsistencyError as error:
            failure = error
    raise SelfConsistencyError(f"the central field of Z = {Z}, charge {charge} did not converge: {failure}")


def _iterate(
    grid: Grid,
    Z: int,
    shells: tuple[Shell, ...],
    exchange: Exchange,
    nuclear: Array,
    tail: float,
    step: float,
) -> Solution:
    """One attempt at self-consistency with a given damping."""
    r, dr = grid.r, grid.dr
    # Tietz's approximation to the Thomas–Fermi atom, with the right tail.
    electrons = (Z - tail) * (1 - (1 + 0.6 * Z ** (1 / 3) * r) ** -2)
    energies = np.array([-0.5 * max(Z - 0.8 * _inner(shells, i), tail) ** 2 / s.n**2 for i, s in enumerate(shells)])
    history_in: list[Array] = []
    history_out: list[Array] = []
    residual = np.inf
    own = 0.0
    wanted = 1e-8 * Z
    for iteration in range(1, 201):
        tolerance = 1e-12 if residual < 1e-3 else 1e-8
        liberty = _liberty(r, own)
        P, Q, energies = _orbitals(grid, shells, _bounded(nuclear + electrons, tail, liberty) / r, energies, tolerance)
        cloud = Electrons(grid, shells, P, Q)
        new = cloud.hartree + exchange.potential(cloud)
        change = _bounded(nuclear + new, tail, liberty) - _bounded(nuclear + electrons, tail, liberty)
        residual = float(np.max(np.abs(change)))
        if residual < wanted and tolerance < 1e-11:
            smooth = nuclear + new
            last = np.flatnonzero(np.abs(_bounded(smooth, tail, liberty) + tail) > _ROUNDING)[-1]
            return Solution(grid, smooth, tail, float(r[last + 2]), own, energies, P, Q, residual, iteration)
        if residual > 1e-3:
            own = exchange.own(cloud)
        history_in.append(electrons)
        history_out.append(new)
        electrons = _anderson(history_in[-6:], history_out[-6:], dr, step)
    raise SelfConsistencyError(
        f"after 200 iterations the residual of r·V is {residual:.3g} Hartree·Bohr, not {wanted:.3g}"
    )


def _bounded(smooth: Array, tail: float, liberty: Array) -> Array:
    """r·V at or below that of the tail, but for where it has some liberty."""
    above = smooth + tail
    return np.where(above > 0, liberty * above, above) - tail


def _liberty(r: Array, own: float) -> Array:
    """One within a radius, zero from 1.6 times it on."""
    return fade((r - own) / (0.6 * own)) if own > 0 else np.zeros_like(r)


def _orbitals(
    grid: Grid, shells: tuple[Shell, ...], potential: Array, guesses: Array, tolerance: float
) -> tuple[Array, Array, Array]:
    """P, Q and energies of all shells in a potential."""
    from nuatom.atom.dirac import bound_state

    energies = guesses.copy()
    P = np.zeros((len(shells), grid.size))
    Q = np.zeros_like(P)
    for i, shell in enumerate(shells):
        energies[i], P[i], Q[i], _, status = bound_state(
            shell.n, shell.kappa, guesses[i], grid.r, grid.dr, potential, tolerance
        )
        if status:
            raise SelfConsistencyError(f"no bound {shell.label} orbital was found near {energies[i]:.3g} Hartree")
    return P, Q, energies


def _inner(shells: tuple[Shell, ...], i: int) -> float:
    """Electrons at or inside the principal shell of shell i, to guess its screening."""
    return sum(s.occupancy for s in shells if s.n < shells[i].n or (s.n == shells[i].n and s.l <= shells[i].l))


def _anderson(inputs: list[Array], outputs: list[Array], weight: Array, step: float) -> Array:
    """The next input: the combination of past ones with the smallest residual, moved along it."""
    residuals = [out - into for into, out in zip(inputs, outputs, strict=True)]
    last_in, last_residual = inputs[-1], residuals[-1]
    if len(inputs) == 1:
        return last_in + 0.6 * step * last_residual
    d_in = np.array([last_in - x for x in inputs[:-1]])
    d_residual = np.array([last_residual - x for x in residuals[:-1]])
    matrix = (d_residual * weight) @ d_residual.T
    matrix += 1e-12 * np.trace(matrix) * np.eye(len(matrix))
    coefficients = np.linalg.solve(matrix, (d_residual * weight) @ last_residual)
    return np.asarray(last_in - coefficients @ d_in + step * (last_residual - coefficients @ d_residual))


# --- the atom ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Atom:
    """An atom or ion in its ground state, as a choice of physics; solved when something is asked of it.

    Args:
        symbol: element symbol, name or atomic number: "Xe", "xenon", 54.
        exchange: the exchange potential, `KriegerLiIafrate()`, `Slater()` or `KohnSham()`.
        nucleus: `PointNucleus()` or `UniformNucleus()`.
        binding: "calculated" puts thresholds at the orbital energies; "measured" shifts them to measured edges
            where there are any (see `edge_origins`) and leaves the orbitals alone.
        charge: of the ion; 0 for an atom.

    Raises:
        ValueError: for an unknown element, a charge that leaves no electron, an unknown binding, measured edges of
            an ion, or an exchange or nucleus that is no choice object.
    """

    symbol: str
    exchange: Exchange = _EXACT
    nucleus: Nucleus = PointNucleus()
    binding: Binding = Binding.CALCULATED
    charge: int = 0

    def __init__(
        self,
        symbol: str | int,
        exchange: Exchange = _EXACT,
        nucleus: Nucleus = PointNucleus(),
        binding: Binding | str = Binding.CALCULATED,
        charge: int = 0,
    ) -> None:
        known = element(symbol)
        configuration(known.Z, charge)
        try:
            chosen = Binding(binding)
        except ValueError:
            choices = " or ".join(repr(b.value) for b in Binding)
            raise ValueError(f"binding must be {choices}, not {binding!r}") from None
        if chosen is Binding.MEASURED and charge:
            raise ValueError(
                f"measured edges are those of neutral atoms, not of {known.symbol} with charge {charge}: "
                'use binding="calculated"'
            )
        for kind, choice, example in (("exchange", exchange, "Slater()"), ("nucleus", nucleus, "PointNucleus()")):
            # Both have a potential, but an exchange alone a slope.
            right = hasattr(choice, "potential") and hasattr(choice, "slope") == (kind == "exchange")
            if not right or isinstance(choice, type):
                raise ValueError(f"{kind} must be a choice object such as {example}, not {choice!r}")
        for name, value in (
            ("symbol", known.symbol),
            ("exchange", exchange),
            ("nucleus", nucleus),
            ("binding", chosen),
            ("charge", charge),
        ):
            object.__setattr__(self, name, value)

    @property
    def element(self) -> Element:
        """The element."""
        return element(self.symbol)

    @property
    def Z(self) -> int:
        """Atomic number."""
        return self.element.Z

    @cached_property
    def parameters(self) -> dict[str, str | int | float]:
        """Everything that determines the field, for the key of a stored table.

        The configuration is not here: symbol and charge have one for each version of `nuatom.store.keys.PHYSICS`.
        """
        weight = {} if isinstance(self.nucleus, PointNucleus) else {"atomic_weight": self.element.atomic_weight}
        return {
            "symbol": self.symbol,
            "charge": self.charge,
            "exchange": identity(self.exchange),
            "nucleus": identity(self.nucleus),
            **weight,
        }

    @cached_property
    def solution(self) -> Solution:
        """The converged field in atomic units, from the store or computed.

        Raises:
            SelfConsistencyError: when the iteration does not converge.
        """
        return _from_table(Store().fetch("atom", self.parameters, lambda: _to_table(self._solve())))

    def _solve(self) -> Solution:
        weight = 1.0 if isinstance(self.nucleus, PointNucleus) else self.element.atomic_weight
        return self_consistent_field(
            self.Z, configuration(self.Z, self.charge), self.exchange, self.nucleus, weight, self.charge
        )

    @cached_property
    def calculated_shells(self) -> tuple[Shell, ...]:
        """The shells with their orbital energies."""
        shells = configuration(self.Z, self.charge)
        return tuple(
            replace(s, binding_energy=float(-e) * HARTREE) for s, e in zip(shells, self.solution.energies, strict=True)
        )

    @cached_property
    def shells(self) -> tuple[Shell, ...]:
        """The shells with the energies at which they open, calculated or measured as chosen."""
        if self.binding is Binding.CALCULATED:
            return self.calculated_shells
        edges = measured_edges(self.Z)
        return tuple(
            replace(s, binding_energy=edges[s.label].energy) if s.label in edges else s for s in self.calculated_shells
        )

    @cached_property
    def edge_origins(self) -> dict[str, str]:
        """For each shell, where its threshold comes from: "calculated", or the state of the measured sample."""
        edges = measured_edges(self.Z) if self.binding is Binding.MEASURED else {}
        return {s.label: edges[s.label].origin.value if s.label in edges else "calculated" for s in self.shells}


def _to_table(solution: Solution) -> Table:
    def variable(dims: tuple[str, ...], values: Array, units: str, text: str) -> Variable:
        return Variable(dims, values, units, text)

    grid = solution.grid
    return Table(
        variables={
            "r": variable(("point",), grid.r, "bohr", "radial grid"),
            "smooth": variable(("point",), solution.smooth, "hartree bohr", "r V before the Latter tail"),
            "energy": variable(("shell",), solution.energies, "hartree", "orbital energies"),
            "P": variable(("shell", "point"), solution.P, "bohr^-1/2", "large components"),
            "Q": variable(("shell", "point"), solution.Q, "bohr^-1/2", "small components"),
        },
        attributes={
            "first": grid.first,
            "last": grid.last,
            "log_step": grid.log_step,
            "linear_step": grid.linear_step,
            "tail": solution.tail,
            "latter": solution.latter,
            "own": solution.own,
            "residual": solution.residual,
            "iterations": solution.iterations,
        },
    )


def _from_table(table: Table) -> Solution:
    data = {name: np.asarray(variable.data) for name, variable in table.variables.items()}
    number = {name: float(value) for name, value in table.attributes.items()}
    return Solution(
        grid=Grid(number["first"], number["last"], number["log_step"], number["linear_step"]),
        smooth=data["smooth"],
        tail=number["tail"],
        latter=number["latter"],
        own=number["own"],
        energies=data["energy"],
        P=data["P"],
        Q=data["Q"],
        residual=number["residual"],
        iterations=int(number["iterations"]),
    )

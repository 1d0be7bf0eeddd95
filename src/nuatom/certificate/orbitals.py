"""Checks of the self-consistent field: are the orbitals eigenstates, and is the potential that of their density?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nuatom.atom.exchange import Electrons
from nuatom.atom.field import Atom, PointNucleus, Solution
from nuatom.atom.grid import Array
from nuatom.certificate.report import Check, Outcome, judge
from nuatom.elements import Shell
from nuatom.units import HARTREE, SPEED_OF_LIGHT_AU, eV

C = SPEED_OF_LIGHT_AU

# Orbitals found to 1e-12 of their energy overlap by about 1e-9; an overlap δ that S could feel, in the sum over
# final states, would be √(1e-3 of a small dipole strength) and larger.
OVERLAP = 1e-7
# Norm and charge are exact but for quadrature, which is good to 1e-9 on this grid.
ELECTRONS = 1e-8
# The iteration ends when r·V changes by less than 1e-8 Z; the remade potential may differ by a few of those.
POTENTIAL = 1e-7
# Of 2c² times the difference of P' and Q, formed here by finite differences in ninth-point formulas, 1e-6 of the
# binding energy is what is left for an exact orbital; an energy spread δE moves S by about δE/ε.
SPREAD = 1e-4
# Bound states are iterated to 1e-12; the radial step leaves 1e-10.
ONE_ELECTRON = 1e-9


def check_orbitals(atom: Atom) -> Outcome:
    """Orthonormality, energy spread, number of electrons, self-consistency; one electron also by its closed form.

    Args:
        atom: whose field is checked.
    """
    solution, shells = atom.solution, atom.calculated_shells
    checks = [_orthonormality(solution, shells), _electrons(atom), _energy_spread(solution, shells)]
    if atom.Z - atom.charge > 1:
        checks += [_self_consistency(atom), _far_field(atom)]
    elif isinstance(atom.nucleus, PointNucleus):
        checks.append(_sommerfeld(atom))
    return Outcome(tuple(checks))


def _orthonormality(solution: Solution, shells: tuple[Shell, ...]) -> Check:
    worst, where = 0.0, f"{shells[0].label} with itself"
    for i, first in enumerate(shells):
        for j, second in enumerate(shells[: i + 1]):
            if first.kappa != second.kappa:
                continue
            product = solution.P[i] * solution.P[j] + solution.Q[i] * solution.Q[j]
            off = abs(solution.grid.integrate(product) - (i == j))
            if not off <= worst:
                worst, where = off, f"{first.label} with {'itself' if i == j else second.label}"
    return judge(
        "orthonormal orbitals",
        f"largest |⟨i|j⟩ − δ_ij| of orbitals of one κ; {where}",
        worst,
        0.0,
        OVERLAP,
        "eigenstates of one hermitian operator",
    )


def _electrons(atom: Atom) -> Check:
    solution = atom.solution
    found = float(np.dot(_cloud(atom).density, solution.grid.dr))
    return judge(
        "number of electrons",
        "∫ of the density of all occupied orbitals",
        found,
        atom.Z - atom.charge,
        ELECTRONS,
        "normalisation, ∫(P²+Q²)dr = 1 in every subshell",
    )


def _energy_spread(solution: Solution, shells: tuple[Shell, ...]) -> Check:
    """√⟨(h − ε)²⟩ over |ε|, with derivatives by finite differences, so by other means than the solver's."""
    r, dr, V = solution.grid.r, solution.grid.dr, solution.potential
    # The potential has a kink where the Latter tail begins, wherever r·V crosses it, and the first points of an orbital
    # are a series and not integrated; difference formulas across either mean nothing.
    index = np.arange(r.size)
    crossings = np.flatnonzero(np.diff(solution.smooth > -solution.tail) & (r[1:] <= solution.latter * 1.01))
    kinks = np.append(crossings, np.searchsorted(r, solution.latter))
    away = np.all(np.abs(index - kinks[:, None]) > 12, axis=0) & (index > 12)
    spreads = []
    for i, shell in enumerate(shells):
        P, Q, energy = solution.P[i], solution.Q[i], solution.energies[i]
        upper = (V - energy) * P + C * (shell.kappa / r * Q - _derivative(Q) / dr)
        lower = (V - energy - 2 * C * C) * Q + C * (_derivative(P) / dr + shell.kappa / r * P)
        # Where the solver cuts the tail there is no orbital to speak of.
        present = away & (P**2 + Q**2 > 1e-12 * np.max(P**2 + Q**2))
        squared = np.where(present, upper**2 + lower**2, 0.0)
        spreads.append(float(np.sqrt(np.dot(squared, dr))) / abs(energy))
    worst = int(np.argmax(spreads))
    return judge(
        "energy spread",
        f"largest √⟨(h − ε)²⟩/|ε| of an orbital; {shells[worst].label}",
        spreads[worst],
        0.0,
        SPREAD,
        "an eigenstate has a sharp energy: the Dirac equation, differentiated numerically",
    )


def _self_consistency(atom: Atom) -> Check:
    """One more iteration: orbitals solved anew in the stored potential, and the potential of their density."""
    from nuatom.atom.dirac import bound_state

    solution = atom.solution
    grid = solution.grid
    P, Q = np.zeros_like(solution.P), np.zeros_like(solution.Q)
    for i, (shell, energy) in enumerate(zip(atom.calculated_shells, solution.energies, strict=True)):
        _, large, small, _, status = bound_state(
            shell.n, shell.kappa, energy * (1 + 1e-6), grid.r, grid.dr, solution.potential, 1e-12
        )
        # A field in which an orbital is not found is no field of this atom: it has no density there.
        if not status:
            P[i], Q[i] = large, small
    electrons = replace(_cloud(atom), P=P, Q=Q)
    weight = 1.0 if isinstance(atom.nucleus, PointNucleus) else atom.element.atomic_weight
    nuclear = atom.nucleus.potential(grid.r, atom.Z, weight)
    remade = solution.bounded(nuclear + electrons.hartree + atom.exchange.potential(electrons))
    difference = remade - solution.potential * grid.r
    place = int(np.argmax(np.abs(difference)))
    return judge(
        "self-consistency",
        f"largest change of r·V in one more iteration, over Z; at r = {solution.grid.r[place]:.3g} Bohr",
        float(np.abs(difference[place])) / atom.Z,
        0.0,
        POTENTIAL,
        "the potential is that of the density it makes",
    )


def _far_field(atom: Atom) -> Check:
    """Nucleus and electrons, seen from far away, are the charge of the ion."""
    solution = atom.solution
    enclosed = atom.Z + float(solution.smooth[-1] - atom.exchange.potential(_cloud(atom))[-1])
    return judge(
        "charge seen from afar",
        f"electrons enclosed at r = {solution.grid.r[-1]:.3g} Bohr, from r·V without exchange",
        enclosed,
        atom.Z - atom.charge,
        1e-6,  # r·V is iterated to 1e-8 Z
        "Gauss",
    )


def _sommerfeld(atom: Atom) -> Check:
    """One electron: the closed form of the Dirac energy."""
    (shell,) = atom.calculated_shells
    gamma = np.sqrt(shell.kappa**2 - (atom.Z / C) ** 2)
    effective = shell.n - abs(shell.kappa) + gamma
    x = (atom.Z / C / effective) ** 2
    # c²(1 − 1/√(1+x)) without cancellation.
    exact = C * C * x / (np.sqrt(1 + x) * (1 + np.sqrt(1 + x)))
    return judge(
        "energy of one electron",
        f"binding energy of {shell.label} in eV",
        -float(atom.solution.energies[0]) * HARTREE / eV,
        float(exact) * HARTREE / eV,
        ONE_ELECTRON,
        "A. Sommerfeld, Ann. Phys. 51 (1916) 1; C. G. Darwin, Proc. R. Soc. A 118 (1928) 654",
    )


def _cloud(atom: Atom) -> Electrons:
    solution = atom.solution
    return Electrons(solution.grid, atom.calculated_shells, solution.P, solution.Q)


def _derivative(values: Array) -> Array:
    """df/di for unit spacing, eighth order; zero at the ends, where orbitals vanish."""
    out = np.zeros_like(values)
    n = values.size
    for distance, weight in enumerate((4 / 5, -1 / 5, 4 / 105, -1 / 280), start=1):
        out[4:-4] += weight * (values[4 + distance : n - 4 + distance] - values[4 - distance : n - 4 - distance])
    return out

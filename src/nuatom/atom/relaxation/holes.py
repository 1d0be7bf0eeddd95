"""Self-consistent fields of an atom with one vacancy, and the energy of a configuration with any number of them.

Removing one electron from a shell (n, l) and solving anew gives relaxed orbitals for the decays of that vacancy and,
from how much deeper every other level lies, the interaction of two vacancies,

    U_ab = −ε_a(vacancy in b) + ε_a(neutral),      symmetrised.

To second order in the numbers h_a of vacancies a configuration then has the energy

    E(h) = Σ_a h_a B_a + ½ Σ_ab h_a (h_b − δ_ab) U_ab

above the neutral ground state.  It depends on the configuration alone, so that whatever way leads from one to another,
the energies emitted add up to the same.  That is Slater's transition state for one electron after another; terms of
third order, and the multiplets of open shells, are left out.

Source: J. C. Slater, Adv. Quantum Chem. 6 (1972) 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nuatom.atom.field import Atom, PointNucleus, Solution, self_consistent_field
from nuatom.atom.grid import Array
from nuatom.elements import Shell, configuration

_EMPTY = 1e-9
"""Electrons left in a shell that has lost its last one: potentials that divide by them still exist."""


@dataclass(frozen=True)
class HoleStates:
    """An atom and its ions with one vacancy.

    Attributes:
        shells: of the neutral atom.
        solutions: the field in which the decay of a vacancy in each shell is computed.
        interaction: U, shape (shell, shell) [Hartree].
    """

    shells: tuple[Shell, ...]
    solutions: tuple[Solution, ...]
    interaction: Array


def hole_states(atom: Atom) -> HoleStates:
    """The atom solved with one electron less in every (n, l), split between j = l ± ½ statistically.

    Raises:
        ValueError: for an ion.
        SelfConsistencyError: when an iteration does not converge.
    """
    if atom.charge:
        raise ValueError(f"relaxation is computed for neutral atoms, not for {atom.symbol} with charge {atom.charge}")
    shells = configuration(atom.Z)
    neutral = -atom.solution.energies
    if atom.Z == 1:
        return HoleStates(shells, (atom.solution,), np.zeros((1, 1)))
    weight = 1.0 if isinstance(atom.nucleus, PointNucleus) else atom.element.atomic_weight
    solved: dict[tuple[int, int], Solution] = {}
    for shell in shells:
        if (shell.n, shell.l) not in solved:
            ion = _without(shells, shell)
            found = self_consistent_field(atom.Z, ion, atom.exchange, atom.nucleus, weight, 1)
            solved[shell.n, shell.l] = found
    solutions = tuple(solved[shell.n, shell.l] for shell in shells)
    shift = np.array([-solution.energies - neutral for solution in solutions])
    return HoleStates(shells, solutions, (shift + shift.T) / 2)


def _without(shells: Sequence[Shell], lost: Shell) -> tuple[Shell, ...]:
    places = 4 * lost.l + 2
    return tuple(
        replace(s, occupancy=max(s.occupancy - s.degeneracy / places, _EMPTY)) if (s.n, s.l) == (lost.n, lost.l) else s
        for s in shells
    )

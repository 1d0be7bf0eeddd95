"""The rates of all decays of all single vacancies of an atom, computed once and kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.atom.relaxation import radiationless, radiative
from nuatom.atom.relaxation.holes import HoleStates, hole_states
from nuatom.elements import measured_edges
from nuatom.store import Store, Table, Variable
from nuatom.units import HARTREE

_VERSION = 3
"""Of the physics of this package, in the key of a stored table: raised when numbers change."""


@dataclass(frozen=True)
class Rates:
    """Decays of single vacancies, in atomic units.

    Attributes:
        interaction: U of two vacancies, shape (shell, shell).
        photon: initial vacancy, shell of the electron; shape (photon, 2).
        velocity, length: rates per electron in that shell, shape (photon,).
        electron: initial vacancy and the two final ones, shape (electron, 3).
        strength: rates for filled shells, shape (electron,).
    """

    interaction: Array
    photon: NDArray[np.int64]
    velocity: Array
    length: Array
    electron: NDArray[np.int64]
    strength: Array


def fetch_rates(atom: Atom, *, relaxed: bool) -> Rates:
    """The rates of an atom, from the store or computed.

    Args:
        atom: neutral.
        relaxed: whether a vacancy decays in the field of the ion that has it, or in that of the neutral atom.
    """
    parameters = {**atom.parameters, "relaxed": relaxed, "physics": _VERSION}
    return _from_table(Store().fetch("relaxation", parameters, lambda: _to_table(compute(atom, relaxed=relaxed))))


def compute(atom: Atom, *, relaxed: bool) -> Rates:
    """All rates of an atom, with measured edges for the energies where there are any."""
    states = hole_states(atom)
    shells = states.shells
    energies = _binding(atom)
    U = states.interaction
    photon: list[tuple[int, int]] = []
    electron: list[tuple[int, int, int]] = []
    velocity, length, strength = [], [], []
    for i in range(len(shells)):
        field = states.solutions[i] if relaxed else atom.solution
        outer = [f for f in range(len(shells)) if energies[f] < energies[i]]
        gaps = [float(energies[i] - energies[f]) for f in outer]
        found = radiative.rates(field, shells, i, outer, gaps)
        photon += [(i, f) for f in outer]
        velocity.append(found[0])
        length.append(found[1])
        channels = _channels(states, energies, U, i, outer)
        electron += [(i, channel.first, channel.second) for channel in channels]
        strength.append(radiationless.rates(field, shells, i, channels, energies[i] - energies))
    return Rates(
        U,
        np.array(photon, dtype=np.int64).reshape(-1, 2),
        np.concatenate(velocity),
        np.concatenate(length),
        np.array(electron, dtype=np.int64).reshape(-1, 3),
        np.concatenate(strength),
    )


def _binding(atom: Atom) -> Array:
    """Binding energies, measured where there are any [Hartree]."""
    edges = measured_edges(atom.Z)
    return np.array(
        [(edges[s.label].energy if s.label in edges else s.binding_energy) / HARTREE for s in atom.calculated_shells]
    )


def _channels(
    states: HoleStates, energies: Array, U: Array, i: int, outer: Sequence[int]
) -> list[radiationless.FinalPair]:
    """Pairs of outer vacancies that the energy of one in i is enough for."""
    found = []
    for place, b in enumerate(outer):
        for c in outer[place:]:
            energy = float(energies[i] - energies[b] - energies[c] - U[b, c])
            if energy > 0 and _electrons(states, b, c) > 1:
                found.append(radiationless.FinalPair(b, c, energy))
    return found


def _electrons(states: HoleStates, b: int, c: int) -> float:
    """How many there are to choose two of."""
    kinds = {(states.shells[n].n, states.shells[n].l) for n in (b, c)}
    return sum(shell.occupancy for shell in states.shells if (shell.n, shell.l) in kinds)


def _to_table(rates: Rates) -> Table:
    return Table(
        {
            "interaction": Variable(("shell", "other"), rates.interaction, "hartree", "energy of two vacancies"),
            "photon": Variable(("line", "pair"), rates.photon, "", "vacancy before and after, as places of shells"),
            "velocity": Variable(("line",), rates.velocity, "hartree", "radiative rates per electron"),
            "length": Variable(("line",), rates.length, "hartree", "the same in length form"),
            "electron": Variable(("channel", "triple"), rates.electron, "", "vacancy before and two after"),
            "strength": Variable(("channel",), rates.strength, "hartree", "radiationless rates, filled shells"),
        },
        {"version": _VERSION},
    )


def _from_table(table: Table) -> Rates:
    data = {name: np.asarray(variable.data) for name, variable in table.variables.items()}
    return Rates(
        data["interaction"], data["photon"], data["velocity"], data["length"], data["electron"], data["strength"]
    )

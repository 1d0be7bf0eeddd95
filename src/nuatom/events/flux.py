"""What a neutrino was that gave (T, Q): its energy, its flavour, and the part of the coupling that it scattered by.

    p(E, flavour, part | T, Q) ∝ φ(E) P(E) Σ_f w_f(E, T, Q) f(T, Q)

A continuum is drawn by rejection: E from φ P above the least energy that opens (T, Q), and accepted by the weights over
their largest value there.  Lines are few and drawn as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array, Function
from nuatom.neutrino import Coupling, Flavour
from nuatom.rates.flux import Probability, is_line
from nuatom.rates.weights import kinematic_limits
from nuatom.source import Component

_TABLE = 3000
_PROBE = 7
_MARGIN = 1.05
_ROUNDS = 1000


@dataclass(frozen=True)
class FluxAbove:
    """∫ φ P above E of a continuum, relative to others of the component; nothing of lines.

    Attributes:
        energies, above: E and the flux above it, shapes (table,).
    """

    energies: Array
    above: Array

    @staticmethod
    def of(component: Component, probability: Probability, least: float) -> FluxAbove:
        """That of a component, down to half an energy."""
        if is_line(component):
            return FluxAbove(np.zeros(1), np.zeros(1))
        low, high = component.shape.support
        low = max(low, least / 2)
        E = np.unique(np.concatenate([np.geomspace(low, high, _TABLE), np.linspace(low, high, _TABLE)]))
        density = np.concatenate([E, (E[1:] + E[:-1]) / 2])
        values = component.shape(density) * probability(density)
        at, between = values[: E.size], values[E.size :]
        pieces = np.diff(E) * (at[1:] + at[:-1] + 4 * between) / 6
        return FluxAbove(E, np.concatenate([np.cumsum(pieces[::-1])[::-1], [0.0]]))

    def __call__(self, energy: Array) -> Array:
        """What is above E."""
        return np.interp(energy, self.energies, self.above)

    def draw(self, least: Array, fraction: Array) -> Array:
        """E above the least, at fractions of what is above."""
        wanted = self(least) * (1 - fraction)
        # Ascending for interp: what is above falls with E.
        return np.maximum(np.interp(-wanted, -self.above, self.energies), least)


@dataclass(frozen=True)
class Species:
    """Neutrinos of one component that scatter alike.

    Attributes:
        coupling: one part of the coupling, for their flavour.
        probability: of the flavours that count.
        flavours: those, each with its own probability.
        massless: whether the lepton that leaves is massless.
        flux: above E.
    """

    coupling: Coupling
    probability: Probability
    flavours: tuple[tuple[Flavour, Probability], ...]
    massless: bool
    flux: FluxAbove

    def weight(self, energy: Array, transfer: Array, momentum: Array, ratios: Mapping[Function, Array]) -> Array:
        """Σ_f w_f f/S, zero where closed."""
        values = self.coupling.weights(energy, transfer, momentum).values
        total = sum((w * ratios[f] for f, w in values.items()), np.zeros(np.broadcast(energy, transfer).shape))
        if not self.massless:
            E, T, Q = (x.ravel() for x in np.broadcast_arrays(energy, transfer, momentum))
            limits = self.coupling.intervals(E, T)
            is_open = (limits[:, 0] < limits[:, -1]) & (limits[:, 0] <= Q) & (Q <= limits[:, -1])
            total = np.where(is_open.reshape(total.shape), total, 0.0)
        return np.maximum(total, 0.0)


def species(component: Component, coupling: Coupling, least: float, most: float) -> tuple[Species, ...]:
    """The kinds of neutrinos of a component, by what they couple with."""
    grouped: dict[Flavour | None, tuple[Coupling, list[tuple[Flavour, Probability]]]] = {}
    if component.masses and coupling.with_mass_state(0) is not None:
        raise ValueError(
            f"{component.name} arrives as mass states, and events have flavours: no events of moments of mass states"
        )
    for share in component.composition:
        own = coupling.with_flavour(share.flavour, component.antineutrino)
        key = None if own is coupling else share.flavour
        grouped.setdefault(key, (own, []))[1].append((share.flavour, share.probability))
    found = []
    probe = np.array([least, 0.5 * (least + most)])
    usual = np.stack([probe, 4 * most - probe], axis=-1)
    for own, flavours in grouped.values():
        parts = list(own.components().values())
        alike = all(
            np.array_equal(kinematic_limits(part, probe, most), kinematic_limits(parts[0], probe, most))
            for part in parts[1:]
        )
        for part in [own] if alike or not parts else parts:
            massless = bool(np.array_equal(kinematic_limits(part, probe, most), usual))
            total = Total(tuple(P for _, P in flavours))
            found.append(Species(part, total, tuple(flavours), massless, FluxAbove.of(component, total, least)))
    return tuple(found)


@dataclass(frozen=True)
class Total:
    """The sum of probabilities."""

    terms: tuple[Probability, ...]

    def __call__(self, energy: Array) -> Array:
        return np.asarray(sum((np.asarray(P(energy), dtype=float) for P in self.terms), np.zeros(np.shape(energy))))


@dataclass(frozen=True)
class Drawn:
    """Neutrinos of some events: energy [energy], species, and flavour, each of shape (n,)."""

    energy: Array
    species: NDArray[np.intp]
    flavour: NDArray[np.int8]


def draw(
    component: Component,
    kinds: tuple[Species, ...],
    transfer: Array,
    momentum: Array,
    ratios: Mapping[Function, Array],
    random: np.random.Generator,
) -> Drawn:
    """The neutrinos of events of one component.

    Args:
        component: of the source.
        kinds: its species.
        transfer, momentum: T and Q, shape (n,) [energy].
        ratios: structure functions over S, each of shape (n,).
        random: a generator.

    Raises:
        RuntimeError: if no energy is found that gives some event.
    """
    if is_line(component):
        energy, which = _from_lines(component, kinds, transfer, momentum, ratios, random)
    else:
        energy, which = _from_continuum(component, kinds, transfer, momentum, ratios, random)
    flavour = np.zeros(len(energy), dtype=np.int8)
    for s, kind in enumerate(kinds):
        own = which == s
        if own.any():
            flavour[own] = draw_flavours(kind.flavours, energy[own], random)
    return Drawn(energy, which, flavour)


def draw_flavours(
    flavours: tuple[tuple[Flavour, Probability], ...], energy: Array, random: np.random.Generator
) -> NDArray[np.int8]:
    """Flavours, each as probable as it is at its energy (n,)."""
    P = np.cumsum([np.broadcast_to(p(energy), energy.size) for _, p in flavours], axis=0)
    picked = (random.random(energy.size) * P[-1] >= P[:-1]).sum(axis=0)
    return np.asarray(np.array([f.value for f, _ in flavours], dtype=np.int8)[picked])


def _from_lines(
    component: Component,
    kinds: tuple[Species, ...],
    T: Array,
    Q: Array,
    ratios: Mapping[Function, Array],
    random: np.random.Generator,
) -> tuple[Array, NDArray[np.intp]]:
    lines, strength = component.shape.nodes(0.0)
    columns = []
    wide = {f: r[:, None] for f, r in ratios.items()}
    for kind in kinds:
        weight = kind.weight(lines[None, :], T[:, None], Q[:, None], wide)
        columns.append(weight * strength * kind.probability(lines))
    table = np.concatenate(columns, axis=1)
    # A momentum drawn beside the middle of its cell may be just closed: then the highest line has it.
    closed = table.sum(axis=1) <= 0
    table[closed, lines.size - 1 :: lines.size] = 1.0
    running = np.cumsum(table, axis=1)
    picked = (random.random(len(T))[:, None] * running[:, -1:] >= running[:, :-1]).sum(axis=1)
    return lines[picked % lines.size], picked // lines.size


def _from_continuum(
    component: Component,
    kinds: tuple[Species, ...],
    T: Array,
    Q: Array,
    ratios: Mapping[Function, Array],
    random: np.random.Generator,
) -> tuple[Array, NDArray[np.intp]]:
    most = component.shape.support[1]
    least = np.minimum((T + Q) / 2 * (1 + 1e-9), most * (1 - 1e-9))
    x = np.linspace(0.0, 1.0, _PROBE)
    # Evenly in 1/E, of which most weights are quadratic.
    probe = 1 / (1 / least[:, None] + x * (1 / most - 1 / least)[:, None])
    wide = {f: r[:, None] for f, r in ratios.items()}
    peaks = np.stack([kind.weight(probe, T[:, None], Q[:, None], wide).max(axis=1) for kind in kinds])
    peaks *= _MARGIN
    chances = np.cumsum(peaks * np.stack([kind.flux(least) for kind in kinds]), axis=0)
    energy, which = least.copy(), np.zeros(len(T), dtype=np.intp)
    (todo,) = np.nonzero(chances[-1] > 0)
    for _ in range(_ROUNDS):
        if not todo.size:
            return energy, which
        u = random.random((3, todo.size))
        chosen = (u[0] * chances[-1, todo] >= chances[:-1, todo]).sum(axis=0)
        accepted = np.zeros(todo.size, dtype=bool)
        for s, kind in enumerate(kinds):
            (own,) = np.nonzero(chosen == s)
            if not own.size:
                continue
            at = todo[own]
            E = kind.flux.draw(least[at], u[1, own])
            weight = kind.weight(E, T[at], Q[at], {f: r[at] for f, r in ratios.items()})
            good = u[2, own] * peaks[s, at] < weight
            accepted[own] = good
            energy[at[good]] = E[good]
            which[at[good]] = s
        todo = todo[~accepted]
    raise RuntimeError(f"no neutrino energy of {component.name} was accepted for {todo.size} events")

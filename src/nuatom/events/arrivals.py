"""Neutrinos that make atoms recoil: of one component of a source, with one kind of coupling.

For each nuclide dσ/dT is a function of T times one of E that is known,

    dσ/dT = s(T) (a + b/E + c/E²),
    1 − T/E − MT/2E²  where helicity is kept,      1/T − 1/E + T/4E²  where a moment flips it.

A heavy lepton of mass M_N in the place of the neutrino changes a, b and c (see `nuatom.coherent.recoil`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nuatom import coherent
from nuatom.coherent import Channel
from nuatom.events.flux import FluxAbove, Total
from nuatom.functions import Array
from nuatom.neutrino import Flavour
from nuatom.rates.flux import Probability, Tail, is_line
from nuatom.source import Component

_ROUNDS = 2000


@dataclass(frozen=True)
class Arrivals:
    """Neutrinos of one component that recoil alike.

    Attributes:
        index: of the component in the source.
        component: where they come from.
        channel: their coupling, either all that keeps helicity or one moment.
        flavours: those that count, with their probabilities.
        above: the tail of their flux.
        flux: the same, to draw from.
    """

    index: int
    component: Component
    channel: Channel
    flavours: tuple[tuple[Flavour, Probability], ...]
    above: Tail
    flux: FluxAbove

    def terms(self, mass: Array, transfer: Array) -> Array:
        """a, b and c, shape (3,) + transfer.shape."""
        M, T = mass, transfer
        if not self.channel.moment:
            return np.stack([np.ones_like(T), -T, -M * T / 2])
        X, M2 = 2 * M * T, self.channel.heavy_mass**2
        lost = M * T + M2 / 2
        c = 4 * X * lost**2 - M2 * (X + M2) * (4 * M**2 + X)
        return np.stack([16 * X * M**2, -16 * X * M * lost, c]) / (32 * T**2 * M**3)

    def kernel(self, mass: Array, transfer: Array, energy: Array) -> Array:
        """a + b/E + c/E², zero below the least energy; all of one shape."""
        a, b, c = self.terms(mass, transfer)
        value = a + (b + c / energy) / energy
        return np.where(energy >= self.least(mass, transfer), np.maximum(value, 0.0), 0.0)

    def least(self, mass: Array, transfer: Array) -> Array:
        """The least E that gives T."""
        M, T = mass, transfer
        return np.asarray((1 + self.channel.heavy_mass**2 / (2 * M * T)) * (T + np.sqrt(T * (T + 2 * M))) / 2)

    def draw(self, mass: Array, transfer: Array, random: np.random.Generator) -> Array:
        """E of events, shape (n,).

        Raises:
            RuntimeError: if none is found that gives some event.
        """
        if is_line(self.component):
            return self._draw_line(mass, transfer, random)
        top = self.component.shape.support[1]
        least = np.minimum(self.least(mass, transfer), top * (1 - 1e-9))
        most = self.kernel(mass, transfer, np.full(transfer.shape, top))
        energy = least.copy()
        (todo,) = np.nonzero((most > 0) & (self.flux(least) > 0))
        for _ in range(_ROUNDS):
            if not todo.size:
                return energy
            u = random.random((2, todo.size))
            E = self.flux.draw(least[todo], u[0])
            good = u[1] * most[todo] < self.kernel(mass[todo], transfer[todo], E)
            energy[todo[good]] = E[good]
            todo = todo[~good]
        raise RuntimeError(f"no neutrino energy of {self.component.name} was accepted for {todo.size} recoils")

    def _draw_line(self, mass: Array, transfer: Array, random: np.random.Generator) -> Array:
        lines, strength = self.component.shape.nodes(0.0)
        P = Total(tuple(p for _, p in self.flavours))(lines)
        table = self.kernel(mass[:, None], transfer[:, None], lines[None, :]) * (strength * P)
        # A transfer drawn beside the end of its cell may be just closed: then the highest line has it.
        table[table.sum(axis=1) <= 0, -1] = 1.0
        running = np.cumsum(table, axis=1)
        picked = (random.random(transfer.size)[:, None] * running[:, -1:] >= running[:, :-1]).sum(axis=1)
        return np.asarray(lines[picked], dtype=float)


def pieces(channel: Channel) -> tuple[Channel, ...]:
    """What keeps helicity and what flips it, which do not interfere."""
    keeps = replace(channel, moment=0.0, heavy_mass=0.0)
    flips = Channel(moment=channel.moment, heavy_mass=channel.heavy_mass)
    nothing = Channel(photon_mass=channel.photon_mass)
    return (*((keeps,) if keeps != nothing else ()), *((flips,) if channel.moment else ()))


def limits(mass: float, heavy_mass: float, energies: list[float], transfer: Array) -> set[float]:
    """The least and largest T with a heavy lepton at given energies, where they are inside of a grid of T."""
    from scipy.optimize import brentq

    least = np.asarray(coherent.least_energy(mass, transfer, heavy_mass))
    found: set[float] = set()
    for E in energies:

        def above(T: float, E: float = E) -> float:
            return float(coherent.least_energy(mass, T, heavy_mass)) - E

        (at,) = np.nonzero((least[1:] < E) != (least[:-1] < E))
        found |= {float(brentq(above, transfer[i], transfer[i + 1])) for i in at}
    return found

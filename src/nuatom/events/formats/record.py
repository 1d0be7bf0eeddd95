"""An event as a collision: who comes in, who goes out, and their four-momenta, which balance.

    ν(E, k) + atom(M, 0) → ν'(E − T, k − q) + electrons + photons + ion(M − n m + remaining, recoil)

n is the number of electrons that leave.  The ion's own kinetic energy, below an eV, is left out, which is why its mass
shell is missed by that much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nuatom.elements import Element, element
from nuatom.events.events import ELECTRON_CODE, Events
from nuatom.functions import Array
from nuatom.units import ELECTRON_MASS


@dataclass(frozen=True)
class Body:
    """One particle of a collision: PDG code, p and E, and mass [energy]."""

    code: int
    momentum: tuple[float, float, float, float]
    mass: float


@dataclass(frozen=True)
class Collision:
    """An event: neutrino and atom before, and all that leaves, the neutrino first and the ion last."""

    number: int
    weight: float
    before: tuple[Body, Body]
    after: tuple[Body, ...]
    line: bool


def nucleus_code(part: Element) -> int:
    """The PDG code of the nucleus with the mass number next to the mean weight, 10LZZZAAAI."""
    return 1_000_000_000 + 10_000 * part.Z + 10 * round(part.atomic_weight)


def collisions(chunk: Events, start: int) -> Iterator[Collision]:
    """The collisions of a chunk, numbered from a start."""
    parts = chunk.particles
    mass = np.where(parts.code == ELECTRON_CODE, ELECTRON_MASS, 0.0)
    size = np.sqrt(parts.energy * (parts.energy + 2 * mass))
    vectors = (size[:, None] * parts.direction).tolist()
    total, masses, codes = (parts.energy + mass).tolist(), mass.tolist(), parts.code.tolist()
    offsets = np.searchsorted(parts.event, np.arange(len(chunk) + 1)).tolist()
    before = (chunk.neutrino_energy[:, None] * chunk.incoming).tolist()
    after = (_left(chunk)[:, None] * chunk.outgoing).tolist()
    atoms = [element(label.split()[0]) for label in chunk.shells]
    known = [(nucleus_code(atom), float(atom.mass)) for atom in atoms]
    for i in range(len(chunk)):
        E, T = float(chunk.neutrino_energy[i]), float(chunk.transfer[i])
        code, M = known[chunk.shell[i]]
        inside = range(offsets[i], offsets[i + 1])
        electrons = sum(codes[j] == ELECTRON_CODE for j in inside)
        rest = M - electrons * ELECTRON_MASS + float(chunk.remaining[i])
        neutrino = int(chunk.neutrino[i])
        x, y, z = chunk.recoil[i].tolist()
        leaving = [Body(neutrino, (*after[i], E - T), 0.0)]
        leaving += [Body(codes[j], (*vectors[j], total[j]), masses[j]) for j in inside]
        yield Collision(
            number=start + i,
            weight=float(chunk.weight[i]),
            before=(Body(neutrino, (*before[i], E), 0.0), Body(code, (0.0, 0.0, 0.0, M), M)),
            after=(*leaving, Body(code, (x, y, z, rest), rest)),
            line=bool(chunk.line[i]),
        )


def _left(chunk: Events) -> Array:
    """|k'|, from k² + k'² − 2 k·k' = Q²: that of what is massless is E − T."""
    cosine = np.sum(chunk.incoming * chunk.outgoing, axis=1)
    E, Q = chunk.neutrino_energy, chunk.momentum
    inside = np.maximum(Q**2 - E**2 * (1 - cosine**2), 0.0)
    low, high = E * cosine - np.sqrt(inside), E * cosine + np.sqrt(inside)
    usual = E - chunk.transfer
    return np.asarray(np.where(np.abs(low - usual) < np.abs(high - usual), low, high))

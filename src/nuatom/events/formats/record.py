"""An event as a collision: who comes in, who goes out, and their four-momenta, which balance.

    ν(E, k) + atom(M, 0) → ν'(E − T, k − q) + electrons + photons + ion(M − n m + remaining, recoil)

n is the number of electrons that leave.  The ion's own kinetic energy, below an eV, is left out, which is why its mass
shell is missed by that much.  A coherent recoil is ν(E, k) + atom(M, 0) → ν'(E − T, k − q) + atom(M + T, q), exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nuatom.coherent import nuclides
from nuatom.elements import Element, element
from nuatom.events.events import ELECTRON_CODE, NUCLEAR, Events, nuclide_code
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
    recoil: bool


def nucleus_code(part: Element) -> int:
    """The PDG code of the nucleus with the mass number next to the mean weight, 10LZZZAAAI."""
    return nuclide_code(part.Z, round(part.atomic_weight))


def collisions(chunk: Events, start: int) -> Iterator[Collision]:
    """The collisions of a chunk, numbered from a start."""
    parts = chunk.particles
    known = [_struck(label) for label in chunk.shells]
    mass = np.where(parts.code == ELECTRON_CODE, ELECTRON_MASS, 0.0)
    whole = parts.origin == NUCLEAR
    mass[whole] = np.array([M for _, M in known])[chunk.shell[parts.event[whole]]]
    size = np.sqrt(parts.energy * (parts.energy + 2 * mass))
    vectors = (size[:, None] * parts.direction).tolist()
    total, masses, codes = (parts.energy + mass).tolist(), mass.tolist(), parts.code.tolist()
    offsets = np.searchsorted(parts.event, np.arange(len(chunk) + 1)).tolist()
    before = (chunk.neutrino_energy[:, None] * chunk.incoming).tolist()
    after = (_left(chunk)[:, None] * chunk.outgoing).tolist()
    is_whole = np.zeros(len(chunk), dtype=bool)
    is_whole[parts.event[whole]] = True
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
        if not is_whole[i]:
            leaving.append(Body(code, (x, y, z, rest), rest))
        yield Collision(
            number=start + i,
            weight=float(chunk.weight[i]),
            before=(Body(neutrino, (*before[i], E), 0.0), Body(code, (0.0, 0.0, 0.0, M), M)),
            after=tuple(leaving),
            line=bool(chunk.line[i]),
            recoil=bool(is_whole[i]),
        )


def _struck(label: str) -> tuple[int, float]:
    """Code and mass of the atom that a label is of: a shell, "Xe 4d5/2", or a nuclide, "Xe-132" [energy]."""
    name = label.split()[0]
    if "-" not in name:
        atom = element(name)
        return nucleus_code(atom), float(atom.mass)
    (kind,) = nuclides(name)
    return nuclide_code(kind.Z, kind.mass_number), kind.mass


def _left(chunk: Events) -> Array:
    """|k'|, from k² + k'² − 2 k·k' = Q²: that of what is massless is E − T."""
    cosine = np.sum(chunk.incoming * chunk.outgoing, axis=1)
    E, Q = chunk.neutrino_energy, chunk.momentum
    inside = np.maximum(Q**2 - E**2 * (1 - cosine**2), 0.0)
    low, high = E * cosine - np.sqrt(inside), E * cosine + np.sqrt(inside)
    usual = E - chunk.transfer
    return np.asarray(np.where(np.abs(low - usual) < np.abs(high - usual), low, high))

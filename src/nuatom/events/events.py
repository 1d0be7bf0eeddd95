"""Events: what happened, as flat arrays, and the particles that came out of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array

NEUTRINO_CODES = (12, 14, 16)
"""PDG codes of ν_e, ν_μ, ν_τ; those of antineutrinos are negative."""
ELECTRON_CODE, PHOTON_CODE = 11, 22
PRIMARY, RADIATIONLESS, RADIATIVE, NUCLEAR = 0, 1, 2, 3
"""Where a particle comes from: an electron hit by the neutrino, one or a photon from the filling of a vacancy, or an
atom that recoils as a whole."""


def nuclide_code(Z: int, mass_number: int) -> int:
    """The PDG code of a nucleus, 10LZZZAAA0."""
    return 1_000_000_000 + 10_000 * Z + 10 * mass_number


@dataclass(frozen=True)
class Particles:
    """Electrons and photons of many events, or atoms that recoil as a whole.

    Attributes:
        event: index of the event, ascending, shape (m,).
        code: PDG code, 11, 22 or that of a nucleus, shape (m,).
        origin: `PRIMARY`, `RADIATIONLESS`, `RADIATIVE` or `NUCLEAR`, shape (m,).
        energy: kinetic energy, shape (m,) [energy].
        direction: unit vectors, shape (m, 3).
    """

    event: NDArray[np.int64]
    code: NDArray[np.int32]
    origin: NDArray[np.int8]
    energy: Array
    direction: Array

    def __len__(self) -> int:
        return len(self.event)


@dataclass(frozen=True)
class Events:
    """Events of neutrinos on the electrons of a material, or on its atoms as a whole.

    What was deposited is all accounted for: transfer = the energies of the event's particles + ``remaining``, what the
    ion keeps.  The momentum that is not the particles' is the ion's, ``recoil``; its energy, far below an eV, is not
    counted.  Of coherent recoils the atom is the one particle, the shells are nuclides, and nothing else is left.

    Attributes:
        weight: 1, or the weight that undoes a bias, shape (n,).
        component: index into ``components``, shape (n,).
        neutrino: PDG code of the neutrino, shape (n,).
        neutrino_energy: E, shape (n,) [energy].
        transfer: T, shape (n,) [energy].
        momentum: Q, shape (n,) [energy].
        shell: index into ``shells`` of the shell that was hit, shape (n,).
        line: whether the electron stayed in a discrete level, shape (n,).
        incoming, outgoing: directions of the neutrino, shape (n, 3).
        charge: of the ion, shape (n,).
        remaining: energy of the ion above the ground state of the atom, shape (n,) [energy].
        recoil: momentum of the ion, shape (n, 3) [energy].
        particles: electrons and photons, or recoiling atoms.
        components, shells: names.
        metadata: of the run, which a rate is set from: ``total_rate_per_kg_day`` is that of all events, of which
            those of a selection are Σ weight (selected) / Σ weight (all generated); of a burst it is their number
            ``total_events_per_kg_burst``.
    """

    weight: Array
    component: NDArray[np.int32]
    neutrino: NDArray[np.int32]
    neutrino_energy: Array
    transfer: Array
    momentum: Array
    shell: NDArray[np.int32]
    line: NDArray[np.bool_]
    incoming: Array
    outgoing: Array
    charge: NDArray[np.int32]
    remaining: Array
    recoil: Array
    particles: Particles
    components: tuple[str, ...]
    shells: tuple[str, ...]
    metadata: Mapping[str, str | int | float]

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def electron_energy(self) -> Array:
        """Kinetic energy of all electrons of each event, shape (n,) [energy]."""
        return self._energy_of(ELECTRON_CODE)

    @property
    def photon_energy(self) -> Array:
        """Energy of all photons of each event, shape (n,) [energy]."""
        return self._energy_of(PHOTON_CODE)

    @property
    def nuclear_energy(self) -> Array:
        """Kinetic energy of an atom that recoils as a whole, shape (n,) [energy]; 0 where electrons were hit."""
        chosen = self.particles.origin == NUCLEAR
        return np.bincount(self.particles.event[chosen], self.particles.energy[chosen], len(self)).astype(float)

    def _energy_of(self, code: int) -> Array:
        chosen = self.particles.code == code
        return np.bincount(self.particles.event[chosen], self.particles.energy[chosen], len(self)).astype(float)

    def first(self, n: int) -> Events:
        """The first n events."""
        parts = self.particles
        m = int(np.searchsorted(parts.event, n))
        cut = {f.name: getattr(parts, f.name)[:m] for f in fields(parts)}
        own: dict[str, Any] = {name: getattr(self, name)[:n] for name in _per_event()}
        return replace(self, **own, particles=Particles(**cut))

    @staticmethod
    def joined(chunks: Sequence[Events]) -> Events:
        """All events of several chunks of one run, in their order."""
        first = np.cumsum([0, *(len(chunk) for chunk in chunks)])
        parts = {
            f.name: np.concatenate([getattr(chunk.particles, f.name) for chunk in chunks]) for f in fields(Particles)
        }
        parts["event"] = np.concatenate(
            [chunk.particles.event + offset for chunk, offset in zip(chunks, first[:-1], strict=True)]
        )
        own: dict[str, Any] = {}
        for name in _per_event():
            own[name] = np.concatenate([getattr(chunk, name) for chunk in chunks])
        return replace(chunks[0], **own, particles=Particles(**parts))


def _per_event() -> list[str]:
    apart = ("particles", "components", "shells", "metadata")
    return [f.name for f in fields(Events) if f.name not in apart]

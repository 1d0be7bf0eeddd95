"""EventGenerator: events drawn from the rates of a source, a coupling and a material.

First what happens, from the rates of `channels`: the component of the source, the shell and T, or a line.  Then Q, from
the measure of the atom averaged over the flux; then the neutrino that did it; then directions; then what the vacancy
emits.  Events come in chunks of a fixed number, each with random numbers of its own that follow from the seed and the
place of the chunk: whoever computes them, in whatever order, gets the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.atom.field import Atom
from nuatom.atom.relaxation.model import Relaxation
from nuatom.events import direction
from nuatom.events.channels import EventRates, tabulate
from nuatom.events.direction import ShellMomenta
from nuatom.events.events import (
    ELECTRON_CODE,
    NEUTRINO_CODES,
    PHOTON_CODE,
    PRIMARY,
    RADIATIONLESS,
    RADIATIVE,
    Events,
    Particles,
)
from nuatom.events.flux import Species, draw, species
from nuatom.events.metadata import metadata
from nuatom.events.momenta import CELLS, momentum_at
from nuatom.events.stream import CHUNK, Stream, check_bias, checked_limits, random_of, unit_vector
from nuatom.events.transfers import bias_factors, within
from nuatom.functions import Array
from nuatom.neutrino import Coupling
from nuatom.rates.flux import checked_components, endpoint
from nuatom.rates.material import Material, as_material
from nuatom.response.model import ResponseModel
from nuatom.scattering import require_coupling
from nuatom.source import Source
from nuatom.units import ELECTRON_MASS, keV

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class EventGenerator(Stream):
    """Draws events of a source on a material.

    Args:
        source: where neutrinos come from.
        coupling: what they couple with.
        material: what is hit; a single model stands for its element.
        lowest: least T; by default the lowest threshold of the material [energy].
        highest: largest T; by default what the source can give [energy].
        cascade: whether vacancies relax.  Atoms that are not made from an `Atom` do not: their ions keep the energy.
        bias: None, or "log" for as many events in every interval of ln T, with weights.
        toward: the direction neutrinos fly in, three numbers; by default they come from everywhere alike.

    Raises:
        ValueError: for what is no source, coupling or material, limits that leave nothing, a rate of zero, an unknown
            bias or a direction of no length.
    """

    source: Source
    coupling: Coupling
    material: Material
    lowest: float
    highest: float
    cascade: bool
    bias: str | None
    toward: tuple[float, float, float] | None

    def __init__(
        self,
        source: Source,
        coupling: Coupling,
        material: Material | ResponseModel,
        *,
        lowest: float | None = None,
        highest: float | None = None,
        cascade: bool = True,
        bias: str | None = None,
        toward: ArrayLike | None = None,
    ) -> None:
        require_coupling(coupling)
        target = as_material(material)
        most = endpoint(checked_components(source))
        least = min(shell.binding_energy for _, _, model in target.parts for shell in model.shells)
        if lowest is None and not least > 0:
            raise ValueError("lowest must be a transfer > 0: electrons without binding have no threshold of their own")
        low, high = checked_limits("transfer", least if lowest is None else lowest, highest, most)
        check_bias(bias)
        for name, value in (
            ("source", source), ("coupling", coupling), ("material", target), ("lowest", low), ("highest", high),
            ("cascade", bool(cascade)), ("bias", bias), ("toward", unit_vector(toward)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    # --- what is drawn from --------------------------------------------------------------------------

    @cached_property
    def channels(self) -> EventRates:
        """The rates of all that can happen.

        Raises:
            ValueError: if nothing can.
        """
        found = tabulate(self.source, self.coupling, self.material, self.lowest, self.highest)
        if not found.total > 0:
            raise ValueError(
                f"{self.source.name} on {self.material.formula} gives no event between lowest = "
                f"{self.lowest / keV:g} keV and highest = {self.highest / keV:g} keV"
            )
        return found

    @property
    def total_rate(self) -> float:
        """The rate of all events [1/(mass time)]."""
        return self.channels.total

    @cached_property
    def metadata(self) -> dict[str, str | int | float]:
        """What the events are of, and their rate."""
        return metadata(
            source=self.source,
            coupling=self.coupling,
            target=self.material.target,
            flux=self._flux,
            rate=self.total_rate,
            limits=(self.lowest, self.highest),
            bias=self.bias,
            model=", ".join(repr(model) for _, _, model in self.material.parts),
            cascade=int(self.cascade),
        )

    @cached_property
    def _tables(self) -> tuple[Array, Array, Array]:
        """Running probability of all channels, and the weights of cells of T and of lines."""
        channels = self.channels
        rate = channels.rate
        factor = bias_factors(channels.nodes, rate, self.bias)
        chances = np.concatenate([(rate * factor).ravel(), channels.line_rate.ravel()])
        running = np.cumsum(chances)
        weight = np.divide(1.0, factor, out=np.zeros_like(factor), where=factor > 0)
        return running / running[-1], weight, np.ones(channels.line_transfer.size)

    @cached_property
    def _species(self) -> tuple[tuple[Species, ...], ...]:
        return tuple(species(c, self.coupling, self.lowest, self._most) for c in self.channels.components)

    @property
    def _flux(self) -> float:
        return sum(component.flux for component in self.channels.components)

    @property
    def _most(self) -> float:
        return endpoint(self.channels.components)

    @cached_property
    def _atoms(self) -> tuple[Atom | None, ...]:
        return tuple(_atom_of(model) for _, _, model in self.material.parts)

    @cached_property
    def _relaxations(self) -> tuple[Relaxation | None, ...]:
        return tuple(
            Relaxation(atom) if atom is not None and self.cascade and not atom.charge else None for atom in self._atoms
        )

    @cached_property
    def _binding(self) -> Array:
        """Of every shell of the material."""
        return np.array([s.binding_energy for _, _, model in self.material.parts for s in model.shells])

    @cached_property
    def _momenta(self) -> tuple[ShellMomenta, ...]:
        """Of every shell of the material."""
        from nuatom.response.impulse import all_moments

        found = []
        for atom, (_, _, model) in zip(self._atoms, self.material.parts, strict=True):
            if atom is not None:
                every = all_moments(atom.solution, atom.calculated_shells)
                found += [ShellMomenta.of(m, s.l) for m, s in zip(every, model.shells, strict=True)]
            else:
                nothing = np.zeros(0)
                found += [
                    ShellMomenta(float(np.sqrt(2 * ELECTRON_MASS * s.binding_energy)), s.l, nothing, nothing)
                    for s in model.shells
                ]
        return tuple(found)

    # --- drawing -------------------------------------------------------------------------------------

    def chunk(self, index: int, seed: int = 1) -> Events:
        """The chunk at a place, which depends on that and the seed alone: `CHUNK` events."""
        random = random_of(index, seed)
        channels = self.channels
        component, shell, T, row, weight, line = self._happened(random)
        Q, ratios = self._momentum(random, T, row, component)
        energy, part, flavour = np.empty(CHUNK), np.empty(CHUNK, dtype=np.intp), np.empty(CHUNK, dtype=np.int8)
        for c, kinds in enumerate(self._species):
            (own,) = np.nonzero(component == c)
            if own.size:
                drawn = draw(
                    channels.components[c], kinds, T[own], Q[own], {f: r[own] for f, r in ratios.items()}, random
                )
                energy[own], part[own], flavour[own] = drawn.energy, drawn.species, drawn.flavour
        sign = np.array([-1 if c.antineutrino else 1 for c in channels.components])[component]
        incoming, outgoing, push = self._directions(random, component, part, energy, T, Q)
        ejected = self._electrons(random, shell, T, Q, push)
        remaining, charge, particles, momentum = self._particles(random, shell, T, line, ejected)
        return Events(
            weight=weight,
            component=component.astype(np.int32),
            neutrino=(sign * np.array(NEUTRINO_CODES)[flavour]).astype(np.int32),
            neutrino_energy=energy,
            transfer=T,
            momentum=Q,
            shell=shell.astype(np.int32),
            line=line,
            incoming=incoming,
            outgoing=outgoing,
            charge=charge,
            remaining=remaining,
            recoil=Q[:, None] * push - momentum,
            particles=particles,
            components=tuple(c.name for c in channels.components),
            shells=channels.shells,
            metadata=self.metadata | {"seed": int(seed)},
        )

    def _happened(self, random: np.random.Generator) -> tuple[Ints, Ints, Array, Ints, Array, NDArray[np.bool_]]:
        """Component, shell, T, row of the momenta, weight, and whether it is a line."""
        channels = self.channels
        running, of_cell, of_line = self._tables
        u = random.random((3, CHUNK))
        picked = np.minimum(np.searchsorted(running, u[0], side="right"), running.size - 1)
        continuum = channels.rate.size
        line = picked >= continuum
        component, shell, cell = np.unravel_index(np.where(line, 0, picked), channels.rate.shape)
        nodes, density = channels.nodes, channels.density
        ends = density[component, shell, cell], density[component, shell, cell + 1]
        # A cell across an edge begins just below it.
        T = np.maximum(within(nodes[cell], nodes[cell + 1], *ends, u[1]), self._binding[shell])
        # The node whose momenta are taken: one of the two beside, the nearer more often, and none below threshold.
        along = np.log(T / nodes[cell]) / np.log(nodes[cell + 1] / nodes[cell])
        node = np.maximum(cell + (u[2] < along), channels.first_node[shell])
        row = channels.first_row[shell] + node
        weight = of_cell[cell]
        if line.any():
            which, member = picked[line] - continuum, channels.line_transfer.size
            component[line], at = which // member, which % member
            shell[line] = channels.line_shell[at]
            T[line] = channels.line_transfer[at]
            row[line] = channels.first_line + at
            weight[line] = of_line[at]
        return component, shell, T, row, weight, line

    def _momentum(
        self, random: np.random.Generator, T: Array, row: Ints, component: Ints
    ) -> tuple[Array, dict[Any, Array]]:
        """Q, and the structure functions there to a common unit."""
        channels = self.channels
        u = random.random((2, CHUNK))
        at = row * len(channels.components) + component
        place = np.searchsorted(channels.running, at + u[0], side="right")
        cell = np.clip(place - at * CELLS, 0, CELLS - 1)
        low, high = channels.cells.edges[row, cell], channels.cells.edges[row, cell + 1]
        y = low + (high - low) * u[1]
        Q = momentum_at(T, y)
        # Inside the cell it may be just beyond what the component can give.
        top = np.array([2 * c.shape.support[1] for c in channels.components])[component] - T
        Q = np.clip(Q, T * (1 + 1e-9), np.maximum(top * (1 - 1e-9), T * (1 + 1e-9)))
        values = {f: v[row, cell] for f, v in channels.cells.strengths.items()}
        scale = np.maximum(np.max(np.abs(list(values.values())), axis=0), 1e-300)
        return Q, {f: v / scale for f, v in values.items()}

    def _directions(
        self, random: np.random.Generator, component: Ints, part: Ints, E: Array, T: Array, Q: Array
    ) -> tuple[Array, Array, Array]:
        """Of the neutrino before and after, and of q."""
        u = random.random((3, CHUNK))
        incoming = (
            direction.isotropic(u[0], u[1]) if self.toward is None else np.tile(np.array(self.toward), (CHUNK, 1))
        )
        after = E - T
        for c, kinds in enumerate(self._species):
            for s, kind in enumerate(kinds):
                if not kind.massless:
                    own = (component == c) & (part == s)
                    limits = kind.coupling.intervals(E[own], T[own])
                    after[own] = (limits[:, -1] - limits[:, 0]) / 2
        push = direction.around(incoming, direction.transfer_cosine(E, after, Q), u[2])
        left = E[:, None] * incoming - Q[:, None] * push
        return incoming, left / np.linalg.norm(left, axis=1, keepdims=True), push

    def _electrons(self, random: np.random.Generator, shell: Ints, T: Array, Q: Array, push: Array) -> Array:
        """Directions of the electrons that were hit."""
        u = random.random((3, CHUNK))
        cosine = np.empty(CHUNK)
        for i in np.unique(shell):
            own = shell == i
            cosine[own] = direction.electron_cosine(self._momenta[i], T[own], Q[own], u[:2, own])
        return direction.around(push, cosine, u[2])

    def _particles(
        self, random: np.random.Generator, shell: Ints, T: Array, line: NDArray[np.bool_], ejected: Array
    ) -> tuple[Array, NDArray[np.int32], Particles, Array]:
        """Energy left, charge, particles, and their momentum."""
        channels = self.channels
        binding = self._binding
        first = np.concatenate([np.arange(len(model.shells)) for _, _, model in self.material.parts])
        kinetic = np.where(line, 0.0, T - binding[shell])
        remaining, charge = T - kinetic, (~line).astype(np.int32)
        (free,) = np.nonzero(~line)
        owner, code, origin = [free], [np.full(free.size, ELECTRON_CODE)], [np.full(free.size, PRIMARY)]
        energy, vectors = [kinetic[free]], [ejected[free]]
        for e, relaxation in enumerate(self._relaxations):
            (own,) = np.nonzero(channels.element[shell] == e)
            if relaxation is None or not own.size:
                continue
            found = relaxation.cascades(first[shell[own]], random)
            owner.append(own[found.owner])
            code.append(np.where(found.is_photon, PHOTON_CODE, ELECTRON_CODE))
            origin.append(np.where(found.is_photon, RADIATIVE, RADIATIONLESS))
            energy.append(found.energy)
            u = random.random((2, found.energy.size))
            vectors.append(direction.isotropic(u[0], u[1]))
            # What an excited electron is bound by stays: T − B of a line is below zero.
            remaining[own] += found.remaining - binding[shell[own]]
            charge[own] += (found.charge - 1).astype(np.int32)
        order = np.argsort(np.concatenate(owner), kind="stable")
        particles = Particles(
            np.concatenate(owner)[order].astype(np.int64),
            np.concatenate(code)[order].astype(np.int32),
            np.concatenate(origin)[order].astype(np.int8),
            np.concatenate(energy)[order],
            np.concatenate(vectors)[order],
        )
        mass = np.where(particles.code == ELECTRON_CODE, ELECTRON_MASS, 0.0)
        size = np.sqrt(particles.energy * (particles.energy + 2 * mass))
        momentum = np.stack(
            [np.bincount(particles.event, size * particles.direction[:, k], CHUNK) for k in range(3)], axis=-1
        )
        return remaining, charge, particles, np.asarray(momentum, dtype=float)


def generate(
    source: Source,
    coupling: Coupling,
    material: Material | ResponseModel,
    n: int,
    seed: int = 1,
    **options: Any,
) -> Events:
    """n events of a source on a material; `EventGenerator` has the options, and gives them in chunks.

    Args:
        source, coupling, material: as for `rate_spectrum`.
        n: how many, ≥ 1.
        seed: of the random numbers; the first events of more are the same.
        options: lowest, highest, cascade, bias and toward of `EventGenerator`.

    Raises:
        ValueError: as `EventGenerator`.
    """
    return EventGenerator(source, coupling, material, **options).sample(n, seed)


def _atom_of(model: ResponseModel) -> Atom | None:
    """The atom a model was made from, or that of the model that it puts into matter."""
    found = getattr(model, "atom", None)
    if isinstance(found, Atom):
        return found
    inner = getattr(model, "model", None)
    return None if inner is None or inner is model else _atom_of(inner)

"""RecoilGenerator: events in which a whole atom recoils, drawn from the rates of `nuatom.coherent`.

For every kind of neutrino that arrives, and every nuclide, dσ/dT is a function of T times one of E that is known (see
`arrivals`), so that T is drawn from dR/dT and E, given T, by rejection: the second factor is largest at the largest E.
With a lepton of mass M_N after, 0 for a neutrino, all else follows:

    q² = T² + 2MT,      cos(k, q) = (k² + q² − k'²)/2kq,      k'² = (E − T)² − M_N².
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hepunits.constants import Avogadro
from numpy.typing import ArrayLike, NDArray

from nuatom import coherent
from nuatom.coherent import Channel, FormFactor, Helm, Nuclide
from nuatom.elements import ATOMIC_MASS_UNIT, Element
from nuatom.events import direction
from nuatom.events.arrivals import Arrivals, limits, pieces
from nuatom.events.events import NEUTRINO_CODES, NUCLEAR, Events, Particles, nuclide_code
from nuatom.events.flux import FluxAbove, Total, draw_flavours
from nuatom.events.metadata import metadata
from nuatom.events.stream import CHUNK, Stream, check_bias, checked_limits, random_of, unit_vector
from nuatom.events.transfers import bias_factors, cell_rates, first_nodes, refined, within
from nuatom.functions import Array
from nuatom.neutrino import Coupling, Flavour
from nuatom.rates.flux import Probability, checked_components, endpoint, is_line, tail
from nuatom.rates.material import Material
from nuatom.scattering import require_coupling
from nuatom.source import Component, Source
from nuatom.targets import Target, target
from nuatom.units import eV, g, keV

LEAST = 1 * eV
"""Below it atoms are bound in matter, and do not recoil as if they were free."""
_HELM = Helm()
_BEYOND = 5.0
"""Energy over the largest of the source at which s is found: above all thresholds."""
_GOAL = 3e-6
"""Of the rate of all recoils, what halving a cell of T may change."""
_GRID = 400
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class RecoilRates:
    """Rates of recoils, by kind of neutrino and nuclide.

    Attributes:
        nodes: T, shape (node,) [energy].
        density: dR/dT, shape (kind, nuclide, node) [1/(mass time energy)].
        rate: in each cell, shape (kind, nuclide, node − 1) [1/(mass time)].
    """

    nodes: Array
    density: Array
    rate: Array


@dataclass(frozen=True)
class RecoilGenerator(Stream):
    """Draws coherent recoils of the atoms of a target: no electron leaves, and nothing is excited.

    The atom that recoils is the event's one particle, with its code 10LZZZAAA0, its kinetic energy T and its direction;
    the names of nuclides stand in the place of shells.  Kinematics are exact, those of two bodies.

    Args:
        source: where neutrinos come from.
        coupling: what they couple with; see `nuatom.coherent`.
        target: as for `nuatom.target`, or a `Material`, whose models do not matter here.
        lowest: least T; by default 1 eV, below which atoms are bound in matter [energy].
        highest: largest T; by default what the source can give [energy].
        electrons: scatter off neutral atoms; False leaves bare nuclei.
        nucleus: form factor of the nucleus.
        bias: None, or "log" for as many events in every interval of ln T, with weights.
        toward: the direction neutrinos fly in, three numbers; by default they come from everywhere alike.

    Raises:
        ValueError: for what is no source, coupling or target, limits that leave nothing, a rate of zero, an unknown
            bias or a direction of no length.
    """

    source: Source
    coupling: Coupling
    target: Target
    lowest: float
    highest: float
    electrons: bool
    nucleus: FormFactor
    bias: str | None
    toward: tuple[float, float, float] | None

    def __init__(
        self,
        source: Source,
        coupling: Coupling,
        target: str | int | Element | Target | Material,
        *,
        lowest: float | None = None,
        highest: float | None = None,
        electrons: bool = True,
        nucleus: FormFactor = _HELM,
        bias: str | None = None,
        toward: ArrayLike | None = None,
    ) -> None:
        require_coupling(coupling)
        what = _target(target)
        lightest = min(kind.mass for kind in coherent.nuclides(what))
        E = endpoint(checked_components(source))
        most = 2 * E**2 / (lightest + 2 * E)
        low, high = checked_limits("recoil", LEAST if lowest is None else lowest, highest, most)
        check_bias(bias)
        if isinstance(nucleus, type) or not callable(nucleus):
            raise ValueError(f"the nucleus has a form factor, such as Helm() or PointLike(), got {nucleus!r}")
        for name, value in (
            ("source", source), ("coupling", coupling), ("target", what), ("lowest", low), ("highest", high),
            ("electrons", bool(electrons)), ("nucleus", nucleus), ("bias", bias), ("toward", unit_vector(toward)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    # --- what is drawn from --------------------------------------------------------------------------

    @cached_property
    def nuclides(self) -> tuple[Nuclide, ...]:
        """The kinds of atoms in the target."""
        return coherent.nuclides(self.target)

    @cached_property
    def channels(self) -> RecoilRates:
        """The rates of all recoils.

        Raises:
            ValueError: if there are none, or as `nuatom.coherent.cross_section`.
        """
        nodes, density = refined(self._density, self._nodes(), _GOAL)
        rate = cell_rates(nodes[:-1], nodes[1:], density[..., :-1], density[..., 1:])
        if not rate.sum() > 0:
            raise ValueError(
                f"{self.source.name} gives no recoil of {self.target.formula} between lowest = "
                f"{self.lowest / keV:g} keV and highest = {self.highest / keV:g} keV"
            )
        return RecoilRates(nodes, density, rate)

    @property
    def total_rate(self) -> float:
        """The rate of all events [1/(mass time)]."""
        return float(self.channels.rate.sum())

    @cached_property
    def metadata(self) -> dict[str, str | int | float]:
        """What the events are of, and their rate."""
        return metadata(
            source=self.source,
            coupling=self.coupling,
            target=self.target,
            flux=sum(component.flux for component in self._components),
            rate=self.total_rate,
            limits=(self.lowest, self.highest),
            bias=self.bias,
            model=f"recoils of {'neutral atoms' if self.electrons else 'bare nuclei'}, {self.nucleus!r}",
        )

    @property
    def _components(self) -> tuple[Component, ...]:
        return checked_components(self.source)

    @cached_property
    def _kinds(self) -> tuple[Arrivals, ...]:
        lightest = min(n.mass for n in self.nuclides)
        least = (self.lowest + float(coherent.momentum(lightest, self.lowest))) / 2
        found = []
        for index, component in enumerate(self._components):
            grouped: dict[tuple[Channel, ...], list[tuple[Flavour, Probability]]] = {}
            for share in component.composition:
                own = coherent.channels(self.coupling.with_flavour(share.flavour, component.antineutrino))
                grouped.setdefault(own, []).append((share.flavour, share.probability))
            for channels, flavours in grouped.items():
                total = Total(tuple(P for _, P in flavours))
                above, flux = tail(component, total, least), FluxAbove.of(component, total, least)
                for channel in (piece for part in channels for piece in pieces(part)):
                    found.append(Arrivals(index, component, channel, tuple(flavours), above, flux))
        return tuple(found)

    def _nodes(self) -> Array:
        """Nodes to begin with, at both sides of where the spectra of components and lines end."""
        ends = [float(E) for c in self._components if is_line(c) for E in c.shape.nodes(0.0)[0]]
        ends += [component.shape.support[1] for component in self._components]
        steps = {2 * E**2 / (n.mass + 2 * E) for E in ends for n in self.nuclides}
        for mass in {kind.channel.heavy_mass for kind in self._kinds} - {0.0}:
            for n in self.nuclides:
                steps |= limits(n.mass, mass, ends, np.geomspace(self.lowest, self.highest, _GRID))
        return first_nodes(self.lowest, self.highest, sorted(steps))

    def _density(self, transfer: Array) -> Array:
        """dR/dT, shape (kind, nuclide, nT)."""
        far = _BEYOND * endpoint(self._components)
        per_mass = float(Avogadro) / (sum(n.count * n.mass for n in self.nuclides) / ATOMIC_MASS_UNIT * g)
        strength: dict[tuple[Channel, int], Array] = {}
        out = np.zeros((len(self._kinds), len(self.nuclides), transfer.size))
        for k, kind in enumerate(self._kinds):
            for n, nuclide in enumerate(self.nuclides):
                mass = np.full(transfer.shape, nuclide.mass)
                if (kind.channel, n) not in strength:
                    found = coherent.cross_section(
                        kind.channel, nuclide_name(nuclide), far, transfer, self.electrons, nucleus=self.nucleus
                    )
                    known = kind.kernel(mass, transfer, np.full(transfer.shape, far))
                    strength[kind.channel, n] = found / np.where(known > 0, known, np.inf)
                least = kind.least(mass, transfer)
                average = np.einsum("kt,kt->t", kind.terms(mass, transfer), kind.above(least))
                out[k, n] = np.maximum(average, 0.0) * strength[kind.channel, n] * (nuclide.count * per_mass)
        return out

    @cached_property
    def _tables(self) -> tuple[Array, Array]:
        """Running probability of all cells, and the weights of cells of T."""
        factor = bias_factors(self.channels.nodes, self.channels.rate, self.bias)
        running = np.cumsum(self.channels.rate * factor)
        return running / running[-1], np.divide(1.0, factor, out=np.zeros_like(factor), where=factor > 0)

    # --- drawing -------------------------------------------------------------------------------------

    def chunk(self, index: int, seed: int = 1) -> Events:
        """The chunk at a place, which depends on that and the seed alone: `CHUNK` events."""
        random = random_of(index, seed)
        kind, nuclide, T, weight = self._happened(random)
        mass = np.array([n.mass for n in self.nuclides])[nuclide]
        energy, flavour = np.empty(CHUNK), np.empty(CHUNK, dtype=np.int8)
        for k, one in enumerate(self._kinds):
            (own,) = np.nonzero(kind == k)
            if own.size:
                energy[own] = one.draw(mass[own], T[own], random)
                flavour[own] = draw_flavours(one.flavours, energy[own], random)
        component = np.array([one.index for one in self._kinds])[kind]
        sign = np.array([-1 if c.antineutrino else 1 for c in self._components])[component]
        heavy = np.array([one.channel.heavy_mass for one in self._kinds])[kind]
        Q = np.sqrt(T * (T + 2 * mass))
        after = np.sqrt(np.maximum((energy - T - heavy) * (energy - T + heavy), 0.0))
        u = random.random((3, CHUNK))
        incoming = (
            direction.isotropic(u[0], u[1]) if self.toward is None else np.tile(np.array(self.toward), (CHUNK, 1))
        )
        push = direction.around(incoming, direction.transfer_cosine(energy, after, Q), u[2])
        left = energy[:, None] * incoming - Q[:, None] * push
        codes = np.array([nuclide_code(n.Z, n.mass_number) for n in self.nuclides])
        return Events(
            weight=weight,
            component=component.astype(np.int32),
            neutrino=(sign * np.array(NEUTRINO_CODES)[flavour]).astype(np.int32),
            neutrino_energy=energy,
            transfer=T,
            momentum=Q,
            shell=nuclide.astype(np.int32),
            line=np.zeros(CHUNK, dtype=bool),
            incoming=incoming,
            outgoing=left / np.linalg.norm(left, axis=1, keepdims=True),
            charge=np.zeros(CHUNK, dtype=np.int32),
            remaining=np.zeros(CHUNK),
            recoil=np.zeros((CHUNK, 3)),
            particles=Particles(
                np.arange(CHUNK), codes[nuclide].astype(np.int32), np.full(CHUNK, NUCLEAR, dtype=np.int8), T, push
            ),
            components=tuple(c.name for c in self._components),
            shells=tuple(nuclide_name(n) for n in self.nuclides),
            metadata=self.metadata | {"seed": int(seed)},
        )

    def _happened(self, random: np.random.Generator) -> tuple[Ints, Ints, Array, Array]:
        """Kind of neutrino, nuclide, T and weight."""
        nodes, density, rate = self.channels.nodes, self.channels.density, self.channels.rate
        running, weights = self._tables
        u = random.random((2, CHUNK))
        picked = np.minimum(np.searchsorted(running, u[0], side="right"), running.size - 1)
        kind, nuclide, cell = np.unravel_index(picked, rate.shape)
        ends = density[kind, nuclide, cell], density[kind, nuclide, cell + 1]
        T = within(nodes[cell], nodes[cell + 1], *ends, u[1])
        return kind, nuclide, T, weights[cell]


def generate_recoils(
    source: Source,
    coupling: Coupling,
    target: str | int | Element | Target | Material,
    n: int,
    seed: int = 1,
    **options: Any,
) -> Events:
    """n coherent recoils; `RecoilGenerator` has the options, and gives them in chunks.

    Args:
        source, coupling, target: as for `nuclear_rate_spectrum`.
        n: how many, ≥ 1.
        seed: of the random numbers; the first events of more are the same.
        options: lowest, highest, electrons, nucleus, bias and toward of `RecoilGenerator`.

    Raises:
        ValueError: as `RecoilGenerator`.
    """
    return RecoilGenerator(source, coupling, target, **options).sample(n, seed)


def nuclide_name(kind: Nuclide) -> str:
    """As "Xe-132"."""
    return f"{kind.element.symbol}-{kind.mass_number}"


def _target(what: str | int | Element | Target | Material) -> Target:
    return what.target if isinstance(what, Material) else target(what)

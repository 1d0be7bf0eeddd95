"""What can happen, and how often: for each component and shell the rate in cells of T, and the lines.

Nodes in T (see `transfers`) lie at both sides of every threshold, and where the spectrum of a free electron ends, as
dense as resonances ask for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.events.momenta import CELLS, Cells, Largest, of_lines, of_measure, probabilities
from nuatom.events.transfers import cell_rates, first_nodes, refined
from nuatom.functions import Array, Function
from nuatom.neutrino import Coupling
from nuatom.neutrino.coupling import joined_intervals
from nuatom.rates.electrons import rate_by_component, rate_spectrum
from nuatom.rates.flux import checked_components, endpoint, is_line
from nuatom.rates.material import Material
from nuatom.rates.spectrum import RateSpectrum
from nuatom.rates.weights import Beam, beams
from nuatom.response.model import Lines, ResponseModel
from nuatom.source import Component, Source
from nuatom.units import ELECTRON_MASS

_GOAL = 3e-5
"""Of the rate of all events, what halving a cell of T may change."""
_LEAST_LINE = 1e-9
"""Of the rate of all events, below which a line is left out."""
_MEASURED = 64


@dataclass(frozen=True)
class EventRates:
    """Rates of everything that can happen, and the momenta that come with it.

    Continua come first, cell by cell: their index is (component · shells + shell) · cells + cell of T.

    Attributes:
        components: of the source.
        nodes: T, shape (node,) [energy].
        density: dR/dT, shape (component, shell, node) [1/(mass time energy)].
        rate: of the continuum in each cell, shape (component, shell, node − 1) [1/(mass time)].
        line_rate: shape (component, line) [1/(mass time)].
        line_transfer: T of the lines, shape (line,) [energy].
        line_shell: the shell that loses the electron, shape (line,).
        line_final: the level excited to, one per line.
        cells: momenta, shells at nodes first, shell by shell, then the lines.
        first_row: row in cells of node 0 of each shell, shape (shell,); rows begin at its first open node.
        first_node: first open node of each shell, shape (shell,).
        first_line: row of the first line.
        running: running probability of cells, from its own index to that plus one for each row and component, shape
            (row · component · CELLS,).
        shells: "Xe 4d5/2" and so on.
        element: index into the parts of the material of each shell, shape (shell,).
    """

    components: tuple[Component, ...]
    nodes: Array
    density: Array
    rate: Array
    line_rate: Array
    line_transfer: Array
    line_shell: NDArray[np.intp]
    line_final: tuple[str, ...]
    cells: Cells
    first_row: NDArray[np.intp]
    first_node: NDArray[np.intp]
    first_line: int
    running: Array
    shells: tuple[str, ...]
    element: NDArray[np.intp]

    @property
    def total(self) -> float:
        """The rate of all events [1/(mass time)]."""
        return float(self.rate.sum() + self.line_rate.sum())


def tabulate(source: Source, coupling: Coupling, material: Material, lowest: float, highest: float) -> EventRates:
    """All channels between two transfers [energy]."""
    components = checked_components(source)
    highest = min(highest, endpoint(components) * (1 - 1e-9))

    def density_at(T: Array) -> Array:
        return np.maximum(rate_by_component(source, coupling, material, T), 0.0)

    nodes, density = refined(density_at, _nodes(components, material, lowest, highest), _GOAL)
    rate = cell_rates(nodes[:-1], nodes[1:], density[..., :-1], density[..., 1:])
    found = rate_spectrum(source, coupling, material, nodes[:1])
    line_rate = np.maximum(found.line_rate.sum(axis=1), 0.0)
    total = rate.sum() + line_rate.sum()
    inside = (found.line_transfer >= lowest) & (found.line_transfer <= highest)
    kept = np.flatnonzero(inside & (line_rate.sum(axis=0) > _LEAST_LINE * total))
    return _with_momenta(components, coupling, material, nodes, density, rate, found, line_rate, kept)


def _nodes(components: tuple[Component, ...], material: Material, low: float, high: float) -> Array:
    edges = [shell.binding_energy for _, _, model in material.parts for shell in model.shells]
    ends = [component.shape.support[1] for component in components]
    lines = [float(E) for c in components if is_line(c) for E in c.shape.nodes(0.0)[0]]
    free = [2 * E * E / (ELECTRON_MASS + 2 * E) for E in ends + lines]
    return first_nodes(low, high, edges + free)


def _with_momenta(
    components: tuple[Component, ...],
    coupling: Coupling,
    material: Material,
    nodes: Array,
    density: Array,
    rate: Array,
    found: RateSpectrum,
    line_rate: Array,
    kept: NDArray[np.intp],
) -> EventRates:
    most = endpoint(components)
    group = beams(components, coupling, float(nodes[0]), most, by_part=False)
    functions = coupling_functions(group)
    largest = Largest(group)
    parts: list[Cells] = []
    first_row, first_node, element = [], [], []
    rows = 0
    for index, (_, _, model) in enumerate(material.parts):
        for cells, start in _continuum(model, nodes, functions, largest):
            parts.append(cells)
            first_row.append(rows - start)
            first_node.append(start)
            element.append(index)
            rows += len(cells.transfer)
    first_line = rows
    parts += _lines(material, found, kept, functions, largest)
    cells = Cells.joined(parts)
    chances = probabilities(cells, group, len(components))
    sums = np.cumsum(chances, axis=2).reshape(-1, CELLS)
    total = sums[:, -1:]
    shares = np.divide(sums, total, out=np.ones_like(sums), where=total > 0)
    running = np.asarray((shares + np.arange(len(shares))[:, None]).ravel(), dtype=float)
    return EventRates(
        components, nodes, density, rate, line_rate[:, kept], found.line_transfer[kept], found.line_shell[kept],
        tuple(found.line_final[i] for i in kept), cells, np.array(first_row, dtype=np.intp),
        np.array(first_node, dtype=np.intp), first_line, running, found.shells, np.array(element, dtype=np.intp),
    )  # fmt: skip


def coupling_functions(group: tuple[Beam, ...]) -> tuple[Function, ...]:
    """The structure functions that any beam has weights on."""
    return tuple(f for f in Function if any(f in part.functions for beam in group for part in beam.parts.values()))


def _continuum(
    model: ResponseModel, nodes: Array, functions: tuple[Function, ...], largest: Largest
) -> list[tuple[Cells, int]]:
    """The cells of every shell at its open nodes, and the first of those."""
    starts = [int(np.searchsorted(nodes, shell.binding_energy, side="right")) for shell in model.shells]
    pieces: list[list[Cells]] = [[] for _ in starts]
    for begin in range(0, nodes.size, _MEASURED):
        T = nodes[begin : begin + _MEASURED]
        edges = joined_intervals(largest.parts, np.full(T.shape, largest.energy), T)
        measures = [model.measure(T, low, high, functions) for low, high in zip(edges.T[:-1], edges.T[1:], strict=True)]
        for i, start in enumerate(starts):
            skip = max(start - begin, 0)
            if skip < T.size:
                cells = of_measure(measures, i, T, functions, largest)
                pieces[i].append(cells.rows(np.arange(skip, T.size)))
    return [(Cells.joined(p) if p else Cells.none(functions), start) for p, start in zip(pieces, starts, strict=True)]


def _lines(
    material: Material, found: RateSpectrum, kept: NDArray[np.intp], functions: tuple[Function, ...], largest: Largest
) -> list[Cells]:
    """The lines that are kept, in the order of the rate spectrum."""
    if not kept.size:
        return []
    every: list[Lines] = [model.lines(functions) for _, _, model in material.parts]
    # The rate spectrum has the lines of all elements, sorted by energy with a stable sort.
    order = np.argsort(np.concatenate([lines.transfer for lines in every]), kind="stable")
    owner = np.concatenate([np.full(len(lines), e) for e, lines in enumerate(every)])[order][kept]
    place = np.concatenate([np.arange(len(lines)) for lines in every])[order][kept]
    parts, order_of_parts = [], []
    for index, lines in enumerate(every):
        (own,) = np.nonzero(owner == index)
        for block in np.array_split(own, -(-own.size // _MEASURED)) if own.size else ():
            at = place[block]
            parts.append(of_lines(lines, at, 2 * largest.energy - lines.transfer[at], functions, largest))
            order_of_parts.append(block)
    return [Cells.joined(parts).rows(np.argsort(np.concatenate(order_of_parts)))]

"""Rates of neutrinos on the electrons of a material.

    dR/dT = (1/mass) Σ_elements n ∫dQ² Σ_f w̄_f(T, Q) f(T, Q),

with w̄ the weights averaged over the flux (see `weights`): what the atom answers is asked for once for each T, for all
components of the source, flavours and parts of the coupling together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.functions import MIXED, VECTOR, Array, Function, in_order
from nuatom.neutrino import Coupling
from nuatom.neutrino.coupling import joined_intervals
from nuatom.rates.flux import checked_components, endpoint, is_line
from nuatom.rates.material import Material, as_material
from nuatom.rates.nodes import Nodes, panel_edges, panel_nodes, reduced
from nuatom.rates.spectrum import RateSpectrum, checked_transfers
from nuatom.rates.weights import Beam, averaged, beams, kinematic_limits, openings
from nuatom.response.model import Lines, Measure, ResponseModel
from nuatom.scattering import line_strengths, require_coupling
from nuatom.source import Component, Source

_CHUNK = 96  # intervals in Q of different transfers, measured at a time
_CHUNK_LINES = 256
_NEGLIGIBLE = 1e-8  # share of S beyond a momentum where weights jump, for which the jump does not matter


def rate_spectrum(
    source: Source,
    coupling: Coupling,
    material: Material | ResponseModel,
    transfer: ArrayLike,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RateSpectrum:
    """dR/dT by component of the source, part of the coupling and shell, and the rates of discrete excitations.

    Args:
        source: its components say which flavours arrive; a flavour of the coupling itself does not count.
        coupling: what the neutrinos couple with.
        material: what is hit; a single model stands for its element.
        transfer: T ≥ 0, shape (nT,) or a number [energy].  Above the end of the source, and at T = 0, exactly 0.
        progress: called with (done, all) transfers, counted for each kind of atom.

    Raises:
        ValueError: for transfers that are not finite, negative or of more than one dimension, a source without
            components, or what is no source, coupling or model.
    """
    require_coupling(coupling)
    T = np.atleast_1d(checked_transfers(transfer))
    if T.ndim != 1:
        raise ValueError(f"a rate spectrum needs transfers of shape (nT,), got {T.shape}; `rate` takes any shape")
    components, target = checked_components(source), as_material(material)
    most = endpoint(components)
    # The functions of all flavours and parts, before the least energy is known that the tails of the flux begin at.
    functions = _functions(beams(components, coupling, most, most, by_part=True))
    excited = [model.lines(functions) for _, _, model in target.parts]
    at = np.concatenate([item.transfer for item in excited])
    least = float(np.min(np.concatenate([at, T[T > 0]]), initial=most))
    group = beams(components, coupling, least, most, by_part=True)
    per_mass = [count * target.units_per_mass for _, count, _ in target.parts]
    report = _Report(progress, T.size * len(target.parts))
    found = [_of_model(components, group, model, T, report) for _, _, model in target.parts]
    lines = [_line_rates(components, group, item) * factor for item, factor in zip(excited, per_mass, strict=True)]
    order = np.argsort(at, kind="stable")
    first = np.cumsum([0, *(len(model.shells) for _, _, model in target.parts)])
    shell = np.concatenate([item.shell + offset for item, offset in zip(excited, first[:-1], strict=True)])
    final = [label for item in excited for label in item.final]
    density = np.concatenate([item.density * factor for item, factor in zip(found, per_mass, strict=True)], axis=2)
    errors = np.concatenate([item.error for item in found])
    error = (errors * np.abs(density.sum(axis=(0, 1)))).sum(axis=0)
    total = density.sum(axis=(0, 1, 2))
    return RateSpectrum(
        transfer=T,
        components=tuple(component.name for component in components),
        parts=_names(group),
        shells=tuple(f"{e.symbol} {shell.label}" for e, _, model in target.parts for shell in model.shells),
        density=density,
        line_transfer=at[order],
        line_rate=np.concatenate(lines, axis=2)[:, :, order],
        line_shell=shell[order].astype(np.intp),
        line_final=tuple(final[i] for i in order),
        relative_error=np.divide(error, total, out=np.zeros_like(total), where=total > 0),
    )


def rate(
    source: Source,
    coupling: Coupling,
    material: Material | ResponseModel,
    transfer: ArrayLike,
    *,
    by_shell: bool = False,
) -> Array:
    """dR/dT of the continuum: `rate_spectrum` has its composition, and the discrete excitations.

    Args:
        source, coupling, material: as for `rate_spectrum`.
        transfer: T ≥ 0, any shape [energy].
        by_shell: keep the shells apart, as the first axis; those of a compound follow each other.

    Returns:
        the shape of transfer, after (shell,) if ``by_shell`` [1/(mass time energy)].

    Raises:
        ValueError: as `rate_spectrum`.
    """
    T = checked_transfers(transfer)
    density = rate_by_component(source, coupling, material, T.ravel()).sum(axis=0)
    density = density.reshape(len(density), *T.shape)
    return density if by_shell else np.asarray(density.sum(axis=0))


def rate_by_component(
    source: Source, coupling: Coupling, material: Material | ResponseModel, transfer: ArrayLike
) -> Array:
    """dR/dT of the continuum by component of the source and shell, those of a compound one after the other.

    Args:
        source, coupling, material: as for `rate_spectrum`.
        transfer: T ≥ 0, shape (nT,) [energy].

    Returns:
        shape (component, shell, nT) [1/(mass time energy)].

    Raises:
        ValueError: as `rate_spectrum`.
    """
    require_coupling(coupling)
    T = np.atleast_1d(checked_transfers(transfer))
    components, target = checked_components(source), as_material(material)
    most = endpoint(components)
    group = beams(components, coupling, float(np.min(T[T > 0], initial=most)), most, by_part=False)
    shells = [
        count * _of_model(components, group, model, T, _Report()).density.sum(axis=1)
        for _, count, model in target.parts
    ]
    return np.concatenate(shells, axis=1) * target.units_per_mass


# --- one model -----------------------------------------------------------------------------------------


class _Report:
    """Says how many transfers are done."""

    def __init__(self, progress: Callable[[int, int], None] | None = None, total: int = 0) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, count: int) -> None:
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)


@dataclass(frozen=True)
class _PerAtom:
    """A rate per atom: density (component, part, shell, nT) [1/(time energy)], the model's error (shell, nT)."""

    density: Array
    error: Array


def _of_model(
    components: tuple[Component, ...],
    group: tuple[Beam, ...],
    model: ResponseModel,
    transfer: Array,
    report: _Report,
) -> _PerAtom:
    most = endpoint(components)
    (some,) = np.nonzero((transfer > 0) & (transfer < most))
    T = transfer[some]
    parts = _names(group)
    report.add(transfer.size - T.size)
    density = np.zeros((len(components), len(parts), len(model.shells), transfer.size))
    error = np.zeros((len(model.shells), transfer.size))
    functions = _functions(group)
    if not functions:  # a coupling of zero, which has no weights
        return _PerAtom(density, error)
    for at, nodes, own in _measured(components, _kinds(group), model, T, functions, most):
        density[..., some[at]] += _contracted(group, parts, nodes, len(components), at.size)
        error[:, some[at]] = own
        report.add(at.size)
    return _PerAtom(density, error)


def _names(group: tuple[Beam, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for beam in group for name in beam.parts))


def _functions(group: tuple[Beam, ...]) -> tuple[Function, ...]:
    return in_order({f for beam in group for part in beam.parts.values() for f in part.functions})


def _kinds(group: tuple[Beam, ...]) -> tuple[Coupling, ...]:
    """The parts of all beams, one of each kind of intervals in Q."""
    most = group[0].most
    E, T = np.full(3, most), np.array([1e-6, 1e-3, 0.5]) * most
    parts = [part for beam in group for part in beam.parts.values()]
    return tuple({part.intervals(E, T).tobytes(): part for part in parts}.values())


def _contracted(
    group: tuple[Beam, ...], parts: tuple[str, ...], nodes: Nodes, components: int, transfers: int
) -> Array:
    """Σ w̄ f of all nodes, shape (component, part, shell, nT)."""
    shells = len(next(iter(nodes.strengths.values())))
    total = np.zeros((transfers, components, len(parts), shells))
    for beam in group:
        opened: dict[bytes, tuple[Array, Array]] = {}  # for parts that open alike once
        for name, part in beam.parts.items():
            kind = kinematic_limits(part, nodes.transfer, beam.most).tobytes()
            if kind not in opened:
                minimum = openings(part, nodes.transfer, nodes.momentum, beam.most)
                opened[kind] = minimum, beam.above(minimum)
            minimum, above = opened[kind]
            rows = np.zeros((len(nodes.owner), len(beam.members), shells))
            for function, w in averaged(part, beam, nodes.transfer, nodes.momentum, minimum, above).items():
                rows += np.moveaxis(w, 1, 0) @ np.transpose(nodes.strengths[function], (1, 2, 0))
            added = np.zeros((transfers, len(beam.members), shells))
            np.add.at(added, nodes.owner, rows)
            total[:, beam.members, parts.index(name)] += added
    return np.moveaxis(total, 0, -1)


# --- momenta -------------------------------------------------------------------------------------------


def _measured(
    components: Sequence[Component],
    kinds: Sequence[Coupling],
    model: ResponseModel,
    transfer: Array,
    functions: tuple[Function, ...],
    most: float,
) -> Iterator[tuple[NDArray[np.intp], Nodes, Array]]:
    """Indices of transfers, their nodes, and the model's error (shell, nT), some transfers at a time."""
    if not transfer.size:
        return
    jumps = _limits(kinds, transfer, _energies(components, lines=True))
    bends = _limits(kinds, transfer, _energies(components, lines=False))
    own = joined_intervals(kinds, np.full(transfer.shape, most), transfer)
    matters = _jumps_matter(model, transfer, jumps, own[:, -1])
    for is_cut in (False, True):
        (chosen,) = np.nonzero(matters == is_cut)
        edges = np.concatenate([own, jumps], axis=1) if is_cut else own
        edges = np.sort(np.clip(edges, own[:, :1], own[:, -1:]), axis=1)
        size = max(1, _CHUNK // (edges.shape[1] - 1))
        for start in range(0, chosen.size, size):
            at = chosen[start : start + size]
            row, interval = np.nonzero(edges[at, 1:] > edges[at, :-1])
            measure = model.measure(
                transfer[at][row], edges[at][row, interval], edges[at][row, interval + 1], functions
            )
            inner = np.concatenate([own[at, :-1], jumps[at], bends[at]], axis=1)
            panels = panel_edges(transfer[at], inner, own[at, -1])
            error = np.zeros((len(model.shells), at.size))
            np.maximum.at(error.T, row, measure.relative_error.T)
            yield at, reduced(measure, functions, row, transfer[at], panels), error


def _energies(components: Sequence[Component], *, lines: bool) -> Array:
    """Energies at which the flux above jumps, or bends: of lines, and of the ends of continua."""
    found: set[float] = set()
    for component in components:
        if lines and is_line(component):
            found |= set(component.shape.nodes(0.0)[0].tolist())
        elif not lines and not is_line(component):
            found |= set(component.shape.support)
    return np.array(sorted(found))


def _limits(kinds: Sequence[Coupling], transfer: Array, energies: Array) -> Array:
    """Least and largest Q at some energies, shape (nT, 2 · energy · kind) [energy]; T itself where that is closed."""
    columns = [transfer[:, None]]
    for energy in energies:
        is_open = transfer < energy
        at = np.where(is_open, energy, 2 * transfer)
        found = {limits.tobytes(): limits for limits in (kind.intervals(at, transfer)[:, [0, -1]] for kind in kinds)}
        columns += [np.where(is_open[:, None], limits, transfer[:, None]) for limits in found.values()]
    return np.concatenate(columns, axis=1)


def _jumps_matter(model: ResponseModel, transfer: Array, jumps: Array, top: Array) -> NDArray[np.bool_]:
    """Whether the atom has anything to say beyond the least momentum, above T, where the weights jump, (nT,)."""
    first = np.min(np.where(jumps > transfer[:, None] * (1 + 1e-9), jumps, np.inf), axis=1)
    out = np.zeros(transfer.shape, dtype=bool)
    (ask,) = np.nonzero(first < top)
    for start in range(0, ask.size, _CHUNK):
        at = ask[start : start + _CHUNK]
        measure: Measure = model.measure(transfer[at], transfer[at], top[at], VECTOR)
        S = np.abs(measure.charge) + np.abs(measure.current)
        beyond = np.where(measure.momentum > first[at][None, :, None], S, 0.0).sum(axis=(0, 2))
        out[at] = beyond > _NEGLIGIBLE * S.sum(axis=(0, 2))
    return out


# --- discrete excitations ------------------------------------------------------------------------------


def _line_rates(components: tuple[Component, ...], group: tuple[Beam, ...], found: Lines) -> Array:
    """The rates of excitations per atom, shape (component, part, line) [1/time]."""
    most, parts, functions = endpoint(components), _names(group), _functions(group)
    result = np.zeros((len(components), len(parts), len(found)))
    (some,) = np.nonzero(found.transfer < most if functions else np.zeros(len(found), dtype=bool))
    for start in range(0, some.size, _CHUNK_LINES):
        line = some[start : start + _CHUNK_LINES]
        nodes = _line_nodes(components, _kinds(group), found, line, functions, most)
        if nodes.owner.size:
            result[..., line] = _contracted(group, parts, nodes, len(components), line.size)[:, :, 0]
    return result


def _line_nodes(
    components: Sequence[Component],
    kinds: Sequence[Coupling],
    found: Lines,
    line: NDArray[np.intp],
    functions: tuple[Function, ...],
    most: float,
) -> Nodes:
    """Nodes in Q of the lines, up to the end of the grid of their strengths, shape (1, row, node)."""
    T = found.transfer[line]
    own = joined_intervals(kinds, np.full(T.shape, most), T)
    top = np.minimum(own[:, -1], found.momentum[-1])
    jumps = _limits(kinds, T, _energies(components, lines=True))
    inner = np.concatenate([own[:, :-1], jumps], axis=1)
    owner, Q, dQ2 = panel_nodes(T, panel_edges(T, inner, np.maximum(top, T)))
    # All panels of a line side by side: what prepares its strengths for interpolation is then done once.
    place = np.arange(owner.size) - np.searchsorted(owner, owner)
    side = np.ones((line.size, int(place.max(initial=-1)) + 1, Q.shape[1]))
    side[owner, place] = Q
    strengths = {}
    for function in functions:
        rows = found[function][line]
        values = line_strengths(found.momentum, rows, side.reshape(line.size, -1), signed=function in MIXED)
        strengths[function] = (values.reshape(side.shape)[owner, place] * dQ2)[None]
    return Nodes(owner, T[owner], Q, strengths)

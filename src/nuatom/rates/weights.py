"""Weights of a coupling, averaged over the flux of a source.

    w̄_f(T, Q) = Σ_flavours ∫_{E > E_min(T, Q)} φ(E) P(E) w_f(E, T, Q) dE,      E_min = (T + Q)/2 for a massless neutrino

Almost every weight is a + b/E + c/E² above E_min, with a, b and c functions of T and Q: three energies find them, two
more tell whether it is so, and the rest is done by the tails of `flux`.  What is not of that form, as the strip next
to the photon line of a light mediator, is sampled in E and interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array, Function
from nuatom.neutrino import Coupling, Flavour
from nuatom.rates.flux import POWERS, Probability, Tail, tail
from nuatom.source import Component

# Energies over the greatest E_min of a row: three that determine the terms, two that check them.
_FIT, _CHECK = np.array([1.1, 2.0, 5.0]), np.array([1.4, 20.0])
_SOLVE = np.linalg.inv((1 / _FIT)[:, None] ** np.arange(POWERS))
_TOLERANCE = 1e-9
_NARROW = 1e-3  # relative width of a row that one E_min serves
_SAMPLES = 32
_HALVINGS = 60
_NOTHING = "nothing"  # the part of a neutrino that couples with nothing at all


@dataclass(frozen=True)
class Beam:
    """The components of a source that see one and the same coupling.

    Attributes:
        coupling: for their flavour.
        parts: its parts by name, those that are wanted.
        members: indices of the components.
        sources: the components themselves.
        probabilities: of the flavours that count, one for each.
        tails: of each with its probability.
        most: the largest energy of the whole source [energy].
    """

    coupling: Coupling
    parts: Mapping[str, Coupling]
    members: NDArray[np.intp]
    sources: tuple[Component, ...]
    probabilities: tuple[Probability, ...]
    tails: tuple[Tail, ...]
    most: float

    def above(self, minimum: Array) -> Array:
        """m_k above E_min, shape (k, member) + minimum.shape."""
        return np.stack([found(minimum) for found in self.tails], axis=1)


def beams(
    components: Sequence[Component], coupling: Coupling, least: float, most: float, *, by_part: bool
) -> tuple[Beam, ...]:
    """The components of a source, sorted by what their neutrinos couple with.

    Args:
        components: of a source.
        coupling: as given; the source decides the flavour and whether it is an antineutrino.
        least: the least transfer [energy].
        most: the largest energy of a neutrino [energy].
        by_part: whether to keep the parts of the coupling apart; parts with kinematics of their own are in any case.
    """
    kinds: dict[tuple[Flavour | int, bool] | None, Coupling] = {}
    shares: dict[tuple[Flavour | int, bool] | None, dict[int, list[Probability]]] = {}
    for index, component in enumerate(components):
        for state, own, probability in component.arriving(coupling):
            key = None if own is coupling else (state, component.antineutrino)
            kinds[key] = own
            shares.setdefault(key, {}).setdefault(index, []).append(probability)
    found = []
    for key, own in kinds.items():
        members = tuple(shares[key])
        sources = tuple(components[i] for i in members)
        probabilities = tuple(_sum(shares[key][i]) for i in members)
        found.append(
            Beam(
                coupling=own,
                parts=(own.components() or {_NOTHING: own}) if by_part or _differ(own, least, most) else {"": own},
                members=np.array(members),
                sources=sources,
                probabilities=probabilities,
                tails=tuple(tail(c, P, least) for c, P in zip(sources, probabilities, strict=True)),
                most=most,
            )
        )
    return tuple(found)


def kinematic_limits(coupling: Coupling, transfer: Array, most: float) -> Array:
    """The least and the largest Q at twice the largest energy, shape (row, 2): equal for couplings that open alike."""
    edges = coupling.intervals(np.full(transfer.shape, 2 * most), transfer)
    return edges[:, [0, -1]]


def _differ(coupling: Coupling, least: float, most: float) -> bool:
    """Whether the parts of a coupling have different limits of Q, as where one makes a massive lepton."""
    probe = np.array([least, 0.5 * (least + most)])
    limits = [kinematic_limits(part, probe, most) for part in coupling.components().values()]
    return any(not np.array_equal(limits[0], other) for other in limits[1:])


def _sum(probabilities: list[Probability]) -> Probability:
    def total(energy: Array) -> Array:
        return np.asarray(sum(P(energy) for P in probabilities))

    return probabilities[0] if len(probabilities) == 1 else total


def openings(coupling: Coupling, transfer: Array, momentum: Array, most: float) -> Array:
    """E_min: above it T and Q are open, shape (row, node); infinite where they are not at any energy of the source.

    Args:
        coupling: whose intervals say what is open.
        transfer: T, shape (row,) [energy].
        momentum: Q, shape (row, node) [energy].
        most: the largest energy of a neutrino [energy].
    """
    massless = (transfer[:, None] + momentum) / 2
    limits = kinematic_limits(coupling, transfer, most)
    if np.array_equal(limits[:, 0], transfer) and np.array_equal(limits[:, 1], 4 * most - transfer):
        return massless
    # A massive lepton in the final state asks for more; what is open once stays open.
    T, Q = np.broadcast_to(transfer[:, None], momentum.shape).ravel(), momentum.ravel()

    def is_open(energy: Array) -> NDArray[np.bool_]:
        limits = coupling.intervals(energy, T)
        return np.asarray((limits[:, 0] < limits[:, -1]) & (limits[:, 0] <= Q) & (limits[:, -1] >= Q))

    low, high = massless.ravel(), np.full(Q.shape, most)
    ever = is_open(high) & (low < high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        opened = is_open(middle)
        low, high = np.where(opened, low, middle), np.where(opened, middle, high)
    return np.where(ever, high, np.inf).reshape(momentum.shape)


def averaged(
    part: Coupling, beam: Beam, transfer: Array, momentum: Array, minimum: Array, above: Array
) -> dict[Function, Array]:
    """w̄ of one part of a coupling, each of shape (member, row, node) [1/(time energy²)].

    Args:
        part: of the beam's coupling.
        beam: the components.
        transfer: T, shape (row,) [energy].
        momentum: Q, shape (row, node) [energy].
        minimum: E_min, shape (row, node) [energy].
        above: m_k above it, shape (k, member, row, node).
    """
    T, Q = transfer[:, None], momentum
    highest = np.max(np.where(np.isfinite(minimum), minimum, 0.0), axis=1, keepdims=True)
    # Where nothing ever opens the tails are zero, and any energy does.
    base = np.where(highest > 0, highest, 2 * Q[:, -1:])
    fitted = [part.weights(base * factor, T, Q).values for factor in _FIT]
    checks = [part.weights(base * factor, T, Q).values for factor in _CHECK]
    power = np.arange(POWERS)
    terms, odd = {}, np.zeros(len(transfer), dtype=bool)
    for function in fitted[0]:
        values = np.stack([np.broadcast_to(found[function], Q.shape) for found in fitted])
        term = np.tensordot(_SOLVE, values, axes=1)
        for factor, found in zip(_CHECK, checks, strict=True):
            each = term * factor ** -power[:, None, None]
            miss = np.abs(found[function] - each.sum(axis=0)) > _TOLERANCE * np.abs(each).sum(axis=0)
            odd |= np.any(miss, axis=1)
        terms[function] = term * base ** power[:, None, None]
    result = {function: np.einsum("krn,kcrn->crn", term, above) for function, term in terms.items()}
    if odd.any():
        exact = _sampled(part, beam, transfer[odd], momentum[odd], minimum[odd])
        for function in result:
            result[function][:, odd] = exact[function]
    return result


def _sampled(part: Coupling, beam: Beam, transfer: Array, momentum: Array, minimum: Array) -> dict[Function, Array]:
    """w̄ by sampling the weights between E_min and the end of the source, each of shape (member, row, node)."""
    shape = momentum.shape
    if np.all(minimum.max(axis=1) <= minimum.min(axis=1) * (1 + _NARROW)):
        T, Q, start = transfer, momentum, minimum.max(axis=1)
    else:
        T, Q, start = np.repeat(transfer, shape[1]), momentum.reshape(-1, 1), minimum.ravel()
    functions = part.functions
    result = {f: np.zeros((len(beam.sources), *Q.shape)) for f in functions}
    some = start < beam.most
    if some.any():
        found = _averages_of_samples(part, beam, T[some], Q[some], start[some])
        for f in functions:
            result[f][:, some] = found[f]
    return {f: values.reshape(len(beam.sources), *shape) for f, values in result.items()}


def _averages_of_samples(
    part: Coupling, beam: Beam, transfer: Array, momentum: Array, start: Array
) -> dict[Function, Array]:
    """Chebyshev series of the weights in √ln(E/E_min), integrated by the quadratures of the shapes."""
    x = np.cos(np.pi * (np.arange(_SAMPLES) + 0.5) / _SAMPLES)
    to_series = np.polynomial.chebyshev.chebvander(x, _SAMPLES - 1).T * 2 / _SAMPLES
    to_series[0] /= 2
    span = np.log(beam.most / start)[:, None]
    E = start[:, None] * np.exp(span * ((1 + x) / 2) ** 2) * (1 + 1e-12)
    weights = part.weights(E[:, None, :], transfer[:, None, None], momentum[:, :, None]).values
    kernels = []
    for component, probability in zip(beam.sources, beam.probabilities, strict=True):
        at, weight = component.shape.nodes(start)
        counts = at > start[:, None]
        at = np.where(counts, at, start[:, None])
        y = 2 * np.sqrt(np.minimum(np.log(at / start[:, None]) / span, 1.0)) - 1
        flux = np.where(counts, weight * probability(at), 0.0) * component.flux
        kernels.append(np.einsum("rn,rnj->rj", flux, np.polynomial.chebyshev.chebvander(y, _SAMPLES - 1)))
    kernel = np.stack(kernels)
    return {
        function: np.einsum("rkj,crj->crk", np.broadcast_to(w, (*momentum.shape, _SAMPLES)) @ to_series.T, kernel)
        for function, w in weights.items()
    }

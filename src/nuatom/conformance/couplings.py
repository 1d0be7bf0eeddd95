"""What every coupling must do."""

from __future__ import annotations

import numpy as np

from nuatom.conformance.failure import require
from nuatom.functions import MIXED, Array, Function, in_order
from nuatom.neutrino import Coupling, Flavour, StructureWeights

_MEMBERS = ("functions", "weights", "intervals", "components", "with_flavour")
_SHARES = np.array([1e-9, 1e-4, 0.03, 0.3, 0.7, 0.97, 1 - 1e-9])
_RANDOM = 200


def check_coupling(coupling: Coupling, energy: float = 1.0, flavour: Flavour | str = "e") -> None:
    """Put a coupling through what the package relies on.

    It has the members of `Coupling`, and weights on just the functions that it names, in their order.  Weights are
    finite, have the broadcast shape of (E, T, Q), do not depend on what stands beside them in an array, and are exactly
    zero outside the limits that `intervals` gives.  Those limits ascend and are possible: |q| of what takes T from a
    massless neutrino of energy E is T to 2E − T.  The weights of its components add up to its own, no response that is
    possible, however odd, gives it a negative cross section, and `with_flavour` gives a coupling that forgets the
    flavour it had before.

    Args:
        coupling: an instance.
        energy: E, where to look [energy].
        flavour: what it is told if it takes its flavour from the source.

    Raises:
        ConformanceError: if it does something else; the message says what.
    """
    name = type(coupling).__name__
    for member in _MEMBERS:
        require(hasattr(type(coupling), member), f"{name} to have {member}: make it a subclass of nuatom.Coupling")
    own = coupling.with_flavour(flavour)
    for member in _MEMBERS:
        require(hasattr(type(own), member), f"{name}.with_flavour to give a coupling", repr(own))
    _check_functions(name, own)
    E = np.array([energy, 0.2 * energy])
    T = np.array([1e-6, 1e-3, 0.1, 0.6]) * E[:, None]
    pairs = np.broadcast_to(E[:, None], T.shape).ravel(), T.ravel()
    edges = _check_intervals(name, own, *pairs)
    Q = edges[:, :1] + _SHARES * (edges[:, -1:] - edges[:, :1])
    _check_weights(name, own, pairs[0][:, None], pairs[1][:, None], Q, edges)
    # Next to the photon line weights of light exchanges are averages, each with nodes of its own.
    _check_components(name, own, pairs[0][:, None], pairs[1][:, None], Q[:, 2:])
    _check_positivity(name, own, pairs[0][:, None], pairs[1][:, None], Q)
    _check_flavours(name, coupling, pairs[0][:, None], pairs[1][:, None], Q)


def _check_functions(name: str, coupling: Coupling) -> None:
    functions = coupling.functions
    right = isinstance(functions, tuple) and all(isinstance(f, Function) for f in functions)
    require(right, f"{name}.functions to be a tuple of nuatom.Function", repr(functions))
    require(functions == in_order(functions), f"{name}.functions each once, in the order of Function", functions)


def _check_intervals(name: str, coupling: Coupling, energy: Array, transfer: Array) -> Array:
    edges = np.asarray(coupling.intervals(energy, transfer))
    shape = edges.ndim == 2 and edges.shape[0] == energy.size and edges.shape[1] >= 2
    require(shape, f"{name}.intervals of shape ({energy.size}, edges ≥ 2)", edges.shape)
    require(np.all(np.isfinite(edges)), f"{name}.intervals to be finite", edges)
    require(np.all(np.diff(edges, axis=1) >= 0), f"{name}.intervals to ascend", edges)
    is_open = edges[:, -1] > edges[:, 0]
    slack = 1 + 1e-12
    possible = (edges[:, 0] * slack >= transfer) & (edges[:, -1] <= (2 * energy - transfer) * slack)
    require(np.all(possible | ~is_open), f"{name}.intervals within T and 2E − T", edges)
    require(np.any(is_open), f"{name} to be open for one of E = {energy}, T = {transfer}")
    return np.asarray(edges, dtype=float)


def _values(name: str, coupling: Coupling, energy: Array, transfer: Array, momentum: Array) -> dict[Function, Array]:
    found = coupling.weights(energy, transfer, momentum)
    require(isinstance(found, StructureWeights), f"{name}.weights to be a StructureWeights", type(found).__name__)
    given = in_order(found.values)
    require(given == coupling.functions, f"{name}.weights on {coupling.functions}, its functions", given)
    shape = np.broadcast_shapes(np.shape(energy), np.shape(transfer), np.shape(momentum))
    for function, weight in found.values.items():
        require(np.shape(weight) == shape, f"the weight on {function.value} of shape {shape}", np.shape(weight))
        require(np.all(np.isfinite(weight)), f"the weight of {name} on {function.value} to be finite", weight)
    return dict(found.values)


def _check_weights(name: str, coupling: Coupling, energy: Array, transfer: Array, Q: Array, edges: Array) -> None:
    whole = _values(name, coupling, energy, transfer, Q)
    i, k = Q.shape[0] // 2, Q.shape[1] // 2
    one = _values(name, coupling, energy[i, 0], transfer[i, 0], Q[i, k])
    for function, weight in whole.items():
        same = np.isclose(float(one[function]), weight[i, k], rtol=1e-12, atol=0)
        require(same, f"the same weight on {function.value} alone as in an array", (float(one[function]), weight[i, k]))
    outside = np.concatenate([0.99 * edges[:, :1], 1.01 * edges[:, -1:], 2.1 * energy], axis=1)
    closed = [
        _values(name, coupling, energy, transfer, outside),
        _values(name, coupling, energy, 1.5 * energy, 1.5 * energy),
        _values(name, coupling, energy, transfer, 0.0 * Q),
    ]
    for values in closed:
        for function, weight in values.items():
            require(not np.any(weight), f"exact zeros of {name} on {function.value} where Q or T is closed", weight)


def _check_components(name: str, coupling: Coupling, energy: Array, transfer: Array, Q: Array) -> None:
    whole = _values(name, coupling, energy, transfer, Q)
    parts = coupling.components()
    require(len(parts) > 0, f"{name}.components to name one part at least, itself")
    total = {function: np.zeros(Q.shape) for function in Function}
    size = {function: np.zeros(Q.shape) for function in Function}
    for label, part in parts.items():
        for function, weight in _values(label, part, energy, transfer, Q).items():
            total[function] += weight
            size[function] += np.abs(weight)
    for function in Function:
        mine = whole.get(function, np.zeros(Q.shape))
        close = np.abs(total[function] - mine) <= 1e-9 * size[function]
        require(np.all(close), f"components of {name} that add up to its weight on {function.value}", list(parts))


def _check_positivity(name: str, coupling: Coupling, energy: Array, transfer: Array, Q: Array) -> None:
    weights = _values(name, coupling, energy, transfer, Q)
    random = np.random.default_rng(1)
    for _ in range(_RANDOM):
        response = {f: 10 ** random.uniform(-4, 4) for f in Function if f not in MIXED}
        for mixed, (a, b) in MIXED.items():
            response[mixed] = random.choice([-1, 1]) * np.sqrt(response[a] * response[b])
        terms = [weight * response[function] for function, weight in weights.items()]
        total = sum(terms, np.zeros(Q.shape))
        size = sum((np.abs(term) for term in terms), np.zeros(Q.shape))
        require(np.all(total >= -1e-10 * size), f"{name} never to have a negative cross section", total.min())


def _check_flavours(name: str, coupling: Coupling, energy: Array, transfer: Array, Q: Array) -> None:
    for flavour in Flavour:
        for antineutrino in (False, True):
            straight = coupling.with_flavour(flavour, antineutrino)
            detour = coupling.with_flavour("tau", not antineutrino).with_flavour(flavour, antineutrino)
            first, second = (_values(name, c, energy, transfer, Q) for c in (straight, detour))
            equal = [np.allclose(first[f], second[f], rtol=1e-12, atol=0) for f in first if f in second]
            same = first.keys() == second.keys() and all(equal)
            text = "the antineutrino" if antineutrino else "the neutrino"
            require(same, f"{name}.with_flavour to forget what it was: {text} of {flavour.name} by a detour is another")

"""What every response model must do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from nuatom.conformance.failure import require
from nuatom.elements import Shell
from nuatom.functions import MIXED, VECTOR, Array, ByFunction, Function, with_vector
from nuatom.response.model import Lines, Measure, ResponseModel, StructureFunctions
from nuatom.units import ELECTRON_MASS, eV, keV

_MEMBERS = ("shells", "structure", "measure", "lines")


def check_response(
    model: ResponseModel,
    functions: tuple[Function, ...] = VECTOR,
    *,
    transfer: Array | None = None,
    values: bool = True,
    tolerance: float = 5e-3,
) -> None:
    """Put a response model through what the package relies on.

    * It has the members of `ResponseModel`, and answers with the functions it is asked for, S and R always among them.
    * Values are finite; squares are not negative, interferences not greater than what bounds them.
    * What is closed (below every threshold; an empty interval in Q) is exactly zero.
    * `measure` is the integral of `structure`, and integrals of neighbouring intervals add up.
    * Lines ascend, belong to shells, and have a strength in each function at each momentum.

    Args:
        model: an instance.
        functions: those it claims to have.
        transfer: T at which to look, shape (nT,), by default from half the lowest to 20 times the highest threshold.
        values: whether `structure` has values; not so where S is a δ function.
        tolerance: of its integrals, relative.

    Raises:
        ConformanceError: if it does something else; the message says what.
    """
    name = type(model).__name__
    for member in _MEMBERS:
        require(hasattr(model, member), f"{name} to have {member}, as nuatom.ResponseModel says")
    shells = model.shells
    right = len(shells) > 0 and all(isinstance(shell, Shell) for shell in shells)
    require(right, f"{name}.shells to be one or more nuatom.Shell", shells)
    edges = np.array([shell.binding_energy for shell in shells])
    T = _transfers(edges) if transfer is None else np.asarray(transfer, dtype=float)
    _check_measure(name, model, functions, T, edges, tolerance)
    if values:
        _check_structure(name, model, functions, T, edges, tolerance)
    _check_lines(name, model.lines(functions), functions, len(shells))


def _transfers(edges: Array) -> Array:
    low, high = (edges.min(), edges.max()) if edges.min() > 0 else (10 * eV, keV)
    return np.asarray(np.geomspace(0.5 * low, min(20 * high, 250 * keV), 13))


def _ridge(transfer: Array) -> Array:
    return np.asarray(np.sqrt(transfer * (transfer + 2 * ELECTRON_MASS)))


def _check_values(
    what: str, found: ByFunction, functions: tuple[Function, ...], shape: tuple[int, ...], bounded: bool = True
) -> None:
    for function in with_vector(functions):
        require(function in found.values, f"{what} to have {function.value}, which was asked for", list(found.values))
        array = found[function]
        require(array.shape == shape, f"{function.value} of {what} of shape {shape}", array.shape)
        require(np.all(np.isfinite(array)), f"{function.value} of {what} to be finite")
        if function not in MIXED:
            require(np.all(array >= 0), f"{function.value} of {what} not to be negative", array.min())
    for function in set(functions) & set(MIXED):
        if bounded and all(bound in found.values for bound in MIXED[function]):
            a, b = (found[bound] for bound in MIXED[function])
            bound = np.sqrt(a * b)
            miss = np.max(np.abs(found[function]) - bound, initial=0.0) / np.max(bound, initial=1e-300)
            require(miss <= 1e-6, f"{function.value} of {what} within its bounds", f"{miss:.2g} of the largest beyond")


def _check_measure(
    name: str, model: ResponseModel, functions: tuple[Function, ...], T: Array, edges: Array, tolerance: float
) -> None:
    infinite = np.full(T.size, np.inf)
    whole = model.measure(T, T, infinite, functions)
    require(isinstance(whole, Measure), f"{name}.measure to be a Measure", type(whole).__name__)
    shape = (len(edges), T.size, whole.momentum.shape[-1])
    shared = (1, *shape[1:])
    require(whole.momentum.shape in (shape, shared), f"momenta of shape {shape} or {shared}", whole.momentum.shape)
    require(np.all(np.isfinite(whole.momentum) & (whole.momentum > 0)), "momenta of a measure finite and > 0")
    require(whole.relative_error.shape == shape[:2], f"errors of shape {shape[:2]}", whole.relative_error.shape)
    require(np.all(whole.relative_error >= 0), "errors not to be negative")
    _check_values(f"{name}.measure", whole, functions, shape)
    require(np.all(whole.charge[:, -1].sum(axis=-1) > 0), f"each shell of {name} to absorb {T[-1] / keV:.4g} keV")
    below = 0.3 * edges[edges > 0].min(initial=np.inf)
    if np.isfinite(below):
        closed = model.measure(np.array([below]), np.array([below]), np.array([np.inf]), functions)
        require(not any(np.any(a) for a in closed.values.values()), f"{name} exactly zero below its thresholds")
    ridge = _ridge(T)
    empty = model.measure(T, ridge, 0.5 * ridge, functions)
    require(not any(np.any(a) for a in empty.values.values()), f"{name} exactly zero where upper < lower")
    cuts = [T, np.sqrt(T * ridge), 0.9 * ridge, 1.0001 * ridge, 3 * ridge, infinite]
    parts = [model.measure(T, low, high, functions) for low, high in pairwise(cuts)]
    for function in with_vector(functions):
        total = np.sum([_integral(part, function) for part in parts], axis=0)
        _close(f"neighbouring integrals of {function.value} that add up", total, _integral(whole, function), tolerance)


def _integral(measure: Measure, function: Function) -> Array:
    """∫dQ²/Q² of a function, shape (shell, nT)."""
    return np.asarray(np.sum(measure[function] / measure.momentum**2, axis=-1))


def _close(what: str, got: Array, expected: Array, tolerance: float) -> None:
    scale = np.abs(expected) + 1e-3 * np.abs(expected).max(initial=0.0)
    miss = np.max(np.abs(got - expected) / np.where(scale > 0, scale, 1.0), initial=0.0)
    require(miss <= tolerance, f"{what} to {tolerance:g}", f"a miss of {miss:.2g}")


def _check_structure(
    name: str, model: ResponseModel, functions: tuple[Function, ...], T: Array, edges: Array, tolerance: float
) -> None:
    Q = np.geomspace(keV, ELECTRON_MASS, 40)
    found = model.structure(T, Q, functions)
    require(isinstance(found, StructureFunctions), f"{name}.structure to be StructureFunctions", type(found).__name__)
    require(found.shells == model.shells, f"{name}.structure to have the model's shells")
    _check_values(f"{name}.structure", found, functions, (len(edges), T.size, Q.size))
    T = T[T > edges.min()][::3]
    low, high = np.maximum(0.3 * _ridge(T), 1.001 * T), 2.0 * _ridge(T)
    node, weight = np.polynomial.legendre.leggauss(8)
    cells = 60
    fraction = ((np.arange(cells)[:, None] + (1 + node) / 2) / cells).ravel()
    span = np.log(high / low)[:, None]
    brute = model.structure(T, low[:, None] * np.exp(span * fraction), functions)
    share = 2 * span * np.tile(weight / 2 / cells, cells)
    measure = model.measure(T, low, high, functions)
    for function in with_vector(functions):
        expected = np.sum(brute[function] * share, axis=-1)
        _close(
            f"{name}.measure the integral of its {function.value}", _integral(measure, function), expected, tolerance
        )


def _check_lines(name: str, lines: Lines, functions: tuple[Function, ...], shells: int) -> None:
    require(isinstance(lines, Lines), f"{name}.lines to be Lines", type(lines).__name__)
    n = len(lines)
    require(len(lines.transfer) == len(lines.shell) == n, f"an energy and a shell for each of {n} lines")
    if not n:
        return
    require(np.all(lines.transfer > 0) and np.all(np.diff(lines.transfer) >= 0), "energies of lines > 0, ascending")
    require(np.all((lines.shell >= 0) & (lines.shell < shells)), "lines of shells that there are", lines.shell)
    require(np.all(np.diff(lines.momentum) > 0), "momenta of lines to ascend")
    # A model may keep what an interaction moves, and what it leaves alone, as lines of their own.
    _check_values(f"{name}.lines", lines, functions, (n, lines.momentum.size), bounded=False)

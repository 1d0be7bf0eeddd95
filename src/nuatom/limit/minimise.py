"""The minimum of D for many data sets at once: damped Newton steps with the analytic gradient, within bounds.

Every data set takes its own steps, but all are evaluated by the same array operations, so a fit of a toy costs some
tens of microseconds; `nuatom.limit.fit` does a single fit with Minuit, and the two agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuatom.limit.likelihood import Derivatives, Likelihood
from nuatom.limit.model import Model
from nuatom.limit.polynomial import Array

_STEPS, _FEW_STEPS = 300, 60
_TOLERANCE = 1e-8  # in D, of the decrease that another step would bring
_NEARLY_NEWTON = 1e-2  # damping with which a step is not much shorter than without
_NOTHING = 1e-6  # in D, a difference that is rounding and what minimisation leaves
_TOO_FAR = 0.25  # share of the foreseen decrease below which steps must become shorter
_AS_FORESEEN = 0.75  # and above which they may become longer
_STUCK = 1e12  # damping at which no direction leads further down
_CHUNK = 3_000_000  # numbers in the largest array


@dataclass(frozen=True)
class Minimum:
    """Best fits of n data sets.

    Attributes:
        values: parameters, shape (n, parameter).
        deviance: D there, shape (n,).
    """

    values: Array
    deviance: Array


def minimise(
    likelihood: Likelihood, fixed: Mapping[str, float | Array] | None = None, *, strict: bool = True
) -> Minimum:
    """The least D of each data set, over all parameters but those that are fixed.

    A parameter that enters squared may have two minima; the fit starts on both sides and keeps the better one.  With
    parameters held D may be infinite: no signal, and an event in a bin where nothing else is expected.

    Args:
        likelihood: n data sets.
        fixed: values of parameters that are held, a number or one per data set.
        strict: raise if a fit does not converge; otherwise it ends where it came to, as is good enough for one
            experiment of many.

    Raises:
        ValueError: an unknown parameter.
        RuntimeError: a fit did not converge, or no values at all make the data possible.
    """
    model, n = likelihood.model, likelihood.number
    held = {model.index(name): np.broadcast_to(value, (n,)) for name, value in (fixed or {}).items()}
    mask = np.isin(np.arange(len(model.parameters)), list(held))
    size = max(1, _CHUNK // (max(model.bins, 1) * max(len(model.parameters), len(model.samples))))
    values, deviance = np.empty((n, len(mask))), np.empty(n)
    for first in range(0, n, size):
        rows = np.arange(first, min(first + size, n))
        part = likelihood.select(rows)
        found = _best_of_starts(part, {i: value[rows] for i, value in held.items()}, mask, strict)
        values[rows], deviance[rows] = found.values, found.deviance
    return Minimum(values, deviance)


def rise(likelihood: Likelihood, best: Minimum, fixed: Mapping[str, float | Array]) -> tuple[Array, Minimum]:
    """t = D(fixed, the rest at its best) − D(best) ≥ 0 of each data set, and the conditional fit.

    Less than `_NOTHING`, a thousandth of a standard deviation, is zero: where a background can take the place of the
    signal, differences are rounding, and a ratio of two of them would be taken for an exclusion.
    """
    conditional = minimise(likelihood, fixed)
    t = conditional.deviance - best.deviance
    return np.where(t > _NOTHING, t, 0.0), conditional


def _best_of_starts(
    likelihood: Likelihood, held: Mapping[int, Array], mask: NDArray[np.bool_], strict: bool
) -> Minimum:
    best: Minimum | None = None
    for start in _starts(likelihood.model, held, mask, likelihood.number):
        found = _descend(likelihood, start, mask, strict)
        if best is None:
            best = found
        else:
            better = found.deviance < best.deviance
            best = Minimum(
                np.where(better[:, None], found.values, best.values), np.where(better, found.deviance, best.deviance)
            )
    assert best is not None
    impossible = ~np.isfinite(best.deviance)
    if np.any(impossible) and not held:
        raise RuntimeError(
            "no parameters make the data possible: there are events in a bin where neither a background nor the signal "
            "has any, or the expectation is negative; add a background, or leave the bin out"
        )
    return best


def _starts(model: Model, held: Mapping[int, Array], mask: NDArray[np.bool_], n: int) -> list[Array]:
    """Points to start from: one with some signal, and for each parameter that enters squared those across its zero."""
    base = np.tile(model.start, (n, 1))
    for i, value in held.items():
        base[:, i] = value
    low, high = model.limits
    first = len(model.signal.parameters)
    # λ at its nominal value may be zero or negative where there is nothing but signal.
    noise = np.abs(model.expected(base))
    mean = noise.mean(axis=1, keepdims=True)
    noise += np.where(mean > 0, 0.01 * mean, 0.5)
    above, across = base.copy(), []
    for i in range(first):
        if mask[i] or i in model.constrained:
            continue  # what is measured is near its start
        linear, square = (_coefficient(model, i, power, base[:, :first]) for power in (1, 2))
        with np.errstate(divide="ignore"):
            one, two = np.sum(linear**2 / noise, axis=1) ** -0.5, np.sum(square**2 / noise, axis=1) ** -0.25
        size = np.minimum(one, two)
        size = np.where(np.isfinite(size), size, 0.0)
        above[:, i] = np.clip(model.start[i] + size, low[i], high[i])
        if square.any():
            across.append((i, -size))
            total = square.sum(axis=1)
            mirror = np.divide(-linear.sum(axis=1), total, out=np.zeros(n), where=total != 0)
            if mirror.any():
                across.append((i, mirror))
    found = [above]
    for i, place in across:
        inside = (low[i] < place) & (place < high[i])
        if inside.any():
            other = above.copy()
            other[:, i] = np.where(inside, place, above[:, i])
            found.append(other)
    if across:
        found.append(base)
    return found


def _coefficient(model: Model, i: int, power: int, values: Array) -> Array:
    """What stands before a power of a parameter in λ, the others at these values (n, parameter); shape (n, bin).

    A product with another parameter that is held is a term of this one: it moves the second of its minima.
    """
    signal = model.signal
    which = signal.exponents[:, i] == power
    others = np.delete(signal.exponents[which], i, axis=1)
    factor = np.prod(np.delete(values, i, axis=1)[:, None, :] ** others, axis=2)
    return np.asarray(factor @ signal.coefficients[which].sum(axis=1))


def _descend(likelihood: Likelihood, start: Array, mask: NDArray[np.bool_], strict: bool) -> Minimum:
    low, high = likelihood.model.limits
    values = start.copy()
    deviance = likelihood.deviance(values)
    # A start that is impossible is drawn towards the nominal point, which need not be.
    nominal = np.where(mask, start, np.clip(likelihood.model.start, low, high))
    for _ in range(40):
        bad = ~np.isfinite(deviance)
        if not bad.any():
            break
        values[bad] = (values[bad] + nominal[bad]) / 2
        deviance = likelihood.deviance(values)
    rows = np.flatnonzero(np.isfinite(deviance))
    damping = np.full(len(start), 1e-6)
    for _ in range(_STEPS if strict else _FEW_STEPS):
        if not len(rows):
            return Minimum(values, deviance)
        part = likelihood if len(rows) == len(start) else likelihood.select(rows)
        x, tau = values[rows], damping[rows]
        here = part.derivatives(x)
        closed = ((x <= low) & (here.gradient >= 0)) | ((x >= high) & (here.gradient <= 0)) | mask
        gradient = np.where(closed, 0.0, here.gradient)
        plain = x + _step(here.curvature, here.scale, gradient, closed, np.minimum(tau, _NEARLY_NEWTON))
        plain = new = np.clip(plain, low, high)
        if np.any(tau > _NEARLY_NEWTON):
            new = np.clip(x + _step(here.curvature, here.scale, gradient, closed, tau), low, high)
        # A damped step is small anywhere; what Newton's own step would gain says whether the minimum is near.
        gain = np.abs(np.sum(gradient * (plain - x), axis=1))
        value = part.deviance(new)
        better = value <= here.deviance
        values[rows[better]], deviance[rows[better]] = new[better], value[better]
        share = _share(here, gradient, new - x, value)
        raised, lowered = tau * 10, np.maximum(tau / 10, 1e-12)
        damping[rows] = np.where(~better | (share < _TOO_FAR), raised, np.where(share > _AS_FORESEEN, lowered, tau))
        done = (gain < _TOLERANCE) | (damping[rows] > _STUCK)
        rows = rows[~done]
    if not strict:
        return Minimum(values, deviance)
    raise RuntimeError(
        f"{len(rows)} of {len(start)} fits did not converge in {_STEPS} steps; are two parameters degenerate? Fix one, "
        f"or constrain it"
    )


def _share(here: Derivatives, gradient: Array, step: Array, value: Array) -> Array:
    """The decrease of D by a step, as a share of what the gradient and curvature foresee.

    The curvature lacks the second derivatives of λ in nuisance parameters.  Far from the data, where a factor such as
    (1 + σ)^a is pulled by tens of σ, the true one may be twice as large: then a full step ends across the valley, as
    high as it began.
    """
    square = np.einsum("np,npq,nq->n", step, here.curvature, step)
    foreseen = -np.sum(gradient * step, axis=1) - square / 2
    fallen = here.deviance - value
    # A bound may cut a step such that nothing is foreseen of it; then any decrease will do.  A step lost in rounding
    # is none: were damping lowered after it, it would go up and down for ever.
    return np.where(foreseen > 0, fallen / np.where(foreseen > 0, foreseen, 1.0), np.where(fallen > 0, 1.0, 0.0))


def _step(curvature: Array, scale: Array, gradient: Array, closed: NDArray[np.bool_], damping: Array) -> Array:
    """Newton's step in the open directions, damped, in units of each parameter's own size."""
    size = np.sqrt(np.maximum(np.einsum("npp->np", curvature), scale))
    size = np.where(size > 0, size, 1.0)
    matrix = curvature / (size[:, :, None] * size[:, None, :])
    open_pair = ~closed[:, :, None] & ~closed[:, None, :]
    identity = np.eye(matrix.shape[1])
    matrix = np.where(open_pair, matrix, 0.0) + identity * (
        np.maximum(damping, 1e-10)[:, None, None] + closed[:, None, :]
    )
    return np.asarray(-np.linalg.solve(matrix, (gradient / size)[:, :, None])[:, :, 0] / size)

"""What every response model of an atom gives: structure functions, their measure in Q², and lines.

`nuatom.functions` lists the structure functions; here is what a model answers when it is asked for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array, ByFunction, Function


@dataclass(frozen=True)
class StructureFunctions(ByFunction):
    """Structure functions, resolved by shell, at given transfers and momenta.

    Attributes:
        values: by `Function`, those asked for and always S and R, shape (shell, nT, nQ) [1/energy]; ``.charge``,
            ``.current`` and so on read them.
        shells: the shells, in the order of the first axis.
        transfer: T, shape (nT,) [energy].
        momentum: Q, shape (nT, nQ) [energy].
        relative_error: estimated relative error of the integrals of S over Q, shape (shell, nT).
    """

    shells: tuple[Shell, ...]
    transfer: Array
    momentum: Array
    relative_error: Array


@dataclass(frozen=True)
class Measure(ByFunction):
    """Nodes in Q and structure functions times dQ², so that integrals over Q² are sums.

    For each transfer T_t and any smooth weight w,

        ∫_{lower²}^{upper²} dQ² w(Q) S_i(T_t, Q) = Σ_k w(momentum[i,t,k]) charge[i,t,k],

    and likewise for the others.  A free electron at rest, whose S is a delta function, is one node with its exact
    weight: no grid has to resolve the ridge.

    Attributes:
        values: by `Function`, those asked for and always S and R, each times dQ², shape (shell, nT, nQ) [energy].
        momentum: Q, shape (shell, nT, nQ) or (1, nT, nQ) when all shells share their nodes [energy].
        relative_error: estimated relative error of the integrals, shape (shell, nT).
    """

    momentum: Array
    relative_error: Array


@dataclass(frozen=True)
class Lines(ByFunction):
    """Discrete excitations: energies, and strengths as functions of Q.

    The line i adds charge[i](Q) δ(T − transfer[i]) to S, current[i](Q) δ(T − transfer[i]) to R, and so on.

    Attributes:
        values: by `Function`, those asked for and always S and R: strengths at the grid, shape (line, nQ)
            [dimensionless].
        shell: index into the model's shells of the shell that loses the electron, shape (line,).
        final: label of the level excited to, e.g. "6p3/2"; the sum over all levels above the last
            resolved one of a Rydberg series is one line labelled e.g. ">12p3/2".
        transfer: excitation energies, ascending, shape (line,) [energy].
        momentum: the grid of Q, shape (nQ,) [energy].
    """

    shell: NDArray[np.intp]
    final: tuple[str, ...]
    transfer: Array
    momentum: Array

    def __len__(self) -> int:
        return len(self.final)

    @staticmethod
    def none() -> Lines:
        """The lines of a model that has none."""
        nothing = dict.fromkeys(Function, np.zeros((0, 0)))
        return Lines(nothing, np.zeros(0, dtype=np.intp), (), np.zeros(0), np.zeros(0))


@runtime_checkable
class ResponseModel(Protocol):
    """What an atom answers when it is hit with (T, Q)."""

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells, in the order of the first axis of every array this model returns."""
        ...

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Structure functions at transfer (nT,) and momentum (nQ,) or (nT, nQ) [energy]."""
        ...

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Nodes and weights of ∫dQ² between lower and upper, each of shape (nT,) [energy].

        Where upper ≤ lower the measure is exactly zero.
        """
        ...

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """The discrete excitations; `Lines.none()` for a model without them."""
        ...


def checked_transfer(transfer: ArrayLike) -> Array:
    """T as an array of shape (nT,).

    Raises:
        ValueError: if it is not finite, negative or not one-dimensional.
    """
    return _checked("transfer", transfer)


def checked_momentum(momentum: ArrayLike, transfer: Array) -> Array:
    """Q as an array of shape (nT, nQ).

    Raises:
        ValueError: if it is not finite, not positive, or its shape is neither (nQ,) nor (nT, nQ).
    """
    Q = np.asarray(momentum, dtype=float)
    if not np.all(np.isfinite(Q)) or np.any(Q <= 0):
        raise ValueError("momentum must be finite and greater than zero, in MeV; for a limit at Q = 0 take a small Q")
    if Q.ndim > 2 or (Q.ndim == 2 and Q.shape[0] not in (1, transfer.size)):
        raise ValueError(f"momentum must have shape (nQ,) or ({transfer.size}, nQ), not {Q.shape}")
    return np.array(np.broadcast_to(Q, (transfer.size, Q.shape[-1] if Q.ndim else 1)))


def checked_limits(lower: ArrayLike, upper: ArrayLike, transfer: Array) -> tuple[Array, Array]:
    """The limits of an integral over Q as arrays of shape (nT,); the upper one may be infinite.

    Raises:
        ValueError: if one is not a number or the lower one negative.
    """
    low, high = (np.array(np.broadcast_to(np.asarray(x, dtype=float), transfer.shape)) for x in (lower, upper))
    if np.any(np.isnan(low)) or np.any(np.isnan(high)) or np.any(low < 0):
        raise ValueError("the limits on Q must be numbers, the lower ones not negative")
    return low, high


def _checked(name: str, values: ArrayLike) -> Array:
    array = np.array(values, dtype=float, ndmin=1)
    if array.ndim != 1 or not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError(f"{name} must be a list of finite numbers that are not negative, in MeV; got {values!r}")
    return array

"""What every response model of an atom gives: structure functions, their measure in Q², and lines.

The atom absorbs an energy T and a momentum Q from a probe.  In the Born approximation all it can answer is a handful of
structure functions of (T, Q); a coupling is a set of weights on them.  With the electron currents V^μ = ψ̄γ^μψ and
A^μ = ψ̄γ^μγ5ψ, the z axis along Q and Σ_n the sum over final states with δ(T − E_n + E_0),

    charge              S    = Σ_n |⟨n| Σ_j e^{iQ·r_j} |0⟩|²                                        (K 9)
    current             R    = Σ_n |⟨n| Σ_j e_⊥·α_j e^{iQ·r_j} |0⟩|², ONE linear polarisation      (K 10)
    axial_charge        A00,    axial_longitudinal  A33,    axial_mixed  A03 = Re Σ_n A0 A3*
    axial_current       A_T, one linear polarisation
    vector_axial        VA   = ½ Σ_n Σ_λ λ Re(V_λ A_λ*), λ = ±1 the helicity
    scalar, pseudoscalar     |⟨n|ψ̄ψ|0⟩|² and |⟨n|ψ̄iγ5ψ|0⟩|², for mediators of those kinds.

V03 = (T/Q) S and V33 = (T/Q)² S follow from current conservation.  All have the dimension 1/energy; all but A03 and VA
are positive, and A03² ≤ A00 A33, VA² ≤ R A_T.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.elements import Shell

Array = NDArray[np.float64]


class Function(Enum):
    """A structure function; the value is the name of its attribute wherever it is kept."""

    CHARGE = "charge"
    CURRENT = "current"
    AXIAL_CHARGE = "axial_charge"
    AXIAL_LONGITUDINAL = "axial_longitudinal"
    AXIAL_CURRENT = "axial_current"
    AXIAL_MIXED = "axial_mixed"
    VECTOR_AXIAL = "vector_axial"
    SCALAR = "scalar"
    PSEUDOSCALAR = "pseudoscalar"


VECTOR = (Function.CHARGE, Function.CURRENT)
"""What a photon couples to, and all that electromagnetic moments of the neutrino need."""
ALL = tuple(Function)
MIXED = {
    Function.AXIAL_MIXED: (Function.AXIAL_CHARGE, Function.AXIAL_LONGITUDINAL),
    Function.VECTOR_AXIAL: (Function.CURRENT, Function.AXIAL_CURRENT),
}
"""The two that are interferences, and the squares that bound them."""


@dataclass(frozen=True)
class StructureFunctions:
    """Structure functions, resolved by shell, at given transfers and momenta; None for those not asked for.

    Attributes:
        shells: the shells, in the order of the first axis.
        transfer: T, shape (nT,) [energy].
        momentum: Q, shape (nT, nQ) [energy].
        charge: S, shape (shell, nT, nQ) [1/energy].
        current: R, likewise, and so on for every `Function`.
        relative_error: estimated relative error of the integrals of S over Q, shape (shell, nT).
    """

    shells: tuple[Shell, ...]
    transfer: Array
    momentum: Array
    charge: Array
    current: Array
    relative_error: Array
    axial_charge: Array | None = None
    axial_longitudinal: Array | None = None
    axial_current: Array | None = None
    axial_mixed: Array | None = None
    vector_axial: Array | None = None
    scalar: Array | None = None
    pseudoscalar: Array | None = None


@dataclass(frozen=True)
class Measure:
    """Nodes in Q and structure functions times dQ², so that integrals over Q² are sums.

    For each transfer T_t and any smooth weight w,

        ∫_{lower²}^{upper²} dQ² w(Q) S_i(T_t, Q) = Σ_k w(momentum[i,t,k]) charge[i,t,k],

    and likewise for the others.  A free electron at rest, whose S is a delta function, is one node with its exact
    weight: no grid has to resolve the ridge.

    Attributes:
        momentum: Q, shape (shell, nT, nQ) or (1, nT, nQ) when all shells share their nodes [energy].
        charge: S dQ², shape (shell, nT, nQ) [energy].
        current: R dQ², likewise, and so on for every `Function` asked for.
        relative_error: estimated relative error of the integrals, shape (shell, nT).
    """

    momentum: Array
    charge: Array
    current: Array
    relative_error: Array
    axial_charge: Array | None = None
    axial_longitudinal: Array | None = None
    axial_current: Array | None = None
    axial_mixed: Array | None = None
    vector_axial: Array | None = None
    scalar: Array | None = None
    pseudoscalar: Array | None = None


@dataclass(frozen=True)
class Lines:
    """Discrete excitations: energies, and strengths as functions of Q.

    The line i adds strength[i](Q) δ(T − transfer[i]) to S and current_strength[i](Q) δ(T − transfer[i]) to R.

    Attributes:
        shell: index into the model's shells of the shell that loses the electron, shape (line,).
        final: label of the level excited to, e.g. "6p3/2"; the sum over all levels above the last
            resolved one of a Rydberg series is one line labelled e.g. ">12p3/2".
        transfer: excitation energies, ascending, shape (line,) [energy].
        momentum: the grid of Q, shape (nQ,) [energy].
        charge: strengths in S at the grid, shape (line, nQ) [dimensionless].
        current: strengths in R at the grid, shape (line, nQ) [dimensionless], and so on for every `Function`
            asked for.
    """

    shell: NDArray[np.intp]
    final: tuple[str, ...]
    transfer: Array
    momentum: Array
    charge: Array
    current: Array
    axial_charge: Array | None = None
    axial_longitudinal: Array | None = None
    axial_current: Array | None = None
    axial_mixed: Array | None = None
    vector_axial: Array | None = None
    scalar: Array | None = None
    pseudoscalar: Array | None = None

    def __len__(self) -> int:
        return len(self.final)

    @staticmethod
    def none() -> Lines:
        """The lines of a model that has none."""
        empty = np.zeros((0, 0))
        return Lines(np.zeros(0, dtype=np.intp), (), np.zeros(0), np.zeros(0), empty, empty)


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


def with_vector(functions: Iterable[Function]) -> tuple[Function, ...]:
    """The functions asked for and S and R, which every answer has, in the order of `Function`."""
    wanted = {*functions, *VECTOR}
    return tuple(function for function in Function if function in wanted)


def refuse_others(model: str, functions: Iterable[Function], given: tuple[Function, ...] = VECTOR) -> None:
    """Raise a ValueError if a model is asked for structure functions that it lacks."""
    lacking = [function.value for function in functions if function not in given]
    if lacking:
        raise ValueError(
            f"{model} has no {', '.join(lacking)}: it gives {', '.join(f.value for f in given)}; "
            "use CentralField or FreeElectrons for the others"
        )

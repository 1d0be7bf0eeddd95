"""The structure functions of an atom: their list, what bounds them, and how arrays of them are kept.

The atom absorbs an energy T and a momentum Q from a probe.  In the Born approximation all it can answer is a handful of
structure functions of (T, Q); a coupling is a set of weights on them.  With the electron currents V^μ = ψ̄γ^μψ and
A^μ = ψ̄γ^μγ5ψ, the z axis along Q and Σ_n the sum over final states with δ(T − E_n + E_0),

    charge              S    = Σ_n |⟨n| Σ_j e^{iQ·r_j} |0⟩|²                                        (K 9)
    current             R    = Σ_n |⟨n| Σ_j e_⊥·α_j e^{iQ·r_j} |0⟩|², ONE linear polarisation      (K 10)
    axial_charge        A00,    axial_longitudinal  A33,    axial_mixed  A03 = Re Σ_n A0 A3*
    axial_current       A_T, one linear polarisation
    vector_axial        VA   = ½ Σ_n Σ_λ λ Re(V_λ A_λ*), λ = ±1 the helicity
    scalar, pseudoscalar     |⟨n|ψ̄ψ|0⟩|² and |⟨n|ψ̄iγ5ψ|0⟩|², for mediators of those kinds
    scalar_charge       Re Σ_n ⟨n|ψ̄ψ|0⟩⟨n|ψ†ψ|0⟩*, the interference of a scalar with a charge.

V03 = (T/Q) S and V33 = (T/Q)² S follow from current conservation.  All have the dimension 1/energy; those in `MIXED`
are interferences of two others, and the others are positive.  This list is the only one: kernels, limits, tables and
weights are indexed by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Function(Enum):
    """A structure function; the value is its name in files, and of its attribute wherever it is kept."""

    CHARGE = "charge"
    CURRENT = "current"
    AXIAL_CHARGE = "axial_charge"
    AXIAL_LONGITUDINAL = "axial_longitudinal"
    AXIAL_CURRENT = "axial_current"
    AXIAL_MIXED = "axial_mixed"
    VECTOR_AXIAL = "vector_axial"
    SCALAR = "scalar"
    PSEUDOSCALAR = "pseudoscalar"
    SCALAR_CHARGE = "scalar_charge"


VECTOR = (Function.CHARGE, Function.CURRENT)
"""What a photon couples to, and all that electromagnetic moments of the neutrino need."""
ALL = tuple(Function)
MIXED: Mapping[Function, tuple[Function, Function]] = MappingProxyType(
    {
        Function.AXIAL_MIXED: (Function.AXIAL_CHARGE, Function.AXIAL_LONGITUDINAL),
        Function.VECTOR_AXIAL: (Function.CURRENT, Function.AXIAL_CURRENT),
        Function.SCALAR_CHARGE: (Function.CHARGE, Function.SCALAR),
    }
)
"""Those that are interferences, and the squares that bound them: |f|² ≤ f₁ f₂."""


@dataclass(frozen=True)
class ByFunction:
    """Arrays by structure function: ``x.values[Function.CHARGE]`` and ``x.charge`` are the same.

    Attributes:
        values: an array for every function that is there; what it means and its shape, the subclass says.

    Raises:
        ValueError: if a key is not a `Function`.
    """

    values: Mapping[Function, Array]

    def __post_init__(self) -> None:
        wrong = [key for key in self.values if not isinstance(key, Function)]
        if wrong:
            raise ValueError(f"{type(self).__name__}: values are kept by Function, got the key {wrong[0]!r}")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __getitem__(self, function: Function) -> Array:
        """One of them.

        Raises:
            ValueError: if it is not there; it says which are.
        """
        if function not in self.values:
            _lacks(self, function)
        return self.values[function]

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "values": dict(self.values)}  # a proxy cannot be pickled

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array:
            """``x.charge`` and its kin, one for every `Function`."""
            ...


def _lacks(kept: ByFunction, function: Function) -> NoReturn:
    there = ", ".join(key.value for key in kept.values) or "none"
    raise ValueError(
        f"no {function.value} in this {type(kept).__name__}, which has {there}: ask for it with functions=…, "
        "of a model that gives it"
    )


def _property(function: Function) -> property:
    def read(self: ByFunction) -> Array:
        if function not in self.values:
            raise AttributeError(f"{type(self).__name__} without {function.value}: it was not asked for")
        return self.values[function]

    return property(read, doc=f"The array of {function.value}.")


for _function in Function:
    setattr(ByFunction, _function.value, _property(_function))


def vector(charge: Array, current: Array) -> dict[Function, Array]:
    """S and R by function: all the values of what has no others."""
    return {Function.CHARGE: charge, Function.CURRENT: current}


def in_order(functions: Iterable[Function]) -> tuple[Function, ...]:
    """Functions, each once, in the order of `Function`."""
    wanted = set(functions)
    return tuple(function for function in Function if function in wanted)


def with_vector(functions: Iterable[Function]) -> tuple[Function, ...]:
    """The functions asked for and S and R, which every answer has, in the order of `Function`."""
    return in_order({*functions, *VECTOR})


def refuse_others(model: str, functions: Iterable[Function], given: tuple[Function, ...] = VECTOR) -> None:
    """Raise a ValueError if a model is asked for structure functions that it lacks.

    Args:
        model: its name, for the message.
        functions: those asked for.
        given: those it has.
    """
    lacking = [function.value for function in functions if function not in given]
    if lacking:
        raise ValueError(
            f"{model} has no {', '.join(lacking)}: it gives {', '.join(f.value for f in given)}; "
            "use CentralField or FreeElectrons for the others"
        )

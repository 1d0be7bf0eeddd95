"""Free electrons at rest: the exact response every bound electron tends to when T ≫ ε.

For one relativistic electron at rest, E' = m + T and Q² = T² + 2mT, with all structure functions
proportional to δ(T − (√(m²+Q²) − m)):

    S = A33 = A_T = scalar = scalar_charge = (E' + m)/2E',
    R = A00 = pseudoscalar = T/2E',    A03 = VA = Q/2E',    ∫dQ² δ(…) = 2E'.

With these (K 6–8) give exactly the textbook (πα²μ²/m²)(1/T − 1/E).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol, assert_never

import numpy as np
from numpy.typing import ArrayLike

from nuatom.elements import Element, Shell, configuration, element
from nuatom.functions import VECTOR, Array, Function, with_vector
from nuatom.response.model import Lines, Measure, StructureFunctions
from nuatom.units import ELECTRON_MASS


class HasShells(Protocol):
    """An atom, as far as this module needs one."""

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The occupied shells."""
        ...


def element_of(atom: object) -> Element | None:
    """The element of a symbol, a number or an atom; None where shells are all there is."""
    if isinstance(atom, str | int):
        return element(atom)
    own = getattr(atom, "element", None)
    return own if isinstance(own, Element) else None


@dataclass(frozen=True)
class DeltaFactors:
    """Coefficients of the δ function in the structure functions of one electron, and where it sits.

    Attributes:
        transfer: T [energy].
        momentum: Q = √(T² + 2mT), the shape of T [energy].
        jacobian: ∫dQ² δ(T − (√(m²+Q²) − m)) = 2E' [energy].
        charge: (E' + m)/2E' [dimensionless].
        current: T/2E' [dimensionless].
        mixed: Q/2E' [dimensionless].
    """

    transfer: Array
    momentum: Array
    jacobian: Array
    charge: Array
    current: Array
    mixed: Array

    def of(self, function: Function) -> Array:
        """The coefficient of any structure function [dimensionless]."""
        match function:
            case Function.CURRENT | Function.AXIAL_CHARGE | Function.PSEUDOSCALAR:
                return self.current
            case Function.AXIAL_MIXED | Function.VECTOR_AXIAL:
                return self.mixed
            case (
                Function.CHARGE
                | Function.AXIAL_LONGITUDINAL
                | Function.AXIAL_CURRENT
                | Function.SCALAR
                | Function.SCALAR_CHARGE
            ):
                return self.charge
            case _:
                assert_never(function)


@dataclass(frozen=True, init=False)
class FreeElectrons:
    """The electrons of an atom, each free and at rest: S = Σ q_i (E'+m)/2E' δ(T − (√(m²+Q²) − m)).

    The shells keep their occupancies; their binding energies are set to zero.

    Args:
        atom: a symbol, an atomic number, or any object with ``shells``.

    Raises:
        ValueError: for an unknown element.
    """

    shells: tuple[Shell, ...]
    element: Element | None = field(default=None, compare=False, repr=False)

    def __init__(self, atom: str | int | HasShells) -> None:
        given: tuple[Shell, ...] | None = getattr(atom, "shells", None)
        shells = configuration(atom) if given is None else given  # type: ignore[arg-type]
        object.__setattr__(self, "shells", tuple(replace(shell, binding_energy=0.0) for shell in shells))
        object.__setattr__(self, "element", element_of(atom))

    def factors(self, transfer: ArrayLike) -> DeltaFactors:
        """The coefficients of the δ function, per electron, at T of any shape [energy]."""
        return delta_factors(transfer)

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Always an error: S is a δ function and has no value at a point.

        Raises:
            ValueError: always.
        """
        raise delta_error("FreeElectrons")

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """One node per transfer, at Q = √(T² + 2mT), with the weights q_i (E'+m) of S, q_i T of R, and so on.

        Args:
            transfer: T, shape (nT,) [energy].
            lower: least Q, shape (nT,) [energy].
            upper: greatest Q, shape (nT,) [energy].
            functions: which structure functions; S and R come with any.

        Raises:
            ValueError: for a transfer that is not finite or negative.
        """
        return free_measure(self.shells, transfer, lower, upper, functions)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """None: a free electron has no levels."""
        return Lines.none()


def delta_factors(transfer: ArrayLike) -> DeltaFactors:
    """Position and coefficients of the δ function of one free electron at T of any shape [energy].

    Raises:
        ValueError: for a transfer that is not finite or negative.
    """
    T = np.asarray(transfer, dtype=float)
    if not np.all(np.isfinite(T)) or np.any(T < 0):
        raise ValueError("transfer must be finite and ≥ 0 [energy], got values outside that")
    final = ELECTRON_MASS + T
    return DeltaFactors(
        transfer=T,
        momentum=np.sqrt(T * (T + 2 * ELECTRON_MASS)),
        jacobian=2 * final,
        charge=(final + ELECTRON_MASS) / (2 * final),
        current=T / (2 * final),
        mixed=np.sqrt(T * (T + 2 * ELECTRON_MASS)) / (2 * final),
    )


def free_measure(
    shells: tuple[Shell, ...],
    transfer: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    functions: Iterable[Function] = VECTOR,
) -> Measure:
    """The one-node measure of free electrons, each shell times its occupancy; arguments as in ``measure``."""
    at = delta_factors(np.atleast_1d(np.asarray(transfer, dtype=float)))
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    if np.any(np.isnan(low)) or np.any(np.isnan(high)):
        raise ValueError("lower and upper must be numbers or infinity, got nan")
    inside = (low < high) & (low <= at.momentum) & (at.momentum <= high)
    occupancy = np.array([shell.occupancy for shell in shells])[:, None, None]
    values = {
        function: occupancy * np.where(inside, at.jacobian * at.of(function), 0.0)[None, :, None]
        for function in with_vector(functions)
    }
    error = np.zeros((len(shells), len(at.transfer)))
    return Measure(values, at.momentum[None, :, None], error)


def delta_error(model: str) -> ValueError:
    """The error of a model whose S is a δ function when its values are asked for."""
    return ValueError(
        f"S and R of {model} are δ functions of Q with no value at a point; "
        "use .measure(transfer, lower, upper) for integrals or .factors(transfer) for the coefficients"
    )

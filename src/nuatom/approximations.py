"""What people use instead of an atom's response, as response models of their own.

Each takes the place of the real model in ``cross_section``: the comparison is one changed argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from nuatom.elements import Element, Shell
from nuatom.functions import VECTOR, Array, Function, refuse_others, vector, with_vector
from nuatom.response.free import (
    DeltaFactors,
    FreeElectrons,
    HasShells,
    delta_error,
    delta_factors,
    element_of,
    free_measure,
)
from nuatom.response.model import Lines, Measure, ResponseModel, StructureFunctions
from nuatom.units import MOMENTUM_AU

_PANELS, _ORDER = 8, 12  # of the quadrature in log Q for a photon-like response; exact to rounding


@dataclass(frozen=True, init=False)
class Stepping:
    """Free electrons that count only above their binding energies, dσ/dT = Σ_i q_i θ(T − ε_i) dσ_free/dT.

    Args:
        atom: an object whose ``shells`` have binding energies.

    Raises:
        ValueError: if a shell has no binding energy.
    """

    shells: tuple[Shell, ...]
    element: Element | None = field(default=None, compare=False, repr=False)

    def __init__(self, atom: HasShells) -> None:
        if isinstance(atom, str | int):
            raise ValueError(
                f"Stepping needs the binding energies of an Atom, not {atom!r}: write Stepping(Atom({atom!r}))"
            )
        unbound = [shell.label for shell in atom.shells if not shell.binding_energy > 0]
        if unbound:
            raise ValueError(
                f"Stepping needs binding energies > 0; {', '.join(unbound)} has none: pass an Atom, "
                "or use FreeElectrons for electrons that are not bound"
            )
        object.__setattr__(self, "shells", tuple(atom.shells))
        object.__setattr__(self, "element", element_of(atom))

    def factors(self, transfer: ArrayLike) -> DeltaFactors:
        """The coefficients of the δ function of one electron above its step, at T of any shape [energy]."""
        return delta_factors(transfer)

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Always an error: S is a δ function and has no value at a point.

        Raises:
            ValueError: always.
        """
        raise delta_error("Stepping")

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """The node of a free electron, with weight 0 for the shells with ε ≥ T; arguments (nT,) [energy].

        It has all structure functions, like free electrons.
        """
        wanted = with_vector(functions)
        free = free_measure(self.shells, transfer, lower, upper, wanted)
        binding = np.array([shell.binding_energy for shell in self.shells])
        is_open = (np.atleast_1d(np.asarray(transfer, dtype=float)) > binding[:, None])[:, :, None]
        return replace(free, values={f: values * is_open for f, values in free.values.items()})

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """None."""
        return Lines.none()


@dataclass(frozen=True, init=False)
class SumRule:
    """Only ∫S dQ²/Q² = (number)·Z/T is kept of the response: one node at the free electron's Q, and no R.

    Args:
        atom: a symbol, an atomic number, or any object with ``shells``.
        number: electrons that act together: 1 for independent ones.
    """

    shells: tuple[Shell, ...]
    number: float
    element: Element | None = field(default=None, compare=False, repr=False)

    def __init__(self, atom: str | int | HasShells, number: float = 1.0) -> None:
        object.__setattr__(self, "shells", FreeElectrons(atom).shells)
        object.__setattr__(self, "element", element_of(atom))
        object.__setattr__(self, "number", number)

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Always an error: only the integral of S is known.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"{type(self).__name__} knows ∫S dQ²/Q² only, no values of S; use .measure")

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """The free electrons' charge times ``number``; current zero; arguments (nT,) [energy].

        Raises:
            ValueError: for functions other than S and R, of which the sum rule says nothing.
        """
        refuse_others(type(self).__name__, functions)
        free = free_measure(self.shells, transfer, lower, upper)
        return replace(free, values=vector(self.number * free.charge, np.zeros_like(free.current)))

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """None."""
        return Lines.none()


class FreeSumRule(SumRule):
    """∫S dQ²/Q² = Z/T: the longitudinal response of independent electrons, each as good as free.

    It is not (K 16), F(E, 0) = Z/(E − E₀), which is the density response at Q = 0 and not an integral of S.

    Args:
        atom: a symbol, an atomic number, or any object with ``shells``.
    """

    def __init__(self, atom: str | int | HasShells) -> None:
        super().__init__(atom)


class CoherentSumRule(SumRule):
    """∫S dQ²/Q² = Z²/T (K 15): as if all electrons of the atom were hit as one.

    Each shell is given Z times its share of the free result; for an atom the enhancement does not happen.

    Args:
        atom: a symbol, an atomic number, or any object with ``shells``.
    """

    def __init__(self, atom: str | int | HasShells) -> None:
        super().__init__(atom, sum(shell.occupancy for shell in FreeElectrons(atom).shells))


@dataclass(frozen=True)
class FrozenPhoton:
    """R(T,Q)/Q² frozen at its value for a real photon, R(T,T)/T², for all Q; S is the model's.

    The claim of Wong, Li and Lin (Phys. Rev. Lett. 105 (2010) 061801) that ionisation enhances the magnetic
    moment's cross section.  Kouzakov and Studenikin showed the enhancement to be spurious: R does not grow as
    Q² beyond the photon's Q = T.  Kept as history.

    Args:
        model: the response that supplies S and the photon value of R.
    """

    model: ResponseModel

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The model's shells."""
        return self.model.shells

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """S of the model and R(T,T) Q²/T² at T (nT,), Q (nQ,) or (nT, nQ) [energy].

        Raises:
            ValueError: for functions other than S and R: a photon does not see the axial current.
        """
        refuse_others("FrozenPhoton", functions)
        T = np.asarray(transfer, dtype=float)
        real = self.model.structure(T, np.asarray(momentum, dtype=float), VECTOR)
        growth = (real.momentum / T[:, None]) ** 2
        frozen = _photon_current(self.model, T)[:, :, None] * growth
        return replace(real, values={**real.values, Function.CURRENT: frozen})

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """The model's nodes for S and, after them, nodes over the whole interval for R.

        Args:
            transfer: T, shape (nT,) [energy].
            lower: least Q > 0, shape (nT,) [energy].
            upper: greatest Q, finite, shape (nT,) [energy].

        Raises:
            ValueError: for limits without a finite integral, or functions other than S and R.
        """
        refuse_others("FrozenPhoton", functions)
        T, low, high = _limits(transfer, lower, upper)
        real = self.model.measure(T, low, high)
        Q, dQ2 = _photon_nodes(low, high)
        current = (_photon_current(self.model, T) / T**2)[:, :, None] * Q**2 * dQ2
        momentum = np.broadcast_to(real.momentum, (len(real.momentum), len(T), real.momentum.shape[-1]))
        extra = np.broadcast_to(Q, (len(momentum), *Q.shape))
        return Measure(
            values=vector(
                np.concatenate([real.charge, np.zeros_like(current)], axis=-1),
                np.concatenate([np.zeros_like(real.charge), current], axis=-1),
            ),
            momentum=np.concatenate([momentum, extra], axis=-1),
            relative_error=real.relative_error,
        )

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """The model's lines, as they are."""
        refuse_others("FrozenPhoton", functions)
        return self.model.lines()


@dataclass(frozen=True)
class EquivalentPhoton:
    """S and R by their long-wavelength values, for couplings whose 1/Q⁴ makes small Q count.

        R(T,Q) = R(T,T),   S(T,Q) = (Q²/T²) R(T,T),   R(T,T) = σ_γ(T) T/4π²α

    Both hold while Q is small against the inverse size of the shell.  Beyond, R(T,Q) falls and S stops
    growing; under a weight that falls more slowly than 1/Q⁴ that region dominates the integral, wrongly.

    Args:
        model: the response that supplies the photon value of R.
    """

    model: ResponseModel

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The model's shells."""
        return self.model.shells

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """S and R at T (nT,), Q (nQ,) or (nT, nQ) [energy].

        Raises:
            ValueError: for functions other than S and R: a photon does not see the axial current.
        """
        refuse_others("EquivalentPhoton", functions)
        T, Q = np.asarray(transfer, dtype=float), np.asarray(momentum, dtype=float)
        Q = np.broadcast_to(Q, (len(T), Q.shape[-1])).copy()
        photon = self.model.structure(T, T[:, None], VECTOR)
        current = np.repeat(photon.current, Q.shape[-1], axis=-1)
        charge = current * (Q / T[:, None]) ** 2
        return StructureFunctions(vector(charge, current), self.shells, T, Q, photon.relative_error)

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Nodes over the whole interval; arguments and errors as in `FrozenPhoton.measure`."""
        refuse_others("EquivalentPhoton", functions)
        T, low, high = _limits(transfer, lower, upper)
        Q, dQ2 = _photon_nodes(low, high)
        photon = self.model.structure(T, T[:, None], VECTOR)
        current = photon.current * dQ2
        return Measure(vector(current * (Q / T[:, None]) ** 2, current), Q[None], photon.relative_error)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """None: the approximation is one of the continuum."""
        return Lines.none()


def thomas_fermi_momentum(Z: float) -> float:
    """Z^{1/3} αm, the momentum of a typical electron of a heavy atom [energy].

    Raises:
        ValueError: unless Z is finite and > 0.
    """
    if not (np.isfinite(Z) and Z > 0):
        raise ValueError(f"expected a charge Z > 0, got {Z}")
    return float(np.cbrt(Z)) * MOMENTUM_AU


def _photon_current(model: ResponseModel, transfer: Array) -> Array:
    """R(T, Q=T), shape (shell, nT) [1/energy]."""
    return model.structure(transfer, transfer[:, None], VECTOR).current[:, :, 0]


def _limits(transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> tuple[Array, Array, Array]:
    T = np.atleast_1d(np.asarray(transfer, dtype=float))
    low = np.broadcast_to(np.asarray(lower, dtype=float), T.shape)
    high = np.broadcast_to(np.asarray(upper, dtype=float), T.shape)
    if not (np.all(T > 0) and np.all(low > 0) and np.all(np.isfinite(high))):
        raise ValueError(
            "a photon-like response does not fall with Q: it needs transfer > 0, lower > 0 and a finite "
            "upper limit; try lower = T and upper = 2E − T"
        )
    return T, low, high


def _photon_nodes(low: Array, high: Array) -> tuple[Array, Array]:
    """Nodes Q and weights dQ², shape (nT, nQ), in panels of log Q; zero weights where high ≤ low."""
    node, weight = np.polynomial.legendre.leggauss(_ORDER)
    fraction = ((np.arange(_PANELS)[:, None] + (node + 1) / 2) / _PANELS).ravel()
    share = np.tile(weight / 2 / _PANELS, _PANELS)
    span = np.log(np.maximum(high, low) / low)[:, None]
    Q = low[:, None] * np.exp(span * fraction)
    return Q, 2 * Q**2 * span * share

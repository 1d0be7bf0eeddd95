"""The density response F(E, Q) of the paper, whose imaginary part is the dynamic structure factor.

    F(E₀+T, Q) = Σ_n |⟨n|ρ(Q)|0⟩|² / (E₀ + T − E_n − i0),   S(T, Q) = Im F(E₀+T, Q)/π              (K 11, 12)

The sum has three parts: the ground state itself, |F_e(Q)|²/T, which all electrons make together and which has no
imaginary part at T > 0; the lines; and the continuum, whose real part is a principal value over the model's own S.
Final states that other electrons occupy are no states of the atom: they are in no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.coherent.electrons import missing_charge
from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array
from nuatom.observables.spectral import Panels, strengths
from nuatom.response.hydrogenic import Hydrogenic, continuum_density, level_strength
from nuatom.response.model import ResponseModel, checked_momentum, checked_transfer
from nuatom.response.owner import electrons_of
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU

Complex = NDArray[np.complex128]
Static = tuple[tuple[float, Array], ...]
"""States that no energy leads to: E_n − E₀ ≤ 0 [energy], and |⟨n|ρ|0⟩|² at Q, shape (nQ,)."""


@dataclass(frozen=True)
class DensityResponse:
    """F(E₀+T, Q) of an atom.

    Attributes:
        shells: the shells, in the order of the first axis.
        transfer: T, shape (nT,) [energy].
        momentum: Q, shape (nQ,) [energy].
        elastic: the ground state's part, of the whole atom, shape (nT, nQ) [1/energy].
        by_shell: lines and continuum by the shell that loses the electron, complex, shape (shell, nT, nQ) [1/energy].
    """

    shells: tuple[Shell, ...]
    transfer: Array
    momentum: Array
    elastic: Array
    by_shell: Complex

    @property
    def total(self) -> Complex:
        """F, shape (nT, nQ) [1/energy]."""
        return np.asarray(self.elastic + self.by_shell.sum(axis=0))

    @property
    def structure(self) -> Array:
        """S = Im F/π by shell, shape (shell, nT, nQ) [1/energy]."""
        return np.asarray(self.by_shell.imag / pi)


def density_response(
    model: ResponseModel, transfer: ArrayLike, momentum: ArrayLike, *, refine: float = 1.0
) -> DensityResponse:
    """F(E₀+T, Q) = |F_e|²/T + Σ_lines S_n/(T − T_n) + P∫ S(ω,Q) dω/(T − ω) + iπ S(T,Q), (K 11, 12).

    Args:
        model: a response whose S has values, `Hydrogenic`, `CentralField`, `Screened` or one with an `atom`; others
            say what their ground state gives with `static_part.register`.
        transfer: T > 0, shape (nT,) [energy].
        momentum: Q > 0, shape (nQ,) [energy].
        refine: factor on the number of panels in ω, to test convergence with.

    Raises:
        ValueError: for values that are not finite or not positive, T on a line, or a model without a ground state.
    """
    T = checked_transfer(transfer)
    Q = checked_momentum(momentum, T)
    if np.ndim(momentum) > 1:
        raise ValueError(f"momentum must have shape (nQ,), got {np.shape(momentum)}")
    if np.any(T <= 0):
        raise ValueError("transfer must be greater than zero: at T = 0 the ground state's part is a pole")
    Q = Q[0] if len(Q) else np.atleast_1d(np.asarray(momentum, dtype=float))
    elastic = sum((_pole(T, at, strength) for at, strength in static_part(model, Q)), np.zeros((T.size, Q.size)))
    S = model.structure(T, Q, VECTOR).charge
    real = np.zeros(S.shape)
    for k, q in enumerate(Q):
        real[:, :, k] = Panels.of(model, float(q), refine).principal_value(T)
    found = model.lines(VECTOR)
    for at, shell, strength in zip(found.transfer, found.shell, strengths(found, Q), strict=True):
        real[shell] += _pole(T, float(at), strength)
    return DensityResponse(model.shells, T, Q, elastic, real + 1j * pi * S)


def _pole(transfer: Array, at: float, strength: Array) -> Array:
    """|⟨n|ρ|0⟩|²/(T − T_n), shape (nT, nQ)."""
    distance = transfer - at
    if np.any(distance == 0):
        raise ValueError(f"F has a pole at T = {at:g} MeV, a discrete excitation: take another transfer")
    return np.asarray(strength / distance[:, None])


@singledispatch
def static_part(model: ResponseModel, momentum: Array) -> Static:
    """What the ground state and those of no more energy give: energies ≤ 0, and strengths at Q (nQ,).

    Of an atom it is its form factor squared, |F_e(Q)|², and F_e(0) is the number of its electrons.  In an open shell
    the states of one configuration are taken to be one.

    Raises:
        ValueError: for a model that has no atom.
    """
    atom = getattr(model, "atom", None)
    if atom is None:
        raise ValueError(
            f"{type(model).__name__} has no ground state that is known: take a model of an atom, or register one with "
            "nuatom.observables.density.static_part"
        )
    return ((0.0, (electrons_of(model) - missing_charge(atom, momentum)) ** 2),)


@static_part.register
def _of_hydrogenic(model: Hydrogenic, momentum: Array) -> Static:
    """All states of the same n, and the lower ones, which give energy back."""
    q = momentum / (model.Z * MOMENTUM_AU)
    unit = model.Z**2 * HARTREE
    levels = range(1, model.n + 1)
    return tuple(
        (unit * (0.5 / model.n**2 - 0.5 / final**2), level_strength(model.n, model.l, final, q)[0]) for final in levels
    )


def convection(model: Hydrogenic, transfer: ArrayLike, momentum: ArrayLike) -> Array:
    """The part of R that is the convection current's, e_⊥·p/m without the spin: (K 5) alone.

    The rest of R is (Q/2m)² S, of the spin, which a free electron has too.

    Args:
        model: one electron of a hydrogen-like ion.
        transfer: T, shape (nT,) [energy]; below the threshold it is exactly zero.
        momentum: Q > 0, shape (nQ,) or (nT, nQ) [energy].

    Returns:
        shape (nT, nQ) [1/energy].

    Raises:
        ValueError: for another model, and for values that are not finite or out of range.
    """
    if not isinstance(model, Hydrogenic):
        raise ValueError(f"the convection current alone is that of a Hydrogenic, not of {type(model).__name__}")
    T = checked_transfer(transfer)
    Q = checked_momentum(momentum, T)
    unit = model.Z**2 * HARTREE
    out = np.zeros(Q.shape)
    is_open = np.broadcast_to((T > model.binding_energy)[:, None], Q.shape)
    k = np.broadcast_to(np.sqrt(2 * np.maximum(T - model.binding_energy, 0.0) / unit)[:, None], Q.shape)[is_open]
    scaled = continuum_density(model.n, model.l, k, Q[is_open] / (model.Z * MOMENTUM_AU))[1]
    out[is_open] = scaled / unit * (model.Z * MOMENTUM_AU / ELECTRON_MASS) ** 2
    return out

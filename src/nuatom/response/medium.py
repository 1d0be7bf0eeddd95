"""InMedium: an atom among others, whose charges move along and screen.

What reaches an atom in matter is not the field that a probe makes but that field and the one of the charges it sets in
motion.  Where wavelengths are long against what is between atoms, all of that is in the permittivity ε(T):

    longitudinal:   S → S / |ε|²,           transverse:   R → R |z|²,   z = X/[X − (ε − 1)T²],   X = Q² − T²

(U. Fano, Annu. Rev. Nucl. Sci. 13 (1963) 1), the latter because a photon's propagator is 1/(Q² − εT²).  Far above all
edges (1 − ε)T² is ω_p², and z that of a photon with the mass ω_p.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array, Function, in_order, with_vector
from nuatom.response.model import (
    Lines,
    Measure,
    ResponseModel,
    StructureFunctions,
    checked_limits,
    checked_momentum,
    checked_transfer,
)
from nuatom.response.permittivity import Complex, Permittivity
from nuatom.units import ELECTRON_MASS

_NEAR = 10.0  # X over |ε − 1| T² up to which nodes follow the photon line
_LEAST_WIDTH = 1e-3  # of the photon line in X, over |ε − 1| T²
_RIDGE = 0.01  # of 2mT: nodes for the photon line stay below
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(32)
_APART = 1e-7  # of momenta of lines
_LINE_X = np.array([-3.0, -1.0, -0.3, -0.1, -0.03, 0.03, 0.1, 0.3, 0.6, 1.0, 1.7, 3.0, 10.0, 30.0])


@dataclass(frozen=True)
class InMedium:
    """An atom in matter: any response, screened by the permittivity of what is around: a response model.

        S → S / |1 + (ε − 1) g(Q)|²,   g = (1 + Q²/q_c²)^−2,   q_c = ħc (6π² n)^{1/3}
        R → R |z|²,   VA → VA Re z,   z = X/[X − (ε − 1)T²],   X = Q² − T²

    with n the atoms in a volume.  q_c is 2.7 keV in germanium and 1.8 keV in liquid xenon: beyond it S is that of the
    atom alone.  These are the answers to any probe that couples to the electrons' vector current, for it is the
    electrons' own field that dresses it: to the millicharge, and to the weak vector current as well.  Of the scalar
    response the part that goes with the charge is screened like S; nothing dresses the axial and the pseudoscalar
    response, which move no charge.

    What the model itself contains of screening inside one atom is not in ε's way: ε brings the others.  That an atom
    sees (ε + 2)/3 of the mean field (Lorentz) is left out; it would multiply S and R by about 1 + 2(ε − 1)/3, which is
    the least that can be said of the error: 5 % in germanium at 100 eV, 0.1 % at 1 keV.  Below some 30 eV matter has
    bands, and no atom's response is that of matter.

    R vanishes at Q = T, and `photoabsorption` gives that of the atom.

    Args:
        model: the atom's response, with values of R at Q = T.
        density: [mass/volume] of the element it is of, or the `Permittivity` of the matter, which the atoms of a
            compound share.

    Raises:
        ValueError: for a density that is not a positive number, or one of a model that does not say what it is of.
    """

    model: ResponseModel
    density: float | Permittivity

    def __post_init__(self) -> None:
        if not hasattr(self.model, "measure") or isinstance(self.model, type):
            raise ValueError(f"InMedium needs a response model, not {self.model!r}: write InMedium(model, density)")
        if isinstance(self.model, InMedium):
            raise ValueError("this model is in a medium already: take its .model to put it in another one")
        _ = self.matter

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The atom's shells."""
        return self.model.shells

    @cached_property
    def matter(self) -> Permittivity:
        """What is around, this atom among it."""
        if isinstance(self.density, Permittivity):
            return self.density
        return Permittivity.of(self.model, self.density)

    def permittivity(self, transfer: ArrayLike) -> Complex:
        """ε(T) of the matter at T, shape (nT,)."""
        return self.matter(transfer)

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """Structure functions at T (nT,), Q (nQ,) or (nT, nQ) [energy].

        Raises:
            ValueError: for values that are not finite or out of range, and functions that the model lacks.
        """
        T = checked_transfer(transfer)
        Q = checked_momentum(momentum, T)
        wanted = with_vector(functions)
        found = self.model.structure(T, Q, _needed(wanted))
        values = self._dressed(found.values, self.matter(T)[:, None], T[:, None], Q)
        return StructureFunctions({f: values[f] for f in wanted}, found.shells, T, Q, found.relative_error)

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Nodes that resolve the photon line, X ~ |ε − 1| T², and those of the model; arguments (nT,) [energy].

        Raises:
            ValueError: for values that are not finite or out of range, and functions that the model lacks.
        """
        T = checked_transfer(transfer)
        low, high = checked_limits(lower, upper, T)
        wanted = with_vector(functions)
        needed = _needed(wanted)
        epsilon = self.matter(T)
        top = np.sqrt(T**2 + np.minimum(_NEAR * np.abs(epsilon - 1) * T**2, _RIDGE * 2 * ELECTRON_MASS * T))
        rest = self.model.measure(T, np.maximum(low, top), np.maximum(high, top), needed)
        momentum = np.array(np.broadcast_to(rest.momentum, (len(self.shells), *rest.momentum.shape[1:])))
        values = self._dressed(rest.values, epsilon[:, None], T[:, None], momentum)
        error = rest.relative_error
        (near,) = np.nonzero((low < np.minimum(high, top)) & (T > 0))
        if not near.size:
            return Measure({f: values[f] for f in wanted}, momentum, error)
        Q, dQ2 = _photon_nodes(T[near], epsilon[near], low[near], np.minimum(high, top)[near])
        found = self.model.structure(T[near], Q, needed)
        own = self._dressed(found.values, epsilon[near][:, None], T[near][:, None], Q)
        error = np.array(error)
        error[:, near] = np.maximum(error[:, near], found.relative_error)
        beside = np.array(np.broadcast_to(np.maximum(T, 1e-12)[:, None], (*momentum.shape[:2], _NODE.size)))
        beside[:, near] = Q
        joined = {}
        for f in wanted:
            added = np.zeros(beside.shape)
            added[:, near] = own[f] * dQ2
            joined[f] = np.concatenate([added, values[f]], axis=-1)
        return Measure(joined, np.concatenate([beside, momentum], axis=-1), error)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """The model's discrete excitations, each in the field of all that absorbs elsewhere than at its energy.

        In matter they are bands, and shifted; the strength of a line that is far from others, times its energy, is
        right.
        """
        wanted = with_vector(functions)
        found = self.model.lines(_needed(wanted))
        if not len(found):
            return found
        T = found.transfer[:, None]
        epsilon = self.matter.at_lines(found.transfer)[:, None]
        # The strengths of a line change where Q is about T, between the points of the model's grid.
        near = np.sqrt(np.maximum(T**2 * (1 + _LINE_X * np.abs(epsilon - 1)), 0.0)).ravel()
        inside = (near > found.momentum[0] * (1 + _APART)) & (near < found.momentum[-1])
        Q = np.unique(np.concatenate([found.momentum, near[inside]]))
        Q = np.append(Q[:-1][np.diff(Q) > _APART * Q[1:]], Q[-1])  # two that are but rounding apart have no slope
        at_grid = {
            f: np.stack([np.interp(np.log(Q), np.log(found.momentum), row) for row in found[f]])
            for f in _needed(wanted)
        }
        values = self._dressed(at_grid, epsilon, T, Q[None])
        return Lines({f: values[f] for f in wanted}, found.shell, found.final, found.transfer, Q)

    def _dressed(
        self, values: Mapping[Function, Array], epsilon: Complex, transfer: Array, momentum: Array
    ) -> dict[Function, Array]:
        """Values of the atom alone, in matter; ε and T of shape (nT, 1), Q and values (…, nT, nQ)."""
        share = (1 + (momentum / self.matter.inverse_distance) ** 2) ** -2
        screening = 1 / np.abs(1 + (epsilon - 1) * share) ** 2
        z = _propagation(epsilon, transfer, momentum)
        out = dict(values)
        out[Function.CHARGE] = values[Function.CHARGE] * screening
        out[Function.CURRENT] = values[Function.CURRENT] * np.abs(z) ** 2
        if Function.VECTOR_AXIAL in values:
            # V and A have real matrix elements between standing waves, so that only Re z counts.
            out[Function.VECTOR_AXIAL] = values[Function.VECTOR_AXIAL] * z.real
        if Function.SCALAR_CHARGE in values:
            out[Function.SCALAR_CHARGE] = values[Function.SCALAR_CHARGE] * screening
        if Function.SCALAR in values:
            charge = values[Function.CHARGE]
            like = values[Function.SCALAR_CHARGE] ** 2 / np.where(charge > 0, charge, np.inf)
            like = np.minimum(like, values[Function.SCALAR])
            out[Function.SCALAR] = values[Function.SCALAR] - like * (1 - screening)
        return out


def _needed(functions: tuple[Function, ...]) -> tuple[Function, ...]:
    """What has to be known of the atom alone."""
    return in_order({*functions, Function.SCALAR_CHARGE}) if Function.SCALAR in functions else functions


def _propagation(epsilon: Complex, transfer: Array, momentum: Array) -> NDArray[np.complex128]:
    """X/[X − (ε − 1)T²]; 1 where nothing is around."""
    X = (momentum - transfer) * (momentum + transfer)
    below = X - (epsilon - 1) * transfer**2
    empty = below == 0
    return np.asarray(np.where(empty, 1.0, X / np.where(empty, 1.0, below)))


def _photon_nodes(transfer: Array, epsilon: Complex, low: Array, high: Array) -> tuple[Array, Array]:
    """Q and dQ², shape (nT, node), for 1/|X − (ε − 1)T²|²: X = X₀ + w sinh u, w the width of the line.

    It is a Lorentzian, at Re(ε − 1)T², which becomes 1/cosh u.
    """
    T2 = transfer**2
    center = (epsilon.real - 1) * T2
    width = np.maximum(epsilon.imag, _LEAST_WIDTH * np.abs(epsilon - 1)) * T2
    ends = [np.arcsinh(((edge - transfer) * (edge + transfer) - center) / width) for edge in (low, high)]
    half = (ends[1] - ends[0])[:, None] / 2
    u = (ends[1] + ends[0])[:, None] / 2 + half * _NODE
    X = center[:, None] + width[:, None] * np.sinh(u)
    Q = np.sqrt(np.maximum(T2[:, None] + X, 0.0))
    return np.clip(Q, low[:, None] * (1 + 1e-15), high[:, None]), width[:, None] * np.cosh(u) * half * _WEIGHT

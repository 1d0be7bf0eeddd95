"""How a shell approaches its impulse limit: partial waves over the limit, at fixed projected momentum.

An electron that leaves with the velocity v feels the field of the atom for a time ∝ 1/v, so that at fixed p_z (the
least momentum with which the impulse limit conserves energy) every structure function F is

    F/F_impulse = 1 + a(p_z)/v + b(p_z)/v² + …,     v = p'/E' of the photoelectron.

The ratio is computed at a few energies, the anchors, and interpolated in 1/v; that it is one at 1/v = 0 is one more
point of the interpolation, so that nothing is extrapolated.  The term a is odd in p_z to leading order: integrals over
the whole ridge do not see it, which is why they are right with the limit alone, where its flanks are off by a third.

For the interferences the difference of the two correlations F/√(product of their bounds) takes the place of
F/F_impulse − 1.  Between lobes of an orbital with inner nodes the ratio dips to nearly nothing, hence many nodes, and
the ratio itself and not its logarithm.  Atomic units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nuatom.atom.grid import Array, Indices
from nuatom.functions import MIXED, VECTOR, Function
from nuatom.response.impulse import DensityMoments, least_momentum, momentum_of
from nuatom.response.impulse import structure as impulse_structure
from nuatom.response.interpolation import hermite
from nuatom.response.partial_waves import PartialWaves, ShellResponse, momentum_grid
from nuatom.units import HARTREE, SPEED_OF_LIGHT_AU, keV

NODES = 101
CORE = 0.6
"""Nodes are p_z = CORE p_rms sinh(v_j) with v_j uniform …"""
REACH = 12.0
"""… out to this many root-mean-square momenta of the shell."""
TOP = 53 * keV / HARTREE
"""The highest anchor of a shell that has room for it; above, the ratio is interpolated to where it is one [Hartree].

An anchor at 80 keV would cost germanium 9 s more, of 43, and gain 0.4 % of 4s there, 0.15 % of 4p."""
COULOMB_TOP = 300.0
"""No anchor of a light atom needs to be above this times the square of its nuclear charge [Hartree]."""
RATIO = 1.5
"""Anchors are powers of this apart at first, …"""
DENSE = 4
SPARSE = 3
"""… and after the first `DENSE` of a shell, this power of it."""
_SMALLEST = 1e-280
_INFINITE = 1e12
_LEAST = 1e-3
"""No ratio is taken to be less: where one is, nothing is left of the function."""

_V: Array = np.linspace(-1.0, 1.0, NODES) * np.arcsinh(REACH / CORE)


def inverse_velocity(energy: Array | float) -> Array:
    """1/v of an electron with kinetic energy ε', in atomic units."""
    E = np.asarray(energy) / SPEED_OF_LIGHT_AU + SPEED_OF_LIGHT_AU
    return np.asarray(E / np.sqrt(E**2 - SPEED_OF_LIGHT_AU**2) / SPEED_OF_LIGHT_AU)


def anchors(binding: float, start: float, charge: float) -> list[float]:
    """The photoelectron energies at which a shell's ratio is computed [Hartree].

    They are of one sequence for all shells, which share continuum waves.

    Args:
        binding: binding energy [Hartree].
        start: the transfer from which the ratio is wanted; the first anchor is below it [Hartree].
        charge: Z of the nucleus.
    """
    first = int(np.floor(np.log((0.85 * start - binding) / TOP) / np.log(RATIO)))
    steps = [*range(first, first + DENSE)]
    # A shell that is handed over late is a small one: one more costs little, and R needs it.
    highest = TOP if start < 0.5 * TOP else TOP * RATIO**SPARSE
    last = np.log(min(highest, COULOMB_TOP * charge**2) / TOP) / np.log(RATIO)
    steps += [n for n in range(first + DENSE, int(np.floor(last + 1e-9)) + 1) if n % SPARSE == 0]
    return [float(TOP * RATIO**n) for n in steps]


@dataclass(frozen=True)
class Approach:
    """The ratios of all shells.

    Attributes:
        energies: ε' of the anchors, ascending, shape (nA,) [Hartree].
        functions: the structure functions.
        values: F/F_impulse − 1, or the difference of the correlations, shape (function, shell, nA, node); nan where a
            shell has no anchor.
    """

    energies: Array
    functions: tuple[Function, ...]
    values: Array

    def of_shell(self, shell: int, moments: DensityMoments) -> ShellApproach:
        """What is needed to correct the impulse limit of one shell."""
        values = np.moveaxis(self.values[:, shell], 0, -1)
        there = np.isfinite(values[:, 0, 0])
        return ShellApproach(self.energies[there], values[there], self.functions, moments)


@dataclass(frozen=True)
class ShellApproach:
    """The ratios of one shell: energies (n,), values (n, node, function)."""

    energies: Array
    values: Array
    functions: tuple[Function, ...]
    moments: DensityMoments

    @cached_property
    def _points(self) -> tuple[Array, Array]:
        """1/v, ascending from zero, and the values there."""
        x = inverse_velocity(self.energies)[::-1]
        return np.append(0.0, x), np.concatenate([np.zeros_like(self.values[:1]), self.values[::-1]])

    @cached_property
    def _spline(self) -> Any:
        from scipy.interpolate import CubicSpline

        return CubicSpline(*self._points)

    @cached_property
    def _errors(self) -> Array:
        """By how much S at an anchor is missed without it, over 4, signed, ascending in ε', shape (n, node)."""
        from scipy.interpolate import CubicSpline

        x, values = self._points
        S = values[..., self.functions.index(Function.CHARGE)]
        out = np.array(
            [CubicSpline(np.delete(x, n), np.delete(S, n, axis=0))(x[n]) - S[n] for n in range(len(x) - 2, 0, -1)]
        )
        out = np.clip(out / np.maximum(1 + S[-2:0:-1], _LEAST), -1.0, 1.0)
        # The first anchor lies below where the ratio is used; without it nothing could say how wrong it is.
        return np.asarray(np.concatenate([out[:1], out]) / 4)

    def _position(self, transfer: Array, momentum: Array) -> Array:
        p_z = np.clip(least_momentum(transfer[:, None] / SPEED_OF_LIGHT_AU, momentum), -_INFINITE, _INFINITE)
        v = np.arcsinh(p_z / (CORE * self.moments.scale))
        return np.asarray((v - _V[0]) / (_V[1] - _V[0]))

    def structure(
        self, transfer: Array, energy: Array, momentum: Array, functions: Sequence[Function]
    ) -> dict[Function, Array]:
        """Structure functions per electron: their impulse limits, corrected.

        Args:
            transfer, energy: T and ε', shape (nT,) [Hartree].
            momentum: Q, shape (nT, nQ) [1/Bohr].
            functions: which ones.
        """
        T = transfer[:, None] / SPEED_OF_LIGHT_AU
        limit = impulse_structure(self.moments, T, momentum, {f for function in functions for f in needed(function)})
        unique, place = np.unique(energy, return_inverse=True)
        rows = self._spline(np.minimum(inverse_velocity(unique), self._points[0][-1]))
        position = self._position(transfer, momentum)

        def at(function: Function) -> Array:
            return hermite(rows[:, :, self.functions.index(function)], place[:, None], position)

        squares = {bound for function in functions for bound in MIXED.get(function, (function,))}
        found = {function: limit[function] * np.maximum(1 + at(function), _LEAST) for function in squares}
        for function in functions:
            if function in MIXED:
                first, second = MIXED[function]
                correlation = _correlation(limit[function], limit[first], limit[second]) + at(function)
                found[function] = np.clip(correlation, -1, 1) * np.sqrt(found[first] * found[second])
        return found

    def deviation(self, energy: Array, momentum: Array, transfer: Array) -> Array:
        """Estimated relative errors of S at two neighbouring anchors, and how far between them, shape (2, nT, nQ)."""
        row, share = between(self.energies, energy)
        position = self._position(transfer, momentum)
        # Beyond the last anchor what is left of the way to 1/v = 0 is left of the error too.
        rest = np.minimum(inverse_velocity(energy) / inverse_velocity(self.energies[-1]), 1.0)
        weights = np.array([1 - share, share]) * rest
        rows = [hermite(self._errors, (row + step)[:, None], position) for step in (0, 1)]
        return np.asarray(weights[:, :, None] * np.array(rows))


def between(nodes: Array, at: Array) -> tuple[Indices, Array]:
    """The node below each, and how far from it to the next, from 0 to 1, in the logarithm."""
    row = np.clip(np.searchsorted(nodes, at) - 1, 0, nodes.size - 2)
    x = np.log(nodes)
    return row, np.clip((np.log(at) - x[row]) / (x[row + 1] - x[row]), 0.0, 1.0)


def needed(function: Function) -> tuple[Function, ...]:
    """A function and what bounds it."""
    return (function, *MIXED.get(function, ()))


def column(
    waves: PartialWaves,
    energy: float,
    shells: Sequence[int],
    binding: Array,
    moments: Sequence[DensityMoments],
    functions: tuple[Function, ...],
) -> Array:
    """The ratios of some shells at one photoelectron energy, shape (function, shell, node)."""
    T = (energy + binding[list(shells)]) / SPEED_OF_LIGHT_AU
    p_z = [CORE * moments[i].scale * np.sinh(_V) for i in shells]
    ranges, widths = [], []
    for t, i in zip(T, shells, strict=True):
        edges = momentum_of(REACH * moments[i].scale * np.array([1.0, -1.0]), np.array(t))[0]
        Q_r = float(np.sqrt(t * (t + 2 * SPEED_OF_LIGHT_AU)))
        ranges.append((float(edges[0]), float(edges[1])))
        widths.append((Q_r, CORE * moments[i].scale / Q_r))
    union = momentum_grid(ranges, widths, 1.1 * float(_V[1] - _V[0]))
    momenta = [union[(union >= 0.999 * low) & (union <= 1.001 * high)] for low, high in ranges]
    found = waves.continuum(energy, shells, momenta, [None] * len(shells), axial=len(functions) > len(VECTOR))
    out = np.empty((len(functions), len(shells), NODES))
    for s, (t, i, response) in enumerate(zip(T, shells, found, strict=True)):
        out[:, s] = _ratios(response, float(t), waves.shells[i].occupancy, moments[i], p_z[s], functions)
    return out


def _ratios(
    response: ShellResponse,
    transfer: float,
    occupancy: float,
    moments: DensityMoments,
    p_z: Array,
    functions: tuple[Function, ...],
) -> Array:
    from scipy.interpolate import CubicSpline

    Q = response.momentum
    Q = Q[Q > transfer]
    wanted = tuple({bound for function in functions for bound in needed(function)})
    limit = impulse_structure(moments, np.array(transfer), Q, wanted)
    exact = {function: response.of(function)[-Q.size :] / occupancy for function in wanted}
    x = np.arcsinh(least_momentum(np.array(transfer), Q) / (CORE * moments.scale))
    order = np.argsort(x)
    out = []
    for function in functions:
        if function in MIXED:
            first, second = MIXED[function]
            values = _correlation(*(exact[f] for f in (function, first, second)))
            values -= _correlation(*(limit[f] for f in (function, first, second)))
        else:
            values = exact[function] / np.maximum(limit[function], _SMALLEST) - 1
        at = np.clip(np.arcsinh(p_z / (CORE * moments.scale)), x.min(), x.max())
        out.append(CubicSpline(x[order], values[order])(at))
    return np.array(out)


def _correlation(value: Array, first: Array, second: Array) -> Array:
    """F/√(product of its bounds), zero where they are nothing."""
    product = np.sqrt(np.maximum(first, 0.0) * np.maximum(second, 0.0))
    return np.asarray(np.divide(value, product, out=np.zeros_like(product), where=product > _SMALLEST))

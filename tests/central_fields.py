"""Atoms that several tests use, built once per run, and partial waves computed afresh to compare with."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nuatom import Atom, CentralField
from nuatom.response.partial_waves import PartialWaves, Resolution
from nuatom.units import HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU

Array = NDArray[np.float64]


@cache
def central_field(symbol: str) -> CentralField:
    """The model of an atom in its default field, from the store of this run."""
    return CentralField(Atom(symbol)).build()


def index(model: CentralField, label: str) -> int:
    """Where a shell is."""
    return [shell.label for shell in model.shells].index(label)


def kinetic_scale(model: CentralField, shell: int) -> float:
    """⟨p²⟩/2m of a shell, or its binding energy where that is larger [energy]."""
    return max(model.shells[shell].binding_energy, 0.5 * model.table.moments[shell].scale ** 2 * HARTREE)


@dataclass(frozen=True)
class Direct:
    """Partial waves of one shell at one T, at nodes of Q that resolve the ridge.

    Attributes:
        transfer: T [energy].
        momentum: Q, ascending, shape (nQ,) [energy].
        dQ2: quadrature weights of ∫dQ² from Q = T, shape (nQ,) [energy²].
        charge, current: S and R, shape (nQ,) [1/energy].
    """

    transfer: float
    momentum: Array
    dQ2: Array
    charge: Array
    current: Array


def direct(model: CentralField, shell: int, transfer: float, finer: bool = False) -> Direct:
    """S and R of a shell at one T [energy], without table or impulse limit.

    The nodes are Gauss–Legendre in t, Q = Q_r e^{y}, y = 0.06 sinh t, from Q = T to ten times the shell's
    root-mean-square momentum beyond the ridge Q_r.  `finer` has twice the radial points and partial waves.
    """
    resolution = Resolution().doubled() if finer else Resolution()
    waves = PartialWaves(model.atom.solution, model.atom.calculated_shells, resolution)
    T, width = transfer / HARTREE / SPEED_OF_LIGHT_AU, 0.06
    ridge = np.sqrt(T * (T + 2 * SPEED_OF_LIGHT_AU))
    most = ridge + 10 * model.table.moments[shell].scale
    first, last = np.arcsinh(np.log(np.array([T, most]) / ridge) / width)
    node, weight = np.polynomial.legendre.leggauss(8)
    cuts = np.linspace(first, last, 15)
    half = 0.5 * np.diff(cuts)[:, None]
    t, dt = (cuts[:-1, None] + half * (1 + node)).ravel(), (half * weight).ravel()
    Q = ridge * np.exp(width * np.sinh(t))
    (found,) = waves.continuum(transfer / HARTREE - float(model.table.binding[shell]), [shell], [Q], [None])
    return Direct(
        transfer,
        Q * MOMENTUM_AU,
        2 * Q**2 * width * np.cosh(t) * dt * MOMENTUM_AU**2,
        found.charge / HARTREE,
        found.current / HARTREE,
    )

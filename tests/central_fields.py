"""Atoms that several tests use, built once per run, and partial waves computed afresh to compare with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nuatom import Atom, CentralField, Screened
from nuatom.atom.exchange import Exchange, Slater
from nuatom.functions import Function
from nuatom.response.partial_waves import Discretisation, PartialWaves, one_blas_thread
from nuatom.response.screening.interaction import Interaction, LocalExchange
from nuatom.response.screening.random_phase import Response, response
from nuatom.response.screening.stage import Stage, StageSettings, Widths
from nuatom.units import BOHR_RADIUS, HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU, eV

Array = NDArray[np.float64]

WIDTHS = Widths(5e-3, 0.25 * eV / HARTREE)
"""Those of `Screened`."""
DIPOLE = StageSettings(multipoles=1)
_SLATER, _LOCAL = Slater(), LocalExchange()


def with_values(found: Any, changed: Mapping[Function, Array]) -> Any:
    """Structure functions, a measure or lines with some of their functions in the place of those that are there."""
    return replace(found, values={**found.values, **changed})


def slater(symbol: str, *, charge: int = 0, binding: str = "calculated") -> Atom:
    """An atom in Slater's field, that of EADL and of Kissel's tables; tests share the tables of few such atoms."""
    return Atom(symbol, exchange=_SLATER, charge=charge, binding=binding)


@cache
def central_field(symbol: str) -> CentralField:
    """The model of an atom in the field of exact exchange, whose table comes with the package for many elements."""
    return CentralField(Atom(symbol)).build()


def atoms(*symbols: str) -> list[object]:
    """Parameters of a test that needs the table of each: all but the lightest are slow."""
    light = {"H", "He", "Ne"}
    return [symbol if symbol in light else pytest.param(symbol, marks=pytest.mark.slow) for symbol in symbols]


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
    resolution = Discretisation().doubled() if finer else Discretisation()
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


@cache
def screened(symbol: str) -> Screened:
    """The random-phase response of helium, argon or xenon, whose tables come with the package."""
    return Screened(Atom(symbol))


@cache
def stage(
    symbol: str,
    largest: float,
    settings: StageSettings = DIPOLE,
    interaction: Interaction = _LOCAL,
    exchange: Exchange = _SLATER,
    charge: int = 0,
) -> Stage:
    """What the random-phase response stands on, fine enough for transfers up to the largest [energy]."""
    atom = Atom(symbol, exchange=exchange, charge=charge)
    shells = atom.calculated_shells
    return Stage(atom.solution, shells, interaction, exchange, settings, largest / HARTREE).prepare()


def screened_at(on: Stage, transfer: float, momentum: Array, widths: Widths = WIDTHS) -> Response:
    """The random-phase response at one T [energy] and Q [1/Bohr], without a table."""
    with one_blas_thread():
        return response(on, transfer / HARTREE, momentum, widths)


@dataclass(frozen=True)
class Absorption:
    """Photoabsorption cross sections of an atom at one energy [area].

    Attributes:
        bare: independent electrons.
        screened: those that screen one another, lines with a width among them.
    """

    bare: float
    screened: float


def absorption(on: Stage, transfer: float, widths: Widths = WIDTHS) -> Absorption:
    """σ = 4π²α R/T at Q = T, the electric multipoles of the stage [area]."""
    T = transfer / HARTREE
    found = screened_at(on, transfer, np.array([T / SPEED_OF_LIGHT_AU]), widths)
    unit = 4 * np.pi**2 * SPEED_OF_LIGHT_AU / T * BOHR_RADIUS**2
    bare, dressed, lines = (float(values[1].sum()) * unit for values in (found.bare, found.dressed, found.lines))
    return Absorption(bare, dressed + lines)

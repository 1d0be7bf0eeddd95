"""Atomic factors of ionisation as other codes take them: the dynamic structure factor S under its other names.

With ε' the energy of the photoelectron, T = ε' + binding what the atom absorbs, and every electron of a subshell
counted,

    |f_ion(k, Q)|² = 4 ε' S(T, Q),   ε' = k²/2m,     K(T, Q) = E_H S(T, Q),   E_H = 27.2 eV.

The first is that of R. Essig, J. Mardon and T. Volansky, Phys. Rev. D 85 (2012) 076007, the second that of A. Caddell,
V. Flambaum and B. Roberts, Phys. Rev. D 108 (2023) 083030.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuatom import __version__
from nuatom.elements import Shell, quantum_numbers
from nuatom.functions import VECTOR, Array, Function
from nuatom.response.model import ResponseModel
from nuatom.store import PHYSICS, Table, Variable
from nuatom.units import HARTREE, MOMENTUM_AU, eV, keV

FACTORS: Mapping[str, str] = {
    "f_ion": "|f_ion(k,Q)|^2 = 4 E' S(T,Q) of each subshell, at E' = k^2/2m and T = E' + binding; dimensionless",
    "K": "K(T,Q) = E_H S(T,Q) of each subshell, E_H = 27.211386 eV; dimensionless",
    "S": "S(T,Q) = sum over final states |<n| sum_j exp(iQr_j) |0>|^2 delta(T - E_n + E_0) of each subshell, in 1/keV",
}
"""What is exported, by name."""


def f_ion_squared(model: ResponseModel, energy: ArrayLike, momentum: ArrayLike) -> Array:
    """|f_ion|² = 4 ε' S(ε' + binding, Q) of every subshell.

    Args:
        model: the response of an atom.
        energy: ε' > 0 of the photoelectron, shape (nE,) [energy].
        momentum: Q > 0, shape (nQ,) [energy].

    Returns:
        shape (shell, nE, nQ), dimensionless.

    Raises:
        ValueError: for values that are not positive and finite.
    """
    E = _positive("the photoelectron's energy", energy)
    Q = _positive("the momentum transfer", momentum)
    rows = []
    for i, shell in enumerate(model.shells):
        rows.append(4 * E[:, None] * model.structure(E + shell.binding_energy, Q, VECTOR)[Function.CHARGE][i])
    return np.array(rows)


def factor_table(
    kind: str, model: ResponseModel, energy: ArrayLike, momentum: ArrayLike, about: Mapping[str, str] | None = None
) -> Table:
    """One of `FACTORS` by subshell on a grid, with its convention and the version in the attributes.

    Args:
        kind: "f_ion", "K" or "S".
        model: the response of an atom.
        energy: ε' of the photoelectron for f_ion, T for K and S, shape (nE,) [energy].
        momentum: Q, shape (nQ,) [energy].
        about: more attributes: what was computed.

    Raises:
        ValueError: for another kind, or values that are not positive and finite.
    """
    if kind not in FACTORS:
        raise ValueError(f"the factor must be one of {', '.join(FACTORS)}, not {kind!r}")
    E, Q = _positive("the energy", energy), _positive("the momentum transfer", momentum)
    if kind == "f_ion":
        name, text, unit = "photoelectron_energy", "energy of the photoelectron E'", "1"
        values = f_ion_squared(model, E, Q)
    else:
        name, text = "transfer", "energy transfer T"
        S = model.structure(E, Q, VECTOR)[Function.CHARGE]
        values, unit = (S * HARTREE, "1") if kind == "K" else (S * keV, "1/keV")
    labels, binding = _labels(model.shells), np.array([shell.binding_energy for shell in model.shells]) / eV
    return Table(
        {
            "shell": Variable(("shell",), labels, "", "subshell"),
            name: Variable((name,), E / keV, "keV", text),
            "momentum": Variable(("momentum",), Q / keV, "keV", "momentum transfer Q"),
            "binding": Variable(("shell",), binding, "eV", "what the subshell opens at"),
            kind: Variable(("shell", name, "momentum"), values, unit, FACTORS[kind]),
        },
        {"convention": FACTORS[kind], "version": f"nuatom {__version__}, physics {PHYSICS}", **(about or {})},
    )


def for_wimprates(model: ResponseModel, energy: ArrayLike, momentum: ArrayLike, about: Mapping[str, str]) -> bytes:
    """|f_ion|² as `wimprates` reads it: the bytes of a pickled dictionary by shell "4d", both subshells added.

    Each shell has ``lnks``, ln of k over the atomic unit of momentum, ``lnqs``, that of Q, ``ffsquared`` (k, Q), and
    what wimprates does not read: ``binding_eV``, the mean of its subshells, ``subshells``, and ``about``.

    Args:
        model: the response of an atom.
        energy: ε' of the photoelectron, shape (nE,) [energy].
        momentum: Q, shape (nQ,) [energy].
        about: what was computed.
    """
    E, Q = _positive("the photoelectron's energy", energy), _positive("the momentum transfer", momentum)
    factors = f_ion_squared(model, E, Q)
    found: dict[str, dict[str, Any]] = {}
    words = {"convention": FACTORS["f_ion"], "version": f"nuatom {__version__}, physics {PHYSICS}", **about}
    for name in dict.fromkeys(shell_of(shell) for shell in model.shells):
        inside = [i for i, shell in enumerate(model.shells) if shell_of(shell) == name]
        shells = [model.shells[i] for i in inside]
        electrons = sum(shell.occupancy for shell in shells)
        # Its logarithm is interpolated: nothing is the least of positive numbers.
        total = np.maximum(factors[inside].sum(axis=0), 1e-300)
        found[name] = {
            "lnks": 0.5 * np.log(2 * E / HARTREE),
            "lnqs": np.log(Q / MOMENTUM_AU),
            "ffsquared": total,
            "binding_eV": sum(shell.occupancy * shell.binding_energy for shell in shells) / electrons / eV,
            "subshells": {shell.label: shell.binding_energy / eV for shell in shells},
            "about": words,
        }
    return pickle.dumps(found, protocol=4)


def shell_of(shell: Shell) -> str:
    """The shell without its total angular momentum: "4d" of 4d5/2."""
    n, kappa = quantum_numbers(shell.label)
    return f"{n}{'spdfghi'[kappa if kappa > 0 else -kappa - 1]}"


def _labels(shells: tuple[Shell, ...]) -> Any:
    return np.array([shell.label for shell in shells])


def _positive(name: str, values: ArrayLike) -> Array:
    found = np.atleast_1d(np.asarray(values, dtype=float))
    if found.ndim != 1 or not found.size or not np.all((found > 0) & np.isfinite(found)):
        raise ValueError(f"{name} must be positive and finite, in one dimension; got {values!r}")
    return found

"""Discrete excitations below the first threshold, as the interaction moves and mixes them (a few to just above it).

With the transitions p that are discrete there taken out of χ⁰, what is left is smooth and screens by itself; among
them the interaction so screened, W = (1 − Kχ⁰_s)⁻¹K, leaves the eigenproblem (M. E. Casida's)

    Σ_q [ E_p² δ_pq + 2 √(E_p E_q w_p w_q)/(2J+1) ⟨d_p|W|d_q⟩ ] Z_qk = T_k² Z_pk,     d_p = u_i·u_p,

with strengths (2J+1) |Σ_p Z_pk √(E_p w_p/T_k) ⟨d_p|φ_s⟩|², and for the current with √(T_k/E_p) in its own matrix
element.  W and φ_s are taken at one T in the middle of the lines, where they hardly vary.  Atomic units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuatom.atom.grid import Array, Indices
from nuatom.elements import label
from nuatom.response.screening.independent import blocked, green, transition_rows, weights, without
from nuatom.response.screening.random_phase import (
    DRESSED,
    Amplitudes,
    amplitudes_of,
    multipole_fields,
    screen,
    summed,
)
from nuatom.response.screening.stage import Stage, Transition

_NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Discrete:
    """Lines below the first threshold, in atomic units.

    Attributes:
        shell: the shell with the largest share in each, shape (line,).
        final: label of the level with the largest share.
        transfer: T_k, ascending, shape (line,) [Hartree].
        values: strengths in the functions of `DRESSED`, shape (function, line, nQ).
    """

    shell: Indices
    final: tuple[str, ...]
    transfer: Array
    values: Array


def discrete(stage: Stage, momentum: Array) -> Discrete:
    """All lines below the first threshold, from J = 0 to the stage's multipoles; those below 1e-6 of all left out.

    Args:
        stage: grid and field.
        momentum: Q, ascending, shape (nQ,) [1/Bohr].
    """
    first = -float(stage.orbitals[0].max())
    chosen = [t for t in stage.transitions if t.energy < first]
    nothing = Discrete(np.zeros(0, dtype=np.int64), (), np.zeros(0), np.zeros((len(DRESSED), 0, momentum.size)))
    if not chosen:
        return nothing
    middle = float(np.mean([t.energy for t in chosen]))
    functions = green(stage, middle)
    poles = blocked(stage, middle).joined(without(stage, chosen, middle))
    found = []
    for J, fields in enumerate(multipole_fields(stage, momentum)):
        shell = np.array([t.shell for t in chosen], dtype=np.int64)
        kappa = np.array([t.kappa for t in chosen], dtype=np.int64)
        weight = weights(stage, shell, kappa, J) * np.array([t.share * (1 + t.tail) for t in chosen])
        used = np.flatnonzero(weight)
        if not used.size:
            continue
        here = [chosen[k] for k in used]
        shell, kappa, weight = shell[used], kappa[used], weight[used]
        energy = np.array([t.energy for t in here])
        rows = transition_rows(stage, here)
        d = rows.charge * stage.medium.weights
        screened = screen(functions, poles, J, fields, rows.charge.T)
        fields_only, W = screened[:, : -len(here)], d @ screened[:, -len(here) :]
        strength = np.sqrt(energy * weight)
        squares, Z = np.linalg.eigh(np.diag(energy**2) + np.outer(strength, strength) * (W + W.T) / (2 * J + 1))
        if squares[0] <= 0:
            raise RuntimeError(f"the ground state is unstable against J = {J}: the interaction is too attractive")
        T = np.sqrt(squares)
        bare = amplitudes_of(stage, J, shell, kappa, rows, fields)
        felt = d @ fields_only
        charge, current = felt[:, : momentum.size], felt[:, momentum.size :]
        even = (Z * strength[:, None] / np.sqrt(T)).T
        odd = (Z * np.sqrt(weight / energy)[:, None] * np.sqrt(T)).T
        modes = Amplitudes(
            charge=even @ charge,
            # What the current induces is in proportion to T.
            electric=odd @ bare.electric + ((T / middle)[:, None] * (even @ current) if current.size else 0.0),
            scalar=even @ (bare.scalar + charge - bare.charge),
            magnetic=odd @ bare.magnetic,
        )
        leading = np.argmax(np.abs(Z), axis=0)
        # A mode that the interaction has moved above the first threshold is a resonance of the continuum, which has it.
        for k in np.flatnonzero(first > T):
            one = modes.take(np.array([k]))
            owner = here[leading[k]]
            values = summed(stage, J, np.array([owner.shell]), np.ones(1), one)[:, owner.shell]
            found.append((float(T[k]), owner, values))
    largest = max((float(values[0].max()) for *_, values in found), default=0.0)
    found = sorted((row for row in found if row[2][0].max() > _NEGLIGIBLE * largest), key=lambda row: row[0])
    if not found:
        return nothing
    return Discrete(
        shell=np.array([owner.shell for _, owner, _ in found], dtype=np.int64),
        final=tuple(_name(stage, owner) for _, owner, _ in found),
        transfer=np.array([T for T, *_ in found]),
        values=np.stack([values for *_, values in found], axis=1),
    )


def _name(stage: Stage, owner: Transition) -> str:
    """The level, or for the last of a series with all above it, e.g. "≥7p3/2"."""
    n, kappa = stage.levels.names[owner.level]
    return ("≥" if owner.tail else "") + label(n, kappa)

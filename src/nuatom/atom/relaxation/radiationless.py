"""Auger and Coster–Kronig rates: a vacancy is filled while another electron leaves.

A vacancy in i becomes two in b and c and a wave of energy ε and quantum number κ.  Summed over all magnetic quantum
numbers and averaged over those of i, with filled shells,

    Γ(i → bc) = 2π/(2j_i+1) n_bc Σ_κ [ Σ_L (X_L² + Y_L²)/(2L+1) + 2 Σ_LM X_L Y_M {j_i j_b L; j_κ j_c M} ],
    X_L = (−1)^L ⟨i||C^L||b⟩ ⟨κ||C^L||c⟩ R^L(ib, κc) + magnetic part,    Y_L = X_L with b and c exchanged,
    R^L(ib, κc) = ∫∫ ρ_ib(r) r_<^L/r_>^{L+1} ρ_κc(r') dr dr',    ρ_ab = P_a P_b + Q_a Q_b,

n_bc = 1 for b ≠ c and ½ for b = c.  Bound orbitals and waves are those of one field, that of the ion with the vacancy,
so that they are orthogonal.  The magnetic interaction of Gaunt, −α₁·α₂/r₁₂, adds for each rank J of what it transfers

    Σ_L (−1)^{L+1} ∫∫ D_ib r_<^L/r_>^{L+1} D_κc,    d = κ_b − κ_a,
    D_ab = −⟨a||C^J||b⟩ [(J+d) P_a Q_b − (J−d) Q_a P_b] / √(J(2J−1)),                L = J − 1,
    D_ab =  ⟨a||C^J||b⟩ [(J+1−d) P_a Q_b − (J+1+d) Q_a P_b] / √((J+1)(2J+3)),        L = J + 1,
    D_ab = −⟨−a||C^J||b⟩ (κ_a + κ_b) (P_a Q_b + Q_a P_b) / √(J(J+1)),                L = J, the other parity,

which is the vector operator [C^L σ]^J between spinors.  Where the energy ω that i gains from b is large, both parts are
retarded, e^{iωr/c}/r for 1/r (Møller):

    r_<^L/r_>^{L+1} → (2L+1) (ω/c) j_L(ωr_</c) [−y_L(ωr_>/c) + i j_L(ωr_>/c)].

Source: W. Bambynek et al., Rev. Mod. Phys. 44 (1972) 716; the sum over couplings is the one of second-order
perturbation theory, I. Lindgren and J. Morrison, Atomic Many-Body Theory, 2nd ed. (Springer, 1986).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.field import Solution
from nuatom.atom.grid import Array, Grid, cumulative
from nuatom.atom.relaxation.angular import reduced, six_j
from nuatom.elements import Shell
from nuatom.units import SPEED_OF_LIGHT_AU as C

Values = NDArray[np.float64] | NDArray[np.complex128]

_LOG_STEP = 0.03
_WAVE_STEP = 0.3
"""Radial step times the wave number."""
_LONGEST_STEP = 0.08
_OUTSIDE = 1e-9
"""Fraction of an orbital's density outside the radius of its integrals."""
_LEAST_ENERGY = 0.03
"""Below this the wave is taken at this energy: matrix elements hardly change and matching radii grow [Hartree]."""
_RETARDED = 0.05
"""Retardation counts where the phase ωr/c across the shell of the vacancy is more than this."""
_BAND = 2.0
"""Ratio of the largest to the least energy of the waves that share a radial grid."""


@dataclass(frozen=True)
class FinalPair:
    """Two final vacancies of one initial one, and the energy of the electron that leaves [Hartree]."""

    first: int
    second: int
    energy: float


def rates(
    solution: Solution, shells: Sequence[Shell], initial: int, channels: Sequence[FinalPair], gaps: Array
) -> Array:
    """Γ of each channel for filled shells, shape (channel,) [Hartree].

    Args:
        solution: the field of the ion.
        shells: its shells.
        initial: index of the shell with the vacancy.
        channels: with energies > 0.
        gaps: what an electron of each shell gives when it fills the vacancy, shape (shell,) [Hartree].
    """
    out = np.zeros(len(channels))
    order = sorted(range(len(channels)), key=lambda n: channels[n].energy)
    while order:
        top = _BAND * max(channels[order[0]].energy, _LEAST_ENERGY)
        band = [n for n in order if channels[n].energy <= top]
        order = order[len(band) :]
        out[band] = _band(solution, shells, initial, [channels[n] for n in band], gaps)
    return out


def _band(
    solution: Solution, shells: Sequence[Shell], initial: int, channels: Sequence[FinalPair], gaps: Array
) -> Array:
    from nuatom.atom.dirac import continuum_wave, matching_radius

    energies = np.maximum([channel.energy for channel in channels], _LEAST_ENERGY)
    involved = sorted({shell for channel in channels for shell in (channel.first, channel.second)})
    radius = max(solution.extent(shell, _OUTSIDE) for shell in (initial, *involved))
    highest = float(energies.max())
    step = min(_LONGEST_STEP, _WAVE_STEP * C / np.sqrt(highest * (highest + 2 * C * C)))
    nearest = max(solution.latter, radius, 1e-3)
    waves = [(n, kappa) for n, channel in enumerate(channels) for kappa in _waves(shells, initial, channel)]
    radii = np.array([matching_radius(kappa, energies[n], solution.tail, nearest, 1e-4) for n, kappa in waves])
    if np.any(radii < 0):
        raise RuntimeError("no radius was found at which a wave can be normalised")
    grid = Grid(2e-4 / solution.nuclear_charge, float(radii.max()) + 4 * step, _LOG_STEP, step)
    keep = int(grid.index(radius)) + 2
    matches = np.maximum(np.ceil(grid.index(radii)).astype(int), keep)
    V = solution.potential_on(grid.r)
    P, Q = solution.orbitals_on(grid.r[:keep])
    dr = grid.dr[:keep]
    size = solution.grid.integrate(solution.grid.r * (solution.P[initial] ** 2 + solution.Q[initial] ** 2))
    waves_of = {b: float(gaps[b]) / C for b in involved if float(gaps[b]) / C * size > _RETARDED}
    fields = _fields(grid, keep, shells, initial, involved, P, Q, waves_of)
    total = np.zeros(len(channels))
    p, q = np.zeros(grid.size), np.zeros(grid.size)
    for (n, kappa), match in zip(waves, matches, strict=True):
        continuum_wave(p, q, kappa, energies[n], grid.r, grid.dr, V, solution.tail, match)
        wave = p[:keep] * dr, q[:keep] * dr
        b, c = channels[n].first, channels[n].second
        direct = _elements(shells, initial, kappa, b, c, wave, (P[c], Q[c]), fields[b])
        other = direct if b == c else _elements(shells, initial, kappa, c, b, wave, (P[b], Q[b]), fields[c])
        total[n] += _sum(shells, initial, kappa, b, c, direct, other) * (0.5 if b == c else 1.0)
    return 2 * np.pi / shells[initial].degeneracy * total


def _waves(shells: Sequence[Shell], initial: int, channel: FinalPair) -> list[int]:
    """The κ that conserve parity and angular momentum."""
    i, b, c = (shells[n] for n in (initial, channel.first, channel.second))
    most = abs(i.kappa) + abs(b.kappa) + abs(c.kappa) - 1
    found = []
    for kappa in (sign * size for size in range(1, most + 1) for sign in (1, -1)):
        l = kappa if kappa > 0 else -kappa - 1
        if (l + i.l + b.l + c.l) % 2 == 0 and (_ranks(i, b, kappa, c) or _ranks(i, c, kappa, b)):
            found.append(kappa)
    return found


def _ranks(i: Shell, b: Shell, kappa: int, c: Shell) -> list[int]:
    """The ranks that join i to b and κ to c; those of the wrong parity have a magnetic part alone."""
    low = max(abs(abs(i.kappa) - abs(b.kappa)), abs(abs(kappa) - abs(c.kappa)))
    high = min(abs(i.kappa) + abs(b.kappa), abs(kappa) + abs(c.kappa)) - 1
    return [J for J in range(low, high + 1) if J > 0 or (i.l + b.l) % 2 == 0]


@dataclass(frozen=True)
class _Magnetic:
    """D_ab of one J and L is f P_a Q_b + g Q_a P_b."""

    L: int
    f: float
    g: float


@cache
def _magnetic(a: int, J: int, b: int) -> tuple[_Magnetic, ...]:
    """The magnetic densities between κ = a and b, but for what is zero."""
    d = b - a
    found = []
    normal = reduced(a, J, b)
    if J > 0 and normal:
        scale = -normal / sqrt(J * (2 * J - 1))
        found.append(_Magnetic(J - 1, scale * (J + d), -scale * (J - d)))
    if normal:
        scale = normal / sqrt((J + 1) * (2 * J + 3))
        found.append(_Magnetic(J + 1, scale * (J + 1 - d), -scale * (J + 1 + d)))
    if J > 0 and (other := reduced(-a, J, b) * (a + b)):
        scale = -other / sqrt(J * (J + 1))
        found.append(_Magnetic(J, scale, scale))
    return tuple(found)


@dataclass(frozen=True)
class _Fields:
    """∫ r_<^L/r_>^{L+1} of the densities of i and one b: of ρ by L, and of D by (J, L), each of shape (keep,)."""

    charge: dict[int, Values]
    current: dict[tuple[int, int], Values]


def _fields(
    grid: Grid,
    keep: int,
    shells: Sequence[Shell],
    initial: int,
    involved: Sequence[int],
    P: Array,
    Q: Array,
    waves_of: dict[int, float],
) -> dict[int, _Fields]:
    """The fields of i with every shell b that is involved, retarded with the wave numbers given for some b."""
    r, dr = grid.r[:keep], grid.dr[:keep]
    i = shells[initial]
    found = {b: _Fields({}, {}) for b in involved}
    densities: dict[int, list[tuple[int, int | None, Array]]] = {}
    for b in involved:
        first, second = P[initial] * Q[b] * dr, Q[initial] * P[b] * dr
        low, high = abs(abs(i.kappa) - abs(shells[b].kappa)), abs(i.kappa) + abs(shells[b].kappa) - 1
        for J in range(low, high + 1):
            if reduced(i.kappa, J, shells[b].kappa):
                densities.setdefault(J, []).append((b, None, (P[initial] * P[b] + Q[initial] * Q[b]) * dr))
            for part in _magnetic(i.kappa, J, shells[b].kappa):
                densities.setdefault(part.L, []).append((b, J, part.f * first + part.g * second))
    spherical = {b: _spherical(max(densities), wave, r) for b, wave in waves_of.items()}
    for L, wanted in densities.items():
        density = np.array([values for _, _, values in wanted])
        static = _potential(density, r**L, 1 / (r**L * r))
        for (b, rank, own), instant in zip(wanted, static, strict=True):
            values = _retarded(own, L, waves_of[b], *spherical[b]) if b in waves_of else instant
            if rank is None:
                found[b].charge[L] = values
            else:
                found[b].current[rank, L] = values
    return found


def _potential(density: Array, regular: Array, irregular: Array) -> Array:
    """∫ f(r_<) g(r_>) ρ dr' of densities (..., N), the outer part summed from outside."""
    inside = cumulative(density * regular) * irregular
    return np.asarray(inside + cumulative((density * irregular)[..., ::-1])[..., ::-1] * regular)


def _spherical(highest: int, wave: float, r: Array) -> tuple[Array, Array]:
    """j_L(kr) and y_L(kr) for L from 0 to the highest, shape (L, N); y ascends in L without loss."""
    from nuatom.atom.angular import bessel_table

    table = np.zeros((highest + 1, r.size, 1))
    bessel_table(r, np.array([wave]), highest, table, np.empty((r.size, 1)))
    x = wave * r
    irregular = [-np.cos(x) / x, -(np.cos(x) / x + np.sin(x)) / x]
    for L in range(1, highest):
        irregular.append((2 * L + 1) / x * irregular[L] - irregular[L - 1])
    return table[:, :, 0], np.array(irregular)


def _retarded(density: Array, L: int, wave: float, regular: Array, irregular: Array) -> Values:
    """The multipole of e^{ikr}/r of a density, shape (N,)."""
    factor = (2 * L + 1) * wave
    real = _potential(density, regular[L], -factor * irregular[L])
    return np.asarray(real + 1j * factor * regular[L] * float(density @ regular[L]))


def _elements(
    shells: Sequence[Shell],
    initial: int,
    kappa: int,
    b: int,
    c: int,
    wave: tuple[Array, Array],
    orbital: tuple[Array, Array],
    fields: _Fields,
) -> dict[int, complex]:
    """X by rank, of the wave with the orbital c in the fields of i and b."""
    i, kb, kc = shells[initial].kappa, shells[b].kappa, shells[c].kappa
    charge = wave[0] * orbital[0] + wave[1] * orbital[1]
    first, second = wave[0] * orbital[1], wave[1] * orbital[0]
    found = {}
    for J in _ranks(shells[initial], shells[b], kappa, shells[c]):
        value = 0j
        angular = (-1) ** J * reduced(i, J, kb) * reduced(kappa, J, kc)
        if angular:
            value += angular * complex(fields.charge[J] @ charge)
        for part in _magnetic(kappa, J, kc):
            field = fields.current.get((J, part.L))
            if field is not None:
                sign = 1 if part.L % 2 else -1
                value += sign * complex(field @ (part.f * first + part.g * second))
        if value:
            found[J] = value
    return found


def _sum(
    shells: Sequence[Shell],
    i: int,
    kappa: int,
    b: int,
    c: int,
    direct: Mapping[int, complex],
    other: Mapping[int, complex],
) -> float:
    """Σ over magnetic quantum numbers of the antisymmetric matrix element, squared."""
    total = sum(abs(X) ** 2 / (2 * L + 1) for L, X in direct.items())
    total += sum(abs(Y) ** 2 / (2 * L + 1) for L, Y in other.items())
    ji, jk, jb, jc = abs(shells[i].kappa), abs(kappa), abs(shells[b].kappa), abs(shells[c].kappa)
    for L, X in direct.items():
        for M, Y in other.items():
            total += 2 * (X * Y.conjugate()).real * six_j(ji, jb, L, jk, jc, M)
    return total

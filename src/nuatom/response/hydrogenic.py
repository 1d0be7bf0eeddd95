"""One electron of a hydrogen-like ion, non-relativistic and exact, for n ≤ 4.

Units inside: lengths 1/(Zαm), momenta Zαm, energies Z²α²m, so that the nuclear charge is 1.  The
final states are Coulomb waves ψ⁻_k, whose overlap with e^{iq·r−λr}/r is elementary (Nordsieck):

    ∫ ψ⁻_k* e^{iq·r−λr}/r d³r ∝ f = D^{iν−1} C^{−iν},   ν = 1/k,
    D = λ² + |q−k|²,   C = q² + (λ−ik)².                                                        (1)

A bound orbital f(r) H_l(r), with H_l a harmonic polynomial and f = Σ_s c_s r^s e^{−λr}, is a differential
operator on (1): r → −∂/∂λ and r → −i∇_q.  As H_l has no trace, second derivatives of D and C drop out, and

    H_L(∇) f = Σ_a H_L^{[a]}(∇D, ∇C) ∂_D^a ∂_C^{L−a} f,  H_L(αu + βv) = Σ_a α^a β^{L−a} H_L^{[a]}(u, v).  (2)

|amplitude|²·D² is a polynomial in 1/D of degree 2n, so that n+1 Gauss–Legendre nodes in 1/D do the integral
over the direction of k exactly.  No partial-wave sum occurs.

Near threshold ν → ∞ and the terms of (2) cancel; there (D − C)/k takes the place of D as variable and
nothing is left to cancel.

The product of the amplitude with its conjugate, without the factor 1/(1 − e^{−2πν}), is analytic in k²
through the threshold.  At k = i/n' it is n'³ times the strength of the discrete level n'.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from math import comb, factorial, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array, Function, refuse_others, vector
from nuatom.response.model import Lines, Measure, StructureFunctions
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU

Complex = NDArray[np.complex128]
Polynomial = dict[tuple[int, ...], float]
"""A polynomial in x, y, z: exponents → coefficient."""

LARGEST_N = 4
HIGHEST_LEVEL = 30
"""The last level n' with a line of its own; the rest of the Rydberg series is one line."""
RELATIVE_ERROR = 1e-9
"""Of integrals over Q: the quadrature is the only approximation, and meets the 1s closed form to this."""

_NEAR_THRESHOLD = 0.5  # in k; below it the variables of (2) are (D−C)/k and C
_TAIL = 300.0  # S falls like Q⁻⁸ beyond the ridge: past 300 (k+λ) less than 1e-14 of ∫S dQ² is left
_ORDER = 20  # Gauss–Legendre nodes per panel; the poles are of order 2n+2, hence so many
_PANEL = 1.4  # greatest length of a panel in the variable s(q) of _panels
_CHUNK = 20_000  # (T, Q) points evaluated at a time
_LINE_POINTS = 240


@dataclass(frozen=True)
class Hydrogenic:
    """ONE electron nl in the field of a bare charge Z, without relativity; continuum and lines exact.

    S(T,Q) of (K 9) averaged over the 2l+1 orientations, and R(T,Q) of (K 10) with the convection current
    p_⊥/m and the spin current iσ×Q/2m.  For one unpolarised electron the two do not interfere and the spin
    current contributes (Q²/4m²) S, which is the free electron's whole R.  Valid for Zα ≪ 1, T ≪ m.

    Args:
        n: principal quantum number, 1 to 4.
        l: orbital angular momentum, 0 to n−1.
        Z: charge of the nucleus, > 0.

    Raises:
        ValueError: for quantum numbers or a charge outside these ranges.
    """

    n: int
    l: int
    Z: float

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LARGEST_N:
            raise ValueError(f"Hydrogenic has n from 1 to {LARGEST_N}, got n={self.n}; try CentralField")
        if not 0 <= self.l < self.n:
            raise ValueError(f"Hydrogenic with n={self.n} needs l from 0 to {self.n - 1}, got l={self.l}")
        if not (np.isfinite(self.Z) and self.Z > 0):
            raise ValueError(f"Hydrogenic needs a finite charge Z > 0, got Z={self.Z}")

    @property
    def binding_energy(self) -> float:
        """ε = (Zα)² m / 2n² [energy]."""
        return self._energy_unit / (2 * self.n**2)

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The one shell, with occupancy 1; there is no spin–orbit splitting, κ stands for l only."""
        label = f"{self.n}{'spdf'[self.l]}"
        return (Shell(label, self.n, -self.l - 1, 1.0, self.binding_energy),)

    @property
    def _energy_unit(self) -> float:
        return self.Z**2 * HARTREE

    @property
    def _momentum_unit(self) -> float:
        return self.Z * MOMENTUM_AU

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """S and R of the continuum, exactly 0 for T ≤ ε, at T (nT,) and Q (nQ,) or (nT, nQ) [energy].

        Raises:
            ValueError: for values that are not finite, a negative T or Q, shapes that do not match, or other functions.
        """
        refuse_others("Hydrogenic", functions)
        T = _checked("transfer", transfer)
        Q = _checked("momentum", momentum)
        if T.ndim != 1 or Q.ndim not in (1, 2) or (Q.ndim == 2 and len(Q) != len(T)):
            raise ValueError(f"expected transfer (nT,), momentum (nQ,) or (nT, nQ); got {T.shape}, {Q.shape}")
        Q = np.broadcast_to(Q, (len(T), Q.shape[-1]))
        charge, current = self._functions(T, Q)
        error = np.full((1, len(T)), RELATIVE_ERROR)
        return StructureFunctions(vector(charge[None], current[None]), self.shells, T, Q.copy(), error)

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Gauss–Legendre panels in Q that resolve the small-Q end, the ridge Q ≈ k and the tail.

        Args:
            transfer: T, shape (nT,) [energy].
            lower, upper: least Q, may be 0, and greatest Q, may be infinite, shape (nT,) [energy].

        Raises:
            ValueError: for negative or nan arguments, or other functions.
        """
        refuse_others("Hydrogenic", functions)
        T = np.atleast_1d(_checked("transfer", transfer))
        low = np.broadcast_to(_checked("lower", lower), T.shape) / self._momentum_unit
        high = np.asarray(upper, dtype=float)
        if np.any(np.isnan(high)):
            raise ValueError("upper must be a number or infinity, got nan")
        k, lam = self._wave_number(T), 1.0 / self.n
        high = np.minimum(np.broadcast_to(high, T.shape) / self._momentum_unit, _TAIL * (k + lam))
        is_open = (self.binding_energy < T) & (high > low)
        # A closed interval keeps nodes at harmless places; its weights are exact zeros.
        low = np.where(is_open, low, 0.0)
        high = np.where(is_open, high, 1.0)
        q, dq = _panels(k, lam, low, high)
        Q = q * self._momentum_unit
        dQ2 = np.where(is_open[:, None], 2 * q * dq, 0.0) * self._momentum_unit**2
        charge, current = self._functions(T, Q)
        error = np.where(is_open, RELATIVE_ERROR, 0.0)[None]
        return Measure(vector((charge * dQ2)[None], (current * dQ2)[None]), Q[None], error)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """Excitations to n' = n+1 … 30, summed over l', and one line for all higher ones; S and R only.

        Levels of the same n are degenerate, and lower ones give energy back: neither is a line.
        """
        refuse_others("Hydrogenic", functions)
        return self._lines

    @cached_property
    def _lines(self) -> Lines:
        n, levels = self.n, range(self.n + 1, HIGHEST_LEVEL + 1)
        energies = [0.5 / n**2 - 0.5 / final**2 for final in levels]
        smallest = energies[0] * self._energy_unit / self._momentum_unit
        q = np.geomspace(0.2 * smallest, 100.0, _LINE_POINTS)
        pairs = [level_strength(n, self.l, final, q) for final in levels]
        tail_energy, tail = _rydberg_tail(n, self.l, HIGHEST_LEVEL, q)
        energies.append(tail_energy)
        charge = np.array([pair[0] for pair in pairs] + [tail[0]])
        convection = np.array([pair[1] for pair in pairs] + [tail[1]])
        Q = q * self._momentum_unit
        current = self._current(charge, convection, Q)
        labels = (*(f"n={final}" for final in levels), f">n={HIGHEST_LEVEL}")
        index = np.zeros(len(labels), dtype=np.intp)
        return Lines(vector(charge, current), index, labels, np.array(energies) * self._energy_unit, Q)

    def _wave_number(self, transfer: Array) -> Array:
        excess = (transfer - self.binding_energy) / self._energy_unit
        return np.asarray(np.sqrt(2 * np.maximum(excess, 0.0)))

    def _current(self, charge: Array, convection: Array, momentum: Array) -> Array:
        """R from S and the convection part in scaled units; the same for densities and for strengths."""
        velocity_unit, spin = self._momentum_unit / ELECTRON_MASS, momentum / (2 * ELECTRON_MASS)
        return np.asarray(convection * velocity_unit**2 + charge * spin**2)

    def _functions(self, transfer: Array, momentum: Array) -> tuple[Array, Array]:
        """S and R [1/energy] at T (nT,), Q (nT, nQ)."""
        charge, convection = np.zeros(momentum.shape), np.zeros(momentum.shape)
        is_open = np.broadcast_to((transfer > self.binding_energy)[:, None], momentum.shape)
        k = np.broadcast_to(self._wave_number(transfer)[:, None], momentum.shape)[is_open]
        q = momentum[is_open] / self._momentum_unit
        S, R = np.empty(len(k)), np.empty(len(k))
        for start in range(0, len(k), _CHUNK):
            part = slice(start, start + _CHUNK)
            S[part], R[part] = continuum_density(self.n, self.l, k[part], q[part])
        charge[is_open], convection[is_open] = S / self._energy_unit, R / self._energy_unit
        return charge, self._current(charge, convection, momentum)


# --- densities and strengths in scaled units -----------------------------------------------------------


def continuum_density(n: int, l: int, k: Array, q: Array) -> tuple[Array, Array]:
    """S and the convection part of R at wave number k ≥ 0 and momentum q, both (N,), in scaled units."""
    charge, current = np.empty(len(k)), np.empty(len(k))
    k = np.maximum(k, 1e-12)  # the limit k → 0 is reached long before
    for near in (True, False):
        part = (k < _NEAR_THRESHOLD) == near
        if not part.any():
            continue
        kp, qp = k[part], q[part]
        lam = 1.0 / n
        # arg C* in (0, π); θ/k → 2λ/(λ²+q²) at threshold
        angle = np.arctan2(2 * lam * kp, qp**2 + (lam - kp) * (lam + kp))
        factor = np.exp(-2 * angle / kp) / -np.expm1(-2 * np.pi / kp)
        squares = _angular_integrals(n, l, kp.astype(complex), qp, near=near)
        charge[part], current[part] = (factor * square.real for square in squares)
    # A sum of squares; rounding may leave −1e-30 where it vanishes.
    return np.maximum(charge, 0.0), np.maximum(current, 0.0)


def level_strength(n: int, l: int, final: int, q: Array) -> tuple[Array, Array]:
    """Strengths of nl → n' = ``final`` in S and in the convection part of R, averaged over m; q > 0 (N,)."""
    charge, current = _below_threshold(n, l, final, q)
    return charge / final**3, current / final**3


def _below_threshold(n: int, l: int, final: int, q: Array) -> tuple[Array, Array]:
    """n'³ times the strength of the level n': the density continued to k = i/n'."""
    lam = 1.0 / n
    k = np.full(len(q), 1j / final)
    ratio = (q**2 + (lam - 1.0 / final) ** 2) / (q**2 + (lam + 1.0 / final) ** 2)
    charge, current = _angular_integrals(n, l, k, q, near=True)
    factor = ratio**final
    return np.maximum(factor * charge.real, 0.0), np.maximum(factor * current.real, 0.0)


def _rydberg_tail(n: int, l: int, last: int, q: Array) -> tuple[float, tuple[Array, Array]]:
    """Energy and strengths of all levels above ``last`` together.

    The density A(E) below threshold is linear over the tail: Σ A(−1/2n'²)/n'³ with A from its values
    at the last level and at threshold.
    """
    third, fifth = _zeta_tail(3, last + 1), _zeta_tail(5, last + 1)
    edge = continuum_density(n, l, np.zeros(len(q)), q)
    level = _below_threshold(n, l, last, q)
    strengths = tuple(
        np.maximum(a0 * third + (a1 - a0) * last**2 * fifth, 0.0) for a0, a1 in zip(edge, level, strict=True)
    )
    return 0.5 / n**2 - 0.5 * fifth / third, (strengths[0], strengths[1])


def _zeta_tail(power: int, first: int) -> float:
    """Σ_{j ≥ first} j^{−power}: direct terms, then Euler–Maclaurin."""
    start = first + 50
    direct = sum(float(j) ** -power for j in range(first, start))
    x = float(start)
    remainder = x ** (1 - power) / (power - 1) + x**-power / 2 + power * x ** (-power - 1) / 12
    return direct + remainder


def _angular_integrals(n: int, l: int, k: Complex, q: Array, *, near: bool) -> tuple[Complex, Complex]:
    """8π/(2l+1) Σ_m ∫ dcosγ |amplitude|² for charge and convection current, without the factor of ``f``.

    The formal conjugate (i → −i, k kept) stands for the complex conjugate, which makes the result an
    analytic function of k.  Shapes (N,).
    """
    lam = 1.0 / n
    node, weight = np.polynomial.legendre.leggauss(n + 1)
    t = node[None]
    kc, qc = k[:, None], q[:, None].astype(complex)
    minus, plus = lam**2 + (qc - kc) ** 2, lam**2 + (qc + kc) ** 2
    # 1/D = (a + t b)/(a² − b²), a ∓ b = minus, plus: linear in t between its values at cosγ = ∓1
    linear = (1 + t) / 2 * plus + (1 - t) / 2 * minus
    D = minus * plus / linear
    sine = np.sqrt((1 - t**2) * minus * plus) / linear
    cosine = ((1 + t) / 2 * plus - (1 - t) / 2 * minus) / linear
    difference = (qc - kc) * (qc + kc)
    ahead = (qc * (lam**2 + difference) + t * kc * (difference - lam**2)) / linear  # q − k cosγ

    gradient = (-2 * sine, -2 * cosine, 2 * qc) if near else (-2 * kc * sine, 2 * ahead, 2 * qc)
    sides: list[tuple[list[Complex], list[Complex]]] = []
    is_real = not np.any(k.imag)
    for sign in (1,) if is_real else (1, -1):
        i = 1j * sign
        C = qc**2 + (lam - i * kc) ** 2
        if near:
            N = 2 * (kc - qc * cosine + i * lam)
            table = _taylor_near_threshold(n, kc, D, C, N, i)
            slopes = (2 * i, 0.0)
        else:
            table = _taylor(n, kc, D, C, i)
            slopes = (2 * lam, 1.0)
        sides.append(_amplitudes(n, l, table, slopes, 2 * (lam - i * kc), gradient))
    if is_real:
        sides.append(([a.conj() for a in sides[0][0]], [a.conj() for a in sides[0][1]]))

    scale = 8 * np.pi / (2 * l + 1) / (minus * plus)[:, 0]
    results = []
    for one, other, share in zip(sides[0], sides[1], (1.0, 0.5), strict=True):
        total = sum((a * b for a, b in zip(one, other, strict=True)), np.zeros(D.shape, dtype=complex))
        results.append(share * scale * (total @ weight))
    return results[0], results[1]


Table = dict[tuple[int, int], Complex]
Slopes = tuple[complex, float]
Gradient = tuple[Complex, Complex, Complex]


def _taylor(n: int, k: Complex, D: Complex, C: Complex, i: complex) -> Table:
    """Coefficients of ``f(D+ξ, C+η)/f`` at ξ^a η^b, a + b ≤ n."""
    nu = i / k
    in_d: list[Complex] = [np.ones_like(D)]
    in_c: list[Complex] = [np.ones_like(C)]
    for order in range(1, n + 1):
        in_d.append(in_d[-1] * (nu - order) / (order * D))
        in_c.append(in_c[-1] * (-nu - (order - 1)) / (order * C))
    return {(a, b): in_d[a] * in_c[b] for a in range(n + 1) for b in range(n + 1 - a)}


def _taylor_near_threshold(n: int, k: Complex, D: Complex, C: Complex, N: Complex, i: complex) -> Table:
    """The same in the variables N = (D − C)/k and C, with ν = 1/k and k N cancelled by hand."""
    inverse_d, inverse_c = 1 / D, 1 / C
    table: Table = {}
    lead: Complex = np.ones_like(D)
    for a in range(n + 1):
        if a:
            lead = lead * (i - a * k) / a * inverse_d
        # logarithm of C^{−iν} D^{iν−1−a} at C + η, D + η: its coefficients at η^j, times j
        logs = []
        for j in range(1, n + 1 - a):
            mixed: Complex = sum((inverse_c ** (j - s) * inverse_d ** (s + 1) for s in range(j)), np.zeros_like(D))
            logs.append((-1) ** (j + 1) * (-i * N * mixed - (1 + a) * inverse_d**j))
        series: list[Complex] = [lead]
        for b in range(1, n + 1 - a):
            series.append(sum((logs[j - 1] * series[b - j] for j in range(1, b + 1)), np.zeros_like(D)) / b)
        table.update({(a, b): value for b, value in enumerate(series)})
    return table


def _amplitudes(
    n: int, l: int, table: Table, slopes: Slopes, c_slope: Complex, gradient: Gradient
) -> tuple[list[Complex], list[Complex]]:
    """Amplitudes of the charge, one per m, and of p_⊥, one per m and polarisation, up to a common phase.

    With ∂_e(f H_l) = (f'/r) [x_e H_l]_{l+1} + (f + r f'/(2l+1)) ∂_e H_l.
    """
    radial = _radial_powers(n, l)
    lam = 1.0 / n
    charge_powers = {s + 1: c for s, c in radial.items()}
    up: dict[int, float] = {}
    down: dict[int, float] = {}
    for s, c in radial.items():
        if s:
            up[s - 1] = up.get(s - 1, 0.0) + s * c
        up[s] = up.get(s, 0.0) - lam * c
        down[s + 1] = down.get(s + 1, 0.0) + c * (1 + s / (2 * l + 1))
        down[s + 2] = down.get(s + 2, 0.0) - lam * c / (2 * l + 1)

    straight = [_combine(table, slopes, c_slope, charge_powers, l, a) for a in range(l + 1)]
    raised = [_combine(table, slopes, c_slope, up, l + 1, a) for a in range(l + 2)]
    lowered = [_combine(table, slopes, c_slope, down, l - 1, a) for a in range(l)]
    charge, current = [], []
    for m in range(-l, l + 1):
        charge.append(_polarised(_harmonic(l, m), straight, gradient))
        for axis in (0, 1):
            higher, lower = _neighbours(l, m, axis)
            # (−i)^{l+1} = −(−i)^{l−1}: hence the difference
            current.append(_polarised(lower, lowered, gradient) - _polarised(higher, raised, gradient))
    return charge, current


def _combine(table: Table, slopes: Slopes, c_slope: Complex, powers: dict[int, float], L: int, a: int) -> Complex:
    """Σ_p c_p (−∂_λ)^p of ∂_X^a ∂_C^{L−a} f for the radial function Σ_p c_p r^{p−1} e^{−λr}.

    λ → λ + δ moves X by slopes·(δ, δ²) and C by c_slope δ + δ².
    """
    b = L - a
    total: Complex = np.zeros_like(table[0, 0])
    for p, c in powers.items():
        for i in range(p + 1):
            for j in range(p + 1 - i):
                extra = p - i - j
                polynomial: Complex = np.zeros_like(c_slope)
                for u in range(min(i, extra) + 1):
                    v = extra - u
                    if v <= j:
                        x_part = comb(i, u) * slopes[0] ** (i - u) * slopes[1] ** u
                        polynomial = polynomial + x_part * comb(j, v) * c_slope ** (j - v)
                count = factorial(a + i) // factorial(i) * (factorial(b + j) // factorial(j))
                total = total + (c * (-1) ** p * factorial(p) * count) * polynomial * table[a + i, b + j]
    return total


def _polarised(harmonic: Polynomial, parts: list[Complex], gradient: Gradient) -> Complex:
    """Σ_a H^{[a]}(u, v) parts[a] for u = (u_x, 0, u_z), v = (0, 0, v_z): all vectors lie in the xz plane."""
    ux, uz, vz = gradient
    total = np.zeros_like(ux)
    for (x, y, z), c in harmonic.items():
        if y:
            continue
        for s in range(z + 1):
            total = total + c * comb(z, s) * ux**x * uz**s * vz ** (z - s) * parts[x + s]
    return total


# --- bound orbitals ---------------------------------------------------------------------------------


@cache
def _radial_powers(n: int, l: int) -> dict[int, float]:
    """R_nl/r^l = Σ_s c_s r^s e^{−r/n}, normalised to ∫ R² r² dr = 1."""
    m, alpha, x = n - l - 1, 2 * l + 1, 2.0 / n
    norm = sqrt(x**3 * factorial(m) / (2 * n * factorial(n + l))) * x**l
    return {s: norm * (-x) ** s * comb(m + alpha, m - s) / factorial(s) for s in range(m + 1)}


@cache
def _harmonic(l: int, m: int) -> Polynomial:
    """The real solid harmonic r^l Y_lm as a polynomial; cosine type for m ≥ 0, sine type for m < 0."""
    order = abs(m)
    norm = sqrt((2 * l + 1) / (4 * np.pi) * factorial(l - order) / factorial(l + order))
    norm *= sqrt(2.0) if order else 1.0
    result: Polynomial = {}
    for h in range((l - order) // 2 + 1):
        z = l - 2 * h - order
        c = (-1) ** h * comb(l, h) * comb(2 * l - 2 * h, l) * factorial(l - 2 * h) / factorial(z) / 2**l
        for i in range(h + 1):
            for j in range(h + 1 - i):  # r^{2h} = Σ h!/(i! j! (h−i−j)!) x^{2i} y^{2j} z^{2(h−i−j)}
                multinomial = factorial(h) // (factorial(i) * factorial(j) * factorial(h - i - j))
                for s in range(order + 1):  # (x + iy)^|m|: real part from even s, imaginary from odd
                    if s % 2 != (m < 0):
                        continue
                    key = (2 * i + order - s, 2 * j + s, z + 2 * (h - i - j))
                    term = norm * c * multinomial * comb(order, s) * (-1) ** (s // 2)
                    result[key] = result.get(key, 0.0) + term
    return result


@cache
def _neighbours(l: int, m: int, axis: int) -> tuple[Polynomial, Polynomial]:
    """x_e H − r² ∂_e H/(2l+1), which is harmonic of degree l+1, and ∂_e H of degree l−1."""
    lower: Polynomial = {}
    higher: Polynomial = {}

    def add(target: Polynomial, key: tuple[int, ...], index: int, step: int, c: float) -> None:
        moved = tuple(power + step * (place == index) for place, power in enumerate(key))
        target[moved] = target.get(moved, 0.0) + c

    for key, c in _harmonic(l, m).items():
        add(higher, key, axis, 1, c)
        if key[axis]:
            add(lower, key, axis, -1, c * key[axis])
    for key, c in lower.items():
        for square in range(3):
            add(higher, key, square, 2, -c / (2 * l + 1))
    return higher, lower


# --- quadrature in q -----------------------------------------------------------------------------------


def _panels(k: Array, lam: float, low: Array, high: Array) -> tuple[Array, Array]:
    """Nodes q and weights dq, shape (nT, nQ).

    As functions of q the integrands are singular at ±k ± iλ, and a weight may be a power of q.  Panels of
    equal length in s(q) = asinh(q/δ) + asinh((q−k)/λ) are short against the distance to either.
    """
    delta = np.where(low > 0, low, lam)

    def s(q: Array) -> Array:
        d, kk = (delta, k) if q.ndim == 1 else (delta[:, None], k[:, None])
        return np.asarray(np.arcsinh(q / d) + np.arcsinh((q - kk) / lam))

    first, last = s(low), s(high)
    count = max(1, int(np.ceil(np.max(last - first, initial=0.0) / _PANEL)))
    goal = first[:, None] + (last - first)[:, None] * np.linspace(0, 1, count + 1)
    below = np.repeat(low[:, None], count + 1, axis=1)
    above = np.repeat(high[:, None], count + 1, axis=1)
    for _ in range(50):  # the edges need not be exact, only ordered; bisect in q, it cannot fail
        middle = np.where(below > 0, np.sqrt(below * above), 0.5 * (below + above))
        left = s(middle) < goal
        below, above = np.where(left, middle, below), np.where(left, above, middle)
    edges = 0.5 * (below + above)
    edges[:, 0], edges[:, -1] = low, high
    node, weight = np.polynomial.legendre.leggauss(_ORDER)
    half = 0.5 * np.diff(edges, axis=1)[:, :, None]
    centre = 0.5 * (edges[:, 1:] + edges[:, :-1])[:, :, None]
    shape = (len(k), count * _ORDER)
    return (centre + half * node).reshape(shape), (half * weight).reshape(shape)


def _checked(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError(f"{name} must be finite and ≥ 0 [energy], got values outside that")
    return array

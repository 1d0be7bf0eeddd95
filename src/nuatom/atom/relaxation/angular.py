"""Angular factors of two-electron matrix elements in jj coupling.

Angular momenta are given as |κ| = j + ½, which makes every sum of two of them an integer.
"""

from __future__ import annotations

from functools import cache
from math import exp, lgamma, sqrt


def _log_factorial(n: float) -> float:
    return lgamma(n + 1)


def _log_triangle(a: float, b: float, c: float) -> float:
    sides = (a + b - c, a - b + c, b + c - a)
    return 0.5 * (sum(_log_factorial(side) for side in sides) - _log_factorial(a + b + c + 1))


@cache
def six_j(a: int, b: int, L: int, c: int, d: int, M: int) -> float:
    """{j_a j_b L; j_c j_d M} of four half-integral momenta, given as j + ½, and two integral ones; Racah's formula.

    It is zero unless (j_a j_b L), (j_a j_d M), (j_c j_b M) and (j_c j_d L) close.
    """
    ja, jb, jc, jd = a - 0.5, b - 0.5, c - 0.5, d - 0.5
    triads = ((ja, jb, L), (ja, jd, M), (jc, jb, M), (jc, jd, L))
    if any(z > x + y or z < abs(x - y) for x, y, z in triads):
        return 0.0
    scale = sum(_log_triangle(*triad) for triad in triads)
    low = max(round(x + y + z) for x, y, z in triads)
    high = min(round(ja + jb + jc + jd), round(jb + L + jd + M), round(L + ja + M + jc))
    total = 0.0
    for t in range(low, high + 1):
        logs = _log_factorial(t + 1) + scale
        logs -= sum(_log_factorial(t - round(x + y + z)) for x, y, z in triads)
        logs -= _log_factorial(round(ja + jb + jc + jd) - t)
        logs -= _log_factorial(round(jb + L + jd + M) - t) + _log_factorial(round(L + ja + M + jc) - t)
        total += (-1) ** t * exp(logs)
    return total


@cache
def reduced(kappa1: int, L: int, kappa2: int) -> float:
    """⟨κ₁||C^L||κ₂⟩ = (−1)^{j₁+½} √((2j₁+1)(2j₂+1)) (j₁ j₂ L; −½ ½ 0), zero for the wrong parity."""
    from nuatom.atom.angular import three_j_half_squared

    l1 = kappa1 if kappa1 > 0 else -kappa1 - 1
    l2 = kappa2 if kappa2 > 0 else -kappa2 - 1
    if (l1 + l2 + L) % 2:
        return 0.0
    a, b = abs(kappa1), abs(kappa2)
    square = float(three_j_half_squared(kappa1, L, kappa2))
    return float((-1) ** a * _sign(a, b, L) * sqrt(4 * a * b * square))


@cache
def _sign(a: int, b: int, L: int) -> int:
    """The sign of (j₁ j₂ L; −½ ½ 0), j₁ = a − ½, j₂ = b − ½, from Racah's sum."""
    j1, j2 = a - 0.5, b - 0.5
    total = 0.0
    for t in range(a + b + L + 1):
        terms = (
            t,
            round(j1 + j2 - L) - t,
            round(j1 + 0.5) - t,
            round(j2 + 0.5) - t,
            round(L - j2 - 0.5) + t,
            round(L - j1 - 0.5) + t,
        )
        if min(terms) < 0:
            continue
        total += (-1) ** t * exp(-sum(_log_factorial(term) for term in terms))
    return (1 if total > 0 else -1) * (-1 if round(j1 - j2) % 2 else 1)

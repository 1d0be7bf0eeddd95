"""Angular factors against exact rational arithmetic, spherical Bessel functions against SciPy."""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import spherical_jn

from nuatom.atom.angular import bessel_table, three_j_half_squared, three_j_zero_squared


def exact_squared(two_j1: int, two_j2: int, two_j3: int, two_m1: int, two_m2: int) -> Fraction:
    """(j₁ j₂ j₃; m₁ m₂ −m₁−m₂)² from Racah's alternating sum, in rational numbers: no rounding at any j."""
    two_m3 = -two_m1 - two_m2
    if two_j3 > two_j1 + two_j2 or two_j3 < abs(two_j1 - two_j2) or (two_j1 + two_j2 + two_j3) % 2:
        return Fraction(0)

    def f(twice: int) -> int:
        return factorial(twice // 2)

    total = Fraction(0)
    for k in range((two_j1 + two_j2 + two_j3) // 2 + 1):
        parts = (
            2 * k,
            two_j1 + two_j2 - two_j3 - 2 * k,
            two_j1 - two_m1 - 2 * k,
            two_j2 + two_m2 - 2 * k,
            two_j3 - two_j2 + two_m1 + 2 * k,
            two_j3 - two_j1 - two_m2 + 2 * k,
        )
        if min(parts) >= 0:
            denominator = 1
            for part in parts:
                denominator *= f(part)
            total += Fraction((-1) ** k, denominator)
    triangle = Fraction(
        f(two_j1 + two_j2 - two_j3) * f(two_j1 - two_j2 + two_j3) * f(-two_j1 + two_j2 + two_j3),
        f(two_j1 + two_j2 + two_j3 + 2),
    )
    moments = 1
    for two_j, two_m in ((two_j1, two_m1), (two_j2, two_m2), (two_j3, two_m3)):
        moments *= f(two_j + two_m) * f(two_j - two_m)
    return triangle * moments * total**2


@pytest.mark.slow
def test_half_symbol_is_that_of_sympy() -> None:
    sympy = pytest.importorskip("sympy")
    wigner = pytest.importorskip("sympy.physics.wigner")
    half = sympy.Rational(1, 2)
    for a in range(1, 6):
        for b in range(1, 6):
            for J in range(11):
                wanted = float(wigner.wigner_3j(a - half, J, b - half, half, 0, -half) ** 2)
                # The sign of κ is the parity; the symbol knows only j.
                for s in (1, -1):
                    assert three_j_half_squared(s * a, J, b) == pytest.approx(wanted, rel=1e-12, abs=1e-300)
                    assert three_j_half_squared(a, J, s * b) == pytest.approx(wanted, rel=1e-12, abs=1e-300)


def test_zero_symbol_is_that_of_sympy() -> None:
    wigner = pytest.importorskip("sympy.physics.wigner")
    for l1 in range(8):
        for l2 in range(8):
            for l3 in range(16):
                wanted = float(wigner.wigner_3j(l1, l2, l3, 0, 0, 0) ** 2)
                assert three_j_zero_squared(l1, l2, l3) == pytest.approx(wanted, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("a", "J", "b"),
    [(1, 300, 301), (1, 300, 300), (4, 250, 250), (4, 250, 252), (3, 400, 401), (200, 7, 204), (150, 298, 149)],
)
def test_half_symbol_is_exact_at_high_J(a: int, J: int, b: int) -> None:
    wanted = exact_squared(2 * a - 1, 2 * J, 2 * b - 1, 1, 0)
    assert wanted > 0
    # Logarithms of factorials near 10³, rounded and summed: a few 1e-13 each.
    assert three_j_half_squared(a, J, b) == pytest.approx(float(wanted), rel=1e-11)


def test_the_exact_reference_is_right() -> None:
    # (1 1 2; 0 0 0)² = 2/15 and (½ 1 ½; ½ 0 −½)² = 1/6.
    assert exact_squared(2, 2, 4, 0, 0) == Fraction(2, 15)
    assert exact_squared(1, 2, 1, 1, 0) == Fraction(1, 6)


@given(st.integers(1, 8), st.integers(0, 300))
@example(1, 300)
@example(8, 0)
def test_symbols_are_complete(a: int, J: int) -> None:
    """Σ_{j'} (2j'+1)(j' J j; ½ 0 −½)² = 1 over all j', for each parity of j' + J + j half of it where J ≥ 2j."""
    terms = [2 * b * three_j_half_squared(b, J, a) for b in range(max(1, abs(J - a)), J + a + 1)]
    assert sum(terms) == pytest.approx(1, rel=1e-11)


@given(st.integers(1, 60), st.integers(0, 130), st.integers(1, 60))
def test_half_symbol_is_symmetric_and_keeps_the_triangle(a: int, J: int, b: int) -> None:
    value = three_j_half_squared(a, J, b)
    assert value == pytest.approx(three_j_half_squared(b, J, a), rel=1e-11)
    assert (value > 0) == (abs(a - b) <= J <= a + b - 1)


@given(st.integers(1, 40), st.integers(0, 60), st.integers(1, 40))
def test_half_symbol_is_orthonormal_in_J(a: int, J: int, b: int) -> None:
    total = sum((2 * K + 1) * three_j_half_squared(a, K, b) for K in range(abs(a - b), a + b))
    assert total == pytest.approx(1, rel=1e-11)
    assert three_j_half_squared(a, J, b) <= 1 / (2 * J + 1) * (1 + 1e-11)


# --- Bessel functions ------------------------------------------------------------------------------


def bessel(x: np.ndarray, J_max: int) -> tuple[np.ndarray, np.ndarray]:
    """The table at arguments x, made as r times Q."""
    table = np.full((J_max + 1, x.size, 2), np.nan)
    shifted = np.full((x.size, 2), np.nan)
    bessel_table(x / 3.0, np.array([3.0, 6.0]), J_max, table, shifted)
    return table, shifted


ARGUMENTS = np.unique(np.concatenate([np.geomspace(1e-6, 1e3, 180), np.arange(1, 40) * np.pi, np.arange(195, 206)]))


@pytest.mark.parametrize("J_max", [0, 1, 2, 7, 30, 200])
def test_bessel_functions_are_those_of_scipy(J_max: int) -> None:
    table, _ = bessel(ARGUMENTS, J_max)
    J = np.arange(J_max + 1)[:, None, None]
    wanted = spherical_jn(J, np.stack([ARGUMENTS, 2 * ARGUMENTS], axis=1)[None])
    # In radial integrals what counts is the error relative to the size of the oscillation, 1/x, or 1 below it.  Both
    # recurrences amplify the rounding of sin x at x = 2·10³ by at most some hundred.
    size = np.minimum(1, 1 / np.stack([ARGUMENTS, 2 * ARGUMENTS], axis=1))
    assert np.max(np.abs(table - wanted) / size) < 2e-12


def test_bessel_functions_of_high_order_keep_their_relative_accuracy() -> None:
    # Where a high multipole meets a compact shell it is small and multiplies nothing else: its own digits count.
    x = np.geomspace(1e-3, 100, 120)
    table, _ = bessel(x, 60)
    wanted = spherical_jn(np.arange(61)[:, None], x[None])
    kept = (np.abs(wanted) > 1e-12) & (x[None] < np.arange(61)[:, None] + 0.5)
    np.testing.assert_allclose(table[:, :, 0][kept], wanted[kept], rtol=1e-10)


def test_shifted_column_has_no_cancellation() -> None:
    mpmath = pytest.importorskip("mpmath")
    _, shifted = bessel(ARGUMENTS, 3)
    with mpmath.workdps(40):
        wanted = [float(mpmath.sin(mpmath.mpf(float(x))) / mpmath.mpf(float(x)) - 1) for x in ARGUMENTS]
    # The series is cut where it is 1e-12 of the sum; x itself is rounded when it is made as r Q.
    np.testing.assert_allclose(shifted[:, 0], wanted, rtol=3e-12)


def test_bessel_functions_at_zero_and_below_the_smallest_argument() -> None:
    table, shifted = bessel(np.array([0.0, 1e-12]), 4)
    np.testing.assert_array_equal(table[0], 1)
    np.testing.assert_array_equal(table[2:], 0)
    np.testing.assert_allclose(table[1, :, 0], [0, 1e-12 / 3], rtol=1e-14)
    np.testing.assert_allclose(shifted[:, 0], [0, -1e-24 / 6], rtol=1e-14)


@given(st.floats(1e-3, 500.0), st.integers(2, 150))
def test_squares_add_up_to_one(x: float, J_max: int) -> None:
    """Σ_J (2J+1) j_J(x)² = 1; cut at J_max it never exceeds one and reaches it when J_max is well above x."""
    table, _ = bessel(np.array([x]), J_max)
    total = float(np.sum((2 * np.arange(J_max + 1) + 1) * table[:, 0, 0] ** 2))
    assert total < 1 + 1e-10
    if J_max > x + 6 * np.cbrt(x) + 8:
        assert total == pytest.approx(1, abs=1e-10)

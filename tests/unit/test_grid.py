"""The radial grid is what its equation says, and its sums and running integrals are integrals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf, gamma, gammainc

from nuatom.atom.grid import Grid, cumulative

grids = st.builds(
    Grid,
    first=st.floats(1e-9, 1e-3),
    last=st.floats(1.0, 200.0),
    log_step=st.floats(0.01, 0.08),
    linear_step=st.floats(0.01, 0.3),
)


@given(grids)
def test_points_solve_the_equation_of_the_grid(grid: Grid) -> None:
    i = np.arange(grid.size)
    # i(r) is a sum of two terms, each with its rounding: a few units in the last place of i.
    np.testing.assert_allclose(grid.index(grid.r), i, rtol=1e-13, atol=1e-11)
    assert np.all(np.diff(grid.r) > 0)
    assert grid.r[0] == pytest.approx(grid.first, rel=1e-14)
    assert grid.r[-2] < grid.last <= grid.r[-1] * (1 + 1e-12)


@given(grids)
def test_weights_are_the_derivative_of_the_points(grid: Grid) -> None:
    # di/dr of the definition by a central difference in ln r, whose second order leaves 1e-9.
    up, down = grid.r * np.exp(1e-4), grid.r * np.exp(-1e-4)
    slope = (grid.index(up) - grid.index(down)) / (up - down)
    np.testing.assert_allclose(grid.dr * slope, 1, rtol=1e-7)


def test_steps_are_relative_inside_and_constant_outside() -> None:
    grid = Grid(first=1e-7, last=100.0, log_step=0.025, linear_step=0.08)
    steps = np.diff(grid.r)
    assert steps[0] / grid.r[0] == pytest.approx(np.expm1(0.025), rel=1e-3)
    assert np.all(steps < 0.08)
    # r a ≫ b by 100·0.025/0.08 = 31: the step is within 1/31 of the largest.
    assert steps[-1] == pytest.approx(0.08 / (1 + 0.08 / 2.5), rel=1e-3)


@pytest.mark.parametrize("power", [2.0, 1.73, 6.0, 20.0])
@pytest.mark.parametrize("decay", [0.5, 2.0, 100.0])
def test_plain_sum_converges_exponentially(power: float, decay: float) -> None:
    # Orbitals near and far: r^power e^(−decay r), whose integral is Γ(power+1)/decay^(power+1).
    grid = Grid(first=1e-8, last=max(110.0, 100.0 / decay), log_step=0.025, linear_step=0.08)
    values = grid.r**power * np.exp(-decay * grid.r)
    # No end terms: a sum over a smooth integrand that vanishes at both ends is exact to rounding.
    assert grid.integrate(values) == pytest.approx(gamma(power + 1) / decay ** (power + 1), rel=2e-13)


def test_error_of_the_plain_sum_falls_exponentially() -> None:
    def error(step: float) -> float:
        grid = Grid(first=1e-9, last=60.0, log_step=step, linear_step=1e3)
        return abs(grid.integrate(grid.r**2 * np.exp(-grid.r)) - 2)

    coarse, middle, fine = (error(step) for step in (2.0, 1.0, 0.5))
    # A rule of order p gains the same factor 2^p at each halving; this one squares its error.
    assert middle / fine > 10 * coarse / middle > 10
    assert fine < 1e-5 and error(0.25) < 1e-12


@given(
    st.floats(1.0, 8.0).map(lambda x: round(x, 2)),
    st.floats(0.5, 30.0),
)
def test_running_integral_is_the_incomplete_gamma_function(power: float, decay: float) -> None:
    grid = Grid(first=1e-7, last=110.0, log_step=0.025, linear_step=0.08)
    running = cumulative(grid.r**power * np.exp(-decay * grid.r) * grid.dr)
    exact = gamma(power + 1) / decay ** (power + 1) * gammainc(power + 1, decay * grid.r)
    # Sixth order at relative steps of 0.025 up to r·decay of about 10; measured 2e-8.
    np.testing.assert_allclose(running, exact, atol=1e-7 * exact[-1], rtol=0)


def test_running_integral_is_of_sixth_order() -> None:
    def error(n: int) -> float:
        x = np.linspace(0, 10, n + 1)
        # Vanishes with its derivatives at both ends, as the formula assumes.
        f = np.exp(-((x - 5) ** 2) * 2) * (10 / n)
        exact = np.sqrt(np.pi / 8) * (erf(np.sqrt(2) * (x - 5)) + erf(np.sqrt(2) * 5))
        return float(np.max(np.abs(cumulative(f) - exact)))

    assert error(60) / error(120) == pytest.approx(2**6, rel=0.25)


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=30))
def test_running_integral_is_linear_and_starts_at_zero(values: list[float]) -> None:
    f = np.array(values)
    out = cumulative(f)
    assert out.shape == f.shape and out[0] == 0
    np.testing.assert_allclose(cumulative(2 * f + 1), 2 * out + np.arange(f.size), atol=1e-12)

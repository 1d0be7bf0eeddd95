"""Cubics against scipy's, and columns taken alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline, PchipInterpolator

from nuatom.response.interpolation import hermite, monotone, spline, used_nodes


@given(count=st.integers(2, 40), seed=st.integers(0, 1000))
def test_cubics_are_those_of_scipy(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    x = np.cumsum(random.uniform(0.1, 2.0, count))
    values = random.normal(size=(count, 5, 2)).cumsum(axis=0)
    values[count // 2 :: 3] = values[count // 2]  # with places where nothing changes
    at = random.uniform(x[0], x[-1], 50)
    for ours, theirs in ((spline, CubicSpline), (monotone, PchipInterpolator)):
        expected = theirs(x, values)(at)
        found = ours(x, values)
        np.testing.assert_allclose(found(at), expected, rtol=1e-9, atol=1e-9 * np.abs(values).max())
        np.testing.assert_array_equal(found(at, slice(1, 4)), found(at)[:, 1:4])
        np.testing.assert_allclose(found(x), values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("first", "last"), [(-3.0, 1.5), (4.2, 9.7), (30.1, 60.0), (17.0, 17.0), (39.0, 39.0)])
def test_some_nodes_give_what_all_give(first: float, last: float) -> None:
    values = np.random.default_rng(1).normal(size=(4, 40))
    position = np.linspace(first, last, 4 * 7).reshape(4, 7)
    row = np.arange(4)[:, None]
    part = used_nodes(position, 40)
    few = hermite(values[:, part], row, np.clip(position, 0, 39) - part.start)
    np.testing.assert_allclose(few, hermite(values, row, position), rtol=1e-12)

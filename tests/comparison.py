"""Comparison of numbers of any size."""

from typing import Any

import pytest


def approx(expected: Any, rel: float = 1e-6, abs: float = 0.0) -> Any:
    """`pytest.approx` without its absolute tolerance of 1e-12, within which all cross sections in mm² are equal."""
    return pytest.approx(expected, rel=rel, abs=abs)

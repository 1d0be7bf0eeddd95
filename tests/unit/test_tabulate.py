"""Tables are computed dearest first, refined until they are good, and given up when somebody asks."""

import threading
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from nuatom.response.tabulate import tabulate


def halved(known: Mapping[float, float], fresh: Sequence[float], width: float = 0.3) -> list[float]:
    """Midpoints of the gaps that are wider than allowed."""
    at = list(known)
    return [(a + b) / 2 for a, b in pairwise(at) if b - a > width]


def test_gaps_are_halved_until_none_is_too_wide() -> None:
    seen: list[tuple[list[float], list[float]]] = []

    def refine(known: Mapping[float, float], fresh: Sequence[float]) -> list[float]:
        seen.append((list(known), list(fresh)))
        return halved(known, fresh)

    found = tabulate([0.0, 1.0], lambda x: x**2, refine)
    assert found == {x: x**2 for x in (0.0, 0.25, 0.5, 0.75, 1.0)}
    assert list(found) == sorted(found)
    assert seen == [
        ([0.0, 1.0], [0.0, 1.0]),
        ([0.0, 0.5, 1.0], [0.5]),
        ([0.0, 0.25, 0.5, 0.75, 1.0], [0.25, 0.75]),
    ]


def test_rounds_are_counted() -> None:
    assert list(tabulate([0.0, 1.0], float, halved, rounds=2)) == [0.0, 0.5, 1.0]
    assert list(tabulate([0.0, 1.0], float, lambda known, fresh: pytest.fail("asked"), rounds=1)) == [0.0, 1.0]


def test_the_dearest_comes_first_and_progress_counts_what_is_needed() -> None:
    order: list[float] = []
    told: list[tuple[int, int]] = []

    def compute(x: float) -> float:
        order.append(x)
        return x

    tabulate(
        [0.0, 2.0, 1.0], compute, lambda known, fresh: halved(known, fresh, 0.9), lambda *n: told.append(n), threads=1
    )
    assert order == [2.0, 1.0, 0.0, 1.5, 0.5]
    assert told == [(1, 3), (2, 3), (3, 3), (4, 5), (5, 5)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_after_an_exception_nothing_more_is_begun(error: type[BaseException]) -> None:
    begun: list[float] = []
    first_is_done = threading.Event()

    def compute(x: float) -> float:
        begun.append(x)
        if first_is_done.is_set():
            time.sleep(0.01)
        first_is_done.set()
        return x

    def progress(done: int, total: int) -> None:
        raise error

    with pytest.raises(error):
        tabulate(range(1000), compute, halved, progress, threads=2)
    assert len(begun) < 1000


def test_an_error_of_a_node_is_that_of_the_table() -> None:
    def compute(x: float) -> float:
        raise ValueError(f"no node at {x:g}")

    with pytest.raises(ValueError, match="no node at 2"):
        tabulate([1.0, 2.0], compute, halved)

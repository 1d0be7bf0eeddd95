"""Tables whose nodes are computed side by side, and more of them where those that are known do not predict a node."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from nuatom.response.partial_waves import one_blas_thread

Node = TypeVar("Node")


def tabulate(
    first: Iterable[float],
    compute: Callable[[float], Node],
    refine: Callable[[Mapping[float, Node], Sequence[float]], Iterable[float]],
    progress: Callable[[int, int], None] | None = None,
    threads: int | None = None,
    *,
    rounds: int | None = None,
) -> dict[float, Node]:
    """The nodes of a table, by energy in ascending order.

    After an exception, an interrupt by the keyboard too, no node is begun any more.

    Args:
        first: energies to begin with.
        compute: the node at one energy; called in several threads, each with one thread of BLAS.
        refine: called with all nodes, ascending, and the energies computed last; gives those to compute next, none at
            the end.
        progress: called with (nodes done, nodes known to be needed).
        threads: worker threads; by default as many as NUATOM_THREADS says, else one per core.
        rounds: how many times nodes are computed at most; by default until refine gives none.
    """
    from concurrent.futures import ThreadPoolExecutor

    done: dict[float, Node] = {}
    fresh = list(first)
    computed = 0
    with one_blas_thread(), ThreadPoolExecutor(threads or _threads()) as pool:
        try:
            while fresh:
                total = len(done) + len(fresh)
                # The dearest first, so that no thread is left with one at the end.
                order = sorted(fresh, reverse=True)
                for energy, node in zip(order, pool.map(compute, order), strict=True):
                    done[energy] = node
                    if progress is not None:
                        progress(len(done), total)
                done = dict(sorted(done.items()))
                computed += 1
                fresh = [] if computed == rounds else list(refine(done, fresh))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return done


def _threads() -> int:
    named = os.environ.get("NUATOM_THREADS", "").strip()
    if not named:
        return os.cpu_count() or 1
    if not named.isascii() or not named.isdigit() or int(named) < 1:
        raise ValueError(f"NUATOM_THREADS must be a number of threads such as 2, not {named!r}; correct it or unset it")
    return int(named)

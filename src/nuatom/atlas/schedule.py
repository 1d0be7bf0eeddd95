"""Elements handed out to workers of Dask: one task each, the dearest first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nuatom.atlas.manifest import AtlasError, write_manifest
from nuatom.atlas.task import RESPONSES, TaskOutcome, build_element
from nuatom.elements import element

Report = Callable[[int, int, str], None]


def build(
    elements: Iterable[str | int],
    into: Path | str,
    response: str = "recommended",
    workers: int = 1,
    scheduler: str | None = None,
    report: Report | None = None,
) -> list[TaskOutcome]:
    """Compute the tables of elements on many processes, and list them in the folder's manifest.

    What is in the folder is not computed again, and what another builder is at is left to it and looked at last.  A
    worker that dies costs the element it was at, which is begun again; the fourth time it is "failed".  However it
    ends, the files in the folder are whole.  Workers are processes that import the main program anew: a script calls
    this under ``if __name__ == "__main__":``.

    Args:
        elements: symbols, names or numbers.
        into: the folder, which all workers see.
        response: one of `RESPONSES`.
        workers: processes on this computer, of one thread each.
        scheduler: address of a Dask scheduler that is there already, such as "tcp://host:8786"; then `workers` is not
            used.
        report: called with (elements done, elements, what is going on).

    Raises:
        AtlasError: if Dask is not installed, or the scheduler does not answer.
        ValueError: for an unknown element or response, no element, or a number of workers that is none.
    """
    symbols = list(dict.fromkeys(e.symbol for e in sorted(map(element, elements), key=lambda e: -e.Z)))
    if not symbols:
        raise ValueError("no element was given to build; write for example Xe or 1-36")
    if response not in RESPONSES:
        raise ValueError(f"response must be one of {', '.join(RESPONSES)}, not {response!r}")
    if isinstance(workers, bool) or workers not in range(1, 10001):
        raise ValueError(f"workers must be a number from 1 to 10000, not {workers!r}")
    folder = Path(into).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _client(min(workers, len(symbols)), scheduler) as client:
            return _gathered(client, symbols, str(folder), response, report)
    finally:
        write_manifest(folder)


def _gathered(client: Any, symbols: list[str], folder: str, response: str, report: Report | None) -> list[TaskOutcome]:
    from distributed import as_completed

    def submit(symbol: str, wait: bool) -> Any:
        name = f"nuatom-{symbol}-{response}-{'wait' if wait else 'try'}"
        return client.submit(build_element, symbol, folder, response, wait, key=name, pure=False)

    outcomes: dict[str, TaskOutcome] = {}
    futures = [submit(symbol, False) for symbol in symbols]
    of_future = {future.key: symbol for future, symbol in zip(futures, symbols, strict=True)}
    queue = as_completed(futures)

    def told(last: str) -> None:
        if report is not None:
            left = [symbol for symbol in symbols if symbol not in outcomes]
            report(len(outcomes), len(symbols), f"{last}; next {' '.join(left[:4])}" if left else last)

    told("starting")
    for future in queue:
        symbol = of_future[future.key]
        if future.status == "finished":
            found = future.result()
        else:
            error = future.exception()
            found = TaskOutcome(symbol, "failed", message=f"{type(error).__name__}: {error}")
        if found.state == "busy":
            again = submit(symbol, True)
            of_future[again.key] = symbol
            queue.add(again)
            continue
        outcomes[symbol] = found
        told(f"{symbol} {found.state}")
    return [outcomes[symbol] for symbol in symbols]


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise AtlasError(
            "building an atlas needs dask.distributed, which is not installed: pip install 'nuatom[atlas]'"
        ) from error
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=20)
        except (OSError, TimeoutError, ValueError) as error:
            raise AtlasError(f"the scheduler {scheduler} does not answer: {error}; is the address right?") from error
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,  # of the machine, not a share of it: a worker that waits is no help
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client

"""What it costs to keep a table of 5 MB: `pytest -n 0 benchmarks/test_store.py`."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nuatom.store import Store, Table, Variable, key
from nuatom.store.keys import fingerprint_of

NAME = key("response", {"element": "Xe"})


def five_megabytes() -> Table:
    """S and R of 16 shells on 100 transfers and 200 momenta: smooth, as a response is."""
    transfer, momentum = np.geomspace(1e-5, 1e-1, 100), np.geomspace(1e-4, 1.0, 200)
    ridge = np.exp(-(np.log(transfer[:, None] / momentum) ** 2))
    weights = np.linspace(1.0, 2.0, 16)[:, None, None]
    dims = ("shell", "transfer", "momentum")
    return Table(
        {
            "transfer": Variable(("transfer",), transfer, "MeV", "energy transfer"),
            "momentum": Variable(("momentum",), momentum, "MeV", "momentum transfer"),
            "label": Variable(("shell",), np.array([f"shell {i}" for i in range(16)])),
            "charge": Variable(dims, weights * ridge, "1/MeV", "S"),
            "current": Variable(dims, weights * ridge**1.1, "1/MeV", "R"),
        },
        {"element": "Xe"},
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_write(benchmark, store: Store) -> None:
    table = five_megabytes()
    benchmark(store.save, "response", NAME, table)
    assert store.path("response", NAME).stat().st_size > 5e6


def test_read(benchmark, store: Store) -> None:
    store.save("response", NAME, five_megabytes())
    table = benchmark(store.load, "response", NAME)
    assert table.variables["charge"].data.shape == (16, 100, 200)


def test_read_in_a_new_process(benchmark, store: Store) -> None:
    """From the first import to the numbers, without the start of Python itself."""
    store.save("response", NAME, five_megabytes())
    script = (
        "import time; start = time.perf_counter()\n"
        "from nuatom.store import Store\n"
        f"assert Store({str(store.folder)!r}).load('response', {NAME!r}).variables\n"
        "print(time.perf_counter() - start)"
    )
    seconds = []

    def read() -> None:
        seconds.append(float(subprocess.check_output([sys.executable, "-c", script])))

    benchmark.pedantic(read, rounds=5, warmup_rounds=1)
    benchmark.extra_info["seconds inside the process"] = min(seconds)
    assert min(seconds) < 0.3


def test_fingerprint(benchmark) -> None:
    import nuatom

    root = Path(nuatom.__file__).parent
    benchmark(fingerprint_of, root)
    started = time.perf_counter()
    fingerprint_of(root)
    assert time.perf_counter() - started < 0.05  # 0.005 on a quiet machine

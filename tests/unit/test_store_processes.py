"""Processes that share a folder build a table once, and one that is killed does no harm."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nuatom.store import Store, Table, Variable, key
from store_examples import assert_same, files_in, must_not_build

BUILDER = """
import os, sys, time
from pathlib import Path
import numpy as np
from nuatom.store import Store, Table, Variable

folder, go = Path(sys.argv[1]), Path(sys.argv[2])

def build():
    with open(folder / "built", "a") as log:
        log.write(f"{os.getpid()}\\n")
    time.sleep(float(sys.argv[3]))
    return Table({"a": Variable(("x",), np.arange(1000.0))})

print("ready", flush=True)
while not go.exists():
    time.sleep(0.001)
table = Store(folder / "cache").fetch("response", {"x": 1}, build)
print(table.variables["a"].data.sum(), flush=True)
"""


def start(folder: Path, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", BUILDER, str(folder), str(folder / "go"), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def wait_for(path: Path) -> None:
    for _ in range(10_000):  # a minute, so that a process that died does not keep the tests
        if path.exists() and path.read_text().endswith("\n"):
            return
        time.sleep(0.006)
    pytest.fail(f"{path} did not appear")


@pytest.mark.slow
def test_two_processes_build_a_table_once(tmp_path: Path) -> None:
    processes = [start(tmp_path, 0.5) for _ in range(3)]
    (tmp_path / "go").touch()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    table = Table({"a": Variable(("x",), np.arange(1000.0))})
    assert said == ["499500.0\n"] * 3
    assert len((tmp_path / "built").read_text().splitlines()) == 1
    cache = Store(tmp_path / "cache")
    assert_same(cache.load("response", key("response", {"x": 1})), table)
    assert len(files_in(cache.folder)) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this platform cannot kill at once")
def test_a_process_killed_while_building_frees_the_table(tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    doomed = start(tmp_path, 600)
    wait_for(tmp_path / "built")
    waiting = start(tmp_path, 0)
    doomed.send_signal(signal.SIGKILL)
    doomed.communicate(timeout=60)
    said, _ = waiting.communicate(timeout=60)
    assert said == "499500.0\n"
    assert len((tmp_path / "built").read_text().splitlines()) == 2
    assert len(files_in(tmp_path / "cache")) == 1
    Store(tmp_path / "cache").fetch("response", {"x": 1}, must_not_build)

"""What the physics costs: `pytest -n 0 benchmarks/test_speed.py`, on a machine that has nothing else to do.

Wall-clock times; every table is computed into a folder of this run.  What is compiled is compiled before the clock
starts, except where compilation is what is measured.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

import nuatom as na
from nuatom.functions import VECTOR
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import build
from nuatom.units import MeV, eV, keV

THREADS = 2
DCS = ("dcs", "Ge", "--energy", "1MeV", "--transfer", "0.05:15keV:40")
COMMAND = "import sys; from nuatom.cli import main; sys.exit(main())"

# Everything compiled at least once: a field, its lines and a table of one shell.
COMPILE = "import nuatom as na; na.CentralField(na.Atom('He')).build()"


@pytest.fixture(scope="module", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of tables for this run, and compiled kernels."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUATOM_CACHE", str(folder))
        na.CentralField(na.Atom("He")).build()
        yield folder


def run(*arguments: str, **environment: str) -> float:
    """Seconds a new Python process takes, from its start to its end."""
    started = perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    seconds = perf_counter() - started
    assert done.returncode == 0, done.stderr
    return seconds


# --- atoms and tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["Xe", "U"])
def test_self_consistent_field(benchmark, symbol: str) -> None:
    solution = benchmark(na.Atom(symbol)._solve)
    assert solution.residual < 1e-5


@pytest.mark.parametrize("symbol", ["Ge", "Xe"])
def test_table(benchmark, symbol: str) -> None:
    """S and R of all shells from threshold to the impulse limit, and the lines."""
    atom = na.Atom(symbol)
    waves = PartialWaves(atom.solution, atom.calculated_shells)
    table = benchmark.pedantic(build, (waves, 5e-3, VECTOR, None, THREADS), rounds=1)
    benchmark.extra_info |= {
        "shells": len(atom.shells),
        "energies": table.energies.size,
        "lines": len(table.excitations.final),
    }
    assert np.isfinite(table.values).any()


@pytest.fixture(scope="module")
def xenon() -> na.CentralField:
    return na.CentralField(na.Atom("Xe")).build()


def test_spectrum(benchmark, xenon: na.CentralField) -> None:
    """dσ/dT of xenon, 120 transfers from the table: what a plot or a fit pays each time."""
    transfer = np.geomspace(10 * eV, 100 * keV, 120)
    found = benchmark(na.spectrum, na.MagneticMoment(1e-11), xenon, 1 * MeV, transfer)
    above = transfer > min(shell.binding_energy for shell in xenon.shells)
    assert np.all(found.total[above] > 0)


def test_load_table(benchmark, xenon: na.CentralField) -> None:
    """The table of xenon from the store."""
    loaded = benchmark(lambda: na.CentralField(na.Atom("Xe")).build().table)
    assert len(loaded.moments) == len(xenon.shells)


# --- processes -----------------------------------------------------------------------------------------


def test_dcs_without_a_table(benchmark, tmp_path: Path) -> None:
    """`nuatom dcs Ge` where no table has been computed."""
    folder = tmp_path / "store"
    benchmark.pedantic(run, ("-c", COMMAND, *DCS), {"NUATOM_CACHE": str(folder)}, rounds=1)
    assert list(folder.glob("response-*.nc"))


def test_dcs_with_a_table(benchmark, own_store: Path) -> None:
    """`nuatom dcs Ge` the second time."""
    benchmark.pedantic(run, ("-c", COMMAND, *DCS), rounds=3, warmup_rounds=1)
    assert list(own_store.glob("response-*.nc"))


@pytest.mark.parametrize(
    ("what", "limit"),
    [(("-c", "pass"), None), (("-c", "import nuatom"), 0.3), (("-c", COMMAND, "--help"), 0.6)],
    ids=["python", "import nuatom", "nuatom --help"],
)
def test_start(benchmark, what: tuple[str, ...], limit: float | None) -> None:
    """The start of a process; what Python itself takes is the first of the three."""
    benchmark.pedantic(run, what, rounds=5, warmup_rounds=1)
    if limit is not None:
        bare = min(run("-c", "pass") for _ in range(3))
        benchmark.extra_info["seconds beyond python"] = benchmark.stats["min"] - bare
        assert benchmark.stats["min"] - bare < limit


def test_first_compilation(benchmark, tmp_path: Path) -> None:
    """The table of helium in a process that finds nothing compiled; `extra_info` has the same with all compiled."""
    kernels = str(tmp_path / "kernels")

    def helium(store: str) -> float:
        return run("-c", COMPILE, NUMBA_CACHE_DIR=kernels, NUATOM_CACHE=str(tmp_path / store))

    benchmark.pedantic(helium, ("first",), rounds=1)
    compiled = helium("second")
    benchmark.extra_info["seconds when compiled"] = compiled
    assert benchmark.stats["min"] > compiled

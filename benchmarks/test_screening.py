"""What screening costs: `pytest -n 0 benchmarks/test_screening.py`, on a machine that has nothing else to do.

Wall-clock times; every table is computed into a folder of this run, and what is compiled is compiled before the clock
starts.  The response at one T is a few dense products and one solution of N equations for each J, with N the points of
the radial grid.
"""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.response.partial_waves import one_blas_thread
from nuatom.response.response_table import ridge
from nuatom.response.screening.discrete import discrete
from nuatom.response.screening.independent import green
from nuatom.response.screening.interaction import AveragedExchange, Interaction, LocalExchange
from nuatom.response.screening.random_phase import response
from nuatom.response.screening.stage import Stage, StageSettings, Widths
from nuatom.response.screening.table import HIGHEST, LOWEST, STEP, build
from nuatom.units import HARTREE, MeV, eV, keV

THREADS = 2
WIDTHS = Widths(5e-3, 0.25 * eV / HARTREE)
Y = np.arange(LOWEST, HIGHEST + 1e-9, STEP)


@pytest.fixture(scope="module", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of tables for this run, and compiled kernels."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUATOM_CACHE", str(folder))
        one_transfer(stage("He", 60), 40)
        yield folder


def stage(
    symbol: str, largest: float, settings: StageSettings | None = None, interaction: Interaction | None = None
) -> Stage:
    """A stage up to a transfer in eV."""
    atom = na.Atom(symbol)
    return Stage(
        atom.solution, atom.calculated_shells, interaction or LocalExchange(), atom.exchange,
        settings or StageSettings(), largest * eV / HARTREE,
    ).prepare()  # fmt: skip


def one_transfer(on: Stage, transfer: float) -> float:
    """The response at T in eV and all Q of a table, and its sum."""
    T = transfer * eV / HARTREE
    with one_blas_thread():
        return float(response(on, T, ridge(T) * np.exp(Y), WIDTHS).dressed[0].sum())


# --- one transfer ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("transfer", "largest"), [(30, 60), (100, 300), (600, 1000), (2000, 3000)])
def test_response_grows_with_the_transfer(benchmark, transfer: float, largest: float) -> None:
    """Xenon, eight multipoles: 1 thread."""
    on = stage("Xe", largest)
    found = benchmark.pedantic(one_transfer, (on, transfer), rounds=3, warmup_rounds=1)
    benchmark.extra_info |= {"points": on.points, "fine points": on.grid.size, "shells": len(on.shells)}
    assert found > 0


@pytest.mark.parametrize("multipoles", [1, 2, 4, 8, 16])
def test_response_grows_with_the_multipoles(benchmark, multipoles: int) -> None:
    on = stage("Xe", 300, StageSettings(multipoles=multipoles))
    assert benchmark.pedantic(one_transfer, (on, 100), rounds=3, warmup_rounds=1) > 0


@pytest.mark.parametrize("doublings", [0, 1])
def test_response_grows_with_the_grid(benchmark, doublings: int) -> None:
    settings = StageSettings(multipoles=2)
    on = stage("Xe", 300, settings.doubled() if doublings else settings)
    benchmark.extra_info["points"] = on.points
    assert benchmark.pedantic(one_transfer, (on, 100), rounds=3, warmup_rounds=1) > 0


@pytest.mark.parametrize("symbol", ["Ne", "Ar", "Kr", "Xe", "Rn"])
def test_response_grows_with_the_atom(benchmark, symbol: str) -> None:
    on = stage(symbol, 300)
    assert benchmark.pedantic(one_transfer, (on, 100), rounds=3, warmup_rounds=1) > 0


def test_green_functions(benchmark) -> None:
    """The compiled part: all Green's functions of xenon at 100 eV."""
    on = stage("Xe", 300)
    found = benchmark(green, on, 100 * eV / HARTREE)
    benchmark.extra_info["functions"] = found.shell.size
    assert np.isfinite(found.outer.charge).all()


@pytest.mark.parametrize("interaction", [LocalExchange(), AveragedExchange()], ids=["local", "averaged"])
def test_preparation(benchmark, interaction: Interaction) -> None:
    """Orbitals, levels and interactions of xenon on one grid."""
    on = benchmark.pedantic(stage, ("Xe", 300, None, interaction), rounds=2)
    assert on.transitions


def test_discrete_lines(benchmark) -> None:
    on = stage("Xe", 60)
    Q = np.geomspace(2e-3, 12, 80)

    def lines() -> int:
        with one_blas_thread():
            return len(discrete(on, Q).final)

    assert benchmark.pedantic(lines, rounds=2, warmup_rounds=1) > 10


# --- tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["Ar", "Ge", "Xe"])
def test_table(benchmark, symbol: str) -> None:
    """The screening of an atom up to 3 keV on two threads; that of independent electrons, which it needs, aside."""
    atom = na.Atom(symbol)
    reference = na.CentralField(atom).build()
    settings = StageSettings()
    table = benchmark.pedantic(
        build, (atom, reference, LocalExchange(), settings, WIDTHS, 3 * keV / HARTREE, None, THREADS), rounds=1
    )
    benchmark.extra_info |= {
        "transfers": table.transfer.size,
        "below 2 keV": int(np.count_nonzero(table.transfer * HARTREE < 2 * keV)),
        "lines": len(table.discrete.final),
        "peak memory of the process in MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cores": os.cpu_count(),
    }
    assert np.isfinite(table.ratio).all()


def test_spectrum(benchmark) -> None:
    """dσ/dT of argon at 120 transfers from the tables: what a plot or a fit pays each time."""
    model = na.Screened(na.Atom("Ar"))
    transfer = np.geomspace(10 * eV, 100 * keV, 120)
    _ = model.table
    found = benchmark(na.spectrum, na.MagneticMoment(1e-11), model, 1 * MeV, transfer)
    assert np.all(found.total[transfer > min(shell.binding_energy for shell in model.shells)] > 0)

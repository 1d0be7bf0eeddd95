"""What a rate costs: `pytest -n 0 benchmarks/test_rate.py`.

Each is one spectrum of 120 transfers from a table that is there already, and is to take two seconds at most.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.rates import Material, nuclear_rate_spectrum, rate, rate_spectrum
from nuatom.source import Reactor, Solar
from nuatom.units import cm2, eV, keV, s

LIMIT = 2.0
TRANSFER = np.geomspace(1 * eV, 600 * keV, 120)
EVERYTHING = na.Neutrino(magnetic_moment=1e-11)


@pytest.fixture(scope="module", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of tables: that of NUATOM_BENCHMARK_CACHE, or of this run."""
    folder = os.environ.get("NUATOM_BENCHMARK_CACHE") or str(tmp_path_factory.mktemp("store"))
    Path(folder).mkdir(exist_ok=True, parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUATOM_CACHE", folder)
        yield


def model(symbol: str) -> na.CentralField:
    found = na.CentralField(na.Atom(symbol))
    _ = found.table, found.full_table
    return found


@pytest.fixture(scope="module")
def xenon() -> na.CentralField:
    return model("Xe")


@pytest.fixture(scope="module")
def germanium() -> na.CentralField:
    return model("Ge")


@pytest.mark.parametrize("coupling", [na.MagneticMoment(1e-11), na.Weak(), EVERYTHING], ids=["moment", "weak", "both"])
def test_solar_xenon(benchmark, xenon: na.CentralField, coupling: object) -> None:
    found = benchmark.pedantic(rate, (Solar(), coupling, xenon, TRANSFER), rounds=3, warmup_rounds=1)
    assert found.max() > 0
    assert benchmark.stats["min"] < LIMIT


@pytest.mark.parametrize("coupling", [na.MagneticMoment(1e-11), na.Weak(), EVERYTHING], ids=["moment", "weak", "both"])
def test_reactor_germanium(benchmark, germanium: na.CentralField, coupling: object) -> None:
    source = Reactor(flux=2.7e13 / cm2 / s)
    found = benchmark.pedantic(rate, (source, coupling, germanium, TRANSFER), rounds=3, warmup_rounds=1)
    assert found.max() > 0
    assert benchmark.stats["min"] < LIMIT


def test_solar_xenon_with_all_its_parts_and_lines(benchmark, xenon: na.CentralField) -> None:
    """By component, part of the coupling and shell, and a thousand excitations."""
    found = benchmark.pedantic(rate_spectrum, (Solar(), EVERYTHING, xenon, TRANSFER), rounds=3, warmup_rounds=1)
    assert found.line_total.max() > 0
    assert benchmark.stats["min"] < LIMIT


def test_free_electrons_of_a_compound(benchmark) -> None:
    material = Material.of("CaWO4", na.FreeElectrons)
    found = benchmark.pedantic(rate_spectrum, (Solar(), EVERYTHING, material, TRANSFER), rounds=3, warmup_rounds=1)
    assert found.total.max() > 0


def test_recoils_of_germanium(benchmark) -> None:
    source = Reactor(flux=2.7e13 / cm2 / s)
    T = np.geomspace(1 * eV, 3 * keV, 120)
    found = benchmark.pedantic(nuclear_rate_spectrum, (source, EVERYTHING, "Ge", T), rounds=3, warmup_rounds=1)
    assert found.total.max() > 0

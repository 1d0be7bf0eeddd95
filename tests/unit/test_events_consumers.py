"""What simulations do with files of events: light and charge by NEST, from the electrons or the nucleus of each."""

from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.events.events import NUCLEAR
from nuatom.units import cm2, keV, s

DENSITY, FIELD = 2.86, 100.0  # g/cm³ and V/cm


def nest_yields(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Energy deposited [keV] and quanta (photons, electrons) of each event of a file, particle by particle."""
    nest = pytest.importorskip("nestpy")
    parquet = pytest.importorskip("pyarrow.parquet")
    calculator = nest.NESTcalc(nest.detectors.VDetector())
    kinds = {22: nest.interactions.gammaRay, 11: nest.interactions.beta}
    table = parquet.read_table(path).to_pydict()
    quanta = np.zeros((2, len(table["event"])))
    for i, (codes, energies) in enumerate(zip(table["particle_code"], table["particle_energy"], strict=True)):
        for code, energy in zip(codes, energies, strict=True):
            found = calculator.GetYields(kinds.get(code, nest.interactions.NR), energy, DENSITY, FIELD)
            quanta[:, i] += found.PhotonYield, found.ElectronYield
    return np.array(table["transfer"]), quanta


def test_nest_makes_quanta_of_electrons(tmp_path: Path) -> None:
    """One quantum for W ≈ 11.6 to 13.8 eV of what is deposited, less what the ion keeps."""
    source = na.MonoEnergetic(0.3, 1e10 / cm2 / s)
    events = na.generate(source, na.MagneticMoment(1e-11), na.FreeElectrons("Xe"), 200, lowest=2 * keV)
    na.write_events(tmp_path / "electrons.parquet", events)
    deposited, quanta = nest_yields(tmp_path / "electrons.parquet")
    per_quantum = 1e3 * deposited / quanta.sum(axis=0)
    assert np.all((per_quantum > 11.0) & (per_quantum < 15.0))
    assert np.all(quanta > 0)


def test_nest_makes_fewer_of_nuclei(tmp_path: Path) -> None:
    """A nucleus of xenon makes a fifth of the quanta that an electron does, 0.1 to 0.3 from 2 to 40 keV (Lindhard)."""
    source = na.source.StoppedPion(flux=4e7 / (cm2 * s))
    events = na.generate_recoils(source, na.Weak(), "Xe", 200, lowest=2 * keV)
    assert np.all(events.particles.origin == NUCLEAR)
    na.write_events(tmp_path / "nuclei.parquet", events)
    deposited, quanta = nest_yields(tmp_path / "nuclei.parquet")
    share = 13.7e-3 * quanta.sum(axis=0) / deposited
    assert np.all((share > 0.08) & (share < 0.35))

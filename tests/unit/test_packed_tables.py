"""What packing costs: cross sections from rounded tables are those from whole ones, within 1e-4, for every coupling."""

from dataclasses import replace

import numpy as np
import pytest

import nuatom as na
from central_fields import central_field
from nuatom.functions import ALL
from nuatom.neutrino import Coupling
from nuatom.response import table_file
from nuatom.response.central_field import CentralField
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import ResponseTable, build
from nuatom.response.shell_table import TabulatedAtom
from nuatom.scattering import lines, spectrum
from nuatom.store import Bits, Multiples, Packing, Store
from nuatom.units import cm2, keV

LIGHT = 1e-3  # of a mediator, which emphasises small Q [MeV]
COUPLINGS: list[Coupling] = [
    na.Weak("e"),
    na.Weak("mu", True),
    na.MagneticMoment(1e-11),
    na.Millicharge(1e-12),
    na.Millicharge(1e-12, photon_mass=1e-5),
    na.ChargeRadius(1e-32 * cm2),
    na.Anapole(1e-33 * cm2),
    *(kind(mass, 1e-6, 1e-6) for mass in (LIGHT, 1.0) for kind in (na.VectorMediator, na.AxialMediator)),
    *(kind(mass, 1e-6, 1e-6) for mass in (LIGHT, 1.0) for kind in (na.ScalarMediator, na.PseudoscalarMediator)),
    na.HeavyLepton(1e-10, 20 * keV),
    na.Neutrino("mu", magnetic_moment=1e-11, mediators=(na.ScalarMediator(LIGHT, 1e-5, 1e-5),)),
    na.Neutrino("e", millicharge=-1e-13, mediators=(na.AxialMediator(0.1, 1e-6, 1e-6),)),
]


def on(model: CentralField, table: ResponseTable) -> CentralField:
    """The same atom from another table."""
    own = replace(model)
    both = TabulatedAtom(table, tuple(shell.occupancy for shell in model.shells))
    own.__dict__.update(_of_vector=both, _of_all=both)
    return own


def assert_close(one: CentralField, other: CentralField) -> None:
    edges = np.array([shell.binding_energy for shell in one.shells])
    T = np.sort(np.concatenate([1.001 * edges, np.geomspace(1.1 * edges.min(), 100 * keV, 40)]))
    for coupling in COUPLINGS:
        for E in (30 * keV, 400 * keV):
            at = T[T < 0.9 * 2 * E**2 / (2 * E + 511 * keV)]
            whole, packed = (spectrum(coupling, model, E, at).total for model in (one, other))
            assert np.max(whole) > 0, coupling
            np.testing.assert_allclose(packed, whole, rtol=1e-4, err_msg=f"{coupling} at {E / keV} keV")
        whole, packed = (lines(coupling, model, 400 * keV).area for model in (one, other))
        shell = one.lines().shell
        for own in (shell == each for each in np.unique(shell)):
            # A line that is next to nothing of all those of its shell is known to so much of all, not of itself.
            allowed = 1e-4 * np.sum(np.abs(whole[own]))
            np.testing.assert_allclose(packed[own], whole[own], rtol=1.5e-4, atol=allowed, err_msg=f"lines, {coupling}")
            assert np.sum(packed[own]) == pytest.approx(np.sum(whole[own]), rel=1e-4), coupling


@pytest.fixture(scope="module")
def helium() -> ResponseTable:
    """The table of helium, coarse in T, as it is computed."""
    atom = na.Atom("He")
    return build(PartialWaves(atom.solution, atom.calculated_shells), 0.05, ALL)


@pytest.mark.slow
def test_cross_sections_are_those_of_the_whole_table(helium: ResponseTable) -> None:
    rounded = table_file.from_table(table_file._to_table(helium))
    assert np.any(rounded.values != helium.values)
    model = CentralField(na.Atom("He"))
    assert_close(on(model, helium), on(model, rounded))


@pytest.mark.slow
def test_coarser_packing_would_be_seen(helium: ResponseTable, monkeypatch: pytest.MonkeyPatch) -> None:
    model = CentralField(na.Atom("He"))
    for coarse in ({"values": Multiples(2**-10)}, {"lines_values": Bits(8)}):
        monkeypatch.setattr(table_file, "_PACKED", coarse)
        rounded = table_file.from_table(table_file._to_table(helium))
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_close(on(model, helium), on(model, rounded))


@pytest.mark.slow
def test_xenon_does_not_feel_what_rounding_took() -> None:
    """Whatever was rounded away: numbers anywhere within half a step of those that are kept give the same."""
    model = central_field("Xe")
    table = model.full_table
    rng = np.random.default_rng(3)

    def blurred(values: np.ndarray, packing: Packing) -> np.ndarray:
        away = rng.uniform(-0.5, 0.5, values.shape)
        return values + away * (packing.step if isinstance(packing, Multiples) else 2.0**-packing.count * values)

    values = blurred(table.values, table_file._PACKED["values"])
    found = table.excitations
    strengths = blurred(found.values, table_file._PACKED["lines_values"])
    whole = replace(table, values=values, excitations=replace(found, values=strengths))
    assert_close(on(model, whole), model)


@pytest.mark.slow
def test_all_functions_of_xenon_are_small() -> None:
    """Nine tenths of the megabytes are gone: 27.8 MB were 5.0 MB when this was written."""
    _ = central_field("Xe").full_table
    wanted = [entry for entry in Store().entries() if (entry.parameters or {}).get("symbol") == "Xe"]
    sizes = [entry.size for entry in wanted if len((entry.parameters or {}).get("functions", ())) == len(ALL)]
    assert sizes
    assert max(sizes) < 5.5e6

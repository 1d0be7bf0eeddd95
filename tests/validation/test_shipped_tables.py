"""The tables that come with the package: current, with their provenance, and what is computed now."""

import json
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.atlas.verification import ALLOWED, deviation
from nuatom.functions import ALL
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.table_file import from_table, table_parameters
from nuatom.store import PHYSICS, SCHEMA, SHIPPED, Store, collected, key
from nuatom.store.table import decode, decode_header


def shipped() -> list[Path]:
    return sorted(SHIPPED.glob("*.nc")) if SHIPPED.is_dir() else []


def test_there_are_tables_and_all_are_current_with_their_provenance() -> None:
    assert shipped(), f"no table in {SHIPPED}"
    for path in shipped():
        header = decode_header(path.read_bytes())
        assert (header["schema"], header["physics"]) == (SCHEMA, PHYSICS), path.name
        assert path.name == f"{header['kind']}-{header['key'][:16]}.nc"
        assert key(header["kind"], json.loads(header["parameters"])) == header["key"], path.name
        assert header["nuatom_version"] and header["created"] and len(header["fingerprint"]) == 64


def test_every_element_has_all_its_tables() -> None:
    headers = [decode_header(path.read_bytes()) for path in shipped()]
    elements = {json.loads(header["parameters"])["symbol"] for header in headers}
    assert {"H", "Xe", "Ge"} <= elements
    keys = {header["key"] for header in headers}
    for symbol in elements:
        model = na.recommended(symbol)
        assert key("atom", model.atom.parameters) in keys, symbol
        assert key("response", table_parameters(model.atom, model.tolerance, ALL)) in keys, symbol
        kinds = {h["kind"] for h in headers if json.loads(h["parameters"])["symbol"] == symbol}
        assert symbol == "H" or "screening" in kinds, symbol


@pytest.mark.slow
def test_helium_is_what_is_computed_now(tmp_path: Path) -> None:
    with collected(tmp_path, alone=True) as files:
        na.recommended("He").build(ALL)
    assert len(files) == 3
    for path in files:
        assert (SHIPPED / path.name).exists(), path.name
        new, old = (decode(one.read_bytes())[0].variables for one in (path, SHIPPED / path.name))
        assert new.keys() == old.keys()
        for name, variable in new.items():
            if variable.data.dtype.kind != "f":
                np.testing.assert_array_equal(variable.data, old[name].data, err_msg=name)
                continue
            # Twice the rounding of what is packed, and where a number is near half-way it is rounded the other way.
            scale = np.nanmax(np.abs(variable.data))
            np.testing.assert_allclose(
                variable.data, old[name].data, rtol=3e-4, atol=3e-4 * min(scale, 1.0), err_msg=f"{path.name} {name}"
            )


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "shares"), [("Ge", (0.2, 0.5)), ("Xe", (0.3, 0.45))])
def test_nodes_of_heavy_atoms_are_what_is_computed_now(
    symbol: str, shares: tuple[float, float], tmp_path: Path
) -> None:
    model = na.recommended(symbol)
    stored = Store(SHIPPED).load("response", key("response", table_parameters(model.atom, model.tolerance, ALL)))
    assert stored is not None, f"no response of {symbol} is shipped"
    table = from_table(stored)
    with collected(tmp_path, alone=True):
        atom = model.independent.atom
        waves = PartialWaves(atom.solution, atom.calculated_shells)
    for share in shares:
        assert deviation(waves, table, int(share * table.energies.size)) < ALLOWED

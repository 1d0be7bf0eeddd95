"""A table to store, how to compare two, and what lies in a folder."""

from pathlib import Path

import numpy as np

from nuatom.store import Bits, Multiples, Table, Variable

PARAMETERS = {"element": "Xe", "grid": [1.0, 2.5], "screened": True}


def a_table() -> Table:
    """One variable of every dtype and shape that the store must hold."""
    return Table(
        {
            "transfer": Variable(("transfer",), np.array([0.1, -0.0, 5e-324]), "MeV", "energy transfer"),
            "charge": Variable(("shell", "transfer"), np.array([[1.5, 1e300, 0.0], [3, 4, 5]]), "1/MeV", "S"),
            "kappa": Variable(("shell",), np.array([-1, -(2**63)]), "", "κ"),
            "label": Variable(("shell",), np.array(["1s1/2", ""])),
            "swapped": Variable(("transfer", "shell"), np.arange(6.0).reshape(2, 3).T),
            "number": Variable((), np.array(2.5), "keV"),
            "count": Variable((), np.array(54)),
            "name": Variable((), np.array("xénon")),
            "logarithm": Variable(
                ("shell", "transfer"), np.array([[-600.1, np.nan, 0.3], [1, 2, 3]]), "", "", Multiples(2**-15)
            ),
            "strength": Variable(("transfer",), np.array([1e-39, -1 / 3, np.nan]), "1", "", Bits(13)),
            "no_lines": Variable(("line", "transfer"), np.zeros((0, 3))),
            "no_labels": Variable(("line",), np.array([], dtype=str)),
            "no_counts": Variable(("line",), np.array([], dtype=np.int64)),
        },
        {"element": "Xe", "empty": "", "Z": 54, "energy": 0.1, "one": 1.0},
    )


def assert_same(one: Table | None, other: Table) -> None:
    assert one is not None
    assert list(one.variables) == list(other.variables)
    assert one.attributes == other.attributes
    assert {name: type(value) for name, value in one.attributes.items()} == {
        name: type(value) for name, value in other.attributes.items()
    }
    for name, variable in one.variables.items():
        wanted = other.variables[name]
        assert (variable.dims, variable.units, variable.description) == (
            wanted.dims,
            wanted.units,
            wanted.description,
        )
        assert variable.data.shape == wanted.data.shape
        assert variable.data.dtype.kind == wanted.data.dtype.kind
        assert variable.packing == wanted.packing
        np.testing.assert_array_equal(variable.data, wanted.data, strict=True)
        if variable.data.dtype.kind != "U":
            assert variable.data.dtype == wanted.data.dtype
            assert variable.data.tobytes() == wanted.data.tobytes()  # a negative zero is one


def must_not_build() -> Table:
    raise AssertionError("built a table that was stored")


def files_in(folder: Path) -> list[str]:
    """All names in a folder but those of locks."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))

"""The table of a CentralField on disk: fetched from the store, or computed and stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.functions import ALL, VECTOR, Function
from nuatom.response.approach import Approach
from nuatom.response.excitations import Excitations
from nuatom.response.impulse import DensityMoments
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import Progress, ResponseTable, build
from nuatom.store import Bits, Multiples, Packing, Store, Table, Variable, key, rounded_to_share


def fetch_table(
    atom: Atom, tolerance: float, functions: tuple[Function, ...] = VECTOR, progress: Progress | None = None
) -> ResponseTable:
    """The table of an atom from the store, or computed and stored; a stored one of all functions serves S and R, too.

    Thresholds are no part of it: an atom with measured edges shares the table of the calculated one.
    """

    def compute() -> Table:
        return _to_table(build(PartialWaves(atom.solution, atom.calculated_shells), tolerance, functions, progress))

    store = Store()
    whole = (
        store.load("response", key("response", table_parameters(atom, tolerance, ALL))) if functions == VECTOR else None
    )
    if whole is not None:
        return from_table(whole)
    return from_table(store.fetch("response", table_parameters(atom, tolerance, functions), compute))


def table_parameters(atom: Atom, tolerance: float, functions: tuple[Function, ...]) -> dict[str, Any]:
    """What a table is known by."""
    return {**atom.parameters, "tolerance": tolerance, "functions": [f.value for f in functions]}


_VARIABLES = {
    "binding": (("shell",), "hartree", "calculated binding energies"),
    "energies": (("photoelectron",), "hartree", "photoelectron energies"),
    "t": (("shell", "node"), "", "sinh coordinate: (Q^2 - Q_ridge^2)/2Q = width sinh(t)"),
    "width": (("shell",), "1/bohr", "scale of the nodes"),
    "values": (
        ("function", "shell", "photoelectron", "node"),
        "",
        "ln of each structure function in 1/hartree; for interferences the ratio to their bounds",
    ),
    "relative_error": (("shell", "photoelectron"), "", "estimated relative error of the integral of S/Q^2"),
    "deviation": (("shell", "photoelectron", "node"), "", "estimated relative error of S at each node, signed"),
    "hand_over_error": (("shell",), "", "mismatch with the corrected impulse limit where it takes over"),
}
_APPROACH = {
    "energies": (("anchor",), "hartree", "photoelectron energies of the anchors"),
    "values": (
        ("function", "shell", "anchor", "p_z"),
        "",
        "each function over its impulse limit, less one; for interferences the difference of the correlations",
    ),
}
_MOMENTS = {
    "momentum": (("shell", "p"), "1/bohr", "momentum grid of the shell"),
    "density": (("shell", "p"), "bohr", "momentum density 4 pi p^2 n(p) per electron"),
    "log_moments": (("shell", "moment", "p"), "", "ln of the impulse moments L_0, L_1, L_2"),
    "scale": (("shell",), "1/bohr", "root-mean-square momentum"),
}
_LINES = {
    "shell": (("line",), "", "index of the shell that loses the electron"),
    "final": (("line",), "", "level excited to"),
    "transfer": (("line",), "hartree", "excitation energy"),
    "momentum": (("line_momentum",), "1/bohr", "momenta of the line strengths"),
    "values": (("function", "line", "line_momentum"), "", "strengths in each structure function"),
}
_PACKED: dict[str, Packing] = {
    "values": Multiples(2**-13),
    "deviation": Bits(4),
    "approach_values": Bits(14),
    "lines_values": Bits(13),
}
"""Errors of 6e-5 in a logarithm, or of a bound, and in a strength; at one node, and of either sign."""


def _to_table(table: ResponseTable) -> Table:
    variables = {}
    for name, (dims, units, text) in _VARIABLES.items():
        variables[name] = Variable(dims, np.asarray(getattr(table, name)), units, text, _PACKED.get(name))
    for name, (dims, units, text) in _MOMENTS.items():
        values = np.array([getattr(m, name) for m in table.moments])
        variables[f"moments_{name}"] = Variable(dims, values, units, text)
    for name, (dims, units, text) in _APPROACH.items():
        values = np.asarray(getattr(table.approach, name))
        variables[f"approach_{name}"] = Variable(dims, values, units, text, _PACKED.get(f"approach_{name}"))
    for name, (dims, units, text) in _LINES.items():
        values = _shared(table.excitations) if name == "values" else np.asarray(getattr(table.excitations, name))
        variables[f"lines_{name}"] = Variable(dims, values, units, text, _PACKED.get(f"lines_{name}"))
    names = np.array([function.value for function in table.functions])
    variables["functions"] = Variable(("function",), names, "", "names of the structure functions")
    return Table(variables)


def _shared(lines: Excitations) -> Array:
    """Strengths of lines, rounded to 3e-5 of all those of their shell at the same Q: many are nothing of it."""
    values = np.array(lines.values)
    for shell in np.unique(lines.shell):
        own = lines.shell == shell
        values[:, own] = rounded_to_share(values[:, own], np.abs(values[:, own]).sum(axis=1, keepdims=True), 14)
    return values


def from_table(table: Table) -> ResponseTable:
    """The table in a file."""
    data = {name: variable.data for name, variable in table.variables.items()}
    moments = tuple(
        DensityMoments(momentum, density, log_moments, float(scale))
        for momentum, density, log_moments, scale in zip(*(data[f"moments_{name}"] for name in _MOMENTS), strict=True)
    )
    lines = {name: data[f"lines_{name}"] for name in _LINES if name != "final"}
    found = Excitations(final=tuple(str(label) for label in data["lines_final"]), **lines)
    functions = tuple(Function(str(name)) for name in data["functions"])
    return ResponseTable(
        **{name: data[name] for name in _VARIABLES},
        functions=functions,
        moments=moments,
        approach=Approach(data["approach_energies"], functions, data["approach_values"]),
        excitations=found,
    )

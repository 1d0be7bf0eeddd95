"""``nuatom atom``: configuration, shells, thresholds and sizes of an atom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from nuatom.cli import options, screen
from nuatom.cli.describe import About, command, edges_in_words, isotopes_in_words
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from nuatom.atom.field import Atom
    from nuatom.store import Table


def atom(
    context: typer.Context,
    atom: options.Symbol,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    output: options.Files = None,
) -> None:
    """The subshells of an atom: occupancy, binding energy calculated and measured, mean radius.

    Every electron moves in one and the same field, of the nucleus, of the charge of all electrons and of an exchange
    potential (--exchange), until orbitals and field agree. Slater's makes it the Dirac-Slater model.

    Energies are in eV, the mean radius ⟨r⟩ is in Bohr radii (0.529 Å). Edges measured on a solid count from
    its Fermi level or valence band, some 3 to 6 eV less than from the vacuum.

    For example:

    nuatom atom Xe

    nuatom atom germanium --exchange kli -o ge.json
    """
    from nuatom import output as files
    from nuatom.quantities import format_energy

    paths = output or []
    files.check(paths, files.DATA)
    known = options.make_atom(atom, exchange, nucleus, "measured")
    # The outermost electron, not the last shell: 4f lies below 6s in the table and above it in energy.
    first = min(known.calculated_shells, key=lambda shell: shell.binding_energy)
    solution, element = known.solution, known.element
    about: About = {
        "command": command(context),
        **isotopes_in_words(atom),
        "atom": f"{element.symbol} ({element.name}, Z = {element.Z}), weight {element.atomic_weight:g} u",
        "configuration": element.notation,
        "field": f"{exchange} exchange, {nucleus} nucleus; {solution.iterations} iterations, "
        f"residual {solution.residual:.1e} Hartree Bohr",
        "first_ionisation": f"{format_energy(first.binding_energy, 5)} calculated, from {first.label}",
        "edges": edges_in_words(known),
    }
    table = _table(known, about)
    cells = {name: variable.data.tolist() for name, variable in table.variables.items()}
    # 0 in a file stands for no measured edge; on the screen it is left empty.
    measured = [energy or None for energy in cells["measured_edge"]]
    screen.show(
        about,
        [
            Column("shell", "shell", cells["shell"]),
            Column("electrons", "electrons", cells["occupancy"], ".4g"),
            Column("calculated\neV", "calculated[eV]", cells["calculated_energy"], ".2f"),
            Column("measured\neV", "measured[eV]", measured, ".2f"),
            Column("⟨r⟩\nBohr", "<r>[Bohr]", cells["mean_radius"], ".4f"),
            Column("measured on", "measured_on", cells["edge_origin"]),
        ],
    )
    files.save(files.Results(table), paths)
    screen.written(paths)


def _table(atom: Atom, about: About) -> Table:
    """The shells of an atom as a table over the dimension shell."""
    import numpy as np

    from nuatom.elements import measured_edges
    from nuatom.store import Table, Variable
    from nuatom.units import eV

    shells, solution = atom.calculated_shells, atom.solution
    edges = measured_edges(atom.Z)
    grid = solution.grid
    radius = [grid.integrate(grid.r * (P**2 + Q**2)) for P, Q in zip(solution.P, solution.Q, strict=True)]

    def numbers(values: list[float], units: str, text: str) -> Variable:
        return Variable(("shell",), np.array(values, dtype=float), units, text)

    found = [edges.get(shell.label) for shell in shells]
    origins = [edge.origin.value if edge else "" for edge in found]
    references = [edge.reference if edge else "" for edge in found]
    return Table(
        {
            "shell": Variable(("shell",), np.array([s.label for s in shells]), "", "subshell"),
            "occupancy": numbers([s.occupancy for s in shells], "1", "electrons in the subshell"),
            "calculated_energy": numbers(
                [s.binding_energy / eV for s in shells], "eV", "binding energy of the orbital"
            ),
            "measured_edge": numbers(
                [edge.energy / eV if edge else 0.0 for edge in found],
                "eV",
                "measured edge, 0 where there is none",
            ),
            "mean_radius": numbers(radius, "bohr", "mean radius of the orbital"),
            "edge_origin": Variable(("shell",), np.array(origins), "", "what was measured"),
            "edge_reference": Variable(("shell",), np.array(references), "", "where the edge was read"),
        },
        about,
    )

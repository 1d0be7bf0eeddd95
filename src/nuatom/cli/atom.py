"""``nuatom atom``: configuration, shells, thresholds and sizes of an atom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

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
    relaxation: Annotated[
        bool,
        typer.Option(
            "--relaxation", help="Widths, fluorescence and Coster-Kronig yields of vacancies, and mean charges."
        ),
    ] = False,
    output: options.Files = None,
) -> None:
    """The subshells of an atom: occupancy, binding energy calculated and measured, mean radius.

    Every electron moves in one and the same field, of the nucleus, of the charge of all electrons and of an exchange
    potential (--exchange), until orbitals and field agree. Slater's makes it the Dirac-Slater model.

    Energies are in eV, the mean radius ⟨r⟩ is in Bohr radii (0.529 Å). Edges measured on a solid count from
    its Fermi level or valence band, some 3 to 6 eV less than from the vacuum.

    With --relaxation another table follows: for a vacancy in each shell its width, the share of its decays that emit a
    photon (fluorescence) and that only move it within its principal shell (Coster-Kronig), and the mean charge of the
    ion in the end.

    For example:

    nuatom atom Xe --relaxation

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
    decays = _relaxation(known) if relaxation else {}
    table = _table(known, about, decays)
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
        *([_relaxation_columns(cells)] if relaxation else []),
    )
    files.save(files.Results(table), paths)
    screen.written(paths)


_CASCADES = 2000
_DECAYS: Mapping[str, tuple[str, str, str, str]] = {
    "width": ("width\neV", "eV", "natural width of a vacancy", ".4g"),
    "fluorescence": ("fluores-\ncence", "1", "share of decays by a photon", ".4f"),
    "coster_kronig": ("Coster-\nKronig", "1", "share of decays that stay in the principal shell", ".4f"),
    "mean_charge": ("mean\ncharge", "1", "mean charge a vacancy ends with", ".3f"),
}
"""Columns of relaxation by name: title, unit, what it is and how it is shown."""


def _relaxation(atom: Atom) -> dict[str, list[float]]:
    """The columns of `_DECAYS` for every shell."""
    from nuatom.atom.relaxation.model import Relaxation
    from nuatom.units import eV

    model = Relaxation(atom)
    with screen.progress(f"computing the relaxation of {atom.symbol}"):
        _ = model.rates
    found: dict[str, list[float]] = {name: [] for name in _DECAYS}
    for shell in model.shells:
        same = {o.label for o in model.shells if o.n == shell.n}
        stays = sum(decay.share for decay in model.decays(shell.label) if same.intersection(decay.final))
        found["width"].append(model.width(shell.label) / eV)
        found["fluorescence"].append(model.fluorescence_yield(shell.label))
        found["coster_kronig"].append(stays)
        found["mean_charge"].append(float(model.cascade(shell.label, _CASCADES).charge.mean()))
    return found


def _relaxation_columns(cells: Mapping[str, Any]) -> list[Column]:
    columns = [Column("vacancy", "vacancy", cells["shell"])]
    for name, (title, unit, _, form) in _DECAYS.items():
        columns.append(Column(title, name if unit == "1" else f"{name}[{unit}]", cells[name], form))
    return columns


def _table(atom: Atom, about: About, decays: Mapping[str, list[float]]) -> Table:
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
            **{name: numbers(values, _DECAYS[name][1], _DECAYS[name][2]) for name, values in decays.items()},
        },
        about,
    )

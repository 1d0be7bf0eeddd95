"""The file of one element: its shells, their tables, its lines, what its vacancies do, and measured photoabsorption."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.elements import Element, element, measured_edges
from nuatom.explore.packing import pack
from nuatom.explore.tables import ExportedAtom, export
from nuatom.functions import ALL, MIXED, VECTOR, Array, Function
from nuatom.measured import HIGHEST, LOWEST, henke_photoabsorption
from nuatom.response.model import ResponseModel
from nuatom.scattering import line_strengths
from nuatom.units import eV

LINE_NODES = 40
MOST_LINES = 150
_MEASURED = 240


def atom_file(symbol: str, model: ResponseModel, words: dict[str, str]) -> bytes:
    """The bytes of the file of an element.

    Args:
        symbol: of the element.
        model: its response.
        words: what the model is, for people ("name"), for Python ("python") and for the command line ("cli").

    Raises:
        ValueError: as `export`.
    """
    known = element(symbol)
    table = export(model)
    lines, kept = _lines(model, len(table.names) > len(VECTOR))
    binding = [shell.shell.binding_energy for shell in table.shells]
    header: dict[str, Any] = {
        "symbol": known.symbol,
        "name": known.name,
        "Z": known.Z,
        "weight": known.atomic_weight,
        "model": words,
        "functions": list(table.names),
        "least": min(binding),
        "largest": max(binding),
        "shells": _shells(known, table, _vacancies(model)),
        "lines": kept,
    }
    arrays: dict[str, NDArray[Any]] = {}
    for i, shell in enumerate(table.shells):
        arrays[f"transfer{i}"] = shell.transfer
    arrays |= lines
    arrays["measured"] = _measured(known)
    for i, shell in enumerate(table.shells):
        arrays[f"levels{i}"] = shell.levels
    return pack(header, arrays)


def _vacancies(model: ResponseModel) -> dict[str, tuple[float, float]]:
    """Width [energy] and fluorescence yield of a vacancy in each shell; empty for a model without a neutral atom.

    The atom's own rates: a few seconds where they are not stored yet.
    """
    from nuatom.atom.field import Atom
    from nuatom.atom.relaxation.model import Relaxation

    atom = getattr(model, "atom", None)
    if not isinstance(atom, Atom) or atom.charge:
        return {}
    relaxation = Relaxation(atom)
    labels = [shell.label for shell in relaxation.shells]
    return {label: (relaxation.width(label), relaxation.fluorescence_yield(label)) for label in labels}


def _shells(known: Element, table: ExportedAtom, vacancies: dict[str, tuple[float, float]]) -> list[dict[str, Any]]:
    edges = measured_edges(known.Z)
    found = []
    for part in table.shells:
        shell = part.shell
        edge = edges.get(shell.label)
        width, fluorescence = vacancies.get(shell.label, (None, None))
        found.append(
            {
                "label": shell.label,
                "occupancy": shell.occupancy,
                "binding": shell.binding_energy,
                "measured": None if edge is None else edge.energy,
                "origin": None if edge is None else str(getattr(edge.origin, "value", edge.origin)),
                "width": width,
                "yield": fluorescence,
                "starts": part.starts,
                "low": part.low.tolist(),
                "step": part.step.tolist(),
            }
        )
    return found


def _lines(model: ResponseModel, axial: bool) -> tuple[dict[str, NDArray[Any]], list[dict[str, Any]]]:
    """The strongest lines, on one grid of Q, shape (function, line, Q), functions as in `tables.NAMES`."""
    found = model.lines(ALL if axial else VECTOR)
    if not len(found):
        return {}, []
    # By what a photon sees of them.
    order = np.argsort(-found.charge[:, 0] / found.transfer)[:MOST_LINES]
    order = np.sort(order)
    T = found.transfer[order]
    low = max(float(found.momentum[0]), float(T.min()))
    Q = np.geomspace(low, float(found.momentum[-1]), LINE_NODES)
    at = np.broadcast_to(Q, (order.size, Q.size))

    def of(function: Function) -> Array:
        return line_strengths(found.momentum, found[function][order], at, signed=function in MIXED)

    values = [of(Function.CHARGE), of(Function.CURRENT)]
    if axial:
        r = T[:, None] / Q
        mixed, longitudinal = of(Function.AXIAL_MIXED), of(Function.AXIAL_LONGITUDINAL)
        values.append(np.maximum(of(Function.AXIAL_CHARGE) - 2 * r * mixed + r**2 * longitudinal, 0) / 2)
        values += [of(Function.AXIAL_CURRENT), of(Function.VECTOR_AXIAL)]
    kept = [{"shell": int(found.shell[i]), "final": found.final[i]} for i in order]
    strengths = np.stack(values).astype(np.float32)
    return {"line_transfer": T, "line_momentum": Q, "line_strength": strengths}, kept


def _measured(known: Element) -> NDArray[np.float64]:
    """Energies and measured photoabsorption, shape (2, n) [energy, area]; empty where nothing has been compiled."""
    photon = np.geomspace(LOWEST, HIGHEST, _MEASURED)
    edges = np.array([edge.energy for edge in measured_edges(known.Z).values()])
    edges = edges[(edges > LOWEST) & (edges < HIGHEST)]
    photon = np.unique(np.concatenate([photon, edges - 0.2 * eV, edges + 0.2 * eV]))
    photon = photon[(photon >= LOWEST) & (photon <= HIGHEST)]
    try:
        return np.stack([photon, henke_photoabsorption(known.Z, photon)])
    except ValueError:
        return np.zeros((2, 0))

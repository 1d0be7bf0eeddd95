"""A few numbers out of every kind of table, recorded for one version of the physics, and how far each may move.

``python tests/physics_numbers.py`` records them anew, in an empty folder of tables.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuatom.atom.exchange import KohnSham, KriegerLiIafrate, Slater
from nuatom.atom.field import Atom, UniformNucleus
from nuatom.elements import configuration
from nuatom.functions import ALL, MIXED
from nuatom.response.central_field import CentralField
from nuatom.response.partial_waves import PartialWaves
from nuatom.response.response_table import GRID_ERROR
from nuatom.response.screened import Screened
from nuatom.store.keys import PHYSICS
from nuatom.units import HARTREE, MOMENTUM_AU, eV, keV

RECORD = Path(__file__).with_name("physics_numbers.json")
ENERGY_ERROR = 5e-6
"""Of an orbital energy, relative: what a grid twice as fine changes in neon (4.7e-6) and xenon (4.1e-6)."""
POINT_ERROR = 1e-3
"""Of a tabulated function at one (T, Q), beside `relative_error`, which is that of an integral over Q."""


@dataclass(frozen=True)
class Number:
    """A number of a table and how far it may move, both in the same unit."""

    value: float
    error: float


def numbers() -> dict[str, Number]:
    """All of them, by what they are."""
    return dict((*_energies(), *_waves(), *_central_field(), *_screened()))


def configurations() -> str:
    """SHA-256 over the electrons of all atoms, and of ions up to three times charged."""
    shells = [
        [Z, charge, [(s.n, s.kappa, s.occupancy) for s in configuration(Z, charge)]]
        for Z in range(1, 101)
        for charge in range(min(Z, 4))
    ]
    return hashlib.sha256(json.dumps(shells).encode()).hexdigest()


def _energies() -> Iterator[tuple[str, Number]]:
    atoms = [Atom(symbol, choice) for symbol in ("He", "Ne") for choice in (Slater(), KohnSham(), KriegerLiIafrate())]
    ion = Atom("Li", Slater(), charge=2)
    for atom in (Atom("H", Slater()), *atoms, Atom("Xe", Slater()), ion, Atom("Ne", Slater(), UniformNucleus())):
        for shell, energy in zip(atom.calculated_shells, atom.solution.energies, strict=True):
            name = f"energy {atom.symbol} {atom.exchange} {atom.nucleus} {atom.charge} {shell.label}"
            yield name, Number(float(energy), ENERGY_ERROR * abs(float(energy)))


def _waves() -> Iterator[tuple[str, Number]]:
    atom = Atom("Ne", Slater())
    waves = PartialWaves(atom.solution, atom.calculated_shells)
    for energy in (0.3, 40.0):
        Q = np.array([0.2, 1.0, 3.0]) * (1 + np.sqrt(2 * energy))
        which = list(range(len(atom.calculated_shells)))
        for shell, found in enumerate(waves.continuum(energy, which, [Q] * len(which), [None] * len(which))):
            for function in ALL:
                bounds = [found.of(bound) for bound in MIXED.get(function, (function,))]
                size = np.sqrt(np.abs(bounds[0] * bounds[-1]))
                for k, value in enumerate(found.of(function)):
                    name = f"wave Ne {shell} {energy} {Q[k]:.3f} {function.value}"
                    yield name, Number(float(value), GRID_ERROR * float(size[k]))


def _central_field() -> Iterator[tuple[str, Number]]:
    model = CentralField(Atom("He", Slater()))  # of a field that no table is shipped of
    T = np.array([30 * eV, 300 * eV, 5 * keV])
    Q = np.sqrt(2 * 0.511 * T)[:, None] * np.array([0.1, 0.9, 1.3])
    found = model.structure(T, Q)
    for function in ALL:
        bounds = [found[bound] for bound in MIXED.get(function, (function,))]
        error = (POINT_ERROR + found.relative_error[:, :, None]) * np.sqrt(np.abs(bounds[0] * bounds[-1]))
        for at, value in np.ndenumerate(found[function]):
            yield f"table He {function.value} {at}", Number(float(value), float(error[at]))
    lines = model.lines(ALL)
    strength = {f: np.array([np.interp(MOMENTUM_AU, lines.momentum, row) for row in lines.values[f]]) for f in ALL}
    for k in range(4):
        energy = float(lines.transfer[k] / HARTREE)
        yield f"line He {k} energy", Number(energy, ENERGY_ERROR * energy)
    for f in ALL:
        bounds = [strength[bound] for bound in MIXED.get(f, (f,))]
        size = float(np.sum(np.sqrt(np.abs(bounds[0] * bounds[-1]))))
        yield f"lines He {f.value}", Number(float(strength[f].sum()), 10 * GRID_ERROR * size)


def _screened() -> Iterator[tuple[str, Number]]:
    model = Screened(Atom("He", Slater()), multipoles=2, highest=0.5 * keV)
    T = np.array([30 * eV, 65 * eV, 200 * eV])
    found = model.structure(T, np.sqrt(2 * 0.511 * T)[:, None] * np.array([0.1, 0.9]))
    for function in ALL:
        bounds = [found[bound] for bound in MIXED.get(function, (function,))]
        error = (POINT_ERROR + found.relative_error[:, :, None]) * np.sqrt(np.abs(bounds[0] * bounds[-1]))
        for at, value in np.ndenumerate(found[function]):
            yield f"screened He {function.value} {at}", Number(float(value), float(error[at]))


def moved(before: dict[str, Number], now: dict[str, Number]) -> list[str]:
    """Those that are gone, or differ by more than their error."""
    found = []
    for name, number in before.items():
        if name not in now:
            found.append(f"{name} is gone")
        elif not abs(now[name].value - number.value) <= number.error:
            found.append(f"{name}: {number.value:.8g} ± {number.error:.2g} was recorded, {now[name].value:.8g} came")
    return found


def recorded() -> tuple[int, str, dict[str, Number]]:
    """The version of the physics, the configurations, and the numbers that were recorded for it."""
    content = json.loads(RECORD.read_text(encoding="utf-8"))
    return content["physics"], content["configurations"], {n: Number(*pair) for n, pair in content["numbers"].items()}


def record() -> None:
    """Write the numbers of now."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUATOM_CACHE"] = folder
        rows = {name: [float(f"{n.value:.10g}"), float(f"{n.error:.3g}")] for name, n in numbers().items()}
    content = {"physics": PHYSICS, "configurations": configurations(), "numbers": rows}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(pair)}" for name, pair in rows.items())
    head = json.dumps({name: content[name] for name in ("physics", "configurations")}, indent=1)[:-2]
    RECORD.write_text(f'{head},\n "numbers": {{\n{lines}\n }}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    record()

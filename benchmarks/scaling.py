"""How the cost of partial waves grows, and where the time goes: `python benchmarks/scaling.py [--atoms H,Ne,Xe]`.

Prints Markdown tables.  Times are processor seconds of one thread, so that other work on the machine disturbs them
little.  BLAS has one thread too: for small matrices more would only wait for each other.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import nuatom as na
from nuatom.atom import angular
from nuatom.response import kernels, response_table
from nuatom.response.partial_waves import PartialWaves, wave_number
from nuatom.units import HARTREE, eV, keV

PARTS = {
    "waves": (kernels, "continuum_waves"),
    "Bessel": (angular, "bessel_table"),
    "products": (kernels, "multipole_sum"),
}


@dataclass
class Profile:
    """Seconds in all, and in each of the compiled kernels."""

    total: float = 0.0
    parts: Counter[str] = field(default_factory=Counter)

    def shares(self) -> list[str]:
        """Per cent of the total in each kernel, and in everything else."""
        known = [100 * self.parts[name] / self.total for name in PARTS]
        return [f"{share:.0f} %" for share in (*known, 100 - sum(known))]


@contextmanager
def profiled() -> Iterator[Profile]:
    """Count processor time by kernel."""
    profile = Profile()

    def counted(name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            started = process_time()
            result = kernel(*arguments)
            profile.parts[name] += process_time() - started
            return result

        return call

    originals = {name: getattr(module, kernel) for name, (module, kernel) in PARTS.items()}
    for name, (module, kernel) in PARTS.items():
        setattr(module, kernel, counted(name, originals[name]))
    started = process_time()
    try:
        yield profile
    finally:
        profile.total = process_time() - started
        for name, (module, kernel) in PARTS.items():
            setattr(module, kernel, originals[name])


def waves_of(symbol: str) -> PartialWaves:
    """The partial waves of an atom at the resolution tables are made with."""
    atom = na.Atom(symbol)
    return PartialWaves(atom.solution, atom.calculated_shells)


def row(*cells: object) -> None:
    """One line of a Markdown table."""
    print("|", " | ".join(str(cell) for cell in cells), "|", flush=True)


def head(title: str, *columns: str) -> None:
    """A heading, and the head of the table below it."""
    print(f"\n### {title}\n")
    row(*columns)
    row(*("---:" for _ in columns))


def by_energy(symbol: str) -> None:
    """One photoelectron energy of a table: all shells, S and R, on the grid of momenta a table uses."""
    waves = waves_of(symbol)
    binding = -waves.solution.energies
    moments = response_table.all_moments(waves.solution, waves.shells)
    nodes = np.array([response_table._nodes(b, m) for b, m in zip(binding, moments, strict=True)])
    builder = response_table._Builder(waves, binding, moments, nodes)
    head(
        f"{symbol}, one energy of the table",
        *("photoelectron [eV]", "shells", "highest l'", "p·r", "seconds", *PARTS, "rest"),
    )
    for energy in (0.1, 1, 10, 100, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5):
        in_hartree = energy * eV / HARTREE
        shells, whole = builder.shells_at(in_hartree)
        if not shells:
            continue
        full = [i for i, w in zip(shells, whole, strict=True) if w]
        top = max((waves.highest_l(i, in_hartree) for i in full), default=0)
        reach = max((waves._reach[i] for i in full), default=0.0) * wave_number(in_hartree)
        with profiled() as profile:
            builder.compute(in_hartree)
        row(
            f"{energy:g}",
            f"{len(full)} + {len(shells) - len(full)}",
            top,
            f"{reach:.0f}",
            f"{profile.total:.2f}",
            *profile.shares(),
        )


def by_momenta(symbol: str, label: str) -> None:
    """One shell, one energy, more and more momenta."""
    waves = waves_of(symbol)
    shell = next(i for i, s in enumerate(waves.shells) if s.label == label)
    energy = 1 * keV / HARTREE
    centre = float(response_table.ridge(energy - waves.solution.energies[shell]))
    head(f"{symbol} {label}, photoelectron of 1 keV", "momenta", "seconds", "seconds per momentum", *PARTS, "rest")
    for count in (1, 16, 32, 64, 128, 256, 512):
        momenta = centre * np.exp(np.linspace(-1, 0.7, count)) if count > 1 else np.array([centre])
        with profiled() as profile:
            waves.continuum(energy, [shell], [momenta], [None])
        row(count, f"{profile.total:.3f}", f"{profile.total / count:.2g}", *profile.shares())


def by_atom(symbols: list[str]) -> None:
    """Whole tables."""
    head("Whole tables, tolerance 0.005", "atom", "Z", "shells", "energies", "lines", "seconds", *PARTS, "rest")
    for symbol in symbols:
        waves = waves_of(symbol)
        with profiled() as profile:
            table = response_table.build(waves, 5e-3, None, threads=1)
        found = (len(waves.shells), table.energies.size, len(table.excitations.final))
        row(symbol, na.Atom(symbol).Z, *found, f"{profile.total:.1f}", *profile.shares())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--atoms", default="H,Ne,Ar,Kr,Xe,Rn", help="whole tables of these, with commas; empty for none"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUATOM_CACHE"] = folder
        # Compiles what is not compiled, and loads SciPy's BLAS: only what is loaded can be limited.
        na.CentralField(na.Atom("He")).build()
        with threadpool_limits(1):
            by_energy("Xe")
            by_momenta("Xe", "4d5/2")
            by_atom([symbol for symbol in arguments.atoms.split(",") if symbol])


if __name__ == "__main__":
    main()

"""Subshell photoionisation against the tables of Kissel and of Scofield, which `xraylib` carries."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuatom.atom.exchange import Slater
from nuatom.certificate.pictures import Picture, Trace
from nuatom.certificate.report import Outcome, judge, skipped
from nuatom.response.central_field import CentralField
from nuatom.scattering import photoabsorption
from nuatom.units import barn, keV

# The reference is the same Dirac–Slater model computed independently, interpolated in a table with its own errors:
# 0.1 to 0.3 % for most shells, 1 % where it runs along the rise of a d-shell resonance or a Cooper minimum.
PHOTO = 1e-2
SOURCE = "L. Kissel (Dirac–Slater subshell photoionisation), by way of xraylib"
FROM, TO, POINTS = 1.3, 8.0, 12
LIGHTEST = 10  # below, xraylib's table ends a decade above the edge
LOWEST = 0.1 * keV  # below, the tabulated energies are too far apart to interpolate
# An electron in another subshell screens all the others; averages over an open shell that differ by less are rounding.
MOVED = 0.5
_PLACES = ("s1/2", "p1/2", "p3/2", "d3/2", "d5/2", "f5/2", "f7/2")


def check_photoionisation(model: CentralField) -> Outcome:
    """σ_γ of each subshell from 1.3 to 8 times its edge: the mean of |σ − σ_K| over the mean of σ_K.

    Neutral atoms with Slater exchange only, because that is what the reference was computed with, and Z ≥ 10; skipped
    where the reference is for another configuration, as for Ce, Tc and Ir.

    Args:
        model: with calculated thresholds.
    """
    atom = model.atom
    if atom.charge or atom.exchange != Slater() or atom.Z < LIGHTEST:
        return Outcome(())
    try:
        import xraylib
    except ImportError:
        return Outcome((skipped("photoionisation", "xraylib is not installed", SOURCE),))
    moved = _moved(model, _configuration(xraylib, atom.Z))
    if moved:
        return Outcome((skipped("photoionisation", f"Kissel's configuration differs: {moved}", SOURCE),))
    ratios, curves = [], []
    for i, shell in enumerate(model.shells):
        energy = shell.binding_energy * np.geomspace(FROM, TO, POINTS)
        energy = energy[(energy >= LOWEST) & (energy <= min(model.photon_limit, 300 * keV))]
        reference = _reference(xraylib, atom.Z, shell.label, energy) * shell.occupancy
        energy, reference = energy[reference > 0], reference[reference > 0]
        if len(energy) < 3:
            continue
        found = photoabsorption(model, energy, by_shell=True)[i] / barn
        ratios.append((shell.label, float(np.mean(np.abs(found - reference)) / np.mean(reference))))
        curves.append(Trace(shell.label, energy / shell.binding_energy, found / reference))
    if not ratios:
        return Outcome((skipped("photoionisation", "the tables have no subshell of this atom in reach", SOURCE),))
    label, worst = max(ratios, key=lambda item: abs(item[1]))
    picture = Picture(
        "photoionisation",
        f"{atom.symbol}: subshell photoionisation over Kissel's",
        "photon energy / edge",
        "σ / σ(Kissel)",
        tuple(curves),
        level=1.0,
        band=PHOTO,
    )
    check = judge(
        "photoionisation",
        f"mean |σ − σ(Kissel)| over mean σ from {FROM:g} to {TO:g} edges, subshells checked: {len(ratios)}; "
        f"worst {label}",
        worst,
        0.0,
        PHOTO,
        SOURCE,
    )
    return Outcome((check,), (picture,))


def _reference(xraylib: Any, Z: int, label: str, energy: Any) -> Any:
    """σ_γ per electron [barn]; zero where the table has none."""
    shell = _shell(xraylib, label)
    values = np.zeros(len(energy))
    if shell is None:
        return values
    for k, E in enumerate(energy):
        try:
            values[k] = xraylib.CSb_Photo_Partial(Z, shell, float(E / keV))
        except ValueError:  # below its edge, beyond its table, or no such shell
            continue
    return values


def _shell(xraylib: Any, label: str) -> Any:
    """The number that xraylib gives a subshell, None if it has none."""
    place = "" if label[0] == "1" else str(_PLACES.index(label[1:]) + 1)
    return getattr(xraylib, f"{'KLMNOPQ'[int(label[0]) - 1]}{place}_SHELL", None)


def _configuration(xraylib: Any, Z: int) -> dict[str, float]:
    """Electrons by n and l, such as {"1s": 2.0}, in the reference; empty for an element it does not have."""
    electrons: dict[str, float] = {}
    for n in range(1, 8):
        # l < n: 1, 3, 5, 7 pairs of l and j.
        for place in _PLACES[: 2 * n - 1]:
            shell = _shell(xraylib, f"{n}{place}")
            if shell is None:
                continue
            try:
                occupancy = float(xraylib.ElectronConfig(Z, shell))
            except ValueError:  # not occupied
                continue
            electrons[f"{n}{place[0]}"] = electrons.get(f"{n}{place[0]}", 0.0) + occupancy
    return electrons


def _moved(model: CentralField, theirs: dict[str, float]) -> str:
    """Where two configurations differ, in words; empty where they agree or there is nothing to compare with.

    The electrons of j = l ± ½ are added: how an open shell is shared between them is no matter of configuration.
    """
    ours: dict[str, float] = {}
    for shell in model.shells:
        ours[shell.label[:2]] = ours.get(shell.label[:2], 0.0) + shell.occupancy
    return ", ".join(
        f"{name} has {theirs.get(name, 0.0):.3g} electrons, here {ours.get(name, 0.0):.3g}"
        for name in sorted(ours | theirs)
        if theirs and abs(theirs.get(name, 0.0) - ours.get(name, 0.0)) > MOVED
    )

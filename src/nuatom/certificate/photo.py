"""Subshell photoionisation against the tables of Kissel and of Scofield, which `xraylib` carries."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuatom.atom.field import Slater
from nuatom.certificate.figures import Curve, Picture
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
LOWEST = 0.1 * keV  # there the tabulated energies are too far apart to interpolate


def check_photoionisation(model: CentralField) -> Outcome:
    """σ_γ of each subshell from 1.3 to 8 times its edge: the mean of |σ − σ_K| over the mean of σ_K.

    Neutral atoms with Slater exchange only, because that is what the reference was computed with, and Z ≥ 10.

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
        curves.append(Curve(shell.label, energy / shell.binding_energy, found / reference))
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
    letters, places = "KLMNOPQ", ("s1/2", "p1/2", "p3/2", "d3/2", "d5/2", "f5/2", "f7/2")
    name = letters[int(label[0]) - 1] + ("" if label[0] == "1" else str(places.index(label[1:]) + 1))
    shell = getattr(xraylib, f"{name}_SHELL", None)
    values = np.zeros(len(energy))
    if shell is None:
        return values
    for k, E in enumerate(energy):
        try:
            values[k] = xraylib.CSb_Photo_Partial(Z, shell, float(E / keV))
        except ValueError:  # below its edge, beyond its table, or no such shell
            continue
    return values

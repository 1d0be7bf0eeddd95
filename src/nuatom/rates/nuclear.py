"""Rates of coherent scattering: whole atoms that recoil, of `nuatom.coherent`.

    dR/dT = (1/mass) Σ_nuclides n ∫_{E > E_min} φ(E) P(E) (dσ/dT)(E, T) dE,      E_min = [T + √(T² + 2MT)]/2,

the latter times 1 + M_N²/2MT where a moment turns the neutrino into a lepton of mass M_N.

The cross section is a + b/E + c/E² in E, exactly, so that the tails of `flux` are all it takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hepunits.constants import Avogadro
from numpy.typing import ArrayLike

from nuatom import coherent
from nuatom.coherent import FormFactor, Helm, Nuclide
from nuatom.elements import ATOMIC_MASS_UNIT, Element
from nuatom.functions import Array
from nuatom.neutrino import IncoherentSum, Neutrino
from nuatom.rates.flux import POWERS, checked_components, endpoint
from nuatom.rates.material import Material
from nuatom.rates.spectrum import RateSpectrum, checked_transfers
from nuatom.rates.weights import beams
from nuatom.source import Source
from nuatom.targets import Target
from nuatom.units import g

_HELM = Helm()
# Energies, over the largest of the source, that determine the three terms.
_ENERGIES = np.array([1.1, 2.0, 5.0])
_SOLVE = np.linalg.inv((1 / _ENERGIES)[:, None] ** np.arange(POWERS))
_NAMES = {
    "weak": "weak",
    "magnetic_moment": "magnetic moment",
    "millicharge": "millicharge",
    "charge_radius": "charge radius",
    "anapole": "anapole",
    "nsi": "non-standard",
    "mediators": "mediators",
}
_Sum = tuple[tuple[object, float], ...]


def nuclear_rate_spectrum(
    source: Source,
    coupling: object,
    target: str | int | Element | Target | Material,
    transfer: ArrayLike,
    *,
    electrons: bool = True,
    nucleus: FormFactor = _HELM,
) -> RateSpectrum:
    """dR/dT of coherent scattering in the recoil energy T of the atom, before any quenching; the shells are nuclides.

    Args:
        source: its components say which flavours arrive; a flavour of the coupling itself does not count.
        coupling: what the neutrinos couple with; see `nuatom.coherent`.
        target: as for `nuatom.target`: an element ("Ge"), an isotope ("Ge-76"), a compound ("CsI"); or a `Material`,
            whose models do not matter here.
        transfer: T ≥ 0, shape (nT,) or a number [energy]; exactly 0 at T = 0 and above the greatest recoil.
        electrons: scatter off the neutral atom; False leaves the bare nucleus.
        nucleus: form factor of the nucleus.

    Raises:
        ValueError: as `rate_spectrum`, and for a target or a coupling that `nuatom.coherent` does not know.
    """
    T = np.atleast_1d(checked_transfers(transfer))
    if T.ndim != 1:
        raise ValueError(f"a rate spectrum needs transfers of shape (nT,), got {T.shape}")
    components = checked_components(source)
    kinds = coherent.nuclides(target.target if isinstance(target, Material) else target)
    most = endpoint(components)
    per_mass = float(Avogadro) / (sum(kind.count * kind.mass for kind in kinds) / ATOMIC_MASS_UNIT * g)
    group = beams(components, coupling, _least_energy(kinds, T, most), most, by_part=False)  # type: ignore[arg-type]
    alone = [_parts(beam.coupling) for beam in group]
    names = tuple(dict.fromkeys(name for parts in alone for name in parts))
    density = np.zeros((len(components), len(names), len(kinds), T.size))
    for k, kind in enumerate(kinds):
        for beam, parts in zip(group, alone, strict=True):
            for name, part in parts.items():
                # Recoils of nothing take all energies there are, and none of them.
                minimum = np.full(T.shape, np.inf)
                minimum[T > 0] = coherent.least_energy(kind.mass, T[T > 0], _heavy_mass(part))
                (some,) = np.nonzero(minimum < most)
                if some.size:
                    terms = _terms(part, kind, most, T[some], electrons, nucleus)
                    found = np.einsum("kt,kct->ct", terms, beam.above(minimum[some])) * (kind.count * per_mass)
                    density[beam.members[:, None], names.index(name), k, some] += found
    return RateSpectrum(
        transfer=T,
        components=tuple(component.name for component in components),
        parts=names,
        shells=tuple(f"{kind.element.symbol}-{kind.mass_number}" for kind in kinds),
        density=density,
        line_transfer=np.zeros(0),
        line_rate=np.zeros((len(components), len(names), 0)),
        line_shell=np.zeros(0, dtype=np.intp),
        line_final=(),
        relative_error=np.zeros(T.size),
    )


def _heavy_mass(part: _Sum) -> float:
    """The mass of the lepton that a part of a coupling, by itself, turns the neutrino into [energy]."""
    return max(channel.heavy_mass for one, _ in part for channel in coherent.channels(one))


def _least_energy(kinds: tuple[Nuclide, ...], transfer: Array, most: float) -> float:
    """The least of all E_min [energy]."""
    T = transfer[transfer > 0]
    return min(most, *(float(coherent.least_energy(kind.mass, T).min(initial=most)) for kind in kinds))


def _terms(part: _Sum, kind: Nuclide, most: float, transfer: Array, electrons: bool, nucleus: FormFactor) -> Array:
    """a, b and c of a part of a coupling, shape (k, nT)."""
    name = f"{kind.element.symbol}-{kind.mass_number}"
    at = np.zeros((POWERS, transfer.size))
    for one, factor in part:
        at += factor * coherent.cross_section(one, name, most * _ENERGIES, transfer, electrons, nucleus=nucleus)
    return np.asarray(most ** np.arange(POWERS)[:, None] * (_SOLVE @ at))


def _parts(coupling: object) -> dict[str, _Sum]:
    """The parts of a coupling, each a sum of couplings times numbers: interference is the whole less the others."""
    if isinstance(coupling, Neutrino):
        off: dict[str, Any] = {"weak": False, "magnetic_moment": 0.0, "millicharge": 0.0, "charge_radius": 0.0}
        off |= {"anapole": 0.0, "nsi": None, "mediators": ()}
        on = [name for name, value in off.items() if getattr(coupling, name) != value]
        alone = {_NAMES[name]: replace(coupling, **{k: v for k, v in off.items() if k != name}) for name in on}
        found: dict[str, _Sum] = {name: ((part, 1.0),) for name, part in alone.items()}
        if len(alone.keys() - {"magnetic moment"}) > 1:
            found["interference"] = ((coupling, 1.0), *((part, -1.0) for part in alone.values()))
        return found or {"weak": ((coupling, 1.0),)}
    if isinstance(coupling, IncoherentSum):
        parts: dict[str, _Sum] = {}
        for one in coupling.parts:
            for name, part in _parts(one).items():
                same = sum(known == name or known.startswith(f"{name} ") for known in parts)
                parts[name if not same else f"{name} {same + 1}"] = part
        return parts
    return {getattr(type(coupling), "name", type(coupling).__name__): ((coupling, 1.0),)}

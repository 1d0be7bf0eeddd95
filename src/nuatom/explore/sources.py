"""What a page needs of a source: how much of its flux lies above an energy.

    m_k(E_min) = ∫_{E > E_min} φ_α(E) E^{−k} dE,      l_k(E_min) = the same with ln E,      k = 0, 1, 2,

of all continua together, for each flavour α that arrives; and its lines one by one.  With them an average over the
spectrum costs no more than one energy (see `nuatom.rates.weights`), l_k serving the photon line of a millicharge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuatom.functions import Array
from nuatom.rates.flux import Probability, tail
from nuatom.source import Component, LineSpectrum, Reactor, Solar, Source
from nuatom.units import MeV, cm2, keV, s

LOWEST = 0.5 * keV
POINTS = 1500
_REACTOR_FLUX = 1 / (cm2 * s)
_SPAN = 25.0
"""More than ln(most/E) ever is."""


@dataclass(frozen=True)
class ExportedSource:
    """One source.

    Attributes:
        name: what to call it.
        antineutrino: whether antineutrinos arrive.
        energy: E_min, ascending, shape (point,) [energy].
        tails: m_0, m_1, m_2, l_0, l_1, l_2 by flavour, each of shape (6, point) [1/(area time energy^k)].
        lines: energy [energy] and flux [1/(area time)] of each line, by flavour.
    """

    name: str
    antineutrino: bool
    energy: Array
    tails: dict[str, Array]
    lines: list[tuple[float, dict[str, float]]]


def exported_sources() -> dict[str, ExportedSource]:
    """The sources of the page, by their word: the Sun, and a reactor of one antineutrino per cm² and second."""
    return {"solar": export(Solar("B16-GS98")), "reactor": export(Reactor(flux=_REACTOR_FLUX))}


def export(source: Source) -> ExportedSource:
    """The tails and lines of a source whose components are all neutrinos, or all antineutrinos.

    Raises:
        ValueError: for a source of both.
    """
    kinds = {component.antineutrino for component in source.components}
    if len(kinds) != 1:
        raise ValueError(f"{source.name} sends neutrinos and antineutrinos: export them apart")
    continua = [c for c in source.components if not isinstance(c.shape, LineSpectrum)]
    most = max((c.shape.support[1] for c in continua), default=1 * MeV)
    ends = sorted({c.shape.support[1] for c in continua})
    # Tails end at once where a component does: points on both sides of it.
    near = [end * (1 - np.geomspace(1e-4, 0.2, 40)) for end in ends] + [np.array(ends)]
    energy = np.unique(np.concatenate([np.geomspace(LOWEST, most, POINTS), *near]))
    tails: dict[str, Array] = {}
    lines: list[tuple[float, dict[str, float]]] = []
    for component in source.components:
        if isinstance(component.shape, LineSpectrum):
            lines += _lines(component, component.shape)
            continue
        for share in component.composition:
            found = np.concatenate(
                [
                    tail(component, share.probability, LOWEST)(energy),
                    tail(component, _with_logarithm(share.probability, most), LOWEST)(energy),
                ]
            )
            name = share.flavour.name.lower()
            tails[name] = tails.get(name, np.zeros_like(found)) + found
    for found in tails.values():
        # The second half was of P(E) ln(most/E)/SPAN, which is a probability; ln E is what is wanted.
        found[3:] = np.log(most) * found[:3] - _SPAN * found[3:]
    return ExportedSource(source.name, kinds.pop(), energy, tails, lines)


def _with_logarithm(probability: Probability, most: float) -> Probability:
    def weighted(energy: Array) -> Array:
        return np.asarray(probability(energy) * np.clip(np.log(most / energy) / _SPAN, 0, 1))

    return weighted


def _lines(component: Component, shape: LineSpectrum) -> list[tuple[float, dict[str, float]]]:
    found = []
    for energy, intensity in zip(shape.energies, shape.intensities, strict=True):
        at = np.array([energy])
        by_flavour = {
            share.flavour.name.lower(): float(component.flux * intensity * share.probability(at)[0])
            for share in component.composition
        }
        found.append((float(energy), by_flavour))
    return found

r"""A source of one's own: the burst of a collapsing star, by its fluence.

Every flavour comes with the same number of neutrinos and of antineutrinos, with a spectrum a little narrower than a
thermal one,

    dF/dE ∝ (E/⟨E⟩)^α exp[−(α+1) E/⟨E⟩]

(M. T. Keil, G. G. Raffelt and H.-Th. Janka, Astrophys. J. 590 (2003) 971).  A rate needs a flux: it is the mean over
the time in which the burst is counted, and what comes in that time is the rate times the time.  Try it:

    NUATOM_EXTENSIONS=examples/extensions/supernova.py nuatom rate Xe --source supernova --fluence 1e12/cm2 \
        --mean-energy 12MeV --window 10s --weak --transfer 1:100keV:20
"""

from math import isfinite

import numpy as np

from nuatom import Flavour, choices
from nuatom.functions import Array
from nuatom.source import Component, Continuous, Emission, pure


def supernova(fluence: float, mean_energy: float, window: float, pinching: float = 2.3) -> Emission:
    """The source.

    Args:
        fluence: of all flavours together, > 0 [1/area].
        mean_energy: ⟨E⟩ of each [energy].
        window: the time over which it is averaged [time].
        pinching: α ≥ 0; 2 is Maxwell and Boltzmann's.

    Raises:
        ValueError: for numbers that are not finite or not positive.
    """
    for name, value in (("fluence", fluence), ("mean_energy", mean_energy), ("window", window)):
        if not (isfinite(value) and value > 0):
            raise ValueError(f"{name} must be finite and greater than zero, got {value!r}")
    if not 0 <= pinching <= 10:
        raise ValueError(f"pinching must be from 0 to 10, got {pinching!r}")

    def spectrum(energy: Array) -> Array:
        x = energy / mean_energy
        return np.asarray(x**pinching * np.exp(-(pinching + 1) * x))

    breaks = tuple(mean_energy * np.array([0.0, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0]))
    shape = Continuous.normalised(spectrum, breaks)
    flux = fluence / window / 6
    return Emission(
        "supernova",
        tuple(
            Component(
                f"anti-{flavour.name.lower()}" if anti else flavour.name.lower(), flux, shape, pure(flavour), anti
            )
            for flavour in Flavour
            for anti in (False, True)
        ),
    )


choices.SOURCES.add(
    "supernova",
    choices.SourceEntry(
        "the burst of a collapsing star, by its fluence",
        (
            choices.QuantityKey(
                name="fluence",
                dimension="FLUENCE",
                above_zero=True,
                metavar="FLUENCE",
                example="1e12/cm2",
                what="Of a supernova, all flavours together: 1e12/cm2.",
            ),
            choices.QuantityKey(
                name="mean_energy",
                above_zero=True,
                metavar="ENERGY",
                example="12MeV",
                what="Of the neutrinos of a supernova: 12MeV.",
            ),
            choices.QuantityKey(
                name="window",
                dimension="TIME",
                above_zero=True,
                metavar="TIME",
                example="10s",
                what="In which a supernova is counted: 10s; rates are means over it.",
            ),
            choices.NumberKey(name="pinching", least=0.0, most=10.0, default=2.3, example="2.3", typed=False),
        ),
        supernova,
    ),
)

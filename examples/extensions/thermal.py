r"""A source of one's own: neutrinos of a hot body, all flavours alike.

    dφ/dE ∝ E² / (1 + exp(E/kT))

for each of three neutrinos and three antineutrinos.  Try it:

    NUATOM_EXTENSIONS=examples/extensions/thermal.py nuatom rate Xe --source thermal --flux 1e6/cm2/s \
        --temperature 4MeV --weak --transfer 1:100keV:20
"""

from math import isfinite

import numpy as np

from nuatom import Flavour, choices
from nuatom.functions import Array
from nuatom.source import Component, Continuous, Emission, pure


def thermal(flux: float, temperature: float) -> Emission:
    """The source.

    Args:
        flux: of all flavours together, > 0 [1/(area time)].
        temperature: kT > 0 [energy].

    Raises:
        ValueError: for numbers that are not finite or not positive.
    """
    for name, value in (("flux", flux), ("temperature", temperature)):
        if not (isfinite(value) and value > 0):
            raise ValueError(f"{name} must be finite and greater than zero, got {value!r}")

    def spectrum(energy: Array) -> Array:
        x = energy / temperature
        return np.asarray(x**2 / (1 + np.exp(x)))

    breaks = tuple(temperature * np.array([0.0, 0.3, 1.0, 3.0, 6.0, 12.0, 25.0]))
    shape = Continuous.normalised(spectrum, breaks)
    return Emission(
        "thermal",
        tuple(
            Component(
                f"anti-{flavour.name.lower()}" if anti else flavour.name.lower(), flux / 6, shape, pure(flavour), anti
            )
            for flavour in Flavour
            for anti in (False, True)
        ),
    )


choices.SOURCES.add(
    "thermal",
    choices.SourceEntry(
        "neutrinos of a hot body, by their flux",
        (
            choices.QuantityKey(
                name="flux",
                dimension="FLUX",
                above_zero=True,
                metavar="FLUX",
                example="1e6/cm2/s",
                what="Of all flavours together: 1e6/cm2/s.",
            ),
            choices.QuantityKey(
                name="temperature",
                above_zero=True,
                metavar="ENERGY",
                example="4MeV",
                what="Of a hot body: 4MeV.",
            ),
        ),
        thermal,
    ),
)

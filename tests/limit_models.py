"""Models that tests of limits share."""

import numpy as np

from nuatom import limit
from nuatom.limit import Free, Gaussian, LogNormal, Model, Morphing, Signal

SHAPE = np.array([30.0, 20.0, 10.0, 5.0, 3.0])
GRID = np.linspace(0.0, 10.0, 41)


def amplitudes(charge: float, radius: float, moment: float) -> np.ndarray:
    """|weak + charge + radius|² + moment, as a rate is made, in two components."""
    weak, q, r = np.array([2.0, 2.1, 2.2]), np.array([-1.0, -0.3, -0.1]), np.array([0.5, 0.6, 0.7])
    total = (weak + charge * q + radius * r) ** 2 + moment * np.array([9.0, 3.0, 1.0])
    return np.array([total, 0.3 * total])


JOINT = Signal.of({"charge": 2, "radius": 2, "moment": 1}, amplitudes, components=("pp", "Be"))


def rich_model() -> Model:
    """All kinds of nuisance at once, several on the same counts."""
    nominal = Signal.of(
        {"charge": 2, "moment": 1}, lambda charge, moment: amplitudes(charge, 0.1, moment), components=("pp", "Be")
    )
    up, down = (
        Signal(nominal.parameters, nominal.components, nominal.exponents, nominal.coefficients * change)
        for change in ([1.1, 1.0, 0.9], [0.95, 1.02, 1.0])
    )
    return Model(
        nominal,
        {"flat": [3.0, 3.0, 3.0], "line": [0.0, 4.0, 0.0]},
        (
            Gaussian("pp flux", ("pp",), 0.1),
            LogNormal("Be flux", ("Be",), 0.3),
            Gaussian("efficiency", ("pp", "Be", "line"), [0.1, 0.05, 0.02]),
            Free("flat rate", ("flat",)),
        ),
        (Morphing("binding", {1.0: up, -1.0: down}),),
        {"moment": limit.NOT_NEGATIVE},
    )


def spectrum_model(**factors: float) -> Model:
    """A falling signal on a flat background."""
    signal = Signal.of({"moment": 1}, lambda moment: moment * SHAPE)
    return Model(
        signal,
        {"flat": np.full(5, 20.0)},
        tuple(Gaussian(name, ("flat",), sigma) for name, sigma in factors.items()),
        bounds={"moment": limit.NOT_NEGATIVE},
    )


def density_model() -> Model:
    """The same as densities."""
    signal = Signal.of({"moment": 1}, lambda moment: moment * 30.0 / (1 + GRID))
    return Model(signal, {"flat": np.full(41, 5.0)}, (Free("rate", ("flat",)),), bounds={"moment": (0.0, np.inf)})

"""Next to the photon line, Q → T, a light exchange varies as a power of X = Q² − T² and the atom does not vary at all.

Within X < δT² weights carry the mean of X^k times the exchange over that strip, which a model with a few nodes there
integrates exactly to O(δ).  A massless exchange (a millicharge) needs the neutrino's own mass there:
X ≥ X_min = m_ν²T²/EE', and k_⊥² ∝ X − X_min.

In matter the atom's answer does vary, on the scale of X = |1 − ε|T² ~ ω_p² (see `nuatom.response.medium`), so that the
strip ends at some 25 eV² at most, below the squared plasma energy of any matter: δ is 10⁻⁴ up to T = 500 eV and falls
by 100 for every further factor of 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nuatom.functions import Array
from nuatom.neutrino.coupling import Kinematics, massless_interval
from nuatom.units import eV

_WIDEST = 500 * eV
"""Where δ begins to fall [energy]."""
HEAVY = 20 * eV
"""Mass of an exchange of which a hundredth at most is in the strip, so that X_min in it does not matter [energy]."""
_DECADES = 6
"""By how much it can fall: to 10⁻¹⁰, beyond which X is lost in the rounding of Q."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


def exchange_intervals(is_light: bool, energy: Array, transfer: Array) -> Array:
    """T, the edges of the strips near the photon line if something light is exchanged, and 2E − T."""
    ends = massless_interval(energy, transfer)
    if not is_light:
        return ends
    share = strip_share(transfer)
    # Two decades apart: what varies like powers of X between them is integrated by a model's nodes.
    least = 2 * round(-np.log10(float(share.min(initial=1.0))) / 2)
    cuts = 10.0 ** np.arange(-least, 1, 2)
    inner = transfer[:, None] * np.sqrt(1 + np.where(cuts > 0.5 * share[:, None], cuts, 0.0))
    return np.concatenate([ends[:, :1], np.minimum(inner, ends[:, 1:]), ends[:, 1:]], axis=1)


def strip_share(transfer: Array) -> Array:
    """δ: the strip X < δT² next to the photon line, over which weights are averaged; of the shape of T."""
    with np.errstate(divide="ignore"):
        steps = np.ceil(np.log10(transfer / _WIDEST) - 1e-9)
    return np.asarray(1e-4 * 10.0 ** (-2 * np.clip(steps, 0, _DECADES // 2)))


@dataclass(frozen=True)
class Strip:
    """The strip X < δT² next to the photon line, for exchanges of given masses.

    Attributes:
        at: the kinematics.
        masses: the exchanged masses; if there are none there is nothing to average, and no strip [energy].
        neutrino_mass: m_ν [energy].
    """

    at: Kinematics
    masses: tuple[float, ...]
    neutrino_mass: float

    def moment(self, power: int, function: Callable[[Array], Array]) -> Array:
        """X^power f(X) outside the strip, and the mean of it inside: (X − X_min) f(X) for power 1."""
        X = self.at.virtuality
        if not self.masses:
            return np.asarray(X**power * function(X))
        # One mean per (E, T), however many momenta there are.
        E, T = np.broadcast_arrays(self.at.energy, self.at.transfer)
        T = np.where((T < E) & (T > 0), T, 0.5 * np.abs(E))
        top = strip_share(T) * T**2
        least = np.minimum(self.neutrino_mass**2 * T**2 / (E * (E - T)), top)
        # Below a small share of the lightest mass squared, or of the strip, nothing is left of the integrals.
        share = np.minimum(1e-12 * min(self.masses) ** 2, 1e-10 * top)
        start = np.clip(np.maximum(least, share), 1e-30 * top, top)
        span = np.log(top / start)[..., None]
        node = start[..., None] * np.exp(span * (_NODES + 1) / 2)
        weight = node * span * _WEIGHTS / 2
        factor = node - least[..., None] if power == 1 else node**power
        mean = (factor * function(node) * weight).sum(axis=-1) / top
        inside = self.at.virtuality < top
        return np.where(inside, mean, X**power * function(np.where(inside, top, X)))

"""What the Sun's light says of its neutrinos: the energy that fusion gives with each of them.

    Σ_i α_i Φ_i = L/(4π AU²),      α_i = Q_i − ⟨E_i⟩

In the steady state every neutrino of the pp chains stands for half a helium nucleus, Q = (4 m_H − m_He)/2 whatever the
branch, because each chain has two.  Those of ¹³N and ¹⁵O share the CNO cycle between ¹²C and ¹⁴N, and that of ¹⁷F comes
with ¹⁶O + 2p → ¹⁴N + α.  Masses are of neutral atoms (M. Wang et al., Chin. Phys. C 45 (2021) 030003), which counts the
electrons; mean energies are those of the spectra of this package.  J. N. Bahcall, Phys. Rev. C 65 (2002) 025801 has the
same constraint, with the step ¹³C + p counted to ¹⁵O and not to ¹³N.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from nuatom.source.model import Component
from nuatom.units import MeV

_EXCESS = {"H": 7.28897, "He": 2.42492, "C": 0.0, "N": 2.86342, "O": -4.73700}  # of 1H, 4He, 12C, 14N, 16O [MeV]
_PP = (4 * _EXCESS["H"] - _EXCESS["He"]) / 2
RELEASED: Mapping[str, float] = {
    **dict.fromkeys(("pp", "pep", "hep", "7Be", "8B"), _PP * MeV),
    "13N": (_EXCESS["C"] + 2 * _EXCESS["H"] - _EXCESS["N"]) * MeV,
    "15O": (_EXCESS["N"] + 2 * _EXCESS["H"] - _EXCESS["C"] - _EXCESS["He"]) * MeV,
    "17F": (_EXCESS["O"] + 2 * _EXCESS["H"] - _EXCESS["N"] - _EXCESS["He"]) * MeV,
}
"""Q of each component, what fusion releases with its neutrino [energy]."""


def mean_energy(component: Component) -> float:
    """⟨E⟩ of the neutrinos of a component [energy]."""
    energy, weight = component.shape.nodes(0.0)
    return float(np.sum(energy * weight) / np.sum(weight))


def light(components: Iterable[Component]) -> dict[str, float]:
    """α of every component, what reaches the surface as light with each neutrino [energy].

    Args:
        components: of the Sun.

    Raises:
        ValueError: for one that is none of the Sun's.
    """
    found = {}
    for component in components:
        if component.name not in RELEASED:
            raise ValueError(f"{component.name!r} is no component of the Sun: expected {', '.join(RELEASED)}")
        found[component.name] = RELEASED[component.name] - mean_energy(component)
    return found

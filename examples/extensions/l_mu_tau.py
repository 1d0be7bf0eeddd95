r"""A coupling of one's own: the boson of L_μ − L_τ, which meets the electron by kinetic mixing.

    L = −g Z'_λ [ν̄_μ γ^λ ν_μ − ν̄_τ γ^λ ν_τ] + ε(q²) e Z'_λ ē γ^λ e

Muon and tau loops between the boson and the photon make the mixing if there is no other,

    ε(q²) = (e g/2π²) ∫₀¹ dx x(1−x) ln{[m_τ² − x(1−x)q²]/[m_μ² − x(1−x)q²]} ≈ g/70 for |q²| ≪ m_μ²,

(T. Araki et al., Phys. Rev. D 95 (2017) 055006), constant at all momenta that an atom sees.  ν_μ and ν_τ feel it with
opposite signs, and ν_e not at all.  Try it:

    NUATOM_EXTENSIONS=examples/extensions/l_mu_tau.py nuatom dcs Xe --energy 0.4MeV --transfer 0.1:5keV:20 \
        --weak --flavour mu --l-mu-tau 10MeV:5e-4
"""

from dataclasses import dataclass, replace
from math import log, pi, sqrt
from typing import ClassVar

from nuatom import Flavour, HelicityConserving, choices
from nuatom.neutrino import Amplitude, same
from nuatom.units import FINE_STRUCTURE, MeV

MUON, TAU = 105.6583755 * MeV, 1776.86 * MeV
_SIGN = {Flavour.E: 0, Flavour.MU: 1, Flavour.TAU: -1}


@dataclass(frozen=True)
class LMuTau(HelicityConserving):
    """The boson of L_μ − L_τ with the mixing that its own loops make.

    Args:
        mass: of the boson, > 0 [energy].
        coupling: g.
        flavour: of the neutrino; None leaves it to the source.
    """

    name: ClassVar[str] = "L_mu - L_tau"

    mass: float
    coupling: float
    flavour: Flavour | None = None

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """A vector exchange: c = g_ν g_e with g_ν = ± g and g_e = −ε e."""
        if self.flavour is None:
            raise ValueError("the flavour comes from the source: use LMuTau(…).with_flavour('mu') without one")
        charge = sqrt(4 * pi * FINE_STRUCTURE)
        mixing = charge * self.coupling / (12 * pi**2) * log(TAU**2 / MUON**2)  # ∫x(1−x)dx = 1/6
        product = _SIGN[self.flavour] * self.coupling * -mixing * charge
        return (Amplitude(vector=same(product), mass=self.mass),)

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> "LMuTau":
        """The same for the neutrinos of a source."""
        return replace(self, flavour=Flavour.of(flavour))


choices.COUPLINGS.add(
    "l_mu_tau",
    choices.CouplingEntry(
        what="The boson of L_mu - L_tau with kinetic mixing by loops: its mass and coupling, such as 10MeV:5e-4.",
        keys=(
            choices.QuantityKey(name="mass", metavar="MASS", example="10MeV", above_zero=True),
            choices.NumberKey(name="coupling", metavar="G", example="5e-4"),
        ),
        make=LMuTau,
        flavoured=True,
    ),
)

"""Light mediators between neutrinos and electrons, of mass M and any Lorentz structure.

    vector         L = −Z'_μ [ g_ν ν̄_L γ^μ ν_L + g_e ē γ^μ e ]          Δg_V = + g_ν g_e/[√2 G_F (X + M²)]
    axial          L = −Z'_μ [ g_ν ν̄_L γ^μ ν_L + g_e ē γ^μ γ5 e ]       Δg_A = − g_ν g_e/[√2 G_F (X + M²)]
    scalar         L = −φ [ g_ν ν̄ ν + g_e ē e ]
    pseudoscalar   L = −φ [ g_ν ν̄ iγ5 ν + g_e ē iγ5 e ]

The first two keep the neutrino's helicity and interfere with the weak interaction; the term q_μ q_ν/M² of the
propagator vanishes on the conserved current of massless neutrinos.  The last two flip it,

    dσ/dT = (1/16πE²) ∫dQ² X |Σ g_ν g_e/(X + M²)|² F,    F the scalar or the pseudoscalar structure function,

and add incoherently to all that conserves helicity.  Two scalars interfere with each other; a scalar and a pseudoscalar
do not, by the parity of the atom, nor does a pseudoscalar with a magnetic moment; a scalar does interfere with a
magnetic moment (see `flip`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nuatom.bounds import LARGEST_ENERGY, check_number
from nuatom.neutrino.amplitude import Amplitude, same
from nuatom.neutrino.flip import FlipAmplitude
from nuatom.neutrino.part import Part

_LARGEST = 1e6  # of a coupling: beyond a few, perturbation theory says nothing


@dataclass(frozen=True)
class Mediator(Part):
    """A mediator between neutrinos and electrons: what the four kinds share.

    Args:
        mass: M > 0 [energy].
        neutrino: g_ν; of left-handed neutrinos for a vector or axial one, of Dirac neutrinos for the others.
        electron: g_e.

    Raises:
        ValueError: for a mass or a coupling that is no number or out of range.
    """

    mass: float
    neutrino: float
    electron: float

    def __post_init__(self) -> None:
        hint = "; a massless one that couples to charge is a Millicharge"
        check_number("the mass of a mediator", self.mass, 0.0, LARGEST_ENERGY, above=True, unit="MeV", hint=hint)
        for name in ("neutrino", "electron"):
            check_number(f"the coupling of a mediator to the {name}", getattr(self, name), -_LARGEST, _LARGEST)

    @property
    def product(self) -> float:
        """g_ν g_e."""
        return self.neutrino * self.electron


class VectorMediator(Mediator):
    """A vector mediator, alone; arguments and errors as for `Mediator`.

    Free electrons at T ≪ m, E: g_ν² g_e² m/[2π (2mT + M²)²].
    """

    name: ClassVar[str] = "vector mediator"

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """The mediator."""
        return (Amplitude(vector=same(self.product), mass=self.mass),)


class AxialMediator(Mediator):
    """A mediator with the electron's axial current, alone; arguments and errors as for `Mediator`."""

    name: ClassVar[str] = "axial mediator"

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """The mediator; the sign is that of −g_A γ5."""
        return (Amplitude(axial=same(-self.product), mass=self.mass),)


class ScalarMediator(Mediator):
    """A scalar mediator, alone; arguments and errors as for `Mediator`.

    Free electrons: g_ν² g_e² mT (2m+T)/[8πE² (2mT+M²)²].
    """

    name: ClassVar[str] = "scalar mediator"

    def flips(self) -> tuple[FlipAmplitude, ...]:
        """The mediator."""
        return (FlipAmplitude(scalar=self.product, mass=self.mass),)


class PseudoscalarMediator(Mediator):
    """A pseudoscalar mediator, alone; arguments and errors as for `Mediator`.

    Free electrons: g_ν² g_e² mT²/[8πE² (2mT+M²)²].
    """

    name: ClassVar[str] = "pseudoscalar mediator"

    def flips(self) -> tuple[FlipAmplitude, ...]:
        """The mediator."""
        return (FlipAmplitude(pseudoscalar=self.product, mass=self.mass),)

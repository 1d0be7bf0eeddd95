"""What a neutrino coupling amounts to in coherent scattering: vector couplings of nucleons and electrons.

In −(G_F/√2) ν̄γ^μ(1−γ5)ν f̄γ_μ(g_V − g_A γ5)f the neutral current has, at tree level and with s² = sin²θ_W,

    u: ½ − (4/3)s²,  d: −½ + (2/3)s²,   hence   p = 2u + d: ½ − 2s²,  n = u + 2d: −½,   and e: −½ + 2s²,

to the last of which the charged current adds 1 for ν_e.  So neutron and electron have opposite signs for ν_e, and
proton and electron cancel for ν_μ and ν_τ.  A photon couples to a charge Q_f as a shift of its g_V by

    (4πα/√2 G_F) Q_f [q_ν/X − ⟨r²⟩/6],   X = −q²,

from −L = e² q_ν Q_f/X for two charges: of like sign they repel, as ν_e and electrons do by the weak interaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from nuatom.functions import Array
from nuatom.neutrino import (
    Anapole,
    AxialMediator,
    ChargeRadius,
    Flavour,
    FlavourMatrix,
    HeavyLepton,
    IncoherentSum,
    MagneticMoment,
    MagneticMoments,
    Millicharge,
    Neutrino,
    PseudoscalarMediator,
    ScalarMediator,
    VectorMediator,
    Weak,
)
from nuatom.neutrino.electromagnetic import RADIUS_TO_VECTOR, millicharge_amplitude
from nuatom.units import FERMI_CONSTANT

CORRECTED_NEUTRON = -0.5117
"""g_V of the neutron at low energy with radiative corrections."""
CORRECTED_PROTON = {Flavour.E: 0.0382, Flavour.MU: 0.0300, Flavour.TAU: 0.0256}
"""g_V of the proton, likewise, with the Standard Model's charge radius of the neutrino in it.

Both from J. Erler and S. Su, Prog. Part. Nucl. Phys. 71 (2013) 119; numbers as used by M. Atzori Corona et al.,
Eur. Phys. J. C 83 (2023) 683, with the same electron couplings as `Weak` has.
"""


@dataclass(frozen=True)
class Channel:
    """Amplitudes of one final state of the neutrino.  They interfere, but for the moment, which flips the helicity.

    Attributes:
        proton, neutron: vector couplings g_V of one nucleon.
        electron: g_V of an electron; None where it is not known, an error when electrons are asked for.
        millicharge: q_ν in units of e.
        charge_radius: ⟨r²⟩ − 6a [area].
        photon_mass: plasma energy of the medium, 0 for an atom alone [energy].
        mediators: (g_ν g_e, mass) of light vectors that couple to electrons alone.
        moment: μ in Bohr magnetons.
        heavy_mass: of the lepton that a moment turns the neutrino into, 0 for a neutrino [energy].
    """

    proton: complex = 0.0
    neutron: complex = 0.0
    electron: complex | None = 0.0
    millicharge: complex = 0.0
    charge_radius: complex = 0.0
    photon_mass: float = 0.0
    mediators: tuple[tuple[complex, float], ...] = ()
    moment: float = 0.0
    heavy_mass: float = 0.0

    def at_electrons(self, virtuality: Array) -> NDArray[np.complex128]:
        """What multiplies F_e in C at X [energy²], without the photon."""
        total = np.full(np.shape(virtuality), self.electron or 0.0, dtype=complex)
        for strength, mass in self.mediators:
            total += strength / (sqrt(2.0) * FERMI_CONSTANT * (virtuality + mass**2))
        return total

    def at_charges(self, virtuality: Array) -> NDArray[np.complex128]:
        """What multiplies Z F_p − F_e in C at X [energy²]: the photon, per unit of charge."""
        # The amplitudes of `electromagnetic` are those of an electron, whose charge is −1.
        propagated = millicharge_amplitude(self.millicharge) / (virtuality + self.photon_mass**2)
        electron = propagated / (sqrt(2.0) * FERMI_CONSTANT) + RADIUS_TO_VECTOR * self.charge_radius
        return np.asarray(-electron, dtype=complex)


@singledispatch
def channels(coupling: object) -> tuple[Channel, ...]:
    """The channels of a coupling, whose cross sections add.

    `Weak` takes the nucleons' couplings with radiative corrections or, given sin²θ_W, at tree level, as it does the
    electron's.  A coupling of one's own is made known by ``@channels.register`` on a function of it.

    Raises:
        ValueError: for a coupling that is not known to scatter coherently, or one that needs a flavour.
    """
    known = ", ".join(sorted(kind.__name__ for kind in channels.registry if kind is not object))
    raise ValueError(
        f"{type(coupling).__name__} has no coherent amplitude: expected one of {known}, "
        "or register it with nuatom.coherent.channels.register"
    )


@channels.register
def _(coupling: Channel) -> tuple[Channel, ...]:
    return (coupling,)


@channels.register
def _(coupling: Weak) -> tuple[Channel, ...]:
    given = coupling.g_V is not None and coupling.g_A is not None
    electron = coupling.couplings()[0] if coupling.flavour is not None or given else None
    shift = -2 * coupling.sin2_shift
    if coupling.sin2_theta is not None:
        return (Channel(0.5 - 2 * coupling.sin2_theta + shift, -0.5, electron),)
    if coupling.flavour is None:
        raise ValueError(
            "with radiative corrections the nucleus's weak charge depends on the flavour: give one, as in "
            "Weak(flavour='e'), or sin2_theta for tree level"
        )
    return (Channel(CORRECTED_PROTON[coupling.flavour] + shift, CORRECTED_NEUTRON, electron),)


@channels.register
def _(coupling: MagneticMoment) -> tuple[Channel, ...]:
    return (Channel(moment=coupling.moment),)


@channels.register
def _(coupling: MagneticMoments) -> tuple[Channel, ...]:
    return channels(coupling.effective)


@channels.register
def _(coupling: HeavyLepton) -> tuple[Channel, ...]:
    return (Channel(moment=coupling.moment, heavy_mass=coupling.mass),)


@channels.register
def _(coupling: Millicharge) -> tuple[Channel, ...]:
    return (Channel(millicharge=coupling.charge, photon_mass=coupling.photon_mass),)


@channels.register
def _(coupling: ChargeRadius) -> tuple[Channel, ...]:
    return (Channel(charge_radius=coupling.mean_square),)


@channels.register
def _(coupling: Anapole) -> tuple[Channel, ...]:
    return (Channel(charge_radius=-6 * coupling.moment),)


@channels.register
def _(coupling: VectorMediator) -> tuple[Channel, ...]:
    return (Channel(mediators=((coupling.neutrino * coupling.electron, coupling.mass),)),)


@channels.register(AxialMediator)
@channels.register(PseudoscalarMediator)
def _(coupling: AxialMediator | PseudoscalarMediator) -> tuple[Channel, ...]:
    return (Channel(),)  # spins and currents of a closed shell cancel


@channels.register
def _(coupling: IncoherentSum) -> tuple[Channel, ...]:
    return tuple(channel for part in coupling.parts for channel in channels(part))


@channels.register
def _(coupling: Neutrino) -> tuple[Channel, ...]:
    if any(isinstance(mediator, ScalarMediator) for mediator in coupling.mediators):
        raise ValueError("a scalar mediator has no coherent amplitude here: leave it out of the Neutrino")
    weak = Channel()
    if coupling.weak is not False:
        chosen = Weak() if coupling.weak is True else coupling.weak
        if coupling.flavour is not None:
            chosen = chosen.with_flavour(coupling.flavour, coupling.antineutrino)
        [weak] = channels(chosen)
    charge = _amplitudes(coupling.millicharge, coupling.flavour)
    radius = _amplitudes(coupling.charge_radius, coupling.flavour)
    anapole = _amplitudes(coupling.anapole, coupling.flavour)
    contact = _amplitudes(0.0 if coupling.nsi is None else coupling.nsi.vector, coupling.flavour)
    parts = []
    for final in range(3):
        part = Channel(
            electron=contact[final],
            millicharge=charge[final],
            charge_radius=radius[final] - 6 * anapole[final],
            photon_mass=coupling.photon_mass,
        )
        if final == 0:
            electron = None if weak.electron is None else weak.electron + contact[0]
            mediators = tuple(light for mediator in coupling.mediators for light in channels(mediator)[0].mediators)
            part = replace(
                part,
                proton=weak.proton,
                neutron=weak.neutron,
                electron=electron,
                mediators=mediators,
                moment=coupling.moment,
            )
        parts.append(part)
    # Other final flavours add incoherently, and most often there is no way to them.
    return (parts[0], *(p for p in parts[1:] if p != Channel(photon_mass=p.photon_mass)))


def _amplitudes(value: float | FlavourMatrix, flavour: Flavour | None) -> tuple[complex, complex, complex]:
    """A property to the same flavour and to the two others."""
    if not isinstance(value, FlavourMatrix):
        return value, 0.0, 0.0
    if flavour is None:
        raise ValueError("matrices of couplings need a flavour: give one, as in Neutrino('e', …)")
    return value.amplitudes(flavour)

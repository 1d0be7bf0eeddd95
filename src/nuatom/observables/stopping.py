"""What a fast charged particle loses: dipole strength, the mean excitation energy, and stopping power.

    ln I = Σ f ln T / Σ f,   f = 2mT S(T, Q)/Q² at Q → 0, lines and continuum

is all that Bethe's formula knows of an atom.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, pi

import numpy as np

from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array
from nuatom.observables.spectral import Panels, strengths
from nuatom.probe.charged import ChargedParticle
from nuatom.response.model import ResponseModel
from nuatom.scattering import cross_section, lines, require_model
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2

_SMALL = 0.01  # of √(2mε) of the outermost shell: Q so small that what is neglected is of order 1e-4


@dataclass(frozen=True)
class DipoleStrength:
    """Where an atom's oscillator strength is: ∫f and ∫f ln T by shell, of the continuum and of the lines.

    Attributes:
        shells: the shells, in the order of the first axis.
        continuum, lines: Σf, shape (shell,).
        logarithm: Σ f ln(T/MeV) of both, shape (shell,).
    """

    shells: tuple[Shell, ...]
    continuum: Array
    lines: Array
    logarithm: Array

    @staticmethod
    def of(model: ResponseModel) -> DipoleStrength:
        """That of a model whose S has values and whose shells have thresholds."""
        least = min(shell.binding_energy for shell in model.shells)
        if least <= 0:
            raise ValueError("dipole strength needs bound electrons: take CentralField or Screened")
        Q = _SMALL * float(np.sqrt(2 * ELECTRON_MASS * least))
        per = 2 * ELECTRON_MASS / Q**2
        panels = Panels.of(model, Q)
        continuum = panels.integral(per * panels.transfer)
        logarithm = panels.integral(per * panels.transfer * np.log(panels.transfer))
        found = model.lines(VECTOR)
        f = per * strengths(found, np.array([Q]))[:, 0] * found.transfer
        discrete = np.bincount(found.shell, f, len(model.shells)).astype(float)
        logarithm = logarithm + np.bincount(found.shell, f * np.log(found.transfer), len(model.shells))
        return DipoleStrength(model.shells, continuum, discrete, logarithm)

    @property
    def total(self) -> float:
        """Σf, the number of electrons by the sum rule of Thomas, Reiche and Kuhn."""
        return float(np.sum(self.continuum) + np.sum(self.lines))


def mean_excitation_energy(model: ResponseModel) -> float:
    """I of Bethe's stopping power, ln I = Σ f ln T/Σ f over lines and continuum, f = 2mT S/Q² at Q → 0.

    Args:
        model: the atom's response, whose S has values and whose shells have thresholds.

    Returns:
        I [energy].

    Raises:
        ValueError: for what is no model, or one of free electrons.
    """
    require_model(model)
    strength = DipoleStrength.of(model)
    return exp(float(strength.logarithm.sum()) / strength.total)


def stopping_power(probe: ChargedParticle, model: ResponseModel, energy: float, *, panels: int = 10) -> float:
    """The energy lost to electrons per path and per atom in a volume, ∫T (dσ/dT) dT and the lines: S(E)/n.

    Times the number of atoms in a volume it is −dE/dx.  The first Born approximation, whose low-Q part is the formula
    of Bethe; it has the shell corrections in it, and neither the Barkas nor the Bloch correction.  Electrons lose at
    most half of their energy, since the slower one is the other.

    Args:
        probe: the particle.
        model: the atom's response.
        energy: kinetic energy > 0 [energy].
        panels: in the logarithm of T, of eight nodes each, beside those that thresholds begin.

    Returns:
        [energy · area].

    Raises:
        ValueError: for an energy that is not finite or not positive, or what is no model.
    """
    require_model(model)
    K = float(energy)
    if not (np.isfinite(K) and K > 0):
        raise ValueError(f"the kinetic energy must be finite and > 0 [MeV], got {energy!r}")
    most = K / 2 if probe.exchange else min(K, 4 * largest_transfer(probe.mass, K))
    thresholds = np.unique([shell.binding_energy for shell in model.shells])
    if thresholds[0] <= 0:
        raise ValueError("a stopping power needs bound electrons: the loss to free ones is infinite at small T")
    inner = thresholds[thresholds < most]
    ladder = np.geomspace(min(thresholds[0], most), most, panels + 1)
    edge = largest_transfer(probe.mass, K) * np.linspace(0.7, 1.3, 7)
    edge = edge[(edge > thresholds[0]) & (edge < most)]
    cuts = np.log(np.unique(np.concatenate([inner, inner * 1.03, ladder, edge])))
    node, weight = np.polynomial.legendre.leggauss(8)
    half = 0.5 * np.diff(cuts)[:, None]
    T = np.exp(0.5 * (cuts[:-1] + cuts[1:])[:, None] + half * node).ravel()
    smooth = float((cross_section(probe, model, K, T) * T**2) @ (half * weight).ravel())
    found = lines(probe, model, K)
    below = found.transfer < most
    return smooth + float(found.transfer[below] @ found.area[below])


def bethe_stopping(probe: ChargedParticle, electrons: float, excitation: float, energy: float) -> float:
    """Bethe's formula, without shell, density and higher-order corrections.

        S/n = (4πα²z²Z/mβ²) [ ½ ln(2mβ²γ² W/I²) − β² ],   W the largest transfer to a free electron,

    of a heavy particle; of an electron, with Møller's cross section and up to half of its energy,

        S/n = (4πα²Z/mβ²) ½ { ln[τ²(τ+2)/2(I/m)²] + 1 − β² + [τ²/8 − (2τ+1) ln 2]/(τ+1)² },   τ = E/m

    (F. Rohrlich and B. C. Carlson, Phys. Rev. 93 (1954) 38).

    Args:
        probe: the particle.
        electrons: Z.
        excitation: I [energy].
        energy: kinetic energy > 0 [energy].

    Returns:
        [energy · area].
    """
    gamma = 1 + energy / probe.mass
    beta2 = 1 - gamma**-2
    common = 4 * pi * (FINE_STRUCTURE * probe.charge) ** 2 * electrons * HBARC2 / (ELECTRON_MASS * beta2)
    if probe.exchange:
        tau = energy / ELECTRON_MASS
        close = 1 - beta2 + (tau**2 / 8 - (2 * tau + 1) * log(2)) / (tau + 1) ** 2
        return float(common / 2 * (log(tau**2 * (tau + 2) / 2 / (excitation / ELECTRON_MASS) ** 2) + close))
    argument = 2 * ELECTRON_MASS * beta2 * gamma**2 * largest_transfer(probe.mass, energy) / excitation**2
    return float(common * (0.5 * np.log(argument) - beta2))


def largest_transfer(mass: float, energy: float) -> float:
    """W, the most that a particle of mass M and kinetic energy K gives to a free electron at rest [energy]."""
    momentum2 = energy * (energy + 2 * mass)
    total = energy + mass
    return 2 * ELECTRON_MASS * momentum2 / (ELECTRON_MASS**2 + mass**2 + 2 * ELECTRON_MASS * total)

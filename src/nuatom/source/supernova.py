"""Neutrinos of a collapsing star, all that its burst brings.

A star at the distance d sets free the energy ε_ν with each of six kinds of neutrino, in spectra a little narrower than
thermal ones (M. T. Keil, G. G. Raffelt and H.-Th. Janka, Astrophys. J. 590 (2003) 971):

    dF_ν/dE = ε_ν / (4πd² ⟨E_ν⟩) · φ(E),      φ(E) = (α+1)^(α+1) / (⟨E⟩ Γ(α+1)) · (E/⟨E⟩)^α exp[−(α+1) E/⟨E⟩]

with ⟨E²⟩/⟨E⟩² = (2+α)/(1+α).  Four kinds, ν_μ, ν_τ and their antineutrinos, are alike: ν_x.

On the way out of the star all conversion is adiabatic, and the mass states arrive apart (A. S. Dighe and A. Yu.
Smirnov, Phys. Rev. D 62 (2000) 033007): what was made as ν_e arrives as ν₃ in normal ordering and as ν₂ in inverted,
what was made as ν̄_e as ν̄₁ or ν̄₃, and ν_x as the other two:

    P(ν_e→ν_α) = |U_αk|²,      P(ν_x→ν_α) = ½ (1 − |U_αk|²),      k = 3 (normal), 2 (inverted); of antineutrinos 1, 3

so that ν_e survive with p = |U_ek|².  Exchange of flavours between neutrinos in the core, shocks in the envelope and
matter of the Earth are not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, pi

import numpy as np
from hepunits import erg

from nuatom.bounds import LARGEST_ENERGY, SMALLEST, check_number
from nuatom.neutrino.flavour import NUFIT, Flavour, Mixing
from nuatom.source.model import Array, Component, Constant, Continuous, Emitter, Share, require_positive
from nuatom.units import PARSEC, MeV, s

ORDERINGS = ("normal", "inverted", "none")
"""How flavours are converted in a star: by the ordering of the masses, or not at all."""
KILOPARSEC = 1e3 * PARSEC
_ARRIVES = {"normal": (2, 0), "inverted": (1, 2)}  # the mass state of what was made as ν_e, and as ν̄_e
_MOST_PINCHED = 20.0
_SUM = 0.01  # how far from 1 shares may add up to, for rounding
_STEPS = np.array([0.0, 0.02, 0.1, 0.3, 0.6, 1.0, 1.5, 2.1, 3.0])  # of the panels, in ⟨E⟩
_END = 30.0  # e-folds beyond ⟨E⟩ after which nothing is left


@dataclass(frozen=True)
class Pinched:
    """φ(E) of the module's head."""

    mean: float
    pinching: float

    def __call__(self, energy: Array) -> Array:
        x, a = energy / self.mean, self.pinching
        return np.asarray(exp((a + 1) * log(a + 1) - lgamma(a + 1)) / self.mean * x**a * np.exp(-(a + 1) * x))


def pinched_spectrum(mean: float, pinching: float) -> Continuous:
    """The normalised spectrum φ(E) of the module's head.

    Args:
        mean: ⟨E⟩ [energy].
        pinching: α, from 0 to 20; 2 is Maxwell and Boltzmann's, 2.3 nearly Fermi and Dirac's.

    Raises:
        ValueError: for numbers out of range.
    """
    check_number("the mean energy of a spectrum", mean, SMALLEST, LARGEST_ENERGY / 100, unit="MeV")
    check_number("the pinching of a spectrum", pinching, 0.0, _MOST_PINCHED)
    end = 1 + _END / (pinching + 1)
    beyond = [x for x in (4.0, 5.5, 8.0, 12.0, 20.0) if x < end]
    breaks = tuple((mean * np.array([*(x for x in _STEPS if x < end), *beyond, end])).tolist())
    return Continuous.normalised(Pinched(float(mean), float(pinching)), breaks)


@dataclass(frozen=True, init=False)
class Supernova(Emitter):
    """The burst of a collapsing star; components "nue", "antinue", "nux" and "antinux", by what they were made as.

    Fluxes are means over the window, so that a flux times `burst`, which is the window, is the fluence, and a rate
    times `burst` is the number of events of one star, whatever the window.  The numbers that are taken when nothing
    else is said are round ones of the usual size, and no prediction.

    Args:
        distance: d [length].
        released: Σ ε_ν of all six kinds [energy].
        mean_energies: ⟨E⟩ of ν_e, ν̄_e and ν_x, or one for all [energy].
        pinching: α of the same, or one for all.
        shares: ε_ν of ν_e, of ν̄_e and of each of the four ν_x, in units of the whole; they add up to 1.
        ordering: "normal", "inverted", or "none" for flavours that stay what they were.
        survival: p of ν_e and p̄ of ν̄_e in the place of an ordering; what is converted is half ν_μ and half ν_τ.
        mixing: the angles.
        window: the time in which the burst is looked at, all of it [time]; it matters to backgrounds alone.
        uncertainty: relative, of every component.

    Raises:
        ValueError: for both an ordering and survival, unknown words, or numbers out of range.
    """

    name: str
    components: tuple[Component, ...]
    burst: float

    def __init__(
        self,
        distance: float = 10 * KILOPARSEC,
        released: float = 3e53 * erg,
        mean_energies: Sequence[float] | float = (10 * MeV, 12 * MeV, 15 * MeV),
        pinching: Sequence[float] | float = 2.5,
        shares: Sequence[float] = (1 / 6, 1 / 6, 1 / 6),
        *,
        ordering: str | None = None,
        survival: Sequence[float] | None = None,
        mixing: Mixing = NUFIT,
        window: float = 10 * s,
        uncertainty: float = 0.0,
    ) -> None:
        require_positive("the distance to a supernova", distance)
        require_positive("the energy that a supernova releases", released)
        require_positive("the window of a supernova", window)
        means, alphas = _three("mean energies", mean_energies), _three("pinching", pinching)
        parts = _three("shares", shares)
        for part in parts:
            check_number("a share of the energy of a supernova", part, 0.0, 1.0)
        total = parts[0] + parts[1] + 4 * parts[2]
        if not abs(total - 1) < _SUM:
            raise ValueError(f"the shares of ν_e, ν̄_e and four times ν_x must add up to 1, got {total:.4g}")
        arriving = _arriving(ordering, survival, mixing)
        made = []
        for name, row, several in (("nue", 0, 1), ("antinue", 1, 1), ("nux", 2, 2), ("antinux", 2, 2)):
            shape = pinched_spectrum(means[row], alphas[row])
            fluence = several * parts[row] / total * released / means[row] / (4 * pi * distance**2)
            anti = name.startswith("anti")
            own = arriving[int(anti)] if several == 1 else (1 - arriving[int(anti)]) / 2
            shares_of = {flavour: float(own[flavour.value]) for flavour in Flavour}
            composition = tuple(Share(flavour, Constant(share)) for flavour, share in shares_of.items() if share > 0)
            made.append(Component(name, fluence / window, shape, composition, anti, uncertainty))
        object.__setattr__(self, "name", "supernova")
        object.__setattr__(self, "components", tuple(made))
        object.__setattr__(self, "burst", float(window))

    @property
    def fluence(self) -> float:
        """Neutrinos of all kinds and flavours that arrive [1/area]."""
        return self.total * self.burst


def _three(what: str, values: Sequence[float] | float) -> tuple[float, float, float]:
    """One number each of ν_e, ν̄_e and ν_x."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.shape not in ((), (3,)) or not np.all(np.isfinite(array)):
        raise ValueError(f"the {what} of a supernova are three numbers, of ν_e, ν̄_e and ν_x, got {values!r}")
    first, second, third = np.broadcast_to(array, 3).tolist()
    return first, second, third


def _arriving(ordering: str | None, survival: Sequence[float] | None, mixing: Mixing) -> tuple[Array, Array]:
    """The flavours in which ν_e and ν̄_e arrive, each of shape (3,)."""
    if not isinstance(mixing, Mixing):
        raise ValueError(f"the mixing of a supernova's neutrinos is a Mixing, got {mixing!r}")
    if survival is not None:
        if ordering is not None:
            raise ValueError("the flavours of a supernova follow from the ordering, or from survival, not both")
        try:
            both = list(survival)
        except TypeError:
            both = []
        if len(both) != 2:
            raise ValueError(f"survival is two probabilities, of ν_e and of ν̄_e, got {survival!r}")
        for p in both:
            check_number("a probability of survival", p, 0.0, 1.0)
        first, second = (np.array([p, (1 - p) / 2, (1 - p) / 2]) for p in both)
        return first, second
    if ordering is None:
        ordering = "normal"
    if ordering not in ORDERINGS:
        raise ValueError(f"unknown ordering {ordering!r} of a supernova: expected {', '.join(ORDERINGS)}")
    if ordering == "none":
        return np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
    of_electron, of_positron = (np.abs(mixing.matrix[:, k]) ** 2 for k in _ARRIVES[ordering])
    return np.asarray(of_electron), np.asarray(of_positron)

"""Nuclei as targets: which isotopes a target holds, and their form factors.

A form factor is F(q) = ∫ρ(r) e^{iq·r} d³r of a density normalised to one, so that F(0) = 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuatom.bounds import check_number
from nuatom.elements import Element
from nuatom.functions import Array
from nuatom.targets import Target, target
from nuatom.units import HBARC, mm

FEMTOMETRE = 1e-12 * mm


# --- what is in a target -------------------------------------------------------------------------


@dataclass(frozen=True)
class Nuclide:
    """One kind of atom in a target.

    Attributes:
        element: the element.
        mass_number: A.
        mass: M, rest energy of the neutral atom [energy].
        count: atoms of it per atom of an element, or per formula unit of a compound.
    """

    element: Element
    mass_number: int
    mass: float
    count: float

    @property
    def Z(self) -> int:
        """Number of protons."""
        return self.element.Z

    @property
    def N(self) -> int:
        """Number of neutrons, A − Z."""
        return self.mass_number - self.Z


def nuclides(spec: str | int | Element | Target) -> tuple[Nuclide, ...]:
    """The isotopes of a target with their numbers of atoms.

    Args:
        spec: as for `nuatom.target`: an element in its natural composition ("He", "xenon"), an isotope ("Ge-76"),
            an enriched mixture ("Ge[74:0.12,76:0.88]") or a compound ("CsI").

    Raises:
        ValueError: as `nuatom.target`, and for an element that has no natural isotopes.
    """
    return tuple(nuclide for part, count in target(spec).composition for nuclide in _isotopes(part, count))


def _isotopes(part: Element, count: float) -> tuple[Nuclide, ...]:
    isotopes = part.isotopes
    if not isotopes:
        raise ValueError(f"{part.name} has no natural isotopes: name one, as in 'Tc-99'")
    whole = math.fsum(isotope.abundance for isotope in isotopes)
    return tuple(
        Nuclide(part, isotope.mass_number, isotope.mass, count * isotope.abundance / whole) for isotope in isotopes
    )


# --- form factors --------------------------------------------------------------------------------


class FormFactor(Protocol):
    """The form factor of a nuclear density."""

    def __call__(self, momentum: ArrayLike, mass_number: int) -> Array:
        """F(q) at q ≥ 0 [energy], for a nucleus of A nucleons; 1 at q = 0."""
        ...


@dataclass(frozen=True)
class PointLike:
    """A nucleus without extent: F = 1."""

    def __call__(self, momentum: ArrayLike, mass_number: int) -> Array:
        """F(q) = 1, the shape of ``momentum``."""
        return np.ones_like(np.asarray(momentum, dtype=float))


@dataclass(frozen=True)
class Helm:
    """A uniform sphere with a Gaussian skin.

        F(q) = 3 j₁(qR₀)/(qR₀) e^{−q²s²/2},   ⟨r²⟩ = 3R₀²/5 + 3s²

    R. H. Helm, Phys. Rev. 104 (1956) 1466.  By default R₀² = c² + 7π²a²/3 − 5s² with c = 1.23 A^{1/3} − 0.60 fm
    and a = 0.52 fm, of J. D. Lewin and P. F. Smith, Astropart. Phys. 6 (1996) 87, good to 0.1 fm from argon to
    tungsten but 0.5 fm too large for helium: for the lightest nuclei, give the radius.

    Args:
        radius: √⟨r²⟩ of every nucleus it is used for, instead of the default [length].
        skin: s ≥ 0 [length].

    Raises:
        ValueError: for a negative skin, or a radius that leaves no sphere inside it.
    """

    radius: float | None = None
    skin: float = 0.9 * FEMTOMETRE

    def __post_init__(self) -> None:
        _check_range("skin", self.skin, self.radius, 3.0)

    def sphere(self, mass_number: int) -> float:
        """R₀, the radius of the sphere [length]."""
        if self.radius is not None:
            return math.sqrt((5 * self.radius**2 - 15 * self.skin**2) / 3)
        c, a = (1.23 * mass_number ** (1 / 3) - 0.60) * FEMTOMETRE, 0.52 * FEMTOMETRE
        return math.sqrt(max(c**2 + 7 * (math.pi * a) ** 2 / 3 - 5 * self.skin**2, 0.0))

    def __call__(self, momentum: ArrayLike, mass_number: int) -> Array:
        """F(q) at q [energy], the shape of ``momentum``."""
        q = np.asarray(momentum, dtype=float) / HBARC
        return np.asarray(_ball(q * self.sphere(mass_number)) * np.exp(-0.5 * (q * self.skin) ** 2))


@dataclass(frozen=True)
class KleinNystrand:
    """A uniform sphere folded with a Yukawa potential.

        F(q) = 3 j₁(qR)/(qR) / (1 + a²q²),   ⟨r²⟩ = 3R²/5 + 6a²

    S. R. Klein and J. Nystrand, Phys. Rev. C 60 (1999) 014903, with their R = 1.2 A^{1/3} fm and a = 0.7 fm;
    the radius is some 0.2 fm larger than Helm's.

    Args:
        radius: √⟨r²⟩ of every nucleus it is used for, instead of the default [length].
        reach: a ≥ 0 [length].

    Raises:
        ValueError: for a negative reach, or a radius that leaves no sphere inside it.
    """

    radius: float | None = None
    reach: float = 0.7 * FEMTOMETRE

    def __post_init__(self) -> None:
        _check_range("reach", self.reach, self.radius, 6.0)

    def sphere(self, mass_number: int) -> float:
        """R, the radius of the sphere [length]."""
        if self.radius is not None:
            return math.sqrt((5 * self.radius**2 - 30 * self.reach**2) / 3)
        return float(1.2 * mass_number ** (1 / 3)) * FEMTOMETRE

    def __call__(self, momentum: ArrayLike, mass_number: int) -> Array:
        """F(q) at q [energy], the shape of ``momentum``."""
        q = np.asarray(momentum, dtype=float) / HBARC
        return np.asarray(_ball(q * self.sphere(mass_number)) / (1 + (q * self.reach) ** 2))


def _check_range(name: str, length: float, radius: float | None, factor: float) -> None:
    check_number(name, length, 0.0, unit="mm")
    least = math.sqrt(factor) * length
    if radius is not None:
        check_number("a root-mean-square radius", radius, 0.0, unit="mm")
    if radius is not None and not radius >= least:
        raise ValueError(
            f"a root-mean-square radius must be at least {least / FEMTOMETRE:.3g} fm with this {name}, "
            f"got {radius / FEMTOMETRE} fm: make the {name} smaller"
        )


def _ball(x: Array) -> Array:
    """3 j₁(x)/x, the form factor of a uniform sphere."""
    small = x < 0.3
    y = np.where(small, 1.0, x)
    series = 1 - x**2 / 10 * (1 - x**2 / 28 * (1 - x**2 / 54 * (1 - x**2 / 88)))
    return np.where(small, series, 3 * (np.sin(y) - y * np.cos(y)) / y**3)

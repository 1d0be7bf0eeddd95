"""Elements: ground-state configurations, measured edges, masses, isotopes, densities.

The tables are the readable files in ``nuatom/data``, each with its sources in its header, and are read
on first use.  Atomic weights, elemental densities and isotopes come from `periodictable`, imported only
when one of them is asked for.
"""

from __future__ import annotations

import csv
import functools
import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from hepunits.constants import Avogadro, c_light

from nuatom.units import cm, eV, g

ATOMIC_MASS_UNIT = g / Avogadro * c_light**2
"""The rest energy of 1 u, 931.494 MeV [energy]; hepunits counts a mole as 1."""

# The letters of l = 0, 1, 2, ...: after f alphabetically, without j and those already used.
_LETTERS = "spdfghiklmnoqrtuvwxyz"
_FRACTIONS = 1e-3  # how far fractions of isotopes, which are published with few digits, may be from adding up to 1
_ALIASES = {"aluminum": "aluminium", "cesium": "caesium", "sulphur": "sulfur"}


@dataclass(frozen=True)
class Shell:
    """One relativistic subshell (n, κ) of an atom and its electrons.

    Attributes:
        label: spectroscopic label, e.g. "4d5/2".
        n: principal quantum number.
        kappa: relativistic angular quantum number, −(l+1) for j = l+½ and l for j = l−½.
        occupancy: mean number of electrons (a fraction of an open shell split statistically).
        binding_energy: energy to remove one electron, > 0 for a bound one [energy].
    """

    label: str
    n: int
    kappa: int
    occupancy: float
    binding_energy: float = 0.0

    @property
    def l(self) -> int:  # noqa: E743 - the field's symbol
        """Orbital angular momentum of the large component."""
        return self.kappa if self.kappa > 0 else -self.kappa - 1

    @property
    def degeneracy(self) -> int:
        """2j + 1, the number of electrons the subshell can hold."""
        return 2 * abs(self.kappa)

    @property
    def vacancy(self) -> float:
        """The fraction of the subshell that is empty."""
        return 1.0 - self.occupancy / self.degeneracy


@dataclass(frozen=True)
class Isotope:
    """One isotope of an element.

    Attributes:
        mass_number: A, protons and neutrons together.
        mass: rest energy of the neutral atom [energy].
        abundance: fraction of the element's atoms, 0 to 1: the natural one, or that of a mixture.
    """

    mass_number: int
    mass: float
    abundance: float


@dataclass(frozen=True)
class Element:
    """One chemical element.

    Attributes:
        Z: atomic number.
        symbol: e.g. "Xe".
        name: e.g. "xenon".
        notation: ground-state configuration of the neutral atom, e.g. "[Xe] 4f14 5d4 6s2" (NIST).
        mixture: its isotopes where they are not the natural ones, lightest first, with abundances that add up to 1;
            empty for the element as it is found.
    """

    Z: int
    symbol: str
    name: str
    notation: str
    mixture: tuple[Isotope, ...] = ()

    @property
    def label(self) -> str:
        """How it is written as a target: "Ge", "Ge-76" or "Ge[74:0.12,76:0.88]"."""
        match self.mixture:
            case ():
                return self.symbol
            case (only,):
                return f"{self.symbol}-{only.mass_number}"
        return f"{self.symbol}[{','.join(f'{part.mass_number}:{part.abundance!r}' for part in self.mixture)}]"

    @property
    def atomic_weight(self) -> float:
        """Mean atomic weight [u]: the standard one, of the longest-lived isotope where there is no stable one, or
        that of the mixture.
        """
        if self.mixture:
            return math.fsum(part.abundance * part.mass for part in self.mixture) / ATOMIC_MASS_UNIT
        import periodictable

        return float(periodictable.elements[self.Z].mass)

    @property
    def mass(self) -> float:
        """Rest energy of the mean neutral atom, its weight in u times 931.494 MeV [energy]."""
        return self.atomic_weight * ATOMIC_MASS_UNIT

    @property
    def density(self) -> float | None:
        """Density of the element [mass/volume], or None where none is tabulated.

        A solid or liquid is at 20 °C, and a gas is the liquid or solid near its boiling point: for a
        detector in another state take the density from there.  Of isotopes there are as many atoms in a volume.
        """
        import periodictable

        natural = periodictable.elements[self.Z]
        if natural.density is None:
            return None
        return float(natural.density) * g / cm**3 * self.atomic_weight / float(natural.mass)

    @property
    def isotopes(self) -> tuple[Isotope, ...]:
        """Its isotopes, lightest first: those found in nature, none for an element that is not, or its mixture."""
        if self.mixture:
            return self.mixture
        import periodictable

        found = periodictable.elements[self.Z]
        return tuple(
            Isotope(A, float(found[A].mass) * ATOMIC_MASS_UNIT, float(found[A].abundance) / 100.0)
            for A in found.isotopes
            if found[A].abundance > 0.0
        )


class EdgeOrigin(Enum):
    """What was measured, which sets the zero the binding energy counts from."""

    FREE_ATOM = "free atom"
    """An isolated atom; from the vacuum level."""
    MOLECULE = "molecule"
    """A diatomic gas (N2, O2, F2, Cl2); from the vacuum level."""
    SOLID = "solid"
    """A solid or liquid; from the Fermi level or the top of the valence band, some 3 to 6 eV less."""


@dataclass(frozen=True)
class MeasuredEdge:
    """A measured binding energy of a subshell.

    Attributes:
        energy: the binding energy [energy].
        origin: free atom, molecule or solid.
        reference: the literature it was read from.
    """

    energy: float
    origin: EdgeOrigin
    reference: str


# --- elements ------------------------------------------------------------------------------------


def table_rows(name: str) -> list[list[str]]:
    """The rows of a table in nuatom/data, without its # lines and its line of column names."""
    with Path(__file__).with_name("data").joinpath(name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(line for line in file if not line.startswith("#")))[1:]


@functools.cache
def _elements() -> tuple[Element, ...]:
    return tuple(Element(int(Z), symbol, name, notation) for Z, symbol, name, notation in table_rows("elements.csv"))


@functools.cache
def symbols() -> frozenset[str]:
    """The symbols of all elements."""
    return frozenset(item.symbol for item in _elements())


@functools.cache
def by_name() -> dict[str, Element]:
    """Elements by casefolded symbol, name and other spelling of the name."""
    table = {key.casefold(): item for item in _elements() for key in (item.symbol, item.name)}
    return table | {other: table[name] for other, name in _ALIASES.items()}


def suggestion(text: str) -> str:
    """What may have been meant by an unknown symbol or name, as the end of an error message."""
    import difflib

    word = text.strip().casefold()
    # A short word is a misspelt symbol: 'Xn' resembles 'N' most, but was not meant to be it.
    length = {1: (1, 2), 2: (2,)}.get(len(word))
    names = [
        name
        for item in _elements()
        for name in ((item.symbol,) if length else (item.symbol, item.name))
        if length is None or len(name) in length
    ]
    score = {name: difflib.SequenceMatcher(None, word, name.casefold()).ratio() for name in names}
    close = [name for name in names if score[name] >= (0.5 if length else 0.6)]
    close.sort(key=lambda name: (-score[name], name[0].casefold() != word[0]))
    if not close:
        return "expected a symbol such as Xe, a name such as xenon, or an atomic number 1 to 100"
    return f"did you mean {', '.join(close[:2])}?"


def element(spec: str | int) -> Element:
    """The element of a symbol, a name or an atomic number.

    Args:
        spec: "Xe", "xe", "xenon" or 54, with Z = 1 to 100; case does not matter.

    Raises:
        ValueError: there is no such element; the message names those that come nearest.
    """
    if isinstance(spec, str):
        word = spec.strip().casefold()
        if not (word.isascii() and word.isdecimal()):
            found = by_name().get(word)
            if found is None:
                if not word.isalpha() and any(letter.isalpha() for letter in word):
                    raise ValueError(f"unknown element {spec!r}: isotopes and compounds are read by nuatom.target")
                raise ValueError(f"unknown element {spec!r}: {suggestion(spec)}")
            return found
        Z = int(word)
    else:
        try:
            if isinstance(spec, bool):
                raise TypeError
            Z = operator.index(spec)
        except TypeError:
            raise ValueError(f"an element is a symbol, a name or an atomic number, got {spec!r}") from None
    if not 1 <= Z <= len(_elements()):
        raise ValueError(f"atomic number must be 1 to {len(_elements())}, got {Z}")
    return _elements()[Z - 1]


@functools.cache
def known_isotopes(Z: int) -> Mapping[int, float]:
    """The masses of all known isotopes of an element by mass number, stable or not [energy]."""
    import periodictable

    found = periodictable.elements[Z]
    return MappingProxyType({int(A): float(found[A].mass) * ATOMIC_MASS_UNIT for A in found.isotopes})


def enriched(spec: str | int, fractions: Mapping[int, float]) -> Element:
    """An element of chosen isotopes: ``enriched("Ge", {74: 0.12, 76: 0.88})``.

    Args:
        spec: symbol, name or atomic number.
        fractions: of the atoms, by mass number, > 0; they add up to 1 within 0.001 and are made to do so exactly.

    Raises:
        ValueError: for an unknown element or isotope, or fractions that are not of that kind.
    """
    atom = element(spec)
    known = known_isotopes(atom.Z)
    for A, part in fractions.items():
        if A not in known:
            raise ValueError(f"{atom.name} has no isotope {A}: expected A from {min(known)} to {max(known)}")
        if not 0.0 < part <= 1.0 + _FRACTIONS:
            raise ValueError(f"the fraction of {atom.symbol}-{A} must be above 0 and at most 1, got {part:g}")
    total = math.fsum(fractions.values())
    if not abs(total - 1.0) <= _FRACTIONS:
        raise ValueError(
            f"the fractions of the isotopes of {atom.symbol} must add up to 1, got {total:.6g}: they are those of the "
            "atoms, not of the mass, and the rest is an isotope too"
        )
    # Written to the last digit they would not be read again: those that add up to 1 already stay as they are.
    scale = 1.0 if abs(total - 1.0) < 1e-12 else total
    return replace(atom, mixture=tuple(Isotope(A, known[A], fractions[A] / scale) for A in sorted(fractions)))


# --- shells --------------------------------------------------------------------------------------


def label(n: int, kappa: int) -> str:
    """The spectroscopic label of a subshell: (4, −3) is "4d5/2".

    Args:
        n: principal quantum number, ≥ 1.
        kappa: −(l+1) for j = l+½, l for j = l−½, with l < n; not 0.

    Raises:
        ValueError: there is no such subshell, or its l is above 20 and has no letter.
    """
    l = kappa if kappa > 0 else -kappa - 1
    if n < 1 or kappa == 0 or l >= n:
        raise ValueError(f"no subshell has n = {n}, κ = {kappa}: expected n ≥ 1 and −n ≤ κ < n, κ ≠ 0")
    if l >= len(_LETTERS):
        raise ValueError(f"κ = {kappa} means l = {l}, which has no letter: labels end at l = {len(_LETTERS) - 1}")
    return f"{n}{_LETTERS[l]}{2 * abs(kappa) - 1}/2"


def quantum_numbers(label: str) -> tuple[int, int]:
    """The (n, κ) of a label: "4d5/2" is (4, −3); the inverse of `label`.

    Raises:
        ValueError: the text is not the label of a subshell.
    """
    match = re.fullmatch(r"([1-9][0-9]*)([a-z])([1-9][0-9]*)/2", label)
    n, l, twice_j = (int(match[1]), _LETTERS.find(match[2]), int(match[3])) if match else (0, 0, 0)
    if not 0 <= l < n or twice_j not in (2 * l - 1, 2 * l + 1):
        raise ValueError(f"expected the label of a subshell such as 4d5/2, got {label!r}")
    return n, (l if twice_j < 2 * l else -l - 1)


_Occupations = dict[tuple[int, int], int]


@functools.cache
def _occupations(Z: int) -> tuple[_Occupations, _Occupations]:
    """Electrons by (n, l) of the neutral atom, in its noble-gas core and outside it."""
    core: _Occupations = {}
    outside: _Occupations = {}
    for part in _elements()[Z - 1].notation.split():
        if part.startswith("["):
            core = {**(inner := _occupations(element(part[1:-1]).Z))[0], **inner[1]}
        else:
            outside[int(part[0]), _LETTERS.index(part[1])] = int(part[2:])
    return core, outside


@functools.cache
def _shells(Z: int, charge: int) -> tuple[Shell, ...]:
    """`configuration` of an atomic number and a charge that are known to be good."""
    core, outside = _occupations(Z)
    electrons = core | outside
    for shells in (outside, core):
        for shell in sorted(shells, reverse=True):
            lost = min(charge, electrons[shell])
            electrons[shell] -= lost
            charge -= lost
    return tuple(
        Shell(label(n, kappa), n, kappa, q * 2 * abs(kappa) / (2 * (2 * l + 1)))
        for (n, l), q in sorted(electrons.items())
        if q
        for kappa in ((l, -l - 1) if l else (-1,))
    )


def configuration(Z: str | int, charge: int = 0) -> tuple[Shell, ...]:
    """The occupied subshells of an atom or positive ion, as an average over its configuration.

    A shell (n, l) of q electrons is split statistically, q_j = q (2j+1) / (2(2l+1)), j = l ± ½.

    An ion loses the electrons outside the noble-gas core of the neutral atom first, then those of the
    core, both in the order largest n first, then largest l: Fe loses 4s before 3d, Ce 4f before 5p.
    That is the ground configuration of most ions, though not of all: V+, Co+ and Ni+ keep no 4s electron.

    Args:
        Z: atomic number, symbol or name, Z = 1 to 100.
        charge: of the ion, 0 to Z − 1.

    Returns:
        The subshells ordered by (n, l, j), with binding energy 0.

    Raises:
        ValueError: unknown element, or a charge out of range.
    """
    atom = element(Z)
    try:
        remaining = operator.index(charge)
    except TypeError:
        raise ValueError(f"charge must be an integer, got {charge!r}") from None
    if not 0 <= remaining < atom.Z:
        raise ValueError(
            f"charge must be 0 to {atom.Z - 1} for {atom.symbol}, got {charge}: "
            "only neutral atoms and positive ions with an electron are known"
        )
    return _shells(atom.Z, remaining)


@functools.cache
def _edges() -> dict[int, Mapping[str, MeasuredEdge]]:
    references = {key: text for key, text in table_rows("references.csv")}
    origins = {origin.value: origin for origin in EdgeOrigin}
    table: dict[int, dict[str, MeasuredEdge]] = {item.Z: {} for item in _elements()}
    for Z, shell, energy, origin, key in table_rows("edges.csv"):
        table[int(Z)][shell] = MeasuredEdge(float(energy) * eV, origins[origin], references[key])
    return {Z: MappingProxyType(edges) for Z, edges in table.items()}


def measured_edges(Z: str | int) -> Mapping[str, MeasuredEdge]:
    """The measured binding energies of an element, by the label of the subshell.

    Inner shells are from X-ray and photoelectron tables, the outermost from the first ionisation energy.
    A subshell without a published value is absent.

    Args:
        Z: atomic number, symbol or name, Z = 1 to 100.

    Raises:
        ValueError: unknown element.
    """
    return _edges()[element(Z).Z]

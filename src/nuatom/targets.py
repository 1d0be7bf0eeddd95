"""Targets, and the one grammar they are written in.

    element     Xe, xe, xenon, 54            as it is found in nature
    isotope     Ge-76, germanium-76, 76Ge    one isotope
    enriched    Ge[74:0.12,76:0.88]          fractions of the atoms, which add up to 1
    compound    CsI, Ca(NO3)2, Li[6]F        any formula, its elements with isotopes in brackets if need be
    name        caesium iodide, BGO          of the compounds in nuatom/data/compounds.csv

Every command and every configuration reads targets here.  What is likely to be a slip is refused with what was
probably meant: dopants (NaI(Tl)), look-alikes (CSI), and counts that are mass numbers (Ge76).
"""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hepunits.constants import Avogadro

from nuatom.elements import (
    Element,
    Isotope,
    by_name,
    element,
    enriched,
    known_isotopes,
    suggestion,
    symbols,
    table_rows,
)
from nuatom.units import cm, g

_TERM = re.compile(r"\(|(?:(?P<symbol>[A-Z][a-z]*)(?:\[(?P<mixture>[^\]]*)\])?|\))(?P<count>[0-9]+(?:\.[0-9]+)?)?")
_ISOTOPE = re.compile(r"(?P<word>[A-Za-z]+)-(?P<A>[0-9]{1,4})|(?P<mass>[0-9]{1,4})(?P<symbol>[A-Z][a-z]?)")
_MIXTURE = re.compile(r"(?P<word>[A-Za-z]+)\[(?P<mixture>[^\]]*)\]")
_DOPED = re.compile(r"(?P<host>.+?)(?:(?P<group>(?:\([A-Z][a-z]?\))+)|\s*:\s*(?P<after>[A-Z][a-z]?))")
_NUMBERED = re.compile(r"(?P<word>[A-Za-z]+)[ _]?(?P<count>[0-9]{1,4})")
_MOST_ATOMS = 1e4
_HEAVY_HYDROGEN = {"deuterium": 2, "tritium": 3}
_LIGHT = 18  # elements before it may be in a molecule as often as their mass numbers: C12H22O11


@dataclass(frozen=True)
class Target:
    """An element, a mixture of isotopes or a compound as a target.

    Attributes:
        formula: how it is written, e.g. "CaWO4", "Ge-76".
        composition: elements with their number of atoms per formula unit, in the order written.
        density: [mass/volume], or None where it depends on the state or is not tabulated.
    """

    formula: str
    composition: tuple[tuple[Element, float], ...]
    density: float | None = None

    @property
    def atoms(self) -> dict[str, float]:
        """Atoms per formula unit, by symbol."""
        return {part.symbol: count for part, count in self.composition}

    @property
    def electrons(self) -> float:
        """Electrons per formula unit."""
        return math.fsum(part.Z * count for part, count in self.composition)

    @property
    def molar_mass(self) -> float:
        """Mass of a mole of formula units [mass]; divide by `nuatom.units.g` for g/mol."""
        return math.fsum(part.atomic_weight * count for part, count in self.composition) * g

    @property
    def units_per_mass(self) -> float:
        """Formula units per mass, N_A / M [1/mass]."""
        return float(Avogadro) / self.molar_mass

    @property
    def mass_fractions(self) -> dict[str, float]:
        """Shares of the mass, which add up to 1: by symbol, or by isotope ("Ge-76") of an element whose isotopes are
        chosen.
        """
        total = math.fsum(part.atomic_weight * count for part, count in self.composition)
        found: dict[str, float] = {}
        for part, count in self.composition:
            if not part.mixture:
                found[part.symbol] = part.atomic_weight * count / total
                continue
            whole = math.fsum(isotope.abundance * isotope.mass for isotope in part.mixture)
            for isotope in part.mixture:
                share = isotope.abundance * isotope.mass / whole
                found[f"{part.symbol}-{isotope.mass_number}"] = share * part.atomic_weight * count / total
        return found


def target(spec: str | int | Element | Target, density: float | None = None) -> Target:
    """What a word of the grammar stands for: ``target("CsI")``, ``target("Ge-76")``, ``target("xenon")``.

    Args:
        spec: as at the head of this module, or an atomic number, an `Element` or a `Target`.  Capitals count in
            formulas (Co is cobalt, CO is not); counts may be decimal.
        density: [mass/volume]; by default that of the element or compound, if it is tabulated; of isotopes there are
            as many atoms in a volume.

    Raises:
        ValueError: for what cannot be read or is likely to be a slip, with what was probably meant, or a density that
            is not a positive number.
    """
    if density is not None and not (0.0 < density < math.inf):
        raise ValueError(f"density of {spec} must be positive, got {density}")
    if isinstance(spec, Target):
        found = spec
    elif isinstance(spec, Element):
        found = _of_element(spec)
    elif isinstance(spec, str):
        found = _read(spec.strip())
    else:
        found = _of_element(_numbered(spec))
    return found if density is None else Target(found.formula, found.composition, density)


def single(spec: str | int | Element | Target) -> Element:
    """The element of a target that is one atom; of an isotope or an enriched mixture, with its isotopes.

    Args:
        spec: as for `target`.

    Raises:
        ValueError: as `target`, and for a compound or a molecule, whose atoms are named.
    """
    found = target(spec)
    (part, count), *others = found.composition
    if others or count != 1.0:
        atoms = " or ".join(element.label for element, _ in found.composition)
        word = spec.strip() if isinstance(spec, str) else found.formula
        named = "" if word == found.formula else f" ({found.formula})"
        near = ""
        if (meant := by_name().get(word.casefold())) is not None:
            near = f"; {meant.name} is written {meant.symbol}"
        raise ValueError(f"{word!r}{named} is not a single atom: take one of its atoms, {atoms}{near}")
    return part


# --- what words stand for ------------------------------------------------------------------------


@dataclass(frozen=True)
class Compound:
    """A compound that is known by its formula, and maybe by name.

    Attributes:
        formula: as it is written.
        density: [mass/volume], or None.
        names: in small letters.
    """

    formula: str
    density: float | None
    names: tuple[str, ...]


@functools.cache
def compounds() -> Mapping[str, Compound]:
    """The compounds of nuatom/data/compounds.csv by formula."""
    found = {}
    for formula, density, _, names in table_rows("compounds.csv"):
        known = tuple(name.strip().casefold() for name in names.split(";") if name.strip())
        found[formula] = Compound(formula, float(density) * g / cm**3 if density else None, known)
    return MappingProxyType(found)


@functools.cache
def _compound_names() -> Mapping[str, Compound]:
    return {name: compound for compound in compounds().values() for name in compound.names}


@functools.cache
def _densities() -> Mapping[frozenset[tuple[str, float]], tuple[float, float]]:
    """Density and molar mass of compounds with natural isotopes, by their atoms."""
    found = {}
    for compound in compounds().values():
        if compound.density is not None:
            made = Target(compound.formula, _parts(compound.formula))
            found[frozenset(made.atoms.items())] = compound.density, made.molar_mass
    return found


def _of_element(part: Element) -> Target:
    return Target(part.label, ((part, 1.0),), part.density)


def _numbered(spec: object) -> Element:
    if isinstance(spec, bool):
        raise ValueError(f"a target is a word such as Xe, Ge-76 or CsI, or an atomic number, got {spec!r}")
    try:
        return element(operator.index(spec))  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"a target is a word such as Xe, Ge-76 or CsI, or an atomic number, got {spec!r}") from None


@functools.lru_cache(maxsize=512)
def _read(text: str) -> Target:
    word = text.casefold()
    if text in symbols() or (word.isascii() and word.isdecimal()):
        return _of_element(element(text))
    if (named := _compound_names().get(word)) is not None:
        return _of_formula(named.formula)
    # A symbol in small letters; in capitals it may be a formula, CO, which comes later.
    if (atom := by_name().get(word)) is not None and (len(word) > 2 or text.islower()):
        return _of_element(atom)
    if word in _HEAVY_HYDROGEN:
        return _of_element(enriched("H", {_HEAVY_HYDROGEN[word]: 1.0}))
    if isotope := _ISOTOPE.fullmatch(text):
        A = int(isotope["A"] or isotope["mass"])
        return _of_element(enriched(isotope["word"] or isotope["symbol"], {A: 1.0}))
    if mixture := _MIXTURE.fullmatch(text):
        return _of_element(_with_isotopes(mixture["word"], mixture["mixture"], text))
    _refuse_dopants(text)
    _refuse_mass_numbers(text)
    try:
        found = _of_formula(text)
    except ValueError as error:
        if atom is not None and text.isupper():  # XE is nothing else
            return _of_element(atom)
        if _spelled(text) is None and text.isalpha() and (text.istitle() or text.islower()):  # a word, and no formula
            raise ValueError(f"unknown element {text!r}: {_near(text) or suggestion(text)}") from None
        raise ValueError(f"{error}{_meant(text)}") from None
    _refuse_look_alikes(text)
    return found


def _of_formula(text: str) -> Target:
    parts = _parts(text)
    if len(parts) == 1 and parts[0][1] == 1.0:
        return _of_element(parts[0][0])
    made = Target(text, parts)
    density = None
    if len(parts) == 1:
        density = parts[0][0].density
    elif (known := _densities().get(frozenset(made.atoms.items()))) is not None:
        density = known[0] * made.molar_mass / known[1]
    return Target(text, parts, density)


def _parts(formula: str) -> tuple[tuple[Element, float], ...]:
    """Elements and counts of a chemical formula with parentheses, in the order written."""

    def wrong(what: str) -> ValueError:
        return ValueError(f"cannot read the formula {formula!r}: {what}; expected one such as CsI or Ca(NO3)2")

    groups: list[dict[str, float]] = [{}]
    chosen: dict[str, Element] = {}
    position = 0
    while position < len(formula):
        term = _TERM.match(formula, position)
        if term is None:
            hint = " (a symbol begins with a capital)" if formula[position].islower() else ""
            if formula[position] == "-":
                hint = " (an isotope in a formula is in brackets, as in Li[6]F)"
            raise wrong(f"unexpected {formula[position]!r} at position {position + 1}{hint}")
        position = term.end()
        count = float(term["count"] or 1)
        if count == 0.0:
            raise wrong(f"zero atoms in {term[0]!r}")
        if count > _MOST_ATOMS:
            raise wrong(f"more than {_MOST_ATOMS:.0f} atoms in {term[0]!r}")
        if term[0] == "(":
            groups.append({})
            continue
        symbol = term["symbol"]
        if not symbol:
            if len(groups) == 1:
                raise wrong("a ) without its (")
            inner = groups.pop()
            if not inner:
                raise wrong("nothing between ( and )")
        else:
            if symbol not in symbols():
                raise wrong(f"unknown element {symbol!r}, {suggestion(symbol).rstrip('?')}")
            part = element(symbol)
            if term["mixture"] is not None:
                part = _with_isotopes(symbol, term["mixture"], formula)
            if chosen.setdefault(symbol, part) != part:
                raise wrong(f"{symbol} with two kinds of isotopes: give all its atoms the same")
            inner = {symbol: 1.0}
        for name, number in inner.items():
            groups[-1][name] = groups[-1].get(name, 0.0) + number * count
    if len(groups) > 1:
        raise wrong("a ( without its )")
    if not groups[0]:
        raise wrong("it is empty")
    return tuple((chosen[symbol], number) for symbol, number in groups[0].items())


def _with_isotopes(word: str, mixture: str, whole: str) -> Element:
    """The element of a word with the isotopes in its brackets: "76" or "74:0.12,76:0.88"."""
    fractions: dict[int, float] = {}
    for item in mixture.split(","):
        number, colon, share = (piece.strip() for piece in item.partition(":"))
        try:
            A, part = int(number), float(share) if colon else 1.0
        except ValueError:
            raise ValueError(
                f"cannot read the isotopes in {whole!r}: got {item.strip()!r}, expected mass numbers and fractions of "
                "the atoms, such as Ge[74:0.12,76:0.88], or one mass number, Ge[76]"
            ) from None
        if A in fractions:
            raise ValueError(f"the isotope {A} is twice in {whole!r}")
        fractions[A] = part
    return enriched(word, fractions)


# --- slips ---------------------------------------------------------------------------------------


def _refuse_dopants(text: str) -> None:
    """NaI(Tl) and CsI:Na: as atoms of the formula they would be a large part of it."""
    doped = _DOPED.fullmatch(text)
    if doped is None:
        return
    host, dopants = doped["host"], doped["group"] or doped["after"]
    guests = re.findall(r"[A-Z][a-z]?", dopants)
    if not all(guest in symbols() for guest in guests):
        return
    try:
        known = _read(host)
    except ValueError:
        return
    atoms = "".join(guests)
    raise ValueError(
        f"{text!r}: dopants are not part of the formula, where {atoms} would be as many atoms as it says: take "
        f"{known.formula}; or write {host}{atoms} if they are"
    )


def _refuse_mass_numbers(text: str) -> None:
    """Ge76 is not a molecule of 76 atoms, nor is the first term of Ge76O2."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None and (atom := by_name().get(numbered["word"].casefold())) is not None:
        A = int(numbered["count"])
        # Two atoms are a molecule, H2, and not deuterium.
        if A > 2 and A in known_isotopes(atom.Z):
            raise ValueError(
                f"{text!r}: did you mean the isotope {atom.symbol}-{A}? A molecule of {A} atoms is ({atom.symbol}){A}"
            )
        return
    for symbol, count in re.findall(r"([A-Z][a-z]?)([0-9]{1,4})(?![0-9.])", text):
        if symbol in symbols() and (Z := element(symbol).Z) >= _LIGHT and int(count) in known_isotopes(Z):
            raise ValueError(
                f"{text!r}: did you mean the isotope, {symbol}[{count}]? {count} atoms of it are ({symbol}){count}"
            )


def _refuse_look_alikes(text: str) -> None:
    """CSI is carbon, sulphur and iodine, SI is sulphur and iodine: few who write it mean that."""
    known = _spelled(text)
    if text in compounds() or known is None or known == text:
        return
    parts = ", ".join(f"{part.name}" for part, _ in _parts(text))
    capitals = re.findall(r"[A-Z][a-z]?|[0-9.]+|[()]|\[[^\]]*\]", text)
    literal = "".join(
        f"{piece}1" if piece[0].isalpha() and not (after[:1].isdigit() or after[:1] == "[") else piece
        for piece, after in zip(capitals, [*capitals[1:], ""], strict=True)
    )
    if literal == text:  # Co2
        literal = f"({capitals[0]}){''.join(capitals[1:])}"
    raise ValueError(f"{text!r} is made of {parts}: did you mean {known}? If not, write {literal}")


def _spelled(text: str) -> str | None:
    """The known compound or element with the same letters and numbers."""
    word = text.casefold()
    same = next((formula for formula in compounds() if formula.casefold() == word), None)
    if same is None and (atom := by_name().get(word)) is not None:
        same = atom.symbol
    return same


def _meant(text: str) -> str:
    """The end of an error message: what may have been meant by what cannot be read."""
    if (same := _spelled(text)) is not None and same != text:
        return f"; did you mean {same}?"
    near = _near(text)
    return f"; {near}" if near else ""


def _near(text: str) -> str:
    """The name of an element or compound that is spelled much like this."""
    import difflib

    words = [*_compound_names(), *(name for name in by_name() if len(name) > 2)]
    near = difflib.get_close_matches(text.casefold(), words, n=1, cutoff=0.75) if text[:1].isalpha() else []
    return f"did you mean {near[0]}?" if near else ""


__all__ = ["Compound", "Element", "Isotope", "Target", "compounds", "single", "target"]

"""What flips the neutrino's helicity: moments and spinless mediators, whose amplitudes add where the atom lets them.

Between massless neutrinos all of it is one lepton factor ū'P_L u, |ū'P_L u|² = X: Gordon's identity turns the vertex
of a magnetic moment into −(k + k')^μ, and with a conserved electron current, in units where ħ = c = 1,

    amplitude ∝ c_S/(X+M²) ⟨ψ̄ψ⟩ + c_P/(X+M²) ⟨ψ̄iγ5ψ⟩ ∓ (2πα μ/m) [ (s/Q²) ⟨ψ†ψ⟩ + transverse ],    s = 2E − T,

− for neutrinos, + for antineutrinos (charge conjugation turns a moment, and not a scalar).  Squared and summed over the
states of an unpolarised atom, where parity and rotations leave one interference only,

    dσ/dT = (1/16πE²) ∫dQ² X { |Σ c_S/(X+M²)|² scalar + |Σ c_P/(X+M²)|² pseudoscalar
              ∓ 2 (2πα μ/m)(s/Q²) Σ c_S/(X+M²) scalar_charge }
          + (πα²μ²/m²)(1/4E²) ∫(dQ²/Q²) { s² (X/Q²) S + Y R },                                      (K 6–8)

with c = g_ν g_e of L = −φ [g_ν ν̄ν + g_e ēe] or with iγ5, and L = −½ μ ν̄σ_μν ν F^μν.  All of it leads to the same
right-handed neutrino: a Dirac neutrino's.  What leads to another one adds as an `IncoherentSum`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi

from nuatom.functions import VECTOR, Array, Function, in_order
from nuatom.neutrino.coupling import Kinematics, StructureWeights
from nuatom.neutrino.strip import Strip
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2


@dataclass(frozen=True)
class FlipAmplitude:
    """One amplitude that flips the helicity; None for what it is not.

    Attributes:
        moment: μ in Bohr magnetons.
        scalar: c_S = g_ν g_e of a scalar.
        pseudoscalar: c_P of a pseudoscalar.
        mass: M of the scalar or pseudoscalar; None for a moment [energy].
    """

    moment: float | None = None
    scalar: float | None = None
    pseudoscalar: float | None = None
    mass: float | None = None


FlipPair = tuple[Sequence[FlipAmplitude], Sequence[FlipAmplitude]]


def flip_functions(pairs: Sequence[FlipPair]) -> tuple[Function, ...]:
    """The structure functions on which the products of the amplitudes of pairs have weights."""
    wanted: set[Function] = set()
    for a, b in pairs:
        has = [{name for flip in part for name in _given(flip)} for part in (a, b)]
        both = has[0] & has[1]
        if "moment" in both:
            wanted |= set(VECTOR)
        if "scalar" in both:
            wanted.add(Function.SCALAR)
        if "pseudoscalar" in both:
            wanted.add(Function.PSEUDOSCALAR)
        if ("moment" in has[0] and "scalar" in has[1]) or ("scalar" in has[0] and "moment" in has[1]):
            wanted.add(Function.SCALAR_CHARGE)
    return in_order(wanted)


def flip_weights(pairs: Sequence[FlipPair], at: Kinematics, *, antineutrino: bool) -> StructureWeights:
    """Σ over pairs (a, b) of the weights of the module's equation with the product of a and b, symmetric in the two.

    A coherent sum is the one pair (all, all); the interference of two parts is twice the pair (one, other).
    """
    wanted = flip_functions(pairs)
    found: dict[Function, Array] = {}
    if Function.CHARGE in wanted:
        moments = sum(_moment(a) * _moment(b) for a, b in pairs)
        strength = pi * (FINE_STRUCTURE / ELECTRON_MASS) ** 2 * HBARC2 * moments
        common = at.closed(strength / (2 * at.energy) ** 2 / at.momentum**2)
        found[Function.CHARGE] = common * at.most**2 * at.virtuality / at.momentum**2
        found[Function.CURRENT] = common * at.backward
    scale = at.closed(HBARC2 / (16 * pi) / at.energy**2)
    for function, name in ((Function.SCALAR, "scalar"), (Function.PSEUDOSCALAR, "pseudoscalar")):
        if function in wanted:
            found[function] = scale * _strip(pairs, name, at).moment(1, _product(pairs, name, name))
    if Function.SCALAR_CHARGE in wanted:
        sign = 1 if antineutrino else -1
        moment = sign * 2 * pi * FINE_STRUCTURE / ELECTRON_MASS * at.most / at.momentum**2
        product = _product(pairs, "scalar", "moment")
        found[Function.SCALAR_CHARGE] = 2 * scale * moment * _strip(pairs, "scalar", at).moment(1, product)
    return StructureWeights({function: found[function] for function in wanted})


def _given(flip: FlipAmplitude) -> list[str]:
    return [name for name in ("moment", "scalar", "pseudoscalar") if getattr(flip, name) is not None]


def _moment(part: Sequence[FlipAmplitude]) -> float:
    return sum(flip.moment for flip in part if flip.moment is not None)


def _strip(pairs: Sequence[FlipPair], name: str, at: Kinematics) -> Strip:
    with_mass = (flip for pair in pairs for part in pair for flip in part if getattr(flip, name) is not None)
    return Strip(at, tuple(sorted({flip.mass or 0.0 for flip in with_mass})), 0.0)


def _product(pairs: Sequence[FlipPair], first: str, second: str) -> Callable[[Array], Array]:
    """X ↦ Σ over pairs of the product of two kinds of amplitude, symmetric in the parts; a moment's is μ."""

    def amplitude(part: Sequence[FlipAmplitude], name: str, X: Array) -> Array:
        total: Array = 0.0 * X
        for flip in part:
            value = getattr(flip, name)
            if value is not None:
                total = total + (value if name == "moment" else value / (X + (flip.mass or 0.0) ** 2))
        return total

    def product(X: Array) -> Array:
        total: Array = 0.0 * X
        for a, b in pairs:
            if first == second:
                total = total + amplitude(a, first, X) * amplitude(b, first, X)
            else:
                one = amplitude(a, first, X) * amplitude(b, second, X)
                other = amplitude(b, first, X) * amplitude(a, second, X)
                total = total + 0.5 * (one + other)
        return total

    return product

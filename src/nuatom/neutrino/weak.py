"""The weak interaction of neutrinos with electrons, and what could be added to it at short range.

    L = −(G_F/√2) [ν̄ γ^μ(1−γ5) ν] [ē γ_μ (g_V − g_A γ5) e],

with charged currents, turned around by Fierz, inside g_V and g_A of ν_e.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from numpy.typing import ArrayLike

from nuatom.bounds import check_flag, check_number
from nuatom.neutrino.amplitude import Amplitude, ByFlavour, same
from nuatom.neutrino.flavour import Basis, Flavour, FlavourMatrix
from nuatom.neutrino.part import HelicityConserving

_LARGEST = 1e6  # of g_V and g_A: what is larger is a slip
CORRECTED = {
    Flavour.E: (0.9521, 0.4938),
    Flavour.MU: (-0.0397, -0.5062),
    Flavour.TAU: (-0.0353, -0.5062),
}
"""g_V and g_A at low energy with radiative corrections, the Standard Model's charge radii among them.

J. Erler and S. Su, Prog. Part. Nucl. Phys. 71 (2013) 119; numbers as used by M. Atzori Corona et al., JHEP 09 (2022)
164.
"""


@dataclass(frozen=True, init=False)
class Weak(HelicityConserving):
    """Weak scattering on electrons (the equation of `amplitude` with constant g_V and g_A).

    Free electrons: (G_F² m/2π) [(g_V+g_A)² + (g_V−g_A)²(1−T/E)² − (g_V²−g_A²) mT/E²], with g_A → −g_A for
    antineutrinos.

    Args:
        flavour: a `Flavour` or its name; None leaves it to the source, see `with_flavour`.
        antineutrino: whether it is an antineutrino.
        g_V, g_A: these values instead of the Standard Model's.
        sin2_theta: sin²θ_W for the values at tree level, g_V = 2 sin²θ_W ± ½ and g_A = ±½ (upper sign ν_e); by default
            they have radiative corrections, `CORRECTED`.
        sin2_shift: what is added to sin²θ_W, of either: g_V moves by twice that, to a percent also with corrections.

    Raises:
        ValueError: for an unknown flavour or a number that is not finite, sin²θ_W outside [0, 1], or g_V and g_A
            both given together with sin²θ_W.
    """

    name: ClassVar[str] = "weak"

    flavour: Flavour | None = None
    antineutrino: bool = False
    g_V: float | None = None
    g_A: float | None = None
    sin2_theta: float | None = None
    sin2_shift: float = 0.0

    def __init__(
        self,
        flavour: Flavour | str | None = None,
        antineutrino: bool = False,
        g_V: float | None = None,
        g_A: float | None = None,
        sin2_theta: float | None = None,
        sin2_shift: float = 0.0,
    ) -> None:
        check_flag("antineutrino", antineutrino)
        for label, value in (("g_V", g_V), ("g_A", g_A)):
            if value is not None:
                check_number(label, value, -_LARGEST, _LARGEST)
        if sin2_theta is not None:
            check_number("sin2_theta, a sin²,", sin2_theta, 0.0, 1.0)
        check_number("sin2_shift, of a sin²,", sin2_shift, -1.0, 1.0)
        if sin2_theta is not None and g_V is not None and g_A is not None:
            raise ValueError("g_V and g_A leave nothing for sin2_theta to say: give either those or this")
        object.__setattr__(self, "flavour", None if flavour is None else Flavour.of(flavour))
        object.__setattr__(self, "antineutrino", bool(antineutrino))
        object.__setattr__(self, "g_V", g_V)
        object.__setattr__(self, "g_A", g_A)
        object.__setattr__(self, "sin2_theta", sin2_theta)
        object.__setattr__(self, "sin2_shift", sin2_shift)

    def couplings(self) -> tuple[float, float]:
        """g_V and g_A.

        Raises:
            ValueError: if they depend on a flavour that was not given.
        """
        if self.g_V is not None and self.g_A is not None:
            return self.g_V, self.g_A
        if self.flavour is None:
            raise ValueError('the flavour comes from the source; give one, Weak("e"), to use the coupling without')
        if self.sin2_theta is None:
            vector, axial = CORRECTED[self.flavour]
        else:
            axial = 0.5 if self.flavour is Flavour.E else -0.5
            vector = 2 * self.sin2_theta + axial
        vector += 2 * self.sin2_shift
        return (vector if self.g_V is None else self.g_V, axial if self.g_A is None else self.g_A)

    def amplitudes(self) -> tuple[Amplitude, ...]:
        """One contact term."""
        vector, axial = self.couplings()
        return (Amplitude(vector=same(vector), axial=same(axial)),)

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> Weak:
        """The same for the neutrinos of a source."""
        return replace(self, flavour=Flavour.of(flavour), antineutrino=antineutrino)


@dataclass(frozen=True, init=False)
class NonStandard:
    """Non-standard interactions of neutrinos with electrons, L = −2√2 G_F Σ ε^P_αβ [ν̄_α γ^μ P_L ν_β][ē γ_μ P e], P =
    L, R.

    ε_V = ε_L + ε_R adds to g_V and ε_A = ε_L − ε_R to g_A where they keep the flavour; where they change it they add
    incoherently.  They are part of a `Neutrino`, which knows the flavour.

    Args:
        vector: ε_V, hermitian (3, 3) in the flavour basis; nothing by default.
        axial: ε_A, likewise.

    Raises:
        ValueError: for a matrix of another shape, not finite, not hermitian or not in the flavour basis.
    """

    vector: FlavourMatrix
    axial: FlavourMatrix

    def __init__(self, vector: ArrayLike | FlavourMatrix = 0.0, axial: ArrayLike | FlavourMatrix = 0.0) -> None:
        for name, values in (("vector", vector), ("axial", axial)):
            object.__setattr__(self, name, _matrix(values))

    @staticmethod
    def chiral(left: ArrayLike, right: ArrayLike) -> NonStandard:
        """From ε_L and ε_R, hermitian (3, 3) in the flavour basis."""
        L, R = _matrix(left).matrix, _matrix(right).matrix
        return NonStandard(L + R, L - R)

    def amplitude(self, flavour: Flavour) -> Amplitude:
        """The contact term of one incoming flavour."""
        vector: ByFlavour = self.vector.amplitudes(flavour)
        return Amplitude(vector=vector, axial=self.axial.amplitudes(flavour))


def _matrix(values: ArrayLike | FlavourMatrix) -> FlavourMatrix:
    import numpy as np

    if isinstance(values, FlavourMatrix):
        if values.basis is not Basis.FLAVOUR:
            raise ValueError("ε must be in the flavour basis: write .in_basis(Basis.FLAVOUR, mixing)")
        return values
    return FlavourMatrix(np.zeros((3, 3)) if np.ndim(values) == 0 and values == 0 else values)

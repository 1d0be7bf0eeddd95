"""Magnetic and electric moments of three neutrinos, and what a detector sees of them.

    L = −½ Σ_jk ν̄_j σ_μν (μ_jk + iε_jk γ5) ν_k F^μν,        λ = μ − iε acts on a left-handed neutrino.

μ and ε of Dirac neutrinos are hermitian; of Majorana neutrinos they are antisymmetric as well, so that there are
only transition moments.  A flip of the helicity leaves a sterile (Dirac) or an antineutrino (Majorana) state that is
not observed, so a detector at the distance L from a source of ν_l measures (J. F. Beacom and P. Vogel, Phys. Rev.
Lett. 83 (1999) 5222; W. Grimus and T. Schwetz, Nucl. Phys. B 587 (2000) 45)

    μ_eff² = Σ_j |Σ_k U*_lk e^{−i(m_k² − m_1²)L/2E} λ_jk|²;

for antineutrinos U* → U and λ → λ*, the CP-conjugate amplitude with the phases of propagation kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.bounds import LARGEST, check_number
from nuatom.neutrino.flavour import (
    NUFIT,
    Basis,
    Flavour,
    Matrix,
    Mixing,
    checked_matrix,
    checked_probabilities,
    require_antisymmetric,
    require_hermitian,
)
from nuatom.units import HBARC


@dataclass(frozen=True, init=False)
class Moments:
    """Magnetic moments of three neutrinos, with their electric moments if there are any, in Bohr magnetons.

    Args:
        matrix: μ, shape (3, 3); row j is the final, column k the initial neutrino.  For Majorana neutrinos any complex
            antisymmetric matrix: λ = μ − iε may be given as a whole.
        basis: what rows and columns are.
        majorana: whether the neutrinos are Majorana particles.
        electric: ε, likewise; nothing by default.

    Raises:
        ValueError: for another shape, values that are not finite, or a matrix without the symmetry it must have:
            hermitian for Dirac, antisymmetric for Majorana neutrinos.
    """

    matrix: Matrix
    basis: Basis
    majorana: bool
    electric: Matrix

    def __init__(
        self,
        matrix: ArrayLike,
        basis: Basis = Basis.MASS,
        majorana: bool = False,
        electric: ArrayLike | None = None,
    ) -> None:
        kind = "Majorana" if majorana else "Dirac"
        given = {"magnetic": matrix, "electric": np.zeros((3, 3)) if electric is None else electric}
        for name, values in given.items():
            label = f"the {name} moments of {kind} neutrinos"
            checked = checked_matrix(label, values)
            (require_antisymmetric if majorana else require_hermitian)(label, checked)
            object.__setattr__(self, "matrix" if name == "magnetic" else "electric", checked)
        object.__setattr__(self, "basis", basis)
        object.__setattr__(self, "majorana", majorana)

    @property
    def transition(self) -> Matrix:
        """λ = μ − iε [Bohr magnetons]."""
        return np.asarray(self.matrix - 1j * self.electric)

    def in_basis(self, basis: Basis, mixing: Mixing = NUFIT) -> Moments:
        """The same moments in another basis.

        Dirac: μ_flavour = U μ_mass U†, with right-handed states mixed like left-handed ones, which changes nothing
        observable.  Majorana: μ_flavour = U* μ_mass U†, because the final state is an antineutrino.
        """
        if basis is self.basis:
            return self
        U = mixing.matrix if basis is Basis.FLAVOUR else mixing.matrix.conj().T
        left = U.conj() if self.majorana else U
        sign = -1 if self.majorana else 1

        def turned(values: Matrix) -> Matrix:
            found = left @ values @ U.conj().T
            image = sign * (found.T if self.majorana else found.conj().T)
            return np.asarray((found + image) / 2)  # the symmetry to the last digit

        return Moments(turned(self.matrix), basis, self.majorana, turned(self.electric))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Moments)
            and (self.basis, self.majorana) == (other.basis, other.majorana)
            and bool(np.array_equal(self.matrix, other.matrix) and np.array_equal(self.electric, other.electric))
        )

    def __hash__(self) -> int:
        return hash((self.basis, self.majorana, self.matrix.tobytes(), self.electric.tobytes()))


def effective_moment(
    moments: Moments,
    flavour: Flavour | str,
    distance_over_energy: ArrayLike = 0.0,
    *,
    antineutrino: bool = False,
    mixing: Mixing = NUFIT,
) -> NDArray[np.float64]:
    """μ_eff of neutrinos made with a flavour, after oscillation in vacuum: the equation at the head of this module.

    Args:
        moments: of the three neutrinos.
        flavour: what the source makes.
        distance_over_energy: L/E, any shape, ≥ 0 [length/energy]; 0 for a short baseline.
        antineutrino: whether the source makes antineutrinos.
        mixing: angles and splittings.

    Returns:
        the shape of distance_over_energy [Bohr magnetons].

    Raises:
        ValueError: for an unknown flavour, or an L/E that is not finite or negative.
    """
    given = np.asarray(distance_over_energy)
    ratio = given.astype(float) if given.dtype.kind in "iuf" else np.full(given.shape, np.nan)
    if not np.all((ratio >= 0) & (ratio <= LARGEST)):
        raise ValueError(
            f"distance over energy must be from 0 to {LARGEST:g} [length/energy], got {distance_over_energy!r}"
        )
    transition = moments.in_basis(Basis.MASS, mixing).transition
    start = mixing.matrix[Flavour.of(flavour).value].conj()
    if antineutrino:
        transition, start = transition.conj(), start.conj()
    phase = np.exp(-0.5j / HBARC * mixing.splittings * ratio[..., None])
    amplitude = (start * phase) @ transition.T
    return np.asarray(np.sqrt((np.abs(amplitude) ** 2).sum(axis=-1)))


def averaged_moment(moments: Moments, probabilities: Iterable[float], *, mixing: Mixing = NUFIT) -> float:
    """μ_eff of an incoherent mixture of mass states, μ_eff² = Σ_k P_k Σ_j |λ_jk|², in Bohr magnetons.

    Args:
        moments: of the three neutrinos.
        probabilities: P_k of the three mass states at the detector; they add up to 1.
        mixing: to take the moments to the basis of mass states.

    Raises:
        ValueError: for probabilities that are negative or do not add up to 1.
    """
    share = checked_probabilities(probabilities)
    columns = (np.abs(moments.in_basis(Basis.MASS, mixing).transition) ** 2).sum(axis=0)
    return float(np.sqrt(share @ columns))


def mass_probabilities(survival: float, mixing: Mixing = NUFIT) -> NDArray[np.float64]:
    """P_e1, P_e2, P_e3 of solar neutrinos from the survival probability P_ee = Σ_k P_ek |U_ek|².

    Matter in the Sun leaves the third state alone: P_e3 = sin²θ13.

    Args:
        survival: P_ee at the energy in question, e.g. 0.55 for pp neutrinos.
        mixing: the angles.

    Raises:
        ValueError: if no mixture of the mass states gives that survival probability.
    """
    check_number("survival", survival, 0.0, 1.0)
    e1, e2, e3 = np.abs(mixing.matrix[Flavour.E.value]) ** 2
    rest = 1 - e3
    if not abs(e1 - e2) > 1e-12:
        raise ValueError("with maximal mixing the survival probability does not tell the mass states apart")
    first = (survival - e3**2 - rest * e2) / (e1 - e2)
    if not -1e-12 <= first <= rest + 1e-12:
        low, high = sorted((e3**2 + rest * e1, e3**2 + rest * e2))
        raise ValueError(f"P_ee must be between {low:.3f} and {high:.3f} with this mixing, got {survival}")
    first = min(max(first, 0.0), rest)
    return np.array([first, rest - first, e3])


def solar_moment(moments: Moments, survival: float, *, mixing: Mixing = NUFIT) -> float:
    """μ_eff of solar neutrinos with the survival probability P_ee, in Bohr magnetons.

    Between Sun and Earth the mass states lose their coherence, so that μ_eff² = Σ_k P_ek Σ_j |λ_jk|².

    Raises:
        ValueError: for a survival probability that the mixing cannot give.
    """
    return averaged_moment(moments, mass_probabilities(survival, mixing), mixing=mixing)

"""Flavours, masses and the mixing between them.

ν_α = Σ_k U_αk ν_k,     U = R23 · diag(1,…) R13(δ) · R12    (the standard parametrisation, without Majorana phases)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.bounds import check_number
from nuatom.units import eV

Matrix = NDArray[np.complex128]
_LARGEST_ELEMENT = 1e6  # of a matrix of couplings, whatever its unit: what is larger is a slip


class Flavour(Enum):
    """The flavour of a neutrino; the value is its place in a matrix."""

    E = 0
    MU = 1
    TAU = 2

    @staticmethod
    def of(flavour: Flavour | str) -> Flavour:
        """A flavour from itself or from its name, "e", "mu" or "tau".

        Raises:
            ValueError: for anything else.
        """
        if isinstance(flavour, Flavour):
            return flavour
        try:
            return Flavour[str(flavour).upper()]
        except KeyError:
            raise ValueError(f'a flavour is "e", "mu" or "tau", got {flavour!r}') from None


class Basis(Enum):
    """What the rows and columns of a matrix stand for."""

    FLAVOUR = "e, mu, tau"
    MASS = "1, 2, 3"


@dataclass(frozen=True)
class Mixing:
    """Three-neutrino mixing, by default the global fit NuFIT 6 (normal ordering).

    Args:
        sin2_12, sin2_13, sin2_23: sin²θ of the three angles.
        delta: the CP phase δ [rad].
        splitting_21: Δm²₂₁ = m₂² − m₁² [energy²].
        splitting_31: Δm²₃₁ = m₃² − m₁² [energy²], negative for inverted ordering.

    Raises:
        ValueError: for a sin² outside [0, 1] or a number that is not finite.
    """

    sin2_12: float = 0.308
    sin2_13: float = 0.0222
    sin2_23: float = 0.470
    delta: float = 0.0
    splitting_21: float = 7.54e-5 * eV**2
    splitting_31: float = 2.513e-3 * eV**2

    def __post_init__(self) -> None:
        for name in ("sin2_12", "sin2_13", "sin2_23"):
            check_number(f"{name}, a sin²,", getattr(self, name), 0.0, 1.0)
        for name in ("delta", "splitting_21", "splitting_31"):
            check_number(name, getattr(self, name), -_LARGEST_ELEMENT, _LARGEST_ELEMENT)

    @property
    def matrix(self) -> Matrix:
        """U, shape (flavour, mass)."""
        sine = np.sqrt([self.sin2_12, self.sin2_13, self.sin2_23])
        cosine = np.sqrt(1 - sine**2)
        (s12, s13, s23), (c12, c13, c23) = sine, cosine
        phase = np.exp(1j * self.delta)
        first = np.array([[1, 0, 0], [0, c23, s23], [0, -s23, c23]], dtype=complex)
        second = np.array([[c13, 0, s13 / phase], [0, 1, 0], [-s13 * phase, 0, c13]])
        third = np.array([[c12, s12, 0], [-s12, c12, 0], [0, 0, 1]], dtype=complex)
        return np.asarray(first @ second @ third)

    @property
    def splittings(self) -> NDArray[np.float64]:
        """m_k² − m₁², shape (3,) [energy²]."""
        return np.array([0.0, self.splitting_21, self.splitting_31])


NUFIT = Mixing()
"""Mixing with the default numbers."""


@dataclass(frozen=True, init=False)
class FlavourMatrix:
    """A hermitian matrix of couplings ν̄_β C_βα ν_α that keep the helicity: millicharges, charge radii, anapoles, ε.

    A diagonal element in the flavour basis adds to the weak amplitude; another one changes the flavour and adds
    incoherently.  Majorana neutrinos have no millicharge or charge radius on the diagonal of any basis of mass
    states: those matrices are antisymmetric there, while anapoles are symmetric.

    Args:
        matrix: C, shape (3, 3), in the unit of whatever it stands for.
        basis: what its rows and columns are.
        majorana: True asks for the antisymmetry of Majorana millicharges and charge radii.

    Raises:
        ValueError: for another shape, values that are not finite, or a matrix without the symmetry.
    """

    matrix: Matrix
    basis: Basis
    majorana: bool

    def __init__(self, matrix: ArrayLike, basis: Basis = Basis.FLAVOUR, majorana: bool = False) -> None:
        values = checked_matrix("a matrix of couplings", matrix)
        require_hermitian("a matrix of couplings", values)
        if majorana and basis is Basis.MASS:
            require_antisymmetric("the charges or charge radii of Majorana neutrinos", values)
        object.__setattr__(self, "matrix", values)
        object.__setattr__(self, "basis", basis)
        object.__setattr__(self, "majorana", majorana)

    def in_basis(self, basis: Basis, mixing: Mixing = NUFIT) -> FlavourMatrix:
        """The same couplings in another basis: C_flavour = U C_mass U†."""
        if basis is self.basis:
            return self
        U = mixing.matrix if basis is Basis.FLAVOUR else mixing.matrix.conj().T
        turned = U @ self.matrix @ U.conj().T
        return FlavourMatrix((turned + turned.conj().T) / 2, basis)

    def amplitudes(self, flavour: Flavour) -> tuple[complex, complex, complex]:
        """C_βα from one flavour α to all: to itself first, then to the other two.

        Raises:
            ValueError: if the matrix is not in the flavour basis.
        """
        if self.basis is not Basis.FLAVOUR:
            raise ValueError("this needs a matrix in the flavour basis: write .in_basis(Basis.FLAVOUR, mixing)")
        column = self.matrix[:, flavour.value]
        others = [final.value for final in Flavour if final is not flavour]
        first, second, third = (complex(column[k]) for k in (flavour.value, *others))
        return first, second, third

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FlavourMatrix)
            and self.basis is other.basis
            and bool(np.array_equal(self.matrix, other.matrix))
        )

    def __hash__(self) -> int:
        return hash((self.basis, self.matrix.tobytes()))


def checked_matrix(name: str, matrix: ArrayLike) -> Matrix:
    """A complex matrix of shape (3, 3), its elements at most 10⁶, read-only.

    Raises:
        ValueError: if it is not one.
    """
    try:
        given = np.array(matrix)
        values = given.astype(complex) if given.dtype.kind in "iufc" else np.full(given.shape, np.nan + 0j)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name} must be numbers of shape (3, 3), got {matrix!r}") from None
    if values.shape != (3, 3) or not np.all(np.isfinite(values)):
        raise ValueError(f"{name} must be finite and of shape (3, 3), got the shape {values.shape}: {matrix!r}")
    if (most := float(np.abs(values).max())) > _LARGEST_ELEMENT:
        raise ValueError(f"{name} must be at most {_LARGEST_ELEMENT:g} in size, got {most:g}")
    values.setflags(write=False)
    return values


def require_hermitian(name: str, matrix: Matrix) -> None:
    """Raise a ValueError unless a matrix is hermitian to rounding."""
    _require(name, "hermitian", matrix, matrix.conj().T)


def require_antisymmetric(name: str, matrix: Matrix) -> None:
    """Raise a ValueError unless a matrix is antisymmetric to rounding."""
    _require(name, "antisymmetric, with nothing on the diagonal", matrix, -matrix.T)


def _require(name: str, symmetry: str, matrix: Matrix, image: Matrix) -> None:
    worst = np.unravel_index(np.argmax(np.abs(matrix - image)), matrix.shape)
    if abs(matrix[worst] - image[worst]) > 1e-10 * np.abs(matrix).max():
        row, column = (int(i) + 1 for i in worst)
        raise ValueError(
            f"{name} must be {symmetry}: the elements ({row}, {column}) and ({column}, {row}) are "
            f"{matrix[row - 1, column - 1]:.3g} and {matrix[column - 1, row - 1]:.3g}"
        )


def checked_probabilities(values: Iterable[float]) -> NDArray[np.float64]:
    """Three probabilities that add up to one.

    Raises:
        ValueError: if they do not.
    """
    array = np.array(list(values), dtype=float)
    if array.shape != (3,) or not np.all(array >= 0) or abs(array.sum() - 1) > 1e-6:
        raise ValueError(f"expected three probabilities ≥ 0 that add up to 1, got {array.tolist()}")
    return array

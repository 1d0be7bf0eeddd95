"""The permittivity of matter, from what its atoms absorb.

With n_i atoms of kind i per volume and wavelengths long against their size (ħ = c = 1),

    Im ε(T) = Σ_i n_i σ_i(T)/T,      Re ε(T) = 1 + (2/π) P∫ ω Im ε(ω)/(ω² − T²) dω,

σ_i the photoabsorption cross section (K 17): the atoms' polarisabilities add, in compounds too.  The local field of a
lattice of point-like atoms (Lorentz, Clausius and Mossotti) is not in it: it would change ε − 1 by its square over 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cbrt, isfinite, pi

import numpy as np
from hepunits.constants import Avogadro
from numpy.typing import ArrayLike, NDArray

from nuatom.functions import VECTOR, Array, Function
from nuatom.response.model import ResponseModel, checked_transfer
from nuatom.response.owner import electrons_of, own_element
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC, HBARC2, eV, g, keV

Complex = NDArray[np.complex128]

LINE_WIDTH = 0.02
"""Full width of a discrete excitation in ε, of its energy: in matter, and with the motion of its atoms, it has one."""
LEAST_LINE_WIDTH = 1 * eV
"""And not less than this: the widths of bands [energy]."""
_FINE, _COARSE, _JOIN = 0.002, 0.01, 4 * keV  # steps in ln T of the spectrum, below and above some energy
_TOP = 300 * keV  # how far a model is asked for photoabsorption if it does not say
_BEYOND = 30.0  # of the last energy: where the power law that continues the spectrum is cut off
_EDGE = 1e-7  # relative distance of the two points at an edge
_CHUNK, _CHUNK_OF_MODEL = 128, 512
_PER_STRENGTH = 4 * pi**2 * FINE_STRUCTURE * HBARC2 * HBARC
"""n ħc σ over n R/T: 4π²α (ħc)³."""


@dataclass(frozen=True)
class Permittivity:
    """ε(T) of matter made of atoms.

    Above the largest energy at which a model gives photoabsorption it goes on as a power law, and between points
    ω Im ε is linear, of which the principal value is a closed form.  Discrete excitations are oscillators with a full
    width of 2 % of their energy and at least 1 eV, which obey the same dispersion relation; within a width of one, ε
    is an estimate.

    Args:
        parts: response models, and how many of their atoms are in a volume [1/volume].

    Raises:
        ValueError: without parts, or for a number of atoms that is not positive.
    """

    parts: tuple[tuple[ResponseModel, float], ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a permittivity needs atoms: give (model, atoms per volume) of each kind")
        for model, number in self.parts:
            if not (isfinite(number) and number > 0):
                raise ValueError(f"{type(model).__name__}: expected atoms per volume > 0, got {number!r}")

    @staticmethod
    def of(model: ResponseModel, density: float) -> Permittivity:
        """That of one element.

        Args:
            model: which knows its element.
            density: [mass/volume], such as 5.323 * units.g / units.cm**3.

        Raises:
            ValueError: for a model that does not say what it is of, or a density that is not a positive number.
        """
        if not (isfinite(density) and density > 0):
            raise ValueError(f"expected a density > 0, such as 5.323 * units.g / units.cm**3, got {density!r}")
        own = own_element(model)
        if own is None:
            raise ValueError(
                f"{type(model).__name__} does not say which element it is of: give Permittivity(((model, atoms per "
                "volume),)) in the place of the density"
            )
        return Permittivity(((model, density * float(Avogadro) / (own.atomic_weight * g)),))

    @property
    def plasma_energy(self) -> float:
        """ω_p = √(4πα n_e/m) of all electrons [energy]."""
        electrons = sum(number * electrons_of(model) for model, number in self.parts)
        return float(np.sqrt(4 * pi * FINE_STRUCTURE * HBARC * HBARC2 * electrons / ELECTRON_MASS))

    @property
    def inverse_distance(self) -> float:
        """ħc (6π² n)^{1/3} with n all atoms in a volume: the radius of a zone of the lattice [energy]."""
        return HBARC * cbrt(6 * pi**2 * sum(number for _, number in self.parts))

    def __call__(self, transfer: ArrayLike) -> Complex:
        """ε at T ≥ 0, shape (nT,).

        Raises:
            ValueError: for transfers that are not finite or negative, and models that absorb no photons.
        """
        T = checked_transfer(transfer)
        unique, place = np.unique(T, return_inverse=True)
        blocks = [self._continuum(unique[i : i + _CHUNK]) for i in range(0, unique.size, _CHUNK)]
        smooth = np.concatenate(blocks) if blocks else np.zeros(0, dtype=complex)
        return np.asarray((1 + smooth + self._lines(unique).sum(axis=0))[place])

    def at_lines(self, transfer: Array) -> Complex:
        """ε at the energies of discrete excitations, without those within a width: a line does not screen itself."""
        T = checked_transfer(transfer)
        center, _, width = self._oscillators
        near = np.abs(center[:, None] - T) <= width[:, None]
        return np.asarray(1 + self._continuum(T) + np.where(near, 0.0, self._lines(T)).sum(axis=0))

    @property
    def strength(self) -> float:
        """(2/π) ∫ T Im ε dT, which is ω_p² if the models obey the sum rule of Thomas, Reiche and Kuhn [energy²]."""
        omega, spectrum = self._spectrum
        return float(2 / pi * np.trapezoid(spectrum, omega) + self._oscillators[1].sum())

    # --- the spectrum --------------------------------------------------------------------------------

    @cached_property
    def _spectrum(self) -> tuple[Array, Array]:
        """Energies, and T Im ε there, both sides of every edge, and a power law beyond the last [energy]."""
        edges = np.unique([s.binding_energy for model, _ in self.parts for s in model.shells if s.binding_energy > 0])
        top = min(float(getattr(model, "photon_limit", _TOP)) for model, _ in self.parts)
        edges = edges[edges < top * (1 - 2 * _EDGE)]
        first = edges.min(initial=1 * eV)
        join = np.clip(_JOIN, first, top)
        omega = np.unique(
            np.concatenate(
                [
                    _ladder(first, join, _FINE),
                    _ladder(join, top, _COARSE),
                    edges * (1 - _EDGE),
                    edges * (1 + _EDGE),
                    # From a threshold, a continuum may bend faster than by the step.
                    *(edge * (1 + np.geomspace(1e-4, 2e-2, 12)) for edge in edges),
                    [top],
                ]
            )
        )
        omega = omega[(omega <= top) & (omega >= first * (1 - _EDGE))]
        spectrum = np.zeros(omega.size)
        for model, number in self.parts:
            for some in np.array_split(np.arange(omega.size), max(1, omega.size // _CHUNK_OF_MODEL)):
                R = model.structure(omega[some], omega[some][:, None], VECTOR).current[:, :, 0].sum(axis=0)
                spectrum[some] += number * _PER_STRENGTH * R / omega[some]
        before = np.searchsorted(omega, 0.8 * top)
        fall = np.log(spectrum[before] / spectrum[-1]) / np.log(omega[-1] / omega[before])
        beyond = top * np.exp(np.arange(_COARSE, np.log(_BEYOND), 2 * _COARSE))
        tail = spectrum[-1] * (top / beyond) ** max(fall, 1.5)
        return np.concatenate([omega, beyond, beyond[-1:] * 1.001]), np.concatenate([spectrum, tail, [0.0]])

    @cached_property
    def _slopes(self) -> tuple[Array, Array]:
        """ω Im ε = first + second · ω between the points."""
        omega, spectrum = self._spectrum
        slope = np.diff(spectrum) / np.diff(omega)
        return spectrum[:-1] - slope * omega[:-1], slope

    def _continuum(self, transfer: Array) -> Complex:
        """ε − 1 of the continua at T (nT,)."""
        omega, spectrum = self._spectrum
        constant, slope = self._slopes
        T = np.maximum(transfer, 1e-3 * omega[0])[:, None]
        # A point that is T itself belongs to two intervals, from which its logarithm cancels.
        distance = np.maximum(np.abs(omega - T), 1e-3 * _EDGE * T)
        difference = np.diff(np.log(distance / (omega + T)), axis=1) @ constant / (2 * T[:, 0])
        total = np.diff(np.log(distance * (omega + T) / T**2), axis=1) @ slope / 2
        imaginary = np.interp(transfer, omega, spectrum, left=0.0, right=0.0) / T[:, 0]
        return np.asarray(2 / pi * (difference + total) + 1j * imaginary)

    @cached_property
    def _oscillators(self) -> tuple[Array, Array, Array]:
        """Energies, strengths [energy²] and widths of the discrete excitations.

        The strength is that of the dipole, from S at small Q: R goes with the energy squared, and measured edges move
        lines without it.
        """
        found = [np.zeros((3, 0))]
        for model, number in self.parts:
            lines = model.lines(VECTOR)
            if not len(lines):
                continue
            center = lines.transfer
            dipole = lines[Function.CHARGE][:, 0] / lines.momentum[0] ** 2
            strength = 2 / pi * number * _PER_STRENGTH * dipole * center
            found.append(np.stack([center, strength, np.maximum(LINE_WIDTH * center, LEAST_LINE_WIDTH)]))
        center, strength, width = np.concatenate(found, axis=1)
        return center, strength, width

    def _lines(self, transfer: Array) -> Complex:
        """ε − 1 of each discrete excitation at T, shape (line, nT)."""
        center, strength, width = (values[:, None] for values in self._oscillators)
        return np.asarray(strength / (center**2 - transfer**2 - 1j * width * transfer))


def _ladder(low: float, high: float, step: float) -> Array:
    """From low to below high in equal steps of the logarithm, about as long as asked for."""
    count = int(np.ceil(np.log(high / low) / step)) if high > low else 0
    return np.asarray(low * np.exp(np.arange(count) * (np.log(high / low) / max(count, 1))))

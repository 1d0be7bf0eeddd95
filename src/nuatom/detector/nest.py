"""Light and charge of liquid xenon from NEST, and the resolution of an energy made of both.

NEST (the Noble Element Simulation Technique, M. Szydagis et al.) is an optional dependency: `pip install nuatom[nest]`.
"""

from __future__ import annotations

import functools
import importlib
import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuatom.detector.efficiency import probability
from nuatom.detector.resolution import not_negative
from nuatom.functions import Array
from nuatom.units import eV, keV

_LEAST_FIELD = 1.0  # V/cm, NEST's FIELD_MIN; at 0 it gives electrons no photons, at 1e-6 nan


class Deposit(Enum):
    """What deposits the energy; the value is NEST's name for it."""

    BETA = "beta"
    """An electron, as one that a neutrino or a β decay sets free."""
    GAMMA = "gammaRay"
    """A photon that is absorbed: several electrons at once."""
    NUCLEUS = "NR"
    """A recoiling xenon nucleus."""


@functools.cache
def _calculator() -> tuple[Any, Any]:
    try:
        nest = importlib.import_module("nestpy")
        detectors = importlib.import_module("nestpy._nestpy").detectors
    except ImportError:
        raise ValueError("NEST is not installed: run `pip install nuatom[nest]`") from None
    return nest, nest.NESTcalc(detectors.VDetector())


@dataclass(frozen=True)
class NestYields:
    """Mean numbers of photons and electrons in liquid xenon, and what can be told from them.

    It is the resolution of a `Detector`, as a function of the energy E = W (n_γ + n_e), with

        σ² = W² { F (n_γ + n_e) + n_γ [(1 − g)/g + s_γ²/g] + n_e [(1 − x)/x + s_e²/x] }

    from the statistics of quanta (F), of photons detected (each with the probability g, and a signal that varies by
    s_γ) and of electrons extracted (x and s_e).  Recombination drops out of the sum.  Positions, corrections and
    noise are not in it, so that it is a lower bound of what an experiment achieves.  For ``Deposit.NUCLEUS`` the
    fraction ``quenching`` is that of a `Detector`.

    Attributes:
        field: drift field ≥ 1, in V/cm: below that NEST has no signal of electrons, and its yields become 0 and nan.
        density: of the liquid > 0, in g/cm³.
        photon_detection: g, 0 to 1, not 0.
        extraction: x, 0 to 1, not 0.
        photon_spread, electron_spread: s_γ and s_e, relative.
        fano: F; Doke's calculation for xenon is 0.059.
        deposit: what deposits the energy.

    Raises:
        ValueError: for a value that is out of range, or in use if NEST is not installed.
    """

    field: float = 100.0
    density: float = 2.86
    photon_detection: float = 0.15
    extraction: float = 0.95
    photon_spread: float = 0.4
    electron_spread: float = 0.25
    fano: float = 0.059
    deposit: Deposit = Deposit.BETA

    def __post_init__(self) -> None:
        for name in ("photon_spread", "electron_spread", "fano"):
            not_negative(name, getattr(self, name))
        if not (math.isfinite(self.field) and self.field >= _LEAST_FIELD):
            raise ValueError(
                f"field must be at least {_LEAST_FIELD:g}, in V/cm, got {self.field!r}: without a field no electrons "
                "are drifted, and NEST has no yields that could be used"
            )
        if not (math.isfinite(self.density) and self.density > 0.0):
            raise ValueError(f"density must be greater than zero, in g/cm³, got {self.density!r}")
        for name in ("photon_detection", "extraction"):
            probability(name, getattr(self, name))
            if getattr(self, name) == 0.0:
                raise ValueError(f"{name} must be greater than zero")
        if not isinstance(self.deposit, Deposit):
            raise ValueError(f"deposit must be one of {', '.join(map(str, Deposit))}, got {self.deposit!r}")

    @property
    def work_function(self) -> float:
        """W, the mean energy per quantum [energy]."""
        nest, _ = _calculator()
        return float(nest.NESTcalc.WorkFunction(self.density).Wq_eV) * eV

    def quanta(self, transfer: ArrayLike) -> tuple[Array, Array]:
        """Mean numbers of photons and electrons at deposits T, each of the same shape.

        Args:
            transfer: T ≥ 0, any shape [energy].

        Raises:
            ValueError: for deposits that are negative or not finite, or if NEST is not installed.
        """
        T = np.asarray(transfer, dtype=float)
        if not np.all(np.isfinite(T) & (T >= 0.0)):
            raise ValueError("transfer must be finite and not negative")
        nest, calculator = _calculator()
        kind = getattr(nest.interactions, self.deposit.value)
        found = np.zeros((2, T.size))
        for k, energy in enumerate((T / keV).ravel()):
            if energy > 0.0:
                result = calculator.GetYields(kind, float(energy), self.density, self.field)
                found[:, k] = result.PhotonYield, result.ElectronYield
        if not np.all(np.isfinite(found)):
            worst = float(T.ravel()[np.argmax(~np.isfinite(found).all(axis=0))]) / keV
            raise ValueError(f"NEST has no yields at {worst:.6g} keV with a field of {self.field:g} V/cm")
        photons, electrons = found.reshape(2, *T.shape)
        return photons, electrons

    def light_yield(self, transfer: ArrayLike) -> Array:
        """Photons per energy at T > 0, the same shape [1/energy]."""
        return self._per_energy(transfer, 0)

    def charge_yield(self, transfer: ArrayLike) -> Array:
        """Electrons per energy at T > 0, the same shape [1/energy]."""
        return self._per_energy(transfer, 1)

    def quenching(self, transfer: ArrayLike) -> Array:
        """W (n_γ + n_e)/T, the fraction that is seen, at T > 0, the same shape."""
        return self.work_function * (self.light_yield(transfer) + self.charge_yield(transfer))

    def sigma(self, transfer: ArrayLike) -> Array:
        """σ of the energy W (n_γ + n_e) at deposits T, the same shape [energy]."""
        photons, electrons = self.quanta(transfer)
        g, x = self.photon_detection, self.extraction
        variance = (
            self.fano * (photons + electrons)
            + photons * ((1.0 - g) + self.photon_spread**2) / g
            + electrons * ((1.0 - x) + self.electron_spread**2) / x
        )
        return np.asarray(self.work_function * np.sqrt(variance))

    def __call__(self, energy: ArrayLike) -> Array:
        return self.sigma(energy)

    def _per_energy(self, transfer: ArrayLike, which: int) -> Array:
        T = np.asarray(transfer, dtype=float)
        if np.any(T <= 0.0):
            raise ValueError("transfer must be greater than zero")
        return np.asarray(self.quanta(T)[which] / T)

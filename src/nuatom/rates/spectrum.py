"""RateSpectrum: events per mass, time and energy, by component of the source, part of the coupling, and shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.bounds import LARGEST_ENERGY
from nuatom.functions import Array


@dataclass(frozen=True)
class RateSpectrum:
    """dR/dT, and the rates of discrete excitations beside it.

    Attributes:
        transfer: T, shape (nT,) [energy].
        components: names of the components of the source.
        parts: names of the parts of the coupling; "interference" may be negative, the others are not.
        shells: "Xe 4d5/2" and so on; of nuclear recoils the nuclides, "Xe-131".
        density: dR/dT, shape (component, part, shell, nT) [1/(mass time energy)].
        line_transfer: energies of the excitations, ascending, shape (line,) [energy].
        line_rate: their rates, shape (component, part, line) [1/(mass time)].
        line_shell: index of the shell that loses the electron, shape (line,).
        line_final: label of the level excited to, one per line.
        relative_error: estimated relative error of `total` that is the model's, shape (nT,).
    """

    transfer: Array
    components: tuple[str, ...]
    parts: tuple[str, ...]
    shells: tuple[str, ...]
    density: Array
    line_transfer: Array
    line_rate: Array
    line_shell: NDArray[np.intp]
    line_final: tuple[str, ...]
    relative_error: Array

    @property
    def total(self) -> Array:
        """dR/dT of the continuum, shape (nT,) [1/(mass time energy)]."""
        return np.asarray(self.density.sum(axis=(0, 1, 2)))

    @property
    def by_component(self) -> Mapping[str, Array]:
        """dR/dT by component of the source, each of shape (nT,) [1/(mass time energy)]."""
        return dict(zip(self.components, self.density.sum(axis=(1, 2)), strict=True))

    @property
    def by_part(self) -> Mapping[str, Array]:
        """dR/dT by part of the coupling, each of shape (nT,) [1/(mass time energy)]."""
        return dict(zip(self.parts, self.density.sum(axis=(0, 2)), strict=True))

    @property
    def by_shell(self) -> Mapping[str, Array]:
        """dR/dT by shell, each of shape (nT,) [1/(mass time energy)]."""
        return dict(zip(self.shells, self.density.sum(axis=(0, 1)), strict=True))

    @property
    def line_total(self) -> Array:
        """Rates of the excitations, shape (line,) [1/(mass time)]."""
        return np.asarray(self.line_rate.sum(axis=(0, 1)))


def checked_transfers(transfer: ArrayLike) -> Array:
    """T as an array of any shape.

    Raises:
        ValueError: if it is not finite, or negative.
    """
    T = np.asarray(transfer, dtype=float)
    good = (T >= 0) & (T <= LARGEST_ENERGY)
    if not np.all(good):
        raise ValueError(
            f"transfer must be finite and ≥ 0 [MeV], and at most {LARGEST_ENERGY:g} MeV, got {T[~good].ravel()[0]}"
        )
    return T

r"""A response of one's own: S(T, Q) of an atom from a csv file, such as another code has written.

    transfer[keV],momentum[keV],S[1/keV]
    0.5,2.0,1.3e-4
    0.5,4.0,5.1e-4
    ...

a full grid of T and Q.  Between its points ln S is linear in ln Q and, at the same Q/√T, in ln T, so that the ridge
at Q² = 2mT moves along; outside of the grid in Q there is nothing, and outside of it in T an error.  The file says
nothing of shells: the atom is one.  Try it:

    NUATOM_EXTENSIONS=examples/extensions/tabulated_response.py nuatom dcs Xe --energy 0.4MeV --transfer 1:5keV:5 \
        --millicharge 1e-12 --model tabulated --file s.csv
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom import Atom, Function, Lines, Measure, Shell, StructureFunctions, choices, refuse_others
from nuatom.columns import ENERGY, Quantity, Sheet
from nuatom.functions import VECTOR, Array, vector

_PER_ENERGY = Quantity((-1, 0, 0, 0), "1/keV")
_PANELS, _ORDER = 24, 8
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(_ORDER)
_FRACTION = ((np.arange(_PANELS)[:, None] + 0.5 * (1 + _NODE)) / _PANELS).ravel()
_SHARE = np.tile(0.5 * _WEIGHT / _PANELS, _PANELS)
_ERROR = 0.02  # what linear interpolation of a usual grid costs; say what yours does


@dataclass(frozen=True)
class Tabulated:
    """S from a file, and no R: for charges, where R is below a percent of it.

    Args:
        atom: the atom.
        file: its S(T, Q).

    Raises:
        ValueError: for a file that cannot be read or is no grid.
    """

    atom: Atom
    file: str | Path

    @property
    def shells(self) -> tuple[Shell, ...]:
        """One, with all electrons and the first threshold of the atom."""
        first = min(self.atom.shells, key=lambda shell: shell.binding_energy)
        total = sum(shell.occupancy for shell in self.atom.shells)
        return (Shell(first.n, first.kappa, total, first.binding_energy),)

    @cached_property
    def _grid(self) -> tuple[Array, Array, Array]:
        """T (nT,), Q (nQ,) and ln S (nT, nQ)."""
        sheet = Sheet.read(self.file)
        T, Q, S = (
            sheet.column(name, kind) for name, kind in (("transfer", ENERGY), ("momentum", ENERGY), ("s", _PER_ENERGY))
        )
        transfers, momenta = np.unique(T), np.unique(Q)
        if T.size != transfers.size * momenta.size or min(transfers.size, momenta.size) < 2:
            raise ValueError(f"{self.file}: expected a full grid of transfers and momenta, two or more of each")
        order = np.lexsort((Q, T))
        return transfers, momenta, np.log(np.maximum(S[order], 1e-300)).reshape(transfers.size, momenta.size)

    def _values(self, transfer: Array, momentum: Array) -> Array:
        """S at T (nT,) and Q (nT, nQ) [1/energy]."""
        T, Q, _ = self._grid
        if np.any((transfer < T[0]) | (transfer > T[-1])):
            raise ValueError(
                f"{self.file} has S from {T[0]:.4g} to {T[-1]:.4g} MeV, not at {transfer.min():.4g} to "
                f"{transfer.max():.4g} MeV: ask for transfers in that range"
            )
        i = np.clip(np.searchsorted(T, transfer) - 1, 0, T.size - 2)
        u = (np.log(transfer / T[i]) / np.log(T[i + 1] / T[i]))[:, None]
        found = (1 - u) * self._row(i, transfer, momentum) + u * self._row(i + 1, transfer, momentum)
        return np.where((momentum >= Q[0]) & (momentum <= Q[-1]), np.exp(found), 0.0)

    def _row(self, i: NDArray[np.intp], transfer: Array, momentum: Array) -> Array:
        """ln S of rows of the file, at momenta as far from their ridge as those asked for are from theirs."""
        T, Q, logs = self._grid
        at = np.log(momentum) + 0.5 * np.log(T[i] / transfer)[:, None]
        return np.array([np.interp(x, np.log(Q), logs[k]) for x, k in zip(at, i.tolist(), strict=True)])

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        """S at T (nT,) and Q (nQ,) or (nT, nQ); R is zero, and other functions are refused."""
        refuse_others("Tabulated", functions)
        T = np.asarray(transfer, dtype=float)
        Q = np.array(np.broadcast_to(momentum, (T.size, np.shape(momentum)[-1])))
        S = self._values(T, Q)[None]
        return StructureFunctions(vector(S, np.zeros_like(S)), self.shells, T, Q, np.full((1, T.size), _ERROR))

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Gauss–Legendre panels in ln Q where the limits and the grid meet; closed intervals have no weight."""
        refuse_others("Tabulated", functions)
        T, low, high = (np.asarray(x, dtype=float) for x in (transfer, lower, upper))
        _, grid, _ = self._grid
        is_open = (high > low) & (T > self.shells[0].binding_energy)
        first, last = np.clip(low, grid[0], grid[-1]), np.clip(high, grid[0], grid[-1])
        span = np.where(is_open, np.log(np.maximum(last, first) / first), 0.0)[:, None]
        Q = first[:, None] * np.exp(span * _FRACTION)
        S = np.zeros_like(Q)
        if is_open.any():
            S[is_open] = self._values(T[is_open], Q[is_open]) * (2 * Q**2 * span * _SHARE)[is_open]
        return Measure(vector(S[None], np.zeros((1, *S.shape))), Q[None], np.full((1, T.size), _ERROR))

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """None: the file has the continuum."""
        return Lines.none()


choices.MODELS.add(
    "tabulated",
    choices.ResponseEntry(
        "S(T, Q) from a csv file",
        lambda atom, how: Tabulated(atom, how.options["file"]),
        axial=False,
        options=(
            choices.TextKey(name="file", what="With S(T, Q), for --model tabulated.", example="s.csv", is_file=True),
        ),
    ),
)

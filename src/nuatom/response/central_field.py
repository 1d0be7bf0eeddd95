"""CentralField: an atom of independent electrons, right from the optical limit to far above the Bethe ridge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.elements import Shell
from nuatom.functions import ALL, VECTOR, Function, with_vector
from nuatom.response import impulse
from nuatom.response.model import Lines, Measure, StructureFunctions, checked_limits, checked_momentum, checked_transfer
from nuatom.response.response_table import PHOTON_TOP, ResponseTable
from nuatom.response.shell_table import TabulatedAtom, tabulated
from nuatom.units import HARTREE, MOMENTUM_AU


@dataclass(frozen=True)
class CentralField:
    """Independent electrons in an atom's self-consistent field: a response model.

    S(T,Q) and R(T,Q) are summed over partial waves where binding matters and joined, far above it, to the impulse
    limit, in which the electrons keep the momentum distribution of their shell, corrected for what the atom's field
    still does to them.  The number of partial waves and all
    grids follow from the physics.  Evaluation interpolates a table that is computed once per atom and kept in the
    store; its error is estimated where it was computed and returned with every answer.

    Args:
        atom: the atom; its `binding` decides where the thresholds are.
        tolerance: wanted relative accuracy of integrals over Q, from 1e-4 to 0.1.
        progress: called with (done, total) photoelectron energies while a table is computed.

    Raises:
        ValueError: for a tolerance out of range.
    """

    atom: Atom
    tolerance: float = 5e-3
    progress: Callable[[int, int], None] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.atom, Atom):
            raise ValueError(f'CentralField needs an Atom, not {self.atom!r}: write CentralField(Atom("Xe"))')
        if not (isinstance(self.tolerance, float | int) and 1e-4 <= self.tolerance <= 0.1):
            raise ValueError(f"tolerance must be between 1e-4 and 0.1, not {self.tolerance!r}")

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells of the atom, with the energies at which they open."""
        return self.atom.shells

    @property
    def photon_limit(self) -> float:
        """Largest energy at which R is computed at the photon point Q = T [energy]."""
        return float(PHOTON_TOP * HARTREE)

    def build(self, functions: Iterable[Function] = VECTOR) -> CentralField:
        """Make sure the table of these functions is there, from the store or computed; returns the model."""
        _ = self._tabulated(with_vector(functions))
        return self

    @property
    def table(self) -> ResponseTable:
        """The tabulated S and R, in atomic units; other functions with them, if such a table is there."""
        return self._of_vector.table

    @property
    def full_table(self) -> ResponseTable:
        """The tabulated structure functions, all of them, in atomic units; computed when first needed."""
        return self._of_all.table

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = ALL
    ) -> StructureFunctions:
        """S(T,Q), R(T,Q) and the other structure functions of the continuum, shell by shell.

        Args:
            transfer: T ≥ 0, shape (nT,) [energy]; below a shell's threshold all are exactly zero.
            momentum: Q > 0, shape (nQ,) or (nT, nQ) [energy].
            functions: which ones; S and R come with any.

        Raises:
            ValueError: for values that are not finite or out of range.
        """
        T = checked_transfer(transfer)
        Q = checked_momentum(momentum, T)
        if np.any((T[:, None] > self.photon_limit) & (Q <= T[:, None])):
            raise ValueError(
                f"S and R at Q ≤ T are computed up to T = {self.photon_limit:.3g} MeV, not up to {T.max():.3g} MeV: "
                "lower the transfer, or ask for Q > T"
            )
        wanted = with_vector(functions)
        values = {function: np.zeros((len(self.shells), *Q.shape)) for function in wanted}
        error = np.zeros((len(self.shells), T.size))
        for i, shell in enumerate(self._tabulated(wanted).shells):
            is_open = T > self.shells[i].binding_energy
            if is_open.any():
                found = self.of_shell(i, T[is_open], Q[is_open], wanted)
                for function in wanted:
                    values[function][i, is_open] = found[function]
                error[i, is_open] = shell.error(self._shifted(i, T[is_open]))
        return StructureFunctions(values, self.shells, T, Q, error)

    def of_shell(
        self, shell: int, transfer: Array, momentum: Array, functions: tuple[Function, ...]
    ) -> dict[Function, Array]:
        """The structure functions of one shell above its threshold, unchecked, each of shape (nT, nQ).

        Args:
            shell: its index.
            transfer: T, shape (nT,) [energy].
            momentum: Q, shape (nQ,) or (nT, nQ) [energy].
            functions: which ones, S and R first.
        """
        Q = np.broadcast_to(momentum, (transfer.size, momentum.shape[-1])) / MOMENTUM_AU
        found = self._tabulated(functions).shells[shell].values(self._shifted(shell, transfer), Q, functions)
        return {function: found[function] / HARTREE for function in functions}

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        """Nodes and weights of ∫dQ² between two momenta for each transfer.

        Args:
            transfer: T, shape (n,) [energy].
            lower: least Q, shape (n,) [energy].
            upper: largest Q, shape (n,), may be infinite [energy].
            functions: which structure functions; S and R come with any.

        Raises:
            ValueError: for values that are not finite or out of range.
        """
        T = checked_transfer(transfer)
        low, high = checked_limits(lower, upper, T)
        wanted = with_vector(functions)
        shape = (len(self.shells), T.size, 2 * impulse.FRACTION.size)
        # Closed rows keep their nodes at Q = T, with no weight.
        momentum = np.array(np.broadcast_to(np.maximum(T, 1e-12)[:, None], shape))
        values = {function: np.zeros(shape) for function in wanted}
        error = np.zeros(shape[:2])
        unit = MOMENTUM_AU**2 / HARTREE
        for i, shell in enumerate(self._tabulated(wanted).shells):
            is_open = (T > self.shells[i].binding_energy) & (high > low)
            if is_open.any():
                shifted = self._shifted(i, T[is_open])
                limits = low[is_open] / MOMENTUM_AU, high[is_open] / MOMENTUM_AU
                Q, found, uncertain = shell.measure(shifted, *limits, wanted)
                momentum[i, is_open] = Q * MOMENTUM_AU
                for function in wanted:
                    values[function][i, is_open] = found[function] * unit
                error[i, is_open] = uncertain
        return Measure(values, momentum, error)

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        """The discrete excitations, at the atom's calculated energies shifted like its thresholds.

        With measured edges a shell is shifted both where it loses and where it takes an electron; lines whose energy
        is then not positive are left out.
        """
        wanted = with_vector(functions)
        table = self._tabulated(wanted).table
        found = table.excitations
        shift = np.array([s.binding_energy for s in self.shells]) - table.binding * HARTREE
        of_level = dict(zip((s.label for s in self.shells), shift, strict=True))
        taken = np.array([of_level.get(level, 0.0) for level in found.final])
        transfer = found.transfer * HARTREE + shift[found.shell] - taken
        order = np.argsort(transfer, kind="stable")
        order = order[transfer[order] > 0]
        strengths = {f: found.values[table.functions.index(f)][order] for f in wanted}
        return Lines(
            values=strengths,
            shell=found.shell[order],
            final=tuple(found.final[j] for j in order),
            transfer=transfer[order],
            momentum=found.momentum * MOMENTUM_AU,
        )

    @cached_property
    def _of_vector(self) -> TabulatedAtom:
        return tabulated(self.atom, self.tolerance, VECTOR, self.progress)

    @cached_property
    def _of_all(self) -> TabulatedAtom:
        return tabulated(self.atom, self.tolerance, ALL, self.progress)

    def _tabulated(self, functions: tuple[Function, ...]) -> TabulatedAtom:
        return self._of_vector if functions == VECTOR else self._of_all

    def _shifted(self, shell: int, transfer: Array) -> Array:
        """T of the calculated field for a photoelectron of the same energy [Hartree]."""
        shift = self.atom.calculated_shells[shell].binding_energy - self.shells[shell].binding_energy
        return np.asarray((transfer + shift) / HARTREE)

"""Relaxation: widths, yields and lines of an atom's vacancies, and what a vacancy ends as."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuatom.atom.exchange import Exchange, KohnSham
from nuatom.atom.field import Atom
from nuatom.atom.grid import Array
from nuatom.atom.relaxation.table import Rates, fetch_rates
from nuatom.elements import Shell
from nuatom.units import HARTREE

_ORBITALS = ("relaxed", "frozen")
_FORMS = ("mean", "length", "velocity")


@dataclass(frozen=True)
class Decay:
    """One way a vacancy decays.

    Attributes:
        vacancy: label of the shell it is in.
        final: labels of the vacancies it leaves: one after a photon, two after an electron.
        energy: of the photon or electron [energy].
        rate: as a width, ħ/time [energy].
        share: of the rates of all decays of the vacancy.
    """

    vacancy: str
    final: tuple[str, ...]
    energy: float
    rate: float
    share: float

    @property
    def is_photon(self) -> bool:
        """Whether a photon leaves, or an electron."""
        return len(self.final) == 1


@dataclass(frozen=True)
class Cascades:
    """What many vacancies of one shell ended as.

    Attributes:
        vacancies: left in each shell, shape (n, shell).
        remaining: energy of the ion above the neutral ground state, shape (n,) [energy].
        owner: index of the cascade that emitted each particle, ascending, shape (emitted,).
        is_photon: whether it is a photon, shape (emitted,).
        energy: of the particle, shape (emitted,) [energy].
        path: shells of the vacancy before and of those after, the second −1 for a photon, shape (emitted, 3).
    """

    vacancies: NDArray[np.int16]
    remaining: Array
    owner: NDArray[np.int64]
    is_photon: NDArray[np.bool_]
    energy: Array
    path: NDArray[np.int16]

    @property
    def charge(self) -> NDArray[np.int64]:
        """Charge of the ion, shape (n,)."""
        return np.asarray(self.vacancies.sum(axis=1, dtype=np.int64))

    @property
    def photon_energy(self) -> Array:
        """Energy in photons, shape (n,) [energy]."""
        return np.asarray(np.bincount(self.owner, self.energy * self.is_photon, len(self.remaining)), dtype=float)

    @property
    def electron_energy(self) -> Array:
        """Kinetic energy of electrons, shape (n,) [energy]."""
        return np.asarray(np.bincount(self.owner, self.energy * ~self.is_photon, len(self.remaining)), dtype=float)


_KOHN_SHAM = KohnSham()


@dataclass(frozen=True)
class Relaxation:
    """How an atom relaxes after it has lost an inner electron.

    All rates are the atom's own: radiative ones with all multipoles, Auger and Coster–Kronig ones in jj coupling with
    bound orbitals and continuum waves of the ion that has the vacancy.  Measured edges decide which decays are open
    and how fast; energies of emitted particles are differences of configuration energies that start from the
    thresholds of the atom as it is given (``binding``), so that what is emitted and what remains add up to what was
    put in.

    Args:
        atom: neutral.
        orbitals: "relaxed" for those of the ion with the vacancy, or "frozen" for those of the neutral atom.
        exchange: of the fields that rates are computed in, whatever that of the atom is.  With Kohn and Sham's every
            ion converges, and widths of L₃ are those recommended to 1 %; Slater's make them 1 to 7 % larger.  Exact
            exchange gives what Kohn and Sham's does, but ions of some open shells do not converge, boron's and
            gallium's among them.
        form: of the radiative rates, "length", "velocity" or the geometric mean of both.  They would agree in one local
            field at its own energies; with measured energies in the ion's field they differ by 5 % (argon K) to 2 %
            (tungsten K), the velocity form above.

    Raises:
        ValueError: for an ion, an unknown choice, or what is no atom.

    Source: rates as in `nuatom.atom.relaxation`; M. H. Chen, B. Crasemann and H. Mark, Phys. Rev. A 21 (1980) 436.
    """

    atom: Atom
    orbitals: str = "relaxed"
    form: str = "mean"
    exchange: Exchange = _KOHN_SHAM

    def __post_init__(self) -> None:
        if not isinstance(self.atom, Atom):
            raise ValueError(f'Relaxation needs an Atom, got {self.atom!r}: write Relaxation(Atom("Xe"))')
        if self.atom.charge:
            raise ValueError(
                f"relaxation is that of a neutral atom, not of {self.atom.symbol} with charge {self.atom.charge}"
            )
        for name, value, known in (("orbitals", self.orbitals, _ORBITALS), ("form", self.form, _FORMS)):
            if value not in known:
                raise ValueError(f"{name} must be {' or '.join(map(repr, known))}, not {value!r}")

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells of the atom with the thresholds that energies start from."""
        return self.atom.shells

    @cached_property
    def rates(self) -> Rates:
        """The tabulated rates, in atomic units."""
        return fetch_rates(replace(self.atom, exchange=self.exchange), relaxed=self.orbitals == "relaxed")

    def width(self, shell: str) -> float:
        """Γ of a vacancy, the sum of the rates of its decays [energy].

        Raises:
            ValueError: for a shell the atom does not have, here as below.
        """
        at = self._place(shell)
        return float(self._radiative[at] + self._radiationless[at]) * HARTREE

    def fluorescence_yield(self, shell: str) -> float:
        """The fraction of vacancies that decay by a photon; 0 for one that does not decay."""
        at = self._place(shell)
        total = self._radiative[at] + self._radiationless[at]
        return float(self._radiative[at] / total) if total > 0 else 0.0

    def coster_kronig(self, shell: str, other: str) -> float:
        """The fraction of vacancies in a shell that move to another of the same n, by an electron or a photon.

        Raises:
            ValueError: also for shells of different n.
        """
        at, to = self._place(shell), self._place(other)
        if self.shells[at].n != self.shells[to].n or at == to:
            raise ValueError(f"a Coster–Kronig transition joins two shells of one n, not {shell} and {other}")
        chosen = (self._initial == at) & ((self._first == to) | (self._second == to))
        total = self._radiative[at] + self._radiationless[at]
        return float(self._rate[chosen].sum() / total) if total > 0 else 0.0

    def decays(self, shell: str) -> tuple[Decay, ...]:
        """The decays of a vacancy, the fastest first."""
        at = self._place(shell)
        total = self._radiative[at] + self._radiationless[at]
        (chosen,) = np.nonzero((self._initial == at) & (self._rate > 0))
        found = []
        for t in chosen[np.argsort(-self._rate[chosen], kind="stable")]:
            final = [int(n) for n in (self._first[t], self._second[t]) if n >= 0]
            energy = self._binding[at] - self._binding[final].sum()
            if len(final) == 2:
                energy -= self.rates.interaction[final[0], final[1]]
            rate = float(self._rate[t])
            labels = tuple(self.shells[n].label for n in final)
            found.append(Decay(shell, labels, float(energy) * HARTREE, rate * HARTREE, rate / float(total)))
        return tuple(found)

    def cascade(self, shell: str, n: int, seed: int = 1) -> Cascades:
        """What n vacancies of a shell end as.

        Args:
            shell: label of the shell.
            n: how many, ≥ 1.
            seed: of the random numbers.
        """
        try:
            number = operator.index(n)
        except TypeError:
            raise ValueError(f"n must be an integer ≥ 1, got {n!r}") from None
        if number < 1:
            raise ValueError(f"n must be an integer ≥ 1, got {n!r}")
        return self.cascades(np.full(number, self._place(shell)), np.random.default_rng(seed))

    def cascades(self, vacancy: NDArray[np.integer[Any]], random: np.random.Generator) -> Cascades:
        """Cascades from vacancies in shells given by their places, −1 for none, shape (n,)."""
        from nuatom.atom.relaxation.cascade import PHOTON, run

        left, rest, owner, kind, energy, path = run(np.asarray(vacancy, dtype=np.int64), *self._kernel, random)
        return Cascades(left, rest * HARTREE, owner, kind == PHOTON, energy * HARTREE, path)

    def _place(self, shell: str) -> int:
        labels = [s.label for s in self.shells]
        if shell not in labels:
            raise ValueError(f"{self.atom.symbol} has no shell {shell!r}: it has {', '.join(labels)}")
        return labels.index(shell)

    # --- decays of both kinds in one list, photons first, by initial vacancy -------------------------

    @cached_property
    def _binding(self) -> Array:
        return np.array([shell.binding_energy / HARTREE for shell in self.shells])

    @cached_property
    def _list(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array, Array, NDArray[np.int8]]:
        """Initial, first and second vacancies, strength for filled shells, neutral rate, and how b = c is counted."""
        rates, shells = self.rates, self.shells
        photon, electron = rates.photon, rates.electron
        forms = {"length": rates.length, "velocity": rates.velocity, "mean": np.sqrt(rates.length * rates.velocity)}
        per_electron = forms[self.form]
        occupancy = np.array([s.occupancy for s in shells])
        places = np.array([s.degeneracy for s in shells], dtype=float)
        whole = np.array([sum(o.occupancy for o in shells if (o.n, o.l) == (s.n, s.l)) for s in shells])
        room = np.array([4 * s.l + 2 for s in shells], dtype=float)
        group = np.array([100 * s.n + s.l for s in shells])
        b, c = electron[:, 1], electron[:, 2]
        product = occupancy[b] * occupancy[c] / (places[b] * places[c])
        # Two electrons of one (n, l) are a pair of different ones.
        pairs = np.where(group[b] == group[c], whole[b] * (whole[b] - 1) / (room[b] * (room[b] - 1)), product)
        full = np.abs(whole[b] - room[b]) < 1e-9
        paired = full & (b == c)
        correction = np.where(paired, 1.0, np.maximum(pairs, 0.0) / product)
        initial = np.concatenate([photon[:, 0], electron[:, 0]])
        first = np.concatenate([photon[:, 1], b])
        second = np.concatenate([np.full(len(photon), -1), c])
        strength = np.concatenate([per_electron, rates.strength * correction])
        neutral = np.concatenate([per_electron * occupancy[photon[:, 1]], rates.strength * np.maximum(pairs, 0.0)])
        counted = np.concatenate([np.zeros(len(photon)), paired]).astype(np.int8)
        order = np.argsort(initial, kind="stable")
        return initial[order], first[order], second[order], strength[order], neutral[order], counted[order]

    @property
    def _initial(self) -> NDArray[np.int64]:
        return self._list[0]

    @property
    def _first(self) -> NDArray[np.int64]:
        return self._list[1]

    @property
    def _second(self) -> NDArray[np.int64]:
        return self._list[2]

    @property
    def _rate(self) -> Array:
        return self._list[4]

    @cached_property
    def _radiative(self) -> Array:
        return np.asarray(np.bincount(self._initial, self._rate * (self._second < 0), len(self.shells)), dtype=float)

    @cached_property
    def _radiationless(self) -> Array:
        return np.asarray(np.bincount(self._initial, self._rate * (self._second >= 0), len(self.shells)), dtype=float)

    @cached_property
    def _kernel(self) -> tuple[Any, ...]:
        """The arguments of the compiled cascade between the vacancies and the random numbers."""
        initial, first, second, strength, _, paired = self._list
        start = np.searchsorted(initial, np.arange(len(self.shells) + 1)).astype(np.int64)
        occupancy = np.array([s.occupancy for s in self.shells])
        places = np.array([s.degeneracy for s in self.shells], dtype=float)
        return (
            self._binding, np.ascontiguousarray(self.rates.interaction), occupancy, places, start,
            first, second, strength, paired,
        )  # fmt: skip

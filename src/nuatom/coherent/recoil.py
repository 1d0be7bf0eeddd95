"""Coherent neutrino–atom scattering: dσ/dT in the recoil energy T of the whole atom.

The atom is a spinless target: its vector current is F (p + p')^μ, with p and p' its momenta, for the weak as for
the electric charge.  With the neutrino's ν̄γ^μ(1−γ5)ν or μ ν̄σ^{μν}q_ν ν that gives, without approximation in the
kinematics, with M the mass of the atom, q = √(2MT + T²) its momentum and −q² = 2MT the photon's virtuality,

    dσ/dT = (G_F² M/π) |C|² (1 − T/E − MT/2E²)  +  (πα²μ²/m²) (Z F_p − F_e)² (1/T − 1/E + T/4E²),
    C = g_n N F_n + g_p Z F_p + g_e F_e + (4πα/√2 G_F) [q_ν/2MT − ⟨r²⟩/6] (Z F_p − F_e),       T ≤ 2E²/(M + 2E).

F_p and F_n are normalised to one and F_e to Z; the anapole a counts as −6a in ⟨r²⟩.  C is the sum of
the vector couplings g_V in −(G_F/√2) ν̄γ^μ(1−γ5)ν f̄γ_μ(g_V − g_A γ5)f of all that is in the atom: see
`amplitudes`.  At tree level C = −½ [N F_n − (1 − 4s²) Z F_p − 2 g_e F_e], the weak charge with its electrons.
A vector current has the same cross section for neutrinos and antineutrinos, interference included.

A transition moment that turns the neutrino into a lepton of mass M_N, with X = 2MT and P = p + p', has

    dσ/dT = (πα²μ²/m²) (Z F_p − F_e)² [4X (k·P)² − M_N² (X + M_N²) P²]/(32 E² T² M³),
    k·P = M(2E − T) − M_N²/2,   P² = 4M² + X,   E ≥ (1 + M_N²/X) (T + q)/2.

Left out: axial currents and magnetic moments of nuclei (and of open shells) with spin, which do not grow with the
number of particles, so that hydrogen is the one target they dominate; radiative corrections that depend on q;
the binding of the atom in matter, which counts below T of some eV; polarisation of the electrons by the recoil.

Sources: D. Z. Freedman, Phys. Rev. D 9 (1974) 1389; L. M. Sehgal and M. Wanninger, Phys. Lett. B 171 (1986) 107
(electrons); P. Vogel and J. Engel, Phys. Rev. D 39 (1989) 3378 (magnetic moment); M. Cadeddu, F. Dordei,
C. Giunti, K. Kouzakov, E. Picciau and A. Studenikin, Phys. Rev. D 100 (2019) 073014 (helium).
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from nuatom.atom.exchange import Exchange
from nuatom.atom.field import Atom
from nuatom.bounds import LARGEST_ENERGY
from nuatom.coherent.amplitudes import Channel, channels
from nuatom.coherent.electrons import EXACT, missing_charge
from nuatom.coherent.nuclei import FormFactor, Helm, Nuclide, nuclides
from nuatom.elements import Element
from nuatom.functions import Array
from nuatom.targets import Target
from nuatom.units import ELECTRON_MASS, FERMI_CONSTANT, FINE_STRUCTURE, HBARC2

_HELM = Helm()
_NODES = 24  # of Gauss and Legendre, for each factor of two in T


# --- cross sections ------------------------------------------------------------------------------


def momentum(mass: float, transfer: ArrayLike) -> Array:
    """q = √(2MT + T²), the momentum of an atom that recoils with T, the shape of ``transfer`` [energy]."""
    T = np.asarray(transfer, dtype=float)
    return np.asarray(np.sqrt(T * (2 * mass + T)))


def greatest_recoil(target: str | int | Element | Target, energy: ArrayLike) -> Array:
    """The greatest T any atom of a target can recoil with, 2E²/(M + 2E) of its lightest isotope.

    Args:
        target: as in `cross_section`.
        energy: E > 0, any shape [energy].

    Raises:
        ValueError: for an unknown target, or energies that are not finite or not positive.
    """
    E = _positive("energy", energy)
    return np.asarray(_end(min(nuclide.mass for nuclide in nuclides(target)), E))


def least_energy(mass: float, transfer: ArrayLike, heavy_mass: float = 0.0) -> Array:
    """The least E of a neutrino that makes an atom recoil with T, (1 + M_N²/2MT) (T + √(T² + 2MT))/2.

    Args:
        mass: M of the atom [energy].
        transfer: T > 0, any shape [energy].
        heavy_mass: M_N of the lepton that the neutrino turns into [energy].
    """
    T = np.asarray(transfer, dtype=float)
    return np.asarray((1 + heavy_mass**2 / (2 * mass * T)) * (T + momentum(mass, T)) / 2)


def cross_section(
    coupling: object,
    target: str | int | Element | Target,
    energy: ArrayLike,
    transfer: ArrayLike,
    electrons: bool = True,
    *,
    nucleus: FormFactor = _HELM,
    neutrons: FormFactor | None = None,
    exchange: Exchange = EXACT,
) -> Array:
    """dσ/dT of coherent scattering in the recoil energy T, per atom or, of a compound, per formula unit.

    The equation stands at the head of this module; isotopes add with their abundances.

    Args:
        coupling: what the neutrino couples with.
        target: as for `nuatom.target`: an element ("He"), an isotope ("Ge-76"), an enriched mixture
            ("Ge[74:0.12,76:0.88]"), a compound ("CsI"), or an `Element` or `Target`.
        energy: E > 0, any shape [energy].
        transfer: T > 0, any shape [energy].
        electrons: scatter off the neutral atom; False leaves the bare nucleus.
        nucleus: form factor of the protons, and of the neutrons unless they have their own.
        neutrons: form factor of the neutrons.
        exchange: the exchange potential of the self-consistent atom.

    Returns:
        shape energy.shape + transfer.shape [area/energy]; exactly zero beyond T = 2E²/(M + 2E).

    Raises:
        ValueError: for an unknown target or coupling, energies or transfers that are not finite or not
            positive, or a weak coupling without a flavour when the electrons take part.
    """
    E, T = _positive("energy", energy), _positive("transfer", transfer)
    parts = _channels(coupling, electrons)
    flat_energy, flat_transfer = E.ravel(), T.ravel()
    result = np.zeros((flat_energy.size, flat_transfer.size))
    for nuclide in nuclides(target):
        atom = Atom(nuclide.Z, exchange) if electrons else None
        result += _nuclide(parts, nuclide, flat_energy, flat_transfer, atom, nucleus, neutrons or nucleus)
    return result.reshape(E.shape + T.shape)


def total_cross_section(
    coupling: object,
    target: str | int | Element | Target,
    energy: ArrayLike,
    threshold: float,
    electrons: bool = True,
    *,
    nucleus: FormFactor = _HELM,
    neutrons: FormFactor | None = None,
    exchange: Exchange = EXACT,
) -> Array:
    """σ(T ≥ threshold), the integral of `cross_section` over the recoil energy.

    Gauss–Legendre panels, each a factor of two in T, isotope by isotope; good to ten digits while qR ≲ 50.

    Args:
        coupling: what the neutrino couples with.
        target: as in `cross_section`.
        energy: E > 0, any shape [energy].
        threshold: least recoil energy counted, > 0 [energy].
        electrons, nucleus, neutrons, exchange: as in `cross_section`.

    Returns:
        shape energy.shape [area].

    Raises:
        ValueError: as `cross_section`.
    """
    E, least = _positive("energy", energy), float(_positive("threshold", threshold))
    parts = _channels(coupling, electrons)
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    result = np.zeros(E.size)
    for nuclide in nuclides(target):
        atom = Atom(nuclide.Z, exchange) if electrons else None
        for index, e in enumerate(E.ravel()):
            end = float(_end(nuclide.mass, e))
            if end <= least:
                continue
            panels = int(np.ceil(np.log2(end / least)))
            # Where a heavy lepton becomes possible, and ceases to be, the integrand jumps.
            jumps = [limit for part in parts for limit in _limits(nuclide.mass, e, part.heavy_mass)]
            inner = [limit for limit in jumps if least < limit < end]
            edges = np.unique([*np.geomspace(least, end, panels + 1), *inner])
            half = np.diff(edges)[:, None] / 2
            T = np.minimum(edges[:-1, None] + half * (node + 1), end).ravel()
            values = _nuclide(parts, nuclide, np.array([e]), T, atom, nucleus, neutrons or nucleus)
            result[index] += values[0] @ (half * weight).ravel()
    return result.reshape(E.shape)


def _nuclide(
    parts: tuple[Channel, ...],
    nuclide: Nuclide,
    energy: Array,
    transfer: Array,
    atom: Atom | None,
    protons: FormFactor,
    neutrons: FormFactor,
) -> Array:
    """The share of one kind of atom in dσ/dT, shape (energy, transfer)."""
    M, Z, E, T = nuclide.mass, nuclide.Z, energy[:, None], transfer
    q = momentum(M, T)
    proton, neutron = protons(q, nuclide.mass_number), neutrons(q, nuclide.mass_number)
    # Z − F_e; a bare nucleus misses all of its electrons.
    missing = np.full_like(T, float(Z)) if atom is None else missing_charge(atom, q)
    # Z F_p − F_e as two small differences: it falls as q² towards q = 0.
    electric = missing - Z * (1 - proton)
    flips, conserving = np.zeros_like(E * T), np.zeros_like(T)
    for part in parts:
        amplitude = part.neutron * nuclide.N * neutron + part.proton * Z * proton
        amplitude = amplitude + part.at_electrons(2 * M * T) * (Z - missing) + part.at_charges(2 * M * T) * electric
        conserving += np.abs(amplitude) ** 2
        flips += (part.moment * electric) ** 2 * _flip(M, E, T, part.heavy_mass)
    # (end − T)/end is 1 − T/E − MT/2E².
    end = _end(M, E)
    keeps = FERMI_CONSTANT**2 * M / pi * conserving * (end - T) / end
    flips *= pi * (FINE_STRUCTURE / ELECTRON_MASS) ** 2
    return np.asarray(np.where(end >= T, nuclide.count * HBARC2 * (keeps + flips), 0.0))


def _flip(mass: float, energy: Array, transfer: Array, heavy_mass: float) -> Array:
    """The kinematics of a moment, (1/T − 1/E + T/4E²) or what a heavy lepton makes of it, 0 where it is closed."""
    M, E, T, M2 = mass, energy, transfer, heavy_mass**2
    X = 2 * M * T
    found = 4 * X * (M * (2 * E - T) - M2 / 2) ** 2 - M2 * (X + M2) * (4 * M**2 + X)
    return np.where(least_energy(M, T, heavy_mass) <= E, found / (32 * E**2 * T**2 * M**3), 0.0)


def _limits(mass: float, energy: float, heavy_mass: float) -> tuple[float, ...]:
    """The least and the greatest T with a heavy lepton; none for a neutrino, or where there is too little energy."""
    s = mass * (mass + 2 * energy)
    rest = 2 * mass * energy + heavy_mass**2  # 2√s times the lepton's energy in the centre of mass
    square = rest**2 - 4 * s * heavy_mass**2
    if heavy_mass == 0 or square <= 0 or 2 * mass * energy < heavy_mass * (2 * mass + heavy_mass):
        return ()
    most = mass * energy * (rest + sqrt(square)) / s - heavy_mass**2
    # The product of the two X is M_N⁴M/(M + 2E): no difference of large numbers for the smaller one.
    return heavy_mass**4 * mass / (mass + 2 * energy) / most / (2 * mass), most / (2 * mass)


def _channels(coupling: object, electrons: bool) -> tuple[Channel, ...]:
    parts = channels(coupling)
    if electrons and any(part.electron is None for part in parts):
        raise ValueError(
            "the electrons' weak coupling depends on the flavour: give one, as in Weak(flavour='e'), "
            "or ask for electrons=False"
        )
    return parts


def _end(mass: float, energy: ArrayLike) -> Array:
    """2E²/(M + 2E)."""
    E = np.asarray(energy, dtype=float)
    return np.asarray(2 * E**2 / (mass + 2 * E))


def _positive(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=float)
    good = (array > 0) & (array <= LARGEST_ENERGY)
    if not np.all(good):
        raise ValueError(
            f"{name} must be finite and > 0 [MeV], and at most {LARGEST_ENERGY:g} MeV, got {array[~good].ravel()[0]}"
        )
    return array

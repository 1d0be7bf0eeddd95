"""Every coupling on bound electrons, far above the binding: what becomes free, and what never does.

Partial waves alone (`Waves`: no table, no impulse limit) are compared with free electrons at rest and with free
electrons that move like the bound ones (`Impulse`).  Which of the two is the limit follows from the power of Q that a
coupling multiplies S (or a function that is as constant as S) with.  Without relativity an electron of momentum p
absorbs (T, Q) where T = Q²/2m + p_z Q/m, so that with sinh v = p_z/√(2mT)

    ∫ dQ² Q^{2k} S = 2m (2mT)^k ⟨ cosh (2k+1)v / cosh v ⟩ = 2m (2mT)^k [ 1 + k(k+1)⟨p²⟩/3mT + … ].

For k = 0 (contact terms: weak, charge radius, heavy mediators) and k = −1 (magnetic moment; scalar lighter than √(2mT))
the motion drops out to ALL orders.  For k = −2 (millicharge, light vector or axial mediator) and k = 1 (heavy scalar)
the cross section exceeds the free one by 2⟨p²⟩/3mT, 1.8 % in hydrogen at 1 keV, and for k = 2 (heavy pseudoscalar,
whose function is ∝ X itself) by three times that.  Contact terms have a little of k = 1 too, the Q² in (2E−T)² ∓ Q²:
2mT/(2E−T)² of the vector part, with a minus sign, and of the axial part, with a plus; and so does all of VA.  R, A00
and A03, which change by ⟨p²⟩/mT themselves, are O(T/m) of a contact cross section.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

import nuatom as na
from central_fields import atoms, central_field, index, kinetic_scale
from comparison import approx
from nuatom.functions import VECTOR, Function, with_vector
from nuatom.neutrino import Coupling
from nuatom.response import impulse
from nuatom.response.model import Lines, Measure, StructureFunctions
from nuatom.response.partial_waves import PartialWaves
from nuatom.units import ELECTRON_MASS, HARTREE, MOMENTUM_AU, SPEED_OF_LIGHT_AU, MeV, cm2, keV

Array = NDArray[np.float64]
WIDTH = 0.06


def free_momentum(transfer: ArrayLike) -> Array:
    """Q of a free electron at rest [energy]."""
    T = np.asarray(transfer, dtype=float)
    return np.sqrt(T * (T + 2 * ELECTRON_MASS))


@dataclass(frozen=True)
class Waves:
    """Partial waves of one shell as a response model; the others are left empty.

    Nodes are Gauss–Legendre in t, Q = Q_r e^{y}, y = 0.06 sinh t, up to 2 MeV: a heavy pseudoscalar, whose integrand
    goes with Q⁵, still has a sixth of it beyond 40 root-mean-square momenta in s shells with inner nodes.
    """

    atom: na.Atom
    shell: int = 0

    @property
    def shells(self) -> tuple[na.Shell, ...]:
        return self.atom.shells

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        T, low, high = (np.asarray(x, dtype=float) for x in (transfer, lower, upper))
        wanted, solution = with_vector(functions), self.atom.solution
        waves = PartialWaves(solution, self.atom.calculated_shells)
        Q = np.ones((len(self.shells), T.size, impulse.FRACTION.size))
        out = {f: np.zeros_like(Q) for f in wanted}
        ridge = free_momentum(T)
        top = np.full_like(ridge, 2 * MeV)
        for j in range(T.size):
            energy = T[j] / HARTREE + float(solution.energies[self.shell])
            first, last = (np.arcsinh(np.log(min(q, top[j]) / ridge[j]) / WIDTH) for q in (low[j], high[j]))
            if energy > 0 and last > first:
                t = first + (last - first) * impulse.FRACTION
                q = ridge[j] * np.exp(WIDTH * np.sinh(t))
                (found,) = waves.continuum(energy, [self.shell], [q / MOMENTUM_AU], [None], axial=True)
                dQ2 = 2 * q**2 * WIDTH * np.cosh(t) * (last - first) * impulse.SHARE
                Q[self.shell, j] = q
                for f in wanted:
                    out[f][self.shell, j] = found.of(f) / HARTREE * dQ2
        return Measure(out, Q, np.zeros(Q.shape[:2]))

    def structure(
        self, transfer: ArrayLike, momentum: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> StructureFunctions:
        raise NotImplementedError

    def lines(self, functions: Iterable[Function] = VECTOR) -> Lines:
        return Lines.none()


@dataclass(frozen=True)
class Between:
    """Another model, with Q between two multiples of the free electron's only."""

    model: na.ResponseModel
    low: float = 0.0
    high: float = np.inf

    @property
    def shells(self) -> tuple[na.Shell, ...]:
        return self.model.shells

    def measure(
        self, transfer: ArrayLike, lower: ArrayLike, upper: ArrayLike, functions: Iterable[Function] = VECTOR
    ) -> Measure:
        ridge = free_momentum(transfer)
        limits = (np.clip(q, self.low * ridge, self.high * ridge) for q in (lower, upper))
        return self.model.measure(transfer, *limits, functions)

    structure = Waves.structure
    lines = Waves.lines


HEAVY, LIGHT = 10 * MeV, 1 * keV
CONTACT: dict[str, Coupling] = {
    "weak, vector only": na.Weak(g_V=1.0, g_A=0.0),
    "weak, axial only": na.Weak(g_V=0.0, g_A=1.0),
    "weak, e": na.Weak("e"),
    "weak, anti-e": na.Weak("e", antineutrino=True),
    "weak, mu": na.Weak("mu"),
    "weak, anti-mu": na.Weak("mu", antineutrino=True),
    "charge radius": na.ChargeRadius(1e-32 * cm2),
    "anapole": na.Anapole(1e-33 * cm2),
    "heavy vector": na.VectorMediator(HEAVY, 1e-6, 1.0),
    "heavy axial": na.AxialMediator(HEAVY, 1e-6, 1.0),
}
MAGNETIC: dict[str, Coupling] = {"magnetic moment": na.MagneticMoment(1e-11)}
LIGHT_SPINLESS: dict[str, Coupling] = {
    "light scalar": na.ScalarMediator(LIGHT, 1e-6, 1.0),
    "light pseudoscalar": na.PseudoscalarMediator(LIGHT, 1e-6, 1.0),
}
LIKE_AT_REST = CONTACT | MAGNETIC | LIGHT_SPINLESS
HEAVY_SPINLESS: dict[str, tuple[Coupling, int]] = {
    "heavy scalar": (na.ScalarMediator(HEAVY, 1e-6, 1.0), 1),
    "heavy pseudoscalar": (na.PseudoscalarMediator(HEAVY, 1e-6, 1.0), 2),
}
LIGHT_EXCHANGE: dict[str, Coupling] = {
    "light vector": na.VectorMediator(LIGHT, 1e-6, 1.0),
    "light axial": na.AxialMediator(LIGHT, 1e-6, 1.0),
    "millicharge": na.Millicharge(1e-12),
}


@cache
def hydrogen() -> Waves:
    return Waves(na.Atom("H"))


def at_one_keV(coupling: Coupling, model: na.ResponseModel, energy: float = 1 * MeV) -> float:
    return float(na.cross_section(coupling, model, energy, 1 * keV))


# --- hydrogen at 1 keV, 73 binding energies -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", LIKE_AT_REST)
def test_hydrogen_is_a_free_electron_at_rest(name: str) -> None:
    # What is left: the motion, ⟨p²⟩/m² = 5e-5 times a factor of order one, the binding, 1e-5 by the closed form of the
    # longitudinal integral, and 1e-4 for the quadratures of the table.  Found: at most 9e-5 and 1.6e-4.
    coupling = LIKE_AT_REST[name]
    free = at_one_keV(coupling, na.FreeElectrons("H"))
    assert at_one_keV(coupling, hydrogen()) == approx(free, rel=3e-4)
    assert at_one_keV(coupling, central_field("H")) == approx(free, rel=3e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", LIKE_AT_REST)
def test_hydrogen_is_a_free_electron_in_motion(name: str) -> None:
    # At 0.1 MeV Q²/(2E−T)² is 2.6 % at the ridge.
    coupling = LIKE_AT_REST[name]
    moving = at_one_keV(coupling, na.Impulse(na.Atom("H")), 0.1 * MeV)
    assert at_one_keV(coupling, hydrogen(), 0.1 * MeV) == approx(moving, rel=3e-4)
    assert at_one_keV(coupling, central_field("H"), 0.1 * MeV) == approx(moving, rel=3e-4)


@pytest.mark.parametrize(("name", "sign"), [("weak, vector only", -1), ("weak, axial only", 1)])
def test_square_of_the_momentum_in_a_contact_term_sees_the_motion(name: str, sign: int) -> None:
    E, T = 0.1 * MeV, 1 * keV
    share = float(free_momentum(T)) ** 2 / (2 * E - T) ** 2
    excess = at_one_keV(CONTACT[name], hydrogen(), E) / at_one_keV(CONTACT[name], na.FreeElectrons("H"), E) - 1
    # 2⟨p²⟩/3mT of that share; ⟨p²⟩/m² = 5e-5 is neglected.
    assert excess == approx(sign * share * 2 * HARTREE / (3 * T), rel=0, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("antineutrino", [False, True])
def test_interference_of_a_scalar_and_a_magnetic_moment(antineutrino: bool) -> None:
    # scalar_charge alone; at M² ≪ X its weight goes with Q⁻² like the moment's own.
    both = na.Neutrino(
        "e", antineutrino, weak=False, magnetic_moment=1e-11, mediators=(na.ScalarMediator(LIGHT, 1e-6, 1e-6),)
    )

    def interference(model: na.ResponseModel, energy: float) -> float:
        return float(na.components(both, model, energy, 1 * keV)["interference"])

    free = interference(na.FreeElectrons("H"), 1 * MeV)
    assert (free > 0) == antineutrino
    moving = interference(na.Impulse(na.Atom("H")), 0.1 * MeV)
    for model in (hydrogen(), central_field("H")):
        assert interference(model, 1 * MeV) == approx(free, rel=3e-4)
        assert interference(model, 0.1 * MeV) == approx(moving, rel=3e-4)


@pytest.mark.slow
def test_scalar_and_charge_differ_by_the_square_of_velocities() -> None:
    # ψ†ψ − ψ̄ψ is twice the product of small components, of order ⟨p²⟩/m² of a shell: (⟨ψ†ψ⟩ − ⟨ψ̄ψ⟩)² ≥ 0 bounds
    # the interference from both sides.
    model = central_field("Xe")
    T = np.array([5.0, 50.0]) * keV
    ridge = free_momentum(T)
    found = model.measure(T, 0.5 * ridge, 2 * ridge, (Function.SCALAR, Function.SCALAR_CHARGE))
    S, scalar, mixed = (found[f].sum(axis=(0, 2)) for f in (Function.CHARGE, Function.SCALAR, Function.SCALAR_CHARGE))
    assert np.all(mixed <= np.sqrt(S * scalar) * (1 + 1e-12))
    assert np.all(mixed <= 0.5 * (S + scalar) * (1 + 1e-12))
    assert np.all(np.abs(mixed / S - 1) < 0.05)
    assert np.all(mixed < S)


@pytest.mark.slow
def test_difference_of_neutrinos_and_antineutrinos() -> None:
    # VA alone, which goes with Q² like a heavy scalar.
    def parity_violation(model: na.ResponseModel) -> float:
        found = na.spectrum(na.Weak("e"), model, 1 * MeV, 1 * keV)
        return float(found.shares[Function.VECTOR_AXIAL].sum())

    free, moving = (parity_violation(m) for m in (na.FreeElectrons("H"), na.Impulse(na.Atom("H"))))
    assert moving / free - 1 == approx(2 * HARTREE / (3 * 1 * keV), rel=0, abs=3e-4)
    assert parity_violation(hydrogen()) == approx(moving, rel=3e-4)
    assert parity_violation(central_field("H")) == approx(moving, rel=3e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY_SPINLESS)
def test_heavy_spinless_mediators_see_the_motion(name: str) -> None:
    coupling, k = HEAVY_SPINLESS[name]
    free, moving, bound, tabulated = (
        at_one_keV(coupling, m)
        for m in (na.FreeElectrons("H"), na.Impulse(na.Atom("H")), hydrogen(), central_field("H"))
    )
    # The excess of this module's equation to fourth order, (n⁴/24 − 5n²/12 + 3/8) ⟨p_z⁴⟩/(2mT)² with n = 2k+1 and
    # ⟨p⁴⟩ = 5⟨p²⟩² in hydrogen; 2e-4 for relativity and sixth order.
    u2 = HARTREE / (2 * 1 * keV)
    n = 2 * k + 1
    excess = k * (k + 1) * 2 * u2 / 3 + (n**4 / 24 - 5 * n**2 / 12 + 3 / 8) * u2**2
    assert moving / free - 1 == approx(excess, rel=0, abs=3e-4)
    # Beyond the second order the force on the outgoing electron counts as much as the motion: (⟨p²⟩/mT)² = 7e-4.
    assert bound == approx(moving, rel=3e-4 if k == 1 else 2e-3)
    assert tabulated == approx(bound, rel=3e-4 if k == 1 else 2e-3)
    assert bound / free - 1 > 0.015


@pytest.mark.slow
@pytest.mark.parametrize("name", LIGHT_EXCHANGE)
def test_ridge_of_light_exchanges_sees_the_motion(name: str) -> None:
    # The ridge: Q above 0.2 Q_r; 2e-6 of the moving free electron is below.
    coupling = LIGHT_EXCHANGE[name]
    ridge = Between(hydrogen(), low=0.2)
    free, bound = at_one_keV(coupling, na.FreeElectrons("H")), at_one_keV(coupling, ridge)
    moving = at_one_keV(coupling, Between(na.Impulse(na.Atom("H")), low=0.2))
    assert moving / free - 1 == approx(2 * HARTREE / (3 * 1 * keV), rel=1e-2)
    # 1/Q⁴ weighs the lower side of the ridge, where the force on the electron counts: (ε/T)^{3/2} = 1.6e-3.
    assert bound == approx(moving, rel=1.6e-3)
    # Table and partial waves agree in the whole and in both parts, the photon's share being below a hundredth.
    tabulated = central_field("H")
    assert at_one_keV(coupling, tabulated) == approx(at_one_keV(coupling, hydrogen()), rel=3e-4)
    assert at_one_keV(coupling, Between(tabulated, low=0.2)) == approx(bound, rel=3e-4)
    photon = at_one_keV(coupling, Between(hydrogen(), high=0.2))
    assert at_one_keV(coupling, Between(tabulated, high=0.2)) == approx(photon, rel=1e-3)
    assert 1e-4 < photon / free < 1e-2


def test_photon_part_of_a_millicharge_is_that_of_equivalent_photons() -> None:
    # No free electron absorbs a photon: this part has no free limit.  Dipole approximation: corrections (Q a_0)²/…, and
    # at Q = T = 1 keV Q a_0 = 0.27; found 3e-4 up to Q = √2 T (X = T²), 2e-3 up to 3T.
    T = 1 * keV
    for multiple, tolerance in ((np.sqrt(2), 1e-3), (3.0, 5e-3)):
        top = float(multiple * T / free_momentum(T))
        model = central_field("H")
        true = at_one_keV(na.Millicharge(1e-12), Between(model, high=top))
        assert true == approx(
            at_one_keV(na.Millicharge(1e-12), Between(na.EquivalentPhoton(model), high=top)), rel=tolerance
        )


# --- shells of germanium and xenon ----------------------------------------------------------------------------


def far_transfer(model: na.CentralField, shell: int) -> float:
    """50 binding energies, or 10 mean kinetic energies if that is more [energy]."""
    return max(50 * model.shells[shell].binding_energy, 10 * kinetic_scale(model, shell))


def is_slow(model: na.CentralField, shell: int) -> bool:
    return bool(model.table.moments[shell].mean_square() / SPEED_OF_LIGHT_AU**2 < 3e-3)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", atoms("Ge", "Xe"))
def test_shells_are_free_far_above_their_binding(symbol: str) -> None:
    # 0.5 % wanted.  Slow shells against electrons at rest, fast ones (⟨p²⟩/m² up to 0.2) against electrons in motion.
    model = central_field(symbol)
    references = na.FreeElectrons(symbol), na.Impulse(model.atom)
    tested = 0
    for i in range(len(model.shells)):
        for factor in (1.0, 2.0):
            T = factor * far_transfer(model, i)
            # Far from the end of the spectrum, where the motion smears.
            E = max(1 * MeV, 2 * (T + float(free_momentum(T))))
            reference = references[0 if is_slow(model, i) else 1]
            for name, coupling in (CONTACT | MAGNETIC).items():
                got, expected = (na.cross_section(coupling, m, E, T, by_shell=True)[i] for m in (model, reference))
                assert got == approx(expected, rel=5e-3), (model.shells[i].label, factor, name)
                tested += 1
    assert tested == 2 * len(CONTACT | MAGNETIC) * len(model.shells)


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "label"), [("Ge", "3d5/2"), ("Ge", "4s1/2"), ("Xe", "5s1/2")])
def test_shells_beyond_the_hand_over_are_those_of_partial_waves(symbol: str, label: str) -> None:
    # At 60 times the mean kinetic energy the table has given way to the impulse limit; partial waves have not.
    model = central_field(symbol)
    i = index(model, label)
    T, waves = 60 * kinetic_scale(model, i), Waves(model.atom, i)

    def ratio(coupling: Coupling) -> float:
        got, expected = (na.cross_section(coupling, m, 1 * MeV, T, by_shell=True)[i] for m in (model, waves))
        return float(got / expected)

    # Hand-over and quadrature, as for S alone (0.1 %).
    for name, coupling in LIKE_AT_REST.items():
        assert ratio(coupling) == approx(1, rel=1.5e-3), name
    # Positive powers of Q weigh the fast electrons near the nucleus, which shells with inner nodes have, and the tail
    # far above the ridge: a sixth of a heavy pseudoscalar (Q⁴) on 5s of xenon.  Found: 5e-5.
    for name, (coupling, *_) in HEAVY_SPINLESS.items():
        assert ratio(coupling) == approx(1, rel=1e-3), name

"""Coherent scattering: kinematics by explicit Dirac matrices, limits, form factors, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuatom import coherent
from nuatom.atom.exchange import KohnSham
from nuatom.atom.field import Atom
from nuatom.coherent import Channel, Helm, KleinNystrand, PointLike
from nuatom.elements import element
from nuatom.neutrino import (
    Anapole,
    ChargeRadius,
    Flavour,
    FlavourMatrix,
    HeavyLepton,
    IncoherentSum,
    MagneticMoment,
    Millicharge,
    Neutrino,
    ScalarMediator,
    VectorMediator,
    Weak,
)
from nuatom.targets import target
from nuatom.units import (
    ELECTRON_MASS,
    FERMI_CONSTANT,
    FINE_STRUCTURE,
    HBARC,
    HBARC2,
    MOMENTUM_AU,
    WEAK_MIXING,
    MeV,
    cm2,
    eV,
    keV,
    mm,
)

fm = 1e-12 * mm
NUE, NUMU = Weak("e", sin2_theta=WEAK_MIXING), Weak("mu", sin2_theta=WEAK_MIXING)
NUCLEUS = Weak(sin2_theta=WEAK_MIXING)  # the same for all flavours
MOMENT = MagneticMoment(1e-11)

# --- Dirac matrices, for cross sections from amplitudes and nothing else --------------------------

_S = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_0 = np.zeros((2, 2))
GAMMA = np.array([np.diag([1, 1, -1, -1]).astype(complex)] + [np.block([[_0, sigma], [-sigma, _0]]) for sigma in _S])
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
ONE = np.eye(4)


def slash(vector: np.ndarray) -> np.ndarray:
    return np.einsum("m,mab->ab", METRIC @ vector, GAMMA)


def squared(vertex: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
    """Σ|ū(k') Γ u(k)|² over helicities, Tr[k̸' Γ k̸ γ⁰Γ†γ⁰]."""
    bar = GAMMA[0] @ vertex.conj().T @ GAMMA[0]
    return float(np.trace(slash(after) @ vertex @ slash(before) @ bar).real)


def by_amplitude(mass: float, energy: float, transfer: float, coupling: dict[str, float]) -> float:
    """dσ/dT = Σ|M|²/(32π M E²) off a point with weak vector coupling C, charge Z, and spin 0."""
    E, T, M = energy, transfer, mass
    cosine = 1 - M * T / (E * (E - T))  # of k·k' = MT
    before = np.array([E, 0, 0, E])
    after = (E - T) * np.array([1, np.sqrt(1 - cosine**2), 0, cosine])
    q = after - before
    P = np.array([2 * M, 0, 0, 0]) - q  # p + p', with p' = p − q
    left = ONE - GAMMA5
    photon = 4 * np.pi * FINE_STRUCTURE * coupling["charge"] / (2 * M * T)
    # The Hamiltonian's sign: + G_F/√2 C for the weak interaction, + e² q_ν Z/(−q²) for two like charges.
    vector = slash(P) @ left * FERMI_CONSTANT / np.sqrt(2) * coupling["weak"]
    vector = vector + coupling["millicharge"] * photon * slash(P) @ left / 2
    sigma_q = slash(q)
    tensor = 0.5j * (slash(P) @ sigma_q - sigma_q @ slash(P))  # σ^{μν} P_μ q_ν
    flip = coupling["moment"] / (2 * ELECTRON_MASS) * photon * tensor @ left / 2
    total = squared(vector, before, after) + squared(flip, before, after)
    return total / (32 * np.pi * M * E**2) * HBARC2


@pytest.mark.slow
@given(st.floats(1.0, 40.0), st.floats(0.01, 0.99), st.floats(-1e-9, 1e-9), st.floats(0, 1e-8))
def test_kinematics_are_those_of_the_amplitudes(energy: float, share: float, millicharge: float, moment: float) -> None:
    [helium] = coherent.nuclides("He-4")
    T = share * float(coherent.greatest_recoil("He-4", energy))
    weak = 2 * (0.5 - 2 * WEAK_MIXING) - 2 * 0.5
    expected = by_amplitude(
        helium.mass,
        energy,
        T,
        {"weak": weak, "charge": 2.0, "millicharge": millicharge, "moment": moment},
    )
    channel = Neutrino(weak=NUCLEUS, millicharge=millicharge, magnetic_moment=moment)
    got = coherent.cross_section(channel, "He-4", energy, T, electrons=False, nucleus=PointLike())
    assert got == pytest.approx(expected, rel=1e-8)


def heavy_by_amplitude(mass: float, energy: float, transfer: float, heavy: float) -> float:
    """dσ/dT of a moment of 1e-10 that leaves a lepton of mass `heavy`, off a point with charge 2 and spin 0."""
    E, T, M = energy, transfer, mass
    out = np.sqrt((E - T) ** 2 - heavy**2)
    cosine = (E * (E - T) - (heavy**2 + 2 * M * T) / 2) / (E * out)  # of k·k' = (M_N² + 2MT)/2
    before = np.array([E, 0, 0, E])
    after = np.array([E - T, out * np.sqrt(1 - cosine**2), 0, out * cosine])
    q = after - before
    P, sigma_q = np.array([2 * M, 0, 0, 0]) - q, slash(q)
    vertex = 0.5j * (slash(P) @ sigma_q - sigma_q @ slash(P)) @ (ONE - GAMMA5) / 2
    bar = GAMMA[0] @ vertex.conj().T @ GAMMA[0]
    square = np.trace((slash(after) + heavy * ONE) @ vertex @ slash(before) @ bar).real
    strength = 1e-10 / (2 * ELECTRON_MASS) * 4 * np.pi * FINE_STRUCTURE * 2 / (2 * M * T)
    return float(strength**2 * square / (32 * np.pi * M * E**2) * HBARC2)


@pytest.mark.slow
@given(st.floats(1.0, 200.0), st.floats(0.01, 0.95), st.floats(0.01, 0.99))
def test_heavy_lepton_is_that_of_the_amplitude(energy: float, share_of_mass: float, share: float) -> None:
    [helium] = coherent.nuclides("He-4")
    heavy = share_of_mass * (np.sqrt(helium.mass**2 + 2 * helium.mass * energy) - helium.mass)
    least, most = coherent.recoil._limits(helium.mass, energy, heavy)
    T = least + share * (most - least)
    got = coherent.cross_section(HeavyLepton(1e-10, heavy), "He-4", energy, T, electrons=False, nucleus=PointLike())
    assert got == pytest.approx(heavy_by_amplitude(helium.mass, energy, T, heavy), rel=1e-6)
    assert coherent.least_energy(helium.mass, T, heavy) < energy
    ends = [float(coherent.least_energy(helium.mass, end, heavy)) for end in (least, most)]
    # The two limits of T are where one energy is the least; next to its threshold they are the same.
    assert ends == pytest.approx([energy, energy], rel=1e-9)


def test_heavy_lepton_without_a_mass_is_the_magnetic_moment() -> None:
    T = np.geomspace(1e-9, 1e-4, 9)
    for electrons in (True, False):
        light = coherent.cross_section(HeavyLepton(1e-11, 0.0), "Ge", 10.0, T, electrons)
        np.testing.assert_allclose(light, coherent.cross_section(MOMENT, "Ge", 10.0, T, electrons), rtol=1e-13)


def test_total_of_a_heavy_lepton_takes_all_it_can() -> None:
    [argon] = coherent.nuclides("Ar-40")
    lepton = HeavyLepton(1e-11, 4.0)
    least, most = coherent.recoil._limits(argon.mass, 30.0, 4.0)
    x, w = np.polynomial.legendre.leggauss(200)
    u = np.log(least) + np.log(most / least) * (x + 1) / 2
    values = coherent.cross_section(lepton, "Ar-40", 30.0, np.exp(u), electrons=False)
    expected = float(values * np.exp(u) @ w) * np.log(most / least) / 2
    got = coherent.total_cross_section(lepton, "Ar-40", 30.0, 0.5 * least, electrons=False)
    assert got == pytest.approx(expected, rel=1e-8)
    assert coherent.total_cross_section(lepton, "Ar-40", 3.9, 1e-9, electrons=False) == 0


def test_magnetic_moment_is_the_longitudinal_response_of_a_spinless_target() -> None:
    # (K 6) with S = (2M+T)²/(4M(M+T)) δ(T − (√(M²+Q²) − M)), whose ∫dQ² is 2(M+T), and R = 0.
    [argon] = coherent.nuclides("Ar-40")
    M, E, T = argon.mass, 30 * MeV, np.array([1e-6, 1e-3, 0.04])
    S = (2 * M + T) ** 2 / (4 * M * (M + T)) * 2 * (M + T)
    expected = 18**2 * MOMENT.weights(E, T, np.sqrt(T * (2 * M + T))).charge * S
    got = coherent.cross_section(MOMENT, "Ar-40", E, T, electrons=False, nucleus=PointLike())
    np.testing.assert_allclose(got, expected, rtol=1e-12)


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["H", "He", "Ar", "Xe"])
def test_electron_form_factor_begins_at_the_number_of_electrons(symbol: str) -> None:
    Z = element(symbol).Z
    assert coherent.electron_form_factor(symbol, 0.0) == Z
    q = np.array([1e-5, 1e-4]) * MOMENTUM_AU
    few = coherent.recoil.missing_charge(Atom(symbol), q)
    # Z − F_e → q²⟨Σr²⟩/6.
    solution = Atom(symbol).solution
    density = [s.occupancy for s in Atom(symbol).shells] @ (solution.P**2 + solution.Q**2)
    square = solution.grid.integrate(density * solution.grid.r**2)
    np.testing.assert_allclose(few, (q / MOMENTUM_AU) ** 2 * square / 6, rtol=1e-6)
    # And it does not end in noise where the sine runs faster than the grid.
    far = coherent.electron_form_factor(symbol, np.geomspace(1e3, 1e5, 7) * Z * MOMENTUM_AU)
    assert np.all(np.abs(far) < 1e-9 * Z)


def test_hydrogen_form_factor_is_the_closed_form() -> None:
    x = np.geomspace(1e-3, 3e3, 40)
    got = coherent.electron_form_factor("H", x * MOMENTUM_AU)
    # The Dirac orbital is smaller than Schrödinger's by (Zα)² = 5e-5.
    np.testing.assert_allclose(got, (1 + x**2 / 4) ** -2, atol=2e-5)


def test_neutral_atom_switches_the_magnetic_moment_off() -> None:
    # (Z F_p − F_e)² ∝ q⁴ ∝ T² against 1/T: the cross section falls as T.
    T = np.array([1e-10, 2e-10]) * eV
    value = coherent.cross_section(MOMENT, "Ge-74", 1 * MeV, T)
    assert value[1] / value[0] == pytest.approx(2.0, rel=1e-4)
    bare = coherent.cross_section(MOMENT, "Ge-74", 1 * MeV, T, electrons=False)
    assert np.all(value < 1e-6 * bare)


def test_weak_charge_of_a_neutral_atom_at_rest() -> None:
    # 𝒬 → N − 2Z for ν_e and N for the other flavours: −½ and ½ of electron and proton cancel.
    T, E = 1e-10 * eV, 1 * MeV
    scale = coherent.cross_section(NUE, "Xe-132", E, T, electrons=False) / (78 - (1 - 4 * WEAK_MIXING) * 54) ** 2
    assert coherent.cross_section(NUE, "Xe-132", E, T) == pytest.approx(scale * (78 - 108) ** 2, rel=1e-5)
    assert coherent.cross_section(NUMU, "Xe-132", E, T) == pytest.approx(scale * 78**2, rel=1e-5)


def test_electrons_are_gone_at_large_momentum() -> None:
    T = np.array([1.0, 10.0]) * keV
    for coupling in (NUE, NUMU, MOMENT, Millicharge(1e-12)):
        with_electrons = coherent.cross_section(coupling, "Ar", 30 * MeV, T)
        without = coherent.cross_section(coupling, "Ar", 30 * MeV, T, electrons=False)
        np.testing.assert_allclose(with_electrons, without, rtol=1e-5)


def test_millicharge_interferes_and_charge_radius_is_its_derivative() -> None:
    E, T = 10 * MeV, 100 * eV
    [argon] = coherent.nuclides("Ar-40")

    def sigma(weak: Weak | bool = NUCLEUS, **properties: float) -> float:
        coupling = Neutrino(weak=weak, **properties)
        return float(coherent.cross_section(coupling, "Ar-40", E, T, electrons=False))

    weak, charge = sigma(), sigma(False, millicharge=1e-13)
    both, opposite = sigma(millicharge=1e-13), sigma(millicharge=-1e-13)
    assert both + opposite == pytest.approx(2 * (weak + charge), rel=1e-12)
    # The nucleus of argon has a negative weak vector coupling, so a positive millicharge weakens it.
    assert both < weak < opposite
    # q_ν/2MT and −⟨r²⟩/6 are the same amplitude at one T, and ⟨r²⟩ the same as −6a.
    radius = -6 * 1e-13 / (2 * argon.mass * T) * HBARC2
    assert sigma(charge_radius=radius) == pytest.approx(both, rel=1e-12)
    assert sigma(anapole=-radius / 6) == pytest.approx(both, rel=1e-12)
    # A helicity flip adds to all of it.
    assert sigma(magnetic_moment=1e-11) == pytest.approx(weak + sigma(False, magnetic_moment=1e-11), rel=1e-12)


@pytest.mark.parametrize("flavour", list(Flavour))
def test_one_electron_answers_as_in_ionisation(flavour: Flavour) -> None:
    # The same amplitude as the weights of a Neutrino on S have, times F_e: sign and size of every coupling.
    properties = {"millicharge": 2e-13, "charge_radius": 3e-32 * cm2, "anapole": 1e-32 * cm2}
    light = VectorMediator(0.1, 1e-6, 1e-6)
    neutrino = Neutrino(flavour, mediators=(light,), **properties)
    [channel] = coherent.channels(neutrino)
    E, T, X = 5.0, 1e-3, 0.01
    Q = np.sqrt(X + T**2)
    weight = neutrino.weights(E, T, Q).charge
    shape = FERMI_CONSTANT**2 / (4 * np.pi * E**2) * HBARC2 * ((2 * E - T) ** 2 - Q**2) * X**2 / (2 * Q**4)
    amplitude = channel.at_electrons(np.array(X)) - channel.at_charges(np.array(X))
    assert abs(amplitude) ** 2 * shape == pytest.approx(float(weight), rel=1e-10)


def test_couplings_alone_are_those_of_a_neutrino() -> None:
    E, T = 10 * MeV, 0.01 * eV
    pairs = [
        (Weak("mu"), Neutrino("mu")),
        (MagneticMoment(1e-11), Neutrino(magnetic_moment=1e-11, weak=False)),
        (Millicharge(1e-12, photon_mass=1e-4), Neutrino(millicharge=1e-12, photon_mass=1e-4, weak=False)),
        (ChargeRadius(1e-30 * cm2), Neutrino(charge_radius=1e-30 * cm2, weak=False)),
        (Anapole(1e-30 * cm2), Neutrino(anapole=1e-30 * cm2, weak=False)),
        (
            VectorMediator(0.01, 1e-5, 1e-5),
            Neutrino(mediators=(VectorMediator(0.01, 1e-5, 1e-5),), weak=False),
        ),
    ]
    values = []
    for alone, neutrino in pairs:
        values.append(float(coherent.cross_section(alone, "Ar", E, T)))
        assert values[-1] > 0
        assert coherent.cross_section(neutrino, "Ar", E, T) == pytest.approx(values[-1], rel=1e-12)
    together = IncoherentSum(tuple(alone for alone, _ in pairs))
    assert coherent.cross_section(together, "Ar", E, T) == pytest.approx(sum(values), rel=1e-12)


def test_transitions_to_other_flavours_add_incoherently() -> None:
    E, T, q = 10 * MeV, 10 * eV, 1e-13
    matrix = np.zeros((3, 3), dtype=complex)
    matrix[0, 1], matrix[1, 0] = 1j * q, -1j * q
    weak = coherent.cross_section(Neutrino("e"), "Ar", E, T)
    charge = coherent.cross_section(Millicharge(q), "Ar", E, T)
    changed = coherent.cross_section(Neutrino("e", millicharge=FlavourMatrix(matrix)), "Ar", E, T)
    assert changed == pytest.approx(float(weak + charge), rel=1e-12)
    tau = coherent.cross_section(Neutrino("tau", millicharge=FlavourMatrix(matrix)), "Ar", E, T)
    assert tau == pytest.approx(float(coherent.cross_section(Neutrino("tau"), "Ar", E, T)), rel=1e-12)
    diagonal = FlavourMatrix(np.diag([q, 0, 0]))
    assert coherent.cross_section(Neutrino("e", millicharge=diagonal), "Ar", E, T) == pytest.approx(
        float(coherent.cross_section(Neutrino("e", millicharge=q), "Ar", E, T)), rel=1e-12
    )


def test_radiative_corrections_are_per_cents_of_the_weak_charge() -> None:
    for flavour in ("e", "mu", "tau"):
        corrected, tree = (
            coherent.cross_section(w, "Ar", 10 * MeV, 1 * keV, electrons=False)
            for w in (Weak(flavour), Weak(flavour, sin2_theta=WEAK_MIXING))
        )
        assert 0.002 < abs(corrected / tree - 1) < 0.05
    assert coherent.cross_section(Weak("e", True), "Ar", 1.0, 1e-6) == coherent.cross_section(
        Weak("e"), "Ar", 1.0, 1e-6
    )


def test_millicharge_on_a_bare_nucleus_is_rutherford_scattering() -> None:
    # 2πα²q_ν²Z²/(MT²) (1 − T/E − MT/2E²), the electron's with M for m.
    [argon] = coherent.nuclides("Ar-40")
    T = np.array([1, 100, 1000]) * eV
    got = coherent.cross_section(Millicharge(1e-12), "Ar-40", 10 * MeV, T, electrons=False, nucleus=PointLike())
    shape = 1 - T / 10 - argon.mass * T / 200
    expected = 2 * np.pi * (FINE_STRUCTURE * 1e-12 * 18) ** 2 / (argon.mass * T**2) * shape * HBARC2
    np.testing.assert_allclose(got, expected, rtol=1e-12)


# --- targets, shapes, the end --------------------------------------------------------------------


def test_closed_is_an_exact_zero() -> None:
    E = np.array([0.1, 1.0, 10.0])
    end = coherent.greatest_recoil("Ar-40", E)
    for coupling in (NUE, MOMENT):
        beyond = [float(coherent.cross_section(coupling, "Ar-40", e, t * 1.0001)) for e, t in zip(E, end, strict=True)]
        assert beyond == [0.0, 0.0, 0.0]
    assert coherent.cross_section(MOMENT, "Ar-40", 1.0, float(end[1]) * 0.9999) > 0


def test_shapes_and_isotopes() -> None:
    E, T = np.array([[1.0], [2.0]]), np.geomspace(1e-7, 1e-5, 5)
    assert coherent.cross_section(NUE, "Ge", E, T).shape == (2, 1, 5)
    assert coherent.cross_section(NUE, "Ge", 1.0, 1e-6).shape == ()
    parts = [
        isotope.abundance * coherent.cross_section(NUE, f"Ge-{isotope.mass_number}", 2.0, T)
        for isotope in element("Ge").isotopes
    ]
    np.testing.assert_allclose(coherent.cross_section(NUE, "germanium", 2.0, T), sum(parts), rtol=1e-12)
    np.testing.assert_allclose(
        coherent.cross_section(NUE, "76Ge", 2.0, T), coherent.cross_section(NUE, "Ge-76", 2.0, T)
    )


@pytest.mark.slow
def test_compounds_count_formula_units() -> None:
    T = np.geomspace(1e-7, 1e-5, 5)
    atoms = [coherent.cross_section(NUE, symbol, 2.0, T) for symbol in ("Ca", "W", "O")]
    expected = atoms[0] + atoms[1] + 4 * atoms[2]
    for spec in ("CaWO4", target("CaWO4")):
        np.testing.assert_allclose(coherent.cross_section(NUE, spec, 2.0, T), expected, rtol=1e-12)


@pytest.mark.slow
def test_total_is_the_integral() -> None:
    end = float(coherent.greatest_recoil("Ar-40", 10.0))
    x = np.linspace(np.log(1 * eV), np.log(end), 20001)
    y = coherent.cross_section(NUMU, "Ar-40", 10.0, np.minimum(np.exp(x), end)) * np.exp(x)
    expected = np.sum((y[1:] + y[:-1]) / 2) * (x[1] - x[0])
    total = coherent.total_cross_section(NUMU, "Ar-40", np.array([10.0, 1e-3]), 1 * eV)
    assert total[0] == pytest.approx(expected, rel=1e-6)
    assert total[1] == 0


# --- nuclear form factors ------------------------------------------------------------------------


@pytest.mark.parametrize("form", [Helm(), KleinNystrand(), Helm(radius=4.8 * fm), KleinNystrand(radius=4.8 * fm)])
def test_nuclear_form_factor_begins_with_the_radius_and_has_the_zero_of_its_sphere(
    form: Helm | KleinNystrand,
) -> None:
    A = 132
    assert form(0.0, A) == 1.0
    own = 3 * form.skin**2 if isinstance(form, Helm) else 6 * form.reach**2
    mean_square = 0.6 * form.sphere(A) ** 2 + own
    q = 1e-2 * HBARC / np.sqrt(mean_square)
    assert 6 * (1 - form(q, A)) == pytest.approx(1e-4, rel=1e-4)
    if form.radius is not None:
        assert np.sqrt(mean_square) == pytest.approx(form.radius, rel=1e-12)
    # tan x = x at 4.493409.
    zero = 4.493409457909064 * HBARC / form.sphere(A)
    assert form(zero, A) == pytest.approx(0.0, abs=1e-15)
    assert form(0.99 * zero, A) > 0 > form(1.01 * zero, A)


def test_the_series_of_the_sphere_joins_its_closed_form() -> None:
    radius = KleinNystrand(reach=0.0).sphere(132)
    x = np.array([0.3 * (1 - 1e-9), 0.3 * (1 + 1e-9)])
    below, above = KleinNystrand(reach=0.0)(x * HBARC / radius, 132)
    assert below == pytest.approx(above, abs=1e-10)


def test_neutrons_may_have_a_form_factor_of_their_own() -> None:
    E, T = 40 * MeV, 20 * keV
    same = coherent.cross_section(NUE, "Ar-40", E, T, nucleus=Helm(), neutrons=Helm())
    assert same == coherent.cross_section(NUE, "Ar-40", E, T)
    assert coherent.cross_section(NUE, "Ar-40", E, T, neutrons=PointLike()) > 1.05 * same
    # The photon does not see neutrons.
    assert coherent.cross_section(MOMENT, "Ar-40", E, T, neutrons=PointLike()) == coherent.cross_section(
        MOMENT, "Ar-40", E, T
    )


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("Xn", "unknown element"),
        ("Ge-99", "germanium has no isotope 99: expected A from 58 to 86"),
        ("Tc", "technetium has no natural isotopes"),
        (32.0, "a target is a word such as Xe, Ge-76 or CsI, or an atomic number"),
    ],
)
def test_refuses_unknown_targets(spec: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        coherent.cross_section(MOMENT, spec, 1.0, 1e-6)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_refuses_impossible_energies(bad: float) -> None:
    with pytest.raises(ValueError, match="energy must be finite and > 0"):
        coherent.cross_section(MOMENT, "He", bad, 1e-6)
    with pytest.raises(ValueError, match="transfer must be finite and > 0"):
        coherent.cross_section(MOMENT, "He", 1.0, [1e-6, bad])
    with pytest.raises(ValueError, match="threshold must be finite and > 0"):
        coherent.total_cross_section(MOMENT, "He", 1.0, bad)


def test_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match=r"str has no coherent amplitude: expected one of .*MagneticMoment"):
        coherent.cross_section("weak", "He", 1.0, 1e-6)
    with pytest.raises(ValueError, match="depends on the flavour"):
        coherent.cross_section(NUCLEUS, "He", 1.0, 1e-9)
    with pytest.raises(ValueError, match="the nucleus's weak charge depends on the flavour"):
        coherent.cross_section(Weak(), "He", 1.0, 1e-9, electrons=False)
    with pytest.raises(ValueError, match="matrices of couplings need a flavour"):
        coherent.cross_section(Neutrino(millicharge=FlavourMatrix(np.eye(3)), weak=False), "He", 1.0, 1e-9)
    with pytest.raises(ValueError, match="scalar mediator has no coherent amplitude"):
        coherent.cross_section(Neutrino("e", mediators=(ScalarMediator(1.0, 1e-6, 1e-6),)), "He", 1.0, 1e-9)
    assert coherent.cross_section(NUCLEUS, "He", 1.0, 1e-9, electrons=False) > 0
    with pytest.raises(ValueError, match="momenta must be"):
        coherent.electron_form_factor("He", -1.0)
    with pytest.raises(ValueError, match="skin must be"):
        Helm(skin=-1.0)
    with pytest.raises(ValueError, match=r"at least 1\.56 fm"):
        Helm(radius=1.5 * fm)


def test_a_coupling_of_ones_own_can_be_registered() -> None:
    class Mine:
        pass

    @coherent.channels.register
    def _(coupling: Mine) -> tuple[Channel, ...]:
        return (Channel(moment=1e-11),)

    assert coherent.cross_section(Mine(), "He", 1.0, 1e-9) == coherent.cross_section(MOMENT, "He", 1.0, 1e-9)


def test_exchange_is_a_choice() -> None:
    q = 2 * MOMENTUM_AU
    assert coherent.electron_form_factor("He", q, exchange=KohnSham()) != coherent.electron_form_factor("He", q)

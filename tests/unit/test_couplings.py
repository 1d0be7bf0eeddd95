"""Couplings on any atom: positivity, components, the photon line, and clear errors."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import approx
from nuatom.approximations import EquivalentPhoton
from nuatom.functions import ALL, MIXED, VECTOR, Array, Function
from nuatom.neutrino import (
    Anapole,
    AxialMediator,
    Basis,
    ChargeRadius,
    Flavour,
    FlavourMatrix,
    HeavyLepton,
    IncoherentSum,
    MagneticMoment,
    Millicharge,
    Neutrino,
    NonStandard,
    PseudoscalarMediator,
    ScalarMediator,
    VectorMediator,
    Weak,
)
from nuatom.neutrino.coupling import Coupling
from nuatom.response.free import FreeElectrons
from nuatom.response.hydrogenic import Hydrogenic
from nuatom.scattering import cross_section, spectrum
from nuatom.units import FERMI_CONSTANT, FINE_STRUCTURE, HBARC2, cm2, eV, keV

HYDROGEN = Hydrogenic(1, 0, 1)
FREE = FreeElectrons("H")
EVERYTHING = Neutrino(
    "mu",
    True,
    magnetic_moment=1e-11,
    millicharge=1e-13,
    charge_radius=1e-32 * cm2,
    anapole=-2e-33 * cm2,
    mediators=(
        VectorMediator(0.1, 1e-5, 1e-5),
        AxialMediator(0.01, 1e-6, 1e-5),
        VectorMediator(0.3, -1e-5, 1e-5),
        PseudoscalarMediator(0.1, 1e-4, 1e-5),
        PseudoscalarMediator(0.2, 1e-4, 1e-5),
    ),
    nsi=NonStandard(np.full((3, 3), 0.1), np.diag([0.0, 0.2, 0.0])),
)
SOME: list[Coupling] = [
    Weak("e"),
    Weak("tau", True),
    Weak("mu", sin2_theta=0.23),
    Millicharge(1e-13),
    ChargeRadius(-1e-32 * cm2),
    Anapole(1e-33 * cm2),
    VectorMediator(1e-3, 1e-5, 1e-5),
    AxialMediator(1e-3, 1e-5, 1e-5),
    ScalarMediator(1e-3, 1e-5, 1e-5),
    PseudoscalarMediator(1e-3, 1e-5, 1e-5),
    MagneticMoment(1e-11),
    HeavyLepton(1e-11, 0.1),
    EVERYTHING,
    IncoherentSum((MagneticMoment(1e-11), ScalarMediator(0.1, 1e-5, 1e-5))),
    Neutrino("mu", True, magnetic_moment=1e-11, mediators=(ScalarMediator(1e-3, 1e-5, 1e-5),)),
]


def any_response(values: list[float]) -> dict[Function, float]:
    """A structure tensor that is positive and otherwise arbitrary."""
    squares = [f for f in Function if f not in MIXED]
    found = dict(zip(squares, (10 ** (4 * v) for v in values[: len(squares)]), strict=True))
    for (mixed, (a, b)), cosine in zip(MIXED.items(), values[len(squares) :], strict=True):
        found[mixed] = cosine * np.sqrt(found[a] * found[b])
    return found


@given(
    st.sampled_from(SOME),
    st.floats(1e-3, 20),
    st.floats(1e-6, 1 - 1e-6),
    st.floats(1e-9, 1 - 1e-9),
    st.lists(st.floats(-1, 1), min_size=len(Function), max_size=len(Function)),
)
def test_no_positive_response_gives_a_negative_cross_section(
    coupling: Coupling, E: float, t: float, share: float, values: list[float]
) -> None:
    T = t * E
    Q = T + share * 2 * (E - T)
    response = any_response(values)
    terms = [float(w) * response[f] for f, w in coupling.weights(E, T, Q).values.items()]
    assert np.all(np.isfinite(terms))
    assert sum(terms) >= -1e-12 * sum(abs(term) for term in terms)


@given(
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(1e-3, 20),
    st.floats(1e-6, 1),
    st.lists(st.floats(-1, 1), min_size=len(Function), max_size=len(Function)),
)
def test_weak_is_positive_for_all_couplings(g_V: float, g_A: float, E: float, t: float, values: list[float]) -> None:
    T, response = t * E, any_response(values)
    Q = np.linspace(T, 2 * E - T, 7)
    weights = Weak(g_V=g_V, g_A=g_A).weights(E, T, Q).values
    terms = np.array([w * response[f] for f, w in weights.items()] or [np.zeros(7)])
    assert np.all(terms.sum(axis=0) >= -1e-12 * np.abs(terms).sum(axis=0))


@pytest.mark.parametrize("coupling", SOME)
@pytest.mark.parametrize(
    ("energy", "transfer", "momentum"),
    [(1.0, 1.0, 1.0), (1.0, 1.5, 1.0), (1.0, 0.5, 0.4), (1.0, 0.5, 1.6), (1.0, 0.0, 0.0), (1.0, 3.0, -1.0)],
)
def test_closed_kinematics_are_exact_zeros(coupling: Coupling, energy: float, transfer: float, momentum: float) -> None:
    weights = coupling.weights(energy, transfer, momentum).values
    assert weights
    assert not any(np.any(weight) for weight in weights.values())


@pytest.mark.parametrize("coupling", SOME)
def test_functions_are_those_of_the_weights(coupling: Coupling) -> None:
    weights = coupling.weights(np.ones((2, 1, 1)), np.full((3, 1), 0.1), np.full(4, 0.5))
    assert tuple(weights.values) == coupling.functions
    assert all(weight.shape == (2, 3, 4) for weight in weights.values.values())


@pytest.mark.parametrize("coupling", SOME)
def test_components_are_the_whole(coupling: Coupling) -> None:
    E, T, Q = 1.0, 0.1, np.geomspace(0.1, 1.9, 50)
    whole = coupling.weights(E, T, Q).values
    parts = [part.weights(E, T, Q).values for part in coupling.components().values()]
    for function in ALL:
        given = [part[function] for part in parts if function in part]
        assert bool(given) == (function in whole)
        if given:
            # Next to the photon line each sum of exchanges has nodes of its own, exact to some 1e-9.
            largest = np.abs(given).max()
            np.testing.assert_allclose(sum(given), whole[function], rtol=1e-8, atol=1e-9 * largest)


def test_components_have_names() -> None:
    assert list(Weak("e").components()) == ["weak"]
    assert list(EVERYTHING.components()) == [
        "weak",
        "millicharge",
        "charge radius",
        "anapole",
        "non-standard",
        "vector mediator",
        "axial mediator",
        "vector mediator 2",
        "magnetic moment",
        "pseudoscalar mediator",
        "pseudoscalar mediator 2",
        "interference",
    ]
    assert "interference" not in Neutrino("e", magnetic_moment=1e-11).components()
    twice = IncoherentSum((MagneticMoment(1e-11), MagneticMoment(2e-11)))
    assert list(twice.components()) == ["magnetic moment", "magnetic moment 2"]


# --- the photon line -----------------------------------------------------------------------------------


def transverse_weight(E: float, T: float, amplitude: Array, X: Array) -> Array:
    """(G_F²/4πE²) 2L_T |G|² at the virtuality X."""
    s, Q2 = 2 * E - T, X + T**2
    return FERMI_CONSTANT**2 * HBARC2 / (4 * np.pi * E**2) * X * (s**2 + Q2) / (2 * Q2) * amplitude**2


@pytest.mark.parametrize("mass", [0.05 * eV, 1e-4 * eV])
@pytest.mark.parametrize("energy", [0.1, 2.0])
def test_millicharge_absorbs_equivalent_photons(energy: float, mass: float) -> None:
    E, T, q = energy, 1 * keV, 1e-12
    got = spectrum(Millicharge(q, neutrino_mass=mass), EquivalentPhoton(HYDROGEN), E, T).transverse.sum()
    R = HYDROGEN.structure(np.array([T]), np.array([T])).current[0, 0, 0]
    s = 2 * E - T
    low, high = mass**2 * T**2 / (E * (E - T)), s**2 - T**2
    both = (s**2 + T**2) / T**2

    def primitive(X: float) -> float:
        return both * (np.log(X) - np.log(X + T**2)) + np.log(X + T**2)

    # k_⊥² ∝ X − X_min takes 1 from the logarithm.
    integral = (primitive(high) - primitive(low)) / 2 - both / 2
    expected = HBARC2 * (4 * np.pi * FINE_STRUCTURE * q) ** 2 / (8 * np.pi * E**2) * integral * R
    # Averages over the strip X < 1e-4 T² are right to a few 1e-4 of one e-fold out of some 50.
    assert got == approx(expected, rel=2e-4)


@pytest.mark.parametrize("mass", [1 * eV, 30 * eV, 1 * keV, 1.0])
@pytest.mark.parametrize("axial", [False, True])
def test_light_mediators_are_integrated_through_the_photon_line(mass: float, axial: bool) -> None:
    E, T, g = 1.0, 1 * keV, 1e-10
    x = np.linspace(np.log(1e-9 * min(mass, T) ** 2), np.log((2 * E - T) ** 2 - T**2), 40001)
    X = np.exp(x)
    amplitude = g / (np.sqrt(2) * FERMI_CONSTANT) / (X + mass**2)
    if axial:
        # An atom that answers A00 = 1 + Q/MeV: the longitudinal axial weight is not suppressed at X = 0.
        coupling: Coupling = AxialMediator(mass, g, 1.0)
        edges = coupling.intervals(np.array([E]), np.array([T]))[0]
        node, weight = np.polynomial.legendre.leggauss(100)
        total = 0.0
        for low, high in itertools.pairwise(edges):
            Q = low * (high / low) ** ((node + 1) / 2)
            values = coupling.weights(E, T, Q).axial_charge * (1 + Q)
            total += np.sum(values * Q**2 * np.log(high / low) * weight)
        Y = (2 * E - T) ** 2 - T**2 - X
        integrand = FERMI_CONSTANT**2 * HBARC2 / (4 * np.pi * E**2) * Y / 2 * amplitude**2
        integrand = integrand * (1 + np.sqrt(X + T**2))
    else:
        total = spectrum(VectorMediator(mass, g, 1.0), HYDROGEN, E, T).transverse.sum()
        R = HYDROGEN.structure(np.array([T]), np.sqrt(X + T**2)).current[0, 0]
        integrand = transverse_weight(E, T, amplitude, X) * R
    assert total == approx(np.trapezoid(integrand * X, x), rel=1e-3)


def test_matter_cuts_the_photon_line() -> None:
    T = 1 * keV
    alone, inside = (spectrum(Millicharge(1e-12, photon_mass=w), HYDROGEN, 1.0, T) for w in (0.0, 50 * eV))
    assert inside.transverse.sum() < 0.4 * alone.transverse.sum()
    # The longitudinal share comes from much larger X.
    assert inside.longitudinal.sum() == approx(alone.longitudinal.sum(), rel=0.01)
    free = [cross_section(Millicharge(1e-12, photon_mass=w), FREE, 1.0, T) for w in (0.0, 1e-9)]
    assert free[1] == approx(free[0], rel=1e-12)


def test_heavy_lepton_is_integrated_from_its_own_limits() -> None:
    E, T = 1.0, 1 * keV
    for mass in (1e-4, 1e-2, 0.5):
        coupling = HeavyLepton(1e-10, mass)
        out = np.sqrt((E - T) ** 2 - mass**2)
        low, high = T + mass**2 / (E - T + out), E + out
        edges = coupling.intervals(np.array([E]), np.array([T]))[0]
        assert (edges[0], edges[-1]) == approx((low, high), rel=1e-14)
        x = np.linspace(np.log(low**2 - T**2), np.log(high**2 - T**2), 40001)[1:-1]
        X = np.exp(x)
        Q = np.sqrt(X + T**2)
        at = HYDROGEN.structure(np.array([T]), Q)
        weights = coupling.weights(E, T, Q)
        integrand = (weights.charge * at.charge[0, 0] + weights.current * at.current[0, 0]) * X
        assert cross_section(coupling, HYDROGEN, E, T) == approx(np.trapezoid(integrand, x), rel=1e-3)
    assert cross_section(HeavyLepton(1e-10, 1.1), HYDROGEN, E, T) == 0
    assert cross_section(HeavyLepton(1e-10, E - T), HYDROGEN, E, T) == 0


# --- flavours and matrices -----------------------------------------------------------------------------


def test_flavour_comes_from_the_source() -> None:
    for coupling in (Weak(), Neutrino(), Weak(g_V=0.1), Neutrino(weak=Weak(sin2_theta=0.2))):
        with pytest.raises(ValueError, match="the flavour comes from the source; give one"):
            cross_section(coupling, FREE, 1.0, 0.1)
    given = Neutrino(magnetic_moment=1e-11).with_flavour("e", True)
    assert given == Neutrino("e", True, magnetic_moment=1e-11)
    assert Weak().with_flavour(Flavour.MU) == Weak("mu")
    assert MagneticMoment(1e-11).with_flavour("e") == MagneticMoment(1e-11)
    assert IncoherentSum((Weak(), MagneticMoment(1e-11))).with_flavour("e").components()["weak"] == Weak("e")
    # Where nothing depends on it there is no need of one.
    assert cross_section(Weak(g_V=1.0, g_A=0.5), FREE, 1.0, 0.1) > 0
    assert cross_section(Neutrino(weak=False, charge_radius=cm2), FREE, 1.0, 0.1) > 0


def test_weak_couplings() -> None:
    assert Weak("e").couplings() == (0.9521, 0.4938)
    assert Weak("mu").couplings() == (-0.0397, -0.5062)
    assert Weak("tau").couplings() == (-0.0353, -0.5062)
    assert Weak("e", sin2_theta=0.25).couplings() == (1.0, 0.5)
    assert Weak("mu", sin2_theta=0.25).couplings() == (0.0, -0.5)
    assert Weak("tau", g_V=3.0).couplings() == (3.0, -0.5062)
    assert Weak("e") == Weak(Flavour.E)


def test_diagonal_elements_interfere_and_others_do_not() -> None:
    E, T, r2 = 1.0, 0.1, 3e-32 * cm2
    weak = cross_section(Weak("e"), FREE, E, T)
    alone = cross_section(ChargeRadius(r2), FREE, E, T)
    diagonal, transition = np.zeros((3, 3)), np.zeros((3, 3), dtype=complex)
    diagonal[0, 0] = r2
    transition[0, 2], transition[2, 0] = 1j * r2, -1j * r2
    both = cross_section(Neutrino("e", charge_radius=FlavourMatrix(diagonal)), FREE, E, T)
    assert both == approx(cross_section(Neutrino("e", charge_radius=r2), FREE, E, T), rel=1e-14)
    assert both > weak + 2 * alone
    apart = cross_section(Neutrino("e", charge_radius=FlavourMatrix(transition)), FREE, E, T)
    assert apart == approx(weak + alone, rel=1e-12)
    other = cross_section(Neutrino("mu", charge_radius=FlavourMatrix(transition)), FREE, E, T)
    assert other == approx(cross_section(Weak("mu"), FREE, E, T), rel=1e-14)
    # Two transitions to the same flavour interfere with each other.
    doubled = Neutrino("e", charge_radius=FlavourMatrix(transition), anapole=FlavourMatrix(-transition / 6))
    assert cross_section(doubled, FREE, E, T) == approx(weak + 4 * alone, rel=1e-12)


def test_a_contact_vector_is_a_shift_of_g_V() -> None:
    shifted = Weak("e", g_V=Weak("e").couplings()[0] + 0.25, g_A=Weak("e").couplings()[1] - 0.125)
    nsi = NonStandard(np.diag([0.25, 0, 0]), np.diag([-0.125, 0, 0]))
    heavy = 1e5  # MeV: a mass far beyond the transfer is a contact term
    g = 0.25 * np.sqrt(2) * FERMI_CONSTANT * heavy**2
    mediators = (VectorMediator(heavy, 1.0, g), AxialMediator(heavy, 1.0, g / 2))
    expected = cross_section(shifted, FREE, 1.0, 0.1)
    assert cross_section(Neutrino("e", nsi=nsi), FREE, 1.0, 0.1) == approx(expected, rel=1e-13)
    assert cross_section(Neutrino("e", mediators=mediators), FREE, 1.0, 0.1) == approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Weak("x"), 'a flavour is "e", "mu" or "tau", got \'x\''),
        (lambda: Neutrino(3), 'a flavour is "e", "mu" or "tau", got 3'),
        (lambda: Weak("e", g_V=np.nan), "g_V must be from -1e\\+06 to 1e\\+06, got nan"),
        (lambda: Weak("e", sin2_theta=1.5), "from 0 to 1, got 1.5"),
        (lambda: Weak("e", g_V=1, g_A=1, sin2_theta=0.2), "nothing for sin2_theta"),
        (lambda: Millicharge(np.nan), "a millicharge must be from"),
        (lambda: Millicharge(1e-12, neutrino_mass=0.0), "neutrino_mass must be greater than zero.*without limit"),
        (lambda: Millicharge(1e-12, photon_mass=-1.0), "photon_mass must be from 0 to"),
        (lambda: ChargeRadius(np.inf), "charge radius ⟨r²⟩ must be from"),
        (lambda: Anapole(np.nan), "anapole moment must be from"),
        (lambda: VectorMediator(-1.0, 1, 1), "mass of a mediator must be greater than zero"),
        (lambda: AxialMediator(0.0, 1, 1), "mass of a mediator must be greater than zero"),
        (lambda: ScalarMediator(np.nan, 1, 1), "mass of a mediator must be greater than zero"),
        (lambda: PseudoscalarMediator(1.0, np.nan, 1), "coupling of a mediator to the neutrino must be from"),
        (lambda: HeavyLepton(1e-11, -1.0), "mass of a heavy lepton must be from 0 to"),
        (lambda: HeavyLepton(-1e-11, 1.0), "transition moment must be from 0 to"),
        (lambda: Neutrino("e", magnetic_moment=-1.0), "magnetic moment must be from 0 to"),
        (lambda: Neutrino("e", charge_radius=np.nan), "charge_radius must be from"),
        (lambda: Neutrino("e", mediators=(Weak("e"),)), "weak interaction is there already"),
        (lambda: Neutrino("e", mediators=(HeavyLepton(1e-11, 0.1),)), "mediators are parts of a neutrino"),
        (lambda: Neutrino("e", parts=("vector",)), "parts are parts of a neutrino"),
        (lambda: NonStandard(np.ones((2, 2))), r"shape \(3, 3\)"),
        (lambda: NonStandard([[0, 1, 0], [0, 0, 0], [0, 0, 0]]), r"must be hermitian: the elements \(1, 2\)"),
        (lambda: NonStandard(FlavourMatrix(np.eye(3), Basis.MASS)), "must be in the flavour basis"),
        (lambda: IncoherentSum(()), "needs at least one"),
    ],
)
def test_meaningless_couplings_are_clear_errors(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def test_matrices_need_a_flavour_and_its_basis() -> None:
    matrix = FlavourMatrix(np.eye(3) * cm2, Basis.MASS)
    with pytest.raises(ValueError, match="in_basis"):
        cross_section(Neutrino("e", charge_radius=matrix), FREE, 1.0, 0.1)
    turned = Neutrino("e", charge_radius=matrix.in_basis(Basis.FLAVOUR))
    assert cross_section(turned, FREE, 1.0, 0.1) == approx(
        cross_section(Neutrino("e", charge_radius=cm2), FREE, 1.0, 0.1)
    )
    with pytest.raises(ValueError, match="the flavour comes from the source"):
        cross_section(replace(turned, flavour=None, weak=False), FREE, 1.0, 0.1)


def test_vector_couplings_need_the_vector_functions_only() -> None:
    for coupling in (Millicharge(1e-12), ChargeRadius(cm2), Anapole(cm2), VectorMediator(1.0, 1, 1)):
        assert coupling.functions == VECTOR


# --- sums of couplings with kinematics of their own ------------------------------------------------------


def test_a_sum_has_the_cuts_of_all_its_parts() -> None:
    E, T = np.array([1.0, 1.0, 0.15]), np.array([0.1, 0.5, 0.1])
    light, heavy = VectorMediator(1e-3, 1e-5, 1e-5), HeavyLepton(1e-11, 0.1)
    own, other = light.intervals(E, T), heavy.intervals(E, T)
    edges = IncoherentSum((light, MagneticMoment(1e-11), heavy)).intervals(E, T)
    assert np.all(np.diff(edges, axis=1) >= 0)
    for i in range(2):
        assert set(own[i]) | set(other[i]) == set(edges[i])
    # With 0.05 MeV left the lepton of 0.1 is closed, and has no say.
    assert set(edges[2]) == set(own[2])


@pytest.mark.parametrize("mass", [0.05, 0.3])
def test_a_heavy_lepton_adds_to_the_others(mass: float) -> None:
    parts = (MagneticMoment(1e-11), HeavyLepton(3e-11, mass), VectorMediator(1e-4, 1e-6, 1e-6))
    E, T = np.array([0.2, 0.4, 1.0]), np.array([1e-4, 1e-3, 0.05, 0.15])
    for model in (FREE, HYDROGEN):
        apart = sum(cross_section(part, model, E, T) for part in parts)
        together = cross_section(IncoherentSum(parts), model, E, T)
        np.testing.assert_allclose(together, apart, rtol=1e-4, atol=1e-9 * apart.max())

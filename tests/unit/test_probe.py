"""Probes that are no neutrinos: kinematics, exact limits on free electrons, and what they refuse."""

from collections.abc import Callable
from math import erf, pi, sqrt

import numpy as np
import pytest
from hepunits.constants import Avogadro, c_light

import nuatom as na
from nuatom.functions import Array
from nuatom.observables.stopping import bethe_stopping, largest_transfer
from nuatom.probe import ChargedParticle, DarkMatter, MediatorKind, Photon, Probe, StandardHalo
from nuatom.probe.photon import RADIUS2
from nuatom.units import BOHR_RADIUS, ELECTRON_MASS, FINE_STRUCTURE, HARTREE, HBARC2, cm2, g, keV

MUON = 105.6583755
FREE = na.FreeElectrons("H")
PROBES: list[Probe] = [
    Photon(),
    Photon(relativistic=False),
    ChargedParticle.electron(),
    ChargedParticle(MUON, 2.0),
    DarkMatter(10.0, "light"),
]


@pytest.mark.parametrize("probe", PROBES, ids=repr)
def test_weights_are_positive_inside_the_intervals_and_exact_zeros_outside(probe: Probe) -> None:
    E, T = np.array([0.05, 0.5, 2.0])[:, None], np.array([1e-6, 1e-3, 0.04])
    pairs = np.broadcast_arrays(E, T)
    energy, transfer = (values.ravel() for values in pairs)
    edges = probe.intervals(energy, transfer)
    assert np.all(np.isfinite(edges))
    assert np.all(np.diff(edges, axis=1) >= 0)
    # What takes T from a particle takes at least T of momentum.
    assert np.all(edges[:, 0] >= transfer * (1 - 1e-12))
    inside = edges[:, :1] + np.array([0.01, 0.4, 0.99]) * (edges[:, -1:] - edges[:, :1])
    outside = np.concatenate([0.99 * edges[:, :1], 1.01 * edges[:, -1:]], axis=1)
    found = probe.weights(energy[:, None], transfer[:, None], inside)
    assert tuple(found.values) == probe.functions
    for values in found.values.values():
        assert np.all(values > 0)
    for values in probe.weights(energy[:, None], transfer[:, None], outside).values.values():
        assert not np.any(values)
    for values in probe.weights(energy, 1.5 * energy, 1.5 * energy).values.values():
        assert not np.any(values)
    assert list(probe.components().values()) == [probe]


@pytest.mark.parametrize("energy", [0.01, 0.3, 5.0])
def test_a_photon_on_a_free_electron_is_klein_and_nishina(energy: float) -> None:
    T = energy * 2 * energy / (ELECTRON_MASS + 2 * energy) * np.array([0.01, 0.3, 0.7, 0.999])
    after = energy - T
    cosine = 1 - ELECTRON_MASS * (1 / after - 1 / energy)
    expected = pi * RADIUS2 * ELECTRON_MASS / energy**2 * (after / energy + energy / after - 1 + cosine**2)
    np.testing.assert_allclose(na.cross_section(Photon(), FREE, energy, T), expected, rtol=1e-12)


def test_a_soft_photon_is_the_a2_term() -> None:
    T = np.array([0.2, 1.0]) * keV
    model = na.Hydrogenic(1, 0, 1)
    both = [na.cross_section(Photon(relativistic=r), model, 30 * keV, T) for r in (True, False)]
    # (ω/m)² = 3e-3
    np.testing.assert_allclose(both[0], both[1], rtol=4e-3)


@pytest.mark.parametrize(("mass", "energy"), [(MUON, 200.0), (938.272, 10.0), (MUON, 5e3), (1e5, 30.0)])
def test_a_charged_particle_on_a_free_electron_is_the_textbook_formula(mass: float, energy: float) -> None:
    # H. J. Bhabha, Proc. R. Soc. A 164 (1938) 257, spin ½.
    total = energy + mass
    beta2, most = 1 - (mass / total) ** 2, largest_transfer(mass, energy)
    T = most * np.array([1e-4, 0.1, 0.5, 0.99])
    shape = 1 - beta2 * T / most + T**2 / (2 * total**2)
    expected = 2 * pi * FINE_STRUCTURE**2 * HBARC2 / (ELECTRON_MASS * beta2 * T**2) * shape
    np.testing.assert_allclose(na.cross_section(ChargedParticle(mass), FREE, energy, T), expected, rtol=1e-10)
    assert not np.any(na.cross_section(ChargedParticle(mass), FREE, energy, [1.01 * most]))


def test_charge_counts_squared() -> None:
    T = [1 * keV]
    one, two = (na.cross_section(ChargedParticle(MUON, z), FREE, 10.0, T) for z in (1.0, -2.0))
    np.testing.assert_allclose(two, 4 * one, rtol=1e-14)


@pytest.mark.parametrize("mass", [5.0, 500.0])
def test_dark_matter_on_a_free_electron_has_its_reference_cross_section(mass: float) -> None:
    # The electron is bound by 14 µeV: its velocity is 1e-5 of the speed of light, that of dark matter 1e-3.
    probe = DarkMatter(mass, "heavy", reference=1e-38 * cm2)
    loose = na.Hydrogenic(1, 0, 1e-3)
    total = na.total_cross_section(probe, loose, 0.5 * mass * 1e-6, 1e-14)
    assert float(total) / probe.reference == pytest.approx(1, abs=1e-4)


def test_the_halo_is_normalised_and_known_at_rest() -> None:
    halo = StandardHalo()
    v = np.linspace(0, halo.largest_speed, 20001)
    # ∫η dv = ∫f d³v = 1, with η(0) of an untruncated Maxwellian erf(y)/y v_0 to within the few beyond the escape speed.
    assert float(np.trapezoid(halo.mean_inverse_speed(v), v)) == pytest.approx(1, abs=1e-8)
    assert not np.any(halo.mean_inverse_speed(1.001 * halo.largest_speed))
    wide = StandardHalo(v_escape=0.05)
    ratio = wide.v_laboratory / wide.v_0
    assert float(wide.mean_inverse_speed(0.0)) == pytest.approx(erf(ratio) / wide.v_laboratory, rel=1e-12)


@pytest.mark.slow
def test_a_rate_is_the_flux_times_the_cross_section() -> None:
    # The halo integrated numerically over the cross section at each speed, against ⟨1/v⟩ in closed form.
    probe, model, halo = DarkMatter(100.0, "light", 1e-36 * cm2), na.Hydrogenic(1, 0, 1), StandardHalo()
    T = np.array([0.02, 0.05]) * keV
    v, step = np.linspace(1e-4, halo.largest_speed, 3000, retstep=True)
    slope = -np.gradient(halo.mean_inverse_speed(v), v)  # f(v)/v, speeds in every direction
    areas = na.cross_section(probe, model, 0.5 * probe.mass * v**2, T)
    flux: Array = slope * v**2 * step
    atoms = float(Avogadro) / (na.element("H").atomic_weight * g)
    expected = atoms * halo.density / probe.mass * float(c_light) * (flux @ areas)
    np.testing.assert_allclose(na.dark_matter_rate(probe, model, T, halo), expected, rtol=2e-3)


def test_words_are_kinds() -> None:
    assert DarkMatter(10.0, "light") == DarkMatter(10.0, MediatorKind.LIGHT)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DarkMatter(10.0, "medium"), "mediator must be one of 'heavy', 'light', got 'medium'"),
        (lambda: DarkMatter(-1.0), "the mass of dark matter must be"),
        (lambda: ChargedParticle(0.0), "the mass of a charged particle must be"),
        (lambda: Photon(relativistic=1), "relativistic must be True or False"),  # type: ignore[arg-type]
        (lambda: StandardHalo(v_escape=8e-4), "v_laboratory must be below v_escape"),
        (lambda: na.stopping_power(ChargedParticle.proton(), FREE, 1.0), "needs bound electrons"),
        (lambda: na.mean_excitation_energy(FREE), "needs bound electrons"),
        (lambda: na.mean_excitation_energy(na.Atom("H")), "expected a response model"),
        (lambda: na.compton_spectrum(na.Hydrogenic(1, 0, 1), 0.1, 0.0, [1e-3]), "the angle must be above 0"),
        (lambda: na.incoherent_function(FREE, 1e-3), "needs thresholds > 0"),
        (lambda: na.dark_matter_rate(DarkMatter(10.0), na.Hydrogenic(2, 1, 3.5), [1e-5]), "which element"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_the_stopping_power_of_hydrogen_is_bethes_at_high_energy() -> None:
    # Exact closed forms on both sides; what is left at β² = 0.18 are shell corrections, ⟨v²⟩/v² = 3e-4.
    probe, model = ChargedParticle.proton(), na.Hydrogenic(1, 0, 1)
    found = na.stopping_power(probe, model, 100.0)
    assert found / bethe_stopping(probe, 1, na.mean_excitation_energy(model), 100.0) == pytest.approx(1, abs=1e-3)


def test_excitation_of_hydrogen_by_a_fast_charge_is_inokutis() -> None:
    # M. Inokuti, Rev. Mod. Phys. 43 (1971) 297: 1s → n = 2 is
    # 4πa₀² (R/E)[0.5549 ln(4 · 0.4084 E/R) + 0.1197], E = mv²/2.
    speed = 20.0  # atomic units
    beta = speed * FINE_STRUCTURE
    mass = 1e5
    energy = mass * (1 / sqrt(1 - beta**2) - 1)
    found = na.lines(ChargedParticle(mass), na.Hydrogenic(1, 0, 1), energy)
    scaled = 0.5 * speed**2 * HARTREE / (0.5 * HARTREE)
    expected = 4 * pi * BOHR_RADIUS**2 / scaled * (0.5549 * np.log(4 * 0.4084 * scaled) + 0.1197)
    # β² = 2 % enters the logarithm as −ln(1−β²) − β², and the next order of the series in R/E is 0.1 %.
    assert float(found.area[0]) == pytest.approx(float(expected), rel=3e-3)


def test_mean_excitation_energy_of_hydrogen() -> None:
    # 14.99 eV, the exact value (H. Bethe and E. Salpeter 1957: ln(I/Ry) = 0.0971).
    model = na.Hydrogenic(1, 0, 1)
    assert na.mean_excitation_energy(model) / model.binding_energy == pytest.approx(np.exp(0.0971), rel=2e-4)

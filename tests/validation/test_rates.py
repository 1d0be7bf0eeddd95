"""Rates against textbook cross sections folded with the flux by an independent integrator, and by hand."""

import warnings
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import IntegrationWarning, quad

from comparison import approx
from nuatom import FreeElectrons, MagneticMoment, Millicharge, Weak, element
from nuatom.neutrino.weak import CORRECTED
from nuatom.rates import rate, rate_spectrum
from nuatom.source import Chromium51, Component, LineSpectrum, Reactor, Solar, Source, Tritium
from nuatom.units import (
    ELECTRON_MASS,
    FERMI_CONSTANT,
    FINE_STRUCTURE,
    HBARC2,
    MeV,
    cm2,
    day,
    eV,
    g,
    keV,
    kg,
    m,
    s,
    tonne,
    year,
)

MOMENT, CHARGE = 3e-11, 1e-12
REACTOR = Reactor(flux=2.7e13 / cm2 / s)
SOURCES = {
    "lines": Chromium51(activity=1e17 / s, distance=1 * m),
    "smooth": Tritium(activity=1e19 / s, distance=1 * m),
    "reactor": REACTOR,
    "solar": Solar("B16-GS98"),
}
# What one mole weighs, from the atomic weights 72.630 and 131.293 of the IUPAC table.
GERMANIUM_ELECTRONS = 32 * 6.02214076e23 / (72.630 * g)
XENON_ELECTRONS = 54 * 6.02214076e23 / (131.293 * g)


def magnetic(energy: float, transfer: float, flavour: object, antineutrino: bool) -> float:
    """(πα²μ²/m²)(1/T − 1/E) per electron."""
    return np.pi * (FINE_STRUCTURE * MOMENT / ELECTRON_MASS) ** 2 * HBARC2 * (1 / transfer - 1 / energy)


def helicity_conserving(vector: float, axial: float, energy: float, transfer: float) -> float:
    """(G_F² m/2π)[(g_V+g_A)² + (g_V−g_A)²(1−T/E)² − (g_V²−g_A²) mT/E²] per electron."""
    left, right = (vector + axial) ** 2, (vector - axial) ** 2 * (1 - transfer / energy) ** 2
    mixed = (vector**2 - axial**2) * ELECTRON_MASS * transfer / energy**2
    return FERMI_CONSTANT**2 * ELECTRON_MASS / (2 * np.pi) * HBARC2 * (left + right - mixed)


def weak(energy: float, transfer: float, flavour: object, antineutrino: bool) -> float:
    vector, axial = CORRECTED[flavour]  # type: ignore[index]
    return helicity_conserving(vector, -axial if antineutrino else axial, energy, transfer)


def millicharge(energy: float, transfer: float, flavour: object, antineutrino: bool) -> float:
    """The photon's share of g_V at the virtuality 2mT of a free electron."""
    vector = np.sqrt(2) * np.pi * FINE_STRUCTURE * CHARGE / FERMI_CONSTANT / (ELECTRON_MASS * transfer)
    return helicity_conserving(vector, 0.0, energy, transfer)


COUPLINGS = {
    "magnetic moment": (MagneticMoment(MOMENT), magnetic),
    "weak": (Weak(), weak),
    "millicharge": (Millicharge(CHARGE), millicharge),
}
CrossSection = Callable[[float, float, object, bool], float]


def least(transfer: float) -> float:
    """The least energy that gives a free electron at rest T: [T + √(T² + 2mT)]/2."""
    return (transfer + np.sqrt(transfer * (transfer + 2 * ELECTRON_MASS))) / 2


def integrated(component: Component, function: Callable[[float], float], low: float) -> float:
    """∫_{E>low} φ f dE with scipy.integrate.quad between the breaks of the spectrum."""
    shape = component.shape
    if isinstance(shape, LineSpectrum):
        pairs = zip(shape.energies, shape.intensities, strict=True)
        return component.flux * sum(float(i) * function(float(e)) for e, i in pairs if e > low)
    breaks = getattr(shape, "breaks", getattr(shape, "energies", shape.support))
    edges = [low, *(float(b) for b in breaks if b > low)]
    total = 0.0
    for a, b in pairwise(edges):
        with warnings.catch_warnings():
            # It says that rounding keeps it from 1e-8; how far it came is what counts.
            warnings.simplefilter("ignore", IntegrationWarning)
            value, error = quad(lambda E: float(shape(E)) * function(E), a, b, epsrel=1e-8, epsabs=0.0, limit=200)
        assert error <= 2e-5 * abs(value)
        total += value
    return component.flux * total


def folded(source: Source, cross_section: CrossSection, transfer: float) -> float:
    """Rate per electron [1/(time energy)]."""
    total = 0.0
    for component in source.components:
        for share in component.composition:

            def sigma(E: float, share=share, component=component) -> float:
                P = float(share.probability(np.array(E)))
                return P * cross_section(E, transfer, share.flavour, component.antineutrino)

            total += integrated(component, sigma, least(transfer))
    return total


@pytest.mark.slow
@pytest.mark.parametrize("name", COUPLINGS)
@pytest.mark.parametrize(
    ("source", "transfers"),
    [
        # 51Cr ends at 560 keV and its lower lines at 270 keV, tritium at 1.26 keV, a reactor near 10 MeV.
        ("lines", [10 * eV, 5 * keV, 265 * keV, 300 * keV, 555 * keV]),
        ("smooth", [1 * eV, 100 * eV, 1 * keV, 1.2 * keV]),
        ("reactor", [10 * eV, 3 * keV, 300 * keV, 3 * MeV]),
        ("solar", [1 * keV, 250 * keV, 2 * MeV]),
    ],
)
def test_free_electrons_against_an_independent_folding(name: str, source: str, transfers: list[float]) -> None:
    coupling, textbook = COUPLINGS[name]
    got = rate(SOURCES[source], coupling, FreeElectrons("Ge"), transfers)
    expected = [GERMANIUM_ELECTRONS * folded(SOURCES[source], textbook, T) for T in transfers]
    # The atomic weight is known to 1e-5; the integrals agree far better (the next test).
    np.testing.assert_allclose(got, expected, rtol=5e-5)


@pytest.mark.slow
def test_the_integrals_alone_agree_to_a_millionth() -> None:
    electrons = 32 * 6.02214076e23 / (element("Ge").atomic_weight * g)
    T = [100 * eV, 30 * keV, 1 * MeV]
    got = rate(REACTOR, COUPLINGS["weak"][0], FreeElectrons("Ge"), T)
    np.testing.assert_allclose(got, [electrons * folded(REACTOR, weak, t) for t in T], rtol=1e-6)


@pytest.mark.slow
def test_germanium_at_a_reactor() -> None:
    """dR/dT → N_e Φ (πα²μ²/m²)(1/T − ⟨1/E⟩), and by hand without the last term.

    πα²/m² = 2.49467e-25 cm² and N_e = 32 · 6.02214e23/72.630 g = 2.6533e26/kg, so that with Φ = 2.7e13/cm²/s,
    μ = 3e-11 and T = 1 keV it is 2.49467e-25 · 9e-22 · 2.7e13 · 2.6533e26 · 86400 = 0.13897 /(kg day keV).
    """
    T = np.array([0.1, 1.0, 2.8, 10.0]) * keV
    got = rate(REACTOR, MagneticMoment(MOMENT), FreeElectrons("Ge"), T)
    per = 1 / (kg * day * keV)
    by_hand = 0.13897 * per * keV / T
    # T⟨1/E⟩ is 3.0 % at 10 keV, as the mean of 1/E is that of some MeV.
    assert np.all((got < by_hand) & (got > 0.969 * by_hand))
    inverse = sum(integrated(c, lambda E: 1 / E, least(1 * eV)) for c in REACTOR.components)
    flux = sum(c.flux for c in REACTOR.components)
    assert flux == approx(2.7e13 / cm2 / s, rel=1e-9)
    expected = by_hand * (1 - T * inverse / flux)
    # Left out: neutrinos below E_min = 16, 52 keV at 1, 10 keV, less than one in a hundred.
    np.testing.assert_allclose(got[:2], expected[:2], rtol=2e-3)
    np.testing.assert_allclose(got, expected, rtol=1e-2)


@pytest.mark.slow
def test_xenon_in_the_sun() -> None:
    """The magnetic moment as for germanium, weak scattering as N_e Φ (G_F²m/π) Σ_f P_f (g_V² + g_A²) at low T."""
    solar = SOURCES["solar"]
    T = np.array([0.05, 0.5, 2.0]) * keV
    flux = sum(c.flux for c in solar.components)
    # B16-GS98: 5.98e10 of pp, 4.93e9 of 7Be, 1.44e8 of pep and 0.49e9 of the CNO cycle and 8B.
    assert flux == approx(6.54e10 / cm2 / s, rel=2e-3)
    magnetic_rate = rate(solar, MagneticMoment(MOMENT), FreeElectrons("Xe"), T)
    constant = 2.49467e-25 * cm2 * MOMENT**2 * XENON_ELECTRONS
    inverse = sum(integrated(c, lambda E: 1 / E, least(10 * eV)) for c in solar.components)
    np.testing.assert_allclose(magnetic_rate, constant * (flux / T - inverse), rtol=1e-3)
    found = rate_spectrum(solar, Weak(), FreeElectrons("Xe"), T)
    strength = 0.0
    for component in solar.components:
        for share in component.composition:
            vector, axial = CORRECTED[share.flavour]

            def probability(E: float, share=share) -> float:
                return float(share.probability(np.array(E)))

            strength += (vector**2 + axial**2) * integrated(component, probability, least(10 * eV))
    limit = FERMI_CONSTANT**2 * ELECTRON_MASS / np.pi * HBARC2 * XENON_ELECTRONS * strength
    # (1 − T/E)² and mT/E² take off a percent or so of the pp neutrinos for every keV.
    np.testing.assert_allclose(found.total[:1], limit, rtol=2e-3)
    assert np.all((found.total < limit) & (found.total > 0.97 * limit))
    # 54 electrons give some three events in a tonne, year and keV: what a xenon detector has as a background.
    assert 2.5 < found.total[1] / (1 / (tonne * year * keV)) < 4.0
    assert found.by_component["pp"][1] / found.total[1] == approx(0.91, abs=0.03)

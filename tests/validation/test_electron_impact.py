"""Electrons that ionise inner shells, and are stopped, against a program and a formula of others."""

from math import log, pi

import numpy as np
import pytest
from pytest import approx

import nuatom as na
from nuatom.observables.stopping import bethe_stopping
from nuatom.probe import ChargedParticle
from nuatom.units import ELECTRON_MASS, cm2, eV, keV

# D. Bote, F. Salvat, A. Jablonski and C. J. Powell, At. Data Nucl. Data Tables 95 (2009) 871, as NIST's BoteSalvatICX
# has them: the edge [eV]; a1 to a5, below 16 times it; A, b and g1 to g4, above.  They fit distorted- and plane-wave
# Born calculations with exchange, in Dirac–Fock–Slater fields, within one or two per cent, and have three digits.
FITS = {
    ("H", "1s1/2"): (13.6059, (1.38, 0.00461, -1.42, 1.48, -1.31), 1.51e-5, 1.51, (0.00488, 14.3, -0.0316, 0.0243)),
    ("He", "1s1/2"): (24.9798, (1.11, 0.00478, -1.48, 1.5, -2.12), 2.57e-5, 1.33, (0.00482, 11.4, -0.0296, 0.0216)),
    ("Ar", "1s1/2"): (
        3177.64,
        (0.0088, 7.58e-5, -0.0109, 0.0104, -0.0105),
        2.03e-7,
        1.08,
        (0.103, 6.83, -0.357, 0.149),
    ),
    ("Ar", "2s1/2"): (
        313.454,
        (0.0819, 0.000325, -0.0987, 0.0334, 0.21),
        1.49e-6,
        1.11,
        (0.0251, 9.71, -0.104, 0.0612),
    ),
    ("Ar", "2p3/2"): (247.079, (0.174, 0.00107, -0.23, 0.28, -0.121), 8.25e-6, 0.928, (0.0136, 8.0, -0.0468, 0.0382)),
    ("Ge", "1s1/2"): (
        11066.6,
        (0.0024, 4.74e-5, -0.00272, 0.00244, -0.00219),
        5.14e-8,
        0.658,
        (0.432, 6.17, -1.42, 0.714),
    ),
    ("Ge", "2p3/2"): (
        1222.61,
        (0.0342, 0.000225, -0.0403, 0.0668, -0.116),
        1.33e-6,
        0.954,
        (0.0449, 7.14, -0.123, 0.0777),
    ),
    ("Ge", "3s1/2"): (179.137, (0.11, 0.000554, -0.127, -0.174, 0.64), 1.57e-6, 1.64, (0.0246, 10.7, -0.104, 0.0667)),
}
BOHR2 = 5.29177211e-9**2  # cm²


def fitted(symbol: str, label: str, ratio: float) -> float:
    """Their cross section of a shell at so many times its edge [cm²]."""
    edge, low, size, b, (g1, g2, g3, g4) = FITS[symbol, label]
    if ratio <= 16:
        a1, a2, a3, a4, a5 = low
        amplitude = a1 + a2 * ratio + a3 / (1 + ratio) + a4 / (1 + ratio) ** 3 + a5 / (1 + ratio) ** 5
        return 4 * pi * BOHR2 * (ratio - 1) / ratio**2 * amplitude**2
    mass = ELECTRON_MASS / eV
    E = ratio * edge
    X, beta2 = (E * (E + 2 * mass)) ** 0.5 / mass, E * (E + 2 * mass) / (E + mass) ** 2
    rest = (log(X**2) - beta2) * (1 + g1 / X) + g2 + g3 * (1 - beta2) ** 0.25 + g4 / X
    return ratio / (ratio + b) * 4 * pi * BOHR2 * size / beta2 * rest


def ionisation(symbol: str, label: str, ratio: float, probe: ChargedParticle) -> float:
    """Ours, over T from the edge to where the other electron is the slower one [cm²]."""
    model = na.CentralField(na.Atom(symbol, binding="calculated" if symbol in ("H", "He") else "measured"))
    i = [shell.label for shell in model.shells].index(label)
    edge, E = model.shells[i].binding_energy, ratio * FITS[symbol, label][0] * eV
    top = (E + edge) / 2 if probe.exchange else E
    node, weight = np.polynomial.legendre.leggauss(16)
    cuts = np.linspace(0, log(top / edge), 7)
    half = np.diff(cuts)[:, None] / 2
    T = edge * np.exp((cuts[:-1, None] + half * (1 + node)).ravel())
    found = na.cross_section(probe, model, E, T, by_shell=True)[i]
    return float(found @ (T * (half * weight).ravel())) / cm2


def test_the_fit_is_read_as_its_authors_program_does() -> None:
    # Hydrogen at 687.86 eV, printed with the program of Bote and Salvat: 1.57729e-17 cm², before the digits were cut.
    assert fitted("H", "1s1/2", 687.86 / 13.6059) == approx(1.57729e-17, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "label"), FITS)
def test_inner_shells_are_ionised_as_others_find(symbol: str, label: str) -> None:
    electron, without = ChargedParticle.electron(), ChargedParticle(ELECTRON_MASS, -1.0)
    # Up to 11 GeV.  Found: 0.5 % in H and He, 0.3 to 3.3 % in Ar and Ge, where their field is another one.
    for ratio in (15, 30, 100, 1000):
        assert ionisation(symbol, label, ratio, electron) == approx(fitted(symbol, label, ratio), rel=0.035), ratio
    # Near the threshold a plane wave is no wave: 1 to 8 % low at eight times the edge, 10 to 18 % at four.  Without
    # exchange they would be 8 to 16 and 6 to 23 % high.
    near = [ionisation(symbol, label, 8, probe) / fitted(symbol, label, 8) for probe in (electron, without)]
    assert 0.9 < near[0] < 1 < 1.08 < near[1] < 1.2


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "off"), [("Ar", 0.012), ("Xe", 0.03)])
def test_electrons_are_stopped_as_bethe_and_moller_say(symbol: str, off: float) -> None:
    # What is missing in the formula are shell corrections, which fall with the energy.  Found: Ar 0.6 and 0.5 %, Xe 2.4
    # and 1.3 % at 100 keV and 1 MeV.
    model, electron = na.recommended(symbol), ChargedParticle.electron()
    own = na.mean_excitation_energy(model)
    ratios = [
        na.stopping_power(electron, model, E) / bethe_stopping(electron, na.element(symbol).Z, own, E)
        for E in (100 * keV, 1000 * keV)
    ]
    assert 1 - off < ratios[0] < ratios[1] < 1


def test_only_an_electron_exchanges() -> None:
    with pytest.raises(ValueError, match="only an electron exchanges with electrons"):
        ChargedParticle(105.66, -1.0, exchange=True)
    with pytest.raises(ValueError, match="only an electron exchanges"):
        ChargedParticle(ELECTRON_MASS, 1.0, exchange=True)


def test_on_free_electrons_it_is_mollers_formula() -> None:
    electron = ChargedParticle.electron()
    for K in (0.01, 1.0, 30.0):
        T = K * np.array([1e-3, 0.03, 0.2, 0.5])
        gamma, e = 1 + K / ELECTRON_MASS, T / K
        beta2 = 1 - gamma**-2
        shape = 1 / e**2 + 1 / (1 - e) ** 2 + ((gamma - 1) / gamma) ** 2 - (2 * gamma - 1) / gamma**2 / (e * (1 - e))
        alpha, hbarc2 = 1 / 137.035999, 0.3893793721e-21  # MeV² cm²
        moller = 2 * pi * alpha**2 * hbarc2 / (ELECTRON_MASS * beta2 * K**2) * shape
        found = na.cross_section(electron, na.FreeElectrons("H"), K, T) / cm2
        np.testing.assert_allclose(found, moller, rtol=2e-6)

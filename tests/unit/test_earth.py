"""The Sun at night: the Earth as a medium, and the asymmetry that has been seen."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

import nuatom as na
from configurations import changed
from nuatom.cli import main
from nuatom.config import ConfigError, parse
from nuatom.neutrino import NUFIT, Mixing
from nuatom.source import Solar, earth
from nuatom.units import FERMI_CONSTANT, HBARC, MeV, cm, eV, m

AVOGADRO = 6.02214076e23


def test_shells_weigh_what_the_earth_does() -> None:
    """5.972e24 kg, of which 32 % are in the core; the ocean is taken for rock."""
    outer, electrons = earth.shells()
    volume = 4 * np.pi / 3 * np.diff(outer**3, prepend=0.0)
    per_nucleon = np.where(outer < 3481e3 * m, 0.467, 0.495)
    mass = volume * electrons / per_nucleon / AVOGADRO / 1e3
    assert mass.sum() == pytest.approx(5.972e24, rel=2e-3)
    assert mass[outer < 3481e3 * m].sum() / mass.sum() == pytest.approx(0.325, abs=3e-3)


@pytest.mark.parametrize("cosine", [0.05, 0.4, 0.9])
def test_a_path_is_the_solution_of_its_equation(cosine: float) -> None:
    """i dψ/dx = H ψ through the same shells, integrated step by step."""
    from scipy.integrate import solve_ivp

    outer, electrons = earth.shells()
    energy, length = 8 * MeV, 2 * earth.RADIUS * cosine
    omega = NUFIT.splitting_21 / (2 * energy)
    double = 1 - 2 * NUFIT.sin2_12
    across = omega * np.sqrt(1 - double**2)
    middle, impact = length / 2, earth.RADIUS * np.sqrt(1 - cosine**2)

    def change(x: float, state: np.ndarray) -> np.ndarray:
        shell = np.searchsorted(outer, np.hypot(impact, x - middle))
        density = electrons[min(shell, outer.size - 1)]
        along = np.sqrt(2) * FERMI_CONSTANT * density * HBARC**3 * (1 - NUFIT.sin2_13) - omega * double
        matrix = 0.5 * np.array([[along, across], [across, -along]])
        return -1j * matrix @ state / HBARC

    # Kinks at the shells: each stretch on its own.
    crossed = np.sqrt(np.maximum(outer**2 - impact**2, 0.0))
    ends = np.unique(np.concatenate([middle - crossed, middle + crossed]))
    state = np.array([1.0 + 0j, 0.0])
    for first, last in pairwise(ends):
        step = 1e-9 * (last - first)
        state = solve_ivp(change, (first + step, last - step), state, rtol=1e-8, atol=1e-10).y[:, -1]
    found = earth.propagated(np.array([energy]), np.array([cosine]), NUFIT)
    assert_allclose([complex(part[0, 0]) for part in found], state, atol=2e-6)


@pytest.mark.slow
def test_probabilities_are_kept() -> None:
    passed = earth.night(np.array([0.01, 0.4, 3.0, 18.0, 30.0]) * MeV, NUFIT, 36.4)
    assert_allclose(passed.sum(axis=-1), 1, rtol=1e-12)
    assert_allclose(passed.sum(axis=-2), 1, rtol=1e-12)
    vacuum = np.abs(NUFIT.matrix) ** 2
    assert_allclose(passed[0], vacuum, atol=1e-4)
    assert_allclose(earth.night(np.array(5.0), Mixing(sin2_12=0.0), 36.4)[0], [1 - 0.0222, 0, 0.0222], atol=1e-12)


def test_regeneration_is_that_of_the_layers_above() -> None:
    """Averaged over long paths and energies, ν₂ gains ½ c13⁴ ε sin²2θ12, ε = 2EV/Δm², of the density near the detector.

    A. N. Ioannisian and A. Yu. Smirnov, Phys. Rev. Lett. 93 (2004) 241801: what is far away is not seen.  What is near
    is rock of the crust and of the upper mantle, 2.7 to 3.4 g/cm³.
    """
    energy = np.linspace(3, 12, 40) * MeV
    gain = earth.night(energy, NUFIT, 36.4)[:, 0, 1] - np.abs(NUFIT.matrix[0, 1]) ** 2
    sine = 4 * NUFIT.sin2_12 * (1 - NUFIT.sin2_12)
    of_one = np.sqrt(2) * FERMI_CONSTANT * HBARC**3 * 0.495 * AVOGADRO / cm**3 / NUFIT.splitting_21
    density = gain / (0.5 * (1 - NUFIT.sin2_13) ** 2 * sine * 2 * energy * of_one)
    assert 2.7 < density.mean() < 3.4


def rate(mixing: Mixing, when: str) -> float:
    sun = Solar(mixing=mixing, when=when, latitude=None if when == "day" else 36.4).only("8B")
    transfer = np.linspace(4.5, 15, 60) * MeV
    return float(np.trapezoid(na.rate(sun, na.Weak(), na.FreeElectrons("H"), transfer), transfer))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mixing", "asymmetry"),
    [
        # What Super-Kamiokande expects, M. B. Smy et al., Phys. Rev. D 69 (2004) 011104: two flavours, tan²θ = 0.55.
        (Mixing(sin2_12=0.55 / 1.55, sin2_13=0.0, splitting_21=6.3e-5 * eV**2), -0.021),
        # Where (−3.2 ± 1.2) % ends, A. Renshaw et al., Phys. Rev. Lett. 112 (2014) 091805.
        (Mixing(splitting_21=4e-5 * eV**2), -0.044),
        (Mixing(splitting_21=7e-5 * eV**2), -0.020),
    ],
)
def test_asymmetry_of_day_and_night_is_the_one_expected_at_kamioka(mixing: Mixing, asymmetry: float) -> None:
    """2 (day − night)/(day + night) of electrons above 4.5 MeV; the resolution, which is not in, is worth a tenth."""
    day, night, average = (rate(mixing, when) for when in ("day", "night", "average"))
    assert 2 * (day - night) / (day + night) == pytest.approx(asymmetry, rel=0.15)
    assert average == pytest.approx((day + night) / 2, rel=1e-6)


def test_low_energies_do_not_feel_the_earth() -> None:
    day, night = (Solar(when=when) for when in ("day", "night"))
    for component, energy in (("pp", 0.3), ("7Be", 0.8613)):
        one, other = (sun.probability(component, "e", energy) for sun in (day, night))
        assert abs(other / one - 1) < 1e-3


@pytest.mark.parametrize(("component", "energy", "change"), [("7Be", 0.8613, -4.7e-4), ("pp", 0.3, -2.1e-4)])
def test_there_is_less_of_an_electron_neutrino_at_low_energies(component: str, energy: float, change: float) -> None:
    """(P_e2 − P_e1) ½ c13⁴ ε sin²2θ12, the gain of ν₂ that ν₁ loses, with the rock of the crust and just below."""
    day, night = (float(Solar(when=when).probability(component, "e", energy)) for when in ("day", "night"))
    assert night / day - 1 == pytest.approx(change, rel=0.03)
    first, second, _ = Solar().mass_probabilities(component, energy)
    sine = 4 * NUFIT.sin2_12 * (1 - NUFIT.sin2_12)
    of_one = np.sqrt(2) * FERMI_CONSTANT * HBARC**3 * 0.495 * AVOGADRO / cm**3 / NUFIT.splitting_21
    gain = 0.5 * (1 - NUFIT.sin2_13) ** 2 * sine * 2 * energy * MeV * of_one
    assert 2.6 < (night - day) / ((second - first) * gain) < 3.4


def test_the_table_of_the_night_is_fine_enough() -> None:
    """Where intervals of the nadir would all have one phase, and where oscillations in E are fast."""
    energy = np.array([0.4823, 0.9645, 5.31, 10.72, 12.43, 19.2]) * MeV
    cosine, share = earth.nadirs(42.45, 3000)
    wanted = np.einsum("ecfk,c->efk", earth.through(energy, cosine, NUFIT), share)
    assert_allclose(earth.night(energy, NUFIT, 42.45), wanted, atol=1.5e-4)


def test_a_latitude_by_day_is_refused() -> None:
    assert Solar().latitude is None
    assert Solar(when="night").latitude == 42.45
    with pytest.raises(
        ValueError, match="latitude says nothing of the Sun by day: leave it out, or take when = 'night'"
    ):
        Solar(latitude=36.4)
    reactor = 'kind = "reactor"\nflux = "2.7e13/(cm2 s)"\nuncertainty = 0.02'
    with pytest.raises(ConfigError, match="latitude says nothing of the Sun by day"):
        parse(changed(reactor, 'kind = "solar"\nlatitude = 36.4'))


def test_refused() -> None:
    for make, message in (
        (lambda: Solar(when="noon"), "unknown time 'noon'"),
        (lambda: Solar(when="night", latitude=100.0), "latitude of a detector must be from -90 to 90"),
        (lambda: Solar(when="night", oscillated=False), "leave 'night' out"),
    ):
        with pytest.raises(ValueError, match=message):
            make()


@pytest.mark.slow
def test_the_time_is_a_word_everywhere(capfd: pytest.CaptureFixture[str]) -> None:
    words = 'kind = "solar"\nwhen = "{}"\nlatitude = 46.5'
    reactor = 'kind = "reactor"\nflux = "2.7e13/(cm2 s)"\nuncertainty = 0.02'
    sun = parse(changed(reactor, words.format("night"))).source
    assert isinstance(sun, Solar)
    assert (sun.when, sun.latitude) == ("night", 46.5)
    with pytest.raises(ConfigError, match=r"source\.when: expected 'day', 'night' or 'average', got 'nite'"):
        parse(changed(reactor, words.format("nite")))
    typed = ["rate", "H", "--source", "solar", "--weak", "--model", "free", "--transfer", "5MeV"]
    rates = []
    for more in ([], ["--when", "night", "--latitude", "36.4"]):
        assert main([*typed, *more]) == 0
        rates.append(float(capfd.readouterr().out.splitlines()[-1].split()[1]))
    assert 1.01 < rates[1] / rates[0] < 1.03
    assert main([*typed, "--latitude", "36.4"]) == 2
    assert "latitude says nothing of the Sun by day" in capfd.readouterr().err
    assert main([*typed, "--when", "noon"]) == 2
    assert "unknown when 'noon': expected day, night, average" in capfd.readouterr().err

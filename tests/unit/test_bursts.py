"""Sources that come once or in pulses: fluences, windows of time, and what configurations and commands make of them."""

from collections.abc import Callable
from itertools import pairwise
from math import nan, pi
from pathlib import Path

import numpy as np
import pytest
from hepunits import erg
from numpy.testing import assert_allclose

from configurations import TEXT, changed
from nuatom.cli import main
from nuatom.config import ConfigError, parse
from nuatom.neutrino import NUFIT, Weak
from nuatom.rates import nuclear_rate_spectrum
from nuatom.source import Emission, Pulse, StoppedPion, Supernova, TabulatedFlux, burst_of, pinched_spectrum
from nuatom.source.pulse import MUON_LIFETIME, PION_LIFETIME
from nuatom.units import MeV, cm, cm2, keV, ns, s, tonne

US = 1e3 * ns
KPC = 3.0857e21 * cm
PIONS = 'kind = "stopped-pion"\nflux = "1e7/(cm2 s)"'


# --- a collapsing star ----------------------------------------------------------------------------


@pytest.mark.parametrize("pinching", [0.0, 1.0, 2.3, 4.5, 20.0])
def test_moments_of_a_pinched_spectrum(pinching: float) -> None:
    shape = pinched_spectrum(12 * MeV, pinching)
    energy, weight = shape.nodes(0.0)
    first, second = (float(np.sum(weight * energy**n)) for n in (1, 2))
    assert first == pytest.approx(12 * MeV, rel=1e-5)
    assert second / first**2 == pytest.approx((2 + pinching) / (1 + pinching), rel=1e-5)


def test_all_energy_arrives_whatever_the_flavours() -> None:
    """Σ ∫ E dF · 4πd² is what was set free, and 3e53 erg at 10 kpc are 4e10 MeV/cm² of each kind and MeV of ⟨E⟩."""
    for options in ({"ordering": "normal"}, {"ordering": "inverted"}, {"ordering": "none"}, {"survival": (0.2, 0.9)}):
        star = Supernova(3 * KPC, 2e53 * erg, (11.0, 13.0, 16.0), (3.0, 2.5, 2.0), (0.2, 0.16, 0.16), **options)
        energy = 0.0
        for component in star.components:
            at, weight = component.shape.nodes(0.0)
            shares = sum(share.probability(at) for share in component.composition)
            energy += component.flux * star.burst * float(np.sum(weight * at * shares))
        assert energy * 4 * pi * (3 * KPC) ** 2 == pytest.approx(2e53 * erg, rel=1e-5)
    usual = Supernova()
    kind = usual.only("nue").components[0]
    assert kind.flux * usual.burst * cm2 == pytest.approx(5e52 * 6.2415e5 / 10 / (4 * pi * 3.0857e22**2), rel=1e-4)


@pytest.mark.parametrize(
    ("ordering", "survival"),
    [
        ("normal", (NUFIT.sin2_13, (1 - NUFIT.sin2_12) * (1 - NUFIT.sin2_13))),
        ("inverted", (NUFIT.sin2_12 * (1 - NUFIT.sin2_13), NUFIT.sin2_13)),
        ("none", (1.0, 1.0)),
    ],
)
def test_conversion_in_the_star_is_that_of_dighe_and_smirnov(ordering: str, survival: tuple[float, float]) -> None:
    """F_e = p F⁰_e + (1 − p) F⁰_x and F_μ + F_τ = (1 − p) F⁰_e + (1 + p) F⁰_x, of neutrinos and antineutrinos."""
    made, plain = Supernova(ordering=ordering), Supernova(ordering="none")
    same = Supernova(survival=survival)
    energy = np.array([3.0, 10.0, 25.0]) * MeV
    own = plain.flux(energy)
    for p, prefix in zip(survival, ("", "anti"), strict=True):
        electron, other = own[f"{prefix}nue"], own[f"{prefix}nux"] / 2
        for star in (made, same):
            flavours = {
                flavour: sum(star.flux(energy, flavour)[f"{prefix}{name}"] for name in ("nue", "nux"))
                for flavour in ("e", "mu", "tau")
            }
            assert_allclose(flavours["e"], p * electron + (1 - p) * other, rtol=1e-12)
            assert_allclose(flavours["mu"] + flavours["tau"], (1 - p) * electron + (1 + p) * other, rtol=1e-12)


@pytest.mark.slow
def test_events_of_a_burst_do_not_depend_on_the_window_and_are_as_many_as_published() -> None:
    """R. Lang et al. (Phys. Rev. D 94 (2016) 103009) see 704 recoils in 40 t, of a star of 27 solar masses at 10 kpc.

    Theirs is simulated, and counted from about 0.7 keV; ours has round numbers, none of them adjusted.
    """
    edges = np.geomspace(0.7, 60, 60) * keV
    counts = []
    for window in (1 * s, 10 * s):
        star = Supernova(window=window)
        rate = nuclear_rate_spectrum(star, Weak(), "Xe", edges).total * star.burst
        counts.append(float(np.trapezoid(rate, edges)) * tonne)
    assert counts[0] == pytest.approx(counts[1], rel=1e-12)
    assert counts[0] == pytest.approx(704 / 40, rel=0.25)


def test_a_fluence_of_a_file_is_a_burst(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("energy [MeV],nue [1/(cm2 MeV)]\n0,0\n10,1e10\n20,0\n", encoding="utf-8")
    found = TabulatedFlux(path, window=4 * s)
    assert burst_of(found) == 4 * s
    assert found.total * found.burst * cm2 == pytest.approx(1e11)  # type: ignore[operator]
    path.write_text("energy [MeV],nue [1/(cm2 s MeV)]\n0,0\n10,1e10\n20,0\n", encoding="utf-8")
    assert burst_of(TabulatedFlux(path)) is None


# --- pulses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pulse",
    [
        Pulse(),
        Pulse(700 * ns),
        Pulse(350 * ns, "gaussian"),
        Pulse(100 * ns, "square", bunches=(0.0, 325 * ns)),
    ],
)
def test_fractions_in_a_window_are_those_of_decays_that_are_drawn(pulse: Pulse) -> None:
    random = np.random.default_rng(7)
    number = 200_000
    start = random.choice(pulse.bunches, number)
    if pulse.shape == "square":
        start = start + random.random(number) * pulse.width
    else:
        start = start + random.normal(size=number) * pulse.width / 2.354820
    pion = start + random.exponential(PION_LIFETIME, number)
    muon = pion + random.exponential(MUON_LIFETIME, number)
    for window in ((-0.1 * US, 0.2 * US), (0.2 * US, 6 * US), (0.0, 1.5 * US)):
        for found, times in zip(pulse.fractions(window), (pion, muon), strict=True):
            share = float(np.mean((times > window[0]) & (times < window[1])))
            assert found == pytest.approx(share, abs=5 * np.sqrt(0.25 / number))


def test_windows_that_join_add_up_to_all() -> None:
    pulse = Pulse(350 * ns, "gaussian")
    ends = np.array([-2, 0, 0.5, 3, 100]) * US
    parts = np.array([pulse.fractions(window) for window in pairwise(ends)])
    assert_allclose(parts.sum(axis=0), 1, rtol=1e-9)
    assert np.all(np.diff(parts[1:, 0]) < 0)  # the prompt ones are over first


@pytest.mark.parametrize(
    "pulse",
    [
        Pulse(100 * ns, period=US),
        Pulse(100 * ns, period=500 * ns, bunches=(0.0, 325 * ns)),
        Pulse(500 * ns, "gaussian", period=500 * ns, bunches=(-2000 * ns, -1675 * ns)),
    ],
)
def test_a_window_has_what_former_pulses_have_left(pulse: Pulse) -> None:
    """A period has all neutrinos of one pulse, and any part of it the sum over pulses on their own."""
    assert pulse.period is not None
    for start in (-1.3, 0.0, 0.7):
        assert pulse.fractions((start * US, start * US + pulse.period)) == pytest.approx((1, 1), rel=1e-12)
    alone = Pulse(pulse.width, pulse.shape, bunches=pulse.bunches)
    wanted = np.zeros(2)
    for n in range(-12, 150):
        try:
            wanted += alone.fractions((n * pulse.period + 100 * ns, n * pulse.period + 300 * ns))
        except ValueError:  # nothing in it
            continue
    assert_allclose(pulse.fractions((100 * ns, 300 * ns)), wanted, atol=1e-10)


def test_a_period_of_milliseconds_changes_nothing() -> None:
    short, window = Pulse(350 * ns, "gaussian"), (-0.5 * US, 6 * US)
    assert_allclose(Pulse(350 * ns, "gaussian", 16.67e3 * US).fractions(window), short.fractions(window), rtol=1e-14)


@pytest.mark.parametrize("width", [1e-320, 1e-14, 1e-9])
def test_a_short_pulse_is_one_at_once(width: float) -> None:
    window = (0.0, 100 * ns)
    assert_allclose(Pulse(width * ns).fractions(window), Pulse().fractions(window), rtol=1e-9)


def test_bunches_may_be_an_array() -> None:
    assert Pulse(bunches=np.array([0.0, 5.0])) == Pulse(bunches=(0.0, 5.0))  # type: ignore[arg-type]


def test_each_flavour_is_multiplied_with_its_fraction() -> None:
    pulse = Pulse(350 * ns, "gaussian", period=16.67e6 * ns)
    whole, seen = StoppedPion(flux=1e7), StoppedPion(flux=1e7, pulse=pulse, window=(0.5 * US, 6 * US))
    prompt, delayed = pulse.fractions((0.5 * US, 6 * US))
    ratio = [one.flux / other.flux for one, other in zip(seen.components, whole.components, strict=True)]
    assert_allclose(ratio, [prompt, delayed, delayed], rtol=1e-14)
    assert seen.duty == pytest.approx(5.5e3 / 16.67e6)
    assert whole.duty == 1.0
    assert StoppedPion(flux=1e7, window=(0, US)).duty is None
    assert seen.only("prompt").duty == seen.duty


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Supernova(0.0), "distance to a supernova"),
        (lambda: Supernova(released=-1.0), "energy that a supernova releases"),
        (lambda: Supernova(window=nan), "window of a supernova"),
        (lambda: Supernova(mean_energies=(1.0, 2.0)), "mean energies of a supernova are three"),
        (lambda: Supernova(mean_energies=(0.0, 2.0, 3.0)), "mean energy of a spectrum"),
        (lambda: Supernova(pinching=-0.5), "pinching of a spectrum must be from 0 to 20"),
        (lambda: Supernova(shares=(0.5, 0.5, 0.5)), r"must add up to 1, got 3"),
        (lambda: Supernova(ordering="normal", survival=(1, 1)), "not both"),
        (lambda: Supernova(survival=(0.3,)), "two probabilities"),
        (lambda: Supernova(survival=(0.3, 1.2)), "probability of survival"),
        (lambda: Supernova(ordering="reversed"), "unknown ordering 'reversed'"),
        (lambda: Supernova(mixing=1.0), "is a Mixing"),  # type: ignore[arg-type]
        (lambda: Supernova(survival=0.3), "two probabilities"),  # type: ignore[arg-type]
        (lambda: Pulse().fractions(5.0), "a start and a later stop, got 5"),  # type: ignore[arg-type]
        (lambda: Pulse().fractions((0.0, nan)), "an end of a window"),
        (lambda: StoppedPion(flux=1.0, window=5.0), "a start and a later stop, got 5"),  # type: ignore[arg-type]
        (lambda: StoppedPion(flux=1.0, window=(0, 1), pulse=5.0), "is a Pulse, got 5"),  # type: ignore[arg-type]
        (lambda: Pulse(bunches=5.0), "bunches of a pulse are times, got 5"),  # type: ignore[arg-type]
        (lambda: Pulse(bunches=("a",)), "time of a bunch"),  # type: ignore[arg-type]
        (lambda: Pulse(20.0, period=10.0), "width of a pulse, 20 ns, is longer than the period of 10 ns"),
        (lambda: Pulse(period=10.0, bunches=(12.0, 0.0)), "bunches of a pulse, 0 to 12 ns, do not fit into the period"),
        (lambda: Pulse(-1.0), "width of a pulse"),
        (lambda: Pulse(1.0, "triangle"), "unknown shape 'triangle'"),
        (lambda: Pulse(period=0.0), "period of pulses"),
        (lambda: Pulse(bunches=()), "one bunch at least"),
        (lambda: Pulse().fractions((2.0, 1.0)), "start and a later stop, got 2 to 1 ns"),
        (lambda: Pulse().fractions((-2.0, -1.0)), "has no neutrinos in it"),
        (lambda: Pulse(period=10.0).fractions((0.0, 20.0)), "longer than the period of 10 ns"),
        (lambda: StoppedPion(flux=1.0, pulse=Pulse()), "need a window"),
        (lambda: Emission("x", StoppedPion(flux=1.0).components, burst=-1.0), "time of a burst"),
        (lambda: Emission("x", StoppedPion(flux=1.0).components, duty=2.0), "duty of a source"),
    ],
)
def test_bad_input_is_one_clear_line(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


# --- in a configuration ---------------------------------------------------------------------------

REACTOR = 'kind = "reactor"\nflux = "2.7e13/(cm2 s)"\nuncertainty = 0.02'


def configured(source: str, exposure: str = "1000 kg day", more: str = "") -> str:
    text = changed(REACTOR, source, TEXT)
    text = changed('exposure = "1000 kg day"', f'exposure = "{exposure}"', text)
    return changed('rate = "2/(kg day keV)"', f'rate = "2/(kg day keV)"\n{more}', text)


def test_an_exposure_to_a_burst_is_a_mass() -> None:
    one = parse(configured('kind = "supernova"\nwindow = "20 s"', "5 tonne"))
    assert one.detector.exposure / (5 * tonne * 20 * s) == pytest.approx(1)
    # 2/(kg day keV) · 5 t · 20 s · 8 keV · … of the bins from 2 to 10 keV, measured, so as it stands
    assert one.backgrounds["flat"].sum() == pytest.approx(2 * 5000 * 20 / 86400 * 8)
    for source, exposure, said in (
        ('kind = "supernova"', "5 tonne day", 'expected a mass alone, such as "40 tonne"'),
        (REACTOR, "5 tonne", 'a mass alone is of a burst; expected an exposure such as "1.16 tonne year"'),
    ):
        with pytest.raises(ConfigError, match=said):
            parse(configured(source, exposure))


def test_keys_of_a_supernova_may_be_lists_and_tables() -> None:
    text = '\nmean_energies = {}\npinching = {}\nsurvival = [0.3, 0.7]\ndistance = "2 kpc"\nreleased = "2e53 erg"'
    table = '{ nue = "10 MeV", antinue = "12 MeV", nux = "15 MeV" }'
    for means, pinching in ((table, "3"), ('["10 MeV", "12 MeV", "15 MeV"]', "[3, 3, 3]"), ('"10,12,15MeV"', "3.0")):
        one = parse(configured(f'kind = "supernova"{text.format(means, pinching)}', "5 tonne")).source
        same = Supernova(2 * 3.0856775814913673e22 * cm / 10, 2e53 * erg, (10, 12, 15), 3, survival=(0.3, 0.7))
        assert_allclose([c.flux for c in one.components], [c.flux for c in same.components], rtol=1e-12)


def test_a_steady_background_becomes_less_in_a_window() -> None:
    pulsed = f'{PIONS}\nwindow = ["0 us", "6 us"]\npulse = "350 ns"\npulse_shape = "gaussian"\nperiod = "16.67 ms"'
    whole, seen, own = (
        parse(configured(source, "1000 kg day", more)).backgrounds["flat"]
        for source, more in ((PIONS, ""), (pulsed, ""), (pulsed, "in_window = true"))
    )
    assert_allclose(seen / whole, 6 / 16670)
    assert_allclose(own, whole)
    again = parse(configured(pulsed, "1000 kg day", "measured = false")).backgrounds["flat"]
    assert_allclose(again, 0.9 * seen)


def test_counts_of_a_background_in_a_window_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("low [keV],high [keV],counts\n2,6,7\n6,10,3\n", encoding="utf-8")
    source = f'{PIONS}\nwindow = ["0 us", "6 us"]\nperiod = "16.67 ms"'
    text = changed('kind = "flat"\nrate = "2/(kg day keV)"\n', 'kind = "histogram"\nfile = "b.csv"', configured(source))
    assert parse(text, tmp_path).backgrounds["flat"].sum() == pytest.approx(10)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f'{PIONS}\nwindow = ["0 us", "6 us"]', "needs the period of the pulses, source.period"),
        (f'{PIONS}\nwindow = "6 us"', r"source\.window: expected a start and a stop"),
        (f'{PIONS}\nwindow = ["0 us", "6 keV"]', r"source\.window: unknown unit 'keV'"),
        (f'{PIONS}\nperiod = "1 ms"', "are of a window of time: give a window"),
        (f'{PIONS}\nwindow = "0:6us"\npulse_shape = "gaussian"', "without the width of a pulse"),
        (f'{PIONS}\nwindow = "0:6us"\nbunches = "0 ns"', r"source\.bunches: expected times"),
        (
            'kind = "supernova"\nmean_energies = [10, 12, 15]',
            r"source\.mean_energies: expected an energy with its unit",
        ),
        ('kind = "supernova"\nmean_energies = { nue = "1 MeV" }', "expected a table with nue, antinue, nux, got nue"),
        ('kind = "supernova"\npinching = [1, 2]', "expected 3 of nue, antinue, nux"),
        ('kind = "supernova"\npinching = [2.5, true]', "expected numbers from 0 to 20"),
        ('kind = "supernova"\nsurvival = [0.3, 0.5, false]', "expected numbers from 0 to 1"),
        ('kind = "supernova"\nsurvival = [0.3, 7]', "expected numbers from 0 to 1"),
        ('kind = "supernova"\nordering = "reversed"', "expected 'normal', 'inverted' or 'none', got 'reversed'"),
        ('kind = "supernova"\ndistance = "10 parsec"', r"unknown unit 'parsec'"),
    ],
)
def test_refused_with_its_key(source: str, said: str) -> None:
    exposure = "5 tonne" if "supernova" in source else "1000 kg day"
    with pytest.raises(ConfigError, match=said):
        parse(configured(source, exposure))


# --- on the command line --------------------------------------------------------------------------


def test_rates_of_a_burst_are_told_per_burst(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "xe.csv"
    words = f"rate Xe --source supernova --distance 5kpc --weak --recoils --transfer 1,5keV -o {out}".split()
    assert main(words) == 0
    told = capfd.readouterr().out
    assert "dN/dT_per_burst[1/(tonne_keV)]" in told
    assert "all of the burst" in told
    assert "dR/dT" not in told
    lines = [line for line in out.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    at = lines[0].split(",").index("events_per_burst")
    star = Supernova(5 * 3.0856775814913673e21 * cm)
    wanted = nuclear_rate_spectrum(star, Weak(), "Xe", np.array([1, 5]) * keV).total * star.burst * tonne * keV
    assert_allclose([float(line.split(",")[at]) for line in lines[1:]], wanted, rtol=1e-6)
    assert main([*words[:-2], "--per", "kg-day"]) == 2
    assert "the source is a burst; expected kg-burst, tonne-burst" in capfd.readouterr().err
    steady = ["rate", "Xe", "--source", "solar", "--weak", "--recoils", "--transfer", "1keV", "--per", "kg-burst"]
    assert main(steady) == 2
    assert "the source is no burst; expected kg-day, tonne-year" in capfd.readouterr().err


def test_a_window_on_the_command_line(capfd: pytest.CaptureFixture[str]) -> None:
    words = [
        "rate",
        "CsI",
        "--source",
        "stopped-pion",
        "--flux",
        "4e7/cm2/s",
        "--weak",
        "--recoils",
        "--transfer",
        "9keV",
    ]
    assert main([*words, "--window", "0:6us", "--pulse", "350ns", "--pulse-shape", "gaussian"]) == 0
    prompt, delayed = Pulse(350 * ns, "gaussian").fractions((0, 6 * US))
    told = capfd.readouterr().out
    assert f"prompt {4e7 * prompt:.4g}" in told
    assert f"{4e7 * delayed:.4g} per cm² and s" in told
    assert main([*words, "--window", "0:6keV"]) == 2
    assert "--window: unknown unit 'keV'" in capfd.readouterr().err


@pytest.mark.slow
def test_counts_of_a_burst_are_of_a_mass(capfd: pytest.CaptureFixture[str]) -> None:
    words = ["rate", "Xe", "--source", "supernova", "--weak", "--recoils", "--bins", "0.7:40keV:8", "--exposure"]
    assert main([*words, "40 tonne"]) == 0
    assert "40000 kg, one burst" in capfd.readouterr().out
    assert main([*words, "40 tonne year"]) == 2
    assert "expected a mass alone" in capfd.readouterr().err

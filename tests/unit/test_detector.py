"""Detectors: what a deposit becomes, what a spectrum becomes, what is refused."""

import math
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import erf, ndtr

from nuatom.detector import (
    FWHM,
    ConstantEfficiency,
    ConstantQuenching,
    ConstantResolution,
    Deposit,
    Detector,
    ErfEfficiency,
    Expected,
    FanoResolution,
    FlatBackground,
    HistogramBackground,
    Lindhard,
    LinearBackground,
    LinearScale,
    NestYields,
    PeakBackground,
    PowerLawBackground,
    RelativeResolution,
    StepEfficiency,
    TabulatedBackground,
    TabulatedEfficiency,
    TabulatedQuenching,
    TabulatedResolution,
    TabulatedScale,
)
from nuatom.detector.checks import thresholds
from nuatom.neutrino import MagneticMoment, Weak
from nuatom.rates import Material, RateSpectrum
from nuatom.response.free import FreeElectrons
from nuatom.source import MonoEnergetic
from nuatom.units import MeV, cm2, day, eV, keV, kg, s, tonne, year

EXPOSURE = 2.5 * kg * day
EDGES = np.array([0.5, 0.8, 1.0, 1.7, 3.0, 5.0, 8.0]) * keV
PER = 1.0 / (kg * day * keV)


def spectrum(transfer, density, lines=(), **names):
    """A spectrum of one component, part and shell, or as many as the density has."""
    values = np.asarray(density, dtype=float)
    values = values.reshape((1,) * (4 - values.ndim) + values.shape)
    at = np.array([energy for energy, _ in lines], dtype=float)
    rates = np.array([rate for _, rate in lines], dtype=float)
    names = {name: tuple(f"{name}{k}" for k in range(n)) for name, n in zip("cps", values.shape[:3], strict=True)}
    return RateSpectrum(
        np.asarray(transfer, dtype=float),
        names["c"],
        names["p"],
        names["s"],
        values,
        at,
        np.broadcast_to(rates, (*values.shape[:2], at.size)),
        np.zeros(at.size, dtype=np.intp),
        ("level",) * at.size,
        np.full(np.size(transfer), 1e-4),
    )


# --- one deposit: the matrix ---------------------------------------------------------------------

energies = st.floats(0.05, 20.0).map(lambda x: x * keV)
resolutions = st.one_of(
    st.floats(0.0, 0.5).map(lambda x: ConstantResolution(x * keV)),
    st.builds(FanoResolution, st.floats(0, 0.3).map(lambda x: x * keV), st.floats(0, 0.3), st.just(2.96 * eV)),
    st.builds(RelativeResolution, st.floats(0, 0.02), st.floats(0, 0.05)),
)
efficiencies = st.one_of(
    st.floats(0.0, 1.0).map(ConstantEfficiency),
    st.builds(StepEfficiency, energies, st.floats(0, 1), st.floats(0, 1)),
    st.builds(ErfEfficiency, energies, st.floats(0.01, 2.0).map(lambda x: x * keV), st.floats(0, 1)),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=9).map(
        lambda v: TabulatedEfficiency(np.linspace(0.0, 40.0, len(v)) * keV, np.array(v))
    ),
)


@pytest.mark.slow
@given(st.lists(energies, min_size=1, max_size=5), resolutions, st.floats(0.0, 1.0))
def test_columns_sum_to_the_efficiency_where_bins_cover_everything(T, resolution, efficiency):
    detector = Detector(EXPOSURE, resolution, ConstantEfficiency(0.9), ConstantEfficiency(efficiency))
    edges = np.concatenate(([0.0], np.geomspace(1e-3, 40.0, 30))) * keV
    total = detector.matrix(T, edges).sum(axis=0)
    mean, sigma = np.array(T), np.maximum(detector.sigma(T), 1e-30)
    assert_allclose(total, 0.9 * efficiency * (ndtr((40 * keV - mean) / sigma) - ndtr(-mean / sigma)), atol=1e-13)


@pytest.mark.slow
@given(
    energies, resolutions, efficiencies, st.floats(0.0, 2.0), st.lists(energies, min_size=2, max_size=8, unique=True)
)
def test_matrix_is_a_probability_and_adds_over_bins(T, resolution, efficiency, threshold, edges):
    edges = np.sort(edges)
    assume(np.all(np.diff(edges) > 1e-6 * keV) and threshold * keV < edges[-1])
    detector = Detector(EXPOSURE, resolution, efficiency, threshold=threshold * keV)
    matrix = detector.matrix([T], edges)
    assert matrix.shape == (edges.size - 1, 1)
    assert np.all((matrix >= 0.0) & (matrix <= 1.0 + 1e-12))
    assert_allclose(matrix.sum(), detector.matrix([T], edges[[0, -1]]).sum(), atol=3e-5)  # of the pieces of the erf


@pytest.mark.slow
@given(st.floats(0.5, 8.0), st.floats(0.02, 0.5), efficiencies)
def test_efficiency_of_the_reconstructed_energy_is_under_the_gaussian(T, sigma, efficiency):
    T, sigma = T * keV, sigma * keV
    detector = Detector(EXPOSURE, ConstantResolution(sigma), efficiency)
    edges = np.array([0.7, 2.0, 6.0]) * keV
    x, w = np.polynomial.legendre.leggauss(20)
    for found, (a, b) in zip(detector.matrix([T], edges)[:, 0], pairwise(edges), strict=True):
        inner = np.concatenate(
            (np.asarray(efficiency.knots), T + sigma * np.linspace(-9, 9, 37), np.linspace(a, b, 40))
        )
        ends = np.unique(np.concatenate(([a, b], inner[(inner > a) & (inner < b)])))
        half = 0.5 * np.diff(ends)[:, None]
        E = 0.5 * (ends[1:] + ends[:-1])[:, None] + half * x
        gauss = np.exp(-0.5 * ((E - T) / sigma) ** 2) / (math.sqrt(2 * math.pi) * sigma)
        assert_allclose(found, (efficiency(E) * gauss * half * w).sum(), atol=3e-5)  # of the pieces of the erf


def test_perfect_resolution_puts_a_deposit_in_one_bin_from_its_lower_edge_on():
    detector = Detector(EXPOSURE)
    matrix = detector.matrix(np.array([0.4, 0.5, 0.79, 0.8, 4.0, 8.0]) * keV, EDGES)
    assert np.array_equal(matrix.argmax(axis=0)[1:5], [0, 0, 1, 4])
    assert np.array_equal(matrix.sum(axis=0), [0, 1, 1, 1, 1, 0])


def test_threshold_cuts_the_reconstructed_energy_and_cutoff_the_deposit():
    detector = Detector(EXPOSURE, ConstantResolution(0.2 * keV), threshold=0.9 * keV, cutoff=0.85 * keV)
    matrix = detector.matrix(np.array([0.84, 0.85]) * keV, EDGES)
    assert np.all(matrix[:, 0] == 0.0)
    assert matrix[0, 1] == 0.0  # all of the bin is below the threshold
    assert_allclose(matrix[1, 1], ndtr(0.15 / 0.2) - ndtr(0.05 / 0.2), rtol=1e-12)


def test_scale_shifts_what_is_reconstructed():
    T = np.array([1.0, 4.0]) * keV
    detector = Detector(EXPOSURE, ConstantResolution(0.1 * keV), scale=LinearScale(1.1, -0.2 * keV))
    plain = Detector(EXPOSURE, ConstantResolution(0.1 * keV))
    assert_allclose(detector.matrix(T, EDGES), plain.matrix(1.1 * T - 0.2 * keV, EDGES), rtol=1e-12)
    table = TabulatedScale(np.array([0.5, 9.0]) * keV, 1.1 * np.array([0.5, 9.0]) * keV - 0.2 * keV)
    assert_allclose(replace(detector, scale=table).matrix(T, EDGES), detector.matrix(T, EDGES), rtol=1e-9)


def test_recoils_are_quenched_and_electrons_are_not():
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV), quenching=ConstantQuenching(0.2))
    T = np.array([4.0, 10.0]) * keV
    assert_allclose(detector.matrix(T, EDGES, recoils=True), detector.matrix(0.2 * T, EDGES), rtol=1e-12)
    assert not np.allclose(detector.matrix(T, EDGES), detector.matrix(0.2 * T, EDGES))


def test_true_efficiency_is_one_of_the_deposit():
    detector = Detector(
        EXPOSURE, true_efficiency=StepEfficiency(5 * keV), quenching=ConstantQuenching(0.2), scale=LinearScale(1.3)
    )
    found = detector.matrix(np.array([4.9, 5.0]) * keV, EDGES, recoils=True).sum(axis=0)
    assert np.array_equal(found, [0.0, 1.0])  # 5 keV of recoil, at 1.3 keV reconstructed


# --- the parts -----------------------------------------------------------------------------------


@given(st.floats(0.05, 20.0))
def test_resolutions(E):
    E *= keV
    assert ConstantResolution(0.1 * keV)(E) == 0.1 * keV
    assert_allclose(FanoResolution(0.04 * keV, 0.11, 2.96 * eV)(E) ** 2, (0.04 * keV) ** 2 + 0.11 * 2.96 * eV * E)
    assert_allclose(RelativeResolution(0.3 * math.sqrt(keV), 0.01)(E) / E, 0.3 / math.sqrt(E / keV) + 0.01)


def test_full_width_at_half_maximum():
    assert_allclose(np.exp(-0.5 * (0.5 * FWHM) ** 2), 0.5, rtol=1e-15)


def test_efficiencies():
    E = np.array([0.5, 1.0, 1.5]) * keV
    assert np.array_equal(StepEfficiency(1 * keV, 0.9, 0.1)(E), [0.1, 0.9, 0.9])
    assert_allclose(
        ErfEfficiency(1 * keV, 0.4 * keV, 0.8)(E), 0.4 * (1 + erf((E / keV - 1) / (math.sqrt(2) * 0.4))), rtol=1e-14
    )
    table = TabulatedEfficiency.of(lambda x: np.minimum(x / keV, 1.0) ** 2, np.linspace(0, 2, 201) * keV)
    assert_allclose(table(E), [0.25, 1.0, 1.0], rtol=1e-12)


def test_table_is_zero_beyond_a_zero_and_an_error_beyond_anything_else():
    table = TabulatedEfficiency(np.array([1.0, 2.0]) * keV, [0.0, 0.9])
    assert table(0.3 * keV) == 0.0
    with pytest.raises(ValueError, match=r"efficiency is given from 1 to 2 keV, but is needed at 2\.1 keV"):
        table(2.1 * keV)
    with pytest.raises(ValueError, match=r"resolution is given from 1 to 2 keV, but is needed at 0\.9"):
        TabulatedResolution(np.array([1.0, 2.0]) * keV, [0.0, 0.1])(0.9 * keV)


def test_lindhard_rises_with_energy_and_with_k():
    T = np.geomspace(0.01, 100, 200) * keV
    one, two = Lindhard(0.157, 32), Lindhard(0.2, 32)
    assert np.all(np.diff(one(T) * T) > 0) and np.all(two(T) > one(T)) and np.all((one(T) > 0) & (one(T) < 1))
    assert one(0.0) == 0.0
    assert_allclose(Lindhard.of("Ge").k, 0.157, atol=0.001)


# --- a spectrum of deposits ----------------------------------------------------------------------


def falling(T):
    return 3.0 * PER * keV / T


def test_narrow_resolution_gives_the_integral_over_each_bin():
    for sigma in (0.0, 1e-7 * keV):
        detector = Detector(EXPOSURE, ConstantResolution(sigma))
        T = detector.transfers(EDGES, [10 * eV])
        found = detector.fold(spectrum(T, falling(T)), EDGES)
        assert_allclose(found.total, EXPOSURE * 3.0 / (kg * day) * np.diff(np.log(EDGES)), rtol=1e-6)


def test_a_line_is_a_gaussian():
    detector = Detector(EXPOSURE, FanoResolution(0.1 * keV, 0.11, 2.96 * eV), threshold=0.6 * keV)
    T = detector.transfers(EDGES, [10 * eV])
    rate = 4.0 / (kg * day)
    found = detector.fold(spectrum(T, 0 * T, [(0.9 * keV, rate), (2.9 * keV, 2 * rate)]), EDGES).total
    wanted = np.zeros(EDGES.size - 1)
    low = np.maximum(EDGES, 0.6 * keV)
    for energy, counts in ((0.9 * keV, 10.0), (2.9 * keV, 20.0)):
        sigma = math.sqrt((0.1 * keV) ** 2 + 0.11 * 2.96 * eV * energy)
        wanted += counts * 0.5 * np.diff(erf((low - energy) / (math.sqrt(2) * sigma)))
    assert_allclose(found, wanted, rtol=1e-10, atol=1e-13)


@pytest.mark.slow
@given(st.floats(0.3, 6.0), st.floats(0.0, 0.3), st.floats(-1.5, 1.5))
def test_a_step_is_folded_exactly_where_it_is(edge, sigma, power):
    """∫ over a Gaussian of θ(T − edge) (T/edge)^p, with the Gaussian integral done by brute force in T."""
    edge, sigma = edge * keV, sigma * keV
    detector = Detector(EXPOSURE, ConstantResolution(sigma), threshold=2.2 * keV)
    edges = np.array([2.2, 2.6, 4.0, 6.1]) * keV
    T = detector.transfers(edges, [edge])

    def density(t):
        return np.where(t > edge, (t / edge) ** power, 0.0) * PER

    found = detector.fold(spectrum(T, density(T)), edges).total
    ends = np.unique(np.concatenate((np.linspace(0.05, 9.0, 400) * keV, edges, [edge])))
    ends = ends[ends >= edge]
    x, w = np.polynomial.legendre.leggauss(30)
    half = 0.5 * np.diff(ends)[:, None]
    t = (0.5 * (ends[1:] + ends[:-1])[:, None] + half * x).ravel()
    cdf = np.clip(
        np.heaviside(edges[:, None] - t, 0.5) if sigma < 1e-9 * keV else ndtr((edges[:, None] - t) / sigma), 0, 1
    )
    wanted = EXPOSURE * np.diff(cdf, axis=0) @ (density(t) * (half * w).ravel())
    assume(sigma < 1e-9 * keV or sigma > 5e-3 * keV)  # what the brute force resolves
    assert_allclose(found, wanted, rtol=1e-5, atol=1e-7 * wanted.max())


def test_grid_stands_on_both_sides_of_edges_and_reaches_as_far_as_deposits_are_seen():
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV), threshold=0.5 * keV)
    edges = [1.217 * keV, 1.4146 * keV, 11 * keV, 12 * eV]
    T = detector.transfers(EDGES, edges)
    assert np.all(np.diff(T) > 0)
    for edge in edges[:2]:
        k = np.searchsorted(T, edge)
        assert T[k - 1] > edge * (1 - 2e-6) and T[k] < edge * (1 + 2e-6)
    assert ndtr((T[0] - 0.5 * keV) / (0.05 * keV)) < 1e-8 and ndtr((EDGES[-1] - T[-1]) / (0.05 * keV)) < 1e-8
    assert np.all(detector.transfers(EDGES, edges, refinement=2)[[0, -1]] == T[[0, -1]])
    assert detector.transfers(EDGES, edges, refinement=2).size > 1.7 * T.size
    assert detector.transfers([0.6 * keV, 2 * keV], [0.7 * keV])[0] < 0.7 * keV


def test_first_shell_that_opens_within_the_bins():
    detector = Detector(EXPOSURE, ConstantResolution(0.02 * keV), threshold=0.2 * keV)
    edges = np.array([0.2, 0.7, 1.0, 2.0]) * keV
    T = detector.transfers(edges, [0.7 * keV])
    assert T[0] < 0.7 * keV < T[1] < 0.70001 * keV
    found = detector.fold(spectrum(T, np.where(T > 0.7 * keV, PER, 0.0)), edges).total
    assert_allclose(found.sum(), EXPOSURE * PER * 1.3 * keV, rtol=1e-4)
    assert_allclose(found[0], EXPOSURE * PER * 0.02 * keV / math.sqrt(2 * math.pi), rtol=1e-4)


def test_thresholds_of_models_materials_and_lists():
    model = FreeElectrons("Ge")
    assert np.array_equal(thresholds(model), [0.0])
    assert np.array_equal(thresholds(Material.of("CsI", FreeElectrons)), [0.0])
    assert np.array_equal(thresholds([2 * keV, 1 * keV, 2 * keV]), [1 * keV, 2 * keV])
    with pytest.raises(ValueError, match="'Ge' has no shells"):
        thresholds("Ge")
    with pytest.raises(ValueError, match="absorption edges must be finite"):
        thresholds([-1.0])


def test_counts_keep_components_parts_and_shells_apart():
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV))
    T = detector.transfers(EDGES, [10 * eV])
    scale = np.arange(1.0, 13.0).reshape(2, 3, 2, 1)
    found = detector.fold(spectrum(T, scale * falling(T), [(2 * keV, 1 / (kg * day))]), EDGES)
    assert found.counts.shape == (2, 3, 2, EDGES.size - 1)
    assert_allclose(found.counts[1, 2, 1] / found.counts[0, 0, 1], 6.0, rtol=1e-12)  # the line is in shell 0
    assert list(found.by_component) == ["c0", "c1"] and list(found.by_shell) == ["s0", "s1"]
    for parts in (found.by_component, found.by_part, found.by_shell):
        assert_allclose(sum(parts.values()), found.total, rtol=1e-12)
    assert_allclose(found.rate, found.total / (EXPOSURE * np.diff(EDGES)))
    assert np.all(found.relative_error < 2e-4)


def test_interference_may_be_negative():
    detector = Detector(EXPOSURE)
    T = detector.transfers(EDGES, [10 * eV])
    both = np.stack((falling(T), -0.5 * falling(T)))[:, None]
    found = detector.fold(spectrum(T, both), EDGES)
    assert_allclose(found.by_part["p1"], -0.5 * found.by_part["p0"], rtol=1e-12)


def test_any_grid_will_do_that_is_fine_enough():
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV))
    T = np.geomspace(0.1, 10, 80) * keV
    wanted = detector.fold(spectrum(g := detector.transfers(EDGES, [10 * eV]), falling(g)), EDGES).total
    assert_allclose(detector.fold(spectrum(T, falling(T)), EDGES).total, wanted, rtol=1e-6)
    with pytest.raises(ValueError, match=r"transfers are too few.*'p0' from 0\.5 to 0\.8 keV.*refinement"):
        jumps = falling(T) * np.where(T > 0.7 * keV, 4.0, 1.0)
        detector.fold(spectrum(T, jumps), EDGES)
    assert detector.fold(spectrum(T, jumps), EDGES, tolerance=0.5).total.size == 6


def test_transfers_must_reach_as_far_as_is_seen():
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV))
    for T, message in (
        (np.geomspace(0.4, 10, 80), "transfers begin at 0.4 keV.*down to 0.19"),
        (np.geomspace(0.1, 8.1, 80), r"transfers end at 8\.1 keV.*up to 8\.3"),
    ):
        with pytest.raises(ValueError, match=message):
            detector.fold(spectrum(T * keV, falling(T * keV)), EDGES)
    # Where the spectrum has come to nothing it does not matter.
    T = np.geomspace(0.1, 6, 200) * keV
    assert detector.fold(spectrum(T, np.maximum(5 * keV - T, 0.0) ** 4), EDGES).total[-1] >= 0.0


# --- from the source -----------------------------------------------------------------------------


def test_expected_asks_for_the_rate_on_its_own_grid():
    source = MonoEnergetic(0.1 * MeV, 1e13 / (cm2 * s), "e", True)
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV), threshold=0.5 * keV)
    found = detector.expected(source, MagneticMoment(1e-10), FreeElectrons("Ge"), EDGES)
    assert isinstance(found, Expected) and np.all(found.total > 0)
    assert found.exposure == EXPOSURE
    assert_allclose(
        replace(detector, exposure=2 * EXPOSURE)
        .expected(source, MagneticMoment(1e-10), FreeElectrons("Ge"), EDGES)
        .total,
        2 * found.total,
        rtol=1e-12,
    )


def test_threshold_above_the_endpoint_is_refused_before_anything_is_computed(monkeypatch):
    source = MonoEnergetic(3 * keV, 1e13 / (cm2 * s), "e", True)
    detector = Detector(EXPOSURE, threshold=5 * keV)
    monkeypatch.setattr("nuatom.rates.rate_spectrum", None)  # would fail if it were called
    with pytest.raises(
        ValueError, match=r"threshold of 5 keV is above the endpoint of what the source .* can give, 3 keV"
    ):
        detector.expected(source, MagneticMoment(1e-10), FreeElectrons("Ge"), EDGES)


def test_recoils_of_a_material_are_those_of_its_elements():
    source = MonoEnergetic(8 * MeV, 1e13 / (cm2 * s), "e", True)
    detector = Detector(EXPOSURE, ConstantResolution(0.02 * keV), threshold=0.16 * keV, quenching=Lindhard.of("Ge"))
    edges = np.array([0.16, 0.2, 0.3]) * keV
    one, two = (
        detector.expected(source, Weak(), target, edges, recoils=True) for target in ("Ge", FreeElectrons("Ge"))
    )
    assert np.array_equal(one.total, two.total) and np.all(one.total > 0)
    assert one.shells[0].startswith("Ge-")
    with pytest.raises(ValueError, match=r"threshold of 0\.5 keV is above the endpoint of what the source"):
        replace(detector, threshold=0.5 * keV).expected(source, Weak(), "Ge", EDGES, recoils=True)


def test_threshold_above_the_spectrum():
    detector = Detector(EXPOSURE, ConstantResolution(0.05 * keV), threshold=5 * keV)
    T = np.geomspace(0.1, 10, 50) * keV
    with pytest.raises(ValueError, match=r"threshold of 5 keV is above the endpoint of the spectrum, 1\.8"):
        detector.fold(spectrum(T, np.where(T < 2 * keV, PER, 0.0)), EDGES)


# --- backgrounds ---------------------------------------------------------------------------------

BACKGROUNDS = (
    FlatBackground(2 * PER),
    LinearBackground(3 * PER, -0.2 * PER / keV, 1 * keV),
    PowerLawBackground(2 * PER, -1.0, 1 * keV),
    PowerLawBackground(2 * PER, -0.3, 1 * keV),
    PowerLawBackground(2 * PER, 2.0, 1 * keV),
    PeakBackground(5 / (kg * day), 1.3 * keV, 0.07 * keV),
    TabulatedBackground(np.array([0.1, 0.9, 2.0, 9.0]) * keV, np.array([1.0, 3.0, 2.0, 0.5]) * PER),
    HistogramBackground(np.array([0.1, 0.9, 2.0, 9.0]) * keV, np.array([1.0, 3.0, 2.0]) * PER),
)


@pytest.mark.parametrize("background", BACKGROUNDS, ids=lambda b: f"{type(b).__name__}-{b.name}")
def test_counts_are_the_integral_of_the_density(background):
    inner = np.concatenate((EDGES, background.breaks, np.linspace(0.5, 8, 500) * keV))
    ends = np.unique(inner[(inner >= EDGES[0]) & (inner <= EDGES[-1])])
    x, w = np.polynomial.legendre.leggauss(12)
    half = 0.5 * np.diff(ends)[:, None]
    integral = (background.density(0.5 * (ends[1:] + ends[:-1])[:, None] + half * x) * half * w).sum(axis=1)
    wanted = EXPOSURE * np.histogram(0.5 * (ends[1:] + ends[:-1]), EDGES, weights=integral)[0]
    assert_allclose(background.expected(EDGES, EXPOSURE), wanted, rtol=1e-10, atol=1e-12)
    assert_allclose(Detector(EXPOSURE).background(background, EDGES), wanted, rtol=1e-7, atol=1e-8)


def test_background_behind_threshold_and_efficiency():
    detector = Detector(EXPOSURE, efficiency=StepEfficiency(1.2 * keV, 0.8, 0.3), threshold=0.6 * keV)
    found = detector.background(FlatBackground(2 * PER), EDGES)
    assert_allclose(found / (2 * PER * EXPOSURE * keV), [0.2 * 0.3, 0.06, 0.06 + 0.4, 1.04, 1.6, 2.4], rtol=1e-12)


def test_backgrounds_refuse_where_they_are_not_known():
    with pytest.raises(ValueError, match=r"slope.*'linear'.*negative at 5 keV"):
        LinearBackground(1 * PER, -0.3 * PER / keV).expected(EDGES, EXPOSURE)
    with pytest.raises(ValueError, match=r"index.*-1\.2.*diverges"):
        PowerLawBackground(PER, -1.2, keV).expected([0, keV], EXPOSURE)
    assert_allclose(
        PowerLawBackground(PER, -0.5, keV).expected([0, keV], EXPOSURE), 2 * EXPOSURE * PER * keV, rtol=1e-12
    )
    for known in BACKGROUNDS[-2:]:
        with pytest.raises(ValueError, match=r"given from 0\.1 to 9 keV, but is needed at 10 keV"):
            known.expected([5 * keV, 10 * keV], EXPOSURE)
    with pytest.raises(ValueError, match="exposure must be greater than zero"):
        FlatBackground(PER).expected(EDGES, 0.0)


# --- what is refused -----------------------------------------------------------------------------

nan = math.nan


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Detector(-2 * kg * day), "exposure must be greater than zero and at most .* kg day, got -2"),
        (lambda: Detector(nan), "exposure"),
        (lambda: Detector(1.0, threshold=-1.0), "threshold must be from 0 to"),
        (lambda: Detector(1.0, threshold=math.inf), "threshold"),
        (lambda: Detector(1.0, cutoff=-1.0), "cutoff"),
        (lambda: Detector(1.0, 0.1), "resolution must be a function"),
        (lambda: Detector(1.0, efficiency=0.9), "efficiency must be a function"),
        (lambda: Detector(1.0, efficiency=lambda E: E), r"efficiency needs its knots.*TabulatedEfficiency\.of"),
        (lambda: Detector(1.0, true_efficiency=lambda E: E), "true_efficiency needs its knots"),
        (lambda: Detector(1.0, quenching=0.2), "quenching must be a function"),
        (lambda: Detector(1.0, scale=1.0), "scale must be a function"),
        (lambda: ConstantResolution(-0.1), "sigma"),
        (lambda: FanoResolution(0.1, -0.1, 1e-6), "fano"),
        (lambda: FanoResolution(0.1, 0.1, nan), "pair_energy"),
        (lambda: RelativeResolution(-0.1), "stochastic"),
        (lambda: TabulatedResolution([1, 2], [0.1, -0.1]), "sigma must not be negative"),
        (lambda: TabulatedResolution([2, 1], [0.1, 0.1]), "resolution: energies must ascend"),
        (lambda: TabulatedResolution([1, 2], [0.1, nan]), "resolution: energies and values must be finite"),
        (lambda: ConstantEfficiency(1.1), "efficiency must be from 0 to 1, got 1.1"),
        (lambda: ConstantEfficiency(nan), "efficiency must be from 0 to 1"),
        (lambda: StepEfficiency(1.0, above=1.2), "above must be from 0 to 1"),
        (lambda: StepEfficiency(1.0, below=-0.2), "below must be from 0 to 1"),
        (lambda: StepEfficiency(nan), "position"),
        (lambda: ErfEfficiency(1.0, 0.0), "width must be greater than zero.*StepEfficiency"),
        (lambda: ErfEfficiency(1.0, 1.0, 1.5), "plateau"),
        (lambda: TabulatedEfficiency([1, 2], [0.5, 1.01]), "efficiency must be from 0 to 1, got 1.01"),
        (lambda: TabulatedEfficiency([1, 1], [0.5, 1.0]), "efficiency: energies must ascend"),
        (lambda: TabulatedEfficiency([1, 2, 3], [0.5, 1.0]), "as many values"),
        (lambda: Lindhard(0.0, 32), "k must be greater than zero"),
        (lambda: Lindhard(0.1, 0), "atomic number"),
        (lambda: Lindhard(0.1, 32.5), "Z must be a whole number"),
        (lambda: ConstantQuenching(1.2), "fraction"),
        (lambda: TabulatedQuenching([1, 2], [0.2, 1.2]), "quenching must be from 0 to 1"),
        (lambda: TabulatedQuenching([1, 2], [0.8, 0.3]), "must rise with the energy"),
        (lambda: LinearScale(0.0), "gain"),
        (lambda: LinearScale(1.0, nan), "offset"),
        (lambda: TabulatedScale([1, 2], [2, 1]), "reconstructed energies must ascend"),
        (lambda: FlatBackground(-1.0), "rate"),
        (lambda: LinearBackground(1.0, nan), "slope"),
        (lambda: PowerLawBackground(1.0, -1.0, 0.0), "reference"),
        (lambda: PeakBackground(1.0, 1.0, 0.0), "sigma"),
        (lambda: TabulatedBackground([1, 2], [1, -1]), "rate of the background 'tabulated' must not be negative"),
        (lambda: HistogramBackground([1, 2, 2], [1, 1]), "edges must ascend"),
        (lambda: HistogramBackground([1, 2], [1, 1]), "expected 1 values"),
        (lambda: NestYields(field=-1.0), "field"),
        (lambda: NestYields(photon_detection=0.0), "photon_detection must be greater than zero"),
        (lambda: NestYields(extraction=1.2), "extraction must be from 0 to 1"),
        (lambda: NestYields(density=0.0), "density"),
        (lambda: NestYields(deposit="beta"), "deposit must be one of"),
    ],
)
def test_bad_values_are_refused_by_name(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([1.0], "two or more energies"),
        ([[1.0, 2.0]], "a row of two or more"),
        ([2e-3, 1e-3], "edges must ascend, so that bins do not overlap, but 1 keV follows 2 keV"),
        ([1e-3, 1e-3], "edges must ascend"),
        ([nan, 1.0], "edges must be finite"),
        ([-1.0, 1.0], "edges must be finite energies that are not negative"),
        ([1e-4, 3e-4], "threshold of 0.5 keV is above the last edge of the bins, 0.3 keV"),
    ],
)
def test_bad_edges_are_refused(edges, message):
    detector = Detector(EXPOSURE, threshold=0.5 * keV)
    for use in (
        lambda: detector.matrix([1 * keV], edges),
        lambda: detector.transfers(edges, [10 * eV]),
        lambda: detector.background(FlatBackground(PER), edges),
        lambda: detector.fold(spectrum([1.0, 2.0], [1.0, 1.0]), edges),
    ):
        with pytest.raises(ValueError, match=message):
            use()


def test_what_a_detector_cannot_do():
    detector = Detector(EXPOSURE, ConstantResolution(0.2 * keV), threshold=0.5 * keV)
    with pytest.raises(ValueError, match="quenching is not given"):
        detector.matrix([1 * keV], EDGES, recoils=True)
    with pytest.raises(ValueError, match=r"threshold: deposits however small.*cutoff"):
        detector.transfers(EDGES, FreeElectrons("Ge"))
    assert replace(detector, cutoff=0.1 * keV).transfers(EDGES, FreeElectrons("Ge"))[0] < 0.1 * keV
    assert detector.transfers(EDGES, [13 * eV])[0] < 13 * eV
    with pytest.raises(ValueError, match="every shell opens above"):
        detector.transfers(EDGES, [30 * keV])
    with pytest.raises(ValueError, match="resolution: energies however large"):
        replace(detector, resolution=RelativeResolution(0.0, 0.3)).transfers(EDGES, [13 * eV])
    with pytest.raises(ValueError, match="resolution must be finite"):
        replace(detector, resolution=lambda E: -E).matrix([1 * keV], EDGES)
    with pytest.raises(ValueError, match="refinement"):
        detector.transfers(EDGES, [13 * eV], refinement=0)
    with pytest.raises(ValueError, match="transfer must be a list"):
        detector.matrix([-1.0], EDGES)
    with pytest.raises(ValueError, match="transfer must be two or more"):
        detector.fold(spectrum([2.0, 1.0], [1.0, 1.0]), EDGES)
    with pytest.raises(ValueError, match="must be finite numbers"):
        detector.fold(spectrum([1.0, 2.0], [nan, 1.0]), EDGES)


# --- at the edges of the package -----------------------------------------------------------------


def test_counts_as_xarray_have_units_and_labels():
    detector = Detector(EXPOSURE)
    T = detector.transfers(EDGES, [10 * eV])
    found = detector.fold(spectrum(T, np.arange(1.0, 7.0).reshape(2, 3, 1, 1) * falling(T)), EDGES)
    data = found.to_xarray()
    assert data.counts.dims == ("component", "part", "shell", "bin")
    assert_allclose(data.counts.sel(component="c1", part="p2", shell="s0"), found.counts[1, 2, 0])
    assert_allclose(data.low, EDGES[:-1] / keV)
    assert data.low.attrs["units"] == data.energy.attrs["units"] == "keV" and data.counts.attrs["units"] == "1"
    assert_allclose(data.attrs["exposure"], 2.5)


def test_nest_gives_quanta_whose_sum_is_the_energy():
    pytest.importorskip("nestpy")
    nest = NestYields(field=23.0)
    T = np.array([[0.5, 1.0], [5.0, 50.0]]) * keV
    photons, electrons = nest.quanta(T)
    assert photons.shape == T.shape
    assert_allclose(nest.work_function * (photons + electrons), T, rtol=1e-6)
    assert_allclose(nest.light_yield(T) * T, photons) and assert_allclose(nest.charge_yield(T) * T, electrons)
    assert np.all(np.diff(nest.light_yield([0.5 * keV, 2 * keV, 10 * keV])) > 0)  # recombination sets in
    weaker = NestYields(field=23.0, photon_detection=0.05)
    assert np.all(weaker.sigma(T) > nest.sigma(T)) and np.all(nest.sigma(T) > 0)
    assert NestYields().sigma(0.0) == 0.0
    recoil = NestYields(deposit=Deposit.NUCLEUS)
    assert np.all((recoil.quenching(T) > 0.05) & (recoil.quenching(T) < 0.5))


def test_nest_is_a_resolution_of_a_detector():
    pytest.importorskip("nestpy")
    detector = Detector(1.0 * tonne * year, NestYields(), threshold=1 * keV)
    edges = np.array([1.0, 2.0, 5.0]) * keV
    assert_allclose(detector.matrix([3 * keV], edges).sum(), 1.0, atol=1e-3)
    T = detector.transfers(edges, [12 * eV])
    assert detector.fold(spectrum(T, falling(T)), edges).total[0] > 0


def test_nest_says_how_to_install_it(monkeypatch):
    from nuatom.detector import nest

    nest._calculator.cache_clear()
    monkeypatch.setitem(sys.modules, "nestpy", None)
    with pytest.raises(ValueError, match=r"pip install nuatom\[nest\]"):
        NestYields().quanta(1 * keV)
    nest._calculator.cache_clear()

"""Histograms keep the protocol of `uhi`, have units, and lose no event on the way."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

import nuatom as na
from nuatom.detector import Detector, Expected
from nuatom.rates import Histogram, RateSpectrum
from nuatom.source import Emission, MonoEnergetic
from nuatom.units import MeV, cm2, day, eV, keV, kg, s

EDGES = np.array([1.0, 2.0, 4.0, 9.0]) * keV
EXPOSURE = 10 * kg * day


def source() -> Emission:
    one, other = (MonoEnergetic(energy, 1e13 / (cm2 * s), "e").components[0] for energy in (0.4 * MeV, 1 * MeV))
    return Emission("two lines", (one, type(one)("other", other.flux, other.shape, other.composition)))


@pytest.fixture(scope="module")
def spectrum() -> RateSpectrum:
    coupling = na.Neutrino(magnetic_moment=3e-11)
    return na.rate_spectrum(source(), coupling, na.FreeElectrons("Ge"), np.geomspace(0.8, 12, 400) * keV)


@pytest.fixture(scope="module")
def expected() -> Expected:
    coupling = na.Neutrino(magnetic_moment=3e-11)
    return Detector(EXPOSURE).expected(source(), coupling, na.FreeElectrons("Ge"), EDGES)


def test_counts_are_a_histogram(expected: Expected) -> None:
    found = expected.histogram()
    assert found.kind == "COUNT"
    (axis,) = found.axes
    assert (axis.name, axis.label, axis.unit) == ("energy", "reconstructed energy [keV]", "keV")
    assert_allclose(list(axis), [(1, 2), (2, 4), (4, 9)])
    assert [axis[k] for k in range(len(axis))] == list(axis)
    assert axis[-1] == list(axis)[-1]
    assert not axis.traits.discrete
    assert axis == expected.histogram().axes[0]
    assert axis != expected.histogram("part").axes[0]
    assert_allclose(found.values(), expected.total)
    assert_allclose(found.variances(), expected.total)  # as many as Poisson's law has
    assert_allclose(found.counts(), expected.total)


@pytest.mark.parametrize("by", ["component", "part", "shell"])
def test_groups_are_the_first_axis(expected: Expected, by: str) -> None:
    found = expected.histogram(by)
    names, energy = found.axes
    assert names.name == by
    assert names.traits.discrete
    assert list(names) == list(getattr(expected, f"by_{by}"))
    assert found.values().shape == (len(names), len(energy))
    assert_allclose(found.values().sum(axis=0), expected.total)


def test_an_interference_has_no_variance() -> None:
    weak = na.Neutrino(charge_radius=-3e-32 * cm2)
    found = Detector(EXPOSURE).expected(source(), weak, na.FreeElectrons("Ge"), EDGES).histogram("part")
    assert np.any(found.values() < 0)
    assert found.variances() is None
    assert found.counts() is None


def test_a_rate_in_bins_is_what_a_perfect_detector_counts(spectrum: RateSpectrum, expected: Expected) -> None:
    found = spectrum.histogram(EDGES)
    assert found.unit == "1/(kg day)"
    assert found.variances() is None
    assert_allclose(found.values() * 10, expected.total, rtol=1e-3)
    assert_allclose(
        spectrum.histogram(EDGES, "component").values() * 10, expected.histogram("component").values(), rtol=1e-3
    )
    assert found.axes[0].label == "energy transfer [keV]"


def test_excitations_are_in_the_bins_of_their_energies() -> None:
    """Below the threshold of hydrogen there are lines alone, and above it none."""
    transfer = np.concatenate([np.linspace(5, 13.59, 20), np.linspace(13.61, 60, 200)]) * eV
    found = na.rate_spectrum(source(), na.MagneticMoment(3e-11), na.Hydrogenic(n=1, l=0, Z=1), transfer)
    assert np.all(found.total[:20] == 0)
    edges = np.array([9, 11, 13.59, 13.61, 50]) * eV
    bins = found.histogram(edges).values()
    lyman = [found.line_total[(found.line_transfer > a) & (found.line_transfer < b)] for a, b in pairwise(edges[:3])]
    assert_allclose(bins[:2], [rates.sum() * kg * day for rates in lyman], rtol=1e-12)
    assert lyman[0].size == 1  # Lyman α
    fine = np.linspace(13.61, 50, 2000) * eV
    assert bins[3] == pytest.approx(
        float(np.trapezoid(np.interp(fine, transfer, found.total), fine)) * kg * day, rel=1e-4
    )


def test_xarray_has_units(spectrum: RateSpectrum, expected: Expected) -> None:
    one = expected.histogram("component").to_xarray()
    assert one.dims == ("component", "energy")
    assert one.attrs["units"] == "1"
    assert one.energy.attrs["units"] == one.low.attrs["units"] == "keV"
    assert_allclose(one.sel(component="other"), expected.by_component["other"])
    rates = spectrum.to_xarray()
    assert rates.rate.attrs["units"] == "1/(kg day keV)"
    assert_allclose(rates.rate.sum(("component", "part", "shell")), spectrum.total * kg * day * keV)
    assert_allclose(rates.transfer, spectrum.transfer / keV)
    assert rates.transfer.attrs["units"] == "keV"


def test_refused(spectrum: RateSpectrum, expected: Expected) -> None:
    for make, message in (
        (lambda: expected.histogram("flavour"), "by component, part, shell, or of the sum"),
        (lambda: spectrum.histogram(EDGES, "flavour"), "by component, part, shell, or of the sum"),
        (lambda: spectrum.histogram(EDGES[::-1]), "must ascend"),
        (lambda: spectrum.histogram(np.array([0.1, 2]) * keV), "within its transfers"),
        (lambda: spectrum.histogram(np.array([1, 20]) * keV), "within its transfers"),
    ):
        with pytest.raises(ValueError, match=message):
            make()


def test_the_protocol_of_uhi(spectrum: RateSpectrum, expected: Expected) -> None:
    protocol = pytest.importorskip("uhi.typing.plottable")
    for found in (expected.histogram(), expected.histogram("part"), spectrum.histogram(EDGES)):
        assert isinstance(found, protocol.PlottableHistogram)
        assert all(isinstance(axis, protocol.PlottableAxisGeneric) for axis in found.axes)
        assert all(isinstance(axis.traits, protocol.PlottableTraits) for axis in found.axes)


def test_hist_takes_them(expected: Expected) -> None:
    hist = pytest.importorskip("hist")
    one = hist.Hist(expected.histogram())
    assert_allclose(one.values(), expected.total)
    assert_allclose(one.axes[0].edges, EDGES / keV)
    assert one.axes[0].label == "reconstructed energy [keV]"
    assert one[:: hist.sum] == pytest.approx(expected.total.sum())
    several = hist.Hist(expected.histogram("component"))
    assert_allclose(several["other", :].values(), expected.by_component["other"])
    assert isinstance(expected.histogram("component"), Histogram)

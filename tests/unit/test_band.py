"""The band of models: what it holds and what it spans."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuatom as na
from nuatom.response.screening.interaction import AveragedExchange, LocalExchange
from nuatom.units import MeV, eV, keV

COUPLING = na.MagneticMoment(3.2e-11)
FREE, STEPPING = na.FreeElectrons("He"), na.Stepping(na.Hydrogenic(n=1, l=0, Z=2))
BAND = na.Band({"free": FREE, "stepping": STEPPING, "hydrogenic": na.Hydrogenic(n=1, l=0, Z=2)})


@given(st.floats(1e-5, 0.1), st.floats(0.1, 10.0))
def test_every_model_is_inside_and_both_ends_are_models(transfer: float, energy: float) -> None:
    found = BAND.cross_section(COUPLING, energy, [transfer])
    values = np.array([own[0] for own in found.by_model.values()])
    assert (found.lower[0], found.upper[0]) == (values.min(), values.max())
    assert found.lower[0] <= found.central[0] <= found.upper[0]


def test_each_model_has_its_own_cross_section_and_the_first_is_central() -> None:
    T = np.geomspace(0.01, 10, 6) * keV
    found = BAND.cross_section(COUPLING, 1 * MeV, T)
    assert list(found.by_model) == ["free", "stepping", "hydrogenic"]
    for name, model in BAND.models.items():
        np.testing.assert_array_equal(found.by_model[name], na.cross_section(COUPLING, model, 1 * MeV, T))
    np.testing.assert_array_equal(found.central, found.by_model["free"])


def test_shapes_are_those_of_energy_and_transfer() -> None:
    found = BAND.cross_section(COUPLING, [1 * MeV, 2 * MeV], np.full((3, 2), 1 * keV))
    assert found.lower.shape == found.upper.shape == found.central.shape == (2, 3, 2)


def test_a_band_of_one_has_no_width() -> None:
    found = na.Band({"only": FREE}).cross_section(COUPLING, 1 * MeV, [1 * keV])
    assert found.lower == found.central == found.upper


def test_between_thresholds_the_band_reaches_zero() -> None:
    # 54.4 eV binds the electron that is free in the other model.
    found = BAND.cross_section(COUPLING, 1 * MeV, [20 * eV])
    assert found.lower == 0.0
    assert found.upper > 0


def test_a_band_cannot_be_changed_from_outside() -> None:
    models: dict[str, na.ResponseModel] = {"free": FREE}
    band = na.Band(models)
    models["stepping"] = STEPPING
    assert list(band.models) == ["free"]


def test_the_default_models_vary_field_kernel_and_screening() -> None:
    atom = na.Atom("He", nucleus=na.UniformNucleus(), binding="measured")
    models = na.Band.of(atom, highest=1 * keV, multipoles=3, width=0.01, tolerance=0.01).models
    assert list(models) == [
        "screened, kli",
        "screened, slater",
        "screened, kohn-sham",
        "screened, averaged exchange",
        "independent, slater",
        "independent, kohn-sham",
    ]
    kli, slater, kohn_sham = (
        na.Atom("He", x, na.UniformNucleus(), "measured") for x in (na.KriegerLiIafrate(), na.Slater(), na.KohnSham())
    )
    expected = [
        na.Screened(kli, LocalExchange(), 0.01, 1 * keV, 3, 0.01),
        na.Screened(slater, LocalExchange(), 0.01, 1 * keV, 3, 0.01),
        na.Screened(kohn_sham, LocalExchange(), 0.01, 1 * keV, 3, 0.01),
        na.Screened(slater, AveragedExchange(), 0.01, 1 * keV, 3, 0.01),
        na.CentralField(slater, 0.01),
        na.CentralField(kohn_sham, 0.01),
    ]
    assert list(models.values()) == expected
    assert len(na.Band.of(atom, independent=False).models) == 4


def test_the_exchange_of_the_atom_itself_does_not_matter() -> None:
    bands = [na.Band.of(na.Atom("He", exchange)) for exchange in (na.Slater(), na.KohnSham())]
    assert dict(bands[0].models) == dict(bands[1].models)


@pytest.mark.slow
def test_helium_differs_at_its_edge_and_agrees_far_above() -> None:
    band = na.Band.of(na.Atom("He"), multipoles=2, highest=0.5 * keV)
    found = band.cross_section(COUPLING, 1 * MeV, np.array([30 * eV, 20 * keV]))
    relative = (found.upper - found.lower) / found.central
    assert 0.02 < relative[0] < 1.0
    # Where all electrons are free the field and the screening are forgotten; 1 % is the tolerance of the tables.
    assert relative[1] < 0.01


@pytest.mark.parametrize(
    ("models", "message"),
    [({}, "a band needs response models"), ({"x": na.Screened}, "a band is of response models such as Screened")],
)
def test_what_is_no_band(models: dict[str, na.ResponseModel], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        na.Band(models)


def test_a_band_is_of_an_atom() -> None:
    with pytest.raises(ValueError, match=r'write Band.of\(Atom\("Xe"\)\)'):
        na.Band.of("Xe")  # type: ignore[arg-type]

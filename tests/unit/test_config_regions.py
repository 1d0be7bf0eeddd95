"""What a configuration says of two parameters together."""

import numpy as np
import pytest

from configurations import changed
from nuatom import config, limit
from nuatom.config import Experiment, parse, regions
from nuatom.limit.minimise import minimise
from nuatom.units import cm2

pytestmark = pytest.mark.slow  # 61 times 61 fits each

BOTH = changed("[model]", '[neutrino]\nfit = ["millicharge", "charge_radius", "magnetic_moment"]\n[model]')
LEVEL = -2 * np.log(0.1)


@pytest.fixture(scope="module")
def both() -> Experiment:
    return parse(BOTH)


@pytest.mark.parametrize("names", [("millicharge", "charge_radius"), ("magnetic_moment", "charge_radius")])
def test_a_region_reaches_to_where_the_profile_of_each_rises_as_much(both: Experiment, names: tuple[str, str]) -> None:
    found = both.region(*names)
    for name, (low, high) in zip(names, found.spans, strict=True):
        chosen = both.parameter(name)
        ends = [high] if chosen.squared else [low, high]
        rise = both.scan(name, np.array([chosen.to_fit(end) for end in ends])).rise
        # Straight lines between 61 points of a parabola.
        np.testing.assert_allclose(rise, LEVEL, rtol=0.01)
        assert low == 0 or not chosen.squared
    assert found.is_whole
    assert found.best == pytest.approx((0, 0), abs=1e-15)


def test_a_profile_is_over_both_minima_of_an_amplitude(both: Experiment) -> None:
    """With a radius held, its product with the charge moves the second minimum in the charge; found by trying all."""
    charges = np.linspace(-8, 8, 161)
    many = both.asimov.select(np.zeros(len(charges), dtype=np.intp))
    for moment, radius in ((3e-11, 250.0), (3.65e-11, 270.0), (3e-11, -330.0)):
        held: dict[str, float | np.ndarray] = {
            "magnetic_moment_squared": (moment / 1e-11) ** 2,
            "charge_radius": radius,
        }
        least = float(minimise(both.asimov, held).deviance[0])
        tried = minimise(many, {**held, "millicharge": charges}).deviance.min()
        assert least <= tried < least + 0.02


def test_a_region_is_found_from_a_span_that_is_too_small(both: Experiment) -> None:
    names = ("millicharge", "magnetic_moment")
    whole = both.region(*names)
    (low, high), (least, most) = both.window(*names)
    small = (0.6 * low, 0.6 * high), (0.6 * least, 0.6 * most)
    np.testing.assert_allclose(both.region(*names, small).spans, whole.spans, rtol=0.01, atol=1e-15)


def test_a_region_of_what_is_expected_is_not_that_of_the_data() -> None:
    names = ("millicharge", "magnetic_moment")
    text = changed("[model]", f"[neutrino]\nfit = {list(names)}\n[model]")
    plain = parse(text)
    counts = [float(n) for n in plain.asimov.counts[0] + np.array([60.0, 20.0, 5.0, 0.0])]
    seen = parse(changed("[model]", f"[data]\ncounts = {counts}\n[model]", text))
    expected = plain.region(*names).spans
    np.testing.assert_allclose(seen.region(*names, expected=True).spans, expected)
    assert seen.region(*names).spans[1][1] > 1.05 * expected[1][1]


def test_parameters_that_nothing_tells_apart_have_no_region() -> None:
    def along(millicharge: float, charge_radius: float) -> np.ndarray:
        return np.array([(1 + millicharge - charge_radius) ** 2])

    signal = limit.Signal.of({"millicharge": 2, "charge_radius": 2}, along)
    data = limit.Binned.of(limit.Model(signal, {"flat": [10.0]}), [11.0])
    charge, radius = config.PARAMETERS["millicharge"], config.PARAMETERS["charge_radius"]
    with pytest.raises(RuntimeError, match="millicharge and charge radius are not limited together"):
        regions.region(data, charge, radius, 0.9, ((-1e-11, 1e-11), (-1e-31 * cm2, 1e-31 * cm2)))

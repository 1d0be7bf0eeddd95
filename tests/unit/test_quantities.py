"""Text to quantities and back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuatom.quantities import (
    ACTIVITY,
    AREA,
    ENERGY,
    EXPOSURE,
    FLUX,
    LENGTH,
    POWER,
    RATE,
    SPECTRAL_RATE,
    SPECTRAL_SLOPE,
    Dimension,
    format_energy,
    parse_quantity,
    parse_range,
)
from nuatom.units import GeV, MeV, barn, cm2, day, eV, keV, kg, m, mm, s, tonne, year

energies = st.floats(min_value=1e-9 * eV, max_value=1e9 * GeV)
unit_names = st.sampled_from(ENERGY.units)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.8keV", 2.8 * keV),
        ("1 MeV", 1 * MeV),
        ("1e3eV", 1 * keV),
        ("1E3 eV", 1 * keV),
        ("1.e-3GeV", 1 * MeV),
        (".5eV", 0.5 * eV),
        ("+7eV", 7 * eV),
        ("  3.2\tkeV ", 3.2 * keV),
        ("0eV", 0.0),
    ],
)
def test_quantity(text: str, value: float) -> None:
    assert parse_quantity(text, ENERGY) == pytest.approx(value, rel=1e-15, abs=0.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2.8", "'2.8' has no unit: expected an energy in eV, keV, MeV, GeV, such as 2.8keV"),
        ("1e3", "has no unit"),
        ("1kev", "unknown unit 'kev' in '1kev': .* did you mean keV?"),
        ("1Mev", "did you mean MeV?"),
        ("1EV", "did you mean eV?"),
        ("1gev", "did you mean GeV?"),
        ("1kg", "unknown unit 'kg'"),
        ("1keV/c", "unknown unit 'keV/c'"),
        ("2.8.5keV", "unknown unit '.5keV'"),
        ("nan", "'nan' is not finite"),
        ("nankeV", "is not finite"),
        ("infkeV", "is not finite"),
        ("-inf keV", "is not finite"),
        ("Infinity eV", "is not finite"),
        ("1e400eV", "too large"),
        ("-1keV", "'-1keV' is negative"),
        ("", "cannot read '' as an energy"),
        ("keV", "cannot read 'keV'"),
        ("one keV", "cannot read 'one keV'"),
        ("\u0661keV", "cannot read"),  # a digit, but not one of ours
    ],
)
def test_quantity_errors_are_one_clear_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_quantity(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-33cm2", 1e-33 * cm2), ("-8.3e-33 cm2", -8.3e-33 * cm2), ("+2barn", 2 * barn), ("-1e-9barn", -1e-33 * cm2)],
)
def test_an_area_may_have_a_sign_where_that_is_asked_for(text: str, value: float) -> None:
    assert parse_quantity(text, AREA, signed=True) == pytest.approx(value, rel=1e-15, abs=0.0)


@pytest.mark.parametrize(
    ("text", "signed", "message"),
    [
        ("1e-33", True, "'1e-33' has no unit: expected an area in barn, cm2, such as 1e-33cm2"),
        ("1e-33cm^2", True, "unknown unit 'cm.2' .* did you mean cm2?"),
        ("1keV", True, "unknown unit 'keV' in '1keV': expected barn, cm2"),
        ("--1cm2", True, "cannot read '--1cm2' as an area"),
        ("-infcm2", True, "is not finite"),
        ("-1e-33cm2", False, "is negative"),
    ],
)
def test_area_errors(text: str, signed: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_quantity(text, AREA, signed=signed)


@given(number=st.floats(min_value=0.0, max_value=1e100), unit=unit_names, blank=st.sampled_from(["", " "]))
def test_what_python_prints_is_read_back(number: float, unit: str, blank: str) -> None:
    scale = {"eV": eV, "keV": keV, "MeV": MeV, "GeV": GeV}[unit]
    assert parse_quantity(f"{number!r}{blank}{unit}") == number * scale


@given(value=energies)
def test_format_round_trip(value: float) -> None:
    # 17 digits identify a double; what remains is one division and one multiplication by the unit.
    assert parse_quantity(format_energy(value, digits=17)) == pytest.approx(value, rel=4e-16, abs=0.0)


@given(value=energies, digits=st.integers(min_value=1, max_value=17))
def test_format_keeps_its_digits_and_stays_readable(value: float, digits: int) -> None:
    text = format_energy(value, digits=digits)
    assert parse_quantity(text) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits) + 4e-16, abs=0.0)
    if 1 * eV <= value < 999 * GeV and digits >= 3:
        number = float(text.rstrip("keMGV"))
        assert 1.0 <= number < 1000.0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0eV"),
        (0.5 * eV, "0.5eV"),
        (2.8 * keV, "2.8keV"),
        (999.9999999 * eV, "1keV"),
        (1 * MeV, "1MeV"),
        (2.5 * GeV, "2.5GeV"),
        (123456.0 * GeV, "123456GeV"),
    ],
)
def test_format(value: float, text: str) -> None:
    assert format_energy(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -1 * keV])
def test_format_refuses_what_is_no_energy(value: float) -> None:
    with pytest.raises(ValueError, match="as an energy: expected a finite number"):
        format_energy(value)


def test_format_needs_a_digit() -> None:
    with pytest.raises(ValueError, match="digits must be at least 1, got 0"):
        format_energy(1 * keV, digits=0)


def test_range_is_logarithmic_and_its_start_takes_the_unit_of_the_stop() -> None:
    values = parse_range("0.05:15keV:40")
    assert values.shape == (40,)
    assert values[0] == pytest.approx(50 * eV, rel=1e-15)
    assert values[-1] == pytest.approx(15 * keV, rel=1e-15)
    np.testing.assert_allclose(values[1:] / values[:-1], 300.0 ** (1 / 39), rtol=1e-12)


def test_range_with_two_units_and_spacings() -> None:
    np.testing.assert_allclose(parse_range("10eV:1keV:3"), [10 * eV, 100 * eV, 1 * keV], rtol=1e-14)
    np.testing.assert_allclose(parse_range("10eV:1keV:3:log"), [10 * eV, 100 * eV, 1 * keV], rtol=1e-14)
    np.testing.assert_allclose(parse_range("0:1keV:3:lin"), [0.0, 0.5 * keV, 1 * keV], rtol=1e-14)


def test_single_value_and_lists() -> None:
    np.testing.assert_allclose(parse_range("1keV"), [1 * keV], rtol=1e-15)
    np.testing.assert_allclose(parse_range("1keV,2keV,5keV"), [1 * keV, 2 * keV, 5 * keV], rtol=1e-15)
    np.testing.assert_allclose(parse_range("500eV, 2, 1 keV"), [500 * eV, 2 * keV, 1 * keV], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("15keV:0.05keV:40", "does not ascend"),
        ("1keV:1keV:40", "does not ascend"),
        ("1keV:2keV:1", "a range of 1 values"),
        ("1keV:2keV:0", "a range of 0 values"),
        ("1keV:2keV:100000000", "a range of 100000000 values"),
        ("1keV:2keV:-5", "cannot read the count '-5'"),
        ("1keV:2keV:4.5", "cannot read the count '4.5'"),
        ("1keV:2keV:many", "cannot read the count 'many'"),
        ("0:15keV:40", "starts at zero"),
        ("0eV:15keV:40:log", "starts at zero"),
        ("1keV:2keV", "has 2 parts: expected start:stop:count"),
        ("1keV:2keV:3:lin:4", "has 5 parts"),
        ("1keV:2keV:3:cubic", "unknown spacing 'cubic' .* expected lin or log"),
        ("1:2:3", "'2' has no unit"),
        ("1keV:2:3", "'2' has no unit"),
        ("1kev:2keV:3", "did you mean keV?"),
        ("-1:2keV:3", "is negative"),
        ("nan:2keV:3", "is not finite"),
        (":2keV:3", "cannot read ''"),
        ("1keV:2keV:3,4keV", "mixes a range and a list"),
        ("1,2,5", "'5' has no unit"),
        ("1keV,2", "'2' has no unit"),
        ("1keV,,2keV", "cannot read ''"),
        ("1keV,", "cannot read ''"),
        ("5", "'5' has no unit"),
    ],
)
def test_range_errors_are_one_clear_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_range(text)
    assert "\n" not in str(caught.value)


@given(
    start=st.floats(min_value=1e-3, max_value=1e3),
    factor=st.floats(min_value=1.01, max_value=1e4),
    count=st.integers(min_value=2, max_value=200),
    spacing=st.sampled_from(["", ":log", ":lin"]),
    unit=unit_names,
)
def test_range_has_its_ends_and_ascends(start: float, factor: float, count: int, spacing: str, unit: str) -> None:
    stop = start * factor
    values = parse_range(f"{start!r}:{stop!r}{unit}:{count}{spacing}")
    assert len(values) == count
    assert np.all(np.diff(values) > 0.0)
    assert values[0] == parse_quantity(f"{start!r}{unit}")
    assert values[-1] == parse_quantity(f"{stop!r}{unit}")
    steps = np.diff(values) if spacing == ":lin" else np.diff(np.log(values))
    np.testing.assert_allclose(steps, steps.mean(), rtol=1e-8)


@given(
    numbers=st.lists(st.floats(min_value=0.0, max_value=1e6), min_size=1, max_size=8),
    units=st.lists(unit_names, min_size=8, max_size=8),
)
def test_list_is_its_parts(numbers: list[float], units: list[str]) -> None:
    parts = [f"{number!r}{unit}" for number, unit in zip(numbers, units, strict=False)]
    assert parse_range(",".join(parts)).tolist() == [parse_quantity(part) for part in parts]


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("13.9m", LENGTH, 13.9 * m),
        ("1 km", LENGTH, 1e6 * mm),
        ("3GW", POWER, 3e9 * 6241509074460.763 * MeV / s),  # CODATA: a joule in MeV
        ("3MCi", ACTIVITY, 1.11e17 / s),
        ("2 PBq", ACTIVITY, 2e15 / s),
        ("755.6 kg day", EXPOSURE, 755.6 * kg * day),
        ("1.16 t yr", EXPOSURE, 1.16 * tonne * year),
        ("1.16 tonne*year", EXPOSURE, 1.16 * tonne * year),
        ("2.7e13/cm2/s", FLUX, 2.7e13 / (cm2 * s)),
        ("2.7e13 cm^-2 s^-1", FLUX, 2.7e13 / (cm2 * s)),
        ("2.5/(kg day)", RATE, 2.5 / (kg * day)),
        ("15.8 events/(t yr keV)", SPECTRAL_RATE, 15.8 / (tonne * year * keV)),
        ("-0.1/(kg day keV^2)", SPECTRAL_SLOPE, -0.1 / (kg * day * keV**2)),
    ],
)
def test_quantities_of_experiments(text: str, dimension: Dimension, value: float) -> None:
    assert parse_quantity(text, dimension, signed=True) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        ("5", EXPOSURE, "'5' has no unit: expected an exposure in kg day, .*such as 1.16 tonne year"),
        ("5 kg", EXPOSURE, "unknown unit 'kg' in '5 kg': expected kg day"),
        ("5 kg dya", EXPOSURE, "unknown unit 'dya' in 'kg dya'.*expected an exposure such as"),
        ("5 (kg day", EXPOSURE, "a \\( without its \\)"),
        ("-5 kg day", EXPOSURE, "'-5 kg day' is negative"),
        ("3 gw", POWER, "did you mean GW?"),
        ("3 W/m", POWER, "unknown unit 'W/m'"),
        ("2.5/(kg day)", SPECTRAL_RATE, "expected 1/\\(kg day keV\\)"),
    ],
)
def test_errors_in_quantities_of_experiments(text: str, dimension: Dimension, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_quantity(text, dimension)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dimension", [LENGTH, POWER, ACTIVITY, EXPOSURE, FLUX, RATE, SPECTRAL_RATE, SPECTRAL_SLOPE])
def test_units_and_examples_of_a_dimension_can_be_read(dimension: Dimension) -> None:
    assert parse_quantity(dimension.example, dimension, signed=True) != 0
    sizes = [parse_quantity(f"1 {unit}", dimension) for unit in dimension.units]
    assert all(size > 0 for size in sizes)

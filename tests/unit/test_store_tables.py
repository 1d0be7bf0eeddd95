"""A table comes back from its bytes as it was, and every parameter has a say in its key."""

import ast
import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from nuatom.store import Bits, Multiples, Table, Variable, fingerprint, key, keys
from nuatom.store.keys import fingerprint_of
from nuatom.store.table import HEADER, DamagedError, decode, encode
from store_examples import PARAMETERS, a_table


def header(**changed: str | int) -> dict[str, str | int]:
    return {name: "" for name in HEADER} | {"schema": 1} | changed


# --- Tables --------------------------------------------------------------------------------------


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
shapes = st.integers(0, 3).flatmap(lambda n: st.tuples(*[st.integers(0, 3)] * n))


@pytest.mark.slow
@given(
    shape=shapes,
    values=st.lists(st.floats(), min_size=27, max_size=27),
    words=st.lists(texts, min_size=27, max_size=27),
    attributes=st.dictionaries(
        st.from_regex(r"a[a-z_]{0,5}", fullmatch=True),
        st.one_of(texts, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False)),
        max_size=4,
    ),
    text=texts,
)
@settings(max_examples=60, deadline=None)
def test_any_table_comes_back(
    shape: tuple[int, ...], values: list[float], words: list[str], attributes: dict[str, Any], text: str
) -> None:
    size = int(np.prod(shape))
    dims = tuple("xyz"[: len(shape)])
    table = Table(
        {
            "number": Variable(dims, np.array(values[:size]).reshape(shape), text, text),
            "word": Variable(dims, np.array(words[:size], dtype=str).reshape(shape)),
        },
        attributes,
    )
    back, _ = decode(encode(table, header()))
    assert back.attributes == table.attributes
    assert back.variables["number"].data.tobytes() == table.variables["number"].data.tobytes()
    assert back.variables["word"].data.tolist() == table.variables["word"].data.tolist()
    assert back.variables["number"].units == back.variables["number"].description == text


def test_a_table_cannot_be_changed() -> None:
    source = np.arange(3.0)
    variable = Variable(("x",), source)
    with pytest.raises(ValueError, match="read-only"):
        variable.data[0] = 1.0
    source[0] = 7.0  # the caller's own array stays his


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: Variable(("x",), np.zeros(2, dtype=np.float32)), "float32; convert it with astype"),
        (lambda: Variable(("x",), np.zeros(2, dtype=bool)), "got dtype bool"),
        (lambda: Variable(("x",), np.array([b"a"])), "got dtype"),
        (lambda: Variable(("x",), np.array(["a", None])), "got dtype object"),
        (lambda: Variable(("x",), np.zeros((2, 2))), "expected 2 different dimension names"),
        (lambda: Variable(("x", "x"), np.zeros((2, 2))), "expected 2 different dimension names"),
        (lambda: Variable(("x",), np.array(["a\0b"])), "NUL"),
        (lambda: Variable(("x",), np.array(["\ud800"])), "surrogates"),
        (lambda: Table({"a b": Variable((), np.array(1.0))}), "got 'a b'"),
        (lambda: Table({"_a": Variable((), np.array(1.0))}), "got '_a'"),
        (lambda: Table({"a": Variable(("x/y",), np.zeros(1))}), "got 'x/y'"),
        (lambda: Table({"x": Variable(("x", "y"), np.zeros((1, 1)))}), "rename it"),
        (lambda: Table({"x": Variable((), np.array(1.0)), "a": Variable(("x",), np.zeros(1))}), "rename it"),
        (
            lambda: Table({"a": Variable(("x",), np.zeros(1)), "b": Variable(("x",), np.zeros(2))}),
            "'x' has length 1, but 2 in variable 'b'",
        ),
        (lambda: Table({}, {"physics": 0}), "used by the store itself"),
        (lambda: Table({}, {"NAME": "0"}), "used by the store itself"),
        (lambda: Table({}, {"flag": True}), "expected str, int or float, got True"),
        (lambda: Table({}, {"a": 2**63}), "64 bits"),
        (lambda: Table({}, {"a": "\0"}), "NUL"),
    ],
)
def test_what_a_file_cannot_hold_is_refused(change: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        change()


# --- Packing -------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.floats(-6e4, 6e4), st.just(math.nan)), max_size=8), st.integers(-15, 4))
def test_multiples_are_near_and_stay(values: list[float], power: int) -> None:
    packing = Multiples(2.0**power)
    data = Variable(("x",), np.array(values), packing=packing).data
    assert np.all((np.abs(data - values) <= packing.step / 2) | np.isnan(values))
    assert (np.isnan(data) == np.isnan(values)).all()
    assert packing.read(packing.stored(data)).tobytes() == packing.rounded(data).tobytes() == data.tobytes()


@given(st.lists(st.floats(-1e38, 1e38), max_size=8), st.integers(1, 23))
def test_bits_are_near_and_stay(values: list[float], count: int) -> None:
    packing = Bits(count)
    data = Variable(("x",), np.array(values), packing=packing).data
    # Below 1.2e-38, where float32 has fewer bits, nothing is kept.
    assert np.all(np.abs(data - values) <= np.maximum(2.0 ** -(count + 1) * np.abs(values), 1.18e-38))
    assert packing.read(packing.stored(data)).tobytes() == packing.rounded(data).tobytes() == data.tobytes()


def test_a_packed_table_is_the_same_computed_and_read() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 60)) * np.exp(rng.normal(scale=20, size=(50, 60)))
    table = Table(
        {
            "log": Variable(("x", "y"), np.log(np.abs(values)), "", "", Multiples(2**-15)),
            "strength": Variable(("x", "y"), values, "", "", Bits(13)),
            "whole": Variable(("x", "y"), values),
        }
    )
    bytes_of = {name: variable.data.tobytes() for name, variable in table.variables.items()}
    assert bytes_of["strength"] != bytes_of["whole"] == values.tobytes()
    back, _ = decode(encode(table, header()))
    assert {name: variable.data.tobytes() for name, variable in back.variables.items()} == bytes_of
    assert not back.variables["log"].data.flags.writeable
    again, _ = decode(encode(back, header()))
    assert {name: variable.data.tobytes() for name, variable in again.variables.items()} == bytes_of


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: Multiples(1e-5), "a power of two, such as 2**-15, not 1e-05"),
        (lambda: Multiples(0.0), "a power of two"),
        (lambda: Multiples(math.inf), "a power of two"),
        (lambda: Bits(0), "from 1 to 23, not 0"),
        (lambda: Bits(24), "from 1 to 23"),
        (lambda: Variable((), np.array(7e4), packing=Multiples(2**-15)), "numbers up to 7e+04 in steps of 3.05e-05"),
        (lambda: Variable((), np.array(-math.inf), packing=Multiples(1.0)), "numbers up to inf"),
        (lambda: Variable((), np.array(1e39), packing=Bits(13)), "numbers up to 1e+39 are beyond float32"),
        (lambda: Variable((), np.array(1), packing=Bits(13)), "only float64 is packed, not int64"),
    ],
)
def test_what_cannot_be_packed_is_refused(change: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        change()


WHOLE = encode(a_table(), header())


@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=300)
def test_no_flipped_bit_goes_unseen(position: float, bit: int) -> None:
    whole = bytearray(WHOLE)
    whole[int(position * len(whole))] ^= 1 << bit
    with pytest.raises(DamagedError):
        decode(bytes(whole))


# --- Keys ----------------------------------------------------------------------------------------

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)


def reordered(value: Any) -> Any:
    """The same value with every mapping in the opposite order and every list a tuple."""
    if isinstance(value, dict):
        return MappingProxyType({name: reordered(value[name]) for name in reversed(value)})
    if isinstance(value, list):
        return tuple(reordered(item) for item in value)
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two parameters are the same in type and in every bit, up to the order of mappings."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and (one != 0 or math.copysign(1, one) == math.copysign(1, other))


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=3), values, max_size=4))
def test_the_order_of_parameters_does_not_matter(parameters: dict[str, Any]) -> None:
    assert re.fullmatch("[0-9a-f]{64}", key("response", parameters))
    assert key("response", parameters) == key("response", reordered(parameters))


@given(
    parameters=st.dictionaries(st.text(max_size=3), values, min_size=1, max_size=4),
    data=st.data(),
    value=values,
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_changed_value_changes_the_key(parameters: dict[str, Any], data: st.DataObject, value: Any) -> None:
    name = data.draw(st.sampled_from(sorted(parameters)))
    assume(not same(value, parameters[name]))
    assert key("response", parameters) != key("response", {**parameters, name: value})
    assert key("response", parameters) != key(
        "response", {each: item for each, item in parameters.items() if each != name}
    )


@given(st.floats(allow_nan=False, allow_infinity=False, max_value=1e308))
@example(0.0)
@example(1.0)
def test_the_last_bit_of_a_float_changes_the_key(value: float) -> None:
    assert key("response", {"x": value}) != key("response", {"x": float(np.nextafter(value, np.inf))})


def test_types_and_kinds_have_keys_of_their_own() -> None:
    alike: list[Any] = [1, 1.0, True, "1", [1], {"1": 1}, None, 0, 0.0, -0.0, False, ""]
    found = {key(kind, {"x": value}) for kind in ("atom", "response") for value in alike}
    assert len(found) == 2 * len(alike)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "parameters['x']: expected a finite number, got nan"),
        ([1.0, float("inf")], "parameters['x'][1]: expected a finite number, got inf"),
        ({"y": {1: 2}}, "parameters['x']['y']: expected names of type str, got 1"),
        (np.zeros(2), "got ndarray; convert it first"),
        (np.int64(3), "got int64; convert it first"),
        (b"a", "got bytes"),
        ({1, 2}, "got set"),
    ],
)
def test_what_is_not_json_is_no_parameter(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        key("response", {"x": value})


def test_other_numbers_and_layouts_have_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {key("response", PARAMETERS)}
    for version in ("PHYSICS", "SCHEMA"):
        with monkeypatch.context() as patch:
            patch.setattr(keys, version, 999)
            found.add(key("response", PARAMETERS))
    assert len(found) == 3
    assert key("response", PARAMETERS) in found


def test_the_fingerprint_sees_what_determines_numbers(tmp_path: Path) -> None:
    for name in ("units.py", "elements.py", "cli.py", "data/edges.csv", "atom/field.py", "response/free.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    seen = [fingerprint_of(tmp_path)]
    for name in ("units.py", "elements.py", "data/edges.csv", "atom/field.py", "response/free.py"):
        (tmp_path / name).write_text("x = 2\n")
        seen.append(fingerprint_of(tmp_path))
    (tmp_path / "atom/new.py").write_text("")
    seen.append(fingerprint_of(tmp_path))
    (tmp_path / "atom/new.py").rename(tmp_path / "atom/newer.py")
    seen.append(fingerprint_of(tmp_path))
    assert len(set(seen)) == len(seen)
    (tmp_path / "cli.py").write_text("x = 2\n")
    (tmp_path / "data/flux.csv").write_text("x = 2\n")
    assert fingerprint_of(tmp_path) == seen[-1]


def test_the_fingerprint_is_of_this_package_when_its_kernels_were_imported() -> None:
    package = Path(keys.__file__).parents[1]
    assert (package / "units.py").is_file()
    assert fingerprint.__wrapped__() == fingerprint_of(package) != fingerprint_of(package / "atom")
    # Kernels are compiled from what was imported, and bear its name: an edit while a process runs is not theirs.
    script = "import nuatom.atom.dirac, nuatom.store.keys as s; s.fingerprint_of = None; print(len(s.fingerprint()))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "64\n"


def test_the_fingerprint_is_of_all_that_tables_are_computed_by() -> None:
    """The tests keep tables under it from run to run, so nothing that may change a number can be left out."""
    package = Path(keys.__file__).parents[1]
    own = {path for pattern in keys._SOURCES for path in package.glob(pattern)}
    used = set()
    for path in own:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if path.suffix == ".py" else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "nuatom":
                for alias in node.names:
                    file = package.joinpath(*str(node.module).split(".")[1:])
                    tried = (file / f"{alias.name}.py", file.with_suffix(".py"), file / "__init__.py")
                    used.add(next(each for each in tried if each.is_file()))
    assert package / "response" / "kernels.py" in used
    # These write files and know no physics.
    idle = {"store/__init__.py", "store/keys.py", "store/identity.py"}
    assert {path.relative_to(package).as_posix() for path in used - own} <= idle

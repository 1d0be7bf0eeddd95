"""An edited or another user's class never has the key of the old one."""

import importlib.util
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.store.identity import identity

SOURCE = """
from dataclasses import dataclass
import numpy as np

SHARE = {share}

def scaled(x):
    return {factor} * x

@dataclass(frozen=True)
class Mine:
    factor: float = 1.0

    def potential(self, electrons):
        return np.asarray(scaled(SHARE * electrons))

    def slope(self, n):
        return 0.0 * n

    def own(self, electrons):
        return 1.0
"""


def load(folder: Path, **values: float) -> object:
    """The module as a user has it, after an edit."""
    path = folder / "my_exchange.py"
    path.write_text(SOURCE.format(**values))
    spec = importlib.util.spec_from_file_location("my_exchange", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["my_exchange"] = module
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module.Mine


def test_an_edit_of_a_function_or_a_constant_it_uses_is_another_identity(tmp_path: Path) -> None:
    first = load(tmp_path, share=1.0, factor=2.0)()  # type: ignore[operator]
    again = load(tmp_path, share=1.0, factor=2.0)()  # type: ignore[operator]
    edited = load(tmp_path, share=1.0, factor=3.0)()  # type: ignore[operator]
    shared = load(tmp_path, share=0.5, factor=2.0)()  # type: ignore[operator]
    assert repr(first) == repr(edited) == repr(shared)  # which used to be the key
    # Each is asked while its own module is the one of that name.
    found = [identity(x) for x in (first, again, edited, shared)]
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert found[0].startswith("my_exchange.Mine-")


def test_the_key_of_an_atom_knows_the_users_code(tmp_path: Path) -> None:
    old = na.Atom("Ne", exchange=load(tmp_path, share=1.0, factor=2.0)())  # type: ignore[operator]
    key = old.parameters["exchange"]
    new = na.Atom("Ne", exchange=load(tmp_path, share=1.0, factor=3.0)())  # type: ignore[operator]
    assert new.parameters["exchange"] != key
    assert na.Atom("Ne").parameters["exchange"] == na.Atom("Ne", exchange=na.KriegerLiIafrate()).parameters["exchange"]


@dataclass(frozen=True)
class Table:
    values: np.ndarray
    label: str = field(default="x", repr=False)


def test_long_arrays_count_to_the_last_value_and_fields_that_do_not_print() -> None:
    one, other = np.zeros(5000), np.zeros(5000)
    other[2500] = 1e-300
    assert repr(Table(one)) == repr(Table(other))
    assert identity(Table(one)) != identity(Table(other))
    assert identity(Table(one)) == identity(Table(one.copy()))
    assert identity(Table(one, "x")) != identity(Table(one, "y"))


class Plain:
    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)


def test_other_data() -> None:
    assert identity(Plain(a=1)) != identity(Plain(a=1.0))
    assert identity(Plain(a={"x": [1, 2]})) == identity(Plain(a={"x": [1, 2]}))
    assert identity(Plain(a={"x": [1, 2]})) != identity(Plain(a={"x": [2, 1]}))
    assert identity(Plain(a=lambda x: x + 1)) != identity(Plain(a=lambda x: x + 2))
    assert identity(Plain(a=Plain(b=na.Slater()))) != identity(Plain(a=Plain(b=na.KohnSham())))
    loop = Plain()
    loop.__dict__["me"] = loop
    assert identity(loop)
    with pytest.raises(ValueError, match=r"Plain\.a is .* cannot be told"):
        identity(Plain(a=iter([1])))


def test_subclasses_of_the_packages_own_are_not_the_packages_own() -> None:
    class Odd(na.Slater):
        def potential(self, electrons):  # type: ignore[no-untyped-def]
            return 2 * super().potential(electrons)

    assert identity(Odd()) != identity(na.Slater())
    assert identity(na.Slater()) == repr(na.Slater())

"""Tables somebody else computed are read where they lie, before anything is computed, and never changed."""

import os
from pathlib import Path

import pytest

from nuatom import store as module
from nuatom.store import Store, StoreError, StoreWarning, key
from store_examples import PARAMETERS, a_table, assert_same, must_not_build

NAME = key("response", PARAMETERS)


@pytest.fixture
def atlas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the atlas with a table in it, after one that is empty."""
    (tmp_path / "empty").mkdir()
    folder = tmp_path / "atlas"
    Store(folder).save("response", NAME, a_table(), PARAMETERS)
    monkeypatch.setenv("NUATOM_ATLAS", os.pathsep.join([str(tmp_path / "empty"), "", str(folder)]))
    return folder


def test_a_table_of_the_atlas_is_not_computed(atlas: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    assert store.atlas[:2] == (tmp_path / "empty", atlas)
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())
    assert_same(store.load("response", NAME), a_table())
    assert list(store.folder.iterdir()) == []  # it is not copied
    with pytest.raises(AssertionError, match="built a table"):
        store.fetch("response", {"element": "Ge"}, must_not_build)


def test_the_own_folder_comes_first(atlas: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    store.save("response", NAME, a_table(), PARAMETERS)
    (atlas / store.path("response", NAME).name).write_bytes(b"damaged")
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())  # and no warning
    assert Store(atlas).atlas[:1] == (tmp_path / "empty",)  # itself it does not look into twice


def test_a_damaged_table_of_the_atlas_is_told_and_left(atlas: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    path = atlas / store.path("response", NAME).name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(StoreWarning, match="of the atlas is not used: its end is missing"):
        assert_same(store.fetch("response", PARAMETERS, a_table), a_table())
    assert path.exists()
    assert store.path("response", NAME).exists()


def test_entries_say_where_and_clear_leaves_the_atlas(
    atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "not shipped")
    store = Store(tmp_path / "cache")
    store.fetch("atom", {}, a_table)
    assert [(entry.kind, entry.own, entry.path.parent) for entry in store.entries()] == [
        ("atom", True, store.folder),
        ("response", False, atlas),
    ]
    assert store.clear() == 1
    assert [entry.own for entry in store.entries()] == [False]


def test_the_package_comes_with_a_folder(atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUATOM_ATLAS")
    package = Path(module.__file__).parents[1]
    assert module.SHIPPED == package / "atlas_tables"
    monkeypatch.setattr(module, "SHIPPED", atlas)
    store = Store(tmp_path / "cache")
    assert store.atlas == (atlas,)
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUATOM_ATLAS", str(tmp_path / "nowhere"))
    with pytest.raises(StoreError, match=r"NUATOM_ATLAS names .*nowhere, which is no folder"):
        Store(tmp_path / "cache")

"""The store gives back what was put in, or builds it again; it never gives back anything else."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from nuatom import store as module
from nuatom.store import Store, StoreError, StoreWarning, Table, key, keys
from store_examples import PARAMETERS, a_table, assert_same, files_in, must_not_build


def put(store: Store) -> Path:
    """Store the table of PARAMETERS and return its file."""
    store.fetch("response", PARAMETERS, a_table)
    return store.path("response", key("response", PARAMETERS))


@pytest.fixture(autouse=True)
def nothing_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store without the tables of the package: its entries are those that a test puts there."""
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "not shipped")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


# --- Reading back


def test_every_dtype_and_shape_comes_back(store: Store) -> None:
    name = key("response", PARAMETERS)
    store.save("response", name, a_table())
    assert_same(store.load("response", name), a_table())
    assert_same(Store(store.folder).fetch("response", PARAMETERS, must_not_build), a_table())


def test_xarray_opens_the_file(store: Store) -> None:
    xarray = pytest.importorskip("xarray")
    path = put(store)
    with xarray.open_dataset(path) as data:
        assert data["charge"].dims == ("shell", "transfer")
        assert dict(data.sizes) == {"transfer": 3, "shell": 2, "line": 0}
        assert list(data.coords) == ["transfer"]
        assert data["charge"].attrs == {"units": "1/MeV", "long_name": "S"}
        for name, variable in a_table().variables.items():
            assert data[name].dims == variable.dims
            np.testing.assert_array_equal(data[name].values, variable.data)
        assert data.attrs["Z"] == 54
        assert json.loads(data.attrs["parameters"]) == PARAMETERS
        assert data.attrs["nuatom_version"] == module.__version__
        age = datetime.now(UTC) - datetime.fromisoformat(data.attrs["created"])
        assert timedelta(seconds=-1) < age < timedelta(minutes=5)


@pytest.mark.parametrize("kind", ["", "Response", "a-b", "../a", "a b", "é", "a\n"])
def test_a_kind_is_part_of_a_file_name(store: Store, kind: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        key(kind, {})
    with pytest.raises(ValueError, match="small letters"):
        store.load(kind, "0" * 64)


def test_a_key_is_64_digits(store: Store) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.load("response", "../../etc/passwd")


# --- Fetching ------------------------------------------------------------------------------------


def test_a_table_is_built_once(store: Store) -> None:
    built = []

    def build() -> Table:
        built.append(1)
        return a_table()

    for _ in range(3):
        assert_same(store.fetch("response", PARAMETERS, build), a_table())
    assert len(built) == 1
    store.fetch("response", {**PARAMETERS, "element": "Ge"}, build)
    store.fetch("atom", PARAMETERS, build)
    assert len(built) == 3


@pytest.mark.parametrize("version", ["PHYSICS", "SCHEMA"])
def test_another_version_of_numbers_or_layout_builds_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    put(store)
    monkeypatch.setattr(keys, version, 999)
    with pytest.raises(AssertionError, match="built a table"):
        store.fetch("response", PARAMETERS, must_not_build)


def test_another_release_or_source_does_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store)
    monkeypatch.setattr(module, "__version__", "999")
    monkeypatch.setattr(module, "fingerprint", lambda: "0" * 64)
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())
    assert [entry.current for entry in store.entries()] == [True]


def test_a_build_may_fetch_another_table(store: Store) -> None:
    table = store.fetch("response", PARAMETERS, lambda: store.fetch("atom", PARAMETERS, a_table))
    assert_same(table, a_table())
    assert {entry.kind for entry in store.entries()} == {"atom", "response"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_interrupted_build_leaves_nothing(store: Store, error: type[BaseException]) -> None:
    def build() -> Table:
        raise error

    with pytest.raises(error):
        store.fetch("response", PARAMETERS, build)
    assert files_in(store.folder) == []
    assert_same(store.fetch("response", PARAMETERS, a_table), a_table())  # the lock is free again


def test_an_interrupted_write_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    during: list[str] = []

    def fsync(descriptor: int) -> None:
        during.extend(files_in(store.folder))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "fsync", fsync)
        store.fetch("response", PARAMETERS, a_table)
    assert len(during) == 1  # the temporary file was there, whole
    assert during[0].endswith(".tmp")
    assert files_in(store.folder) == []


def test_a_failed_write_keeps_the_old_table_and_the_new_numbers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(store)
    before = path.read_bytes()

    def fsync(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StoreError, match="No space left on device"):
        store.save("response", key("response", PARAMETERS), Table({}))
    assert path.read_bytes() == before
    other = {**PARAMETERS, "element": "Ge"}
    with pytest.warns(StoreWarning, match="No space left on device.*NUATOM_CACHE.*computed but not kept"):
        assert_same(store.fetch("response", other, a_table), a_table())
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # said once, not again
        assert_same(store.fetch("response", other, a_table), a_table())
    assert files_in(store.folder) == [path.name]


def test_abandoned_temporary_files_are_swept_after_a_day(store: Store) -> None:
    old = store.folder / f".response-{'0' * 16}.{'a' * 16}.tmp"
    new = store.folder / f".response-{'0' * 16}.{'b' * 16}.tmp"
    foreign = store.folder / "mine.tmp"
    for path in (old, new, foreign):
        path.write_bytes(b"half")
    for path in (old, foreign):
        os.utime(path, (time.time() - 90000,) * 2)
    path = put(store)
    assert files_in(store.folder) == sorted([new.name, foreign.name, path.name])


def test_a_file_has_the_permissions_of_any_new_file(store: Store) -> None:
    plain = store.folder / "plain"
    plain.write_bytes(b"")
    assert put(store).stat().st_mode == plain.stat().st_mode  # others who share the folder can read it


# --- Damage --------------------------------------------------------------------------------------


def assert_repaired(store: Store, path: Path, reason: str) -> None:
    """A damaged file is reported, set aside and built again, through load and through fetch."""
    content = path.read_bytes()
    name = key("response", PARAMETERS)
    with pytest.warns(StoreWarning, match=re.escape(str(path)) + ".*damaged.*" + reason):
        assert store.load("response", name) is None
    assert files_in(store.folder) == [path.with_suffix(".damaged").name]
    path.write_bytes(content)
    with pytest.warns(StoreWarning, match=re.escape(str(path)) + ".*damaged.*" + reason):
        assert_same(store.fetch("response", PARAMETERS, a_table), a_table())
    assert path.with_suffix(".damaged").read_bytes() == content
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda whole: b"", "its end is missing"),
        (lambda whole: b"not netCDF at all", "its end is missing"),
        (lambda whole: whole[:-1], "its end is missing"),
        (lambda whole: whole[: len(whole) // 2], "its end is missing"),
        (lambda whole: whole + b"\n", "its end is missing"),
        (lambda whole: whole[:1000] + whole[1001:], "do not match their checksum"),
        (lambda whole: bytes(len(whole) - 80) + whole[-80:], "do not match their checksum"),
    ],
)
def test_a_damaged_file_is_built_again(store: Store, damage: Callable[[bytes], bytes], reason: str) -> None:
    path = put(store)
    path.write_bytes(damage(path.read_bytes()))
    assert_repaired(store, path, reason)


def test_a_flipped_bit_is_built_again(store: Store) -> None:
    path = put(store)
    content = bytearray(path.read_bytes())
    content[content.index(np.array([1.5, 1e300]).tobytes()) + 3] ^= 1
    path.write_bytes(content)
    assert_repaired(store, path, "its bytes do not match their checksum")


def reseal(path: Path, change: Callable[[h5py.File], None]) -> None:
    """Change the netCDF part of a file and put a good seal on it."""
    path.write_bytes(path.read_bytes()[:-80])
    with h5py.File(path, "r+") as file:
        change(file)
    image = path.read_bytes()
    path.write_bytes(image + b"\nnuatom sha256 " + hashlib.sha256(image).hexdigest().encode() + b"\n")


def test_a_missing_attribute_is_seen(store: Store) -> None:
    def change(file: h5py.File) -> None:
        del file.attrs["created"]

    path = put(store)
    reseal(path, change)
    assert_repaired(store, path, "it cannot be read .*created")


def test_the_table_of_another_key_is_not_taken(store: Store) -> None:
    path = put(store)
    other = key("response", {**PARAMETERS, "element": "Ge"})
    store.save("response", other, a_table())
    store.path("response", other).replace(path)
    assert_repaired(store, path, f"it holds response {other}, not response {key('response', PARAMETERS)}")


def test_a_file_that_cannot_be_read_is_left_alone(store: Store) -> None:
    path = store.path("response", key("response", PARAMETERS))
    path.mkdir()  # the one way to make a file unreadable that works for root, too
    with pytest.warns(StoreWarning, match="cannot read the table .*irectory"):
        assert store.load("response", key("response", PARAMETERS)) is None
    assert path.is_dir()


# --- Folders -------------------------------------------------------------------------------------


def test_the_folder_is_the_argument_then_the_variable_then_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: tmp_path / "platform")
    monkeypatch.delenv("NUATOM_CACHE", raising=False)
    assert Store().folder == tmp_path / "platform"
    assert not (tmp_path / "platform").exists()  # made when there is something to put there
    assert Store().entries() == []
    assert Store().clear() == 0
    put(Store())
    assert len(Store().entries()) == 1
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path / "variable"))
    assert Store().folder == tmp_path / "variable"
    assert Store(tmp_path / "argument").folder == tmp_path / "argument"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Store("~/home").folder == tmp_path / "home"
    monkeypatch.chdir(tmp_path)
    relative = Store("relative")
    monkeypatch.chdir("/")
    assert relative.folder == tmp_path / "relative"


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("NUATOM_CACHE", value)
    with pytest.raises(StoreError, match="NUATOM_CACHE is set but empty; unset it or set"):
        Store()


def test_a_named_folder_that_cannot_be_made_is_an_error_up_front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "cache"
    for make in (lambda: Store(folder), lambda: Store(tmp_path / "file"), Store):
        monkeypatch.setenv("NUATOM_CACHE", str(folder))
        with pytest.raises(StoreError) as caught:
            make()
        assert str(tmp_path / "file") in str(caught.value)
        assert "set the environment variable NUATOM_CACHE" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, OSError)


def forbid_new_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every new file fail as in a folder that one may only read; works for root, too."""
    opener = Path.open

    def deny(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "x" in mode:
            raise PermissionError(13, "Permission denied")
        return opener(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", deny)


def test_a_named_folder_that_cannot_be_written_still_reads(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store)
    forbid_new_files(monkeypatch)
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())
    with pytest.raises(StoreError, match=re.escape(str(store.folder)) + ".*Permission denied.*NUATOM_CACHE"):
        store.fetch("response", {}, must_not_build)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission(store: Store) -> None:
    put(store)
    store.folder.chmod(0o500)
    try:
        assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())
        with pytest.raises(StoreError, match="Permission denied"):
            store.fetch("response", {}, must_not_build)
    finally:
        store.folder.chmod(0o700)


def test_without_a_default_folder_tables_are_computed_and_one_warning_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: folder)
    monkeypatch.delenv("NUATOM_CACHE", raising=False)
    with pytest.warns(StoreWarning, match=re.escape(str(folder)) + ".*NUATOM_CACHE.*not kept") as caught:
        for _ in range(2):
            assert_same(Store().fetch("response", PARAMETERS, a_table), a_table())
    assert len(caught) == 1
    assert Store().entries() == []
    assert Store().clear() == 0


def test_a_folder_without_locks_still_stores(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import filelock

    def refuse(self: object, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("no locks here")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.warns(StoreWarning, match="cannot lock files in .*no locks here"):
        put(store)
    assert_same(store.fetch("response", PARAMETERS, must_not_build), a_table())


# --- Listing and clearing ------------------------------------------------------------------------


def test_entries_say_what_is_stored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(store)
    store.save("atom", "ab" * 32, a_table())
    (store.folder / "notes.nc").write_text("mine")
    atom, response = store.entries()
    assert (atom.kind, atom.key, atom.parameters) == ("atom", "ab" * 32, None)
    assert response.kind == "response"
    assert response.key == key("response", PARAMETERS)
    assert response.path == path
    assert response.size == path.stat().st_size
    assert response.parameters == PARAMETERS
    assert response.current
    assert timedelta(seconds=-1) < datetime.now(UTC) - response.created < timedelta(minutes=5)
    monkeypatch.setattr(keys, "PHYSICS", 999)
    assert not any(entry.current for entry in store.entries())


def test_a_damaged_file_is_left_out_of_the_entries(store: Store) -> None:
    path = put(store)
    store.save("atom", "ab" * 32, a_table())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(StoreWarning, match=re.escape(str(path)) + ".*left out"):
        assert [entry.kind for entry in store.entries()] == ["atom"]
    assert path.exists()


def test_clear_removes_tables_and_nothing_else(store: Store) -> None:
    path = put(store)
    store.save("atom", "ab" * 32, a_table())
    path.with_suffix(".damaged").write_bytes(b"")
    for name in ("notes.nc", "response-old.nc", "readme.damaged", "my.lock"):
        (store.folder / name).write_text("mine")
    assert store.clear() == 2
    assert sorted(each.name for each in store.folder.iterdir()) == [
        "my.lock",
        "notes.nc",
        "readme.damaged",
        "response-old.nc",
    ]
    assert_same(store.fetch("response", PARAMETERS, a_table), a_table())


def test_clear_can_keep_what_is_current(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("PHYSICS", "SCHEMA"):
        with monkeypatch.context() as patch:
            patch.setattr(keys, version, 0)
            put(store)
    path = put(store)
    assert len(store.entries()) == 3
    assert store.clear(outdated_only=True) == 2
    assert [entry.path for entry in store.entries()] == [path]


def test_clear_leaves_a_table_in_the_making_locked(store: Store) -> None:
    def build() -> Table:
        store.clear()
        assert list(store.folder.glob(".response-*.lock"))
        return a_table()

    store.fetch("response", PARAMETERS, build)
    store.fetch("response", PARAMETERS, must_not_build)
    assert store.clear() == 1
    assert list(store.folder.iterdir()) == []


def test_the_module_stays_light() -> None:
    heavy = ("h5py", "h5netcdf", "xarray", "filelock", "platformdirs", "scipy")
    script = f"import sys, nuatom.store; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"

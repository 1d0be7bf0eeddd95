"""Atlases: their lists, fetching from a server, and what is refused."""

import builtins
import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nuatom import atlas
from nuatom.cli.atlas import read_elements
from nuatom.store import Store, Table, Variable, collected

pooch = pytest.importorskip("pooch", reason="the extra atlas is not installed")


def table(value: float) -> Table:
    return Table({"x": Variable(("point",), np.full(3, value), "eV", "numbers")})


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """An atlas of two small tables."""
    folder = tmp_path / "shelf"
    for symbol, value in (("Xe", 1.0), ("Ge", 2.0)):
        Store(folder).fetch("example", {"symbol": symbol}, functools.partial(table, value))
    atlas.write_manifest(folder)
    return folder


@pytest.fixture
def server(shelf: Path) -> Iterator[tuple[str, list[str]]]:
    """A server of the folder on the loopback, and the paths that were asked for."""
    asked: list[str] = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            asked.append(self.path)

    handler = functools.partial(Quiet, directory=str(shelf))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as one:
        thread = threading.Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}", asked
        one.shutdown()
        thread.join()


def test_a_fetched_atlas_is_the_same_and_is_fetched_once(
    shelf: Path, server: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, asked = server
    into = tmp_path / "fetched"
    fresh = atlas.fetch(url, into)
    assert len(fresh) == 2
    for name in (*fresh, atlas.MANIFEST):
        assert (into / name).read_bytes() == (shelf / name).read_bytes()
    (into / fresh[0]).unlink()  # as after an interrupt
    asked.clear()
    assert atlas.fetch(url + "/", into) == [fresh[0]]
    assert [path for path in asked if path.endswith(".nc")] == [f"/{fresh[0]}"]
    assert [one.fault for one in atlas.verify(into)] == ["", ""]


@pytest.mark.slow
def test_a_wrong_byte_is_refused(shelf: Path, server: tuple[str, list[str]], tmp_path: Path) -> None:
    path = next(shelf.glob("*.nc"))
    sealed = bytearray(path.read_bytes())
    sealed[100] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(atlas.AtlasError, match=path.name):
        atlas.fetch(server[0], tmp_path / "fetched")
    assert not (tmp_path / "fetched" / path.name).exists()


@pytest.mark.parametrize("name", ["../evil.nc", "/tmp/evil.nc", "a/example-0123456789abcdef.nc", "run.py", ""])
def test_names_that_leave_the_folder_are_refused(
    name: str, shelf: Path, server: tuple[str, list[str]], tmp_path: Path
) -> None:
    content = json.loads((shelf / atlas.MANIFEST).read_text())
    content["files"][name] = next(iter(content["files"].values()))
    (shelf / atlas.MANIFEST).write_text(json.dumps(content))
    with pytest.raises(atlas.AtlasError, match="not that of a table: nothing was fetched"):
        atlas.fetch(server[0], tmp_path / "fetched")
    assert not list((tmp_path / "fetched").iterdir())


def test_what_is_no_atlas_is_told(shelf: Path, server: tuple[str, list[str]], tmp_path: Path) -> None:
    with pytest.raises(atlas.AtlasError, match="cannot fetch from"):
        atlas.fetch(server[0] + "/nowhere", tmp_path / "fetched")
    with pytest.raises(ValueError, match="begins with https"):
        atlas.fetch("ftp://example.org", tmp_path / "fetched")
    (shelf / atlas.MANIFEST).write_text("[]")
    with pytest.raises(atlas.AtlasError, match="no manifest"):
        atlas.fetch(server[0], tmp_path / "fetched")


def test_faults_of_files_are_found(shelf: Path) -> None:
    one, other = sorted(shelf.glob("*.nc"))
    assert [found.fault for found in atlas.verify(shelf)] == ["", ""]
    sealed = other.read_bytes()
    other.write_bytes(sealed[:-1] + b"x")
    one.unlink()
    faults = {found.name: found.fault for found in atlas.verify(shelf)}
    assert "end is missing" in faults[other.name]
    assert faults[one.name] == "it is in the manifest and not there"
    other.write_bytes(sealed)
    other.rename(one)
    assert "it holds example" in atlas.verify(shelf)[0].fault


def test_collected_tables_are_copied_from_the_atlas(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUATOM_ATLAS", str(shelf))
    with collected(tmp_path / "mine") as files:
        Store().fetch("example", {"symbol": "Xe"}, lambda: pytest.fail("the atlas has it"))
    assert [path.parent for path in files] == [tmp_path / "mine"]
    assert files[0].read_bytes() == (shelf / files[0].name).read_bytes()
    with collected(tmp_path / "alone", alone=True):
        found = Store().fetch("example", {"symbol": "Xe"}, lambda: table(5.0))
    assert found.variables["x"].data[0] == 5.0
    assert Store().folder not in (tmp_path / "mine", tmp_path / "alone")


def test_contents_are_by_element(shelf: Path) -> None:
    found = atlas.contents(shelf)
    assert [(row.symbol, row.kind, row.current) for row in found.rows] == [
        ("Ge", "example", True),
        ("Xe", "example", True),
    ]
    assert sum(row.size for row in found.rows) == sum(path.stat().st_size for path in shelf.glob("*.nc"))


def test_lists_of_elements() -> None:
    assert read_elements("1-3, Xe,54") == [1, 2, 3, "Xe", 54]
    for bad in ("", "3-1", "90-101", "Xe,,Ge"):
        with pytest.raises(ValueError, match="--elements"):
            read_elements(bad)


def test_arguments_are_checked_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no element"):
        atlas.build([], tmp_path)
    with pytest.raises(ValueError, match="response must be one of"):
        atlas.build(["H"], tmp_path, response="free")
    with pytest.raises(ValueError, match="workers"):
        atlas.build(["H"], tmp_path, workers=0)


def test_the_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *arguments: object, **named: object) -> object:
        if name in ("distributed", "pooch"):
            raise ImportError(name)
        return original(name, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(atlas.AtlasError, match=r"pip install 'nuatom\[atlas\]'"):
        atlas.build(["H"], tmp_path)
    with pytest.raises(atlas.AtlasError, match=r"pip install 'nuatom\[atlas\]'"):
        atlas.fetch("http://127.0.0.1:1", tmp_path)

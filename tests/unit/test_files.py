"""Files appear whole or not at all, and never in the place of what was read."""

import errno
import os
from pathlib import Path

import pytest

from nuatom.files import keep_apart, probe, write_file, write_files

# --- whole or not at all -------------------------------------------------------------------------


def test_files_are_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    write_files([(tmp_path / "a.csv", b"new"), (tmp_path / "b.csv", b"other")])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"new", "b.csv": b"other"}


def test_if_the_second_file_cannot_be_written_the_first_is_as_before(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(OSError, match="none"):
        write_files([(tmp_path / "a.csv", b"new"), (tmp_path / "none" / "b.csv", b"new")])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old"}


def test_an_interrupt_while_writing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files([(tmp_path / "a.csv", b"new")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_files([(tmp_path / "link.csv", b"new")])
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"


def test_a_full_disk_names_the_file_and_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.csv").write_text("old")
    synced: list[int] = []

    def full_at_the_second(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    with pytest.raises(OSError, match=r"No space left on device: .*b\.csv'$") as caught:
        write_files([(tmp_path / "a.csv", b"new"), (tmp_path / "b.csv", b"new")])
    assert caught.value.filename == str(tmp_path / "b.csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"b.csv": b"old"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_disk_that_is_full_in_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opener = Path.open

    def on_full(self: Path, mode: str = "r") -> object:
        opener(self, mode).close()
        return opener(Path("/dev/full"), "wb")

    monkeypatch.setattr(Path, "open", on_full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_file(tmp_path / "a.csv", b"much" * 100_000)
    assert caught.value.filename == str(tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_before_the_rename_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("old")

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a.csv", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old"}


def test_a_probe_leaves_nothing_and_names_what_is_missing(tmp_path: Path) -> None:
    probe(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "none")


# --- never over an input -------------------------------------------------------------------------


def ways_to_write(path: Path, tmp_path: Path) -> list[Path]:
    """The same file by a path from here, by a detour and by a link."""
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    (tmp_path / "deep").mkdir()
    return [path, Path(os.path.relpath(path)), path.parent / "deep" / ".." / path.name, link]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("exists", [True, False])
def test_the_same_file_is_the_same_however_it_is_written(way: int, exists: bool, tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    if exists:
        path.touch()
    out = ways_to_write(path, tmp_path)[way]
    with pytest.raises(ValueError, match=r"cannot write '.*': it is the configuration.*; give another name"):
        keep_apart([tmp_path / "other.csv", out], [(path, "the configuration")])


def test_another_file_of_the_same_name_is_another(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for folder in (tmp_path, tmp_path / "deep"):
        (folder / "counts.csv").touch()
    keep_apart([tmp_path / "deep" / "counts.csv"], [(tmp_path / "counts.csv", "the configuration")])

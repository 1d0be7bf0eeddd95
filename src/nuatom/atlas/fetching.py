"""An atlas from a server: its manifest first, then the files it lists, each checked before it is there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from nuatom.atlas.manifest import MANIFEST, AtlasError, read_manifest, write_manifest
from nuatom.store.table import DamagedError, decode_header


def fetch(url: str, into: Path | str, report: Callable[[int, int, str], None] | None = None) -> list[str]:
    """Download the files of an atlas that are not in a folder yet, and return their names.

    A file has its name only when its SHA-256 is that of the manifest; what was fetched before an interrupt is not
    fetched again.  Who can write on the server can write the manifest, too: the checksums guard against faults.

    Args:
        url: of the folder on the server, "https://…".
        into: the folder they are put in.
        report: called with (files done, files, what is going on).

    Raises:
        AtlasError: if pooch is not installed, the server does not answer or has no manifest, a name leaves the folder
            or is not that of a table, or a file is not what the manifest says.
        ValueError: for a url of another kind.
    """
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"the address of an atlas begins with https:// or http://, not {url!r}")
    try:
        import pooch
    except ImportError as error:
        raise AtlasError(
            "fetching an atlas needs pooch, which is not installed: pip install 'nuatom[atlas]'"
        ) from error
    from requests import RequestException

    pooch.get_logger().setLevel(logging.WARNING)
    base = url.rstrip("/") + "/"
    folder = Path(into).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        text = _manifest(base, folder)
        listed = read_manifest(text, base + MANIFEST)
        registry = {name: f"sha256:{one.sha256}" for name, one in listed.items()}
        store = pooch.create(path=folder, base_url=base, registry=registry, retry_if_failed=2)
        fresh = []
        for number, name in enumerate(registry):
            if report is not None:
                report(number, len(registry), name)
            if not (folder / name).exists() or pooch.file_hash(str(folder / name)) != listed[name].sha256:
                store.fetch(name)
                _check_seal(folder / name)
                fresh.append(name)
    except RequestException as error:
        raise AtlasError(f"cannot fetch from {base}: {error}") from error
    except ValueError as error:  # of pooch: the checksum is another
        raise AtlasError(f"{base}: {error}") from error
    write_manifest(folder)
    return fresh


def _manifest(base: str, folder: Path) -> str:
    import pooch

    name = f".{MANIFEST}.fetched"
    path = folder / name
    path.unlink(missing_ok=True)
    try:
        pooch.retrieve(base + MANIFEST, known_hash=None, fname=name, path=folder)
        return path.read_text(encoding="utf-8")
    finally:
        path.unlink(missing_ok=True)


def _check_seal(path: Path) -> None:
    try:
        header = decode_header(path.read_bytes())
    except DamagedError as damage:
        path.unlink()
        raise AtlasError(f"{path.name} is no table: {damage}") from damage
    if path.name != f"{header['kind']}-{header['key'][:16]}.nc":
        path.unlink()
        raise AtlasError(f"{path.name} is the table {header['kind']}-{header['key'][:16]} under another name")

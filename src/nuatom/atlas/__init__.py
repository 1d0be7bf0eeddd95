"""Folders of tables for other people: built by many processes, checked, described, and fetched from a server.

An atlas is a folder of the files of `nuatom.store` with a list of them, ``manifest.json``.  It is read where
NUATOM_ATLAS names it.
"""

from nuatom.atlas.contents import Contents, contents
from nuatom.atlas.fetching import fetch
from nuatom.atlas.manifest import MANIFEST, AtlasError, write_manifest
from nuatom.atlas.schedule import build
from nuatom.atlas.task import RESPONSES, TaskOutcome, build_element
from nuatom.atlas.verification import Finding, verify

__all__ = [
    "MANIFEST",
    "RESPONSES",
    "AtlasError",
    "Contents",
    "Finding",
    "TaskOutcome",
    "build",
    "build_element",
    "contents",
    "fetch",
    "verify",
    "write_manifest",
]

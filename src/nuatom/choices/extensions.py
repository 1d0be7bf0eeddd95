"""Parts that others add: modules that are imported before words are read, so that they can add to the registries.

A module of your own adds what it has when it is imported,

    # mine.py
    from nuatom import choices
    choices.EXCHANGES.add("mine", choices.Choice("an exchange of my own", make))

and it is found in either of two ways.  While you work on it, name it in the environment variable NUATOM_EXTENSIONS, as
a module or as a file, several with commas or what parts folders in PATH:

    NUATOM_EXTENSIONS=mine.py nuatom dcs Xe --exchange mine ...

When it is installed with a package, the package names it in the entry-point group "nuatom.extensions":

    [project.entry-points."nuatom.extensions"]
    mine = "mine_package.mine"

A command loads all of them before it knows its options, and so does whatever reads a configuration.  In Python import
the module yourself, or call `load`.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

GROUP = "nuatom.extensions"
"""The entry-point group of installed packages."""
VARIABLE = "NUATOM_EXTENSIONS"
"""The environment variable that names modules and files."""
_loaded: set[str] = set()


class ExtensionError(ValueError):
    """An extension that cannot be loaded; the message names it and says why."""


def load() -> None:
    """Import the extensions that are installed and those that the environment names, each once in a process.

    Raises:
        ExtensionError: for one that is not there or fails; it is tried again at the next call.
    """
    for name, target in _installed():
        _load_once(f"{name} ({GROUP})", target)
    for target in _named():
        _load_once(f"{target} ({VARIABLE})", target)


def _named() -> list[str]:
    """What the environment variable names."""
    # A path of Windows has a colon of its own, but there os.pathsep is a semicolon.
    separators = "[" + re.escape(f",{os.pathsep}") + "]"
    return [part.strip() for part in re.split(separators, os.environ.get(VARIABLE, "")) if part.strip()]


def _installed() -> list[tuple[str, str]]:
    """Name and module of the entry points of the group."""
    # To read the metadata of all packages takes as long as all else of --help, and mostly for nothing: look first.
    folders = [Path(folder or ".") for folder in dict.fromkeys(sys.path)]
    files = (
        f for folder in folders for kind in ("dist", "egg") for f in folder.glob(f"*.{kind}-info/entry_points.txt")
    )
    if not any(_mentions(file) for file in files):
        return []
    from importlib.metadata import entry_points

    return [(entry.name, entry.value) for entry in entry_points(group=GROUP)]


def _mentions(file: Path) -> bool:
    try:
        return GROUP.encode() in file.read_bytes()
    except OSError:
        return False


def _load_once(name: str, target: str) -> None:
    if target in _loaded:
        return
    try:
        _import(target)
    except Exception as error:  # whatever a stranger's module does
        raise ExtensionError(f"the extension {name} cannot be loaded: {type(error).__name__}: {error}") from error
    _loaded.add(target)


def _import(target: str) -> None:
    """Import a file, a module, or ``module:function``, which is then called."""
    if not target.endswith(".py"):
        module, _, attribute = target.partition(":")
        loaded = import_module(module)
        if attribute:
            getattr(loaded, attribute)()
        return
    path = Path(target).expanduser().resolve()
    name = f"nuatom_extension_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no module")
    made = module_from_spec(spec)
    sys.modules[name] = made  # as an import does: its classes are found where they say they are
    try:
        spec.loader.exec_module(made)
    except BaseException:
        del sys.modules[name]
        raise

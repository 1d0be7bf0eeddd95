"""Experiments from configurations in TOML, and those that come ready-made.

`load` reads one and gives an `Experiment`, which has the source, the target, the detector, and the limits; `presets`
are the names of the ready-made ones, `text` is what they say.  What is wrong with a configuration is a `ConfigError`
with one line for each key, before anything is computed.
"""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path

from nuatom.choices import PARAMETERS, Parameter
from nuatom.config.analysis import Limit
from nuatom.config.experiment import Experiment
from nuatom.config.inputs import named_files
from nuatom.config.joint import SEVERAL, Joint, listed
from nuatom.config.reading import ConfigError, read_content
from nuatom.config.regions import Region
from nuatom.config.settings import Settings

__all__ = [
    "PARAMETERS",
    "ConfigError",
    "Experiment",
    "Joint",
    "Limit",
    "Parameter",
    "Region",
    "Settings",
    "is_joint",
    "joint",
    "load",
    "parse",
    "presets",
    "read_by",
    "text",
]

_FOLDER = resources.files("nuatom") / "data" / "presets"


def presets() -> tuple[str, ...]:
    """The names of the ready-made experiments."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load(name: str | Path) -> Experiment:
    """The experiment of a file in TOML, or a ready-made one by its name.

    Args:
        name: the path of a file, or a preset such as "gemma"; a name with a suffix or a slash is a path.

    Raises:
        ConfigError: for whatever is wrong in it, all of it at once.
        ValueError: if there is no such file or preset.
    """
    folder = Path() if str(name) in presets() else Path(name).parent
    content = read_content(text(name), str(name))
    if SEVERAL in content:
        raise ConfigError(str(name), [f"{SEVERAL}: there are several, which are read by nuatom.config.joint"])
    return Experiment(content, folder, str(name))


def is_joint(name: str | Path) -> bool:
    """Whether a file has several experiments, in tables ``[[experiment]]``.

    Raises:
        ConfigError: for a file that is no TOML.
        ValueError: if there is no such file or preset.
    """
    return str(name) not in presets() and SEVERAL in read_content(text(name), str(name))


def joint(*names: str | Path) -> Joint:
    """Several experiments that are fitted together.

    Args:
        names: of presets and files; a file with tables ``[[experiment]]`` stands for all of them.

    Raises:
        ConfigError: for whatever is wrong in one, or less than two.
        ValueError: if there is no such file or preset, or one is there twice.
    """
    found: dict[str, Experiment] = {}
    for name in names:
        several = (
            listed(read_content(text(name), str(name)), Path(name).parent, str(name), load)
            if is_joint(name)
            else {str(name): load(name)}
        )
        if twice := [own for own in several if own in found]:
            raise ValueError(f"{twice[0]!r} is there twice: an experiment counts once")
        found |= several
    return Joint(found)


def parse(content: str, folder: str | Path = ".", name: str = "configuration") -> Experiment:
    """The experiment that a text in TOML describes.

    Args:
        content: the text.
        folder: where the files are that it names.
        name: what to call it.

    Raises:
        ConfigError: for whatever is wrong in it.
    """
    return Experiment(read_content(content, name), Path(folder), name)


def read_by(name: str | Path, experiment: Experiment) -> list[tuple[Path, str]]:
    """The files that `load` has read, each with what it is: nothing may be written in their place.

    Args:
        name: as it was given to `load`.
        experiment: what that gave.
    """
    own = [] if str(name) in presets() else [(Path(name), "the configuration")]
    files = named_files(experiment.settings, experiment.folder)
    return [*own, *((path, f"what {key} of the configuration names") for path, key in files)]


def text(name: str | Path) -> str:
    """What a file or a preset says.

    Raises:
        ValueError: if there is no such file or preset.
    """
    if isinstance(name, str) and name in presets():
        return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name)
    if not path.suffix and len(path.parts) == 1 and not path.exists():
        near = difflib.get_close_matches(str(name).lower(), presets(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"unknown preset {str(name)!r}: expected a .toml file or one of {', '.join(presets())}{hint}")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"cannot read {str(name)!r}: it is no text in UTF-8") from None
    except OSError as error:
        raise ValueError(f"cannot read {str(name)!r}: {error.strerror or error}") from None

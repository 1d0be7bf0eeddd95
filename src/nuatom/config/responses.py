"""The materials that the words of a configuration make.

A material is kept while the process lives, because the tables of its atoms take seconds to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuatom import choices
from nuatom.choices import Progress
from nuatom.config.settings import ResponseSection
from nuatom.config.tables import found_files

if TYPE_CHECKING:
    from nuatom.rates import Material
    from nuatom.response.model import ResponseModel

_KEPT = 32
_MAKING: tuple[choices.Registry[Any], ...] = (
    choices.MODELS,
    choices.INTERACTIONS,
    choices.EXCHANGES,
    choices.NUCLEI,
    choices.BINDINGS,
)
_made: dict[tuple[object, ...], ResponseModel] = {}
_in_matter: dict[tuple[object, ...], tuple[Material, Material]] = {}


def material(formula: str, how: ResponseSection, folder: Path, progress: Progress | None = None) -> Material:
    """A material, its atoms answering as the words say.

    Args:
        formula: of an element or compound.
        how: the words.
        folder: where the files are that they name.
        progress: called with (done, total) while a table is computed; it is that of the first who asks.

    Raises:
        ValueError: for an unknown element, or a tolerance out of range.
    """
    from nuatom.rates import Material

    options = own_options(how, folder)
    return Material.of(formula, lambda symbol: _model(symbol, how, options, progress))


def density_of_matter(
    target: str, response: str, matter: bool | None, density: float | None = None, massive: bool = False
) -> float | None:
    """The density of the matter that the atoms of a target are in, or None if each is alone [mass/volume].

    Free electrons and their like absorb no photons and have no permittivity: they are alone, to be compared with.

    Args:
        target: the formula.
        response: the word for how it answers.
        matter: whether they are in matter; None leaves it to what is known.
        density: by default that of the target as a detector.
        massive: whether a mass of the photon stands for the matter already.

    Raises:
        ValueError: for matter that is asked for and has no known density, or stands beside a mass of the photon.
    """
    from nuatom.rates import matter_density

    if matter is False or not choices.MODELS[response].photons or (massive and matter is None and density is None):
        return None
    if massive:
        raise ValueError("the mass of a photon is what matter does to it: leave photon_mass out, or the matter")
    if density is not None:
        return density
    try:
        return matter_density(target)
    except ValueError as error:
        if matter is None:
            return None
        raise ValueError(f"{str(error).partition(':')[0]}: give it, or take its atoms as isolated") from None


def in_matter(alone: Material, density: float) -> Material:
    """The same in matter of this density, made once: the permittivity takes a second."""
    key = (alone.formula, density, *(id(model) for _, _, model in alone.parts))
    if key not in _in_matter:
        while len(_in_matter) >= _KEPT:
            del _in_matter[next(iter(_in_matter))]
        _in_matter[key] = alone, alone.in_matter(density)  # the first keeps the ids from being those of others
    return _in_matter[key][1]


def own_options(how: ResponseSection, folder: Path) -> dict[str, Any]:
    """The options of the response, with its files where they are."""
    return found_files(choices.MODELS[how.response].options, how.options(), folder)


def _model(symbol: str, how: ResponseSection, options: Mapping[str, Any], progress: Progress | None) -> ResponseModel:
    words = (symbol, *how.field, how.response, how.tolerance)
    files = {
        key.name for key in choices.MODELS[how.response].options if isinstance(key, choices.TextKey) and key.is_file
    }
    # A file that has been edited, or an entry put in the place of another, is not what it was.
    edited = tuple(Path(options[name]).stat().st_mtime_ns for name in files & options.keys())
    key = (*words, tuple(options.items()), edited, *(registry.version for registry in _MAKING))
    if key not in _made:
        atom = choices.atom(symbol, *how.field)
        made = choices.model(how.response, atom, how.tolerance, progress, **options)
        while len(_made) >= _KEPT:
            del _made[next(iter(_made))]
        _made[key] = made
    return _made[key]

"""The words for response models, and the materials they make.

A material is kept while the process lives, because the tables of its atoms take seconds to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from nuatom.config.settings import ResponseSection

if TYPE_CHECKING:
    from nuatom.atom.field import Atom
    from nuatom.rates import Material
    from nuatom.response.model import ResponseModel

Progress = Callable[[int, int], None]

EXCHANGES = ("slater", "kohn-sham")


def _central_field(atom: Atom, tolerance: float, progress: Progress | None) -> ResponseModel:
    from nuatom.response.central_field import CentralField

    return CentralField(atom, tolerance=tolerance, progress=progress)


def _screened(atom: Atom, tolerance: float, progress: Progress | None) -> ResponseModel:
    from nuatom.response.screened import Screened

    return Screened(atom, tolerance=tolerance, progress=progress)


def _stepping(atom: Atom, tolerance: float, progress: Progress | None) -> ResponseModel:
    from nuatom.approximations import Stepping

    return Stepping(atom)


def _free(atom: Atom, tolerance: float, progress: Progress | None) -> ResponseModel:
    from nuatom.response.free import FreeElectrons

    return FreeElectrons(atom.symbol)


def _impulse(atom: Atom, tolerance: float, progress: Progress | None) -> ResponseModel:
    from nuatom.response.impulse import Impulse

    return Impulse(atom)


RESPONSES: Mapping[str, Callable[[Atom, float, Progress | None], ResponseModel]] = {
    "central-field": _central_field,
    "screened": _screened,
    "stepping": _stepping,
    "free": _free,
    "impulse": _impulse,
}


def material(formula: str, how: ResponseSection, progress: Progress | None = None) -> Material:
    """A material, its atoms answering as the words say.

    Args:
        formula: of an element or compound.
        how: the words.
        progress: called with (done, total) while a table is computed.

    Raises:
        ValueError: for an unknown element, or a tolerance out of range.
    """
    from nuatom.rates import Material

    plain = ResponseSection(**{name: getattr(how, name) for name in ResponseSection.model_fields})
    return Material.of(formula, lambda symbol: _model(symbol, plain, _Quiet(progress)))


class _Quiet:
    """What is called about progress, which does not tell one model from another."""

    def __init__(self, call: Progress | None) -> None:
        self.call = call

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Quiet)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=32)
def _model(symbol: str, how: ResponseSection, progress: _Quiet) -> ResponseModel:
    from nuatom.atom.exchange import KohnSham, Slater
    from nuatom.atom.field import Atom, PointNucleus, UniformNucleus

    atom = Atom(
        symbol,
        exchange=KohnSham() if how.exchange == "kohn-sham" else Slater(),
        nucleus=UniformNucleus() if how.nucleus == "uniform" else PointNucleus(),
        binding=how.binding,
    )
    return RESPONSES[how.response](atom, how.tolerance, progress.call)


def variant(word: str) -> dict[str, str]:
    """The key of the table "model" that a word of its band changes, and its value."""
    return {"exchange" if word in EXCHANGES else "response": word}

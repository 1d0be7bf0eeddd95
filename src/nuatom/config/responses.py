"""The materials that the words of a configuration make.

A material is kept while the process lives, because the tables of its atoms take seconds to load.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from nuatom import choices
from nuatom.choices import Progress
from nuatom.config.settings import ResponseSection

if TYPE_CHECKING:
    from nuatom.rates import Material
    from nuatom.response.model import ResponseModel


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
    atom = choices.atom(symbol, how.exchange, how.nucleus, how.binding)
    return choices.model(how.response, atom, how.tolerance, how.interaction, how.width, progress.call)


def key_of(word: str) -> str:
    """The key of the table "model" that a word of its band changes."""
    return "exchange" if word in choices.EXCHANGES else "interaction" if word in choices.INTERACTIONS else "response"

"""The materials that the words of a configuration make.

A material is kept while the process lives, because the tables of its atoms take seconds to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuatom import choices
from nuatom.choices import Progress
from nuatom.config.settings import ResponseSection

if TYPE_CHECKING:
    from nuatom.rates import Material
    from nuatom.response.model import ResponseModel


_MOST = 32
_kept: dict[tuple[str, ResponseSection], ResponseModel] = {}
"""Models by element and words, the last used last."""


def material(formula: str, how: ResponseSection, progress: Progress | None = None) -> Material:
    """A material, its atoms answering as the words say.

    Args:
        formula: of an element or compound.
        how: the words.
        progress: called with (done, total) while a table is computed, of a model that is not kept already.

    Raises:
        ValueError: for an unknown element, or a tolerance out of range.
    """
    from nuatom.rates import Material

    plain = ResponseSection(**{name: getattr(how, name) for name in ResponseSection.model_fields})
    return Material.of(formula, lambda symbol: _model(symbol, plain, progress))


def _model(symbol: str, how: ResponseSection, progress: Progress | None) -> ResponseModel:
    found = _kept.pop((symbol, how), None)
    if found is None:
        atom = choices.atom(symbol, how.exchange, how.nucleus, how.binding)
        found = choices.model(how.response, atom, how.tolerance, how.interaction, how.width, progress)
    _kept[symbol, how] = found
    while len(_kept) > _MOST:
        del _kept[next(iter(_kept))]
    return found


def key_of(word: str) -> str:
    """The key of the table "model" that a word of its band changes."""
    return "exchange" if word in choices.EXCHANGES else "interaction" if word in choices.INTERACTIONS else "response"

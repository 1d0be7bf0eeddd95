"""The words that make an atom: exchange, nucleus, binding; form factors of nuclei; and how limits are set."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from nuatom.choices.registry import Choice, Registry

if TYPE_CHECKING:
    from nuatom.atom.exchange import Exchange
    from nuatom.atom.field import Atom, Nucleus
    from nuatom.coherent import FormFactor
    from nuatom.limit import Procedure


def _exchange() -> ModuleType:
    from nuatom.atom import exchange

    return exchange


def _field() -> ModuleType:
    from nuatom.atom import field

    return field


def _nuclei() -> ModuleType:
    from nuatom import coherent

    return coherent


def _limit() -> ModuleType:
    from nuatom import limit

    return limit


EXCHANGES: Registry[Choice[Exchange]] = Registry(
    "exchange",
    {
        "kli": Choice(
            "exact exchange after Krieger, Li and Iafrate, without self-interaction; with --binding measured the "
            "nearest to measured photoabsorption",
            lambda: _exchange().KriegerLiIafrate(),
        ),
        "slater": Choice("averaged, as in EADL and EPDL", lambda: _exchange().Slater()),
        "kohn-sham": Choice("two thirds of it", lambda: _exchange().KohnSham()),
    },
)
"""Exchange potentials of the field of an atom."""
NUCLEI: Registry[Choice[Nucleus]] = Registry(
    "nucleus",
    {
        "point": Choice("all charge in one point", lambda: _field().PointNucleus()),
        "uniform": Choice("a ball of even charge", lambda: _field().UniformNucleus()),
    },
)
"""Charge distributions of the nucleus of an atom."""
BINDINGS: Registry[Choice[str]] = Registry(
    "binding",
    {
        "calculated": Choice("energies of the orbitals", lambda: "calculated"),
        "measured": Choice("measured edges where there are any", lambda: "measured"),
    },
)
"""Where the thresholds of an atom come from."""
FORM_FACTORS: Registry[Choice[FormFactor]] = Registry(
    "form factor",
    {
        "helm": Choice("a ball with a soft edge", lambda: _nuclei().Helm()),
        "klein-nystrand": Choice("a hard ball folded with a Yukawa potential", lambda: _nuclei().KleinNystrand()),
        "point": Choice("1 at all momenta", lambda: _nuclei().PointLike()),
    },
)
"""Form factors of nuclei that recoil."""
PROCEDURES: Registry[Choice[Procedure]] = Registry(
    "procedure",
    {
        "one-sided": Choice("an upper limit from the profile likelihood", lambda: _limit().OneSided()),
        "cls": Choice("the same over the probability without a signal", lambda: _limit().Cls()),
        "unified": Choice("an interval that may begin at zero, after Feldman and Cousins", lambda: _limit().Unified()),
        "pcl": Choice(
            "one-sided, and never below what is expected less one standard deviation",
            lambda: _limit().PowerConstrained(),
        ),
    },
)
"""How a limit is set on what is not negative."""
METHODS: Registry[Choice[str]] = Registry(
    "method",
    {
        "auto": Choice("closed forms where many events decide, counted where few do", lambda: "auto"),
        "asymptotic": Choice("closed forms, however few events there are", lambda: "asymptotic"),
        "toys": Choice("toys, however many events there are", lambda: "toys"),
    },
)
"""How the distribution of what a limit is made from is found."""


class FieldWords(NamedTuple):
    """The words for the field of an atom."""

    exchange: str = "kli"
    nucleus: str = "point"
    binding: str = "calculated"


def atom(symbol: str, exchange: str = "kli", nucleus: str = "point", binding: str = "calculated") -> Atom:
    """The atom these words describe; its field is solved when it is first asked for.

    Args:
        symbol: a target that is one atom; an isotope has the electrons of its element.
        exchange, nucleus, binding: words of the registries above.

    Raises:
        ValueError: for an unknown element or choice, or a target of several atoms.
    """
    from nuatom.atom.field import Atom
    from nuatom.targets import single

    return Atom(
        single(symbol).symbol,
        exchange=EXCHANGES.choose(exchange)(),
        nucleus=NUCLEI.choose(nucleus)(),
        binding=BINDINGS.choose(binding)(),
    )

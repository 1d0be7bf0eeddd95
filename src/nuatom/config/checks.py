"""What may be wrong with the words of a configuration, although each by itself is one: couplings, options and bands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from nuatom import choices
from nuatom.choices import COUPLINGS, Given, neutrinos
from nuatom.config.settings import Settings, variants

if TYPE_CHECKING:
    from nuatom.source import Source

T = TypeVar("T")


class SetupProblem(ValueError):
    """One line about one key."""


def named(key: str, make: Callable[[], T]) -> T:
    """What is made; an error begins with the key it is about."""
    try:
        return make()
    except SetupProblem:
        raise
    except (ValueError, OSError) as error:
        raise SetupProblem(f"{key}: {error}") from None


def folded(make: Callable[[], T]) -> T:
    """What a detector makes of a spectrum; an error about its accuracy names the key that sets it."""
    from nuatom.detector.checks import TooFewTransfersError

    try:
        return make()
    except TooFewTransfersError as error:
        what = str(error).partition(";")[0].removeprefix("the transfers are too few: ")
        raise ValueError(f"model.tolerance: {what}; take a larger tolerance, or wider bins (bins.edges)") from None


def check_neutrino(settings: Settings) -> None:
    """Whether what is held and what is fitted of the neutrino make sense together."""
    fit, given = settings.neutrino.fit, settings.neutrino.given
    for number, parameter in enumerate(settings.neutrino.parameters):
        if parameter.name in fit[:number]:
            raise SetupProblem(f"neutrino.fit: {parameter.name!r} is there twice")
        if given.values[parameter.coupling] and not COUPLINGS[parameter.coupling].repeatable:
            raise SetupProblem(
                f"neutrino.{parameter.coupling}: it is fitted, and cannot be held too; take it out of neutrino.fit"
            )
        twice = COUPLINGS[parameter.coupling].twice
        if parameter.squared and twice is not None:
            own = twice(*parameter.values(parameter.unit))
            if own in [twice(*values) for values in given.values[parameter.coupling]]:
                raise SetupProblem(f"neutrino.{parameter.coupling}: {own} is fitted, and cannot be held too")
    words = {parameter.coupling for parameter in settings.neutrino.parameters}
    if "anapole" in words and words & {"charge_radius", "flavour_charge_radius"}:
        raise SetupProblem("neutrino.fit: an anapole is the same as a charge radius, ⟨r²⟩ = −6a: fit one of them")
    for word, entry in COUPLINGS.items():
        if entry.repeatable:
            shown = [":".join(str(value) for value in values) for values in given.values[word]]
            named("neutrino", partial(entry.check, given.values[word], shown, word))
        about = COUPLINGS.detailed(word)
        used = any(given.values[other] or other in words for other in about)
        for key in entry.details:
            if key.name in given.details and not used:
                raise SetupProblem(f"neutrino.{key.name}: a number of {word}, which is neither held nor fitted")
    if settings.neutrino.sin2_theta_uncertainty is not None and (not given.values["weak"] or "g_V" in given.details):
        what = "g_V is given" if given.values["weak"] else "the weak interaction is off"
        raise SetupProblem(f"neutrino.sin2_theta_uncertainty: {what}, and nothing depends on it: leave it out")
    _check_squares(settings, given)
    named("neutrino", partial(_check_couplings, settings))


def _check_couplings(settings: Settings) -> None:
    """Whether what is held and fitted can be made, and scatters off nuclei if their recoils are seen."""
    from nuatom.coherent import channels

    given = settings.neutrino.given
    for parameter in settings.neutrino.parameters:
        given = given.with_parameter(parameter, parameter.unit)
    for coupling in neutrinos.couplings(neutrinos.parts(given)):
        if "recoils" in settings.detector.channels:
            channels(coupling.with_flavour("e"))


def _check_squares(settings: Settings, given: Given) -> None:
    """Whether the rate is linear in the squares that are fitted, which nothing may interfere with."""

    def group(word: str, values: tuple[Any, ...]) -> str:
        return COUPLINGS[word].flips(*values)

    held = [(word, group(word, one)) for word, several in given.values.items() for one in several]
    fitted = [(p, group(p.coupling, p.values(p.unit))) for p in settings.neutrino.parameters]
    for parameter, own in fitted:
        others = [word for word, flips in held if _interfere(flips, own)]
        others += [p.name for p, flips in fitted if _interfere(flips, own) and p is not parameter]
        if parameter.squared and own and others:
            raise SetupProblem(
                f"neutrino.fit: {parameter.name!r} is fitted through its square, and interferes with "
                f"{others[0]!r}: take one of them out"
            )


def _interfere(one: str, other: str) -> bool:
    """Whether two that flip the helicity interfere: of one name, or of one flavour and of any."""
    return bool(one) and (one == other or one.startswith(f"{other}:") or other.startswith(f"{one}:"))


def check_mixture(settings: Settings, source: Source) -> None:
    """Whether moments of mass states have to interfere, which they do unless the source mixes these up."""
    near = [component.name for component in source.components if not component.masses]
    for word in ("majorana_moment", "dirac_moment"):
        numbers = [values[0] for values in settings.neutrino.given.values[word]]
        numbers += [p.name.rpartition(":")[2] for p in settings.neutrino.parameters if p.coupling == word]
        if near and len(set(numbers)) > 1:
            raise SetupProblem(
                f"neutrino.fit: {word} {' and '.join(numbers)} interfere for the neutrinos of one flavour that "
                f"{source.name!r} sends, and their phases are not known: take one at a time, or flavour_moment"
            )


def check_options(settings: Settings) -> None:
    """Whether the options of responses are those of the one that is there."""
    given = settings.model
    named("model", lambda: given.field)
    own = {key.name: key for key in choices.MODELS[given.response].options}
    options = given.options()
    for name in options:
        if name not in own:
            owners = choices.MODELS.owners(name)
            raise SetupProblem(
                f"model.{name}: a choice of the response {' and '.join(map(repr, owners))}, not of "
                f'{given.response!r}: leave it out, or take response = "{owners[0]}"'
            )
    for name, key in own.items():
        if key.default is choices.REQUIRED and name not in options:
            such = f", such as {key.example}" if key.example else ""
            raise SetupProblem(f"model.{name}: missing; the response {given.response!r} needs it{such}")


def check_band(settings: Settings) -> None:
    """Whether the variants of a band are others than what the model is."""
    given, known = settings.model, variants()
    fixed = choices.MODELS[given.response].own_field
    own = {"response": given.response, "exchange": named("model", lambda: given.field).exchange}
    options = {key.name: key for key in choices.MODELS[given.response].options}
    for number, word in enumerate(given.band):
        key = known[word]
        if key in options:
            among = options[key]
            assert isinstance(among, choices.WordKey)
            own[key] = getattr(given, key) or next(iter(among.among))
        elif key not in own:
            owners = " and ".join(map(repr, choices.MODELS.owners(key)))
            raise SetupProblem(f"model.band: {word!r} is an {key} of the response {owners}, not of {given.response!r}")
        if own[key] == word:
            raise SetupProblem(f"model.band: {word!r} is the {key} already; take another, or leave it out")
        if fixed is not None and key in fixed.words:
            same = " and ".join(f'{name} = "{value}"' for name, value in fixed.words.items())
            raise SetupProblem(
                f"model.band: {word!r} is an {key}, and the response {given.response!r} has {fixed.told()} of its own: "
                f'take response = "{fixed.instead}" with {same}, or another band'
            )
        if word in given.band[:number]:
            raise SetupProblem(f"model.band: {word!r} is there twice")

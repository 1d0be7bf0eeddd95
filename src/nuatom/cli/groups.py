"""Options that a registry declares, in the place of one parameter of a command; and none is given twice.

A command that has such options has one parameter for all of them, which is a mapping of what was given by name:

    def dcs(context: typer.Context, …, given: couplings.Options) -> None:

`expanded` makes of it the function that typer sees, with one parameter for each option.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand

from nuatom.choices import Key, WordKey


@dataclass(frozen=True)
class OptionGroup:
    """Options of a command, known when the command line is built.

    Attributes:
        parameters: gives them, each with its annotation of typer.
    """

    parameters: Callable[[], Sequence[inspect.Parameter]]


def expanded(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options of its groups in their places.

    Raises:
        ValueError: for two options of one name.
    """
    found: list[inspect.Parameter] = []
    groups: dict[str, list[str]] = {}
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        group = next((item for item in get_args(parameter.annotation) if isinstance(item, OptionGroup)), None)
        own = [parameter] if group is None else list(group.parameters())
        if group is not None:
            groups[parameter.name] = [one.name for one in own]
        found += own
    names = [parameter.name for parameter in found]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"two options of nuatom {command.__name__} are called {name!r}: rename the one that is added"
            )

    def run(**values: Any) -> None:
        for name, inside in groups.items():
            values[name] = {one: values.pop(one) for one in inside}
        command(**values)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    # By keyword only: then one without a default may follow one that has one.
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in found]
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in found}
    return run


def option(
    name: str, declared: str, kind: Any, default: Any, metavar: str | None, text: str, panel: str, words: Any = None
) -> inspect.Parameter:
    """A parameter of a command that is an option.

    Args:
        name: of the parameter.
        declared: the option: "--mu-nu".
        kind: its type, as typer reads it.
        default: what it is if it is not given.
        metavar: what stands for its value in the help; None for a switch.
        text: its help.
        panel: under which heading it stands.
        words: those that complete it in a shell.
    """
    info = typer.Option(
        declared,
        metavar=metavar,
        help=text,
        rich_help_panel=panel,
        autocompletion=None if words is None else completion(words),
    )
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def option_of_key(key: Key, panel: str) -> inspect.Parameter:
    """The option of a key, which is None if it is not given."""
    is_word = isinstance(key, WordKey)
    among: Mapping[str, Any] | None = key.among if isinstance(key, WordKey) else None
    metavar = "|".join(among) if among is not None and key.metavar == Key.metavar else key.metavar
    text = key.what
    if among is not None:
        text = " ".join([text, *(f"{word}: {what}." for word, what in described(among).items())]).strip()
    if key.type is bool:
        return option(key.name, key.option, bool | None, None, None, text, panel)
    return option(key.name, key.option, key.type | None, None, metavar, text, panel, among if is_word else None)


def described(among: Mapping[str, Any]) -> dict[str, str]:
    """What the words of a registry are, of those that say so."""
    return {word: entry.what for word, entry in among.items() if getattr(entry, "what", "")}


def completion(among: Mapping[str, object]) -> Callable[[str], list[str]]:
    """What completes a word of these choices in a shell."""

    def complete(incomplete: str) -> list[str]:  # typer goes by the name of the argument
        return [word for word in among if word.startswith(incomplete)]

    return complete


class OnceCommand(TyperCommand):
    """A command that refuses an option which is given twice and has one value: the last would win silently."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of a command line.

        Raises:
            ValueError: for an option with one value that is there twice.
        """
        if not ctx.resilient_parsing:
            self._refuse_twice(ctx, list(args))
        return super().parse_args(ctx, args)

    def _refuse_twice(self, ctx: Any, args: list[str]) -> None:
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        seen: set[str] = set()
        for parameter in order:
            if parameter.param_type_name != "option" or parameter.multiple or parameter.is_eager:
                continue
            if parameter.name in seen:
                names = [*parameter.opts, *parameter.secondary_opts]
                given = _occurrences(args, names, getattr(parameter, "is_flag", False))
                told = " and ".join(given) or f"{names[0]} twice"
                raise ValueError(f"{names[0]} is given twice, {told}: it has one value, give it once")
            seen.add(parameter.name)


def _occurrences(args: Sequence[str], names: Sequence[str], is_flag: bool) -> list[str]:
    """An option with its values, as they were typed."""
    found = []
    for position, word in enumerate(args):
        name, equals, _ = word.partition("=")
        if name not in names:
            continue
        alone = bool(equals) or is_flag or position + 1 == len(args)
        found.append(word if alone else f"{word} {args[position + 1]}")
    return found

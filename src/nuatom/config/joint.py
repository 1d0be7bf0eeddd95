"""Several experiments fitted together, from presets, files, or one file with a list of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nuatom.choices import Parameter, Progress
from nuatom.config.analysis import Analysis, Array
from nuatom.config.experiment import Experiment
from nuatom.config.reading import ConfigError

if TYPE_CHECKING:
    from nuatom import limit as statistics
    from nuatom.config.settings import LimitSection

SEVERAL = "experiment"
"""The key of a list of experiments in a file."""
_IN_COMMON = ("neutrino", "model", "limit")
"""Tables that a file with several experiments may have for all of them."""


@dataclass(frozen=True, eq=False)
class Joint(Analysis):
    """Several experiments with the same parameters: the product of their likelihoods.

    What is the same in all of them is one nuisance: sin²θ_W, the fluxes of components of a source, where the tables of
    the sources are the same, and the band of the atom, where target, response and band are.  All others are each
    experiment's own.

    Attributes:
        experiments: by name, two at least.

    Raises:
        ConfigError: for less than two, other parameters, or data in some of them alone.
    """

    experiments: Mapping[str, Experiment]

    def __post_init__(self) -> None:
        if len(self.experiments) < 2:
            raise ConfigError("a joint fit", ["expected two experiments at least"])
        first = next(iter(self.experiments.values()))
        fitted = [parameter.name for parameter in first.parameters]
        problems = []
        for name, one in self.experiments.items():
            own = [parameter.name for parameter in one.parameters]
            if own != fitted:
                problems.append(
                    f"{name}: it fits {', '.join(own)}, and the first {', '.join(fitted)}; take --fit, or neutrino.fit"
                )
        errors = {name: one.settings.neutrino.sin2_theta_uncertainty for name, one in self.experiments.items()}
        if len(set(errors.values())) > 1:
            told = ", ".join(f"{name} {error}" for name, error in errors.items())
            problems.append(f"neutrino.sin2_theta_uncertainty: expected the same in all, as sin²θ_W is, got {told}")
        if len({one.counts is None for one in self.experiments.values()}) > 1:
            without = [name for name, one in self.experiments.items() if one.counts is None]
            problems.append(f"{', '.join(without)}: no data, and others have some; leave it out")
        if problems:
            raise ConfigError(self.name, problems)

    @property
    def name(self) -> str:
        """What to call it."""
        return " + ".join(self.experiments)

    @property
    def title(self) -> str:
        """What it is, in words."""
        return "; ".join(one.title for one in self.experiments.values())

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those that are fitted."""
        return next(iter(self.experiments.values())).parameters

    @cached_property
    def counts(self) -> Array | None:
        """What was counted, the bins of one experiment after those of the other; None where there are no data."""
        found = [one.counts for one in self.experiments.values()]
        some = [counts for counts in found if counts is not None]
        return np.concatenate(some) if len(some) == len(found) else None

    @property
    def asked(self) -> LimitSection:
        """How limits are set: as in the first of them."""
        return next(iter(self.experiments.values())).asked

    @cached_property
    def model(self) -> statistics.Model:
        """What all of them expect."""
        from nuatom.limit import joint_model

        return joint_model({name: one.model for name, one in self.experiments.items()}, self.shared)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """The names of the nuisances that experiments have in common."""
        models = {name: one.model for name, one in self.experiments.items()}
        found = []
        for kind, same in (("flux", self._source), ("binding", self._response)):
            for wanted in dict.fromkeys(
                name
                for model in models.values()
                for name in model.parameters[len(model.signal.parameters) :]
                if name.split()[0] == kind
            ):
                having = [name for name, model in models.items() if wanted in model.parameters]
                if all(same(having[0]) == same(other) for other in having):
                    found.append(wanted)
        return (*next(iter(models.values())).measured, *found)

    def _source(self, name: str) -> Any:
        return self.experiments[name].settings.source

    def _response(self, name: str) -> Any:
        one = self.experiments[name]
        return (one.target, one.settings.target.matter, one.settings.model)

    def each(self, change: Callable[[Experiment], Experiment]) -> Joint:
        """The same with a change of every experiment.

        Args:
            change: of one.
        """
        return Joint({name: change(one) for name, one in self.experiments.items()})

    def fitting_each(self, names: Sequence[str], progress: Progress | None = None) -> tuple[Joint, ...]:
        """The same with each of some parameters fitted alone, as of `Experiment.fitting_each`."""
        number = len(self.experiments)

        def told(place: int) -> Progress | None:
            return None if progress is None else lambda done, total: progress(place * total + done, number * total)

        several = [one.fitting_each(names, told(i)) for i, one in enumerate(self.experiments.values())]
        return tuple(Joint(dict(zip(self.experiments, own, strict=True))) for own in zip(*several, strict=True))

    def with_response(self, response: str, **changes: object) -> Joint:
        """The same with another response of the targets, as of `Experiment.with_response`."""
        return self.each(lambda one: one.with_response(response, **changes))

    def with_settings(self, **tables: Mapping[str, object]) -> Joint:
        """The same with some keys changed in all of them, as of `Experiment.with_settings`."""
        return self.each(lambda one: one.with_settings(**tables))


def listed(
    content: Mapping[str, Any], folder: Path, name: str, load: Callable[[str | Path], Experiment]
) -> dict[str, Experiment]:
    """The experiments of a file with ``[[experiment]]``.

    Each has ``of``, a preset or a file, and tables that change it; or all tables of an experiment.  The tables
    neutrino, model and limit of the file itself are those of all of them.

    Args:
        content: of the file.
        folder: where it is.
        name: of the file, for messages.
        load: an experiment by its preset or file.

    Raises:
        ConfigError: for keys that are not known, and what is wrong in an experiment.
    """
    known = (SEVERAL, "title", "note", *_IN_COMMON)
    if wrong := [key for key in content if key not in known]:
        raise ConfigError(name, [f"{key}: unknown beside [[experiment]]; expected {', '.join(known)}" for key in wrong])
    entries = content[SEVERAL]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(name, [f"{SEVERAL}: expected [[{SEVERAL}]], one for each"])
    common = {key: content[key] for key in _IN_COMMON if key in content}
    found: dict[str, Experiment] = {}
    for number, entry in enumerate(entries, start=1):
        tables = {key: value for key, value in entry.items() if key not in ("of", "name")}
        of = entry.get("of")
        own = str(entry.get("name") or of or tables.get("title") or f"{SEVERAL} {number}")
        if own in found:
            raise ConfigError(name, [f"{SEVERAL}[{number}].name: there is another {own!r}; give each its own"])
        base: Mapping[str, Any] = {}
        where = folder
        if of is not None:
            if not isinstance(of, str):
                raise ConfigError(name, [f"{SEVERAL}[{number}].of: expected a preset or a file, got {of!r}"])
            try:
                one = load(folder / of if of.endswith(".toml") else of)
            except ValueError as error:
                raise ConfigError(name, [f"{SEVERAL}[{number}].of: {error}"]) from None
            base, where = one.content, one.folder
        whole = dict(base)
        for changes in (common, tables):
            for key, value in changes.items():
                both = isinstance(value, dict) and isinstance(whole.get(key), dict)
                whole[key] = {**whole[key], **value} if both else value
        found[own] = Experiment(whole, where, own)
    return found

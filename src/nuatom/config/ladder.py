"""One parameter at many masses: what an experiment expects of all of them, from few questions to the atom.

The answer of an atom at (T, Q) knows nothing of a mediator's mass, and the weak scattering is the same at every mass.
So mediators are parts of one coupling, which the atom is asked for once, and what leads to another final state is
computed beside a weak interaction that is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.choices import Parameter
from nuatom.functions import Function, in_order
from nuatom.neutrino import Coupling, Flavour, Neutrino, StructureWeights
from nuatom.neutrino.coupling import added, joined_intervals

if TYPE_CHECKING:
    from nuatom.config.setup import Setup

Array = NDArray[np.float64]
_TOGETHER = 15  # rates by part, shell and transfer are kept of so many masses at a time
_WEAK = "weak"


@dataclass(frozen=True)
class Ladder(Coupling):
    """Neutrinos that have the weak interaction in common: its components are those of all, and it once.

    Their sum is no cross section, and only its components mean something.

    Attributes:
        rungs: the neutrinos, each by a name.
    """

    rungs: tuple[tuple[str, Neutrino], ...]

    @property
    def functions(self) -> tuple[Function, ...]:
        """What all of them need."""
        return in_order({function for part in self.components().values() for function in part.functions})

    def weights(self, energy: ArrayLike, transfer: ArrayLike, momentum: ArrayLike) -> StructureWeights:
        """The sum of the weights of its components."""
        return added(part.weights(energy, transfer, momentum) for part in self.components().values())

    def intervals(self, energy: Array, transfer: Array) -> Array:
        """The union of the intervals of its components."""
        return joined_intervals(self.components().values(), energy, transfer)

    def components(self) -> Mapping[str, Coupling]:
        """Those of every rung with its name in front, and the weak interaction."""
        return {
            part if part == _WEAK else f"{name}|{part}": coupling
            for name, neutrino in self.rungs
            for part, coupling in neutrino.components().items()
        }

    def with_flavour(self, flavour: Flavour | str, antineutrino: bool = False) -> Ladder:
        """The same for the neutrinos of a source."""
        return Ladder(tuple((name, neutrino.with_flavour(flavour, antineutrino)) for name, neutrino in self.rungs))


def by_part(
    setup: Setup, parameters: Sequence[Parameter], report: Callable[[int, int], None] | None = None
) -> list[dict[str, Array]]:
    """Counts by part of each parameter at its unit, with what is held, each as `Setup.by_part` gives them.

    Args:
        setup: an experiment.
        parameters: of one coupling.
        report: called with the number of parameters done and of all.
    """
    given = setup.settings.neutrino.given
    held: dict[str, Array] = {}
    if setup.settings.detector.channels != ["electrons"]:
        # Recoils cost little.
        return [setup.by_part(*setup.couplings_of(given.with_parameter(p, p.unit))) for p in parameters]
    found: list[dict[str, Array]] = []
    for start in range(0, len(parameters), _TOGETHER):
        some = parameters[start : start + _TOGETHER]
        several = [setup.couplings_of(given.with_parameter(p, p.unit)) for p in some]
        whole = [own[0] for own in several]
        if all(len(own) == 1 and isinstance(own[0], Neutrino) for own in several):
            rungs = tuple((str(i), one) for i, one in enumerate(whole) if isinstance(one, Neutrino))
            counts = setup.by_part(Ladder(rungs))
            for i in range(len(some)):
                mine = {name.removeprefix(f"{i}|"): v for name, v in counts.items() if name.startswith(f"{i}|")}
                found.append({**({_WEAK: counts[_WEAK]} if _WEAK in counts else {}), **mine})
                _tell(report, len(found), len(parameters))
            continue
        for parameter, own in zip(some, several, strict=True):
            common = [one for one in own if isinstance(one, Neutrino)]
            if common and not held:
                held = setup.by_part(*common)
            try:
                found.append({**held, **setup.by_part(*(one for one in own if not isinstance(one, Neutrino)))})
            except ValueError as error:
                raise ValueError(f"{parameter.name}: {error}") from None
            _tell(report, len(found), len(parameters))
    return found


def _tell(report: Callable[[int, int], None] | None, done: int, total: int) -> None:
    if report is not None:
        report(done, total)

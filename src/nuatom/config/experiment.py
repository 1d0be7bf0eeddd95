"""An experiment: what it expects as a function of what is not known, and the limits that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nuatom.choices import Parameter, Progress
from nuatom.config import ladder
from nuatom.config.analysis import Analysis
from nuatom.config.settings import LimitSection, variants
from nuatom.config.setup import Array, Setup

if TYPE_CHECKING:
    from nuatom import limit as statistics
    from nuatom.neutrino.coupling import Coupling

FLUX, SIN2 = "flux", "sin2_theta"
"""Names of nuisances: of fluxes, with the component behind, and of sin²θ_W."""
_NEGLIGIBLE = 1e-3  # of the signal: components below it have no error of their own


@dataclass(frozen=True, eq=False)
class Experiment(Setup, Analysis):
    """An experiment as a configuration describes it: its parts are those of `Setup`.

    Attributes:
        content: the tables of the configuration, as they are written.
        folder: where the files are that it names.
        name: what to call it.

    Raises:
        ConfigError: when it is made, for values that do not make sense together; before anything is computed.
    """

    # --- what is expected, and how well that is known ----------------------------------------------

    @cached_property
    def signal(self) -> statistics.Signal:
        """Expected counts as a polynomial of the parameters."""
        from nuatom.limit import Signal

        held = [word for word, several in self.settings.neutrino.given.values.items() if several]
        error = self.settings.neutrino.sin2_theta_uncertainty
        if error is None and len(self.parameters) == 1 and held in ([], ["weak"]):
            one = self._signal_of_one(self.parameters[0])
            if one is not None:
                return one
        shape = (len(self.components), len(self.edges) - 1)

        def counts(**fitted: float) -> Array:
            values = {p.name: p.value(fitted[p.fitted]) for p in self.parameters}
            shift = (error or 0.0) * fitted.get(SIN2, 0.0)
            parts = self.by_part(*(_with_shift(coupling, shift) for coupling in self.couplings(values)))
            if self.weak_in_background:
                parts.pop("weak", None)
            return np.asarray(sum(parts.values(), np.zeros(shape)))

        degree = {p.fitted: 1 if p.squared else 2 for p in self.parameters}
        if error is not None:
            degree[SIN2] = 2
        return Signal.of(degree, counts, components=self.components)

    @property
    def weak_in_background(self) -> bool:
        """Whether the weak scattering is in a background, and not in the signal, which interferes with it still."""
        return any(section.includes_weak for section in self.settings.background)

    def _signal_of_one(self, parameter: Parameter) -> statistics.Signal | None:
        """The polynomial from a single spectrum, whose parts are its terms; None if it has others."""
        return self._polynomial(parameter, self.by_part(*self.couplings({parameter.name: parameter.unit})))

    def fitting_each(self, names: Sequence[str], progress: Progress | None = None) -> tuple[Experiment, ...]:
        """The same with each of some parameters fitted alone, such as one coupling at many masses.

        What they have in common is computed once, where nothing but the weak interaction is held.

        Args:
            names: of parameters, at least one.
            progress: called with the number of those done and of all.

        Raises:
            ConfigError: for a name that is none, or what cannot be fitted here.
        """
        found = tuple(self.with_settings(neutrino={"fit": [name]}) for name in names)
        settings = self.settings.neutrino
        held = [word for word, several in settings.given.values.items() if several]
        words = {one.parameters[0].coupling for one in found}
        alike = held in ([], ["weak"]) and settings.sin2_theta_uncertainty is None and len(words) == 1
        if not alike or self.settings.model.band:
            return found
        counts = ladder.by_part(self, [one.parameters[0] for one in found], progress)
        for one, parts in zip(found, counts, strict=True):
            signal = one._polynomial(one.parameters[0], parts)
            if signal is not None:
                one.__dict__["signal"] = signal  # where the property would keep it
        return found

    def _polynomial(self, parameter: Parameter, parts: dict[str, Array]) -> statistics.Signal | None:
        from nuatom.limit import Signal

        if not {parameter.part} <= parts.keys() <= {"weak", "interference", parameter.part}:
            return None
        zero = np.zeros((len(self.components), len(self.edges) - 1))
        terms = {0: zero if self.weak_in_background else parts.get("weak", zero)}
        if not parameter.squared and "interference" in parts:
            terms[1] = parts["interference"]
        terms[1 if parameter.squared else 2] = parts[parameter.part]
        exponents = np.array([[power] for power in terms], dtype=np.int64)
        return Signal((parameter.fitted,), self.components, exponents, np.stack(list(terms.values())))

    @cached_property
    def model(self) -> statistics.Model:
        """What is expected, as a function of the parameters and of what is not known exactly."""
        from nuatom.limit import NOT_NEGATIVE, Model, Morphing

        words = self.settings.model.band
        positions = (1.0, -1.0)
        variants = {at: self._variant(word) for at, word in zip(positions, words, strict=False)}
        bands = (Morphing("binding", {at: one.signal for at, one in variants.items()}),) if variants else ()
        bounds = {p.fitted: NOT_NEGATIVE for p in self.parameters if p.squared}
        measured = () if self.settings.neutrino.sin2_theta_uncertainty is None else (SIN2,)
        factors = self._factors()
        names = {f"{FLUX} {component.name}": component.name for component in self.source.components}
        some = tuple(names[one.name] for one in factors if one.name in names)
        pairs = self.fluxes.pairs(some)
        correlations = {(f"{FLUX} {a}", f"{FLUX} {b}"): value for (a, b), value in pairs.items()}
        return Model(self.signal, self.backgrounds, factors, bands, bounds, measured, correlations)

    def _variant(self, word: str) -> Experiment:
        """The same with what a word of its band changes."""
        key = variants()[word]
        return self.with_response(word) if key == "response" else self.with_settings(model={"band": [], key: word})

    def _factors(self) -> tuple[statistics.Factor, ...]:
        from nuatom.limit import Free, LogNormal

        found: list[statistics.Factor] = []
        components = self.components
        common = self.settings.source.uncertainty
        if common:
            found.append(LogNormal(FLUX, components, common))
        elif common is None:
            size = np.abs(self.signal.coefficients).sum(axis=2)
            matters = np.any(size > _NEGLIGIBLE * size.sum(axis=1, keepdims=True), axis=0)
            for component in self.source.components:
                own = tuple(n for n in components if n in (component.name, f"{component.name} recoils"))
                error = self.fluxes.error(component.name)
                if error and any(matters[components.index(n)] for n in own):
                    found.append(LogNormal(f"{FLUX} {component.name}", own, error))
        for section in self.settings.background:
            name = f"background {section.name}"
            if section.uncertainty == "free":
                found.append(Free(name, (section.name,)))
            elif section.uncertainty:
                found.append(LogNormal(name, (section.name,), float(section.uncertainty)))
        seen = [s.name for s in self.settings.background if not s.measured]
        if self.settings.detector.efficiency_uncertainty:
            error = self.settings.detector.efficiency_uncertainty
            found.append(LogNormal("efficiency", (*components, *seen), error))
        return tuple(found)

    @property
    def asked(self) -> LimitSection:
        """The table "limit"."""
        return self.settings.limit


def _with_shift(coupling: Coupling, shift: float) -> Coupling:
    """The same with another sin²θ_W."""
    from nuatom.neutrino import Neutrino, Weak

    if not shift or not isinstance(coupling, Neutrino) or coupling.weak is False:
        return coupling
    weak = Weak() if coupling.weak is True else coupling.weak
    return replace(coupling, weak=replace(weak, sin2_shift=shift))

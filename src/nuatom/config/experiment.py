"""An experiment: what it expects as a function of what is not known, and the limits that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nuatom import choices
from nuatom.choices import Parameter, Progress
from nuatom.config.regions import Region, Span, region, span
from nuatom.config.settings import variants
from nuatom.config.setup import Array, Setup

if TYPE_CHECKING:
    from nuatom import limit as statistics

_NEGLIGIBLE = 1e-3  # of the signal: components below it have no error of their own
_STEPS = 24  # of a belt of toys
_SCANNED = 121
_REACH = 2.5  # how far a belt reaches, in asymptotic limits


@dataclass(frozen=True)
class Limit:
    """What is excluded, in public units: Bohr magnetons, e, areas.

    Attributes:
        parameter: its name, such as "magnetic_moment".
        low: lower end; 0 for a magnetic moment that may vanish.
        high: upper end, or the upper limit.
        best: best fit; None where there was no fit.
        confidence: the confidence level.
        method: how it was found, in words.
        observed: whether from data; otherwise expected without a signal.
        bands: the limit where the data fluctuate by −2 … 2 standard deviations, where that was asked for.
    """

    parameter: str
    low: float
    high: float
    best: float | None
    confidence: float
    method: str
    observed: bool
    bands: Mapping[int, float] | None = None


@dataclass(frozen=True, eq=False)
class Experiment(Setup):
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
        if len(self.parameters) == 1 and held in ([], ["weak"]):
            one = self._signal_of_one(self.parameters[0])
            if one is not None:
                return one
        shape = (len(self.components), len(self.edges) - 1)

        def counts(**fitted: float) -> Array:
            values = {p.name: p.value(fitted[p.fitted]) for p in self.parameters}
            parts = self.by_part(*self.couplings(values))
            return np.asarray(sum(parts.values(), np.zeros(shape)))

        degree = {p.fitted: 1 if p.squared else 2 for p in self.parameters}
        return Signal.of(degree, counts, components=self.components)

    def _signal_of_one(self, parameter: Parameter) -> statistics.Signal | None:
        """The polynomial from a single spectrum, whose parts are its terms; None if it has others."""
        from nuatom.limit import Signal

        parts = self.by_part(*self.couplings({parameter.name: parameter.unit}))
        if not {parameter.part} <= parts.keys() <= {"weak", "interference", parameter.part}:
            return None
        zero = np.zeros((len(self.components), len(self.edges) - 1))
        terms = {0: parts.get("weak", zero)}
        if not parameter.squared and "interference" in parts:
            terms[1] = parts["interference"]
        terms[1 if parameter.squared else 2] = parts[parameter.part]
        exponents = np.array([[power] for power in terms], dtype=np.int64)
        return Signal((parameter.fitted,), self.components, exponents, np.stack(list(terms.values())))

    @cached_property
    def model(self) -> statistics.Model:
        """What is expected, as a function of the parameters and of what is not known exactly."""
        from nuatom.limit import NOT_NEGATIVE, Band, Model

        words = self.settings.model.band
        positions = (1.0, -1.0)
        variants = {at: self._variant(word) for at, word in zip(positions, words, strict=False)}
        bands = (Band("binding", {at: one.signal for at, one in variants.items()}),) if variants else ()
        bounds = {p.fitted: NOT_NEGATIVE for p in self.parameters if p.squared}
        return Model(self.signal, self.backgrounds, self._factors(), bands, bounds)

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
            found.append(LogNormal("flux", components, common))
        elif common is None:
            size = np.abs(self.signal.coefficients).sum(axis=2)
            matters = np.any(size > _NEGLIGIBLE * size.sum(axis=1, keepdims=True), axis=0)
            for component in self.source.components:
                own = tuple(n for n in components if n in (component.name, f"{component.name} recoils"))
                if component.uncertainty and any(matters[components.index(n)] for n in own):
                    found.append(LogNormal(f"flux {component.name}", own, component.uncertainty))
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

    @cached_property
    def asimov(self) -> statistics.Binned:
        """The likelihood of exactly what is expected without a signal."""
        from nuatom.limit import Binned

        model = self.model
        return Binned.of(model, model.expected(model.start[None, :])[0])

    @cached_property
    def likelihood(self) -> statistics.Binned:
        """The likelihood of the data; without data, of what is expected without a signal."""
        from nuatom.limit import Binned

        return self.asimov if self.counts is None else Binned.of(self.model, self.counts)

    # --- what is excluded ------------------------------------------------------------------------

    def parameter(self, name: str | None = None) -> Parameter:
        """A parameter that is fitted, by its name; the first of them unless one is named.

        Raises:
            ValueError: for one that is not fitted.
        """
        if name is None:
            return self.parameters[0]
        for parameter in self.parameters:
            if name in (parameter.name, parameter.fitted):
                return parameter
        raise ValueError(f"{name!r} is not fitted: expected one of {', '.join(self.settings.neutrino.fit)}")

    def limit(self, parameter: str | None = None) -> Limit:
        """The limit on a parameter from the data, asymptotic; without data the median of what is expected.

        A magnetic moment has an upper limit, by the procedure of the configuration; what may have either sign has an
        interval.

        Args:
            parameter: its name; the first of those that are fitted unless given.

        Raises:
            ValueError: for one that is not fitted, or data that exclude every value.
            RuntimeError: if the data do not limit it.
        """
        return self._limit(self.parameter(parameter), self.likelihood, self.counts is not None)

    def sensitivity(self, parameter: str | None = None) -> Limit:
        """The median limit that is expected without a signal, and its bands if the parameter is not negative.

        Args:
            parameter: its name; the first of those that are fitted unless given.

        Raises:
            ValueError: for one that is not fitted, or a confidence so low that no value is left in the median.
            RuntimeError: if the experiment does not limit it.
        """
        from nuatom import limit as statistics

        chosen = self.parameter(parameter)
        if not chosen.squared:
            return self._limit(chosen, self.asimov, observed=False)
        confidence = self.settings.limit.confidence
        found = statistics.sensitivity(self.asimov, chosen.fitted, confidence, self.procedure)
        bands = {band: chosen.value(value) for band, value in found.bands.items()}
        if not bands[0] > 0:
            raise ValueError(
                f"limit.confidence: at {confidence:g} half of all experiments without a signal exclude every value of "
                f"{chosen.part}; take a greater one, or limit.procedure = 'unified'"
            )
        return Limit(chosen.name, 0.0, bands[0], None, confidence, self._method, observed=False, bands=bands)

    def toys(
        self, parameter: str | None = None, toys: int = 1000, seed: int = 0, progress: Progress | None = None
    ) -> tuple[Limit, statistics.Belt]:
        """The interval of Feldman and Cousins by toys, and the belt it is read from.

        Args:
            parameter: its name; the first of those that are fitted unless given.
            toys: at each of 25 values.
            seed: the same seed gives the same interval.
            progress: called with the number of values done and of all.

        Raises:
            ValueError: for too few toys, or a parameter that is not fitted.
        """
        from nuatom import limit as statistics

        chosen, confidence = self.parameter(parameter), self.settings.limit.confidence
        start = statistics.interval(self.likelihood, chosen.fitted, confidence)
        low, high = start.low, start.high
        if chosen.squared:
            values = np.linspace(0.0, _REACH * high, _STEPS + 1)
        else:
            middle, half = 0.5 * (low + high), 0.5 * _REACH * (high - low)
            values = np.linspace(middle - half, middle + half, _STEPS + 1)
        belt = statistics.belt(
            self.likelihood, chosen.fitted, values, confidence, toys=toys, seed=seed, progress=progress
        )
        found = belt.interval
        method = f"Feldman and Cousins, {toys} toys at {_STEPS + 1} values, seed {seed}"
        ends = chosen.value(found.low), chosen.value(found.high)
        return Limit(chosen.name, *ends, chosen.value(found.best), confidence, method, self.counts is not None), belt

    def scan(self, parameter: str | None = None, values: Array | None = None) -> statistics.Scan:
        """The likelihood along a parameter of the fit, to beyond the limit.

        Args:
            parameter: its name; the first of those that are fitted unless given.
            values: where, in the units of the fit; by default 121 of them, to 1.6 times the limit at 95 %.

        Raises:
            ValueError: for a parameter that is not fitted.
        """
        from nuatom import limit as statistics

        chosen = self.parameter(parameter)
        if values is None:
            ends = statistics.interval(self.likelihood, chosen.fitted, 0.95)
            middle, half = 0.5 * (ends.low + ends.high), 0.8 * (ends.high - ends.low)
            first, last = (0.0, 1.6 * ends.high) if chosen.squared else (middle - half, middle + half)
            values = np.linspace(first, last, _SCANNED)
        return statistics.scan(self.likelihood, chosen.fitted, values)

    def window(self, first: str, second: str, *, expected: bool = False) -> tuple[Span, Span]:
        """From where to where one has to look for what is allowed of two parameters together, in public units.

        Args:
            first, second: their names.
            expected: without a signal, instead of from the data.

        Raises:
            ValueError: for one that is not fitted.
            RuntimeError: if one is not limited.
        """
        data, confidence = self.asimov if expected else self.likelihood, self.settings.limit.confidence
        one, other = (span(data, self.parameter(name), confidence) for name in (first, second))
        return one, other

    def region(
        self, first: str, second: str, window: tuple[Span, Span] | None = None, *, expected: bool = False
    ) -> Region:
        """What is allowed of two parameters together, all others at their best, by Wilks' theorem.

        Args:
            first, second: their names.
            window: what to look at, in public units; by default that of `window`.  Both are enlarged if the region does
                not end within.
            expected: without a signal, instead of from the data.

        Raises:
            ValueError: for one that is not fitted, or the same one twice.
            RuntimeError: if they are not limited.
        """
        window = self.window(first, second, expected=expected) if window is None else window
        data, confidence = self.asimov if expected else self.likelihood, self.settings.limit.confidence
        return region(data, self.parameter(first), self.parameter(second), confidence, window)

    @property
    def procedure(self) -> statistics.Procedure:
        """How an upper limit is set."""
        return choices.PROCEDURES[self.settings.limit.procedure]()

    @property
    def _method(self) -> str:
        return f"asymptotic, {self.settings.limit.procedure}"

    def _limit(self, chosen: Parameter, likelihood: statistics.Binned, observed: bool) -> Limit:
        from nuatom import limit as statistics

        confidence = self.settings.limit.confidence
        if chosen.squared and self.settings.limit.procedure != "unified":
            high = statistics.upper_limit(likelihood, chosen.fitted, confidence, self.procedure)
            return Limit(chosen.name, 0.0, chosen.value(high), None, confidence, self._method, observed)
        found = statistics.interval(likelihood, chosen.fitted, confidence)
        low, high, best = (chosen.value(value) for value in (found.low, found.high, found.best))
        return Limit(chosen.name, low, high, best, confidence, "asymptotic, unified", observed)

"""What a fit says of parameters, whatever it is a fit of: one experiment or several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nuatom import choices
from nuatom.choices import Parameter, Progress
from nuatom.config.regions import Region, Span, region, span

if TYPE_CHECKING:
    from nuatom import limit as statistics
    from nuatom.config.settings import LimitSection

Array = NDArray[np.float64]
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
        bands: ``high`` in experiments without a signal that fluctuate by −2 … 2 standard deviations; None where it is
            not known.
        low_bands: the same of ``low``, of what may have either sign.
        fluctuated_down: whether it is from data and stronger than that of five in six such experiments.
    """

    parameter: str
    low: float
    high: float
    best: float | None
    confidence: float
    method: str
    observed: bool
    bands: Mapping[int, float] | None = None
    low_bands: Mapping[int, float] | None = None
    fluctuated_down: bool = False


class Analysis(ABC):
    """A model with data, and the limits on its parameters."""

    @property
    @abstractmethod
    def parameters(self) -> tuple[Parameter, ...]:
        """Those that are fitted."""

    @property
    @abstractmethod
    def counts(self) -> Array | None:
        """What was counted, shape (bin,); None where there are no data."""

    @property
    @abstractmethod
    def model(self) -> statistics.Model:
        """What is expected, as a function of the parameters and of what is not known exactly."""

    @property
    @abstractmethod
    def asked(self) -> LimitSection:
        """How limits are set."""

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

    def log_prob(self, values: Mapping[str, float] | Sequence[float] | Array) -> float:
        """ln L of the data at a point of all parameters, as samplers ask for it; −∞ out of bounds.

            ln L = −D/2,   D as of `nuatom.limit.Likelihood`

        Nuisances have their constraint in it, a normal distribution of unit width in the parameter a, which is a
        Gaussian or log-normal factor; free ones and the parameters have a flat prior above their least value.

        Args:
            values: in the units and the order of ``model.parameters``; or by name, the others at their start.

        Raises:
            ValueError: for an unknown name, or another number of values.
        """
        model = self.model
        if isinstance(values, Mapping):
            point = model.start.copy()
            for name, value in values.items():
                point[model.index(name)] = value
        else:
            point = np.asarray(values, dtype=float)
            if point.shape != model.start.shape:
                raise ValueError(
                    f"expected {len(model.parameters)} values, those of {', '.join(model.parameters)}, got {len(point)}"
                )
        low, high = model.limits
        if not np.all((point >= low) & (point <= high)):  # nan is not either
            return -np.inf
        return float(-0.5 * self.likelihood.deviance(point[None, :])[0])

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
        raise ValueError(f"{name!r} is not fitted: expected one of {', '.join(p.name for p in self.parameters)}")

    def limit(self, parameter: str | None = None, progress: Progress | None = None) -> Limit:
        """The limit on a parameter from the data, beside what was expected; without data what is expected.

        A magnetic moment has the limit of the procedure of the configuration, `unified` unless it names one; what may
        have either sign has an interval.  Where few events decide they are counted, and not in closed form: see
        `nuatom.limit.exclusion`.

        Args:
            parameter: its name; the first of those that are fitted unless given.
            progress: called with the number of values done and of all, if there are toys.

        Raises:
            ValueError: for one that is not fitted, or data that exclude every value.
            RuntimeError: if the data do not limit it.
        """
        chosen = self.parameter(parameter)
        if self.counts is None:
            return self.sensitivity(chosen.name, progress)
        found = self._exclusion(chosen, self.likelihood, None, progress)
        interval = found.interval
        if chosen.squared and not interval.high > 0:
            others = [word for word in ("unified", "cls", "pcl") if word != self.procedure_word]
            raise ValueError(
                f"limit.procedure: with {self.procedure_word!r} the data exclude every value of {chosen.part} at "
                f"{interval.confidence:.4g} confidence, 0 included: they lie below the expected background; take "
                f"{', '.join(map(repr, others))}, or look at the data, the exposure and the backgrounds"
            )
        low, high, best = (chosen.value(value) for value in (interval.low, interval.high, interval.best))
        return Limit(
            chosen.name,
            low,
            high,
            best,
            interval.confidence,
            f"{found.method}, {self._procedure_of(chosen)}",
            True,
            *self._bands(chosen, found.expected),
            found.fluctuated_down,
        )

    def sensitivity(self, parameter: str | None = None, progress: Progress | None = None) -> Limit:
        """The median limit that is expected without a signal, and its bands.

        Args:
            parameter: its name; the first of those that are fitted unless given.
            progress: called with the number of values done and of all, if there are toys.

        Raises:
            ValueError: for one that is not fitted, or a confidence so low that no value is left in the median.
            RuntimeError: if the experiment does not limit it.
        """
        chosen = self.parameter(parameter)
        found = self._exclusion(chosen, self.asimov, {}, progress)
        bands, low_bands = self._bands(chosen, found.expected)
        confidence = found.interval.confidence
        if chosen.squared and not bands[0] > 0:
            raise ValueError(
                f"limit.confidence: at {confidence:g} half of all experiments without a signal exclude every value of "
                f"{chosen.part}; take a greater one, or limit.procedure = 'unified'"
            )
        low, high = 0.0, bands[0]
        if low_bands is not None:
            # Of an interval that is nearly Gaussian the Asimov data have the median ends, without the noise of toys.
            low, high = (chosen.value(value) for value in (found.interval.low, found.interval.high))
        method = f"{found.method}, {self._procedure_of(chosen)}"
        return Limit(
            chosen.name, low, high, None if chosen.squared else 0.0, confidence, method, False, bands, low_bands
        )

    def _exclusion(
        self,
        chosen: Parameter,
        likelihood: statistics.Binned,
        values: Mapping[str, float] | None,
        progress: Progress | None,
    ) -> statistics.Exclusion:
        from nuatom import limit as statistics

        given = self.asked
        toys = {"toys": given.toys} if given.toys else {}
        procedure = choices.PROCEDURES[self._procedure_of(chosen)]()
        try:
            return statistics.exclusion(
                likelihood,
                chosen.fitted,
                given.confidence,
                procedure,
                method=given.method,
                seed=given.seed,
                values=values,
                progress=progress,
                **toys,
            )
        except RuntimeError as error:
            raise RuntimeError(f"{chosen.part}: {error}") from None

    def _bands(
        self, chosen: Parameter, expected: statistics.Sensitivity
    ) -> tuple[dict[int, float], dict[int, float] | None]:
        upper = {band: chosen.value(value) for band, value in expected.bands.items()}
        if expected.lower is None:
            return upper, None
        return upper, {band: chosen.value(value) for band, value in expected.lower.items()}

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

        chosen, confidence = self.parameter(parameter), self.asked.confidence
        low, high, _ = (float(end[0]) for end in statistics.intervals(self.likelihood, chosen.fitted, confidence))
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

    def scan(
        self, parameter: str | None = None, values: Array | None = None, *, expected: bool = False
    ) -> statistics.Scan:
        """The likelihood along a parameter of the fit, to beyond the limit.

        Args:
            parameter: its name; the first of those that are fitted unless given.
            values: where, in the units of the fit; by default 121 of them, to 1.6 times the limit at 95 %.
            expected: without a signal, instead of from the data.

        Raises:
            ValueError: for a parameter that is not fitted.
        """
        from nuatom import limit as statistics

        chosen, data = self.parameter(parameter), self.asimov if expected else self.likelihood
        if values is None:
            low, high, _ = (float(end[0]) for end in statistics.intervals(data, chosen.fitted, 0.95))
            middle, half = 0.5 * (low + high), 0.8 * (high - low)
            first, last = (0.0, 1.6 * high) if chosen.squared else (middle - half, middle + half)
            values = np.linspace(first, last, _SCANNED)
        return statistics.scan(data, chosen.fitted, values)

    def window(self, first: str, second: str, *, expected: bool = False) -> tuple[Span, Span]:
        """From where to where one has to look for what is allowed of two parameters together, in public units.

        Args:
            first, second: their names.
            expected: without a signal, instead of from the data.

        Raises:
            ValueError: for one that is not fitted.
            RuntimeError: if one is not limited.
        """
        data, confidence = self.asimov if expected else self.likelihood, self.asked.confidence
        one, other = (span(data, self.parameter(name), confidence) for name in (first, second))
        return one, other

    def region(
        self,
        first: str,
        second: str,
        window: tuple[Span, Span] | None = None,
        *,
        expected: bool = False,
        points: int | None = None,
    ) -> Region:
        """What is allowed of two parameters together, all others at their best, by Wilks' theorem.

        Args:
            first, second: their names.
            window: what to look at, in public units; by default that of `window`.  Both are enlarged if the region does
                not end within.
            expected: without a signal, instead of from the data.
            points: along each parameter, at least; a narrow region has more.

        Raises:
            ValueError: for one that is not fitted, or the same one twice.
            RuntimeError: if they are not limited.
        """
        window = self.window(first, second, expected=expected) if window is None else window
        data, confidence = self.asimov if expected else self.likelihood, self.asked.confidence
        least = {} if points is None else {"points": points}
        return region(data, self.parameter(first), self.parameter(second), confidence, window, **least)

    @property
    def procedure_word(self) -> str:
        """How an upper limit is set: as the configuration says, or else `unified` from data, one-sided without."""
        return self.asked.procedure or ("one-sided" if self.counts is None else "unified")

    @property
    def procedure(self) -> statistics.Procedure:
        """The procedure of that word."""
        return choices.PROCEDURES[self.procedure_word]()

    def _procedure_of(self, chosen: Parameter) -> str:
        return self.procedure_word if chosen.squared else "unified"

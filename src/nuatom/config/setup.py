"""What an experiment is made of, checked: source, target, detector, bins, data and backgrounds, and what they give."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from nuatom import choices
from nuatom.choices import COUPLINGS, CouplingPart, Given, Parameter, Progress, neutrinos
from nuatom.config import checks, responses
from nuatom.config.checks import SetupProblem, folded, named
from nuatom.config.fields import Mass
from nuatom.config.fluxes import FluxErrors, flux_errors
from nuatom.config.reading import ConfigError, read_settings
from nuatom.config.sections import BackgroundFile, BackgroundSection
from nuatom.config.settings import Settings
from nuatom.config.tabulated import FileSection, located
from nuatom.units import keV

if TYPE_CHECKING:
    from nuatom.columns import Layout
    from nuatom.detector import Background, Detector, Expected
    from nuatom.limit.data import Observed
    from nuatom.neutrino import Neutrino
    from nuatom.neutrino.coupling import Coupling
    from nuatom.rates import Material
    from nuatom.source import Source

Array = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Setup:
    """The parts of an experiment, as a configuration describes them; each is made when it is first asked for.

    Attributes:
        content: the tables of the configuration, as they are written.
        folder: where the files are that it names.
        name: what to call it.

    Raises:
        ConfigError: when it is made, for values that do not make sense together; before anything is computed.
    """

    content: Mapping[str, Any]
    folder: Path
    name: str

    def __post_init__(self) -> None:
        _ = self.settings
        problems: list[str] = []
        for check in (
            lambda: self.source,
            lambda: self.target,
            lambda: self.detector,
            lambda: self.edges,
            lambda: self.counts,
            lambda: self.backgrounds,
            self._check_names,
            self._check_channels,
            lambda: checks.check_neutrino(self.settings),
            lambda: checks.check_mixture(self.settings, self.source),
            lambda: self.fluxes,
            self._check_confidence,
            self._check_procedure,
            lambda: checks.check_options(self.settings),
            lambda: checks.check_band(self.settings),
            self._check_efficiency,
            lambda: self.density,
        ):
            try:
                check()
            except SetupProblem as problem:
                problems.append(str(problem))
        if not problems:
            problems += self._out_of_reach()
        if problems:
            raise ConfigError(self.name, list(dict.fromkeys(problems)))
        self._warn_of_blind_bins()

    @cached_property
    def settings(self) -> Settings:
        """What the configuration says, with what it does not say at its default."""
        return read_settings(self.content, self.name)

    # --- what there is ---------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What it is, in words."""
        return self.settings.title or self.name

    @cached_property
    def source(self) -> Source:
        """Where the neutrinos come from."""
        return named("source", lambda: self.settings.source.make(self.folder))

    @cached_property
    def fluxes(self) -> FluxErrors:
        """How well the fluxes of its components are known."""
        return flux_errors(self.settings.source, self.source)

    @cached_property
    def target(self) -> str:
        """The formula of what is hit."""
        from nuatom.targets import target

        return named("target.material", lambda: target(self.settings.target.material)).formula

    @cached_property
    def exposure(self) -> float:
        """Mass and time; of a burst the mass and the time over which its flux is a mean: all of it is counted."""
        from nuatom.source import burst_of

        given, burst = self.settings.detector.exposure, burst_of(self.source)
        if isinstance(given, Mass) and burst is not None:
            return float(given) * burst
        if isinstance(given, Mass):
            raise SetupProblem(
                'detector.exposure: a mass alone is of a burst; expected an exposure such as "1.16 tonne year"'
            )
        if burst is not None:
            raise SetupProblem(
                "detector.exposure: the source is a burst, whose counts are all that come of it; "
                'expected a mass alone, such as "40 tonne"'
            )
        return float(given)

    @cached_property
    def detector(self) -> Detector:
        """What sees it."""
        from nuatom.detector import Detector

        given = self.settings.detector
        parts: dict[str, Any] = {"exposure": self.exposure, "threshold": given.threshold, "cutoff": given.cutoff}
        for name in ("quenching", "resolution", "efficiency", "true_efficiency", "scale"):
            part = getattr(given, name)
            if part is None:
                continue
            meant: dict[str, Any] = {}
            if isinstance(part, FileSection) and name == "true_efficiency":
                meant = {"recoils": given.channels == ["recoils"]}
            elif isinstance(part, FileSection) and name != "quenching":
                meant = {"quenching": parts.get("quenching")}
            parts[name] = named(f"detector.{name}", partial(part.make, self.folder, **meant))
        return named("detector", lambda: Detector(**parts))

    @cached_property
    def edges(self) -> Array:
        """Edges of the bins of reconstructed energy, shape (bin + 1,) [energy]."""
        from nuatom.detector.checks import checked_edges

        data, bins = self.settings.data, self.settings.bins
        if data is not None and isinstance(data.counts, FileSection):
            observed = self._observed.edges
            if bins is not None:
                raise SetupProblem("bins.edges: the bins are those of the file in data.counts; leave [bins] out")
            return named("data.counts", lambda: checked_edges(observed))
        if bins is None:
            raise SetupProblem('bins: missing; expected edges such as "2.8:55keV:54:lin", or data.counts with a file')
        return named("bins.edges", lambda: checked_edges(bins.edges))

    @cached_property
    def _observed(self) -> Observed:
        from nuatom.limit import read_counts

        data = self.settings.data
        assert data is not None and isinstance(data.counts, FileSection)
        given = data.counts
        return named("data.counts", lambda: read_counts(located(self.folder, given.file), self._layout(given)))

    def _layout(self, given: FileSection) -> Layout:
        """How the columns of data are to be taken: energies of nuclei as they are seen."""
        return given.layout(quenching=self.detector.quenching if self.settings.detector.quenching else None)

    @cached_property
    def counts(self) -> Array | None:
        """What was counted, shape (bin,); None where there are no data."""
        data = self.settings.data
        if data is None:
            return None
        if (data.counts is None) == (data.events is None):
            raise SetupProblem("data: expected either counts or events")
        edges = self.edges
        if isinstance(data.counts, FileSection):
            return self._observed.counts
        if data.counts is not None:
            values = np.asarray(data.counts, dtype=float)
            if len(values) != len(edges) - 1:
                raise SetupProblem(f"data.counts: expected {len(edges) - 1} values, one per bin, got {len(values)}")
            wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
            if wrong.size:
                first = int(wrong[0])
                raise SetupProblem(f"data.counts[{first + 1}]: expected a finite number ≥ 0, got {values[first]}")
            return values
        return np.histogram(self._events, edges)[0].astype(float)

    @property
    def events_outside(self) -> int:
        """How many events of the data are in none of the bins; 0 where the data are counts, or there are none."""
        if self.counts is None or self.settings.data is None or self.settings.data.events is None:
            return 0
        return len(self._events) - int(self.counts.sum())

    @property
    def events_negative(self) -> int:
        """How many of them have a negative energy, as noise may reconstruct one."""
        if self.settings.data is None or self.settings.data.events is None:
            return 0
        return int(np.sum(self._events < 0))

    @cached_property
    def _events(self) -> Array:
        from nuatom.limit import read_events

        data = self.settings.data
        assert data is not None and data.events is not None
        events = data.events
        if isinstance(events, FileSection):
            return named("data.events", lambda: read_events(located(self.folder, events.file), self._layout(events)))
        return np.asarray(events, dtype=float)

    @cached_property
    def backgrounds(self) -> Mapping[str, Array]:
        """Expected counts of each background, by name, each (bin,)."""
        found: dict[str, Array] = {}
        edges = self.edges
        for number, section in enumerate(self.settings.background, start=1):
            if section.name in found:
                raise SetupProblem(f"background[{number}].name: there is another {section.name!r}; give each its own")

            def counts(section: BackgroundSection = section) -> Array:
                duty = 1.0 if section.in_window else self._duty
                exposure = self.detector.exposure * duty
                made: Background
                if isinstance(section, BackgroundFile):
                    made = section.make(self.folder, exposure, quenching=self.detector.quenching)
                else:
                    made = section.make(self.folder)
                if section.measured:
                    return made.expected(edges, exposure)
                return self.detector.background(made, edges) * duty

            found[section.name] = named(f"background.{section.name}", counts)
        return found

    @property
    def _duty(self) -> float:
        """The share of all time in which a pulsed source is looked at."""
        duty: float | None = getattr(self.source, "duty", 1.0)
        if duty is None:
            raise ValueError(
                "a steady background in a window of time needs the period of the pulses, source.period; "
                "or in_window = true, if its rate is that in the window already"
            )
        return duty

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those that are fitted."""
        return self.settings.neutrino.parameters

    # --- what is wrong ---------------------------------------------------------------------------

    def _check_names(self) -> None:
        components = self.components
        for number, section in enumerate(self.settings.background, start=1):
            if not section.name.strip():
                raise SetupProblem(
                    f"background[{number}].name: it is empty; give it one such as 'flat', or leave it out"
                )
            if section.name in components:
                raise SetupProblem(
                    f"background[{number}].name: {section.name!r} is a component of the source "
                    f"{self.source.name!r}; give it another"
                )

    def _check_channels(self) -> None:
        given = self.settings.detector
        for number, name in enumerate(given.channels):
            if name in given.channels[:number]:
                raise SetupProblem(f"detector.channels: {name!r} is there twice")
        if "recoils" in given.channels and given.quenching is None:
            raise SetupProblem(
                'detector.quenching: missing; recoils need one, such as { kind = "lindhard", element = "Ge" }'
            )

    def _check_confidence(self) -> None:
        given = self.settings.limit.confidence
        if not 0 < given < 1:
            raise SetupProblem(f"limit.confidence: expected a number between 0 and 1, such as 0.9, got {given}")

    def _check_procedure(self) -> None:
        given = self.settings.limit
        if given.procedure in ("unified", None):
            return
        for parameter in self.parameters:
            if not parameter.squared:
                raise SetupProblem(
                    f"limit.procedure: {given.procedure!r} sets the upper limit of what is not negative; "
                    f"{parameter.part} may have either sign and has an interval: leave it out, or take 'unified'"
                )

    def _check_efficiency(self) -> None:
        """An efficiency that keeps nothing of what falls into the bins."""
        keeps, edges = self.detector.efficiency, self.edges
        knots = np.asarray(keeps.knots, dtype=float)
        points = np.unique(np.concatenate([edges, knots[(knots > edges[0]) & (knots < edges[-1])]]))
        try:
            # Straight between its knots: zero in the middle of each piece is zero everywhere.
            kept = keeps(0.5 * (points[1:] + points[:-1]))
        except ValueError:
            return  # not given there, which is told when it is needed
        if not np.any(kept > 0):
            first, last = float(edges[0]) / keV, float(edges[-1]) / keV
            raise SetupProblem(f"detector.efficiency: it is 0 in all bins, from {first:.6g} to {last:.6g} keV")

    def _warn_of_blind_bins(self) -> None:
        """Bins below the threshold have backgrounds and data, but never a signal."""
        threshold = self.detector.threshold
        blind = int(np.sum(self.edges[1:] <= threshold * (1 + 1e-9)))
        if blind:
            what = f"{blind} bins lie" if blind > 1 else "a bin lies"
            warnings.warn(
                f"{self.name}: bins.edges: {what} below detector.threshold, {threshold / keV:.6g} keV: there is no "
                "signal in them; begin the bins at the threshold",
                stacklevel=2,
            )

    def _out_of_reach(self) -> list[str]:
        """A threshold that nothing the source gives can pass."""
        from nuatom.detector.checks import recoil_ends

        greatest = {"electrons": max(component.shape.support[1] for component in self.source.components)}
        channels = self.settings.detector.channels
        if "recoils" in channels:
            greatest["recoils"] = max(recoil_ends(self.source, self.target))
        threshold = self.detector.threshold
        first = max(threshold, float(self.edges[0]))
        seen = []
        for channel in channels:
            is_recoil = channel == "recoils"
            try:
                mean = float(self.detector.mean(greatest[channel], recoils=is_recoil))
                seen.append(mean + 6 * float(self.detector.sigma(greatest[channel], recoils=is_recoil)))
            except ValueError:
                return []  # beyond the tables of the detector, hence not below its threshold
        if max(seen) > first:
            if threshold < self.edges[-1]:
                return []
            last = float(self.edges[-1]) / keV
            return [f"detector.threshold: {threshold / keV:.6g} keV is above the last edge of the bins, {last:.6g} keV"]
        key = "detector.threshold" if threshold >= self.edges[0] else "bins.edges"
        return [
            f"{key}: {first / keV:.6g} keV is above the endpoint of what the source {self.source.name!r} can give, "
            f"{max(greatest[c] for c in channels) / keV:.6g} keV: there is nothing to be seen"
        ]

    # --- what is expected ------------------------------------------------------------------------

    def with_response(self, response: str, **changes: object) -> Self:
        """The same with another response of the target, and no band.

        Args:
            response: a word for one, such as "central-field" or "stepping".
            changes: other keys of the table "model", such as exchange="kohn-sham".  The options of other responses,
                such as interaction and width of screened, are left out, and so is the field where the response has its
                own; a field that was that of its response stays.

        Raises:
            ConfigError: for an unknown word.
        """
        entry = choices.MODELS.get(response)
        own = {key.name for key in entry.options} if entry else set()
        left_out = choices.MODELS.options().keys() - own
        fixed = entry.own_field.words if entry and entry.own_field else {}
        left_out |= fixed.keys()
        present = choices.MODELS[self.settings.model.response].own_field
        stays = {name: word for name, word in (present.words if present else {}).items() if name not in fixed}
        kept = {key: value for key, value in self.content.get("model", {}).items() if key not in left_out}
        table = {**stays, **kept, "response": response, "band": [], **changes}
        return replace(self, content={**self.content, "model": table})

    def with_settings(self, **tables: Mapping[str, object]) -> Self:
        """The same with some keys changed: ``with_settings(limit={"confidence": 0.95})``.

        Values are as in the file: quantities are texts with their units.

        Raises:
            ConfigError: for an unknown key or value.
        """
        changed = {table: {**self.content.get(table, {}), **keys} for table, keys in tables.items()}
        return replace(self, content={**self.content, **changed})

    def material(self, progress: Progress | None = None) -> Material:
        """The target with its response, in matter where `density` is that of one.

        Tables that are missing are computed when they are needed.
        """
        alone = responses.material(self.target, self.settings.model, self.folder, progress)
        return alone if self.density is None else responses.in_matter(alone, self.density)

    @cached_property
    def density(self) -> float | None:
        """The density of the matter that the atoms of the target are in, or None if each is alone [mass/volume]."""
        given = self.settings.target
        massive = bool(self.settings.neutrino.given.details.get("photon_mass"))
        return named(
            "target.matter",
            lambda: responses.density_of_matter(
                self.target, self.settings.model.response, given.matter, given.density, massive
            ),
        )

    @property
    def response_options(self) -> dict[str, Any]:
        """The options of the response, by name, with its files where they are."""
        return responses.own_options(self.settings.model, self.folder)

    def couplings(self, values: Mapping[str, float]) -> tuple[Coupling, ...]:
        """What the neutrino does: couplings whose rates add, one `Neutrino` and what has another final state.

        Args:
            values: of the parameters that are fitted, by name, in public units; what is held is there too.

        Raises:
            ValueError: for a name that is not fitted, or a value out of range.
        """
        return neutrinos.couplings(self._parts(values))

    def couplings_of(self, given: Given) -> tuple[Coupling, ...]:
        """What the neutrino does with what is given, whatever the configuration holds."""
        return neutrinos.couplings(neutrinos.parts(given))

    def coupling(self, **values: float) -> Neutrino:
        """The neutrino with what is held, and values of the parameters that are fitted, in public units.

        What leads to another final state is not in it: see `couplings`.

        Raises:
            ValueError: for a name that is not fitted, or a value out of range.
        """
        return neutrinos.neutrino([part for part in self._parts(values) if not COUPLINGS[part.word].alone])

    def _parts(self, values: Mapping[str, float]) -> list[CouplingPart]:
        given = self.settings.neutrino.given
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"{name!r} is not fitted: expected one of {', '.join(known)}")
            given = given.with_parameter(known[name], value)
        return neutrinos.parts(given)

    def expected(self, coupling: Coupling) -> Expected:
        """The counts of electrons from a coupling, folded as well as the atom is known."""
        tolerance = max(self.settings.model.tolerance, 1e-3)
        return folded(
            lambda: self.detector.expected(self.source, coupling, self.material(), self.edges, tolerance=tolerance)
        )

    def expected_recoils(self, coupling: Coupling) -> Expected:
        """The counts of nuclear recoils from a coupling."""
        return folded(lambda: self.detector.expected(self.source, coupling, self.target, self.edges, recoils=True))

    def by_part(self, *couplings: Coupling) -> dict[str, Array]:
        """Counts by part of couplings whose rates add, each (component, bin), recoils after electrons."""
        channels = self.settings.detector.channels
        total: dict[str, Array] = {}
        for coupling in couplings:
            found = [(self.expected if c == "electrons" else self.expected_recoils)(coupling) for c in channels]
            names = dict.fromkeys(part for one in found for part in one.parts)
            counts = [dict(zip(one.parts, np.moveaxis(one.counts.sum(axis=2), 1, 0), strict=True)) for one in found]
            zero = [np.zeros((len(one.components), len(self.edges) - 1)) for one in found]
            for name in names:
                own = np.concatenate([c.get(name, z) for c, z in zip(counts, zero, strict=True)])
                total[name] = total[name] + own if name in total else own
        return total

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the components of the signal: those of the source, for each channel."""
        names = [component.name for component in self.source.components]
        ends = {"electrons": "", "recoils": " recoils"}
        return tuple(f"{name}{ends[channel]}" for channel in self.settings.detector.channels for name in names)

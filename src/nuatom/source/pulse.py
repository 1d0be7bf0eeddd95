"""When neutrinos of a pulsed beam on a target arrive, and how many of them within a window of time.

Protons come as p(t) with ∫ p dt = 1, pions decay at rest with τ_π = 26.0 ns and their muons with τ_μ = 2197 ns.  Of the
neutrinos of the pion (prompt) and of the muon (delayed) there have come until t

    F(t) = ∫ p(t') G(t − t') dt',      G_prompt = 1 − e^{−t/τ_π},      G_delayed = (τ_μ G_μ − τ_π G_π)/(τ_μ − τ_π),

and a window [a, b] has the fraction F(b) − F(a).  For a square pulse of the width w, G is integrated over it; for a
Gaussian of the width σ, F is Φ(t/σ) − exp(σ²/2τ² − t/τ) Φ(t/σ − σ/τ).  The time 0 is the start of a square pulse and
the middle of a Gaussian, as the detector sees it: the flight of the neutrinos is taken off.  What is left of the pulse
before is nothing: periods are milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log, sqrt

import numpy as np

from nuatom.bounds import LARGEST, check_number
from nuatom.source.model import Array, require_positive
from nuatom.units import ns

PION_LIFETIME = 26.033 * ns
"""Mean life of π⁺ (Particle Data Group)."""
MUON_LIFETIME = 2196.9811 * ns
"""Mean life of μ⁺ (the same)."""
SHAPES = ("square", "gaussian")
"""The shapes of pulses."""
_OF_WIDTH = 1 / (2 * sqrt(2 * log(2)))  # σ of a Gaussian, of its full width at half maximum
_LEAST = 1e-12  # of all neutrinos: what a window has at least


@dataclass(frozen=True)
class Pulse:
    """A pulse of protons.

    Args:
        width: of a square pulse; of a Gaussian the full width at half maximum; 0 for all at once [time].
        shape: "square" or "gaussian".
        period: from one pulse to the next [time]; without it the share of time that a window has is not known.
        bunches: when the parts of a pulse come, all of them alike, one at 0 by default [time].

    Raises:
        ValueError: for an unknown shape, or times that are not finite, or negative.
    """

    width: float = 0.0
    shape: str = "square"
    period: float | None = None
    bunches: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        check_number("the width of a pulse", self.width, 0.0, LARGEST)
        if self.shape not in SHAPES:
            raise ValueError(f"unknown shape {self.shape!r} of a pulse: expected {' or '.join(SHAPES)}")
        if self.period is not None:
            require_positive("the period of pulses", self.period)
        if not self.bunches:
            raise ValueError("a pulse has one bunch at least: leave bunches out, or say when they come")
        for at in self.bunches:
            check_number("the time of a bunch", at)

    def fractions(self, window: Sequence[float]) -> tuple[float, float]:
        """The fractions of prompt and of delayed neutrinos that arrive within a window.

        Args:
            window: from when to when [time].

        Raises:
            ValueError: for a window that does not ascend, is longer than the period, or has nothing in it.
        """
        start, stop = self._checked(window)
        offsets = np.asarray(self.bunches, dtype=float)
        found = []
        for arrived in (self._prompt, self._delayed):
            both = arrived(stop - offsets) - arrived(start - offsets)
            found.append(float(min(max(both.mean(), 0.0), 1.0)))
        if max(found) < _LEAST:
            raise ValueError(f"the window from {start / ns:g} to {stop / ns:g} ns has no neutrinos in it")
        return found[0], found[1]

    def duty(self, window: Sequence[float]) -> float | None:
        """The share of all time that a window has, (b − a)/period; None if the period is not known.

        Raises:
            ValueError: for a window that does not ascend, or is longer than the period.
        """
        start, stop = self._checked(window)
        return None if self.period is None else (stop - start) / self.period

    def _checked(self, window: Sequence[float]) -> tuple[float, float]:
        ends = [float(end) for end in window]
        if len(ends) != 2 or not all(map(isfinite, ends)) or not ends[0] < ends[1]:
            raise ValueError(f"a window of time has a start and a later stop, got {_told(ends)}")
        if self.period is not None and ends[1] - ends[0] > self.period * (1 + 1e-9):
            raise ValueError(
                f"the window of {(ends[1] - ends[0]) / ns:g} ns is longer than the period of {self.period / ns:g} ns"
            )
        return ends[0], ends[1]

    def _prompt(self, time: Array) -> Array:
        return self._smeared(time, PION_LIFETIME)

    def _delayed(self, time: Array) -> Array:
        slow, fast = self._smeared(time, MUON_LIFETIME), self._smeared(time, PION_LIFETIME)
        return np.asarray((MUON_LIFETIME * slow - PION_LIFETIME * fast) / (MUON_LIFETIME - PION_LIFETIME))

    def _smeared(self, time: Array, life: float) -> Array:
        """F(t) of a single decay."""
        if self.width == 0.0:
            return _decayed(time, life)
        if self.shape == "square":
            return np.asarray((_summed(time, life) - _summed(time - self.width, life)) / self.width)
        from scipy.special import log_ndtr, ndtr

        sigma = self.width * _OF_WIDTH
        z = time / sigma
        tail = np.exp(0.5 * (sigma / life) ** 2 - time / life + log_ndtr(z - sigma / life))
        return np.asarray(ndtr(z) - tail)


def _told(times: Sequence[float]) -> str:
    return f"{' to '.join(f'{time / ns:g}' for time in times)} ns" if times else "none"


def _decayed(time: Array, life: float) -> Array:
    return np.asarray(-np.expm1(-np.maximum(time, 0.0) / life))


def _summed(time: Array, life: float) -> Array:
    """∫_0^t (1 − e^{−t/τ}) dt."""
    after = np.maximum(time, 0.0)
    return np.asarray(after + life * np.expm1(-after / life))

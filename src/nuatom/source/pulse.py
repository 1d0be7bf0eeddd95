"""When neutrinos of a pulsed beam on a target arrive, and how many of them within a window of time.

Protons come as p(t) with ∫ p dt = 1, pions decay at rest with τ_π = 26.0 ns and their muons with τ_μ = 2197 ns.  Of the
neutrinos of the pion (prompt) and of the muon (delayed) there have come until t

    F(t) = ∫ p(t') G(t − t') dt',      G_prompt = 1 − e^{−t/τ_π},      G_delayed = (τ_μ G_μ − τ_π G_π)/(τ_μ − τ_π),

and a window [a, b] has the fraction F(b) − F(a).  For a square pulse of the width w, G is integrated over it; for a
Gaussian of the width σ, F is Φ(t/σ) − exp(σ²/2τ² − t/τ) Φ(t/σ − σ/τ).  The time 0 is the start of a square pulse and
the middle of a Gaussian, as the detector sees it: the flight of the neutrinos is taken off.  With a period P a window
also has what comes from pulses before and after,

    Σ_n F(b + nP) − F(a + nP),

a geometric series once a pulse is over.  At periods of milliseconds that is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

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
_BEFORE, _AFTER = 6, 4  # periods in which even a Gaussian as wide as one has not begun, and is over


@dataclass(frozen=True)
class Pulse:
    """A pulse of protons.

    Args:
        width: of a square pulse; of a Gaussian the full width at half maximum; 0 for all at once [time].
        shape: "square" or "gaussian".
        period: from one pulse to the next [time]; without it there is one pulse alone, and the share of time that a
            window has is not known.
        bunches: when the parts of a pulse come, all of them alike, one at 0 by default [time].

    Raises:
        ValueError: for an unknown shape, times that are not finite, or negative, or a pulse that is longer than the
            period.
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
        bunches = _listed("the bunches of a pulse are times", self.bunches)
        if not bunches:
            raise ValueError("a pulse has one bunch at least: leave bunches out, or say when they come")
        for at in bunches:
            check_number("the time of a bunch", at)
        object.__setattr__(self, "bunches", tuple(float(at) for at in bunches))
        if self.period is None:
            return
        if self.width > self.period:
            raise ValueError(
                f"the width of a pulse, {self.width / ns:g} ns, is longer than the period of {self.period / ns:g} ns"
            )
        if max(self.bunches) - min(self.bunches) >= self.period:
            raise ValueError(
                f"the bunches of a pulse, {_told(sorted(self.bunches))}, do not fit into the period of "
                f"{self.period / ns:g} ns: all of them come before the next pulse"
            )

    def fractions(self, window: Sequence[float]) -> tuple[float, float]:
        """The fractions of prompt and of delayed neutrinos that arrive within a window.

        Args:
            window: from when to when [time].

        Raises:
            ValueError: for a window that does not ascend, is longer than the period, or has nothing in it.
        """
        start, stop = self._checked(window)
        fast, slow = self._within(start, stop, PION_LIFETIME), self._within(start, stop, MUON_LIFETIME)
        delayed = (MUON_LIFETIME * slow - PION_LIFETIME * fast) / (MUON_LIFETIME - PION_LIFETIME)
        prompt, delayed = (min(max(share, 0.0), 1.0) for share in (fast, delayed))
        if max(prompt, delayed) < _LEAST:
            raise ValueError(f"the window from {start / ns:g} to {stop / ns:g} ns has no neutrinos in it")
        return prompt, delayed

    def duty(self, window: Sequence[float]) -> float | None:
        """The share of all time that a window has, (b − a)/period; None if the period is not known.

        Raises:
            ValueError: for a window that does not ascend, or is longer than the period.
        """
        start, stop = self._checked(window)
        return None if self.period is None else (stop - start) / self.period

    def _checked(self, window: Sequence[float]) -> tuple[float, float]:
        ends = _listed("a window of time has a start and a later stop", window)
        for end in ends:
            check_number("an end of a window of time", end)
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise ValueError(f"a window of time has a start and a later stop, got {_told(ends)}")
        if self.period is not None and ends[1] - ends[0] > self.period * (1 + 1e-9):
            raise ValueError(
                f"the window of {(ends[1] - ends[0]) / ns:g} ns is longer than the period of {self.period / ns:g} ns"
            )
        return ends[0], ends[1]

    def _within(self, start: float, stop: float, life: float) -> float:
        """What comes from start to stop of a single decay, a mean over bunches."""
        low, high = start - np.asarray(self.bunches), stop - np.asarray(self.bunches)
        if self.period is None:
            return float(np.mean(self._smeared(high, life) - self._smeared(low, life)))
        # Counted from where the window begins within the period after a pulse.
        shift = (np.arange(-_BEFORE, _AFTER + 1)[:, None] - np.floor(low / self.period)) * self.period
        each = self._smeared(high + shift, life) - self._smeared(low + shift, life)
        # Of the last and all before it, each is less by e^{−P/τ}.
        each[-1] /= -np.expm1(-self.period / life)
        return float(each.sum(axis=0).mean())

    def _smeared(self, time: Array, life: float) -> Array:
        """F(t) of a single decay."""
        from scipy.special import exprel, log_ndtr, ndtr

        if self.width == 0.0:
            return np.asarray(-np.expm1(-np.maximum(time, 0.0) / life))
        if self.shape == "square":
            # exprel(x) is (e^x − 1)/x, so that no digits are lost of a short pulse.
            inside, beyond = np.clip(time, 0.0, self.width), np.maximum(time - self.width, 0.0)
            rising = inside / self.width * (1 - exprel(-inside / life))
            over = 1 - np.exp(-beyond / life) * exprel(-self.width / life)
            return np.asarray(np.where(time < self.width, rising, over))
        sigma = self.width * _OF_WIDTH
        z = time / sigma
        tail = np.exp(0.5 * (sigma / life) ** 2 - time / life + log_ndtr(z - sigma / life))
        return np.asarray(ndtr(z) - tail)


def _told(times: Sequence[float]) -> str:
    return f"{' to '.join(f'{time / ns:g}' for time in times)} ns" if times else "none"


def _listed(what: str, times: Any) -> list[Any]:
    """Several times, of whatever holds them."""
    try:
        return [time.item() if isinstance(time, np.generic) else time for time in times]
    except TypeError:
        raise ValueError(f"{what}, got {times!r}") from None

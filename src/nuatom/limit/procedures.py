"""How a value of a parameter is judged: the procedures that limits and intervals are set by.

With t_μ = D(μ) − D(best physical fit) the data are ordered, and a p-value is the probability of data no better.  Where
there are many events it has a closed form (Cowan, Cranmer, Gross and Vitells, Eur. Phys. J. C 71 (2011) 1554,
arXiv:1007.1727, called CCGV below); with few it is counted, exactly or in toys, from the same ordering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from nuatom.limit.polynomial import Array


class Procedure(Protocol):
    """How compatible a value of the parameter is with the data.

    A procedure of one's own inherits from this class, and gives ``p_value``; the rest has defaults.
    """

    least_band: ClassVar[int | None] = None
    """No limit is reported below this band of those expected without a signal, in standard deviations; None for any."""
    two_ends: ClassVar[bool] = True
    """Whether it may exclude from below as well; if not, it sets an upper limit and needs a lower bound."""

    def p_value(self, statistic: Array, upward: NDArray[np.bool_], asimov: Array) -> Array:
        """The p-value of μ where there are many events.

        Args:
            statistic: t_μ, any shape.
            upward: whether μ̂ > μ.
            asimov: q_A of μ, (μ − μ₀)²/σ²; infinite for a parameter without boundary.
        """
        ...

    def order(self, statistic: Array, upward: NDArray[np.bool_]) -> Array:
        """What data are ordered by, the greater the less compatible with μ: t_μ itself."""
        return statistic

    def from_tails(self, with_signal: Array, without: Array) -> Array:
        """The p-value from the probabilities of data no better than these, at μ and without a signal: the former."""
        return with_signal


class _FromAbove(Procedure):
    """Upper limits: q̃_μ is t where μ̂ ≤ μ, otherwise 0 (CCGV 16), because data above μ do not speak against it."""

    two_ends: ClassVar[bool] = False

    def order(self, statistic: Array, upward: NDArray[np.bool_]) -> Array:
        """q̃_μ."""
        return np.where(upward, 0.0, statistic)


@dataclass(frozen=True)
class OneSided(_FromAbove):
    """Upper limits from q̃_μ (CCGV 16, 64–66).

    F(q̃) = Φ(√q̃) up to q_A, Φ((q̃ + q_A)/(2√q_A)) beyond.  A 90 % limit is μ̂ + 1.28σ.  It covers exactly 90 %, and so
    for one experiment in ten without a signal it excludes every value; `Unified`, `Cls` and `PowerConstrained` do not.
    """

    def p_value(self, statistic: Array, upward: NDArray[np.bool_], asimov: Array) -> Array:
        """1 − F(q̃_μ | μ)."""
        return upper_tail(_one_sided_z(self.order(statistic, upward), asimov))


@dataclass(frozen=True)
class PowerConstrained(OneSided):
    """One-sided limits that claim no more than the experiment could see (Cowan et al., arXiv:1105.3166).

    A value of μ is excluded if the one-sided test excludes it, and if the test would do so in 16 % of experiments
    without a signal at least: the limit is the one-sided one, or the −1σ band of those expected where that is larger.
    """

    least_band: ClassVar[int | None] = -1


@dataclass(frozen=True)
class Cls(_FromAbove):
    """Upper limits from CL_s = p_μ/(1 − p_b) (Read, J. Phys. G 28 (2002) 2693) with q̃_μ.

    Never excludes what the experiment cannot tell from no signal, and covers more than it says.
    """

    def p_value(self, statistic: Array, upward: NDArray[np.bool_], asimov: Array) -> Array:
        """CL_s; the denominator is the same tail without a signal (CCGV 65, with μ' = 0)."""
        q = self.order(statistic, upward)
        root = np.sqrt(asimov)
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = np.where(asimov > 0, (q - asimov) / (2 * root), 0.0)
            without = np.where(q <= asimov, np.sqrt(q) - root, beyond)
        return self.from_tails(upper_tail(_one_sided_z(q, asimov)), upper_tail(without))

    def from_tails(self, with_signal: Array, without: Array) -> Array:
        """Their ratio."""
        return np.asarray(with_signal / np.maximum(without, 1e-300))


@dataclass(frozen=True)
class Unified(Procedure):
    """Intervals from t̃_μ (CCGV 11, 43–44), the ordering of Feldman and Cousins (Phys. Rev. D 57 (1998) 3873).

    F(t̃) = 2Φ(√t̃) − 1 up to q_A, Φ(√t̃) + Φ((t̃ + q_A)/(2√q_A)) − 1 beyond: the interval decides itself whether it has
    a lower end, and is never empty.  Without a boundary t is χ²₁.
    """

    def p_value(self, statistic: Array, upward: NDArray[np.bool_], asimov: Array) -> Array:
        """1 − F(t̃_μ | μ)."""
        # Both tails, μ̂ above μ and below it; the boundary changes only the latter, and there only t > q_A.
        return np.asarray(upper_tail(np.sqrt(statistic)) + upper_tail(_one_sided_z(statistic, asimov)))


def upper_tail(z: Array) -> Array:
    """1 − Φ(z)."""
    from scipy.special import ndtr

    return np.asarray(ndtr(-np.asarray(z)))


def _one_sided_z(statistic: Array, asimov: Array) -> Array:
    """Φ⁻¹ of F(q̃_μ | μ) (CCGV 65, 66)."""
    root = np.sqrt(asimov)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.where(asimov > 0, (statistic + asimov) / (2 * root), np.where(statistic > 0, np.inf, 0.0))
    return np.where(statistic <= asimov, np.sqrt(statistic), beyond)

"""What a certificate says: checks with number, reference, deviation and tolerance, and the figures behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from nuatom.certificate.pictures import Picture


class Status(Enum):
    """The verdict of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One comparison with an exact law, with a finer calculation, or with numbers from outside.

    Attributes:
        name: short and unique within a certificate.
        detail: what was compared, in which unit, and where it is worst.
        value: what was computed.
        reference: what it should be.
        deviation: how far it is off: value/reference − 1, or value − reference where the reference is zero.
        tolerance: how large the deviation may be, of either sign.
        status: the verdict; a skipped check neither passes nor fails, its numbers are zeros and say nothing.
        source: where the reference is from.
    """

    name: str
    detail: str
    value: float
    reference: float
    deviation: float
    tolerance: float
    status: Status
    source: str

    @property
    def passed(self) -> bool:
        """Whether the deviation is within the tolerance; False for a check that was skipped."""
        return self.status is Status.PASSED

    @property
    def failed(self) -> bool:
        """Whether the deviation is beyond the tolerance, or not a number."""
        return self.status is Status.FAILED


def judge(name: str, detail: str, value: float, reference: float, tolerance: float, source: str) -> Check:
    """The check of a value against a reference; the deviation is relative unless the reference is zero.

    Args:
        name, detail, source: words.
        value, reference: numbers in the same unit.
        tolerance: > 0.

    Raises:
        ValueError: for a tolerance that is not positive and finite, with which no verdict would mean anything.
    """
    if not 0 < tolerance < math.inf:
        raise ValueError(f"the tolerance of the check {name!r} must be positive and finite, not {tolerance!r}")
    value, reference = float(value), float(reference)
    deviation = value / reference - 1 if reference else value
    # Written so that a nan fails.
    status = Status.PASSED if abs(deviation) <= tolerance else Status.FAILED
    return Check(name, detail, value, reference, deviation, float(tolerance), status, source)


def skipped(name: str, reason: str, source: str) -> Check:
    """A check that could not be made here, with the reason."""
    return Check(name, f"skipped: {reason}", 0.0, 0.0, 0.0, 0.0, Status.SKIPPED, source)


@dataclass(frozen=True)
class Outcome:
    """What one group of checks found.

    Attributes:
        checks: in the order they are shown.
        pictures: the curves behind them.
    """

    checks: tuple[Check, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """All checks of one atom.

    Attributes:
        checks: in the order they are shown.
        pictures: the curves behind them.
    """

    checks: tuple[Check, ...]
    pictures: tuple[Picture, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there was a check and none failed; checks that were skipped do not count."""
        return any(check.passed for check in self.checks) and not any(check.failed for check in self.checks)


def carried_out(steps: Sequence[Callable[[], Outcome]], progress: Callable[[int, int], None] | None) -> Certificate:
    """The certificate of checks, made one after the other.

    Args:
        steps: what makes them.
        progress: called with (done, total).
    """
    from nuatom.response.partial_waves import one_blas_thread

    checks: list[Check] = []
    pictures: list[Picture] = []
    for done, step in enumerate(steps, start=1):
        # Their matrices are small: threads of BLAS would only wait for each other.
        with one_blas_thread():
            outcome = step()
        checks += outcome.checks
        pictures += outcome.pictures
        if progress is not None:
            progress(done, len(steps))
    return Certificate(tuple(checks), tuple(pictures))

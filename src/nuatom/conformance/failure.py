"""How a test of conformance fails."""

from __future__ import annotations


class ConformanceError(AssertionError):
    """A class does not do what its protocol asks; the message says what was expected and what came."""


def require(condition: object, expected: str, got: object = None) -> None:
    """Raise a `ConformanceError` unless the condition holds."""
    if not condition:
        came = "" if got is None else f"; got {got}"
        raise ConformanceError(f"expected {expected}{came}")

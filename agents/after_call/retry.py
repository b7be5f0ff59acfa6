"""When a delivery that failed is tried again, and what is said about it."""

import random

from ..store.errors import StoreUnavailable
from .finished import DeliveryFailed

FIRST_PAUSE_SECS = 1.0
LONGEST_PAUSE_SECS = 3_600.0
_GROWTH = 3
"""1, 3, 9, 27 s ... between tries, each up to a fifth more or less so that many don't come at once."""


def pause_secs(tries: int, error: Exception) -> float:
    """How long to wait after so many tries: longer each time, or as long as the receiver asked for."""
    grown = FIRST_PAUSE_SECS * _GROWTH ** min(tries - 1, 20)
    asked = error.retry_after_secs if isinstance(error, DeliveryFailed) else 0.0
    return min(max(grown * random.uniform(0.8, 1.2), asked), LONGEST_PAUSE_SECS)  # noqa: S311


def why(error: Exception) -> str:
    """For the log: a component's own errors may quote the meeting, so only their kind is told."""
    if isinstance(error, TimeoutError):
        return "the receiver took too long"
    return str(error) if isinstance(error, DeliveryFailed | StoreUnavailable) else type(error).__name__

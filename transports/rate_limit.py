"""How much a client may send, so that none of it piles up."""

import time
from collections.abc import Callable


class TokenBucket:
    """Lets through `per_sec` on average, and `burst` at once after a quiet time."""

    def __init__(self, per_sec: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_sec = per_sec
        self._burst = burst
        self._clock = clock
        self._left = burst
        self._filled_at = clock()

    def take(self, amount: float = 1.0) -> bool:
        """Whether this much may pass now."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._filled_at) * self._per_sec)
        self._filled_at = now
        if amount > self._left:
            return False
        self._left -= amount
        return True

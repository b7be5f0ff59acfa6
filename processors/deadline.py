"""The moment until which something has to happen."""

import asyncio
from collections.abc import Callable


class Deadline:
    """Calls once, unless it is met, or set anew, before."""

    def __init__(self, on_missed: Callable[[], None]) -> None:
        self._on_missed = on_missed
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether something is waited for."""
        return self._timer is not None

    def set(self, secs: float) -> None:
        """It has to happen within this time from now."""
        self.met()
        self._timer = asyncio.get_running_loop().call_later(secs, self._missed)

    def met(self) -> None:
        """It has happened, or is waited for no more."""
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()

    def _missed(self) -> None:
        self._timer = None
        self._on_missed()

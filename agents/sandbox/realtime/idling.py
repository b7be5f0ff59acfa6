"""Noticing that the user says nothing after an answer."""

import asyncio
from collections.abc import Awaitable, Callable

from .wire import Gone


class Idling:
    """Calls `elapse` when nobody has spoken for a while."""

    def __init__(self, elapse: Callable[[], Awaitable[None]]) -> None:
        self._elapse = elapse
        self._task: asyncio.Task[None] | None = None

    def arm(self, secs: float) -> None:
        """Counts from now."""
        self.disarm()
        self._task = asyncio.create_task(self._wait(secs))

    def disarm(self) -> None:
        """Somebody speaks, or nobody is there."""
        if self._task:
            self._task.cancel()
        self._task = None

    async def _wait(self, secs: float) -> None:
        await asyncio.sleep(secs)
        self._task = None
        try:
            await self._elapse()
        except Gone:
            return

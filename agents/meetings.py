"""The life of meetings, as far as calls move it."""

import asyncio

from loguru import logger

from .services import Services

CLOSE_SECS = 5.0
"""How long the end of the server waits for a database that is away."""


class Meetings:
    """Knows which meetings have a call in this process, and ends them when they are over."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._calls: dict[str, int] = {}
        self._waits: dict[str, asyncio.Task[None]] = {}
        self._endings: set[asyncio.Task[None]] = set()

    async def join(self, meeting_id: str) -> bool:
        """A call begins; False if the meeting is over."""
        if not await self._services.store.begin(meeting_id):
            return False
        wait = self._waits.pop(meeting_id, None)
        if wait:
            wait.cancel()
        self._calls[meeting_id] = self._calls.get(meeting_id, 0) + 1
        await self._services.local.call_started(meeting_id)
        return True

    def leave(self, meeting_id: str, *, may_rejoin: bool) -> None:
        """A call is over; its meeting too, unless another call of it goes on or may come back.

        Nobody waits for the database here: a call's place is free at once.
        """
        self._calls[meeting_id] -= 1
        if self._calls[meeting_id]:
            return
        del self._calls[meeting_id]
        if may_rejoin:
            self._waits[meeting_id] = asyncio.create_task(self._finish_later(meeting_id))
        else:
            self._end(meeting_id)

    async def close(self) -> None:
        """Ends the meetings whose lost connections nobody can come back to any more."""
        for meeting_id, wait in self._waits.items():
            wait.cancel()
            self._end(meeting_id)
        self._waits.clear()
        if self._endings:
            await asyncio.wait(self._endings, timeout=CLOSE_SECS)

    def _end(self, meeting_id: str) -> None:
        ending = asyncio.create_task(self._finish(meeting_id))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    async def _finish_later(self, meeting_id: str) -> None:
        await asyncio.sleep(self._services.settings.server.rejoin_secs)
        del self._waits[meeting_id]
        await self._finish(meeting_id)

    async def _finish(self, meeting_id: str) -> None:
        try:
            await self._services.store.finish(meeting_id)
            await self._services.local.call_over(meeting_id)
        except Exception as error:
            logger.error("meeting {} could not be closed: {}", meeting_id, type(error).__name__)

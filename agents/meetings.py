"""The life of meetings, as far as calls move it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from loguru import logger

from .after_call.finished import EndedBy
from .refusal import Refusal
from .services import Services
from .store.errors import StoreUnavailable

BEGIN_SECS = 3.0
"""How long a caller waits at the door for a database that is busy."""

CLOSE_SECS = 5.0
"""How long the end of the server waits for a database that is away."""


@dataclass(frozen=True)
class Party:
    """Who talks in a call."""

    agent: str
    user: str


class Stay:
    """A call's part in a meeting; `may_rejoin` and `ended_by` say how its end is meant."""

    may_rejoin = True
    ended_by: EndedBy = "lost"


class Meetings:
    """Knows which meetings have a call in this process, and ends them when they are over."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._calls: Counter[str] = Counter()
        self._waits: dict[str, asyncio.Task[None]] = {}
        self._endings: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def joined(self, meeting_id: str, party: Party) -> AsyncIterator[Stay]:
        """A call is part of the meeting while this lasts.

        At its end the meeting is over, unless another call of it goes on or this one may come back.
        The call counts before the database is asked, so that an end that is due meanwhile is not
        made behind its back.

        Raises:
            Refusal: 409 `meeting_over`.
            StoreUnavailable: the database is away.
        """
        stay = Stay()
        self._calls[meeting_id] += 1
        if wait := self._waits.pop(meeting_id, None):
            wait.cancel()
        try:
            await self._begin(meeting_id, party)
            yield stay
        finally:
            self._leave(meeting_id, stay)

    async def close(self) -> None:
        """Ends the meetings whose lost connections nobody can come back to any more."""
        for meeting_id, wait in self._waits.items():
            wait.cancel()
            self._end(meeting_id, "lost")
        self._waits.clear()
        if self._endings:
            await asyncio.wait(self._endings, timeout=CLOSE_SECS)

    async def _begin(self, meeting_id: str, party: Party) -> None:
        try:
            async with asyncio.timeout(BEGIN_SECS):
                begun = await self._services.store.begin(meeting_id)
        except TimeoutError:
            raise StoreUnavailable("the database takes no meeting at the moment") from None
        if not begun:
            raise Refusal("meeting_over", "This meeting is over; start a new one.")
        await self._services.deliveries.meeting_begun(meeting_id, party.agent, party.user)

    def _leave(self, meeting_id: str, stay: Stay) -> None:
        """Nobody waits for the database here: a call's place is free at once."""
        self._calls[meeting_id] -= 1
        if self._calls[meeting_id]:
            return
        del self._calls[meeting_id]
        if stay.may_rejoin:
            self._waits[meeting_id] = asyncio.create_task(self._end_later(meeting_id))
        else:
            self._end(meeting_id, stay.ended_by)

    async def _end_later(self, meeting_id: str) -> None:
        await asyncio.sleep(self._services.settings.server.rejoin_secs)
        del self._waits[meeting_id]
        await self._finish(meeting_id, "lost")

    def _end(self, meeting_id: str, ended_by: EndedBy) -> None:
        ending = asyncio.create_task(self._finish(meeting_id, ended_by))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    async def _finish(self, meeting_id: str, ended_by: EndedBy) -> None:
        if meeting_id in self._calls:
            return
        try:
            await self._services.store.finish(meeting_id)
            await self._services.deliveries.meeting_over(meeting_id, ended_by)
        except Exception as error:
            logger.error("meeting {} could not be closed: {}", meeting_id, type(error).__name__)

"""One session of the realtime API, to converse or to transcribe: opened, set up, read."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from ..faults import StageFault
from .connection import Event, RealtimeConnection
from .errors import SessionExpired, fault_of
from .events import read_event

Connect = Callable[[], Awaitable[RealtimeConnection]]


class Session:
    """An open connection that is set up as somebody wished."""

    def __init__(self, connection: RealtimeConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, connect: Connect, wishes: Event, within_secs: float) -> Self:
        """Connects, and waits until the wishes, the `session` of a `session.update`, are understood.

        Raises:
            Exception: why there is no session, fit for `describe`.
        """
        async with asyncio.timeout(within_secs):
            session = cls(await connect())
            try:
                await session._set_up(wishes)
            except BaseException:
                await session.close()
                raise
        return session

    async def close(self) -> None:
        """Ends it; returns soon even if nobody is there any more."""
        await self._connection.close()

    async def send(self, event: Event) -> None:
        """Says something to the other side.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        await self._connection.send(event)

    async def append(self, audio: bytes) -> None:
        """Sends audio at `MODEL_RATE_HZ`.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        await self._connection.append(audio)

    async def receive(self) -> Event:
        """What the other side says next, `error` included.

        Raises:
            SessionExpired: it has told that the session is over because of its age.
            StageFault: the connection is over (`cut_off`), or what came is no event (`malformed`).
        """
        event = read_event(await self._connection.receive())
        if event is None:
            raise StageFault("malformed", request_id=self._connection.request_id)
        fault = self.fault_of(event.get("error")) if event["type"] == "error" else None
        if isinstance(fault, SessionExpired):
            raise fault
        return event

    def fault_of(self, error: object) -> StageFault:
        """What the `error` of an event means: of an `error`, a failed transcription or a failed response."""
        return fault_of(error, self._connection.request_id)

    async def _set_up(self, wishes: Event) -> None:
        await self.send({"type": "session.update", "session": wishes})
        while (event := await self.receive())["type"] != "session.updated":
            if event["type"] == "error":
                raise self.fault_of(event.get("error"))

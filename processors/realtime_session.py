"""One session with a realtime model: set up, given the conversation so far, then heard and told."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from ..agents.faults import StageFault
from ..agents.realtime.connection import MODEL_RATE_HZ, Event, RealtimeConnection
from ..agents.realtime.errors import fault_of
from ..agents.words import Words

TRANSCRIPTION = "conversation.item.input_audio_transcription."
"""What the events begin with that tell what the user said."""

Connect = Callable[[], Awaitable[RealtimeConnection]]


class RealtimeSession:
    """An open connection that is set up to converse."""

    def __init__(self, connection: RealtimeConnection) -> None:
        self._connection = connection
        self.words: dict[str, Words] = {}
        """What the user said in it, by the item; some of it is still to be written down."""
        self.interims: dict[str, str] = {}
        """What is written down of it so far."""
        self.heard_secs = 0.0
        """How much sound it was sent."""

    @classmethod
    async def open(cls, connect: Connect, wishes: Event, within_secs: float) -> "RealtimeSession":
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
        """Ends it; of what the user said there is as much as was written down."""
        for item_id in self.words:
            self.settle(item_id)
        await self._connection.close()

    def settle(self, item_id: str) -> None:
        """No more is expected of an item's transcript."""
        self.words[item_id].know(self.interims.get(item_id, "").strip())

    async def send(self, what: bytes | Event) -> None:
        """Says something to the model: an event, or audio at the model's rate.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        if isinstance(what, bytes):
            await self._connection.append(what)
            self.heard_secs += len(what) / (2 * MODEL_RATE_HZ)
        else:
            await self._connection.send(what)

    async def receive(self) -> Event:
        """What the model says next.

        Raises:
            StageFault: the connection is over (`cut_off`), or what came is no event (`malformed`).
        """
        message = await self._connection.receive()
        try:
            event = json.loads(message)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise StageFault("malformed", request_id=self._connection.request_id)
        return event

    def fault_of(self, error: object) -> StageFault:
        """What the `error` of an event means."""
        return fault_of(error, self._connection.request_id)

    async def _set_up(self, wishes: Event) -> None:
        await self.send({"type": "session.update", "session": wishes})
        while (event := await self.receive())["type"] != "session.updated":
            if event["type"] == "error":
                raise self.fault_of(event.get("error"))

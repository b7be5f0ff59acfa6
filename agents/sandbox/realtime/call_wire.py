"""A session over WebRTC: events on a data channel, sound on tracks."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from ...realtime.end import realtime_end
from .events import Event
from .wire import Gone

_CONNECT_SECS = 10.0


class CallWire:
    """A `Wire` to a client that has sent an offer.

    Whoever holds it sets `fetch`, what is to be played, and `hear`, what becomes of the microphone.
    """

    apart = True

    def __init__(self) -> None:
        self.fetch: Callable[[int], bytes] = bytes
        self.hear: Callable[[bytes], Awaitable[None]] = _ignore
        self._received: asyncio.Queue[str | None] = asyncio.Queue()
        self._end = realtime_end(
            lambda size: self.fetch(size), self._listen, self._received.put_nowait, self._gone
        )
        self._dropping: asyncio.Task[None] | None = None

    async def answer(self, offer: str) -> str:
        """Our description.

        Raises:
            ValueError: it is no offer of sound and a data channel.
        """
        return await self._end.answer(offer)

    async def until_open(self) -> None:
        """Waits for the client.

        Raises:
            Gone: it does not come.
        """
        try:
            async with asyncio.timeout(_CONNECT_SECS):
                await self._end.until_open()
        except (TimeoutError, ConnectionError):
            raise Gone from None

    async def until_gone(self) -> None:
        """Waits for the client to go, and takes no notice of it."""
        with contextlib.suppress(Gone):
            while True:
                await self.receive()

    async def send(self, said: Event | str) -> None:
        """See `Wire.send`."""
        try:
            self._end.send(said if isinstance(said, str) else json.dumps(said))
        except (ConnectionError, ValueError):  # also what is too long for a data channel
            self._gone()
            raise Gone from None

    async def receive(self) -> str | None:
        """See `Wire.receive`."""
        text = await self._received.get()
        if text is None:
            self._gone()
            raise Gone
        return text

    def drop(self) -> None:
        """See `Wire.drop`."""
        self._gone()
        self._dropping = asyncio.create_task(self._end.close())

    async def close(self) -> None:
        """Ends it; nothing of it is left."""
        await self._end.close()
        if self._dropping:
            await self._dropping

    async def _listen(self, pcm: bytes) -> None:
        with contextlib.suppress(Gone):
            await self.hear(pcm)

    def _gone(self) -> None:
        self._received.put_nowait(None)


async def _ignore(_: Any) -> None:
    return None

"""A track that sends sound in real time."""

import asyncio
from collections.abc import Callable

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from ..pace import on_the_clock
from .sound import PACKET_SECS, Framing, packet_bytes


class PacedTrack(MediaStreamTrack):
    """Fetches 20 ms of sound every 20 ms, by an absolute clock: what was late is caught up with.

    `fetch` is asked for so many bytes, mono s16le at `rate_hz`, and gives as many.
    """

    kind = "audio"

    def __init__(self, rate_hz: int, fetch: Callable[[int], bytes]) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = packet_bytes(rate_hz)
        self._framing = Framing(rate_hz)
        self._due: float | None = None

    async def recv(self) -> AudioFrame:
        """The next 20 ms, when it is time for them.

        Raises:
            MediaStreamError: the track was stopped.
        """
        await self._until_due()
        if self.readyState != "live":
            raise MediaStreamError
        return self._framing.frame(self._fetch(self._size))

    async def _until_due(self) -> None:
        now = asyncio.get_running_loop().time()
        due = now if self._due is None else on_the_clock(self._due, now)
        self._due = due + PACKET_SECS
        await asyncio.sleep(max(0.0, due - now))

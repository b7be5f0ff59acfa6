"""The agent's voice on its way into Opus."""

import asyncio

from ..agents.webrtc.paced_track import PacedTrack
from ..agents.wire import VOICE_SAMPLE_RATE_HZ

LEAD_SECS = 0.04
"""How much waits here at most: what a busy machine may be late without a gap in a word, and what
nobody can take back without `drop`."""

_LEAD_BYTES = int(LEAD_SECS * VOICE_SAMPLE_RATE_HZ) * 2


class VoiceTrack(PacedTrack):
    """24 kHz mono at the pace at which it is heard, with silence where nothing is said.

    In place of Pipecat's `RawAudioTrack`, which waits for a piece to be sent before it takes the next,
    so that a loop that is 10 ms late clicks, which goes by the wall clock, and which encodes each 20 ms
    in two trips to a thread.
    """

    def __init__(self) -> None:
        super().__init__(VOICE_SAMPLE_RATE_HZ, self._take)
        self._queued = bytearray()
        self._has_room = asyncio.Event()

    async def put(self, pcm: bytes) -> bool:
        """Takes signed 16 bit audio once there is room; False where nothing is sent any more."""
        while self.readyState == "live" and len(self._queued) >= _LEAD_BYTES:
            self._has_room.clear()
            await self._has_room.wait()
        if self.readyState != "live":
            return False
        self._queued += pcm
        return True

    def drop(self) -> None:
        """Forgets what has not been sent yet."""
        self._queued.clear()
        self._has_room.set()

    def stop(self) -> None:
        """Takes and sends nothing any more."""
        super().stop()
        self.drop()

    def _take(self, size: int) -> bytes:
        pcm = bytes(self._queued[:size])
        del self._queued[:size]
        self._has_room.set()
        return pcm.ljust(size, b"\0")

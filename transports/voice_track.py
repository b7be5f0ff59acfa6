"""The agent's voice on its way into Opus."""

import asyncio
from fractions import Fraction

import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from ..agents.wire import VOICE_SAMPLE_RATE_HZ
from .pace import on_the_clock

PIECE_SECS = 0.02
"""One packet of Opus."""

PIECE_SAMPLES = int(PIECE_SECS * VOICE_SAMPLE_RATE_HZ)
LEAD_SECS = 0.04
"""How much waits here at most: what a busy machine may be late without a gap in a word, and what
nobody can take back without `drop`."""

PRIMING_SAMPLES = 24
"""The resampler to 48 kHz keeps back 16 samples. With these in the first piece each one comes out at
once, and not with the one after it, 20 ms later."""

_LEAD_BYTES = int(LEAD_SECS * VOICE_SAMPLE_RATE_HZ) * 2


class VoiceTrack(MediaStreamTrack):
    """24 kHz mono at the pace at which it is heard, with silence where nothing is said.

    In place of Pipecat's `RawAudioTrack`, which waits for a piece to be sent before it takes the next,
    so that a loop that is 10 ms late clicks, which goes by the wall clock, and which encodes each 20 ms
    in two trips to a thread.
    """

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._queued = bytearray()
        self._has_room = asyncio.Event()
        self._sent_samples = 0
        self._due: float | None = None

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

    async def recv(self) -> AudioFrame:
        """The next 20 ms, when they are due."""
        if self.readyState != "live":
            raise MediaStreamError
        await self._wait_until_due()
        return self._frame(self._take())

    def stop(self) -> None:
        """Takes and sends nothing any more."""
        super().stop()
        self.drop()

    async def _wait_until_due(self) -> None:
        now = asyncio.get_running_loop().time()
        due = now if self._due is None else on_the_clock(self._due, now)
        self._due = due + PIECE_SECS
        await asyncio.sleep(max(0.0, due - now))

    def _take(self) -> bytes:
        count = PIECE_SAMPLES + (0 if self._sent_samples else PRIMING_SAMPLES)
        pcm = bytes(self._queued[: count * 2])
        del self._queued[: count * 2]
        self._has_room.set()
        return pcm.ljust(count * 2, b"\0")

    def _frame(self, pcm: bytes) -> AudioFrame:
        frame = AudioFrame.from_ndarray(np.frombuffer(pcm, dtype=np.int16)[None, :], layout="mono")
        frame.sample_rate = VOICE_SAMPLE_RATE_HZ
        frame.time_base = Fraction(1, VOICE_SAMPLE_RATE_HZ)
        frame.pts = self._sent_samples
        self._sent_samples += len(pcm) // 2
        return frame

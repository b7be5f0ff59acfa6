"""An open microphone: one frame every 20 ms, silence where nobody speaks."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from ..wire import MIC_SAMPLE_RATE_HZ
from .speech import audible_samples, leading_samples

FRAME_SECS = 0.02
FRAME_BYTES = 640
_SILENCE = bytes(FRAME_BYTES)


class Utterance:
    """Audio on its way through the microphone, frame by frame.

    `speech_start_secs` is when its first audible sample was spoken, `speech_end_secs` when its last
    was (its last sample, if none is audible), both None until then. `over` says that all of it is sent.
    """

    def __init__(self, pcm: bytes) -> None:
        self._pcm = pcm + bytes(-len(pcm) % FRAME_BYTES)
        self._speech_bytes = 2 * (audible_samples(pcm) or len(pcm) // 2)
        self._lead_bytes = 2 * leading_samples(pcm)
        self._position = 0
        self.speech_start_secs: float | None = None
        self.speech_end_secs: float | None = None

    @property
    def over(self) -> bool:
        """Whether all of it is sent."""
        return self._position >= len(self._pcm)

    def next_frame(self, now_secs: float) -> bytes:
        """The next 20 ms, which end now: a microphone hands over what it has just heard."""
        frame = self._pcm[self._position : self._position + FRAME_BYTES]
        self._position += len(frame)
        if self.speech_start_secs is None and self._position > self._lead_bytes:
            self.speech_start_secs = self._spoken_at(self._lead_bytes, now_secs)
        if self.speech_end_secs is None and self._position >= self._speech_bytes:
            self.speech_end_secs = self._spoken_at(self._speech_bytes, now_secs)
        return frame

    def _spoken_at(self, position: int, now_secs: float) -> float:
        return now_secs - (self._position - position) / 2 / MIC_SAMPLE_RATE_HZ


class Microphone:
    """Sends what is played into it at exactly real time, and silence in between.

    A frame that is late (a busy machine) is followed by the next ones at once until time is made up,
    as a sound card would.
    """

    def __init__(
        self, send: Callable[[bytes], Awaitable[None]], now: Callable[[], float], spoken: Callable[[], None]
    ) -> None:
        self._send = send
        self._now = now
        self._spoken = spoken
        self._queue: deque[Utterance] = deque()
        self.muted = False
        """While muted nothing is sent, not even silence; what is played meanwhile is lost."""

    def play(self, utterance: Utterance) -> None:
        """Speaks it after what is being spoken already."""
        self._queue.append(utterance)

    async def run(self) -> None:
        """Sends until it is cancelled or the sending fails."""
        due_secs = self._now()
        while True:
            frame = self._frame()
            if not self.muted:
                await self._send(frame)
            due_secs += FRAME_SECS
            await asyncio.sleep(due_secs - self._now())

    def _frame(self) -> bytes:
        if not self._queue:
            return _SILENCE
        frame = self._queue[0].next_frame(self._now())
        if self._queue[0].over:
            self._queue.popleft()
            self._spoken()
        return frame

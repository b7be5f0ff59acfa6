"""A track that sends sound in real time."""

import asyncio
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from .connection import MODEL_RATE_HZ

FRAME_BYTES = MODEL_RATE_HZ // 50 * 2
"""20 ms."""

_FRAME_SECS = 0.02
_OPUS_RATE_HZ = 48_000
_OPUS_SAMPLES = _OPUS_RATE_HZ // 50
_LATE_SECS = 1.0


class PacedTrack(MediaStreamTrack):
    """Fetches 20 ms of sound every 20 ms, by an absolute clock: what was late is caught up with.

    `fetch` is asked for so many bytes, mono s16le at `MODEL_RATE_HZ`. They are brought to Opus' own
    rate here: left to the encoder, that costs a whole frame of delay.
    """

    kind = "audio"

    def __init__(self, fetch: Callable[[int], bytes]) -> None:
        super().__init__()
        self._fetch = fetch
        self._resampler = AudioResampler(format="s16", layout="mono", rate=_OPUS_RATE_HZ)
        self._ready = np.zeros(0, np.int16)
        self._sent = 0
        self._start: float | None = None

    async def recv(self) -> AudioFrame:
        """The next 20 ms, when it is time for them.

        Raises:
            MediaStreamError: the track was stopped.
        """
        await self._until_due()
        if self.readyState != "live":
            raise MediaStreamError
        frame = AudioFrame.from_ndarray(self._next()[None, :], format="s16", layout="mono")
        frame.sample_rate = _OPUS_RATE_HZ
        frame.pts = self._sent * _OPUS_SAMPLES
        frame.time_base = Fraction(1, _OPUS_RATE_HZ)
        self._sent += 1
        return frame

    async def _until_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._start is None or now - self._due(self._start) > _LATE_SECS:
            self._start = now - self._sent * _FRAME_SECS
        await asyncio.sleep(max(0.0, self._due(self._start) - now))

    def _due(self, start: float) -> float:
        return start + self._sent * _FRAME_SECS

    def _next(self) -> np.ndarray:
        samples = np.frombuffer(self._fetch(FRAME_BYTES), "<i2").astype(np.int16)
        frame = AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = MODEL_RATE_HZ
        resampled = [each.to_ndarray()[0] for each in self._resampler.resample(frame)]
        ready = np.concatenate([self._ready, *resampled])
        if ready.size < _OPUS_SAMPLES:  # once, at the start: the resampler's own delay
            ready = np.concatenate([np.zeros(_OPUS_SAMPLES - ready.size, np.int16), ready])
        self._ready = ready[_OPUS_SAMPLES:]
        return ready[:_OPUS_SAMPLES]

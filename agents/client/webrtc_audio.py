"""A caller's sound on its way to and from a WebRTC peer."""

import asyncio

import numpy as np
import soxr
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from ..webrtc.sound import Framing
from ..wire import MIC_SAMPLE_RATE_HZ
from .microphone import FRAME_BYTES

_CODEC_NOISE_PEAK = 8
"""What Opus makes of digital silence stays below it (2 measured, in the half second after a word)."""

_PAUSE_FRAMES = 10
"""For so many frames of 20 ms silence belongs to the speech before it."""


class MicrophoneTrack(MediaStreamTrack):
    """Sends what it is handed, frame by frame, when it is handed it: the microphone keeps the time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()
        self._begun = b""
        self._framing = Framing(MIC_SAMPLE_RATE_HZ)

    def hear(self, pcm: bytes, sample_rate_hz: int) -> None:
        """Takes mono s16le of any length; what does not fill 20 ms waits for more."""
        self._begun += _at_mic_rate(pcm, sample_rate_hz)
        while len(self._begun) >= FRAME_BYTES:
            self._frames.put_nowait(self._begun[:FRAME_BYTES])
            self._begun = self._begun[FRAME_BYTES:]

    async def recv(self) -> AudioFrame:
        """The next 20 ms, once there are any."""
        if self.readyState != "live":
            raise MediaStreamError
        return self._framing.frame(await self._frames.get())


def _at_mic_rate(pcm: bytes, sample_rate_hz: int) -> bytes:
    if sample_rate_hz == MIC_SAMPLE_RATE_HZ:
        return pcm
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
    return soxr.resample(samples, sample_rate_hz, MIC_SAMPLE_RATE_HZ).tobytes()


class SpokenParts:
    """The agent's voice out of a track that runs all the time."""

    def __init__(self) -> None:
        self._silent_frames = _PAUSE_FRAMES

    def voice_in(self, pcm: bytes) -> bytes:
        """The voice in a frame; nothing where the agent has been silent for a while.

        Silence comes out as zeros, for the codec's own noise is no sound.
        """
        if np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)).max(initial=0) > _CODEC_NOISE_PEAK:
            self._silent_frames = 0
            return pcm
        self._silent_frames += 1
        return bytes(len(pcm)) if self._silent_frames <= _PAUSE_FRAMES else b""

"""Sound on its way to and from a WebRTC peer, with none of the delays that a person would not notice."""

import asyncio
from fractions import Fraction

import av
import numpy as np
import soxr
from aiortc import MediaStreamTrack
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RtpPacket
from aiortc.utils import uint16_gt

from ..wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ
from .microphone import FRAME_BYTES

_AHEAD = bytes(2 * MIC_SAMPLE_RATE_HZ // 500)
"""2 ms that the encoder's resampler keeps back; without them each packet waits for the next frame."""

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
        self._sent_samples = 0

    def hear(self, pcm: bytes, sample_rate_hz: int) -> None:
        """Takes mono s16le of any length; what does not fill 20 ms waits for more."""
        self._begun += _at_mic_rate(pcm, sample_rate_hz)
        while len(self._begun) >= FRAME_BYTES:
            self._frames.put_nowait(self._begun[:FRAME_BYTES])
            self._begun = self._begun[FRAME_BYTES:]

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms, once there are any."""
        if self.readyState != "live":
            raise MediaStreamError
        pcm = await self._frames.get()
        return self._as_frame(pcm if self._sent_samples else _AHEAD + pcm)

    def _as_frame(self, pcm: bytes) -> av.AudioFrame:
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.planes[0].update(pcm)
        frame.sample_rate = MIC_SAMPLE_RATE_HZ
        frame.time_base = Fraction(1, MIC_SAMPLE_RATE_HZ)
        frame.pts = self._sent_samples
        self._sent_samples += frame.samples
        return frame


def _at_mic_rate(pcm: bytes, sample_rate_hz: int) -> bytes:
    if sample_rate_hz == MIC_SAMPLE_RATE_HZ:
        return pcm
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
    return soxr.resample(samples, sample_rate_hz, MIC_SAMPLE_RATE_HZ).tobytes()


class VoiceOfTrack:
    """The agent's voice out of a track that runs all the time, as 24 kHz mono s16le."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler("s16", "mono", VOICE_SAMPLE_RATE_HZ)
        self._silent_frames = _PAUSE_FRAMES

    def take(self, frame: av.AudioFrame) -> bytes:
        """The voice in a frame; nothing where the agent has been silent for a while.

        Silence comes out as zeros, for the codec's own noise is no sound.
        """
        pcm = b"".join(part.to_ndarray().tobytes() for part in self._resampler.resample(frame))
        if np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)).max(initial=0) > _CODEC_NOISE_PEAK:
            self._silent_frames = 0
            return pcm
        self._silent_frames += 1
        return bytes(len(pcm)) if self._silent_frames <= _PAUSE_FRAMES else b""


class Undelayed(JitterBuffer):
    """Hands over each packet as it comes; one that was overtaken is dropped.

    aiortc keeps four packets back, 80 ms, so that a listener hears no gap. Here the time of arrival is
    what is wanted, and the recording puts each frame where it belongs.
    """

    def __init__(self) -> None:
        super().__init__(capacity=1)
        self._newest: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """The frame in this packet, for a packet of Opus is a frame."""
        if self._newest is not None and not uint16_gt(packet.sequence_number, self._newest):
            return False, None
        self._newest = packet.sequence_number
        return False, JitterFrame(packet._data, packet.timestamp)  # type: ignore[attr-defined]


def undelay(receiver: RTCRtpReceiver) -> None:
    """Takes the waiting out of a receiver of audio; aiortc has no setting for it."""
    receiver._RTCRtpReceiver__jitter_buffer = Undelayed()  # type: ignore[attr-defined]

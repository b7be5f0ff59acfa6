"""Mono s16le on its way into aiortc's frames of sound, and out of them."""

from collections.abc import AsyncIterator
from fractions import Fraction

import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

PACKET_SECS = 0.02
"""One packet of Opus."""

_AHEAD = bytes(2 * 24)
"""The encoder's resampler to 48 kHz keeps back 16 samples, whatever the rate. With these in the first frame
each comes out at once, and not with the one after it, 20 ms later."""


class Framing:
    """Makes the frames of one track, one after the other in time.

    Both channels of a frame carry the sound: of a single one the encoder makes two itself, each 3 dB down.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._samples = 0

    def frame(self, pcm: bytes) -> AudioFrame:
        """The next frame; the first is a little longer than what it is given."""
        pcm = pcm if self._samples else _AHEAD + pcm
        both = np.frombuffer(pcm, dtype="<i2").repeat(2)
        frame = AudioFrame(format="s16", layout="stereo", samples=len(pcm) // 2)
        frame.planes[0].update(both.tobytes())
        frame.sample_rate = self._rate_hz
        frame.time_base = Fraction(1, self._rate_hz)
        frame.pts = self._samples
        self._samples += frame.samples
        return frame


def packet_bytes(rate_hz: int) -> int:
    """The size of what one packet of Opus holds."""
    return rate_hz // 50 * 2


async def sound_of(track: MediaStreamTrack, rate_hz: int) -> AsyncIterator[bytes]:
    """What comes in on a track, packet by packet (20 ms as a rule), until the track ends."""
    resampler = AudioResampler(format="s16", layout="mono", rate=rate_hz)
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        assert isinstance(frame, AudioFrame), "an audio track carries audio"
        frame.pts = None  # a lost packet leaves a gap in time, of which the resampler need not know
        pcm = b"".join(each.to_ndarray().tobytes() for each in resampler.resample(frame))
        if pcm:
            yield pcm

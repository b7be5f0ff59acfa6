"""What comes in on a track, as PCM."""

from collections.abc import AsyncIterator

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from .connection import MODEL_RATE_HZ


async def sound_of(track: MediaStreamTrack) -> AsyncIterator[bytes]:
    """Mono s16le at `MODEL_RATE_HZ`, packet by packet (20 ms as a rule), until the track ends."""
    resampler = AudioResampler(format="s16", layout="mono", rate=MODEL_RATE_HZ)
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

"""Sound leaves a track piece by piece, each as one packet, none late, and none after its end."""

from fractions import Fraction

import numpy as np
import pytest
from aiortc.codecs.opus import OpusEncoder
from aiortc.mediastreams import MediaStreamError
from turnwise.agents.webrtc import paced_track
from turnwise.agents.webrtc.paced_track import PacedTrack

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _no_time(monkeypatch):
    """Every piece is due at once."""
    monkeypatch.setattr(paced_track, "PACKET_SECS", 0.0)


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
async def test_each_piece_becomes_one_packet_at_once(rate_hz):
    track, encoder = PacedTrack(rate_hz, bytes), OpusEncoder()
    encoded = [encoder.encode(await track.recv()) for _ in range(20)]
    assert [len(packets) for packets, _ in encoded] == [1] * 20
    assert [timestamp for _, timestamp in encoded] == [number * 960 for number in range(20)]


async def test_what_is_fetched_comes_out_whole_and_time_goes_on():
    sound = np.arange(1, 48 * 30 + 1, dtype="<i2").tobytes()
    left = bytearray(sound)

    def fetch(size: int) -> bytes:
        piece = bytes(left[:size])
        del left[:size]
        return piece

    track = PacedTrack(24_000, fetch)
    frames = [await track.recv() for _ in range(3)]
    left, right = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames]).T
    assert left.tobytes().lstrip(b"\0") == right.tobytes().lstrip(b"\0") == sound.lstrip(b"\0")
    assert [frame.pts for frame in frames] == [0, frames[0].samples, frames[0].samples + 480]
    assert frames[0].time_base == Fraction(1, 24_000)


async def test_a_track_that_was_stopped_sends_nothing():
    track = PacedTrack(24_000, bytes)
    await track.recv()
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()

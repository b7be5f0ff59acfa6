"""The voice goes out piece by piece, none late, none lost, and what is not wanted any more not at all."""

import asyncio

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from turnwise.agents.webrtc import paced_track
from turnwise.agents.wire import VOICE_SAMPLE_RATE_HZ
from turnwise.transports.voice_track import LEAD_SECS, VoiceTrack

pytestmark = pytest.mark.anyio
CHUNK = np.arange(1, 481, dtype=np.int16).tobytes()


@pytest.fixture(autouse=True)
def _no_time(monkeypatch):
    """Every piece is due at once."""
    monkeypatch.setattr(paced_track, "PACKET_SECS", 0.0)


def sound(frame):
    left, right = frame.to_ndarray().reshape(-1, 2).T
    assert (left == right).all()
    return left.tobytes()


async def test_where_nothing_is_said_there_is_silence():
    track = VoiceTrack()
    frames = [await track.recv() for _ in range(3)]
    assert not any(np.any(frame.to_ndarray()) for frame in frames)
    assert [frame.samples for frame in frames[1:]] == [480, 480]


async def test_what_is_put_comes_out_whole_and_in_order():
    track, heard = VoiceTrack(), b""
    speaking = asyncio.create_task(_say(track, 50))
    for _ in range(60):
        heard += sound(await track.recv())
        await asyncio.sleep(0)
    assert await speaking
    assert heard.strip(b"\0") == (CHUNK * 50).strip(b"\0")


async def test_no_more_waits_here_than_the_lead():
    track = VoiceTrack()
    speaking = asyncio.create_task(_say(track, 50))
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(track._queued) / 2 / VOICE_SAMPLE_RATE_HZ <= LEAD_SECS
    speaking.cancel()


async def test_an_interruption_leaves_nothing_to_be_heard():
    track = VoiceTrack()
    await track.put(CHUNK * 2)
    track.drop()
    assert not np.any((await track.recv()).to_ndarray())
    assert await track.put(CHUNK)


async def test_who_waits_for_room_learns_that_the_track_has_stopped():
    track = VoiceTrack()
    speaking = asyncio.create_task(_say(track, 50))
    await asyncio.sleep(0)
    track.stop()
    assert await asyncio.wait_for(speaking, 5) is False
    with pytest.raises(MediaStreamError):
        await track.recv()


async def _say(track, chunks):
    return all([await track.put(CHUNK) for _ in range(chunks)])

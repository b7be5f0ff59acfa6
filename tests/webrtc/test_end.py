"""Two ends of WebRTC, joined in one process: what one says the other hears, and misses when it is gone."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from turnwise.agents.webrtc import alive
from turnwise.agents.webrtc.end import Terms, WebRTCEnd
from turnwise.agents.webrtc.paced_track import PacedTrack

from ..patience import eventually
from ..vanishing import vanish

pytestmark = pytest.mark.anyio
TONE = (np.sin(np.arange(480) * 2 * np.pi * 1000 / 24_000) * 8000).astype("<i2").tobytes()


class End:
    """One end, with what it got."""

    def __init__(self, sound: Callable[[int], bytes] = bytes) -> None:
        self.heard, self.events, self.gone = bytearray(), [], asyncio.Event()
        terms, track = Terms("events", 24_000, silent_secs=1.0), PacedTrack(24_000, sound)
        self.end = WebRTCEnd(terms, track, self._hear, self.events.append, self.gone.set)

    async def _hear(self, pcm):
        self.heard += pcm


@pytest.fixture
async def ends(anyio_backend, monkeypatch):
    monkeypatch.setattr(alive, "_LOOK_SECS", 0.05)
    one, other = End(lambda size: TONE[:size]), End()
    await one.end.accept(await other.end.answer(await one.end.offer()))
    await asyncio.gather(one.end.until_open(), other.end.until_open())
    yield one, other
    await asyncio.gather(one.end.close(), other.end.close())


async def test_sound_keeps_its_pitch_and_loudness_and_is_never_torn(ends):
    _, other = ends
    await eventually(lambda: len(other.heard) > 48_000)
    samples = np.frombuffer(bytes(other.heard), "<i2")[12_000:24_000].astype(float)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
    assert np.argmax(spectrum) * 2 == 1000
    assert spectrum[490:511].sum() / spectrum.sum() > 0.99
    assert np.std(samples) == pytest.approx(8000 / 2**0.5, rel=0.1)


async def test_events_go_both_ways_and_long_ones_too(ends):
    one, other = ends
    other.end.send("x" * 200_000)
    one.end.send("hello")
    await eventually(lambda: one.events and other.events)
    assert (len(one.events[0]), other.events) == (200_000, ["hello"])


async def test_who_hangs_up_is_missed_at_once(ends):
    one, other = ends
    await one.end.close()
    await asyncio.wait_for(other.gone.wait(), 5)
    with pytest.raises(ConnectionError):
        other.end.send("hello")


async def test_who_vanishes_is_missed_and_nobody_else(ends):
    one, other = ends
    await eventually(lambda: len(other.heard) > 1.5 * 48_000)
    assert not other.gone.is_set()
    vanish(one.end._connection)
    await asyncio.wait_for(other.gone.wait(), 5)


async def test_who_cuts_the_connection_says_no_good_bye(ends):
    one, other = ends
    await one.end.cut()
    heard = await alive.received_packets(other.end._connection)
    await one.end.close()
    assert await alive.received_packets(other.end._connection) == heard
    assert not other.gone.is_set()

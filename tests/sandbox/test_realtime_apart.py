"""A session whose sound travels apart from its events: the same conversation, and what only that knows."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from turnwise.agents.sandbox.parts import Parts
from turnwise.agents.sandbox.realtime.session import RealtimeSession
from turnwise.agents.sandbox.realtime.session_shapes import opened
from turnwise.agents.sandbox.realtime.wire import Gone

pytestmark = pytest.mark.anyio
FRAME = 960
"""20 ms, 24 kHz mono s16le."""


class ApartWire:
    """Events in lists; whoever plays calls `play`, as fast as it likes."""

    apart = True

    def __init__(self):
        self.sent = []
        self.news = asyncio.Event()
        self.to_say = asyncio.Queue()

    async def send(self, said):
        self.sent.append(said)
        self.news.set()

    async def receive(self):
        if (said := await self.to_say.get()) is None:
            raise Gone
        return said

    def drop(self):
        self.to_say.put_nowait(None)

    async def until(self, kind):
        async with asyncio.timeout(10):
            while kind not in self.kinds():
                self.news.clear()
                await self.news.wait()
        return next(said for said in self.sent if said["type"] == kind)

    def kinds(self):
        return [said["type"] for said in self.sent]


@pytest.fixture(scope="module")
def parts():
    parts = Parts()
    parts.wait_until_ready()
    yield parts
    parts.close()


@asynccontextmanager
async def held(parts):
    wire = ApartWire()
    session = RealtimeSession(wire, parts, None, opened("gpt-realtime-2.1"))
    running = asyncio.create_task(session.run())
    assert session.playback
    yield wire, session, session.playback
    wire.drop()
    with suppress(Gone):
        await running


async def test_sound_is_played_from_where_it_travels_and_not_in_events(parts, spoken):
    async with held(parts) as (wire, session, playback):
        await session.hear(spoken("weather") + bytes(48_000))
        done = await wire.until("response.done")
        assert "response.output_audio.delta" not in wire.kinds()
        assert "output_audio_buffer.started" not in wire.kinds()
        played = bytearray()
        while playback.is_playing:
            played += playback.take(FRAME)
        started = await wire.until("output_audio_buffer.started")
        stopped = await wire.until("output_audio_buffer.stopped")
    assert started["response_id"] == stopped["response_id"] == done["response"]["id"]
    assert 3 < len(played) / 48_000 < 6
    assert playback.take(FRAME) == bytes(FRAME)


async def test_whoever_speaks_while_it_is_played_ends_it_and_the_rest_was_never_said(parts, spoken):
    async with held(parts) as (wire, session, playback):
        await session.hear(spoken("weather") + bytes(48_000))
        done = await wire.until("response.done")
        for _ in range(50):
            playback.take(FRAME)
        await session.hear(spoken("hello"))
        cleared = await wire.until("output_audio_buffer.cleared")
        truncated = await wire.until("conversation.item.truncated")
        assert not playback.is_playing
    assert cleared["response_id"] == done["response"]["id"]
    assert (truncated["item_id"], truncated["audio_end_ms"]) == (done["response"]["output"][0]["id"], 1_000)


async def test_the_client_can_clear_what_is_played(parts, spoken):
    async with held(parts) as (wire, session, playback):
        await session.hear(spoken("weather") + bytes(48_000))
        await wire.until("response.done")
        playback.take(FRAME)
        wire.to_say.put_nowait('{"type": "output_audio_buffer.clear"}')
        await wire.until("output_audio_buffer.cleared")
        assert playback.take(FRAME) == bytes(FRAME)

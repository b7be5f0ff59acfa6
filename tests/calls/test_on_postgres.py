"""Calls whose meetings and transcripts are in a deployment's PostgreSQL, which may stop in mid-call."""

from collections.abc import Iterator

import pytest
from turnwise.agents.client.errors import Refused

from ..postgres import Server, start_server
from .house import House

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that no other test's calls are kept in, because it will be stopped."""
    server = start_server()
    yield server
    server.close()


@pytest.fixture(scope="module")
def house(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("on_postgres"), server.new_database())
    yield house
    house.close()


async def test_the_database_stopped_hard_in_mid_call_has_every_chunk_once_in_order(house, server):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        assert (await caller.say(house.wav("hello"))).why is None
        with server.stopped():
            assert (await caller.say(house.wav("weather"))).why is None
            await caller.wait_for_state("listening")
            shown = await house.transcript(meeting_id)
            assert shown["chunks"] == [_fields(chunk.data) for chunk in caller.chunks]
            caller.drop()
            await caller.wait_for_close()
            assert await house.how_over(meeting_id) == "connection lost"
            async with house.call(meeting_id) as again:
                turn = await again.say(house.wav("order"))
                assert turn.why is None
        chunks = [*caller.chunks, *again.chunks]
    assert [chunk.data["sequenceNumber"] for chunk in chunks] == [1, 2, 3, 4, 5, 6]
    await house.becomes(meeting_id, "processing")
    rows = [(row.data["sequenceNumber"], row.data["speakerType"], row.data["text"]) for row in chunks]
    assert house.database.chunks(meeting_id) == rows
    assert house.database.meeting(meeting_id) == ("processing", True)


async def test_a_call_without_a_database_is_refused_and_taken_once_it_is_back(house, server):
    meeting_id = await house.new_meeting()
    with server.stopped(), pytest.raises(Refused, match="database_unavailable"):
        async with house.call(meeting_id):
            pass
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
    await house.becomes(meeting_id, "processing")


def _fields(data):
    return {key: value for key, value in data.items() if key != "type"}

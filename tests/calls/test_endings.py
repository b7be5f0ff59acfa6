"""How a call ends, and what becomes of its meeting."""

import pytest

from ..patience import PATIENCE_SECS
from ..words import words

pytestmark = pytest.mark.side_by_side


async def test_a_lost_connection_that_comes_back_goes_on_with_the_conversation(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        assert (await caller.say(house.wav("name"))).why is None
        caller.drop()
        await caller.wait_for_close()
    assert await house.how_over(meeting_id) == "connection lost"
    assert (await house.transcript(meeting_id))["status"] == "active"
    async with house.call(meeting_id) as caller:
        turn = await caller.say(house.wav("goodbye"))
        assert turn.why is None
        assert "alice" in words(turn.reply)
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["sequenceNumber"] for chunk in stored["chunks"]] == [1, 2, 3, 4]


async def test_a_lost_connection_that_does_not_come_back_ends_the_meeting(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        caller.drop()
    await house.becomes(meeting_id, "processing")


async def test_a_hang_up_ends_the_meeting_and_no_call_can_join_it(house):
    from turnwise.agents.client.errors import Refused

    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
    await house.becomes(meeting_id, "processing")
    assert await house.how_over(meeting_id) == "hung up"
    with pytest.raises(Refused, match="meeting_over"):
        async with house.call(meeting_id):
            pass


async def test_a_hang_up_in_mid_answer_keeps_what_was_final(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather"))
        await caller.wait_for_state("speaking")
        await caller.wait_for_message("transcript-chunk")
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["speakerType"] for chunk in stored["chunks"]] in (["user"], ["user", "agent"])


async def test_a_hang_up_with_a_code_of_the_clients_own_is_a_hang_up(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        await caller._line.hang_up(4000, "done")
    await house.becomes(meeting_id, "processing")
    assert await house.how_over(meeting_id) == "hung up"


async def test_a_client_that_asks_the_server_to_end_the_call_is_told_that_it_did(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        await caller.send_message({"label": "rtvi-ai", "type": "disconnect-bot", "id": "1", "data": {}})
        assert await caller.wait_for_close() == 4004
    assert [message.data["reason"] for message in caller.log.of("call-ended")] == ["ended"]
    await house.becomes(meeting_id, "processing")


async def test_a_silent_call_is_ended_with_its_reason(house):
    async with house.call(agent="impatient") as caller:
        assert await caller.wait_for_close() == 4001
    assert [message.data["reason"] for message in caller.log.of("call-ended")] == ["idle"]


async def test_a_call_at_its_longest_is_ended_with_its_reason(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "short") as caller:
        assert await caller.wait_for_close() == 4002
    assert [message.data["reason"] for message in caller.log.of("call-ended")] == ["limit"]
    await house.becomes(meeting_id, "processing")


async def test_a_client_that_never_says_it_is_ready_is_told_the_state_all_the_same(house):
    from turnwise.agents.client.api import Api
    from turnwise.agents.client.caller import Caller

    meeting_id = await house.new_meeting()
    async with Api(house.url) as api:
        token = await api.create_token(meeting_id)
    async with Caller.connect(house.url, meeting_id, token, announce=False) as caller:
        first = await caller.wait_for_state("listening", PATIENCE_SECS)
    assert first.at_secs >= 1.5

"""A model that hears and speaks itself is held to what the cascade is held to."""

import pytest

from ..patience import eventually
from ..words import SENTENCES, error_rate

pytestmark = pytest.mark.side_by_side
TURN = ["thinking", "speaking", "listening"]
APOLOGY = ["recovering_error", "listening"]
CODES = {
    "401": "key_refused",
    "429": "rate_limited",
    "500": "upstream_error",
    "refuse": "cut_off",
    "hang": "timeout",
    "stall": "timeout",
    "cut": "cut_off",
    "malformed": "malformed",
    "empty": "empty_answer",
}


def is_in_order(chunks):
    timestamps = [chunk["timestamp"] for chunk in chunks]
    numbers = [chunk["sequenceNumber"] for chunk in chunks]
    return timestamps == sorted(timestamps) and numbers == list(range(1, len(chunks) + 1))


@pytest.mark.parametrize("agent", ["realtime", "realtime_over_webrtc", "attentive"])
async def test_three_turns_are_answered_once_and_stored_in_their_order(house, agent):
    meeting_id = await house.new_meeting()
    said = ("hello", "weather", "name")
    async with house.call(meeting_id, agent) as caller:
        turns = [await caller.say(house.wav(name)) for name in said]
        await eventually(lambda: len(caller.chunks) == 6)
    assert [turn.why for turn in turns] == [None] * 3
    assert [state for state, _ in caller.states] == ["listening", *TURN * 3]
    assert len(caller.metrics) == 3
    for metrics in caller.metrics:
        parts = metrics.data["ms"]
        assert sum(parts.values()) == 2 * parts["total"]
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert [chunk["speakerType"] for chunk in chunks] == ["user", "agent"] * 3
    assert is_in_order(chunks)
    for name, chunk in zip(said, chunks[::2], strict=True):
        assert error_rate(SENTENCES[name], chunk["text"]) <= 0.2
    assert len(await house.requests(meeting_id, "realtime")) == 3


@pytest.mark.parametrize("fault", CODES)
async def test_a_fault_is_told_and_a_fresh_session_knows_what_was_said_before_it(house, fault):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "realtime") as caller:
        assert (await caller.say(house.wav("name"))).why is None
        await house.behave(meeting_id, "realtime", fault=fault, times=1)
        failed = await caller.say(house.wav("weather"))
        assert failed.states[-2:] == APOLOGY
        assert [(each.data["stage"], each.data["code"]) for each in failed.errors] == [
            ("realtime", CODES[fault])
        ]
        assert failed.voice_to_voice_ms is not None
        assert failed.voice_to_voice_ms < 6_000
        assert len(failed.audio) > 24_000, "the apology was not heard"
        again = await caller.say(house.wav("repeat"))
        assert again.why is None
        assert "Alice" in again.reply, "the fresh session was not told"
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert is_in_order(chunks)
    assert not any("sorry" in chunk["text"].lower() for chunk in chunks)
    said = [chunk["text"] for chunk in chunks if chunk["speakerType"] == "user"]
    for name, text in zip(("name", "weather", "repeat"), said, strict=True):
        assert error_rate(SENTENCES[name], text) <= 0.2


async def test_a_session_that_cannot_be_opened_is_told_and_opened_as_soon_as_it_can(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "realtime", fault="500", times=2)
    async with house.call(meeting_id, "realtime") as caller:
        await caller.wait_for_state("recovering_error")
        await caller.wait_for_state("listening")
        assert (await caller.say(house.wav("hello"))).why is None
    error = caller.log.of("agent-error")[0].data
    assert (error["stage"], error["code"], error["status"]) == ("realtime", "upstream_error", 500)
    assert error["requestId"]
    assert len(caller.log.of("agent-error")) == 1


async def test_an_agent_that_writes_stores_nothing_where_it_is_told_to(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "talk-to-text") as caller:
        turn = await caller.say(house.wav("hello"))
        again = await caller.say(house.wav("weather"))
    assert (turn.why, again.why) == (None, None)
    assert turn.audio == b""
    assert "hear you" in turn.reply
    assert [state for state, _ in caller.states] == ["listening", *TURN * 2]
    assert (await house.transcript(meeting_id))["chunks"] == []


async def test_a_lost_call_that_comes_back_goes_on_with_the_conversation(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "realtime") as caller:
        assert (await caller.say(house.wav("name"))).why is None
        caller.drop()
    assert await house.how_over(meeting_id) == "connection lost"
    async with house.call(meeting_id, "realtime") as caller:
        again = await caller.say(house.wav("repeat"))
    assert "Alice" in again.reply


async def test_noise_is_no_turn(house):
    async with house.call(agent="realtime") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("noise_room")[: 4 * 32_000])
        assert (await caller.say(house.wav("hello"))).why is None
    assert [state for state, _ in caller.states] == ["listening", *TURN]

"""The model calls tools, and the conversation goes on, whatever becomes of them."""

import pytest

from ..words import words
from .my_tools import PRIVATE

pytestmark = pytest.mark.side_by_side
FILLER = "One moment, please."


async def said(house, meeting_id):
    return [request["said"] for request in await house.requests(meeting_id, "tts")]


async def rows(house, meeting_id):
    stored = await house.transcript(meeting_id)
    return [(chunk["speakerType"], chunk["text"]) for chunk in stored["chunks"]]


async def test_what_a_tool_returns_is_spoken(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "clerk") as caller:
        turn = await caller.say(house.wav("order"))
        assert turn.why is None
        assert (await caller.say(house.wav("hello"))).why is None
    assert turn.states == ["thinking", "speaking", "listening"]
    assert {"ten", "minutes", "coffees", "sandwich"} <= set(words(turn.reply))
    assert [speaker for speaker, _ in await rows(house, meeting_id)] == ["user", "agent"] * 2
    assert FILLER not in await said(house, meeting_id)


async def test_a_tool_that_takes_5_s_is_bridged_and_then_answered(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "clerk") as caller:
        turn = await caller.say(house.wav("weather"))
        assert turn.why is None
        assert (await caller.say(house.wav("hello"))).why is None
    assert turn.states == ["thinking", "speaking", "listening"]
    assert (await said(house, meeting_id))[:2] == [FILLER, "It is sunny in Paris."]
    thinking, speaking = (at for state, at in caller.states[1:3])
    assert any(thinking < voice.at_secs < speaking - 1 for voice in caller.log.voice), "no filler was heard"
    assert (await rows(house, meeting_id))[1] == ("agent", "It is sunny in Paris.")
    assert caller.metrics[0].data["ms"]["llm"] > 5_000


async def test_a_tool_that_raises_is_told_to_the_model_and_its_words_to_nobody(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "clerk") as caller:
        turn = await caller.say(house.wav("time"))
        assert turn.why is None
        assert (await caller.say(house.wav("hello"))).why is None
    assert turn.reply.startswith("I am sorry, I could not opening hours: opening_hours failed (RuntimeError)")
    assert "tool opening_hours failed: RuntimeError at my_tools.py:" in house.log_file.read_text()
    assert PRIVATE not in turn.reply + house.log_file.read_text()


async def test_a_tool_that_never_returns_is_given_up(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "clerk") as caller:
        turn = await caller.say(house.wav("pause_450"))
        assert turn.why is None
        assert (await caller.say(house.wav("hello"))).why is None
    assert "took too long" in turn.reply
    assert turn.errors == []


@pytest.mark.parametrize("agent", ["clerk", "listening_clerk"])
async def test_the_agent_says_goodbye_and_hangs_up(house, agent):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, agent) as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("goodbye"))
        assert await caller.wait_for_close() == 4004
    assert [message.data["reason"] for message in caller.log.of("call-ended")] == ["ended"]
    assert [state for state, _ in caller.states] == ["listening", "thinking", "speaking", "listening"]
    assert await said(house, meeting_id) == ["Thank you for calling.", "Goodbye."]
    heard_secs = sum(len(voice.pcm) for voice in caller.log.voice) / 48_000
    assert heard_secs > 1.5
    stored = await house.becomes(meeting_id, "processing")
    assert stored["chunks"][-1]["text"] == "Thank you for calling. Goodbye."


async def test_an_answer_that_is_ready_while_a_moment_is_asked_for_follows_it(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "clerk") as caller:
        turn = await caller.say(house.wav("name"))
    assert (turn.why, turn.states) == (None, ["thinking", "speaking", "listening"])
    assert await said(house, meeting_id) == [FILLER, "Alice is noted."]
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["text"] for chunk in stored["chunks"]][1:] == ["Alice is noted."]


async def test_a_goodbye_that_cannot_be_spoken_ends_the_call_all_the_same(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "tts", fault="500", times=1)
    async with house.call(meeting_id, "clerk") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("goodbye"))
        await caller.wait_for_state("recovering_error")
        assert await caller.wait_for_close() == 4004
    await house.becomes(meeting_id, "processing")

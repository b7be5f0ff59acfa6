"""When a turn is over: with the rule that listens to how it sounds, and with a recogniser not of ours."""

import pytest

from ..words import SENTENCES, error_rate, words

pytestmark = pytest.mark.side_by_side
TURN = ["thinking", "speaking", "listening"]


async def test_smart_endpointing_waits_where_the_sentence_is_not_over(house):
    async with house.call(agent="smart") as caller:
        turn = await caller.say(house.wav("pause_900"))
    assert turn.why is None
    assert {"table", "friday"} <= set(words(turn.heard))
    assert [state for state, _ in caller.states] == ["listening", *TURN]


async def test_a_recogniser_of_pipecats_own_is_heard_whole(house):
    async with house.call(agent="quiet") as caller:
        turn = await caller.say(house.wav("weather"))
    assert turn.why is None
    assert error_rate(SENTENCES["weather"], turn.heard) <= 0.2


async def test_a_recogniser_that_says_nothing_of_silence_leaves_no_call_hanging(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "stt", fault="empty", times=1)
    async with house.call(meeting_id, "quiet") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("repeat"))
        await caller.wait_for_state("thinking")
        await caller.wait_for_state("listening")
        assert (await caller.say(house.wav("hello"))).why is None
    assert [state for state, _ in caller.states] == ["listening", "thinking", "listening", *TURN]
    assert [chunk.data["speakerType"] for chunk in caller.chunks] == ["user", "agent"]

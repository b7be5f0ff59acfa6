"""Whole calls over WebRTC: what holds over a WebSocket holds here."""

import pytest
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.errors import Refused

from ..words import SENTENCES, error_rate, words
from .test_barge_in import hears, spoken_into
from .test_faults import APOLOGY

pytestmark = pytest.mark.side_by_side


def over_webrtc(house, meeting_id=None, agent=None):
    return house.call(meeting_id, agent, transport="webrtc")


async def test_turns_are_heard_answered_spoken_and_stored_and_a_hang_up_ends_the_meeting(house):
    meeting_id = await house.new_meeting()
    async with over_webrtc(house, meeting_id) as caller:
        turns = [await caller.say(house.wav(name)) for name in ("hello", "weather")]
        assert [turn.why for turn in turns] == [None, None]
        first_text = caller.log.of("bot-llm-text")[0]
        assert first_text.at_secs < caller.states[3].at_secs, "the text was not there before the voice ended"
    states = [state for state, _ in caller.states]
    assert states == ["listening", *["thinking", "speaking", "listening"] * 2]
    for turn, name in zip(turns, ("hello", "weather"), strict=True):
        assert error_rate(SENTENCES[name], turn.heard) <= 0.1
    assert len(turns[1].audio) > 24_000
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["sequenceNumber"] for chunk in stored["chunks"]] == [1, 2, 3, 4]
    assert [chunk["speakerType"] for chunk in stored["chunks"]] == ["user", "agent"] * 2
    with pytest.raises(Refused, match="meeting_over"):
        async with over_webrtc(house, meeting_id):
            pass


@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_after_a_fault_the_same_connection_goes_on(house, stage):
    meeting_id = await house.new_meeting()
    async with over_webrtc(house, meeting_id) as caller:
        await house.behave(meeting_id, stage, fault="500", times=1)
        failed = await caller.say(house.wav("weather"))
        assert failed.states[-2:] == APOLOGY
        assert [error.data["stage"] for error in failed.errors] == [stage]
        assert len(failed.audio) > 24_000, "the apology was not heard"
        assert (await caller.say(house.wav("order"))).why is None


async def test_an_answer_that_is_spoken_into_falls_silent_at_once(house):
    meeting_id = await house.new_meeting()
    async with over_webrtc(house, meeting_id, "talkative") as caller:
        await hears(caller, 1.0)
        told, _ = await spoken_into(caller, house.wav("hello"))
        answer_secs = (await caller.wait_for_state("speaking")).at_secs
        await caller.wait_for_state("listening")
    late = [voice for voice in caller.voice if told.at_secs + 0.3 < voice.at_secs < answer_secs - 0.1]
    assert not any(voice.pcm.strip(b"\0") for voice in late)
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["speakerType"] for chunk in stored["chunks"]] == ["agent", "user", "agent"]


async def test_a_lost_caller_is_noticed_and_comes_back_to_the_conversation(house):
    meeting_id = await house.new_meeting()
    async with over_webrtc(house, meeting_id) as caller:
        assert (await caller.say(house.wav("name"))).why is None
        caller.drop()
    assert caller.close_code == 1006
    assert await house.how_over(meeting_id) == "connection lost"
    async with over_webrtc(house, meeting_id) as caller:
        turn = await caller.say(house.wav("goodbye"))
        assert turn.why is None
        assert "alice" in words(turn.reply)
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["sequenceNumber"] for chunk in stored["chunks"]] == [1, 2, 3, 4]


async def test_a_call_that_the_server_ends_says_why(house):
    async with over_webrtc(house, agent="short") as caller:
        assert await caller.wait_for_close() == 4002
    assert caller.ending == "the server ended the call: it reached the longest duration allowed (limit, 4002)"


@pytest.mark.parametrize("fault", ["401", "429", "500", "refuse", "malformed", "hang"])
async def test_an_offer_is_refused_where_the_model_refuses_ours_and_the_token_is_not_used_up(house, fault):
    meeting_id = await house.new_meeting()
    async with Api(house.url) as api:
        token = await api.create_token(meeting_id, "talk-to-text")
    await house.behave(meeting_id, "realtime", fault=fault, times=1)
    with pytest.raises(Refused, match=r"speech-to-speech model .*upstream_failed"):
        async with Caller.connect(house.url, meeting_id, token, transport="webrtc"):
            pass
    async with Caller.connect(house.url, meeting_id, token, transport="webrtc") as caller:
        await caller.wait_for_state("listening")

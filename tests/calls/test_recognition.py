"""Both ways of being heard: listened to while one speaks, and uploaded afterwards."""

import pytest

from ..words import SENTENCES, word_errors

pytestmark = pytest.mark.side_by_side


async def test_what_was_said_is_written_live_and_then_for_good(house):
    async with house.call() as caller:
        turn = await caller.say(house.wav("weather"))
    told = [message.data for message in caller.log.of("user-transcription")]
    assert [data["final"] for data in told][-1:] == [True]
    live = [data["text"] for data in told if not data["final"]]
    assert live[0] in turn.heard
    assert live[-1] == turn.heard


@pytest.mark.parametrize("fault", ["cut", "refuse", "malformed"])
async def test_a_recogniser_that_breaks_off_is_asked_again_and_the_caller_notices_nothing(house, fault):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "stt", fault=fault, times=1)
    async with house.call(meeting_id) as caller:
        turn = await caller.say(house.wav("order"))
    assert (turn.why, turn.errors) == (None, [])
    assert word_errors(SENTENCES["order"], turn.heard) <= 1
    assert [request["fault"] for request in await house.requests(meeting_id, "stt")] == [fault, None]


@pytest.mark.parametrize(("fault", "code"), [("401", "key_refused"), ("hang", "timeout")])
async def test_a_recogniser_that_lets_nobody_in_is_told_of_and_tried_again(house, fault, code):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "realtime", fault=fault)
    async with house.call(meeting_id) as caller:
        failed = await caller.say(house.wav("hello"))
        await house.behave(meeting_id, "realtime", fault=None)
        assert (await caller.say(house.wav("weather"))).why is None
    (error,) = failed.errors
    assert (error.data["stage"], error.data["code"]) == ("stt", code)
    assert error.data.get("status") == (401 if fault == "401" else None)
    assert len(failed.audio) > 24_000, "the apology was not heard"


async def test_request_and_response_is_a_line_of_settings_away(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "uploader") as caller:
        turn = await caller.say(house.wav("time"))
    assert (turn.why, word_errors(SENTENCES["time"], turn.heard)) == (None, 0)
    (request,) = await house.requests(meeting_id, "stt")
    assert request["model"] == "gpt-transcribe"


@pytest.mark.parametrize(("fault", "code"), [("500", "upstream_error"), ("hang", "timeout")])
async def test_a_fault_of_the_uploaded_way_is_told_and_over(house, fault, code):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "stt", fault=fault, times=1)
    async with house.call(meeting_id, "uploader") as caller:
        failed = await caller.say(house.wav("hello"))
        assert (await caller.say(house.wav("order"))).why is None
    assert [(error.data["stage"], error.data["code"]) for error in failed.errors] == [("stt", code)]

"""Whatever fails, the caller hears an apology on the same line and the next turn works."""

from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.side_by_side
APOLOGY = ["recovering_error", "listening"]


@pytest.mark.parametrize("fault", ["500", "hang"])
@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_a_fault_is_told_apologised_for_and_over(house, stage, fault):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        assert (await caller.say(house.wav("hello"))).why is None
        await house.behave(meeting_id, stage, fault=fault, times=1)
        before = len(caller.states)
        failed = await caller.say(house.wav("weather"))
        states = [state for state, _ in caller.states[before:]]
        assert states in (["thinking", *APOLOGY], APOLOGY)
        assert [(error.data["stage"], error.data["code"]) for error in failed.errors] == [
            (stage, {"500": "upstream_error", "hang": "timeout"}[fault])
        ]
        assert failed.voice_to_voice_ms is not None
        assert failed.voice_to_voice_ms < 8_000
        assert len(failed.audio) > 24_000, "the apology was not heard"
        assert (await caller.say(house.wav("order"))).why is None
    await _is_consistent(house, meeting_id, stage)


async def _is_consistent(house, meeting_id, stage):
    """A turn that was understood stays though it got no answer; the apology is no row."""
    chunks = (await house.transcript(meeting_id))["chunks"]
    unanswered = [] if stage == "stt" else ["user"]
    speakers = [chunk["speakerType"] for chunk in chunks]
    assert speakers == ["user", "agent", *unanswered, "user", "agent"]
    assert [chunk["sequenceNumber"] for chunk in chunks] == list(range(1, len(chunks) + 1))
    assert not any("sorry" in chunk["text"].lower() for chunk in chunks)


@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_the_error_tells_the_upstreams_status_and_request(house, stage):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, stage, fault="500", times=1)
    async with house.call(meeting_id) as caller:
        failed = await caller.say(house.wav("hello"))
    data = failed.errors[0].data
    assert data["status"] == 500
    assert data["requestId"]
    assert [message.data["error"] for message in caller.log.of("error")] == [data["message"]]


async def test_the_turn_after_a_fault_begins_when_it_was_spoken(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "stt", fault="500", times=1)
    async with house.call(meeting_id) as caller:
        await caller.say(house.wav("hello"))
        again_at = datetime.now(UTC)
        assert (await caller.say(house.wav("weather"))).why is None
    first = (await house.transcript(meeting_id))["chunks"][0]
    assert datetime.fromisoformat(first["timestamp"]) >= again_at

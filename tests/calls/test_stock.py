"""A call whose ears, mind and voice are Pipecat's own classes, named in settings and nothing else."""

import pytest

from ..words import SENTENCES, error_rate

pytestmark = pytest.mark.side_by_side


async def test_a_call_of_stock_services_answers_by_its_prompt_and_keeps_what_was_said(house):
    meeting_id = await house.new_meeting("You are the receptionist of Hotel Aurora.")
    async with house.call(meeting_id, "stock") as caller:
        turns = [await caller.say(house.wav(name)) for name in ("hello", "order")]
    assert [turn.why for turn in turns] == [None, None]
    assert "aurora" in turns[0].reply.lower()
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert [chunk["speakerType"] for chunk in chunks] == ["user", "agent"] * 2
    assert error_rate(SENTENCES["order"], chunks[2]["text"]) <= 0.1

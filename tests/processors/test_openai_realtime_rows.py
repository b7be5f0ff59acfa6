"""What is kept of a call with a model that hears and speaks itself: each word once, and in order."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pipecat.frames.frames import TTSStoppedFrame
from turnwise.agents.frames import UserTurnDecidedFrame

from ..patience import PATIENCE_SECS
from .microphone import audio
from .realtime_calls import rows, whole_line
from .running import eventually, running

pytestmark = pytest.mark.anyio
LATE_SECS = 0.1
"""How long after the end of a call the model takes for what was said last."""


@pytest.mark.parametrize("when", ["before", "in mid-answer", "after"])
async def test_the_users_row_stands_before_the_agents_whenever_the_transcript_comes(model, when):
    call = model.call()
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.notices()
        if when == "before":
            await mind.writes_down("Hello?")
        await mind.begins()
        await mind.tells("Yes.")
        if when == "in mid-answer":
            await mind.writes_down("Hello?")
        await mind.speaks(0.1)
        await mind.ends()
        await line.down(TTSStoppedFrame)
        if when == "after":
            assert rows(model) == []
            await mind.writes_down("Hello?")
        await eventually(lambda: len(rows(model)) == 2)
    assert rows(model) == [("user", "Hello?"), ("agent", "Yes.")]
    assert [each["content"] for each in call.conversation.so_far] == ["Hello?", "Yes."]
    timestamps = [turn.started_at for turn in model.turns.turns]
    assert timestamps == sorted(timestamps)


async def test_a_row_begins_with_the_speech_and_not_with_the_silence_that_is_heard_before_it(model):
    call = model.call()
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await line.feed(*[audio(0) for _ in range(50)])
        await eventually(lambda: len(mind.heard) > 0.9 * 48_000)
        before = datetime.now(UTC)
        await mind.begins_to_hear(at_ms=600)
        await mind.heard_the_end(at_ms=1_000)
        await mind.writes_down("Hello.")
        await eventually(lambda: rows(model))
    assert model.turns.turns[0].started_at > before - timedelta(seconds=0.2)


async def test_a_hang_up_keeps_what_was_written_down_so_far(model):
    call = model.call()
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.notices()
        kind = "conversation.item.input_audio_transcription.delta"
        await mind.say(kind, item_id="said 1", content_index=0, delta="Hello, can")
        await mind.answers("Yes.")
        await line.down(TTSStoppedFrame)
    assert rows(model) == [("user", "Hello, can"), ("agent", "Yes.")]


async def test_who_hangs_up_while_the_model_thinks_is_written_down_all_the_same(model):
    call = model.call()

    async def write_down(mind, line):
        await line.is_ending()
        await asyncio.sleep(LATE_SECS)
        await mind.writes_down("Hello, can you hear me?")

    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.notices()
        await line.down(UserTurnDecidedFrame)
        await eventually(lambda: len(call.conversation.context.get_messages()) == 1)
        writing = asyncio.create_task(write_down(mind, line))
    assert rows(model) == [("user", "Hello, can you hear me?")]
    await writing
    await asyncio.wait_for(mind.connection.wait_closed(), PATIENCE_SECS)

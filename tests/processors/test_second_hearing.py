"""What was said to a realtime model whose session does not write it down: no word of it is lost."""

import asyncio

import pytest
from pipecat.frames.frames import TranscriptionFrame, TTSStoppedFrame, VADUserStartedSpeakingFrame
from turnwise.agents.frames import UserTurnDecidedFrame
from turnwise.processors import realtime_words, second_hearing

from ..patience import PATIENCE_SECS
from .microphone import audio, loud_secs
from .realtime_calls import rows, whole_line, with_memory
from .running import eventually, running

pytestmark = pytest.mark.anyio
PART = "conversation.item.input_audio_transcription."


async def says_something(mind, line):
    """A turn that the model detects, of 0.6 s; the words are still to come."""
    await line.feed(*[audio() for _ in range(30)])
    await eventually(lambda: loud_secs(mind.heard) > 0.5)
    await mind.notices()
    await line.down(UserTurnDecidedFrame)


async def writes_down(model, text):
    await (await model.recogniser()).writes_down(text)


async def fails(mind):
    await mind.say(f"{PART}failed", item_id="said 1", error={"code": "server_error"})


async def is_cut(mind):
    await mind.connection.close()


async def never_comes(_):
    pass


@pytest.mark.parametrize("what_happens", [fails, is_cut, never_comes])
async def test_it_is_heard_again_and_its_row_stands_in_its_place(model, monkeypatch, what_happens):
    if what_happens is never_comes:
        monkeypatch.setattr(realtime_words, "TRANSCRIPT_SECS", 0.5)
    async with running(*whole_line(model.call(), transcription_model="the recogniser")) as line:
        mind = await model.session()
        await says_something(mind, line)
        await mind.answers("Yes.")
        await line.down(TTSStoppedFrame)
        await what_happens(mind)
        again = await model.recogniser()
        assert rows(model) == []
        await again.writes_down("Hello?")
        await eventually(lambda: len(rows(model)) == 2)
        assert [frame.text for frame in await line.up(TranscriptionFrame)] == ["Hello?"]
        await again.connection.wait_closed()
    session = again.told("session.update")[0]["session"]
    assert session["type"] == "transcription"
    assert session["audio"]["input"]["transcription"]["model"] == "the recogniser"
    assert loud_secs(again.heard) == pytest.approx(loud_secs(mind.heard), abs=0.1)
    assert rows(model) == [("user", "Hello?"), ("agent", "Yes.")]


async def test_what_was_said_in_the_moment_in_which_the_model_is_lost_is_known_to_the_next_session(model):
    call = model.call(vad=True)
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await line.feed(VADUserStartedSpeakingFrame(start_secs=0.2), *[audio() for _ in range(20)])
        await line.feed(UserTurnDecidedFrame(0.6))
        await mind.is_told("response.create")
        model.opens.clear()
        await mind.connection.close()
        await eventually(line.failed)
        again = await model.recogniser()
        await again.say("input_audio_buffer.committed", item_id="said 1")
        await again.writes_down("Hello?")
        await eventually(lambda: rows(model))
        model.opens.set()
        (told,) = await (await model.session(2)).is_told("conversation.item.create")
    assert told["item"]["content"] == [{"type": "input_text", "text": "Hello?"}]
    assert loud_secs(again.heard) == pytest.approx(0.4, abs=0.05)


async def test_who_hangs_up_before_it_is_written_down_finds_it_in_the_transcript(model, monkeypatch):
    monkeypatch.setattr("turnwise.processors.realtime_line.LAST_WORDS_SECS", 0.1)
    async with running(*whole_line(model.call())) as line:
        await says_something(await model.session(), line)
        writing = asyncio.create_task(writes_down(model, "Hello?"))
    await writing
    assert rows(model) == [("user", "Hello?")]


async def test_where_nobody_can_write_it_down_other_rows_are_not_held_up(model):
    async with running(*whole_line(model.call())) as line:
        mind = await model.session()
        await says_something(mind, line)
        await mind.answers("Yes.")
        model.refusals = [500]
        await fails(mind)
        await eventually(lambda: rows(model))
    assert rows(model) == [("agent", "Yes.")]


async def test_where_the_second_hearing_takes_too_long_there_is_what_the_first_had_made_of_it(
    model, monkeypatch
):
    monkeypatch.setattr(second_hearing, "HEARING_SECS", 0.3)
    async with running(*whole_line(model.call())) as line:
        mind = await model.session()
        await says_something(mind, line)
        await mind.say(f"{PART}delta", item_id="said 1", content_index=0, delta="Hello, can")
        await fails(mind)
        await eventually(lambda: rows(model))
    assert rows(model) == [("user", "Hello, can")]


async def test_who_hangs_up_on_an_agent_that_stores_nothing_is_heard_no_second_time(model, monkeypatch):
    monkeypatch.setattr(second_hearing, "HEARING_SECS", PATIENCE_SECS)
    async with asyncio.timeout(PATIENCE_SECS):
        async with running(*with_memory(model.call())) as line:
            await says_something(await model.session(), line)
    assert not any(each.told("input_audio_buffer.commit") for each in model.recognisers)

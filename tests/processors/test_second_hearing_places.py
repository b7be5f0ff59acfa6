"""Each turn has its own words, however the session goes: none of another's, none twice."""

import asyncio

import pytest
from pipecat.frames.frames import InterruptionFrame, TranscriptionFrame, VADUserStartedSpeakingFrame
from turnwise.agents.frames import ResetTurnFrame, UserTurnDecidedFrame
from turnwise.agents.realtime.connection import MODEL_RATE_HZ
from turnwise.agents.wire import AgentState
from turnwise.processors.realtime_outbox import RealtimeOutbox

from .microphone import audio, loud_secs
from .realtime_calls import rows, whole_line
from .running import eventually, running
from .test_second_hearing import fails, says_something

pytestmark = pytest.mark.anyio
TENTH = bytes(2 * MODEL_RATE_HZ // 10)


async def speaks(line, secs):
    """A turn that endpointing of ours detects."""
    await line.feed(VADUserStartedSpeakingFrame(start_secs=0.2), *[audio() for _ in range(int(secs * 50))])
    await line.feed(UserTurnDecidedFrame(0.6))


class Door:
    """Keeps whoever comes to converse after so many waiting until it opens."""

    def __init__(self, model, monkeypatch, open_to):
        self.opens = asyncio.Event()
        self._model, self._serve, self._open_to = model, model.serve, open_to
        self._waiting = 0
        monkeypatch.setattr(model, "serve", self._serve_in_time)

    async def is_knocked_at(self):
        await eventually(lambda: self._waiting)

    async def _serve_in_time(self, connection):
        if "intent=" not in connection.request.path and len(self._model.minds) >= self._open_to:
            self._waiting += 1
            await self.opens.wait()
        await self._serve(connection)


async def test_who_speaks_up_before_the_first_turn_is_confirmed_and_is_cut_off_has_both_in_place(
    model,
):
    call = model.call(vad=True, barge_in=True)
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await speaks(line, 0.8)
        await mind.is_told("response.create")
        await line.feed(InterruptionFrame())
        await eventually(lambda: call.state.current is AgentState.LISTENING)
        await mind.connection.close()
        again = await model.recogniser()
        assert loud_secs(again.heard) == pytest.approx(0.8, abs=0.05)
        await again.writes_down("First.")
        await line.up(TranscriptionFrame)
        fresh = await model.session(2)
        await speaks(line, 0.4)
        await fresh.is_told("input_audio_buffer.commit")
        await fresh.say("input_audio_buffer.committed", item_id="said 2")
        await fresh.writes_down("Second.", "said 2")
        await eventually(lambda: len(rows(model)) == 2)
    assert rows(model) == [("user", "First."), ("user", "Second.")]


async def test_a_turn_that_is_given_up_and_then_confirmed_has_one_row(model):
    async with running(*whole_line(model.call(vad=True))) as line:
        mind = await model.session()
        await speaks(line, 0.4)
        await mind.is_told("input_audio_buffer.commit")
        await line.feed(ResetTurnFrame())
        again = await model.recogniser()
        await mind.say("input_audio_buffer.committed", item_id="said 1")
        await mind.writes_down("Hello?")
        await line.up(TranscriptionFrame)
        await again.writes_down("Hello?")
        await again.connection.wait_closed()
    assert rows(model) == [("user", "Hello?")]


async def test_a_turn_that_is_given_up_before_it_is_sent_takes_no_words_of_the_next(model, monkeypatch):
    door = Door(model, monkeypatch, open_to=0)
    async with running(*whole_line(model.call(vad=True))) as line:
        await door.is_knocked_at()
        await speaks(line, 0.4)
        await line.feed(ResetTurnFrame(), InterruptionFrame())
        await (await model.recogniser()).writes_down("First.")
        await line.up(TranscriptionFrame)
        door.opens.set()
        mind = await model.session()
        await speaks(line, 0.4)
        await mind.is_told("input_audio_buffer.commit")
        await mind.say("input_audio_buffer.committed", item_id="said 2")
        await mind.writes_down("Second.", "said 2")
        await eventually(lambda: len(rows(model)) == 2)
    assert rows(model) == [("user", "First."), ("user", "Second.")]


@pytest.mark.parametrize("item", [[], {}])
async def test_a_confirmation_that_is_malformed_costs_no_row(model, item):
    async with running(*whole_line(model.call())) as line:
        mind = await model.session()
        await line.feed(*[audio() for _ in range(30)])
        await eventually(lambda: loud_secs(mind.heard) > 0.5)
        await mind.begins_to_hear()
        await mind.say("input_audio_buffer.speech_stopped", audio_end_ms=600, item_id="said 1")
        await mind.say("input_audio_buffer.committed", item_id=item)
        await (await model.recogniser()).writes_down("Hello?")
        await eventually(lambda: rows(model))
    assert rows(model) == [("user", "Hello?")]


async def test_a_turn_that_is_confirmed_twice_has_one_row(model):
    async with running(*whole_line(model.call())) as line:
        mind = await model.session()
        await says_something(mind, line)
        await mind.say("input_audio_buffer.committed", item_id="said 1")
        await mind.writes_down("Hello?")
        await eventually(lambda: rows(model))
    assert (rows(model), model.recognisers) == ([("user", "Hello?")], [])


async def test_of_a_turn_that_was_said_while_there_was_no_session_all_is_heard_again(model, monkeypatch):
    door = Door(model, monkeypatch, open_to=1)
    async with running(*whole_line(model.call())) as line:
        await (await model.session()).connection.close()
        await door.is_knocked_at()
        await line.feed(*[audio() for _ in range(150)])
        door.opens.set()
        fresh = await model.session(2)
        await eventually(lambda: loud_secs(fresh.heard) > 2.9)
        await fresh.begins_to_hear()
        await fresh.heard_the_end(at_ms=3_000)
        await fails(fresh)
        again = await model.recogniser()
    assert loud_secs(again.heard) > 2.9


async def test_a_session_that_took_over_before_it_was_known_is_told_of_it_then(model):
    async with running(*whole_line(model.call())) as line:
        mind = await model.session()
        await says_something(mind, line)
        await mind.connection.close()
        fresh = await model.session(2)
        await line.feed(*[audio(1) for _ in range(5)])
        await eventually(lambda: fresh.heard)
        await (await model.recogniser()).writes_down("Hello?")
        (told,) = await fresh.is_told("conversation.item.create")
    assert told["item"]["content"] == [{"type": "input_text", "text": "Hello?"}]


def sent(outbox, pieces):
    for piece in pieces:
        outbox.sent(piece)


def test_a_turn_right_behind_another_has_no_sound_of_that_one():
    outbox = RealtimeOutbox()
    outbox.begin_turn(1.0)
    sent(outbox, [b"\1" * len(TENTH)] * 10)
    assert outbox.end_turn(after_secs=0.2)
    outbox.begin_turn(1.0)
    sent(outbox, [TENTH] * 3)
    assert outbox.end_turn(after_secs=0.0) == b"\1" * len(TENTH) * 2 + TENTH * 3


def test_what_was_committed_or_cleared_is_not_heard_again_with_what_follows():
    outbox = RealtimeOutbox()
    for each in (b"\1" * 960, {"type": "input_audio_buffer.commit"}, b"\2" * 960):
        outbox.put(each)
    outbox.put({"type": "input_audio_buffer.clear"})
    outbox.hear(TENTH)
    outbox.again()
    assert outbox.end_turn(after_secs=0.0) == TENTH

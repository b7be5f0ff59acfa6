"""The model that hears and speaks itself: what it is told and when, and what each fault comes to."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from turnwise.agents.faults import describe
from turnwise.agents.frames import (
    InputGateOpenedFrame,
    SpeechBeginsFrame,
    UserTurnDecidedFrame,
    UserTurnEmptyFrame,
)
from turnwise.agents.wire import AgentState
from turnwise.processors import realtime_line
from turnwise.processors.error_recovery import ErrorRecovery
from turnwise.processors.memory import memory
from turnwise.processors.openai_realtime import OpenAIRealtime
from turnwise.processors.speech_timing import SpeechTiming
from turnwise.processors.transcript import TranscriptPersistence
from turnwise.processors.turn_tracker import TurnTracker

from .realtime_model import realtime_model
from .running import eventually, running

pytestmark = pytest.mark.anyio
SPOKEN = (LLMFullResponseStartFrame, LLMTextFrame, SpeechBeginsFrame, TTSAudioRawFrame, TTSTextFrame)
LOUD = 8_000


@pytest.fixture
async def model(anyio_backend):
    async with realtime_model() as model:
        yield model


def realtime(call, **options):
    return OpenAIRealtime(call, call.upstream, **{"model": "m", **options})


def whole_line(call, **options):
    """All that a call has behind and before the model, but the transport."""
    return [
        ErrorRecovery(call),
        realtime(call, **options),
        SpeechTiming(call),
        TurnTracker(call),
        memory(call),
        TranscriptPersistence(call),
    ]


def audio(value=LOUD, secs=0.02):
    return InputAudioRawFrame(np.full(int(secs * 16_000), value, np.int16).tobytes(), 16_000, 1)


def loud_secs(pcm):
    """How much of 24 kHz audio is not silent."""
    return float((np.abs(np.frombuffer(pcm, "<i2")) > 1000).sum() / 24_000)


def code_of(error):
    return describe("realtime", error.exception).code


def rows(model):
    return [(turn.speaker_type, turn.text) for turn in model.turns.turns]


async def test_a_session_is_opened_with_the_call_and_set_up_as_the_settings_say(model):
    async with running(realtime(model.call(), noise_reduction="near_field", speed=1.2)):
        mind = await model.session()
    assert mind.path == "/v1/realtime?model=m"
    assert "OpenAI-Beta" not in mind.connection.request.headers
    (update,) = mind.told("session.update")
    assert update["session"] == {
        "type": "realtime",
        "model": "m",
        "output_modalities": ["audio"],
        "instructions": "You are a test.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24_000},
                "transcription": {"model": "gpt-realtime-whisper", "language": "en"},
                "noise_reduction": {"type": "near_field"},
                "turn_detection": {
                    "type": "server_vad",
                    "create_response": True,
                    "interrupt_response": False,
                    "threshold": 0.5,
                    "silence_duration_ms": 500,
                    "prefix_padding_ms": 300,
                },
            },
            "output": {"format": {"type": "audio/pcm", "rate": 24_000}, "voice": "marin", "speed": 1.2},
        },
    }


async def test_the_first_turn_is_answered_once_and_its_words_are_seen_before_its_sound_is_over(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await mind.notices()
        await mind.begins()
        await mind.tells("Yes, ")
        assert [frame.text for frame in await line.down(LLMTextFrame)] == ["Yes, "]
        await mind.writes_down("Hello?")
        await mind.tells("I do.")
        await mind.speaks(0.1)
        await mind.ends()
        await line.down(LLMFullResponseEndFrame)
        (decided,) = line.came(UserTurnDecidedFrame)
    assert decided.silence_secs >= 0.5
    assert mind.told("response.create") == []
    order = [type(frame) for frame in line.came(Frame) if isinstance(frame, SPOKEN)]
    assert order == [SPOKEN[0], SPOKEN[1], SPOKEN[1], SPOKEN[2], SPOKEN[3], SPOKEN[4]]
    assert [frame.text for frame in line.came(TTSTextFrame)] == ["Yes, I do."]


async def test_an_answer_in_several_items_is_one_speech(model):
    call = model.call()
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.notices()
        await mind.writes_down("Hello?")
        await mind.begins()
        for item, text in (("one", "First."), ("two", "Second.")):
            await mind.tells(text, item)
            await mind.speaks(0.1, item)
        await mind.ends()
        await eventually(lambda: len(rows(model)) == 2)
    assert len(line.came(TTSStartedFrame)) == len(line.came(TTSStoppedFrame)) == 1
    assert rows(model) == [("user", "Hello?"), ("agent", "First. Second.")]


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
        await mind.say("input_audio_buffer.speech_started", audio_start_ms=600, item_id="said 1")
        await mind.say("input_audio_buffer.speech_stopped", audio_end_ms=1_000, item_id="said 1")
        await mind.say("input_audio_buffer.committed", item_id="said 1", previous_item_id=None)
        await mind.writes_down("Hello.")
        await eventually(lambda: rows(model))
    assert model.turns.turns[0].started_at > before - timedelta(seconds=0.2)


async def test_a_transcript_that_fails_makes_no_row_and_holds_up_none(model):
    call = model.call()
    async with running(*whole_line(call)):
        mind = await model.session()
        await mind.notices()
        await mind.answers("Yes.")
        await mind.say("conversation.item.input_audio_transcription.failed", item_id="said 1", error={})
        await eventually(lambda: rows(model))
    assert rows(model) == [("agent", "Yes.")]


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

    async def write_down(mind):
        await asyncio.sleep(0.3)
        await mind.writes_down("Hello, can you hear me?")

    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.notices()
        await line.down(UserTurnDecidedFrame)
        await eventually(lambda: len(call.conversation.context.get_messages()) == 1)
        writing = asyncio.create_task(write_down(mind))
    assert rows(model) == [("user", "Hello, can you hear me?")]
    await writing
    await mind.connection.wait_closed()


async def test_noise_without_an_answer_gives_the_turn_back_without_an_apology(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await mind.notices()
        await mind.writes_down("")
        await line.down(UserTurnEmptyFrame)
        assert line.failed() == []


async def test_what_the_model_answers_to_nobody_is_taken_back(model):
    call = model.call()
    async with running(realtime(call)) as line:
        mind = await model.session()
        call.state.move(AgentState.THINKING)
        await mind.notices("noise")
        await mind.begins("unasked")
        (cancelled,) = await mind.is_told("response.cancel")
    assert cancelled["response_id"] == "unasked"
    assert [each["item_id"] for each in mind.told("conversation.item.delete")] == ["noise"]
    assert line.came(UserTurnDecidedFrame) == line.came(LLMFullResponseStartFrame) == []


async def test_who_speaks_on_until_the_turn_is_theirs_again_is_heard_and_answered(model):
    call = model.call()
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        call.state.move(AgentState.THINKING)
        await mind.say("input_audio_buffer.speech_started", audio_start_ms=0, item_id="on")
        await mind.begins("unasked")
        await mind.is_told("response.cancel")
        call.state.move(AgentState.LISTENING)
        await line.feed(InputGateOpenedFrame(), *[audio() for _ in range(15)])
        await line.down(UserStartedSpeakingFrame)
        await mind.say("input_audio_buffer.speech_stopped", audio_end_ms=100, item_id="on")
        await mind.say("input_audio_buffer.committed", item_id="on", previous_item_id=None)
        await mind.writes_down("What is the weather like?", "on")
        await mind.answers("It is fine.")
        await line.down(TTSStoppedFrame)
    assert rows(model) == [("user", "What is the weather like?"), ("agent", "It is fine.")]
    assert mind.told("conversation.item.delete") == []


FAILED = {"error": {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "too fast"}}
AN_ERROR = {"type": "server_error", "code": None, "message": "oops"}
FAULTS = {
    "failed": (lambda mind: mind.ends("answer 2", "failed", status_details=FAILED), "rate_limited"),
    "error": (lambda mind: mind.say("error", error=AN_ERROR), "upstream_error"),
    "empty": (lambda mind: mind.ends("answer 2"), "empty_answer"),
    "no event": (lambda mind: mind.connection.send("ceci n'est pas"), "malformed"),
    "half an event": (lambda mind: mind.say("response.done"), "malformed"),
    "dropped": (lambda mind: mind.connection.close(), "cut_off"),
    "incomplete": (lambda mind: mind.ends("answer 2", "incomplete"), "cut_off"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_told_once_and_the_next_session_knows_the_conversation(model, fault):
    does, code = FAULTS[fault]
    call = model.call()
    async with running(realtime(call), SpeechTiming(call), memory(call)) as line:
        mind = await model.session()
        await mind.notices()
        await mind.writes_down("Hello?")
        await mind.answers("Yes.")
        await line.down(TTSStoppedFrame)
        await mind.notices("said 2")
        await mind.writes_down("And now?", "said 2")
        await mind.begins("answer 2")
        await does(mind)
        fresh = await model.session(2)
        created = await fresh.is_told("conversation.item.create", 3)
        await fresh.notices("said 3")
        await fresh.answers("Again.", "answer 3")
        await line.down(TTSStoppedFrame, 2)
        (error,) = line.failed()
    assert code_of(error) == code
    said = [(each["item"]["role"], each["item"]["content"][0]) for each in created]
    assert said == [
        ("user", {"type": "input_text", "text": "Hello?"}),
        ("assistant", {"type": "output_text", "text": "Yes."}),
        ("user", {"type": "input_text", "text": "And now?"}),
    ]


async def test_a_model_that_says_nothing_is_given_up_in_time(model):
    async with running(realtime(model.call(), first_secs=0.2)) as line:
        await (await model.session()).notices()
        await model.session(2)
        assert [code_of(error) for error in line.failed()] == ["timeout"]


async def test_a_model_that_stalls_is_given_up_in_time(model):
    async with running(realtime(model.call(), next_secs=0.2)) as line:
        mind = await model.session()
        await mind.notices()
        await mind.begins()
        await mind.tells("Yes")
        await model.session(2)
        assert [code_of(error) for error in line.failed()] == ["timeout"]


async def test_an_error_of_no_consequence_is_none(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await mind.say("error", error={"type": "invalid_request_error", "code": "response_cancel_not_active"})
        await mind.notices()
        await mind.answers("Yes.")
        await line.down(TTSTextFrame)
        assert line.failed() == []


async def test_ten_faults_in_a_row_are_told_once_each_and_the_eleventh_turn_is_answered(model, monkeypatch):
    monkeypatch.setattr(realtime_line, "RESTS_SECS", (0.01,))
    async with running(realtime(model.call())) as line:
        for number in range(1, 11):
            mind = await model.session(number)
            await mind.notices()
            await mind.begins()
            await mind.ends()
            await eventually(lambda wanted=number: len(line.failed()) == wanted)
        mind = await model.session(11)
        await mind.notices()
        await mind.answers("At last.")
        assert [frame.text for frame in await line.down(TTSTextFrame)] == ["At last."]
        assert len(line.failed()) == 10


async def test_a_refusal_is_told_once_with_its_status_until_somebody_speaks(model, monkeypatch):
    monkeypatch.setattr(realtime_line, "RESTS_SECS", (0.01,))
    model.refusals = [401, 401, 401]
    async with running(realtime(model.call())) as line:
        await model.session()
        (error,) = line.failed()
    told = describe("realtime", error.exception)
    assert (told.code, told.status, told.request_id) == ("key_refused", 401, "req_refused")


async def test_what_is_said_while_a_session_is_opened_is_heard(model):
    model.refusals = [500]
    async with running(realtime(model.call())) as line:
        await eventually(line.failed)
        await line.feed(*[audio() for _ in range(20)])
        mind = await model.session()
        await eventually(lambda: loud_secs(mind.heard) > 0.35)


async def test_a_session_that_is_lost_while_the_user_speaks_is_replaced_unnoticed(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await line.feed(*[audio() for _ in range(30)])
        await eventually(lambda: loud_secs(mind.heard) > 0.5)
        await mind.say("input_audio_buffer.speech_started", audio_start_ms=0, item_id="said 1")
        await line.down(UserStartedSpeakingFrame)
        await mind.connection.close()
        fresh = await model.session(2)
        await eventually(lambda: loud_secs(fresh.heard) > 0.5)
        assert line.failed() == []


async def test_a_session_is_renewed_before_it_expires_with_the_conversation(model, monkeypatch):
    monkeypatch.setattr(realtime_line, "RENEW_SECS", 0.3)
    call = model.call()
    async with running(realtime(call), SpeechTiming(call), memory(call)) as line:
        mind = await model.session()
        await mind.notices()
        await mind.writes_down("Hello?")
        await mind.answers("Yes.")
        await line.down(TTSStoppedFrame)
        fresh = await model.session(2)
        await fresh.is_told("conversation.item.create", 2)
        assert line.failed() == []


async def test_speaking_up_stops_the_answer_and_the_model_learns_how_much_was_heard(model):
    call = model.call(barge_in=True)
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.notices()
        await mind.writes_down("Hello?")
        await mind.begins()
        await mind.tells("One two three four five six seven eight.")
        await mind.speaks(1.0)
        await line.down(TTSAudioRawFrame)
        await mind.say("input_audio_buffer.speech_started", audio_start_ms=0, item_id="said 2")
        (truncated,) = await mind.is_told("conversation.item.truncate")
        await line.down(InterruptionFrame)
        await mind.speaks(0.5)
        await mind.ends(status="cancelled")
        await mind.say("input_audio_buffer.speech_stopped", audio_end_ms=100, item_id="said 2")
        await mind.say("input_audio_buffer.committed", item_id="said 2", previous_item_id=None)
        await mind.writes_down("Stop!", "said 2")
        await mind.answers("Fine.", "answer 2")
        await eventually(lambda: len(rows(model)) == 4)
        assert line.failed() == []
    assert truncated == {
        "type": "conversation.item.truncate",
        "item_id": "item 1",
        "content_index": 0,
        "audio_end_ms": 1_000,
    }
    assert mind.told("response.cancel")
    agent, user = rows(model)[1:3]
    assert agent[0] == "agent"
    assert "One two three four five six seven eight.".startswith(agent[1])
    assert user == ("user", "Stop!")


async def test_a_greeting_is_what_the_model_is_told_to_say(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await line.feed(TTSSpeakFrame("Welcome."))
        (asked,) = await mind.is_told("response.create")
        await mind.answers("Welcome.")
        await line.down(TTSTextFrame)
    assert asked["response"]["instructions"] == "Say exactly: Welcome."


async def test_an_answer_in_writing_is_the_agents_turn_while_it_is_written(model):
    call = model.call()
    async with running(*whole_line(call, output="text")) as line:
        mind = await model.session()
        await mind.notices()
        await mind.writes_down("Hello?")
        await mind.begins()
        await mind.writes("Yes, ")
        await eventually(lambda: call.state.current is AgentState.SPEAKING)
        await mind.writes("I do.")
        await mind.ends()
        await eventually(lambda: call.state.current is AgentState.LISTENING)
        await eventually(lambda: len(rows(model)) == 2)
        assert line.came(TTSAudioRawFrame) == []
    assert mind.told("session.update")[0]["session"]["output_modalities"] == ["text"]
    assert rows(model) == [("user", "Hello?"), ("agent", "Yes, I do.")]


async def test_endpointing_of_ours_sends_turns_only_and_asks_when_it_decides(model):
    call = model.call(vad=True)
    async with running(realtime(call)) as line:
        mind = await model.session()
        await line.feed(*[audio(0) for _ in range(100)])
        await line.feed(VADUserStartedSpeakingFrame(start_secs=0.2), *[audio() for _ in range(20)])
        await line.feed(UserTurnDecidedFrame(0.6), *[audio(0) for _ in range(100)])
        await mind.is_told("response.create")
        kinds = [event["type"] for event in mind.events[1:]]
        assert mind.events[0]["session"]["audio"]["input"]["turn_detection"] is None
    assert kinds == ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    assert len(mind.heard) / 48_000 == pytest.approx(1.4, abs=0.05)


async def test_a_session_that_never_opens_is_told_in_time(model):
    call = model.call(vad=True)
    model.refusals = [500] * 100
    async with running(realtime(call, first_secs=0.3)) as line:
        await eventually(line.failed)
        await line.feed(VADUserStartedSpeakingFrame(start_secs=0.2), audio(), UserTurnDecidedFrame(0.6))
        await eventually(lambda: len(line.failed()) == 2)

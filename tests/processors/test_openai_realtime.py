"""Turns with a model that hears and speaks itself: what it is told and when, and what its answers are."""

import pytest
from pipecat.frames.frames import (
    Frame,
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
from turnwise.agents.frames import (
    InputGateOpenedFrame,
    SpeechBeginsFrame,
    UserTurnDecidedFrame,
    UserTurnEmptyFrame,
)
from turnwise.agents.wire import AgentState

from .microphone import audio
from .realtime_calls import realtime, rows, whole_line
from .running import eventually, running

pytestmark = pytest.mark.anyio
SPOKEN = (LLMFullResponseStartFrame, LLMTextFrame, SpeechBeginsFrame, TTSAudioRawFrame, TTSTextFrame)


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
        await mind.understands("Hello?")
        await mind.begins()
        for item, text in (("one", "First."), ("two", "Second.")):
            await mind.tells(text, item)
            await mind.speaks(0.1, item)
        await mind.ends()
        await eventually(lambda: len(rows(model)) == 2)
    assert len(line.came(TTSStartedFrame)) == len(line.came(TTSStoppedFrame)) == 1
    assert rows(model) == [("user", "Hello?"), ("agent", "First. Second.")]


async def test_noise_without_an_answer_gives_the_turn_back_without_an_apology(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await mind.understands("")
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
        await mind.begins_to_hear("on")
        await mind.begins("unasked")
        await mind.is_told("response.cancel")
        call.state.move(AgentState.LISTENING)
        await line.feed(InputGateOpenedFrame(), *[audio() for _ in range(15)])
        await line.down(UserStartedSpeakingFrame)
        await mind.heard_the_end("on")
        await mind.writes_down("What is the weather like?", "on")
        await mind.answers("It is fine.")
        await line.down(TTSStoppedFrame)
    assert rows(model) == [("user", "What is the weather like?"), ("agent", "It is fine.")]
    assert mind.told("conversation.item.delete") == []


async def test_speaking_up_stops_the_answer_and_the_model_learns_how_much_was_heard(model):
    call = model.call(barge_in=True)
    async with running(*whole_line(call)) as line:
        mind = await model.session()
        await mind.understands("Hello?")
        await mind.begins()
        await mind.tells("One two three four five six seven eight.")
        await mind.speaks(1.0)
        await line.down(TTSAudioRawFrame)
        await mind.begins_to_hear("said 2")
        (truncated,) = await mind.is_told("conversation.item.truncate")
        await line.down(InterruptionFrame)
        await mind.speaks(0.5)
        await mind.ends(status="cancelled")
        await mind.heard_the_end("said 2")
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
        await mind.understands("Hello?")
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

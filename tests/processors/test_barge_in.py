"""With barge-in the agent gives way to a user who speaks up, and half duplex knows nothing of it."""

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    InterruptionFrame,
    LLMContextFrame,
    TranscriptionFrame,
    TTSStartedFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import VADSilenceFrame
from turnwise.agents.wire import AgentState
from turnwise.processors.endpointing import fixed_endpointing
from turnwise.processors.turn_tracker import HANGOVER_SECS, TurnTracker

from .calls import RECOVERING, SPEAKING, THINKING, a_call, states_of
from .turn_frames import ours

pytestmark = pytest.mark.anyio
L, T, S = AgentState.LISTENING, AgentState.THINKING, AgentState.SPEAKING
WAIT = SleepFrame(0.02)


def start():
    return [VADUserStartedSpeakingFrame(), WAIT]


def stop():
    return [VADUserStoppedSpeakingFrame(stop_secs=0.2), WAIT]


def over():
    return [VADSilenceFrame(0.6, False), WAIT]


def heard(text):
    return [TranscriptionFrame(text, "", "2026-01-01T00:00:00Z"), WAIT]


async def after(call, *parts):
    """The states, and what reached the end of the line."""
    seen = states_of(call)
    line = Pipeline([fixed_endpointing(call, silence_secs=0.6), TurnTracker(call)])
    down, _ = await run_test(line, frames_to_send=[frame for part in (ours(), *parts) for frame in part])
    return seen, down


def told(down):
    return [frame.data["type"] for frame in down if isinstance(frame, RTVIServerMessageFrame)]


def interruptions(down):
    return sum(isinstance(frame, InterruptionFrame) for frame in down)


@pytest.mark.parametrize("earlier", [THINKING, SPEAKING])
async def test_speech_in_the_agents_turn_gives_the_turn_back_and_tells_the_client(earlier):
    seen, down = await after(a_call(*earlier, barge_in=True), start())
    assert seen == [L]
    assert told(down) == ["interruption"]
    assert interruptions(down) == 1


@pytest.mark.parametrize(
    ("earlier", "barge_in"),
    [
        pytest.param(THINKING, False, id="thinking, half duplex"),
        pytest.param(SPEAKING, False, id="speaking, half duplex"),
        pytest.param(RECOVERING, False, id="recovering, half duplex"),
        pytest.param(RECOVERING, True, id="recovering"),
        pytest.param((), True, id="listening"),
    ],
)
async def test_nothing_is_interrupted_where_nothing_may_be(earlier, barge_in):
    seen, down = await after(a_call(*earlier, barge_in=barge_in), start())
    assert seen == []
    assert told(down) == []
    assert interruptions(down) == 0


async def test_a_turn_whose_words_are_on_their_way_goes_on_and_is_answered_once():
    call = a_call(barge_in=True)
    first = (start(), stop(), over(), start())
    seen, down = await after(call, *first, heard("I would like"), stop(), heard("a table."), over())
    assert seen == [T, L, T]
    assert sum(isinstance(frame, LLMContextFrame) for frame in down) == 1
    assert call.conversation.context.messages == [{"role": "user", "content": "I would like a table."}]


async def test_a_question_that_is_being_answered_stays_in_the_conversation():
    call = a_call(barge_in=True)
    first = (start(), stop(), heard("I would like"), over())
    await after(call, *first, start(), stop(), heard("a table."), over())
    assert call.conversation.context.messages == [
        {"role": "user", "content": "I would like"},
        {"role": "user", "content": "a table."},
    ]


async def test_a_greeting_that_sets_in_while_the_user_speaks_gives_way():
    call = a_call(barge_in=True)
    greeting = [TTSStartedFrame(), BotStartedSpeakingFrame(), WAIT]
    seen, down = await after(call, start(), greeting, stop(), heard("Hello."), over())
    assert seen == [S, L, T]
    assert interruptions(down) == 1
    assert call.conversation.context.messages == [{"role": "user", "content": "Hello."}]


async def test_a_last_piece_of_what_was_given_up_is_no_new_speech():
    remnant = [BotStartedSpeakingFrame(), WAIT]
    seen, _ = await after(a_call(*SPEAKING, barge_in=True), start(), remnant)
    assert seen == [L]


async def test_speech_right_after_the_last_sample_has_the_turn_at_once_and_keeps_it():
    ended = [BotStoppedSpeakingFrame(), WAIT]
    longer = [SleepFrame(HANGOVER_SECS + 0.1)]
    seen, _ = await after(a_call(*SPEAKING, barge_in=True), ended, start(), stop(), over(), longer)
    assert seen == [L, T]


@pytest.mark.parametrize("is_cut_short", [True, False])
async def test_the_model_is_asked_again_where_a_sound_without_words_cut_it_short(is_cut_short):
    call = a_call(*(SPEAKING if is_cut_short else ()), barge_in=True)
    _, down = await after(call, start(), stop(), heard(""), over())
    assert sum(isinstance(frame, LLMContextFrame) for frame in down) == is_cut_short

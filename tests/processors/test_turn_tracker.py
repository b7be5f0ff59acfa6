"""The state follows who really has the turn."""

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import (
    APOLOGY_CONTEXT,
    LLMToolsCalledFrame,
    UserTurnDecidedFrame,
    UserTurnEmptyFrame,
)
from turnwise.agents.wire import AgentState
from turnwise.processors.turn_tracker import HANGOVER_SECS, TurnTracker

from .calls import RECOVERING, a_call, states_of

pytestmark = pytest.mark.anyio
L, T, S = AgentState.LISTENING, AgentState.THINKING, AgentState.SPEAKING
LONGER = SleepFrame(HANGOVER_SECS + 0.1)


async def moves(frames, *earlier):
    call = a_call(*earlier)
    seen = states_of(call)
    await run_test(TurnTracker(call), frames_to_send=frames)
    return seen


async def test_a_turn_goes_from_thinking_over_speaking_to_listening():
    answer = [
        UserTurnDecidedFrame(0.6),
        SleepFrame(0.05),
        LLMFullResponseStartFrame(),
        SleepFrame(0.05),
        BotStartedSpeakingFrame(),
        SleepFrame(0.05),
        BotStoppedSpeakingFrame(),
        SleepFrame(0.05),
        LLMFullResponseEndFrame(),
    ]
    assert await moves([*answer, LONGER]) == [T, S, L]


async def test_the_agent_keeps_the_turn_for_a_moment_after_its_last_sample():
    assert await moves([BotStartedSpeakingFrame(), BotStoppedSpeakingFrame(), SleepFrame(0.1)]) == [S]


async def test_a_pause_between_two_sentences_does_not_end_the_agents_turn():
    pause = [
        UserTurnDecidedFrame(0.6),
        SleepFrame(0.05),
        LLMFullResponseStartFrame(),
        SleepFrame(0.05),
        BotStartedSpeakingFrame(),
        BotStoppedSpeakingFrame(),
    ]
    assert await moves([*pause, LONGER]) == [T, S]


async def test_a_greeting_is_a_turn_of_its_own():
    assert await moves([BotStartedSpeakingFrame(), BotStoppedSpeakingFrame(), LONGER]) == [S, L]


async def test_a_turn_in_which_nothing_was_said_gives_the_turn_back():
    assert await moves([UserTurnDecidedFrame(0.6), UserTurnEmptyFrame(), SleepFrame(0.05)]) == [T, L]


async def test_the_end_of_speech_that_a_recovery_cut_off_does_not_open_the_gate():
    assert await moves([BotStartedSpeakingFrame(), BotStoppedSpeakingFrame(), LONGER], *RECOVERING) == []


async def test_a_recovery_ends_with_the_end_of_the_apology():
    apology = [
        BotStartedSpeakingFrame(),
        BotStoppedSpeakingFrame(),
        SleepFrame(0.05),
        TTSStoppedFrame(context_id=APOLOGY_CONTEXT),
    ]
    assert await moves([*apology, LONGER], *RECOVERING) == [L]


SHORT = SleepFrame(0.05)
CALLED = [UserTurnDecidedFrame(0.6), SHORT, LLMFullResponseStartFrame(), LLMToolsCalledFrame(), SHORT]


def voice(in_context=True):
    started = TTSStartedFrame(context_id="1", append_to_context=in_context)
    return [started, SHORT, BotStartedSpeakingFrame(), SHORT, BotStoppedSpeakingFrame(), SHORT]


async def test_the_agent_keeps_the_turn_between_its_first_words_and_the_answer_after_a_tool():
    said = [CALLED[0], SHORT, CALLED[2], *voice(), LLMToolsCalledFrame()]
    assert await moves([*said, LONGER]) == [T, S]
    answer = [LLMFullResponseStartFrame(), *voice(), LLMFullResponseEndFrame()]
    assert await moves([*said, LONGER, *answer, LONGER]) == [T, S, L]


async def test_what_is_said_while_a_tool_is_at_work_is_no_answer_yet():
    assert await moves([*CALLED, *voice(in_context=False), LONGER]) == [T]


async def test_an_answer_on_the_heels_of_it_has_a_beginning_of_its_own():
    call = a_call()
    aside, answer = (
        voice(in_context=False),
        [LLMFullResponseStartFrame(), *voice(), LLMFullResponseEndFrame()],
    )
    seen = states_of(call)
    down, _ = await run_test(TurnTracker(call), frames_to_send=[*CALLED, *aside, *answer, LONGER])
    assert seen == [T, S, L]
    told = [type(frame) for frame in down if "Bot" in type(frame).__name__]
    assert told == [BotStartedSpeakingFrame, BotStoppedSpeakingFrame]


async def test_what_is_said_without_a_model_is_a_turn_of_its_own():
    assert await moves([*voice(in_context=False), LONGER]) == [S, L]

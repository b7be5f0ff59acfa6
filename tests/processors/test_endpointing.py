"""The user's turn is over after the silence that the settings say, and not before all is understood."""

import pytest
from pipecat.frames.frames import UserStartedSpeakingFrame, UserStoppedSpeakingFrame
from pipecat.tests.utils import run_test
from turnwise.agents.frames import ResetTurnFrame, UserTurnDecidedFrame
from turnwise.processors.endpointing import fixed_endpointing

from .calls import a_call
from .turn_frames import ANSWER, NO_ANSWER, WAIT, heard, ours, outcome, silence, start, stop

pytestmark = pytest.mark.anyio


async def after(*parts, call=None):
    return await outcome(fixed_endpointing(call or a_call(), silence_secs=0.6), ours(), *parts)


async def test_a_turn_ends_after_the_silence_and_is_handed_to_the_model():
    assert await after(start(), stop(), heard("Hello."), silence(0.6)) == ANSWER


async def test_silence_that_is_too_short_ends_nothing():
    assert await after(start(), stop(), heard("Hello."), silence(0.59)) == []


async def test_a_turn_is_held_while_speech_may_be_starting_again():
    held = (start(), stop(), heard("Hello."), silence(0.7, is_starting=True))
    assert await after(*held) == []
    assert await after(*held, silence(0.73)) == ANSWER


async def test_a_turn_waits_for_the_transcripts_of_all_its_segments():
    two_segments = (start(), stop(), start(), stop(), silence(0.6), heard("I would like"))
    assert await after(*two_segments) == [UserTurnDecidedFrame]
    call = a_call()
    assert await after(*two_segments, heard("a table."), call=call) == ANSWER
    assert call.conversation.context.messages == [{"role": "user", "content": "I would like a table."}]


async def test_the_decision_goes_ahead_of_the_answer_even_if_the_transcript_was_there_first():
    assert (await after(start(), stop(), heard("Hello."), silence(0.6)))[0] is UserTurnDecidedFrame


async def test_a_turn_in_which_nothing_was_said_asks_the_model_nothing():
    assert await after(start(), stop(), heard(""), silence(0.6)) == NO_ANSWER


async def test_a_turn_that_is_given_up_keeps_what_was_heard_and_gets_no_answer():
    call = a_call()
    given_up = (start(), stop(), heard("I would like"), [ResetTurnFrame(), WAIT])
    assert await after(*given_up, silence(0.6), call=call) == [UserStoppedSpeakingFrame]
    assert call.conversation.context.messages == [{"role": "user", "content": "I would like"}]


async def test_a_turn_given_up_in_mid_speech_ends_with_the_speech():
    speaking = (start(), [ResetTurnFrame(), WAIT])
    assert await after(*speaking) == []
    assert await after(*speaking, stop()) == [UserStoppedSpeakingFrame]


async def test_a_transcript_that_comes_too_late_is_no_part_of_the_next_turn():
    call = a_call()
    late = (start(), stop(), [ResetTurnFrame(), WAIT], heard("Too late."))
    assert await after(*late, start(), stop(), heard("In time."), silence(0.6), call=call)
    assert call.conversation.context.messages == [{"role": "user", "content": "In time."}]


async def test_several_segments_are_one_turn_for_the_client():
    frames = [*start(), *stop(), *heard("a"), *start(), *stop(), *heard("b"), *silence(0.6)]
    down, _ = await run_test(fixed_endpointing(a_call(), silence_secs=0.6), frames_to_send=frames)
    assert [type(frame) for frame in down].count(UserStartedSpeakingFrame) == 1

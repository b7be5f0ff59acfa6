"""Every turn is saved once, in order, with the time at which it began."""

import asyncio
from datetime import UTC, datetime

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.words import Words
from turnwise.processors.transcript import TranscriptPersistence

from .calls import KeptTurns, a_call

pytestmark = pytest.mark.anyio
SPOKE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def says(call, speaker, text):
    """A turn becomes part of the conversation."""
    call.conversation._tell(speaker, text)


async def run(call, *frames, during):
    asyncio.get_running_loop().call_later(0.1, during)
    return await run_test(TranscriptPersistence(call), frames_to_send=[*frames, SleepFrame(0.25)])


async def test_a_chunk_is_announced_once_it_is_saved():
    kept = KeptTurns()
    call = a_call(turns=kept)
    down, _ = await run(call, during=lambda: says(call, "user", "Hello."))
    (announced,) = [frame.data for frame in down if isinstance(frame, RTVIServerMessageFrame)]
    assert (announced["type"], announced["sequenceNumber"]) == ("transcript-chunk", 1)
    assert (announced["speakerType"], announced["text"]) == ("user", "Hello.")
    assert [turn.text for turn in kept.turns] == ["Hello."]


async def test_a_users_turn_began_when_the_speech_did_not_when_it_was_detected():
    kept = KeptTurns()
    call = a_call(turns=kept)
    before, started, again = (
        VADUserStartedSpeakingFrame(start_secs=0.2, timestamp=SPOKE_AT.timestamp() + 0.2 + secs)
        for secs in (-9, 0, 2)
    )
    given_up = [before, UserStartedSpeakingFrame()]
    frames = [*given_up, started, UserStartedSpeakingFrame(), again]
    await run(call, *frames, during=lambda: says(call, "user", "Hello."))
    assert kept.turns[0].started_at == SPOKE_AT


async def test_an_agents_turn_began_with_its_first_audio():
    kept = KeptTurns()
    call = a_call(turns=kept)
    before = datetime.now(UTC)
    await run(call, BotStartedSpeakingFrame(), during=lambda: says(call, "agent", "Hi."))
    assert before <= kept.turns[0].started_at < datetime.now(UTC)


async def test_nothing_said_just_before_the_end_is_lost():
    class Slow(KeptTurns):
        async def save(self, turn):
            await asyncio.sleep(0.1)
            return await super().save(turn)

    kept = Slow()
    call = a_call(turns=kept)
    await run_test(Talkative(call), frames_to_send=[SleepFrame(0.01)])
    assert [turn.text for turn in kept.turns] == ["one", "two", "three"]


class Talkative(TranscriptPersistence):
    """Three turns become final as the call ends."""

    async def cleanup(self):
        for text in ("one", "two", "three"):
            self._add("agent", Words(text))
        await super().cleanup()


async def test_a_turn_that_cannot_be_saved_does_not_take_the_next_with_it():
    class Picky(KeptTurns):
        async def save(self, turn):
            if turn.text == "bad":
                raise ValueError(turn.text)
            return await super().save(turn)

    kept = Picky()
    call = a_call(turns=kept)
    await run(call, during=lambda: [says(call, "user", "bad"), says(call, "user", "good")])
    assert [turn.text for turn in kept.turns] == ["good"]

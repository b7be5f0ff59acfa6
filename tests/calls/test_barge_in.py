"""Where an agent allows it, speaking up stops it, and nothing of what either side said is lost."""

from contextlib import suppress

import numpy as np
import pytest

from ..ears import heard, sound
from ..patience import eventually
from ..words import SENTENCES, error_rate, words

pytestmark = pytest.mark.side_by_side
GREETING = "Welcome to the museum. We are open from nine to five on every day but Monday."
LONG_ENOUGH_TO_THINK = bytes(32_000 * 4 // 5)
"""A silence of 0.8 s ends a turn; what comes behind it is heard soon after, however late the server is."""
WORDS_OFF = 2
"""How many words may lie between what was heard and what is kept."""


def said_by(chunks, speaker):
    return [chunk["text"] for chunk in chunks if chunk["speakerType"] == speaker]


async def is_understood(caller, expected):
    """Returns once the user's rows say so."""

    def said():
        return " ".join(said_by(rows_of(caller), "user"))

    with suppress(TimeoutError):
        await eventually(lambda: error_rate(expected, said()) <= 0.1)
    assert error_rate(expected, said()) <= 0.1, said()


def rows_of(caller):
    return [chunk.data for chunk in caller.chunks]


async def words_off(house, text, voice):
    """How many words lie between what is kept of an answer and what was heard of it."""
    return abs(len(words(text)) - len(words(await heard(house.sandbox_url, sound(voice)))))


async def hears(caller, secs):
    """Returns once so much of the agent's voice has come."""
    await eventually(lambda: len(sound(caller.voice)) >= secs * 48_000)


async def spoken_into(caller, pcm):
    """Speaks into the agent's speech; the frames of its voice that came after it was interrupted."""
    since_secs = caller.now()
    await caller.speak(pcm)
    told = await caller.wait_for_message("interruption", since_secs=since_secs)
    # Over since, perhaps: the turn ends 0.2 s after the recording does.
    await eventually(lambda: "listening" in _states_since(caller, since_secs))
    return told, [voice for voice in caller.voice if voice.at_secs <= told.at_secs]


async def test_an_answer_that_is_spoken_into_is_given_up_and_the_next_one_is_answered(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "interruptible") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather"))
        await caller.wait_for_state("speaking")
        await spoken_into(caller, house.wav("name"))
        await caller.wait_for_state("speaking")
        await caller.wait_for_state("listening")
        await eventually(lambda: len(caller.chunks) == 4)
    assert [state for state, _ in caller.states] == [
        "listening",
        *["thinking", "speaking", "listening"] * 2,
    ]
    assert len(caller.log.of("interruption")) == 1
    assert len(caller.metrics) == 2
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert [chunk["speakerType"] for chunk in chunks] == ["user", "agent", "user", "agent"]
    timestamps = [chunk["timestamp"] for chunk in chunks]
    assert timestamps == sorted(timestamps)
    assert words(chunks[2]["text"])[:1] == ["my"], "the first word was cut off"
    assert error_rate(SENTENCES["name"], chunks[2]["text"]) <= 0.1
    asked = await house.requests(meeting_id, "llm")
    assert len(asked) == 2


@pytest.mark.parametrize("agent", ["talkative", "welcoming"], ids=["cascade", "realtime"])
async def test_a_greeting_can_be_interrupted_and_is_kept_as_far_as_it_was_spoken(house, agent):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, agent) as caller:
        await hears(caller, 2.0)
        _, voice = await spoken_into(caller, house.wav("hello"))
        await caller.wait_for_state("speaking")
        await caller.wait_for_state("listening")
    chunks = (await house.becomes(meeting_id, "processing"))["chunks"]
    assert [chunk["speakerType"] for chunk in chunks] == ["agent", "user", "agent"]
    assert GREETING.startswith(chunks[0]["text"])
    assert chunks[0]["text"].startswith("Welcome to the")  # how far it comes is a matter of the machine
    assert await words_off(house, chunks[0]["text"], voice) <= WORDS_OFF


@pytest.mark.parametrize(("stage", "delay_ms"), [("stt", 5_000), ("tts", 2_500)], ids=["stt", "tts"])
async def test_what_is_said_while_the_agent_thinks_is_answered_together_with_what_was_said_before(
    house, stage, delay_ms
):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, stage, delay_ms=delay_ms)
    async with house.call(meeting_id, "interruptible") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather") + LONG_ENOUGH_TO_THINK + house.wav("name"))
        await caller.wait_for_state("speaking")
        await caller.wait_for_state("listening")
        await eventually(lambda: said_by(rows_of(caller), "agent"))
    assert [state for state, _ in caller.states] == [
        "listening",
        "thinking",
        *["listening", "thinking", "speaking", "listening"],
    ]
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert len(said_by(chunks, "agent")) == 1
    heard = " ".join(said_by(chunks, "user"))
    assert error_rate(f"{SENTENCES['weather']} {SENTENCES['name']}", heard) <= 0.1


@pytest.mark.parametrize("name", ["noise_loud", "cough"])
async def test_noise_does_not_stop_the_agent(house, name):
    noise = _cough() if name == "cough" else house.wav(name)[:64_000]
    async with house.call(agent="talkative") as caller:
        await caller.wait_for_state("speaking")
        await caller.speak(noise)
        await caller.wait_for_state("listening")
    assert [state for state, _ in caller.states] == ["listening", "speaking", "listening"]
    assert caller.log.of("interruption") == []


def _cough() -> bytes:
    """120 ms of a breathy noise, loud and suddenly over."""
    random = np.random.default_rng(1)
    burst = random.standard_normal(1_920) * np.hanning(1_920) * 9_000
    return burst.clip(-32_768, 32_767).astype("<i2").tobytes() + bytes(32_000)


async def test_a_user_who_interrupts_again_and_again_is_understood_each_time(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "interruptible") as caller:
        await caller.wait_for_state("listening")
        expected = ""
        for name in ("weather", "time", "hello", "name"):
            await caller.speak(house.wav(name))
            expected = f"{expected} {SENTENCES[name]}"
            await is_understood(caller, expected)
            await caller.wait_for_state("speaking")
        await caller.wait_for_state("listening")
    assert caller.log.of("interruption")
    said = said_by((await house.becomes(meeting_id, "processing"))["chunks"], "user")
    assert error_rate(expected, " ".join(said)) <= 0.1


async def test_a_fault_is_apologised_for_even_to_somebody_who_goes_on_speaking(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "llm", fault="500", times=1)
    async with house.call(meeting_id, "interruptible") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather"))
        await caller.wait_for_state("recovering_error")
        before = len(caller.voice)
        await caller.speak(house.wav("name"))
        await caller.wait_for_state("listening")
        assert sum(len(voice.pcm) for voice in caller.voice[before:]) > 48_000, "the apology was cut"
        assert caller.log.of("interruption") == []
        assert (await caller.say(house.wav("order"))).why is None
    heard = " ".join(request["heard"] for request in await house.requests(meeting_id, "stt"))
    assert "boston" not in words(heard)


@pytest.mark.parametrize("how", ["hang up", "lost", "limit"])
async def test_a_call_that_ends_in_mid_sentence_keeps_what_was_spoken_of_it(house, how):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "brief" if how == "limit" else "talkative") as caller:
        if how == "limit":
            assert await caller.wait_for_close() == 4002
        else:
            await hears(caller, 2.0)
        if how == "lost":
            caller.drop()
    stored = await house.becomes(meeting_id, "processing")
    (text,) = said_by(stored["chunks"], "agent")
    assert GREETING.startswith(text)
    assert text != GREETING
    assert await words_off(house, text, caller.voice) <= WORDS_OFF


async def test_a_voice_that_fails_in_mid_sentence_leaves_what_was_spoken_of_it(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "tts", fault="stall", times=1)
    async with house.call(meeting_id, "talkative") as caller:
        await caller.wait_for_state("recovering_error")
        voice = list(caller.voice)
        await caller.wait_for_state("listening")
    chunks = (await house.becomes(meeting_id, "processing"))["chunks"]
    text = " ".join(said_by(chunks, "agent"))
    assert GREETING.startswith(text)
    assert await words_off(house, text, voice) <= WORDS_OFF


async def test_a_sound_without_words_does_not_leave_the_user_without_an_answer(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "llm", delay_ms=1_000)
    async with house.call(meeting_id, "interruptible") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather"))
        await caller.wait_for_message("user-transcription")
        await house.behave(meeting_id, "stt", fault="empty", times=1)
        await caller.wait_for_state("thinking")
        told, _ = await spoken_into(caller, house.wav("repeat"))
        await eventually(lambda: "speaking" in _states_since(caller, told.at_secs))
        await eventually(lambda: _states_since(caller, told.at_secs)[-1] == "listening")
    assert _states_since(caller, told.at_secs)[-3:] == ["thinking", "speaking", "listening"]
    chunks = (await house.becomes(meeting_id, "processing"))["chunks"]
    assert len(said_by(chunks, "user")) == 1


def _states_since(caller, since_secs):
    return [state for state, at_secs in caller.states if at_secs >= since_secs]

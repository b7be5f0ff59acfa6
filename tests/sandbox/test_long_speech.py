"""Whoever speaks long without a pause is understood while they speak, so that the end is soon answered."""

import base64

import numpy as np
import pytest

from ..patience import eventually
from ..words import SENTENCES, error_rate
from .talking import SILENCE, conversing
from .test_realtime import PART, opened

pytestmark = pytest.mark.anyio
NAMES = ("time", "order", "long", "name", "weather")
SAID = " ".join(SENTENCES[name] for name in NAMES)
LONGEST_REST_SECS = 8.5
"""A window, and some: what may wait for the end."""


@pytest.fixture
def breath(spoken):
    """The recordings without a pause between them: 22 s."""
    return b"".join(without_edges(spoken(name)) for name in NAMES)


def without_edges(pcm):
    samples = np.frombuffer(pcm, "<i2")
    loud = np.flatnonzero(np.abs(samples) > 200)
    return samples[max(0, loud[0] - 1_200) : loud[-1] + 1_200].tobytes()


async def append(client, pcm):
    for at in range(0, len(pcm), 48_000):
        audio = base64.b64encode(pcm[at : at + 48_000]).decode()
        await client.say("input_audio_buffer.append", audio=audio)


def understood_secs(control, call):
    (session,) = [each for each in control("GET", "sessions") if each["call"] == call]
    return session["understood_secs"]


async def test_a_transcription_has_understood_most_before_the_commit(openai, breath, control):
    async with opened(openai, call="call-20") as client:
        await append(client, breath)
        await eventually(
            lambda: understood_secs(control, "call-20") > len(breath) / 48_000 - LONGEST_REST_SECS
        )
        await client.say("input_audio_buffer.commit")
        assert (await client.until(f"{PART}completed", secs=30)).transcript == SAID
        assert understood_secs(control, "call-20") == 0


async def test_a_conversation_has_understood_most_before_the_end_of_the_turn(openai, breath, control):
    async with conversing(openai, call="call-21", output_modalities=["text"]) as client:
        await append(client, breath)
        await eventually(
            lambda: understood_secs(control, "call-21") > len(breath) / 48_000 - LONGEST_REST_SECS
        )
        await append(client, SILENCE)
        assert (await client.answered(secs=30)).status == "completed"
    (entry,) = [each for each in control("GET", "requests") if each["stage"] == "realtime"]
    assert entry["heard"] == SAID


async def test_what_is_cleared_is_no_part_of_what_is_heard_next(openai, breath, spoken, control):
    async with opened(openai, call="call-22") as client:
        await append(client, breath)
        await eventually(lambda: understood_secs(control, "call-22"))
        await client.say("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")
        assert understood_secs(control, "call-22") == 0
        await client.speak(spoken("hello"))
        assert (await client.until(f"{PART}completed")).transcript == SENTENCES["hello"]


async def test_free_speech_is_cut_where_no_word_is_lost(openai):
    said = (
        "Yesterday my brother walked along the river with his old dog and a basket of red apples "
        "and then they sat under a tree and talked about the summer"
    )
    spoken = await openai.audio.speech.create(model="any", voice="alloy", input=said, response_format="pcm")
    async with opened(openai) as client:
        await client.speak(spoken.content)
        heard = (await client.until(f"{PART}completed", secs=30)).transcript
    assert error_rate(said, heard) <= 0.3

"""Speech to speech, as OpenAI's own client meets it: what is said aloud is answered aloud."""

import asyncio
import base64

import numpy as np
import pytest
from openai.types.realtime import RealtimeServerEvent
from pipecat.services.openai.realtime.events import parse_server_event
from pydantic import TypeAdapter

from ..words import SENTENCES
from .talking import SILENCE, conversing

pytestmark = pytest.mark.anyio
HEARD = {"input": {"transcription": {"model": "ear"}}}
PROMPT = "You are Anna of Hotel Aurora. Breakfast is from seven to ten."


def voice_of(client):
    deltas = client.said("response.output_audio.delta")
    return b"".join(base64.b64decode(event.delta) for event in deltas)


def text_of(response):
    (item,) = response.output
    return item.content[0].transcript or item.content[0].text


async def test_what_is_said_is_answered_in_words_and_sound(openai, spoken):
    async with conversing(openai, audio=HEARD) as client:
        await client.hear(spoken("weather"))
        response = await client.answered()
    said = "I cannot see the sky over Paris, but I hope for sunshine."
    assert (response.status, text_of(response)) == ("completed", said)
    words = client.said("response.output_audio_transcript.delta")
    assert "".join(event.delta for event in words) == said
    assert len(words) == 12
    assert 3 < len(voice_of(client)) / 48_000 < 6
    (written,) = client.said("conversation.item.input_audio_transcription.completed")
    assert written.transcript == SENTENCES["weather"]


async def test_events_come_in_openais_order_and_shapes(openai, spoken):
    detailed = {"transcription": {"model": "ear"}, "noise_reduction": {"type": "near_field"}}
    async with conversing(openai, audio={"input": detailed}) as client:
        opening = list(client.events)
        await client.hear(spoken("hello"))
        await client.answered()
    transcript = "conversation.item.input_audio_transcription."
    kinds = [event.type for event in client.events if not event.type.startswith(transcript)]
    assert list(dict.fromkeys(kinds)) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "rate_limits.updated",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    for event in opening + client.events:
        TypeAdapter(RealtimeServerEvent).validate_python(event.to_dict())
        parse_server_event(event.to_json())
    assert len({event.event_id for event in client.events}) == len(client.events)


async def test_the_words_are_ahead_of_their_sound(openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "speed": 20})
    async with conversing(openai) as client:
        await client.ask("", instructions="Say exactly: You will find the old harbor just around the corner.")
    kinds = [event.type.split(".")[1] for event in client.events if event.type.endswith(".delta")]
    words, sounds = kinds.count("output_audio_transcript"), kinds.count("output_audio")
    last_word = len(kinds) - kinds[::-1].index("output_audio_transcript")
    assert (kinds[0], words) == ("output_audio_transcript", 10)
    assert kinds[last_word:].count("output_audio") >= sounds / words + 2


async def test_a_text_session_answers_speech_in_writing(openai, spoken):
    async with conversing(openai, output_modalities=["text"], instructions=PROMPT) as client:
        await client.hear(spoken("hello"))
        response = await client.answered()
    assert text_of(response) == "Yes, I can hear you. This is Anna of Hotel Aurora."
    assert "".join(event.delta for event in client.said("response.output_text.delta")) == text_of(response)
    assert not voice_of(client)
    assert response.usage.output_token_details.audio_tokens == 0


async def test_what_was_said_before_is_known_later(openai, spoken):
    async with conversing(openai, output_modalities=["text"]) as client:
        await client.hear(spoken("name"))
        await client.answered()
        response = await client.ask("What is my name?")
    assert text_of(response) == "Your name is Alice."


async def test_a_fresh_session_that_is_told_of_the_conversation_knows_it(openai, spoken):
    async with conversing(openai, output_modalities=["text"], instructions=PROMPT) as client:
        await client.write("My name is Alice and I live in Boston.")
        await client.write("Nice to meet you, Alice.", role="assistant")
        assert text_of(await client.ask("Where do I live?")) == "You live in Boston."
        assert text_of(await client.ask("When is breakfast?")) == "Breakfast is from seven to ten."
        await client.hear(spoken("repeat"))
        assert text_of(await client.answered()) == "Breakfast is from seven to ten."


async def test_instructions_for_one_response_are_obeyed_and_then_forgotten(openai):
    async with conversing(openai, output_modalities=["text"]) as client:
        told = 'Say exactly: "Sorry, where were we?"'
        await client.say("response.create", response={"instructions": told})
        assert text_of(await client.answered()) == "Sorry, where were we?"
        assert text_of(await client.ask("Who are you?")).endswith("I am only a stand-in, and no model.")


@pytest.mark.parametrize("name", ["noise_room", "noise_loud"])
async def test_noise_is_no_turn(openai, spoken, name):
    async with conversing(openai) as client:
        await client.hear(spoken(name))
        await client.say("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")
    assert not client.said("input_audio_buffer.speech_started")


@pytest.mark.parametrize(
    ("detection", "turns"),
    [
        ({"type": "server_vad", "silence_duration_ms": 500}, 2),
        ({"type": "server_vad", "silence_duration_ms": 1_000}, 1),
        ({"type": "semantic_vad", "eagerness": "high"}, 2),
        ({"type": "semantic_vad", "eagerness": "low"}, 1),
    ],
)
async def test_a_pause_ends_a_turn_if_it_is_longer_than_was_asked_for(openai, spoken, detection, turns):
    detection["create_response"] = False
    async with conversing(openai, audio={"input": {"turn_detection": detection}}) as client:
        await client.hear(spoken("pause_900") + SILENCE)
        await client.say("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")
    assert len(client.said("input_audio_buffer.committed")) == turns
    assert not client.said("response.created")


async def test_a_turn_is_where_the_speech_is(openai, spoken):
    async with conversing(openai) as client:
        await client.hear(SILENCE + SILENCE + spoken("weather"))
        await client.answered()
    (began,) = client.said("input_audio_buffer.speech_started")
    (ended,) = client.said("input_audio_buffer.speech_stopped")
    assert 1_600 <= began.audio_start_ms <= 1_900
    assert 4_900 <= ended.audio_end_ms <= 5_200
    assert began.item_id == ended.item_id == client.said("input_audio_buffer.committed")[0].item_id


async def test_whoever_detects_turns_alone_commits_and_asks(openai, spoken):
    async with conversing(openai, audio={"input": {"turn_detection": None}}) as client:
        await client.speak(spoken("weather"))
        await client.until("conversation.item.done")
        assert not client.said("response.created")
        await client.say("response.create")
        assert "Paris" in text_of(await client.answered())


async def test_whoever_speaks_ends_the_answer(openai, spoken, control):
    control("PUT", "behaviour", {"stage": "realtime", "speed": 1})
    async with conversing(openai) as client:
        await client.write("Tell me a story.")
        await client.say("response.create")
        await client.until("response.output_audio.delta")
        await client.hear(spoken("hello"))
        broken_off = await client.answered()
        assert (broken_off.status, broken_off.status_details.reason) == ("cancelled", "turn_detected")
        assert broken_off.output[0].status == "incomplete"
        assert (await client.answered()).status == "completed"


async def test_whoever_may_not_interrupt_is_heard_and_told_that_an_answer_is_under_way(
    openai, spoken, control
):
    control("PUT", "behaviour", {"stage": "realtime", "speed": 2})
    async with conversing(
        openai, audio={"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}}
    ) as client:
        await client.write("Tell me a story.")
        await client.say("response.create")
        await client.until("response.output_audio.delta")
        await client.hear(spoken("hello"))
        error = (await client.until("error")).error
        assert error.code == "conversation_already_has_active_response"
        assert (await client.answered()).status == "completed"


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
async def test_the_telephones_sound_is_understood_and_spoken(openai, spoken, kind):
    phone = {"format": {"type": kind}}
    async with conversing(openai, audio={"input": phone, "output": phone}) as client:
        await client.ask("Please say: what is the weather like in Paris today?")
        sound = voice_of(client)
        await client.say("input_audio_buffer.append", audio=base64.b64encode(sound).decode())
        await client.say("input_audio_buffer.append", audio=base64.b64encode(silent(kind)).decode())
        assert "sunshine" in text_of(await client.answered())


def silent(kind):
    return bytes([0xFF if kind == "audio/pcmu" else 0xD5]) * 8_000


async def test_silence_prompts_an_answer_where_that_is_wanted(openai, spoken):
    detection = {"type": "server_vad", "idle_timeout_ms": 5_000}
    async with conversing(
        openai, output_modalities=["text"], audio={"input": {"turn_detection": detection}}
    ) as client:
        await client.hear(spoken("hello"))
        await client.answered()
        await client.hear(b"")
        await client.until("input_audio_buffer.timeout_triggered", secs=8)
        assert text_of(await client.answered()) == "I did not catch that. Could you say it again?"


async def test_many_speak_at_once_and_all_are_answered(openai, spoken):
    async def one(name):
        async with conversing(openai, output_modalities=["text"]) as client:
            await client.hear(spoken(name))
            return text_of(await client.answered(secs=30))

    answers = await asyncio.gather(*(one(name) for name in ["weather", "time", "order"] * 5))
    assert [answers.count(answer) for answer in set(answers)] == [5, 5, 5]


async def test_what_was_heard_asked_and_sent_is_written_down(openai, spoken, control):
    async with conversing(openai, call="call-9", audio=HEARD) as client:
        await client.hear(spoken("weather"))
        await client.answered()
    entries = {entry["stage"]: entry for entry in control("GET", "requests")}
    realtime = entries["realtime"]
    assert (realtime["call"], realtime["model"]) == ("call-9", "gpt-realtime-2.1")
    assert realtime["heard"] == realtime["asked"] == entries["stt"]["heard"] == SENTENCES["weather"]
    assert realtime["bytes"] == len(voice_of(client))
    assert realtime["turn_end_unix_ms"] <= realtime["first_text_unix_ms"] <= realtime["first_audio_unix_ms"]


async def test_an_answer_is_as_late_as_it_is_told_to_be(openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "delay_ms": 700})
    async with conversing(openai, output_modalities=["text"]) as client:
        await client.ask("Hello?")
    (entry,) = control("GET", "requests")
    assert entry["first_text_unix_ms"] - entry["turn_end_unix_ms"] >= 699


async def test_the_transcript_may_come_after_the_answer_or_fail_beside_it(openai, spoken, control):
    control("PUT", "behaviour", {"stage": "stt", "delay_ms": 1_500, "fault": "429", "times": 1})
    part = "conversation.item.input_audio_transcription"
    async with conversing(openai, output_modalities=["text"], audio=HEARD) as client:
        await client.hear(spoken("weather"))
        assert "Paris" in text_of(await client.answered())
        assert (await client.until(f"{part}.failed")).error.code == "rate_limit_exceeded"
        await client.hear(spoken("time"))
        await client.answered()
        assert (await client.until(f"{part}.completed")).transcript == SENTENCES["time"]


def test_g711_is_what_the_standard_says():
    from turnwise.agents.sandbox.realtime.codec import SoundDecoder, encode

    tone = (np.sin(np.arange(24_000) * 2 * np.pi * 440 / 24_000) * 8_000).astype("<i2")
    for kind in ("audio/pcmu", "audio/pcma"):
        there = encode(tone.tobytes(), kind)
        back = np.frombuffer(SoundDecoder(kind).decode(there), "<i2").astype(float)
        assert len(there) == 8_000
        assert abs(np.abs(back[2_000:20_000]).max() - 8_000) < 500

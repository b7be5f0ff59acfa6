"""The realtime surface, as OpenAI's own client meets it: what is said aloud is written down."""

import base64
from contextlib import asynccontextmanager

import pytest
from openai import AsyncOpenAI
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from ..words import SENTENCES
from .talking import Session

pytestmark = pytest.mark.anyio
PART = "conversation.item.input_audio_transcription."
FORMAT = {"type": "audio/pcm", "rate": 24_000}


def session(**transcription):
    transcription = {"model": "ear", "language": "en", **transcription}
    return {
        "type": "transcription",
        "audio": {"input": {"format": FORMAT, "transcription": transcription, "turn_detection": None}},
    }


@asynccontextmanager
async def opened(openai: AsyncOpenAI, wanted=None, call: str | None = None):
    headers = {"X-Turnwise-Call": call} if call else {}
    query = {"intent": "transcription"}
    async with openai.realtime.connect(extra_query=query, extra_headers=headers) as connection:
        client = Session(connection)
        await client.until("session.created")
        await client.say("session.update", session=wanted or session())
        yield client


async def test_speech_is_confirmed_then_written_down_word_by_word(openai, spoken):
    async with opened(openai) as client:
        await client.speak(spoken("weather"))
        done = await client.until(f"{PART}completed")
    kinds = [event.type for event in client.events]
    assert kinds[:5] == [
        "session.created",
        "session.updated",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    pieces = [event for event in client.events if event.type == f"{PART}delta"]
    assert (done.transcript, len(pieces)) == (SENTENCES["weather"], 8)
    assert "".join(piece.delta for piece in pieces) == done.transcript
    assert {event.item_id for event in [*pieces, done]} == {client.events[2].item_id}


async def test_a_session_hears_one_stretch_after_the_other(openai, spoken, control):
    async with opened(openai, call="call-7") as client:
        for name in ("hello", "order"):
            await client.speak(spoken(name))
            assert (await client.until(f"{PART}completed")).transcript == SENTENCES[name]
            client.events.clear()
    first, second = control("GET", "requests")
    assert (first["stage"], first["call"], first["model"]) == ("stt", "call-7", "ear")
    assert (first["heard"], first["bytes"]) == (SENTENCES["hello"], len(spoken("hello")))
    assert second["heard"] == SENTENCES["order"]


async def test_noise_is_an_empty_transcript_and_cleared_audio_none_at_all(openai, spoken):
    async with opened(openai) as client:
        audio = base64.b64encode(spoken("hello")).decode()
        await client.say("input_audio_buffer.append", audio=audio)
        await client.say("input_audio_buffer.clear")
        await client.speak(spoken("noise_loud"))
        assert (await client.until(f"{PART}completed")).transcript == ""


async def test_a_session_without_a_transcription_model_writes_nothing_down(openai, spoken):
    wanted = {"type": "transcription", "audio": {"input": {"transcription": None}}}
    async with opened(openai, wanted) as client:
        await client.speak(spoken("hello"))
        await client.until("conversation.item.done")
        await client.say("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")
    assert not any(event.type.startswith(PART) for event in client.events)


@pytest.mark.parametrize(
    ("said", "code", "param"),
    [
        ({"type": "transcription_session.update", "session": {}}, "invalid_value", "type"),
        (
            {"type": "session.update", "session": {"type": "transcription", "input_audio_format": "pcm16"}},
            "unknown_parameter",
            "session.input_audio_format",
        ),
        ({"type": "session.update", "session": {}}, "missing_required_parameter", "session.type"),
        (
            {"type": "session.update", "session": session(model="gpt-realtime-whisper", prompt="Names.")},
            "invalid_value",
            "session.audio.input.transcription.prompt",
        ),
        ({"type": "input_audio_buffer.append", "audio": "%"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
    ],
)
async def test_what_is_wrong_with_an_event_is_said_and_the_session_goes_on(openai, spoken, said, code, param):
    async with opened(openai) as client:
        await client.until("session.updated")
        await client.say(said.pop("type"), event_id="mine", **said)
        error = (await client.until("error")).error
        assert (error.code, error.param, error.event_id) == (code, param, "mine")
        await client.speak(spoken("hello"))
        assert (await client.until(f"{PART}completed")).transcript == SENTENCES["hello"]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({"intent": "transcription"}, {"Authorization": ""}, 401),
        ({"intent": "transcription"}, {"OpenAI-Beta": "realtime=v1"}, 400),
        ({}, {}, 400),
        ({"intent": "translation"}, {}, 400),
        ({"model": "gpt-realtime"}, {"OpenAI-Beta": "realtime=v1"}, 400),
    ],
)
async def test_a_session_that_cannot_be_is_refused_with_a_status(openai, query, headers, status):
    with pytest.raises(InvalidStatus) as refused:
        async with openai.realtime.connect(extra_query=query, extra_headers=headers):
            pass
    assert refused.value.response.status_code == status
    assert refused.value.response.headers["x-request-id"]


@pytest.mark.parametrize(("fault", "status"), [("401", 401), ("429", 429), ("500", 500)])
async def test_a_session_can_be_refused_once(openai, control, fault, status):
    control("PUT", "behaviour", {"stage": "realtime", "fault": fault, "times": 1})
    with pytest.raises(InvalidStatus) as refused:
        async with opened(openai):
            pass
    assert refused.value.response.status_code == status
    async with opened(openai) as client:
        await client.until("session.updated")


async def test_a_connection_can_be_closed_without_a_word(openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "refuse"})
    with pytest.raises((InvalidMessage, ConnectionClosed, EOFError)):
        async with opened(openai):
            pass


async def spoken_to(openai, spoken):
    """All that comes within a moment of speech, and whether the line held."""
    async with opened(openai) as client:
        await client.until("session.updated")
        client.events.clear()
        await client.speak(spoken("hello"))
        try:
            await client.until(f"{PART}completed", f"{PART}failed", secs=1.5)
        except TimeoutError:
            return "silent", client.events
        except ConnectionClosed:
            return "closed", client.events
        except ValueError:
            return "garbage", client.events
        return "answered", client.events


@pytest.mark.parametrize(
    ("fault", "ends", "last"),
    [
        ("401", "answered", f"{PART}failed"),
        ("429", "answered", f"{PART}failed"),
        ("500", "answered", f"{PART}failed"),
        ("refuse", "closed", None),
        ("hang", "silent", None),
        ("stall", "silent", f"{PART}delta"),
        ("cut", "closed", f"{PART}delta"),
        ("malformed", "garbage", "conversation.item.done"),
        ("empty", "answered", f"{PART}completed"),
    ],
)
async def test_a_fault_strikes_one_stretch_of_speech_and_the_next_is_served(
    openai, control, spoken, fault, ends, last
):
    async with opened(openai) as client:
        await client.speak(spoken("hello"))
        await client.until(f"{PART}completed")
    control("PUT", "behaviour", {"stage": "stt", "fault": fault, "times": 1})
    how, events = await spoken_to(openai, spoken)
    assert (how, events[-1].type if events else None) == (ends, last)
    how, events = await spoken_to(openai, spoken)
    assert (how, events[-1].transcript) == ("answered", SENTENCES["hello"])


async def test_a_failed_transcription_says_what_an_http_error_would(openai, control, spoken):
    control("PUT", "behaviour", {"stage": "stt", "fault": "429", "times": 1})
    async with opened(openai) as client:
        await client.speak(spoken("hello"))
        failed = await client.until(f"{PART}failed")
    assert (failed.error.type, failed.error.code) == ("requests", "rate_limit_exceeded")

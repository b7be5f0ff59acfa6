"""Faults that strike a spoken conversation: at its opening, or at one of its answers."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ..patience import eventually
from .talking import conversing

pytestmark = pytest.mark.anyio


async def asked(client):
    """How the answer to something ends, and the type of the last event."""
    await client.write("Tell me a story.")
    await client.until("conversation.item.done")
    client.events.clear()
    await client.say("response.create")
    try:
        end = await client.until("response.done", "error", secs=1.5)
    except TimeoutError:
        how = "silent"
    except ConnectionClosed:
        how = "closed"
    except ValueError:
        how = "garbage"
    else:
        how = end.response.status if end.type == "response.done" else end.error.code
    return how, client.events[-1].type if client.events else None


@pytest.mark.parametrize(
    ("fault", "how", "last"),
    [
        ("401", "invalid_api_key", "error"),
        ("429", "failed", "response.done"),
        ("500", "failed", "response.done"),
        ("refuse", "closed", None),
        ("hang", "silent", None),
        ("stall", "silent", "response.output_audio.delta"),
        ("cut", "closed", "response.output_audio.delta"),
        ("malformed", "garbage", None),
        ("empty", "completed", "response.done"),
    ],
)
async def test_a_fault_strikes_one_answer_and_a_fresh_session_is_served(openai, control, fault, how, last):
    async with conversing(openai) as client:
        control("PUT", "behaviour", {"stage": "realtime", "fault": fault, "times": 1})
        assert await asked(client) == (how, last)
        outputs = [each for each in client.events if each.type == "response.output_item.added"]
        assert bool(outputs) is (fault in ("stall", "cut"))
    async with conversing(openai) as client:
        assert await asked(client) == ("completed", "response.done")
    assert [entry["fault"] for entry in control("GET", "requests")] == [fault, None]


@pytest.mark.parametrize("fault", ["401", "429", "500", "empty", "malformed"])
async def test_a_session_outlives_an_answer_that_failed(openai, control, fault):
    async with conversing(openai, output_modalities=["text"]) as client:
        control("PUT", "behaviour", {"stage": "realtime", "fault": fault, "times": 1})
        await asked(client)
        assert await asked(client) == ("completed", "response.done")


@pytest.mark.parametrize(("fault", "code"), [("429", "rate_limit_exceeded"), ("500", "server_error")])
async def test_a_failed_answer_says_why(openai, control, fault, code):
    async with conversing(openai) as client:
        control("PUT", "behaviour", {"stage": "realtime", "fault": fault, "times": 1})
        details = (await client.ask("Hello?")).status_details
    assert (details.type, details.error.code) == ("failed", code)


async def test_whoever_speaks_into_a_stalled_answer_is_answered(openai, control, spoken):
    async with conversing(openai) as client:
        control("PUT", "behaviour", {"stage": "realtime", "fault": "stall", "times": 1})
        await asked(client)
        await client.hear(spoken("weather"))
        assert (await client.answered()).status == "cancelled"
        assert (await client.answered()).status == "completed"


@pytest.mark.parametrize(("fault", "status"), [("401", 401), ("429", 429), ("500", 500)])
async def test_the_opening_can_be_refused_once(openai, control, fault, status):
    control("PUT", "behaviour", {"stage": "realtime", "fault": fault, "times": 1})
    with pytest.raises(InvalidStatus) as refused:
        async with conversing(openai):
            pass
    assert refused.value.response.status_code == status
    async with conversing(openai) as client:
        assert await asked(client) == ("completed", "response.done")


async def test_a_session_can_be_opened_and_mute(openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "stall", "times": 1})
    async with openai.realtime.connect(model="gpt-realtime-2.1") as connection:
        assert (await connection.recv()).type == "session.created"
        await connection.send({"type": "response.create"})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.recv(), 0.5)


async def test_an_empty_answer_waits_for_a_session_to_be_open(openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "empty", "times": 1})
    async with conversing(openai) as client:
        assert (await client.ask("Hello?")).output == []
        assert (await client.ask("Hello?")).output


async def test_a_session_is_open_until_its_client_is_gone(openai, control, spoken):
    control("PUT", "behaviour", {"stage": "realtime", "per_token_ms": 200})
    async with conversing(openai, call="call-3") as client:
        await client.hear(spoken("weather"))
        await client.until("response.output_audio_transcript.delta")
        (session,) = control("GET", "sessions")
        assert (session["kind"], session["wire"], session["call"]) == ("realtime", "websocket", "call-3")
    await eventually(lambda: not control("GET", "sessions"))

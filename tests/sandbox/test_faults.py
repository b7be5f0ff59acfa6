"""Every fault at every stage, as OpenAI's client meets it."""

import asyncio
from contextlib import suppress

import httpx2
import openai as sdk
import pytest
from openai import AsyncOpenAI
from turnwise.agents.sandbox.parts import Parts
from turnwise.agents.sandbox.server import address_of, listen, server

from ..patience import eventually

pytestmark = pytest.mark.anyio

STAGES = ("stt", "llm", "tts")
SAID = "You will find the museum just around the corner."


async def use(openai: AsyncOpenAI, stage: str, speech, got: list[str | bytes]) -> None:
    """Uses a stage as a call does; what came, even before an error, is in `got`."""
    if stage == "stt":
        file = ("a.wav", (speech / "hello.wav").read_bytes())
        got.append((await openai.audio.transcriptions.create(model="any", file=file)).text)
    elif stage == "llm":
        messages = [{"role": "user", "content": "Hello!"}]
        stream = await openai.chat.completions.create(model="any", messages=messages, stream=True)  # type: ignore
        async with stream:
            async for chunk in stream:
                got.extend(choice.delta.content for choice in chunk.choices if choice.delta.content)
    else:
        async with openai.audio.speech.with_streaming_response.create(
            model="any", voice="alloy", input=SAID, response_format="pcm"
        ) as response:
            assert "json" not in response.headers["content-type"], "that is no audio"
            async for piece in response.iter_bytes():
                got.append(piece)


TIMED_OUT = (sdk.APITimeoutError, httpx2.ReadTimeout)
BROKEN = (sdk.APIConnectionError, httpx2.RemoteProtocolError)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("401", sdk.AuthenticationError),
        ("429", sdk.RateLimitError),
        ("500", sdk.InternalServerError),
        ("refuse", sdk.APIConnectionError),
        ("hang", sdk.APITimeoutError),
        ("stall", TIMED_OUT),
        ("cut", BROKEN),
        ("malformed", (ValueError, AssertionError)),
    ],
)
async def test_a_fault_is_met_once_and_the_next_request_is_served(
    openai, control, speech, stage, fault, error
):
    control("PUT", "behaviour", {"stage": stage, "fault": fault, "times": 1})
    impatient = openai.with_options(timeout=0.3)
    with pytest.raises(error):
        await use(impatient, stage, speech, [])
    got = []
    await use(openai, stage, speech, got)
    assert got


@pytest.mark.parametrize("stage", STAGES)
async def test_an_empty_answer_is_well_formed(openai, control, speech, stage):
    control("PUT", "behaviour", {"stage": stage, "fault": "empty"})
    got = []
    await use(openai, stage, speech, got)
    assert not any(got)


@pytest.mark.parametrize("stage", ["llm", "tts"])
@pytest.mark.parametrize("fault", ["stall", "cut"])
async def test_an_answer_has_begun_before_it_breaks_off(openai, control, speech, stage, fault):
    control("PUT", "behaviour", {"stage": stage, "fault": fault})
    got = []
    with suppress(*TIMED_OUT, *BROKEN):
        await use(openai.with_options(timeout=0.3), stage, speech, got)
    assert got


async def test_a_rate_limit_says_when_to_try_again(openai, control, speech):
    control("PUT", "behaviour", {"stage": "llm", "fault": "429"})
    with pytest.raises(sdk.RateLimitError) as refused:
        await use(openai, "llm", speech, [])
    assert refused.value.response.headers["retry-after"] == "1"


@pytest.mark.parametrize("fault", ["hang", "stall"])
async def test_a_hanging_request_ends_when_its_client_leaves(speech, fault):
    parts = Parts()
    with listen(0) as listening:
        running = server(parts)
        serving = asyncio.create_task(running.serve(sockets=[listening]))
        parts.behaviours.put(_behaviour(stage="llm", fault=fault))
        async with AsyncOpenAI(api_key="any", base_url=address_of(listening), max_retries=0) as client:
            with pytest.raises(TIMED_OUT):
                await use(client.with_options(timeout=0.3), "llm", speech, [])
            await eventually(lambda: not running.server_state.tasks)
        running.should_exit = True
        await serving


def _behaviour(**fields):
    from turnwise.agents.sandbox.behaviour import Behaviour

    return Behaviour(**fields)

"""What was asked of the sandbox can be read, and how it behaves can be set, for all calls or for one."""

import json
import time
import urllib.error

import pytest
from openai import InternalServerError

pytestmark = pytest.mark.anyio

HELLO = [{"role": "user", "content": "Hello!"}]


async def ask(openai, call: str | None = None):
    headers = {"X-Turnwise-Call": call} if call else {}
    return await openai.chat.completions.create(model="any", messages=HELLO, extra_headers=headers)


async def test_requests_are_listed_newest_last(openai, control, speech):
    file = (speech / "hello.wav").read_bytes()
    await openai.audio.transcriptions.create(model="ear", file=("a.wav", file))
    await ask(openai, "call-7")
    await openai.audio.speech.create(model="any", voice="alloy", input="Hello.", response_format="pcm")
    heard, asked, said = control("GET", "requests")
    assert (heard["stage"], heard["heard"], heard["model"]) == ("stt", "Hello, can you hear me?", "ear")
    assert (heard["bytes"], heard["audio_secs"], heard["call"]) == (len(file), 2.083, None)
    assert (asked["stage"], asked["asked"], asked["call"]) == ("llm", "Hello!", "call-7")
    assert (said["stage"], said["said"], said["bytes"] > 10_000) == ("tts", "Hello.", True)
    assert heard["time"] < asked["time"] < said["time"]


async def test_cleared_requests_are_gone(openai, control):
    await ask(openai)
    control("DELETE", "requests")
    assert control("GET", "requests") == []


async def test_what_is_set_for_a_call_wins_over_what_is_set_for_all(openai, control):
    control("PUT", "behaviour", {"stage": "llm", "fault": "500"})
    control("PUT", "behaviour", {"stage": "llm", "fault": "empty", "call": "mine"})
    with pytest.raises(InternalServerError):
        await ask(openai, "other")
    assert (await ask(openai, "mine")).choices[0].message.content == ""


async def test_a_fault_is_counted_down_and_the_delay_stays(openai, control):
    control("PUT", "behaviour", {"stage": "llm", "delay_ms": 100})
    control("PUT", "behaviour", {"stage": "llm", "fault": "500", "times": 2})
    for _ in range(2):
        with pytest.raises(InternalServerError):
            await ask(openai)
    began = time.monotonic()
    assert (await ask(openai)).choices[0].message.content
    assert time.monotonic() - began >= 0.1
    assert control("GET", "behaviour") == [{"stage": "llm", "delay_ms": 100}]


async def test_tokens_come_as_slowly_as_they_are_told_to(openai, control):
    control("PUT", "behaviour", {"stage": "llm", "per_token_ms": 30})
    began = time.monotonic()
    stream = await openai.chat.completions.create(model="any", messages=HELLO, stream=True)
    times = [time.monotonic() - began async for chunk in stream if chunk.choices[0].delta.content]
    assert times[-1] - times[0] == pytest.approx(0.18, abs=0.1)


async def test_the_ears_answer_no_sooner_than_their_delay(openai, control, speech):
    control("PUT", "behaviour", {"stage": "stt", "delay_ms": 600})
    began = time.monotonic()
    await openai.audio.transcriptions.create(model="any", file=("a.wav", (speech / "long.wav").read_bytes()))
    assert time.monotonic() - began >= 0.6


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"stage": "ear"}, "stage: expected 'stt', 'llm', 'tts' or 'realtime'."),
        ({}, "stage: it is missing; it says which stage to change."),
        (
            {"stage": "llm", "fault": "404"},
            "fault: expected '401', '429', '500', 'refuse', 'hang', 'stall', 'cut', 'empty' or 'malformed'.",
        ),
        (
            {"stage": "llm", "delay": 3},
            "delay: there is no such field; "
            "there are stage, call, fault, times, delay_ms, per_token_ms, speed.",
        ),
        ({"stage": "llm", "delay_ms": -1}, "delay_ms: expected greater than or equal to 0."),
        ({"stage": "llm", "times": 2}, "times: times counts a fault, and no fault is given; give both."),
    ],
)
def test_a_wrong_behaviour_is_refused_with_what_is_allowed(control, body, message):
    with pytest.raises(urllib.error.HTTPError) as refused:
        control("PUT", "behaviour", body)
    with refused.value as response:
        assert (response.status, json.load(response)["detail"]["message"]) == (422, message)

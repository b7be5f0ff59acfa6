"""A call to a model over WebRTC: real packets, a real offer through OpenAI's own client."""

import asyncio
import base64
import json
import threading
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import openai
import pytest
from turnwise.agents.faults import StageFault, describe
from turnwise.agents.realtime.peer import open_realtime_call
from turnwise.agents.sandbox.realtime.events import event

from ..patience import PATIENCE_SECS, eventually
from .model import Model, a_model

pytestmark = pytest.mark.anyio
SESSION = {"type": "realtime", "model": "gpt-realtime-2.1"}
TONE = (np.sin(np.arange(12_000) * 2 * np.pi * 440 / 24_000) * 8000).astype("<i2").tobytes()


@pytest.fixture
async def model(anyio_backend):
    async with a_model() as model:
        yield model


@asynccontextmanager
async def a_call(model: Model, **options):
    call = await open_realtime_call(model.upstream, SESSION, **options)
    try:
        yield call
    finally:
        await call.close()


async def until(call, kind):
    events = []
    async with asyncio.timeout(PATIENCE_SECS):
        while not events or events[-1]["type"] != kind:
            events.append(json.loads(await call.receive()))
    return events


def loud_secs(pcm: bytes) -> float:
    """From the first to the last of a tone."""
    loud = np.nonzero(np.abs(np.frombuffer(pcm, "<i2").astype(int)) > 1000)[0]
    return (loud[-1] - loud[0] + 1) / 24_000 if loud.size else 0.0


async def test_the_offer_carries_session_key_and_tag_and_the_end_hangs_up(model):
    async with a_call(model) as call:
        asked = model.asked[0]
        form = await asked.form()
        assert json.loads(str(form["session"])) == SESSION
        assert asked.headers["authorization"] == "Bearer secret-key"
        assert asked.headers["x-turnwise-call"] == "the call"
        assert call.request_id == "req_1"
    assert model.hung_up == ["rtc_1"]


async def test_the_voice_comes_whole_between_the_events_of_its_answer(model):
    async with a_call(model) as call:
        model.tell(event("response.created", response={"id": "r1"}))
        where = {"response_id": "r1", "item_id": "i1", "output_index": 0, "content_index": 0}
        model.tell(event("response.content_part.added", part={"type": "audio"}, **where))
        model.playback.add("r1", "i1", TONE)
        model.playback.finish("i1")
        model.tell(event("response.done", response={"id": "r1", "status": "completed"}))
        events = await until(call, "response.done")
    voice = b"".join(base64.b64decode(each["delta"]) for each in events if "delta" in each)
    assert loud_secs(voice) == pytest.approx(0.5, abs=0.02)


async def test_what_is_said_is_heard_before_it_is_committed(model):
    async with a_call(model) as call:
        audio = base64.b64encode(TONE).decode()
        await call.send({"type": "input_audio_buffer.append", "audio": audio})
        await asyncio.gather(
            call.send({"type": "input_audio_buffer.commit"}), call.send({"type": "response.create"})
        )
        await eventually(lambda: len(model.said) >= 2)
        heard_secs = loud_secs(bytes(model.heard))
    assert [json.loads(said)["type"] for said in model.said] == [
        "input_audio_buffer.commit",
        "response.create",
    ]
    assert heard_secs == pytest.approx(0.5, abs=0.03)


async def test_what_was_cleared_is_not_said(model):
    async with a_call(model) as call:
        await call.append(TONE * 4)
        await call.send({"type": "input_audio_buffer.clear"})
        await call.append(TONE)
        await call.send({"type": "input_audio_buffer.commit"})
    assert loud_secs(bytes(model.heard)) < 1.0


@pytest.mark.parametrize(
    ("status", "code"), [(401, "key_refused"), (429, "rate_limited"), (500, "upstream_error")]
)
async def test_a_refusal_is_told_with_its_status_and_request(model, status, code):
    model.status, model.answer = status, '{"error": {"message": "no"}}'
    with pytest.raises(openai.APIStatusError) as refused:
        await open_realtime_call(model.upstream, SESSION)
    told = describe("realtime", refused.value)
    assert (told.code, told.status, told.request_id) == (code, status, "req_1")


@pytest.mark.parametrize("answer", ["hello", "v=0\r\nhello", "v=0\r\nm=audio 9 RTP/AVP 0\r\n"])
async def test_an_answer_that_is_none_is_a_fault(model, answer):
    model.answer = answer
    with pytest.raises(StageFault) as fault:
        await open_realtime_call(model.upstream, SESSION)
    assert (fault.value.code, fault.value.request_id) == ("malformed", "req_1")


async def test_a_server_that_is_not_there_cannot_be_reached(model, unused_port):
    model.url = f"http://127.0.0.1:{unused_port}"
    with pytest.raises(openai.APIConnectionError) as fault:
        await open_realtime_call(model.upstream, SESSION)
    assert describe("realtime", fault.value).code == "unreachable"


async def test_a_call_that_does_not_come_about_in_time_is_hung_up(model):
    model.answer = await an_answer_of_nobody()
    with pytest.raises(TimeoutError):
        await open_realtime_call(model.upstream, SESSION, connect_secs=1.0)
    assert model.hung_up == ["rtc_1"]


async def an_answer_of_nobody() -> str:
    """An answer that would do, of a peer that is gone."""
    from turnwise.agents.realtime.end import realtime_end

    async def nothing(_: bytes) -> None: ...

    ends = [realtime_end(bytes, nothing, print, lambda: None) for _ in range(2)]
    answer = await ends[1].answer(await ends[0].offer())
    for end in ends:
        await end.close()
    return answer


async def test_key_and_prompt_go_to_nobody_else(model):
    async with a_model() as other:
        model.status = 307
        model.headers["location"] = f"{other.url}/v1/realtime/calls"
        with pytest.raises(openai.APIStatusError):
            await open_realtime_call(model.upstream, SESSION)
        assert other.asked == []


async def test_a_call_that_breaks_off_is_told_after_what_was_said(model):
    async with a_call(model) as call:
        model.tell(event("session.created"))
        await until(call, "session.created")
        model.wires[0].drop()
        with pytest.raises(StageFault) as fault:
            await asyncio.wait_for(call.receive(), 5)
        assert fault.value.code == "cut_off"
        for saying in (call.send({"type": "response.create"}), call.append(TONE)):
            with pytest.raises(StageFault):
                await saying


async def test_an_event_that_no_data_channel_takes_is_refused_and_the_call_goes_on(model):
    async with a_call(model) as call:
        with pytest.raises(StageFault) as fault:
            await call.send({"type": "session.update", "session": {"instructions": "x" * 300_000}})
        assert fault.value.code == "request_refused"
        await call.send({"type": "response.create"})
        await eventually(lambda: model.said)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def decoders() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.endswith("decoder")]


async def test_twenty_calls_leave_nothing_behind(model):
    upstream = model.upstream
    await (await open_realtime_call(upstream, SESSION)).close()
    await model.wires[0].close()
    tasks, files = len(asyncio.all_tasks()), open_files()
    for _ in range(20):
        call = await open_realtime_call(upstream, SESSION)
        await call.append(TONE)
        await call.close()
    for wire in model.wires:
        await wire.close()
    assert (len(asyncio.all_tasks()), decoders()) == (tasks, [])
    assert open_files() <= files


async def test_closing_is_soon_over_though_nobody_is_there(model, unused_port):
    upstream = model.upstream
    call = await open_realtime_call(upstream, SESSION)
    model.wires[0].drop()
    upstream._shared.base_url = f"http://127.0.0.1:{unused_port}/v1"
    async with asyncio.timeout(2):
        await call.close()
        await call.close()

"""`/v1/realtime/calls`: the realtime surface over WebRTC, as OpenAI's own client meets it."""

import asyncio
import json

import openai as sdk
import pytest
from turnwise.agents.realtime.end import realtime_end
from turnwise.agents.sandbox.realtime import call_wire, open_calls
from turnwise.agents.sandbox.realtime.call_wire import CallWire
from turnwise.agents.sandbox.realtime.wire import Gone

from ..patience import eventually

pytestmark = pytest.mark.anyio
SESSION = {"type": "realtime", "model": "gpt-realtime-2.1", "instructions": "Be kind."}


class Caller:
    """The other end of a call, with the events that it got."""

    def __init__(self) -> None:
        self.events: asyncio.Queue = asyncio.Queue()
        self._offer = ""
        self.end = realtime_end(
            bytes, self._hear, self.events.put_nowait, lambda: self.events.put_nowait(None)
        )

    async def _hear(self, pcm: bytes) -> None: ...

    async def offer(self) -> str:
        """The same one every time."""
        self._offer = self._offer or await self.end.offer()
        return self._offer

    async def event(self, secs: float = 5):
        """The next event; None when the call is over."""
        text = await asyncio.wait_for(self.events.get(), secs)
        return text and json.loads(text)


@pytest.fixture
async def caller(anyio_backend):
    caller = Caller()
    yield caller
    await caller.end.close()


async def offered(caller, openai, session=SESSION, **options):
    raw = openai.realtime.calls.with_raw_response
    return await raw.create(sdp=await caller.offer(), session=session, **options)


async def connected(caller, openai, **options):
    """Calls, and is connected; the call's id."""
    response = await offered(caller, openai, **options)
    await caller.end.accept(response.text)
    await caller.end.until_open()
    return response.headers["location"].rpartition("/")[2]


async def test_an_offer_is_answered_and_the_session_is_the_one_that_was_asked_for(caller, openai):
    response = await offered(caller, openai)
    assert (response.status_code, response.headers["content-type"]) == (201, "application/sdp")
    assert response.headers["location"].startswith("/v1/realtime/calls/rtc_")
    await caller.end.accept(response.text)
    created = await caller.event()
    assert (created["type"], created["session"]["instructions"]) == ("session.created", "Be kind.")


async def test_an_offer_alone_is_answered_too(caller, openai):
    headers = {"Content-Type": "application/sdp", "Accept": "application/sdp"}
    offer = await caller.offer()
    answer = await openai.post(
        "/realtime/calls?model=gpt-realtime-2.1", cast_to=str, content=offer, options={"headers": headers}
    )
    await caller.end.accept(answer)
    assert (await caller.event())["session"]["model"] == "gpt-realtime-2.1"


@pytest.mark.parametrize(
    ("sdp", "session", "headers", "status", "param"),
    [
        ("offer", SESSION, {"Authorization": ""}, 401, None),
        ("", SESSION, {}, 400, "sdp"),
        ("hello", SESSION, {}, 400, "sdp"),
        ("v=0\r\n", SESSION, {}, 400, "sdp"),
        ("v=0\r\nm=audio 9 RTP/AVP 0\r\n", SESSION, {}, 400, "sdp"),
        ("offer", {"type": "realtime"}, {}, 400, "model"),
        ("offer", {**SESSION, "modalities": ["text"]}, {}, 400, "session.modalities"),
        ("offer", {**SESSION, "type": "transcription"}, {}, 400, "session.type"),
        ("offer", SESSION, {"OpenAI-Beta": "realtime=v1"}, 400, None),
    ],
)
async def test_what_cannot_be_a_call_is_refused(caller, openai, sdp, session, headers, status, param):
    sdp = await caller.offer() if sdp == "offer" else sdp
    with pytest.raises(sdk.APIStatusError) as refused:
        await openai.realtime.calls.create(sdp=sdp, session=session, extra_headers=headers)
    assert (refused.value.status_code, refused.value.param) == (status, param)
    assert refused.value.request_id


@pytest.mark.parametrize(("fault", "status"), [("401", 401), ("429", 429), ("500", 500)])
async def test_a_call_can_be_refused_once(caller, openai, control, fault, status):
    control("PUT", "behaviour", {"stage": "realtime", "fault": fault, "times": 1})
    with pytest.raises(sdk.APIStatusError) as refused:
        await offered(caller, openai)
    assert refused.value.status_code == status
    assert (await offered(caller, openai)).status_code == 201


async def test_a_call_can_go_unanswered(caller, openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "hang"})
    with pytest.raises(sdk.APITimeoutError):
        await offered(caller, openai, timeout=0.5)
    control("PUT", "behaviour", {"stage": "realtime", "fault": "refuse"})
    with pytest.raises(sdk.APIConnectionError):
        await offered(caller, openai)


async def test_an_answer_can_be_none(caller, openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "malformed"})
    with pytest.raises(ValueError, match="no answer"):
        await caller.end.accept((await offered(caller, openai)).text)


async def test_a_call_can_break_off_as_soon_as_it_is_there(caller, openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "cut"})
    await connected(caller, openai)
    assert (await caller.event())["type"] == "session.created"
    assert await caller.event() is None


async def test_a_call_can_be_there_and_mute(caller, openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "stall"})
    await connected(caller, openai)
    caller.end.send(json.dumps({"type": "response.create"}))
    with pytest.raises(TimeoutError):
        await caller.event(0.5)


async def test_hanging_up_ends_a_call_and_there_is_nothing_more_to_hang_up(caller, openai, control):
    def sessions():
        every = control("GET", "sessions")
        return [(each["kind"], each["wire"]) for each in every if each["call"] == "mine"]

    call_id = await connected(caller, openai, extra_headers={"X-Turnwise-Call": "mine"})
    await caller.event()
    assert sessions() == [("realtime", "webrtc")]
    await openai.realtime.calls.hangup(call_id)
    assert await caller.event() is None
    await eventually(lambda: not sessions())
    with pytest.raises(sdk.NotFoundError):
        await openai.realtime.calls.hangup("rtc_0")


async def test_joining_a_call_from_aside_is_refused_with_a_sentence(openai):
    with pytest.raises(Exception, match="400"):
        async with openai.realtime.connect(call_id="rtc_0"):
            pass


async def test_a_caller_who_offers_and_never_comes_leaves_nothing(caller, monkeypatch):
    monkeypatch.setattr(call_wire, "_CONNECT_SECS", 0.1)
    calls, wire = open_calls.OpenCalls(), CallWire()
    await wire.answer(await caller.offer())

    async def session() -> None:
        with pytest.raises(Gone):
            await wire.until_open()
        await wire.close()

    calls.hold("rtc_1", wire, session())
    await eventually(lambda: not calls.hang_up("rtc_1"))

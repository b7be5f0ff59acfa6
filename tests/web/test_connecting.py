"""Who is let in to a call: refused before it is accepted, with a status, a code and no change."""

import asyncio
import time

import httpx2
import pytest
from turnwise.agents.store.errors import StoreUnavailable
from turnwise.agents.web import http_protocol
from turnwise.agents.wire import EndReason

from ..patience import PATIENCE_SECS, eventually
from ..servers import SECRET, serving
from .conftest import Caller

pytestmark = pytest.mark.anyio
LONG_AGO = int(time.time()) - 1000


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        pytest.param(lambda caller: "", 401, "token_missing", id="empty token"),
        pytest.param(lambda caller: "random", 401, "token_invalid", id="random string"),
        pytest.param(
            lambda caller: caller.token(secret="", algorithm="none"), 401, "token_invalid", id="alg=none"
        ),
        pytest.param(
            lambda caller: caller.token(secret=SECRET + "!"), 401, "token_invalid", id="another key"
        ),
        pytest.param(
            lambda caller: caller.token(iat=LONG_AGO, exp=LONG_AGO + 60), 401, "token_expired", id="expired"
        ),
        pytest.param(
            lambda caller: caller.token(iat=int(time.time()) + 60),
            401,
            "token_invalid",
            id="issued in the future",
        ),
        pytest.param(lambda caller: caller.token(exp=None), 401, "token_invalid", id="no exp"),
        pytest.param(
            lambda caller: caller.token(exp=int(time.time()) + 400),
            401,
            "token_invalid",
            id="too long a life",
        ),
        pytest.param(lambda caller: caller.token(aud="other"), 401, "token_invalid", id="wrong aud"),
        pytest.param(lambda caller: caller.token(iss="other"), 401, "token_invalid", id="wrong iss"),
        pytest.param(lambda caller: caller.token(jti=None), 401, "token_invalid", id="no jti"),
        pytest.param(
            lambda caller: caller.token(meeting_id="x"), 403, "meeting_mismatch", id="another meeting"
        ),
        pytest.param(lambda caller: caller.token(agent="nobody"), 404, "agent_unknown", id="unknown agent"),
    ],
)
async def test_a_token_that_opens_nothing_is_refused_in_both_ways(caller: Caller, make, status, code):
    query = caller.query(("meetingId", caller.meeting_id), ("token", make(caller)))
    assert await caller.refusals(query) == ((status, code), (status, code))


async def test_no_token_is_401(caller: Caller):
    query = caller.query(("meetingId", caller.meeting_id))
    assert await caller.refusals(query) == ((401, "token_missing"), (401, "token_missing"))


@pytest.mark.parametrize("name", ["token", "meetingId"])
async def test_a_doubled_parameter_is_400(caller: Caller, name):
    pairs = {"meetingId": caller.meeting_id, "token": caller.token()}
    query = caller.query(*pairs.items(), (name, pairs[name]))
    assert await caller.refusals(query) == ((400, "bad_request"), (400, "bad_request"))


async def test_no_meeting_is_400(caller: Caller):
    query = caller.query(("token", caller.token()))
    assert await caller.refusals(query) == ((400, "bad_request"), (400, "bad_request"))


@pytest.mark.parametrize("meeting_id", ["unknown", "' or 1=1--", "\u0000", "%00", "💬"])
async def test_an_unknown_meeting_is_404(caller: Caller, meeting_id):
    query = caller.query(("meetingId", meeting_id), ("token", caller.token(meeting_id=meeting_id)))
    assert await caller.refusals(query) == ((404, "meeting_not_found"), (404, "meeting_not_found"))


async def test_a_meeting_that_is_over_is_409(caller: Caller):
    store = caller.served.turnwise.services.store
    await store.begin(caller.meeting_id)
    await store.finish(caller.meeting_id)
    query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
    assert await caller.refusals(query) == ((409, "meeting_over"), (409, "meeting_over"))


async def test_a_token_opens_one_call_once(caller: Caller):
    token = caller.token()
    query = caller.query(("meetingId", caller.meeting_id), ("token", token))
    async with caller.call(token):
        assert await caller.refusals(query) == ((401, "token_used"), (401, "token_used"))


async def test_of_twenty_connections_with_one_token_exactly_one_is_let_in(caller: Caller):
    query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
    answers = await asyncio.gather(*(caller.refused(query) for _ in range(20)))
    assert sorted(answers) == [(101, ""), *[(401, "token_used")] * 19]


async def test_knocking_is_426_and_does_not_use_the_token_up(caller: Caller):
    token = caller.token()
    query = caller.query(("meetingId", caller.meeting_id), ("token", token))
    assert await caller.knock(query) == (426, "upgrade_required")
    async with caller.call(token):
        pass


async def test_a_refused_call_does_not_use_the_token_up(tmp_path):
    async with serving(tmp_path, "[server]\nmax_calls = 1") as served:
        caller = await Caller.of_new_meeting(served)
        waiting = await Caller.of_new_meeting(served)
        token = waiting.token()
        query = waiting.query(("meetingId", waiting.meeting_id), ("token", token))
        async with caller.call():
            assert await waiting.refusals(query) == ((503, "too_many_calls"), (503, "too_many_calls"))
            assert await _ready(served.url) == 503
        await served.turnwise.calls.wait_until_empty(5)
        async with waiting.call(token):
            pass


async def test_one_call_more_than_the_users_cap_is_429_and_others_still_come_in(tmp_path):
    async with serving(tmp_path, "[server]\nmax_calls_per_user = 1") as served:
        caller = await Caller.of_new_meeting(served)
        query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
        async with caller.call():
            assert (await caller.refused(query))[0] == 429
            async with caller.call(caller.token(sub="bob")):
                pass


async def test_a_token_is_given_back_where_the_call_does_not_come_about(caller: Caller, monkeypatch):
    token = caller.token()
    query = caller.query(("meetingId", caller.meeting_id), ("token", token))
    with monkeypatch.context() as broken:
        broken.setattr(caller.served.turnwise.services.store, "chunks", _away)
        assert await caller.refused(query) == (503, "database_unavailable")
    async with caller.call(token):
        pass


async def _away(_):
    raise StoreUnavailable("away")


async def test_clients_that_vanish_in_the_handshake_leave_no_place_and_no_call_in_their_meeting(
    caller: Caller,
):
    calls = caller.served.turnwise.calls
    host, port = caller.served.url.removeprefix("http://").split(":")
    for _ in range(20):
        query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
        _, writer = await asyncio.open_connection(host, int(port))
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        request = f"GET /api/ws/agent?{query} HTTP/1.1\r\nHost: {host}:{port}\r\n{upgrade}{key}\r\n"
        writer.write(request.encode())
        await writer.drain()
        writer.transport.abort()
    assert await calls.wait_until_empty(5)
    assert not calls.meetings._calls


async def test_a_call_that_comes_in_while_the_server_begins_to_stop_is_not_forgotten(tmp_path):
    async with serving(tmp_path) as served:
        caller = await Caller.of_new_meeting(served)
        chunks = served.turnwise.services.store.chunks

        is_asked, is_stopping = asyncio.Event(), asyncio.Event()

        async def slow(meeting_id):
            is_asked.set()
            await is_stopping.wait()
            return await chunks(meeting_id)

        async def stay():
            async with caller.call() as line:
                await line.wait_closed()
                return line.close_code

        served.turnwise.services.store.chunks = slow
        async with asyncio.timeout(PATIENCE_SECS), asyncio.TaskGroup() as both:
            call = both.create_task(stay())
            await is_asked.wait()
            both.create_task(served.turnwise.calls.end_all(EndReason.DRAINED))
            await eventually(lambda: served.turnwise.calls.is_draining)
            is_stopping.set()
        assert call.result() == EndReason.DRAINED.close_code
        assert served.turnwise.calls.active == 0


async def test_too_many_are_told_when_to_come_back(tmp_path):
    async with serving(tmp_path, "[server]\nmax_calls = 1") as served:
        caller = await Caller.of_new_meeting(served)
        async with caller.call():
            query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
            assert int((await _get(f"{served.url}/api/ws/agent?{query}")).headers["retry-after"]) > 0


async def test_a_draining_server_takes_no_new_call(caller: Caller, monkeypatch):
    monkeypatch.setattr(caller.served.turnwise.calls, "is_draining", True)
    query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
    assert await caller.refusals(query) == ((503, "draining"), (503, "draining"))


async def test_a_database_that_is_away_is_503_and_the_server_serves(tmp_path):
    url = f"sqlite:///{tmp_path}/no/such/folder/turnwise.db"
    async with serving(tmp_path, TURNWISE_DATABASE__URL=url, TURNWISE_AUTH__SECRET=SECRET) as served:
        caller = Caller(served, "any")
        query = caller.query(("meetingId", "any"), ("token", caller.token()))
        assert await caller.refusals(query) == ((503, "database_unavailable"),) * 2
        assert await _ready(served.url) == 503


async def test_a_token_of_9_kb_is_414_and_nothing_hangs(caller: Caller):
    query = caller.query(("meetingId", caller.meeting_id), ("token", "x" * 9_000))
    assert await asyncio.wait_for(caller.refusals(query), 5) == ((414, "uri_too_long"),) * 2


async def test_200_headers_are_431_and_nothing_hangs(caller: Caller):
    query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
    headers = {f"x-{number}": "y" for number in range(200)}
    assert await asyncio.wait_for(caller.refusals(query, headers), 5) == ((431, "headers_too_large"),) * 2


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://foreign.example", 403),
        ("null", 403),
        ("https://friend.example.evil.example", 403),
        ("https://friend.example", 101),
        ("own", 101),
    ],
)
async def test_a_page_from_elsewhere_must_be_on_the_list(tmp_path, origin, status):
    async with serving(tmp_path, '[server]\nallowed_origins = ["https://friend.example"]') as served:
        caller = await Caller.of_new_meeting(served)
        query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
        headers = {"Origin": served.url if origin == "own" else origin}
        assert (await caller.refused(query, headers))[0] == status


async def test_a_connection_that_asks_for_nothing_is_closed(tmp_path, monkeypatch):
    monkeypatch.setattr(http_protocol, "HEADERS_SECS", 0.2)
    async with serving(tmp_path) as served:
        host, port = served.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: x")
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(
            "POST /nowhere HTTP/1.1\r\nHost: {}\r\nContent-Length: 60000\r\n\r\n", id="a body, answered"
        ),
        pytest.param("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\nGET /", id="a second request"),
    ],
)
async def test_who_says_a_byte_at_a_time_is_not_listened_to_without_end(tmp_path, monkeypatch, said):
    monkeypatch.setattr(http_protocol, "HEADERS_SECS", 0.3)
    async with serving(tmp_path) as served:
        host, port = served.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(said.format(f"{host}:{port}").encode())
        until_the_end = asyncio.create_task(reader.read())
        for _ in range(60):
            await asyncio.wait([until_the_end], timeout=0.05)
            if until_the_end.done():
                break
            writer.write(b"x")
        assert until_the_end.done(), "it is still listened to"
        assert (await until_the_end).startswith(b"HTTP/1.1 ")
        writer.close()


async def _get(url):
    async with httpx2.AsyncClient() as client:
        return await client.get(url)


async def _ready(url):
    return (await _get(f"{url}/readyz")).status_code

"""The server around the calls: JSON routes, health, mounting, and the end."""

import asyncio
import socket
import sqlite3

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from turnwise.agents.client.caller import Caller as Phone
from turnwise.agents.load import load_settings
from turnwise.agents.web.app import create_app

from ..servers import SECRET, serving
from .conftest import Caller

pytestmark = pytest.mark.anyio


async def ask(served, method, path, json=None, **headers):
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as client:
        return await client.request(method, path, json=json)


async def test_agents_are_listed_with_the_default_marked(served):
    agents = (await ask(served, "GET", "/api/agents")).json()["agents"]
    assert [(agent["name"], agent["kind"], agent["output"], agent["default"]) for agent in agents] == [
        ("default", "cascade", "audio", True),
        ("realtime", "realtime", "audio", False),
        ("talk-to-text", "realtime", "text", False),
    ]


async def test_a_meeting_and_a_token_are_made_over_http_and_open_a_call(served):
    meeting = await ask(served, "POST", "/api/meetings", {"name": "Ours", "prompt": "Be kind."})
    assert meeting.status_code == 201
    assert meeting.json() == {
        "id": meeting.json()["id"],
        "name": "Ours",
        "prompt": "Be kind.",
        "status": "upcoming",
    }
    token = await ask(served, "POST", "/api/token", {"meetingId": meeting.json()["id"], "ttl": 30})
    assert token.status_code == 200
    assert token.headers["cache-control"] == "no-store"
    assert token.json()["expiresIn"] == 30
    async with Phone.connect(served.url, meeting.json()["id"], token.json()["token"]) as phone:
        await phone.wait_for_state("listening")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/token", {"meetingId": "none"}, 404, "meeting_not_found"),
        ("/api/token", {}, 422, "invalid_request"),
        ("/api/token", {"meetingId": 7}, 422, "invalid_request"),
        ("/api/token", {"meetingId": "m", "ttl": -1}, 422, "invalid_request"),
        ("/api/token", {"meetingId": "m", "ttl": 10**9}, 422, "invalid_request"),
        ("/api/token", {"meetingId": "m", "extra": 1}, 422, "invalid_request"),
        ("/api/meetings", [1], 422, "invalid_request"),
        ("/api/meetings", {"name": "x" * 100_000}, 413, "body_too_large"),
        ("/api/nothing", {}, 404, "not_found"),
        ("/api/agents", {}, 405, "method_not_allowed"),
    ],
)
async def test_a_bad_request_gets_a_status_a_code_and_a_sentence(served, path, body, status, code):
    answer = await ask(served, "POST", path, body)
    assert (answer.status_code, answer.json()["detail"]["code"]) == (status, code)
    assert answer.json()["detail"]["message"].endswith((".", "d"))


async def test_with_an_api_key_whoever_makes_tokens_must_have_it(tmp_path):
    async with serving(tmp_path, TURNWISE_AUTH__API_KEY="the key") as served:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "the key"}):
            answer = await ask(served, "POST", "/api/meetings", {}, **given)
            assert (answer.status_code, answer.json()["detail"]["code"]) == (401, "api_key_invalid")
        right = {"Authorization": "Bearer the key"}
        meeting = (await ask(served, "POST", "/api/meetings", {}, **right)).json()
        transcript = f"/api/meetings/{meeting['id']}/transcript"
        assert (await ask(served, "GET", transcript)).status_code == 401
        assert (await ask(served, "GET", transcript, **right)).status_code == 200
        own = {"Authorization": f"Bearer {Caller(served, meeting['id']).token()}"}
        assert (await ask(served, "GET", transcript, **own)).json()["status"] == "upcoming"
        other = {"Authorization": f"Bearer {Caller(served, 'other').token()}"}
        assert (await ask(served, "GET", transcript, **other)).status_code == 401


async def test_a_page_from_elsewhere_gets_nothing_and_no_allow_header(served):
    answer = await ask(served, "GET", "/api/agents", Origin="https://foreign.example")
    assert (answer.status_code, answer.json()["detail"]["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example", "127.evil", "["])
async def test_on_loopback_only_a_loopback_name_is_served(served, host):
    answer = await ask(served, "GET", "/api/agents", Host=host, Origin=f"http://{host}")
    assert (answer.status_code, answer.json()["detail"]["code"]) == (403, "origin_refused")


async def test_the_server_says_that_it_is_alive_ready_and_how_busy(served, caller):
    assert (await ask(served, "GET", "/healthz")).status_code == 200
    assert (await ask(served, "GET", "/readyz")).status_code == 200
    async with caller.call():
        assert "turnwise_calls_active 1" in (await ask(served, "GET", "/metrics")).text


async def test_stopping_the_server_ends_calls_with_their_reason_and_their_meetings(tmp_path):
    async with serving(tmp_path) as served:
        caller = await Caller.of_new_meeting(served)
        async with Phone.connect(served.url, caller.meeting_id, caller.token()) as phone:
            await phone.wait_for_state("listening")
            asyncio.get_running_loop().create_task(served.turnwise.calls.end_all(_drained()))
            assert await phone.wait_for_close() == 4003
    with sqlite3.connect(tmp_path / "turnwise.db") as database:
        assert database.execute("select status from meetings").fetchall() == [("processing",)]
    database.close()


def _drained():
    from turnwise.agents.wire import EndReason

    return EndReason.DRAINED


async def test_a_meeting_that_a_dead_process_left_active_is_closed_at_start(tmp_path):
    async with serving(tmp_path) as served:
        caller = await Caller.of_new_meeting(served)
        await served.turnwise.services.store.begin(caller.meeting_id)
    with sqlite3.connect(tmp_path / "turnwise.state.db") as state:
        state.execute("insert into live_calls values (?, 999999, 'long ago')", [caller.meeting_id])
    state.close()
    async with serving(tmp_path) as served:
        meeting = await served.turnwise.door.find_meeting(caller.meeting_id)
        assert meeting.status == "processing"


async def test_the_application_can_be_mounted_in_ones_own(tmp_path):
    variables = {
        "TURNWISE_AUTH__SECRET": SECRET,
        "TURNWISE_DATABASE__URL": f"sqlite:///{tmp_path}/turnwise.db",
        "OPENAI_API_KEY": "none",
    }
    voice = create_app(load_settings(None, variables))
    app = FastAPI()
    app.mount("/voice", voice)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/voice"
    async with httpx2.AsyncClient() as client:
        meeting_id = (await client.post(f"{url}/api/meetings", json={})).json()["id"]
        token = (await client.post(f"{url}/api/token", json={"meetingId": meeting_id})).json()["token"]
    async with Phone.connect(url, meeting_id, token) as phone:
        await phone.wait_for_state("listening")
    await voice.state.turnwise.close()
    server.should_exit = True
    await task


SINK = """
from turnwise.agents.store.sink import Chunk, Turn


class Elsewhere:
    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0

    async def save(self, turn: Turn) -> Chunk:
        self.count += 1
        with open(self.path, "a") as file:
            file.write(f"{turn.speaker_type}: {turn.text}\\n")
        return Chunk("1", turn.meeting_id, self.count, turn.speaker_type, turn.text, turn.started_at)
"""


async def test_where_finalised_turns_go_is_a_component_named_in_settings(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "elsewhere_sink.py").write_text(SINK)
    text = f"[transcripts]\nuse = 'elsewhere_sink:Elsewhere'\npath = '{tmp_path}/turns'\n"
    async with serving(tmp_path, text) as served:
        caller = await Caller.of_new_meeting(served)
        async with Phone.connect(served.url, caller.meeting_id, caller.token()) as phone:
            await phone.wait_for_state("listening")
        assert type(served.turnwise.services.turns).__name__ == "Elsewhere"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 30_000])
async def test_a_body_that_is_no_json_is_422(served, body):
    async with httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.post(
            "/api/meetings", content=body, headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.json()["detail"]["code"]) == (422, "invalid_request")


async def test_a_client_that_sends_too_large_a_frame_can_read_why_it_is_closed(served):
    """It goes on sending, as a microphone does, and reads late."""
    caller = await Caller.of_new_meeting(served)
    query = caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
    address = served.url.removeprefix("http://")
    host, port = address.split(":")
    with socket.create_connection((host, int(port))) as line:
        line.settimeout(2)
        line.sendall(
            f"GET /api/ws/agent?{query} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        answer = await asyncio.to_thread(line.recv, 4_000)
        assert b" 101 " in answer
        line.sendall(_frame(bytes(70_000)))
        for _ in range(50):
            await asyncio.sleep(0.004)
            line.sendall(_frame(bytes(640)))
        assert CLOSED_1009 in line.recv(100_000)


CLOSED_1009 = (1009).to_bytes(2, "big")


def _frame(payload):
    """A binary WebSocket frame, masked with zeros."""
    size = len(payload)
    length = b"\xfe" + size.to_bytes(2, "big") if size < 2**16 else b"\xff" + size.to_bytes(8, "big")
    return b"\x82" + length + bytes(4) + payload


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("voice.example.org", "api_key_invalid"),
        ("localhost", None),
        ("voice.example.org.evil.example", "origin_refused"),
    ],
)
async def test_behind_a_proxy_a_loopback_server_answers_to_its_name_but_is_not_open(tmp_path, host, code):
    async with serving(tmp_path, '[server]\nallowed_origins = ["https://voice.example.org"]') as served:
        agents = await ask(served, "GET", "/api/agents", Host=host)
        assert agents.status_code == (403 if code == "origin_refused" else 200)
        made = await ask(served, "POST", "/api/meetings", {}, Host=host)
    assert (made.json().get("detail") or {}).get("code") == code

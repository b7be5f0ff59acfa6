"""A body is read as far as it may be, and waited for as long as it may take."""

import asyncio

import httpx2
import pytest
from turnwise.agents.web import limits

pytestmark = pytest.mark.anyio


async def test_a_body_that_does_not_say_how_long_it_is_is_counted(served):
    async def pieces():
        for _ in range(100):
            yield b"x" * 10_000

    async with httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/api/meetings", content=pieces())
    assert (answer.status_code, answer.json()["detail"]["code"]) == (413, "body_too_large")


async def test_a_body_that_does_not_come_is_waited_for_no_longer_than_it_may_take(served, monkeypatch):
    monkeypatch.setattr(limits, "BODY_SECS", 0.2)
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /api/webrtc/offer HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        'Content-Length: 100\r\n\r\n{"sdp"'.encode()
    )
    answer = await reader.read()
    assert b" 408 " in answer.splitlines()[0]
    assert b'"body_too_slow"' in answer
    writer.close()


async def test_a_client_that_has_sent_its_body_may_wait_for_the_answer_as_long_as_it_likes(monkeypatch):
    monkeypatch.setattr(limits, "BODY_SECS", 0.05)
    leaves = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, leaves.set)
    coming, seen = iter([{"type": "http.request", "body": b"{}", "more_body": False}]), []

    async def receive():
        for message in coming:
            return message
        await leaves.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        raise AssertionError("nothing is answered")

    async def answer_until_it_leaves(scope, receive, send):
        while not seen or seen[-1] != "http.disconnect":
            seen.append((await receive())["type"])

    scope = {"type": "http", "raw_path": b"/", "query_string": b"", "headers": []}
    await limits.RequestLimits(answer_until_it_leaves)(scope, receive, send)
    assert seen == ["http.request", "http.disconnect"]

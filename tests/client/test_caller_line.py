"""A caller's line comes about, carries what is sent, and ends; what keeps it from that is told in words.

Tests that take `net` hold over both transports.
"""

import asyncio
import logging

import pytest
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.errors import CallOver, Refused, Unreachable

from .nets import dial, say
from .peer import UTTERANCE, Line, SocketLine, answering, serving
from .test_api import ANSWERS

pytestmark = pytest.mark.anyio


async def test_the_line_is_not_compressed():
    async with serving(answering()) as peer, dial(peer) as caller:
        await caller.wait_for_state("listening")
        assert peer.lines[0].socket.protocol.extensions == []


async def test_a_wait_ends_with_the_call(net):
    async def leave(line: Line) -> None:
        await line.receive()
        await line.ours("call-ended", reason="drained")
        await line.close(4003)

    async with net.serving(leave) as peer, net.dial(peer) as caller:
        with pytest.raises(CallOver, match=r"the server is shutting down \(drained, 4003\)"):
            await caller.wait_for_state("listening")
        assert await caller.wait_for_close() == 4003
        with pytest.raises(CallOver):
            await caller.say(UTTERANCE)


async def test_a_call_hung_up_ends_with_1000():
    async with serving(answering()) as peer:
        async with dial(peer) as caller:
            await caller.wait_for_state("listening")
        await peer.lines[0].socket.wait_closed()
        assert (caller.close_code, peer.lines[0].socket.close_code) == (1000, 1000)


async def test_a_dropped_call_reaches_the_server_as_a_reset():
    async with serving(answering()) as peer, dial(peer) as caller:
        await caller.wait_for_state("listening")
        caller.drop()
        assert await caller.wait_for_close(2) == 1006
        socket = peer.lines[0].socket
        await socket.wait_closed()
        assert (socket.close_code, type(socket.connection_exc)) == (1006, ConnectionResetError)


async def test_anything_can_be_sent_past_the_microphone():
    got = []

    async def take(line: SocketLine) -> None:
        async for data in line.socket:
            got.append(data)
            if data == "no frame":
                break
        await line.socket.close()

    async with serving(take) as peer, Caller.connect(peer.url, "m1", "t", announce=False) as caller:
        caller.mute()
        await caller.send_raw(b"\xff\x00")
        await caller.send_raw("no frame")
        assert await caller.wait_for_close(2) == 1000
    assert got[-2:] == [b"\xff\x00", "no frame"]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"detail": {"code": "token_expired", "message": "The token has expired."}}, "token_expired"),
        (503, {"detail": {"code": "draining", "message": "Shutting down"}}, "draining"),
        (403, "nothing of ours", "not_ours"),
    ],
)
async def test_a_refusal_keeps_the_server_s_words(net, status, body, code):
    async with net.serving(answers={net.door: (status, body)}) as peer:
        with pytest.raises(Refused) as refused:
            async with net.dial(peer):
                pass
    assert (refused.value.status, refused.value.code) == (status, code)


async def test_a_server_that_is_not_there_is_one_sentence(net):
    async with net.serving() as peer:
        url = peer.url
    with pytest.raises(
        Unreachable, match=r"^no server answers at http://127\.0\.0\.1:\d+; start one with `agent"
    ):
        async with Caller.connect(url, "m1", "t", transport=net.transport):
            pass


async def test_no_proxy_stands_between_us_and_a_server_on_this_machine(monkeypatch):
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(answering(), ANSWERS) as peer, Api(peer.url) as api, dial(peer) as caller:
        assert await api.create_meeting() == "m1"
        assert await caller.wait_for_state("listening")


async def test_ten_callers_talk_at_once_in_one_process(net):
    async with net.serving(answering(Line.answer)) as peer:

        async def one() -> bool:
            async with net.dial(peer) as caller:
                return (await say(caller)).answered

        assert await asyncio.gather(*(one() for _ in range(10))) == [True] * 10


async def test_the_token_is_in_no_log_line(net, caplog):
    caplog.set_level(logging.DEBUG)
    async with net.serving(answering()) as peer, net.dial(peer, "s3cret-token") as caller:
        await caller.wait_for_state("listening")
    ours = [each for each in caplog.records if each.name != "websockets.server"]
    assert not [each for each in ours if "s3cret-token" in each.getMessage()]

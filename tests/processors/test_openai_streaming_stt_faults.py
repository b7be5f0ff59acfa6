"""The recogniser that listens along: what faults come to, and that no dropped connection loses a word."""

import asyncio
import json
import socket

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    TranscriptionFrame,
)
from turnwise.agents.faults import describe
from turnwise.agents.frames import ResetTurnFrame

from .microphone import audio, loud_secs
from .recogniser import code_of, segment, starts, stops, stt
from .running import eventually, running
from .socket_server import PART
from .upstream import Upstream

pytestmark = pytest.mark.anyio


async def test_a_connection_that_drops_while_nobody_speaks_is_opened_again_and_nobody_is_told(recogniser):
    async with running(stt(recogniser)) as line:
        await eventually(lambda: recogniser.peers and recogniser.peers[0].settings)
        recogniser.peers[0].connection.transport.abort()
        await eventually(lambda: len(recogniser.peers) == 2 and recogniser.peers[1].settings)
        await line.feed(*segment())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("item 1", [])


@pytest.mark.parametrize("code", [None, "session_expired", "server_error"])
async def test_a_connection_that_ends_in_mid_word_loses_none(recogniser, code):
    async with running(stt(recogniser)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: recogniser.first_audio)
        if code:
            await recogniser.peers[0].say("error", error={"code": code, "type": "x"})
        else:
            recogniser.peers[0].connection.transport.abort()
        await eventually(lambda: len(recogniser.peers) == 2)
        await line.feed(*[audio() for _ in range(20)], stops())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("item 1", [])
    assert loud_secs(recogniser.peers[1].heard[0]) == pytest.approx(0.8, abs=0.02)


async def test_a_connection_that_drops_before_the_answer_is_asked_again_and_only_once(recogniser):
    async def drop(peer, item):
        await peer.confirm(item)
        peer.connection.transport.abort()

    recogniser.on_commit = drop
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        recogniser.on_commit = recogniser.answer
        await line.feed(ResetTurnFrame(), *segment())
        (transcript,) = await line.down(TranscriptionFrame)
    assert (code_of(error), transcript.text) == ("cut_off", "item 3")


async def test_a_call_whose_recogniser_is_refused_at_first_is_heard_once_it_is_not(recogniser):
    recogniser.refusals = [500, 500]
    async with running(stt(recogniser)) as line:
        await eventually(lambda: recogniser.peers and recogniser.peers[0].settings)
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        assert line.failed() == []


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "key_refused"), (429, "rate_limited"), (500, "upstream_error"), (404, "request_refused")],
)
async def test_a_refused_connection_is_told_with_status_and_request_and_the_next_turn_works(
    recogniser, status, told
):
    recogniser.refusals = [status] * 50
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        recogniser.refusals = []
        await line.feed(ResetTurnFrame(), *segment())
        await line.down(TranscriptionFrame)
    agent_error = describe("stt", error.exception)
    assert (agent_error.code, agent_error.status) == (told, status)
    assert agent_error.request_id == "req_refused"


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("invalid_api_key", 401, "key_refused"),
        ("rate_limit_exceeded", 429, "rate_limited"),
        ("server_error", 500, "upstream_error"),
        ("something_new", None, "request_refused"),
    ],
)
@pytest.mark.parametrize("kind", ["failed", "error"])
async def test_an_error_that_the_session_tells_of_is_told_and_the_next_turn_works(
    recogniser, kind, code, status, told
):
    async def fail(peer, item):
        recogniser.on_commit = recogniser.answer
        await peer.confirm(item)
        error = {"type": "invalid_request_error", "code": code, "message": "secret words"}
        if kind == "failed":
            await peer.say(f"{PART}failed", item_id=item, content_index=0, error=error)
        else:
            await peer.say("error", error=error)

    recogniser.on_commit = fail
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        await line.feed(ResetTurnFrame(), *segment())
        await line.down(TranscriptionFrame)
    agent_error = describe("stt", error.exception)
    assert (agent_error.code, agent_error.status, agent_error.request_id) == (told, status, "req_session")
    assert "secret words" not in f"{error} {error.exception!r} {agent_error}"


async def test_an_error_that_concerns_nobody_disturbs_nobody(recogniser):
    async def answer(peer, item):
        await peer.writes_down(item, item)
        await peer.say("error", error={"type": "x", "code": "y", "message": "z"})

    recogniser.on_commit = answer
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        await line.feed(*segment())
        await line.down(TranscriptionFrame, 2)
        assert (line.failed(), len(recogniser.peers)) == ([], 1)


async def never(peer, _=None):
    await peer.connection.wait_closed()


async def stall(peer, item):
    await peer.confirm(item)
    await peer.say(f"{PART}delta", item_id=item, delta="Can")
    await never(peer)


@pytest.mark.parametrize("answer", [never, stall])
async def test_a_recogniser_that_does_not_answer_fails_in_time_and_the_next_turn_works(recogniser, answer):
    recogniser.on_commit = answer
    async with running(stt(recogniser, answer_secs=0.2)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        recogniser.on_commit = recogniser.answer
        await eventually(lambda: len(recogniser.peers) > 1 and recogniser.peers[-1].settings)
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
    assert code_of(error) == "timeout"


async def test_a_session_that_is_never_set_up_has_failed_in_time(recogniser):
    recogniser.on_open = never
    async with running(stt(recogniser, connect_secs=0.2)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
    assert code_of(error) == "timeout"


async def test_events_in_binary_frames_are_understood(recogniser):
    async def answer(peer, item):
        completed = {"type": f"{PART}completed", "item_id": item, "transcript": "Hello."}
        await peer.connection.send(json.dumps(completed).encode())

    recogniser.on_commit = answer
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        (transcript,) = await line.down(TranscriptionFrame)
    assert transcript.text == "Hello."


@pytest.mark.parametrize("garbage", ["{", "[]", b"\xff", '{"type": 1}', f'{{"type": "{PART}completed"}}'])
async def test_garbage_is_asked_again_and_told_when_it_comes_twice(recogniser, garbage):
    async def answer(peer, item):
        await peer.connection.send(garbage)

    recogniser.on_commit = answer
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
    assert (code_of(error), recogniser.commits) == ("malformed", 2)


async def test_an_upstream_that_is_not_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    async with running(stt(Upstream(url))) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
    assert code_of(error) == "unreachable"


async def test_a_call_that_ends_leaves_no_task_and_no_connection(recogniser):
    before = asyncio.all_tasks()
    async with running(stt(recogniser)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: recogniser.first_audio)
    assert asyncio.all_tasks() - before == set()
    await eventually(lambda: recogniser.peers[0].connection.state.name == "CLOSED")

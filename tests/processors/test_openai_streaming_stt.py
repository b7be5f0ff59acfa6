"""The recogniser that listens along: what it sends and when, and what each fault comes to."""

import asyncio
import json
import socket

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterimTranscriptionFrame,
    MetricsFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import ProcessingMetricsData
from turnwise.agents.faults import describe
from turnwise.agents.frames import InputGateOpenedFrame, ResetTurnFrame
from turnwise.agents.upstream import CALL_HEADER
from turnwise.processors.openai_streaming_stt import PRE_ROLL_SECS, OpenAIStreamingSTT
from turnwise.processors.transcription_session import TRAILING_SILENCE_SECS

from .calls import a_call
from .microphone import LOUD, audio, loud_secs
from .realtime_upstream import realtime_upstream
from .running import eventually, running
from .socket_server import PART
from .upstream import Upstream

pytestmark = pytest.mark.anyio


@pytest.fixture
async def upstream(anyio_backend):
    async with realtime_upstream() as upstream:
        yield upstream


def stt(upstream, **options):
    call = upstream.call()
    return OpenAIStreamingSTT(call, call.upstream, **{"model": "m", **options})


def starts():
    return VADUserStartedSpeakingFrame(start_secs=0.2)


def stops():
    return VADUserStoppedSpeakingFrame(stop_secs=0.2)


def segment(value=LOUD, secs=0.4):
    return [starts(), *[audio(value) for _ in range(round(secs / 0.02))], stops()]


def code_of(error):
    return describe("stt", error.exception).code


async def test_a_session_is_opened_before_anybody_speaks_and_set_up_as_the_settings_say(upstream):
    options = {"prompt": "Names.", "noise_reduction": "near_field"}
    async with running(stt(upstream, **options)):
        await eventually(lambda: upstream.peers and upstream.peers[0].settings)
    (peer,) = upstream.peers
    assert peer.path == "/v1/realtime?intent=transcription"
    assert (peer.headers["Authorization"], peer.headers[CALL_HEADER]) == ("Bearer key", "the call")
    assert peer.settings == {
        "type": "transcription",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24_000},
                "transcription": {"model": "m", "language": "en", "prompt": "Names."},
                "noise_reduction": {"type": "near_field"},
                "turn_detection": None,
            }
        },
    }
    assert peer.heard == []


async def test_speech_is_on_its_way_before_it_ends(upstream):
    async with running(stt(upstream)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: loud_secs(upstream.first_audio) >= 0.3)
        assert upstream.commits == 0
        await line.feed(stops())
        (transcript,) = await line.down(TranscriptionFrame)
    assert (transcript.text, transcript.finalized) == ("item 1", True)


async def test_a_segment_is_sent_with_the_second_before_it_and_a_little_silence_behind(upstream):
    async with running(stt(upstream)) as line:
        await line.feed(*[audio() for _ in range(100)], *segment())
        await line.down(TranscriptionFrame)
    sent = upstream.peers[0].heard[0]
    assert loud_secs(sent) == pytest.approx(PRE_ROLL_SECS + 0.4, abs=0.02)
    assert len(sent) / 48_000 == pytest.approx(PRE_ROLL_SECS + 0.4 + TRAILING_SILENCE_SECS, abs=0.02)


async def test_nothing_from_before_the_gate_opened_is_sent_and_nothing_between_segments(upstream):
    async with running(stt(upstream)) as line:
        await line.feed(*[audio() for _ in range(50)], InputGateOpenedFrame(), *segment())
        await line.down(TranscriptionFrame)
        await line.feed(*[audio() for _ in range(25)])
        await line.feed(*segment(secs=0.2))
        await line.down(TranscriptionFrame, 2)
    first, second, rest = upstream.peers[0].heard
    assert loud_secs(first) == pytest.approx(0.4, abs=0.02)
    assert loud_secs(second) == pytest.approx(0.7, abs=0.02)
    assert rest == b""


async def test_a_segment_that_is_open_when_the_gate_opens_begins_anew(upstream):
    async with running(stt(upstream)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: upstream.first_audio)
        await line.feed(InputGateOpenedFrame(), audio(secs=0.2), stops())
        await line.down(TranscriptionFrame)
    assert loud_secs(upstream.peers[-1].heard[0]) == pytest.approx(0.2, abs=0.02)


async def test_what_is_recognised_so_far_is_told_as_it_grows(upstream):
    async def answer(peer, item):
        await peer.confirm(item)
        for piece in ("Can you", " hear", " me?"):
            await peer.say(f"{PART}delta", item_id=item, delta=piece)
        await peer.writes_down("Can you hear me?", item)

    upstream.on_commit = answer
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        interim = [frame.text for frame in line.came(InterimTranscriptionFrame)]
    assert interim == ["Can you", "Can you hear", "Can you hear me?"]


async def test_an_empty_transcript_is_an_answer_and_no_fault(upstream):
    upstream.on_commit = lambda peer, item: peer.writes_down("", item)
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("", [])


async def test_how_long_a_transcript_took_is_told(upstream):
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        told = [data for frame in line.came(MetricsFrame) for data in frame.data]
    assert [data.value < 10 for data in told if isinstance(data, ProcessingMetricsData) and data.value] == [
        True
    ]


async def test_transcripts_keep_the_order_of_their_segments_whichever_comes_first(upstream):
    async def answer(peer, item):
        await peer.confirm(item)
        if item == "item 2":
            await peer.writes_down("second", "item 2")
            await peer.writes_down("first", "item 1")

    upstream.on_commit = answer
    async with running(stt(upstream)) as line:
        await line.feed(*segment(), *segment())
        transcripts = await line.down(TranscriptionFrame, 2)
    assert [frame.text for frame in transcripts] == ["first", "second"]


async def test_a_late_transcript_of_a_turn_that_was_given_up_is_nobodys(upstream):
    peers = []

    async def answer(peer, item):
        await peer.confirm(item)
        peers.append(peer)
        if len(peers) > 1:
            await peer.writes_down("new", item)

    upstream.on_commit = answer
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        await eventually(lambda: peers)
        await line.feed(ResetTurnFrame(), *segment())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("new", [])
    assert peers[0] is not peers[1]


async def test_the_rest_of_a_segment_that_was_given_up_is_not_sent(upstream):
    async with running(stt(upstream)) as line:
        await line.feed(starts(), audio(secs=0.2), ResetTurnFrame(), audio(secs=0.2), stops())
        await line.feed(InputGateOpenedFrame(), *segment())
        await line.down(TranscriptionFrame)
        assert len(line.came(TranscriptionFrame)) == 1
    assert loud_secs(upstream.peers[-1].heard[0]) == pytest.approx(0.4, abs=0.02)


async def test_a_connection_that_drops_while_nobody_speaks_is_opened_again_and_nobody_is_told(upstream):
    async with running(stt(upstream)) as line:
        await eventually(lambda: upstream.peers and upstream.peers[0].settings)
        upstream.peers[0].connection.transport.abort()
        await eventually(lambda: len(upstream.peers) == 2 and upstream.peers[1].settings)
        await line.feed(*segment())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("item 1", [])


@pytest.mark.parametrize("code", [None, "session_expired", "server_error"])
async def test_a_connection_that_ends_in_mid_word_loses_none(upstream, code):
    async with running(stt(upstream)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: upstream.first_audio)
        if code:
            await upstream.peers[0].say("error", error={"code": code, "type": "x"})
        else:
            upstream.peers[0].connection.transport.abort()
        await eventually(lambda: len(upstream.peers) == 2)
        await line.feed(*[audio() for _ in range(20)], stops())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("item 1", [])
    assert loud_secs(upstream.peers[1].heard[0]) == pytest.approx(0.8, abs=0.02)


async def test_a_connection_that_drops_before_the_answer_is_asked_again_and_only_once(upstream):
    async def drop(peer, item):
        await peer.confirm(item)
        peer.connection.transport.abort()

    upstream.on_commit = drop
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        upstream.on_commit = upstream.answer
        await line.feed(ResetTurnFrame(), *segment())
        (transcript,) = await line.down(TranscriptionFrame)
    assert (code_of(error), transcript.text) == ("cut_off", "item 3")


async def test_a_call_whose_recogniser_is_refused_at_first_is_heard_once_it_is_not(upstream):
    upstream.refusals = [500, 500]
    async with running(stt(upstream)) as line:
        await eventually(lambda: upstream.peers and upstream.peers[0].settings)
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        assert line.failed() == []


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "key_refused"), (429, "rate_limited"), (500, "upstream_error"), (404, "request_refused")],
)
async def test_a_refused_connection_is_told_with_status_and_request_and_the_next_turn_works(
    upstream, status, told
):
    upstream.refusals = [status] * 50
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        upstream.refusals = []
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
    upstream, kind, code, status, told
):
    async def fail(peer, item):
        upstream.on_commit = upstream.answer
        await peer.confirm(item)
        error = {"type": "invalid_request_error", "code": code, "message": "secret words"}
        if kind == "failed":
            await peer.say(f"{PART}failed", item_id=item, content_index=0, error=error)
        else:
            await peer.say("error", error=error)

    upstream.on_commit = fail
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        await line.feed(ResetTurnFrame(), *segment())
        await line.down(TranscriptionFrame)
    agent_error = describe("stt", error.exception)
    assert (agent_error.code, agent_error.status, agent_error.request_id) == (told, status, "req_session")
    assert "secret words" not in f"{error} {error.exception!r} {agent_error}"


async def test_an_error_that_concerns_nobody_disturbs_nobody(upstream):
    async def answer(peer, item):
        await peer.writes_down(item, item)
        await peer.say("error", error={"type": "x", "code": "y", "message": "z"})

    upstream.on_commit = answer
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        await line.feed(*segment())
        await line.down(TranscriptionFrame, 2)
        assert (line.failed(), len(upstream.peers)) == ([], 1)


async def never(peer, _=None):
    await peer.connection.wait_closed()


async def stall(peer, item):
    await peer.confirm(item)
    await peer.say(f"{PART}delta", item_id=item, delta="Can")
    await never(peer)


@pytest.mark.parametrize("answer", [never, stall])
async def test_a_recogniser_that_does_not_answer_has_failed_in_time_and_the_next_turn_works(upstream, answer):
    upstream.on_commit = answer
    async with running(stt(upstream, answer_secs=0.2)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
        upstream.on_commit = upstream.answer
        await eventually(lambda: len(upstream.peers) > 1 and upstream.peers[-1].settings)
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
    assert code_of(error) == "timeout"


async def test_a_session_that_is_never_set_up_has_failed_in_time(upstream):
    upstream.on_open = never
    async with running(stt(upstream, connect_secs=0.2)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
    assert code_of(error) == "timeout"


async def test_events_in_binary_frames_are_understood(upstream):
    async def answer(peer, item):
        completed = {"type": f"{PART}completed", "item_id": item, "transcript": "Hello."}
        await peer.connection.send(json.dumps(completed).encode())

    upstream.on_commit = answer
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        (transcript,) = await line.down(TranscriptionFrame)
    assert transcript.text == "Hello."


@pytest.mark.parametrize("garbage", ["{", "[]", b"\xff", '{"type": 1}', f'{{"type": "{PART}completed"}}'])
async def test_garbage_is_asked_again_and_told_when_it_comes_twice(upstream, garbage):
    async def answer(peer, item):
        await peer.connection.send(garbage)

    upstream.on_commit = answer
    async with running(stt(upstream)) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
    assert (code_of(error), upstream.commits) == ("malformed", 2)


async def test_an_upstream_that_is_not_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    async with running(stt(Upstream(url))) as line:
        await line.feed(*segment())
        (error,) = await line.up(ErrorFrame)
    assert code_of(error) == "unreachable"


async def test_a_call_that_ends_leaves_no_task_and_no_connection(upstream):
    before = asyncio.all_tasks()
    async with running(stt(upstream)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: upstream.first_audio)
    assert asyncio.all_tasks() - before == set()
    await eventually(lambda: upstream.peers[0].connection.state.name == "CLOSED")


@pytest.mark.parametrize(
    "options", [{"model": "gpt-realtime-whisper", "prompt": "Names."}, {"model": "m", "delay": "low"}]
)
def test_what_the_model_does_not_take_is_said_at_start(options):
    call = a_call()
    with pytest.raises(ValueError, match="takes no"):
        OpenAIStreamingSTT(call, call.upstream, **options)

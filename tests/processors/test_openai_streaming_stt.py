"""The recogniser that listens along: what it sends and when, and what it makes of what comes back."""

import pytest
from pipecat.frames.frames import (
    InterimTranscriptionFrame,
    MetricsFrame,
    TranscriptionFrame,
)
from pipecat.metrics.metrics import ProcessingMetricsData
from turnwise.agents.frames import InputGateOpenedFrame, ResetTurnFrame
from turnwise.agents.upstream import CALL_HEADER
from turnwise.processors.openai_streaming_stt import OpenAIStreamingSTT
from turnwise.processors.pre_roll import PRE_ROLL_SECS
from turnwise.processors.transcription_session import TRAILING_SILENCE_SECS

from .calls import a_call
from .microphone import audio, loud_secs
from .recogniser import segment, starts, stops, stt
from .running import eventually, running
from .socket_server import PART

pytestmark = pytest.mark.anyio


async def test_a_session_is_opened_before_anybody_speaks_and_set_up_as_the_settings_say(recogniser):
    options = {"prompt": "Names.", "noise_reduction": "near_field"}
    async with running(stt(recogniser, **options)):
        await eventually(lambda: recogniser.peers and recogniser.peers[0].settings)
    (peer,) = recogniser.peers
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


async def test_speech_is_on_its_way_before_it_ends(recogniser):
    async with running(stt(recogniser)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: loud_secs(recogniser.first_audio) >= 0.3)
        assert recogniser.commits == 0
        await line.feed(stops())
        (transcript,) = await line.down(TranscriptionFrame)
    assert (transcript.text, transcript.finalized) == ("item 1", True)


async def test_a_segment_is_sent_with_the_second_before_it_and_a_little_silence_behind(recogniser):
    async with running(stt(recogniser)) as line:
        await line.feed(*[audio() for _ in range(100)], *segment())
        await line.down(TranscriptionFrame)
    sent = recogniser.peers[0].heard[0]
    assert loud_secs(sent) == pytest.approx(PRE_ROLL_SECS + 0.4, abs=0.02)
    assert len(sent) / 48_000 == pytest.approx(PRE_ROLL_SECS + 0.4 + TRAILING_SILENCE_SECS, abs=0.02)


async def test_nothing_from_before_the_gate_opened_is_sent_and_nothing_between_segments(recogniser):
    async with running(stt(recogniser)) as line:
        await line.feed(*[audio() for _ in range(50)], InputGateOpenedFrame(), *segment())
        await line.down(TranscriptionFrame)
        await line.feed(*[audio() for _ in range(25)])
        await line.feed(*segment(secs=0.2))
        await line.down(TranscriptionFrame, 2)
    first, second, rest = recogniser.peers[0].heard
    assert loud_secs(first) == pytest.approx(0.4, abs=0.02)
    assert loud_secs(second) == pytest.approx(0.7, abs=0.02)
    assert rest == b""


async def test_a_segment_that_is_open_when_the_gate_opens_begins_anew(recogniser):
    async with running(stt(recogniser)) as line:
        await line.feed(starts(), *[audio() for _ in range(20)])
        await eventually(lambda: recogniser.first_audio)
        await line.feed(InputGateOpenedFrame(), audio(secs=0.2), stops())
        await line.down(TranscriptionFrame)
    assert loud_secs(recogniser.peers[-1].heard[0]) == pytest.approx(0.2, abs=0.02)


async def test_what_is_recognised_so_far_is_told_as_it_grows(recogniser):
    async def answer(peer, item):
        await peer.confirm(item)
        for piece in ("Can you", " hear", " me?"):
            await peer.say(f"{PART}delta", item_id=item, delta=piece)
        await peer.writes_down("Can you hear me?", item)

    recogniser.on_commit = answer
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        interim = [frame.text for frame in line.came(InterimTranscriptionFrame)]
    assert interim == ["Can you", "Can you hear", "Can you hear me?"]


async def test_an_empty_transcript_is_an_answer_and_no_fault(recogniser):
    recogniser.on_commit = lambda peer, item: peer.writes_down("", item)
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("", [])


async def test_how_long_a_transcript_took_is_told(recogniser):
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        await line.down(TranscriptionFrame)
        told = [data for frame in line.came(MetricsFrame) for data in frame.data]
    assert [data.value < 10 for data in told if isinstance(data, ProcessingMetricsData) and data.value] == [
        True
    ]


async def test_transcripts_keep_the_order_of_their_segments_whichever_comes_first(recogniser):
    async def answer(peer, item):
        await peer.confirm(item)
        if item == "item 2":
            await peer.writes_down("second", "item 2")
            await peer.writes_down("first", "item 1")

    recogniser.on_commit = answer
    async with running(stt(recogniser)) as line:
        await line.feed(*segment(), *segment())
        transcripts = await line.down(TranscriptionFrame, 2)
    assert [frame.text for frame in transcripts] == ["first", "second"]


async def test_a_late_transcript_of_a_turn_that_was_given_up_is_nobodys(recogniser):
    peers = []

    async def answer(peer, item):
        await peer.confirm(item)
        peers.append(peer)
        if len(peers) > 1:
            await peer.writes_down("new", item)

    recogniser.on_commit = answer
    async with running(stt(recogniser)) as line:
        await line.feed(*segment())
        await eventually(lambda: peers)
        await line.feed(ResetTurnFrame(), *segment())
        (transcript,) = await line.down(TranscriptionFrame)
        assert (transcript.text, line.failed()) == ("new", [])
    assert peers[0] is not peers[1]


async def test_the_rest_of_a_segment_that_was_given_up_is_not_sent(recogniser):
    async with running(stt(recogniser)) as line:
        await line.feed(starts(), audio(secs=0.2), ResetTurnFrame(), audio(secs=0.2), stops())
        await line.feed(InputGateOpenedFrame(), *segment())
        await line.down(TranscriptionFrame)
        assert len(line.came(TranscriptionFrame)) == 1
    assert loud_secs(recogniser.peers[-1].heard[0]) == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    "options", [{"model": "gpt-realtime-whisper", "prompt": "Names."}, {"model": "m", "delay": "low"}]
)
def test_what_the_model_does_not_take_is_said_at_start(options):
    call = a_call()
    with pytest.raises(ValueError, match="takes no"):
        OpenAIStreamingSTT(call, call.upstream, **options)

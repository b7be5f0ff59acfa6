"""The three OpenAI stages: what they send, and how each fault shows."""

import asyncio
import io
import socket
import wave

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.tests.utils import SleepFrame, run_test
from starlette.responses import JSONResponse, Response
from turnwise.agents.faults import describe
from turnwise.agents.frames import InputGateOpenedFrame, ResetTurnFrame
from turnwise.agents.upstream import CALL_HEADER
from turnwise.processors.openai_llm import OpenAILLM
from turnwise.processors.openai_stt import OpenAISTT
from turnwise.processors.openai_tts import OpenAITTS

from .running import running
from .upstream import sound, tokens

pytestmark = pytest.mark.anyio
WAIT = SleepFrame(0.2)


def audio(sample):
    return InputAudioRawFrame(sample.to_bytes(2, "little") * 320, 16_000, 1)


SEGMENT = [VADUserStartedSpeakingFrame(), audio(2), VADUserStoppedSpeakingFrame(stop_secs=0.2)]


def steps(*frames):
    return [part for frame in frames for part in (frame, SleepFrame(0.02))]


class Upload:
    """Keeps what was uploaded, and answers with a text."""

    def __init__(self, upstream, text="Hello."):
        self.text, self.samples, self.headers, self.form = text, [], {}, {}
        upstream.answer = self.answer

    async def answer(self, request):
        async with request.form() as form:
            self.headers, self.form = request.headers, {name: form[name] for name in form if name != "file"}
            with wave.open(io.BytesIO(await form["file"].read())) as file:
                pcm = file.readframes(file.getnframes())
        self.samples.append({pcm[at : at + 2] for at in range(0, len(pcm), 2)} - {b"\0\0"})
        return JSONResponse({"text": self.text})


async def test_a_segment_is_uploaded_with_model_and_language_and_the_calls_tag(upstream):
    upload, call = Upload(upstream), upstream.call()
    stt = OpenAISTT(call, call.upstream, model="some-model")
    down, _ = await run_test(stt, frames_to_send=[*steps(*SEGMENT), WAIT])
    assert [frame.text for frame in down if isinstance(frame, TranscriptionFrame)] == ["Hello."]
    assert upload.form == {"model": "some-model", "language": "en"}
    assert upload.headers[CALL_HEADER] == "the call"


async def test_no_audio_from_before_the_gate_opened_is_uploaded(upstream):
    upload, call = Upload(upstream), upstream.call()
    frames = steps(audio(1), InputGateOpenedFrame(), *SEGMENT)
    await run_test(OpenAISTT(call, call.upstream, model="m"), frames_to_send=[*frames, WAIT])
    assert upload.samples == [{b"\2\0"}]


async def test_an_empty_transcript_is_an_answer_and_no_fault(upstream):
    Upload(upstream, "")
    call = upstream.call()
    down, up = await run_test(
        OpenAISTT(call, call.upstream, model="m"), frames_to_send=[*steps(*SEGMENT), WAIT]
    )
    assert [frame.text for frame in down if isinstance(frame, TranscriptionFrame)] == [""]
    assert not any(isinstance(frame, ErrorFrame) for frame in up)


async def test_a_segment_that_is_given_up_in_mid_speech_is_not_uploaded(upstream):
    upload, call = Upload(upstream), upstream.call()
    given_up = steps(SEGMENT[0], audio(1), ResetTurnFrame(), audio(1), SEGMENT[2])
    await run_test(
        OpenAISTT(call, call.upstream, model="m"), frames_to_send=[*given_up, *steps(*SEGMENT), WAIT]
    )
    assert upload.samples == [{b"\2\0"}]


def stt(call):
    return OpenAISTT(call, call.upstream, model="m", answer_secs=0.1), steps(*SEGMENT)


def llm(call):
    model = OpenAILLM(call, call.upstream, model="m", first_token_secs=0.1, next_token_secs=0.1)
    return model, [LLMContextFrame(LLMContext([{"role": "user", "content": "Hi."}]))]


def tts(call):
    return OpenAITTS(call.upstream, model="m", first_audio_secs=0.1, next_audio_secs=0.1), [
        TTSSpeakFrame("Hi.")
    ]


async def run(stage, call):
    """The code that a client would be told, and what came down before it."""
    processor, frames = stage(call)
    end = [InterruptionFrame(), SleepFrame(0.02)]  # as a recovery does; else a voice waits for more text
    down, up = await run_test(processor, frames_to_send=[*frames, WAIT, *end])
    errors = [frame for frame in up if isinstance(frame, ErrorFrame)]
    return describe(stage.__name__, errors[0].exception).code if errors else None, down


async def answered(upstream, stage, answer):
    async def respond(_):
        return answer()

    upstream.answer = respond
    return await run(stage, upstream.call())


def status(code):
    return lambda: JSONResponse({"error": {"message": "no", "code": None}}, code)


@pytest.mark.parametrize("stage", [stt, llm, tts])
@pytest.mark.parametrize(
    ("code", "told"),
    [(401, "key_refused"), (429, "rate_limited"), (500, "upstream_error"), (400, "request_refused")],
)
async def test_a_refusal_of_the_upstream_has_a_code(upstream, stage, code, told):
    assert (await answered(upstream, stage, status(code)))[0] == told


SECOND = b"\1\0" * 24_000


@pytest.mark.parametrize(
    ("stage", "answer", "told"),
    [
        pytest.param(llm, lambda: tokens(None), "timeout", id="no first token"),
        pytest.param(llm, lambda: tokens("Hello", None), "timeout", id="no next token"),
        pytest.param(llm, lambda: tokens(), "empty_answer", id="an empty answer"),
        pytest.param(llm, lambda: tokens("Hello", finish=None), "cut_off", id="an answer without an end"),
        pytest.param(
            llm, lambda: Response("data: {\n\n", media_type="text/event-stream"), "malformed", id="no JSON"
        ),
        pytest.param(
            stt, lambda: Response("{", media_type="application/json"), "malformed", id="no transcript"
        ),
        pytest.param(stt, lambda: JSONResponse({"txet": ""}), "malformed", id="a transcript without text"),
        pytest.param(tts, lambda: sound(None), "timeout", id="no first audio"),
        pytest.param(tts, lambda: sound(SECOND, None), "timeout", id="no next audio"),
        pytest.param(tts, lambda: sound(), "empty_answer", id="no audio"),
        pytest.param(tts, lambda: JSONResponse({"audio": "later"}), "malformed", id="JSON for audio"),
    ],
)
async def test_an_answer_that_cannot_be_used_has_a_code(upstream, stage, answer, told):
    assert (await answered(upstream, stage, answer))[0] == told


@pytest.mark.parametrize("stage", [stt, llm, tts])
async def test_an_upstream_that_is_not_there_is_unreachable(upstream, stage):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    assert (await run(stage, upstream.call(url)))[0] == "unreachable"


async def test_an_answer_in_time_comes_through_whole(upstream):
    told, down = await answered(upstream, llm, lambda: tokens("Hello", " there.", pause_secs=0.05))
    assert told is None
    assert "".join(frame.text for frame in down if isinstance(frame, LLMTextFrame)) == "Hello there."


async def test_a_voice_comes_through_in_small_pieces_and_whole_samples(upstream):
    told, down = await answered(upstream, tts, lambda: sound(SECOND, b"\1\0\1"))
    pieces = [frame.audio for frame in down if isinstance(frame, TTSAudioRawFrame)]
    assert told is None
    assert b"".join(pieces) == SECOND + b"\1\0"
    assert max(len(piece) for piece in pieces) <= 1920


async def test_a_voice_may_take_as_long_as_its_settings_allow(upstream):
    async def late(_):
        await asyncio.sleep(3.3)  # Pipecat gives up after 3
        return sound(SECOND)

    upstream.answer = late
    voice = OpenAITTS(upstream.call().upstream, model="m", first_audio_secs=30)
    async with running(voice) as line:
        await line.feed(TTSSpeakFrame("Hi."))
        await line.down(TTSAudioRawFrame)
        assert line.failed() == []

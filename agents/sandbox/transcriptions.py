"""`POST /v1/audio/transcriptions`: the ears behind OpenAI's surface."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .answer import Answer, in_pieces, send
from .asking import call_of, checked
from .audio import EARS_RATE_HZ, Samples, read_audio
from .completion import event, json_answer, tokens_of
from .following import heard_at_once
from .parts import parts_of
from .refusal import Refusal, missing
from .request_log import Entry

_MOST_BYTES = 25 * 1024 * 1024
"""OpenAI's limit."""


class TranscriptionAsk(BaseModel):
    """What is read of the form beside the file; language and prompt change nothing here."""

    model: Annotated[str, Field(min_length=1)]
    response_format: Literal["json", "text", "verbose_json"] = "json"
    stream: bool = False


async def transcribe(request: Request) -> Response:
    """Writes down what a sound file says, whole or as a stream of words."""
    parts, call = parts_of(request), call_of(request)
    ask, file = await _read_form(request)
    samples = _decoded(file)
    arrived = asyncio.get_running_loop().time()
    behaviour = parts.behaviours.take("stt", call)
    entry = parts.log.add(Entry("stt", call, model=ask.model, fault=behaviour.fault, bytes=len(file)))
    entry.audio_secs = round(samples.size / EARS_RATE_HZ, 3)

    async def compose() -> Answer:
        entry.heard = (
            ""
            if behaviour.fault == "empty"
            else await heard_at_once(parts.ears, samples.tobytes(), EARS_RATE_HZ)
        )
        return _answer(ask, entry.heard, entry.audio_secs or 0.0)

    return await send(request, behaviour, arrived, compose, _malformed(ask))


async def _read_form(request: Request) -> tuple[TranscriptionAsk, bytes]:
    try:
        async with request.form() as form:
            file = form.get("file")
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            content = await file.read(_MOST_BYTES + 1) if isinstance(file, UploadFile) else None
    except HTTPException:
        raise Refusal(400, "We could not parse the form of your request.") from None
    if content is None:
        raise missing("file")
    if len(content) > _MOST_BYTES:
        raise Refusal(413, f"Maximum content size limit ({_MOST_BYTES}) exceeded.", param="file")
    return checked(fields, TranscriptionAsk), content


def _decoded(file: bytes) -> Samples:
    try:
        return read_audio(file)
    except ValueError:
        raise Refusal(400, "Invalid file format: expected a WAV file.", param="file") from None


def _answer(ask: TranscriptionAsk, text: str, audio_secs: float) -> Answer:
    if ask.stream:
        return Answer("text/event-stream", _events(text), opening=min(1, len(text)))
    if ask.response_format == "text":
        return Answer("text/plain", in_pieces(text[:1].encode(), text[1:].encode() + b"\n"))
    if ask.response_format == "verbose_json":
        return json_answer(
            {"task": "transcribe", "language": "english", "duration": audio_secs, "text": text}
        )
    return json_answer({"text": text})


async def _events(text: str) -> AsyncIterator[bytes]:
    for token in tokens_of(text):
        yield event({"type": "transcript.text.delta", "delta": token})
    yield event({"type": "transcript.text.done", "text": text})


def _malformed(ask: TranscriptionAsk) -> Answer:
    if ask.stream:
        return Answer("text/event-stream", in_pieces(b'data: {"type": "transcript.\x07\n\n'))
    return Answer("application/json", in_pieces(b'{"text": "\x07'))

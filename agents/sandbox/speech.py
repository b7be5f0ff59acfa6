"""`POST /v1/audio/speech`: the voice behind OpenAI's surface."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from .answer import Answer, in_pieces, paced, send
from .asking import call_of, read_json
from .parts import parts_of
from .refusal import Refusal, invalid
from .request_log import Entry
from .voice import VOICE_RATE_HZ, VOICES

_PIECE_SECS = 0.1
_PIECE_BYTES = round(2 * VOICE_RATE_HZ * _PIECE_SECS)
_FORMATS = {"pcm": "audio/pcm", "wav": "audio/wav"}


class SpeechAsk(BaseModel):
    """What is read of the body; instructions change nothing here."""

    model: Annotated[str, Field(min_length=1)]
    input: Annotated[str, Field(min_length=1, max_length=4096)]
    voice: str
    response_format: str = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4)] = 1.0
    stream_format: Literal["audio"] = "audio"


async def speak(request: Request) -> Response:
    """Says the input, 24 kHz mono s16le, as a stream that begins before all is said."""
    parts, call = parts_of(request), call_of(request)
    ask = await read_json(request, SpeechAsk)
    _check(ask)
    arrived = asyncio.get_running_loop().time()
    behaviour = parts.behaviours.take("tts", call)
    entry = parts.log.add(Entry("tts", call, model=ask.model, fault=behaviour.fault, said=ask.input))

    async def compose() -> Answer:
        spoken = (
            in_pieces() if behaviour.fault == "empty" else parts.voice.speak(ask.input, ask.voice, ask.speed)
        )
        every_secs = _PIECE_SECS / behaviour.speed if behaviour.speed else 0.0
        audio = _cut(spoken if ask.response_format == "pcm" else _as_wav(spoken))
        return Answer(_FORMATS[ask.response_format], _counted(paced(audio, every_secs), entry), opening=2)

    return await send(request, behaviour, arrived, compose, _malformed())


def _check(ask: SpeechAsk) -> None:
    if ask.response_format not in _FORMATS:
        raise Refusal(
            400,
            "Invalid value for 'response_format': this stand-in makes pcm and wav only.",
            code="invalid_value",
            param="response_format",
        )
    if ask.voice not in VOICES:
        raise invalid("voice", f"one of {', '.join(VOICES)}")


async def _cut(audio: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for stretch in audio:
        for start in range(0, len(stretch), _PIECE_BYTES):
            yield stretch[start : start + _PIECE_BYTES]


async def _as_wav(audio: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """One file; its header tells the length, so all is spoken before the first byte."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(VOICE_RATE_HZ)
        wav.writeframes(b"".join([stretch async for stretch in audio]))
    yield file.getvalue()


async def _counted(audio: AsyncIterator[bytes], entry: Entry) -> AsyncIterator[bytes]:
    async for piece in audio:
        entry.bytes += len(piece)
        yield piece


def _malformed() -> Answer:
    return Answer("application/json", in_pieces(b'{"sound": "\x07'))

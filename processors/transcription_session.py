"""One realtime transcription session: its shapes, and what is sent and read."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np
import soxr
from websockets.asyncio.client import ClientConnection

from ..agents.faults import StageFault, request_id_in
from ..agents.realtime.connection import Event
from ..agents.realtime.errors import SessionExpired, fault_of
from ..agents.realtime.socket import open_realtime
from ..agents.upstream import OpenAIUpstream
from ..agents.wire import MIC_SAMPLE_RATE_HZ
from .speech_segment import SpeechSegment

WIRE_RATE_HZ = 24_000
"""The only rate that the API takes."""

TRAILING_SILENCE_SECS = 0.3
"""Put behind each segment: a recogniser that hears no end of the last word loses it."""

_SECOND_BYTES = 2 * MIC_SAMPLE_RATE_HZ
_PIECE_BYTES = _SECOND_BYTES // 10


@dataclass(frozen=True)
class TranscriptionWishes:
    """How to transcribe; an empty string is the API's own default."""

    model: str
    language: str
    prompt: str = ""
    noise_reduction: str = ""
    delay: str = ""

    def update(self) -> Event:
        """The `session.update` that says so; turns are ours to detect."""
        hints = {"language": self.language, "prompt": self.prompt, "delay": self.delay}
        input_audio: Event = {
            "format": {"type": "audio/pcm", "rate": WIRE_RATE_HZ},
            "transcription": {"model": self.model, **{name: hint for name, hint in hints.items() if hint}},
            "turn_detection": None,
        }
        if self.noise_reduction:
            input_audio["noise_reduction"] = {"type": self.noise_reduction}
        return {
            "type": "session.update",
            "session": {"type": "transcription", "audio": {"input": input_audio}},
        }


class TranscriptionSession:
    """An open connection that is set up to transcribe."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._request_id = request_id_in(connection.response) if connection.response else None

    @classmethod
    async def open(
        cls, upstream: OpenAIUpstream, wishes: TranscriptionWishes, within_secs: float
    ) -> "TranscriptionSession":
        """Connects, and waits until the wishes are understood.

        Raises:
            Exception: why there is no session, fit for `describe`.
        """
        async with asyncio.timeout(within_secs):
            session = cls(await open_realtime(upstream, intent="transcription"))
            try:
                await session._set_up(wishes)
            except BaseException:
                await session.close()
                raise
        return session

    async def close(self) -> None:
        """Ends it; returns soon even if nobody is there any more."""
        await self._connection.close()

    async def events(self) -> AsyncIterator[Event]:
        """What the server says, `error` included.

        Raises:
            StageFault: something came that is no event (`malformed`).
            ConnectionClosed: the connection is over.
        """
        while True:
            yield self._read(await self._connection.recv())

    async def send(self, segment: SpeechSegment) -> None:
        """Sends a segment from its beginning, as it grows, and commits it when it has ended.

        Raises:
            ConnectionClosed: the connection is over.
        """
        wire = soxr.ResampleStream(MIC_SAMPLE_RATE_HZ, WIRE_RATE_HZ, 1, dtype="int16")
        sent = 0
        while not (segment.is_ended and sent == len(segment.audio)):
            piece = bytes(segment.audio[sent : sent + _SECOND_BYTES])
            if len(piece) >= _PIECE_BYTES or segment.is_ended:
                sent += len(piece)
                await self._append(_resampled(wire, piece))
            else:
                segment.grown.clear()
                await segment.grown.wait()
        silence = bytes(2 * int(TRAILING_SILENCE_SECS * MIC_SAMPLE_RATE_HZ))
        await self._append(_resampled(wire, silence, is_last=True))
        await self._say({"type": "input_audio_buffer.commit"})

    def fault_of(self, error: object) -> StageFault:
        """What an `error`, or the error of a failed transcription, means."""
        return fault_of(error, self._request_id)

    async def _set_up(self, wishes: TranscriptionWishes) -> None:
        await self._say(wishes.update())
        async for event in self.events():
            if event["type"] == "session.updated":
                return
            if event["type"] == "error":
                raise self.fault_of(event.get("error"))

    async def _append(self, audio: bytes) -> None:
        if audio:
            await self._say({"type": "input_audio_buffer.append", "audio": base64.b64encode(audio).decode()})

    async def _say(self, event: Event) -> None:
        await self._connection.send(json.dumps(event))

    def _read(self, message: str | bytes) -> Event:
        try:
            event = json.loads(message)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise StageFault("malformed", request_id=self._request_id)
        if event["type"] == "error" and (event.get("error") or {}).get("code") == "session_expired":
            raise SessionExpired
        return event


def _resampled(wire: soxr.ResampleStream, audio: bytes, *, is_last: bool = False) -> bytes:
    return wire.resample_chunk(np.frombuffer(audio, np.int16), last=is_last).tobytes()

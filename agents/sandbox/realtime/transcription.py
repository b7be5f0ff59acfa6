"""A transcription session: audio is appended, committed, and written down."""

import asyncio
import base64
import binascii
import time
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from ..parts import Parts
from ..request_log import Entry
from .answering import HEARD, SILENT, Commit, Dropped, confirmed, transcribed
from .attention import Attention
from .events import Event, RefusedEvent, event, new_id, obeyed
from .item import Hearing
from .shapes import WIRE_RATE_HZ, AudioInput, updated

_LEAST_SECS = 0.1
"""Less than this cannot be committed."""

_LIFE_SECS = 3_600
"""OpenAI ends a session after an hour; this one only says so."""


class TranscriptionSession:
    """One WebSocket after it was accepted.

    Commits are answered side by side, each by its own time: as at OpenAI, `item_id` tells whose
    transcript it is, and the order does not.
    """

    def __init__(self, socket: WebSocket, parts: Parts, call: str | None) -> None:
        self._socket = socket
        self._parts = parts
        self._call = call
        self._id = new_id("sess")
        self._expires_at = int(time.time()) + _LIFE_SECS
        self._input = AudioInput()
        self._buffer = bytearray()
        self._attention = Attention(parts.ears)
        self._entry: Entry | None = None
        self._last_item: str | None = None
        self._answers: set[asyncio.Task[None]] = set()

    @property
    def understood_secs(self) -> float:
        """How much of what is in the buffer has been understood already."""
        return self._attention.understood_secs

    async def greet(self) -> None:
        """Says `session.created`."""
        await self._send(event("session.created", session=self._shape()))

    async def run(self) -> None:
        """Obeys the client until it goes."""
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                await obeyed(message.get("text"), self._obey, self._send)
        except (WebSocketDisconnect, WebSocketDisconnected):
            pass
        finally:
            self._attention.close()
            for answer in self._answers:
                answer.cancel()

    async def _obey(self, said: Event) -> None:
        match said["type"]:
            case "session.update":
                self._input = updated(self._input, said)
                await self._send(event("session.updated", session=self._shape()))
            case "input_audio_buffer.append":
                self._append(said)
            case "input_audio_buffer.clear":
                self._take_buffer()
                await self._send(event("input_audio_buffer.cleared"))
            case "input_audio_buffer.commit":
                await self._commit()
            case unknown:
                known = "session.update, input_audio_buffer.append, .commit and .clear"
                message = f"Invalid value: '{unknown}'. Supported values here are {known}."
                raise RefusedEvent(message, "invalid_value", "type")

    def _append(self, said: Event) -> None:
        try:
            audio = base64.b64decode(said.get("audio", ""), validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise RefusedEvent("Invalid 'audio': expected base64.", "invalid_value", "audio") from None
        if audio and self._entry is None:
            model = self._input.transcription.model if self._input.transcription else None
            self._entry = self._parts.log.add(Entry("stt", self._call, model=model))
        if self._entry:
            self._entry.bytes += len(audio)
        self._buffer += audio
        self._attention.feed(audio)
        if self._input.transcription:
            self._attend()

    def _attend(self) -> None:
        """Follows all that is in the buffer, unless that is done already."""
        if not self._attention.is_following:
            self._attention.follow(bytes(self._buffer))

    async def _commit(self) -> None:
        secs = len(self._buffer) / 2 / WIRE_RATE_HZ
        if secs < _LEAST_SECS:
            raise RefusedEvent(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
                f"but buffer only has {secs * 1000:.2f}ms of audio.",
                "input_audio_buffer_commit_empty",
            )
        commit = self._taken()
        previous, self._last_item = self._last_item, commit.item_id
        if commit.behaviour.fault not in SILENT:
            for each in confirmed(commit, previous):
                await self._send(each)
        if self._input.transcription:
            answer = asyncio.create_task(self._answer(commit))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    def _taken(self) -> Commit:
        behaviour = self._parts.behaviours.take("stt", self._call)
        is_heard = self._input.transcription and behaviour.fault in HEARD
        hearing = self._heard() if is_heard else None
        audio_secs = round(len(self._buffer) / 2 / WIRE_RATE_HZ, 3)
        entry = self._take_buffer()
        assert entry, "there is audio, so it was written down"
        entry.fault, entry.audio_secs = behaviour.fault, audio_secs
        return Commit(
            new_id("item"), hearing, audio_secs, behaviour, entry, asyncio.get_running_loop().time()
        )

    def _heard(self) -> Hearing:
        self._attend()
        return self._attention.take()

    def _take_buffer(self) -> Entry | None:
        entry, self._entry = self._entry, None
        self._attention.forget()
        self._buffer.clear()
        return entry

    async def _answer(self, commit: Commit) -> None:
        try:
            async for each in transcribed(commit):
                await self._send(each)
        except Dropped:
            self._socket.state.transport.close()
        except (WebSocketDisconnect, WebSocketDisconnected):
            return

    def _shape(self) -> dict[str, Any]:
        return {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": self._id,
            "expires_at": self._expires_at,
            "audio": {"input": self._input.model_dump()},
            "include": None,
        }

    async def _send(self, said: Event | str) -> None:
        if isinstance(said, str):
            await self._socket.send_text(said)
        else:
            await self._socket.send_json(said)

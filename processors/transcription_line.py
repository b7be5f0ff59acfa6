"""The way to the recogniser, kept for a call: opened, opened again when it drops, closed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from loguru import logger

from ..agents.faults import StageFault, describe
from ..agents.realtime.connection import Event
from ..agents.realtime.errors import SessionExpired
from ..agents.realtime.events import TRANSCRIPTION
from .backoff import BACKOFF_SECS
from .speech_segment import SpeechSegment
from .transcription_session import TranscriptionSession
from .until_one_ends import until_one_ends

MOST_TIMES = 2
"""How often a segment is sent: once more after its connection has dropped."""

_STEADY_SECS = 10.0


class TranscriptionLine:
    """Carries segments to the recogniser and what it makes of them back.

    One connection at a time. Whatever ends it, segments that have no answer yet are sent again
    from their beginning on the next one, once; nothing of the old connection can reach them then.
    A segment that has ended shares the fate of the try to connect that it waits for.
    """

    def __init__(
        self,
        open_session: Callable[[], Awaitable[TranscriptionSession]],
        on_interim: Callable[[SpeechSegment], Awaitable[None]],
    ) -> None:
        self._open_session = open_session
        self._on_interim = on_interim
        self._segments: list[SpeechSegment] = []
        self._answered: set[str | None] = set()
        self._wanted = asyncio.Event()
        self._renewal = asyncio.Event()
        self._tries = 0

    def begin(self) -> SpeechSegment:
        """A new segment; what is added to it is on its way at once."""
        segment = SpeechSegment()
        self._segments.append(segment)
        self._wanted.set()
        return segment

    def end(self, segment: SpeechSegment) -> None:
        """Nothing more is coming; from now on it waits for its answer."""
        segment.end()
        self._wanted.set()

    def drop(self, segment: SpeechSegment) -> None:
        """Gives up a segment; the connection that it is on may still speak of it, so there is a new one."""
        if segment in self._segments:
            self._segments.remove(segment)
            self._renewal.set()

    def drop_all(self) -> None:
        """Gives up whatever is under way."""
        for segment in list(self._segments):
            self.drop(segment)

    async def run(self) -> None:
        """Keeps a connection until it is cancelled."""
        while True:
            try:
                session = await self._open_session()
            except Exception as error:
                self._unreachable(error)
            else:
                try:
                    await self._serve(session)
                finally:
                    await session.close()
            await self._rest()

    async def _rest(self) -> None:
        """Waits until the next try is due, or somebody speaks; after the last rest, only for that."""
        if self._tries == 0 or (self._segments and self._tries == 1):
            return
        self._wanted.clear()
        secs = BACKOFF_SECS[self._tries - 1] if self._tries <= len(BACKOFF_SECS) else None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), secs)

    def _unreachable(self, error: Exception) -> None:
        self._tries += 1
        if self._tries == 1:
            logger.warning("no connection to the recogniser: {}", describe("stt", error).code)
        for segment in [each for each in self._segments if each.is_ended]:
            self._fail(segment, error)

    async def _serve(self, session: TranscriptionSession) -> None:
        """Uses a session until it is over or another one is wanted."""
        self._renewal.clear()
        began = time.monotonic()
        why: Exception | None = None
        try:
            await until_one_ends(self._send(session), self._read(session), self._renewal.wait())
        except Exception as error:
            why = error
        if time.monotonic() - began >= _STEADY_SECS:
            self._tries = 0
        self._over(why)

    def _over(self, error: Exception | None) -> None:
        """A session has ended by itself, or was given up."""
        if error is None or isinstance(error, SessionExpired):
            self._tries = 0
        else:
            self._tries += 1
            logger.debug("the connection to the recogniser is over: {}", describe("stt", error).code)
        for segment in list(self._segments):
            if error and segment.times_begun >= MOST_TIMES:
                self._fail(segment, error)

    async def _send(self, session: TranscriptionSession) -> None:
        """Sends the segments one after the other."""
        sent: set[SpeechSegment] = set()
        while True:
            segment = next((each for each in self._segments if each not in sent), None)
            if segment is None:
                self._wanted.clear()
                await self._wanted.wait()
            else:
                sent.add(segment)
                segment.begin_again()
                await session.transcribe(segment)

    async def _read(self, session: TranscriptionSession) -> None:
        while True:
            event = await session.receive()
            if event["type"] == "error":
                self._refused(session, event)
            elif event["type"] == "input_audio_buffer.committed":
                self._segment_of(event)
            elif event["type"].startswith(TRANSCRIPTION):
                await self._heard(session, event)

    async def _heard(self, session: TranscriptionSession, event: Event) -> None:
        segment = self._segment_of(event)
        if segment is None:
            return
        self._tries = 0
        match event["type"].removeprefix(TRANSCRIPTION):
            case "delta":
                segment.interim += str(event.get("delta") or "")
                await self._on_interim(segment)
            case "completed":
                self._complete(segment, event.get("transcript"))
            case "failed":
                self._fail(segment, session.fault_of(event.get("error")))

    def _segment_of(self, event: Event) -> SpeechSegment | None:
        """Whose item it is; an item that is new is that of the first segment without one."""
        item_id = event.get("item_id")
        if not isinstance(item_id, str):
            raise StageFault("malformed")
        known = next((each for each in self._segments if each.item_id == item_id), None)
        if known or item_id in self._answered:
            return known
        waiting = next((each for each in self._segments if each.times_begun and not each.item_id), None)
        if waiting:
            waiting.item_id = item_id
        return waiting

    def _complete(self, segment: SpeechSegment, text: object) -> None:
        if not isinstance(text, str):
            raise StageFault("malformed")
        self._segments.remove(segment)
        self._answered.add(segment.item_id)
        segment.succeed(text)

    def _fail(self, segment: SpeechSegment, error: Exception) -> None:
        self._segments.remove(segment)
        self._answered.add(segment.item_id)
        segment.fail(error)

    def _refused(self, session: TranscriptionSession, event: Event) -> None:
        """An `error` names no item: it is that of the segment that has waited longest.

        Where none waits but one is being spoken, a new session may do better with it.
        """
        fault = session.fault_of(event.get("error"))
        logger.debug("the recogniser objects: {}", fault.code)
        waiting = next((each for each in self._segments if each.is_ended), None)
        if waiting:
            self._fail(waiting, fault)
            self._renewal.set()
        elif self._segments:
            raise fault

"""A call to a realtime model over WebRTC."""

import asyncio
import base64
import binascii
import json
from typing import Self

import openai

from ..faults import StageFault
from .call_events import CallEvents
from .call_offer import Accepted, hang_up_call, offer_call
from .connection import Event
from .end import realtime_end
from .microphone import Microphone

_CLOSE_SECS = 0.5


class RealtimeCall:
    """One call, as a `RealtimeConnection`; `open` makes one."""

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._client = client
        self._accepted: Accepted | None = None
        self._received: asyncio.Queue[str | None] = asyncio.Queue()
        self._order = asyncio.Lock()
        self._microphone = Microphone()
        self._events = CallEvents(self._received.put_nowait)
        self._end = realtime_end(self._microphone.take, self._hear, self._events.take, self._over)
        self._is_over = self._is_closed = False

    @classmethod
    async def open(cls, client: openai.AsyncOpenAI, session: Event) -> Self:
        """See `open_realtime_call`."""
        call = cls(client)
        try:
            await call._connect(session)
        except BaseException:
            await call.close()
            raise
        return call

    @property
    def request_id(self) -> str | None:
        """The upstream's id of the request that the call was offered with."""
        return self._accepted.request_id if self._accepted else None

    async def send(self, event: Event) -> None:
        """See `RealtimeConnection.send`; a commit follows the sound that it is about.

        Raises:
            StageFault: the call is over (`cut_off`), or the event is too long for it (`request_refused`).
        """
        self._check()
        if event["type"] == "input_audio_buffer.append":
            await self.append(_sound_in(event))
            return
        async with self._order:
            if event["type"] == "input_audio_buffer.clear":
                self._microphone.clear()
            elif event["type"] == "input_audio_buffer.commit":
                await self._microphone.played()
            for each in self._events.to_send(event):
                self._say(each)

    async def append(self, audio: bytes) -> None:
        """See `RealtimeConnection.append`."""
        self._check()
        self._microphone.append(audio)

    async def receive(self) -> str:
        """See `RealtimeConnection.receive`."""
        if self._is_over and self._received.empty():
            raise self._cut_off()
        text = await self._received.get()
        if text is None:
            raise self._cut_off()
        return text

    async def close(self) -> None:
        """Hangs up."""
        if self._is_closed:
            return
        self._is_closed = True
        self._over()
        self._events.close()
        async with asyncio.TaskGroup() as ending:
            ending.create_task(self._end.close())
            if self._accepted and self._accepted.call_id:
                ending.create_task(self._hang_up(self._accepted.call_id))

    async def _connect(self, session: Event) -> None:
        offer = await self._end.offer()
        self._accepted = await offer_call(self._client, offer, session)
        try:
            await self._end.accept(self._accepted.answer)
            await self._end.until_open()
        except ValueError as error:
            raise StageFault("malformed", request_id=self.request_id) from error
        except ConnectionError as error:
            raise StageFault("unreachable", request_id=self.request_id) from error

    def _say(self, event: Event) -> None:
        try:
            self._end.send(json.dumps(event))
        except ConnectionError as error:
            raise self._cut_off() from error
        except ValueError as error:
            raise StageFault("request_refused", request_id=self.request_id) from error

    async def _hear(self, pcm: bytes) -> None:
        self._events.hear(pcm)

    async def _hang_up(self, call_id: str) -> None:
        try:
            async with asyncio.timeout(_CLOSE_SECS):
                await hang_up_call(self._client, call_id)
        except TimeoutError:
            return

    def _over(self) -> None:
        """There is no way to the model any more."""
        if not self._is_over:
            self._is_over = True
            self._microphone.clear()
            self._received.put_nowait(None)

    def _check(self) -> None:
        if self._is_over:
            raise self._cut_off()

    def _cut_off(self) -> StageFault:
        return StageFault("cut_off", request_id=self.request_id)


def _sound_in(event: Event) -> bytes:
    try:
        return base64.b64decode(event.get("audio", ""), validate=True)
    except (binascii.Error, TypeError) as error:
        raise ValueError("input_audio_buffer.append: audio is no base64") from error

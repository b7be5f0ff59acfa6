"""A call over WebRTC, with aiortc in the browser's place: Opus both ways, RTVI as JSON on a data channel."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aiortc import RTCIceServer

from ..webrtc.end import Terms, WebRTCEnd
from ..wire import VOICE_SAMPLE_RATE_HZ, EndReason
from . import frames
from .errors import CallOver
from .line import HUNG_UP, LOST
from .webrtc_audio import MicrophoneTrack, SpokenParts

_BEAT_SECS = 1.0
"""Pipecat's server takes a client for gone that was silent for three of them."""

_LOST_SECS = 5.0
"""A server's track never rests, and it reports on ours every 1.5 s at the latest."""


class WebRtcLine:
    """One peer connection, from the offer on.

    What Pipecat's server needs of a client: an audio track first, a data channel, and a `ping` on it
    once a second. It asks for no video; with a track for it, it would ask to negotiate again.
    """

    def __init__(self, ice_servers: list[RTCIceServer]) -> None:
        terms = Terms("rtvi", VOICE_SAMPLE_RATE_HZ, tuple(ice_servers), _LOST_SECS)
        self._microphone, self._voice = MicrophoneTrack(), SpokenParts()
        self._end = WebRTCEnd(terms, self._microphone, self._hear, self._take, self._other_side_left)
        self._arrived: asyncio.Queue[frames.Arrival | None] = asyncio.Queue()
        self._close_code: int | None = None
        self._announced_code = LOST
        self._beating: asyncio.Task[None] | None = None
        self._cutting: asyncio.Task[None] | None = None

    @property
    def close_code(self) -> int | None:
        """The code for the server's `call-ended`, 1000 for a hang-up of ours, else 1006."""
        return self._close_code

    async def offer(self) -> str:
        """The SDP to place the call with, with every candidate in it, so that nothing need follow."""
        return await self._end.offer()

    async def connect(self, answer: str, timeout_secs: float) -> None:
        """Takes the answer, and waits until messages get through.

        Raises:
            ValueError: the answer is none.
            ConnectionError: the two ends found no way to each other.
        """
        await self._end.accept(answer)
        try:
            async with asyncio.timeout(timeout_secs):
                await self._end.until_open()
        except TimeoutError:
            raise ConnectionError from None
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(_BEAT_SECS)
                self._end.send(f"ping: {round(time.time() * 1000)}")

    def _other_side_left(self) -> None:
        self._over(self._announced_code)

    def _over(self, close_code: int) -> None:
        if self._close_code is None:
            self._close_code = close_code
            self._arrived.put_nowait(None)

    async def _hear(self, pcm: bytes) -> None:
        if voice := self._voice.voice_in(pcm):
            self._arrived.put_nowait(frames.AudioFrame(voice, VOICE_SAMPLE_RATE_HZ, 1))

    def _take(self, data: str) -> None:
        try:
            message = frames.parse_message(data)
        except ValueError as error:
            message = frames.unreadable(error)
        if message["type"] == "signalling":
            return self._take_signal(message.get("message"))
        self._announced_code = _announced_in(message) or self._announced_code
        self._arrived.put_nowait(message)

    def _take_signal(self, signal: Any) -> None:
        """What the two ends say about the connection itself is no part of the call."""
        if isinstance(signal, dict) and signal.get("type") == "peerLeft":
            self._other_side_left()

    async def incoming(self) -> AsyncIterator[frames.Arrival]:
        """Voice and messages, as they come."""
        while (arrived := await self._arrived.get()) is not None:
            yield arrived

    async def send_audio(self, pcm: bytes, sample_rate_hz: int) -> None:
        """Sends it in frames of 20 ms; what does not fill one waits for more."""
        self._assert_open()
        self._microphone.hear(pcm, sample_rate_hz)

    async def send_message(self, message: dict[str, Any]) -> None:
        """Sends an RTVI message."""
        await self.send_raw(frames.to_json(message))

    async def send_raw(self, data: bytes | str) -> None:
        """Sends anything on the data channel."""
        self._assert_open()
        try:
            self._end.send(data)
        except ConnectionError as error:
            raise CallOver("the call is over") from error

    def _assert_open(self) -> None:
        if self._close_code is not None:
            raise CallOver("the call is over")

    async def hang_up(self) -> None:
        """Closes the peer connection, which tells the other side."""
        self._over(HUNG_UP)
        if self._beating:
            self._beating.cancel()
        await asyncio.gather(*filter(None, [self._beating, self._cutting]), return_exceptions=True)
        await self._end.close()

    def drop(self) -> None:
        """Closes the sockets below the connection first, so that nothing tells the other side."""
        self._over(LOST)
        self._cutting = self._cutting or asyncio.create_task(self._end.cut())


def _announced_in(message: dict[str, Any]) -> int | None:
    """The close code that stands for the reason in a `call-ended`."""
    data = message.get("data")
    if not isinstance(data, dict) or (message["type"], data.get("type")) != ("server-message", "call-ended"):
        return None
    reason = data.get("reason")
    return EndReason(reason).close_code if reason in list(EndReason) else None

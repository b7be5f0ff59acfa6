"""A call over WebRTC, with aiortc in the browser's place: Opus both ways, RTVI as JSON on a data channel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from ..wire import VOICE_SAMPLE_RATE_HZ, EndReason
from . import frames
from .errors import CallOver
from .line import HUNG_UP, LOST
from .webrtc_audio import MicrophoneTrack, VoiceOfTrack, undelay
from .webrtc_heartbeat import beat


class WebRtcLine:
    """One peer connection, from the offer on.

    What Pipecat's server needs of a client: an audio track first, a data channel, and a `ping` on it
    once a second. It asks for no video; with a track for it, it would ask to negotiate again.
    """

    def __init__(self, ice_servers: list[RTCIceServer]) -> None:
        bundled = RTCBundlePolicy.MAX_BUNDLE
        self._peer = RTCPeerConnection(RTCConfiguration(ice_servers, bundlePolicy=bundled))
        self._microphone = MicrophoneTrack()
        self._peer.addTrack(self._microphone)
        undelay(self._peer.getTransceivers()[0].receiver)
        self._channel = self._peer.createDataChannel("rtvi")
        self._arrived: asyncio.Queue[frames.Arrival | None] = asyncio.Queue()
        self._settled = asyncio.Event()
        self._close_code: int | None = None
        self._announced_code = LOST
        self._tasks: list[asyncio.Task[None]] = []
        self._cutting: asyncio.Task[None] | None = None
        self._peer.on("connectionstatechange", self._look_at_state)
        self._peer.on("track", self._hear)
        self._channel.on("open", self._settled.set)
        self._channel.on("message", self._take)
        self._channel.on("close", self._other_side_left)

    @property
    def close_code(self) -> int | None:
        """The code for the server's `call-ended`, 1000 for a hang-up of ours, else 1006."""
        return self._close_code

    async def offer(self) -> str:
        """The SDP to place the call with, with every candidate in it, so that nothing need follow."""
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return self._peer.localDescription.sdp

    async def connect(self, answer: RTCSessionDescription, timeout_secs: float) -> None:
        """Takes the answer, and waits until messages get through.

        Raises:
            ValueError: the answer is none.
            ConnectionError: the two ends found no way to each other.
        """
        await self._peer.setRemoteDescription(answer)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_secs):
                await self._settled.wait()
        if self._channel.readyState != "open":
            raise ConnectionError
        heartbeat = beat(self._channel, self._peer, self._other_side_left)
        self._tasks.append(asyncio.create_task(heartbeat))

    def _look_at_state(self) -> None:
        if self._peer.connectionState in ("failed", "closed"):
            self._other_side_left()

    def _other_side_left(self) -> None:
        self._end(self._announced_code)

    def _end(self, close_code: int) -> None:
        if self._close_code is None:
            self._close_code = close_code
            self._arrived.put_nowait(None)
            self._settled.set()

    def _hear(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._tasks.append(asyncio.create_task(self._listen_to(track)))

    async def _listen_to(self, track: MediaStreamTrack) -> None:
        voice = VoiceOfTrack()
        with suppress(MediaStreamError):
            while isinstance(frame := await track.recv(), AudioFrame):
                if pcm := voice.take(frame):
                    self._arrived.put_nowait(frames.AudioFrame(pcm, VOICE_SAMPLE_RATE_HZ, 1))

    def _take(self, data: bytes | str) -> None:
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
            self._channel.send(data)
        except InvalidStateError as error:
            raise CallOver("the call is over") from error

    def _assert_open(self) -> None:
        if self._close_code is not None:
            raise CallOver("the call is over")

    async def hang_up(self) -> None:
        """Closes the peer connection, which tells the other side."""
        self._end(HUNG_UP)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *filter(None, [self._cutting]), return_exceptions=True)
        await self._peer.close()

    def drop(self) -> None:
        """Closes the sockets below the connection first, so that nothing tells the other side."""
        self._end(LOST)
        if self._peer.sctp is not None and self._cutting is None:
            self._cutting = asyncio.create_task(self._peer.sctp.transport.transport.stop())


def _announced_in(message: dict[str, Any]) -> int | None:
    """The close code that stands for the reason in a `call-ended`."""
    data = message.get("data")
    if not isinstance(data, dict) or (message["type"], data.get("type")) != ("server-message", "call-ended"):
        return None
    reason = data.get("reason")
    return EndReason(reason).close_code if reason in list(EndReason) else None

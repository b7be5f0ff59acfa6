"""One end of a WebRTC connection that carries sound both ways, and events on a data channel."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamTrack

from .alive import SILENT_SECS, until_silent
from .closing import in_time
from .packet_order import hand_on_at_once
from .sound import sound_of


@dataclass(frozen=True)
class Terms:
    """What an end goes by.

    `channel` names the data channel of an offer; sound is heard as mono s16le at `rate_hz`. No ICE server
    need be asked where one of the two ends has an address that the other can reach.
    """

    channel: str
    rate_hz: int
    ice_servers: tuple[RTCIceServer, ...] = ()
    silent_secs: float = SILENT_SECS


class WebRTCEnd:
    """Makes an offer or answers one, and hands on what comes until the other end is gone.

    `track` is what is sent, `hear` takes the sound that came; `take` is given each event's text, and
    `on_gone` is told once or more that the other end left.
    """

    def __init__(
        self,
        terms: Terms,
        track: MediaStreamTrack,
        hear: Callable[[bytes], Awaitable[None]],
        take: Callable[[str], None],
        on_gone: Callable[[], None],
    ) -> None:
        self._terms, self._track = terms, track
        self._hear, self._take, self._on_gone = hear, take, on_gone
        self._connection = RTCPeerConnection(
            RTCConfiguration([*terms.ice_servers], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._channel: RTCDataChannel | None = None
        self._opened = asyncio.Event()
        self._is_gone = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._connection.on("track", self._has_track)
        self._connection.on("datachannel", self._has_channel)
        self._connection.on("connectionstatechange", self._changed)

    async def offer(self) -> str:
        """Our description; it holds every way to us already."""
        self._connection.addTrack(self._track)
        self._has_channel(self._connection.createDataChannel(self._terms.channel))
        await self._connection.setLocalDescription()
        return self._connection.localDescription.sdp

    async def answer(self, offer: str) -> str:
        """Our description, to an offer of sound and a data channel.

        Raises:
            ValueError: it is no such offer.
        """
        await self._describe(offer, "offer")
        if not self._connection.getTransceivers() or self._connection.sctp is None:
            raise ValueError("no sound or no data channel is offered")
        self._connection.addTrack(self._track)
        await self._connection.setLocalDescription()
        return self._connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Takes the other end's answer.

        Raises:
            ValueError: it is none.
        """
        await self._describe(answer, "answer")

    async def until_open(self) -> None:
        """Waits until events can be sent.

        Raises:
            ConnectionError: there is no way to the other end.
        """
        await self._opened.wait()
        if self._is_gone:
            raise ConnectionError("no way to the other end of WebRTC")
        self._run(self._watch())

    def send(self, text: str | bytes) -> None:
        """Sends an event.

        Raises:
            ConnectionError: the other end is gone.
            ValueError: it is longer than the other end takes; OpenAI's limit is 256 KiB.
        """
        if self._channel is None or self._channel.readyState != "open":
            raise ConnectionError("the data channel is closed")
        self._channel.send(text)

    async def close(self) -> None:
        """Ends tracks, channel, sockets and tasks."""
        self._gone()
        self._track.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await in_time(self._connection.close())

    async def cut(self) -> None:
        """Closes the sockets alone, so that nothing tells the other end; `close` is still to come."""
        if self._connection.sctp is not None:
            await self._connection.sctp.transport.transport.stop()

    async def _describe(self, sdp: str, kind: str) -> None:
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(sdp, kind))
        except Exception as error:  # aiortc raises what it happens to stumble over
            raise ValueError(f"no {kind}") from error
        for transceiver in self._connection.getTransceivers():
            if transceiver.kind == "audio":
                hand_on_at_once(transceiver.receiver)

    def _has_channel(self, channel: RTCDataChannel) -> None:
        if self._channel is None:
            self._channel = channel
            channel.on("open", self._opened.set)
            channel.on("message", self._has_message)
            channel.on("close", self._gone)
            if channel.readyState == "open":
                self._opened.set()

    def _has_message(self, message: str | bytes) -> None:
        self._take(message if isinstance(message, str) else message.decode(errors="replace"))

    def _has_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._run(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        async for pcm in sound_of(track, self._terms.rate_hz):
            await self._hear(pcm)

    async def _watch(self) -> None:
        await until_silent(self._connection, self._terms.silent_secs)
        self._gone()

    def _changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self._gone()

    def _gone(self) -> None:
        self._is_gone = True
        self._opened.set()
        self._on_gone()

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

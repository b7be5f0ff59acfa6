"""Pipecat's small-WebRTC transport, with our voice track, and with limits on what comes in."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.transport import (
    SmallWebRTCClient,
    SmallWebRTCInputTransport,
    SmallWebRTCOutputTransport,
    SmallWebRTCTransport,
)

from .intake import NO_FRAME, Intake, is_rtvi
from .webrtc_peer import Peer

MAX_MESSAGE_BYTES = 64 * 1024

_BACK_SOON = "back-soon"
"""What a client says that gives up a connection, but not the conversation; over a WebSocket it closes
with 4100, which a peer connection cannot."""


class WebRTCTransport(SmallWebRTCTransport):
    """The two ends of a pipeline over one peer."""

    def __init__(
        self, peer: Peer, params: TransportParams, intake: Intake, on_back_soon: Callable[[], None]
    ) -> None:
        super().__init__(peer, params)
        self._input = self.microphone = Microphone(self._client, params, intake, on_back_soon)
        self._output = Voice(self._client, params, peer)
        peer.on_message = self.microphone.take


class Microphone(SmallWebRTCInputTransport):
    """Takes what a client may send: audio at the pace of speech, and RTVI messages, in order."""

    def __init__(
        self,
        client: SmallWebRTCClient,
        params: TransportParams,
        intake: Intake,
        on_back_soon: Callable[[], None],
    ) -> None:
        super().__init__(client, params)
        self._intake = intake
        self._on_back_soon = on_back_soon
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    def take(self, data: str | bytes) -> None:
        """One message of the data channel; those that come before the pipeline has started wait for it."""
        if not self._intake.takes_frame() or _is_ping(data):
            return
        message = _read(data)
        if is_rtvi(message) and _is_back_soon(message):
            self._on_back_soon()
        elif is_rtvi(message):
            self._messages.put_nowait(message)
        elif not _is_signalling(message):
            self._intake.refuse(NO_FRAME)

    async def start(self, frame: StartFrame) -> None:
        """Begins to read."""
        await super().start(frame)
        self._reading = self._reading or self.create_task(self._read_messages())

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        """Passes on audio, as much as a microphone makes."""
        if self._intake.takes_audio(frame.num_frames / frame.sample_rate):
            await super().push_audio_frame(frame)

    async def stop(self, frame: EndFrame) -> None:
        """Reads no more."""
        await self._stop_reading()
        await super().stop(frame)

    async def cancel(self, frame: CancelFrame) -> None:
        """Reads no more."""
        await self._stop_reading()
        await super().cancel(frame)

    async def cleanup(self) -> None:
        """Leaves nothing behind."""
        await self._stop_reading()
        await super().cleanup()

    async def _read_messages(self) -> None:
        while True:
            await self.push_app_message(await self._messages.get())

    async def _stop_reading(self) -> None:
        task, self._reading = self._reading, None
        if task:
            await self.cancel_task(task)


class Voice(SmallWebRTCOutputTransport):
    """Sends speech a little ahead of the clock, and forgets what is left of it when it is interrupted."""

    def __init__(self, client: SmallWebRTCClient, params: TransportParams, peer: Peer) -> None:
        super().__init__(client, params)
        self._peer = peer

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Drops queued audio at once where the user has spoken up."""
        if isinstance(frame, InterruptionFrame):
            self._peer.voice.drop()
        await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Waits for the peer to be there, and for room."""
        return await self._peer.voice.put(frame.audio)


def _is_ping(data: str | bytes) -> bool:
    """What Pipecat's client sends once a second."""
    return isinstance(data, str) and data.startswith("ping")


def _is_back_soon(message: dict[str, Any]) -> bool:
    return message["type"] == "client-message" and (message.get("data") or {}).get("t") == _BACK_SOON


def _is_signalling(message: Any) -> bool:
    """Pipecat's messages about tracks, of which audio needs none."""
    return isinstance(message, dict) and message.get("type") == "signalling"


def _read(data: str | bytes) -> Any:
    if not isinstance(data, str) or len(data) > MAX_MESSAGE_BYTES:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        logger.debug("a message could not be read: {}", type(error).__name__)
        return None

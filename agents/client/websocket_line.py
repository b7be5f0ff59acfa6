"""A call over a WebSocket; opening it says in one sentence why it cannot be had."""

import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from . import frames
from .address import call_url, is_local
from .errors import CallOver, Refused, Unreachable
from .line import HUNG_UP

CONNECT_SECS = 10.0
_CLOSE_SECS = 2.0

_QUIET = logging.getLogger("turnwise.client.websockets")
_QUIET.setLevel(logging.CRITICAL + 1)  # at level DEBUG the library logs the URL, and in it the token


class WebSocketLine:
    """Protobuf frames both ways."""

    def __init__(self, websocket: ClientConnection) -> None:
        self._websocket = websocket

    @property
    def close_code(self) -> int | None:
        """The WebSocket's own."""
        return self._websocket.close_code

    async def incoming(self) -> AsyncIterator[frames.Arrival]:
        """Frames and messages; what cannot be read comes as a message of type `unreadable`."""
        with suppress(ConnectionClosed):
            async for data in self._websocket:
                try:
                    arrived = frames.decode(data)
                except ValueError as error:
                    arrived = frames.unreadable(error)
                yield arrived

    async def send_audio(self, pcm: bytes, sample_rate_hz: int) -> None:
        """Sends one frame, of any length and rate."""
        await self.send_raw(frames.encode_audio(pcm, sample_rate_hz))

    async def send_message(self, message: dict[str, Any]) -> None:
        """Sends an RTVI message."""
        await self.send_raw(frames.encode_message(message))

    async def send_raw(self, data: bytes | str) -> None:
        """Sends anything, be it a frame or not."""
        try:
            await self._websocket.send(data)
        except ConnectionClosed as error:
            raise CallOver("the call is over") from error

    async def hang_up(self, code: int = HUNG_UP, reason: str = "") -> None:
        """Closes the WebSocket."""
        await self._websocket.close(code, reason)

    def drop(self) -> None:
        """Cuts the connection with a TCP reset."""
        transport = self._websocket.transport
        with suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


async def open_websocket(url: str, meeting_id: str, token: str) -> WebSocketLine:
    """A WebSocket on which the call has been accepted.

    Raises:
        Refused: the server said no, with its own code and message.
        Unreachable: nobody, or no server of ours, answers there.
        BadInput: the URL is none.
    """
    address = call_url(url, meeting_id, token)
    try:
        websocket = await connect(
            address,
            compression=None,
            proxy=None if is_local(url) else True,
            open_timeout=CONNECT_SECS,
            close_timeout=_CLOSE_SECS,
            ping_interval=None,
            logger=_QUIET,
        )
    except InvalidStatus as error:
        raise Refused.from_body(error.response.status_code, bytes(error.response.body)) from error
    except InvalidHandshake as error:
        raise Unreachable(f"what answers at {url} speaks no WebSocket; check --url") from error
    except (OSError, TimeoutError) as error:
        raise Unreachable.because_of(error, url) from error
    return WebSocketLine(websocket)

"""The way between a speech-to-speech session and its client, whichever it is."""

from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from .events import Event


class Gone(Exception):
    """The client is not there any more."""


class Wire(Protocol):
    """What a session needs of its connection; it never asks which one it is.

    Events go over the wire both ways. Sound does too, as base64 in events, unless it travels `apart`:
    then whoever holds the wire hands the microphone to `RealtimeSession.hear` and plays what
    `RealtimeSession.playback` gives it, piece by piece, in real time.
    """

    @property
    def apart(self) -> bool:
        """Whether sound has a way of its own, as over WebRTC."""
        ...

    async def send(self, said: Event | str) -> None:
        """Sends an event; text goes out as it stands, to be no event.

        Raises:
            Gone: the client went.
        """
        ...

    async def receive(self) -> str | None:
        """The client's next message; None where it was no text.

        Raises:
            Gone: the client went.
        """
        ...

    def drop(self) -> None:
        """Ends the connection as it stands, without a word; `receive` then raises `Gone`."""
        ...


class SocketWire:
    """Events over a WebSocket that was accepted, and sound in them."""

    apart = False

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def send(self, said: Event | str) -> None:
        """See `Wire.send`."""
        try:
            if isinstance(said, str):
                await self._socket.send_text(said)
            else:
                await self._socket.send_json(said)
        except (WebSocketDisconnect, WebSocketDisconnected):
            raise Gone from None

    async def receive(self) -> str | None:
        """See `Wire.receive`."""
        try:
            message = await self._socket.receive()
        except (WebSocketDisconnect, WebSocketDisconnected):
            raise Gone from None
        if message["type"] != "websocket.receive":
            raise Gone
        return message.get("text")

    def drop(self) -> None:
        """See `Wire.drop`; `server.SandboxProtocol` has put the transport there."""
        self._socket.state.transport.close()

"""A WebSocket to OpenAI's realtime surface, or to what stands in for it."""

import base64
import json

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ..faults import StageFault, request_id_in
from ..upstream import OpenAIUpstream
from .connection import Event

CLOSE_SECS = 0.5
"""How long the other side may take to agree that a connection is closed."""

_LARGEST_EVENT_BYTES = 16 * 1024 * 1024
_PING_SECS = 10.0


class _OneAddress(connect):
    """Follows no redirect: the key is for the address that was set."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Leaves a redirect what it is, a refusal."""
        return exc


async def open_realtime(upstream: OpenAIUpstream, **query: str) -> "RealtimeSocket":
    """Opens a connection; how long that may take is for whoever asks to say.

    `query` says what for: `model="…"` to converse with it, `intent="transcription"`.

    Raises:
        StageFault: nobody is there (`unreachable`).
        InvalidHandshake: it was refused; `describe` knows status and request id.
    """
    try:
        connection = await _OneAddress(
            upstream.realtime_url(**query),
            additional_headers=upstream.realtime_headers(),
            user_agent_header=None,
            compression=None,
            proxy=None if upstream.is_local else True,
            open_timeout=None,
            close_timeout=CLOSE_SECS,
            ping_interval=_PING_SECS,
            ping_timeout=_PING_SECS,
            max_size=_LARGEST_EVENT_BYTES,
        )
    except TimeoutError:
        raise
    except (OSError, EOFError) as error:
        raise StageFault("unreachable") from error
    return RealtimeSocket(connection)


class RealtimeSocket:
    """A `RealtimeConnection` over a WebSocket: audio travels in events."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @property
    def request_id(self) -> str | None:
        """The upstream's id of the request that it was opened with."""
        response = self._connection.response
        return request_id_in(response) if response else None

    async def send(self, event: Event) -> None:
        """Says something to the model.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        try:
            await self._connection.send(json.dumps(event))
        except ConnectionClosed as error:
            raise self._cut_off() from error

    async def append(self, audio: bytes) -> None:
        """Hands on what the microphone heard.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        await self.send({"type": "input_audio_buffer.append", "audio": base64.b64encode(audio).decode()})

    async def receive(self) -> str:
        """The model's next event, as JSON; some gateways send it in a binary frame.

        Raises:
            StageFault: the connection is over (`cut_off`), or what came is no text (`malformed`).
        """
        try:
            message = await self._connection.recv()
        except ConnectionClosed as error:
            raise self._cut_off() from error
        try:
            return message if isinstance(message, str) else message.decode()
        except UnicodeDecodeError as error:
            raise StageFault("malformed", request_id=self.request_id) from error

    async def close(self) -> None:
        """Ends the session; returns soon even if nobody is there any more."""
        await self._connection.close()

    def _cut_off(self) -> StageFault:
        return StageFault("cut_off", request_id=self.request_id)

"""A call over a WebSocket, through Pipecat's FastAPI transport."""

import asyncio
from typing import Any

from fastapi import WebSocket
from pipecat.frames.frames import OutputTransportMessageUrgentFrame
from pipecat.processors.frameworks.rtvi.models import ServerMessage
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams
from starlette.types import Message

from ..agents.line import OnFlood, OnGone
from ..agents.wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ, EndReason, call_ended
from .client_messages import ClientMessages
from .paced_websocket import PacedWebSocketTransport
from .wire_serializer import WireSerializer

_OWN_FAILURES = (1002, 1007, 1009, 1011)
"""What the server's side closes with when it cannot read the client."""

_BACK_SOON = 4100
"""What a client closes with that gives up a connection, but not the conversation."""

_CHUNKS_OF_10_MS = 2
_CLOSE_SECS = 1.0


class WebSocketLine:
    """One connection, as a call needs it: Pipecat's transport, its messages, and how it ended."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self.on_gone: OnGone = lambda hung_up: None
        self.on_flood: OnFlood = lambda: None
        self._hung_up = False
        self._telling: set[asyncio.Task[None]] = set()
        self._receive = websocket.receive
        websocket.receive = self._receive_and_look
        self.messages = ClientMessages()
        self.transport = PacedWebSocketTransport(
            websocket,
            FastAPIWebsocketParams(
                audio_in_enabled=True,
                audio_out_enabled=True,
                audio_in_sample_rate=MIC_SAMPLE_RATE_HZ,
                audio_out_sample_rate=VOICE_SAMPLE_RATE_HZ,
                audio_out_10ms_chunks=_CHUNKS_OF_10_MS,
                allowed_origins=[],  # the door has looked at the origin; Pipecat would read a variable
                serializer=WireSerializer(self._tell, self._flooded),
            ),
        )
        self.transport.add_event_handler("on_client_disconnected", self._gone)

    async def open(self) -> None:
        """Accepts the connection."""
        await self._websocket.accept()

    async def end(self, reason: EndReason) -> None:
        """Says why and closes, with the code that stands for the reason."""
        message = ServerMessage(data=call_ended(reason)).model_dump(exclude_none=True)
        try:
            async with asyncio.timeout(_CLOSE_SECS):
                await self.transport.output().send_message(OutputTransportMessageUrgentFrame(message))
                await self._websocket.close(reason.close_code, reason.value)
        except (TimeoutError, RuntimeError, OSError):
            return

    async def _receive_and_look(self) -> Message:
        """Pipecat drops what tells a hang-up from a lost connection."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._hung_up = _is_hang_up(message)
        return message

    def _gone(self, *_: Any) -> None:
        self.on_gone(self._hung_up)

    def _flooded(self) -> None:
        self.on_flood()

    def _tell(self, sentence: str) -> None:
        task = asyncio.create_task(self.messages.tell(sentence))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


def _is_hang_up(disconnect: Message) -> bool:
    """Whether the client sent a close frame, of whichever code.

    uvicorn reports a lost connection as 1005, as if it had been closed without a code; only a real
    close frame comes with a reason, be it empty.
    """
    code = disconnect.get("code")
    return code in (1000, 1001) or ("reason" in disconnect and code not in (*_OWN_FAILURES, _BACK_SOON))

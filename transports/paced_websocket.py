"""Pipecat's WebSocket transport, sending speech at the pace at which it is heard."""

import asyncio
import time

from fastapi import WebSocket
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from ..agents.pace import on_the_clock


class PacedWebSocketTransport(FastAPIWebsocketTransport):
    """The transport with an output that keeps to the clock."""

    def __init__(self, websocket: WebSocket, params: FastAPIWebsocketParams) -> None:
        super().__init__(websocket, params)
        self._output = PacedOutput(self, self._client, params, name=self._output_name)


class PacedOutput(FastAPIWebsocketOutputTransport):
    """Catches up with what it is late.

    Pipecat's own starts its clock anew with every piece that is sent late, so that on a busy
    machine a few milliseconds each add up: 3.4 s of speech took 5 s to send.
    """

    async def _write_audio_sleep(self) -> None:
        now = time.monotonic()
        due = on_the_clock(self._next_send_time, now)
        await asyncio.sleep(max(0.0, due - now))
        self._next_send_time = due + self._send_interval

"""A WebSocket server in the upstream's place, which refuses whom a test tells it to."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

PART = "conversation.item.input_audio_transcription."


class Session:
    """One connection, as the upstream sees it."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.headers = connection.request.headers if connection.request else Headers()
        self.path = connection.request.path if connection.request else ""

    async def say(self, kind: str, **fields: Any) -> None:
        """Sends an event."""
        await self.connection.send(json.dumps({"type": kind, "event_id": "event_1", **fields}))

    async def writes_down(self, text: str, item: str = "said 1") -> None:
        """All of what was understood of a stretch of speech."""
        await self.say(f"{PART}completed", item_id=item, content_index=0, transcript=text)


class SocketServer(ABC):
    """Where it is, and with which statuses those who come next are refused."""

    def __init__(self) -> None:
        self.url = ""
        self.refusals: list[int] = []

    @abstractmethod
    async def serve(self, connection: ServerConnection) -> None:
        """Holds a session; one that the client ends is over without a word."""

    async def hold(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await self.serve(connection)

    async def refuse(self, _: ServerConnection, __: Request) -> Response | None:
        if not self.refusals:
            return None
        status = HTTPStatus(self.refusals.pop(0))
        headers = Headers({"x-request-id": "req_refused", "Content-Length": "0"})
        return Response(status, status.phrase, headers)

    async def label(self, _: ServerConnection, __: Request, response: Response) -> Response:
        response.headers["x-request-id"] = "req_session"
        return response

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Takes connections until the end of the block."""
        doors = {"process_request": self.refuse, "process_response": self.label}
        async with serve(self.hold, "127.0.0.1", 0, compression=None, **doors) as server:
            self.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
            yield

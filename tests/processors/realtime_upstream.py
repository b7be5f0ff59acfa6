"""A realtime upstream that does as a test tells it to, over a real WebSocket."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from turnwise.agents.call_context import CallContext
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from .upstream import Upstream

PART = "conversation.item.input_audio_transcription."
Answer = Callable[["Peer", str], Awaitable[None]]


class Peer:
    """One connection, as the upstream sees it."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.headers = connection.request.headers if connection.request else Headers()
        self.path = connection.request.path if connection.request else ""
        self.settings: dict[str, Any] = {}
        self.heard: list[bytes] = []
        """The audio of each commit, and last what is not committed yet."""

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, "event_id": "event_1", **fields}))

    async def confirm(self, item: str) -> None:
        await self.say("input_audio_buffer.committed", item_id=item, previous_item_id=None)

    async def complete(self, item: str, text: str) -> None:
        await self.say(f"{PART}completed", item_id=item, content_index=0, transcript=text)


class RealtimeUpstream:
    """What connected, and what is to happen; by default every commit is answered with its number."""

    def __init__(self) -> None:
        self.url = ""
        self.peers: list[Peer] = []
        self.refusals: list[int] = []
        self.on_open: Callable[[Peer], Awaitable[None]] | None = None
        self.on_commit: Answer = self.answer
        self.commits = 0

    async def answer(self, peer: Peer, item: str) -> None:
        await peer.confirm(item)
        await peer.complete(item, item)

    @property
    def first_audio(self) -> bytes:
        """What the first connection has sent of its first segment."""
        heard = self.peers[0].heard if self.peers else []
        return heard[0] if heard else b""

    def call(self) -> CallContext:
        return Upstream(self.url).call()

    async def serve(self, connection: ServerConnection) -> None:
        peer = Peer(connection)
        self.peers.append(peer)
        try:
            await peer.say("session.created", session={})
            if self.on_open:
                await self.on_open(peer)
            async for message in connection:
                await self._take(peer, json.loads(message))
        except ConnectionClosed:
            pass

    async def refuse(self, _: ServerConnection, __: Request) -> Response | None:
        if not self.refusals:
            return None
        status = HTTPStatus(self.refusals.pop(0))
        return Response(
            status, status.phrase, Headers({"x-request-id": "req_refused", "Content-Length": "0"})
        )

    async def label(self, _: ServerConnection, __: Request, response: Response) -> Response:
        response.headers["x-request-id"] = "req_session"
        return response

    async def _take(self, peer: Peer, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.update":
                peer.settings = event["session"]
                await peer.say("session.updated", session=event["session"])
            case "input_audio_buffer.append":
                peer.heard = peer.heard or [b""]
                peer.heard[-1] += base64.b64decode(event["audio"])
            case "input_audio_buffer.commit":
                self.commits += 1
                await self.on_commit(peer, f"item {self.commits}")
                peer.heard.append(b"")


@asynccontextmanager
async def realtime_upstream() -> AsyncIterator[RealtimeUpstream]:
    upstream = RealtimeUpstream()
    async with serve(
        upstream.serve,
        "127.0.0.1",
        0,
        process_request=upstream.refuse,
        process_response=upstream.label,
        compression=None,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        upstream.url = f"http://127.0.0.1:{port}/v1"
        yield upstream

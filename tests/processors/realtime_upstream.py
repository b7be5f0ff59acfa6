"""A realtime upstream that does as a test tells it to, over a real WebSocket."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from turnwise.agents.call_context import CallContext
from websockets.asyncio.server import ServerConnection

from .socket_server import Session, SocketServer
from .upstream import Upstream

Answer = Callable[["Peer", str], Awaitable[None]]


class Peer(Session):
    """One connection, and what came by it."""

    def __init__(self, connection: ServerConnection) -> None:
        super().__init__(connection)
        self.settings: dict[str, Any] = {}
        self.heard: list[bytes] = []
        """The audio of each commit, and last what is not committed yet."""

    async def confirm(self, item: str) -> None:
        await self.say("input_audio_buffer.committed", item_id=item, previous_item_id=None)


class RealtimeUpstream(SocketServer):
    """What connected, and what is to happen; by default every commit is answered with its number."""

    def __init__(self) -> None:
        super().__init__()
        self.peers: list[Peer] = []
        self.on_open: Callable[[Peer], Awaitable[None]] | None = None
        self.on_commit: Answer = self.answer
        self.commits = 0

    async def answer(self, peer: Peer, item: str) -> None:
        await peer.confirm(item)
        await peer.writes_down(item, item)

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
        await peer.say("session.created", session={})
        if self.on_open:
            await self.on_open(peer)
        async for message in connection:
            await self._take(peer, json.loads(message))

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
    async with upstream.listening():
        yield upstream

"""A receiver of webhooks on a real socket, which answers as a test tells it to."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwbm9uZQ=="
Answer = Callable[[int], Awaitable[Response]]


@dataclass(frozen=True)
class Delivery:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str = SECRET) -> dict[str, Any]:
        """The body, once the signature has been checked as a receiver does."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Keeps what arrives; answers 200, or what the next of `answers` says."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/meetings"
        self.deliveries: list[Delivery] = []
        self.answers: list[int | Answer] = []
        self._arrived = asyncio.Condition()

    async def respond(self, request: Request) -> Response:
        """Takes a delivery."""
        delivery = Delivery(dict(request.headers), await request.body())
        async with self._arrived:
            self.deliveries.append(delivery)
            self._arrived.notify_all()
        answer = self.answers.pop(0) if self.answers else 200
        return Response("thanks", answer) if isinstance(answer, int) else await answer(len(self.deliveries))

    async def has(self, count: int, secs: float = 20.0) -> list[Delivery]:
        """Returns once so many have come."""
        async with asyncio.timeout(secs), self._arrived:
            await self._arrived.wait_for(lambda: len(self.deliveries) >= count)
        return self.deliveries

    def json(self) -> list[Any]:
        return [json.loads(delivery.body) for delivery in self.deliveries]

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """Listens while this lasts; before and after it nobody does."""
        app = Starlette(routes=[Route("/{path:path}", self.respond, methods=["POST"])])
        config = uvicorn.Config(app, port=self._port, log_config=None, timeout_graceful_shutdown=0)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            server.should_exit = True
            await task


async def never(_: int) -> Response:
    """An answer that does not come."""
    await asyncio.sleep(3_600)
    raise AssertionError

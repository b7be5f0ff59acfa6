"""A model's end of a call, scripted: it hears, and says what a test has it say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from turnwise.agents.listener import open_listener
from turnwise.agents.sandbox.realtime.call_wire import CallWire
from turnwise.agents.sandbox.realtime.playback import Playback
from turnwise.agents.sandbox.realtime.wire import Gone
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream

from ..patience import eventually


class Model:
    """What was offered, heard and said; `status` and `answer` are for what goes wrong."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 201
        self.answer: str | None = None
        self.headers: dict[str, str] = {}
        self.asked: list[Request] = []
        self.hung_up: list[str] = []
        self.wires: list[CallWire] = []
        self.heard = bytearray()
        self.said: list[Any] = []
        self.playback = Playback(self.tell)
        self._told: asyncio.Queue[Any] = asyncio.Queue()
        self._ways: list[OpenAIUpstream] = []

    @property
    def upstream(self) -> OpenAIUpstream:
        """The way here; closed when the model is."""
        upstream = OpenAIUpstream(OpenAIAccess(SecretStr("secret-key"), self.url + "/v1"))
        self._ways.append(upstream)
        return upstream.for_call("the call")

    def tell(self, event: Any) -> None:
        """Sends the client an event, in order."""
        self._told.put_nowait(event)

    async def offered(self, request: Request) -> Response:
        self.asked.append(request)
        form = await request.form()
        headers = {"x-request-id": "req_1", "location": "/v1/realtime/calls/rtc_1", **self.headers}
        if self.status != 201 or self.answer is not None:
            return Response(self.answer or "{}", self.status, headers)
        wire = CallWire()
        self.wires.append(wire)
        wire.fetch, wire.hear = self.playback.take, self._hear
        answer = await wire.answer(str(form["sdp"]))
        self._holding = asyncio.create_task(self._hold(wire))
        return Response(answer, 201, headers, "application/sdp")

    async def ended(self, request: Request) -> Response:
        self.hung_up.append(request.path_params["call_id"])
        for wire in self.wires:
            wire.drop()
        return Response(status_code=200)

    async def close(self) -> None:
        for wire in self.wires:
            await wire.close()
        for way in self._ways:
            await way.aclose()

    async def _hear(self, pcm: bytes) -> None:
        self.heard += pcm

    async def _hold(self, wire: CallWire) -> None:
        await wire.until_open()
        told = asyncio.create_task(self._telling(wire))
        with suppress(Gone):
            while True:
                self.said.append(await wire.receive())
        told.cancel()

    async def _telling(self, wire: CallWire) -> None:
        while True:
            await wire.send(await self._told.get())


@asynccontextmanager
async def a_model() -> AsyncIterator[Model]:
    model = Model()
    app = Starlette(
        routes=[
            Route("/v1/realtime/calls", model.offered, methods=["POST"]),
            Route("/v1/realtime/calls/{call_id}/hangup", model.ended, methods=["POST"]),
        ]
    )
    with open_listener("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await eventually(lambda: server.started)
        model.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield model
        finally:
            await model.close()
            server.should_exit = True
            await task

"""An upstream that answers as a test tells it to, over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from turnwise.agents.call_context import CallContext
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream

from .calls import a_call

Answer = Callable[[Request], Awaitable[Response]]


class Upstream:
    """One server for many tests; `answer` says what it does now."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.answer: Answer | None = None
        self._made: list[OpenAIUpstream] = []

    async def respond(self, request: Request) -> Response:
        """What is asked of it goes to the test."""
        assert self.answer
        return await self.answer(request)

    def call(self, url: str | None = None) -> CallContext:
        """A call that uses it as OpenAI, or another address that is named."""
        upstream = OpenAIUpstream(OpenAIAccess(SecretStr("key"), url or self._url))
        self._made.append(upstream)
        return replace(a_call(), upstream=upstream.for_call("the call"))

    async def close(self) -> None:
        """Closes the connections that calls have opened."""
        for upstream in self._made:
            await upstream.aclose()


@asynccontextmanager
async def running_upstream() -> AsyncIterator[Upstream]:
    """Runs the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        upstream = Upstream(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        app = Starlette(routes=[Route("/{path:path}", upstream.respond, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=0))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield upstream
        await upstream.close()
        server.should_exit = True
        await task


def tokens(*pieces: str | None, finish: str | None = "stop", pause_secs: float = 0.0) -> Response:
    """A streamed answer; a piece that is None is a pause that does not end."""

    async def events() -> AsyncIterator[str]:
        for piece in pieces:
            if piece is None:
                await asyncio.sleep(60)
            await asyncio.sleep(pause_secs)
            yield _event({"content": piece}, None)
        if finish:
            yield _event({}, finish)
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def tool_calls(*calls: tuple[str, str], words: str = "") -> Response:
    """A streamed answer that calls tools, each with its arguments as they are sent."""

    async def events() -> AsyncIterator[str]:
        if words:
            yield _event({"content": words}, None)
        for index, (name, arguments) in enumerate(calls):
            function = {"name": name, "arguments": ""}
            begun = {"index": index, "id": f"call_{index}", "type": "function", "function": function}
            yield _event({"tool_calls": [begun]}, None)
            more = {"index": index, "function": {"arguments": arguments}}
            yield _event({"tool_calls": [more]}, None)
        yield _event({}, "tool_calls")
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def _event(delta: dict[str, Any], finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"


def sound(*pieces: bytes | None, media_type: str = "application/octet-stream") -> Response:
    """Streamed audio; a piece that is None is a pause that does not end."""

    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            if piece is None:
                await asyncio.sleep(60)
            yield piece or b""

    return StreamingResponse(chunks(), media_type=media_type)

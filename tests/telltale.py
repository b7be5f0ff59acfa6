"""An upstream that puts the key it was sent into everything that it answers, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from turnwise.agents.listener import open_listener
from turnwise.agents.upstream import CALL_HEADER

from .processors.upstream import tokens

ITEM = "conversation.item.input_audio_transcription."


class Telltale:
    """What is to go wrong in each call, as `stage` or `stage how`, by its tag; and the keys that came."""

    def __init__(self) -> None:
        self.url = ""
        self.faults: dict[str, str] = {}
        self.keys: set[str] = set()

    def fault(self, asked: Request | WebSocket) -> str:
        """What is to go wrong with this request."""
        self.keys.add(asked.headers["authorization"].removeprefix("Bearer "))
        return self.faults.get(asked.headers.get(CALL_HEADER, ""), "")

    async def chat(self, request: Request) -> Response:
        match self.fault(request):
            case "llm":
                return refusal(request)
            case "llm malformed":
                return PlainTextResponse(
                    f"data: {authorization(request)}\n\n", media_type="text/event-stream"
                )
        return tokens("Yes, I can hear you.")

    async def speech(self, request: Request) -> Response:
        self.fault(request)
        return refusal(request)

    async def call(self, request: Request) -> Response:
        self.fault(request)
        return refusal(request)

    async def realtime(self, socket: WebSocket) -> None:
        mine = "stt" if "intent" in socket.query_params else "realtime"
        stage, _, how = self.fault(socket).partition(" ")
        if stage == mine and not how:
            return await socket.send_denial_response(refusal(socket))
        await socket.accept()
        with suppress(WebSocketDisconnect):
            await self._session(socket, how if stage == mine else "")

    async def _session(self, socket: WebSocket, how: str) -> None:
        await say(socket, "session.created", session={"id": "sess_1", "type": "realtime"})
        for number in count():
            event = json.loads(await socket.receive_text())
            if event["type"] == "session.update":
                await say(socket, "session.updated", session=event["session"])
                if how == "error":
                    await say(socket, "error", error=failure(socket))
                elif how == "malformed":
                    await socket.send_text(authorization(socket))
            elif event["type"] == "input_audio_buffer.commit":
                item = f"item_{number}"
                await say(socket, "input_audio_buffer.committed", item_id=item, previous_item_id=None)
                await say(socket, f"{ITEM}completed", item_id=item, content_index=0, transcript="Hello.")


def authorization(asked: Request | WebSocket) -> str:
    """The key, as it came."""
    return asked.headers["authorization"]


def failure(asked: Request | WebSocket) -> dict[str, Any]:
    """OpenAI's error, telling all."""
    told = f"Incorrect API key provided: {authorization(asked)}"
    return {"message": told, "type": told, "code": "invalid_api_key", "param": told}


def refusal(asked: Request | WebSocket) -> Response:
    """401, telling all."""
    return JSONResponse({"error": failure(asked)}, 401, {"www-authenticate": authorization(asked)})


async def say(socket: WebSocket, kind: str, **fields: Any) -> None:
    """Sends an event."""
    await socket.send_text(json.dumps({"type": kind, "event_id": "event_1", **fields}))


@asynccontextmanager
async def telltale() -> AsyncIterator[Telltale]:
    """Runs it."""
    upstream = Telltale()
    routes = [
        Route("/v1/chat/completions", upstream.chat, methods=["POST"]),
        Route("/v1/audio/speech", upstream.speech, methods=["POST"]),
        Route("/v1/realtime/calls", upstream.call, methods=["POST"]),
        WebSocketRoute("/v1/realtime", upstream.realtime),
    ]
    with open_listener("127.0.0.1", 0) as listener:
        upstream.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        config = uvicorn.Config(
            Starlette(routes=routes), log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=0
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield upstream
        finally:
            server.should_exit = True
            await task

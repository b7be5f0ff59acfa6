"""A stand-in for several vendors at once: what their services ask, and an answer in their own form."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from ..processors.upstream import sound, tokens

SOUND = b"\1\0" * 24_000


class Vendors:
    """Where it is, and what it was asked, newest last: path, headers and, of JSON and forms, the fields."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    async def chat(self, request: Request) -> Response:
        await self._note(request)
        return tokens("Fine, ", "thanks.")

    async def transcription(self, request: Request) -> Response:
        await self._note(request)
        return JSONResponse({"text": "Hello.", "language_code": "eng"})

    async def speech(self, request: Request) -> Response:
        await self._note(request)
        return sound(SOUND)

    async def lines(self, request: Request) -> Response:
        await self._note(request)
        piece = json.dumps({"audio_base64": base64.b64encode(SOUND).decode()})
        return Response(f"{piece}\n", media_type="application/json")

    async def speech_socket(self, socket: WebSocket) -> None:
        """Speaks each text at once."""
        async for message in self._messages(socket):
            if json.loads(message["text"])["type"] == "Speak":
                await socket.send_bytes(SOUND)
            else:
                await socket.send_json({"type": "Flushed"})

    async def transcription_socket(self, socket: WebSocket) -> None:
        """Says what it heard once it is asked to finish."""
        async for message in self._messages(socket):
            if message.get("text") == "finalize":
                await socket.send_json({"type": "transcript", "text": "Hello.", "is_final": True})

    async def _messages(self, socket: WebSocket) -> AsyncIterator[Any]:
        await socket.accept()
        self.asked.append((socket.url.path, dict(socket.headers), dict(socket.query_params)))
        while (message := await socket.receive())["type"] == "websocket.receive":
            yield message

    async def _note(self, request: Request) -> None:
        fields: dict[str, Any] = dict(request.query_params)
        kind = request.headers.get("content-type", "")
        if "json" in kind:
            fields |= await request.json()
        elif "form" in kind:
            async with request.form() as form:
                fields |= {name: value for name, value in form.items() if isinstance(value, str)}
        self.asked.append((request.url.path, dict(request.headers), fields))


@asynccontextmanager
async def running_vendors() -> AsyncIterator[Vendors]:
    """Runs the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        vendors = Vendors(f"127.0.0.1:{listener.getsockname()[1]}")
        routes = [
            Route("/v1/chat/completions", vendors.chat, methods=["POST"]),
            Route("/v1/audio/transcriptions", vendors.transcription, methods=["POST"]),
            Route("/v1/audio/speech", vendors.speech, methods=["POST"]),
            Route("/v1/speech-to-text", vendors.transcription, methods=["POST"]),
            Route("/v1/text-to-speech/{voice}/stream/with-timestamps", vendors.lines, methods=["POST"]),
            Route("/v1/speak", vendors.speech, methods=["POST"]),
            WebSocketRoute("/v1/speak", vendors.speech_socket),
            WebSocketRoute("/stt/websocket", vendors.transcription_socket),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), log_config=None, timeout_graceful_shutdown=0, ws="websockets-sansio"
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield vendors
        server.should_exit = True
        await task

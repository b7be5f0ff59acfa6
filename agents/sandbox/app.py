"""The sandbox as an ASGI application: its table of routes."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .chat import complete_chat
from .control import (
    clear_requests,
    list_requests,
    list_sessions,
    refused,
    reset_behaviour,
    set_behaviour,
    show_behaviour,
)
from .models import list_models, show_model
from .parts import Parts
from .realtime.calls import create_call, hang_up
from .realtime.route import realtime
from .refusal import Refusal
from .speech import speak
from .transcriptions import transcribe

ROUTES = [
    Route("/v1/audio/transcriptions", transcribe, methods=["POST"]),
    Route("/v1/chat/completions", complete_chat, methods=["POST"]),
    Route("/v1/audio/speech", speak, methods=["POST"]),
    WebSocketRoute("/v1/realtime", realtime),
    Route("/v1/realtime/calls", create_call, methods=["POST"]),
    Route("/v1/realtime/calls/{call_id}/hangup", hang_up, methods=["POST"]),
    Route("/v1/models", list_models),
    Route("/v1/models/{model:path}", show_model),
    Route("/sandbox/requests", list_requests),
    Route("/sandbox/requests", clear_requests, methods=["DELETE"]),
    Route("/sandbox/sessions", list_sessions),
    Route("/sandbox/behaviour", show_behaviour),
    Route("/sandbox/behaviour", set_behaviour, methods=["PUT"]),
    Route("/sandbox/behaviour", reset_behaviour, methods=["DELETE"]),
]


def create_app(parts: Parts) -> ASGIApp:
    """A sandbox made of these parts, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await parts.calls.aclose()
        parts.close()

    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(KeyWanted)],
        exception_handlers={Refusal: _refuse, HTTPException: _not_here, 500: _broken},
        lifespan=lifespan,
    )
    app.state.parts = parts
    return RequestId(app)


_FIRST_WORDS = ("http.response.start", "websocket.accept", "websocket.http.response.start")


class RequestId:
    """Gives every response an `x-request-id`, and every WebSocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""

        async def send_with_id(message: Message) -> None:
            if message["type"] in _FIRST_WORDS:
                MutableHeaders(scope=message)["x-request-id"] = f"req_{uuid.uuid4().hex}"
            await send(message)

        await self._app(scope, receive, send_with_id)


class KeyWanted:
    """Refuses requests to OpenAI's routes that bring no key; any key will do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 401."""
        app = self._app
        if scope["type"] in ("http", "websocket") and scope["path"].startswith("/v1") and not _has_key(scope):
            app = Refusal(401, "You didn't provide an API key.", code="invalid_api_key").response()
        await app(scope, receive, send)


def _has_key(scope: Scope) -> bool:
    scheme, _, key = HTTPConnection(scope).headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(key.strip())


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response()


async def _not_here(request: Request, error: Exception) -> Response:
    """An unknown path or method, in the shape of the routes around it."""
    assert isinstance(error, HTTPException)
    message = f"Invalid URL ({request.method} {request.url.path})"
    if request.url.path.startswith("/v1"):
        return Refusal(error.status_code, message).response()
    return refused(
        error.status_code,
        "not_found",
        f"{message}; see /sandbox/requests, /sandbox/sessions and /sandbox/behaviour.",
    )


async def _broken(_: Request, __: Exception) -> Response:
    return Refusal(500, "The sandbox failed; this is a fault of its own.", code="server_error").response()

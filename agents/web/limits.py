"""How large a request may be, and how long it may take to come."""

import asyncio
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..refusal import Refusal
from .answers import refused

MAX_BODY_BYTES = 64 * 1024
MAX_LINE_BYTES = 8_000
"""The WebSocket library behind uvicorn takes lines up to 8,192 bytes; for longer ones it says
nothing at all and keeps the connection open."""

MAX_HEADERS = 100

BODY_SECS = 10.0
"""How long a body may take to come whole; the largest takes half a second at 1 Mbit/s."""

Headers = Iterable[tuple[bytes, bytes]]


def too_large(target_bytes: int, headers: Headers) -> Refusal | None:
    """The refusal of an address or of headers that are too long, if they are."""
    lines = [len(name) + len(value) for name, value in headers]
    if target_bytes > MAX_LINE_BYTES:
        return Refusal("uri_too_long", f"The address is longer than {MAX_LINE_BYTES} bytes.")
    if len(lines) > MAX_HEADERS:
        return Refusal("headers_too_large", f"There are more than {MAX_HEADERS} headers.")
    if max(lines, default=0) > MAX_LINE_BYTES:
        return Refusal("headers_too_large", f"A header is longer than {MAX_LINE_BYTES} bytes.")
    return None


class RequestLimits:
    """Answers 414, 431 or 413 to what is too large and 408 to what does not come, and reads no more of a body
    than is allowed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = too_large(len(scope["raw_path"]) + len(scope["query_string"]), scope["headers"])
        refusal = refusal or _announced(scope["headers"])
        if refusal:
            await refused(refusal)(scope, receive, send)
        else:
            await self._app(scope, _Body(receive).receive, send)


class _Body:
    """A body that comes in pieces, counted, and waited for, but not forever."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._due = asyncio.get_running_loop().time() + BODY_SECS
        self._read_bytes = 0
        self._is_whole = False

    async def receive(self) -> Message:
        """The next piece; behind the last one, whether the client is still there."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._due):
                message = await self._receive()
        except TimeoutError:
            raise Refusal("body_too_slow", f"The body took longer than {BODY_SECS:g} s to come.") from None
        self._is_whole = not message.get("more_body", False)
        self._read_bytes += len(message.get("body", b""))
        if self._read_bytes > MAX_BODY_BYTES:
            raise _body_too_large()
        return message


def _announced(headers: Headers) -> Refusal | None:
    length = dict(headers).get(b"content-length", b"0")
    return _body_too_large() if length.isdigit() and int(length) > MAX_BODY_BYTES else None


def _body_too_large() -> Refusal:
    return Refusal("body_too_large", f"The body is larger than {MAX_BODY_BYTES} bytes.")

"""Refuses bodies that no route wants."""

from starlette.types import ASGIApp, Receive, Scope, Send

from ..refusal import Refusal
from .answers import refused

MAX_BODY_BYTES = 64 * 1024


class BodyLimit:
    """Answers 413 to a request that announces a body over 64 KiB, before any of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is small enough."""
        length = dict(scope.get("headers", [])).get(b"content-length", b"0")
        if scope["type"] == "http" and length.isdigit() and int(length) > MAX_BODY_BYTES:
            message = f"The body is larger than {MAX_BODY_BYTES} bytes."
            await refused(Refusal("body_too_large", message))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

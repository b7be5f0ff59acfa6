"""HTTP/1.1 as uvicorn speaks it, with an answer where it has none."""

import asyncio
import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..refusal import Refusal
from .limits import too_large

HEADERS_SECS = 5.0
"""How long a client may take to say what it wants, from connecting on."""


class AnsweringProtocol(H11Protocol):
    """Answers 414 and 431 to an upgrade whose address or headers are too long, and waits for no one
    who says nothing: sockets that are held half open must not keep callers out.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADERS_SECS, self._close_unless_asked)

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no longer."""
        if self._deadline:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _close_unless_asked(self) -> None:
        if self.scope is None and self.conn.their_state is h11.IDLE:
            self.transport.close()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Lets an upgrade through if it is of a reasonable size."""
        refusal = too_large(len(event.target), event.headers)
        if refusal:
            self._refuse(refusal)
        else:
            super().handle_websocket_upgrade(event)

    def _refuse(self, refusal: Refusal) -> None:
        body = json.dumps(refusal.body).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        events = (
            h11.Response(status_code=refusal.status, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

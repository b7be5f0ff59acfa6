"""HTTP/1.1 as uvicorn speaks it, with an answer where it has none."""

import asyncio
import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..refusal import Refusal
from .limits import too_large

HEADERS_SECS = 5.0
"""How long a client may take to say what it wants, from connecting on; and how long, once it is answered,
to finish what it was saying.
"""


class AnsweringProtocol(H11Protocol):
    """Answers 414 and 431 to an upgrade whose address or headers are too long, and waits for no one
    who says nothing, or a byte at a time: sockets that are held half open must not keep callers out.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on; a connection that was kept has its time anew for the next request."""
        if self.timeout_keep_alive_task:
            self._wait_no_longer()
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Waits for the next request, or for the rest of one that is answered."""
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Has the client be waited for with an end, while it has yet to ask, or no one listens any more."""
        is_unheard = self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY
        if not (is_unheard or self.conn.their_state is h11.IDLE):
            self._wait_no_longer()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEADERS_SECS, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = None

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

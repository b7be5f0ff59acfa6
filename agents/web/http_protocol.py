"""HTTP/1.1 as uvicorn speaks it, with an answer where it has none."""

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..refusal import Refusal

MAX_LINE_BYTES = 8_000
"""The WebSocket library behind uvicorn takes lines up to 8,192 bytes; for longer ones it says
nothing at all and keeps the connection open."""

MAX_HEADERS = 100


class AnsweringProtocol(H11Protocol):
    """Answers 414 and 431 to an upgrade whose address or headers are too long."""

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Lets an upgrade through if it is of a reasonable size."""
        refusal = _too_large(event)
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


def _too_large(event: h11.Request) -> Refusal | None:
    if len(event.target) > MAX_LINE_BYTES:
        return Refusal("uri_too_long", f"The address is longer than {MAX_LINE_BYTES} bytes.")
    if len(event.headers) > MAX_HEADERS:
        return Refusal("headers_too_large", f"There are more than {MAX_HEADERS} headers.")
    if any(len(name) + len(value) > MAX_LINE_BYTES for name, value in event.headers):
        return Refusal("headers_too_large", f"A header is longer than {MAX_LINE_BYTES} bytes.")
    return None

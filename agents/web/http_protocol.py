"""HTTP/1.1 as uvicorn speaks it, with an answer where it has none."""

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..refusal import Refusal
from .limits import too_large


class AnsweringProtocol(H11Protocol):
    """Answers 414 and 431 to an upgrade whose address or headers are too long."""

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

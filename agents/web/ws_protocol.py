"""WebSockets as uvicorn speaks them, closed so that the client can read why."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_SECS = 1.0


class LingeringProtocol(WebSocketsSansIOProtocol):
    """Reads on for a moment after it refused a frame.

    A socket that is closed over unread data resets the connection, and the close frame with its
    code is lost on the way.
    """

    _lingers = False

    def data_received(self, data: bytes) -> None:
        """Takes what arrives; of a client that was refused, nothing more."""
        if not self._lingers:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        """Says why, and closes once the client had time to hear it."""
        self._lingers = self.close_sent = True
        closed = self.conn.close_sent
        if closed:
            self.queue.put_nowait(
                {"type": "websocket.disconnect", "code": closed.code, "reason": closed.reason}
            )
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_SECS, self.transport.close)

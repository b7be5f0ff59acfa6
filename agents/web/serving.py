"""Runs the application: a socket, uvicorn, and an orderly end."""

import contextlib
import signal
import socket
import sys

import uvicorn

from ..settings.model import Settings
from ..wire import EndReason
from .app import create_app
from .http_protocol import AnsweringProtocol
from .turnwise import Turnwise
from .ws_protocol import LingeringProtocol

MAX_FRAME_BYTES = 64 * 1024


def make_server(settings: Settings, listener: socket.socket) -> uvicorn.Server:
    """A server that prints `ready http://…` once it takes calls, and ends them before it stops.

    h11 instead of httptools, because that takes headers of any size; no permessage-deflate, because
    15 KB of it become 15 MB.
    """
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=AnsweringProtocol,
        ws=LingeringProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    return _Server(config, app.state.turnwise, _url(settings, listener))


def serve(settings: Settings, listener: socket.socket) -> None:
    """Takes calls until a signal says to stop."""
    server = make_server(settings, listener)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal that closes ends no calls
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, saying when it is ready, and ending calls before it cuts connections."""

    def __init__(self, config: uvicorn.Config, turnwise: Turnwise, url: str) -> None:
        super().__init__(config)
        self._turnwise = turnwise
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(f"ready {self._url}\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._turnwise.calls.end_all(EndReason.DRAINED)
        await super().shutdown(sockets)


def _url(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    return f"http://{host}:{listener.getsockname()[1]}"

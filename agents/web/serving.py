"""Runs the application: a socket, uvicorn, and an orderly end."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable

import uvicorn

from ..reload import Reload, Reread
from ..settings.model import Settings
from ..wire import EndReason
from .app import create_app
from .certificate import Certificate
from .http_protocol import AnsweringProtocol
from .page_making import PageMaking
from .peers import warm_up
from .tidying import Tidying
from .turnwise import Turnwise
from .ws_protocol import LingeringProtocol

MAX_FRAME_BYTES = 64 * 1024


def make_server(
    settings: Settings,
    listener: socket.socket,
    reread: Reread | None = None,
    certificate: Certificate | None = None,
    making: PageMaking | None = None,
) -> uvicorn.Server:
    """A server that prints `ready http://…` once it takes calls, and ends them before it stops.

    With `reread`, SIGHUP makes it read its settings again. With a certificate it speaks TLS.
    Whoever asks for the page waits for the making of it, no call does.

    h11 instead of httptools, because that takes headers of any size; no permessage-deflate, because
    15 KB of it become 15 MB.
    """
    app = create_app(settings, making)
    config = uvicorn.Config(
        app,
        http=AnsweringProtocol,
        ws=LingeringProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_context_factory=(lambda *_: certificate.context) if certificate else None,
    )
    turnwise: Turnwise = app.state.turnwise
    reload = Reload(turnwise.services, reread) if reread else None
    scheme = "https" if certificate else "http"
    return _Server(config, turnwise, f"{scheme}://{_address(settings, listener)}", reload)


def serve(
    settings: Settings,
    listener: socket.socket,
    reread: Reread,
    certificate: Certificate | None = None,
    making: PageMaking | None = None,
) -> None:
    """Takes calls until a signal says to stop."""
    server = make_server(settings, listener, reread, certificate, making)
    _on_hangup(signal.SIG_IGN)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, saying when it is ready, and ending calls before it cuts connections."""

    def __init__(
        self, config: uvicorn.Config, turnwise: Turnwise, url: str, reload: Reload | None = None
    ) -> None:
        super().__init__(config)
        self._turnwise = turnwise
        self._url = url
        self._reload = reload

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if self._reload:
                request, loop = self._reload.request, asyncio.get_running_loop()
                _on_hangup(lambda *_: loop.call_soon_threadsafe(request))
            sys.stdout.write(f"ready {self._url}\n")
            sys.stdout.flush()
            tidying = Tidying()
            self._turnwise.calls.on_over = tidying.soon
            warming = asyncio.get_running_loop().run_in_executor(None, warm_up)
            warming.add_done_callback(lambda _: tidying.set_apart())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._reload:
            _on_hangup(signal.SIG_IGN)
        await self._turnwise.calls.end_all(EndReason.DRAINED)
        await super().shutdown(sockets)


def _on_hangup(handler: Callable[..., object] | signal.Handlers) -> None:
    """What SIGHUP does: a terminal that closes sends it too, and must end no calls."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, handler)


def _address(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    return f"{host}:{listener.getsockname()[1]}"

"""The sandbox as a server of its own, on loopback only."""

import asyncio
import contextlib
import importlib.util
import socket

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..listener import open_listener
from ..loopback import is_loopback
from .app import create_app
from .parts import Parts
from .realtime.calls import find_call_wire
from .realtime.voice_activity import load_model
from .unavailable import SandboxUnavailable

KEEP_ALIVE_SECS = 75
"""Longer than any client keeps an idle connection: one that is closed under its hands looks like a fault."""

_NEEDED = ("espeakng_loader", "pocketsphinx")


class SandboxProtocol(H11Protocol):
    """HTTP that lets a route close the connection it is asked on: `request.state.transport`.

    A WebSocket that is opened on it has the same state.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keeps the transport for the requests of this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def run(port: int = 0, host: str = "127.0.0.1") -> None:
    """Serves until Ctrl-C; prints `sandbox http://HOST:PORT/v1` as soon as it listens.

    Raises:
        SandboxUnavailable: the extra is missing, the port is in use or the host is not loopback.
    """
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(listen(port, host)) as listening:
        running = server(_ready_parts())
        running.ready_line = f"sandbox {address_of(listening)}"
        running.run(sockets=[listening])


class SandboxServer(uvicorn.Server):
    """Prints `ready_line`, if there is one, once requests are served and Ctrl-C is heeded."""

    ready_line: str | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to serve."""
        await super().startup(sockets)
        if self.started and self.ready_line:
            print(self.ready_line, flush=True)
        asyncio.get_running_loop().run_in_executor(None, _warm_up)


def server(parts: Parts) -> SandboxServer:
    """A server that logs nothing; give it the socket of `listen`."""
    return SandboxServer(
        uvicorn.Config(
            create_app(parts),
            http=SandboxProtocol,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEEP_ALIVE_SECS,
        )
    )


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        SandboxUnavailable: see `run`.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise SandboxUnavailable(
            f"The sandbox needs {' and '.join(missing)}; install it with pip install 'turnwise[sandbox]'."
        )
    if not is_loopback(host):
        raise SandboxUnavailable(f"The sandbox serves this machine only, not {host}; use 127.0.0.1.")
    try:
        return open_listener(host, port)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SandboxUnavailable(
            f"The sandbox cannot listen on port {port}: {reason}; choose another."
        ) from None


def _warm_up() -> None:
    """What the first spoken conversation would wait for."""
    load_model()
    find_call_wire()


def _ready_parts() -> Parts:
    parts = Parts()
    try:
        parts.wait_until_ready()
    except (EOFError, ImportError, OSError, RuntimeError) as error:
        parts.close()
        raise SandboxUnavailable(f"The sandbox cannot start its ears and voice: {error}.") from error
    return parts


def address_of(listening: socket.socket) -> str:
    """The base URL for OpenAI's client."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"

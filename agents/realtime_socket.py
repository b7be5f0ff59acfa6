"""A WebSocket to OpenAI's realtime surface, or to what stands in for it."""

from websockets.asyncio.client import ClientConnection, connect

from .faults import StageFault
from .upstream import OpenAIUpstream

CLOSE_SECS = 0.5
"""How long the other side may take to agree that a connection is closed."""

_LARGEST_EVENT_BYTES = 16 * 1024 * 1024
_PING_SECS = 10.0


class _OneAddress(connect):
    """Follows no redirect: the key is for the address that was set."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Leaves a redirect what it is, a refusal."""
        return exc


async def open_realtime(upstream: OpenAIUpstream, **query: str) -> ClientConnection:
    """Opens a connection; how long that may take is for whoever asks to say.

    Raises:
        StageFault: nobody is there (`unreachable`).
        InvalidHandshake: it was refused; `describe` knows status and request id.
    """
    try:
        return await _OneAddress(
            upstream.realtime_url(**query),
            additional_headers=upstream.realtime_headers(),
            user_agent_header=None,
            compression=None,
            proxy=None if upstream.is_local else True,
            open_timeout=None,
            close_timeout=CLOSE_SECS,
            ping_interval=_PING_SECS,
            ping_timeout=_PING_SECS,
            max_size=_LARGEST_EVENT_BYTES,
        )
    except TimeoutError:
        raise
    except (OSError, EOFError) as error:
        raise StageFault("unreachable") from error

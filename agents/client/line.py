"""Opens the WebSocket of a call, or says in one sentence why it cannot be had."""

import logging

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus

from .address import call_url, is_local
from .errors import Refused, Unreachable

CONNECT_SECS = 10.0
_CLOSE_SECS = 2.0

_QUIET = logging.getLogger("turnwise.client.websockets")
_QUIET.disabled = True  # at level DEBUG the library logs the URL, and in it the token


async def open_line(url: str, meeting_id: str, token: str) -> ClientConnection:
    """A WebSocket on which the call has been accepted.

    Raises:
        Refused: the server said no, with its own code and message.
        Unreachable: nobody, or no server of ours, answers there.
        BadInput: the URL is none.
    """
    address = call_url(url, meeting_id, token)
    try:
        return await connect(
            address,
            compression=None,
            proxy=None if is_local(url) else True,
            open_timeout=CONNECT_SECS,
            close_timeout=_CLOSE_SECS,
            ping_interval=None,
            logger=_QUIET,
        )
    except InvalidStatus as error:
        raise Refused.from_body(error.response.status_code, bytes(error.response.body)) from error
    except InvalidHandshake as error:
        raise Unreachable(f"what answers at {url} speaks no WebSocket; check --url") from error
    except (OSError, TimeoutError) as error:
        raise Unreachable.because_of(error, url) from error

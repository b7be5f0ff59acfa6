"""From the URL that a person gives to the addresses that are asked."""

from typing import Literal
from urllib.parse import urlencode, urlsplit

from ..loopback import is_loopback
from .errors import BadInput

Transport = Literal["websocket", "webrtc"]
"""How a call travels."""

DEFAULT_URL = "http://127.0.0.1:8080"


def checked(url: str) -> str:
    """The URL without its last slash.

    Raises:
        BadInput: it does not begin with http:// or https:// and a host.
    """
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise BadInput(f"{url!r} is no address of a server; write it like {DEFAULT_URL}")
    return url.rstrip("/")


def call_url(url: str, meeting_id: str, token: str) -> str:
    """Where a call over WebSocket is placed."""
    query = urlencode({"meetingId": meeting_id, "token": token})
    return f"ws{checked(url).removeprefix('http')}/api/ws/agent?{query}"


def is_local(url: str) -> bool:
    """Whether the server is on this machine, where no proxy should come between."""
    return is_loopback(urlsplit(url).hostname or "")

"""What a caller needs of its connection, whichever transport that is."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from .frames import Arrival

HUNG_UP = 1000
LOST = 1006


class Line(Protocol):
    """One connection, on which the call has been accepted.

    Sending raises `CallOver` after the end.
    """

    @property
    def close_code(self) -> int | None:
        """How it ended, as a WebSocket's close code whatever the transport; None while it lasts."""
        ...

    def incoming(self) -> AsyncIterator[Arrival]:
        """What comes in, as it comes, until the end; can be read once."""
        ...

    async def send_audio(self, pcm: bytes, sample_rate_hz: int) -> None:
        """Sends mono s16le of any length at once."""
        ...

    async def send_message(self, message: dict[str, Any]) -> None:
        """Sends an RTVI message."""
        ...

    async def send_raw(self, data: bytes | str) -> None:
        """Sends anything where messages go, be it one or not."""
        ...

    async def hang_up(self) -> None:
        """Ends the call cleanly, and frees what it held; can be called again, and after the end."""
        ...

    def drop(self) -> None:
        """Cuts the connection without a word to the other side, as when a network goes away."""
        ...

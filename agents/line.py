"""What a call needs of the connection that it runs over, whichever transport that is."""

from collections.abc import Callable
from typing import Protocol

from pipecat.processors.frameworks.rtvi import RTVIProcessor
from pipecat.transports.base_transport import BaseTransport

from .wire import EndReason

OnGone = Callable[[bool], None]
"""Called once the client is gone: True where it hung up, False where the connection was lost."""

OnFlood = Callable[[], None]
"""Called where the client sends more than any client would, and does not stop."""


class Line(Protocol):
    """One connection."""

    @property
    def transport(self) -> BaseTransport:
        """Pipecat's transport: the two ends of the pipeline."""
        ...

    @property
    def messages(self) -> RTVIProcessor:
        """What takes the client's messages and sends ours."""
        ...

    on_gone: OnGone
    on_flood: OnFlood

    async def open(self) -> None:
        """Lets the client in; until then it can still be refused."""
        ...

    async def end(self, reason: EndReason) -> None:
        """Tells the client why and closes."""
        ...

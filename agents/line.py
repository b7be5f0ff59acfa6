"""What a call needs of the connection that it runs over, whichever transport that is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class IceServer:
    """A server that helps peers to find each other (STUN), or that passes on what they send (TURN)."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True)
class Candidate:
    """An address at which a peer may be reached, as its browser writes it."""

    candidate: str
    sdp_mid: str | None
    sdp_mline_index: int | None


@dataclass(frozen=True)
class Answer:
    """What a peer is told to connect with."""

    sdp: str
    type: str
    pc_id: str


class PeerLine(Line, Protocol):
    """One WebRTC peer. Opening the line answers its offer; it connects after that."""

    @property
    def pc_id(self) -> str:
        """What the client calls this peer by; nobody else can guess it."""
        ...

    @property
    def answered(self) -> asyncio.Future[Answer]:
        """The answer, once the line is open."""
        ...

    async def answer_again(self, sdp: str, *, restart: bool) -> Answer:
        """Answers a later offer of the same peer; with `restart` it connects anew.

        Raises:
            Refusal: 400 `bad_request`, the offer cannot be answered.
        """
        ...

    async def try_candidates(self, candidates: Sequence[Candidate]) -> None:
        """More addresses at which the peer may be reached.

        Raises:
            Refusal: 400 `bad_request`, one of them is none, or they are too many.
        """
        ...

    async def close(self) -> None:
        """Leaves nothing of the peer behind, however the call ended."""
        ...

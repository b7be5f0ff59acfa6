"""The WebRTC peers of this process, and what each may still ask for."""

import asyncio
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import entry_points

from loguru import logger

from ..admission import Admission
from ..calls import Calls
from ..line import Answer, IceServer, PeerLine
from ..refusal import Refusal
from ..store.errors import StoreUnavailable

MakePeerLine = Callable[[str, Sequence[IceServer]], PeerLine]


@dataclass(frozen=True)
class _Peer:
    line: PeerLine
    token_digest: bytes


@cache
def find_peer_line() -> MakePeerLine:
    """The transport, by name, as every component is.

    Importing it takes most of a second; that belongs into a thread.
    """
    (entry,) = entry_points(group="turnwise.transports", name="webrtc")
    return entry.load()


def warm_up() -> None:
    """Imports what WebRTC takes, so that the first caller does not wait for it, nor a realtime model."""
    try:
        find_peer_line()
        import_module("..realtime.call", __package__)
    except Exception as error:
        logger.error("calls over WebRTC cannot be taken: {}", type(error).__name__)


class Peers:
    """Answers offers. The call of each peer is one of `Calls`, and lives in a task of its own."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._peers: dict[str, _Peer] = {}
        self._held: set[asyncio.Task[None]] = set()

    async def answer(
        self, admission: Admission, token: str, offer_sdp: str, ice_servers: Sequence[IceServer]
    ) -> Answer:
        """Lets a caller in; the call goes on after this has returned.

        Raises:
            Refusal: there is no place, the token was used meanwhile, or the offer cannot be answered.
            StoreUnavailable: the database is away.
        """
        make = await asyncio.to_thread(find_peer_line)
        self._calls.check_place(admission.claims.user)
        line = make(offer_sdp, ice_servers)
        self._peers[line.pc_id] = _Peer(line, _digest(token))
        held = asyncio.create_task(self._hold(admission, line))
        self._held.add(held)
        held.add_done_callback(self._over)
        await asyncio.wait({held, line.answered}, return_when=asyncio.FIRST_COMPLETED)
        if not line.answered.done():
            await held
        return line.answered.result()

    def knows(self, pc_id: str) -> bool:
        """Whether there is such a peer."""
        return pc_id in self._peers

    def line_of(self, pc_id: str, token: str) -> PeerLine:
        """A peer's line, for whoever holds the token that opened it; that it is used or expired is no matter.

        Raises:
            Refusal: 404 `not_found` there is no such peer; 401 `token_invalid` it is somebody else's.
        """
        peer = self._peers.get(pc_id)
        if peer is None:
            raise Refusal("not_found", "There is no such peer here; make a new offer.")
        if not hmac.compare_digest(peer.token_digest, _digest(token)):
            raise Refusal("token_invalid", "This peer was opened with another token.")
        return peer.line

    async def wait_until_empty(self) -> None:
        """Returns once nothing is left of any peer that is here now."""
        if self._held:
            await asyncio.wait(self._held)

    async def _hold(self, admission: Admission, line: PeerLine) -> None:
        try:
            await self._calls.hold(admission, line, reaches_upstream=True)
        finally:
            del self._peers[line.pc_id]
            await line.close()

    def _over(self, held: asyncio.Task[None]) -> None:
        """What goes wrong before the answer is the answer's; after it only the log can be told."""
        self._held.discard(held)
        error = None if held.cancelled() else held.exception()
        if error and not isinstance(error, Refusal | StoreUnavailable):
            logger.error("a call over WebRTC failed: {}", type(error).__name__)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()

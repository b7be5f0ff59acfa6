"""The transports that a caller calls over, and what a test of a caller does over either."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from turnwise.agents.client.address import Transport
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.turn import Turn

from .peer import UTTERANCE, Peer, serving
from .webrtc_peer import serving_webrtc


class Net(NamedTuple):
    """A transport: servers that speak it, callers that call over it, and where those are refused."""

    transport: Transport
    serving: Callable[..., AbstractAsyncContextManager[Peer]]
    door: tuple[str, str]

    def dial(self, peer: Peer, token: str = "t") -> AbstractAsyncContextManager[Caller]:
        return Caller.connect(peer.url, "m1", token, transport=self.transport)


NETS = [
    Net("websocket", serving, ("GET", "/api/ws/agent")),
    Net("webrtc", serving_webrtc, ("POST", "/api/webrtc/offer")),
]


def dial(peer: Peer) -> AbstractAsyncContextManager[Caller]:
    """A call over a WebSocket."""
    return Caller.connect(peer.url, "m1", "t")


async def say(caller: Caller, pcm: bytes = UTTERANCE, wait_secs: float = 2.0) -> Turn:
    """Says it without the silence that a person leaves before."""
    return await caller.say(pcm, wait_secs, lead_in_secs=0.02)

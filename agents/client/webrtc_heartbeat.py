"""Keeps a WebRTC connection known to be alive, on both sides."""

import asyncio
import time
from collections.abc import Callable

from aiortc import RTCDataChannel, RTCPeerConnection
from aiortc.exceptions import InvalidStateError

_BEAT_SECS = 1.0
"""Pipecat's server takes a client for gone that was silent for three of them."""

_LOST_AFTER_BEATS = 5
"""A peer reports on its media every 1.5 s at the latest; ICE alone would take 30 s to notice."""


async def beat(channel: RTCDataChannel, peer: RTCPeerConnection, lost: Callable[[], None]) -> None:
    """Sends `ping` once a second, and calls `lost` when nothing at all has come for five."""
    received_bytes, silent_beats = 0, 0
    while silent_beats < _LOST_AFTER_BEATS:
        await asyncio.sleep(_BEAT_SECS)
        try:
            channel.send(f"ping: {round(time.time() * 1000)}")
        except (InvalidStateError, ConnectionError):
            break
        before, received_bytes = received_bytes, await _received_bytes(peer)
        silent_beats = silent_beats + 1 if received_bytes == before else 0
    lost()


async def _received_bytes(peer: RTCPeerConnection) -> int:
    stats = await peer.getStats()
    return sum(each.bytesReceived for each in stats.values() if each.type == "transport")

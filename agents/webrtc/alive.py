"""Whether the other side of a WebRTC connection is still there."""

import asyncio

from aiortc import RTCPeerConnection
from aiortc.stats import RTCTransportStats

SILENT_SECS = 12.0
"""A side from which nothing has come for so long is gone; ICE itself takes 30 s to notice. Browsers send
sound 50 times a second, muted or not; who sends none reports on ours every five seconds at least. A network
that changes is back within a few seconds."""

_LOOK_SECS = 1.0


async def until_silent(connection: RTCPeerConnection, silent_secs: float = SILENT_SECS) -> None:
    """Returns when no packet has come for so long."""
    clock = asyncio.get_running_loop().time
    received, since = -1, clock()
    while clock() - since < silent_secs:
        await asyncio.sleep(_LOOK_SECS)
        if (now := await received_packets(connection)) != received:
            received, since = now, clock()


async def received_packets(connection: RTCPeerConnection) -> int:
    """How many have come in until now, of any kind."""
    stats = await connection.getStats()
    return sum(each.packetsReceived for each in stats.values() if isinstance(each, RTCTransportStats))

"""Whether the other side of a WebRTC connection is still there."""

import asyncio

from aiortc import RTCPeerConnection

_LOOK_SECS = 2.0
_SILENT_SECS = 12.0
"""Reports about our sound come at least every five seconds; ICE itself takes 30 s to notice."""


async def until_silent(connection: RTCPeerConnection) -> None:
    """Returns when no packet has come for 12 s."""
    clock = asyncio.get_running_loop().time
    received, since = -1, clock()
    while clock() - since < _SILENT_SECS:
        await asyncio.sleep(_LOOK_SECS)
        if (now := await _packets(connection)) != received:
            received, since = now, clock()


async def _packets(connection: RTCPeerConnection) -> int:
    report = await connection.getStats()
    return sum(each.packetsReceived for each in report.values() if each.type == "transport")

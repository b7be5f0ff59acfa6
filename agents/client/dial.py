"""Places a call over the transport that was asked for."""

import asyncio
from importlib import import_module

from .address import Transport
from .line import Line
from .websocket_line import open_websocket


async def open_line(url: str, meeting_id: str, token: str, transport: Transport = "websocket") -> Line:
    """A line on which the call has been accepted.

    Raises:
        Refused: the server said no, with its own code and message.
        Unreachable: nobody, or no server of ours, answers there, or no media gets through.
        BadInput: the URL is none.
    """
    if transport == "websocket":
        return await open_websocket(url, meeting_id, token)
    # aiortc takes half a second to import, which a call over WebSocket should not wait for
    webrtc = await asyncio.to_thread(import_module, ".webrtc_open", __package__)
    return await webrtc.open_webrtc(url, meeting_id, token)

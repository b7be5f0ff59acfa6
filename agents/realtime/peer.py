"""The way to a realtime model over WebRTC: events on a data channel, sound on tracks."""

import asyncio
import importlib

from ..upstream import OpenAIUpstream
from .connection import Event, RealtimeConnection


async def open_realtime_call(
    upstream: OpenAIUpstream, session: Event, *, connect_secs: float = 5.0
) -> RealtimeConnection:
    """Opens a call, and returns when events can be sent; the session is configured by `session`.

    `session` is what a `session.update` would carry: `{"type": "realtime", "model": …}`. What is sent
    and received is what a WebSocket would carry, see `RealtimeConnection`. `connect_secs` is for all of
    it: offer and answer, the way between the two machines, and the data channel.

    Raises:
        openai.APIError: the call was refused, or nobody is there.
        StageFault: the answer cannot be used (`malformed`), or no packet gets through (`unreachable`).
        TimeoutError: it took longer than `connect_secs`.
    """
    # Importing WebRTC takes up to a second, once; it is nobody's who has no such calls.
    call = await asyncio.to_thread(importlib.import_module, ".call", __package__)
    async with asyncio.timeout(connect_secs):
        return await call.RealtimeCall.open(upstream.client(connect_secs=connect_secs), session)

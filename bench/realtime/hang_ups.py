"""Calls that are set up and hung up at once, and what is left of them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .processes import Footprint, footprint
from .running import Running
from .ways import Way, call

_SETTLE_SECS = 35.0
"""Longer than the 30 s within which a peer that has vanished must be gone."""


@dataclass(frozen=True)
class HeldThings:
    """What the server and its sandbox hold at one moment."""

    server: Footprint
    sandbox: Footprint
    calls: int
    sessions: int
    """Of the sandbox's realtime surface."""

    def is_within(self, other: "HeldThings") -> bool:
        """Whether there is no more of anything that can be counted; memory is not."""
        return (
            self.calls <= other.calls
            and self.sessions <= other.sessions
            and self.server.descriptors <= other.server.descriptors
            and self.server.threads <= other.server.threads
            and self.sandbox.descriptors <= other.sandbox.descriptors
            and self.sandbox.threads <= other.sandbox.threads
        )


@dataclass
class Left:
    """What was left after a number of calls, against what there was before the first of them."""

    before: HeldThings
    after: HeldThings
    settled_secs: float
    """From the last hang-up until nothing more was held than before; the longest wait if that never came."""
    set_up_ms: list[float] = field(default_factory=list)


async def connect_and_hang_up(server: Running, way: Way, times: int, done: Callable[[], None]) -> Left:
    """One after another; each is hung up as soon as the agent listens.

    A first call, which is not counted, lets the server load what only this way needs.
    """
    async with call(server.url, way):
        pass
    before = await _settled(server)
    set_up_ms: list[float] = []
    for _ in range(times):
        async with call(server.url, way) as line:
            set_up_ms.append(line.set_up_ms)
        done()
    began_secs = time.monotonic()
    after = await _settled(server, before)
    return Left(before, after, time.monotonic() - began_secs, set_up_ms)


async def _settled(server: Running, before: HeldThings | None = None) -> HeldThings:
    """What is held once it is no more than before; else when it has not changed for two seconds."""
    ends_secs = time.monotonic() + _SETTLE_SECS
    held, since_secs = await _held(server), time.monotonic()
    while time.monotonic() < ends_secs:
        if held.is_within(before) if before else time.monotonic() > since_secs + 2:
            break
        await asyncio.sleep(0.2)
        now = await _held(server)
        if not (now.is_within(held) and held.is_within(now)):
            since_secs = time.monotonic()
        held = now
    return held


async def _held(server: Running) -> HeldThings:
    calls, sessions = await server.active_calls(), await server.open_sessions()
    return HeldThings(footprint(server.pid), footprint(server.sandbox_pid), calls, sessions)

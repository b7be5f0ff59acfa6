"""The calls over WebRTC that a sandbox holds."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # WebRTC is imported by the first who needs it
    from .call_wire import CallWire


class OpenCalls:
    """Each call by its id, with the task that holds it."""

    def __init__(self) -> None:
        self._wires: dict[str, CallWire] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def hold(self, call_id: str, wire: "CallWire", session: Coroutine[None, None, None]) -> None:
        """Keeps a call until its session ends, which closes the wire."""
        self._wires[call_id] = wire
        task = asyncio.create_task(self._held(call_id, wire, session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hang_up(self, call_id: str) -> bool:
        """Ends a call; whether there was one."""
        wire = self._wires.get(call_id)
        if wire:
            wire.drop()
        return wire is not None

    async def aclose(self) -> None:
        """Ends them all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _held(self, call_id: str, wire: "CallWire", session: Coroutine[None, None, None]) -> None:
        try:
            await session
        finally:
            del self._wires[call_id]

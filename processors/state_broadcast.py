"""Tells the client whose turn it is."""

import asyncio

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, StartFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame

from ..agents.call_context import CallContext
from ..agents.wire import AgentState, agent_state


class StateBroadcast(FrameProcessor):
    """Sends every change of state, each once and in order, from the first `listening` on."""

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._client_ready = call.client_ready
        self._changes: asyncio.Queue[AgentState] = asyncio.Queue()
        self._changes.put_nowait(call.state.current)
        call.state.subscribe(self._changes.put_nowait)
        self._sender: asyncio.Task | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on; sends from the start of the call to its end."""
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._sender = self.create_task(self._send_changes())
        elif isinstance(frame, EndFrame | CancelFrame):
            await self._stop()

    async def cleanup(self) -> None:
        """Leaves no task behind."""
        await super().cleanup()
        await self._stop()

    async def _send_changes(self) -> None:
        await self._client_ready.wait()
        while True:
            state = await self._changes.get()
            await self.push_frame(RTVIServerMessageFrame(agent_state(state)))

    async def _stop(self) -> None:
        sender, self._sender = self._sender, None
        if sender:
            await self.cancel_task(sender)

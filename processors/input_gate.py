"""Half duplex: the microphone is heard only while it is the user's turn."""

from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from ..agents.call_context import CallContext
from ..agents.frames import InputGateOpenedFrame


class InputGate(FrameProcessor):
    """Silences the microphone while it is not the user's turn.

    Without the gate the agent hears its own echo, and anything said while it thinks becomes a
    second turn that answers the first. Silence goes on instead of nothing, so that time goes on
    for whoever counts it; where the gate opens, a frame says so, and nothing recorded before it
    may be used.
    """

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._state = call.state
        self._is_open = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on, microphone audio as silence while the gate is closed."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self._gate(frame)
        await self.push_frame(frame, direction)

    async def _gate(self, frame: InputAudioRawFrame) -> None:
        was_open, self._is_open = self._is_open, self._state.hears_user
        if not self._is_open:
            frame.audio = bytes(len(frame.audio))
        elif not was_open:
            await self.push_frame(InputGateOpenedFrame())

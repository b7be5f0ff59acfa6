"""A team's own processors that raise; the house's server finds this file beside its settings."""

from pipecat.frames.frames import InputAudioRawFrame, LLMTextFrame
from pipecat.processors.frame_processor import FrameProcessor


class RaisesOnce(FrameProcessor):
    """Fails on the first word of the first answer."""

    has_raised = False

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame) and not self.has_raised:
            self.has_raised = True
            raise RuntimeError("stumbled")
        await self.push_frame(frame, direction)


class RaisesOnAudio(FrameProcessor):
    """Fails fifty times a second."""

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            raise RuntimeError("never hears")
        await self.push_frame(frame, direction)


class RaisesOnAll(FrameProcessor):
    """Fails on whatever comes, the start of the call included."""

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        raise RuntimeError("never works")

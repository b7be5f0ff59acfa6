"""How long the audio of each sentence is that the agent says."""

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from ..agents.call_context import CallContext
from ..agents.frames import SpeechBeginsFrame


class SpeechTiming(FrameProcessor):
    """Measures in front of `out` what the voice makes, for the sake of an answer that is cut off.

    Behind `out` the audio comes as slowly as it is played; how much there would have been is known
    only here.
    """

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._speech = call.conversation.speech

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on after measuring it."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            self._measure(frame)
        await self.push_frame(frame, direction)

    def _measure(self, frame: Frame) -> None:
        match frame:
            case TTSTextFrame(pts=None) | TTSStoppedFrame():
                self._speech.all_made()
            case AggregatedTextFrame(will_be_spoken=True) if not isinstance(frame, TTSTextFrame):
                self._speech.announced(frame.id, frame.text, frame.context_id)
            case SpeechBeginsFrame():
                self._speech.all_made()
                self._speech.announced(frame.id, frame.text, None)
            case TTSStartedFrame(append_to_context=False):
                self._speech.forget(frame.context_id)
            case TTSAudioRawFrame():
                self._speech.made(frame.num_frames / frame.sample_rate)

"""The agent's half of the conversation, as far as it was spoken."""

from typing import Any

from pipecat.frames.frames import (
    AggregatedTextFrame,
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_response_universal import LLMAssistantAggregator
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.string import TextPartForConcatenation

from .frames import SpeechBeginsFrame
from .speech_progress import SpeechProgress


class AgentSide(LLMAssistantAggregator):
    """Pipecat's aggregator, which also keeps the sentence that is cut off in the middle.

    A voice's text comes behind its audio: whole sentences, or with some voices word by word. What
    is cut off before its text came is told by the audio that was sent of it.
    """

    def __init__(self, speech: SpeechProgress, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._speech = speech

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Takes every frame as Pipecat does, with the cut off words before the end of a turn."""
        match frame:
            case TTSTextFrame():
                self._speech.told()
            case AggregatedTextFrame(will_be_spoken=True) | SpeechBeginsFrame():
                self._speech.begins(frame.id)
            case TTSAudioRawFrame():
                self._speech.sent(frame.num_frames / frame.sample_rate)
            case InterruptionFrame() | EndFrame() | CancelFrame():
                self._keep_cut_off()
        await super().process_frame(frame, direction)

    def _keep_cut_off(self) -> None:
        if words := self._speech.cut_off():
            self._aggregation.append(TextPartForConcatenation(words, includes_inter_part_spaces=False))

"""What a trial sends: frames that nobody can know, and those of a typical turn."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipecat.frames.frames import (
    BotSpeakingFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ControlFrame,
    DataFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    SystemFrame,
    TextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.time import time_now_iso8601

from ..agents.wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ

DOWN, UP = FrameDirection.DOWNSTREAM, FrameDirection.UPSTREAM
_MIC_20_MS = bytes(MIC_SAMPLE_RATE_HZ // 50 * 2)
_VOICE_40_MS = bytes(VOICE_SAMPLE_RATE_HZ // 25 * 2)


@dataclass
class UnknownSystemFrame(SystemFrame):
    """A system frame that no processor can know."""

    number: int


@dataclass
class UnknownDataFrame(DataFrame):
    """A data frame that no processor can know."""

    number: int


@dataclass
class UnknownControlFrame(ControlFrame):
    """A control frame that no processor can know."""

    number: int


Unknown = UnknownSystemFrame | UnknownDataFrame | UnknownControlFrame


def unknown(rounds: int, start: int = 0) -> list[tuple[Frame, FrameDirection]]:
    """One of each kind in both directions, `rounds` times, numbered from `start`."""
    kinds = (UnknownSystemFrame, UnknownDataFrame, UnknownControlFrame)
    return [
        (kind(number), direction)
        for number in range(start, start + rounds)
        for direction in (DOWN, UP)
        for kind in kinds
    ]


def typical_turn() -> Iterator[Frame]:
    """What travels downstream while a user says a sentence and the agent answers with one."""
    yield VADUserStartedSpeakingFrame(start_secs=0.2)
    yield UserStartedSpeakingFrame()
    for _ in range(10):
        yield InputAudioRawFrame(_MIC_20_MS, MIC_SAMPLE_RATE_HZ, 1)
    yield InterimTranscriptionFrame("Can you", "user", time_now_iso8601())
    yield VADUserStoppedSpeakingFrame(stop_secs=0.2)
    yield TranscriptionFrame("Can you hear me?", "user", time_now_iso8601())
    yield UserStoppedSpeakingFrame()
    yield LLMContextFrame(LLMContext([{"role": "user", "content": "Can you hear me?"}]))
    yield LLMFullResponseStartFrame()
    for text in ("Yes, ", "I can ", "hear you."):
        yield LLMTextFrame(text)
    yield LLMFullResponseEndFrame()
    yield from _spoken()


def _spoken() -> Iterator[Frame]:
    yield TextFrame("A text of nobody's.")
    yield TTSSpeakFrame("Welcome.")
    yield TTSStartedFrame(context_id="typical")
    yield BotStartedSpeakingFrame()
    for _ in range(5):
        yield TTSAudioRawFrame(_VOICE_40_MS, VOICE_SAMPLE_RATE_HZ, 1, context_id="typical")
    yield OutputAudioRawFrame(_VOICE_40_MS, VOICE_SAMPLE_RATE_HZ, 1)
    yield BotSpeakingFrame()
    yield TTSTextFrame("Yes, I can hear you.", "sentence", context_id="typical")
    yield TTSStoppedFrame(context_id="typical")
    yield BotStoppedSpeakingFrame()
    yield MetricsFrame([])
    yield OutputTransportMessageFrame({"type": "typical"})

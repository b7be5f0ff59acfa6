"""A realtime model in its line, and what is left of a call with it."""

from typing import Any

from pipecat.frames.frames import ErrorFrame, TTSStoppedFrame
from pipecat.processors.frame_processor import FrameProcessor
from turnwise.agents.call_context import CallContext
from turnwise.agents.faults import describe
from turnwise.processors.error_recovery import ErrorRecovery
from turnwise.processors.memory import memory
from turnwise.processors.openai_realtime import OpenAIRealtime
from turnwise.processors.speech_timing import SpeechTiming
from turnwise.processors.transcript import TranscriptPersistence
from turnwise.processors.turn_tracker import TurnTracker

from .realtime_model import Mind, RealtimeModel
from .running import Running


def realtime(call: CallContext, **options: Any) -> OpenAIRealtime:
    return OpenAIRealtime(call, call.upstream, **{"model": "m", **options})


def with_memory(call: CallContext, **options: Any) -> list[FrameProcessor]:
    """The model, and what keeps the conversation that a next session is told."""
    return [realtime(call, **options), SpeechTiming(call), memory(call)]


def whole_line(call: CallContext, **options: Any) -> list[FrameProcessor]:
    """All that a call has behind and before the model, but the transport."""
    return [
        ErrorRecovery(call),
        realtime(call, **options),
        SpeechTiming(call),
        TurnTracker(call),
        memory(call),
        TranscriptPersistence(call),
    ]


async def says_hello(mind: Mind, line: Running) -> None:
    """A turn from end to end: "Hello?", "Yes."."""
    await mind.understands("Hello?")
    await mind.answers("Yes.")
    await line.down(TTSStoppedFrame)


def rows(model: RealtimeModel) -> list[tuple[str, str]]:
    """What is kept of the call: who, and what."""
    return [(turn.speaker_type, turn.text) for turn in model.turns.turns]


def code_of(error: ErrorFrame) -> str:
    return describe("realtime", error.exception).code

"""One recogniser behind the voice activity detector, as in a call; speech is played to it in real time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner
from turnwise.agents.call_context import CallContext
from turnwise.agents.conversation import Conversation
from turnwise.agents.faults import describe
from turnwise.agents.frames import InputGateOpenedFrame
from turnwise.agents.settings.model import AgentFields, AgentSettings
from turnwise.agents.state import CallState
from turnwise.agents.store.sink import Chunk, Turn
from turnwise.agents.upstream import OpenAIUpstream
from turnwise.agents.wire import MIC_SAMPLE_RATE_HZ
from turnwise.processors.silero_vad import SileroVAD

_FRAME_SECS = 0.02
_FRAME_BYTES = int(2 * MIC_SAMPLE_RATE_HZ * _FRAME_SECS)
_SETTLED_SECS = 1.2
_LONGEST_WAIT_SECS = 20.0


@dataclass(frozen=True)
class Heard:
    """What came of one recording."""

    text: str
    after_ms: float | None
    """From the end of speech to the last transcript; None where there was none."""
    fault: str | None = None


class _Ear(FrameProcessor):
    """Stands at the end of the line and notes what matters."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self.started = asyncio.Event()
        self.forget()

    def note_fault(self, error: ErrorFrame) -> None:
        self.fault = describe("stt", error.exception).code

    def forget(self) -> None:
        self.texts: list[str] = []
        self.segments = 0
        self.is_speaking = False
        self.fault: str | None = None
        self.last_at = 0.0

    @property
    def is_complete(self) -> bool:
        return bool(self.fault) or (not self.is_speaking and len(self.texts) == self.segments)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self.started.set()
            case VADUserStartedSpeakingFrame():
                self.is_speaking = True
            case VADUserStoppedSpeakingFrame() if direction is FrameDirection.DOWNSTREAM:
                self.is_speaking = False
                self.segments += 1
            case TranscriptionFrame():
                self.texts.append(frame.text)
                self.last_at = time.monotonic()
        await self.push_frame(frame, direction)


class _Mouth(FrameProcessor):
    """What is played enters here, and what goes wrong comes back here."""

    def __init__(self, on_error: Callable[[ErrorFrame], None]) -> None:
        super().__init__(enable_direct_mode=True)
        self._on_error = on_error

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, ErrorFrame):
            self._on_error(frame)
        else:
            await self.push_frame(frame, direction)


class Way:
    """A line that speech is played to."""

    def __init__(self, name: str, mouth: _Mouth, ear: _Ear) -> None:
        self.name = name
        self._mouth = mouth
        self._ear = ear

    async def hear(self, pcm: bytes, speech_secs: float) -> Heard:
        """Plays 16 kHz audio in real time, then silence until everything in it is written down."""
        ear = self._ear
        ear.forget()
        await self._mouth.push_frame(InputGateOpenedFrame())
        began = time.monotonic()
        ends = began + len(pcm) / 2 / MIC_SAMPLE_RATE_HZ + _SETTLED_SECS
        at = 0
        while time.monotonic() < ends or (
            not ear.is_complete and time.monotonic() < ends + _LONGEST_WAIT_SECS
        ):
            piece = pcm[at : at + _FRAME_BYTES].ljust(_FRAME_BYTES, b"\0")
            await self._mouth.push_frame(InputAudioRawFrame(piece, MIC_SAMPLE_RATE_HZ, 1))
            at += _FRAME_BYTES
            await asyncio.sleep(max(0.0, began + at / 2 / MIC_SAMPLE_RATE_HZ - time.monotonic()))
        after = (ear.last_at - began - speech_secs) * 1000 if ear.texts else None
        return Heard(" ".join(filter(None, ear.texts)), after, ear.fault)


@asynccontextmanager
async def way(name: str, stt: FrameProcessor) -> AsyncIterator[Way]:
    """Runs a line with this recogniser for as long as it is used, as one call does."""
    ear = _Ear()
    mouth = _Mouth(ear.note_fault)
    worker = PipelineWorker(
        Pipeline([mouth, SileroVAD(), stt, ear]),
        params=PipelineParams(audio_in_sample_rate=MIC_SAMPLE_RATE_HZ),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        await ear.started.wait()
        yield Way(name, mouth, ear)
    finally:
        await worker.cancel()
        await running


def a_call(upstream: OpenAIUpstream, language: str) -> CallContext:
    """What a recogniser wants to know of the call that it is in."""
    fields = AgentFields(prompt="", pipeline="vad -> stt", language=language)
    return CallContext(
        call_id="bench",
        meeting_id="bench",
        agent=AgentSettings("bench", fields, (), Path()),
        state=CallState(),
        conversation=Conversation(""),
        upstream=upstream,
        turns=_Nowhere(),
    )


class _Nowhere:
    async def save(self, turn: Turn) -> Chunk:
        raise NotImplementedError("nothing is kept here")

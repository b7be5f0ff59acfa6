"""Turns every fault into the same thing for the user: an apology, then it is their turn again."""

import asyncio
import time
import wave
from pathlib import Path
from typing import Annotated

from loguru import logger
from pipecat.frames.frames import (
    BotSpeakingFrame,
    CancelFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.faults import StageFault, describe
from ..agents.frames import APOLOGY_CONTEXT, ResetTurnFrame, ToldErrorFrame
from ..agents.settings.pipeline import REALTIME
from ..agents.wire import VOICE_SAMPLE_RATE_HZ, AgentError, AgentState, agent_error
from .apologies import Apologies
from .option_types import ShortWaitSecs

SHIPPED_APOLOGY = Path(__file__).parent / "assets" / "apology_en.wav"
_CHUNK_SECS = 0.04
_UNHEARD_GRACE_SECS = 2.0
_STAGES = {STTService: "stt", LLMService: "llm", TTSService: "tts"}


class ErrorRecovery(FrameProcessor):
    """On an error: gives up the turn, says so, plays the recorded apology, and lets the user speak.

    It stands at the head of the line because errors travel upstream. Errors on the heels of the
    first belong to the same fault and are swallowed. A turn that nobody reports as failed but
    that brings nothing is failed by the watchdog.
    """

    def __init__(
        self,
        call: CallContext,
        *,
        apology: Annotated[
            str,
            Field(
                description="WAV to play, 24 kHz mono 16 bit, beside the settings file; '' is the shipped one"
            ),
        ] = "",
        answer_secs: Annotated[
            ShortWaitSecs, Field(description="longest wait for the agent's first, or next, audio")
        ] = 4.8,
    ) -> None:
        super().__init__()
        path = call.agent.folder / apology if apology else SHIPPED_APOLOGY
        self._apology = read_apology(path)
        self._answer_secs = answer_secs
        self._stage_of = call.stage_of
        self._state = call.state
        self._state.subscribe(self._watch)
        self._tools = call.tools
        self._tools.subscribe(lambda _: self._watch(self._state.current))
        self._watchdog: asyncio.Task | None = None
        self._is_over = False
        self._apologies = Apologies()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on but errors, which it turns into a recovery."""
        await super().process_frame(frame, direction)
        if isinstance(frame, ErrorFrame) and direction is FrameDirection.UPSTREAM:
            await self._recover(frame)
            return
        if isinstance(frame, BotSpeakingFrame):
            self._watch(self._state.current)
        elif isinstance(frame, EndFrame | CancelFrame):
            self._is_over = True
            self._stop_watching()
        elif isinstance(frame, VADUserStartedSpeakingFrame):
            self._apologies.start_afresh()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Leaves no task behind."""
        await super().cleanup()
        self._is_over = True
        self._stop_watching()

    async def _recover(self, frame: ErrorFrame) -> None:
        if frame.processor:
            await frame.processor.set_usable(True)
        if self._state.current is AgentState.LISTENING and not self._apologies.is_due(time.monotonic()):
            return
        if not self._state.move(AgentState.RECOVERING_ERROR):
            return
        error = describe(self._stage(frame.processor), frame.exception)
        logger.warning(
            "{} failed: {} (status {}, request {})", error.stage, error.code, error.status, error.request_id
        )
        await self._tell(error)
        await self.push_frame(ResetTurnFrame())
        await self.push_frame(InterruptionFrame())
        await self._apologise()

    def _stage(self, processor: FrameProcessor | None) -> str:
        """What of the agent has failed: a model that hears and speaks itself is known by where it stands."""
        if processor and self._stage_of.get(processor.name) == REALTIME:
            return REALTIME
        return next((name for service, name in _STAGES.items() if isinstance(processor, service)), "call")

    async def _tell(self, error: AgentError) -> None:
        await self.push_frame(RTVIServerMessageFrame(agent_error(error)))
        await self.push_frame(ToldErrorFrame(error.message), FrameDirection.UPSTREAM)

    async def _apologise(self) -> None:
        """Queues the recording behind the interruption, which must not take it away again."""
        step = int(_CHUNK_SECS * VOICE_SAMPLE_RATE_HZ) * 2
        frames: list[Frame] = [TTSStartedFrame(context_id=APOLOGY_CONTEXT, append_to_context=False)]
        for start in range(0, len(self._apology), step):
            audio = self._apology[start : start + step]
            frames.append(TTSAudioRawFrame(audio, VOICE_SAMPLE_RATE_HZ, 1, context_id=APOLOGY_CONTEXT))
        frames.append(TTSStoppedFrame(context_id=APOLOGY_CONTEXT))
        for frame in frames:
            frame.interruptible = False
            await self.push_frame(frame)

    def _watch(self, state: AgentState) -> None:
        """Waits for the next sign of life, where one is due; a tool at work has a limit of its own."""
        self._stop_watching()
        if self._is_over:
            return
        if state in (AgentState.THINKING, AgentState.SPEAKING):
            self._apologies.start_afresh()
            if not self._tools.any:
                self._watchdog = self.create_task(self._fail_silent_turn())
        elif state is AgentState.RECOVERING_ERROR:
            self._watchdog = self.create_task(self._listen_anyway())

    def _stop_watching(self) -> None:
        task, self._watchdog = self._watchdog, None
        if task:
            task.cancel()

    async def _fail_silent_turn(self) -> None:
        await asyncio.sleep(self._answer_secs)
        self._watchdog = None
        await self.queue_frame(
            ErrorFrame("no sign of life", exception=StageFault("timeout")), FrameDirection.UPSTREAM
        )

    async def _listen_anyway(self) -> None:
        """An apology that nobody hears must not shut the gate for good."""
        apology_secs = len(self._apology) / 2 / VOICE_SAMPLE_RATE_HZ
        await asyncio.sleep(apology_secs + _UNHEARD_GRACE_SECS)
        self._watchdog = None
        logger.error("the apology did not get through")
        self._state.move(AgentState.LISTENING)


def read_apology(path: Path) -> bytes:
    """The samples of a recorded apology.

    Raises:
        ValueError: the file is missing, empty, or not 24 kHz mono 16 bit.
    """
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            samples = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise ValueError(f"apology {path} cannot be read: {error}") from error
    if shape != (VOICE_SAMPLE_RATE_HZ, 1, 2):
        raise ValueError(f"apology {path} must be 24 kHz mono 16 bit, not {shape[0]} Hz, {shape[1]} channels")
    if not samples:
        raise ValueError(f"apology {path} is empty")
    return samples

"""Where the time of each turn went, from the user's last voiced sample to the agent's first audio."""

import time
from itertools import pairwise

from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    MetricsFrame,
    TTSTextFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import MetricsData, ProcessingMetricsData, TTFBMetricsData
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame

from ..agents.call_context import CallContext
from ..agents.frames import ASIDE, SpeechBeginsFrame, UserTurnDecidedFrame
from ..agents.wire import AgentState, turn_metrics

PARTS = ("endpointing", "stt", "llm", "tts")


class TurnMetrics(FrameProcessor):
    """Notes when each part of a turn was done, and reports the turn once the agent has had it.

    The parts follow one another: to the decision that the turn is over, to the transcript, to the
    first clause for the voice, to the first audio. They add up to the total. Beside them, `raw`
    holds what each service says that it took itself: the recogniser for the last segment, the others
    for the request that was heard first. What tools take is part of `llm`, and what is said meanwhile
    is no answer. A model that hears and speaks itself waits for no transcript: its `llm` ends with the
    first of its words or sounds. Of an answer that is only written, the first text counts as the first audio.
    """

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._state = call.state
        self._stage_of = call.stage_of
        self._turn = 0
        self._marks: list[float] = []
        self._raw: dict[str, int] = {}
        self._is_written = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on after noting the time; reports where the agent's turn ends."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            self._note(frame, time.monotonic())
        await self.push_frame(frame, direction)
        is_over = isinstance(frame, LLMFullResponseEndFrame if self._is_written else BotStoppedSpeakingFrame)
        if is_over and len(self._marks) == len(PARTS) + 1:
            await self._report()

    def _note(self, frame: Frame, now: float) -> None:
        match frame:
            case UserTurnDecidedFrame():
                self._marks = [now - frame.silence_secs, now]
                self._is_written = False
                # The last segment may have been recognised before the turn was decided to be over.
                self._raw = {stage: ms for stage, ms in self._raw.items() if stage == "stt"}
            case UserStoppedSpeakingFrame():
                self._mark("stt", now)
            case AggregatedTextFrame(text_type=kind) if kind != ASIDE and not isinstance(frame, TTSTextFrame):
                self._mark("llm", now)
            case SpeechBeginsFrame():
                self._mark("llm", now)
            case LLMTextFrame(append_to_context=True):
                self._is_written = True
                self._mark("llm", now)
                self._mark("tts", now)
            case BotStartedSpeakingFrame() if self._state.current is AgentState.SPEAKING:
                self._mark("tts", now)
            case MetricsFrame():
                for data in frame.data:
                    self._note_raw(data)

    def _mark(self, part: str, now: float) -> None:
        """Notes the end of a part, if it is the one that is due."""
        if self._marks and len(self._marks) == PARTS.index(part) + 1:
            self._marks.append(now)

    def _note_raw(self, data: MetricsData) -> None:
        stage = self._stage_of.get(data.processor)
        wanted = ProcessingMetricsData if stage == "stt" else TTFBMetricsData
        if not stage or not isinstance(data, wanted) or not data.value:
            return
        is_heard = len(self._marks) > len(PARTS)
        if stage == "stt" or not is_heard or stage not in self._raw:
            self._raw[stage] = round(data.value * 1000)

    async def _report(self) -> None:
        self._turn += 1
        ends = [round((mark - self._marks[0]) * 1000) for mark in self._marks]
        ms = {part: end - start for part, (start, end) in zip(PARTS, pairwise(ends), strict=True)}
        ms["total"] = ends[-1]
        raw, self._marks, self._raw = self._raw, [], {}
        await self.push_frame(RTVIServerMessageFrame(turn_metrics(self._turn, ms, raw)))
